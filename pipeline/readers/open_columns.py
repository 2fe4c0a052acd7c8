"""Columns of a table without vertical rules: what the words of its body cover, and where one column ends and the next begins.

Belongs here: columns told by the body alone. Does not belong here: the words above them (`open_header`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from pipeline.readers.words import WORD_GAP, Word, WordLine

PADDING = 3.0
"""What is between a word and the boundary of its column (points), where nothing says more."""
FRACTION = re.compile(r"\d[.,，]\d|^0$")
CODE = re.compile(r"[\[【]?\d{3,}[\]】]?")


@dataclass(slots=True)
class Column:
    """A column of the body: what its words cover. `leaf` is the lowest header over it."""

    x0: float
    x1: float
    words: list[Word] = field(default_factory=list)
    leaf: Word | None = None

    @property
    def is_numeric(self) -> bool:
        amounts = sum(1 for word in self.words if word.is_amount and not is_code(word))
        return amounts * 2 > len(self.words)

    @property
    def ends_together(self) -> bool:
        """Whether its words end at one place and do not all begin at one, or are amounts, which are so set."""
        is_money = self.is_numeric and any(FRACTION.search(word.text) for word in self.words if word.is_amount)
        return is_money or self._spread(True) < self._spread(False) - 0.5

    @property
    def begins_together(self) -> bool:
        return not self.ends_together and (not self.is_numeric or self._spread(False) < self._spread(True) - 0.5)

    def _spread(self, is_end: bool) -> float:
        places = [word.x1 if is_end else word.x0 for word in self.words]
        return max(places) - min(places)

    @property
    def holds_parts_of_codes(self) -> bool:
        return bool(self.words) and all(re.fullmatch(r"\d{2,3}", word.text) for word in self.words)

    @property
    def holds_codes(self) -> bool:
        return bool(self.words) and sum(1 for word in self.words if word.text.isdigit()) * 2 > len(self.words)


def is_code(word: Word) -> bool:
    return bool(CODE.fullmatch(word.text)) and "," not in word.text


def numbers_columns(line: WordLine) -> bool:
    """Whether a line holds the numbers of the columns (栏次, 1 2 3 …), which stand in their middle."""
    values = [int(word.text) for word in line.words if word.text.isdigit() and len(word.text) <= 2]
    others = [word for word in line.words if not (word.text.isdigit() and len(word.text) <= 2)]
    return len(values) >= 2 and all(b - a == 1 for a, b in pairwise(values)) and not any(w.is_amount for w in others)


def columns_under(words: list[Word]) -> list[Column]:
    """What the words of the body cover: columns are parted by gaps that all rows leave clear."""
    columns: list[Column] = []
    size = min(median(word.height for word in words), 14.0) if words else 0.0
    for word in sorted(words, key=lambda word: word.x0):
        if columns and word.x0 <= columns[-1].x1 + WORD_GAP * size:
            columns[-1].x1 = max(columns[-1].x1, word.x1)
            columns[-1].words.append(word)
        else:
            columns.append(Column(word.x0, word.x1, [word]))
    return columns


def column_edges(columns: list[Column], extent: tuple[float, float] | None) -> list[float]:
    """Boundaries of the columns: where amounts end, where names begin, and else so that the header stands in the middle of its column."""
    edges = [extent[0] if extent else columns[0].x0 - PADDING]
    for one, other in pairwise(columns):
        low, high = one.x1 + 0.2, max(other.x0 - 0.2, one.x1 + 0.3)
        if one.is_numeric and not (one.leaf is not None and one.leaf.centre > one.x1):
            edges.append(min(one.x1 + PADDING, (low + high) / 2))
            continue
        if other.words and not other.is_numeric:
            edges.append(max(other.x0 - PADDING, (low + high) / 2))
            continue
        guesses = []
        if other.leaf is not None and other.is_numeric:
            guesses.append(2 * other.leaf.centre - other.x1 - PADDING)
        if one.leaf is not None:
            guesses.append(2 * one.leaf.centre - edges[-1])
        edges.append(next((guess for guess in guesses if low <= guess <= high), (low + high) / 2))
    edges.append(extent[1] if extent else columns[-1].x1 + PADDING)
    return edges

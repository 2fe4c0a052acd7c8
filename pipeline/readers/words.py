"""Words: characters that stand together on a line of a page, and the lines that they stand on.

Belongs here: parting a line of print into words by its gaps. Does not belong here: which words make a table (`open_tables`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.readers.characters import Characters
from pipeline.readers.signs import MINUS, TRIANGLES

WORD_GAP = 0.25
"""Words of different columns stand at least so many heights of a character apart."""
LINE_GAP = 0.6
"""Lines of one cell stand at most so many heights of a character apart."""
_AMOUNT = re.compile(rf"[{MINUS}{TRIANGLES}]?[(（]?[{MINUS}]?\d[\d,，]*(?:\.\d+)?[)）]?%?")
YEAR = re.compile(r"20\d\d年?")


@dataclass(slots=True)
class Word:
    """Characters that stand together on one line, or (a block) on several lines of one cell."""

    x0: float
    top: float
    x1: float
    bottom: float
    text: str
    members: list[int]

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def centre(self) -> float:
        return (self.x0 + self.x1) / 2

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def is_amount(self) -> bool:
        return bool(_AMOUNT.fullmatch(self.text)) and not YEAR.fullmatch(self.text)


@dataclass(slots=True)
class WordLine:
    """Words on one line of print, left to right."""

    words: list[Word]
    top: float = 0.0
    bottom: float = 0.0

    def __post_init__(self) -> None:
        self.top = min(word.top for word in self.words)
        self.bottom = max(word.bottom for word in self.words)

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def amounts(self) -> list[Word]:
        return [word for word in self.words if word.is_amount]


def word_lines(characters: Characters, members: Sequence[int]) -> list[WordLine]:
    """Lines on one baseline: the lines of a name that is set in two lines beside one amount stay apart from it."""
    tops, bottoms = characters.top, characters.bottom
    groups: list[list[int]] = []
    top = bottom = 0.0
    for member in sorted(members, key=lambda member: tops[member] + bottoms[member]):
        shared = min(bottom, bottoms[member]) - max(top, tops[member])
        if groups and shared >= 0.7 * min(bottom - top, bottoms[member] - tops[member]):
            groups[-1].append(member)
            if bottoms[member] - tops[member] > bottom - top:
                top, bottom = tops[member], bottoms[member]
        else:
            groups.append([member])
            top, bottom = tops[member], bottoms[member]
    return [WordLine(_words(characters, sorted(group, key=characters.x0.__getitem__))) for group in groups]


def _words(characters: Characters, members: list[int]) -> list[Word]:
    words: list[list[int]] = []
    end = 0.0
    for member in members:
        size = min(characters.bottom[member] - characters.top[member], 14.0)
        if words and characters.x0[member] - end <= WORD_GAP * size:
            words[-1].append(member)
            end = max(end, characters.x1[member])
        else:
            words.append([member])
            end = characters.x1[member]
    return [_word(characters, word) for word in words]


def _word(characters: Characters, members: list[int]) -> Word:
    return Word(
        min(characters.x0[member] for member in members),
        min(characters.top[member] for member in members),
        max(characters.x1[member] for member in members),
        max(characters.bottom[member] for member in members),
        "".join(characters.text[member] for member in members),
        list(members),
    )


def joined_words(words: Sequence[Word]) -> Word:
    return Word(
        min(word.x0 for word in words),
        min(word.top for word in words),
        max(word.x1 for word in words),
        max(word.bottom for word in words),
        "".join(word.text for word in words),
        [member for word in words for member in word.members],
    )

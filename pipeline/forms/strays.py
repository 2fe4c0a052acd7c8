"""Strays: rows of a table that stand in no table, told from running text, so that no number of a page is silently missing.

Belongs here: what a line looks like that must have been a row. Does not belong here: making a table of such lines
(`pipeline.readers.open_tables`), and what sentences tell (`pipeline.figures.narrative`).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.forms import failures
from pipeline.forms.failures import Place
from pipeline.forms.form import Form
from pipeline.forms.text import counts_up, is_number, is_percentage, squeeze
from pipeline.readers.printed import PrintedDocument

_GAP = re.compile(r"\s{2,}|\t")
_PROSE = re.compile(r"[。；，！？;!?]|\.{4}|…|·{3}|[年月日]\s*$|\s[万亿千]?元|元\s*$")
"""What sentences, tables of contents and dates hold, and no row of a table does."""
_GOES_ON = re.compile(r"\s*[万亿千]?元|\s*%")
"""How a line begins that ends the sentence of the line above, which is cut behind its amount."""
_BLANK = re.compile(r"[-－—–/]+")
_LETTER = re.compile(r"[^\W\d_]")
_CODED = re.compile(r"\s*\d{3}(?:\d\d){0,2}\s+[^\W\d_]")
_LARGE = re.compile(r"[-－]?(?!(?:19|20)\d\d$)[1-9]\d{3,}")
_FEWEST_WIDE, _FEWEST_NARROW = 2, 3
_EXACT = re.compile(r"\d,\d{3}|\d\.\d")


@dataclass(frozen=True, slots=True)
class Strays:
    """The lines of one page that are rows of no table, and how many amounts they print."""

    page_number: int
    lines: tuple[str, ...]
    amount_count: int


def strays(document: PrintedDocument) -> Iterator[Strays]:
    """For each page, its lines outside of tables that look like rows of one.

    They are taken for rows only where one of them begins with a code or prints an exact amount (separators, decimals), or where several
    print large whole numbers: whole numbers by themselves are page numbers, years and counts too.
    """
    for page in document.pages:
        lines = [line.text for line in page.lines]
        rows = [
            (text, found)
            for text, below in itertools.zip_longest(lines, lines[1:], fillvalue="")
            if not _GOES_ON.match(below) and (found := _amounts(text))
        ]
        is_exact = any(_CODED.match(text) or any(_EXACT.search(amount) for amount in amounts) for text, amounts in rows)
        if is_exact or _are_of_whole_numbers([amounts for _, amounts in rows]):
            yield Strays(page.number, tuple(text for text, _ in rows), sum(len(amounts) for _, amounts in rows))


def _are_of_whole_numbers(rows: Sequence[Sequence[str]]) -> bool:
    """Whether rows print large numbers that are no years: two beside one another in two rows, or one in each of three."""
    counts = [sum(bool(_LARGE.fullmatch(amount)) for amount in amounts) for amounts in rows]
    return sum(count >= 2 for count in counts) >= _FEWEST_WIDE or sum(map(bool, counts)) >= _FEWEST_NARROW


def rows_outside(document: PrintedDocument) -> list[Strays]:
    """The strays of every page; a page on which looking for them fails is named, and has none."""
    found: list[Strays] = []
    for page in document.pages:
        with failures.unit("strays", Place(page.number)):
            found += strays(replace(document, pages=[page]))
    return found


def pages_lost(
    document: PrintedDocument, forms: Sequence[Form], read: Collection[int], outside: Sequence[Strays]
) -> frozenset[int]:
    """Pages on which rows were not read: in no table that was found, or in a table that is no form of `read` (by index).

    They may be parts of a form before. None where the format has no pages: there a table ends where it says so.
    """
    if document.page_count is None:
        return frozenset()
    cells = (cell for form in forms if form.index not in read for cell in form.cells)
    unknown = {cell.page_number for cell in cells if is_number(cell.text)}
    return frozenset(unknown.union(stray.page_number for stray in outside))


def _amounts(text: str) -> list[str]:
    """Amounts of a line that looks like a row: a name and values, or values alone; none where it reads like text."""
    if _PROSE.search(text):
        return []
    words = [squeeze(word) for word in text.split()]
    names = [index for index, word in enumerate(words) if not _is_value(word)]
    if any(not _LETTER.search(words[index]) for index in names):
        return []
    if names and all(word.isdigit() for word in words[: names[0]]):
        del words[: names[0]]  # the code or the number of the row
    amounts = [word for word in words if is_number(word)]
    is_count = counts_up(amounts) and not (len(amounts) == 1 and _LARGE.fullmatch(amounts[0]))
    if len(words) < 2 or not amounts or is_count:
        return []
    if not names and not _are_printed_alike(amounts):
        return []
    is_tail = all(_is_value(word) for word in words[words.index(amounts[0]) :])
    alone = [cell for cell in _GAP.split(text.strip()) if all(is_number(word) for word in cell.split())]
    takes_turns = _is_value(words[-1]) and sum(map(_is_amount, amounts)) >= 2
    return amounts if is_tail or takes_turns or len(alone) >= 2 else []


def _is_amount(number: str) -> bool:
    """Whether a number is exact, or so large that it counts and dates nothing."""
    return bool(_EXACT.search(number) or _LARGE.fullmatch(number))


def _is_value(word: str) -> bool:
    return is_number(word) or is_percentage(word) or bool(_BLANK.fullmatch(word))


def _are_printed_alike(amounts: list[str]) -> bool:
    """Whether all amounts from a thousand on have separators, or none: the axis of a chart and its values do not agree."""
    return len({"," in amount for amount in amounts if len(amount.partition(".")[0]) > 3}) <= 1

"""Printed Chinese text made comparable: widths folded, spaces and quotation marks removed, numbering told apart.

Belongs here: pure functions on strings that forms and figures share. Does not belong here: what any word means.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from pipeline.readers.printed import Grid
from pipeline.readers.quantity import whole_number
from pipeline.readers.signs import with_plain_sign

_SPACE = re.compile(r"\s+")
_QUOTES = re.compile(r"[“”\"'‘’「」《》〈〉＂]")
NUMBER = re.compile(
    r"^[-+]?[¥￥]?(?:\d+(?:,\d{3})+|\d+)(?:\.\d*)?$|^[-+]?\.\d+$|^\((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?\)$|^#{2,}$"
    r"|^#(?:REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|N/A|SPILL!|CALC!)$"
)
"""Also the signs that a workbook prints for a number its column is too narrow for, and for a sum that failed: an amount is there, and nobody can read it."""
_OWN_UNIT = re.compile(r"(?<=[\d)])(百万元|亿元|万元|千元|元|亿|万)(?=\)?$)")
"""The unit of amount that a cell prints behind its number."""
_LATE_SEPARATOR = re.compile(r"\d{4,},")
_PERCENT = re.compile(r"^[-+]?\d+(?:\.\d+)?[%％]$")

# Numbering in front of a name, by rank: 一、 stands above （一） above 1. above (1).
_NUMBERING = (
    re.compile(r"^第?[一二三四五六七八九十百]+[、.．，,](?!\d)"),
    re.compile(r"^[(（][一二三四五六七八九十百]+[)）]、?"),
    re.compile(r"^\d{1,2}(?:[、．，]|\.(?!\d))"),
    re.compile(r"^[(（]\d{1,2}[)）]、?"),
    re.compile(r"^[①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮]"),
)
_NOTE_MARK = re.compile(r"(?:(?:(?<=\d)|(?<=\d[)）]))[⁰¹²³⁴-⁹⁽⁾₀-₉①-⓿*＊※]+|(?<=[\u4e00-\u9fff])[⁰¹²³⁴-⁹⁽⁾]+)$")
"""The mark of a note behind a number (12.50①) or a name (合计¹): folded, a digit of its own would be joined to the number."""
_GLOSS = re.compile(r"(?<=[\u4e00-\u9fff)])[A-Za-z][A-Za-z,.'&/-]*$")
_MEMO = re.compile(r"^(?:其中|其[:：]中)[:：]?")


@lru_cache(maxsize=65536)
def squeeze(text: str) -> str:
    """Text without white space and note marks behind a number, compatibility forms folded (（ becomes (, Ａ becomes A), the sign of a number plain."""
    return with_plain_sign(_SPACE.sub("", unicodedata.normalize("NFKC", _NOTE_MARK.sub("", text.rstrip()))))


@lru_cache(maxsize=65536)
def comparable(text: str) -> str:
    """`squeeze` without quotation marks and book-title marks: the form in which titles and headers are matched."""
    return _QUOTES.sub("", squeeze(text))


def counts_up(texts: Sequence[str]) -> bool:
    """Whether the texts are whole numbers that rise by one: 1 2 3 …"""
    numbers = [number for text in texts if (number := whole_number(text)) is not None]
    return len(numbers) == len(texts) and all(b - a == 1 for a, b in pairwise(numbers))


@lru_cache(maxsize=65536)
def number_and_unit(text: str) -> tuple[str, str | None]:
    """A squeezed text without the unit of amount behind its number, and that unit by its full name (1,200万 → 1,200 and 万元); None where it prints none."""
    found = _OWN_UNIT.search(squeeze(text))
    if found is None:
        return squeeze(text), None
    return found.string[: found.start()] + found.string[found.end() :], found[1].removesuffix("元") + "元"


def decimals_of(text: str) -> int:
    """Decimals printed after the point."""
    return len(number_and_unit(text)[0].rstrip(")").partition(".")[2])


def without_gloss(text: str) -> str:
    """A comparable text without the words of a second language behind the Chinese ones (合计Total)."""
    return _GLOSS.sub("", text)


@lru_cache(maxsize=65536)
def is_number(text: str) -> bool:
    """Whether the whole text is a printed number (thousands separators, sign, decimals; no percent), with or without a unit of amount behind it."""
    return bool(NUMBER.match(number_and_unit(text)[0]))


@lru_cache(maxsize=65536)
def is_bare_number(text: str) -> bool:
    """Whether the whole text is a printed number without a unit."""
    return bool(NUMBER.match(squeeze(text)))


def is_of_lines(grid: Grid) -> bool:
    """Whether a grid is a sheet of lines, one a row, none of them a number: a cover, and no table."""
    rows = [cell.row for cell in grid.cells if cell.text.strip()]
    return len(set(rows)) == len(rows) and not any(is_number(cell.text) for cell in grid.cells)


def is_badly_separated(text: str) -> bool:
    """Whether a number's first separator stands too late (1851,801): its digits are plain, its meaning needs other evidence."""
    return is_number(text) and bool(_LATE_SEPARATOR.search(squeeze(text)))


def is_percentage(text: str) -> bool:
    return bool(_PERCENT.match(squeeze(text)))


def join_lines(text: str) -> str:
    """Text of a cell with the line breaks removed that the cell's width made: they are not data."""
    if "\n" not in text:
        return text.strip()
    parts = [part.strip() for part in text.split("\n")]
    joined = ""
    for part in parts:
        needs_space = (
            joined
            and part
            and joined[-1].isascii()
            and part[0].isascii()
            and joined[-1].isalpha()
            and part[0].isalpha()
        )
        joined += (" " if needs_space else "") + part
    return joined.strip()


@lru_cache(maxsize=65536)
def numbering_rank(name: str) -> int | None:
    """0 for 一、, 1 for （一）, 2 for 1., 3 for (1), 4 for ①; None without numbering."""
    text = squeeze(name)
    text = _MEMO.sub("", text)
    for rank, pattern in enumerate(_NUMBERING):
        if pattern.match(text):
            return rank
    return None


def is_memo(name: str) -> bool:
    """Whether the name restates a part of what stands above it (其中：…)."""
    return bool(_MEMO.match(squeeze(name)))


@lru_cache(maxsize=65536)
def bare_name(name: str) -> str:
    """Name without numbering, without 其中： and without spaces."""
    text = squeeze(name)
    previous = None
    while previous != text:
        previous = text
        text = _MEMO.sub("", text)
        for pattern in _NUMBERING:
            text = pattern.sub("", text, count=1)
    return text.strip(":：·•*-")

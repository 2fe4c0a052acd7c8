"""Charts, diagrams and controls of Office packages: which of their numbers stand nowhere in the text of the document.

Belongs here: what is said of them. Does not belong here: tables and text; nothing of a chart is read, for its numbers have no form around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from pipeline.readers.package import parsed
from pipeline.readers.printed import Grid, Line, Unread
from pipeline.readers.quantity import exact_number

_NUMBER = re.compile(r"[-+]?\d[\d,]{0,30}(?:\.\d{1,30})?")
_FINEST = Decimal("0.01")


def numbers_in(blocks: Iterable[Line | Grid]) -> set[Decimal]:
    """The numbers that lines and cells print."""
    texts = (text for block in blocks for text in _texts(block))
    found = (exact_number(match[0].replace(",", "")) for text in texts for match in _NUMBER.finditer(text))
    return {_round(number) for number in found if number is not None}


def _texts(block: Line | Grid) -> Iterator[str]:
    if isinstance(block, Line):
        yield block.text
    else:
        yield from (cell.text for cell in block.cells)


def _round(number: Decimal) -> Decimal:
    return number.quantize(_FINEST) if abs(number) < 10**18 else number


def unread_charts(parts: Iterable[bytes | Any], printed: set[Decimal], page: int) -> Iterator[Unread]:
    """One for each chart (a part, or its tree of XML) that holds numbers which are not printed."""
    for part in parts:
        root = parsed(part) if isinstance(part, bytes) else part
        if root is None:
            yield Unread("a chart is damaged and not read", page)
            continue
        values = [value.text or "" for cache in root.iter("{*}numCache", "{*}numLit") for value in cache.iter("{*}v")]
        numbers = {_round(number) for text in values if (number := _value(text)) is not None}
        if numbers - printed:
            told = f"a chart holds {len(numbers - printed)} numbers that are printed nowhere else; they are not read"
            yield Unread(told, page, len(numbers - printed))


def _value(text: str) -> Decimal | None:
    """A number as charts keep it, with the power of ten that programs write for small and large ones."""
    plain, _, power = text.strip().upper().partition("E")
    number = exact_number(plain)
    shift = re.fullmatch(r"([-+]?)0{0,3}(\d{1,2})", power) if power else None
    if number is None or (power and shift is None):
        return None
    return number.scaleb(int(shift[1] + shift[2])) if shift else number

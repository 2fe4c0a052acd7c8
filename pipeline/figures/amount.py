"""Printed numbers as exact amounts of yuan, each with half of its last printed digit.

Belongs here: numbers and units. Does not belong here: what an amount is of.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from pipeline.forms.text import comparable, decimals_of, is_number, number_and_unit
from pipeline.readers.quantity import exact_number, scaled

UNITS: dict[str, Decimal] = {
    "元": Decimal(1),
    "千元": Decimal(1000),
    "万元": Decimal(10000),
    "百万元": Decimal(1000000),
    "亿元": Decimal(100000000),
}
_NO_DIGITS = str.maketrans("", "", "¥￥+,，")
_FINEST = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Amount:
    """A printed number: its value in yuan (exact, two decimals) and half of its last printed digit in yuan."""

    yuan: Decimal
    half_unit_yuan: Decimal


def parse_amount(text: str, unit: str, decimals: int | None = None) -> Amount | None:
    """The amount that a cell prints, in `unit` unless it prints a unit of its own (`1,200万元`), or None where the text is no number.

    `decimals` is the precision of the table where trailing zeros are dropped (`7` beside `20.83` means 7.00);
    by default that of the text itself. Parentheses mean a negative number. None too beyond the bounds of amounts (`readers.quantity`).
    """
    if not is_number(text):
        return None
    normal, own = number_and_unit(text)
    factor = UNITS[own or unit]
    negative = normal.startswith("(")
    plain = normal.strip("()").translate(_NO_DIGITS)
    value = exact_number(plain)
    yuan = scaled(-value if negative else value, factor, 2) if value is not None else None
    if yuan is None:
        return None
    shown = decimals_of(text)
    return Amount(yuan, half_unit_of(factor, shown if own else max(shown, decimals or 0)))


def unit_in(texts: Iterable[str]) -> str | None:
    """The unit that a text prints in brackets or behind 单位: of the first text that prints one."""
    for text in texts:
        normal = comparable(text)
        for unit in UNITS:
            if f"({unit})" in normal or f"单位:{unit}" in normal or f"单位{unit}" in normal:
                return unit
    return None


def unit_printed(text: str, unit: str) -> str:
    """The unit in which a cell prints its amount: its own, or else that of its column or form."""
    return number_and_unit(text)[1] or unit


def half_unit_of(factor: Decimal, decimals: int) -> Decimal:
    """Half of the last printed digit in yuan, where so many decimals of a unit are printed."""
    return (factor.scaleb(-decimals) / 2).quantize(_FINEST)

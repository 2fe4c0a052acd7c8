"""Printed numbers as exact amounts of yuan, each with half of its last printed digit.

Belongs here: numbers and units. Does not belong here: what an amount is of.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from pipeline.forms.text import decimals_of, is_number, squeeze
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
    """The amount that a cell prints, or None where the text is no number.

    `decimals` is the precision of the table where trailing zeros are dropped (`7` beside `20.83` means 7.00);
    by default that of the text itself. Parentheses mean a negative number. None too beyond the bounds of amounts (`readers.quantity`).
    """
    normal = squeeze(text)
    if not is_number(normal):
        return None
    negative = normal.startswith("(")
    plain = normal.strip("()").translate(_NO_DIGITS)
    value = exact_number(plain)
    yuan = scaled(-value if negative else value, UNITS[unit], 2) if value is not None else None
    if yuan is None:
        return None
    return Amount(yuan, half_unit_of(UNITS[unit], max(decimals_of(text), decimals or 0)))


def half_unit_of(factor: Decimal, decimals: int) -> Decimal:
    """Half of the last printed digit in yuan, where so many decimals of a unit are printed."""
    return (factor.scaleb(-decimals) / 2).quantize(_FINEST)

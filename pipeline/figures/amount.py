"""Printed numbers as exact amounts of yuan, each with half of its last printed digit.

Belongs here: numbers and units. Does not belong here: what an amount is of.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from pipeline.forms.text import decimals_of, is_number, squeeze

UNITS: dict[str, Decimal] = {
    "元": Decimal(1),
    "千元": Decimal(1000),
    "万元": Decimal(10000),
    "百万元": Decimal(1000000),
    "亿元": Decimal(100000000),
}
_MINUS = str.maketrans({"－": "-", "—": "-", "–": "-", "¥": None, "￥": None, "+": None, ",": None, "，": None})
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Amount:
    """A printed number: its value in yuan (exact, two decimals) and half of its last printed digit in yuan."""

    yuan: Decimal
    half_unit_yuan: Decimal


def parse_amount(text: str, unit: str, decimals: int | None = None) -> Amount | None:
    """The amount that a cell prints, or None where the text is no number.

    `decimals` is the precision of the table where trailing zeros are dropped (`7` beside `20.83` means 7.00);
    by default that of the text itself. Parentheses mean a negative number.
    """
    normal = squeeze(text)
    if not is_number(normal):
        return None
    negative = normal.startswith("(")
    plain = normal.strip("()").translate(_MINUS)
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    if negative:
        value = -value
    factor = UNITS[unit]
    places = max(decimals_of(text), decimals or 0)
    yuan = (value * factor).quantize(_CENT)
    if abs(yuan) >= Decimal(10) ** 18:
        return None
    half = (factor / Decimal(10) ** places / 2).quantize(Decimal("0.0001"))
    return Amount(yuan, half)

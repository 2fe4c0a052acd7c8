"""Quantities: the numbers that documents hold, taken from their text within bounds.

Belongs here: the only ways from a document's text to a number; each gives None for what is no such number, or is larger than any that
these documents can mean. Does not belong here: what a number counts, and its unit.

`int`, `float` and `Decimal` of a document's text raise, overflow or take minutes for what a document may hold: `²` and `①`, which are digits
to `str.isdigit`, thousands of digits, `3600000.5` where whole numbers should be, `nan`, `inf`, nothing.
"""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation, Overflow
from typing import SupportsFloat

MOST_WHOLE_DIGITS = 18
"""Digits before the point: more than any public body has yuan, and as many as the amounts of the warehouse hold (DECIMAL(20,2))."""
MOST_DECIMALS = 30
"""Digits behind the point: workbooks hold seventeen that mean something; more are an attack."""
MOST_LENGTH = 1e9
"""Of a measure on paper, in whatever unit of a file (points, twentieths of them, English metric units)."""
_WHOLE = re.compile(r"[0-9]+")
_EXACT = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_ARITHMETIC = Context(prec=80, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, Overflow])
"""Wide enough that no operation on bounded numbers rounds or raises."""


def whole_number(text: str | None, most: int = 10**MOST_WHOLE_DIGITS - 1) -> int | None:
    """The whole number that a text is in plain digits; None for other text, for a sign or a point, and above `most`."""
    plain = (text or "").strip()
    if len(plain) > MOST_WHOLE_DIGITS or not _WHOLE.fullmatch(plain):
        return None
    value = int(plain)
    return value if value <= most else None


def exact_number(text: str | None) -> Decimal | None:
    """The exact number that a text is in plain digits, with or without a sign and decimals, and without separators; None for other text and beyond the bounds."""
    plain = (text or "").strip()
    if len(plain) > MOST_WHOLE_DIGITS + MOST_DECIMALS + 2 or not _EXACT.fullmatch(plain):
        return None
    whole, _, decimals = plain.lstrip("+-").partition(".")
    if len(whole.lstrip("0")) > MOST_WHOLE_DIGITS or len(decimals) > MOST_DECIMALS:
        return None
    return Decimal(plain)


def scaled(number: Decimal, factor: Decimal, decimals: int) -> Decimal | None:
    """A bounded number times a factor (a unit, a share), rounded to so many decimals; None where that is beyond the bounds of amounts."""
    product = _ARITHMETIC.multiply(number, factor)
    if abs(product) >= Decimal(10) ** MOST_WHOLE_DIGITS:
        return None
    return product.quantize(Decimal(1).scaleb(-decimals), context=_ARITHMETIC)


def length(value: str | SupportsFloat | None, most: float = MOST_LENGTH) -> float | None:
    """A measure on paper (a width, a place, a size); None for what is no finite number, or is longer than `most` either way."""
    try:
        measure = float(value) if value is not None else math.nan
    except (TypeError, ValueError, OverflowError):
        return None
    return measure if abs(measure) <= most else None

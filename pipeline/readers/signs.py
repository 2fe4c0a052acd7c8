"""Signs of negative numbers: every character that is printed as one, and the one way in which such a number is written here.

Belongs here: which characters are a minus, and where they may stand. Does not belong here: what a number is worth (`quantity`, `figures.amount`).
"""

from __future__ import annotations

import re

MINUS = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u207b\ufe58\ufe63\uff0d"
"""Hyphens, dashes and minus signs, wide and small ones too, for a class of characters (the plain one stands first)."""
TRIANGLES = "△▲"
"""Accounts print them before what is below zero."""

_PLAIN = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+"
_EXACT = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+"
_BEFORE = re.compile(
    rf"(?:[{MINUS}{TRIANGLES}](?P<first>[¥￥]?)|(?P<second>[¥￥])[{MINUS}])(?P<number>(?:{_PLAIN})[%％]?)"
)
_BEHIND = re.compile(rf"(?P<number>[¥￥]?(?:{_EXACT}))[{MINUS}]")
"""Behind a whole number without separators it may be the dash of a span of years."""
_ENDS = frozenset(MINUS + TRIANGLES + "¥￥")


def with_plain_sign(text: str) -> str:
    """A number without blanks, its sign written as a plain one in front of it (−5.00, 5.00－ and △5.00 are -5.00); other text as it is."""
    if not text or (text[0] not in _ENDS and text[-1] not in _ENDS):
        return text
    before = _BEFORE.fullmatch(text)
    if before:
        return f"-{before['first'] or before['second'] or ''}{before['number']}"
    behind = _BEHIND.fullmatch(text)
    return f"-{behind['number']}" if behind else text

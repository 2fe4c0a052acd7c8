"""Small raised or lowered characters, as all readers give them: a note's mark is never a digit of the number that it stands behind.

Belongs here: the characters that stand for raised and lowered ones in text. Does not belong here: how a format tells that text is raised.
"""

from __future__ import annotations

import re

_RAISED = str.maketrans("0123456789+-－−=()（）[]［］〔〕", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾⁽⁾⁽⁾⁽⁾⁽⁾")
_LOWERED = str.maketrans("0123456789+-－−=()（）[]［］〔〕", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎₍₎₍₎₍₎₍₎")
_NUMBER_BEFORE = re.compile(r"\d[\s)）%％]*$")


def raised(text: str, before: str, is_lowered: bool = False) -> str:
    """`text`, set small and raised (or lowered) behind `before`, in characters that are raised in themselves.

    Behind a number what has no such character is left out: 5,000注1 with a raised 注1 is 5,000.
    """
    marked = text.translate(_LOWERED if is_lowered else _RAISED)
    if _NUMBER_BEFORE.search(before) and not is_raised(marked):
        return "".join(character for character in marked if is_raised(character))
    return marked


def is_raised(text: str) -> bool:
    """Whether all of a text is raised or lowered, blanks left out."""
    return all("⁰" <= c <= "₎" or c in "²³¹" or c.isspace() for c in text)

"""Doubts about figures that were read from pictures: digits guessed, codes that are not those of their names, sources unknown.

Belongs here: what shows that an optical reading may be wrong though its sums agree. Does not belong here: recognition
(`pipeline.readers.scan`), arithmetic (`pipeline.proofs`), text that was never a picture.
"""

from __future__ import annotations

from difflib import SequenceMatcher

from pipeline.editions import classification
from pipeline.figures.figure import Figure

GUESSED = 0.6
"""Confidence of an optical reading whose digits or separators were partly guessed."""
ALIKE = 0.6
"""Two readings of one name share so much of their characters, whatever the recogniser took for others."""


def doubt_of(figure: Figure) -> str | None:
    """Why a figure is not believed as it was read; None where it is, or where it was no picture."""
    if figure.confidence is None:
        return None
    if figure.confidence <= GUESSED and figure.value_state == "number" and figure.proof == "unchecked":
        return f"“{figure.printed_text}” is read with a confidence of {figure.confidence}, and no sum contains it"
    if figure.scheme == "revenue" and figure.line_code is None and figure.line_name:
        return f"“{figure.line_name}” names no source of revenue that is known: it may be misread"
    for scheme, code, name in (
        (figure.scheme, figure.line_code, figure.line_name),
        (figure.cross_scheme, figure.cross_code, figure.cross_name),
    ):
        if scheme in classification.SCHEMES and code and name and not is_code_of(code, name, figure.fiscal_year):
            return f"the code {code} is not that of “{name}”: one of them is misread"
    return None


def is_code_of(code: str, name: str, year: int) -> bool:
    """Whether a code and a name may be one line of the classification, some characters of the name being misread."""
    found = classification.check(code, name, year)
    if found is None or found.kind in ("local_code", "other_edition"):
        return True
    likeness = max((_likeness(name, expected) for expected in found.expected), default=0.0)
    return likeness >= ALIKE and all(_likeness(name, other) <= likeness for other in _names_beside(code, year))


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, classification.plain_name(one), classification.plain_name(other), False).ratio()


def _names_beside(code: str, year: int) -> list[str]:
    """Names of the lines that one misread digit makes of a code's last level."""
    scheme = classification.scheme_of_code(code)
    codes = (code[:-2] + f"{number:02}" for number in range(100))
    names = (classification.code_name(scheme, other, year) for other in codes if other != code) if scheme else ()
    return [name for name in names if name]

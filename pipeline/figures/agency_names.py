"""Agencies as a document calls them: the spellings of one body in forms and sentences.

Belongs here: which printed names mean the same body. Does not belong here: finding names in forms (`agencies`) or in sentences (`narrative`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable


class AgencyNames:
    """The agencies of a document and the ways in which its forms and sentences call them: one body has several spellings.

    A printed name means the known names that it equals or abbreviates, or that abbreviate it (every character in order, 市政务办
    for 深圳市政务服务管理办公室), if those are spellings of one another; a name that fits two bodies means neither.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self.known = sorted({name: plain_name(name) for name in known if name}.items())
        self._meant: dict[str, frozenset[str]] = {}

    def meant(self, name: str) -> frozenset[str]:
        """Every known spelling of the body that a printed name means; empty where it means none or fits several bodies."""
        if name not in self._meant:
            self._meant[name] = self._spellings(plain_name(name))
        return self._meant[name]

    def _spellings(self, plain: str) -> frozenset[str]:
        equal = [(known, spelled) for known, spelled in self.known if spelled == plain]
        fits = [(known, spelled) for known, spelled in self.known if is_spelling(plain, spelled)]
        if equal:
            # A full name: the longer names that merely hold its characters are other bodies.
            fits = [(known, spelled) for known, spelled in fits if abs(len(spelled) - len(plain)) <= 6]
        for _, one in fits:
            if any(not is_spelling(one, other) for _, other in fits):
                return frozenset(known for known, _ in equal)
        return frozenset(known for known, _ in fits)


def is_spelling(one: str, other: str) -> bool:
    """Whether two plain names may be of one body: one abbreviates the other, and both or neither is 本级, the body without its units."""
    if one == other:
        return True
    if ("本级" in one) != ("本级" in other):
        return False
    return abbreviates(one, other) or abbreviates(other, one)


def plain_name(name: str) -> str:
    """Name without brackets, codes and places, 人民政府 and 政府 shortened to 府: what spellings of one body share."""
    text = re.sub(r"[\s()（）\d\[\]【】\-]", "", name)
    return re.sub(r"人民政府|政府", "府", text)


def abbreviates(short: str, long: str) -> bool:
    """Whether every character of the shorter name occurs in the longer one, in order; names of two characters say too little."""
    if len(short) < 3 or len(short) > len(long):
        return False
    remaining = iter(long)
    return all(character in remaining for character in short)

"""What the search of the site finds a name by, beside the name itself.

Belongs here: how a name sounds. Does not belong here: which names there are (`content`), and the order of what is found (assets/site.js).
"""

from __future__ import annotations

from functools import cache

from pypinyin import Style, lazy_pinyin


@cache
def sound(name: str) -> str:
    """The pinyin of a name and the first letters of it, in one line of small letters: `weijianwei wjw` for 卫健委."""
    return " ".join("".join(lazy_pinyin(name, style=style)).casefold() for style in (Style.NORMAL, Style.FIRST_LETTER))


def with_sounds(entries: list[list[str]]) -> list[list[str]]:
    """The entries of the search (kind, name, …), those of bodies and functions with their sound behind."""
    # Projects and titles of documents are too many, and too long, to be asked for by sound.
    return [[*entry, sound(entry[1])] if entry[0] in ("department", "unit", "function") else entry for entry in entries]

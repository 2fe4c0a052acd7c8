"""How a name sounds: by this, too, people ask for it, in the search of the site and of programs.

Belongs here: pinyin. Does not belong here: which names there are, and how what is asked meets them (`explorer.search`, `pipeline.serving.names`).
"""

from __future__ import annotations

from functools import lru_cache

from pypinyin import Style, lazy_pinyin

_MOST_KNOWN = 100_000


@lru_cache(maxsize=_MOST_KNOWN)
def sounds(name: str) -> tuple[str, str]:
    """The pinyin of a name and the first letters of it, in small letters: (`weijianwei`, `wjw`) for 卫健委."""
    whole, initials = (
        "".join(lazy_pinyin(name, style=style)).casefold() for style in (Style.NORMAL, Style.FIRST_LETTER)
    )
    return whole, initials

"""Finding bodies, places and codes by what people call them.

Belongs here: how a spoken name meets a written one: in full, shortened (卫健委), by code, by pinyin, in words of the field (三公). Does not
belong here: which names there are (the marts').
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.publish.pinyin import sounds

TOPICS = {
    "three_public": ("三公", "出国", "公务接待", "公务用车", "overseas travel", "reception", "vehicles"),
    "revenue": ("收入", "revenue"),
    "staff": ("人员", "编制", "人数", "staff"),
    "procurement": ("采购", "procurement"),
    "execution_rate": ("执行率", "execution"),
    "basic_per_head": ("人均", "per head"),
}
"""Words by which people ask for a metric."""


@dataclass(frozen=True)
class Match:
    """How well a spoken name fits: 0 is exact; the order of kinds is that of likelihood."""

    rank: int
    how: str


def match(spoken: str, name: str, code: str = "") -> Match | None:
    """How `spoken` fits a body, place or line of this name and code; None where it does not."""
    asked = "".join(spoken.split()).casefold()
    if not asked:
        return None
    if asked in (name.casefold(), code.casefold()):
        return Match(0, "exact")
    if code and code.startswith(asked):
        return Match(1, "code")
    if asked in name.casefold():
        return Match(2, "part of the name")
    if not asked.isascii():
        return Match(3, "short name") if _is_short(asked, name) else None
    pinyin, initials = sounds(name)
    if len(asked) > 1 and asked in initials:
        return Match(4, "initials of pinyin")
    if len(asked) > 2 and asked in pinyin:
        return Match(4, "pinyin")
    return None


def topics(spoken: str) -> list[str]:
    """Metrics that the words ask for."""
    asked = spoken.casefold()
    return [metric for metric, words in TOPICS.items() if any(word in asked or asked in word for word in words)]


def best(found: Iterable[tuple[Match, dict[str, object]]], limit: int) -> list[dict[str, object]]:
    """The likeliest first, shorter names before longer ones of the same likelihood."""
    ordered = sorted(found, key=lambda each: (each[0].rank, len(str(each[1]["name"])), str(each[1]["name"])))
    return [{**item, "match": how.how} for how, item in ordered[:limit]]


def _is_short(asked: str, name: str) -> bool:
    """Whether the characters stand in the name in this order, as in 卫健委 of 卫生健康委员会; one or two are too few to tell."""
    if len(asked) < 3:
        return False
    rest = iter(name)
    return all(character in rest for character in asked)

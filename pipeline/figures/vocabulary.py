"""The words of context: which fund, phase, scope, year and item of debt the words of a clause, a heading or a title name.

Belongs here: reading context_words.csv, and finding its words in a piece of text. Does not belong here: which of several pieces of
text speaks for an amount (`context`), and what the words are, which is data.

Words that only compare (为预算的 98 %, 占全国比重) or say where money goes to (调入一般公共预算) name nothing: they are masked. The sign @
in a pattern stands for the tier of the government itself: 市 in 全市, 市级, 市本级 of a city, 区 of a district.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.forms import consulted

_WORDS = Path(__file__).parent / "context_words.csv"
_ANY_TIER = "[省市区县州旗]"
_BLANK = "□"
_JOINED = re.compile(r"^(?:预算|收入|支出|收支|安排|情况|的)*[、和与及]$")
"""What stands between two names that are listed as one (一般公共预算和政府性基金预算)."""
_LISTED_AS_ONE = re.compile("[、和与及]")
_YEAR = re.compile(
    r"(?P<year>20[0-4]\d)(?:年度?(?P<end>年?[末底])?(?!\d{1,2}月|[一二三四五六七八九十]+月|年?[末底]?度?结转|及?以前|待支付)|(?=财政|预算|决算|市级|市本级|全市))"
    r"|(?P<prior>去年|上一年度?|上年度?)(?!(?:年?[末底]|度)?(?:的)?(?:结转|结余|累计|滚存|净结余|超收|专项))"
    r"|(?P<own>今年|本年度?)"
)
_PERIOD_BEFORE = re.compile(
    r"(?:比|较|与|同|和|对比|相比|相较|自|从|由|基于|对照|超过|高于|低于|剔除|扣除|受|由于|因|[“\"‘'])(?:于)?$"
)
_ZONE = re.compile(
    r"(?:^|(?<=[，,。;；:：、()年度]))(?P<name>(?:园区|高新区|经开区|名胜区|风景区|起步区|[\u4e00-\u9fff—\-·]{2,16}?(?:开发区|高新区|经开区|新区|园区|名胜旅游区|名胜区|风景区|旅游区|保税区|试验区|实验区|管理区"
    r"|起步区|合作区|示范区|先行区))(?:本级)?)"
    r"(?=一般公共|政府性基金|国有资本|社会保险|社保|财政|地方政府|政府债|债务|预算|决算|当年|收到|\d)"
)
_NO_NAME = re.compile(
    r"支持|推[进动]|建设|安排|拨付|用于|投入|完成|加快|补助|对|向|国家级|争取|下达|城市(?!新区)|各|全|和|及|与|其他|含|月|年|[一二三四五六七八九十两]个"
)
_ALIAS = re.compile(
    r"([\u4e00-\u9fff—]{2,16})[(](?:以下)?(?:统一?|合)?简?称(?:为)?[“\"]([^”\"]{2,12})[”\"](?:，下同)?[)]"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """Words that name a value of one aspect (year, phase, scope, fund), and where they stand in the text that was searched."""

    value: str
    words: str
    start: int
    end: int
    name: str = ""
    """Of a scope: the name as printed."""


@dataclass(frozen=True)
class _Word:
    aspect: str
    value: str
    place: str
    pattern: re.Pattern[str]


class Vocabulary:
    """The words of context for the government of a place and its tier (市, 区 …), None where not known; and the zones its document names."""

    def __init__(self, tier: str | None, place: str | None = None) -> None:
        own = tier or _ANY_TIER
        self._place = (
            re.compile(rf"(?:^|(?<=[，,。;；:：、()年度的])){place}(?!{own}?(?:本级|级|人民|财政局|第|委))")
            if place
            else None
        )
        self._words: dict[str, list[_Word]] = {}
        for row in consulted.table(_WORDS):
            pattern = re.compile(row["pattern"].replace("@", own))
            self._words.setdefault(row["aspect"], []).append(_Word(row["aspect"], row["value"], row["place"], pattern))
        self.zones: dict[str, str] = {}

    def learn(self, text: str) -> None:
        """Zones that the text names: 高新区一般公共预算…, 苏州工业园区（以下简称“园区”）."""
        for match in _ALIAS.finditer(text):
            name = re.sub(r"^(?:年度?|其中|中，?)+", "", match.group(1))
            if name.endswith(("区", "委会")):
                self.zones[match.group(2)] = name
                self.zones.setdefault(name, name)
        for match in _ZONE.finditer(text):
            name = match.group("name")
            if not _NO_NAME.search(name):
                self.zones.setdefault(name, name)

    def says(self, aspect: str, text: str, place: str = "any") -> bool:
        """Whether a word of the aspect stands in the text."""
        return any(word.pattern.search(text) for word in self._of(aspect, place))

    def value(self, aspect: str, text: str) -> str | None:
        """The value whose words stand last in the text."""
        found = list(self._mentions(aspect, text, "any"))
        return max(found, key=lambda mention: (mention.end, -mention.start)).value if found else None

    def funds(self, text: str, place: str) -> list[Mention]:
        """Funds that a text names, in order; names that are listed as one thing are `all`, or `several` of them."""
        masked = self._masked("fund_mask", text, "any")
        found: list[Mention] = []
        for mention in self._sorted(self._mentions("fund", masked, place)):
            if found and _JOINED.match(masked[found[-1].end : mention.start]) and found[-1].value != mention.value:
                last = found.pop()
                value = "all" if last.value in ("several", "all") else "several"
                mention = Mention(value, text[last.start : mention.end], last.start, mention.end)
            found.append(mention)
        return found

    def phases(self, text: str, place: str) -> list[Mention]:
        """Phases that a text names, in order, without those that an amount is only compared with."""
        masked = self._without_funds(text)
        return self._sorted(self._mentions("phase", self._masked("phase_mask", masked, "clause"), place))

    def scopes(self, text: str, *, is_clause: bool) -> list[Mention]:
        """Scopes that a text names, in order. Only a clause knows its beginning and its end."""
        masked = self._masked("scope_mask", text, "any")
        found = list(self._mentions("scope", masked, "any"))
        if is_clause:
            found += self._at_the_ends(masked)
        for match in self._place.finditer(masked) if self._place else ():
            # The place's own name without a tier is the whole place: 济南市一般公共预算收入.
            found.append(Mention("all_tiers", match.group(), match.start(), match.end(), match.group()))
        for match in self._zone_pattern().finditer(masked) if self.zones else ():
            name = match.group("name")
            found.append(Mention("zone", name, match.start("name"), match.end("name"), self.zones[name]))
        return self._together(self._sorted(found), masked)

    @staticmethod
    def _together(mentions: list[Mention], text: str) -> list[Mention]:
        """The head and a zone named as one are the tier: 市本级、名胜区一般公共预算收入. Where each has an amount of its own (分别), they stay two."""
        kept: list[Mention] = []
        for mention in mentions:
            last = kept[-1] if kept else None
            if (
                last is not None
                and mention.value == "zone"
                and (last.value == "head" or (last.value == "tier" and _LISTED_AS_ONE.search(last.words)))
                and _LISTED_AS_ONE.fullmatch(text[last.end : mention.start])
                and "分别" not in text
            ):
                words = text[last.start : mention.end]
                kept[-1] = Mention("tier", words, last.start, mention.end, words)
            else:
                kept.append(mention)
        return kept

    def years(self, text: str, base: int | None) -> list[Mention]:
        """Years that a text names, counted from `base`; one that is compared with has the words “compared” as its name."""
        found: list[Mention] = []
        for match in _YEAR.finditer(text):
            if match.group("year"):
                year: int | None = int(match.group("year"))
            elif base is None:
                continue
            else:
                year = base - 1 if match.group("prior") else base
            before = text[: match.start()]
            compared = "compared" if _PERIOD_BEFORE.search(before) else ""
            if match.group("prior") and not compared and not re.match("同期", text[match.end() :]):
                compared = "relative"
            found.append(Mention(str(year), match.group(), match.start(), match.end(), compared))
        found += self._mentions("year", text, "any")
        return self._sorted(found)

    def _of(self, aspect: str, place: str) -> list[_Word]:
        return [word for word in self._words.get(aspect, []) if word.place in ("any", place)]

    def _mentions(self, aspect: str, text: str, place: str) -> Iterator[Mention]:
        for word in self._of(aspect, place):
            for match in word.pattern.finditer(text):
                if match.group():
                    yield Mention(word.value, match.group(), match.start(), match.end(), match.group())

    def _at_the_ends(self, clause: str) -> Iterator[Mention]:
        head = re.match(r"(?:[;；，,、(]|其中[:：，]?|20\d\d年度?|(?:19|20)\d\d年末?)*", clause)
        start = head.end() if head else 0
        for word in self._of("scope", "start"):
            if word.place == "start" and (match := word.pattern.match(clause, start)):
                yield Mention(word.value, match.group(), match.start(), match.end(), match.group())
        for word in self._of("scope", "end"):
            for match in word.pattern.finditer(clause):
                if word.place == "end" and match.end() == len(clause):
                    yield Mention(word.value, match.group(), match.start(), match.end(), match.group())

    def _zone_pattern(self) -> re.Pattern[str]:
        names = "|".join(sorted(map(re.escape, self.zones), key=len, reverse=True))
        return re.compile(rf"(?:^|(?<=[，,。;；:：、(年度末]))(?P<name>{names})")

    def _masked(self, aspect: str, text: str, place: str) -> str:
        for word in self._of(aspect, place):
            text = word.pattern.sub(_blank, text)
        return text

    def _without_funds(self, text: str) -> str:
        for word in self._of("fund", "any"):
            if word.value != "all":
                text = word.pattern.sub(_blank, text)
        return text

    @staticmethod
    def _sorted(found: Iterator[Mention] | list[Mention]) -> list[Mention]:
        """In order of place; of two that overlap the longer."""
        kept: list[Mention] = []
        for mention in sorted(found, key=lambda one: (one.start, -(one.end - one.start))):
            if kept and mention.start < kept[-1].end:
                if mention.end - mention.start <= kept[-1].end - kept[-1].start:
                    continue
                kept.pop()
            kept.append(mention)
        return kept


def _blank(match: re.Match[str]) -> str:
    return _BLANK * len(match.group())

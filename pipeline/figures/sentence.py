"""Sentences: the amounts and percentages in them, and the words that say what each is of, of which year and phase.

Belongs here: what the words of one paragraph say by themselves. Does not belong here: which lines make a paragraph (`paragraph`),
and which figure of a form an amount repeats (`narrative`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from pipeline.forms.identity import Identity
from pipeline.readers.quantity import exact_number

_NUMBER = r"[-－]?(?:\d{1,3}(?:[,，]\d{3})+(?!\d)|\d+)(?:\.\d+)?"
QUANTITY = re.compile(
    rf"(?<![\d.A-Za-z])(?P<number>{_NUMBER})(?P<unit>亿元|百万元|千万元|万元|千元|元|亿(?=[;；,，。、)）]|$)|万(?=[;；,，。、)）]|$)|%)"
)
_NOT_A_BUDGET_AMOUNT = re.compile(r"^(?:\(含\))?(?:及|或)?以[上下]|^\(含\)|^[/／](?!年)|^每|^标准")
UNIT_YUAN = {
    "元": Decimal(1),
    "千元": Decimal(1000),
    "万元": Decimal(10000),
    "万": Decimal(10000),
    "百万元": Decimal(1000000),
    "千万元": Decimal(10000000),
    "亿元": Decimal(100000000),
    "亿": Decimal(100000000),
}
_SENTENCE_END = re.compile(r"[。！？；;]")
_CLAUSE_END = re.compile(r"[，,、：:（(）)]")
_FILLER = r"(?:了|额|数|为|约|共|共计|合计|计|较多|[:：])*"
_RISE = re.compile(rf"(?:增加|增长|上升|提高|增幅|增收|上涨|多|增)(?:\(减少\)|\(下降\)|/减少|/下降)?{_FILLER}$")
_FALL = re.compile(
    rf"(?:减少|下降|降低|压减|减幅|降幅|缩减|节约|减收|少|减)(?:\(增加\)|\(增长\)|/增加|/增长)?{_FILLER}$"
)
_LEVEL_AFTER = re.compile(r"^(?:的预算)?(?:基本)?(?:持平|一致|相同|相等|相当)")
_LEVEL_ALONE = re.compile(r"(?:比|较|与|同|和)[^，。；,;]{0,24}?(?:基本)?(?:持平|一致|无增减变动|无增减变化)")
_YEAR = re.compile(
    r"(?P<year>20[0-4]\d)年(?:度)?(?!\d{1,2}月|底|末|[一二三四五六七八九十]+月|及以前|以前|待支付|结转|度?结转)|(?P<prior>上年|去年|上一年度?)(?!度?(?:末|底)?结转|度?结余|末|底)"
)
_COMPARED = re.compile(r"(?:比|较|与|同|和|对比|相比|相较)[“\"‘']?(?:于)?$")
_EXECUTED = re.compile(r"(?:决算|执行|实际支出|实际完成|完成数)(?:数)?[^，。；,;]{0,12}$")
_APPROVED = re.compile(r"(?:年初预算|预算(?:数|安排)?)(?:数|为|安排|[:：])*$")
_ADJUSTED = re.compile(r"(?:调整预算|调整后预算|调整后的预算|预算调整)[^，。；,;]{0,12}$")
_GENERIC = re.compile(
    r"^(?:其中|包括|具体包括|主要包括|分别为?|当年|本年|全年|本年度|年度|预算|决算|年初预算|预算数|决算数|预算安排|预算执行数?|执行数|支出|收入|金额|资金|安排"
    r"|总额|总计|合计|共计|共|共有|为|约|数|与|比|较|同|的|是|使用|需|涉及|累计|总金额|当年预算|支出决算|支出预算|按|及|等|年|度|占|所占|比重|比例|完成|当年执行)*$"
)
_LEADING_NOISE = re.compile(
    r"^(?:其中|包括|具体包括|主要包括|主要是|主要用于|分别是?|按照?|截至|截止|将|以及|及|和|与|是|为|从|由|用于|[:：”’])+"
)
_TRAILING_NOISE = re.compile(r"(?:科目|预算数|决算数|预算安排|安排|共计|合计|总计|共|为|约|[:：“‘])+$")
_CHANGE = re.compile(
    r"(?:增加|增长|上升|提高|增幅|减少|下降|降低|压减|减幅|降幅|持平)[()增加减少长下降]*(?:了|额|数|为|约|共|[:：])*$"
)
_COMPARISON = re.compile(
    r"(?:对?比|较|与|同)(?:上年|去年|上一年度?|上一年|上一|年)?度?(?:年初|当年|调整)?(?:预算|决算|执行|预算执行)?数?(?:相比|比较)?(?:，|,)?$"
)
_WIDTHS = str.maketrans("（）％：．", "()%:.") | {
    code: unicodedata.normalize("NFKC", chr(code))
    for ends in ("０９", "Ａｚ")
    for code in range(ord(ends[0]), ord(ends[1]) + 1)
}


def tight_text(text: str) -> tuple[str, list[int]]:
    """Text without spaces, digits and brackets in plain width, and for each character its place in `text`."""
    return plain_widths(text), [place for place, character in enumerate(text) if not character.isspace()]


@lru_cache(maxsize=16384)
def plain_widths(text: str) -> str:
    """Text without spaces, digits and brackets in plain width."""
    return "".join(text.translate(_WIDTHS).split())


@dataclass(slots=True)
class SentenceAmount:
    """An amount or a percentage, its place in the tight text, and the words of its clause that say what it is of."""

    start: int
    end: int
    number: Decimal
    decimals: int
    unit: str | None
    measure: str
    subject: str
    is_generic: bool
    clause_start: int
    sentence_start: int


def sentence_amounts(tight: str) -> Iterator[SentenceAmount]:
    """Every amount and percentage of a paragraph with the clause that says what it is of, and every bare 持平."""
    previous_end = 0
    taken: list[tuple[int, int]] = []
    for match in QUANTITY.finditer(tight):
        after = tight[match.end() :]
        if _NOT_A_BUDGET_AMOUNT.match(after) or (
            match.group("unit") == "元" and after.startswith(("宵", "旦", "素", "件"))
        ):
            continue
        text = re.sub(r"[,，]", "", match.group("number")).replace("－", "-")
        number = exact_number(text)
        if number is None:
            continue  # more digits than any amount has
        decimals = len(text.partition(".")[2])
        sentence_start = max((found.end() for found in _SENTENCE_END.finditer(tight, 0, match.start())), default=0)
        clause_start = _clause_start(tight, max(sentence_start, previous_end), match.start())
        before = tight[clause_start : match.start()]
        if _RISE.search(before):
            measure = "increase"
        elif _FALL.search(before):
            measure = "decrease"
        elif _LEVEL_AFTER.match(after):
            measure = "unchanged"
        else:
            measure = "stated"
        unit: str | None = match.group("unit")
        if unit == "%":
            number = -abs(number) if measure == "decrease" else number
            measure, unit = "percentage", None
        elif measure == "decrease":
            number = -abs(number)
        subject = _subject(tight[clause_start : match.start()])
        taken.append((match.start(), match.end()))
        yield SentenceAmount(
            match.start(), match.end(), number, decimals, unit, measure, subject, bool(_GENERIC.match(subject)),
            clause_start, sentence_start,
        )  # fmt: skip
        previous_end = match.end()
    for match in _LEVEL_ALONE.finditer(tight):
        if any(match.start() <= start < match.end() for start, _ in taken):
            continue
        sentence_start = max((found.end() for found in _SENTENCE_END.finditer(tight, 0, match.start())), default=0)
        word = re.search(r"(?:基本)?(?:持平|一致|无增减变动|无增减变化)$", match.group())
        start = match.start() + word.start() if word else match.start()
        yield SentenceAmount(
            start, match.end(), Decimal(0), 0, "持平", "unchanged", "", True, match.start(), sentence_start
        )


def _clause_start(tight: str, low: int, high: int) -> int:
    """Where the clause that ends at `high` begins: after a comma outside of brackets, or after a bracket still open."""
    depth = 0
    for place in range(high - 1, low - 1, -1):
        character = tight[place]
        if character == ")":
            depth += 1
        elif character == "(":
            if depth == 0:
                return place + 1
            depth -= 1
        elif depth == 0 and _CLAUSE_END.match(character):
            return place + 1
    return low


def _subject(clause: str) -> str:
    text = re.sub(r"^(?:第?[一二三四五六七八九十]+、|\([一二三四五六七八九十\d]+\)|\d{1,2}[、.](?!\d))", "", clause)
    text = re.sub(r"20[0-4]\d年(?:度)?", "", text)
    text = _COMPARISON.sub("", _CHANGE.sub("", text))
    text = _LEADING_NOISE.sub("", text)
    return _TRAILING_NOISE.sub("", text).lstrip(")")


def year_of(tight: str, amount: SentenceAmount, default: int | None) -> int | None:
    """Year of an amount: the last one named before it in its sentence; one that is compared with counts in its own clause only."""
    year = default
    if amount.unit == "持平":
        return default
    for mention in _YEAR.finditer(tight, amount.sentence_start, amount.start):
        named = int(mention.group("year")) if mention.group("year") else (default - 1 if default else None)
        compared = bool(_COMPARED.search(tight[: mention.start()])) or mention.group("prior") is not None
        if compared and amount.measure in ("increase", "decrease", "percentage"):
            continue
        if compared and re.search(r"[，,。；;：:]", tight[mention.end() : amount.start]):
            continue
        if compared and QUANTITY.search(tight[mention.end() : amount.start]):
            continue
        year = named
    return year


def phase_of(clause: str, body: Identity) -> str:
    """Phase that the words of a clause name (adjusted, approved, executed), else that of the document."""
    if _ADJUSTED.search(clause):
        return "adjusted"
    if body.document_kind == "final_account":
        return "approved" if _APPROVED.search(clause) and "决算" not in clause[-6:] else "executed"
    return "executed" if _EXECUTED.search(clause) else body.phase


def clause_before(tight: str, amount: SentenceAmount) -> str:
    """The nearest clause before the amount in its sentence, or the sentence before, that is not generic."""
    for clause in reversed(re.split(r"[，,：:]", tight[amount.sentence_start : amount.clause_start])):
        subject = _subject(clause)
        if subject and not _GENERIC.match(subject) and not QUANTITY.search(clause):
            return subject
    return ""

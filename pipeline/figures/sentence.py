"""Sentences: the amounts and percentages in them, and the the words of its clause that say what each is of.

Belongs here: what the words of one paragraph say by themselves. Does not belong here: which lines make a paragraph (`paragraph`),
of which year, phase, scope and fund an amount is (`context`), and which figure of a form it repeats (`narrative`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from pipeline.figures.clause import clause_start, is_generic, subject_of_clause
from pipeline.readers.quantity import exact_number

_NUMBER = r"[-－]?(?:\d{1,3}(?:[,，]\d{3})+(?!\d)|\d+)(?:\.\d+)?"
QUANTITY = re.compile(
    rf"(?<![\d.A-Za-z])(?P<number>{_NUMBER})(?P<unit>万亿元|亿元|百万元|千万元|万元|千元|元|亿(?=[;；,，。、)）]|$)|万(?=[;；,，。、)）]|$)|%)"
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
    "万亿元": Decimal(1000000000000),
    "亿": Decimal(100000000),
}
_SENTENCE_END = re.compile(r"[。！？；;]")
_FILLER = r"(?:了|额|数|为|约|共|共计|合计|计|较多|[:：])*"
_RISE = re.compile(
    rf"(?:增加|增长|上升|提高|增幅|增收|增支|上涨|多|(?<!新)增|调增[^，。；]{{0,8}})(?:\(减少\)|\(下降\)|/减少|/下降)?{_FILLER}$"
)
_FALL = re.compile(
    rf"(?:减少|下降|降低|压减|减幅|降幅|缩减|节约|减收|减支|少|减|调减[^，。；]{{0,8}})(?:\(增加\)|\(增长\)|/增加|/增长)?{_FILLER}$"
)
_DEFICIT = re.compile(r"(?:支大于收|收不抵支)[^，。；]{0,4}$")
_LEVEL_AFTER = re.compile(r"^(?:的预算)?(?:基本)?(?:持平|一致|相同|相等|相当)")
_LEVEL_ALONE = re.compile(r"(?:比|较|与|同|和)[^，。；,;]{0,24}?(?:基本)?(?:持平|一致|无增减变动|无增减变化)")
_WIDTHS = str.maketrans("（）％：．", "()%:.") | {
    code: unicodedata.normalize("NFKC", chr(code))
    for ends in ("０９", "Ａｚ")
    for code in range(ord(ends[0]), ord(ends[1]) + 1)
}


_UNSEEN = re.compile(r"[\s①-⑳⁰¹²³⁴-⁹]")
"""White space, and the marks of notes and of items: 调整预算①的."""


def tight_text(text: str) -> tuple[str, list[int]]:
    """Text without spaces and marks of notes, digits and brackets in plain width, and for each character its place in `text`."""
    return plain_widths(text), [place for place, character in enumerate(text) if not _UNSEEN.match(character)]


@lru_cache(maxsize=16384)
def plain_widths(text: str) -> str:
    """Text without spaces and marks of notes, digits and brackets in plain width."""
    return _UNSEEN.sub("", text.translate(_WIDTHS))


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
        low = max(sentence_start, previous_end)
        clause = clause_start(tight, low, match.start())
        before = tight[clause : match.start()]
        if not before and tight[clause - 1 : clause] == "(":
            # What stands in brackets by itself is of the words before them: 债务还本支出减少(15.35亿元).
            before = tight[clause_start(tight, min(low, clause - 1), clause - 1) : clause - 1]
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
        if measure == "stated" and _DEFICIT.search(before):
            number = -abs(number)
        subject = subject_of_clause(before)
        taken.append((match.start(), match.end()))
        yield SentenceAmount(
            match.start(), match.end(), number, decimals, unit, measure, subject, is_generic(subject),
            clause, sentence_start,
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


def is_change(clause: str) -> bool:
    """Whether the words before a number say that it is a rise or a fall."""
    return bool(_RISE.search(clause) or _FALL.search(clause))

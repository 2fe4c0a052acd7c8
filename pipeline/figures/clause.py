"""Clauses: where the clause of an amount begins, and the words in it that say what the amount is of.

Belongs here: bounds of clauses, and a clause's words without those that say nothing of its subject (years, verbs, comparisons). Does
not belong here: amounts (`sentence`), and which clause speaks for an amount whose own says nothing (`subject`).
"""

from __future__ import annotations

import re

_CLAUSE_END = re.compile(r"[，,、：:（(）)]")
_PARTS = re.compile(r"[，：:;；]|(?<!\d),|,(?!\d{3})")
_CLOSED_BRACKET = re.compile(r"\([^()]*\)")
_GENERIC = re.compile(
    r"^(?:其中|包括|具体包括|主要包括|分别为?|当年|本年|全年|本年度|年度|预算|决算|年初预算|预算数|决算数|预算安排|预算执行数?|执行数|支出|收入|金额|资金|安排"
    r"|总额|总计|合计|共计|共|共有|为|约|数|与|比|较|同|的|是|使用|需|涉及|累计|总金额|当年预算|支出决算|支出预算|按|及|等|年|度|占|所占|比重|比例|完成|当年执行|预计|预期|预估|实际|实现|执行中|调整为?|调整后的?|达到?|全年实际|相应|拟|初步)*$"
)
_LEADING_NOISE = re.compile(
    r"^(?:其中|包括|具体包括|主要包括|主要是|主要用于|分别是?|按照?|截至|截止|将|以及|及|和|与|是|为|从|由|用于|[:：”’])+"
)
_TRAILING_NOISE = re.compile(r"(?:调整为|科目|预算数|决算数|预算安排|安排|共计|合计|总计|共|为|约|[:：“‘])+$")
_CHANGE = re.compile(
    r"(?:增加|增长|上升|提高|增幅|增支|增收|减收|减支|减少|下降|降低|压减|减幅|降幅|持平)[()增加减少长下降]*(?:了|额|数|为|约|共|[:：])*$"
)
_COMPARISON = re.compile(
    r"(?:对?比|较|与|同)(?:上年|去年|上一年度?|上一年|上一|年)?度?(?:年初|当年|调整)?(?:预算|决算|执行|预算执行)?数?(?:相比|比较)?(?:，|,)?$"
)


def clause_start(tight: str, low: int, high: int) -> int:
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


def subject_of_clause(clause: str) -> str:
    """The words of a clause that say what its amount is of, without years, comparisons and verbs; '' where there are none."""
    text = re.sub(r"^(?:第?[一二三四五六七八九十]+、|\([一二三四五六七八九十\d]+\)|\d{1,2}[、.](?!\d))", "", clause)
    text = re.sub(r"20[0-4]\d年(?:度)?", "", text)
    text = _COMPARISON.sub("", _CHANGE.sub("", text))
    text = _LEADING_NOISE.sub("", text)
    return _TRAILING_NOISE.sub("", text).lstrip("),，、")


def is_generic(subject: str) -> bool:
    """Whether words of a clause say no more than that there is an amount (预算数为, 支出, 预计完成)."""
    return bool(_GENERIC.match(subject))


def split_clauses(text: str) -> list[str]:
    """Clauses of a piece of a sentence; the comma within a number parts none."""
    return [part for part in _PARTS.split(text) if part]


def without_brackets(text: str) -> str:
    """Text without what stands in closed brackets."""
    previous = None
    while previous != text:
        previous, text = text, _CLOSED_BRACKET.sub("", text)
    return text

"""Subjects: what an amount is of, where its own clause does not say it.

Belongs here: the order in which clause, sentence, sentences before, headings are asked for the subject of an amount. Does not belong
here: a clause's own words (`clause`), and year, phase, scope and fund (`context`).
"""

from __future__ import annotations

import re

from pipeline.figures.clause import is_generic, split_clauses, subject_of_clause
from pipeline.figures.paragraph import Paragraph, lead_of, without_number
from pipeline.figures.section import Said
from pipeline.figures.sentence import QUANTITY, SentenceAmount

_SIDES = ("收入", "支出")
_ENDS_A_LIST = re.compile(r"(?:等|合计|共计)(?:[^，。；、]{0,8})$")
_VERB_ALONE = re.compile(
    r"^(?:市级|全市|市本级|各级)?(?:财政)?(?:共|累计|统筹|另|已)?(?:安排|投入|拨付|筹措|下达|落实|发放|兑现|设立|争取|补助)(?:资金|财政资金|经费|专项资金|奖补资金)?(?:共|约|共计)?$"
)
_TOTAL = re.compile(r"((?:收入|支出)(?:合计|总计|总量|共计|累计|总额))(?:为|达)?$")
_SIDE_ALONE = re.compile(r"^(?:全年|年初|当年)?(?:收入|支出)(?:预算)?(?:实际|预计)?(?:完成|执行|调整)")
_AFTER = re.compile(r"^[^，。；,;()、]{2,40}")
_LISTS_BACK = re.compile(r"[^，。；：:()]*$")


class Subjects:
    """The subjects of the amounts of one paragraph, asked in reading order."""

    def __init__(self, paragraph: Paragraph) -> None:
        self.lead = without_number(lead_of(paragraph.text)) if paragraph.rank is not None else ""
        self.heading = without_number(paragraph.headings[-1]) if paragraph.headings else ""
        self.context = ""
        self.earlier = ""
        self.sentence = -1

    def of(self, tight: str, amount: SentenceAmount, fund_words: str | None) -> Said | None:
        """The subject of the next amount with the level that said it."""
        if amount.sentence_start != self.sentence:
            self.sentence, self.earlier, self.context = amount.sentence_start, self.context or self.earlier, ""
        said = self._said(tight, amount, fund_words)
        self.context = said.value if said else ""
        return said

    def _said(self, tight: str, amount: SentenceAmount, fund_words: str | None) -> Said | None:
        whole = _whole_list(tight, amount)
        if whole:
            return Said(whole, "clause", whole)
        total = _TOTAL.search(tight[amount.clause_start : amount.start])
        if total and not amount.is_generic and amount.subject.endswith(total.group(1)[:2]):
            return Said(amount.subject + total.group(1)[2:], "clause", amount.subject)
        whole = _whole_list(tight, amount)
        if whole:
            return Said(whole, "clause", whole)
        if (
            amount.measure == "stated"
            and _VERB_ALONE.match(amount.subject)
            and (after := _AFTER.match(tight[amount.end :]))
        ):
            return Said(amount.subject + after.group(), "clause", after.group())
        if amount.subject and not amount.is_generic:
            return Said(amount.subject, "clause", amount.subject)
        if total:
            return Said(total.group(1), "clause", total.group())
        side = next((side for side in _SIDES if side in amount.subject), None)
        before = clause_before(tight, amount)
        # 收入、支出预算总计 is of both sides.
        if (
            side is not None
            and amount.measure == "stated"
            and tight[amount.clause_start - 1 : amount.clause_start] != "、"
        ):
            other = _SIDES[1 - _SIDES.index(side)]
            spoken = next((words for words in (self.context, before, self.earlier, self.lead) if words), "")
            stands_alone = bool(fund_words) and _SIDE_ALONE.match(tight[amount.clause_start : amount.start])
            if side not in spoken and (other in spoken or stands_alone):
                fund = fund_words if fund_words and "债" not in fund_words else ""
                return Said(fund + side, "clause", amount.subject)
        if side is not None and amount.measure == "stated" and "收支" in self.lead and not (self.context or before):
            # 全市收支情况 above 全年收入实际完成 tells no side.
            return Said((fund_words if fund_words and "债" not in fund_words else "") + side, "clause", amount.subject)
        for level, value in (
            ("sentence", self.context or before),
            ("heading", self.lead),
            ("clause", amount.subject if side else ""),
            ("before", self.earlier),
            ("heading", self.heading),
        ):
            if value:
                return Said(value, level, value)
        return None


def clause_before(tight: str, amount: SentenceAmount) -> str:
    """The nearest clause before the amount in its sentence that says more than that there is an amount."""
    for clause in reversed(split_clauses(tight[amount.sentence_start : amount.clause_start])):
        subject = subject_of_clause(clause)
        if subject and not is_generic(subject) and not QUANTITY.search(clause):
            return subject
    return ""


def _whole_list(tight: str, amount: SentenceAmount) -> str:
    """The whole list that an amount sums: 上级补助收入、债务转贷收入、调入资金等737.6亿元."""
    clause = tight[amount.clause_start : amount.start]
    if not _ENDS_A_LIST.search(clause) or tight[amount.clause_start - 1 : amount.clause_start] != "、":
        return ""
    head = _LISTS_BACK.search(tight[amount.sentence_start : amount.clause_start])
    listed = head.group() if head else ""
    last = max((match.end() for match in QUANTITY.finditer(listed)), default=0)
    return subject_of_clause(listed[last:] + clause)[-80:]

"""Stated zeros: sentences that say of an item of the three public expenses (“三公”经费) that the body spends nothing on it.

Belongs here: which item a zero is of (公务用车购置费0万元), and denials that print no amount (本年度无因公出国（境）费支出). Does not belong here: the
amounts of sentences themselves (`narrative`), and what follows for a form whose cell was left blank, which the marts say.

A denial of another year, of a part (外宾接待), in a reason for a change or under a condition (如无数字) says nothing of the year's own amount.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from pipeline.figures.agency_statistic import subject_of
from pipeline.figures.narrative import rules_of_form
from pipeline.figures.paragraph import Paragraph
from pipeline.figures.sentence import tight_text
from pipeline.forms import failures
from pipeline.forms.failures import Place
from pipeline.forms.identity import Identity

Row = dict[str, Any]
ITEMS = ("total", "overseas_travel", "official_reception", "vehicles", "vehicle_purchase", "vehicle_operation")
_FORM = "three_public"
_CLAUSE = re.compile(r"[^。；，;,!！?？]+")
_DENIAL = re.compile(
    r"(?P<denial>(?:无|没有|未安排|未发生|不安排|未产生|未列支|未编列)(?:发生|安排|编列|列支|使用)?(?:一般公共预算|财政)?(?:当年)?(?:拨款)?(?:预算)?(?:安排的?)?的?"
    r"(?P<item>[“\"]?三公[”\"]?经费|因公出国[(]?境?[)]?|公务接待|公务用车购置(?:[及和与、](?:公务用车)?运行(?:维护)?)?|公务用车运行(?:维护)?)"
    r"(?:费用|费|经费)?的?(?:一般公共预算|财政)?(?:拨款)?(?:支出|预算|安排|费用|计划|任务|事项|发生|开支)*)$"
)
_OTHER = re.compile(r"如|若|上年|去年|上一年|外宾|外事|国[(]境[)]外|原因|由于|因为|增加|减少|次数|批次|团组|人数")
_AND_THIS_YEAR = re.compile(r"本年|当年|今年")
_YEAR = re.compile(r"20\d\d")


def stated_zeros(rows: Sequence[Row], found: Sequence[Paragraph], body: Identity, document_id: str) -> list[Row]:
    """Rows of schemas.core.NARRATIVE_FIGURE for the clauses that deny an item without printing an amount.

    Sets `zero_item` on those of `rows` (of the same table) that state zero of an item, of the body itself, in its own year and phase. An
    item of which another sentence states an amount is not zero, and neither is the total.
    """
    own = [
        (row, _item(row["subject"] or ""))
        for row in rows
        if row["amount_yuan"] is not None
        and row["measure"] == "stated"
        and (row["fiscal_year"], row["phase"], row["agency_name"])
        == (body.fiscal_year, body.phase, body.department_name)
    ]
    spent = {item for row, item in own if item and row["amount_yuan"]}
    spent |= {"vehicles"} if spent & {"vehicle_purchase", "vehicle_operation"} else set()
    spent |= {"total"} if spent else set()
    for row, item in own:
        if not row["amount_yuan"] and item not in spent:
            row["zero_item"] = item
    return [row for row in _denials(found, body, document_id) if row["zero_item"] not in spent]


def _denials(found: Sequence[Paragraph], body: Identity, document_id: str) -> list[Row]:
    rows: list[Row] = []
    for paragraph in found:
        if paragraph.is_heading or "公" not in paragraph.text:
            continue
        with failures.unit("stated zeros", Place(paragraph.page_number, words=paragraph.text)):
            rows += _denials_of(paragraph, body, document_id)
    return rows


def _denials_of(paragraph: Paragraph, body: Identity, document_id: str) -> list[Row]:
    tight, places = tight_text(paragraph.text)
    rows = []
    for clause in _CLAUSE.finditer(tight):
        denied = _DENIAL.search(clause.group())
        item = _item(denied["item"]) if denied is not None and _is_of_this_year(clause.group(), body) else None
        if denied is None or item is None:
            continue
        subject = subject_of(tight, clause.start() + denied.start("denial"), paragraph, body)
        if subject is not None and not subject.is_own:
            continue
        start = places[clause.start() + denied.start("denial")]
        rows.append(
            {
                "narrative_figure_id": f"{document_id}-n{paragraph.block_index:04d}-{start:04d}",
                "document_id": document_id,
                "page_number": paragraph.page_number,
                "block_index": paragraph.block_index,
                "position": start,
                "agency_name": body.department_name,
                "fiscal_year": body.fiscal_year,
                "phase": body.phase,
                "subject": denied["item"],
                "measure": "stated",
                "printed_text": denied["denial"],
                "amount_yuan": Decimal(0),
                "half_unit_yuan": Decimal(0),
                "zero_item": item,
                "context": "year=title:document; phase=title:document; scope=none; fund=none; subject=clause:"
                + denied["item"],
                "is_context_certain": True,
            }
        )
    return rows


def _is_of_this_year(clause: str, body: Identity) -> bool:
    """Whether a clause speaks of the document's year: it names no other, or names this one beside it (上年及本年度)."""
    years = {int(year) for year in _YEAR.findall(clause)}
    if years and body.fiscal_year not in years:
        return False
    return not _OTHER.search(clause) or (
        bool(_AND_THIS_YEAR.search(clause)) and not re.search("原因|如|若|外宾|外事|国[(]境[)]外", clause)
    )


def _item(subject: str) -> str | None:
    """The item that words name, by narrative_subjects.csv; None for what is no item of the three public expenses."""
    line = next((rule.line for rule in rules_of_form(_FORM) if rule.subject.search(subject)), None)
    return line if line in ITEMS and not re.search("外宾|外事|国[(（]境[)）]外", subject) else None

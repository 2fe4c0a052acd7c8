"""Narrative: the amounts that sentences tell, and the figure of a form that each repeats.

Belongs here: tying an amount with its words to a figure. Does not belong here: what phrases mean, which is data
(narrative_subjects.csv), what a sentence says by itself (`sentence`), and figures of forms.

An amount repeats a figure if it is the same (within the half unit of the coarser, where they are rounded differently), of the
same year and the same agency, and if a row of narrative_subjects.csv, or the line's own code or name, ties its words to the
figure. Several figures that fit equally well give no tie: a missing link is better than a wrong one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.figures.agency_names import AgencyNames, abbreviates, is_spelling, plain_name
from pipeline.figures.amount import half_unit_of
from pipeline.figures.clause import split_clauses, without_brackets
from pipeline.figures.context import Context, Earlier, Resolver
from pipeline.figures.figure import Figure
from pipeline.figures.paragraph import Paragraph, agency_of_heading, lead_of, page_at, without_number
from pipeline.figures.section import Outline, Said
from pipeline.figures.sentence import QUANTITY, UNIT_YUAN, SentenceAmount, is_change, sentence_amounts, tight_text
from pipeline.figures.subject import Subjects
from pipeline.forms import consulted, failures
from pipeline.forms.failures import Place
from pipeline.forms.identity import Identity
from pipeline.readers.quantity import scaled

FOLDER = Path(__file__).parent
Row = dict[str, Any]
_CODE = re.compile(r"(?<!\d)(2\d{2}(?:\d{2}){0,3})(?!\d)")
_SPLIT_CODE = re.compile(r"[(](2\d{2})类[)].*?[(](\d{2})款[)].*?[(](\d{2})项[)]")
_FOUR_DIGITS = re.compile(r"\d{4}(?!\d)")
_ENUMERATED_LINE = re.compile(r"([^()（）]*)[(](?:项|款|类)[)](?:支出)?$")
# Economic classes that forms without codes print by name only.
_LINE_NAMES = {"301": "工资福利支出", "302": "商品和服务支出", "303": "对个人和家庭的补助"}


def narrative_figures(
    found: Sequence[Paragraph], body: Identity, figures: Sequence[Figure], document_id: str
) -> list[Row]:
    """Rows of schemas.core.NARRATIVE_FIGURE: every amount and percentage of every sentence, in reading order."""
    outline = Outline(body, found)
    index = _FigureIndex(figures, body)
    earlier = Earlier()
    rows: list[Row] = []
    marks = {(one.page_number, one.text[0]) for one in found if one.is_note and one.text[:1].isdigit()}
    for paragraph in found:
        with failures.unit("narrative", Place(paragraph.page_number, words=paragraph.text)):
            rows += _amounts_of(paragraph, outline, earlier, index, document_id)
    for row in rows:
        # 收入¹762.9亿元 reads like 1762.9 where the mark of a note is a digit as large as others.
        if _FOUR_DIGITS.match(row["printed_text"]) and (row["page_number"], row["printed_text"][0]) in marks:
            row["is_context_certain"] = False
    return rows


def _amounts_of(
    paragraph: Paragraph, outline: Outline, earlier: Earlier, index: _FigureIndex, document_id: str
) -> list[Row]:
    """Rows of the amounts of one paragraph; one that cannot be told costs itself."""
    rows: list[Row] = []
    if paragraph.is_heading:
        return rows
    earlier.enter(paragraph.headings)
    tight, places = tight_text(paragraph.text)
    lead = without_number(lead_of(paragraph.text)) if paragraph.rank is not None else ""
    above = [lead, *reversed(paragraph.headings)]
    agency = agency_of_heading(paragraph)
    resolver = Resolver(outline.words, outline.section_of(paragraph), earlier, outline.is_government)
    subjects = Subjects(paragraph)
    for amount in sorted(sentence_amounts(tight), key=lambda item: item.start):
        with failures.unit("narrative", Place(paragraph.page_number, words=tight[amount.sentence_start : amount.end])):
            context = resolver.context_of(tight, amount)
            subject = subjects.of(tight, amount, context.fund.words if context.fund else None)
            spoken = index.agency_in(tight[amount.sentence_start : amount.start]) or agency
            row = _row(paragraph, places[amount.start], amount, context, subject) | {
                "narrative_figure_id": f"{document_id}-n{paragraph.block_index:04d}-{places[amount.start]:04d}",
                "document_id": document_id,
                "agency_name": spoken or index.body.department_name,
                "printed_text": tight[amount.start : amount.end],
                "percentage_kind": _kind_of_percentage(tight, amount, outline),
            }
            if row["amount_yuan"] is not None:
                row["figure_id"] = index.repeated(subject.value if subject else "", above, row)
            rows.append(row)
    earlier.leave(paragraph.text, resolver.last, paragraph.rank is not None)
    return rows


def _row(paragraph: Paragraph, place: int, amount: SentenceAmount, context: Context, subject: Said | None) -> Row:
    money = amount.unit is not None and amount.unit in UNIT_YUAN
    scale = UNIT_YUAN[amount.unit] if money and amount.unit else Decimal(0)
    return {
        "page_number": page_at(paragraph, place),
        "block_index": paragraph.block_index,
        "position": place,
        "fiscal_year": int(context.year.value) if context.year else None,
        "phase": context.phase.value if context.phase else None,
        "scope": context.scope.value if context.scope else None,
        "scope_name": (context.scope.name or None) if context.scope else None,
        "fund": context.fund.value if context.fund else None,
        "debt_item": context.debt_item,
        "subject": (subject.value[-80:] or None) if subject else None,
        "measure": amount.measure,
        "amount_yuan": scaled(amount.number, scale, 2) if money else None,
        "half_unit_yuan": half_unit_of(scale, amount.decimals) if money else None,
        "percentage": amount.number if amount.measure == "percentage" else None,
        "figure_id": None,
        "context": context.evidence(subject),
        "is_context_certain": context.is_certain,
    }


def _kind_of_percentage(tight: str, amount: SentenceAmount, outline: Outline) -> str | None:
    """What a percentage is: of growth, a share of a whole, or the rate at which a budget was carried out."""
    if amount.measure != "percentage":
        return None
    clause = without_brackets(tight[amount.clause_start : amount.start])
    if clause.startswith("的"):
        # 完成调整预算13,143,345万元的97.92%: the clause of the amount before says what the percentage is.
        clause = QUANTITY.sub("", split_clauses(tight[amount.sentence_start : amount.start])[-1])
    if is_change(clause):
        return "growth"
    return next((kind for kind in ("rate", "share") if outline.words.says(kind, clause)), "other")


_WHOLE = re.compile(r"(?:预算|基金|经营)(?:总|当年)?(收入|支出)(?:合计|总计|总额)?(?:预期)?(?:实现|完成)?$")


@dataclass(frozen=True)
class _Rule:
    subject: re.Pattern[str]
    forms: tuple[str, ...]
    scheme: str
    line: str
    measures: tuple[str, ...]
    source: str
    fund: str


@consulted.kept
def _rules() -> tuple[_Rule, ...]:
    return tuple(
        _Rule(
            re.compile(row["subject"]),
            tuple(row["forms"].split("|")),
            row["scheme"],
            row["line"],
            tuple(row["measure"].split("|")) if row["measure"] else (),
            row["source"],
            row["fund"],
        )
        for row in consulted.table(FOLDER / "narrative_subjects.csv")
    )


def rules_of_form(form: str) -> tuple[_Rule, ...]:
    """The rules that tie words to lines of a form, in their order."""
    return tuple(rule for rule in _rules() if form in rule.forms and rule.scheme == form)


class _FigureIndex:
    """Figures of a document by amount, and the rules that tie words to them."""

    def __init__(self, figures: Sequence[Figure], body: Identity) -> None:
        self.figures = sorted(
            (figure for figure in figures if figure.amount_yuan is not None),
            key=lambda figure: (figure.amount_yuan or Decimal(0), figure.figure_id),
        )
        self.amounts = [figure.amount_yuan or Decimal(0) for figure in self.figures]
        self.widest = max((figure.half_unit_yuan or Decimal(0) for figure in self.figures), default=Decimal(0))
        self.body = body
        names = {figure.agency_name for figure in figures}
        if body.department_name:
            names.add(body.department_name)
        self.names = AgencyNames(names)
        self.departments = {figure.agency_name for figure in figures if figure.agency_level == "department"}
        units = {figure.agency_name for figure in figures if figure.agency_level == "unit"}
        self.is_single = all(is_spelling(plain_name(one), plain_name(other)) for one in units for other in units)
        self.spelled = sorted((name for name in names if name), key=len, reverse=True)

    def agency_in(self, text: str) -> str | None:
        """The known agency that a piece of a sentence names in full; the last one named."""
        places = [(text.rfind(name), len(name), name) for name in self.spelled if name in text]
        return max(places)[2] if places else None

    def _is_agency(self, figure: Figure, spoken: str | None) -> bool:
        if spoken is None or self.is_single:
            return True
        meant = self.names.meant(spoken)
        if figure.agency_name in meant:
            return True
        is_department = self.body.department_name in meant or bool(meant & self.departments)
        return is_department and figure.agency_level == "department"

    def _candidates(self, yuan: Decimal, half: Decimal) -> Iterator[Figure]:
        # Half units of figures are at most that of whole 亿元; the exact bound is tested for each.
        reach = half + self.widest
        for position in range(bisect_left(self.amounts, yuan - reach), bisect_right(self.amounts, yuan + reach)):
            figure = self.figures[position]
            other = figure.half_unit_yuan or Decimal(0)
            # Rounded alike they are equal; rounded differently, the finer lies within the coarser.
            if abs(self.amounts[position] - yuan) <= (0 if half == other else max(half, other)):
                yield figure

    def repeated(
        self,
        subject: str,
        headings: Sequence[str],
        row: Row,
    ) -> str | None:
        """figure_id of the one figure that the amount of a row repeats, or None."""
        yuan, half, year, phase = row["amount_yuan"], row["half_unit_yuan"], row["fiscal_year"], row["phase"]
        is_change = row["measure"] in ("increase", "decrease")
        fits = [
            figure
            for figure in self._candidates(yuan, half)
            if (figure.measure == "change") == is_change
            and (is_change or year is None or figure.fiscal_year == year)
            and (is_change or figure.phase == phase or figure.is_comparative)
            and self._is_agency(figure, row["agency_name"])
            and (figure.scope is None or row.get("scope") is None or figure.scope == row["scope"])
        ]
        if not fits:
            return None
        if row.get("fund") and (chosen := _whole_of_budget(subject, row["fund"], fits)) is not None:
            return chosen.figure_id
        for words in (subject, *(without_number(text) for text in headings)):
            if not words:
                continue
            chosen = self._by_code(words, fits) or self._by_rule(words, fits) or self._by_name(words, fits)
            if chosen is not None:
                return chosen.figure_id
            if any(rule.subject.search(words) for rule in _rules()):
                return None
        return None

    def _by_code(self, words: str, fits: list[Figure]) -> Figure | None:
        split = _SPLIT_CODE.search(words)
        codes = ["".join(split.groups())] if split else _CODE.findall(words)
        if not codes:
            return None
        return _only([figure for figure in fits if figure.line_code in codes])

    def _by_rule(self, words: str, fits: list[Figure]) -> Figure | None:
        for rule in _rules():
            if not rule.subject.search(words):
                continue
            for form in rule.forms:
                chosen = _only([figure for figure in fits if figure.form == form and _obeys(figure, rule)])
                if chosen is not None:
                    return chosen
        return None

    def _by_name(self, words: str, fits: list[Figure]) -> Figure | None:
        """By the line's own name: equal, else contained in the words, else abbreviating them; the longest name wins."""
        enumerated = _ENUMERATED_LINE.search(words)
        tail = enumerated.group(1) or words if enumerated else words
        tail = _plain_line(tail)
        if enumerated and any(figure.scheme == "functional" for figure in fits):
            # （类）（款）（项） are levels of the functional classification, whatever economic line has the same name.
            fits = [figure for figure in fits if figure.scheme == "functional"]
        ranked: dict[int, list[Figure]] = {}
        for figure in fits:
            name = _plain_line(figure.line_name or "")
            if len(name) < 2 or figure.line_level == "total":
                continue
            if name == tail:
                rank = 0
            elif len(name) >= 3 and (tail.endswith(name) or tail.startswith(name)):
                rank = 1
            elif len(name) >= 4 and (name in tail or (tail in name and len(tail) >= 4)):
                rank = 2
            elif len(name) >= 5 and (abbreviates(name, tail) or abbreviates(tail, name)) and len(tail) >= 4:
                rank = 3
            else:
                continue
            ranked.setdefault(rank, []).append(figure)
        for rank in sorted(ranked):
            chosen = _only(ranked[rank])
            if chosen is not None:
                return chosen
            return None
        return None


def _whole_of_budget(subject: str, fund: str, fits: Sequence[Figure]) -> Figure | None:
    """The total of a government's budget that a subject names (全市一般公共预算收入), in the table that is printed first."""
    match = _WHOLE.search(subject)
    if match is None:
        return None
    is_revenue = match.group(1) == "收入"
    wholes = [
        figure
        for figure in fits
        if figure.scope is not None
        and figure.line_code in ("current_total", "own", "total")
        and figure.fund == fund
        and (figure.measure == "revenue") == is_revenue
    ]
    return min(wholes, key=lambda figure: (figure.form_index, figure.row_index, figure.column_index), default=None)


def _plain_line(name: str) -> str:
    text = without_number(name)
    return re.sub(
        r"[\s“”\"()（）\[\]\-—_:：,，、.]|20\d\d年|(?:支出|经费|业务|科目|项目)$",
        "",
        re.sub(r"^\[?\d{3,}\]?[-—]?", "", text),
    )


def _obeys(figure: Figure, rule: _Rule) -> bool:
    if rule.scheme and figure.scheme != rule.scheme:
        return False
    if rule.measures and figure.measure not in rule.measures:
        return False
    if rule.fund and figure.fund != rule.fund:
        return False
    if rule.source and rule.source not in (figure.source, figure.line_code):
        return False
    if not rule.line:
        return True
    if rule.line == "total":
        return figure.line_code in (None, "", "total") or figure.line_level == "total" or figure.scheme == "agency"
    if rule.line.isdigit() and rule.line in _LINE_NAMES:
        return figure.line_code == rule.line or _LINE_NAMES[rule.line] in (figure.line_name or "")
    return figure.line_code == rule.line or ((figure.line_code or "").startswith(rule.line) and len(rule.line) == 1)


def _only(fits: list[Figure]) -> Figure | None:
    """The one figure, if the fits are one row: of several columns of a row, the row's own total; of several rows, none."""
    if not fits:
        return None
    rows = {(figure.form_index, figure.row_index) for figure in fits}
    forms = {figure.form for figure in fits}
    if len(rows) > 1:
        if len(forms) == len(rows) and len({figure.line_code or figure.line_name for figure in fits}) == 1:
            # The same line in several forms: the form that is printed first.
            first = min(figure.form_index for figure in fits)
            return _only([figure for figure in fits if figure.form_index == first])
        if len(forms) == 1:
            parents = {(figure.form_index, figure.parent_row_index) for figure in fits}
            lowest = [figure for figure in fits if (figure.form_index, figure.row_index) not in parents]
            is_row = len({(figure.form_index, figure.row_index) for figure in lowest}) == 1
            if is_row and len(lowest) < len(fits):
                # A category and its only project: one amount on two levels, and the leaf is the fact.
                return _only(lowest)
        current = [figure for figure in fits if not figure.is_comparative]
        return _only(current) if len(current) < len(fits) else None
    return min(fits, key=lambda figure: (figure.is_memo, figure.parent_column_index is not None, figure.column_index))

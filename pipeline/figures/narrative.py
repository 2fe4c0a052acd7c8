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
from pipeline.figures.figure import Figure
from pipeline.figures.paragraph import Paragraph, agency_of_heading, lead_of, without_number
from pipeline.figures.sentence import UNIT_YUAN, clause_before, phase_of, sentence_amounts, tight_text, year_of
from pipeline.forms import consulted, failures
from pipeline.forms.failures import Place
from pipeline.forms.identity import Identity
from pipeline.readers.quantity import scaled

FOLDER = Path(__file__).parent
Row = dict[str, Any]
_CODE = re.compile(r"(?<!\d)(2\d{2}(?:\d{2}){0,3})(?!\d)")
_SPLIT_CODE = re.compile(r"[(](2\d{2})类[)].*?[(](\d{2})款[)].*?[(](\d{2})项[)]")
_ENUMERATED_LINE = re.compile(r"([^()（）]*)[(](?:项|款|类)[)](?:支出)?$")
# Economic classes that forms without codes print by name only.
_LINE_NAMES = {"301": "工资福利支出", "302": "商品和服务支出", "303": "对个人和家庭的补助"}


def narrative_figures(
    found: Sequence[Paragraph], body: Identity, figures: Sequence[Figure], document_id: str
) -> list[Row]:
    """Rows of schemas.core.NARRATIVE_FIGURE: every amount and percentage of every sentence, in reading order."""
    index = _FigureIndex(figures, body)
    rows: list[Row] = []
    for paragraph in found:
        with failures.unit("narrative", Place(paragraph.page_number, words=paragraph.text)):
            rows += _amounts_of(paragraph, body, index, document_id)
    return rows


def _amounts_of(paragraph: Paragraph, body: Identity, index: _FigureIndex, document_id: str) -> list[Row]:
    """Rows of the amounts of one paragraph; one that cannot be told costs itself."""
    rows: list[Row] = []
    if paragraph.is_heading:
        return rows
    tight, places = tight_text(paragraph.text)
    lead = without_number(lead_of(paragraph.text)) if paragraph.rank is not None else ""
    agency = agency_of_heading(paragraph)
    context = earlier = ""
    sentence = -1
    for amount in sorted(sentence_amounts(tight), key=lambda item: item.start):
        if amount.sentence_start != sentence:
            sentence, earlier, context = amount.sentence_start, context or earlier, ""
        own = amount.subject if not amount.is_generic else ""
        if not own:
            said = amount.subject if re.search("收入|支出", amount.subject) else ""
            own = context or clause_before(tight, amount) or lead or said or earlier or _subject_of_heading(paragraph)
        context = own
        with failures.unit("narrative", Place(paragraph.page_number, words=tight[amount.sentence_start : amount.end])):
            clause = tight[amount.clause_start : amount.start]
            year = year_of(tight, amount, body.fiscal_year)
            phase = phase_of(clause, body) if amount.measure == "stated" else body.phase
            spoken = index.agency_in(tight[amount.sentence_start : amount.start]) or agency or body.department_name
            money = amount.unit is not None and amount.unit in UNIT_YUAN
            scale = UNIT_YUAN[amount.unit] if money and amount.unit else Decimal(0)
            yuan = scaled(amount.number, scale, 2) if money else None
            half = half_unit_of(scale, amount.decimals) if money else None
            printed = tight[amount.start : amount.end]
            figure_id = None
            if yuan is not None and half is not None:
                figure_id = index.repeated(
                    own, [lead, *reversed(paragraph.headings)], yuan, half, year, phase, spoken, amount.measure
                )
            rows.append(
                {
                    "narrative_figure_id": f"{document_id}-n{paragraph.block_index:04d}-{places[amount.start]:04d}",
                    "document_id": document_id,
                    "page_number": paragraph.page_number,
                    "block_index": paragraph.block_index,
                    "position": places[amount.start],
                    "agency_name": spoken,
                    "fiscal_year": year,
                    "phase": phase,
                    "subject": own[-80:] or None,
                    "measure": amount.measure,
                    "printed_text": printed,
                    "amount_yuan": yuan,
                    "half_unit_yuan": half,
                    "percentage": amount.number if amount.measure == "percentage" else None,
                    "figure_id": figure_id,
                }
            )
    return rows


def _subject_of_heading(paragraph: Paragraph) -> str:
    return without_number(paragraph.headings[-1]) if paragraph.headings else ""


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
        context: Sequence[str],
        yuan: Decimal,
        half: Decimal,
        year: int | None,
        phase: str,
        agency: str | None,
        measure: str,
    ) -> str | None:
        """figure_id of the one figure that the amount repeats, or None."""
        is_change = measure in ("increase", "decrease")
        fits = [
            figure
            for figure in self._candidates(yuan, half)
            if (figure.measure == "change") == is_change
            and (is_change or year is None or figure.fiscal_year == year)
            and (is_change or figure.phase == phase or figure.is_comparative)
            and self._is_agency(figure, agency)
        ]
        if not fits:
            return None
        for words in (subject, *(without_number(text) for text in context)):
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

"""From a form to its figures: every number of every row becomes a figure with its meaning, or is named in a refusal.

Belongs here: combining form, column and line into figures; refusing columns, rows and cells; choosing between readings of
columns by the form's own sums. Does not belong here: reading headers (`pipeline.forms.header`) or key columns (`lines`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from pipeline.editions.classification import assign_codes, code_by_name
from pipeline.figures import hierarchy
from pipeline.figures.agencies import name_agency_columns, tell_agencies
from pipeline.figures.agency_names import abbreviates
from pipeline.figures.amount import parse_amount, unit_in, unit_printed
from pipeline.figures.badly_printed import Reread, other_readings
from pipeline.figures.cell_map import CellMap
from pipeline.figures.crossed_columns import cross_columns
from pipeline.figures.divisions import set_aside_second_division
from pipeline.figures.figure import Figure
from pipeline.figures.leaves import doubt_leaves
from pipeline.figures.lines import LineRow, attribute_of, lines_of, source_of, source_of_line
from pipeline.figures.subtotals import compares_years, tell_sums
from pipeline.figures.unexplained import Why, doubt_totals, unexplained_kinds, why_no_amount
from pipeline.forms import catalogue
from pipeline.forms.broken_numbers import broken_numbers
from pipeline.forms.form import Form, FormCell
from pipeline.forms.header import Column, alternative_columns, columns_of, part_of_balance
from pipeline.forms.text import (
    bare_name,
    decimals_of,
    is_badly_separated,
    is_bare_number,
    is_number,
    is_percentage,
    number_and_unit,
    squeeze,
)

FUND_OF_SOURCE = {
    "general_public_budget": "general_public_budget",
    "general_operating": "general_public_budget",
    "non_tax_revenue": "general_public_budget",
    "special_fiscal": "general_public_budget",
    "government_investment": "general_public_budget",
    "government_managed_funds": "government_managed_funds",
    "state_capital_operations": "state_capital_operations",
    "fiscal_special_account": "fiscal_special_account",
    "fiscal_appropriation": "fiscal_appropriation",
    "institution_revenue": "own_revenue",
    "business_revenue": "own_revenue",
    "superior_subsidy": "own_revenue",
    "subordinate_remittance": "own_revenue",
    "other_revenue": "own_revenue",
    "unit_funds": "own_revenue",
    "fund_balance_used": "carry_over",
    "carry_over": "carry_over",
}
_NOT_ZERO = re.compile(r".*[1-9].*")
_PLAIN_AMOUNT = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?|-?\d+\.\d{2}")
_DASHES = frozenset({"-", "—", "–", "－", "--", "——", "/", "0-", "―", "─"})
_NIL_WORDS = frozenset({"无", "无数据", "空"})
_EXPENDITURE_MEASURES = (
    "basic",
    "project",
    "personnel",
    "public_use",
    "operating",
    "to_superior",
    "to_subordinate",
    "closing_balance",
    "surplus_distribution",
    "reserve",
)


@dataclass(frozen=True, slots=True)
class Body:
    """What the document is about: needed to say whose, of which year and phase an amount is."""

    document_id: str
    fiscal_year: int
    document_kind: str
    department_name: str
    agencies: frozenset[str] = frozenset()
    unit: str | None = None

    @property
    def phase(self) -> str:
        return "executed" if self.document_kind == "final_account" else "approved"


@dataclass(slots=True)
class Refused:
    """Numeric cells that are no figures, and why. Row or column are given where the refusal is that small."""

    reason: str
    detail: str
    cells: list[FormCell]
    row: int | None = None
    column: int | None = None


@dataclass(slots=True)
class Interpretation:
    """Figures of one form, refusals, the role of every cell, and the choices made between readings."""

    figures: list[Figure] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)
    choices: list[dict[str, str]] = field(default_factory=list)
    is_nil: bool = False


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What the amount of a line in a column is."""

    scheme: str
    line_code: str | None
    line_name: str | None
    line_level: str | None
    measure: str
    source: str | None
    fund: str
    phase: str
    year: int
    is_comparative: bool


class Judgement(Protocol):
    """What the arithmetic says of a reading: the greater `rank`, the better (`pipeline.proofs.judge.Score`)."""

    @property
    def rank(self) -> tuple[int, ...]: ...

    @property
    def failed(self) -> int: ...


Judge = Callable[[list[Figure]], Judgement]


def interpret(form: Form, body: Body, judge: Judge) -> Interpretation:
    """Figures of a recognised form.

    Numbers that are printed badly are read as they may be meant where more sums hold so than without them. Where header and values can be tied in more than one way, each way is read and the one that satisfies more of the form's own
    sums is taken; the others are recorded. A column with an unknown header, a row without a key, a form without a unit are refused.
    """
    best = _interpret_as_printed(form, body, judge)
    for reread in other_readings(form):
        other = _interpret_as_printed(reread.form, body, judge)
        judgement, printed = judge(other.figures), judge(best.figures)
        # Joined rows change the lines of the form: one sum that fails says that they are not to be joined.
        if judgement.rank > printed.rank and not (reread.moved and judgement.failed):
            best = _reread(other, reread, f"{judgement}; as printed: {printed}")
    return best


def _reread(read: Interpretation, reread: Reread, evidence: str) -> Interpretation:
    """The interpretation of a form that was read otherwise than printed; each amount of it that is so still needs a sum."""
    for figure in read.figures:
        figure.is_reread = figure.is_reread or figure.cell_id in reread.changed
    read.roles |= dict.fromkeys(reread.moved, "amount")
    read.choices.append({"aspect": "numbers", "chosen": reread.told, "rejected": "as printed", "evidence": evidence})
    return read


def _interpret_as_printed(form: Form, body: Body, judge: Judge) -> Interpretation:
    """Figures of a form whose cells are taken as they are: the columns are read as most of its sums ask."""
    columns = columns_of(form, body.fiscal_year)
    cross_columns(form, columns, body.fiscal_year)
    name_agency_columns(form, columns, body.agencies)
    if form.key == "three_public":
        doubt_totals(form, columns)
    best_name, best = "header as printed", _Reading(form, body, columns).interpretation()
    alternatives = alternative_columns(form, columns)
    if not alternatives:
        return best
    best_judgement = judge(best.figures)
    rejected: list[dict[str, str]] = []
    for name, alternative in alternatives:
        other = _Reading(form, body, alternative).interpretation()
        judgement = judge(other.figures)
        if judgement.rank > best_judgement.rank:
            rejected.append(_choice(name, best_name, judgement, best_judgement))
            best_name, best, best_judgement = name, other, judgement
        else:
            rejected.append(_choice(best_name, name, best_judgement, judgement))
    best.choices += rejected
    return best


def _choice(chosen: str, rejected: str, judgement: Judgement, rejected_judgement: Judgement) -> dict[str, str]:
    return {
        "aspect": "columns",
        "chosen": chosen,
        "rejected": rejected,
        "evidence": f"{judgement}; rejected: {rejected_judgement}",
    }


class _Reading:
    """One way of reading a form: its columns given."""

    def __init__(self, form: Form, body: Body, columns: list[Column]) -> None:
        set_aside_second_division(form, columns)
        self.form = form
        self.body = body
        self.columns = columns
        self.cells = CellMap(form)
        self.standard = catalogue.standard_form(form.key or "")
        self.result = Interpretation()
        self.unit = form.unit or unit_in(text for column in columns for text in column.path)
        self.decimals = _decimals(form, columns)
        self.unexplained: dict[int, Why] = {}
        self.values = [column for column in columns if column.role == "value"]
        parents = {column.parent for column in self.values if column.parent is not None}
        self.split_columns = {
            column.index
            for column in self.values
            if column.index in parents
            and any(_is_finer(column, other) for other in self.values if other.parent == column.index)
        }

    def interpretation(self) -> Interpretation:
        self._mark_cells()
        self.result.is_nil = catalogue.declares_nil(self.form.note) or any(
            catalogue.declares_nil(cell.text)
            for cell in self.form.cells
            if cell.row not in self.form.header_rows and len(cell.text) > 3
        )
        if self.unit is None and self.standard.scheme != "three_public" and compares_years(self.columns):
            self._refuse_all("narrative_table", "its rows are years and no unit is printed: a comparison amid prose")
            return self.result
        if self.unit is None and self.body.unit is not None:
            self.unit = self.body.unit
            self.result.choices.append(
                {
                    "aspect": "unit",
                    "chosen": self.unit,
                    "rejected": "",
                    "evidence": "not printed for this form; the unit of all other forms of the document",
                }
            )
        if self.unit is None:
            self.unit = self._unit_of_cells()
        if self.unit is None:
            self._refuse_all("unit_unknown", "no 单位：元 / 万元 … is printed above the form or in its header")
            return self.result
        broken = next(broken_numbers(self._numeric_cells()), None)
        if broken is not None:
            first, second = (cell.text for cell in broken)
            self._refuse_all(
                "amount_unreadable", f"numbers are broken over two lines: “{first}” and “{second}” below it"
            )
            return self.result
        self._refuse_unknown_columns()
        lines = lines_of(self.form, self.columns, self.cells, self.body.agencies)
        tell_sums(lines, of_items=self.standard.scheme == "three_public")
        self._assign_agencies(lines)
        for group in sorted({line.group for line in lines}):
            self._read_group(group, [line for line in lines if line.group == group])
        self._account_for_the_rest()
        return self.result

    # -- cells -----------------------------------------------------------------------------------------------------

    def _unit_of_cells(self) -> str | None:
        """The unit of the first amount, where each amount prints its own."""
        values = {column.index for column in self.values}
        units = [number_and_unit(cell.text)[1] for cell in self._numeric_cells() if cell.column in values]
        return units[0] if units and None not in units else None

    def _mark_cells(self) -> None:
        header = self.form.rows_without_data
        role_of_column = {column.index: column.role for column in self.columns}
        names = ("line_name", "economic_name", "government_economic_name", "agency_name", "project_name")
        for cell in self.form.cells:
            role = role_of_column.get(cell.column, "text")
            if cell.row in header:
                self.result.roles[cell.cell_id] = "header"
            elif role in ("serial", "ordinal", "quantity"):
                self.result.roles[cell.cell_id] = "ordinal"
            elif role == "percentage":
                self.result.roles[cell.cell_id] = "percentage"
            elif role == "year" or role.endswith("_code") or role == "code":
                self.result.roles[cell.cell_id] = "code"
            elif role in names:
                self.result.roles[cell.cell_id] = "name"
            else:
                self.result.roles[cell.cell_id] = "text"

    def _numeric_cells(self, column: int | None = None, row: int | None = None) -> list[FormCell]:
        return [
            cell
            for cell in self.form.data_cells
            if (column is None or cell.column == column) and (row is None or cell.row == row) and is_number(cell.text)
        ]

    def _refuse(self, refused: Refused) -> None:
        if refused.cells:
            self.result.refused.append(refused)
            for cell in refused.cells:
                self.result.roles[cell.cell_id] = "refused"

    def _refuse_all(self, reason: str, detail: str) -> None:
        keys = {column.index for column in self.columns if column.role not in ("value", "unknown")}
        self._refuse(Refused(reason, detail, [cell for cell in self._numeric_cells() if cell.column not in keys]))

    def _refuse_unknown_columns(self) -> None:
        for column in self.columns:
            if column.role != "unknown":
                continue
            seen = column.header_path or "(no header)"
            self._refuse(
                Refused(
                    "header_unknown",
                    f"column {column.index + 1} is headed “{seen}”, which forms/catalogue/header.csv does not know",
                    self._numeric_cells(column=column.index),
                    column=column.index,
                )
            )

    def _refuse_amounts_under_other_headers(self) -> None:
        """Amounts whose header stands over another column: a code has no decimals and no thousands separators, and a percentage
        its sign where the form prints one (but for zero)."""
        roles = self.result.roles
        betrays = {"code": _PLAIN_AMOUNT}
        if any(is_percentage(cell.text) for cell in self.form.cells if roles[cell.cell_id] == "percentage"):
            betrays["percentage"] = _NOT_ZERO
        for column in self.columns:
            cells = [
                cell
                for cell in self._numeric_cells(column=column.index)
                if (shape := betrays.get(roles[cell.cell_id])) is not None and shape.fullmatch(cell.text.strip())
            ]
            detail = f"amounts stand in column {column.index + 1} “{column.header_path}”, whose header names no amounts"
            self._refuse(Refused("header_unknown", detail, cells, column=column.index))

    def _account_for_the_rest(self) -> None:
        """Numbers in columns that hold no amounts by their header, or in rows that were not read, are refused by name."""
        stray = amounts_in_header(self.form)
        self._refuse(Refused("header_unknown", "amounts stand in rows that were taken for the header", stray))
        self._refuse_amounts_under_other_headers()
        figured = {figure.cell_id for figure in self.result.figures}
        left: dict[tuple[str, int], list[FormCell]] = {}
        for cell in self._numeric_cells():
            if cell.cell_id in figured or self.result.roles[cell.cell_id] in (
                "ordinal",
                "code",
                "refused",
                "percentage",
                "name",
            ):
                continue
            column = self.columns[cell.column]
            if column.role == "value":
                left.setdefault(("row_unknown", cell.row), []).append(cell)
            else:
                left.setdefault(("not_an_amount", cell.column), []).append(cell)
        for (reason, place), cells in left.items():
            if reason == "row_unknown":
                texts = [cell.text for cell in self.form.row(place) if cell.text]
                self._refuse(
                    Refused(
                        reason,
                        f"row {place + 1} “{' | '.join(texts)[:120]}” has numbers but its keys were not understood",
                        cells,
                        row=place,
                    )
                )
            else:
                column = self.columns[place]
                self._refuse(
                    Refused(
                        reason,
                        f"numbers in column {place + 1} “{column.header_path}”, whose header names no amount",
                        cells,
                        column=place,
                    )
                )

    # -- agencies --------------------------------------------------------------------------------------------------

    def _assign_agencies(self, lines: list[LineRow]) -> None:
        """Say of every line whose amount it is: the printed agency, the form's, else the document's body."""
        default = self.form.agency_name or self.body.department_name
        if self.body.department_name and abbreviates(default, self.body.department_name):
            default = self.body.department_name
        for line in lines:
            if line.agency_name is None:
                line.agency_name = None if line.kind in ("total", "current_total") else line.agency_name
        self.default_agency = default

    # -- figures ---------------------------------------------------------------------------------------------------

    def _read_group(self, group: int, lines: list[LineRow]) -> None:
        columns = [column for column in self.values if column.group == group]
        lines = self._with_keys(lines, columns)
        main = next((column for column in columns if column.parent is None and not column.is_memo), columns[0])
        scheme = next(
            (
                column.attributes["scheme"]
                for column in self.columns
                if column.group == group and "scheme" in column.attributes
            ),
            None,
        )
        scheme = scheme or self._scheme_by_classes(lines) or self.standard.scheme or _scheme_by_names(lines)
        self._code_names(lines, scheme)
        amounts = {
            line.row: amount for line in lines if (amount := self._main_amount(line.row, columns, main)) is not None
        }
        if tell_agencies(lines, amounts, self.body.agencies):
            told = "names of bodies whose amounts are the sums of the lines below them"
            self.result.choices.append(
                {"aspect": f"agencies of group {group + 1}", "chosen": "rows", "rejected": "", "evidence": told}
            )
        evidence = hierarchy.tie(lines, amounts)
        if evidence and not evidence.startswith("flat"):
            self.result.choices.append(
                {
                    "aspect": f"hierarchy of group {group + 1}",
                    "chosen": evidence.split(" ")[0],
                    "rejected": "",
                    "evidence": evidence,
                }
            )
        bodies = _Bodies(lines)
        self.unexplained = unexplained_kinds(lines)
        self._leave_no_leaf_twice(lines, amounts, group)
        for line in lines:
            if line.kind == "note":
                continue
            for column in columns:
                figure = self._figure(line, column, scheme, bodies)
                if figure is not None:
                    self.result.figures.append(figure)

    def _with_keys(self, lines: list[LineRow], columns: list[Column]) -> list[LineRow]:
        """Lines that say what they are of. The only row of a form needs no key: it is the total; any other without one is refused."""
        unkeyed = [line for line in lines if line.kind == "line" and not line.has_key]
        if len(lines) == 1 and unkeyed:
            unkeyed[0].kind = "total"
            return lines
        for line in unkeyed:
            cells = [self.cells.origin.get((line.row, column.index)) for column in columns]
            numeric = [cell for cell in cells if cell is not None and is_number(cell.text)]
            told = f"row {line.row + 1} has numbers but neither code nor name nor agency"
            self._refuse(Refused("row_unknown", told, numeric, row=line.row))
        return [line for line in lines if line not in unkeyed]

    def _leave_no_leaf_twice(self, lines: list[LineRow], amounts: hierarchy.Amounts, group: int) -> None:
        told = None if self.standard.scheme == "three_public" else doubt_leaves(lines, amounts)
        if told is not None:
            self.result.choices.append(
                {"aspect": f"leaves of group {group + 1}", "chosen": "none", "rejected": "as nested", "evidence": told}
            )

    def _main_amount(self, row: int, columns: list[Column], main: Column) -> tuple[Decimal, Decimal] | None:
        for column in [main, *columns]:
            cell = self.cells.origin.get((row, column.index))
            amount = parse_amount(cell.text, self.unit or "元", self.decimals) if cell is not None else None
            if amount is not None and (column is main or column.parent is None):
                return amount.yuan, amount.half_unit_yuan
        return None

    def _scheme_by_classes(self, lines: list[LineRow]) -> str | None:
        """Economic, where a form by function prints names alone and more of them are economic classes (工资福利支出) than functions."""
        if self.standard.scheme != "functional" or any(line.code for line in lines):
            return None
        names = [bare_name(line.name) for line in lines if line.kind == "line" and line.name]
        known = {
            scheme: sum(bool(code_by_name(name, None, scheme, self.body.fiscal_year)) for name in names)
            for scheme in ("functional", "economic_department")
        }
        is_economic = known["economic_department"] >= 2 and known["economic_department"] > 2 * known["functional"]
        return "economic_department" if is_economic else None

    def _code_names(self, lines: list[LineRow], scheme: str | None) -> None:
        """Lines that print names only take codes by name, within their scheme and edition, where the name leaves no doubt."""
        named = [
            line
            for line in lines
            if line.kind == "line"
            and line.name
            and not line.code
            and scheme in ("functional", "economic_department", "economic_government")
        ]
        if named and len(named) * 2 > len([line for line in lines if line.kind == "line"]):
            top = min((line.rank for line in named if line.rank is not None), default=None)
            levels = [
                "category" if scheme == "functional" and top is not None and line.rank == top else None
                for line in named
            ]
            names = [bare_name(line.name) for line in named]
            for line, found in zip(named, assign_codes(names, str(scheme), self.body.fiscal_year, levels), strict=True):
                line.code, line.is_code_printed = found.code, False
                line.scheme = scheme if found.code else None

    def _figure(self, line: LineRow, column: Column, scheme: str | None, bodies: _Bodies) -> Figure | None:
        cell = self.cells.origin.get((line.row, column.index))
        if cell is None:
            return None
        text = squeeze(cell.text)
        unit = unit_printed(text, unit_in(column.path) or self.unit or "元")
        amount = parse_amount(text, unit, self.decimals)
        if amount is None and text and text not in _DASHES and text not in _NIL_WORDS:
            if is_percentage(text):
                self.result.roles[cell.cell_id] = "percentage"
            elif is_number(text) or any(character.isdigit() for character in text):
                self._refuse(
                    Refused(
                        "amount_unreadable",
                        f"“{cell.text[:60]}” is no amount",
                        [cell],
                        row=cell.row,
                        column=cell.column,
                    )
                )
            return None
        meaning = self._meaning(line, column, scheme)
        why = self.unexplained.get(line.row) or why_no_amount(
            line, meaning.scheme, meaning.line_code, self._tells_apart(column, "item")
        )
        if why is not None:
            self._refuse(Refused(why.reason, why.detail, [cell] if amount else [], row=cell.row))
            return None
        agency = line.agency_name or self.default_agency
        self.result.roles[cell.cell_id] = "amount"
        state = (
            "number"
            if amount and amount.yuan
            else "zero"
            if amount
            else "declared_nil"
            if text in _NIL_WORDS or self.result.is_nil
            else "blank"
        )
        return Figure(
            figure_id=cell.cell_id,
            cell_id=cell.cell_id,
            document_id=self.body.document_id,
            page_number=cell.page_number,
            form_index=self.form.index,
            row_index=line.row,
            column_index=column.index,
            form=self.form.key or "",
            fiscal_year=meaning.year,
            phase=meaning.phase,
            is_comparative=meaning.is_comparative,
            fund=meaning.fund,
            agency_name=agency,
            agency_code=line.agency_code,
            agency_level=bodies.level(line),
            scheme=meaning.scheme,
            line_code=meaning.line_code,
            line_name=meaning.line_name,
            line_level=meaning.line_level,
            parent_line=" / ".join(line.path) or None,
            cross_scheme=column.attributes.get("cross_scheme", line.cross_scheme),
            cross_code=column.attributes.get("cross_code", line.cross_code),
            cross_name=bare_name(column.path[-1]) if "cross_code" in column.attributes else line.cross_name,
            measure=meaning.measure,
            source=meaning.source,
            header_path=column.header_path,
            printed_text=text,
            printed_unit=unit,
            amount_yuan=amount.yuan if amount else None,
            half_unit_yuan=amount.half_unit_yuan if amount else None,
            value_state=state,
            is_leaf=self._is_leaf(line, column, meaning, bodies),
            confidence=cell.confidence,
            parent_row_index=line.parent,
            parent_column_index=column.parent,
            is_memo=line.is_memo or column.is_memo,
            is_reread=is_badly_separated(text),
        )

    def _is_leaf(self, line: LineRow, column: Column, meaning: _Meaning, bodies: _Bodies) -> bool:
        """Whether nothing in the form is a part of the amount: no line below it, no unit of the agency, no column of a source or item."""
        if line.is_memo or column.is_memo or line.is_parent or line.is_doubtful or column.index in self.split_columns:
            return False
        if meaning.line_code in ("total", "current_total", "vehicles", "total_with_meetings") or bodies.is_summed(line):
            return False
        if meaning.scheme == "revenue":
            return meaning.line_code is not None or line.kind == "line"
        return line.kind == "line" or (line.kind in ("agency", "total") and meaning.scheme == "three_public")

    def _meaning(self, line: LineRow, column: Column, scheme: str | None) -> _Meaning:
        """What the amount of a line in a column is: scheme, code, level, measure, source, fund, year and phase."""
        own_scheme = "three_public" if self.standard.scheme == "three_public" else line.scheme or scheme or "functional"
        measure = line.measure_in(column)
        source = column.attributes.get("source")
        code, level = line.code, line.level
        if own_scheme == "three_public":
            own_scheme, code, level, measure = self._item(line, column, measure)
        elif own_scheme == "revenue":
            if column.group == 0 and not self._tells_apart(column, "source"):
                source = source_of_line(line) or source
            code = source = self._revenue_code(line, column, source)
            measure = "total" if measure == "current_revenue" else measure
        elif self.form.key == "revenue_summary":
            measure = "total" if measure == "current_revenue" else measure
            source = self._revenue_code(line, column, source)
            if not line.code:
                own_scheme, code = "revenue", source
        else:
            measure, source = _balance(column, measure, source, self.values)
            if not line.code and line.kind == "line" and (kind := _kind_of_expenditure(line, own_scheme)):
                measure, level = kind, "total"
        if measure == "total" and self.form.key == "revenue_summary":
            measure = "revenue"
        if (
            measure == "total"
            and self.standard.measure in ("basic", "project", "operating_cost")
            and own_scheme != "three_public"
        ):
            measure = self.standard.measure
        year, is_comparative = self._year(line, column, measure)
        if line.is_comparison:
            measure, is_comparative = "change", True
        return _Meaning(
            scheme=own_scheme,
            line_code=code,
            line_name=bare_name(line.name) if line.name else None,
            line_level=level or ("total" if code in ("total", "current_total") else None),
            measure=measure,
            source=source,
            fund=self._fund(source),
            phase=self._phase_of_row(line) or self._phase(column.attributes, is_comparative),
            year=year,
            is_comparative=is_comparative,
        )

    def _item(self, line: LineRow, column: Column, measure: str) -> tuple[str, str | None, str | None, str]:
        """Scheme, code, level and measure in a 三公 form: its items stand in columns or in rows, 机关运行经费 beside them."""
        item = column.attributes.get("item") if self._tells_apart(column, "item") else None
        item = item or attribute_of(line.name, "item") or column.attributes.get("item")
        if item == "domestic_reception" and not (line.is_memo or column.is_memo):
            item = "official_reception"
        if item is None and attribute_of(line.name, "measure") == "operating_cost":
            measure = "operating_cost"
        if item is None and measure not in ("total", "change"):
            return "economic_department", None, "total", measure
        if item is None and any(other.attributes.get("item") == "total" for other in self.values):
            return "three_public", "total_with_meetings", None, measure
        return "three_public", item or "total", None, measure

    def _tells_apart(self, column: Column, attribute: str) -> bool:
        """Whether an attribute of a column tells it from the others of its group: one that stands over all of them is the form's."""
        value = column.attributes.get(attribute)
        group = [other for other in self.values if other.group == column.group]
        return value is not None and any(other.attributes.get(attribute) != value for other in group)

    def _revenue_code(self, line: LineRow, column: Column, source: str | None) -> str | None:
        """Code of a revenue line: its source; 本年合计 and 总计 are totals, and so is a row of an agency in a column without a source."""
        if line.kind == "current_total":
            return "current_total"
        if source is not None:
            return source
        if re.fullmatch("(?:本年|当年)收入", bare_name(line.name)):
            return "current_total"
        if line.kind in ("total", "agency") or line.agency_name or not line.name or line.code:
            return "current_total" if self.form.key == "revenue_summary" and _is_current(column) else "total"
        return None

    def _year(self, line: LineRow, column: Column, measure: str) -> tuple[int, bool]:
        year = self.body.fiscal_year
        if line.year is not None:
            return line.year, line.year != year
        if measure == "change":
            return year, True
        if column.year is not None:
            return column.year, column.year != year
        if column.attributes.get("comparative") == "yes":
            return year - 1, True
        return year, False

    def _phase(self, attributes: dict[str, str], is_comparative: bool) -> str:
        phase = attributes.get("phase")
        if phase is None or (
            phase == "approved"
            and self.body.document_kind == "final_account"
            and not is_comparative
            and not self._names_both_phases()
        ):
            return self.body.phase
        return phase

    def _phase_of_row(self, line: LineRow) -> str | None:
        """Phase that a row of a 三公 form names (预算数, 决算数), where the columns are the items."""
        if self.standard.scheme != "three_public" or line.kind == "agency":
            return None
        if "决算" in line.name:
            return "executed"
        return "approved" if "预算" in line.name else None

    def _names_both_phases(self) -> bool:
        return len({column.attributes.get("phase") for column in self.values} - {None}) > 1

    def _fund(self, source: str | None) -> str:
        if source is not None and source in FUND_OF_SOURCE:
            return FUND_OF_SOURCE[source]
        fund = self.standard.fund or "all"
        named = catalogue.fund_of_title(self.form.title or "") if fund in ("all", "fiscal_appropriation") else None
        return named or fund


def _balance(column: Column, measure: str, source: str | None, values: list[Column]) -> tuple[str, str | None]:
    """年初结转和结余 beside expenditure is the balance at the start of the year, and no source of what is spent.

    So is 上年结转和结余 where the form goes on to the balance at the end of the year.
    """
    has_end = any(other.attributes.get("measure", "").startswith("closing_balance") for other in values)
    at_start = ("年初", "上年", "期初") if has_end else ("年初",)
    if source == "carry_over" and any(text.startswith(at_start) for text in column.path):
        part = part_of_balance("opening_balance", measure)
        return part if part != measure else "opening_balance", None
    return measure, source


def _kind_of_expenditure(line: LineRow, scheme: str) -> str | None:
    """基本支出, 项目支出 … where a line without a code is of that kind by its own name; a line that has no class either, by the nearest above."""
    names = (line.name, *reversed(line.path)) if scheme == "functional" else (line.name,)
    kinds = (attribute_of(name, "measure") for name in names)
    return next((kind for kind in kinds if kind in _EXPENDITURE_MEASURES), None)


def _is_current(column: Column) -> bool:
    return any("本年" in text for text in column.path)


def serial_numbers(form: Form) -> list[FormCell]:
    """Cells of the leftmost column of numbers that count 1, 2, 3 … down the table."""
    for column in range(form.column_count):
        cells = sorted(
            (cell for cell in form.cells if cell.column == column and is_number(cell.text)), key=lambda cell: cell.row
        )
        if cells:
            counted = [squeeze(cell.text) for cell in cells] == [str(number) for number in range(1, len(cells) + 1)]
            return cells if counted else []
    return []


def amounts_in_header(form: Form) -> list[FormCell]:
    """Numbers in header rows that are no column numbers and no years: they would vanish if the rows were not header after all."""
    header = form.rows_without_data
    return [
        cell
        for cell in form.cells
        if cell.row in header
        and is_number(cell.text)
        and not re.fullmatch(r"\d{1,2}|(?:19|20)\d\d", squeeze(cell.text))
    ]


def _is_finer(total: Column, part: Column) -> bool:
    """Whether a column divides its total by source or item, or by fund where both are of one source (上年结转 / 一般公共预算)."""
    names = ("source", "item")
    if any(total.attributes.get(name) != part.attributes.get(name) for name in names):
        return True
    return total.attributes.get("source") == "carry_over" and total.attributes.get("measure") in (
        part.attributes.get("measure"),
        "total",
    )


def _decimals(form: Form, columns: list[Column]) -> int:
    """Precision of a form that drops trailing zeros (7 and 20.8 beside 20.83); 0 where each number shows its own precision."""
    values = {column.index for column in columns if column.role == "value"}
    printed = {
        decimals_of(cell.text)
        for cell in form.cells
        if cell.column in values and cell.row not in form.header_rows and is_bare_number(cell.text)
    }
    drops_zeros = any(0 < decimals < max(printed) for decimals in printed)
    return max(printed) if drops_zeros else 0


def _scheme_by_names(lines: list[LineRow]) -> str | None:
    """Revenue when most names of a group are revenue sources."""
    names = [line for line in lines if line.kind == "line" and line.name]
    sources = sum(1 for line in names if source_of(line.name))
    return "revenue" if names and sources * 2 > len(names) else "functional"


class _Bodies:
    """The agencies of one group of lines: which stand for the department as a whole, and whose lines are summed over units."""

    def __init__(self, lines: list[LineRow]) -> None:
        heads = {line.row for line in lines if line.kind == "agency"}
        self.department_heads = heads & {line.parent for line in lines if line.kind == "agency"}
        self.names = {line.agency_name for line in lines if line.agency_name}
        self.units_have_lines = any(
            line.kind == "line" and line.head is not None and line.head not in self.department_heads for line in lines
        )
        self.has_unit_heads = bool(heads - self.department_heads)

    def level(self, line: LineRow) -> str:
        """`department` for the only body, for totals over all, and for the agency row that is the sum of its units; else `unit`."""
        if line.agency_name is None or (len(self.names) == 1 and not self.department_heads):
            return "department"
        if line.head is not None:
            return "department" if line.head in self.department_heads else "unit"
        return "unit" if len(self.names) > 1 else "department"

    def is_summed(self, line: LineRow) -> bool:
        """Whether the line's amount is printed again, unit by unit, below the department's own."""
        if line.kind == "total" and line.agency_name is None:
            return bool(self.names)
        if line.head not in self.department_heads or line.head is None:
            return False
        return self.has_unit_heads if line.kind == "agency" else self.units_have_lines

"""From a government's table to its figures: each number with its year, phase, scope, fund and line, or named in a refusal.

Belongs here: lines and amounts of the tables of governments. Does not belong here: what words say (`pipeline.forms.government`), columns
(`government_columns`), what a line under a column means (`government_meaning`), how lines hang together (`tiers`), tables of departments
(`interpretation`).

Year, phase and scope come from the column's header, else from the table's title. Where both leave one open, the column is refused: a
figure under a wrong year looks as right as any.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.editions.classification import assign_codes, code_by_name
from pipeline.figures.amount import parse_amount, unit_in, unit_printed
from pipeline.figures.figure import Figure
from pipeline.figures.government_columns import Column, Publisher, Table
from pipeline.figures.government_meaning import Line, Meanings, line_item, name_of
from pipeline.figures.interpretation import Interpretation, Refused
from pipeline.figures.tiers import Node, tie
from pipeline.forms.form import Form, FormCell
from pipeline.forms.government import words_of
from pipeline.forms.text import is_memo, is_number, is_percentage, numbering_rank, squeeze

_CODE = re.compile(r"^[25]\d{2}(?:\d{2}){0,2}$|^1[01]\d(?:\d{2}){0,3}$")
_YEAR_BEHIND_NUMBER = re.compile(r"(?<=[、)）])20\d\d(?=年)")
_SUBTOTAL = re.compile(r"[\u4e00-\u9fff]{1,12}(?:合计|小计|总计)")
"""Of a list of projects: what a place, a department or a field has in all."""
_DASHES = re.compile(r"^[-—–－/―─]+$")
_NO_PHASE = frozenset({"limit", "new_limit", "investment"})
_DATED_LINES = frozenset({"government_debt", "government_social_insurance"})
_BY_SCOPE = frozenset(
    {
        "government_balance",
        "government_revenue",
        "government_expenditure",
        "government_debt",
        "government_transfer",
        "government_social_insurance",
    }
)
_CODED = {"functional", "economic_government", "economic_department", "government_revenue"}
_BALANCES: dict[str, tuple[str, ...]] = {"functional": ("230", "231"), "government_revenue": ("105", "110")}
"""Classes of transfers, of debt received and repaid, and of what is carried over: no revenue and no expenditure of the year."""
_RANKS = {"all_tiers": 0, "tier": 1, "lower_tiers": 1}
"""What scopes stand above: the whole above all, the tier above the head and its zones, the lower tiers above their districts."""
_LEVELS = {3: "category", 5: "section", 7: "item", 9: "sub_item"}


def interpret_government(form: Form, publisher: Publisher) -> Interpretation:
    """Figures of a government's table; what is no figure is refused with its reason."""
    return _Reading(Table(form, publisher)).interpretation()


class _Reading:
    def __init__(self, table: Table) -> None:
        self.table = table
        self.form = table.form
        self.place = table.place
        self.header = table.header
        self.unit = table.unit
        self.at = table.at
        self.meanings = Meanings(table)
        self.result = Interpretation()
        self.row_names: dict[int, str] = {}
        """Names that begin in a row of the list being read."""

    def interpretation(self) -> Interpretation:
        columns = self.table.columns
        self._mark(columns)
        if self.unit is None and not any(unit_in(column.path) for column in columns):
            self._refuse(
                "unit_unknown", "no 单位：元 / 万元 … is printed above the table or in its header", self._numeric()
            )
            return self.result
        for column in columns:
            if column.why is not None:
                self._refuse("column_open", column.why, self._numeric(column.index), column=column.index)
        for group in sorted({column.group for column in columns}):
            members = [column for column in columns if column.group == group]
            self._read_group(members)
        self._account(columns)
        return self.result

    # -- cells -----------------------------------------------------------------------------------------------------

    def _numeric(self, column: int | None = None) -> list[FormCell]:
        return [
            cell
            for cell in self.form.cells
            if cell.row not in self.header and (column is None or cell.column == column) and is_number(cell.text)
        ]

    def _mark(self, columns: list[Column]) -> None:
        roles = {"name": "name", "code": "code", "serial": "ordinal", "percentage": "percentage"}
        by_index = {column.index: column.role for column in columns}
        for cell in self.form.cells:
            role = "header" if cell.row in self.header else roles.get(by_index.get(cell.column, ""), "text")
            self.result.roles[cell.cell_id] = role

    def _refuse(
        self, reason: str, detail: str, cells: list[FormCell], row: int | None = None, column: int | None = None
    ) -> None:
        cells = [cell for cell in cells if self.result.roles.get(cell.cell_id) not in ("refused", "amount")]
        if cells:
            self.result.refused.append(Refused(reason, detail, cells, row, column))
            self.result.roles.update((cell.cell_id, "refused") for cell in cells)

    def _account(self, columns: list[Column]) -> None:
        """Numbers left over: rates and growth are kept as such, the rest is refused by column."""
        for column in columns:
            left = [
                cell
                for cell in self._numeric(column.index)
                if self.result.roles[cell.cell_id] not in ("amount", "refused", "ordinal", "code", "percentage")
            ]
            if column.role == "value":
                self._refuse(
                    "row_unknown",
                    f"numbers under “{column.header_path}” in rows whose names were not understood",
                    left,
                    column=column.index,
                )
            else:
                self._refuse(
                    "not_an_amount",
                    f"numbers under “{column.header_path}”, whose header names no amount of the budget",
                    left,
                    column=column.index,
                )

    # -- lines -----------------------------------------------------------------------------------------------------

    def _read_group(self, members: list[Column]) -> None:
        values = [column for column in members if column.role == "value" and column.why is None]
        if not values:
            return
        lines = self._lines(members, values)
        names = [column.index for column in members if column.role == "name"]
        self.row_names = {
            row: named[0].text
            for row in range(self.form.row_count)
            if row not in self.header and (named := [cell for cell in self._named(row, names) if cell.row == row])
        }
        side = self._side(members, lines)
        self._code(lines)
        tie([line.node for line in lines])
        by_node = {id(line.node): line for line in lines}
        for line in lines:
            line.path = _path(line, by_node)
        if side is None:
            _add_sides(lines, by_node)
        if self.meanings.is_by_fund:
            _add_funds(lines)
        self._classify(lines)
        for line in lines:
            for column in values:
                self._read(line, column, side)

    def _lines(self, members: list[Column], values: list[Column]) -> list[Line]:
        names = [column.index for column in members if column.role == "name"]
        codes = [column.index for column in members if column.role == "code"]
        indexes = [column.index for column in values]
        lines = []
        wrapped = self._wrapped_names(names, indexes)
        rests = {row for rows in wrapped.values() for row in rows}
        for row in range(self.form.row_count):
            if row in self.header or row in rests:
                continue
            cells = [cell for near in wrapped.get(row, [row]) for cell in self._named(near, names)]
            if not cells or not any((row, index) in self.at for index in indexes):
                continue
            name = " ".join(dict.fromkeys(cell.text for cell in cells))
            printed = [squeeze(self.at[row, index].text) for index in codes if (row, index) in self.at]
            # Names of projects are centred: where they begin says nothing.
            is_list = self.form.key == "government_debt_project"
            indent = None if is_list else _indent(cells[0 if row in wrapped else -1])
            words = words_of(name, self.place)
            node = Node(row, numbering_rank(_YEAR_BEHIND_NUMBER.sub("", name)), indent, is_memo(name), _is_total(name))
            if self.meanings.is_by_scope:
                # Names of scopes are centred too, and what they hold is known.
                node.rank, node.indent, node.is_total = (
                    _RANKS.get(words.scope or "", 2),
                    None,
                    node.is_total and not words.scope,
                )
            for column in values:
                cell = self.at.get((row, column.index))
                amount = parse_amount(cell.text, unit_in(column.path) or self.unit or "元") if cell else None
                if amount is not None:
                    node.amounts[column.index] = (amount.yuan, amount.half_unit_yuan)
            code = next((text for text in printed if _CODE.match(text)), None)
            line = Line(row, name, node, words, code=code)
            if is_list and _SUBTOTAL.fullmatch(name_of(name)):
                node.is_total, line.item = True, "total"
            lines.append(line)
        return lines

    def _named(self, row: int, names: Sequence[int]) -> list[FormCell]:
        cells = [cell for index in names if (cell := self.table.spanning.get((row, index))) is not None]
        return [cell for cell in cells if cell.text.strip()]

    def _wrapped_names(self, names: Sequence[int], values: Sequence[int]) -> dict[int, list[int]]:
        """Rows of numbers without a name, each with the rows right above and below it whose names without numbers are its own: a name of two
        lines with its figures between them."""

        def is_bare(row: int) -> bool:
            texts = [cell.text for index in values if (cell := self.at.get((row, index))) is not None]
            return row not in self.header and bool(self._named(row, names)) and not any(text.strip() for text in texts)

        found: dict[int, list[int]] = {}
        for row in range(1, self.form.row_count):
            numbers = [cell for index in values if (cell := self.at.get((row, index))) is not None]
            is_nameless = not self._named(row, names) and any(is_number(cell.text) for cell in numbers)
            if row in self.header or not is_nameless or not is_bare(row - 1):
                continue
            below = self._named(row + 1, names) if is_bare(row + 1) else []
            goes_on = bool(below) and numbering_rank(below[0].text) is None and not is_memo(below[0].text)
            found[row] = [row - 1, row + 1] if goes_on and not _is_total(below[0].text) else [row - 1]
        return found

    def _side(self, members: Sequence[Column], lines: Sequence[Line]) -> str | None:
        """Revenue or expenditure, where the whole list is one: by its header, the title, or the place of two lists side by side."""
        for column in members:
            if column.role == "name" and column.words.side is not None:
                return column.words.side
        if self.form.key in ("government_revenue", "government_expenditure"):
            return "revenue" if self.form.key == "government_revenue" else "expenditure"
        return self.table.words.side

    def _code(self, lines: list[Line]) -> None:
        """Items of lines that are no class (totals, balances), and codes of classes, as printed or by name within the edition."""
        scheme = self._scheme()
        for line in lines:
            self._add_item(line, scheme)
        if scheme not in _CODED:
            return
        plain = [line for line in lines if line.scheme is None and line.item is None and not line.code]
        year = self.table.words.year or self.table.publisher.year or 0
        if scheme == "economic_government" and _fits_departments(plain, year):
            scheme = "economic_department"
        names = [name_of(line.name) for line in plain]
        for line, found_code in zip(plain, assign_codes(names, scheme, year, self._levels(plain, scheme)), strict=True):
            line.code = found_code.code
        for line in lines:
            if line.code and line.code.startswith(_BALANCES.get(scheme, ("-",))):
                line.scheme, line.code = "balance", None
            line.node.code = line.code
            line.scheme = line.scheme or (None if line.item else scheme)

    def _add_item(self, line: Line, scheme: str) -> None:
        found = line_item(line.name)
        if found is None or (found[1] == "own" and not self._is_own(line)):
            return
        if found[1] == "own" and scheme in ("functional", "government_revenue"):
            line.item = "current_total"
        elif found[1] in ("total", "current_total"):
            line.item = found[1]
        elif found[0] == "balance" and scheme in ("functional", "government_revenue", "balance"):
            line.scheme, line.item = found

    def _is_own(self, line: Line) -> bool:
        """Whether a line that names a budget is the whole of it: 国有资本经营收入 is one in that budget's table, and a class in any other."""
        fund = self.table.fund_of_title
        return line.words.fund in (None, fund) or fund is None or self._scheme() not in _CODED

    def _classify(self, lines: list[Line]) -> None:
        """Lines below a balance line are balance lines; a total over balance lines is one, and so is what stands in that total beside the
        government's own revenue or expenditure; every other line is of the form's scheme."""
        scheme = self._scheme()
        for line in lines:
            if any(other.scheme == "balance" and other.item and _is_below(line.node, other.node) for other in lines):
                line.scheme, line.code = "balance", None
            elif line.item == "total" and any(
                other.scheme == "balance" and other.node.whole is line.node for other in lines
            ):
                line.scheme = "balance"
        wholes = {id(line.node) for line in lines if line.item == "total" and line.scheme == "balance"}
        has_own = any(line.item == "current_total" and id(line.node.whole) in wholes for line in lines)
        for line in lines:
            if has_own and line.item is None and id(line.node.whole) in wholes:
                line.scheme, line.code = "balance", None
            line.scheme = line.scheme or scheme

    def _levels(self, lines: Sequence[Line], scheme: str) -> list[str | None]:
        """Categories, where the topmost lines of a list by function are numbered."""
        ranks = [line.node.rank for line in lines if line.node.rank is not None]
        if scheme != "functional" or len(ranks) < 5 or self.table.fund_of_title != "general_public_budget":
            return [None] * len(lines)
        top = max(set(ranks), key=ranks.count)
        return ["category" if line.node.rank == top else None for line in lines]

    def _scheme(self) -> str:
        if self.form.key == "government_balance" or self.table.standard.scheme is None:
            return "balance"
        return self.table.standard.scheme

    # -- figures ---------------------------------------------------------------------------------------------------

    def _read(self, line: Line, column: Column, side: str | None) -> None:
        cell = self.at.get((line.row, column.index))
        if cell is None:
            return
        text = squeeze(cell.text)
        unit = unit_printed(text, unit_in(column.path) or self.unit or "元")
        amount = parse_amount(text, unit)
        if amount is None and text and not _DASHES.match(text):
            if is_percentage(text):
                self.result.roles[cell.cell_id] = "percentage"
            elif any(character.isdigit() for character in text):
                self._refuse("amount_unreadable", f"“{cell.text[:60]}” is no amount", [cell], cell.row, cell.column)
            return
        told = self._told(line, column, side)
        if amount is not None and not isinstance(told, str):
            told = self._beside_several(cell, line, told)
        if isinstance(told, str):
            self._refuse(
                "column_open" if "open" in told else "row_unknown",
                told,
                [cell] if amount else [],
                cell.row,
                cell.column,
            )
            return
        self.result.roles[cell.cell_id] = "amount"
        state = "number" if amount and amount.yuan else "zero" if amount else "blank"
        whole = line.node.whole
        is_bound = line.node.bounds or (whole is not None and column.index in whole.incomplete_in)
        self.result.figures.append(
            replace(
                told,
                figure_id=cell.cell_id,
                cell_id=cell.cell_id,
                page_number=cell.page_number,
                row_index=line.row,
                column_index=column.index,
                printed_text=text,
                printed_unit=unit,
                amount_yuan=amount.yuan if amount else None,
                half_unit_yuan=amount.half_unit_yuan if amount else None,
                value_state=state,
                parent_row_index=whole.row if whole is not None and not is_bound else None,
                parent_column_index=column.parent,
                is_memo=is_bound,
                confidence=cell.confidence,
            )
        )

    def _beside_several(self, cell: FormCell, line: Line, told: Figure) -> Figure | str:
        """The figure of a cell that stands beside several lines: of all the districts together that receive it, and of no line alone."""
        rows = range(cell.row, cell.row + cell.row_span)
        names = [name for row in rows if (name := self.row_names.get(row)) and row != line.row]
        if not names:
            return told
        joined = "、".join((name_of(line.name), *map(name_of, names)))
        if told.scheme == "transfer" and told.cross_name == name_of(line.name):
            return replace(told, cross_name=joined)
        return f"“{cell.text}” stands beside several lines: {joined}"

    def _told(self, line: Line, column: Column, side: str | None) -> Figure | str:
        """The figure without its amount, or a sentence that says what is open."""
        row = line.words
        year, phase = column.year, column.phase
        if self.form.key in _DATED_LINES:
            # Elsewhere a year in a name is part of the name: of a project, a programme, a census.
            year = (
                row.year
                or self._year_above(line)
                or (year if row.years_on is None or year is None else year + row.years_on)
            )
        if row.phase and self.form.key == "government_debt":
            phase = row.phase
        scope, scope_name = column.scope, column.scope_name
        is_by_scope = self.meanings.is_by_scope or self.meanings.is_by_fund
        if is_by_scope and row.scope is not None and self.form.key != "government_transfer":
            scope, scope_name = row.scope, row.scope_name
        meaning = self.meanings.of(line, column, side)
        if isinstance(meaning, str):
            return meaning
        scheme, code, name, measure, fund, district = meaning
        item = code if scheme == "debt" else measure if scheme == "project" else None
        if item is not None:
            phase = self._phase_of_debt(item, phase, column, year)
        open_words = [
            word
            for word, value in (
                ("year", year),
                ("phase", phase or item in _NO_PHASE or None),
                ("scope", scope),
                ("fund", fund),
            )
            if value is None
        ]
        if open_words:
            return f"{', '.join(open_words)} of “{column.header_path}” open: neither header nor title “{self.table.title}” says it"
        is_total = code in ("total", "current_total")
        return Figure(
            figure_id="", cell_id="", document_id=self.table.publisher.document_id, page_number=1, form_index=self.form.index,
            row_index=0, column_index=0, form=self.form.key or "", fiscal_year=int(year or 0), phase=phase,
            is_comparative=self.table.words.year is not None and year != self.table.words.year, fund=fund or "all",
            agency_name=self.table.publisher.body, agency_level="department", scheme=scheme, measure=measure, printed_text="",
            printed_unit="元", amount_yuan=None, half_unit_yuan=None, value_state="blank",
            is_leaf=self._is_leaf(line, column, district) and not is_total and code != "resources" and not self._is_whole_column(column), scope=scope, scope_name=scope_name, line_code=code,
            line_name=name, line_level="total" if is_total else _LEVELS.get(len(code or "")) if scheme in _CODED else None,
            parent_line=" / ".join(line.path) or None, cross_name=district, header_path=column.header_path,
        )  # fmt: skip

    def _is_leaf(self, line: Line, column: Column, district: str | None) -> bool:
        """Whether a line has no parts in a column. Scopes hold one another, but what each has is its own; of transfers those that receive count."""
        if not self.meanings.is_by_scope or self.form.key not in _BY_SCOPE:
            return line.node.is_leaf_in(column.index)
        return district is not None or self.form.key != "government_transfer"

    def _phase_of_debt(self, item: str, phase: str | None, column: Column, year: int | None) -> str | None:
        """A limit has no phase; what is owed or issued is so, where no word speaks of a budget (债券安排情况 in a final account). What a plan of
        the year to come says will be owed at its end is planned; what is owed at its beginning is owed."""
        if item in _NO_PHASE:
            return None
        is_budget = re.search("预算|草案|计划", column.header_path + self.table.title) is not None
        own = self.table.publisher.year
        is_past = self.table.publisher.kind == "final_account" or (year is not None and own is not None and year < own)
        is_planned = item == "balance" and is_budget and not is_past and year == own
        is_silent = (
            item in ("balance", "opening_balance", "bond_balance") and column.words.phase is None and not is_planned
        )
        if phase is None or (phase == "approved" and (is_silent or (is_past and not is_budget))):
            return "executed"
        return phase

    def _year_above(self, line: Line) -> int | None:
        """The year of the nearest line above that names one: 一般债务 below 2021年末债务余额 is of 2021."""
        return next(
            (year for text in reversed(line.path) if (year := words_of(text, self.place).year) is not None), None
        )

    def _is_whole_column(self, column: Column) -> bool:
        """Whether other columns of the same scope are its parts (合计 over districts, over general and special debt)."""
        return any(other.parent == column.index and other.scope == column.scope for other in self.table.columns)


def _add_sides(lines: Sequence[Line], by_node: dict[int, Line]) -> None:
    """Give lines of a list of both revenue and expenditure the side of the total that a sum makes them parts of."""
    for line in lines:
        node, side = line.node.whole, line.words.side
        while node is not None and side is None:
            side, node = by_node[id(node)].words.side, node.whole
        line.side = side


def _add_funds(lines: Sequence[Line]) -> None:
    """Give each line of a list of funds its own, or that of the last line that names one: 其中：开发区 below 一般公共预算."""
    fund: str | None = None
    for line in lines:
        fund = None if line.item in ("total", "current_total") else line.words.fund or fund
        line.fund = fund


# -- words -------------------------------------------------------------------------------------------------------------


def _path(line: Line, by_node: dict[int, Line]) -> tuple[str, ...]:
    names: list[str] = []
    node = line.node.above
    while node is not None:
        names.append(name_of(by_node[id(node)].name))
        node = node.above
    return tuple(reversed(names))


def _is_below(node: Node, upper: Node) -> bool:
    above = node.above
    while above is not None:
        if above is upper:
            return True
        above = above.above
    return False


def _indent(cell: FormCell) -> float | None:
    if cell.text_x0 is None or cell.box is None:
        return None
    return round(cell.text_x0 - cell.box.x0, 1)


def _is_total(name: str) -> bool:
    found = line_item(name)
    return found is not None and found[1] in ("total", "current_total") and numbering_rank(name) is None


def _fits_departments(lines: Sequence[Line], year: int) -> bool:
    """Whether more names are classes of the departments' economic classification than of the governments'."""
    names = [name_of(line.name) for line in lines]
    known = {
        scheme: sum(bool(code_by_name(name, None, scheme, year or None)) for name in names)
        for scheme in ("economic_government", "economic_department")
    }
    return known["economic_department"] > known["economic_government"]

"""From a government's table to its figures: each number with its year, phase, scope, fund and line, or named in a refusal.

Belongs here: columns, lines and amounts of the tables of governments. Does not belong here: what words say (`pipeline.forms.government`),
how lines hang together (`tiers`), tables of departments (`interpretation`).

Year, phase and scope come from the column's header, else from the table's title. Where both leave one open, the column is refused: a
figure under a wrong year looks as right as any.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.editions.classification import assign_codes, code_by_name
from pipeline.figures.amount import parse_amount
from pipeline.figures.figure import Figure
from pipeline.figures.interpretation import Interpretation, Refused
from pipeline.figures.tiers import Node, tie
from pipeline.forms import catalogue, consulted
from pipeline.forms.form import Form, FormCell
from pipeline.forms.government import Place, Words, bare_words, is_district, role_of_header, title_of, words_of
from pipeline.forms.header import Column as HeaderColumn
from pipeline.forms.header import find_parents
from pipeline.forms.text import (
    bare_name,
    comparable,
    counts_up,
    is_memo,
    is_number,
    is_percentage,
    numbering_rank,
    squeeze,
)

FOLDER = Path(catalogue.__file__).parent
_CODE = re.compile(r"^[25]\d{2}(?:\d{2}){0,2}$|^1[01]\d(?:\d{2}){0,3}$")
_UNIT_WORDS = ("百万元", "亿元", "万元", "千元")
_NUMBERED_YEAR = re.compile(
    r"^(?:[一二三四五六七八九十]+、|[(（][一二三四五六七八九十]+[)）]|\d{1,2}[.、])(?=20\d\d年)"
)
_DASHES = re.compile(r"^[-—–－/―─]+$")
_TOTAL_HEADER = re.compile(r"(?:合计|小计|总计|金额|数额|数|总额|本级|执行情况|地区|情况|[:：、]|\(\)|其中|收入|支出)*")
_BELOW = re.compile(r"对下|对(?:各)?(?:区|县|市县)|[市省区]对(?:各|区|县)|补助(?:区县|下级)|分地区")
_ABOVE = re.compile(r"(?:中央|上级|省|市)[、和]?(?:省)?对[\u4e00-\u9fff]{1,6}[市区县]|上级(?:补助|转移)")
_NO_PHASE = frozenset({"limit", "new_limit"})
_CODED = {"functional", "economic_government", "economic_department", "government_revenue"}
_LEVELS = {3: "category", 5: "section", 7: "item", 9: "sub_item"}


@dataclass(slots=True)
class Column:
    """One column of a government's table. `why` says why its amounts cannot be figures, where they cannot."""

    index: int
    path: tuple[str, ...]
    role: str
    group: int = 0
    words: Words = field(default_factory=Words)
    year: int | None = None
    phase: str | None = None
    scope: str | None = None
    scope_name: str | None = None
    fund: str | None = None
    line: str = ""
    parent: int | None = None
    why: str | None = None

    @property
    def header_path(self) -> str:
        return " / ".join(self.path)


@dataclass(slots=True)
class Line:
    """One line of one list: its name as printed, where it stands, and what its words and those above it say."""

    row: int
    name: str
    node: Node
    words: Words
    code: str | None = None
    scheme: str | None = None
    item: str | None = None
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Publisher:
    """Whose document it is: needed to say whose an amount is."""

    document_id: str
    place: Place
    body: str
    unit: str | None = None


def interpret_government(form: Form, publisher: Publisher) -> Interpretation:
    """Figures of a government's table; what is no figure is refused with its reason."""
    return _Reading(form, publisher).interpretation()


@consulted.kept
def _line_patterns() -> list[tuple[re.Pattern[str], str, str]]:
    rows = consulted.table(FOLDER / "government_line.csv")
    return [(re.compile(row["pattern"]), row["scheme"], row["item"]) for row in rows]


@consulted.question
def line_item(name: str) -> tuple[str, str] | None:
    """Scheme and item of a line that is no class (total, transfers, debt, balances), by government_line.csv; None for any other."""
    plain = _name(name)
    return next(((scheme, item) for pattern, scheme, item in _line_patterns() if pattern.fullmatch(plain)), None)


@consulted.question
def debt_item(text: str) -> str | None:
    """What of debt a text names (limit, balance, issued, repaid, interest), by debt_item.csv."""
    plain = comparable(text)
    rows = consulted.table(FOLDER / "debt_item.csv")
    return next((row["item"] for row in rows if re.search(row["pattern"], plain)), None) or None


@consulted.question
def insurance_of(name: str) -> str | None:
    """Which social insurance a name is of, by insurance.csv."""
    plain = comparable(name)
    rows = consulted.table(FOLDER / "insurance.csv")
    return next((row["insurance"] for row in rows if re.search(row["pattern"], plain)), None)


class _Reading:
    def __init__(self, form: Form, publisher: Publisher) -> None:
        self.form = form
        self.publisher = publisher
        self.place = publisher.place
        self.standard = catalogue.standard_form(form.key or "")
        self.title = title_of(form)
        self.words = words_of(self.title, self.place)
        self.result = Interpretation()
        self.at = {(cell.row, cell.column): cell for cell in form.cells}
        self.spanning: dict[tuple[int, int], FormCell] = {}
        for cell in form.cells:
            for row in range(cell.row, cell.row + cell.row_span):
                for column in range(cell.column, cell.column + cell.column_span):
                    self.spanning.setdefault((row, column), cell)
        self.header = self._header_rows()
        self.unit = form.unit or _unit_in([self.title, *form.heading_lines]) or publisher.unit
        self._all: list[Column] = []
        self._scope_rows = self._fund_rows = False
        self._direction: str | None = None
        self._sides: dict[int, str | None] = {}

    def interpretation(self) -> Interpretation:
        columns = self._all = self._columns()
        self._scope_rows = self._mostly(columns, lambda words: words.scope is not None)
        self._fund_rows = self._mostly(columns, lambda words: words.fund is not None and words.side is None)
        self._direction = self._told_direction(columns)
        self._mark(columns)
        if self.unit is None and not any(_unit_in(column.path) for column in columns):
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

    # -- header ----------------------------------------------------------------------------------------------------

    def _header_rows(self) -> frozenset[int]:
        """Rows above the first with a number, within the reach of the first header row's spans; repetitions on later pages."""
        first = self.form.lead_rows
        reach = first + 1
        for cell in self.form.cells:
            if cell.row == first and cell.text.strip() and cell.row_span <= 6:
                reach = max(reach, cell.row + cell.row_span)
        rows: list[int] = []
        for row in range(first, self.form.row_count):
            texts = [comparable(cell.text) for cell in self.form.row(row) if cell.text.strip()]
            numbers = [text for text in texts if is_number(text)]
            counted = len(numbers) >= 2 and counts_up(numbers) and numbers[0] == "1"
            is_unnamed = bool(rows) and len(texts) >= 2 and not numbers and all(role_of_header(text) for text in texts)
            if (row < reach and not numbers) or counted or is_unnamed:
                rows.append(row)
            else:
                break
        return frozenset((*range(first), *(rows or [first]), *self.form.repeated_header_rows))

    def _paths(self) -> list[tuple[str, ...]]:
        paths: list[list[str]] = [[] for _ in range(self.form.column_count)]
        first = [
            row
            for row in sorted(self.header)
            if row >= self.form.lead_rows and row not in self.form.repeated_header_rows
        ]
        for row in first:
            for cell in self.form.row(row):
                text = squeeze(cell.text)
                if not text or is_number(text):
                    continue
                for column in range(cell.column, min(cell.column + cell.column_span, self.form.column_count)):
                    if not paths[column] or paths[column][-1] != text:
                        paths[column].append(text)
        return [tuple(path) for path in paths]

    def _columns(self) -> list[Column]:
        columns = [self._column(index, path) for index, path in enumerate(self._paths())]
        group, has_values = 0, False
        for column in columns:
            if column.role in ("name", "code") and has_values:
                group, has_values = group + 1, False
            has_values = has_values or column.role == "value"
            column.group = group
        self._settle_names(columns)
        for column in columns:
            if column.role == "value":
                self._settle(column)
        self._find_parents(columns)
        return columns

    def _settle_names(self, columns: list[Column]) -> None:
        """Where no header names the column of names, the first column of words is it."""
        if any(column.role == "name" for column in columns):
            return
        for column in columns:
            texts = [
                cell.text
                for cell in self.form.cells
                if cell.column == column.index and cell.row not in self.header and cell.text.strip()
            ]
            if texts and not any(is_number(text) for text in texts):
                column.role = "name"
                return

    def _column(self, index: int, path: tuple[str, ...]) -> Column:
        roles = [role for text in path if (role := role_of_header(text)) is not None]
        column = Column(index, path, roles[-1] if roles else "value" if path else "empty")
        if "percentage" in roles:
            column.role = "percentage"
        elif column.role == "name" and self._mostly_numbers(index):
            column.role = "value"
        column.words = words_of("".join(path), self.place)
        return column

    def _mostly_numbers(self, index: int) -> bool:
        texts = [
            cell.text
            for cell in self.form.cells
            if cell.column == index and cell.row not in self.header and cell.text.strip()
        ]
        return bool(texts) and 2 * sum(is_number(text) for text in texts) > len(texts)

    def _settle(self, column: Column) -> None:
        """Year, phase, scope and fund of a column: its own words, else the title's; or why they stay open."""
        own, title = column.words, self.words
        if own.is_open:
            column.why = f"the header “{column.header_path}” names two years, scopes or funds"
            return
        column.year = own.year if own.year is not None else None if title.year is None else title.year
        if own.years_on is not None:
            column.year = None if title.year is None else title.year + own.years_on
        column.phase = own.phase or title.phase
        if (
            title.phase == "half_year"
            and own.phase == "executed"
            and own.years_on is None
            and column.year == title.year
        ):
            column.phase = "half_year"
        column.scope, column.scope_name = own.scope or title.scope, own.scope_name or title.scope_name
        if own.scope == "district" and self.form.key == "government_transfer":
            column.scope, column.scope_name = title.scope, title.scope_name
        column.fund = own.fund or self._fund_of_title()
        column.line = _line_of(column, self.form.key == "government_transfer")

    def _fund_of_title(self) -> str | None:
        return self.words.fund or self.standard.fund

    def _find_parents(self, columns: list[Column]) -> None:
        """Tie columns to the total that their header states (合计 over districts, 全市 over 市级 and 区县)."""
        values = [column for column in columns if column.role == "value" and column.why is None]
        mirror = [
            HeaderColumn(
                column.index, column.path, "value", {"comparative": f"{column.year} {column.phase}"}, group=column.group
            )
            for column in values
        ]
        find_parents(mirror)
        for column, copy in zip(values, mirror, strict=True):
            column.parent = copy.parent
        for whole in (column for column in values if column.words.scope == "all_tiers"):
            parts = [
                column
                for column in values
                if _is_beside(whole, column) and column.words.scope in ("tier", "lower_tiers")
            ]
            if {column.words.scope for column in parts} == {"tier", "lower_tiers"} and len(parts) == 2:
                for column in parts:
                    column.parent = whole.index

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
        side = self._side(members, lines)
        self._code(lines)
        tie([line.node for line in lines])
        by_node = {id(line.node): line for line in lines}
        for line in lines:
            line.path = _path(line, by_node)
        self._sides = _sides_of(lines) if side is None else {}
        self._classify(lines)
        for line in lines:
            for column in values:
                self._read(line, column, side)

    def _lines(self, members: list[Column], values: list[Column]) -> list[Line]:
        names = [column for column in members if column.role == "name"]
        codes = [column for column in members if column.role == "code"]
        lines = []
        for row in range(self.form.row_count):
            if row in self.header:
                continue
            cells = [
                cell
                for column in names
                if (cell := self.spanning.get((row, column.index))) is not None and cell.text.strip()
            ]
            printed = {column.index: self.at.get((row, column.index)) for column in values}
            if not cells or not any(cell is not None for cell in printed.values()):
                continue
            name = " ".join(dict.fromkeys(cell.text for cell in cells))
            last = cells[-1]
            code = next(
                (
                    squeeze(cell.text)
                    for column in codes
                    if (cell := self.at.get((row, column.index))) and _CODE.match(squeeze(cell.text))
                ),
                None,
            )
            node = Node(row, numbering_rank(name), _indent(last), is_memo(name), _is_total(name))
            for column in values:
                cell = printed[column.index]
                amount = (
                    parse_amount(cell.text, _unit_in(column.path) or self.unit or "元") if cell is not None else None
                )
                if amount is not None:
                    node.amounts[column.index] = (amount.yuan, amount.half_unit_yuan)
            lines.append(Line(row, name, node, words_of(name, self.place), code=code))
        return lines

    def _side(self, members: Sequence[Column], lines: Sequence[Line]) -> str | None:
        """Revenue or expenditure, where the whole list is one: by its header, the title, or the place of two lists side by side."""
        for column in members:
            if column.role == "name" and column.words.side is not None:
                return column.words.side
        if self.form.key in ("government_revenue", "government_expenditure"):
            return "revenue" if self.form.key == "government_revenue" else "expenditure"
        return self.words.side

    def _code(self, lines: list[Line]) -> None:
        """Items of lines that are no class (totals, balances), and codes of classes, as printed or by name within the edition."""
        scheme = self._scheme()
        for line in lines:
            found = line_item(line.name)
            if found is None:
                continue
            if found[1] == "own" and scheme in ("functional", "government_revenue"):
                line.item = "current_total"
            elif found[1] in ("total", "current_total"):
                line.item = found[1]
            elif found[0] == "balance" and scheme in ("functional", "government_revenue", "balance"):
                line.scheme, line.item = found
        if scheme not in _CODED:
            return
        plain = [line for line in lines if line.scheme is None and line.item is None and not line.code]
        year = self.words.year or 0
        if scheme == "economic_government" and _fits_departments(plain, year):
            scheme = "economic_department"
        names = [_name(line.name) for line in plain]
        for line, found_code in zip(plain, assign_codes(names, scheme, year, self._levels(plain, scheme)), strict=True):
            line.code = found_code.code
        for line in lines:
            line.node.code = line.code
            line.scheme = line.scheme or (None if line.item else scheme)

    def _classify(self, lines: list[Line]) -> None:
        """Lines below a balance line are balance lines; a total over balance lines is one; every other line is of the form's scheme."""
        scheme = self._scheme()
        for line in lines:
            if any(other.scheme == "balance" and other.item and _is_below(line.node, other.node) for other in lines):
                line.scheme, line.code = "balance", None
            elif line.item == "total" and any(
                other.scheme == "balance" and other.node.whole is line.node for other in lines
            ):
                line.scheme = "balance"
            line.scheme = line.scheme or scheme

    def _levels(self, lines: Sequence[Line], scheme: str) -> list[str | None]:
        """Categories, where the topmost lines of a list by function are numbered."""
        ranks = [line.node.rank for line in lines if line.node.rank is not None]
        if scheme != "functional" or len(ranks) < 5 or self._fund_of_title() != "general_public_budget":
            return [None] * len(lines)
        top = max(set(ranks), key=ranks.count)
        return ["category" if line.node.rank == top else None for line in lines]

    def _scheme(self) -> str:
        if self.form.key == "government_balance" or self.standard.scheme is None:
            return "balance"
        return self.standard.scheme

    # -- figures ---------------------------------------------------------------------------------------------------

    def _read(self, line: Line, column: Column, side: str | None) -> None:
        cell = self.at.get((line.row, column.index))
        if cell is None:
            return
        text = squeeze(cell.text)
        unit = _unit_in(column.path) or self.unit or "元"
        amount = parse_amount(text, unit)
        if amount is None and text and not _DASHES.match(text):
            if is_percentage(text):
                self.result.roles[cell.cell_id] = "percentage"
            elif any(character.isdigit() for character in text):
                self._refuse("amount_unreadable", f"“{cell.text[:60]}” is no amount", [cell], cell.row, cell.column)
            return
        told = self._told(line, column, side)
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
                parent_row_index=whole.row if whole is not None else None,
                parent_column_index=column.parent,
                is_memo=line.node.bounds,
                confidence=cell.confidence,
            )
        )

    def _told(self, line: Line, column: Column, side: str | None) -> Figure | str:
        """The figure without its amount, or a sentence that says what is open."""
        row = line.words
        year = row.year or self._year_above(line) or column.year
        phase = row.phase if row.phase and self.form.key == "government_debt" else column.phase
        scope, scope_name = column.scope, column.scope_name
        if self._scope_rows and row.scope is not None and (self.form.key != "government_transfer"):
            scope, scope_name = row.scope, row.scope_name
        meaning = self._meaning(line, column, side)
        if isinstance(meaning, str):
            return meaning
        scheme, code, name, measure, fund, district = meaning
        if scheme == "debt":
            if code in _NO_PHASE:
                phase = None
            elif (phase is None and code is not None) or (
                phase == "approved" and code == "balance" and column.words.phase is None
            ):
                phase = "executed"
        open_words = [
            word
            for word, value in (
                ("year", year),
                ("phase", phase or code in _NO_PHASE or None),
                ("scope", scope),
                ("fund", fund),
            )
            if value is None
        ]
        if open_words:
            return f"{', '.join(open_words)} of “{column.header_path}” open: neither header nor title “{self.title}” says it"
        is_total = code in ("total", "current_total")
        return Figure(
            figure_id="", cell_id="", document_id=self.publisher.document_id, page_number=1, form_index=self.form.index,
            row_index=0, column_index=0, form=self.form.key or "", fiscal_year=int(year or 0), phase=phase,
            is_comparative=self.words.year is not None and year != self.words.year, fund=fund or "all",
            agency_name=self.publisher.body, agency_level="department", scheme=scheme, measure=measure, printed_text="",
            printed_unit="元", amount_yuan=None, half_unit_yuan=None, value_state="blank",
            is_leaf=line.node.is_leaf and not is_total and not self._is_whole_column(column), scope=scope, scope_name=scope_name, line_code=code,
            line_name=name, line_level="total" if is_total else _LEVELS.get(len(code or "")) if scheme in _CODED else None,
            parent_line=" / ".join(line.path) or None, cross_name=district, header_path=column.header_path,
        )  # fmt: skip

    def _year_above(self, line: Line) -> int | None:
        """The year of the nearest line above that names one: 一般债务 below 2021年末债务余额 is of 2021."""
        return next(
            (year for text in reversed(line.path) if (year := words_of(text, self.place).year) is not None), None
        )

    def _is_whole_column(self, column: Column) -> bool:
        """Whether other columns of the same scope are its parts (合计 over districts, over general and special debt)."""
        return any(other.parent == column.index and other.scope == column.scope for other in self._all)

    def _mostly(self, columns: Sequence[Column], holds: Callable[[Words], bool]) -> bool:
        """Whether most lines are named so: by scopes or districts (济南市, 市级, 历下区), or by funds."""
        names = [
            words_of(cell.text, self.place)
            for column in columns
            if column.role == "name"
            for cell in self.form.cells
            if cell.column == column.index and cell.row not in self.header and cell.text.strip()
        ]
        return bool(names) and 2 * sum(holds(words) for words in names) > len(names)

    def _told_direction(self, columns: Sequence[Column]) -> str | None:
        """Whether transfers come from above or go below: by the title, else by what lines and columns name."""
        if _BELOW.search(self.title):
            return "to_below"
        if _ABOVE.search(self.title):
            return "from_above"
        if self._scope_rows or any(
            column.role == "value" and is_district(bare_words(column.line), self.place)
            for column in columns
            if column.line
        ):
            return "to_below"
        names = "".join(cell.text for cell in self.form.cells if cell.row not in self.header)
        revenue, expenditure = names.count("收入"), names.count("支出")
        return "from_above" if revenue > expenditure else "to_below" if expenditure > revenue else None

    def _meaning(
        self, line: Line, column: Column, side: str | None
    ) -> tuple[str, str | None, str | None, str, str | None, str | None] | str:
        """Scheme, code, name, measure, fund and district; or what is not understood."""
        name = _name(line.name) or None
        key = self.form.key
        if key == "government_debt":
            return self._debt(line, column, name)
        if key == "government_social_insurance":
            return self._insurance(line, column, name, side)
        if key == "government_transfer":
            return self._transfer(line, column, name)
        if key == "government_balance":
            return self._balance(line, column, name, side)
        if column.line:
            return f"“{column.header_path}” says more than year, phase, scope and fund"
        measure = {"revenue": "revenue", "expenditure": self.standard.measure or "total"}.get(
            side or "", self.standard.measure or "total"
        )
        return line.scheme or "functional", line.code or line.item, name, measure, column.fund, None

    def _debt(
        self, line: Line, column: Column, name: str | None
    ) -> tuple[str, str | None, str | None, str, str | None, str | None] | str:
        words = [line.name, *reversed(line.path), *reversed(column.path), self.title]
        own = next((item for text in (line.name, *reversed(line.path)) if (item := debt_item(text))), None)
        of_column = debt_item("".join(column.path))
        item = own if own and own != of_column and not of_column else of_column or own
        if item is None:
            return f"“{line.name}” under “{column.header_path}” is no item of forms/catalogue/debt_item.csv"
        fund = next((found for text in words if (found := words_of(text, self.place).fund)), None) or "all"
        return "debt", item, name, "total", fund, None

    def _insurance(
        self, line: Line, column: Column, name: str | None, side: str | None
    ) -> tuple[str, str | None, str | None, str, str | None, str | None] | str:
        kind = next((found for text in (line.name, *reversed(line.path)) if (found := insurance_of(text))), None)
        measure = _insurance_measure([line.name, *reversed(line.path), column.line, *column.path, self.title]) or side
        measure = measure or (self._common_measure() if line.item else None)
        if measure is None:
            return f"“{line.name}” is neither revenue, expenditure nor balance of an insurance"
        is_own = insurance_of(line.name) is not None
        code = line.item or (kind if is_own else None)
        return "social_insurance", code, name, measure, "social_insurance", None

    def _common_measure(self) -> str | None:
        """The one quantity that the lines of insurances name, which is then that of their total."""
        names = [cell.text for cell in self.form.cells if insurance_of(cell.text) is not None]
        found = {measure for name in names if (measure := _insurance_measure([name])) is not None}
        return found.pop() if len(found) == 1 else None

    def _transfer(
        self, line: Line, column: Column, name: str | None
    ) -> tuple[str, str | None, str | None, str, str | None, str | None] | str:
        direction = self._direction
        if direction is None:
            return "whether these transfers come from above or go below is open"
        of_column = bare_words(column.line)
        district = of_column if of_column and is_district(of_column, self.place) else None
        programme = name
        if self._scope_rows:
            district = name if line.words.scope in ("district", "zone") else None
            programme = _programme(column.path)
        elif of_column and district is None:
            return f"“{column.header_path}” is neither a total nor a district"
        code = "total" if line.item in ("total", "current_total") and not district else None
        return "transfer", code, programme, direction, column.fund or "general_public_budget", district

    def _balance(
        self, line: Line, column: Column, name: str | None, side: str | None
    ) -> tuple[str, str | None, str | None, str, str | None, str | None] | str:
        if self._scope_rows or self._fund_rows:
            own = column.words.side
            item = (line_item(column.line) or ("", ""))[1] if column.line else ""
            if own is None and not item:
                return f"“{column.header_path}” is neither revenue, expenditure nor a balance"
            fund = line.words.fund or column.fund
            measure = "revenue" if own == "revenue" else "total"
            scheme = "balance" if item else "government_revenue" if own == "revenue" else "functional"
            return scheme, item or "total", column.line or name, measure, fund, None
        if column.line:
            return f"“{column.header_path}” says more than year, phase, scope and fund"
        own_side = (
            side
            or line.words.side
            or next((found for text in reversed(line.path) if (found := words_of(text, self.place).side)), None)
        )
        if own_side is None:
            return f"whether “{line.name}” is revenue or expenditure is open"
        return "balance", line.item, name, "revenue" if own_side == "revenue" else "total", column.fund, None


# -- words -------------------------------------------------------------------------------------------------------------


def _line_of(column: Column, is_transfer: bool) -> str:
    """What a header says beyond year, phase, scope and fund: a line, an item, a district that receives; '' where it says no more."""
    if column.words.scope in ("district", "zone") and is_transfer:
        return column.words.scope_name or ""
    return "" if _TOTAL_HEADER.fullmatch(column.words.rest) else column.words.rest


def _sides_of(lines: Sequence[Line]) -> dict[int, str | None]:
    """Revenue or expenditure of the lines of one list that holds both: what a line says, else what the last one that says it began."""
    sides: dict[int, str | None] = {}
    current: str | None = None
    for line in lines:
        is_heading = line.node.is_total or line.node.above is None
        if line.words.side is not None and is_heading:
            current = line.words.side
        sides[line.row] = line.words.side or current
    return sides


def _programme(path: Sequence[str]) -> str | None:
    """The deepest header text that is no word for a total."""
    texts = [bare_words(text) for text in path]
    return next((text for text in reversed(texts) if not _TOTAL_HEADER.fullmatch(text)), None)


def _is_beside(whole: Column, column: Column) -> bool:
    """Whether two columns differ in their scope alone."""
    return (column.group, column.year, column.phase, column.fund) == (whole.group, whole.year, whole.phase, whole.fund)


def _path(line: Line, by_node: dict[int, Line]) -> tuple[str, ...]:
    names: list[str] = []
    node = line.node.above
    while node is not None:
        names.append(_name(by_node[id(node)].name))
        node = node.above
    return tuple(reversed(names))


def _is_below(node: Node, upper: Node) -> bool:
    above = node.above
    while above is not None:
        if above is upper:
            return True
        above = above.above
    return False


def _name(text: str) -> str:
    """A line's name without numbering and marks of notes."""
    return _NUMBERED_YEAR.sub("", bare_words(bare_name(text)))


def _indent(cell: FormCell) -> float | None:
    if cell.text_x0 is None or cell.box is None:
        return None
    return round(cell.text_x0 - cell.box.x0, 1)


def _is_total(name: str) -> bool:
    found = line_item(name)
    return found is not None and found[1] in ("total", "current_total") and numbering_rank(name) is None


def _unit_in(texts: Iterable[str]) -> str | None:
    for text in texts:
        normal = comparable(text)
        for unit in _UNIT_WORDS:
            if f"({unit})" in normal or f"单位:{unit}" in normal or f"单位{unit}" in normal:
                return unit
    return None


def _fits_departments(lines: Sequence[Line], year: int) -> bool:
    """Whether more names are classes of the departments' economic classification than of the governments'."""
    names = [_name(line.name) for line in lines]
    known = {
        scheme: sum(bool(code_by_name(name, None, scheme, year or None)) for name in names)
        for scheme in ("economic_government", "economic_department")
    }
    return known["economic_department"] > known["economic_government"]


def _insurance_measure(texts: Sequence[str]) -> str | None:
    """Which quantity of an insurance a text is of; the nearest text that says one decides."""
    for text in texts:
        plain = comparable(text)
        for pattern, measure in _INSURANCE_MEASURES:
            if pattern.search(plain):
                return measure
    return None


_INSURANCE_MEASURES = (
    (re.compile(r"(?:本年|当年|当期)收支(?:结余|差)|(?:本年|当年|当期)结余"), "current_balance"),
    (re.compile(r"(?:年末|累计|滚存|期末).{0,4}结余|结余$"), "closing_balance"),
    (re.compile(r"收入(?!.*支出)"), "revenue"),
    (re.compile(r"支出(?!.*收入)"), "total"),
)

"""The columns of a government's table: which rows are its header, and of each column the year, phase, scope, fund and district it says.

Belongs here: header rows, columns and what settles them. Does not belong here: what words say (`pipeline.forms.government`), lines and
amounts (`government`), what a line under a column means (`government_meaning`).

The deepest text of a header that says a year or a phase decides, then those above it, then the title, then the lines that stand above the
table where they name one year alone, then the document's own year as far as its kind leaves no choice. What none of them says is open.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.figures.amount import unit_in
from pipeline.forms import catalogue
from pipeline.forms.addends import find_parents
from pipeline.forms.form import Form, FormCell
from pipeline.forms.government import Place, Words, role_of_header, title_of, words_of
from pipeline.forms.header import Column as HeaderColumn
from pipeline.forms.header import implied_spans
from pipeline.forms.text import comparable, counts_up, is_number, squeeze

_TOTAL_HEADER = re.compile(r"(?:合计|小计|总计|金额|数额|数|总额|本级|执行情况|地区|情况|[:：、]|\(\)|其中|收入|支出)*")
_OF_ROWS = ("government_revenue", "government_expenditure", "government_basic", "government_economic")
"""Tables whose lines are their rows alone."""
_DONE = frozenset({"executed", "forecast", "adjusted"})
"""Phases that a draft budget has of the year before its own alone."""


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


@dataclass(frozen=True, slots=True)
class Publisher:
    """Whose document it is: needed to say whose an amount is, and of which year where the table is silent."""

    document_id: str
    place: Place
    body: str
    unit: str | None = None
    year: int | None = None
    kind: str | None = None


class Table:
    """A form with its title, header rows and columns."""

    def __init__(self, form: Form, publisher: Publisher) -> None:
        self.form = form
        self.publisher = publisher
        self.place = publisher.place
        self.standard = catalogue.standard_form(form.key or "")
        self.title = title_of(form)
        self.words = words_of(self.title, self.place)
        self.at = {(cell.row, cell.column): cell for cell in form.cells}
        self.spanning: dict[tuple[int, int], FormCell] = {}
        for cell in form.cells:
            for row in range(cell.row, cell.row + cell.row_span):
                for column in range(cell.column, cell.column + cell.column_span):
                    self.spanning.setdefault((row, column), cell)
        self.header = self._header_rows()
        self.unit = form.unit or unit_in([self.title, *form.heading_lines]) or publisher.unit
        self.columns = self._columns()

    def body_texts(self, index: int) -> list[str]:
        """Printed texts of a column below the header."""
        return [
            cell.text
            for cell in self.form.cells
            if cell.column == index and cell.row not in self.header and cell.text.strip()
        ]

    @property
    def fund_of_title(self) -> str | None:
        return self.words.fund or self.standard.fund

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
            is_unnamed = bool(rows) and len(texts) >= 2 and not numbers and all(map(self._is_header, texts))
            if (row < reach and not numbers) or counted or is_unnamed:
                rows.append(row)
            else:
                break
        return frozenset((*range(first), *(rows or [first]), *self.form.repeated_header_rows))

    def _is_header(self, text: str) -> bool:
        """Whether a text can be nothing but a header: the role of a column, or a year and a phase with no name beside them."""
        words = words_of(text, self.place)
        says_when = words.phase is not None or words.year is not None or words.years_on is not None
        return role_of_header(text) is not None or (says_when and is_total_header(words.rest))

    def _paths(self) -> list[tuple[str, ...]]:
        paths: list[list[str]] = [[] for _ in range(self.form.column_count)]
        first = [
            row
            for row in sorted(self.header)
            if row >= self.form.lead_rows and row not in self.form.repeated_header_rows
        ]
        spans = implied_spans(self.form, first) if self.form.method == "text" else {}
        for row in first:
            for cell in self.form.row(row):
                text = squeeze(cell.text)
                if not text or is_number(text):
                    continue
                end = cell.column + spans.get((row, cell.column), cell.column_span)
                for column in range(cell.column, min(end, self.form.column_count)):
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
        values = [column for column in columns if column.role == "value"]
        for column in values:
            self._settle(column)
        for column in values:
            _settle_silent(column, values, self)
        self._find_parents(columns)
        return columns

    def _settle_names(self, columns: list[Column]) -> None:
        """Where no header names the column of names, it is that of the columns of words before the amounts whose words differ most: beside
        合计, 新增债券, 再融资债券 the kind of debt that holds them together (一般债券) names no line."""
        if any(column.role == "name" for column in columns):
            return
        first = next((column.index for column in columns if column.role == "value"), len(columns))
        words = [(column, texts) for column in columns if (texts := self.body_texts(column.index))]
        told = [(column, texts) for column, texts in words if not any(is_number(text) for text in texts)]
        before = [(column, texts) for column, texts in told if column.index < first] or told[:1]
        if before:
            max(before, key=lambda one: len(set(one[1])))[0].role = "name"

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
        texts = self.body_texts(index)
        return bool(texts) and 2 * sum(is_number(text) for text in texts) > len(texts)

    # -- what columns say ------------------------------------------------------------------------------------------

    def _settle(self, column: Column) -> None:
        """Year, phase, scope and fund of a column: its own words, else the title's; or why they stay open."""
        own, title = column.words, self.words
        if own.is_open:
            column.why = f"the header “{column.header_path}” names two years, scopes or funds"
            return
        deepest = [words_of(text, self.place) for text in reversed(column.path)]
        years_on = next((words.years_on for words in deepest if words.years_on is not None), own.years_on)
        column.year = own.year if own.year is not None else title.year
        if years_on is not None:
            column.year = None if title.year is None else title.year + years_on
        phase = next((words.phase for words in deepest if words.phase is not None), own.phase)
        if own.phase == "half_year" and phase == "executed":
            phase = "half_year"
        column.phase = phase or title.phase
        if title.phase == "half_year" and phase == "executed" and column.year is not None and title.year is not None:
            # 上年同期 of a table of six months is six months too, a whole year's 决算 beside it is not.
            is_same = years_on is not None or column.year == title.year
            column.phase = "half_year" if is_same and "决算" not in column.header_path else phase
        column.scope, column.scope_name = own.scope or title.scope, own.scope_name or title.scope_name
        if own.scope in ("district", "zone") and title.scope and self.form.key == "government_transfer":
            column.scope, column.scope_name = title.scope, title.scope_name
        column.fund = own.fund or self.fund_of_title
        column.line = _line_of(column, self.form.key == "government_transfer")
        if self.form.key in _OF_ROWS and column.line in comparable(self.title):
            # 基本支出预算数 in the table of 基本支出 says no more than its title.
            column.line = ""

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


def _settle_silent(column: Column, values: Sequence[Column], table: Table) -> None:
    """Year and phase of a column of which neither header nor title says them, from what stands above and from the document, where these
    leave no choice: a final account executed its own year, a draft's execution is of the year before."""
    own = table.publisher.year
    if column.why is not None or own is None:
        return
    is_final = table.publisher.kind == "final_account"
    if column.year is None and table.words.year is None and not table.words.is_open:
        year = _year_of_document(column, values, own, is_final)
        above = _years_above(table)
        if year is not None and (not above or above == {year}):
            column.year = year + (column.words.years_on or 0)
    if column.phase is None and column.year is not None and "half_year" not in {other.phase for other in values}:
        if column.year < own or (is_final and column.year == own):
            column.phase = "executed"
        elif not is_final and column.year == own:
            column.phase = "approved"


def _year_of_document(column: Column, values: Sequence[Column], own: int, is_final: bool) -> int | None:
    """The year that silent columns count from in a document of the year `own`; None where it may be one of two."""
    columns = [other for other in values if other.why is None]
    phases = {other.phase for other in columns}
    if "half_year" in phases:
        return None
    if any(other.words.years_on == -1 for other in columns):
        return own if column.words.years_on is not None or column.phase == "approved" or is_final else None
    if is_final:
        return own if column.phase in ("approved", "adjusted", "executed") else None
    if phases & _DONE:
        return own - 1 if phases <= {*_DONE, "approved"} else None
    return own if column.phase == "approved" else None


def _years_above(table: Table) -> set[int]:
    """Years that the lines right above a table name, the last that name any alone."""
    for line in reversed(table.form.heading_lines):
        years = {int(year) for year in re.findall(r"(?<!\d)(20\d\d)年", comparable(line))}
        if years:
            return years
    return set()


# -- words -------------------------------------------------------------------------------------------------------------


def is_total_header(text: str) -> bool:
    """Whether a header text says no more than that a column is a total or an amount."""
    return bool(_TOTAL_HEADER.fullmatch(text))


def _line_of(column: Column, is_transfer: bool) -> str:
    """What a header says beyond year, phase, scope and fund: a line, an item, a district that receives; '' where it says no more."""
    if column.words.scope in ("district", "zone") and is_transfer:
        return column.words.scope_name or ""
    return "" if is_total_header(column.words.rest) else column.words.rest


def _is_beside(whole: Column, column: Column) -> bool:
    """Whether two columns differ in their scope alone."""
    return (column.group, column.year, column.phase, column.fund) == (whole.group, whole.year, whole.phase, whole.fund)

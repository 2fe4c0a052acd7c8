"""Amounts of money in performance forms: the budget of the project whose targets the form sets (预算金额, 财政拨款, 其他资金).

Belongs here: finding amounts by the label left of them or the header above them, and the project that they are of. Does not belong
here: indicators and targets (`performance`); forms whose columns are amounts throughout (`interpretation`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from pipeline.figures.agency_names import is_spelling, plain_name
from pipeline.figures.amount import UNITS, Amount, parse_amount
from pipeline.figures.figure import Figure
from pipeline.figures.interpretation import FUND_OF_SOURCE, Body
from pipeline.figures.lines import attribute_of, source_of
from pipeline.figures.performance import TOTAL, Owner, owners_of_rows, role_of
from pipeline.forms import catalogue
from pipeline.forms.form import Form, FormCell
from pipeline.forms.text import bare_name, comparable, is_bare_number, squeeze

_AMOUNT_WITH_UNIT = re.compile(r"^([-\d.,]+)(百万元|亿元|万元|千元|元)$")
_SCORE = re.compile(r"分值|得分|权重|评分|执行率|完成率|[%％]")
"""Heads of columns whose numbers are points or rates, whatever stands left of them (年度资金总额 | 180.61 | 180.03 | 分值 10)."""
_NO_TEXT = re.compile(r"^[-—–－/\d.,%％]*$")
_BEFORE_LABEL = re.compile(
    r"^(?:其中[:：]?)?(?:当年|本年度?|年度|全年|实施期|项目)?(?:(?:中央|省级?|市级?|区级?|县级?|区县级?|本级|上级|地方)(?=财政))?"
)
_BEHIND_LABEL = re.compile(r"(?:预算)?(?:金额|数额|数)?(?:[(（][^()（）]*[)）])?$")
_TASK_NUMBER = re.compile(r"任务[\d一二三四五六七八九十]+")
_LONGEST_BODY = 40
_FIRST_ROWS = 6
_MOST_ROWS_OF_CELL = 40

WHOLE_BODY = "部门整体支出"
"""What stands for the name of a project where a form sets the targets of a body as a whole."""


def project_budgets(form: Form, body: Body, taken: set[str]) -> list[Figure]:
    """Figures of the amounts of a performance form; cells in `taken` (targets) and numbers without a money label are left alone.

    They restate the project's budget, so none is a leaf.
    """
    reader = _Labels(form)
    owners = owners_of_rows(form)
    figures = []
    for cell in sorted(form.cells, key=lambda cell: (cell.row, cell.column)):
        text = squeeze(cell.text)
        with_unit = _AMOUNT_WITH_UNIT.match(text)
        if cell.cell_id in taken or not (is_bare_number(text) or with_unit):
            continue
        owner = owners.get(cell.row, Owner())
        path = reader.money_path(cell, owner)
        if not path:
            continue
        told = next((unit for label in reversed(path) if (unit := _unit_of_label(label))), None)
        unit = with_unit.group(2) if with_unit else told or reader.unit(cell) or form.unit or body.unit
        amount = parse_amount(with_unit.group(1) if with_unit else text, unit) if unit in UNITS else None
        if amount is not None:
            figure = _figure(form, body, cell, path, amount, str(unit), reader.phase(cell) or body.phase)
            _name(figure, reader.named(cell, owner), body)
            figures.append(figure)
    # Amounts of one row that no head tells apart (the columns of 年初预算数 and 全年执行数 were not told) say nothing.
    alike = Counter((figure.row_index, figure.header_path, figure.phase) for figure in figures)
    return [figure for figure in figures if alike[figure.row_index, figure.header_path, figure.phase] == 1]


def _figure(form: Form, body: Body, cell: FormCell, path: list[str], amount: Amount, unit: str, phase: str) -> Figure:
    source = next((source for label in reversed(path) if (source := _source(label))), None)
    found = catalogue.meaning_of_header(path[-1])
    return Figure(
        figure_id=cell.cell_id,
        cell_id=cell.cell_id,
        document_id=body.document_id,
        page_number=cell.page_number,
        form_index=form.index,
        row_index=cell.row,
        column_index=cell.column,
        form=form.key or "performance_target",
        fiscal_year=body.fiscal_year,
        phase=phase,
        is_comparative=False,
        fund=FUND_OF_SOURCE.get(source or "", "all"),
        agency_name=form.agency_name or body.department_name,
        agency_level="department",
        scheme="project",
        measure="project",
        source=source,
        header_path=" / ".join(squeeze(label) for label in path),
        printed_text=squeeze(cell.text),
        printed_unit=unit,
        amount_yuan=amount.yuan,
        half_unit_yuan=amount.half_unit_yuan,
        value_state="number" if amount.yuan else "zero",
        is_leaf=False,
        is_memo=found is not None and "memo" in dict(found.attributes),
        confidence=cell.confidence,
    )


def _name(figure: Figure, owner: Owner, body: Body) -> None:
    """Give a figure the project and the body of its row."""
    figure.line_name = owner.project
    if owner.is_total:
        figure.line_name, figure.line_level = "合计", "total"
    name = owner.agency
    if name is None or len(name) > _LONGEST_BODY or is_bare_number(name) or role_of(name) is not None:
        return
    is_department = is_spelling(plain_name(name), plain_name(body.department_name))
    figure.agency_name = body.department_name if is_department else name
    figure.agency_level = "department" if is_department else "unit"


class _Labels:
    """What stands left of a cell in its row, and above it in its column."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.rows = {row: form.row(row) for row in {cell.row for cell in form.cells}}
        told = (
            form.title or "",
            *form.heading_lines[-2:],
            *(cell.text for cell in form.cells if cell.row < _FIRST_ROWS),
        )
        self.is_of_whole_body = any("整体" in text for text in told)

    def money_path(self, cell: FormCell, owner: Owner) -> list[str]:
        """The texts that say that a number is money, the widest first: the heads of its column in a table, else the nearest label left of it.

        A header that names a source says more than a label that names none (金额合计 under 总额 and 财政拨款). Empty where nothing says so.
        """
        if owner.amount_columns:
            return self._header_path(cell) if cell.column in owner.amount_columns else []
        head = self._head(cell)
        is_score = head is not None and bool(_SCORE.search(comparable(head.text)))
        if head is not None and is_score and any(attribute_of(other.text, "phase") for other in self.rows[head.row]):
            return []
        left = next((other for other in reversed(self._left_of(cell)) if not is_bare_number(other.text)), None)
        if left is not None and _is_money(left.text):
            is_told_above = head is not None and self._is_header_row(head.row) and source_of(head.text)
            return self._header_path(cell) if is_told_above and not _source(left.text) else [left.text]
        return [] if is_score else self._header_path(cell)

    def _header_path(self, cell: FormCell) -> list[str]:
        """Heads above a cell that speak of money, the widest first: of the nearest rows of its column that hold no amounts."""
        path: list[str] = []
        last: FormCell | None = None
        for head in self._heads(cell):
            if not self._is_header_row(head.row) or (last is not None and self._has_amounts(head.row, last.row)):
                break
            last = head
            if _is_money(head.text) and head.text not in path:
                path.insert(0, head.text)
        return path

    def _has_amounts(self, first: int, last: int) -> bool:
        return any(row in self.rows and not self._is_header_row(row) for row in range(first, last))

    def unit(self, cell: FormCell) -> str | None:
        """Unit that a label says which spans the cell's row further left (项目资金（万元） | 年度资金总额 | 180.61), or its column above."""
        left = [
            other
            for other in self.form.cells
            if other.column < cell.column and other.row <= cell.row < other.row + other.row_span
        ]
        above = [
            other
            for other in self.form.cells
            if other.row < cell.row and other.column <= cell.column < other.column + other.column_span
        ]
        above.sort(key=lambda other: -other.row)
        return next((unit for other in [*left, *above] if (unit := _unit_of_label(other.text))), None)

    def phase(self, cell: FormCell) -> str | None:
        """Phase that the nearest head above the cell names (年初预算数, 全年预算数, 全年执行数); None where none does."""
        return next((phase for head in self._heads(cell) if (phase := attribute_of(head.text, "phase"))), None)

    def _head(self, cell: FormCell) -> FormCell | None:
        """The nearest cell with text above the cell in its column; None where there is none."""
        return next(self._heads(cell), None)

    def _is_header_row(self, row: int) -> bool:
        """Whether a row holds no amounts: labels beside amounts (其他资金 | 1026万元) are heads of nothing below them."""
        texts = [squeeze(cell.text) for cell in self.rows[row]]
        return not any(is_bare_number(text) or _AMOUNT_WITH_UNIT.match(text) for text in texts)

    def _heads(self, cell: FormCell) -> Iterator[FormCell]:
        """Cells with text above the cell in its column, the nearest first."""
        for row in range(cell.row - 1, -1, -1):
            for other in self.rows.get(row, []):
                if other.column <= cell.column < other.column + other.column_span and not _NO_TEXT.match(
                    comparable(other.text)
                ):
                    yield other

    def named(self, cell: FormCell, owner: Owner) -> Owner:
        """The owner of a cell with the name of its project, where no label says it: a task of the body, or the body as a whole."""
        if owner.is_total or owner.project:
            return owner
        name = self._task(cell)
        if name and TOTAL.fullmatch(comparable(name)):
            return replace(owner, project=None, is_total=True)
        return replace(owner, project=name or (WHOLE_BODY if self.is_of_whole_body else None))

    def _task(self, cell: FormCell) -> str | None:
        """The task of a whole body that a row is of: under 任务名称, above which its own column has a head."""
        for row in range(cell.row - 1, -1, -1):
            for other in self.rows.get(row, []):
                if role_of(other.text) != "activity" or other.column >= cell.column:
                    continue
                name = next((under for under in self._covering(cell.row) if under.column == other.column), None)
                if name is None or is_bare_number(name.text):
                    return None
                content = next((under for under in self._covering(cell.row) if under.column > name.column), name)
                is_mere_number = _TASK_NUMBER.fullmatch(comparable(name.text)) and not is_bare_number(content.text)
                return bare_name(content.text if is_mere_number else name.text)
        return None

    def _covering(self, row: int) -> list[FormCell]:
        """Cells with text that stand in a row, or reach into it from above, from left to right."""
        return [
            cell
            for above in range(max(0, row - _MOST_ROWS_OF_CELL), row + 1)
            for cell in self.rows.get(above, [])
            if cell.row + cell.row_span > row and cell.text
        ]

    def _left_of(self, cell: FormCell) -> list[FormCell]:
        return [other for other in self.rows.get(cell.row, []) if other.column < cell.column and other.text]


def _is_money(text: str) -> bool:
    for variant in _variants(text):
        found = catalogue.meaning_of_header(variant)
        if found is not None:
            names = {name for name, _ in found.attributes}
            return found.role == "value" and not names & {"item", "comparative"}
    return False


def _source(text: str) -> str | None:
    return next((source for variant in _variants(text) if (source := source_of(variant))), None)


def _variants(text: str) -> Iterator[str]:
    """A label as printed, then without the words that these forms put around it: 其中：市级财政资金, 当年财政拨款预算金额, 项目总额."""
    yield text
    plain = _BEFORE_LABEL.sub("", comparable(text).strip(":："))
    yield plain
    yield _BEHIND_LABEL.sub("", plain)


def _unit_of_label(label: str) -> str | None:
    match = re.search(r"[(（](百万元|亿元|万元|千元|元)[)）]", label)
    return match.group(1) if match else None

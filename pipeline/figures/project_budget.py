"""Amounts of money in performance forms: the budget of the project whose targets the form sets (预算金额, 财政拨款, 其他资金).

Belongs here: finding amounts by the label left of them or the header above them, and the project that they are of. Does not belong
here: indicators and targets (`performance`); forms whose columns are amounts throughout (`interpretation`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from pipeline.figures.amount import UNITS, Amount, parse_amount
from pipeline.figures.figure import Figure
from pipeline.figures.interpretation import FUND_OF_SOURCE, Body
from pipeline.figures.lines import attribute_of, source_of
from pipeline.forms import catalogue
from pipeline.forms.form import Form, FormCell
from pipeline.forms.text import comparable, is_number, squeeze

_AMOUNT_WITH_UNIT = re.compile(r"^([-\d.,]+)(百万元|亿元|万元|千元|元)$")
_SCORE = re.compile(r"分值|得分|权重|评分|执行率|完成率|[%％]")
"""Heads of columns whose numbers are points or rates, whatever stands left of them (年度资金总额 | 180.61 | 180.03 | 分值 10)."""
_NO_TEXT = re.compile(r"^[-—–－/\d.,%％]*$")
_PROJECT_NAMED = re.compile(r"^(?:专项|一级|二级|三级)?项目名称[:：\s]+(\S.*)$", re.MULTILINE)
"""Label and name in one text, where no rules part them."""
_PROJECT_LABEL = re.compile(r"^(?:专项|一级|二级|三级)?(?:[(（]?项目[)）]?)名称$|^项目$")


def project_budgets(form: Form, body: Body, taken: set[str]) -> list[Figure]:
    """Figures of the amounts of a performance form; cells in `taken` (targets) and numbers without a money label are left alone.

    They restate the project's budget, so none is a leaf.
    """
    reader = _Labels(form)
    figures = []
    for cell in sorted(form.cells, key=lambda cell: (cell.row, cell.column)):
        text = squeeze(cell.text)
        with_unit = _AMOUNT_WITH_UNIT.match(text)
        if cell.cell_id in taken or not (is_number(text) or with_unit):
            continue
        label = reader.money_label(cell)
        if label is None:
            continue
        unit = with_unit.group(2) if with_unit else _unit_of_label(label) or reader.unit(cell) or form.unit or body.unit
        amount = parse_amount(with_unit.group(1) if with_unit else text, unit) if unit in UNITS else None
        if amount is not None:
            phase = reader.phase(cell) or body.phase
            figures.append(_figure(form, body, cell, label, amount, str(unit), reader.project(cell), phase))
    # Amounts of one row that no head tells apart (the columns of 年初预算数 and 全年执行数 were not told) say nothing.
    alike = Counter((figure.row_index, figure.header_path, figure.phase) for figure in figures)
    return [figure for figure in figures if alike[figure.row_index, figure.header_path, figure.phase] == 1]


def _figure(
    form: Form, body: Body, cell: FormCell, label: str, amount: Amount, unit: str, project: str | None, phase: str
) -> Figure:
    found = catalogue.meaning_of_header(label)
    attributes = dict(found.attributes) if found is not None else {}
    source = attributes.get("source")
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
        line_name=project,
        measure="project",
        source=source,
        header_path=squeeze(label),
        printed_text=squeeze(cell.text),
        printed_unit=unit,
        amount_yuan=amount.yuan,
        half_unit_yuan=amount.half_unit_yuan,
        value_state="number" if amount.yuan else "zero",
        is_leaf=False,
        is_memo="memo" in attributes,
        confidence=cell.confidence,
    )


class _Labels:
    """What stands left of a cell in its row, and above it in its column."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.rows = {row: form.row(row) for row in {cell.row for cell in form.cells}}

    def money_label(self, cell: FormCell) -> str | None:
        """The text that says that a number is money: the nearest text to the left, else the header of the column.

        A header that names a source says more than a label that names none (金额合计 under 总额 and 财政拨款).
        """
        head = self._head(cell)
        is_score = head is not None and bool(_SCORE.search(comparable(head.text)))
        if head is not None and is_score and any(attribute_of(other.text, "phase") for other in self.rows[head.row]):
            return None
        left = next((other for other in reversed(self._left_of(cell)) if not is_number(other.text)), None)
        if left is not None and _is_money(left.text):
            is_told_above = head is not None and self._is_header_row(head.row) and source_of(head.text)
            return head.text if head is not None and is_told_above and not source_of(left.text) else left.text
        if is_score:
            return None
        above = [
            other.text
            for row in range(cell.row)
            for other in self.rows.get(row, [])
            if other.column <= cell.column < other.column + other.column_span
            and other.text
            and not is_number(other.text)
        ]
        return next((text for text in reversed(above) if _is_money(text)), None)

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
        return not any(is_number(text) or _AMOUNT_WITH_UNIT.match(text) for text in texts)

    def _heads(self, cell: FormCell) -> Iterator[FormCell]:
        """Cells with text above the cell in its column, the nearest first."""
        for row in range(cell.row - 1, -1, -1):
            for other in self.rows.get(row, []):
                if other.column <= cell.column < other.column + other.column_span and not _NO_TEXT.match(
                    comparable(other.text)
                ):
                    yield other

    def project(self, cell: FormCell) -> str | None:
        """Name of the project: beside the last 项目名称 above the cell, or under 项目名称 in the cell's row."""
        for row in range(cell.row, -1, -1):
            cells = self.rows.get(row, [])
            for position, other in enumerate(cells):
                named = _PROJECT_NAMED.search("\n".join(other.lines))
                if named:
                    return squeeze(named.group(1))
                if not _PROJECT_LABEL.match(comparable(other.text)):
                    continue
                beneath = next(
                    (
                        under.text
                        for under in self.rows.get(cell.row, [])
                        if under.column == other.column and row < cell.row
                    ),
                    "",
                )
                beside = next((right.text for right in cells[position + 1 :] if right.text), "")
                name = beneath if beneath and not _is_money(beside) and _is_header(cells) else beside
                if name and not _PROJECT_LABEL.match(comparable(name)):
                    return squeeze(name)
        return None

    def _left_of(self, cell: FormCell) -> list[FormCell]:
        return [other for other in self.rows.get(cell.row, []) if other.column < cell.column and other.text]


def _is_header(cells: list[FormCell]) -> bool:
    known = sum(1 for cell in cells if cell.text and catalogue.meaning_of_header(cell.text) is not None)
    return known * 2 > sum(1 for cell in cells if cell.text)


def _is_money(text: str) -> bool:
    found = catalogue.meaning_of_header(text)
    return (
        found is not None
        and found.role == "value"
        and not any(name in ("item", "comparative") for name, _ in found.attributes)
    )


def _unit_of_label(label: str) -> str | None:
    match = re.search(r"[(（](百万元|亿元|万元|千元|元)[)）]", label)
    return match.group(1) if match else None

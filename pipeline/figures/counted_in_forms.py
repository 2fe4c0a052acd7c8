"""Posts, people and cars that forms count: rows like 公务用车保有量（辆）, and columns of 编制人数 and 实有人数 beside bodies.

Belongs here: finding the count by the label left of it or the head above it, and the body that it is of. Does not belong here: counts in
sentences (`agency_statistic`), the words of labels and heads, which are data (agency_statistic_heads.csv), and amounts of money.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.figures.agency_statistic import is_body
from pipeline.figures.lines import attribute_of
from pipeline.forms import consulted, failures
from pipeline.forms.failures import Place
from pipeline.forms.form import Form, FormCell
from pipeline.forms.identity import Identity, is_organisation
from pipeline.forms.text import bare_name, comparable, is_number, squeeze
from pipeline.readers.quantity import whole_number

FOLDER = Path(__file__).parent
Row = dict[str, Any]
_MOST = 10**7
_NUMBERS_ROWS = re.compile(r"行次|栏次|序号|行号")
_TOTAL = re.compile(r"合计|总计|小计|总数|人数小计")
_DASH = re.compile(r"[-—–－/]*")


@consulted.kept
def _heads() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (row["metric"], re.compile(row["pattern"])) for row in consulted.table(FOLDER / "agency_statistic_heads.csv")
    )


@consulted.question
def metric_of(head: str) -> str | None:
    """What a label or a head says that its numbers count; None where it counts nothing that is wanted."""
    plain = comparable(bare_name(head))
    return next((metric for metric, pattern in _heads() if pattern.fullmatch(plain)), None)


def statistics_of_forms(
    forms: Sequence[Form], amounts: Collection[str], body: Identity, stated: Sequence[Row], document_id: str
) -> list[Row]:
    """Rows of schemas.core.AGENCY_STATISTIC for what forms count, but for what sentences state already (`stated`).

    `amounts` are ids of the cells that are figures. A body's count is taken once; where forms count it differently, not at all.
    """
    found: dict[tuple[str, str], list[tuple[int, str, FormCell]]] = {}
    for form in forms:
        with failures.unit("statistics", Place(form.first_page, form.index, form.key or form.title)):
            for agency, metric, value, label, cell in _counts(form, amounts, body):
                found.setdefault((agency, metric), []).append((value, label, cell))
    known = {(row["agency_name"], row["metric"]) for row in stated}
    rows: list[Row] = []
    for (agency, metric), counts in found.items():
        value, label, cell = counts[0]
        if (agency, metric) in known or len({value for value, *_ in counts}) > 1:
            continue
        rows.append(
            {
                "agency_statistic_id": f"{document_id}-s{len(stated) + len(rows) + 1:03d}",
                "document_id": document_id,
                "page_number": cell.page_number,
                "block_index": None,
                "cell_id": cell.cell_id,
                "agency_name": agency,
                "metric": metric,
                "value": Decimal(value),
                "printed_text": f"{squeeze(label)} {squeeze(cell.text)}",
            }
        )
    return rows


def _counts(form: Form, amounts: Collection[str], body: Identity) -> Iterator[tuple[str, str, int, str, FormCell]]:
    """(body, metric, value, label, cell) of every count in a form."""
    # Rows of a header too: a form of labels and values has none, and its first row is taken for one.
    repeated = set(form.repeated_header_rows)
    rows = {row: form.row(row) for row in sorted({cell.row for cell in form.cells} - repeated)}
    own = body.department_name if form.agency_name is None or is_body(form.agency_name, body) else form.agency_name
    for row, cells in rows.items():
        for position, label in enumerate(cells):
            metric = metric_of(label.text) if label.text else None
            counted = _beside(form, cells[position + 1 :], body) if metric else None
            value = _value(counted, amounts) if counted is not None else None
            if metric and counted is not None and value is not None and own:
                yield own, metric, value, label.text, counted
        named = _body_of_row(cells, body) if row not in form.header_rows else None
        for cell in cells if named is not None else []:
            value = _value(cell, amounts)
            head = _head(form, cell) if value is not None else None
            metric = metric_of(head) if head else None
            if metric and head and value is not None and named is not None:
                yield named, metric, value, head, cell


def _value(cell: FormCell, amounts: Collection[str]) -> int | None:
    return whole_number(squeeze(cell.text).replace(",", ""), _MOST) if cell.cell_id not in amounts else None


def _beside(form: Form, right: Sequence[FormCell], body: Identity) -> FormCell | None:
    """The count that stands beside its label: the only number up to the next text, or that of the document's phase among several."""
    numbers = []
    for cell in right:
        if cell.text and not is_number(cell.text) and not _DASH.fullmatch(squeeze(cell.text)):
            break
        if is_number(cell.text) and not any(_NUMBERS_ROWS.search(head) for head in _heads_above(form, cell)):
            numbers.append(cell)
    of_phase = [
        cell for cell in numbers if any(attribute_of(head, "phase") == body.phase for head in _heads_above(form, cell))
    ]
    chosen = of_phase if len(numbers) > 1 else numbers
    return chosen[0] if len(chosen) == 1 else None


def _heads_above(form: Form, cell: FormCell) -> list[str]:
    """Texts of the header over a cell's column, the lowest first."""
    header = form.rows_without_data
    above = [
        other
        for other in form.cells
        if other.row in header
        and other.row < cell.row
        and other.column <= cell.column < other.column + other.column_span
        and other.text
    ]
    return [other.text for other in sorted(above, key=lambda other: -other.row)]


def _head(form: Form, cell: FormCell) -> str | None:
    """The head that says what a column counts: the lowest, or the one over it where that says only that it is a total."""
    heads = [head for head in _heads_above(form, cell) if not is_number(head)]
    return next((head for head in heads if not _TOTAL.fullmatch(comparable(head))), None)


def _body_of_row(cells: Sequence[FormCell], body: Identity) -> str | None:
    """The body whose row it is: one that it names, or the document's own in the row of the total."""
    for cell in cells:
        name = comparable(bare_name(cell.text))
        if _TOTAL.fullmatch(name):
            return body.department_name
        if is_organisation(name):
            return body.department_name if is_body(name, body) else name
    return None

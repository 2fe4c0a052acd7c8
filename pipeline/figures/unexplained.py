"""Lines and columns of a recognised form that are no figures: things counted, rows printed twice, words that no row of data explains.

Belongs here: telling them, with the reason. Does not belong here: what explained words mean (`lines`, `pipeline.forms.header`), and the
account of the cells that are refused (`interpretation`).

A wrong guess looks like data, a refusal looks like work. Where lines are told by their names alone, a name that nobody explained
may be of any source or kind; a total beside columns that nobody explained may be a total over them.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

from pipeline.figures.lines import LineRow, attribute_of, counts_things
from pipeline.forms import catalogue
from pipeline.forms.form import Form
from pipeline.forms.header import Column
from pipeline.forms.identity import is_organisation
from pipeline.forms.text import bare_name, is_number


class Why(NamedTuple):
    """A reason of schemas/refusal_reasons.csv, and what was seen."""

    reason: str
    detail: str


def why_no_amount(line: LineRow, scheme: str, line_code: str | None, column_names_item: bool) -> Why | None:
    """Why the numbers of a line are no figures, where its amount would be of this scheme and code; None where they are.

    `column_names_item` says that the column tells which item (因公出国) the amount is of.
    """
    if line.kind == "repeated_total":
        return Why("repeated_total", f"{line.name} is printed again on page {line.page_number}")
    is_line = line.kind == "line" and bool(line.name)
    if is_line and not line.code and counts_things(line.name):
        return Why("not_an_amount", f"“{line.name}” is a number of things")
    if scheme == "three_public" and not column_names_item and not line.is_comparison:
        # 政府采购支出合计 beside the items is a total, but not theirs.
        is_other_total = line.kind == "total" and _is_unexplained(line)
        if is_other_total or (is_line and attribute_of(line.name, "item") is None and not _names_kind(line.name)):
            return Why("row_unknown", f"“{line.name}” is no item of forms/catalogue/header.csv")
    if scheme == "revenue" and is_line and line_code is None and _is_unexplained(line):
        return Why("row_unknown", f"“{line.name}” is no source of forms/catalogue/header.csv")
    return None


def _is_unexplained(line: LineRow) -> bool:
    return bool(line.name) and catalogue.meaning_of_header(bare_name(line.name)) is None


def unexplained_kinds(lines: list[LineRow]) -> dict[int, Why]:
    """Lines without a code whose name nobody explained, by row, where most names of the group say the kind of expenditure (基本支出).

    A part of an explained kind is of that kind, names of bodies explain themselves, and what stands below 本年支出合计 is no expenditure
    of the year.
    """
    above = itertools.takewhile(lambda line: line.kind != "current_total", lines)
    named = [line for line in above if line.kind == "line" and line.name]
    untold = [line for line in named if not any(_names_kind(name) for name in (line.name, *line.path))]
    if len(untold) * 2 >= len(named):
        return {}
    return {
        line.row: Why("row_unknown", f"“{line.name}” is no kind of expenditure of forms/catalogue/header.csv")
        for line in untold
        if not line.code and _is_unexplained(line) and not is_organisation(bare_name(line.name))
    }


def _names_kind(name: str) -> bool:
    return attribute_of(name, "measure") not in (None, "total")


def doubt_totals(form: Form, columns: list[Column]) -> None:
    """In a form whose columns are items, make unknown each total that names none, beside columns of amounts that are unknown, in place.

    It may be the total of the “三公” expenses, or of all that is printed beside them (会议费, 培训费).
    """
    values = [column for column in columns if column.role == "value"]
    items = [column for column in values if "item" in column.attributes]
    unknown = [column for column in columns if column.role == "unknown" and _holds_numbers(form, column.index)]
    if not items or not any(column.index > values[0].index for column in unknown):
        return
    for column in values:
        if "item" not in column.attributes:
            column.role = "unknown"


def _holds_numbers(form: Form, column: int) -> bool:
    return any(cell.column == column and is_number(cell.text) for cell in form.data_cells)

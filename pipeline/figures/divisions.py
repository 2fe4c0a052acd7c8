"""A total that is divided twice in one row: by kind of expenditure (基本支出, 项目支出), and by where the money comes from.

Belongs here: telling from the printed numbers that two runs of columns are two divisions of one total, not one division. Does not
belong here: which column is an addend of which by the header (`pipeline.forms.header`).
"""

from __future__ import annotations

from pipeline.figures.amount import parse_amount
from pipeline.figures.sums import NOTHING, Amount, adds_up
from pipeline.forms.form import Form
from pipeline.forms.header import Column
from pipeline.forms.text import is_number

_KINDS = frozenset({"basic", "project", "personnel", "public_use", "operating", "to_superior", "to_subordinate"})

_Row = dict[int, Amount]


def set_aside_second_division(form: Form, columns: list[Column]) -> None:
    """Make restatements, in place, of the columns of sources under a total that columns of kinds divide too, where both add up to it.

    Kinds are kept: they tell the amounts of a line apart as facts do, whose fund the form names.
    """
    rows = _numbers(form)
    for total in columns:
        parts = [column for column in columns if column.parent == total.index and column.role == "value"]
        kinds = [column for column in parts if _is_kind(column, total)]
        sources = [column for column in parts if column not in kinds]
        if kinds and sources and _are_two_divisions(rows, total, kinds, sources):
            for column in _with_parts(sources, columns):
                column.is_memo, column.parent = True, None


def _is_kind(part: Column, total: Column) -> bool:
    same_source = part.attributes.get("source") == total.attributes.get("source")
    return same_source and part.attributes.get("measure") in _KINDS


def _are_two_divisions(rows: list[_Row], total: Column, kinds: list[Column], sources: list[Column]) -> bool:
    """Whether kinds and sources, each by themselves, add up to the total in more rows than both together do."""
    twice = together = 0
    for row in rows:
        if not row.get(total.index, NOTHING)[0]:
            continue
        together += _adds_up(row, total, [*kinds, *sources])
        twice += _adds_up(row, total, kinds) and _adds_up(row, total, sources)
    return twice > together


def _adds_up(row: _Row, total: Column, parts: list[Column]) -> bool:
    return adds_up(row[total.index], [row.get(part.index, NOTHING) for part in parts])


def _with_parts(columns: list[Column], among: list[Column]) -> list[Column]:
    """Columns with those that are their addends, and theirs."""
    found = list(columns)
    for column in found:
        found += [part for part in among if part.parent == column.index and part not in found]
    return found


def _numbers(form: Form) -> list[_Row]:
    rows: dict[int, _Row] = {}
    for cell in form.data_cells:
        amount = parse_amount(cell.text, "元", 0) if is_number(cell.text) else None
        if amount is not None:
            rows.setdefault(cell.row, {})[cell.column] = (amount.yuan, amount.half_unit_yuan)
    return list(rows.values())

"""Agencies that no header names: told by the names that other forms of the document print, or by words and sums.

Belongs here: columns of agencies under an unknown header; rows like 某某局（本级） in a column of codes or projects, whose amounts are
the sums of the lines below them. Does not belong here: reading the agency of a row (`lines`), and how agencies are addends of one
another (`hierarchy`).
"""

from __future__ import annotations

from decimal import Decimal

from pipeline.editions.classification import code_by_name
from pipeline.figures.hierarchy import Amounts, stated_total
from pipeline.figures.lines import GRAND_TOTAL, LineRow
from pipeline.forms.form import Form
from pipeline.forms.header import Column
from pipeline.forms.identity import is_organisation
from pipeline.forms.text import bare_name, comparable, squeeze

_NOTHING = (Decimal(0), Decimal(0))


def name_agency_columns(form: Form, columns: list[Column], agencies: frozenset[str]) -> None:
    """Make a column under an unknown header one of agencies, in place, where all its words are agencies of the document's other forms."""
    for column in columns:
        if column.role != "unknown":
            continue
        texts = {squeeze(cell.text) for cell in form.data_cells if cell.column == column.index and cell.text.strip()}
        names = {text for text in texts if not GRAND_TOTAL.match(text)}
        if names and all(comparable(name) in agencies for name in names):
            column.role = "agency_name"


def tell_agencies(lines: list[LineRow], amounts: Amounts) -> bool:
    """Make agencies of the lines that have a body's name, where every one of them equals the sum of the lines below it.

    Nothing is changed where a line stands outside their parts, or where they do not add up to the form's total: then the names may
    be those of projects. A body without lines of its own must equal the sum of the others. Returns whether agencies were found.
    """
    body = [line for line in lines if line.kind == "line" and not line.is_memo]
    if any(line.kind == "agency" or line.agency_name for line in lines) or not body or not _is_body(body[0]):
        return False
    parts: list[tuple[LineRow, list[LineRow]]] = []
    for line in body:
        if _is_body(line):
            parts.append((line, []))
        else:
            parts[-1][1].append(line)
    filled = [(head, below) for head, below in parts if below]
    whole = [head for head, below in parts if not below]
    heads = [head for head, _ in filled]
    if (
        not filled
        or len(whole) > 1
        or not all(_is_sum(amounts.get(head.row), below, amounts) for head, below in filled)
    ):
        return False
    if any(not _is_sum(amounts.get(head.row), heads, amounts) for head in whole):
        return False
    total = stated_total(lines, amounts)
    if total is not None and not _is_sum(total, heads, amounts):
        return False
    for head, below in parts:
        codes = {line.agency_code for line in below}
        head.kind, head.agency_name = "agency", bare_name(head.name)
        head.agency_code = head.agency_code or (codes.pop() if len(codes) == 1 else None)
        for line in below:
            line.agency_name = head.agency_name
    return True


def _is_body(line: LineRow) -> bool:
    name = bare_name(line.name)
    if line.code or line.cross_code or not name or not is_organisation(name):
        return False
    return not any(found.evidence == "name" for found in code_by_name(name))


def _is_sum(stated: tuple[Decimal, Decimal] | None, lines: list[LineRow], amounts: Amounts) -> bool:
    """Whether an amount other than zero is the sum of the topmost of the lines, within rounding."""
    if stated is None or not stated[0]:
        return False
    codes = {line.code for line in lines if line.code}
    topmost = [
        line
        for line in lines
        if not any((line.code or "")[:length] in codes for length in range(1, len(line.code or "")))
    ]
    addends = [amounts.get(line.row, _NOTHING) for line in topmost]
    bound = stated[1] + sum((half for _, half in addends), Decimal(0))
    return abs(stated[0] - sum((value for value, _ in addends), Decimal(0))) <= bound

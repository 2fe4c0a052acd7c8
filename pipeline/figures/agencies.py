"""Agencies of a whole document, and those that no header names: told by the names that other forms of the document print, or by words and sums.

Belongs here: the names in all forms' columns of agencies; columns of agencies under an unknown header; rows like 某某局（本级） in a column of codes or projects, whose amounts are
the sums of the lines below them. Does not belong here: reading the agency of a row (`lines`), and how agencies are addends of one
another (`hierarchy`).
"""

from __future__ import annotations

import itertools
from decimal import Decimal

from pipeline.editions.classification import code_by_name
from pipeline.figures.hierarchy import Amounts, stated_total
from pipeline.figures.lines import FULL_CODE, GRAND_TOTAL, LineRow, code_and_agency
from pipeline.figures.sums import NOTHING, adds_up
from pipeline.forms.form import Form
from pipeline.forms.header import Column, columns_of
from pipeline.forms.identity import is_organisation
from pipeline.forms.text import bare_name, comparable, is_number, squeeze


def agencies_printed(forms: list[Form], year: int) -> frozenset[str]:
    """Names in the agency columns of all forms of a document, comparable: by them rows of agencies are told in forms without such a column.

    Where agencies have codes, the names of other rows of the column (单位（项目）名称) are none.
    """
    names: set[str] = set()
    for form in forms:
        if form.agency_name:
            names.add(comparable(form.agency_name))
        if form.key is not None:
            names.update(_agencies_of(form, columns_of(form, year)))
    return frozenset(names)


def _agencies_of(form: Form, columns: list[Column]) -> set[str]:
    by_role = {
        role: {column.index for column in columns if column.role == role} for role in ("agency_name", "agency_code")
    }
    coded = {row for cell in form.data_cells if cell.column in by_role["agency_code"] and FULL_CODE.fullmatch(squeeze(cell.text))
             for row in range(cell.row, cell.row + cell.row_span)}  # fmt: skip
    names: set[str] = set()
    for cell in form.data_cells:
        if cell.column in by_role["agency_name"] and cell.text and not is_number(cell.text):
            _, name = code_and_agency(squeeze(cell.text))
            if not GRAND_TOTAL.match(name) and len(name) > 2 and (cell.row in coded or not coded):
                names.add(comparable(name))
    return names


def name_agency_columns(form: Form, columns: list[Column], agencies: frozenset[str]) -> None:
    """Make a column under an unknown header one of agencies, in place, where all its words are agencies of the document's other forms."""
    for column in columns:
        if column.role != "unknown":
            continue
        texts = {squeeze(cell.text) for cell in form.data_cells if cell.column == column.index and cell.text.strip()}
        names = {text for text in texts if not GRAND_TOTAL.match(text)}
        if names and all(comparable(name) in agencies for name in names):
            column.role = "agency_name"


def tell_agencies(lines: list[LineRow], amounts: Amounts, agencies: frozenset[str] = frozenset()) -> bool:
    """Make agencies of the lines that have a body's name, where the lines can be parted so that each is the sum of its own.

    Every part begins with a body, rows of agencies that were told already among them; a line without a code may stand over parts (货物,
    then each body that buys goods). Which lines begin a part is told by the sums: a body's name can be that of a project too. Nothing
    is changed where no such parting adds up to the form's total. A body without lines of its own must equal the sum of the others.
    `agencies` are names of bodies that other forms of the document print. Returns whether agencies were found.
    """
    body = [line for line in lines if line.kind in ("line", "agency") and not line.is_memo]
    told = {line.row for line in body if line.kind == "agency"}
    of_columns = (
        {line.agency_name for line in lines} - {line.agency_name for line in body if line.kind == "agency"} - {None}
    )
    is_head = [line.row in told or _is_body(line, agencies) for line in body]
    if of_columns or sum(is_head) == len(told):
        return False
    parts = _parted(body, is_head, amounts)
    heads = [head for head, below in parts if below]
    total = stated_total(lines, amounts)
    if not told <= {head.row for head, _ in parts} or not heads or not any(head.row not in told for head in heads):
        return False
    if (total is not None and not _is_sum(total, heads, amounts)) or any(
        not _is_sum(amounts.get(head.row), heads, amounts) for head, below in parts if not below
    ):
        return False
    for head, below in parts:
        codes = {line.agency_code for line in below}
        head.kind, head.agency_name = "agency", bare_name(head.name)
        head.agency_code = head.agency_code or (codes.pop() if len(codes) == 1 else None)
        for line in below:
            line.agency_name, line.agency_code = head.agency_name, head.agency_code or line.agency_code
    return True


def _parted(body: list[LineRow], is_head: list[bool], amounts: Amounts) -> list[tuple[LineRow, list[LineRow]]]:
    """Bodies with the lines below them, down to the next body or to what stands over it; empty where the lines cannot be parted."""
    last = len(body)
    stands_over = [
        not head and following and not line.code
        for head, following, line in zip(is_head, [*is_head[1:], False], body, strict=True)
    ]
    begins = [*(head or over for head, over in zip(is_head, stands_over, strict=True)), True]
    # What follows each place, parted: bodies with their lines, and lines over bodies with none.
    ways: list[list[tuple[LineRow, list[LineRow] | None]] | None] = [*(None for _ in body), []]
    for place in reversed(range(last)):
        line = body[place]
        if is_head[place]:
            ends = (end for end in range(place + 2, last + 1) if begins[end] and ways[end] is not None)
            end = next(
                (end for end in ends if _is_sum(amounts.get(line.row), body[place + 1 : end], amounts)), place + 1
            )
            following = ways[end]
            ways[place] = [(line, body[place + 1 : end]), *following] if following is not None else None
        elif stands_over[place] and (following := ways[place + 1]) is not None:
            under = [head for head, _ in itertools.takewhile(lambda part: part[1] is not None, following)]
            ways[place] = [(line, None), *following] if _is_sum(amounts.get(line.row), under, amounts) else None
    return [(head, below) for head, below in ways[0] or () if below is not None]


def _is_body(line: LineRow, agencies: frozenset[str]) -> bool:
    name = bare_name(line.name)
    if line.code or line.cross_code or not name:
        return False
    if comparable(name) in agencies:
        return True
    return is_organisation(name) and not any(found.evidence == "name" for found in code_by_name(name))


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
    return adds_up(stated, [amounts.get(line.row, NOTHING) for line in topmost])

"""A sheet of any workbook -> one page: its name, then one grid of what it shows.

Belongs here: what all kinds of workbook share: cells by their place, merged areas, what is hidden, and what is told of it. Does not
belong here: any file format (`xlsx`, `xls`, `spreadsheet_xml`), number formats (`number_format`), meaning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from pipeline.readers.characters import fold
from pipeline.readers.number_format import NotUnderstood, display
from pipeline.readers.printed import Cell, Grid, Line, Page, PrintedDocument, Unread, Unreadable

MOST_CELLS = 2_000_000
_TITLE_ROWS = 3
"""A text box that begins in the first rows of a table stands above it."""
MOST_MERGED = 100_000
"""Cells of one merged area: a larger one is no heading of anything."""
ERROR_OF_CODE = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_STATED_UNIT = re.compile(r"(?:单位|[（(])[:：]?\s*(?:人民币)?\s*([百千万亿]*元)")
_UNIT_BEHIND = re.compile(r"(.*\d\.?)\s*([百千万亿]{0,2}元|[万亿千])")

Place = tuple[int, int]


@dataclass(slots=True)
class Sheet:
    """What a reader found of one sheet, places from 0. `numbers` are the places whose value is a number, not a text."""

    title: str
    values: dict[Place, str] = field(default_factory=dict)
    numbers: set[Place] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Row, column, height and width of merged areas."""
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    concealed: dict[str, int] = field(default_factory=dict)
    """How many filled cells are not read, by why they are not seen."""
    boxes: list[tuple[int, str]] = field(default_factory=list)
    """Lines of text boxes over the sheet, each with the row at which its box begins."""
    unread: list[str] = field(default_factory=list)
    """What else stands on the sheet and is not read, as phrases."""
    is_hidden: bool = False

    def put(self, place: Place, value: Any, code: str | None) -> None:
        """Add a cell with what its number format shows of it; a format that is not understood stands beside the value, which is then no amount."""
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        try:
            text = display(value, code)
        except NotUnderstood as error:
            text = f"{value!s:.40}（{error}）"
        if is_number:
            self.numbers.add(place)
        if text:
            self.values[place] = text
        elif value and not isinstance(value, str):
            self.conceal("whose number format shows nothing")

    def doubt(self, place: Place, value: Any, code: str) -> None:
        """Say of a number that it may be shown in another format, where that shows something else: whether a condition holds is not told."""
        text = self.values.get(place, "")
        try:
            is_same = display(value, code) == text
        except NotUnderstood:
            is_same = False
        if place in self.numbers and not is_same:
            self.values[place] = f"{text or value}（on a condition shown as {code}）"

    def conceal(self, why: str) -> None:
        self.concealed[why] = self.concealed.get(why, 0) + 1


def document_of(sheets: list[Sheet], kind: str) -> PrintedDocument:
    """One page per sheet, hidden ones named and not read."""
    notes: list[str] = []
    pages = [page_of(number, sheet, notes) for number, sheet in enumerate(sheets, 1)]
    unread = [
        Unread(f"sheet {fold(sheet.title)}: {told}", number)
        for number, sheet in enumerate(sheets, 1)
        for told in sheet.unread
    ]
    return PrintedDocument(kind, pages, len(pages), notes, unread)


def page_of(number: int, sheet: Sheet, notes: list[str]) -> Page:
    """The sheet as a page: its name as first line, then one grid of what is shown, empty margins cut off."""
    title = fold(sheet.title)
    if sheet.is_hidden:
        # A hidden sheet is no part of what was made public: it is named and not read, as hidden rows and columns are.
        return Page(number, [], "excel", problem=f"sheet {title} is hidden and not read")
    filled = _seen(sheet)
    _drop_stated_units(sheet, filled)
    blocks: list[Line | Grid] = [Line(number, title, starts_paragraph=True)]
    first = min((row for row, _ in filled), default=0) + _TITLE_ROWS
    blocks += [Line(number, text, starts_paragraph=True) for row, text in sheet.boxes if row <= first]
    if filled:
        blocks.append(_grid(number, sheet, filled, notes))
    blocks += [Line(number, text, starts_paragraph=True) for row, text in sheet.boxes if row > first]
    return Page(number, blocks, "excel", problem=_problem(sheet, title))


def _seen(sheet: Sheet) -> dict[Place, str]:
    filled: dict[Place, str] = {}
    for place, text in sheet.values.items():
        if place[0] in sheet.hidden_rows or place[1] in sheet.hidden_columns:
            sheet.conceal("in hidden rows or columns")
        elif text:
            filled[place] = text
    return filled


def _problem(sheet: Sheet, title: str) -> str | None:
    told = [f"{count} cells {why} are not read" for why, count in sheet.concealed.items()]
    return f"sheet {title}: {'; '.join(told)}" if told else None


def _drop_stated_units(sheet: Sheet, filled: dict[Place, str]) -> None:
    """Take the unit from numbers behind which their format writes it, where the sheet states the same one; others stay as they are shown."""
    behind = {
        place: match for place in sheet.numbers & filled.keys() if (match := _UNIT_BEHIND.fullmatch(filled[place]))
    }
    if not behind:
        return
    stated = {found for text in filled.values() for found in _STATED_UNIT.findall(text)}
    for place, match in behind.items():
        if stated == {match[2].removesuffix("元") + "元"}:
            filled[place] = match[1]


def _grid(number: int, sheet: Sheet, filled: dict[Place, str], notes: list[str]) -> Grid:
    rows, columns = _axes(sheet, filled, notes)
    row_place = {row: index for index, row in enumerate(rows)}
    column_place = {column: index for index, column in enumerate(columns)}
    spans = {(row, column): (height, width) for row, column, height, width in sheet.merged}
    covered = {
        (r, c): (row, column)
        for row, column, height, width in sheet.merged
        if height * width < MOST_MERGED
        for r in range(row, row + height)
        for c in range(column, column + width)
    }
    cells: list[Cell] = []
    for row in rows:
        for column in columns:
            origin = covered.get((row, column))
            if origin is not None and origin != (row, column) and origin[0] in row_place and origin[1] in column_place:
                continue
            height, width = spans.get((row, column), (1, 1))
            row_span = sum(1 for r in range(row, row + height) if r in row_place)
            column_span = sum(1 for c in range(column, column + width) if c in column_place)
            cells.append(
                Cell(row_place[row], column_place[column], filled.get((row, column), ""), row_span, column_span)
            )
    return Grid(number, len(rows), len(columns), cells, "excel")


def _axes(sheet: Sheet, filled: dict[Place, str], notes: list[str]) -> tuple[list[int], list[int]]:
    """The rows and columns of the grid, from the first that is filled to the last."""
    rows = _between({row for row, _ in filled}, sheet.hidden_rows)
    columns = _between({column for _, column in filled}, sheet.hidden_columns)
    if len(rows) * len(columns) > MOST_CELLS:
        # A cell far from all others: what is empty between them says nothing.
        rows, columns = sorted({row for row, _ in filled}), sorted({column for _, column in filled})
        notes.append(f"sheet {sheet.title}: rows and columns that are empty throughout are left out")
        if len(rows) * len(columns) > MOST_CELLS:
            raise Unreadable(
                "limit_exceeded", f"sheet {sheet.title} spreads over {len(rows)} rows and {len(columns)} columns"
            )
    return rows, columns


def _between(used: set[int], hidden: set[int]) -> list[int]:
    return [index for index in range(min(used), max(used) + 1) if index not in hidden]

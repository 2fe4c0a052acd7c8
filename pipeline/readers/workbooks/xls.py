"""Workbooks of the format .xls (BIFF) -> sheets.

Belongs here: cells with what they show and what hides them. Does not belong here: sheets as pages (`sheet`), number formats (`number_format`).
"""

from __future__ import annotations

import io
from typing import Any

import xlrd

from pipeline.readers.printed import Unreadable
from pipeline.readers.raised import raised
from pipeline.readers.workbooks.sheet import ERROR_OF_CODE, Sheet

_WHITE = (255, 255, 255)
_AUTOMATIC = 0x7FFF
_RAISED = {1: False, 2: True}
"""How a font says that it is small and set high or low."""


def read(data: bytes) -> list[Sheet]:
    """The sheets of a workbook, hidden ones without their cells. Raises Unreadable: damaged_file, encrypted_file."""
    try:
        book = xlrd.open_workbook(
            file_contents=data,
            formatting_info=True,
            on_demand=False,
            # Rows end with their last cell: one in the last corner would make them all 256 cells long.
            ragged_rows=True,
            logfile=io.StringIO(),
        )
    except xlrd.XLRDError as error:
        reason = "encrypted_file" if "encrypt" in str(error).lower() else "damaged_file"
        raise Unreadable(reason, f"the workbook cannot be read: {error}") from error
    except Exception as error:  # xlrd meets damaged streams with errors of every kind
        raise Unreadable("damaged_file", f"the workbook cannot be read: {error!r}") from error
    return [_sheet(book, sheet) for sheet in book.sheets()]


def _sheet(book: Any, source: Any) -> Sheet:
    sheet = Sheet(source.name, is_hidden=bool(source.visibility))
    if sheet.is_hidden:
        return sheet
    for row in range(source.nrows):
        for column in range(source.row_len(row)):
            cell = source.cell(row, column)
            if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                continue
            style = book.xf_list[cell.xf_index]
            why = _concealed(book, style)
            if why is not None:
                sheet.conceal(why)
                continue
            value = _value(book, cell)
            runs = source.rich_text_runlist_map.get((row, column))
            if runs and isinstance(value, str):
                value = _seen_text(book, value, [(0, style.font_index), *runs])
            sheet.put((row, column), value, book.format_map[style.format_key].format_str)
    sheet.merged = [(r0, c0, r1 - r0, c1 - c0) for r0, r1, c0, c1 in source.merged_cells]
    sheet.hidden_rows = {row for row, info in source.rowinfo_map.items() if info.hidden or info.height == 0}
    sheet.hidden_columns = {column for column, info in source.colinfo_map.items() if info.hidden or info.width == 0}
    return sheet


def _value(book: Any, cell: Any) -> Any:
    value: Any = cell.value
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return ERROR_OF_CODE.get(value, "#N/A")
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return xlrd.xldate_as_datetime(value, book.datemode)
        except (ValueError, OverflowError):
            return str(value)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if cell.ctype == xlrd.XL_CELL_NUMBER and value.is_integer():
        return int(value)
    return value


def _concealed(book: Any, style: Any) -> str | None:
    """Why the cells of a style are not seen as they stand, where that is so."""
    font = book.font_list[style.font_index]
    if font.struck_out:
        return "struck through"
    ground = style.background
    colours = book.colour_map
    if font.colour_index == _AUTOMATIC or ground.fill_pattern > 1:
        return None
    behind = colours.get(ground.pattern_colour_index) if ground.fill_pattern == 1 else _WHITE
    ink = colours.get(font.colour_index)
    return "in the colour of their ground" if ink is not None and ink == (behind or _WHITE) else None


def _seen_text(book: Any, text: str, runs: list[tuple[int, int]]) -> str:
    """The text of runs, each given by where it starts and its font: what is struck through is left out, raised and lowered characters are such."""
    seen = ""
    ends = [start for start, _ in runs[1:]] + [len(text)]
    for (start, index), end in zip(runs, ends, strict=True):
        font = book.font_list[index]
        if not font.struck_out:
            part = text[start:end]
            seen += raised(part, seen, _RAISED[font.escapement]) if font.escapement in _RAISED else part
    return seen

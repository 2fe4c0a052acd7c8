"""Workbooks -> one page per sheet, its cells as Excel would show them.

Belongs here: .xlsx and .xls, merged cells, and the display of numbers by their format. Does not belong here: meaning.
"""

from __future__ import annotations

import datetime
import io
import math
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pipeline.readers.characters import fold
from pipeline.readers.printed import Cell, Grid, Line, Page, PrintedDocument, Unreadable
from pipeline.readers.word import DAMAGES, check_package, convert

MOST_CELLS = 2_000_000

_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_MERGED = re.compile(
    rb"<(?:\w+:)?mergeCell\b[^>]*?\bref\s*=\s*[\"']\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})[\"']"
)
_FORMULA_WITHOUT_RESULT = re.compile(
    rb"<(?:\w+:)?c\b(?![^>]*\bt=[\"']str)[^>]*\br=[\"']([A-Z]+\d+)[^>]*>\s*"
    rb"<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
"""A cell with a formula and no value; one whose result is an empty text (t="str") has its value."""
_DATE_CODE = re.compile(r"[ymdhs]", re.IGNORECASE)


def read(data: bytes, kind: str = "xlsx") -> PrintedDocument:
    """Read a workbook (`kind` 'xlsx' or 'xls') or, through LibreOffice, an OpenDocument spreadsheet ('ods').

    Raises Unreadable: damaged_file, truncated_file, encrypted_file, limit_exceeded, converter_missing.
    """
    if kind == "ods":
        return replace(_read_xlsx(convert(data, "xlsx", ".ods")), format=kind)
    return _read_xlsx(data) if kind == "xlsx" else _read_xls(data)


def display(value: Any, number_format: str | None) -> str:
    """A cell's value as its number format shows it. Integers that are codes stay whole; amounts keep the decimals of the format."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return fold(value.strip(" \u3000\t\r\n").replace("\r\n", "\n"))
    if isinstance(value, datetime.datetime):
        whole_day = value.time() == datetime.time(0, 0)
        return value.strftime("%Y-%m-%d" if whole_day else "%Y-%m-%d %H:%M:%S")
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return str(value)
    if not isinstance(value, int | float):
        return str(value)
    if not math.isfinite(value):
        return ""
    return _display_number(Decimal(repr(value)), number_format or "General")


def _display_number(number: Decimal, number_format: str) -> str:
    sections = number_format.split(";")
    section = sections[0]
    negative = number < 0
    if negative and len(sections) > 1 and sections[1].strip():
        section = sections[1]
    elif number == 0 and len(sections) > 2:
        section = sections[2]
    bare = _QUOTED.sub("", section)
    if not re.search(r"[0#?]", bare):
        if (
            bare.strip() in ("", "-")
            and "General" not in section
            and section.strip()
            and number == 0
            and len(sections) > 2
        ):
            return "-" if "-" in section else ""
        if bare.strip() == "" and len(sections) > 1 and section == "":
            return ""  # a section left empty hides the value
        return _plain(number)
    percent = bare.count("%")
    number = number * (Decimal(100) ** percent)
    pattern = re.search(r"[0#?,]*(?:\.([0#?]*))?", bare[re.search(r"[0#?]", bare).start() :])  # type: ignore[union-attr]
    decimals = pattern[1] if pattern and pattern[1] else ""
    shown = abs(number).quantize(Decimal(1).scaleb(-len(decimals)), rounding=ROUND_HALF_UP)
    grouped = bool(re.search(r"[#0?],[#0?]", bare))
    text = f"{shown:,f}" if grouped else f"{shown:f}"
    optional = len(decimals) - len(decimals.rstrip("#?"))
    if optional and "." in text:
        head, tail = text.split(".")
        keep = tail[: len(decimals) - optional] + tail[len(decimals) - optional :].rstrip("0")
        text = f"{head}.{keep}" if keep else head
    least = len(re.sub(r"[^0]", "", bare.split(".")[0].split("%")[0]))
    if not grouped and least > 1:
        whole, _, fraction = text.partition(".")
        text = whole.zfill(least) + (f".{fraction}" if fraction else "")
    if number < 0:
        own_sign = len(sections) > 1 and sections[1].strip()
        if not own_sign or "-" in bare:
            text = f"-{text}"
        elif "(" in section:
            text = f"({text})"
        else:
            text = f"-{text}"  # a colour alone would lose the sign in text
    return text + "%" * percent


def _plain(number: Decimal) -> str:
    """A number under the format General: up to 15 significant digits, no exponent, without floating point noise."""
    rounded = number.normalize() if number == number.to_integral() else Decimal(f"{number:.15g}").normalize()
    return f"{rounded:f}"


def _read_xlsx(data: bytes) -> PrintedDocument:
    import openpyxl

    check_package(data, "workbook")
    _check_merges(data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True, rich_text=False)
    except DAMAGES as error:
        raise Unreadable("damaged_file", f"the workbook cannot be read: {error!r}") from error
    formulas = _formulas_without_result(data, book)
    pages: list[Page] = []
    notes: list[str] = []
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            pages.append(_hidden_sheet(len(pages) + 1, sheet.title))
            continue
        # The cells that are there, not the rectangle around them: one cell in the last corner makes that 17 thousand million.
        present = sheet._cells.values()
        if len(present) > MOST_CELLS:
            raise Unreadable("limit_exceeded", f"sheet {sheet.title} holds {len(present)} cells")
        values = {
            (cell.row - 1, cell.column - 1): display(cell.value, cell.number_format)
            for cell in present
            if cell.value is not None
        } | formulas.get(sheet.title, {})
        hidden_rows = {index - 1 for index, size in sheet.row_dimensions.items() if size.hidden}
        hidden_columns: set[int] = set()
        for size in sheet.column_dimensions.values():
            if size.hidden and size.min and size.max and size.max < 16_000:
                hidden_columns.update(range(size.min - 1, size.max))
        merged = [
            (area.min_row - 1, area.min_col - 1, area.max_row - area.min_row + 1, area.max_col - area.min_col + 1)
            for area in sheet.merged_cells.ranges
        ]
        pages.append(_page(len(pages) + 1, sheet.title, values, merged, hidden_rows, hidden_columns, notes))
    return PrintedDocument(format="xlsx", pages=pages, page_count=len(pages), notes=notes)


def _check_merges(data: bytes) -> None:
    """Refuse merged areas that no paper could show: openpyxl makes an object of each of their cells."""
    for name, xml in _sheets(data):
        total = sum(_area(*found.groups()) for found in _MERGED.finditer(xml))
        if total > MOST_CELLS:
            raise Unreadable("limit_exceeded", f"{name} merges {total} cells; at most {MOST_CELLS} are read")


def _formulas_without_result(data: bytes, results: Any) -> dict[str, dict[tuple[int, int], str]]:
    """By sheet and place the formulas whose results the file does not hold (`results` is its workbook): programs that never compute leave them so.

    They stand for the amounts that nobody can read, so that these are refused and not taken for blanks.
    """
    import openpyxl

    found = {cell.decode() for _, xml in _sheets(data) for cell in _FORMULA_WITHOUT_RESULT.findall(xml)}
    if not found:
        return {}
    return {
        sheet.title: {
            (cell.row - 1, cell.column - 1): str(getattr(cell.value, "text", cell.value))
            for cell in sheet._cells.values()
            if cell.data_type == "f"
            and cell.coordinate in found
            and results[sheet.title].cell(cell.row, cell.column).value is None
        }
        for sheet in openpyxl.load_workbook(io.BytesIO(data)).worksheets
    }


def _sheets(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Names and XML of the sheets in the package."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            if not re.fullmatch(r"/?xl/worksheets/[^/]+\.xml", name):
                continue
            try:
                yield name, package.read(name)
            except Exception:  # noqa: BLE001 (what is damaged is named where the workbook is read)
                continue


def _area(left: bytes, top: bytes, right: bytes, bottom: bytes) -> int:
    columns = abs(_column_number(right) - _column_number(left)) + 1
    return columns * (abs(int(bottom) - int(top)) + 1)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _read_xls(data: bytes) -> PrintedDocument:
    import xlrd

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
    pages: list[Page] = []
    notes: list[str] = []
    for sheet in book.sheets():
        if sheet.visibility:
            pages.append(_hidden_sheet(len(pages) + 1, sheet.name))
            continue
        values: dict[tuple[int, int], str] = {}
        for row in range(sheet.nrows):
            for column in range(sheet.row_len(row)):
                cell = sheet.cell(row, column)
                if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK, xlrd.XL_CELL_ERROR):
                    continue
                value: Any = cell.value
                code = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
                if cell.ctype == xlrd.XL_CELL_DATE:
                    try:
                        value = xlrd.xldate_as_datetime(value, book.datemode)
                    except (ValueError, OverflowError):
                        value = str(value)
                elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
                    value = bool(value)
                elif cell.ctype == xlrd.XL_CELL_NUMBER and value == int(value):
                    value = int(value)
                values[row, column] = display(value, code)
        merged = [(r0, c0, r1 - r0, c1 - c0) for r0, r1, c0, c1 in sheet.merged_cells]
        hidden_rows = {row for row, info in sheet.rowinfo_map.items() if info.hidden}
        hidden_columns = {column for column, info in sheet.colinfo_map.items() if info.hidden}
        pages.append(_page(len(pages) + 1, sheet.name, values, merged, hidden_rows, hidden_columns, notes))
    return PrintedDocument(format="xls", pages=pages, page_count=len(pages), notes=notes)


def _hidden_sheet(number: int, title: str) -> Page:
    """A hidden sheet is no part of what was made public: it is named and not read, as hidden rows and columns are."""
    return Page(number, [], "excel", problem=f"sheet {fold(title)} is hidden and not read")


def _page(
    number: int,
    title: str,
    values: dict[tuple[int, int], str],
    merged: list[tuple[int, int, int, int]],
    hidden_rows: set[int],
    hidden_columns: set[int],
    notes: list[str],
) -> Page:
    """The sheet as a page: its name as first line, then one grid of what is shown, empty margins cut off."""
    blocks: list[Line | Grid] = [Line(number, fold(title), starts_paragraph=True)]
    filled = {place: text for place, text in values.items() if text}
    concealed = [p for p in filled if p[0] in hidden_rows or p[1] in hidden_columns]
    problem = None
    if concealed:
        problem = f"sheet {fold(title)}: {len(concealed)} cells in hidden rows or columns are not read"
        for place in concealed:
            del filled[place]
    if not filled:
        return Page(number, blocks, "excel", problem=problem)
    spans = {(row, column): (height, width) for row, column, height, width in merged}
    covered = {
        (r, c): (row, column)
        for row, column, height, width in merged
        if height * width < 100_000
        for r in range(row, row + height)
        for c in range(column, column + width)
    }
    rows = sorted({r for r, _ in filled} | _between({r for r, _ in filled}))
    columns = sorted({c for _, c in filled} | _between({c for _, c in filled}))
    rows = [row for row in rows if row not in hidden_rows]
    columns = [column for column in columns if column not in hidden_columns]
    if len(rows) * len(columns) > MOST_CELLS:
        # A cell far from all others: what is empty between them says nothing.
        rows, columns = sorted({row for row, _ in filled}), sorted({column for _, column in filled})
        notes.append(f"sheet {title}: rows and columns that are empty throughout are left out")
        if len(rows) * len(columns) > MOST_CELLS:
            raise Unreadable(
                "limit_exceeded", f"sheet {title} spreads over {len(rows)} rows and {len(columns)} columns"
            )
    row_place = {row: index for index, row in enumerate(rows)}
    column_place = {column: index for index, column in enumerate(columns)}
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
    blocks.append(Grid(number, len(rows), len(columns), cells, "excel"))
    return Page(number, blocks, "excel", problem=problem)


def _between(used: set[int]) -> set[int]:
    return set(range(min(used), max(used) + 1))

"""Workbooks of the formats .xlsx and .xlsm -> sheets.

Belongs here: cells with what they show, what hides them, and what else stands on a sheet. Does not belong here: sheets as pages (`sheet`), number
formats (`number_format`).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock

from pipeline.readers.characters import fold
from pipeline.readers.charts import numbers_in, unread_charts
from pipeline.readers.package import DAMAGES, check_package, relations, tree, usual
from pipeline.readers.printed import Line, Unreadable
from pipeline.readers.quantity import whole_number
from pipeline.readers.raised import raised
from pipeline.readers.workbooks.sheet import MOST_CELLS, Place, Sheet

_MERGED = re.compile(
    rb"<(?:\w+:)?mergeCell\b[^>]*?\bref\s*=\s*[\"']\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})[\"']"
)
_FORMULA_WITHOUT_RESULT = re.compile(
    rb"<(?:\w+:)?c\b(?![^>]*\bt=[\"']str)[^>]*\br=[\"']([A-Z]+\d+)[^>]*>\s*"
    rb"<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
"""A cell with a formula and no value; one whose result is an empty text (t="str") has its value."""
_LAST_COLUMN = 16_384
_LEAST_COLUMNS, _LEAST_ROWS = 3, 4
_LEAST_WIDTH, _LEAST_HEIGHT = 3_600_000, 1_000_000
"""A picture of at least so many columns and rows, or so many English metric units, could be a table."""
_HAIR_WIDTH, _HAIR_HEIGHT = 0.5, 2
"""Columns of less than half a digit, and rows of less than two points, show nothing."""
_WHITE, _BLACK = "FFFFFF", "000000"
_THEME = {0: _WHITE, 1: _BLACK}
_INDEXED = {0: _BLACK, 1: _WHITE, 8: _BLACK, 9: _WHITE, 64: _BLACK, 65: _WHITE}


def read(data: bytes) -> list[Sheet]:
    """The sheets of a workbook, hidden ones without their cells. Raises Unreadable: damaged_file, truncated_file, encrypted_file, limit_exceeded."""
    check_package(data, "workbook")
    try:
        data = usual(data, "xl/workbook.xml")
        _check_merges(data)
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True, rich_text=True)
    except DAMAGES as error:
        raise Unreadable("damaged_file", f"the workbook cannot be read: {error!r}") from error
    formulas = _formulas_without_result(data, book)
    parts = _parts(data)
    sheets = []
    for worksheet in book.worksheets:
        sheet = Sheet(worksheet.title, is_hidden=worksheet.sheet_state != "visible")
        sheets.append(sheet)
        if sheet.is_hidden:
            continue
        _fill(sheet, worksheet)
        sheet.values |= formulas.get(worksheet.title, {})
        _add_drawn(sheet, data, parts.get(worksheet.title))
    return sheets


def active_sheet(data: bytes) -> int:
    """Which sheet the workbook opens with: what an embedded one shows."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            root = tree(package, "xl/workbook.xml")
    except DAMAGES:
        return 0
    view = root.find(".//{*}workbookView") if root is not None else None
    return whole_number(view.get("activeTab"), 1000) or 0 if view is not None else 0


def _fill(sheet: Sheet, worksheet: Any) -> None:
    # The cells that are there, not the rectangle around them: one cell in the last corner makes that 17 thousand million.
    present = worksheet._cells.values()
    if len(present) > MOST_CELLS:
        raise Unreadable("limit_exceeded", f"sheet {sheet.title} holds {len(present)} cells")
    looks = _Looks(worksheet)
    for cell in present:
        if cell.value is None:
            continue
        why = looks.conceals(cell)
        if why is not None:
            sheet.conceal(why)
            continue
        value = _seen_text(cell.value) if isinstance(cell.value, CellRichText) else cell.value
        place = (cell.row - 1, cell.column - 1)
        sheet.put(place, value, cell.number_format)
        for code in looks.codes_on_condition(cell):
            sheet.doubt(place, value, code)
    sheet.hidden_rows = _hidden_rows(worksheet)
    for size in worksheet.column_dimensions.values():
        if (size.hidden or size.width < _HAIR_WIDTH) and size.min and size.max and size.min <= _LAST_COLUMN:
            sheet.hidden_columns.update(range(size.min - 1, min(size.max, _LAST_COLUMN)))
    sheet.merged = [
        (area.min_row - 1, area.min_col - 1, area.max_row - area.min_row + 1, area.max_col - area.min_col + 1)
        for area in worksheet.merged_cells.ranges
    ]


def _hidden_rows(worksheet: Any) -> set[int]:
    """Rows that are hidden or of no height; all that say nothing where the sheet hides them by default."""
    sizes = worksheet.row_dimensions
    hidden = {
        index - 1
        for index, size in sizes.items()
        if size.hidden or (size.height is not None and size.height < _HAIR_HEIGHT)
    }
    if worksheet.sheet_format.zeroHeight:
        hidden |= {cell.row - 1 for cell in worksheet._cells.values() if cell.row not in sizes}
    return hidden


class _Looks:
    """What the cells of a sheet look like, told once per style."""

    def __init__(self, worksheet: Any) -> None:
        self._by_style: dict[tuple[int, int], str | None] = {}
        self._on_condition = [
            (area.sqref, str(rule.dxf.numFmt.formatCode))
            for area in worksheet.conditional_formatting
            for rule in area.rules
            if rule.dxf is not None and rule.dxf.numFmt is not None
        ]
        areas = [table.ref for table in worksheet.tables.values()]
        areas += [str(area.sqref) for area in worksheet.conditional_formatting]
        self._painted = [openpyxl.worksheet.cell_range.MultiCellRange(area) for area in areas]

    def conceals(self, cell: Any) -> str | None:
        """Why a cell is not seen as it stands, where that is so."""
        key = (cell._style.fontId, cell._style.fillId)
        if key not in self._by_style:
            self._by_style[key] = self._reason(cell)
        why = self._by_style[key]
        if why is not None and "ground" in why and any(cell.coordinate in area for area in self._painted):
            return None  # a table's style or a condition paints it: which ground it has is not told
        return why

    def codes_on_condition(self, cell: Any) -> list[str]:
        """The number formats that a cell has where a condition holds."""
        return [code for area, code in self._on_condition if cell.coordinate in area]

    @staticmethod
    def _reason(cell: Any) -> str | None:
        if cell.font.strike:
            return "struck through"
        ground = _colour(cell.fill.fgColor) if cell.fill.fill_type == "solid" else _WHITE
        if cell.fill.fill_type in (None, "solid") and ground is not None and _colour(cell.font.color) == ground:
            return "in the colour of their ground"
        return None


def _colour(colour: Any) -> str | None:
    """A colour as six digits, black where none is set; None for one that depends on more than the cell."""
    if colour is None:
        return _BLACK
    if colour.type == "rgb":
        return str(colour.rgb)[-6:].upper()
    if colour.type == "theme":
        return _THEME.get(colour.theme, f"theme {colour.theme}") if not colour.tint else None
    return _INDEXED.get(colour.indexed, f"indexed {colour.indexed}")


def _seen_text(runs: CellRichText) -> str:
    """The text of runs: what is struck through is left out, raised and lowered characters are such."""
    text = ""
    for run in runs:
        if not isinstance(run, TextBlock):
            text += run
        elif not run.font.strike:
            place = run.font.vertAlign
            is_small = place in ("superscript", "subscript")
            text += raised(run.text, text, place == "subscript") if is_small else run.text
    return text


def _parts(data: bytes) -> dict[str, str]:
    """The part of the package that each sheet is, by its name."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        root = tree(package, "xl/workbook.xml")
        named = relations(package, "xl/workbook.xml")
    if root is None:
        return {}
    identifier = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    return {
        sheet.get("name", ""): named[sheet.get(identifier)].target
        for sheet in root.iter("{*}sheet")
        if sheet.get(identifier) in named
    }


def _add_drawn(sheet: Sheet, data: bytes, part: str | None) -> None:
    """What stands on a sheet beside its cells: the text of boxes is read; pictures that could be tables and embedded files are named."""
    if part is None:
        return
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        named = relations(package, part)
        embedded = sum(relation.kind in ("oleObject", "package") for relation in named.values())
        controls = sum(relation.kind == "control" for relation in named.values())
        drawn = [relation.target for relation in named.values() if relation.kind == "drawing"]
        drawings = [tree(package, part) for part in drawn]
        charts = [
            tree(package, other.target)
            for part in drawn
            for other in relations(package, part).values()
            if other.kind == "chart" and not other.is_external
        ]
    anchors = [anchor for root in drawings if root is not None for anchor in root if isinstance(anchor.tag, str)]
    for anchor in anchors:
        row = whole_number(anchor.findtext("{*}from/{*}row"), 10**7) or 0
        for paragraph in anchor.iterfind(".//{*}sp/{*}txBody/{*}p"):
            text = fold("".join(one.text or "" for one in paragraph.iter("{*}t"))).strip(" \u3000")
            if text:
                sheet.boxes.append((row, text))
    if charts:
        printed = numbers_in(Line(1, text) for text in sheet.values.values())
        sheet.unread += [one.detail for one in unread_charts(charts, printed, 1)]
    if controls:
        sheet.unread.append(f"{controls} controls (ActiveX) are not read")
    if embedded:
        sheet.unread.append(f"{embedded} embedded files are not read")
    large = sum(_is_large(anchor) for anchor in anchors)
    if large:
        sheet.unread.append(f"{large} pictures as large as a table are not read")


def _is_large(anchor: Any) -> bool:
    """Whether what an anchor holds is a picture that could be a table."""
    if anchor.find(".//{*}pic") is None:
        return False
    first, last = anchor.find("{*}from"), anchor.find("{*}to")
    if first is not None and last is not None:
        columns, rows = (_steps(first, last, axis) for axis in ("col", "row"))
        return columns >= _LEAST_COLUMNS and rows >= _LEAST_ROWS
    extent = anchor.find("{*}ext")
    if extent is None:
        return True
    width, height = (whole_number(extent.get(side), 10**9) or 0 for side in ("cx", "cy"))
    return width >= _LEAST_WIDTH and height >= _LEAST_HEIGHT


def _steps(first: Any, last: Any, axis: str) -> int:
    places = [whole_number(end.findtext(f"{{*}}{axis}"), 10**7) or 0 for end in (first, last)]
    return places[1] - places[0]


def _check_merges(data: bytes) -> None:
    """Refuse merged areas that no paper could show: openpyxl makes an object of each of their cells."""
    for name, xml in _sheets(data):
        total = sum(_area(*found.groups()) for found in _MERGED.finditer(xml))
        if total > MOST_CELLS:
            raise Unreadable("limit_exceeded", f"{name} merges {total} cells; at most {MOST_CELLS} are read")


def _formulas_without_result(data: bytes, results: Any) -> dict[str, dict[Place, str]]:
    """By sheet and place the formulas whose results the file does not hold (`results` is its workbook): programs that never compute leave them so.

    They stand for the amounts that nobody can read, so that these are refused and not taken for blanks.
    """
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

"""Workbooks of the format SpreadsheetML of 2003 (one XML file, often named .xls) -> sheets.

Belongs here: cells with what they show and what hides them. Does not belong here: sheets as pages (`sheet`), number formats (`number_format`).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import lxml.etree

from pipeline.readers.printed import Unreadable
from pipeline.readers.quantity import length, whole_number
from pipeline.readers.raised import raised
from pipeline.readers.workbooks.sheet import MOST_CELLS, Sheet

_NAMESPACE = "{urn:schemas-microsoft-com:office:spreadsheet}"
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_NAMED = {
    "General Number": "General", "Fixed": "0.00", "Standard": "#,##0.00", "Percent": "0.00%", "Currency": "#,##0.00", "Euro Currency": "#,##0.00",
}  # fmt: skip
"""Formats that are named and not written out."""


@dataclass(frozen=True, slots=True)
class _Style:
    code: str = "General"
    why_concealed: str | None = None


def read(data: bytes) -> list[Sheet]:
    """The sheets of a workbook, hidden ones without their cells. Raises Unreadable: damaged_file, limit_exceeded."""
    try:
        root = lxml.etree.fromstring(data, lxml.etree.XMLParser(resolve_entities=False, no_network=True))
    except (lxml.etree.LxmlError, ValueError) as error:
        raise Unreadable("damaged_file", f"the workbook cannot be read: {error}") from error
    styles = _styles(root)
    return [_sheet(worksheet, styles) for worksheet in root.iterfind(f"{_NAMESPACE}Worksheet")]


def _styles(root: Any) -> dict[str, _Style]:
    """What the styles show, those included that say more of another one."""
    styles: dict[str, _Style] = {}
    for element in root.iterfind(f"{_NAMESPACE}Styles/{_NAMESPACE}Style"):
        parent = styles.get(_get(element, "Parent") or "Default", _Style())
        number_format = element.find(f"{_NAMESPACE}NumberFormat")
        code = _get(number_format, "Format") if number_format is not None else parent.code
        font, ground = element.find(f"{_NAMESPACE}Font"), element.find(f"{_NAMESPACE}Interior")
        why = _why_concealed(font, ground) if font is not None else parent.why_concealed
        styles[_get(element, "ID") or ""] = _Style(_NAMED.get(code or "", code or "General"), why)
    return styles


def _why_concealed(font: Any, ground: Any) -> str | None:
    if _get(font, "StrikeThrough") == "1":
        return "struck through"
    behind = _get(ground, "Color") if ground is not None and _get(ground, "Pattern") == "Solid" else "#FFFFFF"
    ink = _get(font, "Color") or "#000000"
    return "in the colour of their ground" if ink.upper() == (behind or "#FFFFFF").upper() else None


def _sheet(worksheet: Any, styles: dict[str, _Style]) -> Sheet:
    options = worksheet.find("{urn:schemas-microsoft-com:office:excel}WorksheetOptions")
    visible = options.findtext("{urn:schemas-microsoft-com:office:excel}Visible") if options is not None else None
    sheet = Sheet(_get(worksheet, "Name") or "", is_hidden=visible in ("SheetHidden", "SheetVeryHidden"))
    table = worksheet.find(f"{_NAMESPACE}Table")
    if sheet.is_hidden or table is None:
        return sheet
    for index, column in _placed(table, "Column", _LAST_COLUMN):
        if _get(column, "Hidden") == "1" or length(_get(column, "Width")) == 0:
            sheet.hidden_columns.update(range(index, index + 1 + _span(column, "Span", _LAST_COLUMN)))
    for row_index, row in _placed(table, "Row", _LAST_ROW):
        if _get(row, "Hidden") == "1" or length(_get(row, "Height")) == 0:
            sheet.hidden_rows.add(row_index)
        for column_index, cell in _placed(row, "Cell", _LAST_COLUMN):
            _add(
                sheet,
                row_index,
                column_index,
                cell,
                styles.get(_get(cell, "StyleID") or _get(row, "StyleID") or "", _Style()),
            )
    return sheet


def _placed(parent: Any, kind: str, most: int) -> Iterator[tuple[int, Any]]:
    """Elements of a kind with their places from 0: each follows the one before, unless it says its place; merged cells and spans take several."""
    place = 0
    for element in parent.iterfind(_NAMESPACE + kind):
        place = (whole_number(_get(element, "Index"), most) or place + 1) - 1
        if place >= most:
            raise Unreadable("limit_exceeded", f"a {kind.lower()} stands beyond the {most}th")
        yield place, element
        place += 1 + _span(element, "MergeAcross" if kind == "Cell" else "Span", most)


def _span(element: Any, name: str, most: int) -> int:
    return whole_number(_get(element, name), most) or 0


def _add(sheet: Sheet, row: int, column: int, cell: Any, style: _Style) -> None:
    height, width = 1 + _span(cell, "MergeDown", _LAST_ROW), 1 + _span(cell, "MergeAcross", _LAST_COLUMN)
    if (height, width) != (1, 1):
        sheet.merged.append((row, column, height, width))
    content = cell.find(f"{_NAMESPACE}Data")
    if content is None:
        return
    if len(sheet.values) >= MOST_CELLS:
        raise Unreadable("limit_exceeded", f"sheet {sheet.title} holds more than {MOST_CELLS} cells")
    if style.why_concealed is not None:
        sheet.conceal(style.why_concealed)
        return
    sheet.put((row, column), _value(content), style.code)


def _value(content: Any) -> Any:
    kind, text = _get(content, "Type"), _seen_text(content)
    if kind == "Number":
        number = length(text, 1e300)
        return text if number is None else int(number) if number.is_integer() and abs(number) < 1e15 else number
    if kind == "DateTime":
        try:
            return datetime.datetime.fromisoformat(text)
        except ValueError:
            return text
    if kind == "Boolean":
        return text == "1"
    return text


def _seen_text(content: Any) -> str:
    """The text of a cell, whose parts may be marked up as in HTML: what is struck through is left out, raised and lowered characters are such."""
    text = ""
    for event, element in lxml.etree.iterwalk(content, events=("start", "end")):
        if event == "end":
            text += (element.tail or "") if element is not content else ""
            continue
        around = {
            lxml.etree.QName(one).localname.lower()
            for one in (element, *element.iterancestors())
            if isinstance(one.tag, str)
        }
        part = element.text or ""
        if around & {"s", "strike", "del"}:
            continue
        text += raised(part, text, "sub" in around) if around & {"sup", "sub"} else part
    return text


def _get(element: Any, name: str) -> str | None:
    value: str | None = element.get(_NAMESPACE + name)
    return value

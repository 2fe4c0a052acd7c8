"""Workbooks of every kind: what is read is what is seen, and what is not read is named."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.drawing.image import Image as BookImage
from openpyxl.styles import Font, PatternFill
from PIL import Image

from pipeline.forms.text import is_number, squeeze
from pipeline.readers import reader
from pipeline.readers.printed import Page

ROWS = [["科目", "合计"], ["教育支出", 1.5], ["住房支出", 2.5]]


def first_page(change: Callable[[Any], None] = lambda sheet: None) -> Page:
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    change(book.active)
    return reader.read(saved(book)).pages[0]


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def texts(page: Page) -> list[str]:
    return [cell.text for grid in page.grids for cell in grid.cells]


def hide_by(place: str, **font: Any) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        sheet[place].font = Font(**font)

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (hide_by("B3", color="FFFFFFFF"), "colour of their ground"),
        (hide_by("B3", strike=True), "struck through"),
        (lambda sheet: setattr(sheet["B3"], "number_format", ";;;"), "number format shows nothing"),
        (lambda sheet: setattr(sheet.row_dimensions[3], "hidden", True), "hidden rows"),
    ],
)
def test_what_is_not_seen_is_named_and_not_read(change: Callable[[Any], None], told: str) -> None:
    page = first_page(change)
    assert "2.5" not in texts(page)
    assert told in (page.problem or "")


def test_white_on_a_dark_header_is_print() -> None:
    def paint(sheet: Any) -> None:
        for cell in sheet[1]:
            cell.font = Font(color="FFFFFFFF")
            cell.fill = PatternFill("solid", fgColor="FF1F4E78")

    page = first_page(paint)
    assert texts(page)[:2] == ["科目", "合计"]
    assert page.problem is None


def test_raised_digits_and_struck_ones_are_no_digits_of_the_number() -> None:
    def change(sheet: Any) -> None:
        sheet["B2"] = CellRichText("7,664.85", TextBlock(InlineFont(vertAlign="superscript"), "2"))
        sheet["B3"] = CellRichText(TextBlock(InlineFont(strike=True), "1"), "340.28")

    shown = texts(first_page(change))
    assert shown[3] == "7,664.85²"
    assert squeeze(shown[3]) == "7,664.85"
    assert shown[5] == "340.28"


def test_errors_are_amounts_that_nobody_can_read() -> None:
    def change(sheet: Any) -> None:
        sheet["B2"], sheet["B3"] = "#REF!", "#DIV/0!"

    shown = texts(first_page(change))
    assert (shown[3], shown[5]) == ("#REF!", "#DIV/0!")
    assert is_number("#REF!")
    assert is_number("#DIV/0!")


def test_a_picture_that_could_be_a_table_is_named() -> None:
    picture = io.BytesIO()
    Image.new("RGB", (900, 600)).save(picture, "PNG")
    book = openpyxl.Workbook()
    book.active.append(["合计"])
    book.active.add_image(BookImage(picture), "A5")
    (unread,) = reader.read(saved(book)).unread
    assert (unread.page_number, "1 pictures as large as a table" in unread.detail) == (1, True)


def strict(data: bytes) -> bytes:
    """The package with the names of ISO/IEC 29500 strict."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            content = content.replace(
                b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                b"http://purl.oclc.org/ooxml/spreadsheetml/main",
            )
            content = re.sub(
                rb"http://schemas.openxmlformats.org/officeDocument/2006/",
                b"http://purl.oclc.org/ooxml/officeDocument/",
                content,
            )
            target.writestr(name, content)
    return buffer.getvalue()


def test_a_strict_workbook_is_read_as_any_other() -> None:
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    data = saved(book)
    assert texts(reader.read(strict(data)).pages[0]) == texts(reader.read(data).pages[0]) != []


ONE_XML_FILE = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns:html="http://www.w3.org/TR/REC-html40"><Styles>
<Style ss:ID="Default"/><Style ss:ID="n"><NumberFormat ss:Format="Standard"/></Style><Style ss:ID="w" ss:Parent="n"><Font ss:Color="#FFFFFF"/></Style>
<Style ss:ID="c" ss:Parent="n"/></Styles>
<Worksheet ss:Name="预算"><Table><Column ss:Index="4" ss:Hidden="1"/>
<Row><Cell ss:MergeAcross="1"><Data ss:Type="String">支出表</Data></Cell><Cell><Data ss:Type="String">备注</Data></Cell></Row>
<Row ss:Index="3"><Cell><Data ss:Type="String">合计</Data></Cell><Cell ss:StyleID="c"><Data ss:Type="Number">1234.5</Data></Cell>
<Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40">12.50<Sup>3</Sup></ss:Data></Cell>
<Cell><Data ss:Type="Number">9</Data></Cell></Row>
<Row><Cell ss:StyleID="w"><Data ss:Type="Number">7</Data></Cell></Row></Table></Worksheet>
<Worksheet ss:Name="底稿"><Table><Row><Cell><Data ss:Type="Number">5</Data></Cell></Row></Table>
<x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions></Worksheet></Workbook>"""


def test_a_workbook_of_one_xml_file() -> None:
    document = reader.read(ONE_XML_FILE.encode())
    first, hidden = document.pages
    assert document.format == "xml2003"
    assert [(cell.row, cell.column, cell.column_span, cell.text) for cell in first.grids[0].cells if cell.text] == [
        (0, 0, 2, "支出表"), (0, 2, 1, "备注"), (2, 0, 1, "合计"), (2, 1, 1, "1,234.50"), (2, 2, 1, "12.50³"),
    ]  # fmt: skip
    assert "1 cells in the colour of their ground" in (first.problem or "")
    assert "1 cells in hidden rows or columns" in (first.problem or "")
    assert "底稿 is hidden" in (hidden.problem or "")

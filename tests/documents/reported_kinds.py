"""Kinds of trap that people who extract tables have reported, as generators: each makes one file with the form below, and the trap in it.

Belongs here: the files, and where each kind was reported. Does not belong here: what must be read of them (`test_reported_kinds`).
"""

from __future__ import annotations

import copy
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import docx
import openpyxl
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

NAME, TITLE, UNIT = "云岭市档案馆2025年部门预算", "2025年一般公共预算支出表", "单位：万元"
HEADER = ["科目编码", "科目名称", "合计", "基本支出", "项目支出"]
ROWS = [
    ["", "合计", "3,000.00", "2,000.00", "1,000.00"],
    ["201", "一般公共服务支出", "1,800.00", "1,200.00", "600.00"],
    ["20103", "政府办公厅（室）及相关机构事务", "1,800.00", "1,200.00", "600.00"],
    ["2010301", "行政运行", "1,200.00", "1,200.00", ""],
    ["2010302", "一般行政管理事务", "600.00", "", "600.00"],
    ["208", "社会保障和就业支出", "1,200.00", "800.00", "400.00"],
    ["20805", "行政事业单位养老支出", "1,200.00", "800.00", "400.00"],
    ["2080505", "机关事业单位基本养老保险缴费支出", "800.00", "800.00", ""],
    ["2080506", "机关事业单位职业年金缴费支出", "400.00", "", "400.00"],
]
EXPECTED = {
    (1, row[0] or "total", column): Decimal(text.replace(",", "")) * 10_000
    for row in ROWS
    for column, text in zip(("total", "basic", "project"), row[2:], strict=True)
    if text
}


@dataclass(frozen=True)
class Kind:
    """One kind of trap: its name, who reported it, and the file."""

    name: str
    sources: str
    make: Callable[[], bytes]


def _word(change: Callable[[Any, Any], None]) -> bytes:
    document = docx.Document()
    document.add_paragraph(NAME)
    document.add_paragraph(TITLE)
    document.add_paragraph(UNIT)
    table = document.add_table(len(ROWS) + 1, len(HEADER))
    for row, cells in enumerate([HEADER, *ROWS]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    change(document, table)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _word_table_in_a_cell() -> bytes:
    """The form inside the one cell of a table that lays out the page, as Word templates have it."""

    def change(document: Any, table: Any) -> None:
        outer = document.add_table(1, 1).cell(0, 0)
        outer.paragraphs[0]._p.addprevious(table._tbl)

    return _word(change)


def _word_merged_header() -> bytes:
    """A header of two rows, its cells merged downwards and to the right."""

    def change(_: Any, table: Any) -> None:
        first = copy.deepcopy(table.rows[0]._tr)
        table.rows[0]._tr.addprevious(first)
        for column in (0, 1):
            table.cell(1, column).text = ""
            table.cell(0, column).merge(table.cell(1, column))
        for column in (3, 4):
            table.cell(0, column).text = ""
        table.cell(0, 2).merge(table.cell(0, 4)).text = "2025年预算数"

    return _word(change)


def _word_tracked_changes() -> bytes:
    """Amounts that a reviewer replaced: the old one deleted, the new one inserted, both in the file."""

    def change(_: Any, table: Any) -> None:
        for row in (4, 8):
            paragraph = table.cell(row, 2).paragraphs[0]
            run = paragraph.runs[0]._r
            old, new = copy.deepcopy(run), copy.deepcopy(run)
            paragraph._p.remove(run)
            text = old.find(qn("w:t"))
            text.tag, text.text = qn("w:delText"), "9,999.00"
            for kind, inner in (("w:del", old), ("w:ins", new)):
                around = OxmlElement(kind)
                around.append(inner)
                paragraph._p.append(around)

    return _word(change)


def _word_content_controls() -> bytes:
    """Cells inside content controls, as templates of offices have them for what is to be filled in."""

    def change(_: Any, table: Any) -> None:
        for row in (2, 5):
            cell = table.cell(row, 2)._tc
            control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
            cell.addprevious(control)
            control.append(content)
            content.append(cell)

    return _word(change)


def _book(change: Callable[[Any], None], above: list[str] | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for text in [NAME, TITLE, UNIT] if above is None else above:
        sheet.append([text])
    sheet.append(HEADER)
    for row in ROWS:
        sheet.append([*row[:2], *(float(text.replace(",", "")) if text else None for text in row[2:])])
        for cell in sheet[sheet.max_row][2:]:
            cell.number_format = "#,##0.00"
    change(sheet)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _rewritten(data: bytes, changes: dict[str, Callable[[str], str]], more: dict[str, str] | None = None) -> bytes:
    """The package with parts changed by their names, and with more parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, changes[name](content.decode()) if name in changes else content)
        for name, text in (more or {}).items():
            target.writestr(name, text)
    return buffer.getvalue()


def _book_filtered_rows() -> bytes:
    """Rows that a filter has taken out of sight: drafts between the rows that are shown."""

    def change(sheet: Any) -> None:
        sheet.insert_rows(7)
        for column, value in enumerate(["2010399", "其他政府办公厅（室）及相关机构事务支出", 77.0, 77.0, None], 1):
            sheet.cell(7, column, value)
        sheet.auto_filter.ref = "A4:E14"
        sheet.row_dimensions[7].hidden = True

    return _book(change)


def _book_phonetic_text() -> bytes:
    """Names and numbers with the phonetic text that input methods leave behind them."""

    def annotate(xml: str) -> str:
        return re.sub(r"(<is><t[^>]*>(?:行政运行|201)</t>)(</is>)", r'\1<rPh sb="0" eb="2"><t>9</t></rPh>\2', xml)

    data = _book(lambda sheet: None)
    return _rewritten(data, {"xl/worksheets/sheet1.xml": lambda xml: annotate(_plain(xml))})


def _plain(xml: str) -> str:
    return re.sub(r"&#(\d+);", lambda match: chr(int(match[1])), xml)


def _book_hidden_column() -> bytes:
    """A column out of sight: last year's draft between this year's amounts."""

    def change(sheet: Any) -> None:
        sheet.insert_cols(4)
        sheet.cell(4, 4, "基本支出")
        for row in range(5, 5 + len(ROWS)):
            sheet.cell(row, 4, 88.0)
        sheet.column_dimensions["D"].hidden = True

    return _book(change)


_WIDE = {ord(character): ord(character) + 0xFEE0 for character in "0123456789,."}


def _book_wide_digits() -> bytes:
    """Amounts typed as text, in the wide digits of Chinese input methods."""

    def change(sheet: Any) -> None:
        for row, cells in enumerate(ROWS, 5):
            for column, text in enumerate(cells[2:], 3):
                sheet.cell(row, column, text.translate(_WIDE) or None)

    return _book(change)


_BOX = """<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">
<xdr:twoCellAnchor><xdr:from><xdr:col>0</xdr:col><xdr:row>0</xdr:row></xdr:from><xdr:to><xdr:col>5</xdr:col><xdr:row>2</xdr:row></xdr:to>
<xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="2" name="Text Box 1"/><xdr:cNvSpPr txBox="1"/></xdr:nvSpPr><xdr:spPr/>
<xdr:txBody><a:bodyPr/><a:p><a:r><a:t>%s</a:t></a:r></a:p><a:p><a:r><a:t>%s</a:t></a:r></a:p><a:p><a:r><a:t>%s</a:t></a:r></a:p></xdr:txBody></xdr:sp><xdr:clientData/>
</xdr:twoCellAnchor></xdr:wsDr>"""
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing" Target="../drawings/drawing1.xml"/></Relationships>'
)


def _book_text_box() -> bytes:
    """Title and unit in a text box over the sheet, whose cells hold the form alone."""
    data = _book(lambda sheet: None, above=["", "", ""])
    return _rewritten(
        data,
        {},
        {"xl/worksheets/_rels/sheet1.xml.rels": _RELATIONS, "xl/drawings/drawing1.xml": _BOX % (NAME, TITLE, UNIT)},
    )


def _page(table: str) -> bytes:
    return f'<!DOCTYPE html><html><head><meta charset="utf-8"></head><body><h1>{NAME}</h1><p>{TITLE}</p><p>{UNIT}</p>{table}</body></html>'.encode()


def _row(cells: list[str], tag: str = "td") -> str:
    return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>"


def _page_rowspan_zero() -> bytes:
    """A cell that spans the rest of its row group (rowspan="0"), with a group below it."""
    head = f'<thead><tr><th rowspan="0">{HEADER[0]}</th><th rowspan="0">{HEADER[1]}</th><th colspan="3">2025年预算数</th></tr>{_row(HEADER[2:], "th")}</thead>'
    return _page(f"<table>{head}<tbody>{''.join(map(_row, ROWS))}</tbody></table>")


def _page_blanks_in_numbers() -> bytes:
    """Numbers with blanks that do not break, narrow ones and ones without width between their digits."""
    rows = [
        [*row[:2], *(text.replace(",", ",\u200b").replace(".", "\u2060.") + "&nbsp;\u202f" for text in row[2:])]
        for row in ROWS
    ]
    return _page(f"<table>{_row(HEADER, 'th')}{''.join(map(_row, rows))}</table>")


def _page_foot_before_body() -> bytes:
    """The row of the total in the foot of the table, which the page holds before head and body and shows below them."""
    foot, body = _row(ROWS[0]), "".join(map(_row, ROWS[1:]))
    return _page(f"<table><tfoot>{foot}</tfoot><thead>{_row(HEADER, 'th')}</thead><tbody>{body}</tbody></table>")


def _in_cells(amount: str, unit: str) -> str:
    """An amount of so many 10,000 yuan in a unit that stands behind it."""
    yuan = Decimal(amount.replace(",", "")) * 10_000
    return {"元": f"{yuan:,.2f}元", "万元": f"{amount}万元", "万": f"{amount}万", "亿元": f"{yuan / 10**8}亿元"}[unit]


def _word_units_in_cells() -> bytes:
    """No unit above the form: each amount has its own behind it, and not all the same."""

    def change(document: Any, table: Any) -> None:
        document.paragraphs[2].text = ""
        for row, cells in enumerate(ROWS, 1):
            for column, text in enumerate(cells[2:], 2):
                table.cell(row, column).text = _in_cells(text, ("万元", "元", "亿元")[column - 2]) if text else ""

    return _word(change)


def _page_units_in_some_cells() -> bytes:
    """Some amounts with a unit behind them, some of them another than the one stated above."""
    units = iter(("万元", "元", "万") * len(ROWS))
    rows = [[*row[:2], _in_cells(row[2], next(units)), *row[3:]] for row in ROWS]
    return _page(f"<table>{_row(HEADER, 'th')}{''.join(map(_row, rows))}</table>")


_XS = [40, 110, 330, 410, 490, 570]


def _drawn(draw: Callable[[Canvas, float, float, str], None], *, sideways: bool = False) -> bytes:
    """A page with the form, its amounts set by `draw` so that they end at a place."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(842, 595) if not sideways else (595, 842))
    if sideways:
        canvas.rotate(90)
        canvas.translate(0, -595)
    canvas.setFont("STSong-Light", 10)
    for text, x, y in ((NAME, 40, 550), (TITLE, 240, 525), (UNIT, 510, 505)):
        canvas.drawString(x, y, text)
    for row, cells in enumerate([HEADER, *ROWS]):
        y = 480 - 22 * row
        for column, text in enumerate(cells):
            canvas.rect(_XS[column], y, _XS[column + 1] - _XS[column], 22)
            if column < 2 or not row:
                canvas.drawString(_XS[column] + 4, y + 7, text)
            elif text:
                draw(canvas, _XS[column + 1] - 4, y + 7, text)
    canvas.save()
    return buffer.getvalue()


def _pdf_digits_set_apart() -> bytes:
    """Amounts whose digits are set one by one, with spaces of their own between them, as typesetters of tables do."""

    def draw(canvas: Canvas, x: float, y: float, text: str) -> None:
        for place, character in enumerate(reversed(text)):
            canvas.drawRightString(x - 6.5 * place, y, character)

    return _drawn(draw)


def _pdf_table_on_its_side() -> bytes:
    """A page upright by its size whose table is set on its side, without a word of the page being turned."""
    return _drawn(lambda canvas, x, y, text: canvas.drawRightString(x, y, text), sideways=True)


KINDS = [
    Kind("word-tracked-changes", "github.com/python-openxml/python-docx/issues/1123, github.com/firecrawl/anydoc/pull/174", _word_tracked_changes),
    Kind("word-content-controls", "github.com/docling-project/docling/issues/3946, github.com/jgm/pandoc/issues/4190", _word_content_controls),
    Kind("book-filtered-rows", "github.com/SheetJS/sheetjs/issues/630, github.com/tidyverse/readxl/issues/428", _book_filtered_rows),
    Kind("book-phonetic-text", "github.com/doy/spreadsheet-parsexlsx/issues/72, github.com/jsonkenl/xlsxir/issues/104", _book_phonetic_text),
    Kind("book-text-box", "github.com/dream-num/univer/issues/6847, github.com/SheetJS/sheetjs/issues/2241", _book_text_box),
    Kind("page-rowspan-zero", "github.com/tox-dev/turbohtml/issues/408, github.com/microsoft/markitdown/pull/2522", _page_rowspan_zero),
    Kind("page-blanks-in-numbers", "github.com/apache/ofbiz-framework/pull/845, github.com/globalizejs/globalize/issues/288", _page_blanks_in_numbers),
    Kind("word-table-in-a-cell", "github.com/firecrawl/anydoc/issues/14, github.com/TurboDocx/html-to-docx/issues/147", _word_table_in_a_cell),
    Kind("word-merged-header", "github.com/Tencent/WeKnora/pull/2657, github.com/python-openxml/python-docx/issues/1380", _word_merged_header),
    Kind("book-hidden-column", "github.com/SheetJS/sheetjs/issues/755, github.com/sparna-git/xls2rdf/issues/52", _book_hidden_column),
    Kind("book-wide-digits", "github.com/tidyverse/readr/issues/1507, github.com/jmcnamara/excel-writer-xlsx/issues/160", _book_wide_digits),
    Kind("page-foot-before-body", "github.com/telerik/kendo-ui-core/issues/6535, github.com/tinymce/tinymce/issues/3120", _page_foot_before_body),
    Kind("pdf-digits-set-apart", "github.com/smalot/pdfparser/issues/201, github.com/yfedoseev/pdf_oxide/issues/1556", _pdf_digits_set_apart),
    Kind("pdf-table-on-its-side", "github.com/jsvine/pdfplumber/issues/848, github.com/docling-project/docling/issues/2343", _pdf_table_on_its_side),
    Kind("word-units-in-cells", "github.com/birchill/10ten-ja-reader/pull/1389, github.com/dongrixinyu/JioNLP/issues/252", _word_units_in_cells),
    Kind("page-units-in-some-cells", "github.com/tgrosinger/md-advanced-tables/issues/20, github.com/birchill/10ten-ja-reader/pull/1389", _page_units_in_some_cells),
]  # fmt: skip

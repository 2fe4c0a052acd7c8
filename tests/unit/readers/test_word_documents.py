"""Word documents: what is read is what Word shows; what stands in a document and is not read is named."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import openpyxl
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import RGBColor

from pipeline.forms.text import squeeze
from pipeline.readers import reader
from pipeline.readers.printed import PrintedDocument


def read(build: Callable[[Any], None]) -> PrintedDocument:
    document = docx.Document()
    build(document)
    return reader.read(saved(document))


def saved(document: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def amount(change: Callable[[Any, Any], None]) -> tuple[str, PrintedDocument]:
    """What is read of the cell of an amount, which `change` writes into its paragraph."""

    def build(document: Any) -> None:
        table = document.add_table(2, 2)
        for place, text in {(0, 0): "科目", (0, 1): "合计", (1, 0): "教育支出"}.items():
            table.cell(*place).text = text
        change(document, table.cell(1, 1).paragraphs[0])

    read_document = read(build)
    (grid,) = read_document.pages[0].grids
    return grid.cells[-1].text, read_document


def toggled(tag: str, value: str | None) -> Callable[[Any, Any], None]:
    def change(_: Any, paragraph: Any) -> None:
        element = OxmlElement(tag)
        if value is not None:
            element.set(qn("w:val"), value)
        paragraph.add_run("9")._r.get_or_add_rPr().append(element)
        paragraph.add_run("340.28")

    return change


@pytest.mark.parametrize("tag", ["w:vanish", "w:strike", "w:dstrike"])
@pytest.mark.parametrize(
    ("value", "shown"), [(None, "340.28"), ("1", "340.28"), ("on", "340.28"), ("0", "9340.28"), ("false", "9340.28")]
)
def test_on_and_off_are_told_apart(tag: str, value: str | None, shown: str) -> None:
    assert amount(toggled(tag, value))[0] == shown


def test_what_is_struck_through_is_named() -> None:
    _, document = amount(toggled("w:strike", None))
    assert ["1 texts with digits that are struck through" in one.detail for one in document.unread] == [True]


def test_styles_hide_text_and_runs_show_it_again() -> None:
    def change(document: Any, paragraph: Any) -> None:
        style = document.styles.add_style("底稿", 2)
        style.font.hidden = True
        paragraph.add_run("9").style = style
        paragraph.add_run("340.28").style = style
        paragraph.runs[1].font.hidden = False

    assert amount(change)[0] == "340.28"


def test_white_is_seen_on_a_dark_ground_only() -> None:
    def white(_: Any, paragraph: Any) -> None:
        paragraph.add_run("9").font.color.rgb = RGBColor(255, 255, 255)
        paragraph.add_run("340.28")

    def dark(document: Any, paragraph: Any) -> None:
        white(document, paragraph)
        paragraph._p.getparent().get_or_add_tcPr().append(
            parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:fill="1F4E78"/>')
        )

    assert amount(white)[0] == "340.28"
    assert amount(dark)[0] == "9340.28"


@pytest.mark.parametrize("attribute", ["superscript", "subscript"])
def test_raised_digits_are_no_digits_of_their_number(attribute: str) -> None:
    def change(_: Any, paragraph: Any) -> None:
        paragraph.add_run("4,767.46")
        setattr(paragraph.add_run("2").font, attribute, True)

    shown = amount(change)[0]
    assert shown != "4,767.46"
    assert squeeze(shown) == "4,767.46"


def test_hidden_rows_are_named_and_not_read() -> None:
    def build(document: Any) -> None:
        table = document.add_table(3, 2)
        for row in range(3):
            table.cell(row, 0).text, table.cell(row, 1).text = f"科目{row}", f"{row}.00"
        table.rows[1]._tr.get_or_add_trPr().append(OxmlElement("w:hidden"))

    document = read(build)
    (grid,) = document.pages[0].grids
    assert [cell.text for cell in grid.cells] == ["科目0", "0.00", "科目2", "2.00"]
    assert ["hidden row" in one.detail for one in document.unread] == [True]


def related(document: Any, name: str, kind: str, data: bytes, relation: str) -> str:
    part = Part(PackURI(f"/word/{name}"), kind, data, document.part.package)
    return str(document.part.relate_to(part, relation))


def workbook(sheets: int) -> bytes:
    book = openpyxl.Workbook()
    for number in range(sheets):
        sheet = book.active if not number else book.create_sheet()
        sheet.append(["科目", "合计"])
        sheet.append(["教育支出", number + 0.5])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


OBJECT = """<w:r {names} xmlns:o="urn:schemas-microsoft-com:office:office"><w:object>
<o:OLEObject Type="Embed" ProgID="{kind}" DrawAspect="{aspect}" r:id="{identifier}"/></w:object></w:r>"""


def embed(data: bytes, kind: str = "Excel.Sheet.12", aspect: str = "Content") -> PrintedDocument:
    def build(document: Any) -> None:
        identifier = related(document, "embeddings/a.bin", "application/octet-stream", data, RELATIONSHIP_TYPE.PACKAGE)
        paragraph = document.add_paragraph("2025年支出表")
        names = nsdecls("w", "r")
        paragraph._p.append(parse_xml(OBJECT.format(names=names, kind=kind, aspect=aspect, identifier=identifier)))

    return read(build)


def test_an_embedded_workbook_is_read_as_it_is_shown() -> None:
    document = embed(workbook(2))
    (grid,) = document.pages[0].grids
    assert [cell.text for cell in grid.cells] == ["科目", "合计", "教育支出", "0.5"]
    assert grid.page_number == 1
    assert ["a sheet behind" in one.detail for one in document.unread] == [True]


@pytest.mark.parametrize(
    ("data", "kind", "aspect"),
    [
        (workbook(1), "Excel.Sheet.12", "Icon"),
        (b"%PDF-1.4", "AcroExch.Document", "Content"),
        (b"\x00\x01", "Package", "Content"),
    ],
)
def test_other_embedded_files_are_named(data: bytes, kind: str, aspect: str) -> None:
    document = embed(data, kind, aspect)
    assert not document.pages[0].grids
    assert [kind in one.detail for one in document.unread] == [True]


CHUNKS = {
    "a.html": (b"<meta charset=utf-8><p>x</p><table><tr><td>a</td><td>1.50</td></tr></table>", True),
    "a.docx": (None, True),
    "a.rtf": (b"{\\rtf1 1.50}", False),
}


@pytest.mark.parametrize("name", CHUNKS)
def test_parts_of_another_format_are_read_or_named(name: str) -> None:
    data, is_read = CHUNKS[name]
    if data is None:
        inner = docx.Document()
        table = inner.add_table(1, 2)
        table.cell(0, 0).text, table.cell(0, 1).text = "a", "1.50"
        data = saved(inner)

    def build(document: Any) -> None:
        relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/aFChunk"
        identifier = related(document, name, "application/octet-stream", data or b"", relation)
        document.element.body.insert(0, parse_xml(f'<w:altChunk {nsdecls("w", "r")} r:id="{identifier}"/>'))

    document = read(build)
    assert [[cell.text for cell in grid.cells] for grid in document.pages[0].grids] == (
        [["a", "1.50"]] if is_read else []
    )
    assert [one.detail[:25] for one in document.unread] == ([] if is_read else ["a part of the document (a"])


def test_a_vml_picture_as_large_as_a_table_is_named() -> None:
    def build(document: Any) -> None:
        picture = f"""<w:r {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml"><w:pict>
        <v:shape style="width:450pt;height:300pt"><v:imagedata/></v:shape></w:pict></w:r>"""
        document.add_paragraph("支出表")._p.append(parse_xml(picture))

    assert read(build).pages[0].problem == "1 pictures as large as a table are not read"


def test_a_strict_document_is_read_as_any_other() -> None:
    document = docx.Document()
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "合计", "1.50"
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(document))) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            for usual, strict in (
                (b"http://schemas.openxmlformats.org/wordprocessingml/2006/main", b"http://purl.oclc.org/ooxml/wordprocessingml/main"),
                (b"http://schemas.openxmlformats.org/officeDocument/2006/", b"http://purl.oclc.org/ooxml/officeDocument/"),
            ):  # fmt: skip
                content = content.replace(usual, strict)
            target.writestr(name, content)
    (grid,) = reader.read(buffer.getvalue()).pages[0].grids
    assert [cell.text for cell in grid.cells] == ["合计", "1.50"]


@pytest.mark.parametrize("value", ["²", "9" * 5000, "-1", "", "1.5", "100000000"])
def test_numbers_of_a_table_are_bounded(value: str) -> None:
    def build(document: Any) -> None:
        table = document.add_table(1, 2)
        table.cell(0, 0).text, table.cell(0, 1).text = "合计", "1.50"
        properties = table.cell(0, 0)._tc.get_or_add_tcPr()
        span = OxmlElement("w:gridSpan")
        span.set(qn("w:val"), value)
        properties.append(span)

    (grid,) = read(build).pages[0].grids
    assert [cell.text for cell in grid.cells] == ["合计", "1.50"]
    assert grid.column_count < 2000

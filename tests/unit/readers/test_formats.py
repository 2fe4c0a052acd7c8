"""Word, Excel, web page, text and archive, each built in the test."""

from __future__ import annotations

import io
import shutil
import zipfile
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import docx
import openpyxl
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm
from PIL import Image

from pipeline.readers import reader, word
from pipeline.readers.characters import fold
from pipeline.readers.printed import Grid, Line, PrintedDocument, Unreadable
from pipeline.readers.scan import repair_number


def reason_of(data: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        reader.read(data)
    return refused.value.reason


def the_grid(document: PrintedDocument, page: int = 0) -> Grid:
    (grid,) = document.pages[page].grids
    return grid


def shape(grid: Grid) -> list[tuple[int, int, int, int, str]]:
    return [
        (c.row, c.column, c.row_span, c.column_span, c.text)
        for c in sorted(grid.cells, key=lambda c: (c.row, c.column))
    ]


def word_file() -> bytes:
    document = docx.Document()
    document.add_heading("第一部分 概况", level=1)
    document.add_paragraph("收入预算 12,219 万元。")
    table = document.add_table(rows=3, cols=3)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "科目"
    table.cell(0, 1).merge(table.cell(0, 2)).text = "支出"
    for place, text in {(1, 1): "基本", (1, 2): "项目", (2, 0): "⼈员", (2, 1): "1.00", (2, 2): ""}.items():
        table.cell(*place).text = text
    document.add_paragraph("注：无。")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


MERGED = [(0, 0, 2, 1, "科目"), (0, 1, 1, 2, "支出"), (1, 1, 1, 1, "基本"), (1, 2, 1, 1, "项目"), (2, 0, 1, 1, "人员"),
          (2, 1, 1, 1, "1.00"), (2, 2, 1, 1, "")]  # fmt: skip


def test_word_in_body_order_with_spans_and_levels() -> None:
    document = reader.read(word_file())
    blocks = document.pages[0].blocks
    assert document.format == "docx"
    assert [type(block) for block in blocks] == [Line, Line, Grid, Line]
    assert [block.heading_level for block in blocks if isinstance(block, Line)] == [1, None, None]
    assert shape(the_grid(document)) == MERGED
    assert the_grid(document).method == "word"


def test_columns_a_hair_wide_are_no_columns() -> None:
    """Programs that convert tables round widths row by row: the total's span ends a hair before the names do."""
    file = docx.Document()
    table = file.add_table(2, 4)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "合计"
    table.cell(0, 2).merge(table.cell(0, 3)).text = "9.00"
    table.cell(1, 0).text = "205"
    table.cell(1, 1).merge(table.cell(1, 2)).text = "教育支出"
    table.cell(1, 3).text = "9.00"
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, (1234, 1232, 1, 1233), strict=True):
        column.set(qn("w:w"), str(width))
    buffer = io.BytesIO()
    file.save(buffer)
    assert shape(the_grid(reader.read(buffer.getvalue()))) == [
        (0, 0, 1, 2, "合计"), (0, 2, 1, 1, "9.00"),
        (1, 0, 1, 1, "205"), (1, 1, 1, 1, "教育支出"), (1, 2, 1, 1, "9.00"),
    ]  # fmt: skip


def test_legacy_word_without_converter_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(Unreadable) as refused:
        word.read(b"\xd0\xcf\x11\xe0", "doc")
    assert refused.value.reason == "converter_missing"


def test_converter_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    office = tmp_path / "soffice"
    office.write_text("#!/bin/sh\nsleep 60\n")
    office.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda _: str(office))
    monkeypatch.setattr(word, "CONVERSION_SECONDS", 0.3)
    with pytest.raises(Unreadable) as refused:
        word.read(b"anything", "doc")
    assert refused.value.reason == "limit_exceeded"


PAGE = "<html><body><table><tr><td>科目</td><td>合计</td></tr><tr><td>教育支出</td><td>1.50</td></tr></table></body></html>"


def test_web_archive_is_read_as_its_page() -> None:
    message = MIMEMultipart("related")
    message.attach(MIMEText(PAGE, "html", "utf-8"))
    assert reader.detect_format(message.as_bytes()) == "mhtml"
    assert [cell[-1] for cell in shape(the_grid(reader.read(message.as_bytes())))] == [
        "科目",
        "合计",
        "教育支出",
        "1.50",
    ]


def test_comma_separated_values_are_refused_by_their_name() -> None:
    text = '收支总表,,\n科目编码,科目名称,合计\n201,一般公共服务支出,"1,234.50"\n205,教育支出,3.00\n'
    with pytest.raises(Unreadable) as refused:
        reader.read(text.encode())
    assert refused.value.reason == "unknown_format"
    assert "comma-separated" in refused.value.detail
    reader.read("收入支出说明，2024年。\n今年收入1,234,567元，支出1,234,567元。\n其中，教育支出3元。\n".encode())


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice (soffice) is not installed")
def test_open_documents_are_read_through_libreoffice() -> None:
    book = openpyxl.Workbook()
    book.active.append(["教育支出", 1.5])
    book.active["B1"].number_format = "0.00"
    buffer = io.BytesIO()
    book.save(buffer)
    for data, suffix, kind in ((word_file(), ".docx", "odt"), (buffer.getvalue(), ".xlsx", "ods")):
        document = reader.read(word.convert(data, kind, suffix))
        assert document.format == kind
        assert shape(the_grid(document)) == (
            MERGED if kind == "odt" else [(0, 0, 1, 1, "教育支出"), (0, 1, 1, 1, "1.50")]
        )


def test_workbook_shows_what_excel_shows() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "收支总表"
    sheet["B2"] = "科目"
    sheet.merge_cells("B2:B3")
    sheet["C2"] = "支出"
    sheet.merge_cells("C2:D2")
    sheet["C3"], sheet["D3"] = "基本", "项目"
    sheet["B4"], sheet["C4"] = 2010301, 1234.5
    sheet["C4"].number_format = "#,##0.00"
    hidden = book.create_sheet("底稿")
    hidden["A1"] = 1
    hidden.sheet_state = "hidden"
    buffer = io.BytesIO()
    book.save(buffer)
    document = reader.read(buffer.getvalue())
    assert document.format == "xlsx"
    assert [[line.text for line in page.lines] for page in document.pages] == [["收支总表"], []]
    assert "底稿" in (document.pages[1].problem or "")
    assert "hidden" in (document.pages[1].problem or "")
    assert shape(the_grid(document)) == [
        (0, 0, 2, 1, "科目"), (0, 1, 1, 2, "支出"), (1, 1, 1, 1, "基本"), (1, 2, 1, 1, "项目"),
        (2, 0, 1, 1, "2010301"), (2, 1, 1, 1, "1,234.50"), (2, 2, 1, 1, ""),
    ]  # fmt: skip


def test_formula_without_result_is_shown_as_it_stands() -> None:
    """Programs that never compute leave formulas without results: what nobody can read is no blank."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["办公费", 1.5])
    sheet.append(["合计", "=SUM(B1:B1)"])
    buffer = io.BytesIO()
    book.save(buffer)
    assert shape(the_grid(reader.read(buffer.getvalue())))[-1] == (1, 1, 1, 1, "=SUM(B1:B1)")
    computed = _with_sheet(buffer.getvalue(), b"</f><v></v>", b"</f><v>1.5</v>")
    assert shape(the_grid(reader.read(computed)))[-1] == (1, 1, 1, 1, "1.5")
    empty_text = _with_sheet(buffer.getvalue(), b'<c r="B2"', b'<c r="B2" t="str"')
    assert shape(the_grid(reader.read(empty_text)))[-1] == (1, 1, 1, 1, "")


def _with_sheet(package: bytes, old: bytes, new: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if "worksheets/" in name:
                assert old in content
                content = content.replace(old, new)
            target.writestr(name, content)
    return buffer.getvalue()


def test_word_picture_that_could_be_a_table_is_named() -> None:
    for centimetres, is_named in ((14, True), (3, False)):
        document = docx.Document(io.BytesIO(word_file()))
        picture = io.BytesIO()
        Image.new("RGB", (60, 30), "white").save(picture, "PNG")
        document.add_picture(picture, width=Cm(centimetres))
        buffer = io.BytesIO()
        document.save(buffer)
        problem = reader.read(buffer.getvalue()).pages[0].problem
        assert (problem is not None) == is_named, problem


def test_row_that_a_tracked_change_deleted_is_not_read() -> None:
    document = docx.Document(io.BytesIO(word_file()))
    row = document.tables[0].rows[-1]._tr
    row.get_or_add_trPr().append(OxmlElement("w:del"))
    buffer = io.BytesIO()
    document.save(buffer)
    assert "人员" not in [cell.text for cell in the_grid(reader.read(buffer.getvalue())).cells]


def test_web_page_with_spans_and_without_layout_tables() -> None:
    page = """<!DOCTYPE html><html><head><meta charset="utf-8"><script>var x = "<table>";</script></head><body>
    <table><tr><td><h2>部门预算</h2><table>
    <tr><th rowspan="2">科目</th><th colspan="2">支出</th></tr><tr><td>基本</td><td>项目</td></tr>
    <tr><td>人员</td><td>1.00</td><td>&nbsp;</td></tr></table></td></tr></table><p>注：无。</p></body></html>"""
    document = reader.read(page.encode())
    assert document.format == "html"
    assert shape(the_grid(document)) == MERGED
    assert [line.text for line in document.pages[0].lines] == ["部门预算", "注：无。"]


def test_web_page_without_table_is_refused() -> None:
    assert reason_of("<html><body><p>首页</p></body></html>".encode()) == "web_page_not_document"


def test_text_tables_keep_the_index_of_blank_cells() -> None:
    text = "# 部门预算\n\n单位：万  \n元\n\n项目\t\t支出\t\n一、拨款\t12,219\t**教育**\t30\n\n\t\t<p>住房</p> <p>保障</p>\t487\n"
    document = reader.read(text.encode())
    first, second = document.pages[0].grids
    assert [c.text for c in first.cells] == ["项目", "", "支出", "", "一、拨款", "12,219", "教育", "30"]
    assert [c.text for c in second.cells] == ["", "", "住房\n保障", "487"]
    assert [line.starts_paragraph for line in document.pages[0].lines] == [True, True, False]
    assert document.pages[0].lines[0].heading_level == 1


def test_pipe_table_and_quoted_line_break() -> None:
    document = reader.read('| 项目 | 金额 |\n| --- | ---: |\n| 办公费 | 60 |\n\n甲\t"一\n二"\n乙\t三\n'.encode())
    pipe, tabs = document.pages[0].grids
    assert [c.text for c in pipe.cells] == ["项目", "金额", "办公费", "60"]
    assert [c.text for c in tabs.cells] == ["甲", "一\n二", "乙", "三"]


def test_text_in_gb18030() -> None:
    assert reader.read("部门预算\n支出\t12\n".encode("gb18030")).pages[0].lines[0].text == "部门预算"


def test_reasons_for_what_is_no_document() -> None:
    assert reason_of(b"") == "empty_file"
    assert reason_of(b" \r\n\t") == "empty_file"
    assert reason_of(b"\x89PNG\r\n\x1a\n" + b"\x00" * 40) == "unknown_format"
    assert reason_of(bytes(range(256)) * 4) == "unknown_format"
    data = word_file()
    assert reason_of(data[: len(data) // 2]) == "truncated_file"
    assert reason_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600) == "unknown_format"


def archive(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in entries.items():
            package.writestr(name, data)
    return buffer.getvalue()


def test_archive_members_nested_ones_too() -> None:
    data = archive({"甲.docx": word_file(), "内.zip": archive({"乙.txt": "支出\t1".encode()}), "__MACOSX/x": b"1"})
    assert reader.detect_format(data) == "zip"
    assert [name for name, _ in reader.members(data)] == ["甲.docx", "内.zip/乙.txt"]


def test_archive_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    nested = b"x"
    for _ in range(4):
        nested = archive({"a.zip": nested})
    with pytest.raises(Unreadable) as deep:
        reader.members(nested)
    assert deep.value.reason == "limit_exceeded"
    with pytest.raises(Unreadable) as bomb:
        reader.members(archive({"zero.txt": b"0" * 9_000_000}))
    assert bomb.value.reason == "limit_exceeded"
    with pytest.raises(Unreadable) as cut:
        reader.members(archive({"a.txt": b"12345" * 100})[:60])
    assert cut.value.reason == "truncated_file"


def test_radicals_are_folded_and_nothing_else() -> None:
    assert fold("⼀般公共预算⽀出⻚⻓（１２）①") == "一般公共预算支出页长（１２）①"


@pytest.mark.parametrize(
    ("read", "repaired", "is_doubtful"),
    [
        ("1.234.56", "1,234.56", False),
        ("1,234,567", "1,234,567", False),
        ("12,219.00", "12,219.00", False),
        ("10.192,01", "10,192.01", False),
        ("82.800", "82.800", False),
        ("1,2O4.56", "1,204.56", True),
        ("行政运行", "行政运行", False),
        ("B1000", "B1000", False),
        ("2010301", "2010301", False),
    ],
)
def test_repair_of_separators(read: str, repaired: str, is_doubtful: bool) -> None:
    assert repair_number(read) == (repaired, is_doubtful)

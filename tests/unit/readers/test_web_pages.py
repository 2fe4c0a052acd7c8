"""Web pages: what is read is what a browser shows; what it shows and is not read is named."""

from __future__ import annotations

import pytest

from pipeline.forms.text import squeeze
from pipeline.readers import reader
from pipeline.readers.encodings import decode_page
from pipeline.readers.printed import PrintedDocument, Unreadable


def page(body: str, head: str = "") -> PrintedDocument:
    return reader.read(
        f'<!DOCTYPE html><html><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'.encode()
    )


def rows(document: PrintedDocument) -> list[list[str]]:
    (grid,) = document.pages[0].grids
    return [[cell.text for cell in grid.cells if cell.row == row] for row in range(grid.row_count)]


def table(*cells: str) -> str:
    return f"<table><tr><th>科目</th><th>合计</th></tr><tr><td>教育支出</td>{''.join(cells)}</tr></table>"


@pytest.mark.parametrize(
    ("cells", "style"),
    [
        (('<td style="display: none">9</td>', "<td>1.50</td>"), ""),
        (('<td class="k">9</td>', "<td>1.50</td>"), "td.k { display: none }"),
        (('<td class="k">9</td>', "<td>1.50</td>"), "@media screen { .k { display: none !important } } .k { display: table-cell }"),
        (("<td hidden>9</td>", "<td>1.50</td>"), ""),
        (('<td><span class="sr">9</span>1.50</td>',), ".sr { position: absolute; left: -9999px }"),
        (('<td><span class="sr">9</span>1.50</td>',), ".sr { position: absolute; clip: rect(0, 0, 0, 0) }"),
        (('<td><span class="sr">9</span>1.50</td>',), ".sr { width: 1px; height: 1px; overflow: hidden }"),
        (('<td><i style="visibility:hidden">9</i>1.50</td>',), ""),
        (('<td><i style="opacity:0">9</i>1.50</td>',), ""),
        (('<td><font color="#FFFFFF">9</font>1.50</td>',), ""),
        (("<td><s>9</s>1.50</td>",), ""),
        (('<td><i style="text-decoration: line-through">9</i>1.50</td>',), ""),
        (('<td><input type="hidden" value="9"><input value="1.50" readonly></td>',), ""),
        (("<td><textarea>1.50</textarea></td>",), ""),
        (("<td><select><option>9</option><option selected>1.50</option></select></td>",), ""),
        (('<td><b class="p">1.50</b></td>',), "@media print { .p { display: none } }"),
        (('<td><b class="p">1.50</b></td>',), ".p { display: none } b.p { display: inline }"),
    ],
)  # fmt: skip
def test_what_is_read_is_what_is_shown(cells: tuple[str, ...], style: str) -> None:
    assert rows(page(table(*cells), f"<style>{style}</style>")) == [["科目", "合计"], ["教育支出", "1.50"]]


def test_white_on_a_dark_ground_is_print() -> None:
    head = "<style>th { color: #fff } tr.h { background: #1f4e78 }</style>"
    body = '<table><tr class="h"><th>科目</th><th>合计</th></tr><tr><td>教育支出</td><td>1.50</td></tr></table>'
    assert rows(page(body, head))[0] == ["科目", "合计"]


@pytest.mark.parametrize("mark", ["<sup>2</sup>", '<span style="vertical-align:super">2</span>', "<sub>2</sub>"])
def test_a_raised_digit_is_no_digit_of_its_number(mark: str) -> None:
    shown = rows(page(table(f"<td>1.50{mark}</td>")))[1][1]
    assert squeeze(shown) == "1.50"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('<img src="a.png" width="900" height="600">', "picture"),
        ('<p>政府性基金预算支出表</p><p>单位：万元</p><img src="a.png">', "picture"),
        ('<iframe src="table.html"></iframe>', "frame (table.html)"),
        (
            "<script>var d = {支出: [1.50, 2.50, 3.50, 4.50, 5.50, 6.50, 7.50, 8.50]};</script>",
            "script holds 8 numbers",
        ),
    ],
)
def test_what_stands_on_a_page_and_is_not_read_is_named(body: str, told: str) -> None:
    assert any(told in one.detail for one in page(table("<td>1.50</td>") + body).unread)
    assert not page(table("<td>1.50</td>") + '<img src="logo.png" width="100" height="40">').unread


def test_a_page_that_scripts_fill_says_so() -> None:
    with pytest.raises(Unreadable, match="scripts write on the page"):
        page("<div id='app'></div><script>document.getElementById('app').innerHTML = load()</script>")


WORKBOOK = """MIME-Version: 1.0
Content-Type: multipart/related; boundary="x"

--x
Content-Location: file:///book.htm
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: 8bit

<html><x:ExcelWorksheet><x:Name>表一</x:Name><x:WorksheetSource HRef="book.files/sheet001.htm"/></x:ExcelWorksheet>
<x:ExcelWorksheet><x:Name>底稿</x:Name><x:WorksheetSource HRef="book.files/sheet002.htm"/><x:Visible>SheetHidden</x:Visible></x:ExcelWorksheet>
<frameset><frame src="book.files/sheet001.htm"></frameset></html>
--x
Content-Location: file:///book.files/sheet001.htm
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: 8bit

<html><body><table><tr><td>合计</td><td>1.50</td></tr></table></body></html>
--x
Content-Location: file:///book.files/sheet002.htm
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: 8bit

<html><body><table><tr><td>合计</td><td>9.00</td></tr></table></body></html>
--x--
"""


def test_a_workbook_saved_as_web_archive_is_read_sheet_by_sheet() -> None:
    document = reader.read(WORKBOOK.encode())
    assert document.format == "mhtml"
    assert rows(document) == [["合计", "1.50"]]
    assert ["sheet002.htm is hidden" in one.detail for one in document.unread] == [True]


@pytest.mark.parametrize(
    "declared", ["gb2312", "undefined", "idna", "base64", "nonsense", "utf-7", "x" * 39, "iso-8859-1", "utf-16"]
)
def test_bytes_tell_their_encoding_before_what_is_declared(declared: str) -> None:
    text = f"<meta charset={declared}>一般公共预算支出表"
    assert decode_page(text.encode()) == text
    assert decode_page(text.encode("utf-8-sig")) == text
    if declared in ("gb2312", "undefined", "idna", "base64", "nonsense", "utf-7"):
        assert decode_page(text.encode("gb18030")) == text


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "body",
    [
        table(f'<td colspan="{"9" * 5000}">1.50</td>'),
        table('<td colspan="²">1.50</td>'),
        "<table>" + ("<tr>" + '<td colspan="500" rowspan="500">1</td>' * 50 + "</tr>") * 200 + "</table>",
        "<table>" + "<tr><td>" * 5000 + "1",
        f"<table {' '.join(f'a{n}=1' for n in range(100_000))}><tr><td>1</td><td>2</td></tr></table>",
    ],
    ids=["digits", "square", "wide", "deep", "attributes"],
)
def test_crafted_pages_are_bounded(body: str) -> None:
    try:
        document = page(body)
    except Unreadable as refused:
        found = refused.reason
    else:
        found = document.format
    assert found in ("html", "limit_exceeded", "web_page_not_document")


@pytest.mark.timeout(30)
def test_parts_nested_too_deep_are_a_limit() -> None:
    data = "MIME-Version: 1.0\n" + "".join(
        f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(2000)
    )
    with pytest.raises(Unreadable):
        reader.read(data.encode())

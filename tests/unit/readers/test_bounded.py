"""Texts of any length are bounded before patterns are matched against them, and nothing is lost unsaid."""

from __future__ import annotations

import time

import pytest

from pipeline.readers.bounded import MOST_CHARACTERS, bounded
from pipeline.readers.printed import Cell, Grid, Line, Page, PrintedDocument
from pipeline.reading import Claim, read_document


def test_a_long_line_is_parted_at_the_ends_of_its_sentences() -> None:
    text = "2025年支出预算1,200.50万元，比上年增加3万元。" * 500
    page = Page(1, [Line(1, text, starts_paragraph=False)], "html")
    lines = bounded(PrintedDocument("html", [page], None)).pages[0].lines
    assert "".join(line.text for line in lines) == text
    assert len(lines) > 2
    assert all(len(line.text) <= MOST_CHARACTERS and line.text.endswith("。") for line in lines)
    assert [line.starts_paragraph for line in lines] == [False, *[True] * (len(lines) - 1)]


def test_a_long_run_without_an_end_is_parted_too() -> None:
    page = Page(1, [Line(1, "1" * 10_001)], "html")
    lines = bounded(PrintedDocument("html", [page], None)).pages[0].lines
    assert "".join(line.text for line in lines) == "1" * 10_001


def test_a_long_cell_is_cut_and_named() -> None:
    page = Page(1, [Grid(1, 1, 2, [Cell(0, 0, "其" * 9_000, 1, 1), Cell(0, 1, "12.50", 1, 1)], "html")], "html")
    document = bounded(PrintedDocument("html", [page], None))
    assert [len(cell.text) for cell in document.pages[0].grids[0].cells] == [MOST_CHARACTERS, 5]
    assert "9000 characters" in document.unread[0].detail


@pytest.mark.parametrize("run", ["1", "1,", "0", "（1", "支出", "张三 ", "，", "-"])
def test_a_page_with_a_long_run_is_read_in_bounded_time(run: str) -> None:
    form = "<table><tr><th>科目编码</th><th>科目名称</th><th>合计</th></tr><tr><td>201</td><td>一般公共服务支出</td><td>12.50</td></tr></table>"
    title = "<h1>云岭市档案馆2025年部门预算</h1><p>2025年一般公共预算支出表</p><p>单位：万元</p>"
    page = f'<meta charset="utf-8">{title}{form}<p>{run * (60_000 // len(run))}</p>'
    begin = time.process_time()
    tables = read_document(page.encode(), Claim("a.html")).rows
    assert time.process_time() - begin < 20
    assert not [row for row in tables.get("refusal", []) if row["reason"] == "stage_failed"]


@pytest.mark.parametrize("selector", [" ".join(["*"] * 300), f"td:nth-child({'9' * 5000}n)", "(" * 3000])
def test_a_selector_made_to_break_the_library_holds_for_nothing(selector: str) -> None:
    form = "<table><tr><th>科目名称</th><th>合计</th></tr><tr><td>合计</td><td>12.50</td></tr></table>"
    page = f'<meta charset="utf-8"><style>{selector} {{ display: none }}</style><h1>2025年部门预算</h1><p>单位：万元</p>{form}'
    assert read_document(page.encode(), Claim("a.html")).rows["document"]

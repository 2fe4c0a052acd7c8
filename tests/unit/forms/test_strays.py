"""Rows of a table that stand in no table are told from running text."""

from __future__ import annotations

import pytest

from pipeline.forms.strays import strays
from pipeline.readers.printed import Line, Page, PrintedDocument
from pipeline.reading import Claim, read_document
from tests.unit.printed import document


def _count(*texts: str) -> int:
    page = Page(1, [Line(1, text) for text in texts], "pdf")
    return sum(found.amount_count for found in strays(PrintedDocument("pdf", [page], 1)))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("合计  5,031  5,031", 2),
        ("2010301 行政运行  545  545", 2),
        ("213  03  01 行政运行  300.00  300.00", 2),
        ("121.58  7.82  66.80  21.18", 4),
        ("一、一般公共预算  10.50  一、教育支出  8.00  二、基本支出  2.50", 3),
        ("本年收入合计  5,700.64 本年支出合计  5,700.64 本年支出合计  5,700.64", 3),
        ("科学技术局  113.21  —  12.5%", 1),
        ("２０８  社会保障和就业支出  ４１．８０  —", 1),
    ],
)
def test_a_row_outside_of_every_table_is_a_stray(text: str, count: int) -> None:
    assert _count(text) == count


@pytest.mark.parametrize(
    "text",
    [
        "2025年收入预算 1,200.50 万元，比上年增加 3.20 万元。",
        "其中：一般公共预算拨款 1200.50 万元",
        "一般公共预算 1,200.50 万元 政府性基金 3.20",
        "第一部分 部门概况 ........ 3",
        "第二部分  部门预算表  12",
        "1.2 主要职责",
        "— 12 —",
        "1  2  3  4  5  6",
        "2025  年  1  月  15  日",
        "联系电话：  0871-65108888",
        "25,000  200160",
        "35,000",
    ],
)
def test_text_is_no_stray(text: str) -> None:
    assert _count(text) == 0


def test_rows_of_large_whole_numbers_are_strays() -> None:
    """Governments print whole 万元 without separators; years, pages and counts are whole numbers too, and are none."""
    assert _count("城关镇  2600  300", "河口镇  1900  1200", "石门乡  1500  1000") == 6
    assert _count("一、本年收入  95000 一、本年支出  300000", "二、上级补助收入  210000 二、上解上级支出  4000") == 4
    assert _count("机关工资福利支出  5200", "办公经费  1000", "离退休费  1000") == 3
    assert _count("机关工资福利支出  5200", "办公经费  1000") == 0
    assert _count("建成年份  2019", "投用年份  2020", "改造年份  2021", "验收年份  2022") == 0
    assert _count("在职人数  120", "退休人数  45", "车辆  12") == 0


def test_an_amount_that_a_line_cuts_from_its_unit_is_of_the_sentence() -> None:
    assert _count("（三）住房公积金支出 621.28", "万元，与上年相比增加。") == 0
    assert _count("（三）住房公积金支出 621.28", "（四）购房补贴支出 3.00") == 2


def test_whole_numbers_are_rows_beside_a_row_that_is_sure() -> None:
    assert _count("张三  12  34") == 0
    assert _count("合计  1,200  46", "某局  12  34") == 4


_DOCUMENT = """青川市教育局2025年部门预算
---
表1 部门收支总表
单位：万元
收入 | < | 支出 | <
项目 | 预算数 | 项目 | 预算数
一、财政拨款收入 | 12.00 | 一、教育支出 | 12.00
收入总计 | 12.00 | 支出总计 | 12.00
---
表2 “三公”经费支出表
合计  7.82  5.00  2.82
"""


def test_strays_are_refused_with_their_count_and_page() -> None:
    rows = read_document(b"", Claim(file_name="x"), lambda _data: document(_DOCUMENT)).rows
    (refusal,) = [row for row in rows["refusal"] if row.get("form_index") is None]
    assert (refusal["reason"], refusal["page_number"], refusal["numeric_cell_count"]) == ("form_unknown", 3, 3)
    assert "合计  7.82  5.00  2.82" in refusal["detail"]
    assert rows["document"][0]["status"] == "partly_loaded"

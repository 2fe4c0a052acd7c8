"""Leaves of one form add up to the total that it prints, in layouts where they were counted twice or not at all."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from pipeline.figures.agencies import agencies_printed
from pipeline.figures.figure import Figure
from pipeline.figures.interpretation import Body, interpret
from pipeline.forms.assembly import assemble
from pipeline.proofs.judge import score
from tests.unit.printed import document

ACCOUNT = """
收入支出决算总表
单位：万元
收入 | < | 支出 | <
项目 | 决算数 | 项目 | 决算数
一、一般公共预算财政拨款收入 | 578.00 | 一、一般公共服务支出 | 600.00
二、其他收入 | 52.00 | 二、住房保障支出 | 27.00
本年收入合计 | 630.00 | 本年支出合计 | 627.00
年初结转和结余 | 30.00 | 结余分配 | 6.00
 | | 年末结转和结余 | 27.00
总计 | 660.00 | 总计 | 660.00
"""

TWO_DIVISIONS = """
部门支出总表
单位：万元
科目编码 | 科目名称 | 合计 | 基本支出 | 项目支出 | 一般公共预算 | 政府性基金
 | 合计 | 100.00 | 60.00 | 40.00 | 70.00 | 30.00
201 | 一般公共服务支出 | 70.00 | 60.00 | 10.00 | 70.00 |
20103 | 政府办公厅（室）及相关机构事务 | 70.00 | 60.00 | 10.00 | 70.00 |
2010301 | 行政运行 | 70.00 | 60.00 | 10.00 | 70.00 |
212 | 城乡社区支出 | 30.00 | | 30.00 | | 30.00
21208 | 国有土地使用权出让收入安排的支出 | 30.00 | | 30.00 | | 30.00
2120803 | 城市建设支出 | 30.00 | | 30.00 | | 30.00
"""

SUBTOTALS = """
一般公共预算支出表
单位：万元
科目编码 | 科目名称 | 合计 | 基本支出 | 项目支出
2010301 | 行政运行 | 402.00 | 402.00 |
2010302 | 一般行政管理事务 | 96.00 | | 96.00
 | 小计 | 498.00 | 402.00 | 96.00
2210201 | 住房公积金 | 37.00 | 37.00 |
 | 小计 | 37.00 | 37.00 |
 | 合计 | 535.00 | 439.00 | 96.00
"""

FIRST_OF_ALL_PARTS = """
部门收入总表
单位：万元
项目 | 2026年预算
一、财政拨款收入 | 4853.00
二、财政专户管理资金收入 | 100.00
三、单位资金收入 | 500.00
其中：事业收入 | 300.00
其他收入 | 200.00
收入总计 | 5453.00
"""

KINDS = """
收入支出决算总表
单位：万元
收入 | < | 支出 | < | < | <
项目 | 决算数 | 项目（按功能分类） | 决算数 | 项目（按支出性质和经济分类） | 决算数
一、一般公共预算财政拨款收入 | 1593.00 | 一、社会保障和就业支出 | 96.00 | 一、基本支出 | 900.00
二、其他收入 | | 二、自然资源海洋气象等支出 | 1497.00 | 二、项目支出 | 693.00
 | | | | 基本建设类项目 | 92.00
 | | | | 行政事业类项目 | 601.00
本年收入合计 | 1593.00 | 本年支出合计 | 1593.00 | 本年支出合计 | 1593.00
"""


THREE_PUBLIC = """
“三公”经费支出表
单位：万元
单位名称 | 合计 | 因公出国（境）费 | 公务接待费 | 公务用车运行维护费 | 公务用车购置费
某市某局 | 19.00 | 2.00 | 4.00 | 8.00 | 5.00
"""

CUT_ACROSS = """
收入决算表
单位：万元
科目编码 | 科目名称 | 本年收入合计 | 财政拨款收入 | 科目编码 | 科目名称 | 事业收入 | 其他收入
 | 合计 | 100.00 | 94.00 | | 合计 | 4.00 | 2.00
213 | 农林水支出 | 100.00 | 94.00 | 213 | 农林水支出 | 4.00 | 2.00
21303 | 水利 | 100.00 | 94.00 | 21303 | 水利 | 4.00 | 2.00
2130301 | 行政运行 | 100.00 | 94.00 | 2130301 | 行政运行 | 4.00 | 2.00
"""


YEARS = """
一般公共预算拨款支出情况表
年度 | 合计 | 基本支出 | 项目支出
2025 | 1493.51 | 203.04 | 1290.47
2026 | 1719.75 | 183.93 | 1535.82
"""


def figures(text: str, unit: str | None = None) -> list[Figure]:
    forms, _ = assemble(document(text), "0" * 16)
    (form,) = forms
    body = Body("0" * 16, 2026, "budget", "某市某局", agencies_printed(forms, 2026), unit)
    return interpret(form, body, score).figures


def leaves(text: str, scheme: str, measure: str) -> list[Decimal]:
    return [
        figure.amount_yuan
        for figure in figures(text)
        if figure.is_leaf and figure.amount_yuan and (figure.scheme, figure.measure) == (scheme, measure)
    ]


@pytest.mark.parametrize(
    ("text", "scheme", "measure", "expected"),
    [
        pytest.param(
            ACCOUNT, "revenue", "total", [578, 52, 30], id="a year's total is less than that with the balance"
        ),
        pytest.param(ACCOUNT, "functional", "total", [600, 27], id="what is set aside is not spent"),
        pytest.param(TWO_DIVISIONS, "functional", "total", [70, 30], id="one total by kind and by source"),
        pytest.param(SUBTOTALS, "functional", "total", [402, 96, 37], id="subtotals are no lines"),
        pytest.param(FIRST_OF_ALL_PARTS, "revenue", "revenue", [4853, 100, 300, 200], id="其中 before all parts"),
        pytest.param(KINDS, "functional", "total", [96, 1497], id="parts of a kind are of that kind"),
    ],
)
def test_leaves_add_up_to_the_printed_total(text: str, scheme: str, measure: str, expected: list[int]) -> None:
    assert leaves(text, scheme, measure) == [Decimal(10_000) * amount for amount in expected]


def test_of_two_divisions_of_one_total_the_kinds_are_leaves() -> None:
    divided = {figure.fund for figure in figures(TWO_DIVISIONS) if figure.is_leaf and figure.amount_yuan}
    assert divided == {"all"}
    assert (
        sum(leaves(TWO_DIVISIONS, "functional", "basic") + leaves(TWO_DIVISIONS, "functional", "project")) == 1_000_000
    )


@pytest.mark.parametrize(("text", "parts"), [(THREE_PUBLIC, 4), (CUT_ACROSS, 3)], ids=["vehicles", "cut across"])
def test_every_part_of_a_row_is_an_addend_of_its_total(text: str, parts: int) -> None:
    """Purchase and operation of vehicles without a sum of both; columns whose keys are printed again where the sheet was cut."""
    by_row = Counter(figure.row_index for figure in figures(text) if figure.parent_column_index == 1 + (parts == 3))
    assert set(by_row.values()) == {parts}


def test_years_of_a_comparison_are_totals_and_of_no_unit_but_their_own() -> None:
    printed = figures(YEARS.replace("\n年度", "\n单位：万元\n年度"))
    assert {figure.line_level for figure in printed} == {"total"}
    assert not any(figure.is_leaf for figure in printed)
    assert figures(YEARS, unit="元") == []


def test_sources_beside_kinds_stay_the_parts_where_only_both_together_are_the_total() -> None:
    text = TWO_DIVISIONS.replace("政府性基金", "上年结转").replace("一般公共预算 |", "事业收入 |")
    for printed, meant in (
        ("100.00 | 60.00", "200.00 | 60.00"),
        ("70.00 | 60.00", "140.00 | 60.00"),
        ("30.00 | |", "60.00 | |"),
    ):
        text = text.replace(printed, meant)
    assert sum(leaves(text, "functional", "basic")) == 600_000
    assert leaves(text, "functional", "total") == [700_000, 300_000]

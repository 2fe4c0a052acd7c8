"""What rests on words that no row of data explains is refused, with what was seen; what other evidence tells is read."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipeline.figures.interpretation import Interpretation
from tests.unit.figures.test_interpretation import amounts, read


def refused(result: Interpretation) -> set[tuple[str, str]]:
    return {(one.reason, cell.text) for one in result.refused for cell in one.cells}


def test_a_source_that_nobody_explained_is_refused_and_its_total_is_no_error() -> None:
    result = read("""
部门收入总表
单位：万元
项目 | 预算数
一般公共预算拨款收入 | 10.00
盲盒收入 | 2.50
事业收入 | 1.00
收入总计 | 13.50
""")
    assert refused(result) == {("row_unknown", "2.50")}
    assert "“盲盒收入” is no source" in result.refused[0].detail
    assert amounts(result, line_code="institution_revenue") == [Decimal(10000)]


def test_a_kind_of_expenditure_that_nobody_explained_is_refused() -> None:
    result = read("""
收支预算总表
单位：万元
收入 | | 支出 |
项目 | 金额 | 项目 | 金额
一般公共预算 | 13.50 | 一、基本支出 | 10.00
政府性基金预算 | | 二、项目支出 | 2.50
| | 基本建设类项目 | 2.50
| | 三、盲盒经费 | 1.00
收入总计 | 13.50 | 支出总计 | 13.50
""")
    assert refused(result) == {("row_unknown", "1.00")}
    assert amounts(result, measure="basic") == [Decimal(100000)]
    assert amounts(result, line_name="基本建设类项目") == [Decimal(25000)], (
        "a part of an explained kind is of that kind"
    )


def test_a_total_beside_unknown_columns_of_items_is_not_told() -> None:
    header = "单位名称 | 合计 | 因公出国（境）费 | 公务接待费 | 公务用车购置及运行费 | {last}"
    row = "某市某局 | 9.00 | 1.00 | 2.00 | 3.00 | 3.00"
    known = read(f"“三公”经费预算表\n单位：万元\n{header.format(last='备注')}\n{row.rpartition('|')[0]}|\n")
    assert amounts(known, line_code="total") == [Decimal(90000)]
    unknown = read(f"“三公”经费预算表\n单位：万元\n{header.format(last='盲盒费')}\n{row}\n")
    assert refused(unknown) == {("header_unknown", "9.00"), ("header_unknown", "3.00")}
    assert amounts(unknown, line_code="official_reception") == [Decimal(20000)]


def test_a_total_of_something_else_is_none_of_the_items() -> None:
    result = read("""
“三公”经费和政府采购情况表
单位：万元
项目 | 决算数
“三公”经费支出合计 | 3.00
公务接待费 | 3.00
政府采购支出合计 | 21.05
""")
    assert ("row_unknown", "21.05") in refused(result)
    assert amounts(result, line_code="official_reception") == [Decimal(30000)]


def test_amounts_under_no_header_or_under_of_which_alone_are_no_totals() -> None:
    result = read("""
部门支出预算总表
单位：万元
预算单位 | 支出合计 | 基本支出 | 项目支出 | 其中： |
某市某局 | 12.00 | 5.00 | 7.00 | 2.00 | 1.00
某市某中心 | 3.00 | 1.00 | 2.00 | 1.00 | 1.50
""")
    assert {text for reason, text in refused(result) if reason == "header_unknown"} == {"2.00", "1.00", "1.50"}
    assert amounts(result, measure="total") == [Decimal(120000), Decimal(30000)]


PROCUREMENT = """
政府采购预算表
单位：万元
功能科目编码 | {first} | {second} | 金额
2010301 | 办公用品 | 集中采购 | 2.00
2010301 | 印刷服务 | 分散采购 | 1.00
"""


def test_what_is_procured_is_not_told_by_either_of_two_unknown_columns() -> None:
    result = read(PROCUREMENT.format(first="盲盒甲", second="盲盒乙"))
    assert refused(result) == {("row_unknown", "2.00"), ("row_unknown", "1.00")}
    known = read(PROCUREMENT.format(first="采购品目", second="盲盒乙"))
    assert amounts(known, line_name="印刷服务", scheme="procurement", cross_code="2010301") == [Decimal(10000)]


def test_a_project_is_no_item_beside_unknown_words() -> None:
    header = "采购品目大类 | 项目名称 | {item} | 总计"
    rows = "货物 | 办公设备购置费 | | 3.00\n | 机要业务费 | 路由器 | 3.00\n"
    known = read(f"政府采购预算表\n单位：万元\n{header.format(item='采购品目')}\n{rows}")
    assert amounts(known, line_name="路由器") == [Decimal(30000)]
    unknown = read(f"政府采购预算表\n单位：万元\n{header.format(item='盲盒')}\n{rows}")
    assert not amounts(unknown, line_name="机要业务费")


def test_codes_of_procurement_are_told_by_their_shape() -> None:
    result = read("""
政府采购项目支出预算表
单位：万元
盲盒编码 | 品目名称 | 金额
A | 供货类 | 3.00
A03 | 一般设备 | 2.00
A10 | 专用设备 | 1.00
""")
    assert [(figure.line_code, figure.line_name) for figure in result.figures] == [
        ("A", "供货类"), ("A03", "一般设备"), ("A10", "专用设备"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("agencies", "name"), [({"某市甲中心", "某市乙中心"}, "某市乙中心"), ({"某市甲中心"}, "某市某局")]
)
def test_agencies_under_an_unknown_header_are_told_by_the_other_forms(agencies: set[str], name: str) -> None:
    result = read(
        """
绩效管理项目情况表
单位：万元
序号 | 盲盒 | 项目名称 | 预算金额
1 | 某市甲中心 | 公报编辑 | 1.10
2 | 某市乙中心 | 平台系统 | 8.45
""",
        agencies=frozenset(agencies),
    )
    assert [figure.agency_name for figure in result.figures if figure.line_name == "平台系统"] == [name]


@pytest.mark.parametrize(
    ("title", "form", "fund"),
    [
        ("一般公共预算项目支出情况表", "general_public_project", "general_public_budget"),
        ("财政拨款政府购买服务明细表", "purchase_of_services", "fiscal_appropriation"),
        ("政府购买服务明细表", "purchase_of_services", "all"),
        ("一般公共预算和政府性基金预算政府购买服务表", "purchase_of_services", "all"),
    ],
)
def test_the_fund_of_a_form_of_all_funds_is_that_of_its_title(title: str, form: str, fund: str) -> None:
    result = read(f"{title}\n单位：万元\n项目名称 | 金额\n某某事务 | 1.00\n其他事务 | 2.00\n")
    assert {(figure.form, figure.fund) for figure in result.figures} == {(form, fund)}


def test_a_source_that_nobody_explained_is_of_the_section_that_it_stands_in() -> None:
    result = read("""
部门收入总表
单位：万元
项目名称 | | 金额
收入总计 | | 12.50
财政专户管理资金 | 小计 | 2.50
财政专户管理资金 | 专户管理教育收费 | 1.00
财政专户管理资金 | 盲盒收入 | 1.50
事业收入 | 小计 | 10.00
""")
    assert refused(result) == set()
    assert amounts(result, line_name="盲盒收入", line_code="fiscal_special_account") == [Decimal(15000)]

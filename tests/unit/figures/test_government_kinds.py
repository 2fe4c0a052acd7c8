"""Kinds of governments' tables: half years, funds one below another, projects of bonds, silent titles, names of two lines."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.figures.figure import Figure
from pipeline.figures.government import interpret_government
from pipeline.figures.government_columns import Publisher
from pipeline.figures.government_meaning import line_item
from pipeline.figures.interpretation import Interpretation
from pipeline.forms.assembly import assemble
from pipeline.forms.government import Place, tell_forms, words_of
from tests.unit.printed import document

PLACE = Place("370100", "济南市", frozenset({"济南市历下区", "历下区", "商河县"}))


def read(text: str, year: int | None = None, kind: str | None = None) -> Interpretation:
    """The figures of one table; a name behind » is indented."""
    printed = document(text)
    for grid in printed.pages[0].grids:
        for cell in grid.cells:
            if cell.text.startswith("»") and cell.text_x0 is not None:
                cell.text, cell.text_x0 = cell.text.lstrip("»"), cell.text_x0 + 20.0
    forms, _ = assemble(printed, "0" * 16)
    tell_forms(forms)
    (form,) = forms
    return interpret_government(form, Publisher("0" * 16, PLACE, "济南市", None, year, kind))


def told(result: Interpretation, name: str) -> list[tuple[int, str | None, str]]:
    return [(f.fiscal_year, f.phase, f.printed_text) for f in result.figures if f.line_name == name and f.printed_text]


def by_text(result: Interpretation) -> dict[str, Figure]:
    return {figure.printed_text: figure for figure in result.figures}


def test_deepest_header_says_year_and_phase_in_a_table_of_six_months() -> None:
    result = read(
        "济南市一般公共预算收入完成情况表(2023年1—6月份)\n单位：万元\n项目 | 一般公共预算收入 | < | < | <\n"
        "^ | 累计完成 | < | < | 2022年决算数\n^ | 2023年收入预期 | 累计完成 | 上年同期 | ^\n税收收入 | 90 | 50 | 45 | 88\n非税收入 | 9 | 5 | 4 | 8"
    )
    assert told(result, "税收收入") == [
        (2023, "approved", "90"),
        (2023, "half_year", "50"),
        (2022, "half_year", "45"),
        (2022, "executed", "88"),
    ]


FUNDS = """
{title}
单位：亿元
预算类型 | 收入 | < | 支出 | < | 年末结转
^ | 预算数 | 决算数 | 预算数 | 决算数 | ^
一般公共预算 | 519.8 | 529.6 | 685.2 | 679.3 | 5.9
其中：四大开发区 | 123.4 | 128.5 | 225.1 | 222.8 | 2.3
政府性基金预算 | 829.3 | 814.5 | 818.8 | 809.0 | 25.5
合计 | 1349.1 | 1344.1 | 1504.0 | 1488.3 | 31.4
"""


def test_funds_one_below_another_with_zones_among_them() -> None:
    figures = by_text(read(FUNDS.format(title="市级预算收支决算情况表"), 2022, "final_account"))
    own, zone, whole = figures["529.6"], figures["222.8"], figures["1344.1"]
    assert (own.fiscal_year, own.phase, own.scope, own.fund, own.measure) == (
        2022, "executed", "tier", "general_public_budget", "revenue",
    )  # fmt: skip
    assert (zone.scope, zone.scope_name, zone.fund, zone.measure) == (
        "zone", "四大开发区", "general_public_budget", "total",
    )  # fmt: skip
    assert (whole.scope, whole.fund) == ("tier", "all")
    assert (figures["25.5"].line_code, figures["685.2"].phase) == ("carried_out", "approved")


def test_silent_title_takes_no_year_that_the_lines_above_or_the_document_contradict() -> None:
    assert read(FUNDS.format(title="2021年收支见下表。\n市级预算收支决算情况表"), 2022, "final_account").figures == []
    assert read(FUNDS.format(title="市级预算收支决算情况表")).figures == []


@pytest.mark.parametrize(
    ("header", "year", "kind", "expected"),
    [
        ("预算数 | 执行数", 2024, "budget", [(2023, "approved", "3"), (2023, "executed", "4")]),
        ("上年执行数 | 预算数", 2024, "budget", [(2023, "executed", "3"), (2024, "approved", "4")]),
        ("2023年 | 2024年", 2024, "budget", [(2023, "executed", "3"), (2024, "approved", "4")]),
        ("2022年 | 2023年", 2023, "final_account", [(2022, "executed", "3"), (2023, "executed", "4")]),
        ("预算数 | 上半年执行数", 2023, "final_account", []),
        ("2024年 | 2025年", 2023, "final_account", []),
    ],
)
def test_year_and_phase_that_nobody_says_are_the_documents_where_it_leaves_no_choice(
    header: str, year: int, kind: str, expected: list[tuple[int, str, str]]
) -> None:
    result = read(
        f"全市一般公共预算收入情况表\n单位：万元\n项目 | {header}\n税收收入 | 3 | 4\n非税收入 | 1 | 2", year, kind
    )
    assert told(result, "税收收入") == expected


def test_zone_that_receives_a_transfer_is_not_its_giver() -> None:
    result = read(
        "2022年市对下专项转移支付决算表\n单位：万元\n科目名称 | 合计 | 历下区 | 商河县 | 济南高新区 | 待分配资金\n教育支出 | 14 | 5 | 4 | 3 | 2"
    )
    assert {figure.scope for figure in result.figures} == {"tier"}
    assert [figure.cross_name for figure in result.figures] == [None, "历下区", "商河县", "济南高新区", "待分配资金"]


def test_projects_that_bonds_pay() -> None:
    result = read(
        "2022年市级新增政府债券分项目安排情况表\n单位：亿元\n项目 | 债券性质 | 项目总投资 | 新增债券安排情况 | < | 实际支出金额\n"
        "^ | ^ | ^ | 合计 | 新增专项债券 | ^\n合计 | | 20 | 6 | 5 | 4\n2020年老旧小区改造项目 | 专项债券 | 20.0 | 5.0 | 5.00 | 4.0",
        2022, "final_account",
    )  # fmt: skip
    figures = by_text(result)
    wanted = {
        "20.0": (2022, None, "investment", "government_managed_funds"),
        "5.0": (2022, "executed", "issued_new", "government_managed_funds"),
        "4.0": (2022, "executed", "spent", "government_managed_funds"),
    }
    read_as = {text: (f.fiscal_year, f.phase, f.measure, f.fund) for text, f in figures.items() if text in wanted}
    assert read_as == wanted
    assert (figures["6"].line_code, figures["6"].fund) == ("total", "all")


def test_name_of_two_lines_with_its_figures_between_them() -> None:
    result = read(
        "2022年全市政府性基金预算支出决算表\n单位：万元\n项目 | 2022年决算数\n一、城乡社区支出 | 30\n"
        "1.国有土地使用权出让收入对应专项 | \n | 20\n债务收入安排的支出 | \n2.污水处理费安排的支出 | 10"
    )
    assert told(result, "国有土地使用权出让收入对应专项债务收入安排的支出") == [(2022, "executed", "20")]
    assert not [figure for figure in result.figures if figure.line_name == "债务收入安排的支出"]
    assert not result.refused


def test_item_that_names_no_side_has_that_of_the_total_that_a_sum_makes_it_part_of() -> None:
    result = read(
        "2022年市本级政府性基金收支决算表\n单位：万元\n项目 | 决算数\n政府性基金收入合计 | 30\n1.车辆通行费 | 20\n2.污水处理费收入 | 10\n"
        "政府性基金支出合计 | 7\n(一)国有企业资本金注入 | 7"
    )
    assert [
        (f.line_name, f.measure) for f in result.figures if f.line_name in ("车辆通行费", "国有企业资本金注入")
    ] == [
        ("车辆通行费", "revenue"),
        ("国有企业资本金注入", "total"),
    ]


@pytest.mark.parametrize(
    ("name", "scope"),
    [("四城区", "lower_tiers"), ("五县(市)", "lower_tiers"), ("四县一市", "lower_tiers"), ("四大城区", "lower_tiers"),
     ("四个开发区", "zone"), ("其中：四大开发区", "zone"), ("其中：历下区", "district")],
)  # fmt: skip
def test_several_districts_together_are_lower_tiers(name: str, scope: str) -> None:
    assert words_of(name, PLACE).scope == scope


def test_amount_is_exact() -> None:
    assert by_text(read(FUNDS.format(title="2022年市级预算收支决算情况表")))["529.6"].amount_yuan == Decimal(
        52960000000
    )


def test_budget_that_a_class_of_another_names_is_that_class() -> None:
    result = read(
        "2022年市本级一般公共预算收入决算表\n单位：万元\n项目 | 2022年决算数\n合计 | 30\n税收收入 | 20\n非税收入 | 10\n专项收入 | 4\n国有资本经营收入 | 6"
    )
    line = next(figure for figure in result.figures if figure.line_name == "国有资本经营收入")
    assert (line.scheme, line.line_code, line.is_leaf) == ("government_revenue", "10306", True)
    own = read(
        "2022年市本级国有资本经营预算收入决算表\n单位：万元\n项目 | 2022年决算数\n利润收入 | 6\n国有资本经营收入 | 6"
    )
    assert [f.line_code for f in own.figures if f.line_name == "国有资本经营收入"] == ["current_total"]


def test_no_class_of_an_edition_is_a_balance() -> None:
    found = {}
    for file, kind in (("functional_class.csv", "functional"), ("revenue_class.csv", "revenue")):
        with (Path(__file__).parents[3] / "dbt_project" / "seeds" / file).open(encoding="utf-8", newline="") as seed:
            for row in csv.DictReader(seed):
                item = line_item(row[f"{kind}_name"])
                if item is not None and not row[f"{kind}_code"].startswith(("105", "110", "230", "231")):
                    found[row[f"{kind}_name"]] = item[1]
    # Each of the first is the whole of its own budget in that budget's table alone.
    assert found == dict.fromkeys(
        ("社会保险基金支出", "国有资本经营预算支出", "社会保险基金收入", "政府性基金收入", "国有资本经营收入"), "own"
    ) | {"援助其他地区支出": "aid"}


def test_debt_at_the_beginning_and_what_is_lent_on_are_no_balance_and_no_issue() -> None:
    result = read(
        "2024年市级政府债务收支计划表\n单位：万元\n项目 | 金额\n一、2024年初市级政府债务余额 | 30\n其中：一般债务余额 | 10\n»»专项债务余额 | 20\n"
        "二、2024年市级政府债务转贷收入 | 9\n三、转贷区县政府债务支出 | 4\n四、2024年末市级政府债务余额 | 35",
        2024, "budget",
    )  # fmt: skip
    assert [(f.line_code, f.printed_text) for f in result.figures] == [
        ("opening_balance", "30"), ("opening_balance", "10"), ("opening_balance", "20"),
        ("issued", "9"), ("on_lent", "4"), ("balance", "35"),
    ]  # fmt: skip


def test_balance_of_last_years_end_is_last_years() -> None:
    result = read(
        "2024年全市政府债务余额情况表\n单位：万元\n项目 | 决算数\n上年末地方政府债务余额 | 30\n年末地方政府债务余额 | 35"
    )
    assert [(f.fiscal_year, f.line_code) for f in result.figures] == [(2023, "balance"), (2024, "balance")]


def test_line_whose_parts_are_printed_for_one_year_alone_stands_for_them_in_the_other() -> None:
    result = read(
        "2022年全市国有资本经营预算收入预算表\n单位：万元\n项目 | 2021年执行数 | 2022年预算数\n一、利润收入 | 30 | 40\n1.贸易企业利润收入 | 10 |\n"
        "2.机械企业利润收入 | 20 |\n二、清算收入 | 5 | 6\n收入合计 | 35 | 46"
    )
    leaves = {(f.fiscal_year, f.printed_text) for f in result.figures if f.is_leaf and f.printed_text}
    assert leaves == {(2021, "10"), (2021, "20"), (2021, "5"), (2022, "40"), (2022, "6")}


def test_what_stands_in_the_whole_beside_the_governments_own_is_a_balance() -> None:
    result = read(
        "2022年市本级政府性基金支出决算表\n单位：万元\n项目 | 决算数\n市本级支出 | 30\n»城乡社区支出 | 20\n»其他支出 | 10\n"
        "市本级专项债券支出 | 5\n转移性支出 | 7\n支出合计 | 42"
    )
    schemes = {f.line_name: f.scheme for f in result.figures}
    assert (schemes["城乡社区支出"], schemes["市本级支出"]) == ("functional", "functional")
    assert (schemes["市本级专项债券支出"], schemes["转移性支出"], schemes["支出合计"]) == (
        "balance",
        "balance",
        "balance",
    )


def test_kinds_of_bonds_below_the_debt_that_holds_them_together() -> None:
    result = read(
        "2022年末济南市地方政府债券余额情况表\n单位：万元\n债券性质 | 债券类型 | 2022年末余额\n地方政府债券 | 合计 | 10\n^ | 新增债券 | 6\n^ | 再融资债券 | 4\n"
        "一般债券 | 小计 | 3\n^ | 新增债券 | 2\n^ | 再融资债券 | 1"
    )
    assert [(f.line_name, f.fund, f.is_leaf) for f in result.figures if f.printed_text in ("10", "3", "2")] == [
        ("合计", "all", False), ("小计", "general_public_budget", False), ("新增债券", "general_public_budget", True),
    ]  # fmt: skip


def test_part_behind_of_which_hangs_below_its_line_whatever_its_code() -> None:
    result = read(
        "2022年市级政府性基金支出决算表\n单位：万元\n科目编码 | 项目 | 决算数\n212 | 一、城乡社区支出 | 20\n214 | 二、交通运输支出 | 4\n2290401 | 三、其他政府性基金支出 | 10\n"
        "22960 | 其中：彩票公益金安排的支出 | 3\n | 本年支出合计 | 34"
    )
    assert {f.printed_text for f in result.figures if f.is_leaf} == {"20", "4", "10"}


def test_part_of_the_whole_of_each_scope_is_a_class_and_no_second_total() -> None:
    result = read(
        "济南市分级次收入完成情况表(2023年1—6月份)\n单位：万元\n区县 | 一般公共预算收入 | < | < | <\n"
        "^ | 累计完成 | 税收收入 | 非税收入 | 机动财力\n全市合计 | 30 | 20 | 10 | 7\n历下区 | 18 | 12 | 6 | 5\n商河县 | 12 | 8 | 4 | 2"
    )
    found = by_text(result)
    assert [(found[text].line_code, found[text].is_leaf) for text in ("30", "20", "10")] == [
        ("total", False), ("101", True), ("103", True),
    ]  # fmt: skip
    assert (found["20"].line_name, found["20"].scope, found["20"].half_unit_yuan is not None) == (
        "税收收入",
        "all_tiers",
        True,
    )
    assert "7" not in found
    assert [refused.reason for refused in result.refused] == ["row_unknown"] * 3


def test_debt_at_the_end_of_a_plan_is_planned_and_at_its_beginning_owed() -> None:
    result = read(
        "2024年市级政府债务收支计划表\n单位：万元\n项目 | 金额\n一、2024年初市级政府债务余额 | 9\n二、2024年末市级政府债务余额 | 8\n"
        "附：2024年市级政府债务限额 | 10",
        2024,
        "budget",
    )
    assert [(f.line_code, f.line_name, f.phase) for f in result.figures] == [
        ("opening_balance", "2024年初市级政府债务余额", "executed"),
        ("balance", "2024年末市级政府债务余额", "approved"),
        ("limit", "2024年市级政府债务限额", None),
    ]


@pytest.mark.parametrize(
    ("title", "measure"),
    [
        ("2022年市级新增专项债券发行使用情况表", "issued_new"),
        ("2022年市级再融资专项债券分批次发行使用情况表", "issued_refinancing"),
        ("2022年市级新增及再融资专项债券分批次发行使用情况表", "issued"),
        ("2022年市级专项债券分批次发行使用情况表", "issued"),
    ],
)
def test_bonds_of_a_list_are_of_the_kind_that_its_title_names(title: str, measure: str) -> None:
    result = read(f"{title}\n单位：万元\n项目名称 | 发行金额 | 债券种类\n甲 | 5 | 专项债券\n乙 | 6 | 专项债券")
    assert {figure.measure for figure in result.figures} == {measure}


@pytest.mark.parametrize(
    ("text", "scope"),
    [("县级基本财力保障机制奖补资金", None), ("市级", "tier"), ("省对下转移支付", None), ("区县级", "lower_tiers")],
)
def test_tier_of_another_government_is_no_scope_of_this_one(text: str, scope: str | None) -> None:
    assert words_of(text, PLACE).scope == scope


DISTRICTS = """
2022年市本级一般公共预算税收返还和转移支付决算表
单位：万元
单位 | 税收返还 | 一般性转移支付 | 专项转移支付
合计 | 33 | 53 | 14
历下区 | 10 | 20 | 5
»商河县 | 15 | 30 | 6
»历城区 | ^ | ^ | 1
济南高新区 | 8 | 3 | 2
"""


def test_districts_hang_below_none_however_their_names_are_centred() -> None:
    figures = read(DISTRICTS, 2022, "final_account").figures
    assert all(figure.is_leaf is (figure.cross_name is not None) for figure in figures)
    assert sum(f.amount_yuan or 0 for f in figures if f.is_leaf) == 1_000_000
    assert {figure.parent_line for figure in figures} == {None}


def test_amount_beside_two_districts_is_of_both_and_of_neither_alone() -> None:
    found = by_text(read(DISTRICTS, 2022, "final_account"))
    assert [found[text].cross_name for text in ("15", "30", "6", "1")] == [
        "商河县、历城区", "商河县、历城区", "商河县", "历城区",
    ]  # fmt: skip


def test_amount_beside_two_lines_of_classes_is_refused() -> None:
    result = read("2022年市级一般公共预算收入决算表\n单位：万元\n项目 | 决算数\n增值税 | 5\n契税 | ^\n合计 | 5")
    assert [refused.detail for refused in result.refused] == ["“5” stands beside several lines: 增值税、契税"]


def test_scopes_stand_above_what_they_hold() -> None:
    result = read(
        "2022年济南市政府债务余额决算表\n单位：万元\n地区 | 债务余额\n济南市 | 30\n市级 | 12\n市本级 | 7\n济南高新区 | 5\n区县合计 | 18\n"
        "»历下区 | 10\n»商河县 | 8"
    )
    rows = {f.line_name: f for f in result.figures}
    row_of = {f.row_index: f.line_name for f in result.figures}
    above = {name: row_of.get(f.parent_row_index or -1) for name, f in rows.items()}
    assert above == {
        "济南市": None, "市级": "济南市", "市本级": "市级", "济南高新区": "市级", "区县合计": "济南市", "历下区": "区县合计", "商河县": "区县合计",
    }  # fmt: skip
    assert all(figure.is_leaf for figure in result.figures)


def test_list_behind_of_which_that_leaves_something_out_in_one_year_bounds_its_line_there() -> None:
    result = read(
        "2022年全市社会保险基金支出决算表\n单位：万元\n项目 | 2021年决算数 | 2022年预算数 | 2022年调整预算数 | 2022年决算数\n支出合计 | 30 | 33 | 34 | 36\n"
        "一、失业保险基金支出 | 18 | 20 | 21 | 22\n其中:社会保险待遇支出 | 12 | 14 | 15 | 13\n»其他支出 | 6 | 6 | 6 | 4\n二、工伤保险基金支出 | 12 | 13 | 13 | 14"
    )
    leaves = {year: [f.printed_text for f in result.figures if f.is_leaf and (f.fiscal_year, f.phase) == year] for year in (
        (2021, "executed"), (2022, "approved"), (2022, "executed"),
    )}  # fmt: skip
    assert leaves[2021, "executed"] == ["12", "6", "12"]
    assert leaves[2022, "approved"] == ["14", "6", "13"]
    assert leaves[2022, "executed"] == ["22", "14"]
    assert {f.printed_text: f.is_memo for f in result.figures if f.phase == "executed" and f.fiscal_year == 2022} == {
        "36": False, "22": False, "13": True, "4": True, "14": False,
    }  # fmt: skip


def test_list_behind_of_which_that_says_more_than_its_line_stays_its_parts() -> None:
    result = read(
        "2022年全市社会保险基金支出决算表\n单位：万元\n项目 | 2021年决算数 | 2022年预算数 | 2022年调整预算数 | 2022年决算数\n支出合计 | 30 | 33 | 34 | 36\n"
        "一、失业保险基金支出 | 18 | 20 | 21 | 22\n其中:社会保险待遇支出 | 12 | 14 | 15 | 23\n»其他支出 | 6 | 6 | 6 | 4\n二、工伤保险基金支出 | 12 | 13 | 13 | 14"
    )
    assert [f.is_leaf for f in result.figures if f.printed_text in ("23", "4")] == [True, True]


def test_of_which_that_the_total_counts_beside_its_line_is_a_line() -> None:
    result = read(
        "2023年济南市一般公共预算支出执行情况表\n单位：万元\n项目 | 2022年决算数 | 2023年预算数 | 2023年执行数\n一、教育 | 10 | 20 | 21\n"
        "二、其他支出 | 5 | 6 | 7\n其中：预备费 |  | 3 | \n本年支出合计 | 15 | 29 | 28"
    )
    assert [(f.line_name, f.is_leaf, f.is_memo) for f in result.figures if f.printed_text in ("6", "3")] == [
        ("其他支出", True, False), ("预备费", True, False),
    ]  # fmt: skip


def test_what_is_left_stands_beside_the_transfers_that_its_indent_puts_it_below() -> None:
    result = read(
        "2023年名胜区政府性基金收支平衡执行情况表\n单位：万元\n支出项目 | 2023年执行数\n一、政府性基金预算支出 | 14\n城乡社区支出 | 14\n"
        "二、转移性支出 | 7\n调出资金 | 7\n年终累计结余 | 6\n支出合计 | 27"
    )
    assert [(f.line_code, f.parent_line) for f in result.figures if f.is_leaf][1:] == [
        ("transferred_out", "转移性支出"), ("carried_out", None),
    ]  # fmt: skip


def test_what_bonds_pay_is_a_balance_beside_the_governments_own() -> None:
    result = read(
        "2023年市本级政府性基金支出执行情况表\n单位：万元\n项目 | 2023年执行数\n一、市本级支出 | 9\n(一)城乡社区支出 | 9\n二、市本级专项债券支出 | 5"
    )
    (bonds,) = [f for f in result.figures if f.printed_text == "5"]
    assert (bonds.scheme, bonds.line_code) == ("balance", "bond_expenditure")


def test_whole_of_a_list_of_projects_is_the_sum_of_its_subtotals() -> None:
    result = read(
        "2022年济南市新增地方政府债券使用情况表\n单位：万元\n项目名称 | 债券性质 | 债券规模\n全市合计 |  | 21\n市本级小计 |  | 12\n甲桥 | 专项债券 | 5\n"
        "乙路 | 专项债券 | 7\n历下区小计 |  | 9\n丙校 | 一般债券 | 9"
    )
    row_of = {f.row_index: f.line_name for f in result.figures}
    assert {f.line_name: (row_of.get(f.parent_row_index or -1), f.is_leaf) for f in result.figures} == {
        "全市合计": (None, False), "市本级小计": ("全市合计", False), "甲桥": ("市本级小计", True), "乙路": ("市本级小计", True),
        "历下区小计": ("全市合计", False), "丙校": ("历下区小计", True),
    }  # fmt: skip


def test_bonds_by_their_term_are_not_all_that_is_owed() -> None:
    result = read(
        "2022年末济南市地方政府债券年限情况表\n单位：万元\n债券类型 | 2022年末余额\n合计 | 9\n新增债券 | 5\n再融资债券 | 4",
        2022,
        "final_account",
    )
    assert {(f.line_code, f.phase) for f in result.figures} == {("bond_balance", "executed")}


def test_line_numbered_before_a_year_holds_the_lines_numbered_below_it() -> None:
    result = read(
        "2023年全市政府债务限额余额及还本付息情况表\n单位：万元\n项目 | 全市 | 市级\n一、2022年末政府债务余额 | 20 | 12\n二、2023年政府债务举借额 | 9 | 5\n"
        "（一）政府债券发行额 | 7 | 4\n（二）外债举借额 | 2 | 1\n三、2023年政府债务付息及发行费 | 3 | 2"
    )
    issued = [(f.line_name, f.is_leaf) for f in result.figures if f.line_code == "issued" and f.scope == "all_tiers"]
    assert issued == [("2023年政府债务举借额", False), ("政府债券发行额", True), ("外债举借额", True)]
    assert {f.line_code for f in result.figures if f.printed_text == "3"} == {"interest_and_issue_cost"}

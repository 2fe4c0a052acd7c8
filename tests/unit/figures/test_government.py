"""Tables of governments: year, phase, scope, fund and line of each amount, and how lines hang together."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipeline.figures.figure import Figure
from pipeline.figures.government import interpret_government
from pipeline.figures.government_columns import Publisher
from pipeline.figures.interpretation import Interpretation
from pipeline.figures.tiers import Node, tie
from pipeline.forms.assembly import assemble
from pipeline.forms.government import Place, tell_forms, words_of
from tests.unit.printed import document

PLACE = Place("370100", "济南市", frozenset({"济南市历下区", "历下区", "商河县"}))


def read(text: str) -> Interpretation:
    forms, _ = assemble(document(text), "0" * 16)
    tell_forms(forms)
    (form,) = forms
    return interpret_government(form, Publisher("0" * 16, PLACE, "济南市"))


def one(result: Interpretation, name: str, number: int = 0) -> Figure:
    return [figure for figure in result.figures if figure.line_name == name and figure.amount_yuan is not None][number]


@pytest.mark.parametrize(
    ("text", "scope", "name"),
    [
        ("2022年全市一般公共预算收入决算草案表", "all_tiers", "全市"),
        ("2022年济南市一般公共预算收入执行情况表", "all_tiers", "济南市"),
        ("2022年济南市市级税收返还及转移支付项目表", "tier", "市级"),
        ("2022年济南市本级政府性基金收入决算表", "head", "市本级"),
        ("2022年济南高新区社会保险基金预算收入决算草案表", "zone", "济南高新区"),
        ("2022年市对下专项转移支付决算表", "tier", "市对下"),
        ("历下区", "district", "历下区"),
        ("区县合计", "lower_tiers", "区县合计"),
        ("济南市及市级政府债务限额余额情况表", None, None),
        ("2022年市本级、名胜区一般公共预算收入决算表", None, None),
        ("市本级、西湖风景名胜区合计", "tier", "市本级、西湖风景名胜区合计"),
        ("2022年一般公共预算收入决算表", None, None),
    ],
)
def test_scope_is_what_the_words_say(text: str, scope: str | None, name: str | None) -> None:
    words = words_of(text, PLACE)
    assert (words.scope, words.scope_name) == (scope, name)


@pytest.mark.parametrize(
    ("text", "year", "phase"),
    [
        ("2022年初预算数", 2022, "approved"),
        ("2022年调整后预算数", 2022, "adjusted"),
        ("2022年决算数", 2022, "executed"),
        ("2023年预计执行数", 2023, "forecast"),
        ("2023年1—6月份济南市一般公共预算收入执行情况表", 2023, "half_year"),
        ("2024年市级一般公共预算收入草案表", 2024, "approved"),
        ("2022年全市一般公共预算收入决算草案表", 2022, "executed"),
        ("2021年和2022年社会保险基金收支结余表", None, None),
        ("一般公共预算收入表", None, None),
    ],
)
def test_year_and_phase_are_what_the_words_say(text: str, year: int | None, phase: str | None) -> None:
    words = words_of(text, PLACE)
    assert (words.year, words.phase) == (year, phase)


REVENUE = """
2022年全市一般公共预算收入决算草案表
单位：万元
项目 | 2021年决算数 | 2022年初预算数 | 2022年调整后预算数 | 2022年决算数 | <
^ | ^ | ^ | ^ | 金额 | 占调整后预算%
一、税收收入 | 30 | 31 | 32 | 33 | 103.1
增值税 | 20 | 20 | 20 | 20 | 100.0
契税 | 10 | 11 | 12 | 13 | 108.3
二、非税收入 | 5 | 6 | 7 | 8 | 114.3
本年收入合计 | 35 | 37 | 39 | 41 | 105.1
三、转移性收入 | 65 | 63 | 61 | 59 |
收入总计 | 100 | 100 | 100 | 100 |
"""


def test_each_column_has_the_year_and_phase_of_its_header() -> None:
    result = read(REVENUE)
    told = [(f.fiscal_year, f.phase, f.amount_yuan) for f in result.figures if f.line_name == "税收收入"]
    assert told == [
        (2021, "executed", Decimal(300000)),
        (2022, "approved", Decimal(310000)),
        (2022, "adjusted", Decimal(320000)),
        (2022, "executed", Decimal(330000)),
    ]
    assert {(f.scope, f.scope_name, f.fund) for f in result.figures} == {("all_tiers", "全市", "general_public_budget")}


def test_rates_are_no_amounts() -> None:
    assert not [figure for figure in read(REVENUE).figures if figure.printed_text in ("103.1", "105.1")]


def test_lines_that_add_up_are_leaves_and_balances_are_no_class() -> None:
    result = read(REVENUE)
    leaves = {figure.line_name for figure in result.figures if figure.is_leaf}
    assert leaves == {"增值税", "契税", "非税收入", "转移性收入"}
    assert (one(result, "契税").scheme, one(result, "契税").line_code) == ("government_revenue", "10119")
    assert (one(result, "转移性收入").scheme, one(result, "转移性收入").line_code) == ("balance", "transfer")
    assert (one(result, "收入总计").scheme, one(result, "收入总计").line_code) == ("balance", "total")
    assert one(result, "本年收入合计").line_code == "current_total"


def test_column_whose_year_or_phase_nobody_says_is_refused() -> None:
    result = read(
        "全市一般公共预算收入情况表\n单位：万元\n项目 | 全市 | 2022年决算数\n税收收入 | 30 | 31\n非税收入 | 5 | 6"
    )
    assert [(figure.fiscal_year, figure.printed_text) for figure in result.figures] == [(2022, "31"), (2022, "6")]
    assert {refused.reason for refused in result.refused} == {"column_open"}


def test_column_that_two_scopes_may_hold_is_refused() -> None:
    result = read("2022年济南市及市级一般公共预算收入决算表\n单位：万元\n项目 | 决算数\n税收收入 | 30\n非税收入 | 5")
    assert result.figures == []
    assert [refused.reason for refused in result.refused] == ["column_open", "column_open"]


def test_two_lists_side_by_side_are_revenue_and_expenditure() -> None:
    result = read(
        "2022年市本级一般公共预算收支平衡决算表\n单位：万元\n收入项目 | 2022年决算数 | 支出项目 | 2022年决算数\n"
        "一、市本级一般公共预算收入 | 60 | 一、市本级一般公共预算支出 | 80\n二、上年结转 | 40 | 二、结转下年 | 20\n收入合计 | 100 | 支出合计 | 100"
    )
    told = {figure.line_name: (figure.measure, figure.line_code, figure.is_leaf) for figure in result.figures}
    assert told == {
        "市本级一般公共预算收入": ("revenue", "own", True),
        "上年结转": ("revenue", "carried_in", True),
        "收入合计": ("revenue", "total", False),
        "市本级一般公共预算支出": ("total", "own", True),
        "结转下年": ("total", "carried_out", True),
        "支出合计": ("total", "total", False),
    }


def test_debt_of_a_year_that_a_row_names_holds_for_the_rows_below_it() -> None:
    result = read(
        "2022年济南市及市级政府债务限额余额及还本付息情况表\n单位：万元\n项目 | 全市 | 市级 | 区县\n"
        "一、2021年末地方政府债务余额 | 10 | 6 | 4\n其中：一般债务 | 3 | 2 | 1\n二、2022年地方政府债务限额 | 12 | 7 | 5"
    )
    general = one(result, "一般债务")
    assert (general.fiscal_year, general.line_code, general.fund) == (2021, "balance", "general_public_budget")
    limit = one(result, "2022年地方政府债务限额")
    assert (limit.fiscal_year, limit.line_code, limit.phase) == (2022, "limit", None)
    assert {figure.scope for figure in result.figures} == {"all_tiers", "tier", "lower_tiers"}


def test_transfers_to_districts_stand_under_their_district() -> None:
    result = read(
        "2022年市对下专项转移支付分项目分地区决算表\n单位：万元\n科目名称 | 合计 | 历下区 | 商河县\n合计 | 9 | 5 | 4\n教育支出 | 9 | 5 | 4"
    )
    told = [(f.cross_name, f.measure, f.is_leaf) for f in result.figures if f.line_name == "教育支出"]
    assert told == [(None, "to_below", False), ("历下区", "to_below", True), ("商河县", "to_below", True)]


def node(
    row: int, amount: int, rank: int | None = None, indent: float = 0.0, memo: bool = False, total: bool = False
) -> Node:
    return Node(row, rank, indent, memo, total, amounts={1: (Decimal(amount), Decimal("0.5"))})


def test_list_that_begins_with_of_which_bounds_its_whole() -> None:
    whole, first, second = node(0, 100, rank=2), node(1, 30, indent=10, memo=True), node(2, 20, indent=37)
    tie([whole, first, second])
    assert first.bounds
    assert second.bounds
    assert whole.is_leaf
    assert not second.is_leaf


def test_list_that_begins_with_of_which_and_adds_up_is_the_parts() -> None:
    whole, first, second = node(0, 50, rank=0), node(1, 30, indent=10, memo=True), node(2, 20, indent=37)
    tie([whole, first, second])
    assert first.whole is whole
    assert second.whole is whole
    assert not whole.is_leaf


def test_restatement_under_a_total_is_no_part_of_it_twice() -> None:
    total = node(0, 50, total=True)
    memo, beside = node(1, 35, indent=10, memo=True), node(2, 15, indent=37)
    kinds = [node(3, 20, rank=0), node(4, 30, rank=0)]
    tie([total, memo, beside, *kinds])
    assert all(kind.whole is total for kind in kinds)
    assert memo.bounds
    assert beside.bounds

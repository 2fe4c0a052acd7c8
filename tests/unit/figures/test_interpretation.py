"""From printed forms to figures: whose, what, when, which fund, leaf or total; and what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipeline.figures.agencies import agencies_printed
from pipeline.figures.interpretation import Body, Interpretation, interpret
from pipeline.forms.assembly import assemble
from pipeline.proofs.judge import score
from tests.unit.printed import document

BODY = {"document_id": "0" * 16, "fiscal_year": 2026, "document_kind": "budget", "department_name": "某市某局"}


def read(text: str, **body: object) -> Interpretation:
    forms, _ = assemble(document(text), "0" * 16)
    (form,) = forms
    return interpret(form, Body(**{**BODY, "agencies": agencies_printed(forms, 2026), **body}), score)  # type: ignore[arg-type]


def amounts(result: Interpretation, **wanted: object) -> list[Decimal | None]:
    return [
        figure.amount_yuan
        for figure in result.figures
        if all(getattr(figure, name) == value for name, value in wanted.items())
    ]


CODED = """
一般公共预算支出表
单位：{unit}
科目编码 | 科目名称 | 合计 | 基本支出 | 项目支出
 | 合计 | 12.50 | 10.00 | 2.50
201 | 一般公共服务支出 | 12.50 | 10.00 | 2.50
20140 | 信访事务 | 12.50 | 10.00 | 2.50
2014001 | 行政运行 | 10.00 | 10.00 |
2014004 | 信访业务 | 2.50 | | 2.50
"""


def test_coded_form() -> None:
    result = read(CODED.format(unit="万元"))
    assert amounts(result, line_code="2014001", measure="total") == [Decimal(100000)]
    assert amounts(result, line_code="2014004", measure="project") == [Decimal(25000)]
    assert {figure.line_code for figure in result.figures if figure.is_leaf} == {"2014001", "2014004"}
    assert {figure.half_unit_yuan for figure in result.figures if figure.amount_yuan} == {Decimal(50)}
    blank = next(figure for figure in result.figures if figure.line_code == "2014001" and figure.measure == "project")
    assert (blank.value_state, blank.amount_yuan) == ("blank", None)
    assert not result.refused


@pytest.mark.parametrize(("unit", "factor"), [("元", 1), ("千元", 1000), ("万元", 10000), ("亿元", 10**8)])
def test_units(unit: str, factor: int) -> None:
    assert amounts(read(CODED.format(unit=unit)), line_code="201", measure="total") == [Decimal("12.5") * factor]


def test_split_codes_are_composed() -> None:
    result = read("""
支出总表
单位：元
类 | 款 | 项 | 科目名称 | 合计
201 | | | 一般公共服务支出 | 5
201 | 40 | | 信访事务 | 5
201 | 40 | 01 | 行政运行 | 5
""")
    assert [figure.line_code for figure in result.figures] == ["201", "20140", "2014001"]


def test_codes_that_show_only_their_own_level_are_completed() -> None:
    result = read("""
支出总表
单位：元
类 | 款 | 项 | 科目名称 | 合计
201 | | | 一般公共服务支出 | 5
 | 40 | | 信访事务 | 5
 | | 01 | 行政运行 | 5
205 | | | 教育支出 | 3
 | 08 | | 进修及培训 | 3
 | | 03 | 培训支出 | 3
""")
    assert [figure.line_code for figure in result.figures] == ["201", "20140", "2014001", "205", "20508", "2050803"]


@pytest.mark.parametrize("text", ["2014001-行政运行", "[2014001]行政运行", "2014001 行政运行"])
def test_code_and_name_in_one_cell(text: str) -> None:
    result = read(f"""
一般公共预算支出表
单位：元
功能分类科目 | 合计
{text} | 5
""")
    assert [(figure.line_code, figure.line_name) for figure in result.figures] == [("2014001", "行政运行")]


def test_crossed_lines_keep_both_codes() -> None:
    result = read("""
支出总表
单位：元
支出功能分类科目 | 政府支出经济分类科目 | 部门支出经济分类科目 | 合计
2014001-行政运行 | 50101-工资奖金津补贴 | 30101-基本工资 | 5
""")
    (figure,) = result.figures
    assert (figure.scheme, figure.line_code, figure.cross_scheme, figure.cross_code) == (
        "functional", "2014001", "economic_department", "30101",
    )  # fmt: skip


def test_agency_printed_once_is_carried_down() -> None:
    result = read("""
一般公共预算支出表
单位：元
单位名称 | 科目编码 | 科目名称 | 合计
某市某局 | | | 9
某局本级 | | | 5
 | 2014001 | 行政运行 | 5
某中心 | | | 4
 | 2014001 | 行政运行 | 4
""")
    leaves = [
        (figure.agency_name, figure.agency_level, figure.amount_yuan) for figure in result.figures if figure.is_leaf
    ]
    assert leaves == [("某局本级", "unit", 5), ("某中心", "unit", 4)]
    assert [figure.agency_level for figure in result.figures if figure.amount_yuan == 9] == ["department"]


def test_lines_of_a_department_that_its_units_repeat_are_totals() -> None:
    result = read("""
一般公共预算支出表
单位：元
单位名称 | 科目编码 | 科目名称 | 合计
某市某局 | | | 9
 | 2014001 | 行政运行 | 9
某局本级 | | | 5
 | 2014001 | 行政运行 | 5
某中心 | | | 4
 | 2014001 | 行政运行 | 4
""")
    assert [figure.amount_yuan for figure in result.figures if figure.is_leaf] == [5, 4]


def test_revenue_and_expenditure_side_by_side() -> None:
    result = read("""
收支总表
单位：元
收入 | < | 支出 | <
项目 | 预算数 | 项目 | 预算数
一、财政拨款收入 | 8 | 一、一般公共服务支出 | 7
二、其他收入 | 2 | 二、教育支出 | 3
收入总计 | 10 | 支出总计 | 10
""")
    assert amounts(result, scheme="revenue", line_code="fiscal_appropriation") == [8]
    assert amounts(result, scheme="revenue", line_code="total") == [10]
    assert amounts(result, scheme="functional", line_code="205") == [3]


def test_prior_year_and_change_columns_are_comparative() -> None:
    result = read("""
一般公共预算支出表
单位：元
科目编码 | 科目名称 | 2025年执行数 | 2026年预算数 | 比上年增减
2014001 | 行政运行 | 4 | 5 | 1
""")
    told = {
        figure.header_path: (figure.fiscal_year, figure.phase, figure.is_comparative, figure.measure)
        for figure in result.figures
    }
    assert told == {
        "2025年执行数": (2025, "executed", True, "total"),
        "2026年预算数": (2026, "approved", False, "total"),
        "比上年增减": (2026, "approved", True, "change"),
    }


def test_value_under_the_header_of_another_fund_is_settled_by_the_sums() -> None:
    result = read("""
项目支出预算表
单位：元
项目 | 合计 | 财政拨款 | < | < | < | <
^ | ^ | 小计 | 一般公共预算拨款 | < | 政府性基金预算拨款 | 政府投资项目拨款
^ | ^ | ^ | 小计 | 一般性经费拨款 | ^ | ^
合计 | 9 | 9 | 9 | 4 | 5 |
甲项目 | 4 | 4 | 4 | 4 | |
乙项目 | 5 | 5 | 5 | | 5 |
""")
    assert amounts(result, line_name="乙项目", source="government_investment") == [5]
    assert any(choice["aspect"] == "columns" and choice["rejected"] == "header as printed" for choice in result.choices)


def test_three_public_by_year() -> None:
    result = read("""
“三公”经费支出表
单位：万元
预算单位 | 年度 | 合计 | 因公出国（境）费 | 公务接待费 | 公务用车购置及运行费 | < | <
^ | ^ | ^ | ^ | ^ | 小计 | 公务用车购置费 | 公务用车运行费
某局 | 2025年 | 6 | 1 | 2 | 3 | 0 | 3
某局 | 2026年 | 5 | 1 | 1 | 3 | 0 | 3
""")
    assert amounts(result, fiscal_year=2026, line_code="official_reception") == [10000]
    assert amounts(result, fiscal_year=2025, line_code="vehicle_operation", is_comparative=True) == [30000]
    zero = next(figure for figure in result.figures if figure.line_code == "vehicle_purchase")
    assert (zero.value_state, zero.amount_yuan) == ("zero", 0)
    assert not any(figure.is_leaf for figure in result.figures if figure.line_code in ("total", "vehicles"))


def test_declared_nil() -> None:
    result = read("""
政府性基金预算支出表
单位：元
单位名称 | 科目编码 | 科目名称 | 合计
某局 | | |
注：本单位无政府性基金预算支出。
""")
    assert result.is_nil
    assert [figure.value_state for figure in result.figures] == ["declared_nil"]


def test_unknown_column_is_refused_by_name_and_the_rest_is_read() -> None:
    result = read("""
一般公共预算支出表
单位：元
科目编码 | 科目名称 | 合计 | 基本支出 | 天晓得
2014001 | 行政运行 | 5 | 5 | 3
""")
    assert [(one.reason, len(one.cells)) for one in result.refused] == [("header_unknown", 1)]
    assert "天晓得" in result.refused[0].detail
    assert len(result.figures) == 2


def test_form_without_a_unit_is_refused_unless_all_others_agree() -> None:
    text = """
一般公共预算支出表
科目编码 | 科目名称 | 合计
2014001 | 行政运行 | 5
"""
    assert [one.reason for one in read(text).refused] == ["unit_unknown"]
    taken = read(text, unit="万元")
    assert amounts(taken) == [50000]
    assert [choice["aspect"] for choice in taken.choices] == ["unit"]


def test_serial_numbers_and_quantities_are_no_amounts() -> None:
    result = read("""
政府采购预算表
单位：元
序号 | 采购项目 | 数量 | 金额
1 | 复印纸 | 500 | 7000
""")
    assert [figure.printed_text for figure in result.figures] == ["7000"]
    assert not result.refused


def test_dropped_zeros_widen_no_precision_where_numbers_print_their_own() -> None:
    fixed = read(CODED.format(unit="元").replace("12.50", "12"))
    assert {figure.half_unit_yuan for figure in fixed.figures if figure.printed_text == "12"} == {Decimal("0.5")}
    general = read(CODED.format(unit="元").replace("12.50", "12.5").replace("10.00", "10"))
    assert {figure.half_unit_yuan for figure in general.figures if figure.printed_text == "10"} == {Decimal("0.005")}


@pytest.mark.parametrize(
    "rows",
    [
        "201 | 一般公 | 6401. | 0.00\n | 共服务 | 11 | ",
        "201 | 一般公 | 4,171 | 0.00\n | 共服务 | .18 | ",
        "201 | 一般公 | 24.1 | 24.1\n | 共服务 | 5 | 5\n208 | 社会保 | 7.3 | \n | 障 | 0 | ",
    ],
)
def test_numbers_broken_over_two_lines_are_refused_with_their_form(rows: str) -> None:
    result = read(
        f"支出决算表\n单位：万元\n科目编码 | 科目名称 | 合计 | 基本支出\n{rows}\n210 | 卫生健康支出 | 96.07 | 96.07"
    )
    assert not result.figures
    assert {refused.reason for refused in result.refused} == {"amount_unreadable"}


def test_numbers_without_the_zero_before_their_point_are_whole() -> None:
    rows = "201 | 一般公共服务支出 | 3 | 2.5\n20103 | 政府办公厅及相关机构事务 | .5 | .5\n210 | 卫生健康支出 | 2.5 | 2"
    result = read(f"支出决算表\n单位：万元\n科目编码 | 科目名称 | 合计 | 基本支出\n{rows}")
    assert len(result.figures) == 6


def test_a_row_without_a_key_is_refused() -> None:
    result = read("""
一般公共预算支出表
单位：元
科目编码 | 科目名称 | 合计
2014001 | 行政运行 | 5
 | | 7
""")
    assert [one.reason for one in result.refused] == ["row_unknown"]
    assert amounts(result) == [5]


def test_the_only_row_of_a_form_is_its_total() -> None:
    result = read("""
支出总表
单位：元
合计 | 基本支出 | 项目支出
9 | 5 | 4
""")
    assert [(figure.measure, figure.line_level, figure.is_leaf) for figure in result.figures] == [
        ("total", "total", False),
        ("basic", "total", False),
        ("project", "total", False),
    ]


def test_sources_as_rows_of_the_revenue_form() -> None:
    result = read("""
收入总表
单位：元
项目 | 预算数
一、财政拨款收入 | 8
二、事业收入 | 2
合计 | 10
""")
    assert [figure.line_code for figure in result.figures] == ["fiscal_appropriation", "institution_revenue", "total"]


def test_a_year_column_is_told_by_what_it_holds() -> None:
    result = read("""
“三公”经费支出表
单位：万元
预算单位 | 天晓得 | 合计 | 公务接待费
某局 | 2025年 | 2 | 2
某局 | 2026年 | 3 | 3
""")
    assert [
        (figure.fiscal_year, figure.is_comparative) for figure in result.figures if figure.line_code == "total"
    ] == [
        (2025, True),
        (2026, False),
    ]


def test_an_unknown_header_with_a_year_is_unknown() -> None:
    result = read("""
支出总表
单位：元
科目编码 | 科目名称 | 合计 | 2026年天晓得
2014001 | 行政运行 | 5 | 3
""")
    assert [one.reason for one in result.refused] == ["header_unknown"]


def test_amounts_under_a_header_of_percentages_are_refused_where_percentages_have_their_sign() -> None:
    text = """一般公共预算支出表
单位：万元
科目编码 | 科目名称 | 预算数 | 增减% | <
201 | 一般公共服务支出 | 12.5 | {shown} | 5.45%
20140 | 信访事务 | 12.5 | {shown} | 5.45%
2014001 | 行政运行 | 12.5 | {shown} | 5.45%
"""
    assert [(one.reason, len(one.cells)) for one in read(text.format(shown="10.5")).refused] == [("header_unknown", 3)]
    assert not read(text.format(shown="0.0")).refused
    assert not read(text.replace("5.45%", "5.45").format(shown="10.5")).refused


def test_a_year_that_begins_the_name_of_a_project_is_no_code_of_an_agency() -> None:
    result = read(
        """专项业务经费支出表
单位：元
单位编码 | 单位（项目）名称 | 项目金额
 | 合计 | 500.00
263001 | 某市商务局 | 500.00
 | 专用项目 | 500.00
 | 2021自贸试验区合同尾款 | 200.00
 | 12345热线运行 | 300.00
"""
    )
    assert {figure.agency_name for figure in result.figures if figure.line_level != "total"} == {"某市商务局"}
    assert {figure.line_name for figure in result.figures if figure.is_leaf} == {
        "2021自贸试验区合同尾款",
        "12345热线运行",
    }
    assert sum(amounts(result, is_leaf=True)) == 500  # type: ignore[arg-type]


def test_a_code_of_one_digit_beside_whole_codes_is_of_a_group_of_bodies() -> None:
    """1 全额 and 2 差额 over bodies coded 263001 …: the lines are of the bodies, and the groups are no bodies."""
    result = read("""
部门综合预算专项业务经费支出表
单位：元
单位编码 | 单位（项目）名称 | 项目金额
 | 合计 | 70.00
1 | 全额 | 50.00
263001 | 某市某局 | 30.00
 | 政策编印 | 30.00
263002 | 某市执法支队 | 20.00
 | 设备购置 | 20.00
2 | 差额 | 20.00
263005 | 某市服务中心 | 20.00
 | 大楼运行 | 20.00
""")
    leaves = [(figure.agency_name, figure.line_name) for figure in result.figures if figure.is_leaf]
    assert leaves == [("某市某局", "政策编印"), ("某市执法支队", "设备购置"), ("某市服务中心", "大楼运行")]
    assert {figure.agency_name for figure in result.figures}.isdisjoint({"全额", "差额"})

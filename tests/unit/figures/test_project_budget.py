"""Amounts in performance forms, as self-assessments of final accounts print them."""

from dataclasses import replace
from decimal import Decimal

from pipeline.figures.interpretation import Body
from pipeline.figures.performance import performance_indicators
from pipeline.figures.project_budget import project_budgets
from pipeline.forms.form import Form, FormCell

BODY = Body("0" * 16, 2024, "final_account", "某局", unit="万元")


def flat(*rows: list[str]) -> Form:
    cells = [
        FormCell(f"{row}-{column}", 1, row, column, 1, 1, text.replace("\n", ""), tuple(text.split("\n")), None, "pdf")
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
        if text
    ]
    return Form(1, 1, 1, len(rows), max(map(len, rows)), cells, key="performance_target", unit="万元")


SELF_ASSESSMENT = flat(
    ["项目名称", "培训专项"],
    ["项目资金（万元）", "", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
    ["", "年度资金总额", "180.61", "180.03", "179.03", "10.0", "99.44", "9.9"],
    ["", "其中：财政拨款", "140.61", "140.00", "139.00", "—", "99.29", "—"],
    ["一级指标", "二级指标", "三级指标", "指标值", "实际完成值", "分值", "得分"],
    ["产出指标", "数量指标", "培训班次", "4", "4", "20", "20"],
)


def test_columns_tell_the_phase() -> None:
    figures = project_budgets(SELF_ASSESSMENT, BODY, taken={"5-3", "5-4"})
    assert [(figure.printed_text, figure.phase, figure.line_name) for figure in figures] == [
        ("180.61", "approved", "培训专项"),
        ("180.03", "adjusted", "培训专项"),
        ("179.03", "executed", "培训专项"),
        ("140.61", "approved", "培训专项"),
        ("140.00", "adjusted", "培训专项"),
        ("139.00", "executed", "培训专项"),
    ]


def test_points_and_rates_are_no_money() -> None:
    amounts = {figure.amount_yuan for figure in project_budgets(SELF_ASSESSMENT, BODY, taken={"5-3", "5-4"})}
    assert not amounts & {Decimal(100000), Decimal(99000), Decimal(994400), Decimal(200000)}


def test_a_label_beside_its_amount_needs_no_head() -> None:
    form = flat(
        ["项目名称", "公共服务中心"],
        ["项目资金总额", "4,100,000.00", "其中：财政拨款", "4,000,000.00"],
        ["其他资金", "100,000.00"],
    )
    assert [(f.printed_text, f.phase) for f in project_budgets(form, BODY, set())] == [
        ("4,100,000.00", "executed"),
        ("4,000,000.00", "executed"),
        ("100,000.00", "executed"),
    ]


def test_the_unit_stands_in_a_label_over_several_rows() -> None:
    """A document in 元 prints its targets in 万元: the label is nearer than the unit of the other forms."""
    form = flat(["资金金额（万元）", "实施期资金总额", "1,083.57"], ["", "其中：财政拨款", "1,083.57"])
    form.cells[0].row_span = 2
    form.unit = None
    figures = project_budgets(form, Body("0" * 16, 2026, "budget", "某局", unit="元"), set())
    assert [figure.amount_yuan for figure in figures] == [Decimal("10835700.00")] * 2


def test_the_unit_stands_over_the_columns() -> None:
    form = flat(["任务名称", "预算金额（万元）", ""], ["", "总额", "财政拨款"], ["任务一", "12.5", "10"])
    form.cells[1].column_span = 2
    form.unit = None
    figures = project_budgets(form, Body("0" * 16, 2026, "budget", "某局", unit="元"), set())
    assert [figure.amount_yuan for figure in figures] == [Decimal("125000.00"), Decimal("100000.00")]


def cell(row: int, column: int, text: str, width: int = 1) -> FormCell:
    return FormCell(f"{row}-{column}", 1, row, column, 1, width, text, (text,), None, "pdf")


def test_heads_above_heads_tell_the_phase_and_a_total_is_of_the_source_above_it() -> None:
    cells = [cell(0, 1, "全年预算数（万元）", 3), cell(0, 4, "全年执行数（万元）", 3)]
    heads = ["任务名称", *["总额", "财政拨款", "其他资金"] * 2]
    rows = [
        heads,
        ["学前教育", "12.5", "11", "1.5", "12.2", "11", "1.2"],
        ["金额合计", "12.5", "11", "1.5", "12.2", "11", "1.2"],
    ]
    cells += [cell(row, column, text) for row, texts in enumerate(rows, start=1) for column, text in enumerate(texts)]
    figures = project_budgets(Form(1, 1, 1, 4, 7, cells, key="performance_target", unit="万元"), BODY, set())
    assert [(figure.printed_text, figure.phase, figure.source) for figure in figures] == 2 * [
        ("12.5", "adjusted", None),
        ("11", "adjusted", "fiscal_appropriation"),
        ("1.5", "adjusted", "other_revenue"),
        ("12.2", "executed", None),
        ("11", "executed", "fiscal_appropriation"),
        ("1.2", "executed", "other_revenue"),
    ]


def test_amounts_that_nothing_tells_apart_are_left() -> None:
    form = flat(["项目资金总额", "项目资金总额"], ["85.19", "100"], ["其他资金", "1.50"])
    assert [figure.printed_text for figure in project_budgets(form, BODY, set())] == ["1.50"]


def test_a_label_beside_an_amount_is_no_head_of_what_stands_below() -> None:
    form = flat(["财政拨款", "10万元", "其他资金", "1万元"], ["项目名称", "大厅", "预算总金额", "11万元"])
    assert {figure.printed_text: figure.source for figure in project_budgets(form, BODY, set())}["11万元"] is None


def test_the_project_may_stand_in_one_text_with_its_label() -> None:
    form = flat(["项目名称  培训专项\n主管部门  某局"], ["年度资金总额", "180.61"])
    assert [figure.line_name for figure in project_budgets(form, BODY, set())] == ["培训专项"]


def named(form: Form, **body: object) -> list[tuple[str, str | None, str | None, str]]:
    """(printed text, project, source, body) of each amount."""
    figures = project_budgets(form, replace(BODY, **body), set())  # type: ignore[arg-type]
    return [(one.printed_text, one.line_name, one.source, one.agency_name) for one in figures]


def test_projects_in_a_column_beside_the_body() -> None:
    form = flat(
        ["单位名称", "项目名称", "金额", "绩效目标"],
        ["某市司法局", "法治建设", "69.00", "推进法治建设。"],
        ["某市东郊监狱", "狱政设施", "1,059.66", "完成设施建设。"],
    )
    assert named(form, department_name="某市司法局") == [
        ("69.00", "法治建设", None, "某市司法局"),
        ("1,059.66", "狱政设施", None, "某市东郊监狱"),
    ]


def test_rows_of_bodies_among_projects_are_totals_and_codes_are_no_amounts() -> None:
    form = flat(
        ["单位编码", "单位（项目）名称", "资金总额", "绩效目标", "一级指标", "指标值"],
        ["合计", "", "270.00", "", "", ""],
        ["201056", "某市信访局", "270.00", "", "", ""],
        ["201056", "运转经费", "270.00", "保障运转。", "产出指标", "12"],
    )
    figures = project_budgets(form, BODY, {"3-5"})
    assert [(one.printed_text, one.line_name, one.line_level) for one in figures] == [
        ("270.00", "合计", "total"),
        ("270.00", "合计", "total"),
        ("270.00", "运转经费", None),
    ]


def test_a_project_without_its_code_and_with_its_sources() -> None:
    form = flat(
        ["项目名称", "项目总额", "其中：", "", "绩效目标", "一级指标", "二级指标", "三级指标", "指标值"],
        ["", "", "财政资金", "其他资金", "", "", "", "", ""],
        ["11000022T000000455794-评审经费", "839.5", "800", "39.5", "完成评审。", "产出指标", "数量指标", "评审数", "420"],
    )  # fmt: skip
    for one in form.cells:
        one.row_span = 2 if one.row == 0 and one.text not in ("其中：",) else 1
        one.column_span = 2 if one.text == "其中：" else 1
    assert named(form)[:3] == [
        ("839.5", "评审经费", None, "某局"),
        ("800", "评审经费", "fiscal_appropriation", "某局"),
        ("39.5", "评审经费", "other_revenue", "某局"),
    ]


def test_a_name_that_a_page_cuts_is_one_name() -> None:
    form = flat(
        ["项目名称", "金额", "绩效目标", "一级指标", "二级指标", "三级指标", "指标值"],
        ["办公设备购置", "29.36", "采购设备，", "产出指标", "数量指标", "数量", "18"],
        ["项目", "", "提高效率。", "成本指标", "经济成本指标", "成本", "6"],
        ["咨询", "22.20", "开展咨询。", "成本指标", "经济成本指标", "成本", "7"],
    )
    for one in form.cells:
        one.page_number = 1 if one.row < 2 else 2
    figures = project_budgets(form, BODY, {one.cell_id for one in form.cells if one.column == 6})
    assert [(one.printed_text, one.line_name) for one in figures] == [("29.36", "办公设备购置项目"), ("22.20", "咨询")]


def test_tasks_of_a_body_are_named_and_their_sum_is_a_total() -> None:
    form = flat(
        ["部门（单位）名称", "某市商务局", "", "", ""],
        ["年度主要任务", "任务名称", "主要内容", "预算金额（万元）", ""],
        ["", "", "", "总额", "财政拨款"],
        ["", "1.商贸流通", "支持流通", "50", "40"],
        ["", "任务2", "住房保障支出", "7", "7"],
        ["", "金额合计", "", "57", "47"],
    )
    form.cells[4].column_span = 2
    assert [(text, name, source) for text, name, source, _ in named(form)] == [
        ("50", "商贸流通", None),
        ("40", "商贸流通", "fiscal_appropriation"),
        ("7", "住房保障支出", None),
        ("7", "住房保障支出", "fiscal_appropriation"),
        ("57", "合计", None),
        ("47", "合计", "fiscal_appropriation"),
    ]


def test_the_budget_of_a_whole_body_is_of_no_project() -> None:
    cells = [
        cell(0, 0, "部门名称"), cell(0, 1, "某局", 4),
        cell(1, 0, "总体资金情况（万元）"), cell(1, 1, "预算支出总额"), cell(1, 2, "财政拨款", 2), cell(1, 4, "其他资金", 2),
        cell(2, 2, "合计"), cell(2, 3, "项目支出"), cell(2, 4, "合计"), cell(2, 5, "项目支出"),
        cell(3, 1, "32.85"), cell(3, 2, "32.80"), cell(3, 3, "7.58"), cell(3, 4, "0.05"), cell(3, 5, "0.05"),
        cell(4, 0, "整体绩效目标"), cell(4, 1, "完成任务。", 4),
    ]  # fmt: skip
    form = Form(1, 1, 1, 5, 6, cells, key="performance_target", title="部门整体支出绩效目标表", unit="万元")
    assert [(text, name, source) for text, name, source, _ in named(form)] == [
        ("32.85", "部门整体支出", None),
        ("32.80", "部门整体支出", "fiscal_appropriation"),
        ("7.58", "部门整体支出", "fiscal_appropriation"),
        ("0.05", "部门整体支出", "other_revenue"),
        ("0.05", "部门整体支出", "other_revenue"),
    ]


def test_a_body_filled_in_for_the_project_and_the_project_for_the_body() -> None:
    form = flat(["专项（项目）名称", "某市安监局"], ["主管部门", "安全生产专项资金"], ["实施期资金总额", "1620.98"])
    assert named(form) == [("1620.98", "安全生产专项资金", None, "某市安监局")]


def test_money_by_the_level_that_gives_it() -> None:
    form = flat(
        ["转移支付名称", "普惠金融发展专项资金", "市级主管部门", "某局"],
        ["资金情况（万元）", "年度金额：", "5612.000000", ""],
        ["", "其中：中央财政资金", "0", ""],
        ["", "市级财政资金", "5612.000000", ""],
    )
    assert [(text, name, source) for text, name, source, _ in named(form)] == [
        ("5612.000000", "普惠金融发展专项资金", None),
        ("0", "普惠金融发展专项资金", "fiscal_appropriation"),
        ("5612.000000", "普惠金融发展专项资金", "fiscal_appropriation"),
    ]


def test_a_number_heads_the_rows_of_a_table_of_projects() -> None:
    form = flat(
        ["序号", "项目名称", "当年财政拨款预算金额", "当年绩效目标", "指标名称", "指标性质", "指标值", "指标权重(%)"],
        ["1", "商务发展一般性项目", "8,071.45", "保持规模。", "学校规模", "≥", "27800", "10"],
    )
    assert named(form) == [("8,071.45", "商务发展一般性项目", "fiscal_appropriation", "某局")]


def test_an_indicator_that_is_called_as_an_amount_is_none() -> None:
    form = flat(
        ["项目名称", "某项目"],
        ["一级指标", "二级指标", "指标内容", "指标值"],
        ["成本指标", "成本指标", "财政预算资金", "10528.7"],
        ["", "", "财政预算资金", "10528.7"],
    )
    rows, taken = performance_indicators(form, "0" * 16)
    assert [row["target_value"] for row in rows] == [Decimal("10528.7")] * 2
    assert project_budgets(form, BODY, taken) == []

"""Amounts in performance forms, as self-assessments of final accounts print them."""

from decimal import Decimal

from pipeline.figures.interpretation import Body
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

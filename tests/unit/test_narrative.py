"""Sentences of disclosures: what is an amount, of what, whose, of which year, and which figure it repeats."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipeline.figures.agency_names import AgencyNames
from pipeline.figures.agency_statistic import agency_statistics
from pipeline.figures.figure import Figure
from pipeline.figures.narrative import narrative_figures
from pipeline.figures.paragraph import paragraphs
from pipeline.forms.identity import Identity
from pipeline.readers.printed import Box, Line, Page, PrintedDocument

DOCUMENT = "0" * 16
BUDGET = Identity("budget", 2017, "440300", "深圳市", "深圳市人民政府办公厅", "department", None)
ACCOUNT = Identity("final_account", 2024, "310107", "上海市普陀区", "上海市普陀区财政局", "department", None)


def text_document(*lines: str) -> PrintedDocument:
    return PrintedDocument("text", [Page(1, [Line(1, line, starts_paragraph=True) for line in lines], "text")], None)


def said(body: Identity, *lines: str, figures: tuple[Figure, ...] = ()) -> list[dict]:
    return narrative_figures(paragraphs(text_document(*lines)), body, figures, DOCUMENT)


def figure(number: int, amount: str, **values: object) -> Figure:
    given: dict[str, object] = {
        "figure_id": f"f{number}", "cell_id": f"f{number}", "document_id": DOCUMENT, "page_number": 1, "form_index": 1,
        "row_index": number, "column_index": 1, "form": "three_public", "fiscal_year": 2017, "phase": "approved",
        "is_comparative": False, "fund": "fiscal_appropriation", "agency_name": "深圳市人民政府办公厅", "agency_level": "department",
        "scheme": "three_public", "measure": "total", "printed_text": amount, "printed_unit": "万元",
        "amount_yuan": Decimal(amount) * 10000, "half_unit_yuan": Decimal(5000), "value_state": "number", "is_leaf": True,
    }  # fmt: skip
    return Figure(**{**given, **values})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("2017 年市政府办公厅部门预算收入 12,219 万元，比 2016 年增加 2,086 万元，增长 21%。",
         [("stated", "122190000", 2017), ("increase", "20860000", 2017), ("percentage", "21", 2017)]),
        ("2017 年“三公”经费财政拨款预算 60 万元，比 2016 年“三公”经费财政拨款预算减少 25 万元。",
         [("stated", "600000", 2017), ("decrease", "-250000", 2017)]),
        ("公务用车购置费2017年预算数0万元，与2016年预算数0万元持平。", [("stated", "0", 2017), ("unchanged", "0", 2016)]),
        ("2.公务接待费7万元，与上年持平。", [("stated", "70000", 2017), ("unchanged", None, 2017)]),
        ("收入预算44169.36万元，比2016年年初预算数 44021.20 万元增加 148.16 万元。",
         [("stated", "441693600", 2017), ("stated", "440212000", 2016), ("increase", "1481600", 2017)]),
        ("市级一般公共预算收入总计 321.7 亿元，上解收入 5000 万元。", [("stated", "32170000000", 2017), ("stated", "50000000", 2017)]),
        ("购置单价100万元（含）以上设备0台（套）。", []),
        ("审计项目人员成本不超过560元/人/天。", []),
    ],
)  # fmt: skip
def test_amounts_measures_and_years(sentence: str, expected: list[tuple[str, str | None, int]]) -> None:
    rows = said(BUDGET, sentence)
    found = [
        (
            row["measure"],
            row["percentage"] if row["measure"] == "percentage" else row["amount_yuan"],
            row["fiscal_year"],
        )
        for row in rows
    ]
    assert found == [(measure, None if value is None else Decimal(value), year) for measure, value, year in expected]


def test_half_units_follow_the_printed_digits() -> None:
    rows = said(BUDGET, "基本支出7,861 万元，项目支出3.50亿元。")
    assert [row["half_unit_yuan"] for row in rows] == [Decimal(5000), Decimal(500000)]


def test_a_final_account_states_both_phases() -> None:
    rows = said(ACCOUNT, "1、行政运行（项）。年初预算为 207.19 万元，支出决算为 211.51 万元，完成年初预算的 102.09%。")
    assert [(row["phase"], row["measure"]) for row in rows] == [
        ("approved", "stated"), ("executed", "stated"), ("executed", "percentage"),
    ]  # fmt: skip
    assert {row["subject"] for row in rows} == {"行政运行(项)"}


def test_a_run_in_heading_says_what_a_generic_amount_is_of() -> None:
    rows = said(BUDGET, "2. 公务接待费。2017 年预算数 25 万元，比 2016 年减少 11 万元。")
    assert [row["subject"] for row in rows] == ["公务接待费", "公务接待费"]


def test_sections_name_the_agency_of_their_amounts() -> None:
    rows = said(
        BUDGET,
        "一、市政府办公厅本级",
        "（四）项目支出 3,056 万元，具体包括：",
        "二、市政务办",
        "（四）项目支出 3,488 万元，主要用于：",
    )
    assert [(row["agency_name"], row["amount_yuan"]) for row in rows] == [
        ("市政府办公厅本级", Decimal(30560000)), ("市政务办", Decimal(34880000)),
    ]  # fmt: skip


def test_headings_stack_by_their_numbering_and_items_close_sections_of_their_rank() -> None:
    found = paragraphs(
        text_document(
            "第一部分 概况", "一、职能", "（一）负责文电。", "二、机构", "共 2 家。", "第二部分 收支", "预算 1 万元。"
        )
    )
    assert [paragraph.heading for paragraph in found] == [
        None, "第一部分 概况", "第一部分 概况 / 一、职能", "第一部分 概况", "第一部分 概况 / 二、机构", None, "第二部分 收支",
    ]  # fmt: skip


def test_lines_are_joined_by_indentation_and_width_also_over_a_page_break() -> None:
    def line(page: int, top: float, x0: float, x1: float, text: str) -> Line:
        return Line(page, text, Box(x0, top, x1, top + 16), 16.0)

    pages = [
        Page(1, [line(1, 100, 96, 530, "（一）在职人员经费 7,678.47 万元，主要是在职人员工"), line(1, 131, 63, 530, "资福利支出，较上年增加 10,192.01 万"),
                 line(1, 800, 290, 310, "- 1 -")], "pdf", 595, 842),
        Page(2, [line(2, 100, 63, 200, "元。"), line(2, 131, 96, 530, "（二）公用经费 684.91 万元，主要包括水电费、物业管"), line(2, 162, 63, 120, "理费。")],
             "pdf", 595, 842),
    ]  # fmt: skip
    found = paragraphs(PrintedDocument("pdf", pages, 2))
    assert [paragraph.text for paragraph in found] == [
        "（一）在职人员经费 7,678.47 万元，主要是在职人员工资福利支出，较上年增加 10,192.01 万元。",
        "（二）公用经费 684.91 万元，主要包括水电费、物业管理费。",
    ]


def test_the_foot_of_a_printed_web_page_is_no_margin_and_no_text() -> None:
    def line(page: int, top: float, x0: float, x1: float, text: str) -> Line:
        return Line(page, text, Box(x0, top, x1, top + 13), 13.0)

    pages = [
        Page(n, [line(n, 30, 85, 780, f"截至202{n}年底，全市债务余额合计2503.8亿元，其中：市本级政"), line(n, 51, 59, 385, f"府债务余额{n}亿元。"),
                 line(n, 571, 26, 816, f"https://example.cn/report.html {n}/15")], "pdf", 842, 595)
        for n in (1, 2, 3)
    ]  # fmt: skip
    found = paragraphs(PrintedDocument("pdf", pages, 3))
    assert [paragraph.text for paragraph in found] == [
        f"截至202{n}年底，全市债务余额合计2503.8亿元，其中：市本级政府债务余额{n}亿元。" for n in (1, 2, 3)
    ]


def test_a_table_of_contents_and_running_heads_are_no_paragraphs() -> None:
    pages = [Page(n, [Line(n, "某局 2026 年度部门预算公开"), *lines, Line(n, f"- {n} -")], "pdf") for n, lines in enumerate(
        ([Line(1, "目 录"), Line(1, "第一部分 概况"), Line(1, "一、职能............3")], [Line(2, "第一部分 概况")], [Line(3, "正文。")]), start=1)]  # fmt: skip
    assert [paragraph.text for paragraph in paragraphs(PrintedDocument("pdf", pages, 3))] == ["第一部分 概况", "正文。"]


def test_an_amount_repeats_the_one_figure_that_its_words_name() -> None:
    travel = figure(1, "35", line_code="vehicles")
    running = figure(2, "35", line_code="vehicle_operation")
    rows = said(
        BUDGET,
        "3.公务用车购置和运行维护费。2017年预算数35万元，其中：公务用车运行维护费2017年预算数35万元。",
        figures=(travel, running),
    )
    assert [row["figure_id"] for row in rows] == ["f1", "f2"]


def test_a_different_amount_year_or_agency_is_not_repeated() -> None:
    unit = {"agency_name": "深圳市政务服务管理办公室", "agency_level": "unit"}
    other = figure(9, "7", agency_name="深圳市另一中心", agency_level="unit", line_code="total")
    for wrong in (figure(1, "26", line_code="official_reception"), figure(1, "25", line_code="official_reception", fiscal_year=2016),
                  figure(1, "25", line_code="official_reception", **unit)):  # fmt: skip
        rows = said(BUDGET, "2. 公务接待费。2017 年预算数 25 万元。", figures=(wrong, other))
        assert rows[0]["figure_id"] is None


def test_figures_that_fit_equally_well_give_no_tie() -> None:
    twins = tuple(
        figure(
            n, "35", form="project_expenditure", scheme="project", measure="project", line_name="待支付以前年度采购项目"
        )
        for n in (1, 2)
    )
    assert said(BUDGET, "2. 待支付以前年度采购项目 35 万元。", figures=twins)[0]["figure_id"] is None


def test_a_category_with_one_project_is_tied_at_its_leaf() -> None:
    common = {"form": "project_expenditure", "scheme": "project", "measure": "project", "line_name": "绩效管理"}
    rows = said(
        BUDGET,
        "6. 绩效管理业务 231 万元。",
        figures=(figure(1, "231", **common), figure(2, "231", parent_row_index=1, **common)),
    )
    assert rows[0]["figure_id"] == "f2"


@pytest.mark.parametrize("parents", [(None, None), (None, 1), (1, 1)])
def test_two_forms_of_one_kind_with_the_same_row_give_no_tie(parents: tuple[int | None, int | None]) -> None:
    common = {"form": "project_expenditure", "scheme": "project", "measure": "project", "line_name": "绩效管理"}
    twins = tuple(
        figure(2, "231", form_index=index, parent_row_index=parent, **common)
        for index, parent in enumerate(parents, start=1)
    )
    assert said(BUDGET, "6. 绩效管理业务 231 万元。", figures=twins)[0]["figure_id"] is None


def test_a_number_of_thirty_digits_in_a_sentence_costs_itself() -> None:
    rows = said(BUDGET, f"收入预算{'9' * 30}万元，支出预算{'9' * 19}元，结余25.5万元，占{'9' * 30}%。")
    assert [row["amount_yuan"] for row in rows] == [255000]


@pytest.mark.parametrize(
    "words",
    [
        "2010301-行政运行 49.00 万元。",
        "（1）行政运行（2010301）49.00万元。",
        "1、公共安全支出（201类）政府办公厅（03款）行政运行（01项）49.00万元。",
    ],
)
def test_codes_in_sentences_name_the_line(words: str) -> None:
    line = figure(
        1, "49", form="general_public_expenditure", scheme="functional", line_code="2010301", line_name="行政运行"
    )
    other = figure(
        2, "49", form="general_public_expenditure", scheme="functional", line_code="2080501", line_name="离退休"
    )
    assert said(BUDGET, words, figures=(line, other))[0]["figure_id"] == "f1"


def test_spellings_of_one_agency_are_one_and_two_agencies_are_two() -> None:
    names = AgencyNames(["深圳市府办公厅", "深圳市府办公厅本级", "市府办公厅本级", "深圳市政务服务管理办公室"])
    assert names.meant("市政府办公厅本级") == {"深圳市府办公厅本级", "市府办公厅本级"}
    assert names.meant("深圳市人民政府办公厅") == {"深圳市府办公厅"}
    assert names.meant("市政务办") == {"深圳市政务服务管理办公室"}
    assert AgencyNames(["西安市东部水源管理中心", "西安市西部水源管理中心"]).meant("水源管理中心") == frozenset()


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("系统总编制数 170 人，实有人数 159 人；离休 7 人，退休 58 人。",
         {"authorised_posts": 170, "staff": 159, "retirees_leave": 7, "retirees": 58}),
        ("截止 2019 年底，本部门在职人员编制 408 人，其中行政编制 91 人、事业编制 317 人；实有在职人员 380 人；单位管理的离退休人员 203 人。",
         {"authorised_posts": 408, "staff": 380, "retirees": 203}),
        ("现有38个处室，编制339名，其中行政编制199名。实际在编在职人员274名，离退休人员150名。",
         {"authorised_posts": 339, "staff": 274, "retirees": 150}),
        ("行政和事业编制人员以及其他人员等共 156 人；离休 4 人，退休 66 人。", {"staff": 156, "retirees_leave": 4, "retirees": 66}),
        ("截至2024年8月31日，本部门共有车辆7辆，其中：执法执勤用车4辆；单价100万元（含）以上设备（不含车辆）2台（套）。2025年安排购置车辆1辆，"
         "购置单价100万元（含）以上设备（不含车辆）3台（套）。", {"vehicles": 7, "large_equipment": 2}),
        ("已实行公务用车改革，无公务车。", {"vehicles": 0}),
        ("包括市政府办公厅本级、市政务办共 2 家基层单位。", {"units": 2}),
        ("本部门核定各类编制35名，年末实有在职人员33人，退休人员12人。", {"authorised_posts": 35, "staff": 33, "retirees": 12}),
        ("行政编制和事业编制共80人，现有在编在职干部职工72名。", {"authorised_posts": 80, "staff": 72}),
        ("编制总数为120人，现有工作人员118人，另有离退休老干部40人。", {"authorised_posts": 120, "staff": 118, "retirees": 40}),
        ("本单位实有人员200人，其中：在职150人，退休50人。", {"staff": 150, "retirees": 50}),
        ("现有教职工260人，在校学生3200人。", {"staff": 260}),
        ("行政编制20名，机关工勤编制3名，聘用职工总数8人。", {}),
        ("无公务用车购置预算安排。", {}),
        ("我局没有公务用车，无公务用车运行维护费。", {"vehicles": 0}),
        ("公务用车实际保有量为15辆，核定车辆编制20辆。", {"vehicles": 15}),
        ("现有38个处室，共设置18个处(室)，服务群众3000人。", {}),
        (f"编制总数{'9' * 30}人。", {}),
    ],
)  # fmt: skip
def test_posts_staff_retirees_and_vehicles(sentence: str, expected: dict[str, int]) -> None:
    rows = agency_statistics(paragraphs(text_document(sentence)), BUDGET, DOCUMENT)
    assert {row["metric"]: int(row["value"]) for row in rows} == expected


def test_statistics_belong_to_the_agency_that_the_paragraph_names() -> None:
    found = paragraphs(
        text_document("1. 市政府办公厅本级编制数 144 人，实有人数 137 人；退休 55 人。", "2. 市政务办编制数 26 人。")
    )
    rows = agency_statistics(found, BUDGET, DOCUMENT)
    assert {(row["agency_name"], row["metric"], int(row["value"])) for row in rows} == {
        ("市政府办公厅本级", "authorised_posts", 144), ("市政府办公厅本级", "staff", 137), ("市政府办公厅本级", "retirees", 55),
        ("市政务办", "authorised_posts", 26),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "agency"),
    [
        ("主要是我办现有在编车辆2辆，计划于2027年申请新购置公务车1辆。", "上海市普陀区财政局"),
        ("截至2024年12月31日上海市普陀区财政局共有车辆0辆。", "上海市普陀区财政局"),
        ("截至2024年12月31日，区财政监督检查所共有车辆1辆。", "区财政监督检查所"),
    ],
)
def test_a_count_is_of_the_body_named_and_not_of_words_before_it(sentence: str, agency: str) -> None:
    rows = agency_statistics(paragraphs(text_document(sentence)), ACCOUNT, DOCUMENT)
    assert {row["agency_name"] for row in rows if row["metric"] == "vehicles"} == {agency}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["市财政监督检查所为副处级事业单位，编制数26人。截至年底，实有人数22人。"],
         {("市财政监督检查所", "authorised_posts"): 26, ("市财政监督检查所", "staff"): 22}),
        (["本部门编制总数100人。其中：区财政监督检查所编制20人。"],
         {("上海市普陀区财政局", "authorised_posts"): 100, ("区财政监督检查所", "authorised_posts"): 20}),
        (["（二）区财政监督检查所概况", "编制数20人，实有人数18人。"],
         {("区财政监督检查所", "authorised_posts"): 20, ("区财政监督检查所", "staff"): 18}),
        (["局机关编制总数50名，实有人员45人。"], {}),
        (["所属事业单位编制数60人。"], {}),
        (["本部门所属各预算单位共有车辆25辆。"], {("上海市普陀区财政局", "vehicles"): 25}),
        (["编制数12人。", "编制数30人。"], {}),
        (["编制数12人。", "本部门编制数42人。"], {("上海市普陀区财政局", "authorised_posts"): 42}),
        (["上海市普陀区财政局(本级)共有车辆3辆。"], {("上海市普陀区财政局(本级)", "vehicles"): 3}),
        (["本部门包括上海市普陀区财政局(本级)共1家预算单位。上海市普陀区财政局(本级)实有人数30人。"],
         {("上海市普陀区财政局", "units"): 1, ("上海市普陀区财政局", "staff"): 30}),
        (["主要是减少局本级公务车，2024年共保留车辆10辆。"], {("上海市普陀区财政局", "vehicles"): 10}),
    ],
)  # fmt: skip
def test_a_count_of_one_body_stands_for_no_other(lines: list[str], expected: dict[tuple[str, str], int]) -> None:
    rows = agency_statistics(paragraphs(text_document(*lines)), ACCOUNT, DOCUMENT)
    assert {(row["agency_name"], row["metric"]): int(row["value"]) for row in rows} == expected

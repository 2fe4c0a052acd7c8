"""Performance forms of several layouts: which cells are goals, indicators, targets, and which are neither."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipeline.figures.performance import (
    looks_like_performance_form,
    performance_indicators,
    target_value,
    unread_numbers,
)
from pipeline.forms.form import Form, FormCell
from pipeline.readers.printed import Box

DOCUMENT = "0" * 16
Printed = tuple[int, int, int, str]
"""Column, columns spanned, rows spanned, text."""


def form(rows: list[list[Printed]], pages: dict[int, int] | None = None, **values: object) -> Form:
    """A form from its printed cells; `pages` gives the page that begins at a row."""
    cells: list[FormCell] = []
    page = 1
    for row, printed in enumerate(rows):
        page = (pages or {}).get(row, page)
        for column, columns, spanned, text in printed:
            cells.append(
                FormCell(f"{row}-{column}", page, row, column, spanned, columns, text, (text,), Box(0, 0, 1, 1), "pdf")
            )
    width = max(column + columns for printed in rows for column, columns, _, _ in printed)
    return Form(1, 1, page, len(rows), width, cells, **values)  # type: ignore[arg-type]


def flat(*rows: list[str]) -> Form:
    return form([[(column, 1, 1, text) for column, text in enumerate(row)] for row in rows])


def read(printed: Form) -> list[tuple[str | None, str, str, str | None, Decimal | None]]:
    rows, _ = performance_indicators(printed, DOCUMENT)
    return [
        (row["project_name"], row["horizon"], row["indicator_path"], row["target_text"], row["target_value"])
        for row in rows
    ]


LABELLED = form(
    [
        [(0, 2, 1, "项目名称"), (2, 3, 1, "就业援助基地补贴经费")],
        [(0, 2, 1, "主管部门"), (2, 1, 1, "某街道办事处"), (3, 1, 1, "实施单位"), (4, 1, 1, "某服务中心")],
        [(0, 2, 2, "项目资金（元）"), (2, 1, 1, "项目资金总额"), (3, 2, 1, "6,351,000.00")],
        [(2, 1, 1, "其他资金"), (3, 2, 1, "0.00")],
        [(0, 1, 2, "项目绩效目标"), (1, 2, 1, "项目总目标"), (3, 2, 1, "年度总体目标")],
        [(1, 2, 1, "三年内建成。"), (3, 2, 1, "年内开工。")],
        [
            (0, 1, 1, ""),
            (1, 1, 1, "一级指标"),
            (2, 1, 1, "二级指标"),
            (3, 1, 1, "三级指标"),
            (4, 1, 1, "年度(/项目)指标值"),
        ],
        [
            (0, 1, 3, "绩效指标"),
            (1, 1, 2, "产出指标"),
            (2, 1, 1, "数量指标"),
            (3, 1, 1, "补贴人数"),
            (4, 1, 1, "≥13459.00(人)"),
        ],
        [(2, 1, 1, "质量指标"), (3, 1, 1, "达标率"), (4, 1, 1, "=100.00(%)")],
        [(1, 1, 1, "满意度指标"), (2, 1, 1, "服务对象满意度指标"), (3, 1, 1, "满意度"), (4, 1, 1, "较高")],
    ]
)


def test_labels_goals_and_levels() -> None:
    project = "就业援助基地补贴经费"
    assert read(LABELLED) == [
        (project, "terminal", "项目总目标", "三年内建成。", None),
        (project, "annual", "年度总体目标", "年内开工。", None),
        (project, "annual", "产出指标 / 数量指标 / 补贴人数", "≥13459.00(人)", Decimal("13459.00")),
        (project, "annual", "产出指标 / 质量指标 / 达标率", "=100.00(%)", Decimal("100.00")),
        (project, "annual", "满意度指标 / 服务对象满意度指标 / 满意度", "较高", None),
    ]
    rows, taken = performance_indicators(LABELLED, DOCUMENT)
    assert {row["agency_name"] for row in rows} == {"某服务中心"}
    assert [cell.text for cell in unread_numbers(LABELLED, taken)] == ["6,351,000.00", "0.00"]


def test_a_column_of_projects_with_comparator_value_and_unit_apart() -> None:
    header = [(0, 1, 2, "项目名称"), (1, 1, 2, "项目总额"), (2, 1, 2, "绩效目标"), (3, 1, 2, "一级指标"), (4, 1, 2, "二级指标"),
              (5, 1, 2, "三级指标"), (6, 1, 2, "绩效指标性质"), (7, 1, 2, "本年绩效指标值"), (8, 1, 2, "绩效度量单位")]  # fmt: skip
    printed = form(
        [
            header,
            [],
            [(0, 1, 2, "甲项目"), (1, 1, 2, "689.15"), (2, 1, 2, "完成甲。"), (3, 1, 1, "产出指标"), (4, 1, 1, "时效指标"),
             (5, 1, 1, "响应时间"), (6, 1, 1, "≤"), (7, 1, 1, "5"), (8, 1, 1, "分钟")],
            [(3, 1, 1, "效益指标"), (4, 1, 1, "社会效益指标"), (5, 1, 1, "影响"), (6, 1, 1, "定性"), (7, 1, 1, "优"), (8, 1, 1, "")],
            [(0, 1, 1, "乙项目"), (1, 1, 1, "29.35"), (2, 1, 1, "完成乙。"), (3, 1, 1, "产出指标"), (4, 1, 1, "数量指标"),
             (5, 1, 1, "数量"), (6, 1, 1, "＝"), (7, 1, 1, "2"), (8, 1, 1, "个")],
        ]
    )  # fmt: skip
    assert read(printed) == [
        ("甲项目", "annual", "绩效目标", "完成甲。", None),
        ("甲项目", "annual", "产出指标 / 时效指标 / 响应时间", "≤5分钟", Decimal(5)),
        ("甲项目", "annual", "效益指标 / 社会效益指标 / 影响", "优", None),
        ("乙项目", "annual", "绩效目标", "完成乙。", None),
        ("乙项目", "annual", "产出指标 / 数量指标 / 数量", "＝2个", Decimal(2)),
    ]


def test_a_merged_project_cell_cut_by_a_page_break_is_one_project_with_one_goal() -> None:
    header = [(0, 1, 1, "项目名称"), (1, 1, 1, "项目总额"), (2, 1, 1, "绩效目标"), (3, 1, 1, "一级指标"), (4, 1, 1, "二级指标"),
              (5, 1, 1, "三级指标"), (6, 1, 1, "指标值")]  # fmt: skip
    printed = form(
        [
            header,
            [(0, 1, 1, "甲"), (1, 1, 1, "1.00"), (2, 1, 1, "做甲。"), (3, 1, 1, "产出指标"), (4, 1, 1, "数量指标"), (5, 1, 1, "a"), (6, 1, 1, "1")],
            [(0, 1, 1, ""), (1, 1, 1, ""), (2, 1, 1, "组织完成本市国"), (3, 1, 1, "成本指标"), (4, 1, 1, "经济成本指标"), (5, 1, 1, "b"), (6, 1, 1, "2")],
            [(0, 1, 2, "乙"), (1, 1, 2, "2.00"), (2, 1, 2, "有企业报告。"), (3, 1, 1, "产出指标"), (4, 1, 1, "质量指标"), (5, 1, 1, "c"), (6, 1, 1, "3")],
            [(3, 1, 1, "产出指标"), (4, 1, 1, "质量指标"), (5, 1, 1, "d"), (6, 1, 1, "4")],
        ],
        pages={3: 2},
    )  # fmt: skip
    found = read(printed)
    assert [row[0] for row in found] == ["甲", "甲", "乙", "乙", "乙", "乙"]
    assert [row[3] for row in found if row[2] == "绩效目标"] == ["做甲。", "组织完成本市国有企业报告。"]


def test_a_table_of_goals_joins_a_row_that_a_page_break_cuts() -> None:
    printed = form(
        [
            [
                (0, 1, 1, "二级预算单位名称"),
                (1, 1, 1, "一级项目名称"),
                (2, 1, 1, "预算数（万元）"),
                (3, 1, 1, "绩效目标"),
            ],
            [(0, 1, 1, "某厅（本级）"), (1, 1, 1, "值班业务"), (2, 1, 1, "24.67"), (3, 1, 1, "按时完成值班。")],
            [(0, 1, 1, "某厅"), (1, 1, 1, "公报编辑管"), (2, 1, 1, "200.18"), (3, 1, 1, "完成公报编辑工")],
            [(0, 1, 1, "（本级）"), (1, 1, 1, "理"), (2, 1, 1, ""), (3, 1, 1, "作，发行 42 期。")],
        ],
        pages={3: 2},
    )
    assert looks_like_performance_form(printed)
    assert read(printed) == [
        ("值班业务", "annual", "绩效目标", "按时完成值班。", None),
        ("公报编辑管理", "annual", "绩效目标", "完成公报编辑工作，发行 42 期。", None),
    ]


def test_indicators_listed_in_one_text_give_both_horizons() -> None:
    text = (
        "1、1-产出指标；12-质量指标；工单准确率；实施周期指标值:≥98%；年度指标值:≥97%。"
        "2、4-成本指标；41-经济成本指标；成本控制率；实施周期指标值:≤1；年度指标值:≤1。"
    )
    printed = flat(
        ["项目名称（资金使用单位）", "总计", "绩效目标", "绩效指标"], ["热线运营项目", "12,000.00", "", text]
    )
    assert [row[1:] for row in read(printed)] == [
        ("terminal", "产出指标 / 质量指标 / 工单准确率", "≥98%", Decimal(98)),
        ("annual", "产出指标 / 质量指标 / 工单准确率", "≥97%", Decimal(97)),
        ("terminal", "成本指标 / 经济成本指标 / 成本控制率", "≤1", Decimal(1)),
        ("annual", "成本指标 / 经济成本指标 / 成本控制率", "≤1", Decimal(1)),
    ]


def test_the_nested_layout_is_read_by_its_names_where_spans_are_lost() -> None:
    printed = flat(
        ["年度绩效目标", "项目名称", "公报编辑业务", "", "项目属性", "延续项目(√)"],
        ["", "预算金额", "110", "原有资金", "0", ""],
        ["", "绩效内容", "绩效指标", "子项目名称", "指标内容", "目标值"],
        ["", "投入", "单位成本", "设备采购", "到货并验收", "19.4 万元"],
        ["", "", "", "", "系统调试", "--"],
        ["", "", "", "", "系统调试", "8"],
        ["", "年度资金使用进度安排", "周刊支出。", "预计每季度支出 23 万元。", "", ""],
        ["--", "--", "", "", "", ""],
        ["工作时效", "", "发布时效性。", "", "", "逐步实现全文"],
        ["", "", "上网。", "", "", ""],
        ["终期绩效目标", "项目名称", "公报编辑业务", "", "预算总金额", "6626 万元"],
        ["", "绩效内容", "绩效指标", "指标内容", "", "目标值"],
        ["", "产出", "数量", "发行。", "", "92"],
        ["填报人及联系电话:", "", "", "填报日期:", "2016-10-10", ""],
    )
    project = "公报编辑业务"
    assert read(printed) == [
        (project, "annual", "投入 / 单位成本 / 设备采购 / 到货并验收", "19.4 万元", Decimal("19.4")),
        (project, "annual", "投入 / 单位成本 / 设备采购 / 系统调试", None, None),
        (project, "annual", "投入 / 单位成本 / 设备采购 / 系统调试 #2", "8", Decimal(8)),
        (project, "annual", "投入 / 年度资金使用进度安排 / 周刊支出。", "预计每季度支出 23 万元。", None),
        (project, "annual", "投入 / 工作时效 / 发布时效性。", "逐步实现全文上网。", None),
        (project, "terminal", "产出 / 数量 / 发行。", "92", Decimal(92)),
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [("92", "92"), ("≥99.5%", "99.5"), ("≤4.5万元", "4.5"), ("≥330台套", "330"), ("不低于50%", "50"), ("=100.00(%)", "100.00"),
     ("1,200", "1200"), ("每周 1 期。", None), ("2026年6月", None), ("12月前完成", None), ("5-10家", None), ("优", None),
     ("1个；60个", None), ("支付合同款的 17.3%即 336.612 万元;", None)],
)  # fmt: skip
def test_a_target_is_a_number_only_where_it_plainly_is_one(text: str, value: str | None) -> None:
    assert target_value(text) == (None if value is None else Decimal(value))


def test_forms_of_amounts_are_no_performance_forms() -> None:
    assert not looks_like_performance_form(
        flat(["科目编码", "科目名称", "合计", "基本支出", "项目支出"], ["2010301", "行政运行", "1", "1", ""])
    )
    assert not looks_like_performance_form(flat(["项目", "2026年预算数"], ["一、财政拨款", "12.00"]))
    assert looks_like_performance_form(LABELLED)

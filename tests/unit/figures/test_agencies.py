"""Agencies among the lines of a form, told by words and sums; and lines that are the sum of agencies."""

from __future__ import annotations

from decimal import Decimal

from pipeline.figures import hierarchy
from pipeline.figures.agencies import tell_agencies
from pipeline.figures.lines import LineRow

HALF = Decimal("0.005")


def lines_and_amounts(*rows: tuple[str, str | None, int]) -> tuple[list[LineRow], hierarchy.Amounts]:
    lines = [
        LineRow(row=row, group=0, page_number=1, name=name, code=code, kind="total" if name == "合计" else "line")
        for row, (name, code, _) in enumerate(rows)
    ]
    return lines, {row: (Decimal(value), HALF) for row, (_, _, value) in enumerate(rows)}


def test_bodies_whose_amounts_are_the_sums_of_the_lines_below_them_are_agencies() -> None:
    lines, amounts = lines_and_amounts(
        ("合计", None, 60), ("青川市司法局（本级）", None, 40), ("一般公共服务支出", "201", 30), ("行政运行", "2010301", 30),
        ("培训支出", "2050803", 10), ("青川市法律援助中心", None, 20), ("事业运行", "2010350", 20),
    )  # fmt: skip
    assert tell_agencies(lines, amounts)
    assert [line.row for line in lines if line.kind == "agency"] == [1, 5]
    assert [line.agency_name for line in lines[2:5]] == ["青川市司法局(本级)"] * 3
    assert lines[6].agency_name == "青川市法律援助中心"


def test_a_name_of_a_body_that_is_no_sum_is_a_line() -> None:
    lines, amounts = lines_and_amounts(
        ("合计", None, 60), ("市政务服务中心", None, 40), ("信息系统运行", None, 15), ("大厅物业管理", None, 5)
    )
    assert not tell_agencies(lines, amounts)
    assert all(line.kind != "agency" for line in lines)


def test_a_body_between_agencies_heads_its_own_lines() -> None:
    """土地开发中心（本级） is an agency by its sum, though other forms call it otherwise; it is no line of the unit before it."""
    lines, amounts = lines_and_amounts(
        ("合计", None, 90), ("甲局", None, 40), ("工资福利支出", "301", 30), ("资本性支出", "310", 10),
        ("青川市土地开发中心（本级）", None, 50), ("工资福利支出", "301", 45), ("资本性支出", "310", 5),
    )  # fmt: skip
    lines[1].kind = "agency"
    for line in lines[1:]:
        line.agency_name = "甲局"
    assert tell_agencies(lines, amounts)
    assert [line.row for line in lines if line.kind == "agency"] == [1, 4]
    assert [line.agency_name for line in lines[4:]] == ["青川市土地开发中心(本级)"] * 3
    assert lines[3].agency_name == "甲局"


def test_bodies_that_buy_in_several_categories_head_their_items_in_each() -> None:
    lines, amounts = lines_and_amounts(
        ("合计", None, 100), ("货物", None, 40), ("青川中学", None, 30), ("复印纸", None, 10), ("空调机", None, 20), ("少年宫", None, 10),
        ("复印纸", None, 10), ("服务", None, 60), ("青川中学", None, 60), ("物业管理", None, 25), ("市档案馆", None, 35),
    )  # fmt: skip
    assert tell_agencies(lines, amounts, frozenset({"少年宫"}))
    assert [line.row for line in lines if line.kind == "agency"] == [2, 5, 8], (
        "what 青川中学 spends on 市档案馆 is a line"
    )
    hierarchy.tie(lines, amounts)
    assert [lines[row].parent for row in (1, 2, 5, 7, 8)] == [0, 1, 1, 0, 7]
    assert [line.agency_name for line in lines if line.name == "复印纸"] == ["青川中学", "少年宫"]
    assert [line.row for line in lines if line.kind == "line" and not line.is_parent] == [3, 4, 6, 9, 10]


def test_bodies_whose_lines_do_not_add_up_to_the_total_are_lines() -> None:
    lines, amounts = lines_and_amounts(
        ("合计", None, 95), ("货物", None, 40), ("青川中学", None, 40), ("复印纸", None, 40), ("服务", None, 60), ("东河中学", None, 60),
        ("物业管理", None, 60),
    )  # fmt: skip
    assert not tell_agencies(lines, amounts)
    assert all(line.kind != "agency" for line in lines)


def test_a_line_over_agencies_is_no_leaf_and_they_are_its_addends() -> None:
    lines, amounts = lines_and_amounts(
        ("合计", None, 50), ("全额", None, 30), ("甲局", None, 20), ("电脑", None, 20), ("乙站", None, 10), ("家具", None, 10),
        ("差额", None, 20), ("丙院", None, 20), ("仪器", None, 20),
    )  # fmt: skip
    for row, name in ((2, "甲局"), (4, "乙站"), (7, "丙院")):
        lines[row].kind = "agency"
        lines[row].agency_name = lines[row + 1].agency_name = name
    lines[6].agency_name = "乙站"
    hierarchy.tie(lines, amounts)
    assert [lines[row].parent for row in (2, 4, 7)] == [1, 1, 6]
    assert [row for row in range(9) if lines[row].is_parent] == [0, 1, 2, 4, 6, 7]
    assert lines[6].head is None


def test_a_line_over_agencies_is_told_behind_lines_that_hold_one_another() -> None:
    """通用项目 holds 专项购置, which holds 电脑: together they are more than their agency, and 差额 is none of them."""
    lines, amounts = lines_and_amounts(
        ("合计", None, 70), ("全额", None, 50), ("甲局", None, 30), ("通用项目", None, 30), ("专项购置", None, 30), ("电脑", None, 30),
        ("乙站", None, 20), ("专项购置", None, 20), ("家具", None, 20), ("差额", None, 20), ("丙院", None, 20), ("专用项目", None, 20),
        ("仪器", None, 20),
    )  # fmt: skip
    for row, name, end in ((2, "甲局", 6), (6, "乙站", 10), (10, "丙院", 13)):
        lines[row].kind = "agency"
        for line in lines[row:end]:
            line.agency_name = name
    hierarchy.tie(lines, amounts)
    assert [lines[row].parent for row in (2, 6, 10)] == [1, 1, 9]
    assert [line.row for line in lines if line.kind == "line" and not line.is_parent] == [5, 8, 12]


def test_the_last_line_of_an_agency_is_not_over_the_next_one() -> None:
    lines, amounts = lines_and_amounts(
        ("合计", None, 60), ("甲局", None, 30), ("电脑", None, 30), ("乙站", None, 30), ("家具", None, 30)
    )
    for row, name in ((1, "甲局"), (3, "乙站")):
        lines[row].kind = "agency"
        lines[row].agency_name = lines[row + 1].agency_name = name
    hierarchy.tie(lines, amounts)
    assert lines[2].parent == 1
    assert lines[3].parent == 0

"""Posts, people and cars that forms count, with the body that they are of."""

from __future__ import annotations

import pytest

from pipeline.figures.counted_in_forms import metric_of, statistics_of_forms
from pipeline.forms.assembly import assemble
from pipeline.forms.identity import Identity
from tests.unit.printed import document

ACCOUNT = Identity("final_account", 2024, "310107", "某市", "某市水利局", "department", None)
BUDGET = Identity("budget", 2024, "310107", "某市", "某市水利局", "department", None)


def counted(text: str, body: Identity = ACCOUNT) -> dict[tuple[str, str], int]:
    forms, _ = assemble(document(text), "0" * 16)
    rows = statistics_of_forms(forms, set(), body, [], "0" * 16)
    return {(row["agency_name"], row["metric"]): int(row["value"]) for row in rows}


THREE_PUBLIC = """
“三公”经费支出决算表
编制单位：某市水利局
项目 | 行次 | 预算数 | 决算数
栏次 |  | 1 | 2
1．因公出国（境）费 | 3 | 0.00 | 0.00
（二）相关统计数 | 11 | — | —
3．公务用车购置数（辆） | 14 | — | 1
4．公务用车保有量（辆） | 15 | {} | 2
"""


@pytest.mark.parametrize("planned", ["—", "3"])
def test_cars_of_a_final_account_stand_in_its_own_column_and_not_in_the_number_of_the_row(planned: str) -> None:
    assert counted(THREE_PUBLIC.format(planned)) == {("某市水利局", "vehicles"): 2}


def test_cars_of_a_form_without_numbers_of_rows() -> None:
    text = """
机构运行信息表
单位：元
项目 | 统计数
一、机关运行经费 | 402115.33
（一）车辆数合计（辆） | 19
1．副部（省）级及以上领导用车 | 0
"""
    assert counted(text) == {("某市水利局", "vehicles"): 19}


def test_bodies_beside_their_posts_and_people() -> None:
    text = """
部门人员情况表
单位名称 | 编制人数 | < | 实有人数 | 离休人数 | 退休人数 | 在校学生
^ | 小计 | 行政编制 | ^ | ^ | ^ | ^
合计 | 130 | 100 | 121 | 1 | 60 | 5
某市水利局（本级） | 100 | 100 | 96 | 1 | 40 | 0
某市水文站 | 30 | 0 | 25 | 0 | 20 | 5
"""
    assert counted(text, BUDGET) == {
        ("某市水利局", "authorised_posts"): 130, ("某市水利局", "staff"): 121, ("某市水利局", "retirees_leave"): 1,
        ("某市水利局", "retirees"): 60,
        ("某市水利局(本级)", "authorised_posts"): 100, ("某市水利局(本级)", "staff"): 96, ("某市水利局(本级)", "retirees_leave"): 1,
        ("某市水利局(本级)", "retirees"): 40,
        ("某市水文站", "authorised_posts"): 30, ("某市水文站", "staff"): 25, ("某市水文站", "retirees_leave"): 0,
        ("某市水文站", "retirees"): 20,
    }  # fmt: skip


def test_a_form_that_counts_one_thing_twice_differently_says_nothing() -> None:
    assert counted("基本情况表\n编制人数 | 35 | 实有人数 | 33\n编制人数 | 36 | 其他 | 1", BUDGET) == {
        ("某市水利局", "staff"): 33
    }


@pytest.mark.parametrize(
    "label",
    [
        "行政单位离退休",
        "离退休",
        "离退休人员",
        "行政编制",
        "编制单位",
        "公务用车购置数（辆）",
        "公务用车运行维护费",
        "在校学生",
        "退休费",
        "编制外人员",
    ],
)
def test_labels_that_count_nothing_wanted(label: str) -> None:
    assert metric_of(label) is None

"""A form whose lines stand in a longer form of its kind is not counted again."""

from __future__ import annotations

from decimal import Decimal

from pipeline.figures.agencies import agencies_printed
from pipeline.figures.interpretation import Body, interpret
from pipeline.figures.repeated_forms import set_aside_repeated
from pipeline.forms.assembly import assemble
from pipeline.proofs.judge import score
from tests.unit.printed import document

LIST = """2026年所有项目支出预算
单位：万元
单位名称 | 项目名称 | 预算数
青川市司法局（本级） | 产业服务保障 | {first}
青川市司法局（本级） | 运行保障 | 1,289.38
青川市司法局（本级） | 预算准备金 | 201.65
"""
FORM = """---
项目支出总表
单位：万元
项目名称 | 总计 | 财政拨款 | 上年结转
合计 | 6,676.86 | 6,308.58 | 368.28
产业服务保障 | 4,985.83 | 4,617.55 | 368.28
运行保障 | 1,289.38 | 1,289.38 |
预算准备金 | 201.65 | 201.65 |
人才专项经费 | 200.00 | 200.00 |
"""


def leaves_by_form(text: str) -> list[Decimal]:
    """Sum of the leaves of each form, in 万元."""
    forms, _ = assemble(document(text), "0" * 16)
    body = Body("0" * 16, 2026, "budget", "青川市司法局（本级）", agencies_printed(forms, 2026))
    read = {form.index: interpret(form, body, score) for form in forms if form.key is not None}
    set_aside_repeated(forms, read)
    assert [form.key for form in forms] == ["project_expenditure"] * 2
    return [
        sum((figure.amount_yuan or Decimal(0) for figure in one.figures if figure.is_leaf), Decimal(0)) / 10000
        for one in read.values()
    ]


def test_a_list_of_projects_beside_the_form_of_projects_is_counted_once() -> None:
    assert leaves_by_form(LIST.format(first="4,985.83") + FORM) == [0, Decimal("6676.86")]


def test_two_lists_of_other_projects_are_both_counted() -> None:
    other = LIST.format(first="70.00").replace("1,289.38", "80.00").replace("201.65", "90.00")
    assert leaves_by_form(other + FORM) == [240, Decimal("6676.86")]

"""Sentences that say of an item of the three public expenses that nothing is spent on it."""

from __future__ import annotations

import pytest

from pipeline.figures.narrative import narrative_figures
from pipeline.figures.paragraph import paragraphs
from pipeline.figures.stated_zero import stated_zeros
from tests.unit.test_narrative import ACCOUNT, BUDGET, DOCUMENT, text_document


def zeros(*lines: str, body: object = BUDGET) -> set[str]:
    found = paragraphs(text_document(*lines))
    rows = narrative_figures(found, body, [], DOCUMENT)  # type: ignore[arg-type]
    denied = stated_zeros(rows, found, body, DOCUMENT)  # type: ignore[arg-type]
    return {row["zero_item"] for row in [*rows, *denied] if row.get("zero_item")}


@pytest.mark.parametrize(
    ("sentence", "items"),
    [
        ("因公出国（境）费0万元，与上年持平；公务接待费0.00万元。", {"overseas_travel", "official_reception"}),
        (
            "公务用车购置及运行费18万元，其中：公务用车购置费0.00万元，公务用车运行维护费18.00万元。",
            {"vehicle_purchase"},
        ),
        ("公务用车购置及运行费0万元，与上年持平。", {"vehicles"}),
        ("2017年无公务用车购置预算安排。", {"vehicle_purchase"}),
        ("上年及本年度，本部门均无因公出国（境）经费预算。", {"overseas_travel"}),
        ("本年度无财政拨款因公出国（境）费支出。", {"overseas_travel"}),
        ("本单位没有发生公务接待费。", {"official_reception"}),
        ("本部门2017年度无“三公”经费财政拨款支出。", {"total"}),
    ],
)
def test_zeros_of_the_year(sentence: str, items: set[str]) -> None:
    assert zeros(sentence) == items


@pytest.mark.parametrize(
    "sentence",
    [
        "比2016年减少20万元，主要原因是上年无公务用车购置。",
        "2016年无公务用车购置费。",
        "没有外宾接待支出，没有发生国（境）外公务接待支出。",
        "如无公务接待费支出，则为空表。",
        "已实行公务用车改革，无公务用车。",
        "市打私办无公务接待费支出。",
        "公务接待费5万元。",
        "比2016年预算数减少0万元。",
    ],
)
def test_what_is_no_zero_of_the_body_in_its_year(sentence: str) -> None:
    assert zeros(sentence) == set()


def test_a_zero_is_none_where_another_sentence_states_an_amount() -> None:
    assert zeros("公务接待费0万元。", "公务接待费预算5万元，无“三公”经费支出。") == set()


def test_phases_of_a_final_account_are_told_apart() -> None:
    said = "公务接待费支出年初预算为0.95万元，支出决算为0.00万元；因公出国（境）费年初预算为0万元。"
    assert zeros(said, body=ACCOUNT) == {"official_reception"}

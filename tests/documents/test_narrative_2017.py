"""Narrative and performance forms of the 2017 document, against facts typed from its pages (万元)."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline.reading import Claim, read_document

PATH = Path(__file__).parents[3] / "shared" / "corpus" / "budget" / "深圳市_人民政府办公厅_2017.md"
pytestmark = pytest.mark.skipif(
    not PATH.exists(), reason="the corpus of real disclosures is not beside the repository (../shared/corpus)"
)

UNIT, OTHER = "市政府办公厅本级", "市政务办"
PROJECTS = (11, 110, 252, 170, 40, 231, 51, 333, 89, 20, 28, 235, 1486)


@cache
def tables() -> dict[str, list[dict[str, Any]]]:
    return read_document(PATH.read_bytes(), Claim(PATH.name)).rows


def stated() -> list[tuple[str, str, int]]:
    return [
        (row["agency_name"], row["subject"], int(row["amount_yuan"] / 10000))
        for row in tables()["narrative_figure"]
        if row["measure"] == "stated"
    ]


def test_the_department_is_the_sum_of_its_four_kinds() -> None:
    parts = {"人员支出": 4319, "公用支出": 584, "对个人和家庭的补助支出": 772, "项目支出": 6544}
    found = {
        subject: amount for agency, subject, amount in stated() if agency == "深圳市人民政府办公厅" and subject in parts
    }
    assert found == parts
    assert sum(found.values()) == 12219


def test_thirteen_items_are_the_projects_of_the_office_and_three_of_its_other_unit() -> None:
    items = [
        row
        for row in tables()["narrative_figure"]
        if row["agency_name"] in (UNIT, OTHER) and (block(row)["heading"] or "").endswith("项目支出")
    ]
    amounts = {
        agency: [int(row["amount_yuan"] / 10000) for row in items if row["agency_name"] == agency]
        for agency in (UNIT, OTHER)
    }
    assert amounts == {UNIT: list(PROJECTS), OTHER: [1560, 35, 1893]}
    assert (sum(amounts[UNIT]), sum(amounts[OTHER])) == (3056, 3488)


def block(row: dict[str, Any]) -> dict[str, Any]:
    return next(one for one in tables()["text_block"] if one["block_index"] == row["block_index"])


def test_changes_are_signed_and_of_the_year() -> None:
    changes = [
        (row["measure"], int(row["amount_yuan"] / 10000))
        for row in tables()["narrative_figure"]
        if row["measure"] in ("increase", "decrease")
    ]
    assert changes == [
        ("increase", 2086), ("increase", 2086), ("decrease", -25), ("decrease", -11), ("decrease", -14), ("decrease", -123),
    ]  # fmt: skip
    assert {
        row["fiscal_year"] for row in tables()["narrative_figure"] if row["measure"] in ("increase", "decrease")
    } == {2017}


def test_ties_lead_to_the_same_amount_in_the_form_that_the_words_name() -> None:
    figures = {row["figure_id"]: row for row in tables()["figure"]}
    tied = [(row, figures[row["figure_id"]]) for row in tables()["narrative_figure"] if row["figure_id"]]
    assert len(tied) >= 40
    assert all(
        row["amount_yuan"] == figure["amount_yuan"] and row["fiscal_year"] == figure["fiscal_year"]
        for row, figure in tied
    )
    forms = {
        (row["agency_name"], row["subject"]): (figure["form"], figure["agency_name"], figure["line_name"])
        for row, figure in tied
    }
    assert forms[UNIT, "人员支出"] == ("basic_expenditure", "深圳市府办公厅本级", "工资福利支出")
    assert forms[OTHER, "公用支出"] == ("basic_expenditure", "深圳市政务服务管理办公室", "商品和服务支出")
    assert forms[UNIT, "综合管理业务"][0] == "project_expenditure"
    assert forms["深圳市人民政府办公厅", "公务接待费"][0] == "three_public"


def test_what_no_form_prints_is_tied_to_nothing() -> None:
    untied = {
        (row["agency_name"], row["subject"])
        for row in tables()["narrative_figure"]
        if row["measure"] == "stated" and not row["figure_id"]
    }
    # 4,319, 584, 772 are sums over units, 513 = 473 + 40, 1,121 = 997 + 124: no cell of a form prints them.
    assert {
        ("深圳市人民政府办公厅", "人员支出"),
        (UNIT, "公用支出"),
        ("深圳市人民政府办公厅", "市政府办公厅政府采购预算"),
    } <= untied


def test_posts_of_the_department_are_those_of_its_units() -> None:
    found = {(row["agency_name"], row["metric"]): int(row["value"]) for row in tables()["agency_statistic"]}
    assert found == {
        ("深圳市人民政府办公厅", "units"): 2, ("深圳市人民政府办公厅", "authorised_posts"): 170, ("深圳市人民政府办公厅", "staff"): 159,
        ("深圳市人民政府办公厅", "retirees_leave"): 7, ("深圳市人民政府办公厅", "retirees"): 58, ("深圳市人民政府办公厅", "vehicles"): 10,
        (UNIT, "authorised_posts"): 144, (UNIT, "staff"): 137, (UNIT, "retirees_leave"): 7, (UNIT, "retirees"): 55, (UNIT, "vehicles"): 10,
        (OTHER, "authorised_posts"): 26, (OTHER, "staff"): 22, (OTHER, "retirees"): 3, (OTHER, "vehicles"): 0,
    }  # fmt: skip
    assert (
        found["深圳市人民政府办公厅", "authorised_posts"]
        == found[UNIT, "authorised_posts"] + found[OTHER, "authorised_posts"]
    )


def test_performance_forms_hold_all_their_indicators() -> None:
    rows = tables()["performance_indicator"]
    counts = {(row["form_index"], row["horizon"]): 0 for row in rows}
    for row in rows:
        counts[row["form_index"], row["horizon"]] += 1
    # Form 1: 3 + 1 + 3 inputs, 3 + 2 + 1 outputs, 4 effects. Form 2: 10 + 1 + 10, 3 × 10, 1 + 6 + 1 + 1; to its end 8 + 1 + 8, 3 × 8, 9.
    assert sorted(counts.values()) == [17, 50, 60]
    keys = [(row["project_name"], row["horizon"], row["indicator_path"]) for row in rows]
    assert len(set(keys)) == len(keys)


def test_unit_costs_of_the_gazette_add_up_to_its_budget() -> None:
    costs = [row["target_value"] for row in tables()["performance_indicator"]
             if row["project_name"] == "政府公报编辑业务" and row["indicator_path"].startswith("投入 / 单位成本")]  # fmt: skip
    assert costs == [Decimal(92), Decimal(10), Decimal(8)]
    assert sum(costs) == 110


def test_sentences_that_page_breaks_cut_are_whole_again() -> None:
    texts = " ".join(row["target_text"] or "" for row in tables()["performance_indicator"])
    assert "为公众提供一站式便民服务。" in texts
    assert "客户关系管理系统" in texts


def test_no_contact_person_is_left_in_any_row() -> None:
    for table in ("text_block", "narrative_figure", "agency_statistic", "performance_indicator"):
        assert not [row for row in tables()[table] if "样例" in str(row) or "1390000000" in str(row)]

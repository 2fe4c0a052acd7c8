"""Sections and clauses: of which year, phase, scope and fund an amount is, and what says so. One test for each kind of sentence."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.figures.narrative import narrative_figures
from pipeline.figures.paragraph import paragraphs
from pipeline.forms.identity import Identity
from pipeline.readers.printed import Box, Cell, Grid, Line, Page, PrintedDocument

DRAFT = Identity(
    "budget", 2023, "000001", "某市", "某市人民政府", "government", "关于某市2022年预算执行情况和2023年预算草案的报告"
)
ACCOUNT = Identity(
    "final_account",
    2024,
    "000001",
    "某市",
    "某市人民政府",
    "government",
    "关于某市2024年市级决算和2025年上半年预算执行情况的报告",
)
BUREAU = Identity("budget", 2023, "000001", "某市", "某市某局", "department", None)


def said(body: Identity, *lines: str) -> list[dict[str, Any]]:
    pages = [Page(1, [Line(1, line, starts_paragraph=True) for line in lines], "text")]
    return narrative_figures(paragraphs(PrintedDocument("text", pages, None)), body, (), "0" * 16)


def told(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def amounts(body: Identity, *lines: str) -> dict[str, tuple[Any, ...]]:
    """Year, phase, scope and fund by printed amount."""
    return {row["printed_text"]: told(row, "fiscal_year", "phase", "scope", "fund") for row in said(body, *lines)}


GENERAL, FUNDS, CAPITAL = "general_public_budget", "government_managed_funds", "state_capital_operations"


def test_a_section_of_execution_inside_a_draft_is_of_the_year_before() -> None:
    found = amounts(
        DRAFT,
        "一、2022年预算执行情况", "（一）一般公共预算", "全市收入10亿元，增长5%。",
        "二、2023年预算草案", "（一）一般公共预算", "全市收入11亿元，增长6%。",
    )  # fmt: skip
    assert found["10亿元"] == (2022, "executed", "all_tiers", GENERAL)
    assert found["5%"] == (2022, "executed", "all_tiers", GENERAL)
    assert found["11亿元"] == (2023, "approved", "all_tiers", GENERAL)


def test_an_account_goes_on_with_half_a_year_which_counts_its_own_years() -> None:
    found = amounts(
        ACCOUNT,
        "一、2024年决算情况", "2024年，市级一般公共预算收入完成5亿元。",
        "二、2025年上半年预算执行情况", "1—6月份，全市一般公共预算支出完成6亿元，去年同期市本级拨付2亿元。",
    )  # fmt: skip
    assert found["5亿元"] == (2024, "executed", "tier", GENERAL)
    assert found["6亿元"] == (2025, "half_year", "all_tiers", GENERAL)
    assert found["2亿元"] == (2024, "half_year", "head", GENERAL)


def test_a_clause_names_its_own_phase() -> None:
    sentence = "市级一般公共预算收入年初预算为84.8亿元，执行中按程序调减收入预算10.3亿元，调整后收入预算为74.5亿元，预计完成73亿元，为调整预算的98%。"
    rows = said(DRAFT, "一、2022年预算执行情况", sentence)
    assert [told(row, "phase", "measure") for row in rows] == [
        ("approved", "stated"), ("adjusted", "decrease"), ("adjusted", "stated"), ("forecast", "stated"), ("forecast", "percentage"),
    ]  # fmt: skip
    rows = said(DRAFT, "一、2022年预算执行情况", "支出预算由年初的7亿元调整为8亿元，实际完成9亿元。")
    assert [row["phase"] for row in rows] == ["approved", "adjusted", "executed"]


def test_an_amount_that_another_is_measured_by_keeps_its_phase_to_itself() -> None:
    rows = said(DRAFT, "一、2022年预算执行情况", "全市支出95亿元,完成调整预算1,000,000万元的95%,加上解支出2亿元。")
    assert [row["phase"] for row in rows] == ["executed", "adjusted", "executed", "executed"]
    assert rows[2]["percentage_kind"] == "rate"


def test_percentages_are_growth_share_or_rate_and_no_amounts() -> None:
    rows = said(DRAFT, "一、2022年预算执行情况", "全市税收收入8亿元，增长5%，占一般公共预算收入的80%，完成预算的101%。")
    assert [row["percentage_kind"] for row in rows] == [None, "growth", "share", "rate"]
    assert all(row["amount_yuan"] is None for row in rows[1:])


@pytest.mark.parametrize(
    ("words", "scope", "name"),
    [
        ("全市一般公共预算收入", "all_tiers", "全市"), ("某市一般公共预算收入", "all_tiers", "某市"), ("市级一般公共预算收入", "tier", "市级"),
        ("市本级一般公共预算收入", "head", "市本级"), ("高新技术开发区一般公共预算收入", "zone", "高新技术开发区"), ("区县级一般公共预算收入", "lower_tiers", "区县级"),
        ("2022年，经济技术开发区政府性基金预算收入", "zone", "经济技术开发区"), ("补助区县支出", None, None),
    ],
)  # fmt: skip
def test_scopes_are_told_apart(words: str, scope: str | None, name: str | None) -> None:
    row = said(DRAFT, "一、2022年预算执行情况", f"{words}3亿元。")[0]
    assert told(row, "scope", "scope_name", "is_context_certain") == (scope, name, scope is not None)


def test_a_district_counts_from_its_own_tier() -> None:
    district = Identity("budget", 2023, "000002", "某市某区", "某市某区人民政府", "government", DRAFT.title)
    found = amounts(district, "一、2022年预算执行情况", "全区收入3亿元。区级收入2亿元。区本级收入1亿元。")
    assert [found[text][2] for text in ("3亿元", "2亿元", "1亿元")] == ["all_tiers", "tier", "head"]


def test_money_that_comes_or_goes_is_of_the_fund_it_is_told_in() -> None:
    found = amounts(
        DRAFT,
        "一、2022年预算执行情况", "（一）一般公共预算", "市级调入资金9亿元，其中：从政府性基金预算调入7亿元、从国有资本经营预算调入2亿元。",
        "（二）政府性基金预算", "市级收入8亿元，减去调入一般公共预算3亿元。",
    )  # fmt: skip
    assert {found[text][3] for text in ("9亿元", "7亿元", "2亿元")} == {GENERAL}
    assert {found[text][3] for text in ("8亿元", "3亿元")} == {FUNDS}


def test_several_budgets_together_are_no_fund_or_all_of_them() -> None:
    sentence = (
        "全市一般公共预算、政府性基金预算、国有资本经营预算支出共计12亿元，一般公共预算和政府性基金预算支出共计9亿元。"
    )
    rows = said(DRAFT, "二、2023年预算草案", sentence)
    assert [told(row, "fund", "is_context_certain") for row in rows] == [("all", True), (None, False)]


def test_debt_is_told_apart_and_a_limit_has_no_phase() -> None:
    rows = said(
        DRAFT,
        "一、2022年预算执行情况",
        "2022年市级一般债务限额13亿元。2021年年末市级专项债务余额9亿元，2022年发行政府债券2亿元，偿还债务1亿元。",
    )
    assert [told(row, "fiscal_year", "phase", "debt_item") for row in rows] == [
        (2022, None, "limit"), (2021, "executed", "balance"), (2022, "executed", "issued"), (2022, "executed", "repaid"),
    ]  # fmt: skip
    assert [row["fund"] for row in rows[:2]] == [GENERAL, FUNDS]


def test_a_second_clause_and_brackets_have_subjects_of_their_own() -> None:
    rows = said(DRAFT, "一、2022年预算执行情况", "全市收入149.42亿元，支出109.39亿元。债务还本支出减少（15.35亿元）。")
    assert rows[0]["subject"] == "全市收入"
    assert rows[1]["subject"].endswith("支出")
    assert told(rows[2], "subject", "measure") == ("债务还本支出", "decrease")
    rows = said(DRAFT, "一、2022年预算执行情况", "全市收入4亿元（其中：税收收入3亿元，非税收入1亿元），增长5%。")
    assert [row["subject"] for row in rows[1:3]] == ["税收收入", "非税收入"]


def test_a_deficit_is_negative_and_trillions_are_amounts() -> None:
    rows = said(DRAFT, "一、2022年预算执行情况", "全市收支相抵，支大于收1.5亿元。地区生产总值1.2万亿元。")
    assert [row["amount_yuan"] for row in rows] == [-150_000_000, 1_200_000_000_000]


def test_marks_of_notes_are_no_digits() -> None:
    rows = said(DRAFT, "一、2022年预算执行情况", "全市收入增长2.1%¹，为调整预算①的99.5%。")
    assert [told(row, "printed_text", "percentage_kind") for row in rows] == [("2.1%", "growth"), ("99.5%", "rate")]


def test_what_is_not_certain_says_so() -> None:
    rows = said(DRAFT, "一、2022年预算执行情况", "全市五年来累计投入90亿元。1—11月，全市新增减税12亿元。")
    assert [row["is_context_certain"] for row in rows] == [False, False]
    rows = said(DRAFT, "拨付资金3亿元。")
    assert rows[0]["is_context_certain"] is False, "a report of two years, and no heading says which"


def test_the_reason_of_a_change_names_no_year_for_what_follows() -> None:
    found = amounts(
        DRAFT,
        "一、2022年预算执行情况",
        "全市国有资本经营预算收入7亿元，主要是2021年一次性收入较多，加上上年结余2亿元。",
    )
    assert found["2亿元"][0] == 2022


def test_evidence_names_the_level_and_the_words() -> None:
    row = said(DRAFT, "一、2022年预算执行情况", "（一）政府性基金预算", "市级收入8亿元。")[0]
    assert row["context"] == (
        "year=heading:2022年预算执行情况; phase=heading:2022年预算执行情况; scope=clause:市级; fund=heading:政府性基金预算; subject=clause:市级收入"
    )


def test_departments_have_no_scope_and_their_last_year_counts_from_the_section() -> None:
    found = said(
        BUREAU,
        "一、2022年预算执行情况",
        "本局支出完成8万元，比上年增加1万元。",
        "二、2023年预算安排",
        "本年支出预算9万元，上年支出预算7万元。",
    )
    assert [told(row, "fiscal_year", "phase", "scope") for row in found] == [
        (2022, "executed", None), (2022, "executed", None), (2023, "approved", None), (2022, "approved", None),
    ]  # fmt: skip


def test_a_note_below_a_page_stands_between_the_halves_of_a_paragraph_and_each_amount_knows_its_page() -> None:
    def line(page: int, top: float, x0: float, x1: float, text: str, size: float = 16.0) -> Line:
        return Line(page, text, Box(x0, top, x1, top + size), size)

    pages = [
        Page(1, [
            line(1, 100, 96, 530, "2022年，全市政府性基金预算收入完成1059.4亿元，比上年"),
            line(1, 131, 63, 498, "下降25.2%。全市政府性基金预算支出安排的政府性基金支出完成"),
            line(1, 700, 80, 90, "①", 5.0),
            line(1, 702, 90, 400, "收入下降的原因是土地收入减收31亿元。", 9.0),
            line(1, 800, 290, 310, "- 1 -"),
        ], "pdf", 595, 842),
        Page(2, [line(2, 100, 63, 300, "1695.9亿元，增长4.5%。", 21.0)], "pdf", 595, 842),
    ]  # fmt: skip
    found = paragraphs(PrintedDocument("pdf", pages, 2))
    assert [paragraph.text[-8:] for paragraph in found] == ["元，增长4.5%。"[-8:], "收入减收31亿元。"[-8:]]
    rows = narrative_figures(found, DRAFT, (), "0" * 16)
    assert [(row["printed_text"], row["page_number"]) for row in rows if row["measure"] != "percentage"] == [
        ("1059.4亿元", 1), ("1695.9亿元", 2), ("31亿元", 1),
    ]  # fmt: skip


def test_a_ruled_box_of_prose_is_no_form_and_keeps_its_sentences() -> None:
    words = "专栏 积极的财政政策。2022年，全市共安排市级专项资金3亿元，支持科技型中小企业发展，带动社会投资，促进产业转型升级。\n其中，市本级拨付2亿元。"
    box = Grid(1, 1, 1, [Cell(0, 0, words)], "pdf")
    table = Grid(1, 1, 2, [Cell(0, 0, "全市。" + "收入" * 40), Cell(0, 1, "5.00")], "pdf")
    heading = Line(1, "一、2022年预算执行情况", starts_paragraph=True)
    rows = narrative_figures(
        paragraphs(PrintedDocument("pdf", [Page(1, [heading, box, table], "pdf")], 1), [heading]), DRAFT, (), "0" * 16
    )
    assert [told(row, "printed_text", "fiscal_year", "phase") for row in rows] == [
        ("3亿元", 2022, "executed"), ("2亿元", 2022, "executed"),
    ]  # fmt: skip


def test_a_zone_keeps_its_whole_name_where_a_shorter_one_stands_for_it() -> None:
    rows = said(
        DRAFT,
        "一、2022年预算执行情况",
        "2022年某州工业园区（以下简称“园区”）一般公共预算收入4亿元。2022年园区一般公共预算支出3亿元。",
    )
    assert [told(row, "scope", "scope_name") for row in rows] == [("zone", "某州工业园区")] * 2


def certain(body: Identity, *lines: str) -> dict[str, bool]:
    return {row["printed_text"]: row["is_context_certain"] for row in said(body, *lines)}


def test_what_follows_a_debt_is_certain_where_the_heading_names_its_fund() -> None:
    sentence = "全市收入9亿元，加上一般债务转贷收入3亿元，调入资金2亿元，收入合计14亿元。"
    headed = certain(DRAFT, "一、2022年预算执行情况", "（一）一般公共预算", sentence)
    assert headed["2亿元"]
    assert headed["14亿元"]
    assert not certain(DRAFT, "一、2022年预算执行情况", "（一）政府性基金预算", sentence)["2亿元"]


def test_what_a_draft_expects_to_be_reached_is_its_budget() -> None:
    lines = ("二、2023年预算草案", "（一）一般公共预算", "全市一般公共预算收入预期实现11亿元，增长6%。")
    assert amounts(DRAFT, *lines)["11亿元"] == (2023, "approved", "all_tiers", GENERAL)
    assert certain(DRAFT, *lines)["11亿元"]


def test_a_numbered_list_is_of_the_scope_that_opens_it() -> None:
    lines = (
        "二、2023年预算草案", "1.一般公共预算", "全市一般公共预算支出12亿元。", "市本级一般公共预算支出安排8亿元，主要项目为：",
        "（1）教育支出3亿元，增长2%。", "（2）国防支出4亿元。", "（3）公共安全支出1亿元。",
    )  # fmt: skip
    found = amounts(DRAFT, *lines)
    assert {found[text] for text in ("3亿元", "4亿元", "1亿元")} == {(2023, "approved", "head", GENERAL)}
    assert all(certain(DRAFT, *lines).values())
    without = (*lines[:3], "市本级一般公共预算支出安排8亿元。", *lines[4:])
    assert not certain(DRAFT, *without)["3亿元"]


def test_what_comes_back_from_below_a_heading_goes_on_where_it_left() -> None:
    lines = (
        "二、2023年预算草案", "（一）一般公共预算", "市本级支出安排8亿元，主要项目为：", "1.教育支出3亿元。",
        "主要是以下项目：", "（1）义务教育2亿元。", "2.国防支出4亿元。",
    )  # fmt: skip
    assert amounts(DRAFT, *lines)["4亿元"] == (2023, "approved", "head", GENERAL)


def test_the_sum_of_a_list_is_not_of_its_last_kind() -> None:
    (row,) = said(DRAFT, "一、2022年预算执行情况", "市本级上解收入、专项债券转贷收入、调入资金等转移性收入449.9亿元。")
    assert row["debt_item"] is None


def test_the_title_of_a_statement_ends_the_sections_above_it() -> None:
    found = amounts(
        DRAFT,
        "关于2023年市级一般公共预算收入预算情况的说明", "四、其他收入", "全市其他收入3亿元。",
        "关于2023年市级政府性基金收入预算情况的", "市级收入5亿元。", "一、上级补助收入", "补助收入2亿元。",
    )  # fmt: skip
    assert found["5亿元"] == (2023, "approved", "tier", FUNDS)
    assert found["2亿元"] == (2023, "approved", "tier", FUNDS)


def test_what_districts_and_zones_receive_is_not_the_heads() -> None:
    found = amounts(
        DRAFT, "一、2022年预算执行情况", "市本级发行债券9亿元，转贷市本级6亿元，转贷县（市、区）、开发区3亿元。"
    )
    assert found["6亿元"][2] == "head"
    assert found["3亿元"][2] is None


def test_the_head_and_a_zone_named_as_one_are_the_tier() -> None:
    found = {
        row["printed_text"]: told(row, "scope", "is_context_certain")
        for row in said(
            DRAFT,
            "一、2022年预算执行情况",
            "2022年名胜区一般公共预算收入3亿元。",
            "2022年市本级、名胜区一般公共预算收入合计39亿元，加上上年结转等转移性收入8亿元。",
            "2022年市本级和名胜区一般公共预算支出分别为5亿元、6亿元。",
        )
    }
    assert found["3亿元"] == ("zone", True)
    assert found["39亿元"] == found["8亿元"] == ("tier", True)
    assert "tier" not in (found["5亿元"][0], found["6亿元"][0])


def test_zones_that_are_no_districts_of_their_own_are_zones() -> None:
    found = amounts(DRAFT, "一、2022年预算执行情况", "2022年市本级政府债务限额5亿元；城市新区政府债务限额6亿元。")
    assert (found["5亿元"][2], found["6亿元"][2]) == ("head", "zone")


def test_the_line_of_state_capital_among_general_revenue_is_of_the_general_budget_but_not_for_certain() -> None:
    rows = said(
        DRAFT,
        "一、2022年一般公共预算执行情况",
        "1.全市收入执行情况",
        "(1)专项收入5亿元。",
        "(2)国有资本经营预算收入-2亿元。",
    )
    assert [told(row, "fund", "is_context_certain") for row in rows] == [(GENERAL, True), (GENERAL, False)]
    own = said(DRAFT, "一、2022年预算执行情况", "（三）国有资本经营预算", "1.国有资本经营预算收入4亿元。")
    assert [row["fund"] for row in own] == [CAPITAL]


def test_what_is_left_of_a_reserve_is_not_budgeted() -> None:
    rows = said(DRAFT, "一、2022年预算执行情况", "2022年市级预算安排预备费10亿元，支出4亿元，结余6亿元。")
    assert [told(row, "phase", "is_context_certain") for row in rows] == [
        ("approved", True), ("executed", False), ("executed", False),
    ]  # fmt: skip


def test_a_heading_of_both_sides_leaves_the_side_to_the_clause() -> None:
    sentence = "（1）全市收支情况。年初预算合计9亿元，全年收入实际完成8亿元，同比增长5%。全年支出实际完成7亿元。"
    rows = said(DRAFT, "一、2022年预算执行情况", "1．一般公共预算", sentence)
    assert {row["printed_text"]: row["subject"] for row in rows if row["measure"] == "stated"}[
        "7亿元"
    ] == "一般公共预算支出"

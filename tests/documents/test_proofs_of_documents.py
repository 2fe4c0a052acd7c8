"""What the proofs say of real documents, from their bytes: findings were checked against the pages by eye.

A finding that is not on the page is a defect, and so is one of the page that is not found. docs/findings.csv is their ledger, and
docs/reference/findings.md shows it.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.reading import Reading
from tests.support.corpus import CORPUS, ReadOnce

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.corpus


@pytest.fixture
def reading_of(read_once: ReadOnce) -> Callable[[str], Reading]:
    def read(name: str) -> Reading:
        path = CORPUS / name
        if not path.exists():
            pytest.skip(f"the corpus document {path.name} is not beside the repository")
        return read_once.reading(path)

    return read


def printed(reading: Reading, verdict: str) -> list[tuple[str, ...]]:
    """Printed texts of the terms of every identity of a verdict, blanks left out."""
    text = {row["figure_id"]: row["printed_text"] for row in reading.rows["figure"]}
    text |= {row["narrative_figure_id"]: row["printed_text"] for row in reading.rows.get("narrative_figure", [])}
    return sorted(
        tuple(part for key in row["figure_ids"] if (part := text[key]))
        for row in reading.rows["identity_check"]
        if row["verdict"] == verdict
    )


def test_founding_document(reading_of: Callable[[str], Reading]) -> None:
    reading = reading_of("budget/深圳市_人民政府办公厅_2017.md")
    (suspect,) = reading.rows["suspect_figure"]
    figure = next(row for row in reading.rows["figure"] if row["figure_id"] == suspect["figure_id"])
    assert (figure["form"], figure["agency_name"], figure["fiscal_year"]) == (
        "three_public",
        "深圳市海防与打私办",
        2016,
    )
    assert (figure["line_code"], figure["printed_text"], figure["proof"]) == ("vehicles", "0", "suspect")
    assert (suspect["feasible_low_yuan"], suspect["feasible_high_yuan"]) == (Decimal(25000), Decimal(35000))
    assert printed(reading, "error") == [("0", "0", "3"), ("49", "46", "0", "0"), ("6", "0", "3", "0")]
    assert sorted(tuple(sorted(terms)) for terms in printed(reading, "printed_twice")) == [
        ("211", "212"), ("3,056", "3,057"), ("3,487", "3,488"), ("34", "35"), ("4,357", "4,358"), ("7,861", "7,862"),
    ]  # fmt: skip


def test_a_project_total_printed_in_the_row_of_its_first_item(reading_of: Callable[[str], Reading]) -> None:
    """Pages 11 and 14: 行政运行 prints the whole section's project expenditure, 64,840,547.00, beside 合计 = 基本支出."""
    reading = reading_of("budget/上海市普陀区_司法局_单位_2026.pdf")
    figures = {row["figure_id"]: row for row in reading.rows["figure"]}
    suspects = reading.rows["suspect_figure"]
    assert [
        (figures[row["figure_id"]]["page_number"], figures[row["figure_id"]]["line_code"], row["printed_yuan"])
        for row in suspects
    ] == [(11, "2040601", Decimal("64840547.00")), (14, "2040601", Decimal("64840547.00"))]
    assert all(figures[row["figure_id"]]["measure"] == "project" for row in suspects)
    assert all(row["feasible_low_yuan"] <= 0 <= row["feasible_high_yuan"] < 1 for row in suspects)
    assert len(printed(reading, "error")) == 4


def test_an_amount_changed_by_hand_in_one_form_only(reading_of: Callable[[str], Reading]) -> None:
    """Page 22 prints 一般公共服务支出 as 6651.38, of 1.98 and 6,700.00; pages 26 and 30 print 6,701.98."""
    reading = reading_of("budget/杭州市_交通运输局_2026.pdf")
    errors = printed(reading, "error")
    assert ("6651.38", "1.98", "6,700.00") in errors
    assert ("6,701.98", "6651.38") in errors
    assert ("82,479.29", "67,627.51", "14,902.37") in errors
    suspects = {row["printed_yuan"] for row in reading.rows["suspect_figure"]}
    assert {Decimal("66513800.00"), Decimal("824792900.00")} <= suspects


def found_by_eye() -> dict[str, list[dict[str, str]]]:
    """The ledger of findings, each looked up on its page, by document."""
    with (ROOT / "docs" / "findings.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        name: [row for row in rows if row["document"] == name] for name in dict.fromkeys(r["document"] for r in rows)
    }


LEDGER = found_by_eye()


@pytest.mark.parametrize("name", LEDGER)
def test_the_ledger_of_findings_is_what_the_proofs_say(name: str, reading_of: Callable[[str], Reading]) -> None:
    """Every finding is told, and nothing is told that was not looked up: neither an error nor a suspect nor a quantity printed twice."""
    reading = reading_of(name)
    checks = reading.rows["identity_check"]
    assert len(checks) > 80
    figures = {row["figure_id"]: row["printed_text"] for row in reading.rows["figure"]}
    true = [row for row in LEDGER[name] if row["verdict"] == "publisher"]
    for kind in ("error", "printed_twice", "not_checkable"):
        told = [row["description"] for row in checks if row["verdict"] == kind]
        wanted = {number for row in true if row["kind"] == kind for number in row["printed"].split("; ")}
        missed = {number for number in wanted if not any(number in words for words in told)}
        assert missed <= {figures[row["figure_id"]] for row in reading.rows["suspect_figure"]}, f"{kind}: {missed}"
        assert kind == "not_checkable" or bool(told) == bool(wanted), told
    wrong = {number for row in true if row["kind"] == "error" for number in row["printed"].split("; ")}
    assert {figures[row["figure_id"]] for row in reading.rows["suspect_figure"]} <= {*wrong, ""}
    pairs = {frozenset(row["printed"].split("; ")) for row in true if row["kind"] == "printed_twice"}
    assert {frozenset(terms) for terms in printed(reading, "printed_twice")} == pairs


ACCUSED = {
    # 21764 stands over 11050 and 9622.
    "government/济南市_决算_2022.pdf": {(83, "21764")},
    # 248986 on page 75 is right: 转移性支出 above 6377 and 59836 is blank.
    "government/济南市_预算_2024.pdf": set(),
}


@pytest.mark.parametrize("name", ACCUSED)
def test_only_what_cannot_be_right_is_held_against_a_document(name: str, reading_of: Callable[[str], Reading]) -> None:
    rows = reading_of(name).rows
    figures = {figure["figure_id"]: figure for figure in rows["figure"]}
    assert len(figures) > 1000
    accused = [figures[row["figure_id"]] for row in rows["suspect_figure"] if row["cause"] == "document"]
    assert {(figure["page_number"], figure["printed_text"]) for figure in accused} == ACCUSED[name]

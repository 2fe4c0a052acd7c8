"""What the pipeline reads from a document, against what a person read on its pages (`expected/`, one file per document).

Belongs here: what the comparison must say. Does not belong here: the comparison (`pipeline.evaluation.ground_truth`), any expected value.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.evaluation.ground_truth import SHOWN, Row, compare, fold, read_expected
from tests.support.corpus import ReadOnce

ROOT = Path(__file__).parents[2]
EXPECTED = Path(__file__).parent / "expected"
PLACES = (ROOT / "raw", ROOT.parent / "shared" / "corpus")
SCANS_SHARE = Decimal("0.99")
TEXT_SHARE = Decimal("0.999")
FUNCTIONAL_FORMS = {
    "expenditure_summary", "fiscal_appropriation_expenditure", "general_public_expenditure", "government_funds_expenditure",
    "state_capital_expenditure", "fiscal_special_account_expenditure",
}  # fmt: skip


def find(name: str) -> Path | None:
    """The document of this name, in the repository or in the corpus."""
    for place in PLACES:
        for path in sorted(place.rglob(name)) if place.is_dir() else ():
            return path
    return None


FILES = sorted(EXPECTED.glob("*.csv"))


@dataclass(frozen=True)
class Read:
    """One document: what is expected of it, and the rows of every table that the pipeline read."""

    name: str
    expected: list[Row]
    rows: dict[str, list[Row]]


@pytest.fixture(scope="module", params=FILES, ids=lambda file: file.stem)
def document(request: pytest.FixtureRequest, read_once: ReadOnce) -> Read:
    """Each document is read once, whatever the number of tests, and let go before the next."""
    expected = read_expected(request.param)
    path = find(expected[0]["document"])
    if path is None:
        pytest.skip(
            f"{expected[0]['document']} is not here: the corpus lies in ../shared/corpus, outside of the repository"
        )
    return Read(request.param.stem, expected, read_once.reading(path).rows)


def test_there_is_ground_truth() -> None:
    documents = {row["document"] for file in FILES for row in read_expected(file)}
    forms = {(row["document"], row["form"]) for file in FILES for row in read_expected(file)}
    assert len(documents) == len(FILES) >= 5
    assert len(forms) >= 60


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_expected_rows_are_well_formed(file: Path) -> None:
    rows = read_expected(file)
    assert rows
    for row in rows:
        assert len({r["sha256"] for r in rows}) == 1
        if row["amount_yuan"] and row["printed_unit"] and row["form"] != "narrative":
            scale = {"元": 1, "千元": 1_000, "万元": 10_000, "亿元": 100_000_000}[row["printed_unit"]]
            digits = fold(row["printed_text"]).replace(",", "")
            assert Decimal(row["amount_yuan"]) == (Decimal(digits) * scale).quantize(Decimal("0.01")), row


@pytest.mark.timeout(600)
def test_document_is_read_as_printed(document: Read) -> None:
    comparison = compare(document.expected, document.rows)
    report = os.environ.get("YUSUAN_EXPECTED_REPORT")
    if report:
        with open(report, "a", encoding="utf-8") as out:
            out.write(f"{document.name}: {comparison}\n")
    assert comparison.count == len(document.expected)
    share = SCANS_SHARE if any(page.get("method") == "ocr" for page in document.rows.get("page", [])) else TEXT_SHARE
    assert not comparison.wrong, f"{document.name}: {comparison}"
    assert comparison.right >= share * comparison.count, f"{document.name}: {comparison}"


@pytest.mark.timeout(600)
def test_every_coded_row_is_present_once(document: Read) -> None:
    """A functional code of one agency occurs once in a form: as often as on the page, neither lost nor doubled."""
    expected = [
        row
        for row in document.expected
        if row["form"] in FUNCTIONAL_FORMS and row["line_code"].isdigit() and row["measure"] == "total"
    ]
    if not expected:
        pytest.skip("no functional form among the expected figures of this document")
    figures = document.rows.get("figure", [])
    pages = {int(row["page_number"]) for row in expected}
    wanted = Counter((row["form"], fold(row["agency_name"]), row["line_code"]) for row in expected)
    agencies = {(form, agency) for form, agency, _ in wanted}
    found = Counter(
        (figure["form"], agency, figure["line_code"])
        for figure in figures
        for agency in {fold(figure["agency_name"]), ""}
        if figure["page_number"] in pages
        and (figure["form"], agency) in agencies
        and figure["measure"] == "total"
        and not figure["is_comparative"]
        and figure["line_code"]
        and figure["value_state"] in ("number", "zero")
    )
    lost = {key: count for key, count in wanted.items() if not found[key]}
    doubled = {key: count for key, count in found.items() if count > wanted[key] > 0}
    assert not lost, f"{document.name}: coded rows lost: {sorted(lost)[:SHOWN]}"
    assert not doubled, f"{document.name}: coded rows read twice: {sorted(doubled)[:SHOWN]}"


ONE_EXPECTED: list[Row] = [
    {
        "document": "d", "sha256": "s", "page_number": "1", "form": "general_public_expenditure", "agency_name": "甲局",
        "line_code": "2010301", "line_name": "行政运行", "measure": "total", "fund": "general_public_budget", "source": "",
        "fiscal_year": "2026", "phase": "approved", "printed_text": "1,234", "amount_yuan": "12340000.00", "printed_unit": "万元",
    }
]  # fmt: skip
ONE_FIGURE: Row = {
    "figure_id": "f", "cell_id": "c", "page_number": 1, "form": "general_public_expenditure", "agency_name": "甲 局",
    "line_code": "2010301", "line_name": "行政运行", "measure": "total", "fund": "general_public_budget", "source": None,
    "fiscal_year": 2026, "phase": "approved", "printed_text": "1,234", "amount_yuan": Decimal("12340000.00"),
    "printed_unit": "万元", "value_state": "number", "proof": "unchecked",
}  # fmt: skip


class TestTheComparisonItself:
    """A comparison that cannot fail proves nothing."""

    def verdict(self, **changes: Any) -> tuple[int, int, int, int]:
        result = compare(ONE_EXPECTED, {"figure": [{**ONE_FIGURE, **changes}]})
        return result.right, len(result.wrong), len(result.missing), len(result.flagged)

    def test_the_same_is_right(self) -> None:
        assert self.verdict() == (1, 0, 0, 0)

    def test_another_meaning_is_wrong(self) -> None:
        assert self.verdict(fund="government_managed_funds") == (0, 1, 0, 0)

    def test_a_wrong_unit_is_wrong(self) -> None:
        assert self.verdict(amount_yuan=Decimal("1234.00"), printed_unit="元") == (0, 1, 0, 0)

    def test_a_misread_number_is_wrong(self) -> None:
        assert self.verdict(printed_text="1,284", amount_yuan=Decimal("12840000.00")) == (0, 1, 0, 0)

    def test_a_misread_number_under_suspicion_is_flagged(self) -> None:
        assert self.verdict(printed_text="1,284", amount_yuan=Decimal("12840000.00"), proof="suspect") == (0, 0, 0, 1)

    def test_nothing_is_missing(self) -> None:
        assert self.verdict(page_number=2) == (0, 0, 1, 0)

    def test_refused_is_flagged(self) -> None:
        cell = {"cell_id": "c", "page_number": 1, "text": "1,234"}
        result = compare(ONE_EXPECTED, {"cell": [cell], "refusal": [{"cell_ids": ["c"]}]})
        assert (len(result.flagged), result.count) == (1, 1)

    def test_an_open_row_takes_nothing_from_a_closed_one(self) -> None:
        other = {**ONE_FIGURE, "figure_id": "g", "line_name": "事业运行", "line_code": "2010350"}
        any_line = {**ONE_EXPECTED[0], "line_code": "", "line_name": ""}
        result = compare([any_line, *ONE_EXPECTED], {"figure": [ONE_FIGURE, other]})
        assert (result.right, result.count) == (2, 2)

    def test_one_figure_answers_once(self) -> None:
        result = compare(ONE_EXPECTED * 2, {"figure": [ONE_FIGURE]})
        assert (result.right, len(result.missing)) == (1, 1)

"""What the pipeline reads from a document, against what a person read on its pages (`expected/`, one file per document).

Belongs here: the comparison. Does not belong here: any expected value.
"""

from __future__ import annotations

import csv
import os
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.reading import Claim, read_document

ROOT = Path(__file__).parents[2]
EXPECTED = Path(__file__).parent / "expected"
PLACES = (ROOT / "raw", ROOT.parent / "shared" / "corpus")
SCANS_SHARE = Decimal("0.99")
TEXT_SHARE = Decimal("0.999")
SHOWN = 25

Row = dict[str, Any]
KEYS = (
    "form",
    "agency_name",
    "line_code",
    "line_name",
    "measure",
    "fund",
    "source",
    "fiscal_year",
    "phase",
    "printed_unit",
)
FUNCTIONAL_FORMS = {
    "expenditure_summary", "fiscal_appropriation_expenditure", "general_public_expenditure", "government_funds_expenditure",
    "state_capital_expenditure", "fiscal_special_account_expenditure",
}  # fmt: skip


def fold(value: Any) -> str:
    """Text as it is compared: compatibility forms folded, white space removed, '' for nothing."""
    return "" if value is None else "".join(unicodedata.normalize("NFKC", str(value)).split())


@dataclass
class Comparison:
    """Verdicts on the expected figures of one document. Every list but `right` holds sentences for a person."""

    right: int = 0
    missing: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    flagged: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return self.right + len(self.missing) + len(self.wrong) + len(self.flagged)

    def __str__(self) -> str:
        head = f"{self.right} of {self.count} right, {len(self.wrong)} wrong, {len(self.missing)} missing, {len(self.flagged)} flagged"
        parts = [head]
        for name in ("wrong", "missing", "flagged"):
            lines: list[str] = getattr(self, name)
            parts += [f"  {name}: {line}" for line in lines[:SHOWN]]
            parts += [f"  … and {len(lines) - SHOWN} more {name}"] if len(lines) > SHOWN else []
        return "\n".join(parts)


def read_expected(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def differing(expected: Row, figure: Row) -> list[str]:
    """Columns in which a figure is not what was expected. Columns left empty are not checked."""
    columns = []
    for name in KEYS:
        wanted = fold(expected[name])
        if wanted and fold(figure.get(name)) != wanted:
            columns.append(name)
    if expected["amount_yuan"] and figure.get("amount_yuan") != Decimal(expected["amount_yuan"]):
        columns.append("amount_yuan")
    return columns


def match(wanted: list[Row], figures: list[Row]) -> list[Row | None]:
    """For each expected row a figure that agrees with it, none twice, for as many rows as possible.

    The same number often stands several times on a page, and a row that leaves columns open agrees with several figures:
    taking the first that agrees would take it away from the row that needs it (augmenting paths put that right).
    """
    agreeing = [[i for i, figure in enumerate(figures) if not differing(row, figure)] for row in wanted]
    owner: dict[int, int] = {}

    def place(row: int, seen: set[int]) -> bool:
        for i in agreeing[row]:
            if i not in seen:
                seen.add(i)
                if i not in owner or place(owner[i], seen):
                    owner[i] = row
                    return True
        return False

    for row in range(len(wanted)):
        place(row, set())
    by_row = {row: figures[i] for i, row in owner.items()}
    return [by_row.get(row) for row in range(len(wanted))]


def compare(expected: list[Row], rows: dict[str, list[Row]]) -> Comparison:
    """Judge every expected figure. Each figure of the pipeline answers for one expected row only."""
    result = Comparison()
    figures: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for figure in rows.get("figure", []):
        figures[figure["page_number"], fold(figure["printed_text"])].append(figure)
    texts = {cell["cell_id"]: cell for cell in rows.get("cell", [])}
    refused: Counter[tuple[int, str]] = Counter()
    for refusal in rows.get("refusal", []):
        for cell_id in refusal.get("cell_ids") or ():
            if cell_id in texts:
                refused[texts[cell_id]["page_number"], fold(texts[cell_id]["text"])] += 1
    taken: set[str] = set()
    printed: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for row in expected:
        if row["form"] in ("narrative", "agency_statistic", "performance_target") or row["measure"] == "declared_nil":
            _judge_other(row, rows, result, taken)
        else:
            printed[int(row["page_number"]), fold(row["printed_text"])].append(row)
    left: list[Row] = []
    for key, wanted in printed.items():
        for row, hit in zip(wanted, match(wanted, figures[key]), strict=True):
            if hit is None:
                left.append(row)
                continue
            taken.add(hit["figure_id"])
            # The right number under suspicion is still right: a suspect is a question, not an answer.
            result.right += 1
    for row in left:
        key = int(row["page_number"]), fold(row["printed_text"])
        candidates = [f for f in figures[key] if f["figure_id"] not in taken]
        sentence = _describe(row)
        if candidates:
            nearest = min(candidates, key=lambda figure: len(differing(row, figure)))
            taken.add(nearest["figure_id"])
            columns = differing(row, nearest)
            sentence += ": " + "; ".join(f"{name} is {nearest.get(name)}, not {row[name]}" for name in columns)
            (result.flagged if nearest.get("proof") == "suspect" else result.wrong).append(sentence)
        elif refused[key] > 0:
            refused[key] -= 1
            result.flagged.append(sentence + ": refused")
        else:
            _judge_misread(row, rows, taken, sentence, result)
    return result


def _judge_misread(row: Row, rows: dict[str, list[Row]], taken: set[str], sentence: str, result: Comparison) -> None:
    """A printed number that nothing holds: another number in its place is wrong, nothing in its place is missing."""
    for figure in rows.get("figure", []):
        if (
            figure["page_number"] == int(row["page_number"])
            and figure["figure_id"] not in taken
            and (row["line_code"] or row["line_name"])
            and figure["value_state"] in ("number", "zero")
            and set(differing(row, figure)) <= {"amount_yuan"}
        ):
            taken.add(figure["figure_id"])
            sentence += f": read as {figure['printed_text']}"
            (result.flagged if figure.get("proof") == "suspect" else result.wrong).append(sentence)
            return
    result.missing.append(sentence)


def _judge_other(row: Row, rows: dict[str, list[Row]], result: Comparison, taken: set[str]) -> None:
    """Amounts in sentences, counts, targets of performance forms, and forms that declare nil."""
    page = int(row["page_number"])
    if row["measure"] == "declared_nil":
        found = any(
            form["form"] == row["form"] and form["is_declared_nil"] and form["first_page"] <= page <= form["last_page"]
            for form in rows.get("form", [])
        )
        identifier = None
    else:
        table, key, value = {
            "narrative": ("narrative_figure", "narrative_figure_id", "amount_yuan"),
            "agency_statistic": ("agency_statistic", "agency_statistic_id", "value"),
            "performance_target": ("performance_indicator", "performance_indicator_id", None),
        }[row["form"]]
        identifier = next(
            (
                other[key]
                for other in rows.get(table, [])
                if other["page_number"] == page
                and other[key] not in taken
                and _says_the_same(row, other, value)
            ),
            None,
        )  # fmt: skip
        found = identifier is not None
    if found:
        result.right += 1
        taken.add(identifier or "")
    else:
        result.missing.append(_describe(row))


def _says_the_same(row: Row, other: Row, value: str | None) -> bool:
    if value is None:
        return fold(row["printed_text"]) == fold(other["target_text"]) and fold(row["line_name"]) in fold(
            f"{other.get('indicator_path')}{other.get('indicator_text')}"
        )
    if other[value] is None or Decimal(other[value]) != Decimal(row["amount_yuan"]):
        return False
    measured = fold(other.get("metric") if row["form"] == "agency_statistic" else other.get("measure"))
    year, agency = fold(row["fiscal_year"]), fold(row["agency_name"])
    return (
        measured == fold(row["measure"])
        and (not year or year == fold(other.get("fiscal_year")))
        and (not agency or row["form"] != "agency_statistic" or agency == fold(other["agency_name"]))
    )


def _describe(row: Row) -> str:
    names = ("form", "agency_name", "line_code", "line_name", "measure", "fund", "source", "fiscal_year")
    return (
        f"page {row['page_number']} {row['printed_text'] or '(nil)'} ["
        + " · ".join(row[n] for n in names if row[n])
        + "]"
    )


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
def document(request: pytest.FixtureRequest) -> Read:
    """Each document is read once, whatever the number of tests, and let go before the next."""
    expected = read_expected(request.param)
    path = find(expected[0]["document"])
    if path is None:
        pytest.skip(
            f"{expected[0]['document']} is not here: the corpus lies in ../shared/corpus, outside of the repository"
        )
    return Read(request.param.stem, expected, read_document(path.read_bytes(), Claim(file_name=path.name)).rows)


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

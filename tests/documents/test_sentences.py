"""Year, phase, scope, fund and subject of the amounts in governments' reports, against what a person read (`narrative/`, one file per document).

Belongs here: what sentences must say of themselves, and that what is wrong is flagged. Does not belong here: any expected value.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from pipeline.figures.narrative import narrative_figures
from pipeline.figures.paragraph import paragraphs
from pipeline.forms.assembly import assemble
from pipeline.forms.identity import identify
from pipeline.readers.privacy import redact
from pipeline.readers.reader import read
from tests.support.corpus import ABSENT, CORPUS

Row = dict[str, Any]
EXPECTED = Path(__file__).parent / "narrative"
FILES = sorted(EXPECTED.glob("*.csv"))
LEAST_RIGHT = 0.99
UNREAD = {
    "page 2 762.9亿元 收入": "合肥市_预算_2021: the mark of a note before the number reads like its first digit; the amount is flagged",
}
PERCENTAGES = ("growth", "rate", "share")


@dataclass
class Score:
    """Amounts by how they were read: right, wrong but flagged as uncertain, wrong without a flag, missing."""

    right: int = 0
    flagged: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return self.right + len(self.flagged) + len(self.wrong) + len(self.missing)


def fold(text: str) -> str:
    return re.sub(r"[\s,，]", "", text).replace("－", "-")


def differing(expected: Row, row: Row) -> list[str]:
    """The aspects in which an amount is read otherwise than a person read it."""
    kind = row["percentage_kind"] if row["measure"] == "percentage" else row["measure"]
    found = [] if kind == expected["measure"] else ["measure"]
    for name in ("fiscal_year", "phase", "scope", "fund"):
        if expected[name] != "*" and str(row[name] or "") != expected[name]:
            found.append(name)
    if expected["scope_name"] not in (row["scope_name"] or ""):
        found.append("scope_name")
    return found


def says_subject(expected: Row, row: Row) -> bool:
    subject = fold(row["subject"] or "")
    return (
        expected["measure"] != "stated"
        or expected["subject"] in subject
        or (len(subject) > 1 and subject in expected["subject"])
    )


def compare(expected: list[Row], rows: list[Row], has_pages: bool) -> Score:
    """Judge every expected amount; each amount that was read answers for one, the best fitting first."""
    by_text: defaultdict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        by_text[fold(row["printed_text"])].append(place)
    pairs = sorted(
        (len(differing(wanted, rows[place])), number, place)
        for number, wanted in enumerate(expected)
        for place in by_text[fold(wanted["printed_text"])]
        if not has_pages or rows[place]["page_number"] == int(wanted["page_number"])
    )
    answers: dict[int, int] = {}
    for _, number, place in pairs:
        if number not in answers and place not in answers.values():
            answers[number] = place
    score = Score()
    for number, wanted in enumerate(expected):
        words = f"page {wanted['page_number']} {wanted['printed_text']} {wanted['subject']}"
        if number not in answers:
            score.missing.append(words)
            continue
        row = rows[answers[number]]
        wrong = differing(wanted, row)
        if not wrong:
            score.right += 1
        else:
            told = f"{words}: " + ", ".join(f"{name} is {row.get(name)}, not {wanted[name]}" for name in wrong)
            (score.wrong if row["is_context_certain"] else score.flagged).append(f"{told} ({row['context']})")
        if not says_subject(wanted, row):
            score.subjects.append(f"{words}: subject is {row['subject']}")
    return score


def first_pages(data: bytes, count: int) -> bytes:
    """The first pages of a PDF: reports are long for their tables, and the sentences stand before them."""
    if not data.startswith(b"%PDF"):
        return data
    whole, part = pypdfium2.PdfDocument(data), pypdfium2.PdfDocument.new()
    part.import_pages(whole, list(range(min(count, len(whole)))))
    buffer = io.BytesIO()
    part.save(buffer)
    return buffer.getvalue()


def read_sentences(path: Path, page_count: int) -> tuple[list[Row], bool]:
    document = read(first_pages(path.read_bytes(), page_count))
    redact(document)
    forms, lines = assemble(document, "0" * 16)
    rows = narrative_figures(paragraphs(document, lines), identify(document, forms), [], "0" * 16)
    return rows, document.page_count is not None


@pytest.fixture(scope="module", params=FILES, ids=lambda file: file.stem)
def score(request: pytest.FixtureRequest) -> Score:
    path = next((found for found in CORPUS.rglob(request.param.stem + ".*")), None) if CORPUS.is_dir() else None
    if path is None:
        pytest.skip(f"{request.param.stem} is not here: {ABSENT}")
    with request.param.open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    rows, has_pages = read_sentences(path, max(int(row["page_number"]) for row in expected) + 1)
    return compare(expected, rows, has_pages)


def test_amounts_are_of_the_year_phase_scope_and_fund_that_a_person_read(score: Score) -> None:
    assert score.count > 15
    assert not score.wrong, "what is wrong must be flagged as uncertain"
    assert not [words for words in score.missing if words not in UNREAD]
    assert score.right >= LEAST_RIGHT * score.count - 1, score.flagged


def test_subjects_are_what_a_person_read(score: Score) -> None:
    assert len(score.subjects) <= 0.06 * score.count + 1, score.subjects


def test_an_amount_of_another_year_is_wrong() -> None:
    """The comparison itself must be able to fail."""
    row = {
        "printed_text": "5亿元", "page_number": 1, "measure": "stated", "percentage_kind": None, "fiscal_year": 2023, "phase": "executed",
        "scope": "tier", "scope_name": "市级", "fund": None, "subject": "收入", "is_context_certain": True, "context": "",
    }  # fmt: skip
    expected = {
        "page_number": "1", "printed_text": "5亿元", "fiscal_year": "2023", "phase": "executed", "scope": "tier", "scope_name": "", "fund": "*",
        "subject": "收入", "measure": "stated",
    }  # fmt: skip
    assert compare([expected], [row], True).right == 1
    for name, other in (("fiscal_year", "2022"), ("phase", "approved"), ("scope", "head"), ("fund", "all")):
        assert len(compare([{**expected, name: other}], [row], True).wrong) == 1
        assert len(compare([{**expected, name: other}], [{**row, "is_context_certain": False}], True).flagged) == 1
    assert len(compare([expected], [], True).missing) == 1

"""The traps of `../shared/cases`: every amount is read as it is seen, or refused by name; what each case scores stands in `case_scores.csv`.

Belongs here: what must hold of the scores, and that the comparison can fail. Does not belong here: the comparison (`cases`).
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.documents.cases import CASES, NUMBERS, cases, recorded, score, score_of

ABSENT = "the cases lie in ../shared/cases, outside of the repository, and are not here"


@pytest.mark.corpus
@pytest.mark.parametrize(
    "case", cases() or [pytest.param(CASES, marks=pytest.mark.skip(reason=ABSENT))], ids=lambda c: c.name
)
def test_case_scores_as_recorded(case: Path) -> None:
    """A better score is written down too (`python -m tests.documents.cases --write`), so that it is never lost again."""
    found, kept = score(case), recorded()[case.name]
    assert {name: getattr(found, name) for name in NUMBERS} == {name: getattr(kept, name) for name in NUMBERS}


@pytest.mark.corpus
@pytest.mark.skipif(not CASES.is_dir(), reason=ABSENT)
def test_every_case_has_its_score() -> None:
    assert {case.name for case in cases()} == set(recorded())


EXPECTED = {(1, "201", "total"): Decimal("1000.00"), (1, "total", "basic"): Decimal("5.00")}


def figure(code: str | None, measure: str, amount: str, **more: Any) -> dict[str, Any]:
    return {
        "page_number": 1, "line_code": code, "line_name": "合计" if code is None else "名称", "measure": measure, "form": "x",
        "is_comparative": False, "value_state": "number", "amount_yuan": Decimal(amount), **more,
    }  # fmt: skip


BOTH = [figure("201", "total", "1000.00"), figure(None, "basic", "5.00")]


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ({"figure": BOTH}, {"right": 2}),
        ({"figure": [*BOTH, figure("205", "total", "7.00")]}, {"right": 2, "extra": 1}),
        ({"figure": [BOTH[0], figure(None, "basic", "50.00")]}, {"right": 1, "wrong": 1}),
        ({"figure": BOTH[:1]}, {"right": 1, "silent": 1}),
        ({"figure": BOTH[:1], "refusal": [{"reason": "amount_unreadable", "cell_ids": ["c"], "numeric_cell_count": 1}]}, {"right": 1, "named": 1}),
        ({"figure": BOTH[:1], "refusal": [{"reason": "not_an_amount", "cell_ids": ["c"], "numeric_cell_count": 1}]}, {"right": 1, "silent": 1}),
        ({"refusal": [{"reason": "unknown_format", "cell_ids": [], "numeric_cell_count": 0}]}, {"named": 2}),
        ({"figure": [figure("201", "change", "1000.00"), BOTH[1]]}, {"right": 1, "silent": 1, "extra": 1}),
    ],
)  # fmt: skip
def test_the_comparison_tells_what_became_of_an_amount(tables: dict[str, Any], told: dict[str, int]) -> None:
    found = score_of("any", EXPECTED, tables)
    assert {name: getattr(found, name) for name in NUMBERS if name != "expected" and getattr(found, name)} == told


def test_silence_about_what_stands_beside_the_amounts_is_told() -> None:
    assert score_of("html-picture-form", EXPECTED, {"figure": BOTH}).unsaid == 1

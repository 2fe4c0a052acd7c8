"""Each reason of refusals says whether an amount is lost with what is refused, and is given by some code."""

from __future__ import annotations

import csv
from pathlib import Path

from schemas.reasons import ACCOUNTING, REASONS

ROOT = Path(__file__).parents[2]


def test_every_reason_says_whether_it_loses_amounts() -> None:
    with REASONS.open(encoding="utf-8", newline="") as file:
        rows = {row["reason"]: row["loses_amounts"] for row in csv.DictReader(file)}
    assert set(rows.values()) == {"yes", "no"}
    assert {"not_an_amount", "percentage", "repeated_total"} <= ACCOUNTING
    assert ACCOUNTING.isdisjoint({"amount_unreadable", "header_unknown", "content_unread", "low_confidence"})


def test_no_code_keeps_a_list_of_its_own() -> None:
    lists = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "pipeline").rglob("*.py")
        if sum(f'"{reason}"' in path.read_text("utf-8") for reason in ACCOUNTING) > 5
    ]
    assert lists == []

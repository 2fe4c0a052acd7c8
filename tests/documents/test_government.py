"""Tables of governments, against what a person read on their pages (`government/`, one file per document).

Belongs here: the comparison, and what it must say. Does not belong here: any expected value; tables of departments (`test_expected`).

A figure under a wrong year, phase, scope or fund looks as right as any other: not one is allowed.
"""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.forms.government import bare_words
from pipeline.forms.text import bare_name
from tests.support.corpus import ABSENT, CORPUS, ReadOnce

EXPECTED = sorted((Path(__file__).parent / "government").glob("*.csv"))
MEANING = ("fiscal_year", "phase", "scope", "fund", "measure")


def plain(name: str | None) -> str:
    return bare_words(bare_name(name or ""))


def is_named(figure: dict[str, Any], name: str) -> bool:
    names = {plain(figure["line_name"]), plain(figure["scope_name"]), plain(figure["cross_name"])}
    return plain(name) in names


def is_received(figure: dict[str, Any], district: str) -> bool:
    """Whether a transfer goes to the district that heads its column; 合计 heads what all of them receive."""
    return not district or plain(district) == plain(figure["cross_name"] or "合计")


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.stem)
def test_every_figure_has_its_year_phase_scope_and_fund(path: Path, read_once: ReadOnce) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    found = next(iter(sorted(CORPUS.rglob(expected[0]["document"]))), None)
    if found is None:
        pytest.skip(ABSENT)
    assert hashlib.sha256(found.read_bytes()).hexdigest() == expected[0]["sha256"]
    figures: dict[tuple[int, Decimal], list[dict[str, Any]]] = defaultdict(list)
    for figure in read_once.reading(found).rows["figure"]:
        if figure["amount_yuan"] is not None:
            figures[figure["page_number"], figure["amount_yuan"]].append(figure)
    faults = []
    for row in expected:
        printed = figures[int(row["page"]), Decimal(row["amount_yuan"])]
        named = [
            figure for figure in printed if is_named(figure, row["line_name"]) and is_received(figure, row["district"])
        ]
        wanted = tuple(row[name] for name in MEANING)
        told = [tuple(str(figure[name] or "") for name in MEANING) for figure in named]
        if wanted not in told:
            faults.append(f"p. {row['page']} {row['line_name']} {row['printed']}: {wanted}, read {told}")
    assert faults == []


def test_there_is_something_to_compare() -> None:
    assert len(EXPECTED) >= 5

"""How well the small files of `../shared/cases` are read: kinds of trap that others reported, each with its amounts (`expected.tsv`).

Belongs here: the comparison, and the table of its results. Does not belong here: any expected amount, any file.

    python -m tests.documents.cases            # the score of every case
    python -m tests.documents.cases --write    # … kept in case_scores.csv, below which no case may fall
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.readers import reader
from pipeline.readers.printed import Unreadable
from pipeline.reading import Claim, read_document
from schemas.reasons import ACCOUNTING

Row = dict[str, Any]
Key = tuple[int, str, str]

CASES = Path(__file__).parents[3] / "shared" / "cases"
SCORES = Path(__file__).parent / "case_scores.csv"
BESIDE = {"docx-altchunk": "expenditure_summary", "docx-ole-workbook": "expenditure_summary"}
"""Forms that stand rightly in the file of a case beside the one of `expected.tsv`: what they hold is neither expected nor extra."""
HOLD_MORE = {"html-picture-form", "pdf-attachment", "rar-7z", "xlsx-error-cells", "xlsx-picture-sheet"}
"""Cases in whose files something stands beside the amounts that are expected, and must be named: a picture, a file, an error."""


@dataclass
class Score:
    """Amounts of one case. `right`, `wrong`, `named` and `silent` part those expected; `extra` stand nowhere on the page."""

    case: str
    expected: int = 0
    right: int = 0
    named: int = 0
    wrong: int = 0
    extra: int = 0
    silent: int = 0
    unsaid: int = 0
    """1 where nothing is said of what the file holds beside the amounts (see HOLD_MORE)."""


NUMBERS = [field.name for field in fields(Score) if field.name != "case"]


def cases() -> list[Path]:
    return sorted(path for path in CASES.iterdir() if path.is_dir()) if CASES.is_dir() else []


def expected_of(case: Path) -> dict[Key, Decimal]:
    with (case / "expected.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return {(int(row["page"]), row["line"], row["column"]): Decimal(row["amount_yuan"]) for row in rows}


def read_case(case: Path) -> dict[str, list[Row]]:
    """The rows of every table that the files of a case give, archives opened."""
    tables: dict[str, list[Row]] = {}
    for path in sorted((case / "raw").iterdir()):
        for name, data in _documents(path):
            for table, rows in read_document(data, Claim(file_name=name)).rows.items():
                tables.setdefault(table, []).extend(rows)
    return tables


def _documents(path: Path) -> Iterator[tuple[str, bytes]]:
    data = path.read_bytes()
    try:
        inside = reader.members(data) if reader.is_archive(data) else [(path.name, data)]
    except Unreadable:
        inside = [(path.name, data)]
    yield from inside


def score_of(case: str, expected: dict[Key, Decimal], tables: dict[str, list[Row]]) -> Score:
    """What became of every expected amount, and what was read that is none of them."""
    found: dict[Key, list[Decimal]] = {}
    for figure in tables.get("figure", []):
        if figure["value_state"] == "number" and figure["form"] != BESIDE.get(case):
            found.setdefault(_key(figure), []).append(figure["amount_yuan"])
    score = Score(case, len(expected))
    missing: list[Key] = []
    for key, amount in expected.items():
        read = found.pop(key, [])
        if amount in read:
            score.right += 1
            score.extra += len(read) - 1
        elif read:
            score.wrong += 1
            score.extra += len(read) - 1
        else:
            missing.append(key)
    score.extra += sum(map(len, found.values()))
    score.named = _named(missing, tables)
    score.silent = len(missing) - score.named
    score.unsaid = int(case in HOLD_MORE and not _refusals(tables))
    return score


def _key(figure: Row) -> Key:
    column = figure["measure"] + (":prior" if figure["is_comparative"] or figure["measure"] == "change" else "")
    return figure["page_number"], figure["line_code"] or _NAMES.get(figure["line_name"].strip(), "?"), column


_NAMES = {"合计": "total", "总计": "total", "合 计": "total"}


def _named(missing: list[Key], tables: dict[str, list[Row]]) -> int:
    """How many of the missing amounts refusals account for: cell by cell, or by what they say of a whole page or document."""
    refusals = _refusals(tables)
    whole = any(not row.get("cell_ids") for row in refusals)
    cells = sum(row["numeric_cell_count"] for row in refusals)
    return len(missing) if whole else min(len(missing), cells)


def _refusals(tables: dict[str, list[Row]]) -> list[Row]:
    return [row for row in tables.get("refusal", []) if row["reason"] not in ACCOUNTING]


def score(case: Path) -> Score:
    return score_of(case.name, expected_of(case), read_case(case))


def recorded() -> dict[str, Score]:
    with SCORES.open(encoding="utf-8", newline="") as file:
        return {row["case"]: Score(row["case"], *(int(row[name]) for name in NUMBERS)) for row in csv.DictReader(file)}


def main(write: bool) -> None:
    scores = [score(case) for case in cases()]
    total = Counter({name: sum(getattr(one, name) for one in scores) for name in NUMBERS})
    for one in [*scores, Score("all", **total)]:
        told = "  ".join(f"{name} {getattr(one, name):4}" for name in NUMBERS)
        print(f"{one.case:26} {told}")
    if write:
        with SCORES.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["case", *NUMBERS])
            writer.writerows([one.case, *(getattr(one, name) for name in NUMBERS)] for one in scores)


if __name__ == "__main__":
    main("--write" in sys.argv)

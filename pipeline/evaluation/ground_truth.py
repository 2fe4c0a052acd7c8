"""What was read from a document, against what a person read on its pages.

Belongs here: the comparison, figure by figure. Does not belong here: any expected value (tests/documents/expected), which documents are
compared and what is made of it (`evaluation`, tests/documents/test_expected.py).
"""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

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

"""The tables of the editions as a person edits them: where each scheme stands, and its rows as they are.

Belongs here: reading and writing dbt_project/seeds without changing what is not meant. Does not belong here: looking the editions up
(`classification`), and the rules of the tables (`reference_rules`).
"""

from __future__ import annotations

import csv
from pathlib import Path

from pipeline.editions import classification

Row = dict[str, str]
OPEN = 9999
"""The last year of what goes on."""
SEEDS = classification.SEEDS
TABLES = {
    classification.FUNCTIONAL: ("functional_class.csv", "functional_code", "functional_name"),
    classification.ECONOMIC_DEPARTMENT: ("economic_class.csv", "economic_code", "economic_name"),
    classification.ECONOMIC_GOVERNMENT: ("economic_class.csv", "economic_code", "economic_name"),
    classification.REVENUE: ("revenue_class.csv", "revenue_code", "revenue_name"),
}


def key_of(row: Row, file_name: str) -> tuple[str, str, str]:
    """Scheme, code and name of a row of one of the tables."""
    _, code, name = next(table for table in TABLES.values() if table[0] == file_name)
    implied = classification.FUNCTIONAL if file_name == "functional_class.csv" else classification.REVENUE
    return (row.get("scheme", implied), row[code], row[name])


def read(path: Path) -> list[Row]:
    """Rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: list[Row]) -> None:
    """Write the rows of a seed as they stood before: the same columns, line ends of one kind."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)

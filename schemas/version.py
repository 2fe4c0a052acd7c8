"""The version of the tables: a number that every warehouse file carries.

Belongs here: the number, and noticing that the tables are no longer those of its digest. Does not belong here: the tables, and what a
build does with a file of another version (`pipeline.warehouse.build`).

versions.csv has a line for each version. While the last one has no date of release, the tables may still change under its number:
`python -m schemas.version` writes their digest into the line. After a release it adds the next number; say in `change` what changed.
"""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

from schemas.core import TABLES

PATH = Path(__file__).parent / "versions.csv"
COLUMNS = ("schema_version", "digest", "released", "change")


def digest() -> str:
    """Digest of the names and types of all columns of all tables, as they are declared now."""
    told = [
        f"{table.name}.{column.name} {column.duckdb_type} {column.nullable}"
        for table in TABLES
        for column in table.columns
    ]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def versions() -> list[dict[str, str]]:
    """Every version that there was, the present one last."""
    with PATH.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def current() -> int:
    """The version of the tables that this release writes."""
    return int(versions()[-1]["schema_version"])


def text() -> str:
    """versions.csv as it must stand in the project."""
    rows = versions()
    if rows[-1]["digest"] != digest():
        if rows[-1]["released"]:
            rows.append({"schema_version": str(int(rows[-1]["schema_version"]) + 1), "released": "", "change": ""})
        rows[-1]["digest"] = digest()
    lines = [",".join(COLUMNS), *(",".join(_field(row[name]) for name in COLUMNS) for row in rows)]
    return "\n".join(lines) + "\n"


def _field(value: str) -> str:
    return f'"{value}"' if "," in value else value


def main() -> None:
    """Write versions.csv."""
    PATH.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()

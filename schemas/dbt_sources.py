"""The dbt sources file of the schema `core`, written from the declarations in `schemas.core`.

Belongs here: how a declared table is said in dbt's YAML. Does not belong here: any table.

`python -m schemas.dbt_sources` writes dbt_project/models/staging/sources.yml; a test fails while it is out of date.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from schemas.core import TABLES

PATH = Path(__file__).resolve().parent.parent / "dbt_project" / "models" / "staging" / "sources.yml"
HEADER = "# Generated from schemas/core.py by `python -m schemas.dbt_sources`; edit the declarations there.\n"


def sources() -> dict[str, Any]:
    """The content of sources.yml: one source `core` with every table and column, described in both languages."""
    return {
        "version": 2,
        "sources": [
            {
                "name": "core",
                "schema": "core",
                "description": "What was printed: documents, pages, cells and figures, as Python read and checked them.",
                "tables": [
                    {
                        "name": table.name,
                        "description": table.comment,
                        "columns": [
                            {"name": column.name, "data_type": column.duckdb_type, "description": column.comment}
                            for column in table.columns
                        ],
                    }
                    for table in TABLES
                ],
            }
        ],
    }


def text() -> str:
    """sources.yml as it must stand in the project."""
    return HEADER + yaml.safe_dump(sources(), allow_unicode=True, sort_keys=False, width=1000)


def main() -> None:
    """Write sources.yml."""
    PATH.parent.mkdir(parents=True, exist_ok=True)
    PATH.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()

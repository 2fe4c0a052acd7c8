"""Toy documents, and a reader for them that can be told to misbehave.

Belongs here: a reader as cheap and as bad as a test needs. Does not belong here: anything about real documents.

A toy document is text: each line `name=amount` is one row with one figure in yuan; YEAR= and PLACE= say of what it is. A line that is one of the words of `WORDS` does what
the word says.
"""

from __future__ import annotations

import hashlib
import os
import time
from decimal import Decimal
from pathlib import Path

from pipeline.archive.readings import Version
from pipeline.reading import Claim, Reading
from pipeline.warehouse.build import Warehouse
from pipeline.warehouse.workers import Limits

DBT_PROJECT = Path(__file__).parents[1] / "graph" / "small_dbt_project"
VERSION = Version("toy")
WORDS = (
    "BRIEF",
    "EXIT",
    "HANG",
    "MEMORY",
    "GROW",
    "RAISE",
    "RECURSE",
    "SLOW",
    "BAD_FIGURE",
    "BAD_CELL",
    "BAD_DOCUMENT",
)


def toy_warehouse(
    file: Path, jobs: int = 1, version: Version = VERSION, limits: Limits | None = None, has_marts: bool = False
) -> Warehouse:
    """A warehouse of toy documents; with the small dbt project where a test is about marts, for dbt takes most of the time."""
    limits = limits or Limits(seconds=120, memory_mebibytes=1024)
    return Warehouse(file, jobs, limits, read_toy, version, DBT_PROJECT if has_marts else Path("no dbt project"))


def write_toys(folder: Path, count: int, tag: str = "") -> None:
    """`count` toy documents, each with three figures of its own number."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"toy_{number:03d}.txt").write_text(f"first{tag}={number}\nsecond{tag}={number + 1}\nthird{tag}=3\n")


def read_toy(data: bytes, claim: Claim) -> Reading:
    """Read a toy document; do what its words say."""
    document_id = hashlib.sha256(data).hexdigest()[:16]
    lines = data.decode().split()
    if "EXIT" in lines:
        os._exit(3)
    if "HANG" in lines:
        time.sleep(3600)
    if "MEMORY" in lines:
        bytearray(1 << 42)
    if "GROW" in lines:
        held = []
        while True:
            held.append(bytearray(os.urandom(1 << 20) * 16))
            time.sleep(0.02)
    if "RAISE" in lines:
        raise ValueError("this reader was told to fail")
    if "RECURSE" in lines:
        return read_toy(data, claim)
    if "BRIEF" in lines:
        time.sleep(0.3)
    if "SLOW" in lines:
        time.sleep(3)
    rows = [line.partition("=")[::2] for line in lines if "=" in line]
    document = {
        "document_id": document_id,
        "sha256": hashlib.sha256(data).hexdigest(),
        "file_name": claim.file_name,
        "format": "text",
        "byte_count": len(data),
        "document_kind": "neither" if "BAD_DOCUMENT" in lines else "budget",
        "fiscal_year": int(dict(rows).get("YEAR", 2026)),
        "jurisdiction_name": dict(rows).get("PLACE", "Toy"),
        "is_specimen": claim.is_specimen,
        "status": "loaded",
        "reader_version": "",
    }
    page = {
        "document_id": document_id,
        "page_number": 1,
        "method": "text",
        "grid_count": 1,
        "numeric_cell_count": len(rows),
    }
    form = {
        "document_id": document_id,
        "form_index": 1,
        "form": "expenditure_summary",
        "first_page": 1,
        "last_page": 1,
        "row_count": len(rows),
        "column_count": 2,
        "is_declared_nil": False,
        "status": "loaded",
        "numeric_cell_count": len(rows),
        "figure_count": len(rows),
        "refused_cell_count": 0,
        "rejected_readings": [],
    }
    cells, figures = [], []
    for index, (name, amount) in enumerate(row for row in rows if row[0] not in ("YEAR", "PLACE")):
        cell_id = f"{document_id}-001-{index:04d}-001"
        cells.append(
            {
                "cell_id": cell_id,
                "document_id": document_id,
                "page_number": 1,
                "form_index": 1,
                "row_index": index,
                "column_index": 1,
                "row_span": 0 if "BAD_CELL" in lines and index == 0 else 1,
                "column_span": 1,
                "text": amount,
                "method": "text",
                "role": "amount",
            }
        )
        figures.append(
            {
                "figure_id": cell_id,
                "cell_id": cell_id,
                "document_id": document_id,
                "page_number": 1,
                "form_index": 1,
                "row_index": index,
                "column_index": 1,
                "form": "expenditure_summary",
                "fiscal_year": 2026,
                "phase": "never" if "BAD_FIGURE" in lines and index == 0 else "approved",
                "is_comparative": False,
                "fund": "all",
                "agency_name": "toy",
                "agency_level": "department",
                "scheme": "functional",
                "line_name": name,
                "measure": "total",
                "header_path": "amount",
                "printed_text": amount,
                "printed_unit": "元",
                "amount_yuan": Decimal(amount),
                "half_unit_yuan": Decimal("0.5"),
                "value_state": "number",
                "is_leaf": True,
                "proof_count": 0,
                "proof": "unchecked",
            }
        )
    rows_by_table = {"document": [document], "page": [page], "form": [form], "cell": cells, "figure": figures}
    return Reading(document_id, rows_by_table)

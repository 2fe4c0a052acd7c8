"""Times of builds as ratios within one run, so that they mean the same on any machine.

Belongs here: `make bench`. Does not belong here: tests that pass or fail; times on a shared machine are no proof of anything.

The documents are copies of the text specimen, each made another document by a line of its own; the readers are the real ones.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from pipeline.publish.warehouse import DEFAULT_RAW, Warehouse

DOCUMENTS = 40


def seconds(file: Path, raw: Path, jobs: int, has_marts: bool) -> float:
    """How long one build takes."""
    warehouse = Warehouse(file, jobs)
    if not has_marts:
        warehouse.dbt_project = Path("no dbt project")
    started = time.monotonic()
    warehouse.build([raw])
    return time.monotonic() - started


def main() -> int:
    """Print the table of ratios."""
    specimen = next(DEFAULT_RAW.glob("*.md")).read_text("utf-8")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        raw = folder / "raw"
        raw.mkdir()
        for number in range(DOCUMENTS):
            (raw / f"{number:03d}.md").write_text(f"{specimen}\n\n样张第 {number} 份\n", "utf-8")
        one_worker = seconds(folder / "1" / "x.duckdb", raw, 1, has_marts=False)
        two_workers = seconds(folder / "2" / "x.duckdb", raw, 2, has_marts=False)
        full = seconds(folder / "3" / "x.duckdb", raw, 2, has_marts=True)
        nothing_new = seconds(folder / "3" / "x.duckdb", raw, 2, has_marts=True)
        (raw / "new.md").write_text(f"{specimen}\n\n样张又一份\n", "utf-8")
        one_new = seconds(folder / "3" / "x.duckdb", raw, 2, has_marts=True)
        without = seconds(folder / "2" / "x.duckdb", raw, 2, has_marts=False)
    rows = [
        (f"full build of {DOCUMENTS} documents, marts included", full, 1.0),
        ("nothing new", nothing_new, nothing_new / full),
        (f"one new document among {DOCUMENTS}, marts included", one_new, one_new / full),
        ("  without marts, against a build without marts", without, without / two_workers),
        ("reading with two workers against one", two_workers, two_workers / one_worker),
    ]
    for told, took, ratio in rows:
        print(f"{told:55} {took:8.2f} s {ratio:8.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

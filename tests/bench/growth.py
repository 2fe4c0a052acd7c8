"""How the transformation grows: time and memory of `dbt build` over one, and over many, copies of the same warehouse.

Belongs here: a generator of big warehouses (`write_copies`), and the page docs/reference/growth.md. Does not belong here: tests that pass
or fail, and the time of reading (`ratios`, `reader_bench`).

The core tables of a warehouse are copied with new documents of new bodies: names get a number behind them, identifiers are the digest of the old one
and the number. What is a government's stays single, for there is but one government of a place.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeline.warehouse.places import DBT, DBT_PROJECT
from schemas import core

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "docs" / "reference" / "growth.md"
_BODY_NAMES = {"agency_name", "department_name"}


@dataclass(frozen=True)
class Measured:
    """One `dbt build`: figures and documents it was over, seconds of the processor, most memory (MiB; of the largest run so far), and the slowest models."""

    documents: int
    figures: int
    seconds: float
    memory: int
    slowest: list[tuple[str, float]]


def write_copies(source: Path, target: Path, copies: int) -> None:
    """Write the core tables of a warehouse into a new file, so many times with other documents and bodies."""
    with duckdb.connect(str(target)) as connection:
        connection.execute(f"attach '{source}' as source (read_only)")
        connection.execute("create schema core")
        connection.execute(
            "create temp table chosen as select document_id, number from source.core.document cross join "
            f"range(1, {copies}) as copy(number) where department_level is distinct from 'government'"
        )
        for table in core.TABLES:
            for statement in table.ddl():
                connection.execute(statement)
            connection.execute(f"insert into core.{table.name} by name from source.core.{table.name}")
            columns = dict(
                connection.execute(
                    "select column_name, data_type from duckdb_columns() where database_name = 'source' "
                    "and schema_name = 'core' and table_name = ?",
                    [table.name],
                ).fetchall()
            )
            if "document_id" in columns and copies > 1:
                connection.execute(_copy(table.name, columns))
        connection.execute("detach source")
        connection.execute("checkpoint")


def _copy(table: str, columns: dict[str, str]) -> str:
    """The statement that adds the copies of one table's rows."""
    identifier = "substr(md5({0}[:16] || number), 1, 16) || {0}[17:]"
    words = {}
    for name, kind in columns.items():
        if name.endswith("_ids"):
            words[name] = f"list_transform({name}, lambda x: {identifier.format('x')})"
        elif name.endswith("_id") and name != "source_id" and kind == "VARCHAR":
            words[name] = identifier.format(f"row.{name}")
        elif name in _BODY_NAMES:
            words[name] = f"{name} || '第' || number"
        elif name == "sha256":
            words[name] = "sha256(row.sha256 || number)"
    replaced = ", ".join(f"{word} as {name}" for name, word in words.items())
    return (
        f"insert into core.{table} by name select row.* replace ({replaced}) "
        f"from source.core.{table} as row inner join chosen on row.document_id = chosen.document_id"
    )


def transform(file: Path, folder: Path, memory: str, select: list[str]) -> Measured:
    """Run `dbt build` on a file that holds the schema `core` alone, and measure it. Raises RuntimeError where dbt fails."""
    command = [
        str(DBT), "build", "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--target-path",
        str(folder / "target"), "--log-path", str(folder / "logs"), "--exclude-resource-type", "unit_test", *select,
    ]  # fmt: skip
    environment = {**os.environ, "YUSUAN_BUILDING": str(file), "YUSUAN_MEMORY": memory, "DO_NOT_TRACK": "1"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if result.returncode:
        raise RuntimeError(result.stdout[-3000:])
    # Of the processor, not of the clock: what else the machine does meanwhile does not count.
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    results = json.loads((folder / "target" / "run_results.json").read_text("utf-8"))["results"]
    times = sorted(((r["unique_id"].split(".", 2)[2], r["execution_time"]) for r in results), key=lambda pair: -pair[1])
    with duckdb.connect(str(file), read_only=True) as connection:
        counts = [connection.execute(f"select count(*) from core.{t}").fetchone() for t in ("document", "figure")]
    documents, figures = (row[0] if row else 0 for row in counts)
    return Measured(documents, figures, seconds, after.ru_maxrss // 1024, times[:20])


def main() -> int:
    """Copy, transform, print the page and write it."""
    parser = argparse.ArgumentParser(description="How dbt's time grows with the number of documents.")
    parser.add_argument("warehouse", type=Path, help="a built warehouse, of which copies are made")
    parser.add_argument("--copies", type=int, nargs="+", default=[2, 20], help="how often it is copied, run by run")
    parser.add_argument("--memory", default="4GB", help="YUSUAN_MEMORY of the runs")
    parser.add_argument("--keep", action="store_true", help="print only, leave docs/reference/growth.md as it is")
    parser.add_argument("dbt", nargs="*", help="further arguments of dbt build, after --")
    options = parser.parse_args()
    runs = []
    for copies in options.copies:
        with tempfile.TemporaryDirectory() as name:
            file = Path(name) / "copies.duckdb"
            write_copies(options.warehouse, file, copies)
            measured = transform(file, Path(name), options.memory, options.dbt)
            runs.append(measured)
            print(
                measured.documents, measured.figures, f"{measured.seconds:.1f} s", f"{measured.memory} MiB", flush=True
            )
            for model, seconds in measured.slowest:
                print(f"    {seconds:8.1f} {model}", flush=True)
    page = _page(runs)
    if not options.keep:
        REPORT.write_text(page, encoding="utf-8")
    return 0


def _page(runs: list[Measured]) -> str:
    first = runs[0]
    lines = [
        "# How the transformation grows",
        "",
        "Written by `make bench` (tests/bench/growth.py); not edited by hand. Seconds are of one machine on one day; the last column is what counts:",
        "time for each figure, against that of the smallest run. 1.0 is linear.",
        "",
        "| documents | figures | seconds of dbt | MiB | time per figure |",
        "| ---: | ---: | ---: | ---: | ---: |",
        *(
            f"| {run.documents:,} | {run.figures:,} | {run.seconds:.0f} | {run.memory:,} "
            f"| {run.seconds / run.figures / (first.seconds / first.figures):.2f} |"
            for run in runs
        ),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())

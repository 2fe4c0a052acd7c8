"""Builds of toy documents in processes of their own, and the whole content of a warehouse.

Run as `python -m tests.support.builds FILE RAW [marts]`, it is such a build.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from pipeline.warehouse.database import connect
from pipeline.warehouse.failures import BuildFailed, WarehouseBusy
from tests.support.toy import toy_warehouse

ROOT = Path(__file__).parents[2]


def start_build(file: Path, raw: Path, has_marts: bool = False) -> subprocess.Popen[str]:
    """A build in a process of its own; its output is a pipe."""
    command = [sys.executable, "-m", "tests.support.builds", str(file), str(raw), *(["marts"] if has_marts else [])]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def content(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in the order in which it is stored."""
    with connect(file, read_only=True) as connection:
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where not internal order by 1"
        ).fetchall()
        return {table: connection.execute(f"select * from {table}").fetchall() for (table,) in tables}


def main() -> int:
    file, raw = Path(sys.argv[1]), Path(sys.argv[2])
    try:
        built = toy_warehouse(file, jobs=2, has_marts="marts" in sys.argv).build([raw])
    except WarehouseBusy as error:
        print(f"busy: {error}")
        return 3
    except BuildFailed as error:
        print(f"failed: {error}")
        return 4
    print(f"read {built.read_count}, new {built.is_new}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

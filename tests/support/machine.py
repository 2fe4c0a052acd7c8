"""A build without marts in a process of its own, whose output is the digest of every table: what one machine makes of documents.

Run as `python -m tests.support.machine FILE JOBS RAW …`.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from pipeline.warehouse.build import Warehouse
from tests.support.builds import content


def main() -> None:
    """Build, and print table by table what it came to."""
    file, jobs, *folders = sys.argv[1:]
    Warehouse(Path(file), int(jobs), dbt_project=Path("no dbt project")).build([Path(folder) for folder in folders])
    for table, rows in content(Path(file)).items():
        print(table, len(rows), hashlib.sha256(repr(rows).encode()).hexdigest())


if __name__ == "__main__":
    main()

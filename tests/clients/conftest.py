"""One published warehouse of the specimens for all tests of what connects to it.

Belongs here: the real build, made once for all workers of the test run. Does not belong here: tests.
"""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path

import pytest

from pipeline.publish.warehouse import DEFAULT_RAW, Warehouse


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The warehouse of the two specimens that are PDF, built as a user builds it."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    file = shared / "published" / "specimens.duckdb"
    with (shared / "published.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.is_file():
            raw = shared / "published" / "raw"
            raw.mkdir(parents=True, exist_ok=True)
            for path in (*DEFAULT_RAW.glob("*.pdf"), *DEFAULT_RAW.glob("registry.csv")):
                shutil.copy(path, raw)
            assert list(raw.glob("*.pdf")), "raw/ holds no specimen; the repository is not whole"
            Warehouse(file, 1).build([raw])
    return file

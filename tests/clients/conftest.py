"""What the tests of clients share: one published warehouse of the specimens, a PostgreSQL, a browser.

Belongs here: the real build, made once for all workers of the test run; servers and programs that are started. Does not belong here: tests.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.publish.postgres_server import NoServer, TrialServer
from pipeline.warehouse.build import Warehouse
from pipeline.warehouse.places import DEFAULT_RAW


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


@pytest.fixture(scope="module")
def server() -> Iterator[TrialServer]:
    """A PostgreSQL with nothing in it."""
    # A folder that a server may enter that does not run as the user of the tests; pytest's own are closed to others.
    folder = Path(tempfile.mkdtemp(prefix="yusuan-postgres-"))
    folder.chmod(0o755)
    try:
        with TrialServer(folder) as server:
            yield server
    except NoServer as error:
        pytest.skip(str(error))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium without a window."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed; run `make setup`")
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = os.environ.get("YUSUAN_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if chromium is None:
        pytest.skip("no Chromium here: apt-get install chromium, or name one in YUSUAN_CHROMIUM")
    with playwright.sync_playwright() as manager:
        # Containers run as root, and Chromium's sandbox does not.
        browser = manager.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()

"""SIGKILL of Dagster's daemon at random moments: whoever starts it again has lost nothing, and need do nothing else."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml

from pipeline.warehouse.database import connect
from tests.support.builds import ROOT
from tests.support.faults import assert_warehouse_whole, chance, hashes, times, wait_until
from tests.support.toy import toy_warehouse, write_toys

PATIENCE_SECONDS = 300


def start_daemon(folder: Path) -> subprocess.Popen[bytes]:
    """The daemon, its children in a group with it; what it says goes to a file."""
    environment = {
        **os.environ, "DAGSTER_HOME": str(folder / "home"), "YUSUAN_TOYS": str(folder), "DAGSTER_DISABLE_TELEMETRY": "1",
    }  # fmt: skip
    program = Path(sys.executable).parent / "dagster-daemon"
    with (folder / "daemon.log").open("ab") as log:
        return subprocess.Popen(
            [str(program), "run", "-m", "tests.support.dagster_toys"],
            cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


def kill(daemon: subprocess.Popen[bytes], with_children: bool) -> None:
    if with_children:
        os.killpg(daemon.pid, signal.SIGKILL)
    else:
        daemon.kill()
    daemon.wait()


def published(file: Path) -> set[str]:
    """Hashes in the published file; nothing where there is none yet."""
    try:
        with connect(file, read_only=True) as connection:
            return {row[0] for row in connection.execute("select sha256 from core.document").fetchall()}
    except duckdb.Error:
        return set()


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_killed_daemon_loses_no_document(tmp_path: Path) -> None:
    luck: random.Random = chance()
    (tmp_path / "home").mkdir()
    shutil.copy(ROOT / "pipeline" / "dagster.yaml", tmp_path / "home")
    config = yaml.safe_load((tmp_path / "home" / "dagster.yaml").read_text("utf-8"))
    config["run_monitoring"]["poll_interval_seconds"] = 5
    (tmp_path / "home" / "dagster.yaml").write_text(yaml.safe_dump(config), "utf-8")
    raw, file = tmp_path / "raw", tmp_path / "w" / "toys.duckdb"
    write_toys(raw, 3)
    daemon = start_daemon(tmp_path)
    try:
        assert wait_until(lambda: published(file) == hashes(raw), PATIENCE_SECONDS), "the daemon built nothing"
        for number in range(times(2, 8)):
            for part in range(4):
                (raw / f"added_{number}_{part}.txt").write_text(f"added={number}\nb={part}\nBRIEF\n")
            # Half of the time while the build goes on, else wherever the daemon is.
            if luck.random() < 0.5:
                wait_until(lambda: toy_warehouse(file).holder() is not None, 60)
            wait_until(lambda: False, luck.uniform(0, 6))
            with_children = luck.random() < 0.5
            kill(daemon, with_children)
            print(f"killed {'with' if with_children else 'without'} its children")
            if published(file):
                assert_warehouse_whole(file)
            daemon = start_daemon(tmp_path)
            assert wait_until(lambda: published(file) == hashes(raw), PATIENCE_SECONDS), "a document was lost"
            assert wait_until(lambda: toy_warehouse(file).holder() is None, 60), "the lock is still held"
            assert_warehouse_whole(file, hashes(raw))
    finally:
        os.killpg(daemon.pid, signal.SIGKILL)
        daemon.wait()
        print((tmp_path / "daemon.log").read_text("utf-8", "replace")[-6000:])

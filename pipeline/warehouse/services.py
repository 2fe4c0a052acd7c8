"""Dagster's web page and daemon as two processes that begin and end together.

Belongs here: starting and stopping them on a person's machine. Does not belong here: their definitions (`pipeline.definitions`); on a
server they are two services (docs/how-to/operate.md).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from pipeline.warehouse import workers
from pipeline.warehouse.places import PROJECT
from pipeline.warehouse.transformation import ensure_manifest

_STOP_SECONDS = 15


def prepare() -> dict[str, str]:
    """The environment of Dagster's processes; makes its home and dbt's manifest where these are missing."""
    home = Path(os.environ.get("DAGSTER_HOME") or PROJECT / ".dagster")
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "dagster.yaml").exists():
        shutil.copy(PROJECT / "pipeline" / "dagster.yaml", home / "dagster.yaml")
    environment = {**os.environ, "DAGSTER_HOME": str(home), "DAGSTER_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}
    ensure_manifest()
    return environment


def run(host: str, port: int) -> int:
    """Run both until one ends or a person ends them; return the exit code of the one that ended by itself, else 0."""
    environment = prepare()
    programs = Path(sys.executable).parent
    workspace = ["--workspace", str(PROJECT / "workspace.yaml")]
    commands = (
        [str(programs / "dagster-webserver"), "--host", host, "--port", str(port), *workspace],
        [str(programs / "dagster-daemon"), "run", *workspace],
    )
    processes = [
        subprocess.Popen(command, env=environment, cwd=PROJECT, preexec_fn=workers.die_with_parent)
        for command in commands
    ]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        while True:
            for process in processes:
                if process.poll() is not None:
                    return process.returncode
            time.sleep(0.5)
    except KeyboardInterrupt:
        return 0
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()

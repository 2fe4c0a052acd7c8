"""dbt's manifest: the list of models that Dagster must have before it can load its definitions.

Belongs here: making it when it is missing or older than the project. Does not belong here: running models (`build`).
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from pipeline.warehouse.build import DBT, DBT_PROJECT, DBT_WORKING_FOLDERS


def ensure_manifest(project: Path = DBT_PROJECT) -> Path:
    """The path of an up-to-date manifest; runs `dbt parse` where there is none. Raises CalledProcessError with dbt's words."""
    manifest = project / "target" / "manifest.json"
    if not manifest.is_file() or manifest.stat().st_mtime < _last_change(project):
        environment = {**os.environ, "DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
        command = [
            str(DBT), "--quiet", "parse", "--project-dir", str(project), "--profiles-dir", str(project),
            "--target-path", str(project / "target"), "--log-path", str(project / "logs"),
        ]  # fmt: skip
        subprocess.run(command, env=environment, check=True)
        # dbt leaves the file alone where its content would be the same.
        manifest.touch()
    return manifest


def _last_change(project: Path) -> float:
    """When a file or a folder of the project was last changed; folders count, for a file that was removed changes its folder."""
    return max(
        path.stat().st_mtime
        for entry in project.iterdir()
        if entry.name not in DBT_WORKING_FOLDERS
        for path in (entry, *entry.rglob("*"))
    )

"""dbt as the project runs it: parsing, for Dagster's sake, and `dbt build` on the file under construction.

Belongs here: commands, environment, what dbt leaves behind, its failures as sentences. Does not belong here: any model (`dbt_project/`).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

from pipeline.archive.readings import digest_of_files
from pipeline.warehouse import workers
from pipeline.warehouse.failures import BuildFailed
from pipeline.warehouse.places import DBT, DBT_PROJECT, Places

WORKING_FOLDERS = {"target", "logs", "dbt_packages"}
BUILD = ("build", "--exclude-resource-type", "unit_test")
"""What a build of the warehouse runs. Unit tests prove the models over rows of their own, whatever the documents: `make test` runs them."""
_QUIET = {"DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}


def ensure_manifest(project: Path = DBT_PROJECT) -> Path:
    """The path of an up-to-date manifest, which Dagster must have before it can load its definitions.

    Runs `dbt parse` where there is none. Raises CalledProcessError with dbt's words.
    """
    manifest = project / "target" / "manifest.json"
    if not manifest.is_file() or manifest.stat().st_mtime < _last_change(project):
        command = [
            str(DBT), "--quiet", "parse", "--project-dir", str(project), "--profiles-dir", str(project),
            "--target-path", str(project / "target"), "--log-path", str(project / "logs"),
        ]  # fmt: skip
        subprocess.run(command, env={**os.environ, **_QUIET}, check=True)
        # dbt leaves the file alone where its content would be the same.
        manifest.touch()
    return manifest


def digest_of_project(project: Path) -> str:
    """Digest of everything that dbt makes tables of, but for the core tables."""
    if not project.is_dir():
        return ""
    return digest_of_files(project, [path for path in sorted(project.iterdir()) if path.name not in WORKING_FOLDERS])


def environment(places: Places) -> dict[str, str]:
    """Variables that the dbt project reads: the file under construction; and no word to anyone."""
    return {"YUSUAN_BUILDING": str(places.building), **_QUIET}


def transform(places: Places, project: Path) -> None:
    """Run `dbt build` on the file under construction: models, and the tests that stop them. Raises BuildFailed."""
    if not (project / "dbt_project.yml").is_file():
        return
    target = places.dbt_target
    target.mkdir(parents=True, exist_ok=True)
    kept, checksum = target / "partial_parse.msgpack", target / "partial_parse.sha256"
    if kept.is_file() and _digest_of(kept) != (checksum.read_text("utf-8") if checksum.is_file() else ""):
        # What dbt remembers of its project has no checksum of its own: damaged, it would be believed.
        kept.unlink()
    command = [
        str(DBT), *BUILD, "--project-dir", str(project), "--profiles-dir", str(project),
        "--target-path", str(target), "--log-path", str(target), "--no-use-colors",
    ]  # fmt: skip
    result = subprocess.run(
        command, env={**os.environ, **environment(places)}, cwd=places.state, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=workers.die_with_parent,
    )  # fmt: skip
    (target / "build.log").write_text(result.stdout, encoding="utf-8")
    if result.returncode:
        raise BuildFailed(f"dbt did not succeed; nothing was published\n{_failures(target, result.stdout)}")
    if kept.is_file():
        checksum.write_text(_digest_of(kept), encoding="utf-8")


def remove_leftovers(places: Places) -> None:
    """Remove the folders that dagster-dbt makes for each of its runs."""
    for path in places.dbt_target.glob("*-*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)


def _failures(target: Path, output: str) -> str:
    """What dbt found wrong, node by node; the end of its output where it did not get as far."""
    try:
        results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    except (OSError, ValueError, KeyError):
        results = []
    told = [
        f"{result['unique_id']}: {result['status']}: {' '.join(str(result['message']).split())[:300]}"
        for result in results
        if result["status"] in ("error", "fail")
    ]
    return "\n".join(told or output.splitlines()[-30:]) + f"\nthe whole output: {target / 'build.log'}"


def _digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _last_change(project: Path) -> float:
    """When a file or a folder of the project was last changed; folders count, for a file that was removed changes its folder."""
    return max(
        path.stat().st_mtime
        for entry in project.iterdir()
        if entry.name not in WORKING_FOLDERS
        for path in (entry, *entry.rglob("*"))
    )

"""The machine decides nothing: the same documents give the same tables under other users, clocks, tongues, places and numbers of workers.

Belongs here: builds of one set of documents under settings as different as machines are. Does not belong here: what is read (`tests/documents`).
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
CASES = ROOT.parent / "shared" / "cases"
SMALL = 400_000
"""Bytes: documents of the corpus up to this size are read too."""
NOBODY = 65534


def documents() -> list[Path]:
    """Specimens; where they are, traps whose reading renders pages, and a few small documents of several formats."""
    files = [path for path in sorted((ROOT / "raw").glob("*2017*"))]
    files += sorted(CASES.glob("pdf-whiteout/raw/*")) + sorted(CASES.glob("pdf-form-clip/raw/*"))
    for suffix in ("pdf", "docx", "xlsx"):
        files += [path for path in sorted(CORPUS.glob(f"budget/*.{suffix}")) if path.stat().st_size < SMALL][:1]
    return files


def build(folder: Path, jobs: int, environment: dict[str, str], umask: int = 0o022, user: int | None = None) -> str:
    """The digests of all tables of a build in `folder`, whose documents lie in `folder`/原始 文件."""
    raw = folder / "原始 文件"
    command = [sys.executable, "-m", "tests.support.machine", str(folder / "仓 库.duckdb"), str(jobs), str(raw)]
    whole = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **environment}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=whole,
        umask=umask,
        user=user,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def lay_out(folder: Path, files: list[Path]) -> None:
    raw = folder / "原始 文件"
    raw.mkdir(parents=True)
    for file in files:
        shutil.copy(file, raw / file.name)


def may_run_as_nobody() -> bool:
    if os.geteuid() != 0:
        return False
    command = [sys.executable, "-c", "import pipeline.reading"]
    try:
        return subprocess.run(command, cwd=ROOT, user=NOBODY, capture_output=True).returncode == 0
    except PermissionError:  # Python itself lies where only this user may read
        return False


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_five_machines_make_the_same_tables(tmp_path: Path) -> None:
    files = documents()
    settings: list[tuple[int, dict[str, str], int, int | None]] = [
        (1, {"HOME": str(tmp_path), "LANG": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "1"}, 0o022, None),
        (2, {"HOME": "/nonexistent", "LC_ALL": "C", "TZ": "Asia/Shanghai", "PYTHONHASHSEED": "2"}, 0o077, None),
        (3, {"LC_ALL": "POSIX", "TZ": "America/St_Johns", "OMP_NUM_THREADS": "4"}, 0o002, None),
        (
            2,
            {"HOME": str(tmp_path), "LC_ALL": "zh_CN.GB18030", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "3"},
            0o022,
            None,
        ),
        (1, {"HOME": "/", "LC_ALL": "tr_TR.UTF-8", "TZ": "UTC-14"}, 0o000, NOBODY if may_run_as_nobody() else None),
    ]
    found = []
    for number, (jobs, environment, umask, user) in enumerate(settings):
        folder = tmp_path / f"机器 {number}"
        # the order in which files came to lie in a folder is the order in which some file systems list them
        lay_out(folder, files if number % 2 else files[::-1])
        if user is not None:
            for path in (*tmp_path.parents[:3], tmp_path, folder, *folder.rglob("*")):
                path.chmod(path.stat().st_mode | 0o755)
            folder.chmod(0o777)
        found.append(build(folder, jobs, environment, umask, user))
    assert f"core.document {len(files)} " in found[0]
    for other in found[1:]:
        assert other.splitlines() == found[0].splitlines()


CLOCKS = {"time", "random", "secrets", "locale", "platform", "getpass", "socket", "threading", "multiprocessing"}
READING = ("readers", "forms", "figures", "proofs", "editions")


def clocks_of(source: str) -> list[str]:
    """Modules that a module imports and by which a machine could decide."""
    imported = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            imported += [alias.name.split(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.append(node.module.split(".")[0])
    return sorted(CLOCKS.intersection(imported))


def test_reading_and_proving_know_no_clock() -> None:
    paths = [path for room in READING for path in (ROOT / "pipeline" / room).rglob("*.py")]
    assert len(paths) > 30
    assert {path.name: found for path in paths if (found := clocks_of(path.read_text("utf-8")))} == {}
    assert clocks_of("import time\nfrom random import choice") == ["random", "time"]

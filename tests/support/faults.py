"""What every fault test needs: chance with a seed that is told, how often to repeat, and the one check of what is left afterwards.

Belongs here: the check of a whole warehouse. Does not belong here: faults.

YUSUAN_FAULTS=long (`make faults`) repeats more often, YUSUAN_FAULTS_TIMES=N that many times; YUSUAN_FAULTS_SEED=N repeats one course
of chance.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import subprocess
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.archive.store import Store
from pipeline.warehouse.checks import core_checks
from pipeline.warehouse.database import connect

IS_LONG = os.environ.get("YUSUAN_FAULTS") == "long"


def times(quick: int, long: int) -> int:
    """How often a fault is repeated."""
    return int(os.environ.get("YUSUAN_FAULTS_TIMES") or (long if IS_LONG else quick))


def chance() -> random.Random:
    """Chance whose seed is printed, so that pytest shows it with a failure."""
    seed = int(os.environ.get("YUSUAN_FAULTS_SEED") or random.randrange(1 << 32))
    print(f"YUSUAN_FAULTS_SEED={seed}")
    return random.Random(seed)


def hashes(*folders: Path) -> set[str]:
    """SHA-256 of every file of the folders, as a person would compute them."""
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file() and path.name != "registry.csv")
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def assert_warehouse_whole(file: Path, documents: Collection[str] | None = None, refused: int | None = 0) -> set[str]:
    """The published file opens and passes its checks; no document is lost and none is there twice. Returns their hashes.

    `documents` are the hashes that must be there; `refused` is how many of them are refused (None: any number). Whatever stands in
    core stands in the marts as well, where there are some: old and new are never mixed.
    """
    with connect(file, read_only=True) as connection:
        rows = connection.execute("select sha256, document_id, status from core.document").fetchall()
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where not internal union all "
            "select schema_name || '.' || view_name from duckdb_views() where not internal"
        ).fetchall()
        for (table,) in tables:
            connection.execute(f"select count(*) from {table}").fetchone()
        names = {table for (table,) in tables}
        if "marts.document_total" in names:
            totals = connection.execute("select document_id from marts.document_total").fetchall()
            assert sorted(row[0] for row in totals) == sorted(row[1] for row in rows if row[2] == "loaded")
    held = [row[0] for row in rows]
    assert len(held) == len(set(held)), "a document is there twice"
    if documents is not None:
        assert set(held) == set(documents), f"lost {set(documents) - set(held)}, too many {set(held) - set(documents)}"
    if refused is not None:
        assert sum(row[2] == "refused" for row in rows) == refused
    with connect(file, read_only=True) as connection:
        failed = [check for check in core_checks(connection, len(held)) if check.is_blocking and not check.passed]
    assert failed == []
    return set(held)


def assert_archive_whole(store: Store, documents: Collection[str]) -> None:
    """Every document lies in the archive, its bytes those of its name."""
    for sha256 in documents:
        store.read(sha256)


def assert_nothing_left(file: Path) -> None:
    """Beside the published file lies its state and nothing else; nothing half-written is in there."""
    assert sorted(path.name for path in file.parent.iterdir()) == [file.name, f"{file.stem}.state"]
    assert list(file.parent.rglob("*.partial")) == []


@contextmanager
def meanwhile(act: Callable[[threading.Event], None]) -> Iterator[None]:
    """Something that goes on in a thread while the block runs; it is told by an event when the block is over."""
    is_over = threading.Event()
    thread = threading.Thread(target=act, args=(is_over,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join(30)


def children(words: str) -> list[int]:
    """Processes that this one started, directly or not, whose command line holds these words."""
    found = []
    waiting = [os.getpid()]
    while waiting:
        pid = waiting.pop()
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                below = [int(child) for child in task.read_text().split()]
            except OSError:
                continue
            waiting += below
            for child in below:
                try:
                    if words in Path(f"/proc/{child}/cmdline").read_text().replace("\0", " "):
                        found.append(child)
                except OSError:
                    continue
    return found


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of so many megabytes at `folder`; the test is skipped, with a reason, where there can be none."""
    folder.mkdir()
    try:
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
        mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("a small file system must be mounted for this, which needs root and the right to mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def fill(disk: Path, leave: int) -> Path:
    """Fill a disk but for so many bytes; return the file that does it."""
    filler = disk / "filler"
    with filler.open("ab") as file:
        status = os.statvfs(disk)
        free = status.f_bavail * status.f_frsize - leave
        if free > 0:
            # Somebody may write meanwhile: the disk is then fuller than was asked for.
            with contextlib.suppress(OSError):
                os.posix_fallocate(file.fileno(), file.tell(), free)
    return filler


def damage(data: bytes, luck: random.Random) -> tuple[str, bytes]:
    """How bytes are damaged, and the damaged bytes, which are always others: cut short, one bit, many bits, a hole."""
    if not data:
        return "noise", b"\x9f"
    how = luck.choice(["cut short", "one bit", "many bits", "a hole"])
    damaged = bytearray(data)
    if how == "cut short":
        damaged = damaged[: luck.randrange(len(data))]
    elif how == "a hole":
        start = luck.randrange(len(data))
        damaged[start : start + 512] = bytes(b ^ 0xA5 for b in damaged[start : start + 512])
    else:
        for position in {luck.randrange(len(data)) for _ in range(1 if how == "one bit" else 40)}:
            damaged[position] ^= 1 << luck.randrange(8)
    assert bytes(damaged) != data
    return how, bytes(damaged)


def wait_until(is_so: Callable[[], bool], seconds: float) -> bool:
    """Whether something came true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_so():
            return True
        time.sleep(0.1)
    return is_so()

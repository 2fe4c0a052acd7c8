"""Whatever happens to a build, the published file opens, is the old one or the new one, and the next build puts all in order.

Quick under `make test`; `make faults` (YUSUAN_FAULTS=long) repeats the random ones more often (tests/support/faults.py).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.warehouse.database import connect
from pipeline.warehouse.failures import WarehouseBusy
from pipeline.warehouse.workers import Limits
from tests.support.builds import ROOT, content, start_build
from tests.support.faults import assert_nothing_left, assert_warehouse_whole, chance, hashes, times
from tests.support.toy import toy_warehouse, write_toys

POISON = ("EXIT", "HANG", "MEMORY", "GROW", "RAISE", "RECURSE", "BAD_DOCUMENT")


def test_a_killed_build_leaves_the_old_or_the_new_file(tmp_path: Path) -> None:
    """SIGKILL at random moments, over the whole length of a build, documents changing each time."""
    raw, file = tmp_path / "raw", tmp_path / "w" / "toys.duckdb"
    write_toys(raw, 4)
    started = time.monotonic()
    assert start_build(file, raw, has_marts=True).wait() == 0
    length = time.monotonic() - started
    old = content(file)
    print(f"a build takes {length:.1f} s")
    moments = chance()
    kills = times(4, 30)
    for number in range(kills):
        (raw / "toy_000.txt").write_text(f"changed={number}\n")
        (raw / f"added_{number}.txt").write_text(f"added={number}\n")
        process = start_build(file, raw, has_marts=True)
        # Spread over the build: stage by stage, at a random moment of each.
        time.sleep(length * (number % kills + moments.random()) / kills)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert_warehouse_whole(file)
        now = content(file)
        documents = {row[0] for row in now["core.document"]}
        totals = {row[0] for row in now["marts.document_total"]}
        assert documents == totals, "old and new are mixed"
        if now != old:
            assert len(documents) == len(list(raw.iterdir())), "neither the old file nor the new one"
        old = now
    assert start_build(file, raw, has_marts=True).wait() == 0
    fresh = tmp_path / "fresh" / "toys.duckdb"
    assert start_build(fresh, raw, has_marts=True).wait() == 0
    assert content(file) == content(fresh)
    assert_warehouse_whole(file, hashes(raw))
    assert_nothing_left(file)
    left = [path.name for path in (tmp_path / "w").rglob("*") if ".building" in path.name or path.name.endswith(".wal")]
    assert left == []


def test_poisoned_documents_do_not_stop_the_rest(tmp_path: Path) -> None:
    raw, file = tmp_path / "raw", tmp_path / "w" / "toys.duckdb"
    write_toys(raw, 3)
    for word in POISON:
        (raw / f"{word}.txt").write_text(f"x=1\n{word}\n")
    built = toy_warehouse(file, jobs=2, limits=Limits(seconds=20, memory_mebibytes=256)).build([raw])
    assert built.statuses == {"loaded": 3, "refused": len(POISON)}
    assert_warehouse_whole(file, hashes(raw), refused=len(POISON))
    with connect(file, read_only=True) as connection:
        rows = connection.execute(
            "select file_name, reason, detail from core.refusal inner join core.document using (document_id)"
        ).fetchall()
    reasons = {name.removesuffix(".txt"): (reason, detail) for name, reason, detail in rows}
    assert reasons.keys() == set(POISON)
    assert reasons["HANG"] == ("limit_exceeded", "not read after 20 s (time limit; raise it with YUSUAN_TIME_LIMIT)")
    assert reasons["MEMORY"][0] == reasons["GROW"][0] == "limit_exceeded"
    assert "256 MiB" in reasons["MEMORY"][1]
    assert reasons["RECURSE"][0] == "limit_exceeded"
    assert reasons["RAISE"] == ("reader_failed", "ValueError: this reader was told to fail (toy.py, read_toy)")
    assert reasons["EXIT"] == ("reader_failed", "the worker process ended with exit code 3")
    assert reasons["BAD_DOCUMENT"][0] == "schema_violation"


def test_two_builds_at_once(tmp_path: Path) -> None:
    raw, file = tmp_path / "raw", tmp_path / "w" / "toys.duckdb"
    write_toys(raw, 3)
    processes = [start_build(file, raw) for _ in range(3)]
    told = [(process.communicate()[0], process.returncode) for process in processes]
    codes = sorted(code for _, code in told)
    assert 0 in codes
    assert set(codes) <= {0, 3}, told
    for text, code in told:
        if code == 3:
            assert "is being built by process" in text
    assert_warehouse_whole(file, hashes(raw))
    assert len(content(file)["core.document"]) == 3


def test_the_lock_names_its_holder_and_ends_with_it(tmp_path: Path) -> None:
    first, second = toy_warehouse(tmp_path / "x.duckdb"), toy_warehouse(tmp_path / "x.duckdb")
    with first.lock():
        assert first.holder() is not None
        with pytest.raises(WarehouseBusy, match=f"process {os.getpid()} on"), second.lock():
            pass
    assert first.holder() is None
    with second.lock():
        pass


def test_a_reader_keeps_the_old_file_for_the_whole_build(tmp_path: Path) -> None:
    raw, file = tmp_path / "raw", tmp_path / "w" / "toys.duckdb"
    write_toys(raw, 3)
    assert start_build(file, raw).wait() == 0
    with connect(file, read_only=True) as reader:
        (raw / "new.txt").write_text("x=1\n")
        assert start_build(file, raw).wait() == 0, "a reader must not hold the writer up"
        assert reader.execute("select count(*) from core.document").fetchone() == (3,)
        code = f"from tests.support.builds import *; print(len(content(Path({str(file)!r}))['core.document']))"
        told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        assert told.stdout.strip() == "4"
    assert_warehouse_whole(file, hashes(raw))
    with connect(file, read_only=True) as reader:
        assert reader.execute("select count(*) from core.document").fetchone() == (4,)


def test_corrupted_state_is_made_again(tmp_path: Path) -> None:
    """Every file of the state, except the archive, is only a shortcut: damaged or gone, the tables are the same."""
    raw, file = tmp_path / "raw", tmp_path / "w" / "toys.duckdb"
    write_toys(raw, 3)
    toy_warehouse(file).build([raw])
    before = content(file)
    state = tmp_path / "w" / "toys.state"
    readings = sorted((state / "readings").glob("??/*.zip"))
    assert len(readings) == 3
    data = readings[0].read_bytes()
    middle = len(data) // 2
    readings[0].write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])
    readings[1].write_bytes(data[:10])
    (state / "published.json").write_text("{")
    result = toy_warehouse(file).build([raw])
    assert (result.read_count, result.is_new) == (2, True), (
        "one could not be opened, one was found damaged when it was loaded"
    )
    assert content(file) == before
    for path in (state / "readings", state / "dbt"):
        shutil.rmtree(path, ignore_errors=True)
    (state / "intake.json").write_text("nonsense")
    file.unlink()
    toy_warehouse(file).build([raw])
    assert content(file) == before


def test_a_damaged_archive_file_is_taken_in_again(tmp_path: Path) -> None:
    raw, file = tmp_path / "raw", tmp_path / "w" / "toys.duckdb"
    write_toys(raw, 2)
    toy_warehouse(file).build([raw])
    before = content(file)
    state = tmp_path / "w" / "toys.state"
    victim = next((state / "archive").glob("??/*"))
    victim.chmod(0o644)
    victim.write_bytes(b"z" * victim.stat().st_size)
    shutil.rmtree(state / "readings")
    toy_warehouse(file).build([raw])
    assert content(file) == before


def test_leftovers_of_a_killed_build_are_cleaned(tmp_path: Path) -> None:
    raw, file = tmp_path / "raw", tmp_path / "w" / "toys.duckdb"
    write_toys(raw, 1)
    warehouse = toy_warehouse(file)
    (tmp_path / "w" / "toys.state" / "readings" / "ab").mkdir(parents=True)
    partial = tmp_path / "w" / "toys.state" / "readings" / "ab" / ".x.partial"
    partial.write_bytes(b"half")
    warehouse.building.write_bytes(b"half a database")
    warehouse.building.with_name(warehouse.building.name + ".wal").write_bytes(b"half a log")
    warehouse.build([raw])
    assert not partial.exists()
    assert sorted(path.name for path in (tmp_path / "w").iterdir()) == ["toys.duckdb", "toys.state"]

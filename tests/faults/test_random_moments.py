"""Faults at random moments: killed processes, full disks, damaged files, wrong clocks. After each: nothing lost, nothing twice.

Every test prints the seed of its course of chance (YUSUAN_FAULTS_SEED repeats it) and ends with `assert_warehouse_whole`.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.archive.readings import Version
from pipeline.archive.store import Store
from pipeline.fetching.clock import SimulatedClock
from pipeline.fetching.ledger import LEDGER_NAME, Ledger
from pipeline.fetching.requests import Limits as FetchLimits
from pipeline.fetching.runs import FetchReport, fetch_sources
from pipeline.fetching.sources import Source
from pipeline.warehouse.build import Warehouse
from pipeline.warehouse.events import hours_since_last_build
from pipeline.warehouse.failures import BuildFailed
from tests.faults.site import Site, document, links, page
from tests.support import faults
from tests.support.builds import content, start_build
from tests.support.faults import (
    assert_archive_whole,
    assert_nothing_left,
    assert_warehouse_whole,
    chance,
    hashes,
    times,
)
from tests.support.toy import toy_warehouse, write_toys

START = datetime(2026, 2, 1, tzinfo=UTC)
FETCH_LIMITS = FetchLimits(tries=2, timeout_seconds=5, request_seconds=5, first_wait_seconds=0.01)


# Killed


def test_a_killed_worker_costs_no_document(tmp_path: Path) -> None:
    """SIGKILL of a worker at any moment: its document is read by another one, and refused by nobody."""
    luck = chance()
    raw = tmp_path / "raw"
    write_toys(raw, 4)
    for path in raw.iterdir():
        path.write_text(path.read_text() + "BRIEF\n")
    killed = 0
    for number in range(times(2, 25)):
        file = tmp_path / str(number) / "toys.duckdb"
        after = luck.uniform(0, 2.5)

        def kill(is_over: threading.Event, after: float = after) -> None:
            nonlocal killed
            faults.wait_until(lambda: bool(faults.children("spawn_main")) or is_over.is_set(), 30)
            is_over.wait(after)
            for pid in faults.children("spawn_main")[:1]:
                os.kill(pid, signal.SIGKILL)
                killed += 1

        with faults.meanwhile(kill):
            built = toy_warehouse(file, jobs=2).build([raw])
        assert built.statuses == {"loaded": 4}
        assert_warehouse_whole(file, hashes(raw))
        assert_nothing_left(file)
    assert killed, "no worker was killed: the test means nothing"


def test_a_killed_writer_leaves_the_old_file(tmp_path: Path) -> None:
    """SIGKILL of the process that writes the marts, at a random moment of its life."""
    luck = chance()
    raw, file = tmp_path / "raw", tmp_path / "w" / "toys.duckdb"
    write_toys(raw, 2)
    toy_warehouse(file, has_marts=True).build([raw])
    for number in range(times(1, 10)):
        before = content(file)
        (raw / f"added_{number}.txt").write_text(f"added={number}\n")
        after = luck.uniform(0, 3)

        def kill(is_over: threading.Event, after: float = after) -> None:
            faults.wait_until(lambda: bool(faults.children("dbt build")) or is_over.is_set(), 60)
            is_over.wait(after)
            for pid in faults.children("dbt build"):
                os.kill(pid, signal.SIGKILL)

        told = ""
        with faults.meanwhile(kill):
            try:
                toy_warehouse(file, has_marts=True).build([raw])
            except BuildFailed as error:
                told = str(error)
        if told:
            assert "nothing was published" in told
            assert content(file) == before
        assert_warehouse_whole(file)
        toy_warehouse(file, has_marts=True).build([raw])
        assert_warehouse_whole(file, hashes(raw))
        assert_nothing_left(file)


def test_runs_at_once_and_killed(tmp_path: Path) -> None:
    """Two builds are started at once, again and again, and one of them is killed."""
    luck = chance()
    raw, file = tmp_path / "raw", tmp_path / "w" / "toys.duckdb"
    write_toys(raw, 3)
    toy_warehouse(file).build([raw])
    for number in range(times(1, 15)):
        (raw / f"added_{number}.txt").write_text(f"added={number}\n")
        first, second = start_build(file, raw), start_build(file, raw)
        time.sleep(luck.uniform(0, 6))
        victim = luck.choice([first, second])
        victim.kill()
        codes = {process.wait() for process in (first, second)}
        assert codes <= {0, 3, -signal.SIGKILL}
        assert_warehouse_whole(file)
    toy_warehouse(file).build([raw])
    assert_warehouse_whole(file, hashes(raw))
    assert_nothing_left(file)


# A full disk


def test_a_disk_that_fills_during_a_build(tmp_path: Path) -> None:
    """The disk is full from a random moment on: the build fails in a sentence or succeeds, and blames no document."""
    luck = chance()
    with faults.small_disk(tmp_path / "disk", 24) as disk:
        raw, file = tmp_path / "raw", disk / "w" / "toys.duckdb"
        write_toys(raw, 3)
        toy_warehouse(file).build([raw])
        failed = 0
        for number in range(times(4, 60)):
            before = content(file)
            (raw / f"added_{number % 5}.txt").write_text(f"added={number}\n")
            leave = int(10 ** luck.uniform(3, 6.9))
            after = luck.choice([0.0, luck.uniform(0, 3)])
            if not after:
                faults.fill(disk, leave)

            def fill(is_over: threading.Event, after: float = after, leave: int = leave) -> None:
                if after and not is_over.wait(after):
                    faults.fill(disk, leave)

            with faults.meanwhile(fill):
                try:
                    toy_warehouse(file).build([raw])
                except BuildFailed:
                    failed += 1
                    assert content(file) == before or assert_warehouse_whole(file, hashes(raw))
            assert_warehouse_whole(file)
            (disk / "filler").unlink(missing_ok=True)
            toy_warehouse(file).build([raw])
            assert_warehouse_whole(file, hashes(raw))
            assert_archive_whole(toy_warehouse(file).store, hashes(raw))
            (disk / "filler").unlink(missing_ok=True)
            assert_nothing_left(file)
        assert failed, "the disk was never full: the test means nothing"


def test_a_full_disk_in_a_worker_is_no_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a worker cannot write stops the build; a refusal would be kept, and the document lost until the next release."""
    with faults.small_disk(tmp_path / "disk", 4) as disk:
        raw = tmp_path / "raw"
        write_toys(raw, 2)
        warehouse = toy_warehouse(disk / "w" / "toys.duckdb")
        with warehouse.lock():
            warehouse.take_in([raw])
            filler = faults.fill(disk, 0)
            with pytest.raises(BuildFailed, match="no document is blamed"):
                list(warehouse.read_new())
            filler.unlink()
            assert sorted(step.status for step in warehouse.read_new()) == ["loaded", "loaded"]


# Fetching


class Publisher:
    """A site with some documents, its source, and a warehouse that takes over what is fetched."""

    def __init__(self, site: Site, state_parent: Path) -> None:
        self.site = site
        self.file = state_parent / "toys.duckdb"
        self.clock = SimulatedClock(START)
        self.source = Source(
            "test-city",
            "试验市",
            None,
            "试验市人民政府",
            site.url("/"),
            "预算",
            1,
            min_interval_seconds=0,
            max_bytes=10**7,
        )
        self.bodies: dict[str, bytes] = {}

    def publish(self, count: int, size: int = 0) -> None:
        for number in range(count):
            name = f"/{len(self.bodies)}.txt"
            self.bodies[name] = f"document={len(self.bodies)}\nb={number}\n".encode() + b"\n" * size
        self.serve()

    def serve(self) -> None:
        self.site.addresses["/"] = page(links(*((name, "2026年部门预算") for name in self.bodies)))
        for name, body in self.bodies.items():
            self.site.addresses[name] = document(body, "text/plain")

    def fetch(self) -> FetchReport:
        return fetch_sources(
            self.warehouse().state, [self.source], store=self.warehouse().store, only=["test-city"], clock=self.clock,
            limits=FETCH_LIMITS, allowed_addresses=[self.site.address],
        )  # fmt: skip

    def warehouse(self, version: str = "toy") -> Warehouse:
        warehouse = toy_warehouse(self.file, version=Version(version))
        warehouse._sources = lambda: [self.source]  # type: ignore[method-assign]
        return warehouse

    def hashes(self) -> set[str]:
        import hashlib

        return {hashlib.sha256(body).hexdigest() for body in self.bodies.values()}


def test_a_disk_that_fills_while_fetching(tmp_path: Path) -> None:
    luck = chance()
    with faults.small_disk(tmp_path / "disk", 8) as disk, Site() as site:
        publisher = Publisher(site, disk / "w")
        stopped = 0
        for _ in range(times(4, 60)):
            publisher.publish(3, size=20_000)
            faults.fill(disk, int(10 ** luck.uniform(2, 5.3)))
            try:
                stopped += publisher.fetch().stopped_by is not None
            except (OSError, sqlite3.OperationalError):
                stopped += 1
            (disk / "filler").unlink()
            assert publisher.fetch().stopped_by is None
            ledger = Ledger(publisher.warehouse().state, is_reader=True)
            held = [(item.url, item.sha256) for item in ledger.publications() if item.ended_at is None]
            assert [row for row in ledger.attempts() if row["outcome"] == "started"] == []
            ledger.close()
            assert len(held) == len(set(held)) == len(publisher.bodies), "a document was lost, or is there twice"
            assert {sha256 for _, sha256 in held} == publisher.hashes()
            assert_archive_whole(publisher.warehouse().store, publisher.hashes())
        assert stopped, "the disk was never full: the test means nothing"
        publisher.warehouse().build([])
        assert_warehouse_whole(publisher.file, publisher.hashes())


def test_a_damaged_fetched_document_keeps_its_place_until_it_comes_again(tmp_path: Path) -> None:
    """The archive's only copy is damaged: the document is refused, its bytes are no other document, and the next visit heals it."""
    luck = chance()
    with Site() as site:
        publisher = Publisher(site, tmp_path / "w")
        publisher.publish(3)
        publisher.fetch()
        publisher.warehouse().build([])
        before = content(publisher.file)
        for number in range(times(2, 20)):
            store = publisher.warehouse().store
            victim = store.path(luck.choice(sorted(publisher.hashes())))
            how, damaged = faults.damage(victim.read_bytes(), luck)
            victim.chmod(0o644)
            victim.write_bytes(damaged)
            print(how)
            # All is read anew: only what is read is missed.
            publisher.warehouse(f"release {number}").build([])
            assert_warehouse_whole(publisher.file, publisher.hashes(), refused=1)
            publisher.warehouse(f"release {number}").build([])
            assert_warehouse_whole(publisher.file, publisher.hashes(), refused=1)
            publisher.fetch()
            publisher.warehouse(f"release {number}").build([])
            assert_warehouse_whole(publisher.file, publisher.hashes())
            assert_archive_whole(store, publisher.hashes())
            publisher.warehouse().build([])
            same = content(publisher.file)
            assert [same[table] for table in before if table.startswith("core.doc")] == [
                before[table] for table in before if table.startswith("core.doc")
            ]


def test_a_damaged_ledger_is_put_right_by_its_copy(tmp_path: Path) -> None:
    luck = chance()
    with Site() as site:
        for number in range(times(4, 60)):
            publisher = Publisher(site, tmp_path / str(number))
            publisher.publish(2)
            publisher.fetch()
            state = publisher.warehouse().state
            victim = state / luck.choice([LEDGER_NAME, LEDGER_NAME, "fetching.copy.sqlite", "fetching.sha256"])
            print(victim.name, how := faults.damage(victim.read_bytes(), luck))
            victim.write_bytes(how[1])
            publisher.publish(1)
            report = publisher.fetch()
            assert (report.mended is not None) == (victim.name in (LEDGER_NAME, "fetching.sha256"))
            ledger = Ledger(state, is_reader=True)
            held = sorted(item.sha256 for item in ledger.publications() if item.ended_at is None)
            ledger.close()
            assert held == sorted(publisher.hashes())
            publisher.warehouse().build([])
            assert_warehouse_whole(publisher.file, publisher.hashes())


def test_a_damaged_ledger_does_not_break_a_build_in_silence(tmp_path: Path) -> None:
    with Site() as site:
        publisher = Publisher(site, tmp_path / "w")
        publisher.publish(2)
        publisher.fetch()
        publisher.warehouse().build([])
        before = content(publisher.file)
        ledger = publisher.warehouse().state / LEDGER_NAME
        ledger.write_bytes(b"no database" * 1000)
        with pytest.raises(BuildFailed, match="ledger of fetching"):
            publisher.warehouse().build([])
        assert content(publisher.file) == before
        publisher.fetch()
        publisher.warehouse().build([])
        assert_warehouse_whole(publisher.file, publisher.hashes())


# Damaged files


def test_any_damaged_file_of_the_state_is_made_again(tmp_path: Path) -> None:
    """One file of each kind is damaged at a random place; the next build that reads everything gives the same tables."""
    luck = chance()
    raw, file = tmp_path / "raw", tmp_path / "w" / "toys.duckdb"
    write_toys(raw, 3)
    toy_warehouse(file).build([raw])
    before = content(file)
    state = tmp_path / "w" / "toys.state"
    kinds = {
        "archive": "archive/??/*", "reading": "readings/??/*.zip", "intake": "intake.json", "published": "published.json",
        "builds": "builds.jsonl", "lock": "lock",
    }  # fmt: skip
    for round_ in range(times(1, 15)):
        for kind, pattern in kinds.items():
            victim = luck.choice(sorted(state.glob(pattern)))
            how, damaged = faults.damage(victim.read_bytes(), luck)
            print(round_, kind, how)
            victim.chmod(0o644)
            victim.write_bytes(damaged)
            if kind == "archive":
                # What is archived is looked at when it is read.
                for path in (state / "readings").glob("??/*.zip"):
                    path.unlink()
            if kind != "published":
                (state / "published.json").unlink()
            toy_warehouse(file).build([raw])
            assert content(file) == before, f"{kind}: {how}"
            assert_warehouse_whole(file, hashes(raw))
            assert_archive_whole(Store(state / "archive"), hashes(raw))
            assert hours_since_last_build(file) is not None


def test_what_dbt_remembers_is_not_believed_when_it_is_damaged(tmp_path: Path) -> None:
    luck = chance()
    raw, file = tmp_path / "raw", tmp_path / "w" / "toys.duckdb"
    write_toys(raw, 2)
    toy_warehouse(file, has_marts=True).build([raw])
    before = content(file)
    for _ in range(times(1, 10)):
        for name in ("partial_parse.msgpack", "manifest.json", "run_results.json", "graph.gpickle"):
            path = tmp_path / "w" / "toys.state" / "dbt" / name
            if path.is_file():
                path.write_bytes(faults.damage(path.read_bytes(), luck)[1])
        (tmp_path / "w" / "toys.state" / "published.json").unlink()
        (file.with_name(file.name + ".building.tmp")).mkdir()
        (file.with_name(file.name + ".building.tmp") / "spilled").write_bytes(luck.randbytes(1000))
        toy_warehouse(file, has_marts=True).build([raw])
        assert content(file) == before
        assert_warehouse_whole(file, hashes(raw))
        assert_nothing_left(file)


# Wrong clocks


class JumpyClock(SimulatedClock):
    """A clock that someone sets, now and then, while it is looked at."""

    def __init__(self, start: datetime, luck: random.Random) -> None:
        super().__init__(start)
        self.luck = luck
        self.is_jumpy = True

    def now(self) -> datetime:
        if self.is_jumpy and self.luck.random() < 0.05:
            self.set(START + timedelta(days=self.luck.choice([-3650, -400, -1, 1, 30, 400, 3650])))
        return super().now()


def test_a_clock_that_jumps_while_fetching_loses_nothing(tmp_path: Path) -> None:
    """Days and years, forth and back, between and within runs: versions stay in order, and in the end all is as it is on the site."""
    luck = chance()
    for number in range(times(2, 40)):
        with Site() as site:
            publisher = Publisher(site, tmp_path / str(number))
            publisher.clock = clock = JumpyClock(START, luck)
            history: dict[str, list[bytes]] = {}
            for _ in range(6):
                publisher.publish(1)
                for name in luck.sample(sorted(publisher.bodies), min(2, len(publisher.bodies))):
                    publisher.bodies[name] += f"again={luck.random()}\n".encode()
                publisher.serve()
                assert publisher.fetch().stopped_by is None
                for name, body in publisher.bodies.items():
                    history.setdefault(name, [])
                    if history[name][-1:] != [body]:
                        history[name].append(body)
            # The clock is put right, and some time passes: what looked old is asked about at longer intervals.
            clock.is_jumpy = False
            clock.set(START + timedelta(days=1))
            publisher.fetch()
            clock.set(START + timedelta(days=40))
            report = fetch_sources(
                publisher.warehouse().state, [publisher.source], store=publisher.warehouse().store, clock=clock,
                limits=FETCH_LIMITS, allowed_addresses=[site.address],
            )  # fmt: skip
            assert report.stopped_by is None
            ledger = Ledger(publisher.warehouse().state, is_reader=True)
            versions = {
                name: [item for item in ledger.publications() if item.url == site.url(name)] for name in history
            }
            ids = [row["attempt_id"] for row in ledger.attempts()]
            ledger.close()
            assert ids == sorted(set(ids))
            for name, bodies in history.items():
                seen = [publisher.warehouse().store.read(item.sha256) for item in versions[name]]
                assert seen[-1] == bodies[-1], "the last version is the one that stands"
                assert seen == sorted(set(seen), key=bodies.index), "versions in the order in which they were published"
                assert [item.ended_by for item in versions[name]] == ["replaced"] * (len(seen) - 1) + [None]
            publisher.warehouse().build([])
            assert_warehouse_whole(publisher.file, {item.sha256 for of_name in versions.values() for item in of_name})


def test_a_visit_in_the_future_silences_no_source_and_makes_none_due_each_time(tmp_path: Path) -> None:
    with Site() as site:
        publisher = Publisher(site, tmp_path / "w")
        publisher.publish(1)

        def visits() -> int:
            report = fetch_sources(
                publisher.warehouse().state, [publisher.source], store=publisher.warehouse().store, clock=publisher.clock,
                limits=FETCH_LIMITS, allowed_addresses=[site.address],
            )  # fmt: skip
            return len(report.visits)

        publisher.clock.set(START + timedelta(days=3650))
        assert visits() == 1
        publisher.clock.set(START)
        assert visits() == 1, "ten years ahead is not yet"
        assert visits() == 0, "and it has now been visited today"
        publisher.clock.advance(timedelta(days=1))
        assert visits() == 1


def test_a_host_is_not_left_alone_until_a_wrong_clock_s_year(tmp_path: Path) -> None:
    from tests.faults.site import sequence, status

    with Site() as site:
        publisher = Publisher(site, tmp_path / "w")
        publisher.publish(1)
        site.addresses["/0.txt"] = sequence(status(429, Retry_After="3600"), document(publisher.bodies["/0.txt"]))
        publisher.clock.set(START + timedelta(days=3650))
        publisher.fetch()
        publisher.clock.set(START)
        assert publisher.fetch().new_count == 1


def test_times_of_files_that_a_wrong_clock_gave_hide_no_change(tmp_path: Path) -> None:
    luck = chance()
    raw, file = tmp_path / "raw", tmp_path / "w" / "toys.duckdb"
    write_toys(raw, 2)
    victim = raw / "toy_000.txt"
    for number in range(times(3, 30)):
        victim.write_text(f"value={number:09d}\n")
        moment = time.time() + luck.choice([-(10**9), -86_400, 0, 86_400, 10**8])
        os.utime(victim, (moment, moment))
        toy_warehouse(file).build([raw])
        assert_warehouse_whole(file, hashes(raw))


def test_a_build_in_the_future_does_not_pass_for_a_fresh_one(tmp_path: Path) -> None:
    state = tmp_path / "toys.state"
    state.mkdir()
    now = datetime.now(UTC)
    lines = [json.dumps({"ended_at": (now + timedelta(hours=hours)).isoformat()}) for hours in (-50, 9000)]
    (state / "builds.jsonl").write_text("\n".join([*lines, '{"ended_at": "20']))
    hours = hours_since_last_build(tmp_path / "toys.duckdb")
    assert hours is not None
    assert 49.9 < hours < 50.1
    toy_warehouse(tmp_path / "toys.duckdb").record(
        __import__("pipeline.warehouse.build", fromlist=["Built"]).Built(tmp_path)
    )
    hours = hours_since_last_build(tmp_path / "toys.duckdb")
    assert hours is not None
    assert hours < 0.1


def test_a_clock_set_forward_takes_no_file_from_a_living_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build that begins while a document is being fetched, the clock a year ahead: the half-written file may go, the document not."""
    with Site() as site:
        publisher = Publisher(site, tmp_path / "w")
        publisher.publish(1)
        store = publisher.warehouse().store
        replace, done = os.replace, []

        def interrupted(source: str, target: str) -> None:
            if not done and "archive" in str(target):
                done.append(target)
                with monkeypatch.context() as patch:
                    patch.setattr(time, "time", lambda: 4_000_000_000.0)
                    assert store.remove_leftovers() == 1
            replace(source, target)

        monkeypatch.setattr(os, "replace", interrupted)
        assert publisher.fetch().new_count == 1
        assert done
        assert_archive_whole(store, publisher.hashes())

"""The simulated month once more, as Dagster lives it: the real schedules and sensor ask, the real job fetches, a build takes over.

Only the clock, the places of files and the reader of documents are those of a test. Days are few under `make test`.
"""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from contextlib import closing
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import dagster as dg
import pytest

from pipeline.assets import automation, fetching
from pipeline.fetching.clock import SimulatedClock
from pipeline.fetching.ledger import Ledger
from pipeline.fetching.runs import fetch_sources
from pipeline.fetching.sources import Source
from pipeline.warehouse import build as warehouse
from pipeline.warehouse import fetch
from pipeline.warehouse.database import connect
from pipeline.warehouse.places import Places
from tests.faults.site import Site
from tests.faults.test_month import LIMITS, START, World, sources_of
from tests.support.faults import assert_warehouse_whole, times
from tests.support.toy import toy_warehouse


class Desk:
    """What the daemon does, day by day: it asks schedules and sensor, and starts what they ask for, each run key once."""

    def __init__(
        self, folder: Path, clock: SimulatedClock, sources: list[Source], instance: dg.DagsterInstance
    ) -> None:
        self.file, self.raw = folder / "w" / "toys.duckdb", folder / "raw"
        self.raw.mkdir()
        self.clock = clock
        self.instance = instance
        self.schedules = [automation._schedule(rhythm) for rhythm in sorted({source.rhythm for source in sources})]
        self.cursor: str | None = None
        self.keys: set[str | None] = set()
        self.runs: Counter[str] = Counter()

    def tick(self) -> None:
        """The evening: what is due is visited."""
        for schedule in self.schedules:
            context = dg.build_schedule_context(self.instance, scheduled_execution_time=self.clock.now())
            for request in self._new(schedule.evaluate_tick(context).run_requests):
                result = automation.fetch_sources.execute_in_process(
                    run_config=request.run_config, instance=self.instance
                )
                assert result.success
                self.runs["fetch"] += 1

    def look(self) -> None:
        """The sensor, twice: it builds when the folder has come to rest."""
        for _ in range(2):
            with dg.build_sensor_context(self.instance, cursor=self.cursor) as context:
                tick = automation.dropped_documents.evaluate_tick(context)
            self.cursor = tick.cursor
            for _request in self._new(tick.run_requests):
                toy_warehouse(self.file).build([self.raw])
                self.runs["build"] += 1

    def _new(self, requests: list[dg.RunRequest] | None) -> list[dg.RunRequest]:
        new = [request for request in requests or [] if request.run_key not in self.keys]
        self.keys |= {request.run_key for request in new}
        return new


@pytest.mark.timeout(1800)
def test_days_while_schedules_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimulatedClock(START)

    class Time(datetime):
        """The time of day of the test, for the schedules."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return clock.now().astimezone(tz)

    with Site() as site, dg.DagsterInstance.ephemeral() as instance:
        world = World(site, 2026)
        sources = sources_of(world, site)
        desk = Desk(tmp_path, clock, sources, instance)
        for module in (automation, fetching):
            monkeypatch.setattr(module, "DEFAULT_FILE", desk.file)
        Places(desk.file).remember([desk.raw])
        monkeypatch.setattr(automation, "datetime", Time)
        for module in (fetch, warehouse):
            monkeypatch.setattr(module, "read_sources", lambda: sources)
        monkeypatch.setattr(fetch, "read_known_documents", dict)
        visit = functools.partial(
            fetch_sources, clock=clock, limits=LIMITS, workers=1, allowed_addresses=[site.address]
        )
        monkeypatch.setattr(fetch, "fetch_sources", visit)
        days = times(5, 30)
        for day in range(days):
            clock.set(START + timedelta(days=day))
            world.live_day(day)
            desk.tick()
            world.read_day()
            desk.look()
            clock.advance(timedelta(hours=1))
            desk.look()

        with closing(Ledger(toy_warehouse(desk.file).state, is_reader=True)) as ledger:
            held: dict[str, list[list[str | None]]] = defaultdict(list)
            for item in ledger.publications():
                held[item.url.removeprefix(site.url(""))].append([item.sha256, item.ended_by])
            attempts = ledger.attempts()
        expected = {url: versions for url, versions in world.expected.items() if versions}
        assert dict(held) == expected, "not the versions that an attentive reader saw"
        assert desk.runs["fetch"] == days
        assert 1 < desk.runs["build"] <= days
        shas = {str(sha256) for versions in expected.values() for sha256, _ in versions}
        assert_warehouse_whole(desk.file, shas)
        with connect(desk.file, read_only=True) as connection:
            rows = connection.execute(
                "select url, sha256, ended_by from core.publication order by url, version"
            ).fetchall()
            count = connection.execute("select count(*) from core.fetch_attempt").fetchone()
        published = [
            (site.url(url), sha256, ended) for url in sorted(expected, key=site.url) for sha256, ended in expected[url]
        ]
        assert rows == published, "the warehouse does not hold the versions that were seen"
        assert count == (len(attempts),), "each attempt is a row of the warehouse"
        sent = Counter(str(row["url"]).removeprefix(site.url("")) for row in attempts if row["is_sent"])
        assert sent == Counter(site.paths_seen())

"""A simulated month: a site publishes, replaces, moves, withdraws and breaks documents day by day, and no one touches anything.

What must be on record at the end is told by a model of an attentive reader who looks at the site once a day: it knows what the site
served, and nothing of the code under test.
"""

from __future__ import annotations

import hashlib
import os
import random
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.archive.store import Store
from pipeline.fetching.clock import SimulatedClock
from pipeline.fetching.ledger import Ledger
from pipeline.fetching.requests import Limits
from pipeline.fetching.runs import fetch_sources, outcomes
from pipeline.fetching.sources import Source
from tests.faults import site as sites
from tests.faults.site import Behaviour, Site, document, links, page, pdf, status

START = datetime(2026, 1, 20, 0, 0, tzinfo=UTC)
DAYS = 30
LIMITS = Limits(tries=2, timeout_seconds=5, request_seconds=1.5)
HUNG_DAY = 11
HANGS = 2
"""Each costs the test a time limit: so few are enough."""


class Killed(BaseException):
    """The run ends here, as if the process had been killed."""


@dataclass
class Place:
    """One source's part of the site: which address serves what, and which are linked."""

    name: str
    listing: str
    encoding: str
    body: dict[str, bytes] = field(default_factory=dict)
    linked: dict[str, None] = field(default_factory=dict)
    broken: dict[str, Behaviour] = field(default_factory=dict)
    is_down: bool = False

    @property
    def has_extensions(self) -> bool:
        """Whether an address tells that a document is there; else only the answer does, by the name that it gives."""
        return self.name != "east"

    def address(self, number: int) -> str:
        return f"/{self.name}/files/{number}.pdf" if self.has_extensions else f"/{self.name}/download?id={number}"

    def serve(self, url: str, body: bytes) -> Behaviour:
        """The document as this publisher's server sends it."""
        if self.has_extensions:
            return document(body)
        number = url.rsplit("=", 1)[-1]
        return document(
            body, "application/octet-stream", disposition=f"attachment; filename*=UTF-8''{number}%E5%8F%B7.pdf"
        )


class World:
    """The site, and what the attentive reader has seen of it."""

    def __init__(self, site: Site, seed: int) -> None:
        self.site = site
        self.random = random.Random(seed)
        self.places = [
            Place("north", "/north/index.html", "utf-8"),
            Place("south", "/south/list/", "gb18030"),
            Place("west", "/west/index.html", "utf-8"),
            Place("east", "/east/", "utf-8"),
        ]
        self.count = 0
        self.expected: dict[str, list[list[str | None]]] = defaultdict(list)
        self.missed: set[str] = set()
        self.events: Counter[str] = Counter()

    def new_body(self) -> bytes:
        self.count += 1
        return pdf(f"document {self.count}", 2000 + self.count)

    def live_day(self, day: int) -> None:
        """What publishers do in one day, and what breaks on it."""
        for place in self.places:
            place.broken.clear()
            place.is_down = (day in (7, 19) and place.name == "north") or (day == HUNG_DAY and place.name == "south")
            for _ in range(self.random.choice([0, 1, 1, 2]) if day else 4):
                self._publish(place)
            for act in self.random.sample(["replace", "move", "withdraw", "unlink", "restore", "copy"], 2):
                getattr(self, f"_{act}")(place)
            for url in self.random.sample(sorted(place.linked), min(2, len(place.linked))):
                self._break(place, url)
        self._serve()

    def _publish(self, place: Place) -> None:
        url = place.address(len(place.body) + 1)
        place.body[url] = self.new_body()
        place.linked[url] = None
        self.events["publish"] += 1

    def _pick(self, place: Place) -> str | None:
        served = sorted(url for url in place.linked if place.body.get(url))
        return self.random.choice(served) if served else None

    def _replace(self, place: Place) -> None:
        if url := self._pick(place):
            place.body[url] = self.new_body()
            self.events["replace"] += 1

    def _move(self, place: Place) -> None:
        if url := self._pick(place):
            target = place.address(len(place.body) + 1)
            place.body[target] = place.body[url]
            place.body[url] = b""
            del place.linked[url]
            place.linked[target] = None
            self.events["move"] += 1

    def _withdraw(self, place: Place) -> None:
        """The document goes; its link stays, as it often does."""
        if url := self._pick(place):
            place.body[url] = b""
            self.events["withdraw"] += 1

    def _unlink(self, place: Place) -> None:
        """The link goes; the document stays where it was."""
        if url := self._pick(place):
            del place.linked[url]
            self.events["unlink"] += 1

    def _restore(self, place: Place) -> None:
        gone = sorted(url for url in place.linked if place.body.get(url) == b"")
        if gone:
            place.body[self.random.choice(gone)] = self.new_body()
            self.events["restore"] += 1

    def _copy(self, place: Place) -> None:
        """The same bytes at a second address."""
        if url := self._pick(place):
            target = place.address(len(place.body) + 1)
            place.body[target] = place.body[url]
            place.linked[target] = None
            self.events["copy"] += 1

    def _break(self, place: Place, url: str) -> None:
        """Something that lasts for a day, and after which nothing may have changed."""
        data = place.body.get(url) or b""
        if not data:
            return
        kinds = ["500", "cut", "limit", "loop", "private", "recovers", "cut once", "asks to wait"]
        if place.has_extensions:
            # What is no document at an address that does not promise one is simply a page.
            kinds += ["page", "not found with status 200", "noise", "picture"]
        kind = self.random.choice(kinds)
        if self.events["break: hangs once"] < HANGS and self.random.random() < 0.05:
            kind = "hangs once"
        self.events[f"break: {kind}"] += 1
        sound = place.serve(url, data)
        passing: dict[str, Behaviour] = {
            "recovers": status(503),
            "asks to wait": status(429, Retry_After="17"),
            "cut once": sites.cut(data, 900),
            "hangs once": sites.hang(10 * LIMITS.request_seconds),
        }
        if kind in passing:
            # Seen after all, on the second try.
            place.broken[url] = sites.sequence(passing[kind], sound)
            return
        place.broken[url] = {
            "500": status(500),
            "page": page("<html><title>首页</title><body>欢迎</body></html>"),
            "not found with status 200": page("<html><title>404</title><body>您访问的页面不存在</body></html>"),
            "cut": sites.cut(data, 700),
            "limit": status(429, Retry_After="5"),
            "loop": sites.redirect(url),
            "private": sites.redirect("http://10.0.0.1/a.pdf"),
            "noise": sites.raw(b"\x00\x00\x00"),
            "picture": document(b"\x89PNG\r\n\x1a\n" + bytes(100), "application/pdf"),
        }[kind]
        place.broken[url].__dict__["is_lasting"] = True

    def _serve(self) -> None:
        self.site.addresses.clear()
        self.site.addresses["/robots.txt"] = page(
            "User-agent: *\nDisallow: /east/secret/\n", content_type="text/plain", etag=True
        )
        self.site.addresses["/east/secret/1.pdf"] = document(pdf("what robots.txt keeps to itself"))
        for place in self.places:
            targets = [(url, f"{place.name}第{re.findall(r'[0-9]+', url)[-1]}号部门预算") for url in place.linked]
            half = len(targets) // 2
            pages = {
                place.listing: links(*targets[:half], (f"{place.listing}?page=2", "下一页")),
                f"{place.listing}?page=2": links(*targets[half:]),
            }
            if place.name == "west":
                # One page per document lies between.
                pages = {place.listing: links(*((f"/west/item/{url[12:-4]}/", words) for url, words in targets))}
                pages |= {f"/west/item/{url[12:-4]}/": links((url, "附件")) for url, _ in targets}
            if place.name == "east":
                # Pages that a script numbers, and a link that robots.txt forbids.
                half = len(targets) // 2
                script = "<script>createPageHTML(2, 0, 'index', 'html');</script>"
                pages = {
                    "/east/": links(*targets[:half], ("/east/secret/1.pdf", "内部预算")) + script,
                    "/east/index_1.html": links(*targets[half:]),
                }
            down = sites.hang(10 * LIMITS.request_seconds) if place.name == "south" else status(500)
            for address, html in pages.items():
                self.site.addresses[address] = down if place.is_down else page(html, place.encoding, etag=True)
            for url, body in place.body.items():
                if body:
                    self.site.addresses[url] = place.serve(url, body)
            self.site.addresses.update(place.broken)

    def read_day(self) -> None:
        """What the attentive reader notes on this day."""
        for place in self.places:
            if place.is_down:
                continue
            for url, body in place.body.items():
                versions = self.expected[url]
                current = versions[-1] if versions and versions[-1][1] is None else None
                if current is None and url not in place.linked and url not in self.missed:
                    # Not known, or known to be gone, and nothing leads there.
                    continue
                if url in place.broken and place.broken[url].__dict__.get("is_lasting"):
                    # To be looked at again, even where its link is taken away meanwhile, if its address promises a document.
                    if place.has_extensions:
                        self.missed.add(url)
                    continue
                self.missed.discard(url)
                sha256 = hashlib.sha256(body).hexdigest()
                if not body:
                    if current:
                        current[1] = "withdrawn"
                elif current is None:
                    versions.append([sha256, None])
                elif current[0] != sha256:
                    current[1] = "replaced"
                    versions.append([sha256, None])


def sources_of(world: World, site: Site) -> list[Source]:
    """A source for each place of the site."""
    return [
        Source(
            place.name, f"{place.name}市", None, "市人民政府", site.url(place.listing), "预算 >> 附件", 1,
            min_interval_seconds=1, publication_window="01-01..03-31", max_bytes=1_000_000,
        )
        for place in world.places
    ]  # fmt: skip


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [2026, 7, 11, 12, 13] if os.environ.get("YUSUAN_FAULTS") == "long" else [2026])
def test_a_month_without_anyone(tmp_path: Path, seed: int) -> None:
    state = tmp_path / "state"
    with Site() as site:
        world = World(site, seed)
        clock = SimulatedClock(START)
        sources = sources_of(world, site)
        store = Store(state / "archive")

        def run() -> int:
            report = fetch_sources(
                state, sources, store=store, clock=clock, limits=LIMITS, workers=1, allowed_addresses=[site.address]
            )
            assert report.stopped_by is None
            return len(report.visits)

        killed = 0
        for day in range(DAYS):
            clock.set(START + timedelta(days=day))
            world.live_day(day)
            if day % 5 == 3:
                killed += _run_killed(run, world.random.randrange(1, 4))
            assert run() <= len(sources)
            world.read_day()
            down = sum(place.is_down for place in world.places)
            clock.advance(timedelta(hours=1))
            assert run() == down, "an hour later only what failed is due"
        assert killed >= 3, "too few runs were killed for the test to mean something"
        assert all(world.events[act] for act in ("publish", "replace", "move", "withdraw", "unlink", "restore", "copy"))
        assert sum(count for event, count in world.events.items() if event.startswith("break")) > 60

        ledger = Ledger(state)
        try:
            held: dict[str, list[list[str | None]]] = defaultdict(list)
            for item in ledger.publications():
                held[item.url.removeprefix(site.url(""))].append([item.sha256, item.ended_by])
            attempts = ledger.attempts()
        finally:
            ledger.close()
        expected = {url: versions for url, versions in world.expected.items() if versions}
        assert dict(held) == expected
        assert sum(map(len, expected.values())) > 80

        shas = {str(sha256) for versions in expected.values() for sha256, _ in versions}
        stored = {path.name for path in (state / "archive").glob("*/*")}
        assert stored == shas, "no document lost, none besides"
        assert all(hashlib.sha256(store.read(sha256)).hexdigest() == sha256 for sha256 in sorted(shas))

        # Each way in which a site misbehaves has left its own trace.
        traces = Counter(row["outcome"] for row in attempts)
        for outcome in (
            "not_modified", "gone", "not_found", "server_error", "rate_limited", "cut_short", "too_slow", "redirected", "redirect_loop",
            "address_refused", "bad_response", "error_page", "not_a_document", "robots_disallowed", "robots", "same_document", "changed_document",
        ):  # fmt: skip
            assert traces[outcome], outcome
        assert any(row["resumed_from"] for row in attempts if row["outcome"] in ("new_document", "changed_document"))
        assert "/east/secret/1.pdf" not in site.paths_seen()

        sent = Counter(str(row["url"]).removeprefix(site.url("")) for row in attempts if row["is_sent"])
        assert sent == Counter(site.paths_seen()), "every request that the site saw is a row, and no row besides"
        known = outcomes()
        assert all(row["outcome"] in known and row["outcome"] != "started" for row in attempts)
        assert sum(row["outcome"] == "interrupted" for row in attempts) == killed
        assert not [row for row in attempts if row["finished_at"] is None]


def _run_killed(run: object, after: int) -> int:
    """A run that is killed when it has just written its n-th document, before it could note it; 0 where it wrote fewer."""
    left = after
    add = Store.add

    def kill(store: Store, data: bytes) -> str:
        nonlocal left
        sha256 = add(store, data)
        left -= 1
        if not left:
            raise Killed
        return sha256

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "add", kill)
        try:
            run()  # type: ignore[operator]
        except Killed:
            return 1
    return 0


def test_the_model_itself_notices_a_lost_version(tmp_path: Path) -> None:
    """The reader's notes change with what is served: a test that compares them to nothing would not fail."""
    with Site() as site:
        world = World(site, 1)
        place = world.places[0]
        world._publish(place)
        world.read_day()
        world._replace(place)
        before = [list(version) for version in world.expected["/north/files/1.pdf"]]
        world.read_day()
        after = world.expected["/north/files/1.pdf"]
    assert len(before) == 1
    assert [ended for _, ended in after] == ["replaced", None]

"""Fetching against a site that misbehaves: each misbehaviour has the outcome that its name says, and no other effect."""

from __future__ import annotations

import hashlib
import itertools
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from pipeline.archive.store import Store
from pipeline.fetching.clock import SimulatedClock
from pipeline.fetching.ledger import Ledger
from pipeline.fetching.requests import Limits
from pipeline.fetching.runs import FetchingInProgress, FetchReport, fetch_sources, lay_out, outcomes, warehouse_rows
from pipeline.fetching.sources import KnownDocument, Source
from schemas import core
from tests.faults import site as sites
from tests.faults.site import Site, document, links, page, pdf, redirect, sequence, status

START = datetime(2026, 2, 1, 0, 0, tzinfo=UTC)
LIMITS = Limits(timeout_seconds=5, request_seconds=5, first_wait_seconds=1)
LISTING = "/budget/index.html"


class Desk:
    """One source of a misbehaving site, its state folder and its clock."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site = site
        self.folder = folder
        self.clock = SimulatedClock(START)
        self.source = Source(
            source_id="test-city",
            jurisdiction_name="试验市",
            jurisdiction_code=None,
            publisher="试验市人民政府",
            listing_url=site.url(LISTING),
            link_pattern="预算|决算",
            depth=2,
            min_interval_seconds=2,
            max_bytes=1_000_000,
        )
        self.store = Store(folder / "archive")

    def run(self, limits: Limits = LIMITS, **changes: object) -> FetchReport:
        known = changes.pop("known", {})
        self.source = replace(self.source, **changes)  # type: ignore[arg-type]
        return fetch_sources(
            self.folder,
            [self.source],
            only=[self.source.source_id],
            clock=self.clock,
            limits=limits,
            known_documents=known,  # type: ignore[arg-type]
            allowed_addresses=[self.site.address],
        )

    def offer(self, *paths: str, words: str = "2026年部门预算") -> None:
        """A listing with links to these addresses."""
        self.site.addresses[LISTING] = page(links(*((path, words) for path in paths)))

    def attempts(self) -> list[dict]:
        ledger = Ledger(self.folder)
        try:
            return ledger.attempts()
        finally:
            ledger.close()

    def outcomes_of(self, path: str) -> list[str]:
        return [row["outcome"] for row in self.attempts() if row["url"] == self.site.url(path)]

    def versions(self, path: str) -> list[tuple[str, str | None]]:
        """(SHA-256, how it ended) of the versions at an address, in order."""
        ledger = Ledger(self.folder)
        try:
            return [(item.sha256, item.ended_by) for item in ledger.publications() if item.url == self.site.url(path)]
        finally:
            ledger.close()

    def attention(self, report: FetchReport) -> set[str]:
        return {item.outcome for item in report.attention}


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Site() as site:
        desk = Desk(site, tmp_path / "state")
        yield desk
        # Whatever happened: every request that the site saw has its row, and every row that says so was a request.
        sent = [row["url"].removeprefix(f"http://{site.address}") for row in desk.attempts() if row["is_sent"]]
        assert sorted(sent) == sorted(site.paths_seen())
        known = outcomes()
        assert all(row["outcome"] in known and known[row["outcome"]].level == "attempt" for row in desk.attempts())
        assert not list((desk.folder / "partial").glob("*")) or any(
            row["outcome"] in ("cut_short", "too_slow") for row in desk.attempts()
        )


def test_a_document_is_archived_and_then_asked_for_conditionally(desk: Desk) -> None:
    desk.offer("/a.pdf")
    desk.site.addresses["/a.pdf"] = document(pdf("one"))
    report = desk.run()
    assert report.new_count == 1
    assert not report.attention
    assert desk.store.read(sha(pdf("one"))) == pdf("one")
    again = desk.run()
    assert again.new_count == again.changed_count == 0
    assert desk.outcomes_of("/a.pdf") == ["new_document", "not_modified"]
    assert desk.site.seen[-1].headers["if-none-match"].startswith('"')


def test_last_modified_serves_where_there_is_no_etag(desk: Desk) -> None:
    desk.offer("/a.pdf")
    desk.site.addresses["/a.pdf"] = document(pdf("one"), etag=False, last_modified="Sun, 01 Feb 2026 00:00:00 GMT")
    desk.run()
    desk.run()
    assert desk.outcomes_of("/a.pdf") == ["new_document", "not_modified"]


def test_several_levels_pagination_and_links_without_an_extension(desk: Desk) -> None:
    addresses = desk.site.addresses
    addresses[LISTING] = page(links(("page2.html", "下一页"), ("/dept/1/", "财政局预算公开"), ("/about/", "关于本站")))
    addresses["/budget/page2.html"] = page(links(("/dept/2/", "教育局预算公开")))
    addresses["/dept/1/"] = page(links(("item.html", "2026年预算"), ("/about/", "关于")))
    addresses["/dept/1/item.html"] = page(links(("/download?id=7", "附件1"), ("annex.xlsx", "表格")))
    addresses["/dept/2/"] = page('<html><body><iframe src="/viewer.html?file=/files/2.pdf"></iframe></body></html>')
    addresses["/download?id=7"] = document(
        pdf("seven"), disposition="attachment; filename*=UTF-8''%E9%A2%84%E7%AE%97.pdf"
    )
    addresses["/dept/1/annex.xlsx"] = document(sites.zip_of({"xl/workbook.xml": b"<x/>"}), "application/octet-stream")
    addresses["/files/2.pdf"] = document(pdf("two"))
    report = desk.run()
    assert {url.removeprefix(desk.site.url("")) for url in report.visits[0].new} == {
        "/download?id=7", "/dept/1/annex.xlsx", "/files/2.pdf",
    }  # fmt: skip
    assert "/about/" not in desk.site.paths_seen()
    names = {row["file_name"] for row in desk.attempts() if row["outcome"] == "new_document"}
    assert "预算.pdf" in names


def test_pages_of_a_template_end_where_there_is_none(desk: Desk) -> None:
    desk.offer("/1.pdf")
    desk.site.addresses["/1.pdf"] = document(pdf("1"))
    desk.site.addresses["/budget/index_1.html"] = page(links(("/2.pdf", "预算")))
    desk.site.addresses["/2.pdf"] = document(pdf("2"))
    report = desk.run(pagination="index_{page}.html")
    assert report.new_count == 2
    assert not report.attention
    assert desk.outcomes_of("/budget/index_2.html") == ["not_found"]


def test_pages_that_a_script_prints(desk: Desk) -> None:
    desk.site.addresses[LISTING] = page(
        "<html><body><a href='/1.pdf'>预算</a><script>createPageHTML(3, 0, 'index', 'html');</script></body></html>"
    )
    desk.site.addresses["/budget/index_1.html"] = page(links(("/2.pdf", "预算")))
    desk.site.addresses["/budget/index_2.html"] = page(links(("/3.pdf", "预算")))
    for number in "123":
        desk.site.addresses[f"/{number}.pdf"] = document(pdf(number))
    assert desk.run().new_count == 3


def test_infinite_pagination_ends_at_a_limit_and_is_reported(desk: Desk) -> None:
    desk.site.addresses[LISTING] = sites.infinite_listing(LISTING)
    report = desk.run(replace(LIMITS, pages_per_listing=5))
    assert len([path for path in desk.site.paths_seen() if path.startswith(LISTING)]) == 6
    assert "page_limit" in desk.attention(report)


def test_a_visit_has_a_limit_of_requests(desk: Desk) -> None:
    desk.offer(*(f"/{number}.pdf" for number in range(20)))
    report = desk.run(replace(LIMITS, requests_per_visit=5))
    assert "request_limit" in desk.attention(report)
    assert len(desk.site.paths_seen()) == 6, "five, and robots.txt"


def test_a_listing_in_gb18030(desk: Desk) -> None:
    html = links(("/a.pdf", "㐂镕市2026年预算"), title="预算公开")
    # The declared subset lacks 㐂 and 镕.
    desk.site.addresses[LISTING] = page(html, "gb18030", "text/html; charset=gb2312")
    desk.site.addresses["/a.pdf"] = document(pdf("one"))
    assert desk.run().new_count == 1
    ledger = Ledger(desk.folder)
    assert ledger.publications()[0].title == "㐂镕市2026年预算"
    ledger.close()


def test_an_error_page_with_status_200_is_no_document_and_does_not_replace_one(desk: Desk) -> None:
    desk.offer("/a.pdf", "/b.pdf")
    desk.site.addresses["/a.pdf"] = document(pdf("one"))
    desk.site.addresses["/b.pdf"] = page("<html><title>404</title><body>您访问的页面不存在</body></html>")
    report = desk.run()
    assert report.new_count == 1
    assert desk.outcomes_of("/b.pdf") == ["error_page"]
    assert "error_page" in desk.attention(report)
    desk.site.addresses["/a.pdf"] = page("<html><title>首页</title><body><a href='/'>首页</a></body></html>")
    desk.run()
    assert desk.outcomes_of("/a.pdf")[-1] == "error_page"
    assert desk.versions("/a.pdf") == [(sha(pdf("one")), None)]


@pytest.mark.parametrize("code", [404, 410])
def test_a_withdrawn_document_is_noted_and_its_bytes_stay(desk: Desk, code: int) -> None:
    desk.offer("/a.pdf", "/never.pdf")
    desk.site.addresses["/a.pdf"] = document(pdf("one"))
    desk.run()
    assert desk.outcomes_of("/never.pdf") == ["not_found"]
    desk.site.addresses["/a.pdf"] = status(code)
    report = desk.run()
    assert desk.outcomes_of("/a.pdf")[-1] == "gone"
    assert report.visits[0].withdrawn == [desk.site.url("/a.pdf")]
    assert desk.versions("/a.pdf") == [(sha(pdf("one")), "withdrawn")]
    assert desk.store.read(sha(pdf("one"))) == pdf("one")
    # It is reported once, and taken up again when it comes back.
    assert "gone" not in desk.attention(desk.run())
    desk.site.addresses["/a.pdf"] = document(pdf("one"))
    desk.run()
    assert desk.versions("/a.pdf") == [(sha(pdf("one")), "withdrawn"), (sha(pdf("one")), None)]


def test_a_document_taken_off_the_listing_is_still_looked_after(desk: Desk) -> None:
    desk.offer("/a.pdf", "/b.pdf")
    for name in "ab":
        desk.site.addresses[f"/{name}.pdf"] = document(pdf(name))
    desk.run()
    desk.offer("/b.pdf")
    del desk.site.addresses["/a.pdf"]
    desk.run()
    assert desk.versions("/a.pdf") == [(sha(pdf("a")), "withdrawn")]


def test_a_changed_document_is_a_new_version(desk: Desk) -> None:
    desk.offer("/a.pdf")
    desk.site.addresses["/a.pdf"] = document(pdf("one"))
    desk.run()
    desk.site.addresses["/a.pdf"] = document(pdf("two"))
    report = desk.run()
    assert report.changed_count == 1
    assert desk.versions("/a.pdf") == [(sha(pdf("one")), "replaced"), (sha(pdf("two")), None)]


def test_a_moved_document_is_the_same_document(desk: Desk) -> None:
    desk.offer("/a.pdf")
    desk.site.addresses["/a.pdf"] = document(pdf("one"))
    desk.run()
    desk.offer("/new/a.pdf")
    desk.site.addresses["/new/a.pdf"] = desk.site.addresses.pop("/a.pdf")
    report = desk.run()
    assert report.new_count == 0
    assert report.visits[0].moved == [desk.site.url("/new/a.pdf")]
    assert desk.outcomes_of("/new/a.pdf") == ["same_document"]
    assert desk.versions("/a.pdf") == [(sha(pdf("one")), "withdrawn")]


def test_a_statement_in_a_page_is_a_document_whose_version_does_not_hang_on_the_date(desk: Desk) -> None:
    def statement(amount: str, date: str) -> str:
        rows = "".join(
            f"<tr><td>{code}</td><td>行政运行</td><td>{amount}</td><td>1.00</td></tr>"
            for code in range(2010301, 2010311)
        )
        return f"<html><title>2026年部门预算</title><body>{date}<p>单位：万元</p><table>{rows}</table></body></html>"

    desk.offer("/a.html")
    desk.site.addresses["/a.html"] = page(statement("12.50", "今天是2月1日"))
    assert desk.run().new_count == 1
    desk.site.addresses["/a.html"] = page(statement("12.50", "今天是2月2日"))
    assert desk.run().changed_count == 0
    desk.site.addresses["/a.html"] = page(statement("13.50", "今天是2月3日"))
    assert desk.run().changed_count == 1
    assert desk.outcomes_of("/a.html") == ["new_document", "unchanged_document", "changed_document"]


def test_429_is_waited_for_as_asked(desk: Desk) -> None:
    desk.offer("/a.pdf")
    desk.site.addresses["/a.pdf"] = sequence(status(429, Retry_After="37"), document(pdf("one")))
    assert desk.run().new_count == 1
    assert desk.outcomes_of("/a.pdf") == ["rate_limited", "new_document"]
    assert 37 in desk.clock.slept


def test_a_host_that_asks_for_a_long_pause_is_left_alone(desk: Desk) -> None:
    desk.offer("/a.pdf", "/b.pdf")
    desk.site.addresses["/a.pdf"] = sequence(status(429, Retry_After="86400"), document(pdf("a")))
    desk.site.addresses["/b.pdf"] = document(pdf("b"))
    desk.run()
    assert desk.outcomes_of("/a.pdf") == ["rate_limited"]
    assert desk.outcomes_of("/b.pdf") == ["deferred"]
    assert "/b.pdf" not in desk.site.paths_seen()
    desk.clock.advance(timedelta(days=2))
    assert desk.run().new_count == 2


def test_a_failing_server_is_asked_again_with_growing_pauses(desk: Desk) -> None:
    desk.offer("/a.pdf", "/b.pdf")
    desk.site.addresses["/a.pdf"] = sequence(status(500), status(503), document(pdf("one")))
    desk.site.addresses["/b.pdf"] = status(500)
    report = desk.run(min_interval_seconds=0)
    assert desk.outcomes_of("/a.pdf") == ["server_error", "server_error", "new_document"]
    assert desk.outcomes_of("/b.pdf") == ["server_error"] * 4
    assert desk.clock.slept == [1, 2, 1, 2, 4]
    assert not report.attention, "one bad day needs nobody"
    desk.run()
    assert "still_failing" in desk.attention(desk.run())


def test_requests_to_a_host_keep_their_distance(desk: Desk) -> None:
    desk.offer("/a.pdf", "/b.pdf")
    for name in "ab":
        desk.site.addresses[f"/{name}.pdf"] = document(pdf(name))
    desk.run()
    times = [datetime.fromisoformat(row["requested_at"]) for row in desk.attempts()]
    assert len(times) == 4
    assert all(later - earlier >= timedelta(seconds=2) for earlier, later in itertools.pairwise(times))


def test_robots_txt_is_obeyed(desk: Desk) -> None:
    desk.site.addresses["/robots.txt"] = page(
        "User-agent: *\nDisallow: /secret/\nCrawl-delay: 11", content_type="text/plain"
    )
    desk.offer("/secret/a.pdf", "/b.pdf")
    desk.site.addresses["/b.pdf"] = document(pdf("b"))
    report = desk.run()
    assert desk.outcomes_of("/secret/a.pdf") == ["robots_disallowed"]
    assert "/secret/a.pdf" not in desk.site.paths_seen()
    assert report.new_count == 1
    assert "robots_disallowed" in desk.attention(report)
    times = [datetime.fromisoformat(row["requested_at"]) for row in desk.attempts() if row["is_sent"]]
    assert times[2] - times[1] >= timedelta(seconds=11)


def test_nothing_is_asked_while_robots_txt_cannot_be_read(desk: Desk) -> None:
    desk.offer("/a.pdf")
    desk.site.addresses["/robots.txt"] = status(500)
    report = desk.run()
    assert set(desk.site.paths_seen()) == {"/robots.txt"}
    assert report.visits[0].outcome == "listing_failed"


def test_a_home_page_in_place_of_robots_txt_forbids_nothing(desk: Desk) -> None:
    desk.offer("/a.pdf")
    desk.site.addresses["/robots.txt"] = page("<html><body>Disallow: /</body></html>")
    desk.site.addresses["/a.pdf"] = document(pdf("one"))
    assert desk.run().new_count == 1


def test_a_download_that_was_cut_is_resumed(desk: Desk) -> None:
    data = pdf("long", 300_000)
    desk.offer("/a.pdf")
    desk.site.addresses["/a.pdf"] = sequence(sites.cut(data, 100_000), document(data))
    assert desk.run().new_count == 1
    assert desk.outcomes_of("/a.pdf") == ["cut_short", "new_document"]
    assert desk.site.seen[-1].headers["range"] == "bytes=100000-"
    assert desk.versions("/a.pdf") == [(sha(data), None)]


def test_a_download_is_resumed_by_a_later_run(desk: Desk) -> None:
    data = pdf("long", 300_000)
    desk.offer("/a.pdf")
    desk.site.addresses["/a.pdf"] = sites.cut(data, 100_000)
    assert desk.run(replace(LIMITS, tries=1)).new_count == 0
    desk.site.addresses["/a.pdf"] = document(data)
    assert desk.run().new_count == 1
    assert desk.attempts()[-1]["resumed_from"] == 100_000
    assert desk.versions("/a.pdf") == [(sha(data), None)]


def test_a_part_of_an_older_version_is_not_continued_with_a_newer_one(desk: Desk) -> None:
    old, new = pdf("old", 300_000), pdf("new", 300_000)
    desk.offer("/a.pdf")
    desk.site.addresses["/a.pdf"] = sequence(sites.cut(old, 100_000), document(new))
    assert desk.run().new_count == 1
    assert desk.versions("/a.pdf") == [(sha(new), None)]


def test_a_cut_without_validators_is_begun_anew(desk: Desk) -> None:
    data = pdf("long", 300_000)
    desk.offer("/a.pdf")
    desk.site.addresses["/a.pdf"] = sequence(sites.cut(data, 100_000, etag=False), document(data, etag=False))
    assert desk.run().new_count == 1
    assert "range" not in desk.site.seen[-1].headers


def test_a_cut_that_no_length_betrays_is_seen_in_the_document(desk: Desk) -> None:
    data = pdf("long", 300_000)
    desk.offer("/a.pdf")
    desk.site.addresses["/a.pdf"] = sequence(sites.cut(data, 100_000, announce=False), document(data))
    assert desk.run().new_count == 1
    assert desk.versions("/a.pdf") == [(sha(data), None)]


def test_a_document_that_was_published_incomplete_is_taken_as_it_is(desk: Desk) -> None:
    data = pdf("long", 1000)[:500]
    desk.offer("/a.pdf")
    desk.site.addresses["/a.pdf"] = document(data)
    assert desk.run().new_count == 1
    assert desk.outcomes_of("/a.pdf") == ["cut_short", "new_document"]


def test_a_server_that_always_cuts_gives_no_document(desk: Desk) -> None:
    desk.offer("/a.pdf")
    desk.site.addresses["/a.pdf"] = sites.cut(pdf("long", 300_000), 100_000, etag=False)
    assert desk.run().new_count == 0
    assert set(desk.outcomes_of("/a.pdf")) == {"cut_short"}


@pytest.mark.parametrize("surplus", [-9, 50])
def test_a_wrong_content_length(desk: Desk, surplus: int) -> None:
    data = pdf("one", 5000)
    desk.offer("/a.pdf")
    desk.site.addresses["/a.pdf"] = sites.announcing(data, len(data) + surplus)
    report = desk.run()
    # With too much announced, what comes twice and is complete is the document; with too little, what comes is all there is to have.
    assert report.new_count == 1
    assert desk.versions("/a.pdf") == [(sha(data[: len(data) + min(surplus, 0)]), None)]


def test_a_wrong_content_type_does_not_matter(desk: Desk) -> None:
    desk.offer("/a.pdf", "/b")
    desk.site.addresses["/a.pdf"] = document(pdf("a"), "text/html")
    desk.site.addresses["/b"] = document(pdf("b"), "image/png")
    assert desk.run().new_count == 2


def test_a_picture_is_no_document(desk: Desk) -> None:
    desk.offer("/a.pdf", "/b")
    desk.site.addresses["/a.pdf"] = document(b"\x89PNG\r\n\x1a\n" + bytes(100))
    desk.site.addresses["/b"] = document(b"")
    assert desk.run().new_count == 0
    assert desk.outcomes_of("/a.pdf") == ["not_a_document"]
    assert desk.outcomes_of("/b") == ["not_a_document"]


def test_redirects_are_followed_and_each_is_a_row(desk: Desk) -> None:
    desk.offer("/a")
    desk.site.addresses["/a"] = redirect("/b/../c")
    desk.site.addresses["/c"] = redirect(desk.site.url("/d.pdf"), 301)
    desk.site.addresses["/d.pdf"] = document(pdf("one"))
    assert desk.run().new_count == 1
    assert desk.versions("/a") == [(sha(pdf("one")), None)]
    desk.run()
    assert desk.outcomes_of("/d.pdf") == ["new_document", "not_modified"]


def test_redirects_that_do_not_end(desk: Desk) -> None:
    desk.offer("/a.pdf", "/loop/0")
    desk.site.addresses["/a.pdf"] = redirect("/a.pdf")

    def grow(handler: sites.Handler) -> None:
        redirect(f"/loop/{handler.path.rsplit('/', 1)[-1]}0")(handler)

    for length in range(1, 30):
        desk.site.addresses["/loop/" + "0" * length] = grow
    report = desk.run()
    assert desk.outcomes_of("/a.pdf") == ["redirected", "redirect_loop"]
    assert "redirect_loop" in {row["outcome"] for row in desk.attempts() if "/loop/" in row["url"]}
    assert len(desk.site.paths_seen()) < 20
    assert "redirect_loop" in desk.attention(report)


@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.1/", "http://192.168.1.1/a.pdf", "http://169.254.169.254/latest/meta-data/", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
        "http://localhost/", "http://127.0.0.1:1/", "http://2130706433/", "http://0x7f.1/", "http://0/", "http://[fd00::1]/",
    ],
)  # fmt: skip
def test_a_redirect_into_the_private_network_is_refused(desk: Desk, location: str) -> None:
    desk.offer("/a.pdf")
    desk.site.addresses["/a.pdf"] = redirect(location)
    report = desk.run()
    rows = [row for row in desk.attempts() if row["outcome"] in ("address_refused", "name_unresolved")]
    assert rows
    assert not any(row["is_sent"] for row in rows)
    assert report.new_count == 0
    assert report.attention


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "ftp://a.example/", "javascript:alert(1)", "data:text/html,x", "http://u:p@a.example/"],
)
def test_a_redirect_to_what_is_no_web_address_is_refused(desk: Desk, location: str) -> None:
    desk.offer("/a.pdf")
    desk.site.addresses["/a.pdf"] = redirect(location)
    desk.run()
    assert desk.outcomes_of("/a.pdf")[-1] == "redirect_refused"
    assert desk.site.paths_seen()[-1] == "/a.pdf"


def test_a_name_that_leads_into_the_private_network_is_refused(tmp_path: Path) -> None:
    source = Source("x", "x", None, "x", "http://public.example/", "预算")
    report = fetch_sources(
        tmp_path, [source], clock=SimulatedClock(START), limits=replace(LIMITS, tries=1),
        resolver=lambda host, port: ["8.8.8.8", "10.1.2.3"],
    )  # fmt: skip
    assert report.outcomes == {"address_refused": 1, "robots_unreachable": 1}


def test_the_connection_goes_to_the_address_that_was_checked(desk: Desk) -> None:
    """A resolver whose second answer differs (DNS rebinding) is not asked a second time."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    port = desk.site.address.split(":")[1]
    desk.site.addresses["/robots.txt"] = page("", content_type="text/plain")
    desk.site.addresses["/"] = page(links())
    source = Source("x", "x", None, "x", f"http://rebinding.example:{port}/", "预算", min_interval_seconds=0)
    report = fetch_sources(
        desk.folder / "other", [source], clock=SimulatedClock(START), limits=LIMITS, allowed_addresses=[desk.site.address],
        resolver=lambda host, port: next(answers),
    )  # fmt: skip
    assert report.outcomes == {"page": 1, "robots": 1}, "one connection serves both requests"
    assert desk.site.seen[-1].headers["host"] == f"rebinding.example:{port}"
    desk.site.forget()
    Ledger(desk.folder).close()


def test_a_body_that_is_too_large(desk: Desk) -> None:
    desk.offer("/announced.pdf", "/endless.pdf", "/packed.pdf")
    desk.site.addresses["/announced.pdf"] = lambda handler: handler.begin(200, 10**12, Content_Type="application/pdf")
    desk.site.addresses["/endless.pdf"] = sites.endless()
    desk.site.addresses["/packed.pdf"] = sites.packed_bomb()
    report = desk.run()
    for path in ("/announced.pdf", "/endless.pdf", "/packed.pdf"):
        assert desk.outcomes_of(path) == ["too_large"], path
    assert "too_large" in desk.attention(report)
    assert report.new_count == 0


def test_gzip_that_nobody_asked_for(desk: Desk) -> None:
    desk.offer("/a.pdf")
    desk.site.addresses["/a.pdf"] = sites.packed(pdf("one"))
    desk.run()
    assert desk.versions("/a.pdf") == [(sha(pdf("one")), None)]


@pytest.mark.parametrize("slow", [sites.drip(pdf("slow", 10_000), 0.05), sites.drip_headers(0.05)])
def test_a_drip_ends_with_the_time_limit(desk: Desk, slow: sites.Behaviour) -> None:
    desk.offer("/a.pdf")
    desk.site.addresses["/a.pdf"] = slow
    began = time.monotonic()
    desk.run(replace(LIMITS, request_seconds=0.6, tries=1))
    assert time.monotonic() - began < 5
    assert desk.outcomes_of("/a.pdf") == ["too_slow"]


def test_an_answer_that_is_not_http(desk: Desk) -> None:
    desk.offer("/a.pdf")
    desk.site.addresses["/a.pdf"] = sites.raw(b"\x00\x01garbage\r\n\r\n")
    desk.run()
    assert set(desk.outcomes_of("/a.pdf")) == {"bad_response"}


def test_broken_encryption_is_named_and_not_switched_off(desk: Desk) -> None:
    port = desk.site.address.split(":")[1]
    desk.offer(f"https://127.0.0.1:{port}/a.pdf")
    report = desk.run()
    rows = [row for row in desk.attempts() if row["outcome"] == "tls_failed"]
    assert rows
    assert "tls_failed" not in desk.outcomes_of(LISTING)
    # The site speaks no TLS: it sees no request, and nothing is taken from it over an open connection instead.
    assert not any(row["is_sent"] for row in rows)
    assert report.new_count == 0


def test_a_host_that_is_not_there(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        source = Source("x", "x", None, "x", f"http://127.0.0.1:{port}/", "预算")
        report = fetch_sources(
            tmp_path, [source], clock=SimulatedClock(START), limits=LIMITS, allowed_addresses=[f"127.0.0.1:{port}"]
        )
    assert report.outcomes == {"connection_failed": 4, "robots_unreachable": 1}
    assert report.visits[0].outcome == "listing_failed"


def test_hostile_names_and_links(desk: Desk, tmp_path: Path) -> None:
    long = "/" + "a" * 3000 + ".pdf"
    hostile = [
        "javascript:alert('预算.pdf')", "data:application/pdf;base64,JVBERi0=", "file:///etc/passwd.pdf", "mailto:a@b.example", long,
        "http://u:p@127.0.0.1/预算.pdf", "http://[broken/预算.pdf", "//", "https://exa mple/预算.pdf", "\x00预算.pdf",
    ]  # fmt: skip
    named = {
        "/1": "attachment; filename=\"../../../../tmp/evil.pdf\"",
        "/2": "attachment; filename*=UTF-8''..%2F..%2Fevil%00.pdf",
        "/3": 'attachment; filename="C:\\\\windows\\\\evil.pdf"',
        "/4": "attachment; filename=\"" + "预" * 300 + ".pdf\"",
        "/5": "attachment; filename=\"‮fdp.exe\"",
        "/6": "attachment; filename=\"..\"",
        "/../../7": "attachment",
    }  # fmt: skip
    desk.offer(*hostile, *named)
    for number, (path, disposition) in enumerate(named.items()):
        path = "/7" if "7" in path else path
        desk.site.addresses[path] = document(pdf(f"hostile {number}"), disposition=disposition)
    report = desk.run()
    assert report.new_count == len(named)
    folder = tmp_path / "laid-out"
    assert len(lay_out(desk.folder, [desk.source], folder)) == len(named)
    laid = [path for path in folder.rglob("*") if path.is_file() and path.name != "registry.csv"]
    assert len(laid) == len(named)
    assert all(path.parent == folder / "test-city" and len(path.name.encode()) < 255 for path in laid)
    assert {path.name for path in tmp_path.iterdir()} == {"state", "laid-out"}
    assert not any(character in path.name for path in laid for character in "\\\u202e\x00")


def test_archives_are_kept_unopened(desk: Desk) -> None:
    bodies = {
        "/nested.zip": sites.zip_of({"a.zip": sites.zip_of({"../../b.pdf": pdf("b")})}),
        "/bomb.zip": sites.zip_bomb(100, 2),
        "/locked.zip": sites.encrypted_zip(),
    }
    desk.offer(*bodies)
    for path, data in bodies.items():
        desk.site.addresses[path] = document(data, "application/zip")
    assert desk.run().new_count == 3
    assert all(sha(data) in desk.store for data in bodies.values())


def test_known_documents_are_visited_without_a_link(desk: Desk) -> None:
    desk.site.addresses[LISTING] = page(links())
    desk.site.addresses["/known.pdf"] = document(pdf("known"))
    desk.site.addresses["/known/page.htm"] = page(links(("attached.docx", "下载")))
    desk.site.addresses["/known/attached.docx"] = document(sites.zip_of({"word/document.xml": b"<w/>"}))
    known = [KnownDocument("test-city", desk.site.url(path), "预算") for path in ("/known.pdf", "/known/page.htm")]
    assert desk.run(known={"test-city": known}).new_count == 2


def test_a_listing_that_fails_or_holds_nothing_is_for_a_person(desk: Desk) -> None:
    report = desk.run()
    assert report.visits[0].outcome == "listing_failed"
    assert "listing_failed" in desk.attention(report)
    desk.site.addresses[LISTING] = page(links(("/about", "关于")))
    assert "no_documents" in desk.attention(desk.run())
    desk.site.addresses[LISTING] = page("<html><title>系统维护中</title><body>系统维护中，请稍后</body></html>")
    assert desk.run().visits[0].outcome == "listing_failed"


def test_documents_are_not_withdrawn_because_the_listing_failed(desk: Desk) -> None:
    desk.offer("/a.pdf")
    desk.site.addresses["/a.pdf"] = document(pdf("one"))
    desk.run()
    desk.site.addresses[LISTING] = status(500)
    desk.run()
    assert desk.versions("/a.pdf") == [(sha(pdf("one")), None)]


def test_a_listing_that_loses_most_of_its_links_is_for_a_person(desk: Desk) -> None:
    paths = [f"/{number}.pdf" for number in range(6)]
    desk.offer(*paths)
    for path in paths:
        desk.site.addresses[path] = document(pdf(path))
    desk.run()
    desk.offer(paths[0])
    for path in paths[1:]:
        del desk.site.addresses[path]
    assert "fewer_links" in desk.attention(desk.run())


def test_a_run_that_was_killed_is_taken_up_by_the_next(desk: Desk) -> None:
    desk.offer("/a.pdf")

    class Killed(BaseException):
        pass

    def kill(handler: sites.Handler) -> None:
        document(pdf("one"))(handler)

    desk.site.addresses["/a.pdf"] = kill
    store_add = Store.add

    def add(store: Store, data: bytes) -> str:
        store_add(store, data)
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "add", add)
        with pytest.raises(Killed):
            desk.run()
    assert desk.versions("/a.pdf") == []
    report = desk.run()
    assert report.interrupted_count == 1
    assert report.new_count == 1
    assert desk.outcomes_of("/a.pdf") == ["interrupted", "new_document"]


def test_a_full_disk_stops_the_run_and_loses_nothing(desk: Desk) -> None:
    desk.offer("/a.pdf", "/b.pdf")
    for name in "ab":
        desk.site.addresses[f"/{name}.pdf"] = document(pdf(name))

    def full(store: Store, data: bytes) -> str:
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "add", full)
        report = desk.run()
    assert report.stopped_by
    assert "No space" in report.stopped_by
    assert not report.is_ok
    assert "/b.pdf" not in desk.site.paths_seen()
    assert desk.run().new_count == 2


def test_two_runs_at_once(desk: Desk) -> None:
    desk.site.addresses["/a.pdf"] = document(pdf("one"))
    tried: list[type[BaseException]] = []

    def second(handler: sites.Handler) -> None:
        try:
            desk.run()
        except FetchingInProgress as error:
            tried.append(type(error))
        page(links(("/a.pdf", "预算")))(handler)

    desk.site.addresses[LISTING] = second
    assert desk.run().new_count == 1
    assert tried == [FetchingInProgress]


def test_a_source_is_due_by_its_cadence_and_window(desk: Desk) -> None:
    desk.site.addresses[LISTING] = page(links())
    source = replace(desk.source, cadence="daily", cadence_outside_window="monthly", publication_window="01-10..02-10")

    def visits() -> int:
        report = fetch_sources(
            desk.folder, [source], clock=desk.clock, limits=LIMITS, allowed_addresses=[desk.site.address]
        )
        return len(report.visits)

    assert visits() == 1
    assert visits() == 0
    desk.clock.advance(timedelta(days=1))
    assert visits() == 1
    desk.clock.advance(timedelta(days=20))
    assert visits() == 0, "outside of the window once a month is enough"
    desk.clock.advance(timedelta(days=8))
    assert visits() == 1
    desk.clock.set(START)
    assert visits() == 1, "a clock that was set back does not silence a source"


def test_a_dry_run_contacts_nobody(desk: Desk) -> None:
    desk.offer("/a.pdf")
    report = fetch_sources(
        desk.folder, [desk.source], clock=desk.clock, dry_run=True, allowed_addresses=[desk.site.address]
    )
    assert report.planned
    assert LISTING in "\n".join(report.lines())
    assert desk.site.seen == []


def test_an_unknown_source_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="nowhere"):
        fetch_sources(tmp_path, [], only=["nowhere"])


def test_what_the_build_takes_over(desk: Desk, tmp_path: Path) -> None:
    desk.offer("/a.pdf")
    desk.site.addresses["/a.pdf"] = document(pdf("one"))
    desk.run()
    desk.site.addresses["/a.pdf"] = document(pdf("two"))
    report = desk.run()
    assert any("changed" in line for line in report.lines())
    rows = warehouse_rows(desk.folder, [desk.source])
    for table in (core.SOURCE, core.FETCH_ATTEMPT, core.PUBLICATION):
        assert table.schema.validate(table.frame(rows[table.name])).height == len(rows[table.name]) > 0
    assert [row["is_current"] for row in rows["publication"]] == [False, True]
    folder = tmp_path / "raw"
    assert len(lay_out(desk.folder, [desk.source], folder)) == 2
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert len(lay_out(desk.folder, [desk.source], folder)) == 2
    assert before == {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_one_source_s_surprise_does_not_stop_the_others(desk: Desk) -> None:
    desk.site.addresses[LISTING] = page(links(("/a.pdf", "预算")))
    desk.site.addresses["/a.pdf"] = document(pdf("one"))
    broken = replace(desk.source, source_id="broken", link_pattern="(")
    report = fetch_sources(
        desk.folder, [broken, desk.source], clock=desk.clock, limits=LIMITS, allowed_addresses=[desk.site.address]
    )
    assert [visit.outcome for visit in report.visits] == ["visit_failed", "visited"]
    assert report.new_count == 1
    assert "visit_failed" in desk.attention(report)


def test_the_client_still_goes_through_the_checked_network() -> None:
    """httpx has no public way to be given a network; an update that ignores ours must fail here."""
    from pipeline.fetching.addresses import PublicNetwork, public_client

    client = public_client(PublicNetwork(resolver=lambda host, port: ["127.0.0.1"]), "test", 1)
    with pytest.raises(httpx.ConnectError, match="not public"):
        client.get("http://any.example/")

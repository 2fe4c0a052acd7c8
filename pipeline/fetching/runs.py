"""A run of fetching: the sources that are due are visited, and what changed is put on record.

Belongs here: the order of a visit, what an answer means for a document's versions, the report and what in it needs a person,
and the rows and files that the build takes over. Does not belong here: HTTP (`requests`), links (`discovery`), storage (`ledger`, `store`).

A run can be killed at any moment: bytes are in the store before the ledger speaks of them, and the next run asks again for
whatever was under way.
"""

from __future__ import annotations

import csv
import fcntl
import io
import os
import re
import sqlite3
import traceback
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.archive.registry import COLUMNS, REGISTRY_NAME
from pipeline.archive.store import CorruptArchive, Store, write_atomically
from pipeline.fetching.addresses import Resolve, clean_url, host_of, resolve
from pipeline.fetching.clock import Clock, SystemClock, moment, timestamp
from pipeline.fetching.content import (
    MAX_PAGE_BYTES,
    decode_page,
    fingerprint,
    holds_statement,
    is_document_name,
    is_error_page,
    parse_page,
    safe_name,
)
from pipeline.fetching.discovery import Choice, Link, choose, further_pages, links_of
from pipeline.fetching.ledger import LEDGER_NAME, Ledger, Publication, Resource, mend
from pipeline.fetching.requests import USER_AGENT, Answer, Fetcher, Limits, Wanted
from pipeline.fetching.sources import CHINA_TIME, KnownDocument, Source
from pipeline.readers.formats.registry import detect

OUTCOMES = Path(__file__).parents[2] / "schemas" / "fetch_outcomes.csv"
STORE_NAME = "archive"
LOCK_NAME = "fetching.lock"

_HOST_PATIENCE = 3

Row = dict[str, Any]


class FetchingInProgress(RuntimeError):
    """Another run is fetching into the same state folder."""


@dataclass(frozen=True)
class Outcome:
    """One name of schemas/fetch_outcomes.csv."""

    outcome: str
    english: str
    chinese: str
    level: str
    needs_person: bool
    what_to_do: str


@cache
def outcomes() -> dict[str, Outcome]:
    """What the outcomes of requests and visits mean, and whether a person must act."""
    with OUTCOMES.open(encoding="utf-8", newline="") as file:
        return {
            row["outcome"]: Outcome(
                row["outcome"],
                row["english"],
                row["chinese"],
                row["level"],
                row["needs_person"] == "true",
                row["what_to_do"],
            )
            for row in csv.DictReader(file)
        }


@dataclass
class Attention:
    """Something that needs a person: what, where, how often, and what to do."""

    source_id: str
    outcome: str
    url: str
    count: int = 1
    detail: str = ""

    @property
    def what_to_do(self) -> str:
        return outcomes()[self.outcome].what_to_do


@dataclass
class Visit:
    """What came of visiting one source."""

    source_id: str
    outcome: str = "visited"
    detail: str = ""
    request_count: int = 0
    document_count: int = 0
    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    attention: list[Attention] = field(default_factory=list)


@dataclass
class FetchReport:
    """What a run did. `planned` is filled by a dry run only, which contacts nobody."""

    run_id: str
    started_at: str
    finished_at: str = ""
    visits: list[Visit] = field(default_factory=list)
    outcomes: dict[str, int] = field(default_factory=dict)
    interrupted_count: int = 0
    stopped_by: str | None = None
    planned: list[str] = field(default_factory=list)
    mended: str | None = None
    """What was done about a damaged ledger, where it was."""

    @property
    def attention(self) -> list[Attention]:
        return [attention for visit in self.visits for attention in visit.attention]

    @property
    def new_count(self) -> int:
        return sum(len(visit.new) for visit in self.visits)

    @property
    def changed_count(self) -> int:
        return sum(len(visit.changed) for visit in self.visits)

    @property
    def is_ok(self) -> bool:
        """Whether the run went to its end; single failures are in `attention`."""
        return self.stopped_by is None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def lines(self) -> list[str]:
        """The report for a person: what is new first, then what needs someone."""
        if self.planned:
            return ["Nothing was requested. Due now:", *(f"  {line}" for line in self.planned)]
        lines = [
            f"{len(self.visits)} sources visited, {sum(self.outcomes.values())} requests: {self.new_count} new documents, "
            f"{self.changed_count} changed, {sum(len(visit.withdrawn) for visit in self.visits)} withdrawn."
        ]
        for visit in self.visits:
            for word in ("new", "changed", "moved", "withdrawn"):
                lines += [f"  {word:<9} {visit.source_id}: {url}" for url in getattr(visit, word)]
        if self.mended:
            lines.append(self.mended)
        if self.stopped_by:
            lines.append(f"The run was stopped: {self.stopped_by}")
        if self.attention:
            lines.append("Needs a person:")
            for item in self.attention:
                times = f" ({item.count} times)" if item.count > 1 else ""
                detail = f" [{item.detail}]" if item.detail else ""
                lines.append(f"  {item.source_id}: {outcomes()[item.outcome].english}{times}: {item.url}{detail}")
                lines.append(f"    → {item.what_to_do}")
        return lines


def fetch_sources(
    state_dir: Path,
    sources: Sequence[Source],
    *,
    store: Store | None = None,
    known_documents: Mapping[str, Sequence[KnownDocument]] | None = None,
    only: Iterable[str] = (),
    clock: Clock | None = None,
    limits: Limits | None = None,
    workers: int = 4,
    dry_run: bool = False,
    user_agent: str = USER_AGENT,
    allowed_addresses: Iterable[str] = (),
    resolver: Resolve = resolve,
) -> FetchReport:
    """Visit the sources that are due (or `only` these, due or not, active or not) and archive what is new.

    The ledger lies in `state_dir`, the documents in `store` (`state_dir/archive` where none is given). Hosts are visited at the
    same time by `workers` threads, each host by one. A dry run contacts nobody and changes nothing.

    Raises KeyError for a source in `only` that is not among `sources`, and FetchingInProgress where another run holds the folder.
    """
    clock = clock or SystemClock()
    limits = limits or Limits()
    wanted = list(only)
    by_id = {source.source_id: source for source in sources}
    unknown = [source_id for source_id in wanted if source_id not in by_id]
    if unknown:
        raise KeyError(f"the source registry has no source {', '.join(unknown)}")
    with _only_run(state_dir):
        mended = mend(state_dir)
        ledger = Ledger(state_dir)
        try:
            started = clock.now()
            due = [by_id[source_id] for source_id in wanted] or [
                source for source in sources if source.is_due(started, ledger.last_visit(source.source_id))
            ]
            if dry_run:
                return FetchReport(
                    "dry-run",
                    timestamp(started),
                    timestamp(started),
                    planned=_plan(due, ledger, known_documents or {}),
                )
            run_id = f"{started:%Y%m%dT%H%M%S}-{ledger.run_count() + 1:06d}"
            report = FetchReport(run_id, timestamp(started), mended=mended)
            report.interrupted_count = ledger.begin_run(run_id, started)
            store = store or Store(state_dir / STORE_NAME)
            fetcher = Fetcher(
                ledger, run_id, clock, limits,
                user_agent=user_agent, allowed_addresses=allowed_addresses, resolver=resolver,
            )  # fmt: skip
            try:
                _visit_all(due, report, ledger, fetcher, store, clock, limits, known_documents or {}, workers)
            finally:
                fetcher.close()
            report.finished_at = timestamp(clock.now())
            if report.is_ok:
                ledger.end_run(run_id, clock.now())
            report.outcomes = dict(sorted(Counter(row["outcome"] for row in ledger.attempts(run_id)).items()))
            return report
        finally:
            ledger.seal()


@contextmanager
def _only_run(state_dir: Path) -> Iterator[None]:
    """Hold the folder's lock, which the system lets go of when the process ends, however it ends."""
    state_dir.mkdir(parents=True, exist_ok=True)
    with (state_dir / LOCK_NAME).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FetchingInProgress(f"another run is fetching into {state_dir}; wait for its end") from None
        yield


def _plan(due: list[Source], ledger: Ledger, known: Mapping[str, Sequence[KnownDocument]]) -> list[str]:
    lines = []
    for source in due:
        last = ledger.last_visit(source.source_id)
        count = len(
            {
                *(item.url for item in known.get(source.source_id, ())),
                *(item.url for item in ledger.documents_of(source.source_id)),
            }
        )
        when = f"last visited {timestamp(last)}" if last else "never visited"
        lines.append(f"{source.source_id}: {source.listing_url} ({when}, {count} documents known)")
    return lines or ["no source"]


def _visit_all(
    due: list[Source],
    report: FetchReport,
    ledger: Ledger,
    fetcher: Fetcher,
    store: Store,
    clock: Clock,
    limits: Limits,
    known: Mapping[str, Sequence[KnownDocument]],
    workers: int,
) -> None:
    groups: dict[str, list[Source]] = {}
    for source in due:
        groups.setdefault(host_of(clean_url(source.listing_url) or source.listing_url), []).append(source)
    visits: dict[str, Visit] = {}

    def visit_group(group: list[Source]) -> None:
        for source in group:
            if report.stopped_by:
                return
            visitor = _Visitor(
                source, report.run_id, ledger, fetcher, store, clock, limits, known.get(source.source_id, ())
            )
            visits[source.source_id] = visitor.visit
            try:
                visitor.run()
            except (OSError, sqlite3.Error) as error:
                # The disk is full or gone: no other source would fare better, and nothing half-done may go on record.
                report.stopped_by = f"{type(error).__name__}: {error}"
            except Exception as error:  # noqa: BLE001 - one source's surprise must not stop the others; it is reported
                visitor.fail(error)

    with ThreadPoolExecutor(max_workers=max(1, min(workers, len(groups) or 1))) as pool:
        list(pool.map(visit_group, groups.values()))
    report.visits = [visits[source.source_id] for source in due if source.source_id in visits]


@dataclass(frozen=True)
class _Step:
    """One address of a visit, and how it came there."""

    url: str
    purpose: str
    level: int
    parent_url: str | None = None
    title: str = ""
    number: int = 1
    first_url: str = ""
    is_guess: bool = False
    """An address composed from a template, which may well not be there."""


class _Visitor:
    """One visit of one source."""

    def __init__(
        self,
        source: Source,
        run_id: str,
        ledger: Ledger,
        fetcher: Fetcher,
        store: Store,
        clock: Clock,
        limits: Limits,
        known: Sequence[KnownDocument],
    ) -> None:
        self.visit = Visit(source.source_id)
        self._source = source
        self._run_id = run_id
        self._ledger = ledger
        self._fetcher = fetcher
        self._store = store
        self._clock = clock
        self._limits = limits
        self._known = known
        self._queue: deque[_Step] = deque()
        self._asked: set[str] = set()
        self._linked: set[str] = set()
        self._documents: set[str] = set()
        self._listing_pages = 0
        self._host_failures: Counter[str] = Counter()

    def run(self) -> None:
        """Walk from the listing to the documents, then look after documents that are no longer linked."""
        started = self._clock.now()
        self._ledger.begin_visit(self._run_id, self._source.source_id, started)
        last_count = self._ledger.last_document_count(self._source.source_id)
        listing = clean_url(self._source.listing_url) or self._source.listing_url
        is_document = self._source.depth == 0 and is_document_name(listing)
        self._add(_Step(listing, "document" if is_document else "listing", 0, first_url=listing))
        for document in self._known:
            url = clean_url(document.url) or document.url
            purpose = "document" if is_document_name(url) else "page"
            self._add(_Step(url, purpose, max(1, self._source.depth), None, document.title, first_url=url))
        self._walk()
        if self.visit.outcome == "visited":
            self._look_after_unlinked()
        self.visit.document_count = len(self._documents)
        self._judge(last_count)
        self._ledger.end_visit(
            self._run_id,
            self._source.source_id,
            self._clock.now(),
            self.visit.outcome,
            self.visit.document_count,
            self.visit.detail,
        )

    def fail(self, error: Exception) -> None:
        """Put an unexpected error of this program on record."""
        self.visit.outcome = "visit_failed"
        self.visit.detail = "".join(traceback.format_exception(error))[-4000:]
        self._attend("visit_failed", self._source.listing_url, f"{type(error).__name__}: {error}")
        self._ledger.end_visit(
            self._run_id,
            self._source.source_id,
            self._clock.now(),
            "visit_failed",
            len(self._documents),
            self.visit.detail,
        )

    # The walk

    def _add(self, step: _Step) -> bool:
        if step.url in self._linked:
            return False
        self._linked.add(step.url)
        self._queue.append(step)
        return True

    def _walk(self) -> None:
        while self._queue and self.visit.outcome == "visited":
            self._take(self._queue.popleft())

    def _take(self, step: _Step) -> None:
        if step.url in self._asked:
            return
        self._asked.add(step.url)
        now = self._clock.now()
        kind = "document" if step.purpose == "document" else "page"
        self._ledger.note_link(self._source.source_id, step.url, kind, step.parent_url, step.title, now)
        resource = self._ledger.resource(self._source.source_id, step.url)
        assert resource is not None  # just noted
        current = self._ledger.current(self._source.source_id, step.url)
        is_lost = current is not None and current.sha256 not in self._store
        if step.purpose != "listing" and not is_lost and not self._is_recheck_due(resource, now):
            if current:
                self._documents.add(step.url)
            self._follow(step, [Link(**link) for link in resource.links or []])
            return
        if self.visit.request_count >= self._limits.requests_per_visit:
            self.visit.detail = f"stopped after {self.visit.request_count} requests"
            self._attend("request_limit", step.url)
            self._queue.clear()
            return
        self.visit.request_count += 1
        # What the archive has lost is asked for as if it had never come.
        answer = self._fetcher.fetch(self._wanted(step, resource, None if is_lost else current, is_lost))
        if answer.outcome == "received":
            self._host_failures.clear()
            self._take_body(step, answer, resource, current)
        elif answer.outcome == "not_modified":
            self._host_failures.clear()
            self._take_unmodified(step, resource, current)
        else:
            self._take_failure(step, answer, resource, current)

    def _wanted(self, step: _Step, resource: Resource, current: Publication | None, is_lost: bool) -> Wanted:
        # Without the links or the document of the last time, “not modified” would tell nothing.
        is_conditional = (
            resource.state == "live" and not is_lost and (current is not None or resource.links is not None)
        )
        is_page = step.purpose != "document" and not is_document_name(step.url)
        return Wanted(
            self._source.source_id,
            step.url,
            step.purpose,
            step.parent_url,
            resource.etag if is_conditional else None,
            resource.last_modified if is_conditional else None,
            resource.validated_url,
            self._source.min_interval_seconds,
            # A page of a listing may also turn out to be a document.
            max(self._limits.page_bytes, self._source.max_bytes) if is_page else self._source.max_bytes,
        )

    def _is_recheck_due(self, resource: Resource, now: datetime) -> bool:
        if resource.last_checked_at is None or resource.failures or resource.state != "live":
            return True
        checked = moment(resource.last_checked_at)
        return (
            now - moment(resource.first_seen_at) < self._limits.young
            or checked > now
            or now - checked >= self._limits.recheck
        )

    def _follow(self, step: _Step, links: list[Link]) -> None:
        """Queue what a page leads to, and its further pages as long as they bring something new."""
        choices: list[Choice] = choose(self._source, step.url, step.level, links)
        if step.purpose == "document":
            # An intermediate page before a download: only what is plainly a document is taken from it, else it could go on for ever.
            choices = [choice for choice in choices if choice.kind == "document" and choice.link.is_document]
        found = 0
        for choice in choices:
            level = step.level + 1 if choice.kind == "page" else step.level
            found += self._add(
                _Step(choice.link.url, choice.kind, level, step.url, choice.link.text, first_url=choice.link.url)
            )
        if step.purpose == "document" or (step.number > 1 and not found):
            return
        for url in further_pages(self._source, step.url, links, step.number, step.first_url):
            if self._listing_pages >= self._limits.pages_per_listing:
                self._attend("page_limit", url, f"{self._listing_pages} further pages")
                return
            is_guess = "{page}" in self._source.pagination
            if self._add(
                _Step(url, step.purpose, step.level, step.url, step.title, step.number + 1, step.first_url, is_guess)
            ):
                self._listing_pages += 1

    # Answers

    def _take_unmodified(self, step: _Step, resource: Resource, current: Publication | None) -> None:
        now = self._clock.now()
        with self._ledger.transaction():
            if current:
                self._ledger.see_publication(current, now)
                self._documents.add(step.url)
            self._ledger.update_resource(
                self._source.source_id, step.url, last_checked_at=timestamp(now), failures=0, state="live"
            )
        self._follow(step, [Link(**link) for link in resource.links or []])

    def _take_body(self, step: _Step, answer: Answer, resource: Resource, current: Publication | None) -> None:
        body = answer.body or b""
        found = detect(body)
        named_document = is_document_name(step.url) or is_document_name(answer.url)
        if found.name == "html" and len(body) <= MAX_PAGE_BYTES:
            html = decode_page(body, answer.content_type)
            page = parse_page(html)
            links, refused = links_of(page, answer.url, html) if page is not None else ([], 0)
            was_other = current is not None and not current.file_name.endswith(".html")
            if named_document or was_other or answer.is_attachment or page is None or is_error_page(page):
                self._take_error_page(step, answer, current)
                return
            detail = f"{refused} links lead to no address" if refused else ""
            if (step.level > 0 or self._source.depth == 0) and holds_statement(page):
                name = f"{safe_name(answer.file_name).rsplit('.', 1)[0] or 'page'}.html"
                self._take_document(step, answer, current, fingerprint(body, page), name, detail)
            else:
                self._fetcher.conclude(answer, "page", detail)
            self._keep_validators(step, answer, [link.to_dict() for link in links])
            self._follow(step, links)
        elif found.is_document or (found.name == "text" and (named_document or answer.is_attachment)):
            self._take_document(step, answer, current, fingerprint(body, None), answer.file_name or "document", "")
            self._keep_validators(step, answer, [])
        elif named_document or answer.is_attachment or current is not None or found.name == "empty":
            # Something is wrong with an address that should give a document: the version on record stays.
            self._fail(step, answer, "not_a_document", f"the bytes are {found.label}", resource)
        else:
            self._fetcher.conclude(answer, "not_a_document", f"the bytes are {found.label}")
            self._keep_validators(step, answer, [])

    def _take_error_page(self, step: _Step, answer: Answer, current: Publication | None) -> None:
        resource = self._ledger.resource(self._source.source_id, step.url)
        assert resource is not None  # noted before it was asked for
        self._fail(
            step, answer, "error_page", "a web page that is no document was received" if current else "", resource
        )
        if step.purpose == "listing" and step.number == 1:
            self._fail_listing(answer, "error_page")

    def _fail(self, step: _Step, answer: Answer, outcome: str, detail: str, resource: Resource) -> None:
        self._fetcher.conclude(answer, outcome, detail)
        self._ledger.update_resource(
            self._source.source_id,
            step.url,
            failures=resource.failures + 1,
            last_checked_at=timestamp(self._clock.now()),
        )
        self._attend(
            outcome, step.url, detail, needs_person=outcomes()[outcome].needs_person or step.purpose == "document"
        )

    def _take_document(
        self, step: _Step, answer: Answer, current: Publication | None, print_: str, name: str, detail: str
    ) -> None:
        body = answer.body or b""
        try:
            try:
                sha256 = self._store.add(body)
            except FileNotFoundError:
                # A build that began meanwhile has cleared half-written files away, this one among them.
                sha256 = self._store.add(body)
        except OSError as error:
            self._fetcher.conclude(answer, "not_archived", str(error))
            self._attend("not_archived", step.url, str(error))
            raise
        now = self._clock.now()
        source_id = self._source.source_id
        with self._ledger.transaction():
            # A page that says the same in other bytes is the same version, unless the bytes of that version are lost.
            if current is not None and current.fingerprint == print_ and current.sha256 in self._store:
                outcome = "unchanged_document"
                self._ledger.see_publication(current, now)
            else:
                is_known = self._ledger.is_known(sha256)
                if current is not None:
                    self._ledger.end_publication(current, now, "replaced")
                outcome = "changed_document" if current else "same_document" if is_known else "new_document"
                stamp = timestamp(now)
                self._ledger.add_publication(
                    Publication(
                        source_id, step.url, 0, sha256, print_, name, step.title or None, len(body), stamp, stamp
                    )
                )
            self._fetcher.conclude(answer, outcome, detail, sha256=sha256, file_name=name)
            self._ledger.update_resource(source_id, step.url, kind="document")
        self._documents.add(step.url)
        if outcome in ("new_document", "changed_document"):
            (self.visit.new if outcome == "new_document" else self.visit.changed).append(step.url)
        elif outcome == "same_document":
            self.visit.moved.append(step.url)

    def _keep_validators(self, step: _Step, answer: Answer, links: list[dict[str, Any]]) -> None:
        self._ledger.update_resource(
            self._source.source_id,
            step.url,
            etag=answer.etag,
            last_modified=answer.last_modified,
            validated_url=answer.url,
            links=links,
            last_checked_at=timestamp(self._clock.now()),
            failures=0,
            state="live",
        )

    def _take_failure(self, step: _Step, answer: Answer, resource: Resource, current: Publication | None) -> None:
        now = self._clock.now()
        source_id = self._source.source_id
        outcome = answer.outcome
        with self._ledger.transaction():
            if outcome == "not_found":
                if current is not None:
                    self._ledger.end_publication(current, now, "withdrawn")
                    self.visit.withdrawn.append(step.url)
                if current is not None or (resource.state == "live" and resource.links is not None):
                    outcome = "gone"
                    self._ledger.update_attempt(answer.attempt_id, outcome=outcome)
                self._ledger.update_resource(
                    source_id, step.url, state="gone", last_checked_at=timestamp(now), failures=0
                )
            else:
                self._ledger.update_resource(
                    source_id, step.url, failures=resource.failures + 1, last_checked_at=timestamp(now)
                )
        if current is not None and outcome != "gone":
            self._documents.add(step.url)
        if step.purpose == "listing" and step.number == 1:
            self._fail_listing(answer, outcome)
            return
        # What is known to be gone is reported once, and a page that was only guessed is missed by nobody.
        is_news = not step.is_guess and not (outcome == "not_found" and resource.state == "gone")
        if outcomes()[outcome].needs_person and is_news:
            self._attend(outcome, step.url, answer.detail)
        elif resource.failures + 1 >= self._limits.failing_visits and outcome not in ("gone", "not_found"):
            self._attend("still_failing", step.url, f"{outcome}, {resource.failures + 1} visits")
        if answer.is_host_failure:
            host = host_of(answer.url)
            self._host_failures[host] += 1
            if self._host_failures[host] >= _HOST_PATIENCE and host == host_of(self._source.listing_url):
                self.visit.outcome = "host_unreachable"
                self.visit.detail = f"{host} failed {_HOST_PATIENCE} times in a row"
                self._attend("host_unreachable", step.url, self.visit.detail)

    def _fail_listing(self, answer: Answer, outcome: str) -> None:
        self.visit.outcome = "listing_failed"
        self.visit.detail = f"{outcome}: {answer.detail}" if answer.detail else outcome
        listing = self._ledger.resource(self._source.source_id, self._source.listing_url)
        failures = listing.failures if listing else 1
        # One bad day of a site needs nobody.
        if outcomes()[outcome].needs_person or failures >= self._limits.failing_visits:
            self._attend("listing_failed", self._source.listing_url, self.visit.detail)

    def _look_after_unlinked(self) -> None:
        """Ask about documents that no page of this visit led to: they may be withdrawn, or only moved off the listing."""
        for resource in self._ledger.documents_of(self._source.source_id):
            if resource.url not in self._asked and resource.state == "live":
                self._take(
                    _Step(
                        resource.url, "document", max(1, self._source.depth), resource.parent_url, resource.title or ""
                    )
                )

    # Judgement

    def _attend(self, outcome: str, url: str, detail: str = "", needs_person: bool = True) -> None:
        if not needs_person:
            return
        for item in self.visit.attention:
            if item.outcome == outcome:
                item.count += 1
                return
        self.visit.attention.append(Attention(self._source.source_id, outcome, url, detail=detail))

    def _judge(self, last_count: int | None) -> None:
        """What the visit as a whole says of the registry's line."""
        if self.visit.outcome != "visited":
            return
        now = self._clock.now()
        if not self._documents:
            if self._source.is_in_window(now) or last_count:
                self._attend("no_documents", self._source.listing_url)
        elif last_count is not None and last_count >= 4 and self.visit.document_count < last_count / 2:
            self._attend("fewer_links", self._source.listing_url, f"{self.visit.document_count} after {last_count}")
        year = now.astimezone(CHINA_TIME).year
        years = [int(text) for text in re.findall(r"(?<!\d)20[12]\d(?!\d)", self._source.listing_url)]
        if years and max(years) < year and self._source.is_in_window(now) and self._source.publication_window:
            self._attend("other_year", self._source.listing_url, f"names {max(years)}, the year is {year}")


# What the build takes over


def warehouse_rows(state_dir: Path, sources: Sequence[Source]) -> dict[str, list[Row]]:
    """Rows of `core.source`, `core.fetch_attempt` and `core.publication`, in a fixed order."""
    rows: dict[str, list[Row]] = {"source": [], "fetch_attempt": [], "publication": []}
    last: dict[str, datetime | None] = {}
    if (state_dir / LEDGER_NAME).is_file():
        ledger = Ledger(state_dir, is_reader=True)
        try:
            last = {source.source_id: ledger.last_visit(source.source_id) for source in sources}
            rows["fetch_attempt"] = [
                {
                    **{name: attempt[name] for name in _ATTEMPT_COLUMNS},
                    "is_sent": bool(attempt["is_sent"]),
                }
                for attempt in ledger.attempts()
            ]
            rows["publication"] = [
                {
                    "document_id": item.sha256[:16],
                    **{name: getattr(item, name) for name in _PUBLICATION_COLUMNS},
                    "is_current": item.ended_at is None,
                }
                for item in ledger.publications()
            ]
        finally:
            ledger.close()
    for source in sources:
        visited = last.get(source.source_id)
        rows["source"].append(
            {
                "source_id": source.source_id,
                "jurisdiction_name": source.jurisdiction_name,
                "jurisdiction_code": source.jurisdiction_code,
                "publisher": source.publisher,
                "listing_url": source.listing_url,
                "cadence": source.cadence,
                "publication_window": source.publication_window or None,
                "is_active": source.is_active,
                "last_visited_at": timestamp(visited) if visited else None,
                "note": source.note,
            }
        )
    return rows


_ATTEMPT_COLUMNS = (
    "attempt_id", "run_id", "source_id", "url", "parent_url", "purpose", "try_number", "requested_at", "finished_at", "outcome",
    "http_status", "content_type", "location", "byte_count", "resumed_from", "sha256", "file_name", "detail",
)  # fmt: skip
_PUBLICATION_COLUMNS = (
    "source_id", "url", "version", "sha256", "file_name", "title", "first_seen_at", "last_seen_at", "ended_at", "ended_by",
)  # fmt: skip


@dataclass(frozen=True)
class LaidOut:
    """One fetched document as it lies in the folder: where, and which bytes belong there."""

    path: Path
    name: str
    sha256: str
    byte_count: int


def lay_out(state_dir: Path, sources: Sequence[Source], folder: Path, store: Store | None = None) -> list[LaidOut]:
    """Lay the fetched documents out as a folder of raw documents with its `registry.csv`, as the build reads them; return them.

    Files are hard links into the store where the file system has them. What already lies there is left as it is; a document
    whose bytes the store has lost has its line in the registry and its place in the answer, and perhaps no file.
    """
    store = store or Store(state_dir / STORE_NAME)
    folder.mkdir(parents=True, exist_ok=True)
    if not (state_dir / LEDGER_NAME).is_file():
        return []
    ledger = Ledger(state_dir, is_reader=True)
    try:
        publications = sorted(
            ledger.publications(), key=lambda item: (item.first_seen_at, item.source_id, item.url, item.version)
        )
    finally:
        ledger.close()
    by_id = {source.source_id: source for source in sources}
    entries: dict[str, dict[str, str]] = {}
    laid_out: list[LaidOut] = []
    for item in publications:
        if item.sha256 in entries:
            continue
        # The hash in the name keeps versions of one address apart, and makes the name the same whatever else was fetched.
        stem, dot, extension = item.file_name.rpartition(".")
        name = f"{stem}-{item.sha256[:8]}.{extension}" if dot else f"{item.file_name}-{item.sha256[:8]}"
        path = folder / item.source_id / name
        if not path.is_file() and item.sha256 in store:
            path.parent.mkdir(exist_ok=True)
            try:
                os.link(store.path(item.sha256), path)
            except OSError:
                with suppress(CorruptArchive):
                    write_atomically(path, store.read(item.sha256))
        laid_out.append(LaidOut(path, f"{item.source_id}/{name}", item.sha256, item.byte_count))
        source = by_id.get(item.source_id)
        entries[item.sha256] = {
            "sha256": item.sha256,
            "file_name": f"{item.source_id}/{name}",
            "source_url": item.url,
            "publisher": source.publisher if source else "",
            "title": item.title or "",
            "retrieved_at": item.first_seen_at,
            "jurisdiction_name": source.jurisdiction_name if source else "",
        }
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(entries[sha256] for sha256 in sorted(entries))
    data = text.getvalue().encode()
    registry = folder / REGISTRY_NAME
    if not registry.is_file() or registry.read_bytes() != data:
        write_atomically(registry, data)
    return laid_out

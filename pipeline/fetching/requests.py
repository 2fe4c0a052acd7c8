"""One address fetched: politely, with limits, and with a row for every request that was sent or forbidden.

Belongs here: robots.txt, the interval between requests to a host, conditional requests, redirects, retries, resumed downloads,
limits of size and time, and the name that each failure has in schemas/fetch_outcomes.csv. Does not belong here: which
addresses are fetched (`discovery`, `runs`) and what the bytes mean (`content`, `pipeline.readers`).
"""

from __future__ import annotations

import hashlib
import re
import ssl
import threading
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import httpx
import tenacity
from protego import Protego

from pipeline.fetching.addresses import (
    AddressRefused,
    NameUnresolved,
    PublicNetwork,
    Resolve,
    clean_url,
    host_of,
    public_client,
    resolve,
)
from pipeline.fetching.clock import Clock, timestamp
from pipeline.fetching.content import is_whole, safe_name
from pipeline.fetching.ledger import HostState, Ledger, Partial

USER_AGENT = "yusuan/0.1 (archive of public budgets)"
_ROBOTS_BYTES = 512 * 1024
_LONGEST_PAUSE = timedelta(days=7)
_TRANSIENT = {
    "server_error", "rate_limited", "too_slow", "cut_short", "bad_response", "connection_failed",
}  # fmt: skip
_HOST_FAILURES = {
    "connection_failed",
    "name_unresolved",
    "tls_failed",
    "address_refused",
    "deferred",
    "robots_unreachable",
}


@dataclass(frozen=True)
class Limits:
    """How much, how long and how often; politeness towards hosts and safety for this machine."""

    tries: int = 4
    first_wait_seconds: float = 2.0
    longest_wait_seconds: float = 120.0
    """A host that asks for a longer pause than this is left alone for the run."""
    timeout_seconds: float = 30.0
    request_seconds: float = 600.0
    """One request may take this long in all, however steadily its bytes drip."""
    redirects: int = 8
    page_bytes: int = 20_000_000
    robots_lifetime: timedelta = timedelta(hours=24)
    requests_per_visit: int = 5000
    pages_per_listing: int = 200
    failing_visits: int = 3
    """A document that failed in so many visits is reported to a person."""
    young: timedelta = timedelta(days=45)
    """Addresses seen for the first time less long ago are asked about at every visit …"""
    recheck: timedelta = timedelta(days=30)
    """… and older ones after this time: what changes, changes early."""


@dataclass(frozen=True)
class Wanted:
    """One address to fetch, for which source and why.

    Validators make the request conditional; they hold for `validated_url`, the address that gave them, which may be one that
    `url` redirects to.
    """

    source_id: str
    url: str
    purpose: str
    parent_url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    validated_url: str | None = None
    min_interval_seconds: float = 3.0
    max_bytes: int = 100_000_000


@dataclass
class Answer:
    """What came of one request. `body` is given for status 200 only, decoded and whole as far as can be told.

    `outcome` is the outcome so far: `received` where a body came, which the caller names (`Fetcher.conclude`); any other is final
    and already written.
    """

    outcome: str
    url: str
    attempt_id: int
    status: int | None = None
    body: bytes | None = None
    content_type: str | None = None
    file_name: str = ""
    etag: str | None = None
    last_modified: str | None = None
    location: str | None = None
    retry_after: float | None = None
    detail: str = ""
    is_attachment: bool = False
    digest: str | None = None
    is_complete: bool = True

    @property
    def is_host_failure(self) -> bool:
        """Whether the failure is the host's rather than the address's."""
        return self.outcome in _HOST_FAILURES


@dataclass
class _Gate:
    """One host's turn: one request at a time, and an interval between them."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    last: float | None = None


class Fetcher:
    """Fetches addresses within one run. Threads may share it; requests to one host are never sent at the same time."""

    def __init__(
        self,
        ledger: Ledger,
        run_id: str,
        clock: Clock,
        limits: Limits | None = None,
        *,
        user_agent: str = USER_AGENT,
        allowed_addresses: Iterable[str] = (),
        resolver: Resolve = resolve,
    ) -> None:
        self._ledger = ledger
        self._run_id = run_id
        self._clock = clock
        self._limits = limits or Limits()
        self._user_agent = user_agent
        self._network = PublicNetwork(allowed_addresses, resolver)
        self._client = public_client(self._network, user_agent, self._limits.timeout_seconds)
        self._gates: dict[str, _Gate] = {}
        self._gates_lock = threading.Lock()

    def close(self) -> None:
        self._client.close()

    def fetch(self, wanted: Wanted) -> Answer:
        """Fetch one address, over redirects and retries. Never raises for what a site does."""
        seen = {wanted.url}
        step = wanted
        for _ in range(self._limits.redirects + 1):
            answer = self._fetch_hop(step)
            if answer.outcome != "redirected":
                return answer
            target = clean_url(answer.location or "", step.url)
            if target is None:
                return self._forbidden(step, "redirect_refused", f"redirected to {(answer.location or '')[:200]!r}")
            if target in seen:
                return self._forbidden(step, "redirect_loop", f"redirected again to {target}")
            seen.add(target)
            step = replace(step, url=target, parent_url=step.url)
        return self._forbidden(step, "redirect_loop", f"more than {self._limits.redirects} redirects")

    def conclude(self, answer: Answer, outcome: str, detail: str = "", **values: Any) -> None:
        """Name the outcome of an answer whose body came."""
        self._ledger.update_attempt(
            answer.attempt_id,
            outcome=outcome,
            finished_at=timestamp(self._clock.now()),
            detail="; ".join(part for part in (answer.detail, detail) if part) or None,
            **values,
        )

    # One hop

    def _fetch_hop(self, wanted: Wanted) -> Answer:
        name = host_of(wanted.url)
        host = self._ledger.host(name)
        now = self._clock.now()
        # A pause that ends later than any that is granted was written while the clock was wrong.
        if host.not_before is not None and now < host.not_before <= now + _LONGEST_PAUSE:
            return self._forbidden(
                wanted, "deferred", f"the host asked to be left alone until {timestamp(host.not_before)}"
            )
        interval = wanted.min_interval_seconds
        if wanted.purpose != "robots":
            # Outside of the host's turn: robots.txt may be redirected to another host, and two turns held at once can lock up.
            refusal, delay = self._ask_robots(wanted)
            if refusal is not None:
                return refusal
            interval = max(interval, delay)
        gate = self._gate(name)
        with gate.lock:
            return self._try_until_settled(wanted, gate, interval)

    def _try_until_settled(self, wanted: Wanted, gate: _Gate, interval: float) -> Answer:
        digests: list[str] = []
        tries = 0

        def attempt() -> Answer:
            nonlocal tries
            tries += 1
            self._wait_for_turn(gate, interval)
            answer = self._request(wanted, tries, digests)
            gate.last = self._clock.monotonic()
            return answer

        def wait(state: tenacity.RetryCallState) -> float:
            answer = state.outcome.result() if state.outcome else None
            pause = self._limits.first_wait_seconds * 2 ** (state.attempt_number - 1)
            return min(max(pause, (answer and answer.retry_after) or 0.0), self._limits.longest_wait_seconds)

        def is_over(state: tenacity.RetryCallState) -> bool:
            answer = state.outcome.result() if state.outcome else None
            asked = (answer and answer.retry_after) or 0.0
            return state.attempt_number >= self._limits.tries or asked > self._limits.longest_wait_seconds

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_result(lambda answer: answer.outcome in _TRANSIENT),
            stop=is_over,
            wait=wait,
            sleep=self._clock.sleep,
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
        )
        answer: Answer = retrying(attempt)
        if (
            answer.outcome in ("rate_limited", "server_error")
            and (answer.retry_after or 0) > self._limits.longest_wait_seconds
        ):
            host = self._ledger.host(host_of(wanted.url))
            host.not_before = self._clock.now() + timedelta(
                seconds=min(answer.retry_after or 0, _LONGEST_PAUSE.total_seconds())
            )
            self._ledger.keep_host(host_of(wanted.url), host)
        return answer

    def _gate(self, host: str) -> _Gate:
        with self._gates_lock:
            return self._gates.setdefault(host, _Gate())

    def _wait_for_turn(self, gate: _Gate, interval: float) -> None:
        if gate.last is not None:
            pause = gate.last + interval - self._clock.monotonic()
            if pause > 0:
                self._clock.sleep(pause)

    def _forbidden(self, wanted: Wanted, outcome: str, detail: str) -> Answer:
        """A row for a request that was not sent."""
        now = self._clock.now()
        attempt_id = self._ledger.begin_attempt(
            self._run_id, wanted.source_id, wanted.url, wanted.parent_url, wanted.purpose, 1, now
        )
        self._ledger.update_attempt(attempt_id, outcome=outcome, finished_at=timestamp(now), detail=detail)
        return Answer(outcome, wanted.url, attempt_id, detail=detail)

    # robots.txt

    def _ask_robots(self, wanted: Wanted) -> tuple[Answer | None, float]:
        """A refusal, or None and the seconds between requests that robots.txt asks for."""
        host_name = host_of(wanted.url)
        host = self._ledger.host(host_name)
        now = self._clock.now()
        age = now - host.robots_at if host.robots_at else None
        if age is None or not timedelta(0) <= age < self._limits.robots_lifetime:
            host = self._fetch_robots(wanted, host)
            self._ledger.keep_host(host_name, host)
        if host.robots_state == "unreachable":
            return self._forbidden(wanted, "robots_unreachable", f"robots.txt of {host_name} could not be read"), 0.0
        rules = Protego.parse(host.robots or "")
        if not rules.can_fetch(wanted.url, self._user_agent):
            return self._forbidden(
                wanted, "robots_disallowed", f"robots.txt of {host_name} forbids {urlsplit(wanted.url).path}"
            ), 0.0
        return None, min(float(rules.crawl_delay(self._user_agent) or 0.0), 60.0)

    def _fetch_robots(self, wanted: Wanted, host: HostState) -> HostState:
        """Rules after RFC 9309: none where the file is not there, everything forbidden while the server fails."""
        parts = urlsplit(wanted.url)
        answer = self.fetch(
            Wanted(
                wanted.source_id,
                f"{parts.scheme}://{parts.netloc}/robots.txt",
                "robots",
                wanted.url,
                min_interval_seconds=wanted.min_interval_seconds,
                max_bytes=_ROBOTS_BYTES,
            )
        )
        if answer.body is not None:
            self.conclude(answer, "robots")
            text = answer.body.decode("utf-8", errors="replace")
            # A site that answers everything with its home page has no robots.txt.
            text = "" if "<html" in text[:2000].lower() else text
            return HostState(host.not_before, text, "read", self._clock.now())
        if answer.outcome in (
            "not_found",
            "gone",
            "forbidden",
            "client_error",
            "too_large",
            "redirect_loop",
            "redirect_refused",
        ):
            return HostState(host.not_before, "", "none", self._clock.now())
        # Not remembered: the next request asks again.
        return HostState(host.not_before, host.robots, "unreachable", None)

    # One request

    def _request(self, wanted: Wanted, try_number: int, digests: list[str]) -> Answer:
        partial = self._ledger.partial(wanted.url, hashlib.sha256(wanted.url.encode()).hexdigest())
        headers: dict[str, str] = {}
        if partial.byte_count:
            headers["Range"] = f"bytes={partial.byte_count}-"
            headers["If-Range"] = partial.etag or partial.last_modified or ""
        elif wanted.url == (wanted.validated_url or wanted.url):
            if wanted.etag:
                headers["If-None-Match"] = wanted.etag
            if wanted.last_modified:
                headers["If-Modified-Since"] = wanted.last_modified
        attempt_id = self._ledger.begin_attempt(
            self._run_id, wanted.source_id, wanted.url, wanted.parent_url, wanted.purpose, try_number, self._clock.now(),
            partial.byte_count or None, is_sent=True,
        )  # fmt: skip
        answer = Answer("started", wanted.url, attempt_id)
        try:
            with (
                self._network.deadline(self._limits.request_seconds),
                self._client.stream("GET", wanted.url, headers=headers) as response,
            ):
                self._receive(wanted, response, answer, partial, digests)
        except httpx.HTTPError as error:
            answer.outcome, answer.detail = self._name_failure(error, answer)
        except httpx.InvalidURL as error:
            # httpx looks at the address of a redirect before we can; the address that is asked is a cleaned one.
            answer.outcome, answer.detail = "redirect_refused", f"redirected to what is no address: {error}"
        if answer.outcome != "received":
            self._close(answer)
        return answer

    def _close(self, answer: Answer) -> None:
        """Write what came of a request that brought no body."""
        is_sent = answer.outcome not in ("address_refused", "name_unresolved", "connection_failed", "tls_failed")
        self._ledger.update_attempt(
            answer.attempt_id,
            outcome=answer.outcome,
            finished_at=timestamp(self._clock.now()),
            is_sent=int(is_sent),
            http_status=answer.status,
            content_type=answer.content_type,
            location=answer.location,
            detail=answer.detail or None,
        )

    def _receive(
        self, wanted: Wanted, response: httpx.Response, answer: Answer, partial: Partial, digests: list[str]
    ) -> None:
        status = answer.status = response.status_code
        answer.content_type = response.headers.get("content-type")
        answer.etag = response.headers.get("etag")
        answer.last_modified = response.headers.get("last-modified")
        answer.location = response.headers.get("location")
        if status in (301, 302, 303, 307, 308):
            answer.outcome = "redirected" if answer.location else "bad_response"
        elif status == 304:
            answer.outcome = "not_modified"
        elif status in (200, 206):
            self._receive_body(wanted, response, answer, partial, digests)
        elif status == 416:
            # The part that is here is no beginning of what is there now.
            self._ledger.drop_partial(wanted.url, partial)
            answer.outcome, answer.detail = "cut_short", "the rest of the document cannot be had; asked anew"
        else:
            answer.outcome = _outcome_of_status(status)
            answer.retry_after = _retry_after(response.headers.get("retry-after"), self._clock.now())
            if answer.retry_after is not None:
                answer.detail = f"asked to wait {answer.retry_after:.0f} s"

    def _receive_body(
        self, wanted: Wanted, response: httpx.Response, answer: Answer, partial: Partial, digests: list[str]
    ) -> None:
        resumed = response.status_code == 206
        if resumed and not _continues(response, partial):
            self._ledger.drop_partial(wanted.url, partial)
            answer.outcome, answer.detail = "cut_short", "another part came than was asked for; asked anew"
            return
        if not resumed and partial.byte_count:
            self._ledger.drop_partial(wanted.url, partial)
        start = partial.byte_count if resumed else 0
        declared = response.headers.get("content-length", "")
        if declared.isdecimal() and start + int(declared) > wanted.max_bytes:
            answer.outcome, answer.detail = (
                "too_large",
                f"{start + int(declared)} bytes are announced; the limit is {wanted.max_bytes}",
            )
            return
        partial.etag = answer.etag if answer.etag and not answer.etag.startswith("W/") else None
        partial.last_modified = answer.last_modified
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        can_resume = encoding == "identity" and (partial.etag or partial.last_modified)
        size = start
        failure: httpx.HTTPError | None = None
        with partial.path.open("ab" if resumed else "wb") as file:
            try:
                for chunk in response.iter_raw():
                    size += len(chunk)
                    if size > wanted.max_bytes:
                        answer.outcome, answer.detail = "too_large", f"more bytes than the limit of {wanted.max_bytes}"
                        break
                    file.write(chunk)
            except httpx.HTTPError as error:
                failure = error
        if answer.outcome == "too_large":
            self._ledger.drop_partial(wanted.url, partial)
            return
        data = partial.path.read_bytes()
        if encoding != "identity":
            data, problem = _decoded(data, encoding, wanted.max_bytes)
            if problem:
                self._ledger.drop_partial(wanted.url, partial)
                answer.outcome, answer.detail = problem
                return
        answer.digest = hashlib.sha256(data).hexdigest()
        whole = is_whole(data)
        came_twice = answer.digest in digests
        digests.append(answer.digest)
        if failure is not None and not (came_twice and whole):
            if can_resume and size:
                self._ledger.keep_partial(wanted.url, replace(partial, byte_count=size))
            else:
                self._ledger.drop_partial(wanted.url, partial)
            answer.outcome, answer.detail = self._name_failure(failure, answer)
            answer.detail = f"{answer.detail}; {size} bytes came".lstrip("; ")
            return
        self._ledger.drop_partial(wanted.url, partial)
        if failure is None and whole is False and not came_twice:
            # A server that announces too little, or none at all, hides that the connection was cut. What comes a second time
            # just the same is what the publisher has put there; the reader will say what is wrong with it.
            answer.outcome, answer.detail = (
                "cut_short",
                f"the document is not complete after {len(data)} bytes; asked anew",
            )
            return
        if failure is not None:
            answer.detail = "the server announces more bytes than the document has"
        elif whole is False:
            answer.detail = "the document is not complete, twice the same"
        answer.body = data
        answer.outcome = "received"
        answer.file_name, answer.is_attachment = _file_name(response, wanted.url)
        self._ledger.update_attempt(
            answer.attempt_id,
            http_status=answer.status,
            content_type=answer.content_type,
            byte_count=len(data),
            sha256=answer.digest,
            file_name=answer.file_name or None,
        )

    def _name_failure(self, error: httpx.HTTPError, answer: Answer) -> tuple[str, str]:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, AddressRefused):
                return "address_refused", str(cause)
            if isinstance(cause, NameUnresolved):
                return "name_unresolved", str(cause)
            if isinstance(cause, ssl.SSLError):
                return "tls_failed", str(getattr(cause, "verify_message", "") or cause)
            cause = cause.__cause__ or cause.__context__
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return "connection_failed", str(error) or "no connection within the time limit"
        if isinstance(error, httpx.TimeoutException):
            return "too_slow", str(error) or "no bytes within the time limit"
        if isinstance(error, httpx.DecodingError):
            return "bad_response", str(error)
        if isinstance(error, httpx.RemoteProtocolError) and "location header" in str(error):
            return "redirect_refused", str(error)
        if isinstance(error, httpx.RemoteProtocolError) and answer.status is None and "disconnected" not in str(error):
            return "bad_response", str(error)
        return "cut_short", str(error) or "the connection was closed"


def _outcome_of_status(status: int) -> str:
    if status in (404, 410):
        return "not_found"
    if status in (401, 403, 407, 451):
        return "forbidden"
    if status == 429:
        return "rate_limited"
    if 400 <= status < 500:
        return "client_error"
    return "server_error" if status >= 500 else "bad_response"


def _retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a server asks to wait: a number, or a date."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError):
        return None


def _continues(response: httpx.Response, partial: Partial) -> bool:
    """Whether a partial answer begins where the part that is here ends, and belongs to the same version."""
    match = re.match(r"bytes (\d+)-", response.headers.get("content-range", ""))
    same = partial.etag is None or response.headers.get("etag", partial.etag) == partial.etag
    return partial.byte_count > 0 and match is not None and int(match[1]) == partial.byte_count and same


def _decoded(data: bytes, encoding: str, limit: int) -> tuple[bytes, tuple[str, str] | None]:
    """The body without its content encoding, never larger than the limit whatever it would unpack to."""
    if encoding not in ("gzip", "x-gzip", "deflate"):
        return b"", ("bad_response", f"the content encoding {encoding!r} was not asked for")
    unpacker = zlib.decompressobj(47 if encoding != "deflate" or data[:1] == b"\x78" else -15)
    try:
        unpacked = unpacker.decompress(data, limit + 1)
    except zlib.error as error:
        return b"", ("bad_response", f"the content encoding is damaged: {error}")
    if len(unpacked) > limit:
        return b"", ("too_large", f"unpacks to more bytes than the limit of {limit}")
    if not unpacker.eof:
        return b"", ("cut_short", "the content encoding ends too early")
    return unpacked, None


def _file_name(response: httpx.Response, url: str) -> tuple[str, bool]:
    """The name that the server gives the document, else the last part of its address; and whether it is sent as an attachment."""
    header = next((value for name, value in response.headers.raw if name.lower() == b"content-disposition"), b"")
    extended = re.search(rb"filename\*\s*=\s*([\w-]+)'[^']*'([^;\s]+)", header, re.IGNORECASE)
    plain = re.search(rb'filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))', header, re.IGNORECASE)
    name = ""
    if extended:
        name = _decoded_name(unquote_to_bytes(extended[2]), extended[1].decode("ascii"))
    elif plain:
        raw = plain[1] if plain[1] is not None else plain[2]
        name = _decoded_name(unquote_to_bytes(raw) if re.search(rb"%[0-9a-fA-F]{2}", raw) else raw, "utf-8")
    if not name:
        name = _decoded_name(unquote_to_bytes(urlsplit(url).path.rsplit("/", 1)[-1]), "utf-8")
    return safe_name(name), header.lower().lstrip().startswith(b"attachment") or bool(extended or plain)


def _decoded_name(raw: bytes, encoding: str) -> str:
    for name in (encoding, "utf-8", "gb18030"):
        try:
            return raw.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return raw.decode("latin-1")

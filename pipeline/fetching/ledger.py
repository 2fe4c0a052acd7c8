"""The ledger of fetching: every request, every address, every version of a document, kept in one SQLite file.

Belongs here: what must survive the end of a run, however it ends, and nothing else; each change is one transaction. Does not
belong here: decisions (`runs`), requests (`requests`), the bytes (`store`).

The bytes of a document are in the store before the ledger speaks of them: a run that is killed in between asks again and
finds them there.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.archive.store import write_atomically
from pipeline.fetching.clock import moment, timestamp

LEDGER_NAME = "fetching.sqlite"
COPY_NAME = "fetching.copy.sqlite"
_CHECKSUM_NAME = "fetching.sha256"
_VERSION = 1

_SCHEMA = """
create table if not exists run (
    run_id text primary key, started_at text not null, finished_at text, is_complete integer not null default 0);
create table if not exists visit (
    run_id text not null, source_id text not null, started_at text not null, finished_at text, outcome text,
    document_count integer, detail text, primary key (run_id, source_id));
create table if not exists attempt (
    attempt_id integer primary key, run_id text not null, source_id text not null, url text not null, parent_url text,
    purpose text not null, try_number integer not null, requested_at text not null, finished_at text, outcome text not null,
    is_sent integer not null default 0, http_status integer, content_type text, location text, byte_count integer,
    resumed_from integer, sha256 text, file_name text, detail text);
create index if not exists attempt_by_source on attempt (source_id, run_id);
create table if not exists resource (
    source_id text not null, url text not null, kind text not null, parent_url text, title text, etag text,
    last_modified text, validated_url text, links text, first_seen_at text not null, last_linked_at text not null, last_checked_at text,
    state text not null default 'live', failures integer not null default 0, primary key (source_id, url));
create table if not exists publication (
    source_id text not null, url text not null, version integer not null, sha256 text not null, fingerprint text not null,
    file_name text not null, title text, byte_count integer not null, first_seen_at text not null, last_seen_at text not null,
    ended_at text, ended_by text, primary key (source_id, url, version));
create index if not exists publication_by_hash on publication (sha256);
create table if not exists partial (
    url text primary key, file_name text not null, etag text, last_modified text, total integer);
create table if not exists host (
    host text primary key, not_before text, robots text, robots_state text, robots_at text);
"""


@dataclass
class Resource:
    """One address of a source: a page or a document, and what is known of it from the last time."""

    source_id: str
    url: str
    kind: str
    parent_url: str | None
    title: str | None
    etag: str | None
    last_modified: str | None
    validated_url: str | None
    links: list[dict[str, Any]] | None
    first_seen_at: str
    last_linked_at: str
    last_checked_at: str | None
    state: str
    failures: int


@dataclass
class Publication:
    """One version of a document at one address, from when to when it was seen there."""

    source_id: str
    url: str
    version: int
    sha256: str
    fingerprint: str
    file_name: str
    title: str | None
    byte_count: int
    first_seen_at: str
    last_seen_at: str
    ended_at: str | None = None
    ended_by: str | None = None


@dataclass
class HostState:
    """What is remembered of a host: its robots.txt, and until when it wants to be left alone."""

    not_before: datetime | None = None
    robots: str | None = None
    robots_state: str | None = None
    robots_at: datetime | None = None


@dataclass
class Partial:
    """A download that was cut short, its bytes in a file, and the validators by which the rest may be asked for."""

    path: Path
    etag: str | None
    last_modified: str | None
    byte_count: int = field(default=0)


class DamagedLedger(RuntimeError):
    """The ledger's file is damaged and there is no copy of it. The message says what to do."""


def mend(state_dir: Path) -> str | None:
    """Put the copy of the last run in the place of a damaged ledger; return what was done, None where it is whole.

    Only the holder of the lock of fetching may do this. What the ledger loses so are requests since that copy: their bytes are in
    the store, and the next visits find them again. Raises DamagedLedger where there is no copy either.
    """
    path, copy = state_dir / LEDGER_NAME, state_dir / COPY_NAME
    if _is_whole(path, state_dir / _CHECKSUM_NAME) or not (path.exists() or copy.exists()):
        return None
    if not _is_whole(copy, state_dir / "none"):
        raise DamagedLedger(
            f"{path} is damaged, and so is its copy; restore it from the backup (docs/how-to/operate.md)"
        )
    kept = state_dir / "fetching.damaged.sqlite"
    if path.exists():
        os.replace(path, kept)
    for suffix in ("-wal", "-shm"):
        path.with_name(LEDGER_NAME + suffix).unlink(missing_ok=True)
    write_atomically(path, copy.read_bytes())
    return (
        f"{path} was damaged; the copy of the last run was put in its place, and the damaged file kept as {kept.name}"
    )


def _is_whole(path: Path, checksum: Path) -> bool:
    """By its checksum where one stands beside it, which tells of every bit; else by SQLite's own check, which tells of the structure."""
    if not path.is_file():
        return False
    log = path.with_name(f"{path.name}-wal")
    if checksum.is_file() and not (log.exists() and log.stat().st_size):
        return hashlib.sha256(path.read_bytes()).hexdigest().encode() == checksum.read_bytes()
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            return connection.execute("pragma integrity_check").fetchone() == ("ok",)
    except sqlite3.DatabaseError:
        return False


class Ledger:
    """The ledger below a state folder. One process at a time writes it (`runs` holds the lock); threads share it."""

    def __init__(self, state_dir: Path, *, is_reader: bool = False) -> None:
        self.path = state_dir / LEDGER_NAME
        self._lock = threading.RLock()
        self._depth = 0
        if is_reader:
            # As far as it is written; a reader changes nothing, not even what SQLite keeps for itself.
            self._db = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)
            self._db.row_factory = sqlite3.Row
            return
        state_dir.mkdir(parents=True, exist_ok=True)
        self._partials = state_dir / "partial"
        self._partials.mkdir(exist_ok=True)
        self._db = sqlite3.connect(self.path, check_same_thread=False, isolation_level=None, timeout=30)
        self._db.row_factory = sqlite3.Row
        # Whoever opens the ledger may change it: from here on its checksum says nothing, until `seal` writes the next one.
        (state_dir / _CHECKSUM_NAME).unlink(missing_ok=True)
        self._db.execute("pragma journal_mode = wal")
        # A crash of the machine may take the last changes with it, never the file's order: what is lost so is only asked again.
        self._db.execute("pragma synchronous = normal")
        version = self._db.execute("pragma user_version").fetchone()[0]
        if version > _VERSION:
            raise RuntimeError(
                f"{self.path} was written by a newer release (layout {version}, this one knows {_VERSION})"
            )
        self._db.executescript(_SCHEMA)
        self._db.execute(f"pragma user_version = {_VERSION}")

    def close(self) -> None:
        self._db.close()

    def seal(self) -> None:
        """Close the ledger at the end of a run, and leave a checksum and a copy by which damage is noticed and put right."""
        self.close()
        log = self.path.with_name(f"{LEDGER_NAME}-wal")
        if log.exists() and log.stat().st_size:
            # Someone else still reads it; the next run seals it.
            return
        data = self.path.read_bytes()
        with contextlib.suppress(OSError):
            # Where there is no room for a copy, there is none: the ledger itself is whole.
            write_atomically(self.path.with_name(COPY_NAME), data)
            write_atomically(self.path.with_name(_CHECKSUM_NAME), hashlib.sha256(data).hexdigest().encode())

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes inside happen, or none."""
        with self._lock:
            if self._depth:
                yield
                return
            self._db.execute("begin immediate")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._db.execute("rollback")
                raise
            else:
                self._db.execute("commit")
            finally:
                self._depth -= 1

    def _run(self, sql: str, *values: Any) -> sqlite3.Cursor:
        with self._lock:
            return self._db.execute(sql, values)

    def _all(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    # Runs and visits

    def begin_run(self, run_id: str, now: datetime) -> int:
        """Open a run; requests that a killed run left open become `interrupted`. Returns how many."""
        with self.transaction():
            count = self._run(
                "update attempt set outcome = 'interrupted', finished_at = ? where outcome = 'started'", timestamp(now)
            ).rowcount
            self._run("insert into run (run_id, started_at) values (?, ?)", run_id, timestamp(now))
        return count

    def end_run(self, run_id: str, now: datetime) -> None:
        self._run("update run set finished_at = ?, is_complete = 1 where run_id = ?", timestamp(now), run_id)

    def run_count(self) -> int:
        return int(self._run("select count(*) from run").fetchone()[0])

    def begin_visit(self, run_id: str, source_id: str, now: datetime) -> None:
        self._run(
            "insert into visit (run_id, source_id, started_at) values (?, ?, ?)", run_id, source_id, timestamp(now)
        )

    def end_visit(self, run_id: str, source_id: str, now: datetime, outcome: str, documents: int, detail: str) -> None:
        self._run(
            "update visit set finished_at = ?, outcome = ?, document_count = ?, detail = ? where run_id = ? and source_id = ?",
            timestamp(now), outcome, documents, detail, run_id, source_id,
        )  # fmt: skip

    def last_visit(self, source_id: str) -> datetime | None:
        """When the last visit that went to its end began; a killed one does not count.

        The last one that was made, not the one with the latest time: a clock that was wrong for a while must not hide it.
        """
        row = self._run(
            "select started_at from visit where source_id = ? and outcome = 'visited' order by rowid desc limit 1",
            source_id,
        ).fetchone()
        return moment(row[0]) if row else None

    def last_document_count(self, source_id: str) -> int | None:
        """Documents to which the listing led at the last complete visit."""
        row = self._run(
            "select document_count from visit where source_id = ? and outcome = 'visited' order by rowid desc limit 1",
            source_id,
        ).fetchone()
        return int(row[0]) if row else None

    # Attempts

    def begin_attempt(
        self, run_id: str, source_id: str, url: str, parent_url: str | None, purpose: str, try_number: int, now: datetime,
        resumed_from: int | None = None, *, is_sent: bool = False,
    ) -> int:  # fmt: skip
        """Write that a request is about to be made (or would be, were it allowed), before it is."""
        cursor = self._run(
            "insert into attempt (run_id, source_id, url, parent_url, purpose, try_number, requested_at, outcome, resumed_from,"
            " is_sent) values (?, ?, ?, ?, ?, ?, ?, 'started', ?, ?)",
            run_id, source_id, url, parent_url, purpose, try_number, timestamp(now), resumed_from, int(is_sent),
        )  # fmt: skip
        return int(cursor.lastrowid or 0)

    def update_attempt(self, attempt_id: int, **values: Any) -> None:
        names = ", ".join(f"{name} = ?" for name in values)
        self._run(f"update attempt set {names} where attempt_id = ?", *values.values(), attempt_id)

    def attempts(self, run_id: str | None = None) -> list[dict[str, Any]]:
        """All attempts, of one run or ever, in the order in which they were made."""
        rows = self._all("select * from attempt where ? is null or run_id = ? order by attempt_id", run_id, run_id)
        return [dict(row) for row in rows]

    # Addresses

    def resource(self, source_id: str, url: str) -> Resource | None:
        row = self._run("select * from resource where source_id = ? and url = ?", source_id, url).fetchone()
        return _resource(row) if row else None

    def documents_of(self, source_id: str) -> list[Resource]:
        """Addresses at which a document of this source was ever found or expected."""
        rows = self._all("select * from resource where source_id = ? and kind = 'document' order by url", source_id)
        return [_resource(row) for row in rows]

    def note_link(
        self, source_id: str, url: str, kind: str, parent_url: str | None, title: str | None, now: datetime
    ) -> None:
        """An address was found on a page. What was once found to be a document stays one."""
        self._run(
            "insert into resource (source_id, url, kind, parent_url, title, first_seen_at, last_linked_at)"
            " values (?, ?, ?, ?, ?, ?, ?) on conflict (source_id, url) do update set last_linked_at = excluded.last_linked_at,"
            " parent_url = excluded.parent_url, title = coalesce(excluded.title, title)",
            source_id, url, kind, parent_url, title or None, timestamp(now), timestamp(now),
        )  # fmt: skip

    def update_resource(self, source_id: str, url: str, **values: Any) -> None:
        if "links" in values:
            values["links"] = json.dumps(values["links"], ensure_ascii=False)
        names = ", ".join(f"{name} = ?" for name in values)
        self._run(
            f"update resource set {names} where source_id = ? and url = ?",
            *values.values(),
            source_id,
            url,
        )

    # Versions

    def current(self, source_id: str, url: str) -> Publication | None:
        """The version that stands at an address now, as far as is known."""
        row = self._run(
            "select * from publication where source_id = ? and url = ? and ended_at is null order by version desc limit 1",
            source_id, url,
        ).fetchone()  # fmt: skip
        return Publication(**dict(row)) if row else None

    def is_known(self, sha256: str) -> bool:
        return self._run("select 1 from publication where sha256 = ? limit 1", sha256).fetchone() is not None

    def publications(self) -> list[Publication]:
        rows = self._all("select * from publication order by source_id, url, version")
        return [Publication(**dict(row)) for row in rows]

    def add_publication(self, publication: Publication) -> None:
        """Add a version; its number follows those that the address had."""
        row = self._run(
            "select coalesce(max(version), 0) from publication where source_id = ? and url = ?",
            publication.source_id, publication.url,
        ).fetchone()  # fmt: skip
        publication.version = int(row[0]) + 1
        values = vars(publication)
        marks = ", ".join("?" for _ in values)
        self._run(f"insert into publication ({', '.join(values)}) values ({marks})", *values.values())

    def see_publication(self, publication: Publication, now: datetime) -> None:
        self._run(
            "update publication set last_seen_at = ? where source_id = ? and url = ? and version = ?",
            timestamp(now), publication.source_id, publication.url, publication.version,
        )  # fmt: skip

    def end_publication(self, publication: Publication, now: datetime, by: str) -> None:
        self._run(
            "update publication set ended_at = ?, ended_by = ? where source_id = ? and url = ? and version = ?",
            timestamp(now), by, publication.source_id, publication.url, publication.version,
        )  # fmt: skip

    # Downloads that were cut short

    def partial(self, url: str, name: str) -> Partial:
        """The part that is there of a download; an empty one where there is none or its file does not agree with the ledger."""
        path = self._partials / name
        row = self._run("select * from partial where url = ?", url).fetchone()
        size = path.stat().st_size if path.is_file() else 0
        if row is None or not size:
            path.unlink(missing_ok=True)
            return Partial(path, None, None)
        return Partial(path, row["etag"], row["last_modified"], size)

    def keep_partial(self, url: str, partial: Partial) -> None:
        self._run(
            "insert or replace into partial (url, file_name, etag, last_modified) values (?, ?, ?, ?)",
            url, partial.path.name, partial.etag, partial.last_modified,
        )  # fmt: skip

    def drop_partial(self, url: str, partial: Partial) -> None:
        self._run("delete from partial where url = ?", url)
        partial.path.unlink(missing_ok=True)

    # Hosts

    def host(self, host: str) -> HostState:
        row = self._run("select * from host where host = ?", host).fetchone()
        if row is None:
            return HostState()
        return HostState(
            moment(row["not_before"]) if row["not_before"] else None,
            row["robots"],
            row["robots_state"],
            moment(row["robots_at"]) if row["robots_at"] else None,
        )

    def keep_host(self, host: str, state: HostState) -> None:
        self._run(
            "insert or replace into host (host, not_before, robots, robots_state, robots_at) values (?, ?, ?, ?, ?)",
            host,
            timestamp(state.not_before) if state.not_before else None,
            state.robots,
            state.robots_state,
            timestamp(state.robots_at) if state.robots_at else None,
        )


def _resource(row: sqlite3.Row) -> Resource:
    values = dict(row)
    values["links"] = json.loads(values["links"]) if values["links"] else None
    return Resource(**values)

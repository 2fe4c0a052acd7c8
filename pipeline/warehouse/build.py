"""The warehouse file: built beside the published one, and published by replacement.

Belongs here: the order of a build, its lock, the writing of the schema `core`, running dbt, publication. Does not belong here: what
a document says (`pipeline.reading`), which documents must be read (`documents`), and anything that dbt derives (`dbt_project/`).

All state of a build lies beside the published FILE: `<FILE>.building` is the file under construction, `<stem>.state/` holds the archive, the
readings, dbt's working files, the lock and the record of what was published. Only the holder of the lock writes any of it.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import hashlib
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipeline.archive.intake import Members, RawDocument, take_in
from pipeline.archive.pages import KeptPages, keep_only
from pipeline.archive.readings import Damaged, Readings, Version, digest, digest_of_files, pages_version
from pipeline.archive.registry import Registry
from pipeline.archive.store import CorruptArchive, Store
from pipeline.fetching.ledger import COPY_NAME, LEDGER_NAME
from pipeline.fetching.runs import lay_out, warehouse_rows
from pipeline.fetching.sources import Source, read_sources
from pipeline.readers import reader
from pipeline.reading import read_document
from pipeline.warehouse import workers
from pipeline.warehouse.checks import Check, core_checks
from pipeline.warehouse.database import connect, count, free_views_of_file_name, version_of
from pipeline.warehouse.documents import (
    Progress,
    ReadDocument,
    Work,
    available_cores,
    claim_digest,
    claim_of,
    current_version,
    read_all,
    unread,
    work_of,
)
from schemas import core, version
from schemas.admission import sound_rows

PROJECT = Path(__file__).resolve().parents[2]
DBT_PROJECT = PROJECT / "dbt_project"
DBT = Path(sys.executable).parent / "dbt"
DEFAULT_FILE = PROJECT / "warehouse" / "yusuan.duckdb"
DEFAULT_RAW = PROJECT / "raw"
UNKNOWN = "unknown"
_TABLES = {table.name: table for table in core.TABLES}
_ROWS_PER_BATCH = 200_000
_PAUSE_SECONDS = 1.0
_LOG_BYTES = 20_000_000
DBT_WORKING_FOLDERS = {"target", "logs", "dbt_packages"}


class WarehouseBusy(RuntimeError):
    """Another build holds the lock. The message names it."""


class BuildFailed(RuntimeError):
    """The build cannot go on; the published file is as it was. The message says why and what to do."""


@dataclass
class Built:
    """What a build did."""

    file: Path
    document_count: int = 0
    read_count: int = 0
    is_new: bool = False
    upgraded_from: int | None = None
    seconds: float = 0.0
    rows: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)


Report = Callable[[str, Progress | None], None]
"""Told of every stage (by name) and of every document that was read."""


def silent(stage: str, progress: Progress | None = None) -> None:
    """A report that no one reads."""


@dataclass
class Warehouse:
    """One warehouse file with the state of its builds, and the steps of a build in their order.

    `read` and `version` say what reads documents; they are parameters so that tests can put a reader of their own here.
    """

    file: Path = DEFAULT_FILE
    jobs: int = 0
    limits: workers.Limits = field(default_factory=workers.Limits.from_environment)
    read: ReadDocument | None = None
    version: Version | None = None
    dbt_project: Path = DBT_PROJECT
    members: Members | None = None

    def __post_init__(self) -> None:
        self.file = Path(os.path.abspath(self.file))
        self.jobs = self.jobs or available_cores()
        self.version = self.version or current_version(PROJECT)
        if self.read is None:
            kept = KeptPages(self.state / "pages", pages_version(PROJECT), reader.read)
            self.read = functools.partial(read_document, reader=kept)
        self.members = self.members or _members
        self.documents: list[RawDocument] = []
        self.registry = Registry()
        self._folders: list[Path] = []
        self._began = time.monotonic()
        self._read_count = 0

    # Places

    @property
    def state(self) -> Path:
        return self.file.parent / f"{self.file.stem}.state"

    @property
    def building(self) -> Path:
        return self.file.with_name(self.file.name + ".building")

    @property
    def store(self) -> Store:
        return Store(self.state / "archive")

    @property
    def readings(self) -> Readings:
        return Readings(self.state / "readings")

    @property
    def fetched(self) -> Path:
        """Documents that were fetched from sources, laid out as one more folder of raw documents."""
        return self.state / "fetched"

    @property
    def dbt_target(self) -> Path:
        return self.state / "dbt"

    # Steps of a build, in their order

    @contextlib.contextmanager
    def lock(self, patience: float = 0) -> Iterator[None]:
        """Be the only writer, if need be after `patience` seconds. Raises WarehouseBusy, naming the holder.

        What a killed holder left behind is cleaned up.
        """
        self.state.mkdir(parents=True, exist_ok=True)
        until = time.monotonic() + patience
        with (self.state / "lock").open("a+", encoding="utf-8") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except OSError as error:
                    file.seek(0)
                    holder = file.read().strip() or "a process that did not say its name"
                    if time.monotonic() >= until:
                        raise WarehouseBusy(f"{self.file} is being built by {holder}; wait for it to end") from error
                    time.sleep(_PAUSE_SECONDS)
            file.seek(0)
            file.truncate()
            since = datetime.now(UTC).astimezone().isoformat(timespec="seconds")
            file.write(f"process {os.getpid()} on {socket.gethostname()} since {since}")
            file.flush()
            self._began = time.monotonic()
            self._read_count = 0
            self.tell("began", file=str(self.file))
            try:
                self._require_known_schema()
                self.remove_leftovers()
                yield
            except BaseException as error:
                self.tell("failed", error=f"{type(error).__name__}: {error}")
                raise
            finally:
                self.tell("ended", seconds=round(time.monotonic() - self._began, 2), read=self._read_count)
                self.remove_building()
                file.seek(0)
                file.truncate()

    def _require_known_schema(self) -> None:
        """Raise BuildFailed where the published file is of a newer release: what this one would write in its place is less.

        A file of an older release is upgraded by being built anew: from the archive, the ledger, and the readings that still hold.
        """
        found = version_of(self.file)
        if found is not None and found > version.current():
            raise BuildFailed(
                f"{self.file} was published by a newer release (tables of version {found}, this one writes {version.current()}); "
                "install that release, or build to another file with --warehouse"
            )

    def holder(self) -> str | None:
        """Who is building this warehouse now, as the lock says; None where no one is."""
        try:
            with (self.state / "lock").open("a+", encoding="utf-8") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except OSError:
                    file.seek(0)
                    return file.read().strip() or "a process that did not say its name"
        except FileNotFoundError:
            pass
        return None

    def remove_building(self) -> None:
        """Remove the file under construction, where a build did not come to its end."""
        for suffix in ("", ".wal", ".tmp"):
            path = self.building.with_name(self.building.name + suffix)
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)

    def remove_leftovers(self) -> None:
        """Remove what killed builds left half-done."""
        self.remove_building()
        self.store.remove_leftovers()
        self.readings.remove_leftovers()

    def take_in(self, folders: Iterable[Path]) -> list[RawDocument]:
        """Put the documents of the folders into the archive; return them. Raises BuildFailed where there is none."""
        folders = [Path(folder) for folder in folders]
        self._folders = list(folders)
        for folder in folders:
            if not folder.exists():
                raise BuildFailed(f"{folder} does not exist; give folders of documents with --raw")
        assert self.members is not None
        laid_out = lay_out(self.state, self._sources(), self.fetched, self.store) if self._has_ledger() else []
        if self.fetched.is_dir():
            folders.append(self.fetched)
        self.registry = Registry.of_folders(folders)
        expected = {item.path: item.sha256 for item in laid_out}
        self.documents = take_in(folders, self.store, self.members, self.state / "intake.json", expected)
        there = {document.sha256 for document in self.documents}
        self.documents += [
            RawDocument(item.sha256, item.byte_count, [item.name], is_lost=True)
            for item in laid_out
            if item.sha256 not in there
        ]
        if not self.documents:
            raise BuildFailed(
                f"no document in {', '.join(map(str, folders))}; put documents there, or give other folders"
            )
        return self.documents

    def read_new(self) -> Iterator[Progress]:
        """Read the documents that must be read, keeping their readings; the others' still hold."""
        for _ in range(1 + len(self.documents)):
            try:
                yield from self._read_unread()
                return
            except CorruptArchive as error:
                # The damaged bytes were removed: they are taken in again from where they came.
                damage = error
                self.take_in(self._folders)
            except workers.MachineFailed as error:
                raise BuildFailed(f"{error}; nothing was published, and no document is blamed for it") from error
        raise BuildFailed(f"the archive is damaged again and again; nothing was published: {damage}")

    def _read_unread(self) -> Iterator[Progress]:
        assert self.version is not None
        work = unread(self.documents, self.registry, self.store, self.readings, self.version, self.limits)
        yield from self._read_work(work)

    def _read_work(self, work: list[Work]) -> Iterator[Progress]:
        assert self.read is not None
        for progress in read_all(work, self.jobs, self.limits, self.read) if work else ():
            self._read_count += 1
            self.tell(
                "read", document_id=progress.document_id, file_name=progress.file_name, status=progress.status,
                reason=progress.reason, seconds=round(progress.seconds, 2),
            )  # fmt: skip
            yield progress

    def read_again(self, chosen: Callable[[Mapping[str, Any]], bool]) -> Iterator[Progress]:
        """Read the bytes of documents again although nothing has changed: those whose kept reading says so, by its summary.

        Their readings are replaced one by one; until then, and where this is killed, the former ones hold.
        """
        assert self.version is not None
        wanted = {entry.sha256 for _, entry in self.readings.entries() if chosen(entry.summary)}
        keep_only(self.state / "pages", (d.document_id for d in self.documents if d.sha256 not in wanted))
        documents = [document for document in self.documents if document.sha256 in wanted]
        yield from self._read_work(work_of(documents, self.registry, self.store, self.readings, self.version))

    def partitions(self) -> Counter[tuple[str, str]]:
        """How many documents there are of each fiscal year and jurisdiction, as they were read."""
        wanted = {document.sha256 for document in self.documents}
        return Counter(partition_of(entry.summary) for _, entry in self.readings.entries() if entry.sha256 in wanted)

    def signature(self) -> str:
        """Digest of all that the content of the warehouse depends on: equal signatures, equal tables."""
        assert self.version is not None
        total = [digest_of_files(PROJECT, [PROJECT / "pipeline" / "publish" / "warehouse.py", PROJECT / "schemas"])]
        total.append(self._dbt_digest())
        total += [digest(frame.write_json().encode()) for frame in self._fetching().values()]
        for document in self.documents:
            claim = claim_digest(claim_of(document, self.registry))
            entry = self.readings.find(document.sha256, self.version, claim, str(self.limits))
            total.append(
                f"{document.sha256} {claim} {entry.version if entry else None} {entry.content if entry else None}"
            )
        return digest("\n".join(total).encode())

    def is_published(self, signature: str) -> bool:
        """Whether the published file is the one of this signature, untouched since."""
        try:
            record = json.loads((self.state / "published.json").read_text(encoding="utf-8"))
            return bool(record == {"signature": signature, **_stamp(self.file)})
        except (OSError, ValueError):
            return False

    def write_core(self) -> dict[str, int]:
        """Write the tables of the schema `core` from the kept readings; return the rows of each.

        Documents go in by their identifiers, rows as they stand on the page: the same documents give the same file content.
        """
        self.remove_building()
        ordered = sorted(self.documents, key=lambda document: document.document_id)
        with self.connect(self.building) as connection:
            connection.execute("create schema core")
            for table in core.TABLES:
                for statement in table.ddl():
                    connection.execute(statement)
            batch: dict[str, list[pl.DataFrame]] = {}
            waiting = 0
            for document in ordered:
                for name, frame in self._reading(document).items():
                    batch.setdefault(name, []).append(frame)
                    waiting += frame.height
                if waiting >= _ROWS_PER_BATCH:
                    _insert(connection, batch)
                    batch, waiting = {}, 0
            _insert(connection, batch)
            own = {
                "schema_version": core.SCHEMA_VERSION.frame(
                    [{"schema_version": version.current(), "digest": version.digest()}]
                )
            }
            _insert(connection, {name: [frame] for name, frame in {**self._fetching(), **own}.items()})
            counts = {table.name: count(connection, f"core.{table.name}") for table in core.TABLES}
            connection.execute("checkpoint")
        return counts

    def check_core(self, file: Path | None = None) -> list[Check]:
        """Rules of the written tables, asked of the tables themselves: of every table its schema, its keys and its references.

        What a document alone can break was turned away at the door (`schemas.admission`); this is the proof that it was, and that
        documents do not contradict each other. The names of the checks do not depend on the documents. `file` is another one to
        look at than the one under construction.
        """
        with self.connect(file or self.building, read_only=True) as connection:
            return core_checks(connection, len(self.documents))

    def dbt_command(self, command: str = "build") -> list[str]:
        """The dbt command for this warehouse, as the command line and Dagster both run it."""
        return [
            str(DBT), command,
            "--project-dir", str(self.dbt_project), "--profiles-dir", str(self.dbt_project),
            "--target-path", str(self.dbt_target), "--log-path", str(self.dbt_target), "--no-use-colors",
        ]  # fmt: skip

    def dbt_environment(self) -> dict[str, str]:
        """Variables that the dbt project reads: the file under construction; and no word to anyone."""
        return {
            "YUSUAN_BUILDING": str(self.building),
            "DO_NOT_TRACK": "1",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }

    def transform(self) -> None:
        """Run `dbt build` on the file under construction: models, and the tests that stop them. Raises BuildFailed."""
        if not (self.dbt_project / "dbt_project.yml").is_file():
            return
        self.dbt_target.mkdir(parents=True, exist_ok=True)
        kept, checksum = self.dbt_target / "partial_parse.msgpack", self.dbt_target / "partial_parse.sha256"
        if kept.is_file() and _digest_of(kept) != (checksum.read_text("utf-8") if checksum.is_file() else ""):
            # What dbt remembers of its project has no checksum of its own: damaged, it would be believed.
            kept.unlink()
        result = subprocess.run(
            self.dbt_command(), env={**os.environ, **self.dbt_environment()}, cwd=self.state, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=workers.die_with_parent,
        )  # fmt: skip
        (self.dbt_target / "build.log").write_text(result.stdout, encoding="utf-8")
        if result.returncode:
            raise BuildFailed(f"dbt did not succeed; nothing was published\n{self._dbt_failures(result.stdout)}")
        if kept.is_file():
            checksum.write_text(_digest_of(kept), encoding="utf-8")

    def publish(self, signature: str) -> None:
        """Replace the published file by the finished one, at once and for good."""
        with self.connect(self.building) as connection:
            free_views_of_file_name(connection)
            connection.execute("checkpoint")
        self.building.with_name(self.building.name + ".wal").unlink(missing_ok=True)
        with self.connect(self.building, read_only=True) as connection:
            if count(connection, "core.document") != len(self.documents):
                raise BuildFailed(f"{self.building} does not hold the documents of this build; nothing was published")
        _sync(self.building)
        record = {"signature": signature, **_stamp(self.building)}
        # Written first: a record of a file that was not put in place fits no file, and the next build starts over.
        (self.state / "published.json").write_text(json.dumps(record), encoding="utf-8")
        _sync(self.state / "published.json")
        # A log of the former file must not be replayed on this one, not even where this process ends before its next line.
        self.file.with_name(self.file.name + ".wal").unlink(missing_ok=True)
        os.replace(self.building, self.file)
        _sync(self.file.parent)
        document_ids = [document.document_id for document in self.documents]
        self.readings.remove_others(document_ids)
        keep_only(self.state / "pages", document_ids, _most_bytes_of_pages())
        self.dbt_leftovers()
        self.tell("published", bytes=self.file.stat().st_size, signature=signature)

    def build(self, folders: Iterable[Path], report: Report = silent) -> Built:
        """All steps. Raises WarehouseBusy and BuildFailed; the published file is then as it was, or the new one."""
        started = time.monotonic()
        built = Built(self.file)
        with _failures_told(), self.lock():
            report("archive", None)
            built.document_count = len(self.take_in(folders))
            report("read", None)
            for progress in self.read_new():
                built.read_count += 1
                report("read", progress)
            signature = self.signature()
            if not self.is_published(signature):
                report("write", None)
                built.rows = self.write_core()
                built.checks = self.check_core()
                self.require(built.checks)
                report("transform", None)
                self.transform()
                former = version_of(self.file)
                report("publish", None)
                self.publish(signature)
                built.is_new = True
                built.upgraded_from = former if former is not None and former < version.current() else None
            built.seconds = time.monotonic() - started
            self.record(built)
        with self.connect(self.file, read_only=True) as connection:
            rows = connection.execute("select status, count(*) from core.document group by all order by 1").fetchall()
            built.statuses = dict(rows)
        return built

    # What the steps need

    def require(self, checks: Iterable[Check]) -> None:
        """Raise BuildFailed where a blocking check did not pass."""
        failed = [check for check in checks if check.is_blocking and not check.passed]
        if failed:
            told = "\n".join(f"core.{check.table}: {check.name}: {check.told}" for check in failed)
            raise BuildFailed(f"the tables that were written break their rules; nothing was published\n{told}")

    def require_building(self) -> None:
        """Raise BuildFailed where no file is under construction: the steps of a build belong to one run."""
        if not self.building.is_file():
            raise BuildFailed(
                f"{self.building} is not there: the steps of a build belong to one run; run the job build_warehouse as a whole"
            )

    def preview(self, table: str, rows: int) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        """Names of the columns and the first rows of a table of the file under construction."""
        with self.connect(self.building, read_only=True) as connection:
            cursor = connection.execute(f"select * from {table} limit {rows}")
            return tuple(column[0] for column in cursor.description or ()), cursor.fetchall()

    def row_counts(self) -> list[tuple[str, int]]:
        """Every table of the published file with its rows."""
        with self.connect(self.file, read_only=True) as connection:
            tables = connection.execute(
                "select schema_name || '.' || table_name from duckdb_tables() where not internal order by 1"
            ).fetchall()
            return [(table, count(connection, table)) for (table,) in tables]

    def succeeded(self, is_new: bool) -> None:
        """Record a build whose steps were run one by one and have come to their end: that it is fresh, and whether it is new."""
        seconds = time.monotonic() - self._began
        self.record(Built(self.file, len(self.documents), self._read_count, is_new, seconds=seconds))

    def record(self, built: Built) -> None:
        """Add a line about this build to `<state>/builds.jsonl`."""
        line = {
            "ended_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "documents": built.document_count,
            "read": built.read_count,
            "is_new": built.is_new,
            "seconds": round(built.seconds, 2),
            "rows": built.rows,
        }
        with (self.state / "builds.jsonl").open("a+b") as file:
            # A line that was cut short, by a full disk for one, must not spoil this one.
            if file.tell() and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n":
                file.write(b"\n")
            file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")

    def tell(self, event: str, **values: Any) -> None:
        """Add a line to the log of events, `<state>/log.jsonl`; the former log is kept as log.1.jsonl. A full disk stops no build here."""
        line = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "event": event,
            "process": os.getpid(),
            **values,
        }
        path = self.state / "log.jsonl"
        with contextlib.suppress(OSError):
            if path.is_file() and path.stat().st_size > _LOG_BYTES:
                os.replace(path, path.with_name("log.1.jsonl"))
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")

    @contextlib.contextmanager
    def connect(self, path: Path, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of bounded memory that is closed whatever happens, and asks no network for anything."""
        with connect(path, read_only) as connection:
            yield connection

    def _reading(self, document: RawDocument) -> dict[str, pl.DataFrame]:
        try:
            return self.readings.read(document.document_id)
        except Damaged:
            # A kept reading is only a shortcut: the document is read once more.
            self.readings.remove(document.document_id)
            for _ in self.read_new():
                pass
            return self.readings.read(document.document_id)

    def _has_ledger(self) -> bool:
        return any((self.state / name).is_file() for name in (LEDGER_NAME, COPY_NAME))

    def _sources(self) -> list[Source]:
        return read_sources()

    def _fetching(self) -> dict[str, pl.DataFrame]:
        """The tables of sources and of what was fetched from them; a row that breaks its rules is left to the ledger."""
        rows = warehouse_rows(self.state, self._sources())
        return {name: sound_rows(_TABLES[name], rows[name])[0] for name in sorted(rows)}

    def _dbt_digest(self) -> str:
        if not self.dbt_project.is_dir():
            return ""
        parts = [path for path in sorted(self.dbt_project.iterdir()) if path.name not in DBT_WORKING_FOLDERS]
        return digest_of_files(self.dbt_project, parts)

    def _dbt_failures(self, output: str) -> str:
        """What dbt found wrong, node by node; the end of its output where it did not get as far."""
        try:
            results = json.loads((self.dbt_target / "run_results.json").read_text(encoding="utf-8"))["results"]
        except (OSError, ValueError, KeyError):
            results = []
        told = [
            f"{result['unique_id']}: {result['status']}: {' '.join(str(result['message']).split())[:300]}"
            for result in results
            if result["status"] in ("error", "fail")
        ]
        return "\n".join(told or output.splitlines()[-30:]) + f"\nthe whole output: {self.dbt_target / 'build.log'}"

    def dbt_leftovers(self) -> None:
        """Remove the folders that dagster-dbt makes for each of its runs."""
        for path in self.dbt_target.glob("*-*"):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)


def partition_of(summary: Mapping[str, Any]) -> tuple[str, str]:
    """Fiscal year and jurisdiction of a document by the summary of its reading; UNKNOWN where it did not say."""
    return str(summary.get("fiscal_year") or UNKNOWN), summary.get("jurisdiction_name") or UNKNOWN


def _most_bytes_of_pages() -> int:
    """Room for printed pages, as set by YUSUAN_PAGES (MiB); those of a hundred thousand documents take about 4 GiB."""
    return int(os.environ.get("YUSUAN_PAGES") or 4096) << 20


def hours_since_last_build(file: Path) -> float | None:
    """Hours since a build of this file last succeeded, whether or not there was anything new; None where none ever did."""
    now = datetime.now(UTC)
    try:
        lines = (file.parent / f"{file.stem}.state" / "builds.jsonl").read_bytes().splitlines()
    except OSError:
        return None
    for line in reversed(lines):
        try:
            ended = datetime.fromisoformat(json.loads(line)["ended_at"])
        except (ValueError, KeyError, TypeError):
            continue
        # A build that ended in the future did so while the clock was wrong: it must not pass for a fresh one until then.
        if ended <= now:
            return (now - ended).total_seconds() / 3600
    return None


_OF_THE_DISK = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.FatalException, duckdb.TransactionException)
"""What DuckDB raises where it cannot write: which of them depends on the moment."""


@contextlib.contextmanager
def _failures_told() -> Iterator[None]:
    """What the machine or a damaged ledger does to a build, as a sentence."""
    try:
        yield
    except (OSError, *_OF_THE_DISK) as error:
        raise BuildFailed(f"the build could not go on: {error}; the published file is whole") from error
    except sqlite3.DatabaseError as error:
        raise BuildFailed(
            f"the ledger of fetching cannot be read ({error}); the next fetch puts its copy in place; nothing was published"
        ) from error


def _members(data: bytes) -> Iterable[tuple[str, bytes]]:
    """The documents inside a container, as the readers know containers."""
    return reader.members(data) if reader.is_archive(data) else ()


def _insert(connection: duckdb.DuckDBPyConnection, batch: dict[str, list[pl.DataFrame]]) -> None:
    for table in core.TABLES:
        frames = batch.get(table.name)
        if frames:
            connection.register("batch", pl.concat(frames).to_arrow())
            connection.execute(f"insert into core.{table.name} by name select * from batch")
            connection.unregister("batch")


def _stamp(path: Path) -> dict[str, int]:
    stat = path.stat()
    return {"byte_count": stat.st_size, "mtime_ns": stat.st_mtime_ns}


def _digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _sync(path: Path) -> None:
    """Have the system put a file, or a folder's entries, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

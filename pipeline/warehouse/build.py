"""A build: the steps from raw documents to the published file, in their order.

Belongs here: the order, and what one step hands to the next. Does not belong here: the inside of a step: what a document says
(`pipeline.reading`), which documents must be read (`documents`), the lock, the core tables, dbt, publication (modules of those names).

The command line runs all steps (`Warehouse.build`); Dagster's assets run the same ones, one asset each. What is published is what the
manifest froze: nothing that came in after it, and nothing less.
"""

from __future__ import annotations

import contextlib
import functools
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.archive.intake import Members, RawDocument, take_in
from pipeline.archive.pages import KeptPages, keep_only
from pipeline.archive.readings import Damaged, Version, pages_version
from pipeline.archive.registry import Registry
from pipeline.archive.store import CorruptArchive
from pipeline.fetching.ledger import COPY_NAME, LEDGER_NAME
from pipeline.fetching.runs import lay_out
from pipeline.fetching.sources import read_sources
from pipeline.readers import reader
from pipeline.reading import read_document
from pipeline.warehouse import core_tables, events, lock, manifest, publication, transformation, workers
from pipeline.warehouse.checks import Check, core_checks
from pipeline.warehouse.database import connect, count, version_of
from pipeline.warehouse.documents import (
    Progress,
    ReadDocument,
    Work,
    available_cores,
    current_version,
    read_all,
    unread,
    work_of,
)
from pipeline.warehouse.events import Built
from pipeline.warehouse.failures import BuildFailed, failures_told
from pipeline.warehouse.manifest import BuildManifest
from pipeline.warehouse.places import DBT_PROJECT, PROJECT, Places
from schemas import version

UNKNOWN = "unknown"

Report = Callable[[str, Progress | None], None]
"""Told of every stage (by name) and of every document that was read."""


def silent(stage: str, progress: Progress | None = None) -> None:
    """A report that no one reads."""


def _members(data: bytes) -> Iterable[tuple[str, bytes]]:
    """The documents inside a container, as the readers know containers."""
    return reader.members(data) if reader.is_archive(data) else ()


@dataclass
class Warehouse(Places):
    """One warehouse file with the state of its builds, and the steps of a build in their order.

    `read` and `version` say what reads documents; they are parameters so that tests can put a reader of their own here.
    """

    jobs: int = 0
    limits: workers.Limits = field(default_factory=workers.Limits.from_environment)
    read: ReadDocument | None = None
    version: Version = field(default_factory=lambda: current_version(PROJECT))
    dbt_project: Path = DBT_PROJECT
    members: Members = _members

    def __post_init__(self) -> None:
        self.file = Path(os.path.abspath(self.file))
        self.jobs = self.jobs or available_cores()
        if self.read is None:
            kept = KeptPages(self.pages, pages_version(PROJECT), reader.read)
            self.read = functools.partial(read_document, reader=kept)
        self.documents: list[RawDocument] = []
        self.registry = Registry()
        self._folders: list[Path] = []
        self._frozen: BuildManifest | None = None
        self._began = time.monotonic()
        self._read_count = 0

    # Steps of a build, in their order

    @contextlib.contextmanager
    def lock(self, patience: float = 0) -> Iterator[None]:
        """Be the only writer, if need be after `patience` seconds. Raises WarehouseBusy, naming the holder.

        What a killed holder left behind is cleaned up.
        """
        with lock.held(self.state / "lock", patience, self.file):
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

    def take_in(self, folders: Iterable[Path]) -> list[RawDocument]:
        """Put the documents of the folders into the archive; return them. Raises BuildFailed where there is none."""
        folders = [Path(folder) for folder in folders]
        self._folders = list(folders)
        for folder in folders:
            if not folder.exists():
                raise BuildFailed(f"{folder} does not exist; name the folders of documents with --raw")
        laid_out = lay_out(self.state, read_sources(), self.fetched, self.store) if self._has_ledger() else []
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
                work = unread(self.documents, self.registry, self.store, self.readings, self.version, self.limits)
                yield from self._read_work(work)
                return
            except CorruptArchive as error:
                # The damaged bytes were removed: they are taken in again from where they came.
                damage = error
                self.take_in(self._folders)
            except workers.MachineFailed as error:
                raise BuildFailed(f"{error}; nothing was published, and no document is blamed for it") from error
        raise BuildFailed(f"the archive is damaged again and again; nothing was published: {damage}")

    def read_again(self, chosen: Callable[[Mapping[str, Any]], bool]) -> Iterator[Progress]:
        """Read the bytes of documents again although nothing has changed: those whose kept reading says so, by its summary.

        Their readings are replaced one by one; until then, and where this is killed, the former ones hold.
        """
        wanted = {entry.sha256 for _, entry in self.readings.entries() if chosen(entry.summary)}
        keep_only(self.pages, (d.document_id for d in self.documents if d.sha256 not in wanted))
        documents = [document for document in self.documents if document.sha256 in wanted]
        yield from self._read_work(work_of(documents, self.registry, self.store, self.readings, self.version))

    def freeze(self) -> BuildManifest:
        """Say once what this build is made of; the later steps take it from here."""
        fetching = manifest.fetched_tables(self.state, read_sources())
        self._frozen = manifest.freeze(
            self.documents, self.registry, self.readings, self.version, str(self.limits), fetching, self.dbt_project
        )
        return self._frozen

    @property
    def frozen(self) -> BuildManifest:
        """The manifest of this build. Raises BuildFailed where there is none: the steps of a build belong to one run."""
        if self._frozen is None:
            raise BuildFailed(
                f"nothing was frozen for {self.file}: the steps of a build belong to one run; run the job build_warehouse as a whole"
            )
        return self._frozen

    def is_published(self) -> bool:
        """Whether the published file is the one of the frozen manifest, untouched since."""
        return publication.is_published(self, self.frozen)

    def write_core(self) -> dict[str, int]:
        """Write the tables of the schema `core` of the frozen manifest; return the rows of each."""
        self.remove_building()
        return core_tables.write(self.building, self.frozen, self._tables_of)

    def check_core(self) -> list[Check]:
        """Rules of the written tables, asked of the tables themselves: of every table its schema, its keys and its references.

        What a document alone can break was turned away at the door (`schemas.admission`); this is the proof that it was, and that
        documents do not contradict each other. The names of the checks do not depend on the documents.
        """
        with connect(self.building, read_only=True) as connection:
            return core_checks(connection, len(self.frozen.documents))

    def require(self, checks: Iterable[Check]) -> None:
        """Raise BuildFailed where a blocking check did not pass."""
        failed = [check for check in checks if check.is_blocking and not check.passed]
        if failed:
            told = "\n".join(f"core.{check.table}: {check.name}: {check.told}" for check in failed)
            raise BuildFailed(f"the tables that were written break their rules; nothing was published\n{told}")

    def transform(self) -> None:
        """Run dbt on the file under construction. Raises BuildFailed."""
        transformation.transform(self, self.dbt_project)

    def publish(self) -> None:
        """Put the finished file in place, and let go of what belongs to no document of it."""
        publication.publish(self, self.frozen)
        self.readings.remove_others(self.frozen.document_ids)
        keep_only(self.pages, self.frozen.document_ids, _most_bytes_of_pages())
        transformation.remove_leftovers(self)
        self.tell("published", bytes=self.file.stat().st_size, signature=self.frozen.signature)

    def build(self, folders: Iterable[Path] | None = None, report: Report = silent) -> Built:
        """All steps, of these folders or of those that were named last.

        Raises WarehouseBusy and BuildFailed; the published file is then as it was, or the new one.
        """
        built = Built(self.file)
        with failures_told(), self.lock():
            report("archive", None)
            self.take_in(self.folders() if folders is None else folders)
            if folders is not None:
                self.remember(self._folders)
            report("read", None)
            for progress in self.read_new():
                report("read", progress)
            self.freeze()
            if not self.is_published():
                report("write", None)
                built.rows = self.write_core()
                built.checks = self.check_core()
                self.require(built.checks)
                report("transform", None)
                self.transform()
                former = version_of(self.file)
                report("publish", None)
                self.publish()
                built.is_new = True
                built.upgraded_from = former if former is not None and former < version.current() else None
            self.record(built)
        with connect(self.file, read_only=True) as connection:
            rows = connection.execute("select status, count(*) from core.document group by all order by 1").fetchall()
            built.statuses = dict(rows)
        return built

    # What the steps need, and what is told of them

    def holder(self) -> str | None:
        """Who is building this warehouse now, as the lock says; None where no one is."""
        return lock.holder(self.state / "lock")

    def partitions(self) -> Counter[tuple[str, str]]:
        """How many documents there are of each fiscal year and jurisdiction, as they were read."""
        wanted = {document.sha256 for document in self.documents}
        return Counter(partition_of(entry.summary) for _, entry in self.readings.entries() if entry.sha256 in wanted)

    def preview(self, table: str, rows: int) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        """Names of the columns and the first rows of a table of the file under construction."""
        with connect(self.building, read_only=True) as connection:
            cursor = connection.execute(f"select * from {table} limit {rows}")
            return tuple(column[0] for column in cursor.description or ()), cursor.fetchall()

    def row_counts(self) -> list[tuple[str, int]]:
        """Every table of the published file with its rows."""
        with connect(self.file, read_only=True) as connection:
            tables = connection.execute(
                "select schema_name || '.' || table_name from duckdb_tables() where not internal order by 1"
            ).fetchall()
            return [(table, count(connection, table)) for (table,) in tables]

    def record(self, built: Built) -> None:
        """Record a build that has come to its end: that it is fresh, and whether it is new."""
        built.document_count = len(self.documents)
        built.read_count = self._read_count
        built.seconds = time.monotonic() - self._began
        events.record(self, built)

    def tell(self, event: str, **values: Any) -> None:
        """Add a line to the log of events."""
        events.tell(self, event, **values)

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

    def _read_work(self, work: list[Work]) -> Iterator[Progress]:
        assert self.read is not None
        for progress in read_all(work, self.jobs, self.limits, self.read) if work else ():
            self._read_count += 1
            self.tell(
                "read", document_id=progress.document_id, file_name=progress.file_name, status=progress.status,
                reason=progress.reason, seconds=round(progress.seconds, 2),
            )  # fmt: skip
            yield progress

    def _tables_of(self, document: RawDocument) -> dict[str, pl.DataFrame]:
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


def partition_of(summary: Mapping[str, Any]) -> tuple[str, str]:
    """Fiscal year and jurisdiction of a document by the summary of its reading; UNKNOWN where it did not say."""
    return str(summary.get("fiscal_year") or UNKNOWN), summary.get("jurisdiction_name") or UNKNOWN


def _most_bytes_of_pages() -> int:
    """Room for printed pages, as set by YUSUAN_PAGES (MiB); those of a hundred thousand documents take about 4 GiB."""
    return int(os.environ.get("YUSUAN_PAGES") or 4096) << 20

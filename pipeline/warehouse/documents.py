"""Every document of the archive with its reading: taken from the cache where it still holds, read anew where it does not.

Belongs here: which documents must be read, the registry's claim for each, and the refusal of a document that its reader could not
finish. Does not belong here: how a document is read (`pipeline.reading`), processes (`pipeline.warehouse.workers`), and the warehouse.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pipeline.archive.intake import RawDocument
from pipeline.archive.readings import Entry, Readings, Version, code_version, digest
from pipeline.archive.registry import Registry
from pipeline.archive.store import CorruptArchive, Store
from pipeline.forms import consulted
from pipeline.readers import reader
from pipeline.reading import Claim, Reading, read_document
from pipeline.warehouse import workers
from schemas.admission import admit
from schemas.core import FORMATS

_LOST = "the archive has lost its bytes; they are asked for again at the next visit of the source, or come back with the archive's backup"
ReadDocument = Callable[[bytes, Claim], Reading]


@dataclass(frozen=True)
class Work:
    """One document to read, as it is handed to a worker."""

    sha256: str
    byte_count: int
    archive_root: str
    readings_root: str
    claim: Claim
    version: Version
    member_count: int = 0
    is_lost: bool = False
    container_error: tuple[str, str] | None = None


@dataclass(frozen=True)
class Progress:
    """One step of reading: the document that was read, and how many of how many are done."""

    document_id: str
    file_name: str
    status: str
    reason: str | None
    seconds: float
    done: int
    total: int
    summary: Mapping[str, Any] = field(default_factory=dict)


def claim_of(document: RawDocument, registry: Registry) -> Claim:
    """What the registry claims of a document; its name alone where the registry does not know it."""
    entry = registry.find(document.sha256, document.names)
    if entry is None:
        return Claim(document.file_name)
    return Claim(
        file_name=entry.file_name or document.file_name,
        source_url=entry.source_url,
        retrieved_at=entry.retrieved_at,
        is_specimen=entry.is_specimen,
        document_kind=entry.document_kind,
        fiscal_year=entry.fiscal_year,
        jurisdiction_name=entry.jurisdiction_name,
        department_name=entry.department_name,
    )


def claim_digest(claim: Claim) -> str:
    return digest(json.dumps(asdict(claim), ensure_ascii=False, sort_keys=True).encode())


def current_version(root: Path) -> Version:
    """The version of everything that a reading depends on, in the project at `root`, as it is now."""
    return Version(code_version(root), consulted.Answers(), consulted.digest_of_tables())


def unread(
    documents: Iterable[RawDocument],
    registry: Registry,
    store: Store,
    readings: Readings,
    version: Version,
    limits: workers.Limits,
) -> list[Work]:
    """The documents whose kept reading does not hold, or that have none.

    Readings that still hold although the catalogue has changed are told so, lest they be asked all their questions each time.
    """
    wanted = []
    for document in documents:
        claim = claim_digest(claim_of(document, registry))
        entry = readings.find(document.sha256, version, claim, str(limits))
        if entry is not None:
            readings.confirm(entry, version)
        else:
            wanted.append(document)
    return work_of(wanted, registry, store, readings, version)


def work_of(
    documents: Iterable[RawDocument], registry: Registry, store: Store, readings: Readings, version: Version
) -> list[Work]:
    """What workers are given to read these documents; large ones first, so that workers end together."""
    work = [
        Work(
            document.sha256,
            document.byte_count,
            str(store.root),
            str(readings.root),
            claim_of(document, registry),
            version,
            document.member_count,
            document.is_lost,
            document.container_error,
        )
        for document in documents
    ]
    return sorted(work, key=lambda each: (-each.byte_count, each.sha256))


def read_all(
    work: list[Work], jobs: int, limits: workers.Limits, read: ReadDocument = read_document
) -> Iterator[Progress]:
    """Read documents in `jobs` processes and keep their readings. A document that cannot be read is kept as a refusal.

    Raises CorruptArchive when the stored bytes of a document are not those that were taken in.
    """
    function = functools.partial(_read_and_keep, read=read)
    for done, outcome in enumerate(workers.run(function, work, jobs, limits), start=1):
        task = outcome.task
        summary = outcome.result
        if outcome.reason is not None:
            detail = outcome.detail or ""
            if detail.startswith(CorruptArchive.__name__):
                Store(Path(task.archive_root)).remove(task.sha256)
                raise CorruptArchive(detail)
            is_limit = outcome.reason == "limit_exceeded"
            broken_off = refused(task, outcome.reason, detail)
            # What it would have asked of the catalogue is not known: it is read again when anything there changes.
            broken_off.scopes = (consulted.EVERYTHING,)
            summary = _keep(task, broken_off, str(limits) if is_limit else None)
        assert summary is not None
        yield Progress(
            task.sha256[:16],
            task.claim.file_name,
            summary["status"],
            summary["status_reason"],
            outcome.seconds,
            done,
            len(work),
            summary,
        )


def _read_and_keep(work: Work, read: ReadDocument) -> dict[str, Any]:
    """The whole task of a worker: bytes in, a kept reading out. Returns counts, so that nothing large crosses the process."""
    if work.is_lost:
        # Not kept for good: the next build looks again.
        return _keep(work, refused(work, "damaged_file", _LOST), "until its bytes are there again")
    if work.container_error is not None:
        return _keep(work, refused(work, *work.container_error))
    if work.member_count:
        return _keep(work, _container(work))
    data = Store(Path(work.archive_root)).read(work.sha256)
    return _keep(work, read(data, work.claim))


def _keep(work: Work, reading: Reading, limits: str | None = None) -> dict[str, Any]:
    scopes = reading.scopes
    version = work.version.of(scopes)
    for row in reading.rows.get("document", ()):
        row["reader_version"] = version
        # What the archive and the registry know for certain is not left to a reader.
        row["document_id"], row["sha256"] = work.sha256[:16], work.sha256
        row["byte_count"] = work.byte_count
        row["file_name"], row["is_specimen"] = work.claim.file_name, work.claim.is_specimen
        row["source_url"], row["retrieved_at"] = work.claim.source_url, work.claim.retrieved_at
    try:
        tables, violations = admit(reading.rows)
    except ValueError as error:
        reading = refused(work, "schema_violation", str(error))
        reading.rows["document"][0]["reader_version"] = version
        tables, violations = admit(reading.rows)
    document = tables["document"].row(0, named=True)
    refusals = tables["refusal"]
    summary = {
        "status": document["status"],
        "status_reason": document["status_reason"],
        "fiscal_year": document["fiscal_year"],
        "jurisdiction_name": document["jurisdiction_name"],
        "pages": tables["page"].height,
        "forms": tables["form"].height,
        "cells": tables["cell"].height,
        "figures": tables["figure"].height,
        "refusals": refusals.height,
        "violations": len(violations),
    }
    entry = Entry(work.sha256, version, claim_digest(work.claim), scopes, limits, summary, work.version.whole)
    Readings(Path(work.readings_root)).write(entry, tables)
    return summary


def refused(work: Work, reason: str, detail: str) -> Reading:
    """The reading of a document of which nothing could be read: its own row, and the refusal."""
    document_id = work.sha256[:16]
    row = _document_row(work, "refused", f"{reason}: {detail}")
    refusal = {
        "refusal_id": f"{document_id}-document",
        "document_id": document_id,
        "reason": reason,
        "detail": detail,
        "numeric_cell_count": 0,
        "cell_ids": [],
    }
    return Reading(document_id, {"document": [row], "refusal": [refusal]})


def _container(work: Work) -> Reading:
    told = f"a container; its {work.member_count} documents stand by themselves"
    return Reading(work.sha256[:16], {"document": [_document_row(work, "loaded", told)]})


def _document_row(work: Work, status: str, reason: str) -> dict[str, Any]:
    try:
        found = reader.detect_format(Store(Path(work.archive_root)).path(work.sha256).read_bytes())
    except OSError:
        found = "unknown"
    return {
        "document_id": work.sha256[:16],
        "sha256": work.sha256,
        "file_name": work.claim.file_name,
        "format": found if found in FORMATS else "unknown",
        "byte_count": work.byte_count,
        "source_url": work.claim.source_url,
        "retrieved_at": work.claim.retrieved_at,
        "is_specimen": work.claim.is_specimen,
        "status": status,
        "status_reason": reason,
        "reader_version": work.version.base,
    }


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

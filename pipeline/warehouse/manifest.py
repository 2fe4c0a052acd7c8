"""What a build is made of, frozen before its first table is written.

Belongs here: the documents, their readings and what was fetched, as one value with one signature. Does not belong here: writing tables
(`core_tables`) and putting the file in place (`publication`): both take the manifest, and nothing that came in after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.archive.intake import RawDocument
from pipeline.archive.readings import Readings, Version, digest, digest_of_files
from pipeline.archive.registry import Registry
from pipeline.fetching.runs import warehouse_rows
from pipeline.fetching.sources import Source
from pipeline.warehouse.documents import claim_digest, claim_of
from pipeline.warehouse.places import PROJECT
from pipeline.warehouse.transformation import digest_of_project
from schemas import core
from schemas.admission import sound_rows

_TABLES = {table.name: table for table in core.TABLES}
_CODE = [
    *(PROJECT / "pipeline" / "warehouse" / name for name in ("core_tables.py", "manifest.py")),
    PROJECT / "schemas",
]
"""What decides how readings become tables."""


@dataclass(frozen=True)
class BuildManifest:
    """The documents of a build by their identifiers, the tables of fetching, and the digest of all that the tables depend on.

    Equal signatures, equal tables. A fetch that goes on meanwhile changes the ledger, not this: the next build takes it over.
    """

    documents: tuple[RawDocument, ...]
    fetching: Mapping[str, pl.DataFrame]
    signature: str

    @property
    def document_ids(self) -> list[str]:
        return [document.document_id for document in self.documents]


def freeze(
    documents: list[RawDocument],
    registry: Registry,
    readings: Readings,
    version: Version,
    limits: str,
    fetching: Mapping[str, pl.DataFrame],
    dbt_project: Path,
) -> BuildManifest:
    """The manifest of these documents, of the readings that hold of them, and of what was fetched."""
    total = [digest_of_files(PROJECT, _CODE), digest_of_project(dbt_project)]
    total += [digest(frame.write_json().encode()) for frame in fetching.values()]
    for document in documents:
        claim = claim_digest(claim_of(document, registry))
        entry = readings.find(document.sha256, version, claim, limits)
        total.append(f"{document.sha256} {claim} {entry.version if entry else None} {entry.content if entry else None}")
    ordered = tuple(sorted(documents, key=lambda document: document.document_id))
    return BuildManifest(ordered, fetching, digest("\n".join(total).encode()))


def fetched_tables(state: Path, sources: list[Source]) -> dict[str, pl.DataFrame]:
    """The tables of sources and of what was fetched from them; a row that breaks its rules is left to the ledger."""
    rows = warehouse_rows(state, sources)
    return {name: sound_rows(_TABLES[name], rows[name])[0] for name in sorted(rows)}

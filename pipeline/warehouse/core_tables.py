"""The schema `core` of the file under construction, from the readings that a manifest names.

Belongs here: making the tables, and putting rows in. Does not belong here: what the rows say (`pipeline.reading`), and the rules that the
written tables must satisfy (`checks`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl

from pipeline.archive.intake import RawDocument
from pipeline.warehouse.database import connect, count
from pipeline.warehouse.manifest import BuildManifest
from schemas import core, version

_ROWS_PER_BATCH = 200_000


def write(
    file: Path, manifest: BuildManifest, tables_of: Callable[[RawDocument], dict[str, pl.DataFrame]]
) -> dict[str, int]:
    """Write the tables of a manifest into a new file; return the rows of each.

    Documents go in by their identifiers, rows as they stand on the page: the same documents give the same file content.
    """
    with connect(file) as connection:
        connection.execute("create schema core")
        for table in core.TABLES:
            for statement in table.ddl():
                connection.execute(statement)
        batch: dict[str, list[pl.DataFrame]] = {}
        waiting = 0
        for document in manifest.documents:
            for name, frame in tables_of(document).items():
                batch.setdefault(name, []).append(frame)
                waiting += frame.height
            if waiting >= _ROWS_PER_BATCH:
                _insert(connection, batch)
                batch, waiting = {}, 0
        _insert(connection, batch)
        own = core.SCHEMA_VERSION.frame([{"schema_version": version.current(), "digest": version.digest()}])
        _insert(connection, {name: [frame] for name, frame in {**manifest.fetching, "schema_version": own}.items()})
        counts = {table.name: count(connection, f"core.{table.name}") for table in core.TABLES}
        connection.execute("checkpoint")
    return counts


def _insert(connection: duckdb.DuckDBPyConnection, batch: dict[str, list[pl.DataFrame]]) -> None:
    for table in core.TABLES:
        frames = batch.get(table.name)
        if frames:
            connection.register("batch", pl.concat(frames).to_arrow())
            connection.execute(f"insert into core.{table.name} by name select * from batch")
            connection.unregister("batch")

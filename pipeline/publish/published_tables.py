"""The tables of a published warehouse as its clients see them: columns, types, words in two languages, keys.

Belongs here: what is asked of the published file about itself, for every kind of export. Does not belong here: the exports, and any
description: those of `core` stand in `schemas.core`, all others in dbt's YAML, and both reach the file as comments.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import duckdb
import yaml

from pipeline.warehouse.database import SCHEMAS
from pipeline.warehouse.places import DBT_PROJECT
from schemas import core

_SEPARATOR = " · "
_KEY_TEST = "unique_key"


@dataclass(frozen=True)
class PublishedColumn:
    """One column: its DuckDB type, whether NULL may stand in it, and what it means."""

    name: str
    dtype: str
    is_nullable: bool
    english: str
    chinese: str

    @property
    def comment(self) -> str:
        return _SEPARATOR.join(part for part in (self.english, self.chinese) if part)

    @property
    def is_list(self) -> bool:
        return self.dtype.endswith("[]")

    @property
    def is_number(self) -> bool:
        return self.dtype.startswith(("DECIMAL", "DOUBLE", "FLOAT")) or self.is_integer

    @property
    def is_integer(self) -> bool:
        return self.dtype in ("INTEGER", "BIGINT", "SMALLINT", "TINYINT", "UBIGINT", "UINTEGER", "HUGEINT")


@dataclass(frozen=True)
class PublishedTable:
    """One table or view; `key` names the columns of which no two rows share all values, empty where none is declared."""

    schema: str
    name: str
    is_view: bool
    english: str
    chinese: str
    columns: tuple[PublishedColumn, ...]
    key: tuple[str, ...]

    @property
    def full_name(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def comment(self) -> str:
        return _SEPARATOR.join(part for part in (self.english, self.chinese) if part)

    @property
    def is_key_never_null(self) -> bool:
        return bool(self.key) and not any(column.is_nullable for column in self.columns if column.name in self.key)


def published_tables(connection: duckdb.DuckDBPyConnection, database: str | None = None) -> list[PublishedTable]:
    """The tables and views of the warehouse in the order of their schemas and names.

    `database` is the name under which the warehouse is attached; without it, the one that the connection opened.
    """
    database = database or _one(connection.execute("select current_database()").fetchone())
    listed = connection.execute(
        """
        select schema_name, table_name as name, false as is_view, comment from duckdb_tables()
        where database_name = $1 and not internal
        union all
        select schema_name, view_name as name, true as is_view, comment from duckdb_views()
        where database_name = $1 and not internal
        """,
        [database],
    ).fetchall()
    columns: dict[tuple[str, str], list[PublishedColumn]] = {}
    for schema, table, name, dtype, is_nullable, comment in connection.execute(
        """
        select schema_name, table_name, column_name, data_type, is_nullable, comment from duckdb_columns()
        where database_name = $1 and not internal order by schema_name, table_name, column_index
        """,
        [database],
    ).fetchall():
        column = PublishedColumn(name, dtype, bool(is_nullable), *_halves(comment))
        columns.setdefault((schema, table), []).append(column)
    keys = declared_keys()
    tables = []
    for schema, name, is_view, comment in listed:
        if schema in SCHEMAS:
            found = tuple(columns[schema, name])
            key = keys.get((schema, name), ())
            # A warehouse that an earlier version built may lack a column of today's key.
            key = key if set(key) <= {column.name for column in found} else ()
            tables.append(PublishedTable(schema, name, bool(is_view), *_halves(comment), columns=found, key=key))
    return sorted(tables, key=lambda table: (SCHEMAS.index(table.schema), table.name))


@lru_cache(maxsize=1)
def declared_keys(project: Path = DBT_PROJECT) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Keys by schema and table: of `core` the columns declared unique, of all others dbt's test `unique_key`."""
    keys = {
        ("core", table.name): (column.name,)
        for table in core.TABLES
        for column in reversed(table.columns)
        if column.unique
    }
    folders = {"marts": "models/marts", "audit": "models/audit", "reference": "models/reference"}
    for schema, folder in (*folders.items(), ("reference", "seeds")):
        for path in sorted((project / folder).glob("_*.yml")):
            declared = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
            for node in (*declared.get("models", ()), *declared.get("seeds", ())):
                for test in node.get("data_tests", ()):
                    if isinstance(test, dict) and _KEY_TEST in test:
                        place = node.get("config", {}).get("schema", schema)
                        keys[place, node["name"]] = tuple(test[_KEY_TEST]["arguments"]["key"])
    return keys


def digest_of(file: Path) -> str:
    """SHA-256 of a file's bytes: the mark by which a client tells which warehouse an export was made from."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _halves(comment: str | None) -> tuple[str, str]:
    """English and Chinese of a comment; the Chinese is what follows the last separator."""
    english, separator, chinese = (comment or "").rpartition(_SEPARATOR)
    return (english, chinese) if separator else (chinese, "")


def _one(row: tuple[str, ...] | None) -> str:
    assert row is not None
    return row[0]

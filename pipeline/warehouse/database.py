"""A warehouse file as DuckDB opens it: connections of bounded memory, counts, the version of the tables, views that a copy can open.

Belongs here: what every reader and writer of a warehouse file asks of DuckDB. Does not belong here: the steps of a build
(`build`) and the rules that its tables must satisfy (`checks`).
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from pipeline.warehouse.documents import available_cores
from schemas.table import quoted

_ATTACHED = "served"
SCHEMAS = ("core", "reference", "marts", "audit")


@contextlib.contextmanager
def connect(path: Path, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection of bounded memory that is closed whatever happens, and asks no network for anything."""
    with contextlib.closing(duckdb.connect(str(path), read_only=read_only, config=_config())) as connection:
        yield connection


def connect_locked(path: Path) -> duckdb.DuckDBPyConnection:
    """A read-only connection for queries of strangers: no other file, no extension, no setting can be reached through it.

    The file is attached to a database in memory: DuckDB gives connections of one process that name the same path the same database, even
    after another file was put in its place. Each cursor must `search_marts_first`.
    """
    connection = duckdb.connect(config={**_config(), "temp_directory": ""})
    connection.execute(f"attach {quoted(str(path))} as {_ATTACHED} (read_only)")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def _config() -> dict[str, Any]:
    return {
        "memory_limit": os.environ.get("YUSUAN_MEMORY", "4GB"),
        "threads": available_cores(),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "preserve_insertion_order": True,
    }


def search_marts_first(connection: duckdb.DuckDBPyConnection) -> None:
    """Have names without a schema mean marts, then audit, reference and core: people ask of marts."""
    there = connection.execute(
        "select database_name, schema_name from duckdb_schemas() where not internal and database_name not in ('system', 'temp')"
    ).fetchall()
    by_schema = {schema: f"{database}.{schema}" for database, schema in there}
    path = [by_schema[schema] for schema in ("marts", "audit", "reference", "core") if schema in by_schema]
    if path:
        connection.execute(f"set search_path = {quoted(','.join(path))}")


def count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Rows of a table."""
    return value(connection, f"select count(*) from {table}")


def value(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """The one number that a query answers with."""
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def version_of(file: Path) -> int | None:
    """Version of the tables of a warehouse file: 0 of one that is older than versions, None where there is no file that can be opened."""
    if not file.is_file():
        return None
    try:
        with connect(file, read_only=True) as connection:
            return value(connection, "select max(schema_version) from core.schema_version")
    except duckdb.CatalogException:
        return 0
    except (duckdb.Error, TypeError):
        return None


def free_views_of_file_name(connection: duckdb.DuckDBPyConnection) -> None:
    """Have views name schema and table only. dbt has them name the database too, that is the file: a copy would not open them."""
    views = connection.execute(
        "select database_name, schema_name, view_name, sql, comment from duckdb_views() where not internal order by all"
    ).fetchall()
    for database, schema, view, statement, comment in views:
        qualifier = rf'(?<![\w."])(?:{re.escape(database)}|"{re.escape(database)}")\.(?=(?:{"|".join(SCHEMAS)})\.|"(?:{"|".join(SCHEMAS)})")'
        freed = re.sub(qualifier, "", statement)
        if freed == statement:
            continue
        columns = connection.execute(
            "select column_name, comment from duckdb_columns() "
            "where schema_name = ? and table_name = ? and comment is not null",
            [schema, view],
        ).fetchall()
        connection.execute(re.sub(r"^create view", "create or replace view", freed, flags=re.IGNORECASE))
        if comment is not None:
            connection.execute(f"comment on view {schema}.{view} is {quoted(comment)}")
        for column, told in columns:
            connection.execute(f'comment on column {schema}.{view}."{column}" is {quoted(told)}')

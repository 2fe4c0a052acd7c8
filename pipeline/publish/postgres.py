"""The published warehouse in a real PostgreSQL, for BI tools over the wire.

Belongs here: tables with types, keys, indexes, comments and privileges; the swap. Does not belong here: a server (`postgres_server`),
and what a table means (`published_tables`).

A publication is made beside what readers see, in schemas of another name. Where its tables are made like those that are there (nearly
always), their rows take the place of the former rows in one transaction: no lock stands in a reader's way, and every statement,
and every transaction of repeatable reads, sees one publication whole. Where columns or keys have changed, the schemas are swapped: that
transaction first locks every table that it replaces, so that no statement can have opened one old table and one new; it waits only
briefly and tries again, so that it is never a reader who is cancelled for a deadlock. Rows of a new table are written frozen: an
older snapshot sees them rather than an empty table.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import psycopg
from psycopg import sql

from pipeline.publish.published_tables import PublishedColumn, PublishedTable, digest_of, published_tables
from pipeline.warehouse.database import connect
from schemas.table import quoted

SCHEMAS = ("marts", "audit", "reference")
READER = "yusuan_reader"
PATIENCE_SECONDS = 120.0
_BUILDING = "_building"
# For all locks together, and shorter than PostgreSQL's deadlock_timeout (one second): it is always the publication that gives way.
_LOCK_MILLISECONDS = 800
_PAUSE_SECONDS = 0.5
_ADVISORY_LOCK = 0x79757375616E
_COPY_BYTES = 1 << 20
_IDENTIFIER_BYTES = 63
_TYPES = {
    "VARCHAR": "text", "VARCHAR[]": "text[]", "BOOLEAN": "boolean", "TINYINT": "smallint", "SMALLINT": "smallint",
    "INTEGER": "integer", "UINTEGER": "bigint", "BIGINT": "bigint", "UBIGINT": "numeric(20)", "HUGEINT": "numeric(39)",
    "DOUBLE": "double precision", "FLOAT": "real", "DATE": "date", "TIMESTAMP": "timestamp", "TIMESTAMP WITH TIME ZONE": "timestamptz",
}  # fmt: skip
_DECIMAL = re.compile(r"DECIMAL\((\d+),\s?(\d+)\)")
_INDEXED = (
    "document_id", "figure_id", "agency_id", "department_id", "jurisdiction_code", "functional_code", "comparable_code", "economic_code",
    "project_id", "fiscal_year",
)  # fmt: skip
_INDEXED_LISTS = ("figure_ids",)
# Each transaction sees one publication, names need no schema, and a query that never ends is ended.
_READER_SETTINGS = (
    "default_transaction_read_only = on", "default_transaction_isolation = 'repeatable read'", "search_path = marts, audit, reference",
    "statement_timeout = '10min'", "idle_in_transaction_session_timeout = '1h'",
)  # fmt: skip

Told = Callable[[str], None]


class PublicationBlocked(RuntimeError):
    """Readers or dependents stand in the way; what they see is as it was. The message names them."""


@dataclass(frozen=True)
class Published:
    """What a publication did."""

    table_count: int
    row_count: int
    is_new: bool
    seconds: float
    swap_seconds: float = 0.0


def publish(
    file: Path, address: str, reader: str = READER, told: Told = lambda name: None, patience: float = PATIENCE_SECONDS
) -> Published:
    """Publish marts, audit and reference of the warehouse FILE to the PostgreSQL at `address` (a connection string).

    The role `reader` is made where it is missing, and may read these schemas and do nothing else; give it to login roles, or give it
    a password. Raises PublicationBlocked, psycopg.Error, duckdb.Error.
    """
    started = time.monotonic()
    mark = hashlib.sha256("".join(map(digest_of, (file, Path(__file__)))).encode()).hexdigest()
    with psycopg.connect(address, autocommit=True, application_name="yusuan publish") as postgres:
        postgres.execute("select pg_advisory_lock(%s)", [_ADVISORY_LOCK])
        with connect(file, read_only=True) as warehouse:
            tables = [table for table in published_tables(warehouse) if table.schema in SCHEMAS]
            if _mark_of(postgres) == mark:
                return Published(len(tables), 0, is_new=False, seconds=time.monotonic() - started)
            rows = 0
            _make_reader(postgres, reader)
            # One transaction makes and fills the tables: only then may rows be written frozen.
            with postgres.transaction():
                for schema in SCHEMAS:
                    building = sql.Identifier(schema + _BUILDING)
                    postgres.execute(sql.SQL("drop schema if exists {} cascade").format(building))
                    postgres.execute(sql.SQL("create schema {}").format(building))
                for table in tables:
                    told(table.full_name)
                    _create(postgres, table)
                    rows += _fill(warehouse, postgres, table)
                    _index(postgres, table)
                _describe(postgres, tables, mark)
                _grant(postgres, reader)
            for table in tables:
                postgres.execute(sql.SQL("analyze {}").format(_building(table)))
        told("swap")
        swap_started = time.monotonic()
        try:
            if _structure(postgres, "") == _structure(postgres, _BUILDING):
                _replace_rows(postgres, tables, mark)
            else:
                _swap(postgres, patience)
        finally:
            for schema in SCHEMAS:
                building = sql.Identifier(schema + _BUILDING)
                postgres.execute(sql.SQL("drop schema if exists {} cascade").format(building))
        ended = time.monotonic()
        return Published(len(tables), rows, is_new=True, seconds=ended - started, swap_seconds=ended - swap_started)


# Tables


def _create(postgres: psycopg.Connection, table: PublishedTable) -> None:
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}{}").format(
            sql.Identifier(column.name), sql.SQL(_type(column)), sql.SQL("" if column.is_nullable else " not null")
        )
        for column in table.columns
    )
    postgres.execute(sql.SQL("create table {} ({})").format(_building(table), columns))


def _type(column: PublishedColumn) -> str:
    found = _DECIMAL.fullmatch(column.dtype)
    if found:
        return f"numeric({found[1]},{found[2]})"
    if column.dtype in _TYPES:
        return _TYPES[column.dtype]
    if column.dtype.startswith("ENUM"):
        return "text"
    raise KeyError(
        f"column {column.name} is {column.dtype}; say in pipeline/publish/postgres.py what it is in PostgreSQL"
    )


def _fill(warehouse: duckdb.DuckDBPyConnection, postgres: psycopg.Connection, table: PublishedTable) -> int:
    """Copy the rows: DuckDB writes them as CSV, PostgreSQL reads them; amounts stay exact text in between."""
    values = ", ".join(_value(column) for column in table.columns)
    texts = [column for column in table.columns if column.dtype == "VARCHAR" or column.is_list]
    force = f", force_quote ({', '.join(_quoted(column.name) for column in texts)})" if texts else ""
    with tempfile.NamedTemporaryFile(prefix="yusuan-", suffix=".csv") as file:
        warehouse.execute(
            f"copy (select {values} from {_quoted(table.schema)}.{_quoted(table.name)}) to {quoted(file.name)} "
            f"(format csv, header false, nullstr ''{force})"
        )
        statement = sql.SQL("copy {} from stdin (format csv, null '', freeze)").format(_building(table))
        with postgres.cursor() as cursor, Path(file.name).open("rb") as stream:
            with cursor.copy(statement) as copy:
                while data := stream.read(_COPY_BYTES):
                    copy.write(data)
            return cursor.rowcount


def _value(column: PublishedColumn) -> str:
    """The column as PostgreSQL reads it; text of PostgreSQL cannot hold the character NUL."""
    name = _quoted(column.name)
    if column.is_list:
        escaped = r"""'"' || replace(replace(replace(each, chr(0), ''), '\', '\\'), '"', '\"') || '"'"""
        return f"'{{' || array_to_string(list_transform({name}, lambda each: coalesce({escaped}, 'NULL')), ',') || '}}' as {name}"
    if column.dtype == "VARCHAR":
        return f"replace({name}, chr(0), '') as {name}"
    return name


def _index(postgres: psycopg.Connection, table: PublishedTable) -> None:
    if table.key:
        key = sql.SQL(", ").join(map(sql.Identifier, table.key))
        kind = "primary key" if table.is_key_never_null else "unique nulls not distinct"
        name = sql.Identifier(_short(f"{table.name}_key"))
        constraint = sql.SQL("alter table {} add constraint {} {} ({})").format(
            _building(table), name, sql.SQL(kind), key
        )
        postgres.execute(constraint)
    for column in table.columns:
        is_key = table.key[:1] == (column.name,)
        if (column.name in _INDEXED and not is_key) or column.name in _INDEXED_LISTS:
            name = sql.Identifier(_short(f"{table.name}_{column.name}_index"))
            method = sql.SQL("gin" if column.is_list else "btree")
            statement = sql.SQL("create index {} on {} using {} ({})")
            postgres.execute(statement.format(name, _building(table), method, sql.Identifier(column.name)))


def _describe(
    postgres: psycopg.Connection, tables: Iterable[PublishedTable], mark: str, suffix: str = _BUILDING
) -> None:
    told = {
        "marts": "Dimensions, facts and wide tables · 维度、事实与宽表",
        "audit": "Identity checks, refusals, corrections · 勾稽检查、拒收与更正",
        "reference": "Classifications, concordance, agencies · 科目、对照与单位",
    }
    for schema, words in told.items():
        name = sql.Identifier(schema + suffix)
        postgres.execute(sql.SQL("comment on schema {} is {}").format(name, sql.Literal(f"{words} [{mark}]")))
    for table in tables:
        place = sql.Identifier(table.schema + suffix, table.name)
        postgres.execute(sql.SQL("comment on table {} is {}").format(place, sql.Literal(table.comment)))
        for column in table.columns:
            place = sql.Identifier(table.schema + suffix, table.name, column.name)
            postgres.execute(sql.SQL("comment on column {} is {}").format(place, sql.Literal(column.comment)))


def _mark_of(postgres: psycopg.Connection) -> str | None:
    """The mark of what is published now: it stands in the comments of all its schemas."""
    rows = postgres.execute(
        "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = any(%s)", [list(SCHEMAS)]
    ).fetchall()
    marks = {match[1] if (match := re.search(r"\[([0-9a-f]{64})\]$", comment or "")) else None for (comment,) in rows}
    return marks.pop() if len(rows) == len(SCHEMAS) and len(marks) == 1 else None


# Privileges


def set_as_reader(postgres: psycopg.Connection, role: str) -> None:
    """Settings of a role that reads; a login needs them of its own, for a role's are not inherited by its members."""
    for setting in _READER_SETTINGS:
        postgres.execute(sql.SQL("alter role {} set {}").format(sql.Identifier(role), sql.SQL(setting)))


def _make_reader(postgres: psycopg.Connection, reader: str) -> None:
    """The role that may read and do nothing else, whatever the database allows to everyone."""
    name = sql.Identifier(reader)
    with postgres.transaction():
        if postgres.execute("select 1 from pg_roles where rolname = %s", [reader]).fetchone() is None:
            postgres.execute(sql.SQL("create role {} nologin").format(name))
        postgres.execute(
            sql.SQL("alter role {} nosuperuser nocreatedb nocreaterole noreplication nobypassrls").format(name)
        )
        set_as_reader(postgres, reader)
        database = sql.Identifier(postgres.info.dbname)
        # What everyone may do, the reader may do too: temporary tables, and objects in `public` of older servers.
        postgres.execute(sql.SQL("revoke temporary on database {} from public").format(database))
        postgres.execute(sql.SQL("revoke all on schema public from public"))
        # Large objects can be made, and messages be written into the log, by everyone who can connect.
        for function in (
            "lo_creat(integer)", "lo_create(oid)", "lo_from_bytea(oid, bytea)", "pg_logical_emit_message(boolean, text, text)",
            "pg_logical_emit_message(boolean, text, bytea)",
        ):  # fmt: skip
            postgres.execute(sql.SQL("revoke execute on function pg_catalog.{} from public").format(sql.SQL(function)))
        postgres.execute(sql.SQL("grant connect on database {} to {}").format(database, name))


def _grant(postgres: psycopg.Connection, reader: str) -> None:
    name = sql.Identifier(reader)
    for schema in SCHEMAS:
        building = sql.Identifier(schema + _BUILDING)
        postgres.execute(sql.SQL("grant usage on schema {} to {}").format(building, name))
        postgres.execute(sql.SQL("grant select on all tables in schema {} to {}").format(building, name))


# The replacement


def _structure(postgres: psycopg.Connection, suffix: str) -> list[tuple[str, ...]]:
    """Columns, constraints and indexes of the schemas of this suffix, their names without it."""
    names = [schema + suffix for schema in SCHEMAS]
    columns = postgres.execute(
        """
        select
            namespace.nspname, class.relname, attribute.attnum::text, attribute.attname,
            format_type(attribute.atttypid, attribute.atttypmod), attribute.attnotnull::text
        from pg_attribute as attribute
        inner join pg_class as class on attribute.attrelid = class.oid
        inner join pg_namespace as namespace on class.relnamespace = namespace.oid
        where namespace.nspname = any(%s) and class.relkind = 'r' and attribute.attnum > 0 and not attribute.attisdropped
        """,
        [names],
    ).fetchall()
    indexes = postgres.execute(
        "select schemaname, tablename, indexname, indexdef from pg_indexes where schemaname = any(%s)", [names]
    ).fetchall()
    rows = [tuple(str(value).replace(_BUILDING, "") for value in row) for row in (*columns, *indexes)]
    return sorted(rows)


def _replace_rows(postgres: psycopg.Connection, tables: Iterable[PublishedTable], mark: str) -> None:
    """Have the new rows take the place of the old in one transaction; tables of the same rows are left alone."""
    changed = []
    with postgres.transaction():
        for table in tables:
            old, new = sql.Identifier(table.schema, table.name), _building(table)
            if _digest(postgres, old) != _digest(postgres, new):
                postgres.execute(sql.SQL("delete from {}").format(old))
                postgres.execute(sql.SQL("insert into {} select * from {}").format(old, new))
                changed.append(old)
        _describe(postgres, tables, mark, "")
    for name in changed:
        # Giving back pages at the end of a file would need a lock that readers wait for.
        postgres.execute(sql.SQL("vacuum (analyze, truncate false) {}").format(name))


def _digest(postgres: psycopg.Connection, name: sql.Identifier) -> tuple[object, ...] | None:
    query = sql.SQL("select count(*), sum(hashtextextended(row_::text, 0)::numeric) from {} as row_").format(name)
    return postgres.execute(query).fetchone()


def _swap(postgres: psycopg.Connection, patience: float) -> None:
    """Put the new schemas in place of the old. Raises PublicationBlocked when readers hold on to them for too long."""
    until = time.monotonic() + patience
    while True:
        try:
            with postgres.transaction():
                _replace(postgres)
            return
        except psycopg.errors.QueryCanceled:
            if time.monotonic() > until:
                raise PublicationBlocked(
                    f"the tables are in use without a pause; nothing was published. Sessions: {_readers(postgres)}"
                ) from None
            time.sleep(_PAUSE_SECONDS)
        except psycopg.errors.DependentObjectsStillExist as error:
            raise PublicationBlocked(
                f"objects of others depend on published tables; nothing was published. Keep such views in a database of their own, "
                f"or remake them after each publication: {error.diag.message_detail}"
            ) from error


def _replace(postgres: psycopg.Connection) -> None:
    # Those in use come first: who waits for their readers must hold nothing that these readers may want next.
    old = postgres.execute(
        """
        select namespace.nspname, class.relname
        from pg_class as class inner join pg_namespace as namespace on class.relnamespace = namespace.oid
        where namespace.nspname = any(%s) and class.relkind = 'r'
        order by (select count(*) from pg_locks where relation = class.oid) desc, 1, 2
        """,
        [list(SCHEMAS)],
    ).fetchall()
    if old:
        names = sql.SQL(", ").join(sql.Identifier(*each) for each in old)
        postgres.execute(sql.SQL("set local statement_timeout = {}").format(sql.Literal(f"{_LOCK_MILLISECONDS}ms")))
        postgres.execute(sql.SQL("lock table {} in access exclusive mode").format(names))
        postgres.execute("set local statement_timeout = 0")
        # Without cascade: what others built on these tables is not thrown away in silence.
        postgres.execute(sql.SQL("drop table {}").format(names))
    for schema in SCHEMAS:
        postgres.execute(sql.SQL("drop schema if exists {}").format(sql.Identifier(schema)))
        renamed = sql.SQL("alter schema {} rename to {}")
        postgres.execute(renamed.format(sql.Identifier(schema + _BUILDING), sql.Identifier(schema)))


def _readers(postgres: psycopg.Connection) -> str:
    rows = postgres.execute(
        """
        select distinct activity.pid, activity.usename, activity.application_name, activity.state, activity.xact_start
        from pg_locks as lock
        inner join pg_stat_activity as activity using (pid)
        inner join pg_class as class on lock.relation = class.oid
        inner join pg_namespace as namespace on class.relnamespace = namespace.oid
        where namespace.nspname = any(%s) and activity.pid <> pg_backend_pid()
        """,
        [list(SCHEMAS)],
    ).fetchall()
    return (
        "; ".join(
            f"process {pid} of {user} ({program or 'no name'}), {state} since {since:%Y-%m-%d %H:%M:%S}"
            for pid, user, program, state, since in rows
        )
        or "none any more"
    )


def _building(table: PublishedTable) -> sql.Identifier:
    return sql.Identifier(table.schema + _BUILDING, table.name)


def _short(name: str) -> str:
    """A name that PostgreSQL does not cut."""
    if len(name.encode()) <= _IDENTIFIER_BYTES:
        return name
    return f"{name[: _IDENTIFIER_BYTES - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'

"""The warehouse in PostgreSQL: all of it, exactly; readers who cannot write, and who never see half of two publications."""

from __future__ import annotations

from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path

import duckdb
import psycopg
import pytest

from pipeline.publish.postgres import READER, PublicationBlocked, publish
from pipeline.publish.postgres_server import MOST_SESSIONS, TrialServer
from pipeline.publish.published_tables import published_tables
from tests.support.served import MORE, PASSWORD, USER, VERSIONS, small

TEXTS = [
    "行政运行",
    "",
    None,
    'say "so"',
    "back\\slash",
    "{brace,comma}",
    "two\nlines",
    "\\N",
    "NULL",
    "nul\x00character",
]

LIMITS = {"statement_timeout": "10min", "idle_in_transaction_session_timeout": "1h", "temp_file_limit": "4GB"}


def as_reader(server: TrialServer, **options: object) -> psycopg.Connection:
    server.let_in(USER, PASSWORD, READER)
    return as_reader_again(server, **options)


def as_reader_again(server: TrialServer, **options: object) -> psycopg.Connection:
    login = {"host": "127.0.0.1", "port": server.port, "dbname": "yusuan", "user": USER, "password": PASSWORD}
    return psycopg.connect(**{**login, **options})


def versions(connection: psycopg.Connection) -> tuple[int, ...]:
    return connection.execute(VERSIONS).fetchone()


def test_every_row_of_every_table_is_there_exactly(server: TrialServer, published: Path) -> None:
    made = publish(published, server.address)
    with duckdb.connect(str(published), read_only=True) as warehouse, as_reader(server) as reader:
        tables = [table for table in published_tables(warehouse) if table.schema in ("marts", "audit", "reference")]
        assert made.table_count == len(tables) > 30
        compared = 0
        for table in tables:
            expected = warehouse.execute(f"select * from {table.full_name}").fetchall()
            found = reader.execute(f"select * from {table.full_name}").fetchall()
            assert sorted(map(repr, found)) == sorted(map(repr, expected)), table.full_name
            compared += len(found)
    assert compared == made.row_count > 5000
    assert not publish(published, server.address).is_new


def test_metadata_has_keys_types_and_words(server: TrialServer, published: Path) -> None:
    publish(published, server.address)
    with as_reader(server) as reader:
        types = dict(
            reader.execute(
                "select column_name, data_type || coalesce('(' || numeric_precision || ',' || numeric_scale || ')', '') "
                "from information_schema.columns where table_schema = 'marts' and table_name = 'fct_functional_expenditure'"
            ).fetchall()
        )
        assert types["total_yuan"] == "numeric(20,2)"
        assert types["functional_code"] == "text"
        assert types["figure_ids"] == "ARRAY"
        comment = reader.execute("select col_description('marts.fct_revenue'::regclass, 1)").fetchone()[0]
        assert "文件编号" in comment
        without_words = reader.execute(
            "select relname from pg_class where relnamespace = any(array['marts', 'audit', 'reference']::regnamespace[]) "
            "and relkind = 'r' and obj_description(oid) is null"
        ).fetchall()
        assert without_words == []
        keys = reader.execute(
            "select count(*) filter (where contype = 'p'), count(*) filter (where contype = 'u') from pg_constraint "
            "where connamespace = 'marts'::regnamespace"
        ).fetchone()
        assert keys[0] >= 15
        rows = reader.execute(
            "select functional_name, amount_yuan from functional_expenditure_by_year where functional_code = %s and fiscal_year = %s",
            ["2010301", 2026],
        ).fetchall()
        # 2026, form 7: 行政运行 5,203.26 万元
        assert rows == [("行政运行", Decimal("52032600.00"))]


def test_text_of_any_kind_arrives(server: TrialServer, tmp_path: Path) -> None:
    file = small(tmp_path, 1)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create table marts.t (number integer, text varchar, texts varchar[])")
        for number, text in enumerate(TEXTS):
            connection.execute("insert into marts.t values (?, ?, ?)", [number, text, [text, "x"]])
        connection.execute("insert into marts.t values (100, null, null), (101, '', [])")
    publish(file, server.address)
    with as_reader(server) as reader:
        found = {number: (text, texts) for number, text, texts in reader.execute("select * from marts.t").fetchall()}
    plain = [text if text is None else text.replace("\x00", "") for text in TEXTS]
    assert found == {
        **{number: (text, [text, "x"]) for number, text in enumerate(plain)},
        100: (None, None),
        101: ("", []),
    }


# What a reader may try. Each statement must end with an error, though the reader has put the setting "read only" away.
ATTEMPTS = {
    "rows": [
        "insert into marts.a values (9, 9)", "insert into marts.a select * from marts.a", "update marts.a set version = 9", "delete from marts.a",
        "with gone as (delete from marts.a returning *) select * from gone", "truncate marts.a",
        "merge into marts.a using marts.b on false when not matched then insert values (9, 9)", "select * from marts.a for update",
        "lock table marts.a in share mode", "explain analyze delete from marts.a", "insert into audit.c values (9, 9)",
        "insert into reference.d values (9, 9)", "update pg_class set relname = 'x' where relname = 'a'",
    ],
    "files and programs": [
        "copy marts.a from '/etc/passwd'", "copy marts.a from stdin", "copy marts.a to '/srv/x.csv'", "copy marts.a to program 'cat'",
        "copy marts.a from program 'id'", "select pg_read_file('/etc/passwd')", "select pg_ls_dir('.')", "select lo_import('/etc/passwd')",
        "select lo_export(1, '/srv/x')", "select pg_file_write('x', 'x', false)", "load 'auto_explain'",
    ],
    "large objects": ["select lo_create(0)", "select lo_creat(-1)", "select lo_from_bytea(0, 'x')"],
    "objects": [
        f"create {thing}" for thing in (
            "table marts.x (y int)", "table audit.x (y int)", "table reference.x (y int)", "table public.x (y int)", "table x (y int)",
            "temporary table x (y int)", "temporary view x as select 1", "temporary sequence x", "table marts.x as select 1", "schema x",
            "view marts.x as select 1", "materialized view marts.x as select 1", "index on marts.a (version)", "sequence marts.x", "type marts.x as (y int)",
            "domain marts.x as int", "function marts.x() returns int language sql as 'select 1'",
            "function pg_temp.x() returns int language sql as 'select 1'", "procedure marts.x() language sql as 'select 1'",
            "trigger x before insert on marts.a for each row execute function suppress_redundant_updates_trigger()",
            "rule x as on insert to marts.a do instead nothing", "policy x on marts.a", "statistics marts.x on version, number from marts.a",
            "extension pg_trgm", "extension dblink", "language plperlu", "foreign data wrapper x", "publication x", "subscription x connection '' publication x",
            "event trigger x on ddl_command_start execute function f()", "cast (int as text) with inout", "operator marts.+ (procedure = int4pl, leftarg = int)",
        )
    ] + [
        "select 1 as x into marts.x", "select 1 as x into temporary x", "drop table marts.a", "drop schema marts cascade", "drop owned by yusuan",
        "alter table marts.a add column x int", "alter table marts.a owner to analyst", "alter table marts.a disable trigger all", "alter schema marts rename to x",
        "comment on table marts.a is 'x'", "comment on schema marts is 'x'", "security label on table marts.a is 'x'", "reindex table marts.a", "cluster marts.a",
        "refresh materialized view marts.a", "import foreign schema x from server x into marts",
        "do $$ begin execute 'insert into marts.a values (9, 9)'; end $$",
    ],
    "roles and rights": [
        "set role yusuan", "set session authorization yusuan", "create role x", "drop role yusuan_reader", "alter role analyst superuser", "alter role analyst createdb",
        "alter role yusuan password 'x'", "alter role yusuan_reader login", "grant yusuan to analyst", "grant pg_write_all_data to analyst",
        "grant insert on marts.a to analyst",
        "revoke select on marts.a from yusuan_reader", "reassign owned by yusuan to analyst",
    ],
    "the server": [
        "alter system set fsync = off", "alter database yusuan set search_path = x", "alter database yusuan rename to x", "create database x", "drop database yusuan",
        "create tablespace x location '/srv'", "set session_replication_role = replica", "select pg_reload_conf()", "select pg_switch_wal()",
        "select pg_create_restore_point('x')", "select pg_logical_emit_message(false, 'x', 'x')", "select pg_create_physical_replication_slot('x')",
        "checkpoint",
    ],
    "what is not published": [
        "select * from secret.s", "insert into secret.s values (1)", "create table secret.x (y int)", "select passwd from pg_shadow",
        "select rolpassword from pg_authid", "select * from pg_statistic", "select * from pg_user_mapping",
    ],
}  # fmt: skip


@pytest.fixture
def published_small(server: TrialServer, tmp_path: Path) -> None:
    publish(small(tmp_path, 1), server.address)
    with psycopg.connect(server.address, autocommit=True) as owner:
        owner.execute("create schema if not exists secret; create table if not exists secret.s as select 1 as x")


@pytest.mark.parametrize("kind", ATTEMPTS)
def test_the_reader_fails_at_everything_but_reading(server: TrialServer, published_small: None, kind: str) -> None:
    def state() -> list[tuple[object, ...]]:
        """All that stands in the catalogue and in the published tables."""
        with psycopg.connect(server.address) as owner:
            return [
                *owner.execute("select relname, relkind, relacl::text, relowner from pg_class order by oid").fetchall(),
                *owner.execute("select nspname, nspacl::text from pg_namespace order by oid").fetchall(),
                *owner.execute("select rolname, rolsuper, rolcanlogin, rolpassword from pg_authid order by oid").fetchall(),
                *owner.execute("select count(*) from pg_largeobject_metadata").fetchall(),
                versions(owner),
            ]  # fmt: skip

    as_reader(server).close()
    before, succeeded = state(), []
    for statement in ATTEMPTS[kind]:
        with as_reader_again(server, autocommit=True) as reader:
            # Not the setting but the privileges hold.
            reader.execute("set default_transaction_read_only = off")
            try:
                reader.execute(statement)
                succeeded.append(statement)
            except psycopg.Error:
                pass
            assert reader.closed or versions(reader) == (1, 1, 1, 1)
    # Rights that one does not hold are granted and revoked without an error, and without any effect.
    assert [statement for statement in succeeded if not statement.startswith(("grant insert", "revoke select"))] == []
    assert state() == before


def test_a_reader_can_exhaust_neither_time_nor_sessions_nor_disk(server: TrialServer, published_small: None) -> None:
    with as_reader(server, autocommit=True) as reader:
        told = {name: reader.execute(f"show {name}").fetchone()[0] for name in LIMITS}
        assert told == LIMITS
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("set temp_file_limit = -1")
        reader.execute("set statement_timeout = '50ms'")
        with pytest.raises(psycopg.errors.QueryCanceled):
            reader.execute("select count(*) from generate_series(1, 100000000000)")
    with ExitStack() as sessions:
        for _ in range(MOST_SESSIONS):
            sessions.enter_context(as_reader_again(server))
        with pytest.raises(psycopg.OperationalError, match="too many connections"):
            as_reader_again(server)
        # The publisher still gets in.
        psycopg.connect(server.address).close()


def test_the_reader_sees_no_other_database(server: TrialServer, published_small: None) -> None:
    with as_reader(server) as reader:
        names = [name for (name,) in reader.execute("select datname from pg_database where datallowconn").fetchall()]
    assert len(names) > 1
    for name in set(names) - {"yusuan"}:
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            as_reader_again(server, dbname=name)


def test_a_reader_who_does_not_let_go_is_named_and_not_disturbed(server: TrialServer, tmp_path: Path) -> None:
    publish(small(tmp_path, 1), server.address)
    with as_reader(server, application_name="a dashboard") as reader:
        assert versions(reader) == (1, 1, 1, 1)
        second = small(tmp_path, 2, MORE)
        with pytest.raises(PublicationBlocked, match="a dashboard"):
            publish(second, server.address, patience=1)
        assert versions(reader) == (1, 1, 1, 1)
        reader.commit()
        publish(second, server.address)
        assert versions(reader) == (2, 2, 2, 2)


def test_what_others_built_on_the_tables_is_not_thrown_away(server: TrialServer, tmp_path: Path) -> None:
    publish(small(tmp_path, 1), server.address)
    with psycopg.connect(server.address, autocommit=True) as owner:
        owner.execute(
            "create schema if not exists theirs; create view theirs.v as select count(*) as rows from marts.a"
        )
        try:
            with pytest.raises(PublicationBlocked, match=r"theirs\.v"):
                publish(small(tmp_path, 2, MORE), server.address)
            assert owner.execute("select * from theirs.v").fetchone() == (500,)
            # New rows need no new table: what stands on it goes on.
            publish(small(tmp_path, 3), server.address)
            assert versions(owner) == (3, 3, 3, 3)
            assert owner.execute("select * from theirs.v").fetchone() == (500,)
        finally:
            owner.execute("drop schema theirs cascade")


def test_a_publication_that_fails_leaves_the_former_one(server: TrialServer, tmp_path: Path) -> None:
    publish(small(tmp_path, 1), server.address)
    broken = small(tmp_path, 2, "create table reference.e as select {'x': 1} as structure")
    with pytest.raises(KeyError, match="structure"):
        publish(broken, server.address)
    with as_reader(server) as reader:
        assert versions(reader) == (1, 1, 1, 1)
        schemas = [name for (name,) in reader.execute("select nspname from pg_namespace").fetchall()]
        assert [name for name in schemas if name.endswith("_building")] == []

"""The warehouse in PostgreSQL: all of it, exactly; readers who cannot write, and who never see half of two publications."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import psycopg
import pytest

from pipeline.publish.postgres import READER, PublicationBlocked, publish
from pipeline.publish.postgres_server import NoServer, TrialServer
from pipeline.publish.published_tables import published_tables

USER, PASSWORD = "analyst", "a password, with 'quotes'"
MORE = "alter table marts.a add column more integer"
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


@pytest.fixture(scope="module")
def server() -> Iterator[TrialServer]:
    # A folder that a server may enter that does not run as the user of the tests; pytest's own are closed to others.
    folder = Path(tempfile.mkdtemp(prefix="yusuan-postgres-"))
    folder.chmod(0o755)
    try:
        with TrialServer(folder) as server:
            yield server
    except NoServer as error:
        pytest.skip(str(error))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def small(folder: Path, version: int, extra: str = "") -> Path:
    """A warehouse of four tables that all hold one version."""
    file = folder / f"v{version}{'x' if extra else ''}.duckdb"
    with duckdb.connect(str(file)) as connection:
        for schema in ("core", "marts", "audit", "reference"):
            connection.execute(f"create schema {schema}")
        for table in ("marts.a", "marts.b", "audit.c", "reference.d"):
            connection.execute(f"create table {table} as select {version} as version, range as number from range(500)")
        if extra:
            connection.execute(extra)
    return file


def as_reader(server: TrialServer, **options: object) -> psycopg.Connection:
    server.let_in(USER, PASSWORD, READER)
    return psycopg.connect(host="127.0.0.1", port=server.port, dbname="yusuan", user=USER, password=PASSWORD, **options)


def versions(connection: psycopg.Connection) -> tuple[int, ...]:
    return connection.execute(
        "select (select max(version) from marts.a), (select max(version) from marts.b), "
        "(select max(version) from audit.c), (select max(version) from reference.d)"
    ).fetchone()


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


@pytest.mark.skipif(shutil.which("psql") is None, reason="psql is not installed: apt-get install postgresql-client")
def test_psql_lists_and_reads(server: TrialServer, published: Path) -> None:
    publish(published, server.address)
    with as_reader(server):
        pass

    def psql(command: str) -> str:
        return subprocess.run(
            ["psql", "-X", "-A", "-h", "127.0.0.1", "-p", str(server.port), "-U", USER, "-d", "yusuan", "-c", command],
            env={"PGPASSWORD": PASSWORD, "PATH": "/usr/bin:/bin", "PGCLIENTENCODING": "UTF8"},
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip

    assert "marts|fct_revenue|table" in psql("\\dt marts.*")
    assert "PRIMARY KEY" in psql("\\d marts.fct_revenue")
    assert (
        psql("select distinct department_name from marts.department_profile").splitlines()[1] == "深圳市人民政府办公厅"
    )


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


@pytest.mark.parametrize(
    "statement",
    [
        "insert into marts.a values (9, 9)", "update marts.a set version = 9", "delete from marts.a", "truncate marts.a",
        "drop table marts.a", "alter table marts.a add column x int", "create table marts.x (y int)", "create table public.x (y int)",
        "create temporary table x (y int)", "create schema x", "create role x", "comment on table marts.a is 'x'",
        "create view marts.x as select 1", "copy marts.a from '/etc/passwd'", "copy marts.a to 'x.csv'", "select pg_read_file('/etc/passwd')",
        "select * from secret.s", "set role yusuan", "alter role analyst superuser",
        "select lo_create(0)", "select lo_from_bytea(0, 'x')", "lock table marts.a in share mode", "select passwd from pg_shadow",
    ],
)  # fmt: skip
def test_the_reader_fails_at_everything_but_reading(server: TrialServer, tmp_path: Path, statement: str) -> None:
    publish(small(tmp_path, 1), server.address)
    with psycopg.connect(server.address, autocommit=True) as owner:
        owner.execute("create schema if not exists secret; create table if not exists secret.s as select 1 as x")
    with as_reader(server, autocommit=True) as reader:
        assert versions(reader) == (1, 1, 1, 1)
        # Not the setting but the privileges hold.
        reader.execute("set default_transaction_read_only = off")
        with pytest.raises(psycopg.Error):
            reader.execute(statement)


def test_readers_never_meet_an_error_or_a_mixture(server: TrialServer, tmp_path: Path) -> None:
    files = [small(tmp_path, version) for version in (1, 2)]
    publish(files[0], server.address)
    stop = threading.Event()
    seen: list[tuple[int, ...]] = []
    wrong: list[Exception] = []

    def read(prepared: bool) -> None:
        try:
            with as_reader_once(server) as reader:
                reader.prepare_threshold = 0 if prepared else None
                while not stop.is_set():
                    seen.append(versions(reader))
        except Exception as error:  # noqa: BLE001 (told to the test)
            wrong.append(error)

    def read_twice() -> None:
        try:
            with as_reader_once(server) as reader:
                reader.autocommit = False
                reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                while not stop.is_set():
                    first = versions(reader)
                    stop.wait(0.05)
                    second = versions(reader)
                    rows = reader.execute("select count(*) from marts.a").fetchone()
                    reader.commit()
                    seen.append(first)
                    assert (first, rows) == (second, (500,)), "a transaction saw two publications"
        except Exception as error:  # noqa: BLE001 (told to the test)
            wrong.append(error)

    server.let_in(USER, PASSWORD, READER)
    threads = [threading.Thread(target=read, args=(prepared,)) for prepared in (True, False, True)]
    threads.append(threading.Thread(target=read_twice))
    for thread in threads:
        thread.start()
    try:
        for turn in range(12):
            assert publish(files[(turn + 1) % 2], server.address).is_new
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=30)
    assert wrong == []
    assert set(seen) == {(1, 1, 1, 1), (2, 2, 2, 2)}
    assert len(seen) > 100


def as_reader_once(server: TrialServer) -> psycopg.Connection:
    return psycopg.connect(
        host="127.0.0.1", port=server.port, dbname="yusuan", user=USER, password=PASSWORD, autocommit=True
    )


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

"""PostgreSQL seen through the clients that people have: psql, psycopg with SQLAlchemy, JDBC, ODBC.

What they list, what text and amounts arrive as, and that no publication disturbs them.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipeline.publish.postgres import READER, SCHEMAS, publish
from pipeline.publish.postgres_server import TrialServer
from pipeline.publish.published_tables import PublishedTable, published_tables
from tests.support.clients import CLIENTS, Client, NotInstalled
from tests.support.served import MORE, PASSWORD, ROWS, USER, VERSIONS, small

CHINESE = re.compile("[\u4e00-\u9fff]")
# Quotation marks of both kinds, a backslash, a code point beyond the first plane, what other tools take for NULL or for a parameter.
TEXTS = [
    "因公出国（境）费用",
    "他说“好”",
    "it's",
    'say "so"',
    "back\\slash",
    "𠮷野家㐀",
    "NULL",
    "?",
    "%s",
    ":name",
    "{a,b}",
]
STRESS_SECONDS = 20


def connected(kind: type[Client], server: TrialServer) -> Client:
    server.let_in(USER, PASSWORD, READER)
    return kind(server.port, USER, PASSWORD)


@pytest.fixture(params=CLIENTS, ids=lambda kind: kind.__name__.lower())
def connect(request: pytest.FixtureRequest, server: TrialServer) -> Iterator[Callable[[], Client]]:
    """Opens a session of the client, once there is something to read; closed at the end of the test."""
    opened: list[Client] = []

    def open_session() -> Client:
        try:
            opened.append(connected(request.param, server))
        except NotInstalled as error:
            pytest.skip(str(error))
        return opened[-1]

    yield open_session
    for client in opened:
        client.close()


@pytest.fixture
def tables(published: Path) -> list[PublishedTable]:
    with duckdb.connect(str(published), read_only=True) as warehouse:
        return [table for table in published_tables(warehouse) if table.schema in SCHEMAS]


def test_tables_columns_comments_and_keys_are_listed(
    connect: Callable[[], Client], server: TrialServer, published: Path, tables: list[PublishedTable]
) -> None:
    publish(published, server.address)
    client = connect()
    for schema in SCHEMAS:
        assert client.tables(schema) == {table.name for table in tables if table.schema == schema}
    for table in tables:
        found = client.columns(table.schema, table.name)
        assert found == [(column.name, column.comment) for column in table.columns], table.full_name
        assert [name for name, comment in found if not CHINESE.search(comment)] == [], table.full_name
        expected = list(table.key) if table.is_key_never_null else []
        assert client.key(table.schema, table.name) == expected, table.full_name
    assert sum(table.is_key_never_null for table in tables) > 20


def test_parameters_chinese_text_and_decimals(
    connect: Callable[[], Client], server: TrialServer, published: Path
) -> None:
    publish(published, server.address)
    client = connect()
    found = client.query(
        "select functional_code, amount_yuan from functional_expenditure_by_year where functional_name = ? and fiscal_year = ?",
        "行政运行", 2026,
    )  # fmt: skip
    # 2026, form 7: 2010301 行政运行 5,203.26 万元
    assert [(code, Decimal(amount)) for code, amount in found] == [("2010301", Decimal("52032600.00"))]
    amount = Decimal("-123456789012345678.91")
    # What is computed on the way: more digits than a floating-point number holds.
    ((back,),) = client.query("select cast(? as numeric(20, 2)) + 0.01", amount)
    assert str(back) == "-123456789012345678.90"
    for text in TEXTS:
        assert client.query("select cast(? as text)", text) == [(text,)]


def test_every_amount_arrives_exactly(connect: Callable[[], Client], server: TrialServer, published: Path) -> None:
    publish(published, server.address)
    statement = "select functional_name, total_yuan from marts.fct_functional_expenditure where total_yuan is not null"
    with duckdb.connect(str(published), read_only=True) as warehouse:
        expected = warehouse.execute(statement).fetchall()
    found = connect().query(statement)
    assert sorted((name, str(amount)) for name, amount in found) == sorted(
        (name, str(amount)) for name, amount in expected
    )
    assert len(found) > 30


def test_a_running_query_ends_as_it_began_while_rows_are_replaced(
    connect: Callable[[], Client], server: TrialServer, tmp_path: Path
) -> None:
    publish(small(tmp_path, 1), server.address)
    client = connect()
    rows = client.start("select version, number from marts.a order by number")
    # It waits for nobody: the reader is still in the middle of the table.
    assert publish(small(tmp_path, 2), server.address, patience=0).is_new
    rows += client.rest()
    assert [tuple(map(int, row)) for row in rows] == [(1, number) for number in range(ROWS)]
    assert {tuple(map(int, row)) for row in client.query(VERSIONS)} == {(2, 2, 2, 2)}


def test_a_running_query_ends_as_it_began_while_schemas_are_swapped(
    connect: Callable[[], Client], server: TrialServer, tmp_path: Path
) -> None:
    publish(small(tmp_path, 1), server.address)
    client, other = connect(), connect()
    rows = client.start("select version, number from marts.a order by number")
    failed: list[Exception] = []

    def publish_other() -> None:
        try:
            publish(small(tmp_path, 2, MORE), server.address)
        except Exception as error:  # noqa: BLE001 (told to the test)
            failed.append(error)

    publication = threading.Thread(target=publish_other)
    publication.start()
    # Long enough for several attempts at the swap; others who come meanwhile are served.
    until = time.monotonic() + 2.5
    while time.monotonic() < until:
        assert {tuple(map(int, row)) for row in other.query(VERSIONS)} == {(1, 1, 1, 1)}
    assert publication.is_alive()
    rows += client.rest()
    publication.join(timeout=30)
    assert failed == []
    assert [tuple(map(int, row)) for row in rows] == [(1, number) for number in range(ROWS)]
    assert {tuple(map(int, row)) for row in client.query(VERSIONS)} == {(2, 2, 2, 2)}


def test_sessions_meet_neither_an_error_nor_a_mixture(server: TrialServer, tmp_path: Path) -> None:
    """All clients at once, for a while, through publications of both kinds: each statement and each transaction sees one of them."""
    files = [small(tmp_path, 1), small(tmp_path, 2), small(tmp_path, 3, MORE), small(tmp_path, 4, MORE)]
    publish(files[0], server.address)
    stop = threading.Event()
    seen: dict[str, list[tuple[int, ...]]] = {}
    wrong: list[str] = []

    def versions(client: Client) -> tuple[int, ...]:
        ((*found,),) = client.query(VERSIONS)
        return tuple(map(int, found))

    def single(client: Client, name: str) -> None:
        seen[name].append(versions(client))

    def together(client: Client, name: str) -> None:
        client.begin()
        first = client.query("select max(version) from marts.a")
        stop.wait(0.03)
        second, rows = versions(client), client.query("select count(*), min(version) from marts.b")
        client.commit()
        assert (int(rows[0][0]), int(rows[0][1]), int(first[0][0])) == (ROWS, second[0], second[0]), (
            f"a transaction saw two publications: {first}, {second}, {rows}"
        )
        seen[name].append(second)

    def session(kind: type[Client], use: Callable[[Client, str], None], name: str) -> None:
        try:
            client = kind(server.port, USER, PASSWORD)
            try:
                while not stop.wait(0.01):
                    use(client, name)
            finally:
                client.close()
        except NotInstalled:
            del seen[name]
        except Exception as error:  # noqa: BLE001 (told to the test)
            wrong.append(f"{name}: {error!r}")

    server.let_in(USER, PASSWORD, READER)
    sessions = [(kind, use, f"{kind.__name__} {use.__name__}") for kind in CLIENTS for use in (single, together)]
    seen.update({name: [] for _, _, name in sessions})
    threads = [threading.Thread(target=session, args=each) for each in sessions]
    for thread in threads:
        thread.start()
    published = 0
    until = time.monotonic() + STRESS_SECONDS
    try:
        while time.monotonic() < until and not wrong:
            published += 1
            assert publish(files[published % len(files)], server.address).is_new
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=30)
    assert wrong == []
    assert published >= len(files)
    assert len(seen) >= 2
    for name, found in seen.items():
        assert len(found) > 20, f"{name} asked only {len(found)} times"
    everything = {each for found in seen.values() for each in found}
    assert everything == {(version,) * 4 for version in (1, 2, 3, 4)}

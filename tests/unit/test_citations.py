"""Footnotes of query results: each printed number once, in order of mention, and a clear word where a row names none."""

from __future__ import annotations

import duckdb
import pytest

from pipeline.publish.citations import Footnote, NothingToCite, cite


@pytest.fixture
def warehouse() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create schema marts")
    connection.execute(
        "create table marts.citation as select * from (values ('d-1', '甲局，第 3 页'), ('d-2', '乙局，第 5 页')) t(figure_id, footnote)"
    )
    return connection


def test_a_number_cited_twice_has_one_footnote(warehouse: duckdb.DuckDBPyConnection) -> None:
    cited = cite(warehouse, ["name", "figure_ids"], [("甲", ["d-2"]), ("乙", ["d-1", "d-2"]), ("丙", None)])
    assert cited.names == ["name"]
    assert cited.rows == [("甲",), ("乙",), ("丙",)]
    assert cited.marks == [(1,), (2, 1), ()]
    assert cited.footnotes == [Footnote(1, "d-2", "乙局，第 5 页"), Footnote(2, "d-1", "甲局，第 3 页")]


def test_lists_of_lists_are_cited_as_grouping_makes_them(warehouse: duckdb.DuckDBPyConnection) -> None:
    cursor = warehouse.execute(
        "select g, list(figure_ids) as figure_ids from (values (1, ['d-1']), (1, ['d-2', 'd-1'])) t(g, figure_ids) group by g"
    )
    names = [column[0] for column in cursor.description]
    assert cite(warehouse, names, cursor.fetchall()).marks == [(1, 2)]


def test_a_result_that_names_no_figure_is_told_what_to_select(warehouse: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(NothingToCite, match="select figure_id or figure_ids"):
        cite(warehouse, ["name"], [("甲",)])


def test_an_unknown_figure_is_named(warehouse: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(NothingToCite, match="d-9"):
        cite(warehouse, ["figure_id"], [("d-9",)])

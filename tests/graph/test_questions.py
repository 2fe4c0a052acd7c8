"""Every question of docs/questions runs on a warehouse, and says nothing that its answer does not hold.

Belongs here: the queries of the page. Does not belong here: what marts hold (test_marts.py).

Set YUSUAN_WAREHOUSE to a warehouse over the corpus to have every query return rows, and every paragraph checked against its answer.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import core_warehouse
from test_marts import run_dbt

from docs.questions.page import FOLDER, Question, ask, page, read_questions, shown, unborne

QUESTIONS = read_questions()
CORPUS_WAREHOUSE = os.environ.get("YUSUAN_WAREHOUSE")
needs_corpus = pytest.mark.skipif(
    not CORPUS_WAREHOUSE,
    reason="YUSUAN_WAREHOUSE names no warehouse over the corpus: rows and paragraphs are not checked",
)

# What the typed documents (two budgets of Shenzhen and an invented city) cannot answer: two years of a renumbered code's final
# account, sentences, governments' tables, and checks of documents that were read.
UNANSWERED = {
    "05_budget_and_execution.sql", "09_projects.sql", "10_procurement.sql", "11_contradictions.sql", "13_restated.sql",
    "14_same_function_across_cities.sql", "16_weak_links.sql", "18_series_of_governments.sql", "19_codes_of_governments.sql",
    "20_revenue_and_expenditure_of_cities.sql", "21_share_of_education.sql", "22_debt_and_its_limit.sql", "23_transfers_to_one_district.sql",
    "24_land_revenue.sql", "25_execution_by_function.sql", "26_what_the_city_keeps.sql", "27_balances_of_insurances.sql",
    "28_restated_by_governments.sql", "29_what_departments_explain.sql",
}  # fmt: skip


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse that dbt builds over figures typed from the pages."""
    file = tmp_path_factory.mktemp("questions") / "yusuan.duckdb"
    core_warehouse.whole()[0].write(file)
    result = run_dbt(file)
    assert result.returncode == 0, result.stdout[-6000:]
    with duckdb.connect(str(file), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def corpus() -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse over the corpus that the environment names."""
    with duckdb.connect(str(CORPUS_WAREHOUSE), read_only=True) as connection:
        yield connection


def by_file(question: Question) -> str:
    return question.file


def test_every_query_belongs_to_one_question() -> None:
    assert sorted(question.file for question in QUESTIONS) == sorted(path.name for path in FOLDER.glob("*.sql"))
    assert len(QUESTIONS) >= 15


@pytest.mark.parametrize("question", QUESTIONS, ids=by_file)
def test_query_opens_with_what_it_asks(question: Question) -> None:
    assert question.sql.startswith("-- ")
    assert question.says
    assert question.limits


@pytest.mark.slow
@pytest.mark.parametrize("question", QUESTIONS, ids=by_file)
def test_query_runs(typed: duckdb.DuckDBPyConnection, question: Question) -> None:
    columns, rows = ask(typed, question)
    assert len(columns) == len(set(columns))
    assert rows or question.file in UNANSWERED


@pytest.mark.slow
def test_like_for_like_change_of_2017_is_that_of_the_pages(typed: duckdb.DuckDBPyConnection) -> None:
    """Form 12: 85 in 2016 and 60 in 2017; without 市海防与打私办 79 and 60 (万元)."""
    columns, rows = ask(typed, next(question for question in QUESTIONS if question.file == "07_like_for_like.sql"))
    total = next(row for row in (dict(zip(columns, values, strict=True)) for values in rows) if row["item"] == "total")
    assert (total["change_yuan"], total["like_for_like_change_yuan"]) == (Decimal(-250_000), Decimal(-190_000))


@pytest.mark.slow
def test_page_shows_every_query_and_does_not_change(typed: duckdb.DuckDBPyConnection) -> None:
    written = page(typed, QUESTIONS)
    assert all(question.sql.strip() in written for question in QUESTIONS)
    assert written == page(typed, QUESTIONS)


@pytest.mark.slow
def test_paragraph_with_a_figure_of_its_own_is_found_out(typed: duckdb.DuckDBPyConnection) -> None:
    question = Question("07_like_for_like.sql", "?", 5, "by **-250,000**, or so they say by **-260,000**", "none")
    assert unborne(typed, question) == ["-260,000"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (Decimal("0.00"), "0"),
        (Decimal("-250000.00"), "-250,000"),
        (Decimal("100.50"), "100.5"),
        (True, "yes"),
        ("a|b", "a\\|b"),
    ],
)
def test_cell_is_shown(value: object, text: str) -> None:
    assert shown(value) == text


def test_year_has_no_separator() -> None:
    assert shown(2017, "fiscal_year") == "2017"


@needs_corpus
@pytest.mark.parametrize("question", QUESTIONS, ids=by_file)
def test_query_answers_over_the_corpus(corpus: duckdb.DuckDBPyConnection, question: Question) -> None:
    assert ask(corpus, question)[1]


@needs_corpus
@pytest.mark.parametrize("question", QUESTIONS, ids=by_file)
def test_paragraph_says_what_the_answer_holds(corpus: duckdb.DuckDBPyConnection, question: Question) -> None:
    assert unborne(corpus, question) == []


@needs_corpus
def test_comparable_codes_hold_what_printed_codes_hold(corpus: duckdb.DuckDBPyConnection) -> None:
    """In every year the totals over comparable codes are the totals over the facts, at the level of items and of categories."""
    rows = corpus.execute(
        """
        with comparable as (
            select fiscal_year, phase, level, comparable_code, sum(amount_yuan) as code_yuan
            from marts.functional_expenditure_by_year
            where functional_code is not null and level in ('item', 'category')
            group by all
        ),
        fact as (
            select
                fiscal_year, phase, unnest(['category', 'item']) as level,
                sum(coalesce(total_yuan, coalesce(basic_yuan, 0) + coalesce(project_yuan, 0))) as fact_yuan,
            from marts.fct_functional_expenditure
            where functional_code is not null
            group by all
        )
        select fiscal_year, phase, level, sum(code_yuan), any_value(fact_yuan)
        from comparable inner join fact using (fiscal_year, phase, level)
        group by all
        """
    ).fetchall()
    assert len(rows) > 10
    assert [row for row in rows if row[3] != row[4]] == []


@needs_corpus
def test_every_link_states_its_evidence(corpus: duckdb.DuckDBPyConnection) -> None:
    silent = corpus.execute(
        "select count(*) from marts.functional_expenditure_by_year where link is null or (previous_fiscal_year is not null and link_evidence is null)"
    ).fetchone()
    assert silent == (0,)

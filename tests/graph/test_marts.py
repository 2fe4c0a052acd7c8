"""dbt over figures typed by hand from the pages: what the marts say is what the pages print.

Belongs here: expected values read from the forms of 2017 and 2026, and the rules that invented documents show.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import core_warehouse

from pipeline.editions import concordance

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
SCHEMAS = ("core", "marts", "audit", "reference")


def run_dbt(file: Path, command: str = "build", *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run dbt on one DuckDB file, its working files beside it."""
    return subprocess.run(
        [str(Path(sys.executable).parent / "dbt"), command, "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT),
         "--target-path", str(file.parent / "target"), "--log-path", str(file.parent / "logs"), "--no-use-colors", *arguments],
        env={**os.environ, "YUSUAN_BUILDING": str(file), "DO_NOT_TRACK": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str], str]:
    """The warehouse, the document_ids by name, and what dbt said."""
    file = tmp_path_factory.mktemp("warehouse") / "yusuan.duckdb"
    core, documents = core_warehouse.whole()
    core.write(file)
    result = run_dbt(file)
    assert result.returncode == 0, result.stdout[-6000:]
    return file, documents, result.stdout


@pytest.fixture
def query(built: tuple[Path, dict[str, str], str]) -> Iterator[Any]:
    """A function that answers SQL over the warehouse with a list of rows."""
    with duckdb.connect(str(built[0]), read_only=True) as connection:
        yield lambda sql, *parameters: connection.execute(sql, list(parameters)).fetchall()


def yuan(text: str) -> Decimal:
    """万元 as printed, in yuan."""
    return Decimal(text.replace(",", "")) * 10_000


def test_no_test_but_those_of_pages_warns(built: tuple[Path, dict[str, str], str]) -> None:
    assert "ERROR=0" in built[2]
    assert "WARN=0" in built[2]


def test_schemas_are_those_of_the_contract(query: Any) -> None:
    found = {name for (name,) in query("SELECT DISTINCT schema_name FROM duckdb_tables() WHERE NOT internal")}
    assert found == set(SCHEMAS)


def test_every_table_and_column_is_described_in_both_languages(query: Any) -> None:
    bare = query(
        """SELECT schema_name, table_name, NULL, comment FROM duckdb_tables() WHERE schema_name IN ('marts', 'audit', 'reference')
        UNION ALL SELECT schema_name, view_name, NULL, comment FROM duckdb_views() WHERE schema_name IN ('marts', 'audit', 'reference')
        UNION ALL SELECT schema_name, table_name, column_name, comment FROM duckdb_columns()
        WHERE schema_name IN ('marts', 'audit', 'reference')"""
    )
    assert len(bare) > 300
    assert [row for row in bare if not row[3] or " · " not in row[3] or "TODO" in row[3]] == []


def test_form_7_of_2017(query: Any) -> None:
    rows = query(
        """SELECT agency_name, functional_code, total_yuan, basic_yuan, project_yuan FROM marts.fct_functional_expenditure
        WHERE department_name = ? AND fiscal_year = 2017 AND fund = 'general_public_budget' ORDER BY ALL""",
        core_warehouse.OFFICE,
    )
    assert len(rows) == 25
    own = [row for row in rows if "本级" in row[0]]
    assert len(own) == 13
    assert (yuan("3476"), yuan("3456"), yuan("20")) == own[0][2:]
    assert sum(row[2] for row in rows) == Decimal("122180000.00")
    # A blank is no zero: 一般行政管理事务 has no basic expenditure printed.
    assert own[1][1:] == ("2010302", yuan("1234"), None, yuan("1234"))


def test_form_7_of_2026(query: Any) -> None:
    rows = query(
        """SELECT functional_code, total_yuan, basic_yuan, project_yuan FROM marts.fct_functional_expenditure
        WHERE fiscal_year = 2026 ORDER BY ALL"""
    )
    assert rows == [
        ("2010301", yuan("5203.26"), yuan("5203.26"), yuan("0.00")),
        ("2010302", yuan("677.95"), yuan("0.00"), yuan("677.95")),
        ("2050803", yuan("49.72"), yuan("0.00"), yuan("49.72")),
        ("2080501", yuan("426.23"), yuan("426.23"), yuan("0.00")),
        ("2080505", yuan("602.51"), yuan("602.51"), yuan("0.00")),
        ("2080506", yuan("283.83"), yuan("283.83"), yuan("0.00")),
        ("2101101", yuan("242.99"), yuan("242.99"), yuan("0.00")),
        ("2210201", yuan("621.32"), yuan("621.32"), yuan("0.00")),
        ("2210203", yuan("2084.20"), yuan("2084.20"), yuan("0.00")),
    ]
    assert sum(row[1] for row in rows) == Decimal("101920100.00")


def test_expenditure_summary_is_not_added_to_the_fund_form(query: Any, built: tuple[Path, dict[str, str], str]) -> None:
    rows = query(
        """SELECT form, is_chosen FROM audit.form_choice
        WHERE document_id = ? AND fact = 'functional_expenditure' ORDER BY form""",
        built[1]["2026"],
    )
    assert rows == [("expenditure_summary", False), ("general_public_expenditure", True)]


def test_years_side_by_side(query: Any) -> None:
    rows = query(
        """SELECT functional_code, amount_yuan, previous_amount_yuan, change_yuan, share_of_department, error_bound_yuan, link
        FROM marts.functional_expenditure_by_year
        WHERE department_name = ? AND fiscal_year = 2026 AND functional_code IN ('201', '20103', '2010301', '20805')
        ORDER BY functional_code""",
        core_warehouse.OFFICE,
    )
    # 2017: 行政运行 3,476 + 130; 20103 is the ten item rows of both units; 2026 as printed, but 5,881.20 is 5,881.21 by leaves.
    assert rows[0][:3] == ("201", yuan("5881.21"), yuan("10615"))
    assert rows[1][:3] == ("20103", yuan("5881.21"), yuan("10615"))
    assert rows[2] == (
        "2010301", yuan("5203.26"), yuan("3606"), yuan("1597.26"), Decimal("0.510523"), Decimal("50.0000"), "same code",
    )  # fmt: skip
    assert rows[3][:3] == ("20805", yuan("1312.57"), yuan("955"))
    assert rows[3][6] == "same code, renamed from 行政事业单位离退休 (2020)"


def test_each_level_sums_to_the_next(query: Any) -> None:
    assert (
        query(
            """WITH line AS (SELECT * FROM marts.functional_expenditure_by_year WHERE functional_code IS NOT NULL)
        SELECT above.functional_code FROM line AS above JOIN line AS below
        ON left(below.functional_code, length(above.functional_code)) = above.functional_code
        AND length(below.functional_code) = length(above.functional_code) + 2
        AND (above.department_id, above.fund, above.phase, above.fiscal_year) = (below.department_id, below.fund, below.phase, below.fiscal_year)
        GROUP BY above.functional_code, above.amount_yuan, above.department_id, above.fund, above.phase, above.fiscal_year
        HAVING above.amount_yuan <> sum(below.amount_yuan)"""
        )
        == []
    )


def test_revenue_of_2017(query: Any) -> None:
    rows = query("SELECT agency_name, source, amount_yuan FROM marts.fct_revenue WHERE fiscal_year = 2017 ORDER BY ALL")
    assert [(source, amount) for _, source, amount in rows] == [
        ("general_operating", yuan("6376")), ("government_investment", yuan("1486")),
        ("general_operating", yuan("2464")), ("government_investment", yuan("1893")),
    ]  # fmt: skip
    assert sum(amount for *_, amount in rows) == yuan("12219")


def test_projects_of_2017(query: Any) -> None:
    rows = dict(query("SELECT project_name, amount_yuan FROM marts.fct_project_expenditure WHERE fiscal_year = 2017"))
    assert len(rows) == 7
    assert rows["办公自动化管理及电子运维业务"] + rows["办公设备购置业务"] == yuan("333")
    assert rows["政府投资项目建设"] == yuan("1486")
    # The form prints 211 as the row's total and 212 under its source: the leaf is the source.
    assert rows["政务办行政运行"] == yuan("212")
    assert query("SELECT DISTINCT fund FROM marts.fct_project_expenditure WHERE fiscal_year = 2017") == [
        ("general_public_budget",)
    ]


def test_economic_expenditure_takes_one_measure(query: Any) -> None:
    assert query(
        "SELECT fiscal_year, measure, form, count(*) FROM marts.fct_economic_expenditure GROUP BY ALL ORDER BY ALL"
    ) == [(2017, "basic", "basic_expenditure", 6), (2026, "total", "general_public_by_economic", 3)]
    assert query(
        "SELECT economic_code, amount_yuan, code_evidence FROM marts.fct_economic_expenditure WHERE fiscal_year = 2017 AND economic_name = '基本工资'"
    ) == [("30101", yuan("2885"), "name within parent")]


def test_procurement_of_2017(query: Any) -> None:
    rows = query("SELECT agency_name, item_code, amount_yuan FROM marts.fct_procurement ORDER BY ALL")
    assert len(rows) == 6
    assert sum(amount for *_, amount in rows) == yuan("997")
    assert sum(amount for agency, _, amount in rows if "本级" in agency) == yuan("282")


def test_three_public_tells_like_for_like_from_headline(query: Any) -> None:
    rows = query(
        """SELECT fiscal_year, amount_yuan, is_comparative, change_yuan, like_for_like_change_yuan
        FROM marts.three_public_by_year WHERE item = 'total' AND department_name = ? ORDER BY fiscal_year""",
        core_warehouse.OFFICE,
    )
    assert rows[:2] == [
        (2016, yuan("85"), True, None, None),
        (2017, yuan("60"), False, yuan("-25"), yuan("-19")),
    ]
    assert rows[2][:2] == (2025, yuan("33.18"))
    assert rows[3] == (2026, yuan("94.38"), False, yuan("61.20"), yuan("61.20"))


def test_zero_and_nil_are_told_apart(query: Any) -> None:
    assert query(
        """SELECT value_state, amount_yuan FROM marts.fct_three_public
        WHERE fiscal_year = 2026 AND item = 'vehicle_purchase'"""
    ) == [("zero", Decimal(0))]
    assert query(
        """SELECT fiscal_year, form, count(*) FROM marts.fct_declared_nil GROUP BY ALL ORDER BY ALL"""
    ) == [
        (2017, "government_funds_expenditure", 3), (2017, "special_transfer", 3), (2017, "state_capital_expenditure", 3),
        (2026, "government_funds_expenditure", 1), (2026, "state_capital_expenditure", 1),
    ]  # fmt: skip


def test_department_profile(query: Any) -> None:
    assert query(
        """SELECT fiscal_year, authorised_posts_count, staff_count, vehicle_count, procurement_yuan, three_public_yuan,
        basic_per_head_yuan FROM marts.department_profile WHERE department_name = ? ORDER BY fiscal_year""",
        core_warehouse.OFFICE,
    ) == [
        (2017, 170, 159, 10, yuan("997"), yuan("60"), Decimal("356855.35")),
        (2026, None, 156, None, None, yuan("94.38"), Decimal("606688.46")),
    ]


def test_amounts_of_a_profile_name_their_scope(query: Any) -> None:
    """Form 7 of 2017 holds 12,218 of the 12,219 of forms 1 to 3; 其他 are 1,486 + 520 (2010399) and 3 (2082799)."""
    assert query(
        """SELECT revenue_yuan, all_funds_expenditure_yuan, funds, expenditure_yuan, basic_yuan, project_yuan, other_code_yuan,
        share_of_other_codes FROM marts.department_profile WHERE department_name = ? AND fiscal_year = 2017""",
        core_warehouse.OFFICE,
    ) == [
        (yuan("12219"), yuan("12219"), "general_public_budget", yuan("12218"), yuan("5674"), yuan("6544"), yuan("2009"),
         Decimal("0.164430")),
    ]  # fmt: skip


def test_expenditure_outside_the_forms_of_funds_is_shown(query: Any) -> None:
    """示例市科技局 prints 150 of all funds under 20606, of which its general public budget is 100; 2060799 is of own money only."""
    assert query(
        """SELECT functional_code, by_fund_yuan, all_funds_yuan, outside_yuan FROM marts.expenditure_by_scope
        WHERE department_name = '示例市科技局' AND level = 'item' ORDER BY ALL"""
    ) == [
        ("2060602", yuan("100"), yuan("150"), yuan("50")),
        ("2060799", None, yuan("7"), yuan("7")),
    ]
    assert query(
        """SELECT expenditure_yuan, all_funds_expenditure_yuan, basic_yuan, project_yuan, other_code_yuan FROM marts.department_profile
        WHERE department_name = '示例市科技局'"""
    ) == [(yuan("100"), yuan("157"), yuan("90"), yuan("10"), yuan("0"))]
    # Facts of the funds and of all funds are two tables: neither holds the other's figures.
    assert query(
        "SELECT count(*), sum(expenditure_yuan) FROM marts.fct_all_funds_expenditure WHERE department_name = '示例市科技局'"
    ) == [(2, yuan("157"))]


def test_a_governments_budget_is_in_no_fact(query: Any) -> None:
    """示例市 prints its whole expenditure, which its departments' is part of."""
    assert query("SELECT count(*) FROM marts.fct_functional_expenditure WHERE department_name = '示例市'") == [(0,)]
    assert query(
        "SELECT perimeter, amount_yuan FROM marts.functional_expenditure_by_year WHERE department_name = '示例市' AND level = 'item'"
    ) == [("government", yuan("90000"))]
    assert query("SELECT line_code, amount_yuan FROM marts.government_line WHERE measure = 'total'") == [
        ("2060602", yuan("90000"))
    ]


def test_document_comes_before_its_specimen_and_later_before_earlier(
    query: Any, built: tuple[Path, dict[str, str], str]
) -> None:
    documents = {identifier: name for name, identifier in built[1].items()}
    found = {
        documents[identifier]: (is_current, documents.get(superseded_by), documents.get(covered_by), is_counted)
        for identifier, is_current, superseded_by, covered_by, is_counted in query(
            "SELECT document_id, is_current, superseded_by, covered_by, is_counted FROM marts.dim_document"
        )
    }
    assert len(found) == len(documents)
    assert found["specimen_2017"] == (False, "2017", None, False)
    assert found["specimen_2024"] == (False, "later_2024", None, False)
    assert found["earlier_2024"] == (False, "later_2024", None, False)
    assert found["later_2024"] == (True, None, None, True)
    assert found["narrative_2024"] == (True, None, None, False)
    assert query(
        "SELECT not_counted_reason FROM marts.dim_document WHERE document_id = ?", built[1]["narrative_2024"]
    ) == [("no_figures",)]
    assert found["unit_2025"] == (True, None, "department_2025", False)
    assert found["truncated"] == (False, None, None, False)


def test_budget_beside_final_account(query: Any) -> None:
    rows = query(
        """SELECT functional_code, approved_yuan, executed_yuan, difference_yuan, execution_rate_pct
        FROM marts.budget_vs_executed WHERE fiscal_year = 2024 AND length(functional_code) = 7 ORDER BY ALL"""
    )
    assert rows == [
        ("2012604", yuan("100"), yuan("90"), yuan("-10"), Decimal("90.0000")),
        ("2080501", yuan("10"), None, None, None),
        ("2089999", None, yuan("5"), None, None),
    ]


def test_restated_budget_is_checked_against_the_budget(query: Any) -> None:
    assert query(
        "SELECT identity, stated_yuan, computed_yuan, verdict FROM audit.identity_check WHERE scope = 'cross_year'"
    ) == [("budget_as_published", yuan("101"), yuan("100"), "rounding")]


def test_recoded_line_is_one_series(query: Any) -> None:
    assert query(
        """SELECT comparable_code, previous_amount_yuan, link FROM marts.functional_expenditure_by_year
        WHERE functional_code = '2089999' AND fiscal_year = 2024"""
    ) == [("2089999", yuan("4"), "concordance from 2089901")]


def test_names_without_codes(query: Any) -> None:
    assert query(
        """SELECT functional_name, functional_code, code_evidence FROM marts.fct_functional_expenditure
        WHERE department_name = '示例市统计局' ORDER BY ALL"""
    ) == [
        ("未见于任何科目的支出", None, "name not in the classification"),
        ("行政运行", "2010501", "name within parent"),
    ]


def test_correction_is_applied_and_the_printed_amount_stays(query: Any) -> None:
    assert query(
        """SELECT figure.printed_text, figure.printed_yuan, figure.amount_yuan, figure.is_corrected
        FROM marts.citation AS figure JOIN audit.correction AS correction USING (figure_id)"""
    ) == [("0", Decimal(0), yuan("3"), True)]


def test_every_fact_leads_to_a_page(query: Any) -> None:
    facts = [
        name
        for (name,) in query(
            """SELECT table_name FROM duckdb_columns() WHERE schema_name = 'marts' AND table_name LIKE 'fct_%'
            AND column_name = 'figure_ids'"""
        )
    ]
    assert len(facts) == 15, "eight of departments, seven of governments"
    for fact in facts:
        assert query(
            f"""SELECT count(*) FROM marts.{fact} AS fact, unnest(fact.figure_ids) AS used (figure_id)
            LEFT JOIN marts.citation AS citation USING (figure_id)
            WHERE citation.page_number IS NULL OR citation.x0 IS NULL OR citation.sha256 IS NULL"""
        ) == [(0,)], fact
    ((footnote,),) = query(
        """SELECT footnote FROM marts.citation
        WHERE form = 'general_public_expenditure' AND printed_text = '677.95' AND line_code = '2010302'
        ORDER BY figure_id LIMIT 1"""
    )
    assert "第 26 页" in footnote
    assert "2010302 一般行政管理事务" in footnote


def test_second_build_changes_nothing(built: tuple[Path, dict[str, str], str], tmp_path: Path) -> None:
    first = built[0]
    second = tmp_path / "again.duckdb"
    core, _ = core_warehouse.whole()
    core.write(second)
    result = run_dbt(second, "build", "--exclude", "resource_type:test", "resource_type:unit_test")
    assert result.returncode == 0, result.stdout[-3000:]
    contents = []
    for file in (first, second):
        with duckdb.connect(str(file), read_only=True) as connection:
            names = connection.execute(
                "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE schema_name IN ('marts', 'audit', 'reference') ORDER BY ALL"
            ).fetchall()
            # In the order of the rows as stored: the same rows in another order are another content.
            contents.append({name: connection.execute(f"SELECT * FROM {name}").fetchall() for (name,) in names})
    assert contents[0].keys() == contents[1].keys()
    assert [name for name in contents[0] if contents[0][name] != contents[1][name]] == []


BREAKAGES = {
    "facts_rest_on_figures": "UPDATE marts.fct_revenue SET figure_ids = ['nowhere'] WHERE fiscal_year = 2026 AND source = 'carry_over'",
    "no_figure_counts_twice": "INSERT INTO marts.fct_procurement SELECT * FROM marts.fct_procurement LIMIT 1",
    "facts_name_documents_and_agencies": "UPDATE marts.fct_three_public SET agency_id = 'nobody' WHERE fiscal_year = 2025",
    "facts_name_dimensions": "UPDATE marts.fct_project_expenditure SET project_id = 'none' WHERE project_name = '办公设备购置业务'",
    "no_line_above_another": """INSERT INTO marts.fct_functional_expenditure BY NAME SELECT * REPLACE ('20103' AS functional_code,
        '20103' AS line_key) FROM marts.fct_functional_expenditure WHERE fiscal_year = 2026 AND functional_code = '2010301'""",
    "one_fund_form_for_each_disclosure": """UPDATE marts.fct_functional_expenditure SET form = 'expenditure_summary'
        WHERE fiscal_year = 2026 AND functional_code = '2050803'""",
    "levels_add_up": """UPDATE marts.fct_functional_expenditure SET expenditure_yuan = expenditure_yuan + 1
        WHERE fiscal_year = 2020 AND functional_code = '2089901'""",
    "changes_add_up": "UPDATE marts.expenditure_change SET remaining_yuan = remaining_yuan + 1 WHERE functional_code = '2010301'",
    "concordance_is_whole": "UPDATE reference.concordance SET weight = 0.5 WHERE from_code = '2089901' AND to_code = '2089999'",
    "corrections_still_match": "UPDATE core.figure SET printed_text = '3' WHERE figure_id IN (SELECT figure_id FROM audit.correction)",
    "total_is_basic_and_project": """UPDATE marts.fct_functional_expenditure SET total_yuan = total_yuan + 100000000
        WHERE fiscal_year = 2026 AND functional_code = '2010301'""",
    "facts_meet_printed_totals": "DELETE FROM marts.fct_functional_expenditure WHERE fiscal_year = 2017 AND functional_code = '2010305'",
    "one_disclosure_for_each_agency": """INSERT INTO marts.fct_functional_expenditure BY NAME SELECT * REPLACE (
        (SELECT document_id FROM marts.dim_document WHERE file_name = 'department_2025.pdf') AS document_id)
        FROM marts.fct_functional_expenditure WHERE fiscal_year = 2026 AND functional_code = '2210201'""",
    "revenue_is_expenditure": "UPDATE marts.department_profile SET revenue_yuan = 1 WHERE department_name = '示例市统计局'",
}


def test_every_test_catches_what_it_is_for(built: tuple[Path, dict[str, str], str], tmp_path: Path) -> None:
    """Each singular dbt test passes on the whole warehouse (see `built`) and fails, or warns, on a broken one."""
    assert {path.stem for path in (PROJECT / "tests").glob("*.sql")} == BREAKAGES.keys()
    broken = tmp_path / "broken.duckdb"
    shutil.copy(built[0], broken)
    with duckdb.connect(str(broken)) as connection:
        for statement in BREAKAGES.values():
            connection.execute(statement)
    run_dbt(broken, "test", "--select", "test_type:singular")
    results = json.loads((tmp_path / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    status = {
        result["unique_id"].split(".")[2]: result["status"]
        for result in results
        if result["unique_id"].startswith("test.")
    }
    assert status.keys() == BREAKAGES.keys()
    assert {name for name, said in status.items() if said == "pass"} == set()
    # What broke a test is kept with the reason, and the tables that dbt kept it in are gone.
    with duckdb.connect(str(broken), read_only=True) as connection:
        kept = connection.execute(
            "SELECT DISTINCT test FROM audit.failing_row WHERE reason <> '' AND failing_row <> ''"
        ).fetchall()
        schemas = {name for (name,) in connection.execute("SELECT schema_name FROM duckdb_schemas()").fetchall()}
    assert {name for (name,) in kept} == BREAKAGES.keys()
    assert "failing" not in schemas


def test_python_and_sql_agree_on_comparable_codes(query: Any) -> None:
    rows = query("SELECT scheme, code, first_year, last_year, comparable_code FROM reference.comparable_code")
    assert len(rows) > 100
    for scheme, code, first_year, last_year, comparable_code in rows:
        for year in (2010, 2017, 2019, 2021, 2026):
            if (first_year or year) <= year <= (last_year or year) and "~" not in comparable_code:
                found = [(end.code, end.weight) for end in concordance.comparable_codes(scheme, code, year)]
                assert found == [(comparable_code, 1)], (scheme, code, year)

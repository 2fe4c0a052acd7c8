"""Pages of places over small tables: which amount stands in which table, under which phase, and where it leads."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import duckdb
import pytest

from pipeline.publish.explorer import feeds
from pipeline.publish.explorer.content import Content
from pipeline.publish.explorer.figures import Figures
from pipeline.publish.explorer.places import Places

DOCUMENT = "0123456789abcdef"
PLACE = "330100"
# Scope, level, line, name, phase, amount, proof; the executed total equals the approved one.
ROWS = [
    ("tier", "total", "total", "支出合计", "approved", 300, "proved"),
    ("tier", "total", "total", "支出合计", "executed", 300, "proved"),
    ("tier", "line", "201", "一般公共服务", "approved", 120, "proved"),
    ("tier", "line", "201", "一般公共服务", "executed", 100, "suspect"),
    ("tier", "line", "2010301", "行政运行", "executed", 60, "proved"),
    ("tier", "line", "205", "教育", "executed", 200, "unchecked"),
    ("district", "total", "total", "西湖区", "executed", 70, "proved"),
]


@pytest.fixture
def places() -> Places:
    connection = duckdb.connect()
    connection.execute("create schema core; create schema marts")
    connection.execute(
        "create table core.figure (figure_id varchar, document_id varchar, page_number int, measure varchar, amount_yuan decimal(20, 2), "
        "proof varchar, fiscal_year int, phase varchar, fund varchar, line_code varchar, scheme varchar, is_leaf boolean, "
        "is_comparative boolean, agency_level varchar, cross_code varchar)"
    )
    for at, (_, _, line, _, phase, amount, proof) in enumerate(ROWS, start=1):
        connection.execute(
            "insert into core.figure values (?, ?, 5, 'total', ?, ?, 2024, ?, 'general_public_budget', ?, 'functional', true, false, null, null)",
            [f"{DOCUMENT}-001-{at:04}-002", DOCUMENT, amount, proof, phase, line],
        )
    connection.execute(
        "create table marts.rows (scope varchar, level varchar, line varchar, line_name varchar, phase varchar, amount decimal(20, 2), figure_id varchar)"
    )
    for at, (*row, _) in enumerate(ROWS, start=1):
        connection.execute("insert into marts.rows values (?, ?, ?, ?, ?, ?, ?)", [*row, f"{DOCUMENT}-001-{at:04}-002"])
    connection.execute(
        f"""
        create table marts.government_budget_by_year as select
            '{PLACE}' as jurisdiction_code, 'general_public_budget' as fund, scope,
            case scope when 'district' then line_name else '' end as scope_name, 'expenditure' as side, level, line, line_name,
            null as parent_line, 2024 as fiscal_year, max(amount) filter (where phase = 'approved') as approved_yuan,
            null::decimal(20, 2) as adjusted_yuan, max(amount) filter (where phase = 'executed') as executed_yuan,
            null::decimal(20, 2) as half_year_yuan, null::decimal(20, 2) as forecast_yuan, 'met' as printed_total, false as has_suspect,
            list(figure_id) as figure_ids
        from marts.rows group by all;
        create table marts.dim_document (document_id varchar, retrieved_at varchar);
        create table marts.anomaly as select
            1 as anomaly_rank, 'restatement' as kind, '{PLACE}' as jurisdiction_code, 'g' as body_id, '杭州市' as body_name,
            'government' as perimeter, 'general_public_budget' as fund, 'tier' as scope, 'executed' as phase, 2024 as fiscal_year, '205' as line_code,
            '教育' as line_name, 200.00::decimal(20, 2) as amount_yuan, 190.00::decimal(20, 2) as compared_yuan,
            10.00::decimal(20, 2) as open_yuan, ['rounding'] as explanations, ['{DOCUMENT}-001-0006-002'] as figure_ids;
        create table marts.fct_government_debt (jurisdiction_code varchar);
        create table marts.fct_transfer (jurisdiction_code varchar);
        create table marts.dim_jurisdiction as select '{PLACE}' as jurisdiction_code, 'city' as level;
        """
    )
    body = {
        "department_id": "g", "perimeter": "government", "name": "杭州市", "jurisdiction_code": PLACE, "path": "department/g.html",
        "documents": [{"document_id": DOCUMENT, "fiscal_year": 2024}], "years": [2024],
    }  # fmt: skip
    content = SimpleNamespace(
        connection=connection, figures=Figures(connection, ["marts.government_budget_by_year"]), departments=[body], documents=[],
        profiles=[], jurisdictions={PLACE: "杭州市"},
    )  # fmt: skip
    whole = cast(Content, content)
    return Places(whole, feeds.findings(whole))


def shown(lines: list[dict[str, Any]]) -> dict[str, list[tuple[str, str]]]:
    return {line["name"]: [(number.yuan, number.trust) for number in line["numbers"]] for line in lines}


def test_a_place_says_its_newest_total_with_scope_and_phase(places: Places) -> None:
    (entry,) = places.entries
    assert (entry["name"], entry["path"], entry["document_count"]) == ("杭州市", f"place/{PLACE}.html", 1)
    assert (entry["whole"]["phase"], entry["whole"]["row"]["scope"], entry["whole"]["number"].yuan) == (
        "executed",
        "tier",
        "300.00",
    )


def test_phases_stand_apart_and_each_amount_leads_to_its_own_phase(places: Places) -> None:
    (entry,) = places.entries
    (table,) = places.place(entry)["slices"]
    assert table["columns"] == [(2024, "approved"), (2024, "executed")]
    assert shown(table["lines"]) == {
        "支出合计": [("300.00", "proved"), ("300.00", "proved")],
        "一般公共服务": [("120.00", "proved"), ("100.00", "suspect")],
        "教育": [("", ""), ("200.00", "unchecked")],
    }
    # Both phases print 300, and each leads to its own cell.
    assert [number.href.split("#")[1] for number in table["lines"][0]["numbers"]] == ["c1.1.2", "c1.2.2"]


def test_items_stand_on_a_page_of_their_own_and_districts_in_a_table(places: Places) -> None:
    (entry,) = places.entries
    context = places.place(entry)
    (table,) = context["slices"]
    assert table["below_count"] == 1
    assert "行政运行" in shown(places.lines(entry, table)["table"]["items"])
    assert [(line["scope"], line["name"]) for line in context["apart"][0]["lines"]] == [("district", "西湖区")]


def test_the_treemap_holds_classes_of_one_phase_and_says_their_share(places: Places) -> None:
    (entry,) = places.entries
    treemap = places.place(entry)["treemap"]
    assert treemap["period"] == (2024, "executed")
    assert [(child["name"]["en"], Decimal(child["value"])) for child in treemap["children"]] == [
        ("Education", Decimal(200)), ("General public services", Decimal(100)),
    ]  # fmt: skip
    assert treemap["share"] == "100.0%"


def test_a_function_shows_governments_by_scope(places: Places) -> None:
    found = places.function("205")
    assert [(line["place"], line["scope"]) for line in found["lines"]] == [("杭州市", "tier")]
    assert places.function("299")["lines"] == []


def test_a_finding_leads_to_its_page(places: Places) -> None:
    (entry,) = places.entries
    (finding,) = places.place(entry)["anomalies"]
    assert (finding["href"], finding["page"]) == (f"page/{DOCUMENT}/5.html#c1.6.2", 5)

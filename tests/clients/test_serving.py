"""Programs that ask: over HTTP and over the Model Context Protocol, each as its client does it, against a server that is started.

`questions.csv` holds questions of people with the amounts as the two specimens print them, typed from their pages; an empty answer must be
“not known”.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import anyio
import duckdb
import httpx
import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters

from tests.support.serving import YUSUAN, serving

OFFICE = "深圳市人民政府办公厅"
with (Path(__file__).parent / "questions.csv").open(encoding="utf-8", newline="") as file:
    QUESTIONS = list(csv.DictReader(file))


@pytest.fixture(scope="module")
def site(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, Path]]:
    """A client of `yusuan serve http` over a copy of the published warehouse, and that copy."""
    file = tmp_path_factory.mktemp("served") / "specimens.duckdb"
    shutil.copy(published, file)
    shutil.copytree(published.parent / "specimens.state" / "archive", file.parent / "specimens.state" / "archive")
    with serving(file) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client, file


@pytest.fixture(scope="module")
def office(site: tuple[httpx.Client, Path]) -> str:
    found = site[0].get("/find", params={"text": OFFICE}).json()
    assert found["body"][0]["name"] == OFFICE
    return str(found["body"][0]["id"])


def values_of(answer: dict[str, Any], question: dict[str, str]) -> list[dict[str, Any]]:
    """The values of an answer that are of the question's year and no comparison with another."""
    return [
        value
        for value in answer["values"]
        if str(value["fiscal_year"]) == question["fiscal_year"] and not value.get("is_comparative")
    ]


@pytest.mark.parametrize("question", QUESTIONS, ids=[each["question"] for each in QUESTIONS])
def test_a_question_gets_the_printed_amount_or_not_known(
    site: tuple[httpx.Client, Path], office: str, question: dict[str, str]
) -> None:
    client, _ = site
    asked = {
        "body_id": office,
        "metric": question["metric"],
        "code": question["code"],
        "phase": question["phase"] or None,
    }
    answer = client.get("/series", params={key: value for key, value in asked.items() if value}).json()
    values = values_of(answer, question)
    if not question["answer"]:
        assert values == []
        return
    assert [Decimal(value["value"]) for value in values] == [Decimal(question["answer"])]
    cited = client.get("/figures", params={"figure_id": values[0]["figure_ids"]}).json()
    assert not cited["unknown"]
    # What rests on one line is printed so; a class or the body's whole is the sum of several.
    assert question["printed"] in {"", *(figure["printed_text"] for figure in cited["figures"])}
    assert all(re.fullmatch("[0-9a-f]{64}", figure["sha256"]) for figure in cited["figures"])


@pytest.mark.parametrize("spoken", ["政府办公厅", "市府办公厅", "zfbgt", "shenzhenshirenmin"])
def test_a_body_is_found_by_part_short_name_and_pinyin(
    site: tuple[httpx.Client, Path], office: str, spoken: str
) -> None:
    found = site[0].get("/find", params={"text": spoken, "kind": "body"}).json()
    assert office in [body["id"] for body in found["body"]]


def test_what_nobody_is_called_is_not_known(site: tuple[httpx.Client, Path]) -> None:
    found = site[0].get("/find", params={"text": "火星移民局"}).json()
    assert not found["is_known"]


def test_values_say_how_far_they_can_be_trusted(site: tuple[httpx.Client, Path], office: str) -> None:
    answer = site[0].get("/series", params={"body_id": office, "code": "2010301"}).json()
    assert answer["never_added"] == ["perimeter", "fund", "phase"]
    assert all(value["is_whole"] is True and value["printed_total"] == "met" for value in answer["values"])


def test_a_comparison_needs_one_line(site: tuple[httpx.Client, Path]) -> None:
    refused = site[0].get("/compare", params={"fiscal_year": 2026})
    assert refused.status_code == 400
    compared = (
        site[0].get("/compare", params={"fiscal_year": 2026, "code": "2010301", "jurisdiction_code": "440000"}).json()
    )
    assert [Decimal(value["value"]) for value in compared["values"]] == [Decimal("52032600.00")]
    elsewhere = site[0].get("/compare", params={"fiscal_year": 2026, "code": "2010301", "jurisdiction_code": "110000"})
    assert not elsewhere.json()["is_known"]


def test_a_figure_leads_to_its_page(site: tuple[httpx.Client, Path], office: str) -> None:
    client, _ = site
    answer = client.get("/series", params={"body_id": office, "code": "2010301"}).json()
    figures = client.get("/figures", params={"figure_id": answer["values"][0]["figure_ids"]}).json()["figures"]
    image = client.get(figures[0]["page_image"])
    assert image.headers["content-type"] == "image/png"
    assert image.content.startswith(b"\x89PNG")
    assert client.get("/figures/nothing.png").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "select * from read_csv('{secret}')",
        "select * from '{secret}'",
        "copy core.document to '{secret}'",
        "attach '{secret}'",
        "set memory_limit = '1TB'",
        "drop table core.document",
        "select 1; select 2",
        "install httpfs",
        "select getenv('HOME')",
        "not a query",
    ],
)
def test_a_query_reads_the_warehouse_and_nothing_else(
    site: tuple[httpx.Client, Path], tmp_path: Path, query: str
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("word\nsesame\n")
    answer = site[0].get("/sql", params={"query": query.format(secret=secret)})
    assert answer.status_code == 400, answer.text
    assert "sesame" not in answer.text
    assert secret.read_text() == "word\nsesame\n"


def test_a_query_gets_as_many_rows_as_it_may(site: tuple[httpx.Client, Path]) -> None:
    answer = site[0].get("/sql", params={"query": "select figure_id from core.figure", "limit": 5}).json()
    assert (len(answer["rows"]), answer["is_cut"]) == (5, True)
    long = site[0].get("/sql", params={"query": "select count(*) from range(1000000) a, range(1000000) b"})
    assert (long.status_code, "ended" in long.text) == (400, True)


def test_a_client_learns_that_nothing_or_something_new_was_published(site: tuple[httpx.Client, Path]) -> None:
    client, file = site
    tag = client.get("/metrics").headers["etag"]
    assert client.get("/metrics", headers={"if-none-match": tag}).status_code == 304
    shutil.copy(file, file.with_name("new.duckdb"))
    os.replace(file.with_name("new.duckdb"), file)
    again = client.get("/metrics", headers={"if-none-match": tag})
    assert again.status_code == 200
    assert again.headers["etag"] != tag
    assert client.get("/find", params={"text": OFFICE}).json()["is_known"]


def test_what_is_published_later_is_what_is_answered(site: tuple[httpx.Client, Path], tmp_path: Path) -> None:
    client, file = site
    count = {"query": "select count(*) as documents from dim_document"}
    assert client.get("/sql", params=count).json()["rows"] == [{"documents": 2}]
    another = tmp_path / "another.duckdb"
    with duckdb.connect(str(another)) as connection:
        for schema in ("core", "reference", "marts", "audit"):
            connection.execute(f"create schema {schema}")
        connection.execute("create table marts.dim_document as select 1 as document_id")
    kept = tmp_path / "kept.duckdb"
    shutil.copy(file, kept)
    os.replace(another, file)
    assert client.get("/sql", params=count).json()["rows"] == [{"documents": 1}]
    os.replace(kept, file)
    assert client.get("/sql", params=count).json()["rows"] == [{"documents": 2}]


def test_the_routes_describe_themselves(site: tuple[httpx.Client, Path]) -> None:
    described = site[0].get("/openapi.json").json()
    assert len([path for path in described["paths"] if path != "/metrics"]) <= 8
    assert all(list(ways) == ["get"] for ways in described["paths"].values())


def told(result: Any) -> dict[str, Any]:
    """The content of a tool's answer."""
    return dict(json.loads(result.content[0].text))


def test_a_client_of_the_protocol_asks_and_cites(published: Path) -> None:
    async def ask() -> None:
        program = StdioServerParameters(command=str(YUSUAN), args=["serve", "mcp", "--warehouse", str(published)])
        async with Client(program) as client:
            tools = (await client.list_tools()).tools
            assert len(tools) <= 8
            assert all(tool.description for tool in tools)
            found = told(await client.call_tool("find", {"text": "政府办公厅"}))
            body = found["body"][0]["id"]
            series = told(await client.call_tool("series", {"body_id": body, "code": "2010301", "phase": "approved"}))
            by_year = {value["fiscal_year"]: value for value in series["values"]}
            assert by_year[2026]["value"] == "52032600.00"
            cited = told(await client.call_tool("figure", {"figure_ids": by_year[2026]["figure_ids"]}))
            assert "5,203.26" in {figure["printed_text"] for figure in cited["figures"]}
            unknown = told(await client.call_tool("series", {"body_id": body, "code": "213"}))
            assert not unknown["is_known"]
            assert "not known" in unknown["why"]

    anyio.run(ask)

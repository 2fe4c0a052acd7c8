"""Exports open rightly in the programs that people open them with, and say what they are."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import polars as pl
import pytest

from pipeline.publish import exports
from pipeline.publish.published_tables import declared_keys, published_tables

HOSTILE = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "＝1", '=HYPERLINK("x")']
HARMLESS = ["-1,234.50", "行政运行", "a=b", "(=)", "2010301", '他说"好"', "两\n行"]


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    file = tmp_path / "small.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema core; create schema marts; create schema audit; create schema reference")
        connection.execute(
            "create table core.document (document_id varchar not null, title varchar, file_name varchar, source_url varchar, "
            "retrieved_at varchar, sha256 varchar, is_specimen boolean, status varchar)"
        )
        connection.execute(
            "insert into core.document values ('00', '2026年部门预算', 'x.pdf', 'https://example.org/x.pdf', '2026-03-01', 'ab', false, 'loaded')"
        )
        connection.execute(
            """
            create table marts.fct_revenue (
                document_id varchar not null, agency_id varchar not null, agency_name varchar, source varchar not null,
                phase varchar not null, fiscal_year integer not null, functional_code varchar, amount_yuan decimal(20, 2),
                figure_ids varchar[]
            )
            """
        )
        connection.execute("comment on table marts.fct_revenue is 'Revenue facts · 收入事实'")
        connection.execute("comment on column marts.fct_revenue.fiscal_year is 'Fiscal year · 预算年度'")
        for number, text in enumerate([*HOSTILE, *HARMLESS]):
            connection.execute(
                "insert into marts.fct_revenue values ('00', ?, ?, 'total', 'approved', 2026, '0010301', ?, ['a', 'b'])",
                [str(number), text, Decimal("-0.10") * number],
            )
        connection.execute(
            "insert into marts.fct_revenue values ('00', 'large', '', 'total', 'approved', 2026, null, 123456789012345678.91, null)"
        )
    return file


@pytest.fixture
def folder(warehouse: Path) -> Path:
    made = exports.export(warehouse)
    assert made.is_new
    return made.folder


def test_csv_has_the_mark_and_no_formula(folder: Path) -> None:
    path = folder / "csv" / "marts" / "fct_revenue.csv"
    assert path.read_bytes()[:3] == b"\xef\xbb\xbf"
    frame = pl.read_csv(path, infer_schema=False)
    assert frame["agency_name"].to_list() == [*("'" + text for text in HOSTILE), *HARMLESS, ""]
    assert set(frame["functional_code"].to_list()[:-1]) == {"0010301"}
    assert frame["amount_yuan"].to_list()[-1] == "123456789012345678.91"
    assert frame["figure_ids"].to_list()[0] == "a; b"


def test_csv_tells_nothing_from_empty(folder: Path) -> None:
    last = (folder / "csv" / "marts" / "fct_revenue.csv").read_text(encoding="utf-8-sig").splitlines()[-1]
    assert last == '"00","large","","total","approved",2026,,123456789012345678.91,'


def test_parquet_is_the_table(warehouse: Path, folder: Path) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        path = folder / "parquet" / "marts" / "fct_revenue.parquet"
        differing = connection.execute(
            f"(select * from marts.fct_revenue except all select * from '{path}') union all "
            f"(select * from '{path}' except all select * from marts.fct_revenue)"
        ).fetchall()
        types = connection.execute(f"select column_name, column_type from (describe select * from '{path}')").fetchall()
    assert differing == []
    assert ("amount_yuan", "DECIMAL(20,2)") in types


def test_excel_holds_text_as_text_and_amounts_as_numbers(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "excel" / "marts.xlsx")
    sheet = book["fct_revenue"]
    header = [cell.value for cell in sheet[1]]
    assert header[5] == "预算年度\nfiscal_year"
    rows = list(sheet.iter_rows(min_row=2))
    assert [cell.data_type for row in rows for cell in row].count("f") == 0
    assert [row[2].value for row in rows[: len(HOSTILE)]] == HOSTILE
    code, amount, year = rows[0][6], rows[1][7], rows[0][5]
    assert (code.value, code.data_type, code.number_format) == ("0010301", "s", "@")
    assert (amount.value, amount.data_type, amount.number_format) == (-0.1, "n", "#,##0.00;[Red]-#,##0.00")
    assert (year.value, year.number_format) == (2026, "0")
    # A spreadsheet's number has 15 digits: this one stays exact as text.
    assert (rows[-1][7].value, rows[-1][7].data_type) == ("123456789012345678.91", "s")
    assert sheet.freeze_panes == "A2"
    assert [cell.value for cell in book["目录 Contents"][2]] == ["fct_revenue", "收入事实", "Revenue facts", len(rows)]


def test_rows_beyond_a_sheet_go_on_in_the_next(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "EXCEL_ROWS", 11)
    exports.export(warehouse, tmp_path / "other")
    book = openpyxl.load_workbook(tmp_path / "other" / "excel" / "marts.xlsx")
    assert [book["fct_revenue"].max_row, book["fct_revenue (2)"].max_row] == [11, 6]


def test_a_cell_longer_than_excel_allows_is_cut_and_says_so() -> None:
    text = exports._excel_text(["x" * 40_000])
    assert len(text) == exports.EXCEL_CHARACTERS
    assert text.endswith("(cut; whole in Parquet)")


def test_descriptor_names_files_fiscal_types_and_sources(folder: Path) -> None:
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    resource = next(each for each in descriptor["resources"] if each["name"] == "marts-fct-revenue")
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    assert fields["functional_code"]["columnType"] == "functional-classification:generic:code"
    assert fields["agency_id"]["columnType"] == "administrative-classification:generic:level2:code"
    assert fields["phase"]["columnType"] == "phase:id"
    assert fields["amount_yuan"]["columnType"] == "value"
    assert fields["fiscal_year"] == {
        "name": "fiscal_year", "title": "预算年度", "description": "Fiscal year", "type": "integer",
        "columnType": "date:fiscal-year", "constraints": {"required": True},
    }  # fmt: skip
    extra = {field["name"]: field["constant"] for field in resource["schema"]["extraFields"]}
    assert extra == {"currency": "CNY", "direction": "revenue"}
    assert resource["schema"]["primaryKey"] == list(declared_keys()["marts", "fct_revenue"])
    assert descriptor["sources"] == [
        {"title": "2026年部门预算", "path": "https://example.org/x.pdf", "retrievedAt": "2026-03-01", "sha256": "ab", "isSpecimen": False}
    ]  # fmt: skip
    assert descriptor["licenses"]
    for each in descriptor["resources"]:
        assert (folder / each["path"]).stat().st_size == each["bytes"]


def test_amounts_that_share_a_row_are_told_apart() -> None:
    column_types = exports._fiscal_types()
    assert exports._fiscal_type("fct_functional_expenditure", "basic_yuan") == ("", {"measure": "basic"})
    tables = {table for table, _ in column_types} - {"*"}
    assert tables <= {name for _, name in declared_keys()}, "fiscal_types.csv names a table that is not declared"


def test_the_same_snapshot_is_exported_once_and_to_the_same_bytes(
    warehouse: Path, folder: Path, tmp_path: Path
) -> None:
    assert not exports.export(warehouse).is_new
    other = exports.export(warehouse, tmp_path / "other").folder
    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    assert len(files) == 2 * 2 + 3 + 1
    for path in files:
        assert (folder / path).read_bytes() == (other / path).read_bytes(), path
    (folder / "excel" / "marts.xlsx").unlink()
    assert exports.export(warehouse).is_new


def test_views_and_comments_are_seen(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create view marts.citation as select document_id as figure_id from core.document")
        tables = {table.full_name: table for table in published_tables(connection)}
    assert tables["marts.citation"].is_view
    assert tables["marts.fct_revenue"].chinese == "收入事实"
    assert tables["marts.fct_revenue"].is_key_never_null

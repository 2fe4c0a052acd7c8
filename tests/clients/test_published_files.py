"""What people take away, opened by the programs that they have: the snapshot by SQLAlchemy, the package by frictionless, tables by LibreOffice.

LibreOffice stands for desktop spreadsheets: it reads the same files by the same rules as Excel does, and can be asked without a window.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import duckdb
import frictionless
import pytest
import sqlalchemy

from pipeline.publish import exports
from pipeline.publish.published_tables import published_tables

CHINESE = re.compile("[\u4e00-\u9fff]")
ENGLISH = re.compile("[A-Za-z]{3}")
SAME_IN_CHINESE = {"SHA-256"}
OFFICE = shutil.which("soffice")
# Spreadsheets are a part of their own, which a server that only reads Word files may lack.
HAS_SPREADSHEETS = OFFICE is not None and (Path(OFFICE).resolve().parent / "libsclo.so").is_file()
needs_office = pytest.mark.skipif(
    not HAS_SPREADSHEETS, reason="no spreadsheets here: apt-get install libreoffice-calc-nogui"
)
# Fields between tabs, text between quotation marks and numbers without, as they are shown; every sheet into a file of its own.
WRITTEN = "csv:Text - txt - csv (StarCalc):9,34,76,1,,0,true,false,true,false,false,-1"
# UTF-8 between commas, as the mark at the beginning of the file tells a spreadsheet that has a window.
READ = "Text - txt - csv (StarCalc):44,34,76,1,,0,{quoted_is_text},false,false"
HOSTILE = ["=1+1", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", '=HYPERLINK("http://x";"y")', "＝1+1"]


@pytest.fixture(scope="module")
def exported(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exports.export(published, tmp_path_factory.mktemp("exports") / "exports").folder


# The snapshot


def test_every_table_and_column_is_described_in_both_languages(published: Path) -> None:
    with duckdb.connect(str(published), read_only=True) as connection:
        comments = connection.execute(
            """
            select schema_name || '.' || table_name, comment from duckdb_tables() where not internal
            union all select schema_name || '.' || view_name, comment from duckdb_views() where not internal
            union all select concat_ws('.', schema_name, table_name, column_name), comment from duckdb_columns() where not internal
            """
        ).fetchall()
    assert len(comments) > 900
    silent = []
    for name, comment in comments:
        english, _, chinese = (comment or "").rpartition(" · ")
        if not ENGLISH.search(english) or not (CHINESE.search(chinese) or chinese in SAME_IN_CHINESE):
            silent.append(name)
    assert silent == []


def test_sqlalchemy_lists_reflects_and_reads_but_does_not_write(published: Path) -> None:
    with duckdb.connect(str(published), read_only=True) as connection:
        tables = [table for table in published_tables(connection) if table.schema == "marts"]
    engine = sqlalchemy.create_engine(f"duckdb:///{published}", connect_args={"read_only": True})
    inspector = sqlalchemy.inspect(engine)
    names = {*inspector.get_table_names("marts"), *inspector.get_view_names("marts")}
    assert names == {table.name for table in tables}
    for table in tables:
        assert inspector.get_table_comment(table.name, "marts")["text"] == table.comment
        found = [(column["name"], column["comment"]) for column in inspector.get_columns(table.name, "marts")]
        assert found == [(column.name, column.comment) for column in table.columns]
    years = sqlalchemy.Table(
        "functional_expenditure_by_year", sqlalchemy.MetaData(), schema="marts", autoload_with=engine
    )
    with engine.connect() as connection:
        chosen = sqlalchemy.select(years.c.functional_code, years.c.amount_yuan).where(
            years.c.functional_name == "行政运行", years.c.fiscal_year == 2026
        )
        # 2026, form 7: 2010301 行政运行 5,203.26 万元
        assert connection.execute(chosen).fetchall() == [("2010301", Decimal("52032600.00"))]
        with pytest.raises(sqlalchemy.exc.ProgrammingError, match="read-only"):
            connection.execute(sqlalchemy.text("create table marts.x (y int)"))
    engine.dispose()


# The package


def test_frictionless_finds_the_package_valid(exported: Path) -> None:
    descriptor = json.loads((exported / exports.DESCRIPTOR).read_text("utf-8"))
    # The profile's own rules stand at an address; what they add to those of data packages is tested in tests/unit/test_exports.py.
    assert descriptor.pop("profile") == "fiscal-data-package"
    package = frictionless.Package.from_descriptor(descriptor, basepath=str(exported))
    checked = 0
    for resource in package.resources:
        if resource.format == "csv":
            report = resource.validate()
            assert report.valid, (resource.name, [error.message for error in report.tasks[0].errors][:3])
            checked += 1
    assert checked > 50
    assert {Path(resource.path).suffix for resource in package.resources} == {".csv", ".parquet", ".xlsx"}


def test_frictionless_notices_what_is_not_as_it_is_described(exported: Path, tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    shutil.copytree(exported, folder)
    path = folder / "csv" / "marts" / "functional_expenditure_by_year.csv"
    path.write_text(path.read_text("utf-8").replace(",2026,", ",next year,", 1), "utf-8")
    descriptor = json.loads((folder / exports.DESCRIPTOR).read_text("utf-8"))
    (resource,) = (each for each in descriptor["resources"] if each["path"].endswith(f"csv/marts/{path.name}"))
    package = frictionless.Package.from_descriptor({"name": "one", "resources": [resource]}, basepath=str(folder))
    assert not package.resources[0].validate().valid


# Spreadsheets


def opened(path: Path, folder: Path, *options: str) -> dict[str, list[list[str]]]:
    """Every sheet as LibreOffice shows it; text keeps its quotation marks, so that a number is told from digits that are text."""
    result = subprocess.run(
        [str(OFFICE), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", *options, "--convert-to", WRITTEN, "--outdir",
         str(folder), str(path)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    found = sorted(folder.glob("*.csv"))
    assert found, result.stdout + result.stderr
    sheets = {}
    for each in found:
        with each.open(encoding="utf-8", newline="") as stream:
            sheets[each.stem.removeprefix(f"{path.stem}-")] = list(
                csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
            )
    return sheets


def text(value: str) -> str:
    doubled = value.replace('"', '""')
    return f'"{doubled}"'


@needs_office
def test_the_workbook_shows_codes_as_text_and_amounts_as_amounts(
    exported: Path, published: Path, tmp_path: Path
) -> None:
    sheets = opened(exported / "excel" / "marts.xlsx", tmp_path)
    header, *rows = sheets["functional_expenditure_by_year"]
    # Two lines of a header are two lines of the file.
    while not header[-1].endswith('figure_ids"'):
        header, rows = [*header[:-1], f"{header[-1]}\n{rows[0][0]}", *rows[0][1:]], rows[1:]
    names = [name.strip('"').splitlines()[-1] for name in header]
    with duckdb.connect(str(published), read_only=True) as connection:
        expected = connection.execute(
            "select fiscal_year, functional_code, functional_name, amount_yuan, change_yuan, share_of_department from "
            "marts.functional_expenditure_by_year"
        ).fetchall()
    assert len(rows) == len(expected) > 30
    for row, (year, code, name, amount, change, share) in zip(rows, expected, strict=True):
        shown = dict(zip(names, row, strict=True))
        assert shown["fiscal_year"] == str(year)
        assert shown["functional_code"] == text(code)
        assert shown["functional_name"] == text(name)
        assert shown["amount_yuan"] == f"{amount:,.2f}"
        assert shown["change_yuan"] == ("" if change is None else f"{change:,.2f}")
        assert shown["share_of_department"] == ("" if share is None else f"{share * 100:.2f}%")
    assert "目录 Contents" in sheets


@needs_office
def test_csv_opens_with_its_chinese_and_its_codes(exported: Path, published: Path, tmp_path: Path) -> None:
    path = exported / "csv" / "marts" / "functional_expenditure_by_year.csv"
    ((header, *rows),) = opened(path, tmp_path, f"--infilter={READ.format(quoted_is_text='true')}").values()
    # The mark at the beginning is no part of the first name.
    assert header[0] == '"department_id"'
    with duckdb.connect(str(published), read_only=True) as connection:
        expected = connection.execute(
            "select functional_code, functional_name, amount_yuan from marts.functional_expenditure_by_year"
        ).fetchall()
    places = [header.index(text(name)) for name in ("functional_code", "functional_name", "amount_yuan")]
    found = [tuple(row[place] for place in places) for row in rows]
    assert [(code, name) for code, name, _ in found] == [(text(code), text(name)) for code, name, _ in expected]
    assert [Decimal(amount) for _, _, amount in found] == [amount for _, _, amount in expected]


@needs_office
@pytest.mark.parametrize("kind", ["excel", "csv"])
def test_nothing_in_a_table_is_computed(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "hostile.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema core; create schema marts; create schema audit; create schema reference")
        connection.execute(
            "create table core.document (document_id varchar, title varchar, file_name varchar, source_url varchar, retrieved_at varchar, "
            "sha256 varchar, is_specimen boolean, status varchar)"
        )
        connection.execute("create table marts.t (number integer, words varchar)")
        connection.executemany("insert into marts.t values (?, ?)", list(enumerate(HOSTILE)))
    folder = exports.export(file, tmp_path / "exports").folder
    if kind == "excel":
        _, *rows = opened(folder / "excel" / "marts.xlsx", tmp_path / "opened")["t"]
        assert [row[-1] for row in rows][-len(HOSTILE) :] == [text(words) for words in HOSTILE]
    else:
        # As a double click opens it: what each cell holds is found out from its characters.
        options = f"--infilter={READ.format(quoted_is_text='false')}"
        ((_, *rows),) = opened(folder / "csv" / "marts" / "t.csv", tmp_path / "opened", options).values()
        assert [row[-1] for row in rows] == [text(f"'{words}") for words in HOSTILE]

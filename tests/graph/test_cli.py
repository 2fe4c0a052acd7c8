"""The command line: what it prints, what it writes, and how it fails."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.publish import drawing
from pipeline.warehouse.database import connect
from tests.support.toy import toy_warehouse

ROOT = Path(__file__).parents[2]
RED = (214, 39, 40)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    (folder / "raw").mkdir()
    (folder / "raw" / "一.txt").write_text("办公=12\n采购=30.5\n")
    (folder / "raw" / "二.txt").write_text("x=1\nBAD_FIGURE\n")
    (folder / "raw" / "三.txt").write_text("RAISE\n")
    toy_warehouse(folder / "w" / "toys.duckdb").build([folder / "raw"])
    return folder / "w" / "toys.duckdb"


def run(*arguments: str | Path) -> str:
    """What a command prints; it must end with 0."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_sql_prints_the_same_rows_in_every_format(file: Path) -> None:
    query = "select line_name, amount_yuan from core.figure order by amount_yuan"
    rows = list(csv.reader(io.StringIO(run("sql", query, "--format", "csv", "-w", file))))
    assert rows == [["line_name", "amount_yuan"], ["办公", "12.00"], ["采购", "30.50"]]
    assert json.loads(run("sql", query, "--format", "json", "-w", file))[1] == {
        "line_name": "采购",
        "amount_yuan": "30.50",
    }
    assert "30.50" in run("sql", query, "-w", file)


def test_status_accounts_for_every_document(file: Path) -> None:
    rows = json.loads(run("status", "--format", "json", "-w", file))
    told = {row["file_name"]: row for row in rows}
    assert told["一.txt"]["status"] == "loaded"
    assert (told["一.txt"]["numeric_cells"], told["一.txt"]["figures"]) == (2, 2)
    assert told["二.txt"]["status"] == "partly_loaded"
    assert (told["二.txt"]["figures"], told["二.txt"]["refused_cells"]) == (0, 1)
    assert told["三.txt"]["status"] == "refused"
    assert "told to fail" in told["三.txt"]["status_reason"]
    table = run("status", "-w", file)
    assert "schema_violation" in table
    assert "reader_failed" in table
    only = json.loads(run("status", "一", "--format", "json", "-w", file))
    assert [row["file_name"] for row in only] == ["一.txt"]


def test_show_outlines_the_cell(file: Path, tmp_path: Path) -> None:
    with connect(file, read_only=True) as connection:
        row = connection.execute("select figure_id from core.figure where line_name = '采购'").fetchone()
    assert row is not None
    picture = tmp_path / "figure.png"
    told = run("show", row[0], "--output", picture, "-w", file)
    assert "'30.5' 元 = 30.50 yuan" in told
    with Image.open(picture) as image:
        colours = {colour for _, colour in image.convert("RGB").getcolors(1 << 24) or ()}
    assert RED in colours
    with pytest.raises(drawing.UnknownFigure):
        drawing.picture(file, "nothing")


def test_show_outlines_the_rectangle_on_a_page(file: Path, tmp_path: Path) -> None:
    """On a page of 200 × 100 points at two pixels a point, a box is where it must be, and nowhere else."""
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(200, 100))
    canvas.drawString(50, 50, "30.5")
    canvas.save()
    image = drawing.outlined_page(buffer.getvalue(), 1, (50, 40, 90, 60))
    assert image.size == (400, 200)
    red = [(x, y) for x in range(400) for y in range(200) if image.getpixel((x, y)) == RED]
    assert (min(x for x, _ in red), min(y for _, y in red)) == (100 - 4, 80 - 4)
    assert (max(x for x, _ in red), max(y for _, y in red)) == (180 + 4, 120 + 4)


def test_check_and_health(file: Path) -> None:
    told = run("check", "一.txt", "-w", file)
    assert "一.txt" in told
    result = CliRunner().invoke(app, ["health", "--deep", "-w", str(file)])
    assert "3 documents, all whole" in result.output
    assert result.exit_code == 1, "a warehouse without marts is not well"
    assert "without reference, marts, audit" in result.output


def test_check_of_all_documents_counts_identities(file: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(file, tmp_path / "w.duckdb"))
    with connect(copy) as connection:
        for number, verdict in enumerate(("exact", "rounding", "error", "not_checkable", "exact")):
            connection.execute(
                """
                insert into core.identity_check by name
                select ? as identity_check_id, document_id, 'rows_add_up' as identity, 'column' as scope, 'error' as severity,
                    'words' as description, ? as verdict, [] as figure_ids
                from core.document where file_name = '一.txt'
                """,
                [str(number), verdict],
            )
    (row,) = json.loads(run("check", "--format", "json", "-w", copy))
    counts = [row[name] for name in ("documents", "instances", "held", "failed", "not_checkable")]
    assert counts == [1, 5, 3, 1, 1]


def test_check_draws_the_suspects(file: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(file, tmp_path / "w.duckdb"))
    with connect(copy) as connection:
        connection.execute(
            """
            insert into core.suspect_figure by name
            select figure_id, document_id, amount_yuan as printed_yuan, 13 as feasible_low_yuan, 13 as feasible_high_yuan, 'document' as cause,
                'why' as reason
            from core.figure where line_name = '办公'
            """
        )
    told = run("check", "一.txt", "-p", tmp_path / "pictures", "-w", copy)
    (picture,) = (tmp_path / "pictures").iterdir()
    assert str(picture) in told
    assert any(pixel == RED for _, pixel in Image.open(picture).getcolors(1 << 24))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["sql", "select 1", "-w", "nowhere.duckdb"], "does not exist yet; build it with"),
        (["build", "--raw", "nowhere", "-w", "{tmp}/x.duckdb"], "nowhere does not exist"),
        (["sql", "selekt 1", "-w", "{file}"], "syntax error"),
        (["show", "nothing", "-w", "{file}"], "there is no figure nothing"),
        (["check", "txt", "-w", "{file}"], "3 documents hold it"),
        (["sql", "delete from core.figure", "-w", "{file}"], "read-only"),
    ],
)
def test_what_a_person_must_put_right_is_told_in_a_sentence(
    file: Path, tmp_path: Path, arguments: list[str], told: str
) -> None:
    filled = [argument.format(tmp=tmp_path, file=file) for argument in arguments]
    result = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *filled], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert told in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr


def test_the_command_works_from_anywhere(tmp_path: Path, file: Path) -> None:
    command = Path(sys.executable).parent / "yusuan"
    if not command.exists():
        pytest.skip("make setup has not written the command yet")
    result = subprocess.run(
        [str(command), "sql", "select 41 + 1 as answer", "-f", "csv", "-w", str(file)],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert result.stdout.splitlines() == ["answer", "42"]

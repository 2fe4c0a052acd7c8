"""A build from folder to published file: what is new is read, the rest is not, and the same documents give the same tables."""

from __future__ import annotations

import contextlib
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.archive.readings import Version
from pipeline.fetching.ledger import Ledger
from pipeline.warehouse.database import connect
from pipeline.warehouse.failures import BuildFailed
from pipeline.warehouse.places import Places
from pipeline.warehouse.workers import Limits
from tests.support.builds import content
from tests.support.toy import toy_warehouse, write_toys


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three toy documents under `raw` and their warehouse `w/toys.duckdb`; tests work on copies."""
    folder = tmp_path_factory.mktemp("built")
    write_toys(folder / "raw", 3)
    toy_warehouse(folder / "w" / "toys.duckdb", jobs=2, has_marts=True).build([folder / "raw"])
    return folder


@pytest.fixture
def here(built: Path, tmp_path: Path) -> Path:
    shutil.copytree(built, tmp_path / "here")
    return tmp_path / "here"


def test_the_published_file_holds_core_and_marts(built: Path) -> None:
    tables = content(built / "w" / "toys.duckdb")
    assert len(tables["core.document"]) == 3
    assert len(tables["core.figure"]) == 9
    assert tables["marts.grand_total"] == [(3, pytest.approx(3 * 3 + sum(range(3)) + sum(range(1, 4))))]


def test_nothing_new_reads_nothing_and_rewrites_nothing(here: Path) -> None:
    file = here / "w" / "toys.duckdb"
    # The fixture's marts are not of this build's project: one build establishes what is published.
    toy_warehouse(file).build([here / "raw"])
    before = file.stat()
    result = toy_warehouse(file).build([here / "raw"])
    after = file.stat()
    assert (result.read_count, result.is_new) == (0, False)
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert result.seconds < 5


def test_one_new_document_is_the_only_one_read(here: Path) -> None:
    file = here / "w" / "toys.duckdb"
    (here / "raw" / "new.txt").write_text("x=100\n")
    result = toy_warehouse(file).build([here / "raw"])
    assert (result.document_count, result.read_count, result.is_new) == (4, 1, True)
    assert len(content(file)["core.document"]) == 4
    (here / "raw" / "new.txt").unlink()
    result = toy_warehouse(file).build([here / "raw"])
    assert (result.document_count, result.read_count, result.is_new) == (3, 0, True)


def test_the_same_documents_give_the_same_tables(built: Path, tmp_path: Path) -> None:
    """Under other names of folders, taken in in another order, by another number of workers, step by step."""
    raw = tmp_path / "elsewhere"
    raw.mkdir()
    file = tmp_path / "w" / "toys.duckdb"
    for path in sorted((built / "raw").iterdir(), reverse=True):
        shutil.copy(path, raw)
        toy_warehouse(file).build([raw])
    toy_warehouse(file, has_marts=True).build([raw])
    assert content(file) == content(built / "w" / "toys.duckdb")


def test_another_version_reads_again(here: Path) -> None:
    result = toy_warehouse(here / "w" / "toys.duckdb", version=Version("other")).build([here / "raw"])
    assert result.read_count == 3


def test_a_changed_claim_reads_its_document_again(here: Path) -> None:
    registry = here / "raw" / "registry.csv"
    registry.write_text("file_name,source_url,is_specimen\ntoy_001.txt,https://example.org/1,true\n")
    file = here / "w" / "toys.duckdb"
    assert toy_warehouse(file).build([here / "raw"]).read_count == 1
    with connect(file, read_only=True) as connection:
        rows = connection.execute(
            "select file_name, source_url from core.document where is_specimen order by 1"
        ).fetchall()
    assert rows == [("toy_001.txt", "https://example.org/1")]
    registry.write_text("file_name,source_url,is_specimen,note\ntoy_001.txt,https://example.org/1,true,a note\n")
    assert toy_warehouse(file).build([here / "raw"]).read_count == 0, "a note is no claim"


def test_the_same_bytes_under_two_names_are_one_document(here: Path) -> None:
    shutil.copy(here / "raw" / "toy_000.txt", here / "raw" / "again.txt")
    result = toy_warehouse(here / "w" / "toys.duckdb").build([here / "raw"])
    assert result.document_count == 3


def test_a_copy_under_another_name_opens_whole(here: Path) -> None:
    """Views, too: they may not name the file that they were built in."""
    project = here / "dbt"
    shutil.copytree(Path(__file__).parent / "small_dbt_project", project)
    (project / "models" / "footnote.sql").write_text(
        "{{ config(materialized='view') }}\nselect figure_id from {{ source('core', 'figure') }}\n"
    )
    warehouse = toy_warehouse(here / "w" / "toys.duckdb")
    warehouse.dbt_project = project
    warehouse.build([here / "raw"])
    copy = here / "any other name.duckdb"
    shutil.move(here / "w" / "toys.duckdb", copy)
    with connect(copy, read_only=True) as connection:
        assert connection.execute("select count(*) from marts.footnote").fetchone() == (9,)


def test_a_dbt_test_that_fails_blocks_publication(here: Path) -> None:
    file = here / "w" / "toys.duckdb"
    before = content(file)
    (here / "raw" / "huge.txt").write_text("x=9000000000\n")
    with pytest.raises(BuildFailed, match="accepted_values"):
        toy_warehouse(file, has_marts=True).build([here / "raw"])
    assert content(file) == before
    assert not toy_warehouse(file).building.exists()


def test_a_broken_table_blocks_publication(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The blocking checks of the written tables are asked, and what they find stops the build."""
    file = here / "w" / "toys.duckdb"
    before = content(file)
    warehouse = toy_warehouse(file, version=Version("broken"))
    whole = warehouse.write_core

    def broken() -> dict[str, int]:
        counts = whole()
        with connect(warehouse.building) as connection:
            connection.execute("insert into core.figure select * from core.figure limit 1")
            connection.execute("update core.page set method = 'guess'")
        return counts

    monkeypatch.setattr(warehouse, "write_core", broken)
    with pytest.raises(BuildFailed) as error:
        warehouse.build([here / "raw"])
    assert "core.figure: keys_and_references_hold" in str(error.value)
    assert "core.page: rows_satisfy_their_schema" in str(error.value)
    assert content(file) == before


def test_a_check_names_the_documents_that_break_it_most(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers of a form that are neither figures nor refused: a warning, with the document."""
    warehouse = toy_warehouse(here / "w" / "toys.duckdb", version=Version("unaccounted"))
    whole = warehouse.write_core

    def dropped() -> dict[str, int]:
        counts = whole()
        with connect(warehouse.building) as connection:
            connection.execute(
                "update core.form set numeric_cell_count = numeric_cell_count + 2 from core.document "
                "where form.document_id = document.document_id and file_name = 'toy_001.txt'"
            )
        return counts

    monkeypatch.setattr(warehouse, "write_core", dropped)
    built = warehouse.build([here / "raw"])
    told = [check.told for check in built.checks if not check.passed]
    assert len(told) == 1
    assert told[0].endswith("2 of 11 do not. Most of them: toy_001.txt: 2")
    assert "toy_001" not in "".join(check.told for check in built.checks if check.passed)


def test_no_documents_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    with pytest.raises(BuildFailed, match="no document"):
        toy_warehouse(tmp_path / "w" / "x.duckdb").build([tmp_path / "raw"])
    with pytest.raises(BuildFailed, match="does not exist"):
        toy_warehouse(tmp_path / "w" / "x.duckdb").build([tmp_path / "nowhere"])


def test_higher_limits_read_again_what_was_cut_short(here: Path) -> None:
    (here / "raw" / "slow.txt").write_text("x=1\nSLOW\n")
    file = here / "w" / "toys.duckdb"
    low = Limits(seconds=0.5, memory_mebibytes=1024)
    assert toy_warehouse(file, limits=low).build([here / "raw"]).statuses["refused"] >= 1
    assert toy_warehouse(file, limits=low).build([here / "raw"]).read_count == 0
    result = toy_warehouse(file).build([here / "raw"])
    assert result.read_count >= 1
    assert result.statuses == {"loaded": 4}


def test_every_column_is_described_in_the_published_file(built: Path) -> None:
    with connect(built / "w" / "toys.duckdb", read_only=True) as connection:
        silent = connection.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'core' and comment is null"
        ).fetchall()
        tables = connection.execute("select count(*) from duckdb_tables() where schema_name = 'core'").fetchone()
    assert silent == []
    assert tables is not None
    assert tables[0] >= 13


def test_state_lies_beside_the_file_and_nowhere_else(built: Path) -> None:
    assert sorted(os.listdir(built / "w")) == ["toys.duckdb", "toys.state"]
    assert sorted(os.listdir(built)) == ["raw", "w"]


def test_a_fetch_while_tables_are_made_waits_for_the_next_build(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is published is signed for what was frozen, so the next build does not say that it is up to date."""
    file = here / "w" / "toys.duckdb"
    warehouse = toy_warehouse(file)
    whole = warehouse.transform

    def fetched_meanwhile() -> None:
        whole()
        with contextlib.closing(Ledger(file.parent / "toys.state")) as ledger:
            now = datetime(2026, 3, 1, tzinfo=UTC)
            ledger.begin_run("run-1", now)
            ledger.begin_attempt("run-1", "city-440300", "https://example.org/", None, "listing", 1, now)

    (here / "raw" / "new.txt").write_text("x=100\n")
    monkeypatch.setattr(warehouse, "transform", fetched_meanwhile)
    assert warehouse.build([here / "raw"]).is_new
    assert content(file)["core.fetch_attempt"] == []
    assert toy_warehouse(file).build([here / "raw"]).is_new
    assert len(content(file)["core.fetch_attempt"]) == 1
    assert not toy_warehouse(file).build([here / "raw"]).is_new


def test_named_folders_are_remembered_until_others_are_named(tmp_path: Path) -> None:
    """What the command line named, a schedule builds too: no later build undoes it."""
    file = tmp_path / "w" / "toys.duckdb"
    write_toys(tmp_path / "raw", 1)
    write_toys(tmp_path / "预算 more", 2)
    assert toy_warehouse(file).build([tmp_path / "raw", tmp_path / "预算 more"]).document_count == 2
    assert toy_warehouse(file).build().is_new is False
    assert Places(file).folders() == [tmp_path / "raw", tmp_path / "预算 more"]
    assert toy_warehouse(file).build([tmp_path / "raw"]).document_count == 1
    assert toy_warehouse(file).build().document_count == 1
    shutil.rmtree(tmp_path / "raw")
    with pytest.raises(BuildFailed, match="does not exist"):
        toy_warehouse(file).build()

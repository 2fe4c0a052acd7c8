"""A warehouse of the release before is upgraded by a build, with all that it held; one of a newer release is left alone."""

import shutil
from pathlib import Path

import pytest

from pipeline.warehouse.database import connect, version_of
from pipeline.warehouse.failures import BuildFailed
from pipeline.warehouse.health import examine
from schemas import version
from tests.support.builds import content
from tests.support.previous_release import make_previous
from tests.support.toy import toy_warehouse, write_toys


@pytest.fixture
def previous(tmp_path: Path) -> Path:
    """A folder with two toy documents and their warehouse as the release before left it."""
    write_toys(tmp_path / "raw", 2)
    toy_warehouse(tmp_path / "w" / "toys.duckdb").build([tmp_path / "raw"])
    make_previous(tmp_path / "w" / "toys.duckdb")
    return tmp_path


def test_a_build_upgrades_and_loses_nothing(previous: Path) -> None:
    file = previous / "w" / "toys.duckdb"
    state = previous / "w" / "toys.state"
    archived = {path.name: path.read_bytes() for path in (state / "archive").rglob("*") if path.is_file()}
    assert version_of(file) == 0
    with connect(file, read_only=True) as reader:
        result = toy_warehouse(file).build([previous / "raw"])
        assert reader.execute("select count(*) from core.document").fetchone() == (2,), "a reader keeps the former file"
    assert (result.upgraded_from, version_of(file)) == (0, version.current())
    now = {path.name: path.read_bytes() for path in (state / "archive").rglob("*") if path.is_file()}
    assert now == archived
    assert len(archived) == 3
    with connect(file, read_only=True) as connection:
        assert connection.execute("select count(*) from core.document where reader_version <> ''").fetchone() == (3,)
        requests = connection.execute("select url, outcome from core.fetch_attempt order by attempt_id").fetchall()
        assert requests == [("https://example.org/1", "page"), ("https://example.org/2", "new_document")]
        assert connection.execute("select ended_by from core.publication").fetchall() == [("withdrawn",)]
        amounts = connection.execute("select amount_yuan from core.figure where line_name = 'fetched'").fetchall()
        assert [str(amount) for (amount,) in amounts] == ["77.00"]
    # What was upgraded is what a build from nothing makes of the same documents and ledger.
    fresh = previous / "fresh" / "toys.duckdb"
    for name in ("archive", "fetching.sqlite"):
        source = state / name
        target = previous / "fresh" / "toys.state" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    toy_warehouse(fresh).build([previous / "raw"])
    assert content(fresh) == content(file)
    assert toy_warehouse(file).build([previous / "raw"]).upgraded_from is None


def test_an_upgrade_that_is_broken_off_leaves_the_former_file(previous: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = previous / "w" / "toys.duckdb"
    before = file.read_bytes()
    warehouse = toy_warehouse(file)

    def fail() -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(warehouse, "publish", fail)
    with pytest.raises(BuildFailed, match="no space left"):
        warehouse.build([previous / "raw"])
    assert file.read_bytes() == before
    assert toy_warehouse(file).build([previous / "raw"]).upgraded_from == 0


def test_a_file_of_a_newer_release_is_left_alone(previous: Path) -> None:
    file = previous / "w" / "toys.duckdb"
    toy_warehouse(file).build([previous / "raw"])
    with connect(file) as connection:
        connection.execute("update core.schema_version set schema_version = 99")
    before = file.read_bytes()
    told = {finding.name: finding for finding in examine(toy_warehouse(file))}
    assert not told["schema"].is_well
    with pytest.raises(BuildFailed, match=r"newer release \(tables of version 99"):
        toy_warehouse(file).build([previous / "raw"])
    assert file.read_bytes() == before


def test_health_says_that_an_upgrade_is_due(previous: Path) -> None:
    file = previous / "w" / "toys.duckdb"
    told = {finding.name: finding for finding in examine(toy_warehouse(file))}
    assert not told["schema"].is_well
    assert "yusuan build" in told["schema"].detail
    toy_warehouse(file).build([previous / "raw"])
    told = {finding.name: finding for finding in examine(toy_warehouse(file))}
    assert told["schema"].is_well

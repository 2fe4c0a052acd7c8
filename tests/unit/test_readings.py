"""The cache of readings: it holds only for the bytes, versions, claim and limits it was made with; damage is noticed."""

from pathlib import Path

import polars as pl
import pytest

from pipeline.archive.readings import Damaged, Entry, Readings, Version, digest_of_files, reader_version

SHA = "ab" * 32
VERSION = Version("base", {"form:a": "1", "form:b": "1"})


def _kept(root: Path, scopes: tuple[str, ...] = (), limits: str | None = None) -> Readings:
    readings = Readings(root)
    entry = Entry(SHA, VERSION.of(scopes), "claim", scopes, limits, {"status": "loaded"})
    readings.write(entry, {"figure": pl.DataFrame({"x": [1, 2]}), "empty": pl.DataFrame({"x": []})})
    return readings


def test_a_reading_comes_back(tmp_path: Path) -> None:
    readings = _kept(tmp_path)
    tables = readings.read(SHA[:16])
    assert list(tables) == ["figure"]
    assert tables["figure"]["x"].to_list() == [1, 2]
    entry = readings.find(SHA, VERSION, "claim", "any")
    assert entry is not None
    assert entry.summary == {"status": "loaded"}


def test_a_reading_holds_only_for_what_it_was_made_from(tmp_path: Path) -> None:
    readings = _kept(tmp_path)
    assert readings.find(SHA, Version("other"), "claim", "any") is None
    assert readings.find(SHA, VERSION, "another claim", "any") is None
    assert readings.find("cd" * 32, VERSION, "claim", "any") is None
    # Same first 16 digits, another document.
    assert readings.find(SHA[:16] + "0" * 48, VERSION, "claim", "any") is None


def test_a_scope_concerns_only_readings_that_depend_on_it(tmp_path: Path) -> None:
    readings = _kept(tmp_path, scopes=("form:a",))
    changed_b = Version("base", {"form:a": "1", "form:b": "2"})
    changed_a = Version("base", {"form:a": "2", "form:b": "1"})
    assert readings.find(SHA, changed_b, "claim", "any") is not None
    assert readings.find(SHA, changed_a, "claim", "any") is None


def test_a_reading_cut_short_holds_only_for_the_same_limits(tmp_path: Path) -> None:
    readings = _kept(tmp_path, limits="5 s")
    assert readings.find(SHA, VERSION, "claim", "5 s") is not None
    assert readings.find(SHA, VERSION, "claim", "50 s") is None


def test_the_same_reading_is_the_same_file(tmp_path: Path) -> None:
    first = _kept(tmp_path / "1").path(SHA[:16]).read_bytes()
    second = _kept(tmp_path / "2").path(SHA[:16]).read_bytes()
    assert first == second


def test_damage_anywhere_is_noticed(tmp_path: Path) -> None:
    """One flipped bit, anywhere in the file."""
    readings = _kept(tmp_path)
    path = readings.path(SHA[:16])
    whole = path.read_bytes()
    for position in range(0, len(whole), 3):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0x10]) + whole[position + 1 :])
        readings.find(SHA, VERSION, "claim", "any")
        with pytest.raises(Damaged):
            readings.read(SHA[:16])


def test_a_file_cut_short_is_damaged(tmp_path: Path) -> None:
    readings = _kept(tmp_path)
    path = readings.path(SHA[:16])
    whole = path.read_bytes()
    for length in (0, 1, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert readings.find(SHA, VERSION, "claim", "any") is None
        with pytest.raises(Damaged):
            readings.read(SHA[:16])


def test_other_readings_are_removed(tmp_path: Path) -> None:
    readings = _kept(tmp_path)
    assert readings.remove_others([SHA[:16]]) == 0
    assert readings.remove_others([]) == 1
    assert not readings.path(SHA[:16]).exists()


def test_the_version_changes_with_code_and_catalogue_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "pipeline" / "readers" / "__pycache__").mkdir(parents=True)
    (tmp_path / "pipeline" / "publish").mkdir()
    (tmp_path / "schemas").mkdir()
    code = tmp_path / "pipeline" / "readers" / "pdf.py"
    code.write_text("one")
    before = reader_version(tmp_path)
    (tmp_path / "pipeline" / "readers" / "__pycache__" / "pdf.pyc").write_text("compiled")
    (tmp_path / "pipeline" / "publish" / "warehouse.py").write_text("another stage")
    assert reader_version(tmp_path) == before
    (tmp_path / "pipeline" / "readers" / "words.csv").write_text("data")
    with_data = reader_version(tmp_path)
    assert with_data != before
    code.write_text("two")
    assert reader_version(tmp_path) not in (before, with_data)


def test_names_of_files_count(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    before = digest_of_files(tmp_path, [tmp_path])
    (tmp_path / "a").rename(tmp_path / "b")
    assert digest_of_files(tmp_path, [tmp_path]) != before

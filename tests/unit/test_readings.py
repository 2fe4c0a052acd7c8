"""The cache of readings: it holds only for the bytes, versions, claim and limits it was made with; damage is noticed."""

from pathlib import Path

import polars as pl
import pytest

from pipeline.archive.readings import Damaged, Entry, Readings, Version, code_version, digest_of_files, pages_version

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


def test_a_reading_that_was_confirmed_is_asked_nothing(tmp_path: Path) -> None:
    readings = _kept(tmp_path, scopes=("form:a",))
    changed_b = Version("base", {"form:a": "1", "form:b": "2"}, "tables of today")
    entry = readings.find(SHA, changed_b, "claim", "any")
    assert entry is not None
    readings.confirm(entry, changed_b)
    unanswered = Version("base", {}, "tables of today")
    assert readings.find(SHA, unanswered, "claim", "any") is not None
    assert readings.find(SHA, Version("base", {}, "tables of tomorrow"), "claim", "any") is None
    assert readings.find(SHA, Version("other", {}, "tables of today"), "claim", "any") is None
    # What it depends on is not forgotten by being confirmed.
    assert readings.find(SHA, Version("base", {"form:a": "1"}, "tables of tomorrow"), "claim", "any") is not None
    assert readings.read(SHA[:16])["figure"]["x"].to_list() == [1, 2]


def test_the_version_of_code_changes_with_code_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "pipeline" / "readers" / "__pycache__").mkdir(parents=True)
    (tmp_path / "pipeline" / "publish").mkdir()
    (tmp_path / "pipeline" / "proofs").mkdir()
    (tmp_path / "schemas").mkdir()
    reader, proof = (tmp_path / "pipeline" / name for name in ("readers/pdf.py", "proofs/solving.py"))
    reader.write_text("one")
    proof.write_text("one")
    before = (code_version(tmp_path), pages_version(tmp_path))
    (tmp_path / "pipeline" / "readers" / "__pycache__" / "pdf.pyc").write_text("compiled")
    (tmp_path / "pipeline" / "publish" / "warehouse.py").write_text("another stage")
    # A table of data is no code: what depends on it depends on the answers it gives.
    (tmp_path / "pipeline" / "proofs" / "identities.csv").write_text("identity\n")
    assert (code_version(tmp_path), pages_version(tmp_path)) == before
    proof.write_text("two")
    assert code_version(tmp_path) != before[0]
    assert pages_version(tmp_path) == before[1], "another proof does not print other pages"
    reader.write_text("two")
    assert pages_version(tmp_path) != before[1]


def test_names_of_files_count(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    before = digest_of_files(tmp_path, [tmp_path])
    (tmp_path / "a").rename(tmp_path / "b")
    assert digest_of_files(tmp_path, [tmp_path]) != before

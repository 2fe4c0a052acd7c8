"""The version of the tables is another one when the tables are."""

import pytest

from schemas import core, version
from schemas.table import TEXT, Column, Table


def test_the_tables_are_those_of_their_version() -> None:
    assert version.PATH.read_text("utf-8") == version.text(), "the tables have changed; run `python -m schemas.version`"


def test_a_released_version_is_never_given_to_other_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    before = version.digest()
    rows = [
        dict.fromkeys(version.COLUMNS, ""),
        {"schema_version": "7", "digest": before, "released": "2026-12-01", "change": ""},
    ]
    monkeypatch.setattr(version, "versions", lambda: [dict(row) for row in rows])
    assert version.text().splitlines()[-1].startswith("7,")
    changed = Table("new", "row", "New", "新", (Column("x", TEXT, "x", "x"),))
    monkeypatch.setattr(version, "TABLES", (*core.TABLES, changed))
    assert version.digest() != before
    assert version.text().splitlines()[-1].startswith(f"8,{version.digest()},")
    rows[-1]["released"] = ""
    assert version.text().splitlines()[-1].startswith(f"7,{version.digest()},"), (
        "an unreleased version may still change"
    )

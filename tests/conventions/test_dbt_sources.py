"""Generated dbt sources say what schemas/core.py declares."""

from __future__ import annotations

from schemas import dbt_sources


def test_sources_are_up_to_date() -> None:
    assert dbt_sources.PATH.read_text(encoding="utf-8") == dbt_sources.text(), (
        "dbt_project/models/staging/sources.yml is out of date: run `python -m schemas.dbt_sources`"
    )

"""What an operator is told of printed totals that facts miss.

Belongs here: the share above which health and the check of the published warehouse fail. Does not belong here: which totals are missed
(unit tests of dbt_project).
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import duckdb
import pytest

from pipeline.publish.worst import needs
from pipeline.warehouse import health
from pipeline.warehouse.build import Warehouse


def warehouse_file(folder: Path, missed: int, met: int) -> Path:
    """A file that holds so many printed totals of one document, and as many of nothing."""
    file = folder / "totals.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema core; create schema audit")
        connection.execute(
            "create table core.document as select 'd' as document_id, '甲.pdf' as file_name, 'loaded' as status, null as status_reason"
        )
        connection.execute(
            """create table audit.printed_total as
            select 'd' as document_id, 'revenue' as fact, case when n < ? then 'missed' else 'met' end as verdict, 5.00 as printed_yuan
            from range(?) as total (n)
            union all select 'd', 'revenue', 'met', 0.00 from range(1000)""",
            [missed, missed + met],
        )
    return file


@pytest.mark.parametrize(("missed", "met", "is_well"), [(0, 10, True), (2, 98, True), (3, 97, False), (1, 1, False)])
def test_more_than_two_in_a_hundred_is_not_well(tmp_path: Path, missed: int, met: int, is_well: bool) -> None:
    file = warehouse_file(tmp_path, missed, met)
    (found,) = health._totals(file)
    assert found.is_well == is_well
    assert found.is_serious
    assert f"{missed} missed" in found.detail
    need = {need.name: need for need in needs(file)}["printed_totals_are_met"]
    assert (need.amiss, need.looked_at, need.is_well) == (missed, missed + met, is_well)


def test_a_file_without_totals_says_nothing(tmp_path: Path) -> None:
    assert list(health._totals(tmp_path / "none.duckdb")) == []


def test_health_looks_at_totals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_file", "_schema"):
        monkeypatch.setattr(health, name, lambda file: iter(()))
    for name in ("_build", "_space"):
        monkeypatch.setattr(health, name, lambda warehouse: health.Finding("other", True, ""))
    file = warehouse_file(tmp_path, 1, 1)
    found = list(health.examine(cast(Warehouse, SimpleNamespace(file=file))))
    assert [finding.name for finding in found if not finding.is_well] == ["printed totals"]

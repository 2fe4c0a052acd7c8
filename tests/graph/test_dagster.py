"""Dagster in process: the whole graph on two documents, a second run that changes nothing, checks that block, the graph itself.

The documents are toys; the definitions are the real ones, with the real dbt project, except where a test says otherwise.
"""

import json
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster_dbt import DbtCliResource

from pipeline.archive.readings import Version
from pipeline.assets import automation, warehouse
from pipeline.assets.resource import WarehouseResource
from pipeline.definitions import defs
from pipeline.publish.warehouse import DBT, Warehouse, connect
from pipeline.workers import Limits
from tests.support.builds import content
from tests.support.toy import read_toy, write_toys

SNAPSHOT = Path(__file__).parent / "asset_graph.json"


class ToyResource(WarehouseResource):
    """The warehouse with the reader of toys; everything else as it is."""

    version_name: str = "toy"

    def new_builder(self) -> Warehouse:
        return Warehouse(Path(self.file), 1, Limits(seconds=120), read_toy, Version(self.version_name))


def run(folder: Path, **config: Any) -> dg.ExecuteInProcessResult:
    """One run of all assets of the job on the documents in `folder/raw`."""
    resource = ToyResource(file=str(folder / "w" / "toys.duckdb"), raw=[str(folder / "raw")], **config)
    return dg.materialize(
        [
            warehouse.raw_documents,
            warehouse.readings,
            warehouse.core_tables,
            warehouse.models,
            warehouse.published_warehouse,
        ],
        resources={
            "warehouse": resource,
            "dbt": DbtCliResource(project_dir=warehouse.dbt_project, dbt_executable=str(DBT)),
        },
        raise_on_error=False,
    )


def made(result: dg.ExecuteInProcessResult) -> set[str]:
    """Assets that a run made, by their paths."""
    return {"/".join(event.asset_key.path) for event in result.get_asset_materialization_events() if event.asset_key}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dg.ExecuteInProcessResult]:
    folder = tmp_path_factory.mktemp("dagster")
    write_toys(folder / "raw", 2)
    return folder, run(folder)


def test_a_run_makes_everything(first: tuple[Path, dg.ExecuteInProcessResult]) -> None:
    folder, result = first
    assert result.success
    names = made(result)
    assert {"raw_documents", "readings", "core/document", "core/figure", "published_warehouse"} <= names
    assert any("fct_functional_expenditure" in name for name in names)
    with connect(folder / "w" / "toys.duckdb", read_only=True) as connection:
        assert connection.execute("select count(*) from marts.dim_document").fetchone() == (2,)
    checks = result.get_asset_check_evaluations()
    assert {check.check_name for check in checks} >= {"rows_satisfy_their_schema", "keys_and_references_hold"}
    assert all(check.passed for check in checks if check.severity is dg.AssetCheckSeverity.ERROR)
    for event in result.get_asset_materialization_events():
        if event.asset_key and event.asset_key.path[0] in ("core", "published_warehouse", "readings"):
            metadata = event.materialization.metadata
            assert "preview" in metadata, event.asset_key


def test_a_second_run_changes_nothing(first: tuple[Path, dg.ExecuteInProcessResult]) -> None:
    folder, _ = first
    file = folder / "w" / "toys.duckdb"
    before = (content(file), file.stat())
    result = run(folder)
    assert result.success
    assert made(result) == {"raw_documents", "readings"}
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before[1].st_ino, before[1].st_mtime_ns)
    assert content(file) == before[0]


def test_a_blocking_check_stops_dbt_and_publication(
    first: tuple[Path, dg.ExecuteInProcessResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = first
    file = folder / "w" / "toys.duckdb"
    before = content(file)
    whole = Warehouse.write_core

    def broken(self: Warehouse) -> dict[str, int]:
        counts = whole(self)
        with self.connect(self.building) as connection:
            connection.execute("update core.page set method = 'guess'")
        return counts

    monkeypatch.setattr(Warehouse, "write_core", broken)
    result = run(folder, version_name="another")
    assert not result.success
    failed = [check for check in result.get_asset_check_evaluations() if not check.passed]
    assert [(check.asset_key.path[-1], check.check_name) for check in failed] == [("page", "rows_satisfy_their_schema")]
    assert "published_warehouse" not in made(result)
    assert not any(name.startswith(("marts", "audit", "reference")) for name in made(result)), (
        "dbt ran before the check"
    )
    assert content(file) == before


def test_two_runs_at_once_are_one(first: tuple[Path, dg.ExecuteInProcessResult]) -> None:
    folder, _ = first
    with Warehouse(folder / "w" / "toys.duckdb").lock():
        result = run(folder)
    assert not result.success
    assert made(result) == set()


def graph() -> dict[str, Any]:
    """The asset graph: who depends on whom, and which checks block."""
    assets = defs.resolve_asset_graph()
    return {
        "assets": {
            key.to_user_string(): sorted(parent.to_user_string() for parent in assets.get(key).parent_keys)
            for key in sorted(assets.materializable_asset_keys)
        },
        "blocking_checks": sorted(
            f"{spec.asset_key.to_user_string()}: {spec.name}"
            for key in assets.asset_check_keys
            for spec in [assets.get_check_spec(key)]
            if spec.blocking and spec.asset_key.path[0] == "core"
        ),
        "jobs": sorted(job.name for job in defs.resolve_all_job_defs() if not job.name.startswith("__")),
        "schedules": sorted(
            f"{each.name} {each.cron_schedule} {each.execution_timezone}" for each in defs.schedules or ()
        ),
        "sensors": sorted(each.name for each in defs.sensors or ()),
    }


def test_the_asset_graph_is_the_one_that_was_agreed() -> None:
    """To agree to another one: `python -m tests.graph.test_dagster`, and look at the difference."""
    now = graph()
    # Models come and go with dbt_project; their own edges are dbt's. What Python wires is agreed here.
    models = {key for key in now["assets"] if key.split("/")[0] not in ("core",) and key not in PYTHON_ASSETS}
    assert len(models) > 30
    agreed = json.loads(SNAPSHOT.read_text("utf-8"))
    assert wired(now) == agreed


PYTHON_ASSETS = {"raw_documents", "readings", "published_warehouse", "fetched_documents"}


def wired(whole: dict[str, Any]) -> dict[str, Any]:
    """The part of the graph that Python wires: the published file depends on every model, and is shown as such."""
    models = {key for key in whole["assets"] if not key.startswith("core/") and key not in PYTHON_ASSETS}
    assets = {key: parents for key, parents in whole["assets"].items() if key not in models}
    depends_on_all = set(assets["published_warehouse"]) == models
    return {
        **whole,
        "assets": {**assets, "published_warehouse": ["every model"] if depends_on_all else ["not every model"]},
    }


def test_one_job_writes_and_is_tagged_so() -> None:
    assert defs.get_job_def("build_warehouse").tags["duckdb_writer"] == "warehouse"
    assert defs.resolve_schedule_def("every_morning").execution_timezone == "Asia/Shanghai"


def test_the_sensor_waits_until_documents_are_at_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automation, "DEFAULT_RAW", tmp_path / "raw")
    monkeypatch.setattr(automation, "DEFAULT_FILE", tmp_path / "w" / "x.duckdb")
    write_toys(tmp_path / "raw", 1)
    cursor: str | None = None

    def look() -> list[Any]:
        nonlocal cursor
        with dg.build_sensor_context(cursor=cursor) as context:
            told = automation.dropped_documents(context)
            items = list(told) if not isinstance(told, dg.RunRequest | dg.SkipReason) else [told]
            cursor = context.cursor
        return items

    assert isinstance(look()[0], dg.SkipReason)
    assert isinstance(look()[0], dg.RunRequest)
    assert isinstance(look()[0], dg.SkipReason)
    write_toys(tmp_path / "raw", 2)
    assert isinstance(look()[0], dg.SkipReason)
    assert isinstance(look()[0], dg.RunRequest)


if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(wired(graph()), ensure_ascii=False, indent=1) + "\n", "utf-8")

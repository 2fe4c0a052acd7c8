"""Dagster in process: the whole graph on two documents, a second run that changes nothing, checks that block, the graph itself.

The documents are toys; the definitions are the real ones, with the real dbt project, except where a test says otherwise.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from dagster_dbt import DbtCliResource

from pipeline.archive.readings import Version
from pipeline.assets import automation, fetching, publishing, warehouse
from pipeline.assets.resource import WarehouseResource
from pipeline.definitions import defs
from pipeline.fetching.runs import FetchReport, Visit
from pipeline.fetching.sources import read_sources
from pipeline.warehouse.build import Warehouse
from pipeline.warehouse.database import connect
from pipeline.warehouse.events import hours_since_last_build
from pipeline.warehouse.failures import BuildFailed
from pipeline.warehouse.places import DBT, Places
from pipeline.warehouse.workers import Limits
from tests.support.builds import content
from tests.support.toy import read_toy, write_toys

COPIES = [publishing.exports, publishing.explorer, publishing.postgres_publication]
SNAPSHOT = Path(__file__).parent / "asset_graph.json"


class ToyResource(WarehouseResource):
    """The warehouse with the reader of toys; everything else as it is."""

    version_name: str = "toy"

    def new_builder(self) -> Warehouse:
        return Warehouse(Path(self.file), 1, Limits(seconds=120), read_toy, Version(self.version_name))


JOB = [
    warehouse.raw_documents,
    warehouse.readings,
    warehouse.core_tables,
    warehouse.models,
    warehouse.published_warehouse,
]


def run(
    folder: Path,
    assets: list[Any] = JOB,
    instance: dg.DagsterInstance | None = None,
    partition_key: str | None = None,
    **config: Any,
) -> dg.ExecuteInProcessResult:
    """One run of all assets of the job, or of some, on the documents in `folder/raw`."""
    file = str(folder / "w" / "toys.duckdb")
    resource = ToyResource(file=file, raw=[str(folder / "raw")], patience=0, **config)
    return dg.materialize(
        JOB + COPIES + [warehouse.readings_by_year_and_jurisdiction],
        selection=assets,
        resources={
            "warehouse": resource,
            "published": publishing.PublishedFile(file=file),
            "dbt": DbtCliResource(project_dir=warehouse.dbt_project, dbt_executable=str(DBT)),
        },
        instance=instance,
        partition_key=partition_key,
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
    # An instance that is new is told which years and jurisdictions there are.
    assert made(result) == {"raw_documents", "readings", "readings_by_year_and_jurisdiction"}
    hours = hours_since_last_build(file)
    assert hours is not None
    assert hours < 0.1, "a run with nothing new says that the warehouse is fresh"
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
        with connect(self.building) as connection:
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


PYTHON_ASSETS = {
    "raw_documents", "readings", "readings_by_year_and_jurisdiction", "published_warehouse", "fetched_documents",
    "exports", "explorer", "postgres_publication",
}  # fmt: skip


def wired(whole: dict[str, Any]) -> dict[str, Any]:
    """The part of the graph that Python wires: the published file depends on every model, and is shown as such."""
    models = {key for key in whole["assets"] if not key.startswith("core/") and key not in PYTHON_ASSETS}
    assets = {key: parents for key, parents in whole["assets"].items() if key not in models}
    depends_on_all = set(assets["published_warehouse"]) == models
    return {
        **whole,
        "assets": {**assets, "published_warehouse": ["every model"] if depends_on_all else ["not every model"]},
    }


def test_a_build_names_the_years_and_jurisdictions_and_a_backfill_reads_just_one(tmp_path: Path) -> None:
    write_toys(tmp_path / "raw", 2)
    (tmp_path / "raw" / "elsewhere.txt").write_text("first=1\nYEAR=2024\nPLACE=Elsewhere\n")
    key = warehouse.readings_by_year_and_jurisdiction.key
    with dg.DagsterInstance.ephemeral() as instance:
        result = run(tmp_path, JOB[:2], instance)
        assert result.success
        assert read_by(result) == ["elsewhere.txt", "toy_000.txt", "toy_001.txt"]
        assert set(instance.get_dynamic_partitions("fiscal_year")) == {"2024", "2026"}
        assert set(instance.get_dynamic_partitions("jurisdiction")) == {"Elsewhere", "Toy"}
        assert instance.get_materialized_partitions(key) == {"2024|Elsewhere", "2026|Toy"}
        for part, names in (
            (("2024", "Elsewhere"), ["elsewhere.txt"]),
            (("2026", "Toy"), ["toy_000.txt", "toy_001.txt"]),
            (("2024", "Toy"), []),
        ):
            chosen = dg.MultiPartitionKey({"fiscal_year": part[0], "jurisdiction": part[1]})
            result = run(tmp_path, [warehouse.readings_by_year_and_jurisdiction], instance, partition_key=chosen)
            assert result.success
            assert read_by(result) == names
            event = result.get_asset_materialization_events()[0].materialization
            assert event.partition == chosen
            assert event.metadata["read"].value == len(names)
        assert read_by(run(tmp_path, JOB[:2], instance)) == []


def read_by(result: dg.ExecuteInProcessResult) -> list[str]:
    """Names of the documents that a run has read, from the preview that a person sees."""
    texts = [
        str(event.materialization.metadata["preview"].value)
        for event in result.get_asset_materialization_events()
        if event.asset_key
        and event.asset_key.path[-1].startswith("readings")
        and "preview" in event.materialization.metadata
    ]
    return sorted(line.split(" | ")[0].strip("| ") for text in texts for line in text.splitlines()[2:])


def test_copies_are_made_of_the_published_file(
    first: tuple[Path, dg.ExecuteInProcessResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = first
    monkeypatch.delenv("YUSUAN_POSTGRES", raising=False)
    result = run(folder, COPIES)
    assert result.success
    # No PostgreSQL is named: nothing is published there, and nothing fails.
    assert made(result) == {"exports", "explorer"}
    assert (folder / "w" / "exports" / "datapackage.json").is_file()
    assert (folder / "w" / "explorer" / "index.html").is_file()
    before = (folder / "w" / "exports" / "datapackage.json").stat().st_mtime_ns
    assert run(folder, COPIES[:1]).success
    assert (folder / "w" / "exports" / "datapackage.json").stat().st_mtime_ns == before


def test_checks_name_the_worst_documents(first: tuple[Path, dg.ExecuteInProcessResult]) -> None:
    _, result = first
    told = {
        check.check_name: check
        for check in result.get_asset_check_evaluations()
        if check.asset_key.path == ["published_warehouse"]
    }
    assert told["no_document_is_refused"].passed
    # No sum reaches the figures of the toys.
    assert not told["every_figure_is_checked"].passed
    assert "toy_000.txt: 3; toy_001.txt: 3" in (told["every_figure_is_checked"].description or "")


def test_one_run_at_a_time_writes_whatever_starts_it() -> None:
    """The pool of a step holds for a job, for the page, for a backfill; a tag of the job would hold for the job only."""
    pools = {asset.node_def.pool for asset in [*JOB, warehouse.readings_by_year_and_jurisdiction]}
    assert pools == {"warehouse"}
    assert {asset.node_def.pool for asset in COPIES} == {"copies"}
    assert fetching.fetched_documents.node_def.pool == fetching.visit_due_sources.pool == "fetching"
    assert defs.get_job_def("build_warehouse").tags["dagster/retry_strategy"] == "ALL_STEPS"
    instance = yaml.safe_load((Path(automation.__file__).parents[1] / "dagster.yaml").read_text("utf-8"))
    assert instance["concurrency"]["pools"] == {"granularity": "run", "default_limit": 1}


def test_mornings_that_were_missed_are_made_up_for_once() -> None:
    schedule = defs.resolve_schedule_def("every_morning")
    assert schedule.execution_timezone == "Asia/Shanghai"
    keys = set()
    for day in (1, 2, 3):
        with dg.build_schedule_context(scheduled_execution_time=datetime(2026, 3, day, 5, 30)) as context:
            requests = schedule.evaluate_tick(context).run_requests or []
            keys |= {request.run_key for request in requests}
    assert len(keys) == 1


def test_each_source_is_asked_for_by_the_schedule_of_its_rhythm(monkeypatch: pytest.MonkeyPatch) -> None:
    sources = read_sources()
    assert sorted(f"fetch_{rhythm.name}" for rhythm in {source.rhythm for source in sources}) == sorted(
        schedule.name for schedule in automation.fetch_schedules
    )
    schedule = automation.fetch_schedules[0]
    waiting: list[Any] = [("a-source", None)]
    monkeypatch.setattr(automation, "due", lambda *arguments: waiting)

    def tick(day: int) -> list[dg.RunRequest]:
        with dg.build_schedule_context(scheduled_execution_time=datetime(2026, 3, day, 20, 15)) as context:
            return list(schedule.evaluate_tick(context).run_requests or [])

    first_tick, second_tick = tick(1), tick(2)
    assert first_tick[0].run_key == second_tick[0].run_key, "ticks that were missed ask for one run"
    assert first_tick[0].run_config["ops"]["visit_due_sources"]["config"]["rhythm"] == schedule.name.removeprefix(
        "fetch_"
    )
    waiting[0] = ("a-source", datetime(2026, 3, 1))
    assert tick(3)[0].run_key != first_tick[0].run_key, "once it was visited, it may be asked for again"
    waiting.clear()
    assert tick(4) == []


def test_a_build_follows_what_was_read_again_on_request_and_copies_follow_a_build(tmp_path: Path) -> None:
    write_toys(tmp_path / "raw", 1)
    with dg.DagsterInstance.ephemeral() as instance:
        for sensor, asset, wanted in (
            (automation.documents_read_again, "readings_by_year_and_jurisdiction", "build_warehouse"),
            (automation.published, "published_warehouse", "publish_copies"),
        ):
            assert sensor.job_name == wanted
            context = dg.build_sensor_context(instance, definitions=defs)
            assert sensor.evaluate_tick(context).run_requests == []
            instance.report_runless_asset_event(
                dg.AssetMaterialization(asset, partition="2024|Toy" if "year" in asset else None)
            )
            assert len(sensor.evaluate_tick(context).run_requests or []) == 1


def test_the_sensor_waits_until_documents_are_at_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automation, "DEFAULT_FILE", tmp_path / "w" / "x.duckdb")
    Places(automation.DEFAULT_FILE).remember([tmp_path / "raw"])
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


def test_what_a_run_visited_is_told_source_by_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a schedule asked for what is due, or a person for a source: the page shows it as a partition of the asset."""
    asked: list[dict[str, Any]] = []
    names = fetching.SOURCES.get_partition_keys()[:2]

    def fetch(warehouse: Warehouse, only: Any = (), jurisdictions: Any = (), rhythm: str | None = None) -> FetchReport:
        asked.append({"only": list(only), "rhythm": rhythm})
        report = FetchReport("run", "2026-03-01")
        report.visits = [Visit(name, document_count=3, new=["https://example.org/1"]) for name in only or names]
        return report

    monkeypatch.setattr(fetching, "fetch", fetch)
    with dg.DagsterInstance.ephemeral() as instance:
        due_job = defs.resolve_job_def("fetch_sources")
        config = {"ops": {"visit_due_sources": {"config": {"rhythm": "daily"}}}}
        assert due_job.execute_in_process(instance=instance, run_config=config).success
        assert instance.get_materialized_partitions(fetching.KEY) == set(names)
        result = dg.materialize([fetching.fetched_documents], instance=instance, partition_key=names[1])
        assert result.success
        (event,) = [event for event in result.get_asset_materialization_events() if event.asset_key == fetching.KEY]
        assert event.materialization.partition == names[1]
        assert (event.materialization.metadata["documents"].value, event.materialization.metadata["new"].value) == (
            3,
            1,
        )
    assert asked == [{"only": [], "rhythm": "daily"}, {"only": [names[1]], "rhythm": None}]


def test_a_failed_run_is_told_with_what_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the hook, from a run that really fails; the sentence that a person can act on is the innermost."""
    monkeypatch.setenv("YUSUAN_ALERT_COMMAND", f"cat > {tmp_path / 'told.txt'}")

    @dg.op
    def reads() -> None:
        try:
            raise BuildFailed("the disk is full; make room")
        except BuildFailed as error:
            raise RuntimeError("the step went wrong") from error

    @dg.job
    def fails() -> None:
        reads()

    with dg.DagsterInstance.ephemeral() as instance:
        result = fails.execute_in_process(instance=instance, raise_on_error=False)
        context = dg.build_run_status_sensor_context(
            sensor_name="failed_run",
            dagster_event=result.get_run_failure_event(),
            dagster_instance=instance,
            dagster_run=result.dagster_run,
        ).for_run_failure()
        automation.failed_run(context)
    told = (tmp_path / "told.txt").read_text("utf-8")
    assert result.run_id in told
    assert "reads: " in told
    assert "the disk is full; make room" in told


if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(wired(graph()), ensure_ascii=False, indent=1) + "\n", "utf-8")

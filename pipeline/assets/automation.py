"""When runs happen by themselves, and who is told when they do not succeed.

Belongs here: the jobs, their schedules, the sensors. Does not belong here: what a run does (`warehouse`, `fetching`, `publishing`).

There is a schedule for each rhythm of the source registry (cadence and days of publication), not for each source: hundreds of
schedules could neither be surveyed nor switched in Dagster's page, and would start as many processes each day. The schedule asks which
of its sources are due, which their last visits say and not the ticks: after a time of rest the first tick visits all that were missed,
once. Each source is a partition of `fetched_documents`, where the page shows what its last visit brought.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from pipeline.archive.intake import input_files
from pipeline.assets.fetching import Due, visit_due_sources
from pipeline.fetching.sources import CHINA_TIME, Rhythm, read_sources
from pipeline.warehouse.alerts import alert
from pipeline.warehouse.build import Warehouse
from pipeline.warehouse.events import hours_since_last_build
from pipeline.warehouse.fetch import due
from pipeline.warehouse.places import DEFAULT_FILE, Places

FRESHNESS_HOURS = float(os.environ.get("YUSUAN_FRESHNESS_HOURS", "26"))
BEIJING = "Asia/Shanghai"
_ALERT_CHARACTERS = 600
_COPIES = dg.AssetSelection.assets("exports", "explorer", "postgres_publication")
_BESIDE = dg.AssetSelection.assets("fetched_documents", "readings_by_year_and_jurisdiction")

build_warehouse = dg.define_asset_job(
    "build_warehouse",
    selection=dg.AssetSelection.all() - _COPIES - _BESIDE,
    description="From the raw documents to the published warehouse · 从原始文件到发布的数据仓库",
    # The steps of a build belong to one run: one that was killed is begun again as a whole, and finds its readings there.
    tags={"dagster/retry_strategy": "ALL_STEPS"},
    executor_def=dg.in_process_executor,
)

publish_copies = dg.define_asset_job(
    "publish_copies",
    selection=_COPIES,
    description="Exports, the explorer, PostgreSQL where one is named: from the published file · 导出、网站、数据库",
    executor_def=dg.in_process_executor,
)


@dg.job(
    description="Visits the sources that are due; what is new starts a build · 抓取到期来源",
    executor_def=dg.in_process_executor,
)
def fetch_sources() -> None:
    visit_due_sources()


@dg.schedule(
    job=build_warehouse,
    cron_schedule="30 5 * * *",
    execution_timezone=BEIJING,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every day at 5:30 Beijing time; a run with nothing new ends in seconds · 每日 5:30（北京时间）",
)
def every_morning(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    # Mornings that were missed while nothing ran are made up for by one run.
    return dg.RunRequest(run_key=f"{_today():%Y-%m-%d}")


def _today() -> datetime:
    return datetime.now(CHINA_TIME)


def _schedule(rhythm: Rhythm) -> dg.ScheduleDefinition:
    @dg.schedule(
        name=f"fetch_{rhythm.name}",
        job=fetch_sources,
        cron_schedule="15 20 * * *",
        execution_timezone=BEIJING,
        # It goes out to other people's sites: someone has to want it.
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description=(
            f"Sources that are visited {rhythm.cadence} from {rhythm.publication_window or '01-01..12-31'}, "
            f"{rhythm.cadence_outside_window} else; each evening at 20:15 Beijing time those that are due · 抓取到期来源"
        ),
    )
    def evaluate(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        waiting = due(Warehouse(DEFAULT_FILE), rhythm.name, datetime.now(UTC))
        if not waiting:
            return dg.SkipReason("no source is due")
        # The same sources after the same visits, asked for on one day, are one run, however many ticks were missed.
        state = hashlib.sha256(repr((_today().date(), waiting)).encode()).hexdigest()[:16]
        return dg.RunRequest(
            run_key=f"{rhythm.name} {state}",
            run_config=dg.RunConfig({"visit_due_sources": Due(rhythm=rhythm.name)}),
            tags={"sources_due": str(len(waiting))},
        )

    return evaluate


fetch_schedules = [_schedule(rhythm) for rhythm in sorted({source.rhythm for source in read_sources()})]


def folder_digest(folders: list[Path]) -> str:
    """Digest of names, sizes and times of all documents in the folders: another one when any was added, replaced or removed."""
    total = hashlib.sha256()
    for name, path in input_files(folder for folder in folders if folder.exists()):
        stat = path.stat()
        total.update(f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return total.hexdigest()[:16]


@dg.sensor(
    job=build_warehouse,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Builds when a document is dropped into a folder of the warehouse, replaced there or removed · 监视原始文件目录",
)
def dropped_documents(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """A run is asked for once the folder has been the same twice, so that a file still being copied is left alone."""
    places = Places(DEFAULT_FILE)
    now = folder_digest([*places.folders(), places.fetched])
    state = json.loads(context.cursor) if context.cursor else {}
    if state.get("seen") != now:
        context.update_cursor(json.dumps({**state, "seen": now}))
        yield dg.SkipReason("documents are changing; looking again")
    elif state.get("built") != now:
        context.update_cursor(json.dumps({"seen": now, "built": now}))
        yield dg.RunRequest(run_key=now)
    else:
        yield dg.SkipReason("no document was added, replaced or removed")


@dg.asset_sensor(
    asset_key=dg.AssetKey("readings_by_year_and_jurisdiction"),
    job=build_warehouse,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Builds when documents were read again on request · 重新读取后重建",
)
def documents_read_again(
    context: dg.SensorEvaluationContext, asset_event: dg.EventLogEntry
) -> dg.RunRequest | dg.SkipReason:
    run = context.instance.get_run_by_id(asset_event.run_id)
    if run is not None and run.job_name == build_warehouse.name:
        return dg.SkipReason("a build told what it had read")
    return dg.RunRequest(run_key=f"read again by {asset_event.run_id}")


@dg.asset_sensor(
    asset_key=dg.AssetKey("published_warehouse"),
    job=publish_copies,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Makes exports, explorer and the copy for BI tools anew when a warehouse was published · 发布后更新导出和网站",
)
def published(context: dg.SensorEvaluationContext, asset_event: dg.EventLogEntry) -> dg.RunRequest:
    return dg.RunRequest(run_key=f"published by {asset_event.run_id}")


@dg.run_failure_sensor(
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tells a person that a run failed, by the command in YUSUAN_ALERT_COMMAND · 运行失败告警",
)
def failed_run(context: dg.RunFailureSensorContext) -> None:
    told = [
        f"run {context.dagster_run.run_id} of {context.dagster_run.job_name} failed: {context.failure_event.message}"
    ]
    for event in context.get_step_failure_events():
        error = event.step_failure_data.error
        # The error that a person can put right is the innermost one.
        while error is not None and error.cause is not None:
            error = error.cause
        told.append(f"{event.step_key}: {error.message.strip()[:_ALERT_CHARACTERS] if error else event.message}")
    alert("\n".join(told))


@dg.sensor(
    minimum_interval_seconds=3600,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tells a person when no build has succeeded for more than a day · 数据过期告警",
)
def stale_warehouse(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    hours = hours_since_last_build(DEFAULT_FILE)
    if hours is not None and hours > FRESHNESS_HOURS:
        alert(f"no build of {DEFAULT_FILE.name} has succeeded for {hours:.0f} hours")
        return dg.SkipReason(f"told a person: {hours:.0f} hours since the last build")
    return dg.SkipReason("fresh" if hours is not None else "never built yet")

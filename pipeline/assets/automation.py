"""When runs happen by themselves, and who is told when they do not succeed.

Belongs here: the job, its schedule, the sensors. Does not belong here: what a run does (`pipeline.assets.warehouse`).
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from pipeline.archive.intake import input_files
from pipeline.publish.alerts import alert
from pipeline.publish.warehouse import DEFAULT_FILE, DEFAULT_RAW, Warehouse, hours_since_last_build

FRESHNESS_HOURS = float(os.environ.get("YUSUAN_FRESHNESS_HOURS", "26"))

build_warehouse = dg.define_asset_job(
    "build_warehouse",
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets("fetched_documents"),
    description="From the raw documents to the published warehouse · 从原始文件到发布的数据仓库",
    # One writer at a time: the queue holds back runs with this tag; the lock of the build holds for every other way.
    tags={"duckdb_writer": "warehouse"},
    executor_def=dg.in_process_executor,
)

every_morning = dg.ScheduleDefinition(
    name="every_morning",
    job=build_warehouse,
    cron_schedule="30 5 * * *",
    execution_timezone="Asia/Shanghai",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every day at 5:30 Beijing time; a run with nothing new ends in seconds · 每日 5:30（北京时间）",
)

fetch_sources = dg.define_asset_job(
    "fetch_sources",
    selection=dg.AssetSelection.assets("fetched_documents"),
    description="Visits the sources that are due; what is new starts a build · 抓取到期来源",
    executor_def=dg.in_process_executor,
)

every_evening_fetch = dg.ScheduleDefinition(
    name="every_evening_fetch",
    job=fetch_sources,
    cron_schedule="15 20 * * *",
    execution_timezone="Asia/Shanghai",
    # It goes out to other people's sites: someone has to want it.
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Every evening at 20:15 Beijing time; each source at its own cadence · 每日 20:15（北京时间）",
)


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
    description="Builds when a document is dropped into raw/, replaced there or removed · 监视 raw/ 目录",
)
def dropped_documents(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """A run is asked for once the folder has been the same twice, so that a file still being copied is left alone."""
    now = folder_digest([DEFAULT_RAW, Warehouse(DEFAULT_FILE).fetched])
    state = json.loads(context.cursor) if context.cursor else {}
    if state.get("seen") != now:
        context.update_cursor(json.dumps({**state, "seen": now}))
        yield dg.SkipReason("documents are changing; looking again")
    elif state.get("built") != now:
        context.update_cursor(json.dumps({"seen": now, "built": now}))
        yield dg.RunRequest(run_key=now)
    else:
        yield dg.SkipReason("no document was added, replaced or removed")


@dg.run_failure_sensor(
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tells a person that a run failed, by the command in YUSUAN_ALERT_COMMAND · 运行失败告警",
)
def failed_run(context: dg.RunFailureSensorContext) -> None:
    alert(f"run {context.dagster_run.run_id} of {context.dagster_run.job_name} failed: {context.failure_event.message}")


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

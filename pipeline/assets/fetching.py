"""Fetching as a Dagster asset: what is new at the sources goes into the archive; the next build reads it.

Belongs here: the asset with a partition for each source, the op that schedules run, their metadata. Does not belong here: any work
(`pipeline.warehouse.fetch`), nor when it happens (`automation`).

It holds no lock of the warehouse, hence a job of its own: visiting a hundred sites politely takes long, and builds go on meanwhile.

A partition is a source, and a run visits many: sites are visited at the same time, each politely. A run for each source would take as
long as all of them one after the other. What a run visited is reported source by source, so the page shows of each when it was last
visited and what came of it; a person who selects partitions there has just these visited, due or not.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
from pydantic import Field

from pipeline.assets.warehouse import markdown
from pipeline.fetching.runs import FetchingInProgress, FetchReport
from pipeline.fetching.sources import read_sources
from pipeline.warehouse.alerts import alert
from pipeline.warehouse.build import Warehouse
from pipeline.warehouse.fetch import fetch
from pipeline.warehouse.places import DEFAULT_FILE

POOL = "fetching"
KEY = dg.AssetKey("fetched_documents")
SOURCES = dg.StaticPartitionsDefinition([source.source_id for source in read_sources()])


class Due(dg.Config):
    """Which of the sources that are due to visit; all of them where nothing is said."""

    rhythm: str | None = Field(
        default=None, description="Only sources of this rhythm, as its schedule is called · 抓取节奏"
    )
    jurisdictions: list[str] = Field(
        default=[], description="All active sources of these jurisdictions, due or not · 行政区划名称"
    )


@dg.asset(
    partitions_def=SOURCES,
    backfill_policy=dg.BackfillPolicy.single_run(),
    group_name="archive",
    kinds={"python"},
    pool=POOL,
    description="Documents fetched from their sources, a partition for each source · 从来源抓取的文件",
)
def fetched_documents(context: dg.AssetExecutionContext) -> None:
    report = _visit(context.log, only=context.partition_keys)
    for source_id, metadata in _metadata(report):
        context.add_asset_metadata(metadata, asset_key=KEY, partition_key=source_id)


@dg.op(
    pool=POOL,
    description="Visits the sources that are due, and reports each as a partition of fetched_documents · 抓取到期来源",
)
def visit_due_sources(context: dg.OpExecutionContext, config: Due) -> None:
    try:
        report = _visit(context.log, jurisdictions=config.jurisdictions, rhythm=config.rhythm)
    except FetchingInProgress as error:
        # Someone at the command line is at it: what is due is visited there.
        context.log.info(str(error))
        return
    for source_id, metadata in _metadata(report):
        context.log_event(dg.AssetMaterialization(KEY, partition=source_id, metadata=metadata))


def _visit(
    log: Any, only: Iterable[str] = (), jurisdictions: Iterable[str] = (), rhythm: str | None = None
) -> FetchReport:
    report = fetch(Warehouse(Path(DEFAULT_FILE)), only, jurisdictions, rhythm=rhythm)
    for line in report.lines():
        log.info(line)
    if report.attention:
        told = "\n".join(" · ".join(map(str, row)) for row in _rows(report))
        alert(f"fetching needs a person:\n{told}")
    if report.stopped_by:
        raise dg.Failure(f"fetching was stopped: {report.stopped_by}")
    return report


def _rows(report: FetchReport) -> list[tuple[Any, ...]]:
    return [(item.source_id, item.outcome, item.url, item.count, item.what_to_do) for item in report.attention]


def _metadata(report: FetchReport) -> Iterator[tuple[str, dict[str, Any]]]:
    for visit in report.visits:
        rows = [row for row in _rows(report) if row[0] == visit.source_id]
        yield (
            visit.source_id,
            {
                "outcome": visit.outcome,
                "documents": visit.document_count,
                "new": len(visit.new),
                "changed": len(visit.changed),
                "withdrawn": len(visit.withdrawn),
                "needs_a_person": dg.MetadataValue.md(
                    markdown(("source", "outcome", "url", "count", "what to do"), rows)
                ),
            },
        )

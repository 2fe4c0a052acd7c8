"""Fetching as a Dagster asset: what is new at the sources goes into the archive; the next build reads it.

Belongs here: the asset and its metadata. Does not belong here: any work (`pipeline.publish.fetch`).

It holds no lock of the warehouse, hence a job of its own: visiting a hundred sites politely takes long, and builds go on meanwhile.
"""

from pathlib import Path

import dagster as dg
from pydantic import Field

from pipeline.assets.warehouse import markdown
from pipeline.publish.alerts import alert
from pipeline.publish.fetch import fetch
from pipeline.publish.warehouse import DEFAULT_FILE, Warehouse


class Sources(dg.Config):
    """Which sources to visit; those that are due where none is named."""

    only: list[str] = Field(default=[], description="Sources by identifier, due or not · 来源编号")
    jurisdictions: list[str] = Field(default=[], description="All active sources of these jurisdictions · 行政区划名称")


@dg.asset(group_name="archive", kinds={"python"}, description="Documents fetched from their sources · 从来源抓取的文件")
def fetched_documents(context: dg.AssetExecutionContext, config: Sources) -> dg.MaterializeResult[None]:
    report = fetch(Warehouse(Path(DEFAULT_FILE)), config.only, config.jurisdictions)
    for line in report.lines():
        context.log.info(line)
    rows = [(item.source_id, item.outcome, item.url, item.count, item.what_to_do) for item in report.attention]
    if rows:
        told = "\n".join(" · ".join(str(value) for value in row) for row in rows)
        alert(f"fetching needs a person:\n{told}")
    return dg.MaterializeResult(
        metadata={
            "sources": len(report.visits),
            "new": report.new_count,
            "changed": report.changed_count,
            "requests": sum(report.outcomes.values()),
            "outcomes": dg.MetadataValue.json(report.outcomes),
            "preview": dg.MetadataValue.md(markdown(("source", "outcome", "url", "count", "what to do"), rows)),
        }
    )

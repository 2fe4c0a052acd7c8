"""What is made of the published file: exports, the explorer, and a copy for BI tools in PostgreSQL, as Dagster assets.

Belongs here: the assets and their metadata. Does not belong here: any work (`pipeline.publish`).

They only read the published file, hence a job of their own: they need no lock of the warehouse, and a site that cannot be drawn does
not undo a build. Each is up to date in an instant where the file is the one it was made of.
"""

import os
from pathlib import Path

import dagster as dg

from pipeline.publish import exports as tables
from pipeline.publish import postgres
from pipeline.publish.explorer import build_explorer
from pipeline.warehouse.places import DEFAULT_FILE

POOL = "copies"
_PUBLISHED = dg.AssetKey("published_warehouse")


class PublishedFile(dg.ConfigurableResource):
    """The published file, and the PostgreSQL that takes a copy of it, where there is one."""

    file: str = str(DEFAULT_FILE)

    @property
    def path(self) -> Path:
        return Path(self.file)

    @property
    def postgres(self) -> str | None:
        """Connection string; read from the environment when it is used, so that no page shows it."""
        return os.environ.get("YUSUAN_POSTGRES")


@dg.asset(
    deps=[_PUBLISHED],
    group_name="publish",
    kinds={"parquet", "csv", "excel"},
    pool=POOL,
    description="Every table as Parquet, CSV and Excel, beside the warehouse · 导出的表",
)
def exports(published: PublishedFile) -> dg.MaterializeResult[None]:
    made = tables.export(published.path)
    return dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(str(made.folder)),
            "files": made.file_count,
            "bytes": made.byte_count,
            "is_new": made.is_new,
        }
    )


@dg.asset(
    deps=[_PUBLISHED],
    group_name="publish",
    kinds={"html"},
    pool=POOL,
    description="The web site where every number leads to its printed page · 浏览网站",
)
def explorer(published: PublishedFile) -> dg.MaterializeResult[None]:
    built = build_explorer(published.path)
    return dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(str(built.folder / "index.html")),
            "pages": built.page_count,
            "written": built.written_count,
            "removed": built.removed_count,
        }
    )


@dg.asset(
    deps=[_PUBLISHED],
    group_name="publish",
    kinds={"postgres"},
    pool=POOL,
    output_required=False,
    description="Marts, audit and reference in a PostgreSQL for BI tools, where YUSUAN_POSTGRES names one · 发布到 PostgreSQL",
)
def postgres_publication(context: dg.AssetExecutionContext, published: PublishedFile):  # type: ignore[no-untyped-def]
    if not published.postgres:
        context.log.info("YUSUAN_POSTGRES names no database: nothing to do")
        return
    made = postgres.publish(published.path, published.postgres)
    yield dg.MaterializeResult(
        metadata={"tables": made.table_count, "rows": made.row_count, "is_new": made.is_new, "seconds": made.seconds}
    )

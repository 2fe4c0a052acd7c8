"""The warehouse as Dagster assets: the steps of `pipeline.publish.warehouse`, one asset each, with what a person wants to see of them.

Belongs here: asset keys, checks, metadata. Does not belong here: any work; the command line calls the same functions.

A run with nothing new stops after the readings: the tables, the models and the published file are skipped, not made again.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, DbtProject, dbt_assets
from pydantic import Field

from pipeline.assets.resource import WarehouseResource
from pipeline.publish.manifest import ensure_manifest
from pipeline.publish.warehouse import CHECKS, DBT_PROJECT, Check
from schemas import core

_PREVIEW_ROWS = 10

dbt_project = DbtProject(DBT_PROJECT, profiles_dir=DBT_PROJECT)


class Again(dg.Config):
    """Documents to read again although nothing changed: all of these years, all of these jurisdictions."""

    fiscal_years: list[int] = Field(default=[], description="Fiscal years · 年度")
    jurisdictions: list[str] = Field(default=[], description="Jurisdictions by name · 行政区划名称")


@dg.asset(
    group_name="archive", kinds={"python"}, description="Raw documents, immutable, addressed by SHA-256 · 原始文件档案"
)
def raw_documents(warehouse: WarehouseResource) -> dg.MaterializeResult[None]:
    documents = warehouse.builder.take_in(warehouse.folders)
    rows = [(document.document_id, document.file_name, document.byte_count) for document in documents]
    return dg.MaterializeResult(
        metadata={
            "documents": len(documents),
            "bytes": sum(document.byte_count for document in documents),
            "preview": dg.MetadataValue.md(markdown(("document_id", "file_name", "byte_count"), rows)),
        }
    )


@dg.asset(
    deps=[raw_documents],
    group_name="archive",
    kinds={"python"},
    description="What was read from each document, kept by hash and version · 读取结果缓存",
)
def readings(
    context: dg.AssetExecutionContext, config: Again, warehouse: WarehouseResource
) -> dg.MaterializeResult[None]:
    builder = warehouse.builder
    if not builder.documents:
        builder.take_in(warehouse.folders)
    forgotten = builder.forget(config.fiscal_years, config.jurisdictions)
    rows = []
    for progress in builder.read_new():
        told = progress.reason if progress.status == "refused" else f"{progress.summary['figures']} figures"
        context.log.info(f"[{progress.done}/{progress.total}] {progress.file_name}: {progress.status}, {told}")
        rows.append((progress.file_name, progress.status, told, round(progress.seconds, 1)))
    return dg.MaterializeResult(
        metadata={
            "documents": len(builder.documents),
            "read": len(rows),
            "read_again_on_request": forgotten,
            "refused": sum(row[1] == "refused" for row in rows),
            "preview": dg.MetadataValue.md(markdown(("file_name", "status", "figures or reason", "seconds"), rows)),
        }
    )


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            ["core", table.name],
            deps=[readings],
            group_name="core",
            kinds={"duckdb"},
            description=table.comment,
            skippable=True,
            metadata={
                "dagster/column_schema": dg.TableSchema(
                    [dg.TableColumn(column.name, column.duckdb_type, column.comment) for column in table.columns]
                )
            },
        )
        for table in core.TABLES
    ],
    check_specs=[
        dg.AssetCheckSpec(name, asset=dg.AssetKey(["core", table]), blocking=is_blocking)
        for table, name, is_blocking in CHECKS
    ],
    name="core_tables",
    # All tables are written at once; that they may be skipped, checks included, is what `can_subset` is for.
    can_subset=True,
)
def core_tables(
    context: dg.AssetExecutionContext, warehouse: WarehouseResource
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    builder = warehouse.builder
    if not builder.documents:
        builder.take_in(warehouse.folders)
    if builder.is_published(builder.signature()):
        context.log.info(f"nothing new: {builder.file} is up to date")
        return
    counts = builder.write_core()
    refusals = builder.preview("core.refusal", _PREVIEW_ROWS)
    checks: dict[str, list[Check]] = {}
    for check in builder.check_core():
        checks.setdefault(check.table, []).append(check)
    for table in core.TABLES:
        if dg.AssetKey(["core", table.name]) not in context.selected_asset_keys:
            continue
        names, rows = refusals if table.name == "refusal" else builder.preview(f"core.{table.name}", _PREVIEW_ROWS)
        yield dg.MaterializeResult(
            asset_key=["core", table.name],
            metadata={
                "dagster/row_count": counts[table.name],
                "documents": counts["document"],
                "refusals": counts["refusal"],
                "preview": dg.MetadataValue.md(markdown(names, rows)),
            },
            check_results=[
                dg.AssetCheckResult(
                    asset_key=["core", check.table],
                    check_name=check.name,
                    passed=check.passed,
                    severity=dg.AssetCheckSeverity.ERROR if check.is_blocking else dg.AssetCheckSeverity.WARN,
                    description=check.description,
                    metadata={"looked_at": check.looked_at, "violations": check.violations},
                )
                for check in checks.get(table.name, ())
                if dg.AssetCheckKey(dg.AssetKey(["core", table.name]), check.name) in context.selected_asset_check_keys
            ],
        )


class Translator(DagsterDbtTranslator):
    """dbt's sources are the core tables by name; its folders are the groups."""

    def __init__(self) -> None:
        # Tests of sources as checks would run dbt before the blocking checks of the sources' assets have spoken.
        super().__init__(DagsterDbtTranslatorSettings(enable_asset_checks=True, enable_source_tests_as_checks=False))

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return dbt_resource_props["fqn"][1] if len(dbt_resource_props["fqn"]) > 2 else "reference"


@dbt_assets(manifest=ensure_manifest(), project=dbt_project, dagster_dbt_translator=Translator(), name="models")
def models(context: dg.AssetExecutionContext, dbt: DbtCliResource, warehouse: WarehouseResource) -> Iterator[Any]:
    warehouse.builder.require_building()
    yield from dbt.cli(
        ["build"], context=context, target_path=warehouse.builder.dbt_target / context.run_id[:8]
    ).stream()


@dg.asset(
    deps=[models],
    group_name="publish",
    kinds={"duckdb"},
    description="The warehouse that readers open, put in place at once · 已发布的数据仓库",
)
def published_warehouse(warehouse: WarehouseResource) -> dg.MaterializeResult[None]:
    builder = warehouse.builder
    builder.require_building()
    builder.publish(builder.signature())
    rows = builder.row_counts()
    return dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(str(builder.file)),
            "bytes": builder.file.stat().st_size,
            "tables": len(rows),
            "rows": sum(count for _, count in rows),
            "preview": dg.MetadataValue.md(markdown(("table", "rows"), rows)),
        }
    )


def markdown(names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    """Rows as a table in Markdown; long values are cut."""

    def cell(value: object) -> str:
        text = "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")
        return text if len(text) <= 60 else text[:60] + "…"

    lines = ["| " + " | ".join(names) + " |", "|" + " --- |" * len(names)]
    lines += ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines)

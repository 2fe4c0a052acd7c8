"""The warehouse as Dagster assets: the steps of `pipeline.warehouse.build`, one asset each, with what a person wants to see of them.

Belongs here: asset keys, checks, metadata. Does not belong here: any work; the command line calls the same functions.

Year and jurisdiction are partitions of the readings only: a build is of all documents, whatever was read again for it.

A run with nothing new stops after the readings: the tables, the models and the published file are skipped, not made again.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, DbtProject, dbt_assets

from pipeline.assets.resource import WarehouseResource
from pipeline.publish.worst import NEEDS, needs
from pipeline.warehouse.build import partition_of
from pipeline.warehouse.checks import CHECKS, Check
from pipeline.warehouse.documents import Progress
from pipeline.warehouse.events import Built
from pipeline.warehouse.places import DBT_PROJECT
from pipeline.warehouse.transformation import BUILD, ensure_manifest
from schemas import core

_PREVIEW_ROWS = 10

POOL = "warehouse"
"""Everything that writes the warehouse: of all runs that hold one of these assets, one goes on at a time (dagster.yaml)."""

YEAR_AND_JURISDICTION = dg.MultiPartitionsDefinition(
    {
        "fiscal_year": dg.DynamicPartitionsDefinition(name="fiscal_year"),
        "jurisdiction": dg.DynamicPartitionsDefinition(name="jurisdiction"),
    }
)

dbt_project = DbtProject(DBT_PROJECT, profiles_dir=DBT_PROJECT)


@dg.asset(
    group_name="archive",
    kinds={"python"},
    pool=POOL,
    description="Raw documents, immutable, addressed by SHA-256 · 原始文件档案",
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
    pool=POOL,
    description="What was read from each document, kept by hash and version · 读取结果缓存",
)
def readings(context: dg.AssetExecutionContext, warehouse: WarehouseResource) -> dg.MaterializeResult[None]:
    builder = warehouse.builder
    if not builder.documents:
        builder.take_in(warehouse.folders)
    read = list(_told(context, builder.read_new()))
    _name_partitions(context, builder.partitions(), Counter(partition_of(progress.summary) for progress in read))
    return dg.MaterializeResult(metadata={"documents": len(builder.documents), **_metadata(read)})


@dg.asset(
    partitions_def=YEAR_AND_JURISDICTION,
    backfill_policy=dg.BackfillPolicy.single_run(),
    deps=[raw_documents],
    group_name="archive",
    kinds={"python"},
    pool=POOL,
    description="The same readings by fiscal year and jurisdiction; to materialise a part reads its documents again · 按年度和地区重新读取",
)
def readings_by_year_and_jurisdiction(context: dg.AssetExecutionContext, warehouse: WarehouseResource) -> None:
    """Year and jurisdiction are told by the content, so a build names the parts that it found. A backfill of some is started from the page.

    The sensor `documents_read_again` has the warehouse built afterwards.
    """
    builder = warehouse.builder
    builder.take_in(warehouse.folders)
    chosen = set(map(_parts_of, context.partition_keys))
    read = list(_told(context, builder.read_again(lambda summary: partition_of(summary) in chosen)))
    for part in sorted(chosen):
        own = [progress for progress in read if partition_of(progress.summary) == part]
        key = dg.MultiPartitionKey({"fiscal_year": part[0], "jurisdiction": part[1]})
        context.add_asset_metadata(_metadata(own), asset_key=context.asset_key, partition_key=key)


def _told(context: dg.AssetExecutionContext, reading: Iterator[Progress]) -> Iterator[Progress]:
    """Each document with a line in the log of the run."""
    for progress in reading:
        context.log.info(
            f"[{progress.done}/{progress.total}] {progress.file_name}: {progress.status}, {_what(progress)}"
        )
        yield progress


def _what(progress: Progress) -> str:
    if progress.status == "refused":
        return progress.reason or ""
    return f"{progress.summary['figures']} figures"


def _metadata(read: list[Progress]) -> dict[str, Any]:
    rows = [(each.file_name, each.status, _what(each), round(each.seconds, 1)) for each in read]
    return {
        "read": len(rows),
        "refused": sum(each.status == "refused" for each in read),
        "preview": dg.MetadataValue.md(markdown(("file_name", "status", "figures or reason", "seconds"), rows)),
    }


def _parts_of(key: str) -> tuple[str, str]:
    assert isinstance(key, dg.MultiPartitionKey)
    parts = key.keys_by_dimension
    return parts["fiscal_year"], parts["jurisdiction"]


def _name_partitions(
    context: dg.AssetExecutionContext, found: Mapping[tuple[str, str], int], read: Mapping[tuple[str, str], int]
) -> None:
    """Make the parts that were found known to the page, and say of each new or newly read one what it holds."""
    known = [set(context.instance.get_dynamic_partitions(name)) for name in ("fiscal_year", "jurisdiction")]
    for index, name in enumerate(("fiscal_year", "jurisdiction")):
        new = sorted({part[index] for part in found} - known[index])
        if new:
            context.instance.add_dynamic_partitions(name, new)
    for part, count in sorted(found.items()):
        if part in read or part[0] not in known[0] or part[1] not in known[1]:
            key = dg.MultiPartitionKey({"fiscal_year": part[0], "jurisdiction": part[1]})
            context.log_event(
                dg.AssetMaterialization(
                    "readings_by_year_and_jurisdiction",
                    partition=key,
                    metadata={"documents": count, "read": read.get(part, 0)},
                )
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
    pool=POOL,
    # All tables are written at once; that they may be skipped, checks included, is what `can_subset` is for.
    can_subset=True,
)
def core_tables(
    context: dg.AssetExecutionContext, warehouse: WarehouseResource
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    builder = warehouse.builder
    if not builder.documents:
        builder.take_in(warehouse.folders)
    builder.freeze()
    if builder.is_published():
        context.log.info(f"nothing new: {builder.file} is up to date")
        builder.record(Built(builder.file))
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
                    description=check.told,
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


@dbt_assets(
    manifest=ensure_manifest(), project=dbt_project, dagster_dbt_translator=Translator(), name="models", pool=POOL
)
def models(context: dg.AssetExecutionContext, dbt: DbtCliResource, warehouse: WarehouseResource) -> Iterator[Any]:
    builder = warehouse.builder
    context.log.info(f"models of the build {builder.frozen.signature[:16]}")
    yield from dbt.cli([*BUILD], context=context, target_path=builder.dbt_target / context.run_id[:8]).stream()


@dg.asset(
    deps=[models],
    group_name="publish",
    kinds={"duckdb"},
    pool=POOL,
    check_specs=[dg.AssetCheckSpec(name, asset="published_warehouse") for name in NEEDS],
    description="The warehouse that readers open, put in place at once · 已发布的数据仓库",
)
def published_warehouse(warehouse: WarehouseResource) -> Iterator[dg.MaterializeResult[None]]:
    builder = warehouse.builder
    builder.publish()
    builder.record(Built(builder.file, is_new=True))
    rows = builder.row_counts()
    yield dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(str(builder.file)),
            "bytes": builder.file.stat().st_size,
            "tables": len(rows),
            "rows": sum(count for _, count in rows),
            "preview": dg.MetadataValue.md(markdown(("table", "rows"), rows)),
        },
        check_results=[
            dg.AssetCheckResult(
                check_name=need.name,
                passed=need.is_well,
                severity=dg.AssetCheckSeverity.WARN,
                description=need.told,
                metadata={
                    "looked_at": need.looked_at,
                    "amiss": need.amiss,
                    "worst": dg.MetadataValue.md(markdown(("document", "count", "why"), list(need.worst))),
                },
            )
            for need in needs(builder.file)
        ],
    )


def markdown(names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    """Rows as a table in Markdown; long values are cut."""

    def cell(value: object) -> str:
        text = "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")
        return text if len(text) <= 60 else text[:60] + "…"

    lines = ["| " + " | ".join(names) + " |", "|" + " --- |" * len(names)]
    lines += ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines)

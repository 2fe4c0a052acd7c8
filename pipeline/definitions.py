"""What Dagster loads. It assembles, and nothing else."""

import dagster as dg
from dagster_dbt import DbtCliResource

from pipeline.assets import automation, fetching, publishing, warehouse
from pipeline.assets.resource import WarehouseResource
from pipeline.warehouse.places import DBT

defs = dg.Definitions(
    assets=[
        fetching.fetched_documents,
        warehouse.raw_documents,
        warehouse.readings,
        warehouse.readings_by_year_and_jurisdiction,
        warehouse.core_tables,
        warehouse.models,
        warehouse.published_warehouse,
        publishing.exports,
        publishing.explorer,
        publishing.postgres_publication,
    ],
    jobs=[automation.build_warehouse, automation.fetch_sources, automation.publish_copies],
    schedules=[automation.every_morning, *automation.fetch_schedules],
    sensors=[
        automation.dropped_documents,
        automation.documents_read_again,
        automation.published,
        automation.failed_run,
        automation.stale_warehouse,
    ],
    resources={
        "warehouse": WarehouseResource(),
        "published": publishing.PublishedFile(),
        "dbt": DbtCliResource(project_dir=warehouse.dbt_project, dbt_executable=str(DBT)),
    },
    # A run is one process: it holds the lock of the warehouse, and steps cost no start of Python.
    executor=dg.in_process_executor,
)

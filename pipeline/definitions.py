"""What Dagster loads. It assembles, and nothing else."""

import dagster as dg
from dagster_dbt import DbtCliResource

from pipeline.assets import automation, fetching, warehouse
from pipeline.assets.resource import WarehouseResource
from pipeline.publish.warehouse import DBT

defs = dg.Definitions(
    assets=[
        fetching.fetched_documents,
        warehouse.raw_documents,
        warehouse.readings,
        warehouse.core_tables,
        warehouse.models,
        warehouse.published_warehouse,
    ],
    jobs=[automation.build_warehouse, automation.fetch_sources],
    schedules=[automation.every_morning, automation.every_evening_fetch],
    sensors=[automation.dropped_documents, automation.failed_run, automation.stale_warehouse],
    resources={
        "warehouse": WarehouseResource(),
        "dbt": DbtCliResource(project_dir=warehouse.dbt_project, dbt_executable=str(DBT)),
    },
    # A run is one process: it holds the lock of the warehouse, and steps cost no start of Python.
    executor=dg.in_process_executor,
)

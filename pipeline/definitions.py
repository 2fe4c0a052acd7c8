"""What Dagster loads. It assembles, and nothing else."""

import dagster as dg
from dagster_dbt import DbtCliResource

from pipeline.assets import automation, warehouse
from pipeline.assets.resource import WarehouseResource

defs = dg.Definitions(
    assets=[
        warehouse.raw_documents,
        warehouse.readings,
        warehouse.core_tables,
        warehouse.models,
        warehouse.published_warehouse,
    ],
    jobs=[automation.build_warehouse],
    schedules=[automation.every_morning],
    sensors=[automation.dropped_documents, automation.failed_run, automation.stale_warehouse],
    resources={
        "warehouse": WarehouseResource(),
        "dbt": DbtCliResource(project_dir=warehouse.dbt_project, profiles_dir=str(warehouse.dbt_project.project_dir)),
    },
    # A run is one process: it holds the lock of the warehouse, and steps cost no start of Python.
    executor=dg.in_process_executor,
)

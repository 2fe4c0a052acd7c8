"""What a real Dagster daemon loads in a test: the real assets and the real sensor over toy documents in the folder YUSUAN_TOYS.

Belongs here: definitions. Does not belong here: tests. dbt is left out, for it takes most of the time of a run of toys.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from pipeline.archive.readings import Version
from pipeline.assets import automation, warehouse
from pipeline.assets.resource import WarehouseResource
from pipeline.warehouse.build import Warehouse
from pipeline.warehouse.places import Places
from pipeline.warehouse.workers import Limits
from tests.support.toy import read_toy

FOLDER = Path(os.environ["YUSUAN_TOYS"])
FILE, RAW = FOLDER / "w" / "toys.duckdb", FOLDER / "raw"
automation.DEFAULT_FILE = FILE
Places(FILE).remember([RAW])


class ToyResource(WarehouseResource):
    """The warehouse with the reader of toys, and without marts."""

    def new_builder(self) -> Warehouse:
        return Warehouse(Path(self.file), 1, Limits(seconds=120), read_toy, Version("toy"), Path("no dbt project"))


@dg.asset(deps=[next(iter(warehouse.core_tables.keys))], name="models")
def models(warehouse: WarehouseResource) -> None:
    assert warehouse.builder.frozen


@dg.asset(deps=[models])
def published_toys(warehouse: WarehouseResource) -> None:
    warehouse.builder.publish()


build_toys = dg.define_asset_job("build_toys", selection="*", executor_def=dg.in_process_executor)


@dg.sensor(job=build_toys, minimum_interval_seconds=3, default_status=dg.DefaultSensorStatus.RUNNING)
def dropped(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    yield from automation.dropped_documents(context)


defs = dg.Definitions(
    assets=[warehouse.raw_documents, warehouse.readings, warehouse.core_tables, models, published_toys],
    jobs=[build_toys],
    sensors=[dropped],
    resources={"warehouse": ToyResource(file=str(FILE), raw=[str(RAW)])},
    executor=dg.in_process_executor,
)

"""The warehouse as a Dagster resource: one writer for the length of a run.

Belongs here: configuration, and holding the lock from the start of a run to its end. Does not belong here: what is done meanwhile.
"""

import contextlib
import os
from pathlib import Path

import dagster as dg
from pydantic import Field, PrivateAttr

from pipeline.warehouse.build import Warehouse
from pipeline.warehouse.places import DEFAULT_FILE
from pipeline.warehouse.transformation import environment


class WarehouseResource(dg.ConfigurableResource):
    """The warehouse file and the folders that feed it. With the in-process executor one run is one process, and has one of these."""

    file: str = str(DEFAULT_FILE)
    raw: list[str] = Field(
        default=[], description="Folders of raw documents; none: those that the last build from the command line named"
    )
    jobs: int = 0
    patience: float = Field(
        default=3600,
        description="Seconds to wait for a build that was started outside of Dagster, where no queue holds runs back",
    )

    _builder: Warehouse | None = PrivateAttr(default=None)
    _held: contextlib.ExitStack | None = PrivateAttr(default=None)

    @property
    def builder(self) -> Warehouse:
        """The warehouse, locked for this run."""
        if self._builder is None:
            raise RuntimeError("the warehouse is only there while a run goes on")
        return self._builder

    @property
    def folders(self) -> list[Path]:
        return [Path(folder) for folder in self.raw] or self.builder.folders()

    def new_builder(self) -> Warehouse:
        """The warehouse of this configuration, not locked. Tests put a reader of their own in its place."""
        return Warehouse(Path(self.file), self.jobs)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        builder = self.new_builder()
        held = contextlib.ExitStack()
        held.enter_context(builder.lock(self.patience))
        # dbt takes these from the environment of the process that starts it, here as on the command line.
        before = {name: os.environ.get(name) for name in environment(builder)}
        os.environ.update(environment(builder))
        held.callback(_restore, before)
        self._builder, self._held = builder, held

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        if self._held is not None:
            self._held.close()
        self._builder = self._held = None


def _restore(before: dict[str, str | None]) -> None:
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value

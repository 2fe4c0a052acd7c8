"""Where things stand: the project's own folders, and everything that lies beside a warehouse file.

Belongs here: paths, and the stores that live at them. Does not belong here: any step of a build (`build`), and what the files hold.

All state of a build lies beside the published FILE: `<FILE>.building` is the file under construction, `<stem>.state/` holds the archive, the
readings, dbt's working files, the lock and the record of what was published. Only the holder of the lock (`lock`) writes any of it.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.archive.readings import Readings
from pipeline.archive.store import Store, write_atomically

PROJECT = Path(__file__).resolve().parents[2]
DBT_PROJECT = PROJECT / "dbt_project"
DBT = Path(sys.executable).parent / "dbt"
DEFAULT_FILE = PROJECT / "warehouse" / "yusuan.duckdb"
DEFAULT_RAW = PROJECT / "raw"


@dataclass
class Places:
    """A warehouse file, and what lies beside it."""

    file: Path = DEFAULT_FILE

    @property
    def state(self) -> Path:
        return self.file.parent / f"{self.file.stem}.state"

    @property
    def building(self) -> Path:
        return self.file.with_name(self.file.name + ".building")

    @property
    def store(self) -> Store:
        return Store(self.state / "archive")

    @property
    def readings(self) -> Readings:
        return Readings(self.state / "readings")

    @property
    def pages(self) -> Path:
        """Printed pages that are kept so that bytes need not be read again."""
        return self.state / "pages"

    @property
    def fetched(self) -> Path:
        """Documents that were fetched from sources, laid out as one more folder of raw documents."""
        return self.state / "fetched"

    @property
    def dbt_target(self) -> Path:
        return self.state / "dbt"

    def folders(self) -> list[Path]:
        """The folders of raw documents that this warehouse is built of: those that were named last, else `raw/`."""
        try:
            return [Path(folder) for folder in json.loads(self._remembered.read_text(encoding="utf-8"))]
        except (OSError, ValueError):
            return [DEFAULT_RAW]

    def remember(self, folders: Iterable[Path]) -> None:
        """Have every later build, whoever starts it, be of these folders until others are named."""
        self.state.mkdir(parents=True, exist_ok=True)
        write_atomically(self._remembered, json.dumps([os.path.abspath(each) for each in folders]).encode())

    @property
    def _remembered(self) -> Path:
        return self.state / "folders.json"

    def remove_building(self) -> None:
        """Remove the file under construction, where a build did not come to its end."""
        for suffix in ("", ".wal", ".tmp", ".steps", ".steps.wal", ".steps.tmp"):
            path = self.building.with_name(self.building.name + suffix)
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)

    def remove_leftovers(self) -> None:
        """Remove what killed builds left half-done."""
        self.remove_building()
        self.store.remove_leftovers()
        self.readings.remove_leftovers()


def sync(path: Path) -> None:
    """Have the system put a file, or a folder's entries, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

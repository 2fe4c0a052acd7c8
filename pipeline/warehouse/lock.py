"""One writer at a time: the lock of a warehouse.

Belongs here: taking the lock, waiting for it, naming who holds it. Does not belong here: what its holder does (`build`).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from pipeline.warehouse.failures import WarehouseBusy

_PAUSE_SECONDS = 1.0
_NAMELESS = "a process that did not say its name"


@contextlib.contextmanager
def held(path: Path, patience: float, what: Path) -> Iterator[None]:
    """Hold the lock at `path`, if need be after `patience` seconds. Raises WarehouseBusy, naming the holder of `what`.

    The system frees the lock of a process that is killed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        _wait(file, time.monotonic() + patience, what)
        since = datetime.now(UTC).astimezone().isoformat(timespec="seconds")
        _say(file, f"process {os.getpid()} on {socket.gethostname()} since {since}")
        try:
            yield
        finally:
            _say(file, "")


def holder(path: Path) -> str | None:
    """Who holds the lock now, as it says; None where no one does."""
    try:
        with path.open("a+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return _name(file)
    except FileNotFoundError:
        pass
    return None


def _wait(file: TextIO, until: float, what: Path) -> None:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError as error:
            if time.monotonic() >= until:
                raise WarehouseBusy(f"{what} is being built by {_name(file)}; wait for it to end") from error
            time.sleep(_PAUSE_SECONDS)


def _name(file: TextIO) -> str:
    file.seek(0)
    return file.read().strip() or _NAMELESS


def _say(file: TextIO, text: str) -> None:
    file.seek(0)
    file.truncate()
    file.write(text)
    file.flush()

"""What happened to a warehouse, in two files of its state: every event, and every build that came to its end.

Belongs here: writing a line, and asking when a build last succeeded. Does not belong here: deciding what is worth a line (`build`).
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.warehouse.checks import Check
from pipeline.warehouse.places import Places

_LOG_BYTES = 20_000_000


@dataclass
class Built:
    """What a build did."""

    file: Path
    document_count: int = 0
    read_count: int = 0
    is_new: bool = False
    upgraded_from: int | None = None
    seconds: float = 0.0
    rows: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)


def record(places: Places, built: Built) -> None:
    """Add a line about this build to `<state>/builds.jsonl`."""
    line = {
        "ended_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "documents": built.document_count,
        "read": built.read_count,
        "is_new": built.is_new,
        "seconds": round(built.seconds, 2),
        "rows": built.rows,
    }
    with (places.state / "builds.jsonl").open("a+b") as file:
        # A line that was cut short, by a full disk for one, must not spoil this one.
        if file.tell() and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n":
            file.write(b"\n")
        file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")


def tell(places: Places, event: str, **values: Any) -> None:
    """Add a line to the log of events, `<state>/log.jsonl`; the former log is kept as log.1.jsonl. A full disk stops no build here."""
    line = {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "event": event,
        "process": os.getpid(),
        **values,
    }
    path = places.state / "log.jsonl"
    with contextlib.suppress(OSError):
        if path.is_file() and path.stat().st_size > _LOG_BYTES:
            os.replace(path, path.with_name("log.1.jsonl"))
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def hours_since_last_build(file: Path) -> float | None:
    """Hours since a build of this file last succeeded, whether or not there was anything new; None where none ever did."""
    now = datetime.now(UTC)
    try:
        lines = (Places(file).state / "builds.jsonl").read_bytes().splitlines()
    except OSError:
        return None
    for line in reversed(lines):
        try:
            ended = datetime.fromisoformat(json.loads(line)["ended_at"])
        except (ValueError, KeyError, TypeError):
            continue
        # A build that ended in the future did so while the clock was wrong: it must not pass for a fresh one until then.
        if ended <= now:
            return (now - ended).total_seconds() / 3600
    return None

"""The finished file put in the place of the published one, at once and for good.

Belongs here: the last look at the file, the replacement, the record of what was published. Does not belong here: making the file
(`build`), and copies of it for other programs (`pipeline.publish`).
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from pipeline.warehouse.database import connect, count, free_views_of_file_name
from pipeline.warehouse.failures import BuildFailed
from pipeline.warehouse.manifest import BuildManifest
from pipeline.warehouse.places import Places, sync

_RECORD = "published.json"


def is_published(places: Places, manifest: BuildManifest) -> bool:
    """Whether the published file is the one of this manifest, untouched since."""
    try:
        record = json.loads((places.state / _RECORD).read_text(encoding="utf-8"))
        return bool(record == {"signature": manifest.signature, **_stamp(places.file)})
    except (OSError, ValueError):
        return False


def publish(places: Places, manifest: BuildManifest) -> None:
    """Replace the published file by the finished one. Raises BuildFailed where that does not hold the documents of the manifest."""
    building, file = places.building, places.file
    with connect(building) as connection:
        free_views_of_file_name(connection)
        connection.execute("checkpoint")
    building.with_name(building.name + ".wal").unlink(missing_ok=True)
    with connect(building, read_only=True) as connection:
        if count(connection, "core.document") != len(manifest.documents):
            raise BuildFailed(f"{building} does not hold the documents of this build; nothing was published")
    sync(building)
    record = {"signature": manifest.signature, **_stamp(building)}
    # Written first: a record of a file that was not put in place fits no file, and the next build starts over.
    (places.state / _RECORD).write_text(json.dumps(record), encoding="utf-8")
    sync(places.state / _RECORD)
    # A log of the former file must not be replayed on this one, not even where this process ends before its next line.
    file.with_name(file.name + ".wal").unlink(missing_ok=True)
    os.replace(building, file)
    sync(file.parent)


def _stamp(path: Path) -> dict[str, int]:
    stat = path.stat()
    return {"byte_count": stat.st_size, "mtime_ns": stat.st_mtime_ns}

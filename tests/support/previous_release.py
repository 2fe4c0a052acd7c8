"""The warehouse as the release before versions left it: no version in the file, readings without scopes, a ledger of layout 1.

Belongs here: making such a file and state of one that the present release has built, by taking away what the release did not write. Does
not belong here: what an upgrade must make of it (`tests/graph/test_upgrade.py`).

When a release changes what is kept, this becomes the release before that one.
"""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import zipfile
from pathlib import Path

from pipeline.archive.store import Store
from pipeline.fetching.ledger import LEDGER_NAME, Ledger, Publication
from pipeline.warehouse.database import connect

WHEN = "2026-03-01T12:00:00+00:00"


def make_previous(file: Path) -> None:
    """Turn a warehouse, just built, into one of the release before; give it a document that was fetched, and its requests."""
    state = file.parent / f"{file.stem}.state"
    with connect(file) as connection:
        connection.execute("drop table core.schema_version")
        connection.execute("alter table core.document drop column reader_version")
    for path in (state / "readings").glob("??/*.zip"):
        _former_reading(path)
    _former_ledger(state)


def _former_reading(path: Path) -> None:
    """A reading in whose head stood its scopes, of which there were none."""
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(path.read_bytes()[32:])) as present, zipfile.ZipFile(data, "w") as former:
        for name in present.namelist():
            if name == "reading.json":
                head = json.loads(present.read(name))
                kept = {key: head[key] for key in ("sha256", "version", "claim", "limits", "summary")}
                former.writestr(name, json.dumps({**kept, "scopes": []}))
            elif name != "scopes.json":
                former.writestr(name, present.read(name))
    path.write_bytes(hashlib.sha256(data.getvalue()).digest() + data.getvalue())


def _former_ledger(state: Path) -> None:
    """One visit, two requests, and a document whose address gives it no more: nothing but this state holds it."""
    data = b"fetched=77\n"
    sha256 = Store(state / "archive").add(data)
    ledger = Ledger(state)
    ledger.close()
    with sqlite3.connect(state / LEDGER_NAME) as database:
        database.execute("insert into run values ('run-1', ?, ?, 1)", (WHEN, WHEN))
        for number, outcome in enumerate(("page", "new_document"), start=1):
            database.execute(
                "insert into attempt (attempt_id, run_id, source_id, url, purpose, try_number, requested_at, outcome, is_sent)"
                " values (?, 'run-1', 'city-440300', ?, 'document', 1, ?, ?, 1)",
                (number, f"https://example.org/{number}", WHEN, outcome),
            )
        publication = Publication(
            "city-440300", "https://example.org/2", 1, sha256, sha256, "fetched.txt", None, len(data), WHEN, WHEN, WHEN, "withdrawn"
        )  # fmt: skip
        values = vars(publication)
        database.execute(
            f"insert into publication ({', '.join(values)}) values ({', '.join('?' for _ in values)})",
            [*values.values()],
        )
        database.execute("pragma user_version = 1")
    database.close()

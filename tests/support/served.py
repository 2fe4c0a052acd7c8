"""What the tests of clients serve: a login, small warehouses that tell their version in every table, and a query that sees all of them.

Belongs here: data whose every row says which publication it belongs to. Does not belong here: servers (the fixture `server`), clients.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

USER, PASSWORD = "analyst", "a password, with 'quotes'"
ROWS = 500
VERSIONS = (
    "select (select max(version) from marts.a), (select max(version) from marts.b), "
    "(select max(version) from audit.c), (select max(version) from reference.d)"
)
# A change of structure: its publication must swap schemas, not only rows.
MORE = "alter table marts.a add column more integer"


def small(folder: Path, version: int, extra: str = "") -> Path:
    """A warehouse of four tables that all hold one version; `extra` is a statement more."""
    file = folder / f"v{version}{'x' if extra else ''}.duckdb"
    with duckdb.connect(str(file)) as connection:
        for schema in ("core", "marts", "audit", "reference"):
            connection.execute(f"create schema {schema}")
        for table in ("marts.a", "marts.b", "audit.c", "reference.d"):
            connection.execute(
                f"create table {table} as select {version} as version, range as number from range({ROWS})"
            )
        if extra:
            connection.execute(extra)
    return file

"""Whether the warehouse is well: what an operator, or a monitor, wants to know in one look.

Belongs here: looking, without changing anything. Does not belong here: putting right what is found.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from pipeline.archive.store import CorruptArchive
from pipeline.warehouse.build import Warehouse
from pipeline.warehouse.database import SCHEMAS, connect, version_of
from pipeline.warehouse.events import hours_since_last_build
from schemas import version

_FREE_SHARE_OF_FILE = 3
_FRESH_HOURS = 26
MISSED_SHARE = Decimal("0.02")
"""The share of printed totals that facts may miss: above it sums of the marts cannot be used without looking at each document."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. What is not well and `is_serious` makes the command fail."""

    name: str
    is_well: bool
    detail: str
    is_serious: bool = True


def examine(warehouse: Warehouse, deep: bool = False) -> Iterator[Finding]:
    """Findings, one by one; `deep` also computes the SHA-256 of every archived document anew."""
    yield from _file(warehouse.file)
    yield from _schema(warehouse.file)
    yield from _totals(warehouse.file)
    yield _build(warehouse)
    yield _space(warehouse)
    if deep:
        yield _archive(warehouse)


def _file(file: Path) -> Iterator[Finding]:
    if not file.is_file():
        yield Finding("published file", False, f"{file} does not exist; run `yusuan build`")
        return
    try:
        with connect(file, read_only=True) as connection:
            tables = dict(
                connection.execute(
                    "select schema_name, count(*) from duckdb_tables() where not internal group by all"
                ).fetchall()
            )
            statuses = connection.execute(
                "select status, count(*) from core.document group by all order by 1"
            ).fetchall()
    except duckdb.Error as error:
        yield Finding("published file", False, f"{file} cannot be opened: {error}")
        return
    missing = [schema for schema in SCHEMAS if not tables.get(schema)]
    told = ", ".join(f"{schema} {count} tables" for schema, count in sorted(tables.items()))
    yield Finding("published file", not missing, told + (f"; without {', '.join(missing)}" if missing else ""))
    yield Finding("documents", bool(statuses), ", ".join(f"{count} {status}" for status, count in statuses) or "none")


def _schema(file: Path) -> Iterator[Finding]:
    found, own = version_of(file), version.current()
    if found is None:
        return
    told = f"version {found} of the tables"
    if found < own:
        told += f"; this release writes {own}: run `yusuan build` to upgrade"
    elif found > own:
        told += f", of a newer release; this one writes {own} and does not touch the file"
    yield Finding("schema", found == own, told, is_serious=found > own)


def _totals(file: Path) -> Iterator[Finding]:
    """How many of the totals that forms print the facts add up to; one of a file that is not there, or is older, says nothing."""
    try:
        with connect(file, read_only=True) as connection:
            counts = dict(
                connection.execute(
                    "select verdict, count(*) from audit.printed_total where printed_yuan <> 0 group by all"
                ).fetchall()
            )
    except (duckdb.Error, OSError):
        return
    met, missed, undivided = (counts.get(verdict, 0) for verdict in ("met", "missed", "undivided"))
    compared = met + missed + undivided
    told = f"{compared:,} compared: {met:,} met, {undivided:,} undivided, {missed:,} missed"
    if missed > MISSED_SHARE * compared:
        told += f", more than {MISSED_SHARE:.0%}: see audit.printed_total"
    yield Finding("printed totals", missed <= MISSED_SHARE * compared, told)


def _build(warehouse: Warehouse) -> Finding:
    hours = hours_since_last_build(warehouse.file)
    holder = warehouse.holder()
    if holder is not None:
        return Finding("last build", True, f"one is going on, by {holder}")
    if hours is None:
        return Finding("last build", False, "no build has ever succeeded")
    return Finding("last build", hours <= _FRESH_HOURS, f"succeeded {hours:.1f} hours ago", is_serious=False)


def _space(warehouse: Warehouse) -> Finding:
    """A build needs room for a second file and what dbt spills; less than three times the file is too little."""
    folder = next(parent for parent in (warehouse.file, *warehouse.file.parents) if parent.is_dir())
    free = shutil.disk_usage(folder).free
    size = warehouse.file.stat().st_size if warehouse.file.is_file() else 0
    enough = free > max(_FREE_SHARE_OF_FILE * size, 1 << 28)
    return Finding("free space", enough, f"{free / 2**30:.1f} GiB beside a file of {size / 2**20:.1f} MiB")


def _archive(warehouse: Warehouse) -> Finding:
    store = warehouse.store
    names = [path.name for path in store.root.glob("??/*") if not path.name.startswith(".")]
    damaged = []
    for name in names:
        try:
            store.read(name)
        except CorruptArchive:
            damaged.append(name)
    told = f"{len(names)} documents" + (f", damaged: {', '.join(damaged)}" if damaged else ", all whole")
    return Finding("archive", not damaged, told)

"""Fetching for a warehouse: the sources that are due, into its archive, laid out for its next build.

Belongs here: which sources, and where their documents go. Does not belong here: requests, links and the ledger (`pipeline.fetching`), and
the build, which takes over what was fetched.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from datetime import datetime

from pipeline.fetching.ledger import LEDGER_NAME, Ledger
from pipeline.fetching.runs import FetchReport, fetch_sources, lay_out
from pipeline.fetching.sources import SourceError, read_known_documents, read_sources
from pipeline.warehouse.build import Warehouse


def fetch(
    warehouse: Warehouse,
    only: Iterable[str] = (),
    jurisdictions: Iterable[str] = (),
    dry_run: bool = False,
    rhythm: str | None = None,
) -> FetchReport:
    """Visit the sources that are due, or just these: by identifier, or all active ones of these jurisdictions.

    With `rhythm`, the sources that are due among those of that name (`Source.rhythm`). Needs no lock of the warehouse: a build may go on meanwhile, and takes over what is there when it begins.
    """
    sources = read_sources()
    names = set(jurisdictions)
    unknown = names - {source.jurisdiction_name for source in sources if source.is_active}
    if unknown:
        raise SourceError(f"no active source is of {', '.join(sorted(unknown))}; see pipeline/fetching/sources")
    chosen = [
        *only,
        *(source.source_id for source in sources if source.jurisdiction_name in names and source.is_active),
    ]
    warehouse.state.mkdir(parents=True, exist_ok=True)
    report = fetch_sources(
        warehouse.state,
        [source for source in sources if rhythm in (None, source.rhythm.name)],
        store=warehouse.store,
        known_documents=read_known_documents(),
        only=chosen,
        dry_run=dry_run,
    )
    if not dry_run:
        lay_out(warehouse.state, sources, warehouse.fetched, warehouse.store)
    return report


def due(warehouse: Warehouse, rhythm: str, now: datetime) -> list[tuple[str, datetime | None]]:
    """Sources of a rhythm that are due, with their last visit."""
    sources = [source for source in read_sources() if source.rhythm.name == rhythm]
    visited: dict[str, datetime | None] = {}
    if (warehouse.state / LEDGER_NAME).is_file():
        with contextlib.closing(Ledger(warehouse.state, is_reader=True)) as ledger:
            visited = {source.source_id: ledger.last_visit(source.source_id) for source in sources}
    return [
        (source.source_id, visited.get(source.source_id))
        for source in sources
        if source.is_due(now, visited.get(source.source_id))
    ]

"""Fetching for a warehouse: the sources that are due, into its archive, laid out for its next build.

Belongs here: which sources, and where their documents go. Does not belong here: requests, links and the ledger (`pipeline.archive`), and
the build, which takes over what was fetched.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.archive.runs import FetchReport, fetch_sources, lay_out
from pipeline.archive.sources import SourceError, read_known_documents, read_sources
from pipeline.publish.warehouse import Warehouse


def fetch(
    warehouse: Warehouse, only: Iterable[str] = (), jurisdictions: Iterable[str] = (), dry_run: bool = False
) -> FetchReport:
    """Visit the sources that are due, or just these: by identifier, or all active ones of these jurisdictions.

    Needs no lock of the warehouse: a build may go on meanwhile, and takes over what is there when it begins.
    """
    sources = read_sources()
    names = set(jurisdictions)
    unknown = names - {source.jurisdiction_name for source in sources if source.is_active}
    if unknown:
        raise SourceError(f"no active source is of {', '.join(sorted(unknown))}; see pipeline/archive/sources")
    chosen = [
        *only,
        *(source.source_id for source in sources if source.jurisdiction_name in names and source.is_active),
    ]
    warehouse.state.mkdir(parents=True, exist_ok=True)
    report = fetch_sources(
        warehouse.state,
        sources,
        store=warehouse.store,
        known_documents=read_known_documents(),
        only=chosen,
        dry_run=dry_run,
    )
    if not dry_run:
        lay_out(warehouse.state, sources, warehouse.fetched, warehouse.store)
    return report

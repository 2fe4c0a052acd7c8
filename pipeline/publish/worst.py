"""Which documents of the published warehouse need a person first, by kind of need.

Belongs here: counting what is amiss document by document. Does not belong here: the state of files and builds (`health`), what one
document's arithmetic says (`questions`), and telling anyone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeline.warehouse.database import connect
from pipeline.warehouse.health import MISSED_SHARE

_NAMED = 5

_QUERIES = {
    "no_document_is_refused": (
        "Documents that could not be read",
        "select file_name, status_reason, case when status = 'refused' then 1 else 0 end as amiss, 1 as looked_at from core.document",
    ),
    "no_amount_is_refused": (
        "Cells with numbers that may be amounts and were refused",
        """
        select document.file_name, document.status_reason, coalesce(sum(form.refused_cell_count), 0) as amiss,
            coalesce(sum(form.numeric_cell_count), 0) as looked_at
        from core.document inner join core.form using (document_id)
        where form.status <> 'loaded' group by all
        """,
    ),
    "no_figure_is_suspect": (
        "Figures that cannot be right by the document's own sums",
        """
        select file_name, null, count(*) filter (proof = 'suspect') as amiss, count(*) as looked_at
        from core.figure inner join core.document using (document_id) group by all
        """,
    ),
    "every_figure_is_checked": (
        "Figures that no sum reaches",
        """
        select file_name, null, count(*) filter (proof = 'unchecked') as amiss, count(*) as looked_at
        from core.figure inner join core.document using (document_id)
        where value_state in ('number', 'zero') group by all
        """,
    ),
    "printed_totals_are_met": (
        "Printed totals that the rows of facts do not add up to",
        """
        select file_name, string_agg(distinct fact, ', ' order by fact) filter (where verdict = 'missed'),
            count(*) filter (where verdict = 'missed') as amiss, count(*) as looked_at
        from audit.printed_total inner join core.document using (document_id)
        where verdict <> 'not_compared' and printed_yuan <> 0 group by all
        """,
    ),
}
SHARES = {"printed_totals_are_met": MISSED_SHARE}
"""The share of what is looked at that may be amiss, where it is not none: above it sums of the marts are not to be trusted unread."""
NEEDS = tuple(_QUERIES)
"""Names of what is counted, in the order of `needs`."""


@dataclass(frozen=True)
class Need:
    """One kind of need: how many of how many, and the documents that have most of it."""

    name: str
    description: str
    amiss: int
    looked_at: int
    worst: tuple[tuple[str, int, str | None], ...]

    @property
    def is_well(self) -> bool:
        """Whether no more is amiss than the stated share."""
        return self.amiss <= SHARES.get(self.name, 0) * self.looked_at

    @property
    def told(self) -> str:
        """In a sentence, the worst documents by name."""
        if not self.amiss:
            return f"{self.description}: none of {self.looked_at:,}"
        named = "; ".join(
            f"{file_name}: {count:,}" + (f" ({reason[:80]})" if reason else "")
            for file_name, count, reason in self.worst
        )
        return f"{self.description}: {self.amiss:,} of {self.looked_at:,}. Most of them: {named}"


def needs(file: Path) -> Iterator[Need]:
    """What is counted of the warehouse file, kind by kind."""
    with connect(file, read_only=True) as connection:
        for name, (description, query) in _QUERIES.items():
            try:
                rows = connection.execute(
                    f"select * from ({query}) as counted (file_name, reason, amiss, looked_at) order by amiss desc, file_name"
                ).fetchall()
            except duckdb.CatalogException:
                # A table that this warehouse does not have: nothing was looked at, and the check says so.
                rows = []
            worst = tuple((file_name, int(amiss), reason) for file_name, reason, amiss, _ in rows[:_NAMED] if amiss)
            yield Need(name, description, sum(int(row[2]) for row in rows), sum(int(row[3]) for row in rows), worst)

"""What loaded documents print of codes and names: the evidence for the editions.

Belongs here: collecting (scheme, code, name, year) from the figures of a warehouse or of one reading. Does not belong here: what follows
from it for the editions (`learning`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.editions import classification


class Attestation(NamedTuple):
    """A code and a name that a document prints together for a fiscal year."""

    scheme: str
    code: str
    name: str
    year: int
    document_id: str


_QUERY = """
    with line as (
        select document_id, form_index, row_index, fiscal_year, scheme, line_code as code, line_name as name
        from core.figure
        where not is_comparative
        union
        select document_id, form_index, row_index, fiscal_year, cross_scheme, cross_code, cross_name
        from core.figure
        where not is_comparative
    )

    select distinct line.scheme, line.code, line.name, line.fiscal_year, line.document_id
    from line
    inner join core.document as document
        on line.document_id = document.document_id
        and not document.is_specimen
    inner join core.cell as cell
        on line.document_id = cell.document_id
        and line.form_index = cell.form_index
        and line.row_index between cell.row_index and cell.row_index + cell.row_span - 1
    where
        line.scheme in ('functional', 'economic_department', 'economic_government')
        and line.name is not null
        and (
            contains(cell.text, line.code)
            or regexp_replace(cell.text, '\\s', '', 'g') = right(line.code, 2)
        )
    order by all
"""


def read_attestations(warehouse: Path) -> list[Attestation]:
    """Attestations of a published warehouse: lines whose code, or its last part, stands in a cell of their row.

    Codes that were given by name are no evidence for what a code is called, and specimens of the project's own are no documents: both are
    left out.
    """
    import duckdb

    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return [Attestation(*row) for row in connection.execute(_QUERY).fetchall()]


def attestations_of(rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> list[Attestation]:
    """The same from the `figure` and `cell` rows of one reading (`pipeline.reading.Reading.rows`)."""
    printed: dict[tuple[int, int], set[str]] = defaultdict(set)
    for cell in rows["cell"]:
        for row_index in range(cell["row_index"], cell["row_index"] + cell["row_span"]):
            printed[(cell["form_index"], row_index)].add("".join(cell["text"].split()))
    found = set()
    for row in rows["figure"]:
        texts = printed[(row["form_index"], row["row_index"])]
        for scheme, code, name in (
            (row["scheme"], row["line_code"], row["line_name"]),
            (row["cross_scheme"], row["cross_code"], row["cross_name"]),
        ):
            if row["is_comparative"] or scheme not in classification.SCHEMES or not code or not name:
                continue
            if code[-2:] in texts or any(code in text for text in texts):
                found.add(Attestation(scheme, code, name, row["fiscal_year"], row["document_id"]))
    return sorted(found)

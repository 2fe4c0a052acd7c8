"""What the command line asks of the published warehouse.

Belongs here: queries whose rows are printed as they are, or told as the proofs tell them. Does not belong here: printing, and anything that belongs in a mart.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.proofs.report import render
from pipeline.warehouse.database import connect

Answer = tuple[list[str], list[tuple[Any, ...]]]


def _ask(file: Path, query: str, parameters: list[Any] | None = None) -> Answer:
    with connect(file, read_only=True) as connection:
        cursor = connection.execute(query, parameters or [])
        return [column[0] for column in cursor.description or ()], cursor.fetchall()


def statuses(file: Path) -> Answer:
    """Documents by status."""
    return _ask(file, "select status, count(*) as documents from core.document group by all order by 1")


def documents(file: Path, part: str) -> Answer:
    """Of each document whose name or identifier holds `part`: what it is, and what became of its cells."""
    return _ask(
        file,
        """
        with cells as (
            select
                document_id, count(*) as forms, sum(numeric_cell_count) as numeric_cells,
                sum(refused_cell_count) as refused_cells,
            from core.form group by document_id
        ),
        figures as (
            select
                document_id, count(*) filter (value_state in ('number', 'zero')) as figures,
                count(*) filter (value_state in ('blank', 'declared_nil')) as blanks,
            from core.figure group by document_id
        ),
        paragraphs as (select document_id, count(*) as paragraphs from core.text_block group by document_id),
        sentences as (
            select document_id, count(*) as amounts, count(figure_id) as tied
            from core.narrative_figure group by document_id
        )
        select
            document.document_id, document.file_name, document.status, document.document_kind as kind,
            document.fiscal_year as year, document.jurisdiction_name as jurisdiction,
            document.department_name as department, document.page_count as pages,
            coalesce(forms, 0)::int as forms, coalesce(numeric_cells, 0)::int as numeric_cells,
            coalesce(figures, 0)::int as figures, coalesce(blanks, 0)::int as blanks, coalesce(refused_cells, 0)::int as refused_cells,
            coalesce(paragraphs, 0)::int as paragraphs, coalesce(amounts, 0)::int as narrative_amounts,
            coalesce(tied, 0)::int as tied_to_figures, document.status_reason, document.registry_disagreement,
        from core.document as document
        left join cells using (document_id)
        left join figures using (document_id)
        left join paragraphs using (document_id)
        left join sentences using (document_id)
        where contains(document.file_name, $1) or starts_with(document.document_id, $1)
        order by document.file_name, document.document_id
        """,
        [part],
    )


def refusals(file: Path, part: str) -> Answer:
    """What was not read in these documents, by reason, with the numeric cells that are thereby not figures."""
    return _ask(
        file,
        """
        select
            document.file_name, refusal.reason, count(*) as refusals,
            sum(refusal.numeric_cell_count)::int as numeric_cells, min(refusal.detail) as for_example,
        from core.refusal as refusal
        inner join core.document as document using (document_id)
        where contains(document.file_name, $1) or starts_with(document.document_id, $1)
        group by all
        order by 1, 2
        """,
        [part],
    )


def find_document(file: Path, part: str) -> list[tuple[str, str]]:
    """Identifiers and names of the documents that are meant: the one of that very name, else all that hold it."""
    rows = _ask(
        file,
        """
        select document_id, file_name from core.document
        where contains(file_name, $1) or starts_with(document_id, $1)
        order by file_name, document_id
        """,
        [part],
    )[1]
    exact = [row for row in rows if part in row]
    return [(str(row[0]), str(row[1])) for row in exact or rows]


def identities(file: Path) -> Answer:
    """Every identity that was met: how often it was tried, held, failed, and could not be checked, and in how many documents."""
    return _ask(
        file,
        """
        select
            identity, scope, count(distinct document_id) as documents, count(*) as instances,
            count(*) filter (verdict in ('exact', 'rounding', 'printed_twice')) as held,
            count(*) filter (verdict = 'rounding') as by_rounding,
            count(*) filter (verdict = 'printed_twice') as printed_twice,
            count(*) filter (verdict = 'error') as failed,
            count(*) filter (verdict = 'not_checkable') as not_checkable,
        from core.identity_check group by all order by instances desc, identity
        """,
        [],
    )


def suspects(file: Path, document_id: str) -> list[str]:
    """Identifiers of the figures that cannot be right."""
    rows = _ask(file, "select figure_id from core.suspect_figure where document_id = $1 order by 1", [document_id])[1]
    return [str(row[0]) for row in rows]


def proofs(
    file: Path, document_id: str, title: str, pictures: Mapping[str, Path] | None = None, everything: bool = False
) -> str:
    """What the arithmetic of a document says, as text for a person; `pictures` show the suspects."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for table in ("identity_check", "suspect_figure", "figure", "narrative_figure"):
        columns, rows = _ask(file, f"select * from core.{table} where document_id = $1 order by 1", [document_id])
        tables[table] = [dict(zip(columns, row, strict=True)) for row in rows]
    return render(
        tables["identity_check"], tables["suspect_figure"], tables["figure"], title=title,
        narrative=tables["narrative_figure"], pictures=pictures, everything=everything,
    )  # fmt: skip


def failures(file: Path, document_id: str) -> Answer:
    """Identities that do not hold, in words and numbers."""
    return _ask(
        file,
        """
        select identity, scope, severity, description, stated_yuan, computed_yuan, difference_yuan, bound_yuan,
        from core.identity_check where document_id = $1 and verdict = 'error'
        order by severity, abs(difference_yuan) desc, identity_check_id
        """,
        [document_id],
    )


def tables(file: Path) -> Answer:
    """Tables with what they hold."""
    return _ask(
        file,
        """
        select schema_name as schema, table_name as table, estimated_size as rows, comment
        from duckdb_tables() where not internal order by 1, 2
        """,
    )

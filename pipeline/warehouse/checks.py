"""Rules that the written tables must satisfy before anything is derived from them.

Belongs here: asking the schema `core` for its schemas, its keys and references, and whether every number is accounted for. Does not
belong here: what one row alone must satisfy (`schemas.admission`), and tests of what dbt derives (`dbt_project/`).
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pandera.errors
import polars as pl

from pipeline.warehouse.database import count, value
from schemas import core
from schemas.admission import REFERENCES
from schemas.table import Table

_ROWS_LOOKED_AT_ONCE = 200_000
_NAMED = 5


@dataclass(frozen=True)
class Check:
    """One rule that the written tables must satisfy before anything is derived from them."""

    table: str
    name: str
    description: str
    looked_at: int
    violations: int
    is_blocking: bool = True
    worst: tuple[tuple[str, int], ...] = ()
    """Documents that break it most often, where it is told which: name, and how often."""

    @property
    def told(self) -> str:
        """The rule in a sentence, with how often it is broken, and by which documents most."""
        if self.passed:
            return self.description
        named = "; ".join(f"{name}: {count}" for name, count in self.worst)
        return f"{self.description}: {self.violations} of {self.looked_at} do not" + (
            f". Most of them: {named}" if named else ""
        )

    @property
    def passed(self) -> bool:
        """Whether nothing breaks the rule. The table of documents is never empty; another one may be."""
        return self.violations == 0 and (self.looked_at > 0 or self.table != "document")


CHECKS: tuple[tuple[str, str, bool], ...] = (
    ("document", "every_document_has_its_row", True),
    *(
        (table.name, name, True)
        for table in core.TABLES
        for name in ("rows_satisfy_their_schema", "keys_and_references_hold")
    ),
    ("form", "numeric_cells_are_accounted_for", False),
)
"""Table, name and whether it blocks, of every check that `core_checks` makes."""


def core_checks(connection: duckdb.DuckDBPyConnection, document_count: int) -> list[Check]:
    """Every rule of CHECKS asked of the schema `core`, into which `document_count` documents were taken."""
    missing = abs(document_count - count(connection, "core.document"))
    told = "Every document that was taken in has its row"
    checks = [Check("document", "every_document_has_its_row", told, document_count, missing)]
    for table in core.TABLES:
        checks += [_check_schema(connection, table), _check_keys(connection, table)]
    return [*checks, _check_account(connection)]


def _check_schema(connection: duckdb.DuckDBPyConnection, table: Table) -> Check:
    """The pandera schema of a table, asked of what was written, a batch at a time."""
    looked_at, broken = 0, 0
    # Uniqueness over all batches is a question for the database: see `_check_keys`.
    schema = table.schema
    reader = connection.execute(f"select * from core.{table.name}").to_arrow_reader(_ROWS_LOOKED_AT_ONCE)
    for batch in reader:
        frame = pl.DataFrame(pl.from_arrow(batch))
        looked_at += frame.height
        try:
            schema.validate(frame, lazy=True)
        except pandera.errors.SchemaErrors as errors:
            broken += errors.failure_cases.height
    told = "Every row satisfies the schema of its table (pandera)"
    return Check(table.name, "rows_satisfy_their_schema", told, looked_at, broken)


def _check_keys(connection: duckdb.DuckDBPyConnection, table: Table) -> Check:
    """Keys name one row, over all documents; references lead to a row."""
    looked_at = count(connection, f"core.{table.name}")
    broken = 0
    for column in table.columns:
        if column.unique:
            broken += looked_at - value(connection, f"select count(distinct {column.name}) from core.{table.name}")
    for reference in REFERENCES:
        if reference.table == table.name and not reference.is_list:
            named = " and ".join(f"child.{column} is not null" for column in reference.columns)
            pairs = zip(reference.columns, reference.target, strict=True)
            joined = " and ".join(f"parent.{target} = child.{column}" for column, target in pairs)
            broken += value(
                connection,
                f"select count(*) from core.{reference.table} as child where {named} and not exists "
                f"(select 1 from core.{reference.parent} as parent where {joined})",
            )
    told = "Keys name one row each and references lead to a row"
    return Check(table.name, "keys_and_references_hold", told, looked_at, broken)


def _check_account(connection: duckdb.DuckDBPyConnection) -> Check:
    """Nothing is dropped in silence: a warning, because what is amiss is amiss in one document and is shown with it."""
    cells = value(connection, "select coalesce(sum(numeric_cell_count), 0)::bigint from core.form")
    rows = connection.execute(
        """
        with figures as (
            select document_id, form_index, count(distinct cell_id) as cells
            from core.figure where value_state in ('number', 'zero') group by all
        ),
        targets as (
            select document_id, form_index, count(distinct cell_id) as cells
            from (select document_id, form_index, unnest(cell_ids) as cell_id from core.performance_indicator) group by all
        )
        select document.file_name, sum(greatest(
            form.numeric_cell_count - form.refused_cell_count - coalesce(figures.cells, 0) - coalesce(targets.cells, 0), 0
        ))::bigint as unaccounted
        from core.form as form
        inner join core.document as document using (document_id)
        left join figures using (document_id, form_index)
        left join targets using (document_id, form_index)
        group by all
        having unaccounted > 0
        order by unaccounted desc, file_name
        """
    ).fetchall()
    worst = tuple((name, int(count)) for name, count in rows[:_NAMED])
    told = "Every numeric cell of every form is a figure, a performance target, or stands in a refusal"
    unaccounted = sum(int(count) for _, count in rows)
    return Check("form", "numeric_cells_are_accounted_for", told, cells, unaccounted, is_blocking=False, worst=worst)

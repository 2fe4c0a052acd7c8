"""From an amount of a mart to the printed figures behind it, and to the place where they are seen.

Belongs here: which figures make up an amount, and the address of their cells in the site. Does not belong here: any other content.

An address is `page/DOCUMENT/PAGE.html#cFORM.ROW.COLUMN`, which a browser outlines by itself. A sum is
`…#s=PAGE:CELL,CELL;PAGE:CELL`, of which the page's script outlines the cells on this page and lists the pages of the others.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb

_MOST_TERMS = 160
# The least trusted first.
_PROOFS = ("suspect", "unchecked", "consistent", "proved")


@dataclass(frozen=True)
class Printed:
    """One printed figure: where it stands and what it amounts to."""

    figure_id: str
    document_id: str
    page: int
    measure: str
    amount: Decimal | None
    proof: str = "unchecked"

    @property
    def anchor(self) -> str:
        return anchor(self.figure_id)


def anchor(figure_id: str) -> str:
    """Name of a figure's cell within its document: `c7.3.3` of `…-007-0003-003`; several figures of a cell share it."""
    _, form, row, column, *_ = figure_id.split("-")
    return f"c{int(form)}.{int(row)}.{int(column)}"


def slug(identifier: str) -> str:
    """A name for a file, the same for the same identifier and different for different ones."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", identifier).strip("-")
    if plain == identifier:
        return plain
    from pipeline.publish.explorer.site import digest_of_text

    return f"{plain[:40]}-{digest_of_text(identifier)[:8]}".strip("-")


def place_path(code: str) -> str:
    """Address of a place's page."""
    return f"place/{slug(code)}.html"


class Figures:
    """The figures that marts name, found by identifier, and the printed totals of functional lines."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> None:
        named = " union ".join(f"select unnest(figure_ids) as figure_id from {table}" for table in tables)
        rows = connection.execute(
            f"""
            with named as ({named})
            select figure_id, document_id, page_number, measure, amount_yuan, proof
            from core.figure semi join named using (figure_id)
            """
        ).fetchall()
        self.by_id = {row[0]: Printed(*row) for row in rows}
        self.totals: dict[tuple[str, int, str, str, str], list[Printed]] = defaultdict(list)
        for figure_id, document_id, page, measure, amount, proof, year, phase, fund, code in connection.execute(
            """
            select figure_id, document_id, page_number, measure, amount_yuan, proof, fiscal_year, phase, fund, line_code
            from core.figure
            where
                scheme = 'functional' and not is_leaf and not is_comparative and line_code is not null
                and amount_yuan is not null and agency_level = 'department' and cross_code is null
            order by figure_id
            """
        ).fetchall():
            printed = Printed(figure_id, document_id, page, measure, amount, proof)
            self.totals[document_id, year, phase, fund, code].append(printed)

    def terms(self, amount: Decimal | None, figure_ids: Sequence[str], measure: str = "total") -> list[Printed]:
        """The figures that make up the amount: one where one figure is it, else those that add up to it, else all."""
        if amount is None:
            return []
        found = [self.by_id[figure_id] for figure_id in figure_ids if figure_id in self.by_id]
        found = [figure for figure in found if figure.amount is not None]
        same_measure = [figure for figure in found if figure.measure == measure]
        for candidates in (same_measure, found):
            equal = [figure for figure in candidates if figure.amount == amount]
            if equal:
                return equal[:1]
        parts = [figure for figure in found if figure.measure in ("basic", "project")]
        for candidates in (same_measure, parts, found):
            adding = [figure for figure in candidates if figure.amount]
            if adding and sum((figure.amount or Decimal(0)) for figure in adding) == amount:
                return adding
        return [figure for figure in found if figure.amount] or found[:1]

    def printed_total(
        self,
        amount: Decimal | None,
        figure_ids: Sequence[str],
        year: int,
        phase: str,
        fund: str,
        code: str | None,
        measure: str = "total",
    ) -> list[Printed]:
        """The document's own printed total of a functional line where it equals the amount, else the figures that add up to it."""
        terms = self.terms(amount, figure_ids, measure)
        if code and len(terms) > 1:
            for document_id in dict.fromkeys(term.document_id for term in terms):
                for total in self.totals.get((document_id, year, phase, fund, code), ()):
                    if total.measure == measure and total.amount == amount:
                        return [total]
        return terms  # fmt: skip


def weakest_proof(terms: Iterable[Printed]) -> str:
    """The proof of an amount that rests on these figures: that of the one proved least; empty where there are none."""
    return min((term.proof for term in terms), key=_PROOFS.index, default="")


def address(terms: Sequence[Printed], root: str = "../") -> str:
    """Address of the page that shows these figures, from a page in a folder of the site; empty where there are none."""
    if not terms:
        return ""
    first = terms[0]
    page = f"{root}page/{first.document_id}/{first.page}.html"
    if len(terms) == 1:
        return f"{page}#{first.anchor}"
    places: dict[str, list[str]] = defaultdict(list)
    for term in terms[:_MOST_TERMS]:
        document = "" if term.document_id == first.document_id else f"{term.document_id}/"
        places[f"{document}{term.page}"].append(term.anchor[1:])
    return f"{page}#s=" + ";".join(f"{place}:{','.join(cells)}" for place, cells in places.items())

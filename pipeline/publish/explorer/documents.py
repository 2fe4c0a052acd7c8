"""What the pages about one document say: its forms, proofs and suspects, and each printed page with its figures.

Belongs here: questions about one document, and the marks by which it is seen that one has changed. Does not belong here: HTML, files.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import duckdb

from pipeline.publish.explorer.content import NOTHING, Row, ask, grouped, number, printed_figures
from pipeline.publish.explorer.figures import anchor
from pipeline.publish.explorer.words import ten_thousands, yuan

_TABLES = (
    "marts.dim_document", "marts.document_quality", "core.page", "core.form", "core.cell", "core.figure", "audit.identity_check",
    "audit.suspect_figure", "audit.refusal", "core.agency_statistic",
)  # fmt: skip
_VERDICTS = ("exact", "rounding", "printed_twice", "error", "not_checkable")
_SHOWN_TERMS = 12


def marks(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """A mark of every document over all that its pages say: equal marks, equal pages."""
    sums: dict[str, list[str]] = defaultdict(list)
    for table in _TABLES:
        rows = connection.execute(
            f"select document_id, sum(hash(row_)) from {table} as row_ where document_id is not null group by document_id"
        ).fetchall()
        for document_id, mark in rows:
            sums[document_id].append(f"{table}={mark}")
    return {document_id: " ".join(parts) for document_id, parts in sums.items()}


class DocumentContent:
    """One document of the published warehouse."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, document: Row) -> None:
        self.connection = connection
        self.document = document
        self.document_id: str = document["document_id"]
        self.pages = self._ask("select * from core.page where document_id = $1 order by page_number")
        self.forms = self._ask("select * from core.form where document_id = $1 order by form_index")
        self.figures = self._ask(
            """
            select
                figure.figure_id, figure.page_number, figure.form_index, figure.form, figure.agency_name, figure.line_code,
                figure.line_name, figure.header_path, figure.measure, figure.fiscal_year, figure.phase, figure.printed_text,
                figure.printed_unit, figure.amount_yuan, figure.proof, figure.proof_count,
                cell.x0, cell.top, cell.x1, cell.bottom
            from core.figure as figure inner join core.cell as cell using (cell_id)
            where figure.document_id = $1 and figure.value_state in ('number', 'zero')
            order by figure.page_number, figure.figure_id
            """
        )
        self.statistics = self._ask(
            "select * from core.agency_statistic where document_id = $1 order by page_number, block_index"
        )

    def _ask(self, query: str) -> list[Row]:
        return ask(self.connection, query, [self.document_id])

    @property
    def has_images(self) -> bool:
        """Whether figures have places on pages that can be rendered."""
        return self.document["format"] == "pdf" and any(figure["x0"] is not None for figure in self.figures)

    def overview(self) -> Row:
        """All that the page of the document says."""
        checks = self._ask(
            """
            select identity, scope, severity, verdict, count(*) as checks from audit.identity_check
            where document_id = $1 group by all order by identity
            """
        )
        identities = []
        for (identity, severity), rows in grouped(checks, "identity", "severity").items():
            counts = {verdict: 0 for verdict in _VERDICTS}
            for row in rows:
                counts[row["verdict"]] += row["checks"]
            identities.append({"identity": identity, "severity": severity, "counts": counts})
        failures = self._ask(
            """
            select * from audit.identity_check where document_id = $1 and verdict = 'error'
            order by severity, abs(difference_yuan) desc nulls last, identity_check_id limit 100
            """
        )
        suspects = self._ask("select * from audit.suspect_figure where document_id = $1 order by figure_id")
        wanted = [figure_id for row in failures for figure_id in row["figure_ids"][:_SHOWN_TERMS]]
        printed = printed_figures(self.connection, wanted + [row["figure_id"] for row in suspects])
        for row in failures:
            found = [printed[figure_id] for figure_id in row["figure_ids"][:_SHOWN_TERMS] if figure_id in printed]
            row["terms"] = [number(term.amount, [term]) for term in found]
            row["more"] = len(row["figure_ids"]) - len(found)
            row["stated"], row["computed"] = ten_thousands(row["stated_yuan"]), ten_thousands(row["computed_yuan"])
            row["difference"], row["bound"] = ten_thousands(row["difference_yuan"]), ten_thousands(row["bound_yuan"])
        for row in suspects:
            term = printed.get(row["figure_id"])
            row["number"] = number(row["printed_yuan"], [term]) if term else NOTHING
            row["low"], row["high"] = ten_thousands(row["feasible_low_yuan"]), ten_thousands(row["feasible_high_yuan"])
        return {
            "document": self.document,
            "forms": self.forms,
            "pages": self.pages_with_figures(),
            "identities": identities,
            "failures": failures,
            "suspects": [row for row in suspects if row["cause"] == "document"],
            "doubtful": [row for row in suspects if row["cause"] != "document"],
            "refusals": self._ask(
                """
                select reason, form, page_number, detail, numeric_cell_count from audit.refusal where document_id = $1
                order by numeric_cell_count desc, refusal_id limit 100
                """
            ),
            "statistics": self.statistics,
        }

    def pages_with_figures(self) -> list[int]:
        """Numbers of the pages that are shown: those that hold figures, or statistics in their sentences."""
        numbers = {figure["page_number"] for figure in self.figures}
        if self.has_images:
            numbers |= {row["page_number"] for row in self.statistics}
        return sorted(numbers)

    def page(self, page_number: int) -> Row:
        """All that the page about one printed page says; `grids` holds its tables where there is no image to show."""
        size = next(page for page in self.pages if page["page_number"] == page_number)
        figures = []
        for figure in self.figures:
            if figure["page_number"] != page_number:
                continue
            box = None
            if figure["x0"] is not None and size["width"] and size["height"]:
                box = {
                    "left": 100 * figure["x0"] / size["width"],
                    "top": 100 * figure["top"] / size["height"],
                    "width": 100 * (figure["x1"] - figure["x0"]) / size["width"],
                    "height": 100 * (figure["bottom"] - figure["top"]) / size["height"],
                }
            figures.append(
                {**figure, "anchor": anchor(figure["figure_id"]), "box": box, "yuan": yuan(figure["amount_yuan"])}
            )
        return {
            "document": self.document,
            "number": page_number,
            "size": size,
            "figures": figures,
            "statistics": [row for row in self.statistics if row["page_number"] == page_number],
            "grids": [] if self.has_images else self._grids(page_number, {figure["anchor"] for figure in figures}),
        }

    def _grids(self, page_number: int, anchors: set[str]) -> list[Row]:
        cells = ask(
            self.connection,
            """
            select form_index, row_index, column_index, row_span, column_span, text from core.cell
            where document_id = $1 and page_number = $2 order by form_index, row_index, column_index
            """,
            [self.document_id, page_number],
        )
        titles = {form["form_index"]: form for form in self.forms}
        grids = []
        for form_index, members in grouped(cells, "form_index").items():
            rows: dict[int, list[Any]] = defaultdict(list)
            for cell in members:
                name = f"c{form_index}.{cell['row_index']}.{cell['column_index']}"
                rows[cell["row_index"]].append({**cell, "anchor": name if name in anchors else ""})
            grids.append({"form": titles.get(form_index, {}), "rows": [rows[index] for index in sorted(rows)]})
        return grids

"""Cells of a form by their place.

Belongs here: which cell stands at a row and column. Does not belong here: what it means (`lines`, `interpretation`).
"""

from __future__ import annotations

from pipeline.forms.form import Form, FormCell


class CellMap:
    """Cells of a form by row and column, merged cells standing at every place that they span; a header does not reach into data."""

    def __init__(self, form: Form) -> None:
        self.spanning: dict[tuple[int, int], FormCell] = {}
        self.origin: dict[tuple[int, int], FormCell] = {}
        header = form.rows_without_data
        for cell in form.cells:
            self.origin[cell.row, cell.column] = cell
            for row in range(cell.row, cell.row + cell.row_span):
                if cell.row in header and row not in header:
                    break
                for column in range(cell.column, cell.column + cell.column_span):
                    self.spanning.setdefault((row, column), cell)

    def key_text(self, row: int, column: int) -> str:
        cell = self.spanning.get((row, column))
        return cell.text if cell is not None else ""

"""A form: one printed table of a document, its parts over pages joined, with what stands around it.

Belongs here: the type. Does not belong here: how pages are joined into forms (`assembly`), and which standard form one is
(`recognition`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.readers.printed import Box


@dataclass(slots=True)
class FormCell:
    """A printed cell at its place in the joined form. `text` has no line breaks; `lines` keeps them."""

    cell_id: str
    page_number: int
    row: int
    column: int
    row_span: int
    column_span: int
    text: str
    lines: tuple[str, ...]
    box: Box | None
    method: str
    text_x0: float | None = None
    confidence: float | None = None


@dataclass(slots=True)
class Form:
    """One printed table. `key` is a form of the catalogue (forms/catalogue/form.csv), None where it was not recognised.

    `header_rows` are the rows above the first row of data, of which the first `lead_rows` hold title, unit or agency; `repeated_header_rows` are their
    repetitions on later pages, and the remainders of rows that a page edge cuts: cells that are no data of their own.
    `unit` is the printed unit of amounts (元, 千元, 万元, 亿元).
    """

    index: int
    first_page: int
    last_page: int
    row_count: int
    column_count: int
    cells: list[FormCell]
    key: str | None = None
    title: str | None = None
    unit: str | None = None
    agency_name: str | None = None
    note: str = ""
    heading_lines: list[str] = field(default_factory=list)
    header_rows: list[int] = field(default_factory=list)
    repeated_header_rows: list[int] = field(default_factory=list)
    lead_rows: int = 0
    method: str = "pdf"
    _by_row: dict[int, list[FormCell]] | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def rows_without_data(self) -> frozenset[int]:
        """The header, its repetitions, and remainders of rows."""
        return frozenset((*self.header_rows, *self.repeated_header_rows))

    @property
    def data_cells(self) -> list[FormCell]:
        """Cells of the rows of data."""
        without = self.rows_without_data
        return [cell for cell in self.cells if cell.row not in without]

    def row(self, index: int) -> list[FormCell]:
        """Cells whose first row is `index`, left to right. The cells of a form stay where they are once this was asked."""
        if self._by_row is None:
            self._by_row = {}
            for cell in sorted(self.cells, key=lambda cell: cell.column):
                self._by_row.setdefault(cell.row, []).append(cell)
        return list(self._by_row.get(index, ()))

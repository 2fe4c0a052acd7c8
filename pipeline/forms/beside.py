"""Sheets too wide for a page: programs print their columns over several pages, the same rows on each.

Belongs here: telling from two grids whether the second holds further columns of the rows of the first. Does not belong here:
joining them (`assembly`).

The evidence: as many rows, as high, and either the same names and codes once more, or a header of its own that names other
columns. A page whose header names other columns and whose rows are not those of the page before goes on with nothing.
"""

from __future__ import annotations

from itertools import pairwise

from pipeline.forms.header import PlainCell, count_header_rows, meaning, plain_cells
from pipeline.forms.text import comparable, is_number
from pipeline.readers.printed import Grid

SAME_HEIGHT = 3.0
"""Heights of rows that are printed from one sheet differ by less (points)."""


def is_beside(left: Grid, right: Grid) -> bool:
    """Whether `right` holds further columns of the rows of `left`."""
    if not rows_agree(left, right):
        return False
    names = _names(left), _names(right)
    repeat = len(set(names[0].values())) >= 3 and names[0] == names[1]
    return repeat or (has_other_columns(left, right) and not _header_texts(left) & _header_texts(right))


def rows_agree(left: Grid, right: Grid) -> bool:
    """Whether two pages have as many rows, as high."""
    if left.page_number == right.page_number or left.row_count != right.row_count or left.row_count < 4:
        return False
    heights = _heights(left), _heights(right)
    return bool(heights[0]) and all(abs(one - other) < SAME_HEIGHT for one, other in zip(*heights, strict=True))


def has_other_columns(first: Grid, grid: Grid) -> bool:
    """Whether a grid begins with a header of its own, and most columns of amounts that it names are not among those of `first`.

    A header names every column of amounts and holds none; lines with which a page may begin do otherwise.
    """
    header, body = _parted(grid)
    named = {place for _, column, _, width, _ in header for place in range(column, column + width)}
    amounts = {column for _, column, _, _, text in body if is_number(text)}
    if not amounts <= named or any(is_number(text) and "." in text for *_, text in header):
        return False
    known = _header_texts(first)
    own = {
        comparable(text)
        for *_, text in header
        if (found := meaning(comparable(text))) is not None and found.role == "value" and not is_number(text)
    }
    return bool(known) and len(own) >= 2 and 2 * len(own & known) < len(own)


def _header_texts(grid: Grid) -> set[str]:
    return {comparable(text) for *_, text in _parted(grid)[0]}


def _parted(grid: Grid) -> tuple[list[PlainCell], list[PlainCell]]:
    """Cells with text of the header, and cells of the body."""
    cells = plain_cells(grid)
    rows = count_header_rows(cells)
    return [cell for cell in cells if cell[0] < rows and cell[-1].strip()], [cell for cell in cells if cell[0] >= rows]


def _heights(grid: Grid) -> list[float]:
    """Distances between the upper edges of the rows; none where the format has no places."""
    tops: dict[int, float] = {}
    for cell in grid.cells:
        if cell.box is None:
            return []
        tops[cell.row] = min(tops.get(cell.row, cell.box.top), cell.box.top)
    return [lower - upper for upper, lower in pairwise(tops.get(row, 0.0) for row in range(grid.row_count))]


def _names(grid: Grid) -> dict[int, str]:
    return {cell.row: comparable(cell.text) for cell in grid.cells if cell.column == 0 and cell.text.strip()}

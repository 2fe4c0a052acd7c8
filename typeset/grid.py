"""A printed table as a CSV file: one line per row, `<` continues the cell to its left, `^` the cell above it.

Belongs here: the notation. Does not belong here: how a table is set.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

LEFT, ABOVE = "<", "^"


@dataclass(frozen=True)
class Block:
    """One printed cell: its text, the row and column of its upper left corner, and how many rows and columns it spans."""

    row: int
    column: int
    row_span: int
    column_span: int
    text: str


def read_grid(path: Path) -> list[list[str]]:
    """Rows of texts as noted in the file. Raises ValueError where the rows are not of one length."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    lengths = {len(row) for row in rows}
    if len(lengths) != 1:
        raise ValueError(f"{path}: rows of {sorted(lengths)} cells; every row must have the same number")
    return rows


def blocks_of(rows: list[list[str]]) -> list[Block]:
    """Printed cells of a grid. Raises ValueError where a continuation mark has no cell to continue, or none is rectangular."""
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            if text == LEFT:
                source = (r, c - 1)
            elif text == ABOVE:
                source = (r - 1, c)
            else:
                owner[r, c] = (r, c)
                continue
            if source not in owner:
                raise ValueError(f"row {r}, column {c}: {text!r} continues no cell")
            owner[r, c] = owner[source]
    places: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for place, first in owner.items():
        places.setdefault(first, []).append(place)
    blocks = []
    for (r, c), covered in places.items():
        row_span = max(place[0] for place in covered) - r + 1
        column_span = max(place[1] for place in covered) - c + 1
        if len(covered) != row_span * column_span:
            raise ValueError(f"row {r}, column {c}: the merged cell {rows[r][c]!r} is no rectangle")
        blocks.append(Block(r, c, row_span, column_span, rows[r][c]))
    return blocks

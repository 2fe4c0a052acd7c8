"""Printed documents written as text: rows of cells separated by |, pages by a line of ---."""

from __future__ import annotations

from pipeline.readers.printed import Box, Cell, Grid, Line, Page, PrintedDocument

WIDTH = 80.0
HEIGHT = 20.0


def grid(rows: list[str], page: int = 1, top: float = 100.0) -> Grid:
    """A ruled grid; `<` continues the cell to its left and `^` the cell above."""
    texts = [[text.strip() for text in row.split("|")] for row in rows]
    count = max(len(row) for row in texts)
    texts = [row + [""] * (count - len(row)) for row in texts]
    cells = []
    for row, line in enumerate(texts):
        for column, text in enumerate(line):
            if text in ("<", "^"):
                continue
            right = next((end for end in range(column + 1, count) if line[end] != "<"), count)
            below = next((end for end in range(row + 1, len(texts)) if texts[end][column] != "^"), len(texts))
            box = Box(column * WIDTH, top + row * HEIGHT, right * WIDTH, top + below * HEIGHT)
            cells.append(Cell(row, column, text, below - row, right - column, box, box.x0 + 2))
    edges = tuple(column * WIDTH for column in range(count + 1))
    return Grid(page, len(texts), count, cells, "pdf", Box(0, top, count * WIDTH, top + len(texts) * HEIGHT), edges)


def document(text: str) -> PrintedDocument:
    """Pages of lines and grids: a line with | belongs to a grid, any other is a line of text, --- ends the page."""
    pages = []
    for number, part in enumerate(text.strip("\n").split("\n---\n"), start=1):
        blocks: list[Line | Grid] = []
        rows: list[str] = []
        top = 40.0
        for line in [*part.split("\n"), ""]:
            if "|" in line:
                rows.append(line)
                continue
            if rows:
                blocks.append(grid(rows, number, top))
                top += len(rows) * HEIGHT
                rows = []
            if line.strip():
                blocks.append(Line(number, line.strip(), Box(0, top, 400, top + 12), 10.0))
                top += HEIGHT
        pages.append(Page(number, blocks, "pdf", 600.0, 800.0))
    return PrintedDocument("pdf", pages, len(pages))

"""PDF -> printed pages by plain pdfplumber: the reference that the fast reader is measured against, and its fallback.

Belongs here: pdfplumber with its default table rules, returning the same types as `pdf`. Does not belong here: improvements; the
reference is slow and plain on purpose, so that a difference between the two readers means something.
"""

from __future__ import annotations

import io
from typing import Any

import pdfplumber

from pipeline.readers.characters import fold
from pipeline.readers.printed import Box, Cell, Grid, Line, Page, PrintedDocument, Unreadable

Bounds = tuple[float, float, float, float]


def read(data: bytes, page_numbers: list[int] | None = None) -> PrintedDocument:
    """Read the pages `page_numbers` (from 1; all by default). Raises Unreadable('damaged_file')."""
    try:
        with pdfplumber.open(io.BytesIO(data)) as file:
            wanted = page_numbers or list(range(1, len(file.pages) + 1))
            pages = []
            for number in wanted:
                page = file.pages[number - 1]
                pages.append(_read_page(page, number))
                page.close()
            return PrintedDocument(format="pdf", pages=pages, page_count=len(file.pages))
    except Unreadable:
        raise
    except Exception as error:  # pdfminer meets damaged files with errors of every kind
        raise Unreadable("damaged_file", f"pdfplumber cannot read the PDF: {error!r}") from error


def read_page(data: bytes, number: int) -> Page:
    """One page (from 1)."""
    return read(data, [number]).pages[0]


def _read_page(page: Any, number: int) -> Page:
    blocks: list[tuple[float, Line | Grid]] = []
    tables = page.find_tables()
    for table in tables:
        grid = _grid(page, table, number)
        if grid is not None:
            blocks.append((table.bbox[1], grid))
    outside = page.filter(lambda item: not _is_inside(item, [table.bbox for table in tables]))
    for line in outside.extract_text_lines(return_chars=False, strip=True):
        box = Box(round(line["x0"], 2), round(line["top"], 2), round(line["x1"], 2), round(line["bottom"], 2))
        blocks.append((line["top"], Line(number, fold(line["text"]), box, round(line["bottom"] - line["top"], 1))))
    blocks.sort(key=lambda entry: entry[0])
    return Page(
        number=number,
        blocks=[block for _, block in blocks],
        method="pdf",
        width=round(float(page.width), 2),
        height=round(float(page.height), 2),
    )


def _is_inside(item: dict[str, Any], boxes: list[Bounds]) -> bool:
    if item.get("object_type") != "char":
        return False
    x, y = (item["x0"] + item["x1"]) / 2, (item["top"] + item["bottom"]) / 2
    return any(x0 <= x <= x1 and top <= y <= bottom for x0, top, x1, bottom in boxes)


def _grid(page: Any, table: Any, number: int) -> Grid | None:
    boxes: list[Bounds] = [cell for cell in table.cells if cell]
    xs = sorted({box[0] for box in boxes} | {box[2] for box in boxes})
    ys = sorted({box[1] for box in boxes} | {box[3] for box in boxes})
    if len(xs) < 2 or len(ys) < 2:
        return None
    texts = _texts(page, boxes)
    cells = []
    for box, text in zip(boxes, texts, strict=True):
        row, column = ys.index(box[1]), xs.index(box[0])
        cells.append(
            Cell(
                row,
                column,
                text,
                ys.index(box[3]) - row,
                xs.index(box[2]) - column,
                Box(*(round(value, 2) for value in box)),
            )
        )
    if not any(texts):
        return None
    cells.sort(key=lambda cell: (cell.row, cell.column))
    x0, top, x1, bottom = table.bbox
    return Grid(
        number,
        len(ys) - 1,
        len(xs) - 1,
        cells,
        "pdf",
        Box(round(x0, 2), round(top, 2), round(x1, 2), round(bottom, 2)),
        tuple(round(x, 2) for x in xs),
    )


def _texts(page: Any, boxes: list[Bounds]) -> list[str]:
    """Text of each cell: the characters whose middle lies in it, as pdfplumber's extract_text sets them."""
    members: list[list[dict[str, Any]]] = [[] for _ in boxes]
    for character in page.chars:
        x, y = (character["x0"] + character["x1"]) / 2, (character["top"] + character["bottom"]) / 2
        for index, (x0, top, x1, bottom) in enumerate(boxes):
            if x0 <= x < x1 and top <= y < bottom:
                members[index].append(character)
                break
    return [fold(pdfplumber.utils.extract_text(entry)) if entry else "" for entry in members]

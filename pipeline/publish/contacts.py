"""Where on a page of a PDF contact persons stand, so that no picture of it shows them.

Belongs here: the rectangles to paint over. Does not belong here: what announces a contact person (`pipeline.readers.privacy`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import duckdb
import pypdfium2

from pipeline.readers.privacy import REMOVED, redact_text

Box = tuple[float, float, float, float]


def removed_cells(connection: duckdb.DuckDBPyConnection, document_id: str) -> dict[int, list[Box]]:
    """Rectangles of the cells from which the reader removed a contact person, by page."""
    rows = connection.execute(
        """
        select page_number, x0, top, x1, bottom from core.cell
        where document_id = $1 and contains(text, $2) and x0 is not null
        """,
        [document_id, REMOVED],
    ).fetchall()
    boxes: defaultdict[int, list[Box]] = defaultdict(list)
    for page_number, *box in rows:
        boxes[page_number].append(tuple(box))
    return boxes


def contact_lines(page: pypdfium2.PdfPage) -> list[Box]:
    """Rectangles, as displayed, of the lines in which a contact person or telephone number is announced."""
    displayed = _as_displayed(page)
    text_page = page.get_textpage()
    try:
        whole = text_page.get_text_range()
        if redact_text(whole)[1] == 0:
            return []
        lines: list[tuple[Box, str]] = []
        for index in range(text_page.count_rects()):
            left, bottom, right, top = text_page.get_rect(index)
            text = text_page.get_text_bounded(left, bottom, right, top)
            box = (left - 1, bottom - 1, right + 1, top + 1)
            if lines and _share_line(lines[-1][0], box):
                former, words = lines[-1]
                joined = (
                    min(former[0], box[0]),
                    min(former[1], box[1]),
                    max(former[2], box[2]),
                    max(former[3], box[3]),
                )
                lines[-1] = (joined, f"{words} {text}")
            else:
                lines.append((box, text))
    finally:
        text_page.close()
    return [displayed(*box) for box, text in lines if redact_text(text)[1] or REMOVED in text]


def _share_line(one: Box, other: Box) -> bool:
    return min(one[3], other[3]) - max(one[1], other[1]) > 0.5 * min(one[3] - one[1], other[3] - other[1])


def _as_displayed(page: pypdfium2.PdfPage) -> Callable[[float, float, float, float], Box]:
    """What turns a rectangle of the page's own space (from the lower left) into one of the page as displayed (from the upper left)."""
    x_origin, y_origin, x_end, y_end = page.get_cropbox()
    wide, high = x_end - x_origin, y_end - y_origin
    turn = page.get_rotation()

    def place(x: float, y: float) -> tuple[float, float]:
        x, y = x - x_origin, y - y_origin
        return {0: (x, high - y), 90: (y, x), 180: (wide - x, y), 270: (high - y, wide - x)}[turn]

    def box(left: float, bottom: float, right: float, top: float) -> Box:
        (x0, y0), (x1, y1) = place(left, bottom), place(right, top)
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    return box

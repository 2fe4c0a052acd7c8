"""Footnotes between a table and its next page: small print at the foot of a page, which neither ends the table nor begins another.

Belongs here: telling footnotes by their size. Does not belong here: notes under a table, titles and units (`assembly`).
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

from pipeline.readers.printed import Grid, Line, Page

_SMALL = 0.85
"""What part of the height of a page's lines a footnote's are at most."""


def without_footnotes(lines: list[Line], grid: Grid, pages: Mapping[int, Page]) -> list[Line]:
    """The lines above a grid but for footnotes of the page before it, where nothing else stands there."""
    earlier = [line for line in lines if line.page_number < grid.page_number]
    if not earlier or not all(_is_small(line, pages[line.page_number]) for line in earlier):
        return lines
    return [line for line in lines if line.page_number == grid.page_number]


def _is_small(line: Line, page: Page) -> bool:
    heights = [other.box.bottom - other.box.top for other in page.lines if other.box and len(other.text) >= 10]
    if line.box is None or not heights:
        return False
    return line.box.bottom - line.box.top < _SMALL * median(heights)

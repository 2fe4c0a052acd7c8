"""What every reader returns: printed pages with their tables and their lines of text.

Belongs here: the types that all formats share. Does not belong here: any format, and any meaning (what a form is,
what a number means is told by `pipeline.forms` and `pipeline.figures`).

Lengths are points; `top` and `bottom` are measured from the top of the page as displayed. Boxes are None in formats
without a layout.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle on a page, in points from its top left corner as displayed."""

    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(slots=True)
class Cell:
    """One printed cell of a grid. `row` and `column` are the place of its first row and column in the grid.

    `text` keeps the line breaks of the page as `\\n` and is otherwise as printed (compatibility radicals folded); a printed
    cell without text has ''. Merged cells occur once, with their span. `text_x0` is the left edge of the first
    character (indentation is evidence for hierarchy); `confidence` is None where the text is exact.
    """

    row: int
    column: int
    text: str
    row_span: int = 1
    column_span: int = 1
    box: Box | None = None
    text_x0: float | None = None
    confidence: float | None = None


@dataclass(slots=True)
class Grid:
    """One table as printed on one page. `column_edges` are the x positions of its column boundaries (column_count + 1)."""

    page_number: int
    row_count: int
    column_count: int
    cells: list[Cell]
    method: str
    box: Box | None = None
    column_edges: tuple[float, ...] = ()


@dataclass(slots=True)
class Line:
    """One line of text outside the grids, in reading order. `starts_paragraph` where the reader knows it."""

    page_number: int
    text: str
    box: Box | None = None
    font_size: float | None = None
    starts_paragraph: bool | None = None
    heading_level: int | None = None
    confidence: float | None = None
    """Of optical reading; None where the text is exact."""


@dataclass(slots=True)
class Page:
    """One page: its size as displayed, and its blocks (lines and grids) in reading order."""

    number: int
    blocks: list[Line | Grid]
    method: str
    width: float | None = None
    height: float | None = None
    problem: str | None = None
    """Why the page could not be read, where it could not; such a page has no blocks."""
    turn: int = 0
    """Degrees clockwise by which the displayed page was turned so that its text reads upright; all boxes, width and height are
    in the turned frame."""

    @property
    def grids(self) -> list[Grid]:
        return [block for block in self.blocks if isinstance(block, Grid)]

    @property
    def lines(self) -> list[Line]:
        return [block for block in self.blocks if isinstance(block, Line)]


class Unread(NamedTuple):
    """Something that a document holds and its reader did not read: a file inside it, a picture, print of which no character is known.

    `page_number` is None where it belongs to no page; `numeric_cell_count` says how many cells it may fill with numbers.
    """

    detail: str
    page_number: int | None = None
    numeric_cell_count: int = 0


@dataclass(slots=True)
class PrintedDocument:
    """A document as printed. `page_count` is None where the format has no pages (then all blocks are on page 1)."""

    format: str
    pages: list[Page]
    page_count: int | None
    notes: list[str] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


class Unreadable(Exception):
    """A document that cannot be read at all. `reason` is one of schemas/refusal_reasons.csv; the message says what was seen."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail

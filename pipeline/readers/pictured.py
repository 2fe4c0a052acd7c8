"""Pages of a PDF whose print is a picture, or paths: which hold print, and what is read from them.

Belongs here: telling a scan from an ornament, strips and layers of one scan from several pictures, a text layer that is not printed
from text, characters that were turned into paths from drawings. Does not belong here: recognition (`scan`), characters and rules (`pdf`).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from pipeline.readers import scan
from pipeline.readers.printed import Box, Grid, Line, Page, Unread

if TYPE_CHECKING:
    from pipeline.readers.drawn import Drawn
    from pipeline.readers.frame import Frame
    from pipeline.readers.pdf import PageContent, PdfFile

LARGE = 0.5
"""Share of the page that a picture covers when the page may be a scan."""
STAMPED = 20
"""A scanned page may carry so many characters of text: its number, or the stamp of an archive."""
ADVERTISED = 200
"""A scanned page may carry so many (the scanner's advertisement, an address) where the picture holds several times as many."""
PATHS = 60
"""A page may be printed in paths that draws so many closed lines of the size of characters, and more than it has characters."""
DRAWING = 200
"""So many outside of tables are print and no chart."""
TOUCHING = 2.0
"""Points between strips of one scan."""

PictureBox = tuple[float, float, float, float]
Path = tuple[float, float, float, float, int]
"""Its rectangle, and of how many closed lines it is made."""


def read_page(file: PdfFile, content: PageContent, index: int) -> Page:
    """Page `index` (from 0), wholly from its picture."""
    scale = scan.scale_for(content.width, content.height)
    picture = file.render(index, scale, content.turn)
    read = scan.read_picture(picture, scale, index + 1, may_turn=True)
    page = Page(
        number=index + 1,
        blocks=in_order([*read.grids, *read.lines]),
        method="ocr",
        width=round(read.width, 2),
        height=round(read.height, 2),
        turn=(content.turn + read.turn) % 360,
    )
    if not page.blocks and (picture < 128).mean() > 0.002:
        page.problem = "a picture in which no text was recognised"
    return page


def read_parts(file: PdfFile, content: PageContent, index: int, boxes: list[PictureBox]) -> list[Line | Grid]:
    """What is printed in some pictures of page `index`."""
    scale = scan.scale_for(content.width, content.height)
    picture = file.render(index, scale, content.turn)
    found: list[Line | Grid] = []
    for x0, top, x1, bottom in boxes:
        rows = slice(max(int(top * scale), 0), int(bottom * scale) + 1)
        columns = slice(max(int(x0 * scale), 0), int(x1 * scale) + 1)
        if min(picture[rows, columns].shape) >= 30:
            read = scan.read_picture(picture[rows, columns], scale, index + 1, max(x0, 0.0), max(top, 0.0))
            found += [*read.grids, *read.lines]
    return found


def printed_pictures(content: PageContent, *, hidden: bool) -> list[PictureBox]:
    """Pictures that may hold print: large ones over which no text is set (`hidden`: what text there is, is not printed)."""
    return [
        box
        for box in whole_pictures(content.pictures)
        if box[2] - box[0] >= 150
        and box[3] - box[1] >= 50
        and _share(box, content) >= 0.06
        and (hidden or _count_over(box, content) < (STAMPED if _share(box, content) > LARGE else 5))
    ]


def is_scan(content: PageContent, boxes: list[PictureBox]) -> bool:
    """Whether pictures of print are the whole page."""
    return len(content.characters) < STAMPED and sum(_share(box, content) for box in boxes) > LARGE


def may_be_scan(content: PageContent) -> bool:
    """Whether little text stands on a page-large picture: only the picture's print tells whether the text is all there is."""
    return len(content.characters) < ADVERTISED and any(
        _share(box, content) > LARGE for box in whole_pictures(content.pictures)
    )


def paths_of(frame: Frame, drawn: Drawn) -> list[Path]:
    """The paths of a page that may be characters, in its frame."""
    if not drawn.outlines:
        return []
    boxes = frame.boxes(np.array([outline.box for outline in drawn.outlines])).tolist()
    return [(*box, outline.count) for box, outline in zip(boxes, drawn.outlines, strict=True)]


def may_be_paths(content: PageContent) -> bool:
    """Whether the print of a page with little text may be paths: typefaces turned into curves, as for plates."""
    count = sum(path[4] for path in content.outlines)
    return len(content.characters) < ADVERTISED and count >= PATHS and count > len(content.characters)


def unread_paths(content: PageContent, page: Page) -> list[Unread]:
    """What is drawn as paths, and read as nothing: in cells without text, and outside of tables where it is much."""
    if not content.outlines:
        return []
    inside: Counter[Box | None] = Counter()
    outside = 0
    cells = [cell for grid in page.grids for cell in grid.cells if cell.box is not None]
    for x0, top, x1, bottom, count in content.outlines:
        x, y = (x0 + x1) / 2, (top + bottom) / 2
        holder = next((c for c in cells if c.box and c.box.x0 < x < c.box.x1 and c.box.top < y < c.box.bottom), None)
        if holder is None:
            outside += count
        elif not holder.text:
            inside[holder.box] += count
    blank = sum(1 for count in inside.values() if count > 1)
    if not blank and outside < DRAWING:
        return []
    where = f"{blank} cells" if blank else "lines outside of tables"
    return [Unread(f"what is printed in {where} is drawn as paths, of which no character is known", page.number, blank)]


def whole_pictures(pictures: list[PictureBox]) -> list[PictureBox]:
    """Pictures with the strips and tiles of one scan joined, and layers over one another taken once."""
    joined = pictures
    for along in (0, 1):
        joined = _joined(joined, along)
    largest_first = sorted(joined, key=lambda box: (box[0] - box[2]) * (box[3] - box[1]))
    result: list[PictureBox] = []
    for box in largest_first:
        if not any(_lies_in(box, larger) for larger in result):
            result.append(box)
    return result


def _joined(pictures: list[PictureBox], along: int) -> list[PictureBox]:
    """Pictures that follow one another along an axis (0: x, 1: y) without a gap, and are as long across it, as one."""
    across = 1 - along
    result: list[PictureBox] = []
    for box in sorted(pictures, key=lambda box: (round(box[across]), round(box[across + 2]), box[along])):
        if result:
            last = result[-1]
            level = all(abs(box[side] - last[side]) < TOUCHING for side in (across, across + 2))
            if level and abs(box[along] - last[along + 2]) < TOUCHING:
                result[-1] = (
                    min(last[0], box[0]), min(last[1], box[1]), max(last[2], box[2]), max(last[3], box[3])
                )  # fmt: skip
                continue
        result.append(box)
    return result


def _lies_in(box: PictureBox, larger: PictureBox) -> bool:
    return all(box[side] >= larger[side] - TOUCHING for side in (0, 1)) and all(
        box[side] <= larger[side] + TOUCHING for side in (2, 3)
    )


def _share(box: PictureBox, content: PageContent) -> float:
    """How much of the page a picture covers."""
    x0, top, x1, bottom = box
    width, height = min(x1, content.width) - max(x0, 0), min(bottom, content.height) - max(top, 0)
    return max(width, 0) * max(height, 0) / (content.width * content.height)


def _count_over(box: PictureBox, content: PageContent) -> int:
    """How many characters are set over a picture."""
    if not len(content.boxes):
        return 0
    x0, top, x1, bottom = box
    middle_x = (content.boxes[:, 0] + content.boxes[:, 2]) / 2
    middle_y = (content.boxes[:, 1] + content.boxes[:, 3]) / 2
    return int(((middle_x > x0) & (middle_x < x1) & (middle_y > top) & (middle_y < bottom)).sum())


def in_order(blocks: list[Line | Grid]) -> list[Line | Grid]:
    """Lines and grids from the top of the page to its foot."""

    def place(block: Line | Grid) -> tuple[float, float]:
        if block.box is None:
            return (0.0, 0.0)
        middle = (block.box.top + block.box.bottom) / 2 if isinstance(block, Line) else block.box.top
        return (middle, block.box.x0)

    return sorted(blocks, key=place)


def character_count(page: Page) -> int:
    """Characters read on a page, blanks not counted."""
    text = "".join(line.text for line in page.lines) + "".join(cell.text for grid in page.grids for cell in grid.cells)
    return len("".join(text.split()))

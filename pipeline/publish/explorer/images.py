"""Images of the printed pages that hold figures, small enough for a telephone.

Belongs here: rendering a page of the archive, and painting over contact persons. Does not belong here: outlines, which the page that
shows an image draws over it, so that one image serves all numbers of a page.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pypdfium2
from PIL import ImageDraw

from pipeline.readers.privacy import REMOVED, redact_text
from pipeline.readers.typefaces import use_own_typefaces

VERSION = "4"
MEDIA_TYPE = "image/png"
_PIXELS = 1500
_GREY_LEVELS = 4
_COVER = 235

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class PageImage:
    """An encoded image with its size in pixels."""

    data: bytes
    width: int
    height: int


class PrintedFile:
    """An open PDF whose pages are rendered one by one; close it."""

    def __init__(self, data: bytes) -> None:
        use_own_typefaces()
        self.document = pypdfium2.PdfDocument(data)

    def __enter__(self) -> PrintedFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.document.close()

    def page(self, number: int, covered: Iterable[Box] = ()) -> PageImage:
        """The page (from 1) as PNG in shades of grey; `covered` are rectangles in points, from the upper left, to paint over."""
        page = self.document[number - 1]
        try:
            width, height = page.get_size()
            scale = _PIXELS / max(width, height)
            image = page.render(scale=scale, grayscale=True).to_pil().convert("L")
            canvas = ImageDraw.Draw(image)
            for box in (*covered, *_contact_lines(page)):
                canvas.rectangle(tuple(edge * scale for edge in box), fill=_COVER)
        finally:
            page.close()
        # Four shades, two bits a pixel: print stays print, in a tenth of the time that WebP takes and no more room.
        step = 255 / (_GREY_LEVELS - 1)
        image = image.point([round(shade / step) for shade in range(256)])
        image.putpalette([round(shade * step) for shade in range(_GREY_LEVELS) for _ in range(3)])
        buffer = io.BytesIO()
        image.save(buffer, "PNG", bits=2, compress_level=6)
        return PageImage(buffer.getvalue(), image.width, image.height)


def size_in_pixels(width: float, height: float) -> tuple[int, int]:
    """Width and height of the image of a page of this size in points."""
    scale = _PIXELS / max(width, height)
    return round(width * scale), round(height * scale)


def _contact_lines(page: pypdfium2.PdfPage) -> list[Box]:
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

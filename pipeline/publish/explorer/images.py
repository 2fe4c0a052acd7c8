"""Images of the printed pages that hold figures, small enough for a telephone.

Belongs here: rendering a page of the archive, and painting over contact persons. Does not belong here: outlines, which the page that
shows an image draws over it, so that one image serves all numbers of a page.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass

import pypdfium2
from PIL import ImageDraw

from pipeline.publish.contacts import Box, contact_lines
from pipeline.readers.typefaces import use_own_typefaces

VERSION = "4"
MEDIA_TYPE = "image/png"
_PIXELS = 1500
_GREY_LEVELS = 4
_COVER = 235


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
            for box in (*covered, *contact_lines(page)):
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

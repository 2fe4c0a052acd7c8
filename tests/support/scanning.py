"""Pages of a document turned into scans of them: pictures, as copiers, scanners and telephones make them.

Belongs here: what happens to a page between the printer and the file. Does not belong here: what is read from it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pypdfium2
from PIL import Image, ImageDraw, ImageFilter


@dataclass(frozen=True)
class Condition:
    """How a page is scanned. `skew` in degrees, `noise` in grey levels, `blur` in pixels, `quality` of JPEG (None: lossless).

    `fade` is the share of the ink that is lost, `shade` how much darker (of 1) the paper is at its darker edge, `through` how much
    of the other side shows, `curl` by how many points the page bends up in its middle; `seal` says whether a red seal is stamped on it.
    """

    name: str
    dots_per_inch: int = 200
    skew: float = 0.0
    noise: float = 0.0
    blur: float = 0.0
    quality: int | None = None
    fade: float = 0.0
    shade: float = 0.0
    through: float = 0.0
    curl: float = 0.0
    seal: bool = False
    bilevel: bool = False


def scan(data: bytes, pages: Sequence[int], condition: Condition, seed: int = 20260101) -> bytes:
    """A PDF of pictures of these pages (counted from 1), scanned under a condition."""
    random = np.random.default_rng(seed)
    printed = sides(data, pages, condition.dots_per_inch)
    pictures = [picture(side, printed[place - 1], condition, random) for place, side in enumerate(printed)]
    return bound(pictures, condition.dots_per_inch, condition.quality)


def sides(data: bytes, pages: Sequence[int], dots_per_inch: float) -> list[Image.Image]:
    """These pages (counted from 1) as they are printed."""
    with pypdfium2.PdfDocument(data) as document:
        return [document[number - 1].render(scale=dots_per_inch / 72).to_pil() for number in pages]


def bound(pictures: Sequence[Image.Image], dots_per_inch: float, quality: int | None = None) -> bytes:
    """A PDF with one picture a page: CCITT where the picture is black and white, else JPEG or lossless."""
    result = io.BytesIO()
    how = {} if quality is None else {"quality": quality}
    if quality is None and pictures[0].mode != "1":
        pictures = [_lossless(one) for one in pictures]
    pictures[0].save(result, "PDF", save_all=True, append_images=pictures[1:], resolution=dots_per_inch, **how)
    return result.getvalue()


def _lossless(one: Image.Image) -> Image.Image:
    return one.convert("RGB").quantize(256) if one.mode == "RGB" else one


def picture(
    side: Image.Image, other_side: Image.Image, condition: Condition, random: np.random.Generator
) -> Image.Image:
    """One page as the scanner sees it: print, paper, the other side and the seal, then optics, sensor and file."""
    scale = condition.dots_per_inch / 72
    colours = 255 - (255 - np.asarray(side.convert("RGB"), dtype=np.float32)) * (1 - condition.fade)
    if condition.through:
        back = np.asarray(other_side.convert("L").resize(side.size).transpose(Image.Transpose.FLIP_LEFT_RIGHT))
        colours -= ((255 - back.astype(np.float32)) * condition.through)[:, :, None]
    if condition.seal:
        colours = np.minimum(colours, _seal(side.size, scale, random))
    if condition.curl:
        colours = _curled(colours, condition.curl * scale)
    if condition.shade:
        colours *= np.linspace(1 - condition.shade, 1, colours.shape[1], dtype=np.float32)[None, :, None]
    page = Image.fromarray(np.clip(colours, 0, 255).astype(np.uint8))
    if not condition.seal:
        page = page.convert("L")
    if condition.skew:
        paper = 255 if page.mode == "L" else (255, 255, 255)
        page = page.rotate(condition.skew, resample=Image.Resampling.BICUBIC, fillcolor=paper)
    if condition.blur:
        page = page.filter(ImageFilter.GaussianBlur(condition.blur))
    if condition.noise:
        grain = random.normal(0, condition.noise, (page.height, page.width))
        levels = np.asarray(page, dtype=np.float64) + (grain if page.mode == "L" else grain[:, :, None])
        page = Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))
    return page.point(lambda level: 255 if level > 150 else 0).convert("1") if condition.bilevel else page


def _seal(size: tuple[int, int], scale: float, random: np.random.Generator) -> np.ndarray:
    """White paper with the red seal of an office somewhere on its middle half."""
    radius = 60 * scale
    x, y = (float(random.uniform(0.3, 0.7)) * side for side in size)
    paper = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(paper)
    red = (214, 48, 52)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=red, width=round(3 * scale))
    corners = [
        (x + radius * r * np.sin(np.pi * k / 5), y - radius * r * np.cos(np.pi * k / 5))
        for k, r in ((k, 0.35 if k % 2 == 0 else 0.14) for k in range(10))
    ]
    draw.polygon(corners, fill=red)
    return np.asarray(paper, dtype=np.float32)


def _curled(colours: np.ndarray, height: float) -> np.ndarray:
    """The page bent: its lines rise by `height` pixels towards the middle of the page and fall again."""
    columns = np.arange(colours.shape[1])
    rise = (height * np.sin(np.pi * columns / colours.shape[1])).round().astype(int)
    rows = np.clip(np.arange(colours.shape[0])[:, None] + rise[None, :], 0, colours.shape[0] - 1)
    return colours[rows, columns[None, :]]

"""Whether the digits that a font claims are those that it draws: their outlines are compared with those of plain typefaces.

Belongs here: shapes of digits, which fonts say other digits than they show, and reading such digits from the page as rendered. Does not
belong here: characters without any mapping, and finding the characters of a font (`pdf`).

A PDF draws glyphs and says beside them, in a table of its own (ToUnicode), what characters they are. Nothing keeps the two together: a
font may show 6 and say 9. An outline is compared once for each design of a typeface, of which whole provinces use a handful.
"""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium

from pipeline.readers import calls

DIGITS = "0123456789"
WIDE, HIGH = 20, 32
"""Pixels of the grid on which shapes are compared."""
FINE = 8
"""Outlines are filled so many times finer."""
NARROWEST = 0.3
"""Width by height that a shape is given at least: a 1 keeps its narrowness."""
LOWEST = 0.2
"""An outline less high, in parts of the typeface's size, is no digit."""
ALIKE = 0.75
"""A shape that is so much like a digit is one: digits of the typefaces in use are 0.76 to 0.99 like their own of some plain typeface."""
LEAD = 0.12
"""By so much another digit must be more like a shape than the digit that is claimed for it."""
LONE = 0.85
"""So much must a shape be like another digit where its font has no two digits (emblems and bullets are drawn by fonts as well)."""
LEAST_DIGITS = 100
"""On a page with so many digits (zeros not counted) every digit is expected: one page in seventy lacks one all the same."""
PIXELS_PER_POINT = 4.0
_SAMPLES = 4
_MOST_KNOWN = 2_000
_REFERENCES = (
    "Helvetica", "Helvetica-Bold", "Helvetica-Oblique", "Times-Roman", "Times-Bold", "Times-Italic", "Courier", "Courier-Bold",
)  # fmt: skip
"""Typefaces that PDFium brings along."""

Shape = np.ndarray[Any, Any]
Sign = tuple[tuple[float, ...], ...]
"""For each digit: how many segments its outline has, and some of their points; empty where the font claims none."""


_known: dict[Sign, bool] = {}


def suspects(
    texts: Iterable[int], text: list[str], told: dict[tuple[int, int], bool], scratch: calls.Scratch
) -> tuple[set[int], bool]:
    """The fonts (addresses) of these text objects whose digits must be read from the page, and whether one is known to say what it does not draw.

    `told` is what is known of the fonts of the document: by their address, and, lest another came to lie there, by their length.
    """
    fonts = {font for address in texts if (font := calls.font_of(address))}
    false = set()
    for font in fonts:
        key = (font, _length(font))
        if key not in told:
            told[key] = _is_false(font, scratch)
        if told[key]:
            false.add(font)
    # two glyphs of a font may be said to be one digit, of which the first is compared; then another digit is missed
    return (fonts if not false and fonts and _misses_a_digit(text) else false), bool(false)


def _length(font: int) -> int:
    size = ctypes.c_size_t()
    calls.font_data(font, None, 0, ctypes.addressof(size))
    return size.value


def _misses_a_digit(text: list[str]) -> bool:
    counts = Counter(text)
    return sum(counts[digit] for digit in DIGITS[1:]) >= LEAST_DIGITS and not all(counts[digit] for digit in DIGITS)


def _is_false(font: int, scratch: calls.Scratch) -> bool:
    paths = [calls.glyph_path(font, ord(digit), 1.0) for digit in DIGITS]
    sign = tuple(_sampled(path, scratch) if path else () for path in paths)
    known = _known.get(sign)
    if known is None:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        known = _known[sign] = _contradicts(sign, [_outline(path, scratch) if path else [] for path in paths])
    return known


def _sampled(path: int, scratch: calls.Scratch) -> tuple[float, ...]:
    count = calls.glyph_segment_count(path)
    f, floats = scratch.f, scratch.floats
    result = [float(count)]
    for sample in range(_SAMPLES if count > 0 else 0):
        calls.segment_point(calls.glyph_segment(path, sample * count // _SAMPLES), f[0], f[1])
        result += [floats[0], floats[1]]
    return tuple(result)


def _contradicts(sign: Sign, outlines: list[list[Shape]]) -> bool:
    """Whether a font draws other digits than it says. What it draws alike for several is its sign for characters that it has not."""
    own = {
        digit: likeness(shape)
        for digit, (outline, sampled) in enumerate(zip(outlines, sign, strict=True))
        if sampled and sign.count(sampled) == 1 and (shape := _drawn(outline)) is not None
    }
    limit = ALIKE if sum(like.max() >= ALIKE for like in own.values()) > 1 else LONE
    return any(like.max() >= limit and like.max() - like[digit] >= LEAD for digit, like in own.items())


def _outline(path: int, scratch: calls.Scratch) -> list[Shape]:
    """The closed lines of an outline, its curves as short straight ones, in parts of the typeface's size."""
    f, floats = scratch.f, scratch.floats
    rings: list[list[tuple[float, float]]] = []
    curve: list[tuple[float, float]] = []
    for index in range(calls.glyph_segment_count(path)):
        segment = calls.glyph_segment(path, index)
        calls.segment_point(segment, f[0], f[1])
        kind, point = calls.segment_type(segment), (floats[0], floats[1])
        if kind == pdfium.FPDF_SEGMENT_MOVETO or not rings:
            rings.append([point])
            curve = []
        elif kind == pdfium.FPDF_SEGMENT_LINETO:
            rings[-1].append(point)
        else:
            curve.append(point)
            if len(curve) == 3:
                rings[-1] += _curve(rings[-1][-1], curve)
                curve = []
    return [np.array(ring) for ring in rings if len(ring) > 2]


def _curve(start: tuple[float, float], points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    at = np.linspace(0, 1, 7)[1:, None]
    p0, p1, p2, p3 = (np.array(point) for point in (start, *points))
    line = (1 - at) ** 3 * p0 + 3 * (1 - at) ** 2 * at * p1 + 3 * (1 - at) * at**2 * p2 + at**3 * p3
    return [(float(x), float(y)) for x, y in line]


def _drawn(rings: list[Shape]) -> Shape | None:
    """The shape of an outline; None where it is too low for a digit."""
    import cv2

    if not rings:
        return None
    points = np.concatenate(rings)
    low, high = points.min(axis=0), points.max(axis=0)
    if high[1] - low[1] < LOWEST:
        return None
    scale = HIGH * FINE / (high[1] - low[1])
    placed = [((ring - low) * scale).round().astype(np.int32) for ring in rings]
    canvas = np.zeros((HIGH * FINE + 1, max(int((high[0] - low[0]) * scale), 1) + 1), np.uint8)
    cv2.fillPoly(canvas, placed, 255)
    return _normal(canvas[::-1])


def _normal(ink: Shape) -> Shape:
    """Ink (0 to 255) that fills its picture, on the grid: its mean taken from it, of length 1."""
    import cv2

    missing = int(NARROWEST * ink.shape[0]) - ink.shape[1]
    if missing > 0:
        ink = np.pad(ink, ((0, 0), (missing // 2, missing - missing // 2)))
    small: Shape = cv2.resize(ink, (WIDE, HIGH), interpolation=cv2.INTER_AREA).astype(np.float64)
    small = cv2.GaussianBlur(small, (0, 0), 1.0)
    small -= small.mean()
    return np.asarray(small / max(float(np.linalg.norm(small)), 1e-9)).ravel()


@lru_cache(maxsize=1)
def _references() -> Shape:
    """Shapes of the ten digits in plain typefaces: (typeface, digit, pixel)."""
    scratch = calls.Scratch()
    document = pdfium.FPDF_CreateNewDocument()
    faces = []
    for name in _REFERENCES:
        font = pdfium.FPDFText_LoadStandardFont(document, name.encode())
        address = calls.address_of(font)
        faces.append([_drawn(_outline(calls.glyph_path(address, ord(digit), 1.0), scratch)) for digit in DIGITS])
        pdfium.FPDFFont_Close(font)
    pdfium.FPDF_CloseDocument(document)
    return np.array(faces)


def likeness(shape: Shape) -> Shape:
    """How like each of the ten digits a shape is (1: the same)."""
    return np.asarray((_references() @ shape).max(axis=0))


def digit_in(picture: Shape) -> str | None:
    """The digit that a picture (three channels, holding nothing else) shows; None where that is not clear."""
    picture = picture.min(axis=2)  # ink of every colour is dark in one channel
    low, high = int(picture.min()), int(picture.max())
    if high - low < 40:
        return None
    grey = picture if 2 * int(np.median(picture)) >= low + high else low + high - picture.astype(np.int16)
    ink = np.clip((high - grey.astype(np.float64)) * 255 / (high - low), 0, 255).astype(np.uint8)
    rows, columns = np.nonzero((ink > 100).any(axis=1))[0], np.nonzero((ink > 100).any(axis=0))[0]
    like = likeness(_normal(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]))
    second, first = np.sort(like)[-2:]
    return DIGITS[int(like.argmax())] if first >= ALIKE - 0.05 and first - second >= LEAD / 2 else None

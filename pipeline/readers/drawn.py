"""What a page of a PDF draws, object by object in the order of painting: texts, rules, areas, pictures.

Belongs here: walking through the objects of a page and of the forms in it, in user space. Does not belong here: characters (`pdf`),
the geometry of rules (`ruling`), whether what is drawn can be seen (`ink`).
"""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass, field

from pipeline.readers import calls

THIN = 3.5
"""A path or filled area thinner than this (points) is a rule."""
MOST_SEGMENTS = 20_000
LINE_OF_PRINT = 40.0
"""Points: a path that is higher is no line of characters."""
DEEPEST = 6
"""Forms nested deeper are not entered."""

_TEXT, _PATH, _IMAGE, _SHADING, _FORM = 1, 2, 3, 4, 5
_FILL_IS_NO_TEXT = (3, 7)
"""Render modes that paint nothing: invisible, and clipping only."""

Matrix = tuple[float, float, float, float, float, float]
Bounds = tuple[float, float, float, float]
Colour = tuple[int, int, int]


@dataclass(slots=True, frozen=True)
class Text:
    """A text object: its address, its place in the order of painting, what its form is turned by, its colour where that was asked for."""

    address: int
    order: int
    outer: Matrix | None
    colour: Colour | None


@dataclass(slots=True, frozen=True)
class Area:
    """What may cover texts painted before it, and be the ground of those painted after: a filled path, a picture, a shading."""

    order: int
    box: Bounds
    colour: Colour | None


@dataclass(slots=True, frozen=True)
class Outline:
    """A path with curves no higher than a line of print: what a character is, or several, where its typeface was turned into paths."""

    box: Bounds
    count: int
    """How many closed lines it has: one and more for each character."""


@dataclass(slots=True)
class Drawn:
    """What a page draws besides characters, in user space. Rules are (x0, y0, x1, y1)."""

    rules: list[Bounds] = field(default_factory=list)
    faint_rules: list[Bounds] = field(default_factory=list)
    pictures: list[Bounds] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    outlines: list[Outline] = field(default_factory=list)
    odd_texts: dict[int, str] = field(default_factory=dict)
    """Text objects (addresses) that may be no print of the form: slanted, sideways, coloured, invisible."""
    clips: dict[int, Bounds] = field(default_factory=dict)
    """Text objects (addresses) of the page itself with the rectangle outside of which they are not printed."""
    form_clips: dict[int, Bounds] = field(default_factory=dict)
    """The same of text objects in forms."""


def multiply(inner: Matrix, outer: Matrix) -> Matrix:
    """The matrix that turns by `inner` first, then by `outer`."""
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )


def map_box(box: Bounds, matrix: Matrix | None) -> Bounds:
    """The rectangle around a rectangle that is turned by a matrix (None: by none)."""
    if matrix is None:
        return box
    a, b, c, d, e, f = matrix
    x0, y0, x1, y1 = box
    xs = [a * x + c * y + e for x in (x0, x1) for y in (y0, y1)]
    ys = [b * x + d * y + f for x in (x0, x1) for y in (y0, y1)]
    return min(xs), min(ys), max(xs), max(ys)


def collect(page: int, scratch: calls.Scratch) -> Drawn:
    """What the page at this address draws."""
    collector = _Collector(scratch)
    collector.walk(page, None, 0)
    return collector.drawn


def bounds_of(address: int, outer: Matrix | None, scratch: calls.Scratch) -> Bounds | None:
    """The rectangle of an object in user space."""
    f, floats = scratch.f, scratch.floats
    if not calls.object_bounds(address, f[0], f[1], f[2], f[3]):
        return None
    return map_box((floats[0], floats[1], floats[2], floats[3]), outer)


class _Collector:
    """Adds the objects of a page and of its forms to what is drawn."""

    def __init__(self, scratch: calls.Scratch) -> None:
        self.scratch = scratch
        self.drawn = Drawn()
        self.order = 0

    def walk(self, handle: int, outer: Matrix | None, depth: int) -> None:
        """Take in the objects of a page (depth 0) or of a form object."""
        count = calls.object_count(handle) if depth == 0 else calls.form_count(handle)
        at = calls.object_at if depth == 0 else calls.form_object_at
        for index in range(count):
            item = at(handle, index)
            kind = calls.object_type(item)
            self.order += 1
            if kind == _TEXT:
                self._text(item, outer, depth)
            elif kind == _PATH:
                self._path(item, outer)
            elif kind == _IMAGE:
                self._picture(item, outer)
            elif kind == _SHADING:
                self._area(item, outer, None)
            elif kind == _FORM and depth < DEEPEST:
                own = self._matrix(item)
                self.walk(item, own if outer is None else multiply(own, outer), depth + 1)

    def _matrix(self, item: int) -> Matrix:
        calls.object_matrix(item, self.scratch.f[0])
        a, b, c, d, e, f = self.scratch.floats[:6]
        return (a, b, c, d, e, f)

    def _colour(self, item: int, *, stroke: bool = False) -> tuple[int, int, int, int]:
        """Red, green, blue and opacity with which an object is filled, or its outline is stroked."""
        i, integers = self.scratch.i, self.scratch.integers
        (calls.stroke_colour if stroke else calls.fill_colour)(item, i[0], i[1], i[2], i[3])
        return integers[0], integers[1], integers[2], integers[3]

    def _area(self, item: int, outer: Matrix | None, colour: Colour | None) -> None:
        box = bounds_of(item, outer, self.scratch)
        if box is not None:
            self.drawn.areas.append(Area(self.order, box, colour))

    # texts ------------------------------------------------------------------------------------------------------------

    def _text(self, item: int, outer: Matrix | None, depth: int) -> None:
        clip = self._clip(item)
        if clip is not None:
            if depth:
                self.drawn.form_clips[item] = map_box(clip, outer)
            else:
                self.drawn.clips[item] = clip
        calls.object_matrix(item, self.scratch.f[0])
        floats = self.scratch.floats
        a, b, c, d = floats[0], floats[1], floats[2], floats[3]
        if outer is not None:
            a, b, c, d = multiply((a, b, c, d, 0.0, 0.0), outer)[:4]
        colour = None
        if abs(b) > 0.01 * abs(a) or a < 0:
            degrees = math.degrees(math.atan2(b, a)) % 360
            quarter = round(degrees / 90)
            self.drawn.odd_texts[item] = "sideways" if abs(degrees - 90 * quarter) < 3 else "slanted"
        elif calls.render_mode(item) in _FILL_IS_NO_TEXT:
            self.drawn.odd_texts[item] = "invisible"
        else:
            red, green, blue, alpha = self._colour(item)
            colour = (red, green, blue)
            if (odd := _oddity(red, green, blue, alpha)) is not None:
                self.drawn.odd_texts[item] = odd
        self.drawn.texts.append(Text(item, self.order, outer, colour))

    def _clip(self, item: int) -> Bounds | None:
        """The rectangle that a text object is clipped to, where the innermost of its clips is one."""
        f, floats = self.scratch.f, self.scratch.floats
        clip = calls.clip_path(item)
        paths = calls.clip_count(clip) if clip else 0
        if paths <= 0 or calls.clip_segment_count(clip, paths - 1) not in (4, 5):
            return None
        calls.segment_point(calls.clip_segment(clip, paths - 1, 0), f[0], f[1])
        calls.segment_point(calls.clip_segment(clip, paths - 1, 2), f[2], f[3])
        x0, y0, x1, y1 = floats[0], floats[1], floats[2], floats[3]
        return (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))

    # pictures and paths -----------------------------------------------------------------------------------------------

    def _picture(self, item: int, outer: Matrix | None) -> None:
        box = bounds_of(item, outer, self.scratch)
        if box is None:
            return
        if min(box[2] - box[0], box[3] - box[1]) <= THIN:
            self.drawn.rules.append(box)
        else:
            self.drawn.pictures.append(box)
            self.drawn.areas.append(Area(self.order, box, None))

    def _path(self, item: int, outer: Matrix | None) -> None:
        box = bounds_of(item, outer, self.scratch)
        if box is None:
            return
        i, integers = self.scratch.i, self.scratch.integers
        calls.draw_mode(item, i[0], i[1])
        filled, stroked = integers[0], integers[1]
        if not filled and not stroked:
            return
        thin = box[2] - box[0] <= THIN or box[3] - box[1] <= THIN
        red, green, blue, alpha = self._colour(item, stroke=not filled)
        if not thin and (filled or self._stroke_width(item) > THIN):
            self.drawn.areas.append(Area(self.order, box, (red, green, blue)))
        if stroked and filled:
            red, green, blue, alpha = self._colour(item, stroke=True)
        faint = alpha < 20 or min(red, green, blue) > 247
        if thin:
            (self.drawn.faint_rules if faint else self.drawn.rules).append(box)
            return
        sides, curved = self._sides(item, outer)
        if curved and not faint and box[3] - box[1] <= LINE_OF_PRINT:
            self.drawn.outlines.append(Outline(box, curved))
        if filled and not stroked and len(sides) > 6:
            # thin bars drawn as one path of many rectangles are rules, large areas are shading
            (self.drawn.faint_rules if faint else self.drawn.rules).extend(sides)
        else:
            (self.drawn.rules if stroked and not faint else self.drawn.faint_rules).extend(sides)

    def _stroke_width(self, item: int) -> float:
        return self.scratch.floats[0] if calls.stroke_width(item, self.scratch.f[0]) else 0.0

    def _sides(self, item: int, outer: Matrix | None) -> tuple[list[Bounds], int]:
        """The level and upright segments of a path, and of how many lines it is made where some are curved, else 0."""
        f, floats = self.scratch.f, self.scratch.floats
        count = calls.segment_count(item)
        if count > MOST_SEGMENTS:
            return [], 0
        matrix = self._matrix(item)
        begun, is_curved = 0, False
        if outer is not None:
            matrix = multiply(matrix, outer)
        a, b, c, d, e, g = matrix
        start_x = start_y = x = y = 0.0
        sides: list[Bounds] = []
        for index in range(count):
            segment = calls.segment_at(item, index)
            calls.segment_point(segment, f[0], f[1])
            px, py = floats[0], floats[1]
            px, py = a * px + c * py + e, b * px + d * py + g
            kind = calls.segment_type(segment)
            if kind == 2:
                start_x, start_y = px, py
                begun += 1
            elif kind == 1:
                is_curved = True
            elif kind == 0 and (abs(px - x) < 1.0 or abs(py - y) < 1.0):
                sides.append((min(x, px), min(y, py), max(x, px), max(y, py)))
            x, y = px, py
            if calls.segment_closes(segment):
                if abs(start_x - x) < 1.0 or abs(start_y - y) < 1.0:
                    sides.append((min(x, start_x), min(y, start_y), max(x, start_x), max(y, start_y)))
                x, y = start_x, start_y
        return sides, begun if is_curved else 0


def _oddity(red: int, green: int, blue: int, alpha: int) -> str | None:
    if alpha < 8:
        return "invisible"
    if max(red, green, blue) - min(red, green, blue) > 60:
        return "coloured"
    if alpha < 200 or 120 < red < 250:
        return "pale"
    return None


def has_marks(address: int, name: str) -> bool:
    """Whether an object lies in marked content of this name (`OC` is optional content)."""
    for index in range(max(calls.mark_count(address), 0)):
        mark = calls.mark_at(address, index)
        buffer = (ctypes.c_ushort * 16)()
        size = ctypes.c_ulong()
        calls.mark_name(mark, ctypes.addressof(buffer), 32, ctypes.addressof(size))
        if bytes(buffer)[: max(size.value - 2, 0)].decode("utf-16-le", errors="replace") == name:
            return True
    return False

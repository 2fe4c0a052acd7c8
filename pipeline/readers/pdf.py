"""PDF -> printed pages, read from PDFium's characters and paths.

Belongs here: getting characters, rules and pictures of a page out of PDFium in the frame in which its text reads upright,
and putting characters into the rooms that rules enclose. Does not belong here: the geometry of rules
(`ruling`), of text (`characters`), of tables without rules (`open_tables`), pages that are pictures (`pictured`).

Most of the time of such a reader goes into calls across the C boundary. Hence one call per character (its loose box),
one per text object, and segments only of those paths that are no plain line.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Self

import numpy as np
import pypdfium2.raw as pdfium

from pipeline.readers import open_tables, pdf_reference, pictured, scan
from pipeline.readers.characters import (
    FOLDING,
    Characters,
    TextLine,
    is_unmapped,
    lines,
)
from pipeline.readers.printed import (
    Box,
    Cell,
    Grid,
    Line,
    Page,
    PrintedDocument,
    Unread,
    Unreadable,
)
from pipeline.readers.ruling import (
    Lattice,
    Segment,
    collapse,
    components,
    lattice,
    snap_and_join,
)
from pipeline.readers.typefaces import use_own_typefaces

MOST_PAGES = 3000
MOST_ENCLOSED = 1000
MOST_CHARACTERS = 60_000
"""A page with more is no page of print."""
THIN = 3.5
"""A path or filled area thinner than this (points) is a rule."""

_TEXT, _PATH, _IMAGE, _FORM = 1, 2, 3, 5
_SPACES = re.compile(r"\s")
_SUSPECT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffd\ufffe\ue000-\uf8ff]")


def _prototype(function: Any, *arguments: Any, result: Any = ctypes.c_int) -> Callable[..., Any]:
    """The same C function without ctypes' checks of pointer types: addresses are passed as integers."""
    address = ctypes.cast(function, ctypes.c_void_p).value
    assert address is not None
    return ctypes.CFUNCTYPE(result, *arguments)(address)


_P, _I = ctypes.c_void_p, ctypes.c_int
_loose_box = _prototype(pdfium.FPDFText_GetLooseCharBox, _P, _I, _P)
_tight_box = _prototype(pdfium.FPDFText_GetCharBox, _P, _I, _P, _P, _P, _P)
_text_object = _prototype(pdfium.FPDFText_GetTextObject, _P, _I, result=_P)
_char_matrix = _prototype(pdfium.FPDFText_GetMatrix, _P, _I, _P)
_object_count = _prototype(pdfium.FPDFPage_CountObjects, _P)
_object_at = _prototype(pdfium.FPDFPage_GetObject, _P, _I, result=_P)
_form_count = _prototype(pdfium.FPDFFormObj_CountObjects, _P)
_form_object_at = _prototype(pdfium.FPDFFormObj_GetObject, _P, ctypes.c_ulong, result=_P)
_object_type = _prototype(pdfium.FPDFPageObj_GetType, _P)
_object_bounds = _prototype(pdfium.FPDFPageObj_GetBounds, _P, _P, _P, _P, _P)
_object_matrix = _prototype(pdfium.FPDFPageObj_GetMatrix, _P, _P)
_fill_colour = _prototype(pdfium.FPDFPageObj_GetFillColor, _P, _P, _P, _P, _P)
_stroke_colour = _prototype(pdfium.FPDFPageObj_GetStrokeColor, _P, _P, _P, _P, _P)
_draw_mode = _prototype(pdfium.FPDFPath_GetDrawMode, _P, _P, _P)
_segment_count = _prototype(pdfium.FPDFPath_CountSegments, _P)
_segment_at = _prototype(pdfium.FPDFPath_GetPathSegment, _P, _I, result=_P)
_segment_point = _prototype(pdfium.FPDFPathSegment_GetPoint, _P, _P, _P)
_segment_type = _prototype(pdfium.FPDFPathSegment_GetType, _P)
_segment_closes = _prototype(pdfium.FPDFPathSegment_GetClose, _P)
_clip_path = _prototype(pdfium.FPDFPageObj_GetClipPath, _P, result=_P)
_clip_count = _prototype(pdfium.FPDFClipPath_CountPaths, _P)
_clip_segment_count = _prototype(pdfium.FPDFClipPath_CountPathSegments, _P, _I)
_clip_segment = _prototype(pdfium.FPDFClipPath_GetPathSegment, _P, _I, _I, result=_P)
_render_mode = _prototype(pdfium.FPDFTextObj_GetTextRenderMode, _P)

Matrix = tuple[float, float, float, float, float, float]


@dataclass(slots=True)
class _Drawn:
    """What a page draws besides characters, in user space. Rules are (x0, y0, x1, y1)."""

    rules: list[tuple[float, float, float, float]] = field(default_factory=list)
    faint_rules: list[tuple[float, float, float, float]] = field(default_factory=list)
    pictures: list[tuple[float, float, float, float]] = field(default_factory=list)
    text_count: int = 0
    odd_texts: dict[int, str] = field(default_factory=dict)
    """Text objects (addresses) that may be no print of the form: slanted, sideways, coloured, invisible."""
    clips: dict[int, tuple[float, float, float, float]] = field(default_factory=dict)
    """Text objects (addresses) with the rectangle outside of which they are not printed."""


class _Scratch:
    """Buffers for results of C calls, allocated once."""

    def __init__(self) -> None:
        self.floats = (ctypes.c_float * 8)()
        self.integers = (ctypes.c_uint * 4)()
        base, whole = ctypes.addressof(self.floats), ctypes.addressof(self.integers)
        self.f = [base + 4 * index for index in range(8)]
        self.i = [whole + 4 * index for index in range(4)]


def _multiply(inner: Matrix, outer: Matrix) -> Matrix:
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


def _map_box(box: tuple[float, float, float, float], matrix: Matrix | None) -> tuple[float, float, float, float]:
    if matrix is None:
        return box
    a, b, c, d, e, f = matrix
    x0, y0, x1, y1 = box
    xs = [a * x + c * y + e for x in (x0, x1) for y in (y0, y1)]
    ys = [b * x + d * y + f for x in (x0, x1) for y in (y0, y1)]
    return min(xs), min(ys), max(xs), max(ys)


def _collect(drawn: _Drawn, scratch: _Scratch, handle: int, outer: Matrix | None, depth: int) -> None:
    """Add the objects of a page (depth 0) or of a form object to `drawn`."""
    f, i, floats, integers = scratch.f, scratch.i, scratch.floats, scratch.integers
    count = _object_count(handle) if depth == 0 else _form_count(handle)
    at = _object_at if depth == 0 else _form_object_at
    for index in range(count):
        item = at(handle, index)
        kind = _object_type(item)
        if kind == _TEXT:
            drawn.text_count += 1
            if depth == 0:
                clip = _clip_path(item)
                paths = _clip_count(clip) if clip else 0
                if paths > 0 and _clip_segment_count(clip, paths - 1) in (4, 5):
                    _segment_point(_clip_segment(clip, paths - 1, 0), f[0], f[1])
                    _segment_point(_clip_segment(clip, paths - 1, 2), f[2], f[3])
                    x0, y0, x1, y1 = floats[0], floats[1], floats[2], floats[3]
                    drawn.clips[item] = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
            _object_matrix(item, f[0])
            a, b, c, d = floats[0], floats[1], floats[2], floats[3]
            if outer is not None:
                a, b, c, d = _multiply((a, b, c, d, 0.0, 0.0), outer)[:4]
            if abs(b) > 0.01 * abs(a) or a < 0:
                degrees = math.degrees(math.atan2(b, a)) % 360
                quarter = round(degrees / 90)
                drawn.odd_texts[item] = "sideways" if abs(degrees - 90 * quarter) < 3 else "slanted"
            elif _render_mode(item) in (3, 7):
                drawn.odd_texts[item] = "invisible"
            else:
                _fill_colour(item, i[0], i[1], i[2], i[3])
                red, green, blue = integers[0], integers[1], integers[2]
                if integers[3] < 8:
                    drawn.odd_texts[item] = "invisible"
                elif max(red, green, blue) - min(red, green, blue) > 60:
                    drawn.odd_texts[item] = "coloured"
                elif integers[3] < 200 or 120 < red < 250:
                    drawn.odd_texts[item] = "pale"
        elif kind == _PATH:
            _collect_path(drawn, scratch, item, outer)
        elif kind == _IMAGE:
            if _object_bounds(item, f[0], f[1], f[2], f[3]):
                box = _map_box((floats[0], floats[1], floats[2], floats[3]), outer)
                if min(box[2] - box[0], box[3] - box[1]) <= THIN:
                    drawn.rules.append(box)
                else:
                    drawn.pictures.append(box)
        elif kind == _FORM and depth < 6:
            _object_matrix(item, f[0])
            own: Matrix = (
                floats[0],
                floats[1],
                floats[2],
                floats[3],
                floats[4],
                floats[5],
            )
            _collect(
                drawn,
                scratch,
                item,
                own if outer is None else _multiply(own, outer),
                depth + 1,
            )


def _collect_path(drawn: _Drawn, scratch: _Scratch, item: int, outer: Matrix | None) -> None:
    f, i, floats, integers = scratch.f, scratch.i, scratch.floats, scratch.integers
    if not _object_bounds(item, f[0], f[1], f[2], f[3]):
        return
    box = (floats[0], floats[1], floats[2], floats[3])
    if outer is not None:
        box = _map_box(box, outer)
    _draw_mode(item, i[0], i[1])
    filled, stroked = integers[0], integers[1]
    if not filled and not stroked:
        return
    if stroked:
        _stroke_colour(item, i[0], i[1], i[2], i[3])
    else:
        _fill_colour(item, i[0], i[1], i[2], i[3])
    faint = integers[3] < 20 or min(integers[0], integers[1], integers[2]) > 247
    thin = box[2] - box[0] <= THIN or box[3] - box[1] <= THIN
    if thin:
        (drawn.faint_rules if faint else drawn.rules).append(box)
        return
    target = drawn.rules if stroked and not faint else drawn.faint_rules
    count = _segment_count(item)
    if count > 20_000:
        return
    _object_matrix(item, f[2])
    matrix: Matrix = (floats[2], floats[3], floats[4], floats[5], floats[6], floats[7])
    if outer is not None:
        matrix = _multiply(matrix, outer)
    a, b, c, d, e, g = matrix
    start_x = start_y = x = y = 0.0
    corners: list[tuple[float, float, float, float]] = []
    for index in range(count):
        segment = _segment_at(item, index)
        _segment_point(segment, f[0], f[1])
        px, py = floats[0], floats[1]
        px, py = a * px + c * py + e, b * px + d * py + g
        kind = _segment_type(segment)
        if kind == 2:
            start_x, start_y = px, py
        elif kind == 0 and (abs(px - x) < 1.0 or abs(py - y) < 1.0):
            corners.append((min(x, px), min(y, py), max(x, px), max(y, py)))
        x, y = px, py
        if _segment_closes(segment):
            if abs(start_x - x) < 1.0 or abs(start_y - y) < 1.0:
                corners.append((min(x, start_x), min(y, start_y), max(x, start_x), max(y, start_y)))
            x, y = start_x, start_y
    if filled and not stroked and len(corners) > 6:
        # thin bars drawn as one path of many rectangles are rules, large areas are shading
        target = drawn.faint_rules if faint else drawn.rules
    target.extend(corners)


class _Frame:
    """Turns user space into the frame of the page as displayed, turned further until its text reads upright."""

    def __init__(self, box: tuple[float, float, float, float], quarter: int) -> None:
        self.left, self.low, self.right, self.high = box
        self.quarter = quarter % 4
        across, up = self.right - self.left, self.high - self.low
        self.width, self.height = (across, up) if self.quarter % 2 == 0 else (up, across)

    def boxes(self, values: np.ndarray) -> np.ndarray:
        """(n, 4) arrays of x0, y0, x1, y1 in user space as x0, top, x1, bottom."""
        x0, y0, x1, y1 = values[:, 0], values[:, 1], values[:, 2], values[:, 3]
        if self.quarter == 0:
            parts = (x0 - self.left, self.high - y1, x1 - self.left, self.high - y0)
        elif self.quarter == 1:
            parts = (y0 - self.low, x0 - self.left, y1 - self.low, x1 - self.left)
        elif self.quarter == 2:
            parts = (self.right - x1, y0 - self.low, self.right - x0, y1 - self.low)
        else:
            parts = (self.high - y1, self.right - x1, self.high - y0, self.right - x0)
        return np.stack(parts, axis=1)


@dataclass(slots=True)
class PageContent:
    """What stands on a page, in its upright frame: the input of `compose`."""

    width: float
    height: float
    turn: int
    characters: Characters
    boxes: np.ndarray
    horizontal: list[Segment]
    vertical: list[Segment]
    faint_horizontal: list[Segment]
    faint_vertical: list[Segment]
    pictures: list[tuple[float, float, float, float]]
    unmapped_count: int
    set_aside: str = ""
    invisible_count: int = 0


def _attachment_name(attachment: Any) -> str:
    size = pdfium.FPDFAttachment_GetName(attachment, None, 0) if attachment else 0
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    if size:
        pdfium.FPDFAttachment_GetName(attachment, buffer, size)
    name = bytes(buffer)[:size].decode("utf-16-le", errors="replace").rstrip("\0")
    return "".join(character if character.isprintable() else "\ufffd" for character in name)[:200]


class PdfFile:
    """An open PDF. Pages are opened one at a time and closed right after use; a document held open grows otherwise."""

    def __init__(self, data: bytes) -> None:
        use_own_typefaces()
        self._data = data  # PDFium reads from it as long as the document is open
        self.handle = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
        if not self.handle:
            code = pdfium.FPDF_GetLastError()
            if code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
                raise Unreadable("encrypted_file", "the PDF asks for a password")
            raise Unreadable("damaged_file", f"PDFium cannot open the PDF (error {code})")
        self.page_count: int = pdfium.FPDF_GetPageCount(self.handle)
        self._scratch = _Scratch()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self.handle:
            pdfium.FPDF_CloseDocument(self.handle)
            self.handle = None

    def enclosed_files(self) -> list[Unread]:
        """The files that lie inside the PDF (attachments, the documents of a portfolio), which are not read with it."""
        count = min(pdfium.FPDFDoc_GetAttachmentCount(self.handle), MOST_ENCLOSED)
        names = [_attachment_name(pdfium.FPDFDoc_GetAttachment(self.handle, index)) for index in range(count)]
        return [Unread(f"the PDF encloses the file “{name}”, which is not read with it") for name in names]

    def content(self, index: int) -> PageContent:
        """Characters and rules of page `index` (from 0). Raises ValueError where PDFium cannot load the page."""
        page = pdfium.FPDF_LoadPage(self.handle, index)
        if not page:
            raise ValueError("PDFium cannot load the page")
        text_page = pdfium.FPDFText_LoadPage(page)
        try:
            return self._content(page, text_page)
        finally:
            if text_page:
                pdfium.FPDFText_ClosePage(text_page)
            pdfium.FPDF_ClosePage(page)

    def render(self, index: int, scale: float, turn: int = 0) -> np.ndarray:
        """Page `index` (from 0) as grey as its print is, `scale` pixels to a point, turned clockwise by `turn` degrees from how it is displayed.

        Red seals are lightened to the paper (see `scan.without_seals`).
        """
        page = pdfium.FPDF_LoadPage(self.handle, index)
        if not page:
            raise ValueError("PDFium cannot load the page")
        width = max(1, round(pdfium.FPDF_GetPageWidthF(page) * scale))
        height = max(1, round(pdfium.FPDF_GetPageHeightF(page) * scale))
        if turn % 180:
            width, height = height, width
        bitmap = pdfium.FPDFBitmap_CreateEx(width, height, pdfium.FPDFBitmap_BGR, None, 0)
        try:
            pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xFFFFFFFF)
            pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, turn // 90 % 4, pdfium.FPDF_ANNOT)
            stride = pdfium.FPDFBitmap_GetStride(bitmap)
            buffer = ctypes.cast(
                pdfium.FPDFBitmap_GetBuffer(bitmap), ctypes.POINTER(ctypes.c_ubyte * (stride * height))
            )
            colours = np.frombuffer(buffer.contents, dtype=np.uint8).reshape(height, stride)[:, : 3 * width]
            return scan.without_seals(colours.reshape(height, width, 3), scale)
        finally:
            pdfium.FPDFBitmap_Destroy(bitmap)
            pdfium.FPDF_ClosePage(page)

    def _content(self, page: Any, text_page: Any) -> PageContent:
        scratch = self._scratch
        page_address = ctypes.cast(page, _P).value or 0
        text_address = ctypes.cast(text_page, _P).value or 0
        bounds = pdfium.FS_RECTF()
        pdfium.FPDF_GetPageBoundingBox(page, bounds)
        user_box = (bounds.left, bounds.bottom, bounds.right, bounds.top)
        drawn = _Drawn()
        _collect(drawn, scratch, page_address, None, 0)
        count = pdfium.FPDFText_CountChars(text_page) if text_page else 0
        if count > MOST_CHARACTERS:
            raise ValueError(f"{count} characters on one page")
        text = self._text(text_page, count)
        raw = np.zeros((max(count, 1), 4), dtype=np.float32)
        base = raw.ctypes.data
        for number in range(count):
            _loose_box(text_address, number, base + 16 * number)
        raw = raw[:count]  # left, top, right, bottom as FS_RECTF has them
        clips = None
        if drawn.clips:
            everything = (-1e6, -1e6, 1e6, 1e6)
            of = drawn.clips
            clips = np.array([of.get(_text_object(text_address, number), everything) for number in range(count)])

        quarter = pdfium.FPDFPage_GetRotation(page)
        turned = quarter
        kinds: dict[int, str] = {}
        if count and (drawn.odd_texts or quarter):
            turned, kinds = self._oddities(text_address, text, drawn, quarter)
        frame = _Frame(user_box, turned)
        boxes = frame.boxes(raw[:, [0, 3, 2, 1]].astype(np.float64)) if count else np.zeros((0, 4))
        clipped = frame.boxes(clips) if clips is not None and count else None
        return self._assemble(frame, text, boxes, clipped, drawn, kinds, (turned - quarter) % 4 * 90, text_address)

    def _text(self, text_page: Any, count: int) -> list[str]:
        """The characters as a list of length `count`."""
        if not count:
            return []
        buffer = (ctypes.c_ushort * (count + 1))()
        got = pdfium.FPDFText_GetText(text_page, 0, count, buffer)
        text = bytes(buffer).decode("utf-16-le", errors="replace")[: max(got - 1, 0)]
        if len(text) == count and got == count + 1:
            return list(text)
        get = pdfium.FPDFText_GetUnicode
        return [
            chr(point) if 0 < point < 0x110000 and not 0xD800 <= point < 0xE000 else "\ufffd"
            for point in (get(text_page, number) for number in range(count))
        ]

    def _oddities(self, text_address: int, text: list[str], drawn: _Drawn, quarter: int) -> tuple[int, dict[int, str]]:
        """The quarter turns that set the majority of the text upright, and what is odd about which characters."""
        kinds: dict[int, str] = {}
        odd = drawn.odd_texts
        for number in range(len(text)):
            kind = odd.get(_text_object(text_address, number) or 0)
            if kind is not None:
                kinds[number] = kind
        sideways = [number for number, kind in kinds.items() if kind == "sideways"]
        turned = quarter
        printed = sum(1 for character in text if not character.isspace())
        if 2 * len(sideways) > printed or (quarter and sideways):
            angles: Counter[int] = Counter()
            for number in sideways[:: max(1, len(sideways) // 40)]:
                _char_matrix(text_address, number, self._scratch.f[0])
                floats = self._scratch.floats
                angles[round(math.degrees(math.atan2(floats[1], floats[0])) / 90) % 4] += 1
            if 2 * len(sideways) > printed and angles:
                turned = angles.most_common(1)[0][0]
        elif quarter:
            turned = 0
        return turned, kinds

    def _assemble(
        self,
        frame: _Frame,
        text: list[str],
        boxes: np.ndarray,
        clips: np.ndarray | None,
        drawn: _Drawn,
        kinds: dict[int, str],
        turn: int,
        text_address: int,
    ) -> PageContent:
        if len(text):
            height = boxes[:, 3] - boxes[:, 1]
            width = boxes[:, 2] - boxes[:, 0]
            odd_boxes = np.nonzero((height < 1.0) | (height > 200.0) | (width < 0.01))[0]
            for number in odd_boxes.tolist():
                if not text[number].isspace():
                    boxes[number] = self._tight(frame, text_address, number, boxes[number])
        aside = _set_aside(text, boxes, kinds)
        middle_x, middle_y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
        visible = (middle_x > -2) & (middle_x < frame.width + 2) & (middle_y > -2) & (middle_y < frame.height + 2)
        if clips is not None:
            # lines of a cell too tall for it are drawn but not printed (and printed on the page where the cell goes on)
            visible &= (middle_y > clips[:, 1] - 0.5) & (middle_y < clips[:, 3] + 0.5)
        inside = visible.tolist()
        keep = [
            number
            for number, character in enumerate(text)
            if not character.isspace() and inside[number] and number not in aside and character != "\x00"
        ]
        shown = [text[number] for number in keep]
        unmapped = 0
        joined = "".join(shown)
        if not joined.isascii():
            if _SUSPECT.search(joined):
                shown = [
                    "-" if character in "\x02\ufffe" else character for character in shown
                ]  # a hyphen at the end of a line
                unmapped = sum(is_unmapped(character) for character in shown)
            if len(joined.translate(FOLDING)) == len(shown):
                shown = list(joined.translate(FOLDING)) if not unmapped else shown
            else:
                pairs = [(number, character.translate(FOLDING)) for number, character in zip(keep, shown, strict=True)]
                keep = [number for number, character in pairs if character]
                shown = [character for _, character in pairs if character]
        kept = boxes[keep]
        columns = kept.T.tolist() if keep else [[], [], [], []]
        characters = Characters(shown, columns[0], columns[1], columns[2], columns[3])
        if clips is not None:
            # a name too long for its cell is cut off in print; the rest of it still belongs to that cell
            kept = kept.copy()
            limits = clips[keep]
            kept[:, 0] = np.clip(kept[:, 0], limits[:, 0], limits[:, 2] - 0.5)
            kept[:, 2] = np.clip(kept[:, 2], limits[:, 0] + 0.5, limits[:, 2])
        horizontal, vertical = _rules(frame, drawn.rules)
        faint_horizontal, faint_vertical = _rules(frame, drawn.faint_rules)
        pictures = [tuple(row) for row in frame.boxes(np.array(drawn.pictures)).tolist()] if drawn.pictures else []
        return PageContent(
            width=frame.width,
            height=frame.height,
            turn=turn,
            characters=characters,
            boxes=kept,
            horizontal=horizontal,
            vertical=vertical,
            faint_horizontal=faint_horizontal,
            faint_vertical=faint_vertical,
            pictures=pictures,
            unmapped_count=unmapped,
            set_aside="".join(text[number] for number in sorted(aside) if not text[number].isspace()),
            invisible_count=sum(1 for kind in kinds.values() if kind == "invisible"),
        )

    def _tight(self, frame: _Frame, text_address: int, number: int, fallback: np.ndarray) -> np.ndarray:
        """The ink box of a character whose font states no usable height or width."""
        values = (ctypes.c_double * 4)()
        base = ctypes.addressof(values)
        if not _tight_box(text_address, number, base, base + 8, base + 16, base + 24):
            return fallback
        left, right, low, high = values
        if high - low < 0.5:
            middle = (high + low) / 2
            low, high = middle - 3, middle + 3
        return frame.boxes(np.array([[left, low, right, high]]))[0]


def _set_aside(text: list[str], boxes: np.ndarray, kinds: dict[int, str]) -> set[int]:
    """Characters that belong to a stamp or a watermark: slanted ones, and coloured or pale ones printed over others."""
    aside = {number for number, kind in kinds.items() if kind == "slanted"}
    doubtful = [n for n, kind in kinds.items() if kind in ("coloured", "pale") and not text[n].isspace()]
    plain = np.array([n for n, c in enumerate(text) if n not in kinds and not c.isspace()], dtype=int)
    if doubtful and len(plain):
        others = boxes[plain]
        size = float(np.median(others[:, 3] - others[:, 1]))
        for number in doubtful:
            x0, top, x1, bottom = boxes[number]
            overlap = np.minimum(others[:, 2], x1) - np.maximum(others[:, 0], x0)
            rise = np.minimum(others[:, 3], bottom) - np.maximum(others[:, 1], top)
            covered = (overlap > 0.3 * np.minimum(x1 - x0, others[:, 2] - others[:, 0])) & (
                rise > 0.4 * (others[:, 3] - others[:, 1])
            )
            if covered.any() or (kinds[number] == "pale" and bottom - top > 2.5 * size):
                aside.add(number)
    return aside


def _rules(frame: _Frame, rules: list[tuple[float, float, float, float]]) -> tuple[list[Segment], list[Segment]]:
    """Rules in the upright frame, snapped and joined: horizontal ones, vertical ones."""
    if not rules:
        return [], []
    boxes = frame.boxes(np.array(rules, dtype=np.float64)).tolist()
    horizontal: list[Segment] = []
    vertical: list[Segment] = []
    for x0, top, x1, bottom in boxes:
        if bottom < -5 or top > frame.height + 5 or x1 < -5 or x0 > frame.width + 5:
            continue
        across, down = x1 - x0, bottom - top
        if across >= down or across > THIN:
            horizontal.append(((top + bottom) / 2, x0, x1))
        if down >= across and across <= THIN:
            vertical.append(((x0 + x1) / 2, top, bottom))
    return snap_and_join(horizontal), snap_and_join(vertical)


# composing a page -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Table:
    """A lattice with the characters of its rooms."""

    lattice: Lattice
    members: list[list[int]]


def compose(content: PageContent, number: int, method: str = "pdf") -> Page:
    """The page: its grids, and its lines of text outside them, in reading order."""
    characters = content.characters
    free = np.ones(len(characters), dtype=bool)
    tables, loose_rules = _ruled_tables(content, free)
    blocks: list[tuple[float, float, Line | Grid]] = []
    for table in tables:
        grid = _grid(table, characters, number, method)
        if grid is None:
            for members in table.members:
                free[members] = True
        else:
            blocks.append((table.lattice.ys[0], table.lattice.xs[0], grid))
    rest = np.nonzero(free)[0].tolist()
    text_lines = lines(characters, rest)
    open_grids, text_lines = open_tables.open_tables(characters, text_lines, loose_rules, content.width, number, method)
    for open_grid in open_grids:
        assert open_grid.box is not None
        blocks.append((open_grid.box.top, open_grid.box.x0, open_grid))
    for line in _printed_lines(text_lines, characters, number):
        assert line.box is not None
        blocks.append(((line.box.top + line.box.bottom) / 2, line.box.x0, line))
    blocks.sort(key=lambda entry: (entry[0], entry[1]))
    return Page(
        number=number,
        blocks=[block for _, _, block in blocks],
        method=method,
        width=round(content.width, 2),
        height=round(content.height, 2),
        turn=content.turn,
    )


def _ruled_tables(content: PageContent, free: np.ndarray) -> tuple[list[_Table], list[Segment]]:
    """Tables enclosed by rules, smallest first, and the horizontal rules that enclose nothing. Clears `free` of their characters."""
    found: list[Lattice] = []
    loose: list[Segment] = []
    for horizontal, vertical in components(content.horizontal, content.vertical):
        grid = lattice(horizontal, vertical)
        if grid is None:
            loose.extend(horizontal)
        else:
            found.append(grid)
    found.sort(key=_area)
    tables = []
    for grid in found:
        members, _ = _members(grid, content.characters, content.boxes, free)
        if any(members) and not (len(grid.ys) == 2 and _is_inline(grid, content.boxes, free)):
            tables.append(_Table(grid, members))
        else:
            for entry in members:
                free[entry] = True
    if content.faint_horizontal and content.faint_vertical:
        for horizontal, vertical in components(content.faint_horizontal, content.faint_vertical):
            grid = lattice(horizontal, vertical)
            if grid is None or min(len(grid.xs), len(grid.ys)) < 4 or any(_overlap(grid, other) for other in found):
                continue
            members, crossing = _members(grid, content.characters, content.boxes, free)
            held = sum(len(entry) for entry in members)
            if held and crossing <= 0.02 * held:
                tables.append(_Table(grid, members))
            else:
                for entry in members:
                    free[entry] = True
    return tables, loose


def _area(grid: Lattice) -> float:
    return (grid.xs[-1] - grid.xs[0]) * (grid.ys[-1] - grid.ys[0])


def _is_inline(grid: Lattice, boxes: np.ndarray, free: np.ndarray) -> bool:
    """Whether a box of one row stands inside a line of text (a highlight, a frame around words)."""
    x0, top, x1, bottom = grid.box
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    beside = free & (middle > top) & (middle < bottom) & (boxes[:, 2] > x0 - 12) & (boxes[:, 0] < x1 + 12)
    return bool(beside.any())


def _overlap(one: Lattice, other: Lattice) -> bool:
    ax0, atop, ax1, abottom = one.box
    bx0, btop, bx1, bbottom = other.box
    return ax0 < bx1 and bx0 < ax1 and atop < bbottom and btop < abottom


def _members(grid: Lattice, characters: Characters, boxes: np.ndarray, free: np.ndarray) -> tuple[list[list[int]], int]:
    """For each room the characters whose middle lies in it, and how many characters stand on a wall.

    A run of text that crosses a wall stays with its larger part.
    """
    members: list[list[int]] = [[] for _ in grid.rooms]
    if not len(boxes):
        return members, 0
    middle_x = (boxes[:, 0] + boxes[:, 2]) / 2
    middle_y = (boxes[:, 1] + boxes[:, 3]) / 2
    x0, top, x1, bottom = grid.box
    chosen = np.nonzero(free & (middle_x > x0) & (middle_x < x1) & (middle_y > top) & (middle_y < bottom))[0]
    if not len(chosen):
        return members, 0
    owner = np.array(grid.owner, dtype=np.int32)
    rows = np.searchsorted(grid.ys, middle_y[chosen]) - 1
    columns = np.searchsorted(grid.xs, middle_x[chosen]) - 1
    rooms = owner[rows, columns]
    left = np.clip(np.searchsorted(grid.xs, boxes[chosen, 0] + 1.0) - 1, 0, len(grid.xs) - 2)
    right = np.clip(np.searchsorted(grid.xs, boxes[chosen, 2] - 1.0) - 1, 0, len(grid.xs) - 2)
    crossing = (owner[rows, left] != owner[rows, right]) & (left != right)
    if crossing.any():
        is_cut = np.array(characters.x1) - boxes[:, 2] > _CUT_OFF
        _keep_runs_whole(chosen, rooms, crossing, boxes, is_cut)
    for index, room in zip(chosen.tolist(), rooms.tolist(), strict=True):
        if room >= 0:
            members[room].append(index)
            free[index] = False
    return members, int(crossing.sum())


_CUT_OFF = 0.5
"""Width of a character that its cell does not print, from which on the cell cuts it off."""


def _keep_runs_whole(
    chosen: np.ndarray, rooms: np.ndarray, crossing: np.ndarray, boxes: np.ndarray, is_cut: np.ndarray
) -> None:
    """Give every run of adjoining characters, one of which a wall cuts, to the room that holds most of it (changes `rooms`)."""
    position = {int(index): place for place, index in enumerate(chosen.tolist())}
    done: set[int] = set()
    for place in np.nonzero(crossing)[0].tolist():
        if place in done:
            continue
        run = [place]
        for step in (-1, 1):
            current = int(chosen[place])
            while (neighbour := position.get(current + step)) is not None:
                one, other = boxes[current], boxes[int(chosen[neighbour])]
                gap = (one[0] - other[2]) if step < 0 else (other[0] - one[2])
                size = one[3] - one[1]
                if abs(one[1] + one[3] - other[1] - other[3]) > size or not -0.5 * size < gap < 0.3 * size:
                    break
                before, after = (current - 1, current) if step < 0 else (current, current + 1)
                if is_cut[before] and not is_cut[after]:
                    break  # a name that its cell cuts off ends there, however near the next cell's text begins
                run.append(neighbour)
                current += step
        done.update(run)
        votes = Counter(int(rooms[member]) for member in sorted(run))
        best = max(votes.values())
        winner = next(room for room, count in votes.items() if count == best)
        if winner >= 0:
            for member in run:
                rooms[member] = winner


def _grid(table: _Table, characters: Characters, number: int, method: str) -> Grid | None:
    """The grid of a ruled table; None where its rooms hold boxed body text and not a table."""
    if not any(table.members):
        return None
    grid, renamed = collapse(table.lattice, [bool(members) for members in table.members])
    members: list[list[int]] = [[] for _ in grid.rooms]
    for old, new in enumerate(renamed):
        if new >= 0:
            members[new].extend(table.members[old])
    filled = sum(1 for entry in members if entry)
    rows, columns = len(grid.ys) - 1, len(grid.xs) - 1
    if len(grid.rooms) == 1 or (filled == 1 and len(grid.rooms) <= 3):
        return None
    if columns == 1 and max(len(entry) for entry in members) > 24:
        return None
    cells = []
    for room, entry in zip(grid.rooms, members, strict=True):
        box = Box(
            round(grid.xs[room.column], 2),
            round(grid.ys[room.row], 2),
            round(grid.xs[room.column + room.column_span], 2),
            round(grid.ys[room.row + room.row_span], 2),
        )
        text, text_x0 = "", None
        if entry:
            text_lines = lines(characters, entry)
            text = text_lines[0].text if len(text_lines) == 1 else "\n".join([line.text for line in text_lines])
            text_x0 = round(text_lines[0].x0, 2)
        cells.append(
            Cell(
                room.row,
                room.column,
                text,
                room.row_span,
                room.column_span,
                box,
                text_x0,
            )
        )
    cells.sort(key=lambda cell: (cell.row, cell.column))
    x0, top, x1, bottom = grid.box
    return Grid(
        page_number=number,
        row_count=rows,
        column_count=columns,
        cells=cells,
        method=method,
        box=Box(round(x0, 2), round(top, 2), round(x1, 2), round(bottom, 2)),
        column_edges=tuple(round(x, 2) for x in grid.xs),
    )


def _printed_lines(text_lines: list[TextLine], characters: Characters, number: int) -> list[Line]:
    """Lines of text with the evidence for paragraphs: the indent against the left margin, and whether the line before was full."""
    if not text_lines:
        return []
    sizes = [median(characters.bottom[m] - characters.top[m] for m in line.members) for line in text_lines]
    wide = [line for line in text_lines if line.x1 - line.x0 > 12 * 8]
    margin_left = min((line.x0 for line in wide), default=text_lines[0].x0)
    margin_right = max((line.x1 for line in wide), default=text_lines[0].x1)
    result = []
    before: TextLine | None = None
    for line, size in zip(text_lines, sizes, strict=True):
        starts = (
            before is None
            or line.x0 > margin_left + 1.2 * size
            or before.x1 < margin_right - 2.5 * size
            or line.top - before.bottom > 1.8 * size
        )
        if before is None and line.x0 <= margin_left + 1.2 * size:
            starts = False  # a paragraph may go on from the page before
        result.append(
            Line(
                page_number=number,
                text=line.text,
                box=Box(
                    round(line.x0, 2),
                    round(line.top, 2),
                    round(line.x1, 2),
                    round(line.bottom, 2),
                ),
                font_size=round(size, 1),
                starts_paragraph=starts,
            )
        )
        before = line
    return result


# the document -----------------------------------------------------------------------------------------------------


def check_whole(data: bytes) -> None:
    """Raise Unreadable('truncated_file') where the file ends before the structure that its end must hold."""
    tail = data[-4096:]
    if b"%%EOF" in tail:
        return
    linearised = re.search(rb"/Linearized\b.{0,200}?/L\s+(\d+)", data[:2048], re.DOTALL)
    if linearised and int(linearised[1]) > len(data):
        raise Unreadable(
            "truncated_file",
            f"the PDF says it has {linearised[1].decode()} bytes; {len(data)} are there",
        )
    for match in re.finditer(rb"startxref\s+(\d+)", data):
        place = int(match[1])
        if 0 < place < len(data) and (
            data[place : place + 4] == b"xref" or re.match(rb"\s*\d+\s+\d+\s+obj", data[place : place + 32])
        ):
            return
    raise Unreadable("truncated_file", f"the PDF has no end mark in its {len(data)} bytes")


def read(data: bytes) -> PrintedDocument:
    """Read a PDF. Raises Unreadable (truncated_file, encrypted_file, damaged_file); pages that fail carry their problem."""
    check_whole(data)
    with PdfFile(data) as file:
        if file.page_count < 1:
            raise Unreadable("damaged_file", "the PDF has no pages")
        if file.page_count > MOST_PAGES:
            raise Unreadable(
                "limit_exceeded",
                f"{file.page_count} pages; at most {MOST_PAGES} are read",
            )
        pages = []
        notes: list[str] = []
        for index in range(file.page_count):
            pages.append(_read_page(file, data, index, notes))
        unread = file.enclosed_files()
    return PrintedDocument(format="pdf", pages=pages, page_count=len(pages), notes=notes, unread=unread)


def _read_page(file: PdfFile, data: bytes, index: int, notes: list[str]) -> Page:
    number = index + 1
    try:
        content = file.content(index)
    except ValueError as error:
        return Page(number=number, blocks=[], method="pdf", problem=str(error))
    if content.set_aside:
        notes.append(f"page {number}: set aside as stamp or watermark: {content.set_aside[:80]}")
    if content.unmapped_count > max(2, 0.01 * len(content.characters)):
        page = _read_unmapped(file, data, content, index, notes)
        if page is not None:
            return page
    hidden = content.invisible_count > 0.5 * max(len(content.characters), 1)
    boxes = pictured.printed_pictures(content, hidden=hidden)
    if hidden and boxes:
        content.characters, content.boxes = Characters(), np.zeros((0, 4))
    if boxes and pictured.is_scan(content, boxes):
        return pictured.read_page(file, content, index)
    if not boxes and pictured.may_be_scan(content):
        page = pictured.read_page(file, content, index)
        if pictured.character_count(page) > 3 * len(content.characters):
            return page
    page = compose(content, number)
    found = pictured.read_parts(file, content, index, boxes) if boxes else []
    if found:
        notes.append(f"page {number}: a picture on it was read optically")
        page.blocks = pictured.in_order([*page.blocks, *found])
    return page


def _read_unmapped(file: PdfFile, data: bytes, content: PageContent, index: int, notes: list[str]) -> Page | None:
    """A page whose fonts do not say what their characters are: by the reference reader, else from its picture."""
    number = index + 1
    try:
        page = pdf_reference.read_page(data, number)
    except Unreadable:
        page = None
    if page is not None:
        text = "".join(line.text for line in page.lines) + "".join(c.text for grid in page.grids for c in grid.cells)
        unknown = len(re.findall(r"\(cid:\d+\)", text)) + sum(is_unmapped(c) for c in text if c != "\n")
        if text and unknown <= max(2, 0.01 * len(text)):
            notes.append(f"page {number}: characters without a mapping; read by pdfplumber")
            return page
    notes.append(f"page {number}: characters without a mapping; read from its picture")
    return pictured.read_page(file, content, index)

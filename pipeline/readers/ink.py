"""Which characters of a PDF's page have ink: the rendered page is the judge.

Belongs here: telling which texts may not be seen (covered by what is painted later, in the colour of their ground, on a layer that is
off, outside of the clip of their form), and asking the rendered page about those alone. Does not belong here: what a page draws
(`drawn`), what is done with the characters that are seen (`pdf`).

A text has ink where the page looks otherwise without it. So doubted texts are hidden, and what changes is their ink. Texts over
one another are hidden in turns, from the lowest up: what turns out to have none stays hidden, so that of two alike one is left.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium

from pipeline.readers import calls
from pipeline.readers.drawn import Bounds, Colour, Drawn, Text, bounds_of, has_marks
from pipeline.readers.frame import Frame

PIXELS_PER_POINT = 3.0
MOST_PIXELS = 6_000_000
MOST_TURNS = 5
"""Texts that lie over more others than so many are believed."""
SEEN = 14
"""A pixel (0 to 255) that changes by less is none that a reader would see."""
LIGHT = 235
"""Texts lighter than this in every colour may be white on white."""
ALIKE = 40
"""Colours that differ by no more in any channel may be one ink on its ground."""
_AWAY = (1e5, 1e5)
"""Where a text is moved that is not seen: PDFium passes over a text that lies where it met the same one before, even a hidden one."""

Picture = np.ndarray[Any, Any]
_Doubted = tuple[Text, Bounds]


def doubted(drawn: Drawn, scratch: calls.Scratch, *, has_layers: bool) -> list[_Doubted]:
    """The texts of a page of which the page must be asked, in the order of painting, with their rectangles in user space."""
    if not drawn.texts:
        return []
    candidates = [
        text
        for text in drawn.texts
        if _is_light(text)
        or text.address in drawn.form_clips
        or (has_layers and (text.outer is not None or has_marks(text.address, "OC")))
    ]
    chosen = {text.address for text in candidates if text.address not in drawn.form_clips}
    if drawn.areas:
        candidates = drawn.texts
    boxed = [(text, box) for text in candidates if (box := bounds_of(text.address, text.outer, scratch)) is not None]
    if drawn.areas and boxed:
        chosen |= _touched(boxed, drawn)
    return [
        (text, box)
        for text, box in boxed
        if text.address in chosen or _is_outside(box, drawn.form_clips.get(text.address))
    ]


def _is_light(text: Text) -> bool:
    return text.colour is not None and min(text.colour) >= LIGHT


def _is_outside(box: Bounds, clip: Bounds | None) -> bool:
    return clip is not None and not _meet(box, clip)


def _meet(one: Bounds, other: Bounds) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _touched(boxed: Sequence[_Doubted], drawn: Drawn) -> set[int]:
    """Texts (addresses) that a later area covers in part, or that stand on an earlier one of nearly their own colour."""
    boxes = np.array([box for _, box in boxed])
    orders = np.array([text.order for text, _ in boxed])
    colours = [text.colour for text, _ in boxed]
    inks = [ink for ink in set(colours) if ink is not None]
    found = np.zeros(len(boxed), dtype=bool)
    first = int(orders.min())
    for area in drawn.areas:
        grounded = {ink for ink in inks if area.colour is not None and _is_alike(ink, area.colour)}
        if area.order < first and not grounded:
            continue
        x0, y0, x1, y1 = area.box
        over = (boxes[:, 0] < x1 - 1) & (x0 < boxes[:, 2] - 1) & (boxes[:, 1] < y1 - 1) & (y0 < boxes[:, 3] - 1)
        covered = over & (orders < area.order)
        if grounded:
            covered |= over & np.array([colour in grounded for colour in colours])
        found |= covered
    return {text.address for (text, _), is_found in zip(boxed, found.tolist(), strict=True) if is_found}


def _is_alike(one: Colour, other: Colour) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= ALIKE


class Judge:
    """A page that is rendered as it is displayed, once for each turn of hiding texts."""

    def __init__(self, page: Any, displayed: Frame) -> None:
        """`displayed` maps rectangles of user space into the frame of the displayed page, in points."""
        self.page = page
        self.displayed = displayed
        self.unseen_count = 0
        self.changes: dict[int, Picture] = {}
        """For each text (address) that was doubted and is seen: the pixels that change without it, and without those of its turn."""

    def hide_unseen(self, texts: Sequence[_Doubted]) -> None:
        """Take those of the texts off the page that are not seen at all."""
        if not texts:
            return
        self._look_at([box for _, box in texts])
        before = self._picture()
        for turn in _turns(texts):
            for text, _ in turn:
                calls.set_active(text.address, 0)
            change = np.abs(before.astype(np.int16) - self._picture()).max(axis=2) > SEEN
            for text, box in turn:
                ((x0, top, x1, bottom),) = self._pixels([box])
                if change[top:bottom, x0:x1].any():
                    calls.set_active(text.address, 1)
                    self.changes[text.address] = change
                else:
                    self.unseen_count += 1
                    calls.transform(text.address, 1, 0, 0, 1, *_AWAY)

    def without_ink(self, address: int, characters: Sequence[tuple[int, Bounds]]) -> set[int]:
        """The characters of a text (numbered, with their rectangles in user space) that are not seen; none where its ink lies beside all of them."""
        change = self.changes[address]
        places = self._pixels([place for _, place in characters])
        inkless = {
            number
            for (number, _), (x0, top, x1, bottom) in zip(characters, places, strict=True)
            if not change[top:bottom, x0:x1].any()
        }
        return set() if len(inkless) == len(characters) else inkless

    def _look_at(self, boxes: Sequence[Bounds]) -> None:
        """Choose the part of the page that holds these rectangles, and the scale."""
        shown = self.displayed.boxes(np.array(boxes))
        left, top = np.maximum(shown[:, :2].min(axis=0) - 2, 0)
        right = min(shown[:, 2].max() + 2, self.displayed.width)
        bottom = min(shown[:, 3].max() + 2, self.displayed.height)
        self.left, self.top = float(left), float(top)
        wide, high = max(float(right) - self.left, 1.0), max(float(bottom) - self.top, 1.0)
        self.scale = min(PIXELS_PER_POINT, (MOST_PIXELS / (wide * high)) ** 0.5)
        self.width, self.height = max(1, round(wide * self.scale)), max(1, round(high * self.scale))

    def _picture(self) -> Picture:
        bitmap = pdfium.FPDFBitmap_CreateEx(self.width, self.height, pdfium.FPDFBitmap_BGR, None, 0)
        try:
            pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, self.width, self.height, 0xFFFFFFFF)
            pdfium.FPDF_RenderPageBitmap(
                bitmap,
                self.page,
                -round(self.left * self.scale),
                -round(self.top * self.scale),
                round(self.displayed.width * self.scale),
                round(self.displayed.height * self.scale),
                0,
                0,
            )
            stride = pdfium.FPDFBitmap_GetStride(bitmap)
            size = ctypes.POINTER(ctypes.c_ubyte * (stride * self.height))
            buffer = ctypes.cast(pdfium.FPDFBitmap_GetBuffer(bitmap), size).contents
            rows = np.frombuffer(buffer, dtype=np.uint8).reshape(self.height, stride)[:, : 3 * self.width]
            return rows.reshape(self.height, self.width, 3).copy()
        finally:
            pdfium.FPDFBitmap_Destroy(bitmap)

    def _pixels(self, boxes: Sequence[Bounds]) -> list[list[int]]:
        """Rectangles of user space in pixels of the picture."""
        shown = self.displayed.boxes(np.array(boxes)) - np.array([self.left, self.top, self.left, self.top])
        whole = np.concatenate([np.floor(shown[:, :2] * self.scale), np.ceil(shown[:, 2:] * self.scale)], axis=1)
        limits = np.array([self.width, self.height, self.width, self.height])
        return np.clip(whole, 0, limits).astype(int).tolist()


def _turns(texts: Sequence[_Doubted]) -> list[list[_Doubted]]:
    """Texts, lowest first, in groups none of whose members lie over one another."""
    boxes = np.array([box for _, box in texts])
    number = np.full(len(texts), -1)
    turns: list[list[_Doubted]] = [[] for _ in range(MOST_TURNS)]
    for place, ((x0, y0, x1, y1), text) in enumerate(zip(boxes.tolist(), texts, strict=True)):
        before = boxes[:place]
        met = (before[:, 0] < x1 - 1) & (before[:, 2] > x0 + 1) & (before[:, 1] < y1 - 1) & (before[:, 3] > y0 + 1)
        # later than all that lies below it
        number[place] = number[:place][met].max() + 1 if met.any() else 0
        if number[place] < MOST_TURNS:
            turns[number[place]].append(text)
    return [turn for turn in turns if turn]

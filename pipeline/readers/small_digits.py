"""Small digits set above or below a number's line: the mark of a note, and never a digit of the number that it stands behind.

Belongs here: telling them by their size and their place beside the digits to their left. Does not belong here: the characters that
stand for them (`raised`), what is done with marks of notes (`pipeline.forms.text`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.readers.characters import Characters
from pipeline.readers.raised import raised

SMALL = 0.78
"""A mark is less high than so much of the digit that it stands behind."""
SHIFT = 0.08
"""Its middle stands so many heights of that digit above or below the digit's middle, at least."""
REACH = 0.5
"""It stands no further behind than so many heights."""
MOST = 400
"""A page with more that look like marks has text of two sizes."""

_DIGITS = "0123456789"
_END_OF_NUMBER = frozenset(_DIGITS + "%％)）")

Places = np.ndarray[Any, Any]


def mark_small_digits(characters: Characters) -> None:
    """Write digits that are marks of notes as raised or lowered ones, in place."""
    text = characters.text
    digits = np.array([character in _DIGITS for character in text], dtype=bool)
    if not digits.any():
        return
    top, bottom = np.array(characters.top), np.array(characters.bottom)
    height = bottom - top
    if height[digits].min() >= SMALL * height.max():
        return
    before = np.concatenate([[np.median(height[digits])], height[:-1]])
    found = np.nonzero(digits & (height < SMALL * np.maximum(before, np.median(height[digits]))))[0]
    if not 0 < len(found) <= MOST:
        return
    x0, x1 = np.array(characters.x0), np.array(characters.x1)
    marks: dict[int, int] = {}
    for index in found[np.argsort(x0[found], kind="stable")].tolist():
        left = _left_of(index, x0, x1, top, bottom, height)
        if left is None:
            continue
        number = marks.get(left, left)
        if text[number] not in _END_OF_NUMBER or height[index] >= SMALL * height[number]:
            continue
        rise = (top[number] + bottom[number] - top[index] - bottom[index]) / 2
        if abs(rise) > SHIFT * height[number]:
            marks[index] = number
            text[index] = raised(text[index], text[number], is_lowered=rise < 0)
            # it belongs to the line of its number, however far it stands above or below
            characters.top[index], characters.bottom[index] = characters.top[number], characters.bottom[number]


def _left_of(index: int, x0: Places, x1: Places, top: Places, bottom: Places, height: Places) -> int | None:
    """The character that ends nearest before this one begins, and stands beside half of it at least: one of its own size, if there is one."""
    reach = REACH * np.maximum(height, height[index])
    gap = x0[index] - x1
    shared = np.minimum(bottom, bottom[index]) - np.maximum(top, top[index])
    beside = (gap > -0.3 * height[index]) & (gap < reach) & (shared > 0.5 * height[index]) & (x0 < x0[index])
    places = np.nonzero(beside)[0]
    if not len(places):
        return None
    # the line of its own size that it stands in comes before what happens to reach into it
    level = np.abs(top[places] + bottom[places] - top[index] - bottom[index]) < 0.3 * height[index]
    own = places[level & (np.abs(height[places] - height[index]) < 0.15 * height[index])]
    nearest = own if len(own) else places
    return int(nearest[np.argmax(x1[nearest])])

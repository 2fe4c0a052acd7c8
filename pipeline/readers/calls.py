"""Functions of PDFium, called without ctypes' checks of pointer types: addresses are passed as integers.

Belongs here: their prototypes, and buffers for their results. Does not belong here: what is done with them (`drawn`, `ink`, `pdf`).

Most of the time of a PDF's reader goes into calls across the C boundary; the checks would double it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import pypdfium2.raw as pdfium


def _prototype(function: Any, *arguments: Any, result: Any = ctypes.c_int) -> Callable[..., Any]:
    """The same C function without ctypes' checks of pointer types: addresses are passed as integers."""
    address = ctypes.cast(function, ctypes.c_void_p).value
    assert address is not None
    return ctypes.CFUNCTYPE(result, *arguments)(address)


ADDRESS = _P = ctypes.c_void_p
_I = ctypes.c_int
loose_box = _prototype(pdfium.FPDFText_GetLooseCharBox, _P, _I, _P)
tight_box = _prototype(pdfium.FPDFText_GetCharBox, _P, _I, _P, _P, _P, _P)
text_object = _prototype(pdfium.FPDFText_GetTextObject, _P, _I, result=_P)
char_matrix = _prototype(pdfium.FPDFText_GetMatrix, _P, _I, _P)
object_count = _prototype(pdfium.FPDFPage_CountObjects, _P)
object_at = _prototype(pdfium.FPDFPage_GetObject, _P, _I, result=_P)
form_count = _prototype(pdfium.FPDFFormObj_CountObjects, _P)
form_object_at = _prototype(pdfium.FPDFFormObj_GetObject, _P, ctypes.c_ulong, result=_P)
object_type = _prototype(pdfium.FPDFPageObj_GetType, _P)
object_bounds = _prototype(pdfium.FPDFPageObj_GetBounds, _P, _P, _P, _P, _P)
object_matrix = _prototype(pdfium.FPDFPageObj_GetMatrix, _P, _P)
fill_colour = _prototype(pdfium.FPDFPageObj_GetFillColor, _P, _P, _P, _P, _P)
stroke_colour = _prototype(pdfium.FPDFPageObj_GetStrokeColor, _P, _P, _P, _P, _P)
draw_mode = _prototype(pdfium.FPDFPath_GetDrawMode, _P, _P, _P)
segment_count = _prototype(pdfium.FPDFPath_CountSegments, _P)
segment_at = _prototype(pdfium.FPDFPath_GetPathSegment, _P, _I, result=_P)
segment_point = _prototype(pdfium.FPDFPathSegment_GetPoint, _P, _P, _P)
segment_type = _prototype(pdfium.FPDFPathSegment_GetType, _P)
segment_closes = _prototype(pdfium.FPDFPathSegment_GetClose, _P)
clip_path = _prototype(pdfium.FPDFPageObj_GetClipPath, _P, result=_P)
clip_count = _prototype(pdfium.FPDFClipPath_CountPaths, _P)
clip_segment_count = _prototype(pdfium.FPDFClipPath_CountPathSegments, _P, _I)
clip_segment = _prototype(pdfium.FPDFClipPath_GetPathSegment, _P, _I, _I, result=_P)
font_of = _prototype(pdfium.FPDFTextObj_GetFont, _P, result=_P)
font_data = _prototype(pdfium.FPDFFont_GetFontData, _P, _P, ctypes.c_size_t, _P)
glyph_path = _prototype(pdfium.FPDFFont_GetGlyphPath, _P, ctypes.c_uint32, ctypes.c_float, result=_P)
glyph_segment_count = _prototype(pdfium.FPDFGlyphPath_CountGlyphSegments, _P)
glyph_segment = _prototype(pdfium.FPDFGlyphPath_GetGlyphPathSegment, _P, _I, result=_P)
render_mode = _prototype(pdfium.FPDFTextObj_GetTextRenderMode, _P)
stroke_width = _prototype(pdfium.FPDFPageObj_GetStrokeWidth, _P, _P)
set_active = _prototype(pdfium.FPDFPageObj_SetIsActive, _P, _I)
transform = _prototype(pdfium.FPDFPageObj_Transform, _P, *[ctypes.c_double] * 6, result=None)
mark_count = _prototype(pdfium.FPDFPageObj_CountMarks, _P)
mark_at = _prototype(pdfium.FPDFPageObj_GetMark, _P, ctypes.c_ulong, result=_P)
mark_name = _prototype(pdfium.FPDFPageObjMark_GetName, _P, _P, ctypes.c_ulong, _P)


def address_of(handle: Any) -> int:
    """The address that a handle of the checked functions stands for; 0 for none."""
    return ctypes.cast(handle, ADDRESS).value or 0


class Scratch:
    """Buffers for results of C calls, allocated once."""

    def __init__(self) -> None:
        self.floats = (ctypes.c_float * 8)()
        self.integers = (ctypes.c_uint * 4)()
        base, whole = ctypes.addressof(self.floats), ctypes.addressof(self.integers)
        self.f = [base + 4 * index for index in range(8)]
        self.i = [whole + 4 * index for index in range(4)]

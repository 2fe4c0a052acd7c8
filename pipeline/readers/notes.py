"""Annotations of a PDF's page: which print something of their own, and which hold a value that they do not show.

Belongs here: asking PDFium for them. Does not belong here: drawing them into the page (`pdf`), files that are attached (`pdf`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as pdfium

from pipeline.readers.printed import Unread

DRAWN = frozenset(
    {
        pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_LINE, pdfium.FPDF_ANNOT_SQUARE, pdfium.FPDF_ANNOT_CIRCLE, pdfium.FPDF_ANNOT_POLYGON,
        pdfium.FPDF_ANNOT_POLYLINE, pdfium.FPDF_ANNOT_STAMP, pdfium.FPDF_ANNOT_INK, pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_WATERMARK,
        pdfium.FPDF_ANNOT_REDACT,
    }
)  # fmt: skip
"""Kinds of annotation that print something of their own on the page, unlike links, marks on text, and notes that open in a window."""
_EMPTY = 2
"""Bytes of a value without a character."""


@dataclass(slots=True)
class Found:
    """The kinds of annotations on a page, and the values of form fields for which the file holds no appearance."""

    kinds: set[int] = field(default_factory=set)
    values: list[str] = field(default_factory=list)


def on_page(page: Any) -> Found:
    """What stands on a page."""
    found = Found()
    for number in range(pdfium.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium.FPDFPage_GetAnnot(page, number)
        kind = pdfium.FPDFAnnot_GetSubtype(annotation)
        found.kinds.add(kind)
        if kind == pdfium.FPDF_ANNOT_WIDGET and not pdfium.FPDFAnnot_HasKey(annotation, b"AP"):
            value = _value(annotation)
            if value.strip():
                found.values.append(value)
        pdfium.FPDFPage_CloseAnnot(annotation)
    return found


def unread(values: Sequence[str], page_number: int) -> Unread:
    """What is said of fields that are not shown: some programs draw them, others leave them blank."""
    numeric = sum(any(character.isdigit() for character in value) for value in values)
    detail = f"{len(values)} form fields hold values that the page does not draw"
    return Unread(detail, page_number, numeric)


def _value(annotation: Any) -> str:
    size = pdfium.FPDFAnnot_GetStringValue(annotation, b"V", None, 0)
    if size <= _EMPTY:
        return ""
    buffer = (pdfium.FPDF_WCHAR * (size // 2))()
    pdfium.FPDFAnnot_GetStringValue(annotation, b"V", buffer, size)
    return bytes(buffer)[: size - _EMPTY].decode("utf-16-le", errors="replace")

"""The typeface that PDFium draws with where a PDF does not carry its own: one that the project brings along, on every machine.

Belongs here: answering PDFium when it asks for a font. Does not belong here: fonts that a PDF embeds (PDFium reads those itself),
what is done with the characters (`pdf`).

PDFium drops characters for which it finds no font: without an answer of the project, the reading of a page would depend on what is
installed. Fonts of Western names it draws with outlines of its own, which it does when no font is offered.
"""

from __future__ import annotations

import ctypes
from functools import lru_cache
from importlib import resources
from typing import Any

import pypdfium2.raw as pdfium

FONT_PACKAGE = "cvttf_NotoSansCJK_Regular"
_CHINESE_JAPANESE_KOREAN = frozenset({128, 129, 134, 136})
"""Character sets as Windows numbers them: Shift JIS, Hangul, GB 2312, Big 5."""
_TYPEFACE = 1
"""The handle by which PDFium knows the font; there is but one."""


@lru_cache(maxsize=1)
def _font_data() -> bytes:
    folder = resources.files(FONT_PACKAGE)
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".otf"):
            return file.read_bytes()
    raise FileNotFoundError(f"package {FONT_PACKAGE} holds no .otf file; install the packages of requirements.txt")


def _map_font(_info: Any, _weight: int, _italic: int, charset: int, _pitch: int, _face: Any, _exact: Any) -> int | None:
    return _TYPEFACE if charset in _CHINESE_JAPANESE_KOREAN else None


def _font_bytes(_info: Any, _font: Any, table: int, buffer: Any, size: int) -> int:
    """The whole font where no table is asked for; PDFium asks first for the length, then again with a buffer for as much."""
    if table:
        return 0
    data = _font_data()
    if buffer and size >= len(data):
        ctypes.memmove(buffer, data, len(data))
    return len(data)


@lru_cache(maxsize=1)
def use_own_typefaces() -> Any:
    """Let PDFium ask the project, and not the system, for fonts. What is returned must live as long as PDFium does."""
    info = pdfium.FPDF_SYSFONTINFO(version=1)
    for name, function in (("MapFont", _map_font), ("GetFontData", _font_bytes)):
        kind = dict(pdfium.FPDF_SYSFONTINFO._fields_)[name]
        setattr(info, name, kind(function))
    pdfium.FPDF_SetSystemFontInfo(info)
    return info

"""The typeface of the specimens: Noto Sans CJK (SIL Open Font License), cut down to the characters of one document.

Belongs here: finding the font of the package and turning its outlines into ones that reportlab embeds. Does not belong here:
choosing sizes and places.
"""

from __future__ import annotations

import io
from functools import cache
from importlib import metadata
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

FONT_PACKAGE = "cvttf-notosanscjk-regular"
LARGEST_ERROR = 1.0
"""Deviation, in font units of a thousandth of an em, that a quadratic outline may have from the cubic one."""


@cache
def _font_file() -> Path:
    for file in metadata.files(FONT_PACKAGE) or ():
        if file.suffix == ".otf":
            return Path(str(file.locate()))
    raise FileNotFoundError(f"package {FONT_PACKAGE} holds no .otf file")


def cut_font(characters: set[str], name: str) -> io.BytesIO:
    """A TrueType font of this name that holds these characters alone. Raises ValueError, naming them, where some are missing."""
    source = TTFont(_font_file(), lazy=True)
    names = source.getBestCmap()
    missing = sorted(character for character in characters if ord(character) not in names)
    if missing:
        raise ValueError(f"the font has no glyph for {missing}")
    cmap = {ord(character): names[ord(character)] for character in sorted(characters)}
    order = [".notdef", *dict.fromkeys(cmap.values())]
    glyph_set, advances = source.getGlyphSet(), source["hmtx"]
    glyphs, metrics = {}, {}
    for glyph in order:
        pen = TTGlyphPen(None)
        glyph_set[glyph].draw(Cu2QuPen(pen, LARGEST_ERROR, reverse_direction=True))
        glyphs[glyph] = pen.glyph()
        glyphs[glyph].recalcBounds(None)
        metrics[glyph] = (advances[glyph][0], getattr(glyphs[glyph], "xMin", 0))
    builder = FontBuilder(source["head"].unitsPerEm, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(cmap)
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(metrics)
    builder.setupHorizontalHeader(ascent=source["hhea"].ascent, descent=source["hhea"].descent)
    builder.setupNameTable({"familyName": name, "styleName": "Regular", "psName": f"{name}-Regular"})
    builder.setupOS2(sTypoAscender=source["OS/2"].sTypoAscender, sTypoDescender=source["OS/2"].sTypoDescender)
    builder.setupPost()
    # A fixed date, so that the same characters give the same bytes.
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.font.recalcTimestamp = False
    result = io.BytesIO()
    builder.save(result)
    result.seek(0)
    return result

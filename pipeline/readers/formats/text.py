"""Markdown and plain text: what is left when no other format knows the bytes.

Belongs here: telling text from other bytes. Does not belong here: reading it (`pipeline.readers.text`).
"""

from __future__ import annotations

import codecs

from pipeline.readers.formats.format import Evidence, Format
from pipeline.readers.printed import PrintedDocument


def _read(data: bytes) -> PrintedDocument:
    from pipeline.readers import text

    return text.read(data)


def _is_text(evidence: Evidence) -> bool:
    """Whether no zeros stand at the start, but for those of wide encodings that say so; which encoding it is is told when it is read."""
    return b"\x00" not in evidence.head or evidence.data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


FORMATS = (Format("text", "a text", _is_text, _read),)

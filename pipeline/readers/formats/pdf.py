"""PDF.

Belongs here: telling and naming the format. Does not belong here: reading it (`pipeline.readers.pdf`).
"""

from __future__ import annotations

from pipeline.readers.formats.format import Format
from pipeline.readers.printed import PrintedDocument


def _read(data: bytes) -> PrintedDocument:
    from pipeline.readers import pdf

    return pdf.read(data)


FORMATS = (
    Format(
        "pdf",
        "a PDF",
        # It may begin with some other bytes: the standard's implementation notes allow 1024.
        detects=lambda evidence: b"%PDF-" in evidence.data[:1024],
        read=_read,
        is_whole=lambda data: b"%%EOF" in data[-2048:],
    ),
)

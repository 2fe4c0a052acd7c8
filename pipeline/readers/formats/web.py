"""Web pages, and web archives as browsers and Office programs save them.

Belongs here: telling and naming the formats. Does not belong here: reading them (`pipeline.readers.html`).
"""

from __future__ import annotations

import re

from pipeline.readers.formats.format import Evidence, Format
from pipeline.readers.printed import PrintedDocument

_PAGE = re.compile(rb"<\s*(?:!doctype\s+html|html|head|body|table|meta|title|script|div|center)\b")
_ARCHIVE = re.compile(rb"^(?:mime-version:|content-type:\s*multipart/related)", re.IGNORECASE | re.MULTILINE)


def _read(data: bytes) -> PrintedDocument:
    from pipeline.readers import html

    return html.read(data)


def _read_archive(data: bytes) -> PrintedDocument:
    from pipeline.readers import html

    return html.read_archive(data)


def _is_page(evidence: Evidence) -> bool:
    text = evidence.text
    return (text.startswith(b"<") and _PAGE.search(text) is not None) or b"<html" in text[:1024]


FORMATS = (
    Format(
        "mhtml", "a web archive (MHTML)", lambda evidence: _ARCHIVE.search(evidence.head) is not None, _read_archive
    ),
    Format(
        "html",
        "a web page",
        detects=_is_page,
        read=_read,
        is_whole=lambda data: True if b"</html" in data[-2048:].lower() else None,
    ),
)

"""Text documents: Word's, those of other programs that Word opens, OpenDocument.

Belongs here: telling and naming the formats. Does not belong here: reading them (`pipeline.readers.word`).
"""

from __future__ import annotations

from functools import partial

from pipeline.readers.formats.format import Evidence, Format, is_whole_package
from pipeline.readers.printed import PrintedDocument

_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.text"


def _read(kind: str, data: bytes) -> PrintedDocument:
    from pipeline.readers import word

    return word.read(data, kind)


def _is_legacy(evidence: Evidence) -> bool:
    """Word up to 2003 (also .wps of WPS Office), RTF, and Word's documents of one XML file."""
    if "WordDocument" in evidence.streams or evidence.data.startswith(b"{\\rtf"):
        return True
    text = evidence.text
    return text.startswith(b"<?xml") and (b"word.document" in text or b"schemas.microsoft.com/office/word" in text)


FORMATS = (
    Format(
        "docx",
        "a Word document",
        detects=lambda evidence: evidence.has_folder("word/"),
        read=partial(_read, "docx"),
        is_whole=is_whole_package,
    ),
    Format("doc", "a Word document of the old format", detects=_is_legacy, read=partial(_read, "doc")),
    Format(
        "odt",
        "an OpenDocument text",
        # it says in its first entry, which is not packed, what it is
        detects=lambda evidence: bool(evidence.names) and _OPEN_DOCUMENT in evidence.data[:200],
        read=partial(_read, "odt"),
        is_whole=is_whole_package,
    ),
)

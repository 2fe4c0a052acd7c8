"""Workbooks: Excel's of all times, those of other programs that Excel opens, OpenDocument.

Belongs here: telling and naming the formats. Does not belong here: reading them (`pipeline.readers.excel`).
"""

from __future__ import annotations

from functools import partial

from pipeline.readers.formats.format import Evidence, Format, is_whole_package
from pipeline.readers.printed import PrintedDocument

_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
_STREAMS = frozenset(("Workbook", "Book", "WORKBOOK", "BOOK"))
_BIFF = (b"\x09\x08\x10\x00\x00\x06\x05\x00", b"\x09\x08\x08\x00\x00\x05\x05\x00", b"\x09\x04\x06\x00\x00\x00\x10\x00")
"""Workbooks older than compound files begin so."""


def _read(kind: str, data: bytes) -> PrintedDocument:
    from pipeline.readers import excel

    return excel.read(data, kind)


def _is_one_xml_file(evidence: Evidence) -> bool:
    text = evidence.text
    return text.startswith(b"<") and b"urn:schemas-microsoft-com:office:spreadsheet" in text and b"<html" not in text


FORMATS = (
    Format(
        "xlsb",
        "a binary Excel workbook (.xlsb)",
        detects=lambda evidence: "xl/workbook.bin" in evidence.names,
        read=partial(_read, "xlsb"),
        is_whole=is_whole_package,
    ),
    Format(
        "xlsx",
        "an Excel workbook",
        detects=lambda evidence: evidence.has_folder("xl/"),
        read=partial(_read, "xlsx"),
        is_whole=is_whole_package,
    ),
    Format(
        "xls",
        "an Excel workbook of the old format",
        detects=lambda evidence: bool(evidence.streams & _STREAMS) or evidence.data.startswith(_BIFF),
        read=partial(_read, "xls"),
    ),
    Format(
        "xml2003", "an Excel workbook of one XML file (SpreadsheetML 2003)", _is_one_xml_file, partial(_read, "xml2003")
    ),
    Format(
        "ods",
        "an OpenDocument spreadsheet",
        detects=lambda evidence: bool(evidence.names) and _OPEN_DOCUMENT in evidence.data[:200],
        read=partial(_read, "ods"),
        is_whole=is_whole_package,
    ),
)

"""Workbooks -> one page per sheet, its cells as Excel would show them.

Belongs here: which kind of workbook is read by which module, and which by way of LibreOffice. Does not belong here: any one kind
(`workbooks`), meaning.
"""

from __future__ import annotations

from pipeline.readers.printed import PrintedDocument
from pipeline.readers.word import convert
from pipeline.readers.workbooks import spreadsheet_xml, xls, xlsx
from pipeline.readers.workbooks.sheet import document_of

_READERS = {"xlsx": xlsx.read, "xls": xls.read, "xml2003": spreadsheet_xml.read}


def read(data: bytes, kind: str = "xlsx") -> PrintedDocument:
    """Read a workbook: `kind` 'xlsx', 'xls', 'xml2003' or, through LibreOffice, 'xlsb' or 'ods'.

    Raises Unreadable: damaged_file, truncated_file, encrypted_file, limit_exceeded, converter_missing.
    """
    sheets = _READERS[kind](data) if kind in _READERS else xlsx.read(convert(data, "xlsx", f".{kind}"))
    return document_of(sheets, kind)

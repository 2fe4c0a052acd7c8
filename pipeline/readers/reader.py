"""Bytes of any kind -> a printed document, or the reason why not.

Belongs here: telling formats by content, never by name; archives. Does not belong here: any one format (`pdf`, `word`, `excel`,
`html`, `text`).
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from pipeline.readers.printed import PrintedDocument, Unreadable

MOST_MEMBERS = 2000
MOST_BYTES = 1 << 30
MOST_RATIO = 200
"""A member that unpacks to more times its packed size is a bomb, once it is larger than a few megabytes."""
MOST_DEPTH = 3

_HTML = re.compile(rb"<\s*(?:!doctype\s+html|html|head|body|table|meta|title)\b", re.IGNORECASE)

_WEB_ARCHIVE = re.compile(rb"^(?:mime-version:|content-type:\s*multipart/related)", re.IGNORECASE | re.MULTILINE)


def detect_format(data: bytes) -> str:
    """The format told from the bytes: pdf, docx, doc, xlsx, xls, odt, ods, html, mhtml, text, zip or unknown; '' where there are no bytes."""
    if not data.strip(b"\x00 \t\r\n"):
        return ""
    head = data[:1024]
    if b"%PDF-" in head:
        return "pdf"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _package_format(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _compound_format(data)
    if data.startswith(b"{\\rtf"):
        return "doc"
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<?xml") and (b"Word.Document" in start or b"schemas.microsoft.com/office/word" in start):
        return "doc"
    if _WEB_ARCHIVE.search(data[:4096]):
        return "mhtml"
    if start.startswith(b"<") and _HTML.search(start):
        return "html"
    if any(data.startswith(mark) for mark in _BINARY_MARKS) or (
        b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff"))
    ):
        return "unknown"
    return "text"


_BINARY_MARKS = (
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"II*\x00",
    b"MM\x00*",
    b"OFD",
)


_OPEN_DOCUMENTS = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
}


def _package_format(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = set(package.namelist())
    except Exception:  # noqa: BLE001 (damaged directories fail in many ways)
        # a package whose directory at the end is lost: its first entries still tell what it was
        head = data[:4096]
        if b"word/" in head:
            return "docx"
        return "xlsx" if b"xl/" in head else "zip"
    if any(name.startswith("word/") for name in names):
        return "docx"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    # An OpenDocument says in its first entry, which is not packed, what it is.
    return next((kind for mark, kind in _OPEN_DOCUMENTS.items() if mark in data[:200]), "zip")


def _compound_format(data: bytes) -> str:
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as compound:
            streams = {entry[0] for entry in compound.listdir()}
    except Exception:  # noqa: BLE001 (damaged bytes make the library fail in ways of its own; telling a format never fails)
        return (
            "doc"
            if b"W\x00o\x00r\x00d\x00D\x00o\x00c" in data
            else "xls"
            if b"W\x00o\x00r\x00k\x00b\x00o\x00o\x00k" in data
            else "unknown"
        )
    if "EncryptedPackage" in streams:
        return "encrypted"
    if "WordDocument" in streams:
        return "doc"
    if streams & {"Workbook", "Book", "WORKBOOK", "BOOK"}:
        return "xls"
    return "unknown"


def read(data: bytes) -> PrintedDocument:
    """Read a document. Raises `Unreadable` with a reason of schemas/refusal_reasons.csv where it cannot be read at all.

    An archive (format 'zip') is no document: its members are, see `members`.
    """
    kind = detect_format(data)
    if kind == "":
        raise Unreadable("empty_file", f"the file holds {len(data)} bytes and nothing in them")
    if kind == "pdf":
        from pipeline.readers import pdf

        return pdf.read(data)
    if kind in ("docx", "doc", "odt"):
        from pipeline.readers import word

        return word.read(data, kind)
    if kind in ("xlsx", "xls", "ods"):
        from pipeline.readers import excel

        return excel.read(data, kind)
    if kind == "html":
        from pipeline.readers import html

        return html.read(data)
    if kind == "mhtml":
        from pipeline.readers import html

        return html.read_archive(data)
    if kind == "text":
        from pipeline.readers import text

        return text.read(data)
    if kind == "encrypted":
        raise Unreadable("encrypted_file", "an Office document protected by a password")
    if kind == "zip":
        raise Unreadable(
            "unknown_format",
            "an archive is no document; its members are read one by one",
        )
    raise Unreadable("unknown_format", f"the first bytes are {data[:8]!r}")


def members(data: bytes, depth: int = 0) -> list[tuple[str, bytes]]:
    """Files inside a ZIP archive as (path inside the archive, bytes), archives inside it opened too, in the archive's order.

    Raises Unreadable: encrypted_file (a member asks for a password), damaged_file, truncated_file, limit_exceeded (too many members, too large, packed
    beyond reason, archives nested too deep). Paths are only names: nothing is written.
    """
    if depth >= MOST_DEPTH:
        raise Unreadable("limit_exceeded", f"archives nested deeper than {MOST_DEPTH}")
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except Exception as error:
        reason = "truncated_file" if b"PK\x05\x06" not in data[-70_000:] else "damaged_file"
        raise Unreadable(reason, f"the ZIP archive cannot be opened ({error})") from error
    with package:
        entries = [entry for entry in package.infolist() if not entry.filename.endswith("/")]
        if len(entries) > MOST_MEMBERS:
            raise Unreadable(
                "limit_exceeded",
                f"{len(entries)} members; at most {MOST_MEMBERS} are read",
            )
        total = sum(entry.file_size for entry in entries)
        if total > MOST_BYTES:
            raise Unreadable(
                "limit_exceeded",
                f"the archive unpacks to {total} bytes; at most {MOST_BYTES} are read",
            )
        result: list[tuple[str, bytes]] = []
        for entry in entries:
            name = _member_name(entry)
            if name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1] in (
                ".DS_Store",
                "Thumbs.db",
                "desktop.ini",
            ):
                continue
            if entry.flag_bits & 0x1:
                raise Unreadable("encrypted_file", f"member {name} asks for a password")
            if entry.file_size > 8_000_000 and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
                raise Unreadable(
                    "limit_exceeded",
                    f"member {name} unpacks to {entry.file_size} bytes from {entry.compress_size}",
                )
            try:
                with package.open(entry) as stream:
                    content = stream.read(entry.file_size + 1)
            except (
                zipfile.BadZipFile,
                OSError,
                EOFError,
                NotImplementedError,
                ValueError,
                RuntimeError,
                zlib.error,
            ) as error:
                raise Unreadable("damaged_file", f"member {name} cannot be unpacked ({error})") from error
            if len(content) > entry.file_size:
                raise Unreadable(
                    "damaged_file",
                    f"member {name} holds more than the {entry.file_size} bytes it states",
                )
            if detect_format(content) == "zip":
                result.extend((f"{name}/{inner}", inside) for inner, inside in members(content, depth + 1))
            else:
                result.append((name, content))
        return result


def _member_name(entry: zipfile.ZipInfo) -> str:
    """The member's name; archives made by Chinese systems name members in GB 18030 without saying so."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return entry.filename

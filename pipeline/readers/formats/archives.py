"""Archives: ZIP, RAR and 7z.

Belongs here: telling the formats, and opening archives within limits. Does not belong here: what the documents inside are; writing anything:
paths are only names.
"""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from pipeline.readers.formats.format import PACKAGE, Format, is_whole_package
from pipeline.readers.printed import Unreadable

MOST_MEMBERS = 2000
MOST_BYTES = 1 << 30
MOST_RATIO = 200
"""A member that unpacks to more times its packed size is a bomb, once it is larger than a few megabytes."""
_SMALL = 8_000_000
_NO_DOCUMENTS = (".DS_Store", "Thumbs.db", "desktop.ini")
_FAILURES = (
    zipfile.BadZipFile, lzma.LZMAError, zlib.error, OSError, EOFError, NotImplementedError, ValueError, RuntimeError, KeyError, IndexError,
    AttributeError, TypeError, AssertionError,
)  # fmt: skip
"""What the libraries raise for damaged archives, but for exceptions of their own."""


@dataclass(frozen=True, slots=True)
class _Member:
    """One file in an archive as its directory states it, before anything is unpacked."""

    name: str
    size: int
    packed: int | None
    is_encrypted: bool
    read: Callable[[], bytes]


def _unpacked(members: list[_Member]) -> list[tuple[str, bytes]]:
    """Names and bytes of the members. Raises Unreadable: encrypted_file, damaged_file, limit_exceeded."""
    if len(members) > MOST_MEMBERS:
        raise Unreadable("limit_exceeded", f"{len(members)} members; at most {MOST_MEMBERS} are read")
    total = sum(member.size for member in members)
    if total > MOST_BYTES:
        raise Unreadable("limit_exceeded", f"the archive unpacks to {total} bytes; at most {MOST_BYTES} are read")
    result = []
    for member in members:
        if member.name.startswith("__MACOSX/") or member.name.rsplit("/", 1)[-1] in _NO_DOCUMENTS:
            continue
        if member.is_encrypted:
            raise Unreadable("encrypted_file", f"member {member.name} asks for a password")
        if member.packed is not None and member.size > _SMALL and member.size > MOST_RATIO * max(member.packed, 1):
            raise Unreadable(
                "limit_exceeded", f"member {member.name} unpacks to {member.size} bytes from {member.packed}"
            )
        content = member.read()
        if len(content) > member.size:
            raise Unreadable("damaged_file", f"member {member.name} holds more than the {member.size} bytes it states")
        result.append((member.name, content))
    return result


def _open_zip(data: bytes) -> list[tuple[str, bytes]]:
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except Exception as error:
        reason = "damaged_file" if is_whole_package(data) else "truncated_file"
        raise Unreadable(reason, f"the ZIP archive cannot be opened ({error})") from error

    def member(entry: zipfile.ZipInfo) -> _Member:
        name = _zip_name(entry)

        def read() -> bytes:
            try:
                with package.open(entry) as stream:
                    return stream.read(entry.file_size + 1)
            except _FAILURES as error:
                raise Unreadable("damaged_file", f"member {name} cannot be unpacked ({error})") from error

        return _Member(name, entry.file_size, entry.compress_size, bool(entry.flag_bits & 0x1), read)

    with package:
        return _unpacked([member(entry) for entry in package.infolist() if not entry.filename.endswith("/")])


def _zip_name(entry: zipfile.ZipInfo) -> str:
    """The member's name; archives made by Chinese systems name members in GB 18030 without saying so."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return entry.filename


def _open_rar(data: bytes) -> list[tuple[str, bytes]]:
    import rars

    options = rars.ReadOptions(
        max_member_output_bytes=MOST_BYTES, max_total_output_bytes=MOST_BYTES, max_header_count=10 * MOST_MEMBERS
    )
    try:
        archive = rars.RarFile.from_bytes(data, options=options)
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if any(entry.is_split_before or entry.is_split_after for entry in entries):
            raise Unreadable("truncated_file", "the RAR archive is one volume of several; join them into one archive")
        members = [
            _Member(entry.filename, entry.file_size, None if entry.is_solid else entry.compress_size, entry.is_encrypted,
                    partial(archive.read, entry))
            for entry in entries
        ]  # fmt: skip
        return _unpacked(members)
    except (rars.PasswordRequired, rars.BadPassword) as error:
        raise Unreadable("encrypted_file", f"the RAR archive asks for a password ({error})") from error
    except (rars.Error, *_FAILURES) as error:
        raise Unreadable("damaged_file", f"the RAR archive cannot be opened ({error})") from error


def _open_7z(data: bytes) -> list[tuple[str, bytes]]:
    import py7zr
    import py7zr.exceptions
    import py7zr.io

    try:
        with py7zr.SevenZipFile(io.BytesIO(data)) as archive:
            if archive.needs_password():
                raise Unreadable("encrypted_file", "the 7z archive asks for a password")
            entries = [entry for entry in archive.list() if not entry.is_directory]
            # Its members are packed together: the ratio is the archive's, not a member's.
            total = sum(entry.uncompressed for entry in entries)
            if total > _SMALL and total > MOST_RATIO * len(data):
                raise Unreadable("limit_exceeded", f"the 7z archive unpacks to {total} bytes from {len(data)}")
            held = py7zr.io.BytesIOFactory(MOST_BYTES)

            def read(name: str) -> bytes:
                if not held.products:
                    archive.extractall(factory=held)
                stream = held.products[name]
                stream.seek(0)
                return bytes(stream.read())

            members = [
                _Member(entry.filename, entry.uncompressed, None, False, partial(read, entry.filename))
                for entry in entries
            ]
            return _unpacked(members)
    except (py7zr.exceptions.PasswordRequired, py7zr.exceptions.UnsupportedCompressionMethodError) as error:
        raise Unreadable("encrypted_file", f"the 7z archive cannot be opened: {error}") from error
    except (py7zr.exceptions.ArchiveError, *_FAILURES) as error:
        raise Unreadable("damaged_file", f"the 7z archive cannot be opened ({error})") from error


FORMATS = (
    Format(
        "zip",
        "a ZIP archive",
        detects=lambda evidence: evidence.data.startswith(PACKAGE),
        members=_open_zip,
        is_whole=is_whole_package,
    ),
    Format("rar", "a RAR archive", lambda evidence: evidence.data.startswith(b"Rar!\x1a\x07"), members=_open_rar),
    Format("7z", "a 7z archive", lambda evidence: evidence.data.startswith(b"7z\xbc\xaf\x27\x1c"), members=_open_7z),
)

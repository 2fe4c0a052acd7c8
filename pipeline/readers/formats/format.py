"""What a format is: how its bytes are told, and what reads them.

Belongs here: the type that every module of this folder fills, and what it is told from. Does not belong here: any one format; their order
(`registry`).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from pipeline.readers.printed import PrintedDocument

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PACKAGE = (b"PK\x03\x04", b"PK\x05\x06")
_LOCAL_NAME = re.compile(rb"PK\x03\x04.{22}(..)..", re.DOTALL)
_HEAD_BYTES = 4096
_SEARCHED_BYTES = 1_000_000


class Evidence:
    """What the formats are told from: the first bytes, and the names inside a package or a compound file, looked up once."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.head = data[:_HEAD_BYTES]

    @cached_property
    def text(self) -> bytes:
        """The first bytes as those of a text: without byte order mark, blanks in front, and the zeros of wide encodings; lower case."""
        return self.head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()

    @cached_property
    def is_empty(self) -> bool:
        return not self.data.strip(b"\x00 \t\r\n")

    @cached_property
    def names(self) -> frozenset[str]:
        """Names in a ZIP package; where its directory is lost, those that its entries have at their own head. None in other files."""
        if not self.data.startswith(PACKAGE):
            return frozenset()
        try:
            with zipfile.ZipFile(io.BytesIO(self.data)) as package:
                return frozenset(package.namelist())
        except Exception:  # noqa: BLE001 (damaged directories fail in many ways)
            part = self.data[:_SEARCHED_BYTES]
            found = ((match.end(), int.from_bytes(match[1], "little")) for match in _LOCAL_NAME.finditer(part))
            return frozenset(part[start : start + size].decode("utf-8", "replace") for start, size in found)

    @cached_property
    def streams(self) -> frozenset[str]:
        """Names at the top of an OLE compound file; where its directory is damaged, those of the known ones that stand in its bytes."""
        import olefile

        if not self.data.startswith(COMPOUND):
            return frozenset()
        try:
            with olefile.OleFileIO(io.BytesIO(self.data)) as compound:
                return frozenset(entry[0] for entry in compound.listdir())
        except Exception:  # noqa: BLE001 (damaged bytes make the library fail in ways of its own; telling a format never fails)
            return frozenset(name for name in ("WordDocument", "Workbook") if name.encode("utf-16-le") in self.data)

    def has_folder(self, *folders: str) -> bool:
        return any(name.startswith(folders) for name in self.names)


@dataclass(frozen=True)
class Format:
    """One format. `read` is None where it is not read: then `advice` says what to do. `members` opens a container, whose documents stand by themselves."""

    name: str
    label: str
    """What a file of it is called, for refusals."""
    detects: Callable[[Evidence], bool]
    read: Callable[[bytes], PrintedDocument] | None = None
    members: Callable[[bytes], list[tuple[str, bytes]]] | None = None
    is_whole: Callable[[bytes], bool | None] = lambda data: None
    """Whether the structure is complete at its end; None for formats that do not tell."""
    advice: str = ""
    reason: str = "unknown_format"
    """Why it is not read, one of schemas/refusal_reasons.csv."""

    @property
    def is_document(self) -> bool:
        """Whether a file of this format is one that a source publishes, if only to be refused by name, and no web page or mere text."""
        return self.name not in ("html", "text", "empty", "unknown", "picture", "program", "packed")


def is_whole_package(data: bytes) -> bool:
    return b"PK\x05\x06" in data[-66_000:]

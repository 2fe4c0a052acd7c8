"""Office packages: ZIP files of XML parts that name one another.

Belongs here: whether a package can be opened within limits, what its parts name, and packages of the strict kind turned into the usual one. Does
not belong here: what any part holds (`word`, `workbooks`).
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

import lxml.etree

from pipeline.readers.printed import Unreadable

MOST_UNPACKED_BYTES = 400_000_000
DAMAGES = (
    KeyError, IndexError, ValueError, TypeError, AttributeError, EOFError, NotImplementedError, OSError, SyntaxError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What the libraries of Office packages raise for damaged ones."""

_STRICT = b"http://purl.oclc.org/ooxml/"
_USUAL = (
    (b"http://purl.oclc.org/ooxml/spreadsheetml/main", b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"),
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"),
    (b"http://purl.oclc.org/ooxml/drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
    (b"http://purl.oclc.org/ooxml/officeDocument/", b"http://schemas.openxmlformats.org/officeDocument/2006/"),
)  # fmt: skip
_PARSER = lxml.etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)


@dataclass(frozen=True, slots=True)
class Relation:
    """What a part names: the kind (the last word of its type), the name of the other part, and whether that is outside of the package."""

    kind: str
    target: str
    is_external: bool


def check_package(data: bytes, what: str) -> None:
    """Raise Unreadable where an Office package (a ZIP) is cut short, damaged or unpacks beyond reason."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            size = sum(entry.file_size for entry in package.infolist())
            if any(entry.flag_bits & 0x1 for entry in package.infolist()):
                raise Unreadable("encrypted_file", f"the {what} is protected by a password")
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        whole = b"PK\x05\x06" in data[-70_000:]
        raise Unreadable(
            "damaged_file" if whole else "truncated_file", f"the {what} cannot be unpacked: {error}"
        ) from error
    if size > MOST_UNPACKED_BYTES:
        raise Unreadable("limit_exceeded", f"the {what} unpacks to {size} bytes")


def usual(data: bytes, main: str) -> bytes:
    """A package of the strict kind (ISO/IEC 29500) with the names of the usual kind; any other as it is. `main` is its main part."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        try:
            is_strict = _STRICT in source.read(main)
        except KeyError:
            return data
        if not is_strict:
            return data
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
            for name in source.namelist():
                content = source.read(name)
                if name.endswith((".xml", ".rels")):
                    for strict, transitional in _USUAL:
                        content = content.replace(strict, transitional)
                target.writestr(name, content)
    return buffer.getvalue()


def relations(package: zipfile.ZipFile, part: str) -> dict[str, Relation]:
    """What a part names, by identifier; nothing where it names nothing or the list cannot be read."""
    folder, _, name = part.rpartition("/")
    root = tree(package, f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels")
    if root is None:
        return {}
    return {
        element.get("Id", ""): Relation(
            element.get("Type", "").rpartition("/")[2],
            _resolved(folder, element.get("Target", "")),
            element.get("TargetMode") == "External",
        )
        for element in root.iter("{*}Relationship")
    }


def tree(package: zipfile.ZipFile, part: str) -> Any | None:
    """A part as a tree of XML, or None where it is absent or no XML."""
    try:
        data = package.read(part)
    except (*DAMAGES, RuntimeError):
        return None
    return parsed(data)


def parsed(data: bytes) -> Any | None:
    """The bytes of a part as a tree of XML, or None where they are none."""
    try:
        return lxml.etree.fromstring(data, _PARSER)
    except (*DAMAGES, RuntimeError, lxml.etree.LxmlError):
        return None


def _resolved(folder: str, target: str) -> str:
    target = re.sub(r"^/+", "", target) if target.startswith("/") else posixpath.join(folder, target)
    return posixpath.normpath(target)

"""Bytes of any kind -> a printed document, or the reason why not.

Belongs here: asking the registry of formats, and archives inside archives. Does not belong here: any one format (`formats`).
"""

from __future__ import annotations

from pipeline.readers.bounded import bounded
from pipeline.readers.formats.registry import detect
from pipeline.readers.printed import PrintedDocument, Unreadable

MOST_DEPTH = 3


def detect_format(data: bytes) -> str:
    """The name of the format told from the bytes: one of `formats.registry`."""
    return detect(data).name


def is_archive(data: bytes) -> bool:
    """Whether the bytes are a container, whose documents stand by themselves (`members`)."""
    return detect(data).members is not None


def read(data: bytes) -> PrintedDocument:
    """Read a document. Raises `Unreadable` with a reason of schemas/refusal_reasons.csv where it cannot be read at all.

    An archive is no document: its members are, see `members`.
    """
    found = detect(data)
    if found.read is not None:
        return bounded(found.read(data))
    if found.name == "empty":
        raise Unreadable("empty_file", f"the file holds {len(data)} bytes and nothing in them")
    if found.members is not None:
        found.members(data)  # says what is wrong with it, if anything is
        raise Unreadable("unknown_format", f"{found.label} is no document; its members are read one by one")
    if found.name == "unknown":
        raise Unreadable("unknown_format", f"the first bytes are {data[:8]!r}")
    told = f"{found.label} is not read" + (f"; {found.advice}" if found.advice else "")
    raise Unreadable(found.reason, told)


def members(data: bytes, depth: int = 0) -> list[tuple[str, bytes]]:
    """Files inside an archive as (path inside the archive, bytes), archives inside it opened too, in the archive's order.

    Raises Unreadable: encrypted_file (a member asks for a password), damaged_file, truncated_file, limit_exceeded (too many members, too large, packed
    beyond reason, archives nested too deep). Paths are only names: nothing is written.
    """
    if depth >= MOST_DEPTH:
        raise Unreadable("limit_exceeded", f"archives nested deeper than {MOST_DEPTH}")
    opened = detect(data).members
    if opened is None:
        raise Unreadable("damaged_file", "the bytes are no archive")
    result: list[tuple[str, bytes]] = []
    for name, content in opened(data):
        if is_archive(content):
            result.extend((f"{name}/{inner}", inside) for inner, inside in members(content, depth + 1))
        else:
            result.append((name, content))
    return result

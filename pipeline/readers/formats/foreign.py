"""What is received in place of documents, and documents that nothing here can open: named, never read.

Belongs here: telling them apart, and what a person can do about each. Does not belong here: any reader.
"""

from __future__ import annotations

from pipeline.readers.formats.format import COMPOUND, Evidence, Format

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM", b"RIFF")
_PROGRAMS = (b"MZ", b"\x7fELF")
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"MSCF")


def _is_presentation(evidence: Evidence) -> bool:
    return evidence.has_folder("ppt/") or "PowerPoint Document" in evidence.streams


FIRST = (
    Format("empty", "an empty file", lambda evidence: evidence.is_empty, reason="empty_file"),
    Format(
        "encrypted",
        "an Office document protected by a password",
        lambda evidence: "EncryptedPackage" in evidence.streams,
        reason="encrypted_file",
        advice="obtain an open copy",
    ),
)
FORMATS = (
    Format("presentation", "a presentation", _is_presentation, advice="save it as PDF"),
    Format(
        "picture", "a picture", lambda evidence: evidence.data.startswith(_PICTURES), advice="put the pages into a PDF"
    ),
    Format("program", "a program", lambda evidence: evidence.data.startswith(_PROGRAMS)),
    Format(
        "packed",
        "a packed file (gz, bz2, xz or cab)",
        lambda evidence: evidence.data.startswith(_PACKED),
        advice="unpack it",
    ),
    Format(
        "ole",
        "a compound file that is neither a Word document nor a workbook",
        lambda evidence: evidence.data.startswith(COMPOUND),
        advice="save it as .docx, .xlsx or .pdf",
    ),
)
LAST = (Format("unknown", "no known format", lambda evidence: True),)

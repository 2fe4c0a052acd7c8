"""What was read from each document, kept so that it need not be read again.

Belongs here: the cache of readings, and the versions of code and catalogue that say whether a reading still holds. Does not
belong here: reading itself (`pipeline.reading`), and which documents there are (`intake`).

A reading is one file per document: a SHA-256 of all that follows, then a ZIP of `reading.json` (what it was read from and by which
versions), `scopes.json` (what it asked of the catalogue) and one Parquet file per table that has rows. One file rather than one per table and document is a tenth of the files and
replaced in one step; docs/why/foundation.md has the measurement.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.archive.store import remove_leftovers, write_atomically

_HEADER = "reading.json"
_SCOPES = "scopes.json"
_CHECKSUM_BYTES = 32


@dataclass(frozen=True)
class Version:
    """Version of what reads documents: `base` (code) concerns all of them, a scope only those that recorded it.

    A scope is something that can be asked of the catalogue, with the digest of the answer as it is now. A reading records the
    scopes that it depends on; it is read anew when `base` or one of these answers changes, and not when another does.
    `catalogue`, where it is given, is the digest of the whole catalogue: where it is the same, so is every answer.
    """

    base: str
    scopes: Mapping[str, str] = field(default_factory=dict)
    catalogue: str = ""

    @property
    def whole(self) -> str:
        """Code and catalogue together: one that is equal says that nothing at all has changed."""
        return f"{self.base} {self.catalogue}"

    def of(self, scopes: Iterable[str]) -> str:
        """Version of a reading that depends on these scopes: the same whatever else changes."""
        own = {name: self.scopes.get(name) for name in sorted(set(scopes))}
        if not own:
            return self.base
        return digest(json.dumps([self.base, own], ensure_ascii=False).encode())


@dataclass(frozen=True)
class Entry:
    """What a kept reading was made from. `claim` is the digest of what the registry said; `limits` holds for readings cut short.

    `whole` is the version of code and catalogue with which the reading was last known to hold, `content` the digest of its tables.
    """

    sha256: str
    version: str
    claim: str
    scopes: tuple[str, ...] = ()
    limits: str | None = None
    summary: Mapping[str, Any] = field(default_factory=dict)
    whole: str = ""
    content: str = ""


class Damaged(Exception):
    """A kept reading whose bytes are not those that were written."""


class Readings:
    """A folder of readings at `<root>/ab/<document_id>.zip`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, document_id: str) -> Path:
        return self.root / document_id[:2] / f"{document_id}.zip"

    def find(self, sha256: str, version: Version, claim: str, limits: str) -> Entry | None:
        """The kept reading of a document, where it was made by this version with these limits; None where it must be read."""
        path = self.path(sha256[:16])
        entry = _entry_of(path)
        if entry is None or (entry.sha256, entry.claim) != (sha256, claim) or entry.limits not in (None, limits):
            return None
        if entry.whole == version.whole:
            return entry
        try:
            holds = entry.version == version.of(_scopes_of(path))
        except Damaged:
            holds = False
        return entry if holds else None

    def confirm(self, entry: Entry, version: Version) -> None:
        """Note in a reading that holds that it does so with this version, so that next time one look at its head is enough."""
        document_id = entry.sha256[:16]
        if entry.whole != version.whole:
            # What is damaged is noticed where its tables are needed.
            with contextlib.suppress(Damaged):
                scopes = _scopes_of(self.path(document_id))
                self.write(replace(entry, scopes=scopes, whole=version.whole), self.read(document_id))

    def write(self, entry: Entry, tables: Mapping[str, pl.DataFrame]) -> None:
        """Keep a reading, replacing an older one of the same document. Tables without rows take no space."""
        members = {}
        for name, frame in sorted(tables.items()):
            if frame.height:
                member = io.BytesIO()
                frame.write_parquet(member, compression="zstd", statistics=False)
                members[f"{name}.parquet"] = member.getvalue()
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            header = {
                "sha256": entry.sha256,
                "version": entry.version,
                "claim": entry.claim,
                "limits": entry.limits,
                "summary": dict(entry.summary),
                "whole": entry.whole,
                "content": digest(b"".join(name.encode() + member for name, member in members.items())),
            }
            # A fixed date: the same reading is the same file.
            archive.writestr(zipfile.ZipInfo(_HEADER), json.dumps(header, ensure_ascii=False))
            scopes = json.dumps(sorted(entry.scopes), ensure_ascii=False)
            archive.writestr(zipfile.ZipInfo(_SCOPES), scopes, zipfile.ZIP_DEFLATED)
            for name, data in members.items():
                archive.writestr(zipfile.ZipInfo(name), data)
        data = buffer.getvalue()
        path = self.path(entry.sha256[:16])
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, hashlib.sha256(data).digest() + data)

    def read(self, document_id: str) -> dict[str, pl.DataFrame]:
        """Frames by table name. Raises Damaged where the file is missing, cut short or altered."""
        with zipfile.ZipFile(io.BytesIO(_checked(self.path(document_id)))) as archive:
            members = [name for name in archive.namelist() if name.endswith(".parquet")]
            return {name.removesuffix(".parquet"): pl.read_parquet(io.BytesIO(archive.read(name))) for name in members}

    def remove(self, document_id: str) -> None:
        self.path(document_id).unlink(missing_ok=True)

    def remove_leftovers(self) -> int:
        """Remove what killed writers left half-written; return how many files."""
        return remove_leftovers(self.root)

    def entries(self) -> Iterator[tuple[Path, Entry]]:
        """Every kept reading that can be opened, with what it was made from."""
        for path in sorted(self.root.glob("??/*.zip")):
            entry = _entry_of(path)
            if entry is not None:
                yield path, entry

    def remove_others(self, document_ids: Iterable[str]) -> int:
        """Remove the readings of all other documents; return how many."""
        kept = set(document_ids)
        others = [path for path in self.root.glob("??/*.zip") if path.stem not in kept]
        for path in others:
            path.unlink(missing_ok=True)
        return len(others)


def _checked(path: Path) -> bytes:
    """The ZIP of a kept reading. Raises Damaged where it is missing, cut short or altered."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Damaged(f"{path}: {error}") from error
    checksum, data = data[:_CHECKSUM_BYTES], data[_CHECKSUM_BYTES:]
    if hashlib.sha256(data).digest() != checksum:
        raise Damaged(f"{path}: its bytes are not those that were written")
    return data


def _scopes_of(path: Path) -> tuple[str, ...]:
    """What a kept reading asked of the catalogue. Raises Damaged, also where a former release did not keep it."""
    with zipfile.ZipFile(io.BytesIO(_checked(path))) as archive:
        if _SCOPES not in archive.namelist():
            raise Damaged(f"{path}: it does not say what it was read from")
        return tuple(json.loads(archive.read(_SCOPES)))


def _entry_of(path: Path) -> Entry | None:
    """The header of a kept reading, without reading the rest, nor its scopes; None where there is none that can be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            return Entry(**json.loads(archive.read(_HEADER)))
    except Exception:  # noqa: BLE001 (damage can make the parsers raise anything; the document is then read anew)
        return None


def digest(data: bytes) -> str:
    """First 16 hexadecimal digits of the SHA-256: enough to tell versions apart."""
    return hashlib.sha256(data).hexdigest()[:16]


def digest_of_files(root: Path, paths: Iterable[Path]) -> str:
    """Digest of files and folders below `root`: their names and bytes, without caches and hidden files."""
    total = hashlib.sha256()
    for file in sorted(_files(paths)):
        total.update(file.relative_to(root).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()[:16]


def _files(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        if path.is_file():
            yield path
        for file in path.rglob("*") if path.is_dir() else ():
            parts = file.relative_to(path).parts
            if file.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in parts):
                yield file


_LIBRARIES = (
    "cssselect2", "cvttf-notosanscjk-regular", "highspy", "lxml", "olefile", "onnxruntime", "opencv-python", "opencv-python-headless", "openpyxl", "pdfminer-six", "pdfplumber", "pypdfium2",
    "py7zr", "python-docx", "rapidocr", "rars", "tinycss2", "xlrd",
)  # fmt: skip
"""Packages in whose hands the bytes are, and the proofs: another version of one may read a document otherwise."""


def code_version(root: Path) -> str:
    """Digest of the code that a reading depends on, in the project at `root`.

    Code of the stages, declarations of the tables, and the libraries that read. A reading is a function of these, of the bytes, of
    the registry's claim and of the answers of the catalogue, whose tables are therefore not among them; nor are publishing, the
    command line and Dagster.
    """
    pipeline = root / "pipeline"
    stages = [path for name in ("forms", "editions", "figures", "proofs") for path in (pipeline / name).rglob("*.py")]
    schemas = [*(root / "schemas").glob("*.py"), root / "schemas" / "refusal_reasons.csv"]
    return digest(
        f"{pages_version(root)} {digest_of_files(root, [pipeline / 'reading.py', *stages, *schemas])}".encode()
    )


def pages_version(root: Path) -> str:
    """Digest of the code that makes printed pages of bytes: readers and their libraries."""
    libraries = []
    for name in _LIBRARIES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            libraries.append(f"{name} {importlib.metadata.version(name)}")
    return digest(f"{digest_of_files(root, [root / 'pipeline' / 'readers'])} {libraries}".encode())

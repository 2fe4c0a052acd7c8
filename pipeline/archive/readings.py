"""What was read from each document, kept so that it need not be read again.

Belongs here: the cache of readings, and the versions of code and catalogue that say whether a reading still holds. Does not
belong here: reading itself (`pipeline.reading`), and which documents there are (`intake`).

A reading is one file per document: a SHA-256 of all that follows, then a ZIP of `reading.json` (what it was read from and by which
versions) and one Parquet file per table that has rows. One file rather than one per table and document is a tenth of the files and
replaced in one step; docs/why/foundation.md has the measurement.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.archive.store import remove_leftovers, write_atomically

_HEADER = "reading.json"
_CHECKSUM_BYTES = 32


@dataclass(frozen=True)
class Version:
    """Version of what reads documents: `base` concerns all of them, a scope only those that recorded it.

    A scope is a part of the catalogue by name (`form:revenue_summary`), with the hash of its content. A reading records the
    scopes that it depends on; it is read anew when `base` or one of these changes, and not when another scope does.
    """

    base: str
    scopes: Mapping[str, str] = field(default_factory=dict)

    def of(self, scopes: Iterable[str]) -> str:
        """Version of a reading that depends on these scopes: the same whatever else changes."""
        own = {name: self.scopes.get(name) for name in sorted(set(scopes))}
        if not own:
            return self.base
        return digest(json.dumps([self.base, own], ensure_ascii=False).encode())


@dataclass(frozen=True)
class Entry:
    """What a kept reading was made from. `claim` is the digest of what the registry said; `limits` holds for readings cut short."""

    sha256: str
    version: str
    claim: str
    scopes: tuple[str, ...] = ()
    limits: str | None = None
    summary: Mapping[str, Any] = field(default_factory=dict)


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
        entry = _entry_of(self.path(sha256[:16]))
        if entry is None:
            return None
        holds = (
            entry.sha256 == sha256
            and entry.claim == claim
            and entry.version == version.of(entry.scopes)
            and entry.limits in (None, limits)
        )
        return entry if holds else None

    def write(self, entry: Entry, tables: Mapping[str, pl.DataFrame]) -> None:
        """Keep a reading, replacing an older one of the same document. Tables without rows take no space."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            header = {
                "sha256": entry.sha256,
                "version": entry.version,
                "claim": entry.claim,
                "scopes": sorted(entry.scopes),
                "limits": entry.limits,
                "summary": dict(entry.summary),
            }
            # A fixed date: the same reading is the same file.
            archive.writestr(zipfile.ZipInfo(_HEADER), json.dumps(header, ensure_ascii=False))
            for name, frame in sorted(tables.items()):
                if frame.height:
                    member = io.BytesIO()
                    frame.write_parquet(member, compression="zstd", statistics=False)
                    archive.writestr(zipfile.ZipInfo(f"{name}.parquet"), member.getvalue())
        data = buffer.getvalue()
        path = self.path(entry.sha256[:16])
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, hashlib.sha256(data).digest() + data)

    def read(self, document_id: str) -> dict[str, pl.DataFrame]:
        """Frames by table name. Raises Damaged where the file is missing, cut short or altered."""
        path = self.path(document_id)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise Damaged(f"{path}: {error}") from error
        checksum, data = data[:_CHECKSUM_BYTES], data[_CHECKSUM_BYTES:]
        if hashlib.sha256(data).digest() != checksum:
            raise Damaged(f"{path}: its bytes are not those that were written")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
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

    def remove_where(self, chosen: Callable[[Mapping[str, Any]], bool]) -> int:
        """Remove the readings whose summary is chosen; return how many."""
        paths = [path for path, entry in self.entries() if chosen(entry.summary)]
        for path in paths:
            path.unlink(missing_ok=True)
        return len(paths)

    def remove_others(self, document_ids: Iterable[str]) -> int:
        """Remove the readings of all other documents; return how many."""
        kept = set(document_ids)
        others = [path for path in self.root.glob("??/*.zip") if path.stem not in kept]
        for path in others:
            path.unlink(missing_ok=True)
        return len(others)


def _entry_of(path: Path) -> Entry | None:
    """The header of a kept reading, without reading the rest; None where there is none that can be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            header = json.loads(archive.read(_HEADER))
        header["scopes"] = tuple(header["scopes"])
        return Entry(**header)
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


def reader_version(root: Path) -> Version:
    """The version of everything that a reading depends on, in the project at `root`.

    Code of the stages, data of their catalogues and declarations of the tables: a reading is a function of these, of the
    bytes, and of the registry's claim. Publishing, the command line and Dagster are not among them.
    """
    pipeline = root / "pipeline"
    stages = [pipeline / name for name in ("readers", "forms", "figures", "proofs", "reading.py")]
    return Version(digest_of_files(root, [*stages, root / "schemas"]))

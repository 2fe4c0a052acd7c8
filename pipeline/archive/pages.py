"""Printed pages of documents, kept so that their bytes need not be read again when only forms, figures or proofs have changed.

Belongs here: the cache of printed pages and its bounds. Does not belong here: reading bytes (`pipeline.readers`), and what pages mean.

Finding cells in bytes is most of the work of reading a document; its pages take a tenth of its bytes here (docs/why/foundation.md
has the measurement). They are kept as they leave the readers, names of contact persons already taken out. The cache only saves
time: what is missing, damaged or made by other readers is read again. One file is a SHA-256 of what follows, and JSON, compressed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from pipeline.archive.store import remove_leftovers, write_atomically
from pipeline.readers.printed import Box, Cell, Grid, Line, Page, PrintedDocument, Unread
from pipeline.readers.privacy import redact

_CHECKSUM_BYTES = 32
_COMPRESSION = 3
_DOCUMENT, _PAGE, _GRID, _LINE, _CELL = (
    tuple(field.name for field in fields(kind)) for kind in (PrintedDocument, Page, Grid, Line, Cell)
)


@dataclass(frozen=True)
class KeptPages:
    """A folder of printed pages at `<root>/ab/<document_id>`, made by readers of one version; a reader that reads only once."""

    root: Path
    version: str
    read: Callable[[bytes], PrintedDocument]

    def __call__(self, data: bytes) -> PrintedDocument:
        """The printed document of the bytes, from here where it is kept. Raises Unreadable as the reader does, each time anew."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path(sha256[:16])
        printed = self._find(path, sha256)
        if printed is None:
            printed = self.read(data)
            redact(printed)
            # Without room for them the document is read all the same.
            with contextlib.suppress(OSError):
                self._write(path, sha256, printed)
        return printed

    def path(self, document_id: str) -> Path:
        return self.root / document_id[:2] / document_id

    def _find(self, path: Path, sha256: str) -> PrintedDocument | None:
        try:
            content = path.read_bytes()
            if hashlib.sha256(content[_CHECKSUM_BYTES:]).digest() != content[:_CHECKSUM_BYTES]:
                return None
            head, document = json.loads(zlib.decompress(content[_CHECKSUM_BYTES:]))
            if head != [sha256, self.version]:
                return None
            # The time of the last use says which pages to part with first.
            os.utime(path)
        except (OSError, ValueError, zlib.error):
            return None
        return _document(document)

    def _write(self, path: Path, sha256: str, printed: PrintedDocument) -> None:
        content = json.dumps([[sha256, self.version], _plain(printed)], ensure_ascii=False, separators=(",", ":"))
        data = zlib.compress(content.encode(), _COMPRESSION)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, hashlib.sha256(data).digest() + data)


def keep_only(root: Path, document_ids: Iterable[str], most_bytes: float = math.inf) -> int:
    """Remove pages of all other documents, and of those used longest ago where all together are larger; return how many."""
    wanted = set(document_ids)
    kept, removed = [], 0
    for path in root.glob("??/*"):
        with contextlib.suppress(FileNotFoundError):
            if path.name in wanted:
                stat = path.stat()
                kept.append((stat.st_mtime_ns, stat.st_size, path))
            elif not path.name.startswith("."):
                path.unlink()
                removed += 1
    total = sum(size for _, size, _ in kept)
    for _, size, path in sorted(kept):
        if total <= most_bytes:
            break
        path.unlink(missing_ok=True)
        total -= size
        removed += 1
    return removed + remove_leftovers(root)


def _values(thing: Any, names: tuple[str, ...], **replaced: Any) -> list[Any]:
    return [replaced[name] if name in replaced else getattr(thing, name) for name in names]


def _plain(printed: PrintedDocument) -> list[Any]:
    pages = [
        _values(page, _PAGE, blocks=[
            ["grid", *_values(block, _GRID, cells=[_values(cell, _CELL) for cell in block.cells])]
            if isinstance(block, Grid)
            else ["line", *_values(block, _LINE)]
            for block in page.blocks
        ])
        for page in printed.pages
    ]  # fmt: skip
    return _values(printed, _DOCUMENT, pages=pages)


def _document(values: list[Any]) -> PrintedDocument:
    printed = PrintedDocument(*values)
    printed.unread = [Unread(*unread) for unread in printed.unread]
    printed.pages = [Page(*page) for page in values[_DOCUMENT.index("pages")]]
    for page in printed.pages:
        page.blocks = [_block(block) for block in page.blocks]  # type: ignore[arg-type]
    return printed


def _block(values: list[Any]) -> Line | Grid:
    kind, *values = values
    if kind == "line":
        line = Line(*values)
        line.box = _box(line.box)
        return line
    grid = Grid(*values)
    grid.box = _box(grid.box)
    grid.column_edges = tuple(grid.column_edges)
    grid.cells = [Cell(*cell) for cell in grid.cells]  # type: ignore[misc]
    for cell in grid.cells:
        cell.box = _box(cell.box)
    return grid


def _box(values: Any) -> Box | None:
    return None if values is None else Box(*values)

"""Raw documents, immutable and addressed by the SHA-256 of their bytes.

Belongs here: keeping their bytes, finding them again. Does not belong here: where they come from (`intake`), what people say of
them (`registry`), what was read from them (`readings`), and fetching them from elsewhere.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import time
from pathlib import Path

_LONGEST_WRITE_SECONDS = 3600.0


class CorruptArchive(RuntimeError):
    """Stored bytes that no longer have the hash under which they are stored, or are gone."""


class Store:
    """A folder of raw documents at `<root>/ab/<sha256>`. Bytes are written once and never changed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256

    def __contains__(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def add(self, data: bytes) -> str:
        """Keep these bytes; return their SHA-256. Bytes that are already kept, whole, are left as they are."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path(sha256)
        # A file of another size under this name was cut short by something outside of this module: it is no copy to rely on.
        if path.is_file() and path.stat().st_size == len(data):
            return sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, data)
        path.chmod(0o444)
        return sha256

    def read(self, sha256: str) -> bytes:
        """The bytes of a document. Raises CorruptArchive where they are not the bytes that were kept, or not there at all."""
        path = self.path(sha256)
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise CorruptArchive(f"{path} is not there; take the document in again") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise CorruptArchive(
                f"{path} no longer has the SHA-256 of its name; remove it and take the document in again"
            )
        return data

    def remove_damaged(self, sha256: str) -> None:
        """Forget the bytes of this document unless they are whole."""
        try:
            self.read(sha256)
        except CorruptArchive:
            self.remove(sha256)

    def remove(self, sha256: str) -> None:
        """Forget bytes that are damaged, so that they can be taken in again."""
        self.path(sha256).unlink(missing_ok=True)

    def remove_leftovers(self) -> int:
        """Remove what killed writers left half-written; return how many files.

        Fetching writes here too, under a lock of its own: what is fresh may be its work.
        """
        return remove_leftovers(self.root, _LONGEST_WRITE_SECONDS)


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file that either exists whole or not at all, also across a crash of the machine."""
    handle, name = tempfile.mkstemp(prefix=".", suffix=".partial", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def remove_leftovers(root: Path, older_than_seconds: float = 0.0) -> int:
    """Remove half-written files (`.….partial`) below a folder that no living writer can still be at; return how many."""
    count = 0
    for path in root.glob("**/.*.partial"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime >= older_than_seconds:
                path.unlink()
                count += 1
    return count

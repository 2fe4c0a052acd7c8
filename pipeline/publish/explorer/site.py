"""A folder of files of which only those are written that changed.

Belongs here: the record of what each file was made from, atomic replacement, removal of what is no more. Does not belong here: content.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

RECORD = ".made-from.json"


def digest_of_text(*parts: str) -> str:
    """A short mark of texts: equal marks, equal texts."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:24]


class MissingPart(RuntimeError):
    """Something that the site needs is not at hand as pinned. The message says what to do."""


@dataclass
class Site:
    """A folder under construction; `close` makes it whole. Each file has a key, the mark of all that it is made from."""

    folder: Path
    former: dict[str, str] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)
    written_count: int = 0
    written_bytes: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self.former = json.loads((self.folder / RECORD).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self.former = {}

    def holds(self, path: str, key: str) -> bool:
        """Whether the file is there, made from the same; it then stays."""
        if self.former.get(path) == key and (self.folder / path).is_file():
            self.made[path] = key
            return True
        return False

    def put(self, path: str, key: str, make: Callable[[], bytes]) -> bool:
        """Make the file unless it is there, made from the same. Return whether it was written."""
        if self.holds(path, key):
            return False
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        data = make()
        part = target.with_name(target.name + ".part")
        part.write_bytes(data)
        os.replace(part, target)
        self.made[path] = key
        self.written_count += 1
        self.written_bytes += len(data)
        return True

    def close(self) -> int:
        """Remove every file that was not put this time, and keep the record; return how many were removed."""
        removed = 0
        for path in sorted(self.folder.rglob("*"), reverse=True):
            name = path.relative_to(self.folder).as_posix()
            if path.is_dir():
                if not any(path.iterdir()):
                    path.rmdir()
            elif name not in self.made and name != RECORD:
                path.unlink()
                removed += 1
        part = self.folder / (RECORD + ".part")
        part.write_text(json.dumps(self.made, ensure_ascii=False, indent=0, sort_keys=True), encoding="utf-8")
        os.replace(part, self.folder / RECORD)
        return removed

"""What people say of raw documents: where each came from, when it was retrieved, what it claims to be.

Belongs here: reading `registry.csv` of a folder of raw documents, and finding the entry of a document. Does not belong here:
what a document is (that is read from its content by `pipeline.reading`), fetching, and the bytes themselves (`store`).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

REGISTRY_NAME = "registry.csv"

_TRUE = {"true", "yes", "1", "是"}
_FALSE = {"false", "no", "0", "否", ""}


class RegistryError(ValueError):
    """A registry that cannot be read. The message names file, line, column, value and what was expected."""


@dataclass(frozen=True)
class Entry:
    """One line of a registry. Empty fields are None; a document without an entry is as good as one with an empty entry."""

    sha256: str | None = None
    file_name: str | None = None
    source_url: str | None = None
    publisher: str | None = None
    title: str | None = None
    published_at: str | None = None
    retrieved_at: str | None = None
    licence: str | None = None
    is_specimen: bool = False
    document_kind: str | None = None
    fiscal_year: int | None = None
    jurisdiction_name: str | None = None
    department_name: str | None = None
    note: str | None = None


COLUMNS = tuple(field.name for field in fields(Entry))


class Registry:
    """Entries by SHA-256, and by file name for entries whose SHA-256 was left empty."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._by_hash: dict[str, Entry] = {}
        self._by_name: dict[str, Entry] = {}
        for entry in entries:
            if entry.sha256:
                # The first folder that speaks of a document is believed; repeating an entry is harmless.
                self._by_hash.setdefault(entry.sha256, entry)
            elif entry.file_name:
                self._by_name.setdefault(entry.file_name, entry)

    def __len__(self) -> int:
        return len(self._by_hash) + len(self._by_name)

    def find(self, sha256: str, names: Iterable[str]) -> Entry | None:
        """The entry of a document: by the hash of its bytes, else by one of the names under which it was received."""
        if sha256 in self._by_hash:
            return self._by_hash[sha256]
        for name in names:
            if name in self._by_name:
                return self._by_name[name]
        return None

    @classmethod
    def of_folders(cls, folders: Iterable[Path]) -> Registry:
        """The registries that lie in these folders, in this order. A folder without one adds nothing."""
        entries: list[Entry] = []
        for folder in folders:
            path = folder / REGISTRY_NAME
            if path.is_file():
                entries.extend(read_registry(path))
        return cls(entries)


def read_registry(path: Path) -> Iterator[Entry]:
    """Entries of one registry file (UTF-8, with or without a byte order mark).

    Raises RegistryError for an unknown column, a line whose number of fields is wrong, and a value of the wrong kind.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        unknown = set(reader.fieldnames or ()) - set(COLUMNS)
        if unknown:
            raise RegistryError(f"{path}: unknown column {sorted(unknown)}; the columns are {', '.join(COLUMNS)}")
        for row in reader:
            where = f"{path}, line {reader.line_num}"
            if None in row or None in row.values():
                raise RegistryError(f"{where}: the line has not as many fields as the header")
            yield _entry({name: (value or "").strip() for name, value in row.items()}, where)


def _entry(row: dict[str, str], where: str) -> Entry:
    values: dict[str, object] = {name: value or None for name, value in row.items()}
    sha256 = row.get("sha256", "").lower()
    if sha256 and (len(sha256) != 64 or set(sha256) - set("0123456789abcdef")):
        raise RegistryError(f"{where}: sha256 is {sha256!r}; expected 64 hexadecimal digits or nothing")
    if not sha256 and not row.get("file_name"):
        raise RegistryError(f"{where}: neither sha256 nor file_name is given; one must say which document is meant")
    values["sha256"] = sha256 or None
    specimen = row.get("is_specimen", "").lower()
    if specimen not in _TRUE | _FALSE:
        raise RegistryError(f"{where}: is_specimen is {specimen!r}; expected true, false or nothing")
    values["is_specimen"] = specimen in _TRUE
    kind = row.get("document_kind", "")
    if kind not in ("", "budget", "final_account"):
        raise RegistryError(f"{where}: document_kind is {kind!r}; expected budget, final_account or nothing")
    year = row.get("fiscal_year", "")
    if year and not (year.isdecimal() and len(year) == 4):
        raise RegistryError(f"{where}: fiscal_year is {year!r}; expected a year of four digits or nothing")
    values["fiscal_year"] = int(year) if year else None
    return Entry(**values)  # type: ignore[arg-type]

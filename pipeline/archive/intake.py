"""Taking raw documents in: from folders, and from the containers in them, into the store.

Belongs here: which files of a folder are documents, the names under which each was received, and remembering which files have
not changed since. Does not belong here: keeping bytes (`store`), what people say of them (`registry`), opening a container
(`pipeline.readers`), and fetching from elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pipeline.archive.registry import REGISTRY_NAME
from pipeline.archive.store import Store, write_atomically
from pipeline.readers.printed import Unreadable

Members = Callable[[bytes], Iterable[tuple[str, bytes]]]
"""The documents inside a container, as (name, bytes): nothing for a file that is no container."""

_STEERING = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_STILL_WARM_NS = 1_000_000_000


@dataclass
class RawDocument:
    """One document of the archive, and every name under which its bytes were received, shallow names first, then alphabetically.

    Names of members of a container are `container/member`.
    """

    sha256: str
    byte_count: int
    names: list[str] = field(default_factory=list)
    member_count: int = 0
    is_lost: bool = False
    """Whether it was fetched once and its bytes are gone: it keeps its place until they are fetched again."""
    container_error: tuple[str, str] | None = None
    """Why the documents inside this container could not be taken out (a reason of refusal, and what was seen), where they could not."""

    @property
    def document_id(self) -> str:
        return self.sha256[:16]

    @property
    def file_name(self) -> str:
        """The name that stands for the document: the first one, whatever the order of the inputs."""
        return self.names[0]


@dataclass
class _Seen:
    """A file that was taken in before: as long as its stamp is the same, its bytes are."""

    stamp: list[int]
    sha256: str
    byte_count: int
    members: list[tuple[str, str, int]]
    error: tuple[str, str] | None


def input_files(folders: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Files of the folders and of all folders below, as (name relative to its folder, path), in the order of their names.

    Hidden files and folders, registries and the notes beside them are no documents. A folder may also be given as one file.
    Links are followed to files, never to folders, so that a link to a parent does not go round for ever.
    """
    for folder in folders:
        if folder.is_file():
            yield folder.name, folder
            continue
        for parent, directories, names in os.walk(folder):
            directories[:] = sorted(name for name in directories if not name.startswith((".", "__MACOSX")))
            for name in sorted(names):
                path = Path(parent) / name
                if name.startswith((".", "~$")) or name in (REGISTRY_NAME, "README.md") or not path.is_file():
                    continue
                yield readable_name(path.relative_to(folder).as_posix()), path


def readable_name(name: str) -> str:
    """A file's name as text that can be written down: what is no UTF-8 is read as GB 18030, as old systems name files; marks that
    only steer a terminal or the direction of writing are left out."""
    try:
        text = name.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeDecodeError:
        text = name.encode("utf-8", "surrogateescape").decode("gb18030", "replace")
    return _STEERING.sub("", text)


def take_in(
    folders: Iterable[Path],
    store: Store,
    members: Members,
    index_path: Path,
    expected: Mapping[Path, str] | None = None,
) -> list[RawDocument]:
    """Put every document of the folders into the store; return them in the order of their hashes.

    The same bytes under two names are one document with two names. A container (ZIP) is taken in together with the
    documents inside it; where these cannot be taken out, the container itself says why. `index_path` remembers what was seen,
    so that files that have not changed are not read again; it may be deleted at any time. `expected` are the hashes of files that
    are no one's to change: one with other bytes is damaged. It is removed, with the store's copy of which it may be a link.
    """
    seen = _read_index(index_path)
    now: dict[str, _Seen] = {}
    documents: dict[str, RawDocument] = {}

    def note(name: str, sha256: str, byte_count: int) -> RawDocument:
        document = documents.setdefault(sha256, RawDocument(sha256, byte_count))
        if name not in document.names:
            document.names.append(name)
        return document

    for name, path in input_files(folders):
        key = os.path.abspath(path)
        try:
            stamp = _stamp(path)
            file = seen.get(key)
            if file is None or file.stamp != stamp or not _is_kept(file, store):
                file = None
                data = path.read_bytes()
        except FileNotFoundError:
            # Taken away while we looked: the next build will not see it either.
            continue
        own = (expected or {}).get(path)
        if file is None and own is not None and hashlib.sha256(data).hexdigest() != own:
            path.unlink()
            store.remove_damaged(own)
            continue
        if file is None:
            file = _take_in_file(data, stamp, store, members)
        # A file changed within the clock's grain of its stamp would look unchanged: it is read once more next time.
        if time.time_ns() - max(stamp[1:3]) > _STILL_WARM_NS:
            now[key] = file
        document = note(name, file.sha256, file.byte_count)
        document.member_count, document.container_error = len(file.members), file.error
        for member_name, sha256, byte_count in file.members:
            note(f"{name}/{readable_name(member_name)}", sha256, byte_count)
    for document in documents.values():
        document.names.sort(key=lambda name: (name.count("/"), name))
    if now != seen:
        index_path.parent.mkdir(parents=True, exist_ok=True)
        content = json.dumps({key: asdict(file) for key, file in sorted(now.items())}).encode()
        write_atomically(index_path, hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
    return sorted(documents.values(), key=lambda document: document.sha256)


def _take_in_file(data: bytes, stamp: list[int], store: Store, members: Members) -> _Seen:
    taken = _Seen(stamp, store.add(data), len(data), [], None)
    try:
        found = list(members(data))
    except Unreadable as error:
        # What is wrong with a container is a fact about it, and no reason to leave the other documents out.
        taken.error = (error.reason, error.detail)
        return taken
    except Exception as error:  # noqa: BLE001 (whatever a container does to its reader must not stop the build)
        taken.error = ("reader_failed", f"{type(error).__name__}: {error}")
        return taken
    for member_name, member_data in found:
        taken.members.append((member_name, store.add(member_data), len(member_data)))
    return taken


def _stamp(path: Path) -> list[int]:
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]


def _is_kept(file: _Seen, store: Store) -> bool:
    return file.sha256 in store and all(sha256 in store for _, sha256, _ in file.members)


def _read_index(path: Path) -> dict[str, _Seen]:
    """What was seen before; nothing where the index is absent or damaged, for it only saves time."""
    try:
        checksum, _, data = path.read_bytes().partition(b"\n")
        if hashlib.sha256(data).hexdigest().encode() != checksum:
            return {}
        content = json.loads(data)
        seen = {key: _Seen(**value) for key, value in content.items()}
        for file in seen.values():
            file.error = tuple(file.error) if file.error else None  # type: ignore[assignment]
            file.members = [(str(name), str(sha256), int(size)) for name, sha256, size in file.members]
        return seen
    except (OSError, ValueError, TypeError, AttributeError):
        return {}

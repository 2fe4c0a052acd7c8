"""The archive: bytes are kept once, unchanged, under the hash they have; folders and containers are taken in whole."""

import hashlib
import io
import os
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.archive.intake import take_in
from pipeline.archive.store import CorruptArchive, Store
from pipeline.readers import reader
from pipeline.readers.printed import Unreadable


def _members(data: bytes) -> list[tuple[str, bytes]]:
    return reader.members(data) if reader.is_archive(data) else []


def _zip(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, data in members.items():
            package.writestr(f"{name}.txt", data)
    return buffer.getvalue()


@settings(deadline=None)
@given(st.binary(max_size=2000))
def test_what_goes_in_comes_out(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    store = Store(tmp_path_factory.mktemp("store"))
    sha256 = store.add(data)
    assert sha256 == hashlib.sha256(data).hexdigest()
    assert store.read(sha256) == data
    assert sha256 in store


def test_stored_bytes_are_never_overwritten(tmp_path: Path) -> None:
    store = Store(tmp_path)
    path = store.path(store.add(b"one"))
    before = path.stat()
    store.add(b"one")
    after = path.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert not before.st_mode & 0o222


def test_altered_bytes_are_noticed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    sha256 = store.add(b"one")
    store.path(sha256).chmod(0o644)
    store.path(sha256).write_bytes(b"two")
    with pytest.raises(CorruptArchive, match=sha256):
        store.read(sha256)


def test_old_leftovers_go_and_fresh_ones_stay(tmp_path: Path) -> None:
    store = Store(tmp_path)
    sha256 = store.add(b"one")
    folder = store.path(sha256).parent
    old, fresh = folder / ".x.partial", folder / ".y.partial"
    old.write_bytes(b"half")
    fresh.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert store.remove_leftovers() == 1
    assert fresh.exists()
    assert store.read(sha256) == b"one"


def test_folders_are_taken_in_whole(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    (raw / "deep" / "deeper").mkdir(parents=True)
    (raw / ".hidden").mkdir()
    (raw / "a.txt").write_bytes(b"one")
    (raw / "deep" / "deeper" / "same.txt").write_bytes(b"one")
    (raw / "deep" / "b.txt").write_bytes(b"two")
    (raw / "registry.csv").write_bytes(b"sha256\n")
    (raw / ".c.txt").write_bytes(b"hidden")
    (raw / ".hidden" / "d.txt").write_bytes(b"hidden")
    documents = take_in([raw], Store(tmp_path / "store"), _members, tmp_path / "index.json")
    names = {document.sha256: document.names for document in documents}
    assert names == {
        hashlib.sha256(b"one").hexdigest(): ["a.txt", "deep/deeper/same.txt"],
        hashlib.sha256(b"two").hexdigest(): ["deep/b.txt"],
    }
    assert [document.sha256 for document in documents] == sorted(names)


def test_members_of_a_container_are_documents_of_their_own(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "pack.zip").write_bytes(_zip(one=b"one", two=b"two"))
    documents = take_in([raw], Store(tmp_path / "store"), _members, tmp_path / "index.json")
    by_name = {document.file_name: document for document in documents}
    assert by_name.keys() == {"pack.zip", "pack.zip/one.txt", "pack.zip/two.txt"}
    assert by_name["pack.zip"].member_count == 2
    assert by_name["pack.zip/one.txt"].member_count == 0


def test_a_container_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "a.txt").write_bytes(b"one")
    (raw / "pack.zip").write_bytes(_zip(one=b"one" * 5000)[:200])
    documents = take_in([raw], Store(tmp_path / "store"), _members, tmp_path / "index.json")
    errors = {document.file_name: document.container_error for document in documents}
    assert errors["a.txt"] is None
    assert errors["pack.zip"] is not None
    assert errors["pack.zip"][0] in ("truncated_file", "damaged_file")


def test_what_has_not_changed_is_not_read_again(tmp_path: Path) -> None:
    raw, index = tmp_path / "raw", tmp_path / "index.json"
    raw.mkdir()
    store = Store(tmp_path / "store")
    opened: list[bytes] = []

    def members(data: bytes) -> list[tuple[str, bytes]]:
        opened.append(data)
        return _members(data)

    (raw / "a.txt").write_bytes(b"one")
    (raw / "pack.zip").write_bytes(_zip(two=b"two"))
    first = take_in([raw], store, members, index)
    assert not index.exists(), "a change within the clock's grain would not show: young files are not remembered"
    time.sleep(1.1)
    take_in([raw], store, members, index)
    opened.clear()
    assert take_in([raw], store, members, index) == first
    assert opened == []
    (raw / "a.txt").write_bytes(b"two!")
    changed = take_in([raw], store, members, index)
    assert opened == [b"two!"]
    assert hashlib.sha256(b"two!").hexdigest() in {document.sha256 for document in changed}
    store.remove(hashlib.sha256(b"two").hexdigest())
    opened.clear()
    take_in([raw], store, members, index)
    assert hashlib.sha256(b"two").hexdigest() in store, "bytes that went missing must be taken in again"


def test_a_damaged_index_is_as_good_as_none(tmp_path: Path) -> None:
    raw, index = tmp_path / "raw", tmp_path / "index.json"
    raw.mkdir()
    (raw / "a.txt").write_bytes(b"one")
    for content in ("", "{", "[]", '{"x": {"stamp": 1}}', '{"x": 1}'):
        index.write_text(content)
        assert len(take_in([raw], Store(tmp_path / "store"), _members, index)) == 1


def test_a_container_that_breaks_its_reader_is_refused_as_such_and_stops_nothing(tmp_path: Path) -> None:
    """What is wrong with a container is recorded as that; a mistake of this project is named as one, by another reason."""
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "a.zip").write_bytes(_zip(one=b"one"))

    def broken(data: bytes) -> list[tuple[str, bytes]]:
        raise TypeError("a mistake")

    (raw / "b.txt").write_bytes(b"sound")
    refused = take_in([raw], Store(tmp_path / "store"), broken, tmp_path / "index.json")
    assert {document.container_error for document in refused} == {("reader_failed", "TypeError: a mistake")}
    assert {name for document in refused for name in document.names} == {"a.zip", "b.txt"}
    (raw / "b.txt").unlink()

    def encrypted(data: bytes) -> list[tuple[str, bytes]]:
        raise Unreadable("encrypted_file", "asks for a password")

    documents = take_in([raw], Store(tmp_path / "store"), encrypted, tmp_path / "index.json")
    assert documents[0].container_error == ("encrypted_file", "asks for a password")

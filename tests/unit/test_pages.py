"""Printed pages are kept whole, hold only for their bytes and readers, and take no more room than they may."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.archive.pages import KeptPages, keep_only
from pipeline.readers.printed import Box, Cell, Grid, Line, Page, PrintedDocument, Unread, Unreadable
from pipeline.readers.reader import read

SPECIMEN = Path(__file__).parents[2] / "raw" / "specimen_深圳市人民政府办公厅_2017.pdf"

numbers = st.floats(allow_nan=False, allow_infinity=False)
boxes = st.none() | st.builds(Box, numbers, numbers, numbers, numbers)
cells = st.builds(
    Cell, st.integers(0, 9), st.integers(0, 9), st.text(max_size=9), box=boxes, text_x0=st.none() | numbers, confidence=st.none() | numbers
)  # fmt: skip
grids = st.builds(
    Grid, st.just(1), st.integers(1, 9), st.integers(1, 9), st.lists(cells, max_size=3), st.just("rules"), boxes,
    st.lists(numbers, max_size=4).map(tuple),
)  # fmt: skip
lines = st.builds(Line, st.just(1), st.text(max_size=9), boxes, starts_paragraph=st.none() | st.booleans())
pages = st.builds(Page, st.integers(1, 9), st.lists(grids | lines, max_size=3), st.just("text"), numbers, numbers)
unread = st.builds(Unread, st.text(max_size=4), st.none() | st.integers(1, 9), st.integers(0, 9))
documents = st.builds(
    PrintedDocument,
    st.just("pdf"),
    st.lists(pages, max_size=2),
    st.none() | st.integers(0, 9),
    unread=st.lists(unread, max_size=2),
)


def unread(data: bytes) -> PrintedDocument:
    raise AssertionError("the bytes were read again")


@given(printed=documents)
def test_pages_come_back_as_they_were(printed: PrintedDocument, tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("pages")
    first = KeptPages(root, "1", lambda data: printed)(b"bytes")
    assert KeptPages(root, "1", unread)(b"bytes") == first


def test_a_real_document_comes_back_as_it_was(tmp_path: Path) -> None:
    data = SPECIMEN.read_bytes()
    first = KeptPages(tmp_path, "1", read)(data)
    again = KeptPages(tmp_path, "1", unread)(data)
    assert again == first
    assert sum(len(grid.cells) for page in again.pages for grid in page.grids) > 500
    assert [type(block) for page in again.pages for block in page.blocks] == [
        type(block) for page in first.pages for block in page.blocks
    ]


def test_other_readers_other_bytes_and_damage_are_read_again(tmp_path: Path) -> None:
    printed = PrintedDocument("text", [Page(1, [Line(1, "预算")], "text")], 1)
    kept = KeptPages(tmp_path, "1", lambda data: printed)
    kept(b"bytes")
    with pytest.raises(AssertionError):
        KeptPages(tmp_path, "2", unread)(b"bytes")
    with pytest.raises(AssertionError):
        KeptPages(tmp_path, "1", unread)(b"other bytes")
    (path,) = (path for path in tmp_path.rglob("*") if path.is_file())
    whole = path.read_bytes()
    for position in range(len(whole)):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0x10]) + whole[position + 1 :])
        with pytest.raises(AssertionError):
            KeptPages(tmp_path, "1", unread)(b"bytes")
    for length in (0, 1, 40, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(AssertionError):
            KeptPages(tmp_path, "1", unread)(b"bytes")
    assert kept(b"bytes") == printed
    assert path.read_bytes() == whole


def test_what_cannot_be_read_is_not_kept(tmp_path: Path) -> None:
    def refuse(data: bytes) -> PrintedDocument:
        raise Unreadable("encrypted", "a password is needed")

    with pytest.raises(Unreadable):
        KeptPages(tmp_path, "1", refuse)(b"bytes")
    assert list(tmp_path.iterdir()) == []


def test_names_of_contact_persons_are_not_kept(tmp_path: Path) -> None:
    printed = PrintedDocument("text", [Page(1, [Line(1, "联系人：张三 电话：0755-12345678")], "text")], 1)
    KeptPages(tmp_path, "1", lambda data: printed)(b"bytes")
    again = KeptPages(tmp_path, "1", unread)(b"bytes")
    assert "张三" not in again.pages[0].lines[0].text
    assert "12345678" not in again.pages[0].lines[0].text


def test_pages_of_other_documents_go_and_then_those_used_longest_ago(tmp_path: Path) -> None:
    printed = PrintedDocument("text", [Page(1, [Line(1, "预算")], "text")], 1)
    kept = KeptPages(tmp_path, "1", lambda data: printed)
    for data in (b"1", b"2", b"3", b"4"):
        kept(data)
    paths = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    for age, path in enumerate(paths):
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
    size = paths[0].stat().st_size
    assert keep_only(tmp_path, [path.name for path in paths[:3]], 2 * size + 1) == 2
    assert [path.exists() for path in paths] == [True, True, False, False]

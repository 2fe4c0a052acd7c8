"""One registry tells the formats, for readers and for fetching; what is not read is named, with what to do."""

from __future__ import annotations

import contextlib
import io
import zipfile

import py7zr
import pytest
import rars

from pipeline.readers import reader
from pipeline.readers.formats import archives
from pipeline.readers.formats.registry import FORMATS, detect
from pipeline.readers.printed import Unreadable
from schemas import core


def package(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name in names:
            target.writestr(name, "<a/>")
    return buffer.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "empty"), (b" \x00\n", "empty"), (b"junk %PDF-1.4", "pdf"), (package("OFD.xml", "Doc_0/Document.xml"), "ofd"),
        (package("word/document.xml"), "docx"), (package("xl/workbook.xml"), "xlsx"), (package("xl/workbook.bin", "xl/styles.bin"), "xlsb"),
        (package("ppt/presentation.xml"), "presentation"), (package("a.txt"), "zip"), (b"{\\rtf1 x}", "doc"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "xml2003"),
        ('<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'.encode("utf-16"), "xml2003"),
        (b'<html xmlns:x="urn:schemas-microsoft-com:office:spreadsheet"><table>', "html"), (b"<div><table>", "html"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related", "mhtml"), (b"Rar!\x1a\x07\x01\x00", "rar"), (b"7z\xbc\xaf\x27\x1c\x00\x04", "7z"),
        (b"\xff\xd8\xff\xe0", "picture"), (b"MZ\x90", "program"), (b"\x1f\x8b\x08", "packed"), (OLE, "ole"), ("一\t二".encode("gb18030"), "text"),
        (b"\x01\x00\x02", "unknown"),
    ],
)  # fmt: skip
def test_formats_are_told_by_their_bytes(data: bytes, name: str) -> None:
    assert detect(data).name == name


@pytest.mark.parametrize(
    "names", [("OFD.xml", "x"), ("word/document.xml", "x"), ("xl/workbook.xml", "x"), ("甲.txt", "x")]
)
def test_a_package_that_is_cut_short_is_still_what_it_was(names: tuple[str, ...]) -> None:
    whole = package(*names)
    assert detect(whole[:-40]).name == detect(whole).name
    assert (detect(whole).is_whole(whole), detect(whole).is_whole(whole[:-40])) == (True, False)


def test_every_format_that_a_document_can_have_is_one_of_its_table() -> None:
    read = {one.name for one in FORMATS if one.read is not None or one.members is not None}
    assert read <= set(core.FORMATS)
    assert len({one.name for one in FORMATS}) == len(FORMATS)


@pytest.mark.parametrize(
    ("data", "told"),
    [(package("ppt/presentation.xml"), "save it as PDF"), (b"\x89PNG\r\n", "picture"), (OLE, "compound file")],
)
def test_what_is_not_read_is_named_with_what_to_do(data: bytes, told: str) -> None:
    with pytest.raises(Unreadable, match=told) as refused:
        reader.read(data)
    assert refused.value.reason == "unknown_format"


def rar(members: dict[str, bytes]) -> bytes:
    builder = rars.RarBuilder(rars.RAR50)
    for name, data in members.items():
        builder.add_bytes(data, name)
    return bytes(builder.to_bytes())


def seven(members: dict[str, bytes], password: str | None = None) -> bytes:
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w", password=password) as target:
        for name, data in members.items():
            target.writestr(data, name)
    return buffer.getvalue()


MEMBERS = {"预算/表.txt": "支出\t1".encode(), "说明.txt": "无".encode()}


@pytest.mark.parametrize("pack", [rar, seven], ids=["rar", "7z"])
class TestOtherArchives:
    def test_members_are_read_as_those_of_zip(self, pack) -> None:
        assert dict(reader.members(pack(MEMBERS))) == MEMBERS
        assert dict(reader.members(pack({"内.rar": rar(MEMBERS)}))) == {f"内.rar/{k}": v for k, v in MEMBERS.items()}

    def test_limits_are_those_of_zip(self, pack, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, limit in (("MOST_BYTES", 4), ("MOST_MEMBERS", 1)):
            with monkeypatch.context() as patch:
                patch.setattr(archives, name, limit)
                with pytest.raises(Unreadable) as refused:
                    reader.members(pack(MEMBERS))
                assert refused.value.reason == "limit_exceeded"
        with pytest.raises(Unreadable) as bomb:
            reader.members(pack({"零.txt": bytes(9_000_000)}))
        assert bomb.value.reason == "limit_exceeded"

    def test_damage_is_named(self, pack) -> None:
        data = pack(MEMBERS)
        for broken in (data[: len(data) // 2], data[:12] + bytes(200), data[:-9] + b"x" * 9):
            with contextlib.suppress(Unreadable):
                assert dict(reader.members(broken)) == MEMBERS


def test_a_7z_archive_with_a_password_says_so() -> None:
    with pytest.raises(Unreadable) as refused:
        reader.members(seven(MEMBERS, password="x"))
    assert refused.value.reason == "encrypted_file"

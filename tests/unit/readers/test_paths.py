"""Print that is no text: typefaces turned into paths, and text that is set without ink."""

from __future__ import annotations

import pypdfium2.raw as pdfium
import pytest

from pipeline.readers import calls, pdf
from pipeline.readers.printed import Grid
from tests.support.plain_pdf import plain_pdf, ruled, text

ROWS = [["Code", "Basic", "Project"], ["2010301", "5,796.35", "381.65"], ["2080505", "1,239.56", "637.02"]]


def paths(x: float, y: float, words: str, size: float = 10) -> str:
    """What a typeface draws for some words, as paths of the page."""
    document = pdfium.FPDF_CreateNewDocument()
    font = pdfium.FPDFText_LoadStandardFont(document, b"Helvetica")
    scratch = calls.Scratch()
    operators: list[str] = []
    for place, character in enumerate(words):
        path = calls.glyph_path(calls.address_of(font), ord(character), 1.0)
        points: list[str] = []
        for index in range(calls.glyph_segment_count(path)):
            segment = calls.glyph_segment(path, index)
            calls.segment_point(segment, scratch.f[0], scratch.f[1])
            points.append(f"{x + size * (0.62 * place + scratch.floats[0]):.2f} {y + size * scratch.floats[1]:.2f}")
            kind = calls.segment_type(segment)
            if kind != pdfium.FPDF_SEGMENT_BEZIERTO or len(points) == 3:
                operators.append(" ".join(points) + {2: " m", 0: " l", 1: " c"}[kind])
                points = []
        operators.append("h f")
    pdfium.FPDFFont_Close(font)
    pdfium.FPDF_CloseDocument(document)
    return "\n".join(operators) + "\n"


def cells(draw, rows: list[list[str]], first: int = 0) -> str:  # type: ignore[no-untyped-def]
    return "".join(
        draw(25 + 80 * column, 265 - 20 * (first + row), words)
        for row, line in enumerate(rows)
        for column, words in enumerate(line)
    )


def texts(grid: Grid) -> list[list[str]]:
    return [[cell.text for cell in grid.cells if cell.row == row] for row in range(grid.row_count)]


def test_a_page_that_is_printed_in_paths_is_read_from_its_picture() -> None:
    document = pdf.read(plain_pdf(ruled(3, 3) + cells(paths, ROWS)))
    (page,) = document.pages
    assert page.method == "ocr"
    assert texts(page.grids[0])[1:] == ROWS[1:]


def test_cells_in_paths_among_text_are_named() -> None:
    above = "".join(text(25, 150 - 12 * line, "words of a page that has text of its own " * 2, 8) for line in range(5))
    data = plain_pdf(
        ruled(3, 3)
        + above
        + cells(text, [row[:1] for row in ROWS])
        + cells(lambda x, y, w: paths(x + 80, y, w), [row[1:] for row in ROWS])
    )
    document = pdf.read(data)
    (unread,) = document.unread
    assert (unread.page_number, unread.numeric_cell_count) == (1, 6)
    assert "drawn as paths" in unread.detail


@pytest.mark.parametrize("hide", ["3 Tr", "7 Tr"])
def test_text_without_ink_is_not_read(hide: str) -> None:
    shown = ruled(3, 3) + cells(text, ROWS)
    data = plain_pdf(
        shown + text(185, 245, "77").replace("BT", f"BT {hide}") + text(25, 100, "hidden").replace("BT", f"BT {hide}")
    )
    document = pdf.read(data)
    assert texts(document.pages[0].grids[0]) == ROWS
    assert document.pages[0].lines == []
    assert document.notes == ["page 1: 8 characters that are set without ink were not read"]


def test_values_of_fields_that_are_not_drawn_are_named() -> None:
    """A field without an appearance: some programs make one up, the page itself shows nothing."""
    fields = {
        number: f"<< /Type /Annot /Subtype /Widget /FT /Tx /T (f{number}) /V ({value}) /Rect [100 {200 - number} 160 {210 - number}] >>"
        for number, value in ((10, "1,234.56"), (11, "remark"), (12, ""))
    }
    data = plain_pdf(ruled(3, 3) + cells(text, ROWS), page="/Annots [10 0 R 11 0 R 12 0 R]", objects=fields)
    document = pdf.read(data)
    (unread,) = document.unread
    assert (unread.page_number, unread.numeric_cell_count) == (1, 1)
    assert unread.detail.startswith("2 form fields hold values that the page does not draw")

"""What is extracted from a PDF is what is seen on its pages: typeset traps, each with what a person reads."""

from __future__ import annotations

from typing import Any

import pytest
from reportlab.lib.colors import Color, black, white
from reportlab.pdfgen.canvas import Canvas

from pipeline.readers import pdf
from tests.support.plain_pdf import plain_pdf, ruled, stream, text
from tests.unit.readers.test_pdf import EXPECTED, HEIGHT, TOP, XS, read_page, rule_cells, table, typeset, write_cells
from tests.unit.readers.test_pdf import ruled as ruled_table

BASELINE = TOP - 3 * HEIGHT + 6
"""Of the first row: its amounts are 1,234.56, 1,000.00 and 234.56, each ending 4 points before the edge of its column."""


def amounts(data: bytes) -> list[str]:
    return table(read_page(data))[2][2:]


def cover(canvas: Canvas, column: int, text: str = "") -> None:
    canvas.setFillColor(white)
    canvas.rect(XS[column] + 1, BASELINE - 4, XS[column + 1] - XS[column] - 2, HEIGHT - 4, stroke=0, fill=1)
    canvas.setFillColor(black)
    canvas.drawRightString(XS[column + 1] - 4, BASELINE, text)


@pytest.mark.parametrize("text", ["1,234.57", "1,934.56", "7,000.00", "1,234.56"])
def test_a_number_painted_over_gives_way_to_the_one_on_top(text: str) -> None:
    """Also where they share digits, which PDFium takes for one set twice."""

    def draw(canvas: Canvas) -> None:
        ruled_table(canvas)
        cover(canvas, 2, text)

    assert amounts(typeset(draw)) == [text, "1,000.00", "234.56"]


def test_a_number_painted_over_is_gone() -> None:
    def draw(canvas: Canvas) -> None:
        ruled_table(canvas)
        cover(canvas, 3)

    document = pdf.read(typeset(draw))
    assert table(document.pages[0])[2][2:] == ["1,234.56", "", "234.56"]
    assert document.notes == []


def test_digits_painted_over_in_part_are_gone() -> None:
    def draw(canvas: Canvas) -> None:
        ruled_table(canvas)
        canvas.setFillColor(white)
        # a digit of this font is half an em wide, five points: the last three places are ".56"
        canvas.rect(XS[3] - 17, BASELINE - 4, 16, HEIGHT - 4, stroke=0, fill=1)

    assert amounts(typeset(draw))[0] == "1,234"


def test_a_wash_of_colour_over_numbers_leaves_them() -> None:
    def draw(canvas: Canvas) -> None:
        ruled_table(canvas)
        canvas.setFillColor(Color(1, 1, 0, alpha=0.4))
        canvas.rect(XS[0], TOP - 4 * HEIGHT, XS[-1] - XS[0], 2 * HEIGHT, stroke=0, fill=1)

    assert table(read_page(typeset(draw))) == EXPECTED


def test_white_ink_on_white_paper_is_none_and_on_a_dark_ground_is() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFillColor(Color(0.1, 0.2, 0.4))
        canvas.rect(XS[0], TOP - 2 * HEIGHT, XS[-1] - XS[0], 2 * HEIGHT, stroke=0, fill=1)
        canvas.setFillColor(white)
        write_cells(canvas)
        canvas.setFillColor(black)
        rule_cells(canvas)
        for column in (2, 3):
            canvas.drawRightString(XS[column + 1] - 4, BASELINE, EXPECTED[2][column])

    rows = table(read_page(typeset(draw)))
    assert rows[:2] == EXPECTED[:2]
    assert rows[2:] == [["", "", "1,234.56", "1,000.00", ""], *[["", "", "", "", ""]] * 3]


def test_ink_in_the_colour_of_its_ground_is_none() -> None:
    def draw(canvas: Canvas) -> None:
        ruled_table(canvas)
        canvas.setFillColor(Color(0.5, 0.6, 0.5))
        canvas.rect(60, 300, 300, 40, stroke=0, fill=1)
        canvas.drawString(70, 310, "看不见的一行")
        canvas.setFillColor(black)
        canvas.drawString(70, 325, "看得见的一行")

    assert [line.text for line in read_page(typeset(draw)).lines] == ["看得见的一行"]


ROWS = [["Item", "Total"], ["One", "1,234.56"], ["Two", "250.00"]]


def small_table(extra: str = "", rows: list[list[str]] = ROWS, **parts: Any) -> bytes:
    """Three rows and two columns of 80 points from (20, 280) down, rows 20 points high; then `extra`."""
    cells = "".join(
        text(25 + 80 * column, 266 - 20 * row, words)
        for row, line in enumerate(rows)
        for column, words in enumerate(line)
    )
    return plain_pdf(ruled(2, 3) + cells + extra, **parts)


LAYER = "<< /Type /OCG /Name (draft) >>"


@pytest.mark.parametrize("state", ["OFF", "ON"])
@pytest.mark.parametrize("number", ["1,234.56", "9,234.56", "77.00"])
@pytest.mark.parametrize("comes_first", [True, False])
def test_a_layer_that_is_off_is_not_printed(state: str, number: str, comes_first: bool) -> None:
    on_layer = "/OC /Draft BDC\n" + text(105, 246, number) + "EMC\n"
    shown = text(105, 246, "1,234.56")
    data = small_table(
        on_layer + shown if comes_first else shown + on_layer,
        [ROWS[0], ["One", ""], ROWS[2]],
        resources="/Properties << /Draft 10 0 R >>",
        catalog=f"/OCProperties << /OCGs [10 0 R] /D << /BaseState /ON /{state} [10 0 R] >> >>",
        objects={10: LAYER},
    )
    read = table(read_page(data))[1][1]
    assert (read == "1,234.56") == (state == "OFF" or number == "1,234.56")


@pytest.mark.parametrize("is_off", [True, False])
def test_a_form_on_a_layer_that_is_off_is_not_printed(is_off: bool) -> None:
    form = stream(
        text(105, 246, "1,234.56"),
        "/Type /XObject /Subtype /Form /BBox [0 0 400 300] /OC 10 0 R /Resources << /Font << /F 5 0 R >> >>",
    )
    data = small_table(
        "/Fm Do\n",
        [ROWS[0], ["One", ""], ROWS[2]],
        resources="/XObject << /Fm 11 0 R >>",
        catalog=f"/OCProperties << /OCGs [10 0 R] /D << /{'OFF' if is_off else 'ON'} [10 0 R] >> >>",
        objects={10: LAYER, 11: form},
    )
    assert table(read_page(data))[1][1] == ("" if is_off else "1,234.56")


def appearance(words: str, box: tuple[int, int, int, int], ground: str = "1 g") -> bytes:
    wide, high = box[2] - box[0], box[3] - box[1]
    drawn = f"{ground} 0 0 {wide} {high} re f 0 g\n" if ground else ""
    return stream(
        drawn + text(2, 4, words),
        f"/Type /XObject /Subtype /Form /BBox [0 0 {wide} {high}] /Resources << /Font << /F 5 0 R >> >>",
    )


def note(subtype: str, words: str, more: str = "", ground: str = "1 g") -> dict[str, Any]:
    """A note over the amount of the first row."""
    box = (103, 242, 178, 258)
    rect = " ".join(map(str, box))
    return {
        "page": "/Annots [10 0 R]",
        "objects": {
            10: f"<< /Type /Annot /Subtype /{subtype} /Rect [{rect}] /F 4 /AP << /N 11 0 R >> /Contents ({words}) {more} >>",
            11: appearance(words, box, ground),
        },
    }


def test_a_note_written_over_a_number_is_what_is_printed() -> None:
    data = small_table(**note("FreeText", "1,934.00", "/DA (/F 10 Tf)"))
    assert table(read_page(data)) == [ROWS[0], ["One", "1,934.00"], ROWS[2]]


def test_the_value_of_a_field_is_what_is_printed() -> None:
    parts = note("Widget", "1,806.10", "/FT /Tx /T (total) /V (1,806.10)", ground="")
    data = small_table(rows=[ROWS[0], ["One", ""], ROWS[2]], catalog="/AcroForm << /Fields [10 0 R] >>", **parts)
    assert table(read_page(data)) == [ROWS[0], ["One", "1,806.10"], ROWS[2]]


def test_a_hidden_note_is_not_printed() -> None:
    parts = note("FreeText", "1,934.00", "/DA (/F 10 Tf)")
    parts["objects"][10] = parts["objects"][10].replace("/F 4", "/F 2")
    assert table(read_page(small_table(**parts))) == ROWS


def test_marks_on_text_leave_it() -> None:
    parts = note("Highlight", "", "/QuadPoints [103 258 178 258 103 242 178 242] /C [1 1 0]", ground="1 1 0 rg")
    assert table(read_page(small_table(**parts))) == ROWS


@pytest.mark.parametrize(("foot", "lines"), [(150, 3), (0, 5)])
def test_what_lies_outside_of_the_box_of_a_form_is_not_printed(foot: int, lines: int) -> None:
    drawn = "".join(text(20, 200 - 25 * line, f"Line {line}") for line in range(5))
    form = stream(
        drawn, f"/Type /XObject /Subtype /Form /BBox [0 {foot - 1} 400 300] /Resources << /Font << /F 5 0 R >> >>"
    )
    data = plain_pdf("/Fm Do\n", resources="/XObject << /Fm 10 0 R >>", objects={10: form})
    assert [line.text for line in read_page(data).lines] == [f"Line {line}" for line in range(lines)]


def test_text_covered_by_a_picture_is_gone() -> None:
    picture = stream(
        b"\xff", "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
    )
    data = small_table(
        "q 78 0 0 18 101 241 cm /Im Do Q\n", resources="/XObject << /Im 10 0 R >>", objects={10: picture}
    )
    assert table(read_page(data)) == [ROWS[0], ["One", ""], ROWS[2]]


def test_boldness_by_drawing_twice_is_read_once_also_under_a_wash() -> None:
    twice = text(105.3, 246, "1,234.56")
    wash = "/Gs gs 1 1 0 rg 100 240 80 20 re f 0 g\n"
    data = small_table(twice + wash, resources="/ExtGState << /Gs << /ca 0.3 >> >>")
    assert table(read_page(data)) == ROWS


# small digits, turned headers, watermarks ---------------------------------------------------------------------------


@pytest.mark.parametrize(("rise", "read"), [(4, "250.00⁹"), (-3, "250.00₉")])
@pytest.mark.parametrize("comes_first", [True, False])
def test_a_small_raised_digit_is_no_digit_of_its_number(rise: int, read: str, comes_first: bool) -> None:
    mark, number = text(136.5, 226 + rise, "9", 6), text(105, 226, "250.00")
    data = small_table(mark + number if comes_first else number + mark, [ROWS[0], ROWS[1], ["Two", ""]])
    assert table(read_page(data))[2] == ["Two", read]


def test_digits_of_small_print_are_digits() -> None:
    """Numbers in another size than their neighbours, on the same line of print, and page numbers behind dotted leaders."""
    drawn = text(20, 200, "Total", 14) + text(60, 200, "250.00", 9) + text(20, 150, "Total 9", 9)
    leader = text(20, 100, "Total......", 14) + text(82, 100, "12", 9)
    # a note at the foot of the page, and the page's number close below it
    foot = text(20, 57, "In 2021 it rose", 9) + text(20, 44, "66666", 14)
    lines = [line.text for line in read_page(plain_pdf(drawn + leader + foot)).lines]
    assert [line.split()[-1] for line in lines[:3]] == ["250.00", "9", "Total......12"]
    assert lines[3:] == ["In 2021 it rose", "66666"]


@pytest.mark.parametrize("angle", [90, -90])
def test_headers_that_lie_on_their_side_read_as_their_words(angle: int) -> None:
    def draw(canvas: Canvas) -> None:
        write_cells(canvas)
        rule_cells(canvas)
        for column, words in enumerate(["政府性基金预算", "国有资本"]):
            canvas.saveState()
            canvas.translate(100 + 40 * column, 400)
            canvas.rotate(angle)
            canvas.drawCentredString(0, 2, words)
            canvas.drawCentredString(0, -10, "拨款支出")
            canvas.restoreState()
            canvas.rect(80 + 40 * column, 350, 40, 100)
            canvas.rect(80 + 40 * column, 330, 40, 20)
            canvas.drawCentredString(100 + 40 * column, 336, "1.00")

    small = read_page(typeset(draw)).grids[1]
    assert [cell.text for cell in small.cells if cell.row == 0] == ["政府性基金预算\n拨款支出", "国有资本\n拨款支出"]


def test_an_upright_pale_watermark_of_digits_is_told_by_its_run() -> None:
    def draw(canvas: Canvas) -> None:
        ruled_table(canvas)
        canvas.setFillColor(Color(0.8, 0.8, 0.8))
        for y in (BASELINE + 1, BASELINE - 50, 200):
            canvas.drawString(XS[2] + 20, y, "2025-01-15 10:23 10.12.3.45")

    page = read_page(typeset(draw))
    assert table(page) == EXPECTED
    assert page.lines == []


def test_pale_numbers_that_lie_over_nothing_are_print() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFillColor(Color(0.6, 0.6, 0.6))
        write_cells(canvas)
        canvas.setFillColor(black)
        rule_cells(canvas)

    assert table(read_page(typeset(draw))) == EXPECTED

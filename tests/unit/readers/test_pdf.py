"""PDFs typeset in the test: what is read is compared with what was set."""

from __future__ import annotations

import io
from collections.abc import Callable

import pypdfium2
import pytest
from reportlab.lib.colors import Color, white
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from pipeline.readers import pdf, pdf_reference
from pipeline.readers.printed import Grid, Page, Unreadable

FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))

HEADER = ["科目编码", "科目名称", "合计", "基本支出", "项目支出"]
ROWS = [
    ["201", "一般公共服务支出", "1,234.56", "1,000.00", "234.56"],
    ["20103", "政府办公厅事务", "1,234.56", "1,000.00", "234.56"],
    ["2010301", "行政运行", "1,000.00", "1,000.00", ""],
    ["2010302", "一般行政管理事务", "234.56", "", "234.56"],
]
XS = [50, 130, 290, 370, 450, 530]
TOP, HEIGHT = 700, 20


def typeset(draw: Callable[[Canvas], None], size: tuple[float, float] = (595, 842), rotate: int = 0) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=size)
    canvas.setFont(FONT, 10)
    draw(canvas)
    if rotate:
        canvas.setPageRotation(rotate)
    canvas.save()
    return buffer.getvalue()


def read_page(data: bytes) -> Page:
    return pdf.read(data).pages[0]


def table(page: Page) -> list[list[str]]:
    (grid,) = page.grids
    rows = [["" for _ in range(grid.column_count)] for _ in range(grid.row_count)]
    for cell in grid.cells:
        rows[cell.row][cell.column] = cell.text
    return rows


def write_cells(canvas: Canvas, raised: float = 0.0) -> None:
    """Header with 支出 over three columns, then the rows; digits `raised` above the baseline of the text."""
    canvas.drawString(XS[0] + 4, TOP - 24, HEADER[0])
    canvas.drawString(XS[1] + 4, TOP - 24, HEADER[1])
    canvas.drawCentredString((XS[2] + XS[5]) / 2, TOP - 14, "支出")
    for column in (2, 3, 4):
        canvas.drawRightString(XS[column + 1] - 4, TOP - 34, HEADER[column])
    for row, texts in enumerate(ROWS):
        y = TOP - HEIGHT * (row + 3) + 6
        for column, text in enumerate(texts):
            if column < 2:
                canvas.drawString(XS[column] + 4, y, text)
            else:
                canvas.drawRightString(XS[column + 1] - 4, y + raised, text)


def rule_cells(canvas: Canvas) -> None:
    bottom = TOP - HEIGHT * (len(ROWS) + 2)
    for x in XS:
        canvas.line(x, TOP - (HEIGHT if x in XS[3:5] else 0), x, bottom)
    canvas.line(XS[0], TOP, XS[-1], TOP)
    canvas.line(XS[2], TOP - HEIGHT, XS[-1], TOP - HEIGHT)
    for row in range(len(ROWS) + 1):
        canvas.line(XS[0], TOP - HEIGHT * (row + 2), XS[-1], TOP - HEIGHT * (row + 2))


def ruled(canvas: Canvas) -> None:
    write_cells(canvas)
    rule_cells(canvas)


EXPECTED = [["科目编码", "科目名称", "支出", "", ""], ["", "", "合计", "基本支出", "项目支出"], *ROWS]


def test_merged_headers_are_spans() -> None:
    page = read_page(typeset(ruled))
    assert table(page) == EXPECTED
    spans = {cell.text: (cell.row_span, cell.column_span) for cell in page.grids[0].cells if cell.row == 0}
    assert spans == {"科目编码": (2, 1), "科目名称": (2, 1), "支出": (1, 3)}


def test_boxes_are_where_the_rules_are() -> None:
    grid = read_page(typeset(ruled)).grids[0]
    cell = next(cell for cell in grid.cells if cell.text == "行政运行")
    assert cell.box is not None
    assert cell.box.x0 == pytest.approx(130, abs=1)
    assert cell.box.x1 == pytest.approx(290, abs=1)
    assert cell.box.top == pytest.approx(842 - (TOP - 4 * HEIGHT), abs=1)
    assert cell.text_x0 == pytest.approx(134, abs=1)


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_text_that_lies_on_its_side_is_turned(rotate: int) -> None:
    # reportlab swaps the sides of a page that it turns by a quarter
    page = read_page(typeset(ruled, size=(595, 842) if rotate == 180 else (842, 595), rotate=rotate))
    assert table(page) == EXPECTED
    assert page.turn == 360 - rotate


def test_sideways_text_on_an_upright_page() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.translate(0, 595)
        canvas.rotate(-90)
        ruled(canvas)

    page = read_page(typeset(draw, size=(842, 595)))
    assert table(page) == EXPECTED
    assert page.turn == 270
    assert (page.width, page.height) == (595, 842)


def test_page_that_is_turned_round_upright_text_reads_upright_beside_a_word_on_its_side() -> None:
    def with_page_number(canvas: Canvas) -> None:
        ruled(canvas)
        canvas.saveState()
        canvas.translate(560, 100)
        canvas.rotate(90)
        canvas.drawString(0, 0, "153")
        canvas.restoreState()

    page = read_page(typeset(with_page_number, size=(842, 595), rotate=270))
    assert table(page)[2:] == ROWS


NAMES_ALONE = [
    ("税收收入", "6931563", "101.32"),
    ("城市维护建设税和其他地方工商税收", "467446", ""),
    ("契税", "", ""),
    ("非税收入", "-3079858", "124.08"),
    ("本年收入合计", "10011421", "107.38"),
]


def columns_alone(canvas: Canvas, lines: list[tuple[str, str, str]], leading: float = 24) -> None:
    """A table with rules between columns, under its header and around it; a long name is set in two lines."""
    edges, top = [60, 200, 300, 400], 700
    foot = top - 30 - leading * len(lines)
    for x in edges:
        canvas.line(x, top, x, foot)
    for y in (top, top - 30, foot):
        canvas.line(edges[0], y, edges[-1], y)
    for text, x in zip(("项目", "决算数", "为预算%"), edges, strict=False):
        canvas.drawString(x + 4, top - 20, text)
    for number, (name, *amounts) in enumerate(lines):
        base = top - 30 - leading * number - leading / 2 - 4
        if len(name) > 10:
            canvas.drawString(edges[0] + 4, base + 6, name[:10])
            canvas.drawString(edges[0] + 4, base - 6, name[10:])
        else:
            canvas.drawString(edges[0] + 4, base, name)
        for text, x in zip(amounts, edges[2:], strict=True):
            canvas.drawRightString(x - 4, base, text)


def test_rows_that_no_rule_parts_are_told_by_their_baselines() -> None:
    rows = table(read_page(typeset(lambda canvas: columns_alone(canvas, NAMES_ALONE))))
    assert [[text.replace("\n", "") for text in row] for row in rows[1:]] == [list(line) for line in NAMES_ALONE]


def test_label_beside_several_rows_spans_them() -> None:
    def labelled(canvas: Canvas) -> None:
        columns_alone(canvas, [("", "3.47", "2.89"), ("", "4.49", "2.94"), ("", "6.61", "3.24")])
        canvas.drawString(64, 700 - 30 - 36 - 4, "新增债券")

    (grid,) = read_page(typeset(labelled)).grids
    assert [(cell.row, cell.row_span) for cell in grid.cells if cell.text == "新增债券"] == [(1, 3)]
    assert [cell.text for cell in grid.cells if cell.column == 1][1:] == ["3.47", "4.49", "6.61"]


def test_number_that_a_narrow_cell_breaks_is_no_second_row() -> None:
    broken = [("收入", "", "99.29"), ("支出", "1100729", "103.19"), ("结转", "997.00", "59.03"), ("合计", "1", "2")]

    def with_rest(canvas: Canvas) -> None:
        columns_alone(canvas, broken)
        for text, base in (("1234328", 6), ("4", -5)):
            canvas.drawRightString(296, 700 - 30 - 12 - 4 + base, text)

    rows = table(read_page(typeset(with_rest)))
    assert [row[0] for row in rows[1:]] == ["收入", "支出", "结转", "合计"]
    assert rows[1][1] == "1234328\n4"


def test_numbers_that_narrow_columns_break_beside_names_that_they_break_are_one_row() -> None:
    def broken(canvas: Canvas) -> None:
        columns_alone(
            canvas, [("机关事业单位", "23,338,4", "4,472,6"), ("基本养老保险", "", ""), ("缴费支出", "19.63", "39.88")]
        )

    rows = table(read_page(typeset(broken)))
    assert rows[1:] == [["机关事业单位\n基本养老保险\n缴费支出", "23,338,4\n19.63", "4,472,6\n39.88"]]


def test_digits_on_another_baseline_stay_in_their_line() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 500, "本年收入合计")
        canvas.drawString(125, 503, "12,219")
        canvas.drawString(165, 500, "万元，比上年增长")
        canvas.drawString(250, 503, "21%")

    (line,) = read_page(typeset(draw)).lines
    assert line.text.replace(" ", "") == "本年收入合计12,219万元，比上年增长21%"


def test_watermark_is_set_aside() -> None:
    def draw(canvas: Canvas) -> None:
        ruled(canvas)
        canvas.saveState()
        canvas.setFont(FONT, 60)
        canvas.setFillColor(Color(1, 0, 0, alpha=0.4))
        canvas.translate(150, 560)
        canvas.rotate(35)
        canvas.drawString(0, 0, "样张作废")
        canvas.restoreState()

    document = pdf.read(typeset(draw))
    assert table(document.pages[0]) == EXPECTED
    assert any("样张作废" in note for note in document.notes)


def test_invisible_rules_do_not_cut_rows() -> None:
    def draw(canvas: Canvas) -> None:
        ruled(canvas)
        canvas.setStrokeColor(white)
        for row in range(3, 6):
            canvas.line(XS[0], TOP - HEIGHT * row + 10, XS[-1], TOP - HEIGHT * row + 10)

    assert table(read_page(typeset(draw))) == EXPECTED


def test_invisible_rules_count_where_they_are_the_only_grid() -> None:
    def draw(canvas: Canvas) -> None:
        write_cells(canvas)
        canvas.setStrokeColor(white)
        rule_cells(canvas)

    assert table(read_page(typeset(draw))) == EXPECTED


@pytest.mark.parametrize("every_row", [False, True], ids=["three-line table", "rules only horizontal"])
def test_tables_without_vertical_rules(every_row: bool) -> None:
    def draw(canvas: Canvas) -> None:
        write_cells(canvas)
        canvas.line(XS[0], TOP, XS[-1], TOP)
        canvas.line(XS[2], TOP - HEIGHT, XS[-1], TOP - HEIGHT)
        last = len(ROWS) + 2
        for row in range(2, last + 1):
            if every_row or row in (2, last):
                canvas.line(XS[0], TOP - HEIGHT * row, XS[-1], TOP - HEIGHT * row)

    page = read_page(typeset(draw))
    assert table(page)[2:] == ROWS
    span = next(cell for cell in page.grids[0].cells if cell.text == "支出")
    assert (span.column, span.column_span) == (2, 3)


def test_table_without_any_rule() -> None:
    page = read_page(typeset(write_cells))
    assert table(page)[-len(ROWS) :] == ROWS


def test_prose_and_tables_of_contents_are_no_tables() -> None:
    def draw(canvas: Canvas) -> None:
        for number, text in enumerate(["一、部门概况", "二、收支情况", "三、名词解释", "四、附表"]):
            canvas.drawString(60, 700 - 20 * number, text)
            canvas.drawRightString(500, 700 - 20 * number, str(number + 2))
        canvas.drawString(60, 500, "本年预算 1,234.56 万元，其中基本支出 1,000.00 万元，项目支出 234.56 万元。")

    page = read_page(typeset(draw))
    assert not page.grids
    assert len(page.lines) == 5


def test_boxed_prose_becomes_lines() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.rect(50, 600, 400, 60)
        canvas.drawString(60, 640, "本部门预算支出为一千二百三十四万元，主要用于机关运行。")
        canvas.drawString(60, 620, "比上年增加百分之二十一。")

    page = read_page(typeset(draw))
    assert not page.grids
    assert len(page.lines) == 2


def test_clipped_text_is_not_printed() -> None:
    def draw(canvas: Canvas) -> None:
        ruled(canvas)
        canvas.saveState()
        path = canvas.beginPath()
        path.rect(50, 300, 480, 40)
        canvas.clipPath(path, stroke=0)
        canvas.drawString(60, 320, "印出的一行")
        canvas.drawString(60, 280, "裁去的一行")
        canvas.restoreState()

    texts = [line.text for line in read_page(typeset(draw)).lines]
    assert texts == ["印出的一行"]


def test_open_table_sides_and_page_cut() -> None:
    def draw(canvas: Canvas) -> None:
        write_cells(canvas)
        bottom = TOP - HEIGHT * (len(ROWS) + 2)
        for x in XS[1:-1]:
            canvas.line(x, TOP - (HEIGHT if x in XS[3:5] else 0), x, bottom)
        canvas.line(XS[0], TOP, XS[-1], TOP)
        canvas.line(XS[2], TOP - HEIGHT, XS[-1], TOP - HEIGHT)
        for row in range(2, len(ROWS) + 3):
            canvas.line(XS[0], TOP - HEIGHT * row, XS[-1], TOP - HEIGHT * row)

    assert table(read_page(typeset(draw))) == EXPECTED


def test_reference_reader_agrees_on_a_ruled_page() -> None:
    data = typeset(ruled)
    assert table(pdf_reference.read_page(data, 1)) == table(read_page(data))


def test_truncated_damaged_and_encrypted_files_have_their_reasons() -> None:
    data = typeset(ruled)
    with pytest.raises(Unreadable) as truncated:
        pdf.read(data[: len(data) // 2])
    assert truncated.value.reason == "truncated_file"
    with pytest.raises(Unreadable) as damaged:
        pdf.read(b"%PDF-1.4\n" + b"garbage " * 300 + b"\nstartxref\n99\n%%EOF\n")
    assert damaged.value.reason == "damaged_file"
    buffer = io.BytesIO()
    canvas = Canvas(buffer, encrypt="secret")
    canvas.drawString(50, 50, "x")
    canvas.save()
    with pytest.raises(Unreadable) as encrypted:
        pdf.read(buffer.getvalue())
    assert encrypted.value.reason == "encrypted_file"


def test_grids_and_lines_are_in_reading_order() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 780, "表题")
        ruled(canvas)
        canvas.drawString(60, 500, "注：无")

    kinds = [type(block) for block in read_page(typeset(draw)).blocks]
    assert [kind is Grid for kind in kinds] == [False, True, False]


def test_a_file_inside_the_pdf_is_named() -> None:
    with pypdfium2.PdfDocument(typeset(ruled)) as document:
        document.new_attachment("部门决算.xlsx\n=1").set_data(b"not read")
        buffer = io.BytesIO()
        document.save(buffer)
    printed = pdf.read(buffer.getvalue())
    assert table(printed.pages[0]) == EXPECTED
    assert [unread.detail for unread in printed.unread] == [
        "the PDF encloses the file “部门决算.xlsx�=1”, which is not read with it"
    ]

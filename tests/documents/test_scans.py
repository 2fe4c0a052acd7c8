"""Pages that hold nothing but a picture: the specimens and real pages, printed, turned a little, speckled and read again.

The corpus has no scan of a form, so the scans are made here: the expected figures are those of the page that was scanned.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pypdfium2
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from pipeline.reading import Claim, read_document
from tests.documents.test_expected import EXPECTED, SCANS_SHARE, compare, find, read_expected
from tests.support.layouts import EDITIONS, read_layout
from tests.support.layouts import compare as compare_layout
from tests.support.scanning import Condition, bound, scan, sides

SCANS = {
    # expected file -> pages: the first tells the year, the others are forms
    "specimen_深圳市人民政府办公厅_2026_pdf": (1, 3, 4, 14, 15, 19),
    "specimen_深圳市人民政府办公厅_2017_pdf": (1, 7, 14, 15, 20),
    "上海市_审计局_2026": (1, 13, 14, 19),
    "中央_国家信访局_2024": (1, 9, 11, 12),
}


EVENLY = Condition("scanner", 200, skew=0.4, noise=6)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("stem", SCANS)
def test_scanned_forms_are_read_as_printed(stem: str) -> None:
    pages = SCANS[stem]
    rows = read_expected(EXPECTED / f"{stem}.csv")
    path = find(rows[0]["document"])
    if path is None:
        pytest.skip(
            f"{rows[0]['document']} is not here: the corpus lies in ../shared/corpus, outside of the repository"
        )
    data = scan(path.read_bytes(), pages, EVENLY)
    with pypdfium2.PdfDocument(data) as document:
        assert all(not page.get_textpage().count_chars() for page in document)
    new_number = {str(old): str(new) for new, old in enumerate(pages, 1)}
    expected = [
        {**row, "page_number": new_number[row["page_number"]]}
        for row in rows
        if row["page_number"] in new_number
        and row["form"] not in ("narrative", "agency_statistic", "performance_target")
    ]
    assert len(expected) > 50
    comparison = compare(expected, read_document(data, Claim(file_name=f"{stem}.pdf")).rows)
    assert not comparison.wrong, f"{stem}: {comparison}"
    assert comparison.right >= SCANS_SHARE * comparison.count, f"{stem}: {comparison}"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_page_scanned_upside_down_is_read_as_printed() -> None:
    layout = read_layout("final_names_2020")
    data = scan(EDITIONS["pdf"](layout), (1, 2, 3, 4, 5), replace(EVENLY, skew=180.6))
    score = compare_layout(layout, read_document(data, Claim(file_name="upside down")).rows)
    assert not score.wrong, str(score)
    assert score.right >= SCANS_SHARE * score.count, str(score)


def _canvas(pictures: list[Image.Image], draw: Callable[[Canvas, Image.Image], None]) -> bytes:
    result = io.BytesIO()
    canvas = Canvas(result, invariant=True)
    for one in pictures:
        canvas.setPageSize((one.width * 0.36, one.height * 0.36))
        draw(canvas, one)
        canvas.showPage()
    canvas.save()
    return result.getvalue()


def _whole(canvas: Canvas, one: Image.Image) -> None:
    canvas.drawImage(ImageReader(one), 0, 0, one.width * 0.36, one.height * 0.36)


def _in_strips(canvas: Canvas, one: Image.Image) -> None:
    for top in range(0, one.height, 90):
        strip = one.crop((0, top, one.width, min(top + 90, one.height)))
        canvas.drawImage(
            ImageReader(strip), 0, (one.height - top - strip.height) * 0.36, one.width * 0.36, strip.height * 0.36
        )


def _over_wrong_text(canvas: Canvas, one: Image.Image) -> None:
    """What an optical reader of others made of the page lies under its picture, not printed, and wrong."""
    _whole(canvas, one)
    text = canvas.beginText(60, one.height * 0.18)
    text.setTextRenderMode(3)
    for _ in range(30):
        text.textLine("2010301 9,999.99 8,888.88 7,777.77")
    canvas.drawText(text)


def _with_clear_text(canvas: Canvas, one: Image.Image) -> None:
    """The same, by way of ink that does not cover."""
    _whole(canvas, one)
    canvas.setFillAlpha(0)
    for line in range(30):
        canvas.drawString(60, 100 + 12 * line, "2010301 9,999.99 8,888.88 7,777.77")
    canvas.setFillAlpha(1)


def _advertised(canvas: Canvas, one: Image.Image) -> None:
    _whole(canvas, one)
    canvas.drawString(60, 20, "Scanned with the scanner that scans everything, scanner.example")


WAYS: dict[str, Callable[[list[Image.Image]], bytes]] = {
    "on its side": lambda pictures: bound([one.rotate(90, expand=True) for one in pictures], 200),
    "on its other side": lambda pictures: bound([one.rotate(270, expand=True) for one in pictures], 200),
    "JPEG 2000": lambda pictures: bound([one.convert("RGBA") for one in pictures], 200, quality=60),
    "strips": lambda pictures: _canvas(pictures, _in_strips),
    "wrong text under it": lambda pictures: _canvas(pictures, _over_wrong_text),
    "clear text over it": lambda pictures: _canvas(pictures, _with_clear_text),
    "an advertisement on it": lambda pictures: _canvas(pictures, _advertised),
}


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("way", WAYS)
def test_scans_are_read_however_the_file_holds_them(way: str) -> None:
    layout = read_layout("budget_guizhou_2019")
    data = WAYS[way](sides(EDITIONS["pdf"](layout), (1, 2, 3), 200))
    score = compare_layout(layout, read_document(data, Claim(file_name=way)).rows)
    assert not score.wrong, str(score)
    assert score.right >= SCANS_SHARE * score.count, str(score)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_scanned_and_printed_pages_are_read_as_one_document() -> None:
    layout = read_layout("budget_guizhou_2019")
    printed = EDITIONS["pdf"](layout)
    with pypdfium2.PdfDocument(printed) as whole, pypdfium2.PdfDocument(scan(printed, (2,), EVENLY)) as scanned:
        whole.import_pages(scanned, [0], index=1)
        del whole[2]
        mixed = io.BytesIO()
        whole.save(mixed)
    rows = read_document(mixed.getvalue(), Claim(file_name="mixed")).rows
    assert {row["method"] for row in rows["page"]} == {"pdf", "ocr"}
    score = compare_layout(layout, rows)
    assert not score.wrong, str(score)
    assert score.right >= SCANS_SHARE * score.count, str(score)

"""Pages that hold nothing but a picture: the specimens and real pages, printed, turned a little, speckled and read again.

The corpus has no scan of a form, so the scans are made here: the expected figures are those of the page that was scanned.
"""

from __future__ import annotations

import io

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from pipeline.reading import Claim, read_document
from tests.documents.test_expected import EXPECTED, SCANS_SHARE, compare, find, read_expected
from tests.support.layouts import EDITIONS, read_layout
from tests.support.layouts import compare as compare_layout

DOTS_PER_INCH = 200
SCANS = {
    # expected file -> pages: the first tells the year, the others are forms
    "specimen_深圳市人民政府办公厅_2026_pdf": (1, 3, 4, 14, 15, 19),
    "specimen_深圳市人民政府办公厅_2017_pdf": (1, 7, 14, 15, 20),
    "上海市_审计局_2026": (1, 13, 14, 19),
    "中央_国家信访局_2024": (1, 9, 11, 12),
}


def scan(data: bytes, pages: tuple[int, ...], skew: float = 0.4, noise: float = 6.0) -> bytes:
    """A PDF of pictures of these pages (counted from 1): turned by `skew` degrees, speckled by `noise` grey levels."""
    random = np.random.default_rng(20260101)
    pictures = []
    with pypdfium2.PdfDocument(data) as document:
        for number in pages:
            picture = document[number - 1].render(scale=DOTS_PER_INCH / 72).to_pil().convert("L")
            picture = picture.rotate(skew, resample=Image.Resampling.BICUBIC, fillcolor=255)
            grey = np.asarray(picture, dtype=np.float64) + random.normal(0, noise, (picture.height, picture.width))
            pictures.append(Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)))
    result = io.BytesIO()
    pictures[0].save(result, "PDF", save_all=True, append_images=pictures[1:], resolution=DOTS_PER_INCH)
    return result.getvalue()


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
    data = scan(path.read_bytes(), pages)
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
    data = scan(EDITIONS["pdf"](layout), (1, 2, 3, 4, 5), skew=180.6)
    score = compare_layout(layout, read_document(data, Claim(file_name="upside down")).rows)
    assert not score.wrong, str(score)
    assert score.right >= SCANS_SHARE * score.count, str(score)

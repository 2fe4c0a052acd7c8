"""Pictures of pages before anything is recognised in them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.readers.scan import darkened, on_white, repair_words, straighten, without_seals

SCALE = 200 / 72
PAPER, INK, SEAL = (255, 255, 255), (30, 30, 30), (40, 40, 220)


def test_a_seal_is_as_light_as_paper_and_what_it_covers_stays_dark() -> None:
    page = np.full((600, 600, 3), PAPER, np.uint8)
    cv2.circle(page, (300, 300), 120, SEAL, 10)
    cv2.rectangle(page, (170, 295), (190, 305), INK, -1)  # print under the ring
    grey = without_seals(page, SCALE)
    assert grey[300, 422] > 200
    assert grey[300, 180] < 60


def test_red_figures_stay_dark() -> None:
    page = np.full((600, 600, 3), PAPER, np.uint8)
    cv2.putText(page, "-1,234.56", (100, 300), cv2.FONT_HERSHEY_SIMPLEX, 1.0, SEAL, 2)
    grey = without_seals(page, SCALE)
    assert (grey < 150).sum() > 100


def test_shaded_paper_becomes_white_and_ink_stays_dark() -> None:
    page = np.tile(np.linspace(210, 130, 600), (600, 1)).astype(np.uint8)
    page[300:304, 50:550] = 40
    white = on_white(page)
    assert white[100].min() > 225
    assert white[302, 60:540].max() < 100


def ruled(darkness: int) -> np.ndarray:
    page = np.full((1600, 2300), 255, np.uint8)
    for y in range(200, 1400, 40):
        page[y : y + 2, 150:2150] = darkness
    return page


def test_thin_faint_rules_are_made_level() -> None:
    turn = cv2.getRotationMatrix2D((1150, 800), 0.7, 1)
    straight = straighten(cv2.warpAffine(ruled(130), turn, (2300, 1600), flags=cv2.INTER_LINEAR, borderValue=255))
    one, other = (int(straight[190:210, column].argmin()) for column in (400, 1900))
    assert abs(one - other) <= 1


def test_faint_print_becomes_dark_and_paper_stays_white() -> None:
    page = ruled(200)
    dark = darkened(page)
    assert dark.min() < 110
    assert np.median(dark) == 255
    blank = np.full((600, 600), 250, np.uint8)
    assert (darkened(blank) == blank).all()


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("、一般公共服务支出", "一、一般公共服务支出"),
        ("上二、农林水支出", "十二、农林水支出"),
        ("+、节能环保支出", "十、节能环保支出"),
        ("上级补助收入", "上级补助收入"),
        ("土地开发支出", "土地开发支出"),
    ],
)
def test_misread_numberings_are_put_right(read: str, printed: str) -> None:
    assert repair_words(read) == printed

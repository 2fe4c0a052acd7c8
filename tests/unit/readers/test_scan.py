"""Pictures of pages before anything is recognised in them."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.readers.scan import on_white, without_seals

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

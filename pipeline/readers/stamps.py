"""Stamps and watermarks among the characters of a PDF's page.

Belongs here: telling them from print by how they are turned, coloured and laid over it. Does not belong here: what a page draws (`drawn`),
what cannot be seen (`ink`).
"""

from __future__ import annotations

import numpy as np


def set_aside(text: list[str], boxes: np.ndarray, kinds: dict[int, str]) -> set[int]:
    """Characters that belong to a stamp or a watermark: slanted ones, and coloured or pale ones printed over others.

    A watermark is told by its run: what is pale and printed over other text goes whole, and so do all like it.
    """
    aside = {number for number, kind in kinds.items() if kind == "slanted"}
    doubtful = [n for n, kind in kinds.items() if kind in ("coloured", "pale") and not text[n].isspace()]
    plain = np.array([n for n, c in enumerate(text) if n not in kinds and not c.isspace()], dtype=int)
    if not doubtful or not len(plain):
        return aside
    others = boxes[plain]
    size = float(np.median(others[:, 3] - others[:, 1]))
    over = {number for number in doubtful if _is_over(boxes[number], others)}
    aside |= {n for n in over if kinds[n] == "coloured"}
    runs = _pale_runs(text, boxes, kinds)
    printed_over = {_wording(run, text) for run in runs if not over.isdisjoint(run)}
    for run in runs:
        if _wording(run, text) in printed_over:
            aside.update(run)
        aside.update(n for n in run if boxes[n, 3] - boxes[n, 1] > 2.5 * size)
    return aside


def _is_over(box: np.ndarray, others: np.ndarray) -> bool:
    x0, top, x1, bottom = box
    overlap = np.minimum(others[:, 2], x1) - np.maximum(others[:, 0], x0)
    rise = np.minimum(others[:, 3], bottom) - np.maximum(others[:, 1], top)
    covered = (overlap > 0.3 * np.minimum(x1 - x0, others[:, 2] - others[:, 0])) & (
        rise > 0.4 * (others[:, 3] - others[:, 1])
    )
    return bool(covered.any())


def _wording(run: list[int], text: list[str]) -> str:
    return "".join(text[number] for number in run)


def _pale_runs(text: list[str], boxes: np.ndarray, kinds: dict[int, str]) -> list[list[int]]:
    """Pale characters that follow one another on a line."""
    runs: list[list[int]] = []
    for number in sorted(n for n, kind in kinds.items() if kind == "pale" and not text[n].isspace()):
        if runs:
            last = runs[-1][-1]
            size = boxes[last, 3] - boxes[last, 1]
            level = abs(boxes[last, 1] - boxes[number, 1]) < 0.3 * size
            # blanks may stand between, and no more than a wide one
            if level and number - last <= 3 and -size < boxes[number, 0] - boxes[last, 2] < 2 * size:
                runs[-1].append(number)
                continue
        runs.append([number])
    return runs

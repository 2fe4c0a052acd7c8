"""The frame in which a page's text reads upright, and the way from PDF's user space into it.

Belongs here: turning rectangles. Does not belong here: which way a page must be turned (`pdf`).
"""

from __future__ import annotations

import numpy as np


class Frame:
    """Turns user space into the frame of the page as displayed, turned further until its text reads upright."""

    def __init__(self, box: tuple[float, float, float, float], quarter: int) -> None:
        self.left, self.low, self.right, self.high = box
        self.quarter = quarter % 4
        across, up = self.right - self.left, self.high - self.low
        self.width, self.height = (across, up) if self.quarter % 2 == 0 else (up, across)

    def boxes(self, values: np.ndarray) -> np.ndarray:
        """(n, 4) arrays of x0, y0, x1, y1 in user space as x0, top, x1, bottom."""
        x0, y0, x1, y1 = values[:, 0], values[:, 1], values[:, 2], values[:, 3]
        if self.quarter == 0:
            parts = (x0 - self.left, self.high - y1, x1 - self.left, self.high - y0)
        elif self.quarter == 1:
            parts = (y0 - self.low, x0 - self.left, y1 - self.low, x1 - self.left)
        elif self.quarter == 2:
            parts = (self.right - x1, y0 - self.low, self.right - x0, y1 - self.low)
        else:
            parts = (self.high - y1, self.right - x1, self.high - y0, self.right - x0)
        return np.stack(parts, axis=1)

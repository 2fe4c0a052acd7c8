"""Tests see mistakes of this project as errors: units of work that fail are raised and not refused (`pipeline.forms.failures`)."""

from __future__ import annotations

import os

from pipeline.forms.failures import RAISE

os.environ.setdefault(RAISE, "1")

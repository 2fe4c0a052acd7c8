"""The reasons for which something printed is no figure: refusal_reasons.csv.

Belongs here: what follows from a reason alone. Does not belong here: giving a reason, which is for whoever refuses.
"""

from __future__ import annotations

import csv
from pathlib import Path

REASONS = Path(__file__).with_name("refusal_reasons.csv")

with REASONS.open(encoding="utf-8", newline="") as _file:
    ACCOUNTING = frozenset(row["reason"] for row in csv.DictReader(_file) if row["loses_amounts"] == "no")
"""Reasons that only account for cells that hold no amount: they do not make a document partly loaded."""

"""Which lines of a form are leaves where names alone nest them.

Belongs here: what speaks against leaves that were told by names. Does not belong here: how lines nest (`hierarchy`), and what stands
above an amount in its row (`divisions`, `interpretation`).
"""

from __future__ import annotations

from decimal import Decimal

from pipeline.figures.hierarchy import Amounts
from pipeline.figures.lines import LineRow


def doubt_leaves(lines: list[LineRow], amounts: Amounts) -> str | None:
    """Make doubtful, in place, lines nested by name that add up to more than any total of the form: none may be counted twice.

    The greatest total is what all lines add up to: 本年收入合计 leaves out what was carried over, 总计 does not. Returns what was seen,
    None where nothing is doubted.
    """
    body = [line for line in lines if line.kind == "line"]
    named = [line for line in body if not line.code]
    totals = [amounts[line.row] for line in lines if line.kind in ("current_total", "total") and line.row in amounts]
    total = max(totals, default=None)
    if len(named) * 2 <= len(body) or total is None or total[0] <= 0 or any(line.year is not None for line in lines):
        return None
    leaves = [line for line in body if not line.is_parent and not line.is_memo and line.row in amounts]
    summed = sum((amounts[line.row][0] for line in leaves), Decimal(0))
    if summed - total[0] <= total[1] + sum((amounts[line.row][1] for line in leaves), Decimal(0)):
        return None
    for line in leaves:
        line.is_doubtful = True
    return f"lines without parts add up to {summed} against a total of {total[0]} yuan: which of them contain others is not known"

"""Rows that are sums and no lines though nothing calls them a total: 小计, and years of a comparison.

Belongs here: telling them. Does not belong here: 合计 and 总计 (`lines`), and what adds up to what (`hierarchy`).
"""

from __future__ import annotations

import re

from pipeline.figures.lines import LineRow
from pipeline.forms.header import Column
from pipeline.forms.text import bare_name

_SUBTOTAL = re.compile(r"^[(]?小\s*计[)]?[:：]?$")


def tell_sums(lines: list[LineRow], of_items: bool) -> None:
    """Make subtotals of the lines named 小计, and totals of those that nothing but a year names, in place.

    The first row of an agency is the agency's own total where it is named 小计. Where columns are items (`of_items`: 三公), the row of a year
    has leaves.
    """
    agencies: dict[int, str | None] = {}
    for line in lines:
        begins = line.agency_name is not None and line.agency_name != agencies.get(line.group)
        agencies[line.group] = line.agency_name
        if line.kind != "line" or line.code or line.cross_code:
            continue
        if _SUBTOTAL.match(bare_name(line.name)):
            line.kind, line.name = ("agency", str(line.agency_name)) if begins else ("subtotal", line.name)
        elif line.year is not None and not line.name and not of_items:
            line.kind = "total"


def compares_years(columns: list[Column]) -> bool:
    """Whether rows are years and nothing else, as in tables amid prose: these may be in 万元 where all forms are in 元."""
    return {column.role for column in columns} - {"value", "unknown", "text", "empty", "remark"} == {"year"}

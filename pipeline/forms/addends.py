"""Which column of a form is an addend of which: subtotals over the columns under their header, items of 三公 under their total.

Belongs here: parents of columns, by nesting of headers and by the catalogue's items. Does not belong here: what a column means (`header`),
and whether the sums hold (`pipeline.proofs`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.forms import catalogue

if TYPE_CHECKING:
    from pipeline.forms.header import Column


def find_parents(columns: list[Column]) -> None:
    """Tie each value column to the column that it is an addend of, by header nesting and by the catalogue's sources.

    A subtotal (小计, 合计) under a header is the parent of the other columns under the same header; a subtotal of a
    deeper header is an addend of the subtotal above it.
    """
    values = [column for column in columns if column.role == "value"]
    years = {column.year for column in values if column.year is not None}
    items = {column.attributes.get("item") for column in values}
    for column in values:
        candidates = [
            other
            for other in values
            if other is not column
            and other.group == column.group
            and (other.year == column.year or (other.year is None and len(years) == 1))
            and (_covers(other, column) or _is_item_parent(other, column, items))
        ]
        if candidates and not column.is_memo:
            column.parent = max(
                candidates, key=lambda other: (len(stem(other)), -abs(other.index - column.index))
            ).index


def stem(column: Column) -> tuple[str, ...]:
    """Header path without the words for totals: what a total column is the total of."""
    return tuple(text for text in column.path if not _is_total_text(text))


_TOTAL_TEXT = re.compile(
    r"(?:总计|合计|小计|总额|总金额|金额合计|合计金额|金额|计|(?:本年)?(?:收入|支出)(?:预算|决算)?(?:合计|总计|小计)|"
    r"预算(?:总额|合计)|资金(?:总额|合计)|总数)"
)


def _is_total_text(text: str) -> bool:
    return bool(_TOTAL_TEXT.fullmatch(catalogue.header_text(text)))


def _covers(total: Column, part: Column) -> bool:
    """Whether `total` is a total column over `part`: what it is the total of is a proper part of the part's header."""
    measure, part_measure = total.attributes.get("measure"), part.attributes.get("measure", "")
    if part_measure in _NO_ADDENDS or (measure in _NO_ADDENDS and not part_measure.startswith(f"{measure}_")):
        return False
    if total.attributes.get("comparative") != part.attributes.get("comparative"):
        return False
    if "item" in part.attributes:
        return False
    own, of_part = stem(total), stem(part)
    return len(own) < len(total.path) and len(own) < len(of_part) and _is_subsequence(own, of_part)


_NO_ADDENDS = ("change", "closing_balance", "opening_balance", "surplus_distribution")
_ITEM_PARENT = {
    "overseas_travel": "total", "official_reception": "total", "vehicles": "total",
    "vehicle_purchase": "vehicles", "vehicle_operation": "vehicles",
}  # fmt: skip


def _is_item_parent(total: Column, part: Column, items: set[str | None]) -> bool:
    """Whether the columns are 三公 items of which one is the total of the other, for the same year, phase and fund."""
    parent = _ITEM_PARENT.get(part.attributes.get("item", ""))
    if parent is not None and parent not in items:
        parent = "total"  # purchase and operation of vehicles without a sum of both
    rest = [
        {name: value for name, value in column.attributes.items() if name not in ("item", "measure")}
        for column in (total, part)
    ]
    return parent is not None and total.attributes.get("item", "total") == parent and rest[0] == rest[1]


def _is_subsequence(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    remaining = iter(long)
    return all(text in remaining for text in short)


_KINDS_OF_OUTLAY = ("operating", "to_superior", "to_subordinate", "other_class")


def divide_funds_by_source(columns: list[Column]) -> None:
    """What one column divides by source it divides by nothing else: 经营支出 and 其他支出 beside 事业支出 under 单位资金 are funds of the unit.

    Under 基本支出 and 项目支出, or beside them, the same words are kinds of outlay, and stay so.
    """
    by_parent: dict[int, list[Column]] = {}
    for column in columns:
        if column.parent is not None and columns[column.parent].attributes.get("source"):
            by_parent.setdefault(column.parent, []).append(column)
    for parent, parts in by_parent.items():
        of_fund = columns[parent].attributes["source"]
        whole = [part for part in parts if part.attributes.get("measure", "total") == "total"]
        kinds = [part for part in parts if part.attributes.get("measure") in _KINDS_OF_OUTLAY]
        is_by_source = any(part.attributes.get("source", of_fund) != of_fund for part in whole)
        if is_by_source and len(whole) + len(kinds) == len(parts):
            for part in kinds:
                part.attributes["measure"] = "total"

"""The metrics: what can be asked for, where it stands, and what of it is never added together.

Belongs here: reading `metrics.yaml`, and the query of one metric. Does not belong here: amounts (the marts'), and answers (`answers`).

No function here sums: a metric is a column of a wide table, whose rows are taken as they are. So perimeters, scopes, phases, funds and
versions cannot be added to one another by asking.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

TRUST = ("printed_total", "missing_yuan", "has_suspect", "is_whole")
"""How far a row can be trusted: columns that every fact and wide table has."""


@dataclass(frozen=True)
class Metric:
    """One metric: its table, its value, whose it is, and the dimensions that stay apart."""

    name: str
    label: str
    label_zh: str
    table: str
    amount: str
    unit: str
    body: str
    body_name: str
    line: tuple[str, str, str] | None
    apart: tuple[str, ...]
    also: tuple[str, ...]

    def columns(self, present: Iterable[str]) -> str:
        """The select list of an answer, of the columns that the table has."""
        there = set(present)
        line = "" if self.line is None else f"{self.line[0]} as code, {self.line[1]} as name, {self.line[2]} as level, "
        kept = [column for column in (*self.apart, *self.also, *TRUST, "figure_ids") if column in there]
        return (
            f"{self.body} as body_id, {self.body_name} as body_name, jurisdiction_code, fiscal_year, {line}"
            f"{self.amount} as value, '{self.unit}' as unit, {', '.join(kept)}"
        )


@cache
def metrics() -> dict[str, Metric]:
    """All metrics by name."""
    declared = yaml.safe_load((Path(__file__).parent / "metrics.yaml").read_text(encoding="utf-8"))
    return {
        name: Metric(
            name=name,
            line=tuple(each.get("line") or ()) or None,
            apart=tuple(each["apart"]),
            also=tuple(each.get("also") or ()),
            **{key: each[key] for key in ("label", "label_zh", "table", "amount", "unit", "body", "body_name")},
        )
        for name, each in declared.items()
    }

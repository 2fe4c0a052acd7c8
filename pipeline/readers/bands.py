"""Bands: rows of a table that no rule parts, told by their baselines.

Belongs here: telling that one ruled row (a band) holds several printed rows, and which lines of its cells belong to which. Does not
belong here: rules (`ruling`), tables without any rule (`open_tables`).

Some publishers rule only the columns of a table and its outline: a whole column then stands in one cell. What tells rows is that numbers
stand on baselines of their own, farther apart than the lines of one cell, and that names stand on most of these baselines. A name may be
set in several lines with its numbers beside the middle of them, and a label may stand beside several rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from pipeline.readers.characters import TextLine

LEAST_LEADING = 1.25
"""Baselines of rows are at least so many heights of a character apart; lines of one cell are nearer."""
NEAR = 0.45
"""How far, in heights of a character, a line may stand from the baseline that it shares."""
LEAST_ROWS = 3
"""A column of so many numbers is no number that its cell breaks; of two it may be."""
WIDE_LEADING = 1.5
"""Two numbers so many heights of a character apart are not one that its cell breaks."""
LEAST_NAMED = 0.7
"""Share of the baselines of numbers on which a name must stand."""
_NUMBER = re.compile(r"[-－—–+]?[(（]?[-－]?\d[\d,，\s]*(?:\.[\d\s]*)?[)）]?[%％]?")
_DASH = re.compile(r"[-－—–/]+")


@dataclass(slots=True)
class Group:
    """Lines of one cell that belong together: a name of several lines, or one number."""

    lines: list[TextLine]

    @property
    def top(self) -> float:
        return self.lines[0].top

    @property
    def bottom(self) -> float:
        return self.lines[-1].bottom

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


@dataclass(slots=True)
class Band:
    """One ruled row as several: the edges between its rows, and the groups of each cell by row; a cell that has none spans them all."""

    edges: list[float]
    parts: dict[int, dict[int, list[Group]]] = field(default_factory=dict)


def split(cells: Mapping[int, Sequence[TextLine]], top: float, bottom: float, is_body: bool = True) -> Band | None:
    """The rows of one ruled row, whose cells hold these lines (from top to bottom); None where it is one row.

    `is_body` says that the table has hardly any other ruled row: then two numbers in a cell may be two rows.
    `cells` are those of the row alone, by any number; a cell that reaches into other rows is none of them.
    """
    numeric = {key for key, lines in cells.items() if lines and all(_is_number(line.text) for line in lines)}
    height = median([line.bottom - line.top for key in numeric for line in cells[key]] or [0.0])
    numbers = {key: _grouped(cells[key], height) for key in numeric}
    most = max((len(groups) for groups in numbers.values()), default=0)
    if most < (2 if is_body else LEAST_ROWS) or _are_broken(numbers.values()):
        return None
    baselines = _baselines([group for groups in numbers.values() for group in groups], height)
    least = LEAST_LEADING if len(baselines) >= LEAST_ROWS else WIDE_LEADING
    if any(lower - upper < least * height for upper, lower in pairwise(baselines)):
        return None
    groups = {key: numbers.get(key) or _grouped(lines, height, baselines) for key, lines in cells.items() if lines}
    names = _names(groups, numeric, baselines, height)
    if names is None:
        full = sum(len(members) == len(baselines) for members in numbers.values())
        is_labelled = all(len(groups[key]) == 1 for key in groups if key not in numeric)
        return _band(baselines, groups, top, bottom, height) if full >= 2 and is_labelled else None
    alone = [group for group in names if _nearest(group, baselines, height) is None]
    return _band([*baselines, *(group.middle for group in alone)], groups, top, bottom, height)


def _are_broken(numbers: Iterable[Sequence[Group]]) -> bool:
    """Whether the lines of most cells are pieces of one number each, which a narrow column breaks (1,088,2 above 15.90)."""
    cells = [[line.text.strip() for group in groups for line in group.lines] for groups in numbers]
    several = [texts for texts in cells if len(texts) > 1]
    broken = sum(
        any(text.endswith((",", "，", ".")) for text in texts[:-1])
        or any(text.startswith((",", "，", ".")) for text in texts[1:])
        or ("." in texts[-1] and not any("." in text for text in texts[:-1]))
        for texts in several
    )
    return 2 * broken >= len(several)


def _names(
    groups: Mapping[int, list[Group]], numeric: set[int], baselines: Sequence[float], height: float
) -> list[Group] | None:
    """The cell of words that stands on the most baselines of numbers; None where none stands on most of them."""
    on_baselines = {
        key: len({_nearest(group, baselines, height) for group in members} - {None})
        for key, members in groups.items()
        if key not in numeric
    }
    best = max(on_baselines, key=lambda key: on_baselines[key], default=None)
    return groups[best] if best is not None and on_baselines[best] >= LEAST_NAMED * len(baselines) else None


def _band(
    middles: Sequence[float], groups: Mapping[int, list[Group]], top: float, bottom: float, height: float
) -> Band:
    rows = sorted(middles)
    band = Band([top, *((upper + lower) / 2 for upper, lower in pairwise(rows)), bottom])
    for key, members in groups.items():
        if len(members) == 1 and _is_label(members[0], rows, height):
            continue
        parts: dict[int, list[Group]] = {}
        for group in members:
            row = min(range(len(rows)), key=lambda row: abs(rows[row] - group.middle))
            parts.setdefault(row, []).append(group)
        band.parts[key] = parts
    return band


def _is_label(group: Group, rows: Sequence[float], height: float) -> bool:
    """Whether the only text of a cell stands beside the middle of all rows, and is no number of the row there."""
    if _is_number(group.text):
        return False
    return abs(group.middle - (rows[0] + rows[-1]) / 2) < height


def _is_number(text: str) -> bool:
    plain = text.strip()
    return bool(_NUMBER.fullmatch(plain) or _DASH.fullmatch(plain))


def _baselines(numbers: Sequence[Group], height: float) -> list[float]:
    """Middles of the rows on which the numbers stand, from top to bottom."""
    rows: list[list[float]] = []
    for middle in sorted(group.middle for group in numbers):
        if rows and middle - rows[-1][0] <= NEAR * height:
            rows[-1].append(middle)
        else:
            rows.append([middle])
    return [sum(row) / len(row) for row in rows]


def _nearest(group: Group, baselines: Sequence[float], height: float) -> int | None:
    """Which baseline a group shares: that of one of its lines, or the middle of them all."""
    found = min(range(len(baselines)), key=lambda row: abs(baselines[row] - group.middle))
    reach = max(NEAR * height, (group.bottom - group.top) / 2 - NEAR * height)
    return found if abs(baselines[found] - group.middle) <= reach else None


def _grouped(lines: Sequence[TextLine], height: float, baselines: Sequence[float] = ()) -> list[Group]:
    """Lines set as close as those of one text, unless each stands on a baseline of numbers: then each is a row of its own."""
    groups: list[list[TextLine]] = []
    for line in lines:
        if groups:
            before = groups[-1][-1]
            is_close = _middle(line) - _middle(before) < LEAST_LEADING * height
            if is_close and not all(_is_on_one(one, baselines, height) for one in (before, line)):
                groups[-1].append(line)
                continue
        groups.append([line])
    return [Group(group) for group in groups]


def _is_on_one(line: TextLine, baselines: Sequence[float], height: float) -> bool:
    return any(abs(_middle(line) - baseline) <= NEAR * height for baseline in baselines)


def _middle(line: TextLine) -> float:
    return (line.top + line.bottom) / 2

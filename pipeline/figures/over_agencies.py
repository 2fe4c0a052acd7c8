"""Lines that stand over several agencies of a form: 货物, 全额拨款.

Belongs here: telling them by sums. Does not belong here: the other parents of lines (`hierarchy`).
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from pipeline.figures.lines import LineRow
from pipeline.figures.sums import NOTHING, adds_up

if TYPE_CHECKING:
    from pipeline.figures.hierarchy import Amounts


def lines_over_agencies(lines: list[LineRow], amounts: Amounts) -> list[tuple[LineRow, list[LineRow]]]:
    """Lines over agencies (货物, 全额拨款), each with the rows of agencies down to the next such line, whose sum it is.

    A line of one agency may be as large as the agency after it: only where nothing lacks before it, or where all such lines are the form's total, is it over agencies.
    """
    places = [
        place
        for place, (line, following) in enumerate(itertools.pairwise(lines))
        if line.kind == "line" and not line.code and following.kind == "agency" and line.row in amounts
    ]
    every = _over_agencies(lines, places, amounts)
    totals = [amounts[line.row] for line in lines if line.kind == "total" and line.row in amounts]
    if len(every) > 1 and any(adds_up(total, [amounts[line.row] for line, _ in every]) for total in totals):
        return every
    return _over_agencies(lines, [place for place in places if _is_complete(lines[:place], amounts)], amounts)


def _over_agencies(lines: list[LineRow], places: list[int], amounts: Amounts) -> list[tuple[LineRow, list[LineRow]]]:
    """Of these places, from the first on, each that is the sum of the agencies down to another of them, and goes on from there."""
    found: list[tuple[LineRow, list[LineRow]]] = []
    reached = 0
    for place in places:
        stated = amounts[lines[place].row]
        for end in (end for end in [*places, len(lines)] if place >= reached and stated[0] and end > place):
            heads = [line for line in lines[place:end] if line.kind == "agency"]
            if adds_up(stated, [amounts.get(head.row, NOTHING) for head in heads]):
                found.append((lines[place], heads))
                reached = end
                break
    return found


def _is_complete(lines: list[LineRow], amounts: Amounts) -> bool:
    """Whether no line is lacking to the last agency of a run: there is none, or the lines below it add up to it."""
    last = max((place for place, line in enumerate(lines) if line.kind == "agency"), default=None)
    if last is None or lines[last].row not in amounts:
        return last is None
    below = [amounts[line.row] for line in lines[last + 1 :] if line.kind == "line" and line.row in amounts]
    return adds_up(amounts[lines[last].row], below)

"""How lines nest where sums alone can tell: each parent is the sum of the lines right below it, the topmost lines add up to a total.

Belongs here: the search, over whole numbers. Does not belong here: lines, and other evidence on how they nest (`hierarchy`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Rounded = tuple[int, int]
"""A whole number, and how far it may be off."""

_DEEPEST = 4
"""Levels of lines below the topmost ones."""
_MOST_SUMS = 50_000
"""Sums that are tried before the search is given up."""


def parents_by_sums(amounts: Sequence[Rounded], total: Rounded) -> list[int | None] | None:
    """The parent of each line, None for a topmost one; None altogether where nothing adds up, or the search would take too long.

    The shallowest nesting is taken, an exact one before one within rounding.
    """
    exact = _Search([(value, 0) for value, _ in amounts]).whole((total[0], 0))
    rounded = _Search(amounts).whole(total) if exact is None or exact.height else None
    found = min((run for run in (exact, rounded) if run is not None), key=lambda run: run.height, default=None)
    if found is None:
        return None
    parents: list[int | None] = [None] * len(amounts)
    _set_parents(found, None, parents)
    return parents


def _set_parents(run: _Run | None, parent: int | None, parents: list[int | None]) -> None:
    while run is not None:
        parents[run.last.position] = parent
        _set_parents(run.last.below, run.last.position, parents)
        run = run.before


@dataclass(slots=True)
class _Tree:
    """A line with the lines below it, down to `end`, and how many levels these are."""

    position: int
    end: int
    height: int
    below: _Run | None


@dataclass(slots=True)
class _Run:
    """Lines of one level with those below them: the last of them, and the run before it; `height` is of the highest tree."""

    height: int
    last: _Tree
    before: _Run | None


class _Search:
    """What is below a line follows it: the ways in which lines stand over others are found from the last line up."""

    def __init__(self, amounts: Sequence[Rounded]) -> None:
        self.amounts = amounts
        self.tried = 0
        self.trees: list[list[_Tree]] = [[] for _ in amounts]

    def whole(self, total: Rounded) -> _Run | None:
        """The shallowest run of all lines that adds up to the total; None where there is none, or the search would take too long."""
        last = len(self.amounts)
        # The least and the most that the lines from each on can add up to: some of them, and all of them, taken or below another.
        some, every = [(0, 0)] * (last + 1), [(0, 0)] * (last + 1)
        for position in reversed(range(last)):
            value, half = self.amounts[position]
            below = self._runs(position + 1, (value, half), some) if value else {}
            trees = [_Tree(position, end, run.height + 1, run) for end, run in below.items() if run.height < _DEEPEST]
            self.trees[position] = [*trees, _Tree(position, position + 1, 0, None)]
            least, most = some[position + 1]
            some[position] = (least + min(value, 0) - half, most + max(value, 0) + half)
            ends = [every[tree.end] for tree in self.trees[position]]
            every[position] = (
                min(least for least, _ in ends) + value - half,
                max(most for _, most in ends) + value + half,
            )
        return self._runs(0, total, every).get(last)

    def _runs(self, start: int, sought: Rounded, bounds: Sequence[tuple[int, int]]) -> dict[int, _Run]:
        """Runs from `start` on that add up to what is sought, the shallowest by where it ends; `bounds` are of what follows each line."""
        found: dict[int, _Run] = {}
        reached: dict[int, dict[Rounded, _Run | None]] = {start: {sought: None}}
        for position in range(start, len(self.amounts)):
            value, half = self.amounts[position]
            for (left, slack), before in reached.get(position, {}).items():
                self.tried += 1
                if abs(value) > abs(left) + slack + half or self.tried > _MOST_SUMS:
                    continue
                rest, room = left - value, slack + half
                for tree in self.trees[position]:
                    least, most = bounds[tree.end]
                    if least - room <= rest <= most + room:
                        run = _Run(max(tree.height, before.height if before is not None else 0), tree, before)
                        known = reached.setdefault(tree.end, {}).get((rest, room))
                        if known is None or run.height <= known.height:
                            reached[tree.end][rest, room] = run
                        if abs(rest) <= room and (tree.end not in found or run.height <= found[tree.end].height):
                            found[tree.end] = run
        return found

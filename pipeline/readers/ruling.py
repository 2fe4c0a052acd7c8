"""Ruled lines -> lattices: which rows, columns and merged cells a set of printed rules encloses.

Belongs here: geometry of rules, whatever drew them (a PDF's paths, the lines found in the picture of a scanned page).
Does not belong here: text, and where the rules come from.

The rules follow pdfplumber's table finder (snap, join, intersect), but walls are marked on the lattice of all row and
column positions and cells are the rooms between them, so that a missing piece of rule merges two cells instead of losing
both, an open side is closed, and a merged cell is one cell with a span.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

SNAP = 3.0
"""Rules nearer than this (points) are one rule: double rules, and the two sides of a thick one."""
LEAST_LENGTH = 3.0
OVERHANG = 8.0
"""Horizontal rules that reach so far beyond the last vertical one enclose a column whose outer side is open."""
SLIVER = 6.0
"""A column or row narrower than this cannot hold text; where it is empty it is an artefact of layout."""
DRIFT = 12.0
"""Boundaries of one column may drift so far from row to row in tables laid out by word processors."""

Segment = tuple[float, float, float]
"""Position across, start along, end along: (y, x0, x1) for a horizontal rule, (x, top, bottom) for a vertical one."""


@dataclass(slots=True)
class Room:
    """One enclosed cell: its first row and column and its spans."""

    row: int
    column: int
    row_span: int
    column_span: int


@dataclass(slots=True)
class Lattice:
    """Rows and columns of one ruled table. `owner[row][column]` is the index of the room there, -1 outside of all rooms."""

    xs: list[float]
    ys: list[float]
    rooms: list[Room]
    owner: list[list[int]]

    @property
    def box(self) -> tuple[float, float, float, float]:
        return (self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])


def snap_and_join(segments: Iterable[Segment], snap: float = SNAP, join: float = SNAP) -> list[Segment]:
    """Segments of one orientation with positions snapped together and collinear neighbours joined, sorted."""
    ordered = sorted(segments)
    result: list[Segment] = []
    index, count = 0, len(ordered)
    while index < count:
        end = index + 1
        # a run of positions, each within `snap` of the one before, is one rule drawn several times
        while (
            end < count
            and ordered[end][0] - ordered[end - 1][0] <= snap
            and ordered[end][0] - ordered[index][0] <= 2 * snap
        ):
            end += 1
        group = ordered[index:end]
        longest = max(group, key=lambda segment: segment[2] - segment[1])
        position = longest[0]
        spans = sorted((start, stop) for _, start, stop in group)
        start, stop = spans[0]
        for next_start, next_stop in spans[1:]:
            if next_start <= stop + join:
                stop = max(stop, next_stop)
            else:
                if stop - start >= LEAST_LENGTH:
                    result.append((position, start, stop))
                start, stop = next_start, next_stop
        if stop - start >= LEAST_LENGTH:
            result.append((position, start, stop))
        index = end
    return result


def components(
    horizontal: Sequence[Segment], vertical: Sequence[Segment], tolerance: float = SNAP
) -> list[tuple[list[Segment], list[Segment]]]:
    """Rules grouped into sets that touch one another (each set is one table, box or lone line)."""
    count = len(horizontal) + len(vertical)
    parent = list(range(count))

    def find(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    ys = [segment[0] for segment in horizontal]
    for offset, (x, top, bottom) in enumerate(vertical, start=len(horizontal)):
        first = bisect_left(ys, top - tolerance)
        for index in range(first, len(horizontal)):
            y, x0, x1 = horizontal[index]
            if y > bottom + tolerance:
                break
            if x0 - tolerance <= x <= x1 + tolerance:
                one, other = find(offset), find(index)
                if one != other:
                    parent[one] = other
    groups: dict[int, tuple[list[Segment], list[Segment]]] = {}
    for index, segment in enumerate(horizontal):
        groups.setdefault(find(index), ([], []))[0].append(segment)
    for index, segment in enumerate(vertical, start=len(horizontal)):
        groups.setdefault(find(index), ([], []))[1].append(segment)
    return list(groups.values())


def lattice(horizontal: Sequence[Segment], vertical: Sequence[Segment], tolerance: float = SNAP) -> Lattice | None:
    """The lattice that touching rules enclose; None where they enclose nothing."""
    if len(horizontal) < 1 or len(vertical) < 1:
        return None
    xs = _positions(segment[0] for segment in vertical)
    ys = _positions(segment[0] for segment in horizontal)
    open_left = _shared_end([segment[1] for segment in horizontal], xs[0] - OVERHANG, least=False)
    open_right = _shared_end([segment[2] for segment in horizontal], xs[-1] + OVERHANG, least=True)
    open_top = _shared_end([segment[1] for segment in vertical], ys[0] - OVERHANG, least=False)
    open_bottom = _shared_end([segment[2] for segment in vertical], ys[-1] + OVERHANG, least=True)
    if open_left is not None:
        xs.insert(0, open_left)
    if open_right is not None:
        xs.append(open_right)
    if open_top is not None:
        ys.insert(0, open_top)
    if open_bottom is not None:
        ys.append(open_bottom)
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 1 or columns < 1:
        return None
    below = [[False] * columns for _ in range(rows + 1)]  # wall on the upper side of row r
    beside = [[False] * (columns + 1) for _ in range(rows)]  # wall on the left side of column c
    for y, x0, x1 in horizontal:
        wall = below[_nearest(ys, y)]
        for column in range(bisect_left(xs, x0 - tolerance), columns):
            if xs[column + 1] > x1 + tolerance:
                break
            wall[column] = True
    for x, top, bottom in vertical:
        column = _nearest(xs, x)
        for row in range(bisect_left(ys, top - tolerance), rows):
            if ys[row + 1] > bottom + tolerance:
                break
            beside[row][column] = True
    _close_sides(below, beside, rows, columns)
    return _rooms(xs, ys, below, beside)


def _positions(values: Iterable[float]) -> list[float]:
    result: list[float] = []
    for value in sorted(values):
        if not result or value - result[-1] > 0.01:
            result.append(value)
    return result


def _nearest(values: Sequence[float], value: float) -> int:
    index = bisect_left(values, value - 0.01)
    if index == len(values) or (index > 0 and value - values[index - 1] < values[index] - value):
        return index - 1
    return index


def _shared_end(ends: list[float], limit: float, *, least: bool) -> float | None:
    """The outermost position beyond `limit` at which at least two rules end together."""
    beyond = sorted((end for end in ends if (end > limit if least else end < limit)), reverse=least)
    for outer, inner in pairwise(beyond):
        if abs(outer - inner) <= SNAP:
            return outer
    return None


def _close_sides(below: list[list[bool]], beside: list[list[bool]], rows: int, columns: int) -> None:
    """Close the outer sides between the first and the last wall that meet them (a table cut by the page edge, or drawn without sides)."""
    for inner, outer in ((0, 0), (columns - 1, columns)):
        walls = [row for row in range(rows + 1) if below[row][inner]]
        for row in range(walls[0], walls[-1]) if walls else ():
            beside[row][outer] = True
    for inner, outer in ((0, 0), (rows - 1, rows)):
        walls = [column for column in range(columns + 1) if beside[inner][column]]
        for column in range(walls[0], walls[-1]) if walls else ():
            below[outer][column] = True


def _rooms(xs: list[float], ys: list[float], below: list[list[bool]], beside: list[list[bool]]) -> Lattice | None:
    rows, columns = len(ys) - 1, len(xs) - 1
    region = [[-1] * columns for _ in range(rows)]
    regions: list[list[tuple[int, int]]] = []
    for row in range(rows):
        for column in range(columns):
            if region[row][column] != -1:
                continue
            name = len(regions)
            members: list[tuple[int, int]] = []
            is_open = False
            region[row][column] = name
            stack = [(row, column)]
            while stack:
                r, c = stack.pop()
                members.append((r, c))
                if not beside[r][c]:
                    if c == 0:
                        is_open = True
                    elif region[r][c - 1] == -1:
                        region[r][c - 1] = name
                        stack.append((r, c - 1))
                if not beside[r][c + 1]:
                    if c + 1 == columns:
                        is_open = True
                    elif region[r][c + 1] == -1:
                        region[r][c + 1] = name
                        stack.append((r, c + 1))
                if not below[r][c]:
                    if r == 0:
                        is_open = True
                    elif region[r - 1][c] == -1:
                        region[r - 1][c] = name
                        stack.append((r - 1, c))
                if not below[r + 1][c]:
                    if r + 1 == rows:
                        is_open = True
                    elif region[r + 1][c] == -1:
                        region[r + 1][c] = name
                        stack.append((r + 1, c))
            regions.append([] if is_open else members)
    rooms: list[Room] = []
    owner = [[-1] * columns for _ in range(rows)]
    for members in regions:
        for room in _rectangles(members):
            for r in range(room.row, room.row + room.row_span):
                for c in range(room.column, room.column + room.column_span):
                    owner[r][c] = len(rooms)
            rooms.append(room)
    if not rooms:
        return None
    return Lattice(xs, ys, rooms, owner)


def _rectangles(members: list[tuple[int, int]]) -> list[Room]:
    """A region as rectangles: itself where it is one; else, where a piece of rule is missing, the largest runs from the top left."""
    if not members:
        return []
    if len(members) == 1:
        return [Room(members[0][0], members[0][1], 1, 1)]
    top, bottom = min(r for r, _ in members), max(r for r, _ in members)
    left, right = min(c for _, c in members), max(c for _, c in members)
    if (bottom - top + 1) * (right - left + 1) == len(members):
        return [Room(top, left, bottom - top + 1, right - left + 1)]
    free = set(members)
    result = []
    for row, column in sorted(members):
        if (row, column) not in free:
            continue
        width = 1
        while (row, column + width) in free:
            width += 1
        height = 1
        while all((row + height, column + offset) in free for offset in range(width)):
            height += 1
        free.difference_update((row + r, column + c) for r in range(height) for c in range(width))
        result.append(Room(row, column, height, width))
    return result


def collapse(grid: Lattice, is_filled: Sequence[bool]) -> tuple[Lattice, list[int]]:
    """The lattice without rows and columns that exist only because of its layout, and the new room of each old one (-1: gone).

    Removed are slivers without text, and the second of two near boundaries that never occur in the same row (a column
    edge that drifts from row to row). `is_filled` says which rooms hold text.
    """
    rooms = grid.rooms
    columns = _collapsed(
        grid.xs,
        [(room.column, room.column_span, room.row, room.row_span) for room in rooms],
        is_filled,
    )
    rows = _collapsed(
        grid.ys,
        [(room.row, room.row_span, room.column, room.column_span) for room in rooms],
        is_filled,
    )
    if len(columns) == len(grid.xs) and len(rows) == len(grid.ys):
        return grid, list(range(len(rooms)))
    column_of = _renumbered(len(grid.xs), columns)
    row_of = _renumbered(len(grid.ys), rows)
    xs, ys = (
        [grid.xs[index] for index, _ in columns],
        [grid.ys[index] for index, _ in rows],
    )
    owner = [[-1] * (len(xs) - 1) for _ in range(len(ys) - 1)]
    new_rooms: list[Room] = []
    renamed: list[int] = []
    for index, room in enumerate(rooms):
        row, column = row_of[room.row], column_of[room.column]
        height = row_of[room.row + room.row_span] - row
        width = column_of[room.column + room.column_span] - column
        if height < 1 or width < 1:
            renamed.append(-1)
            continue
        renamed.append(len(new_rooms))
        for r in range(row, row + height):
            for c in range(column, column + width):
                if owner[r][c] == -1 or is_filled[index]:
                    owner[r][c] = len(new_rooms)
        new_rooms.append(Room(row, column, height, width))
    return Lattice(xs, ys, new_rooms, owner), renamed


def _renumbered(count: int, kept: list[tuple[int, int]]) -> list[int]:
    """For each old boundary the new one: `kept` are (boundary, first old boundary that it stands for) in order."""
    result = [0] * count
    for new, (_, first) in enumerate(kept):
        last = kept[new + 1][1] if new + 1 < len(kept) else count
        for old in range(first, last):
            result[old] = new
    return result


def _collapsed(
    edges: list[float],
    spans: list[tuple[int, int, int, int]],
    is_filled: Sequence[bool],
) -> list[tuple[int, int]]:
    """Boundaries kept along one axis, as (boundary, first boundary it stands for). `spans` are (first, span, other first, other span)."""
    count = len(edges)
    if count <= 2 or min(second - first for first, second in pairwise(edges)) > DRIFT:
        return [(index, index) for index in range(count)]
    used: list[set[int]] = [set() for _ in range(count)]
    for first, span, other, other_span in spans:
        crossed = range(other, other + other_span)
        used[first].update(crossed)
        used[first + span].update(crossed)
    lone: list[bool] = [False] * count  # a filled room lies between this boundary and the next
    for (first, span, _, _), filled in zip(spans, is_filled, strict=True):
        if filled and span == 1:
            lone[first] = True
    kept: list[tuple[int, int]] = [(0, 0)]
    held = set(used[0])
    for index in range(1, count):
        gap = edges[index] - edges[kept[-1][0]]
        blocked = any(lone[between] for between in range(kept[-1][1], index))
        both = held & used[index]
        if not blocked and ((gap <= SLIVER) or (gap <= DRIFT and not both)):
            # the boundary that more rows use is the true one
            if len(used[index]) > len(held):
                kept[-1] = (index, kept[-1][1])
            held |= used[index]
        else:
            kept.append((index, index))
            held = set(used[index])
    return kept

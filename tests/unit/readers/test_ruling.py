"""Rules to lattices: spans, open sides, double rules, missing pieces."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.readers.ruling import Lattice, Room, collapse, components, lattice, snap_and_join


def frame(
    xs: list[float], ys: list[float]
) -> tuple[list[tuple[float, float, float]], list[tuple[float, float, float]]]:
    return [(y, xs[0], xs[-1]) for y in ys], [(x, ys[0], ys[-1]) for x in xs]


def test_plain_grid_has_one_room_per_cell() -> None:
    grid = lattice(*frame([0, 50, 100], [0, 20, 40, 60]))
    assert grid is not None
    assert [(room.row, room.column, room.row_span, room.column_span) for room in grid.rooms] == [
        (row, column, 1, 1) for row in range(3) for column in range(2)
    ]


def test_merged_header_is_one_room_with_spans() -> None:
    horizontal = [(0, 0, 150), (20, 50, 150), (40, 0, 150), (60, 0, 150)]
    vertical = [(0, 0, 60), (50, 0, 60), (100, 20, 60), (150, 0, 60)]
    grid = lattice(horizontal, vertical)
    assert grid is not None
    spans = {(room.row, room.column): (room.row_span, room.column_span) for room in grid.rooms}
    assert spans[0, 0] == (2, 1)
    assert spans[0, 1] == (1, 2)
    assert spans[1, 1] == (1, 1)
    assert len(spans) == 7


def test_open_sides_are_closed() -> None:
    horizontal = [(y, 0, 300) for y in (0, 20, 40)]
    vertical = [(100, 0, 40), (200, 0, 40)]
    grid = lattice(horizontal, vertical)
    assert grid is not None
    assert grid.xs == [0, 100, 200, 300]
    assert len(grid.rooms) == 6


def test_missing_piece_of_rule_loses_no_cell() -> None:
    horizontal = [(0, 0, 90), (20, 0, 30), (20, 60, 90), (40, 0, 90)]
    vertical = [(0, 0, 40), (30, 0, 40), (60, 0, 40), (90, 0, 40)]
    grid = lattice(horizontal, vertical)
    assert grid is not None
    assert all(owner != -1 for row in grid.owner for owner in row)
    assert Room(0, 1, 2, 1) in grid.rooms


def test_double_rules_are_one_and_broken_rules_join() -> None:
    assert snap_and_join([(10, 0, 50), (11.5, 0, 50), (10, 52, 100)]) == [(10, 0, 100)]


def test_separate_tables_stay_apart() -> None:
    upper = frame([0, 50], [0, 20])
    lower = frame([0, 50], [200, 220])
    assert len(components(upper[0] + lower[0], upper[1] + lower[1])) == 2


def test_drifting_boundary_and_empty_sliver_collapse() -> None:
    # the boundary stands at 100 in the first row and at 108 in the second: one column edge
    rooms = [Room(0, 0, 1, 1), Room(0, 1, 1, 2), Room(1, 0, 1, 2), Room(1, 2, 1, 1)]
    grid = Lattice([0, 100, 108, 200], [0, 20, 40], rooms, [[0, 1, 1], [2, 2, 3]])
    merged, renamed = collapse(grid, [True] * 4)
    assert len(merged.xs) == 3
    assert [(room.column, room.column_span) for room in merged.rooms] == [(0, 1), (1, 1), (0, 1), (1, 1)]
    assert renamed == [0, 1, 2, 3]


def test_narrow_column_with_text_is_kept() -> None:
    rooms = [Room(0, 0, 1, 1), Room(0, 1, 1, 1), Room(0, 2, 1, 1)]
    grid = Lattice([0, 100, 105, 200], [0, 20], rooms, [[0, 1, 2]])
    kept, _ = collapse(grid, [True, True, True])
    assert len(kept.xs) == 4
    gone, renamed = collapse(grid, [True, False, True])
    assert len(gone.xs) == 3
    assert renamed[1] == -1


@given(
    st.lists(st.integers(12, 80), min_size=1, max_size=6),
    st.lists(st.integers(12, 80), min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_rooms_tile_the_lattice_whatever_walls_are_missing(widths, heights, chance) -> None:
    xs = [float(sum(widths[:index])) for index in range(len(widths) + 1)]
    ys = [float(sum(heights[:index])) for index in range(len(heights) + 1)]
    horizontal = [(ys[0], xs[0], xs[-1]), (ys[-1], xs[0], xs[-1])]
    vertical = [(xs[0], ys[0], ys[-1]), (xs[-1], ys[0], ys[-1])]
    horizontal += [(y, a, b) for y in ys[1:-1] for a, b in pairwise(xs) if chance.random() < 0.8]
    vertical += [(x, a, b) for x in xs[1:-1] for a, b in pairwise(ys) if chance.random() < 0.8]
    grid = lattice(horizontal, vertical)
    assert grid is not None
    area = sum(room.row_span * room.column_span for room in grid.rooms)
    assert area == (len(grid.xs) - 1) * (len(grid.ys) - 1)
    for index, room in enumerate(grid.rooms):
        for row in range(room.row, room.row + room.row_span):
            for column in range(room.column, room.column + room.column_span):
                assert grid.owner[row][column] == index

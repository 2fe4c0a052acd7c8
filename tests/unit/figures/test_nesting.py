"""Nesting by sums alone: what is found adds up, the shallowest way is taken, and what cannot add up is told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.figures.nesting import parents_by_sums

TREES = st.recursive(
    st.integers(1, 9), lambda children: st.lists(children, min_size=1, max_size=3), max_leaves=12
)  # a list is a line over its members
Tree = int | list["Tree"]


def value_of(tree: Tree) -> int:
    return tree if isinstance(tree, int) else sum(value_of(child) for child in tree)


def printed(tree: Tree) -> list[int]:
    below = [] if isinstance(tree, int) else [value for child in tree for value in printed(child)]
    return [value_of(tree), *below]


def levels(tree: Tree) -> int:
    return 0 if isinstance(tree, int) else 1 + max(levels(child) for child in tree)


@given(st.lists(TREES.filter(lambda tree: levels(tree) <= 4), min_size=1, max_size=4))
def test_every_parent_is_the_sum_of_its_addends(trees: list[Tree]) -> None:
    values = [value for tree in trees for value in printed(tree)]
    total = sum(value_of(tree) for tree in trees)
    parents = parents_by_sums([(value, 0) for value in values], (total, 0))
    assert parents is not None
    assert sum(value for value, parent in zip(values, parents, strict=True) if parent is None) == total
    for place in {parent for parent in parents if parent is not None}:
        below = [position for position, parent in enumerate(parents) if parent == place]
        assert min(below) == place + 1, "addends follow their parent"
        assert sum(values[position] for position in below) == values[place]


def test_the_shallowest_nesting_is_taken_and_none_where_nothing_adds_up() -> None:
    lines = [(5, 0), (5, 0), (5, 0)]
    assert parents_by_sums(lines, (15, 0)) == [None, None, None]
    assert parents_by_sums(lines, (10, 0)) in ([None, 0, None], [None, None, 1])
    assert parents_by_sums(lines, (5, 0)) == [None, 0, 1]
    assert parents_by_sums(lines, (20, 0)) is None
    assert parents_by_sums([(10, 1), (3, 1), (8, 1)], (10, 1)) == [None, 0, 0], "within rounding"
    assert parents_by_sums([(10, 0), (3, 0), (8, 0)], (10, 0)) is None, "and not beyond"


def test_a_long_form_of_pairs_of_equal_lines_is_searched_to_the_end() -> None:
    """A class over its only item, forty times: two to the fortieth power of ways."""
    lines = [(1_000 + 7 * (number // 2), 1) for number in range(80)]
    total = sum(value for value, _ in lines[::2])
    assert parents_by_sums(lines, (total, 1)) == [None if place % 2 == 0 else place - 1 for place in range(80)]
    assert parents_by_sums(lines, (total - 1_000, 1)) is None

"""How the lines of a government's table hang together: by numbering and indent, and only where sums confirm it.

Belongs here: parents of lines, what is of which (其中), which lines no other is a part of. Does not belong here: what lines mean
(`government`), verdicts (`pipeline.proofs`).

A list below a line is its parts only where they add up to it; a list that begins with 其中 and does not bounds its whole from below, and
proves nothing more. A total takes the topmost lines that add up to it, before it or after it, subtotals before it among them. Nothing
is a part of two lines. So no line is counted twice, and none is accused on an indent alone.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from pipeline.figures.sums import adds_up

Amount = tuple[Decimal, Decimal]
"""Yuan, and half of the last printed digit."""
STEP = 3.0
"""Points by which an indent must differ to tell two levels."""
_MEMO_STEPS = (15.0, 48.0)
"""Points between 其中 and the text behind it."""
_USUAL_MEMO_STEP = 27.0
_FEWEST_CODES = 3


@dataclass(slots=True)
class Node:
    """One line: where it stands, how it is numbered and indented, and its amounts by column."""

    row: int
    rank: int | None
    indent: float | None
    is_memo: bool
    is_total: bool
    code: str | None = None
    amounts: dict[Hashable, Amount] = field(default_factory=dict)
    above: Node | None = None
    """The line that it stands below."""
    whole: Node | None = None
    """The line of which it is an addend, because a sum says so."""
    bounds: bool = False
    """Whether it restates a part of the line above it and is no addend."""
    parts: list[Node] = field(default_factory=list, repr=False)
    incomplete_in: set[Hashable] = field(default_factory=set)
    """Columns in which the list behind 其中 that is its parts elsewhere leaves some of it out."""

    @property
    def has_parts(self) -> bool:
        return bool(self.parts)

    @property
    def is_leaf(self) -> bool:
        """Whether it is a part of what it stands below, as far up as lines go, and has no parts."""
        return not self.has_parts and self._counts

    def is_leaf_in(self, column: Hashable) -> bool:
        """Whether it is one in a column: its parts may be printed for one year alone, or not all of them, and then it stands for them."""
        is_told_by_parts = column not in self.incomplete_in and any(part.is_told_in(column) for part in self.parts)
        return self._counts and not is_told_by_parts and not self.bounds_in(column)

    def bounds_in(self, column: Hashable) -> bool:
        """Whether it, or a line that it stands below, is no addend in a column."""
        node: Node | None = self
        while node is not None:
            if node.bounds or (node.above is not None and column in node.above.incomplete_in):
                return True
            node = node.above
        return False

    def is_told_in(self, column: Hashable) -> bool:
        """Whether it, or a part of it, has an amount in a column."""
        return column in self.amounts or any(part.is_told_in(column) for part in self.parts)

    @property
    def _counts(self) -> bool:
        node: Node | None = self
        while node is not None:
            if node.bounds:
                return False
            node = node.above
        return not self.is_total


def tie(nodes: Sequence[Node]) -> None:
    """Set `above`, `whole`, `bounds` and `parts` of the lines of one list, in place.

    Where lines have codes, these tell what stands above what as indents do; the way by which more lines are the sums of others is taken.
    """
    _level_memos(nodes)
    ways = [_above(nodes, _stands_above)]
    if sum(node.code is not None for node in nodes) >= _FEWEST_CODES:
        ways.append(_above(nodes, _stands_above_by_code))
    scores = [_score(nodes, way) for way in ways]
    chosen = ways[scores.index(max(scores))]
    for node, above in zip(nodes, chosen, strict=True):
        node.above = above
    for node, children in _families(nodes, chosen):
        _take(node, children)
    _totals(nodes)


def _families(nodes: Sequence[Node], above: Sequence[Node | None]) -> list[tuple[Node, list[Node]]]:
    families: dict[int, tuple[Node, list[Node]]] = {}
    for node, upper in zip(nodes, above, strict=True):
        if upper is not None:
            families.setdefault(id(upper), (upper, []))[1].append(node)
    return list(families.values())


def _score(nodes: Sequence[Node], above: Sequence[Node | None]) -> int:
    """Lines that the lines below them add up to, less those that they do not."""
    return sum(1 if confirms(node, children) else -1 for node, children in _families(nodes, above))


def _level_memos(nodes: Sequence[Node]) -> None:
    """Give lines with 其中 the indent of the text behind it: that is the level of the list that it begins."""
    for place, node in enumerate(nodes):
        if not node.is_memo or node.indent is None:
            continue
        step = _USUAL_MEMO_STEP
        following = nodes[place + 1] if place + 1 < len(nodes) else None
        if following is not None and following.indent is not None and following.rank is None:
            gap = following.indent - node.indent
            step = gap if _MEMO_STEPS[0] <= gap <= _MEMO_STEPS[1] else step
        node.indent += step


def _above(nodes: Sequence[Node], stands_above: Callable[[Node, Node], bool]) -> list[Node | None]:
    """For each line the nearest one before it that stands above it; totals stand above nothing."""
    found: list[Node | None] = []
    open_lines: list[Node] = []
    for node in nodes:
        if node.is_total:
            open_lines = []
            found.append(None)
            continue
        while open_lines and not stands_above(open_lines[-1], node):
            open_lines.pop()
        found.append(open_lines[-1] if open_lines else None)
        open_lines.append(node)
    return found


def _stands_above_by_code(upper: Node, lower: Node) -> bool:
    """By codes where both lines have one; a line without one, and one behind 其中, stands as its indent says."""
    if upper.code and lower.code and not lower.is_memo:
        return lower.code.startswith(upper.code) and len(upper.code) < len(lower.code)
    return _stands_above(upper, lower)


def _stands_above(upper: Node, lower: Node) -> bool:
    if upper.rank is not None and lower.rank is not None:
        return upper.rank < lower.rank
    is_deeper = upper.indent is not None and lower.indent is not None and lower.indent > upper.indent + STEP
    if upper.rank is not None:
        is_shallower = upper.indent is not None and lower.indent is not None and lower.indent < upper.indent - STEP
        return lower.is_memo or not is_shallower
    return lower.rank is None and is_deeper


def _take(node: Node, children: Sequence[Node]) -> None:
    """Make the lines below a line its addends where a sum confirms it, with or without the lists that 其中 begins."""
    memos = _memo_lists(children)
    plain = [child for child in children if child not in memos]
    for chosen in (list(children), plain):
        if chosen and confirms(node, chosen):
            for child in children:
                if child in chosen:
                    child.whole = node
                else:
                    child.bounds = True
            node.parts = list(chosen)
            if memos and len(chosen) == len(children):
                node.incomplete_in = _incomplete(node, chosen)
            return
    for child in children:
        child.bounds = True


def _memo_lists(children: Sequence[Node]) -> list[Node]:
    lists: list[Node] = []
    is_open = False
    for child in children:
        is_open = child.is_memo or (is_open and child.rank is None)
        if is_open:
            lists.append(child)
    return lists


def _incomplete(whole: Node, parts: Sequence[Node]) -> set[Hashable]:
    """Columns in which parts say less than the whole, and of the same sign."""
    told = _sums(whole, parts)
    return {
        column
        for column, (stated, found) in told.items()
        if not adds_up(stated, found) and abs(sum((value for value, _ in found), Decimal(0))) < abs(stated[0])
    }


def _sums(whole: Node, parts: Iterable[Node]) -> dict[Hashable, tuple[Amount, list[Amount]]]:
    """The whole's amount and those of its parts, by column that shows something of both."""
    addends = list(parts)
    told: dict[Hashable, tuple[Amount, list[Amount]]] = {}
    for column, stated in whole.amounts.items():
        found = [part.amounts[column] for part in addends if column in part.amounts]
        if found and (stated[0] or any(value for value, _ in found)):
            told[column] = (stated, found)
    return told


def _tally(whole: Node, parts: Iterable[Node]) -> tuple[int, int]:
    """In how many columns parts add up to a whole, and in how many they do not."""
    verdicts = [adds_up(stated, found) for stated, found in _sums(whole, parts).values()]
    return verdicts.count(True), verdicts.count(False)


def confirms(whole: Node, parts: Iterable[Node]) -> bool:
    """Whether parts add up to a whole: in every column that shows something, or in all but one of several.

    Sums that fail in more columns lack a line that is not printed: they accuse no figure.
    """
    held, failed = _tally(whole, parts)
    return held >= 1 + 2 * failed and failed <= 1


def _totals(nodes: Sequence[Node]) -> None:
    """Give each total the topmost lines that add up to it."""
    for place, node in enumerate(nodes):
        if node.is_total:
            _demote_restatement(nodes, place)
    for place, node in [*enumerate(nodes), *enumerate(nodes)]:
        # A total of subtotals that stand below it waits for these.
        if not node.is_total or node.parts:
            continue
        for way in (_since_total, _all_before, _until_total, _all_after):
            parts = way(nodes, place)
            parts += _beside_for_all_that(node, parts, nodes)
            if parts and confirms(node, parts):
                for part in parts:
                    part.whole, part.bounds = node, False
                node.parts = list(parts)
                break


def _beside_for_all_that(total: Node, parts: Sequence[Node], nodes: Sequence[Node]) -> list[Node]:
    """Lines that seem to stand below the last of the parts, by 其中 or by an indent, and that a total counts beside it: it is met with them in
    every column, and not without."""
    held, failed = _tally(total, parts)
    last = max(parts, key=lambda part: part.row, default=None)
    if last is None or not failed:
        return []
    below = [node for node in nodes if node.above is last and node.bounds]
    for place in range(len(below)):
        beside = below[place:]
        if _tally(total, [*parts, *beside]) == (held + failed, 0):
            for node in below:
                node.bounds = False
            for node in beside:
                node.above = None
            _take(last, below[:place])
            return beside
    return []


def _demote_restatement(nodes: Sequence[Node], place: int) -> None:
    """A list right under a total that begins with 其中 restates it by other lines than those that follow with numbers."""
    following = [node for node in nodes[place + 1 :] if node.above is None]
    if not following or not following[0].is_memo:
        return
    for node in following:
        if node.rank is not None or node.is_total:
            return
        node.bounds = True


def _is_free(node: Node) -> bool:
    return node.above is None and node.whole is None and not node.bounds


def _since_total(nodes: Sequence[Node], place: int) -> list[Node]:
    parts: list[Node] = []
    for node in reversed(nodes[:place]):
        if node.is_total:
            break
        if _is_free(node):
            parts.append(node)
    return parts


def _all_before(nodes: Sequence[Node], place: int) -> list[Node]:
    return [node for node in nodes[:place] if _is_free(node)]


def _until_total(nodes: Sequence[Node], place: int) -> list[Node]:
    parts: list[Node] = []
    for node in nodes[place + 1 :]:
        if node.is_total:
            break
        if _is_free(node):
            parts.append(node)
    return parts


def _all_after(nodes: Sequence[Node], place: int) -> list[Node]:
    return [node for node in nodes[place + 1 :] if _is_free(node)]

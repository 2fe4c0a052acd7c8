"""Header of a table without vertical rules: which words are of one cell, and which columns each stands over.

Belongs here: tying words of the header to columns. Does not belong here: where the header ends (`open_tables`), and what its
words mean, which is for the forms to say.

Where words can be tied to columns in more than one way, the header is left untold: one text over all columns of amounts, which means nothing to
a later stage. Better no figure than one of another column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, groupby, pairwise

from pipeline.readers.characters import Characters
from pipeline.readers.open_columns import Column, column_edges
from pipeline.readers.ruling import Segment
from pipeline.readers.words import LINE_GAP, Word, joined_words, word_lines

_CODE_HEADER = re.compile(r"编码|代码|编号")
_KEY_LETTER = frozenset("类款项目节")
"""Letters that are headers of their own where they stand apart (类 款 项)."""


def header_blocks(characters: Characters, words: list[Word], rules: list[Segment]) -> list[Word]:
    """Printed cells of the header: spaced letters and the lines of one cell are joined."""
    blocks: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.top):
        above = [block for block in blocks if _goes_on(block[-1], word, rules)]
        if above:
            above[0].append(word)
        else:
            blocks.append([word])
    by_line = word_lines(characters, [m for block in blocks if len(block) == 1 for m in block[0].members])
    result = [joined_words(block) for block in blocks if len(block) > 1]
    for line in by_line:
        joined: list[Word] = []
        for word in line.words:
            if joined and _is_spaced(joined[-1], word):
                joined[-1] = joined_words([joined[-1], word])
            else:
                joined.append(word)
        result += joined
    return sorted(result, key=lambda block: block.top)


def _is_spaced(one: Word, other: Word) -> bool:
    """Whether two words are letters of one word set apart (收  入)."""
    gap = other.x0 - one.x1
    size = other.x1 - other.x0
    if len(other.text) != 1 or not (len(one.text) == 1 or (one.text.isalpha() and _is_set_apart(one))):
        return gap < 0.6 * one.height * 0.7 and (one.text[-1] in "（(：:" or other.text[0] in "）)")
    if other.text in "类款节" or one.text in _KEY_LETTER:
        return other.text == "目" and one.text == "项" and gap < 8 * size
    return gap < 6 * size


def _is_set_apart(word: Word) -> bool:
    return word.x1 - word.x0 > 1.3 * len(word.text) * word.height * 0.7


def _goes_on(upper: Word, lower: Word, rules: list[Segment]) -> bool:
    """Whether a line of the header is the next line of the same cell: right below it, centred (or beginning) alike, no rule between."""
    if not (upper.x0 < lower.x1 and lower.x0 < upper.x1) or lower.middle <= upper.middle:
        return False
    if abs(upper.centre - lower.centre) > 2.5 and abs(upper.x0 - lower.x0) > 1.5:
        return False
    if any(upper.middle < y < lower.middle and x0 < lower.centre < x1 for y, x0, x1 in rules):
        return False
    return lower.top - upper.bottom < LINE_GAP * upper.height


@dataclass(slots=True)
class Frame:
    """Where the header is: its upper and its lower edge, and the ends of the table's rules."""

    top: float
    bottom: float
    extent: tuple[float, float] | None


Span = tuple[int, int, int, int, Word]
"""A cell of the header: level, first and last column, how many levels it spans, its words."""


def header_spans(
    blocks: list[Word], columns: list[Column], rules: list[Segment], frame: Frame
) -> tuple[list[Column], list[float], list[Span]] | None:
    """Columns of the body and those that only the header has, their edges, and the cells of the header over them.

    None where it cannot be told what stands over which column.
    """
    if not blocks:
        return columns, column_edges(columns, frame.extent), []
    leaves = [block for block in blocks if _is_leaf(block, blocks, frame)]
    leaves.sort(key=lambda leaf: leaf.centre)
    told = _header_of(leaves, blocks, columns, rules, frame)
    if told is None:
        # A header may be narrower than the gap between the two that it stands over.
        leaves = [leaf for leaf in leaves if not _straddles(leaf, leaves)]
        told = _header_of(leaves, blocks, columns, rules, frame)
    return told


def _header_of(
    leaves: list[Word], blocks: list[Word], columns: list[Column], rules: list[Segment], frame: Frame
) -> tuple[list[Column], list[float], list[Span]] | None:
    """The header if its lowest headers are `leaves`."""
    columns = [replace(column) for column in columns]
    tied = _tie(leaves, columns)
    if tied is None:
        return None
    every = list(columns)
    for leaf, places in zip(leaves, tied, strict=True):
        if not places:
            every.append(Column(leaf.x0, leaf.x1, [], leaf))
        for place in places:
            place.leaf = leaf
    every.sort(key=lambda column: (column.x0 + column.x1) / 2)
    for one, other in pairwise(every):
        # Columns without words reach as far as their neighbours allow.
        if one.x1 > other.x0:
            if not other.words:
                other.x0, other.x1 = one.x1 + 0.5, max(one.x1 + 1.0, other.x1)
            elif not one.words:
                one.x0, one.x1 = min(one.x0, other.x0 - 1.0), other.x0 - 0.5
    edges = column_edges(every, frame.extent)
    over = None
    if all(column.leaf is not None for column in every if column.is_numeric):
        over = _parents([block for block in blocks if block not in leaves], leaves, every, edges, rules, frame)
    if over is None:
        return None
    spans: list[Span] = []
    depth = max((len(path) for path in over.values()), default=0)
    done: set[int] = set()
    for leaf in leaves:
        path = over[id(leaf)]
        own = [index for index, column in enumerate(every) if column.leaf is leaf]
        spans.append((len(path), own[0], own[-1], depth - len(path) + 1, leaf))
        for level, parent in enumerate(path):
            if id(parent) in done:
                continue
            done.add(id(parent))
            below = [i for i, c in enumerate(every) if c.leaf is not None and parent in over[id(c.leaf)]]
            spans.append((level, below[0], below[-1], 1, parent))
    return every, edges, spans


def untold_header(blocks: list[Word], columns: list[Column]) -> list[Span]:
    """The header as one text over the columns where it cannot be told what stands over which; no text of it stands over one of them alone.

    Not over the first column: a text over all columns is a title printed in the table, and no header.
    """
    ordered = sorted(blocks, key=lambda block: (block.top, block.x0))
    names = [block for block in ordered if block.x1 < columns[1].x0]
    rest = [block for block in ordered if block not in names]
    if len(rest) < 2:
        rest = ordered
    return [*([(0, 0, 0, 1, joined_words(names))] if names else []), (0, 1, len(columns) - 1, 1, joined_words(rest))]


def _is_leaf(block: Word, blocks: list[Word], frame: Frame) -> bool:
    """Whether no header stands under this one: nothing is below it, and it is in the middle between that place and the header's foot."""
    under = any(
        other.top > block.bottom - 0.35 * block.height and block.x0 < other.x1 and other.x0 < block.x1
        for other in blocks
        if other is not block
    )
    return not under and 2 * block.middle - frame.bottom > frame.top - 0.7 * block.height


def _straddles(leaf: Word, leaves: list[Word]) -> bool:
    """Whether a header stands above the gap between the two lower ones beside it."""
    lower = [other for other in leaves if other.top > leaf.bottom - 0.35 * leaf.height]
    before = max((other.x1 for other in lower if other.centre < leaf.centre), default=None)
    after = min((other.x0 for other in lower if other.centre > leaf.centre), default=None)
    beside = [other for other in leaves if other not in lower and other is not leaf]
    return (
        before is not None
        and after is not None
        and not any(before < other.centre < after for other in beside)
        and min(leaf.x0 - before, after - leaf.x1) < 2 * leaf.height
    )


def _reach(block: Word, rules: list[Segment]) -> tuple[float, float]:
    """What a header covers: the short rule right under it, else itself."""
    for y, x0, x1 in rules:
        is_below = block.bottom - 4 < y < block.bottom + 1.2 * block.height
        if is_below and abs((x0 + x1) / 2 - block.centre) < 4:
            return x0, x1
    return block.x0, block.x1


def _tie(leaves: list[Word], columns: list[Column]) -> list[list[Column]] | None:
    """For each leaf of the header the columns under it; None where columns of amounts cannot be tied to one leaf each."""
    tied: list[list[Column]] = [[] for _ in leaves]
    taken: set[int] = set()
    for index, column in _parts_of_codes(leaves, columns):
        tied[index].append(column)
        taken.add(id(column))
    for column in columns:
        if id(column) in taken:
            continue
        touching = [i for i, leaf in enumerate(leaves) if leaf.x0 < column.x1 - 0.5 and column.x0 + 0.5 < leaf.x1]
        if len(touching) > 1:
            inside = [i for i in touching if column.x0 - 1 <= leaves[i].centre <= column.x1 + 1]
            touching = inside if len(inside) == 1 else touching
        if len(touching) == 1:
            tied[touching[0]].append(column)
            taken.add(id(column))
        elif touching:
            return None
    for position, column in enumerate(columns):
        if id(column) in taken:
            continue
        before = columns[position - 1].x1 if position else 0.0
        after = columns[position + 1].x0 if position + 1 < len(columns) else 1e9
        free = [i for i, leaf in enumerate(leaves) if not tied[i] and before < leaf.centre < after]
        if column.ends_together:
            free = [i for i in free if leaves[i].x0 < column.x1][-1:]
        elif column.begins_together:
            free = [i for i in free if leaves[i].x1 > column.x0][:1]
        if len(free) == 1:
            tied[free[0]].append(column)
    if not _tie_in_order(tied, columns):
        return None
    for leaf, places in zip(leaves, tied, strict=True):
        # Codes in parts (类 款 项) stand under one header.
        if sum(1 for column in places if column.is_numeric) > 1 and not _CODE_HEADER.search(leaf.text):
            return None
    return tied


def _parts_of_codes(leaves: list[Word], columns: list[Column]) -> list[tuple[int, Column]]:
    """类 款 项 tied to the columns of two or three digits, where as many of these stand together as of those."""
    letters = [
        [i for i, _ in run]
        for is_letter, run in groupby(enumerate(leaves), lambda e: e[1].text in _KEY_LETTER)
        if is_letter
    ]
    parts = [list(run) for is_part, run in groupby(columns, lambda column: column.holds_parts_of_codes) if is_part]
    if [len(run) for run in letters] != [len(run) for run in parts]:
        return []
    return list(zip(chain(*letters), chain(*parts), strict=True))


@dataclass(slots=True)
class _Node:
    """A header with the columns under it; `top` is the upper edge of its cell, for texts stand in the middle of their cells."""

    top: float
    x0: float
    x1: float
    leaves: list[Word]


def _parents(
    upper: list[Word],
    leaves: list[Word],
    columns: list[Column],
    edges: list[float],
    rules: list[Segment],
    frame: Frame,
) -> dict[int, list[Word]] | None:
    """For each leaf its headers from the top down; None where it cannot be told which one a leaf stands under."""
    over: dict[int, list[Word]] = {id(leaf): [] for leaf in leaves}
    nodes: list[_Node] = []
    for leaf in leaves:
        own = [index for index, column in enumerate(columns) if column.leaf is leaf]
        nodes.append(_Node(2 * leaf.middle - frame.bottom, edges[own[0]], edges[own[-1] + 1], [leaf]))
    rest = sorted(upper, key=lambda block: -block.middle)
    while rest:
        # all headers of one row, the lowest first
        level = [block for block in rest if abs(block.middle - rest[0].middle) < 0.3 * rest[0].height]
        rest = [block for block in rest if block not in level]
        level.sort(key=lambda block: block.centre)
        runs: list[list[int]] = []
        for index, node in enumerate(nodes):
            if node.top > level[0].middle - 0.1 * level[0].height:
                if runs and runs[-1][-1] == index - 1:
                    runs[-1].append(index)
                else:
                    runs.append([index])
        grouped: dict[int, tuple[Word, list[int]]] = {}
        count = 0
        for run in runs:
            heads = [block for block in level if nodes[run[0]].x0 < block.centre < nodes[run[-1]].x1]
            if not heads:
                continue
            parts = _parted(heads, [nodes[index] for index in run], rules)
            if parts is None:
                return None
            count += len(heads)
            for block, part in zip(heads, parts, strict=True):
                own = [run[index] for index in part]
                grouped.update({index: (block, own) for index in own})
        if count != len(level):
            return None
        merged: list[_Node] = []
        for index, node in enumerate(nodes):
            if index not in grouped:
                merged.append(node)
                continue
            block, own = grouped[index]
            for leaf in node.leaves:
                over[id(leaf)].insert(0, block)
            if own[0] == index:
                merged.append(_Node(2 * block.middle - node.top, node.x0, node.x1, list(node.leaves)))
            else:
                merged[-1].x1 = node.x1
                merged[-1].leaves += node.leaves
        nodes = merged
    return over


def _tie_in_order(tied: list[list[Column]], columns: list[Column]) -> bool:
    """Tie what is left, in order, where as many columns as leaves stand between two that are tied; false where amounts are left."""
    leaf_of = {id(column): index for index, places in enumerate(tied) for column in places}
    left = [position for position, column in enumerate(columns) if id(column) not in leaf_of]
    for position in left:
        if id(columns[position]) in leaf_of:
            continue
        before = max((leaf_of[id(column)] for column in columns[:position] if id(column) in leaf_of), default=-1)
        end = next((i for i in range(position, len(columns)) if id(columns[i]) in leaf_of), len(columns))
        after = leaf_of[id(columns[end])] if end < len(columns) else len(tied)
        if after - before - 1 == end - position:
            for offset, column in enumerate(columns[position:end], start=before + 1):
                tied[offset].append(column)
                leaf_of[id(column)] = offset
        elif any(column.is_numeric for column in columns[position:end]):
            return False
    return True


def _parted(heads: list[Word], run: list[_Node], rules: list[Segment]) -> list[range] | None:
    """Neighbouring columns parted among the headers over them: by short rules, else so that each is in the middle of its own."""
    if len(heads) > len(run):
        return None

    @lru_cache(None)
    def best(head: int, start: int) -> tuple[float, tuple[int, ...], float]:
        """Least cost of parting columns from `start` among headers from `head`, the ends chosen, and the cost of the next best."""
        if head == len(heads):
            return (0.0, (), 1e9) if start == len(run) else (1e9, (), 1e9)
        found: list[tuple[float, tuple[int, ...]]] = []
        second = 1e9
        for end in range(start + 1, len(run) - (len(heads) - head - 1) + 1):
            cost, ends, other = best(head + 1, end)
            own = _cost(heads[head], run[start].x0, run[end - 1].x1, rules)
            found.append((own + cost, (end, *ends)))
            second = min(second, own + other)
        if not found:
            return 1e9, (), 1e9
        found.sort()
        if len(found) > 1:
            second = min(second, found[1][0])
        return found[0][0], found[0][1], second

    cost, ends, second = best(0, 0)
    size = heads[0].height
    if cost >= 1e8 or (len(heads) > 1 and second - cost < 0.5 * size):
        return None
    starts = [0, *ends[:-1]]
    return [range(start, end) for start, end in zip(starts, ends, strict=True)]


def _cost(head: Word, x0: float, x1: float, rules: list[Segment]) -> float:
    reach = _reach(head, rules)
    if reach != (head.x0, head.x1):
        # The ends of columns are known but roughly; that a rule ends in the middle of one is no evidence.
        return abs(reach[0] - x0) + abs(reach[1] - x1)
    return abs(head.centre - (x0 + x1) / 2)

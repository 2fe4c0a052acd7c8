"""Tables without (enough) rules: rows are lines of text, columns are the gaps between their words.

Belongs here: tables whose rules are only horizontal (among them three-line tables), and forms printed without any rule. Does not belong
here: ruled tables (`ruling`).

A table is believed only where there is evidence: rules that start and end together with several rows between them, or several
consecutive lines whose last words are amounts that end at the same place.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import pairwise

from pipeline.readers.characters import Characters, TextLine, lines
from pipeline.readers.printed import Box, Cell, Grid
from pipeline.readers.ruling import Segment

WORD_GAP = 1.0
"""Words of different columns stand at least so many heights of a character apart."""
COLUMN_GAP = 0.35
"""A column gap is clear over all rows for at least so many heights of a character."""
LEAST_ROWS = 3

_AMOUNT = re.compile(r"[-－—–]?[(（]?\d[\d,，]*(?:\.\d+)?[)）]?%?")
_FRACTION = re.compile(r"\d[.,，]\d|^0$")
_LEADER = re.compile(r"\.{4,}|…{2,}|·{4,}")


@dataclass(slots=True)
class _Word:
    """Words that stand together: one cell's part of a line."""

    x0: float
    x1: float
    text: str
    members: list[int]


@dataclass(slots=True)
class _Row:
    top: float
    bottom: float
    words: list[_Word] = field(default_factory=list)
    line_indexes: list[int] = field(default_factory=list)

    @property
    def amounts(self) -> list[_Word]:
        return [word for word in self.words if _AMOUNT.fullmatch(word.text.replace(" ", ""))]


def open_tables(
    characters: Characters, text_lines: list[TextLine], rules: list[Segment], width: float, number: int, method: str
) -> tuple[list[Grid], list[TextLine]]:
    """Grids found among the lines of text of a page, and the lines that are in none.

    `rules` are the horizontal rules that enclose nothing, `width` that of the page.
    """
    if not text_lines:
        return [], text_lines
    long_rules = [rule for rule in rules if rule[2] - rule[1] > 0.25 * width]
    if len(long_rules) < 2 and sum(1 for line in text_lines if "  " in line.text) < LEAST_ROWS:
        return [], text_lines
    rows = [_row(characters, line, index) for index, line in enumerate(text_lines)]
    grids: list[Grid] = []
    used: set[int] = set()
    for top, bottom, group in _ruled_regions(long_rules):
        inside = [row for row in rows if top - 1 < (row.top + row.bottom) / 2 < bottom + 1]
        if sum(1 for row in inside if len(row.words) >= 2) < 2 or not any(row.amounts for row in inside):
            continue
        x0, x1 = min(rule[1] for rule in group), max(rule[2] for rule in group)
        short = [r for r in rules if top < r[0] < bottom and r[1] > x0 - 5 and r[2] < x1 + 5]
        grid = _grid(characters, _banded(inside, group, short), short, (x0, x1), number, method)
        if grid is not None:
            grids.append(grid)
            used.update(index for row in inside for index in row.line_indexes)
    free = [row for row in rows if not used.intersection(row.line_indexes)]
    for run in _runs(free):
        grid = _grid(characters, run, [], (run[0].words[0].x0, run[0].words[-1].x1), number, method)
        if grid is not None and grid.column_count >= 2:
            grids.append(grid)
            used.update(index for row in run for index in row.line_indexes)
    return grids, [line for index, line in enumerate(text_lines) if index not in used]


def _row(characters: Characters, line: TextLine, index: int) -> _Row:
    words: list[_Word] = []
    current: list[int] = []
    end = 0.0
    for member in line.members:
        size = characters.bottom[member] - characters.top[member]
        if current and characters.x0[member] - end > WORD_GAP * size:
            words.append(_word(characters, current))
            current = []
        current.append(member)
        end = max(end, characters.x1[member]) if len(current) > 1 else characters.x1[member]
    words.append(_word(characters, current))
    return _Row(line.top, line.bottom, words, [index])


def _word(characters: Characters, members: list[int]) -> _Word:
    text = "".join(characters.text[member] for member in members)
    return _Word(min(characters.x0[m] for m in members), max(characters.x1[m] for m in members), text, members)


def _ruled_regions(rules: list[Segment]) -> list[tuple[float, float, list[Segment]]]:
    """Rules that start and end together, as (top, bottom, rules from top to bottom)."""
    groups: list[list[Segment]] = []
    for rule in sorted(rules):
        for group in groups:
            if abs(group[0][1] - rule[1]) < 6 and abs(group[0][2] - rule[2]) < 6:
                group.append(rule)
                break
        else:
            groups.append([rule])
    return [(group[0][0], group[-1][0], group) for group in groups if len(group) >= 2]


def _banded(rows: list[_Row], rules: list[Segment], short: list[Segment]) -> list[_Row]:
    """Rows of a table with horizontal rules: a band between two rules is one row where most bands hold one; else each line is.

    The lines of the header (above the second rule) are parted only by rules inside it.
    """
    edges = [rule[0] for rule in rules]
    bands = len(edges) - 1
    if bands >= 3 and len(rows) <= 2.5 * bands:
        walls = edges
    else:
        # three-line table: header, body, closing rule
        walls = edges[:2]
        body = [row for row in rows if (row.top + row.bottom) / 2 > edges[1]]
        walls += [row.bottom for row in body]
    walls = sorted({*walls, *(rule[0] for rule in short if all(abs(rule[0] - wall) > 3 for wall in walls))})
    result: list[_Row] = []
    place = -1
    for row in rows:
        band = bisect_left(walls, (row.top + row.bottom) / 2)
        if result and band == place:
            last = result[-1]
            last.words = _merge_words(last.words, row.words)
            last.bottom = max(last.bottom, row.bottom)
            last.line_indexes += row.line_indexes
        else:
            result.append(row)
            place = band
    return result


def _merge_words(upper: list[_Word], lower: list[_Word]) -> list[_Word]:
    """Words of two lines of one row: those above one another are one."""
    words = list(upper)
    for word in lower:
        for index, other in enumerate(words):
            if word.x0 < other.x1 and other.x0 < word.x1:
                words[index] = _Word(
                    min(word.x0, other.x0), max(word.x1, other.x1), other.text + word.text, other.members + word.members
                )
                break
        else:
            words.append(word)
    return sorted(words, key=lambda word: word.x0)


def _runs(rows: list[_Row]) -> list[list[_Row]]:
    """Runs of consecutive rows without rules that end in aligned amounts, the rows of their header included."""
    runs: list[list[_Row]] = []
    start = 0
    while start < len(rows):
        if not _is_body(rows[start]):
            start += 1
            continue
        end = start + 1
        while end < len(rows) and _follows(rows[end - 1], rows[end]):
            if _is_body(rows[end]):
                end += 1
            elif (
                end + 1 < len(rows)
                and len(rows[end].words) == 1
                and _follows(rows[end], rows[end + 1])
                and _is_body(rows[end + 1])
            ):
                end += 2  # a line between two rows: a heading, or the rest of a name
            else:
                break
        body = [row for row in rows[start:end] if _is_body(row)]
        if len(body) >= LEAST_ROWS and _is_aligned(body):
            first = start
            while (
                first > 0
                and start - first < 4
                and len(rows[first - 1].words) >= 2
                and _follows(rows[first - 1], rows[first])
            ):
                if any(":" in word.text or "：" in word.text for word in rows[first - 1].words):
                    break
                first -= 1
            runs.append(rows[first:end])
        start = end
    return runs


def _is_body(row: _Row) -> bool:
    return len(row.words) >= 2 and bool(row.amounts) and not any(_LEADER.search(word.text) for word in row.words)


def _follows(upper: _Row, lower: _Row) -> bool:
    return lower.top - upper.bottom < 2.5 * (upper.bottom - upper.top)


def _is_aligned(body: list[_Row]) -> bool:
    """Whether amounts end (or begin) at common places and are amounts and not page numbers."""
    ends: list[list[float]] = []
    amounts = 0
    fractions = 0
    for row in body:
        for word in row.amounts:
            amounts += 1
            fractions += bool(_FRACTION.search(word.text))
            for cluster in ends:
                if abs(cluster[0] - word.x1) < 4:
                    cluster.append(word.x1)
                    break
            else:
                ends.append([word.x1])
    columns = [cluster for cluster in ends if len(cluster) >= LEAST_ROWS]
    aligned = sum(len(cluster) for cluster in columns)
    return bool(columns) and aligned >= 0.6 * amounts and (len(columns) >= 2 or 2 * fractions >= amounts)


def _grid(
    characters: Characters,
    rows: list[_Row],
    short: list[Segment],
    extent: tuple[float, float],
    number: int,
    method: str,
) -> Grid | None:
    rows = [row for row in rows if row.words]
    body = [row for row in rows if row.amounts] or rows
    size = sorted(row.bottom - row.top for row in body)[len(body) // 2]
    separators = _separators(rows, body, short, COLUMN_GAP * min(size, 14))
    if not separators or len(rows) < 2:
        return None
    left = min(extent[0], min(row.words[0].x0 for row in rows) - 1)
    right = max(extent[1], max(word.x1 for row in rows for word in row.words) + 1)
    edges = [left, *separators, right]
    tops = [rows[0].top - 1]
    tops += [(upper.bottom + lower.top) / 2 for upper, lower in pairwise(rows)]
    tops.append(rows[-1].bottom + 1)
    cells: list[Cell] = []
    for index, row in enumerate(rows):
        column = 0
        spans: list[tuple[int, int, list[int]]] = []
        for word in row.words:
            first = max(bisect_left(separators, word.x0 + 1), column)
            last = max(bisect_left(separators, word.x1 - 1), first)
            if below := _rule_below(row, word, short):
                # a header over a rule is the header of all columns that the rule covers
                first = max(min(first, bisect_left(separators, below[1] + 3)), column)
                last = max(last, bisect_left(separators, below[2] - 3))
            if spans and first <= spans[-1][1] and bisect_left(separators, word.x0 + 1) <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(spans[-1][1], last), spans[-1][2] + word.members)
            else:
                spans.append((first, min(last, len(separators)), list(word.members)))
            column = spans[-1][1]
        held = {c for first, last, _ in spans for c in range(first, last + 1)}
        spans += [(c, c, []) for c in range(len(edges) - 1) if c not in held]
        for first, last, members in sorted(spans):
            text_lines = lines(characters, members)
            box = Box(
                round(edges[first], 2), round(tops[index], 2), round(edges[last + 1], 2), round(tops[index + 1], 2)
            )
            text = "\n".join(line.text for line in text_lines)
            x0 = round(text_lines[0].x0, 2) if text_lines else None
            cells.append(Cell(index, first, text, 1, last - first + 1, box, x0))
    box = Box(round(left, 2), round(tops[0], 2), round(right, 2), round(tops[-1], 2))
    return Grid(number, len(rows), len(edges) - 1, cells, method, box, tuple(round(edge, 2) for edge in edges))


def _rule_below(row: _Row, word: _Word, short: list[Segment]) -> Segment | None:
    middle = (word.x0 + word.x1) / 2
    for rule in short:
        near = row.bottom - 4 < rule[0] < row.bottom + (row.bottom - row.top)
        alone = sum(1 for other in row.words if rule[1] < (other.x0 + other.x1) / 2 < rule[2]) == 1
        if near and alone and rule[1] - 2 < middle < rule[2] + 2:
            return rule
    return None


def _separators(rows: list[_Row], body: list[_Row], short: list[Segment], least: float) -> list[float]:
    """Middles of the gaps that all rows of the body leave clear; words of the header that fill such a gap make a column of it."""
    spans = sorted((word.x0, word.x1) for row in body for word in row.words)
    occupied: list[list[float]] = []
    for x0, x1 in spans:
        if occupied and x0 <= occupied[-1][1] + least:
            occupied[-1][1] = max(occupied[-1][1], x1)
        else:
            occupied.append([x0, x1])
    for row in rows:
        if row in body:
            continue
        for word in row.words:
            if not any(word.x0 < x1 + least and x0 - least < word.x1 for x0, x1 in occupied):
                occupied.append([word.x0, word.x1])
                occupied.sort()
    result = []
    for (_, end), (start, _) in pairwise(occupied):
        middle = (end + start) / 2
        # the end of a rule inside the gap is the boundary that was meant
        ends = [x for _, x0, x1 in short for x in (x0, x1) if end - 1 <= x <= start + 1]
        result.append(ends[0] if ends else middle)
    return result

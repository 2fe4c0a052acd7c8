"""Tables without (enough) rules: columns are where the words of the body stand, rows are what stands beside one amount.

Belongs here: tables whose rules are only horizontal (among them three-line tables), and forms printed without any rule. Does not belong
here: ruled tables (`ruling`).

A table is believed only where there is evidence: rules that start and end together with several rows between them, or several
lines whose amounts end at the same place. Columns are told by the body, whose amounts end (and codes and names begin) together;
words of the header are tied to them. Where that can be done in more than one way, the header of the columns of amounts is left one
text over all of them, which means nothing to a later stage: better no figure than one of another column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise, takewhile

from pipeline.readers.characters import Characters, TextLine, lines
from pipeline.readers.open_columns import CODE, FRACTION, Column, column_edges, columns_under, is_code, numbers_columns
from pipeline.readers.open_header import Frame, Span, header_blocks, header_spans, untold_header
from pipeline.readers.open_rows import NUMBERED, body_rows, row_bounds
from pipeline.readers.printed import Box, Cell, Grid
from pipeline.readers.ruling import Segment
from pipeline.readers.words import LINE_GAP, YEAR, Word, WordLine, word_lines

LEAST_ROWS = 3
_LABEL = re.compile(r"[:：。]|单位[(（]|^[(（]?[\w]*元[)）]?$")
_OF_WHICH = re.compile(r"其中[:：]")
_LEADER = re.compile(r"\.{4,}|…{2,}|·{4,}")


def open_tables(
    characters: Characters, text_lines: list[TextLine], rules: list[Segment], width: float, number: int, method: str
) -> tuple[list[Grid], list[TextLine]]:
    """Grids found among the lines of text of a page, and the lines that are in none.

    `rules` are the horizontal rules that enclose nothing, `width` that of the page.
    """
    if not text_lines:
        return [], text_lines
    printed = word_lines(characters, [member for line in text_lines for member in line.members])
    long_rules = [rule for rule in rules if rule[2] - rule[1] > 0.25 * width]
    grids: list[Grid] = []
    used: set[int] = set()
    for top, bottom, group in _ruled_regions(long_rules):
        inside = [line for line in printed if top - 1 < line.middle < bottom + 1]
        if sum(1 for line in inside if len(line.words) >= 2) < 2 or not any(line.amounts for line in inside):
            continue
        if used.intersection(_members(inside)):
            continue  # part of a table already read
        x0, x1 = min(rule[1] for rule in group), max(rule[2] for rule in group)
        within = [rule for rule in rules if top - 1 < rule[0] < bottom + 1 and rule[1] > x0 - 5 and rule[2] < x1 + 5]
        grid = _grid(characters, inside, within, (x0, x1), number, method)
        if grid is not None:
            grids.append(grid)
            used.update(_members(inside))
    free = [line for line in printed if not used.intersection(_members([line]))]
    for run in _runs(free):
        grid = _grid(characters, run, [], None, number, method)
        if grid is not None:
            grids.append(grid)
            used.update(_members(run))
    rest: list[TextLine] = []
    for line in text_lines:
        members = [member for member in line.members if member not in used]
        rest += [line] if len(members) == len(line.members) else lines(characters, members)
    return grids, rest


def _members(printed: Iterable[WordLine]) -> list[int]:
    return [member for line in printed for word in line.words for member in word.members]


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


def _runs(printed: list[WordLine]) -> list[list[WordLine]]:
    """Runs of consecutive lines without rules whose amounts end together, with their header and their names in several lines."""
    runs: list[list[WordLine]] = []
    start = 0
    while start < len(printed):
        if not _is_body(printed[start]):
            start += 1
            continue
        end = start + 1
        while end < len(printed) and _follows(printed[end - 1], printed[end]):
            ahead = next((i for i in range(end, min(end + 4, len(printed))) if _is_body(printed[i])), None)
            if ahead is not None and all(
                _follows(*pair) and not _is_sentence(pair[0]) for pair in pairwise(printed[end : ahead + 1])
            ):
                end = ahead + 1
            elif (
                ahead is None and not _is_sentence(printed[end]) and _goes_on_in_name(printed[start:end], printed[end])
            ):
                end += 1
            else:
                break
        body = [line for line in printed[start:end] if _is_body(line)]
        if (len(body) >= LEAST_ROWS and _is_aligned(body)) or _is_coded(body):
            first = start
            while first > 0 and start - first < 12 and _is_header_line(printed[first - 1], printed[first]):
                first -= 1
            runs.append(printed[first:end])
        start = end
    return runs


def _goes_on_in_name(run: list[WordLine], line: WordLine) -> bool:
    """Whether a line under a run is of its last name: close below it, or where names stand that follow a code.

    The latter is the first line of a row that the page edge cuts.
    """
    word = line.words[0]
    names = sum(
        1 for upper in run for other in upper.words[1:] if abs(other.x0 - word.x0) < 1.5 and not other.is_amount
    )
    return _is_near(run[-1], line) or (len(line.words) == 1 and names >= 2)


def _is_body(line: WordLine) -> bool:
    return len(line.words) >= 2 and bool(line.amounts) and not any(_LEADER.search(word.text) for word in line.words)


def _is_sentence(line: WordLine) -> bool:
    return any(re.search(r"[。；;]|^注[:：]|^备注|^说明", word.text) for word in line.words)


def _follows(upper: WordLine, lower: WordLine) -> bool:
    return lower.top - upper.bottom < 1.8 * (upper.bottom - upper.top)


def _is_near(upper: WordLine, lower: WordLine) -> bool:
    return lower.top - upper.bottom < LINE_GAP * (upper.bottom - upper.top)


def _is_header_line(line: WordLine, below: WordLine) -> bool:
    text = "".join(word.text for word in line.words)
    is_label = bool(_LABEL.search(_OF_WHICH.sub("", text)))
    is_title = len(line.words) == 1 and (text.endswith("表") or line.words[0].height > 1.2 * below.words[0].height)
    return _follows(line, below) and not is_label and not is_title


def _is_aligned(body: list[WordLine]) -> bool:
    """Whether amounts end (or begin) at common places and are amounts and not page numbers."""
    ends: list[list[float]] = []
    amounts = 0
    fractions = 0
    for line in body:
        for word in line.amounts:
            amounts += 1
            fractions += bool(FRACTION.search(word.text))
            for cluster in ends:
                if abs(cluster[0] - word.x1) < 4:
                    cluster.append(word.x1)
                    break
            else:
                ends.append([word.x1])
    columns = [cluster for cluster in ends if len(cluster) >= LEAST_ROWS]
    aligned = sum(len(cluster) for cluster in columns)
    return bool(columns) and aligned >= 0.6 * amounts and (len(columns) >= 2 or 2 * fractions >= amounts)


def _is_coded(body: list[WordLine]) -> bool:
    """Whether as few as two lines are a table for sure: each begins with a code, and their amounts are money that ends together."""
    ends = [[word.x1 for word in line.amounts if FRACTION.search(word.text)] for line in body]
    return (
        len(body) >= 2
        and all(is_code(line.words[0]) for line in body)
        and all(len(own) >= 2 for own in ends)
        and all(any(abs(end - other) < 4 for other in ends[0]) for own in ends[1:] for end in own)
    )


def _grid(
    characters: Characters,
    printed: list[WordLine],
    rules: list[Segment],
    extent: tuple[float, float] | None,
    number: int,
    method: str,
) -> Grid | None:
    walls = [rule[0] for rule in rules if extent and rule[2] - rule[1] > 0.95 * (extent[1] - extent[0])]
    numbers = {id(word) for line in printed if numbers_columns(line) for word in line.words}
    table: _Table | None = None
    for header_words, body_words, frame in _partings(printed, walls, extent):
        columns = columns_under([word for word in body_words if id(word) not in numbers])
        if len(columns) < 2 or not any(column.is_numeric for column in columns):
            continue
        blocks = header_blocks(characters, header_words, rules)
        told = header_spans(blocks, columns, rules, frame)
        if told is not None:
            table = _Table(body_words, *told)
            break
        if table is None:
            table = _Table(body_words, columns, column_edges(columns, extent), untold_header(blocks, columns))
    if table is None:
        return None
    columns, edges, spans = table.columns, table.edges, table.spans
    rows = body_rows(table.words, columns, edges, walls)
    if len(rows) < 2:
        return None
    cells: list[Cell] = []
    levels = sorted({row for row, *_ in spans})
    held: set[tuple[int, int]] = set()
    bounds = row_bounds(spans, rows, walls)
    offset = len(levels)
    entries = [(levels.index(row), first, last, height, word) for row, first, last, height, word in spans]
    for index, words in enumerate(rows):
        entries += [(offset + index, first, last, 1, word) for first, last, word in words]
    for row, first, last, height, word in entries:
        held.update((r, c) for r in range(row, row + height) for c in range(first, last + 1))
        text_lines = lines(characters, word.members)
        box = Box(
            round(edges[first], 2), round(bounds[row], 2), round(edges[last + 1], 2), round(bounds[row + height], 2)
        )
        text = "\n".join(line.text for line in text_lines)
        cells.append(Cell(row, first, text, height, last - first + 1, box, round(text_lines[0].x0, 2)))
    for row in range(len(bounds) - 1):
        for column in range(len(columns)):
            if (row, column) not in held:
                box = Box(
                    round(edges[column], 2), round(bounds[row], 2), round(edges[column + 1], 2), round(bounds[row + 1], 2)
                )  # fmt: skip
                cells.append(Cell(row, column, "", 1, 1, box, None))
    cells.sort(key=lambda cell: (cell.row, cell.column))
    box = Box(round(edges[0], 2), round(bounds[0], 2), round(edges[-1], 2), round(bounds[-1], 2))
    return Grid(
        number, len(bounds) - 1, len(columns), cells, method, box, tuple(round(edge, 2) for edge in edges)
    )  # fmt: skip


def _partings(
    printed: list[WordLine], walls: list[float], extent: tuple[float, float] | None
) -> Iterator[tuple[list[Word], list[Word], Frame]]:
    """Words of the header, words of the body and where the header is: as the first amount says, then with fewer lines of header.

    On a page that goes on with a form the rest of a name that the page edge cuts stands between the header and the first amount;
    so do the first lines of a name beside whose middle the first amount stands.
    """
    start = next((index for index, line in enumerate(printed) if _begins_body(line)), len(printed))
    yield _parting(printed, start, walls, extent)
    if start < len(printed):
        names = takewhile(lambda index: len(printed[index].words) == 1, range(start - 1, 0, -1))
        for index in names:
            yield _parting(printed, index, walls, extent)


def _parting(
    printed: list[WordLine], start: int, walls: list[float], extent: tuple[float, float] | None
) -> tuple[list[Word], list[Word], Frame]:
    """Header and body where the body begins with line `start`, or at the rule above it."""
    top = min((line.top for line in printed[start : start + 2]), default=0.0)
    body_top = max((wall for wall in walls if wall < top + 3), default=None)
    if (
        body_top is not None
        and body_top == walls[0]
        and any(
            body_top < line.middle and line.bottom < top + 0.3 * (line.bottom - line.top) for line in printed[:start]
        )
    ):
        body_top = None  # the numbers of the columns stand above the rule
    if body_top is not None:
        header_words = [word for line in printed for word in line.words if word.middle < body_top]
        body_words = [word for line in printed for word in line.words if word.middle >= body_top]
    else:
        header_words = [word for line in printed[:start] for word in line.words]
        body_words = [word for line in printed[start:] for word in line.words]
        # The first name may begin above its amounts.
        if start and start < len(printed):
            above = [word for word in header_words if printed[start].top < word.bottom - 0.1 * word.height]
            header_words = [w for w in header_words if w not in above]
            body_words += above
    upper = walls[0] if body_top is not None else min((word.top for word in header_words), default=0.0)
    lower = body_top if body_top is not None else min((word.top for word in body_words), default=0.0)
    if body_top is None and header_words:
        free = max((lower - max(word.bottom for word in header_words)) / 2, 0.0)
        upper, lower = walls[0] if walls else upper - free, lower - free
    return header_words, body_words, Frame(upper, lower, extent)


def _begins_body(line: WordLine) -> bool:
    """Whether a line is the first of the body: it has an amount, a code, a numbered name, or the numbers of the columns."""
    numbers = [word.text for word in line.words if word.is_amount]
    return (
        any(FRACTION.search(text) or len(text) >= 3 for text in numbers)
        or (len(numbers) >= 2)
        or any(CODE.fullmatch(word.text) and not YEAR.fullmatch(word.text) for word in line.words)
        or any(NUMBERED.match(word.text) for word in line.words)
    )


@dataclass(slots=True)
class _Table:
    """A table parted in header and body: the words of the body, the columns with their edges, the cells of the header."""

    words: list[Word]
    columns: list[Column]
    edges: list[float]
    spans: list[Span]

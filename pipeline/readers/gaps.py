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
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain, groupby, pairwise, takewhile
from statistics import median

from pipeline.readers.characters import Characters, TextLine, lines
from pipeline.readers.printed import Box, Cell, Grid
from pipeline.readers.ruling import Segment

WORD_GAP = 0.25
"""Words of different columns stand at least so many heights of a character apart."""
LINE_GAP = 0.6
"""Lines of one cell stand at most so many heights of a character apart."""
PADDING = 3.0
"""What is between a word and the boundary of its column (points), where nothing says more."""
LEAST_ROWS = 3

_AMOUNT = re.compile(r"[-－—–]?[(（]?[-－]?\d[\d,，]*(?:\.\d+)?[)）]?%?")
_FRACTION = re.compile(r"\d[.,，]\d|^0$")
_CODE = re.compile(r"[\[【]?\d{3,}[\]】]?")
_YEAR = re.compile(r"20\d\d年?")
_NUMBERED = re.compile(r"(?:[一二三四五六七八九十]+、|[(（][一二三四五六七八九十]+[)）]|\d+[、.])")
_LABEL = re.compile(r"[:：。]|单位[(（]|^[(（]?[\w]*元[)）]?$")
_OF_WHICH = re.compile(r"其中[:：]")
_LEADER = re.compile(r"\.{4,}|…{2,}|·{4,}")
_CODE_HEADER = re.compile(r"编码|代码|编号")
_KEY_LETTER = frozenset("类款项目节")
"""Letters that are headers of their own where they stand apart (类 款 项)."""


@dataclass(slots=True)
class _Word:
    """Characters that stand together on one line, or (a block) on several lines of one cell."""

    x0: float
    top: float
    x1: float
    bottom: float
    text: str
    members: list[int]

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def centre(self) -> float:
        return (self.x0 + self.x1) / 2

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def is_amount(self) -> bool:
        return bool(_AMOUNT.fullmatch(self.text)) and not _YEAR.fullmatch(self.text)


@dataclass(slots=True)
class _Line:
    """Words on one line of print, left to right."""

    words: list[_Word]
    top: float = 0.0
    bottom: float = 0.0

    def __post_init__(self) -> None:
        self.top = min(word.top for word in self.words)
        self.bottom = max(word.bottom for word in self.words)

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def amounts(self) -> list[_Word]:
        return [word for word in self.words if word.is_amount]


@dataclass(slots=True)
class _Column:
    """A column of the body: what its words cover. `leaf` is the lowest header over it."""

    x0: float
    x1: float
    words: list[_Word] = field(default_factory=list)
    leaf: _Word | None = None

    @property
    def is_numeric(self) -> bool:
        amounts = sum(1 for word in self.words if word.is_amount and not _is_code(word))
        return amounts * 2 > len(self.words)

    @property
    def ends_together(self) -> bool:
        """Whether its words end at one place and do not all begin at one, or are amounts, which are so set."""
        is_money = self.is_numeric and any(_FRACTION.search(word.text) for word in self.words if word.is_amount)
        return is_money or self._spread(True) < self._spread(False) - 0.5

    @property
    def begins_together(self) -> bool:
        return not self.ends_together and (not self.is_numeric or self._spread(False) < self._spread(True) - 0.5)

    def _spread(self, is_end: bool) -> float:
        places = [word.x1 if is_end else word.x0 for word in self.words]
        return max(places) - min(places)

    @property
    def holds_parts_of_codes(self) -> bool:
        return bool(self.words) and all(re.fullmatch(r"\d{2,3}", word.text) for word in self.words)

    @property
    def holds_codes(self) -> bool:
        return bool(self.words) and sum(1 for word in self.words if word.text.isdigit()) * 2 > len(self.words)


def _is_code(word: _Word) -> bool:
    return bool(_CODE.fullmatch(word.text)) and "," not in word.text


def open_tables(
    characters: Characters, text_lines: list[TextLine], rules: list[Segment], width: float, number: int, method: str
) -> tuple[list[Grid], list[TextLine]]:
    """Grids found among the lines of text of a page, and the lines that are in none.

    `rules` are the horizontal rules that enclose nothing, `width` that of the page.
    """
    if not text_lines:
        return [], text_lines
    printed = _lines_of(characters, [member for line in text_lines for member in line.members])
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


def _members(printed: Iterable[_Line]) -> list[int]:
    return [member for line in printed for word in line.words for member in word.members]


# lines and words --------------------------------------------------------------------------------------------------


def _lines_of(characters: Characters, members: Sequence[int]) -> list[_Line]:
    """Lines on one baseline: the lines of a name that is set in two lines beside one amount stay apart from it."""
    tops, bottoms = characters.top, characters.bottom
    groups: list[list[int]] = []
    top = bottom = 0.0
    for member in sorted(members, key=lambda member: tops[member] + bottoms[member]):
        shared = min(bottom, bottoms[member]) - max(top, tops[member])
        if groups and shared >= 0.7 * min(bottom - top, bottoms[member] - tops[member]):
            groups[-1].append(member)
            if bottoms[member] - tops[member] > bottom - top:
                top, bottom = tops[member], bottoms[member]
        else:
            groups.append([member])
            top, bottom = tops[member], bottoms[member]
    return [_Line(_words(characters, sorted(group, key=characters.x0.__getitem__))) for group in groups]


def _words(characters: Characters, members: list[int]) -> list[_Word]:
    words: list[list[int]] = []
    end = 0.0
    for member in members:
        size = min(characters.bottom[member] - characters.top[member], 14.0)
        if words and characters.x0[member] - end <= WORD_GAP * size:
            words[-1].append(member)
            end = max(end, characters.x1[member])
        else:
            words.append([member])
            end = characters.x1[member]
    return [_word(characters, word) for word in words]


def _word(characters: Characters, members: list[int]) -> _Word:
    return _Word(
        min(characters.x0[member] for member in members),
        min(characters.top[member] for member in members),
        max(characters.x1[member] for member in members),
        max(characters.bottom[member] for member in members),
        "".join(characters.text[member] for member in members),
        list(members),
    )


def _joined(words: Sequence[_Word]) -> _Word:
    return _Word(
        min(word.x0 for word in words),
        min(word.top for word in words),
        max(word.x1 for word in words),
        max(word.bottom for word in words),
        "".join(word.text for word in words),
        [member for word in words for member in word.members],
    )


# regions ----------------------------------------------------------------------------------------------------------


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


def _runs(printed: list[_Line]) -> list[list[_Line]]:
    """Runs of consecutive lines without rules whose amounts end together, with their header and their names in several lines."""
    runs: list[list[_Line]] = []
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


def _goes_on_in_name(run: list[_Line], line: _Line) -> bool:
    """Whether a line under a run is of its last name: close below it, or where names stand that follow a code.

    The latter is the first line of a row that the page edge cuts.
    """
    word = line.words[0]
    names = sum(
        1 for upper in run for other in upper.words[1:] if abs(other.x0 - word.x0) < 1.5 and not other.is_amount
    )
    return _is_near(run[-1], line) or (len(line.words) == 1 and names >= 2)


def _is_body(line: _Line) -> bool:
    return len(line.words) >= 2 and bool(line.amounts) and not any(_LEADER.search(word.text) for word in line.words)


def _is_sentence(line: _Line) -> bool:
    return any(re.search(r"[。；;]|^注[:：]|^备注|^说明", word.text) for word in line.words)


def _follows(upper: _Line, lower: _Line) -> bool:
    return lower.top - upper.bottom < 1.8 * (upper.bottom - upper.top)


def _is_near(upper: _Line, lower: _Line) -> bool:
    return lower.top - upper.bottom < LINE_GAP * (upper.bottom - upper.top)


def _is_header_line(line: _Line, below: _Line) -> bool:
    text = "".join(word.text for word in line.words)
    is_label = bool(_LABEL.search(_OF_WHICH.sub("", text)))
    is_title = len(line.words) == 1 and (text.endswith("表") or line.words[0].height > 1.2 * below.words[0].height)
    return _follows(line, below) and not is_label and not is_title


def _is_aligned(body: list[_Line]) -> bool:
    """Whether amounts end (or begin) at common places and are amounts and not page numbers."""
    ends: list[list[float]] = []
    amounts = 0
    fractions = 0
    for line in body:
        for word in line.amounts:
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


def _is_coded(body: list[_Line]) -> bool:
    """Whether as few as two lines are a table for sure: each begins with a code, and their amounts are money that ends together."""
    ends = [[word.x1 for word in line.amounts if _FRACTION.search(word.text)] for line in body]
    return (
        len(body) >= 2
        and all(_is_code(line.words[0]) for line in body)
        and all(len(own) >= 2 for own in ends)
        and all(any(abs(end - other) < 4 for other in ends[0]) for own in ends[1:] for end in own)
    )


# the table --------------------------------------------------------------------------------------------------------


def _grid(
    characters: Characters,
    printed: list[_Line],
    rules: list[Segment],
    extent: tuple[float, float] | None,
    number: int,
    method: str,
) -> Grid | None:
    walls = [rule[0] for rule in rules if extent and rule[2] - rule[1] > 0.95 * (extent[1] - extent[0])]
    numbers = {id(word) for line in printed if _numbers_columns(line) for word in line.words}
    table: _Table | None = None
    for header_words, body_words, frame in _partings(printed, walls, extent):
        columns = _columns([word for word in body_words if id(word) not in numbers])
        if len(columns) < 2 or not any(column.is_numeric for column in columns):
            continue
        blocks = _header_blocks(characters, header_words, rules)
        told = _header(blocks, columns, rules, frame)
        if told is not None:
            table = _Table(body_words, *told)
            break
        if table is None:
            table = _Table(body_words, columns, _edges(columns, extent), _untold(blocks, columns))
    if table is None:
        return None
    columns, edges, spans = table.columns, table.edges, table.spans
    rows = _body_rows(table.words, columns, edges, walls)
    if len(rows) < 2:
        return None
    cells: list[Cell] = []
    levels = sorted({row for row, *_ in spans})
    held: set[tuple[int, int]] = set()
    bounds = _row_bounds(spans, rows, walls)
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
    printed: list[_Line], walls: list[float], extent: tuple[float, float] | None
) -> Iterator[tuple[list[_Word], list[_Word], _Frame]]:
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
    printed: list[_Line], start: int, walls: list[float], extent: tuple[float, float] | None
) -> tuple[list[_Word], list[_Word], _Frame]:
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
    return header_words, body_words, _Frame(upper, lower, extent)


def _begins_body(line: _Line) -> bool:
    """Whether a line is the first of the body: it has an amount, a code, a numbered name, or the numbers of the columns."""
    numbers = [word.text for word in line.words if word.is_amount]
    return (
        any(_FRACTION.search(text) or len(text) >= 3 for text in numbers)
        or (len(numbers) >= 2)
        or any(_CODE.fullmatch(word.text) and not _YEAR.fullmatch(word.text) for word in line.words)
        or any(_NUMBERED.match(word.text) for word in line.words)
    )


def _numbers_columns(line: _Line) -> bool:
    """Whether a line holds the numbers of the columns (栏次, 1 2 3 …), which stand in their middle."""
    values = [int(word.text) for word in line.words if word.text.isdigit() and len(word.text) <= 2]
    others = [word for word in line.words if not (word.text.isdigit() and len(word.text) <= 2)]
    return len(values) >= 2 and all(b - a == 1 for a, b in pairwise(values)) and not any(w.is_amount for w in others)


def _columns(words: list[_Word]) -> list[_Column]:
    """What the words of the body cover: columns are parted by gaps that all rows leave clear."""
    columns: list[_Column] = []
    size = min(median(word.height for word in words), 14.0) if words else 0.0
    for word in sorted(words, key=lambda word: word.x0):
        if columns and word.x0 <= columns[-1].x1 + WORD_GAP * size:
            columns[-1].x1 = max(columns[-1].x1, word.x1)
            columns[-1].words.append(word)
        else:
            columns.append(_Column(word.x0, word.x1, [word]))
    return columns


def _edges(columns: list[_Column], extent: tuple[float, float] | None) -> list[float]:
    """Boundaries of the columns: where amounts end, where names begin, and else so that the header stands in the middle of its column."""
    edges = [extent[0] if extent else columns[0].x0 - PADDING]
    for one, other in pairwise(columns):
        low, high = one.x1 + 0.2, max(other.x0 - 0.2, one.x1 + 0.3)
        if one.is_numeric and not (one.leaf is not None and one.leaf.centre > one.x1):
            edges.append(min(one.x1 + PADDING, (low + high) / 2))
            continue
        if other.words and not other.is_numeric:
            edges.append(max(other.x0 - PADDING, (low + high) / 2))
            continue
        guesses = []
        if other.leaf is not None and other.is_numeric:
            guesses.append(2 * other.leaf.centre - other.x1 - PADDING)
        if one.leaf is not None:
            guesses.append(2 * one.leaf.centre - edges[-1])
        edges.append(next((guess for guess in guesses if low <= guess <= high), (low + high) / 2))
    edges.append(extent[1] if extent else columns[-1].x1 + PADDING)
    return edges


# the header -------------------------------------------------------------------------------------------------------


def _header_blocks(characters: Characters, words: list[_Word], rules: list[Segment]) -> list[_Word]:
    """Printed cells of the header: spaced letters and the lines of one cell are joined."""
    blocks: list[list[_Word]] = []
    for word in sorted(words, key=lambda word: word.top):
        above = [block for block in blocks if _goes_on(block[-1], word, rules)]
        if above:
            above[0].append(word)
        else:
            blocks.append([word])
    by_line = _lines_of(characters, [m for block in blocks if len(block) == 1 for m in block[0].members])
    result = [_joined(block) for block in blocks if len(block) > 1]
    for line in by_line:
        joined: list[_Word] = []
        for word in line.words:
            if joined and _is_spaced(joined[-1], word):
                joined[-1] = _joined([joined[-1], word])
            else:
                joined.append(word)
        result += joined
    return sorted(result, key=lambda block: block.top)


def _is_spaced(one: _Word, other: _Word) -> bool:
    """Whether two words are letters of one word set apart (收  入)."""
    gap = other.x0 - one.x1
    size = other.x1 - other.x0
    if len(other.text) != 1 or not (len(one.text) == 1 or (one.text.isalpha() and _is_set_apart(one))):
        return gap < 0.6 * one.height * 0.7 and (one.text[-1] in "（(：:" or other.text[0] in "）)")
    if other.text in "类款节" or one.text in _KEY_LETTER:
        return other.text == "目" and one.text == "项" and gap < 8 * size
    return gap < 6 * size


def _is_set_apart(word: _Word) -> bool:
    return word.x1 - word.x0 > 1.3 * len(word.text) * word.height * 0.7


def _goes_on(upper: _Word, lower: _Word, rules: list[Segment]) -> bool:
    """Whether a line of the header is the next line of the same cell: right below it, centred (or beginning) alike, no rule between."""
    if not (upper.x0 < lower.x1 and lower.x0 < upper.x1) or lower.middle <= upper.middle:
        return False
    if abs(upper.centre - lower.centre) > 2.5 and abs(upper.x0 - lower.x0) > 1.5:
        return False
    if any(upper.middle < y < lower.middle and x0 < lower.centre < x1 for y, x0, x1 in rules):
        return False
    return lower.top - upper.bottom < LINE_GAP * upper.height


@dataclass(slots=True)
class _Frame:
    """Where the header is: its upper and its lower edge, and the ends of the table's rules."""

    top: float
    bottom: float
    extent: tuple[float, float] | None


Span = tuple[int, int, int, int, _Word]
"""A cell of the header: level, first and last column, how many levels it spans, its words."""


@dataclass(slots=True)
class _Table:
    """A table parted in header and body: the words of the body, the columns with their edges, the cells of the header."""

    words: list[_Word]
    columns: list[_Column]
    edges: list[float]
    spans: list[Span]


def _header(
    blocks: list[_Word], columns: list[_Column], rules: list[Segment], frame: _Frame
) -> tuple[list[_Column], list[float], list[Span]] | None:
    """Columns of the body and those that only the header has, their edges, and the cells of the header over them.

    None where it cannot be told what stands over which column.
    """
    if not blocks:
        return columns, _edges(columns, frame.extent), []
    leaves = [block for block in blocks if _is_leaf(block, blocks, frame)]
    leaves.sort(key=lambda leaf: leaf.centre)
    told = _header_of(leaves, blocks, columns, rules, frame)
    if told is None:
        # A header may be narrower than the gap between the two that it stands over.
        leaves = [leaf for leaf in leaves if not _straddles(leaf, leaves)]
        told = _header_of(leaves, blocks, columns, rules, frame)
    return told


def _header_of(
    leaves: list[_Word], blocks: list[_Word], columns: list[_Column], rules: list[Segment], frame: _Frame
) -> tuple[list[_Column], list[float], list[Span]] | None:
    """The header if its lowest headers are `leaves`."""
    columns = [replace(column) for column in columns]
    tied = _tie(leaves, columns)
    if tied is None:
        return None
    every = list(columns)
    for leaf, places in zip(leaves, tied, strict=True):
        if not places:
            every.append(_Column(leaf.x0, leaf.x1, [], leaf))
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
    edges = _edges(every, frame.extent)
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


def _untold(blocks: list[_Word], columns: list[_Column]) -> list[Span]:
    """The header as one text over the columns where it cannot be told what stands over which; no text of it stands over one of them alone.

    Not over the first column: a text over all columns is a title printed in the table, and no header.
    """
    ordered = sorted(blocks, key=lambda block: (block.top, block.x0))
    names = [block for block in ordered if block.x1 < columns[1].x0]
    rest = [block for block in ordered if block not in names]
    if len(rest) < 2:
        rest = ordered
    return [*([(0, 0, 0, 1, _joined(names))] if names else []), (0, 1, len(columns) - 1, 1, _joined(rest))]


def _is_leaf(block: _Word, blocks: list[_Word], frame: _Frame) -> bool:
    """Whether no header stands under this one: nothing is below it, and it is in the middle between that place and the header's foot."""
    under = any(
        other.top > block.bottom - 0.35 * block.height and block.x0 < other.x1 and other.x0 < block.x1
        for other in blocks
        if other is not block
    )
    return not under and 2 * block.middle - frame.bottom > frame.top - 0.7 * block.height


def _straddles(leaf: _Word, leaves: list[_Word]) -> bool:
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


def _reach(block: _Word, rules: list[Segment]) -> tuple[float, float]:
    """What a header covers: the short rule right under it, else itself."""
    for y, x0, x1 in rules:
        is_below = block.bottom - 4 < y < block.bottom + 1.2 * block.height
        if is_below and abs((x0 + x1) / 2 - block.centre) < 4:
            return x0, x1
    return block.x0, block.x1


def _tie(leaves: list[_Word], columns: list[_Column]) -> list[list[_Column]] | None:
    """For each leaf of the header the columns under it; None where columns of amounts cannot be tied to one leaf each."""
    tied: list[list[_Column]] = [[] for _ in leaves]
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


def _parts_of_codes(leaves: list[_Word], columns: list[_Column]) -> list[tuple[int, _Column]]:
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
    leaves: list[_Word]


def _parents(
    upper: list[_Word],
    leaves: list[_Word],
    columns: list[_Column],
    edges: list[float],
    rules: list[Segment],
    frame: _Frame,
) -> dict[int, list[_Word]] | None:
    """For each leaf its headers from the top down; None where it cannot be told which one a leaf stands under."""
    over: dict[int, list[_Word]] = {id(leaf): [] for leaf in leaves}
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
        grouped: dict[int, tuple[_Word, list[int]]] = {}
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


def _tie_in_order(tied: list[list[_Column]], columns: list[_Column]) -> bool:
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


def _parted(heads: list[_Word], run: list[_Node], rules: list[Segment]) -> list[range] | None:
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


def _cost(head: _Word, x0: float, x1: float, rules: list[Segment]) -> float:
    reach = _reach(head, rules)
    if reach != (head.x0, head.x1):
        # The ends of columns are known but roughly; that a rule ends in the middle of one is no evidence.
        return abs(reach[0] - x0) + abs(reach[1] - x1)
    return abs(head.centre - (x0 + x1) / 2)


# the rows ---------------------------------------------------------------------------------------------------------

RowCell = tuple[int, int, _Word]
"""First and last column, and what is printed there."""


def _body_rows(
    words: list[_Word], columns: list[_Column], edges: list[float], walls: list[float]
) -> list[list[RowCell]]:
    """Rows of the body: between two rules where they part the rows, else what stands beside one amount or code."""
    bands: dict[int, list[_Word]] = {}
    for word in words:
        bands.setdefault(bisect_right(walls, word.middle), []).append(word)
    firm = [index for index, column in enumerate(columns) if column.is_numeric or column.holds_codes]
    rows: list[list[RowCell]] = []
    for _, band in sorted(bands.items()):
        rows += [_row_cells(part, edges) for part in _parted_rows(band, edges, firm, len(walls) > 4)]
    return rows


def _place(word: _Word, edges: list[float]) -> tuple[int, int]:
    last = len(edges) - 2
    first = min(max(bisect_right(edges, word.x0 + 1) - 1, 0), last)
    return first, min(max(bisect_right(edges, word.x1 - 1) - 1, first), last)


def _row_cells(words: list[_Word], edges: list[float]) -> list[RowCell]:
    cells: list[RowCell] = []
    ordered = sorted(words, key=lambda word: (word.x0, word.top))
    in_middle = _numbers_columns(_Line(ordered))
    for position, word in enumerate(ordered):
        first, last = _place(word, edges)
        if in_middle:
            # Each number has a column of its own, though a column of short codes may reach less far than its header.
            after = cells[-1][1] + 1 if cells else 0
            before = len(edges) - 1 - (len(ordered) - position)
            first = last = max(min(max(bisect_right(edges, word.centre) - 1, after), before), 0)
        if cells and first <= cells[-1][1]:
            cells[-1] = (cells[-1][0], max(cells[-1][1], last), _joined([cells[-1][2], word]))
        else:
            cells.append((first, last, word))
    return cells


def _parted_rows(words: list[_Word], edges: list[float], firm: list[int], is_banded: bool) -> list[list[_Word]]:
    """The rows of one band: one where no column holds two amounts or codes one below the other."""
    words = _with_rests(words)
    anchors: list[list[_Word]] = []
    for word in sorted((w for w in words if _place(w, edges)[0] in firm), key=lambda word: word.middle):
        if anchors and word.middle - anchors[-1][0].middle < 0.5 * word.height:
            anchors[-1].append(word)
        else:
            anchors.append([word])
    taken = {id(word) for anchor in anchors for word in anchor}
    others = [word for word in words if id(word) not in taken]
    if len(anchors) <= 1 and is_banded:
        return [words]
    rows: list[tuple[float, list[_Word]]] = [(anchor[0].middle, list(anchor)) for anchor in anchors]
    alone: list[list[_Word]] = []
    for block in _text_blocks(others, edges, [middle for middle, _ in rows]):
        top, bottom = min(w.top for w in block), max(w.bottom for w in block)
        middle = (top + bottom) / 2
        beside = [row for row in rows if top < row[0] < bottom]
        if len(beside) > 1:
            near = min(beside, key=lambda row: abs(row[0] - middle))
            beside = [near]
        if beside:
            beside[0][1].extend(block)
        else:
            alone.append(block)
    groups: list[list[_Word]] = []
    for block in sorted(alone, key=lambda block: min(w.top for w in block)):
        middle = (min(w.top for w in block) + max(w.bottom for w in block)) / 2
        if groups and middle < max(w.bottom for w in groups[-1]):
            groups[-1].extend(block)
        else:
            groups.append(list(block))
    rows += [((min(w.top for w in g) + max(w.bottom for w in g)) / 2, g) for g in groups]
    return [row for _, row in sorted(rows, key=lambda row: row[0])]


def _with_rests(words: list[_Word]) -> list[_Word]:
    """Amounts and codes too wide for their column joined with their last digits, which stand on the next line."""
    result: list[_Word] = []
    for word in sorted(words, key=lambda word: word.middle):
        for index, upper in enumerate(result):
            is_rest = word.text.isdigit() and len(word.text) <= 2 and word.middle > upper.middle
            is_cut = re.search(r"\d\.\d?$", upper.text) and abs(upper.x1 - word.x1) < 1.5
            is_code = re.fullmatch(r"\d{5,}", upper.text) and abs(upper.x0 - word.x0) < 1.5
            if is_rest and (is_cut or is_code) and word.top - upper.bottom < LINE_GAP * upper.height:
                result[index] = _joined([upper, word])
                break
        else:
            result.append(word)
    return result


def _text_blocks(words: list[_Word], edges: list[float], anchors: list[float]) -> list[list[_Word]]:
    """Words of one cell: those on one line of a column, and the lines close below one another."""
    blocks: list[list[_Word]] = []
    by_column: dict[int, list[_Word]] = {}
    for word in words:
        by_column.setdefault(_place(word, edges)[0], []).append(word)

    def on_anchor(word: _Word) -> bool:
        return any(abs(word.middle - anchor) < 0.25 * word.height for anchor in anchors)

    for _, column in sorted(by_column.items()):
        own: list[list[_Word]] = []
        for word in sorted(column, key=lambda word: (word.middle, word.x0)):
            last = own[-1][-1] if own else None
            if (last is not None and word.middle - last.middle < 0.5 * word.height) or (
                last is not None
                and word.top - last.bottom < LINE_GAP * word.height
                and not (on_anchor(word) and any(on_anchor(w) for w in own[-1]))
                and not _NUMBERED.match(word.text)
            ):
                own[-1].append(word)
            else:
                own.append([word])
        blocks += own
    return blocks


def _row_bounds(spans: list[Span], rows: list[list[RowCell]], walls: list[float]) -> list[float]:
    """Upper edges of the rows, header first, and the lower edge of the last."""
    extents: list[tuple[float, float]] = []
    for level in sorted({span[0] for span in spans}):
        own = [span[4] for span in spans if span[0] == level]
        extents.append((min(word.top for word in own), min(word.bottom for word in own)))
    for row in rows:
        extents.append((min(cell[2].top for cell in row), max(cell[2].bottom for cell in row)))
    bounds = [extents[0][0] - 1]
    for upper, lower in pairwise(extents):
        bounds.append(max((upper[1] + lower[0]) / 2, bounds[-1] + 0.5))
    bounds.append(max(extents[-1][1] + 1, bounds[-1] + 0.5))
    return bounds

"""From printed pages to forms: which grids are one form, and which lines around them are its title, unit, agency and note.

Belongs here: joining over pages, titles, units, notes, header rows. Does not belong here: what columns and rows mean
(`header`, `pipeline.figures.interpretation`).
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.forms import catalogue
from pipeline.forms.beside import has_other_columns, is_beside, rows_agree
from pipeline.forms.broken_numbers import cuts_numbers
from pipeline.forms.footnotes import without_footnotes
from pipeline.forms.form import Form, FormCell
from pipeline.forms.header import count_header_rows, plain_cells
from pipeline.forms.text import comparable, is_number, join_lines, numbering_rank, squeeze, without_gloss
from pipeline.readers.printed import Cell, Grid, Line, Page, PrintedDocument

_UNIT = re.compile(
    r"单位[:：]?[(（]?(?:人民币)?(百万元|亿元|万元|千元|元)|[(（](百万元|亿元|万元|千元|元)[)）]$|^(百万元|亿元|万元|千元)$"
)
_UNIT_IN_SENTENCE = re.compile(
    r"(?:金额|计量|数据)?单位(?:均|统一)?(?:为|是|以)?[:：]?(?:人民币)?(百万元|亿元|万元|千元|元)"
)
_AGENCY = re.compile(
    r"(?:公开|编制|填报|预算|部门|单位|主管)?(?:部门|单位)(?:名称|全称)?(?:[(（]盖章[)）])?:(?!亿|万|千|元|百万)(.+?)(?:(?:金额)?单位:.*|[(]?20\d\d年度?[)]?)?$"
)
_FORM_NUMBER = re.compile(
    r"^(?:附?表|公开|预算|财决公开|部门公开|附件|续表|决算)*[一二三四五六七八九十\d\-－.]*表?[一二三四五六七八九十\d]*[:：、.]?$"
)
_NUMBERED_FORM = re.compile(r"附?件?表[一二三四五六七八九十\d]+(?:[-－—]\d+)?")
_PAGE_NUMBER = re.compile(r"^(?:第?[-—–－·]*\d{1,4}[-—–－·]*页?(?:[,，/]?共?\d+页?)?)$")
_NOTE = re.compile(r"^(?:备?注|说明|备注说明)[:：\d]|^(?:注)\d?[:：.、]")
_HEADING = re.compile(r"^(?:第[一二三四五六七八九十]+[部章]|[一二三四五六七八九十]+、|[(][一二三四五六七八九十]+[)])")
_CONTINUED = re.compile(r"[(（]?(?:续表?|续\d*|续上表)[)）]?$|^续表?\d*[:：]?")
_MAX_TITLE = 60
_TABLE_TITLE = re.compile(r"^[^。;；,，!?:：]{4,40}表(?:[(（][^)）]*[)）])*$")
"""The title of any table, also of one that the catalogue does not know: it ends what stands above it."""


@dataclass(slots=True)
class _Fragment:
    """One grid with the lines printed above it since the grid before.

    `beside`: the grid holds further columns of the rows of that one of the form's grids below one another.
    """

    grid: Grid
    heading: list[str]
    on_new_page: bool
    running: frozenset[str] = frozenset()
    beside: int | None = None


def assemble(document: PrintedDocument, document_id: str) -> tuple[list[Form], list[Line]]:
    """Forms of a document in printed order, and the lines that belong to its narrative.

    Grids that continue a form are joined to it on column positions where the format has them, on column order otherwise;
    repeated titles and headers stay as cells but are listed in `repeated_header_rows`.
    """
    forms: list[Form] = []
    narrative: list[Line] = []
    heading: list[Line] = []
    previous: _Builder | None = None
    running = running_lines(document)
    pages = {page.number: page for page in document.pages}
    for page in document.pages:
        on_new_page = True
        for block in _blocks(page):
            if isinstance(block, Line):
                heading.append(block)
                continue
            page_heading = [line for line in heading if not _PAGE_NUMBER.match(squeeze(line.text))]
            above = without_footnotes(page_heading, block, pages)[-12:]
            # The last lines before a grid can belong to it: at most twelve, from its own page or the end of the page before.
            fragment = _Fragment(block, [line.text for line in above], on_new_page)
            note_lines, title_lines = _split_note(above, previous)
            fragment.heading = [line.text for line in title_lines]
            if previous is not None and note_lines:
                previous.notes += [line.text for line in note_lines]
            fragment.running = running
            if previous is not None and previous.continues(fragment):
                previous.append(fragment)
            else:
                if previous is not None:
                    forms.append(previous.form(len(forms) + 1, document_id))
                previous = _Builder(fragment)
            used = {id(line) for line in title_lines if previous.uses(line.text)} | {id(line) for line in note_lines}
            narrative += [line for line in heading if id(line) not in used]
            heading = []
            on_new_page = False
    if previous is not None:
        note_lines, _rest = _split_note(
            [line for line in heading if not _PAGE_NUMBER.match(squeeze(line.text))], previous
        )
        previous.notes += [line.text for line in note_lines]
        noted = {id(line) for line in note_lines}
        heading = [line for line in heading if id(line) not in noted]
        forms.append(previous.form(len(forms) + 1, document_id))
    narrative += heading
    return forms, narrative


def _blocks(page: Page) -> Iterator[Line | Grid]:
    for block in page.blocks:
        if isinstance(block, Grid) and block.method == "excel":
            yield from _forms_of_sheet(block)
        else:
            yield block


def running_lines(document: PrintedDocument) -> frozenset[str]:
    """Heads and feet: lines printed alike (but for digits) on three pages or more."""
    pages: dict[str, set[int]] = {}
    for page in document.pages:
        for line in page.lines:
            pages.setdefault(_masked(line.text), set()).add(page.number)
    return frozenset(text for text, numbers in pages.items() if len(numbers) >= 3)


def _masked(text: str) -> str:
    return re.sub(r"\d+", "#", comparable(text))


def _split_note(lines: list[Line], previous: _Builder | None) -> tuple[list[Line], list[Line]]:
    """Lines that are a note under the form before, and lines that stand above the next grid."""
    if previous is None or not lines:
        return [], lines
    notes: list[Line] = []
    for position, line in enumerate(lines):
        text = comparable(line.text)
        begins = bool(_NOTE.match(text)) or (position == 0 and catalogue.speaks_of_nil(text) and len(text) < 120)
        if not begins and not (notes and _continues_note(line, text, notes)):
            return notes, lines[position:]
        notes.append(line)
    return notes, []


def _continues_note(line: Line, text: str, notes: list[Line]) -> bool:
    """A line under a note belongs to it on the same page, unless it is a heading or stands above another form."""
    is_other = _HEADING.match(text) or catalogue_title(text) or _FORM_NUMBER.match(text) or _UNIT.search(text)
    return not is_other and line.page_number == notes[-1].page_number and len(notes) < 6


def catalogue_title(text: str) -> str | None:
    """Key of the standard form if the line reads like a form's title: short, not a sentence, naming a form of the catalogue."""
    normal = _CONTINUED.sub("", without_gloss(comparable(text)))
    if not 3 <= len(normal) <= _MAX_TITLE or re.search(r"[。;；,，!?]|\.{4}|…{2}|万元[,，。]|\d{3,}万?元", normal):
        return None
    if not re.search(
        r"表(?:[-—－]+.{2,30})?(?:[(（][^)）]*[)）])*(?:[(（].*)?$|(?:情况|预算|决算|明细|总体情况|清单)(?:表)?$",
        normal,
    ):
        return None
    return catalogue.form_of_title(normal)


class _Builder:
    """A form being joined from its fragments."""

    def __init__(self, first: _Fragment) -> None:
        self.fragments = [first]
        self.notes: list[str] = []
        self.title, self.key = _title(first)
        self.heading = first.heading
        self.lead = _lead_rows(first.grid)
        self.unit = _unit(first.heading) or _unit(_lead_texts(first.grid, self.lead))
        self.agency = _agency(first.heading) or _agency(_lead_texts(first.grid, self.lead))

    @property
    def grids(self) -> list[Grid]:
        """Grids that stand one below the other in the joined form."""
        return [fragment.grid for fragment in self.fragments if fragment.beside is None]

    def uses(self, text: str) -> bool:
        """Whether a line above the form is its title, number, unit or agency, rather than narrative."""
        normal = comparable(text)
        return bool(
            catalogue_title(text)
            or _FORM_NUMBER.match(normal)
            or _UNIT.search(normal)
            or (_AGENCY.search(normal) and len(normal) < 60)
            or (self.title is not None and normal and normal in comparable(self.title))
        )

    def continues(self, fragment: _Fragment) -> bool:
        """Whether the fragment is the next part of this form: same columns, and no title of its own or the same one again."""
        last = self.fragments[-1].grid
        grid = fragment.grid
        if not fragment.on_new_page and grid.page_number == last.page_number and last.method not in ("text",):
            # Where a format has no pages, what was split from a table follows it at once: no line, no header, no total before it.
            return last.method in ("word", "html") and not fragment.heading and self._goes_on_in(grid)
        if grid.page_number - last.page_number > 1:
            return False
        if _form_number(fragment.heading) not in (None, _form_number(self.heading) or _form_number(fragment.heading)):
            return False
        title, key = _title(fragment)
        agency = _agency(fragment.heading) or _agency(_lead_texts(grid, _lead_rows(grid)))
        if title is not None:
            if _CONTINUED.search(comparable(title)):
                return True
            same = key == self.key and _bare_title(title) == _bare_title(self.title or "")
            return same and agency == self.agency and self._columns_agree(grid) and not self._restarts(grid)
        if self.key == "performance_target":
            return True
        if any(
            len(comparable(text)) > 4 and not self._is_running_head(text, fragment.running) for text in fragment.heading
        ):
            return False
        fragment.beside = self._stands_beside(grid)
        if fragment.beside is not None:
            return True
        return self._columns_agree(grid) and not has_other_columns(self.grids[0], grid)

    def _stands_beside(self, grid: Grid) -> int | None:
        """Which of the grids below one another the grid holds further columns of; None where it holds none.

        Sheets that are too wide are printed across and then down, or down and then across: the first two pages tell.
        """
        counts = Counter(fragment.beside for fragment in self.fragments if fragment.beside is not None)
        last = len(self.grids) - 1
        if last and self.fragments[1].beside is not None:
            return last if counts[last] < counts[0] and rows_agree(self.grids[last], grid) else None
        target = counts.total() % (last + 1)
        agrees = rows_agree if target else is_beside
        return target if agrees(self.grids[target], grid) else None

    def _is_running_head(self, text: str, running: frozenset[str]) -> bool:
        normal = comparable(text)
        return (
            _masked(text) in running
            or bool(_UNIT.search(normal) or _FORM_NUMBER.match(normal) or _AGENCY.search(normal))
            or text in self.heading
        )

    def _columns_agree(self, grid: Grid) -> bool:
        first = self.fragments[0].grid
        if grid.column_count in (self.grids[-1].column_count, first.column_count):
            return True
        if grid.method == "text":
            return abs(grid.column_count - first.column_count) <= 4
        if not grid.column_edges or not first.column_edges:
            return False
        union = _union_edges([*(own.column_edges for own in self.grids), grid.column_edges])
        widest = max(len(first.column_edges), len(grid.column_edges))
        return len(union) <= widest + 2

    def _goes_on_in(self, grid: Grid) -> bool:
        """Whether a grid right after this form begins with lines of it, or with its header once more and then with other lines."""
        if grid.column_count != self.fragments[-1].grid.column_count or self._restarts(grid):
            return False
        own = self.fragments[0].grid
        header = [_row_texts(own, row) for row in range(min(8, own.row_count))]
        first = _row_texts(grid, len(_repeated_rows(grid, header)))
        numbers = [text for text in first if is_number(text)]
        counted = [str(number) for number in range(1, len(numbers) + 1)]
        return bool(numbers) and numbers != counted and not _is_total(first[0])

    def _restarts(self, grid: Grid) -> bool:
        """Whether the fragment begins with the same first row of data as the form: then it is another table of the same title."""
        own = self.fragments[0].grid
        first_own = _row_texts(own, _header_row_count(own))
        first_new = _row_texts(grid, _header_row_count(grid))
        return bool(first_own) and first_own[:2] == first_new[:2] and first_own != _row_texts(own, 0)

    def append(self, fragment: _Fragment) -> None:
        self.fragments.append(fragment)
        self.unit = self.unit or _unit(fragment.heading)

    def form(self, index: int, document_id: str) -> Form:
        cells, row_count, column_count, repeated = self._joined_cells(index, document_id)
        grid = self.fragments[0].grid
        form = Form(
            index=index,
            first_page=grid.page_number,
            last_page=self.fragments[-1].grid.page_number,
            row_count=row_count,
            column_count=column_count,
            cells=cells,
            key=self.key,
            title=self.title,
            unit=self.unit
            or _unit_of_note([*self.notes, *(cell.text for cell in cells if _NOTE.match(comparable(cell.text)))]),
            agency_name=self.agency,
            note=" ".join(squeeze(note) for note in self.notes),
            heading_lines=self.heading,
            repeated_header_rows=repeated,
            lead_rows=len(self.lead),
            method=grid.method,
        )
        body_start = len(self.lead)
        plain = [
            (cell.row - body_start, cell.column, cell.row_span, cell.column_span, cell.text)
            for cell in cells
            if cell.row >= body_start
        ]
        form.header_rows = list(range(body_start + count_header_rows(plain)))
        return form

    def _joined_cells(self, index: int, document_id: str) -> tuple[list[FormCell], int, int, list[int]]:
        cells: list[FormCell] = []
        repeated: list[int] = []
        header = [_row_texts(self.fragments[0].grid, row) for row in range(min(8, self.fragments[0].grid.row_count))]
        cuts: list[tuple[int, int]] = []
        places = self._places()
        for number, (fragment, (offset, columns)) in enumerate(zip(self.fragments, places, strict=True)):
            grid = fragment.grid
            if number and fragment.beside is None:
                repeated += [offset + row for row in _repeated_rows(grid, header)]
                if grid.page_number == self.fragments[number - 1].grid.page_number + 1:
                    cuts.append((offset - 1, next(row for row in itertools.count(offset) if row not in repeated)))
            for cell in grid.cells:
                column = columns[cell.column]
                end = columns[min(cell.column + cell.column_span, len(columns) - 1)]
                row = offset + cell.row
                cells.append(
                    FormCell(
                        cell_id=f"{document_id}-{index:03d}-{row:04d}-{column:03d}",
                        page_number=grid.page_number,
                        row=row,
                        column=column,
                        row_span=cell.row_span,
                        column_span=max(1, end - column),
                        text=join_lines(cell.text),
                        lines=tuple(cell.text.split("\n")),
                        box=cell.box,
                        method=grid.method,
                        text_x0=cell.text_x0,
                        confidence=cell.confidence,
                    )
                )
        first_row = len(self.lead) + _header_row_count(self.fragments[0].grid)
        repeated += join_cut_rows(cells, cuts, {*range(first_row), *repeated})
        row_count = sum(grid.row_count for grid in self.grids)
        return cells, row_count, max(columns[-1] for _, columns in places), repeated

    def _places(self) -> list[tuple[int, list[int]]]:
        """For each fragment its first row in the joined form, and the column at which each of its column boundaries lies there."""
        below = _column_places(self.grids)
        starts = itertools.accumulate((grid.row_count for grid in self.grids), initial=0)
        upright = list(zip(starts, below, strict=False))
        ends = [max(columns[-1] for columns in below)] * len(below)
        remaining = iter(upright)
        places = []
        for fragment in self.fragments:
            if fragment.beside is None:
                places.append(next(remaining))
                continue
            first = ends[fragment.beside]
            ends[fragment.beside] = first + fragment.grid.column_count
            places.append((upright[fragment.beside][0], list(range(first, ends[fragment.beside] + 1))))
        return places


def _is_total(text: str) -> bool:
    return bool(re.fullmatch(r".{0,4}(?:合计|总计|小计)", comparable(text)))


def _forms_of_sheet(grid: Grid) -> list[Grid]:
    """The forms that one grid holds one below the other: each begins at a row that prints nothing but title, number, unit or agency.

    Sheets have no lines around their tables, so a second form's title is a row of the same grid.
    """
    starts = [0]
    in_lead = True
    for row in range(grid.row_count):
        texts = _row_texts(grid, row)
        is_lead = bool(texts) and len(texts) <= 4 and all(_is_lead_text(text) for text in texts)
        if is_lead and not in_lead and _names_form_below(grid, row):
            starts.append(row)
        in_lead = is_lead or (in_lead and not texts)
    parts: list[Grid] = []
    for first, end in itertools.pairwise([*starts, grid.row_count]):
        cells = [
            replace(cell, row=cell.row - first, row_span=min(cell.row_span, end - cell.row))
            for cell in grid.cells
            if first <= cell.row < end
        ]
        parts.append(replace(grid, row_count=end - first, cells=cells) if len(starts) > 1 else grid)
    return parts


def _names_form_below(grid: Grid, row: int) -> bool:
    """Whether the rows of title, number, unit and agency that begin here name a form, and a header follows them."""
    named = False
    for below in range(row, min(row + 6, grid.row_count)):
        texts = _row_texts(grid, below)
        if texts and not all(_is_lead_text(text) for text in texts):
            return named and len(texts) >= 2 and not any(is_number(text) for text in texts)
        named = named or any(catalogue_title(text) or _TABLE_TITLE.match(text) for text in texts)
    return False


def join_cut_rows(cells: list[FormCell], cuts: list[tuple[int, int]], header: set[int]) -> list[int]:
    """Join rows that a page edge cuts: last row of a page and first row of the next. Returns the rows that are no rows of their own.

    The half without what nearly every row of the form has (a code, a line number, an amount) is the remainder: its texts go on in
    the other half's, and a text that stands in it alone is moved there with its place. Cells of the remainder keep their boxes.
    Where the edge cuts the numbers of a row, the lower half is the remainder.
    """
    rows: dict[int, dict[int, FormCell]] = {}
    for cell in cells:
        for row in range(cell.row, cell.row + cell.row_span):
            if cell.text and row not in header:
                rows.setdefault(row, {})[cell.column] = cell
    remainders: list[int] = []
    edges = {row for cut in cuts for row in cut}
    others = [texts for row, texts in rows.items() if row not in edges]
    usual = _usual_columns(others)
    for upper, lower in cuts:
        halves = rows.get(upper, {}), rows.get(lower, {})
        is_remainder = [_is_remainder(halves[half], halves[1 - half], usual) for half in (0, 1)]
        if cuts_numbers(*halves, others):
            is_remainder = [False, True]
        elif not any(is_remainder) or not _goes_on(*halves, others):
            continue
        # Where each half lacks what the other has, the fuller one is taken for the row.
        is_upper = is_remainder[0] and (not is_remainder[1] or len(halves[0]) < len(halves[1]))
        main, remainder = (lower, upper) if is_upper else (upper, lower)
        for column, cell in rows[remainder].items():
            kept = rows[main].get(column)
            if kept is not None:
                first, second = (cell, kept) if remainder == upper else (kept, cell)
                kept.lines = (*first.lines, *second.lines)
                kept.text = join_lines("\n".join(kept.lines))
                continue
            blank = next((other for other in cells if other.row == main and other.column == column), None)
            if blank is not None:
                cells.remove(blank)
            cell.cell_id = _moved_id(cell.cell_id, main)
            cell.row = main
        remainders.append(remainder)
        rows.pop(remainder)
    return remainders


def _moved_id(cell_id: str, row: int) -> str:
    document, form, _row, column = cell_id.rsplit("-", 3)
    return f"{document}-{form}-{row:04d}-{column}"


def _is_remainder(half: dict[int, FormCell], other: dict[int, FormCell], usual: set[int]) -> bool:
    """Whether this half of a row lacks what nearly every row has (`usual`) and what the other half has, and begins nothing of its own."""
    lacking = usual - half.keys()
    if not half or not lacking or not lacking <= other.keys() or usual - half.keys() - other.keys():
        return False
    shared = [cell for column, cell in half.items() if column in other]
    alone = [cell for column, cell in half.items() if column not in other]
    if any(is_number(cell.text) or is_number(other[cell.column].text) for cell in shared):
        return False
    return bool(shared) and all(cell.row_span == 1 for cell in [*shared, *alone])


def _usual_columns(rows: list[dict[int, FormCell]]) -> set[int]:
    """Columns in which nearly every row of a form holds a text."""
    filled = Counter(column for texts in rows for column in texts)
    return {column for column, count in filled.items() if len(rows) >= 3 and count >= 0.8 * len(rows)}


def _goes_on(upper: dict[int, FormCell], lower: dict[int, FormCell], rows: list[dict[int, FormCell]]) -> bool:
    """Whether the texts of one row go on in the other: the last line above the page edge is full, and no line below begins anew.

    A text that another row prints whole (无锡市第 above, 一中学 below) goes on wherever its line ends.
    """
    for column in upper.keys() & lower.keys():
        above, below = upper[column], lower[column].text
        if any(squeeze(texts[column].text) == squeeze(above.text + below) for texts in rows if column in texts):
            continue
        if numbering_rank(below) is not None or re.match(r"[\d\[【]|.{0,2}[合总小]计$", squeeze(below)):
            return False
        lines = [line for texts in rows if column in texts for line in texts[column].lines]
        widest = max((_ems(line) for line in [*lines, *above.lines]), default=0.0)
        is_open = above.text.count("（") + above.text.count("(") > above.text.count("）") + above.text.count(")")
        if not is_open and _ems(above.lines[-1]) < widest - 1.5:
            return False
    return True


def _ems(line: str) -> float:
    return sum(0.5 if character.isascii() else 1.0 for character in line.strip())


def _header_row_count(grid: Grid) -> int:
    return count_header_rows(plain_cells(grid, len(_lead_rows(grid))))


def _column_places(grids: list[Grid]) -> list[list[int]]:
    """For each grid, the column of the joined form at which each of its column boundaries lies."""
    counts = {grid.column_count for grid in grids}
    if len(counts) == 1 or any(not grid.column_edges for grid in grids):
        return [list(range(grid.column_count + 1)) for grid in grids]
    widest = max((grid.column_edges for grid in grids), key=len)
    by_widest = [[_nearest(widest, edge) for edge in grid.column_edges] for grid in grids]
    straddles = any(_straddle(grid.column_edges, widest) for grid in grids)
    if straddles and all(len(set(places)) == len(places) for places in by_widest):
        # Columns that no rule parts end where their words do, elsewhere on every page.
        return by_widest
    union = _union_edges([grid.column_edges for grid in grids])
    return [[_nearest(union, edge) for edge in grid.column_edges] for grid in grids]


def _straddle(edges: tuple[float, ...], others: tuple[float, ...], tolerance: float = 6.0) -> bool:
    """Whether some column overlaps a column of the other grid and neither is a part of the other."""
    return any(
        min(right, end) - max(left, start) > tolerance
        and (left - start) * (right - end) > 0
        and min(abs(left - start), abs(right - end)) > tolerance
        for left, right in itertools.pairwise(edges)
        for start, end in itertools.pairwise(others)
    )


def _union_edges(edge_lists: list[tuple[float, ...]], tolerance: float = 6.0) -> list[float]:
    union: list[float] = []
    for edge in sorted(edge for edges in edge_lists for edge in edges):
        if not union or edge - union[-1] > tolerance:
            union.append(edge)
    return union


def _nearest(edges: Sequence[float], edge: float) -> int:
    return min(range(len(edges)), key=lambda position: abs(edges[position] - edge))


def _row_texts(grid: Grid, row: int) -> list[str]:
    return [
        comparable(cell.text)
        for cell in sorted(grid.cells, key=lambda cell: cell.column)
        if cell.row == row and cell.text.strip()
    ]


def _repeated_rows(grid: Grid, header: list[list[str]]) -> list[int]:
    """Rows at the top of a continuation that repeat title or header of the form (numbers never count as a repetition)."""
    known = [set(texts) for texts in header if texts and not any(is_number(text) and len(text) > 2 for text in texts)]
    repeated: list[int] = []
    for row in range(grid.row_count):
        texts = set(_row_texts(grid, row))
        if not texts and repeated:
            repeated.append(row)
            continue
        if texts and any(
            texts <= row_known or len(texts & row_known) >= 0.8 * len(texts | row_known) for row_known in known
        ):
            repeated.append(row)
        else:
            break
    return repeated


def _lead_rows(grid: Grid) -> list[int]:
    """Rows at the top of a grid that hold its title, unit or agency instead of a header; a text over all columns is no header."""
    rows: list[int] = []
    for row in range(min(5, grid.row_count - 1)):
        printed = [cell for cell in grid.cells if cell.row == row]
        cells = [cell for cell in printed if cell.text.strip()]
        over_all = any(cell.column_span >= max(3, grid.column_count) for cell in printed)
        told = all(_is_lead_text(comparable(cell.text)) for cell in cells)
        if (cells and told and _not_header(cells)) or over_all or (not cells and rows):
            rows.append(row)
        else:
            break
    return rows


def _is_lead_text(text: str) -> bool:
    return bool(
        catalogue_title(text)
        or _TABLE_TITLE.match(text)
        or _UNIT.search(text)
        or _FORM_NUMBER.match(text)
        or _AGENCY.search(text)
    )


def _not_header(cells: list[Cell]) -> bool:
    return all(cell.row_span == 1 for cell in cells) and len(cells) <= 4


def _lead_texts(grid: Grid, rows: list[int]) -> list[str]:
    return [
        cell.text
        for cell in sorted(grid.cells, key=lambda cell: (cell.row, cell.column))
        if cell.row in rows and cell.text.strip()
    ]


def _title(fragment: _Fragment) -> tuple[str | None, str | None]:
    """Title printed above or at the top of a grid, and the form it names. The title nearest to the grid wins."""
    inside = [join_lines(text) for text in _lead_texts(fragment.grid, _lead_rows(fragment.grid))]
    lines = [*fragment.heading, *inside]
    for end in range(len(lines), 0, -1):
        for width in (1, 2, 3):
            if end - width < 0:
                break
            text = "".join(squeeze(line) for line in lines[end - width : end])
            text = re.sub(r"(?:金额)?单位[:：]?[(（]?(?:万元|元|千元|亿元)[)）]?$", "", text)
            key = catalogue_title(text)
            if width > 1 and any(
                _UNIT.search(comparable(line)) or _AGENCY.search(squeeze(line)) for line in lines[end - width : end]
            ):
                continue
            if key is not None and width == 1 and end > 1 and _is_first_half(lines[end - 2]):
                continue
            if key is not None and (
                width == 1
                or not catalogue_title(lines[end - 1])
                or len(squeeze(lines[end - 1])) < 8
                or _is_first_half(lines[end - 2])
            ):
                return text, key
    return None, None


def _form_number(heading: list[str]) -> str | None:
    """The number of a form that stands on a line of its own above it (表44), without the words for a continuation."""
    for text in heading:
        normal = _CONTINUED.sub("", comparable(text))
        if _NUMBERED_FORM.fullmatch(normal):
            return normal
    return None


def _is_first_half(line: str) -> bool:
    """Whether a line begins a title that the next one ends: a form's number and words, but no 表 at the end."""
    return bool(re.match(r"^(?:附?表|公开|预算)[一二三四五六七八九十\d\-]+表?[:：、]?[^表]{4,}$", comparable(line)))


def _bare_title(title: str) -> str:
    return _CONTINUED.sub("", re.sub(r"^(?:附?表|公开|预算)?[一二三四五六七八九十\d\-]*表?", "", comparable(title)))


def _unit(texts: list[str]) -> str | None:
    joined = comparable("".join(texts[-6:])) if texts else ""
    for text in [*(comparable(text) for text in reversed(texts)), joined]:
        match = _UNIT.search(text)
        if match:
            return next(group for group in match.groups() if group)
    return None


def _unit_of_note(notes: list[str]) -> str | None:
    """Unit that a note under the form says (本表金额单位为万元); None where the notes say none, or several."""
    found = {match.group(1) for note in notes for match in _UNIT_IN_SENTENCE.finditer(comparable(note))}
    return found.pop() if len(found) == 1 else None


def _agency(texts: list[str]) -> str | None:
    for text in reversed(texts):
        match = _AGENCY.search(squeeze(text))
        if match and 2 <= len(match.group(1)) <= 40:
            return match.group(1)
    return None

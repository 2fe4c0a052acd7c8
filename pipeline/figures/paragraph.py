"""Paragraphs: printed lines joined into running text, with the headings above them.

Belongs here: where a paragraph begins and ends, over pages too; headings, their ranks and paths; tables of contents and running
heads, which are no text. Does not belong here: what a sentence says (`sentence`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.figures.sentence import QUANTITY, plain_widths, tight_text
from pipeline.forms.identity import is_organisation
from pipeline.forms.text import is_number, is_percentage
from pipeline.readers.printed import Grid, Line, Page, PrintedDocument

Row = dict[str, Any]
_HEADING_RANKS = (
    re.compile(r"^第[一二三四五六七八九十百]+(?:部分|章|编)"),
    re.compile(r"^[一二三四五六七八九十]+(?:、|[.．](?!\d))"),
    re.compile(r"^[（(][一二三四五六七八九十]+[)）]"),
    re.compile(r"^\d{1,2}(?:、|[.．](?!\d))"),
    re.compile(r"^[（(]\d{1,2}[)）]"),
)
_ITEM_MARK = re.compile(r"^[①-⑳]|^[-—●•◆▪]\s*\S")
_CONTENTS = re.compile(r"^目\s*录$|^目\s*次$")
_DOT_LEADER = re.compile(r"[.…·．]{4,}\s*[-—]?\d*[-—]?\s*$|[.…·．]{6,}")
_PAGE_NUMBER = re.compile(r"^[\s\-—–~·第]*\d{1,4}[\s\-—–~·页]*$|^第\s*\d+\s*页.{0,10}$")
_OF_PAGES = re.compile(r"(?<!\d)\d{1,3}/\d{1,3}$")
_TERMINAL = re.compile(r"[。！？；：:;!?]$|[.．]$")
_CAPTION = re.compile(
    r"^(?:表|附表|附件|公开表?|预算|部门公开表?)\s*[一二三四五六七八九十\d]{1,3}[-－\d]*\s*表?$|^.{0,6}(?:金额)?单位[:：]\s*(?:人民币)?(?:万|亿|千)?\s*元?$|^元$"
)
_MAX_HEADING = 45
_STATEMENT = re.compile(
    r"^关于(?!.*20\d\d年.*20\d\d年)[^。；，,]*20\d\d年[^。；，,]*(?:收入|支出|收支|预算|决算|债务)[^。；，,]*(?:(?:情况|编制|安排)的(?:说明)?|说明)$"
)
"""The title of one statement among several, without a number: 关于2021年市级一般公共预算收入预算情况的说明."""
_RANK_OF_STATEMENT = 0.5
_NOTE_SIZE = 0.82
"""Of the text's font size: what is printed smaller, below the text, is a note."""
_LEAST_PROSE = 60
"""Characters of a cell that may be a paragraph."""
_NOTE_MARKS = re.compile(r"^[①-⑳\s]+$")
_LEADING_NUMBER = re.compile(r"[-－]?[\d.,，]+[%％]?")


@dataclass(slots=True)
class Paragraph:
    """One paragraph of narrative. `heading` is the path of the headings above it; `rank` is 0 (第一部分) … 4 ((1)) for headings."""

    page_number: int
    block_index: int
    text: str
    heading: str | None = None
    is_heading: bool = False
    rank: int | None = None
    headings: tuple[str, ...] = field(default=())
    pages: tuple[tuple[int, int], ...] = ()
    """(place in the text, page that begins there), for the pages after its first."""
    is_note: bool = False
    """Whether it stands below the text of its page, in small print."""


def page_at(paragraph: Paragraph, place: int) -> int:
    """The page on which the character at a place of the paragraph's text is printed."""
    return max((page for start, page in paragraph.pages if start <= place), default=paragraph.page_number)


def rank_of_heading(text: str) -> int | None:
    """Rank of the numbering that a line begins with: 0 for 第一部分, 1 for 一、, 2 for （一）, 3 for 1., 4 for (1)."""
    tight = "".join(text.split())
    return next((rank for rank, pattern in enumerate(_HEADING_RANKS) if pattern.match(tight)), None)


def paragraphs(document: PrintedDocument, narrative: Sequence[Line] | None = None) -> list[Paragraph]:
    """Paragraphs of the lines outside of the forms, in reading order.

    `narrative` restricts them to those lines (what `forms.assembly.assemble` left over); without it all lines outside of grids
    are taken but for captions. Page numbers, running heads and the table of contents are no paragraphs.
    """
    wanted = None if narrative is None else {id(line) for line in narrative}
    heads = _running_heads(document)
    built: list[Paragraph] = []
    current: _Joined | None = None
    contents = _Contents()

    size = _body_size(document)
    notes: list[Line] = []

    def close() -> None:
        nonlocal current
        if current is not None:
            built.append(Paragraph(current.page_number, 0, current.text, pages=tuple(current.pages)))
            built.extend(_notes(notes))
            notes.clear()
        current = None

    for page in document.pages:
        margins = _margins(page, heads)
        below = _lines_of_notes(page, size)
        for block in page.blocks:
            if isinstance(block, Grid):
                prose = _prose_of_box(block)
                if prose or wanted is None or not _continues_after_grid(current):
                    close()
                built.extend(Paragraph(page.number, 0, text) for text in prose)
                continue
            text = " ".join(block.text.split())
            if not text or _PAGE_NUMBER.match(text) or _as_head(text) in heads:
                continue
            if wanted is not None and id(block) not in wanted:
                continue
            if _CAPTION.match(text):
                close()
                continue
            if contents.holds(text, page.number):
                close()
                continue
            if _NOTE_MARKS.match(text):
                continue
            if id(block) in below:
                notes.append(block)
                continue
            if current is None or _starts_paragraph(current, block, text, margins):
                close()
                current = _Joined(page.number, text, block, margins)
            else:
                current.add(text, block, margins)
    close()
    built.extend(_notes(notes))
    return _with_headings(built)


def _prose_of_box(grid: Grid) -> list[str]:
    """Paragraphs of a ruled box of prose (专栏): a grid without any cell of a number, of which most text is sentences."""
    texts = [cell.text for cell in sorted(grid.cells, key=lambda cell: (cell.row, cell.column)) if cell.text.strip()]
    tight = ["".join(text.split()) for text in texts]
    prose = sum(len(text) for text in tight if len(text) >= _LEAST_PROSE and "。" in text)
    if not prose or prose < 0.8 * sum(map(len, tight)) or any(is_number(text) or is_percentage(text) for text in tight):
        return []
    return [paragraph for text in texts for paragraph in _joined_lines(text.split("\n"))]


def _joined_lines(lines: Sequence[str]) -> Iterator[str]:
    """Lines of a box as paragraphs: one ends where a sentence ends before the right edge, or where the next line is numbered."""
    widest = max(map(len, lines), default=0)
    text = ""
    for line in lines:
        printed = " ".join(line.split())
        if text and rank_of_heading(printed) is not None and _TERMINAL.search(text):
            yield text
            text = ""
        text += printed
        if text and (_TERMINAL.search(text) and len(line) < widest - 1):
            yield text
            text = ""
    if text:
        yield text


def _body_size(document: PrintedDocument) -> float:
    """The font size of most of the document's text; 0 where sizes are not known."""
    sizes: Counter[int] = Counter()
    for page in document.pages:
        for line in page.lines:
            sizes[round(line.font_size or 0)] += len(line.text)
    return float(sizes.most_common(1)[0][0]) if sizes else 0.0


def _lines_of_notes(page: Page, size: float) -> set[int]:
    """The lines (by id) of the notes below a page's text: small lines with no line of the text's size after them but the page number."""
    found: set[int] = set()
    for line in reversed(page.lines):
        if _PAGE_NUMBER.match(" ".join(line.text.split())):
            continue
        if not size or line.font_size is None or line.font_size > _NOTE_SIZE * size:
            break
        found.add(id(line))
    return found if found and any(id(line) not in found for line in page.lines) else set()


def _notes(lines: Sequence[Line]) -> Iterator[Paragraph]:
    """Notes as paragraphs of their own: they stand between the two halves of a paragraph that a page's end parted."""
    text, page = "", 0
    last: Line | None = None
    for line in lines:
        printed = " ".join(line.text.split())
        begins = last is None or line.page_number != last.page_number or _begins_note(line, last)
        if begins and text:
            yield Paragraph(page, 0, text, is_note=True)
        text, page = (printed, line.page_number) if begins else (text + printed, page)
        last = line
    if text:
        yield Paragraph(page, 0, text, is_note=True)


def _begins_note(line: Line, last: Line) -> bool:
    if line.box is None or last.box is None:
        return bool(line.starts_paragraph)
    starts = re.match(r"\d{1,2}(?![\d.,年月%])[.、．]?|[①-⑳]|[*＊※]|注[:：]|[（(]\d", " ".join(line.text.split()))
    return bool(starts) or line.box.x0 > last.box.x0 + 2


class _Joined:
    """A paragraph being joined from its lines."""

    def __init__(self, page_number: int, text: str, line: Line, margins: tuple[float, float] | None) -> None:
        self.page_number = page_number
        self.text = text
        self.last = line
        self.margins = margins
        self.pages: list[tuple[int, int]] = []

    @property
    def is_full(self) -> bool:
        """Whether the last line reaches the right margin."""
        return _is_full(self.last, self.margins)

    def is_full_before(self, text: str) -> bool:
        """Whether the last line is full, were it for a number at the beginning of the next one, which no line may break."""
        number = _LEADING_NUMBER.match(text)
        width = 0.55 * len(number.group()) * _size(self.last) if number else 0.0
        return _is_full(self.last, self.margins, width)

    def add(self, text: str, line: Line, margins: tuple[float, float] | None) -> None:
        joint = self.text[-1:] + text[:1]
        between_words = len(joint) == 2 and joint.isascii() and joint.isalpha()
        self.text += " " if between_words else ""
        if line.page_number != self.last.page_number:
            self.pages.append((len(self.text), line.page_number))
        self.text += text
        self.last = line
        self.margins = margins


class _Contents:
    """The table of contents: from 目录 until one of its lines comes again, or until a line reads like a sentence."""

    def __init__(self) -> None:
        self.is_open = False
        self.seen: set[str] = set()
        self.page_number = 0
        self.has_leaders = False

    def holds(self, text: str, page_number: int) -> bool:
        if _CONTENTS.match(text):
            self.is_open, self.page_number = True, page_number
            return True
        if _DOT_LEADER.search(text):
            self.has_leaders = True
            self.page_number = page_number
            return True
        if not self.is_open:
            return False
        tight = re.sub(r"\W", "", text)
        ends = (
            len(tight) > 60
            or tight in self.seen
            or text.endswith(("。", "；", "，"))
            or page_number - self.page_number > 1
            or (self.has_leaders and page_number > self.page_number)
        )
        if ends:
            self.is_open = False
            return False
        self.page_number = page_number
        self.seen.add(tight)
        return True


def _as_head(text: str) -> str:
    """A line as a running head or foot, without the page's number among its pages: https://… 4/15."""
    return _OF_PAGES.sub("", "".join(text.split()))


def _running_heads(document: PrintedDocument) -> set[str]:
    """The first and last lines that pages share."""
    seen: Counter[str] = Counter()
    for page in document.pages:
        lines = page.lines
        for line in {id(line): line for line in lines[:2] + lines[-2:]}.values():
            seen[_as_head(line.text)] += 1
    return {
        text for text, count in seen.items() if count >= 3 and len(text) <= 60 and not re.search(r"[。；，]$", text)
    }


def _margins(page: Page, heads: set[str]) -> tuple[float, float] | None:
    """Left and right edge of the page's body text, running heads aside: the edges that its lines share most; None without boxes."""
    boxes = [
        line.box
        for line in page.lines
        if line.box is not None and len(line.text) > 3 and _as_head(line.text) not in heads
    ]
    if not boxes:
        return None
    lefts = Counter(round(box.x0 / 3) * 3 for box in boxes)
    shared = [edge for edge, count in lefts.items() if count >= max(2, len(boxes) // 8)]
    left = float(min(shared)) if shared else min(box.x0 for box in boxes)
    right = max(box.x1 for box in boxes)
    return left, right


def _size(line: Line) -> float:
    if line.font_size:
        return line.font_size
    return line.box.bottom - line.box.top if line.box is not None else 12.0


def _is_full(line: Line, margins: tuple[float, float] | None, allowance: float = 0.0) -> bool:
    if line.box is None or margins is None:
        return False
    return line.box.x1 >= margins[1] - 2.6 * _size(line) - allowance


def _continues_after_grid(current: _Joined | None) -> bool:
    return current is not None and current.is_full and not _TERMINAL.search(current.text)


def _starts_paragraph(current: _Joined, line: Line, text: str, margins: tuple[float, float] | None) -> bool:
    rank = rank_of_heading(text)
    is_open = not _TERMINAL.search(current.text)
    if line.box is None or current.last.box is None or margins is None:
        # Formats without a layout: a line is a paragraph, but for one that a page break of the original cut in mid-sentence.
        was_cut = (
            is_open
            and len(current.text) > 40
            and rank is None
            and not _ITEM_MARK.match(text)
            and line.heading_level is None
        )
        return not (was_cut and current.last.heading_level is None)
    size = _size(line)
    indented = line.box.x0 - margins[0] > 0.8 * size
    is_full = current.is_full_before(text)
    goes_on = is_open and is_full and not indented and rank is None
    # The height of a line of figures is no font size: the second half of a sentence goes on for all that.
    if abs(size - _size(current.last)) > (1.5 if goes_on else 0.15) * size + 0.8:
        return True
    if rank is not None and (indented or not is_open or not is_full):
        return True
    if rank_of_heading(current.text) is not None and not is_full:
        return True
    if line.page_number == current.last.page_number:
        gap = line.box.top - current.last.box.bottom
        if gap > 2.2 * size or line.box.top < current.last.box.top - size:
            return True
        return not is_full or (indented and not is_open)
    return not (is_open and is_full) or indented


def _is_heading(text: str, rank: int | None) -> bool:
    tight = "".join(text.split())
    if rank is None or len(tight) > _MAX_HEADING:
        return False
    if re.search(r"[。；;，,]$", tight) or QUANTITY.search(tight):
        return False
    return not re.search(r"[。；]|[：:].{8,}", tight) and not tight.endswith(("：", ":"))


def _is_statement(text: str) -> bool:
    tight = plain_widths(text)
    return len(tight) <= _MAX_HEADING and bool(_STATEMENT.match(tight)) and not QUANTITY.search(tight)


def _with_headings(built: list[Paragraph]) -> list[Paragraph]:
    stack: list[tuple[float, str]] = []
    for index, paragraph in enumerate(built, start=1):
        paragraph.block_index = index
        rank = rank_of_heading(paragraph.text)
        paragraph.rank = rank
        paragraph.is_heading = _is_heading(paragraph.text, rank)
        if rank is None and _is_statement(paragraph.text):
            stack = [(above, text) for above, text in stack if above < _RANK_OF_STATEMENT]
            paragraph.headings = tuple(text for _, text in stack)
            paragraph.heading, paragraph.is_heading = " / ".join(paragraph.headings) or None, True
            stack.append((_RANK_OF_STATEMENT, paragraph.text))
            continue
        if rank is not None:
            # A numbered paragraph closes the sections of its own rank and below, also where it is itself no heading.
            stack = [(above, text) for above, text in stack if above < rank]
        paragraph.headings = tuple(text for _, text in stack)
        paragraph.heading = " / ".join(paragraph.headings) or None
        if rank is not None:
            stack.append((rank, paragraph.text if paragraph.is_heading else lead_of(paragraph.text)))
    return built


def lead_of(text: str) -> str:
    """What a numbered paragraph is of: its words up to the first amount, comma or full stop (（一）人员支出)."""
    tight = tight_text(text)[0]
    mark = next((match.end() for pattern in _HEADING_RANKS if (match := pattern.match(tight))), 0)
    end = re.search(r"[。；，,：:]|20\d\d年", tight[mark:])
    quantity = QUANTITY.search(tight)
    stops = [mark + end.start() if end else len(tight), quantity.start() if quantity else len(tight)]
    return tight[: min(stops)][:40]


def text_blocks(found: Iterable[Paragraph], document_id: str) -> list[Row]:
    """Rows of schemas.core.TEXT_BLOCK."""
    return [
        {
            "document_id": document_id,
            "page_number": paragraph.page_number,
            "block_index": paragraph.block_index,
            "heading": paragraph.heading,
            "text": paragraph.text,
        }
        for paragraph in found
    ]


def agency_of_heading(paragraph: Paragraph) -> str | None:
    """The agency that the nearest heading names: 一、市政府办公厅本级."""
    for heading in reversed(paragraph.headings):
        name = without_number(heading)
        if _is_agency_heading(name):
            return name
    return None


def without_number(text: str) -> str:
    """Text of a heading without its number: 一、收入情况 → 收入情况."""
    tight = plain_widths(text)
    return next((tight[match.end() :] for pattern in _HEADING_RANKS if (match := pattern.match(tight))), tight)


def _is_agency_heading(name: str) -> bool:
    if not 3 <= len(name) <= 30 or re.search(
        r"[。；，,、：:“”]|情况|说明|预算|决算|支出|收入|职责|职能|机构|概况|范围|经费|工作", name
    ):
        return False
    return is_organisation(name) or name.endswith(("本级", "本级)"))

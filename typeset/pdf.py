"""Setting a specimen as a PDF: pages, rules, merged headers, forms that run over pages, the mark on every page.

Belongs here: sizes and places. Does not belong here: what is said (`document`) and the outlines of characters (`font`).
"""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass
from typing import Literal

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from typeset.document import MARK, FormBlock, Heading, Paragraph, Specimen
from typeset.font import cut_font
from typeset.grid import Block, blocks_of

MARGIN = 40.0
BODY_SIZE, CELL_SIZE, WIDE_CELL_SIZE, TITLE_SIZE = 12.0, 9.0, 8.0, 15.0
HEADING_SIZES = {1: 18.0, 2: 13.0}
LEADING = 1.4
PADDING = 3.0
Rules = Literal["full", "horizontal", "three_line", "none"]
"""Which rules a table is printed with: around every cell, above and below every cell, at its head and foot and under its
header (三线表), or none."""
_AMOUNT = re.compile(r"-?[\d,]+(\.\d+)?")
_NO_LINE_START = "，。、；：）)”》％%"


@dataclass(frozen=True)
class Placed:
    """Where one printed cell of a form stands: its row and column in the grid, and the page."""

    form: int
    row: int
    column: int
    page: int


class _Composer:
    def __init__(self, specimen: Specimen, rules: Rules) -> None:
        self.specimen = specimen
        self.rules = rules
        # reportlab keeps the first font of a name for ever: each document's own characters need a name of their own.
        self.font = "Specimen" + hashlib.sha256("".join(sorted(specimen.characters)).encode()).hexdigest()[:8]
        pdfmetrics.registerFont(TTFont(self.font, cut_font(specimen.characters, self.font)))
        self.buffer = io.BytesIO()
        self.canvas = Canvas(self.buffer, pagesize=specimen.page_size, invariant=1, pageCompression=1)
        self.canvas.setTitle(MARK)
        self.canvas.setAuthor("Yusuan")
        self.page = 0
        self.width, self.height = specimen.page_size
        self.y = 0.0
        self.placed: list[Placed] = []

    # -- pages

    def new_page(self, size: tuple[float, float]) -> None:
        self.end_page()
        self.page += 1
        self.width, self.height = size
        self.canvas.setPageSize(size)
        self.y = self.height - MARGIN

    def end_page(self) -> None:
        if not self.page:
            return
        self.canvas.setFont(self.font, 8)
        self.canvas.drawCentredString(self.width / 2, 22, f"{MARK}　— {self.page} —")
        self.canvas.showPage()

    # -- text

    def fold(self, text: str, width: float, size: float) -> list[str]:
        """Lines no wider than `width`. Words of letters and digits stay whole where they fit."""
        lines: list[str] = []
        for piece in text.split("\n"):
            line = ""
            for word in re.findall(r"[0-9A-Za-z.,%-]+|.", piece):
                for part in [word] if self.measure(word, size) <= width else word:
                    if line and self.measure(line + part, size) > width and part not in _NO_LINE_START:
                        lines.append(line.rstrip(" "))
                        line = ""
                    line += part
            lines.append(line)
        return lines

    def measure(self, text: str, size: float) -> float:
        return pdfmetrics.stringWidth(text, self.font, size)

    def write(self, text: str, size: float, indent: float = 0.0, centred: bool = False) -> None:
        lines = self.fold("　　" + text if indent else text, self.width - 2 * MARGIN, size)
        for line in lines:
            if self.y - size * LEADING < MARGIN:
                self.new_page(self.specimen.page_size)
            self.y -= size * LEADING
            self.canvas.setFont(self.font, size)
            if centred:
                self.canvas.drawCentredString(self.width / 2, self.y, line)
            else:
                self.canvas.drawString(MARGIN, self.y, line)
        self.y -= size * 0.4

    # -- forms

    def form(self, index: int, form: FormBlock) -> None:
        size = self.specimen.landscape_size if form.landscape else self.specimen.page_size
        body = len(form.rows) - form.header_rows
        starts = [0, *(entry.before_row for entry in form.breaks)]
        for part, (first, last) in enumerate(zip(starts, [*starts[1:], body], strict=True)):
            repeat = form.breaks[part - 1].repeat if part else "title"
            self.new_page(size)
            if repeat == "title":
                self.label_form(form)
            header = form.rows[: form.header_rows] if repeat in ("title", "header") else []
            offset = form.header_rows - len(header)
            chosen = form.rows[form.header_rows + first : form.header_rows + last]
            # A merged cell that a page break cuts begins anew on the next page, without its text.
            if chosen:
                chosen = [[("" if text == "^" else text) for text in chosen[0]], *chosen[1:]]
            self.table(index, form, header + chosen, len(header), first + offset, part)
        for note in form.notes:
            self.write(note, CELL_SIZE)

    def label_form(self, form: FormBlock) -> None:
        if form.number:
            self.write(form.number, CELL_SIZE)
        if form.title:
            self.write(form.title, TITLE_SIZE, centred=True)
        unit_lines = form.unit_label.split("\n")
        top = self.y
        self.canvas.setFont(self.font, CELL_SIZE)
        for number, line in enumerate(unit_lines):
            place = top - CELL_SIZE * LEADING * (number + 1)
            self.canvas.drawRightString(self.width - MARGIN, place, line)
        self.canvas.drawString(MARGIN, top - CELL_SIZE * LEADING, form.left_label)
        self.y = top - CELL_SIZE * LEADING * len(unit_lines) - 4

    def table(self, index: int, form: FormBlock, rows: list[list[str]], header: int, skipped: int, part: int) -> None:
        size = WIDE_CELL_SIZE if len(form.widths) > 12 else CELL_SIZE
        scale = (self.width - 2 * MARGIN) / sum(form.widths)
        edges = [MARGIN]
        for width in form.widths:
            edges.append(edges[-1] + width * scale)
        blocks = blocks_of(rows)
        folded = {
            block: self.fold(
                block.text, edges[block.column + block.column_span] - edges[block.column] - 2 * PADDING, size
            )
            for block in blocks
        }
        heights = [size * LEADING + 2 * PADDING] * len(rows)
        for block in sorted(blocks, key=lambda block: block.row_span):
            last = block.row + block.row_span
            lacking = len(folded[block]) * size * LEADING + 2 * PADDING - sum(heights[block.row : last])
            if lacking > 0:
                heights[last - 1] += lacking
        tops = [self.y]
        for height in heights:
            tops.append(tops[-1] - height)
        if tops[-1] < MARGIN:
            raise ValueError(
                f"form {form.title or form.number}, part {part + 1} is {MARGIN - tops[-1]:.0f} points too long for its page"
            )
        self.canvas.setLineWidth(0.6)
        if self.rules == "three_line":
            for y in {tops[0], tops[header], tops[-1]}:
                self.canvas.line(edges[0], y, edges[-1], y)
        for block in blocks:
            self.cell(block, folded[block], edges, tops, size, block.row < header, form.label_columns)
            row = block.row if block.row < header else block.row + skipped
            if block.row >= header or part == 0:
                self.placed.append(Placed(index, row, block.column, self.page))
        self.y = tops[-1]

    def cell(
        self,
        block: Block,
        lines: list[str],
        edges: list[float],
        tops: list[float],
        size: float,
        is_header: bool,
        labels: int,
    ) -> None:
        x0, x1 = edges[block.column], edges[block.column + block.column_span]
        top, bottom = tops[block.row], tops[block.row + block.row_span]
        self.rule(block, x0, top, x1, bottom, is_header)
        self.canvas.setFont(self.font, size)
        y = (top + bottom) / 2 + len(lines) * size * LEADING / 2
        for line in lines:
            y -= size * LEADING
            base = y + size * 0.35
            if is_header:
                self.canvas.drawCentredString((x0 + x1) / 2, base, line)
            elif _AMOUNT.fullmatch(line) and block.column >= labels:
                self.canvas.drawRightString(x1 - PADDING, base, line)
            else:
                self.canvas.drawString(x0 + PADDING, base, line)

    def rule(self, block: Block, x0: float, top: float, x1: float, bottom: float, is_header: bool) -> None:
        """The rules of one cell; under a header over several columns a three-line table has a short one too."""
        if self.rules == "full":
            self.canvas.rect(x0, bottom, x1 - x0, top - bottom, stroke=1, fill=0)
        elif self.rules == "horizontal":
            self.canvas.line(x0, top, x1, top)
            self.canvas.line(x0, bottom, x1, bottom)
        elif self.rules == "three_line" and is_header and block.column_span > 1:
            self.canvas.line(x0 + PADDING, bottom, x1 - PADDING, bottom)


def set_pdf(specimen: Specimen, rules: Rules = "full") -> tuple[bytes, list[Placed]]:
    """The PDF, and where each cell of each form stands (forms counted from 0, rows and columns as in its grid)."""
    composer = _Composer(specimen, rules)
    composer.new_page(specimen.page_size)
    forms = 0
    after_form = False
    for block in specimen.blocks:
        if isinstance(block, FormBlock):
            composer.form(forms, block)
            forms += 1
            after_form = True
            continue
        if after_form:
            composer.new_page(specimen.page_size)
            after_form = False
        if isinstance(block, Heading):
            composer.write(block.text, HEADING_SIZES[block.level], centred=block.level == 1)
        elif isinstance(block, Paragraph):
            composer.write(block.text, BODY_SIZE, indent=2 * BODY_SIZE)
    composer.end_page()
    composer.canvas.save()
    return composer.buffer.getvalue(), composer.placed

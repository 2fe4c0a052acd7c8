"""Web pages -> printed lines and grids.

Belongs here: HTML tables with their spans, and text in reading order. Does not belong here: whether the page is a document
(a page without any table is none; what its tables are is told by `pipeline.forms`).
"""

from __future__ import annotations

import re
from email import message_from_bytes
from typing import Any

import lxml.etree
import lxml.html

from pipeline.readers.characters import fold
from pipeline.readers.printed import Cell, Grid, Line, Page, PrintedDocument, Unreadable
from pipeline.readers.text import decode

MOST_SPAN = 500
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "center",
        "option",
    ]
)
_SKIPPED = frozenset(
    ["script", "style", "noscript", "template", "head", "iframe", "object", "svg", "select", "button", "textarea"]
)
_BLANKS = re.compile(r"[ \t\r\n\f\u00a0]+")
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)


def read_archive(data: bytes) -> PrintedDocument:
    """Read the page of a web archive (MHTML), as browsers and Office programs save it. Raises Unreadable as `read` does."""
    for part in message_from_bytes(data).walk():
        if part.get_content_type() == "text/html":
            return read(bytes(part.get_payload(decode=True)))
    raise Unreadable("unknown_format", "a web archive without a page of HTML; save it as .html, .docx or .pdf")


def read(data: bytes) -> PrintedDocument:
    """Read a web page. Raises Unreadable('web_page_not_document') where it holds no table, 'damaged_file' where it is no HTML."""
    text = _decode(data)
    try:
        root = lxml.html.document_fromstring(text, parser=lxml.html.HTMLParser(huge_tree=False, remove_comments=True))
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable("damaged_file", f"the web page cannot be parsed: {error}") from error
    body = root.find("body")
    reader = _Reader()
    reader.walk(body if body is not None else root)
    reader.end_line()
    if not any(isinstance(block, Grid) for block in reader.blocks):
        title = root.findtext(".//title") or ""
        raise Unreadable("web_page_not_document", f"a web page without any table: {title.strip()[:80]}")
    return PrintedDocument(format="html", pages=[Page(1, reader.blocks, "html")], page_count=None)


def _decode(data: bytes) -> str:
    declared = _CHARSET.search(data[:4096])
    if declared:
        name = declared[1].decode("ascii").lower()
        try:
            # pages that declare GB 2312 hold characters of its successor
            return data.decode("gb18030" if name in ("gb2312", "gbk") else name)
        except (UnicodeDecodeError, LookupError):
            pass
    text = decode(data)
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text)


class _Reader:
    def __init__(self) -> None:
        self.blocks: list[Line | Grid] = []
        self._parts: list[str] = []
        self._level: int | None = None

    def end_line(self) -> None:
        text = _BLANKS.sub(" ", fold("".join(self._parts))).strip(" \u3000")
        if text:
            self.blocks.append(Line(1, text, starts_paragraph=True, heading_level=self._level))
        self._parts.clear()

    def walk(self, element: Any) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        if not tag or tag in _SKIPPED or _is_hidden(element):
            return
        if tag == "table" and not _is_layout(element):
            self.end_line()
            grid = _grid(element)
            if grid is not None:
                self.blocks.append(grid)
            return
        is_block = tag in _BLOCKS
        if is_block:
            self.end_line()
        if tag == "br":
            self.end_line()
        level = self._level
        if re.fullmatch(r"h[1-6]", tag):
            self._level = int(tag[1])
        self._parts.append(element.text or "")
        for child in element:
            self.walk(child)
            self._parts.append(child.tail or "")
        if is_block:
            self.end_line()
        self._level = level


def _is_hidden(element: Any) -> bool:
    style = (element.get("style") or "").replace(" ", "").lower()
    return "display:none" in style or element.get("hidden") is not None


def _is_layout(table: Any) -> bool:
    """Whether a table arranges the page: it holds tables, is of one cell, or says so."""
    if table.get("role") == "presentation" or table.find(".//table") is not None:
        return True
    rows = _rows(table)
    return not rows or max(len(row) for row in rows) < 2


def _rows(table: Any) -> list[list[Any]]:
    """Rows of cells, rows of tables inside cells left out."""
    rows = []
    for row in table.iter("tr"):
        if next(row.iterancestors("table")) is table and not _is_hidden(row):
            cells = [cell for cell in row if cell.tag in ("td", "th")]
            if cells:
                rows.append(cells)
    return rows


def _grid(table: Any) -> Grid | None:
    rows = _rows(table)
    taken: set[tuple[int, int]] = set()
    cells: list[Cell] = []
    for row_index, row in enumerate(rows):
        column = 0
        for element in row:
            while (row_index, column) in taken:
                column += 1
            height = min(_span(element.get("rowspan")) or len(rows), len(rows) - row_index)
            width = _span(element.get("colspan")) or 1
            for r in range(row_index, row_index + height):
                for c in range(column, column + width):
                    taken.add((r, c))
            cells.append(Cell(row_index, column, _cell_text(element), height, width))
            column += width
    if not any(cell.text for cell in cells):
        return None
    return Grid(1, len(rows), max(c for _, c in taken) + 1, cells, "html")


def _span(value: str | None) -> int:
    match = re.match(r"\s*(\d+)", value or "1")
    return min(int(match[1]), MOST_SPAN) if match else 1


def _cell_text(element: Any) -> str:
    inner = _Reader()
    inner._parts.append(element.text or "")
    for child in element:
        inner.walk(child)
        inner._parts.append(child.tail or "")
    inner.end_line()
    return "\n".join(block.text for block in inner.blocks if isinstance(block, Line))

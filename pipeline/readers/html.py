"""Web pages -> printed lines and grids.

Belongs here: HTML tables with their spans, the values of fields, text in reading order, and what a page holds that is no text. Does not belong
here: which text is seen (`page_looks`), whether the page is a document (a page without any table is none; what its tables are is told by
`pipeline.forms`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from typing import Any

import lxml.etree
import lxml.html

from pipeline.readers.characters import RIGHT_TO_LEFT, UNKNOWN, fold
from pipeline.readers.encodings import decode_page
from pipeline.readers.page_looks import Look, Looks
from pipeline.readers.printed import Cell, Grid, Line, Page, PrintedDocument, Unread, Unreadable
from pipeline.readers.quantity import length, whole_number
from pipeline.readers.raised import raised

MOST_SPAN = 500
MOST_CELLS = 1_000_000
MOST_ATTRIBUTES = 2_000
_LONG_TAG = 20_000
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
    [
        "script",
        "style",
        "noscript",
        "template",
        "head",
        "iframe",
        "object",
        "embed",
        "svg",
        "select",
        "button",
        "textarea",
    ]
)
_FIELDS = frozenset(("text", "number", "tel", "search", ""))
_BLANKS = re.compile(r"[ \t\r\n\f\u00a0]+")
_LEAST_WIDTH, _LEAST_HEIGHT = 400, 200
"""A picture as large, in points of a screen, could be a table."""
_TITLE_OF_FORM = re.compile(r"单位\s*[:：].{0,12}元|表[\d一二三四五六七八九十（）()]{0,6}\s*[:：]?$")
_NUMBER_IN_SCRIPT = re.compile(r"\d[\d,]*\.\d{1,6}")
_WORD_OF_FORM = re.compile(r"支出|收入|合计|科目|\\u652f\\u51fa|\\u6536\\u5165|\\u5408\\u8ba1")
_FILLS_A_PAGE = re.compile(
    r"innerHTML|insertAdjacent|appendChild|\.append\(|\.html\(|document\.write|table\.render|setData|datagrid|createElement"
)
_LEAST_NUMBERS = 8


def read(data: bytes) -> PrintedDocument:
    """Read a web page. Raises Unreadable('web_page_not_document') where it holds no table, 'damaged_file' where it is no HTML, 'limit_exceeded'."""
    document = read_part(data, "html")
    if not document.pages[0].grids:
        told = "".join(f"; {one.detail}" for one in document.unread)
        title = document.notes[0] if document.notes else ""
        raise Unreadable("web_page_not_document", f"a web page without any table: {title[:80]}{told}")
    return document


def read_archive(data: bytes) -> PrintedDocument:
    """Read a web archive (MHTML), as browsers and Office programs save pages and workbooks: every part of HTML with a table is a page.

    Raises Unreadable as `read` does.
    """
    document = read_part(data, "mhtml")
    if not any(page.grids for page in document.pages):
        raise Unreadable("web_page_not_document", "a web archive without any table; save it as .html, .docx or .pdf")
    return document


def read_part(data: bytes, kind: str) -> PrintedDocument:
    """A web page ('html') or archive ('mhtml') as it may also stand inside another document: with or without a table."""
    try:
        return _read_page(data) if kind == "html" else _read_archive(data)
    except RecursionError as error:
        raise Unreadable("limit_exceeded", "elements or parts are nested too deep") from error


def _read_archive(data: bytes) -> PrintedDocument:
    parts = [part for part in message_from_bytes(data).walk() if part.get_content_type() == "text/html"]
    if not parts:
        raise Unreadable("unknown_format", "a web archive without a page of HTML; save it as .html, .docx or .pdf")
    hidden = _hidden_sheets(parts)
    pages: list[Page] = []
    unread: list[Unread] = []
    for part in parts:
        name = str(part.get("Content-Location") or "").rsplit("/", 1)[-1]
        if name in hidden:
            unread.append(Unread(f"sheet {name} is hidden and not read"))
            continue
        inner = _read_page(bytes(part.get_payload(decode=True) or b""))
        page = inner.pages[0]
        if len(parts) > 1 and not page.grids:
            continue  # the frame around sheets
        page.number = len(pages) + 1
        for block in page.blocks:
            block.page_number = page.number
        pages.append(page)
        unread += [one._replace(page_number=page.number) for one in inner.unread]
    count = len(pages) if len(pages) > 1 else None
    return PrintedDocument("mhtml", pages or [Page(1, [], "html")], count, unread=unread)


def _hidden_sheets(parts: list[Message]) -> set[str]:
    """Names of the parts that are hidden sheets of a workbook, as its frame states them."""
    hidden: set[str] = set()
    for part in parts:
        text = bytes(part.get_payload(decode=True) or b"")[:1_000_000]
        for sheet in text.split(b"<x:ExcelWorksheet>")[1:]:
            source = re.search(rb"<x:WorksheetSource\s+HRef=\"([^\"]{1,200})\"", sheet)
            if source and re.search(rb"<x:Visible>\s*Sheet(?:Very)?Hidden", sheet.split(b"</x:ExcelWorksheet>")[0]):
                hidden.add(source[1].decode("utf-8", "replace").rsplit("/", 1)[-1])
    return hidden


def _read_page(data: bytes) -> PrintedDocument:
    for tag in re.finditer(rb"<[^<>]{%d,}" % _LONG_TAG, data):
        if tag[0].count(b"=") > MOST_ATTRIBUTES:
            raise Unreadable("limit_exceeded", f"an element has more than {MOST_ATTRIBUTES} attributes")
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", decode_page(data).replace("\x00", ""))
    try:
        root = lxml.html.document_fromstring(text, parser=lxml.html.HTMLParser(huge_tree=False, remove_comments=True))
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable("damaged_file", f"the web page cannot be parsed: {error}") from error
    body = root.find("body")
    reader = _Reader(Looks(root))
    reader.walk(body if body is not None else root)
    reader.end_line()
    reader.unread += [Unread(told, 1) for told in _filled_by_scripts(root, reader.blocks)]
    if reader.struck:
        reader.unread.append(Unread(f"{reader.struck} texts with digits that are struck through are not read", 1))
    title = (root.findtext(".//title") or "").strip()
    return PrintedDocument("html", [Page(1, reader.blocks, "html")], None, [title] if title else [], reader.unread)


def _filled_by_scripts(root: Any, blocks: list[Line | Grid]) -> Iterator[str]:
    """What scripts would write on the page, for none is run here: numbers that they hold, or all that the page is to show."""
    scripts = [(script.text or "")[:2_000_000] for script in root.iter("script")]
    numbers = [len(_NUMBER_IN_SCRIPT.findall(text)) for text in scripts if _WORD_OF_FORM.search(text)]
    grids = [block for block in blocks if isinstance(block, Grid)]
    if any(count >= _LEAST_NUMBERS for count in numbers):
        yield f"a script holds {max(numbers)} numbers that it may write on the page; they are not read"
        return
    is_printed = any(c.isdigit() for grid in grids for cell in grid.cells for c in cell.text)
    if not is_printed and any(_FILLS_A_PAGE.search(text) for text in scripts):
        yield "scripts write on the page; what they write is not read"


class _Reader:
    def __init__(self, looks: Looks) -> None:
        self.looks = looks
        self.blocks: list[Line | Grid] = []
        self.unread: list[Unread] = []
        self.struck = 0
        self.pieces = 0
        """Texts with digits so far, and whether one of them may be seen at another place than where it stands."""
        self.is_moved = False
        self._text = ""
        self._level: int | None = None
        self._cells = 0

    def end_line(self) -> None:
        text = _BLANKS.sub(" ", fold(self._text)).strip(" \u3000")
        if text:
            self.blocks.append(Line(1, text, starts_paragraph=True, heading_level=self._level))
        self._text = ""

    def walk(self, element: Any) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        if not tag:
            return
        look = self.looks.of(element)
        if not look.is_shown:
            return
        if tag in _SKIPPED or tag in ("img", "input"):
            self._name(element, tag)
            return
        if tag == "table" and not self._is_layout(element):
            self.end_line()
            self._add_grid(element)
            return
        is_block = tag in _BLOCKS
        if is_block or tag == "br":
            self.end_line()
        level = self._level
        if re.fullmatch(r"h[1-6]", tag):
            self._level = int(tag[1])
        self.add_content(element)
        if is_block:
            self.end_line()
        self._level = level

    def add_content(self, element: Any) -> None:
        """The text of an element and of those inside of it, as it is seen."""
        self._add(element, self.looks.generated(element, "before") + (element.text or ""))
        for child in element:
            self.walk(child)
            self._add(element, child.tail)
        self._add(element, self.looks.generated(element, "after"))

    def _add(self, element: Any, text: str | None) -> None:
        if not text:
            return
        look = self.looks.of(element)
        if look.is_struck:
            self.struck += any(character.isdigit() for character in text)
        elif look.is_visible:
            if any(character.isdigit() for character in text):
                self.pieces += 1
                around = self._looks_around(element)
                self.is_moved = self.is_moved or any(one.is_moved for one in around)
                text = f"{RIGHT_TO_LEFT}{text}" if any(one.is_turned for one in around) else text
            self._text += raised(text, self._text, look.place == "sub") if look.place != "baseline" else text

    def _looks_around(self, element: Any) -> list[Look]:
        """The looks of an element and of those around it, up to its cell."""
        looks = []
        for one in (element, *element.iterancestors()):
            if one.tag in ("td", "th", "body"):
                break
            looks.append(self.looks.of(one))
        return looks

    def _name(self, element: Any, tag: str) -> None:
        """Say what stands here that is no text of this page: a picture that could be a table, a frame, another file."""
        source = str(element.get("src") or element.get("data") or "")[:80]
        if tag == "img" and self._could_be_table(element):
            self.unread.append(Unread(f"a picture that could be a table ({source[:60]}) is not read", 1))
        elif tag in ("iframe", "object", "embed") and source and not source.startswith(("about:", "javascript:")):
            self.unread.append(Unread(f"a frame ({source}) is not read", 1))

    def _could_be_table(self, picture: Any) -> bool:
        style = picture.get("style") or ""
        sizes = [_pixels(picture.get(side)) or _pixels(_of_style(side, style)) for side in ("width", "height")]
        if all(size is not None for size in sizes):
            return (sizes[0] or 0) >= _LEAST_WIDTH and (sizes[1] or 0) >= _LEAST_HEIGHT
        before = self._text.strip() or next(
            (block.text for block in reversed(self.blocks) if isinstance(block, Line)), ""
        )
        return _TITLE_OF_FORM.search(before[-60:]) is not None

    def _is_layout(self, table: Any) -> bool:
        """Whether a table arranges the page: it holds tables, is of one cell, or says so."""
        if table.get("role") == "presentation" or table.find(".//table") is not None:
            return True
        rows = self._rows(table)
        return not rows or max(len(row) for row in rows) < 2

    def _rows(self, table: Any) -> list[list[Any]]:
        """Rows of cells that are shown, as they are: the head of the table first, its foot last. Rows of tables inside cells are left out."""
        rows = []
        head, foot = (next(table.iter(tag), None) for tag in ("thead", "tfoot"))
        for row in sorted(table.iter("tr"), key=lambda row: (row.getparent() is foot) - (row.getparent() is head)):
            if next(row.iterancestors("table")) is not table or not self._takes_place(row, table):
                continue
            cells = [cell for cell in row if cell.tag in ("td", "th") and self.looks.of(cell).is_shown]
            if cells:
                rows.append(cells)
        return rows

    def _takes_place(self, row: Any, table: Any) -> bool:
        """Whether a row is shown, and the part of the table that it stands in."""
        around = [row]
        for ancestor in row.iterancestors():
            if ancestor is table:
                break
            around.append(ancestor)
        return all(self.looks.of(one).is_shown for one in around)

    def _add_grid(self, table: Any) -> None:
        rows = self._rows(table)
        left = _rows_left([row[0].getparent().getparent() for row in rows])
        taken: set[tuple[int, int]] = set()
        cells: list[Cell] = []
        for row_index, row in enumerate(rows):
            column = 0
            for element in row:
                while (row_index, column) in taken:
                    column += 1
                height = min(_span(element.get("rowspan")) or left[row_index], left[row_index])
                width = _span(element.get("colspan")) or 1
                self._cells += height * width
                if self._cells > MOST_CELLS:
                    raise Unreadable(
                        "limit_exceeded", f"the tables of the page spread over more than {MOST_CELLS} cells"
                    )
                taken.update(
                    (r, c) for r in range(row_index, row_index + height) for c in range(column, column + width)
                )
                cells.append(Cell(row_index, column, self._cell_text(element), height, width))
                column += width
        if any(cell.text for cell in cells):
            self.blocks.append(Grid(1, len(rows), max(c for _, c in taken) + 1, cells, "html"))

    def _cell_text(self, element: Any) -> str:
        inner = _CellReader(self.looks)
        inner.add_content(element)
        inner.end_line()
        self.unread += inner.unread
        self.struck += inner.struck
        if inner.is_moved and inner.pieces > 1:
            # In which order its digits are seen is not told: it is no number.
            inner.blocks.append(Line(1, UNKNOWN))
        return "\n".join(block.text for block in inner.blocks if isinstance(block, Line))


class _CellReader(_Reader):
    """Reads a cell of a table, in which the values of fields are print."""

    def _name(self, element: Any, tag: str) -> None:
        value = _value_of_field(element, tag)
        if value is None:
            super()._name(element, tag)
        elif self.looks.of(element).is_visible:
            self._text += value


def _value_of_field(element: Any, tag: str) -> str | None:
    """What a field of a form shows; None for what is no field that shows text."""
    if tag == "input":
        return str(element.get("value") or "") if (element.get("type") or "").lower() in _FIELDS else None
    if tag == "textarea":
        return str(element.text or "")
    if tag == "select":
        options = list(element.iter("option"))
        chosen = next(
            (option for option in options if option.get("selected") is not None), options[0] if options else None
        )
        return "" if chosen is None else str(chosen.text_content())
    return None


def _rows_left(groups: list[Any]) -> list[int]:
    """For each row how many follow it in its group (head, body or foot), itself included: no cell spans further, and rowspan="0" so far."""
    left: list[int] = []
    for index in reversed(range(len(groups))):
        goes_on = index + 1 < len(groups) and groups[index] is groups[index + 1]
        left.append(1 + (left[-1] if goes_on else 0))
    return left[::-1]


def _span(value: str | None) -> int:
    """A span within bounds; digits beyond all bounds are the largest span, and what is no number is one."""
    digits = re.match(r"\s*(\d+)", value or "1")
    if digits is None:
        return 1
    number = whole_number(digits[1])
    return MOST_SPAN if number is None and digits[1].isascii() else min(number if number is not None else 1, MOST_SPAN)


def _of_style(side: str, style: str) -> str | None:
    found = re.search(rf"(?:^|;)\s*{side}\s*:\s*([\d.]{{1,12}})\s*(?:px)?\s*(?:;|$)", style)
    return found[1] if found else None


def _pixels(value: str | None) -> float | None:
    return length((value or "").strip().removesuffix("px"), 100_000)

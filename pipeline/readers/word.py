"""Word documents -> printed lines and grids, in the order of the body.

Belongs here: paragraphs with their heading levels, tables with merged cells, what is embedded in the document, and the conversion of legacy
Word files by LibreOffice. Does not belong here: which text is seen (`word_looks`), what it means. Word files have no pages: everything is on page 1.
"""

from __future__ import annotations

import errno
import io
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.oxml.table import CT_Tbl
from docx.oxml.text.paragraph import CT_P

from pipeline.readers import word_signs
from pipeline.readers.characters import fold
from pipeline.readers.charts import numbers_in, unread_charts
from pipeline.readers.package import DAMAGES, check_package, usual
from pipeline.readers.printed import Cell, Grid, Line, Page, PrintedDocument, Unread, Unreadable
from pipeline.readers.quantity import length, whole_number
from pipeline.readers.raised import raised
from pipeline.readers.word_looks import Looks, is_on

CONVERSION_SECONDS = 120
_ROOM_BYTES = 32_000_000

_LARGE_WIDTH, _LARGE_HEIGHT = 3_600_000, 1_000_000
"""Ten centimetres by nearly three, in the format's own unit of 360,000 to the centimetre."""

_HAIR = 57
"""A millimetre in the format's unit of 1,440 to the inch: no character fits into a narrower column."""

_UNITS_OF_POINT = 12_700
_VML = "{urn:schemas-microsoft-com:vml}"
_OFFICE = "{urn:schemas-microsoft-com:office:office}"
_MOST_DEPTH = 2
"""How deep documents are read that stand in documents."""
_MOST_SPAN = 1000

_UNSEEN = (qn("w:txbxContent"), qn("w:del"), qn("w:moveFrom"), qn("w:rt"))
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"

_HEADING_STYLE = re.compile(r"(?:heading|标题)\s*(\d)", re.IGNORECASE)


def read(data: bytes, kind: str = "docx") -> PrintedDocument:
    """Read a .docx (`kind` 'docx') or, through LibreOffice, a legacy .doc ('doc') or an OpenDocument text ('odt').

    Raises Unreadable: damaged_file, truncated_file, encrypted_file, limit_exceeded, converter_missing.
    """
    return _read_package(data if kind == "docx" else convert(data, suffix=f".{kind}"), kind)


def convert(data: bytes, target: str = "docx", suffix: str = ".doc") -> bytes:
    """A legacy Office file or an OpenDocument converted by LibreOffice, run without a display, with a profile of its own and a time limit.

    Raises Unreadable: converter_missing where LibreOffice is not installed, limit_exceeded where it takes too long,
    damaged_file where it makes nothing of the file.
    """
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        raise Unreadable(
            "converter_missing", f"a file of the kind {suffix} needs LibreOffice (soffice), which is not installed"
        )
    with tempfile.TemporaryDirectory(prefix="yusuan-convert-") as folder:
        source = Path(folder) / f"document{suffix}"
        source.write_bytes(data)
        command = [
            office, "--headless", "--norestore", "--nolockcheck", "--nodefault",
            f"-env:UserInstallation=file://{folder}/profile",
            "--convert-to", target, "--outdir", folder, str(source),
        ]  # fmt: skip
        environment = {**os.environ, "HOME": folder}
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, start_new_session=True
        ) as process:
            try:
                process.wait(CONVERSION_SECONDS)
            except subprocess.TimeoutExpired as error:
                # soffice starts a child of its own; the whole session ends with it
                os.killpg(process.pid, signal.SIGKILL)
                raise Unreadable("limit_exceeded", f"LibreOffice took more than {CONVERSION_SECONDS} s") from error
        result = source.with_suffix(f".{target}")
        if not result.exists() or not result.stat().st_size:
            if shutil.disk_usage(folder).free < _ROOM_BYTES + 4 * len(data):
                # LibreOffice does not say why it wrote nothing; a full disk is no fault of the document.
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), folder)
            raise Unreadable("damaged_file", "LibreOffice cannot open the file")
        return result.read_bytes()


def _read_package(data: bytes, kind: str, depth: int = 0) -> PrintedDocument:
    check_package(data, "Word document")
    try:
        data = usual(data, "word/document.xml")
        document = docx.Document(io.BytesIO(data))
        body = _Body(document, depth)
        blocks = list(body.blocks(document.element.body))
        count = sum(1 for _ in _large_pictures(document.element.body))
    except DAMAGES as error:
        raise Unreadable("damaged_file", f"the Word document cannot be read: {error!r}") from error
    problem = f"{count} pictures as large as a table are not read" if count else None
    unread = [
        Unread(f"{number} texts with digits that are {why} are not read", 1)
        for why, number in body.looks.unseen.items()
    ]
    unread += body.drawn(document.element.body, blocks)
    page = Page(1, blocks, "word", problem=problem)
    return PrintedDocument(format=kind, pages=[page], page_count=None, unread=body.unread + unread)


def _large_pictures(body: Any) -> Iterator[Any]:
    """Pictures that could hold a table: scanned forms are inserted so. Seals, logos and code images are smaller."""
    for extent in body.iter(qn("wp:extent")):
        is_picture = next(extent.getparent().iter(qn("pic:pic")), None) is not None
        width, height = (length(extent.get(side)) or 0 for side in ("cx", "cy"))
        if is_picture and width >= _LARGE_WIDTH and height >= _LARGE_HEIGHT:
            yield extent
    for picture in body.iter(_VML + "imagedata"):
        # The picture of an embedded object stands for that object; the copy for old programs stands for a drawing.
        around = {ancestor.tag for ancestor in picture.iterancestors()}
        style = picture.getparent().get("style") or ""
        sizes = [_points(side, style) * _UNITS_OF_POINT for side in ("width", "height")]
        is_large = sizes[0] >= _LARGE_WIDTH and sizes[1] >= _LARGE_HEIGHT
        if is_large and qn("w:object") not in around and not any(tag.endswith("}Fallback") for tag in around):
            yield picture


def _points(side: str, style: str) -> float:
    """A measure of a VML shape in points; 0 where it is not told."""
    found = re.search(rf"(?:^|;)\s*{side}\s*:\s*([\d.]{{1,12}})(pt|in|cm|mm|px)?", style)
    if found is None:
        return 0
    return (length(found[1]) or 0) * {"pt": 1, "in": 72, "cm": 28.35, "mm": 2.835, "px": 0.75, None: 1}[found[2]]


def _heading_levels(document: Any) -> dict[str, int]:
    """Heading level by style identifier, from the style's outline level or its name, its ancestors included."""
    levels: dict[str, int] = {}
    parents: dict[str, str] = {}
    for style in document.styles.element.iterchildren(qn("w:style")):
        name = style.get(qn("w:styleId")) or ""
        title = style.find(qn("w:name"))
        outline = style.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
        match = _HEADING_STYLE.search(title.get(qn("w:val")) or "") if title is not None else None
        level = whole_number(outline.get(qn("w:val")), 8) if outline is not None else None
        if level is not None:
            levels[name] = level + 1
        elif match:
            levels[name] = int(match[1])
        based = style.find(qn("w:basedOn"))
        if based is not None:
            parents[name] = based.get(qn("w:val")) or ""
    for name in parents:
        ancestor, steps = name, 0
        while ancestor not in levels and ancestor in parents and steps < 10:
            ancestor, steps = parents[ancestor], steps + 1
        if ancestor in levels:
            levels.setdefault(name, levels[ancestor])
    return levels


class _Body:
    """Reads the body of one document; `unread` takes what stands in it and is not read."""

    def __init__(self, document: Any, depth: int = 0) -> None:
        self._part = document.part
        self._levels = _heading_levels(document)
        self._depth = depth
        self.looks = Looks(document.styles.element)
        self.unread: list[Unread] = []

    def blocks(self, parent: Any) -> Iterator[Line | Grid]:
        for element in parent.iterchildren():
            if isinstance(element, CT_P):
                yield from self._paragraph(element)
            elif isinstance(element, CT_Tbl):
                yield from self._table(element)
            elif element.tag == qn("w:altChunk"):
                yield from self._chunk(element)
            elif element.tag in (qn("w:sdt"), qn("w:ins"), qn("w:smartTag"), qn("w:customXml")):
                content = element.find(qn("w:sdtContent"))
                yield from self.blocks(element if content is None else content)

    def _paragraph(self, element: Any) -> Iterator[Line | Grid]:
        """The paragraph as one line per printed line break; what is embedded in it and tables in its text boxes follow it."""
        properties = element.find(qn("w:pPr"))
        level = None
        if properties is not None:
            style = properties.find(qn("w:pStyle"))
            outline = properties.find(qn("w:outlineLvl"))
            told = whole_number(outline.get(qn("w:val")), 8) if outline is not None else None
            if told is not None:
                level = told + 1
            elif style is not None:
                level = self._levels.get(style.get(qn("w:val")) or "")
        for number, text in enumerate(self._text(element).split("\n")):
            stripped = text.strip(" \u3000\t")
            if stripped:
                yield Line(1, stripped, starts_paragraph=number == 0, heading_level=level, font_size=_size(element))
        yield from self._objects(element)
        for box in _boxes(element):
            yield from self.blocks(box)

    def _text(self, element: Any) -> str:
        """Text of a paragraph as it is seen: runs in order, deleted text left out, tabs kept as blanks, breaks as line breaks."""
        text = ""
        in_prose = word_signs.is_prose(element)
        for node in element.iter():
            tag = node.tag
            if tag == qn("w:t"):
                run = next(node.iterancestors(qn("w:r")), None)
                if _is_outside(node, element):
                    continue
                part = node.text or ""
                seen = part if run is None else self.looks.seen(run, part)
                place = self.looks.of(run).place if run is not None else None
                if seen is not None:
                    is_small = place in ("superscript", "subscript")
                    text += raised(seen, text, place == "subscript") if is_small else seen
            elif tag == qn("w:tab") and node.getparent().tag == qn("w:r"):
                text += "  "
            elif tag in (qn("w:br"), qn("w:cr")):
                if node.get(qn("w:type")) in (None, "textWrapping"):
                    text += "\n"
            elif tag == qn("w:noBreakHyphen"):
                text += "-"
            elif tag in word_signs.TAGS and not _is_outside(node, element):
                text += word_signs.shown(node, in_prose)
        return fold(text)

    def _objects(self, element: Any) -> Iterator[Line | Grid]:
        """What is embedded in a paragraph: the sheet that a workbook shows is read, anything else is named."""
        for found in element.iter(_OFFICE + "OLEObject"):
            if any(
                ancestor.tag == qn("w:txbxContent") and ancestor is not element for ancestor in found.iterancestors()
            ):
                continue
            kind = (found.get("ProgID") or "of unknown kind")[:60]
            data = self._embedded(found)
            if data is None or found.get("DrawAspect") == "Icon":
                self.unread.append(Unread(f"an embedded file ({kind}) is not read", 1))
                continue
            yield from self._workbook(data, kind)

    def drawn(self, body: Any, blocks: list[Line | Grid]) -> Iterator[Unread]:
        """Charts with numbers that are printed nowhere else, diagrams with digits, and controls: they are named."""
        related = self._part.rels
        charts = (related.get(chart.get(qn("r:id"))) for chart in body.iter(_CHART))
        parts = [one.target_part.blob for one in charts if one is not None and not one.is_external]
        yield from unread_charts(parts, numbers_in(blocks) if parts else set(), 1)
        diagrams = (related.get(diagram.get(qn("r:dm"))) for diagram in body.iter(_DIAGRAM))
        texts = (re.sub(rb"<[^>]*>", b"", one.target_part.blob) for one in diagrams if one and not one.is_external)
        if count := sum(re.search(rb"\d", text) is not None for text in texts):
            yield Unread(f"{count} diagrams with digits are not read", 1)
        if count := sum(1 for _ in body.iter(qn("w:control"))):
            yield Unread(f"{count} controls (ActiveX) are not read", 1)

    def _embedded(self, element: Any) -> bytes | None:
        """The bytes of the part that an element names; None where they are outside of the document."""
        relation = self._part.rels.get(element.get(qn("r:id")))
        return None if relation is None or relation.is_external else bytes(relation.target_part.blob)

    def _workbook(self, data: bytes, kind: str) -> Iterator[Line | Grid]:
        from pipeline.readers.formats.registry import detect
        from pipeline.readers.workbooks import xlsx

        found = detect(data)
        try:
            if found.read is None or found.name not in ("xlsx", "xls", "xml2003"):
                raise Unreadable("unknown_format", f"{found.label} inside a Word document")
            pages = found.read(data).pages
        except Unreadable as problem:
            self.unread.append(Unread(f"an embedded file ({kind}) is not read: {problem.detail}", 1))
            return
        shown = xlsx.active_sheet(data) if found.name == "xlsx" else 0
        for number, page in enumerate(pages):
            if number != shown:
                if page.grids:
                    self.unread.append(Unread("a sheet behind the one that an embedded workbook shows is not read", 1))
                continue
            if page.problem is not None:
                self.unread.append(Unread(f"embedded workbook: {page.problem}", 1))
            for grid in page.grids:
                grid.page_number = 1
                yield grid

    def _chunk(self, element: Any) -> Iterator[Line | Grid]:
        """A document that stands in this one as a part of its own (altChunk) and is shown at this place."""
        from pipeline.readers import html
        from pipeline.readers.formats.registry import detect

        data = self._embedded(element)
        found = detect(data) if data is not None else None
        try:
            if data is None or found is None or self._depth >= _MOST_DEPTH:
                raise Unreadable("unknown_format", "it is outside of the document, or too deep in it")
            if found.name == "docx":
                inner = _read_package(data, "docx", self._depth + 1)
            elif found.name in ("html", "mhtml"):
                inner = html.read_part(data, found.name)
            elif found.name == "text" and found.read is not None:
                inner = found.read(data)
            else:
                raise Unreadable("unknown_format", f"it is {found.label}")
        except Unreadable as problem:
            self.unread.append(Unread(f"a part of the document (altChunk) is not read: {problem.detail}", 1))
            return
        self.unread += [Unread(one.detail, 1, one.numeric_cell_count) for one in inner.unread]
        for page in inner.pages:
            if page.problem is not None:
                self.unread.append(Unread(page.problem, 1))
            for block in page.blocks:
                block.page_number = 1
                yield block

    def _table(self, table: Any) -> Iterator[Line | Grid]:
        """The table as a grid; a table of one cell is a box around text and gives its lines."""
        rows = [entries for row in _children(table, "w:tr") if (entries := self._entries(row))]
        if not rows:
            return
        place = _places(table, [(column, column + span) for row in rows for column, span, _, _ in row])
        cells, nested = self._cells(rows, place)
        if len(cells) == 1:
            for text in cells[0].text.split("\n"):
                if text:
                    yield Line(1, text, starts_paragraph=True)
        elif (
            any(isinstance(block, Grid) for block in nested)
            and sum(cell.text.strip()[:1].isdigit() for cell in cells) < 2
        ):
            # A table that only arranges others on the page: its texts are titles and units of those.
            yield from self._arranged(rows, nested)
            return
        else:
            yield Grid(1, len(rows), max(place.values()), cells, "word")
        yield from nested

    def _arranged(self, rows: list[list[_Entry]], nested: list[Line | Grid]) -> Iterator[Line | Grid]:
        """The blocks of all cells in their order; what was said to be unread of them was said when they were read first."""
        count, unseen = len(self.unread), dict(self.looks.unseen)
        for row in rows:
            for _column, _span, _continues, element in row:
                yield from self.blocks(element)
        del self.unread[count:]
        self.looks.unseen = unseen

    def _entries(self, row: Any) -> list[_Entry]:
        """The cells of a row: column, span, whether it continues the cell above, element; none of a row that is deleted or hidden."""
        column = 0
        properties = row.find(qn("w:trPr"))
        if properties is not None:
            if properties.find(qn("w:del")) is not None:
                return []  # a tracked change deleted the row
            if is_on(properties, "w:hidden"):
                self.unread.append(Unread("a hidden row of a table is not read", 1))
                return []
            before = properties.find(qn("w:gridBefore"))
            column += (whole_number(before.get(qn("w:val")), _MOST_SPAN) or 0) if before is not None else 0
        entries = []
        for cell in _children(row, "w:tc"):
            cell_properties = cell.find(qn("w:tcPr"))
            span, continues = 1, False
            if cell_properties is not None:
                grid_span = cell_properties.find(qn("w:gridSpan"))
                span = max(1, whole_number(grid_span.get(qn("w:val")), _MOST_SPAN) or 1) if grid_span is not None else 1
                merge = cell_properties.find(qn("w:vMerge"))
                continues = merge is not None and merge.get(qn("w:val")) != "restart"
            entries.append((column, span, continues, cell))
            column += span
        return entries

    def _cells(self, rows: list[list[_Entry]], place: dict[int, int]) -> tuple[list[Cell], list[Line | Grid]]:
        """The cells of a table, and the tables inside of them."""
        cells: list[Cell] = []
        nested: list[Line | Grid] = []
        above: dict[tuple[int, int], Cell] = {}
        for row_index, row in enumerate(rows):
            current: dict[tuple[int, int], Cell] = {}
            for column, span, continues, element in row:
                key = (column, span)
                if continues and key in above:
                    above[key].row_span += 1
                    current[key] = above[key]
                    continue
                paragraphs = [p for own in _children(element, "w:p") for p in (own, *_boxed(own, "w:p"))]
                text = "\n".join(filter(None, (self._text(p).strip(" \u3000\t\n") for p in paragraphs)))
                cell = Cell(row_index, place[column], text, 1, place[column + span] - place[column])
                cells.append(cell)
                current[key] = cell
                for paragraph in _children(element, "w:p"):
                    nested.extend(self._objects(paragraph))
                    nested.extend(block for inner in _boxed(paragraph, "w:tbl") for block in self._table(inner))
                for inner in _children(element, "w:tbl"):
                    nested.extend(self._table(inner))
            above = current
        return cells, nested


_Entry = tuple[int, int, bool, Any]


def _boxes(paragraph: Any) -> Iterator[Any]:
    """The text boxes in a paragraph. Word writes each twice, for old and new readers; the copy for old ones is skipped."""
    for box in paragraph.iter(qn("w:txbxContent")):
        if not any(ancestor.tag.endswith("}Fallback") for ancestor in box.iterancestors()):
            yield box


def _boxed(paragraph: Any, tag: str) -> Iterator[Any]:
    return (inner for box in _boxes(paragraph) for inner in _children(box, tag))


def _size(element: Any) -> float | None:
    size = next(element.iter(qn("w:sz")), None)
    points = length(size.get(qn("w:val")), 10_000) if size is not None else None
    return points / 2 if points else None


def _is_outside(node: Any, paragraph: Any) -> bool:
    """Whether text belongs to a text box inside the paragraph or to the copy for old readers, was deleted, or tells how a word sounds."""
    for ancestor in node.iterancestors():
        if ancestor is paragraph:
            return False
        if ancestor.tag in _UNSEEN or ancestor.tag.endswith("}Fallback"):
            return True
    return False


def _places(table: Any, cells: list[tuple[int, int]]) -> dict[int, int]:
    """The printed column boundary at which each boundary of the layout lies, cells given by their first and last boundary.

    Boundaries that no cell uses are dropped, and those a hair apart are one: programs that convert tables round widths row by row.
    """
    grid = table.find(qn("w:tblGrid"))
    widths = (
        [int(length(column.get(qn("w:w"))) or 0) for column in _children(grid, "w:gridCol")] if grid is not None else []
    )
    edges = sorted({edge for cell in cells for edge in cell})
    place: dict[int, int] = {}
    first = edges[0]
    for edge in edges:
        is_hair = 0 < sum(widths[first:edge]) < _HAIR and not any(
            first <= start and end <= edge for start, end in cells
        )
        if place and not is_hair:
            first = edge
        place[edge] = max(place.values(), default=-1) + (first == edge)
    return place


def _children(parent: Any, tag: str) -> Iterator[Any]:
    """Child elements of a kind, those inside content controls and tracked insertions included."""
    wanted = qn(tag)
    for child in parent.iterchildren():
        if child.tag == wanted:
            yield child
        elif child.tag == qn("w:sdt"):
            content = child.find(qn("w:sdtContent"))
            if content is not None:
                yield from _children(content, tag)
        elif child.tag in (qn("w:ins"), qn("w:customXml"), qn("w:smartTag")):
            yield from _children(child, tag)

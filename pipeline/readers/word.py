"""Word documents -> printed lines and grids, in the order of the body.

Belongs here: paragraphs with their heading levels, tables with merged cells, and the conversion of legacy Word files by
LibreOffice. Does not belong here: what they mean. Word files have no pages: everything is on page 1.
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

from pipeline.readers.characters import fold
from pipeline.readers.package import DAMAGES, check_package
from pipeline.readers.printed import Cell, Grid, Line, Page, PrintedDocument, Unreadable

CONVERSION_SECONDS = 120
_ROOM_BYTES = 32_000_000

_LARGE_WIDTH, _LARGE_HEIGHT = 3_600_000, 1_000_000
"""Ten centimetres by nearly three, in the format's own unit of 360,000 to the centimetre."""

_HAIR = 57
"""A millimetre in the format's unit of 1,440 to the inch: no character fits into a narrower column."""

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


def _read_package(data: bytes, kind: str) -> PrintedDocument:
    check_package(data, "Word document")
    try:
        document = docx.Document(io.BytesIO(data))
        styles = _heading_levels(document)
        blocks = list(_blocks(document.element.body, styles))
    except DAMAGES as error:
        raise Unreadable("damaged_file", f"the Word document cannot be read: {error!r}") from error
    count = sum(1 for _ in _large_pictures(document.element.body))
    problem = f"{count} pictures as large as a table are not read" if count else None
    return PrintedDocument(format=kind, pages=[Page(1, blocks, "word", problem=problem)], page_count=None)


def _large_pictures(body: Any) -> Iterator[Any]:
    """Pictures that could hold a table: scanned forms are inserted so. Seals, logos and code images are smaller."""
    for extent in body.iter(qn("wp:extent")):
        is_picture = next(extent.getparent().iter(qn("pic:pic")), None) is not None
        if is_picture and int(extent.get("cx")) >= _LARGE_WIDTH and int(extent.get("cy")) >= _LARGE_HEIGHT:
            yield extent


def _heading_levels(document: Any) -> dict[str, int]:
    """Heading level by style identifier, from the style's outline level or its name, its ancestors included."""
    levels: dict[str, int] = {}
    parents: dict[str, str] = {}
    for style in document.styles.element.iterchildren(qn("w:style")):
        name = style.get(qn("w:styleId")) or ""
        title = style.find(qn("w:name"))
        outline = style.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
        match = _HEADING_STYLE.search(title.get(qn("w:val")) or "") if title is not None else None
        if outline is not None and int(outline.get(qn("w:val")) or 9) < 9:
            levels[name] = int(outline.get(qn("w:val"))) + 1
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


def _blocks(parent: Any, styles: dict[str, int]) -> Iterator[Line | Grid]:
    for element in parent.iterchildren():
        if isinstance(element, CT_P):
            yield from _paragraph(element, styles)
        elif isinstance(element, CT_Tbl):
            yield from _table(element, styles)
        elif element.tag in (qn("w:sdt"), qn("w:ins"), qn("w:smartTag"), qn("w:customXml")):
            content = element.find(qn("w:sdtContent"))
            yield from _blocks(element if content is None else content, styles)


def _paragraph(element: Any, styles: dict[str, int]) -> Iterator[Line | Grid]:
    """The paragraph as one line per printed line break; tables in text boxes follow it."""
    properties = element.find(qn("w:pPr"))
    level = None
    if properties is not None:
        style = properties.find(qn("w:pStyle"))
        outline = properties.find(qn("w:outlineLvl"))
        if outline is not None and (outline.get(qn("w:val")) or "9").isdigit() and int(outline.get(qn("w:val"))) < 9:
            level = int(outline.get(qn("w:val"))) + 1
        elif style is not None:
            level = styles.get(style.get(qn("w:val")) or "")
    for number, text in enumerate(_text(element).split("\n")):
        stripped = text.strip(" \u3000\t")
        if stripped:
            yield Line(1, stripped, starts_paragraph=number == 0, heading_level=level, font_size=_size(element))
    for box in element.iter(qn("w:txbxContent")):
        # Word writes a text box twice, for old and new readers; the copy for old ones is skipped
        if not any(ancestor.tag.endswith("}Fallback") for ancestor in box.iterancestors()):
            yield from _blocks(box, styles)


def _size(element: Any) -> float | None:
    size = next(element.iter(qn("w:sz")), None)
    value = size.get(qn("w:val")) if size is not None else None
    return int(value) / 2 if value and value.isdigit() else None


def _text(element: Any) -> str:
    """Text of a paragraph: runs in order, deleted and hidden text left out, tabs kept as blanks, breaks as line breaks."""
    parts: list[str] = []
    for node in element.iter():
        tag = node.tag
        if tag == qn("w:t"):
            if not _is_outside(node, element):
                parts.append(node.text or "")
        elif tag == qn("w:tab") and node.getparent().tag == qn("w:r"):
            parts.append("  ")
        elif tag in (qn("w:br"), qn("w:cr")):
            if node.get(qn("w:type")) in (None, "textWrapping"):
                parts.append("\n")
        elif tag == qn("w:noBreakHyphen"):
            parts.append("-")
    return fold("".join(parts))


def _is_outside(node: Any, paragraph: Any) -> bool:
    """Whether text belongs to a text box inside the paragraph, is hidden, or was deleted in a tracked change."""
    for ancestor in node.iterancestors():
        if ancestor is paragraph:
            return False
        if ancestor.tag in (qn("w:txbxContent"), qn("w:del"), qn("w:moveFrom")):
            return True
        if ancestor.tag == qn("w:r"):
            properties = ancestor.find(qn("w:rPr"))
            if properties is not None and properties.find(qn("w:vanish")) is not None:
                return True
    return False


def _table(table: Any, styles: dict[str, int]) -> Iterator[Line | Grid]:
    """The table as a grid; a table of one cell is a box around text and gives its lines."""
    spans: list[list[tuple[int, int, bool, Any]]] = []  # per row: column, span, continues the cell above, element
    for row in _children(table, "w:tr"):
        column = 0
        properties = row.find(qn("w:trPr"))
        if properties is not None:
            if properties.find(qn("w:del")) is not None:
                continue  # a tracked change deleted the row
            before = properties.find(qn("w:gridBefore"))
            column += int(before.get(qn("w:val")) or 0) if before is not None else 0
        entries = []
        for cell in _children(row, "w:tc"):
            cell_properties = cell.find(qn("w:tcPr"))
            span, continues = 1, False
            if cell_properties is not None:
                grid_span = cell_properties.find(qn("w:gridSpan"))
                span = max(1, int(grid_span.get(qn("w:val")) or 1)) if grid_span is not None else 1
                merge = cell_properties.find(qn("w:vMerge"))
                continues = merge is not None and merge.get(qn("w:val")) != "restart"
            entries.append((column, span, continues, cell))
            column += span
        if entries:
            spans.append(entries)
    if not spans:
        return
    place = _places(table, [(column, column + span) for row in spans for column, span, _, _ in row])
    cells: list[Cell] = []
    nested: list[Line | Grid] = []
    above: dict[tuple[int, int], Cell] = {}
    for row_index, row in enumerate(spans):
        current: dict[tuple[int, int], Cell] = {}
        for column, span, continues, element in row:
            key = (column, span)
            if continues and key in above:
                above[key].row_span += 1
                current[key] = above[key]
                continue
            text = "\n".join(filter(None, (_text(p).strip(" \u3000\t\n") for p in _children(element, "w:p"))))
            cell = Cell(row_index, place[column], text, 1, place[column + span] - place[column])
            cells.append(cell)
            current[key] = cell
            for inner in _children(element, "w:tbl"):
                nested.extend(_table(inner, styles))
        above = current
    if len(cells) == 1:
        for text in cells[0].text.split("\n"):
            if text:
                yield Line(1, text, starts_paragraph=True)
    elif nested and sum(cell.text.strip()[:1].isdigit() for cell in cells) < 2:
        # A table that only arranges others on the page: its texts are titles and units of those.
        for row in spans:
            for _column, _span, _continues, element in row:
                yield from _blocks(element, styles)
        return
    else:
        yield Grid(1, len(spans), max(place.values()), cells, "word")
    yield from nested


def _places(table: Any, cells: list[tuple[int, int]]) -> dict[int, int]:
    """The printed column boundary at which each boundary of the layout lies, cells given by their first and last boundary.

    Boundaries that no cell uses are dropped, and those a hair apart are one: programs that convert tables round widths row by row.
    """
    grid = table.find(qn("w:tblGrid"))
    widths = (
        [int(float(column.get(qn("w:w")) or 0)) for column in _children(grid, "w:gridCol")] if grid is not None else []
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

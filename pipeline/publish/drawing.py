"""A figure where it is printed: the page, or the table where there are no pages, with the cell outlined.

Belongs here: drawing for a person, from the archive and the published warehouse. Does not belong here: reading, and the choice of
the figure.
"""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
from PIL import Image, ImageDraw, ImageFont

from pipeline.archive.store import Store
from pipeline.publish.contacts import Box, contact_lines, removed_cells
from pipeline.readers.typefaces import use_own_typefaces
from pipeline.warehouse.database import connect
from pipeline.warehouse.places import Places

_PIXELS_PER_POINT = 2.0
_LINE_PIXELS = 4
_OUTLINE = (214, 39, 40)
_COVER = (235, 235, 235)
_RULE = (160, 160, 160)
_TEXT = (20, 20, 20)
_FONT_PIXELS = 22
_PADDING = 10
_COLUMN_PIXELS = 360
_ROWS_AROUND = 6
_HEADER_ROWS = 4
_FONT_PACKAGES = ("cvttf_NotoSansCJK_Regular",)


class UnknownFigure(LookupError):
    """A figure that the warehouse does not hold."""


@dataclass(frozen=True)
class Place:
    """Where a figure is printed, and what it says."""

    figure_id: str
    cell_id: str
    document_id: str
    sha256: str
    file_name: str
    page_number: int
    form_index: int
    form: str
    row_index: int
    column_index: int
    printed_text: str
    printed_unit: str
    amount_yuan: Any
    header_path: str
    line_name: str | None
    agency_name: str
    box: tuple[float, float, float, float] | None


def picture(file: Path, figure_id: str) -> tuple[Place, bytes]:
    """A figure of a published file: its place, and the PNG that shows it. Raises UnknownFigure."""
    with connect(file, read_only=True) as connection:
        place = find(connection, figure_id)
        return place, draw(connection, Places(file).store, place)


def find(connection: duckdb.DuckDBPyConnection, figure_id: str) -> Place:
    """The place of a figure in the published warehouse. Raises UnknownFigure."""
    row = connection.execute(
        """
        select
            figure.figure_id, figure.cell_id, figure.document_id, document.sha256, document.file_name,
            cell.page_number, figure.form_index, figure.form, cell.row_index, cell.column_index,
            figure.printed_text, figure.printed_unit, figure.amount_yuan, figure.header_path, figure.line_name,
            figure.agency_name, cell.x0, cell.top, cell.x1, cell.bottom,
        from core.figure as figure
        inner join core.cell as cell on figure.cell_id = cell.cell_id
        inner join core.document as document on figure.document_id = document.document_id
        where figure.figure_id = ?
        """,
        [figure_id],
    ).fetchone()
    if row is None:
        raise UnknownFigure(f"there is no figure {figure_id}; `yusuan sql` finds figures in core.figure")
    box = row[16:20]
    return Place(*(*row[:16], None if None in box else box))


def draw(connection: duckdb.DuckDBPyConnection, store: Store, place: Place) -> bytes:
    """A PNG of the page with the cell outlined; of the rows around the cell where the format has no pages."""
    if place.box is not None:
        data = store.read(place.sha256)
        if data[:1024].find(b"%PDF-") >= 0:
            return _png(
                outlined_page(
                    data,
                    place.page_number,
                    place.box,
                    removed_cells(connection, place.document_id).get(place.page_number, ()),
                )
            )
    return _png(_rows(connection, place))


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def outlined_page(
    data: bytes, page_number: int, box: tuple[float, float, float, float], covered: Iterable[Box] = ()
) -> Image.Image:
    """A page of a PDF at two pixels a point, with a rectangle (points from the top left) outlined just outside of its edges.

    Contact persons are painted over: the lines that announce them, and what else is `covered`.
    """
    import pypdfium2

    use_own_typefaces()
    document = pypdfium2.PdfDocument(data)
    try:
        page = document[page_number - 1]
        image = page.render(scale=_PIXELS_PER_POINT).to_pil().convert("RGB")
        canvas = ImageDraw.Draw(image)
        for hidden in (*covered, *contact_lines(page)):
            canvas.rectangle(tuple(edge * _PIXELS_PER_POINT for edge in hidden), fill=_COVER)
        page.close()
    finally:
        document.close()
    x0, top, x1, bottom = (edge * _PIXELS_PER_POINT for edge in box)
    margin = _LINE_PIXELS
    outline = (x0 - margin, top - margin, x1 + margin, bottom + margin)
    ImageDraw.Draw(image).rectangle(outline, outline=_OUTLINE, width=_LINE_PIXELS)
    return image


def _rows(connection: duckdb.DuckDBPyConnection, place: Place) -> Image.Image:
    """The header and the rows around the cell, drawn as a table."""
    cells = connection.execute(
        """
        select row_index, column_index, row_span, column_span, text
        from core.cell
        where document_id = ? and form_index = ? and (row_index < ? or row_index between ? and ?)
        order by row_index, column_index
        """,
        [
            place.document_id,
            place.form_index,
            _HEADER_ROWS,
            place.row_index - _ROWS_AROUND,
            place.row_index + _ROWS_AROUND,
        ],
    ).fetchall()
    font = _font()
    rows = sorted({row for row, *_ in cells})
    columns = sorted({column + offset for _, column, _, span, _ in cells for offset in range(span)})
    widths = dict.fromkeys(columns, _FONT_PIXELS * 3)
    wrapped = {}
    for row, column, _, column_span, text in cells:
        lines = _wrap(text, font)
        wrapped[row, column] = lines
        if column_span == 1:
            widest = max((font.getlength(line) for line in lines), default=0)
            widths[column] = max(widths[column], int(widest) + 2 * _PADDING)
    line_height = int(_FONT_PIXELS * 1.35)
    heights = {row: line_height + 2 * _PADDING for row in rows}
    for row, column, row_span, _, _ in cells:
        if row_span == 1:
            heights[row] = max(heights[row], len(wrapped[row, column]) * line_height + 2 * _PADDING)
    left = _offsets(columns, widths)
    top = _offsets(rows, heights)
    right_edge = left[columns[-1]] + widths[columns[-1]] + _PADDING
    bottom_edge = top[rows[-1]] + heights[rows[-1]] + _PADDING
    image = Image.new("RGB", (right_edge, bottom_edge + line_height * 2), "white")
    canvas = ImageDraw.Draw(image)
    chosen = None
    for row, column, row_span, column_span, _ in cells:
        last_row = max(each for each in rows if each < row + row_span)
        last_column = min(column + column_span - 1, columns[-1])
        corner = (left[column], top[row], left[last_column] + widths[last_column], top[last_row] + heights[last_row])
        canvas.rectangle(corner, outline=_RULE)
        for number, line in enumerate(wrapped[row, column]):
            canvas.text((corner[0] + _PADDING, corner[1] + _PADDING + number * line_height), line, _TEXT, font)
        if (row, column) == (place.row_index, place.column_index):
            chosen = corner
    if chosen is not None:
        canvas.rectangle(chosen, outline=_OUTLINE, width=_LINE_PIXELS)
    canvas.text((_PADDING, bottom_edge), f"{place.file_name} · {place.figure_id}", _TEXT, font)
    return image


def _offsets(indices: list[int], sizes: dict[int, int]) -> dict[int, int]:
    offsets, at = {}, _PADDING
    for index in indices:
        offsets[index] = at
        at += sizes[index]
    return offsets


def _wrap(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> list[str]:
    lines = [""]
    for character in text:
        if font.getlength(lines[-1] + character) > _COLUMN_PIXELS:
            lines.append("")
        lines[-1] += character
    return lines


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """A font with Chinese characters, from the packages that the project installs."""
    for package in _FONT_PACKAGES:
        spec = importlib.util.find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            for path in sorted(Path(folder).glob("*.[ot]tf")):
                return ImageFont.truetype(path, _FONT_PIXELS)
    return ImageFont.load_default(_FONT_PIXELS)

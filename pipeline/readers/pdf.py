"""PDF -> printed pages, read from PDFium's characters and paths.

Belongs here: getting characters, rules and pictures of a page out of PDFium in the frame in which its text reads upright,
and putting characters into the rooms that rules enclose. Does not belong here: the geometry of rules
(`ruling`), of text (`characters`), of tables without rules (`open_tables`), pages that are pictures (`pictured`).

Most of the time of such a reader goes into calls across the C boundary. Hence one call per character (its loose box),
one per text object, and segments only of those paths that are no plain line.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any, Self

import numpy as np
import pypdfium2.raw as pdfium

from pipeline.readers import bands, calls, digit_shapes, ink, notes, open_tables, pdf_reference, pictured, scan, stamps
from pipeline.readers.characters import (
    FOLDING,
    Characters,
    TextLine,
    is_unmapped,
    lines,
)
from pipeline.readers.drawn import THIN, Bounds, Drawn, collect
from pipeline.readers.frame import Frame
from pipeline.readers.printed import (
    Box,
    Cell,
    Grid,
    Line,
    Page,
    PrintedDocument,
    Unread,
    Unreadable,
)
from pipeline.readers.ruling import (
    Lattice,
    Segment,
    collapse,
    components,
    lattice,
    snap_and_join,
)
from pipeline.readers.small_digits import mark_small_digits
from pipeline.readers.typefaces import use_own_typefaces

MOST_PAGES = 3000
MOST_ENCLOSED = 1000
MOST_CHARACTERS = 60_000
"""A page with more is no page of print."""
_SPACES = re.compile(r"\s")
_SUSPECT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffd\ufffe\ue000-\uf8ff]")


@dataclass(slots=True)
class PageContent:
    """What stands on a page, in its upright frame: the input of `compose`."""

    width: float
    height: float
    turn: int
    characters: Characters
    boxes: np.ndarray
    horizontal: list[Segment]
    vertical: list[Segment]
    faint_horizontal: list[Segment]
    faint_vertical: list[Segment]
    pictures: list[tuple[float, float, float, float]]
    unmapped_count: int
    outlines: list[tuple[float, float, float, float, int]] = field(default_factory=list)
    """Paths that may be characters: their rectangles, and of how many closed lines each is made."""
    set_aside: str = ""
    invisible_count: int = 0
    unseen: str = ""
    """What the page draws, but does not show."""
    turns: dict[int, int] = field(default_factory=dict)
    """Characters (by their place in `characters`) that stand otherwise than upright: the quarter turns that set them so."""
    numbers: list[int] = field(default_factory=list)
    """Of each of the `characters`, its number in PDFium's text of the page."""
    doubted: dict[int, Bounds] = field(default_factory=dict)
    """Digits (by their place in `characters`) whose font may say other digits than it shows, with the rectangles of their ink."""
    is_false: bool = False
    """Whether that is known of one of those fonts."""


def _has_layers(data: bytes) -> bool:
    """Whether the PDF has optional content, which may be off; where its catalogue is packed, that can't be told, and is assumed."""
    return b"/OCProperties" in data or b"/ObjStm" in data


def _attachment_name(attachment: Any) -> str:
    size = pdfium.FPDFAttachment_GetName(attachment, None, 0) if attachment else 0
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    if size:
        pdfium.FPDFAttachment_GetName(attachment, buffer, size)
    name = bytes(buffer)[:size].decode("utf-16-le", errors="replace").rstrip("\0")
    return "".join(character if character.isprintable() else "\ufffd" for character in name)[:200]


def _unseen(text_address: int, text: list[str], raw: np.ndarray, judge: ink.Judge) -> set[int]:
    """Characters of texts that are seen in part, which are not seen themselves."""
    characters: dict[int, list[tuple[int, Bounds]]] = {}
    for number, character in enumerate(text):
        if not character.isspace() and (address := calls.text_object(text_address, number)) in judge.changes:
            left, top, right, bottom = raw[number].tolist()
            if right - left > 0.5 and top - bottom > 1.0:  # other rectangles say nothing of where the ink is
                characters.setdefault(address, []).append((number, (left, bottom, right, top)))
    return set().union(*(judge.without_ink(address, members) for address, members in characters.items()))


class PdfFile:
    """An open PDF. Pages are opened one at a time and closed right after use; a document held open grows otherwise."""

    def __init__(self, data: bytes) -> None:
        use_own_typefaces()
        self._data = data  # PDFium reads from it as long as the document is open
        self.handle = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
        if not self.handle:
            code = pdfium.FPDF_GetLastError()
            if code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
                raise Unreadable("encrypted_file", "the PDF asks for a password")
            raise Unreadable("damaged_file", f"PDFium cannot open the PDF (error {code})")
        self.page_count: int = pdfium.FPDF_GetPageCount(self.handle)
        self._scratch = calls.Scratch()
        self.has_layers = _has_layers(data)
        self.unread: list[Unread] = []
        self._fonts: dict[tuple[int, int], bool] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self.handle:
            pdfium.FPDF_CloseDocument(self.handle)
            self.handle = None

    def enclosed_files(self) -> list[Unread]:
        """The files that lie inside the PDF (attachments, the documents of a portfolio), which are not read with it."""
        count = min(pdfium.FPDFDoc_GetAttachmentCount(self.handle), MOST_ENCLOSED)
        names = [_attachment_name(pdfium.FPDFDoc_GetAttachment(self.handle, index)) for index in range(count)]
        return [Unread(f"the PDF encloses the file “{name}”, which is not read with it") for name in names]

    def content(self, index: int) -> PageContent:
        """Characters and rules of page `index` (from 0). Raises ValueError where PDFium cannot load the page."""
        page = pdfium.FPDF_LoadPage(self.handle, index)
        if not page:
            raise ValueError("PDFium cannot load the page")
        try:
            page = self._with_notes(page, index)
            return self._content(page)
        finally:
            pdfium.FPDF_ClosePage(page)

    def _with_notes(self, page: Any, index: int) -> Any:
        """The page with the notes, stamps and form fields on it made part of what it draws."""
        found = notes.on_page(page)
        if found.values:
            self.unread.append(notes.unread(found.values, index + 1))
        if (
            found.kinds & notes.DRAWN
            and pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_SUCCESS
        ):
            flat = pdfium.FPDF_LoadPage(self.handle, index)
            if flat:
                pdfium.FPDF_ClosePage(page)
                return flat
        return page

    def render(self, index: int, scale: float, turn: int = 0, *, plain: bool = False) -> np.ndarray:
        """Page `index` (from 0) as grey as its print is, `scale` pixels to a point, turned clockwise by `turn` degrees from how it is displayed.

        Red seals are lightened to the paper (see `scan.without_seals`). `plain`: in three channels as it is.
        """
        page = pdfium.FPDF_LoadPage(self.handle, index)
        if not page:
            raise ValueError("PDFium cannot load the page")
        width = max(1, round(pdfium.FPDF_GetPageWidthF(page) * scale))
        height = max(1, round(pdfium.FPDF_GetPageHeightF(page) * scale))
        if turn % 180:
            width, height = height, width
        bitmap = pdfium.FPDFBitmap_CreateEx(width, height, pdfium.FPDFBitmap_BGR, None, 0)
        try:
            pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xFFFFFFFF)
            pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, turn // 90 % 4, pdfium.FPDF_ANNOT)
            stride = pdfium.FPDFBitmap_GetStride(bitmap)
            buffer = ctypes.cast(
                pdfium.FPDFBitmap_GetBuffer(bitmap), ctypes.POINTER(ctypes.c_ubyte * (stride * height))
            )
            colours = np.frombuffer(buffer.contents, dtype=np.uint8).reshape(height, stride)[:, : 3 * width]
            picture = colours.reshape(height, width, 3)
            return picture.copy() if plain else scan.without_seals(picture, scale)
        finally:
            pdfium.FPDFBitmap_Destroy(bitmap)
            pdfium.FPDF_ClosePage(page)

    def _content(self, page: Any) -> PageContent:
        scratch = self._scratch
        bounds = pdfium.FS_RECTF()
        pdfium.FPDF_GetPageBoundingBox(page, bounds)
        user_box = (bounds.left, bounds.bottom, bounds.right, bounds.top)
        quarter = pdfium.FPDFPage_GetRotation(page)
        drawn = collect(calls.address_of(page), scratch)
        judge = ink.Judge(page, Frame(user_box, quarter))
        judge.hide_unseen(ink.doubted(drawn, scratch, has_layers=self.has_layers))
        text_page = pdfium.FPDFText_LoadPage(page)
        try:
            return self._text_content(text_page, user_box, quarter, drawn, judge)
        finally:
            if text_page:
                pdfium.FPDFText_ClosePage(text_page)

    def _text_content(
        self, text_page: Any, user_box: Bounds, quarter: int, drawn: Drawn, judge: ink.Judge
    ) -> PageContent:
        text_address = calls.address_of(text_page)
        count = pdfium.FPDFText_CountChars(text_page) if text_page else 0
        if count > MOST_CHARACTERS:
            raise ValueError(f"{count} characters on one page")
        text = self._text(text_page, count)
        raw = np.zeros((max(count, 1), 4), dtype=np.float32)
        base = raw.ctypes.data
        for number in range(count):
            calls.loose_box(text_address, number, base + 16 * number)
        raw = raw[:count]  # left, top, right, bottom as FS_RECTF has them
        clips = None
        if drawn.clips:
            everything = (-1e6, -1e6, 1e6, 1e6)
            of = drawn.clips
            clips = np.array([of.get(calls.text_object(text_address, number), everything) for number in range(count)])

        unseen = _unseen(text_address, text, raw, judge) if judge.changes else set()
        turned = quarter
        kinds: dict[int, str] = {}
        quarters: dict[int, int] = {}
        if count and (drawn.odd_texts or quarter):
            turned, kinds, quarters = self._oddities(text_address, text, drawn, quarter)
        frame = Frame(user_box, turned)
        boxes = frame.boxes(raw[:, [0, 3, 2, 1]].astype(np.float64)) if count else np.zeros((0, 4))
        clipped = frame.boxes(clips) if clips is not None and count else None
        content = self._assemble(
            frame, text, boxes, clipped, drawn, kinds, quarters, unseen, (turned - quarter) % 4 * 90, text_address
        )
        texts = (one.address for one in drawn.texts)
        fonts, content.is_false = digit_shapes.suspects(texts, text, self._fonts, self._scratch)
        content.doubted = self._doubted(content, fonts, frame, text_address) if fonts else {}
        return content

    def _doubted(self, content: PageContent, fonts: set[int], frame: Frame, text_address: int) -> dict[int, Bounds]:
        """The digits that are set in these fonts."""
        found: dict[int, Bounds] = {}
        for place, (number, character) in enumerate(zip(content.numbers, content.characters.text, strict=True)):
            if character in digit_shapes.DIGITS:
                address = calls.text_object(text_address, number)
                if address and calls.font_of(address) in fonts:
                    x0, top, x1, bottom = self._tight(frame, text_address, number, content.boxes[place]).tolist()
                    found[place] = (x0, top, x1, bottom)
        return found

    def _text(self, text_page: Any, count: int) -> list[str]:
        """The characters as a list of length `count`."""
        if not count:
            return []
        buffer = (ctypes.c_ushort * (count + 1))()
        got = pdfium.FPDFText_GetText(text_page, 0, count, buffer)
        text = bytes(buffer).decode("utf-16-le", errors="replace")[: max(got - 1, 0)]
        if len(text) == count and got == count + 1:
            return list(text)
        get = pdfium.FPDFText_GetUnicode
        return [
            chr(point) if 0 < point < 0x110000 and not 0xD800 <= point < 0xE000 else "\ufffd"
            for point in (get(text_page, number) for number in range(count))
        ]

    def _oddities(
        self, text_address: int, text: list[str], drawn: Drawn, quarter: int
    ) -> tuple[int, dict[int, str], dict[int, int]]:
        """The quarter turns that set the majority of the text upright, what is odd about which characters, and how those on their side are turned."""
        kinds: dict[int, str] = {}
        quarters: dict[int, int] = {}
        of_text: dict[int, int] = {}
        odd = drawn.odd_texts
        for number in range(len(text)):
            address = calls.text_object(text_address, number) or 0
            kind = odd.get(address)
            if kind is not None:
                kinds[number] = kind
            if kind == "sideways":
                if address not in of_text:
                    calls.char_matrix(text_address, number, self._scratch.f[0])
                    floats = self._scratch.floats
                    of_text[address] = round(math.degrees(math.atan2(floats[1], floats[0])) / 90) % 4
                quarters[number] = of_text[address]
        turned = quarter
        printed = sum(1 for character in text if not character.isspace())
        if 2 * len(quarters) > printed:
            turned = Counter(quarters.values()).most_common(1)[0][0]
        elif quarter:
            turned = 0
        return turned, kinds, quarters

    def _assemble(
        self,
        frame: Frame,
        text: list[str],
        boxes: np.ndarray,
        clips: np.ndarray | None,
        drawn: Drawn,
        kinds: dict[int, str],
        quarters: dict[int, int],
        unseen: set[int],
        turn: int,
        text_address: int,
    ) -> PageContent:
        if len(text):
            height = boxes[:, 3] - boxes[:, 1]
            width = boxes[:, 2] - boxes[:, 0]
            odd_boxes = np.nonzero((height < 1.0) | (height > 200.0) | (width < 0.01))[0]
            for number in odd_boxes.tolist():
                if not text[number].isspace():
                    boxes[number] = self._tight(frame, text_address, number, boxes[number])
        aside = stamps.set_aside(text, boxes, kinds)
        invisible = {number for number, kind in kinds.items() if kind == "invisible" and not text[number].isspace()}
        middle_x, middle_y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
        visible = (middle_x > -2) & (middle_x < frame.width + 2) & (middle_y > -2) & (middle_y < frame.height + 2)
        if clips is not None:
            # lines of a cell too tall for it are drawn but not printed (and printed on the page where the cell goes on)
            visible &= (middle_y > clips[:, 1] - 0.5) & (middle_y < clips[:, 3] + 0.5)
        inside = visible.tolist()
        keep = [
            number
            for number, character in enumerate(text)
            if not character.isspace()
            and inside[number]
            and number not in aside
            and number not in unseen
            and number not in invisible
            and character != "\x00"
        ]
        shown = [text[number] for number in keep]
        unmapped = 0
        joined = "".join(shown)
        if not joined.isascii():
            if _SUSPECT.search(joined):
                shown = [
                    "-" if character in "\x02\ufffe" else character for character in shown
                ]  # a hyphen at the end of a line
                unmapped = sum(is_unmapped(character) for character in shown)
            if len(joined.translate(FOLDING)) == len(shown):
                shown = list(joined.translate(FOLDING)) if not unmapped else shown
            else:
                pairs = [(number, character.translate(FOLDING)) for number, character in zip(keep, shown, strict=True)]
                keep = [number for number, character in pairs if character]
                shown = [character for _, character in pairs if character]
        kept = boxes[keep]
        columns = kept.T.tolist() if keep else [[], [], [], []]
        characters = Characters(shown, columns[0], columns[1], columns[2], columns[3])
        mark_small_digits(characters)
        if clips is not None:
            # a name too long for its cell is cut off in print; the rest of it still belongs to that cell
            kept = kept.copy()
            limits = clips[keep]
            kept[:, 0] = np.clip(kept[:, 0], limits[:, 0], limits[:, 2] - 0.5)
            kept[:, 2] = np.clip(kept[:, 2], limits[:, 0] + 0.5, limits[:, 2])
        horizontal, vertical = _rules(frame, drawn.rules)
        faint_horizontal, faint_vertical = _rules(frame, drawn.faint_rules)
        pictures = [tuple(row) for row in frame.boxes(np.array(drawn.pictures)).tolist()] if drawn.pictures else []
        return PageContent(
            width=frame.width,
            height=frame.height,
            turn=turn,
            characters=characters,
            boxes=kept,
            horizontal=horizontal,
            vertical=vertical,
            faint_horizontal=faint_horizontal,
            faint_vertical=faint_vertical,
            pictures=pictures,
            unmapped_count=unmapped,
            outlines=pictured.paths_of(frame, drawn),
            set_aside="".join(text[number] for number in sorted(aside) if not text[number].isspace()),
            invisible_count=len(invisible),
            unseen="".join(text[number] for number in sorted(unseen)),
            turns=_turns(keep, quarters, frame.quarter) if quarters else {},
            numbers=keep,
        )

    def _tight(self, frame: Frame, text_address: int, number: int, fallback: np.ndarray) -> np.ndarray:
        """The ink box of a character whose font states no usable height or width."""
        values = (ctypes.c_double * 4)()
        base = ctypes.addressof(values)
        if not calls.tight_box(text_address, number, base, base + 8, base + 16, base + 24):
            return fallback
        left, right, low, high = values
        if high - low < 0.5:
            middle = (high + low) / 2
            low, high = middle - 3, middle + 3
        return frame.boxes(np.array([[left, low, right, high]]))[0]


def _turns(keep: list[int], quarters: dict[int, int], quarter: int) -> dict[int, int]:
    """The quarter turns of the kept characters (by place) that do not stand upright in the frame of the page."""
    turns = ((place, (quarters.get(number, 0) - quarter) % 4) for place, number in enumerate(keep))
    return {place: turn for place, turn in turns if turn}


def _rules(frame: Frame, rules: list[tuple[float, float, float, float]]) -> tuple[list[Segment], list[Segment]]:
    """Rules in the upright frame, snapped and joined: horizontal ones, vertical ones."""
    if not rules:
        return [], []
    boxes = frame.boxes(np.array(rules, dtype=np.float64)).tolist()
    horizontal: list[Segment] = []
    vertical: list[Segment] = []
    for x0, top, x1, bottom in boxes:
        if bottom < -5 or top > frame.height + 5 or x1 < -5 or x0 > frame.width + 5:
            continue
        across, down = x1 - x0, bottom - top
        if across >= down or across > THIN:
            horizontal.append(((top + bottom) / 2, x0, x1))
        if down >= across and across <= THIN:
            vertical.append(((x0 + x1) / 2, top, bottom))
    return snap_and_join(horizontal), snap_and_join(vertical)


# composing a page -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Table:
    """A lattice with the characters of its rooms."""

    lattice: Lattice
    members: list[list[int]]


def compose(content: PageContent, number: int, method: str = "pdf") -> Page:
    """The page: its grids, and its lines of text outside them, in reading order."""
    characters = content.characters
    free = np.ones(len(characters), dtype=bool)
    tables, loose_rules = _ruled_tables(content, free)
    blocks: list[tuple[float, float, Line | Grid]] = []
    for table in tables:
        grid = _grid(table, content, number, method)
        if grid is None:
            for members in table.members:
                free[members] = True
        else:
            blocks.append((table.lattice.ys[0], table.lattice.xs[0], grid))
    rest = np.nonzero(free)[0].tolist()
    text_lines = lines(characters, rest)
    open_grids, text_lines = open_tables.open_tables(characters, text_lines, loose_rules, content.width, number, method)
    for open_grid in open_grids:
        assert open_grid.box is not None
        blocks.append((open_grid.box.top, open_grid.box.x0, open_grid))
    for line in _printed_lines(text_lines, characters, number):
        assert line.box is not None
        blocks.append(((line.box.top + line.box.bottom) / 2, line.box.x0, line))
    blocks.sort(key=lambda entry: (entry[0], entry[1]))
    return Page(
        number=number,
        blocks=[block for _, _, block in blocks],
        method=method,
        width=round(content.width, 2),
        height=round(content.height, 2),
        turn=content.turn,
    )


def _ruled_tables(content: PageContent, free: np.ndarray) -> tuple[list[_Table], list[Segment]]:
    """Tables enclosed by rules, smallest first, and the horizontal rules that enclose nothing. Clears `free` of their characters."""
    found: list[Lattice] = []
    loose: list[Segment] = []
    for horizontal, vertical in components(content.horizontal, content.vertical):
        grid = lattice(horizontal, vertical)
        if grid is None:
            loose.extend(horizontal)
        else:
            found.append(grid)
    found.sort(key=_area)
    tables = []
    for grid in found:
        members, _ = _members(grid, content.characters, content.boxes, free)
        if any(members) and not (len(grid.ys) == 2 and _is_inline(grid, content.boxes, free)):
            tables.append(_Table(grid, members))
        else:
            for entry in members:
                free[entry] = True
    if content.faint_horizontal and content.faint_vertical:
        for horizontal, vertical in components(content.faint_horizontal, content.faint_vertical):
            grid = lattice(horizontal, vertical)
            if grid is None or min(len(grid.xs), len(grid.ys)) < 4 or any(_overlap(grid, other) for other in found):
                continue
            members, crossing = _members(grid, content.characters, content.boxes, free)
            held = sum(len(entry) for entry in members)
            if held and crossing <= 0.02 * held:
                tables.append(_Table(grid, members))
            else:
                for entry in members:
                    free[entry] = True
    return tables, loose


def _area(grid: Lattice) -> float:
    return (grid.xs[-1] - grid.xs[0]) * (grid.ys[-1] - grid.ys[0])


def _is_inline(grid: Lattice, boxes: np.ndarray, free: np.ndarray) -> bool:
    """Whether a box of one row stands inside a line of text (a highlight, a frame around words)."""
    x0, top, x1, bottom = grid.box
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    beside = free & (middle > top) & (middle < bottom) & (boxes[:, 2] > x0 - 12) & (boxes[:, 0] < x1 + 12)
    return bool(beside.any())


def _overlap(one: Lattice, other: Lattice) -> bool:
    ax0, atop, ax1, abottom = one.box
    bx0, btop, bx1, bbottom = other.box
    return ax0 < bx1 and bx0 < ax1 and atop < bbottom and btop < abottom


def _members(grid: Lattice, characters: Characters, boxes: np.ndarray, free: np.ndarray) -> tuple[list[list[int]], int]:
    """For each room the characters whose middle lies in it, and how many characters stand on a wall.

    A run of text that crosses a wall stays with its larger part.
    """
    members: list[list[int]] = [[] for _ in grid.rooms]
    if not len(boxes):
        return members, 0
    middle_x = (boxes[:, 0] + boxes[:, 2]) / 2
    middle_y = (boxes[:, 1] + boxes[:, 3]) / 2
    x0, top, x1, bottom = grid.box
    chosen = np.nonzero(free & (middle_x > x0) & (middle_x < x1) & (middle_y > top) & (middle_y < bottom))[0]
    if not len(chosen):
        return members, 0
    owner = np.array(grid.owner, dtype=np.int32)
    rows = np.searchsorted(grid.ys, middle_y[chosen]) - 1
    columns = np.searchsorted(grid.xs, middle_x[chosen]) - 1
    rooms = owner[rows, columns]
    left = np.clip(np.searchsorted(grid.xs, boxes[chosen, 0] + 1.0) - 1, 0, len(grid.xs) - 2)
    right = np.clip(np.searchsorted(grid.xs, boxes[chosen, 2] - 1.0) - 1, 0, len(grid.xs) - 2)
    crossing = (owner[rows, left] != owner[rows, right]) & (left != right)
    if crossing.any():
        is_cut = np.array(characters.x1) - boxes[:, 2] > _CUT_OFF
        _keep_runs_whole(chosen, rooms, crossing, boxes, is_cut)
    for index, room in zip(chosen.tolist(), rooms.tolist(), strict=True):
        if room >= 0:
            members[room].append(index)
            free[index] = False
    return members, int(crossing.sum())


_CUT_OFF = 0.5
"""Width of a character that its cell does not print, from which on the cell cuts it off."""


def _keep_runs_whole(
    chosen: np.ndarray, rooms: np.ndarray, crossing: np.ndarray, boxes: np.ndarray, is_cut: np.ndarray
) -> None:
    """Give every run of adjoining characters, one of which a wall cuts, to the room that holds most of it (changes `rooms`)."""
    position = {int(index): place for place, index in enumerate(chosen.tolist())}
    done: set[int] = set()
    for place in np.nonzero(crossing)[0].tolist():
        if place in done:
            continue
        run = [place]
        for step in (-1, 1):
            current = int(chosen[place])
            while (neighbour := position.get(current + step)) is not None:
                one, other = boxes[current], boxes[int(chosen[neighbour])]
                gap = (one[0] - other[2]) if step < 0 else (other[0] - one[2])
                size = one[3] - one[1]
                if abs(one[1] + one[3] - other[1] - other[3]) > size or not -0.5 * size < gap < 0.3 * size:
                    break
                before, after = (current - 1, current) if step < 0 else (current, current + 1)
                if is_cut[before] and not is_cut[after]:
                    break  # a name that its cell cuts off ends there, however near the next cell's text begins
                run.append(neighbour)
                current += step
        done.update(run)
        votes = Counter(int(rooms[member]) for member in sorted(run))
        best = max(votes.values())
        winner = next(room for room, count in votes.items() if count == best)
        if winner >= 0:
            for member in run:
                rooms[member] = winner


def _grid(table: _Table, content: PageContent, number: int, method: str) -> Grid | None:
    """The grid of a ruled table; None where its rooms hold boxed body text and not a table."""
    if not any(table.members):
        return None
    grid, renamed = collapse(table.lattice, [bool(members) for members in table.members])
    members: list[list[int]] = [[] for _ in grid.rooms]
    for old, new in enumerate(renamed):
        if new >= 0:
            members[new].extend(table.members[old])
    filled = sum(1 for entry in members if entry)
    columns = len(grid.xs) - 1
    if len(grid.rooms) == 1 or (filled == 1 and len(grid.rooms) <= 3):
        return None
    if columns == 1 and max(len(entry) for entry in members) > 24:
        return None
    texts = [_lines_of_cell(content, entry) if entry else [] for entry in members]
    is_turned = [any(content.turns.get(member) for member in entry) for entry in members]
    cells, row_count = _cells(grid, texts, is_turned)
    cells.sort(key=lambda cell: (cell.row, cell.column))
    x0, top, x1, bottom = grid.box
    return Grid(
        page_number=number,
        row_count=row_count,
        column_count=columns,
        cells=cells,
        method=method,
        box=Box(round(x0, 2), round(top, 2), round(x1, 2), round(bottom, 2)),
        column_edges=tuple(round(x, 2) for x in grid.xs),
    )


def _cells(grid: Lattice, texts: list[list[TextLine]], is_turned: list[bool]) -> tuple[list[Cell], int]:
    """Cells of the rooms of a lattice with these lines, and how many rows they take: a ruled row may hold several (`bands`)."""
    split = _bands(grid, texts, is_turned)
    starts = [0]
    edges = [grid.ys[0]]
    for row in range(len(grid.ys) - 1):
        band = split.get(row)
        edges += band.edges[1:] if band is not None else [grid.ys[row + 1]]
        starts.append(len(edges) - 1)
    cells: list[Cell] = []
    for index, (room, text_lines) in enumerate(zip(grid.rooms, texts, strict=True)):
        band = split.get(room.row) if room.row_span == 1 else None
        x0, x1 = grid.xs[room.column], grid.xs[room.column + room.column_span]
        first, last = starts[room.row], starts[room.row + room.row_span]
        if band is None or index not in band.parts:
            box = Box(round(x0, 2), round(edges[first], 2), round(x1, 2), round(edges[last], 2))
            cells.append(_cell(first, room.column, text_lines, last - first, room.column_span, box))
            continue
        parts = band.parts[index]
        for row in range(last - first):
            box = Box(round(x0, 2), round(edges[first + row], 2), round(x1, 2), round(edges[first + row + 1], 2))
            own = [line for group in parts.get(row, []) for line in group.lines]
            cells.append(_cell(first + row, room.column, own, 1, room.column_span, box))
    return cells, len(edges) - 1


_MOST_RULED_ROWS = 5
"""A header of two rows, and parts of the body: a table with more ruled rows is ruled row by row."""
_MOST_ROWS_WITHOUT_RULES = 3
"""Ruled rows of a table that is ruled between columns alone: its header of two rows, and its body."""


def _bands(grid: Lattice, texts: list[list[TextLine]], is_turned: list[bool]) -> dict[int, bands.Band]:
    """Ruled rows that hold several rows, by row; what is read on its side has no baselines among the others."""
    by_row: dict[int, dict[int, list[TextLine]]] = {}
    for index, room in enumerate(grid.rooms):
        if room.row_span == 1 and not is_turned[index]:
            by_row.setdefault(room.row, {})[index] = texts[index]
    if len(grid.ys) - 1 > _MOST_RULED_ROWS:
        return {}  # its rows are ruled: several lines in one of them are lines of its cells
    is_body = len(grid.ys) - 1 <= _MOST_ROWS_WITHOUT_RULES
    found = ((row, bands.split(cells, grid.ys[row], grid.ys[row + 1], is_body)) for row, cells in by_row.items())
    return {row: band for row, band in found if band is not None}


def _cell(row: int, column: int, text_lines: list[TextLine], row_span: int, column_span: int, box: Box) -> Cell:
    text = text_lines[0].text if len(text_lines) == 1 else "\n".join([line.text for line in text_lines])
    text_x0 = round(text_lines[0].x0, 2) if text_lines else None
    return Cell(row, column, text, row_span, column_span, box, text_x0)


def _lines_of_cell(content: PageContent, members: list[int]) -> list[TextLine]:
    """The lines of a cell; where most of its characters lie on their side, as they read when the cell is turned."""
    turned = Counter(content.turns.get(member, 0) for member in members).most_common(1)[0][0] if content.turns else 0
    if not turned:
        return lines(content.characters, members)
    frame, source = Frame((0.0, 0.0, content.width, content.height), turned), content.characters
    # the frame counts from the foot of the page
    sides = np.array([(source.x0[m], source.bottom[m], source.x1[m], source.top[m]) for m in members])
    sides[:, [1, 3]] = content.height - sides[:, [1, 3]]
    columns = frame.boxes(sides).T.tolist()
    text_lines = lines(Characters([source.text[m] for m in members], *columns), range(len(members)))
    left = min(source.x0[member] for member in members)
    return [replace(line, x0=left, members=[members[m] for m in line.members]) for line in text_lines]


def _printed_lines(text_lines: list[TextLine], characters: Characters, number: int) -> list[Line]:
    """Lines of text with the evidence for paragraphs: the indent against the left margin, and whether the line before was full."""
    if not text_lines:
        return []
    sizes = [median(characters.bottom[m] - characters.top[m] for m in line.members) for line in text_lines]
    wide = [line for line in text_lines if line.x1 - line.x0 > 12 * 8]
    margin_left = min((line.x0 for line in wide), default=text_lines[0].x0)
    margin_right = max((line.x1 for line in wide), default=text_lines[0].x1)
    result = []
    before: TextLine | None = None
    for line, size in zip(text_lines, sizes, strict=True):
        starts = (
            before is None
            or line.x0 > margin_left + 1.2 * size
            or before.x1 < margin_right - 2.5 * size
            or line.top - before.bottom > 1.8 * size
        )
        if before is None and line.x0 <= margin_left + 1.2 * size:
            starts = False  # a paragraph may go on from the page before
        result.append(
            Line(
                page_number=number,
                text=line.text,
                box=Box(
                    round(line.x0, 2),
                    round(line.top, 2),
                    round(line.x1, 2),
                    round(line.bottom, 2),
                ),
                font_size=round(size, 1),
                starts_paragraph=starts,
            )
        )
        before = line
    return result


# the document -----------------------------------------------------------------------------------------------------


def check_whole(data: bytes) -> None:
    """Raise Unreadable('truncated_file') where the file ends before the structure that its end must hold."""
    tail = data[-4096:]
    if b"%%EOF" in tail:
        return
    linearised = re.search(rb"/Linearized\b.{0,200}?/L\s+(\d+)", data[:2048], re.DOTALL)
    if linearised and int(linearised[1]) > len(data):
        raise Unreadable(
            "truncated_file",
            f"the PDF says it has {linearised[1].decode()} bytes; {len(data)} are there",
        )
    for match in re.finditer(rb"startxref\s+(\d+)", data):
        place = int(match[1])
        if 0 < place < len(data) and (
            data[place : place + 4] == b"xref" or re.match(rb"\s*\d+\s+\d+\s+obj", data[place : place + 32])
        ):
            return
    raise Unreadable("truncated_file", f"the PDF has no end mark in its {len(data)} bytes")


def read(data: bytes) -> PrintedDocument:
    """Read a PDF. Raises Unreadable (truncated_file, encrypted_file, damaged_file); pages that fail carry their problem."""
    check_whole(data)
    with PdfFile(data) as file:
        if file.page_count < 1:
            raise Unreadable("damaged_file", "the PDF has no pages")
        if file.page_count > MOST_PAGES:
            raise Unreadable(
                "limit_exceeded",
                f"{file.page_count} pages; at most {MOST_PAGES} are read",
            )
        pages = []
        told: list[str] = []
        unread = file.enclosed_files()
        for index in range(file.page_count):
            pages.append(_read_page(file, data, index, told, unread))
        unread += file.unread
    return PrintedDocument(format="pdf", pages=pages, page_count=len(pages), notes=told, unread=unread)


def _read_page(file: PdfFile, data: bytes, index: int, told: list[str], unread: list[Unread]) -> Page:
    number = index + 1
    try:
        content = file.content(index)
    except ValueError as error:
        return Page(number=number, blocks=[], method="pdf", problem=str(error))
    if content.set_aside:
        told.append(f"page {number}: set aside as stamp or watermark: {content.set_aside[:80]}")
    if content.unseen:
        told.append(f"page {number}: drawn, but not seen on the page: {content.unseen[:80]}")
    if content.invisible_count:
        told.append(f"page {number}: {content.invisible_count} characters that are set without ink were not read")
    if content.doubted and _read_digits(file, content, index):
        told.append(f"page {number}: a font says other digits than it shows; they were read as shown")
    if content.unmapped_count > max(2, 0.01 * len(content.characters)):
        page = _read_unmapped(file, data, content, index, told)
        if page is not None:
            return page
    return _read_print(file, content, index, told, unread)


def _read_print(file: PdfFile, content: PageContent, index: int, told: list[str], unread: list[Unread]) -> Page:
    """A page by its characters, by its picture where that is what is printed, or by both."""
    number = index + 1
    hidden = content.invisible_count > len(content.characters)
    boxes = pictured.printed_pictures(content, hidden=hidden)
    if hidden and boxes:
        content.characters, content.boxes = Characters(), np.zeros((0, 4))
    if boxes and pictured.is_scan(content, boxes):
        return pictured.read_page(file, content, index)
    if not boxes and (hidden or pictured.may_be_scan(content) or pictured.may_be_paths(content)):
        page = pictured.read_page(file, content, index)
        if pictured.character_count(page) > 3 * len(content.characters):
            return page
    page = compose(content, number)
    unread += pictured.unread_paths(content, page)
    found = pictured.read_parts(file, content, index, boxes) if boxes else []
    if found:
        told.append(f"page {number}: a picture on it was read optically")
        page.blocks = pictured.in_order([*page.blocks, *found])
    return page


def _read_digits(file: PdfFile, content: PageContent, index: int) -> bool:
    """Read the doubted digits from the page as rendered, where any shows another than is said; what is not clear becomes an unknown character."""
    scale = digit_shapes.PIXELS_PER_POINT * min(1.0, scan.LONGEST_SIDE / 2 / max(content.width, content.height))
    picture, text = file.render(index, scale, content.turn, plain=True), content.characters.text
    shown: dict[int, str | None] = {}
    for place, (x0, top, x1, bottom) in content.doubted.items():
        rows = slice(max(math.floor(top * scale), 0), math.ceil(bottom * scale) + 1)
        columns = slice(max(math.floor(x0 * scale), 0), math.ceil(x1 * scale) + 1)
        part = np.rot90(picture[rows, columns], -content.turns.get(place, 0))
        shown[place] = digit_shapes.digit_in(part) if part.size else None
    # of a font of which that is not known, only a digit that no character of the page claims to be tells
    is_false = content.is_false or any(digit is not None and digit not in text for digit in shown.values())
    for place, digit in shown.items():
        text[place] = (digit or "\ufffd") if is_false else text[place]
    return is_false


def _read_unmapped(file: PdfFile, data: bytes, content: PageContent, index: int, told: list[str]) -> Page | None:
    """A page whose fonts do not say what their characters are: by the reference reader, else from its picture."""
    number = index + 1
    try:
        page = pdf_reference.read_page(data, number)
    except Unreadable:
        page = None
    if page is not None:
        text = "".join(line.text for line in page.lines) + "".join(c.text for grid in page.grids for c in grid.cells)
        unknown = len(re.findall(r"\(cid:\d+\)", text)) + sum(is_unmapped(c) for c in text if c != "\n")
        if text and unknown <= max(2, 0.01 * len(text)):
            told.append(f"page {number}: characters without a mapping; read by pdfplumber")
            return page
    told.append(f"page {number}: characters without a mapping; read from its picture")
    return pictured.read_page(file, content, index)

"""OFD documents (GB/T 33190) -> printed pages: characters and rules, placed as the file places them, composed as those of a PDF.

Belongs here: the parts of an OFD package, placed text, paths, what is painted over what, templates; and what a page holds that is not read.
Does not belong here: tables and lines (`pdf.compose`, which takes the same content), meaning.

Lengths in the file are millimetres from the top left corner; here they are points. Standard: GB/T 33190-2016, chapters 7 to 12.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import lxml.etree
import numpy as np

from pipeline.readers.characters import Characters, fold
from pipeline.readers.package import DAMAGES, check_package, tree
from pipeline.readers.pdf import PageContent, compose
from pipeline.readers.printed import Page, PrintedDocument, Unread, Unreadable
from pipeline.readers.quantity import length, whole_number
from pipeline.readers.ruling import Segment, snap_and_join
from pipeline.readers.small_digits import mark_small_digits

MOST_PAGES = 2_000
MOST_CHARACTERS = 200_000
"""On one page."""
MOST_DEPTH = 20
"""How deep blocks may stand in blocks."""
_POINT = 72 / 25.4
_RISE, _FALL = 0.86, 0.14
"""How far a character reaches above and below its line, in its size."""
_NARROW = 0.5
"""The width of a character of Latin script whose advance is not told, in its size."""
_THIN = 1.0
"""A filled area is a rule where it is no thicker, in millimetres."""
_LEAST_COVER = 1.5
_LEAST_PICTURE = (100.0, 28.0)
"""A picture as wide and high, in millimetres, could be a table."""
_STEP = re.compile(r"[MLQBASC]|-?\d+(?:\.\d+)?(?:[eE]-?\d+)?")
_COORDINATES = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}

Matrix = tuple[float, float, float, float, float, float]
Rectangle = tuple[float, float, float, float]
_IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)


@dataclass(slots=True)
class _Glyph:
    """One character: its text, its box in millimetres, its quarter turn, its colour, and whether something is painted over it later."""

    text: str
    box: Rectangle
    quarter: int
    colour: tuple[int, ...]
    is_covered: bool = False
    ground: tuple[int, ...] | None = None


@dataclass(slots=True)
class _Ink:
    """What is drawn on one page, in the order in which it is painted."""

    glyphs: list[_Glyph] = field(default_factory=list)
    rules: list[Rectangle] = field(default_factory=list)
    areas: list[tuple[Rectangle, tuple[int, ...]]] = field(default_factory=list)
    pictures: int = 0

    def paint(self, area: Rectangle, colour: tuple[int, ...]) -> None:
        """An opaque area: it covers what stands below it, and is the ground of what is written on it."""
        x0, top, x1, bottom = area
        for glyph in self.glyphs:
            x, y = (glyph.box[0] + glyph.box[2]) / 2, (glyph.box[1] + glyph.box[3]) / 2
            glyph.is_covered |= x0 <= x <= x1 and top <= y <= bottom
        self.areas.append((area, colour))

    def write(self, glyph: _Glyph) -> None:
        if len(self.glyphs) >= MOST_CHARACTERS:
            raise Unreadable("limit_exceeded", f"a page holds more than {MOST_CHARACTERS} characters")
        x, y = (glyph.box[0] + glyph.box[2]) / 2, (glyph.box[1] + glyph.box[3]) / 2
        under = [colour for (x0, top, x1, bottom), colour in self.areas if x0 <= x <= x1 and top <= y <= bottom]
        glyph.ground = under[-1] if under else (255, 255, 255)
        self.glyphs.append(glyph)


def read(data: bytes) -> PrintedDocument:
    """Read an OFD document. Raises Unreadable: damaged_file, truncated_file, encrypted_file, limit_exceeded; pages that fail carry their problem."""
    check_package(data, "OFD document")
    document = PrintedDocument("ofd", [], 0)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = {name.lower(): name for name in package.namelist()}
            if any(name.endswith("encryptions.xml") for name in parts):
                raise Unreadable("encrypted_file", "the OFD document is encrypted")
            main = tree(package, parts["ofd.xml"])
            if main is None:
                raise Unreadable("damaged_file", "the main part of the OFD document cannot be read")
            for root in main.iterfind("{*}DocBody/{*}DocRoot"):
                _Document(package, parts, (root.text or "").strip()).add_to(document)
            for body in main.iterfind("{*}DocBody"):
                document.notes += [f"signed: {one.text}" for one in body.iterfind("{*}Signatures")]
    except DAMAGES as error:
        raise Unreadable("damaged_file", f"the OFD document cannot be read: {error!r}") from error
    document.page_count = len(document.pages)
    if not document.pages:
        raise Unreadable("damaged_file", "the OFD document has no pages")
    return document


class _Document:
    """One document of a package: its pages, its templates, what is attached to it."""

    def __init__(self, package: zipfile.ZipFile, parts: dict[str, str], path: str) -> None:
        self._package = package
        self._parts = parts
        self._folder = posixpath.dirname(path.lstrip("/"))
        root = self._tree(path, "")
        if root is None:
            raise Unreadable("damaged_file", f"the part {path} of the OFD document cannot be read")
        self._root = root
        self._templates = {
            template.get("ID"): self._tree(template.get("BaseLoc"), self._folder)
            for template in root.iterfind("{*}CommonData/{*}TemplatePage")
        }

    def add_to(self, document: PrintedDocument) -> None:
        pages = self._root.findall("{*}Pages/{*}Page")
        if len(pages) > MOST_PAGES:
            raise Unreadable("limit_exceeded", f"{len(pages)} pages; at most {MOST_PAGES} are read")
        default = _numbers(self._root.findtext("{*}CommonData/{*}PageArea/{*}PhysicalBox")) or [0, 0, 210, 297]
        for page in pages:
            number = len(document.pages) + 1
            content = self._tree(page.get("BaseLoc"), self._folder)
            if content is None:
                document.pages.append(Page(number, [], "ofd", problem=f"the part {page.get('BaseLoc')} cannot be read"))
                continue
            document.pages.append(self._page(content, number, default, document.unread))
        for kind in ("Attachments", "Annotations"):
            for told in self._beside(kind):
                document.unread.append(Unread(told))

    def _page(self, content: Any, number: int, default: list[float], unread: list[Unread]) -> Page:
        box = _numbers(content.findtext("{*}Area/{*}PhysicalBox")) or default
        ink = _Ink()
        below = [one for one in content.iterfind("{*}Template") if one.get("ZOrder") != "Foreground"]
        above = [one for one in content.iterfind("{*}Template") if one.get("ZOrder") == "Foreground"]
        for root in (
            *(self._templates.get(one.get("TemplateID")) for one in below),
            content,
            *(self._templates.get(one.get("TemplateID")) for one in above),
        ):
            for layer in root.iterfind("{*}Content/{*}Layer") if root is not None else ():
                _draw(layer, ink, 0)
        unseen = sum(any(c.isdigit() for c in glyph.text) for glyph in ink.glyphs if not _is_seen(glyph))
        if unseen:
            unread.append(
                Unread(f"{unseen} digits that are painted over or in the colour of their ground are not read", number)
            )
        if ink.pictures:
            unread.append(Unread(f"{ink.pictures} pictures as large as a table are not read", number))
        return compose(_content(ink, box), number, "ofd")

    def _beside(self, kind: str) -> Iterator[str]:
        """What stands beside the pages and is not read: attached files, and notes with text of their own."""
        index = self._tree(self._root.findtext(f"{{*}}{kind}"), self._folder)
        if index is None:
            return
        for attachment in index.iter("{*}Attachment"):
            yield f"an attached file ({(attachment.get('Name') or 'without a name')[:60]}) is not read"
        for page in index.iterfind("{*}Page"):
            folder = posixpath.dirname(
                posixpath.join(self._folder, (self._root.findtext(f"{{*}}{kind}") or "").strip())
            )
            notes = self._tree(page.findtext("{*}FileLoc"), folder)
            texts = (
                [note for note in notes.iter("{*}Annot") if next(note.iter("{*}TextObject"), None) is not None]
                if notes is not None
                else []
            )
            if any(note.get("Type") != "Watermark" for note in texts):
                yield f"{len(texts)} notes with text on a page are not read"

    def _tree(self, path: str | None, folder: str) -> Any | None:
        """The part that a path names, from the root of the package or from a folder; names differ in case between programs."""
        path = (path or "").strip()
        full = posixpath.normpath(path.lstrip("/") if path.startswith("/") else posixpath.join(folder, path))
        name = self._parts.get(full.lower()) or self._parts.get(posixpath.join(self._folder, path).lower())
        return tree(self._package, name) if name else None


def _is_seen(glyph: _Glyph) -> bool:
    return not glyph.is_covered and glyph.colour != glyph.ground


def _draw(block: Any, ink: _Ink, depth: int) -> None:
    """Everything in a layer or block, in its order."""
    if depth > MOST_DEPTH:
        raise Unreadable("limit_exceeded", "blocks are nested too deep")
    for element in block.iterchildren():
        if not isinstance(element.tag, str) or element.get("Visible") == "false" or element.get("Alpha") == "0":
            continue
        kind = lxml.etree.QName(element).localname
        if kind == "PageBlock":
            _draw(element, ink, depth + 1)
        elif kind == "TextObject":
            _write(element, ink)
        elif kind == "PathObject":
            _trace(element, ink)
        elif kind in ("ImageObject", "CompositeObject"):
            width, height = (_numbers(element.get("Boundary")) or [0, 0, 0, 0])[2:4]
            ink.pictures += width >= _LEAST_PICTURE[0] and height >= _LEAST_PICTURE[1]


def _placed(element: Any) -> tuple[Matrix, float, float]:
    """The matrix of an object and the corner from which it is placed."""
    matrix = _numbers(element.get("CTM"))
    x, y = (_numbers(element.get("Boundary")) or [0, 0])[:2]
    return (tuple(matrix) if len(matrix) == 6 else _IDENTITY), x, y  # type: ignore[return-value]


def _point(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _write(element: Any, ink: _Ink) -> None:
    """The characters of a text object, each where its deltas place it."""
    matrix, left, top = _placed(element)
    size = length(element.get("Size"), 1000) or 0
    if size <= 0 or element.get("Fill") == "false":
        return
    colour = _colour(element.find("{*}FillColor"), (0, 0, 0))
    turned = (whole_number(element.get("CharDirection"), 360) or 0) // 90
    scale = length(element.get("HScale"), 100) or 1.0
    x = y = 0.0
    for code in element.iterfind("{*}TextCode"):
        text = code.text or ""
        x = _number(code.get("X"), x)
        y = _number(code.get("Y"), y)
        across, down = (_deltas(code.get(name), len(text)) for name in ("DeltaX", "DeltaY"))
        for index, character in enumerate(text):
            is_wide = ord(character) > 0x2E7F
            step = across[index] if index < len(across) else None
            width = size * (1 if is_wide else _NARROW) * scale
            if step and not down:
                width = min(width, abs(step))
            if character.strip():
                corners = [(x, y - _RISE * size), (x + width, y + _FALL * size)]
                (x0, y0), (x1, y1) = (_point(matrix, *corner) for corner in corners)
                box = (left + min(x0, x1), top + min(y0, y1), left + max(x0, x1), top + max(y0, y1))
                ink.write(_Glyph(fold(character), box, (_quarter(matrix) + turned) % 4, colour))
            x += step if step is not None else (0 if down else width)
            y += down[index] if index < len(down) else 0


def _quarter(matrix: Matrix) -> int:
    """By how many quarters clockwise text is turned."""
    a, b = matrix[0], matrix[1]
    if abs(a) >= abs(b):
        return 0 if a >= 0 else 2
    return 1 if b > 0 else 3


def _trace(element: Any, ink: _Ink) -> None:
    """The rules of a path: its straight level and upright lines where it is drawn, thin areas where it is filled; larger ones cover."""
    matrix, left, top = _placed(element)
    lines, is_straight = _lines(element.findtext("{*}AbbreviatedData") or "")
    placed = [
        tuple(coordinate for point in line for coordinate in _point(matrix, *point)) for line in lines
    ]  # x0, y0, x1, y1 of each
    if not placed:
        return
    moved = [(x0 + left, y0 + top, x1 + left, y1 + top) for x0, y0, x1, y1 in placed]
    if element.get("Stroke") != "false" and _colour(element.find("{*}StrokeColor"), (0, 0, 0)) != (255, 255, 255):
        for x0, y0, x1, y1 in moved:
            if abs(x1 - x0) < _THIN / 2 or abs(y1 - y0) < _THIN / 2:
                ink.rules.append((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
    if element.get("Fill") != "true" or not is_straight:
        return
    xs, ys = [x for line in moved for x in line[::2]], [y for line in moved for y in line[1::2]]
    area = (min(xs), min(ys), max(xs), max(ys))
    colour = _colour(element.find("{*}FillColor"), (0, 0, 0))
    if min(area[2] - area[0], area[3] - area[1]) <= _THIN:
        if colour != (255, 255, 255):
            ink.rules.append(area)
    elif area[3] - area[1] > _LEAST_COVER and element.get("Alpha") is None:
        ink.paint(area, colour)


def _lines(path: str) -> tuple[list[tuple[tuple[float, float], tuple[float, float]]], bool]:
    """The straight lines of a path, and whether it has no others."""
    found: list[tuple[tuple[float, float], tuple[float, float]]] = []
    steps = _STEP.findall(path[:1_000_000])
    here = start = (0.0, 0.0)
    is_straight = True
    index = 0
    while index < len(steps):
        command = steps[index]
        count = _COORDINATES.get(command)
        if count is None:
            index += 1
            continue
        values = [length(one) or 0.0 for one in steps[index + 1 : index + 1 + count]]
        index += 1 + count
        if len(values) < count:
            break
        if command in "SM":
            here = start = (values[0], values[1])
        elif command == "C":
            found.append((here, start))
            here = start
        else:
            end = (values[-2], values[-1])
            if command == "L":
                found.append((here, end))
            else:
                is_straight = False
            here = end
    return found, is_straight


def _content(ink: _Ink, box: list[float]) -> PageContent:
    """The page as `pdf.compose` takes it: turned until most of its text reads upright, in points."""
    left, top, width, height = box[:4]
    seen = [glyph for glyph in ink.glyphs if _is_seen(glyph)]
    quarters = Counter(glyph.quarter for glyph in seen)
    quarter = quarters.most_common(1)[0][0] if quarters else 0

    def upright(area: Rectangle) -> Rectangle:
        x0, y0, x1, y1 = area[0] - left, area[1] - top, area[2] - left, area[3] - top
        turned = {
            0: (x0, y0, x1, y1),
            1: (y0, width - x1, y1, width - x0),
            2: (width - x1, height - y1, width - x0, height - y0),
            3: (height - y1, x0, height - y0, x1),
        }[quarter]
        return tuple(side * _POINT for side in turned)  # type: ignore[return-value]

    characters = Characters()
    for glyph in seen:
        x0, y0, x1, y1 = upright(glyph.box)
        characters.text.append(glyph.text)
        characters.x0.append(x0)
        characters.top.append(y0)
        characters.x1.append(x1)
        characters.bottom.append(y1)
    mark_small_digits(characters)
    boxes = np.array([characters.x0, characters.top, characters.x1, characters.bottom], dtype=np.float64).T.reshape(
        -1, 4
    )
    level: list[Segment] = []
    standing: list[Segment] = []
    for rule in ink.rules:
        x0, y0, x1, y1 = upright(rule)
        if x1 - x0 >= y1 - y0:
            level.append(((y0 + y1) / 2, x0, x1))
        else:
            standing.append(((x0 + x1) / 2, y0, y1))
    across, down = (width, height) if quarter % 2 == 0 else (height, width)
    return PageContent(
        width=across * _POINT,
        height=down * _POINT,
        turn=(-90 * quarter) % 360,
        characters=characters,
        boxes=boxes,
        horizontal=snap_and_join(level),
        vertical=snap_and_join(standing),
        faint_horizontal=[],
        faint_vertical=[],
        pictures=[],
        unmapped_count=0,
    )


def _numbers(text: str | None) -> list[float]:
    """The numbers of a list that blanks part; nothing where one of them is none."""
    values = [length(part) for part in (text or "").split()[:100]]
    return [] if None in values else [value for value in values if value is not None]


def _number(text: str | None, default: float) -> float:
    value = length(text)
    return default if value is None else value


def _deltas(text: str | None, most: int) -> list[float]:
    """Steps from character to character; `g 3 2.5` writes three steps of 2.5."""
    parts = (text or "").split()
    steps: list[float] = []
    index = 0
    while index < len(parts) and len(steps) < most:
        if parts[index] == "g" and index + 2 < len(parts):
            count = whole_number(parts[index + 1], MOST_CHARACTERS) or 0
            steps += [length(parts[index + 2]) or 0.0] * min(count, most - len(steps))
            index += 3
        else:
            steps.append(length(parts[index]) or 0.0)
            index += 1
    return steps


def _colour(element: Any, default: tuple[int, ...]) -> tuple[int, ...]:
    """A colour as red, green, blue; `default` where none is given by its value."""
    values = _numbers(element.get("Value")) if element is not None else []
    if len(values) == 1:
        values = values * 3
    return tuple(int(value) for value in values) if len(values) == 3 else default

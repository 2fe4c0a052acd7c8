"""Pictures of pages -> printed pages, by optical recognition.

Belongs here: straightening a picture, finding its ruled lines, recognising the strips of text in each cell and the lines outside
tables. Does not belong here: correcting what was misread (the document's arithmetic does, in `pipeline.proofs`).

The grid comes from the ruled lines in the picture, never from the words. Rules are erased and blank cells skipped before
recognition. The models lie inside the package of the recogniser; nothing is fetched.
"""

from __future__ import annotations

import contextlib
import ctypes
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.readers.characters import fold
from pipeline.readers.printed import Box, Cell, Grid, Line
from pipeline.readers.ruling import Lattice, Room, Segment, collapse, components, lattice, snap_and_join

DOTS_PER_INCH = 200
LONGEST_SIDE = 3600
"""Pixels; larger pages are rendered more coarsely."""
DETECTION_SIDE = 1280
"""Pixels; boxes of text are found on a picture no larger."""
BAND = 400
BAND_OVERLAP = 48
"""The detector sees the picture in bands of so many pixels: its memory stays small on every page."""
WHITE = 240
"""Paper at least so light is left as it is."""
INK = 225
"""What is darker is no speck of white paper."""
FAINTEST = 100
"""The darkest print is made so dark at least: cells whose print is lighter than all thresholds would pass for blank."""
MOST_SKEW = 4.0
SURE = 0.9
"""Mean confidence of lines that surely stand upright; below it the picture is also tried upside down."""
LEAST_CONFIDENCE = 0.5
"""Lines outside tables that are read with less are noise (seals, edges of paper)."""
LEAST_SEAL = 50.0
"""Points: the least height and width of a seal (they are 38 mm and more; the least in use is about 20 mm)."""
THREADS = 1
"""Workers share the cores by document; a fixed number gives the same text on every machine."""
DETECTOR, RECOGNISER = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
"""The models, in the package of the recogniser."""

Picture = np.ndarray[Any, Any]


@lru_cache(maxsize=1)
def _engine() -> Any:
    """The recogniser, loaded once per process."""
    from omegaconf import flag_override
    from rapidocr import RapidOCR

    _return_large_blocks()
    engine = RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Rec.rec_batch_num": 2,
            "Det.limit_side_len": 32,
        }
    )
    for part, model in ((engine.cfg.Det, DETECTOR), (engine.cfg.Rec, RECOGNISER)):
        with flag_override(part, "allow_objects", True):
            part.session = _session(model)
    return engine


def _session(model: str) -> Any:
    """A model loaded so that it holds no more than it needs at the moment: the recogniser's own way does not offer the second of these."""
    import onnxruntime
    import rapidocr

    options = onnxruntime.SessionOptions()
    options.enable_cpu_mem_arena = False
    # the pattern of each shape of picture seen before would be allocated as one block, all buffers side by side
    options.enable_mem_pattern = False
    options.intra_op_num_threads = options.inter_op_num_threads = THREADS
    options.log_severity_level = 4
    path = Path(rapidocr.__file__).parent / "models" / model
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _return_large_blocks() -> None:
    """Let the allocator give large blocks back at once: the models' buffers otherwise pile up to several times their need."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").mallopt(-3, 1 << 20)  # M_MMAP_THRESHOLD


def _return_small_blocks() -> None:
    """Let the allocator give back what lies free between blocks in use, before a model asks for its buffers."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


@dataclass(slots=True)
class _Strip:
    """One line of text in a picture, in pixels."""

    x0: int
    top: int
    x1: int
    bottom: int


def scale_for(width: float, height: float) -> float:
    """Pixels per point at which a page of this size (points) is rendered."""
    return min(DOTS_PER_INCH / 72, LONGEST_SIDE / max(width, height, 1))


def without_seals(colours: Picture, scale: float) -> Picture:
    """The picture (blue, green, red) in grey, red seals as light as the paper under them and what they cover still dark.

    A seal is red and larger than any printed character: red figures (negative amounts) stay as dark as they are.
    """
    import cv2

    grey: Picture = cv2.cvtColor(colours, cv2.COLOR_BGR2GRAY)
    blue, green, red = (colours[:, :, channel] for channel in range(3))
    is_red = ((red > 90) & (cv2.subtract(red, cv2.max(blue, green)) > 40)).astype(np.uint8)
    if is_red.mean() < 0.0005:
        return grey
    reach = max(3, int(2 * scale))
    spread = cv2.dilate(is_red, np.ones((reach, reach), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(spread, connectivity=8)
    for x, y, width, height, _area in stats[1:count].tolist():
        if min(width, height) > LEAST_SEAL * scale:
            part = (slice(y, y + height), slice(x, x + width))
            grey[part] = np.where(is_red[part] > 0, np.maximum(grey[part], red[part]), grey[part])
    return grey


@dataclass(slots=True)
class Recognised:
    """What a picture holds, in points, after it was turned clockwise by `turn` degrees to read upright."""

    grids: list[Grid]
    lines: list[Line]
    turn: int
    width: float
    height: float


def read_picture(
    picture: Picture, scale: float, number: int, left: float = 0.0, top: float = 0.0, *, may_turn: bool = False
) -> Recognised:
    """Grids and lines of a picture (grey, 2-d uint8) whose pixels are 1/`scale` points, its corner at (`left`, `top`)."""
    straight = straighten(darkened(on_white(picture)))
    boxes = _detect(straight)
    turn = 0
    if may_turn:
        straight, boxes, turn = _upright(straight, boxes)
        if turn % 180:
            straight = straighten(straight)
            boxes = _detect(straight)
    horizontal, vertical, mask = find_rules(straight, scale)
    clean = straight.copy()
    clean[mask > 0] = 255
    grids: list[Grid] = []
    for across, down in components(horizontal, vertical, tolerance=4.0):
        found = lattice(across, down, tolerance=4.0)
        if found is None or len(found.rooms) < 4:
            continue
        grid = _read_grid(found, clean, scale, number, left, top)
        if grid is not None:
            grids.append(grid)
            x0, y0, x1, y1 = (edge * scale for edge in found.box)
            boxes = [b for b in boxes if not (x0 < (b.x0 + b.x1) / 2 < x1 and y0 < (b.top + b.bottom) / 2 < y1)]
    lines = _read_lines(straight, boxes, scale, number, left, top)
    return Recognised(grids, lines, turn, straight.shape[1] / scale, straight.shape[0] / scale)


def on_white(picture: Picture) -> Picture:
    """The picture with its paper made white, where it is grey or shaded: ink is told from paper by how dark it is."""
    import cv2

    if np.median(picture) > WHITE:
        return picture
    height, width = picture.shape
    small = cv2.resize(picture, (max(width // 8, 1), max(height // 8, 1)), interpolation=cv2.INTER_AREA)
    # the lightest around each place is paper, however much is printed there
    paper = cv2.GaussianBlur(cv2.dilate(small, np.ones((13, 13), np.uint8)), (0, 0), 6)
    paper = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    whitened: Picture = cv2.divide(picture, np.maximum(paper, 60), scale=255)
    return whitened


def darkened(picture: Picture) -> Picture:
    """The picture (on white) with its print made dark, where it is faint."""
    darkest = float(np.percentile(picture, 0.5))
    if not FAINTEST < darkest < INK:
        return picture
    factor = (255 - FAINTEST) / (255 - darkest)
    return np.clip(255 - (255 - picture.astype(np.float32)) * factor, 0, 255).astype(np.uint8)


def _detect(picture: Picture) -> list[_Strip]:
    """Boxes of text in pixels, found on a coarser copy: detection needs no more, and its memory grows with the picture."""
    import cv2

    factor = min(1.0, DETECTION_SIDE / max(picture.shape))
    small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) if factor < 1 else picture
    result: list[_Strip] = []
    _return_small_blocks()
    for first in range(0, small.shape[0], BAND):
        # bands overlap by more than a line; a line belongs to the band that holds its middle
        begin, end = max(first - BAND_OVERLAP, 0), min(first + BAND + BAND_OVERLAP, small.shape[0])
        output = _engine()._load_det_model()(cv2.cvtColor(small[begin:end], cv2.COLOR_GRAY2BGR))
        for corners in output.boxes if output.boxes is not None else []:
            xs, ys = corners[:, 0] / factor, (corners[:, 1] + begin) / factor
            if first <= float(ys.mean()) * factor < first + BAND:
                top, bottom = max(int(ys.min()), 0), min(int(ys.max()) + 1, picture.shape[0])
                result.append(_Strip(max(int(xs.min()), 0), top, int(xs.max()) + 1, bottom))
    return result


def _lies_on_its_side(boxes: list[_Strip]) -> bool:
    tall = sum(1 for box in boxes if box.bottom - box.top > 1.8 * (box.x1 - box.x0))
    wide = sum(1 for box in boxes if box.x1 - box.x0 > 1.8 * (box.bottom - box.top))
    return tall >= 4 and tall > 2 * wide


def _upright(picture: Picture, boxes: list[_Strip]) -> tuple[Picture, list[_Strip], int]:
    """The picture turned the way in which the recogniser is surest of a sample of its lines, and by how many degrees."""
    import cv2

    turns: list[tuple[int | None, int]]
    if _lies_on_its_side(boxes):
        turns = [(cv2.ROTATE_90_CLOCKWISE, 90), (cv2.ROTATE_90_COUNTERCLOCKWISE, 270)]
    elif _sureness(picture, boxes) >= SURE:
        return picture, boxes, 0
    else:
        turns = [(None, 0), (cv2.ROTATE_180, 180)]
    best: tuple[float, Picture, list[_Strip], int] = (-1.0, picture, boxes, 0)
    for way, degrees in turns:
        turned = picture if way is None else np.asarray(cv2.rotate(picture, way))
        found = boxes if way is None else _detect(turned)
        if (sureness := _sureness(turned, found)) > best[0]:
            best = (sureness, turned, found, degrees)
    return best[1], best[2], best[3]


def _sureness(picture: Picture, boxes: list[_Strip]) -> float:
    """Mean confidence with which a sample of the lines is recognised: that of the longer ones, which hold words."""
    longer = sorted(boxes, key=lambda box: box.x0 - box.x1)[: max(12, len(boxes) // 2)]
    sample = longer[:: max(1, len(longer) // 12)][:12]
    return float(np.mean([score for _, score in recognise([_crop(picture, box) for box in sample])])) if sample else 0.0


def straighten(picture: Picture) -> Picture:
    """The picture turned by the angle at which its lines of text and rules stand level."""
    import cv2

    height, width = picture.shape
    factor = 900 / max(height, width)
    small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) if factor < 1 else picture
    # as dark as it is: thin rules and faint print are light on so small a picture
    ink = np.clip(INK - small.astype(np.float32), 0, None) / 255
    if ink.sum() < 50:
        return picture

    def sharpness(angle: float) -> float:
        rows, columns = ink.shape
        turn = cv2.getRotationMatrix2D((columns / 2, rows / 2), angle, 1)
        profile = cv2.warpAffine(ink, turn, (columns, rows), flags=cv2.INTER_LINEAR).sum(axis=1)
        return float(np.square(np.diff(profile)).sum())

    best = max(np.arange(-MOST_SKEW, MOST_SKEW + 0.1, 0.25), key=sharpness)
    best = max(np.arange(best - 0.25, best + 0.26, 0.05), key=sharpness)
    if abs(best) < 0.04:
        return picture
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(best), 1)
    result: Picture = cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_LINEAR, borderValue=255)
    return result


def find_rules(picture: Picture, scale: float) -> tuple[list[Segment], list[Segment], Picture]:
    """Horizontal and vertical rules in points, and the mask of their pixels."""
    import cv2

    ink = cv2.adaptiveThreshold(picture, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 12)
    dark = cv2.bitwise_and(ink, (picture < 215).astype(np.uint8) * 255)
    across = _long_runs(dark, int(30 * scale), horizontal=True)
    down = _long_runs(dark, int(15 * scale), horizontal=False)
    horizontal = _segments(across, dark, scale, horizontal=True)
    vertical = _anchored(_segments(down, dark, scale, horizontal=False), horizontal)
    horizontal = _anchored(horizontal, vertical)
    # strokes of large characters are as long as short rules; only what belongs to a frame is erased
    mask = np.zeros_like(dark)
    kept_h: list[Segment] = []
    kept_v: list[Segment] = []
    for rows, columns in components(horizontal, vertical, tolerance=4.0):
        if rows and columns and len(rows) + len(columns) >= 4:
            kept_h += rows
            kept_v += columns
    thick = max(2, round(0.9 * scale))
    for y, x0, x1 in kept_h:
        band = slice(max(int((y - 2.5) * scale), 0), int((y + 2.5) * scale) + 1)
        run = slice(max(int(x0 * scale) - thick, 0), int(x1 * scale) + thick)
        mask[band, run] = cv2.bitwise_or(mask[band, run], across[band, run])
    for x, y0, y1 in kept_v:
        band = slice(max(int((x - 2.5) * scale), 0), int((x + 2.5) * scale) + 1)
        run = slice(max(int(y0 * scale) - thick, 0), int(y1 * scale) + thick)
        mask[run, band] = cv2.bitwise_or(mask[run, band], down[run, band])
    mask = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    return snap_and_join(kept_h, join=6), snap_and_join(kept_v, join=6), mask


def _long_runs(ink: Picture, length: int, *, horizontal: bool) -> Picture:
    import cv2

    along = (max(length, 3), 1) if horizontal else (1, max(length, 3))
    bridge = (5, 1) if horizontal else (1, 3)
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_RECT, bridge))
    result: Picture = cv2.morphologyEx(closed, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, along))
    return result


def _anchored(segments: list[Segment], others: list[Segment]) -> list[Segment]:
    """Rules that end on rules of the other direction, and long ones; short ones that do not are strokes of characters."""
    result = []
    for position, start, end in segments:
        crossing = [at for at, first, last in others if first - 4 <= position <= last + 4]
        if end - start > 90 or all(any(abs(at - side) < 4 for at in crossing) for side in (start, end)):
            result.append((position, start, end))
    return result


def _segments(runs: Picture, dark: Picture, scale: float, *, horizontal: bool) -> list[Segment]:
    import cv2

    # a rule that is not quite level is several runs one pixel apart
    joined = cv2.dilate(runs, np.ones((3, 3), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    result: list[Segment] = []
    for x, y, width, height, area in stats[1:count].tolist():
        length, thickness = (width, area / max(width, 1)) if horizontal else (height, area / max(height, 1))
        if thickness > 5 * scale or thickness > 0.5 * length:
            continue
        # strokes of characters above one another make a run only where the gaps between them were bridged
        inked = dark[y : y + height, x : x + width].any(axis=0 if horizontal else 1).mean()
        if inked < 0.9:
            continue
        if horizontal:
            result.append(((y + height / 2) / scale, x / scale, (x + width) / scale))
        else:
            result.append(((x + width / 2) / scale, y / scale, (y + height) / scale))
    return snap_and_join(result, join=6)


def _read_grid(found: Lattice, clean: Picture, scale: float, number: int, left: float, top: float) -> Grid | None:
    strips: list[list[_Strip]] = [_strips(clean, found, room, scale) for room in found.rooms]
    grid, renamed = collapse(found, [bool(entry) for entry in strips])
    crops: list[Picture] = []
    homes: list[int] = []
    first_x: dict[int, float] = {}
    for old, new in enumerate(renamed):
        if new < 0:
            continue
        for strip in strips[old]:
            crops.append(_crop(clean, strip))
            homes.append(new)
            first_x.setdefault(new, round(strip.x0 / scale + left, 2))
    if not crops:
        return None
    texts: list[list[tuple[str, float]]] = [[] for _ in grid.rooms]
    for home, (text, score) in zip(homes, recognise(crops), strict=True):
        texts[home].append((text, score))
    cells = []
    for index, room in enumerate(grid.rooms):
        x0, y0 = grid.xs[room.column] + left, grid.ys[room.row] + top
        x1, y1 = grid.xs[room.column + room.column_span] + left, grid.ys[room.row + room.row_span] + top
        read = [(text, score) for text, score in texts[index] if text]
        text, doubt = repair_number("\n".join(text for text, _ in read))
        confidence = min((score for _, score in read), default=None)
        if confidence is not None:
            confidence = round(min(confidence, 0.5) if doubt else confidence, 4)
        box = Box(round(x0, 2), round(y0, 2), round(x1, 2), round(y1, 2))
        cells.append(
            Cell(room.row, room.column, text, room.row_span, room.column_span, box, first_x.get(index), confidence)
        )
    _settle_thousands(cells)
    cells.sort(key=lambda cell: (cell.row, cell.column))
    x0, y0, x1, y1 = grid.box
    return Grid(
        number,
        len(grid.ys) - 1,
        len(grid.xs) - 1,
        cells,
        "ocr",
        Box(round(x0 + left, 2), round(y0 + top, 2), round(x1 + left, 2), round(y1 + top, 2)),
        tuple(round(x + left, 2) for x in grid.xs),
    )


def _strips(clean: Picture, found: Lattice, room: Room, scale: float) -> list[_Strip]:
    """The lines of text in a room, from top to bottom; none where it is blank but for specks."""
    import cv2

    inset = max(1, round(0.6 * scale))
    x0 = int(found.xs[room.column] * scale) + inset
    y0 = int(found.ys[room.row] * scale) + inset
    x1 = int(found.xs[room.column + room.column_span] * scale) - inset
    y1 = int(found.ys[room.row + room.row_span] * scale) - inset
    if x1 - x0 < 4 or y1 - y0 < 4:
        return []
    ink = (clean[y0:y1, x0:x1] < 170).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    speck = max(4, int(1.2 * scale * scale))
    for label in range(1, count):
        lone_low = stats[label, cv2.CC_STAT_HEIGHT] < 1.2 * scale and stats[label, cv2.CC_STAT_WIDTH] < 1.2 * scale
        at_edge = stats[label, cv2.CC_STAT_TOP] < 2 or stats[label, cv2.CC_STAT_LEFT] < 2
        if (stats[label, cv2.CC_STAT_AREA] < speck // 2 and lone_low and at_edge) or stats[label, cv2.CC_STAT_AREA] < 3:
            ink[labels == label] = 0
    if ink.sum() < speck:
        return []
    filled = ink.sum(axis=1) > 0
    runs = _runs(filled, gap=max(1, round(0.5 * scale)))
    least = 3.0 * scale
    strips: list[_Strip] = []
    for first, last in _joined(runs, least):
        columns = np.nonzero(ink[first:last].sum(axis=0))[0]
        if not len(columns) or (last - first < 1.5 * scale and columns[-1] - columns[0] < 1.5 * scale):
            continue
        strips.append(_Strip(x0 + int(columns[0]), y0 + first, x0 + int(columns[-1]) + 1, y0 + last))
    return strips


def _runs(filled: np.ndarray[Any, Any], gap: int) -> list[tuple[int, int]]:
    places = np.nonzero(filled)[0].tolist()
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and place - runs[-1][1] < gap:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return runs


def _joined(runs: list[tuple[int, int]], least: float) -> list[tuple[int, int]]:
    """Runs of rows with pieces too low for a line (the dots and strokes of characters) joined to their nearer neighbour."""
    result = list(runs)
    while len(result) > 1:
        index = min(range(len(result)), key=lambda place: result[place][1] - result[place][0])
        if result[index][1] - result[index][0] >= least:
            break
        before = result[index][0] - result[index - 1][1] if index else float("inf")
        after = result[index + 1][0] - result[index][1] if index + 1 < len(result) else float("inf")
        other = index - 1 if before <= after else index + 1
        low, high = min(index, other), max(index, other)
        result[low : high + 1] = [(result[low][0], result[high][1])]
    return result


def _crop(picture: Picture, strip: _Strip) -> Picture:
    """The strip with white space around it, in three channels as the recogniser wants it."""
    import cv2

    crop = picture[strip.top : strip.bottom, strip.x0 : strip.x1]
    margin = max(3, (strip.bottom - strip.top) // 6)
    crop = cv2.copyMakeBorder(crop, margin, margin, 2 * margin, 2 * margin, cv2.BORDER_CONSTANT, value=255)
    return np.asarray(cv2.cvtColor(crop, cv2.COLOR_GRAY2BGR))


def recognise(crops: list[Picture]) -> list[tuple[str, float]]:
    """Text and confidence of each strip. Wide strips are recognised in pieces cut where they are blank, and stitched."""
    from rapidocr.ch_ppocr_rec import TextRecInput

    pieces: list[Picture] = []
    owners: list[int] = []
    for index, crop in enumerate(crops):
        for piece in _pieces(crop):
            pieces.append(piece)
            owners.append(index)
    _return_small_blocks()
    output = _engine()._load_rec_model()(TextRecInput(img=pieces))
    texts: list[list[str]] = [[] for _ in crops]
    scores: list[list[float]] = [[] for _ in crops]
    for owner, text, score in zip(owners, output.txts or (), output.scores, strict=True):
        texts[owner].append(repair_words(fold(text).strip()))
        if text.strip():
            scores[owner].append(float(score))
    return [(" ".join(filter(None, parts)), min(own, default=0.0)) for parts, own in zip(texts, scores, strict=True)]


def repair_words(text: str) -> str:
    """A recognised text without misreadings that no document prints: 拔款, and numberings whose 一 was lost or whose 十 is another sign."""
    if text.startswith("、"):
        return "一" + text
    return _MISREAD_TEN.sub("十", text).replace("拔款", "拨款")


_MISREAD_TEN = re.compile(r"^[上士土干千+†](?=[一二三四五六七八九]?、)")


def _pieces(crop: Picture) -> list[Picture]:
    """A strip cut at wide blanks, so that no piece is squeezed by the recogniser."""
    height, width = crop.shape[:2]
    if width < 18 * height:
        return [crop]
    blank = (crop[:, :, 0] < 170).sum(axis=0) == 0
    runs = _runs(~blank, gap=max(2, int(1.2 * height)))
    margin = height // 3
    return [crop[:, max(first - margin, 0) : last + margin] for first, last in runs] or [crop]


_SEPARATED = re.compile(r"[-－—–]?\d{1,3}(?:[.,]\d{3})+[.,]\d{1,2}%?|[-－—–]?\d{1,3}(?:[.,]\d{3}){2,}")
_ALMOST_NUMBER = re.compile(r"[-－—–]?[\dOoQlI|SB.,]{2,}%?")
_LOOKALIKE = str.maketrans({"O": "0", "o": "0", "Q": "0", "l": "1", "I": "1", "|": "1", "S": "5", "B": "8"})


def repair_number(text: str) -> tuple[str, bool]:
    """A recognised amount with its separators put right, and whether digits had to be guessed (then it is doubtful).

    Recognisers take commas for points; the places of the separators say which are which. Digits are only replaced where letters
    stand among them.
    """
    flat = text.replace(" ", "").replace("，", ",").replace("．", ".").replace("。", ".").replace("\n", "")
    doubt = False
    if _ALMOST_NUMBER.fullmatch(flat) and re.search(r"\d", flat) and not re.fullmatch(r"[-－—–]?[\d.,]+%?", flat):
        if not re.search(r"[.,]\d", flat):
            return text, False  # codes of catalogues mix letters and digits
        flat, doubt = flat.translate(_LOOKALIKE), True
    if not re.fullmatch(r"[-－—–]?[\d.,]+%?", flat):
        return text, False
    if _SEPARATED.fullmatch(flat):
        places = [match.start() for match in re.finditer(r"[.,]", flat)]
        tail = len(flat.rstrip("%")) - places[-1] - 1
        characters = list(flat)
        for place in places:
            characters[place] = ","
        if tail < 3:
            characters[places[-1]] = "."
        flat = "".join(characters)
    return flat, doubt


def _settle_thousands(cells: list[Cell]) -> None:
    """Read `82.800` as 82,800 where the table has thousands separators and no amount with three decimals; marked doubtful."""
    if not any(_GROUPED.fullmatch(cell.text) for cell in cells) or any(
        _THREE_DECIMALS.fullmatch(c.text) for c in cells
    ):
        return
    for cell in cells:
        if _AMBIGUOUS.fullmatch(cell.text):
            cell.text = cell.text.replace(".", ",")
            cell.confidence = min(cell.confidence or 0.0, 0.6)


_GROUPED = re.compile(r"[-－—–]?\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?")
_THREE_DECIMALS = re.compile(r"[-－—–]?(?:\d{1,3}(?:,\d{3})+|\d{4,}|0)\.\d{3}")
_AMBIGUOUS = re.compile(r"[-－—–]?[1-9]\d{0,2}\.\d{3}")


def _read_lines(
    picture: Picture, boxes: list[_Strip], scale: float, number: int, left: float, top: float
) -> list[Line]:
    """Lines of text outside tables, from the boxes of the detector."""
    boxes = [box for box in boxes if box.x1 - box.x0 > 3 and box.bottom - box.top > 3]
    if not boxes:
        return []
    found: list[tuple[float, float, float, float, str, float]] = []
    for box, (text, score) in zip(boxes, recognise([_crop(picture, box) for box in boxes]), strict=True):
        if score >= LEAST_CONFIDENCE and text.strip():
            found.append((box.x0 / scale, box.top / scale, box.x1 / scale, box.bottom / scale, text.strip(), score))
    found.sort(key=lambda item: (item[1] + item[3]) / 2)
    rows: list[list[tuple[float, float, float, float, str, float]]] = []
    for item in found:
        middle = (item[1] + item[3]) / 2
        if rows and middle - (rows[-1][-1][1] + rows[-1][-1][3]) / 2 < 0.4 * (item[3] - item[1]):
            rows[-1].append(item)
        else:
            rows.append([item])
    margin = min((item[0] for item in found), default=0.0)
    edge = max((item[2] for item in found), default=0.0)
    result: list[Line] = []
    before_end = edge
    for row in rows:
        row.sort()
        x0, y0 = row[0][0], min(item[1] for item in row)
        x1, y1 = max(item[2] for item in row), max(item[3] for item in row)
        size = y1 - y0
        text = row[0][4]
        for one, other in pairwise(row):
            text += ("  " if other[0] - one[2] > size else "") + other[4]
        starts = x0 > margin + 1.2 * size or before_end < edge - 2.5 * size
        place = Box(round(x0 + left, 2), round(y0 + top, 2), round(x1 + left, 2), round(y1 + top, 2))
        result.append(Line(number, text, place, round(size, 1), starts, None, round(min(i[5] for i in row), 4)))
        before_end = x1
    return result

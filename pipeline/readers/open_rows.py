"""Rows of a table without rules between them: the lines of print that stand beside one amount.

Belongs here: cells of the body, names of several lines among them. Does not belong here: the header (`open_header`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import pairwise

from pipeline.readers.open_columns import Column, numbers_columns
from pipeline.readers.open_header import Span
from pipeline.readers.words import LINE_GAP, Word, WordLine, joined_words

NUMBERED = re.compile(r"(?:[一二三四五六七八九十]+、|[(（][一二三四五六七八九十]+[)）]|\d+[、.])")


RowCell = tuple[int, int, Word]
"""First and last column, and what is printed there."""


def body_rows(words: list[Word], columns: list[Column], edges: list[float], walls: list[float]) -> list[list[RowCell]]:
    """Rows of the body: between two rules where they part the rows, else what stands beside one amount or code."""
    bands: dict[int, list[Word]] = {}
    for word in words:
        bands.setdefault(bisect_right(walls, word.middle), []).append(word)
    firm = [index for index, column in enumerate(columns) if column.is_numeric or column.holds_codes]
    rows: list[list[RowCell]] = []
    for _, band in sorted(bands.items()):
        rows += [_row_cells(part, edges) for part in _parted_rows(band, edges, firm, len(walls) > 4)]
    return rows


def _place(word: Word, edges: list[float]) -> tuple[int, int]:
    last = len(edges) - 2
    first = min(max(bisect_right(edges, word.x0 + 1) - 1, 0), last)
    return first, min(max(bisect_right(edges, word.x1 - 1) - 1, first), last)


def _row_cells(words: list[Word], edges: list[float]) -> list[RowCell]:
    cells: list[RowCell] = []
    ordered = sorted(words, key=lambda word: (word.x0, word.top))
    in_middle = numbers_columns(WordLine(ordered))
    for position, word in enumerate(ordered):
        first, last = _place(word, edges)
        if in_middle:
            # Each number has a column of its own, though a column of short codes may reach less far than its header.
            after = cells[-1][1] + 1 if cells else 0
            before = len(edges) - 1 - (len(ordered) - position)
            first = last = max(min(max(bisect_right(edges, word.centre) - 1, after), before), 0)
        if cells and first <= cells[-1][1]:
            cells[-1] = (cells[-1][0], max(cells[-1][1], last), joined_words([cells[-1][2], word]))
        else:
            cells.append((first, last, word))
    return cells


def _parted_rows(words: list[Word], edges: list[float], firm: list[int], is_banded: bool) -> list[list[Word]]:
    """The rows of one band: one where no column holds two amounts or codes one below the other."""
    words = _with_rests(words)
    anchors: list[list[Word]] = []
    for word in sorted((w for w in words if _place(w, edges)[0] in firm), key=lambda word: word.middle):
        if anchors and word.middle - anchors[-1][0].middle < 0.5 * word.height:
            anchors[-1].append(word)
        else:
            anchors.append([word])
    taken = {id(word) for anchor in anchors for word in anchor}
    others = [word for word in words if id(word) not in taken]
    if len(anchors) <= 1 and is_banded:
        return [words]
    rows: list[tuple[float, list[Word]]] = [(anchor[0].middle, list(anchor)) for anchor in anchors]
    alone: list[list[Word]] = []
    for block in _text_blocks(others, edges, [middle for middle, _ in rows]):
        top, bottom = min(w.top for w in block), max(w.bottom for w in block)
        middle = (top + bottom) / 2
        beside = [row for row in rows if top < row[0] < bottom]
        if len(beside) > 1:
            near = min(beside, key=lambda row: abs(row[0] - middle))
            beside = [near]
        if beside:
            beside[0][1].extend(block)
        else:
            alone.append(block)
    groups: list[list[Word]] = []
    for block in sorted(alone, key=lambda block: min(w.top for w in block)):
        middle = (min(w.top for w in block) + max(w.bottom for w in block)) / 2
        if groups and middle < max(w.bottom for w in groups[-1]):
            groups[-1].extend(block)
        else:
            groups.append(list(block))
    rows += [((min(w.top for w in g) + max(w.bottom for w in g)) / 2, g) for g in groups]
    return [row for _, row in sorted(rows, key=lambda row: row[0])]


def _with_rests(words: list[Word]) -> list[Word]:
    """Amounts and codes too wide for their column joined with their last digits, which stand on the next line."""
    result: list[Word] = []
    for word in sorted(words, key=lambda word: word.middle):
        for index, upper in enumerate(result):
            is_rest = word.text.isdigit() and len(word.text) <= 2 and word.middle > upper.middle
            is_cut = re.search(r"\d\.\d?$", upper.text) and abs(upper.x1 - word.x1) < 1.5
            is_code = re.fullmatch(r"\d{5,}", upper.text) and abs(upper.x0 - word.x0) < 1.5
            if is_rest and (is_cut or is_code) and word.top - upper.bottom < LINE_GAP * upper.height:
                result[index] = joined_words([upper, word])
                break
        else:
            result.append(word)
    return result


def _text_blocks(words: list[Word], edges: list[float], anchors: list[float]) -> list[list[Word]]:
    """Words of one cell: those on one line of a column, and the lines close below one another."""
    blocks: list[list[Word]] = []
    by_column: dict[int, list[Word]] = {}
    for word in words:
        by_column.setdefault(_place(word, edges)[0], []).append(word)

    def on_anchor(word: Word) -> bool:
        return any(abs(word.middle - anchor) < 0.25 * word.height for anchor in anchors)

    for _, column in sorted(by_column.items()):
        own: list[list[Word]] = []
        for word in sorted(column, key=lambda word: (word.middle, word.x0)):
            last = own[-1][-1] if own else None
            if (last is not None and word.middle - last.middle < 0.5 * word.height) or (
                last is not None
                and word.top - last.bottom < LINE_GAP * word.height
                and not (on_anchor(word) and any(on_anchor(w) for w in own[-1]))
                and not NUMBERED.match(word.text)
            ):
                own[-1].append(word)
            else:
                own.append([word])
        blocks += own
    return blocks


def row_bounds(spans: list[Span], rows: list[list[RowCell]], walls: list[float]) -> list[float]:
    """Upper edges of the rows, header first, and the lower edge of the last."""
    extents: list[tuple[float, float]] = []
    for level in sorted({span[0] for span in spans}):
        own = [span[4] for span in spans if span[0] == level]
        extents.append((min(word.top for word in own), min(word.bottom for word in own)))
    for row in rows:
        extents.append((min(cell[2].top for cell in row), max(cell[2].bottom for cell in row)))
    bounds = [extents[0][0] - 1]
    for upper, lower in pairwise(extents):
        bounds.append(max((upper[1] + lower[0]) / 2, bounds[-1] + 0.5))
    bounds.append(max(extents[-1][1] + 1, bounds[-1] + 0.5))
    return bounds

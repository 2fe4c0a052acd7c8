"""Markdown and plain text -> printed lines and grids.

Belongs here: headings, paragraphs, tables of text files (tab-separated, with pipes, in columns of blanks). Does not belong here: what the tables mean.

A text file has no pages. A blank line inside a table is where a page of the original ended: the rows after it are a second
grid. Cells stand at the index at which they are written; a blank one is a cell without text, never a span, because the
text does not say what was merged.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from pipeline.readers.characters import fold
from pipeline.readers.printed import Cell, Grid, Line, Page, PrintedDocument, Unreadable
from pipeline.readers.raised import raised
from pipeline.readers.signs import MINUS, TRIANGLES

MOST_CHARACTERS = 20_000_000
MOST_COLUMNS = 200

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_PARAGRAPH_MARK = re.compile(r"</p>\s*<p>|<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"</?(?:p|b|i|u|strong|em|span|font|div|sup|sub)\b[^<>]*>", re.IGNORECASE)
_RAISED = re.compile(r"<su([pb])\b[^<>]*>([^<>]*)</su[pb]>", re.IGNORECASE)
_EMPHASIS = re.compile(r"\*\*(.+?)\*\*|__(.+?)__")
_LIST_ITEM = re.compile(
    r"^\s*(?:[-*+]\s+|\d{1,3}[.)、．]\s*|[（(][一二三四五六七八九十\d]+[)）]|[一二三四五六七八九十]+、)"
)
_DASHES = re.compile(r"^:?-{2,}:?$")
_PIPE_ROW = re.compile(r"^\s*\|.*\|\s*$")
_PIPE_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")


def decode(data: bytes) -> str:
    """Text of `data`. Raises Unreadable('unknown_format') where the bytes are text in no usual encoding."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError as error:
            raise Unreadable(
                "unknown_format",
                f"the bytes are neither UTF-8 nor GB 18030 text ({error.reason})",
            ) from error
    controls = sum(1 for character in text[:20_000] if ord(character) < 32 and character not in "\t\n\r\f\v")
    if controls > len(text[:20_000]) // 200:
        raise Unreadable("unknown_format", "the bytes are neither a known document nor text")
    return text


def is_comma_separated(text: str) -> bool:
    """Whether nearly all lines are as many fields parted by commas: a workbook saved without its cells."""
    try:
        counts = Counter(len(fields) for fields in csv.reader(text.splitlines()) if any(fields))
    except csv.Error:
        return False
    fields, lines = max(counts.items(), key=lambda item: item[1], default=(0, 0))
    return fields >= 3 and lines >= 3 and lines >= 0.8 * counts.total()


def read(data: bytes) -> PrintedDocument:
    """Read Markdown or plain text. Raises Unreadable (unknown_format, limit_exceeded)."""
    text = decode(data)
    if len(text) > MOST_CHARACTERS:
        raise Unreadable("limit_exceeded", f"{len(text)} characters of text")
    if is_comma_separated(text):
        raise Unreadable(
            "unknown_format", "comma-separated values, whose merged cells are lost; save the workbook as .xlsx"
        )
    source = _joined_quotes(fold(text).replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    blocks: list[Line | Grid] = []
    rows: list[list[str]] = []
    starts = True

    def close_table() -> None:
        if rows:
            blocks.append(_grid(rows))
            rows.clear()

    tables = _blank_columns(source)
    for index, raw in enumerate(source):
        line = raw.replace("\f", "")
        if index in tables:
            if tables[index].starts:
                close_table()
            rows.append([_clean(cell) for cell in tables[index].cells])
            starts = True
            continue
        if "\t" in line.strip(" "):
            cells = line.split("\t")
            if not all(_DASHES.match(cell.strip()) or not cell.strip() for cell in cells) or not line.strip():
                rows.append([_clean(cell) for cell in cells])
            starts = True
            continue
        is_rule = bool(_PIPE_RULE.match(line)) and "|" in line
        if _PIPE_ROW.match(line) or (is_rule and rows):
            if not is_rule:
                rows.append([_clean(cell) for cell in re.split(r"(?<!\\)\|", line.strip()[1:-1])])
            starts = True
            continue
        close_table()
        if not line.strip():
            starts = True
            continue
        heading = _HEADING.match(line)
        if heading:
            blocks.append(
                Line(
                    1,
                    _clean(heading[2]),
                    starts_paragraph=True,
                    heading_level=len(heading[1]),
                )
            )
            starts = True
            continue
        following = source[index + 1] if index + 1 < len(source) else ""
        text_line = _clean(line)
        if text_line:
            blocks.append(
                Line(
                    1,
                    text_line,
                    starts_paragraph=starts or bool(_LIST_ITEM.match(line)),
                )
            )
            starts = False
        if not following.strip():
            starts = True
    close_table()
    return PrintedDocument(format="text", pages=[Page(1, blocks, "text")], page_count=None)


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a table that is set with blanks: its cells, and whether the table starts with it."""

    cells: list[str]
    starts: bool


def _blank_columns(source: list[str]) -> dict[int, _Row]:
    """Rows, by line, of tables whose columns stand apart by blanks alone, as programs write them that take text out of pages.

    Believed only where lines end in numbers, three of them or under a header, and the same places are blank in all of them.
    """
    rows: dict[int, _Row] = {}
    index = 0
    while index < len(source):
        end = index
        while end < len(source) and _fields(source[end]):
            end += 1
        for first, last, cuts in _tables_in(source, index, end):
            for line in range(first, last):
                rows[line] = _Row(_cut(source[line], cuts), line == first)
        index = max(end, index + 1)
    return rows


def _tables_in(source: list[str], begin: int, end: int) -> Iterator[tuple[int, int, list[int]]]:
    """Tables among consecutive lines: first line, line after the last, and the places at which lines are cut."""
    body = [
        line for line in range(begin, end) if len(fields := _fields(source[line])) > 1 and _NUMBER.match(fields[-1])
    ]
    if not body:
        return
    numbers = [[field for field in _fields(source[line]) if _NUMBER.match(field)] for line in body]
    pages = [found[0] for found in numbers if len(found) == 1 and re.fullmatch(r"\d{1,3}", found[0])]
    if len(pages) == len(body) and sorted(set(pages), key=int) == pages:
        return  # a table of contents
    first, last = body[0], body[-1] + 1
    while first > begin and len(_fields(source[first - 1])) > 1:
        first -= 1
    if len(body) < 3 and (sum(map(len, numbers)) < 4 or first == body[0]):
        return
    cuts = _cuts([_spread(source[line]) for line in body], [_spread(source[line]) for line in range(first, body[0])])
    if not cuts:
        return
    for line in range(first, last):
        text = _spread(source[line])
        if len(_fields(source[line])) == 1 and any(text[at : at + 1].strip() for at in cuts):
            return  # a sentence among the lines: these are no rows of one table
    yield first, last, cuts


def _cuts(body: list[str], header: list[str]) -> list[int]:
    """Places between columns: blank in all lines of the body, and of those the ones that cut the fewest texts of the header."""
    width = max(len(text) for text in body)
    free = [all(len(text) <= at or text[at].isspace() for text in body) for at in range(width)]
    cuts: list[int] = []
    for is_free, run in groupby(range(width), key=lambda at: free[at]):
        places = list(run)
        if is_free and len(places) > 1 and places[0] > 0:
            crossed = {at: sum(bool(text[at - 1 : at + 1].strip()) for text in header) for at in places[1:]}
            cuts.append(min(reversed(places[1:]), key=lambda at: crossed[at]))
    return cuts


def _fields(line: str) -> list[str]:
    """Texts of a line that two blanks or more keep apart; none where the line is of another kind of table."""
    if "\t" in line or _PIPE_ROW.match(line):
        return []
    return [part for part in re.split(r" {2,}|\u3000{2,}", line.strip()) if part]


def _spread(line: str) -> str:
    """The line with every wide character followed by a mark, so that a place in it is a place on the page."""
    return "".join(c if c.isascii() else ("  " if c == "\u3000" else c + _WIDE) for c in line)


def _cut(line: str, cuts: list[int]) -> list[str]:
    text = _spread(line)
    places = [0]
    for at in cuts:
        # A text over several columns stands whole in the first of them.
        place = max(at, places[-1])
        while place < len(text) and not text[place - 1].isspace():
            place += 1
        places.append(place)
    return [text[first:last].replace(_WIDE, "") for first, last in pairwise([*places, max(len(text), places[-1])])]


_WIDE = "\x00"
_NUMBER = re.compile(rf"[{MINUS}{TRIANGLES}(]?[\d,]+(?:\.\d+)?[)%]?$")


def _clean(text: str) -> str:
    """One cell or line without the markup that conversion left in it; paragraph marks inside a cell become line breaks."""
    stripped = text.strip(" \u3000")
    if len(stripped) > 1 and stripped[0] == stripped[-1] == '"' and '"' not in stripped[1:-1]:
        stripped = stripped[1:-1]
    stripped = _RAISED.sub(lambda match: raised(match[2], stripped[: match.start()], match[1] == "b"), stripped)
    stripped = _PARAGRAPH_MARK.sub("\n", stripped)
    stripped = _TAG.sub("", stripped)
    stripped = _EMPHASIS.sub(lambda match: match[1] or match[2], stripped)
    return "\n".join(part.strip(" \u3000") for part in stripped.split("\n")).strip("\n")


def _joined_quotes(source: list[str]) -> list[str]:
    """Lines with those joined that a quoted cell of a tab-separated row runs over."""
    result: list[str] = []
    index = 0
    while index < len(source):
        line = source[index]
        if "\t" in line and line.split("\t")[-1].count('"') == 1 and line.split("\t")[-1].lstrip().startswith('"'):
            for end in range(index + 1, min(index + 20, len(source))):
                if '"' in source[end]:
                    line = "<br>".join([line, *source[index + 1 : end + 1]])
                    index = end
                    break
        result.append(line)
        index += 1
    return result


def _grid(rows: list[list[str]]) -> Grid:
    columns = min(max(len(row) for row in rows), MOST_COLUMNS)
    cells = [
        Cell(index, column, row[column] if column < len(row) else "")
        for index, row in enumerate(rows)
        for column in range(columns)
    ]
    return Grid(1, len(rows), columns, cells, "text")

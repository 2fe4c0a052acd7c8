"""Texts of a printed document within a length that patterns can be matched against: one run of a character must not take minutes.

Belongs here: the bound, and what becomes of longer texts. Does not belong here: bounds of numbers (`quantity`), of files and pages (the readers).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from pipeline.readers.printed import Grid, Line, PrintedDocument, Unread

MOST_CHARACTERS = 4_000
"""Of one line or cell: several pages of print."""
_END = re.compile(r"[。；;！？\s]")


def bounded(document: PrintedDocument) -> PrintedDocument:
    """The document with longer lines parted at the ends of their sentences, and longer cells cut and named."""
    for page in document.pages:
        blocks: list[Line | Grid] = []
        for block in page.blocks:
            if isinstance(block, Line):
                blocks += _parted(block)
                continue
            for cell in block.cells:
                if len(cell.text) > MOST_CHARACTERS:
                    told = f"a cell holds {len(cell.text)} characters; those behind the first {MOST_CHARACTERS} are not read"
                    document.unread.append(Unread(told, page.number))
                    cell.text = cell.text[:MOST_CHARACTERS]
            blocks.append(block)
        page.blocks = blocks
    return document


def _parted(line: Line) -> Iterator[Line]:
    rest, is_first = line.text, True
    while len(rest) > MOST_CHARACTERS:
        ends = [match.end() for match in _END.finditer(rest, MOST_CHARACTERS // 2, MOST_CHARACTERS)]
        end = ends[-1] if ends else MOST_CHARACTERS
        yield replace(line, text=rest[:end], starts_paragraph=line.starts_paragraph if is_first else True)
        rest, is_first = rest[end:], False
    yield line if is_first else replace(line, text=rest, starts_paragraph=True)

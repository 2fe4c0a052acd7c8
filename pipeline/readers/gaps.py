"""Tables without (enough) rules: rows are lines of text, columns are the gaps between their words.

Belongs here: tables whose rules are only horizontal, and forms printed without any rule. Does not belong here: ruled tables
(`ruling`).
"""

from __future__ import annotations

from pipeline.readers.characters import Characters, TextLine
from pipeline.readers.printed import Grid
from pipeline.readers.ruling import Segment


def open_tables(
    characters: Characters,
    text_lines: list[TextLine],
    rules: list[Segment],
    width: float,
    number: int,
    method: str,
) -> tuple[list[Grid], list[TextLine]]:
    """Grids found among the lines of text of a page, and the lines that are in none."""
    return [], text_lines

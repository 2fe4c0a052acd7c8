"""What a person sees in a terminal: rows that fit its width, long results cut with a word, the loop of the shell.

Belongs here: how rows are laid out for a screen, a file or a program, and reading lines of a person. Does not belong here: which rows (`pipeline.publish`),
and the arguments of commands (`pipeline.cli`).
"""

from __future__ import annotations

import contextlib
import csv
import enum
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from pipeline.publish.citations import Cited

MOST_ROWS = 50
"""Rows that a screen shows unless more are asked for."""

_PIPE_WIDTH = 400
_PADDING = 3

console = Console()
errors = Console(stderr=True)

Row = tuple[Any, ...]


class Format(enum.StrEnum):
    """How rows are printed."""

    table = "table"
    csv = "csv"
    json = "json"


def print_rows(
    names: Sequence[str], rows: Sequence[Row], output: Format, title: str | None = None, most_rows: int | None = None
) -> None:
    """Print rows: for programs whole, for a screen as a table that fits, and on end where it does not.

    `most_rows` cuts what a screen shows, and says so; None shows all.
    """
    if output is Format.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)
        return
    if output is Format.json:
        content = [dict(zip(names, row, strict=True)) for row in rows]
        sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n")
        return
    shown = rows if most_rows is None else rows[:most_rows]
    told = [["" if value is None else str(value) for value in row] for row in shown]
    if console.is_terminal and _width(names, told) > console.width:
        _print_on_end(names, told, title)
    else:
        table = Table(*names, title=title, title_justify="left")
        for row in told:
            table.add_row(*row)
        # A pipe has no width: lines are as long as they must be.
        wide = console if console.is_terminal else Console(width=max(console.width, _PIPE_WIDTH))
        wide.print(table, highlight=False, markup=False)
    if len(shown) < len(rows):
        console.print(
            f"… {len(rows) - len(shown)} more rows 还有 {len(rows) - len(shown)} 行; --rows {len(rows)} shows all"
        )


def print_cited(cited: Cited, output: Format, most_rows: int | None = None) -> None:
    """In a table, numbers that lead to the footnotes below it; elsewhere the footnotes themselves beside each row."""
    if output is Format.table:
        told = [
            (*row, "".join(f"[{mark}]" for mark in marks)) for row, marks in zip(cited.rows, cited.marks, strict=True)
        ]
        print_rows([*cited.names, "出处"], told, output, most_rows=most_rows)
        for footnote in cited.footnotes:
            console.print(f"[{footnote.number}] {footnote.text}", highlight=False, markup=False, soft_wrap=True)
        return
    texts = {footnote.number: footnote.text for footnote in cited.footnotes}
    notes = [[texts[mark] for mark in marks] for marks in cited.marks]
    rows = [
        (*row, "\n".join(each) if output is Format.csv else each) for row, each in zip(cited.rows, notes, strict=True)
    ]
    print_rows([*cited.names, "footnotes"], rows, output)


def queries(commands: dict[str, Callable[[], None]]) -> Iterator[str]:
    """Queries that a person types, each ended by a semicolon, until `.quit`; words that begin with a point are commands."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 (line editing)
    lines: list[str] = []
    while True:
        try:
            line = input("yusuan> " if not lines else "   ...> ")
        except (EOFError, KeyboardInterrupt):
            console.print()
            return
        word = line.strip()
        if not lines and word in (".quit", ".exit", "exit", "quit"):
            return
        if not lines and word.startswith("."):
            commands.get(word, commands[".help"])()
            continue
        lines.append(line)
        if word.endswith(";"):
            yield "\n".join(lines)
            lines = []


def _width(names: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Columns of a screen that a table takes whose cells are not wrapped."""
    widest = [
        max((cell_len(line) for text in (name, *column) for line in text.splitlines()), default=0)
        for name, column in zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True)
    ]
    return sum(width + _PADDING for width in widest) + 1


def _print_on_end(names: Sequence[str], rows: Sequence[Sequence[str]], title: str | None) -> None:
    """Each row as a list of name and value, empty ones left out: nothing is cut, whatever the width."""
    if title:
        console.print(title, style="italic", highlight=False, markup=False)
    widest = max(map(cell_len, names), default=0)
    for number, row in enumerate(rows, start=1):
        console.rule(f"{number}", align="left", characters="─")
        for name, value in zip(names, row, strict=True):
            if value:
                padded = name + " " * (widest - cell_len(name))
                console.print(f"{padded}  {value}", highlight=False, markup=False, soft_wrap=True)

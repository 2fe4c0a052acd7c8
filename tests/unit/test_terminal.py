"""Rows on a screen: a table where it fits, on end where it does not, cut with a word; whole for programs."""

from __future__ import annotations

import csv
import io
import json

import pytest
from rich.cells import cell_len
from rich.console import Console

from pipeline import terminal
from pipeline.terminal import Format, print_rows

NAMES = ["department_name", "amount_yuan", "why"]
ROWS = [("深圳市人民政府办公厅", "52032600.00", "一般公共预算财政拨款支出决算表" * 3), ("口岸办", None, "short")]


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """A terminal of 80 columns, and what it shows."""
    shown = io.StringIO()
    monkeypatch.setattr(terminal, "console", Console(file=shown, width=80, force_terminal=True, color_system=None))
    return shown


def test_rows_that_fit_are_a_table(screen: io.StringIO) -> None:
    print_rows(NAMES, [("口岸办", "1.00", "short")], Format.table)
    assert "┃" in screen.getvalue()
    assert "…" not in screen.getvalue()


def test_rows_too_wide_stand_on_end_and_nothing_is_cut(screen: io.StringIO) -> None:
    print_rows(NAMES, ROWS, Format.table, title="Wide")
    shown = screen.getvalue()
    assert "┃" not in shown
    assert "一般公共预算财政拨款支出决算表" * 3 in shown
    names = [line for line in shown.splitlines() if line.startswith("department_name")]
    assert len(names) == 2
    assert shown.count("amount_yuan") == 1, "an empty value takes no line"


def test_long_results_are_cut_with_a_word(screen: io.StringIO) -> None:
    print_rows(["n"], [(number,) for number in range(60)], Format.table, most_rows=50)
    shown = screen.getvalue()
    assert "49" in shown
    assert "│ 50 │" not in shown
    assert "10 more rows" in shown
    assert all(cell_len(line) <= 80 for line in shown.splitlines())


def test_programs_get_all_rows_whole(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(NAMES, ROWS * 40, Format.csv, most_rows=50)
    assert len(list(csv.reader(io.StringIO(capsys.readouterr().out)))) == 81
    print_rows(NAMES, ROWS * 40, Format.json, most_rows=50)
    assert len(json.loads(capsys.readouterr().out)) == 80


def test_the_shell_takes_queries_over_lines_and_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter(["select", "1;", ".tables", ".unknown", "select 2;", ".quit", "select 3;"])
    monkeypatch.setattr("builtins.input", lambda prompt: next(typed))
    called: list[str] = []
    commands = {".tables": lambda: called.append("tables"), ".help": lambda: called.append("help")}
    assert list(terminal.queries(commands)) == ["select\n1;", "select 2;"]
    assert called == ["tables", "help"]

"""The rules of a column are declared once and asked twice, by polars in workers and by pandera of the warehouse: both judge every row alike."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandera.errors
import polars as pl
import pytest

from schemas import core
from schemas.table import TEXT, Column, Table

_ROWS = 8
_OF_PATTERN = {"^[0-9a-f]{16}$": 16, "^[0-9a-f]{64}$": 64}
"""How many hexadecimal digits are asked for; a new pattern needs its sound values here."""


def _sound(column: Column) -> list[Any]:
    """So many different values of a column that break no rule (alike where its type or rule has too few)."""
    numbers = [int(column.at_least or 0) + place for place in range(_ROWS)]
    if column.allowed:
        return [column.allowed[place % len(column.allowed)] for place in range(_ROWS)]
    if column.pattern is not None:
        return [f"{place:0{_OF_PATTERN[column.pattern]}x}" for place in numbers]
    if column.dtype == pl.Boolean:
        return [place % 2 == 0 for place in numbers]
    if column.dtype == pl.List:
        return [[str(place)] for place in numbers]
    if column.dtype.is_float():
        return [float(place) for place in numbers]
    if column.dtype.is_decimal():
        return [Decimal(place) for place in numbers]
    return [place if column.dtype.is_integer() else str(place) for place in numbers]


def _telling(column: Column) -> Iterator[tuple[Any, bool]]:
    """Values of a column, put where a sound one stood, and whether they break a rule of it."""
    yield None, not column.nullable
    sound = _sound(column)
    yield sound[0], column.unique  # the same as in the first row
    if column.allowed:
        yield "", True
        yield column.allowed[0].upper(), column.allowed[0].upper() not in column.allowed
        yield column.allowed[0] + " ", True
    if column.at_least is not None:
        yield type(sound[0])(column.at_least - 1), True
        yield type(sound[0])(column.at_least), column.unique
    if column.pattern is not None:
        yield "", True
        yield f"x{sound[-1]}", True
        yield f"{sound[-1]}0", True
        yield f"{sound[-1]}\n", True
        yield sound[-1][:-1] + "Ａ", True
    if column.dtype.is_float():
        yield float("nan"), not column.nullable
        yield float("-inf"), column.at_least is not None
    if column.dtype == TEXT and not column.allowed and column.pattern is None:
        yield "", False


def _broken_by_pandera(table: Table, frame: pl.DataFrame) -> list[int]:
    try:
        table.schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        return sorted(set(errors.failure_cases["index"].to_list()))
    return []


def _frame(table: Table, values: dict[str, list[Any]]) -> pl.DataFrame:
    return pl.DataFrame(values, schema=table.polars_schema, strict=True)


@pytest.mark.parametrize("table", [pytest.param(table, id=table.name) for table in core.TABLES])
def test_polars_and_pandera_judge_every_row_alike(table: Table) -> None:
    sound = {column.name: _sound(column) for column in table.columns}
    whole = _frame(table, sound)
    assert table.is_sound(whole)
    assert _broken_by_pandera(table, whole) == []
    for column in table.columns:
        alone = replace(table, columns=(column,))
        for value, is_broken in _telling(column):
            values = [*sound[column.name][:-1], value]
            frame = _frame(alone, {column.name: values})
            by_polars = [place for place, holds in enumerate(frame.select(column.soundness).to_series()) if not holds]
            repeats = is_broken and column.unique and value == values[0]
            told = f"{column.name}: {value!r}"
            assert by_polars == ([0] if repeats else []) + ([_ROWS - 1] if is_broken else []), told
            assert by_polars == _broken_by_pandera(alone, frame), told
            assert table.is_sound(_frame(table, {**sound, column.name: values})) is not is_broken, told


_A_WORKER = """
import sys
from pathlib import Path
from pipeline.archive.store import Store
from pipeline.warehouse.documents import Work, _read_and_keep, current_version
from pipeline.reading import Claim, read_document

page = "<h1>收支预算总表</h1><p>单位：万元</p><table><tr><td>项目</td><td>预算数</td></tr><tr><td>合计</td><td>1.00</td></tr></table>"
root = Path(sys.argv[1])
sha256 = Store(root).add(page.encode())
work = Work(sha256, len(page), str(root), str(root), Claim("page.html"), current_version(Path.cwd()))
summary = _read_and_keep(work, read_document)
assert summary["refusals"] and not summary["violations"]
print(*sorted({"pandas", "pandera", "dagster", "dbt", "duckdb", "pyarrow"} & sys.modules.keys()))
"""


def test_a_worker_holds_none_of_what_only_the_main_process_needs(tmp_path: Path) -> None:
    program = [sys.executable, "-c", _A_WORKER, str(tmp_path)]
    told = subprocess.run(program, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert told.returncode == 0, told.stderr
    assert told.stdout.split() == []

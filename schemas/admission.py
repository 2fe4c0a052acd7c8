"""The door of the warehouse: rows that break a rule of their table are turned away, by name, and the rest goes on.

Belongs here: checking the rows of one document against the declarations of `schemas.core`, and what depends on what. Does not
belong here: the declarations themselves, and what the rows mean.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from schemas import core
from schemas.table import Table

Row = dict[str, Any]
Rows = dict[str, list[Row]]
_TABLES: dict[str, Table] = {table.name: table for table in core.TABLES}
_SHOWN_CHARACTERS = 80


@dataclass(frozen=True)
class Reference:
    """Rows of `table` cannot stand without the row of `parent` with the same values in `columns`.

    `parent_columns` are named where they differ. An `optional` reference is emptied instead; a row whose list of references
    names a missing one is turned away.
    """

    table: str
    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...] = ()
    is_optional: bool = False
    is_list: bool = False

    @property
    def target(self) -> tuple[str, ...]:
        return self.parent_columns or self.columns


REFERENCES: tuple[Reference, ...] = (
    Reference("form", ("document_id",), "document"),
    Reference("page", ("document_id",), "document"),
    Reference("cell", ("document_id", "form_index"), "form"),
    Reference("figure", ("cell_id",), "cell"),
    Reference("narrative_figure", ("document_id", "block_index"), "text_block"),
    Reference("narrative_figure", ("figure_id",), "figure", is_optional=True),
    Reference("agency_statistic", ("document_id", "block_index"), "text_block"),
    Reference("agency_statistic", ("cell_id",), "cell"),
    Reference("performance_indicator", ("document_id", "form_index"), "form"),
    Reference("performance_indicator", ("cell_ids",), "cell", ("cell_id",), is_list=True),
    Reference("suspect_figure", ("figure_id",), "figure"),
    Reference("identity_check", ("figure_ids",), "figure", ("figure_id",), is_list=True),
    *(
        Reference("identity_check", (f"{table}_ids",), table, (f"{table}_id",), is_list=True, is_optional=True)
        for table in ("narrative_figure", "agency_statistic", "performance_indicator")
    ),
    Reference("reading_choice", ("document_id", "form_index"), "form"),
    Reference("refusal", ("cell_ids",), "cell", ("cell_id",), is_list=True, is_optional=True),
)
"""In the order in which they are applied: what stands on a row that was turned away is turned away after it."""


@dataclass(frozen=True)
class Violation:
    """A row that was turned away, and the rule that it broke."""

    table: str
    row: Row
    rule: str


def admit(rows: Mapping[str, Iterable[Row]]) -> tuple[dict[str, pl.DataFrame], list[Violation]]:
    """Frames of the rows that satisfy every rule, one per table of `schemas.core`, and the rows that do not.

    `rows` are those of one document. Every row that is turned away gets a row of `refusal` with the reason
    `schema_violation`. Raises ValueError when the row of `document` itself breaks a rule: then there is nothing to stand on.
    """
    unknown = rows.keys() - _TABLES.keys()
    if unknown:
        raise KeyError(f"no table {sorted(unknown)} is declared in schemas/core.py")
    kept: Rows = {name: list(rows.get(name, ())) for name in _TABLES}
    violations: list[Violation] = []
    checked: dict[str, tuple[list[Row], pl.DataFrame]] = {}
    for table in core.TABLES:
        kept[table.name], broken, frame = _check(table, kept[table.name])
        checked[table.name] = (list(kept[table.name]), frame)
        violations += broken
    if not kept["document"]:
        told = "; ".join(violation.rule for violation in violations if violation.table == "document")
        raise ValueError(f"the row of the document itself breaks a rule: {told or 'there is none'}")
    for reference in REFERENCES:
        kept[reference.table], broken = _follow(reference, kept)
        violations += broken
    if violations:
        _record(kept, violations)
    return {table.name: _frame_of(table, kept[table.name], *checked[table.name]) for table in core.TABLES}, violations


def sound_rows(table: Table, rows: list[Row]) -> tuple[pl.DataFrame, list[Violation]]:
    """The frame of the rows that satisfy the rules of a table, and the rows that do not."""
    _, violations, frame = _check(table, rows)
    return frame, violations


def _frame(table: Table, rows: list[Row]) -> pl.DataFrame:
    """The frame of rows that were found sound before."""
    frame = table.frame(rows)
    if failures := _failures(table, frame):
        raise RuntimeError(f"table {table.name}: {failures[0][1]}, in a row that was found sound before")
    return frame


def _frame_of(table: Table, rows: list[Row], checked: list[Row], frame: pl.DataFrame) -> pl.DataFrame:
    """The frame that the rows were checked in, where they are still the same rows; else a new one."""
    is_same = len(rows) == len(checked) and all(row is other for row, other in zip(rows, checked, strict=True))
    return frame if is_same else _frame(table, rows)


def _check(table: Table, rows: list[Row]) -> tuple[list[Row], list[Violation], pl.DataFrame]:
    """Rows of a table that satisfy its own rules, those that do not, with the rule, and the frame of the former."""
    if not rows:
        return [], [], table.frame([])
    broken: dict[int, str] = {}
    _check_decimals(table, rows, broken)
    sound = [index for index in range(len(rows)) if index not in broken]
    try:
        frame = table.frame(rows[index] for index in sound)
    except (TypeError, ValueError, KeyError, OverflowError, pl.exceptions.PolarsError):
        # Some value is of a wrong type, and the error does not say which row: ask each row by itself.
        for index in sound:
            try:
                table.frame([rows[index]])
            except (TypeError, ValueError, KeyError, OverflowError, pl.exceptions.PolarsError) as error:
                broken[index] = str(error).split("\n")[0]
        sound = [index for index in sound if index not in broken]
        frame = table.frame(rows[index] for index in sound)
    failures = _failures(table, frame)
    if not failures:
        return [rows[index] for index in sound], _told(table, rows, broken), frame
    for place, rule in failures:
        index = sound[place]
        broken[index] = f"{broken[index]}; {rule}" if index in broken else rule
    kept = [row for index, row in enumerate(rows) if index not in broken]
    return kept, _told(table, rows, broken), _frame(table, kept)


def _failures(table: Table, frame: pl.DataFrame) -> list[tuple[int, str]]:
    """The rows of a frame that break a rule, by place, and the rule."""
    if table.is_sound(frame):
        return []
    failures = []
    for column in table.columns:
        for told, rule in column.rules.items():
            for place in frame.select((~rule).arg_true()).to_series().to_list():
                failures.append((place, f"{column.name}: {told}, found {_shown(frame[column.name][place])}"))
    return failures


def _told(table: Table, rows: list[Row], broken: Mapping[int, str]) -> list[Violation]:
    return [Violation(table.name, rows[index], rule) for index, rule in sorted(broken.items())]


def _check_decimals(table: Table, rows: list[Row], broken: dict[int, str]) -> None:
    """An amount with more digits than its column holds would be rounded in silence or refuse the whole frame: it is a violation instead."""
    types = {column.name: column.dtype for column in table.columns if isinstance(column.dtype, pl.Decimal)}
    for index, row in enumerate(rows):
        for name, dtype in types.items():
            value = row.get(name)
            if isinstance(value, float):
                broken[index] = f"{name}: amounts are exact decimals, found the float {value!r}"
            elif isinstance(value, Decimal):
                if not value.is_finite():
                    broken[index] = f"{name}: found {value}"
                elif _has_more_decimals(value, dtype.scale):
                    broken[index] = f"{name}: more than {dtype.scale} decimals, found {_shown(value)}"
                elif value and value.adjusted() >= (dtype.precision or 0) - dtype.scale:
                    broken[index] = f"{name}: too many digits before the point, found {_shown(value)}"


def _has_more_decimals(value: Decimal, scale: int) -> bool:
    """Whether a finite decimal has digits behind the last one that a column holds; told by its digits, whatever their number."""
    _, digits, exponent = value.as_tuple()
    surplus = -int(exponent) - scale
    return surplus > 0 and any(digits[-surplus:])


def _follow(reference: Reference, kept: Rows) -> tuple[list[Row], list[Violation]]:
    """Rows of a table whose references are there, and those whose are not."""
    there = {tuple(row.get(name) for name in reference.target) for row in kept[reference.parent]}
    sound: list[Row] = []
    violations: list[Violation] = []
    for row in kept[reference.table]:
        if reference.is_list:
            named = row.get(reference.columns[0]) or []
            missing = [value for value in named if (value,) not in there]
            without = [value for value in named if (value,) in there]
        else:
            values = tuple(row.get(name) for name in reference.columns)
            # What a row leaves open it does not stand on; columns that may not be left open were checked before.
            missing = [values] if values not in there and None not in values else []
            without = None
        if not missing:
            sound.append(row)
        elif reference.is_optional:
            sound.append({**row, reference.columns[0]: without})
        else:
            rule = f"{', '.join(reference.columns)}: no such {reference.parent}: {_shown(missing[0])}"
            violations.append(Violation(reference.table, row, rule))
    return sound, violations


def _record(kept: Rows, violations: list[Violation]) -> None:
    """Say in `refusal` and in the document's status what was turned away."""
    document = dict(kept["document"][0])
    document_id = document["document_id"]
    cells = {row["cell_id"] for row in kept["cell"]}
    taken = {row["refusal_id"] for row in kept["refusal"]}
    counts: dict[str, int] = defaultdict(int)
    number = 0
    for violation in violations:
        counts[violation.table] += 1
        row = violation.row
        number += 1
        while f"{document_id}-schema-{number:04d}" in taken:
            number += 1
        cell_id = row.get("cell_id")
        # A cell that fell takes its figure with it; it is counted once, with the figure.
        is_numeric = violation.table == "figure"
        kept["refusal"].append(
            {
                "refusal_id": f"{document_id}-schema-{number:04d}",
                "document_id": document_id,
                "page_number": _positive(row.get("page_number") or row.get("first_page")),
                "form_index": _positive(row.get("form_index")),
                "form": row["form"] if isinstance(row.get("form"), str) else None,
                "row_index": _integer(row.get("row_index")),
                "column_index": _integer(row.get("column_index")),
                "reason": "schema_violation",
                "detail": f"core.{violation.table}: {violation.rule}; row: {_shown(_identity(row))}",
                "numeric_cell_count": 1 if is_numeric else 0,
                "cell_ids": [cell_id] if is_numeric and cell_id in cells else [],
            }
        )
    lost = Counter(violation.row.get("form_index") for violation in violations if violation.table == "figure")
    kept["form"] = [_recounted(row, lost[row["form_index"]]) for row in kept["form"]]
    told = "rows that broke a rule of their table: " + ", ".join(f"{name} {count}" for name, count in counts.items())
    if document["status"] != "refused":
        document["status"] = "partly_loaded"
    reason = document.get("status_reason")
    document["status_reason"] = f"{reason}; {told}" if reason else told
    kept["document"] = [document]


def _recounted(form: Row, lost: int) -> Row:
    """A form whose figures were turned away in part: what it counts is what is there."""
    if not lost:
        return form
    return {
        **form,
        "figure_count": max(form["figure_count"] - lost, 0),
        "refused_cell_count": form["refused_cell_count"] + lost,
        "status": "partly_loaded" if form["status"] == "loaded" else form["status"],
        "status_reason": form.get("status_reason") or f"{lost} figures broke a rule of their table",
    }


def _identity(row: Row) -> str:
    """What names a row for a person: its identifier, else its first values."""
    for name, value in row.items():
        if name.endswith("_id") and name != "document_id":
            return str(value)
    return ", ".join(f"{name}={value}" for name, value in row.items() if name != "document_id")


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and -(2**31) <= value < 2**31 else None


def _positive(value: object) -> int | None:
    number = _integer(value)
    return number if number is not None and number >= 1 else None

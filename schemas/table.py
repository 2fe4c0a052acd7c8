"""What a table is: columns described once, in English and Chinese, checked by polars and pandera, created by DuckDB.

Belongs here: the vocabulary in which the tables of `schemas.core` are declared, and what is derived from a
declaration (polars types and expressions, pandera schema, DuckDB statements). Does not belong here: any particular table.

pandera brings pandas with it, 100 MiB in every worker that reads documents: it is imported where its schema is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    import pandera.polars as pa

TEXT = pl.String()
INTEGER = pl.Int32()
REAL = pl.Float64()
BOOLEAN = pl.Boolean()
YUAN = pl.Decimal(20, 2)
HALF_UNIT = pl.Decimal(20, 4)
NUMBER = pl.Decimal(20, 6)
TEXT_LIST = pl.List(pl.String())

_DUCKDB_TYPES: dict[pl.DataType, str] = {
    TEXT: "VARCHAR",
    INTEGER: "INTEGER",
    REAL: "DOUBLE",
    BOOLEAN: "BOOLEAN",
    YUAN: "DECIMAL(20,2)",
    HALF_UNIT: "DECIMAL(20,4)",
    NUMBER: "DECIMAL(20,6)",
    TEXT_LIST: "VARCHAR[]",
}


@dataclass(frozen=True)
class Column:
    """One column: its type, what it means (English, Chinese), and what its values must satisfy."""

    name: str
    dtype: pl.DataType
    english: str
    chinese: str
    nullable: bool = False
    unique: bool = False
    allowed: tuple[str, ...] = ()
    at_least: float | None = None
    pattern: str | None = None

    @property
    def rules(self) -> dict[str, pl.Expr]:
        """What each value must satisfy, by the name that pandera gives the rule; NULL breaks no rule but that against NULL."""
        value = pl.col(self.name)
        rules: dict[str, pl.Expr] = {}
        if not self.nullable:
            rules["not_nullable"] = value.is_not_null()
            if self.dtype.is_float():
                rules["not_nullable"] &= value.is_not_nan()
        if self.unique:
            rules["field_uniqueness"] = value.is_unique()
        if self.allowed:
            rules[f"{self.name} is one of {', '.join(self.allowed)}"] = value.is_in(self.allowed)
        if self.at_least is not None:
            rules[f"{self.name} is at least {self.at_least}"] = value >= self.at_least
        if self.pattern is not None:
            rules[f"{self.name} matches {self.pattern}"] = value.str.contains(self.pattern)
        return {told: rule.fill_null(True) for told, rule in rules.items()}

    @property
    def soundness(self) -> pl.Expr:
        """Whether each value satisfies every rule."""
        return pl.all_horizontal(pl.lit(True), *self.rules.values())

    @property
    def checks(self) -> list[pa.Check]:
        """The rules on values for pandera, each named."""
        import pandera.polars as pa

        checks: list[pa.Check] = []
        if self.allowed:
            checks.append(pa.Check.isin(self.allowed, name=f"{self.name} is one of {', '.join(self.allowed)}"))
        if self.at_least is not None:
            checks.append(pa.Check.ge(self.at_least, name=f"{self.name} is at least {self.at_least}"))
        if self.pattern is not None:
            checks.append(pa.Check.str_matches(self.pattern, name=f"{self.name} matches {self.pattern}"))
        return checks

    @property
    def duckdb_type(self) -> str:
        return _DUCKDB_TYPES[self.dtype]

    @property
    def comment(self) -> str:
        return f"{self.english} · {self.chinese}"


@dataclass(frozen=True)
class Table:
    """One table that Python writes into the `core` schema of the warehouse."""

    name: str
    grain: str
    english: str
    chinese: str
    columns: tuple[Column, ...]

    def is_sound(self, frame: pl.DataFrame) -> bool:
        """Whether every row of a frame of this table's types satisfies every rule."""
        return bool(frame.select(pl.all_horizontal(column.soundness for column in self.columns).all()).item())

    @cached_property
    def schema(self) -> pa.DataFrameSchema:
        """The pandera schema: strict, coercing, every check named by the rule it states."""
        import pandera.polars as pa

        return pa.DataFrameSchema(
            {
                column.name: pa.Column(
                    column.dtype,
                    checks=column.checks,
                    nullable=column.nullable,
                    unique=column.unique,
                    description=column.english,
                    metadata={"chinese": column.chinese},
                )
                for column in self.columns
            },
            name=self.name,
            strict=True,
            coerce=True,
        )

    @property
    def polars_schema(self) -> dict[str, pl.DataType]:
        return {column.name: column.dtype for column in self.columns}

    def frame(self, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
        """Rows (mappings by column name; a missing key is NULL) as a frame of this table's types."""
        names = [column.name for column in self.columns]
        data: dict[str, list[Any]] = {name: [] for name in names}
        known = set(names)
        for row in rows:
            unknown = row.keys() - known
            if unknown:
                raise KeyError(f"table {self.name} has no column {sorted(unknown)}; declare it in schemas/core.py")
            for name in names:
                data[name].append(row.get(name))
        return pl.DataFrame(data, schema=self.polars_schema, strict=True)

    @property
    def comment(self) -> str:
        return f"{self.english} (one row per {self.grain}) · {self.chinese}"

    def ddl(self, schema: str = "core") -> list[str]:
        """DuckDB statements that create the empty table with its comments."""
        body = ", ".join(
            f"{column.name} {column.duckdb_type}{'' if column.nullable else ' NOT NULL'}" for column in self.columns
        )
        qualified = f"{schema}.{self.name}"
        statements = [
            f"CREATE TABLE {qualified} ({body})",
            f"COMMENT ON TABLE {qualified} IS {quoted(self.comment)}",
        ]
        statements += [
            f"COMMENT ON COLUMN {qualified}.{column.name} IS {quoted(column.comment)}" for column in self.columns
        ]
        return statements


def quoted(text: str) -> str:
    """Text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"

"""The published file, open for many readers at once: each question is asked of one publication whole.

Belongs here: opening the file read-only with its limits, noticing that another one has been put in its place, running one statement within
limits of time and rows. Does not belong here: what is asked (`answers`), and how it is carried (`http`, `mcp`).

A question holds the file that it began with: a build that publishes meanwhile makes nobody wait and changes no answer halfway.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from pipeline.warehouse.database import connect_locked, search_marts_first

MOST_ROWS = 1000
MOST_SECONDS = 10.0


class QuestionRefused(ValueError):
    """A question that is not answered: not a query, too long, too dear. The message says what to do."""


@dataclass(frozen=True)
class Rows:
    """Rows of an answer by column name; `is_cut` where there are more than were asked for."""

    names: list[str]
    rows: list[dict[str, Any]]
    is_cut: bool = False


@dataclass
class Publication:
    """One warehouse file, opened again whenever another one stands in its place."""

    file: Path
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _opened: tuple[str, duckdb.DuckDBPyConnection] | None = None
    _columns: tuple[str, dict[str, list[str]]] = ("", {})
    """Columns of the tables that were asked for, of the publication with this tag."""

    def tag(self) -> str:
        """What names this publication: another file in its place has another tag. Raises FileNotFoundError where there is none."""
        stat = self.file.stat()
        return f"{stat.st_ino:x}-{stat.st_size:x}-{stat.st_mtime_ns:x}"

    @contextlib.contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor on the file that is published now, for the length of one question."""
        with contextlib.closing(self._connection().cursor()) as cursor:
            search_marts_first(cursor)
            yield cursor

    def ask(self, query: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """All rows of one of the project's own queries."""
        return self._run(query, parameters, None).rows

    def columns(self, table: str) -> list[str]:
        """The columns of a table of the publication."""
        tag = self.tag()
        if self._columns[0] != tag:
            self._columns = tag, {}
        known = self._columns[1]
        if table not in known:
            known[table] = self._run(f"select * from {table} limit 0", (), None).names
        return known[table]

    def ask_freely(self, query: str, most_rows: int = MOST_ROWS) -> Rows:
        """Rows of somebody's query: one statement that reads, `MOST_SECONDS` long at most. Raises QuestionRefused."""
        try:
            statements = duckdb.extract_statements(query)
        except duckdb.Error as error:
            raise QuestionRefused(str(error)) from error
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise QuestionRefused(
                "one query is answered at a time: select … from marts.… ; nothing here can be changed"
            )
        try:
            return self._run(query, (), min(most_rows, MOST_ROWS))
        except duckdb.InterruptException as error:
            raise QuestionRefused(
                f"the query took longer than {MOST_SECONDS:.0f} s and was ended; ask for fewer rows"
            ) from error
        except duckdb.Error as error:
            raise QuestionRefused(str(error)) from error

    def _run(self, query: str, parameters: Sequence[Any], most_rows: int | None) -> Rows:
        with self.cursor() as cursor:
            ends = threading.Timer(MOST_SECONDS, cursor.interrupt)
            ends.start()
            try:
                cursor.execute(query, list(parameters))
                names = [column[0] for column in cursor.description or ()]
                found = cursor.fetchall() if most_rows is None else cursor.fetchmany(most_rows + 1)
            finally:
                ends.cancel()
        kept = found if most_rows is None else found[:most_rows]
        return Rows(names, [dict(zip(names, row, strict=True)) for row in kept], len(kept) < len(found))

    def _connection(self) -> duckdb.DuckDBPyConnection:
        """The connection to the file that is published now; the former one ends with the last question that holds it."""
        tag = self.tag()
        with self._lock:
            if self._opened is None or self._opened[0] != tag:
                self._opened = tag, connect_locked(self.file)
            return self._opened[1]

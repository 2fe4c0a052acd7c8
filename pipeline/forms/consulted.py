"""What a reading asked of the catalogue: questions and answers on record, so that a change re-reads just the documents it concerns.

Belongs here: reading a table of data about data, and the record of what was asked of it while one document was read. Does not belong
here: the tables, the questions themselves (each stands with its table), and what follows from an answer that changed (`archive.readings`).

A reading is a function of its bytes, of code, and of the answers that the catalogue gave. A `question` is one lookup: a new title in
title.csv concerns a document only if it asked for the form of a text to which the answer is now another one. What is taken from
a table in any other way depends on the table as a whole. Nothing can be forgotten by oversight: a table can only be read through
`table`, and whatever is read outside of a question puts the whole table on the record. One process reads one document at a time.
"""

from __future__ import annotations

import csv
import functools
import hashlib
import importlib
import inspect
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar

PROJECT = Path(__file__).resolve().parents[2]
EVERYTHING = '["*"]'
"""The scope of what may depend on any table: a reading that was broken off before it could say what it would have asked."""

_TABLE = "table"
Scope = tuple[Any, ...]
P = ParamSpec("P")
R = TypeVar("R")

_record: set[Scope] | None = None
_inside = 0
"""Questions within questions: what answers the outer one is asked by it."""


@contextmanager
def recording() -> Iterator[set[Scope]]:
    """Within the block, everything that is asked goes into the set that this gives."""
    global _record, _inside
    before = (_record, _inside)
    _record, _inside = set(), 0
    try:
        yield _record
    finally:
        _record, _inside = before


def _note(scope: Scope) -> None:
    if _record is not None and not _inside:
        _record.add(scope)


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a table of data about data (CSV, UTF-8)."""
    _note((_TABLE, _name(path)))
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _name(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix() if path.is_relative_to(PROJECT) else str(path)


class _Question(Generic[P, R]):
    """A lookup whose arguments are strings, numbers or None, and whose answer is a plain value; answers are kept in the process."""

    def __init__(self, function: Callable[P, R]) -> None:
        functools.update_wrapper(self, function)
        self._signature = inspect.signature(function)
        self._function: Callable[..., R] = function
        self._kept = functools.lru_cache(maxsize=65536)(function)
        self._rests_on = functools.lru_cache(maxsize=4096)(self._tables_of)
        self._name = (function.__module__, function.__qualname__)
        self.cache_clear = self._kept.cache_clear

    def __call__(self, *arguments: P.args, **named: P.kwargs) -> R:
        global _inside
        asked = self._in_order(*arguments, **named) if named else arguments
        _note((*self._name, *asked))
        _inside += 1
        try:
            return self._kept(*asked)
        finally:
            _inside -= 1

    @contextmanager
    def stands_for(self, *arguments: P.args, **named: P.kwargs) -> Iterator[None]:
        """Within the block, what is taken from the tables that the answer rests on is covered by the answer; from others it is not."""
        self(*arguments, **named)
        covered = self._rests_on(*self._in_order(*arguments, **named))
        with recording() as asked:
            yield
        for scope in asked - covered:
            _note(scope)

    def _in_order(self, *arguments: Any, **named: Any) -> tuple[Any, ...]:
        """All arguments by their places, those by name and those left out included."""
        bound = self._signature.bind(*arguments, **named)
        bound.apply_defaults()
        return bound.args

    def _tables_of(self, *arguments: Any) -> frozenset[Scope]:
        with recording() as asked:
            self._function(*arguments)
        return frozenset(asked)


def question(function: Callable[P, R]) -> _Question[P, R]:
    """Make a lookup a question that is put on record."""
    return _Question(function)


class _Kept(Generic[R]):
    """What is made of tables once and used often; using it is on record as reading these tables."""

    def __init__(self, function: Callable[[], R]) -> None:
        functools.update_wrapper(self, function)
        self._function = function
        self._kept: tuple[R, frozenset[Scope]] | None = None

    def __call__(self) -> R:
        if self._kept is None:
            with recording() as record:
                value = self._function()
            self._kept = (value, frozenset(record))
        if _record is not None and not _inside:
            _record.update(self._kept[1])
        return self._kept[0]

    def cache_clear(self) -> None:
        self._kept = None


def kept(function: Callable[[], R]) -> _Kept[R]:
    """Call a function without arguments once in a process; each use of its result counts as reading its tables."""
    return _Kept(function)


def scopes_of(record: Iterable[Scope]) -> tuple[str, ...]:
    """The record as names that can be kept: JSON lists of module, function and arguments, or of a table."""
    return tuple(sorted(json.dumps(scope, ensure_ascii=False) for scope in record))


class Answers(Mapping[str, str]):
    """The answer of the catalogue as it is now to each scope, as a digest. What can no longer be asked has no answer."""

    def __getitem__(self, scope: str) -> str:
        answer = _answer(scope)
        if answer is None:
            raise KeyError(scope)
        return answer

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


@functools.lru_cache(maxsize=1 << 20)
def _answer(scope: str) -> str | None:
    try:
        module, *rest = json.loads(scope)
        if scope == EVERYTHING:
            return digest_of_tables()
        if module == _TABLE:
            return _digest((PROJECT / rest[0]).read_bytes())
        asked = getattr(importlib.import_module(module), rest[0]) if module.startswith("pipeline.") else None
        return _digest(repr(asked(*rest[1:])).encode()) if isinstance(asked, _Question) else None
    except (ValueError, OSError, ImportError, AttributeError, TypeError, KeyError):
        return None


def tables() -> list[Path]:
    """Every table that a reading may consult: of the stages, and the editions of classifications and divisions."""
    stages = (PROJECT / "pipeline" / stage for stage in ("forms", "editions", "figures", "proofs"))
    return sorted(
        [
            *(path for stage in stages for path in stage.rglob("*.csv")),
            *(PROJECT / "dbt_project" / "seeds").glob("*.csv"),
        ]
    )


def digest_of_tables() -> str:
    """Digest of all tables: where it is the same, every answer is."""
    return _digest("\n".join(f"{_name(path)} {_digest(path.read_bytes())}" for path in tables()).encode())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]

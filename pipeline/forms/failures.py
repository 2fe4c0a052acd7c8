"""Failures stay where they happen: what goes wrong in one unit of work costs that unit, is named, and the rest is read.

Belongs here: the guard around a unit of work of any stage, and the record of the units that failed in one reading. Does not belong here:
what the units are (each stage says so where it does them), and the refusals that are made of failures (`pipeline.reading`).

Outside of `kept` nothing is caught: a function that is called by itself, as unit tests do, fails as any function does. Where the environment
sets YUSUAN_RAISE_FAILURES, nothing is caught anywhere: a mistake of this project is then an error, and no refusal (the tests run so). What
is no fault of the document passes always: memory that runs out, a disk that is full.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

RAISE = "YUSUAN_RAISE_FAILURES"
_PASSES = (MemoryError, OSError)
_MOST_WORDS = 200
_MOST_LEFT_OUT = 20
"""Parts that are left out one after another; where more fail, the stage itself is at fault, and its time is bounded."""
P = TypeVar("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a unit of work stands in its document, as far as it is one of a page, a form, a sentence."""

    page_number: int | None = None
    form_index: int | None = None
    form: str | None = None
    words: str = ""
    numeric_cell_count: int = 0
    """Printed numbers that are lost with the unit, where no cell of a refusal names them."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A unit of work that failed: the stage, its place, and the error with the function that raised it."""

    stage: str
    place: Place
    error: str

    def __str__(self) -> str:
        words = f" “{self.place.words[:_MOST_WORDS]}”" if self.place.words else ""
        return f"stage {self.stage}{words}: {self.error}"


_record: list[Failure] | None = None


@contextmanager
def kept() -> Iterator[list[Failure]]:
    """Within the block, units that fail are put on the list that this gives. One process reads one document at a time."""
    global _record
    before = _record
    _record = []
    try:
        yield _record
    finally:
        _record = before


def _is_catching() -> bool:
    return _record is not None and not os.environ.get(RAISE)


def _note(failure: Failure) -> None:
    if _record is not None:
        _record.append(failure)


@contextmanager
def unit(stage: str, place: Place = Place()) -> Iterator[None]:
    """A unit of work. An error inside ends it and is put on record; what the block was to set keeps what it was before.

    So a block sets its results last and at once, and what stands for them where it fails is set before it.
    """
    try:
        yield
    except _PASSES:
        raise
    except Exception as error:
        if not _is_catching():
            raise
        _note(Failure(stage, place, _told(error)))


def attempt(stage: str, place: Place, work: Callable[[], R]) -> R | None:
    """The result of a unit of work; None where it fails."""
    with unit(stage, place):
        return work()
    return None


def attempt_without(
    stage: str, parts: Sequence[P], place_of: Callable[[P], Place], work: Callable[[list[P]], R]
) -> R | None:
    """The result of a stage over all its parts at once; where some make it fail, over the others: those are left out and put on record.

    None where it fails without them too. For stages that look at everything together (pages that one form runs over, forms whose sums meet). The part that is left out is the
    first with which the parts before it fail.
    """
    left = list(parts)
    if not _is_catching():
        return work(left)
    for _ in range(_MOST_LEFT_OUT):
        with kept() as failed:
            result = attempt(stage, Place(), lambda: work(left))
        if not failed:
            return result
        culprit, place = _first_failing(work, left), Place()
        if culprit is not None:
            place = place_of(left.pop(culprit))
        _note(Failure(stage, place, failed[0].error))
        if culprit is None:
            break
    return None


def _first_failing(work: Callable[[list[P]], R], parts: list[P]) -> int | None:
    """Index of the part with which the parts up to it first fail; None where the work fails without any."""
    low, high = 0, len(parts)
    while low < high:
        middle = (low + high) // 2
        with kept() as failed, unit("probe"):
            work(parts[:middle])
        low, high = (low, middle) if failed else (middle + 1, high)
    return low - 1 if low else None


def _told(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {str(error)[:_MOST_WORDS]} ({os.path.basename(last.filename)}, {last.name})"

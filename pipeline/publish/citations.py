"""Footnotes for the rows of a query: which printed numbers each row rests on, and where those stand.

Belongs here: finding the figures that a row names, numbering them, the footnotes' texts. Does not belong here: the wording of a footnote, which
is `marts.citation`'s; running the query; printing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

COLUMNS = ("figure_id", "figure_ids")
"""The columns by which a row names its figures: one identifier, or a list of them, or a list of such lists."""


class NothingToCite(ValueError):
    """The result names no figures. The message says what to add to the query."""


@dataclass(frozen=True)
class Footnote:
    """One printed number: the document's title, form, page, printed text, address, day of retrieval and SHA-256, in one sentence."""

    number: int
    figure_id: str
    text: str


@dataclass(frozen=True)
class Cited:
    """Rows without the columns that named the figures, the numbers of each row's footnotes, and the footnotes in order of mention."""

    names: list[str]
    rows: list[tuple[Any, ...]]
    marks: list[tuple[int, ...]]
    footnotes: list[Footnote]


def cite(connection: duckdb.DuckDBPyConnection, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> Cited:
    """Footnotes for the rows of any query that has a column `figure_id` or `figure_ids`.

    Raises NothingToCite where the result has no such column, or names a figure that the warehouse does not hold.
    """
    naming = [at for at, name in enumerate(names) if name in COLUMNS]
    if not naming:
        raise NothingToCite(
            f"footnotes need the figures of each row: select figure_id or figure_ids too (after group by: list(figure_ids) as figure_ids); "
            f"the columns are {', '.join(names)}"
        )
    numbers: dict[str, int] = {}
    marks = []
    for row in rows:
        figures = dict.fromkeys(figure_id for at in naming for figure_id in _flat(row[at]))
        marks.append(tuple(numbers.setdefault(figure_id, len(numbers) + 1) for figure_id in figures))
    kept = [at for at in range(len(names)) if at not in naming]
    return Cited(
        [names[at] for at in kept],
        [tuple(row[at] for at in kept) for row in rows],
        marks,
        list(_footnotes(connection, numbers)),
    )


def _flat(value: Any) -> Iterator[str]:
    if isinstance(value, list | tuple):
        for each in value:
            yield from _flat(each)
    elif value is not None:
        yield str(value)


def _footnotes(connection: duckdb.DuckDBPyConnection, numbers: dict[str, int]) -> Iterable[Footnote]:
    query = "select figure_id, footnote from marts.citation where figure_id in (select unnest(?::varchar[]))"
    texts = dict(connection.execute(query, [list(numbers)]).fetchall())
    unknown = [figure_id for figure_id in numbers if figure_id not in texts]
    if unknown:
        raise NothingToCite(f"the warehouse holds no figure {', '.join(unknown[:5])}")
    return (Footnote(number, figure_id, texts[figure_id]) for figure_id, number in numbers.items())

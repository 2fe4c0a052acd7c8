"""Codes of different years made comparable: where a code of one year's edition stands in the newest edition.

Belongs here: following the concordance (dbt_project/seeds/concordance.csv is its one source), and what must hold of it. Does not belong
here: the editions (`classification`) and amounts: a code that was split without known weights stays as printed.

`year` of a row is the first fiscal year in which `to_code` takes the place of `from_code`; it applies to amounts of earlier years, and
to later ones that still print a code which no edition has any more. Codes are given to other matters after a time (30311 was
住房公积金 to 2017 and is 代缴社会保险费 from 2020), so a code without its year says nothing.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from pipeline.editions import classification

SEEDS = classification.SEEDS
FIRST_YEAR = 2007
"""The classification in use begins with the budget of 2007."""


class Change(NamedTuple):
    """One row of the concordance. An empty `from_code` or `to_code` (kind none) says that there is no predecessor or successor."""

    scheme: str
    from_code: str
    to_code: str
    year: int
    kind: str
    weight: Decimal | None
    evidence: str


class Comparable(NamedTuple):
    """A code of the newest edition that an amount belongs to, its share, and the weakest evidence on the way there."""

    code: str
    weight: Decimal
    evidence: str
    path: tuple[str, ...]


def read_changes(path: Path = SEEDS / "concordance.csv") -> tuple[Change, ...]:
    """Rows of the concordance as they stand in the file."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Change(
                row["scheme"],
                row["from_code"],
                row["to_code"],
                int(row["year"]),
                row["kind"],
                Decimal(row["weight"]) if row["weight"] else None,
                row["evidence"],
            )
            for row in csv.DictReader(file)
        )


@lru_cache(maxsize=1)
def _changes() -> dict[tuple[str, str], tuple[Change, ...]]:
    return _by_code(read_changes())


def _by_code(changes: Iterable[Change]) -> dict[tuple[str, str], tuple[Change, ...]]:
    """Changes that move amounts to another code, by scheme and code, in order of years."""
    found: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for change in changes:
        if change.from_code and change.to_code and change.from_code != change.to_code:
            found[(change.scheme, change.from_code)].append(change)
    return {key: tuple(sorted(rows, key=lambda row: (row.year, row.to_code))) for key, rows in found.items()}


def comparable_codes(scheme: str, code: str, year: int) -> tuple[Comparable, ...]:
    """Where an amount printed under `code` in `year` stands in the newest edition; the weights sum to one.

    A code without a change, or unknown, is its own comparable code (evidence `same_code`).
    """
    return _followed(_changes(), scheme, code, year)


def _followed(
    changes: Mapping[tuple[str, str], Sequence[Change]], scheme: str, code: str, year: int, seen: tuple[str, ...] = ()
) -> tuple[Comparable, ...]:
    rows = changes.get((scheme, code), ())
    later = [row for row in rows if row.year > year]
    if later:
        at = later[0].year
    elif rows and classification.code_name(scheme, code, max(year, rows[-1].year)) is None:
        at = rows[-1].year
    else:
        return (Comparable(code, Decimal(1), "same_code", (code,)),)
    step = [row for row in rows if row.year == at]
    total = sum((row.weight or Decimal(0) for row in step), Decimal(0))
    if code in seen or total != 1:
        raise ValueError(
            f"concordance of {scheme} {code} in {at}: "
            + (f"a cycle over {' → '.join((*seen, code))}" if code in seen else f"weights sum to {total}, expected 1")
            + "; correct dbt_project/seeds/concordance.csv"
        )
    found: dict[str, Comparable] = {}
    for row in step:
        for end in _followed(changes, scheme, row.to_code, max(year, at), (*seen, code)):
            weight = (row.weight or Decimal(0)) * end.weight
            evidence = row.evidence if end.evidence != "general_knowledge" else end.evidence
            before = found.get(end.code)
            if before is not None:
                weight += before.weight
            found[end.code] = Comparable(end.code, weight, evidence, (code, *end.path))
    return tuple(found[key] for key in sorted(found))


def problems(changes: Sequence[Change]) -> list[str]:
    """What is wrong with a concordance, in sentences: weights, cycles, levels, codes that no edition has. Empty where all is well."""
    names = {scheme: classification.known_codes(scheme) for scheme in classification.SCHEMES}
    found = []
    weights: dict[tuple[str, str, int], Decimal] = defaultdict(Decimal)
    for change in changes:
        where = f"{change.scheme} {change.from_code or '–'} → {change.to_code or '–'} ({change.year})"
        if not change.from_code and not change.to_code:
            found.append(f"{where}: neither a code nor its successor is named")
        if (change.kind == "none") != (not change.from_code or not change.to_code):
            found.append(f"{where}: kind none and a missing code go together")
        for code in filter(None, (change.from_code, change.to_code)):
            if code not in names.get(change.scheme, frozenset()):
                found.append(f"{where}: no edition has {code}")
        if change.from_code and change.to_code:
            if change.weight is None or not 0 < change.weight <= 1:
                found.append(f"{where}: weight {change.weight} is not above 0 and at most 1")
            if len(change.from_code) != len(change.to_code):
                found.append(f"{where}: codes of two levels")
            weights[(change.scheme, change.from_code, change.year)] += change.weight or Decimal(0)
    for (scheme, code, year), total in sorted(weights.items()):
        if total != 1:
            found.append(f"{scheme} {code} ({year}): weights sum to {total}")
    by_code = _by_code(changes)
    for scheme, code in sorted(by_code):
        try:
            _followed(by_code, scheme, code, FIRST_YEAR)
        except (ValueError, RecursionError) as error:
            if "cycle" in str(error) or isinstance(error, RecursionError):
                found.append(f"{scheme} {code}: the changes run in a cycle")
    return found

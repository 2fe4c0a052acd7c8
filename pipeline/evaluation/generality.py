"""Which rows of the form catalogue a set of documents uses, and the catalogue without the rows that only they use.

Belongs here: patterns as alternatives, the alternatives that printed texts go through, reduced copies of the tables. Does not belong
here: reading with them, and what is made of the outcome (`evaluation`).

An alternative inside of a regular expression counts as a row of data: `(支出|收入)?合计|总计` holds `(支出|收入)?合计`, `总计`, `支出` and `收入`.
Parts in look-ahead and look-behind belong to their alternative and are none of their own.
"""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.forms import catalogue
from pipeline.forms.text import bare_name, comparable

TABLES = ("title.csv", "header.csv", "nil.csv")
_LOOKAROUND = re.compile(r"\(\?(?:[=!]|<[=!])")
_GROUP = re.compile(r"\((?:\?:)?")
_QUANTIFIER = re.compile(r"(?:[?*+]|\{\d+(?:,\d*)?\})\??")
_ATOM = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)


class Alternative(NamedTuple):
    """One alternative of one row: table, number of the row, and the place in its pattern (0 for the first of the topmost)."""

    table: str
    row: int
    place: tuple[int, ...]


@dataclass(slots=True)
class Group:
    """Alternatives in parentheses (or the whole pattern), each a sequence of literal text and groups."""

    branches: list[list[str | Group]]
    quantifier: str = ""

    @property
    def is_choice(self) -> bool:
        """Whether its alternatives are rows of data: several of them, or one that may be left out."""
        return len(self.branches) > 1 or self.quantifier.startswith(("?", "*"))


def parse(pattern: str) -> Group:
    """The pattern as groups of alternatives. Raises ValueError where it uses what the catalogue's patterns do not use."""
    group, end = _parse_branches(pattern, 0)
    if end != len(pattern):
        raise ValueError(f"unbalanced parenthesis at {end} in {pattern!r}")
    return group


def _parse_branches(pattern: str, position: int) -> tuple[Group, int]:
    branches: list[list[str | Group]] = [[]]
    while position < len(pattern) and pattern[position] != ")":
        if pattern[position] == "|":
            branches.append([])
            position += 1
        elif look := _LOOKAROUND.match(pattern, position):
            inner, end = _parse_branches(pattern, look.end())
            branches[-1].append(f"{look.group()}{write(inner)})")
            position = end + 1
        elif pattern[position] == "(":
            start = _GROUP.match(pattern, position)
            if start is None or (pattern.startswith("(?", position) and not pattern.startswith("(?:", position)):
                raise ValueError(f"unknown group at {position} in {pattern!r}")
            inner, position = _parse_branches(pattern, start.end())
            if position >= len(pattern):
                raise ValueError(f"unclosed parenthesis in {pattern!r}")
            position += 1
            if quantifier := _QUANTIFIER.match(pattern, position):
                inner.quantifier = quantifier.group()
                position = quantifier.end()
            branches[-1].append(inner)
        else:
            atom = _ATOM.match(pattern, position)
            assert atom is not None
            branches[-1].append(atom.group())
            position = atom.end()
    return Group(branches), position


def write(group: Group) -> str:
    """The pattern of a parsed group, without parentheses around the whole."""
    return "|".join(
        "".join(part if isinstance(part, str) else f"(?:{write(part)}){part.quantifier}" for part in branch)
        for branch in group.branches
    )


def places(
    group: Group, depth: int | None = None, above: tuple[int, ...] = ()
) -> Iterator[tuple[tuple[int, ...], str]]:
    """Every alternative with its place; with `depth` 1 only the topmost ones.

    A place is a path: number of the alternative, number of the part in it, number of the alternative in that part, and so on.
    """
    for number, branch in enumerate(group.branches):
        place = (*above, number)
        if group.is_choice or not above:
            yield place, write(Group([branch]))
        if depth != 1:
            for position, part in enumerate(branch):
                if isinstance(part, Group):
                    yield from places(part, None, (*place, position))


def without(group: Group, removed: set[tuple[int, ...]], above: tuple[int, ...] = ()) -> Group | None:
    """The group without the alternatives at the places; None where nothing is left that could match."""
    branches = []
    for number, branch in enumerate(group.branches):
        place = (*above, number)
        if place in removed:
            continue
        parts: list[str | Group] = []
        for position, part in enumerate(branch):
            if isinstance(part, str):
                parts.append(part)
                continue
            left = without(part, removed, (*place, position))
            if left is not None:
                parts.append(left)
            elif not part.quantifier.startswith(("?", "*")):
                break
        else:
            branches.append(parts)
    return Group(branches, group.quantifier) if branches else None


def _traced(group: Group, names: list[tuple[int, ...]], above: tuple[int, ...] = ()) -> str:
    """The pattern with every alternative captured; `names` takes their places in the order of the captures."""
    branches = []
    for number, branch in enumerate(group.branches):
        place = (*above, number)
        names.append(place)
        parts = [
            part if isinstance(part, str) else f"(?:{_traced(part, names, (*place, position))}){part.quantifier}"
            for position, part in enumerate(branch)
        ]
        branches.append(f"({''.join(parts)})")
    return "|".join(branches)


@dataclass(slots=True)
class Row:
    """One row of a table of patterns."""

    table: str
    number: int
    data: dict[str, str]
    group: Group
    traced: re.Pattern[str] = field(init=False)
    names: list[tuple[int, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.traced = re.compile(_traced(self.group, self.names))

    def used(self, match: re.Match[str] | None) -> set[Alternative]:
        """The alternatives that a match went through."""
        if match is None:
            return set()
        pairs = zip(self.names, match.groups(), strict=True)
        return {Alternative(self.table, self.number, place) for place, text in pairs if text is not None}


@cache
def rows(folder: Path = catalogue.FOLDER) -> dict[str, list[Row]]:
    """The rows of every table of patterns, in order."""
    tables = {}
    for table in TABLES:
        with (folder / table).open(encoding="utf-8", newline="") as file:
            tables[table] = [
                Row(table, number, data, parse(data["pattern"])) for number, data in enumerate(csv.DictReader(file))
            ]
    return tables


def used_by_title(title: str) -> set[Alternative]:
    """Alternatives by which a printed title is known: those of the first row that occurs in it."""
    text = comparable(title)
    return next((row.used(match) for row in rows()["title.csv"] if (match := row.traced.search(text))), set())


def used_by_header(text: str) -> set[Alternative]:
    """Alternatives by which a header or a line's name is known: those of every row that tells its role or an attribute."""
    normal = catalogue.header_text(text)
    for variant in (normal, re.sub(r"[(][^()]*[)]?$", "", normal), normal[1:]):
        if len(variant) < 2 and variant != normal:
            continue
        hits = [(row, match) for row in rows()["header.csv"] if (match := row.traced.fullmatch(variant))]
        if hits:
            role = hits[0][0].data["role"]
            return {used for row, match in hits if row.data["role"] == role for used in row.used(match)}
    return set()


def used_by_note(text: str) -> set[Alternative]:
    """Alternatives by which a note or a cell declares nil."""
    plain = comparable(re.sub(r"^(?:备?注|说明)[:：]?", "", text))
    return next((row.used(match) for row in rows()["nil.csv"] if (match := row.traced.search(plain))), set())


def used_by_document(tables: Mapping[str, list[dict[str, Any]]]) -> set[Alternative]:
    """Alternatives that the forms of a document were read by: titles, header cells, names of lines, nil declarations."""
    used: set[Alternative] = set()
    known = {form["form_index"] for form in tables.get("form", []) if form["form"]}
    headers = {
        cell["text"] for cell in tables.get("cell", []) if cell["role"] == "header" and cell["form_index"] in known
    }
    names = {bare_name(figure["line_name"]) for figure in tables.get("figure", []) if figure["line_name"]}
    for texts, uses in (
        ({form["title"] for form in tables.get("form", []) if form["title"]}, used_by_title),
        ({text for text in headers | names if text.strip()}, used_by_header),
        (_notes(tables), used_by_note),
    ):
        for text in texts:
            used |= uses(text)
    return used


def _notes(tables: Mapping[str, list[dict[str, Any]]]) -> set[str]:
    nil = {form["form_index"] for form in tables.get("form", []) if form["is_declared_nil"]}
    cells = tables.get("cell", [])
    texts = {
        cell["text"]
        for cell in cells
        if cell["form_index"] in nil and cell["role"] != "header" and len(cell["text"]) > 3
    }
    return texts | {form["note"] for form in tables.get("form", []) if form["note"]}


def own_alternatives(uses: Mapping[str, set[Alternative]], jurisdiction: str, top_level: bool) -> set[Alternative]:
    """The alternatives that documents of one jurisdiction use and of no other."""
    others: set[Alternative] = set().union(*(used for name, used in uses.items() if name != jurisdiction))
    own = uses[jurisdiction] - others
    return {alternative for alternative in own if len(alternative.place) == 1} if top_level else own


def counted(alternatives: Iterable[Alternative]) -> list[tuple[Alternative, str]]:
    """The alternatives that are rows of data, each with its pattern, in the order of the tables."""
    texts = {
        Alternative(table, row.number, place): text
        for table, own in rows().items()
        for row in own
        for place, text in places(row.group)
    }
    return [(alternative, texts[alternative]) for alternative in sorted(alternatives) if alternative in texts]


def write_reduced(removed: set[Alternative], folder: Path) -> None:
    """Write the catalogue to `folder` without the given alternatives; a row without any left is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for other in catalogue.FOLDER.glob("*.csv"):
        if other.name not in TABLES:
            shutil.copyfile(other, folder / other.name)
    for table, own in rows().items():
        kept = []
        for row in own:
            places_removed = {one.place for one in removed if one.table == table and one.row == row.number}
            left = without(row.group, places_removed)
            if left is not None:
                kept.append({**row.data, "pattern": write(left)} if places_removed else row.data)
        with (folder / table).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(own[0].data), lineterminator="\n")
            writer.writeheader()
            writer.writerows(kept)

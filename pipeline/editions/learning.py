"""What documents print of codes, names and years, held against the editions: proposals that a person accepts into the seeds.

Belongs here: judging each print by the editions, and choosing the year of a rename that contradicts least. Does not belong here: gathering
prints (`prints`), names that only other prints bear out (`inference`), writing what is accepted (`acceptance`), and what one document
contradicts (`audit.classification_finding`).

A print contradicts a span only where none of the editions that it can be of is in it. An edition cannot know a name of the future, while old words linger in a city's tables: a new name too early
weighs more than an old one too late.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from pipeline.editions import classification, inference, seeds
from pipeline.editions.prints import Print, prints_of_table, prints_of_warehouse
from pipeline.editions.seeds import OPEN, SEEDS, TABLES, Row, key_of

_NUMBERED = re.compile(r"\([一二三四五]\)$")
_EARLY, _LATE = 3, 1
"""How much a name before its first edition weighs against one after its last."""
_GIVEN = ("printed", "official")


class Proposal(NamedTuple):
    """One change of a seed, or (action `unexplained`) a print that no row explains and no change would.

    `action`: attest (the row is printed in more years), boundary (the first year of a name), extend (a span that ended too early or
    began too late), new_row, infer (what other prints say of its name), unexplained.
    """

    action: str
    scheme: str
    code: str
    name: str
    field: str
    seed_value: str
    proposed_value: str
    printed_for: str
    printed_against: str


@dataclass(slots=True)
class _Learned:
    years: dict[tuple[str, str, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    places: dict[tuple[str, str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    unexplained: dict[tuple[str, str, str], list[Print]] = field(default_factory=lambda: defaultdict(list))


def gathered(warehouse: Path, tables: Iterable[Path]) -> list[Print]:
    """Prints of all documents of a warehouse and of tables that others made."""
    return [*prints_of_warehouse(warehouse), *(each for path in tables for each in prints_of_table(path))]


def _explains(each: Print) -> tuple[str, int] | None:
    """The name and edition of the row that explains a print; of its code, or of a code beside it where the code was only derived."""
    codes = [each.code]
    if each.by_name:
        parent = classification.parent_of(each.code)
        codes += [
            found.code
            for found in classification.code_by_name(each.name, parent, each.scheme, each.last, len(each.code))
            if found.evidence == "name" and found.code != each.code
        ]
    for code in codes:
        for edition in range(each.last, each.first - 1, -1):
            for span in classification.names_of(code, each.scheme):
                if span.holds(edition) and classification.is_same_name(each.name, span.name):
                    return (code, edition)
    return None


def variants(folder: Path = SEEDS) -> list[Row]:
    """Names that places print for a code and no edition has, each with the reason why it changes nothing."""
    return seeds.read(folder / "name_variant.csv")


def explains(each: Print, listed: Sequence[Row]) -> bool:
    """Whether a row of the editions explains a print, or it is listed among the variants of its place."""
    return _explains(each) is not None or _is_listed(each, listed)


def _is_listed(each: Print, listed: Sequence[Row]) -> bool:
    return any(
        (row["scheme"], row["code"]) == (each.scheme, each.code)
        and classification.plain_name(row["printed_name"]) == classification.plain_name(each.name)
        and each.place in row["places"].split()
        and int(row["first_year"]) <= each.last
        and each.first <= int(row["last_year"])
        for row in listed
    )


def _learn(prints: Iterable[Print], folder: Path) -> _Learned:
    learned = _Learned()
    listed = variants(folder)
    for each in prints:
        found = _explains(each)
        if found is None:
            if _is_listed(each, listed):
                continue
            learned.unexplained[(each.scheme, each.code, classification.plain_name(each.name))].append(each)
            continue
        code, edition = found
        name = classification.code_name(each.scheme, code, edition)
        if name is not None and _is_whole(each.name, name):
            learned.years[(each.scheme, code, name)].add(edition)
            learned.places[(each.scheme, code, name)].add(each.place)
    return learned


def _is_whole(printed: str, name: str) -> bool:
    """Whether the name is printed whole, but for its section in brackets: a name that is cut off attests nothing, nor does （一）for （二）."""
    plain = classification.plain_name(printed)
    if _NUMBERED.search(plain):
        return classification.plain_name(name) == plain
    return classification.plain_name(name) in (plain, classification.without_qualifier(plain))


def propose(prints: Sequence[Print], folder: Path = SEEDS) -> list[Proposal]:
    """Everything that the prints say of the seeds, in order of actions and codes."""
    learned = _learn(prints, folder)
    listed = variants(folder)
    by_code: dict[tuple[str, str], list[Print]] = defaultdict(list)
    for each in prints:
        if not _is_listed(each, listed):
            by_code[(each.scheme, each.code)].append(each)
    proposals = [*_attestations(learned, folder), *_boundaries(by_code)]
    moved = {(found.scheme, found.code) for found in proposals if found.action == "boundary"}
    for (scheme, code, _), unexplained in sorted(learned.unexplained.items()):
        proposals.append(_of_unexplained(scheme, code, unexplained, (scheme, code) in moved))
    return proposals


def _attestations(learned: _Learned, folder: Path) -> list[Proposal]:
    proposals = []
    for file_name in sorted({table[0] for table in TABLES.values()}):
        for row in seeds.read(folder / file_name):
            scheme, code, name = key_of(row, file_name)
            known = set(map(int, row["attested_years"].split()))
            first, last = int(row["first_year"]), int(row["last_year"] or OPEN)
            years = known | {year for year in learned.years.get((scheme, code, name), ()) if first <= year <= last}
            if years != known:
                proposals.append(
                    Proposal(
                        "attest", scheme, code, name, "attested_years", row["attested_years"],
                        " ".join(map(str, sorted(years))), " ".join(sorted(learned.places[(scheme, code, name)])), "",
                    )
                )  # fmt: skip
    return proposals


def inferences(prints: Iterable[Print], folder: Path = SEEDS) -> list[Proposal]:
    """Names that nothing gives, and that the regular build of what is printed bears out; of other editions too, whose rows are no longer here."""
    evidence = {
        inference.Named(
            *key_of(row, file_name), int(row["first_year"]), int(row["last_year"] or OPEN), row["evidence"] in _GIVEN
        ): row["evidence"]
        for file_name in sorted({table[0] for table in TABLES.values()})
        for row in seeds.read(folder / file_name)
    }
    wanted = {(each.scheme, each.code, each.name) for each in evidence if evidence[each] == "general_knowledge"}
    elsewhere = {
        inference.Named(each.scheme, each.code, _unqualified(each.name), each.first, each.last, is_given=True)
        for each in prints
        if not classification.names_of(each.code, each.scheme) and each.code.isdigit()
    }
    crossings = [
        inference.Crossing(
            classification.ECONOMIC_GOVERNMENT,
            row["government_code"],
            classification.ECONOMIC_DEPARTMENT,
            row["department_code"],
        )
        for row in seeds.read(folder / "economic_crosswalk.csv")
    ]
    return [
        Proposal("infer", *key, "evidence_detail", "", detail, "", "")
        for key, detail in sorted(inference.infer(sorted(elsewhere | set(evidence)), crossings).items())
        if key in wanted
    ]


def _unqualified(name: str) -> str:
    """A printed name without its section in brackets."""
    plain = classification.plain_name(name)
    return plain if _NUMBERED.search(plain) else classification.without_qualifier(plain)


def _boundaries(by_code: Mapping[tuple[str, str], Sequence[Print]]) -> list[Proposal]:
    """The year of each rename that the prints contradict, where another year contradicts them less."""
    proposals = []
    for (scheme, code), prints in sorted(by_code.items()):
        for old, new in pairwise(classification.names_of(code, scheme)):
            if old.last_year + 1 != new.first_year:
                continue
            costs = {
                year: _cost(prints, old.name, new.name, year)
                for year in range(old.first_year + 1, min(new.last_year, max(each.last for each in prints) + 1) + 1)
            }
            seed = _cost(prints, old.name, new.name, new.first_year)
            best = min(costs, key=lambda year: (costs[year], abs(year - new.first_year)), default=new.first_year)
            if costs and costs[best] < seed:
                proposals.append(
                    Proposal(
                        "boundary", scheme, code, new.name, "first_year", str(new.first_year), str(best),
                        _told(prints, old.name, new.name, best, agree=True),
                        _told(prints, old.name, new.name, best, agree=False),
                    )
                )  # fmt: skip
    return proposals


def _which(each: Print, old: str, new: str) -> str | None:
    """Which of two names a print is: the one that it is to the letter, else the one that it is but for words in brackets."""
    plain = classification.plain_name(each.name)
    names = [name for name in (old, new) if classification.plain_name(name) == plain]
    names = names or [name for name in (old, new) if _is_whole(each.name, name)]
    return names[0] if len(names) == 1 else None


def _contradicts(each: Print, old: str, new: str, year: int) -> int:
    """What a print costs if `new` takes the place of `old` in `year`."""
    which = _which(each, old, new)
    if which == new:
        return _EARLY if each.last < year else 0
    return _LATE if which == old and each.first >= year else 0


def _cost(prints: Iterable[Print], old: str, new: str, year: int) -> int:
    """What all prints cost. Old words of a place that prints the new ones already are its own, and say nothing of the edition."""
    counted = {
        (each.place, each.first, each.last, which): each
        for each in prints
        if (which := _which(each, old, new)) is not None
    }
    begun: dict[str, int] = {}
    for place, _, last, which in counted:
        if which == new:
            begun[place] = min(last, begun.get(place, OPEN))
    return sum(
        _contradicts(each, old, new, year)
        for (place, _, last, which), each in counted.items()
        if which == new or last < begun.get(place, OPEN)
    )


def _told(prints: Iterable[Print], old: str, new: str, year: int, agree: bool) -> str:
    return _listed(
        each
        for each in prints
        if _which(each, old, new) is not None and (_contradicts(each, old, new, year) == 0) is agree
    )


def _listed(prints: Iterable[Print]) -> str:
    """Prints as one line: name: place years, …"""
    years: dict[tuple[str, str], set[int]] = defaultdict(set)
    for each in prints:
        years[(each.name, each.place)].add(each.first)
    return "; ".join(
        f"{name}: {place} {' '.join(map(str, sorted(found)))}" for (name, place), found in sorted(years.items())
    )


def _of_unexplained(scheme: str, code: str, prints: Sequence[Print], is_moved: bool) -> Proposal:
    """What a print that no row explains asks for: a longer span, a new row, or nothing that documents could decide."""
    name = prints[0].name
    spans = classification.names_of(code, scheme)
    same = [span for span in spans if _is_whole(name, span.name)]
    years = [year for each in prints for year in (each.first, each.last)]
    listed = _listed(prints)
    places = {each.place for each in prints}
    parent = classification.parent_of(code)
    if not spans and len(places) > 1 and (parent is None or classification.names_of(parent, scheme)):
        return Proposal("new_row", scheme, code, name, "first_year", "", str(min(years)), listed, "")
    if same and not is_moved and not any(span.holds(year) for span in spans for year in years):
        span = same[-1]
        if max(years) > span.last_year:
            return Proposal(
                "extend", scheme, code, span.name, "last_year", str(span.last_year), str(max(years)), listed, ""
            )
        return Proposal(
            "extend", scheme, code, span.name, "first_year", str(span.first_year), str(min(years)), listed, ""
        )
    expected = "; ".join(f"{span.name} ({span.first_year}–{span.last_year})" for span in spans)
    return Proposal("unexplained", scheme, code, name, "", expected, "", "", listed)


def write_proposals(proposals: Sequence[Proposal], path: Path) -> None:
    """The proposals as a CSV that a person reviews: lines that are not wanted are deleted before it is accepted."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Proposal._fields)
        writer.writerows(proposals)


def read_proposals(path: Path) -> list[Proposal]:
    """Proposals of a reviewed CSV."""
    return [Proposal(**row) for row in seeds.read(path)]

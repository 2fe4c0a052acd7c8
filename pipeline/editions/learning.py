"""What documents print of codes, names and years, held against the editions: proposals that a person accepts into the seeds.

Belongs here: gathering prints from a warehouse and from tables of prints, judging each by the editions, choosing the year of a rename
that contradicts least, and writing accepted proposals into the seeds. Does not belong here: what one document contradicts
(`audit.classification_finding`), and the rules of the seeds (`reference_rules`).

A print says that a name stood for a code in an edition. Which edition is not always certain: the execution of 2020 that the budget for 2021
prints may use the names of either. Hence a print carries the first and last edition that it can be of, and contradicts a span only
where none of them is in it. An edition cannot know a name of the future, while old words linger in a city's tables: a new name too early
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

from pipeline.editions import attestation, classification

Row = dict[str, str]
SEEDS = classification.SEEDS
TABLES = {
    classification.FUNCTIONAL: ("functional_class.csv", "functional_code", "functional_name"),
    classification.ECONOMIC_DEPARTMENT: ("economic_class.csv", "economic_code", "economic_name"),
    classification.ECONOMIC_GOVERNMENT: ("economic_class.csv", "economic_code", "economic_name"),
    classification.REVENUE: ("revenue_class.csv", "revenue_code", "revenue_name"),
}
_CODE_FIELDS = ("functional_code", "economic_code", "revenue_code", "code")
_NAME_FIELDS = ("functional_name", "economic_name", "revenue_name", "name")
_SHAPES = {
    classification.FUNCTIONAL: r"2\d\d(\d\d){0,2}",
    classification.ECONOMIC_DEPARTMENT: r"3\d\d(\d\d)?",
    classification.ECONOMIC_GOVERNMENT: r"5\d\d(\d\d)?",
    classification.REVENUE: r"1\d\d(\d\d){0,3}",
}
_NUMBERED = re.compile(r"\([一二三四五]\)$")
_EARLY, _LATE = 3, 1
"""How much a name before its first edition weighs against one after its last."""
_OPEN = 9999


class Print(NamedTuple):
    """A name printed for a code; `first` and `last` are the editions it can be of, `by_name` says that the code is not printed beside it."""

    scheme: str
    code: str
    name: str
    first: int
    last: int
    place: str
    by_name: bool


class Proposal(NamedTuple):
    """One change of a seed, or (action `unexplained`) a print that no row explains and no change would.

    `action`: attest (the row is printed in more years), boundary (the first year of a name), extend (a span that ended too early or
    began too late), new_row, unexplained.
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


def prints_of_warehouse(warehouse: Path) -> list[Print]:
    """What the documents of a published warehouse print: codes with names, and names that got their code by their place in a list."""
    import duckdb

    printed = {
        (found.scheme, found.code, found.name, found.year, found.document_id)
        for found in attestation.read_attestations(warehouse)
    }
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        documents = {
            row[0]: (row[1] or row[0], row[2])
            for row in connection.execute(
                "select document_id, jurisdiction_name, fiscal_year from core.document where not is_specimen"
            ).fetchall()
        }
        named = connection.execute(
            """
            select distinct scheme, line_code, line_name, fiscal_year, document_id
            from core.figure
            where
                not is_comparative
                and line_code is not null
                and line_name is not null
                and scheme in ('functional', 'economic_department', 'economic_government', 'government_revenue')
            """
        ).fetchall()
    found = []
    for scheme, code, name, year, document_id in sorted(printed | set(named)):
        if document_id in documents:
            place, edition = documents[document_id]
            place = place.removesuffix("市")
            last = max(year, edition or year)
            by_name = (scheme, code, name, year, document_id) not in printed
            found.append(Print(scheme, code, name, year, last, place, by_name))
    return found


def prints_of_table(path: Path, scheme: str = classification.FUNCTIONAL) -> list[Print]:
    """Prints of a CSV with columns of code, name, `year` and `printed_in` (documents, each beginning with its place and naming its year).

    A list of a whole edition has neither of the last two: its name says its year.
    """
    of_file = re.search(r"(?:19|20)\d\d", path.stem)
    found = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            code = next(row[name] for name in _CODE_FIELDS if name in row)
            name = next(row[name] for name in _NAME_FIELDS if name in row)
            if not re.fullmatch(_SHAPES[scheme], code):
                continue
            year = int(row.get("year") or (of_file.group() if of_file else 0))
            editions: dict[str, int] = {}
            for document in row.get("printed_in", "").split():
                place = re.split(r"市?\d{4}|市|_", document, maxsplit=1)[0] or document
                stated = re.search(r"20\d\d", document)
                edition = int(stated.group()) if stated else year
                editions[place] = min(edition, editions.get(place, _OPEN))
            for place, edition in sorted((editions or {path.stem: year}).items()):
                found.append(Print(scheme, code, name, year, max(year, edition), place, by_name=True))
    return found


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


def variants(seeds: Path = SEEDS) -> list[Row]:
    """Names that places print for a code and no edition has, each with the reason why it changes nothing."""
    return read(seeds / "name_variant.csv")


def explains(each: Print, listed: Sequence[Row]) -> bool:
    """Whether a row of the editions explains a print, or it is listed among the variants of its place."""
    return _explains(each) is not None or any(
        (row["scheme"], row["code"]) == (each.scheme, each.code)
        and classification.plain_name(row["printed_name"]) == classification.plain_name(each.name)
        and each.place in row["places"].split()
        and int(row["first_year"]) <= each.last
        and each.first <= int(row["last_year"])
        for row in listed
    )


def _learn(prints: Iterable[Print], seeds: Path) -> _Learned:
    learned = _Learned()
    listed = variants(seeds)
    for each in prints:
        found = _explains(each)
        if found is None:
            if explains(each, listed):
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


def propose(prints: Sequence[Print], seeds: Path = SEEDS) -> list[Proposal]:
    """Everything that the prints say of the seeds, in order of actions and codes."""
    learned = _learn(prints, seeds)
    by_code: dict[tuple[str, str], list[Print]] = defaultdict(list)
    for each in prints:
        by_code[(each.scheme, each.code)].append(each)
    proposals = [*_attestations(learned, seeds), *_boundaries(by_code)]
    moved = {(found.scheme, found.code) for found in proposals if found.action == "boundary"}
    for (scheme, code, _), unexplained in sorted(learned.unexplained.items()):
        proposals.append(_of_unexplained(scheme, code, unexplained, (scheme, code) in moved))
    return proposals


def _attestations(learned: _Learned, seeds: Path) -> list[Proposal]:
    proposals = []
    for file_name in sorted({table[0] for table in TABLES.values()}):
        for row in read(seeds / file_name):
            scheme, code, name = _key(row, file_name)
            known = set(map(int, row["attested_years"].split()))
            first, last = int(row["first_year"]), int(row["last_year"] or _OPEN)
            years = known | {year for year in learned.years.get((scheme, code, name), ()) if first <= year <= last}
            if years != known:
                proposals.append(
                    Proposal(
                        "attest", scheme, code, name, "attested_years", row["attested_years"],
                        " ".join(map(str, sorted(years))), " ".join(sorted(learned.places[(scheme, code, name)])), "",
                    )
                )  # fmt: skip
    return proposals


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
            begun[place] = min(last, begun.get(place, _OPEN))
    return sum(
        _contradicts(each, old, new, year)
        for (place, _, last, which), each in counted.items()
        if which == new or last < begun.get(place, _OPEN)
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


def read(path: Path) -> list[Row]:
    """Rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_proposals(proposals: Sequence[Proposal], path: Path) -> None:
    """The proposals as a CSV that a person reviews: lines that are not wanted are deleted before it is accepted."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Proposal._fields)
        writer.writerows(proposals)


def read_proposals(path: Path) -> list[Proposal]:
    """Proposals of a reviewed CSV."""
    return [Proposal(**row) for row in read(path)]


def accept(proposals: Iterable[Proposal], seeds: Path = SEEDS) -> int:
    """Write reviewed proposals into the seeds; returns how many rows changed. What is `unexplained` changes nothing."""
    reviewed = list(proposals)
    by_table: dict[str, list[Proposal]] = defaultdict(list)
    for each in reviewed:
        by_table[TABLES[each.scheme][0]].append(each)
    changed = 0
    for file_name, wanted in sorted(by_table.items()):
        rows = read(seeds / file_name)
        fields = list(rows[0])
        for each in sorted(wanted, key=lambda each: each.action != "attest"):
            changed += _ACCEPT[each.action](rows, each, file_name)
        rows.sort(key=lambda row: (row.get("scheme", ""), row[TABLES[wanted[0].scheme][1]], int(row["first_year"])))
        attestation.write(seeds / file_name, fields, rows)
    return changed + _date_changes(seeds, reviewed) + _strengthen(seeds)


def _key(row: Row, file_name: str) -> tuple[str, str, str]:
    _, code, name = next(table for table in TABLES.values() if table[0] == file_name)
    implied = classification.FUNCTIONAL if file_name == "functional_class.csv" else classification.REVENUE
    return (row.get("scheme", implied), row[code], row[name])


def _found(rows: Iterable[Row], each: Proposal, file_name: str) -> Row | None:
    return next((row for row in rows if _key(row, file_name) == (each.scheme, each.code, each.name)), None)


def _accept_years(rows: list[Row], each: Proposal, file_name: str) -> int:
    added = {int(year) for year in each.proposed_value.split()} - {int(year) for year in each.seed_value.split()}
    row = _found((row for row in rows if all(_in_span(row, year) for year in added)), each, file_name)
    if row is None:
        return 0
    years = set(row["attested_years"].split()) | set(each.proposed_value.split())
    places = set(row["attested_places"].split()) | set(each.printed_for.split())
    row["attested_years"] = " ".join(sorted(years))
    row["attested_places"] = " ".join(sorted(places))
    if row["evidence"] != "official":
        row["evidence"], row["evidence_detail"] = "printed", detail_of(row)
    return 1


def detail_of(row: Mapping[str, str]) -> str:
    """The evidence of a printed row in words."""
    where = f" by {row['attested_places']}" if row["attested_places"] else ""
    return f"Printed{where}; years beyond those attested are general knowledge"


def _in_span(row: Row, year: int) -> bool:
    return int(row["first_year"]) <= year <= int(row["last_year"] or _OPEN)


def _accept_boundary(rows: list[Row], each: Proposal, file_name: str) -> int:
    row = _found(rows, each, file_name)
    if row is None:
        return 0
    before = [
        other
        for other in rows
        if _key(other, file_name)[:2] == (each.scheme, each.code)
        and other["last_year"] == str(int(each.seed_value) - 1)
    ]
    row["first_year"] = each.proposed_value
    for other in before:
        other["last_year"] = str(int(each.proposed_value) - 1)
    for moved in (row, *before):
        moved["attested_years"] = " ".join(
            year for year in moved["attested_years"].split() if _in_span(moved, int(year))
        )
    return 1 + len(before)


def _accept_span(rows: list[Row], each: Proposal, file_name: str) -> int:
    row = _found(rows, each, file_name)
    if row is None:
        return 0
    row[each.field] = each.proposed_value
    return 1


def _accept_row(rows: list[Row], each: Proposal, file_name: str) -> int:
    _, code, name = TABLES[each.scheme]
    row = dict.fromkeys(rows[0], "") | {
        code: each.code, name: each.name, "parent_code": classification.parent_of(each.code) or "",
        "level": {3: "category", 5: "section", 7: "item", 9: "sub_item"}[len(each.code)],
        "first_year": each.proposed_value, "evidence": "printed", "attested_years": each.proposed_value,
    }  # fmt: skip
    if "scheme" in row:
        row["scheme"] = each.scheme
    row["evidence_detail"] = detail_of(row)
    rows.append(row)
    return 1


_ACCEPT = {
    "attest": _accept_years,
    "boundary": _accept_boundary,
    "extend": _accept_span,
    "new_row": _accept_row,
    "unexplained": lambda rows, each, file_name: 0,
}


def _date_changes(seeds: Path, proposals: Sequence[Proposal]) -> int:
    """Changes of the concordance follow the spans: a rename its boundary, a move the last year of its old code."""
    path = seeds / "concordance.csv"
    rows = read(path)
    changed = 0
    for each in proposals:
        for row in rows:
            if row["scheme"] != each.scheme:
                continue
            renamed = each.action == "boundary" and row["kind"] == "rename" and row["to_code"] == each.code
            ended = each.action == "extend" and each.field == "last_year" and row["from_code"] == each.code
            if renamed and row["to_name"] == each.name and row["year"] == each.seed_value:
                row["year"] = each.proposed_value
                changed += 1
            elif ended and row["year"] == str(int(each.seed_value) + 1):
                row["year"] = str(int(each.proposed_value) + 1)
                changed += 1
    if changed:
        attestation.write(path, list(rows[0]), rows)
    return changed


def _strengthen(seeds: Path) -> int:
    """A tie rests on what is printed of its ends.

    A rename rests on documents once both of its names do. A number that changed under one name is inferred from the two prints of that name;
    that different names mean one matter needs a person.
    """
    printed = {
        _key(row, file_name)
        for file_name in sorted({table[0] for table in TABLES.values()})
        for row in read(seeds / file_name)
        if row["evidence"] in ("printed", "official")
    }
    path = seeds / "concordance.csv"
    rows = read(path)
    changed = 0
    for row in rows:
        ends = {(row["scheme"], row["from_code"], row["from_name"]), (row["scheme"], row["to_code"], row["to_name"])}
        if row["evidence"] != "general_knowledge" or not row["from_code"] or not row["to_code"] or not ends <= printed:
            continue
        if row["kind"] == "rename":
            row["evidence"], row["evidence_detail"] = "printed", "Both names are printed"
        elif classification.plain_name(row["from_name"]) == classification.plain_name(row["to_name"]):
            row["evidence"], row["evidence_detail"] = "inferred", "Two prints of one name under two codes"
        else:
            continue
        changed += 1
    if changed:
        attestation.write(path, list(rows[0]), rows)
    return changed

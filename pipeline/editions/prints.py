"""Prints: a name that stands for a code in a document or a list, with the editions that it can be of.

Belongs here: gathering them from a warehouse and from tables that others made. Does not belong here: what follows from them (`learning`).

Which edition a print is of is not always certain: the execution of 2020 that the budget for 2021 prints may use the names of either. Hence
a print carries the first and last edition that it can be of.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import NamedTuple

from pipeline.editions import attestation, classification
from pipeline.editions.seeds import OPEN

_CODE_FIELDS = ("functional_code", "economic_code", "revenue_code", "code")
_NAME_FIELDS = ("functional_name", "economic_name", "revenue_name", "name")
_SHAPES = {
    classification.FUNCTIONAL: r"2\d\d(\d\d){0,2}",
    classification.ECONOMIC_DEPARTMENT: r"3\d\d(\d\d)?",
    classification.ECONOMIC_GOVERNMENT: r"5\d\d(\d\d)?",
    classification.REVENUE: r"1\d\d(\d\d){0,3}",
}


class Print(NamedTuple):
    """A name printed for a code; `first` and `last` are the editions it can be of, `by_name` says that the code is not printed beside it."""

    scheme: str
    code: str
    name: str
    first: int
    last: int
    place: str
    by_name: bool


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


def prints_of_table(path: Path) -> list[Print]:
    """Prints of a table with columns of code and name; of every scheme that the codes are of.

    `year` and `printed_in` (documents, each beginning with its place and naming its year) say where a name is printed; `years_seen` and
    `jurisdictions` say it of many documents at once, code and name beside one another. A list of a whole edition has neither: its name says
    its year.
    """
    of_file = re.search(r"(?:19|20)\d\d", path.stem)
    found = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t" if path.suffix == ".tsv" else ","):
            code = next(row[name] for name in _CODE_FIELDS if name in row)
            name = next(row[name] for name in _NAME_FIELDS if name in row)
            scheme = next((scheme for scheme, shape in _SHAPES.items() if re.fullmatch(shape, code)), None)
            if scheme is None:
                continue
            if "years_seen" in row:
                places = row.get("jurisdictions", "").split() or [path.stem]
                found += [
                    Print(scheme, code, name, int(year), int(year), place, by_name=False)
                    for year in row["years_seen"].split()
                    for place in places
                ]
                continue
            year = int(row.get("year") or (of_file.group() if of_file else 0))
            editions = _editions(row.get("printed_in", "").split(), year)
            for place, edition in sorted((editions or {path.stem: year}).items()):
                found.append(Print(scheme, code, name, year, max(year, edition), place, by_name=True))
    return found


def _editions(documents: list[str], year: int) -> dict[str, int]:
    """For each place the earliest edition that a document of it can be of."""
    editions: dict[str, int] = {}
    for document in documents:
        place = re.split(r"市?\d{4}|市|_", document, maxsplit=1)[0] or document
        stated = re.search(r"20\d\d", document)
        edition = int(stated.group()) if stated else year
        editions[place] = min(edition, editions.get(place, OPEN))
    return editions

"""What loaded documents print of codes and names, merged into the editions as evidence.

Belongs here: collecting (scheme, code, name, year) from figures, writing the years in which a name is attested into the seeds, and
listing what contradicts them. Does not belong here: deciding: a name that contradicts an edition, a year outside a span and a
code that no edition has are reported, and a person changes the seed.

`python -m pipeline.editions.attestation warehouse/yusuan.duckdb` reads a published warehouse, rewrites functional_class.csv and
economic_class.csv, strengthens renames in concordance.csv, and prints the report. A second run changes nothing.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.editions import classification


class Attestation(NamedTuple):
    """A code and a name that a document prints together for a fiscal year."""

    scheme: str
    code: str
    name: str
    year: int
    document_id: str


@dataclass(slots=True)
class Report:
    """What a merge did: rows whose evidence grew, and contradictions with the documents that print them."""

    changed: int = 0
    attested: int = 0
    contradictions: dict[classification.Contradiction, set[str]] = field(default_factory=lambda: defaultdict(set))

    def lines(self) -> list[str]:
        """The contradictions, one sentence each, in order of codes."""
        return [
            f"{found.code} {found.printed} ({found.year}): {found.kind}"
            + (f", the edition has {'; '.join(found.expected)}" if found.expected else "")
            + f" — {', '.join(sorted(documents))}"
            for found, documents in sorted(
                self.contradictions.items(), key=lambda pair: (pair[0].code, pair[0].year, pair[0].printed)
            )
        ]


_QUERY = """
    with line as (
        select document_id, form_index, row_index, fiscal_year, scheme, line_code as code, line_name as name
        from core.figure
        where not is_comparative
        union
        select document_id, form_index, row_index, fiscal_year, cross_scheme, cross_code, cross_name
        from core.figure
        where not is_comparative
    )

    select distinct line.scheme, line.code, line.name, line.fiscal_year, line.document_id
    from line
    inner join core.document as document
        on line.document_id = document.document_id
        and not document.is_specimen
    inner join core.cell as cell
        on line.document_id = cell.document_id
        and line.form_index = cell.form_index
        and line.row_index between cell.row_index and cell.row_index + cell.row_span - 1
    where
        line.scheme in ('functional', 'economic_department', 'economic_government')
        and line.name is not null
        and (
            contains(cell.text, line.code)
            or regexp_replace(cell.text, '\\s', '', 'g') = right(line.code, 2)
        )
    order by all
"""


def read_attestations(warehouse: Path) -> list[Attestation]:
    """Attestations of a published warehouse: lines whose code, or its last part, stands in a cell of their row.

    Codes that were given by name are no evidence for what a code is called, and specimens of the project's own are no documents: both are
    left out.
    """
    import duckdb

    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return [Attestation(*row) for row in connection.execute(_QUERY).fetchall()]


def attestations_of(rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> list[Attestation]:
    """The same from the `figure` and `cell` rows of one reading (`pipeline.reading.Reading.rows`)."""
    printed: dict[tuple[int, int], set[str]] = defaultdict(set)
    for cell in rows["cell"]:
        for row_index in range(cell["row_index"], cell["row_index"] + cell["row_span"]):
            printed[(cell["form_index"], row_index)].add("".join(cell["text"].split()))
    found = set()
    for row in rows["figure"]:
        texts = printed[(row["form_index"], row["row_index"])]
        for scheme, code, name in (
            (row["scheme"], row["line_code"], row["line_name"]),
            (row["cross_scheme"], row["cross_code"], row["cross_name"]),
        ):
            if row["is_comparative"] or scheme not in classification.SCHEMES or not code or not name:
                continue
            if code[-2:] in texts or any(code in text for text in texts):
                found.add(Attestation(scheme, code, name, row["fiscal_year"], row["document_id"]))
    return sorted(found)


def merge(attestations: Iterable[Attestation], seeds: Path = classification.SEEDS) -> Report:
    """Write the attested years into the seeds. Names, spans and codes are never changed or added."""
    report = Report()
    years: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    documents: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for attestation in attestations:
        contradiction = classification.check(attestation.code, attestation.name, attestation.year)
        if contradiction is not None:
            report.contradictions[contradiction].add(attestation.document_id)
            continue
        name = classification.code_name(attestation.scheme, attestation.code, attestation.year)
        if name is None:
            continue
        report.attested += 1
        key = (attestation.scheme, attestation.code, name)
        years[key].add(attestation.year)
        documents[key].add(attestation.document_id)
    for file_name, code_field, name_field in (
        ("functional_class.csv", "functional_code", "functional_name"),
        ("economic_class.csv", "economic_code", "economic_name"),
    ):
        report.changed += _rewrite(seeds / file_name, code_field, name_field, years, documents)
    report.changed += _strengthen(seeds)
    return report


def _strengthen(seeds: Path) -> int:
    """A rename rests on documents once both of its names do. Moves and merges need a person: names alone do not show them."""
    attested = {
        (row.get("scheme", classification.FUNCTIONAL), row[code_field], row[name_field])
        for file_name, code_field, name_field in (
            ("functional_class.csv", "functional_code", "functional_name"),
            ("economic_class.csv", "economic_code", "economic_name"),
        )
        for row in _read(seeds / file_name)[1]
        if row["evidence"] == "attested"
    }
    path = seeds / "concordance.csv"
    fields, rows = _read(path)
    changed = 0
    for row in rows:
        names = {(row["scheme"], row["from_code"], row["from_name"]), (row["scheme"], row["to_code"], row["to_name"])}
        if row["kind"] == "rename" and row["evidence"] != "attested" and names <= attested:
            row["evidence"], row["evidence_detail"] = "attested", "Both names attested in documents"
            changed += 1
    if changed:
        _write(path, fields, rows)
    return changed


def _read(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        return list(reader.fieldnames or ()), list(reader)


def _write(path: Path, fields: list[str], rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fields, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _rewrite(
    path: Path,
    code_field: str,
    name_field: str,
    years: Mapping[tuple[str, str, str], set[int]],
    documents: Mapping[tuple[str, str, str], set[str]],
) -> int:
    fields, rows = _read(path)
    changed = 0
    for row in rows:
        key = (row.get("scheme", classification.FUNCTIONAL), row[code_field], row[name_field])
        if key not in years:
            continue
        before = dict(row)
        attested = {int(year) for year in row["attested_years"].split()} | years[key]
        row["attested_years"] = " ".join(str(year) for year in sorted(attested))
        row["attested_document_count"] = str(max(int(row["attested_document_count"] or 0), len(documents[key])))
        if row["evidence"] != "attested":
            row["evidence"] = "attested"
            row["evidence_detail"] = (
                f"Printed in documents read here, first in {min(documents[key])}; years beyond those attested are general knowledge"
            )
        changed += row != before
    if changed:
        _write(path, fields, rows)
    return changed


def main(arguments: list[str]) -> int:
    """Merge what a warehouse attests; prints the report. Returns 0, or 2 where no warehouse is named."""
    if len(arguments) != 1:
        print("usage: python -m pipeline.editions.attestation WAREHOUSE.duckdb", file=sys.stderr)
        return 2
    report = merge(read_attestations(Path(arguments[0])))
    print(f"{report.attested} attestations agree with the editions; {report.changed} rows of the seeds changed")
    for line in report.lines():
        print(f"contradiction: {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What must hold of the reference data: editions, concordance, divisions and agencies, as a person edits them.

Belongs here: rules over whole tables of dbt_project/seeds, each answered in sentences that name the row. Does not belong here: what the
tables are used for, and rules of tables that documents fill (`schemas.core`).

`python -m pipeline.editions.reference_rules` checks the seeds after an edit and exits 1 where a rule is broken.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from pipeline.editions import classification, concordance

Row = Mapping[str, str]
EVIDENCE = ("attested", "general_knowledge")
CLASS_EVIDENCE = ("official", "printed", "inferred", "general_knowledge")
"""A notice or edition with its address; documents that print it; two prints of one name; none of these."""
_LEVELS = {3: "category", 5: "section", 7: "item", 9: "sub_item"}
"""Of the revenue classification alone the fourth level (目) is national."""
_DIVISION_EVENTS = ("renamed", "recoded", "merged", "split")
_EVENTS = ("left", "joined", "renamed", "merged", "created", "abolished", "function_joined", "function_left")


def read(name: str, seeds: Path = classification.SEEDS) -> list[dict[str, str]]:
    """Rows of a seed, by its name without .csv."""
    with (seeds / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def class_problems(rows: Sequence[Row], code_field: str, name_field: str) -> list[str]:
    """Editions: levels by length, parents in force whenever their children are, one name a year, evidence with its years."""
    found = []
    spans: dict[tuple[str, str], list[tuple[int, int, str]]] = defaultdict(list)
    for row in rows:
        scheme, code, name = row.get("scheme", ""), row[code_field], row[name_field]
        where = f"{scheme} {code} {name}".strip()
        first, last = int(row["first_year"]), int(row["last_year"] or 9999)
        if first > last:
            found.append(f"{where}: begins in {first}, after its end in {last}")
        if row["level"] != _LEVELS.get(len(code)):
            found.append(f"{where}: {row['level']} is not the level of a code of {len(code)} digits")
        if row["parent_code"] != (code[:-2] if len(code) > 3 else ""):
            found.append(f"{where}: {row['parent_code'] or 'nothing'} is not the code above it")
        if row["evidence"] not in CLASS_EVIDENCE or not row["evidence_detail"]:
            found.append(
                f"{where}: evidence {row['evidence']!r} without a reason, or none of {', '.join(CLASS_EVIDENCE)}"
            )
        if row["evidence"] == "official" and "http" not in row["evidence_detail"]:
            found.append(f"{where}: official evidence without an address")
        if row["evidence"] != "official" and (row["evidence"] == "printed") != bool(row["attested_years"]):
            found.append(f"{where}: printed and years in which it is printed go together")
        if not all(first <= int(year) <= last for year in row["attested_years"].split()):
            found.append(f"{where}: printed in {row['attested_years']}, in force only {first}–{row['last_year']}")
        if name != name.strip() or not name or re.search(r"\s", name):
            found.append(f"{where}: name is empty or holds white space")
        spans[(scheme, code)].append((first, last, name))
    for (scheme, code), each in sorted(spans.items()):
        each.sort()
        for (_, last, name), (first, _, following) in pairwise(each):
            if first <= last:
                found.append(f"{scheme} {code}: {name} and {following} are both its name in {first}".strip())
        parents = spans.get((scheme, code[:-2]), []) if len(code) > 3 else None
        if parents == []:
            found.append(f"{scheme} {code}: no edition has its parent {code[:-2]}".strip())
        elif parents:
            begin, end = min(span[0] for span in parents), max(span[1] for span in parents)
            if each[0][0] < begin or each[-1][1] > end:
                found.append(
                    f"{scheme} {code}: in force {each[0][0]}–{each[-1][1]}, its parent only {begin}–{end}".strip()
                )
    return found


def jurisdiction_problems(rows: Sequence[Row]) -> list[str]:
    """Divisions: six digits, once each, level by zeros as in GB/T 2260, parents that exist and contain them."""
    found = []
    codes = [row["jurisdiction_code"] for row in rows]
    known = set(codes)
    if len(known) != len(codes):
        found.append("jurisdiction: a code stands twice")
    for row in rows:
        code, parent = row["jurisdiction_code"], row["parent_code"]
        where = f"jurisdiction {code} {row['jurisdiction_name']}"
        if not re.fullmatch(r"[1-8]\d{5}", code):
            found.append(f"{where}: not six digits")
        level = "central" if code == "100000" else _division_level(code)
        if row["level"] != level:
            found.append(f"{where}: {row['level']}, the code says {level}")
        if level != "central" and parent not in known:
            found.append(f"{where}: parent {parent} is unknown")
        if (level == "county" and parent[:2] != code[:2]) or (level == "prefecture" and parent != code[:2] + "0000"):
            found.append(f"{where}: does not lie in {parent}")
    return found


def _division_level(code: str) -> str:
    if code.endswith("0000"):
        return "province"
    return "prefecture" if code.endswith("00") else "county"


def crosswalk_problems(rows: Sequence[Row]) -> list[str]:
    """Two schemes: both codes in force in the first and the last year in which the one belongs to the other."""
    found = []
    for row in rows:
        years = {int(row["first_year"]), int(row["last_year"] or classification.newest_year())}
        for field, scheme in (
            ("government_code", classification.ECONOMIC_GOVERNMENT),
            ("department_code", classification.ECONOMIC_DEPARTMENT),
        ):
            for year in sorted(years):
                if classification.code_name(scheme, row[field], year) is None:
                    found.append(
                        f"crosswalk {row['government_code']} ← {row['department_code']}: {row[field]} is not of {year}"
                    )
        if row["evidence"] not in CLASS_EVIDENCE or not row["evidence_detail"]:
            found.append(f"crosswalk {row['government_code']} ← {row['department_code']}: no evidence")
    return found


def jurisdiction_event_problems(rows: Sequence[Row], divisions: Sequence[Row]) -> list[str]:
    """What became of divisions: both known, the old one in force before the year, the new one from it on, no division its own successor."""
    found = []
    by_code = {row["jurisdiction_code"]: row for row in divisions}
    for row in rows:
        where = f"event {row['from_code']} → {row['to_code']}"
        if row["event"] not in _DIVISION_EVENTS:
            found.append(f"{where}: {row['event']} is none of {', '.join(_DIVISION_EVENTS)}")
        old, new = by_code.get(row["from_code"]), by_code.get(row["to_code"])
        if old is None or new is None or old is new:
            found.append(f"{where}: a division is unknown, or its own successor")
            continue
        if row["event"] in ("renamed", "recoded") and int(old["last_year"] or 9999) >= int(row["year"]):
            found.append(f"{where}: {old['jurisdiction_name']} is still in force in {row['year']}")
        if int(new["first_year"] or 0) > int(row["year"]):
            found.append(f"{where}: {new['jurisdiction_name']} is not yet in force in {row['year']}")
        if row["evidence"] not in CLASS_EVIDENCE or not row["evidence_detail"]:
            found.append(f"{where}: no evidence")
    return found


def agency_problems(
    agencies: Sequence[Row], aliases: Sequence[Row], events: Sequence[Row], places: Iterable[str]
) -> list[str]:
    """Agencies: known jurisdictions and departments, no spelling of two agencies in one place, events with document and words."""
    found = []
    known_places = set(places)
    by_id = {row["agency_id"]: row for row in agencies}
    for row in agencies:
        where = f"agency {row['agency_id']}"
        if row["jurisdiction_code"] not in known_places:
            found.append(f"{where}: jurisdiction {row['jurisdiction_code']} is unknown")
        if row["department_id"] and row["department_id"] not in by_id:
            found.append(f"{where}: department {row['department_id']} is unknown")
        if (row["level"] == "department") != (row["department_id"] == row["agency_id"]):
            found.append(f"{where}: a department is its own department, and a unit is not")
        if row["evidence"] not in EVIDENCE or not row["evidence_detail"]:
            found.append(f"{where}: no evidence")
    spellings: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in agencies:
        spellings[(row["jurisdiction_code"], classification.plain_name(row["agency_name"]))].add(row["agency_id"])
    for row in aliases:
        where = f"alias {row['alias']}"
        agency = by_id.get(row["agency_id"])
        if agency is None:
            found.append(f"{where}: agency {row['agency_id']} is unknown")
            continue
        if row["jurisdiction_code"] != agency["jurisdiction_code"]:
            found.append(f"{where}: {row['jurisdiction_code']} is not the jurisdiction of {row['agency_id']}")
        if row["evidence"] not in EVIDENCE or not row["evidence_detail"]:
            found.append(f"{where}: no evidence")
        spellings[(row["jurisdiction_code"], classification.plain_name(row["alias"]))].add(row["agency_id"])
    for (place, name), ids in sorted(spellings.items()):
        if len(ids) > 1:
            found.append(f"{name} in {place} is a spelling of {' and '.join(sorted(ids))}")
    for row in events:
        where = f"event {row['event_id']}"
        if row["event"] not in _EVENTS:
            found.append(f"{where}: {row['event']} is none of {', '.join(_EVENTS)}")
        for field in ("agency_id", "department_id", "other_agency_id"):
            if row[field] and row[field] not in by_id:
                found.append(f"{where}: {field} {row[field]} is unknown")
        if not row["event_date"].startswith(row["year"]):
            found.append(f"{where}: {row['event_date']} is not in {row['year']}")
        if not row["document_id"] or not row["evidence_detail"]:
            found.append(f"{where}: no document or no words of it")
    return found


def problems(seeds: Path = classification.SEEDS) -> list[str]:
    """Every broken rule of the reference data, in sentences."""
    jurisdictions = read("jurisdiction", seeds)
    return [
        *class_problems(read("functional_class", seeds), "functional_code", "functional_name"),
        *class_problems(read("economic_class", seeds), "economic_code", "economic_name"),
        *class_problems(read("revenue_class", seeds), "revenue_code", "revenue_name"),
        *concordance.problems(concordance.read_changes(seeds / "concordance.csv")),
        *crosswalk_problems(read("economic_crosswalk", seeds)),
        *jurisdiction_problems(jurisdictions),
        *jurisdiction_event_problems(read("jurisdiction_event", seeds), jurisdictions),
        *agency_problems(
            read("agency", seeds),
            read("agency_alias", seeds),
            read("agency_event", seeds),
            [row["jurisdiction_code"] for row in jurisdictions],
        ),
    ]


if __name__ == "__main__":
    broken = problems()
    print("\n".join(broken) or "the reference data keeps its rules")
    sys.exit(1 if broken else 0)

"""Reviewed proposals written into the seeds, and the ties of the concordance that rest on them.

Belongs here: one handler for each action of a proposal, and what a changed span or new evidence means for the concordance. Does not belong
here: what is proposed (`learning`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pipeline.editions import classification, seeds
from pipeline.editions.learning import Proposal
from pipeline.editions.seeds import OPEN, SEEDS, TABLES, Row, key_of

_UNFOUNDED = "general_knowledge"
_SECTION_DIGITS = 5
_FEW_ITEMS = 3
_OWN_AT_MOST = 3
"""Sections that may bear a name which still says of two codes that they are one matter."""


def accept(proposals: Iterable[Proposal], folder: Path = SEEDS) -> int:
    """Write reviewed proposals into the seeds; returns how many rows changed. What is `unexplained` changes nothing."""
    reviewed = list(proposals)
    by_table: dict[str, list[Proposal]] = defaultdict(list)
    for each in reviewed:
        by_table[TABLES[each.scheme][0]].append(each)
    changed = 0
    for file_name, wanted in sorted(by_table.items()):
        rows = seeds.read(folder / file_name)
        for each in sorted(wanted, key=lambda each: each.action != "attest"):
            changed += _ACCEPT[each.action](rows, each, file_name)
        rows.sort(key=lambda row: (row.get("scheme", ""), row[TABLES[wanted[0].scheme][1]], int(row["first_year"])))
        seeds.write(folder / file_name, rows)
    return changed + _date_changes(folder, reviewed) + _strengthen(folder)


def _found(rows: Iterable[Row], each: Proposal, file_name: str) -> Row | None:
    return next((row for row in rows if key_of(row, file_name) == (each.scheme, each.code, each.name)), None)


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
    return int(row["first_year"]) <= year <= int(row["last_year"] or OPEN)


def _accept_boundary(rows: list[Row], each: Proposal, file_name: str) -> int:
    row = _found(rows, each, file_name)
    if row is None:
        return 0
    before = [
        other
        for other in rows
        if key_of(other, file_name)[:2] == (each.scheme, each.code)
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


def _accept_inference(rows: list[Row], each: Proposal, file_name: str) -> int:
    found = [
        row
        for row in rows
        if key_of(row, file_name) == (each.scheme, each.code, each.name) and row["evidence"] == _UNFOUNDED
    ]
    for row in found:
        row["evidence"] = "inferred"
        row["evidence_detail"] = f"{each.proposed_value}; the years are general knowledge"
    return len(found)


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
    "infer": _accept_inference,
    "new_row": _accept_row,
    "unexplained": lambda rows, each, file_name: 0,
}


def _date_changes(folder: Path, proposals: Sequence[Proposal]) -> int:
    """Changes of the concordance follow the spans: a rename its boundary, a move the last year of its old code."""
    path = folder / "concordance.csv"
    rows = seeds.read(path)
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
        seeds.write(path, rows)
    return changed


def _strengthen(folder: Path) -> int:
    """Ties that rested on nothing take the evidence of their ends; whole sections that of what was in them."""
    evidence = {
        key_of(row, file_name): row["evidence"]
        for file_name in sorted({table[0] for table in TABLES.values()})
        for row in seeds.read(folder / file_name)
        if row["evidence"] != _UNFOUNDED
    }
    sections: dict[tuple[str, str], set[str]] = defaultdict(set)
    for scheme, code, name in evidence:
        sections[(scheme, classification.plain_name(name))].add(code[:-2])
    path = folder / "concordance.csv"
    rows = seeds.read(path)
    before = [row["evidence"] for row in rows]
    for row in rows:
        if row["evidence"] == _UNFOUNDED:
            row["evidence"], row["evidence_detail"] = _of_ends(row, evidence, sections)
    for row in rows:
        if row["evidence"] == _UNFOUNDED and len(row["from_code"]) == len(row["to_code"]) == _SECTION_DIGITS:
            row["evidence"], row["evidence_detail"] = _of_items(row, rows)
    for row in rows:
        if row["evidence"] == _UNFOUNDED and row["from_code"] and row["to_code"]:
            row["evidence"], row["evidence_detail"] = _of_section(row, rows, evidence)
    changed = sum(row["evidence"] != was for row, was in zip(rows, before, strict=True))
    if changed:
        seeds.write(path, rows)
    return changed


def _of_ends(
    row: Row, evidence: Mapping[tuple[str, str, str], str], sections: Mapping[tuple[str, str], set[str]]
) -> tuple[str, str]:
    """A rename rests on documents once both of its names do; a number that changed under one name is inferred from the prints of that name.

    That different names mean one matter needs a person, and so does a name that many sections bear (行政运行) and
    no document prints under both numbers. A code without predecessor or successor is tied to nothing: it rests on what is
    printed of itself.
    """
    ends = [
        evidence.get((row["scheme"], row[f"{end}_code"], row[f"{end}_name"]))
        for end in ("from", "to")
        if row[f"{end}_code"]
    ]
    if None in ends:
        return row["evidence"], row["evidence_detail"]
    is_printed = all(each in ("printed", "official") for each in ends)
    if row["kind"] == "none":
        side = "successor" if row["from_code"] else "predecessor"
        return (
            "printed" if is_printed else "inferred"
        ), f"No {side} is known; the code itself is not general knowledge"
    if row["from_code"] == row["to_code"]:
        return (
            ("printed", "Both names are printed") if is_printed else ("inferred", "Both names are printed or inferred")
        )
    bearers = sections[(row["scheme"], classification.plain_name(row["to_name"]))]
    if _is_one_name(row) and (is_printed or len(bearers) <= _OWN_AT_MOST):
        return "inferred", "Two prints of one name under two codes" if is_printed else "One name under two codes"
    return row["evidence"], row["evidence_detail"]


def _is_one_name(row: Row) -> bool:
    return classification.plain_name(row["from_name"]) == classification.plain_name(row["to_name"])


def _is_between(row: Row, section: Row) -> bool:
    """Whether a tie of two items leads from one section to the other in the same year."""
    return (row["scheme"], row["from_code"][:-2], row["to_code"][:-2], row["year"]) == (
        section["scheme"], section["from_code"], section["to_code"], section["year"],
    )  # fmt: skip


def _of_items(section: Row, rows: Sequence[Row]) -> tuple[str, str]:
    """A section went where most of its items went."""
    items = [row for row in rows if row["from_code"] and row["to_code"] and _is_between(row, section)]
    founded = sum(row["evidence"] != _UNFOUNDED for row in items)
    if founded >= _FEW_ITEMS and 2 * founded > len(items):
        return "inferred", f"{founded} of its {len(items)} items that went there do not rest on general knowledge"
    return section["evidence"], section["evidence_detail"]


def _of_section(row: Row, rows: Sequence[Row], evidence: Mapping[tuple[str, str, str], str]) -> tuple[str, str]:
    """What is other in a section (…99), and what every section has (行政运行), goes where the section goes."""
    if not (_is_one_name(row) or (row["from_code"].endswith("99") and row["to_code"].endswith("99"))):
        return row["evidence"], row["evidence_detail"]
    ends = {(row["scheme"], row[f"{end}_code"], row[f"{end}_name"]) for end in ("from", "to")}
    for section in rows:
        if section["kind"] != "none" and section["evidence"] != _UNFOUNDED and _is_between(row, section):
            return (
                ("inferred", "As its section") if ends <= set(evidence) else (row["evidence"], row["evidence_detail"])
            )
    return row["evidence"], row["evidence_detail"]

"""The door: each rule has a row that breaks it, that row is turned away by name, and what stands on it goes with it."""

import copy
from decimal import Decimal
from typing import Any

import pytest

from pipeline.reading import Claim
from schemas import core
from schemas.admission import REFERENCES, admit
from tests.support.toy import read_toy


def _rows() -> dict[str, list[dict[str, Any]]]:
    return copy.deepcopy(read_toy(b"first=1\nsecond=2.25\nthird=3\n", Claim("toy.txt")).rows)


def test_sound_rows_are_all_admitted() -> None:
    tables, violations = admit(_rows())
    assert violations == []
    assert tables["figure"].height == 3
    assert tables["refusal"].height == 0
    assert tables["document"]["status"].to_list() == ["loaded"]
    assert tables["figure"]["amount_yuan"].to_list() == [Decimal("1.00"), Decimal("2.25"), Decimal("3.00")]


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("phase", "never", "phase"),
        ("agency_name", None, "agency_name"),
        ("row_index", -1, "row_index"),
        ("proof_count", "many", "many"),
        ("document_id", "not a hash", "document_id"),
        ("amount_yuan", Decimal("1.001"), "more than 2 decimals"),
        ("amount_yuan", 1.5, "float"),
        ("amount_yuan", Decimal("NaN"), "NaN"),
        ("amount_yuan", Decimal("9" * 30), "too many digits"),
        ("amount_yuan", Decimal("9" * 30 + ".001"), "more than 2 decimals"),
        ("amount_yuan", Decimal("1e40"), "too many digits"),
        ("amount_yuan", Decimal("0." + "0" * 40 + "1"), "more than 2 decimals"),
        ("fiscal_year", 2**40, ""),
        ("cell_id", "elsewhere", "no such cell"),
    ],
)
def test_a_figure_that_breaks_a_rule_is_turned_away_alone(column: str, value: object, told: str) -> None:
    rows = _rows()
    rows["figure"][1][column] = value
    tables, violations = admit(rows)
    assert [violation.table for violation in violations] == ["figure"]
    assert told in violations[0].rule
    assert tables["figure"]["row_index"].to_list() == [0, 2]
    refusal = tables["refusal"].row(0, named=True)
    assert refusal["reason"] == "schema_violation"
    assert refusal["numeric_cell_count"] == 1
    assert refusal["page_number"] == 1
    assert column in refusal["detail"] or told in refusal["detail"]
    assert tables["document"]["status"].to_list() == ["partly_loaded"]
    form = tables["form"].row(0, named=True)
    assert form["numeric_cell_count"] == form["figure_count"] + form["refused_cell_count"] == 3


def test_two_rows_of_one_key_are_both_turned_away() -> None:
    rows = _rows()
    rows["figure"].append(dict(rows["figure"][0]))
    tables, violations = admit(rows)
    assert tables["figure"]["row_index"].to_list() == [1, 2]
    assert len(violations) == 2


def test_what_stands_on_a_row_goes_with_it() -> None:
    rows = _rows()
    document_id = rows["document"][0]["document_id"]
    figure_ids = [row["figure_id"] for row in rows["figure"]]
    check = {"document_id": document_id, "identity": "sum", "scope": "column", "severity": "error", "description": "sum",
             "verdict": "error"}  # fmt: skip
    rows["identity_check"] = [
        {**check, "identity_check_id": "1", "figure_ids": figure_ids[:2]},
        {**check, "identity_check_id": "2", "figure_ids": figure_ids[1:]},
    ]
    rows["suspect_figure"] = [
        {"figure_id": figure_ids[0], "document_id": document_id, "cause": "document", "reason": "sum"}
    ]
    rows["text_block"] = [{"document_id": document_id, "page_number": 1, "block_index": 1, "text": "words"}]
    rows["narrative_figure"] = [
        {
            "narrative_figure_id": "n",
            "document_id": document_id,
            "page_number": 1,
            "block_index": 1,
            "position": 0,
            "phase": "approved",
            "measure": "stated",
            "printed_text": "1",
            "figure_id": figure_ids[0],
            "context": "year=title:2026年部门预算",
            "is_context_certain": True,
        }
    ]
    rows["cell"][0]["row_span"] = 0
    tables, violations = admit(rows)
    assert tables["cell"].height == 2
    assert tables["figure"]["figure_id"].to_list() == figure_ids[1:]
    assert tables["identity_check"]["identity_check_id"].to_list() == ["2"]
    assert tables["suspect_figure"].height == 0
    assert tables["narrative_figure"]["figure_id"].to_list() == [None], (
        "a sentence stands without the figure it repeats"
    )
    assert sorted(violation.table for violation in violations) == ["cell", "figure", "identity_check", "suspect_figure"]
    assert tables["refusal"]["numeric_cell_count"].sum() == 1, "one amount was lost, and it is counted once"


def test_a_document_whose_own_row_is_broken_cannot_be_admitted() -> None:
    rows = _rows()
    rows["document"][0]["status"] = "perhaps"
    with pytest.raises(ValueError, match="status"):
        admit(rows)
    with pytest.raises(ValueError, match="there is none"):
        admit({})


def test_a_table_that_is_not_declared_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError, match="fgure"):
        admit({**_rows(), "fgure": []})


def test_every_reference_names_columns_that_exist() -> None:
    tables = {table.name: {column.name for column in table.columns} for table in core.TABLES}
    for reference in REFERENCES:
        assert set(reference.columns) <= tables[reference.table]
        assert set(reference.target) <= tables[reference.parent]

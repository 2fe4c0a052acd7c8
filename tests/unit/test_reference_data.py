"""The reference data keeps its rules, and each rule catches a copy that was broken on purpose."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.editions import attestation, concordance, reference_rules
from pipeline.editions.classification import SEEDS
from pipeline.editions.concordance import comparable_codes

Rows = list[dict[str, str]]


def test_the_reference_data_keeps_its_rules() -> None:
    assert reference_rules.problems() == []


@pytest.mark.parametrize(
    ("seed", "at_least"),
    [
        ("functional_class", 1500),
        ("economic_class", 200),
        ("revenue_class", 300),
        ("name_variant", 8),
        ("economic_crosswalk", 100),
        ("jurisdiction_event", 100),
        ("concordance", 300),
        ("jurisdiction", 3200),
        ("agency", 40),
        ("agency_alias", 60),
        ("agency_event", 2),
        ("procurement_item", 8),
        ("revenue_source", 18),
        ("functional_class_doubtful", 10),
    ],
)
def test_no_table_is_empty(seed: str, at_least: int) -> None:
    assert len(reference_rules.read(seed)) >= at_least


def row_of(rows: Rows, **values: str) -> dict[str, str]:
    (found,) = [row for row in rows if all(row[key] == value for key, value in values.items())]
    return found


def doubled_weight(rows: Rows) -> None:
    rows.append({**row_of(rows, from_code="2080504", year="2020"), "to_code": "2080599"})


def half_weight(rows: Rows) -> None:
    row_of(rows, from_code="2080504", year="2020")["weight"] = "0.5"


def cycle(rows: Rows) -> None:
    rows.append(
        {
            **row_of(rows, from_code="2040405", to_code="2040410"),
            "from_code": "2040410",
            "to_code": "2040405",
            "year": "2022",
        }
    )
    rows.append({**row_of(rows, from_code="2040405", to_code="2040410"), "year": "2023"})
    row_of(rows, from_code="2040405", to_code="2040410", year="2019")["year"] = "2021"


def unknown_successor(rows: Rows) -> None:
    row_of(rows, from_code="2080504", year="2020")["to_code"] = "2080588"


def level_change(rows: Rows) -> None:
    row_of(rows, from_code="2080504", year="2020")["to_code"] = "20805"


def none_with_successor(rows: Rows) -> None:
    row_of(rows, from_code="2080504", year="2020")["kind"] = "none"


def missing_parent(rows: Rows) -> None:
    rows[:] = [row for row in rows if row["functional_code"] != "20805"]


def missing_edition(rows: Rows) -> None:
    rows[:] = [row for row in rows if row["functional_name"] != "行政事业单位养老支出"]


def overlapping_names(rows: Rows) -> None:
    row_of(rows, functional_code="20805", functional_name="行政事业单位离退休")["last_year"] = "2021"


def unfounded_attestation(rows: Rows) -> None:
    row_of(rows, functional_code="20805", functional_name="行政事业单位离退休")["attested_years"] = ""


def nameless_notice(rows: Rows) -> None:
    row_of(rows, revenue_code="1030182")["evidence_detail"] = "a notice"


def revenue_without_parent(rows: Rows) -> None:
    rows[:] = [row for row in rows if row["revenue_code"] != "10310"]


def printed_after_its_end(rows: Rows) -> None:
    row_of(rows, functional_code="2080808", functional_name="烈士纪念设施管理维护")["attested_years"] += " 2024"


def crosswalk_to_a_code_that_ended(rows: Rows) -> None:
    row_of(rows, government_code="50801", department_code="31201")["last_year"] = ""


def wrong_level(rows: Rows) -> None:
    row_of(rows, functional_code="20805", functional_name="行政事业单位离退休")["level"] = "item"


def merged_agency(rows: Rows) -> None:
    row_of(rows, alias="深圳市政务服务管理办公室")["agency_id"] = "440300-government-office"


def shared_spelling(rows: Rows) -> None:
    rows.append({**row_of(rows, alias="市政务办"), "agency_id": "440300-audit-bureau"})


def foreign_spelling(rows: Rows) -> None:
    row_of(rows, alias="市政务办")["jurisdiction_code"] = "310000"


def event_without_document(rows: Rows) -> None:
    row_of(rows, event="left")["document_id"] = ""


def department_of_itself(rows: Rows) -> None:
    row_of(rows, agency_id="440300-government-services-office")["department_id"] = "440300-government-services-office"


def lost_city(rows: Rows) -> None:
    rows[:] = [row for row in rows if row["jurisdiction_code"] != "440300"]


def event_before_its_year(rows: Rows) -> None:
    row_of(rows, from_code="320602", to_code="320613")["year"] = "2019"


@pytest.mark.parametrize(
    ("seed", "break_it", "sentence"),
    [
        ("concordance", doubled_weight, "weights sum to 2"),
        ("concordance", half_weight, "weights sum to 0.5"),
        ("concordance", cycle, "cycle"),
        ("concordance", unknown_successor, "no edition has 2080588"),
        ("concordance", level_change, "two levels"),
        ("concordance", none_with_successor, "kind none"),
        ("functional_class", missing_parent, "no edition has its parent 20805"),
        ("functional_class", missing_edition, "its parent only"),
        ("functional_class", overlapping_names, "are both its name in 2020"),
        ("functional_class", unfounded_attestation, "go together"),
        ("functional_class", printed_after_its_end, "in force only 2021–2023"),
        ("functional_class", wrong_level, "is not the level"),
        ("revenue_class", nameless_notice, "official evidence without an address"),
        ("revenue_class", revenue_without_parent, "no edition has its parent 10310"),
        ("agency_alias", merged_agency, "is a spelling of"),
        ("agency_alias", shared_spelling, "is a spelling of"),
        ("agency_alias", foreign_spelling, "is not the jurisdiction"),
        ("agency_event", event_without_document, "no document"),
        ("agency", department_of_itself, "a unit is not"),
        ("jurisdiction_event", event_before_its_year, "崇川区 is still in force in 2019"),
        ("economic_crosswalk", crosswalk_to_a_code_that_ended, "50801 is not of"),
        ("jurisdiction", lost_city, "parent 440300 is unknown"),
    ],
)
def test_a_broken_copy_is_caught(seed: str, break_it: Callable[[Rows], None], sentence: str, tmp_path: Path) -> None:
    for file in SEEDS.glob("*.csv"):
        if not file.is_symlink():
            shutil.copy(file, tmp_path)
    rows = reference_rules.read(seed)
    break_it(rows)
    with (tmp_path / f"{seed}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    assert any(sentence in problem for problem in reference_rules.problems(tmp_path)), reference_rules.problems(
        tmp_path
    )


@pytest.mark.parametrize(
    ("scheme", "code", "year", "comparable"),
    [
        ("functional", "2080504", 2018, "2080501"),
        ("functional", "2089901", 2020, "2089999"),
        ("functional", "2089901", 2022, "2089999"),
        ("functional", "2089901", 2025, "2089999"),
        ("functional", "2040406", 2017, "2040410"),
        ("functional", "2040405", 2018, "2040410"),
        ("functional", "20805", 2017, "20805"),
        ("functional", "2010301", 2026, "2010301"),
        ("functional", "2109901", 2020, "2109999"),
        ("economic_department", "30311", 2017, "30113"),
        ("economic_department", "30311", 2026, "30311"),
        ("economic_department", "30104", 2017, "30112"),
        ("functional", "9999999", 2026, "9999999"),
    ],
)
def test_a_code_is_followed_to_the_newest_edition(scheme: str, code: str, year: int, comparable: str) -> None:
    (found,) = comparable_codes(scheme, code, year)
    assert (found.code, found.weight) == (comparable, Decimal(1))


def test_weights_of_every_code_in_every_year_sum_to_one() -> None:
    changes = concordance.read_changes()
    assert len(changes) > 300
    for change in changes:
        if change.from_code:
            for year in range(2007, 2028):
                assert sum(found.weight for found in comparable_codes(change.scheme, change.from_code, year)) == 1


def test_a_link_is_as_strong_as_its_weakest_change() -> None:
    (attested,) = comparable_codes("functional", "2040406", 2017)
    (assumed,) = comparable_codes("functional", "2040407", 2017)
    assert attested.evidence == "printed"
    assert assumed.evidence == "general_knowledge"
    assert attested.path == ("2040406", "2040405", "2040410")


def test_seventeen_spellings_of_2017_are_four_organisations() -> None:
    names = {
        "440300-government-office": ["深圳市人民政府办公厅", "深圳市政府办公厅", "深圳市府办公厅", "市政府办公厅"],
        "440300-government-office-own": ["深圳市府办公厅本级", "市府办公厅本级", "市政府办公厅本级", "厅本级"],
        "440300-government-services-office": [
            "深圳市政务服务管理办公室", "市政务服务管理办公室", "市政务办", "政务服务管理办", "政务办",
        ],
        "440300-coast-defence-anti-smuggling-office": [
            "深圳市海防与打私办", "市海防与打私办", "市打私办", "市海防与打击走私委员会办公室",
        ],
    }  # fmt: skip
    aliases = {
        (row["jurisdiction_code"], row["alias"]): row["agency_id"] for row in reference_rules.read("agency_alias")
    }
    assert sum(map(len, names.values())) == 17
    for agency_id, spellings in names.items():
        for spelling in spellings:
            assert aliases[("440300", spelling)] == agency_id


def test_a_code_given_by_name_attests_nothing() -> None:
    figure = {
        "document_id": "0" * 16, "form_index": 1, "row_index": 4, "fiscal_year": 2017, "is_comparative": False,
        "scheme": "functional", "line_code": "2010304", "line_name": "专项服务",
        "cross_scheme": None, "cross_code": None, "cross_name": None,
    }  # fmt: skip
    name_only = {"form_index": 1, "row_index": 4, "row_span": 1, "text": "专项服务"}
    code = {"form_index": 1, "row_index": 4, "row_span": 1, "text": "2010304"}
    assert attestation.attestations_of({"figure": [figure], "cell": [name_only]}) == []
    assert len(attestation.attestations_of({"figure": [figure], "cell": [name_only, code]})) == 1

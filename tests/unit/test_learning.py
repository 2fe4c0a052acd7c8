"""What prints say of the editions: small lists typed here, the decisions on 27 renames, and the prints of two cities where they are at hand."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from pathlib import Path

import pytest

from pipeline.editions import acceptance, classification, concordance, learning, reference_rules, seeds
from pipeline.editions.classification import ECONOMIC_DEPARTMENT, ECONOMIC_GOVERNMENT, FUNCTIONAL, REVENUE, SEEDS
from pipeline.editions.learning import Proposal, propose
from pipeline.editions.prints import Print, prints_of_table

EVIDENCE = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "classification"
DECIDED = seeds.read(Path(__file__).with_name("rename_years.csv"))


def printed(code: str, name: str, first: int, place: str, last: int | None = None) -> Print:
    return Print(FUNCTIONAL, code, name, first, last or first, place, by_name=True)


def actions(prints: list[Print]) -> list[str]:
    return [proposal.action for proposal in propose(prints)]


def of_action(action: str, prints: list[Print]) -> list[Proposal]:
    return [proposal for proposal in propose(prints) if proposal.action == action]


def test_the_year_of_a_rename_is_the_one_that_contradicts_least() -> None:
    prints = [
        printed("2080808", "烈士纪念设施管理维护", 2024, "甲"),
        printed("2080808", "烈士纪念设施管理维护", 2025, "乙"),
        printed("2080808", "褒扬纪念", 2026, "甲"),
    ]
    (found,) = of_action("boundary", prints)
    assert (found.code, found.field, found.seed_value, found.proposed_value) == (
        "2080808",
        "first_year",
        "2024",
        "2026",
    )
    assert found.printed_for == "烈士纪念设施管理维护: 乙 2025; 烈士纪念设施管理维护: 甲 2024; 褒扬纪念: 甲 2026"


def test_the_execution_of_the_year_before_may_bear_the_names_of_either_year() -> None:
    assert of_action("boundary", [printed("2050302", "中等职业教育", 2020, "甲", last=2021)]) == []
    assert of_action("unexplained", [printed("2050302", "中等职业教育", 2020, "甲", last=2021)]) == []
    (found,) = of_action("boundary", [printed("2050302", "中等职业教育", 2020, "甲")])
    assert found.proposed_value == "2020"


def test_old_words_beside_new_ones_are_a_places_own() -> None:
    prints = [printed("215", "资源勘探信息等支出", year, "甲") for year in range(2020, 2026)]
    new = [printed("215", "资源勘探工业信息等支出", 2020, "甲")]
    assert of_action("boundary", prints + new) == []


def test_a_code_that_only_a_name_gave_is_no_contradiction_where_its_neighbour_bears_the_name() -> None:
    assert of_action("unexplained", [printed("2049901", "其他公共安全支出", 2023, "甲")]) == []
    with_code = [printed("2049901", "其他公共安全支出", 2023, "甲")._replace(by_name=False)]
    assert actions(with_code) == ["extend"]


def test_a_new_code_needs_two_places() -> None:
    one = [printed("2010388", "数据事务", 2026, "甲")]
    assert actions(one) == ["unexplained"]
    (found,) = of_action("new_row", [*one, printed("2010388", "数据事务", 2026, "乙")])
    assert found.proposed_value == "2026"


def test_what_is_accepted_stands_in_the_seeds_and_keeps_their_rules(tmp_path: Path) -> None:
    for file in SEEDS.glob("*.csv"):
        shutil.copy(file, tmp_path)
    prints = [
        printed("2080808", "烈士纪念设施管理维护", 2025, "乙"),
        printed("2080808", "褒扬纪念", 2026, "甲"),
        printed("2020101", "行政运行", 2018, "甲"),
        printed("2010388", "数据事务", 2026, "甲"),
        printed("2010388", "数据事务", 2026, "乙"),
    ]
    reviewed = tmp_path / "proposals.csv"
    learning.write_proposals(propose(prints), reviewed)
    assert acceptance.accept(learning.read_proposals(reviewed), tmp_path) > 0
    rows = {
        (row["functional_code"], row["functional_name"]): row
        for row in reference_rules.read("functional_class", tmp_path)
    }
    assert rows[("2080808", "褒扬纪念")]["first_year"] == "2026"
    assert rows[("2080808", "烈士纪念设施管理维护")]["last_year"] == "2025"
    assert "2018" in rows[("2020101", "行政运行")]["attested_years"].split()
    assert rows[("2020101", "行政运行")]["evidence"] == "printed"
    assert rows[("2010388", "数据事务")]["parent_code"] == "20103"
    changes = reference_rules.read("concordance", tmp_path)
    assert [row["year"] for row in changes if row["to_name"] == "褒扬纪念"] == ["2026"]
    assert reference_rules.class_problems(list(rows.values()), "functional_code", "functional_name") == []


@pytest.mark.parametrize("decided", DECIDED, ids=lambda row: row["functional_code"])
def test_a_rename_stands_in_the_year_that_was_decided(decided: dict[str, str]) -> None:
    code, year = decided["functional_code"], int(decided["year"])
    assert classification.functional_name(code, year - 1) == decided["old_name"]
    assert classification.functional_name(code, year) == decided["new_name"]
    assert [
        change.year
        for change in concordance.read_changes()
        if change.scheme == FUNCTIONAL and change.from_code == change.to_code == code and change.year >= 2017
    ] == [year]


def test_all_contradicted_renames_are_decided() -> None:
    assert len(DECIDED) == 27
    assert Counter(row["year"] == row["year_before"] for row in DECIDED) == {True: 14, False: 13}


def test_every_print_of_two_cities_is_explained_or_listed_with_the_reason() -> None:
    path = EVIDENCE / "names_printed_by_year.csv"
    if not path.is_file():
        pytest.skip(f"{path} is not at hand")
    listed = learning.variants()
    prints = prints_of_table(path)
    assert len(prints) > 4000
    assert [each for each in prints if not learning.explains(each, listed)] == []


def test_a_variant_is_no_name_of_the_edition_and_has_a_reason() -> None:
    for row in learning.variants():
        for year in range(int(row["first_year"]), int(row["last_year"]) + 1):
            edition = classification.code_name(row["scheme"], row["code"], year)
            assert edition is not None
            assert edition != row["printed_name"]
        assert row["reason"]
        assert row["places"]


def test_a_list_of_a_whole_edition_says_its_year_in_its_name(tmp_path: Path) -> None:
    path = tmp_path / "names_of_about_2008.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["code", "name"], ["2010101", "行政运行（人大）"], ["101", "税收收入"]])
    assert prints_of_table(path) == [
        Print(FUNCTIONAL, "2010101", "行政运行（人大）", 2008, 2008, "names_of_about_2008", True),
        Print(REVENUE, "101", "税收收入", 2008, 2008, "names_of_about_2008", True),
    ]


def test_a_table_of_what_many_documents_print_gives_every_scheme_by_its_codes(tmp_path: Path) -> None:
    path = tmp_path / "observed.tsv"
    path.write_text(
        "code\tname\tyears_seen\n30101\t基本工资\t2017 2018\n50101\t工资奖金津补贴\t2026\n9\t无\t2026\n",
        encoding="utf-8",
    )
    assert prints_of_table(path) == [
        Print(ECONOMIC_DEPARTMENT, "30101", "基本工资", 2017, 2017, "observed", False),
        Print(ECONOMIC_DEPARTMENT, "30101", "基本工资", 2018, 2018, "observed", False),
        Print(ECONOMIC_GOVERNMENT, "50101", "工资奖金津补贴", 2026, 2026, "observed", False),
    ]


@pytest.mark.parametrize(
    ("code", "year", "name"),
    [
        ("22303", 2024, "国有企业政策性补贴"),  # budgets of 杭州 and 济南 for 2024
        ("22303", 2026, "国有企业公益性补贴"),  # 深圳
        ("2230301", 2024, "国有企业政策性补贴"),
        ("21463", 2022, "港口建设费安排的支出"),  # budget of 杭州 for 2022
        ("2230208", 2021, None),  # 22304 held it
        ("2230208", 2022, "金融企业资本性支出"),  # 济南
    ],
)
def test_a_name_is_in_force_in_the_years_that_print_it(code: str, year: int, name: str | None) -> None:
    assert classification.functional_name(code, year) == name


def test_a_listed_variant_moves_no_rename() -> None:
    (variant,) = [row for row in learning.variants() if (row["code"], row["places"]) == ("503", "杭州")]
    each = Print(ECONOMIC_GOVERNMENT, "503", variant["printed_name"], 2021, 2021, "杭州", by_name=True)
    assert actions([each]) == []
    assert actions([each._replace(place="甲")]) == ["boundary"]


def test_names_that_begin_in_2007_are_those_of_the_list_of_about_2008() -> None:
    path = EVIDENCE / "names_of_about_2008.csv"
    if not path.is_file():
        pytest.skip(f"{path} is not at hand")
    listed: dict[str, set[str]] = {}
    for row in seeds.read(path):
        plain = classification.plain_name(row["name"])
        listed.setdefault(row["code"], set()).update((plain, classification.without_qualifier(plain)))
    rows = [row for row in reference_rules.read("functional_class") if row["first_year"] == "2007"]
    assert len(rows) > 800
    misprinted_there = {"21699"}
    assert [
        row["functional_code"]
        for row in rows
        if classification.plain_name(row["functional_name"]) not in listed.get(row["functional_code"], ())
        and row["functional_code"] not in misprinted_there
    ] == []

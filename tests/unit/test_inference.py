"""Names that no document prints: each rule on a few codes, what breaks it, and that the seeds claim nothing which a rule does not bear out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.editions import acceptance, classification, inference, learning, seeds
from pipeline.editions.inference import Crossing, Named, infer
from pipeline.editions.prints import prints_of_table
from pipeline.editions.seeds import SEEDS

LIST_OF_2008 = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "classification" / "names_of_about_2008.csv"
F = classification.FUNCTIONAL


def given(code: str, name: str, first: int = 2009, last: int = 9999, scheme: str = F) -> Named:
    return Named(scheme, code, name, first, last, is_given=True)


def wanted(code: str, name: str, first: int = 2009, last: int = 9999, scheme: str = F) -> Named:
    return Named(scheme, code, name, first, last, is_given=False)


SERVICE = [given(f"{section}03", "机关服务") for section in ("20101", "20102", "20103")]


def test_a_name_stands_at_its_place_in_every_section() -> None:
    found = infer([*SERVICE, wanted("2013203", "机关服务"), wanted("2013204", "机关服务")])
    assert found == {(F, "2013203", "机关服务"): "…03 in 3 of the 3 classes that are printed with a 机关服务"}


def test_a_place_that_prints_contradict_is_none() -> None:
    assert infer([*SERVICE, given("2010404", "机关服务"), wanted("2013203", "机关服务")]) == {}
    assert infer([*SERVICE[:2], wanted("2013203", "机关服务")]) == {}


def test_only_prints_of_its_own_years_bear_a_name_out() -> None:
    old = [each._replace(first=2007, last=2008) for each in SERVICE]
    assert infer([*old, wanted("2013203", "机关服务")]) == {}


def test_the_last_item_is_what_is_other_in_its_section() -> None:
    sections = [
        given("20101", "人大事务"),
        given("20102", "政协事务"),
        given("20103", "审计事务"),
        wanted("20104", "海关事务"),
    ]
    others = [
        given("2010199", "其他人大事务支出"),
        given("2010299", "其他政协事务支出"),
        given("2010399", "其他审计事务支出"),
    ]
    missing = wanted("2010499", "其他海关事务支出")
    assert list(infer([*sections, *others, missing])) == [(F, "2010499", "其他海关事务支出")]
    assert infer([*sections, *others, missing._replace(name="其他关税事务支出")]) == {}
    assert infer([*sections, *others[:2], given("2010399", "其他支出"), missing]) == {}


def test_lists_beside_one_another_differ_by_the_same_words() -> None:
    repaid = [
        given("23104", "专项债务还本支出"),
        given("2310401", "甲债务还本支出"),
        given("2310402", "乙债务还本支出"),
        given("2310403", "丙债务还本支出"),
    ]
    interest = [
        given("23204", "专项债务付息支出"),
        given("2320401", "甲债务付息支出"),
        given("2320402", "乙债务付息支出"),
    ]
    missing = wanted("2320403", "丙债务付息支出")
    found = infer([*repaid, *interest, missing])
    assert found == {
        (F, "2320403", "丙债务付息支出"): "As the list of 23104, 还本 for 付息: 3 of 3 pairs that are printed agree"
    }
    assert infer([*repaid, *interest[:2], given("2320402", "丁债务付息支出"), missing]) == {}
    assert infer([*repaid, *interest, missing._replace(code="2320404")]) == {}


def test_a_section_that_moved_keeps_its_items() -> None:
    names = ["土地调查", "国土整治", "矿产勘查"]
    before = [given(f"201180{at}", name, 2007, 2008) for at, name in enumerate(names, 4)]
    after = [wanted(f"220010{at}", name, 2009, 2018) for at, name in enumerate(names, 4)]
    assert {key[1] for key in infer([*before, *after])} == {"2200104", "2200105", "2200106"}
    assert infer([*before, *after[:2]]) == {}
    elsewhere = [wanted(f"20{section}77", "土地调查", 2009) for section in (101, 102, 103, 104)]
    assert infer([*before, *after, *elsewhere]) == {}


def test_a_class_of_governments_bears_the_name_of_the_class_of_departments_that_belongs_to_it() -> None:
    department = given("31001", "房屋建筑物购建", scheme=classification.ECONOMIC_DEPARTMENT)
    government = wanted("50301", "房屋建筑物购建", scheme=classification.ECONOMIC_GOVERNMENT)
    crossing = Crossing(government.scheme, "50301", department.scheme, "31001")
    assert list(infer([department, government], [crossing])) == [(government.scheme, "50301", "房屋建筑物购建")]
    assert infer([department, government]) == {}


def test_every_inferred_row_is_borne_out_by_what_is_printed(tmp_path: Path) -> None:
    if not LIST_OF_2008.is_file():
        pytest.skip(f"{LIST_OF_2008} is not at hand")
    for file in SEEDS.glob("*.csv"):
        shutil.copy(file, tmp_path)
    claimed = set()
    for file_name in sorted({table[0] for table in seeds.TABLES.values()}):
        rows = seeds.read(tmp_path / file_name)
        claimed |= {seeds.key_of(row, file_name) for row in rows if row["evidence"] == "inferred"}
        for row in rows:
            row["evidence"] = "general_knowledge" if row["evidence"] == "inferred" else row["evidence"]
        seeds.write(tmp_path / file_name, rows)
    proposed = {
        (each.scheme, each.code, each.name) for each in learning.inferences(prints_of_table(LIST_OF_2008), tmp_path)
    }
    assert len(claimed) > 200
    assert claimed - proposed == set()


def test_what_is_inferred_is_written_where_nothing_better_is_known(tmp_path: Path) -> None:
    for file in SEEDS.glob("*.csv"):
        shutil.copy(file, tmp_path)
    rows = seeds.read(tmp_path / "functional_class.csv")
    for row in rows:
        if row["functional_code"] == "2013203":
            row["evidence"], row["evidence_detail"] = "general_knowledge", "Nothing"
    seeds.write(tmp_path / "functional_class.csv", rows)
    proposals = learning.inferences([], tmp_path)
    assert [each.code for each in proposals] == ["2013203"]
    acceptance.accept(proposals, tmp_path)
    (row,) = [row for row in seeds.read(tmp_path / "functional_class.csv") if row["functional_code"] == "2013203"]
    assert row["evidence"] == "inferred"
    assert row["evidence_detail"].endswith("; the years are general knowledge")


def tie_without_evidence(folder: Path, from_code: str, to_code: str) -> dict[str, str]:
    """What acceptance makes of a tie that rested on general knowledge."""
    path = folder / "concordance.csv"
    shutil.copy(SEEDS / "concordance.csv", path)
    rows = seeds.read(path)
    for row in rows:
        if (row["from_code"], row["to_code"]) == (from_code, to_code):
            row["evidence"], row["evidence_detail"] = "general_knowledge", "Nothing"
    seeds.write(path, rows)
    acceptance.accept([], folder)
    return next(row for row in seeds.read(path) if (row["from_code"], row["to_code"]) == (from_code, to_code))


@pytest.mark.parametrize(
    ("from_code", "to_code", "evidence"),
    [
        ("2200404", "2240504", "inferred"),  # 地震监测 under two numbers
        (
            "2240301",
            "2240201",
            "general_knowledge",
        ),  # 行政运行, which eighty sections have, and 森林消防 prints nowhere
        ("2011501", "2013801", "inferred"),  # 行政运行 too, printed under both numbers
        ("22303", "22303", "printed"),  # both names printed
        ("22004", "22405", "inferred"),  # eight of its twelve items went there
        ("22002", "22001", "general_knowledge"),  # as general knowledge has it
        ("2012499", "2013499", "general_knowledge"),  # what is other goes where its section goes, which nothing shows
    ],
)
def test_a_tie_rests_on_what_is_known_of_its_ends(from_code: str, to_code: str, evidence: str, tmp_path: Path) -> None:
    for file_name in sorted({table[0] for table in seeds.TABLES.values()}):
        shutil.copy(SEEDS / file_name, tmp_path)
    assert tie_without_evidence(tmp_path, from_code, to_code)["evidence"] == evidence


def test_general_knowledge_is_the_lesser_part() -> None:
    rows = [
        row
        for file_name in sorted({table[0] for table in seeds.TABLES.values()})
        for row in seeds.read(SEEDS / file_name)
        if int(row["last_year"] or 9999) >= 2017
    ]
    unfounded = sum(row["evidence"] == "general_knowledge" for row in rows)
    assert len(rows) > 2700
    assert unfounded / len(rows) < 0.22
    ties = [row for row in seeds.read(SEEDS / "concordance.csv") if row["kind"] != "none"]
    assert sum(row["evidence"] == "general_knowledge" for row in ties) / len(ties) < 0.48
    assert inference.infer([]) == {}

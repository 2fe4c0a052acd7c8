"""Patterns as rows of data: what counts as an alternative, what a text goes through, what is left when alternatives are taken away."""

import csv
import re
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.evaluation import evaluation, generality
from pipeline.evaluation.generality import Alternative, Group, parse, places, without, write
from pipeline.forms import catalogue
from pipeline.reading import Claim, read_document
from tests.unit.printed import document

VOCABULARY = Path(__file__).parent / "forms"


def left(pattern: str, *removed: tuple[int, ...]) -> str | None:
    group = without(parse(pattern), set(removed))
    return None if group is None else write(group)


def test_every_pattern_of_the_catalogue_is_understood() -> None:
    count = 0
    with (VOCABULARY / "header_vocabulary.csv").open(encoding="utf-8", newline="") as file:
        texts = [catalogue.header_text(row["text"]) for row in csv.DictReader(file)]
    for table in generality.rows().values():
        for row in table:
            pattern, again = re.compile(row.data["pattern"]), re.compile(write(row.group))
            assert [bool(pattern.fullmatch(text)) for text in texts] == [bool(again.fullmatch(text)) for text in texts]
            count += 1
    assert count > 100


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("合计|总计", ["合计", "总计"]),
        ("(支出|收入)?合计", ["(?:支出|收入)?合计", "支出", "收入"]),
        ("本年(支出)合计", ["本年(?:支出)合计"]),
        ("上年(结转)?", ["上年(?:结转)?", "结转"]),
        ("(?<!非税)收入(?!支出|表)", ["(?<!非税)收入(?!支出|表)"]),
        ("基金(?!.*收入(预算|决算)*表)", ["基金(?!.*收入(?:预算|决算)*表)"]),
        (r"[|(]\(元\)|a{1,2}", [r"[|(]\(元\)", "a{1,2}"]),
        ("(一(二|三)|四)", ["(?:一(?:二|三)|四)", "一(?:二|三)", "二", "三", "四"]),
    ],
)
def test_alternatives(pattern: str, found: list[str]) -> None:
    assert [text for _, text in places(parse(pattern))] == found


def test_only_topmost_alternatives() -> None:
    assert [text for _, text in places(parse("(支出|收入)?合计|总计"), 1)] == ["(?:支出|收入)?合计", "总计"]


@pytest.mark.parametrize("pattern", ["(a", "a)", "(?P<name>a)"])
def test_a_pattern_that_is_not_understood_raises(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"parenthesis|group"):
        parse(pattern)


def test_alternatives_are_taken_away() -> None:
    assert left("合计|总计", (0,)) == "总计"
    assert left("合计", (0,)) is None
    assert left("(支出|收入)?合计", (0, 0, 0)) == "(?:收入)?合计"
    assert left("(支出|收入)?合计", (0, 0, 0), (0, 0, 1)) == "合计"
    assert left("(支出|收入)合计|总计", (0, 0, 0), (0, 0, 1)) == "总计"
    assert left("(支出|收入)合计", (0, 0, 0), (0, 0, 1)) is None


def test_uses_are_the_alternatives_on_the_way() -> None:
    row = generality.Row("header.csv", 7, {"pattern": ""}, parse("(支出|收入)?(合计|总计)|计"))
    assert row.used(row.traced.fullmatch("收入总计")) == {
        Alternative("header.csv", 7, place) for place in [(0,), (0, 0, 1), (0, 1, 1)]
    }
    assert row.used(row.traced.fullmatch("计")) == {Alternative("header.csv", 7, (1,))}
    assert row.used(row.traced.fullmatch("总额")) == set()


def test_own_alternatives_are_those_of_no_other() -> None:
    a, b, c = (Alternative("header.csv", 0, place) for place in [(0,), (1,), (1, 0, 0)])
    uses = {"甲市": {a, b, c}, "乙市": {a}}
    assert generality.own_alternatives(uses, "甲市", top_level=False) == {b, c}
    assert generality.own_alternatives(uses, "甲市", top_level=True) == {b}
    assert generality.own_alternatives(uses, "乙市", top_level=False) == set()


def test_a_reduced_catalogue_forgets_the_header_and_nothing_else(tmp_path: Path) -> None:
    used = generality.used_by_header("备注")
    assert used
    generality.write_reduced(used, tmp_path)
    with catalogue.taken_from(tmp_path):
        assert catalogue.meaning_of_header("备注") is None
        assert catalogue.meaning_of_header("公务接待费") is not None
        assert catalogue.form_of_title("部门收入总表") == "revenue_summary"
        assert catalogue.standard_forms()
    assert catalogue.meaning_of_header("备注") is not None


def test_a_catalogue_without_anything_removed_reads_the_same(tmp_path: Path) -> None:
    generality.write_reduced(set(), tmp_path)
    for table in generality.TABLES:
        assert list(csv.reader((tmp_path / table).open(encoding="utf-8"))) == list(
            csv.reader((catalogue.FOLDER / table).open(encoding="utf-8"))
        )


def test_titles_and_notes_are_traced() -> None:
    tables = {
        "form": [
            {
                "form_index": 1,
                "form": "revenue_summary",
                "title": "部门收入总表",
                "note": "注：本表无数据",
                "is_declared_nil": True,
            },
            {"form_index": 2, "form": None, "title": None, "note": None, "is_declared_nil": False},
        ],
        "cell": [
            {"form_index": 1, "role": "header", "text": "科目编码"},
            {"form_index": 2, "role": "header", "text": "公务接待费"},
        ],
        "figure": [{"line_name": "一、事业收入"}],
    }
    used = generality.used_by_document(tables)
    assert {one.table for one in used} == set(generality.TABLES)
    assert generality.used_by_header("科目编码") <= used
    assert generality.used_by_header("事业收入") <= used
    assert not generality.used_by_header("公务接待费") <= used, (
        "the header of a table that was not recognised was not read"
    )


def test_a_whole_pattern_is_a_choice_of_its_branches() -> None:
    assert not Group([["a"]]).is_choice
    assert Group([["a"], ["b"]]).is_choice
    assert Group([["a"]], "?").is_choice


BUDGET = """
某市某局2026年部门预算
---
部门收入总表
单位：万元
项目 | 预算数
一般公共预算拨款收入 | 10.00
事业收入 | 2.50
收入总计 | 12.50
"""


def judged(folder: Path) -> Counter[str]:
    """What becomes of the figures of a budget when it is read with the catalogue in the folder."""

    def read() -> evaluation.Tables:
        return read_document(b"budget", Claim(file_name="budget.pdf"), lambda _: document(BUDGET)).rows

    before = evaluation._figures_by_place(read())
    result = evaluation.Without("某市", [])
    with catalogue.taken_from(folder):
        evaluation._judge_without(result, SimpleNamespace(comparison=None, file_name="budget.pdf"), before, read())  # type: ignore[arg-type]
    return result.verdicts


def test_a_source_that_was_forgotten_is_refused_and_not_misread(tmp_path: Path) -> None:
    known = [row for row in generality.rows()["header.csv"] if row.data["value"] == "institution_revenue"]
    forgotten = {
        Alternative(row.table, row.number, (branch,)) for row in known for branch in range(len(row.group.branches))
    }
    generality.write_reduced(forgotten, tmp_path)
    assert judged(tmp_path) == Counter(same=2, refused=1)


def test_a_catalogue_that_says_something_else_is_noticed_as_a_misreading(tmp_path: Path) -> None:
    generality.write_reduced(set(), tmp_path)
    table = tmp_path / "header.csv"
    first, *rest = table.read_text(encoding="utf-8").splitlines(keepends=True)
    table.write_text("".join([first, "事业收入,value,source,other_revenue,\n", *rest]), encoding="utf-8")
    assert judged(tmp_path) == Counter(same=2, misread=1)

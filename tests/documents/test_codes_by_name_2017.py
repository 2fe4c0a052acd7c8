"""Form 1 of the founding document prints names only, form 7 prints codes beside the same names: the one must agree with the other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.editions.classification import assign_codes

DOCUMENT = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "budget" / "深圳市_人民政府办公厅_2017.md"


@pytest.fixture(scope="module")
def lines() -> list[str]:
    if not DOCUMENT.exists():
        pytest.skip("the founding document is not at hand (../shared/corpus)")
    return DOCUMENT.read_text(encoding="utf-8").splitlines()


def between(lines: list[str], begin: str, end: str) -> list[list[str]]:
    first = next(index for index, line in enumerate(lines) if line.strip().endswith(begin))
    last = next(index for index, line in enumerate(lines) if index > first and line.strip() == end)
    return [line.split("\t") for line in lines[first:last]]


def test_names_of_form_1_take_the_codes_that_form_7_prints(lines: list[str]) -> None:
    printed = {
        row[2].strip(): row[1]
        for row in between(lines, "一般公共预算支出情况表", "表 8")
        if len(row) > 3 and row[1].isdigit()
    }
    names = [row[2].strip() for row in between(lines, "部门收支预算总表", "表 2") if len(row) > 3 and row[2].strip()]
    given = dict(zip(names, [found.code for found in assign_codes(names, "functional", 2017)], strict=True))
    shared = {name for name in printed if name in given}
    assert len(shared) == 14
    assert {name: given[name] for name in shared} == {name: printed[name] for name in shared}


def test_every_line_of_form_1_is_coded_but_the_totals(lines: list[str]) -> None:
    names = [row[2].strip() for row in between(lines, "部门收支预算总表", "表 2") if len(row) > 3 and row[2].strip()]
    uncoded = [
        name for name, found in zip(names, assign_codes(names, "functional", 2017), strict=True) if not found.code
    ]
    assert [name for name in uncoded if not re.fullmatch(r"支 出|项目", name)] == [
        "本年支出合计",
        "对附属单位补助支出",
        "上缴上级支出",
        "结转下年",
        "支出总计",
    ]


def test_only_the_local_item_of_form_5_has_no_code(lines: list[str]) -> None:
    rows = between(lines, "基本支出预算表", "表 6")
    agencies = {"深圳市府办公厅", "深圳市府办公厅本级", "深圳市政务服务管理办公室"}
    names = [row[0].strip() for row in rows if len(row) > 10 and row[0].strip() not in ("", "支出项目类别")]
    found = dict(zip(names, assign_codes(names, "economic_department", 2017), strict=True))
    assert {name for name, assignment in found.items() if assignment.code is None} == {"综合定额", *agencies}

"""A failure costs the unit of work in which it happens, is named, and the rest is read: one is injected into every stage."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from pipeline import reading
from pipeline.figures import narrative
from pipeline.forms import failures, strays
from pipeline.forms.failures import RAISE, Place, attempt_without, kept, unit
from pipeline.reading import Claim, Reading, read_document
from tests.unit.printed import document

BAD = "坏"
"""The character that marks the part of the document in which every injected failure happens."""
DOCUMENT = """
某市某局2026年部门预算
第一部分 部门概况
某市某局人员编制总数为80人。
某市某局2026年支出预算15万元。
---
一般公共预算支出表
单位：万元
科目编码 | 科目名称 | 合计 | 基本支出 | 项目支出
 | 合计 | 15.00 | 10.00 | 5.00
201 | 一般公共服务支出 | 15.00 | 10.00 | 5.00
20140 | 信访事务 | 15.00 | 10.00 | 5.00
2014001 | 行政运行 | 10.00 | 10.00 |
2014004 | 信访业务 | 5.00 | | 5.00
---
政府性基金预算支出表
单位：万元
科目编码 | 科目名称 | 合计 | 基本支出 | 项目支出
 | 合计 | 7.00 | | 7.00
212 | 坏城乡社区支出 | 7.00 | | 7.00
---
坏项目情况表
单位：万元
项目名称 | 坏项目 | 预算金额 | 3.00
一级指标 | 二级指标 | 三级指标 | 指标值
产出指标 | 数量指标 | 次数 | 4
---
国有资本经营预算支出表
单位：万元
科目编码 | 科目名称 | 合计 | 基本支出 | 项目支出
 | 合计 | 6.00 | | 6.00
223 | 国有资本经营预算支出 | 6.00 | | 6.00
---
第二部分 坏情况
2026年坏收入预算120万元。
"""


def read() -> Reading:
    return read_document(b"%PDF-", Claim("a.pdf"), lambda data: document(DOCUMENT))


def amounts(found: Reading, page: int) -> list[Decimal]:
    return [
        row["amount_yuan"] for row in found.rows.get("figure", []) if row["page_number"] == page and row["amount_yuan"]
    ]


def named(found: Reading) -> list[dict[str, Any]]:
    return [row for row in found.rows.get("refusal", []) if row["reason"] == "stage_failed"]


def _holds_bad(value: object, depth: int = 0) -> bool:
    """Whether any text within a value holds the bad character."""
    if isinstance(value, str):
        return BAD in value
    if depth > 12 or value is None or isinstance(value, int | float | Decimal):
        return False
    if isinstance(value, dict):
        return any(_holds_bad(one, depth + 1) for one in value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return any(_holds_bad(one, depth + 1) for one in value)
    names = getattr(value, "__dataclass_fields__", ())
    return any(_holds_bad(getattr(value, name, None), depth + 1) for name in names)


def failing(function: Callable[..., Any], error: Exception) -> Callable[..., Any]:
    def injected(*arguments: Any, **named: Any) -> Any:
        if any(_holds_bad(value) for value in (*arguments, *named.values())):
            raise error
        return function(*arguments, **named)

    return injected


@pytest.fixture
def _catching(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(RAISE, raising=False)


def test_the_document_is_whole_without_a_failure() -> None:
    found = read()
    assert not named(found)
    assert [len(amounts(found, page)) for page in range(2, 6)] == EVERYTHING
    assert len(found.rows["narrative_figure"]) == 2
    assert [row["value"] for row in found.rows["agency_statistic"]] == [80]


# What remains of figures on pages 2 to 5, and of sentences, where the stage fails on all that is bad.
EVERYTHING = [13, 4, 1, 4]
STAGES = [
    (reading, "redact", [13, 0, 0, 4], 1),
    (reading, "assemble", [13, 0, 0, 4], 1),
    (reading, "identify", EVERYTHING, 2),
    (reading, "looks_like_performance_form", [13, 4, 0, 4], 2),
    (reading, "agencies_printed", EVERYTHING, 2),
    (reading, "interpret", [13, 0, 1, 4], 2),
    (reading, "performance_indicators", [13, 4, 0, 4], 2),
    (reading, "project_budgets", [13, 4, 0, 4], 2),
    (reading, "refusal_of", EVERYTHING, 2),
    (reading, "paragraphs", EVERYTHING, 1),
    (reading, "narrative_figures", EVERYTHING, 0),
    (narrative, "sentence_amounts", EVERYTHING, 1),
    (narrative, "_row", EVERYTHING, 1),
    (reading, "agency_statistics", EVERYTHING, 2),
    (reading, "set_aside_repeated", EVERYTHING, 2),
    (reading, "stated_zeros", EVERYTHING, 2),
    (reading, "prove", EVERYTHING, 2),
    (reading, "doubt_of", [13, 2, 0, 4], 2),
    (strays, "strays", EVERYTHING, 2),
    (reading, "_add_form", EVERYTHING, 2),
]


@pytest.mark.usefixtures("_catching")
@pytest.mark.parametrize(("module", "name", "figures", "sentences"), STAGES, ids=[name for _, name, *_ in STAGES])
@pytest.mark.parametrize("error", [ValueError("injected"), RecursionError("injected")], ids=["error", "recursion"])
def test_a_failure_stays_where_it_happens(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, figures: list[int], sentences: int, error: Exception
) -> None:
    monkeypatch.setattr(module, name, failing(getattr(module, name), error))
    found = read()
    (row,) = found.rows["document"]
    assert row["status"] == "partly_loaded"
    assert "stage_failed" in row["status_reason"]
    assert (row["department_name"], row["fiscal_year"]) == ("某市某局", 2026)
    assert [len(amounts(found, page)) for page in range(2, 6)] == figures
    assert len(found.rows.get("narrative_figure", [])) == sentences
    refusals = named(found)
    assert refusals
    assert all("injected" in refusal["detail"] for refusal in refusals)


def test_outside_of_a_reading_nothing_is_caught() -> None:
    with pytest.raises(ValueError, match="mistake"), unit("any"):
        raise ValueError("mistake")


def test_mistakes_are_errors_where_the_environment_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(RAISE, "1")
    monkeypatch.setattr(reading, "agency_statistics", failing(reading.agency_statistics, ValueError("mistake")))
    with pytest.raises(ValueError, match="mistake"):
        read()


@pytest.mark.usefixtures("_catching")
@pytest.mark.parametrize("error", [MemoryError(), OSError(28, "No space left on device")])
def test_what_is_no_fault_of_the_document_passes(error: Exception) -> None:
    with kept(), pytest.raises(type(error)), unit("any"):
        raise error


@pytest.mark.usefixtures("_catching")
def test_parts_that_fail_only_together_cost_the_later_one() -> None:
    def work(parts: list[int]) -> int:
        if {3, 5} <= set(parts):
            raise ValueError("3 and 5")
        return sum(parts)

    with kept() as failed:
        assert attempt_without("any", range(10), lambda part: Place(page_number=part), work) == 45 - 5
    assert [(failure.stage, failure.place.page_number) for failure in failed] == [("any", 5)]
    assert "3 and 5" in failed[0].error


@pytest.mark.usefixtures("_catching")
def test_a_stage_that_always_fails_is_named_once_and_ends() -> None:
    calls = 0

    def work(parts: list[int]) -> None:
        nonlocal calls
        calls += 1
        raise ValueError("always")

    with kept() as failed:
        assert failures.attempt_without("any", range(1000), lambda part: Place(page_number=part), work) is None
    assert len(failed) == 1
    assert failed[0].place == Place()
    assert calls < 20

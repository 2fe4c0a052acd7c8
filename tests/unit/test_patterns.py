"""No pattern takes for ever: every compiled pattern of the reading rooms is fed long runs of what documents hold, under a clock.

Belongs here: the search for patterns, and the runs. Does not belong here: what a pattern should match (the test of its module).
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import signal
from collections.abc import Iterator
from typing import Any

import pytest

import pipeline

ROOMS = ("readers", "forms", "figures", "proofs", "editions")
LENGTH = 1500
"""Characters: no cell and no line of a disclosure is so long a run of one thing."""
SECONDS = 2.0
"""Of the processor: what is quadratic takes a tenth of it, what is cubic a multiple."""
RUNS = (
    "1", "0", "年", "一", "，", "、", " ", "　", "(", "（", "-", "—", ".", ",", "a", "万元", "1,", "1.", "1年", "（1", "其中：", "增加", "比上年", "支出", "，增长1",
    "2024年", "一、", "\n", "第", "%", "本单位", "部门", "一般公共预算", "亿", "1-", "张三 ", "电话", "联系人：", "第1页", "1万", "公开表", "及",
)  # fmt: skip


def patterns_in(value: Any, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict) and depth < 3:
        for each in value.values():
            yield from patterns_in(each, depth + 1)
    elif isinstance(value, (list, tuple, set, frozenset)) and depth < 3 and len(value) < 5000:
        for each in value:
            yield from patterns_in(each, depth + 1)


def collected() -> dict[str, re.Pattern[Any]]:
    """Patterns by the module and name under which they are kept; those of the catalogues among them."""
    found: dict[str, re.Pattern[Any]] = {}
    seen: set[tuple[Any, int]] = set()
    for module in pkgutil.walk_packages(pipeline.__path__, "pipeline."):
        if module.name.split(".")[1] not in (*ROOMS, "reading"):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            for number, pattern in enumerate(patterns_in(value)):
                if (pattern.pattern, pattern.flags) not in seen:
                    seen.add((pattern.pattern, pattern.flags))
                    found[f"{module.name}.{name}.{number}"] = pattern
    return found


class TooSlow(Exception):
    """The clock ran out."""


def slow_run(pattern: re.Pattern[Any], seconds: float = SECONDS) -> str | None:
    """A run on which the pattern takes longer, if there is one."""

    def stop(*_: Any) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGVTALRM, stop)
    try:
        for run in RUNS:
            text = run * (LENGTH // len(run)) + "!"
            signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
            try:
                for match in (pattern.search, pattern.fullmatch):
                    match(text.encode() if isinstance(pattern.pattern, bytes) else text)
            except TooSlow:
                return run
            finally:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    finally:
        signal.signal(signal.SIGVTALRM, before)
    return None


PATTERNS = collected()


def test_patterns_are_found_where_they_are_kept() -> None:
    assert len(PATTERNS) > 150
    assert {name.split(".")[1] for name in PATTERNS} >= {"readers", "forms", "figures", "proofs"}


@pytest.mark.parametrize("room", ROOMS)
def test_no_pattern_takes_for_ever(room: str) -> None:
    slow = {
        name: run for name, pattern in PATTERNS.items() if name.split(".")[1] == room and (run := slow_run(pattern))
    }
    assert slow == {}


def test_the_clock_stops_what_takes_for_ever() -> None:
    assert slow_run(re.compile(r"(?:\d+,?)+$"), 0.2) is not None
    assert slow_run(re.compile(r"\d+$"), 2.0) is None

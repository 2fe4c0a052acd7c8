"""Worker processes: every task has one outcome, whatever happens to the process that had it."""

import os
import time

import pytest

from pipeline.warehouse.workers import Limits, run

LIMITS = Limits(seconds=20, memory_mebibytes=512)


def act(task: str) -> str:
    """What a task does is its name."""
    if task == "exit":
        os._exit(7)
    if task == "abort":
        os.abort()
    if task == "raise":
        raise LookupError("as told")
    if task == "memory":
        bytearray(1 << 42)
    if task == "hang":
        time.sleep(3600)
    return task.upper()


def test_every_task_has_one_outcome() -> None:
    tasks = ["a", "exit", "b", "raise", "c", "memory", "abort", "d"]
    outcomes = {outcome.task: outcome for outcome in run(act, tasks, 2, LIMITS)}
    assert outcomes.keys() == set(tasks)
    for name in "abcd":
        assert outcomes[name].result == name.upper()
        assert outcomes[name].reason is None
    assert (outcomes["exit"].reason, outcomes["abort"].reason) == ("reader_failed", "reader_failed")
    assert "exit code 7" in str(outcomes["exit"].detail)
    assert "SIGABRT" in str(outcomes["abort"].detail)
    assert outcomes["raise"].detail == "LookupError: as told (test_workers.py, act)"
    assert outcomes["memory"].reason == "limit_exceeded"
    assert "512 MiB" in str(outcomes["memory"].detail)


def test_a_task_without_end_is_ended() -> None:
    started = time.monotonic()
    outcomes = {outcome.task: outcome for outcome in run(act, ["hang", "a"], 2, Limits(seconds=1.0))}
    assert outcomes["hang"].reason == "limit_exceeded"
    assert "1 s" in str(outcomes["hang"].detail)
    assert outcomes["a"].result == "A"
    assert time.monotonic() - started < 60


def test_no_tasks_no_outcomes() -> None:
    assert list(run(act, [], 4, LIMITS)) == []


def test_limits_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUSUAN_TIME_LIMIT", "12.5")
    monkeypatch.setenv("YUSUAN_MEMORY_LIMIT", "99")
    assert Limits.from_environment() == Limits(12.5, 99)
    monkeypatch.setenv("YUSUAN_TIME_LIMIT", "")
    assert Limits.from_environment().seconds == Limits().seconds

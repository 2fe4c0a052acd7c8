"""Many documents at once: worker processes, each bounded in time and memory, none able to stop the others.

Belongs here: processes, their limits, and what became of each task. Does not belong here: what a task does (it is a function that
is given), and the refusals that are made of failures (`pipeline.warehouse.documents`).

Workers are spawned, not forked: they share nothing with the parent, so a task's result depends on the task alone.
"""

from __future__ import annotations

import ctypes
import errno
import gc
import multiprocessing
import os
import resource
import signal
import sys
import time
import traceback
import types
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Generic, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

MEBIBYTE = 1024 * 1024
_POLL_SECONDS = 0.1
_TASKS_PER_WORKER = 200
_RESTING_FRACTION = 0.5
_PR_SET_PDEATHSIG = 1
_TRIES = 2
"""A worker that a signal ended may have been killed from outside: its task is tried once more before it is blamed."""
_FAILED_STARTS = 8
_MACHINE_FAILED = "machine_failed"
_OF_THE_MACHINE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ENFILE}
_LIBC = ctypes.CDLL(None)


class MachineFailed(RuntimeError):
    """The machine fails, a full disk for one: no fault of any document, and the others would fare no better."""


@dataclass(frozen=True)
class Limits:
    """What one task may use. `memory_mebibytes` counts the worker's resident memory and, beyond what it held at rest, its address space."""

    seconds: float = 900.0
    memory_mebibytes: int = 4096

    @classmethod
    def from_environment(cls) -> Limits:
        """The limits, as set by YUSUAN_TIME_LIMIT (seconds) and YUSUAN_MEMORY_LIMIT (MiB) where these are set."""
        default = cls()
        return cls(
            float(os.environ.get("YUSUAN_TIME_LIMIT") or default.seconds),
            int(os.environ.get("YUSUAN_MEMORY_LIMIT") or default.memory_mebibytes),
        )

    def __str__(self) -> str:
        return f"{self.seconds:g} s, {self.memory_mebibytes} MiB"


@dataclass(frozen=True)
class Outcome(Generic[Task, Result]):
    """What became of a task: a result, or a failure (`limit_exceeded` or `reader_failed`, as in schemas/refusal_reasons.csv)."""

    task: Task
    seconds: float
    result: Result | None = None
    reason: str | None = None
    detail: str | None = None


@dataclass
class _Worker(Generic[Task]):
    process: SpawnProcess
    connection: Connection
    task: Task | None = None
    tries: int = 0
    started: float = 0.0
    done: int = 0
    is_ready: bool = False
    resting_mebibytes: float = field(default=0.0)


def run(
    function: Callable[[Task], Result], tasks: Iterable[Task], jobs: int, limits: Limits
) -> Iterator[Outcome[Task, Result]]:
    """Run `function` on each task in `jobs` processes; yield outcomes as they come, in no particular order.

    `function` and the tasks must be importable and picklable. Every task has exactly one outcome, whatever happens to its
    worker; a task whose worker was killed gets a second one. Closing the iterator ends the workers at once.

    Raises MachineFailed where a task fails for what no task is to blame for, and where workers cannot be started.
    """
    waiting = deque((task, 0) for task in tasks)
    jobs = max(1, min(jobs, len(waiting)))
    workers: list[_Worker[Task]] = []
    failed_starts = 0
    try:
        while waiting or any(worker.task is not None for worker in workers):
            while len(workers) < jobs and len(workers) < len(waiting) + sum(w.task is not None for w in workers):
                workers.append(_start(function, limits, jobs))
            for worker in workers:
                if worker.is_ready and worker.task is None and waiting:
                    worker.task, tries = waiting.popleft()
                    worker.tries, worker.started = tries + 1, time.monotonic()
                    try:
                        worker.connection.send(worker.task)
                    except (BrokenPipeError, ConnectionResetError):
                        # It died at rest, through no fault of this task: `_collect` sees the end of the connection, others go on.
                        waiting.appendleft((worker.task, tries))
                        worker.task = None
            wait([worker.connection for worker in workers], timeout=_POLL_SECONDS)
            for worker in list(workers):
                task = worker.task
                outcome, is_over = _collect(worker, limits)
                if is_over:
                    workers.remove(worker)
                    _end(worker)
                    if not worker.is_ready:
                        failed_starts += 1
                        _require_starts(worker, failed_starts)
                    elif outcome is None and task is not None:
                        waiting.append((task, worker.tries))
                if outcome is not None:
                    yield outcome
    finally:
        for worker in workers:
            _end(worker)


def _collect(worker: _Worker[Task], limits: Limits) -> tuple[Outcome[Task, Any] | None, bool]:
    """What a worker has to say: an outcome, if any, and whether the worker is over."""
    seconds = time.monotonic() - worker.started
    if worker.connection.poll():
        try:
            message = worker.connection.recv()
        except (EOFError, OSError):
            # OSError where it died in the middle of a message.
            worker.process.join(5)
            return _death(worker, seconds), True
        if message is None:
            worker.is_ready, worker.resting_mebibytes = True, _resident_mebibytes(worker.process.pid)
            return None, False
        assert worker.task is not None
        result, reason, detail = message
        if reason == _MACHINE_FAILED:
            raise MachineFailed(detail)
        outcome = Outcome(worker.task, seconds, result, reason, detail)
        worker.task, worker.done = None, worker.done + 1
        # After a failure, and when memory is not given back, the next task gets a fresh worker.
        resident = _resident_mebibytes(worker.process.pid)
        is_swollen = resident > worker.resting_mebibytes + limits.memory_mebibytes * _RESTING_FRACTION
        return outcome, reason == "limit_exceeded" or is_swollen or worker.done >= _TASKS_PER_WORKER
    if worker.task is None:
        return None, False
    if seconds > limits.seconds:
        detail = f"not read after {limits.seconds:g} s (time limit; raise it with YUSUAN_TIME_LIMIT)"
        return Outcome(worker.task, seconds, None, "limit_exceeded", detail), True
    if _resident_mebibytes(worker.process.pid) > worker.resting_mebibytes + limits.memory_mebibytes:
        return Outcome(worker.task, seconds, None, "limit_exceeded", _memory_detail(limits)), True
    return None, False


def _death(worker: _Worker[Task], seconds: float) -> Outcome[Task, Any] | None:
    """The outcome of a task whose worker died; None where it had none, and where it is to be tried again."""
    code = worker.process.exitcode
    was_killed = code is None or code < 0
    if worker.task is None or (was_killed and worker.tries < _TRIES):
        return None
    return Outcome(worker.task, seconds, None, "reader_failed", f"the worker process ended with {_told(code)}")


def _told(code: int | None) -> str:
    return f"signal {signal.Signals(-code).name}" if code is not None and code < 0 else f"exit code {code}"


def _require_starts(worker: _Worker[Any], failed_starts: int) -> None:
    """Raise MachineFailed where workers die at their start: at once by an error of their own, after some by signals."""
    code = worker.process.exitcode
    if code is None or code >= 0 or failed_starts >= _FAILED_STARTS:
        raise MachineFailed(f"a worker process could not start ({_told(code)}); see the error above")


def _memory_detail(limits: Limits) -> str:
    return f"more than {limits.memory_mebibytes} MiB were needed (memory limit; raise it with YUSUAN_MEMORY_LIMIT)"


def _start(function: Callable[[Task], Any], limits: Limits, jobs: int) -> _Worker[Task]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_work, args=(there, function, limits, os.getpid()), daemon=True)
    # Libraries with threads of their own take all cores; so many workers share them.
    threads = str(max(1, (os.cpu_count() or 1) // jobs))
    variables = {"OMP_NUM_THREADS": threads, "POLARS_MAX_THREADS": threads, "OMP_THREAD_LIMIT": threads}
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update({name: value for name, value in variables.items() if before[name] is None})
    # A spawned process would first run the main module of its parent again: a script without a guard, or no file at all. The
    # function is imported by its own module's name and needs none of it.
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        process.start()
    finally:
        sys.modules["__main__"] = main
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
    there.close()
    return _Worker(process, here)


def _end(worker: _Worker[Any]) -> None:
    """End a worker and every process that it started (a converter, for one)."""
    pid = worker.process.pid
    worker.connection.close()
    if pid is not None:
        try:
            os.killpg(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            # Not yet the leader of its group, or gone already.
            worker.process.kill()
    worker.process.join(10)


def _work(connection: Connection, function: Callable[[Any], Any], limits: Limits, parent: int) -> None:
    """The life of a worker: tasks come in, (result, reason, detail) goes out, until the parent is gone."""
    os.setpgid(0, 0)
    die_with_parent(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settle()
    connection.send(None)
    _limit_address_space(limits)
    while True:
        try:
            task = connection.recv()
        except (EOFError, OSError):
            return
        message: tuple[Any, str | None, str | None]
        try:
            message = (function(task), None, None)
        except MemoryError:
            message = (None, "limit_exceeded", _memory_detail(limits))
        except RecursionError as error:
            message = (None, "limit_exceeded", f"nested too deeply: {error}")
        except BaseException as error:  # noqa: BLE001 (whatever a reader raises is this document's failure, no other's)
            last = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{os.path.basename(last.filename)}, {last.name}"
            is_of_machine = isinstance(error, OSError) and error.errno in _OF_THE_MACHINE
            reason = _MACHINE_FAILED if is_of_machine else "reader_failed"
            message = (None, reason, f"{type(error).__name__}: {error} ({where})")
        connection.send(message)


def settle() -> None:
    """Called when all is imported: what modules hold stays, and no collection of garbage looks through it again."""
    gc.collect()
    gc.freeze()


def die_with_parent(parent: int | None = None) -> None:
    """Called in a new process: a killed parent takes it along (Linux; elsewhere it goes on to its own end).

    `parent` is the parent's process id, where it is known: it may have died already.
    """
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if parent is not None and os.getppid() != parent:
            os._exit(1)


def _limit_address_space(limits: Limits) -> None:
    """One huge allocation fails as a MemoryError; growth in small steps is watched by the parent."""
    if sys.platform == "linux":
        held = int(_statm(os.getpid())[0]) * resource.getpagesize()
        # Thread stacks and memory maps of libraries take address space without memory: twice the limit is left to them.
        most = held + 2 * limits.memory_mebibytes * MEBIBYTE
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _statm(pid: int) -> list[str]:
    with open(f"/proc/{pid}/statm") as file:
        return file.read().split()


def _resident_mebibytes(pid: int | None) -> float:
    """Resident memory of a process; 0 where the system does not tell."""
    try:
        return int(_statm(pid or 0)[1]) * resource.getpagesize() / MEBIBYTE
    except (OSError, IndexError):
        return 0.0

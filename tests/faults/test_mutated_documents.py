"""Damaged and hostile documents: each is loaded or refused with a reason; none crashes, hangs, writes or reaches outside.

Forty in every run of the tests, a thousand with YUSUAN_FAULTS=long (`make faults`).
"""

from __future__ import annotations

import csv
import itertools
import os
from pathlib import Path

import pytest

from pipeline.reading import Claim, read_document
from tests.faults import mutated_documents as mutated

IS_LONG = os.environ.get("YUSUAN_FAULTS") == "long"
REASONS = Path(__file__).parents[2] / "schemas" / "refusal_reasons.csv"
QUICK_HOSTILE, QUICK_DAMAGED = 25, 15


def quick() -> list[tuple[str, bytes]]:
    """Some of the documents made to harm that do not take long, of all kinds, and some damaged ones."""
    hostile = [document for document in mutated.hostile_documents() if document[0] not in mutated.SLOW]
    return [*hostile[:: len(hostile) // QUICK_HOSTILE], *itertools.islice(mutated.damaged_documents(40), QUICK_DAMAGED)]


@pytest.mark.timeout(3 * 3600 if IS_LONG else 300)
def test_each_is_loaded_or_refused_with_a_reason(tmp_path: Path) -> None:
    documents = mutated.chosen(1000, 2026) if IS_LONG else iter(quick())
    folder = tmp_path / "faults"
    fates = mutated.read_documents(documents, folder, jobs=2 if IS_LONG else 1)
    with REASONS.open(encoding="utf-8", newline="") as file:
        reasons = {row["reason"] for row in csv.DictReader(file)}
    assert len(fates) >= (900 if IS_LONG else 35)
    failed = [
        f"{fate.name}: {fate.progress.reason}" for fate in fates if "reader_failed" in (fate.progress.reason or "")
    ]
    assert not failed, "\n".join(failed)
    for fate in fates:
        status, reason = fate.progress.status, fate.progress.reason or ""
        assert status in ("loaded", "partly_loaded", "refused"), fate.name
        if status == "refused":
            assert reason.split(":")[0] in reasons, f"{fate.name}: {reason}"
        assert fate.progress.seconds < mutated.LIMITS.seconds + 30, fate.name
    assert {path.name for path in tmp_path.iterdir()} == {"faults"}
    assert {path.name for path in folder.iterdir()} <= {"raw", "archive", "readings", "index.json", "tmp"}
    assert {fate.progress.status for fate in fates} >= {"loaded", "refused"}, (
        "a check that met one kind only proves little"
    )


@pytest.mark.parametrize("extension", ["pdf", "docx", "xlsx", "html", "md"])
def test_what_is_damaged_was_sound(extension: str) -> None:
    """Damage to what was never readable would prove nothing."""
    reading = read_document(mutated.sound_documents()[extension], Claim(f"a.{extension}"))
    assert reading.rows["document"][0]["status"] == "loaded"
    amounts = {str(row["amount_yuan"]) for row in reading.rows["figure"] if row["amount_yuan"] is not None}
    assert "12505000.00" in amounts, "1,250.50 in 10,000 yuan"


def test_the_same_seed_gives_the_same_documents() -> None:
    first = list(itertools.islice(mutated.damaged_documents(7), 30))
    assert first == list(itertools.islice(mutated.damaged_documents(7), 30))
    assert first != list(itertools.islice(mutated.damaged_documents(8), 30))


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lambda: Path("/tmp/escaped-from-a-reader").write_text("x"), "WROTE OUTSIDE"),
        (lambda: os.mkdir("/tmp/escaped-from-a-reader"), "CHANGED OUTSIDE"),
        (lambda: __import__("socket").create_connection(("192.0.2.1", 80), 1), "REACHED OUTSIDE"),
    ],
)
def test_the_watch_catches_what_it_should(tmp_path: Path, act: object, told: str) -> None:
    """In a process of its own, for an audit hook cannot be taken away again."""
    import multiprocessing

    context = multiprocessing.get_context("fork")
    queue = context.Queue()

    def child() -> None:
        os.environ["YUSUAN_FAULTS_FOLDER"] = str(tmp_path)
        mutated._watch.__wrapped__()
        try:
            act()  # type: ignore[operator]
        except PermissionError as error:
            queue.put(str(error))
        else:
            queue.put("nothing was caught")

    process = context.Process(target=child)
    process.start()
    try:
        assert told in queue.get(timeout=30)
    finally:
        process.join(10)
    assert not Path("/tmp/escaped-from-a-reader").exists()

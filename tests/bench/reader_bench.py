"""How fast a document's bytes become cells, forms, figures and proofs, against what else could be used, over whole real documents in one run.

Belongs here: what `make bench` writes into docs/reference/speed.md: pages per second of processor time, stage by stage, ratios
within the run, and the memory of a worker over every document. Does not belong here: tests that pass or fail; builds (`ratios`).

Run: `python -m tests.bench.reader_bench [pages]`. A ratio within one run means something on any machine, a time alone does not.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import random
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pdfplumber

from pipeline import reading
from pipeline.proofs.proving import Proofs
from pipeline.readers import pdf
from pipeline.readers.printed import PrintedDocument
from pipeline.readers.reader import read
from pipeline.warehouse import workers
from schemas.admission import admit

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
REPORT = ROOT / "docs" / "reference" / "speed.md"
STAGES = {
    "cells → forms": ("assemble", "identify"),
    "forms → figures": (
        "_interpret",
        "refusal_of",
        "paragraphs",
        "text_blocks",
        "narrative_figures",
        "agency_statistics",
    ),
    "figures → proofs": ("prove",),
}
"""Functions of `pipeline.reading` that make up each stage; what is left of its time goes into rows."""
REST = "proofs → rows"
CAMELOT = ROOT / ".bench" / "venv" / "bin" / "python"
"""An environment of its own, which `make bench` makes of tests/bench/requirements.txt."""
_SUFFIXES = {".pdf", ".docx", ".doc", ".html", ".xlsx", ".xls"}


@dataclass
class Measured:
    """One document: its pages and the processor seconds of each way and stage."""

    path: Path
    pages: int
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    @property
    def to_figures(self) -> float:
        return sum(self.seconds[way] for way in ("cells", "cells → forms", "forms → figures"))

    @property
    def after_cells(self) -> float:
        return sum(self.seconds[stage] for stage in (*STAGES, REST))


def born_digital(pages: int) -> list[tuple[Path, PrintedDocument]]:
    """Whole documents with text and without pictures to be read, in an order that is the same in every run, until they have so many pages; and their cells."""
    paths = sorted(path for kind in ("budget", "final_account") for path in CORPUS.glob(f"{kind}/*.pdf"))
    random.Random(7).shuffle(paths)
    chosen: list[tuple[Path, PrintedDocument]] = []
    for path in paths:
        if sum(len(printed.pages) for _, printed in chosen) >= pages:
            break
        with pdf.PdfFile(path.read_bytes()) as file:
            has_text = all(file.content(index).characters for index in range(file.page_count))
        if not has_text:
            continue
        with patch.object(pdf.scan, "read_picture", wraps=pdf.scan.read_picture) as optical:
            printed = read(path.read_bytes())
        if not optical.called and all(page.method == "pdf" for page in printed.pages):
            chosen.append((path, printed))
    return chosen


@contextmanager
def _timed(seconds: defaultdict[str, float], stage: str) -> Iterator[None]:
    started = time.process_time()
    yield
    seconds[stage] += time.process_time() - started


def measure(path: Path, printed: PrintedDocument) -> Measured:
    """Every way and stage over one document."""
    data = path.read_bytes()
    result = Measured(path, len(printed.pages))
    with _timed(result.seconds, "floor"), pdf.PdfFile(data) as file:
        for index in range(file.page_count):
            file.content(index)
    with _timed(result.seconds, "cells"):
        printed = read(data)
    with ExitStack() as stack:
        for stage, names in STAGES.items():
            for name in names:
                stack.enter_context(patch.object(reading, name, _within(getattr(reading, name), result.seconds, stage)))
        with _timed(result.seconds, REST):
            reading.read_document(data, reading.Claim("bench.pdf"), lambda _: printed)
    result.seconds[REST] -= sum(result.seconds[stage] for stage in STAGES)
    with _timed(result.seconds, "pdfplumber"), pdfplumber.open(io.BytesIO(data)) as book:
        for page in book.pages:
            page.extract_tables()
            page.close()
    return result


def _within(function: Callable[..., Any], seconds: defaultdict[str, float], stage: str) -> Callable[..., Any]:
    def timed(*arguments: Any, **named: Any) -> Any:
        with _timed(seconds, stage):
            return function(*arguments, **named)

    return timed


def with_camelot(measured: list[Measured]) -> None:
    """Add the seconds that camelot takes for each document, in a process of its own environment."""
    script = Path(__file__).with_name("camelot_tables.py")
    command = [str(CAMELOT), "-W", "ignore", str(script), *(str(one.path) for one in measured)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    for one, seconds in zip(measured, printed, strict=True):
        one.seconds["camelot"] = float(seconds)


def _proved(path: Path) -> None:
    reading.read_document(path.read_bytes(), reading.Claim(path.name))


def _to_figures(path: Path) -> None:
    with patch.object(reading, "prove", return_value=Proofs()):
        _proved(path)


def two_against_one(function: Callable[[Path], None], paths: list[Path]) -> float:
    """Seconds on the clock of one worker over those of two; means something on idle cores only."""
    spawned = multiprocessing.get_context("spawn")
    seconds = []
    for jobs in (1, 2):
        with spawned.Pool(jobs, workers.settle) as pool:
            pool.map(function, paths[:jobs], chunksize=1)
            started = time.monotonic()
            pool.map(function, paths, chunksize=1)
            seconds.append(time.monotonic() - started)
    return seconds[0] / seconds[1]


def peak_memory() -> list[tuple[int, Path]]:
    """MiB that a process holds at most while it reads one document and admits its rows, for every document, the greatest first."""
    found = []
    for path in sorted(path for path in CORPUS.rglob("*") if path.suffix in _SUFFIXES):
        process = os.fork()
        if process == 0:
            try:
                admit(reading.read_document(path.read_bytes(), reading.Claim(path.name)).rows)
            finally:
                os._exit(0)
        _, _, usage = os.wait4(process, 0)
        found.append((usage.ru_maxrss // 1024, path))
    return sorted(found, reverse=True)


def table_of(measured: list[Measured]) -> str:
    """Pages per second and ratios, stage by stage."""
    pages = sum(one.pages for one in measured)
    total = {way: sum(one.seconds[way] for one in measured) for way in measured[0].seconds}
    whole = total["cells"] + sum(one.after_cells for one in measured)
    ways = {
        "PDFium's bare characters and paths (the floor)": total["floor"],
        "bytes → cells": total["cells"],
        **{stage: total[stage] for stage in (*STAGES, REST)},
        "**bytes → figures**": sum(one.to_figures for one in measured),
        "**bytes → figures and proofs**": whole,
        "pdfplumber `extract_tables`, which stops at cells": total["pdfplumber"],
        "camelot `lattice`, which stops at cells": total["camelot"],
    }
    lines = [
        "| stage or way | pages/s | share of the whole | times as fast as pdfplumber | share of the floor's speed |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {name} | {_short(pages / took)} | {took / whole:.0%} | {_short(total['pdfplumber'] / took)} × | {total['floor'] / took:.0%} |"
        for name, took in ways.items()
    ]
    return "\n".join(lines)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def report(measured: list[Measured], speed_ups: tuple[float, float], memory: list[tuple[int, Path]]) -> str:
    """docs/reference/speed.md."""
    slower = sorted(measured, key=lambda one: one.after_cells / one.seconds["cells"], reverse=True)
    over = sum(one.after_cells > one.seconds["cells"] for one in measured)
    worst = slower[0].after_cells / slower[0].seconds["cells"]
    cells = sum(one.seconds["cells"] for one in measured)
    after = sum(one.after_cells for one in measured)
    digital = [mebibytes for mebibytes, path in memory if mebibytes <= 200]
    return f"""# Speed 速度

<!-- Written by `make bench` (tests/bench/reader_bench.py): do not edit. -->

{len(measured)} whole documents of the corpus with text, {sum(one.pages for one in measured)} pages, one run, one core, processor time. Each way
reads the same pages. A ratio within the run means something on any machine, a time alone does not.

{table_of(measured)}

- What follows the cells (forms, figures, narrative, proofs, rows) takes {after / cells:.2f} × the time of reading them; in {over} of {len(measured)}
  documents it takes longer than reading them, {worst:.1f} × at most.
- Two workers read the documents to figures {speed_ups[0]:.2f} × as fast as one, and to proofs {speed_ups[1]:.2f} × (by the clock: other
  work on the machine counts against it).
- Memory of a worker, over all {len(memory)} documents of the corpus: at most {memory[0][0]} MiB; {len(digital)} of them stay below 200 MiB
  ({max(digital, default=0)} MiB at most), the others have pages that are pictures, for which the models of the recogniser are loaded.

Builds, as ratios within one run (`tests/bench/ratios.py`), are in [why/foundation.md](../why/foundation.md). The readers that were compared
before this one was written are in [why/architecture.md](../why/architecture.md).
"""


def main() -> None:
    """Measure, print, and write the report."""
    # Workers are forked off this process: nothing may have loaded the recogniser's models before.
    memory = peak_memory()
    documents = born_digital(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
    # The first document of a process pays for what is made once (patterns, catalogues, models): it is read once before.
    measure(*documents[0])
    workers.settle()
    measured = [measure(path, printed) for path, printed in documents]
    with_camelot(measured)
    paths = [one.path for one in measured]
    text = report(measured, (two_against_one(_to_figures, paths), two_against_one(_proved, paths)), memory)
    print(text)
    for one in measured:
        print(f"{one.after_cells / one.seconds['cells']:6.2f} {one.pages:5d} pages {one.path.name}")
    for mebibytes, path in memory[:5]:
        print(f"{mebibytes:6d} MiB {path.name}")
    print(f"this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")
    REPORT.write_text(text, "utf-8")


if __name__ == "__main__":
    main()

"""Times of builds as ratios within one run, so that they mean the same on any machine.

Belongs here: `make bench`, and the page docs/reference/build-times.md that it writes. Does not belong here: tests that pass or fail
(times on a shared machine are no proof of anything), and how fast pages are read (`reader_bench`).

The documents are born-digital ones of the corpus, the readers and the marts the real ones. Where the corpus has fewer than are asked
for, some are taken again with a remark behind their end, which makes them other documents with the same content; where there
is no corpus, the text specimen serves so.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from pipeline.warehouse.build import Warehouse
from pipeline.warehouse.places import DEFAULT_RAW

DOCUMENTS = 100
MOST_BYTES = 600_000
ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
REPORT = ROOT / "docs" / "reference" / "build-times.md"


@dataclass(frozen=True)
class Timed:
    """How long a build took, and how many documents it read."""

    seconds: float
    read: int


def build(file: Path, raw: Path, jobs: int, has_marts: bool) -> Timed:
    """One build, timed."""
    warehouse = Warehouse(file, jobs)
    if not has_marts:
        warehouse.dbt_project = Path("no dbt project")
    started = time.monotonic()
    built = warehouse.build([raw])
    return Timed(time.monotonic() - started, built.read_count)


def write_documents(raw: Path, count: int) -> str:
    """Put so many documents into a folder; return what they are."""
    paths = sorted(path for kind in ("budget", "final_account") for path in CORPUS.glob(f"{kind}/*.pdf"))
    real = [path for path in paths if "扫描件" not in path.name and path.stat().st_size <= MOST_BYTES]
    remark = "\n% copy {}\n" if real else "\n\n样张第 {} 份\n"
    chosen = real or [next(DEFAULT_RAW.glob("*.md"))]
    for number in range(count):
        path = chosen[number % len(chosen)]
        copy = number // len(chosen)
        data = path.read_bytes() + (remark.format(copy).encode() if copy or not real else b"")
        (raw / f"{number:03d}_{path.name}").write_bytes(data)
    return f"{len(real)} born-digital PDFs of the corpus" if real else "copies of the text specimen"


def main() -> int:
    """Measure, print the page and write it."""
    parser = argparse.ArgumentParser(description="Times of builds as ratios within one run.")
    parser.add_argument("--documents", type=int, default=DOCUMENTS, help="how many documents are built")
    parser.add_argument("--keep", action="store_true", help="print only, leave docs/reference/build-times.md as it is")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        raw, late = folder / "raw", folder / "late"
        raw.mkdir()
        late.mkdir()
        kind = write_documents(raw, options.documents)
        last = max(raw.iterdir())
        # The new one among a hundred is the hundredth, which comes late.
        last.rename(late / last.name)
        alone = build(folder / "one" / "x.duckdb", raw, 1, has_marts=False)
        pair = build(folder / "two" / "x.duckdb", raw, 2, has_marts=False)
        full = build(folder / "full" / "x.duckdb", raw, 2, has_marts=True)
        nothing = build(folder / "full" / "x.duckdb", raw, 2, has_marts=True)
        (late / last.name).rename(raw / last.name)
        one_new = build(folder / "full" / "x.duckdb", raw, 2, has_marts=True)
        bare = build(folder / "two" / "x.duckdb", raw, 2, has_marts=False)
    rows = [
        (f"full: {full.read} documents read, marts built and tested", full, full),
        ("nothing new", nothing, full),
        (f"one new document among {options.documents}, marts built and tested", one_new, full),
        (f"one new document among {options.documents}, without marts, against such a build of all", bare, pair),
        ("all documents read by two workers, without marts, against one worker", pair, alone),
    ]
    lines = [
        "# Times of builds, as ratios within one run",
        "",
        "Written by `make bench` (tests/bench/ratios.py); not edited by hand. Seconds are of one machine on one day; the ratios are what counts.",
        "",
        f"{options.documents} documents: {kind}{', some of them a second time with a remark behind their end' if 'PDF' in kind else ''}. "
        f"{len(os.sched_getaffinity(0))} cores; load of the machine at the end: {os.getloadavg()[0]:.1f}.",
        "",
        "| build | documents read | seconds | ratio |",
        "| --- | ---: | ---: | ---: |",
        *(
            f"| {told} | {run.read} | {run.seconds:.1f} | {run.seconds / base.seconds:.3f} |"
            for told, run, base in rows
        ),
    ]
    page = "\n".join(lines) + "\n"
    print(page)
    if not options.keep:
        REPORT.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""How fast pages become cells, against what else could be used, over the same real pages in one run.

Run: `python -m tests.bench.reader_bench [pages]` (or `make bench` through pytest). Prints pages per second and ratios; a ratio within one run
means something on any machine, a time alone does not.
"""

from __future__ import annotations

import io
import random
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pdfplumber

from pipeline.readers import pdf
from pipeline.readers.printed import PrintedDocument
from pipeline.reading import Claim, read_document

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
Sample = list[tuple[bytes, list[int]]]


def sample(count: int) -> Sample:
    """About `count` pages of real documents with text, the same ones in every run."""
    chance = random.Random(7)
    paths = sorted(path for kind in ("budget", "final_account") for path in CORPUS.glob(f"{kind}/*.pdf"))
    paths = [path for path in paths if "扫描件" not in path.name]
    result: Sample = []
    each = max(1, round(count / max(len(paths), 1)))
    for path in paths:
        data = path.read_bytes()
        with pdf.PdfFile(data) as file:
            pages = list(range(file.page_count))
        result.append((data, sorted(chance.sample(pages, min(each, len(pages))))))
    return result


def by_this_reader(pages: Sample) -> int:
    cells = 0
    for data, numbers in pages:
        with pdf.PdfFile(data) as file:
            for index in numbers:
                page = pdf.compose(file.content(index), index + 1)
                cells += sum(len(grid.cells) for grid in page.grids)
    return cells


def by_pdfplumber(pages: Sample) -> int:
    cells = 0
    for data, numbers in pages:
        with pdfplumber.open(io.BytesIO(data)) as file:
            for index in numbers:
                page = file.pages[index]
                cells += sum(len(row) for table in page.extract_tables() for row in table)
                page.close()
    return cells


def by_bare_pdfium(pages: Sample) -> int:
    """Characters with boxes and rules of each page, and nothing made of them: the floor."""
    count = 0
    for data, numbers in pages:
        with pdf.PdfFile(data) as file:
            for index in numbers:
                count += len(file.content(index).characters)
    return count


def by_whole_reading(pages: Sample) -> int:
    """From bytes to figures, proofs included: everything that a build does with a document but for writing it."""
    count = 0
    for data, numbers in pages:
        with pdf.PdfFile(data) as file:
            composed = [pdf.compose(file.content(index), index + 1) for index in numbers]
        printed = PrintedDocument("pdf", composed, len(composed))
        reading = read_document(data, Claim("bench.pdf"), lambda _, printed=printed: printed)
        count += len(reading.rows.get("figure", []))
    return count


def by_camelot(pages: Sample) -> int:
    import tempfile

    import camelot

    cells = 0
    for data, numbers in pages:
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(data)
            file.flush()
            try:
                tables = camelot.read_pdf(file.name, pages=",".join(str(index + 1) for index in numbers))
            except Exception:  # noqa: BLE001 - it declines documents whose author forbids copying; they cost it no time
                continue
            cells += sum(table.df.size for table in tables)
    return cells


def measure(count: int = 120) -> dict[str, float]:
    """Pages per second of each way, best of two runs."""
    pages = sample(count)
    total = sum(len(numbers) for _, numbers in pages)
    ways: dict[str, Callable[[Sample], int]] = {
        "this reader, to cells": by_this_reader,
        "this reader, to figures and proofs": by_whole_reading,
        "pdfplumber extract_tables": by_pdfplumber,
        "PDFium's characters and paths (floor)": by_bare_pdfium,
    }
    try:
        import camelot  # noqa: F401

        ways["camelot lattice"] = by_camelot
    except ImportError:
        pass
    rates = {}
    for name, way in ways.items():
        best = float("inf")
        for _ in range(1 if way is by_pdfplumber or way is by_camelot else 2):
            start = time.process_time()
            way(pages)
            best = min(best, time.process_time() - start)
        rates[name] = total / best
    return rates


def main() -> None:
    rates = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 120)
    ours = rates["this reader, to cells"]
    for name, rate in rates.items():
        print(f"{name:40s} {rate:8.1f} pages/s   this reader is {ours / rate:5.2f} times as fast")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()

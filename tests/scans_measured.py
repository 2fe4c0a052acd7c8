"""How well scans are read: pages of real documents scanned under conditions, against the reading of the same pages as text.

Run by `make scans`; writes docs/reference/scans.md. The truth is the text layer of the very pages that were turned into pictures: it
owes nothing to the optical reader. Without the corpus, the specimens of `raw/` are scanned instead, and the table says so.
"""

from __future__ import annotations

import argparse
import io
import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdfium2

from pipeline.reading import Claim, read_document
from tests.support.scanning import Condition, scan

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT.parent / "shared" / "corpus"
REPORT = ROOT / "docs" / "reference" / "scans.md"
PAGES = 4
"""Pages of forms that are scanned of each document, one after the other, behind its first page."""
SEED = 20260101
DOCUMENTS = (
    "上海市_审计局_2026.pdf",
    "上海市普陀区_规划和自然资源局_2024.pdf",
    "中央_国家信访局_2024.pdf",
    "上海市普陀区_司法局_部门_2026.pdf",
    "广州市_信访局_2026.pdf",
    "杭州市_气象局_2026.pdf",
    "江苏省_人大办公厅_2017.pdf",
    "泉州市_公安局本级_2026.pdf",
    "深圳市_口岸办公室_2026.pdf",
    "烟台市_审计局_2026.pdf",
    "福州市_鼓楼生态环境局_2026.pdf",
    "苏州市_审计局_2026.pdf",
    "西安市_市委宣传部_2021.pdf",
    "长沙市_信访局_2026.pdf",
)
TUNED = (
    Condition("scanner, 200 dpi, grey", 200, skew=0.4, noise=6),
    Condition("copier, 200 dpi, JPEG 60", 200, skew=-0.3, blur=0.5, quality=60),
    Condition("archive, 300 dpi, 2° askew", 300, skew=-2.0, noise=4),
    Condition("fax, 200 dpi, black and white", 200, skew=0.5, bilevel=True),
    Condition("telephone, shaded, JPEG 40", 200, skew=0.8, blur=0.6, shade=0.35, quality=40),
)
HELD_OUT = (
    Condition("copier, 150 dpi, JPEG 50", 150, skew=0.6, blur=0.4, quality=50),
    Condition("sealed, 300 dpi, JPEG 35", 300, skew=-1.2, noise=3, quality=35, seal=True),
    Condition("faint, other side showing", 200, skew=-0.7, noise=5, fade=0.45, through=0.12),
    Condition("bent page, 240 dpi, JPEG 45", 240, skew=0.3, shade=0.2, curl=6, quality=45),
    Condition("fax, 150 dpi, black and white", 150, skew=-0.4, bilevel=True),
)
VERDICTS = ("right", "refused", "flagged", "wrong", "missing")
MEANING = ("form", "phase", "fiscal_year", "is_comparative", "fund", "line_code", "cross_code", "measure", "source")
Row = dict[str, Any]


@dataclass
class Tally:
    """Verdicts on the figures of some pages, and sentences on those that are not right."""

    counts: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)


def excerpt(data: bytes, pages: Iterable[int]) -> bytes:
    """These pages (counted from 1) of a document as a document of their own."""
    result = io.BytesIO()
    with pypdfium2.PdfDocument(data) as source, pypdfium2.PdfDocument.new() as target:
        target.import_pages(source, [number - 1 for number in pages])
        target.save(result)
    return result.getvalue()


def chosen_pages(rows: dict[str, list[Row]], choice: random.Random) -> list[int]:
    """The first page and `PAGES` pages in a row that begin where a form begins, and that hold figures enough to count."""
    count = Counter(row["page_number"] for row in rows.get("figure", []))
    starts = sorted({row["first_page"] for row in rows.get("form", []) if count[row["first_page"]]})
    held = {start: sum(count[start + step] for step in range(PAGES)) for start in starts}
    rich = [start for start in starts if held[start] >= min(60, max(held.values()))]
    start = choice.choice(rich)
    last = max(row["page_number"] for row in rows["page"])
    return sorted({1, *range(start, min(start + PAGES, last + 1))})


def judge(truth: dict[str, list[Row]], read: dict[str, list[Row]]) -> Tally:
    """Each figure of the text against the figure that stands in its place on the scan."""
    tally = Tally()
    cells = {row["cell_id"]: row for row in truth.get("cell", [])}
    placed: dict[int, list[tuple[Row, Row]]] = defaultdict(list)
    scanned = {row["cell_id"]: row for row in read.get("cell", [])}
    for figure in read.get("figure", []):
        placed[figure["page_number"]].append((figure, scanned[figure["cell_id"]]))
    refused = [scanned[cell] for row in read.get("refusal", []) for cell in row["cell_ids"] or () if cell in scanned]
    by_form = {
        page
        for row in read.get("form", [])
        if row["status"] != "loaded" and not row["figure_count"]
        for page in range(row["first_page"], row["last_page"] + 1)
    }
    answered: set[str] = set()
    for figure in truth.get("figure", []):
        page, cell = figure["page_number"], cells[figure["cell_id"]]
        hits = [one for one, box in placed[page] if _holds(box, cell)]
        hit = next((one for one in hits if one["amount_yuan"] == figure["amount_yuan"]), hits[0] if hits else None)
        told = f"p{page} {figure['form']} {figure['line_code']} {figure['line_name']} {figure['measure']} {figure['printed_text']}"
        if hit is None:
            is_refused = page in by_form or any(one["page_number"] == page and _holds(one, cell) for one in refused)
            verdict = "refused" if is_refused else "missing"
            tally.told.append(f"{verdict}: {told}")
        else:
            answered.add(hit["figure_id"])
            differing = [name for name in MEANING if figure[name] != hit[name]]
            differing += ["amount_yuan"] if figure["amount_yuan"] != hit["amount_yuan"] else []
            verdict = "right" if not differing else "flagged" if hit["proof"] == "suspect" else "wrong"
            if differing:
                what = ", ".join(f"{name} {hit[name]} not {figure[name]}" for name in differing)
                tally.told.append(f"{verdict}: {told}: {what} (“{hit['printed_text']}” {hit['proof']})")
        tally.counts[verdict] += 1
    for number, on_page in placed.items():
        for figure, _ in on_page:
            if figure["figure_id"] not in answered:
                verdict = "added, flagged" if figure["proof"] == "suspect" else "added"
                tally.counts[verdict] += 1
                tally.told.append(
                    f"{verdict}: p{number} {figure['form']} {figure['line_code']} {figure['printed_text']}"
                )
    return tally


def _holds(box: Row, cell: Row) -> bool:
    """Whether the middle of a cell lies in a box, of another reading of the same page."""
    x, y = (cell["x0"] + cell["x1"]) / 2, (cell["top"] + cell["bottom"]) / 2
    return bool(box["x0"] - 2 <= x <= box["x1"] + 2 and box["top"] - 2 <= y <= box["bottom"] + 2)


def documents() -> list[Path]:
    """The documents that are scanned: of the corpus, or the specimens where it is not there."""
    found = [path for name in DOCUMENTS for path in sorted(CORPUS.rglob(name))] if CORPUS.is_dir() else []
    return found or sorted((ROOT / "raw").rglob("*.pdf"))


@dataclass
class Result:
    """What was counted under one condition."""

    documents: int = 0
    counts: Counter[str] = field(default_factory=Counter)


def report(results: dict[str, Result]) -> str:
    """The page of the reference that tells the counts."""
    source = "real documents" if CORPUS.is_dir() else "specimens"
    lines = [
        "# Scans, measured",
        "",
        "Written by `make scans`. Pages of forms of "
        f"{source} are turned into pictures under conditions (tests/support/scanning.py), read, and compared",
        "figure by figure with the text of the very same pages. A figure is **right** when its amount, form, code, measure, source, fund, year",
        "and phase are; **refused** when a row of `audit.refusal` says so; **flagged** when it is wrong and `proof` is `suspect`; **wrong** when",
        "nothing tells; **missing** when neither a figure nor a refusal stands in its place; **added** when no printed figure is there.",
        "",
    ]
    for heading, conditions in (
        ("Conditions that thresholds were set on", TUNED),
        ("Conditions held out, but for the faint one: it also taught from which level on print is ink", HELD_OUT),
    ):
        lines += [
            f"## {heading}",
            "",
            "| Condition | Documents | Figures | Right | Refused | Flagged | Wrong | Missing | Added |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        ]
        for condition in conditions:
            result = results.get(condition.name, Result())
            count = sum(result.counts[verdict] for verdict in VERDICTS)
            share = f" ({100 * result.counts['right'] / count:.1f} %)" if count else ""
            cells = [f"{result.counts[verdict]:,}" for verdict in VERDICTS[1:]]
            lines.append(
                f"| {condition.name} | {result.documents} | {count:,} | {result.counts['right']:,}{share} | "
                f"{' | '.join(cells)} | {result.counts['added']:,} |"
            )
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--match", default="", help="only documents whose name contains this; nothing is written")
    parser.add_argument("--condition", default="", help="only conditions whose name contains this; nothing is written")
    parser.add_argument("--every", action="store_true", help="every document under every condition: hours")
    parser.add_argument("--tell", action="store_true", help="tell every figure that is not right")
    options = parser.parse_args()
    results: dict[str, Result] = defaultdict(Result)
    for place, path in enumerate(documents()):
        if options.match not in path.name:
            continue
        claim, data = Claim(file_name=path.name), path.read_bytes()
        pages = chosen_pages(read_document(data, claim).rows, random.Random(f"{SEED} {path.name}"))
        part = excerpt(data, pages)
        truth = read_document(part, claim).rows
        for step, condition in enumerate((*TUNED, *HELD_OUT)):
            if options.condition not in condition.name or not (options.every or step % 5 == place % 5):
                continue
            picture = scan(part, range(1, len(pages) + 1), condition, seed=SEED + place)
            tally = judge(truth, read_document(picture, claim).rows)
            results[condition.name].documents += 1
            results[condition.name].counts += tally.counts
            print(path.name, pages, condition.name, dict(tally.counts), flush=True)
            for line in tally.told if options.tell else ():
                print("   ", line, flush=True)
            if not options.match and not options.condition:
                REPORT.write_text(report(results), encoding="utf-8")


if __name__ == "__main__":
    main()

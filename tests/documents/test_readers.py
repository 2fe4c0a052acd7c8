"""The readers on the real documents beside the repository: everything reads or has its reason, and two readers agree."""

from __future__ import annotations

import csv
import random
import re
from pathlib import Path

import pytest

from pipeline.readers import pdf, pdf_reference, reader
from pipeline.readers.printed import Grid, Page, PrintedDocument, Unreadable
from tests.support.corpus import CORPUS, ReadOnce

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus of real documents is not beside the repository"),
]

HOSTILE = {
    "2026年重庆市统计局部门预算.pdf": "web_page_not_document",
    "市场监督管理局_2026年部门预算.html": "web_page_not_document",
    "水务局_2026年部门预算.html": "web_page_not_document",
    "截断_深圳市_审计局_2026.pdf": "truncated_file",
    "空文件.pdf": "empty_file",
}
NUMBER = re.compile(r"[-−]?[\d,]+(?:\.\d+)?%?")
SAMPLE_SEED = 20260801


def documents(pattern: str) -> list[Path]:
    found = sorted(CORPUS.glob(pattern)) if CORPUS.is_dir() else []
    return found or [Path("absent")]


def is_scan(path: Path) -> bool:
    return "扫描件" in path.name


def names(path: Path) -> str:
    return path.name


PDFS = [path for kind in ("budget", "final_account") for path in documents(f"{kind}/*.pdf") if not is_scan(path)]


def grid_rows(page: Page) -> list[tuple[str, ...]]:
    """The numbers of each row of each grid, in reading order."""
    rows = []
    for grid in page.grids:
        by_row: dict[int, list[tuple[int, str]]] = {}
        for cell in grid.cells:
            text = re.sub(r"\s", "", cell.text)
            if NUMBER.fullmatch(text):
                by_row.setdefault(cell.row, []).append((cell.column, text))
        rows += [tuple(text for _, text in sorted(by_row[row])) for row in sorted(by_row)]
    return rows


def check_types(document: PrintedDocument) -> None:
    for page in document.pages:
        for grid in page.grids:
            taken: set[tuple[int, int]] = set()
            assert len(grid.column_edges) in (0, grid.column_count + 1)
            for cell in grid.cells:
                places = {
                    (row, column)
                    for row in range(cell.row, cell.row + cell.row_span)
                    for column in range(cell.column, cell.column + cell.column_span)
                }
                assert not places & taken, f"page {page.number}: two cells at {places & taken}"
                taken |= places
                assert cell.row + cell.row_span <= grid.row_count
                assert cell.column + cell.column_span <= grid.column_count


@pytest.mark.parametrize("path", PDFS, ids=names)
def test_every_pdf_reads_and_its_cells_do_not_overlap(path: Path, read_once: ReadOnce) -> None:
    document = read_once.printed(path)
    assert document.page_count == len(document.pages)
    assert not [page.number for page in document.pages if page.problem]
    assert sum(len(page.blocks) for page in document.pages) > 0
    check_types(document)


@pytest.mark.parametrize("path", PDFS, ids=names)
def test_numbers_of_a_page_are_those_of_the_reference_reader(path: Path, read_once: ReadOnce) -> None:
    """The same numbers in the same rows; a difference must be the reference's: a table that it misses, or a torn row or cell."""
    document = read_once.printed(path)
    candidates = [page.number for page in document.pages if any(grid_rows(page))]
    if not candidates:
        pytest.skip("no page with a table of numbers")
    number = random.Random(f"{SAMPLE_SEED}{path.name}").choice(candidates)
    ours = grid_rows(document.pages[number - 1])
    reference = grid_rows(pdf_reference.read_page(path.read_bytes(), number))
    if ours == reference:
        return
    mine = [text for row in ours for text in row]
    theirs = [text for row in reference for text in row]
    lost = "".join(theirs).replace("".join(mine), "") if mine != theirs else ""
    is_missed = set(reference) <= set(ours)
    is_torn = len("".join(theirs)) <= len("".join(mine)) and not [t for t in theirs if not any(t in m for m in mine)]
    assert is_missed or is_torn, (
        f"page {number}: only the reference has {sorted(set(reference) - set(ours))[:5]} {lost[:80]}"
    )


@pytest.mark.parametrize(("name", "reason"), HOSTILE.items())
def test_hostile_files_have_their_reason(name: str, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        reader.read((CORPUS / "hostile" / name).read_bytes())
    assert refused.value.reason == reason


def test_formats_are_told_by_content() -> None:
    with (CORPUS / "MANIFEST.tsv").open(encoding="utf-8") as source:
        rows = [
            row
            for row in csv.DictReader(source, delimiter="\t")
            if row["format"] in ("pdf", "docx", "doc", "xlsx", "html")
        ]
    checked = 0
    for row in rows:
        path = CORPUS / row["file"]
        if path.stat().st_size:
            assert reader.detect_format(path.read_bytes()) == row["format"], row["file"]
            checked += 1
    assert checked > 60


@pytest.mark.parametrize("path", documents("**/*.doc*"), ids=names)
def test_word_documents_read(path: Path) -> None:
    try:
        document = reader.read(path.read_bytes())
    except Unreadable as refused:
        if refused.reason != "converter_missing":
            raise
        pytest.skip("LibreOffice is not installed")
    assert len(document.pages[0].lines) > 50
    assert not any("\x07" in line.text for line in document.pages[0].lines)


def test_the_2017_document() -> None:
    document = reader.read((CORPUS / "budget" / "深圳市_人民政府办公厅_2017.md").read_bytes())
    grids = document.pages[0].grids
    seventh = next(grid for grid in grids if [c.text for c in grid.cells[:3]] == ["单位名称", "科目编码", "科目名称"])
    assert (seventh.row_count, seventh.column_count) == (14, 6)
    assert [cell.text for cell in seventh.cells if cell.row == 3] == ["", "2010301", "行政运行", "3,476", "3,456", "20"]
    revenue = next(grid for grid in grids if grid.column_count == 19 and grid.cells[0].text == "预算单位")
    assert [cell.text for cell in revenue.cells if cell.row == 4][:8] == [
        "深圳市府办公厅", "12,219", "12,219", "12,219", "12,219", "8,840", "", "3,379",
    ]  # fmt: skip
    assert not any("<" in cell.text for grid in grids for cell in grid.cells)


def rows_of(path: str, number: int) -> list[list[str]]:
    """Rows of the first grid of a page as lists of texts, merged cells once."""
    page = pdf.read((CORPUS / path).read_bytes()).pages[number - 1]
    grid: Grid = page.grids[0]
    return [[re.sub(r"\s", "", c.text) for c in grid.cells if c.row == row] for row in range(grid.row_count)]


@pytest.mark.parametrize(
    ("path", "page", "row", "texts"),
    [
        # read from the pictures of the pages
        ("budget/江苏省_人大办公厅_2017.pdf", 8, 13, ["当年收入", "13,649.07", "当年支出小计", "13,649.07"]),
        ("budget/江苏省_人大办公厅_2017.pdf", 14, 2, ["30231", "公务用车运行维护费", "183.60"]),
        ("budget/长沙市_信访局_2026.pdf", 13, 6, ["201", "40", "01", "行政运行", *["1,517.95"] * 3, *[""] * 6]),
        ("budget/北京市_信访办公室_报表_2026.pdf", 14, 3,
         ["11000022T000000424331-财务业务咨询服务", "22.200000", "22.200000", "",
          "1.按照工作计划开展年度预算评审和资金评价工作，提高预算编制质量，优化资源配置。2.对上年度项目开展绩效评价和成本绩效分析工作，提高部门预算资金使用效率、效益。3.对财务支出状况进行审计，加强预算管理工作，提高财政资金使用效益。",
          "满意度指标", "服务对象满意度指标", "报告使用对象满意度", "≥", "95", "%"]),
        ("final_account/上海市普陀区_财政局_2024.pdf", 15, 6, ["201", "06", "01", "行政运行", "1,511.89", "1,503.52", "8.37"]),
    ],
)  # fmt: skip
def test_rows_read_by_eye(path: str, page: int, row: int, texts: list[str]) -> None:
    assert rows_of(path, page)[row] == texts

"""OFD disclosures are read as the PDF of the same pages is: the specimen, figure by figure, and pages that show one trap each."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pipeline.readers import reader
from pipeline.readers.printed import Grid, Unreadable
from pipeline.reading import Claim, read_document
from tests.support import ofd

RAW = Path(__file__).parents[2] / "raw"
ROWS = [["科目编码", "科目名称", "合计"], ["201", "一般公共服务支出", "1,234.50"], ["205", "教育支出", "-6.00"]]


def figures(data: bytes, name: str) -> Counter[tuple[Any, ...]]:
    rows = read_document(data, Claim(name)).rows
    keys = (
        "page_number",
        "form",
        "line_code",
        "line_name",
        "measure",
        "fund",
        "source",
        "agency_name",
        "fiscal_year",
        "phase",
        "amount_yuan",
        "value_state",
    )
    return Counter(tuple(row[key] for key in keys) for row in rows["figure"])


@pytest.mark.timeout(900)
def test_the_specimen_is_read_as_its_pdf() -> None:
    (path,) = RAW.rglob("specimen_*_2026.pdf")
    data = path.read_bytes()
    theirs = figures(data, path.name)
    assert theirs.total() > 900
    assert figures(ofd.of_pdf(data), "specimen.ofd") == theirs


CORPUS = RAW.parent.parent / "shared" / "corpus" / "budget"


@pytest.mark.corpus
@pytest.mark.timeout(900)
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus of real documents is not beside the repository")
def test_a_real_layout_is_read_as_its_pdf() -> None:
    data = (CORPUS / "长沙市_信访局_2026.pdf").read_bytes()
    theirs = figures(data, "a.pdf")
    assert theirs.total() > 100
    assert figures(ofd.of_pdf(data), "a.ofd") == theirs


def only_grid(*pages: str, **more: Any) -> list[list[str]]:
    document = reader.read(ofd.package(pages, **more))
    (grid,) = document.pages[0].grids
    return texts(grid)


def texts(grid: Grid) -> list[list[str]]:
    return [[cell.text for cell in grid.cells if cell.row == row] for row in range(grid.row_count)]


def test_placed_text_and_lines_make_the_grid() -> None:
    page = ofd.text(70, 25, "2025年一般公共预算支出表", 5) + ofd.table(ROWS)
    document = reader.read(ofd.package([page]))
    (grid,) = document.pages[0].grids
    assert (document.format, grid.method) == ("ofd", "ofd")
    assert texts(grid) == ROWS
    assert [one.text for one in document.pages[0].lines] == ["2025年一般公共预算支出表"]


def test_rules_of_a_template_and_thin_areas_are_rules() -> None:
    lines = "".join(part for part in ofd.table(ROWS).split("<ofd:TextObject")[:1])
    words = "<ofd:TextObject" + "<ofd:TextObject".join(ofd.table(ROWS).split("<ofd:TextObject")[1:])
    assert only_grid(words, template=lines) == ROWS
    edges = [ofd.area(20, 40 + 7 * n, 110, 40.2 + 7 * n, "0 0 0") for n in range(4)]
    edges += [ofd.area(20 + 30 * n, 40, 20.2 + 30 * n, 61, "0 0 0") for n in range(4)]
    assert only_grid(words + "".join(edges)) == ROWS


@pytest.mark.parametrize(
    "hide",
    [
        ofd.text(90, 52, "9.99", more='Visible="false"'),
        ofd.text(90, 52, "9.99", inside='<ofd:FillColor Value="255 255 255"/>'),
        ofd.text(90, 52, "9.99") + ofd.area(81, 48, 109, 53.5, "255 255 255"),
    ],
    ids=["invisible", "white", "covered"],
)
def test_what_is_read_is_what_is_seen(hide: str) -> None:
    rows = [ROWS[0], ["201", "一般公共服务支出", ""], ROWS[2]]
    grid = "".join(ofd.table(rows))
    assert only_grid(hide + grid if "Visible" in hide else grid + hide) == rows


def test_white_on_a_dark_header_is_print() -> None:
    header = ofd.area(20, 40, 110, 47, "31 78 120")
    white = '<ofd:FillColor Value="255 255 255"/>'
    words = "".join(ofd.text(21 + 30 * n, 45, word, inside=white) for n, word in enumerate(ROWS[0]))
    assert only_grid(header + words + ofd.table([["", "", ""], *ROWS[1:]])) == ROWS


def test_steps_are_written_short() -> None:
    assert only_grid(ofd.table([["甲", ""], ["乙", "1.00"]]) + ofd.text(51, 45, "合计支出", deltas="g 3 3.2")) == [
        ["甲", "合计支出"],
        ["乙", "1.00"],
    ]


def test_a_page_that_is_turned_reads_upright() -> None:
    """Each text turned a quarter clockwise, as landscape tables stand on portrait pages: x on the table is y on the page."""
    words = "".join(
        ofd.text(0, 0, word, more="").replace(
            'Boundary="0.000 -3.200', f'CTM="0 1 -1 0 0 0" Boundary="{190 - 5 - 7 * row:.3f} {21 + 30 * column:.3f}'
        ).replace('Y="3.200"', 'Y="0"')
        for row, cells in enumerate(ROWS)
        for column, word in enumerate(cells)
    )  # fmt: skip
    lines = "".join(ofd.line(190 - 7 * n, 20, 190 - 7 * n, 110) for n in range(4))
    lines += "".join(ofd.line(169, 20 + 30 * n, 190, 20 + 30 * n) for n in range(4))
    assert only_grid(words + lines) == ROWS


def test_what_is_not_read_is_named() -> None:
    picture = '<ofd:ImageObject Boundary="20 100 150 80" ResourceID="5"/>'
    attached = '<ofd:Attachments xmlns:ofd="http://www.ofdspec.org/2016"><ofd:Attachment ID="1" Name="附表.xlsx"/></ofd:Attachments>'
    document = reader.read(ofd.package([ofd.table(ROWS) + picture], more={"Attachments.xml": attached}))
    told = " ".join(one.detail for one in document.unread)
    assert "1 pictures as large as a table" in told
    assert "附表.xlsx" in told


@pytest.mark.parametrize(
    "page",
    [
        ofd.text(20, 20, "1", deltas="g 999999999 1"),
        ofd.text(20, 20, "1.00").replace('Size="3.200"', 'Size="nan"'),
        "<ofd:PageBlock>" * 100 + "</ofd:PageBlock>" * 100,
        '<ofd:PathObject Boundary="² 0 1 1"><ofd:AbbreviatedData>M 0 L 9999 C C L</ofd:AbbreviatedData></ofd:PathObject>',
    ],
)
def test_crafted_pages_are_bounded(page: str) -> None:
    try:
        found = reader.read(ofd.package([page])).format
    except Unreadable as refused:
        found = refused.reason
    assert found in ("ofd", "limit_exceeded")

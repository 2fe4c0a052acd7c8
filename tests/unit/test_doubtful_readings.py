"""What an optical reader guessed is a figure only where a sum confirms it."""

from __future__ import annotations

from pipeline.readers.printed import PrintedDocument
from pipeline.reading import Claim, read_document
from tests.unit.printed import document

TEXT = """青川市档案馆2023年度部门决算
项目支出决算表
单位：万元
项目名称 | 决算数
档案整理 | 12.00
库房维护 | 30.50
设备更新 | 8.20"""


def scanned(confidence: float) -> PrintedDocument:
    printed = document(TEXT)
    for grid in printed.pages[0].grids:
        for cell in grid.cells:
            cell.confidence = confidence if cell.text == "30.50" else 0.99
    return printed


def test_a_guessed_amount_in_no_sum_is_refused() -> None:
    rows = read_document(b"scan", Claim(file_name="scan"), lambda _: scanned(0.5)).rows
    assert [row["printed_text"] for row in rows["figure"]] == ["12.00", "8.20"]
    assert [(row["reason"], row["numeric_cell_count"]) for row in rows["refusal"]] == [("low_confidence", 1)]
    assert rows["form"][0]["figure_count"] == 2


def test_a_sure_amount_in_no_sum_is_a_figure() -> None:
    rows = read_document(b"scan", Claim(file_name="scan"), lambda _: scanned(0.97)).rows
    assert [row["printed_text"] for row in rows["figure"]] == ["12.00", "30.50", "8.20"]

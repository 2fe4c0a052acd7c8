"""Contact persons go, amounts and codes stay."""

from __future__ import annotations

import pytest

from pipeline.readers.printed import Cell, Grid, Line, Page, PrintedDocument
from pipeline.readers.privacy import REMOVED, redact, redact_text


def document(*blocks: Line | Grid) -> PrintedDocument:
    return PrintedDocument("text", [Page(1, list(blocks), "text")], None)


def grid(*rows: list[str]) -> Grid:
    cells = [Cell(r, c, text) for r, row in enumerate(rows) for c, text in enumerate(row)]
    return Grid(1, len(rows), len(rows[0]), cells, "text")


def test_values_beside_labels_of_a_performance_form() -> None:
    form = grid(
        [
            "填报人及联系电话(移动电话):",
            "赵样例, 80000001, 13900000001",
            "实施单位联系人及联系电话:",
            "钱样例, 80000002",
            "填报日期:",
            "2016-10-10",
        ],
        ["总成本", "110", "预算金额", "844.762", "起始年份", "2016 年"],
    )
    assert redact(document(form)) == 2
    assert [cell.text for cell in form.cells if cell.row == 0][1::2] == [REMOVED, REMOVED, "2016-10-10"]
    assert [cell.text for cell in form.cells if cell.row == 1] == [
        "总成本",
        "110",
        "预算金额",
        "844.762",
        "起始年份",
        "2016 年",
    ]


def test_values_below_header_cells() -> None:
    form = grid(
        ["项目名称", "联系人", "联系电话", "金额"],
        ["政务大厅", "王小明", "0755-88120001", "12219000"],
        ["公报", "李样例", "88120002", "1100000"],
    )
    assert redact(document(form)) == 4
    assert [cell.text for cell in form.cells if cell.row > 0] == [
        "政务大厅", REMOVED, REMOVED, "12219000", "公报", REMOVED, REMOVED, "1100000",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("联系人：张三 联系电话：0755-88120001", f"联系人：{REMOVED} 联系电话：{REMOVED}"),
        ("填 报 人:李样例  填报日期:2016-10-10", f"填 报 人:{REMOVED}  填报日期:2016-10-10"),
        ("审核人：孙样例  填报人：周样例", f"审核人：{REMOVED}  填报人：{REMOVED}"),
        ("联系人 王小明  联系电话 13812345678", f"联系人 {REMOVED}  联系电话 {REMOVED}"),
        ("咨询电话：0595-22276601。", f"咨询电话：{REMOVED}。"),
        ("李样例 80000004 13900000004", REMOVED),
    ],
)
def test_lines_with_labels(text: str, left: str) -> None:
    assert redact_text(text)[0] == left


@pytest.mark.parametrize(
    "text",
    [
        "2010301 行政运行 12345678",
        "本单位预算 13900000001 元",
        "办公电话费支出 1234567 元，邮电费 44 万元",
        "负责人员管理工作，联系群众 13800 人",
        "13812345678",
        "0755-88120001",
        "电话通讯费 88120001.00",
        "办公费、印刷费、水费、电费、邮电费、取暖费",
        "项目单位：深圳市某某局 单位：万元",
    ],
)
def test_what_no_label_announces_stays(text: str) -> None:
    assert redact_text(text) == (text, 0)


def test_number_on_the_line_after_its_label() -> None:
    printed = document(
        Line(1, "决算公开联系方式及信息反馈渠道。联系电话：（029）"), Line(1, "86786000。"), Line(1, "86786000")
    )
    redact(printed)
    assert [line.text for line in printed.pages[0].lines][1:] == [f"{REMOVED}。", "86786000"]

"""Tables of text files whose columns stand apart by blanks."""

from __future__ import annotations

from pipeline.readers import reader
from pipeline.readers.printed import Grid


def grids(text: str) -> list[list[list[str]]]:
    document = reader.read(text.encode())
    found = [block for page in document.pages for block in page.blocks if isinstance(block, Grid)]
    return [[[cell.text for cell in grid.cells if cell.row == row] for row in range(grid.row_count)] for grid in found]


def test_right_aligned_amounts_stand_under_wider_headers() -> None:
    text = """支出决算表
科目编码   科目名称              本年支出合计      基本支出      项目支出
201        一般公共服务支出          1,200.00        900.00        300.00
20103      政府办公厅                1,200.00        900.00        300.00
2010302    一般行政管理事务            300.00                      300.00
"""
    assert grids(text) == [
        [
            ["科目编码", "科目名称", "本年支出合计", "基本支出", "项目支出"],
            ["201", "一般公共服务支出", "1,200.00", "900.00", "300.00"],
            ["20103", "政府办公厅", "1,200.00", "900.00", "300.00"],
            ["2010302", "一般行政管理事务", "300.00", "", "300.00"],
        ]
    ]


def test_a_table_of_contents_and_sentences_are_no_tables() -> None:
    contents = "第一部分  部门概况    1\n第二部分  决算表      5\n第三部分  情况说明    12\n"
    assert grids("一、收支总表      3\n二、收入总表      4\n三、支出总表      5\n") == []
    assert grids("本年收入  比上年增加  12\n这是一句话\n支出  减少  13\n") == []
    assert grids(contents) == []

"""Rows that a page edge cuts are joined by evidence; two rows are never made one."""

from __future__ import annotations

from pipeline.forms.assembly import assemble
from pipeline.forms.form import Form
from tests.unit.printed import document

HEAD = """支出决算表
单位：万元
科目编码 | 科目名称 | 合计 | 基本支出
合计 | < | 60.00 | 60.00
201 | 一般公共服务支出 | 30.00 | 30.00
20103 | 政府办公厅及相关机构事务 | 30.00 | 30.00
2010301 | 行政运行 | 10.00 | 10.00
2010302 | 一般行政管理事务支出（项 | 20.00 | 20.00
"""
TAIL = """208 | 社会保障和就业支出 | 30.00 | 30.00
20805 | 行政事业单位养老支出 | 30.00 | 30.00"""


def form_of(text: str) -> Form:
    forms, _lines = assemble(document(text), "0" * 16)
    assert len(forms) == 1
    return forms[0]


def rows_of(form: Form) -> dict[str, list[str]]:
    """Texts of the rows of data by their first cell."""
    skipped = {*form.header_rows, *form.repeated_header_rows}
    rows = [[cell.text for cell in form.row(row)] for row in range(form.row_count) if row not in skipped]
    return {row[0]: row[1:] for row in rows if row}


def test_the_rest_of_a_name_at_the_head_of_a_page_belongs_to_the_row_before() -> None:
    form = form_of(HEAD + "---\n科目编码 | 科目名称 | 合计 | 基本支出\n | 目类） | | \n" + TAIL)
    rows = rows_of(form)
    assert rows["2010302"] == ["一般行政管理事务支出（项目类）", "20.00", "20.00"]
    assert "" not in rows
    assert [cell.page_number for cell in form.cells if cell.text == "目类）"] == [2]


def test_a_name_that_other_rows_print_whole_is_joined_wherever_its_line_ends() -> None:
    form = form_of(
        "政府采购预算表\n单位：万元\n单位名称 | 品目 | 合计\n青川市第一中学 | 复印纸 | 1.00\n青川市实验小学 | 空调机 | 2.00\n"
        "青川市政务服务和数据管理局 | 计算机 | 2.00\n青川市第 | 物业管理 | 3.00\n---\n一中学 | | \n青川市实验小学 | 保险 | 1.00"
    )
    names = [cell.text for cell in form.cells if cell.column == 0 and cell.row not in form.header_rows]
    assert names.count("青川市第一中学") == 2
    assert [
        cell.text for cell in form.cells if cell.text == "一中学" and cell.row not in form.repeated_header_rows
    ] == []


def test_a_row_whose_amounts_stand_below_the_page_edge_is_one_row() -> None:
    cut = HEAD.replace("2010302 | 一般行政管理事务支出（项 | 20.00 | 20.00", " | 一般行政管理事务支出（项 | | ")
    form = form_of(cut + "---\n2010302 | 目类） | 20.00 | 20.00\n" + TAIL)
    rows = rows_of(form)
    assert rows["2010302"] == ["一般行政管理事务支出（项目类）", "20.00", "20.00"]
    assert "" not in rows


def test_a_code_above_the_page_edge_and_its_amounts_below_are_one_row() -> None:
    cut = HEAD.replace("2010302 | 一般行政管理事务支出（项 | 20.00 | 20.00", "2010302 | 一般行政管理事务支出（项 | | ")
    form = form_of(cut + "---\n | 目类） | 20.00 | 20.00\n" + TAIL)
    row = next(row for row in range(form.row_count) if any(cell.text == "2010302" for cell in form.row(row)))
    cells = form.row(row)
    assert [cell.text for cell in cells] == ["2010302", "一般行政管理事务支出（项目类）", "20.00", "20.00"]
    assert len({cell.cell_id for cell in form.cells}) == len(form.cells)
    assert {cell.text: cell.page_number for cell in cells}["20.00"] == 2


def test_two_rows_stay_two() -> None:
    whole = HEAD.replace("一般行政管理事务支出（项", "一般行政管理事务")
    for first in ("20106 | 财政事务 | | ", " | 二、外交支出 | | ", " | 外交支出 | | ", " | 小计 | 20.00 | 20.00"):
        rows = rows_of(form_of(whole + "---\n" + first + "\n" + TAIL))
        assert rows["2010302"] == ["一般行政管理事务", "20.00", "20.00"], first
        assert len(rows) == 8, first


def test_a_form_of_names_with_blank_amounts_keeps_its_rows() -> None:
    names = "支出决算表\n单位：万元\n项目 | 决算数\n外交事务的支出 | \n国防支出 | \n公共安全支出 | 3.00\n---\n教育支出 | \n科学技术支出 | 4.00"
    assert list(rows_of(form_of(names))) == ["外交事务的支出", "国防支出", "公共安全支出", "教育支出", "科学技术支出"]


def test_numbers_that_a_page_edge_cuts_are_joined() -> None:
    cut = HEAD.replace("2010302 | 一般行政管理事务支出（项 | 20.00 | 20.00", "20103 | 其他 | 4,171 | 20.0")
    rows = rows_of(form_of(cut + "---\n科目编码 | 科目名称 | 合计 | 基本支出\n99 | 支出 | .18 | 0\n" + TAIL))
    assert rows["2010399"] == ["其他支出", "4,171.18", "20.00"]
    assert "99" not in rows


def test_whole_numbers_on_both_sides_of_a_page_edge_are_two_rows() -> None:
    whole = HEAD.replace("一般行政管理事务支出（项", "一般行政管理事务")
    for first in ("20106 | 财政 | .18 | .18", "99 | 财政 | 5 | 1.00", "99 | 财政 | 1.00 | 0"):
        assert len(rows_of(form_of(whole + "---\n" + first + "\n" + TAIL))) == 8, first


def test_columns_of_an_open_grid_that_end_elsewhere_on_the_next_page_are_placed_by_the_wider_grid() -> None:
    printed = document(
        "支出决算表\n单位：万元\n科目编码 | 合计 | 基本支出 | 项目支出\n201 | 3.00 | 2.00 | 1.00\n---\n208 | 4.00 | 4.00"
    )
    for page, edges in zip(
        printed.pages, ((87.0, 248.0, 311.0, 398.0, 477.0), (87.0, 253.0, 297.0, 384.0)), strict=True
    ):
        page.grids[0].column_edges = edges
    (form,), _lines = assemble(printed, "0" * 16)
    assert form.column_count == 4
    assert {(cell.column, cell.text) for cell in form.cells if cell.row == form.row_count - 1} == {
        (0, "208"), (1, "4.00"), (2, "4.00"),
    }  # fmt: skip

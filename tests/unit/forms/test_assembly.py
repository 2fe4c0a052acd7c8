"""Forms over pages, their titles, units, agencies and notes."""

from __future__ import annotations

from pipeline.forms.assembly import assemble
from pipeline.forms.form import Form
from tests.unit.printed import document

HEADER = "科目编码 | 科目名称 | 合计 | 基本支出 | 项目支出"


def forms_of(text: str) -> list[Form]:
    return assemble(document(text), "0" * 16)[0]


def test_title_unit_agency_and_note_are_told_apart() -> None:
    forms = forms_of(f"""
表7
一般公共预算支出表
部门名称：某市某局  单位：万元
{HEADER}
201 | 一般公共服务支出 | 5 | 3 | 2
注：本表金额单位转换时可能存在尾数误差。
第二部分 名词解释
""")
    assert [(form.key, form.unit, form.agency_name) for form in forms] == [
        ("general_public_expenditure", "万元", "某市某局")
    ]
    assert forms[0].note == "注:本表金额单位转换时可能存在尾数误差。"


def test_continuation_with_repeated_header_is_one_form() -> None:
    forms = forms_of(f"""
一般公共预算支出表
单位：元
{HEADER}
201 | 一般公共服务支出 | 5 | 3 | 2
---
{HEADER}
205 | 教育支出 | 7 | 7 |
""")
    assert len(forms) == 1
    assert (forms[0].first_page, forms[0].last_page) == (1, 2)
    assert forms[0].repeated_header_rows == [2]


def test_continuation_with_repeated_title_is_one_form() -> None:
    forms = forms_of(f"""
一般公共预算支出表
单位：元
{HEADER}
201 | 一般公共服务支出 | 5 | 3 | 2
---
一般公共预算支出表
单位：元
{HEADER}
205 | 教育支出 | 7 | 7 |
""")
    assert [form.row_count for form in forms] == [4]


def test_the_same_title_with_the_same_first_row_begins_another_form() -> None:
    page = f"""一般公共预算支出表
单位：元
{HEADER}
201 | 一般公共服务支出 | 5 | 3 | 2"""
    assert len(forms_of(f"\n{page}\n---\n{page}\n")) == 2


def test_the_same_title_for_another_agency_begins_another_form() -> None:
    forms = forms_of(f"""
支出总表
单位名称：甲局
单位：元
{HEADER}
201 | 一般公共服务支出 | 5 | 3 | 2
---
支出总表
单位名称：乙中心
单位：元
{HEADER}
205 | 教育支出 | 7 | 7 |
""")
    assert [form.agency_name for form in forms] == ["甲局", "乙中心"]


def test_heads_and_feet_do_not_part_a_form() -> None:
    pages = "\n---\n".join(f"某市某局2026年部门预算\n205 | 教育支出 | {number} | {number} | " for number in range(2, 5))
    forms = forms_of(f"\n支出总表\n单位：元\n{HEADER}\n201 | 一般公共服务支出 | 5 | 3 | 2\n---\n{pages}\n")
    assert [(form.first_page, form.last_page) for form in forms] == [(1, 4)]


def test_title_inside_the_grid() -> None:
    forms = forms_of("""
预算05表 一般公共预算支出表 | < | <
金额单位：万元 | < | <
科目编码 | 科目名称 | 合计
201 | 一般公共服务支出 | 5
""")
    assert [(form.key, form.unit, form.header_rows) for form in forms] == [
        ("general_public_expenditure", "万元", [0, 1, 2])
    ]


def test_a_sentence_that_names_a_form_is_no_title() -> None:
    forms = forms_of("""
具体情况见一般公共预算支出表，共5万元。
序号 | 单位名称
1 | 某局
""")
    assert [form.key for form in forms] == [None]


def test_a_page_that_begins_with_lines_without_amounts_goes_on() -> None:
    rows = "机关服务 | 1.00 | 资本性支出 | 2.00\n" * 4
    forms = forms_of(f"""
收支预算总表
单位：万元
收入 | 金额 | 支出 | 金额
{rows}---
小计 | | 小计 |
上年结转资金 | | 结转下年资金 |
收入合计 | 4.00 | 支出合计 | 8.00
""")
    assert [form.row_count for form in forms] == [8]


def test_a_page_that_begins_with_a_line_of_known_words_goes_on() -> None:
    forms = forms_of("""
政府采购支出预算表
单位：万元
项目名称 | 经济科目名称 | 采购品目名称 | 金额
物业管理费 | 维修费 | 环境服务 | 3.00
---
商品和服务支出 | 会议费 | | 2.44
 | | 会议服务 | 2.44
""")
    assert [form.row_count for form in forms] == [4]


def test_columns_of_two_pages_stay_apart_whatever_their_edges() -> None:
    printed = document("""
项目支出绩效目标表
一级指标 | 二级指标 | 指标内容 | 指标值
产出指标 | 数量指标 | 光纤数量 | 5条
---
效益指标 | 社会效益 | 满意度
""")
    for page, edges in zip(printed.pages, [(0, 80, 160, 240, 320), (0, 130, 190, 320)], strict=True):
        next(iter(page.grids)).column_edges = edges
    form = assemble(printed, "0" * 16)[0][0]
    places = [(cell.row, cell.column) for cell in form.cells]
    assert len(set(places)) == len(places)


def test_footnote_at_the_foot_of_the_page_does_not_end_a_table() -> None:
    text = f"""
各项收支情况如下，详见下表所列各栏
一般公共预算支出表
单位：元
{HEADER}
201 | 一般公共服务支出 | 5 | 3 | 2
1. 历年来统计口径不同，本表口径为一般公共预算。
---
{HEADER}
205 | 教育支出 | 7 | 7 |
"""
    printed = document(text)
    body, small = printed.pages[0].lines[0], printed.pages[0].lines[-1]
    assert body.box is not None
    assert small.box is not None
    assert len(assemble(printed, "0" * 16)[0]) == 2
    small.box = small.box._replace(bottom=small.box.top + 0.7 * (body.box.bottom - body.box.top))
    forms, narrative = assemble(printed, "0" * 16)
    assert [form.row_count for form in forms] == [4]
    assert small in narrative

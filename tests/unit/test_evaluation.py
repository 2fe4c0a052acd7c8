"""What the evaluation counts: entries of tables of contents, code layouts, what becomes of figures when rows are taken away."""

from collections import Counter
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from pipeline.evaluation import coverage, evaluation
from pipeline.evaluation.evaluation import Assessment, Listed, Without, contents, jurisdiction_of, layout_of
from pipeline.readers.printed import Cell, Grid, Line, Page, PrintedDocument


def document(*lines: str, grids: tuple[Grid, ...] = ()) -> PrintedDocument:
    return PrintedDocument("pdf", [Page(1, [*(Line(1, text) for text in lines), *grids], "pdf")], 1)


def test_entries_of_a_table_of_contents() -> None:
    listed = contents(
        document(
            "目  录", "第一部分 部门概况......1", "一、主要职能……2", "第二部分 某局2024年度部门预算表", "（一）收支总表.......3",
            "2．2026年部门收入预算总表", "十一、一般公共预算“三公”经费、会议费、培训费支", "出预算表......14",
            "三、债务限额余额表..........7", "四、2026年某局预算公开表", "第三部分 收入总表情况说明",
        )
    )  # fmt: skip
    assert [(one.title, one.form) for one in listed] == [
        ("收支总表", "revenue_expenditure_summary"),
        ("2026年部门收入预算总表", "revenue_summary"),
        ("一般公共预算“三公”经费、会议费、培训费支出预算表", "three_public"),
        ("债务限额余额表", None),
    ]


def test_contents_printed_as_a_table() -> None:
    texts = [
        ("报表", "报表名称", "是否空表"),
        ("表1", "部门综合预算收支总表", "否"),
        ("表9", "部门综合预算政府性基金收支表", "是"),
    ]
    cells = [Cell(row, column, text) for row, line in enumerate(texts) for column, text in enumerate(line)]
    listed = contents(document("目录", grids=(Grid(1, 3, 3, cells, "pdf"),)))
    assert [one.form for one in listed] == ["revenue_expenditure_summary", "government_funds_expenditure"]


def test_a_page_without_the_word_is_no_table_of_contents() -> None:
    assert contents(document("一、收支总表", "二、收入总表")) == []


def test_each_printed_form_answers_for_one_entry() -> None:
    listed = [
        Listed("基本支出表（按功能）", "general_public_basic"),
        Listed("基本支出表（按经济）", "general_public_basic"),
        Listed("收入总表", "revenue_summary"),
    ]
    forms = [{"form": "general_public_basic", "title": "表8 基本支出表（按经济）"}, {"form": None, "title": "收入总表"}]
    evaluation._find_listed(listed, forms)
    assert [one.is_found for one in listed] == [False, True, False]


@pytest.mark.parametrize(
    ("code", "name", "expected"),
    [
        ("310107", "上海市普陀区", "上海市"), ("310000", "上海市", "上海市"), ("440304", "深圳市福田区", "深圳市"), ("440300", "深圳市", "深圳市"),
        ("320000", "江苏省", "江苏省"), ("100000", "中央", "中央"), (None, None, ""),
    ],
)  # fmt: skip
def test_a_city_counts_with_its_districts(code: str | None, name: str | None, expected: str) -> None:
    assert jurisdiction_of({"jurisdiction_code": code, "jurisdiction_name": name}) == expected


def printed(*rows: list[tuple[str, str]]) -> dict[str, list[dict[str, Any]]]:
    figures = [
        {"form_index": 1, "row_index": row, "scheme": "functional", "line_name": "x"} for row in range(len(rows))
    ]
    cells = [
        {"form_index": 1, "row_index": row, "role": role, "text": text}
        for row, line in enumerate(rows)
        for role, text in line
    ]
    return {"figure": figures, "cell": cells}


@pytest.mark.parametrize(
    ("rows", "layout"),
    [
        ([[("code", "2010301"), ("name", "行政运行")]], "column"),
        ([[("code", "201"), ("code", "03"), ("code", "01"), ("name", "行政运行")]], "split"),
        ([[("code", ""), ("code", "01"), ("name", "行政运行")]], "split"),
        ([[("name", "2010301-行政运行")]], "joined"),
        ([[("name", "[2010301]行政运行")]], "joined"),
        ([[("name", "行政运行")], [("name", "一、公共安全支出")]], "names"),
        ([], ""),
    ],
)
def test_layouts_of_codes(rows: list[list[tuple[str, str]]], layout: str) -> None:
    assert layout_of(printed(*rows)) == layout


MEANING: dict[str, Any] = {name: "x" for name in evaluation._MEANING} | {
    "amount_yuan": Decimal(1), "page_number": 1, "printed_text": "1", "proof": "proved", "value_state": "number",
}  # fmt: skip


def figure(place: int, **changes: Any) -> dict[str, Any]:
    return {**MEANING, "cell_id": str(place), **changes}


def test_what_becomes_of_figures() -> None:
    cells = [{"cell_id": str(place), "page_number": 1, "x0": 10.0, "top": float(place)} for place in range(5)]
    before = {(1, 10.0, float(place)): figure(place) for place in range(5)}
    after = {
        "document": [{"status": "partly_loaded"}],
        "cell": cells,
        "figure": [figure(0), figure(1, line_code="y"), figure(2, line_code="y", proof="suspect")],
        "refusal": [{"cell_ids": ["3"]}],
    }
    result = Without("甲市", [])
    evaluation._judge_without(result, SimpleNamespace(comparison=None, file_name="a.pdf"), before, after)  # type: ignore[arg-type]
    assert result.verdicts == Counter(same=1, misread=1, suspect=1, refused=1, lost=1)
    assert result.misread == Counter({("x", "line_code"): 1})
    assert result.share == 0.2
    assert len(result.examples) == 2


def test_figures_of_a_refused_document_are_refused() -> None:
    result = Without("甲市", [])
    before = {(1, 10.0, 1.0): figure(1)}
    tables: dict[str, list[dict[str, Any]]] = {"document": [{"status": "refused"}]}
    evaluation._judge_without(result, SimpleNamespace(comparison=None, file_name="a.pdf"), before, tables)  # type: ignore[arg-type]
    assert result.verdicts == Counter(refused=1)


def assessment(**changes: Any) -> Assessment:
    values: dict[str, Any] = {
        "file_name": "a|b.pdf", "folder": "budget", "sha256": "s", "jurisdiction": "甲市", "layout": "column", "method": "text", "forms": [],
        "row": {"status": "loaded", "format": "pdf", "jurisdiction_name": "甲市", "document_kind": "budget", "fiscal_year": 2026},
        "listed": [Listed("收入总表", "revenue_summary")], "proofs": Counter(proved=999, suspect=1), "refused": Counter(percentage=3, header_unknown=2),
        "refusals": [{"reason": "header_unknown", "numeric_cell_count": 2, "detail": "column 3", "page_number": 4}], "indicators": 0, "narrative": 0,
    }  # fmt: skip
    return Assessment(**{**values, **changes})


def test_gaps_are_what_should_have_been_read() -> None:
    assert assessment().gaps == Counter(header_unknown=2)
    assert assessment().figures == 1000


def test_the_page_tells_what_is_missing_and_never_rounds_up() -> None:
    page = coverage.text_of(evaluation.Evaluation([assessment()], {"every": [], "topmost": []}))
    assert "99.9 %" in page
    assert "header_unknown 2" in page
    assert "| a\\|b.pdf | 收入总表 | revenue_summary |" in page
    assert page == coverage.text_of(evaluation.Evaluation([assessment()], {"every": [], "topmost": []}))


def test_pictures_are_well_formed() -> None:
    drawing = coverage.bars("<甲>", [("乙&丙", [3, 1]), ("丁", [0, 0])], ("found", "missing"))
    root = ElementTree.fromstring(drawing)
    assert len([element for element in root.iter() if element.tag.endswith("title")]) == 2

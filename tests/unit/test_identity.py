"""What titles, labels and headers say of a document, and what is no disclosure."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pipeline.forms.form import Form
from pipeline.forms.identity import Identity, disagreements, identify, is_organisation, refusal_of
from pipeline.readers.printed import Cell, Grid, Line, Page, PrintedDocument


@dataclass(frozen=True)
class Registered:
    file_name: str = "文件.pdf"
    document_kind: str | None = None
    fiscal_year: int | None = None
    jurisdiction_name: str | None = None
    department_name: str | None = None


def document(*pages: list[str | Grid], format: str = "pdf") -> PrintedDocument:
    built = [
        Page(number, [Line(number, block) if isinstance(block, str) else block for block in blocks], "pdf")
        for number, blocks in enumerate(pages, start=1)
    ]
    return PrintedDocument(format, built, len(built))


def grid(*rows: list[str], page: int = 1) -> Grid:
    cells = [Cell(r, c, text) for r, row in enumerate(rows) for c, text in enumerate(row)]
    return Grid(page, len(rows), max(len(row) for row in rows), cells, "pdf")


@pytest.mark.parametrize(
    ("lines", "kind", "year", "place", "name", "level"),
    [
        (["2026 年深圳市人民政府办公厅部门预", "算"], "budget", 2026, "深圳市", "深圳市人民政府办公厅", "department"),
        (["上海市普陀区规划和自然", "资源局", "2024 年度部门决算"], "final_account", 2024, "上海市普陀区",
         "上海市普陀区规划和自然资源局", "department"),
        (["2026 年度", "福州市公安局治安管理", "支队", "单位预算"], "budget", 2026, "福州市", "福州市公安局治安管理支队", "unit"),
        (["上海市2026年市级单位预算", "预算单位：上海交通职业技术学院"], "budget", 2026, "上海市", "上海交通职业技术学院", "unit"),
        (["上海市普陀区2025年区级部门预算", "预算主管部门：上海市普陀区人民政府办公室"], "budget", 2025, "上海市普陀区",
         "上海市普陀区人民政府办公室", "department"),
        (["江苏省2018年度", "省级部门预算公开报表", "部  门:中共江苏省委办公厅"], "budget", 2018, "江苏省", "中共江苏省委办公厅", "department"),
        (["附件2", "2019年部门综合预算公开报表", "部门名称：西安市安全生产监督管理局"], "budget", 2019, "西安市",
         "西安市安全生产监督管理局", "department"),
        (["西安市卫生健康委员会（汇总）", "2022年度部门决算"], "final_account", 2022, "西安市", "西安市卫生健康委员会", "department"),
        (["国家信访局", "2024 年度部门决算", "二〇二五年七月"], "final_account", 2024, "中央", "国家信访局", "department"),
        (["北京市信访办公室部门 2026 年度部门预算", "信息公开"], "budget", 2026, "北京市", "北京市信访办公室", "department"),
        (["关于苏州市2020年预算执行情况和2021年预算草案的报告"], "budget", 2021, "苏州市", "苏州市人民政府", "government"),
        (["关于深圳市2021年本级决算的报告"], "final_account", 2021, "深圳市", "深圳市人民政府", "government"),
        (["成都市水务局", "二〇二六年部门预算"], "budget", 2026, "成都市", "成都市水务局", "department"),
    ],
)  # fmt: skip
def test_titles_say_kind_year_place_body_and_level(
    lines: list[str], kind: str, year: int, place: str, name: str, level: str
) -> None:
    found = identify(document([*lines, "目 录"]), [])
    assert (found.document_kind, found.fiscal_year, found.department_level) == (kind, year, level)
    assert (found.jurisdiction_name, found.department_name) == (place, name)
    assert found.evidence, "an identity says why"


def test_forms_without_a_title_are_told_by_labels_inside_the_ruling_and_the_latest_year_of_headers() -> None:
    form = grid(
        ["收支预算总表\n部门：中共江苏省委办公厅  单位：万元", "", "", ""],
        ["项目", "2018年预算数", "2019年预算数", "增减"],
        ["一、财政拨款", "1.00", "2.00", "1.00"],
    )
    found = identify(document([form]), [])
    assert (found.document_kind, found.fiscal_year, found.department_name) == ("budget", 2019, "中共江苏省委办公厅")


def test_a_date_of_printing_is_no_fiscal_year() -> None:
    assert identify(document(["国家信访局", "部门决算", "2025年7月", "目录"]), []).fiscal_year is None


def test_the_registry_is_compared_and_never_believed() -> None:
    found = identify(document(["2026年广州市统计局部门预算", "目录"]), [])
    said = disagreements(found, Registered("佛山市_2025年_决算.pdf", "final_account", 2024, "佛山市", "水务局"))
    assert said is not None
    assert all(word in said for word in ("final_account", "2024", "2025", "佛山市", "水务局"))
    assert disagreements(found, Registered("2026年预算.pdf", "budget", 2026, "广州市", "统计局")) is None


def identity(**values: object) -> Identity:
    given = {"document_kind": None, "fiscal_year": None, "jurisdiction_code": None, "jurisdiction_name": None,
             "department_name": None, "department_level": None, "title": None}  # fmt: skip
    return Identity(**{**given, **values})  # type: ignore[arg-type]


BUDGET_WORDS = [
    "一般公共预算财政拨款支出表",
    "政府性基金预算支出表",
    "基本支出",
    "项目支出",
    "“三公”经费",
    "部门预算收支总表",
] * 2


def test_a_web_page_is_refused_as_one() -> None:
    page = document(["市水务局 网站首页", "预决算公开", "2026年部门预算公开", "上一页 下一页"], format="html")
    refused = refusal_of(page, [], 0)
    assert refused is not None
    assert refused[0] == "web_page_not_document"


def test_a_price_list_whose_serial_numbers_look_like_codes_is_no_disclosure() -> None:
    rows = [[str(number), "名称", f"{number}.55"] for number in range(201, 239)]
    refused = refusal_of(document(["2026年执行价格目录", grid(["序号", "项目名称", "单价（元/克）"], *rows)]), [], 30)
    assert refused is not None
    assert refused[0] == "not_a_disclosure"


def test_a_template_with_placeholders_is_blank_even_if_its_ordinals_were_read_as_figures() -> None:
    form = grid(["栏次", "1", "2"], ["合计", "", ""])
    lines = ["上海市 XX 局", "2024 年度部门决算", *BUDGET_WORDS, "本年收入合计 XX 万元", form]
    refused = refusal_of(document(lines), [Form(1, 1, 1, 2, 3, [], key="expenditure_summary")], 2)
    assert refused is not None
    assert refused[0] == "blank_template"


def test_a_narrative_alone_is_a_disclosure() -> None:
    lines = [
        "北京市财政局2026年度部门预算",
        *BUDGET_WORDS,
        "收入预算9626.78万元，基本支出7485.22万元，项目支出2141.55万元。",
    ]
    assert refusal_of(document(lines), [], 0) is None


def test_figures_without_a_year_are_refused() -> None:
    lines = [
        "某市财政局部门预算",
        *BUDGET_WORDS,
        grid(["项目", "预算数（万元）"], ["合计", "1,234.56"], ["甲", "1.5"], ["乙", "2.5"]),
    ]
    refused = refusal_of(document(lines), [Form(1, 1, 1, 4, 2, [], key="expenditure_summary")], 3)
    assert refused is not None
    assert refused[0] == "year_unknown"


def test_a_document_without_any_text_is_unreadable() -> None:
    refused = refusal_of(document([], []), [], 0, identity())
    assert refused is not None
    assert refused[0] == "page_unreadable"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("北京市财政局", True),
        ("西安市国家安全局", True),
        ("市委老干部局", True),
        ("国家安全部", True),
        ("加快形成共建共治共享共同富裕的民生发展格局", False),
        ("构建现代产业布局", False),
        ("全市工作部署", False),
    ],
)
def test_a_clause_that_ends_like_a_body_is_none(name: str, expected: bool) -> None:
    assert is_organisation(name) is expected

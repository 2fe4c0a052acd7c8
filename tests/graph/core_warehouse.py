"""A small `core` schema, typed by hand from the pages, over which dbt builds the whole warehouse.

Belongs here: what the forms of two real budgets print (深圳市人民政府办公厅 2017 and 2026), and a few invented documents of
an invented city (示例市) that show one rule each. Does not belong here: expected results, which stand in the tests.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from schemas.core import TABLES

Row = dict[str, Any]
OFFICE = "深圳市人民政府办公厅"
UNIT_YUAN = {"元": Decimal(1), "万元": Decimal(10_000)}


@dataclass(frozen=True)
class Column:
    """One column of amounts: what the header says of every amount under it."""

    measure: str = "total"
    fund: str | None = None
    source: str | None = None
    is_leaf: bool = True
    line_code: str | None = None
    phase: str | None = None
    is_comparative: bool = False


@dataclass(frozen=True)
class Line:
    """One row: whose it is, its line, and what stands in each column ('' where nothing is printed)."""

    agency: str
    code: str | None
    name: str | None
    amounts: Sequence[str]
    is_leaf: bool = True
    level: str | None = None
    parent: str | None = None
    agency_level: str = "unit"
    fiscal_year: int | None = None
    is_comparative: bool = False


@dataclass
class Core:
    """Rows of every core table, document by document."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {table.name: [] for table in TABLES})
    _forms: dict[str, int] = field(default_factory=dict)

    def document(self, file_name: str, **given: Any) -> str:
        """Add a document and return its document_id; `sha256` may be given, else the file name stands for the bytes."""
        sha256 = given.pop("sha256", hashlib.sha256(file_name.encode()).hexdigest())
        row: Row = {
            "document_id": sha256[:16], "sha256": sha256, "file_name": file_name, "format": "pdf", "byte_count": Decimal(1),
            "document_kind": "budget", "department_level": "department", "is_specimen": False, "status": "loaded",
            "reader_version": "test",
        }  # fmt: skip
        self.rows["document"].append(row | given)
        return sha256[:16]

    def form(
        self, document_id: str, key: str, scheme: str, columns: Sequence[Column], lines: Iterable[Line],
        *, fund: str = "all", unit: str = "万元", page: int = 1, is_declared_nil: bool = False, note: str | None = None,
    ) -> None:  # fmt: skip
        """Add one printed table: its cells and the figures that they are."""
        document = next(row for row in self.rows["document"] if row["document_id"] == document_id)
        index = self._forms[document_id] = self._forms.get(document_id, 0) + 1
        phase = "executed" if document["document_kind"] == "final_account" else "approved"
        lines = list(lines)
        count = 0
        for row_index, line in enumerate(lines, start=2):
            for column_index, (column, text) in enumerate(zip(columns, line.amounts, strict=True), start=2):
                count += 1
                figure_id = f"{document_id}-{index:03d}-{row_index:04d}-{column_index:03d}"
                place = {
                    "document_id": document_id, "page_number": page, "form_index": index, "row_index": row_index,
                    "column_index": column_index,
                }  # fmt: skip
                box = {
                    "x0": 50.0 * column_index,
                    "top": 20.0 * row_index,
                    "x1": 50.0 * column_index + 48,
                    "bottom": 20.0 * row_index + 18,
                }
                self.rows["cell"].append(
                    place
                    | box
                    | {
                        "cell_id": figure_id,
                        "row_span": 1,
                        "column_span": 1,
                        "text": text,
                        "method": "pdf",
                        "role": "amount",
                    }
                )
                self.rows["figure"].append(
                    place
                    | amount(text, unit)
                    | {
                        "figure_id": figure_id, "cell_id": figure_id, "form": key,
                        "fiscal_year": line.fiscal_year or document["fiscal_year"], "phase": column.phase or phase,
                        "is_comparative": line.is_comparative or column.is_comparative, "fund": column.fund or fund,
                        "agency_name": line.agency, "agency_level": line.agency_level, "scheme": scheme,
                        "line_code": column.line_code or line.code, "line_name": line.name, "line_level": line.level,
                        "parent_line": line.parent, "measure": column.measure, "source": column.source,
                        "header_path": "", "printed_unit": unit, "is_leaf": line.is_leaf and column.is_leaf,
                        "proof_count": 0, "proof": "unchecked",
                    }
                )  # fmt: skip
        self.rows["form"].append(
            {
                "document_id": document_id, "form_index": index, "form": key, "title": key, "first_page": page,
                "last_page": page, "printed_unit": unit, "row_count": len(lines) + 1, "column_count": len(columns) + 2,
                "is_declared_nil": is_declared_nil, "note": note, "status": "loaded", "numeric_cell_count": count,
                "figure_count": count, "refused_cell_count": 0, "rejected_readings": [],
            }
        )  # fmt: skip

    def write(self, path: Path) -> None:
        """Create the DuckDB file with the schema `core`, every frame checked by its pandera schema."""
        with duckdb.connect(str(path)) as connection:
            connection.execute("CREATE SCHEMA core")
            for table in TABLES:
                for statement in table.ddl():
                    connection.execute(statement)
                frame = table.schema.validate(table.frame(self.rows[table.name]))
                connection.register("frame", frame.to_arrow())
                connection.execute(f"INSERT INTO core.{table.name} SELECT * FROM frame")
                connection.unregister("frame")


def amount(text: str, unit: str) -> Row:
    """The amount columns of a figure printed as `text` in `unit`."""
    if text == "":
        return {"printed_text": "", "amount_yuan": None, "half_unit_yuan": None, "value_state": "blank"}
    value = Decimal(text.replace(",", "")) * UNIT_YUAN[unit]
    decimals = len(text.partition(".")[2])
    return {
        "printed_text": text,
        "amount_yuan": value.quantize(Decimal("0.01")),
        "half_unit_yuan": (UNIT_YUAN[unit] / Decimal(10) ** decimals / 2).quantize(Decimal("0.0001")),
        "value_state": "number" if value else "zero",
    }


FUNCTIONAL = (Column("total"), Column("basic"), Column("project"))
LEVELS = {3: "category", 5: "section", 7: "item"}


def functional(agency: str, text: str, agency_level: str = "unit") -> list[Line]:
    """Lines of a functional form typed as `code name total basic project`, `-` where nothing is printed."""
    lines = []
    codes = [line.split()[0] for line in text.strip().splitlines()]
    for line in text.strip().splitlines():
        code, name, *amounts = line.split()
        leaf = not any(other != code and other.startswith(code) for other in codes)
        lines.append(
            Line(
                agency,
                code,
                name,
                ["" if a == "-" else a for a in amounts],
                leaf,
                LEVELS[len(code)],
                None,
                agency_level,
            )
        )
    return lines


def budget_2017(core: Core) -> str:
    """《2017 年深圳市人民政府办公厅部门预算》, forms 1 (part), 2, 3, 4 (part), 5 (part), 6 (part), 7 to 12, in whole 万元."""
    document = core.document(
        "office_2017.md", sha256="0b0593f68f61834ec85dc5ab546732a149aa4049691317d3e7933d5610bc98d3", format="text",
        fiscal_year=2017, jurisdiction_name="深圳市", jurisdiction_code="440300", department_name=OFFICE,
        title="2017 年深圳市人民政府办公厅部门预算", retrieved_at="2026-01-01T00:00:00Z",
    )  # fmt: skip
    office, own, services = "深圳市府办公厅", "深圳市府办公厅本级", "深圳市政务服务管理办公室"
    summary = "一、一般公共服务支出", "政府办公厅（室）及相关机构事务"
    core.form(
        document, "revenue_expenditure_summary", "functional", [Column()],
        [
            Line(office, None, summary[0], ["10,616"], False, "category", None, "department"),
            Line(office, None, summary[1], ["10,616"], False, "section", summary[0], "department"),
            Line(office, None, "行政运行", ["3,607"], True, "item", " / ".join(summary), "department"),
            Line(office, None, "一般行政管理事务", ["1,440"], True, "item", " / ".join(summary), "department"),
        ],
    )  # fmt: skip
    sources = ("total", "current_total", "fiscal_appropriation", "general_public_budget", "general_operating", "special_fiscal",
               "government_investment")  # fmt: skip
    leaves = ("general_operating", "special_fiscal", "government_investment")
    core.form(
        document, "revenue_summary", "revenue", [Column("revenue", source=s, line_code=s, is_leaf=s in leaves) for s in sources],
        [
            Line(office, None, None, ["12,219", "12,219", "12,219", "12,219", "8,840", "", "3,379"], False, None, None, "department"),
            Line(own, None, None, ["7,861", "7,861", "7,861", "7,861", "6,376", "", "1,486"]),
            Line(services, None, None, ["4,358", "4,358", "4,358", "4,358", "2,464", "", "1,893"]),
        ],
    )  # fmt: skip
    core.form(
        document, "expenditure_summary", "agency",
        [*FUNCTIONAL, Column("procurement_current", is_leaf=False), Column("procurement_pending", is_leaf=False)],
        [
            Line(office, None, None, ["12,219", "5,675", "6,544", "997", "124"], False, "total", None, "department"),
            Line(own, None, None, ["7,861", "4,805", "3,056", "282", "89"]),
            Line(services, None, None, ["4,358", "870", "3,488", "715", "35"]),
        ],
    )  # fmt: skip
    projects = [
        (own, "信息化管理", "", "333", "333", ""),
        (own, "信息化管理", "办公自动化管理及电子运维业务", "214", "214", ""),
        (own, "信息化管理", "办公设备购置业务", "119", "119", ""),
        (own, "政府投资项目建设", "", "1,486", "", "1,486"),
        (own, "政府投资项目建设", "政府投资项目建设", "1,486", "", "1,486"),
        (services, "政务服务管理办专项", "", "1,560", "1,560", ""),
        (services, "政务服务管理办专项", "政务办行政运行", "211", "212", ""),
        (services, "政务服务管理办专项", "政务办机关服务", "412", "412", ""),
        (services, "政务服务管理办专项", "政务办专项服务", "33", "33", ""),
        (services, "政务服务管理办专项", "政务办其他项目", "903", "903", ""),
    ]
    core.form(
        document, "project_expenditure", "project",
        [
            Column("project", is_leaf=False),
            Column("project", fund="general_public_budget", source="general_operating"),
            Column("project", fund="general_public_budget", source="government_investment"),
        ],
        [
            Line(agency, None, name or category, amounts, bool(name), "item" if name else "category", category if name else None)
            for agency, category, name, *amounts in projects
        ],
    )  # fmt: skip
    wages, goods = "工资福利支出", "商品和服务支出"
    core.form(
        document, "basic_expenditure", "economic_department",
        [Column("basic", is_leaf=False), Column("basic", fund="general_public_budget", source="general_operating")],
        [
            Line(agency, None, name, [text, text], parent is not None, "section" if parent else "category", parent)
            for agency, parent, name, text in [
                (own, None, wages, "3,608"), (own, wages, "基本工资", "2,885"), (own, wages, "其他社会保障缴费", "108"),
                (own, wages, "机关事业单位基本养老保险缴费", "443"), (own, wages, "职业年金缴费", "172"),
                (services, None, goods, "71"), (services, goods, "办公费", "10"), (services, goods, "差旅费", "9"),
            ]
        ],
    )  # fmt: skip
    core.form(
        document, "fiscal_appropriation_summary", "functional", [Column()],
        [Line(office, None, summary[0], ["10,616"], False, "category", None, "department")],
        fund="fiscal_appropriation",
    )  # fmt: skip
    form_7 = [
        *functional("市府办公厅本级", """
            2010301 行政运行 3,476 3,456 20
            2010302 一般行政管理事务 1,234 - 1,234
            2010303 机关服务 252 - 252
            2010305 专项业务活动 35 - 35
            2010399 其他政府办公厅（室）及相关机构事务支出 1,486 - 1,486
            2050803 培训支出 30 - 30
            2080501 归口管理的行政单位离退休 215 215 -
            2080505 机关事业单位基本养老保险缴费支出 443 443 -
            2080506 机关事业单位职业年金缴费支出 172 172 -
            2082799 其他财政对社会保险基金的补助 3 3 -
            2101101 行政单位医疗 105 105 -
            2210201 住房公积金 201 201 -
            2210203 购房补贴 210 210 -"""),
        *functional("市政务服务管理办公室", """
            2010301 行政运行 130 125 5
            2010302 一般行政管理事务 206 - 206
            2010303 机关服务 412 - 412
            2010304 专项服务 33 - 33
            2010305 专项业务活动 2,831 - 2,831
            2010399 其他政府办公厅（室）及相关机构事务支出 520 520 -
            2080501 归口管理的行政单位离退休 1 1 -
            2080505 机关事业单位基本养老保险缴费支出 90 90 -
            2080506 机关事业单位职业年金缴费支出 34 34 -
            2101101 行政单位医疗 23 23 -
            2210201 住房公积金 41 41 -
            2210203 购房补贴 35 35 -"""),
    ]  # fmt: skip
    totals = [
        Line(office, None, None, ["12,219", "5,675", "6,544"], False, "total", None, "department"),
        Line("市府办公厅本级", None, None, ["7,862", "4,805", "3,057"], False, "total"),
        Line("市政务服务管理办公室", None, None, ["4,357", "870", "3,487"], False, "total"),
    ]
    core.form(
        document,
        "general_public_expenditure",
        "functional",
        FUNCTIONAL,
        [*totals, *form_7],
        fund="general_public_budget",
        page=5,
    )
    for key, note in (
        ("government_funds_expenditure", "注：本单位无政府性基金预算支出。"),
        ("state_capital_expenditure", "注：本单位无国有资本经营预算支出。"),
        ("special_transfer", "注：本单位无上级专项转移支付支出。"),
    ):
        core.form(
            document, key, "functional", FUNCTIONAL,
            [
                Line(office, None, None, ["", "", ""], False, "total", None, "department"),
                Line("市府办公厅本级", None, None, ["", "", ""], False, "total"),
                Line("市政务服务管理办公室", None, None, ["", "", ""], False, "total"),
            ],
            fund="government_managed_funds", is_declared_nil=True, note=note,
        )  # fmt: skip
    core.form(
        document, "procurement", "procurement", [Column()],
        [
            Line(office, None, None, ["997"], False, "total", None, "department"),
            Line(own, None, None, ["282"], False, "total"),
            Line(own, "A", "供货类", ["119"], False, "category"), Line(own, "A03", "一般设备", ["61"], True, "item", "供货类"),
            Line(own, "A10", "专用设备", ["58"], True, "item", "供货类"), Line(own, "C", "服务类", ["163"], False, "category"),
            Line(own, "C9900", "其他服务", ["163"], True, "item", "服务类"), Line(services, None, None, ["715"], False, "total"),
            Line(services, "A", "供货类", ["18"], False, "category"), Line(services, "A03", "一般设备", ["18"], True, "item", "供货类"),
            Line(services, "B", "工程类", ["628"], False, "category"),
            Line(services, "B1000", "系统集成、网络工程", ["628"], True, "item", "工程类"),
            Line(services, "C", "服务类", ["69"], False, "category"),
            Line(services, "C02", "专业咨询、工程监理、工程设计", ["69"], True, "item", "服务类"),
        ],
    )  # fmt: skip
    three_public = [Column(line_code=c, is_leaf=c not in ("total", "vehicles")) for c in THREE_PUBLIC]
    core.form(
        document, "three_public", "three_public", three_public,
        [
            Line(agency, None, None, text.split(), level == "unit", None, None, level, year, year == 2016)
            for agency, level, year, text in [
                (office, "department", 2016, "85 0 36 49 0 49"), (office, "department", 2017, "60 0 25 35 0 35"),
                (own, "unit", 2016, "74 0 28 46 0 46"), (own, "unit", 2017, "55 0 20 35 0 35"),
                (services, "unit", 2016, "5 0 5 0 0 0"), (services, "unit", 2017, "5 0 5 0 0 0"),
                ("深圳市海防与打私办", "unit", 2016, "6 0 3 0 0 3"), ("深圳市海防与打私办", "unit", 2017, "0 0 0 0 0 0"),
            ]
        ],
        fund="fiscal_appropriation",
    )  # fmt: skip
    for number, (agency, metric, value) in enumerate(
        [
            ("市政府办公厅", "authorised_posts", 170), ("市政府办公厅", "staff", 159),
            ("市政府办公厅本级", "authorised_posts", 144), ("市政府办公厅本级", "staff", 137),
            ("市政务办", "authorised_posts", 26), ("市政务办", "staff", 22), ("市政府办公厅本级", "vehicles", 10),
            ("市政务办", "vehicles", 0), ("市政府办公厅", "vehicles", 10),
        ]
    ):  # fmt: skip
        core.rows["agency_statistic"].append(
            {
                "agency_statistic_id": f"{document}-s{number}", "document_id": document, "page_number": 1, "block_index": 9,
                "agency_name": agency, "metric": metric, "value": Decimal(value), "printed_text": f"{value}",
            }
        )  # fmt: skip
    core.rows["narrative_figure"].append(
        {
            "narrative_figure_id": f"{document}-n1", "document_id": document, "page_number": 1, "block_index": 20, "position": 11,
            "agency_name": "市政府办公厅", "fiscal_year": 2017, "phase": "approved", "subject": "部门预算收入", "measure": "stated",
            "printed_text": "12,219 万元", "amount_yuan": Decimal("122190000.00"), "half_unit_yuan": Decimal("5000"),
            "figure_id": f"{document}-002-0002-002", "context": "year=clause:2017年", "is_context_certain": True,
        }
    )  # fmt: skip
    core.rows["performance_indicator"].append(
        {
            "performance_indicator_id": f"{document}-p1", "document_id": document, "page_number": 1, "form_index": 13,
            "agency_name": own, "project_name": "政府公报编辑业务", "horizon": "annual", "indicator_path": "投入 / 单位成本",
            "indicator_text": "周刊《深圳市人民政府公报》编印发行。", "target_text": "92", "target_value": Decimal(92), "cell_ids": [],
        }
    )  # fmt: skip
    return document


THREE_PUBLIC = ("total", "overseas_travel", "official_reception", "vehicles", "vehicle_purchase", "vehicle_operation")

FORM_7_2026 = """
    201 一般公共服务支出 5,881.20 5,203.26 677.95
    20103 政府办公厅（室）及相关机构事务 5,881.20 5,203.26 677.95
    2010301 行政运行 5,203.26 5,203.26 0.00
    2010302 一般行政管理事务 677.95 0.00 677.95
    205 教育支出 49.72 0.00 49.72
    20508 进修及培训 49.72 0.00 49.72
    2050803 培训支出 49.72 0.00 49.72
    208 社会保障和就业支出 1,312.57 1,312.57 0.00
    20805 行政事业单位养老支出 1,312.57 1,312.57 0.00
    2080501 行政单位离退休 426.23 426.23 0.00
    2080505 机关事业单位基本养老保险缴费支出 602.51 602.51 0.00
    2080506 机关事业单位职业年金缴费支出 283.83 283.83 0.00
    210 卫生健康支出 242.99 242.99 0.00
    21011 行政事业单位医疗 242.99 242.99 0.00
    2101101 行政单位医疗 242.99 242.99 0.00
    221 住房保障支出 2,705.53 2,705.53 0.00
    22102 住房改革支出 2,705.53 2,705.53 0.00
    2210201 住房公积金 621.32 621.32 0.00
    2210203 购房补贴 2,084.20 2,084.20 0.00"""


def budget_2026(core: Core) -> str:
    """《深圳市人民政府办公厅 2026 年部门预算》, forms 2, 3, 7, 8 (part), 9 to 11, in 万元 with two decimals."""
    document = core.document(
        "office_2026.pdf", sha256="6ec7ac94339680c785e442bf582f439261f91529f734003aec1a015efaabda54", fiscal_year=2026,
        jurisdiction_name="深圳市", jurisdiction_code="440300", department_name=OFFICE, page_count=33,
        title="深圳市人民政府办公厅 2026 年部门预算", retrieved_at="2026-02-01T00:00:00Z",
    )  # fmt: skip
    total = Line(OFFICE, None, None, ["10,192.01", "9,464.34", "727.67"], False, "total", None, "department")
    lines = functional(OFFICE, FORM_7_2026, "department")
    sources = ("total", "general_public_budget", "government_managed_funds", "state_capital_operations", "fiscal_special_account",
               "carry_over")  # fmt: skip
    core.form(
        document, "revenue_summary", "revenue", [Column("revenue", source=s, line_code=s, is_leaf=s != "total") for s in sources],
        [Line(OFFICE, None, None, ["10,192.01", "10,192.01", "0.00", "0.00", "0.00", "0.00"], True, None, None, "department")],
    )  # fmt: skip
    core.form(document, "expenditure_summary", "functional", FUNCTIONAL, [total, *lines], page=17)
    core.form(
        document,
        "general_public_expenditure",
        "functional",
        FUNCTIONAL,
        [total, *lines],
        fund="general_public_budget",
        page=26,
    )
    economic = [
        ("301", "工资福利支出", "7,738.47 7,738.47 0.00"), ("30101", "基本工资", "1,075.20 1,075.20 0.00"),
        ("302", "商品和服务支出", "1,389.78 669.91 719.87"), ("30202", "印刷费", "144.28 20.00 124.28"),
        ("30216", "培训费", "49.72 0.00 49.72"),
    ]  # fmt: skip
    core.form(
        document, "general_public_by_economic", "economic_department", FUNCTIONAL,
        [
            Line(OFFICE, code, name, text.split(), len(code) == 5, "section" if len(code) == 5 else "category", None, "department")
            for code, name, text in economic
        ],
        fund="general_public_budget",
    )  # fmt: skip
    core.form(
        document, "basic_expenditure", "economic_department", [Column("basic", fund="general_public_budget")],
        [Line(OFFICE, None, "基本工资", ["1,075.20"], True, "section", "工资福利支出", "department")],
    )  # fmt: skip
    funds = ("general_public_budget", "government_managed_funds", "state_capital_operations")
    core.form(
        document, "three_public", "three_public",
        [Column(line_code=c, fund=f, is_leaf=c not in ("total", "vehicles")) for c in THREE_PUBLIC for f in funds],
        [
            Line(OFFICE, None, None, [a for text in texts.split() for a in (text, "0.00", "0.00")], True, None, None, "department",
                 year, year == 2025)
            for year, texts in [(2025, "33.18 8.18 7.00 18.00 0.00 18.00"), (2026, "94.38 69.78 7.00 17.60 0.00 17.60")]
        ],
        fund="fiscal_appropriation",
    )  # fmt: skip
    for key, fund in (("government_funds_expenditure", funds[1]), ("state_capital_expenditure", funds[2])):
        core.form(
            document, key, "functional", FUNCTIONAL,
            [Line(OFFICE, None, None, ["0.00", "0.00", "0.00"], False, "total", None, "department")],
            fund=fund, is_declared_nil=True, note="注：本表本年无发生额。",
        )  # fmt: skip
    core.rows["agency_statistic"].append(
        {
            "agency_statistic_id": f"{document}-s0", "document_id": document, "page_number": 3, "block_index": 9,
            "agency_name": "深圳市人民政府办公厅系统", "metric": "staff", "value": Decimal(156), "printed_text": "共 156 人",
        }
    )  # fmt: skip
    return document


def invented(core: Core) -> dict[str, str]:
    """Documents of 示例市, invented: each shows a rule that the real ones do not meet."""
    city = {"jurisdiction_name": "示例市", "jurisdiction_code": "999900"}
    documents: dict[str, str] = {}

    def add(name: str, lines: Sequence[Line], key: str = "general_public_expenditure", **given: Any) -> str:
        document = core.document(f"{name}.pdf", **(city | given))
        fund = "all" if key == "expenditure_summary" else "general_public_budget"
        core.form(document, key, "functional", FUNCTIONAL, lines, fund=fund)
        documents[name] = document
        return document

    archives = {"department_name": "示例市档案局"}
    body = "示例市档案局"
    once = functional(body, "2012604 档案馆 100 60 40\n2080501 行政单位离退休 10 10 -", "department")
    # A specimen, an earlier and a later publication of one budget: the later publication speaks.
    add("specimen_2024", once, is_specimen=True, retrieved_at="2026-03-01T00:00:00Z", fiscal_year=2024, **archives)
    add("earlier_2024", functional(body, "2012604 档案馆 99 59 40", "department"), fiscal_year=2024,
        retrieved_at="2025-01-01T00:00:00Z", **archives)  # fmt: skip
    add("later_2024", once, fiscal_year=2024, retrieved_at="2025-02-01T00:00:00Z", **archives)
    # The narrative of the same budget, published as a file of its own, completes it and supersedes nothing.
    documents["narrative_2024"] = core.document(
        "narrative_2024.pdf", fiscal_year=2024, retrieved_at="2025-03-01T00:00:00Z", **(city | archives)
    )
    # The final account of the same year restates the approved budget beside what was executed.
    account = core.document("account_2024.pdf", document_kind="final_account", fiscal_year=2024, **(city | archives))
    documents["account_2024"] = account
    core.form(
        account, "general_public_expenditure", "functional", [Column("total", phase="approved"), Column("total"), Column("basic")],
        [
            Line(body, "2012604", "档案馆", ["101", "90", "50"], True, "item", None, "department"),
            Line(body, "2089999", "其他社会保障和就业支出", ["", "5", "5"], True, "item", None, "department"),
        ],
        fund="general_public_budget",
    )  # fmt: skip
    # The year before, 2089999 was still printed as 2089901.
    earlier_account = core.document(
        "account_2020.pdf", document_kind="final_account", fiscal_year=2020, **(city | archives)
    )
    documents["account_2020"] = earlier_account
    core.form(
        earlier_account, "general_public_expenditure", "functional", [Column("total")],
        [Line(body, "2089901", "其他社会保障和就业支出", ["4"], True, "item", None, "department")],
        fund="general_public_budget",
    )  # fmt: skip
    # A unit's own budget repeats what its department's budget already holds.
    add("department_2025", [
        Line(body, None, None, ["30", "30", ""], False, "total", None, "department"),
        *functional("示例市档案馆", "2012604 档案馆 30 30 -"),
    ], fiscal_year=2025, **archives)  # fmt: skip
    add("unit_2025", functional("示例市档案馆", "2012604 档案馆 30 30 -", "department"), fiscal_year=2025,
        department_name="示例市档案馆", department_level="unit")  # fmt: skip
    # Names without codes, in a form of all funds: the only form that the document has.
    names = core.document("names_2025.pdf", fiscal_year=2025, department_name="示例市统计局", **city)
    documents["names_2025"] = names
    core.form(
        names, "expenditure_summary", "functional", FUNCTIONAL,
        [
            Line("示例市统计局", None, "统计信息事务", ["70", "70", ""], False, "section", "一般公共服务支出", "department"),
            Line("示例市统计局", None, "行政运行", ["50", "50", ""], True, "item", "一般公共服务支出 / 统计信息事务", "department"),
            Line("示例市统计局", None, "未见于任何科目的支出", ["20", "20", ""], True, "item", "一般公共服务支出 / 统计信息事务",
                 "department"),
        ],
    )  # fmt: skip
    # Own money of a unit is in the form of all funds only; the form of the fund prints 人员经费 and 公用经费 and no 基本支出.
    science = core.document("science_2025.pdf", fiscal_year=2025, department_name="示例市科技局", **city)
    documents["science_2025"] = science
    core.form(
        science, "general_public_expenditure", "functional", [Column("personnel"), Column("public_use"), Column("project")],
        [Line("示例市科技局", "2060602", "社会科学研究", ["70", "20", "10"], True, "item", None, "department")],
        fund="general_public_budget",
    )  # fmt: skip
    core.form(
        science, "expenditure_summary", "functional", [Column("total")],
        [
            Line("示例市科技局", "2060602", "社会科学研究", ["150"], True, "item", None, "department"),
            Line("示例市科技局", "2060799", "其他科学技术普及支出", ["7"], True, "item", None, "department"),
        ],
    )  # fmt: skip
    # A whole government: what its departments spend is part of it.
    add("government_2025", functional("示例市", "2060602 社会科学研究 90,000 - -", "department"), fiscal_year=2025,
        department_name="示例市", department_level="government")  # fmt: skip
    # A file that could not be read.
    documents["truncated"] = core.document("truncated.pdf", status="refused", status_reason="truncated_file")
    core.rows["refusal"].append(
        {
            "refusal_id": documents["truncated"] + "-document", "document_id": documents["truncated"], "reason": "truncated_file",
            "detail": "The file ends before its cross-reference table.", "numeric_cell_count": 0, "cell_ids": [],
        }
    )  # fmt: skip
    return documents


def specimen_2017(core: Core) -> str:
    """A specimen of the 2017 budget with one line of form 7: where the document is read too, the document is current."""
    document = core.document(
        "specimen_2017.pdf", fiscal_year=2017, jurisdiction_name="深圳市", jurisdiction_code="440300", department_name=OFFICE,
        is_specimen=True, retrieved_at="2026-06-01T00:00:00Z",
    )  # fmt: skip
    core.form(
        document, "general_public_expenditure", "functional", FUNCTIONAL,
        functional("市府办公厅本级", "2010301 行政运行 3,476 3,456 20"), fund="general_public_budget",
    )  # fmt: skip
    return document


def whole() -> tuple[Core, dict[str, str]]:
    """Everything above in one core schema, and the document_ids by name."""
    core = Core()
    documents = {"2017": budget_2017(core), "specimen_2017": specimen_2017(core), "2026": budget_2026(core)}
    return core, documents | invented(core)

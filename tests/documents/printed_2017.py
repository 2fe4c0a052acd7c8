"""The 2017 document's forms as figures, read by a small parser of tab-separated lines that shares nothing with the pipeline.

What each column and row means is typed here from the page: the proofs are judged by the page, not by the reader.
"""

from __future__ import annotations

from decimal import Decimal

from pipeline.figures.figure import Figure
from tests.support.corpus import CORPUS

PATH = CORPUS / "budget" / "深圳市_人民政府办公厅_2017.md"
DOCUMENT_ID = "0b0593f68f61834e"
DEPARTMENTS = ("深圳市府办公厅",)
UNITS = (
    "深圳市府办公厅本级",
    "深圳市政务服务管理办公室",
    "市府办公厅本级",
    "市政务服务管理办公室",
    "深圳市海防与打私办",
)
ECONOMIC = ("工资福利支出", "商品和服务支出", "对个人和家庭的补助", "其他资本性支出")
SOURCES_4 = [
    ("all", None, None),
    ("fiscal_appropriation", "fiscal_appropriation", 1),
    ("general_public_budget", "general_public_budget", 2),
    ("general_public_budget", "general_operating", 3),
    ("general_public_budget", "special_fiscal", 3),
    ("general_public_budget", "government_investment", 3),
]


def table(number: int) -> list[list[str]]:
    """Rows of form `number`, all lines with a tab between its label and the next."""
    text = PATH.read_text(encoding="utf-8")
    start = text.index(f"\n表 {number}\n")
    end = text.index(f"\n表 {number + 1}\n") if number < 13 else text.index("# 项目支出绩效目标表")
    return [line.split("\t") for line in text[start:end].split("\n") if "\t" in line]


class Sheet:
    """Collects the figures of one form; rows and columns are those given by the caller."""

    def __init__(self, index: int, form: str, scheme: str) -> None:
        self.index, self.form, self.scheme = index, form, scheme
        self.figures: list[Figure] = []

    def put(self, row: int, column: int, text: str, **meaning: object) -> None:
        """One figure in whole 万元; `meaning` overrides the fields of a department's total."""
        digits = text.strip().replace(",", "")
        amount = Decimal(digits) * 10000 if digits else None
        name = f"{DOCUMENT_ID}-{self.index:03d}-{row:04d}-{column:03d}"
        fields: dict[str, object] = {
            "figure_id": name, "cell_id": name, "document_id": DOCUMENT_ID, "page_number": 1,
            "form_index": self.index, "row_index": row, "column_index": column, "form": self.form,
            "fiscal_year": 2017, "phase": "approved", "is_comparative": False, "fund": "all",
            "agency_name": "深圳市府办公厅", "agency_level": "department", "scheme": self.scheme,
            "measure": "total", "printed_text": text.strip(), "printed_unit": "万元",
            "amount_yuan": amount, "half_unit_yuan": None if amount is None else Decimal("5000"),
            "value_state": "blank" if amount is None else "number" if amount else "zero", "is_leaf": False,
        }  # fmt: skip
        self.figures.append(Figure(**{**fields, **meaning}))  # type: ignore[arg-type]


def _agency(name: str) -> dict[str, object]:
    return {"agency_name": name, "agency_level": "department" if name in DEPARTMENTS else "unit"}


def _summary(number: int, form: str, fund: str) -> list[Figure]:
    """Forms 1 and 6: revenue on the left, expenditure by names on the right; both close with 本年合计 and 总计."""
    sheet = Sheet(number, form, "functional")
    items = {
        "一般公共预算拨款": "general_public_budget", "一般性经费拨款": "general_operating",
        "财政专项资金拨款": "special_fiscal", "政府投资项目拨款": "government_investment",
        "财政预算拨款": "fiscal_appropriation", "本年收入合计": "current_total", "收入总计": "total",
        "上年结转、结余": "carry_over",
    }  # fmt: skip
    parents = {"general_operating": "general_public_budget", "special_fiscal": "general_public_budget"}
    parents |= {"government_investment": "general_public_budget"}
    if number == 1:
        parents["general_public_budget"] = "fiscal_appropriation"
    rows = table(number)[2:]
    current = next(row for row, cells in enumerate(rows) if cells[0] == "本年收入合计")
    total = next(row for row, cells in enumerate(rows) if cells[0] == "收入总计")
    row_of: dict[str, int] = {}
    section = item = 0
    for row, cells in enumerate(rows):
        name, amount, right, expenditure = (*cells, "")[:4]
        bare = name.split("、", 1)[-1] if name[:1] in "一二三四" else name
        code = items.get(name) or items.get(bare)
        if name:
            row_of[code or bare] = row
            parent: int | None = row_of.get(parents.get(code or "", ""), current)
            parent = total if row >= current else parent
            sheet.put(
                row, 1, amount, scheme="revenue", line_code=code, line_name=bare, source=None, fund=fund,
                line_level="total" if code in ("total", "current_total") else None,
                parent_row_index=None if row == total else parent,
            )  # fmt: skip
        if right:
            bare = right.split("、", 1)[-1] if right[1:2] == "、" else right
            if row >= current:
                level, parent, is_total = None, total, right in ("本年支出合计", "支出总计")
                level = "total" if is_total else None
                line_code = {"本年支出合计": "current_total", "支出总计": "total"}.get(right)
            elif right[1:2] == "、":
                section, level, parent, line_code = row, "category", current, None
            elif right in _SECTIONS:
                item, level, parent, line_code = row, "section", section, None
            else:
                level, parent, line_code = "item", item, None
            sheet.put(
                row, 3, expenditure, line_name=bare, line_level=level, line_code=line_code, fund=fund,
                parent_row_index=None if row == total else parent,
            )  # fmt: skip
    return sheet.figures


_SECTIONS = (
    "政府办公厅（室）及相关机构事务", "进修及培训", "行政事业单位离退休", "财政对其他社会保险基金的补助",
    "行政事业单位医疗", "住房改革支出",
)  # fmt: skip


def _revenue_summary() -> list[Figure]:
    sheet = Sheet(2, "revenue_summary", "revenue")
    columns = [
        (1, "total", None), (2, "current_total", 1), (3, "fiscal_appropriation", 2), (4, "general_public_budget", 3),
        (5, "general_operating", 4), (6, "special_fiscal", 4), (7, "government_investment", 4),
    ]  # fmt: skip
    rows = [cells for cells in table(2) if cells[0] in (*DEPARTMENTS, *UNITS)]
    for row, cells in enumerate(rows):
        for column, item, parent in columns:
            sheet.put(
                row, column, cells[column], line_code=item, source=None if "total" in item else item,
                line_level="total", parent_column_index=parent, parent_row_index=0 if row else None, **_agency(cells[0]),
            )  # fmt: skip
    return sheet.figures


def _expenditure_summary() -> list[Figure]:
    sheet = Sheet(3, "expenditure_summary", "functional")
    columns = ["total", "basic", "project", "procurement_current", "procurement_pending"]
    rows = [cells for cells in table(3) if cells[0] in (*DEPARTMENTS, *UNITS)]
    for row, cells in enumerate(rows):
        for column, measure in enumerate(columns, start=1):
            sheet.put(
                row, column, cells[column], measure=measure, line_level="total",
                parent_column_index=1 if measure in ("basic", "project") else None,
                parent_row_index=0 if row else None, is_memo=column > 3, **_agency(cells[0]),
            )  # fmt: skip
    return sheet.figures


def _by_source(number: int, form: str, scheme: str, measure: str) -> list[Figure]:
    """Forms 4 and 5: agency, then category, then item, all in the first column, by source."""
    sheet = Sheet(number, form, scheme)
    agency = DEPARTMENTS[0]
    head = category = 0
    previous = ""
    for row, cells in enumerate(cells for cells in table(number)[3:]):
        name = cells[0]
        level: str | None = None
        if name in (*DEPARTMENTS, *UNITS):
            agency, head, parent, level = name, row, (0 if row else None), "total"
        elif (number == 5 and name in ECONOMIC) or (number == 4 and previous != "category"):
            category, parent, level = row, head, "category"
            previous = "category"
        else:
            parent, level = category, "item"
            following = name
            previous = "item" if number == 5 or _closes_category(number, row, following) else "category"
        if level == "total":
            previous = "agency"
        for column, (fund, source, above) in enumerate(SOURCES_4, start=1):
            sheet.put(
                row, column, cells[column], line_name=None if level == "total" else name, line_level=level, measure=measure,
                fund=fund, source=source, parent_row_index=parent, parent_column_index=above, **_agency(agency),
            )  # fmt: skip
    return sheet.figures


_OPEN_ITEMS = ("办公自动化管理及电子运维业务", "政务办行政运行", "政务办机关服务", "政务办专项服务")
"""Items of form 4 that are not the last of their category (as 333 = 214 + 119 and 1,560 = 211 + 412 + 33 + 903 show)."""


def _closes_category(number: int, row: int, name: str) -> bool:
    del number, row
    return name not in _OPEN_ITEMS


def _general_public() -> list[Figure]:
    sheet = Sheet(7, "general_public_expenditure", "functional")
    agency, head = DEPARTMENTS[0], 0
    for row, cells in enumerate(table(7)[1:]):
        if cells[0]:
            agency, head, parent = cells[0], row, (0 if row else None)
        else:
            parent = head
        for column, measure in ((3, "total"), (4, "basic"), (5, "project")):
            sheet.put(
                row, column, cells[column], fund="general_public_budget", measure=measure, line_code=cells[1] or None,
                line_name=cells[2] or None, line_level="item" if cells[1] else "total", parent_row_index=parent,
                parent_column_index=None if column == 3 else 3, is_leaf=bool(cells[1]), **_agency(agency),
            )  # fmt: skip
    return sheet.figures


def _procurement() -> list[Figure]:
    sheet = Sheet(11, "procurement", "procurement")
    agency, head, category = DEPARTMENTS[0], 0, 0
    for row, cells in enumerate(table(11)[1:]):
        level = "total"
        if cells[0]:
            agency, head, parent = cells[0], row, (0 if row else None)
        elif len(cells[1]) == 1:
            category, parent, level = row, head, "category"
        else:
            parent, level = category, "item"
        sheet.put(
            row, 3, cells[3], line_code=cells[1] or None, line_name=cells[2] or None, line_level=level,
            parent_row_index=parent, **_agency(agency),
        )  # fmt: skip
    return sheet.figures


def _three_public() -> list[Figure]:
    sheet = Sheet(12, "three_public", "three_public")
    columns = [
        (2, "total", None), (3, "overseas_travel", 2), (4, "official_reception", 2), (5, "vehicles", 2),
        (6, "vehicle_purchase", 5), (7, "vehicle_operation", 5),
    ]  # fmt: skip
    rows = [cells for cells in table(12) if cells[0] in (*DEPARTMENTS, *UNITS)]
    for row, cells in enumerate(rows):
        year = int(cells[1][:4])
        for column, item, parent in columns:
            sheet.put(
                row, column, cells[column], fund="fiscal_appropriation", line_code=item, fiscal_year=year,
                is_comparative=year != 2017, parent_column_index=parent,
                parent_row_index=None if row < 2 else row % 2, **_agency(cells[0]),
            )  # fmt: skip
    return sheet.figures


def figures() -> list[Figure]:
    """Figures of forms 1 to 7, 11 and 12 (8 to 10 declare nil; 13 restates two projects)."""
    return [
        *_summary(1, "revenue_expenditure_summary", "all"), *_revenue_summary(), *_expenditure_summary(),
        *_by_source(4, "project_expenditure", "project", "project"),
        *_by_source(5, "basic_expenditure", "economic_department", "basic"),
        *_summary(6, "fiscal_appropriation_summary", "fiscal_appropriation"),
        *_general_public(), *_procurement(), *_three_public(),
    ]  # fmt: skip


NARRATIVE = [
    # block, subject, measure, printed, 万元 or %, the figure it repeats (form, row, column)
    (1, "收入", "stated", "12,219 万元", 12219, (1, None)),
    (1, "增加", "increase", "2,086 万元", 2086, None),
    (1, "增长", "percentage", "21%", 21, None),
    (2, "本级预算", "stated", "7,861 万元", 7861, (3, (1, 1))),
    (2, "项目支出", "stated", "3,056 万元", 3056, (3, (1, 3))),
    (3, "“三公”经费", "stated", "60 万元", 60, (12, (1, 2))),
    (3, "减少", "decrease", "25 万元", -25, None),
    (4, "公务接待费", "stated", "25 万元", 25, (12, (1, 4))),
    (4, "减少", "decrease", "11 万元", -11, None),
    (5, "公务用车运行维护费", "stated", "35 万元", 35, (12, (1, 7))),
    (5, "减少", "decrease", "14 万元", -14, None),
    (6, "支出", "stated", "12,219 万元", 12219, (3, (0, 1))),
    (6, "人员支出", "stated", "4,319 万元", 4319, None),
    (6, "公用支出", "stated", "584 万元", 584, None),
    (6, "对个人和家庭的补助支出", "stated", "772 万元", 772, None),
    (6, "项目支出", "stated", "6,544 万元", 6544, (3, (0, 3))),
    (7, "机关运行经费", "stated", "584 万元", 584, None),
    (7, "减少", "decrease", "123 万元", -123, None),
    (7, "下降", "percentage", "17%", -17, None),
]


def narrative() -> list[dict[str, object]]:
    """Sentences that restate the forms, as rows of `narrative_figure`."""
    rows: list[dict[str, object]] = []
    for position, (block, subject, measure, printed, value, link) in enumerate(NARRATIVE):
        is_percentage = measure == "percentage"
        figure = None
        if link is not None and link[1] is not None:
            form, (row, column) = link
            figure = f"{DOCUMENT_ID}-{form:03d}-{row:04d}-{column:03d}"
        rows.append(
            {
                "narrative_figure_id": f"{DOCUMENT_ID}-n{position:03d}", "document_id": DOCUMENT_ID, "page_number": 1,
                "block_index": block, "position": position, "agency_name": None, "fiscal_year": 2017,
                "phase": "approved", "subject": subject, "measure": measure, "printed_text": printed,
                "amount_yuan": None if is_percentage else Decimal(value) * 10000,
                "half_unit_yuan": None if is_percentage else Decimal(5000),
                "percentage": Decimal(value) if is_percentage else None, "figure_id": figure,
            }
        )  # fmt: skip
    return rows

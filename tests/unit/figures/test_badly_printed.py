"""Numbers printed badly are read where the form's sums bear them out, and refused where nothing does."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pipeline.reading import Claim, read_document
from tests.unit.printed import document

GLUED = """青川市商务局2026年部门预算
收入预算表
单位：万元
科目编码 | 科目名称 | 合计 | 一般公共预算拨款收入 | 政府性基金预算拨款收入 | 事业收入
 | 合计 | {total} | | | 59.70
201 | 一般公共服务支出 | 23,103.7616,604.23 | | 6,499.53 |
20113 | 商贸事务 | 23,103.7616,604.23 | | 6,499.53 |
2011301 | 行政运行 | {item} | | 6,499.53 |
205 | 教育支出 | 59.70 | | | 59.70
"""


def read(text: str) -> dict[str, list[dict[str, object]]]:
    return read_document(b"x", Claim("x.pdf"), lambda _: document(text)).rows


def amounts(rows: dict[str, list[dict[str, object]]], name: str) -> dict[str, Decimal]:
    """Amounts in yuan of the lines of a name, by the text that is printed."""
    return {
        str(row["printed_text"]): row["amount_yuan"]  # type: ignore[misc]
        for row in rows["figure"]
        if row["line_name"] == name and row["value_state"] == "number"
    }


def refused(rows: dict[str, list[dict[str, object]]]) -> Iterator[object]:
    return (row["detail"] for row in rows.get("refusal", []) if row["reason"] == "amount_unreadable")


def test_amounts_that_stand_in_one_cell_are_of_the_cells_beside_it() -> None:
    rows = read(GLUED.format(total="23,163.4616,604.236,499.53", item="23,103.7616,604.23"))
    assert amounts(rows, "行政运行") == {
        "23,103.76": Decimal(231037600), "16,604.23": Decimal(166042300), "6,499.53": Decimal(64995300),
    }  # fmt: skip
    assert sorted(amounts(rows, "合计")) == ["16,604.23", "23,163.46", "59.70", "6,499.53"]
    assert any(str(row["chosen"]).startswith("amounts stand") for row in rows["reading_choice"])
    assert not list(refused(rows))


def test_amounts_in_one_cell_that_no_sum_bears_out_are_refused() -> None:
    rows = read(GLUED.format(total="23,163.46", item="99,999.9916,604.23"))
    assert sorted(amounts(rows, "行政运行")) == ["16,604.23", "6,499.53"], "what the column's sum shows is read"
    assert any("99,999.99" in str(detail) for detail in refused(rows))


SEPARATED = """青川市商务局2026年部门预算
支出预算总表
单位：元
科目编码 | 科目名称 | 合计 | 基本支出 | 项目支出
 | 合计 | {total} | 1500,801 | 351000
201 | 一般公共服务支出 | 1851,801 | 1500,801 | 351000
2011301 | 行政运行 | 1500,801 | 1500,801 |
2011302 | 一般行政管理事务 | 351000 | | 351000
"""


def test_separators_that_begin_too_late_are_read_where_sums_hold() -> None:
    rows = read(SEPARATED.format(total="1851,801"))
    assert amounts(rows, "合计") == {
        "1851,801": Decimal(1851801),
        "1500,801": Decimal(1500801),
        "351000": Decimal(351000),
    }
    assert not list(refused(rows))


def test_a_late_separator_in_no_sum_is_refused() -> None:
    rows = read(
        "青川市商务局2026年部门预算\n支出预算总表\n单位：元\n科目编码 | 科目名称 | 合计\n2011301 | 行政运行 | 1851,801\n2080505 | 养老保险 | 12.00"
    )
    assert not amounts(rows, "行政运行")
    assert ["1851,801" in str(detail) for detail in refused(rows)] == [True]


BROKEN = """青川市商务局2026年部门预算
支出预算总表
单位：元
科目编码 | 科目名称 | 合计 | 基本支出 | 项目支出
 | 合计 | 12,345,678. | 12,000,000. | 345,678.
 | | 50 | 25 | 25
201 | 一般公共服务支出 | 12,345,678. | 12,000,000. | 345,678.
 | | 50 | 25 | 25
2011301 | 行政运行 | {item} | 12,000,000. |
 | | 25 | 25 |
2011302 | 一般行政管理事务 | 345,678. | | 345,678.
 | | 25 | | 25
"""


def test_amounts_on_two_lines_are_joined_where_sums_hold() -> None:
    rows = read(BROKEN.format(item="12,000,000."))
    assert amounts(rows, "合计").keys() == {"12,345,678.50", "12,000,000.25", "345,678.25"}
    assert amounts(rows, "行政运行") == {"12,000,000.25": Decimal("12000000.25")}
    assert not list(refused(rows))


def test_a_joined_amount_that_breaks_its_sums_is_refused() -> None:
    rows = read(BROKEN.format(item="77,777,777."))
    assert not rows.get("figure")

"""Printed numbers as exact amounts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.figures.amount import UNITS, parse_amount
from pipeline.forms.text import bare_name, is_number, join_lines, numbering_rank


@pytest.mark.parametrize(
    ("text", "unit", "yuan", "half"),
    [
        ("7,861", "万元", "78610000", "5000"),
        ("10,192.01", "万元", "101920100", "50"),
        ("44.080000", "万元", "440800", "0.005"),
        ("96,282,213.44", "元", "96282213.44", "0.005"),
        ("-0.40", "万元", "-4000", "50"),
        ("(1,234.50)", "元", "-1234.50", "0.005"),
        ("－5", "元", "-5", "0.5"),
        ("0", "万元", "0", "5000"),
        ("1 234", "元", "1234", "0.5"),
        ("12.50①", "元", "12.50", "0.005"),
        ("12.50¹", "元", "12.50", "0.005"),
        ("12.50*", "元", "12.50", "0.005"),
        ("1,200.00万元", "元", "12000000", "50"),
        ("1200元", "万元", "1200", "0.5"),
        ("12.5亿元", "万元", "1250000000", "5000000"),
        ("-3万", "元", "-30000", "5000"),
        ("(0.5)千元", "万元", "-500", "50"),
        ("(1,200.5百万元)", "元", "-1200500000", "50000"),
    ],
)
def test_amounts(text: str, unit: str, yuan: str, half: str) -> None:
    amount = parse_amount(text, unit)
    assert amount is not None
    assert (amount.yuan, amount.half_unit_yuan) == (Decimal(yuan), Decimal(half))


def test_number_that_its_column_hides_is_a_number_without_an_amount() -> None:
    assert is_number("####")
    assert parse_amount("####", "元") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "—",
        "无",
        "12%",
        "1,23,4",
        "2026年",
        "1.2.3",
        "12,34.5",
        "3-4",
        "万元",
        "5千万元",
        "5元/人",
        "约5万元",
        "5万元整",
    ],
)
def test_what_is_no_amount(text: str) -> None:
    assert parse_amount(text, "元") is None


def test_precision_of_a_table_is_not_that_of_an_amount_with_a_unit_of_its_own() -> None:
    amount = parse_amount("3亿元", "万元", 2)
    assert amount is not None
    assert amount.half_unit_yuan == Decimal(50_000_000)


@pytest.mark.parametrize("text", ["9" * 30, "9" * 19, "-" + "9" * 5000, "1." + "1" * 40, "(" + "9" * 27 + ".00)"])
def test_more_digits_than_any_amount_has_are_a_number_without_an_amount(text: str) -> None:
    assert is_number(text)
    assert parse_amount(text, "元") is None


def test_the_largest_amount_that_the_warehouse_holds() -> None:
    amount = parse_amount("9" * 18 + ".99", "元")
    assert amount is not None
    assert amount.yuan == Decimal("9" * 18 + ".99")
    assert parse_amount("9" * 18, "万元") is None


@given(st.decimals(-(10**9), 10**9, places=2), st.sampled_from(sorted(UNITS)))
def test_printing_and_reading_agree(value: Decimal, unit: str) -> None:
    amount = parse_amount(f"{value:,.2f}", unit)
    assert amount is not None
    assert amount.yuan == (value * UNITS[unit]).quantize(Decimal("0.01"))
    assert amount.half_unit_yuan == (UNITS[unit] / 200).quantize(Decimal("0.0001"))


@pytest.mark.parametrize(
    ("name", "rank", "bare"),
    [
        ("一、财政拨款收入", 0, "财政拨款收入"),
        ("（二）上年结转", 1, "上年结转"),
        ("1.一般公共预算", 2, "一般公共预算"),
        ("(1)工资福利支出", 3, "工资福利支出"),
        ("其中：（1）公务用车购置费", 3, "公务用车购置费"),
        ("一般公共服务支出", None, "一般公共服务支出"),
        ("三类会议费", None, "三类会议费"),
        ("二十一、国有资本经营预算支出", 0, "国有资本经营预算支出"),
    ],
)
def test_numbering(name: str, rank: int | None, bare: str) -> None:
    assert (numbering_rank(name), bare_name(name)) == (rank, bare)


def test_line_breaks_inside_cells_are_not_data() -> None:
    assert join_lines("机关事业单位基本养老\n保险缴费支出") == "机关事业单位基本养老保险缴费支出"
    assert is_number(join_lines("811,669.9\n7"))

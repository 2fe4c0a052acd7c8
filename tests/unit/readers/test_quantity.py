"""Numbers of documents are taken within bounds: whatever a document holds, the answer is a number or None, and never an exception."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.readers.quantity import exact_number, length, scaled, whole_number

ONLY_LOOKS_LIKE_DIGITS = (
    "²",
    "①",
    "٣",
    "３",
    "",
    " ",
    None,
    "nan",
    "inf",
    "-inf",
    "1e9",
    "0x10",
    "1_000",
    "一",
    "9" * 5000,
)


@pytest.mark.parametrize("text", [*ONLY_LOOKS_LIKE_DIGITS, "3600000.5", "-1", "9" * 19])
def test_what_is_no_whole_number_is_none(text: str | None) -> None:
    assert whole_number(text) is None


def test_whole_numbers() -> None:
    assert whole_number(" 007 ") == 7
    assert whole_number("9" * 18) == 10**18 - 1
    assert whole_number("501", most=500) is None


@pytest.mark.parametrize("text", [*ONLY_LOOKS_LIKE_DIGITS, "1,000", "(1)", ".", "-", "9" * 19, "0." + "1" * 31, "--1"])
def test_what_is_no_exact_number_is_none(text: str | None) -> None:
    assert exact_number(text) is None


def test_exact_numbers() -> None:
    assert exact_number("-12.50") == Decimal("-12.50")
    assert exact_number("12.") == 12
    assert exact_number(".5") == Decimal("0.5")
    assert exact_number("0" * 20 + "1") == 1
    assert exact_number("9" * 18 + "." + "9" * 30) == Decimal("9" * 18 + "." + "9" * 30)


def test_scaled_numbers_stay_within_amounts() -> None:
    assert scaled(Decimal("12.345678"), Decimal(10000), 2) == Decimal("123456.78")
    assert scaled(Decimal("9" * 18), Decimal(10000), 2) is None
    assert scaled(Decimal("9" * 13 + "." + "9" * 30), Decimal(10000), 2) == Decimal("99999999999999999.00") + 1


@pytest.mark.parametrize(
    "value", ["", None, "nan", "inf", "-inf", "1e400", "12pt", "1e10", float("nan"), object(), 10**400]
)
def test_what_is_no_length_is_none(value: object) -> None:
    assert length(value) is None  # type: ignore[arg-type]


def test_lengths() -> None:
    assert length("3600000.5") == 3600000.5
    assert length(-3) == -3.0
    assert length("600", most=500) is None


@given(st.text(max_size=60))
def test_no_text_raises(text: str) -> None:
    for parse in (whole_number, exact_number, length):
        parse(text)

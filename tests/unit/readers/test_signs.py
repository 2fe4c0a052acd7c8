"""Negative numbers, whatever sign is printed, are read as such; dashes and spans of years are none."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipeline.figures.amount import parse_amount
from pipeline.forms.text import decimals_of, is_number, is_percentage
from pipeline.readers.signs import MINUS

SHAPES = ["{}574.27", "{} 574.27", " {}574.27 ", "574.27{}", "574.27 {}", "¥{}574.27", "{}¥574.27"]


@pytest.mark.parametrize("sign", [*MINUS, "△", "▲"])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_sign_in_every_place(sign: str, shape: str) -> None:
    if sign in "△▲" and shape not in SHAPES[:3] + SHAPES[-1:]:
        pytest.skip("a triangle stands in front")
    if sign == "\u207b" and shape in ("574.27{}", "574.27 {}"):
        pytest.skip("a raised mark behind a number is a note's")
    text = shape.format(sign)
    amount = parse_amount(text, "万元")
    assert amount is not None
    assert amount.yuan == Decimal("-5742700.00")
    assert decimals_of(text) == 2


@pytest.mark.parametrize("text", ["-", "—", "——", "－－", "2019-", "2019—2021", "△", "a-5", "--5", "5-3", "1-", "第3-"])
def test_what_is_no_negative_number(text: str) -> None:
    assert not is_number(text)


@pytest.mark.parametrize(
    ("text", "yuan"),
    [("−1,123.86", "-1123.86"), ("(5.00)", "-5.00"), ("（5.00）", "-5.00"), ("+5", "5.00"), ("1,000－", "-1000.00")],
)
def test_amounts(text: str, yuan: str) -> None:
    amount = parse_amount(text, "元")
    assert amount is not None
    assert amount.yuan == Decimal(yuan)


def test_percentages_have_signs_too() -> None:
    assert is_percentage("−5.0%")
    assert is_percentage("△5%")

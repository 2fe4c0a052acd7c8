"""Codes read from pictures, against the names beside them."""

from __future__ import annotations

import pytest

from pipeline.figures.optical import is_code_of


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("2080505", "机关事业单位基本养老保险缴费支出"),
        ("2080505", "机关事业单位基本养考保险缴费支山"),  # two characters misread
        ("2080506", "机关事业单位职业年金缴费支出"),
        ("201", "一般公共服务支出"),
        ("201030199", "某市的行政运行"),  # a city's own division
    ],
)
def test_a_code_agrees_with_its_name_though_characters_are_misread(code: str, name: str) -> None:
    assert is_code_of(code, name, 2024)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("2080506", "机关事业单位基本养老保险缴费支出"),  # a digit misread
        ("2080506", "机关事业单位基本养考保险缴费支出"),  # and a character, too
        ("2030505", "机关事业单位基本养老保险缴费支出"),
        ("20140201400", "信访事务"),  # two lines run together
        ("20185", "一般公共服务支出"),
    ],
)
def test_a_code_of_another_name_is_noticed(code: str, name: str) -> None:
    assert not is_code_of(code, name, 2024)

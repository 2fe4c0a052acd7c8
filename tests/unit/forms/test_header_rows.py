"""Which rows at the top of a form are its header."""

from __future__ import annotations

import pytest

from pipeline.forms.header import PlainCell, count_header_rows


def rows(*texts: str) -> list[PlainCell]:
    return [
        (row, column, 1, 1, text)
        for row, line in enumerate(texts)
        for column, text in enumerate(line.split("|"))
        if text
    ]


@pytest.mark.parametrize("label", ["栏次", "样次", "栏", "次"])
def test_column_numbers_are_header_whatever_is_read_before_them(label: str) -> None:
    assert count_header_rows(rows("科目名称|合计|基本支出|项目支出", f"{label}|1|2|3", "教育支出|6.00|4.00|2.00")) == 2


@pytest.mark.parametrize("label", ["教育支出", "一、教育"])
def test_a_line_of_small_amounts_is_no_header(label: str) -> None:
    assert count_header_rows(rows("科目名称|合计|基本支出|项目支出", f"{label}|1|2|3", "教育支出|6|4|2")) == 1

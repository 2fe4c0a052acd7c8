"""Number formats of workbooks: what a cell shows, by the rules of the codes, and as LibreOffice shows it."""

from __future__ import annotations

import contextlib
import csv
import io
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.readers import excel
from pipeline.readers.number_format import NotUnderstood, display

ACCOUNTING = '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ '
SHOWN: list[tuple[Any, str, str]] = [
    (1234.5, "General", "1234.5"),
    (0.1 + 0.2, "General", "0.3"),
    (12219, "General", "12219"),
    (1234567.891, "#,##0.00", "1,234,567.89"),
    (-1234.5, "#,##0.00_);[Red]\\(#,##0.00\\)", "(1,234.50)"),
    (0.125, "0.0%", "12.5%"),
    (8, "00", "08"),
    (2.5, "0", "3"),
    (1.5, "0.00##", "1.50"),
    (1.5, ".00", "1.50"),
    (-5, ACCOUNTING, "-5.00"),
    (0, ACCOUNTING, "-"),
    # yuan shown in 万元, 千元 and 百万元
    (52829400, "0!.0000", "5282.9400"),
    (52829400, "0\\.0000", "5282.9400"),
    (52829400, '0"."0000', "5282.9400"),
    (300, "0!.0000", "0.0300"),
    (-52829400, "0\\.0000", "-5282.9400"),
    (52829400, "0!.0,", "5282.9"),
    (52829400, '0!.0,"万"', "5282.9万"),
    (60500500, "#,##0.00,", "60,500.50"),
    (60500500, "#,##0.00,,", "60.50"),
    (60500500, "0.00,,", "60.50"),
    (12345678.9, '[>=10000]0!.0,"万";0.00', "1234.6万"),
    (5, '[>=10000]0!.0,"万";0.00', "5.00"),
    (1234.5, '#,##0.00_ "元"', "1,234.50 元"),
    (3, "[$¥-804]#,##0.00", "¥3.00"),
    (-3, "#,##0;△#,##0", "△3"),
    (-7, "[<5]0.0;0", "-7.0"),
    (7, '[>5]0;[<2]0.0;"之间"0', "7"),
    (3, '[>5]0;[<2]0.0;"之间"0', "之间3"),
    (-5, "0.00;[Red]0.00", "-5.00"),
    (0, '#,##0.00;-#,##0.00;""', ""),
    (5, ";;;", ""),
    ("底稿", ";;;", ""),
    ("文字", '"甲"@', "甲文字"),
    ("  文字 ", "@", "文字"),
    (3, "@", "3"),
    (None, "General", ""),
    (datetime(2026, 1, 16), "yyyy-mm-dd", "2026-01-16"),
    (datetime(2026, 1, 16), 'yyyy"年"m"月"', "2026年1月"),
]


@pytest.mark.parametrize(("value", "code", "shown"), SHOWN)
def test_display(value: Any, code: str, shown: str) -> None:
    assert display(value, code) == shown


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (1.5, "# ?/?"),
        (1234, "0.00E+00"),
        (3, "[DBNum1]0"),
        (3, "[DBNum2][$-804]General"),
        (1234567, "#,##0!.0000"),
        (-5, "0.00;0.00"),
        (1, "0;0;0;0;0"),
        (1, "0.0.0"),
        (1, "0q"),
        (1, '0"'),
        (1, "[>5]0;[<0]0"),
        (-7, "[>5]0;[<2]0.0;0"),
        (1e300, "0"),
        (10**19, "0"),
        (float("inf"), "0"),
        (1, "0" * 300),
    ],
)
def test_what_is_not_understood_is_never_guessed(value: Any, code: str) -> None:
    with pytest.raises(NotUnderstood):
        display(value, code)


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_display_keeps_the_amount(cents: int) -> None:
    assert round(float(display(cents / 100, "#,##0.00").replace(",", "")) * 100) == cents


@given(st.integers(min_value=-(10**14), max_value=10**14))
def test_a_literal_point_moves_the_amount_by_its_places(yuan: int) -> None:
    assert float(display(yuan, "0\\.0000").replace(",", "")) == yuan / 10_000


@given(st.floats() | st.integers() | st.text(), st.text('0#?.,;%@!\\"-_*[]<>=GeneralRed年元 ()/E+ymdhs', max_size=20))
def test_any_code_is_shown_or_refused(value: Any, code: str) -> None:
    with contextlib.suppress(NotUnderstood):
        assert isinstance(display(value, code), str)


DIFFERENT_IN_LIBREOFFICE = {"0!.0000", "0!.0,", '0!.0,"万"', '[>=10000]0!.0,"万";0.00', "0.00;[Red]0.00"}
"""Codes with !, which only Excel takes for a mark before text, and those whose red this project writes as a sign."""


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice (soffice) is not installed")
def test_numbers_are_shown_as_libreoffice_shows_them(tmp_path: Path) -> None:
    numbers = [
        (value, code)
        for value, code, _ in SHOWN
        if isinstance(value, int | float) and code not in DIFFERENT_IN_LIBREOFFICE
    ]
    numbers += [(value, code) for _, code in numbers for value in (0, 7, -7, 1234.5678, -98765432.1)]
    book = openpyxl.Workbook()
    for row, (value, code) in enumerate(numbers, 1):
        book.active.cell(row, 1, value).number_format = code
        book.active.cell(row, 2, "x")
    book.save(tmp_path / "book.xlsx")
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to",
         "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true", "--outdir", str(tmp_path), str(tmp_path / "book.xlsx")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    with (tmp_path / "book.csv").open(encoding="utf-8", newline="") as file:
        theirs = [row[0].strip() for row in csv.reader(file)]
    different = [
        (value, code, text, other)
        for (value, code), other in zip(numbers, theirs, strict=True)
        if (text := _shown(value, code)) is not None and _without_sign_of_zero(text) != _without_sign_of_zero(other)
    ]
    assert not different


def _without_sign_of_zero(text: str) -> str:
    """The text without the sign of a zero, on which programs differ, and of the currency, which is the locale's."""
    text = text.replace("¥", "")
    return text if any(digit in text for digit in "123456789") else text.lstrip("-")


def _shown(value: Any, code: str) -> str | None:
    try:
        return display(value, code)
    except NotUnderstood:
        return None


def workbook(rows: list[list[Any]], code: str, places: str) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cell in book.active[places][0]:
        cell.number_format = code
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("unit", "shown"), [("单位：万元", "5282.9"), ("单位：元", "5282.9万"), ("部门预算", "5282.9万")]
)
def test_a_unit_in_the_format_is_dropped_only_where_the_sheet_states_it(unit: str, shown: str) -> None:
    data = workbook([[unit, None], ["合计", 52829400]], '0!.0,"万"', "B2:B2")
    (grid,) = excel.read(data).pages[0].grids
    assert [cell.text for cell in grid.cells][-1] == shown


def test_a_format_that_is_not_understood_refuses_its_cell() -> None:
    (grid,) = excel.read(workbook([["合计", 1.5]], "# ?/?", "B1:B1")).pages[0].grids
    assert "# ?/?" in grid.cells[-1].text
    assert grid.cells[-1].text != "1.5"

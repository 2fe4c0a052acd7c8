"""Charts: their numbers are named where they stand nowhere else."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipeline.readers.charts import numbers_in, unread_charts
from pipeline.readers.printed import Line

_SPACE = "http://schemas.openxmlformats.org/drawingml/2006/chart"


def chart(*values: str) -> bytes:
    points = "".join(f'<c:pt idx="{number}"><c:v>{value}</c:v></c:pt>' for number, value in enumerate(values))
    return f'<c:chartSpace xmlns:c="{_SPACE}"><c:val><c:numRef><c:numCache>{points}</c:numCache></c:numRef></c:val></c:chartSpace>'.encode()


def test_numbers_that_are_printed_are_no_loss() -> None:
    printed = numbers_in([Line(1, "支出1,200.50万元，其中项目600万元")])
    assert printed >= {Decimal("1200.50"), Decimal(600)}
    assert list(unread_charts([chart("1200.5", "6E2")], printed, 1)) == []


@pytest.mark.parametrize(("values", "count"), [(("1200.5", "7"), 1), (("1.5E-2", "8"), 2)])
def test_numbers_that_stand_in_a_chart_alone_are_named(values: tuple[str, ...], count: int) -> None:
    (unread,) = unread_charts([chart(*values)], {Decimal("1200.50")}, 3)
    assert (unread.page_number, unread.numeric_cell_count) == (3, count)


@pytest.mark.parametrize("value", ["", "nan", "9" * 400, "1E999999", "²", "--3"])
def test_what_is_no_number_says_nothing(value: str) -> None:
    assert list(unread_charts([chart(value)], set(), 1)) == []


def test_a_damaged_chart_is_named() -> None:
    (unread,) = unread_charts([b"<c:chart"], set(), 1)
    assert "damaged" in unread.detail

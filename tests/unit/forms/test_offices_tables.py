"""Titles that departments and governments share: who prints a table is told by the document's own title and by the office that a title names."""

from __future__ import annotations

import pytest

from pipeline.forms.government import _is_of_an_office


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("青川市体育局2024年一般公共预算支出预算表", True),
        ("青川市政务服务中心2023年政府性基金预算支出表", True),
        ("2024年一般公共预算支出预算表", False),
        ("青川市2024年一般公共预算支出预算表", False),
        ("青川市人民政府2024年一般公共预算支出预算表", False),
    ],
)
def test_an_office_in_a_title_makes_the_table_its_own(title: str, expected: bool) -> None:
    assert _is_of_an_office(title) is expected

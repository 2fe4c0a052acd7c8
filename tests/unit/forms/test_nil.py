"""Notes that declare a form empty, and conditional notes, which declare nothing."""

import pytest

from pipeline.forms.catalogue import declares_nil, speaks_of_nil


@pytest.mark.parametrize(
    "text",
    [
        "注：本表无数据",
        "本单位无政府性基金预算支出，故本表无数据。",
        "空表",
        "情况如下：本表无数据",
        "注：如无数据则为空表。本部门2026年没有政府性基金预算安排的支出，故本表为空。",
    ],
)
def test_a_note_declares_nil(text: str) -> None:
    assert declares_nil(text)
    assert speaks_of_nil(text)


@pytest.mark.parametrize(
    "text",
    [
        "此表如无数字，则为空表",
        "注：本表反映部门本年度财政拨款“三公”经费情况，此表如无数字则表示单位无该项支出。",
        "若本表为空，则我单位本年度无此类资金收支。",
        "如果没有数据，本表为空表；",
    ],
)
def test_a_conditional_note_declares_nothing(text: str) -> None:
    assert not declares_nil(text)
    assert speaks_of_nil(text)

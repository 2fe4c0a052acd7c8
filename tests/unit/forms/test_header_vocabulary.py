"""Headers that Chinese budgets and final accounts print, typed from knowledge of their forms, against the catalogue's answers."""

import csv
from pathlib import Path

import pytest

from pipeline.forms import catalogue

with Path(__file__).with_name("header_vocabulary.csv").open(encoding="utf-8", newline="") as file:
    HEADERS = list(csv.DictReader(file))


@pytest.mark.parametrize("header", HEADERS, ids=lambda header: header["text"])
def test_header_is_known(header: dict[str, str]) -> None:
    found = catalogue.meaning_of_header(header["text"])
    assert found is not None, "no pattern of header.csv matches"
    assert found.role == header["role"]
    if header["attribute"]:
        assert dict(found.attributes).get(header["attribute"]) == header["value"]


@pytest.mark.parametrize(
    "text",
    [
        "联系人", "联系电话", "指标值", "分值", "得分", "药品名称", "剂型", "生产企业", "办公地址", "出生年月", "职务", "面积合计（平方米）",
        "地方政府专项债券", "税收返还", "非税收入", "罚没收入", "2017年某项新资金", "外国政府贷款",
    ],
)  # fmt: skip
def test_other_texts_are_unknown(text: str) -> None:
    """What the catalogue does not know is refused; a pattern so wide that it takes these in would misread instead."""
    assert catalogue.meaning_of_header(text) is None

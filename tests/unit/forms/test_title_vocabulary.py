"""Titles of forms that Chinese budgets and final accounts print, typed from knowledge of them, against the catalogue's answers."""

import csv
from pathlib import Path

import pytest

from pipeline.forms.assembly import catalogue_title

with Path(__file__).with_name("title_vocabulary.csv").open(encoding="utf-8", newline="") as file:
    TITLES = list(csv.DictReader(file))


@pytest.mark.parametrize("title", TITLES, ids=lambda title: title["title"])
def test_title_is_known(title: dict[str, str]) -> None:
    assert catalogue_title(title["title"]) == title["form"]


@pytest.mark.parametrize(
    "line",
    [
        "一、主要职责", "第二部分 2026年部门预算表说明", "项目负责人及联系电话", "固定资产情况", "目录", "本单位无政府性基金预算支出。",
        "2024年一般公共预算支出1,234.56万元，比上年增长5%", "人员编制情况说明", "领导班子成员分工表", "行政许可事项办理情况统计表",
        "对下转移支付预算表", "社会保险基金预算支出表", "社会保险基金预算收入表", "政府性基金预算收入表", "国有资本经营预算收入表",
        "非税收入明细表", "一般公共预算收入表", "地方政府债务支出表", "行政事业性收费项目表", "防汛专用经费支出表",
    ],
)  # fmt: skip
def test_other_lines_are_no_titles(line: str) -> None:
    assert catalogue_title(line) is None

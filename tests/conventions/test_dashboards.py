"""The dashboard asks for what the dictionary declares, and names it in Chinese. (That the written bundle is up to date: `test_docs`.)"""

from __future__ import annotations

import re

from dashboards import bundle
from docs.generate import tables

CHINESE = re.compile("[\u4e00-\u9fff]")


def test_the_bundle_holds_nothing_that_is_no_longer_declared() -> None:
    assert {path.relative_to(bundle.FOLDER).as_posix() for path in bundle.FOLDER.rglob("*.yaml")} == set(bundle.files())


def test_every_column_has_its_chinese_name() -> None:
    words = {(table.full_name, column.name): column.chinese for table in tables() for column in table.columns}
    checked = 0
    for name, one in bundle.declared()["datasets"].items():
        columns = {each["column_name"]: each["verbose_name"] for each in bundle._dataset(name)["columns"]}
        assert [column for column, label in columns.items() if not CHINESE.search(label)] == []
        for column, label in columns.items():
            assert column in one.get("columns", {}) or label == words[one["table"], column]
            checked += 1
    assert checked > 80


def test_charts_ask_for_what_there_is() -> None:
    for name, chart in bundle.declared()["charts"].items():
        dataset = bundle._dataset(chart["dataset"])
        columns = {each["column_name"] for each in dataset["columns"]}
        metrics = {each["metric_name"] for each in dataset["metrics"]}
        asked = {
            *chart.get("columns", ()),
            *chart.get("where", ()),
            *filter(None, (chart.get("by"), chart.get("split"))),
        }
        asked |= {column.removeprefix("-") for column in chart.get("order", ())}
        assert asked <= columns, name
        assert set(chart.get("metrics", ())) <= metrics, name
    placed = [name for row in bundle.declared()["rows"] for name in row["charts"]]
    assert sorted(placed) == sorted(bundle.declared()["charts"])

"""The bundle that Superset imports: database, datasets, charts and the dashboard, one YAML file each.

Belongs here: how `dashboard.yaml` and the dictionary become Superset's own format (that of its export, version 1.0.0). Does not belong here: what
the dashboard shows, and words for columns.

Identifiers come from names: a bundle that is imported again replaces what it was. `make docs` writes it with the other generated files.
"""

from __future__ import annotations

import csv
import uuid
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from docs.generate import ROOT, Table, tables

FOLDER = Path(__file__).parent / "bundle"
DATABASE = "databases/yusuan.yaml"
# The server of `make postgres`; whoever starts another puts its address in the place of this one.
ADDRESS = "postgresql+psycopg2://analyst@127.0.0.1:5433/yusuan"
_DECLARED = Path(__file__).with_name("dashboard.yaml")
_VERSION = "1.0.0"
_NAMES = uuid.uuid5(uuid.NAMESPACE_DNS, "yusuan.dashboards")
_COLUMNS = 12
_TYPES = {"BOOLEAN": "BOOLEAN", "INTEGER": "INTEGER", "BIGINT": "BIGINT", "DOUBLE": "DOUBLE PRECISION"}


@cache
def declared() -> dict[str, Any]:
    """What `dashboard.yaml` says."""
    return yaml.safe_load(_DECLARED.read_text(encoding="utf-8"))


def files() -> dict[str, str]:
    """Every file of the bundle as it must be, by its path within."""
    content: dict[str, dict[str, Any]] = {
        # A fixed date: the bundle of one declaration is always the same.
        "metadata.yaml": {"version": _VERSION, "type": "assets", "timestamp": "2000-01-01T00:00:00+00:00"},
        DATABASE: _database(),
        f"dashboards/{declared()['slug']}.yaml": _dashboard(),
    }
    content.update({f"datasets/yusuan/{name}.yaml": _dataset(name) for name in declared()["datasets"]})
    content.update({f"charts/{name}.yaml": _chart(name) for name in declared()["charts"]})
    return {
        path: yaml.safe_dump(each, allow_unicode=True, sort_keys=False, width=140) for path, each in content.items()
    }


def _identifier(kind: str, name: str) -> str:
    return str(uuid.uuid5(_NAMES, f"{kind}/{name}"))


def _database() -> dict[str, Any]:
    return {
        "database_name": "预算 yusuan",
        "sqlalchemy_uri": ADDRESS,
        "expose_in_sqllab": True,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_csv_upload": False,
        "extra": {"allows_virtual_table_explore": True},
        "uuid": _identifier("database", "yusuan"),
        "version": _VERSION,
    }


# Datasets


def _dataset(name: str) -> dict[str, Any]:
    one = declared()["datasets"][name]
    table = _table(one["table"])
    columns = [
        {
            "column_name": column.name,
            "verbose_name": column.chinese,
            "description": column.english,
            "type": _type(column.dtype),
            "groupby": True,
            "filterable": True,
        }
        for column in table.columns
    ]
    columns += [
        {
            "column_name": column,
            "verbose_name": told["label"],
            "expression": told.get("expression") or _in_chinese(told),
            "type": "TEXT",
            "groupby": True,
            "filterable": True,
        }
        for column, told in one.get("columns", {}).items()
    ]
    return {
        "table_name": table.name,
        "schema": table.schema,
        "description": f"{table.chinese} · {table.english}",
        "uuid": _identifier("dataset", name),
        "columns": columns,
        "metrics": [
            {
                "metric_name": metric,
                "verbose_name": told["label"],
                "expression": told["expression"],
                "d3format": told["format"],
            }
            for metric, told in one["metrics"].items()
        ],
        "database_uuid": _identifier("database", "yusuan"),
        "version": _VERSION,
    }


def _table(full_name: str) -> Table:
    return next(table for table in tables() if table.full_name == full_name)


def _type(dtype: str) -> str:
    return "NUMERIC" if dtype.startswith("DECIMAL") else _TYPES.get(dtype, "TEXT")


def _in_chinese(told: dict[str, Any]) -> str:
    """A column's codes as words; a code without a word stays."""
    names = told["names"]
    if isinstance(names, str):
        with (ROOT / names).open(encoding="utf-8", newline="") as stream:
            names = {row[told["of"]]: row["chinese"] for row in csv.DictReader(stream)}
    cases = " ".join(f"when '{code}' then '{name}'" for code, name in names.items())
    return f"case {told['of']} {cases} else {told['of']} end"


# Charts


def _chart(name: str) -> dict[str, Any]:
    one = declared()["charts"][name]
    params, kind = {"bar": _bar, "table": _grid, "number": _number}[one["kind"]](one)
    filters = [
        {"clause": "WHERE", "expressionType": "SIMPLE", "subject": column, "operator": "==", "comparator": value}
        for column, value in one.get("where", {}).items()
    ]
    return {
        "slice_name": one["title"],
        "viz_type": kind,
        "params": {"viz_type": kind, "adhoc_filters": filters, **params},
        "dataset_uuid": _identifier("dataset", one["dataset"]),
        "uuid": _identifier("chart", name),
        "version": _VERSION,
    }


def _bar(one: dict[str, Any]) -> tuple[dict[str, Any], str]:
    params = {
        "x_axis": one["by"],
        # A fiscal year is a name, not a moment: two years far apart stand side by side.
        "xAxisForceCategorical": True,
        "x_axis_sort": one["by"],
        "x_axis_sort_asc": True,
        "metrics": one["metrics"],
        "groupby": [one["split"]] if "split" in one else [],
        "stack": "Stack" if one.get("stack") else None,
        "show_legend": "split" in one or len(one["metrics"]) > 1,
        "legendOrientation": "top",
        "rich_tooltip": True,
        "y_axis_format": ",.0f",
        "row_limit": 10000,
    }
    return params, "echarts_timeseries_bar"


def _grid(one: dict[str, Any]) -> tuple[dict[str, Any], str]:
    formats = {column: {"d3NumberFormat": form} for column, form in one.get("formats", {}).items()}
    shared = {"row_limit": 1000, "page_length": 20, "show_cell_bars": False, "column_config": formats}
    if "metrics" in one:
        return {"query_mode": "aggregate", "groupby": one["columns"], "metrics": one["metrics"], **shared}, "table"
    order = [f'["{column.removeprefix("-")}", {"false" if column[0] == "-" else "true"}]' for column in one["order"]]
    return {"query_mode": "raw", "all_columns": one["columns"], "order_by_cols": order, **shared}, "table"


def _number(one: dict[str, Any]) -> tuple[dict[str, Any], str]:
    (metric,) = one["metrics"]
    form = declared()["datasets"][one["dataset"]]["metrics"][metric]["format"]
    return {"metric": metric, "y_axis_format": form, "header_font_size": 0.5}, "big_number_total"


# The dashboard


def _dashboard() -> dict[str, Any]:
    numbers = {name: number for number, name in enumerate(declared()["charts"], start=1)}
    rows = [f"ROW-{number}" for number in range(1, len(declared()["rows"]) + 1)]
    position: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": rows, "parents": ["ROOT_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": declared()["title"]}},
    }
    for row, told in zip(rows, declared()["rows"], strict=True):
        assert sum(told["charts"].values()) <= _COLUMNS, f"{row} of dashboard.yaml is wider than a dashboard"
        children = [f"CHART-{name}" for name in told["charts"]]
        position[row] = {
            "type": "ROW", "id": row, "children": children, "parents": ["ROOT_ID", "GRID_ID"],
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }  # fmt: skip
        for name, width in told["charts"].items():
            position[f"CHART-{name}"] = {
                "type": "CHART", "id": f"CHART-{name}", "children": [], "parents": ["ROOT_ID", "GRID_ID", row],
                "meta": {
                    "chartId": numbers[name], "uuid": _identifier("chart", name), "width": width, "height": told["height"],
                    "sliceName": declared()["charts"][name]["title"],
                },
            }  # fmt: skip
    filters = [_filter(name, [numbers[each] for each in declared()["not_filtered"]]) for name in declared()["filters"]]
    return {
        "dashboard_title": declared()["title"],
        "slug": declared()["slug"],
        "published": True,
        "uuid": _identifier("dashboard", declared()["slug"]),
        "position": position,
        "metadata": {
            "native_filter_configuration": filters,
            "color_scheme": "supersetColors",
            "cross_filters_enabled": False,
            "filter_bar_orientation": "HORIZONTAL",
        },
        "version": _VERSION,
    }


def _filter(name: str, excluded: list[int]) -> dict[str, Any]:
    one = declared()["filters"][name]
    chosen: dict[str, Any] = {"extraFormData": {}, "filterState": {}}
    if "value" in one:
        value = [one["value"]]
        chosen = {
            "extraFormData": {"filters": [{"col": one["column"], "op": "IN", "val": value}]},
            "filterState": {"value": value, "label": one["value"]},
        }
    return {
        "id": f"NATIVE_FILTER-{name}",
        "type": "NATIVE_FILTER",
        "name": one["label"],
        "filterType": "filter_select",
        "targets": [{"column": {"name": one["column"]}, "datasetUuid": _identifier("dataset", one["dataset"])}],
        "defaultDataMask": chosen,
        "cascadeParentIds": [f"NATIVE_FILTER-{one['after']}"] if "after" in one else [],
        "scope": {"rootPath": ["ROOT_ID"], "excluded": excluded},
        "controlValues": {
            "multiSelect": False, "enableEmptyFilter": True, "defaultToFirstItem": one.get("first", False), "searchAllOptions": True,
            "sortAscending": True,
        },
        # What was chosen as the first holds at once, not only after a click.
        "requiredFirst": one.get("first", False),
        "description": "",
    }  # fmt: skip

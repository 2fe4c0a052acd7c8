"""Files for those who take tables away: Parquet, CSV and Excel beside the published snapshot, with a Fiscal Data Package descriptor.

Belongs here: how each format is written so that its programs open it rightly. Does not belong here: what a table means
(`published_tables`), the words about the package (`package.yaml`), which column is which fiscal concept (`fiscal_types.csv`).

The folder is replaced as a whole. `datapackage.json` names every file with size and SHA-256, and the snapshot that they were made from;
an unchanged snapshot is not exported again. The same snapshot gives the same bytes.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from pipeline.publish.published_tables import PublishedColumn, PublishedTable, digest_of, published_tables
from pipeline.warehouse.database import connect
from schemas.table import quoted

FOLDER = "exports"
DESCRIPTOR = "datapackage.json"
EXCEL_SCHEMAS = ("marts", "audit", "reference")
EXCEL_ROWS = 1_048_576
EXCEL_CHARACTERS = 32_767
_HERE = Path(__file__).parent
_CODE = tuple(_HERE / name for name in ("exports.py", "package.yaml", "fiscal_types.csv", "published_tables.py"))
_ROWS_AT_ONCE = 5_000
_EXCEL_NAME = 31
_LIST_SEPARATOR = "; "
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# A fixed date: the workbook of one snapshot is always the same file.
_WORKBOOK_DATE = datetime(2000, 1, 1)
# What a spreadsheet would compute when it opens a text file; a number with its sign is no formula.
_FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"
_SIGNED_NUMBER = r"^[+\-]?[0-9][0-9,]*(\.[0-9]+)?%?$"
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

Told = Callable[[str], None]


@dataclass(frozen=True)
class Exported:
    """What an export left behind: its folder, files, bytes, and whether they are new."""

    folder: Path
    file_count: int
    byte_count: int
    is_new: bool


def export(file: Path, folder: Path | None = None, told: Told = lambda name: None) -> Exported:
    """Export every table of the warehouse FILE into `folder` (default `exports` beside it). Raises OSError, duckdb.Error."""
    folder = folder or file.parent / FOLDER
    mark = hashlib.sha256("".join(digest_of(path) for path in (file, *_CODE)).encode()).hexdigest()
    former = _former(folder)
    if former is not None and former.get("madeFrom") == mark:
        return _exported(folder, former, is_new=False)
    building = folder.with_name(folder.name + ".building")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    try:
        with connect(file, read_only=True) as connection:
            tables = published_tables(connection)
            files = []
            for table in tables:
                told(table.full_name)
                files.append(_write_csv(connection, table, building))
                files.append(_write_parquet(connection, table, building))
            for schema in EXCEL_SCHEMAS:
                told(f"{schema}.xlsx")
                members = [table for table in tables if table.schema == schema]
                files.append(_write_workbook(connection, schema, members, building))
            descriptor = {**_package(), "madeFrom": mark, "sources": _sources(connection), "resources": files}
        for resource in files:
            path = building / resource["path"]
            resource["bytes"], resource["hash"] = path.stat().st_size, f"sha256:{digest_of(path)}"
        text = json.dumps(descriptor, ensure_ascii=False, indent=1) + "\n"
        (building / DESCRIPTOR).write_text(text, encoding="utf-8")
        put_in_place(building, folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return _exported(folder, descriptor, is_new=True)


def put_in_place(building: Path, folder: Path) -> None:
    """Have a finished folder take the place of the former one."""
    former = folder.with_name(folder.name + ".former")
    shutil.rmtree(former, ignore_errors=True)
    if folder.exists():
        os.replace(folder, former)
    os.replace(building, folder)
    shutil.rmtree(former, ignore_errors=True)


def _exported(folder: Path, descriptor: dict[str, Any], is_new: bool) -> Exported:
    sizes = [resource["bytes"] for resource in descriptor["resources"]]
    return Exported(folder, len(sizes) + 1, sum(sizes), is_new)


def _former(folder: Path) -> dict[str, Any] | None:
    """The descriptor of an earlier export, where it and all its files are there."""
    try:
        descriptor = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
        whole = all((folder / each["path"]).stat().st_size == each["bytes"] for each in descriptor["resources"])
    except (OSError, ValueError, KeyError):
        return None
    return descriptor if whole else None


# Parquet and CSV


def _write_parquet(connection: duckdb.DuckDBPyConnection, table: PublishedTable, folder: Path) -> dict[str, Any]:
    path = _path(folder, "parquet", table)
    connection.execute(f"copy {_name(table)} to {quoted(str(path))} (format parquet, compression zstd)")
    return {
        "name": f"{table.schema}-{table.name}-parquet".replace("_", "-"),
        "title": table.comment,
        "path": path.relative_to(folder).as_posix(),
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
    }


def _write_csv(connection: duckdb.DuckDBPyConnection, table: PublishedTable, folder: Path) -> dict[str, Any]:
    """Text for machines and people: UTF-8 with the mark that Excel looks for, text quoted, NULL nothing between commas."""
    path = _path(folder, "csv", table)
    body = path.with_suffix(".body")
    values = ", ".join(f"{_harmless(column)} as {_identifier(column.name)}" for column in table.columns)
    texts = ", ".join(_identifier(column.name) for column in table.columns if column.is_list or _is_text(column))
    force = f", force_quote ({texts})" if texts else ""
    connection.execute(f"copy (select {values} from {_name(table)}) to {quoted(str(body))} (format csv, header{force})")
    with body.open("rb") as source, path.open("wb") as target:
        target.write(_BYTE_ORDER_MARK)
        shutil.copyfileobj(source, target)
    body.unlink()
    return {
        "profile": "tabular-data-resource",
        "name": f"{table.schema}-{table.name}".replace("_", "-"),
        "title": table.comment,
        "path": path.relative_to(folder).as_posix(),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8-sig",
        "dialect": {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "lineTerminator": "\n", "header": True},
        "schema": _schema(table, _has_empty_key(connection, table)),
    }


def _harmless(column: PublishedColumn) -> str:
    """The column as SQL; text that a spreadsheet would compute is led by an apostrophe, as spreadsheets mark text."""
    name = _identifier(column.name)
    if column.is_list:
        name = f"array_to_string({name}, {quoted(_LIST_SEPARATOR)})"
    elif not _is_text(column):
        return name
    computed = (
        f"regexp_matches({name}, {quoted(_FORMULA)}) and not regexp_full_match({name}, {quoted(_SIGNED_NUMBER[1:-1])})"
    )
    return f"case when {computed} then '''' || {name} else {name} end"


def _path(folder: Path, kind: str, table: PublishedTable) -> Path:
    path = folder / kind / table.schema / f"{table.name}.{kind}"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


# The descriptor


def _package() -> dict[str, Any]:
    words = _words()
    told = {key: words[key] for key in ("name", "title", "description", "keywords", "countryCode", "licenses")}
    return {"profile": "fiscal-data-package", **told}


def _sources(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The documents that the figures come from, as sources of the package."""
    rows = connection.execute(
        """
        select coalesce(title, file_name), source_url, retrieved_at, sha256, is_specimen
        from core.document where status <> 'refused' order by document_id
        """
    ).fetchall()
    names = ("title", "path", "retrievedAt", "sha256", "isSpecimen")
    return [{name: value for name, value in zip(names, row, strict=True) if value is not None} for row in rows]


def _schema(table: PublishedTable, has_empty_key: bool) -> dict[str, Any]:
    """Table Schema with the column types of the Fiscal Data Package, constants such as the currency among its extra fields."""
    fields, reduced = [], {}
    for column in table.columns:
        field: dict[str, Any] = {"name": column.name, "title": column.chinese, "description": column.english}
        field["type"] = _field_type(column)
        fiscal_type, normalize = _fiscal_type(table.name, column.name)
        if fiscal_type:
            field["columnType"] = fiscal_type
        if normalize:
            field["normalize"] = normalize
            reduced.update(normalize)
        # Text is left out: an empty text and no text are the same to readers of CSV.
        if not column.is_nullable and (column.is_number or column.dtype == "BOOLEAN"):
            field["constraints"] = {"required": True}
        fields.append(field)
    schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    if table.is_key_never_null and not has_empty_key:
        schema["primaryKey"] = list(table.key)
    is_fact = reduced or any(field.get("columnType") == "value" for field in fields)
    if is_fact:
        words = _words()
        extra = []
        if reduced:
            extra.append({"name": "amount_yuan", "type": "number", "columnType": "value", "normalizationTarget": True})
            types = {"phase": "phase:id", "measure": "value-kind:code"}
            extra += [{"name": name, "type": "string", "columnType": types[name]} for name in reduced]
        extra.append(
            {"name": "currency", "type": "string", "columnType": "value-currency:code", "constant": words["currency"]}
        )
        if table.name in words["directions"]:
            direction = words["directions"][table.name]
            extra.append({"name": "direction", "type": "string", "columnType": "direction", "constant": direction})
        schema["extraFields"] = extra
    return schema


def _has_empty_key(connection: duckdb.DuckDBPyConnection, table: PublishedTable) -> bool:
    """Whether an empty text is part of a key: right in a database, but a missing value to readers of CSV."""
    texts = [column.name for column in table.columns if column.name in table.key and _is_text(column)]
    if not texts:
        return False
    empty = " or ".join(f"{_identifier(name)} = ''" for name in texts)
    return connection.execute(f"select 1 from {_name(table)} where {empty} limit 1").fetchone() is not None


def _field_type(column: PublishedColumn) -> str:
    if column.is_integer:
        return "integer"
    if column.is_number:
        return "number"
    return "boolean" if column.dtype == "BOOLEAN" else "string"


def _fiscal_type(table: str, column: str) -> tuple[str, dict[str, str]]:
    """Fiscal type of a column and, of an amount that shares its row with others, what tells it from them."""
    found = _fiscal_types().get((table, column)) or _fiscal_types().get(("*", column), ("", ""))
    name, _, value = found[1].partition("=")
    return found[0], {name: value} if name else {}


@lru_cache(maxsize=1)
def _fiscal_types() -> dict[tuple[str, str], tuple[str, str]]:
    with (_HERE / "fiscal_types.csv").open(encoding="utf-8", newline="") as stream:
        return {
            (row["table"], row["column"]): (row["fiscal_type"], row["normalize"] or "")
            for row in csv.DictReader(stream)
        }


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    words: dict[str, Any] = yaml.safe_load((_HERE / "package.yaml").read_text(encoding="utf-8"))
    return words


# Excel


def _write_workbook(
    connection: duckdb.DuckDBPyConnection, schema: str, tables: list[PublishedTable], folder: Path
) -> dict[str, Any]:
    """One workbook of a schema: a sheet of contents, a sheet of columns, and a sheet for each table (more where it is long)."""
    import xlsxwriter

    path = folder / "excel" / f"{schema}.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    # Rows are written as they come: a workbook may be larger than memory.
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as workbook:
        workbook.set_properties({"title": f"yusuan {schema}", "created": _WORKBOOK_DATE})
        formats = _formats(workbook)
        names = _sheet_names([table.name for table in tables])
        contents = workbook.add_worksheet("目录 Contents")
        dictionary = workbook.add_worksheet("字段 Columns")
        counts = {}
        for table in tables:
            counts[table.name] = _write_sheets(connection, workbook, table, names[table.name], formats)
        _write_grid(
            contents, formats, ("表 table", "含义", "meaning", "行 rows"), (24, 30, 60, 12),
            ((names[table.name], table.chinese, table.english, counts[table.name]) for table in tables),
        )  # fmt: skip
        _write_grid(
            dictionary, formats, ("表 table", "字段 column", "含义", "meaning", "类型 type"), (24, 28, 34, 70, 16),
            (
                (table.name, column.name, column.chinese, column.english, column.dtype)
                for table in tables
                for column in table.columns
            ),
        )  # fmt: skip
    return {
        "name": f"{schema}-excel",
        "title": f"All tables of the schema {schema} · {schema} 全部表",
        "path": path.relative_to(folder).as_posix(),
        "format": "xlsx",
        "mediatype": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }


def _formats(workbook: Any) -> dict[str, Any]:
    top = {"valign": "top"}
    return {
        "header": workbook.add_format({"bold": True, "text_wrap": True, "bg_color": "#E8EEF4", "border": 1, **top}),
        "text": workbook.add_format({"num_format": "@", **top}),
        "yuan": workbook.add_format({"num_format": "#,##0.00;[Red]-#,##0.00", **top}),
        "integer": workbook.add_format({"num_format": "0", **top}),
        "number": workbook.add_format({"num_format": "#,##0.######", **top}),
        "percent": workbook.add_format({"num_format": "0.00", **top}),
        "share": workbook.add_format({"num_format": "0.00%", **top}),
    }


def _format_of(column: PublishedColumn) -> str:
    if not column.is_number:
        return "text"
    if column.is_integer:
        return "integer"
    if column.name.endswith("_yuan"):
        return "yuan"
    if column.name.endswith("_pct"):
        return "percent"
    if column.name.startswith("share_") or column.name.endswith("_coverage"):
        return "share"
    return "number"


def _write_sheets(
    connection: duckdb.DuckDBPyConnection, workbook: Any, table: PublishedTable, name: str, formats: dict[str, Any]
) -> int:
    """Write one table over as many sheets as its rows need; return its rows."""
    kinds = [_format_of(column) for column in table.columns]
    written, part, at = 0, 1, EXCEL_ROWS
    sheet: Any = None
    for row in _rows(connection, table):
        if sheet is None or at == EXCEL_ROWS:
            if sheet is not None:
                sheet.autofilter(0, 0, at - 1, len(table.columns) - 1)
            sheet = _open_sheet(workbook, table, name if part == 1 else f"{name[: _EXCEL_NAME - 4]} ({part})", formats)
            part, at = part + 1, 1
        for place, (kind, value) in enumerate(zip(kinds, row, strict=True)):
            if value is None:
                continue
            if kind == "text":
                sheet.write_string(at, place, _excel_text(value), formats["text"])
            elif isinstance(value, Decimal) and Decimal(repr(float(value))) != value:
                # More digits than a spreadsheet's number holds: the exact text rather than a rounded number.
                sheet.write_string(at, place, str(value), formats["text"])
            else:
                sheet.write_number(at, place, value, formats[kind])
        at, written = at + 1, written + 1
    if sheet is None:
        sheet, at = _open_sheet(workbook, table, name, formats), 1
    sheet.autofilter(0, 0, max(at - 1, 1), len(table.columns) - 1)
    return written


def _open_sheet(workbook: Any, table: PublishedTable, name: str, formats: dict[str, Any]) -> Any:
    sheet = workbook.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    widths = {"text": 18, "yuan": 18, "integer": 10, "number": 14, "percent": 10, "share": 10}
    for place, column in enumerate(table.columns):
        wide = column.name.endswith(("_name", "title", "text", "detail", "reason", "description", "footnote"))
        sheet.set_column(place, place, 34 if wide else widths[_format_of(column)])
    sheet.set_row(0, 32)
    for place, column in enumerate(table.columns):
        sheet.write_string(
            0, place, f"{column.chinese}\n{column.name}" if column.chinese else column.name, formats["header"]
        )
    return sheet


def _write_grid(
    sheet: Any, formats: dict[str, Any], header: tuple[str, ...], widths: tuple[int, ...], rows: Any
) -> None:
    sheet.freeze_panes(1, 0)
    for place, (title, width) in enumerate(zip(header, widths, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, title, formats["header"])
    for at, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            if isinstance(value, int):
                sheet.write_number(at, place, value, formats["integer"])
            else:
                sheet.write_string(at, place, value, formats["text"])


def _excel_text(value: Any) -> str:
    """Text that a cell of a workbook can hold; what is longer is cut, and says so."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = _LIST_SEPARATOR.join(map(str, value)) if isinstance(value, list) else str(value)
    text = _CONTROL_CHARACTERS.sub("�", text)
    if len(text) > EXCEL_CHARACTERS:
        note = " … (cut; whole in Parquet)"
        text = text[: EXCEL_CHARACTERS - len(note)] + note
    return text


def _sheet_names(names: list[str]) -> dict[str, str]:
    """Names of sheets, at most 31 characters and each different."""
    taken: dict[str, str] = {}
    for name in names:
        short, number = name[:_EXCEL_NAME], 2
        while short in taken.values():
            short = f"{name[: _EXCEL_NAME - 2]}~{number}"
            number += 1
        taken[name] = short
    return taken


# SQL


def _rows(connection: duckdb.DuckDBPyConnection, table: PublishedTable) -> Iterator[tuple[Any, ...]]:
    cursor = connection.cursor().execute(f"select * from {_name(table)}")
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        yield from rows


def _is_text(column: PublishedColumn) -> bool:
    return not (column.is_number or column.is_list or column.dtype == "BOOLEAN")


def _name(table: PublishedTable) -> str:
    return f"{_identifier(table.schema)}.{_identifier(table.name)}"


def _identifier(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'

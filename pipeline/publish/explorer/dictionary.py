"""The data dictionary as a page, and dbt's own documentation beside it.

Belongs here: what the published file says of its tables and columns; having dbt describe its models without touching that file. Does not
belong here: any description; those stand in the tables' comments and in dbt's YAML.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import duckdb

from pipeline.archive.readings import digest_of_files
from pipeline.publish.explorer.content import Row, ask, grouped
from pipeline.publish.explorer.site import MissingPart
from pipeline.warehouse.database import connect
from pipeline.warehouse.places import DBT, DBT_PROJECT
from pipeline.warehouse.transformation import WORKING_FOLDERS, ensure_manifest

SCHEMAS = ("marts", "core", "audit", "reference")
_SEPARATOR = " · "


def tables(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """Every table with its columns: names, types, and what each holds in English and Chinese."""
    columns = grouped(
        ask(
            connection,
            """
            select schema_name, table_name, column_name, data_type, comment
            from duckdb_columns() where database_name = current_database() and not internal
            order by schema_name, table_name, column_index
            """,
        ),
        "schema_name", "table_name",
    )  # fmt: skip
    found = ask(
        connection,
        """
        select schema_name, table_name, comment from duckdb_tables() where database_name = current_database()
        union all
        select schema_name, view_name, comment from duckdb_views() where database_name = current_database() and not internal
        """,
    )
    found = [row for row in found if row["schema_name"] in SCHEMAS]
    found.sort(key=lambda row: (SCHEMAS.index(row["schema_name"]), row["table_name"]))
    return [
        {
            **_described(row),
            "columns": [_described(column) for column in columns[row["schema_name"], row["table_name"]]],
        }
        for row in found
    ]


def _described(row: Row) -> Row:
    english, _, chinese = (row["comment"] or "").rpartition(_SEPARATOR)
    return {**row, "english": english or chinese, "chinese": chinese or english}


def model_pages_key(file: Path) -> str:
    """A mark of all that dbt's documentation is made from: the project, and the tables that it describes."""
    project = [path for path in sorted(DBT_PROJECT.iterdir()) if path.name not in WORKING_FOLDERS]
    with connect(file, read_only=True) as connection:
        shape = connection.execute(
            "select md5(string_agg(concat_ws(' ', schema_name, table_name, column_name, data_type), chr(10) order by all)) from duckdb_columns()"
        ).fetchone()
    return f"{digest_of_files(DBT_PROJECT, project)} {shape[0] if shape else ''}"


def model_pages(file: Path) -> bytes:
    """dbt's documentation of all models as one HTML page that asks for nothing else. Raises MissingPart where dbt fails.

    dbt opens a database for writing, so it is shown one with the published tables without their rows.
    """
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder)
        _copy_shape(file, target / "shape.duckdb")
        shutil.copy(ensure_manifest(), target / "manifest.json")
        result = subprocess.run(
            [
                str(DBT), "docs", "generate", "--static", "--no-compile", "--no-use-colors",
                "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--target-path", folder, "--log-path", folder,
            ],
            env={
                **os.environ,
                "YUSUAN_BUILDING": str(target / "shape.duckdb"),
                "DO_NOT_TRACK": "1",
                "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            },
            cwd=folder, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        page = target / "static_index.html"
        if result.returncode or not page.is_file():
            raise MissingPart(f"dbt wrote no documentation; it said:\n{result.stdout[-2000:]}")
        # Readers elsewhere have no use for the folders of the machine that made it.
        text = page.read_text(encoding="utf-8").replace(str(DBT_PROJECT.parent), "").replace(folder, "")
        return text.encode()


def _copy_shape(file: Path, to: Path) -> None:
    with duckdb.connect(str(to)) as connection:
        connection.execute(f"attach '{str(file).replace(chr(39), chr(39) * 2)}' as published (read_only)")
        names = connection.execute(
            "select schema_name, table_name from duckdb_columns() where database_name = 'published' and not internal group by all"
        ).fetchall()
        for schema in sorted({schema for schema, _ in names}):
            connection.execute(f'create schema if not exists "{schema}"')
        for schema, name in names:
            connection.execute(f'create table "{schema}"."{name}" as from published."{schema}"."{name}" limit 0')

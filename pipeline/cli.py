"""The command line `yusuan`: each command reads its arguments, calls one function, and prints.

Belongs here: arguments, help, progress and tables for a terminal. Does not belong here: any work; it is done by `pipeline.publish`, and by
the same functions when Dagster runs it.
"""

from __future__ import annotations

import enum
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from pipeline.publish.documents import Progress

app = typer.Typer(
    help="Yusuan: the warehouse of Chinese public budgets. 预算：中国公共预算数据仓库。",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console()
errors = Console(stderr=True)


class Format(enum.StrEnum):
    """How rows are printed."""

    table = "table"
    csv = "csv"
    json = "json"


WarehouseOption = Annotated[
    Path | None,
    typer.Option("--warehouse", "-w", help="The warehouse file; default warehouse/yusuan.duckdb. 数据仓库文件。"),
]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="table, csv or json. 输出格式。")]


def _file(warehouse: Path | None) -> Path:
    from pipeline.publish.warehouse import DEFAULT_FILE

    return warehouse or DEFAULT_FILE


def _published(warehouse: Path | None) -> Path:
    file = _file(warehouse)
    if not file.is_file():
        raise _Failure(f"{file} does not exist yet; build it with `yusuan build` or `make warehouse`")
    return file


class _Failure(Exception):
    """Something that a person must put right; told without a traceback."""


@app.command()
def build(
    raw: Annotated[
        list[Path] | None,
        typer.Option("--raw", help="Folder of documents, also several times; default raw/. 原始文件目录，可多次给出。"),
    ] = None,
    warehouse: WarehouseOption = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", help="Worker processes; default one per core. 并行进程数。")] = 0,
) -> None:
    """Read what is new and publish the warehouse. 读取新文件，生成并发布数据仓库。

    Ends with 0 when every document is loaded, or refused with a reason; the published file can be read at any time meanwhile.

    Example 示例: `yusuan build --raw raw --raw ~/downloads --jobs 4`
    """
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    from pipeline.publish.warehouse import DEFAULT_RAW, Warehouse

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
    )
    stages = {
        "archive": "taking documents in 收录",
        "read": "reading 读取",
        "write": "writing tables 写入",
        "transform": "deriving the marts 派生",
        "publish": "publishing 发布",
    }
    with Bar(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        line = bar.add_task("", total=None, rate="")

        def report(stage: str, progress: Progress | None) -> None:
            if progress is None:
                bar.update(line, description=stages[stage], completed=0, total=None, rate="")
                return
            task = bar.tasks[0]
            rate = f"{progress.done / task.elapsed:.2f}/s" if task.elapsed else ""
            bar.update(line, completed=progress.done, total=progress.total, rate=rate)
            told = f"{progress.summary.get('figures', 0)} figures" if progress.status != "refused" else progress.reason
            errors.print(
                f"[{progress.done}/{progress.total}] {progress.file_name}: {progress.status}, {told} "
                f"({progress.seconds:.1f} s)",
                highlight=False, markup=False, soft_wrap=True,
            )  # fmt: skip

        result = Warehouse(_file(warehouse), jobs).build(raw or [DEFAULT_RAW], report)
    for check in result.checks:
        if not check.passed and not check.is_blocking:
            errors.print(
                f"warning: {check.description}: {check.violations} of {check.looked_at} are not", style="yellow"
            )
    counts = ", ".join(f"{count} {status}" for status, count in result.statuses.items())
    if result.is_new:
        console.print(
            f"{result.document_count} documents ({counts}), {result.read_count} read; "
            f"{result.rows.get('figure', 0):,} figures; {result.seconds:.1f} s; published {result.file}",
            highlight=False, soft_wrap=True,
        )  # fmt: skip
    else:
        console.print(
            f"nothing new: {result.document_count} documents ({counts}); {result.file} is up to date; {result.seconds:.1f} s",
            highlight=False, soft_wrap=True,
        )  # fmt: skip


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="A query in DuckDB's SQL. 查询语句。")],
    output: FormatOption = Format.table,
    warehouse: WarehouseOption = None,
) -> None:
    """Ask the published warehouse, read only. 查询已发布的数据仓库（只读）。

    Example 示例: `yusuan sql "select jurisdiction_name, count(*) from core.document group by all" --format csv`
    """
    import duckdb

    from pipeline.publish.warehouse import connect

    with connect(_published(warehouse), read_only=True) as connection:
        try:
            cursor = connection.execute(query)
        except duckdb.Error as error:
            raise _Failure(str(error)) from error
        names = [column[0] for column in cursor.description or ()]
        _print_rows(names, cursor.fetchall(), output)


def _print_rows(names: list[str], rows: list[tuple[Any, ...]], output: Format, title: str | None = None) -> None:
    if output is Format.csv:
        import csv

        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)
    elif output is Format.json:
        import json

        content = [dict(zip(names, row, strict=True)) for row in rows]
        sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n")
    else:
        table = Table(*names, title=title, title_justify="left")
        for row in rows:
            table.add_row(*("" if value is None else str(value) for value in row))
        # A pipe has no width: lines are as long as they must be.
        wide = console if console.is_terminal else Console(width=max(console.width, 400))
        wide.print(table, highlight=False, markup=False)


def main() -> None:
    """Run the command line; failures that a person can put right are told in a sentence, with exit code 1."""
    from pipeline.archive.registry import RegistryError
    from pipeline.archive.store import CorruptArchive

    try:
        app()
    except (_Failure, RegistryError, CorruptArchive) as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error.strerror or error}: {error.filename or ''}")
    except Exception as error:
        from pipeline.publish.warehouse import BuildFailed, WarehouseBusy

        if isinstance(error, BuildFailed | WarehouseBusy):
            _fail(str(error))
        raise


def _fail(message: str) -> None:
    errors.print(f"error: {message}", style="red", highlight=False, markup=False, soft_wrap=True)
    sys.exit(1)


if __name__ == "__main__":
    main()

"""The command line `yusuan`: each command reads its arguments, calls one function, and prints.

Belongs here: arguments, help, progress and tables for a terminal. Does not belong here: any work; it is done by `pipeline.warehouse`, `pipeline.editions`, `pipeline.publish`, and by
the same functions when Dagster runs it.
"""

from __future__ import annotations

import contextlib
import enum
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.terminal import MOST_ROWS, Format, console, errors, print_cited, print_rows, queries

if TYPE_CHECKING:
    from pipeline.warehouse.documents import Progress

app = typer.Typer(
    help="Yusuan: the warehouse of Chinese public budgets. 预算：中国公共预算数据仓库。",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    add_completion=False,
    pretty_exceptions_enable=False,
)

WarehouseOption = Annotated[
    Path | None,
    typer.Option("--warehouse", "-w", help="The warehouse file; default warehouse/yusuan.duckdb. 数据仓库文件。"),
]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="table, csv or json. 输出格式。")]


def _file(warehouse: Path | None) -> Path:
    from pipeline.warehouse.places import DEFAULT_FILE

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
        typer.Option(
            "--raw",
            help="Folder of documents, also several times; remembered for later builds, at first raw/. 原始文件目录，可多次给出。",
        ),
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

    from pipeline.warehouse.build import Warehouse

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

        result = Warehouse(_file(warehouse), jobs).build(raw, report)
    for check in result.checks:
        if not check.passed and not check.is_blocking:
            errors.print(f"warning: {check.told}", style="yellow", highlight=False, markup=False, soft_wrap=True)
    counts = ", ".join(f"{count} {status}" for status, count in result.statuses.items())
    if result.is_new:
        console.print(
            f"{result.document_count} documents ({counts}), {result.read_count} read; "
            f"{result.rows.get('figure', 0):,} figures; {result.seconds:.1f} s; published {result.file}"
            + ("" if result.upgraded_from is None else f"; upgraded from tables of version {result.upgraded_from}"),
            highlight=False, soft_wrap=True,
        )  # fmt: skip
    else:
        console.print(
            f"nothing new: {result.document_count} documents ({counts}); {result.file} is up to date; {result.seconds:.1f} s",
            highlight=False, soft_wrap=True,
        )  # fmt: skip


@app.command()
def learn(
    warehouse: WarehouseOption = None,
    prints: Annotated[
        list[Path] | None,
        typer.Option(
            "--prints", help="CSV of code, name, year and printed_in; also several times. 已有的科目名称记录。"
        ),
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Where the proposals are written. 建议文件。")] = Path(
        "proposals.csv"
    ),
    accept: Annotated[
        Path | None,
        typer.Option("--accept", help="Write a reviewed file of proposals into the seeds. 采纳已核的建议。"),
    ] = None,
) -> None:
    """Hold what documents print against the classifications, and propose changes. 由文件所印科目名称校核各年科目。

    Every code with its name and year, of all documents of the warehouse and of given tables, is judged by the editions. The proposals
    (years in which a name is printed, years of renames, longer spans, new codes, prints that nothing explains) are a CSV: delete the
    lines that you do not want, then accept it. The change of the seeds is reviewed like any other.

    Example 示例: `yusuan learn --prints names.csv --out proposals.csv`, then `yusuan learn --accept proposals.csv`
    """
    from pipeline.editions import acceptance, learning

    if accept is not None:
        changed = acceptance.accept(learning.read_proposals(accept))
        console.print(f"{changed} rows of the seeds changed", highlight=False)
        return
    found = learning.gathered(_published(warehouse), prints or ())
    proposals = learning.propose(found) + learning.inferences(found)
    learning.write_proposals(proposals, out)
    counts = Counter(proposal.action for proposal in proposals)
    told = ", ".join(f"{count} {action}" for action, count in sorted(counts.items())) or "nothing to propose"
    console.print(f"{len(found):,} prints: {told}; written to {out}", highlight=False, soft_wrap=True)


@app.command()
def fetch(
    only: Annotated[
        list[str] | None, typer.Option("--source", help="Source by identifier, due or not. 来源编号。")
    ] = None,
    jurisdiction: Annotated[
        list[str] | None, typer.Option("--jurisdiction", help="All active sources of a jurisdiction. 行政区划名称。")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Contact nobody; say what would be visited. 只列出计划。")
    ] = False,
    warehouse: WarehouseOption = None,
) -> None:
    """Visit the sources that are due and archive what is new; the next build reads it. 抓取到期来源。

    Example 示例: `yusuan fetch --dry-run --jurisdiction 深圳市`
    """
    from pipeline.fetching.runs import FetchingInProgress
    from pipeline.warehouse.build import Warehouse
    from pipeline.warehouse.fetch import fetch as visit

    try:
        report = visit(Warehouse(_file(warehouse)), only or [], jurisdiction or [], dry_run)
    except (KeyError, FetchingInProgress) as error:
        raise _Failure(str(error.args[0])) from error
    for line in report.planned if dry_run else report.lines():
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    sys.exit(0 if report.is_ok else 1)


@app.command()
def status(
    document: Annotated[
        str, typer.Argument(help="Only documents whose name or identifier holds this. 只看名称或编号含此的文件。")
    ] = "",
    output: FormatOption = Format.table,
    warehouse: WarehouseOption = None,
) -> None:
    """Documents by status; of each its forms, numeric cells, figures, refused cells and why. 文件读取情况。

    Example 示例: `yusuan status 人民政府办公厅`
    """
    from pipeline.publish import questions

    file = _published(warehouse)
    if output is Format.table and not document:
        print_rows(*questions.statuses(file), output, title="Documents by status 文件状态")
    print_rows(*questions.documents(file, document), output, title="Documents 文件")
    if output is Format.table:
        names, rows = questions.refusals(file, document)
        if rows:
            print_rows(names, rows, output, title="Not figures, by reason 未成为数的单元格及原因")


@app.command()
def check(
    document: Annotated[
        str | None,
        typer.Argument(help="Identifier of a document, its beginning, or its file name; none: all. 文件编号或文件名。"),
    ] = None,
    everything: Annotated[bool, typer.Option("--everything", help="Cut no list short. 列出全部。")] = False,
    pictures: Annotated[
        Path | None,
        typer.Option(
            "--pictures", "-p", help="Folder for pictures of the suspects; default DOCUMENT-suspects here. 图片文件夹。"
        ),
    ] = None,
    output: FormatOption = Format.table,
    warehouse: WarehouseOption = None,
) -> None:
    """What the arithmetic of one document says: figures that cannot be right, each drawn on its page, and what fails. 勾稽核对。

    Without a document: how often each identity was tried, held and could not be checked, over all of them.

    Example 示例: `yusuan check 6ec7ac94339680c7`
    """
    from pipeline.publish import drawing, questions

    file = _published(warehouse)
    if document is None:
        print_rows(*questions.identities(file), output, title="Identities 勾稽关系")
        return
    found = questions.find_document(file, document)
    if len(found) != 1:
        listed = "\n".join(f"  {document_id}  {name}" for document_id, name in found[:20])
        told = f"{len(found)} documents hold it; which one is meant?\n{listed}" if found else "no document holds it"
        raise _Failure(f"{document}: {told}")
    document_id, name = found[0]
    if output is not Format.table:
        print_rows(*questions.failures(file, document_id), output)
        return
    folder = pictures or Path(f"{document_id}-suspects")
    drawn: dict[str, Path] = {}
    for figure_id in questions.suspects(file, document_id):
        folder.mkdir(parents=True, exist_ok=True)
        drawn[figure_id] = folder / f"{figure_id}.png"
        drawn[figure_id].write_bytes(drawing.picture(file, figure_id)[1])
    text = questions.proofs(file, document_id, f"{name} ({document_id})", drawn, everything)
    console.print(text, highlight=False, markup=False, soft_wrap=True)


@app.command()
def show(
    figure_id: Annotated[str, typer.Argument(help="Identifier of a figure, as in core.figure. 数的编号。")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="PNG to write; default FIGURE_ID.png here. 输出图片。")
    ] = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Draw the page on which a figure is printed, its cell outlined. 显示数在原文中的位置。

    Example 示例: `yusuan show 6ec7ac94339680c7-007-0005-003 --output figure.png`
    """
    from pipeline.publish import drawing

    path = output or Path(f"{figure_id}.png")
    try:
        place, image = drawing.picture(_published(warehouse), figure_id)
    except drawing.UnknownFigure as error:
        raise _Failure(str(error)) from error
    path.write_bytes(image)
    console.print(
        f"{place.file_name}, page {place.page_number}, {place.form}: {place.agency_name}, {place.line_name or ''}, "
        f"{place.header_path}: printed {place.printed_text!r} {place.printed_unit} = {place.amount_yuan} yuan\n{path}",
        highlight=False, markup=False, soft_wrap=True,
    )  # fmt: skip


@app.command()
def shell(warehouse: WarehouseOption = None) -> None:
    """Ask one query after the other; `.tables` lists the tables, `.help` the rest, `.quit` ends. 交互式查询。

    Example 示例: `yusuan shell`
    """
    import duckdb

    from pipeline.publish import questions
    from pipeline.warehouse.database import connect, search_marts_first

    file = _published(warehouse)

    def tables() -> None:
        print_rows(*questions.tables(file), Format.table)

    def tell() -> None:
        console.print(
            "select … ;  a query, over as many lines as it needs, ended by a semicolon 查询语句，以分号结束\n"
            f".tables     the tables and what they hold 数据表    (a query shows {MOST_ROWS} rows; say limit for more or fewer)\n"
            ".help       this 帮助        .quit       the end 退出",
            highlight=False, markup=False,
        )  # fmt: skip

    with connect(file, read_only=True) as connection:
        search_marts_first(connection)
        for query in queries({".tables": tables, ".help": tell}):
            try:
                cursor = connection.execute(query)
                names = [column[0] for column in cursor.description or ()]
                with console.pager(styles=True) if console.is_terminal else contextlib.nullcontext():
                    print_rows(names, cursor.fetchall(), Format.table, most_rows=MOST_ROWS)
            except duckdb.Error as error:
                errors.print(str(error), style="red", highlight=False, markup=False)


@app.command()
def ui(
    port: Annotated[int, typer.Option("--port", "-p", help="Port of the web page. 端口。")] = 3000,
    host: Annotated[str, typer.Option("--host", help="Address to listen on. 监听地址。")] = "127.0.0.1",
) -> None:
    """Open Dagster's web page, with the daemon that runs schedules and sensors. 打开 Dagster 页面。

    Example 示例: `yusuan ui --port 3000`
    """
    from pipeline.warehouse import services

    console.print(f"http://{host}:{port}  (Ctrl-C ends it)", highlight=False)
    sys.exit(services.run(host, port))


@app.command()
def health(
    deep: Annotated[
        bool, typer.Option("--deep", help="Also check every archived document's SHA-256. 校验全部档案。")
    ] = False,
    warehouse: WarehouseOption = None,
) -> None:
    """Whether the warehouse is well; ends with 1 where it is not. 健康检查。

    Example 示例: `yusuan health --deep`
    """
    from pipeline.warehouse.build import Warehouse
    from pipeline.warehouse.health import examine

    is_well = True
    for finding in examine(Warehouse(_file(warehouse)), deep):
        mark = "ok" if finding.is_well else "not well" if finding.is_serious else "warning"
        console.print(f"{mark:9} {finding.name}: {finding.detail}", highlight=False, markup=False, soft_wrap=True)
        is_well = is_well and (finding.is_well or not finding.is_serious)
    sys.exit(0 if is_well else 1)


@app.command()
def evaluate(
    raw: Annotated[
        list[Path] | None,
        typer.Option("--raw", help="Folder of documents, also several times; default raw/ and the corpus. 文件目录。"),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Page to write; default docs/reference/coverage.md. 输出页面。"),
    ] = None,
) -> None:
    """Judge how well documents are read, and write the page that tells of it. 评测读取质量。

    Example 示例: `yusuan evaluate --raw ~/downloads --output coverage.md`
    """
    from pipeline.evaluation import coverage, evaluation

    judged = evaluation.evaluate(
        raw or evaluation.FOLDERS, report=lambda told: errors.print(told, highlight=False, markup=False, soft_wrap=True)
    )
    for file in coverage.write(judged, output or coverage.PAGE):
        console.print(str(file), highlight=False, markup=False, soft_wrap=True)


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="A query in DuckDB's SQL. 查询语句。")],
    cite: Annotated[
        bool, typer.Option("--cite", help="Footnotes for rows that select figure_id or figure_ids. 附出处脚注。")
    ] = False,
    rows: Annotated[
        int, typer.Option("--rows", min=1, help="Rows that a table shows; csv and json are whole. 表格显示的行数。")
    ] = MOST_ROWS,
    output: FormatOption = Format.table,
    warehouse: WarehouseOption = None,
) -> None:
    """Ask the published warehouse, read only; tables of marts need no schema. 查询已发布的数据仓库（只读）。

    With `--cite` each row is followed by the footnotes of the printed numbers that it rests on: document, form, page, printed text,
    address, day of retrieval and SHA-256.

    Example 示例: `yusuan sql "select jurisdiction_name, count(*) from core.document group by all" --format csv`
    """
    import duckdb

    from pipeline.publish import citations
    from pipeline.warehouse.database import connect, search_marts_first

    with connect(_published(warehouse), read_only=True) as connection:
        search_marts_first(connection)
        try:
            cursor = connection.execute(query)
            names = [column[0] for column in cursor.description or ()]
            found = cursor.fetchall()
            cited = citations.cite(connection, names, found) if cite else None
        except (duckdb.Error, citations.NothingToCite) as error:
            raise _Failure(str(error)) from error
    if cited is None:
        print_rows(names, found, output, most_rows=rows)
    else:
        print_cited(cited, output, rows)


class Carrier(enum.StrEnum):
    """How questions of programs come in."""

    http = "http"
    mcp = "mcp"
    mcp_http = "mcp-http"


@app.command()
def serve(
    carrier: Annotated[
        Carrier,
        typer.Argument(help="http: routes with OpenAPI; mcp: tools over stdio; mcp-http: tools over HTTP. 接口。"),
    ] = Carrier.http,
    host: Annotated[str, typer.Option("--host", help="Address to listen at. 监听地址。")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port to listen at. 端口。")] = 8383,
    warehouse: WarehouseOption = None,
) -> None:
    """Answer questions of programs, read only: over HTTP, or as tools of the Model Context Protocol. 提供只读查询接口。

    A client that speaks MCP starts `yusuan serve mcp` itself; the routes of HTTP are described at /openapi.json.

    Example 示例: `yusuan serve http --port 8383`, then open http://127.0.0.1:8383/find?text=财政
    """
    file = _published(warehouse)
    if carrier is Carrier.http:
        import uvicorn

        from pipeline.serving.http import application

        uvicorn.run(application(file), host=host, port=port, log_level="warning")
        return
    from pipeline.serving.mcp import server

    if carrier is Carrier.mcp:
        server(file).run("stdio")
    else:
        server(file).run("streamable-http", host=host, port=port)


@app.command()
def export(
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Where to; default exports/ beside the warehouse. 导出目录。")
    ] = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Write every table as Parquet, CSV and Excel, with a Fiscal Data Package descriptor. 导出全部表。

    Example 示例: `yusuan export --folder ~/yusuan-tables`
    """
    from pipeline.publish import exports

    with errors.status("exporting 导出") as line:
        made = exports.export(_published(warehouse), folder, lambda name: line.update(f"exporting 导出 {name}"))
    told = "exported" if made.is_new else "up to date:"
    console.print(
        f"{told} {made.file_count} files, {made.byte_count / 1e6:.1f} MB: {made.folder}",
        highlight=False,
        soft_wrap=True,
    )


@app.command()
def explorer(
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Where to; default explorer/ beside the warehouse. 网站目录。")
    ] = None,
    warehouse: WarehouseOption = None,
) -> None:
    """Build the explorer, a static site where every number leads to its printed page. 生成浏览网站。

    Example 示例: `yusuan explorer`, then open `warehouse/explorer/index.html`
    """
    from pipeline.publish.explorer import MissingPart, build_explorer

    with errors.status("building the explorer 生成网站") as line:
        try:
            built = build_explorer(_published(warehouse), folder, lambda name: line.update(f"explorer 网站 {name}"))
        except MissingPart as error:
            raise _Failure(str(error)) from error
    console.print(
        f"{built.page_count} pages; {built.written_count} files written, {built.removed_count} removed, "
        f"{built.image_count} pages drawn; {built.seconds:.1f} s; open {built.folder / 'index.html'}",
        highlight=False, soft_wrap=True,
    )  # fmt: skip


@app.command()
def postgres(
    to: Annotated[
        str | None,
        typer.Option("--to", envvar="YUSUAN_POSTGRES", help="Connection string of a PostgreSQL. 数据库连接串。"),
    ] = None,
    trial: Annotated[
        bool, typer.Option("--try", help="Start a server for trying, publish to it, and keep it up. 启动试用服务器。")
    ] = False,
    port: Annotated[int, typer.Option("--port", help="Port of the server for trying. 试用服务器端口。")] = 5433,
    warehouse: WarehouseOption = None,
) -> None:
    """Publish marts, audit and reference to a PostgreSQL for BI tools. 发布到 PostgreSQL。

    Readers see the former publication until the new one takes its place at once. They belong to the role yusuan_reader.

    Example 示例: `yusuan postgres --to "host=db.example.org dbname=budget user=publisher"`
    """
    import contextlib
    import secrets
    import signal
    import threading

    from pipeline.publish import postgres as database
    from pipeline.publish.postgres_server import NoServer, TrialServer

    file = _published(warehouse)
    if not to and not trial:
        raise _Failure("say where: --to with a connection string, or --try for a server of your own")
    try:
        with contextlib.ExitStack() as stack:
            server = stack.enter_context(TrialServer(file.parent / "postgres", port)) if trial else None
            address = server.address if server else str(to)
            with errors.status("publishing 发布") as line:
                made = database.publish(file, address, told=lambda name: line.update(f"publishing 发布 {name}"))
            told = f"{made.row_count:,} rows" if made.is_new else "up to date"
            console.print(f"{made.table_count} tables, {told}; {made.seconds:.1f} s", highlight=False)
            if server:
                password = secrets.token_urlsafe(12)
                server.let_in("analyst", password, database.READER)
                console.print(
                    f"psql 'postgresql://analyst:{password}@127.0.0.1:{server.port}/yusuan'  (Ctrl-C ends it)",
                    highlight=False, markup=False, soft_wrap=True,
                )  # fmt: skip
                # However it is told to end, it stops the server that it started.
                ended = threading.Event()
                for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                    signal.signal(number, lambda *_: ended.set())
                while not ended.wait(1):
                    pass
    except (NoServer, database.PublicationBlocked) as error:
        raise _Failure(str(error)) from error


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
        from pipeline.warehouse.failures import BuildFailed, WarehouseBusy

        if isinstance(error, BuildFailed | WarehouseBusy):
            _fail(str(error))
        raise


def _fail(message: str) -> None:
    errors.print(f"error: {message}", style="red", highlight=False, markup=False, soft_wrap=True)
    sys.exit(1)


if __name__ == "__main__":
    main()

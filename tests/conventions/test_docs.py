"""Documentation that fails when it lies: generated pages up to date, commands, options, queries and links as they are.

Queries are bound against empty tables of the declared columns, which costs nothing. Where the default warehouse was built from `raw/` by the
code as it is, the README's answers are compared too.
"""

from __future__ import annotations

import functools
import itertools
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from docs import generate
from pipeline.warehouse.database import connect
from pipeline.warehouse.places import DEFAULT_FILE

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = [README, ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
# Measurements tell of documents, not of commands, and are written by their own tasks.
WRITTEN_BY_HAND = [page for page in PAGES if page.name not in {"coverage.md", "mutation.md"}]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:^|[\s`|(])(?:\.venv/bin/)?yusuan ([a-z]+)((?: [^\n`|#]*)?)")
SQL_OF_COMMAND = re.compile(r"yusuan sql \"(.*?)\"", re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
SOURCES = ("pipeline", "schemas", "dbt_project/models", "dbt_project/macros", "dbt_project/seeds", "raw")


def blocks(text: str) -> Iterator[tuple[str, str]]:
    """Language and content of every fenced block."""
    for found in BLOCK.finditer(text):
        yield found.group(1), found.group(2)


def queries(text: str) -> list[str]:
    """Every query that a page shows: blocks of SQL, and what is given to `yusuan sql`."""
    found = [query for query in SQL_OF_COMMAND.findall(text) if re.match(r"\s*(select|with|from)\b", query)]
    for language, content in blocks(text):
        if language == "sql":
            found += _statements(content)
    return found


def _statements(content: str) -> list[str]:
    try:
        return [statement.query for statement in empty_warehouse().extract_statements(content)]
    except duckdb.ParserException:
        return [content]


@functools.cache
def empty_warehouse() -> duckdb.DuckDBPyConnection:
    """A database with every declared table and no row."""
    connection = duckdb.connect()
    for schema in ("core", "reference", "marts", "audit"):
        connection.execute(f"create schema {schema}")
    for table in generate.tables():
        columns = ", ".join(f'"{column.name}" {column.dtype or "VARCHAR"}' for column in table.columns)
        connection.execute(f"create table {table.full_name} ({columns})")
    return connection


def wrong_queries(text: str) -> list[str]:
    """Queries of a page that the warehouse would not understand, each with what it says."""
    wrong = []
    for query in queries(text):
        try:
            empty_warehouse().execute(f"explain {query}")
        except duckdb.Error as error:
            wrong.append(f"{query.strip()[:60]}: {error}")
    return wrong


def wrong_commands(text: str) -> list[str]:
    """Commands and options of `yusuan`, and tasks of make, that do not exist."""
    known = {
        name: {spelling for parameter in command.params for spelling in parameter.opts} | {"--help"}
        for name, command in generate.commands()
    }
    tasks = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    wrong = []
    for name, rest in COMMAND.findall(text):
        if name not in known:
            wrong.append(f"yusuan {name}")
            continue
        # What stands between quotation marks is an argument.
        for option in re.findall(r"(?<!\S)(--?[a-z][a-z-]*)", re.sub(r"\"[^\"]*\"?|'[^']*'?", "", rest)):
            if option not in known[name]:
                wrong.append(f"yusuan {name} {option}")
    wrong += [
        f"make {task}" for task in re.findall(r"(?:^|`|&& )make ([a-z]+)", text, re.MULTILINE) if task not in tasks
    ]
    return wrong


def wrong_links(page: Path, text: str) -> list[str]:
    """Links to files, and to headings of files, that are not there."""
    wrong = []
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        is_page = file.is_file() and file.suffix == ".md"
        if not file.exists() or (anchor and is_page and anchor not in anchors(file.read_text("utf-8"))):
            wrong.append(target)
    return wrong


def anchors(text: str) -> set[str]:
    """Anchors of a page's headings, as viewers of Markdown make them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(BLOCK, "", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def test_generated_pages_are_up_to_date() -> None:
    made = generate.pages()
    assert len(made) >= 6
    old = [path.name for path, content in made.items() if not path.is_file() or path.read_text("utf-8") != content]
    assert old == [], "run `make docs`"


def test_the_dictionary_is_found_by_chinese_terms() -> None:
    text = generate.dictionary()
    for term in ("公务接待", "功能分类", "一般公共预算", "出处", "勾稽关系", "三公", "决算"):
        assert term in text or term in generate.forms(), term
    nameless = [
        f"{table.full_name}.{column.name}"
        for table in generate.tables()
        for column in table.columns
        if not column.english or not column.chinese
    ]
    assert nameless == []


@pytest.mark.parametrize("page", WRITTEN_BY_HAND, ids=lambda page: page.name)
def test_queries_commands_and_links_are_as_written(page: Path) -> None:
    text = page.read_text("utf-8")
    assert wrong_queries(text) == []
    assert wrong_commands(text) == []
    assert wrong_links(page, text) == []


def test_the_readme_shows_its_commands_and_five_queries() -> None:
    text = README.read_text("utf-8")
    assert "make warehouse" in text
    assert "make test" in text
    assert len(queries(text)) >= 5
    assert len(list(_answers(text))) == len(queries(text)), "a query without its answer"


def test_what_is_wrong_is_caught() -> None:
    assert wrong_queries("```sql\nselect no_such_column from marts.citation\n```")
    assert wrong_queries('yusuan sql "select 1 from marts.no_such_table"')
    assert not wrong_queries("```sql\nselect footnote from marts.citation\n```")
    assert wrong_commands("`yusuan nothing`") == ["yusuan nothing"]
    assert wrong_commands("`.venv/bin/yusuan status --nothing`") == ["yusuan status --nothing"]
    assert wrong_commands("`make nothing`") == ["make nothing"]
    assert wrong_commands('yusuan sql "select 1 --x" -w FILE\nmake warehouse RAW="DIR"') == []
    assert wrong_links(README, "[a](no/such.md) [b](README.md#no-heading)") == ["no/such.md", "README.md#no-heading"]


def _answers(text: str) -> Iterator[tuple[str, str]]:
    """Queries of the README, each with the table that is printed below it."""
    shown = list(blocks(text))
    for (language, content), (next_language, answer) in itertools.pairwise(shown):
        if language == "sh" and "yusuan sql" in content and next_language == "text":
            yield shlex.split(content)[2], answer


def _why_not_comparable(file: Path) -> str | None:
    if not file.is_file():
        return "there is no warehouse yet; `make warehouse` builds it"
    told = subprocess.run(["git", "ls-files", "-z", *SOURCES], cwd=ROOT, capture_output=True, check=False).stdout
    sources = [ROOT / name for name in told.decode().split("\0") if name and (ROOT / name).is_file()]
    if any(source.stat().st_mtime > file.stat().st_mtime for source in sources):
        return "the warehouse is older than the code; `make warehouse` builds it anew"
    with connect(file, read_only=True) as connection:
        names = {name for (name,) in connection.execute("select file_name from core.document").fetchall()}
    if names != {path.name for path in (ROOT / "raw").iterdir() if path.suffix != ".csv"}:
        return "the warehouse holds other documents than those of raw/"
    return None


def _cells(table: str) -> list[list[str]]:
    """Cells of a printed table without its frame."""
    rows = [line for line in table.splitlines() if line.startswith(("┃", "│"))]
    return [[cell.strip() for cell in re.split("[┃│]", row)[1:-1]] for row in rows]


def test_the_readme_answers_as_the_warehouse_does() -> None:
    why = _why_not_comparable(DEFAULT_FILE)
    if why:
        pytest.skip(why)
    with connect(DEFAULT_FILE, read_only=True) as connection:
        for query, shown in _answers(README.read_text("utf-8")):
            cursor = connection.execute(query)
            names = [column[0] for column in cursor.description or ()]
            rows = [["" if value is None else str(value) for value in row] for row in cursor.fetchall()]
            assert rows, query
            assert _cells(shown) == [names, *rows], f"README.md shows another answer to {query}"

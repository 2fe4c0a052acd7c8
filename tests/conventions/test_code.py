"""The rules of the house that a program can check: who imports whom, charters, descriptions, nothing that does not belong here.

Each rule is a function over files, and has a broken input that it must catch.
"""

from __future__ import annotations

import ast
import csv
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas import core

ROOT = Path(__file__).parents[2]
PACKAGES = ("pipeline", "schemas")
CODE = (*PACKAGES, "docs", "dashboards", "typeset")

# What each room may import, besides itself. What composes the stages (reading) is a room of its own.
ROOMS: dict[str, frozenset[str]] = {
    "schemas": frozenset(),
    "readers": frozenset({"schemas"}),
    "forms": frozenset({"schemas", "readers"}),
    "editions": frozenset({"schemas", "forms"}),
    "figures": frozenset({"schemas", "readers", "forms", "editions"}),
    "proofs": frozenset({"schemas", "readers", "forms", "editions", "figures"}),
    "reading": frozenset({"schemas", "readers", "forms", "editions", "figures", "proofs"}),
    "archive": frozenset({"schemas", "readers"}),
    "fetching": frozenset({"schemas", "readers", "archive"}),
    "evaluation": frozenset({"schemas", "readers", "forms", "archive", "reading"}),
    "warehouse": frozenset({"schemas", "readers", "forms", "archive", "fetching", "reading"}),
    "publish": frozenset({"schemas", "readers", "forms", "proofs", "archive", "warehouse"}),
    "serving": frozenset({"schemas", "warehouse", "publish"}),
    "terminal": frozenset({"publish"}),
    "assets": frozenset({"schemas", "archive", "fetching", "warehouse", "publish"}),
    "definitions": frozenset({"assets", "warehouse", "publish"}),
    "cli": frozenset(
        {"schemas", "archive", "fetching", "editions", "evaluation", "warehouse", "publish", "serving", "terminal"}
    ),
}
DAGSTER_ROOMS = {"assets", "definitions"}
GENERIC_DESCRIPTIONS = {"", "todo", "tbd", "description", "n/a"}

# Package registries, the paths of one machine: neither belongs into the repository, hence not even here in one piece.
FORBIDDEN = re.compile(
    "|".join(
        (
            "files.python" + "hosted",
            r"pypi\." + "(?:org|python)",
            "index" + "-url",
            r"registry\.np" + "mjs",
            r"(?<![\w.])/(?:work|root|home)/[\w.]",
            r"(?<![\w.$-])/tm" + r"p/[\w.]",
        )
    ),
    re.IGNORECASE,
)
BINARY_SUFFIXES = {".pdf", ".png", ".duckdb", ".zip", ".docx", ".doc", ".xls", ".xlsx", ".ttf", ".otf", ".woff2"}


def modules() -> Iterator[tuple[str, Path]]:
    """Every module of the project with the room it stands in."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ("schemas" if package == "schemas" else parts[1]), path


def imports(source: str) -> set[str]:
    """Modules that a source imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def wrong_imports(room: str, source: str) -> list[str]:
    """Imports that a room may not have."""
    wrong = []
    for name in sorted(imports(source)):
        parts = name.split(".")
        if parts[0] in ("dagster", "dagster_dbt") and room not in DAGSTER_ROOMS:
            wrong.append(name)
        if parts[0] == "schemas":
            other = "schemas"
        elif parts[0] == "pipeline" and len(parts) > 1:
            other = parts[1]
        else:
            continue
        if other != room and other not in ROOMS.get(room, frozenset()):
            wrong.append(name)
    return wrong


def test_imports_go_one_way() -> None:
    seen = 0
    wrong = []
    for room, path in modules():
        seen += 1
        if room == "__init__":
            continue
        assert room in ROOMS, f"{path} stands in no room; add it to ROOMS and to the map of the code"
        wrong += [f"{path.relative_to(ROOT)} imports {name}" for name in wrong_imports(room, path.read_text("utf-8"))]
    assert seen > 20
    assert wrong == []


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("readers", "from pipeline.forms import form"),
        ("figures", "import pipeline.warehouse.build"),
        ("publish", "import dagster as dg"),
        ("archive", "def f():\n    from pipeline import reading"),
        ("schemas", "from pipeline.readers.printed import Box"),
    ],
)
def test_a_wrong_import_is_caught(room: str, source: str) -> None:
    assert wrong_imports(room, source)


def has_charter(source: str) -> bool:
    """Whether a module opens by saying what belongs into it and what does not."""
    words = " ".join((ast.get_docstring(ast.parse(source)) or "").split())
    return "Belongs here" in words and ("Does not belong here" in words or "does not belong here" in words)


def test_every_module_opens_with_its_charter() -> None:
    exempt = {"__init__.py", "definitions.py"}
    without = [
        str(path.relative_to(ROOT))
        for _, path in modules()
        if path.name not in exempt and path.read_text("utf-8").strip() and not has_charter(path.read_text("utf-8"))
    ]
    assert without == []
    assert not has_charter('"""A module."""')


def undocumented(source: str) -> list[str]:
    """Public functions, classes and methods without a docstring; those of one line and properties say it by their name."""
    missing = []
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node):
            missing.append(node.name)
    for node in tree.body:
        if (
            isinstance(node, ast.FunctionDef)
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
            and len(node.body) > 1
        ):
            missing.append(node.name)
    return missing


def test_what_is_public_has_a_docstring() -> None:
    missing = [
        f"{path.relative_to(ROOT)}: {name}"
        for room, path in modules()
        # An asset is described where Dagster shows it: in its definition.
        if room != "assets"
        for name in undocumented(path.read_text("utf-8"))
    ]
    assert missing == []
    assert undocumented("def f():\n    x = 1\n    return x") == ["f"]


def weak(name: str, english: str, chinese: str) -> str | None:
    """What is wrong with a description: nothing said, the name repeated, a language missing."""
    if english.strip().lower() in GENERIC_DESCRIPTIONS or chinese.strip() == "":
        return "empty"
    if english.lower().replace(" ", "_") == name:
        return "the column's own name"
    if not re.search(r"[\u4e00-\u9fff]|HTTP|SHA", chinese):
        return "not Chinese"
    if re.search(r"[\u4e00-\u9fff]", english):
        return "not English"
    return None


def test_every_table_and_column_is_described_in_both_languages() -> None:
    weak_ones = []
    for table in core.TABLES:
        for name, english, chinese in [
            (table.name, table.english, table.chinese),
            *((column.name, column.english, column.chinese) for column in table.columns),
        ]:
            fault = weak(name, english, chinese)
            if fault and not (english in ("Source", "Address", "Place") or fault == "the column's own name"):
                weak_ones.append(f"{table.name}.{name}: {fault}")
    assert weak_ones == []
    assert weak("amount", "TODO", "金额") == "empty"
    assert weak("amount", "Amount in yuan", "") == "empty"
    assert weak("line_code", "Line code", "编码") == "the column's own name"


def committed_files() -> list[Path]:
    """Files under version control, as they are now."""
    told = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if told.returncode:
        pytest.skip("not a git working tree")
    return [ROOT / name for name in told.stdout.decode().split("\0") if name]


def test_no_host_of_a_registry_and_no_path_of_a_machine() -> None:
    found = []
    for path in committed_files():
        if path.suffix in BINARY_SUFFIXES or not path.is_file():
            continue
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), start=1):
            # What a hostile document tries to write is a path on purpose.
            if (match := FORBIDDEN.search(line)) and not ("faults" in path.parts and "escaped" in line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {match.group()}")
    assert found == []
    for broken in (
        "see files.python" + "hosted.org/x",
        "/" + "work/main/x",
        "/" + "root/.cache",
        "open('/" + "tmp/x')",
    ):
        assert FORBIDDEN.search(broken), broken
    for sound in ("the state lies in a temporary folder", "a / tmp", "raw/work/a", "${TMPDIR:-/" + "tmp/x"):
        assert not FORBIDDEN.search(sound), sound


@pytest.mark.parametrize("folder", [".", "dashboards", "tests/bench"])
def test_requirements_are_hashed_and_name_no_host(folder: str) -> None:
    text = (ROOT / folder / "requirements.txt").read_text("utf-8")
    assert "://" not in text
    pinned = [line for line in text.splitlines() if re.match(r"[a-z0-9]", line)]
    assert len(pinned) > 10
    assert all("==" in line for line in pinned)
    assert text.count("--hash=sha256:") >= len(pinned)


def test_every_direct_dependency_is_pinned_in_the_requirements() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    text = (ROOT / "requirements.txt").read_text("utf-8").lower().replace("_", "-")
    names = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    assert names
    missing = [
        name
        for name in (re.split(r"[\[<>=!~ ]", line)[0].lower().replace("_", "-") for line in names)
        if not re.search(rf"^{re.escape(name)}(?:\[.*\])?==", text, re.MULTILINE)
    ]
    assert missing == [], "compile requirements.txt again"


def test_telemetry_is_off_everywhere() -> None:
    dagster = (ROOT / "pipeline" / "dagster.yaml").read_text("utf-8")
    assert re.search(r"telemetry:\s*\n\s*enabled: false", dagster)
    assert re.search(r"nux:\s*\n\s*enabled: false", dagster)
    assert "send_anonymous_usage_stats: false" in (ROOT / "dbt_project" / "dbt_project.yml").read_text("utf-8")
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert "DO_NOT_TRACK := 1" in makefile
    assert "DAGSTER_DISABLE_TELEMETRY := 1" in makefile


def test_the_help_of_every_command_is_bilingual_and_has_an_example() -> None:
    from pipeline.cli import app

    assert len(app.registered_commands) >= 8
    for command in app.registered_commands:
        words = (command.callback.__doc__ or "") if command.callback else ""
        name = command.callback.__name__ if command.callback else ""
        assert re.search(r"[\u4e00-\u9fff]", words), f"{name} has no Chinese help"
        assert f"`yusuan {name}" in words, f"{name} has no example"


def complex_functions(folder: Path) -> set[tuple[str, str]]:
    """Functions with more than ten ways through them, as ruff counts (C901)."""
    command = [
        sys.executable, "-m", "ruff", "check", "--select", "C901", "--config", "lint.mccabe.max-complexity=10",
        "--output-format", "json", "--exit-zero", "--no-cache", *(name for name in CODE if (folder / name).is_dir()),
    ]  # fmt: skip
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    return {
        (Path(each["filename"]).relative_to(folder).as_posix(), each["message"].split("`")[1])
        for each in json.loads(told)
    }


def test_functions_are_simple_but_for_those_that_are_named() -> None:
    """A ratchet: who makes one simple takes it off the list, and nobody adds to it."""
    with (Path(__file__).parent / "complex_functions.csv").open(encoding="utf-8", newline="") as file:
        named = {(row["path"], row["function"]) for row in csv.DictReader(file)}
    found = complex_functions(ROOT)
    assert found - named == set(), "simplify these; the list of exceptions only gets shorter"
    assert named - found == set(), "these are simple now; take them off tests/conventions/complex_functions.csv"
    assert len(named) <= 33


def test_a_complex_function_is_caught(tmp_path: Path) -> None:
    (tmp_path / "pipeline").mkdir()
    ways = "\n".join(f"    if x == {number}:\n        return {number}" for number in range(11))
    (tmp_path / "pipeline" / "maze.py").write_text(f"def maze(x):\n{ways}\n")
    assert complex_functions(tmp_path) == {("pipeline/maze.py", "maze")}


def test_no_file_grows_long() -> None:
    """A ratchet on the longest modules: 500 lines, but for those that are named with their length of today."""
    with (Path(__file__).parent / "long_files.csv").open(encoding="utf-8", newline="") as file:
        allowed = {row["path"]: int(row["lines"]) for row in csv.DictReader(file)}
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines()) for _, path in modules()}
    assert {path: count for path, count in lengths.items() if count > allowed.get(path, 500)} == {}
    assert {path for path in allowed if lengths.get(path, 0) <= 500} == set(), (
        "these are short now; take them off the list"
    )

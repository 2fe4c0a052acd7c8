"""Which documents are read again for which change of code or catalogue: the specimens, in a copy of the project that is changed."""

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MARKDOWN, OLD, NEW = (
    f"specimen_深圳市人民政府办公厅_{name}" for name in ("2017.md", "2017.pdf", "2026.pdf")
)  # fmt: skip
ALL = {MARKDOWN, OLD, NEW}

PROGRAM = """
import json, sys
from pathlib import Path
from pipeline.warehouse.documents import unread
from pipeline.warehouse.build import Warehouse, pages_version
from pipeline.warehouse.places import PROJECT

def main():
    warehouse = Warehouse(Path("w/yusuan.duckdb"), 1, dbt_project=Path("none"))
    if sys.argv[1] == "build":
        print(json.dumps(warehouse.build([Path("raw")]).read_count))
        return
    warehouse.take_in([Path("raw")])
    work = unread(warehouse.documents, warehouse.registry, warehouse.store, warehouse.readings, warehouse.version, warehouse.limits)
    print(json.dumps([[each.claim.file_name for each in work], pages_version(PROJECT)]))

if __name__ == "__main__":
    main()
"""


def run(project: Path, what: str) -> object:
    program = project / "program.py"
    program.write_text(PROGRAM)
    done = subprocess.run([sys.executable, program, what], cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what reads documents, and of the specimens, which it has read."""
    project = tmp_path_factory.mktemp("project")
    for folder in ("pipeline", "schemas", "raw", "dbt_project/seeds"):
        shutil.copytree(ROOT / folder, project / folder, ignore=shutil.ignore_patterns("__pycache__"))
    assert run(project, "build") == 3
    return project


@pytest.fixture
def project(built: Path) -> Iterator[Path]:
    """The copy, whose changes are undone after the test."""
    before = {
        path: path.read_bytes()
        for path in built.rglob("*")
        if path.is_file() and path.relative_to(built).parts[0] != "w"
    }
    yield built
    for path in (path for path in built.rglob("*.*") if path.suffix in (".py", ".csv") and path not in before):
        path.unlink()
    for path, data in before.items():
        if path.read_bytes() != data:
            path.write_bytes(data)


def read_again(project: Path) -> set[str]:
    names, _ = run(project, "unread")  # type: ignore[misc]
    return set(names)


def add_row(project: Path, table: str, **values: str) -> None:
    """Put a row at the beginning of a table, where the first pattern that matches wins."""
    path = project / table
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert set(values) <= set(rows[0]), rows[0]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows([values, *rows])


HEADER = "pipeline/forms/catalogue/header.csv"
TITLE = "pipeline/forms/catalogue/title.csv"
IDENTITIES = "pipeline/proofs/identities.csv"
JURISDICTION = "dbt_project/seeds/jurisdiction.csv"
RULE = {
    "scope": "form",
    "method": "in_form",
    "force": "definition",
    "severity": "error",
    "match": "form_index row_index",
}


def test_what_nobody_asked_for_concerns_nobody(project: Path) -> None:
    """Words that no document prints, rules of forms that none has, places elsewhere; and code that reads nothing."""
    assert read_again(project) == set()
    add_row(project, HEADER, pattern="从来没有印过的栏名", role="amount")
    add_row(project, TITLE, pattern="从来没有印过的表名", form="basic_expenditure")
    add_row(project, IDENTITIES, identity="new_rule", stated="form=no_such_form", addends="form=no_such_form", **RULE)
    add_row(project, JURISDICTION, jurisdiction_code="659999", jurisdiction_name="无此县", level="county")
    add_row(
        project, "dbt_project/seeds/functional_class.csv", functional_code="2999999", functional_name="没有印过的科目", first_year="2017"
    )  # fmt: skip
    for name in ("cli.py", "warehouse/build.py", "assets/automation.py"):
        path = project / "pipeline" / name
        path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    assert read_again(project) == set()


@pytest.mark.parametrize(
    ("table", "row", "concerned"),
    [
        # A column, and a title, of the budget of 2017 only.
        (HEADER, {"pattern": "财政专项资金拨款", "role": "amount", "attribute": "source", "value": "other_revenue"}, {MARKDOWN, OLD}),
        (TITLE, {"pattern": "政府采购项目支出预算表", "form": "basic_expenditure"}, {MARKDOWN, OLD}),
        (IDENTITIES, {"identity": "new_rule", "stated": "measure=total", "addends": "measure=basic", **RULE}, ALL),
        (JURISDICTION, {"jurisdiction_code": "999999", "jurisdiction_name": "深圳市人民", "short_name": "深圳市人民", "level": "prefecture"}, ALL),
    ],
)  # fmt: skip
def test_a_row_of_the_catalogue_concerns_just_the_documents_that_asked_for_it(
    project: Path, table: str, row: dict[str, str], concerned: set[str]
) -> None:
    add_row(project, table, **row)
    assert read_again(project) == concerned


def test_a_rule_of_one_form_concerns_the_documents_with_that_form(project: Path) -> None:
    forms = run_forms(project)
    only_new = forms[NEW] - forms[OLD] - forms[MARKDOWN]
    assert only_new, "the specimens print the same forms; choose another rule"
    form = min(only_new)
    add_row(project, IDENTITIES, identity="new_rule", stated=f"form={form}", addends=f"form={form}", **RULE)
    assert read_again(project) == {NEW}


def run_forms(project: Path) -> dict[str, set[str]]:
    """Forms with figures of each document."""
    from pipeline.warehouse.database import connect

    with connect(project / "w" / "yusuan.duckdb", read_only=True) as connection:
        rows = connection.execute(
            "select distinct file_name, form from core.figure inner join core.document using (document_id)"
        ).fetchall()
    found: dict[str, set[str]] = {name: set() for name in ALL}
    for name, form in rows:
        found[name].add(form)
    return found


def test_code_reads_every_document_again_and_bytes_only_where_it_read_them(project: Path) -> None:
    """Proofs that have changed are tried on the pages that are kept; readers that have changed make other pages."""
    versions = [run(project, "unread")[1]]  # type: ignore[index]
    for name in ("proofs/judge.py", "readers/html.py"):
        module = project / "pipeline" / name
        module.write_text(module.read_text("utf-8") + "\n# changed\n", "utf-8")
        names, version = run(project, "unread")  # type: ignore[misc]
        assert set(names) == ALL
        versions.append(version)
    assert versions[0] == versions[1] != versions[2]

"""What a reading asked of the catalogue is on record whole, whatever was read before it in the same process."""

import json
import subprocess
import sys
from pathlib import Path

from pipeline.forms import consulted
from schemas.reasons import REASONS

ROOT = Path(__file__).parents[2]

PROGRAM = """
import json, sys
opened = set()
sys.addaudithook(lambda event, arguments: opened.add(str(arguments[0])) if event == "open" else None)
from pathlib import Path
from pipeline.forms import consulted
from pipeline.reading import Claim, read_document
through_table = set()
table = consulted.table
def watched(path):
    through_table.add(str(path))
    return table(path)
consulted.table = watched
asked = [[name, read_document((Path("raw") / name).read_bytes(), Claim("a document")).scopes] for name in sys.argv[1:]]
tables = [name for name in opened if name.endswith(".csv")]
print(json.dumps([asked, sorted(tables), sorted(through_table)]))
"""
NAMES = [f"specimen_深圳市人民政府办公厅_{name}" for name in ("2017.pdf", "2026.pdf")]


def read_in_order(names: list[str]) -> tuple[dict[str, list[str]], list[str], list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *names], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    asked, tables, through_table = json.loads(done.stdout)
    return dict(asked), tables, through_table


def test_the_record_is_whole_and_does_not_depend_on_what_was_read_before() -> None:
    first, opened, through_table = read_in_order(NAMES)
    second, _, _ = read_in_order(NAMES[::-1])
    assert first == second
    assert all(len(scopes) > 100 for scopes in first.values())
    # Any other way to a table would leave no record. The reasons of refusals need none: with them, as with code, every reading is another.
    assert [path for path in opened if Path(path) != REASONS] == through_table
    assert len(opened) > 10
    assert set(through_table) <= {str(path) for path in consulted.tables()}


def test_every_scope_has_an_answer_and_no_other_does() -> None:
    table = json.dumps(["table", "pipeline/proofs/same_names.csv"])
    title = json.dumps(["pipeline.forms.catalogue", "form_of_title", "部门收支总表"])
    other = json.dumps(["pipeline.forms.catalogue", "form_of_title", "绩效"])
    answers = consulted.Answers()
    assert len({answers[scope] for scope in (table, title, other, consulted.EVERYTHING)}) == 4
    for none in (
        json.dumps(["table", "pipeline/proofs/no_such.csv"]),
        json.dumps(["pipeline.forms.catalogue", "no_such_question", ""]),
        # A function that is no question is never called, whatever a file says.
        json.dumps(["pipeline.warehouse.workers", "die_with_parent"]),
        json.dumps(["os", "getcwd"]),
        "no scope",
    ):
        assert none not in answers


def test_questions_cover_what_they_ask_themselves() -> None:
    @consulted.kept
    def words() -> set[str]:
        return {row["identity"] for row in consulted.table(ROOT / "pipeline" / "proofs" / "identities.csv")}

    @consulted.question
    def is_word(text: str, prefix: str = "", suffix: str = "") -> bool:
        return prefix + text + suffix in words()

    for _ in range(2):
        with consulted.recording() as record:
            is_word("rows_add_up")
            assert is_word("rows_add", suffix="_up"), "an argument by name counts"
        assert {scope[2:] for scope in record} == {("rows_add_up",), ("rows_add", "", "_up")}
    for _ in range(2):
        with consulted.recording() as record:
            words()
        assert record == {("table", "pipeline/proofs/identities.csv")}, "a use of what was kept is a use of its table"
    with consulted.recording() as record, is_word.stands_for("rows_add_up"):
        words()
        consulted.table(ROOT / "pipeline" / "proofs" / "same_names.csv")
    assert {scope[-1] for scope in record} == {"rows_add_up", "pipeline/proofs/same_names.csv"}, (
        "another table is not covered"
    )

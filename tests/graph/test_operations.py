"""What docs/how-to/operate.md says is followed: backup and restore line by line, the units of the services."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.fetching.ledger import Ledger
from pipeline.warehouse.health import examine
from tests.support.builds import content
from tests.support.previous_release import make_previous
from tests.support.toy import toy_warehouse, write_toys

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "operate.md"


def blocks(heading: str, language: str) -> list[str]:
    """Fenced blocks of a language under a heading of the page."""
    section = PAGE.read_text("utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    return re.findall(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


def run(commands: str, folder: Path) -> None:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_what_was_backed_up_is_restored_row_by_row(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    file = here / "warehouse" / "yusuan.duckdb"
    write_toys(here / "raw", 2)
    toy_warehouse(file).build([here / "raw"])
    # A document that was fetched and withdrawn: nothing but the state holds it.
    make_previous(file)
    toy_warehouse(file).build([here / "raw"])
    state = file.parent / "yusuan.state"
    Ledger(state).seal()
    backup, restore = blocks("Backup and restore", "sh")
    run(backup, here)
    run(backup, here)

    there.mkdir()
    shutil.copytree(here / "backup", there / "backup")
    run(restore, there)
    restored = there / "warehouse" / "yusuan.duckdb"
    toy_warehouse(restored).build([there / "raw"])
    assert content(restored) == content(file)
    assert len(content(restored)["core.document"]) == 3
    found = {finding.name: finding for finding in examine(toy_warehouse(restored), deep=True)}
    assert found["archive"].is_well
    assert found["schema"].is_well


def test_every_event_of_a_build_is_a_line_of_json(tmp_path: Path) -> None:
    write_toys(tmp_path / "raw", 1)
    (tmp_path / "raw" / "bad.txt").write_text("RAISE\n")
    file = tmp_path / "w" / "toys.duckdb"
    toy_warehouse(file).build([tmp_path / "raw"])
    (tmp_path / "raw" / "toy_000.txt").unlink()
    (tmp_path / "raw" / "bad.txt").unlink()
    with pytest.raises(Exception, match="no document"):
        toy_warehouse(file).build([tmp_path / "raw"])
    lines = [json.loads(line) for line in (file.parent / "toys.state" / "log.jsonl").read_text("utf-8").splitlines()]
    assert [line["event"] for line in lines] == [
        "began",
        "read",
        "read",
        "published",
        "ended",
        "began",
        "failed",
        "ended",
    ]
    read = {line["file_name"]: line for line in lines if line["event"] == "read"}
    assert read["bad.txt"]["status"] == "refused"
    assert "told to fail" in read["bad.txt"]["reason"]
    assert "no document" in lines[-2]["error"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_the_units_are_units(tmp_path: Path) -> None:
    """systemd itself reads them; only the programs' and the user's names are those of this machine."""
    units = blocks("Two services", "ini")
    assert len(units) == 2
    for unit in units:
        name = re.search(r"/etc/systemd/system/(\S+)", unit)
        assert name is not None
        program = re.search(r"ExecStart=(\S+)", unit)
        assert program is not None
        assert program[1].startswith("/srv/yusuan/.venv/bin/dagster-")
        path = tmp_path / name[1]
        path.write_text(unit.replace(program[1], "/bin/true").replace("User=yusuan", "User=root"), "utf-8")
        done = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True, check=False)
        told = [line for line in done.stderr.splitlines() if name[1] in line]
        assert told == []

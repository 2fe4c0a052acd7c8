"""dbt runs one way: sources, staging, intermediate, then what readers see.

Belongs here: which folder of models may read which. Does not belong here: what a model says (its unit tests, and tests/graph).
"""

from __future__ import annotations

import re
from pathlib import Path

MODELS = Path(__file__).resolve().parents[2] / "dbt_project" / "models"
ROOM = {path.stem: path.parent.name for path in MODELS.rglob("*.sql")}
MAY_READ = {
    "staging": {"seed"},
    # Reference tables are of codes and names: what an amount's code is called is known before the amount counts.
    "intermediate": {"seed", "staging", "intermediate", "reference"},
    "reference": {"seed", "staging", "intermediate", "reference"},
    "marts": {"seed", "staging", "intermediate", "reference", "marts", "audit"},
    "audit": {"seed", "staging", "intermediate", "reference", "audit"},
}


def read_by(path: Path) -> list[str]:
    """Names of the models and seeds that a model reads."""
    return re.findall(r"ref\('(\w+)'\)", path.read_text(encoding="utf-8"))


def test_models_are_in_known_folders() -> None:
    assert set(ROOM.values()) == set(MAY_READ)
    assert len(ROOM) > 80


def test_no_model_reads_what_is_made_of_it() -> None:
    against = [
        f"{path.parent.name}/{path.stem} reads {ROOM[name]}/{name}"
        for path in sorted(MODELS.rglob("*.sql"))
        for name in read_by(path)
        if name in ROOM and ROOM[name] not in MAY_READ[path.parent.name]
    ]
    assert against == []


def test_core_tables_are_read_by_staging_alone() -> None:
    reading = [path for path in MODELS.rglob("*.sql") if "source('core'" in path.read_text(encoding="utf-8")]
    assert {path.parent.name for path in reading} == {"staging"}
    for path in reading:
        assert path.stem == "stg_" + re.findall(r"source\('core', '(\w+)'\)", path.read_text(encoding="utf-8"))[0]

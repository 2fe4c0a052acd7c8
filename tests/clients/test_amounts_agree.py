"""What the explorer and the API say of an amount is what the mart says: 500 amounts at random, with their trust, and readers under load."""

from __future__ import annotations

import os
import random
import re
import shutil
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from lxml import html

from pipeline.publish.explorer import build_explorer
from pipeline.serving.answers import Answers
from pipeline.serving.metrics import metrics
from pipeline.serving.publication import Publication
from pipeline.warehouse.database import connect
from tests.support.serving import serving

AMOUNTS = 500
READERS = 50
# A larger warehouse than that of the specimens may be named, for a run by hand.
FILE = os.environ.get("YUSUAN_COMPARED_WAREHOUSE")
_PROOFS = ("suspect", "unchecked", "consistent", "proved")


@pytest.fixture(scope="module")
def compared(published: Path) -> Path:
    return Path(FILE) if FILE else published


def sample(rows: list[Any]) -> list[Any]:
    """So many rows at random, the same on every run; all where there are fewer."""
    return random.Random(20260101).sample(rows, min(AMOUNTS, len(rows)))


def test_the_api_says_what_the_mart_says(compared: Path) -> None:
    answers = Answers(Publication(compared))
    with connect(compared, read_only=True) as connection:
        cursor = connection.execute("select * from marts.functional_expenditure_by_year order by all")
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    asked = 0
    for row in sample([row for row in rows if row["functional_code"]]):
        answer = answers.series(row["department_id"], "expenditure", row["functional_code"], row["fund"], row["phase"])
        (value,) = (
            each for each in answer["values"]
            if (each["fiscal_year"], each["perimeter"], each["name"]) == (row["fiscal_year"], row["perimeter"], row["functional_name"])
        )  # fmt: skip
        assert Decimal(value["value"]) == row["amount_yuan"]
        for trust in ("printed_total", "has_suspect", "is_whole"):
            assert value[trust] == row[trust]
        assert value["figure_ids"] == row["figure_ids"]
        asked += 1
    assert asked >= min(AMOUNTS, 20)
    assert metrics()["expenditure"].amount == "amount_yuan"


def test_the_explorer_says_what_is_stored(compared: Path, tmp_path: Path) -> None:
    """Amounts of pages of bodies, places and functions: each link's figures add up to what is shown, and bear the proof that is shown."""
    folder = Path(os.environ.get("YUSUAN_COMPARED_SITE", tmp_path))
    if not (folder / "index.html").is_file():
        build_explorer(compared, folder)
    with connect(compared, read_only=True) as connection:
        stored: dict[tuple[str, str], list[tuple[Decimal, str]]] = {}
        for figure_id, amount, proof in connection.execute(
            "select figure_id, amount_yuan, proof from core.figure where amount_yuan is not null"
        ).fetchall():
            document, form, row, column, *_ = figure_id.split("-")
            stored.setdefault((document, f"{int(form)}.{int(row)}.{int(column)}"), []).append((amount, proof))
    shown = []
    for path in sorted(
        path for kind in ("department", "place", "function") for path in (folder / kind).rglob("*.html")
    ):
        for link in html.fromstring(path.read_bytes()).xpath(
            "//td[contains(@class, 'amount')]/a[contains(@href, 'page/')]"
        ):
            marks = link.xpath("following-sibling::span[contains(@class, 'trust-')]/@class")
            shown.append(
                (path.name, link.get("href"), link.get("title"), marks[0].split("trust-")[1] if marks else "proved")
            )
    for name, href, title, trust in sample(shown):
        page, _, fragment = href.partition("#")
        own = page.split("page/")[1].split("/")[0]
        cells = []
        for place in fragment.removeprefix("s=").split(";") if fragment.startswith("s=") else [f":{fragment[1:]}"]:
            where, _, numbers = place.partition(":")
            document = where.split("/")[0] if "/" in where else own
            cells += [stored[document, number] for number in numbers.split(",")]
        amount = Decimal(re.sub(" 元.*", "", title).replace(",", ""))
        # Several figures may share a cell.
        if len(cells) == 1:
            assert amount in [each for each, _ in cells[0]], f"{name}: {href}"
        elif all(len(cell) == 1 for cell in cells):
            assert sum((cell[0][0] for cell in cells), Decimal(0)) == amount, f"{name}: {href}"
        if all(len(cell) == 1 for cell in cells):
            assert min((cell[0][1] for cell in cells), key=_PROOFS.index) == trust, f"{name}: {href}"
    assert len(shown) >= 50


@pytest.fixture
def served(compared: Path, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The address of `yusuan serve http` over a copy, and that copy."""
    file = tmp_path / "served.duckdb"
    shutil.copy(compared, file)
    with serving(file) as address:
        yield address, file


def test_fifty_readers_while_a_build_publishes(served: tuple[str, Path], record_property: Any) -> None:
    """No reader gets an error while publications are put in place; how long the series route takes is told, and no test: the machine may do other work."""
    address, file = served
    with connect(file, read_only=True) as connection:
        asked = connection.execute(
            "select distinct department_id, functional_code from marts.functional_expenditure_by_year where functional_code is not null"
        ).fetchall()
    ended = threading.Event()

    def publish() -> None:
        while not ended.is_set():
            shutil.copy(file, file.with_name("new.duckdb"))
            os.replace(file.with_name("new.duckdb"), file)
            ended.wait(5)

    def read(number: int) -> list[float]:
        chance = random.Random(number)
        took = []
        with httpx.Client(base_url=address, timeout=60) as client:
            for _ in range(20):
                body, code = chance.choice(asked)
                started = time.monotonic()
                answer = client.get(f"/series?{urlencode({'body_id': body, 'code': code})}")
                took.append(time.monotonic() - started)
                assert answer.status_code == 200, answer.text
                assert answer.json()["is_known"]
                # Readers read what they got.
                time.sleep(chance.uniform(0.5, 1.5))
        return took

    publishing = threading.Thread(target=publish)
    publishing.start()
    try:
        with ThreadPoolExecutor(READERS) as readers:
            took = sorted(seconds for each in readers.map(read, range(READERS)) for seconds in each)
    finally:
        ended.set()
        publishing.join()
    p95 = statistics.quantiles(took, n=100)[94]
    record_property("p95_seconds", round(p95, 3))
    print(f"{len(took)} answers, p50 {statistics.median(took):.3f} s, p95 {p95:.3f} s, longest {took[-1]:.3f} s")
    assert len(took) == 20 * READERS

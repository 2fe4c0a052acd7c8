"""The gallery of layouts as one warehouse: what its documents print in total, the marts hold.

Belongs here: sums of marts against printed totals, accusations and declared nils over layouts that no document of the corpus shows.
Does not belong here: how each number is read (`tests/documents/test_layouts.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipeline.warehouse.build import Warehouse
from tests.support.layouts import as_pdf, layout_names, read_layout

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

CONTRADICTING = {
    # 合计 900.00 of the approved budget stands over 770.00 + 63.62 + 35.08 + 57.90 = 926.60.
    ("final_province_2018.pdf", "functional_expenditure", "-266000.00"),
}
ACCUSED = {("final_province_2018.pdf", "900.00")}
"""The total above; the document alone can have erred there."""


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse over every layout, set as PDF."""
    folder: Path = tmp_path_factory.mktemp("gallery")
    (folder / "raw").mkdir()
    for name in layout_names():
        (folder / "raw" / f"{name}.pdf").write_bytes(as_pdf(read_layout(name)))
    Warehouse(folder / "yusuan.duckdb", jobs=2).build([folder / "raw"])
    with duckdb.connect(str(folder / "yusuan.duckdb"), read_only=True) as connection:
        yield connection


def test_no_document_is_refused(gallery: duckdb.DuckDBPyConnection) -> None:
    counts = dict(gallery.sql("select status, count(*) from core.document group by all").fetchall())
    assert sum(counts.values()) == len(layout_names())
    assert "refused" not in counts


def test_the_marts_hold_every_printed_total(gallery: duckdb.DuckDBPyConnection) -> None:
    query = """
        select document.file_name, total.fact, cast(total.missing_yuan as varchar)
        from audit.printed_total as total
        inner join core.document as document on total.document_id = document.document_id
        where total.verdict = 'missed'
    """
    met = gallery.sql("select count(*) from audit.printed_total where verdict = 'met' and printed_yuan <> 0").fetchone()
    assert met is not None
    assert met[0] >= 300
    assert set(gallery.sql(query).fetchall()) == CONTRADICTING


def test_no_layout_is_accused_of_what_was_misread(gallery: duckdb.DuckDBPyConnection) -> None:
    query = """
        select document.file_name, suspect.printed_text
        from audit.suspect_figure as suspect
        inner join core.document as document on suspect.document_id = document.document_id
        where suspect.cause = 'document'
    """
    assert set(gallery.sql(query).fetchall()) == ACCUSED


def test_no_nil_stands_beside_an_amount(gallery: duckdb.DuckDBPyConnection) -> None:
    query = """
        select nil.document_id, nil.form
        from marts.fct_declared_nil as nil
        inner join core.figure as figure
            on nil.document_id = figure.document_id and nil.form = figure.form and nil.agency_name = figure.agency_name
        where figure.amount_yuan <> 0
    """
    assert gallery.sql("select count(*) from marts.fct_declared_nil").fetchone() != (0,)
    assert gallery.sql(query).fetchall() == []

"""Layouts that were written down, not found: every number is read as it was meant, or refused, in every format that can print it."""

from __future__ import annotations

import pytest

from pipeline.reading import Claim, read_document
from tests.support.layouts import EDITIONS, compare, layout_names, read_layout

LEAST_SHARE = 0.99
"""Share of the numbers that must be read as they were meant; none may be read as anything else."""


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("name", layout_names())
def test_every_number_is_read_as_it_was_meant(name: str, edition: str) -> None:
    layout = read_layout(name)
    if edition not in layout.document.get("editions", edition):
        pytest.skip(f"{name} is about the pages of {layout.document['editions']}")
    rows = read_document(EDITIONS[edition](layout), Claim(file_name=name)).rows
    document = rows["document"][0]
    assert document["document_kind"] == layout.document["kind"]
    assert str(document["fiscal_year"]) == layout.document["year"]
    score = compare(layout, rows)
    assert score.count > 10
    assert not score.wrong, f"{name} as {edition}: {score}"
    assert score.right >= LEAST_SHARE * score.count, f"{name} as {edition}: {score}"

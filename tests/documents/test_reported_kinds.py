"""Every kind of trap of `reported_kinds`: each amount is read as it is seen, and none that is not.

Belongs here: what must be read. Does not belong here: the files. The first score of a kind is that of the code before it was looked at.
"""

from __future__ import annotations

import pytest

from pipeline.reading import Claim, read_document
from tests.documents.cases import Score, score_of
from tests.documents.reported_kinds import EXPECTED, KINDS, Kind

FIRST_SCORES = {
    "word-tracked-changes": 23, "word-content-controls": 23, "book-filtered-rows": 23, "book-phonetic-text": 23, "book-text-box": 0,
    "page-rowspan-zero": 0, "page-blanks-in-numbers": 23, "word-table-in-a-cell": 23, "word-merged-header": 23,
    "book-hidden-column": 23, "book-wide-digits": 23, "page-foot-before-body": 0, "pdf-digits-set-apart": 23, "pdf-table-on-its-side": 23,
    "word-units-in-cells": 0, "page-units-in-some-cells": 14,
}  # fmt: skip
"""Amounts that were read rightly when the kind was found, of 23."""


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_kind_is_read_as_it_is_seen(kind: Kind) -> None:
    tables = read_document(kind.make(), Claim(file_name=kind.name)).rows
    found = score_of(kind.name, EXPECTED, tables)
    assert found == Score(kind.name, expected=len(EXPECTED), right=len(EXPECTED)), tables.get("refusal")


def test_every_kind_names_its_sources_and_its_first_score() -> None:
    assert {kind.name for kind in KINDS} == set(FIRST_SCORES)
    assert all(kind.sources.count("github.com/") >= 2 for kind in KINDS)
    assert len(EXPECTED) == 23

"""Every kind of trap of `reported_kinds`: each amount is read as it is seen, and none that is not.

Belongs here: what must be read. Does not belong here: the files. The first score of a kind is that of the code before it was looked at.
"""

from __future__ import annotations

import pytest

from pipeline.reading import Claim, read_document
from tests.documents.cases import Score, score_of
from tests.documents.reported_kinds import EXPECTED, KINDS, Kind
from tests.documents.reported_signs import SHOWN, UNTOLD

FIRST_SCORES = {
    "word-tracked-changes": 23, "word-content-controls": 23, "book-filtered-rows": 23, "book-phonetic-text": 23, "book-text-box": 0,
    "page-rowspan-zero": 0, "page-blanks-in-numbers": 23, "word-table-in-a-cell": 23, "word-merged-header": 23,
    "book-hidden-column": 23, "book-wide-digits": 23, "page-foot-before-body": 0, "pdf-digits-set-apart": 23, "pdf-table-on-its-side": 23,
    "word-units-in-cells": 0, "page-units-in-some-cells": 14,
    "word-amount-as-formula": 21, "word-digit-of-font-symbol": 21, "word-phonetic-guide": 21, "word-text-box-in-a-cell": 21,
    "word-copy-for-old-readers": 21, "page-digits-of-style-sheet": 0, "page-amounts-of-attributes": 0,
    "word-amount-in-field": 21, "word-digit-of-unknown-font": 21, "page-digits-right-to-left": 0, "page-digits-in-bdo": 0,
    "page-digits-in-another-order": 0, "page-digits-floating": 0, "page-two-amounts-in-a-cell": 2, "book-format-on-condition": 0,
}  # fmt: skip
"""Amounts that were read rightly when the kind was found, of 23."""


@pytest.mark.parametrize("kind", [*KINDS, *SHOWN], ids=lambda kind: kind.name)
def test_kind_is_read_as_it_is_seen(kind: Kind) -> None:
    tables = read_document(kind.make(), Claim(file_name=kind.name)).rows
    found = score_of(kind.name, EXPECTED, tables)
    assert found == Score(kind.name, expected=len(EXPECTED), right=len(EXPECTED)), tables.get("refusal")


@pytest.mark.parametrize("kind", UNTOLD, ids=lambda kind: kind.name)
def test_kind_that_cannot_be_told_is_named_and_read_as_nothing_else(kind: Kind) -> None:
    tables = read_document(kind.make(), Claim(file_name=kind.name)).rows
    found = score_of(kind.name, EXPECTED, tables)
    assert (found.wrong, found.extra, found.silent) == (0, 0, 0)
    assert found.named >= 2


def test_every_kind_names_its_sources_and_its_first_score() -> None:
    kinds = [*KINDS, *SHOWN, *UNTOLD]
    assert {kind.name for kind in kinds} == set(FIRST_SCORES)
    assert all(kind.sources.count("github.com/") >= 2 for kind in kinds)
    assert len(EXPECTED) == 23

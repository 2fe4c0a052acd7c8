"""Layouts that were written down, not found: every number is read as it was meant, or refused, in every format that can print it."""

from __future__ import annotations

import shutil

import pytest

from pipeline.reading import Claim, read_document
from tests.support.layouts import (
    EDITIONS,
    ODD_EDITIONS,
    OFFICE_EDITIONS,
    OPEN_EDITIONS,
    compare,
    layout_names,
    read_layout,
)

LEAST_SHARE = 0.97
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
    assert not score.missing, f"{name} as {edition}: {score}"
    least = float(layout.document.get("least_share", LEAST_SHARE))
    assert score.right >= least * score.count, f"{name} as {edition}: {score}"


def test_table_that_the_catalogue_does_not_know_ends_the_form_above_it_on_its_sheet() -> None:
    layout = read_layout("budget_extra_forms_2022")
    score = compare(layout, read_document(ODD_EDITIONS["xlsx_one_sheet"](layout), Claim(file_name=layout.name)).rows)
    assert not score.wrong, str(score)


OPEN_SHARE = 0.85
ODD_SHARE = 0.97
"""Where spans or columns are lost some numbers cannot be told; they are refused."""


@pytest.mark.parametrize("edition", ODD_EDITIONS)
@pytest.mark.parametrize("name", ["final_county_2017", "final_district_2021", "final_names_2020"])
def test_no_number_is_taken_for_another_in_what_people_and_programs_leave(name: str, edition: str) -> None:
    layout = read_layout(name)
    score = compare(layout, read_document(ODD_EDITIONS[edition](layout), Claim(file_name=name)).rows)
    assert not score.wrong, f"{name} as {edition}: {score}"
    assert score.right >= ODD_SHARE * score.count, f"{name} as {edition}: {score}"


@pytest.mark.parametrize(
    "edition",
    ["pdf_unruled", *(pytest.param(name, marks=pytest.mark.slow) for name in ("pdf_horizontal", "pdf_three_line"))],
)
def test_no_number_is_taken_for_another_without_vertical_rules(edition: str) -> None:
    """Columns are told by where words stand; which column a header is of is then sometimes refused, never guessed."""
    wrong, right, count = [], 0, 0
    for name in layout_names():
        layout = read_layout(name)
        score = compare(layout, read_document(OPEN_EDITIONS[edition](layout), Claim(file_name=name)).rows)
        right, count = right + score.right, count + score.count
        wrong += [f"{name}: {score}"] if score.wrong else []
    assert not wrong, "\n".join(wrong)
    assert right >= OPEN_SHARE * count, f"{right} of {count}"


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice (soffice), which prints the pages, is not installed"
)
@pytest.mark.parametrize(
    ("edition", "name", "least_share"),
    [
        ("pdf_of_word", "final_beijing_district_2023", 1.0),
        ("pdf_of_word", "final_county_2017", 0.99),
        # Without lines columns are narrow and numbers broken over two lines: forms with such numbers are refused whole.
        ("pdf_of_word_without_lines", "budget_chengdu_district_2023", 0.5),
        ("pdf_of_word_without_lines", "final_beijing_district_2023", 0.05),
        # Workbooks print ### for the numbers that their columns do not hold, and of a name its beginning.
        ("pdf_of_excel", "budget_chengdu_district_2023", 0.97),
        ("pdf_of_excel", "budget_fujian_town_2024", 0.8),
    ],
)
def test_no_number_is_taken_for_another_on_pages_that_an_office_program_prints(
    name: str, edition: str, least_share: float
) -> None:
    layout = read_layout(name)
    score = compare(layout, read_document(OFFICE_EDITIONS[edition](layout), Claim(file_name=name)).rows)
    assert not score.wrong, f"{name} as {edition}: {score}"
    assert score.right >= least_share * score.count, f"{name} as {edition}: {score}"

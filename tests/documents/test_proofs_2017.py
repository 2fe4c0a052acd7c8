"""The founding document proves itself: what its own arithmetic says, and that injected mistakes are found.

Expected values are those of the page, worked out by hand: one figure is wrong, six quantities are printed as two numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.figures.figure import Figure
from pipeline.proofs import Proofs, prove, score
from pipeline.proofs.report import render
from pipeline.reading import Claim, read_document
from schemas.core import IDENTITY_CHECK, SUSPECT_FIGURE
from tests.documents import printed_2017

pytestmark = pytest.mark.skipif(
    not printed_2017.PATH.exists(), reason=f"the corpus document {printed_2017.PATH.name} is not beside the repository"
)

TEN_THOUSAND = Decimal(10000)


def proofs_of(figures: list[Figure], *, with_narrative: bool = True) -> Proofs:
    return prove(figures, [], printed_2017.narrative() if with_narrative else [])


@pytest.fixture(scope="module")
def figures() -> list[Figure]:
    return printed_2017.figures()


@pytest.fixture(scope="module")
def proofs(figures: list[Figure]) -> Proofs:
    return proofs_of(figures)


def failing(proofs: Proofs, verdict: str) -> list[dict]:
    return [row for row in proofs.checks if row["verdict"] == verdict]


def figure_at(figures: list[Figure], form: int, row: int, column: int) -> Figure:
    return next(
        figure
        for figure in figures
        if (figure.form_index, figure.row_index, figure.column_index) == (form, row, column)
    )


def printed(proofs: Proofs, figures: list[Figure], verdict: str) -> list[tuple[str, str, tuple[str, ...]]]:
    text = {figure.figure_id: figure.printed_text for figure in figures}
    return [
        (row["identity"], text[row["figure_ids"][0]], tuple(text[key] for key in row["figure_ids"][1:] if text[key]))
        for row in failing(proofs, verdict)
    ]


def test_rows_fit_their_tables(proofs: Proofs) -> None:
    IDENTITY_CHECK.schema.validate(IDENTITY_CHECK.frame(proofs.checks))
    SUSPECT_FIGURE.schema.validate(SUSPECT_FIGURE.frame(proofs.suspects))
    assert len(proofs.checks) > 500


def test_exactly_one_figure_must_be_wrong(proofs: Proofs, figures: list[Figure]) -> None:
    (suspect,) = proofs.suspects
    figure = next(figure for figure in figures if figure.figure_id == suspect["figure_id"])
    assert (figure.form, figure.agency_name, figure.fiscal_year) == ("three_public", "深圳市海防与打私办", 2016)
    assert (figure.line_code, figure.printed_text) == ("vehicles", "0")
    assert (suspect["feasible_low_yuan"], suspect["feasible_high_yuan"]) == (Decimal(25000), Decimal(35000))
    assert figure.proof == "suspect"
    assert [other.figure_id for other in figures if other.proof == "suspect"] == [figure.figure_id]


def test_three_identities_are_in_error(proofs: Proofs, figures: list[Figure]) -> None:
    assert printed(proofs, figures, "error") == [
        ("columns_add_up", "6", ("0", "3", "0")),
        ("columns_add_up", "0", ("0", "3")),
        ("rows_add_up", "49", ("46", "0", "0")),
    ]


def test_six_quantities_are_printed_twice(proofs: Proofs, figures: list[Figure]) -> None:
    pairs = sorted(
        tuple(sorted((stated, *addends))) for _, stated, addends in printed(proofs, figures, "printed_twice")
    )
    assert pairs == [
        ("211", "212"), ("3,056", "3,057"), ("3,487", "3,488"), ("34", "35"), ("4,357", "4,358"), ("7,861", "7,862"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("stated", "addends"),
    [
        ("487", ("242", "244")),
        ("7,861", ("6,376", "1,486")),
        ("1,560", ("211", "412", "33", "903")),
        ("3,607", ("3,476", "130")),
        ("244", ("210", "35")),
        ("215", ("215", "1")),
    ],
)
def test_rounding_is_no_error(proofs: Proofs, figures: list[Figure], stated: str, addends: tuple[str, ...]) -> None:
    text = {figure.figure_id: figure.printed_text for figure in figures}
    rounded = [tuple(text[key] for key in row["figure_ids"] if text[key]) for row in failing(proofs, "rounding")]
    assert (stated, *addends) in rounded


@pytest.mark.parametrize(
    ("stated", "addends"),
    [
        ("12,219", ("8,840", "3,379")),
        ("12,219", ("10,616", "30", "957", "129", "487")),
        ("12,219", ("5,675", "6,544")),
        ("6,544", ("3,165", "3,379")),
        ("3,056", ("1,570", "1,486")),
        ("3,488", ("1,595", "1,893")),
        ("333", ("214", "119")),
        ("4,805", ("3,608", "473", "684", "40")),
        ("870", ("711", "71", "88")),
        ("997", ("282", "715")),
        ("282", ("119", "163")),
        ("715", ("18", "628", "69")),
        ("35", ("35",)),
    ],
)
def test_identities_of_the_page_hold(
    proofs: Proofs, figures: list[Figure], stated: str, addends: tuple[str, ...]
) -> None:
    text = {figure.figure_id: figure.printed_text for figure in figures}
    exact = [tuple(text.get(key, "") for key in row["figure_ids"]) for row in failing(proofs, "exact")]
    assert (stated, *addends) in [tuple(part for part in terms if part) for terms in exact]


def test_sentences_agree_with_forms(proofs: Proofs) -> None:
    verdicts = Counter((row["identity"], row["verdict"]) for row in proofs.checks if row["scope"] == "narrative")
    assert verdicts == {
        ("narrative_repeats_form", "exact"): 7,
        ("narrative_change", "exact"): 3,
        ("narrative_percentage", "rounding"): 2,
        ("narrative_parts", "exact"): 2,  # 12,219 = 4,319 + 584 + 772 + 6,544; 60 = 25 + 35
    }


def test_nearly_every_printed_figure_is_proved(proofs: Proofs, figures: list[Figure]) -> None:
    assert proofs.checks
    proof = Counter(figure.proof for figure in figures if figure.value_state == "number")
    assert proof["proved"] + proof["consistent"] >= 0.98 * proof.total()
    # the others stand in totals of one part alone: a code with one code below it, a form of one line
    assert proof["proved"] >= 0.85 * proof.total()
    assert not proof["unchecked"]


def test_order_of_figures_does_not_matter() -> None:
    forward, backward = printed_2017.figures(), printed_2017.figures()[::-1]
    first, second = proofs_of(forward), proofs_of(backward)
    assert first.suspects == second.suspects or first.suspects[0]["figure_id"] == second.suspects[0]["figure_id"]
    assert Counter(row["verdict"] for row in first.checks) == Counter(row["verdict"] for row in second.checks)


def test_same_input_same_rows() -> None:
    assert proofs_of(printed_2017.figures()) == proofs_of(printed_2017.figures())


def test_report_names_the_suspect_first(proofs: Proofs, figures: list[Figure]) -> None:
    rows = [{name: getattr(figure, name) for name in Figure.__slots__} for figure in figures]
    pictures = {proofs.suspects[0]["figure_id"]: Path("folder/suspect.png")}
    text = render(
        proofs.checks, proofs.suspects, rows, title="2017", narrative=printed_2017.narrative(), pictures=pictures
    )
    assert text.count("folder/suspect.png") == 1
    assert text.index("深圳市海防与打私办") < text.index("tail" if "tail" in text else "rounding 尾差", 400)
    assert "[2.5, 3.5] 万元" in text
    assert "“0”" in text


# -- the list of the design page ----------------------------------------------------------------------------------------

EQUAL, ROUNDED, TWICE, WRONG = "exact", "rounding", "printed_twice", "error"
DESIGN = [
    # Where the page lists it; the identity; its verdict; stated less computed (万元; None for counts); the numbers, in order.
    ("form 1", "rows_add_up", EQUAL, "0", "12,219 8,840 3,379"),
    ("form 1", "rows_add_up", EQUAL, "0", "12,219 10,616 30 957 129 487"),
    ("form 1", "revenue_equals_expenditure", EQUAL, "0", "12,219 12,219"),
    ("form 2", "rows_add_up", EQUAL, "0", "12,219 7,861 4,358"),
    ("form 2", "rows_add_up", EQUAL, "0", "8,840 6,376 2,464"),
    ("form 2", "rows_add_up", EQUAL, "0", "3,379 1,486 1,893"),
    ("form 3", "columns_add_up", EQUAL, "0", "12,219 5,675 6,544"),
    ("form 4", "columns_add_up", EQUAL, "0", "6,544 3,165 3,379"),
    ("form 4", "columns_add_up", EQUAL, "0", "3,056 1,570 1,486"),
    ("form 4", "columns_add_up", EQUAL, "0", "3,488 1,595 1,893"),
    ("form 4", "rows_add_up", EQUAL, "0", "333 214 119"),
    ("form 5", "rows_add_up", EQUAL, "0", "4,805 3,608 473 684 40"),
    ("form 5", "rows_add_up", EQUAL, "0", "870 711 71 88"),
    ("form 6 repeats form 1", "expenditure_total_across_forms", EQUAL, "0", "12,219 12,219"),
    ("form 6 repeats form 1", "functional_line_across_forms", EQUAL, "0", "2,866 2,866"),
    ("form 6 repeats form 1", "revenue_item_across_forms", EQUAL, "0", "3,379 3,379"),
    ("form 7, a row", "columns_add_up", EQUAL, "0", "3,476 3,456 20"),
    ("form 7, an agency", "rows_add_up", EQUAL, "0", "4,805 3,456 215 443 172 3 105"),
    ("form 7, the department", "rows_add_up", EQUAL, "0", "12,219 7,862 4,357"),
    ("form 8", "nil_form_has_no_revenue", EQUAL, "0", "政府性基金预算支出情况表 (blank)"),
    ("form 9", "nil_form_has_no_revenue", EQUAL, "0", "国有资本经营预算支出情况表 (blank)"),
    ("form 11", "rows_add_up", EQUAL, "0", "997 282 715"),
    ("form 11", "rows_add_up", EQUAL, "0", "282 119 163"),
    ("form 11", "rows_add_up", EQUAL, "0", "715 18 628 69"),
    ("form 11 excludes 待支付", "narrative_parts", EQUAL, "0", "1,121 997 124"),
    ("form 12, a row", "columns_add_up", EQUAL, "0", "85 0 36 49"),
    ("form 12, a column", "rows_add_up", EQUAL, "0", "36 28 5 3"),
    ("form 13", "performance_project_across_forms", EQUAL, "0", "110 110"),
    ("form 13", "performance_project_across_forms", ROUNDED, "0.238", "845 844.762"),
    ("performance form 1", "performance_costs_add_up", EQUAL, "0", "110 92 10 8"),
    ("performance form 1", "performance_payments_add_up", EQUAL, "0", "92 4 × 23"),
    ("performance form 2", "performance_costs_add_up", EQUAL, "0", "844.762 336.612 291.75 19.4 49.4 12.6 30 more"),
    ("performance form 2", "performance_budget_is_total_cost", EQUAL, "0", "844.762 844.762"),
    ("performance form 2", "performance_budget_by_fund", EQUAL, "0", "6626 5600 1026"),
    ("performance form 2", "performance_payments_add_up", EQUAL, "0", "payments 19450000.00 beside costs 19450000.00"),
    ("performance form 2", "performance_costs_add_up", EQUAL, "0", "4496.53"),
    ("narrative", "narrative_parts", EQUAL, "0", "12,219 4,319 584 772 6,544"),
    ("narrative, Σ 13 items", "narrative_parts", EQUAL, "0", "3,056 11 110 252 170 40 231 7 more"),
    ("narrative, Σ 3 items", "narrative_parts", EQUAL, "0", "3,488 1,560 35 1,893"),
    ("narrative, posts", "staff_of_units", EQUAL, None, "170 144 26"),
    ("narrative against Σ of units", "narrative_units", EQUAL, "0", "4,319 3,608 711"),
    ("narrative against Σ of units", "narrative_units", EQUAL, "0", "584 513 71"),
    ("narrative against Σ of units", "narrative_units", EQUAL, "0", "772 684 88"),
    ("narrative against form 12", "narrative_change", EQUAL, "0", "14 35 49"),
    ("error", "columns_add_up", WRONG, "3", "6 0 3 0"),
    ("error", "columns_add_up", WRONG, "-3", "0 0 3"),
    ("error", "rows_add_up", WRONG, "3", "49 46 0 0"),
    ("printed twice", "expenditure_total_across_forms", TWICE, None, "7,862 7,861"),
    ("printed twice", "project_total_across_forms", TWICE, None, "3,057 3,056"),
    ("printed twice", "expenditure_total_across_forms", TWICE, None, "4,357 4,358"),
    ("printed twice", "project_total_across_forms", TWICE, None, "3,487 3,488"),
    ("printed twice", "columns_add_up", TWICE, "-1", "211 212"),
    ("printed twice", "housing_and_insurance_by_function_and_economic", TWICE, None, "35 34"),
    ("rounding", "rows_add_up", ROUNDED, "1", "487 242 244"),
    ("rounding", "columns_add_up", ROUNDED, "-1", "7,861 6,376 1,486"),
    ("rounding", "rows_add_up", ROUNDED, "1", "1,560 211 412 33 903"),
    ("rounding", "functional_line_across_forms", ROUNDED, "1", "3,607 3,476 130"),
    ("rounding in performance form 2", "performance_payments_add_up", ROUNDED, None,
     "payments 22180000.00 beside costs 22180300.00"),
    ("rounding in performance form 2", "performance_share_of_contract", ROUNDED, "-0.127", "538.6380 27.7 %"),
    ("rounding in performance form 2", "performance_share_of_contract", ROUNDED, "0.127", "336.612 17.3 %"),
    ("not obvious", "projects_by_function", EQUAL, "0", "2,831 903 35 1,893"),
    ("not obvious", "projects_by_function", EQUAL, "0", "211 5 206"),
    ("not obvious", "procurement_in_performance", ROUNDED, "-0.362", "628 336.612 291.75"),
    ("not obvious", "procurement_in_performance", ROUNDED, "0.2", "69 19.4 49.4"),
    ("not obvious", "payments_by_function_and_economic", EQUAL, "0", "108 3 105"),
    ("not obvious", "vehicles_operation_by_economic", EQUAL, "0", "35 35"),
]  # fmt: skip


@pytest.fixture(scope="module")
def checks() -> list[dict]:
    """What the pipeline, from the bytes of the document, says of its identities."""
    return read_document(printed_2017.PATH.read_bytes(), Claim(printed_2017.PATH.name)).rows["identity_check"]


@pytest.mark.parametrize(("where", "identity", "verdict", "difference", "numbers"), DESIGN)
def test_every_identity_of_the_design_page(
    checks: list[dict], where: str, identity: str, verdict: str, difference: str | None, numbers: str
) -> None:
    def words(number: str) -> str:
        return rf"(?<![\d.,]){re.escape(number)}(?![\d.,]*\d)" if number[0].isdigit() else re.escape(number)

    wanted = re.compile(".*".join(words(number) for number in numbers.split()), re.DOTALL)
    of_identity = [row for row in checks if row["identity"] == identity and wanted.search(row["description"])]
    assert of_identity, f"{where}: no instance of {identity} over {numbers}"
    assert any(
        row["verdict"] == verdict
        and (difference is None or row["difference_yuan"] == Decimal(difference) * TEN_THOUSAND)
        for row in of_identity
    ), [(row["verdict"], row["difference_yuan"], row["description"]) for row in of_identity]


def test_the_rest_of_the_document_is_rounding(checks: list[dict]) -> None:
    assert Counter(row["verdict"] for row in checks if row["verdict"] != EQUAL) == {ROUNDED: 27, TWICE: 6, WRONG: 3}


# -- injected mistakes: each must be found ------------------------------------------------------------------------------


def errors_and_suspects(figures: list[Figure]) -> tuple[set[str], set[str]]:
    proofs = proofs_of(figures)
    return (
        {key for row in failing(proofs, "error") for key in row["figure_ids"]},
        {row["figure_id"] for row in proofs.suspects},
    )


def changed(change: Callable[[Figure], bool], factor: Decimal) -> list[Figure]:
    return [
        replace(figure, amount_yuan=figure.amount_yuan * factor, half_unit_yuan=figure.half_unit_yuan * factor)
        if figure.amount_yuan is not None and figure.half_unit_yuan is not None and change(figure)
        else figure
        for figure in printed_2017.figures()
    ]


@pytest.mark.parametrize("form", [1, 3, 5, 7])
def test_wrong_unit_of_a_form_is_found(form: int) -> None:
    figures = changed(lambda figure: figure.form_index == form, TEN_THOUSAND)
    proofs = proofs_of(figures)
    broken = [row for row in failing(proofs, "error") if row["scope"] == "cross_form"]
    assert broken
    assert any("wrong unit of amount" in row["description"] for row in broken)
    assert all(any(f"-{form:03d}-" in key for key in row["figure_ids"]) for row in broken)
    suspects = [row["figure_id"].split("-")[1] for row in proofs.suspects]
    assert suspects.count(f"{form:03d}") * 2 > len(suspects)


def test_shifted_column_is_found() -> None:
    """Form 7's amounts moved one column to the right: 支出总计 under 基本支出, and so on."""
    shifted = []
    for figure in printed_2017.figures():
        if figure.form_index == 7 and figure.column_index < 5:
            source = figure_at(printed_2017.figures(), 7, figure.row_index, figure.column_index)
            right = figure_at(printed_2017.figures(), 7, figure.row_index, figure.column_index + 1)
            shifted.append(
                replace(
                    right, amount_yuan=source.amount_yuan, half_unit_yuan=source.half_unit_yuan,
                    printed_text=source.printed_text, value_state=source.value_state,
                )
            )  # fmt: skip
        elif figure.form_index != 7:
            shifted.append(figure)
    errors, suspects = errors_and_suspects(shifted)
    assert any("-007-" in key for key in errors)
    assert any("-007-" in key for key in suspects)
    straight = score([figure for figure in printed_2017.figures() if figure.form_index == 7])
    moved = score([figure for figure in shifted if figure.form_index == 7])
    assert straight.rank > moved.rank


@pytest.mark.parametrize("form", [5, 11, 12])
def test_wrong_unit_of_a_form_that_no_other_repeats_is_found(form: int) -> None:
    alone = [figure for figure in printed_2017.figures() if figure.form_index in (3, form)]
    figures = [
        replace(
            figure, amount_yuan=figure.amount_yuan * TEN_THOUSAND, half_unit_yuan=figure.half_unit_yuan * TEN_THOUSAND
        )
        if figure.form_index == form and figure.amount_yuan is not None and figure.half_unit_yuan is not None
        else figure
        for figure in alone
    ]
    told = [row for row in failing(prove(figures, [], []), "error") if row["identity"] == "form_is_within_the_total"]
    assert len(told) == 1
    assert "wrong unit of amount" in told[0]["description"]


@pytest.mark.parametrize("row", [2, 3, 6, 9, 17])
def test_dropped_row_is_found(row: int) -> None:
    figures = [figure for figure in printed_2017.figures() if not (figure.form_index == 7 and figure.row_index == row)]
    errors, suspects = errors_and_suspects(figures)
    parent = next(figure for figure in printed_2017.figures() if figure.form_index == 7 and figure.row_index == row)
    assert any(f"-007-{parent.parent_row_index:04d}-" in key for key in errors)
    assert any("-007-" in key for key in suspects)


@pytest.mark.parametrize("row", [2, 3, 6, 17])
def test_row_counted_twice_is_found_and_named(row: int) -> None:
    figures = printed_2017.figures()
    doubled = [
        replace(figure, row_index=500, figure_id=f"{figure.figure_id}-2", cell_id=f"{figure.cell_id}-2")
        for figure in figures
        if figure.form_index == 7 and figure.row_index == row
    ]
    proofs = proofs_of([*figures, *doubled])
    told = [row["description"] for row in failing(proofs, "error") if row["identity"] == "rows_add_up"]
    assert any(f"row {row + 1} seems to be counted twice" in text for text in told)


@pytest.mark.parametrize(
    ("form", "row", "column", "amount"),
    [
        (7, 2, 3, 3876), (7, 2, 4, 3496), (7, 18, 3, 2381), (7, 0, 3, 12919), (3, 1, 2, 4305), (1, 9, 3, 2366),
        (5, 3, 1, 2835), (4, 2, 3, 71), (12, 2, 4, 38), (11, 2, 3, 179), (2, 1, 5, 6876),
    ],
)  # fmt: skip
def test_misread_digit_is_found_in_its_place(form: int, row: int, column: int, amount: int) -> None:
    figures = printed_2017.figures()
    target = figure_at(figures, form, row, column)
    assert target.amount_yuan is not None
    assert target.amount_yuan != amount * TEN_THOUSAND
    target.amount_yuan = amount * TEN_THOUSAND
    errors, suspects = errors_and_suspects(figures)
    assert target.figure_id in errors
    assert target.figure_id in suspects
    assert target.proof == "suspect"


@pytest.mark.parametrize(("row", "column"), [(2, 3), (16, 4)])
def test_an_amount_that_was_not_read_is_unknown_and_no_failure(row: int, column: int) -> None:
    figures = [
        figure
        for figure in printed_2017.figures()
        if (figure.form_index, figure.row_index, figure.column_index) != (7, row, column)
    ]
    assert any(
        f"{printed_2017.DOCUMENT_ID}-007-" in key
        for check in failing(proofs_of(figures), "error")
        for key in check["figure_ids"]
    )
    proofs = prove(figures, [], printed_2017.narrative(), unread={7: {(row, column)}})
    assert not any(
        f"{printed_2017.DOCUMENT_ID}-007-" in key for check in failing(proofs, "error") for key in check["figure_ids"]
    )
    told = [check["description"] for check in failing(proofs, "not_checkable")]
    assert any("was not read" in text for text in told)


def test_a_judge_that_looks_at_nothing_fails() -> None:
    assert prove([], [], []).checks == []
    assert score([]).checkable == 0
    assert score(printed_2017.figures()).checkable > 300

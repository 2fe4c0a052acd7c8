"""Proofs on small tables made for the purpose: what must be accused, and above all what must not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.figures.figure import Figure
from pipeline.proofs import prove, score
from pipeline.proofs.catalogue import rules, same_names, selector
from pipeline.proofs.fields import agency_keys, comparable_name
from pipeline.proofs.intervals import Constraint, solve
from pipeline.proofs.report import render
from schemas.core import SCOPES

DOCUMENT = "0123456789abcdef"


def figure(form_index: int, row: int, column: int, amount: str | None, **fields: object) -> Figure:
    """A figure in 万元 with two decimals of department and year 2024; `fields` override."""
    name = f"{DOCUMENT}-{form_index:03d}-{row:04d}-{column:03d}"
    value = None if amount is None else Decimal(amount) * 10000
    usual: dict[str, object] = {
        "figure_id": name, "cell_id": name, "document_id": DOCUMENT, "page_number": 1, "form_index": form_index,
        "row_index": row, "column_index": column, "form": "general_public_expenditure", "fiscal_year": 2024,
        "phase": "approved", "is_comparative": False, "fund": "general_public_budget", "agency_name": "某局",
        "agency_level": "department", "scheme": "functional", "measure": "total", "printed_text": amount or "",
        "printed_unit": "万元", "amount_yuan": value, "half_unit_yuan": None if value is None else Decimal(50),
        "value_state": "blank" if value is None else "number" if value else "zero", "is_leaf": False,
    }  # fmt: skip
    return Figure(**{**usual, **fields})  # type: ignore[arg-type]


def table(form_index: int, rows: list[tuple[str | None, list[str | None]]], **fields: object) -> list[Figure]:
    """Rows of (code, [total, basic, project]); a row without a code is the total of all."""
    made = []
    for row, (code, amounts) in enumerate(rows):
        for column, (measure, amount) in enumerate(zip(("total", "basic", "project"), amounts, strict=False)):
            made.append(
                figure(
                    form_index,
                    row,
                    column,
                    amount,
                    measure=measure,
                    line_code=code,
                    line_name=code and f"科目{code}",
                    line_level="item" if code else "total",
                    parent_row_index=0 if code else None,
                    parent_column_index=0 if column else None,
                    **fields,
                )
            )
    return made


GOOD = [
    (None, ["100.00", "60.00", "40.00"]),
    ("2010301", ["70.00", "50.00", "20.00"]),
    ("2010302", ["30.00", "10.00", "20.00"]),
]


def verdicts(figures: list[Figure], narrative: list[dict] | None = None) -> dict[tuple[str, str], int]:
    counts: dict[tuple[str, str], int] = {}
    for row in prove(figures, [], narrative or []).checks:
        key = (row["identity"], row["verdict"])
        counts[key] = counts.get(key, 0) + 1
    return counts


# -- the catalogue ------------------------------------------------------------------------------------------------------


def test_catalogue_is_complete_and_names_no_document() -> None:
    methods = {"parent_column", "parent_row", "in_form", "agencies", "codes", "change", "same_quantity"}
    methods |= {"nil_form", "missing_lines", "magnitude", "same_payments", "partition", "performance"}
    methods |= {"scopes", "carried_balance"}
    methods |= {
        "narrative_link",
        "narrative_sum",
        "narrative_change",
        "narrative_percentage",
        "narrative_units",
        "staff",
    }
    assert len(rules()) > 20
    for rule in rules().values():
        assert rule.method in methods, rule.identity
        assert rule.scope in SCOPES
        assert rule.severity in ("error", "warning")
        assert rule.force in ("promise", "definition", "alternative", "convention")
        assert len(rule.english) > 20
        assert any("一" <= letter <= "鿿" for letter in rule.chinese)
        assert any("一" <= letter <= "鿿" for letter in rule.basis)
    assert all(same.economic_code or same.functional_code for same in same_names())


def test_selector_refuses_what_is_no_condition() -> None:
    with pytest.raises(ValueError, match="no condition"):
        selector("measure total")


# -- what holds ---------------------------------------------------------------------------------------------------------


def test_a_table_that_adds_up_proves_every_figure() -> None:
    figures = table(1, GOOD)
    proofs = prove(figures, [], [])
    assert not proofs.suspects
    assert {row["verdict"] for row in proofs.checks} == {"exact"}
    assert len(proofs.checks) == 6
    assert {item.proof for item in figures} == {"proved"}
    # 40 = 20 + 20 holds as well when every 2 is a misread 7: it proves nothing
    assert [item.proof_count for item in figures] == [2, 2, 1] * 3


@pytest.mark.parametrize(
    "rows",
    [
        [(None, ["70.00", "70.00", "0.00"]), ("2010301", ["70.00", "70.00", "0.00"])],
        [
            (None, ["140.00", "140.00", "0.00"]),
            ("2010301", ["70.00", "70.00", "0.00"]),
            ("2010302", ["70.00", "70.00", "0.00"]),
        ],
    ],
    ids=["totals of one part", "equal parts"],
)
def test_what_a_consistent_misreading_survives_proves_nothing(rows: list[tuple[str | None, list[str]]]) -> None:
    figures = table(1, rows)
    proofs = prove(figures, [], [])
    assert {row["verdict"] for row in proofs.checks} == {"exact"}
    assert {item.proof for item in figures if item.value_state != "blank"} == {"consistent"}


def test_zeros_alone_prove_nothing() -> None:
    figures = table(1, [(None, ["0.00", "0.00", "0.00"]), ("2010301", ["0.00", "0.00", "0.00"])])
    prove(figures, [], [])
    assert {item.proof for item in figures} == {"consistent"}
    assert {item.proof_count for item in figures} == {0}


def test_a_lone_figure_is_unchecked() -> None:
    figures = [figure(1, 0, 0, "5.00")]
    assert prove(figures, [], []).checks == []
    assert figures[0].proof == "unchecked"


def test_score_is_pure_and_prefers_the_true_columns() -> None:
    figures = table(1, GOOD)
    assert score(figures) == (6, 6, 6, 12)
    assert {item.proof for item in figures} == {"unchecked"}
    swapped = table(1, [(code, [amounts[1], amounts[0], amounts[2]]) for code, amounts in GOOD])
    assert score(swapped).held < score(figures).held
    assert score(figures).rank > score(swapped).rank


# -- what must be accused -----------------------------------------------------------------------------------------------


def test_a_misread_digit_is_pinned_to_its_cell_with_its_true_value() -> None:
    figures = table(1, [GOOD[0], ("2010301", ["70.00", "56.00", "20.00"]), GOOD[2]])
    (suspect,) = prove(figures, [], []).suspects
    assert suspect["figure_id"] == figures[4].figure_id
    assert suspect["feasible_low_yuan"] <= Decimal(500000) <= suspect["feasible_high_yuan"]
    assert suspect["feasible_high_yuan"] - suspect["feasible_low_yuan"] <= Decimal(400)
    assert figures[4].proof == "suspect"


def test_two_misread_digits_are_both_found() -> None:
    rows = [
        (None, ["1000.00", "600.00", "400.00"]), ("2010301", ["700.00", "580.00", "200.00"]),
        ("2010302", ["200.00", "50.00", "150.00"]), ("2010303", ["100.00", "50.00", "80.00"]),
    ]  # fmt: skip
    figures = table(1, rows)
    suspects = {row["figure_id"] for row in prove(figures, [], []).suspects}
    assert suspects == {figures[4].figure_id, figures[11].figure_id}


def test_a_missing_row_is_named_as_one() -> None:
    figures = table(1, GOOD[:2])
    told = [row["description"] for row in prove(figures, [], []).checks if row["verdict"] == "error"]
    assert len(told) == 3
    assert all("a row of 300000.00, 100000.00, 200000.00 yuan seems to be missing below it" in text for text in told)


def test_where_many_figures_could_be_wrong_none_is_named() -> None:
    rows = [(None, ["100.00"]), *((f"20103{number:02d}", ["15.00"]) for number in range(1, 7))]
    proofs = prove(table(1, rows), [], [])
    assert [row["verdict"] for row in proofs.checks] == ["error"]
    assert "one of 7 figures is wrong" in proofs.checks[0]["description"]
    assert proofs.suspects == []


# -- what must not be accused -------------------------------------------------------------------------------------------


def test_a_blank_total_is_no_zero() -> None:
    figures = table(1, [(None, [None, "60.00", "40.00"])])
    assert verdicts(figures) == {("columns_add_up", "not_checkable"): 1}


def test_two_forms_that_each_add_up_and_differ_differ_in_scope() -> None:
    wider = table(2, [(None, ["130.00", "90.00", "40.00"]), ("2010301", ["100.00", "80.00", "20.00"]), GOOD[2]],
                  form="fiscal_appropriation_expenditure")  # fmt: skip
    found = verdicts([*table(1, GOOD), *wider])
    assert ("expenditure_total_across_forms", "error") not in found
    assert found[("expenditure_total_across_forms", "not_checkable")] == 1


def test_funds_are_compared_only_where_their_totals_coincide() -> None:
    whole = table(2, GOOD, form="expenditure_summary", fund="all")
    assert verdicts([*table(1, GOOD), *whole])[("functional_line_across_forms", "exact")] == 6
    wider = table(2, [(None, ["130.00", "90.00", "40.00"]), *GOOD[1:], ("2080501", ["30.00", "30.00", None])],
                  form="expenditure_summary", fund="all")  # fmt: skip
    assert not any(name.endswith("across_forms") for name, _ in verdicts([*table(1, GOOD), *wider]))


def test_rows_of_several_levels_accuse_nobody() -> None:
    rows = [
        ("合计", "100.00", None),
        ("货物", "60.00", 0),
        ("电脑", "60.00", 0),
        ("服务", "40.00", 0),
        ("审计", "40.00", 0),
    ]
    figures = [
        figure(1, row, 0, amount, form="procurement", scheme="procurement", line_name=name, parent_row_index=parent,
               line_level="total" if row == 0 else None)
        for row, (name, amount, parent) in enumerate(rows)
    ]  # fmt: skip
    assert verdicts(figures) == {("rows_add_up", "not_checkable"): 1}


@pytest.mark.parametrize(
    ("total", "identity"), [("15.00", "three_public_total"), ("150.00", "three_public_total_with_meetings")]
)
def test_a_total_of_three_public_may_hold_meetings(total: str, identity: str) -> None:
    items = ["total", "overseas_travel", "official_reception", "vehicles", "meeting", "training"]
    amounts = [total, "0.00", "15.00", "0.00", "30.00", "105.00"]
    figures = [
        figure(1, 0, column, amount, form="three_public", scheme="three_public", line_code=item)
        for column, (item, amount) in enumerate(zip(items, amounts, strict=True))
    ]
    found = verdicts(figures)
    assert found[(identity, "exact")] == 1
    assert not any(verdict == "error" for _, verdict in found)


def test_a_reserve_beside_basic_and_project_is_no_error() -> None:
    row = [("total", "110.00", None), ("basic", "60.00", 0), ("project", "40.00", 0), ("closing_balance", "10.00", 0)]
    figures = [
        figure(1, 0, column, amount, measure=measure, line_level="total", parent_column_index=parent)
        for column, (measure, amount, parent) in enumerate(row)
    ]
    assert verdicts(figures) == {("columns_add_up", "exact"): 1}


@pytest.mark.parametrize(("of_change", "verdict"), [("调研", "not_checkable"), ("支出", "error")])
def test_a_percentage_accuses_only_a_sentence_that_compares_its_own_amounts(of_change: str, verdict: str) -> None:
    rows = [("stated", "100 万元", 1000000, None), ("increase", "7 万元", 70000, None), ("percentage", "50%", None, 50)]
    narrative = [
        {
            "narrative_figure_id": f"n{position}", "block_index": 1, "position": position, "page_number": 1,
            "measure": measure, "printed_text": text, "figure_id": None,
            "subject": "支出" if measure == "stated" else of_change,
            "amount_yuan": None if amount is None else Decimal(amount), "half_unit_yuan": Decimal(5000),
            "percentage": None if percentage is None else Decimal(percentage),
        }
        for position, (measure, text, amount, percentage) in enumerate(rows)
    ]  # fmt: skip
    assert verdicts([figure(1, 0, 0, "5.00")], narrative) == {("narrative_percentage", verdict): 1}


def test_names_of_one_unit_are_told_and_two_units_of_one_form_are_kept_apart() -> None:
    figures = [
        figure(1, 0, 0, "1.00", agency_level="unit", agency_name="深圳市府办公厅本级"),
        figure(1, 1, 0, "1.00", agency_level="unit", agency_name="深圳市政务服务管理办公室"),
        figure(2, 0, 0, "1.00", agency_level="unit", agency_name="市府办公厅本级"),
        figure(2, 1, 0, "1.00", agency_level="unit", agency_name="市政务服务管理办公室"),
        figure(3, 0, 0, "1.00", agency_level="unit", agency_name="第一幼儿园"),
        figure(3, 1, 0, "1.00", agency_level="unit", agency_name="第一一幼儿园"),
    ]
    keys = agency_keys(figures)
    assert keys["市府办公厅本级"] == "深圳市府办公厅本级"
    assert keys["市政务服务管理办公室"] == "深圳市政务服务管理办公室"
    assert keys["第一幼儿园"] != keys["第一一幼儿园"]


def test_comparable_name_drops_numbering() -> None:
    assert comparable_name("一、一般公共服务支出") == "一般公共服务支出"
    assert comparable_name("（二）培训支出") == "培训支出"
    assert comparable_name("机关事业单位职业年金缴费支出") == comparable_name("职业年金缴费")


def test_report_of_nothing_says_so() -> None:
    assert "No figure must be wrong" in render([], [], [])


# -- intervals ----------------------------------------------------------------------------------------------------------


def constraints_of(values: list[int], halves: list[int], sums: list[tuple[int, list[int]]]) -> list[Constraint]:
    made = []
    for stated, parts in sums:
        terms = ((stated, 1), *((part, -1) for part in parts))
        made.append(
            Constraint(
                terms,
                values[stated] - sum(values[part] for part in parts),
                halves[stated] + sum(halves[part] for part in parts),
            )
        )
    return made


@st.composite
def rounded_tables(draw: st.DrawFn) -> tuple[list[int], list[int], list[tuple[int, list[int]]]]:
    """A true two-way table, every cell printed in a unit of its own column: place r*columns+c, first row and column are sums."""
    rows, columns = draw(st.integers(2, 6)), draw(st.integers(2, 4))
    units = [draw(st.sampled_from([2, 20, 200, 20000])) for _ in range(columns)]
    leaves = [[draw(st.integers(0, 10**7)) for _ in range(columns - 1)] for _ in range(rows - 1)]
    body = [[sum(line), *line] for line in leaves]
    true = [[sum(line[column] for line in body) for column in range(columns)], *body]
    values = [round(true[r][c] / units[c]) * units[c] for r in range(rows) for c in range(columns)]
    halves = [units[c] // 2 for _ in range(rows) for c in range(columns)]
    sums = [(c, [r * columns + c for r in range(1, rows)]) for c in range(columns)]
    sums += [(r * columns, [r * columns + c for c in range(1, columns)]) for r in range(rows)]
    return values, halves, sums


@settings(max_examples=60, deadline=None)
@given(rounded_tables())
def test_rounding_is_never_accused(made: tuple[list[int], list[int], list[tuple[int, list[int]]]]) -> None:
    values, halves, sums = made
    solution = solve(constraints_of(values, halves, sums), halves, [1.0] * len(values))
    assert not solution.suspects
    assert not solution.broken
    assert not solution.undecided


@settings(max_examples=60, deadline=None)
@given(rounded_tables(), st.data())
def test_a_change_beyond_every_bound_is_found(
    made: tuple[list[int], list[int], list[tuple[int, list[int]]]], data: st.DataObject
) -> None:
    """A change that no rounding explains makes the system infeasible, and the true value lies in the interval of the suspect."""
    values, halves, sums = made
    place = data.draw(st.integers(0, len(values) - 1))
    room = max(constraint.bound for constraint in constraints_of(values, halves, sums))
    change = data.draw(st.integers(2 * room + 1, 10 * room + 10)) * data.draw(st.sampled_from([-1, 1]))
    wrong = list(values)
    wrong[place] += change
    solution = solve(constraints_of(wrong, halves, sums), halves, [1.0] * len(values))
    assert len(solution.suspects) == 1
    (suspect,) = solution.suspects
    if suspect == place:
        interval = solution.suspects[place]
        assert interval.low is not None
        assert interval.high is not None
        assert interval.low - 1 <= -change + halves[place]
        assert interval.high + 1 >= -change - halves[place]
    else:
        assert place in solution.alternatives[suspect]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=6))
def test_exact_sums_are_feasible_whatever_their_size(parts: list[int]) -> None:
    values = [sum(parts) * 10**9, *(part * 10**9 for part in parts)]
    halves = [1] * len(values)
    solution = solve(constraints_of(values, halves, [(0, list(range(1, len(values))))]), halves, [1.0] * len(values))
    assert not solution.suspects


def test_three_roundings_that_cannot_all_be_true_are_an_error() -> None:
    """a = b, b = c, c = d, each within a unit of the last digit, but a and d lie three units apart."""
    values, halves = [0, 10, 20, 30], [5, 5, 5, 5]
    sums = [(0, [1]), (1, [2]), (2, [3])]
    solution = solve(constraints_of(values, halves, sums), halves, [1.0] * 4)
    assert solution.suspects
    assert solution.broken


def test_a_row_that_was_the_only_one_below_its_class_is_missed_where_another_form_prints_it() -> None:
    lines = [
        ("201", None, "80"), ("20103", 0, "50"), ("2010301", 1, "50"), ("20104", 0, "30"), ("2010401", 3, "30"),
        ("205", None, "20"), ("20508", 5, "20"), ("2050803", 6, "20"),
    ]  # fmt: skip

    def form(index: int, left_out: str | None) -> list[Figure]:
        return [
            figure(
                index, row, 3, amount, form="expenditure_summary" if index == 1 else "general_public_expenditure",
                line_code=code, parent_row_index=parent, fund="general_public_budget",
            )
            for row, (code, parent, amount) in enumerate(lines)
            if code != left_out
        ]  # fmt: skip

    whole = [*form(1, None), *form(2, None)]
    assert ("lines_are_in_every_form", "error") not in verdicts(whole)
    found = verdicts([*form(1, None), *form(2, "2050803")])
    assert found[("lines_are_in_every_form", "error")] == 1


# -- whose mistake, and what was carried over ----------------------------------------------------------------------------

MANY = [
    (None, ["200.00", "110.00", "90.00"]),
    ("2010301", ["70.00", "50.00", "20.00"]),
    ("2010302", ["30.00", "10.00", "20.00"]),
    ("2010303", ["60.00", "30.00", "30.00"]),
    ("2010304", ["40.00", "20.00", "20.00"]),
]


def causes(rows: list[tuple[str | None, list[str | None]]], lost: tuple[int, ...] = ()) -> dict[str, str]:
    proofs = prove(table(1, rows), [], [], lost=lost)
    return {str(row["printed_yuan"] / 10000): row["cause"] for row in proofs.suspects}


def test_a_misprint_among_sums_that_hold_is_the_documents() -> None:
    broken = [*MANY[:2], ("2010302", ["30.00", "10.00", "25.00"]), *MANY[3:]]
    assert causes(broken) == {"25.00": "document"}


def test_a_document_is_not_accused_where_rows_were_lost_beside_the_form() -> None:
    """What fails may be a sum whose last rows stand on the page after, in a table that was not found."""
    broken = [*MANY[:2], ("2010302", ["30.00", "10.00", "25.00"]), *MANY[3:]]
    page = table(1, broken)[0].page_number
    assert causes(broken, (page,)) == {"25.00": "reading"}
    assert causes(broken, (page + 1,)) == {"25.00": "reading"}
    assert causes(broken, (page + 2,)) == {"25.00": "document"}


def test_a_total_over_a_blank_part_is_right_where_the_parts_of_that_make_it_up() -> None:
    """支出总计 248,986 = 182,773 + 6,377 + 59,836, and 转移性支出 above the last two is blank: nothing is wrong."""
    lines = [("支出总计", "248986", None), ("本年支出合计", "182773", 0), ("转移性支出", None, 0), ("上解上级支出", "6377", 2), ("结转下年支出", "59836", 2)]  # fmt: skip

    def column(printed: str) -> list[Figure]:
        amounts = [printed, *(amount for _, amount, _ in lines[1:])]
        return [
            figure(1, row, 0, amount, line_name=name, parent_row_index=parent)
            for row, ((name, _, parent), amount) in enumerate(zip(lines, amounts, strict=True))
        ]

    def told(printed: str) -> str:
        return " ".join(row["description"] for row in prove(column(printed), [], []).checks)

    assert "its own parts make up the sum" in told("248986")
    assert "its own parts make up the sum" not in told("249986")


def test_a_column_that_fails_in_most_rows_may_be_misread() -> None:
    """Amounts of 合计 stand one row too high: what is read so is not the document's mistake for certain."""
    totals = ["200.00", "30.00", "60.00", "40.00", "70.00"]
    shifted = [(code, [total, *parts[1:]]) for (code, parts), total in zip(MANY, totals, strict=True)]
    assert set(causes(shifted).values()) <= {"reading"}


def carried_over(total: str) -> list[Figure]:
    """A unit's total beside what it gets this year and what is carried over."""
    made = []
    for row, (amount, current, balance) in enumerate(
        [(total, "60.00", "3.82"), ("50.00", "49.00", "1.00"), ("20.00", "20.00", None)]
    ):
        for column, (source, text) in enumerate(
            ((None, amount), ("general_public_budget", current), ("carry_over", balance))
        ):
            made.append(
                figure(
                    1, row, column, text, form="revenue_summary", scheme="revenue", measure="revenue", source=source, line_level="total",
                    agency_name=f"{row}站", agency_level="unit", parent_column_index=0 if column else None,
                )
            )  # fmt: skip
    return made


def test_a_total_that_leaves_out_what_is_carried_over_is_no_misprint() -> None:
    proofs = prove(carried_over("60.00"), [], [])
    assert not proofs.suspects
    assert [row["verdict"] for row in proofs.checks if "carried over" in row["description"]] == ["not_checkable"]


def test_a_total_that_lacks_another_amount_is_a_misprint() -> None:
    assert prove(carried_over("61.00"), [], []).suspects

"""Which line is an addend of which: codes, agencies, numbering, sources and sums."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.figures.hierarchy import tie
from pipeline.figures.lines import LineRow


def lines(*rows: tuple[str, int], **common: object) -> tuple[list[LineRow], dict[int, tuple[Decimal, Decimal]]]:
    made = [LineRow(row=index, group=0, page_number=1, name=name, **common) for index, (name, _) in enumerate(rows)]  # type: ignore[arg-type]
    return made, {index: (Decimal(amount), Decimal("0.5")) for index, (_, amount) in enumerate(rows)}


def parents(made: list[LineRow]) -> list[int | None]:
    return [line.parent for line in made]


def test_codes_tie_to_the_longest_prefix_in_any_order() -> None:
    made, amounts = lines(("行政运行", 3), ("信访业务", 2), ("信访事务", 5), ("一般公共服务支出", 5))
    for line, code in zip(made, ("2014001", "2014004", "20140", "201"), strict=True):
        line.code, line.scheme = code, "functional"
    tie(made, amounts)
    assert parents(made) == [2, 2, 3, None]


def test_lines_and_balances_tie_to_their_own_totals() -> None:
    made, amounts = lines(
        ("一、财政拨款收入", 8), ("二、其他收入", 2), ("本年收入合计", 10), ("上年结转", 3), ("收入总计", 13)
    )
    made[2].kind, made[4].kind = "current_total", "total"
    for line, rank in zip(made, (0, 0, None, None, None), strict=True):
        line.rank = rank
    tie(made, amounts)
    assert parents(made) == [2, 2, 4, 4, None]


def test_names_nest_by_what_adds_up() -> None:
    made, amounts = lines(("合计", 60), ("甲类", 30), ("甲一", 10), ("甲二", 20), ("乙类", 30), ("乙一", 30))
    made[0].kind = "total"
    tie(made, amounts)
    assert parents(made) == [None, 0, 1, 1, 0, 4]


def test_equal_amounts_in_a_row_need_the_search_to_go_back() -> None:
    """A category of two equal projects: taking the second for a part of the first would leave the category short."""
    made, amounts = lines(("合计", 14), ("援助资金", 14), ("援助资金一", 7), ("援助资金二", 7))
    made[0].kind = "total"
    tie(made, amounts)
    assert parents(made) == [None, 0, 1, 1]


def test_a_heading_without_an_amount_is_no_total() -> None:
    made, amounts = lines(("一、部门预算", 0), ("1、财政拨款", 8), ("2、其他收入", 2), ("收入总计", 10))
    del amounts[0]
    made[3].kind = "total"
    made[0].rank, made[1].rank, made[2].rank = 0, 2, 2
    tie(made, amounts)
    assert parents(made)[1:] == [3, 3, None]


def test_a_total_repeated_on_the_next_page_is_not_counted_again() -> None:
    made, amounts = lines(("合计", 10), ("甲", 4), ("乙", 6), ("合计", 10))
    made[0].kind = made[3].kind = "total"
    made[3].page_number = 2
    tie(made, amounts)
    assert made[3].kind == "repeated_total"
    assert parents(made)[:3] == [None, 0, 0]


def test_units_tie_to_the_department_that_sums_them() -> None:
    made, amounts = lines(("某局", 10), ("本级", 6), ("中心", 4))
    for line in made:
        line.kind, line.agency_name = "agency", line.name
    tie(made, amounts)
    assert parents(made) == [None, 0, 0]


def test_units_tie_by_their_codes() -> None:
    made, amounts = lines(("某局", 10), ("某局", 10), ("项目", 10))
    made[0].kind = made[1].kind = "agency"
    made[0].agency_name = made[1].agency_name = "某局"
    made[0].agency_code, made[1].agency_code = "114", "114001"
    made[2].agency_name = "某局"
    tie(made, amounts)
    assert parents(made) == [None, 0, 1]


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(1, 10**6), min_size=1, max_size=4), min_size=1, max_size=5))
def test_every_chosen_parent_is_the_sum_of_its_addends_or_the_list_is_flat(groups: list[list[int]]) -> None:
    rows = [("合计", sum(map(sum, groups)))]
    for group in groups:
        rows.append(("类", sum(group)))
        rows += [("项", amount) for amount in group]
    made, amounts = lines(*rows)
    made[0].kind = "total"
    tie(made, amounts)
    for line in made:
        below = [amounts[other.row][0] for other in made if other.parent == line.row]
        if below:
            assert abs(sum(below) - amounts[line.row][0]) <= Decimal("0.5") * (len(below) + 1)


def test_a_code_printed_twice_by_the_publisher_counts_once() -> None:
    made, amounts = lines(
        ("合计", 700), ("援助其他地区支出", 700), ("其他支出", 500), ("其他支出", 500), ("一般公共服务", 200)
    )
    made[0].kind = "total"
    for line, code in zip(made[1:], ("219", "21999", "21999", "21901"), strict=True):
        line.code, line.scheme = code, "functional"
    tie(made, amounts)
    assert parents(made) == [None, 0, 1, 2, 1]
    assert [line.row for line in made if not line.is_parent] == [3, 4]


def test_two_lines_of_one_code_stay_two_where_the_sum_holds_with_both() -> None:
    made, amounts = lines(("合计", 1000), ("援助其他地区支出", 1000), ("其他支出", 500), ("其他支出", 500))
    made[0].kind = "total"
    for line, code in zip(made[1:], ("219", "21999", "21999"), strict=True):
        line.code, line.scheme = code, "functional"
    tie(made, amounts)
    assert parents(made) == [None, 0, 1, 1]

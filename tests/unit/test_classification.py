"""Lookups in the editions. Expected codes and names were read from printed documents, or from the issue of the tracker."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.editions.classification import (
    ECONOMIC_DEPARTMENT,
    FUNCTIONAL,
    REVENUE,
    assign_codes,
    assign_names,
    check,
    code_by_name,
    code_name,
    functional_name,
    is_functional_code,
    is_same_name,
    known_codes,
    names_of,
    scheme_of_code,
)


@pytest.mark.parametrize(
    ("code", "year", "name"),
    [
        ("20805", 2019, "行政事业单位离退休"),
        ("20805", 2021, "行政事业单位养老支出"),
        ("210", 2017, "医疗卫生与计划生育支出"),
        ("210", 2019, "卫生健康支出"),
        ("2080501", 2017, "归口管理的行政单位离退休"),
        ("2080501", 2026, "行政单位离退休"),
        ("2040405", 2017, "公诉和审判监督"),
        ("2040405", 2018, "公诉、审判、侦查、执行等检察监督支出"),
        ("2080504", 2019, "未归口管理的行政单位离退休"),
        ("2080504", 2020, None),
        ("2040410", 2017, None),
        ("9999999", 2026, None),
    ],
)
def test_name_of_a_code_is_that_of_the_year(code: str, year: int, name: str | None) -> None:
    assert functional_name(code, year) == name


def test_both_codes_are_in_force_in_the_years_that_print_both() -> None:
    for year in (2021, 2022):
        assert functional_name("2089901", year) == functional_name("2089999", year) == "其他社会保障和就业支出"


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("2010301", "functional"),
        ("201", "functional"),
        ("20805", "functional"),
        ("30201", "economic_department"),
        ("399", "economic_department"),
        ("50201", "economic_government"),
        ("2017", None),
        ("200001", None),
        ("1010301", None),
        ("20103011", None),
        ("", None),
    ],
)
def test_shape_of_a_code_tells_its_scheme(text: str, scheme: str | None) -> None:
    assert scheme_of_code(text) == scheme
    assert is_functional_code(text) is (scheme == "functional")


def codes(*arguments: object, **keywords: object) -> list[str]:
    return [candidate.code for candidate in code_by_name(*arguments, **keywords)]  # type: ignore[arg-type]


def test_a_name_of_many_sections_needs_its_parent() -> None:
    assert codes("行政运行", "20103", year=2017) == ["2010301"]
    assert len(codes("行政运行", year=2026)) > 40


def test_printing_does_not_change_a_name() -> None:
    assert codes("因公出国(境)费用", scheme="economic_department", year=2026) == ["30212"]
    assert codes(" 因公出国（境） 费用", scheme="economic_department", year=2026) == ["30212"]
    assert codes("一、 一般公共服务支出", year=2026) == ["201"]


def test_words_in_brackets_behind_a_name_are_set_aside() -> None:
    (found,) = code_by_name("离休费（老人老办法）", None, "economic_department", 2017)
    assert (found.code, found.evidence) == ("30301", "qualified_name")
    assert codes("一般行政管理事务（人力资源事务）", "20110", year=2020) == ["2011002"]


def test_a_clipped_name_is_one_that_begins_so() -> None:
    (found,) = code_by_name("其他政府办公厅（室）及相关机", None, "functional", 2026)
    assert (found.code, found.evidence) == ("2010399", "clipped_name")


def test_the_name_of_another_year_says_so() -> None:
    (found,) = code_by_name("行政事业单位离退休", None, "functional", 2026)
    assert (found.code, found.evidence) == ("20805", "other_edition")


def test_a_project_is_no_code() -> None:
    assert codes("政府公报编辑业务", year=2017) == []
    assert codes("综合定额", scheme="economic_department", year=2017) == []


@pytest.mark.parametrize(
    ("code", "name", "year", "kind"),
    [
        ("2080501", "归口管理的行政单位离退休", 2020, "other_edition"),
        ("2080504", "未归口管理的行政单位离退休", 2021, "out_of_span"),
        ("20308", "北京城市图", 2026, "unknown_code"),
        ("2010306", "政务大厅日常保障及便民设施购置费", 2025, "other_name"),
        ("3021503", "三类会议费", 2026, "local_code"),
    ],
)
def test_contradictions_are_told_apart(code: str, name: str, year: int, kind: str) -> None:
    found = check(code, name, year)
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize(
    ("code", "name", "year"),
    [
        ("2080501", "归口管理的行政单位离退休", 2017),
        ("2080505", "机关事业单位基本养老保险缴费支出", 2026),
        ("2080505", "机关事业单位基本养老保险缴", 2026),
        ("2011002", "一般行政管理事务（人力资源事务）", 2020),
        ("30113", "住房公积金", 2018),
        ("50306", "设备购置", 2026),
    ],
)
def test_what_documents_print_agrees(code: str, name: str, year: int) -> None:
    assert check(code, name, year) is None


def test_names_in_order_become_codes() -> None:
    names = [
        "一、社会保障和就业支出",
        "行政事业单位离退休",
        "归口管理的行政单位离退休",
        "二、住房保障支出",
        "住房改革支出",
        "住房公积金",
    ]
    assert assign_names(names, "functional", 2017) == ["208", "20805", "2080501", "221", "22102", "2210201"]


def test_one_name_at_two_levels_is_read_by_its_place() -> None:
    names = ["城乡社区支出", "城乡社区规划与管理", "城乡社区规划与管理", "其他支出", "其他支出", "其他支出"]
    assert assign_names(names, "functional", 2026) == ["212", "21202", "2120201", "229", "22999", "2299999"]


def test_the_same_item_under_two_sections_takes_each_parent() -> None:
    names = ["一般公共服务支出", "财政事务", "行政运行", "一般行政管理事务", "审计事务", "行政运行"]
    assert assign_names(names, "functional", 2026) == ["201", "20106", "2010601", "2010602", "20108", "2010801"]


def test_a_name_without_a_parent_stays_uncoded_and_says_so() -> None:
    assert [assignment.evidence for assignment in assign_codes(["行政运行", "机关服务"], "functional", 2026)] == [
        "ambiguous",
        "ambiguous",
    ]


def test_categories_that_their_cells_cut_off_are_told_by_their_beginning_where_one_begins_so() -> None:
    names = ["一般公共", "社会保障", "卫生健康", "城乡社", "债务", "年末结转和结"]
    levels = ["category"] * len(names)
    codes = [assignment.code for assignment in assign_codes(names, "functional", 2024, levels)]
    assert codes == ["201", "208", "210", "212", None, None]
    assert [found.code for found in assign_codes(["社会保"], "functional", 2024, ["category"])] == [
        None
    ]  # 社会保险基金支出


def test_what_is_no_line_of_the_classification_does_not_disturb_the_walk() -> None:
    names = [
        "深圳市府办公厅",
        "工资福利支出",
        "基本工资",
        "综合定额",
        "其他资本性支出",
        "办公设备购置",
        "市政务办",
        "工资福利支出",
        "基本工资",
    ]
    assert assign_names(names, "economic_department", 2017) == [
        None, "301", "30101", None, "310", "31002", None, "301", "30101",
    ]  # fmt: skip


def test_evidence_names_what_stands_above() -> None:
    found = assign_codes(["教育支出", "进修及培训", "培训支出"], "functional", 2017)
    assert [each.evidence for each in found] == ["name_alone", "within_parent", "within_parent"]


def test_a_long_list_is_read_at_once(benchmark: object) -> None:
    names = ["一般公共服务支出", "财政事务", *["行政运行", "一般行政管理事务", "机关服务", "事业运行"] * 100]
    result = benchmark(assign_names, names, "functional", 2026)  # type: ignore[operator]
    assert result[2] == "2010601"


@given(st.sampled_from(sorted(known_codes("functional"))))
def test_every_name_finds_its_code_within_its_parent(code: str) -> None:
    for span in names_of(code):
        found = code_by_name(span.name, code[:-2] if len(code) > 3 else None, "functional", span.first_year)
        assert code in [candidate.code for candidate in found]
        assert check(code, span.name, span.first_year) is None


@given(st.text(max_size=30))
def test_any_text_can_be_looked_up(text: str) -> None:
    code_by_name(text, None, "functional", 2026)
    assert is_same_name(text, text) or not text.strip()
    assign_codes([text, text], "functional", 2026)


def test_revenue_of_governments_is_found_by_name_code_and_year() -> None:
    """A title without a code, as a city prints it; notices of 2024 and 2025 created two of the codes."""
    names = [
        "税收收入",
        "增值税",
        "企业所得税",
        "非税收入",
        "专项收入",
        "教育费附加收入",
        "罚没收入",
        "转移性收入",
        "返还性收入",
    ]
    codes = ["101", "10101", "10104", "103", "10302", "1030203", "10305", "110", "11001"]
    assert assign_names(names, REVENUE, 2021) == codes
    assert code_name(REVENUE, "1030182", 2023) is None
    assert code_name(REVENUE, "1030182", 2024) == "耕地保护考核奖惩基金收入"
    assert code_name(REVENUE, "1050305", 2025) == "中央金融机构注资特别国债收入"


@pytest.mark.parametrize(
    ("names", "codes"),
    [
        (["工资和福利支出", "商品与服务支出", "对个人和家庭补助", "其他资本性等支出"], ["301", "302", "303", "310"]),
        (["工资福利支出", "债务付息及费用支出", "资本性支出", "对社保基金补助"], ["301", "307", "310", "313"]),
    ],
)
def test_variants_of_a_name_are_the_class_that_they_name(names: list[str], codes: list[str]) -> None:
    assert [found.code for found in assign_codes(names, ECONOMIC_DEPARTMENT, 2021)] == codes


@pytest.mark.parametrize(
    ("scheme", "name", "code"),
    [
        (FUNCTIONAL, "彩票公益金支出", "22960"),
        (FUNCTIONAL, "国有土地使用权出让支出", "21208"),
        (FUNCTIONAL, "其他城市基础设施配套费支出", "2121399"),
        (FUNCTIONAL, "港口建设费支出", "21463"),
        (REVENUE, "城建税", "10109"),
        (REVENUE, "环保税", "10121"),
        (REVENUE, "国有土地使用权出让金收入", "1030148"),
    ],
)
def test_funds_and_taxes_are_known_by_their_short_names(scheme: str, name: str, code: str) -> None:
    """As the budgets of 杭州 and 济南 print them."""
    assert [(found.code, found.evidence) for found in code_by_name(name, scheme=scheme, year=2022)] == [
        (code, "spelling")
    ]


def test_words_of_a_place_mean_the_code_that_they_are_listed_for() -> None:
    """济南 prints 巩固脱贫衔接乡村振兴 for 21305 in its final account of 2022."""
    (found,) = code_by_name("巩固脱贫衔接乡村振兴", "213", year=2022)
    assert (found.code, found.evidence) == ("21305", "variant")
    assert code_by_name("巩固脱贫衔接乡村振兴", "212", year=2022) == ()


def test_of_two_numbers_of_one_name_in_a_section_the_one_that_goes_on_is_meant() -> None:
    """2089901 and 2089999 are both 其他社会保障和就业支出 in 2021 and 2022."""
    names = ["社会保障和就业支出", "退役军人管理事务", "其他社会保障和就业支出", "其他社会保障和就业支出"]
    assert assign_names(names, FUNCTIONAL, 2022) == ["208", "20828", "20899", "2089999"]


def test_a_name_of_another_edition_is_that_of_the_nearest_year() -> None:
    """民贸民品贷款贴息 was 2160219 to 2020 and is 2160218 since; 老龄卫生健康事务 came in 2019; 部队供应 ended in 2021."""
    assert [found.code for found in code_by_name("部队供应", "20828", year=2023)] == ["2082805"]
    assert [found.evidence for found in code_by_name("部队供应", "20828", year=2023)] == ["other_edition"]
    assert [found.code for found in code_by_name("中央金融机构注资特别国债支出", year=2024)] == ["2170404"]
    early = code_by_name("其他文化体育与传媒支出", year=2020, digits=7)
    assert len(early) == 1
    assert early[0].evidence == "other_edition"


def test_categories_without_their_last_word_are_told_from_transfers_and_aid_of_the_same_name() -> None:
    """一般公共服务, 教育 and the others are also sections of 219 and items of 23003: the list around them tells."""
    names = ["一般公共服务", "公共安全", "教育", "科学技术", "社会保障和就业", "卫生健康", "城乡社区", "金融"]
    assert assign_names(names, "functional", 2023) == ["201", "204", "205", "206", "208", "210", "212", "217"]
    names = ["转移性支出", "专项转移支付", "一般公共服务", "教育", "科学技术"]
    assert assign_names(names, "functional", 2023) == ["230", "23003", "2300301", "2300305", "2300306"]
    names = ["援助其他地区支出", "一般公共服务", "教育"]
    assert assign_names(names, "functional", 2023) == ["219", "21901", "21902"]


def test_capital_of_offices_lost_its_numbers_in_2023() -> None:
    """西安 prints 机关资本性支出(一) beside 503 in its budgets of 2019 to 2022, and 机关资本性支出 in 2026."""
    assert code_name("economic_government", "503", 2022) == "机关资本性支出（一）"
    assert code_name("economic_government", "503", 2023) == "机关资本性支出"

"""Places in titles and lines: codes looked up in GB/T 2260, not in the code under test."""

import pytest

from pipeline.editions import reference_rules
from pipeline.forms.jurisdiction import find_jurisdiction


@pytest.mark.parametrize(
    ("text", "code", "name"),
    [
        ("2017 年深圳市人民政府办公厅部门预算", "440300", "深圳市"),
        ("上海市普陀区人民政府万里街道办事处2023年部门预算", "310107", "上海市普陀区"),
        ("陕西省西安市雁塔区", "610113", "西安市雁塔区"),
        ("中共江苏省委办公厅2018年度部门预算公开", "320000", "江苏省"),
        ("中国共产党西安市委员会宣传部", "610100", "西安市"),
        ("福州市鼓楼区财政局", "350102", "福州市鼓楼区"),
        ("单位名称：泉州市公安局（本级）", "350500", "泉州市"),
        ("深圳市市场监督管理局", "440300", "深圳市"),
        ("上海交通职业技术学院2026年度单位预算", "310000", "上海市"),
        ("浦东新区财政局", "310115", "上海市浦东新区"),
        ("三明市财政局", "350400", "三明市"),
        ("四川省成都市", "510100", "成都市"),
        ("恩施州财政局", "422800", "恩施土家族苗族自治州"),
        ("关于洛阳市2020年财政预算执行情况的报告", "410300", "洛阳市"),
        ("国家信访局2024年度部门决算", "100000", "中央"),
        ("中华人民共和国财政部", "100000", "中央"),
        ("北京大学2026年部门预算", "100000", "中央"),
        ("上海交通大学", "100000", "中央"),
        ("重庆市江北区财政局2019年部门预算", "500105", "重庆市江北区"),
        ("杭州市临平区财政局2022年部门预算", "330113", "杭州市临平区"),
        ("南通市崇川区教育局2023年部门预算", "320613", "南通市崇川区"),
        ("崇川区教育局2023年部门预算", "320613", "南通市崇川区"),
        ("济南市钢城区2021年部门预算", "370117", "济南市钢城区"),
        ("莱芜市莱城区2016年部门预算", "371202", "莱芜市莱城区"),
    ],
)
def test_place_is_found(text: str, code: str, name: str) -> None:
    assert find_jurisdiction(text) == (code, name)


def test_an_agency_of_a_city_named_after_a_district_belongs_to_the_city() -> None:
    assert find_jurisdiction("福州市鼓楼生态环境局2026年度单位预算") == ("350100", "福州市")


@pytest.mark.parametrize(
    "text",
    [
        "普陀区司法局",  # 上海 and 舟山
        "鼓楼区财政局",  # 南京, 徐州, 福州 and 开封
        "朝阳区",  # 北京 and 长春
        "财政部门",
        "城区建设与管理",
        "东方市场管理所",
        "苏州大学2026年部门预算",  # of the province, which the name does not say
        "北京大学深圳医院",
        "国家赔偿费用支出",
        "一般公共服务支出",
        "",
    ],
)
def test_a_name_of_several_places_or_of_none_stays_unresolved(text: str) -> None:
    assert find_jurisdiction(text) is None


def test_a_district_that_is_gone_keeps_its_code() -> None:
    assert find_jurisdiction("杭州市江干区财政局") == ("330104", "杭州市江干区")


def test_years_of_divisions_are_those_of_the_year_end_lists() -> None:
    """At 31 December of its first and last year a division stands in the list of that day: typed from the lists."""
    rows = {row["jurisdiction_code"]: row for row in reference_rules.read("jurisdiction")}
    for code, first, last in (
        ("330113", "2021", ""), ("371200", "", "2017"), ("500105", "", "2025"), ("110118", "2015", ""),
        ("540422", "", "2022"), ("540481", "2023", ""), ("320613", "2020", ""), ("320602", "", "2019"),
    ):  # fmt: skip
        assert rows[code]["last_year"] == last
        assert not first or rows[code]["first_year"] == first

"""Which jurisdiction a printed name belongs to: GB/T 2260 codes from the place names in titles and lines.

Belongs here: finding provinces, cities, counties and the central government in text. Does not belong here: the divisions
themselves (dbt_project/seeds/jurisdiction.csv), and what a document says of its own body (`identity`).

The central government is no division of GB/T 2260. It is `100000` here: six digits like the others, used by no division, and the
parent of every province.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pipeline.forms import consulted
from pipeline.forms.text import squeeze

SEED = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds" / "jurisdiction.csv"
CENTRAL_BODIES = Path(__file__).resolve().parent / "catalogue" / "central_body.csv"
CENTRAL_CODE = "100000"

_MINISTRIES = (
    "外交部|国防部|教育部|科学技术部|科技部|工业和信息化部|公安部|国家安全部|民政部|司法部|财政部|人力资源和社会保障部|自然资源部|生态环境部|"
    "住房和城乡建设部|交通运输部|水利部|农业农村部|商务部|文化和旅游部|退役军人事务部|应急管理部|中国人民银行|审计署|海关总署|"
    "最高人民法院|最高人民检察院"
)
_CENTRAL = re.compile(
    r"^(?:中央|中共中央|国务院|全国人大|全国政协|全国人民代表大会|全国总工会|全国妇联|中华全国|共青团中央|"
    r"国家(?!级|一级|二级|重点|高新|赔偿|标准|机关|工作|财政|有关|规定|司法|预算)[一-鿿]{2,14}?(?:总局|局|委员会|办公室|署|院|中心)|"
    rf"(?:中华人民共和国)?(?:{_MINISTRIES})(?![门队位署分])|"
    r"中国(?:科学院|社会科学院|工程院|气象局|地震局|民用航空局|银行保险监督管理委员会|证券监督管理委员会|科学技术协会|残疾人联合会|红十字会总会))"
)
_NUMERALS = "一二三四五六七八九十"
_LEAD = re.compile(
    rf"^(?:第[{_NUMERALS}]+(?:部分|章|节)|[二〇○零一三四五六七八九]{{4}}年|[{_NUMERALS}]{{1,3}}、|\d+|年度?|度|"
    r"[:：()（）《〈“\"—\-_.、]|附件|附表|表|单位名称|部门名称|单位|部门|关于|中国共产党|中共(?!中央)|原)*+"
)
_NOT_A_PLACE_AFTER_SHORT_NAME = re.compile(r"^(?:[一-鿿]{0,8}?大学|路|银行|话|海域|人$)")
"""A university in a city is the city's, the province's or central: its name does not tell."""
_BODY_ENDS = re.compile(r"$|[\d(（:：年]|部门|单位|预算|决算|收支|财务|信息|本级")


class Jurisdiction(NamedTuple):
    """A jurisdiction: its code and its name, a county's with the city that it is in (上海市普陀区)."""

    code: str
    name: str


@dataclass(slots=True)
class _Division:
    code: str
    name: str
    level: str
    parent: str
    names: list[str] = field(default_factory=list)
    is_current: bool = True


@dataclass(slots=True)
class _Gazetteer:
    divisions: dict[str, _Division]
    full: dict[str, list[tuple[str, str]]]
    """Full names by their first two characters: (name, code), longest first."""
    short: dict[str, list[tuple[str, str]]]
    """Short names of provinces and prefectures, the same way; a name of several belongs to the province among them."""

    def ancestors(self, code: str) -> set[str]:
        found: set[str] = set()
        while code in self.divisions and code not in found:
            found.add(code)
            code = self.divisions[code].parent
        return found

    def newest(self, codes: set[str]) -> set[str]:
        """Of codes that share a name, the one in force: 崇川区 had two codes of one city, one after the other."""
        current = {code for code in codes if self.divisions[code].is_current}
        provinces = {code[:2] for code in codes}
        return current if len(current) == 1 and len(provinces) == 1 else codes

    def qualified(self, code: str) -> Jurisdiction:
        division = self.divisions[code]
        parent = self.divisions.get(division.parent)
        if division.level == "county" and parent is not None:
            return Jurisdiction(code, parent.name + division.name)
        return Jurisdiction(code, division.name)


def _indexed(pairs: dict[str, set[str]]) -> dict[str, list[tuple[str, str]]]:
    index: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, codes in pairs.items():
        index[name[:2]] += [(name, code) for code in sorted(codes)]
    for found in index.values():
        found.sort(key=lambda pair: (-len(pair[0]), pair[1]))
    return dict(index)


@consulted.kept
def _central_bodies() -> frozenset[str]:
    return frozenset(row["name"] for row in consulted.table(CENTRAL_BODIES))


def _is_central_body(text: str) -> bool:
    """Whether the text begins with the whole name of a central body that bears a city's name (北京大学, not 北京大学深圳医院)."""
    at = text.find("学院" if "大学" not in text else "大学", 0, 24)
    return at > 0 and text[: at + 2] in _central_bodies() and bool(_BODY_ENDS.match(text[at + 2 :]))


@consulted.kept
def _gazetteer() -> _Gazetteer:
    divisions: dict[str, _Division] = {}
    full: dict[str, set[str]] = defaultdict(set)
    short: dict[str, set[str]] = defaultdict(set)
    for row in consulted.table(SEED):
        code, level = row["jurisdiction_code"], row["level"]
        names = [row["jurisdiction_name"], *filter(None, row["former_names"].split("|"))]
        divisions[code] = _Division(code, names[0], level, row["parent_code"], names, not row["last_year"])
        if level == "central":
            continue
        for name in names:
            full[name].add(code)
        if level in ("province", "prefecture"):
            short[row["short_name"]].add(code)
            if names[0].endswith(("自治州", "自治县")):
                full[row["short_name"] + names[0][-1]].add(code)
    for name, codes in short.items():
        if len(codes) > 1:
            provinces = {code for code in codes if divisions[code].level == "province"}
            short[name] = provinces if len(provinces) == 1 else set()
    return _Gazetteer(divisions, _indexed(full), _indexed(short))


def _full_names_at(gazetteer: _Gazetteer, text: str, position: int) -> list[tuple[str, str]]:
    """Full names that stand at the position, longest first; 市 of 市场 and 区 of 区域 end no name."""
    return [
        (name, code)
        for name, code in gazetteer.full.get(text[position : position + 2], ())
        if text.startswith(name, position)
        and not (name[-1] == "市" and text.startswith("场", position + len(name)))
        and not (name[-1] == "区" and text.startswith("域", position + len(name)))
    ]


def _within(gazetteer: _Gazetteer, text: str, position: int, code: str) -> str:
    """The smallest division named without a gap after one that contains it: 陕西省西安市雁塔区."""
    while True:
        inner = {
            (len(name), found)
            for name, found in _full_names_at(gazetteer, text, position)
            if found != code and code in gazetteer.ancestors(found)
        }
        if not inner:
            return code
        length = max(size for size, _ in inner)
        codes = gazetteer.newest({found for size, found in inner if size == length})
        if len(codes) > 1:
            return code
        code, position = codes.pop(), position + length


@consulted.question
def find_jurisdiction(text: str) -> Jurisdiction | None:
    """The jurisdiction that a title, a line or a body's name speaks of first; None where it names none, or one of several.

    Names of provinces and prefecture-level cities count anywhere; their short names (深圳) and the names of counties only where the
    text begins (a year, 关于 and 中共 aside). A county's name that several cities share (鼓楼区, 普陀区) counts after its city only.
    Central bodies give `100000` 中央. Evidence is the text alone; codes and names are those of the newest edition that knows them.
    """
    squeezed = squeeze(text)
    start = _LEAD.match(squeezed)
    begin = start.end() if start else 0
    if _CENTRAL.match(squeezed[begin:]) or _is_central_body(squeezed[begin:]):
        return Jurisdiction(CENTRAL_CODE, "中央")
    gazetteer = _gazetteer()
    found = _at_beginning(gazetteer, squeezed, begin)
    if found is not None:
        return found
    for position in range(len(squeezed) - 2):
        for name, code in _full_names_at(gazetteer, squeezed, position):
            if gazetteer.divisions[code].level == "county":
                continue
            return gazetteer.qualified(_within(gazetteer, squeezed, position + len(name), code))
    return None


def _at_beginning(gazetteer: _Gazetteer, text: str, begin: int) -> Jurisdiction | None:
    """A division whose name the text begins with: full names first, then short ones."""
    names = _full_names_at(gazetteer, text, begin)
    if names:
        longest = names[0][0]
        codes = gazetteer.newest({code for name, code in names if name == longest})
        if len(codes) == 1:
            return gazetteer.qualified(_within(gazetteer, text, begin + len(longest), codes.pop()))
        return None
    for name, code in gazetteer.short.get(text[begin : begin + 2], ()):
        if text.startswith(name, begin) and not _NOT_A_PLACE_AFTER_SHORT_NAME.match(text[begin + len(name) :]):
            return gazetteer.qualified(_within(gazetteer, text, begin + len(name), code))
    return None

"""What the words of a government's table say: its kind, and of title, header and row the year, phase, scope, fund and side.

Belongs here: telling a government's tables from a department's, their titles, and taking words apart by the tables of the catalogue
(government_title.csv, government_word.csv, government_header.csv). Does not belong here: what follows for columns, lines and amounts
(`pipeline.figures.government`).

Each word that is understood is taken out of the text; what is left is a name: of a line, a district, a zone, or nothing. What the words
leave open stays None, and is not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.forms import catalogue, consulted
from pipeline.forms.form import Form
from pipeline.forms.identity import Identity, is_organisation
from pipeline.forms.jurisdiction import SEED
from pipeline.forms.text import comparable

FOLDER = Path(__file__).parent / "catalogue"
_UNIT = re.compile(
    r"[(（]?(?:金额|计量)?单位[:：]?[(（]?(?:人民币)?(?:百万元|亿元|万元|千元|元)[)）]*|[(（](?:百万元|亿元|万元|千元|元)[)）]"
)
_NOTE_MARK = re.compile(r"[(（]注\d*[)）]|注\d+$|[(（](?:含|不含|包括)[^()（）]*[)）]")
_YEARS = re.compile(r"(20\d\d)(?:年度|年末|年底|年|(?=\D|$))")
_FORM_NUMBER = re.compile(r"^(?:附|表|件|[一二三四五六七八九十\d\-－—:：、.()（）]|续)+$")
_LEADING = re.compile(r"^(?:附?[件表][一二三四五六七八九十\d]+(?:[-－—]\d+)?[:：、.]?|其中[:：]?)")
_FILLER = re.compile(
    r"其中|地方政府|地方|政府|财政|收入|支出|收支|预算|决算|总表|明细|平衡|总体|基本|经济|功能|分类|科目|限额|余额|债务|债券|"
    r"税收返还|返还性?|转移支付|一般性|专项|分项目|分地区|情况|结余|汇总|项目|细化|表|草案|分配|还本付息|发行|及其?|和|与|[、,，:：\d.()（）\-—]|的|年|末|数|额|计|合"
)
_PLACE = re.compile(r"[\u4e00-\u9fff]{1,14}(?:区|县|市|州|盟|旗|山区|新城|园|港|开发区|镇|乡|街道(?:办事处)?|苏木)")
_DISTRICT = re.compile(r"[\u4e00-\u9fff]{1,8}(?:区|县|市|旗)")
_TOGETHER = re.compile(r"[市省区县州]?本级[、和及与][\u4e00-\u9fff]{2,12}区合计")
"""The head and its zones together: the tier."""
_STRICT = re.compile(
    r"(?:全[市省区县州]|[市省区县州]本?级|本级|[\u4e00-\u9fff]{2,8}[市省区县州]).{0,12}(?:预算|政府性基金|国有资本经营|社会保险基金|政府债务|综合财力)"
)
_DEPARTMENT_FORMS = re.compile(r"部门|单位|财政拨款|收支总表|收支预算总表|项目支出|政府采购")


_TIERS = frozenset("省市区县州盟旗")
_MOST_TOLD = 20_000
_OF_A_BODY = re.compile("(?:部门|单位)(?:综合)?(?:收支)?(?:预算|决算)")
"""What a department's or a unit's document calls itself."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a text says of an amount; None where it says nothing. `rest` is what no word explains, `year` may be counted from another's."""

    year: int | None = None
    years_on: int | None = None
    phase: str | None = None
    scope: str | None = None
    scope_name: str | None = None
    fund: str | None = None
    side: str | None = None
    rest: str = ""
    is_open: bool = False
    """Whether the text names two years, scopes or funds: then it tells none."""


@dataclass(frozen=True, slots=True)
class Place:
    """The jurisdiction that publishes: its code and its own name, the names of the divisions below it, and the name of the place above it."""

    code: str | None
    name: str | None
    divisions: frozenset[str]
    above: str = ""
    """What a document may print before the name: 广元市 before 青川县."""


@consulted.kept
def _divisions() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in consulted.table(SEED):
        found.setdefault(row["parent_code"], []).append(row["jurisdiction_name"])
    return found


def place_of(identity: Identity) -> Place:
    """The place whose government a document is of."""
    code, name = identity.jurisdiction_code, identity.jurisdiction_name
    divisions = frozenset(_divisions().get(code or "", ()))
    own = _own_names().get(code or "")
    if name is None or own is None or own == name or not name.endswith(own):
        return Place(code, name, divisions)
    return Place(code, own, divisions, name.removesuffix(own))


@consulted.kept
def _own_names() -> dict[str, str]:
    return {row["jurisdiction_code"]: row["jurisdiction_name"] for row in consulted.table(SEED)}


@consulted.kept
def _patterns() -> dict[str, list[tuple[re.Pattern[str], str, str]]]:
    """Rows of government_word.csv by attribute, in the order of the file."""
    found: dict[str, list[tuple[re.Pattern[str], str, str]]] = {}
    for row in consulted.table(FOLDER / "government_word.csv"):
        found.setdefault(row["attribute"], []).append((re.compile(row["pattern"]), row["value"], row["pattern"]))
    return found


@consulted.kept
def _titles() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(row["pattern"]), row["form"]) for row in consulted.table(FOLDER / "government_title.csv")]


@consulted.kept
def _headers() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(row["pattern"]), row["role"]) for row in consulted.table(FOLDER / "government_header.csv")]


@consulted.question
def form_of_government_title(title: str) -> str | None:
    """Key of the form of governments that a title names; the first pattern of government_title.csv that occurs wins."""
    text = comparable(title)
    return next((form for pattern, form in _titles() if pattern.search(text)), None)


@consulted.question
def role_of_header(text: str) -> str | None:
    """Role of a column by one printed header text, where it is no column of amounts; None where it may be one."""
    plain = bare_words(text)
    return next((role for pattern, role in _headers() if pattern.fullmatch(plain)), None)


def bare_words(text: str) -> str:
    """A text without its unit and the marks of notes."""
    return _NOTE_MARK.sub("", _UNIT.sub("", comparable(text)))


def words_of(text: str, place: Place) -> Words:
    """What a text says: of each attribute the first word of the catalogue that occurs, and what is left of the text."""
    told = _told()
    if (text, place) not in told:
        if len(told) >= _MOST_TOLD:
            told.clear()
        told[text, place] = _words_of(text, place)
    return told[text, place]


@consulted.kept
def _told() -> dict[tuple[str, Place], Words]:
    """What texts were found to say: headers and names of lines are asked about once for every amount below and beside them."""
    _patterns()
    return {}


def _words_of(text: str, place: Place) -> Words:
    rest = _LEADING.sub("", bare_words(text))
    years = set(_YEARS.findall(rest))
    rest = _YEARS.sub("", rest)
    fund, rest, funds = _taken("fund", rest)
    # 本年预算数 is this year's budget: the year first, or 年预算数 would leave 本.
    on, rest, _ = _taken("year", rest)
    phase, rest, _ = _taken("phase", rest)
    scope, scope_name, rest, scopes = _scope(rest, place)
    sides = {side for word, side in (("收入", "revenue"), ("支出", "expenditure")) if word in rest}
    return Words(
        year=int(years.pop()) if len(years) == 1 else None,
        years_on=int(on) if on is not None else None,
        phase=phase,
        scope=scope if scopes <= 1 else None,
        scope_name=scope_name if scopes <= 1 else None,
        fund=fund if funds <= 1 else None,
        side=sides.pop() if len(sides) == 1 else None,
        rest=rest,
        is_open=len(years) > 1 or scopes > 1 or funds > 1,
    )


def _taken(attribute: str, text: str) -> tuple[str | None, str, int]:
    """The value of the first word that occurs, the text without any word of the attribute, and how many values occur."""
    values: list[str] = []
    for pattern, value, _ in _patterns().get(attribute, ()):
        if pattern.search(text):
            values.append(value)
            text = pattern.sub("", text)
    return (values[0] if values else None), text, len(set(values))


def _scope(text: str, place: Place) -> tuple[str | None, str | None, str, int]:
    """Scope, its printed name, the text without it, and how many scopes the text names."""
    several = _TOGETHER.search(text)
    if several is not None:
        return "tier", several.group(), text.replace(several.group(), ""), 1
    text, own = _without_own_name(text, place)
    found: list[tuple[str, str]] = [("all_tiers", own)] if own is not None else []
    for pattern, value, _ in _patterns().get("scope", ()):
        match = pattern.search(text)
        if match and not _is_of_another_tier(match.group(), value, place):
            found.append((value, match.group()))
            text = pattern.sub("", text)
    if found and re.match(r"[、,，及和与]", re.sub(r"^[()（）]*", "", text)):
        return None, None, text, 2
    place_name = _place_in(text, place)
    if place_name is not None and not any(value in ("all_tiers", "head", "tier") for value, _ in found):
        found.append(("district" if _is_division(place_name, place) else "zone", place_name))
        text = text.replace(place_name, "")
    if not found:
        return None, None, text, 0
    return found[0][0], found[0][1], text, len({value for value, _ in found})


def _without_own_name(text: str, place: Place) -> tuple[str, str | None]:
    """The text without the place's own name, and the name where it stands alone and is the whole of the place."""
    if not place.name:
        return text, None
    text = text.replace(place.above + place.name, place.name)
    name = next((name for name in (place.name, place.name.rstrip("市省区县州")) if name and name in text), None)
    if name is None:
        return text, None
    # 杭州市本级 is the head, 济南市市级 and 云南省对下 the tier; the place alone is the whole of it.
    tier = name[-1] if name[-1] in "市省区县州" else ""
    text = re.sub(rf"{re.escape(name)}(?=[市省区县州]?本?级|对(?:下|各|[市县区乡镇]))", tier, text)
    text = re.sub(r"([市省区县州])\1(?=本?级)", r"\1", text)
    if name in text and name == place.name:
        return text.replace(name, ""), name
    return text, None


def _is_of_another_tier(words: str, value: str, place: Place) -> bool:
    """Whether words name a tier that is not the place's own: 县级基本财力保障机制奖补资金 in the tables of a city."""
    own = (place.name or "")[-1:]
    return value == "tier" and own in _TIERS and words[0] in _TIERS and words[0] != own


def _place_in(text: str, place: Place) -> str | None:
    """The name of a district or zone that a text is or begins with, where nothing but the words of titles follows."""
    plain = re.sub(r"[()（）、,，\s]", "", text)
    match = _PLACE.match(plain)
    if match is None:
        return None
    name = match.group()
    return name if not _FILLER.sub("", plain[len(name) :]) and not _FILLER.fullmatch(name) else None


def _is_division(name: str, place: Place) -> bool:
    return any(division.endswith(name) for division in place.divisions)


def is_district(text: str, place: Place) -> bool:
    """Whether a whole text is the name of one district or zone."""
    plain = comparable(text)
    return _is_division(plain, place) or bool(_PLACE.fullmatch(plain))


def title_of(form: Form) -> str:
    """The title above a form, its lines joined: what follows the number of the form, or the year; without unit and page marks."""
    inside = [cell.text for cell in form.cells if cell.row < form.lead_rows]
    lines = [text for line in (*form.heading_lines, *inside) if (text := _UNIT.sub("", comparable(line)))]
    numbered = [place for place, line in enumerate(lines[-5:]) if _FORM_NUMBER.match(line)]
    if numbered:
        chosen = lines[-5:][numbered[-1] + 1 :]
        if chosen and len("".join(chosen)) <= 80:
            return _from_year("".join(chosen))
    for width in (1, 2, 3):
        chosen = lines[-width:]
        begins = bool(re.search(r"20\d\d年|^附?表", chosen[0])) if chosen else False
        if chosen and begins and not any(re.search(r"[。；]", line) for line in chosen):
            return _from_year("".join(chosen))
    return form.title or (lines[-1] if lines and "表" in lines[-1] else "")


def _from_year(text: str) -> str:
    """The text from its year on, where only marks of a page printed sideways stand before it."""
    return re.sub(r"^[^\u4e00-\u9fff]*(?=20\d\d年)", "", text)


def is_government(forms: Sequence[Form], identity: Identity) -> bool:
    """Whether a document is a whole government's: by what it calls itself, or by titles of tables that only governments print."""
    if identity.department_level == "government":
        return True
    if _OF_A_BODY.search(identity.title or ""):
        return False
    titles = [title_of(form) for form in forms]
    own = sum(
        1
        for title in titles
        if _STRICT.search(title) and not _DEPARTMENT_FORMS.search(title) and not _is_of_an_office(title)
    )
    departmental = sum(
        1
        for form in forms
        if form.title and _DEPARTMENT_FORMS.search(form.title) and catalogue.form_of_title(form.title)
    )
    return own >= 3 and own > 2 * departmental


def _is_of_an_office(title: str) -> bool:
    """Whether a title names an office before its year: 某市体育局2024年一般公共预算支出预算表."""
    name = re.split(r"20\d\d", title)[0]
    return is_organisation(name) and not name.endswith(("政府", "省", "市", "县", "区", "旗", "州"))


def tell_forms(forms: Sequence[Form]) -> None:
    """Give every table of a government's document the key and the title that its own heading names.

    The three public expenses are one form, whoever prints it.
    """
    for form in forms:
        if form.key == "three_public":
            continue
        title = title_of(form)
        form.key = form_of_government_title(title) if title else None
        form.title = title or form.title

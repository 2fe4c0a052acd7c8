"""The catalogue of forms: titles, headers and units as tables that a fiscal expert reads and changes.

Belongs here: loading those tables and looking a text up in them. Does not belong here: any title or header itself (see
form.csv, title.csv, fund_of_title.csv, form_of_fund.csv, header.csv, nil.csv beside this file), nor what is done with the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.forms import consulted
from pipeline.forms.text import comparable, without_gloss

FOLDER = Path(__file__).parent
_folder = FOLDER


@dataclass(frozen=True)
class StandardForm:
    """One standard form (标准表) and what its figures are where the header does not say otherwise."""

    key: str
    chinese: str
    fund: str | None
    scheme: str | None
    measure: str | None


@dataclass(frozen=True)
class HeaderMeaning:
    """What one printed header text means: the role of its column, and attributes that its figures take on."""

    role: str
    attributes: tuple[tuple[str, str], ...]


def _rows(name: str) -> list[dict[str, str]]:
    return consulted.table(_folder / name)


@consulted.kept
def standard_forms() -> dict[str, StandardForm]:
    return {
        row["form"]: StandardForm(
            row["form"], row["chinese"], row["fund"] or None, row["scheme"] or None, row["measure"] or None
        )
        for row in _rows("form.csv")
    }


@consulted.question
def standard_form(key: str) -> StandardForm:
    """The standard form of this key."""
    return standard_forms()[key]


@consulted.kept
def _title_patterns() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(row["pattern"]), row["form"]) for row in _rows("title.csv")]


@consulted.kept
def _header_patterns() -> list[tuple[re.Pattern[str], str, str, str]]:
    return [(re.compile(row["pattern"]), row["role"], row["attribute"], row["value"]) for row in _rows("header.csv")]


@consulted.question
def form_of_title(title: str) -> str | None:
    """Key of the standard form that a printed title names, or None. The first pattern of title.csv that occurs wins.

    Where that is a form of all funds and the title names one, it is the form of that fund, if form_of_fund.csv has one.
    """
    text = comparable(title)
    form = next((form for pattern, form in _title_patterns() if pattern.search(text)), None)
    parts = {standard_forms()[row["form"]].fund: row["form"] for row in _forms_of_funds() if row["whole"] == form}
    return parts.get(fund_of_title(title), form) if parts else form


@consulted.kept
def _forms_of_funds() -> list[dict[str, str]]:
    return _rows("form_of_fund.csv")


@consulted.question
def fund_of_title(title: str) -> str | None:
    """The fund that a printed title names (see fund_of_title.csv), or None: a budget rather than 财政拨款, which is of all; None of two budgets."""
    text = comparable(title)
    named = {row["fund"] for row in _funds_of_titles() if re.search(row["pattern"], text)}
    budgets = named - {"fiscal_appropriation"} or named
    return budgets.pop() if len(budgets) == 1 else None


@consulted.kept
def _funds_of_titles() -> list[dict[str, str]]:
    return _rows("fund_of_title.csv")


@consulted.kept
def _nil_pattern() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{row['pattern']})" for row in _rows("nil.csv")))


_NOTE = re.compile(r"^(?:备?注|说明)[:：]?")
_SENTENCE = re.compile(r"[^。；;]+[。；;]?")
_CONDITION = re.compile(r"(?:如果|如|若)(?!下|上|期|实|图)[^，,。；;]{0,12}(?:无|没有|为空|空白|未|不涉及|不存在)")


@consulted.question
def speaks_of_nil(text: str) -> bool:
    """Whether a note or a cell speaks of a form without data (本表无数据, 本单位无…支出, 如无数字则为空表); see nil.csv."""
    return bool(_nil_pattern().search(comparable(_NOTE.sub("", text))))


@consulted.question
def declares_nil(text: str) -> bool:
    """Whether a note or a cell declares that a form holds no data (本表无数据, 本单位无…支出, 空表); see nil.csv.

    A conditional sentence, which stands under every form whether it is empty or not (此表如无数字，则为空表), declares nothing.
    """
    sentences = (found for found in _SENTENCE.findall(comparable(_NOTE.sub("", text))) if not _CONDITION.search(found))
    return bool(_nil_pattern().search("".join(sentences)))


@consulted.question
def meaning_of_header(text: str) -> HeaderMeaning | None:
    """Role and attributes of a header text; None where no pattern of header.csv matches the whole text.

    The role is that of the first pattern that matches; the attributes of every matching pattern of the same role apply. A
    remark in parentheses may follow the text, and one character of a neighbouring cell may have strayed in front of it.
    """
    normal = header_text(text)
    for variant in (normal, _HEADER_ASIDE.sub("", normal), normal[1:]):
        found = _meaning_of(variant) if len(variant) >= 2 or variant == normal else None
        if found is not None:
            return found
    return None


_HEADER_ASIDE = re.compile(r"[(][^()]*[)]?$")
"""A remark in parentheses after a header (按大类), which says how the table is cut and not what the column holds."""


def _meaning_of(normal: str) -> HeaderMeaning | None:
    role: str | None = None
    attributes: dict[str, str] = {}
    for pattern, pattern_role, attribute, value in _header_patterns():
        if pattern.fullmatch(normal):
            role = role or pattern_role
            if role == pattern_role and attribute:
                attributes.setdefault(attribute, value)
    return None if role is None else HeaderMeaning(role, tuple(attributes.items()))


_HEADER_NUMBERING = re.compile(r"^(?:[一二三四五六七八九十]+[、.]|[(][一二三四五六七八九十\d]+[)]|\d{1,2}[、.](?!\d))")
_HEADER_UNIT = re.compile(r"[(（]?单?位?[:：]?(?:万元|元|千元|亿元)[)）]$")


@cache
def header_text(text: str) -> str:
    """A header text as it is matched: comparable, without numbering, unit, years, leading 其中 and words in a second language."""
    normal = without_gloss(comparable(text).strip(":·*"))
    normal = _HEADER_NUMBERING.sub("", normal)
    normal = re.sub(r"^其中:?(?=.)", "", normal)
    normal = _HEADER_UNIT.sub("", normal) or normal
    stripped = re.sub(r"^20\d\d年(?:度|初)?(?=.)", "", normal)
    return stripped.strip(":·*")


@contextmanager
def taken_from(folder: Path) -> Iterator[None]:
    """Within the block, forms, titles, headers and nil declarations are those of the tables in `folder`.

    For asking what is read without some of the rows; not for two threads at once. Other tables of the catalogue stay as they are.
    """
    global _folder
    before, _folder = _folder, folder
    _forget()
    try:
        yield
    finally:
        _folder = before
        _forget()


def _forget() -> None:
    for function in (
        standard_forms, standard_form, _title_patterns, _header_patterns, form_of_title, fund_of_title, _funds_of_titles, _forms_of_funds, _nil_pattern, speaks_of_nil, declares_nil, meaning_of_header, header_text,
    ):  # fmt: skip
        function.cache_clear()

"""Words in two languages, and amounts as people read them.

Belongs here: looking words up in `words.csv`, the form catalogue and the reasons of refusals; writing amounts. Does not belong here:
words of one page only; they stand in its template.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup, escape

from pipeline.publish.pinyin import sounds
from pipeline.warehouse.places import PROJECT

_TEN_THOUSAND = Decimal(10_000)
_ENDINGS = {"市": "", "省": "", "自治州": " Prefecture", "新区": " New Area", "区": " District", "县": " County"}


@lru_cache(maxsize=1)
def words() -> dict[tuple[str, str], tuple[str, str]]:
    """Chinese and English by group and key."""
    found = {
        (row["group"], row["key"]): (row["chinese"], row["english"])
        for row in _read(Path(__file__).parent / "words.csv")
    }
    for row in _read(PROJECT / "pipeline" / "forms" / "catalogue" / "form.csv"):
        found["form", row["form"]] = (row["chinese"], row["english"])
    for row in _read(PROJECT / "schemas" / "refusal_reasons.csv"):
        found["reason", row["reason"]] = (row["chinese"], row["english"])
    for row in _read(PROJECT / "pipeline" / "proofs" / "identities.csv"):
        found["identity", row["identity"]] = (row["chinese"], row["english"])
    for row in _read(PROJECT / "dbt_project" / "seeds" / "revenue_source.csv"):
        found["source", row["source"]] = (row["chinese"], row["source_name"])
    return found


def both(chinese: str, english: str) -> Markup:
    """Text in both languages, of which the page shows one."""
    if chinese == english:
        return Markup(escape(chinese))
    return Markup('<span lang="zh">{}</span><span lang="en">{}</span>').format(chinese, english)


def word(group: str, key: str | None) -> Markup:
    """A term of the warehouse in both languages; as it is where no words are known for it."""
    if key is None:
        return Markup("")
    chinese, english = words().get((group, key), (key.replace("_", " "), key.replace("_", " ")))
    return both(chinese, english)


def chinese(group: str, key: str) -> str:
    """A term in Chinese."""
    return words().get((group, key), (key, key))[0]


def spoken(group: str, key: str) -> dict[str, str]:
    """A term in both languages, for a chart."""
    chinese, english = words().get((group, key), (key, key))
    return {"zh": chinese, "en": english}


def spoken_period(period: tuple[int, str]) -> dict[str, str]:
    """A year and phase in both languages, for a chart."""
    year, phase = period
    return {language: f"{year} {text}" for language, text in spoken("phase", phase).items()}


def spoken_function(code: str | None, name: str | None) -> dict[str, str]:
    """A functional class in both languages: English where words are known for its code or its name, else as printed."""
    printed = name or code or ""
    by_code = words().get(("function", code or ""))
    by_name = words().get(("line", printed))
    return {"zh": printed, "en": (by_code or by_name or ("", printed))[1]}


def function_name(code: str | None, name: str | None) -> Markup:
    """The name of a functional class in both languages."""
    return both(*spoken_function(code, name).values())


def place_name(name: str | None) -> Markup:
    """A place in both languages: English by its sound, but for those whose English name is another."""
    return both(name or "", english_place(name or ""))


def english_topic(name: str) -> str:
    """A topic of the search in English, empty where it has none."""
    return words().get(("topic", name), ("", ""))[1]


@lru_cache(maxsize=4096)
def english_place(name: str) -> str:
    """English name of a place: 历城区 is Licheng District."""
    if ("place", name) in words():
        return words()["place", name][1]
    for ending, english in _ENDINGS.items():
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return f"{sounds(name.removesuffix(ending))[0].capitalize()}{english}"
    return sounds(name)[0].capitalize()


def ten_thousands(amount: Decimal | None) -> str:
    """Yuan as 万元, exact: two decimals, more where the amount has more."""
    if amount is None:
        return ""
    value = amount / _TEN_THOUSAND
    short = value.quantize(Decimal("0.01"))
    if short == value:
        return f"{short:,.2f}"
    return f"{value.normalize():,f}"


def yuan(amount: Decimal | None) -> str:
    """Yuan with separators."""
    return "" if amount is None else f"{amount:,.2f}"


def percentage(value: Decimal | None) -> str:
    """A percentage with its sign, one decimal."""
    return "" if value is None else f"{value:+,.1f}%"


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))

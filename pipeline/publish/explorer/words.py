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

from pipeline.warehouse.places import PROJECT

_TEN_THOUSAND = Decimal(10_000)


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

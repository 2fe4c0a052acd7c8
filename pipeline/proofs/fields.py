"""What a rule may ask of a figure: its own fields, and those that only the whole document tells.

Belongs here: whether an amount is of the whole body, which agency names mean one body, the code of a line printed by name
only, which funds coincide. Does not belong here: identities.
"""

from __future__ import annotations

import functools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from pipeline.figures.figure import Figure
from pipeline.forms.text import bare_name
from pipeline.proofs.catalogue import same_names, selector

_NOT_NAME = re.compile(r"[\s（）()“”\"'、，,。．.：:;；·\-—_]")
_CURRENT = re.compile(r"^(?:本年|当年|本期)")
_TOTAL_CODES = frozenset({"total", "current_total"})
_CODED = frozenset({"functional", "economic_department", "economic_government"})
NESTED_FUNDS = ("all", "fiscal_appropriation", "general_public_budget")
"""Each fund holds the next; where their totals coincide, so does every line."""


@dataclass(slots=True)
class Fields:
    """Fields of one figure by name; derived ones stand beside those of the figure."""

    figure: Figure
    is_total: bool
    agency: str
    fund_class: str
    code: str | None = None
    same_name: str | None = None
    kind: Hashable = None

    def __post_init__(self) -> None:
        figure = self.figure
        self.kind = (
            figure.form, figure.scheme, figure.measure, figure.source, figure.scope, self.is_total, self.total_kind,
            bool(self.code), self.same_name, figure.line_code if figure.scheme in _NAMED_CODES else None,
        )  # fmt: skip

    @property
    def revenue_item(self) -> str | None:
        """Source of revenue: named by the column, or by the line."""
        figure = self.figure
        if figure.source:
            return figure.source
        return figure.line_code if figure.scheme == "revenue" else None

    @property
    def total_kind(self) -> str | None:
        """Whether a total is of the year alone (本年合计) or of all, balances included (总计)."""
        if not self.is_total:
            return None
        figure = self.figure
        if figure.line_code == "current_total" or _CURRENT.search(figure.line_name or ""):
            return "current_total"
        return "total"

    def __call__(self, name: str) -> Any:
        if name in _DERIVED:
            return getattr(self, name)
        return getattr(self.figure, name)


_NAMED_CODES = frozenset({"revenue", "three_public"})
"""Schemes whose line codes are words of ours, which selectors may name."""
_DERIVED = frozenset({"is_total", "agency", "fund_class", "code", "same_name", "revenue_item", "total_kind"})


def fields_of(figures: Sequence[Figure]) -> list[Fields]:
    """Fields that each figure tells alone (agencies by printed name, funds as printed)."""
    return [Fields(figure, is_total(figure), figure.agency_name, figure.fund, figure.line_code) for figure in figures]


def fields_of_document(figures: Sequence[Figure]) -> list[Fields]:
    """Fields of the figures of one whole document, with agencies, codes and shared names told from all of it.

    `fund_class` is the fund as printed; `merge_funds` joins funds that coincide once totals are known.
    """
    agencies = agency_keys(figures)
    codes = codes_by_name(figures)
    shared: dict[str, str] = {}
    for same in same_names():
        shared[comparable_name(same.name)] = same.name
    bare = functools.cache(comparable_name)
    fields = []
    for figure in figures:
        agency = "department" if figure.agency_level == "department" else agencies[figure.agency_name]
        agency = f"{figure.scope} {figure.scope_name}" if figure.scope else agency
        whole = is_total(figure)
        code = figure.line_code
        if figure.scheme in _CODED and not whole and not (code or "").isdigit():
            code = _code_of_named(figure, codes)
        name = bare(figure.line_name) if figure.line_name else ""
        fields.append(Fields(figure, whole, agency, figure.fund, code, shared.get(name)))
    return fields


def key_of(names: Sequence[str]) -> Callable[[Fields], tuple[Any, ...]]:
    """What an amount has under these names (two at least), by which a rule puts amounts together."""
    return attrgetter(*(name if name in _DERIVED else f"figure.{name}" for name in names))


class Places:
    """Places of the figures by kind: a selector is asked once of each kind, and not of each figure."""

    def __init__(self, fields: Sequence[Fields]) -> None:
        kinds: defaultdict[Hashable, list[int]] = defaultdict(list)
        for place, field in enumerate(fields):
            kinds[field.kind].append(place)
        self._kinds = [(fields[places[0]], places) for places in kinds.values()]

    def chosen(self, *selectors: str) -> list[int]:
        """Places that one of the selectors chooses, in the order of the document."""
        tests = [selector(text) for text in selectors]
        return sorted(place for field, places in self._kinds if any(test(field) for test in tests) for place in places)


def is_total(figure: Figure) -> bool:
    """Whether the amount is of the whole body: no single class, project or item, but possibly one source or measure."""
    if figure.scheme == "revenue":
        return True
    if figure.line_level == "total" or figure.line_code in _TOTAL_CODES:
        return True
    return figure.scheme == "agency" and not figure.line_code


def comparable_name(name: str) -> str:
    """A line's name without numbering, punctuation and the words that editions add or drop."""
    bare = _NOT_NAME.sub("", bare_name(name))
    for word in ("机关事业单位职业年金", "事业单位职业年金"):
        bare = bare.replace(word, "职业年金")
    return bare.removesuffix("支出") if bare.endswith("缴费支出") else bare


def codes_by_name(figures: Iterable[Figure]) -> Mapping[tuple[str, str], Counter[str]]:
    """Codes that the document itself prints beside each name of each scheme."""
    codes: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for figure in figures:
        if figure.scheme in _CODED and figure.line_name and (figure.line_code or "").isdigit():
            codes[(figure.scheme, comparable_name(figure.line_name))][figure.line_code or ""] += 1
    return codes


def _code_of_named(figure: Figure, codes: Mapping[tuple[str, str], Counter[str]]) -> str | None:
    """The one code that the document prints for the line's name, told apart by the names above it; None if not one."""
    if not figure.line_name:
        return None
    length = {"category": 3, "section": 5, "item": 7, "sub_item": 9}.get(figure.line_level or "")
    possible = {
        code
        for code in codes.get((figure.scheme, comparable_name(figure.line_name)), ())
        if length is None or figure.scheme != "functional" or len(code) == length
    }
    if len(possible) > 1 and figure.parent_line:
        for above in reversed(figure.parent_line.split(" / ")):
            prefixes = codes.get((figure.scheme, comparable_name(above)), ())
            narrowed = {code for code in possible if any(code.startswith(prefix) for prefix in prefixes)}
            if len(narrowed) == 1:
                possible = narrowed
                break
    return possible.pop() if len(possible) == 1 else None


def agency_keys(figures: Iterable[Figure]) -> dict[str, str]:
    """A key for each printed name of a unit; names that different forms print for one unit share it.

    Names are one when a printed code says so, when they are equal without punctuation, or when the shorter is the longer with
    characters left out and no other name of the document would do. Two names of one form are never one unit.
    """
    forms: defaultdict[str, set[int]] = defaultdict(set)
    codes: defaultdict[str, set[str]] = defaultdict(set)
    for figure in figures:
        if figure.agency_level == "unit":
            forms[figure.agency_name].add(figure.form_index)
            if figure.agency_code:
                codes[figure.agency_name].add(figure.agency_code)
    names = sorted(forms, key=lambda name: (-len(name), name))
    keys: dict[str, str] = {}
    members: dict[str, list[str]] = {}
    for name in names:
        candidates = [key for key, group in members.items() if all(not forms[name] & forms[other] for other in group)]
        same = [key for key in candidates if any(codes[name] & codes[other] for other in members[key])]
        if len(same) != 1:
            same = [key for key in candidates if any(_bare(name) == _bare(other) for other in members[key])]
        if len(same) != 1:
            same = [key for key, group in members.items() if any(_is_shortened(name, other) for other in group)]
            same = same if len(same) == 1 and same[0] in candidates else []
        key = same[0] if len(same) == 1 else name
        keys[name] = key
        members.setdefault(key, []).append(name)
    return keys


def _bare(name: str) -> str:
    return _NOT_NAME.sub("", name)


def _is_shortened(short: str, long: str) -> bool:
    """Whether `short` is `long` with characters left out, in order; the unit's own office (本级, 机关) is told apart."""
    for word in ("本级", "机关"):
        if (word in short) != (word in long):
            return False
    remaining = iter(_bare(long))
    return len(_bare(short)) >= 3 and all(character in remaining for character in _bare(short))

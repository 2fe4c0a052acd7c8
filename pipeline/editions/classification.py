"""Editions of the classifications: which name a code has in a year, which codes a name can mean, and codes for names alone.

Belongs here: looking up the editions (dbt_project/seeds/functional_class.csv, economic_class.csv and revenue_class.csv are the one source), judging a
printed code and name against them, and giving codes to lists that print names only. Does not belong here: the editions themselves,
and how codes of different years are compared (`concordance`).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from pipeline.forms import consulted
from pipeline.forms.text import bare_name, comparable

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"
FUNCTIONAL = "functional"
ECONOMIC_DEPARTMENT = "economic_department"
ECONOMIC_GOVERNMENT = "economic_government"
REVENUE = "government_revenue"
SCHEMES = (FUNCTIONAL, ECONOMIC_DEPARTMENT, ECONOMIC_GOVERNMENT, REVENUE)
_DEEPEST = {FUNCTIONAL: 7, ECONOMIC_DEPARTMENT: 5, ECONOMIC_GOVERNMENT: 5, REVENUE: 9}
"""Digits of the deepest level of the national classification; what is longer is local."""

_FUNCTIONAL_CODE = re.compile(r"^2(?:0[1-9]|1[0-9]|2[0-9]|3[0-4])(?:\d{2}){0,3}$")
_DEPARTMENT_CODE = re.compile(r"^3(?:0[1-9]|1[0-3]|99)(?:\d{2}){0,2}$")
_GOVERNMENT_CODE = re.compile(r"^5(?:0[1-9]|1[0-5]|99)(?:\d{2}){0,2}$")
_CATEGORY_DIGITS = 3
_QUALIFIER = re.compile(r"\([^()]*\)$")
_FILLER = re.compile(r"[和及与、的等]")
_SHORTENED = (
    ("社保", "社会保障"),
    ("付息", "利息"),
    ("城建税", "城市维护建设税"),
    ("环保税", "环境保护税"),
    ("出让金", "出让"),
    ("收入安排的", ""),
    ("安排的", ""),
    ("安排", ""),
)
_CLIPPED_AT_LEAST = 5
_CLIPPED_CATEGORY_AT_LEAST = 2
"""Categories are few, and most of them begin unlike all others."""

_FEW = 8
_UNMATCHED = 8.0
_TOLERATED = 9.0


class Span(NamedTuple):
    """A name of a code and the fiscal years of the editions that give it; `last_year` is 9999 in the newest edition."""

    name: str
    first_year: int
    last_year: int
    evidence: str

    def holds(self, year: int | None) -> bool:
        return year is None or self.first_year <= year <= self.last_year


class Candidate(NamedTuple):
    """A code that a printed name can mean, and how far the printed name is from the edition's.

    `evidence` is one of: name (as in the edition), qualified_name (but for words in brackets), category (the name of a category but for
    支出, which lower codes bear whole), suffix (but for 支出), other_edition (the name of another year), variant (words of a place, listed in
    name_variant.csv), spelling (but for 和, 的, 等 and words that are shortened), clipped_name (its beginning only).
    """

    code: str
    name: str
    evidence: str


class Contradiction(NamedTuple):
    """A printed code and name that the edition of its year does not have.

    `kind` is unknown_code, local_code (a city's own division of a known code), out_of_span (the code is not of that year's edition),
    other_edition (the name is another year's) or other_name.
    """

    kind: str
    code: str
    year: int
    printed: str
    expected: tuple[str, ...]


class Assignment(NamedTuple):
    """The code given to a line that prints a name only, and why; `code` is None where the name leaves a doubt."""

    code: str | None
    evidence: str


@dataclass(slots=True)
class _Scheme:
    spans: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[str, list[tuple[str, Span]]] = field(default_factory=lambda: defaultdict(list))
    """Codes by plain name."""
    by_variant: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Codes by the plain name that a place prints and no edition has."""
    by_spelling: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Plain names by what is left of them where spellings differ."""
    plain_names: list[str] = field(default_factory=list)


@lru_cache(maxsize=65536)
def plain_name(text: str) -> str:
    """The form in which names are compared: no numbering, spaces or quotation marks; brackets and widths folded."""
    return comparable(bare_name(text))


def _spelling(plain: str) -> str:
    """What is left of a plain name where publishers spell it in several ways: 工资和福利支出, 对个人和家庭补助, 彩票公益金支出."""
    for short, full in _SHORTENED:
        plain = plain.replace(short, full)
    return _FILLER.sub("", plain).removesuffix("支出")


@consulted.kept
def _schemes() -> dict[str, _Scheme]:
    schemes = {scheme: _Scheme() for scheme in SCHEMES}

    def add(scheme: str, code: str, name: str, row: dict[str, str]) -> None:
        span = Span(name, int(row["first_year"]), int(row["last_year"] or 9999), row["evidence"])
        schemes[scheme].spans[code].append(span)
        schemes[scheme].by_name[plain_name(name)].append((code, span))

    for row in _rows("functional_class.csv"):
        add(FUNCTIONAL, row["functional_code"], row["functional_name"], row)
    for row in _rows("economic_class.csv"):
        add(row["scheme"], row["economic_code"], row["economic_name"], row)
    for row in _rows("revenue_class.csv"):
        add(REVENUE, row["revenue_code"], row["revenue_name"], row)
    for row in _rows("name_variant.csv"):
        schemes[row["scheme"]].by_variant[plain_name(row["printed_name"])].append(row["code"])
    for found in schemes.values():
        found.plain_names = sorted(found.by_name)
        for name in found.plain_names:
            found.by_spelling[_spelling(name)].append(name)
        for spans in found.spans.values():
            spans.sort(key=lambda span: span.first_year)
    return schemes


def _rows(name: str) -> Iterable[dict[str, str]]:
    return consulted.table(SEEDS / name)


def is_functional_code(text: str) -> bool:
    """Whether the text has the shape of a functional code (类 201 to 234, 款, 项, or nine digits), known or not."""
    return bool(_FUNCTIONAL_CODE.match(text))


def scheme_of_code(text: str) -> str | None:
    """The classification that a code's shape belongs to: functional, economic_department (301…), economic_government (501…).

    Revenue has no such sign: its short codes are numbers like others, and documents print its names alone.
    """
    if _FUNCTIONAL_CODE.match(text):
        return FUNCTIONAL
    if _DEPARTMENT_CODE.match(text):
        return ECONOMIC_DEPARTMENT
    if _GOVERNMENT_CODE.match(text):
        return ECONOMIC_GOVERNMENT
    return None


def parent_of(code: str) -> str | None:
    """The code above: 2010301 → 20103 → 201 → None."""
    return code[:-2] if len(code) > 3 else None


def names_of(code: str, scheme: str = FUNCTIONAL) -> tuple[Span, ...]:
    """Every name that the code has had, in order of years; empty where no edition has the code."""
    return tuple(_schemes()[scheme].spans.get(code, ()))


def known_codes(scheme: str = FUNCTIONAL) -> frozenset[str]:
    """Every code that any edition of the scheme has."""
    return frozenset(_schemes()[scheme].spans)


def code_name(scheme: str, code: str, year: int) -> str | None:
    """Name of the code in the edition of that year; None where the edition does not have it."""
    for span in _schemes()[scheme].spans.get(code, ()):
        if span.holds(year):
            return span.name
    return None


def functional_name(code: str, year: int) -> str | None:
    """Name of a functional code in the edition of that year; None where the edition does not have it."""
    return code_name(FUNCTIONAL, code, year)


def newest_year(scheme: str = FUNCTIONAL) -> int:
    """The last year that the seeds know something of: the first year of the newest span."""
    return max(span.first_year for spans in _schemes()[scheme].spans.values() for span in spans)


@consulted.question
def code_by_name(
    name: str,
    parent_code: str | None = None,
    scheme: str = FUNCTIONAL,
    year: int | None = None,
    digits: int | None = None,
) -> tuple[Candidate, ...]:
    """Codes that a printed name can mean, in order of codes; several where the name alone leaves a doubt, none where it is unknown.

    A category's name without 支出 stands beside the lower codes that bear it whole. `parent_code` limits them to the codes anywhere below it (or the code itself), `digits` to those of one level. Only the nearest kind of likeness is returned: the
    name of that year's edition before the name without its brackets, without 支出, of another edition, spelt otherwise, or cut short.
    """
    plain = plain_name(name)
    if not plain:
        return ()
    known = _schemes()[scheme]

    def found(names: Iterable[str], evidence: str, at: int | None) -> tuple[Candidate, ...]:
        hits = {
            (code, span.name)
            for each in names
            for code, span in known.by_name.get(each, ())
            if span.holds(at) and (parent_code is None or code.startswith(parent_code)) and digits in (None, len(code))
        }
        return tuple(Candidate(code, span_name, evidence) for code, span_name in sorted(hits))

    def nearest(names: tuple[str, ...]) -> tuple[Candidate, ...]:
        """Names of other editions, of the nearest that has one: a name that came a year later, or is still in use a year on."""
        others = found(names, "other_edition", None)
        away = {each.code: _years_away(known.spans[each.code], each.name, year) for each in others}
        return _one_each(tuple(each for each in others if away[each.code] == min(away.values())))

    def variants() -> tuple[Candidate, ...]:
        return tuple(
            Candidate(code, name, "variant")
            for code in sorted(set(known.by_variant.get(plain, ()) or known.by_variant.get(bare, ())))
            if (parent_code is None or code.startswith(parent_code)) and digits in (None, len(code))
        )

    bare = _QUALIFIER.sub("", plain)
    ending = (plain.removesuffix("支出"), plain + "支出")
    exact = found((plain,), "name", year)
    if exact and all(len(each.code) > _CATEGORY_DIGITS for each in exact):
        # 教育 is a section of aid and an item of transfers; in a list of categories it is 教育支出.
        whole = found((plain + "支出",), "category", year)
        exact += tuple(each for each in whole if len(each.code) == _CATEGORY_DIGITS)
    return (
        exact
        or (found((bare,), "qualified_name", year) if bare not in ("", plain) else ())
        or found((each for each in ending if each != plain), "suffix", year)
        or nearest((plain, bare))
        or variants()
        or _one_each(found(known.by_spelling.get(_spelling(plain), ()), "spelling", None))
        or found(_longer_names(known, plain, digits), "clipped_name", year)
    )


def _years_away(spans: Sequence[Span], name: str, year: int | None) -> int:
    """How many years lie between a year and the nearest edition in which a code has the name."""
    at = year or 0
    return min(max(span.first_year - at, at - span.last_year, 0) for span in spans if span.name == name)


def _one_each(candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """One candidate for each code."""
    return tuple({candidate.code: candidate for candidate in candidates}.values())


def _longer_names(known: _Scheme, plain: str, digits: int | None) -> list[str]:
    """Names that begin with the printed one, which is then taken to be cut at the edge of its cell."""
    if len(plain) < (_CLIPPED_CATEGORY_AT_LEAST if digits == _CATEGORY_DIGITS else _CLIPPED_AT_LEAST):
        return []
    at = bisect_left(known.plain_names, plain)
    found = []
    while at < len(known.plain_names) and known.plain_names[at].startswith(plain):
        found.append(known.plain_names[at])
        at += 1
    return found


def without_qualifier(plain: str) -> str:
    """A plain name without the words in brackets behind it: 行政运行(人大) → 行政运行."""
    return _QUALIFIER.sub("", plain)


def is_same_name(printed: str, name: str) -> bool:
    """Whether a printed name is the edition's: but for spaces, widths, words in brackets behind it, or an end that is cut off."""
    left, right = plain_name(printed), plain_name(name)
    if left == right or _QUALIFIER.sub("", left) in (right, _QUALIFIER.sub("", right)):
        return True
    return len(left) >= 2 and right.startswith(left)


def check(code: str, name: str, year: int) -> Contradiction | None:
    """What a printed (year, code, name) contradicts in the edition of its year; None where they agree.

    The scheme is told by the code's shape; a code of no scheme is unknown_code.
    """
    scheme = scheme_of_code(code)
    spans = _schemes()[scheme].spans.get(code, []) if scheme else []
    if scheme and not spans and len(code) == _DEEPEST[scheme] + 2 and code[:-2] in _schemes()[scheme].spans:
        return Contradiction("local_code", code, year, name, ())
    if not spans:
        return Contradiction("unknown_code", code, year, name, ())
    valid = [span for span in spans if span.holds(year)]
    if any(is_same_name(name, span.name) for span in valid):
        return None
    expected = tuple(span.name for span in valid or spans)
    if any(is_same_name(name, span.name) for span in spans):
        return Contradiction("other_edition" if valid else "out_of_span", code, year, name, expected)
    return Contradiction("other_name" if valid else "out_of_span", code, year, name, expected)


_DISTANCE = {
    "name": 0.0,
    "qualified_name": 0.5,
    "category": 0.0,
    "suffix": 1.0,
    "other_edition": 1.5,
    "variant": 1.5,
    "spelling": 1.7,
    "clipped_name": 2.0,
}
_LEVEL = {"category": 3, "section": 5, "item": 7, "sub_item": 9}


def assign_codes(
    names: Sequence[str], scheme: str = FUNCTIONAL, year: int | None = None, levels: Sequence[str | None] | None = None
) -> list[Assignment]:
    """Codes for an ordered list of names (类, 款 and 项 below one another, as forms without codes print them).

    The list is read as a walk down the classification: a name stands below its parent, and siblings follow one another. The walk that
    breaks least of that is taken; a name that another walk, as good, reads otherwise gets no code (`ambiguous`), and so does a name
    that no edition has (`unknown`). `levels` may say of a line that it is a category, section or item. Evidence of the rest:
    within_parent (its parent is printed above it), after_sibling (a line beside it is), name_alone (nothing but the name).
    """
    possible = [_options(name, scheme, year, levels[index] if levels else None) for index, name in enumerate(names)]
    options = _limited(possible)
    forward = _costs(options)
    backward = _costs_to_end(options, forward)
    assignments = []
    for index, (candidates, states) in enumerate(zip(options, forward[:-1], strict=True)):
        totals = {
            code: min(cost + distance + _step(state, code) for state, cost in states.items())
            + backward[index + 1][code]
            for code, distance in candidates.items()
            if code in backward[index + 1]
        }
        skipped = min(
            (
                cost + _UNMATCHED + backward[index + 1][state]
                for state, cost in states.items()
                if state in backward[index + 1]
            ),
            default=float("inf"),
        )
        assignments.append(_chosen(totals, skipped) if totals or not possible[index] else Assignment(None, "ambiguous"))
    return _explained(assignments)


def assign_names(names: Sequence[str], scheme: str, year: int) -> list[str | None]:
    """`assign_codes` without its evidence: one code, or None, for each name."""
    return [assignment.code for assignment in assign_codes(names, scheme, year)]


def _options(name: str, scheme: str, year: int | None, level: str | None) -> dict[str, float]:
    candidates = code_by_name(name, None, scheme, year, _LEVEL.get(level or ""))
    lasting: dict[tuple[str | None, str], Candidate] = {}
    for candidate in candidates:
        key = (parent_of(candidate.code), candidate.name)
        if key not in lasting or _last_year(candidate, scheme) > _last_year(lasting[key], scheme):
            lasting[key] = candidate
    return {candidate.code: _DISTANCE[candidate.evidence] for candidate in lasting.values()}


def _last_year(candidate: Candidate, scheme: str) -> int:
    """When a name ends: of two numbers of one name in one section (2089901 and 2089999 in 2021) the one that goes on is meant."""
    spans = _schemes()[scheme].spans.get(candidate.code, ())
    return max((span.last_year for span in spans if span.name == candidate.name), default=0)


def _limited(options: list[dict[str, float]]) -> list[dict[str, float]]:
    """Options without the codes of sections that no other line speaks of: 行政运行 is a name of eighty codes."""
    sections = {code[:5] for candidates in options if len(candidates) <= _FEW for code in candidates}
    return [
        candidates
        if len(candidates) <= _FEW
        else {code: distance for code, distance in candidates.items() if code[:5] in sections}
        for candidates in options
    ]


@lru_cache(maxsize=262144)
def _step(before: str, code: str) -> float:
    """What it breaks of a walk down the classification that `code` follows `before` ('' at the beginning)."""
    if not before:
        return (len(code) - 3) * 0.5
    if len(code) == 3:
        return 0.0 if code > before[:3] else 0.75
    parent = code[:-2]
    if before == parent:
        return 0.0
    if before[: len(parent)] == parent:
        if before[: len(code)] == code:
            return 2.0
        return 0.0 if code > before[: len(code)] else 0.5
    if before[:3] == code[:3]:
        return 2.0
    return 3.0 if len(code) == 5 else 4.0


def _costs(options: Sequence[dict[str, float]]) -> list[dict[str, float]]:
    """For each line, the least cost of having reached each last code before it."""
    layers: list[dict[str, float]] = [{"": 0.0}]
    for candidates in options:
        states = layers[-1]
        following = {state: cost + _UNMATCHED for state, cost in states.items()} if candidates else dict(states)
        for code, distance in candidates.items():
            cost = min(before + _step(state, code) for state, before in states.items()) + distance
            following[code] = min(cost, following.get(code, float("inf")))
        least = min(following.values())
        layers.append({state: cost for state, cost in following.items() if cost <= least + _TOLERATED})
    return layers


def _costs_to_end(options: Sequence[dict[str, float]], forward: Sequence[dict[str, float]]) -> list[dict[str, float]]:
    """For each line, the least cost of reading the lines from it on, by the last code before it."""
    layers: list[dict[str, float]] = [dict.fromkeys(forward[-1], 0.0)]
    for index in range(len(options) - 1, -1, -1):
        after, candidates = layers[-1], options[index]
        layer = {}
        for state in forward[index]:
            cost = after.get(state, float("inf")) + (_UNMATCHED if candidates else 0.0)
            for code, distance in candidates.items():
                if code in after:
                    cost = min(cost, _step(state, code) + distance + after[code])
            layer[state] = cost
        layers.append(layer)
    return layers[::-1]


def _chosen(totals: dict[str, float], skipped: float) -> Assignment:
    if not totals:
        return Assignment(None, "unknown")
    ranked = sorted(totals.items(), key=lambda pair: (pair[1], pair[0]))
    code, least = ranked[0]
    if len(ranked) > 1 and ranked[1][1] - least < 0.25:
        return Assignment(None, "ambiguous")
    if skipped <= least:
        return Assignment(None, "ambiguous")
    return Assignment(code, "name_alone")


def _explained(assignments: Sequence[Assignment]) -> list[Assignment]:
    """Each assignment with what stands above it in the list."""
    explained = []
    printed: set[str] = set()
    for assignment in assignments:
        code = assignment.code
        if code is not None:
            parent = parent_of(code)
            if parent is None or parent in printed:
                evidence = "within_parent" if parent else "name_alone"
            elif any(parent_of(other) == parent for other in printed):
                evidence = "after_sibling"
            else:
                evidence = "name_alone"
            assignment = Assignment(code, evidence)
            printed.add(code)
        explained.append(assignment)
    return explained

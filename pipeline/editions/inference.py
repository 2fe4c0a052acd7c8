"""What prints of other codes say of a name that no document prints: its place among others, the name above it, a list beside it.

Belongs here: rules that need no list of words, each with how often what is printed follows it. Does not belong here: prints of the name
itself (`learning`), and what a person knows.

The classification is built regularly: 机关服务 is …03 of every section that has it, …99 is 其他 with the name of its section, and the debts that
231 repays are those on which 232 pays interest. A rule is believed only where what is printed bears it out and hardly contradicts it. It
says what a code is called; in which years stays what it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

_AT_LEAST = 3
_FOLLOWED = 0.9
"""A rule that one in ten of its prints breaks is no rule."""
_OWN_AT_MOST = 3
"""A name that more sections bear says of none of them which it is."""


class Named(NamedTuple):
    """A name of a code in an edition, and whether a document or notice gives it."""

    scheme: str
    code: str
    name: str
    first: int
    last: int
    is_given: bool


class Crossing(NamedTuple):
    """Two classes of two schemes of which one belongs to the other."""

    scheme: str
    code: str
    other_scheme: str
    other_code: str


Key = tuple[str, str, str]
Change = tuple[str, str]


def infer(rows: Sequence[Named], crossings: Iterable[Crossing] = ()) -> dict[Key, str]:
    """For each (scheme, code, name) that is not given and that a rule bears out: the rule in words, with how often it holds."""
    crossed = list(crossings)
    rules: tuple[Callable[[], dict[Key, str]], ...] = (
        lambda: _by_place(rows),
        lambda: _by_parent(rows),
        lambda: _by_list_beside(rows),
        lambda: _by_moved_list(rows),
        lambda: _by_crossing(rows, crossed),
    )
    found: dict[Key, str] = {}
    for rule in rules:
        found = rule() | found
    return found


def _key(row: Named) -> Key:
    return (row.scheme, row.code, row.name)


def _parent(code: str) -> str:
    """The code above; of a category what all categories of its scheme begin with."""
    return code[:-2] if len(code) > 3 else code[:1]


def _overlap(one: Named, other: Named) -> bool:
    return one.first <= other.last and other.first <= one.last


def _is_borne_out(held: int, seen: int) -> bool:
    return held >= _AT_LEAST and held >= _FOLLOWED * seen


def _by_place(rows: Sequence[Named]) -> dict[Key, str]:
    """A name that stands under the same two last digits of the sections that print it, in the editions of its years."""
    bearers: dict[tuple[str, int, str], list[Named]] = defaultdict(list)
    for row in rows:
        if row.is_given and len(row.code) > 3:
            bearers[(row.scheme, len(row.code), row.name)].append(row)
    found = {}
    for row in rows:
        if row.is_given:
            continue
        codes = {each.code for each in bearers[(row.scheme, len(row.code), row.name)] if _overlap(row, each)}
        held = sum(code[-2:] == row.code[-2:] for code in codes)
        if _is_borne_out(held, len(codes)):
            found[_key(row)] = (
                f"…{row.code[-2:]} in {held} of the {len(codes)} classes that are printed with a {row.name}"
            )
    return found


def _names_of_parent(name: str) -> tuple[str, ...]:
    """What a class can be called after the one above it: the same, or what is other in it."""
    return (name, f"其他{name}", f"其他{name.removesuffix('支出')}支出", f"其他{name.removesuffix('收入')}收入")


def _by_parent(rows: Sequence[Named]) -> dict[Key, str]:
    """The last class of a section, …99, and the only item of a last section, which bear its name."""
    above: dict[tuple[str, str], list[Named]] = defaultdict(list)
    for row in rows:
        above[(row.scheme, row.code)].append(row)

    def follows(row: Named) -> bool:
        return any(
            row.name in _names_of_parent(parent.name) and _overlap(row, parent)
            for parent in above[(row.scheme, _parent(row.code))]
        )

    def place(row: Named) -> str:
        return row.code[-4:] if row.code[-4:-2] == "99" else row.code[-2:]

    printed: dict[tuple[str, str], list[tuple[Named, bool]]] = defaultdict(list)
    for row in rows:
        if row.is_given and len(row.code) > 3:
            printed[(row.scheme, place(row))].append((row, follows(row)))
    found = {}
    for row in rows:
        if row.is_given or not follows(row):
            continue
        held = [is_held for each, is_held in printed[(row.scheme, place(row))] if _overlap(row, each)]
        if _is_borne_out(sum(held), len(held)):
            found[_key(row)] = (
                f"…{place(row)} bears the name above it in {sum(held)} of {len(held)} classes that are printed"
            )
    return found


def _change(one: str, other: str) -> Change:
    """What differs between two names: (还本, 付息) for 债务还本支出 and 债务付息支出."""
    begin = _same_letters(one, other)
    end = _same_letters(one[begin:][::-1], other[begin:][::-1])
    return one[begin : len(one) - end], other[begin : len(other) - end]


def _same_letters(one: str, other: str) -> int:
    """How many letters two names begin with alike."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _by_list_beside(rows: Sequence[Named]) -> dict[Key, str]:
    """Two classes whose parts bear the same last digits, and names that differ by the same words."""
    given: dict[tuple[str, str], dict[str, list[Named]]] = defaultdict(dict)
    missing: dict[tuple[str, str], list[Named]] = defaultdict(list)
    own: dict[tuple[str, str], list[Named]] = defaultdict(list)
    for row in rows:
        own[(row.scheme, row.code)].append(row)
        above = (row.scheme, _parent(row.code))
        if row.is_given:
            given[above].setdefault(row.code[-2:], []).append(row)
        else:
            missing[above].append(row)
    found: dict[Key, str] = {}
    for other, wanted in missing.items():
        for one in given:
            if one == other or other not in given:
                continue
            believed = _believed_change(given[one], given[other], own.get(one, ()), own.get(other, ()))
            if believed is None:
                continue
            change, held, seen = believed
            words = f", {change[0] or '–'} for {change[1] or '–'}" if any(change) else ""
            for row in wanted:
                beside = given[one].get(row.code[-2:], ())
                if any(_overlap(row, each) and _change(each.name, row.name) == change for each in beside):
                    found.setdefault(
                        _key(row), f"As the list of {one[1]}{words}: {held} of {seen} pairs that are printed agree"
                    )
    return found


def _believed_change(
    one: Mapping[str, Sequence[Named]],
    other: Mapping[str, Sequence[Named]],
    heads: Sequence[Named],
    other_heads: Sequence[Named],
) -> tuple[Change, int, int] | None:
    """The words by which the names of two lists differ, where enough pairs agree; the two heads count as one pair."""
    pairs = [(one[part], other[part]) for part in one if part in other]
    if len(pairs) < _AT_LEAST - 1:
        return None
    counts: dict[Change, int] = defaultdict(int)
    for left, right in pairs:
        for change in {_change(a.name, b.name) for a in left for b in right if _overlap(a, b)}:
            counts[change] += 1
    if not counts:
        return None
    change = max(counts, key=lambda each: (counts[each], each))
    held, seen = counts[change], len(pairs)
    if any(change) and any(_change(a.name, b.name) == change for a in heads for b in other_heads):
        held, seen = held + 1, seen + 1
    return (change, held, seen) if _is_borne_out(held, seen) else None


def _by_moved_list(rows: Sequence[Named]) -> dict[Key, str]:
    """A section that another edition prints under another number: the same names at the same places, names of its own among them."""
    borne: dict[tuple[str, str], set[str]] = defaultdict(set)
    sections: dict[tuple[str, str], list[Named]] = defaultdict(list)
    places: dict[tuple[str, int, str, str], list[Named]] = defaultdict(list)
    for row in rows:
        sections[(row.scheme, _parent(row.code))].append(row)
        borne[(row.scheme, row.name)].add(_parent(row.code))
        if row.is_given:
            places[(row.scheme, len(row.code), row.code[-2:], row.name)].append(row)
    found: dict[Key, str] = {}
    for (scheme, code), section in sections.items():
        alike: dict[str, list[Named]] = defaultdict(list)
        for row in section:
            for other in places[(scheme, len(row.code), row.code[-2:], row.name)]:
                if not _overlap(row, other):
                    alike[_parent(other.code)].append(row)
        for other_code, same in sorted(alike.items()):
            own = {row.name for row in same if len(borne[(scheme, row.name)]) <= _OWN_AT_MOST}
            if other_code != code and len(own) >= _AT_LEAST:
                found = _of_moved(other_code, same) | found
    return found


def _of_moved(other_code: str, same: Sequence[Named]) -> dict[Key, str]:
    return {
        _key(row): f"As {other_code}{row.code[-2:]}: {len(same)} names stand at the same places of both lists"
        for row in same
        if not row.is_given
    }


def _by_crossing(rows: Sequence[Named], crossings: Sequence[Crossing]) -> dict[Key, str]:
    """A class of one scheme under the name of the class of another scheme that belongs to it."""
    given: dict[tuple[str, str], list[Named]] = defaultdict(list)
    for row in rows:
        if row.is_given:
            given[(row.scheme, row.code)].append(row)
    beside: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for each in crossings:
        beside[(each.scheme, each.code)].append((each.other_scheme, each.other_code))
    found = {}
    for row in rows:
        for other in [] if row.is_given else beside[(row.scheme, row.code)]:
            if any(each.name == row.name and _overlap(each, row) for each in given[other]):
                found[_key(row)] = f"{other[1]}, which belongs to it, is printed with this name"
    return found

"""Identities between sentences and forms, and inside sentences.

Belongs here: an amount in a sentence repeats a figure; a stated change is the difference of two figures; a percentage is a
change over its base; listed parts add up; what is said of the units is said of the department. Does not belong here: reading sentences (`pipeline.figures.narrative`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from pipeline.proofs.catalogue import rules
from pipeline.proofs.fields import Fields, comparable_name
from pipeline.proofs.identity import SCALE, Amount, Identity, Ledger

_FEWEST_PARTS = 2
_FEWEST_UNITS = 2
_LARGEST_GAP = 2
"""A page's edge may stand between two paragraphs of a list."""
_NOT_ADDITIVE = frozenset({"units"})
_UNITS_UNKNOWN = "the sentences may not name all units"
_MOST_PARTS = 40
_FORM_OF_PERCENTAGE = re.compile(r"^-?\d+(?:\.(\d+))?")


def amount_of_sentence(row: Mapping[str, Any]) -> Amount:
    """A row of `narrative_figure` as an interval."""
    value = row.get("amount_yuan") or Decimal(0)
    half = row.get("half_unit_yuan") or Decimal(0)
    state = "number" if value else "zero"
    words = f"“{row.get('subject') or ''}” {row.get('printed_text', '')} (p. {row.get('page_number')})"
    return Amount(
        row["narrative_figure_id"], int(value * SCALE), int(half * SCALE), state, table="narrative_figure", words=words
    )


def add_narrative_identities(
    ledger: Ledger, fields: Sequence[Fields], narrative: Sequence[Mapping[str, Any]], department: str | None
) -> None:
    """Add amounts of sentences to the ledger and every identity that they take part in; `department` is the document's body."""
    places: dict[str, int] = {field.figure.figure_id: place for place, field in enumerate(fields)}
    blocks: defaultdict[int, list[tuple[Mapping[str, Any], int | None]]] = defaultdict(list)
    for row in narrative:
        place = None
        if row.get("amount_yuan") is not None:
            place = len(ledger.amounts)
            ledger.amounts.append(amount_of_sentence(row))
        blocks[row["block_index"]].append((row, place))
    for block in blocks.values():
        block.sort(key=lambda entry: entry[0]["position"])
        _add_links(ledger, places, block)
        _add_changes(ledger, fields, places, block)
        _add_percentages(ledger, block)
        _add_parts(ledger, block)
    stated = {number: _stated(block) for number, block in sorted(blocks.items())}
    _add_listed_paragraphs(ledger, stated)
    _add_units(ledger, [entry for entries in stated.values() for entry in entries], department)


def _add_links(
    ledger: Ledger, places: Mapping[str, int], block: Sequence[tuple[Mapping[str, Any], int | None]]
) -> None:
    for row, place in block:
        figure = places.get(row.get("figure_id") or "")
        if place is None or figure is None:
            continue
        identity = ledger.add(rules()["narrative_repeats_form"], place, [(figure, 1)])
        if identity is not None and ledger.amounts[figure].is_blank:
            identity.set_aside("the form leaves the figure blank")


def _add_changes(
    ledger: Ledger,
    fields: Sequence[Fields],
    places: Mapping[str, int],
    block: Sequence[tuple[Mapping[str, Any], int | None]],
) -> None:
    """A change stated after an amount that repeats a figure: the form prints last year's amount of the same line."""
    rule = rules()["narrative_change"]
    base: tuple[Mapping[str, Any], int] | None = None
    for row, place in block:
        if row["measure"] == "stated":
            figure = places.get(row.get("figure_id") or "")
            base = (row, figure) if figure is not None else None
            continue
        if row["measure"] not in ("increase", "decrease") or place is None or base is None:
            continue
        before = _prior_year(fields, base[1])
        if before is not None:
            identity = ledger.add(rule, place, [(base[1], 1), (before, -1)])
            if identity is not None and abs(identity.difference) > identity.bound:
                identity.set_aside("the sentence may compare with another amount than the form's")
        base = None


def _prior_year(fields: Sequence[Fields], place: int) -> int | None:
    """The amount of the same line, body and form in the year before, where the form prints exactly one."""
    now = fields[place]
    found = [
        other
        for other, field in enumerate(fields)
        if field.figure.form_index == now.figure.form_index
        and field.figure.fiscal_year == now.figure.fiscal_year - 1
        and field.figure.is_comparative
        and field.figure.measure == now.figure.measure
        and field.agency == now.agency
        and (field.code, field.figure.line_name, field.figure.line_code)
        == (now.code, now.figure.line_name, now.figure.line_code)
        and field.figure.fund == now.figure.fund
        and field.figure.source == now.figure.source
    ]
    return found[0] if len(found) == 1 else None


def _add_percentages(ledger: Ledger, block: Sequence[tuple[Mapping[str, Any], int | None]]) -> None:
    """“… 12,219, an increase of 2,086, 21 %”: the change is the percentage of (amount − change), to the percentage's precision.

    Where the three follow each other and speak of one thing, the sentence compares its own amounts.
    """
    rule = rules()["narrative_percentage"]
    stated: tuple[Mapping[str, Any], int] | None = None
    change: tuple[Mapping[str, Any], int] | None = None
    is_adjacent = False
    for row, place in block:
        if row["measure"] == "stated":
            stated, change = (None if place is None else (row, place)), None
        elif row["measure"] in ("increase", "decrease") and place is not None:
            is_adjacent, change = change is None, (row, place)
        elif row["measure"] == "percentage" and stated is not None and change is not None:
            is_own = is_adjacent and _is_one_subject(stated[0], change[0])
            _add_percentage(ledger, rule, row, stated[1], change[1], is_own)
            change = None


def _is_one_subject(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    """Whether two amounts are said of one thing: one name holds the other."""
    names = [comparable_name(str(row.get("subject") or "")) for row in (first, second)]
    return all(names) and (names[0] in names[1] or names[1] in names[0])


def _add_percentage(ledger: Ledger, rule: Any, row: Mapping[str, Any], stated: int, change: int, is_own: bool) -> None:
    percentage = row.get("percentage")
    if percentage is None:
        return
    amounts = ledger.amounts
    base = amounts[stated].value - amounts[change].value
    if base <= 0 or not amounts[change].value:
        return
    printed = _FORM_OF_PERCENTAGE.match(str(row.get("printed_text", "")).strip().lstrip("约"))
    digits = len(printed.group(1) or "") if printed else max(-percentage.normalize().as_tuple().exponent, 0)
    share = Decimal(percentage) / 100
    if (share < 0) != (amounts[change].value < 0):
        share = -share
    half_share = Decimal(5) / Decimal(10) ** (digits + 3)
    computed = int(share * base)
    half_base = amounts[stated].half + amounts[change].half
    identity = Identity(
        rule, change, ((stated, 1),), reason=f"{percentage.normalize():f} % of the amount less the change"
    )
    identity.difference = amounts[change].value - computed
    identity.bound = amounts[change].half + int(half_share * base) + int(abs(share) * half_base) + 1
    identity.is_linear = False
    if identity.difference and abs(identity.difference) <= identity.bound:
        identity.verdict = "rounding"
    elif abs(identity.difference) > 3 * identity.bound:
        identity.verdict = "error"
        if abs(amounts[change].value - int(share * amounts[stated].value)) <= identity.bound:
            identity.reason = (
                f"{percentage.normalize():f} % is the change over this year's amount, not over last year's"
            )
        elif _is_slip_of_the_point(amounts[change].value, computed, identity.bound):
            identity.reason = f"{percentage.normalize():f} % has its decimal point in the wrong place"
        if not is_own and not _is_confirmed(ledger, stated, change):
            identity.set_aside(identity.reason + "; the sentence may compare with another amount")
    elif identity.difference:
        identity.verdict = "rounding"
        identity.reason += "; the last digit of the percentage is cut off, not rounded"
    ledger.identities.append(identity)


def _is_slip_of_the_point(change: int, computed: int, bound: int) -> bool:
    """Whether the percentage would be right with its decimal point one or two digits further right or left."""
    return any(
        abs(change - computed * power) <= bound * power or abs(change * power - computed) <= bound
        for power in (10, 100)
    )


def _is_confirmed(ledger: Ledger, stated: int, change: int) -> bool:
    """Whether forms confirm both the amount and the change that a percentage is of."""
    confirmed: set[str] = set()
    for identity in ledger.identities:
        if identity.stated in (stated, change) and identity.difference == 0:
            confirmed.add(identity.rule.identity)
    return {"narrative_repeats_form", "narrative_change"} <= confirmed


def _add_parts(ledger: Ledger, block: Sequence[tuple[Mapping[str, Any], int | None]]) -> None:
    """A total and the amounts listed after it, where the amounts of the paragraph add up to the first of them.

    Only a sum that holds is stated: sentences list parts that are no partition, and a failing list shows nothing.
    """
    amounts = [place for row, place in block if row["measure"] == "stated" and place is not None]
    start = 0
    while start < len(amounts) - _FEWEST_PARTS:
        total = ledger.amounts[amounts[start]]
        running, bound, taken = 0, total.half, 0
        for number, place in enumerate(amounts[start + 1 : start + 1 + _MOST_PARTS], start=1):
            running += ledger.amounts[place].value
            bound += ledger.amounts[place].half
            if number >= _FEWEST_PARTS and total.value > 0 and abs(total.value - running) <= bound:
                taken = number
                break
            if running > total.value + bound:
                break
        if taken and all(ledger.amounts[place].value > 0 for place in amounts[start + 1 : start + 1 + taken]):
            ledger.add(
                rules()["narrative_parts"], amounts[start], ((p, 1) for p in amounts[start + 1 : start + 1 + taken])
            )
            start += taken
        start += 1


def _stated(block: Sequence[tuple[Mapping[str, Any], int | None]]) -> list[tuple[Mapping[str, Any], int]]:
    return [(row, place) for row, place in block if row["measure"] == "stated" and place is not None]


def _add_listed_paragraphs(ledger: Ledger, stated: Mapping[int, Sequence[tuple[Mapping[str, Any], int]]]) -> None:
    """A total that ends a paragraph, and its parts: all amounts of the next one, or the first amount of each that follows.

    As within a paragraph only a sum that holds is stated.
    """
    rule = rules()["narrative_parts"]
    amounts = ledger.amounts
    numbers = [number for number, entries in stated.items() if entries]
    for start, number in enumerate(numbers[:-1]):
        if numbers[start + 1] - number > _LARGEST_GAP:
            continue
        total = stated[number][-1][1]
        inside = [place for _, place in stated[numbers[start + 1]]]
        listed: list[int] = []
        for previous, following in pairwise(numbers[start : start + 1 + _MOST_PARTS]):
            if following - previous > _LARGEST_GAP:
                break
            listed.append(stated[following][0][1])
            if sum(amounts[place].value for place in listed) >= amounts[total].value:
                break
        for parts in (inside, listed):
            bound = amounts[total].half + sum(amounts[place].half for place in parts)
            difference = amounts[total].value - sum(amounts[place].value for place in parts)
            is_list = len(parts) > _FEWEST_PARTS or (len(parts) == _FEWEST_PARTS and not difference)
            if is_list and all(amounts[place].value > 0 for place in parts) and abs(difference) <= bound:
                ledger.add(rule, total, ((place, 1) for place in parts), is_linear=False)
                break


def _add_units(ledger: Ledger, stated: Sequence[tuple[Mapping[str, Any], int]], department: str | None) -> None:
    """What a sentence states of the department is the sum of what sentences state, in the same words, of its units."""
    by_subject: defaultdict[tuple[str, Any, Any], dict[str, list[int]]] = defaultdict(dict)
    for row, place in stated:
        if row.get("subject") and row.get("agency_name"):
            subject = (comparable_name(row["subject"]), row.get("fiscal_year"), row.get("phase"))
            by_subject[subject].setdefault(row["agency_name"], []).append(place)
    for agencies in by_subject.values():
        whole = agencies.pop(department or "", [])
        if len(whole) != 1 or len(agencies) < _FEWEST_UNITS:
            continue
        if any(len({ledger.amounts[place].value for place in places}) > 1 for places in agencies.values()):
            continue
        addends = [(places[0], 1) for places in agencies.values()]
        identity = ledger.add(rules()["narrative_units"], whole[0], addends, is_linear=False)
        if identity is not None and abs(identity.difference) > identity.bound:
            identity.set_aside(_UNITS_UNKNOWN)


def add_staff_identities(ledger: Ledger, statistics: Sequence[Mapping[str, Any]], department: str | None) -> None:
    """Posts, staff, retirees and vehicles of the department are those of its units."""
    by_metric: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in statistics:
        by_metric[row["metric"]].append(row)
    rule = rules()["staff_of_units"]
    for metric, rows in by_metric.items():
        whole = [row for row in rows if row["agency_name"] == department]
        units = [row for row in rows if row["agency_name"] != department]
        if metric not in _NOT_ADDITIVE and len(whole) == 1 and units:
            start = len(ledger.amounts)
            ledger.amounts += [_count(row) for row in [*whole, *units]]
            addends = ((start + number, 1) for number in range(1, len(units) + 1))
            identity = ledger.add(rule, start, addends, is_linear=False)
            if identity is not None and identity.difference:
                identity.set_aside(_UNITS_UNKNOWN)


def _count(row: Mapping[str, Any]) -> Amount:
    words = f"{row['agency_name']} {row['metric']} {row['value']} (p. {row['page_number']})"
    return Amount(
        row["agency_statistic_id"], int(row["value"]) * SCALE, 0, "number", table="agency_statistic", words=words,
        is_money=False,
    )  # fmt: skip

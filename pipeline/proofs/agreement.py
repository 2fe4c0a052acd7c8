"""Identities between forms: one quantity, printed in several places.

Belongs here: finding the places where one quantity is printed (same body, fund, year, phase, measure and line) and stating
that they agree; which funds coincide; where forms differ in scope and are not comparable. Does not belong here: sums
inside a form (`structure`), sentences (`narrative`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from pipeline.proofs.catalogue import Rule, rules, selector
from pipeline.proofs.diagnosis import power_of_ten
from pipeline.proofs.fields import NESTED_FUNDS, Fields, Places, key_of
from pipeline.proofs.identity import Amount, Identity, Ledger

_IN_FORM = frozenset({"row", "column", "form"})
_FEWEST_BROKEN_DOWN = 2
_MOST_TIMES_THE_TOTAL = 100
_MOST_TIMES_AS_PART = 2
_AGGREGATED = frozenset({"code", "revenue_item"})


Funds = dict[tuple[object, ...], dict[str, str]]
"""For each body and year: printed fund → the fund that stands for all that coincide with it."""


def merge_funds(fields: Sequence[Fields], amounts: Sequence[Amount]) -> Funds:
    """Give one `fund_class` to nested funds whose total expenditure coincides, body by body.

    If all expenditure of a body is as much as its general public budget expenditure, the two are the same money, line by line;
    and so for its units. Returns what was joined, by body, year, phase and comparison.
    """
    rule = rules()["expenditure_total_across_forms"]
    members = [selector(text.strip()) for text in rule.addends.split(" ; ")]
    values: defaultdict[tuple[object, ...], Counter[tuple[int, int]]] = defaultdict(Counter)
    for field, amount in zip(fields, amounts, strict=True):
        if field.fund_class in NESTED_FUNDS and amount.value and any(holds(field) for holds in members):
            figure = field.figure
            key = (field.agency, figure.fiscal_year, figure.phase, figure.is_comparative, field.fund_class)
            values[key][(amount.value, amount.half)] += 1
    joined: Funds = {}
    for body in {key[:-1] for key in values}:
        canonical: dict[str, str] = {}
        known = [fund for fund in NESTED_FUNDS if (*body, fund) in values]
        for fund in known:
            for wider in canonical:
                if _coincide(values[(*body, wider)], values[(*body, fund)]):
                    canonical[fund] = canonical[wider]
                    break
            else:
                canonical[fund] = fund
        joined[body] = canonical
    for field in fields:
        figure = field.figure
        time = (figure.fiscal_year, figure.phase, figure.is_comparative)
        for body in ((field.agency, *time), ("department", *time)):
            canonical = joined.get(body, {})
            if canonical.get(field.fund_class, field.fund_class) != field.fund_class:
                field.fund_class = canonical[field.fund_class]
                break
    return joined


def _coincide(first: Counter[tuple[int, int]], second: Counter[tuple[int, int]]) -> bool:
    """Whether one of the values printed most often on each side is, within rounding, the same."""
    return any(
        abs(a - b) <= half_a + half_b
        for (a, half_a), _ in first.most_common(2)
        for (b, half_b), _ in second.most_common(2)
    )


def add_agreements(ledger: Ledger, fields: Sequence[Fields], funds: Funds) -> None:
    """State that every quantity is the same wherever the document prints it."""
    complete = _forms_with_all_units(ledger, fields)
    by_kind = Places(fields)
    for rule in rules().values():
        if rule.method == "same_quantity":
            _add_quantity(ledger, rule, fields, by_kind, funds, complete)
    _add_nil_forms(ledger, rules()["nil_form_has_no_revenue"], fields)
    _add_missing_lines(ledger, rules()["lines_are_in_every_form"], fields)
    _add_magnitudes(ledger, rules()["form_is_within_the_total"], fields)


def _add_quantity(
    ledger: Ledger, rule: Rule, fields: Sequence[Fields], by_kind: Places, funds: Funds, complete: set[int]
) -> None:
    amounts = ledger.amounts
    quantity_of = key_of(rule.match)
    quantities: defaultdict[tuple[object, ...], defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for place in by_kind.chosen(*(text.strip() for text in rule.addends.split(" ; "))):
        if amounts[place].state != "blank":
            field = fields[place]
            quantities[quantity_of(field)][field.figure.form_index].append(place)
    aggregated = bool(_AGGREGATED.intersection(rule.match))
    units: defaultdict[tuple[object, ...], list[tuple[object, ...]]] = defaultdict(list)
    if aggregated:
        for key in quantities:
            if key[0] != "department":
                units[("department", *key[1:])].append(key)
    for key in [*quantities, *(key for key in units if key not in quantities)]:
        forms = _comparable_forms(quantities.get(key, {}), fields, amounts)
        anchor = _anchor(forms, amounts)
        if anchor is None:
            continue
        for form_index, places in forms.items():
            if form_index == fields[anchor].figure.form_index:
                continue
            place = min(places, key=lambda place: (abs(amounts[place].value - amounts[anchor].value), place))
            if amounts[place].value or amounts[anchor].value:
                _add_equality(ledger, rule, place, [anchor])
        if key[0] == "department" and key in units:
            _add_unit_sums(
                ledger, rule, anchor, [quantities[unit] for unit in units[key]], forms, fields, funds, complete
            )


def _add_missing_lines(ledger: Ledger, rule: Rule, fields: Sequence[Fields]) -> None:
    """A class that a form prints without its items, though its other classes have theirs and another form prints the items.

    A row that is left out takes its sum with it where it is the only one below its class: only another form can tell.
    """
    is_line, lines_of = selector(rule.addends), key_of(rule.match)
    codes: defaultdict[tuple[object, ...], defaultdict[int, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for place, field in enumerate(fields):
        if is_line(field) and field.code and field.code.isdigit() and ledger.amounts[place].value:
            codes[lines_of(field)][field.figure.form_index].setdefault(field.code, place)
    for forms in codes.values():
        for form_index, own in forms.items():
            broken_down = Counter(len(code) for code in own if _items_below(code, own))
            for code, place in own.items():
                if broken_down[len(code)] < _FEWEST_BROKEN_DOWN or _items_below(code, own):
                    continue
                elsewhere = [
                    (items, others)
                    for other_index, others in forms.items()
                    if other_index != form_index and code in others and (items := _items_below(code, others))
                ]
                if elsewhere and _agree(ledger, place, elsewhere[0][1][code]):
                    items, others = elsewhere[0]
                    identity = ledger.add(rule, place, ((others[item], 1) for item in items), is_linear=False)
                    if identity is not None:
                        identity.verdict = "error"
                        identity.reason = f"the rows {', '.join(items)} seem to be missing below it"


def _items_below(code: str, codes: Iterable[str]) -> list[str]:
    return sorted(other for other in codes if len(other) == len(code) + 2 and other.startswith(code))


def _agree(ledger: Ledger, first: int, second: int) -> bool:
    a, b = ledger.amounts[first], ledger.amounts[second]
    return abs(a.value - b.value) <= a.half + b.half


def _add_magnitudes(ledger: Ledger, rule: Rule, fields: Sequence[Fields]) -> None:
    """No form's amounts are out of all proportion to the total of the document: else they are read in a wrong unit.

    Forms that print parts of the total in any case (the rule's addends) leave less room than projects of many years.
    """
    is_total, is_part = selector(rule.stated), selector(rule.addends)
    totals = Counter(
        ledger.amounts[place].value
        for place, field in enumerate(fields)
        if field.agency == "department" and is_total(field) and ledger.amounts[place].value > 0
    )
    if not totals:
        return
    usual = max(totals, key=lambda value: (totals[value], value))
    printed = sorted(enumerate(fields), key=lambda entry: _spot(entry[1]))
    whole = next(place for place, field in printed if ledger.amounts[place].value == usual and is_total(field))
    largest: dict[int, int] = {}
    for place, field in printed:
        best = largest.setdefault(field.figure.form_index, place)
        if ledger.amounts[place].value > ledger.amounts[best].value:
            largest[field.figure.form_index] = place
    for place in largest.values():
        amount = ledger.amounts[place].value
        if place == whole or not amount:
            continue
        identity = Identity(rule, place, ((whole, 1),), is_linear=False, is_trivial=True)
        most = _MOST_TIMES_AS_PART if is_part(fields[place]) else _MOST_TIMES_THE_TOTAL
        excess = amount > most * usual
        identity.difference = amount - usual if excess else 0
        identity.verdict = "error" if excess else "exact"
        identity.reason = (
            f"more than {most} times the total: a wrong unit of amount" if excess else "at most in proportion"
        )
        ledger.identities.append(identity)


def _add_nil_forms(ledger: Ledger, rule: Rule, fields: Sequence[Fields]) -> None:
    """A form that is declared nil, beside the revenue of its fund in another form: blank there too, or zero."""
    is_nil, is_revenue = selector(rule.stated), selector(rule.addends)
    revenue: dict[tuple[object, ...], int] = {}
    for place, field in enumerate(fields):
        if is_revenue(field) and not field.figure.is_comparative:
            key: tuple[object, ...] = (field.agency, field.figure.fiscal_year, field.figure.phase, field.revenue_item)
            revenue[key] = min(place, revenue.get(key, place), key=lambda other: _spot(fields[other]))
    stated: dict[tuple[object, ...], int] = {}
    for place, field in enumerate(fields):
        if ledger.amounts[place].state == "declared_nil" and is_nil(field) and not field.figure.is_comparative:
            of_form = (field.agency, field.figure.fiscal_year, field.figure.phase, field.figure.fund)
            stated[of_form] = min(place, stated.get(of_form, place), key=lambda other: _spot(fields[other]))
    for nil, place in stated.items():
        if nil in revenue:
            identity = ledger.add(rule, place, [(revenue[nil], 1)], even_blank=True, is_linear=False)
            if identity is not None and abs(identity.difference) > identity.bound:
                identity.set_aside("a fund of last year, or that is passed on, is no expenditure of the form")


def _spot(field: Fields) -> tuple[int, int, int]:
    return (field.figure.form_index, field.figure.row_index, field.figure.column_index)


def _comparable_forms(
    forms: dict[int, list[int]], fields: Sequence[Fields], amounts: Sequence[Amount]
) -> dict[int, list[int]]:
    """Forms whose amount is one: not those that print the quantity more than once with different amounts.

    A standard form that is printed twice for one body (a unit's own set of forms read as the department's) has no known scope,
    and neither copy is compared. Totals with and without balances are alternatives, not a contradiction.
    """
    kept: dict[int, list[int]] = {}
    by_kind: defaultdict[str, list[int]] = defaultdict(list)
    for form_index, places in forms.items():
        alternatives = {fields[place].total_kind for place in places}
        first = min(places, key=lambda place: (fields[place].figure.row_index, fields[place].figure.column_index))
        if len(alternatives) == 1 and any(
            abs(amounts[place].value - amounts[first].value) > amounts[place].half + amounts[first].half
            for place in places
        ):
            continue
        kept[form_index] = places
        by_kind[fields[places[0]].figure.form].append(form_index)
    for indices in by_kind.values():
        if len(indices) < 2:
            continue
        values = [{amounts[place].value for place in kept[index]} for index in indices]
        if not set.intersection(*values):
            for index in indices:
                del kept[index]
    return kept


def _anchor(forms: dict[int, list[int]], amounts: Sequence[Amount]) -> int | None:
    """The place whose amount most forms print; the more precise, then the earlier, when that is undecided."""
    counts: Counter[int] = Counter()
    for places in forms.values():
        counts.update({amounts[place].value for place in places})
    candidates = [place for _, places in sorted(forms.items()) for place in places]
    if not candidates:
        return None
    return min(candidates, key=lambda place: (-counts[amounts[place].value], amounts[place].half, place))


def _add_unit_sums(
    ledger: Ledger,
    rule: Rule,
    anchor: int,
    unit_quantities: Sequence[dict[int, list[int]]],
    forms: dict[int, list[int]],
    fields: Sequence[Fields],
    funds: Funds,
    complete: set[int],
) -> None:
    """The department's amount is the sum of its units' in a form that prints the line for units only.

    The form's fund must coincide with the anchor's for the department: that it does for some units is not enough.
    """
    figure = fields[anchor].figure
    joined = funds.get(("department", figure.fiscal_year, figure.phase, figure.is_comparative), {})
    addends: defaultdict[int, list[int]] = defaultdict(list)
    for quantity in unit_quantities:
        for form_index, places in quantity.items():
            if form_index in complete and form_index not in forms:
                first = min(
                    places, key=lambda place: (fields[place].figure.row_index, fields[place].figure.column_index)
                )
                fund = fields[first].figure.fund
                if "fund_class" not in rule.match or joined.get(fund, fund) == fields[anchor].fund_class:
                    addends[form_index].append(first)
    for places in addends.values():
        if any(ledger.amounts[place].value for place in places):
            _add_equality(ledger, rule, anchor, places)


def _add_equality(ledger: Ledger, rule: Rule, stated: int, addends: Sequence[int]) -> None:
    identity = ledger.add(rule, stated, ((place, 1) for place in addends))
    if identity is not None and rule.force == "convention" and abs(identity.difference) > identity.bound:
        identity.set_aside("equal by convention only, and not equal here")


def _forms_with_all_units(ledger: Ledger, fields: Sequence[Fields]) -> set[int]:
    """Forms in which the department's total is the sum of its units': none of them is left out."""
    complete = set()
    for identity in ledger.identities:
        if identity.rule.scope != "column" or identity.is_trivial or abs(identity.difference) > identity.bound:
            continue
        stated = fields[identity.stated]
        if stated.figure.agency_level == "department" and all(
            fields[place].figure.agency_level == "unit" for place, _ in identity.addends
        ):
            complete.add(stated.figure.form_index)
    return complete


def set_aside_scope_differences(ledger: Ledger, fields: Sequence[Fields]) -> None:
    """Mark as not checkable an equality between forms that fails although each side is proved by its own form.

    Two forms that each add up and differ are forms of different scope (carry-over, funds, bodies), unless the rule is promised by
    the titles, the amounts are one the multiple of the other by a unit of amount, or one is the other's neighbour (a column
    read one too far to the right adds up as well as before).
    """
    held: Counter[int] = Counter()
    failed: Counter[int] = Counter()
    for identity in ledger.identities:
        if identity.rule.scope in _IN_FORM and not identity.is_trivial and identity.is_linear:
            tally = held if abs(identity.difference) <= identity.bound else failed
            tally.update(identity.places)
    for identity in ledger.identities:
        if identity.rule.method != "same_quantity" or identity.rule.force != "definition" or not identity.is_linear:
            continue
        if abs(identity.difference) <= identity.bound or power_of_ten(identity, ledger) is not None:
            continue
        if all(held[place] and not failed[place] for place in identity.places) and not _is_shifted(
            identity, fields, ledger.amounts
        ):
            identity.set_aside("each form adds up by itself: their scope differs")


def _is_shifted(identity: Identity, fields: Sequence[Fields], amounts: Sequence[Amount]) -> bool:
    """Whether one side is printed, for the other side's row, under another column: a shifted column and no other scope."""
    values = {place: amounts[place].value for place in identity.places}
    for place in identity.places:
        wanted = {value for other, value in values.items() if other != place and value}
        figure = fields[place].figure
        for field, amount in zip(fields, amounts, strict=False):
            if (
                field.figure.form_index == figure.form_index
                and field.figure.row_index == figure.row_index
                and field.figure.measure != figure.measure
                and amount.value in wanted
            ):
                return True
    return False

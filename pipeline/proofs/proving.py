"""Prove the figures of one document: build its identities, solve them, give every identity a verdict and every figure a proof.

Belongs here: the order of the steps and the verdicts. Does not belong here: how identities are found (`structure`,
`agreement`, `narrative`), the solver (`intervals`), text for a person (`report`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pipeline.figures.figure import Figure
from pipeline.forms.form import Form
from pipeline.proofs import diagnosis
from pipeline.proofs.accusation import Suspect, causes
from pipeline.proofs.agreement import add_agreements, merge_funds, set_aside_scope_differences
from pipeline.proofs.carried import set_aside_carried_over
from pipeline.proofs.catalogue import rules_concerning, vocabulary_of
from pipeline.proofs.composition import add_compositions
from pipeline.proofs.fields import Fields, fields_of_document
from pipeline.proofs.government import add_government_identities
from pipeline.proofs.identity import SCALE, Amount, Identity, Ledger, amount_of, yuan
from pipeline.proofs.intervals import STEPS, Constraint, Interval, Solution, solve
from pipeline.proofs.narrative import add_narrative_identities, add_staff_identities
from pipeline.proofs.performance import add_performance_identities
from pipeline.proofs.structure import (
    accuse_blank_totals,
    add_form_identities,
    add_parent_identities,
    set_aside_blank_parts,
    set_aside_doubtful_levels,
    set_aside_unread,
)

TERMS = ("figure", "narrative_figure", "agency_statistic", "performance_indicator")
"""Tables in which the terms of an identity stand."""

_CONFIRMED = 0.01
_MOST_CONFIRMATIONS = 20
_COST_OF_BLANK = 1.03
_COST_IN_PATTERN = 0.3
_FEWEST_OF_A_PATTERN = 3
_COST_OF_SENTENCE = 0.95
_MOST_NAMED = 6
_MOST_SUSPECTS_FOR_ONE = 4
"""Where more figures than these could each be the wrong one, none is named: the identity stays in error."""


@dataclass
class Proofs:
    """Checks (rows of `identity_check`) and suspects (rows of `suspect_figure`) of one document."""

    checks: list[dict[str, Any]] = field(default_factory=list)
    suspects: list[dict[str, Any]] = field(default_factory=list)


def prove(
    figures: Sequence[Figure],
    forms: Sequence[Form],
    narrative: Sequence[Mapping[str, Any]],
    *,
    statistics: Sequence[Mapping[str, Any]] = (),
    indicators: Sequence[Mapping[str, Any]] = (),
    unread: Mapping[int, Collection[tuple[int, int]]] | None = None,
    lost: Collection[int] = (),
    department: str | None = None,
    steps: int = STEPS,
) -> Proofs:
    """Check every identity of the catalogue that the document allows, and find the figures that cannot be right.

    Sets `proof_count` and `proof` of every figure. `forms` give titles for descriptions; `narrative`, `statistics` and `indicators` are
    rows of `narrative_figure`, `agency_statistic` and `performance_indicator`; `unread` are the (row, column) of refused amounts by form;
    `lost` the pages with rows of tables that were not read; `department` is the name of the document's body. The result depends on nothing else: same input, same rows.
    """
    if not figures:
        return Proofs()
    fields = fields_of_document(figures)
    titles = {form.index: form.title or form.key or f"{form.index}" for form in forms}
    with rules_concerning.stands_for(*vocabulary_of(figures)):
        ledger = _identities(figures, fields, narrative, statistics, indicators, unread or {}, department)
        return _prove(ledger, figures, titles, lost, steps)


def _identities(
    figures: Sequence[Figure],
    fields: Sequence[Fields],
    narrative: Sequence[Mapping[str, Any]],
    statistics: Sequence[Mapping[str, Any]],
    indicators: Sequence[Mapping[str, Any]],
    unread: Mapping[int, Collection[tuple[int, int]]],
    department: str | None,
) -> Ledger:
    """All amounts of the document, and all identities among them."""
    ledger = Ledger([amount_of(figure) for figure in figures])
    add_parent_identities(ledger, figures)
    add_form_identities(ledger, figures, fields)
    accuse_blank_totals(ledger)
    set_aside_blank_parts(ledger)
    set_aside_unread(ledger, figures, unread)
    set_aside_doubtful_levels(ledger)
    funds = merge_funds(fields, ledger.amounts)
    add_agreements(ledger, fields, funds)
    set_aside_scope_differences(ledger, fields)
    set_aside_carried_over(ledger)
    add_compositions(ledger, fields)
    add_government_identities(ledger, figures)
    add_narrative_identities(ledger, fields, narrative, department)
    add_staff_identities(ledger, statistics, department)
    add_performance_identities(ledger, fields, indicators)
    return ledger


def _prove(
    ledger: Ledger, figures: Sequence[Figure], titles: Mapping[int, str], lost: Collection[int], steps: int
) -> Proofs:
    in_wrong_unit = diagnosis.forms_in_wrong_unit(ledger)
    for number in in_wrong_unit:
        ledger.identities[number].verdict = "error"
    solution, constrained = _solve(ledger, steps)
    for number, (place, value) in in_wrong_unit.items():
        half = ledger.identities[number].bound - ledger.amounts[place].half
        deviation = value - ledger.amounts[place].value
        solution.suspects.setdefault(place, Interval(deviation - half, deviation + half))
    _judge(ledger, solution, constrained)
    explained = diagnosis.explain(ledger)
    suspects = _localise(ledger, solution, explained)
    _mark(ledger, figures, suspects)
    document_id = figures[0].document_id
    return Proofs(
        _check_rows(ledger, titles, document_id, explained),
        _suspect_rows(ledger, suspects, titles, lost, document_id, explained),
    )


def _solve(ledger: Ledger, steps: int) -> tuple[Solution, dict[int, int]]:
    """Solve all linear identities at once; returns the solution and the identity's place by constraint."""
    constrained: dict[int, int] = {}
    constraints: list[Constraint] = []
    held: Counter[int] = Counter()
    for number, identity in enumerate(ledger.identities):
        if identity.is_linear and not identity.verdict:
            constrained[len(constraints)] = number
            constraints.append(Constraint(identity.terms, identity.difference, identity.bound))
            if not identity.is_trivial and abs(identity.difference) <= identity.bound:
                held.update(set(identity.places))
    doubtful = _columns_that_fail_in_pattern(ledger)
    costs = [
        _cost(amount, held[place]) * (_COST_IN_PATTERN if place in doubtful else 1)
        for place, amount in enumerate(ledger.amounts)
    ]
    zeros = [place for place, amount in enumerate(ledger.amounts) if amount.state == "zero"]
    halves = [amount.half for amount in ledger.amounts]
    floors = [_floor(amount) for amount in ledger.amounts]
    return solve(constraints, halves, costs, zeros=zeros, floors=floors, steps=steps), constrained


def _floor(amount: Amount) -> int | None:
    """The least deviation of a wrong amount: a positive amount is not a misprint of a negative one, unless it is a change."""
    is_change = amount.figure is None or amount.figure.measure == "change"
    return None if is_change or amount.value < 0 else -amount.value - amount.half


def _columns_that_fail_in_pattern(ledger: Ledger) -> set[int]:
    """Totals of a column that, row after row, are not what stands beside them (or are blank): put together differently on the page."""
    failing: Counter[tuple[str, int, int]] = Counter()
    held: Counter[tuple[str, int, int]] = Counter()
    for identity in ledger.identities:
        stated = ledger.amounts[identity.stated]
        if identity.rule.scope not in ("row", "form") or stated.figure is None or identity.is_trivial:
            continue
        column = (identity.rule.identity, stated.figure.form_index, stated.figure.column_index)
        if abs(identity.difference) <= identity.bound:
            held[column] += 1
        elif identity.is_linear or stated.is_blank:
            failing[column] += 1
    columns = {
        (form, place)
        for (rule, form, place), count in failing.items()
        if count >= _FEWEST_OF_A_PATTERN and count > held[(rule, form, place)]
    }
    return {
        place
        for place, amount in enumerate(ledger.amounts)
        if amount.figure is not None and (amount.figure.form_index, amount.figure.column_index) in columns
    }


def _cost(amount: Amount, confirmations: int) -> float:
    """What it costs to doubt an amount: nearly one, more for what other sums confirm, less for a sentence than for a form."""
    base = _COST_OF_SENTENCE if amount.figure is None else _COST_OF_BLANK if amount.is_blank else 1.0
    return base + _CONFIRMED * min(confirmations, _MOST_CONFIRMATIONS)


def _judge(ledger: Ledger, solution: Solution, constrained: Mapping[int, int]) -> None:
    broken = {constrained[index] for index in solution.broken}
    undecided = {constrained[index] for index in solution.undecided}
    doubted = set(solution.suspects)
    for number, identity in enumerate(ledger.identities):
        if identity.verdict:
            continue
        if identity.difference == 0:
            identity.verdict = "exact"
        elif abs(identity.difference) > identity.bound:
            identity.verdict = "error"
        elif number in broken and doubted.intersection(identity.places):
            identity.verdict = "error"
            identity.reason = "cannot be rounding together with the other identities of the document"
        elif number in undecided:
            identity.verdict = "not_checkable"
            identity.reason = "undecided within limits"
        else:
            identity.verdict = "printed_twice" if _is_printed_twice(identity, ledger.amounts) else "rounding"


def _is_printed_twice(identity: Identity, amounts: Sequence[Amount]) -> bool:
    """Whether one quantity is printed as two numbers of the same precision: a sum with a single printed addend."""
    printed = [place for place, _ in identity.addends if not amounts[place].is_blank and amounts[place].value]
    return len(printed) == 1 and amounts[printed[0]].half == amounts[identity.stated].half


def _localise(ledger: Ledger, solution: Solution, explained: dict[int, str]) -> dict[int, Suspect]:
    """Suspects by place: of figures that would do equally well those that could be right below zero are dropped.

    Notes in `explained` where a failing identity cannot be pinned on few figures.
    """
    failing: defaultdict[int, list[int]] = defaultdict(list)
    for number, identity in enumerate(ledger.identities):
        if identity.verdict == "error" and identity.is_linear:
            for place in identity.places:
                failing[place].append(number)
    suspects: dict[int, Suspect] = {}
    for place, found in sorted(solution.suspects.items()):
        group: dict[int, Interval] = {}
        for other in (place, *solution.alternatives.get(place, ())):
            interval = found if other == place else _interval_of(other, failing[other], ledger)
            if _is_plausible(ledger.amounts[other], interval):
                group[other] = interval
        if not group or len(group) > _MOST_SUSPECTS_FOR_ONE:
            for number in failing[place]:
                words = f"one of {len(group)} figures is wrong" if group else "no single figure explains it"
                explained.setdefault(number, words)
            continue
        for other, interval in group.items():
            if ledger.amounts[other].figure is not None:
                suspects.setdefault(other, Suspect(interval, tuple(group)))
    return suspects


def _interval_of(place: int, numbers: Sequence[int], ledger: Ledger) -> Interval:
    """What the failing identities of a figure leave it, all other terms being as printed: a deviation from the printed value."""
    low: int | None = None
    high: int | None = None
    for number in numbers:
        identity = ledger.identities[number]
        coefficient = dict(identity.terms)[place]
        middle = -coefficient * identity.difference
        room = identity.bound - ledger.amounts[place].half
        low = middle - room if low is None else max(low, middle - room)
        high = middle + room if high is None else min(high, middle + room)
    if low is None or high is None or low > high:
        return Interval(None, None)
    return Interval(low, high)


def _is_plausible(amount: Amount, interval: Interval) -> bool:
    """Whether the amount may be what its interval asks: a positive amount is not a misprint of a negative one."""
    return amount.value < 0 or interval.high is None or amount.value + interval.high >= 0


def _mark(ledger: Ledger, figures: Sequence[Figure], suspects: Mapping[int, Suspect]) -> None:
    """Set proof and proof_count of every figure, and whether any sum at all that is not of zeros holds with it."""
    confirmed: Counter[int] = Counter()
    held: set[int] = set()
    touched: set[int] = set()
    for identity in ledger.identities:
        places = set(identity.places)
        touched |= places
        if identity.verdict in ("exact", "rounding"):
            if not identity.is_trivial:
                held |= places
            if identity.shows_something(ledger.amounts):
                confirmed.update(places)
    for place, figure in enumerate(figures):
        figure.proof_count = confirmed[place]
        figure.is_held = place in held
        if place in suspects:
            figure.proof = "suspect"
        elif confirmed[place]:
            figure.proof = "proved"
        else:
            figure.proof = "consistent" if place in touched else "unchecked"


# -- rows --------------------------------------------------------------------------------------------------------------


def _check_rows(
    ledger: Ledger, titles: Mapping[int, str], document_id: str, explained: Mapping[int, str]
) -> list[dict[str, Any]]:
    counts: Counter[str] = Counter()
    rows = []
    for number, identity in enumerate(ledger.identities):
        name = identity.rule.identity
        counts[name] += 1
        stated = ledger.amounts[identity.stated]
        reason = explained.get(number) or identity.reason
        terms: defaultdict[str, list[str]] = defaultdict(list)
        for place in identity.places:
            terms[ledger.amounts[place].table].append(ledger.amounts[place].id)
        rows.append(
            {
                "identity_check_id": f"{document_id}-{name}-{counts[name]:05d}",
                "document_id": document_id,
                "identity": name,
                "scope": identity.rule.scope,
                "severity": identity.rule.severity,
                "description": describe(identity, ledger.amounts, titles) + (f" ({reason})" if reason else ""),
                "stated_yuan": yuan(stated.value) if stated.is_money else None,
                "computed_yuan": yuan(stated.value - identity.difference) if stated.is_money else None,
                "difference_yuan": yuan(identity.difference) if stated.is_money else None,
                "bound_yuan": Decimal(identity.bound) / SCALE if stated.is_money else None,
                "verdict": identity.verdict,
                **{f"{table}_ids": list(dict.fromkeys(terms[table])) for table in TERMS},
            }
        )
    return rows


def describe(identity: Identity, amounts: Sequence[Amount], titles: Mapping[int, str]) -> str:
    """The terms in words: what is stated, where, as printed, against what its addends give."""
    stated = amounts[identity.stated]
    home = stated.figure.form_index if stated.figure is not None else None
    parts = []
    blanks = 0
    for place, coefficient in identity.addends:
        amount = amounts[place]
        if amount.is_blank:
            blanks += 1
            continue
        sign = "−" if coefficient < 0 else "+"
        times = f"{abs(coefficient)} × " if abs(coefficient) != 1 else ""
        parts.append(f"{sign} {times}{label(amount, titles, home)}")
    shown = parts if len(parts) <= _MOST_NAMED else [*parts[:_MOST_NAMED], f"+ … {len(parts) - _MOST_NAMED} more"]
    text = f"{label(stated, titles, None)} = {' '.join(shown).removeprefix('+ ') or '0'}"
    return f"{text}; {blanks} blank" if blanks else text


def label(amount: Amount, titles: Mapping[int, str], home: int | None) -> str:
    """One term: line, agency and column beside the printed text; the form where it is another than `home`."""
    if amount.figure is None:
        return amount.words
    figure = amount.figure
    name = figure.line_name if figure.line_name != figure.agency_name else None
    words = [word for word in (figure.line_code, name) if word]
    if figure.agency_level == "unit" or not words:
        words.insert(0, figure.agency_name)
    if figure.is_comparative:
        words.append(str(figure.fiscal_year))
    column = figure.header_path.split(" / ")[-1] if figure.header_path else figure.measure
    form = titles.get(figure.form_index, figure.form)
    where = "" if figure.form_index == home else f" in {form} p. {figure.page_number}"
    return f"{' '.join(words)} [{column}]{where} {figure.printed_text or '(blank)'}"


def _suspect_rows(
    ledger: Ledger,
    suspects: Mapping[int, Suspect],
    titles: Mapping[int, str],
    lost: Collection[int],
    document_id: str,
    explained: Mapping[int, str],
) -> list[dict[str, Any]]:
    failing: defaultdict[int, list[int]] = defaultdict(list)
    for number, identity in enumerate(ledger.identities):
        if identity.verdict == "error":
            for place in set(identity.places):
                failing[place].append(number)
    rows = []
    cause = causes(ledger, suspects, lost)
    for place, suspect in sorted(suspects.items()):
        amount = ledger.amounts[place]
        rows.append(
            {
                "figure_id": amount.id,
                "document_id": document_id,
                "printed_yuan": amount.figure.amount_yuan if amount.figure is not None else None,
                "feasible_low_yuan": _end(amount, suspect.interval.low),
                "feasible_high_yuan": _end(amount, suspect.interval.high),
                "cause": cause[place],
                "reason": _reason(suspect.group, ledger, failing[place], titles, explained),
            }
        )
    return rows


def _end(amount: Amount, deviation: int | None) -> Decimal | None:
    return None if deviation is None else yuan(amount.value + deviation)


def _reason(
    group: Sequence[int],
    ledger: Ledger,
    failing: Sequence[int],
    titles: Mapping[int, str],
    explained: Mapping[int, str],
) -> str:
    parts = []
    if len(group) > 1:
        parts.append(f"one of {len(group)} figures that cannot all be right")
    told = list(dict.fromkeys(explained[number] for number in failing if number in explained))
    parts += told
    broken = [
        f"{ledger.identities[number].rule.identity}: {describe(ledger.identities[number], ledger.amounts, titles)}"
        f", difference {yuan(ledger.identities[number].difference)} against at most "
        f"{yuan(ledger.identities[number].bound)} of rounding"
        for number in failing[:_MOST_NAMED]
    ]
    parts += broken or ["its interval does not fit the intervals of the other figures"]
    if len(failing) > _MOST_NAMED:
        parts.append(f"and {len(failing) - _MOST_NAMED} more")
    return "; ".join(parts)

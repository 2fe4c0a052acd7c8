"""Identities of governments' tables that no single table shows: scopes that add up, and funds of social insurance and debt carried over years.

Belongs here: sums over scopes and over the closing balances of two years in one document. Does not belong here: sums of rows and columns
(`structure`), the same line in two tables (`agreement`), two documents (dbt).

A sum over scopes is one only where the document's own tables say so: the tables of the scopes must print their totals, these must add up, and
so must nearly all of their lines. Where a zone has no table, or tables differ in kind, nothing is asked. What fails is named and accuses no figure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pipeline.figures.figure import Figure
from pipeline.proofs.catalogue import Rule, rules
from pipeline.proofs.identity import Ledger

_SCHEMES = frozenset({"functional", "government_revenue", "social_insurance"})
_TOTALS = ("current_total", "total")
_SUMS = (("all_tiers", ("tier", "lower_tiers")), ("all_tiers", ("head", "lower_tiers")), ("tier", ("head", "zone")))

_MOST_FAILING = 0.1
"""Of the lines of two tables: where more do not add up, the tables do not show the same."""

Budget = tuple[object, ...]
Lines = dict[str, int]
"""Places of the amounts of one column of one table, by the code of the line."""


def add_government_identities(ledger: Ledger, figures: Sequence[Figure]) -> None:
    """Sums over scopes, and balances of insurances, of one document."""
    if any(figure.scope is not None for figure in figures):
        _add_scopes(ledger, figures)
        _add_carried_balances(ledger, figures)
        _add_carried_debt(ledger, figures)


def _add_scopes(ledger: Ledger, figures: Sequence[Figure]) -> None:
    rule = rules()["scopes_add_up"]
    for tables in _by_budget(figures).values():
        for whole, parts in _SUMS:
            names = [name for name in tables if name.split(":")[0] in parts]
            if {name.split(":")[0] for name in names} != set(parts):
                continue
            for lines in tables.get(whole, {}).values():
                others = [
                    max(tables[name].values(), key=lambda other: len(other.keys() & lines.keys())) for name in names
                ]
                _add_lines(ledger, rule, lines, others)


def _by_budget(figures: Sequence[Figure]) -> dict[Budget, dict[str, dict[tuple[int, int], Lines]]]:
    """Places of amounts by budget, year and phase, then by scope (zones by name), then by table and column, then by line."""
    found: dict[Budget, dict[str, dict[tuple[int, int], Lines]]] = defaultdict(dict)
    for place, figure in enumerate(figures):
        if figure.scope is None or figure.scheme not in _SCHEMES or figure.amount_yuan is None or figure.is_memo:
            continue
        if not figure.line_code or figure.cross_name:
            # A name without a code may stand for several lines: 其他收入 below each insurance.
            continue
        budget = (figure.form, figure.scheme, figure.measure, figure.fund, figure.fiscal_year, figure.phase)
        scope = f"zone:{figure.scope_name}" if figure.scope == "zone" else figure.scope
        column = (figure.form_index, figure.column_index)
        found[budget].setdefault(scope, {}).setdefault(column, {}).setdefault(figure.line_code, place)
    return found


def _add_lines(ledger: Ledger, rule: Rule, whole: Lines, parts: Sequence[Lines]) -> None:
    """The sums of all lines of a table over the tables of its parts, where its total is one and nearly all of them are."""
    sums = {line: [part[line] for part in parts if line in part] for line in whole}
    totals = [code for code in _TOTALS if code in whole and len(sums[code]) == len(parts)]
    if not totals or not ledger.balances([whole[totals[0]]], sums[totals[0]]):
        return
    told = {line: places for line, places in sums.items() if places}
    failing = [line for line, places in told.items() if not ledger.balances([whole[line]], places)]
    if len(failing) > _MOST_FAILING * len(told):
        return
    for line, places in told.items():
        if line in failing and len(places) == 1:
            continue  # one zone's line beside others that print none: nothing says that theirs are zero
        identity = ledger.add(rule, whole[line], [(place, 1) for place in places])
        if identity is not None and line in failing:
            identity.is_linear = False


def _add_carried_balances(ledger: Ledger, figures: Sequence[Figure]) -> None:
    """Closing balance = last year's closing balance + revenue − expenditure, by insurance and scope."""
    rule = rules()["insurance_balance_is_carried"]
    found: dict[tuple[object, ...], int] = {}
    for place, figure in enumerate(figures):
        if figure.scheme == "social_insurance" and figure.scope and figure.line_code and figure.amount_yuan is not None:
            key = (figure.scope, figure.scope_name, figure.line_code, figure.fiscal_year, figure.phase, figure.measure)
            found.setdefault(key, place)
    for (scope, name, code, year, phase, measure), stated in found.items():
        if measure != "closing_balance" or code in _TOTALS or not isinstance(year, int):
            continue
        before = found.get((scope, name, code, year - 1, "executed", "closing_balance"))
        revenue = found.get((scope, name, code, year, phase, "revenue"))
        expenditure = found.get((scope, name, code, year, phase, "total"))
        _add_carried(ledger, rule, stated, before, revenue, expenditure)


def _add_carried_debt(ledger: Ledger, figures: Sequence[Figure]) -> None:
    """What is owed at the end of a year = what was owed at its beginning + what was issued − what was repaid, by scope and fund."""
    rule = rules()["debt_balance_is_carried"]
    found: dict[tuple[object, ...], int] = {}
    for place, figure in enumerate(figures):
        if figure.scheme == "debt" and figure.scope and figure.amount_yuan is not None:
            key = (figure.scope, figure.scope_name, figure.fund, figure.fiscal_year, figure.phase, figure.line_code)
            found.setdefault(key, place)
    for (scope, name, fund, year, phase, item), stated in found.items():
        if item != "balance" or not isinstance(year, int):
            continue
        opening = found.get((scope, name, fund, year, "executed", "opening_balance"))
        before = found.get((scope, name, fund, year - 1, "executed", "balance")) if opening is None else opening
        issued = found.get((scope, name, fund, year, phase, "issued"))
        repaid = found.get((scope, name, fund, year, phase, "repaid"))
        _add_carried(ledger, rule, stated, before, issued, repaid)


def _add_carried(
    ledger: Ledger, rule: Rule, stated: int, before: int | None, added: int | None, taken: int | None
) -> None:
    """What is there = what was there before + what was added − what was taken, where all are printed.

    Funds are moved, debt is taken over and written off, bases are restated: what does not go on accuses no figure.
    """
    if before is None or added is None or taken is None:
        return
    identity = ledger.add(rule, stated, [(before, 1), (added, 1), (taken, -1)])
    if identity is not None and abs(identity.difference) > identity.bound:
        identity.is_linear = False

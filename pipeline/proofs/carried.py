"""Sums that fail by what was carried over: one side counts 上年结转 or 结转下年, the other leaves it out.

Belongs here: telling such sums from wrong figures, by the amount that they lack. Does not belong here: other doubts about which rows or
columns a sum has (`structure`), what is carried over (`pipeline.figures`).

Forms differ in whether a total of units or of expenditure counts the balance of the year before, and some count it in one row and not in
the next. A sum that lacks exactly a printed balance, to the digit, is such a sum: neither of its sides is a misprint.
"""

from __future__ import annotations

from collections import defaultdict

from pipeline.figures.figure import Figure
from pipeline.proofs.identity import Identity, Ledger

_REASON = "one side leaves out what is carried over"
_LEAST_PRECISION = 100
"""How many times its rounding a difference must be, for a balance of the same amount to be no chance."""


def set_aside_carried_over(ledger: Ledger) -> None:
    """Mark as not checkable each failing sum whose difference is a balance that its own form prints, for the same body, or in its own row."""
    carried: defaultdict[int, list[tuple[int, Figure]]] = defaultdict(list)
    for place, amount in enumerate(ledger.amounts):
        if amount.figure is not None and amount.value and _is_carried(amount.figure):
            carried[amount.figure.form_index].append((place, amount.figure))
    for identity in ledger.identities if carried else ():
        least = max(identity.bound, _LEAST_PRECISION * ledger.amounts[identity.stated].half)
        if identity.is_linear and abs(identity.difference) > least and _lacks_balance(identity, ledger, carried):
            identity.set_aside(_REASON)


def _lacks_balance(identity: Identity, ledger: Ledger, carried: dict[int, list[tuple[int, Figure]]]) -> bool:
    stated = ledger.amounts[identity.stated].figure
    if stated is None:
        return False
    return any(
        abs(abs(identity.difference) - abs(ledger.amounts[place].value))
        <= min(identity.bound, 2 * ledger.amounts[place].half)
        for place, figure in carried.get(stated.form_index, ())
        if figure.row_index == stated.row_index
        or (identity.rule.scope != "row" and figure.agency_name == stated.agency_name)
    )


def _is_carried(figure: Figure) -> bool:
    balance = figure.measure.startswith(("opening_balance", "closing_balance"))
    return balance or figure.source in ("carry_over", "fund_balance_used") or figure.line_code == "carry_over"

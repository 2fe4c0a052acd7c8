"""What kind of mistake explains the identities that fail: a row left out or counted twice, a wrong unit of amount.

Belongs here: patterns among failing identities, told in words beside the verdict. Does not belong here: verdicts (`proving`), the
search for the fewest wrong figures (`intervals`).
"""

from __future__ import annotations

from collections import defaultdict

from pipeline.proofs.identity import Identity, Ledger, yuan
from pipeline.proofs.intervals import Solution

_UNIT_POWERS = (2, 3, 4, 6, 8)


def explain(ledger: Ledger, solution: Solution) -> dict[int, str]:
    """Words for failing identities by their place in the ledger, where a pattern explains them."""
    del solution
    words: dict[int, str] = {}
    words.update(_rows_missing_or_doubled(ledger))
    words.update(_units(ledger))
    return words


def _rows_missing_or_doubled(ledger: Ledger) -> dict[int, str]:
    """Sums of one parent row that fail in several columns by amounts that make up a row of their own."""
    by_parent: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for number, identity in enumerate(ledger.identities):
        figure = ledger.amounts[identity.stated].figure
        if identity.rule.identity == "rows_add_up" and figure is not None and identity.is_linear:
            by_parent[(figure.form_index, figure.row_index)].append(number)
    words: dict[int, str] = {}
    for numbers in by_parent.values():
        failing = [number for number in numbers if ledger.identities[number].verdict == "error"]
        if len(failing) < 2:
            continue
        row = _row_counted_twice(ledger, numbers)
        if row is not None:
            text = f"row {row + 1} seems to be counted twice"
        elif all(ledger.identities[number].difference > 0 for number in failing):
            amounts = ", ".join(str(yuan(ledger.identities[number].difference)) for number in failing)
            text = f"a row of {amounts} yuan seems to be missing below it"
        else:
            continue
        words.update(dict.fromkeys(failing, text))
    return words


def _row_counted_twice(ledger: Ledger, numbers: list[int]) -> int | None:
    """The child row whose amounts are, in every column, what the sum has too much."""
    candidates: set[int] | None = None
    for number in numbers:
        identity = ledger.identities[number]
        rows = {
            figure.row_index
            for place, _ in identity.addends
            if (figure := ledger.amounts[place].figure) is not None
            and abs(ledger.amounts[place].value + identity.difference) <= identity.bound
        }
        candidates = rows if candidates is None else candidates & rows
        if not candidates:
            return None
    return min(candidates) if candidates else None


def _units(ledger: Ledger) -> dict[int, str]:
    """Agreements between forms that fail by a factor of a unit of amount."""
    words: dict[int, str] = {}
    for number, identity in enumerate(ledger.identities):
        if identity.verdict == "error" and identity.rule.scope in ("cross_form", "narrative"):
            power = _power_of_ten(identity, ledger)
            if power is not None:
                words[number] = f"the sides differ by a factor of {10**power:,}: a wrong unit of amount"
    return words


def _power_of_ten(identity: Identity, ledger: Ledger) -> int | None:
    stated = abs(ledger.amounts[identity.stated].value)
    computed = abs(ledger.amounts[identity.stated].value - identity.difference)
    small, large = sorted((stated, computed))
    half = max(ledger.amounts[place].half for place in identity.places)
    if small == 0:
        return None
    return next((power for power in _UNIT_POWERS if abs(large - small * 10**power) <= half * 10**power), None)

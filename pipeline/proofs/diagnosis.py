"""What kind of mistake explains the identities that fail: a row left out or counted twice, a wrong unit of amount.

Belongs here: patterns among failing identities, told in words beside the verdict. Does not belong here: verdicts (`proving`), the
search for the fewest wrong figures (`intervals`).
"""

from __future__ import annotations

from collections import Counter, defaultdict

from pipeline.proofs.identity import Identity, Ledger, yuan

_UNIT_POWERS = (3, 4, 6, 8)
_FEWEST_OF_A_PATTERN = 2


def explain(ledger: Ledger) -> dict[int, str]:
    """Words for failing identities by their place in the ledger, where a pattern explains them."""
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


def forms_in_wrong_unit(ledger: Ledger) -> dict[int, tuple[int, int]]:
    """Forms whose amounts are, again and again, one power of ten away from what other forms print of the same quantities.

    Returns {identity's place: (place of the doubted amount, amount that the other side gives)} for every agreement that this
    explains. One form is taken at a time, the one that explains most; a single agreement is no pattern.
    """
    ratios: dict[int, int] = {}
    for number, identity in enumerate(ledger.identities):
        if identity.is_linear and identity.rule.scope == "cross_form" and abs(identity.difference) > identity.bound:
            power = power_of_ten(identity, ledger)
            if power is not None:
                ratios[number] = power
    explained: dict[int, tuple[int, int]] = {}
    while True:
        by_form: defaultdict[tuple[int, int], dict[int, int]] = defaultdict(dict)
        for number, power in ratios.items():
            if number not in explained:
                for place in ledger.identities[number].places:
                    figure = ledger.amounts[place].figure
                    if figure is not None:
                        by_form[(figure.form_index, power)][number] = place
        agreeing = _agreeing_forms(ledger)
        best = max(
            by_form.items(), key=lambda entry: (len(entry[1]), -agreeing[entry[0][0]], -entry[0][0]), default=None
        )
        if best is None or len(best[1]) < _FEWEST_OF_A_PATTERN:
            return explained
        for number, place in best[1].items():
            identity = ledger.identities[number]
            amount = ledger.amounts[place]
            coefficient = dict(identity.terms)[place]
            explained[number] = (place, amount.value - coefficient * identity.difference)


def _agreeing_forms(ledger: Ledger) -> Counter[int]:
    """How many agreements with other forms each form has that hold."""
    agreeing: Counter[int] = Counter()
    for identity in ledger.identities:
        if (
            identity.rule.scope == "cross_form"
            and not identity.is_trivial
            and abs(identity.difference) <= identity.bound
        ):
            agreeing.update(
                {figure.form_index for place in identity.places if (figure := ledger.amounts[place].figure) is not None}
            )
    return agreeing


def _units(ledger: Ledger) -> dict[int, str]:
    """Agreements between forms that fail by a factor of a unit of amount."""
    words: dict[int, str] = {}
    for number, identity in enumerate(ledger.identities):
        if identity.verdict == "error" and identity.rule.scope in ("cross_form", "narrative"):
            power = power_of_ten(identity, ledger)
            if power is not None:
                words[number] = f"the sides differ by a factor of {10**power:,}: a wrong unit of amount"
    return words


def power_of_ten(identity: Identity, ledger: Ledger) -> int | None:
    """The power of ten by which the two sides differ, within their rounding, where it is one between units of amount."""
    stated = abs(ledger.amounts[identity.stated].value)
    computed = abs(ledger.amounts[identity.stated].value - identity.difference)
    if not stated or not computed:
        return None
    half_stated = ledger.amounts[identity.stated].half
    half_computed = identity.bound - half_stated
    sides = sorted(((stated, half_stated), (computed, half_computed)))
    (small, half_small), (large, half_large) = sides
    fitting = [
        power
        for power in _UNIT_POWERS
        if abs(large - small * 10**power) <= half_large + half_small * 10**power and large > 3 * small
    ]
    return min(fitting, key=lambda power: abs(large - small * 10**power), default=None)

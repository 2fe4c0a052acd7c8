"""An identity: one sum that the printed amounts of a document must satisfy.

Belongs here: the types that the finders of identities, the solver and the report share, in exact whole numbers of a
ten-thousandth of a yuan. Does not belong here: how identities are found, or whether all can hold at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from pipeline.figures.figure import Figure
from pipeline.proofs.catalogue import Rule

SCALE = 10_000
"""Amounts are whole numbers of 1/10,000 yuan: the precision of `half_unit_yuan`."""


@dataclass(slots=True)
class Amount:
    """One printed amount as an interval: `value` ± `half`, both in ten-thousandths of a yuan. A blank is zero, exactly.

    An amount that no form prints in a cell (in a sentence, a statistic, a target) stands by its `id` in another table, and `words`
    tell it. A count of posts or vehicles is no money, and is scaled alike.
    """

    id: str
    value: int
    half: int
    state: str
    figure: Figure | None = None
    table: str = "figure"
    words: str = ""
    is_money: bool = True

    @property
    def is_blank(self) -> bool:
        return self.state in ("blank", "declared_nil")


@dataclass(slots=True)
class Identity:
    """One instance of a rule: the amount stated = Σ coefficient × amount, over places in the list of amounts.

    `difference` is stated less computed, `bound` the largest difference that rounding can explain.
    """

    rule: Rule
    stated: int
    addends: tuple[tuple[int, int], ...]
    difference: int = 0
    bound: int = 0
    verdict: str = ""
    reason: str = ""
    is_trivial: bool = False
    extra_bound: int = 0
    """Allowance beyond the terms' own half units (a percentage's half unit times its base)."""
    is_linear: bool = True
    """Whether the identity is a constraint of the document; percentages and conventions that fail are not."""

    @property
    def places(self) -> tuple[int, ...]:
        return (self.stated, *(place for place, _ in self.addends))

    def set_aside(self, reason: str) -> None:
        """Take the identity out of the proof: it shows nothing, and says why."""
        self.verdict = "not_checkable"
        self.reason = reason
        self.is_linear = False

    def shows_something(self, amounts: Sequence[Amount]) -> bool:
        """Whether the identity is a sum that a consistent misreading would break: two of its addends are neither zero nor alike.

        A total with one part, and numbers that are printed again, agree just as well where all of them are a thousand times too large, carry one
        digit more in front, or have a 9 for every 6.
        """
        values = {abs(amounts[place].value) for place, _ in self.addends} - {0}
        return len(values) > 1

    @property
    def terms(self) -> tuple[tuple[int, int], ...]:
        """(place, coefficient) of stated − Σ addends = 0."""
        return ((self.stated, 1), *((place, -coefficient) for place, coefficient in self.addends))

    @property
    def signature(self) -> frozenset[tuple[int, int]]:
        """What is equal for identities that say the same, whichever of their terms is the one stated."""
        terms = self.terms
        return frozenset(terms) if min(terms)[1] > 0 else frozenset((place, -sign) for place, sign in terms)


@dataclass(slots=True)
class Ledger:
    """Amounts of one document and the identities found among them, each set of terms once."""

    amounts: list[Amount]
    identities: list[Identity] = field(default_factory=list)
    _known: set[frozenset[tuple[int, int]]] = field(default_factory=set)

    def add(
        self,
        rule: Rule,
        stated: int,
        addends: Iterable[tuple[int, int]],
        *,
        reason: str = "",
        extra_bound: int = 0,
        is_linear: bool = True,
        even_blank: bool = False,
    ) -> Identity | None:
        """Add an identity with its difference and bound; None where it states nothing or is known already.

        It states nothing when every term is blank, unless blanks are what it is about (`even_blank`). When the stated amount alone is blank, or all addends are, it is kept
        as `not_checkable` (what is left blank is no zero).
        """
        identity = Identity(rule, stated, tuple(addends), reason=reason, extra_bound=extra_bound, is_linear=is_linear)
        amounts = self.amounts
        if (
            not even_blank
            and amounts[stated].is_blank
            and all(amounts[place].is_blank for place, _ in identity.addends)
        ):
            return None
        signature = identity.signature
        if signature in self._known:
            return None
        self._known.add(signature)
        weigh(identity, amounts)
        if amounts[stated].state == "blank" and identity.difference:
            identity.set_aside("the total is left blank")
        elif identity.difference and all(amounts[place].is_blank for place, _ in identity.addends):
            identity.set_aside("the parts are left blank")
        self.identities.append(identity)
        return identity

    def balances(self, stated: Sequence[int], addends: Sequence[int]) -> bool:
        """Whether the amounts at these places add up to those stated at those, within the rounding of all of them."""
        amounts = self.amounts
        difference = sum(amounts[place].value for place in stated) - sum(amounts[place].value for place in addends)
        return abs(difference) <= sum(amounts[place].half for place in [*stated, *addends])


def weigh(identity: Identity, amounts: Sequence[Amount]) -> None:
    """Set difference, bound and triviality of an identity from its terms."""
    difference = amounts[identity.stated].value
    bound = amounts[identity.stated].half + identity.extra_bound
    is_trivial = difference == 0
    for place, coefficient in identity.addends:
        amount = amounts[place]
        difference -= coefficient * amount.value
        bound += abs(coefficient) * amount.half
        is_trivial = is_trivial and amount.value == 0
    identity.difference = difference
    identity.bound = bound
    identity.is_trivial = is_trivial


def amount_of(figure: Figure) -> Amount:
    """The figure as an interval."""
    if figure.amount_yuan is None:
        return Amount(figure.figure_id, 0, 0, figure.value_state, figure=figure)
    half = figure.half_unit_yuan
    return Amount(
        figure.figure_id,
        int(figure.amount_yuan * SCALE),
        int(half * SCALE) if half is not None else 0,
        figure.value_state,
        figure=figure,
    )


def yuan(value: int) -> Decimal:
    """Ten-thousandths as yuan, to the fen."""
    return (Decimal(value) / SCALE).quantize(Decimal("0.01"))

"""A fast judge of one reading: how many of a form's own sums can be tried, and how many hold.

Belongs here: counting row and column identities, without solving anything. Does not belong here: verdicts and suspects
(`proving`). Pure: figures are not changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pipeline.figures.figure import Figure
from pipeline.proofs.catalogue import rules_concerning, vocabulary_of
from pipeline.proofs.fields import fields_of
from pipeline.proofs.identity import Ledger, amount_of
from pipeline.proofs.structure import add_form_identities, add_parent_identities


class Score(NamedTuple):
    """Row and column sums of a reading: `checkable` (trivial ones, all zero, aside), `held` within rounding, `exact` to the digit.

    `evidence` counts the printed non-zero addends of the sums that hold: a sum of twelve numbers that holds says more than
    a number that is repeated.
    """

    checkable: int
    held: int
    exact: int
    evidence: int

    @property
    def failed(self) -> int:
        return self.checkable - self.held

    @property
    def share(self) -> float:
        """Share of the checkable sums that hold; 0 where none is checkable."""
        return self.held / self.checkable if self.checkable else 0.0

    @property
    def rank(self) -> tuple[int, int, int]:
        """Of two readings of the same cells the one with the greater rank is better: fewest failures weigh against most sums held."""
        return (self.held - 2 * self.failed, self.exact, self.evidence)

    def __str__(self) -> str:
        return f"{self.held} of {self.checkable} sums hold, {self.exact} exactly"


def score(figures: Sequence[Figure]) -> Score:
    """Row and column sums of the figures that can be tried and that hold within the rounding of their terms."""
    ledger = Ledger([amount_of(figure) for figure in figures])
    with rules_concerning.stands_for(*vocabulary_of(figures)):
        add_parent_identities(ledger, figures)
        add_form_identities(ledger, figures, fields_of(figures))
    checkable = held = exact = evidence = 0
    for identity in ledger.identities:
        if identity.is_trivial:
            continue
        checkable += 1
        if abs(identity.difference) <= identity.bound:
            held += 1
            exact += identity.difference == 0
            evidence += sum(ledger.amounts[place].value != 0 for place, _ in identity.addends)
    return Score(checkable, held, exact, evidence)

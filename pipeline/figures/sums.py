"""Whether printed amounts add up to another one, within what rounding explains.

Belongs here: the comparison, for all that reads a form by its sums. Does not belong here: which amounts are addends of which (`hierarchy`,
`agencies`, `divisions`, `tiers`), and sums that a document must keep (`pipeline.proofs`).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

Amount = tuple[Decimal, Decimal]
"""Yuan, and half of the last printed digit of it."""
NOTHING: Amount = (Decimal(0), Decimal(0))


def adds_up(stated: Amount, addends: Sequence[Amount]) -> bool:
    """Whether the addends are the amount, each off by no more than half of its last digit."""
    bound = stated[1] + sum((half for _, half in addends), Decimal(0))
    return abs(stated[0] - sum((value for value, _ in addends), Decimal(0))) <= bound

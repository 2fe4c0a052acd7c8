"""Whose mistake a suspect figure is: the document's, or perhaps the reading's.

Belongs here: what must be certain before a document is said to print what cannot be right. Does not belong here: finding suspects
(`proving`), other readings of a form (`pipeline.figures.interpretation`, which has tried them).

A form that is read with a column too far to the left, or with a unit taken for a line, breaks sums everywhere. A misprint breaks the few
sums that it stands in, while the same sums hold in the rows and columns around it: those show that columns, levels and bodies are what
they were taken for.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pipeline.proofs.identity import Identity, Ledger
from pipeline.proofs.intervals import Interval

DOCUMENT, READING = "document", "reading"

_FEWEST_HELD = 3
_LEAST_SHARE = 0.75
"""Share of the sums of one kind in one form that must hold for one that fails to be the document's mistake."""

Kind = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Suspect:
    """A figure that is wrong, or one of a group of which one is; the interval it should lie in."""

    interval: Interval
    group: tuple[int, ...]


def causes(ledger: Ledger, suspects: Mapping[int, Suspect], lost: Collection[int]) -> dict[int, str]:
    """Cause of each suspect, by place; `lost` are the pages with rows that were not read.

    The document's, where the figure alone explains what fails and some value of it would mend that, where it was printed, was no picture, and
    the sums that it breaks hold elsewhere in its form: those of one kind nearly everywhere, those of the others more often than not. Never
    where rows were lost on the pages of the form or on the one after them: they may be what the sum lacks.
    """
    held, tried = _kinds(ledger)
    torn = _forms_beside(ledger, frozenset(lost))
    failing: defaultdict[int, list[Identity]] = defaultdict(list)
    for identity in ledger.identities:
        if identity.verdict == "error" and identity.is_linear:
            for place in set(identity.places):
                failing[place].append(identity)

    def is_sure(kind: Kind) -> bool:
        return held[kind] >= _FEWEST_HELD and held[kind] >= _LEAST_SHARE * tried[kind]

    def is_usual(kind: Kind) -> bool:
        return held[kind] * 2 > tried[kind]

    found = {}
    for place, suspect in suspects.items():
        amount = ledger.amounts[place]
        kinds = {kind for identity in failing[place] if (kind := _kind(identity, ledger)) is not None}
        figure = amount.figure
        is_printed = figure is not None and figure.confidence is None and not amount.is_blank
        is_whole = figure is not None and figure.form_index not in torn
        is_alone = len(suspect.group) == 1 and suspect.interval.low is not None
        is_certain = is_printed and is_whole and is_alone and any(map(is_sure, kinds)) and all(map(is_usual, kinds))
        found[place] = DOCUMENT if is_certain else READING
    return found


def _forms_beside(ledger: Ledger, lost: frozenset[int]) -> set[int]:
    """Forms with a figure on a page where rows were lost, or on the page before one."""
    if not lost:
        return set()
    figures = (amount.figure for amount in ledger.amounts if amount.figure is not None)
    return {
        figure.form_index for figure in figures if not lost.isdisjoint((figure.page_number, figure.page_number + 1))
    }


def _kinds(ledger: Ledger) -> tuple[Counter[Kind], Counter[Kind]]:
    """How many sums of each kind hold, and how many there are, all zeros left out."""
    held: Counter[Kind] = Counter()
    tried: Counter[Kind] = Counter()
    for identity in ledger.identities:
        kind = _kind(identity, ledger)
        if kind is not None and not identity.is_trivial and identity.verdict != "not_checkable":
            tried[kind] += 1
            held[kind] += identity.verdict != "error"
    return held, tried


def _kind(identity: Identity, ledger: Ledger) -> Kind | None:
    """The rule and the form that states the sum; None for sums between forms, which say nothing of how one of them is read."""
    stated = ledger.amounts[identity.stated].figure
    if stated is None or identity.rule.scope not in ("row", "column", "form"):
        return None
    return identity.rule.identity, stated.form_index

"""The catalogue of identities: what must hold, where, and on what ground.

Belongs here: reading `identities.csv`, `same_names.csv` and `same_payments.csv`, and the little language of their selectors. Does not belong
here: any arithmetic. A rule speaks of forms, schemes and measures, never of a document.

A selector is a list of `field=value|value` and `field!=value|value`, all of which must hold; an empty value means that the
field is absent. ` ; ` separates the places where one quantity is printed, ` + ` the addends of a sum, and an addend in
[brackets] may be missing.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pipeline.forms import consulted

FOLDER = Path(__file__).parent
VOCABULARY = ("form", "scheme", "measure")
"""Fields of a figure, as printed, by which it is told which identities can concern a document."""


@dataclass(frozen=True)
class Rule:
    """One identity of the catalogue.

    `force`: `promise` (the printed titles promise it: a failure is an error whatever else holds), `definition` (holds where
    scope and fund are the same), `alternative` (another composition of the rule named before it), `convention` (usually
    holds; a failure beyond rounding shows nothing).
    """

    identity: str
    scope: str
    method: str
    force: str
    severity: str
    stated: str
    addends: str
    match: tuple[str, ...]
    english: str
    chinese: str
    basis: str


@dataclass(frozen=True)
class SameName:
    """A name that the functional and the economic classification share."""

    name: str
    economic_code: str
    functional_code: str


@consulted.kept
def rules() -> dict[str, Rule]:
    """Every identity of the catalogue by its name, in the order of the file."""
    return {
        row["identity"]: Rule(**{**row, "match": tuple(row["match"].split())})  # type: ignore[arg-type]
        for row in consulted.table(FOLDER / "identities.csv")
    }


@consulted.kept
def same_names() -> tuple[SameName, ...]:
    """Names that both classifications use for one payment."""
    return tuple(SameName(**row) for row in consulted.table(FOLDER / "same_names.csv"))


@dataclass(frozen=True)
class SamePayment:
    """A payment that the two classifications put together of different lines, by the names of those lines."""

    payment: str
    economic: frozenset[str]
    functional: frozenset[str]


@consulted.kept
def same_payments() -> tuple[SamePayment, ...]:
    """Payments whose economic lines together are certain functional lines together."""
    return tuple(
        SamePayment(row["payment"], frozenset(row["economic"].split("|")), frozenset(row["functional"].split("|")))
        for row in consulted.table(FOLDER / "same_payments.csv")
    )


@consulted.question
def rules_concerning(*vocabulary: str) -> tuple[Rule, ...]:
    """Identities that can concern a document whose figures have these values of `VOCABULARY`, written `field=value`.

    One whose selectors ask for another form, scheme, measure or line than any of these cannot.
    """
    values: dict[str, set[str]] = {name: set() for name in VOCABULARY}
    for pair in vocabulary:
        name, _, value = pair.partition("=")
        values[name].add(value)
    return tuple(rule for rule in rules().values() if _can_concern(rule, values))


def _can_concern(rule: Rule, values: dict[str, set[str]]) -> bool:
    texts = [text.strip(" []") for text in re.split(r" ; | \+ ", f"{rule.stated} ; {rule.addends}")]
    selectors = [text for text in texts if text]
    return not selectors or any(
        all(
            (bool(values[name] & wanted)) if is_equal else bool(values[name] - wanted)
            for name, is_equal, wanted in _conditions(text)
            if name in values
        )
        for text in selectors
    )


def vocabulary_of(figures: Iterable[Any]) -> list[str]:
    """The values of `VOCABULARY` that a document's figures have, for `rules_concerning`."""
    return sorted({f"{name}={_text(getattr(figure, name))}" for figure in figures for name in VOCABULARY})


class Described(Protocol):
    """What a selector is asked of: fields by name, and a kind; amounts of one kind answer every selector alike."""

    kind: Hashable

    def __call__(self, name: str) -> Any: ...


@functools.cache
def selector(text: str) -> Callable[[Described], bool]:
    """The selector as a test of one figure."""
    conditions = _conditions(text)
    known: dict[Hashable, bool] = {}

    def holds(field: Described) -> bool:
        kind = field.kind
        answer = known.get(kind)
        if answer is None:
            answer = all((_text(field(name)) in values) == wanted for name, wanted, values in conditions)
            known[kind] = answer
        return answer

    return holds


def _conditions(text: str) -> list[tuple[str, bool, frozenset[str]]]:
    """Field, whether it must (or must not) be one, and of which values."""
    conditions: list[tuple[str, bool, frozenset[str]]] = []
    for part in text.split():
        found = re.fullmatch(r"(\w+)(!?=)(.*)", part)
        if found is None:
            raise ValueError(f"identities.csv: {part!r} is no condition; write field=value|value or field!=value")
        name, operator, values = found.groups()
        conditions.append((name, operator == "=", frozenset(values.split("|"))))
    return conditions


def _text(value: Any) -> str:
    if value is None:
        return ""
    if value is True or value is False:
        return "yes" if value else "no"
    return str(value)

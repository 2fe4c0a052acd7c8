"""Identities between forms that compose one amount of different lines: payments named twice, projects by functional class.

Belongs here: sums on both sides of an equality between forms, by names (`same_payments.csv`) or by amounts that hardly agree by
chance. Does not belong here: one quantity printed in several forms (`agreement`). Such an equality shows something where it
holds; where it does not, the composition may be another one, and nothing is said against a figure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations

from pipeline.proofs.catalogue import rules, same_payments
from pipeline.proofs.fields import Fields, comparable_name
from pipeline.proofs.identity import Ledger

_MOST_PARTS = 4
_MOST_LINES = 12
"""Of more lines than these some sum nearly always agrees by chance."""
_MOST_CHANCE = 0.05
"""How often an agreement may be expected by chance among the sums that were tried, for it to show something."""
_ITEM_LENGTH = 7

Body = tuple[object, ...]


def add_compositions(ledger: Ledger, fields: Sequence[Fields]) -> None:
    """State the sums of different forms that are one amount, body by body."""
    printed = sorted(enumerate(fields), key=lambda entry: _spot(entry[1]))
    _add_payments(ledger, fields, printed)
    _add_projects(ledger, printed)


def _spot(field: Fields) -> tuple[int, int, int]:
    return (field.figure.form_index, field.figure.row_index, field.figure.column_index)


def _body(field: Fields) -> Body:
    figure = field.figure
    return (field.agency, figure.fiscal_year, figure.phase, figure.is_comparative)


def _add_payments(ledger: Ledger, fields: Sequence[Fields], printed: Sequence[tuple[int, Fields]]) -> None:
    """Basic expenditure on payments that both classifications name: the economic lines together are the functional lines together.

    The payments of the data are alternatives, narrow before wide: the first that holds is stated, else the widest.
    """
    sides: defaultdict[Body, dict[str, dict[str, dict[int, list[int]]]]] = defaultdict(dict)
    for place, field in printed:
        if not ledger.amounts[place].value:
            continue
        for payment in same_payments():
            side = _side(field, payment.economic, payment.functional)
            if side is not None:
                found = sides[(*_body(field), field.fund_class)].setdefault(payment.payment, {})
                found.setdefault(side, {}).setdefault(field.figure.form_index, []).append(place)
    for payments in sides.values():
        candidates = [
            [_of_one_form(payments[payment.payment][side], fields) for side in ("economic", "functional")]
            for payment in same_payments()
            if len(payments.get(payment.payment, ())) == 2
        ]
        if candidates:
            stated, addends = next((pair for pair in candidates if ledger.balances(*pair)), candidates[-1])
            _add_sum(ledger, stated, addends)


def _side(field: Fields, economic: frozenset[str], functional: frozenset[str]) -> str | None:
    figure = field.figure
    if figure.measure != "basic" or field.is_total or not figure.line_name:
        return None
    name = comparable_name(figure.line_name)
    if figure.scheme == "economic_department" and name in economic:
        return "economic"
    if figure.scheme == "functional" and name in functional and len(field.code or "") in (0, _ITEM_LENGTH):
        return "functional"
    return None


def _of_one_form(forms: dict[int, list[int]], fields: Sequence[Fields]) -> list[int]:
    """The places in the form that prints most lines of them, each line once (its first column)."""
    _, places = max(forms.items(), key=lambda entry: (len({fields[p].figure.row_index for p in entry[1]}), -entry[0]))
    first: dict[int, int] = {}
    for place in places:
        first.setdefault(fields[place].figure.row_index, place)
    return list(first.values())


def _add_sum(ledger: Ledger, stated: Sequence[int], addends: Sequence[int]) -> None:
    """Σ stated = Σ addends: the first of the stated is the one named, the others stand on its side with a minus."""
    terms = [*((place, 1) for place in addends), *((place, -1) for place in stated[1:])]
    identity = ledger.add(rules()["payments_by_function_and_economic"], stated[0], terms, is_linear=False)
    if identity is not None and abs(identity.difference) > identity.bound:
        identity.set_aside("equal by convention only, and not equal here")


def _add_projects(ledger: Ledger, printed: Sequence[tuple[int, Fields]]) -> None:
    """Projects of a body and its functional classes' project expenditure are two partitions of one sum.

    Which project is of which class is not printed. A class that is one project, or the sum of some, to the last digit, is told where
    hardly any of the sums that were tried could agree by chance.
    """
    projects, classes = _project_lists(ledger, printed)
    for body, by_form in projects.items():
        for lines in by_form.values():
            total = sum(ledger.amounts[place].value for place in lines)
            for functional in classes.get(body, {}).values():
                bound = sum(ledger.amounts[place].half for place in [*lines, *functional])
                if abs(total - sum(ledger.amounts[place].value for place in functional)) <= bound:
                    for stated, addends in _blocks(ledger, lines, functional):
                        ledger.add(rules()["projects_by_function"], stated, ((p, 1) for p in addends), is_linear=False)
                    break


def _project_lists(
    ledger: Ledger, printed: Sequence[tuple[int, Fields]]
) -> tuple[dict[Body, dict[int, list[int]]], dict[Body, dict[int, list[int]]]]:
    """By body and form: the places of its projects, and of the project expenditure of its functional classes, leaves only."""
    found: tuple[dict[Body, dict[int, list[int]]], dict[Body, dict[int, list[int]]]] = ({}, {})
    parents = {(field.figure.form_index, field.figure.parent_row_index) for _, field in printed}
    first: dict[tuple[int, int], int] = {}
    for place, field in printed:
        figure = field.figure
        if figure.measure != "project" or field.is_total or figure.is_memo or ledger.amounts[place].value <= 0:
            continue
        if (figure.form_index, figure.row_index) in parents:
            continue
        if figure.form == "project_expenditure" and figure.scheme == "project":
            side = found[0]
        elif figure.scheme == "functional" and len(field.code or "") == _ITEM_LENGTH:
            side = found[1]
        else:
            continue
        spot = (figure.form_index, figure.row_index)
        if first.setdefault(spot, figure.column_index) == figure.column_index:
            side.setdefault(_body(field), {}).setdefault(figure.form_index, []).append(place)
    return found


def _blocks(ledger: Ledger, projects: Sequence[int], classes: Sequence[int]) -> Iterable[tuple[int, list[int]]]:
    """One line of one side and the lines of the other that it is the sum of, found again and again among what is left."""
    left, right = list(projects), list(classes)
    progress = True
    while progress and left and right:
        progress = False
        for size in range(1, _MOST_PARTS + 1):
            for single, many in ((right, left), (left, right)):
                for stated in list(single):
                    addends = _only_sum(ledger, stated, many, size)
                    if addends is not None and (size > 1 or _only_sum(ledger, addends[0], single, 1)):
                        yield stated, addends
                        single.remove(stated)
                        many[:] = [place for place in many if place not in addends]
                        progress = True
            if progress:
                break


def _only_sum(ledger: Ledger, stated: int, lines: Sequence[int], size: int) -> list[int] | None:
    """The only `size` lines that the stated amount is the sum of, where chance would hardly make one."""
    if len(lines) > _MOST_LINES and size > 1:
        return None
    amounts = ledger.amounts
    tried = 0
    found: list[list[int]] = []
    for chosen in combinations(lines, size):
        tried += 1
        bound = amounts[stated].half + sum(amounts[place].half for place in chosen)
        if abs(amounts[stated].value - sum(amounts[place].value for place in chosen)) <= bound:
            found.append(list(chosen))
    if len(found) != 1:
        return None
    bound = amounts[stated].half + sum(amounts[place].half for place in found[0])
    chance = tried * 2 * bound / max(1, sum(amounts[place].value for place in lines))
    return found[0] if chance <= _MOST_CHANCE else None

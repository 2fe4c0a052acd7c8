"""Identities inside one printed form: along its rows and down its columns.

Belongs here: sums that the form's own structure states (parents of rows and columns, measures, codes, agencies). Does not
belong here: anything that needs a second form.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pipeline.figures.figure import Figure
from pipeline.proofs.catalogue import Rule, rules, selector
from pipeline.proofs.fields import Fields
from pipeline.proofs.identity import Ledger

_CHILD_LENGTHS = {3: 5, 5: 7, 7: 9}


def add_parent_identities(ledger: Ledger, figures: Sequence[Figure]) -> None:
    """Column and row sums as the forms' hierarchy states them: Σ children = parent, in each column and in each row."""
    at: dict[tuple[int, int, int], int] = {}
    twice: set[tuple[int, int, int]] = set()
    down: defaultdict[tuple[int, int, int], list[int]] = defaultdict(list)
    along: defaultdict[tuple[int, int, int], list[int]] = defaultdict(list)
    for place, figure in enumerate(figures):
        spot = (figure.form_index, figure.row_index, figure.column_index)
        if spot in at:
            twice.add(spot)
        at[spot] = place
        if figure.parent_row_index is not None and not figure.is_memo:
            down[(figure.form_index, figure.parent_row_index, figure.column_index)].append(place)
        if figure.parent_column_index is not None and not figure.is_memo:
            along[(figure.form_index, figure.row_index, figure.parent_column_index)].append(place)
    for name, groups in (("columns_add_up", along), ("rows_add_up", down)):
        rule = rules()[name]
        for spot, children in groups.items():
            parent = at.get(spot)
            if parent is not None and spot not in twice:
                ledger.add(rule, parent, ((child, 1) for child in children if child != parent))


def add_form_identities(ledger: Ledger, figures: Sequence[Figure], fields: Sequence[Fields]) -> None:
    """Sums inside a form that measures, lines, codes, agencies and years state, whatever hierarchy was found."""
    for rule in rules().values():
        if rule.method == "in_form":
            _add_sums(ledger, rule, fields)
    _add_changes(ledger, rules()["change_against_prior_year"], figures)
    _add_agencies(ledger, rules()["agencies_add_up"], figures, fields)
    _add_codes(ledger, rules()["codes_add_up"], figures)


def _add_sums(ledger: Ledger, rule: Rule, fields: Sequence[Fields]) -> None:
    addends = []
    for text in rule.addends.split(" + "):
        text = text.strip()
        optional = text.startswith("[")
        addends.append((selector(text.strip("[]")), optional))
    is_stated = selector(rule.stated)
    groups: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for place, field in enumerate(fields):
        if not field.figure.is_memo or rule.force == "promise":
            groups[tuple(field(name) for name in rule.match)].append(place)
    for places in groups.values():
        if len(places) < 2:
            continue
        stated = [place for place in places if is_stated(fields[place])]
        if len(stated) != 1:
            continue
        chosen: list[int] = []
        for matches, optional in addends:
            found = [place for place in places if place != stated[0] and matches(fields[place])]
            if len(found) == 1:
                chosen.append(found[0])
            elif found or not optional:
                chosen.clear()
                break
        if not chosen:
            continue
        identity = ledger.add(rule, stated[0], ((place, 1) for place in chosen))
        if identity is not None and rule.force == "alternative":
            _choose_alternative(ledger, stated[0])


def _choose_alternative(ledger: Ledger, stated: int) -> None:
    """Where a total has two possible compositions, keep the one that the amounts bear out (the first, if neither)."""
    rivals = [
        identity
        for identity in ledger.identities
        if identity.stated == stated and identity.rule.identity.startswith("three_public_total")
    ]
    if len(rivals) < 2:
        return
    best = min(rivals, key=lambda identity: (abs(identity.difference) > identity.bound, rivals.index(identity)))
    dropped = {id(identity) for identity in rivals if identity is not best}
    ledger.identities[:] = [identity for identity in ledger.identities if id(identity) not in dropped]


def _add_changes(ledger: Ledger, rule: Rule, figures: Sequence[Figure]) -> None:
    rows: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for place, figure in enumerate(figures):
        rows[(figure.form_index, figure.row_index, figure.fund, figure.source)].append(place)
    for places in rows.values():
        changes = [place for place in places if figures[place].measure == "change"]
        if len(changes) != 1:
            continue
        now = [place for place in places if not figures[place].is_comparative]
        before = [place for place in places if figures[place].is_comparative and place != changes[0]]
        if len(now) == 1 and len(before) == 1:
            ledger.add(rule, changes[0], ((now[0], 1), (before[0], -1)))


def _add_agencies(ledger: Ledger, rule: Rule, figures: Sequence[Figure], fields: Sequence[Fields]) -> None:
    """Department = Σ units, where the form's hierarchy does not say so already."""
    departments: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    units: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for place, figure in enumerate(figures):
        if not fields[place].is_total or figure.is_memo:
            continue
        key: tuple[object, ...] = (
            figure.form_index,
            figure.column_index,
            figure.fiscal_year,
            figure.phase,
            figure.is_comparative,
        )
        if figure.agency_level == "department":
            departments[key].append(place)
        else:
            units[key].append(place)
    for spot, places in units.items():
        above = departments.get(spot, [])
        names = {figures[place].agency_name for place in places}
        if len(above) != 1 or len(names) != len(places):
            continue
        if any(figures[place].parent_row_index is not None for place in places):
            continue
        ledger.add(rule, above[0], ((place, 1) for place in places))


def _add_codes(ledger: Ledger, rule: Rule, figures: Sequence[Figure]) -> None:
    """Parent code = Σ codes of the next level, in columns where no hierarchy was found."""
    columns: defaultdict[tuple[object, ...], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    structured: set[tuple[object, ...]] = set()
    for place, figure in enumerate(figures):
        if figure.line_code is None or not figure.line_code.isdigit() or figure.is_memo:
            continue
        if figure.scheme not in ("functional", "economic_department", "economic_government"):
            continue
        key: tuple[object, ...] = (
            figure.form_index,
            figure.column_index,
            figure.agency_name,
            figure.scheme,
            figure.fiscal_year,
        )
        if figure.parent_row_index is not None:
            structured.add(key)
        columns[key][figure.line_code].append(place)
    for column, by_code in columns.items():
        if column in structured or any(len(places) > 1 for places in by_code.values()):
            continue
        children: defaultdict[str, list[int]] = defaultdict(list)
        for code, (place,) in by_code.items():
            for parent_length, length in _CHILD_LENGTHS.items():
                if len(code) == length and code[:parent_length] in by_code:
                    children[code[:parent_length]].append(place)
        for parent, places in children.items():
            ledger.add(rule, by_code[parent][0], ((place, 1) for place in places))

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
        addends.append((selector(text.strip("[]")), text.startswith("[")))
    is_stated = selector(rule.stated)
    groups: defaultdict[tuple[object, ...], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for place, field in enumerate(fields):
        if field.figure.is_memo and rule.force != "promise":
            continue
        if is_stated(field):
            groups[tuple(field(name) for name in rule.match)][0].append(place)
        elif any(matches(field) for matches, _ in addends):
            groups[tuple(field(name) for name in rule.match)][1].append(place)
    totals = {identity.stated for identity in ledger.identities if identity.rule.method == "parent_column"}
    for stated, parts in groups.values():
        if len(stated) != 1 or not parts or (rule.scope == "row" and stated[0] in totals):
            continue
        chosen: list[int] = []
        for matches, optional in addends:
            found = [place for place in parts if matches(fields[place])]
            if len(found) == 1:
                chosen.append(found[0])
            elif found or not optional:
                chosen.clear()
                break
        if chosen and rule.force == "alternative":
            _add_alternative(ledger, rule, stated[0], chosen)
        elif chosen:
            ledger.add(rule, stated[0], ((place, 1) for place in chosen))


def _add_alternative(ledger: Ledger, rule: Rule, stated: int, chosen: Sequence[int]) -> None:
    """Another composition of a total: stated only where it holds and the usual one does not, which it then replaces."""
    amounts = ledger.amounts
    difference = amounts[stated].value - sum(amounts[place].value for place in chosen)
    bound = amounts[stated].half + sum(amounts[place].half for place in chosen)
    usual = [
        identity
        for identity in ledger.identities
        if identity.stated == stated and identity.rule.scope in ("row", "form")
    ]
    if abs(difference) > bound or any(abs(identity.difference) <= identity.bound for identity in usual):
        return
    for identity in usual:
        identity.set_aside("the total is of another composition")
    ledger.add(rule, stated, ((place, 1) for place in chosen))


def set_aside_mixed_levels(ledger: Ledger) -> None:
    """Mark as not checkable a sum of rows that has too much because its rows are of several levels.

    Where no code tells the levels apart, a row that equals its parent, a first run of rows that does, or rows that make the double
    or the triple of it are no evidence of a wrong figure but of rows that include each other.
    """
    for identity in ledger.identities:
        if identity.rule.method != "parent_row" or not identity.is_linear:
            continue
        stated = ledger.amounts[identity.stated]
        if -identity.difference <= identity.bound or stated.value <= 0:
            continue
        children = sorted(
            (
                (figure, ledger.amounts[place])
                for place, _ in identity.addends
                if (figure := ledger.amounts[place].figure)
            ),
            key=lambda child: child[0].row_index,
        )
        if all((figure.line_code or "").isdigit() and not figure.cross_code for figure, _ in children):
            continue
        if _is_mixed([amount.value for _, amount in children], stated.value, stated.half) and not _is_repeated(
            [figure for figure, _ in children]
        ):
            identity.set_aside("rows of several levels stand below it")


def _is_mixed(values: Sequence[int], stated: int, half: int) -> bool:
    printed = [value for value in values if value]
    bound = half * (len(printed) + 1)
    running = 0
    for value in printed:
        running += value
        if abs(value - stated) <= 2 * half or (running != value and abs(running - stated) <= bound):
            return True
    return any(abs(sum(printed) - times * stated) <= times * bound for times in (2, 3))


def _is_repeated(figures: Sequence[Figure]) -> bool:
    """Whether one row occurs twice among the children: then it is counted twice, and no level is in doubt."""
    seen: set[tuple[object, ...]] = set()
    for figure in figures:
        key = (figure.line_code, figure.line_name, figure.agency_name, figure.cross_code, figure.amount_yuan)
        if key in seen and figure.amount_yuan and (figure.line_code or figure.line_name):
            return True
        seen.add(key)
    return False


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

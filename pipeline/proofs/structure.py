"""Identities inside one printed form: along its rows and down its columns.

Belongs here: sums that the form's own structure states (parents of rows and columns, measures, codes, agencies). Does not
belong here: anything that needs a second form.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from pipeline.figures.figure import Figure
from pipeline.proofs.catalogue import Rule, rules
from pipeline.proofs.fields import Fields, Places, is_total, key_of
from pipeline.proofs.identity import Identity, Ledger

_FEWEST_BLANK_TOTALS = 2
_FEWEST_SUMS = 4
_CHILD_LENGTHS = {3: 5, 5: 7, 7: 9}


def add_parent_identities(ledger: Ledger, figures: Sequence[Figure]) -> None:
    """Column and row sums as the forms' hierarchy states them: Σ children = parent, in each column and in each row.

    A memo (其中) is no addend of what it restates; a column that is one throughout adds up by itself, and so does a row.
    """
    rows, columns = _memo_lines(figures)
    at: dict[tuple[int, int, int], int] = {}
    twice: set[tuple[int, int, int]] = set()
    down: defaultdict[tuple[int, int, int], list[int]] = defaultdict(list)
    along: defaultdict[tuple[int, int, int], list[int]] = defaultdict(list)
    for place, figure in enumerate(figures):
        spot = (figure.form_index, figure.row_index, figure.column_index)
        if spot in at:
            twice.add(spot)
        at[spot] = place
        is_memo_column = (figure.form_index, figure.column_index) in columns
        is_memo_row = (figure.form_index, figure.row_index) in rows
        if figure.parent_row_index is not None and (not figure.is_memo or (is_memo_column and not is_memo_row)):
            down[(figure.form_index, figure.parent_row_index, figure.column_index)].append(place)
        if figure.parent_column_index is not None and (not figure.is_memo or (is_memo_row and not is_memo_column)):
            along[(figure.form_index, figure.row_index, figure.parent_column_index)].append(place)
    for name, groups in (("columns_add_up", along), ("rows_add_up", down)):
        rule = rules()[name]
        for spot, children in groups.items():
            parent = at.get(spot)
            if parent is not None and spot not in twice:
                ledger.add(rule, parent, ((child, 1) for child in children if child != parent))


def _memo_lines(figures: Sequence[Figure]) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """(form, row) and (form, column) in which every amount restates a part."""
    rows: dict[tuple[int, int], bool] = {}
    columns: dict[tuple[int, int], bool] = {}
    for figure in figures:
        for lines, spot in ((rows, figure.row_index), (columns, figure.column_index)):
            key = (figure.form_index, spot)
            lines[key] = lines.get(key, True) and figure.is_memo
    return {key for key, every in rows.items() if every}, {key for key, every in columns.items() if every}


def accuse_blank_totals(ledger: Ledger) -> None:
    """A column of totals that is blank in every row whose parts are printed is no total left blank here and there: it is an error.

    So a form reads whose columns are taken one too far to the right.
    """
    columns: defaultdict[tuple[int, int], list[Identity]] = defaultdict(list)
    for identity in ledger.identities:
        figure = ledger.amounts[identity.stated].figure
        if identity.rule.method == "parent_column" and figure is not None and identity.difference | identity.bound:
            columns[(figure.form_index, figure.column_index)].append(identity)
    for identities in columns.values():
        blank = [identity for identity in identities if ledger.amounts[identity.stated].state == "blank"]
        printed = [identity for identity in blank if identity.difference]
        if len(printed) >= _FEWEST_BLANK_TOTALS and len(blank) == len(identities):
            for identity in printed:
                identity.verdict = "error"
                identity.reason = "the whole column of totals is blank"


def set_aside_blank_parts(ledger: Ledger) -> None:
    """A sum over a part that is left blank while its own parts are printed, and make the sum up, fails for the blank alone: it is no error.

    支出总计 holds 上解上级支出 and 结转下年支出, and 转移性支出 above them is blank.
    """
    stated = {identity.stated: identity for identity in ledger.identities if ledger.amounts[identity.stated].is_blank}
    for identity in ledger.identities:
        if abs(identity.difference) <= identity.bound:
            continue
        blank = [
            stated[place]
            for place, sign in identity.addends
            if sign == 1 and place in stated and stated[place] is not identity
        ]
        lacking = sum(ledger.amounts[place].value * sign for part in blank for place, sign in part.addends)
        bound = identity.bound + sum(part.bound for part in blank)
        if lacking and abs(identity.difference - lacking) <= bound:
            identity.set_aside("a part is left blank, and its own parts make up the sum")


def add_form_identities(ledger: Ledger, figures: Sequence[Figure], fields: Sequence[Fields]) -> None:
    """Sums inside a form that measures, lines, codes, agencies and years state, whatever hierarchy was found."""
    places = Places(fields)
    for rule in rules().values():
        if rule.method == "in_form":
            _add_sums(ledger, rule, fields, places)
    _add_changes(ledger, rules()["change_against_prior_year"], figures)
    _add_agencies(ledger, rules()["agencies_add_up"], figures, fields)
    _add_codes(ledger, rules()["codes_add_up"], figures)


def _add_sums(ledger: Ledger, rule: Rule, fields: Sequence[Fields], places: Places) -> None:
    is_stated = frozenset(places.chosen(rule.stated))
    if not is_stated:
        return
    texts = [text.strip() for text in rule.addends.split(" + ")]
    addends = [(frozenset(places.chosen(text.strip("[]"))), text.startswith("[")) for text in texts]
    groups: defaultdict[tuple[object, ...], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    key = key_of(rule.match)
    for place in sorted(is_stated.union(*(chosen for chosen, _ in addends))):
        field = fields[place]
        if field.figure.is_memo and rule.force != "promise":
            continue
        groups[key(field)][0 if place in is_stated else 1].append(place)
    totals = {identity.stated for identity in ledger.identities if identity.rule.method == "parent_column"}
    for stated, parts in groups.values():
        if len(stated) != 1 or not parts or (rule.scope == "row" and stated[0] in totals):
            continue
        chosen: list[int] = []
        for addend, optional in addends:
            found = [place for place in parts if place in addend]
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


def set_aside_unread(
    ledger: Ledger, figures: Sequence[Figure], unread: Mapping[int, Collection[tuple[int, int]]]
) -> None:
    """Mark as not checkable a sum that fails beside amounts that were not read: one of them may be what it lacks.

    `unread` are the (row, column) of refused amounts by form. A row sum lacks what stands in its row; a column sum what stands in its
    column from the row of the total to the next row of the total's own level, or above the total where its addends do.
    """
    ends = _ends_of_blocks(figures) if unread else {}
    for identity in ledger.identities:
        stated = ledger.amounts[identity.stated].figure
        if stated is None or abs(identity.difference) <= identity.bound or not unread.get(stated.form_index):
            continue
        spots = unread[stated.form_index]
        rows = {figure.row_index for place in identity.places if (figure := ledger.amounts[place].figure) is not None}
        if identity.rule.scope == "column":
            end = ends.get((stated.form_index, stated.row_index))
            is_below = max(rows) == stated.row_index > min(rows)
            is_unread = any(
                column == stated.column_index
                and (row < stated.row_index if is_below else row > stated.row_index and (end is None or row < end))
                for row, column in spots
            )
        else:
            is_unread = any(row in rows for row, _ in spots)
        if is_unread:
            identity.set_aside("an amount beside it was not read")


def _ends_of_blocks(figures: Sequence[Figure]) -> dict[tuple[int, int], int]:
    """By form and row: the next row below that is an addend of the same row, where there is one."""
    siblings: defaultdict[tuple[int, int | None], set[int]] = defaultdict(set)
    for figure in figures:
        siblings[(figure.form_index, figure.parent_row_index)].add(figure.row_index)
    ends: dict[tuple[int, int], int] = {}
    for (form_index, parent), rows in siblings.items():
        if parent is not None:
            for row, following in pairwise(sorted(rows)):
                ends[(form_index, row)] = following
    return ends


def set_aside_doubtful_levels(ledger: Ledger) -> None:
    """Mark as not checkable a sum of rows that fails because the rows below it are not what belongs to it.

    Where codes tell the levels nothing is doubted. Where names do, some signs speak against the levels and not against a figure:
    the rows include each other (one equals the parent, or a first run of them does, or together they are twice or three times as
    much); the sum is exact without the one row that has no code; or, below a line that has no level of its own, the sum fails in
    every column that can be tried, and the form's other sums are not so many that its levels are beyond doubt.
    """
    by_parent: defaultdict[tuple[int, int], list[Identity]] = defaultdict(list)
    for identity in ledger.identities:
        figure = ledger.amounts[identity.stated].figure
        if identity.rule.method == "parent_row" and identity.is_linear and figure is not None:
            by_parent[(figure.form_index, figure.row_index)].append(identity)
    credible = _forms_with_credible_levels(by_parent)
    for (form_index, _), identities in by_parent.items():
        for identity in identities:
            if _has_stray_row(identity, ledger):
                identity.set_aside("which rows belong to it is not certain")
        failing = [
            identity for identity in identities if abs(identity.difference) > identity.bound and identity.is_linear
        ]
        if not failing or _is_coded(failing[0], ledger):
            continue
        stated = ledger.amounts[failing[0].stated].figure
        is_line = stated is not None and not is_total(stated) and stated.line_level is None
        holds = any(
            identity not in failing and sum(ledger.amounts[place].value != 0 for place, _ in identity.addends) > 1
            for identity in identities
        )
        for identity in failing:
            if _is_mixed(identity, ledger) or (is_line and not holds and form_index not in credible):
                identity.set_aside("which rows belong to it is not certain")


def _forms_with_credible_levels(by_parent: Mapping[tuple[int, int], Sequence[Identity]]) -> set[int]:
    """Forms in which nearly every row that has rows below it is their sum."""
    held: Counter[int] = Counter()
    failed: Counter[int] = Counter()
    for (form_index, _), identities in by_parent.items():
        tried = [identity for identity in identities if not identity.is_trivial and len(identity.addends) > 1]
        if tried:
            fails = any(abs(identity.difference) > identity.bound for identity in tried)
            (failed if fails else held)[form_index] += 1
    return {form for form, count in held.items() if count >= _FEWEST_SUMS and failed[form] * _FEWEST_SUMS <= count}


def _is_coded(identity: Identity, ledger: Ledger) -> bool:
    """Whether codes tell which rows belong to which: all rows are of agencies, or all have codes that begin with the parent's."""
    stated = ledger.amounts[identity.stated].figure
    children = [figure for place, _ in identity.addends if (figure := ledger.amounts[place].figure) is not None]
    if all(is_total(figure) for figure in children):
        return len({figure.agency_name for figure in children}) == len(children)
    prefix = (stated.line_code or "") if stated is not None and not is_total(stated) else ""
    return all(
        figure.line_code and figure.line_code.startswith(prefix) and not figure.cross_code and not is_total(figure)
        for figure in children
    )


def _is_mixed(identity: Identity, ledger: Ledger) -> bool:
    """Whether the rows of a sum that has too much include each other."""
    stated = ledger.amounts[identity.stated]
    if -identity.difference <= identity.bound or stated.value <= 0 or _is_counted_twice(identity, ledger):
        return False
    rows = sorted(
        (figure.row_index, ledger.amounts[place].value)
        for place, _ in identity.addends
        if (figure := ledger.amounts[place].figure) is not None and ledger.amounts[place].value
    )
    running = 0
    for number, (_, value) in enumerate(rows):
        running += value
        if abs(value - stated.value) <= 2 * stated.half:
            return True
        if number and abs(running - stated.value) <= stated.half * (number + 2):
            return True
    if _is_subtotal_among_its_parts([value for _, value in rows], -identity.difference, identity.bound):
        return True
    total = sum(value for _, value in rows)
    return any(abs(total - times * stated.value) <= times * identity.bound for times in (2, 3))


def _is_subtotal_among_its_parts(values: Sequence[int], excess: int, bound: int) -> bool:
    """Whether the row that the sum has too much is itself the sum of the rows that follow it (全额, then the bodies of that kind)."""
    for number, value in enumerate(values):
        if abs(value - excess) <= bound:
            running = 0
            for taken, following in enumerate(values[number + 1 :], start=1):
                running += following
                if taken > 1 and abs(running - value) <= bound:
                    return True
    return False


def _has_stray_row(identity: Identity, ledger: Ledger) -> bool:
    """Whether the sum is exact without its one row that has no code among rows that have: the row may belong elsewhere."""
    if identity.difference >= 0:
        return False
    coded, named = 0, []
    for place, _ in identity.addends:
        figure = ledger.amounts[place].figure
        if figure is None or is_total(figure):
            return False
        if figure.line_code:
            coded += 1
        else:
            named.append(ledger.amounts[place].value)
    return coded > 1 and len(named) == 1 and named[0] == -identity.difference


def _is_counted_twice(identity: Identity, ledger: Ledger) -> bool:
    """Whether the excess is one row that occurs twice, name, code and amount: then no level is in doubt."""
    seen: set[tuple[object, ...]] = set()
    for place, _ in identity.addends:
        figure = ledger.amounts[place].figure
        if figure is None or not (figure.line_code or figure.line_name):
            continue
        key = (figure.line_code, figure.line_name, figure.agency_name, figure.cross_code, figure.amount_yuan)
        if key in seen and abs(ledger.amounts[place].value + identity.difference) <= identity.bound:
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

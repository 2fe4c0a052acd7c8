"""Identities of performance forms: a project's budget, its funds, the costs that make it up, and their payments.

Belongs here: amounts inside targets (“支付合同款的 35%即 680.75 万元”), sums of them, and the forms that print the same project or its
procurement. Does not belong here: reading the forms (`pipeline.figures.performance`). What a target states is seldom promised to be
complete, so a sum that does not hold is told as not checkable, and no figure is suspected for it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pipeline.figures.amount import UNITS
from pipeline.proofs.catalogue import rules
from pipeline.proofs.fields import Fields, comparable_name
from pipeline.proofs.identity import SCALE, Amount, Identity, Ledger, yuan
from pipeline.readers.quantity import exact_number, whole_number

_AMOUNT = re.compile(r"(?P<number>\d[\d,]*(?:\.(?P<decimals>\d+))?)\s*(?P<unit>亿元?|万元?|元)")
_PRODUCT = re.compile(r"(\d+)\s*[^\d\s,，;；。()（）*×]{0,3}\s*[*×]\s*$")
_TIMES = re.compile(r"^\s*[)）]?\s*共?计\s*$")
_PERCENTAGE = re.compile(r"(\d+(?:\.(\d+))?)\s*[%％]\s*即\s*$")
_EACH_QUARTER = re.compile(r"每季度?\D{0,6}$")
_COST, _TOTAL_COST, _PAYMENTS = re.compile("^(?:单位|分项)成本$"), re.compile("^总成本$"), re.compile("资金使用进度")
_MOST_TIMES = 10**6
_BUDGET = re.compile(r"(?:金额|总额|合计)$")
_UNITS = {"万": "万元", "亿": "亿元"}


@dataclass(slots=True)
class _Statement:
    """One amount in a target: its place in the ledger, and what stands before it."""

    place: int
    times: int = 1
    percentage: Decimal | None = None
    half_share: Decimal = Decimal(0)


@dataclass(slots=True)
class _Item:
    """The amounts of one indicator: those that are its parts, and unit prices (30*3.5 万共计 105 万) with the sum that they make."""

    row: Mapping[str, Any]
    path: list[str]
    parts: list[_Statement] = field(default_factory=list)
    products: list[tuple[int, int, int]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return comparable_name(self.path[-1])


def add_performance_identities(
    ledger: Ledger, fields: Sequence[Fields], indicators: Sequence[Mapping[str, Any]]
) -> None:
    """Add the amounts of targets to the ledger, and every identity that they and the budgets of their projects take part in."""
    budgets = _budgets(ledger, fields)
    forms: defaultdict[int, list[_Item]] = defaultdict(list)
    for row in indicators:
        unit = _unit_of(row["form_index"], fields)
        item = _item(ledger, row, unit) if unit else None
        if item is not None:
            forms[row["form_index"]].append(item)
    listed = _listed(ledger, fields, budgets)
    for form_index, budget in budgets.items():
        if form_index in listed:
            _state(ledger, "performance_project_across_forms", listed[form_index], [(budget[0], 1)])
    for form_index, items in forms.items():
        contract = _contract_amounts(ledger, items)
        for horizon in dict.fromkeys(item.row["horizon"] for item in items):
            of_horizon = [item for item in items if item.row["horizon"] == horizon]
            _add_costs(ledger, of_horizon, budgets.get(form_index, []))
            _add_payments(ledger, of_horizon)
            _add_shares(ledger, of_horizon, contract)
            _add_products(ledger, of_horizon)
            _add_procurement(ledger, fields, of_horizon, listed.get(form_index))


def _unit_of(form_index: int, fields: Sequence[Fields]) -> str | None:
    """The unit of the form's own budget: that of a target that is a bare number."""
    return next((field.figure.printed_unit for field in fields if field.figure.form_index == form_index), None)


def _item(ledger: Ledger, row: Mapping[str, Any], unit: str) -> _Item | None:
    """The indicator with its amounts in the ledger; None where it states none."""
    path = str(row["indicator_path"]).split(" / ")
    item = _Item(row, path)
    text = str(row.get("target_text") or "")
    is_money = any(_COST.match(part) or _TOTAL_COST.match(part) or _PAYMENTS.search(part) for part in path)
    if not is_money:
        return None
    previous, end = None, 0
    for match in _AMOUNT.finditer(text):
        before = text[end : match.start()]
        name = _UNITS.get(match["unit"], match["unit"])
        place = _place(ledger, row, match.group(), match["number"], name)
        if place is None:
            continue
        if previous is not None and _TIMES.match(before):
            # “30*3.5 万共计 105 万”: the amount is the product of what stands before it, which is no part of its own.
            item.parts.pop()
            item.products.append((place, previous.place, previous.times))
            previous = _Statement(place)
        else:
            product = _PRODUCT.search(before)
            share = _PERCENTAGE.search(before)
            times = whole_number(product[1], _MOST_TIMES) if product else 4 if _EACH_QUARTER.search(before) else 1
            previous = _Statement(place, times or 1)
            percentage = exact_number(share[1]) if share else None
            if share and percentage is not None:
                previous.percentage = percentage / 100
                previous.half_share = Decimal(5) / Decimal(10) ** (len(share[2] or "") + 3)
        item.parts.append(previous)
        end = match.end()
    if (
        not item.parts
        and row.get("target_value") is not None
        and any(_COST.match(p) or _TOTAL_COST.match(p) for p in path)
    ):
        place = _place(ledger, row, text, str(row["target_value"]), unit)
        if place is not None:
            item.parts.append(_Statement(place))
    return item


def _place(ledger: Ledger, row: Mapping[str, Any], text: str, number: str, unit: str) -> int | None:
    """Place of an amount in the ledger; None where the number is beyond the bounds of amounts."""
    factor = UNITS[unit]
    value = exact_number(number.replace(",", ""))
    if value is None:
        return None
    exponent = value.as_tuple().exponent
    half = factor * Decimal(10) ** int(exponent) / 2
    words = f"{str(row['indicator_path']).split(' / ')[-1]} {text} (target, p. {row['page_number']})"
    ledger.amounts.append(
        Amount(
            row["performance_indicator_id"], int(value * factor * SCALE), int(half * SCALE), "number" if value else "zero",
            table="performance_indicator", words=words,
        )
    )  # fmt: skip
    return len(ledger.amounts) - 1


def _budgets(ledger: Ledger, fields: Sequence[Fields]) -> dict[int, list[int]]:
    """By form: the places of its project's budgets; states that each is the sum of its funds."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    funds: defaultdict[int, list[int]] = defaultdict(list)
    for place, field_ in enumerate(fields):
        figure = field_.figure
        if figure.form != "performance_target" or figure.is_comparative or figure.is_memo:
            continue
        label = figure.header_path.split(" / ")[-1]
        if figure.fund == "all" and _BUDGET.search(label):
            found[figure.form_index].append(place)
        elif figure.fund != "all" and found[figure.form_index]:
            funds[found[figure.form_index][-1]].append(place)
    for total, parts in funds.items():
        if len({fields[place].figure.fund for place in parts}) == len(parts):
            _state(ledger, "performance_budget_by_fund", total, [(place, 1) for place in parts])
    return {form_index: places for form_index, places in found.items() if places}


def _listed(ledger: Ledger, fields: Sequence[Fields], budgets: Mapping[int, list[int]]) -> dict[int, int]:
    """By performance form: its project in another form, by name, else the one line of the list that prints the amount."""
    lines = [
        place
        for place, field_ in enumerate(fields)
        if field_.figure.scheme == "project"
        and field_.figure.form in ("performance_project_list", "project_expenditure")
        and field_.figure.fund == "all"
        and not field_.is_total
        and field_.figure.line_name
        and not field_.figure.is_comparative
    ]
    found: dict[int, int] = {}
    for form_index, (budget, *_) in budgets.items():
        name = comparable_name(fields[budget].figure.line_name or "")
        same = [
            place
            for place in lines
            if comparable_name(fields[place].figure.line_name or "") == name and _agree(ledger, place, budget)
        ]
        if not same:
            same = [
                place
                for place in lines
                if fields[place].figure.form == "performance_project_list" and _agree(ledger, place, budget)
            ]
            same = same if len({fields[place].figure.row_index for place in same}) == 1 else []
        if same:
            found[form_index] = min(
                same, key=lambda place: (fields[place].figure.form != "performance_project_list", place)
            )
    return found


def _agree(ledger: Ledger, first: int, second: int) -> bool:
    a, b = ledger.amounts[first], ledger.amounts[second]
    return a.value > 0 and abs(a.value - b.value) <= a.half + b.half


def _add_costs(ledger: Ledger, items: Sequence[_Item], budgets: Sequence[int]) -> None:
    """The total cost is the sum of the costs; an item whose cost is told in words only is taken by its payments."""
    totals = [item for item in items if any(_TOTAL_COST.match(part) for part in item.path) and len(item.parts) == 1]
    if len(totals) != 1:
        return
    total = totals[0].parts[0].place
    for budget in budgets:
        if _agree(ledger, total, budget):
            _state(ledger, "performance_budget_is_total_cost", budget, [(total, 1)])
            break
    payments = {item.name: item for item in items if any(_PAYMENTS.search(part) for part in item.path)}
    addends: list[tuple[int, int]] = []
    for item in items:
        if any(_COST.match(part) for part in item.path):
            source = item if item.parts else payments.get(item.name, item)
            addends += [(statement.place, statement.times) for statement in source.parts]
    if len(addends) > 1:
        _state(ledger, "performance_costs_add_up", total, addends)


def _add_payments(ledger: Ledger, items: Sequence[_Item]) -> None:
    """What is paid for an item is its cost: payments printed once for several items (a merged cell) are the cost of all of them."""
    costs = [item for item in items if any(_COST.match(part) for part in item.path)]
    payments = [item for item in items if any(_PAYMENTS.search(part) for part in item.path)]
    if len(costs) != len(payments) or not all(map(_is_same_item, costs, payments)):
        return
    groups: list[tuple[_Item, list[_Item]]] = []
    for cost, payment in zip(costs, payments, strict=True):
        if payment.parts:
            groups.append((payment, [cost]))
        elif groups and payment.row.get("target_text") is None:
            groups[-1][1].append(cost)
    for payment, group in groups:
        parts = [statement for cost in group for statement in cost.parts]
        if not parts or not all(cost.parts for cost in group):
            continue
        first, *others = parts
        terms = [(statement.place, statement.times) for statement in payment.parts]
        paid, owed = (
            sum(ledger.amounts[statement.place].value * statement.times for statement in side)
            for side in (payment.parts, parts)
        )
        terms += [(statement.place, -statement.times) for statement in others]
        reason = f"payments {yuan(paid)} beside costs {yuan(owed)}"
        _state(ledger, "performance_payments_add_up", first.place, terms, reason)


def _is_same_item(cost: _Item, payment: _Item) -> bool:
    """Items of two lists in one order: they have one name, or at least begin alike."""
    return cost.name == payment.name or cost.name[:2] == payment.name[:2]


def _contract_amounts(ledger: Ledger, items: Iterable[_Item]) -> dict[str, list[int]]:
    """Places of all payments for an item by its name, where their shares make up the whole."""
    return {
        item.name: [statement.place for statement in item.parts]
        for item in items
        if item.parts and sum(statement.percentage or 0 for statement in item.parts) == 1
    }


def _add_shares(ledger: Ledger, items: Sequence[_Item], contract: Mapping[str, list[int]]) -> None:
    """“27.7%即 538.638 万元” is that share of the whole contract, to the precision of the percentage."""
    for item in items:
        base = next(
            (contract[name] for part in reversed(item.path) if (name := comparable_name(part)) in contract), None
        )
        if base is None:
            continue
        whole = sum(ledger.amounts[place].value for place in base)
        half_whole = sum(ledger.amounts[place].half for place in base)
        for statement in item.parts:
            if statement.percentage is None:
                continue
            amount = ledger.amounts[statement.place]
            words = f"{(statement.percentage * 100).normalize():f} % of the contract"
            addends = tuple((place, 1) for place in base)
            identity = Identity(rules()["performance_share_of_contract"], statement.place, addends, reason=words)
            identity.difference = amount.value - int(statement.percentage * whole)
            identity.bound = (
                amount.half + int(statement.half_share * whole) + int(statement.percentage * half_whole) + 1
            )
            identity.is_linear = False
            if abs(identity.difference) > identity.bound:
                identity.set_aside(f"{words}: the share may be of another amount")
            ledger.identities.append(identity)


def _add_products(ledger: Ledger, items: Sequence[_Item]) -> None:
    for item in items:
        for product, price, times in item.products:
            _state(ledger, "performance_number_times_price", product, [(price, times)])


def _add_procurement(ledger: Ledger, fields: Sequence[Fields], items: Sequence[_Item], listed: int | None) -> None:
    """What a project buys under one name is a line of the procurement form of the same body, where just one pair agrees."""
    agency = fields[listed].agency if listed is not None else None
    lines = [
        place
        for place, field_ in enumerate(fields)
        if field_.figure.form == "procurement"
        and field_.figure.is_leaf
        and agency in (None, field_.agency)
        and ledger.amounts[place].value
    ]
    groups: dict[str, list[int]] = defaultdict(list)
    for item in items:
        if any(_COST.match(part) for part in item.path) and len(item.path) > 3:
            groups[item.path[-2]] += [statement.place for statement in item.parts]
    pairs = [(place, name) for place in lines for name, parts in groups.items() if ledger.balances([place], parts)]
    for place, name in pairs:
        if sum(place == other or name == of for other, of in pairs) == 1:
            _state(ledger, "procurement_in_performance", place, [(part, 1) for part in groups[name]])


def _state(ledger: Ledger, name: str, stated: int, addends: Sequence[tuple[int, int]], reason: str = "") -> None:
    identity = ledger.add(rules()[name], stated, addends, reason=reason, is_linear=False)
    if identity is not None and abs(identity.difference) > identity.bound:
        identity.set_aside(f"{reason}; the targets may not tell all of it".removeprefix("; "))

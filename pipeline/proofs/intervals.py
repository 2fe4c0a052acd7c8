"""Can all identities of a document hold at once, each amount within its interval? If not, which amounts must be wrong?

Belongs here: linear feasibility and the smallest set of amounts to give up, on sparse matrices (scipy, HiGHS). Does not
belong here: what an identity means.

The unknowns are deviations from the printed values, in units of the smallest half unit of the component, so that exact and
rounded amounts mix. The smallest set is found by implicit hitting sets: every sum that cannot hold and every infeasible
combination (a Farkas certificate of the linear programme) gives a clause "one of these amounts is wrong"; the cheapest
amounts that meet all clauses (a set cover, mixed-integer) are freed, until what is left is feasible. No big-M is needed, and
a freed amount is truly free.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_matrix, hstack, identity

_FEASIBLE = 1e-4
_NONZERO = 1e-7
_MOST_ROUNDS = 60
_MOST_ALTERNATIVES = 40
_MOST_CERTIFICATES = 50


@dataclass(frozen=True, slots=True)
class Constraint:
    """Σ coefficient × true value = 0 over places; `difference` is what the printed values give, `bound` what rounding allows."""

    terms: tuple[tuple[int, int], ...]
    difference: int
    bound: int


@dataclass(frozen=True, slots=True)
class Interval:
    """What a suspect may be, given all other amounts; None where nothing bounds it."""

    low: int | None
    high: int | None


@dataclass
class Solution:
    """Suspects by place with their intervals; groups of which one must be wrong; constraints that no rounding explains together.

    `broken` holds indices of constraints that rounding cannot explain, alone or together; `undecided` those that the limits
    left open.
    """

    suspects: dict[int, Interval] = field(default_factory=dict)
    alternatives: dict[int, tuple[int, ...]] = field(default_factory=dict)
    broken: set[int] = field(default_factory=set)
    undecided: set[int] = field(default_factory=set)


@dataclass
class _Component:
    constraints: list[int]
    places: list[int]


def solve(
    constraints: Sequence[Constraint],
    halves: Sequence[int],
    costs: Sequence[float],
    *,
    zeros: Iterable[int] = (),
    seconds: float = 10.0,
) -> Solution:
    """Decide feasibility component by component and find the cheapest set of amounts that must be wrong.

    `halves` are the half units by place, `costs` what it costs to doubt a place (1 and a little more for what other sums
    confirm). `zeros` are places where a zero is printed: their interval is used for feasibility, but the interval of a suspect
    is computed with them exactly zero where that is possible. `seconds` limits the whole.
    """
    deadline = time.monotonic() + seconds
    solution = Solution()
    exact_zeros = frozenset(zeros)
    components = sorted(_failing_components(constraints), key=lambda component: len(component.constraints))
    for number, component in enumerate(components):
        share = (deadline - time.monotonic()) / (len(components) - number)
        _solve_component(component, constraints, halves, costs, exact_zeros, solution, time.monotonic() + share)
    return solution


def _failing_components(constraints: Sequence[Constraint]) -> list[_Component]:
    """Connected components in which some constraint does not hold to the digit (the others are feasible as printed)."""
    parent: dict[int, int] = {}

    def find(place: int) -> int:
        root = place
        while parent.setdefault(root, root) != root:
            root = parent[root]
        while parent[place] != root:
            parent[place], place = root, parent[place]
        return root

    for constraint in constraints:
        first = find(constraint.terms[0][0])
        for place, _ in constraint.terms[1:]:
            parent[find(place)] = first
    members: defaultdict[int, list[int]] = defaultdict(list)
    failing: set[int] = set()
    for index, constraint in enumerate(constraints):
        root = find(constraint.terms[0][0])
        members[root].append(index)
        if constraint.difference:
            failing.add(root)
    components = []
    for root in failing:
        places = sorted({place for index in members[root] for place, _ in constraints[index].terms})
        components.append(_Component(members[root], places))
    return components


@dataclass
class _System:
    """One component in numbers: rows are constraints, columns are places, right sides are −difference."""

    matrix: csr_matrix
    right: np.ndarray
    half: np.ndarray
    places: list[int]
    rows: list[int]
    scale: int

    def bounds(self, free: Iterable[int], exact: Iterable[int] = ()) -> tuple[np.ndarray, np.ndarray]:
        low, high = -self.half.copy(), self.half.copy()
        exact = list(exact)
        low[exact] = high[exact] = 0.0
        free = list(free)
        low[free], high[free] = -np.inf, np.inf
        return low, high


def _system(rows: list[int], constraints: Sequence[Constraint], halves: Sequence[int]) -> _System:
    places = sorted({place for index in rows for place, _ in constraints[index].terms})
    column = {place: number for number, place in enumerate(places)}
    data, row_numbers, columns = [], [], []
    right = np.empty(len(rows))
    positive = [halves[place] for place in places if halves[place] > 0]
    scale = min(positive) if positive else 1
    for number, index in enumerate(rows):
        right[number] = -constraints[index].difference / scale
        for place, coefficient in constraints[index].terms:
            data.append(float(coefficient))
            row_numbers.append(number)
            columns.append(column[place])
    matrix = csr_matrix((data, (row_numbers, columns)), shape=(len(rows), len(places)))
    half = np.array([halves[place] / scale for place in places])
    return _System(matrix, right, half, places, rows, scale)


def _solve_component(
    component: _Component,
    constraints: Sequence[Constraint],
    halves: Sequence[int],
    costs: Sequence[float],
    zeros: frozenset[int],
    solution: Solution,
    deadline: float,
) -> None:
    clauses: list[frozenset[int]] = []
    for index in component.constraints:
        constraint = constraints[index]
        if abs(constraint.difference) > constraint.bound:
            clauses.append(frozenset(place for place, _ in constraint.terms))
            solution.broken.add(index)
    system = _system(component.constraints, constraints, halves)
    column = {place: number for number, place in enumerate(system.places)}
    freed: list[int] = []
    feasible = is_cheapest = False
    for _ in range(_MOST_ROUNDS):
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            break
        freed = _cheapest_cover(clauses, costs, remaining) if is_cheapest else _quick_cover(clauses, costs)
        certificates = _disjoint_certificates(system, [column[place] for place in freed], deadline)
        if certificates is None:
            break
        if not certificates and is_cheapest:
            feasible = True
            break
        is_cheapest = not certificates
        for rows, columns in certificates:
            clauses.append(frozenset(system.places[number] for number in columns))
            indices = {system.rows[number] for number in rows}
            if all(abs(constraints[index].difference) <= constraints[index].bound for index in indices):
                solution.broken |= indices
    if not feasible:
        solution.undecided.update(
            index
            for index in component.constraints
            if constraints[index].difference and abs(constraints[index].difference) <= constraints[index].bound
        )
    for place in freed:
        others = [other for other in freed if other != place]
        if time.monotonic() < deadline:
            solution.alternatives[place] = _alternatives(place, others, clauses, costs)
        solution.suspects[place] = (
            _interval(place, freed, component.constraints, constraints, halves, zeros, deadline)
            if feasible
            else Interval(None, None)
        )


def _quick_cover(clauses: Sequence[frozenset[int]], costs: Sequence[float]) -> list[int]:
    """Places that meet every clause, found greedily: good enough to look for further clauses with."""
    chosen: list[int] = []
    left = list(dict.fromkeys(clauses))
    while left:
        counts: Counter[int] = Counter()
        for clause in left:
            counts.update(clause)
        best = max(counts, key=lambda place: (counts[place] / costs[place], -place))
        chosen.append(best)
        left = [clause for clause in left if best not in clause]
    return sorted(chosen)


def _cheapest_cover(clauses: Sequence[frozenset[int]], costs: Sequence[float], seconds: float) -> list[int]:
    """The cheapest places that meet every clause; those found greedily when the limit is reached first."""
    if not clauses:
        return []
    distinct = list(dict.fromkeys(clauses))
    minimal = (
        [clause for clause in distinct if not any(other < clause for other in distinct)]
        if len(distinct) < 400
        else distinct
    )
    places = sorted(set().union(*minimal))
    column = {place: number for number, place in enumerate(places)}
    rows = [number for number, clause in enumerate(minimal) for _ in clause]
    columns = [column[place] for clause in minimal for place in clause]
    matrix = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(minimal), len(places)))
    result = milp(
        np.array([costs[place] for place in places]),
        constraints=LinearConstraint(matrix, lb=np.ones(len(minimal))),
        integrality=np.ones(len(places)),
        bounds=Bounds(0, 1),
        options={"time_limit": max(seconds, 0.05), "mip_rel_gap": 1e-4, "presolve": False},
    )
    if result.x is None:
        return _quick_cover(clauses, costs)
    return [place for place, value in zip(places, result.x, strict=True) if value > 0.5]


def _disjoint_certificates(
    system: _System, free: Sequence[int], deadline: float
) -> list[tuple[set[int], set[int]]] | None:
    """Certificates that share no column, found one after the other: each calls for a suspect of its own."""
    found: list[tuple[set[int], set[int]]] = []
    loosened = set(free)
    while len(found) < _MOST_CERTIFICATES:
        certificates = _certificates(system, loosened, deadline - time.monotonic())
        if certificates is None:
            return found or None
        if not certificates:
            break
        found += certificates
        loosened.update(*(columns for _, columns in certificates))
    return found


def _certificates(system: _System, free: Iterable[int], seconds: float) -> list[tuple[set[int], set[int]]] | None:
    """Infeasible combinations of rows, each as (rows, columns of which one must be freed); none when feasible.

    The elastic programme (least total violation) is solved; its dual names the rows, and the columns whose combined
    coefficient does not vanish are those whose intervals are too narrow. Connected parts are reported apart.
    """
    if seconds <= 0:
        return None
    row_count, column_count = system.matrix.shape
    low, high = system.bounds(free)
    options = {"time_limit": max(seconds, 0.05)}
    plain = linprog(
        np.zeros(column_count), A_eq=system.matrix, b_eq=system.right, bounds=np.column_stack([low, high]), method="highs",
        options=options,
    )  # fmt: skip
    if plain.status == 0:
        return []
    eye = identity(row_count, format="csr")
    matrix = hstack([system.matrix, eye, -eye], format="csr")
    objective = np.concatenate([np.zeros(column_count), np.ones(2 * row_count)])
    bounds = np.column_stack(
        [np.concatenate([low, np.zeros(2 * row_count)]), np.concatenate([high, np.full(2 * row_count, np.inf)])]
    )
    result = linprog(
        objective,
        A_eq=matrix,
        b_eq=system.right,
        bounds=bounds,
        method="highs",
        options=options,
    )
    if result.status != 0:
        return None
    violation = result.x[column_count : column_count + row_count] + result.x[column_count + row_count :]
    if violation.max(initial=0.0) <= _FEASIBLE * max(1.0, float(system.half.max(initial=1.0)) * 1e-6):
        return []
    dual = np.where(np.abs(result.eqlin.marginals) > _NONZERO, result.eqlin.marginals, 0.0)
    return _connected_certificates(system, dual, violation)


def _connected_certificates(
    system: _System, dual: np.ndarray, violation: np.ndarray
) -> list[tuple[set[int], set[int]]]:
    combined = np.asarray(system.matrix.T @ dual).ravel()
    by_column = system.matrix.tocsc()
    found: list[tuple[set[int], set[int]]] = []
    seen: set[int] = set()
    active = set(np.flatnonzero(dual).tolist())
    for start in np.flatnonzero(violation > _FEASIBLE):
        if int(start) in seen:
            continue
        rows, columns, queue = set(), set(), [int(start)]
        while queue:
            row = queue.pop()
            if row in rows:
                continue
            rows.add(row)
            for number in system.matrix.indices[system.matrix.indptr[row] : system.matrix.indptr[row + 1]]:
                number = int(number)
                if number in columns:
                    continue
                columns.add(number)
                neighbours = by_column.indices[by_column.indptr[number] : by_column.indptr[number + 1]]
                queue.extend(int(other) for other in neighbours if int(other) in active and int(other) not in rows)
        seen |= rows
        wrong = {number for number in columns if abs(combined[number]) > 1e-6}
        if wrong:
            found.append((rows, wrong))
    return found


def _alternatives(
    place: int, others: Sequence[int], clauses: Sequence[frozenset[int]], costs: Sequence[float]
) -> tuple[int, ...]:
    """Places that would do as well as this one: they meet the clauses that only it meets, at no greater cost."""
    kept = set(others)
    own = [clause for clause in clauses if place in clause and not clause & kept]
    if not own:
        return ()
    common = frozenset.intersection(*own) - {place}
    return tuple(sorted(other for other in common if costs[other] <= costs[place] + 1e-9))[:_MOST_ALTERNATIVES]


def _interval(
    place: int,
    freed: Sequence[int],
    rows: Sequence[int],
    constraints: Sequence[Constraint],
    halves: Sequence[int],
    zeros: frozenset[int],
    deadline: float,
) -> Interval:
    """Least and largest value of a suspect that its neighbourhood allows, as a deviation from the printed value."""
    near = _neighbourhood(place, rows, constraints, hops=3)
    system = _system(near, constraints, halves)
    column = {other: number for number, other in enumerate(system.places)}
    free = [column[other] for other in freed if other in column]
    exact = [column[other] for other in zeros if other in column and other not in freed]
    for fixed in (exact, []):
        low, high = system.bounds(free, fixed)
        ends: list[int | None] = []
        for sign in (1.0, -1.0):
            objective = np.zeros(len(system.places))
            objective[column[place]] = sign
            result = linprog(
                objective,
                A_eq=system.matrix,
                b_eq=system.right,
                bounds=np.column_stack([low, high]),
                method="highs",
                options={"time_limit": max(deadline - time.monotonic(), 0.2)},
            )
            if result.status == 2 or (result.status != 0 and result.status != 3):
                break
            ends.append(None if result.status == 3 else round(float(result.x[column[place]]) * system.scale))
        if len(ends) == 2:
            return Interval(ends[0], ends[1])
    return Interval(None, None)


def _neighbourhood(place: int, rows: Sequence[int], constraints: Sequence[Constraint], hops: int) -> list[int]:
    """Rows within some steps of a place: enough to bound it, and far fewer than the whole."""
    touching: defaultdict[int, list[int]] = defaultdict(list)
    for index in rows:
        for other, _ in constraints[index].terms:
            touching[other].append(index)
    reached = {place}
    near: set[int] = set()
    for _ in range(hops):
        near |= {index for other in reached for index in touching[other]}
        reached = {other for index in near for other, _ in constraints[index].terms}
        if len(near) > 3000:
            break
    return sorted(near)

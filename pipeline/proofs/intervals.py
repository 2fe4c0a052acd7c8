"""Can all identities of a document hold at once, each amount within its interval? If not, which amounts must be wrong?

Belongs here: linear feasibility and the smallest set of amounts to give up (HiGHS). Does not belong here: what an identity
means.

The unknowns are deviations from the printed values, in units of the smallest half unit of the component, so that exact and
rounded amounts mix. The smallest set is found by implicit hitting sets: every sum that cannot hold and every infeasible
combination (a Farkas certificate of the linear programme) gives a clause "one of these amounts is wrong"; the cheapest
amounts that meet all clauses (a set cover, mixed-integer) are freed, until what is left is feasible. No big-M is needed, and
a freed amount is truly free.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import highspy
import numpy as np

from pipeline.proofs.effort import Effort

_INFINITE = float("inf")
_FEASIBLE = 1e-4
_NONZERO = 1e-7
STEPS = 200_000
"""Of the simplex method, for one document: about ten seconds of a slow machine."""
_MOST_ROUNDS = 60
_MOST_ALTERNATIVES = 40
_MOST_CERTIFICATES = 50
_UNBOUNDED = (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible)


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
    floors: Sequence[int | None] = (),
    steps: int = STEPS,
) -> Solution:
    """Decide feasibility component by component and find the cheapest set of amounts that must be wrong.

    `halves` are the half units by place, `costs` what it costs to doubt a place (1 and a little more for what other sums
    confirm). `zeros` are places where a zero is printed: their interval is used for feasibility, but the interval of a suspect
    is computed with them exactly zero where that is possible. `floors` are the least deviations by place that a wrong amount
    may have (an amount is no misprint of a negative one), None where there is none. `steps` limit the whole
    (`effort`): as many on every machine.
    """
    effort = Effort(steps)
    solution = Solution()
    exact_zeros = frozenset(zeros)
    floors = floors or [None] * len(halves)
    components = sorted(_failing_components(constraints), key=lambda component: len(component.constraints))
    for number, component in enumerate(components):
        sharers = len(components) - number
        share = effort.part(sharers)
        _solve_component(component, constraints, halves, floors, costs, exact_zeros, solution, share)
        effort.settle(share, sharers)
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


class _System:
    """One component in numbers: rows are constraints, columns are places, right sides are −difference.

    Its linear programme is elastic (least total violation) and is made once: from one question to the next only the bounds of
    columns change, and the solver goes on from where it stood.
    """

    def __init__(self, rows: list[int], constraints: Sequence[Constraint], halves: Sequence[int]) -> None:
        self.rows = rows
        self.places = sorted({place for index in rows for place, _ in constraints[index].terms})
        self.column = {place: number for number, place in enumerate(self.places)}
        self.scale = min((halves[place] for place in self.places if halves[place] > 0), default=1)
        self.half = [halves[place] / self.scale for place in self.places]
        self.right = [-constraints[index].difference / self.scale for index in rows]
        self.terms = [[(self.column[place], float(sign)) for place, sign in constraints[index].terms] for index in rows]
        self.rows_of: list[list[int]] = [[] for _ in self.places]
        for number, terms in enumerate(self.terms):
            for column, _ in terms:
                self.rows_of[column].append(number)

    @cached_property
    def elastic(self) -> highspy.Highs:
        """The programme with two columns more for each row, which take up what the row lacks or has too much."""
        over, under = len(self.places), len(self.places) + len(self.rows)
        rows = [[*terms, (over + number, 1.0), (under + number, -1.0)] for number, terms in enumerate(self.terms)]
        lack = len(self.rows)
        return _programme(
            [0.0] * len(self.places) + [1.0] * (2 * lack),
            [-half for half in self.half] + [0.0] * (2 * lack),
            self.half + [_INFINITE] * (2 * lack),
            rows,
            (self.right, self.right),
        )

    def violations(self, free: Iterable[int], effort: Effort) -> tuple[list[float], list[float]] | None:
        """How far each row fails at least, with those columns free, and the dual values; None where the solver gave up."""
        low, high = [-half for half in self.half], list(self.half)
        for column in free:
            low[column], high[column] = -_INFINITE, _INFINITE
        count = len(self.places)
        self.elastic.changeColsBounds(count, np.arange(count, dtype=np.int32), np.array(low), np.array(high))
        if effort.run(self.elastic) != highspy.HighsModelStatus.kOptimal:
            return None
        solution = self.elastic.getSolution()
        value = list(solution.col_value)[count:]
        return [a + b for a, b in zip(value[: len(self.rows)], value[len(self.rows) :], strict=True)], list(
            solution.row_dual
        )


def _programme(
    costs: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    rows: Sequence[Sequence[tuple[int, float]]],
    right: tuple[Sequence[float], Sequence[float]],
) -> highspy.Highs:
    """A programme for HiGHS: the least cost within the bounds of columns and rows; `rows` name (column, coefficient)."""
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(costs), len(rows)
    model.col_cost_, model.col_lower_, model.col_upper_ = (
        np.array(values, dtype=float) for values in (costs, low, high)
    )
    model.row_lower_, model.row_upper_ = (np.array(values, dtype=float) for values in right)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.cumsum([0, *(len(row) for row in rows)], dtype=np.int32)
    model.a_matrix_.index_ = np.array([column for row in rows for column, _ in row], dtype=np.int32)
    model.a_matrix_.value_ = np.array([coefficient for row in rows for _, coefficient in row], dtype=float)
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    # The programmes are small, and asked again and again: to simplify them takes longer than to solve them.
    solver.setOptionValue("presolve", "off")
    solver.passModel(model)
    return solver


def _solve_component(
    component: _Component,
    constraints: Sequence[Constraint],
    halves: Sequence[int],
    floors: Sequence[int | None],
    costs: Sequence[float],
    zeros: frozenset[int],
    solution: Solution,
    effort: Effort,
) -> None:
    clauses: list[frozenset[int]] = []
    for index in component.constraints:
        constraint = constraints[index]
        if abs(constraint.difference) > constraint.bound:
            clauses.append(frozenset(place for place, _ in constraint.terms))
            solution.broken.add(index)
    system = _System(component.constraints, constraints, halves)
    freed: list[int] = []
    enough: list[int] | None = None
    """Places that leave nothing infeasible, though cheaper ones may do."""
    feasible = False
    for _ in range(_MOST_ROUNDS):
        if effort.left <= 0:
            break
        freed = _quick_cover(clauses, costs) if enough is None else _cheapest_cover(clauses, costs, effort)
        free = [system.column[place] for place in freed]
        certificates = [] if freed == enough else _disjoint_certificates(system, free, effort)
        if certificates is None:
            break
        feasible = not certificates and enough is not None
        if feasible:
            break
        enough = None if certificates else freed
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
        solution.alternatives[place] = _alternatives(place, others, clauses, costs)
        solution.suspects[place] = (
            _interval(place, freed, component.constraints, constraints, halves, floors, zeros, effort)
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


def _cheapest_cover(clauses: Sequence[frozenset[int]], costs: Sequence[float], effort: Effort) -> list[int]:
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
    solver = _programme(
        [costs[place] for place in places],
        [0.0] * len(places),
        [1.0] * len(places),
        [[(column[place], 1.0) for place in sorted(clause)] for clause in minimal],
        ([1.0] * len(minimal), [_INFINITE] * len(minimal)),
    )
    solver.setOptionValue("mip_rel_gap", 1e-4)
    solver.setOptionValue("mip_heuristic_run_feasibility_jump", False)
    for number in range(len(places)):
        solver.changeColIntegrality(number, highspy.HighsVarType.kInteger)
    effort.run(solver)
    values = list(solver.getSolution().col_value)
    if not solver.getSolution().value_valid:
        return _quick_cover(clauses, costs)
    return [place for place, value in zip(places, values, strict=True) if value > 0.5]


def _disjoint_certificates(
    system: _System, free: Sequence[int], effort: Effort
) -> list[tuple[set[int], set[int]]] | None:
    """Certificates that share no column, found one after the other: each calls for a suspect of its own."""
    found: list[tuple[set[int], set[int]]] = []
    loosened = set(free)
    while len(found) < _MOST_CERTIFICATES:
        certificates = _certificates(system, loosened, effort)
        if certificates is None:
            return found or None
        if not certificates:
            break
        found += certificates
        loosened.update(*(columns for _, columns in certificates))
    return found


def _certificates(system: _System, free: Iterable[int], effort: Effort) -> list[tuple[set[int], set[int]]] | None:
    """Infeasible combinations of rows, each as (rows, columns of which one must be freed); none when feasible.

    The elastic programme (least total violation) is solved; its dual names the rows, and the columns whose combined
    coefficient does not vanish are those whose intervals are too narrow. Connected parts are reported apart.
    """
    if effort.left <= 0:
        return None
    found = system.violations(free, effort)
    if found is None:
        return None
    violation, dual = found
    if max(violation, default=0.0) <= _FEASIBLE * max(1.0, max(system.half, default=1.0) * 1e-6):
        return []
    return _connected_certificates(system, [value if abs(value) > _NONZERO else 0.0 for value in dual], violation)


def _connected_certificates(
    system: _System, dual: Sequence[float], violation: Sequence[float]
) -> list[tuple[set[int], set[int]]]:
    combined = [0.0] * len(system.places)
    for number, terms in enumerate(system.terms):
        for column, coefficient in terms:
            combined[column] += coefficient * dual[number]
    found: list[tuple[set[int], set[int]]] = []
    seen: set[int] = set()
    for start, amount in enumerate(violation):
        if amount <= _FEASIBLE or start in seen:
            continue
        rows: set[int] = set()
        columns: set[int] = set()
        queue = [start]
        while queue:
            row = queue.pop()
            if row in rows:
                continue
            rows.add(row)
            for column, _ in system.terms[row]:
                if column not in columns:
                    columns.add(column)
                    queue.extend(other for other in system.rows_of[column] if dual[other] and other not in rows)
        seen |= rows
        wrong = {column for column in columns if abs(combined[column]) > 1e-6}
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
    floors: Sequence[int | None],
    zeros: frozenset[int],
    effort: Effort,
) -> Interval:
    """Least and largest value of a suspect that its neighbourhood allows, as a deviation from the printed value."""
    system = _System(_neighbourhood(place, rows, constraints, hops=3), constraints, halves)
    column = system.column[place]
    for are_zeros_exact in (True, False):
        low, high = [-half for half in system.half], list(system.half)
        for other, number in system.column.items():
            if other in freed:
                low[number], high[number] = -_INFINITE, _INFINITE
            elif are_zeros_exact and other in zeros:
                low[number] = high[number] = 0.0
        solver = _programme([0.0] * len(low), low, high, system.terms, (system.right, system.right))
        ends: list[int | None] = []
        for sign in (1.0, -1.0):
            solver.changeColCost(column, sign)
            status = effort.run(solver)
            if status == highspy.HighsModelStatus.kOptimal:
                ends.append(round(solver.getSolution().col_value[column] * system.scale))
            elif status in _UNBOUNDED:
                ends.append(None)
            else:
                break
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

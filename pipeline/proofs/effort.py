"""How much work the solver may do: counted in its own steps, so that a verdict never depends on how fast a machine is.

Belongs here: the budget and the one place where HiGHS is run. Does not belong here: what is asked of it (`intervals`).
"""

from __future__ import annotations

import highspy

PER_RUN = 20
"""Steps that a run counts for besides those of the simplex method."""
MOST_NODES = 300
"""Nodes of the search for the cheapest set; what it found by then is taken."""
LEAST = 200
"""Steps that a question may take at least, however little is left."""


class Effort:
    """Steps that are left. Parts of it are given out, and what they use is taken off the whole."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def part(self, of: int) -> Effort:
        """An equal share of what is left among so many; give it back by `settle`."""
        return Effort(self.left // of)

    def settle(self, part: Effort, of: int) -> None:
        """Take off what a share used."""
        self.left -= self.left // of - part.left

    def run(self, solver: highspy.Highs) -> highspy.HighsModelStatus:
        """Let HiGHS go on with its programme, at most as far as the steps reach."""
        solver.setOptionValue("simplex_iteration_limit", max(self.left, LEAST))
        solver.setOptionValue("mip_max_nodes", MOST_NODES)
        solver.run()
        self.left -= PER_RUN + max(solver.getInfo().simplex_iteration_count, 0)
        return solver.getModelStatus()

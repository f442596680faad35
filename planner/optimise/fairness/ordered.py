"""Leximin where whole things are given out: the sums of the k lowest levels, one after another.

Settling rests on convexity, and whole nodes or halls are not convex: two teams may each rise, but
not both. The sum of the k lowest levels is ``max over r of k r - sum over j of max(r - level[j],
0)``, which a mixed-integer program maximises as it stands; maximised for k = 1, 2, ... with the
sums before it held, it gives the leximin vector of any set.

References
----------
Ogryczak and Śliwiński, On direct methods for lexicographic min-max optimization (2006).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyomo.environ as pyo

from planner.optimise.engine import INF
from planner.optimise.fairness.maxmin import MaxMin
from planner.optimise.leximin import Settled

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.optimise.engine import Engine, Solution
    from planner.optimise.fairness.base import Claim, Pyo

SLACK: Final = 1e-9
GAP: Final = 1e-9
NODES: Final = 100_000


@dataclass(frozen=True)
class Ordered(MaxMin):
    """Leximin over claims by ordered sums."""

    def add(self, model: Pyo, use: Callable[[Claim, float], Pyo]) -> None:
        """Add ``lowest[k]``, and ``pivot[k]`` and ``under[k, claim]`` which make it."""
        super().add(model, use)
        keys = [claim.key for claim in self.claims]
        numbers = list(range(1, len(keys) + 1))
        model.lowest, model.pivot = pyo.Var(numbers), pyo.Var(numbers)
        model.under = pyo.Var([(k, *key) for k in numbers for key in keys],
                              domain=pyo.NonNegativeReals)  # fmt: skip
        model.lowest_is = pyo.Constraint(
            numbers,
            rule=lambda m, k: (
                m.lowest[k] - k * m.pivot[k] + sum(m.under[(k, *key)] for key in keys) == 0
            ),
        )
        model.under_is = pyo.Constraint(
            [(k, *key) for k in numbers for key in keys],
            rule=lambda m, k, *key: m.under[(k, *key)] - m.pivot[k] + m.level[key] >= 0,
        )

    def relax(self, engine: Engine) -> Solution:
        """Return the best point for the worst level, whole things whole."""
        engine.seek({engine.column("worst"): 1.0}, "max")
        return engine.solve_mip(gap=GAP, nodes=NODES)

    def settle(self, engine: Engine) -> list[Settled] | None:
        """Return each claim at its level, worst first."""
        found = None
        for k in range(1, len(self.claims) + 1):
            column = engine.column("lowest", str(k))
            engine.seek({column: 1.0}, "max")
            found = engine.solve_mip(gap=GAP, nodes=NODES)
            if found.values is None or found.objective is None:
                return None
            held = found.objective - SLACK * max(1.0, abs(found.objective))
            engine.bound(column, held, INF)
        if found is None or found.values is None:
            return []
        values = found.values
        levels = {c.name: float(values[engine.column("level", *c.key)]) for c in self.claims}
        ordered = sorted(levels, key=lambda name: (levels[name], name))
        return [Settled((name,), levels[name], values) for name in ordered]

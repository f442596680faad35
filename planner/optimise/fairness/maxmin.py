"""Max-min that goes on: leximin over levels ``use[k] / (weight[k] x base[k])``.

The worst level is raised as far as it goes, who cannot go higher is settled there, and the rest
goes on (`planner.optimise.leximin`). What the base is makes the known objectives of it: researchers
(compute per researcher), an equal split of the fleet (Gavel), all of the fleet (dominant
resources: a team of tasks with fixed demands has ``tasks / (tasks with all of the fleet)`` as its
dominant share).

Where the possible levels form a convex set, whom a level counts, teams or heads, changes nothing:
the leximin vector is the one in which nobody rises but at the cost of somebody lower, and that says
nothing of how many somebody is.

References
----------
Radunović and Le Boudec, A unified framework for max-min and min-max fairness (2007): leximin is
max-min fair on convex sets. Ghodsi et al., Dominant resource fairness (NSDI 2011). Narayanan et
al., Heterogeneity-aware cluster scheduling (Gavel, OSDI 2020), section 4.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyomo.environ as pyo

from planner.optimise.leximin import leximin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from planner.optimise.engine import Engine, Solution
    from planner.optimise.fairness.base import Claim, Pyo
    from planner.optimise.leximin import Settled


@dataclass(frozen=True)
class MaxMin:
    """Leximin over claims."""

    claims: tuple[Claim, ...]

    def level(self, claim: Claim, use: float) -> float:
        """Return use over base and weight."""
        return use / (claim.base * claim.weight)

    def add(self, model: Pyo, use: Callable[[Claim, float], Pyo]) -> None:
        """Add ``level_is[claim]`` and ``reach[claim]``: ``level[claim] >= worst``.

        A row of `reach` is dropped as its claim settles.
        """
        claims = {claim.key: claim for claim in self.claims}
        add_levels(model, claims, lambda c: self.level(c, 1.0), use)
        model.reach = pyo.Constraint(list(claims), rule=lambda m, *key: m.level[key] - m.worst >= 0)

    def relax(self, engine: Engine) -> Solution:
        """Return the best point for the worst level."""
        engine.seek({engine.column("worst"): 1.0}, "max")
        return engine.solve_lp()

    def settle(self, engine: Engine) -> list[Settled] | None:
        """Return claims by level, worst first."""
        return leximin(engine)

    def steps(
        self, settled: Sequence[Settled], level: Mapping[str, float]
    ) -> list[tuple[str, float]]:
        """Return one level for all claims that settled together."""
        return [
            (f" {n}: {', '.join(step.teams)}", min(level[team] for team in step.teams))
            for n, step in enumerate(settled, 1)
        ]

    def shown(self, value: float) -> float:
        """Return the worst level as it is."""
        return value

    def value(self, level: Mapping[str, float]) -> float:
        """Return the worst level; 0 where nobody is ranked."""
        return min((level[claim.name] for claim in self.claims), default=0.0)


def add_levels(
    model: Pyo, claims: Mapping[tuple[str, ...], Claim], rate: Callable[[Claim], float],
    use: Callable[[Claim, float], Pyo],
) -> None:  # fmt: skip
    """Add ``level[claim]``, ``worst``, and ``level_is[claim]``: ``level = rate x use``."""
    model.level = pyo.Var(list(claims), domain=pyo.NonNegativeReals)
    if "worst" not in model.component_map():
        model.worst = pyo.Var()

    def rule(m: Pyo, *key: str) -> Pyo:
        claim = claims[key]
        return m.level[key] - use(claim, rate(claim)) == 0

    model.level_is = pyo.Constraint(list(claims), rule=rule)

"""What teams get, as fair as the policy says: by default leximin of compute per researcher.

Over the horizon, ``level[w] = sum over t of weight[t] x H100e[w, t] / (team weight[w] x sum over t
of weight[t] x researchers[w, t])``, where weight[t] discounts compute and carries the terminal
value: a ratio of discounted sums. The worst level is raised as far as it goes, teams that cannot go
higher are settled there, and the rest goes on (`planner.optimise.leximin`). A team without
researchers stands outside the ranking and keeps its guarantee. Levels of single periods, other
bases, Nash and alpha-fair sums are in `planner.optimise.fairness`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.optimise.consumers import CLASSES
from planner.optimise.fairness import fairness_of, levels_of
from planner.optimise.objectives.base import Objective
from planner.optimise.tally import tally
from planner.optimise.variables import GPUS, linear

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.optimise.consumers import Consumer
    from planner.optimise.data import ModelData
    from planner.optimise.objectives.base import Pyo


def ranked(data: ModelData) -> list[Consumer]:
    """Return the teams in the ranking: those with researchers in some period."""
    return [c for c in data.consumers if c.is_team and heads(c, data) > 0]


def heads(team: Consumer, data: ModelData) -> float:
    """Return a team's discounted researcher-periods times its weight: the base of its level."""
    return float(np.dot(data.compute_weight, team.researchers)) * team.weight


def share_of_level(model: Pyo, team: Consumer, data: ModelData, label: str) -> Pyo:
    """Return what a team has a head and weight in one period, with its part in the horizon's sum.

    ``weight[t] x H100e[w, t] / (team weight[w] x researchers[w, t])``, so that summing it over
    periods values compute as the levels do.
    """
    t = data.labels.index(label)
    base = float(team.researchers[t]) * team.weight
    return linear([
        (float(data.compute_weight[t] * team.rate[j, c]) * GPUS / base,
         model.shares[team.name, sku, backup, label])
        for j, sku in enumerate(data.skus)
        for c, backup in enumerate(CLASSES)
        if (team.name, sku, backup, label) in model.shares
    ])  # fmt: skip


def expression(model: Pyo, _data: ModelData) -> Pyo:
    """Return the worst level, the first of the leximin order, or a mean worth."""
    return model.worst


def levels(plan: Plan, data: ModelData) -> dict[str, float]:
    """Return the level of every ranked team of a plan [H100e/researcher]."""
    given = tally(plan, data).compute(data)
    index = {c.name: w for w, c in enumerate(data.consumers)}
    return {
        team.name: float(np.dot(data.compute_weight, given[index[team.name]])) / heads(team, data)
        for team in ranked(data)
    }


def evaluate(plan: Plan, data: ModelData) -> float:
    """Return the worst level or mean level of a plan; 0 where no team is ranked."""
    fair = fairness_of(data)
    given = tally(plan, data).compute(data)
    return fair.value(levels_of(given, data)) if fair.claims else 0.0


OBJECTIVE = Objective(
    "compute_per_researcher", "H100e/researcher", "max", "worst", expression, evaluate
)

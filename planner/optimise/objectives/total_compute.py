"""``sum over teams w and periods t of weight[t] x H100e[w, t]``: discounted compute of all teams.

Products are not counted: beyond their floors more compute serves no one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.optimise.consumers import CLASSES
from planner.optimise.objectives.base import Objective
from planner.optimise.tally import tally
from planner.optimise.variables import GPUS, linear

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.optimise.data import ModelData
    from planner.optimise.objectives.base import Pyo


def expression(model: Pyo, data: ModelData) -> Pyo:
    """Return total compute [thousand H100e-years]."""
    weight = data.compute_weight
    return linear([
        (float(weight[t] * team.rate[j, c]), model.shares[team.name, sku, backup, label])
        for team in data.consumers
        if team.is_team
        for j, sku in enumerate(data.skus)
        for c, backup in enumerate(CLASSES)
        for t, label in enumerate(data.labels)
        if (team.name, sku, backup, label) in model.shares
    ])  # fmt: skip


def evaluate(plan: Plan, data: ModelData) -> float:
    """Return total compute of a plan [thousand H100e-years]."""
    given = tally(plan, data).compute(data)
    teams = np.array([c.is_team for c in data.consumers], dtype=float)
    return float(teams @ given @ data.compute_weight) / GPUS


OBJECTIVE = Objective("total_compute", "kH100e-year", "max", "total", expression, evaluate)

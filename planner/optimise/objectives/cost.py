"""``sum over t of discount[t] x spend[t]``: all that is paid, discounted, nominal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.optimise.constraints.cash import spend, spend_terms
from planner.optimise.objectives.base import Objective
from planner.optimise.variables import MUSD, linear

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.optimise.data import ModelData
    from planner.optimise.objectives.base import Pyo


def expression(model: Pyo, data: ModelData) -> Pyo:
    """Return discounted spend [BUSD]."""
    total: dict[int, tuple[float, Pyo]] = {}
    for t in range(data.n_periods):
        for coefficient, variable in spend_terms(model, data, t):
            before = total.get(id(variable), (0.0, variable))[0]
            total[id(variable)] = (before + coefficient * float(data.money_weight[t]), variable)
    return linear(list(total.values()))


def evaluate(plan: Plan, data: ModelData) -> float:
    """Return the discounted spend of a plan [BUSD]."""
    return float(np.dot(spend(plan, data).sum(axis=0), data.money_weight)) / MUSD


OBJECTIVE = Objective("cost", "BUSD", "min", "spend", expression, evaluate)

"""Whether a capacity is waited for, and how much of it is missing; only for ``time_to``.

With MW[t] the mean IT MW in service of the site (of all) in period t:

- ``lacking_is``: lacking[t] >= 1 - MW[t] / it_power
- ``waiting_is``: waiting[t] >= lacking[t], ``waiting`` being 0 or 1

They only measure what the objective seeks: no plan breaks them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyomo.environ as pyo

from planner.optimise.constraints.base import Constraint, structural
from planner.optimise.variables import GPUS, linear

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.optimise.constraints.base import Pyo
    from planner.optimise.data import ModelData

NUMERIC = 1e-6
"""Share of the capacity that the solver's tolerance may miss."""


def add(model: Pyo, data: ModelData) -> None:
    """Add ``lacking_is[period]`` and ``waiting_is[period]`` with their variables, where sought."""
    policy = data.portfolio.spec.policy
    goal, labels = policy.time_to, list(data.labels)
    if "time_to" not in policy.objectives or goal is None or goal.it_power.likely <= 0:
        model.lacking_is, model.waiting_is = pyo.Constraint([]), pyo.Constraint([])
        return
    model.late = pyo.Var()
    model.lacking = pyo.Var(labels, domain=pyo.NonNegativeReals)
    model.waiting = pyo.Var(labels, domain=pyo.Binary)
    here = [p for p, pool in enumerate(data.pools) if goal.site in (None, pool.site)]
    wanted = goal.it_power.likely

    def lacking(m: Pyo, label: str) -> Pyo:
        t = labels.index(label)
        stood = sum(float(data.gpu_mw @ data.deliveries.stood_gpus[:, p, t]) for p in here)
        terms = [
            (float(data.gpu_mw[j]) * GPUS / wanted, m.placed[sku, data.pools[p].name, label])
            for p in here
            for j, sku in enumerate(data.skus)
            if (sku, data.pools[p].name, label) in m.placed
        ]
        return linear([(1.0, m.lacking[label]), *terms]) >= 1.0 - stood / wanted

    def waiting(m: Pyo, label: str) -> Pyo:
        return linear([(1.0, m.waiting[label]), (-1.0, m.lacking[label])]) >= -NUMERIC

    model.lacking_is = pyo.Constraint(labels, rule=lacking)
    model.waiting_is = pyo.Constraint(labels, rule=waiting)


def violations(_plan: Plan, _data: ModelData) -> list[str]:
    """Name nothing: a capacity that is late is no broken rule."""
    return []


CONSTRAINT = Constraint("lateness", ("lacking_is", "waiting_is"), add, violations, structural)

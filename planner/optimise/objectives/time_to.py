"""How long a capacity is waited for: ``sum over t of days[t] x (waiting[t] + TIE x lacking[t])``.

``lacking[t]`` is the share of the capacity (`policy.time_to`) that is not in service, as a mean of
period t, and ``waiting[t]`` is 1 as long as any of it is. So what counts is the period from which
all of it serves, and of plans with the same one, a little, how much is there before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.optimise.objectives.base import Objective
from planner.optimise.tally import tally
from planner.optimise.variables import linear

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.domain.plan import Plan
    from planner.optimise.data import ModelData
    from planner.optimise.objectives.base import Pyo

TIE = 0.01
"""Weight of what is missing against whether any is."""
REACHED = 0.005
"""Share of the capacity that a plan may miss: whole racks seldom make it to the megawatt."""


def expression(model: Pyo, data: ModelData) -> Pyo:
    """Return the days waited."""
    days = data.timeline.days
    return linear(
        [(float(days[t]), model.waiting[label]) for t, label in enumerate(data.labels)]
        + [(TIE * float(days[t]), model.lacking[label]) for t, label in enumerate(data.labels)]
    )


def lacking(plan: Plan, data: ModelData) -> FloatArray:
    """Return the share of the capacity that a plan has not in service, shape (T,)."""
    goal = data.portfolio.spec.policy.time_to
    if goal is None or goal.it_power.likely <= 0:
        return np.zeros(data.n_periods)
    here = [p for p, pool in enumerate(data.pools) if goal.site in (None, pool.site)]
    in_place = tally(plan, data).in_place[:, here, : data.n_periods].sum(axis=1)
    lack: FloatArray = np.maximum(1.0 - data.gpu_mw @ in_place / goal.it_power.likely, 0.0)
    return lack


def evaluate(plan: Plan, data: ModelData) -> float:
    """Return the days that a plan waits for the capacity; 0 where none is asked for."""
    lack = lacking(plan, data)
    return float(data.timeline.days @ ((lack > REACHED) + TIE * lack))


OBJECTIVE = Objective("time_to", "day", "min", "late", expression, evaluate)

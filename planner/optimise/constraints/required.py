"""Required capacity is in service by its date.

``sum over pools of the site of gpu_mw[j] x (placed[j, p, k] + stood) >= it_mw`` at the instant k
of each required date.

Capacity is IT MW of GPUs in service, at the portfolio's confidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyomo.environ as pyo

from planner.optimise.constraints.base import TOLERANCE, Constraint, Statement
from planner.optimise.constraints.gives_way import lost
from planner.optimise.tally import tally
from planner.optimise.variables import GPUS, at_least

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.optimise.constraints.base import Index, Pyo
    from planner.optimise.data import ModelData


def _pools(data: ModelData, rule: int) -> list[int]:
    site = data.required[rule].site
    return [p for p, pool in enumerate(data.pools) if site is None or pool.site == site]


def add(model: Pyo, data: ModelData) -> None:
    """Add ``required[name]``."""
    names = [r.name for r in data.required]

    def rule(m: Pyo, name: str) -> Pyo:
        i = names.index(name)
        k = data.n_periods + i
        terms, stood = [], 0.0
        for p in _pools(data, i):
            stood += float(data.gpu_mw @ data.deliveries.stood_gpus[:, p, k])
            pool = data.pools[p].name
            terms += [
                (data.gpu_mw[j] * GPUS, m.placed[sku, pool, data.times[k]])
                for j, sku in enumerate(data.skus)
                if (sku, pool, data.times[k]) in m.placed
            ]
        soft = (name, data.times[k])
        terms += [(1.0, m.yielded[soft])] if soft in m.yielded else []
        return at_least([*terms, (1.0, m.missing[name])], data.required[i].it_mw - stood)

    model.required = pyo.Constraint(names, rule=rule)


def violations(plan: Plan, data: ModelData) -> list[str]:
    """Name required dates at which less is in service."""
    in_place, found = tally(plan, data).in_place, []
    for i, rule in enumerate(data.required):
        here = in_place[:, _pools(data, i), data.n_periods + i].sum(axis=1)
        mw = float(np.dot(data.gpu_mw, here))
        if mw + lost(plan, "required", rule.name) < rule.it_mw * (1 - TOLERANCE):
            said = f"{rule.name} wants {rule.it_mw:g} MW by {rule.by}"
            found.append(f"required: {said}, {mw:.1f} are in service")
    return found


def statement(data: ModelData, _component: str, index: Index) -> Statement:
    """Return the required date."""
    rule = data.portfolio.spec.policy.dates[index[0]]
    at = "cost_for" if index[0] == "cost_for" else f"required.{index[0]}"
    text = f"{rule.it_power} at {rule.site or 'all sites'} required by {rule.by}"
    return Statement(text, data.portfolio.where(f"portfolio.policy.{at}"), "MW")


CONSTRAINT = Constraint("required", ("required",), add, violations, statement)

"""Compute dearer than the policy's price is not bought, unless a floor, guarantee or date needs it.

``max_price``: sum of orders[j, p, t] whose price of compute is above the policy's <= dearly.

``dearly`` is 0; where no plan keeps the hard rules so, it is raised to the least that does.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import numpy as np
import pyomo.environ as pyo

from planner.optimise.constraints.base import Constraint, structural
from planner.optimise.prices import order_prices
from planner.optimise.tally import halls_of
from planner.optimise.variables import at_most

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.optimise.constraints.base import Pyo
    from planner.optimise.data import ModelData

SLACK = 1.1
"""What is bought dearly over what is needed: whole racks, and dates inside a period."""


def dear(data: ModelData) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Return which orders are dearer than the policy allows, shape (J, P, T)."""
    most = data.portfolio.spec.policy.max_price
    if most is None:
        return np.zeros((len(data.skus), len(data.pools), data.n_periods), dtype=np.bool_)
    found: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = order_prices(data) > most.likely
    return found


def add(model: Pyo, data: ModelData) -> None:
    """Add ``max_price[all]``, where the policy has a price."""
    chosen = dear(data)
    terms = [
        (1.0, model.orders[data.skus[j], data.pools[p].name, data.labels[t]])
        for j, p, t in zip(*np.nonzero(chosen), strict=True)
        if (data.skus[j], data.pools[p].name, data.labels[t]) in model.orders
    ]
    model.max_price = pyo.Constraint(
        ["all"] if terms else [],
        rule=lambda m, _: at_most(m, [*terms, (-1.0, m.dearly)], 0.0),
    )


def violations(plan: Plan, data: ModelData) -> list[str]:
    """Name a plan that buys more dear compute than floors, guarantees and dates ask for at all."""
    compute, mw, lives = _dear_capacity(plan, data)
    needs = sum((c.need for c in data.consumers), np.zeros(data.n_periods))
    asked_mw = max((r.it_mw for r in data.required), default=0.0)
    for_dates = asked_mw * compute / mw if mw > 0 else 0.0
    if compute <= SLACK * lives * (float(needs.max(initial=0.0)) + for_dates):
        return []
    most = data.portfolio.spec.policy.max_price
    return [
        f"max_price: {compute:.0f} H100e are bought at more than {most}, and nothing needs them"
    ]


def _dear_capacity(plan: Plan, data: ModelData) -> tuple[float, float, int]:
    """Return H100e and IT MW of a plan's dear lots, and how often the horizon outlives them."""
    chosen, pools = dear(data), halls_of(plan, data)
    best = np.max([c.rate for c in data.consumers], axis=0)
    bought = {p.name: p for p in plan.purchases}
    compute, mw, lives = 0.0, 0.0, 1
    for lot in plan.lots:
        is_known = lot.purchase in bought and lot.sku in data.skus and lot.hall in pools
        if lot.is_under_way or not is_known:
            continue
        j, p = data.skus.index(lot.sku), pools[lot.hall]
        t = data.timeline.period_of(data.timeline.day(bought[lot.purchase].order))
        if not 0 <= t < data.n_periods or not chosen[j, p, t]:
            continue
        compute += lot.gpus * float(data.deliveries.usable[j] * best[j, data.class_of(p)])
        mw += lot.gpus * data.mw(j)
        lives = max(lives, ceil(data.timeline.end_day[-1] / data.deliveries.life_day[j]))
    return compute, mw, lives


CONSTRAINT = Constraint("max_price", ("max_price",), add, violations, structural)

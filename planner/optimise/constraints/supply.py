"""Makers deliver no more than they can.

``sum over pools of orders[j, p, t] + sum over sites of cancelled[j, s, t] <= supply[j, t]`` for
all SKUs j and periods t.

What makers can deliver limits what all sites together order, what is cancelled later among it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyomo.environ as pyo

from planner.optimise.constraints.base import Constraint, Statement, exceeds
from planner.optimise.tally import tally
from planner.optimise.variables import GPUS, at_most

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.optimise.constraints.base import Index, Pyo
    from planner.optimise.data import ModelData


def add(model: Pyo, data: ModelData) -> None:
    """Add ``supply[sku, period]``."""

    def rule(m: Pyo, sku: str, label: str) -> Pyo:
        terms = [
            (1.0, m.orders[sku, pool.name, label])
            for pool in data.pools
            if (sku, pool.name, label) in m.orders
        ]
        terms += [(1.0, m.cancelled[i]) for i in m.cancelled if (i[0], i[2]) == (sku, label)]
        limit = data.deliveries.supply[data.skus.index(sku), data.labels.index(label)]
        return at_most(m, terms, float(limit) / GPUS)

    model.supply = pyo.Constraint(list(data.skus), list(data.labels), rule=rule)


def violations(plan: Plan, data: ModelData) -> list[str]:
    """Name SKUs of which more is ordered in a period than there is."""
    orders, supply = tally(plan, data).orders, data.deliveries.supply
    return [
        f"supply: {orders[j, t]:.0f} {sku} ordered in {label}, {supply[j, t]:.0f} to be had"
        for j, sku in enumerate(data.skus)
        for t, label in enumerate(data.labels)
        if exceeds(orders[j, t], supply[j, t])
    ]


def statement(data: ModelData, _component: str, index: Index) -> Statement:
    """Return the supply of the SKU."""
    where = data.portfolio.where(f"catalog.accelerators.{index[0]}.supply")
    return Statement(f"supply of {index[0]} is limited", where, "gpu", GPUS)


CONSTRAINT = Constraint("supply", ("supply",), add, violations, statement)

"""Racks come no faster than the docks of a site take them.

``docks``: for all SKUs j with a rate, sites s and periods t: sum over pools of s and orders that
dock in t of orders[j, p, u], and over ways that bring moved GPUs to s in t of left <=
racks_per_day[j] x GPUs a rack x days[t].

GPUs of one order dock together, so an order is limited by the period in which it docks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyomo.environ as pyo

from planner.optimise.constraints.base import Constraint, Statement, exceeds
from planner.optimise.variables import GPUS, at_most

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.domain.plan import Plan
    from planner.optimise.constraints.base import Index, Pyo
    from planner.optimise.data import ModelData


def rates(data: ModelData) -> dict[str, float]:
    """Return the GPUs a day that a site can take, of SKUs that have a limit."""
    catalog = data.portfolio.catalog.accelerators
    return {
        sku: float(catalog[sku].racks_per_day or 0) * catalog[sku].gpus_per_rack
        for sku in data.skus
        if catalog[sku].racks_per_day is not None
    }


def docked_in(data: ModelData, sku: int, order: int) -> int:
    """Return the period in which an order of a period docks; T after the last."""
    return data.timeline.period_of(float(data.deliveries.dock_day[sku, order]))


def coming(data: ModelData, sku: str, site: str, period: int) -> int:
    """Return GPUs on order that dock at a site in a period."""
    return sum(
        bought.gpus
        for bought in data.there.purchases
        if (bought.sku, bought.site) == (sku, site)
        and data.timeline.period_of(data.timeline.day(bought.dock)) == period
    )


def dock_room(data: ModelData, site: str, site_orders: FloatArray) -> FloatArray:
    """Return what each order of a site could be larger by, shape (J, T) [gpu].

    Parameters
    ----------
    site_orders
        GPUs that the site orders, shape (J, T).
    """
    free = np.full((len(data.skus), data.n_periods), np.inf)
    for sku, rate in rates(data).items():
        j = data.skus.index(sku)
        at = [docked_in(data, j, t) for t in range(data.n_periods)]
        for t, docked in enumerate(at):
            if docked < data.n_periods:
                alike = [u for u, other in enumerate(at) if other == docked]
                taken = float(site_orders[j, alike].sum()) + coming(data, sku, site, docked)
                free[j, t] = max(0.0, rate * float(data.timeline.days[docked]) - taken)
                free[j, t] /= len(alike)
    return free


def add(model: Pyo, data: ModelData) -> None:
    """Add ``docks[sku, site, period]``."""
    by_sku = rates(data)

    def rule(m: Pyo, sku: str, site: str, label: str) -> Pyo:
        j, docked = data.skus.index(sku), data.labels.index(label)
        terms = [
            (1.0, m.orders[sku, pool.name, at])
            for pool in data.pools
            if pool.site == site
            for t, at in enumerate(data.labels)
            if (sku, pool.name, at) in m.orders and docked_in(data, j, t) == docked
        ]
        terms += [
            (1.0, m.left[index])
            for p, pool in enumerate(data.pools)
            if pool.site == site
            for index in data.leaving.into(j, p)
            if data.timeline.period_of(data.leaving.ways[index].dock_day) == docked
        ]
        most = by_sku[sku] * float(data.timeline.days[docked]) - coming(data, sku, site, docked)
        return at_most(m, terms, max(most, 0.0) / GPUS)

    model.docks = pyo.Constraint(
        list(by_sku), list(data.portfolio.sites), list(data.labels), rule=rule
    )


def violations(plan: Plan, data: ModelData) -> list[str]:
    """Name sites at which more GPUs dock in a period than their docks take."""
    by_sku, found = rates(data), []
    docked: dict[tuple[str, str, int], int] = {}
    kept = [purchase for purchase in plan.purchases if purchase.cancelled is None]
    rows = [(p.sku, p.site, p.dock, p.gpus) for p in kept]
    rows += [(m.sku, m.site, m.dock, m.gpus) for m in plan.moves]
    for sku, site, dock, gpus in rows:
        t = data.timeline.period_of(data.timeline.day(dock))
        if sku in by_sku and 0 <= t < data.n_periods:
            docked[sku, site, t] = docked.get((sku, site, t), 0) + gpus
    for (sku, site, t), gpus in sorted(docked.items()):
        most = max(by_sku[sku] * float(data.timeline.days[t]), coming(data, sku, site, t))
        if exceeds(gpus, most):
            found.append(f"docks: {gpus} {sku} dock at {site} in {data.labels[t]}, its docks take "
                         f"{most:.0f}")  # fmt: skip
    return found


def statement(data: ModelData, _component: str, index: Index) -> Statement:
    """Return the rate of the docks."""
    rate = data.portfolio.catalog.accelerators[index[0]].racks_per_day
    where = data.portfolio.where(f"catalog.accelerators.{index[0]}.racks_per_day")
    return Statement(f"docks take {rate} racks of {index[0]} a day", where, "gpu", GPUS)


CONSTRAINT = Constraint("docks", ("docks",), add, violations, statement)

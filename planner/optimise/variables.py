"""The decisions, with stable names; only those that can be anything but zero exist.

Units are chosen so that coefficients and values lie near one: thousands of GPUs, MW of flow,
billions of USD.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyomo.environ as pyo
from pyomo.core.expr.numeric_expr import LinearExpression

from planner.optimise.consumers import CLASSES
from planner.optimise.fabric import berths, trained_indices
from planner.optimise.gear import limited
from planner.optimise.wishes import orders, total, wishes

if TYPE_CHECKING:
    from planner.optimise.data import ModelData

Pyo = Any
"""A Pyomo object; Pyomo ships no types, and none of its objects crosses a door of the room."""

GPUS = 1000.0
"""GPUs in one unit of `orders`, `placed` and `shares`."""
LONG_DELIVERIES = 200_000
"""Places and times of GPUs, times periods of orders, beyond which `served` stands for sums."""
LONG_STARTS = 20_000
"""Options times periods beyond which `offered` stands for sums; simplex likes fewer rows."""
MUSD = 1000.0
"""MUSD in one unit of `cash`."""


def add_variables(model: Pyo, data: ModelData) -> None:
    """Add all decisions to the model.

    ``starts[candidate, period]`` halls; ``orders[sku, pool, period]`` and
    ``placed[sku, pool, time]`` thousands of GPUs; ``flow[tranche, zone, time]`` MW of peak facility
    power; ``left[batch, to, period]`` thousands of GPUs that leave before their time;
    in large models, ``served[sku, pool, time]`` thousands of GPUs that have come and
    ``offered[pool, time]`` MW of started halls, where sums would be long;
    ``shares[consumer, sku, class, period]`` thousands of GPUs; ``cash[period]`` billions of USD at
    its end, and ``debt[period]`` owed then; ``dearly`` thousands of GPUs above the policy's
    price, fixed at 0; ``commitments[name]`` fixed at 1; ``short``, ``missing`` and ``overdrawn``
    fixed at 0.
    """
    names = [data.option_name(o) for o in range(len(data.options))]
    model.starts = pyo.Var(names, domain=pyo.NonNegativeIntegers)
    model.orders = pyo.Var(order_indices(data), domain=pyo.NonNegativeReals)
    model.placed = pyo.Var(placed_indices(data), domain=pyo.NonNegativeReals)
    placed = list(model.placed) if len(model.placed) * data.n_periods > LONG_DELIVERIES else []
    model.served = pyo.Var(placed)
    model.offered = pyo.Var(offered_indices(data))
    model.left = pyo.Var(list(data.leaving.ways), domain=pyo.NonNegativeReals)
    model.flow = pyo.Var(flow_indices(data), domain=pyo.NonNegativeReals)
    model.shares = pyo.Var(share_indices(data), domain=pyo.NonNegativeReals)
    model.cash = pyo.Var(list(data.labels), domain=pyo.Reals)
    model.commitments = pyo.Var([c.name for c in data.money.commitments], bounds=(1, 1))
    _add_contracts(model, data)
    may_borrow = data.portfolio.spec.finance.debt
    model.debt = pyo.Var(list(data.labels) if may_borrow else [], domain=pyo.NonNegativeReals)
    model.dearly = pyo.Var(bounds=(0, 0))
    model.gear = pyo.Var(list(data.portfolio.sites), list(limited(data.portfolio)),
                         list(data.labels), domain=pyo.NonNegativeReals)  # fmt: skip
    model.stocked = pyo.Var(stocked_indices(data), domain=pyo.NonNegativeReals)
    model.nothing = pyo.Var(bounds=(0, 0))
    # What hard rules would lack; zero, but for the search of the least repair or relaxation.
    model.short = pyo.Var(need_indices(data), bounds=(0, 0))
    model.missing = pyo.Var([r.name for r in data.required], bounds=(0, 0))
    model.overdrawn = pyo.Var(list(data.labels), bounds=(0, 0))
    model.trained = pyo.Var(trained_indices(data), domain=pyo.NonNegativeReals)
    model.holds = pyo.Var(berths(data), domain=pyo.Binary)
    # What soft wishes give up; zero, but for those that must (`wishes`).
    soft = wishes(data)
    model.yielded = pyo.Var([wish.name for wish in soft], bounds=(0, 0))
    model.given_up = pyo.Var([total(n) for n in orders(soft)], domain=pyo.NonNegativeReals)


def _add_contracts(model: Pyo, data: ModelData) -> None:
    """Add power contracts and accounts of energy.

    ``reserved[tranche]`` and ``exits[tranche, period]`` are whole; ``used`` and ``burnt[tranche,
    zone, period]`` mean facility MW drawn, and ``unused[tranche, period]`` MW of minimum take that
    is not; ``idle[zone, period]`` MW of GPUs that have come and are not placed;
    ``over_carbon[year]`` kilotonnes above the cap, fixed at 0.
    """
    feed, money, labels = data.feed, data.money.contracts, data.labels
    optional = {feed.tranches[i].full_name: i for i in feed.optional()}
    left = [(name, labels[t]) for name, i in optional.items() for t in money.exits(i)]
    model.reserved = pyo.Var(list(optional), domain=pyo.Binary)
    held = {r.name for r in data.there.reservations}
    for name, i in optional.items():
        if not feed.tranches[i].can_reserve:
            model.reserved[name].setub(0)
        if name in held:
            model.reserved[name].setlb(1)
    model.exits = pyo.Var(left, domain=pyo.Binary)
    take = [
        (tranche.full_name, label)
        for i, tranche in enumerate(feed.tranches)
        for t, label in enumerate(labels)
        if money.take_mw[i, t] > 0
    ]
    zones = {tranche.full_name: tranche.zones for tranche in feed.tranches}
    drawn = [(name, zone, label) for name, label in take for zone in zones[name]]
    model.unused = pyo.Var(take, domain=pyo.NonNegativeReals)
    model.used = pyo.Var(drawn, domain=pyo.NonNegativeReals)
    has_cap = data.portfolio.spec.policy.carbon_cap is not None
    burnt = [index for index in model.flow if index[2] in labels] if has_cap else []
    model.burnt = pyo.Var(burnt, domain=pyo.NonNegativeReals)
    model.idle = pyo.Var(list(feed.zones) if has_cap else [], list(labels),
                         domain=pyo.NonNegativeReals)  # fmt: skip
    named = dict.fromkeys(years(data)) if has_cap else {}
    model.over_carbon = pyo.Var(list(named), bounds=(0, 0))


def stocked_indices(data: ModelData) -> list[tuple[str, str, str]]:
    """Return who can take equipment from stock: candidate, period, first class of a bundle."""
    return [
        (*data.option_name(o), item)
        for o, items in enumerate(data.money.equipment)
        for site, item in data.money.bundles
        if site == data.options[o].candidate.site and item in items
    ]


def years(data: ModelData) -> list[str]:
    """Return the calendar year of each period."""
    return [str(period.start.year) for period in data.portfolio.periods]


def order_indices(data: ModelData) -> list[tuple[str, str, str]]:
    """Return the orders that can serve: SKU, pool, period."""
    return [
        (sku, pool.name, label)
        for j, sku in enumerate(data.skus)
        for p, pool in enumerate(data.pools)
        for t, label in enumerate(data.labels)
        if data.deliveries.may_order(j, p, t)
    ]


def placed_indices(data: ModelData) -> list[tuple[str, str, str]]:
    """Return where and when GPUs can stand that are ordered or may leave: SKU, pool, time."""
    made = []
    for j, sku in enumerate(data.skus):
        for p, pool in enumerate(data.pools):
            ordered = [t for t in range(data.n_periods) if data.deliveries.may_order(j, p, t)]
            there = [data.deliveries.present[j, p, t] for t in ordered]
            there += [data.leaving.ways[i].come for i in data.leaving.into(j, p)]
            if data.deliveries.loose[j]:
                there.append(data.deliveries.loose_gpus[j, p])
            if there:
                present = np.max(there, axis=0)
                made += [(sku, pool.name, k) for i, k in enumerate(data.times) if present[i] > 0]
    return made


def offered_indices(data: ModelData) -> list[tuple[str, str]]:
    """Return where and when started halls can serve: pool, time; none in smaller models."""
    if len(data.options) * data.n_periods <= LONG_STARTS:
        return []
    return [
        (pool.name, time)
        for p, pool in enumerate(data.pools)
        for k, time in enumerate(data.times)
        if data.option_mw[data.options_of_pool(p), k].any()
    ]


def flow_indices(data: ModelData) -> list[tuple[str, str, str]]:
    """Return who can feed whom: tranche, zone, time."""
    return [
        (tranche.full_name, zone, time)
        for i, tranche in enumerate(data.feed.tranches)
        for zone in tranche.zones
        for k, time in enumerate(data.times)
        if data.feed.firm_mw[i, k] > 0
    ]


def share_indices(data: ModelData) -> list[tuple[str, str, str, str]]:
    """Return who can compute on what: consumer, SKU, hall class, period."""
    return [
        (consumer.name, sku, backup, label)
        for consumer in data.consumers
        for j, sku in enumerate(data.skus)
        for c, backup in enumerate(CLASSES)
        if consumer.rate[j, c] > 0
        for t, label in enumerate(data.labels)
        if consumer.is_active(t)
    ]


def need_indices(data: ModelData) -> list[tuple[str, str]]:
    """Return whose floor or guarantee holds when: consumer, period."""
    return [
        (consumer.name, label)
        for consumer in data.consumers
        for t, label in enumerate(data.labels)
        if consumer.need[t] > 0
    ]


def linear(terms: list[tuple[float, Pyo]], constant: float = 0.0) -> Pyo:
    """Return sum of coefficient x variable + constant, the fastest form Pyomo takes."""
    kept = [(c, v) for c, v in terms if c != 0.0]
    return LinearExpression(
        constant=constant, linear_coefs=[c for c, _ in kept], linear_vars=[v for _, v in kept]
    )


def at_most(model: Pyo, terms: list[tuple[float, Pyo]], limit: float) -> Pyo:
    """Return the rule ``sum <= limit``; left out where no decision enters it and it holds."""
    if any(c for c, _ in terms):
        return linear(terms) <= limit
    return pyo.Constraint.Skip if limit >= 0 else linear([(1.0, model.nothing)]) <= limit


def at_least(terms: list[tuple[float, Pyo]], limit: float) -> Pyo:
    """Return the rule ``sum >= limit``; a term always enters it."""
    return linear(terms) >= limit

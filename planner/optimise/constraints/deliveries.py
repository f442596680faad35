"""GPUs serve once delivered, and stay where they are.

For all SKUs j, pools p and times k, with present[j, p, t, k] the share of k that GPUs ordered in
period t serve there, from dock and rack tail to the end of their service life:

- ``delivered``: placed[j, p, k] <= sum over t of present[j, p, t, k] x orders[j, p, t]
- ``stays``: placed[j, p, k] >= placed[j, p, k-1] - sum over t of what retires x orders[j, p, t]
- ``waits``: placed[j, p, k] >= sum of present[j, p, t, k] x orders[j, p, t] over the t whose GPUs
  could serve before the period ahead of k

GPUs that may leave before their time (`leaving`) are decided on with them: what stands of them is
there as if delivered, those that left are not, those that were moved are where they came to, and
neither waits: in ``waits`` they are counted as what could serve long ago.

In large models that sum is a variable ``served[j, p, k]``, and ``served_is`` says what it adds to
served[j, p, k-1]: a term an order, where sums take one an order and time. Smaller ones do without:
simplex goes better with fewer rows.

GPUs serve after they are delivered and installed, and stay where they are until they retire:
nothing teleports. They wait for a hall or for power through the period after at most, so that
nobody buys for a warehouse. In a scenario ``waits_after`` says the same of orders from the reveal
on: where those from before stand, they wait as they must, and ``waits`` is free. Orders that are
pinned, by a person or by a bet whose dates have moved since, wait up to half a year more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyomo.environ as pyo

from planner.optimise.constraints.base import Constraint, exceeds, structural
from planner.optimise.constraints.leaving import terms_at
from planner.optimise.constraints.pins import pinned_orders
from planner.optimise.tally import halls_of
from planner.optimise.variables import GPUS, at_least, at_most, linear

if TYPE_CHECKING:
    from planner.domain.plan import Lot, Move, Plan, Purchase
    from planner.optimise.constraints.base import Pyo
    from planner.optimise.data import ModelData
    from planner.optimise.halls import Pool

PATIENCE_DAY: Final = 182.625
"""How much longer than others orders wait that are pinned."""


def add(model: Pyo, data: ModelData) -> None:
    """Add ``served_is``, ``delivered`` and ``waits[sku, pool, time]``, and ``stays``."""
    sku_of = {sku: j for j, sku in enumerate(data.skus)}
    pool_of = {pool.name: p for p, pool in enumerate(data.pools)}
    time_of = {time: k for k, time in enumerate(data.times)}

    def orders(m: Pyo, sku: str, pool: str, weight: np.ndarray) -> list[tuple[float, Pyo]]:
        return [
            (float(weight[t]), m.orders[sku, pool, data.labels[t]])
            for t in np.flatnonzero(weight)
            if (sku, pool, data.labels[t]) in m.orders
        ]

    def served_is(m: Pyo, sku: str, pool: str, time: str) -> Pyo:
        k, present = time_of[time], data.deliveries.present[sku_of[sku], pool_of[pool]]
        terms, come = [(1.0, m.served[sku, pool, time])], present[:, k]
        if 1 <= k < data.n_periods and (sku, pool, data.times[k - 1]) in m.served:
            terms.append((-1.0, m.served[sku, pool, data.times[k - 1]]))
            come = come - present[:, k - 1]
        return linear([*terms, *orders(m, sku, pool, -come)]) == 0.0

    def come(m: Pyo, sku: str, pool: str, time: str) -> list[tuple[float, Pyo]]:
        if is_chained:
            return [(-1.0, m.served[sku, pool, time])]
        present = data.deliveries.present[sku_of[sku], pool_of[pool], :, time_of[time]]
        return orders(m, sku, pool, -present)

    def loose(sku: str, pool: str, k: int) -> float:
        return float(data.deliveries.loose_gpus[sku_of[sku], pool_of[pool], k]) / GPUS

    def left(m: Pyo, sku: str, pool: str, k: int, sign: float) -> list[tuple[float, Pyo]]:
        return terms_at(m, data, sku_of[sku], pool_of[pool], k, sign)

    def delivered(m: Pyo, sku: str, pool: str, time: str) -> Pyo:
        k = time_of[time]
        terms = [(1.0, m.placed[sku, pool, time]), *come(m, sku, pool, time)]
        return at_most(m, [*terms, *left(m, sku, pool, k, -1.0)], loose(sku, pool, k))

    def stays(m: Pyo, sku: str, pool: str, time: str) -> Pyo:
        k = time_of[time]
        if not 1 <= k < data.n_periods or (sku, pool, data.times[k - 1]) not in m.placed:
            return pyo.Constraint.Skip
        present = data.deliveries.present[sku_of[sku], pool_of[pool]]
        retired = np.maximum(present[:, k - 1] - present[:, k], 0.0)
        terms = [(1.0, m.placed[sku, pool, time]), (-1.0, m.placed[sku, pool, data.times[k - 1]])]
        terms += [*left(m, sku, pool, k, -1.0), *left(m, sku, pool, k - 1, 1.0)]
        gone = max(loose(sku, pool, k - 1) - loose(sku, pool, k), 0.0)
        return at_least([*terms, *orders(m, sku, pool, retired)], -gone)

    def waits(m: Pyo, sku: str, pool: str, time: str, since: int = 0) -> Pyo:
        k, j, p = time_of[time], sku_of[sku], pool_of[pool]
        if not (1 <= k < data.n_periods or (k == 0 and data.deliveries.loose[j])):
            return pyo.Constraint.Skip
        begin = data.deliveries.dock_day[j] + data.pools[p].rack_tail_day
        is_early = np.arange(data.n_periods) >= since
        is_pinned = pinned_orders(data, sku, data.pools[p].site)
        begin = begin + np.where(is_pinned, PATIENCE_DAY, 0.0)
        is_early &= begin <= (data.timeline.start_day[k - 1] if k else -np.inf)
        there, moved = loose(sku, pool, k), terms_at(m, data, j, p, k, -1.0, is_early)
        if not ((data.deliveries.present[j, p, :, k] * is_early).any() or there or moved):
            return pyo.Constraint.Skip
        if not is_chained:
            terms = orders(m, sku, pool, -data.deliveries.present[j, p, :, k] * is_early)
        else:
            late = orders(m, sku, pool, data.deliveries.present[j, p, :, k] * ~is_early)
            terms = [(-1.0, m.served[sku, pool, time]), *late]
        return at_least([(1.0, m.placed[sku, pool, time]), *terms, *moved], there)

    is_chained = bool(len(model.served))
    model.served_is = pyo.Constraint(list(model.served), rule=served_is)
    model.delivered = pyo.Constraint(list(model.placed), rule=delivered)
    model.stays = pyo.Constraint(list(model.placed), rule=stays)
    model.waits = pyo.Constraint(list(model.placed), rule=waits)
    reveal = data.reveal_period
    model.waits_after = pyo.Constraint(
        [] if reveal is None else list(model.placed),
        rule=lambda m, sku, pool, time: waits(m, sku, pool, time, reveal or 0),
    )


def violations(plan: Plan, data: ModelData) -> list[str]:
    """Name lots of more GPUs than bought, in service too early, or kept past their life."""
    found: list[str] = []
    bought: dict[str, Purchase | Move] = {p.name: p for p in plan.purchases}
    bought |= {move.name: move for move in plan.moves}
    placed = dict.fromkeys(bought, 0)
    pools = halls_of(plan, data)
    for lot in plan.lots:
        if not lot.purchase:
            continue
        if lot.purchase not in bought:
            found.append(f"deliveries: lot {lot.name} comes from no purchase")
            continue
        placed[lot.purchase] += lot.gpus
        if lot.hall in pools and lot.is_new:
            found += _lot_faults(lot, bought[lot.purchase], data, pools[lot.hall])
    for name, gpus in placed.items():
        if gpus > bought[name].gpus:
            have = bought[name].gpus
            found.append(f"deliveries: {gpus} GPUs of {name} are placed, {have} bought")
    return [*found, *_purchase_faults(plan, data), *_stood_faults(plan, data)]


def _lot_faults(lot: Lot, purchase: Purchase | Move, data: ModelData, pool: int) -> list[str]:
    found = []
    where = lot.hall.split("/")[0]
    if (lot.sku, where) != (purchase.sku, purchase.site):
        found.append(f"deliveries: lot {lot.name} is not of the purchase {purchase.name}")
    day = data.timeline.day
    begin = day(purchase.dock) + data.pools[pool].rack_tail_day
    if day(lot.service) + 1 <= begin:
        found.append(f"deliveries: lot {lot.name} serves on {lot.service}, before its racks can")
    if not data.deliveries.fits[data.skus.index(lot.sku), pool]:
        found.append(f"deliveries: lot {lot.name} stands where {lot.sku} cannot")
    life = data.deliveries.life_day[data.skus.index(lot.sku)]
    if day(lot.until) > max(day(lot.service), begin) + life + 1:
        found.append(f"deliveries: lot {lot.name} stays past its service life")
    return found


def _purchase_faults(plan: Plan, data: ModelData) -> list[str]:
    """Name purchases that are promised earlier than the lead time at confidence allows."""
    found, day = [], data.timeline.day
    for purchase in plan.purchases:
        period = data.timeline.period_of(day(purchase.order))
        is_known = purchase.sku in data.skus and 0 <= period < data.n_periods
        if purchase.is_under_way or not is_known:
            continue
        j = data.skus.index(purchase.sku)
        lead = data.deliveries.dock_day[j, period] - data.deliveries.order_day[j, period]
        if day(purchase.dock) + 1 <= day(purchase.order) + lead:
            found.append(f"deliveries: {purchase.name} docks on {purchase.dock}, too soon")
    return found


def _stood_faults(plan: Plan, data: ModelData) -> list[str]:
    """Name SKUs of which a plan counts more at a standing hall than stand there."""
    pools = halls_of(plan, data)
    counted: dict[tuple[int, int], float] = {}
    for lot in plan.lots:
        if not lot.is_new and lot.hall in pools and lot.sku in data.skus:
            at = (data.skus.index(lot.sku), pools[lot.hall])
            counted[at] = counted.get(at, 0) + lot.gpus
    return [
        f"deliveries: {gpus:g} {data.skus[j]} are counted at {data.pools[p].zone_name}, "
        "more than stand there or are on order"
        for (j, p), gpus in counted.items()
        if exceeds(gpus, _standing_gpus(data, data.skus[j], data.pools[p]))
    ]


def _standing_gpus(data: ModelData, sku: str, pool: Pool) -> int:
    return sum(
        lot.gpus for lot in data.deliveries.stood if lot.sku == sku and lot.hall in pool.halls
    )


CONSTRAINT = Constraint(
    "deliveries",
    ("served_is", "delivered", "stays", "waits", "waits_after"),
    add,
    violations,
    structural,
)

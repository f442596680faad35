"""Orders of GPUs that are not firm yet can be cancelled, at a cost.

Variables: ``cancelled[j, s, t]``, thousands of GPUs ordered in period t for site s and cancelled at
the beginning of period c, in which a scenario is known (`ModelData.reveal_period`). They exist
where the order is not firm by then:

``order_day[j, t] + firm_after[j] >= start_day[c]`` and ``dock_day[j, t] >= start_day[c]``, t < c

What is committed to is orders + cancelled: the maker has set it aside (`supply`), nobody has it at
the dock. What was paid before c is given back, less the cost:

- in u < c: ``order[j, t, u]``, as of an order that is kept
- in c: ``cancel_cost[j] x price[j, t] - sum over u < c of order[j, t, u]``

Only a plan over scenarios cancels: whoever knows what comes does not order what he will cancel. A
plan written by hand may, with a date for each purchase.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyomo.environ as pyo

from planner.capacity.laws import conservative
from planner.optimise.constraints.base import Charge, Constraint, structural
from planner.optimise.existing import date_of
from planner.optimise.money import KINDS
from planner.optimise.variables import GPUS, MUSD

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.domain.amount import Amount
    from planner.domain.plan import Plan, Purchase
    from planner.optimise.constraints.base import Pyo
    from planner.optimise.data import ModelData


def firm_day(begin_day: float, firm_after: Amount | None) -> float:
    """Return the day on which a commitment is firm: its own where nothing else is said."""
    return begin_day + (0.0 if firm_after is None else firm_after.likely)


def lost(data: ModelData, cancel_cost: Amount | None) -> float:
    """Return the share of a price that cancelling costs, on its adverse side; 0 if none is said."""
    if cancel_cost is None:
        return 0.0
    return conservative(cancel_cost, data.portfolio.spec.confidence.likely)


def can_cancel(data: ModelData, sku: int, order: int, period: int) -> bool:
    """Return whether an order of a period can be cancelled at the beginning of another."""
    item = data.portfolio.catalog.accelerators[data.skus[sku]]
    day, ordered = data.timeline.start_day[period], data.deliveries.order_day[sku, order]
    return bool(
        order < period
        and item.firm_after is not None
        and firm_day(float(ordered), item.firm_after) >= day
        and data.deliveries.dock_day[sku, order] >= day
    )


def cancel_cash(data: ModelData, sku: int, order: int, period: int) -> FloatArray:
    """Return what a GPU costs that is ordered in a period and cancelled in another, shape (T,)."""
    share = lost(data, data.portfolio.catalog.accelerators[data.skus[sku]].cancel_cost)
    cash: FloatArray = np.zeros(data.n_periods)
    cash[:period] = data.money.order[sku, order, :period]
    cash[period] = share * data.money.order_price[sku, order] - cash[:period].sum()
    return cash


def cancelled_indices(data: ModelData) -> list[tuple[str, str, str]]:
    """Return the orders that can be cancelled: SKU, site, period; none where nothing can."""
    period = data.reveal_period
    if period is None or period >= data.n_periods:
        return []
    sites = dict.fromkeys(pool.site for pool in data.pools)
    return [
        (sku, site, label)
        for j, sku in enumerate(data.skus)
        for site in sites
        for t, label in enumerate(data.labels[:period])
        if can_cancel(data, j, t, period)
        and any(data.deliveries.may_order(j, p, t)
                for p, pool in enumerate(data.pools) if pool.site == site)
    ]  # fmt: skip


def add(model: Pyo, data: ModelData) -> None:
    """Add the decisions; their rows are those of `supply` and `cash`."""
    model.cancelled = pyo.Var(cancelled_indices(data), domain=pyo.NonNegativeReals)


def terms(model: Pyo, data: ModelData, period: int) -> list[tuple[float, Pyo]]:
    """Return what cancelled orders cost in a period, in billions of USD."""
    made, at = [], data.reveal_period
    for index in model.cancelled:
        assert at is not None
        sku, order = data.skus.index(index[0]), data.labels.index(index[2])
        cash = float(cancel_cash(data, sku, order, at)[period])
        made.append((cash * GPUS / MUSD, model.cancelled[index]))
    return made


def spend(plan: Plan, data: ModelData) -> FloatArray:
    """Return what cancelling changes in what a plan pays, shape (kinds, T) [MUSD]."""
    cash = np.zeros((len(KINDS), data.n_periods))
    for purchase, sku, order, period in _cancelled(plan, data):
        kept = data.money.order[sku, order]
        change = cancel_cash(data, sku, order, period) - kept
        cash[KINDS.index("gpus")] += purchase.gpus * change
    return cash


def _cancelled(plan: Plan, data: ModelData) -> list[tuple[Purchase, int, int, int]]:
    """Return the purchases that are cancelled, with SKU, period of the order and of its end."""
    made, period_of = [], data.timeline.period_of
    for purchase in plan.purchases:
        if purchase.cancelled is None or purchase.sku not in data.skus:
            continue
        order = period_of(data.timeline.day(purchase.order))
        period = period_of(data.timeline.day(purchase.cancelled))
        if 0 <= order <= period < data.n_periods:
            made.append((purchase, data.skus.index(purchase.sku), order, period))
    return made


def violations(plan: Plan, data: ModelData) -> list[str]:
    """Name purchases cancelled before their order, when they are firm, or placed all the same."""
    found, placed = [], {lot.purchase for lot in plan.lots}
    for purchase in plan.purchases:
        day = purchase.cancelled
        if day is None:
            continue
        if purchase.name in placed:
            found.append(f"cancel: {purchase.name} is cancelled on {day}, and its GPUs are placed")
        if day < purchase.order:
            found.append(f"cancel: {purchase.name} is cancelled on {day}, ordered on "
                         f"{purchase.order}")  # fmt: skip
        if purchase.sku in data.skus:
            after = data.portfolio.catalog.accelerators[purchase.sku].firm_after
            firm = date_of(data.timeline, firm_day(data.timeline.day(purchase.order), after))
            if day > firm:
                found.append(f"cancel: {purchase.name} is cancelled on {day}, firm since {firm}")
    return found


CHARGE = Charge(terms, spend)
CONSTRAINT = Constraint("cancel", (), add, violations, structural)

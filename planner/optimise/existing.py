"""What stands and is under way at the data date, with the dates a plan can count on.

GPUs that come with a hall or on order serve from the latest of their own date, their block at
confidence, and the power that is assigned to them; those already in service stay so.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from planner.network import existing_plan
from planner.network.power import NEVER_POWERED, hand_out
from planner.network.roster import roster
from planner.optimise.deliveries import dock_day

if TYPE_CHECKING:
    from planner.capacity.timeline import Timeline
    from planner.domain.plan import Lot, Plan, Purchase
    from planner.domain.portfolio import Portfolio
    from planner.optimise.clock import Extra
    from planner.optimise.feed import Tranche
    from planner.optimise.halls import Pool

SNAP_DAY = 1e-6


def date_of(timeline: Timeline, day: float) -> dt.date:
    """Return the first date on which a day has wholly come."""
    return timeline.origin + dt.timedelta(days=ceil(day - SNAP_DAY))


def there(
    portfolio: Portfolio, pools: tuple[Pool, ...], tranches: tuple[Tranche, ...],
    timeline: Timeline, extra: Extra,
) -> Plan:  # fmt: skip
    """Return the plan that adds nothing; who serves to the horizon serves on its last day."""
    plan = existing_plan(portfolio)
    end = portfolio.periods[-1].end
    powered = power_dates(portfolio, tranches, plan)
    pool_of = {hall: pool for pool in pools for hall in pool.halls}
    docks = {p.name: _dock_day(portfolio, p, timeline, extra) for p in plan.purchases}
    serving = set(portfolio.actuals.lots) if portfolio.actuals is not None else set()
    lots = []
    for lot in plan.lots:
        if lot.purchase and powered.get(lot.name) == np.inf:
            continue  # on order, and no tranche is left to carry it: paid, and idle
        pool = pool_of.get(lot.hall)
        days = [powered.get(lot.name, -np.inf), _block_day(pool, lot)]
        if lot.purchase:
            days.append(docks[lot.purchase] + (pool.rack_tail_day if pool is not None else 0.0))
        days = [] if lot.name in serving else days
        service = max([lot.service, *(date_of(timeline, d) for d in days if 0 < d < np.inf)])
        until = end if lot.until >= portfolio.spec.horizon else lot.until
        if service < until:
            lots.append(replace(lot, service=service, until=until))
    bought = tuple(replace(p, dock=date_of(timeline, docks[p.name])) for p in plan.purchases)
    return plan.replace(lots=tuple(lots), purchases=bought)


def _dock_day(portfolio: Portfolio, bought: Purchase, timeline: Timeline, extra: Extra) -> float:
    """Return when racks on order dock; what verification learned makes those later that come."""
    day = dock_day(portfolio, bought, timeline)
    return day + extra.delivery(bought.sku, (bought.site,)) if day >= 0 else day


def _block_day(pool: Pool | None, lot: Lot) -> float:
    """Return when the block of a lot is ready at confidence; minus infinity where it is none."""
    blocks = pool.service_day[pool.blocks(lot.hall)] if pool is not None else np.zeros(0)
    return float(blocks[lot.block - 1]) if lot.block <= len(blocks) else -np.inf


def power_dates(
    portfolio: Portfolio, tranches: tuple[Tranche, ...], plan: Plan
) -> dict[str, float]:
    """Return the day from which each lot's tranches carry it, by lot name.

    It is infinite where no tranche is left for a lot, and minus infinity at sites without any.
    """
    return powered(portfolio, tranches, plan)[0]


def powered(
    portfolio: Portfolio, tranches: tuple[Tranche, ...], plan: Plan
) -> tuple[dict[str, float], dict[str, float]]:
    """Return `power_dates`, and the peak facility MW that lots lack, both by lot name."""
    usable = {(t.site, t.name): t.usable_day for t in tranches}
    halls = roster(portfolio, plan)
    dates: dict[str, float] = {}
    short: dict[str, float] = {}
    for name, site in portfolio.sites.items():
        here = [hall for hall in halls if hall.site == name]
        taken = hand_out(portfolio, site, here, plan.reservations)
        short |= {lot: mw for (_, _, lot), mw in taken.short_mw.items()}
        for (_, _, lot), names in taken.tranches.items():
            if lot:
                days = [np.inf if t == NEVER_POWERED else usable[name, t] for t in names]
                dates[lot] = max(days, default=-np.inf)
        for (_, _, lot), date in taken.freed.items():
            if lot:
                dates[lot] = max(dates[lot], float((date - portfolio.spec.data_date).days))
    return dates, short

"""What compute costs by the order that brings it: money for a month of an H100e.

An order pays for its GPUs over their life, for their energy, and for its part of a hall: the cost
of building the cheapest that its pool offers over the years it serves, and its operation and rent.
A hall that stands is run in any case and costs nothing more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.capacity.timeline import DAYS_PER_MONTH
from planner.optimise.money import KINDS

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.optimise.data import ModelData

MONTHS_A_YEAR = 12.0


def order_prices(data: ModelData) -> FloatArray:
    """Return the price of compute of each order, shape (J, P, T) [MUSD/H100e/month].

    It is infinite where nobody can compute on what is ordered.
    """
    months = data.deliveries.life_day / DAYS_PER_MONTH
    gpu = data.money.order_price / months[:, None] + data.money.order_rent
    energy = data.money.energy / (data.timeline.days / DAYS_PER_MONTH)
    best = np.max([c.rate for c in data.consumers], axis=0)
    price = np.full((len(data.skus), len(data.pools), data.n_periods), np.inf)
    for p in range(len(data.pools)):
        hall = _hall_month(data, p)
        rate = best[:, data.class_of(p)] * data.deliveries.usable
        for j in np.flatnonzero(rate > 0):
            place = data.gpu_mw[j] * (hall + energy[p])
            price[j, p] = (gpu[j] + place) / rate[j]
    return price


def _hall_month(data: ModelData, pool: int) -> float:
    """Return what a MW of a pool's halls costs a month, energy apart [MUSD/MW/month]."""
    chosen = data.pools[pool]
    if chosen.is_standing:
        return 0.0
    mode = data.portfolio.catalog.modes[chosen.mode]
    life = mode.service_life.likely * MONTHS_A_YEAR
    built = (KINDS.index("construction"), KINDS.index("equipment"))
    costs = [
        float(data.money.option[o][list(built)].sum()) / data.options[o].hall_mw
        for o in data.options_of_pool(pool)
        if data.options[o].hall_mw > 0
    ]
    running = mode.opex_year.likely / MONTHS_A_YEAR if mode.opex_year else 0.0
    group = data.portfolio.sites[chosen.site].groups.get(chosen.zone)
    rent = group.tenancy.rent_month if group and group.tenancy else mode.rent_month
    running += rent.likely if rent else 0.0
    return min(costs, default=0.0) / life + running

"""Mean load and what tranches it is drawn from: for minimum take and for carbon.

Which tranche a MWh comes from is a matter of accounts, so each account is drawn as it suits the
owner: minimum take where it is dearest, carbon from the cleanest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linprog

from planner.optimise.tally import tally

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.domain.plan import Plan
    from planner.optimise.data import ModelData
    from planner.optimise.halls import Pool

HOURS_PER_DAY = 24.0


def mean_ratio(pool: Pool) -> float:
    """Return the mean facility MW that a MW of IT load draws, never above the peak."""
    return min(pool.traits.pue, pool.traits.peak_ratio)


def stood_load(data: ModelData, zone: str, period: int) -> float:
    """Return the mean facility MW that GPUs standing at the data date draw in a zone."""
    return sum(
        mean_ratio(pool) * float(data.gpu_mw @ data.deliveries.stood_gpus[:, p, period])
        for p, pool in enumerate(data.pools)
        if pool.zone_name == zone
    )


def loads(plan: Plan, data: ModelData) -> FloatArray:
    """Return the mean facility MW of all that a plan has in service, shape (Z, T)."""
    in_place = tally(plan, data).in_place[:, :, : data.n_periods]
    mw = np.einsum("j,jpt->pt", data.gpu_mw, in_place)
    load = np.zeros((len(data.feed.zones), data.n_periods))
    for p, pool in enumerate(data.pools):
        load[data.feed.zone_of(pool)] += mean_ratio(pool) * mw[p]
    return load


def kept(plan: Plan, data: ModelData) -> FloatArray:
    """Return the share of each period in which a plan has a tranche, shape (L, T)."""
    found = {r.name: r for r in plan.reservations}
    share = np.ones((len(data.feed.tranches), data.n_periods))
    for i in data.feed.optional():
        reservation = found.get(data.feed.tranches[i].full_name)
        if reservation is None:
            share[i] = 0.0
        elif reservation.exit is not None:
            share[i] = data.timeline.presence(-np.inf, data.timeline.day(reservation.exit))
    return share


def drawn(
    serves: list[list[int]], load: FloatArray, most: FloatArray, worth: FloatArray
) -> FloatArray:
    """Return what is drawn from tranches so that the worth of it all is greatest, shape (L,).

    Parameters
    ----------
    serves
        Zones of each tranche.
    load
        Of each zone, shape (Z,) [MW]; no more is drawn.
    most
        Of each tranche, shape (L,) [MW].
    worth
        Of a MW from each tranche, shape (L,).
    """
    arcs = [(i, z) for i, zones in enumerate(serves) for z in zones]
    if not arcs:
        return np.zeros(len(serves))
    by_zone = np.array([[float(z == at) for _, at in arcs] for z in range(len(load))])
    by_tranche = np.array([[float(i == at) for at, _ in arcs] for i in range(len(serves))])
    found = linprog(
        [-worth[i] for i, _ in arcs],
        A_ub=np.vstack([by_zone, by_tranche]), b_ub=np.concatenate([load, most]), method="highs",
    )  # fmt: skip
    amount: FloatArray = by_tranche @ found.x
    return amount


def zones_served(data: ModelData) -> list[list[int]]:
    """Return the zones of each tranche by index."""
    return [[data.feed.zones.index(z) for z in t.zones] for t in data.feed.tranches]


def unused_take(plan: Plan, data: ModelData) -> FloatArray:
    """Return the minimum take that a plan pays for and does not draw, shape (L, T) [MW].

    Where several tranches could serve a load, the one whose take is dearest does.
    """
    money = data.money.contracts
    owed = money.take_mw * kept(plan, data)
    if not owed.any():
        return owed
    serves, load = zones_served(data), loads(plan, data)
    for t in range(data.n_periods):
        if owed[:, t].any():
            worth = money.unused[:, t]
            owed[:, t] -= drawn(serves, load[:, t], owed[:, t], worth)
    left: FloatArray = np.maximum(owed, 0.0)
    return left


def emitted(plan: Plan, data: ModelData) -> FloatArray:
    """Return the carbon of a plan's energy by period, shape (T,) [t], drawn as clean as can be.

    What no tranche carries counts as drawn from the dirtiest.
    """
    load = loads(plan, data)
    carbon = np.array([t.carbon for t in data.feed.tranches])
    if not len(carbon):
        return np.zeros(data.n_periods)
    dirty, serves = float(carbon.max()), zones_served(data)
    fed = sorted({z for zones in serves for z in zones})
    firm = data.feed.firm_mw[:, : data.n_periods] * kept(plan, data)
    rate = np.zeros(data.n_periods)
    for t in range(data.n_periods):
        saved = drawn(serves, load[:, t], firm[:, t], dirty - carbon) @ (dirty - carbon)
        rate[t] = dirty * load[fed, t].sum() - saved
    total: FloatArray = rate * data.timeline.days * HOURS_PER_DAY
    return total

"""A plan counted up in the optimiser's axes: starts, orders, GPUs in place, compute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.optimise.consumers import CLASSES

if TYPE_CHECKING:
    import datetime as dt

    from planner.capacity.timeline import FloatArray
    from planner.domain.plan import Lot, Plan, Start
    from planner.optimise.data import ModelData


@dataclass(frozen=True)
class Tally:
    """Counts of a plan; what fits none of the axes is named in `strangers`.

    Parameters
    ----------
    starts
        Halls by option that are kept, shape (O,); halls under way are not among them.
    orders
        GPUs ordered by SKU and period, shape (J, T).
    in_place
        GPUs in service by SKU, pool and time, shape (J, P, K); those that stand included.
    new_in_place
        The same without those that stand or were ordered before the data date and stay to the end
        of their life: what the model decides on.
    time
        GPU-time by consumer, SKU, class and period, shape (W, J, C, T).
    strangers
        Starts, lots and shares that no option, pool or consumer knows.
    """

    starts: FloatArray
    orders: FloatArray
    in_place: FloatArray
    new_in_place: FloatArray
    time: FloatArray
    strangers: tuple[str, ...]

    def compute(self, data: ModelData) -> FloatArray:
        """Return effective compute by consumer and period, shape (W, T) [H100e]."""
        rate = np.array([c.rate for c in data.consumers])
        given: FloatArray = np.einsum("wjc,wjct->wt", rate, self.time)
        return given


def tally(plan: Plan, data: ModelData) -> Tally:
    """Return a plan counted up."""
    strangers: list[str] = []
    n_skus, n_pools, n_times = len(data.skus), len(data.pools), len(data.times)
    in_place = np.zeros((n_skus, n_pools, n_times))
    new_in_place = np.zeros_like(in_place)
    pool_by_hall = halls_of(plan, data)
    for lot in plan.lots:
        pool = pool_by_hall.get(lot.hall)
        if pool is None or lot.sku not in data.skus:
            strangers.append(f"lot {lot.name} stands in no known hall")
            continue
        gpus = lot.gpus * lot_presence(lot, data)
        in_place[data.skus.index(lot.sku), pool] += gpus
        if lot.is_new or data.deliveries.loose[data.skus.index(lot.sku)]:
            new_in_place[data.skus.index(lot.sku), pool] += gpus
    return Tally(
        _starts(plan, data, strangers), _orders(plan, data, strangers), in_place, new_in_place,
        _time(plan, data, strangers), tuple(strangers),
    )  # fmt: skip


def lot_presence(lot: Lot, data: ModelData) -> FloatArray:
    """Return the share of each time that a lot is in service, shape (K,)."""
    day = data.timeline.day
    return data.clock.presence(day(lot.service), day(lot.until))


def halls_of(plan: Plan, data: ModelData) -> dict[str, int]:
    """Return the pool of every hall of a plan, standing halls included."""
    index = data.pool_of
    found = {
        f"{p.site}/{p.zone}/01": i for i, p in enumerate(data.pools) if p.is_standing
    }  # fmt: skip
    for start in plan.starts:
        c = start.candidate
        if (c.site, c.group, c.mode) in index:
            found[start.hall] = index[c.site, c.group, c.mode]
    return found


def period_of(date: dt.date, data: ModelData) -> int:
    """Return the index of the period of a date; -1 before the first, T after the last."""
    return data.timeline.period_of(data.timeline.day(date))


def option_of(start: Start, data: ModelData) -> int | None:
    """Return the option of a start; None if the model has none."""
    period = period_of(start.release, data)
    for o, option in enumerate(data.options):
        if option.candidate == start.candidate and option.period == period:
            return o
    return None


def _starts(plan: Plan, data: ModelData, strangers: list[str]) -> FloatArray:
    index = {(o.candidate, o.period): i for i, o in enumerate(data.options)}
    counts = np.zeros(len(data.options))
    for start in plan.starts:
        if start.is_under_way:
            continue
        option = index.get((start.candidate, period_of(start.release, data)))
        if option is None:
            strangers.append(
                f"hall {start.hall} cannot be started as {start.candidate.mode} on "
                f"{start.candidate.calendar} on {start.release}"
            )
        elif start.cancelled is None:
            counts[option] += 1
    return counts


def _orders(plan: Plan, data: ModelData, strangers: list[str]) -> FloatArray:
    orders = np.zeros((len(data.skus), data.n_periods))
    for purchase in plan.purchases:
        if purchase.is_under_way:
            continue
        period = period_of(purchase.order, data)
        if purchase.sku not in data.skus or not 0 <= period < data.n_periods:
            strangers.append(f"purchase {purchase.name} is ordered outside the plan")
        else:
            orders[data.skus.index(purchase.sku), period] += purchase.gpus
    return orders


def _time(plan: Plan, data: ModelData, strangers: list[str]) -> FloatArray:
    names = [c.name for c in data.consumers]
    time = np.zeros((len(names), len(data.skus), len(CLASSES), data.n_periods))
    for share in plan.shares:
        if share.consumer not in names or share.sku not in data.skus:
            strangers.append(f"share of {share.consumer} on {share.sku} is of nobody known")
            continue
        at = (names.index(share.consumer), data.skus.index(share.sku))
        time[(*at, CLASSES.index(share.backup), share.period)] += share.gpus
    return time

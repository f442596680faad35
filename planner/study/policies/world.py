"""What is left as a plan grows: places, land, crews, power and cash, by period.

A rule of thumb looks at likely figures on the adverse side, as the optimiser does, and never
further than what it has committed to so far.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from planner.optimise.constraints.crews import left
from planner.optimise.constraints.land import hall_acres
from planner.optimise.variables import GPUS

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.optimise.data import ModelData

SNAP: Final = 1e-6


class World:
    """A plan in the making: halls by option, orders by SKU, pool and period, and what they leave.

    Parameters
    ----------
    data
        The same figures that the optimiser has.
    """

    def __init__(self, data: ModelData) -> None:
        self.data = data
        periods = data.n_periods
        self.halls = np.zeros(len(data.options))
        self.orders = np.zeros((len(data.skus), len(data.pools), periods))
        self.room = dict(data.group_room)
        self.slots: dict[tuple[str, str, int], int] = {}
        self.crews = left(data)
        self.land = {name: site.land.likely for name, site in data.portfolio.sites.items()}
        self.supply = data.deliveries.supply.copy()
        self.capacity_mw = data.standing_mw[:, :periods].copy()
        stood = np.einsum("jpk,j->pk", data.deliveries.standing_gpus, data.gpu_mw)
        self.used_mw = stood[:, :periods].copy()
        self.firm_mw = self._firm()
        self.paid = np.sum([c.cash.sum(axis=0) for c in data.money.commitments], axis=0)

    def _firm(self) -> dict[str, FloatArray]:
        made = {site: np.zeros(self.data.n_periods) for site in self.data.portfolio.sites}
        for tranche, firm in zip(self.data.feed.tranches, self.data.feed.firm_mw, strict=True):
            made[tranche.site] += firm[: self.data.n_periods]
        return made

    # What is left

    def closing(self, more: FloatArray) -> FloatArray:
        """Return cash at the end of every period if so much more were paid [MUSD]."""
        money = self.data.money
        flow: FloatArray = money.opening + np.cumsum(money.inflow - self.paid - more)
        return flow

    def can_pay(self, more: FloatArray) -> bool:
        """Return whether cash stays above its floor in every period."""
        return bool((self.closing(more) >= self.data.money.floor - SNAP).all())

    def peak_mw(self, site: str, mw: FloatArray) -> FloatArray:
        """Return the peak facility power of IT power by pool and period at a site, shape (T,)."""
        ratio = np.array([p.traits.peak_ratio if p.site == site else 0.0 for p in self.data.pools])
        total: FloatArray = ratio @ mw
        return total

    # Decisions

    def may_start(self, option: int) -> bool:
        """Return whether places, slots, land, crews and power leave room for one hall more."""
        data = self.data
        chosen = data.options[option]
        c = chosen.candidate
        group = data.portfolio.sites[c.site].groups[c.group]
        started = self.slots.get((c.site, c.group, chosen.period), 0)
        after = data.timeline.period_of(float(chosen.service_day.max())) + 1
        if after >= data.n_periods or not self._is_fed(option, after):
            return False
        return (
            self.room[c.site, c.group] > 0
            and started < group.starts_per_period
            and self.land[c.site] >= hall_acres(data, c.site, c.group, c.mode)
            and bool((self.crews >= data.labour.use[option] - SNAP).all())
        )

    def _is_fed(self, option: int, period: int) -> bool:
        """Return whether firm power of the site carries all halls and this one once it serves."""
        chosen = self.data.options[option]
        ratio = self.data.pools[chosen.pool].traits.peak_ratio
        whole = self.peak_mw(chosen.candidate.site, self.capacity_mw)[period]
        firm = self.firm_mw[chosen.candidate.site][period]
        return bool(whole + ratio * chosen.hall_mw <= firm + SNAP)

    def start(self, option: int) -> None:
        """Start a hall."""
        data = self.data
        chosen = data.options[option]
        c = chosen.candidate
        self.halls[option] += 1
        self.room[c.site, c.group] -= 1
        slot = (c.site, c.group, chosen.period)
        self.slots[slot] = self.slots.get(slot, 0) + 1
        self.land[c.site] -= hall_acres(data, c.site, c.group, c.mode)
        self.crews = self.crews - data.labour.use[option]
        self.capacity_mw[chosen.pool] += data.option_mw[option, : data.n_periods]
        self.paid = self.paid + data.money.option[option].sum(axis=0)

    def filling_cost(self, option: int, sku: int, period: int) -> FloatArray:
        """Return what a hall and the GPUs that fill it would cost by period [MUSD]."""
        chosen, money = self.data.options[option], self.data.money
        gpus = chosen.hall_mw / self.data.mw(sku)
        cost: FloatArray = money.option[option].sum(axis=0) + gpus * money.order[sku, period]
        return cost

    def buy(self, sku: int, pool: int, period: int) -> None:
        """Order as many GPUs as the pool has room and power for when they come, and cash buys."""
        data = self.data
        if not data.deliveries.may_order(sku, pool, period):
            return
        present = data.deliveries.present[sku, pool, period, : data.n_periods]
        serving = np.flatnonzero(present > SNAP)
        serving = serving[1:] if len(serving) > 1 else serving
        each = data.mw(sku)
        free = (self.capacity_mw[pool] - self.used_mw[pool])[serving].min(initial=np.inf)
        site = data.pools[pool].site
        spare = (self.firm_mw[site] - self.peak_mw(site, self.used_mw))[serving].min(initial=np.inf)
        most = min(
            free / each, spare / (each * data.pools[pool].traits.peak_ratio),
            float(self.supply[sku, period]),
        )  # fmt: skip
        gpus = self._paid_for(sku, pool, period, most, present)
        per_rack = data.deliveries.racks[sku].gpus
        gpus = np.floor(gpus / per_rack + SNAP) * per_rack
        if gpus <= 0:
            return
        self.orders[sku, pool, period] += gpus / GPUS
        self.supply[sku, period] -= gpus
        self.used_mw[pool] += gpus * each * present
        self.paid = self.paid + gpus * self._cost(sku, pool, period, present)

    def _cost(self, sku: int, pool: int, period: int, present: FloatArray) -> FloatArray:
        money = self.data.money
        cost: FloatArray = (
            money.order[sku, period] + money.energy[pool] * self.data.mw(sku) * present
        )
        return cost

    def _paid_for(
        self, sku: int, pool: int, period: int, most: float, present: FloatArray
    ) -> float:
        """Return how many of `most` GPUs cash pays for in every period."""
        if most <= 0:
            return 0.0
        cost = self._cost(sku, pool, period, present)
        total = np.cumsum(cost)
        room = self.closing(np.zeros_like(cost)) - self.data.money.floor
        costly = total > SNAP
        affordable = (room[costly] / total[costly]).min(initial=np.inf)
        return float(max(0.0, min(most, affordable)))

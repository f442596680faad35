"""Where the timelines miss each other: power without halls, halls without GPUs, GPUs without both.

Money is what the idle thing costs while it stands: the discount rate on its price, and for halls
and GPUs the straight-line loss over their service life.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.report.facts.inventory import (
    Inventory,
    minute,
    month_starts,
    standing_at,
)
from planner.report.facts.spread import Fan, fan

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.domain.plan import Purchase
    from planner.domain.result import FloatArray, IntArray, Result
    from planner.domain.site import PowerTranche


@dataclass(frozen=True)
class StrandingFact:
    """What stands idle at a site, by period (T), over samples.

    Parameters
    ----------
    power, halls, gpus
        MW-months of firm facility power energised and not used; IT MW-months of halls ready for IT
        that no GPUs are going into; GPU-months delivered before their hall could take them.
    power_musd, halls_musd, gpus_musd
        What each costs while it stands.
    """

    subject: str
    power: Fan
    halls: Fan
    gpus: Fan
    power_musd: Fan
    halls_musd: Fan
    gpus_musd: Fan
    totals: dict[str, Fan]
    """The same six over the whole horizon, each a fan over one point."""


@dataclass(frozen=True)
class _Grid:
    """Months: the minute in their middle, their length in months, and the period they lie in."""

    middle: IntArray
    months: FloatArray
    period: IntArray


NAMES = ("power", "halls", "gpus", "power_musd", "halls_musd", "gpus_musd")


def stranding_facts(result: Result, inventory: Inventory) -> tuple[StrandingFact, ...]:
    """Return the stranding of the portfolio and then of each site."""
    grid = _grid(result)
    rates = _Rates.of(result, inventory)
    sites = [_site(result, inventory, i, grid, rates) for i in range(len(inventory.site))]
    whole = {n: np.sum([s[n] for s in sites], axis=0) for n in NAMES}
    names = ("portfolio", *inventory.site)
    return tuple(_fact(n, s) for n, s in zip(names, (whole, *sites), strict=True))


def _fact(subject: str, samples: dict[str, FloatArray]) -> StrandingFact:
    totals = {n: fan(samples[n].sum(axis=1, keepdims=True)) for n in NAMES}
    fans = {n: fan(samples[n]) for n in NAMES}
    return StrandingFact(subject=subject, totals=totals, **fans)


def _grid(result: Result) -> _Grid:
    epoch, periods = result.outcome.epoch, result.plan.periods
    last = periods[-1].end - dt.timedelta(days=1)
    starts = month_starts(periods[0].start, last)
    ends = [*starts[1:], periods[-1].end]
    begin = np.array([minute(epoch, d) for d in starts], dtype=np.int64)
    end = np.array([minute(epoch, d) for d in ends], dtype=np.int64)
    ordinal = [next(i for i, p in enumerate(periods) if d < p.end) for d in starts]
    length = (end - begin) / (1440 * 365.25 / 12)
    return _Grid((begin + end) // 2, length, np.array(ordinal, dtype=np.int64))


@dataclass(frozen=True)
class _Rates:
    """What a unit costs while it stands idle for a month.

    Parameters
    ----------
    tranche
        MUSD per firm MW (T).
    block
        MUSD per IT MW (B).
    lot
        MUSD per GPU (L).
    """

    tranche: FloatArray
    block: FloatArray
    lot: FloatArray

    @classmethod
    def of(cls, result: Result, inventory: Inventory) -> _Rates:
        portfolio = result.portfolio
        money = portfolio.spec.finance.discount_rate.likely
        capital = [_capital_per_mw(t) for t in inventory.tranches]
        halls = list(inventory.halls.values())
        hall_rate = np.array([h.cost_musd_per_mw * (money + 1 / h.life_year) for h in halls])
        orders = {p.name: p for p in result.plan.purchases}
        lots = [
            _price(result, orders.get(x.purchase), x.sku)
            * (money + 1 / portfolio.catalog.accelerators[x.sku].service_life.likely)
            for x in inventory.lots
        ]
        return cls(
            tranche=np.array(capital, dtype=np.float64) * money / 12,
            block=(hall_rate[inventory.block_hall] if halls else np.zeros(0)) / 12,
            lot=np.array(lots, dtype=np.float64) / 12,
        )


def _capital_per_mw(tranche: PowerTranche) -> float:
    """Return what the owner paid for a firm MW [MUSD/MW], 0 where he paid nothing."""
    if tranche.capital is None or tranche.firm.likely <= 0:
        return 0.0
    return tranche.capital.likely / tranche.firm.likely


def _price(result: Result, purchase: Purchase | None, sku: str) -> float:
    """Return MUSD per GPU at its order; 0 for GPUs that stand at the data date."""
    if purchase is None:
        return 0.0
    return price_at(result, sku, purchase.order)


def price_at(result: Result, sku: str, day: dt.date) -> float:
    """Return the price of a GPU ordered on a date [MUSD], the first price before any step."""
    steps = sorted(result.portfolio.catalog.accelerators[sku].prices, key=lambda s: s.since)
    valid = [s for s in steps if s.since <= day] or steps[:1]
    return valid[-1].price.likely


def _site(
    result: Result, inventory: Inventory, site: int, grid: _Grid, rates: _Rates
) -> dict[str, FloatArray]:
    """Return the six quantities by period, shape (S, T)."""
    power, power_rate = _idle_power(result, inventory, site, grid, rates)
    halls, hall_rate = _idle_halls(result, inventory, site, grid, rates)
    gpus, gpu_money = _idle_gpus(result, inventory, site, grid, rates)
    by_period = _Totals(grid, len(result.plan.periods))
    return {
        "power": by_period(power),
        "halls": by_period(halls),
        "gpus": by_period(gpus),
        "power_musd": by_period(power * power_rate),
        "halls_musd": by_period(hall_rate),
        "gpus_musd": by_period(gpu_money),
    }


@dataclass(frozen=True)
class _Totals:
    """Sums of monthly levels (S, G), times the length of the month, to periods (S, T)."""

    grid: _Grid
    periods: int

    def __call__(self, level: FloatArray) -> FloatArray:
        made = np.zeros((level.shape[0], self.periods))
        for g, t in enumerate(self.grid.period):
            made[:, t] += level[:, g] * self.grid.months[g]
        return made


def _idle_power(
    result: Result, inventory: Inventory, site: int, grid: _Grid, rates: _Rates
) -> tuple[FloatArray, FloatArray]:
    """Return idle firm MW (S, G), and the mean rate of what is energised (S, G)."""
    outcome = result.outcome
    mine, lots = inventory.tranche_site == site, inventory.lot_site == site
    energised = outcome.energised_min[:, mine]
    forever = np.array(np.iinfo(np.int64).max)
    firm_mw = inventory.tranche_mw[mine]
    firm = standing_at(energised, forever, firm_mw, grid.middle)
    value = standing_at(energised, forever, firm_mw * rates.tranche[mine], grid.middle)
    load = (inventory.lot_mw * inventory.lot_ratio)[lots]
    used = standing_at(
        outcome.service_min[:, lots], inventory.lot_until_min[lots], load, grid.middle
    )
    return np.maximum(0.0, firm - used), value / np.maximum(firm, 1e-9)


def _idle_halls(
    result: Result, inventory: Inventory, site: int, grid: _Grid, rates: _Rates
) -> tuple[FloatArray, FloatArray]:
    """Return IT MW of halls ready without GPUs (S, G), and what they cost a month (S, G)."""
    outcome = result.outcome
    shape = (outcome.samples, len(grid.middle))
    idle, money = np.zeros(shape), np.zeros(shape)
    for b in np.flatnonzero(inventory.block_site == site):
        lots = np.flatnonzero(inventory.lot_block == b)
        ready = outcome.ready_min[:, b, None] <= grid.middle
        taken = standing_at(
            inventory.rack_start_min[:, lots],
            inventory.lot_until_min[lots],
            inventory.lot_mw[lots],
            grid.middle,
        )
        empty = np.where(ready, np.maximum(0.0, inventory.block_mw[b] - taken), 0.0)
        idle += empty
        money += empty * rates.block[b]
    return idle, money


def _idle_gpus(
    result: Result, inventory: Inventory, site: int, grid: _Grid, rates: _Rates
) -> tuple[FloatArray, FloatArray]:
    """Return GPUs that wait for their hall (S, G), and what they cost a month (S, G)."""
    lots = inventory.lot_site == site
    gpus = np.array([x.gpus for x in inventory.lots], dtype=np.float64)[lots]
    stand: Callable[[FloatArray], FloatArray] = lambda weight: standing_at(  # noqa: E731
        result.outcome.dock_min[:, lots], inventory.rack_start_min[:, lots], weight, grid.middle
    )
    return stand(gpus), stand(gpus * rates.lot[lots])

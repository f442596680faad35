"""Firm power, halls, GPUs and demand by site over time, as fans."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.report.facts.inventory import Inventory, minute, month_starts, period_ends, standing_at
from planner.report.facts.spread import Fan, fan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.domain.result import FloatArray, IntArray, Result


@dataclass(frozen=True)
class CapacityFact:
    """Capacity of a site, or of the portfolio, at each date of a grid (T).

    All in MW of facility power on the design day, so that the lines can be compared, except `it`,
    which is IT power.

    Parameters
    ----------
    firm
        Firm power energised.
    ready
        Halls ready for IT.
    docked
        GPUs delivered and not retired, in service or not.
    service
        GPUs in service.
    it
        The same in IT MW.
    gpus
        Number of GPUs in service.
    demand
        What the plan places, from the dates it counts on (T).
    """

    subject: str
    firm: Fan
    ready: Fan
    docked: Fan
    service: Fan
    it: Fan
    gpus: Fan
    demand: FloatArray
    demand_it: FloatArray


def capacity_facts(
    result: Result, inventory: Inventory, grid: IntArray
) -> tuple[CapacityFact, ...]:
    """Return the fans of the portfolio and then of each site, at the minutes of a grid (T)."""
    samples = [_Samples.of_site(result, inventory, i, grid) for i in range(len(inventory.site))]
    whole = _Samples.total(samples)
    names = ("portfolio", *inventory.site)
    return tuple(s.fact(n) for n, s in zip(names, (whole, *samples), strict=True))


def period_grid(result: Result) -> IntArray:
    """Return the last minute of each period."""
    return period_ends(result.outcome, result.plan.periods)


def month_days(result: Result) -> tuple[dt.date, ...]:
    """Return the first days of the months of the plan, and its last day, for figures."""
    periods = result.plan.periods
    last = periods[-1].end - dt.timedelta(days=1)
    return (*month_starts(periods[0].start, last), last)


def day_grid(result: Result, days: Sequence[dt.date]) -> IntArray:
    """Return the last minute of each day."""
    return np.array([minute(result.outcome.epoch, d) + 1439 for d in days], dtype=np.int64)


@dataclass(frozen=True)
class _Samples:
    """Sampled amounts (S, T) and planned ones (T)."""

    firm: FloatArray
    ready: FloatArray
    docked: FloatArray
    service: FloatArray
    it: FloatArray
    gpus: FloatArray
    demand: FloatArray
    demand_it: FloatArray

    @classmethod
    def of_site(cls, result: Result, inventory: Inventory, site: int, grid: IntArray) -> _Samples:
        outcome = result.outcome
        lots, blocks = inventory.lot_site == site, inventory.block_site == site
        tranches = inventory.tranche_site == site
        it, ratio = inventory.lot_mw[lots], inventory.lot_ratio[lots]
        until = inventory.lot_until_min[lots]
        gpus = np.array([lot.gpus for lot in inventory.lots], dtype=np.float64)[lots]
        forever = np.iinfo(np.int64).max
        service, dock = outcome.service_min[:, lots], outcome.dock_min[:, lots]
        planned = inventory.lot_planned_min[None, lots]
        facility = inventory.block_mw * inventory.block_ratio
        energised = outcome.energised_min[:, tranches]
        no_end = np.array(forever)
        return cls(
            firm=standing_at(energised, no_end, inventory.tranche_mw[tranches], grid),
            ready=standing_at(outcome.ready_min[:, blocks], no_end, facility[blocks], grid),
            docked=standing_at(dock, until, it * ratio, grid),
            service=standing_at(service, until, it * ratio, grid),
            it=standing_at(service, until, it, grid),
            gpus=standing_at(service, until, gpus, grid),
            demand=standing_at(planned, until, it * ratio, grid)[0],
            demand_it=standing_at(planned, until, it, grid)[0],
        )

    @classmethod
    def total(cls, parts: list[_Samples]) -> _Samples:
        fields = cls.__dataclass_fields__
        return cls(**{f: np.sum([getattr(p, f) for p in parts], axis=0) for f in fields})

    def fact(self, subject: str) -> CapacityFact:
        fans = {f: fan(getattr(self, f)) for f in
                ("firm", "ready", "docked", "service", "it", "gpus")}  # fmt: skip
        return CapacityFact(subject, demand=self.demand, demand_it=self.demand_it, **fans)


def limits(fact: CapacityFact) -> tuple[str, ...]:
    """Return what limits the GPUs in service at the end of each period, by P50: the lowest line.

    "plan" where GPUs in service reach what the plan places.
    """
    made = []
    for t in range(len(fact.demand)):
        if fact.service.p50[t] >= fact.demand[t] - 1e-6:
            made.append("plan")
            continue
        lines = {"power": fact.firm.p50[t], "halls": fact.ready.p50[t], "GPUs": fact.docked.p50[t]}
        made.append(min(lines, key=lambda name: lines[name]))
    return tuple(made)

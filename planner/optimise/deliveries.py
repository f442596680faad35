"""GPUs: what can be ordered when, when it serves, and what stands at the data date."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from math import hypot, log
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.capacity.compute import usable_share
from planner.capacity.laws import conservative
from planner.capacity.power import RackTraits
from planner.capacity.timeline import DAYS_PER_QUARTER, DAYS_PER_YEAR, FloatArray, Timeline
from planner.network.progress import EXHAUSTED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from planner.domain.amount import Amount
    from planner.domain.fleet import Accelerator
    from planner.domain.plan import Lot, Purchase
    from planner.domain.portfolio import Portfolio
    from planner.optimise.clock import Clock, Extra
    from planner.optimise.halls import Pool

CHANCES: Final = np.linspace(0.005, 0.995, 199)
"""Probabilities at which a lead time is looked up that has begun."""


@dataclass(frozen=True)
class Deliveries:
    """GPUs by SKU (J).

    Parameters
    ----------
    skus, racks, usable
        Names, rack traits, and share of GPUs that work at a time.
    supply
        Most GPUs that can be ordered in each period, shape (J, T) [gpu].
    order_day, dock_day
        Day of an order in each period and of its delivery at confidence, shape (J, T) [day].
    life_day
        Service life [day], by SKU.
    fits
        Whether a rack fits the halls of a pool, shape (J, P).
    present
        Share of each time that GPUs ordered in a period serve in a pool, shape (J, P, T, K).
    stood, stood_gpus
        Lots that stand at the data date or were ordered before it, and their GPUs over times, shape
        (J, P, K) [gpu], of SKUs that stay to the end of their life.
    loose, loose_gpus
        Whether GPUs of a SKU may leave before it (J), and those that stand or were ordered before
        the data date: where they serve is decided, as of new ones.
    """

    skus: tuple[str, ...]
    racks: tuple[RackTraits, ...]
    usable: FloatArray
    supply: FloatArray
    order_day: FloatArray
    dock_day: FloatArray
    life_day: FloatArray
    fits: FloatArray
    present: FloatArray
    stood: tuple[Lot, ...]
    stood_gpus: FloatArray
    loose: NDArray[np.bool_]
    loose_gpus: FloatArray

    @property
    def standing_gpus(self) -> FloatArray:
        """All that stand or were ordered before the data date, shape (J, P, K) [gpu]."""
        return self.stood_gpus + self.loose_gpus

    def may_order(self, sku: int, pool: int, period: int) -> bool:
        """Return whether an order of the period can serve in the pool within the horizon."""
        return bool(
            self.supply[sku, period] > 0
            and self.fits[sku, pool]
            and self.present[sku, pool, period].any()
        )


def deliveries(
    portfolio: Portfolio,
    pools: tuple[Pool, ...],
    stood: tuple[Lot, ...],
    extra: Extra,
    clock: Clock,
) -> Deliveries:
    """Return supply, delivery and what stands, SKUs in the order of the catalog."""
    catalog, timeline = portfolio.catalog.accelerators, clock.timeline
    skus = tuple(catalog)
    confidence = portfolio.spec.confidence.likely
    racks = tuple(RackTraits.of(catalog[j]) for j in skus)
    order = np.array([_order_days(catalog[j], timeline) for j in skus])
    supply = np.array([_supply(catalog[j], timeline, confidence) for j in skus])
    if portfolio.spec.skus:
        supply[[j not in portfolio.spec.skus for j in skus]] = 0.0
    life = np.array([life_years(catalog[j], confidence) for j in skus])
    lead = [_lead(portfolio, catalog[j]) + extra.delivery(j, tuple(portfolio.sites)) for j in skus]
    dock = order + np.array(lead)[:, None]
    hosts = {item.rental.site for item in catalog.values() if item.rental} - {None}
    fits = np.array(
        [[rack.fits(p.traits) and _may_stand(catalog[j], p.site, hosts) for p in pools]
         for j, rack in zip(skus, racks, strict=True)],
        dtype=float,
    )  # fmt: skip
    loose = np.array([catalog[j].may_leave for j in skus], dtype=np.bool_)
    gpus = _stood_gpus(stood, skus, pools, clock)
    is_loose = loose[:, None, None]
    return Deliveries(
        skus, racks, np.array([usable_share(catalog[j]) for j in skus]), supply, order, dock,
        life * DAYS_PER_YEAR, fits.reshape(len(skus), len(pools)),
        _present(pools, dock, life * DAYS_PER_YEAR, clock), stood,
        np.where(is_loose, 0.0, gpus), loose, np.where(is_loose, gpus, 0.0),
    )  # fmt: skip


def life_years(sku: Accelerator, confidence: float) -> float:
    """Return the years that a GPU serves: its service life, or its rental's term if shorter."""
    life = conservative(sku.service_life, confidence, "low")
    return min(life, sku.rental.term.likely) if sku.rental else life


def _may_stand(sku: Accelerator, site: str, hosts: set[str | None]) -> bool:
    """Return whether a site takes a SKU: a provider's takes what it rents out, others the rest."""
    own = sku.rental.site if sku.rental else None
    return own == site if own is not None else site not in hosts


def lead_quantile(lead: Amount, factors: Iterable[Amount], confidence: float) -> float:
    """Return a lead time multiplied by shared factors, at a confidence [day].

    The spreads of independent factors add in squares of logarithms; exact for lognormals and near
    enough for others, and what is left the loop corrects.
    """
    middle, spread = lead.likely, 0.0
    for amount in (lead, *factors):
        at = conservative(amount, confidence)
        if amount is not lead:
            middle *= amount.likely
        if amount.likely > 0 and at > 0:
            spread = hypot(spread, log(at / amount.likely))
    return middle * float(np.exp(spread))


def _lead(portfolio: Portfolio, sku: Accelerator) -> float:
    return lead_quantile(sku.lead_time, _factors(portfolio, sku), portfolio.spec.confidence.likely)


def _factors(portfolio: Portfolio, sku: Accelerator) -> list[Amount]:
    drivers = portfolio.spec.risk.drivers
    return [drivers[d].factor for d in sku.drivers if d in drivers]


def _order_days(sku: Accelerator, timeline: Timeline) -> FloatArray:
    """Return the first day of each period on which the SKU has supply and a price, shape (T,)."""
    starts = [s.since for s in sku.supply if s.gpus.likely > 0]
    first = max(min(starts, default=timeline.origin), min(p.since for p in sku.prices))
    days: FloatArray = np.maximum(timeline.start_day, timeline.day(first))
    return np.minimum(days, timeline.end_day)


def _supply(sku: Accelerator, timeline: Timeline, confidence: float) -> FloatArray:
    """Return the most GPUs that can be ordered in each period, shape (T,)."""
    steps = [(s.since, conservative(s.gpus, confidence, "low")) for s in sku.supply]
    most = timeline.step_mean(steps) * timeline.days / DAYS_PER_QUARTER
    # Nothing can be bought before it has a price.
    priced = timeline.presence(timeline.day(min(p.since for p in sku.prices))) > 0
    supply: FloatArray = np.where(priced, most, 0.0)
    return supply


def _present(
    pools: tuple[Pool, ...], dock: FloatArray, life: FloatArray, clock: Clock
) -> FloatArray:
    n_skus, n_periods = dock.shape
    present = np.zeros((n_skus, len(pools), n_periods, len(clock.presence(0.0))))
    tails = np.array([pool.rack_tail_day for pool in pools])
    for j, tail, t in itertools.product(range(n_skus), np.unique(tails), range(n_periods)):
        begin = dock[j, t] + tail
        present[j, tails == tail, t] = clock.presence(begin, begin + life[j])
    return present


def _stood_gpus(
    stood: tuple[Lot, ...], skus: tuple[str, ...], pools: tuple[Pool, ...], clock: Clock
) -> FloatArray:
    gpus = np.zeros((len(skus), len(pools), len(clock.presence(0.0))))
    pool_of = {hall: p for p, pool in enumerate(pools) for hall in pool.halls}
    day = clock.timeline.day
    for lot in stood:
        if lot.hall in pool_of:
            there = clock.presence(day(lot.service), day(lot.until))
            gpus[skus.index(lot.sku), pool_of[lot.hall]] += lot.gpus * there
    return gpus


def dock_day(portfolio: Portfolio, bought: Purchase, timeline: Timeline) -> float:
    """Return the day at confidence on which racks on order dock, given that they have not yet.

    A lead time that is exhausted is taken to stand at its ninth decile, as simulation takes it.
    """
    known = portfolio.actuals.deliveries.get(bought.name) if portfolio.actuals else None
    if known is not None and known.docked is not None:
        return timeline.day(known.docked)
    sku, order = portfolio.catalog.accelerators[bought.sku], timeline.day(bought.order)
    factors = _factors(portfolio, sku)
    lead = np.array([lead_quantile(sku.lead_time, factors, float(p)) for p in CHANCES])
    if known is not None and known.expected is not None and sku.lead_time.likely > 0:
        lead *= (timeline.day(known.expected) - order) / sku.lead_time.likely
    passed, at = float(np.interp(-order, lead, CHANCES, left=0.0, right=1.0)), order
    if passed >= CHANCES[-1]:
        passed, at = EXHAUSTED, -float(np.interp(EXHAUSTED, CHANCES, lead))
    chance = passed + (1.0 - passed) * portfolio.spec.confidence.likely
    return max(0.0, at + float(np.interp(chance, CHANCES, lead)))

"""GPUs that may leave their place before their time: retired early, or moved to other halls.

A batch is what leaves alike: GPUs of a SKU that stand or are on order in a pool and serve the same
days, or an order of the plan. A way is a batch leaving at the beginning of a period: for good, or
for another pool, where it serves after the downtime of the move and the installation. What the plan
itself orders may be retired and not moved, and what was moved stays.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.capacity.cost import Escalation
from planner.capacity.laws import conservative
from planner.capacity.timeline import DAYS_PER_YEAR
from planner.domain.plan import RETIRED
from planner.optimise.deliveries import life_years
from planner.optimise.money import price_on, resale_cash

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray, Timeline
    from planner.domain.fleet import Accelerator
    from planner.domain.plan import Lot
    from planner.domain.portfolio import Portfolio
    from planner.optimise.clock import Clock
    from planner.optimise.deliveries import Deliveries
    from planner.optimise.halls import Pool

STANDS: Final = -1
"""Period of the order of a batch that the plan does not order."""


@dataclass(frozen=True)
class Batch:
    """GPUs that leave alike.

    Parameters
    ----------
    sku, pool
        Indices.
    order
        Period in which the plan orders them; `STANDS` where it does not.
    gpus
        How many there are; 0 where the plan decides it.
    begin_day, until_day
        Days in service.
    lots
        Names of the lots that stand or are on order, in the order in which they leave.
    """

    name: str
    sku: int
    pool: int
    order: int
    gpus: int
    begin_day: float
    until_day: float
    lots: tuple[str, ...] = ()


@dataclass(frozen=True)
class Way:
    """A batch leaving at the beginning of a period.

    Parameters
    ----------
    to
        Pool that it is moved to; None where it is retired.
    dock_day
        Day at confidence on which moved racks are there.
    gone, come
        Share of each time that it no longer serves where it was, and serves where it comes to,
        shape (K,).
    cash
        What it costs for each GPU, by period, shape (T,) [MUSD].
    late
        What of it is the resale at the end of its life that is given up; None where it has none.
    move
        Name of the move that takes it; empty where it is retired.
    """

    batch: Batch
    period: int
    to: int | None
    dock_day: float
    gone: FloatArray
    come: FloatArray
    cash: FloatArray
    late: FloatArray | None = None
    move: str = ""


@dataclass(frozen=True)
class Leaving:
    """All ways to leave; none where no SKU may.

    Parameters
    ----------
    ways
        By their index in the model: batch, `RETIRED` or the pool they go to, period.
    """

    ways: dict[tuple[str, str, str], Way] = field(default_factory=dict)

    @cached_property
    def _from(self) -> dict[tuple[int, int], list[tuple[str, str, str]]]:
        found: defaultdict[tuple[int, int], list[tuple[str, str, str]]] = defaultdict(list)
        for index, way in self.ways.items():
            found[way.batch.sku, way.batch.pool].append(index)
        return found

    @cached_property
    def _to(self) -> dict[tuple[int, int], list[tuple[str, str, str]]]:
        found: defaultdict[tuple[int, int], list[tuple[str, str, str]]] = defaultdict(list)
        for index, way in self.ways.items():
            if way.to is not None:
                found[way.batch.sku, way.to].append(index)
        return found

    @cached_property
    def moves(self) -> dict[str, Way]:
        """A way that each move takes, by its name."""
        return {way.move: way for way in self.ways.values() if way.move}

    @cached_property
    def batch_of_lot(self) -> dict[str, Batch]:
        """Batch of every lot that stands or is on order, by its name."""
        return {lot: way.batch for way in self.ways.values() for lot in way.batch.lots}

    @cached_property
    def batch_of_order(self) -> dict[tuple[int, int, int], Batch]:
        """Batch of the orders of the plan, by SKU, pool and period."""
        batches = (way.batch for way in self.ways.values())
        return {(b.sku, b.pool, b.order): b for b in batches if b.order != STANDS}

    def out_of(self, sku: int, pool: int) -> list[tuple[str, str, str]]:
        """Return the ways out of a pool."""
        return self._from.get((sku, pool), [])

    def into(self, sku: int, pool: int) -> list[tuple[str, str, str]]:
        """Return the ways into a pool."""
        return self._to.get((sku, pool), [])


def leave_cash(
    portfolio: Portfolio, timeline: Timeline, sku: str, day: float, *, is_moved: bool,
    late: FloatArray | None = None,
) -> FloatArray:  # fmt: skip
    """Return what it costs that a GPU leaves on a day, by period, shape (T,) [MUSD].

    Parameters
    ----------
    late
        What it would have brought at the end of its life, by period: given up with it.
    """
    item = portfolio.catalog.accelerators[sku]
    confidence = portfolio.spec.confidence.likely
    level = float(Escalation(portfolio.spec.finance, timeline).at("gpus", day))
    terms, paid = item.early_retirement, 0.0
    if is_moved:
        paid = conservative(item.moves.cost, confidence) if item.moves else 0.0
        late = None
    elif terms is not None:
        paid += conservative(terms.cost, confidence) if terms.cost else 0.0
        paid -= conservative(terms.resale, confidence, "low") if terms.resale else 0.0
    cash = timeline.pay_at(day, paid * level)
    return cash if late is None else cash + late


def resale_given_up(
    portfolio: Portfolio, pools: tuple[Pool, ...], timeline: Timeline, sku: str, order_day: float,
    dock_day: float,
) -> FloatArray:  # fmt: skip
    """Return what a GPU on order brings at the end of its life, by period, shape (T,) [MUSD]."""
    item = portfolio.catalog.accelerators[sku]
    tail = max((p.rack_tail_day for p in pools), default=0.0)
    life = life_years(item, portfolio.spec.confidence.likely) * DAYS_PER_YEAR
    price = price_on(portfolio, timeline, item, order_day)
    return resale_cash(portfolio, timeline, item, price, dock_day + tail + life)


def leaving(
    portfolio: Portfolio, pools: tuple[Pool, ...], arriving: Deliveries, clock: Clock,
    docks: dict[str, tuple[float, float]],
) -> Leaving:  # fmt: skip
    """Return all ways in which GPUs may leave.

    Parameters
    ----------
    docks
        Days of order and delivery of what is on order, by purchase.
    """
    catalog = portfolio.catalog.accelerators
    if not arriving.loose.any():
        return Leaving()
    ways: dict[tuple[str, str, str], Way] = {}
    for batch in [*_standing(pools, arriving, clock), *_ordered(pools, arriving, clock)]:
        item = catalog[arriving.skus[batch.sku]]
        late = _late(portfolio, pools, arriving, clock, batch, docks)
        for t, day in enumerate(clock.timeline.start_day.tolist()):
            if not batch.begin_day <= day < batch.until_day:
                continue
            if item.early_retirement is not None:
                way = _way(portfolio, pools, arriving, clock, batch, t, None, late)
                ways[batch.name, RETIRED, portfolio.periods[t].label] = way
            if item.moves is not None and batch.order == STANDS:
                for to in _others(pools, arriving, batch):
                    way = _way(portfolio, pools, arriving, clock, batch, t, to, late)
                    if way.come.any():
                        ways[batch.name, pools[to].name, portfolio.periods[t].label] = way
    return Leaving(ways)


def _others(pools: tuple[Pool, ...], arriving: Deliveries, batch: Batch) -> list[int]:
    """Return the pools of other zones that take a batch's racks."""
    here = pools[batch.pool].zone_name
    return [
        p for p, pool in enumerate(pools)
        if pool.zone_name != here and arriving.fits[batch.sku, p]
    ]  # fmt: skip


def move_dock_day(portfolio: Portfolio, item: Accelerator, sent_day: float) -> float:
    """Return the day at confidence on which racks sent on a day are at the other hall."""
    if item.moves is None:
        return sent_day
    return sent_day + conservative(item.moves.downtime, portfolio.spec.confidence.likely)


def _way(
    portfolio: Portfolio, pools: tuple[Pool, ...], arriving: Deliveries, clock: Clock,
    batch: Batch, period: int, to: int | None, late: FloatArray | None,
) -> Way:  # fmt: skip
    sku = arriving.skus[batch.sku]
    sent = float(clock.timeline.start_day[period])
    dock, move = sent, ""
    present = clock.presence(batch.begin_day, batch.until_day)
    come = 0.0 * present
    if to is not None:
        dock = move_dock_day(portfolio, portfolio.catalog.accelerators[sku], sent)
        zones = f"{pools[batch.pool].zone_name}/{pools[to].zone_name}"
        move = f"{zones}/{sku}/{portfolio.periods[period].label}"
        come = clock.presence(dock + pools[to].rack_tail_day, batch.until_day)
    gone = present - clock.presence(batch.begin_day, sent)
    cash = leave_cash(
        portfolio, clock.timeline, sku, sent, is_moved=to is not None, late=late
    )  # fmt: skip
    return Way(batch, period, to, dock, gone, come, cash, late, move)


def _standing(pools: tuple[Pool, ...], arriving: Deliveries, clock: Clock) -> list[Batch]:
    """Return what stands or is on order, GPUs of a pool with the same dates in one batch."""
    pool_of = {hall: p for p, pool in enumerate(pools) for hall in pool.halls}
    found: defaultdict[tuple[int, int, float, float, str], list[Lot]] = defaultdict(list)
    day = clock.timeline.day
    for lot in arriving.stood:
        j = arriving.skus.index(lot.sku)
        if arriving.loose[j] and lot.hall in pool_of:
            key = (j, pool_of[lot.hall], day(lot.service), day(lot.until), lot.purchase)
            found[key].append(lot)
    return [
        Batch(
            f"{arriving.skus[j]} {pools[p].name} {lots[0].name}", j, p, STANDS,
            sum(lot.gpus for lot in lots), begin, until,
            tuple(lot.name for lot in sorted(lots, key=lambda x: (x.hall, x.block))),
        )
        for (j, p, begin, until, _), lots in found.items()
    ]  # fmt: skip


def _ordered(pools: tuple[Pool, ...], arriving: Deliveries, clock: Clock) -> list[Batch]:
    """Return the orders of SKUs that may be retired early."""
    made = []
    for j, p, t in np.ndindex(len(arriving.skus), len(pools), len(clock.timeline.days)):
        if arriving.loose[j] and arriving.may_order(j, p, t):
            begin = float(arriving.dock_day[j, t]) + pools[p].rack_tail_day
            until = begin + float(arriving.life_day[j])
            name = f"{arriving.skus[j]} {pools[p].name} ordered {t}"
            made.append(Batch(name, j, p, t, 0, begin, until))
    return made


def _late(
    portfolio: Portfolio, pools: tuple[Pool, ...], arriving: Deliveries, clock: Clock,
    batch: Batch, docks: dict[str, tuple[float, float]],
) -> FloatArray | None:  # fmt: skip
    """Return what a GPU of a batch brings at the end of its life; None where nothing is known."""
    sku, timeline = arriving.skus[batch.sku], clock.timeline
    if batch.order != STANDS:
        days = (float(arriving.order_day[batch.sku, batch.order]),
                float(arriving.dock_day[batch.sku, batch.order]))  # fmt: skip
        return resale_given_up(portfolio, pools, timeline, sku, *days)
    bought = next((lot.purchase for lot in arriving.stood if lot.name == batch.lots[0]), "")
    if bought not in docks:
        return None
    return resale_given_up(portfolio, pools, timeline, sku, *docks[bought])

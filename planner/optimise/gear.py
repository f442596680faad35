"""Equipment: units in stock that are left, what halls need and when it must be ordered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from planner.network import build_tables
from planner.network.orders import equipment_needs, orders_for
from planner.optimise.course import hall_course
from planner.optimise.deliveries import lead_quantile

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.domain.plan import EquipmentOrder, Start
    from planner.domain.portfolio import Portfolio
    from planner.optimise.data import ModelData
    from planner.optimise.halls import Option


@dataclass(frozen=True)
class Ordered:
    """A unit that one hall orders.

    Parameters
    ----------
    order_day, needed_day
        From the data date.
    price
        Nominal [MUSD].
    cash
        The same by period, shape (T,) [MUSD].
    """

    order_day: float
    needed_day: float
    price: float
    cash: FloatArray


@dataclass(frozen=True)
class Bought:
    """Equipment of a class for one hall.

    Parameters
    ----------
    units
        Of it.
    amount
        What they cost, before escalation [MUSD].
    cash
        The same by period, nominal, shape (T,) [MUSD].
    orders
        Unit by unit, where the hall can be cancelled; else empty.
    """

    units: int
    amount: float
    cash: FloatArray
    orders: tuple[Ordered, ...] = ()


@dataclass(frozen=True)
class StockUse:
    """Where the stock at the data date goes: to site works and halls under way first.

    Parameters
    ----------
    left
        Units for halls to be started, by site and class.
    by_hall
        Units that each hall under way takes, by class.
    owed
        Orders still to be placed for site works and halls under way.
    """

    left: dict[tuple[str, str], int] = field(default_factory=dict)
    by_hall: dict[str, Counter[str]] = field(default_factory=dict)
    owed: tuple[EquipmentOrder, ...] = ()


def stock_use(portfolio: Portfolio, starts: tuple[Start, ...]) -> StockUse:
    """Return where stock goes; nothing is counted where no site has any and no class is short.

    Parameters
    ----------
    starts
        Halls under way.
    """
    has_stock = any(site.stock for site in portfolio.sites.values())
    if not has_stock and not limited(portfolio):
        return StockUse()
    tables = build_tables(portfolio)
    needs = equipment_needs(portfolio, starts, tables)
    made = StockUse(owed=orders_for(portfolio, needs, tables))
    for name, site in portfolio.sites.items():
        for item, entries in site.stock.items():
            units = sum(entry.units for entry in entries)
            rows = needs.get((name, item), [])
            made.left[name, item] = max(0, units - len(rows))
            for _, place in rows[:units]:
                made.by_hall.setdefault(place, Counter())[item] += 1
    return made


def bundled(
    options: tuple[Option, ...],
    bought: tuple[dict[str, Bought], ...],
    left: dict[tuple[str, str], int],
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return classes of which the same units are left and the same used, by site and the first.

    Their units go to the same halls, and so they are one decision.
    """
    same: dict[tuple[object, ...], list[str]] = {}
    for (site, item), units in left.items():
        uses = tuple(
            had[item].units if item in had and option.candidate.site == site else 0
            for option, had in zip(options, bought, strict=True)
        )
        if units and any(uses):
            same.setdefault((site, units, uses), []).append(item)
    return {(str(key[0]), items[0]): tuple(items) for key, items in same.items()}


def limited(portfolio: Portfolio) -> dict[str, int]:
    """Return the classes of which only so many units can be ordered in a period."""
    return {
        name: item.supply_per_period
        for name, item in portfolio.catalog.equipment.items()
        if item.supply_per_period is not None
    }


def latest_orders(data: ModelData) -> dict[tuple[int, str], FloatArray]:
    """Return units that one hall of an option must have ordered by each period, shape (T,).

    By option and class of limited supply: a lead time at confidence before the row that waits for
    it starts at the earliest, and never before the data date.
    """
    spec, catalog = data.portfolio.spec, data.portfolio.catalog
    leads = {}
    for name in limited(data.portfolio):
        item = catalog.equipment[name]
        factors = [spec.risk.drivers[d].factor for d in item.drivers if d in spec.risk.drivers]
        leads[name] = lead_quantile(item.lead_time, factors, spec.confidence.likely)
    courses = {o.candidate: hall_course(data.portfolio, o.candidate) for o in data.options}
    found: dict[tuple[int, str], FloatArray] = {}
    for o, option in enumerate(data.options):
        begin = float(data.timeline.start_day[option.period])
        for row in courses[option.candidate].rows:
            for name in row.equipment:
                if name in leads:
                    day = max(0.0, begin + row.start_day - leads[name])
                    units = found.setdefault((o, name), np.zeros(data.n_periods))
                    units[min(data.timeline.period_of(day), data.n_periods - 1) :] += 1
    return found

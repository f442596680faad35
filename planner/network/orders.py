"""Equipment orders: for every unit that is needed and not in stock, the latest date that serves.

A unit is needed when the deterministic pass, with nothing waiting for equipment or power, starts
the activity that waits for it. Stock goes to the earliest needs. An order is placed a lead time
before the need, at the portfolio's confidence and with the shared drivers in it, and never
before the data date.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from planner.domain.plan import EquipmentOrder, Plan
from planner.domain.result import NEVER
from planner.network.compile import unequipped_network
from planner.network.cpm import early_starts
from planner.network.tables import build_tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.domain.plan import Start
    from planner.domain.portfolio import Portfolio
    from planner.domain.site import EquipmentStock
    from planner.network.arrays import Network
    from planner.network.passes import Graph
    from planner.network.tables import Tables

BUILT_IN: Final = ""
"""Place of units that reported activities took."""
Need = tuple[int, str]
"""Minute, and the hall (or site) that needs a unit."""
Needs = dict[tuple[str, str], list[Need]]
"""By site and class, the earliest first."""


def equipment_orders(
    portfolio: Portfolio, starts: Sequence[Start], tables: Tables | None = None
) -> tuple[EquipmentOrder, ...]:
    """Return what must be ordered for the site works and the halls of `starts`.

    Parameters
    ----------
    starts
        All halls under way and started.
    tables
        Tables of the portfolio, to spare building them again.

    Returns
    -------
    tuple[EquipmentOrder, ...]
        By site, class and order date; units of one class, hall and date are one order.
    """
    tables = tables or build_tables(portfolio)
    return orders_for(portfolio, equipment_needs(portfolio, starts, tables), tables)


def orders_for(portfolio: Portfolio, needs: Needs, tables: Tables) -> tuple[EquipmentOrder, ...]:
    """Return what must be ordered to meet needs; see `equipment_orders`."""
    made = []
    for (site, equipment), rows in sorted(needs.items()):
        stock = sum(entry.units for entry in portfolio.sites[site].stock.get(equipment, ()))
        units: defaultdict[tuple[dt.date, dt.date, str], int] = defaultdict(int)
        for minute, hall in (row for row in rows[stock:] if row[1] != BUILT_IN):
            needed = tables.date(minute)
            latest = needed - dt.timedelta(days=tables.lead_day[equipment])
            units[max(latest, portfolio.spec.data_date), needed, hall] += 1
        made += [
            EquipmentOrder(site, equipment, n, order, needed, hall)
            for (order, needed, hall), n in sorted(units.items())
        ]
    return _within_supply(portfolio, made)


def _within_supply(
    portfolio: Portfolio, orders: Sequence[EquipmentOrder]
) -> tuple[EquipmentOrder, ...]:
    """Return orders of which no period has more units of a class than makers take.

    Of the latest orders first, what is too much for a period is ordered in the last one before
    that has room; where none has, in the first after, and comes late.
    """
    spans, made = portfolio.periods, []
    room: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for order in sorted(orders, key=lambda o: (o.order, o.site, o.hall), reverse=True):
        most = portfolio.catalog.equipment[order.equipment].supply_per_period
        own = next((i for i, span in enumerate(spans) if order.order < span.end), None)
        if most is None or own is None:
            made.append(order)
            continue
        left = order.units
        for i in (*range(own, -1, -1), *range(own + 1, len(spans))):
            units = min(left, room[order.equipment].get(i, most))
            if units:
                room[order.equipment][i] = room[order.equipment].get(i, most) - units
                day = order.order if i == own else max(spans[i].start, order.order)
                day = day if i >= own else spans[i].end - dt.timedelta(days=1)
                made.append(dataclasses.replace(order, units=units, order=day))
                left -= units
        if left:
            made.append(dataclasses.replace(order, units=left))
    return tuple(sorted(made, key=lambda o: (o.site, o.equipment, o.order, o.needed, o.hall)))


def equipment_needs(portfolio: Portfolio, starts: Sequence[Start], tables: Tables) -> Needs:
    """Return by (site, class) when and where units are needed, the earliest first."""
    spec = portfolio.spec
    plan = Plan(spec.portfolio, spec.data_date, portfolio.periods, tuple(starts))
    return needs_of(unequipped_network(portfolio, plan, tables))


def needs_of(network: Network, graph: Graph | None = None) -> Needs:
    """Return the same of a network in which nothing waits for equipment.

    What reported activities took is needed before everything else.
    """
    start = early_starts(network, graph).tolist()
    needs: defaultdict[tuple[str, str], list[Need]] = defaultdict(list)
    pointer, column = network.wait.pointer.tolist(), network.wait.column.tolist()
    keys = [tuple(name.split("/", 1)) for name in network.pool]
    for a, minute in enumerate(start):
        if minute >= NEVER:
            continue
        hall = network.activity_hall[a]
        place = network.hall[hall] if hall >= 0 else network.site[network.activity_site[a]]
        for pool in column[pointer[a] : pointer[a + 1]]:
            site, equipment = keys[pool]
            needs[site, equipment].append((minute, place))
    for pool, units in network.pool_used:  # gone from what came first
        needs[keys[pool][0], keys[pool][1]] += [(0, BUILT_IN)] * units
    return {key: sorted(rows) for key, rows in needs.items()}


def remaining_stock(
    stock: Mapping[str, Sequence[EquipmentStock]], taken: Mapping[str, int]
) -> dict[str, tuple[EquipmentStock, ...]]:
    """Return stock by class without the units taken from it, the first to arrive first."""
    left: dict[str, tuple[EquipmentStock, ...]] = {}
    for name, entries in stock.items():
        gone = taken.get(name, 0)
        kept = []
        for entry in sorted(entries, key=lambda e: e.arrives):
            used = min(gone, entry.units)
            gone -= used
            if entry.units > used:
                kept.append(entry.model_copy(update={"units": entry.units - used}))
        left[name] = tuple(kept)
    return left

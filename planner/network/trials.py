"""Options and the plans that try them: candidates, trials, and what stands or is under way."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.domain.plan import Candidate, EquipmentOrder, Lot, Plan, Purchase, Start
from planner.domain.site import standing_blocks
from planner.domain.under_way import reservations, under_way
from planner.network.compile import compile_network, equipped_network, unequipped_network
from planner.network.orders import (
    equipment_needs,
    equipment_orders,
    needs_of,
    orders_for,
    remaining_stock,
)
from planner.network.passes import as_graph
from planner.network.roster import standing_name
from planner.network.tables import build_tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from planner.domain.fleet import Accelerator
    from planner.domain.portfolio import Portfolio
    from planner.domain.site import EquipmentStock, InstalledGPUs
    from planner.network.arrays import Network
    from planner.network.passes import Graph
    from planner.network.tables import Tables

DAYS_A_YEAR = 365.25


def candidates(portfolio: Portfolio) -> tuple[Candidate, ...]:
    """Return every way to build a hall that the portfolio allows, in the order of its files.

    Groups whose halls are all under way have none left to choose.
    """
    allowed = set(portfolio.spec.policy.modes) or set(portfolio.catalog.modes)
    taken = Counter((s.candidate.site, s.candidate.group) for s in under_way(portfolio))
    return tuple(
        Candidate(name, key, mode, calendar)
        for name, site in portfolio.sites.items()
        for key, group in site.groups.items()
        if group.count > taken[name, key]
        for mode in group.modes
        if mode in allowed
        for calendar in group.calendars
    )


def trial_plan(
    portfolio: Portfolio,
    candidate: Candidate,
    period: int,
    halls: int,
    tables: Tables | None = None,
) -> Plan:
    """Return a plan that starts `halls` halls of a candidate in one period, and nothing else.

    The k-th is released at (k - 1) / halls of the period, though not before its group may start.
    Every block gets one tail whose racks are never late. Equipment is ordered for them alone,
    beyond what halls under way leave of the stock. `trial_network` compiles it with less around.
    """
    tables = tables or build_tables(portfolio)
    starts = _trial_starts(portfolio, candidate, period, halls)
    site = portfolio.sites[candidate.site]
    left = site.model_copy(update={"stock": _left_stock(portfolio, candidate.site, tables)})
    freed = portfolio.replace(sites={**portfolio.sites, candidate.site: left})
    return _trial(portfolio, starts, equipment_orders(freed, starts, tables))


def trial_portfolio(portfolio: Portfolio, site: str, tables: Tables) -> Portfolio:
    """Return the portfolio with one site alone, where nothing stands or is under way.

    Its stock is what halls under way there leave, its tranches are gone.
    """
    left = _left_stock(portfolio, site, tables)
    bare = {"standing": {}, "under_way": {}, "installed": {}, "tranches": {}, "stock": left}
    return portfolio.replace(sites={site: portfolio.sites[site].model_copy(update=bare)})


def trial_network(
    portfolio: Portfolio,
    candidate: Candidate,
    period: int,
    halls: int,
    tables: Tables | None = None,
    alone: Portfolio | None = None,
) -> Network:
    """Return the network of a trial: one site, nothing else on it, power and racks never late.

    Parameters
    ----------
    halls
        Halls started in the period.
    tables, alone
        Tables of the portfolio and `trial_portfolio` of the candidate's site, to spare making them
        again for every trial.
    """
    tables = tables or build_tables(portfolio)
    alone = alone or trial_portfolio(portfolio, candidate.site, tables)
    starts = _trial_starts(portfolio, candidate, period, halls)
    plan = _trial(portfolio, starts, equipment_orders(alone, starts, tables))
    return compile_network(alone, plan, with_tranches=False, tables=tables)


class Trials:
    """Trials of one candidate: compiled once, and dated for each period.

    Between periods nothing but dates differs: of the releases, and with them of the orders.

    Parameters
    ----------
    halls
        Halls started in a period.
    alone
        `trial_portfolio` of the candidate's site.
    """

    def __init__(
        self, portfolio: Portfolio, candidate: Candidate, halls: int, tables: Tables,
        alone: Portfolio,
    ) -> None:  # fmt: skip
        self.portfolio, self.candidate, self.halls = portfolio, candidate, halls
        self.tables, self.alone = tables, alone
        self._bare: dict[tuple[str, ...], tuple[Network, Graph]] = {}

    def starts(self, period: int) -> tuple[Start, ...]:
        """Return the halls of the trial of a period; equal ones make equal trials."""
        return _trial_starts(self.portfolio, self.candidate, period, self.halls)

    def network(self, starts: tuple[Start, ...]) -> Network:
        """Return the network of a trial, as `trial_network` would compile it."""
        network, graph = self._dated(starts)
        orders = orders_for(self.alone, needs_of(network, graph), self.tables)
        return equipped_network(network, self.alone, orders, self.tables, graph)

    def _dated(self, starts: tuple[Start, ...]) -> tuple[Network, Graph]:
        """Return the network without equipment, its gates at the releases, and its graph."""
        # Halls released on one day stand in the order of their names.
        hall = tuple(s.hall for s in sorted(starts, key=lambda s: (s.release, s.hall)))
        if hall not in self._bare:
            plan = _trial(self.portfolio, starts, ())
            made = unequipped_network(self.alone, plan, self.tables)
            self._bare[hall] = made, as_graph(made)
        bare, graph = self._bare[hall]
        minute = {f"release/{s.hall}": self.tables.minute(s.release) for s in starts}
        pairs = zip(bare.gate_name, bare.gate_base_min.tolist(), strict=True)
        base = np.array([minute.get(name, old) for name, old in pairs], dtype=np.int64)
        return replace(bare, gate_base_min=base), graph


def _trial(
    portfolio: Portfolio, starts: tuple[Start, ...], orders: tuple[EquipmentOrder, ...]
) -> Plan:
    spec = portfolio.spec
    return Plan(spec.portfolio, spec.data_date, portfolio.periods, starts, orders)


def _trial_starts(
    portfolio: Portfolio, candidate: Candidate, period: int, halls: int
) -> tuple[Start, ...]:
    """Return new halls of a group, released evenly over a period."""
    chosen, site = portfolio.periods[period], portfolio.sites[candidate.site]
    begun = sum(u.count for u in site.under_way.values() if u.group == candidate.group)
    earliest = max(chosen.start, site.groups[candidate.group].earliest or chosen.start)
    releases = [chosen.start + dt.timedelta(days=chosen.days * k // halls) for k in range(halls)]
    return tuple(
        Start(candidate, begun + k + 1, max(earliest, release))
        for k, release in enumerate(releases)
    )


def _left_stock(
    portfolio: Portfolio, site: str, tables: Tables
) -> Mapping[str, Sequence[EquipmentStock]]:
    """Return the stock of a site that its halls under way leave; site works are done in a trial."""
    whole = portfolio.sites[site]
    if not (whole.stock and whole.under_way):
        return whole.stock
    begun = [start for start in under_way(portfolio) if start.candidate.site == site]
    needs = equipment_needs(portfolio.replace(sites={site: whole}), begun, tables)
    taken = {
        equipment: sum(place != site for _, place in rows) for (_, equipment), rows in needs.items()
    }
    return remaining_stock(whole.stock, taken)


def existing_plan(portfolio: Portfolio, tables: Tables | None = None) -> Plan:
    """Return the plan that adds nothing: what stands, is under way, was ordered and reserved."""
    spec = portfolio.spec
    starts = under_way(portfolio)
    purchases = _on_order(portfolio)
    return Plan(
        portfolio=spec.portfolio,
        data_date=spec.data_date,
        periods=portfolio.periods,
        starts=starts,
        orders=equipment_orders(portfolio, starts, tables),
        purchases=tuple(purchases.values()),
        lots=(
            *(lot for name in portfolio.sites for lot in _installed(portfolio, name)),
            *_lots_on_order(portfolio, purchases),
        ),
        reservations=reservations(portfolio),
    )


def bare_plan(portfolio: Portfolio, tables: Tables | None = None) -> Plan:
    """Return the same without GPUs on order: when halls could take racks, whenever those come."""
    plan = existing_plan(portfolio, tables)
    return plan.replace(purchases=(), lots=tuple(lot for lot in plan.lots if not lot.purchase))


def _on_order(portfolio: Portfolio) -> dict[str, Purchase]:
    """Return the purchases that actuals report as ordered, by name, docked at the likely date."""
    known = portfolio.actuals.on_order() if portfolio.actuals is not None else {}
    made = {}
    for name, row in known.items():
        if row.ordered is None or row.sku is None:
            continue  # an error of the checks
        lead = portfolio.catalog.accelerators[row.sku].lead_time.likely
        likely = row.expected or row.ordered + dt.timedelta(days=math.ceil(lead))
        dock = row.docked or max(likely, portfolio.spec.data_date)
        site, gpus = next(iter(row.into)).partition("/")[0], sum(row.into.values())
        made[name] = Purchase(name, site, row.sku, gpus, row.ordered, dock, is_under_way=True)
    return made


def _lots_on_order(portfolio: Portfolio, purchases: Mapping[str, Purchase]) -> Iterator[Lot]:
    """Yield the GPUs of reported orders in their blocks, in service from the day they dock."""
    if portfolio.actuals is None:
        return
    end = portfolio.periods[-1].end
    for name, bought in purchases.items():
        life = portfolio.catalog.accelerators[bought.sku].service_life.likely
        for block, gpus in portfolio.actuals.deliveries[name].into.items():
            hall, _, number = block.rpartition("/")
            lot = Lot(
                hall, int(number), bought.sku, gpus, name, bought.dock, end, is_under_way=True
            )
            served = portfolio.actuals.lots.get(lot.name)
            service = served.in_service if served is not None else bought.dock
            until = min(end, service + dt.timedelta(days=round(life * DAYS_A_YEAR)))
            if gpus and service < until:
                yield replace(lot, service=service, until=until)


def _installed(portfolio: Portfolio, name: str) -> Iterator[Lot]:
    site = portfolio.sites[name]
    for entry, installed in site.installed.items():
        standing = site.standing[entry]
        blocks = standing_blocks(standing, portfolio.catalog.modes[standing.mode])
        block_mw = standing.it_power.likely / blocks
        yield from _filled(portfolio, standing_name(name, entry), installed, blocks, block_mw)


def _filled(
    portfolio: Portfolio, hall: str, installed: tuple[InstalledGPUs, ...], blocks: int,
    block_mw: float,
) -> Iterator[Lot]:  # fmt: skip
    """Yield GPUs rack by rack into the blocks of a hall, block after block; the last takes all.

    GPUs of one SKU that meet in a block are one lot, which serves from the later installation
    until the earlier retirement.
    """
    lots: dict[tuple[int, str], Lot] = {}
    block, free_mw = 1, block_mw
    for entry in installed:
        sku = portfolio.catalog.accelerators[entry.sku]
        if _until(portfolio, entry, sku) <= portfolio.spec.data_date:
            continue
        rack_mw = sku.rack_power.likely / 1000
        left = entry.gpus
        while left > 0:
            is_last = block == blocks
            racks = math.ceil(left / sku.gpus_per_rack)
            fit = racks if is_last else min(racks, int(free_mw / rack_mw + 1e-9))
            gpus = min(left, fit * sku.gpus_per_rack)
            if gpus:
                left, free_mw = left - gpus, free_mw - fit * rack_mw
                key = (block, entry.sku)
                lots[key] = _joined(lots.get(key), _lot(portfolio, hall, block, entry, sku, gpus))
            if left > 0:
                block, free_mw = block + 1, block_mw
    yield from lots.values()


def _lot(
    portfolio: Portfolio, hall: str, block: int, entry: InstalledGPUs, sku: Accelerator, gpus: int
) -> Lot:
    return Lot(hall, block, entry.sku, gpus, "", entry.since, _until(portfolio, entry, sku))


def _until(portfolio: Portfolio, entry: InstalledGPUs, sku: Accelerator) -> dt.date:
    """Return when GPUs retire, at the latest with the end of the last period."""
    leaves = entry.since + dt.timedelta(days=round(sku.service_life.likely * DAYS_A_YEAR))
    return min(leaves, portfolio.periods[-1].end)


def _joined(there: Lot | None, more: Lot) -> Lot:
    if there is None:
        return more
    return Lot(
        more.hall, more.block, more.sku, there.gpus + more.gpus, "",
        max(there.service, more.service), min(there.until, more.until),
    )  # fmt: skip

"""What is in place is carried by firm tranches that serve it.

For all zones z and times k: ``zone_power``: sum over pools in z of peak_ratio x IT MW placed <=
sum over tranches of flow[l, z, k]; and for all tranches l: ``tranche_power``: sum over zones of
flow[l, z, k] <= firm_mw[l, k], times whether it is reserved and kept where that is decided.
Between periods ``power_stays``: flow[l, z, k-1] <= flow[l, z, k].

The facility power on the design day of all that is in place is carried by firm tranches that serve
its zone, each from its energisation at confidence with the tail to service. What a tranche carries
for a zone it carries on: power is assigned once (`network.power`), so nothing runs on what another
zone will need until its own tranche is there. Where a contract can be left or GPUs leave early,
power comes back, and nothing is said of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyomo.environ as pyo
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from planner.network.power import contract_ends
from planner.optimise.constraints.base import TOLERANCE, Constraint, Statement
from planner.optimise.constraints.reservations import kept_terms
from planner.optimise.tally import halls_of
from planner.optimise.variables import GPUS, at_most

if TYPE_CHECKING:
    import datetime as dt

    from planner.domain.plan import Plan
    from planner.optimise.constraints.base import Index, Pyo
    from planner.optimise.data import ModelData

FLOW_UNITS = 10_000.0
"""Units of a MW in the integer network on which a plan's power is checked."""


def add(model: Pyo, data: ModelData) -> None:
    """Add ``zone_power[zone, time]``, ``tranche_power`` and ``power_stays[tranche, ...]``."""
    zones = data.feed.zones
    by_name = {t.full_name: i for i, t in enumerate(data.feed.tranches)}

    def zone(m: Pyo, name: str, time: str) -> Pyo:
        k = data.times.index(time)
        pools = [(p, pool) for p, pool in enumerate(data.pools) if pool.zone_name == name]
        terms, stood = [], 0.0
        for p, pool in pools:
            ratio = pool.traits.peak_ratio
            stood += ratio * float(data.gpu_mw @ data.deliveries.stood_gpus[:, p, k])
            terms += [
                (ratio * GPUS * data.gpu_mw[j], m.placed[sku, pool.name, time])
                for j, sku in enumerate(data.skus)
                if (sku, pool.name, time) in m.placed
            ]
        terms += [
            (-1.0, m.flow[tranche, name, time])
            for tranche in by_name
            if (tranche, name, time) in m.flow
        ]
        return at_most(m, terms, -stood)

    def tranche(m: Pyo, name: str, time: str) -> Pyo:
        i, k = by_name[name], data.times.index(time)
        terms = [
            (1.0, m.flow[name, z, time])
            for z in data.feed.tranches[i].zones
            if (name, z, time) in m.flow
        ]
        firm = float(data.feed.firm_mw[i, k])
        # Contracts left count up to the first day of a time.
        kept = kept_terms(m, data, i, data.clock.first_day(k), -firm)
        return at_most(m, [*terms, *kept], 0.0 if kept else firm)

    def stays(m: Pyo, name: str, zone: str, time: str) -> Pyo:
        k = data.times.index(time)
        before = (name, zone, data.times[k - 1])
        if not 1 <= k < data.n_periods or before not in m.flow:
            return pyo.Constraint.Skip
        return at_most(m, [(1.0, m.flow[before]), (-1.0, m.flow[name, zone, time])], 0.0)

    model.zone_power = pyo.Constraint(list(zones), list(data.times), rule=zone)
    model.tranche_power = pyo.Constraint(list(by_name), list(data.times), rule=tranche)
    ends = {t.full_name for t in data.feed.tranches if t.can_exit}
    lasting = [i for i in model.flow if i[0] not in ends] if not data.leaving.ways else []
    model.power_stays = pyo.Constraint(lasting, rule=stays)


def violations(plan: Plan, data: ModelData) -> list[str]:
    """Name sites and days on which no tranches carry what is in place."""
    found = []
    pools = halls_of(plan, data)
    for site in data.portfolio.sites:
        here = [
            lot
            for lot in plan.lots
            if lot.hall in pools and data.pools[pools[lot.hall]].site == site
        ]
        left = {r.exit for r in plan.reservations if r.site == site and r.exit}
        days = sorted({lot.service for lot in here if lot.is_new} | left)
        for day in days:
            demand = _demand(plan, data, site, day, pools)
            short = sum(demand.values()) - _carried(
                plan, data, site, demand, data.timeline.day(day)
            )
            if short > TOLERANCE * max(1.0, sum(demand.values())):
                found.append(f"power: {site} is {short:.1f} MW of firm power short on {day}")
                break
    return found


def _demand(
    plan: Plan, data: ModelData, site: str, day: dt.date, pools: dict[str, int]
) -> dict[str, float]:
    """Return peak facility MW by zone of what a site has in service on a day."""
    demand: dict[str, float] = {}
    for lot in plan.lots:
        pool = data.pools[pools[lot.hall]] if lot.hall in pools else None
        if pool is None or pool.site != site or lot.sku not in data.skus:
            continue
        if lot.service <= day < lot.until:
            mw = lot.gpus * data.mw(data.skus.index(lot.sku)) * pool.traits.peak_ratio
            demand[pool.zone_name] = demand.get(pool.zone_name, 0.0) + mw
    return demand


def _carried(plan: Plan, data: ModelData, site: str, demand: dict[str, float], day: float) -> float:
    """Return how much of a demand energised tranches can carry: a maximum flow [MW]."""
    ends = contract_ends(data.portfolio.sites[site], plan.reservations)
    left = {name for name, end in ends.items() if end and data.timeline.day(end) <= day}
    tranches = [
        t for t in data.feed.tranches
        if t.site == site and t.usable_day < day + 1 and t.name in ends and t.name not in left
    ]  # fmt: skip
    zones = list(demand)
    source, sink = 0, 1 + len(tranches) + len(zones)
    arcs = [(source, 1 + i, t.firm_mw) for i, t in enumerate(tranches)]
    arcs += [
        (1 + i, 1 + len(tranches) + z, t.firm_mw)
        for i, t in enumerate(tranches)
        for z, zone in enumerate(zones)
        if zone in t.zones
    ]
    arcs += [(1 + len(tranches) + z, sink, demand[zone]) for z, zone in enumerate(zones)]
    rows, cols, caps = zip(*arcs, strict=True)
    # Rounded up, so that whole units never make a shortage that is not there.
    units = np.ceil(np.array(caps) * FLOW_UNITS).astype(np.int32)
    graph = csr_array((units, (rows, cols)), shape=(sink + 1, sink + 1))
    carried = maximum_flow(graph, source, sink).flow_value / FLOW_UNITS
    return float(min(carried, sum(demand.values())))


def statement(data: ModelData, component: str, index: Index) -> Statement | None:
    """Return the firm power of the tranche, or that a zone has none."""
    where = data.portfolio.where
    site, name = index[0].split("/")
    if component == "tranche_power":
        firm = data.portfolio.sites[site].tranches[name].firm
        return Statement(f"tranche {index[0]} carries {firm} firm",
                         where(f"site.{site}.tranches.{name}.firm"), "MW")  # fmt: skip
    if component == "power_stays":
        return None
    if any(index[0] in tranche.zones for tranche in data.feed.tranches):
        return None  # what tranches carry is the statement; that halls draw on them defines it
    return Statement(f"no tranche serves halls of {index[0]}", where(f"site.{site}.tranches"), "MW")


CONSTRAINT = Constraint(
    "power", ("zone_power", "tranche_power", "power_stays"), add, violations, statement
)

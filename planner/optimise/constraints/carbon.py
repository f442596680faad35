"""Carbon of the energy of all sites stays under its cap, year by year.

Variables ``burnt[l, z, t]``, MW; rows, with kept[l, t] as in `reservations`:

- ``burnt_load``: sum over tranches of burnt[l, z, t] = mean facility load of zone z
- ``burnt_power``: sum over zones of burnt[l, z, t] <= firm_mw[l, t] x kept[l, t]
- ``idle_load``: idle[z, t] >= mean facility load of GPUs that have come to z and are not placed
- ``carbon``: sum over the periods of a year of hours[t] x (carbon[l] x burnt[l, z, t] + the
  dirtiest carbon x idle[z, t]) <= cap

A plan's lots serve as soon as they can, so what has come is counted though the model leaves it
idle; of a plan nothing is. Where several tranches serve a zone, the account is drawn as clean as
they allow. A year of which the plan covers a part has that part of the cap.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pyomo.environ as pyo

from planner.optimise.constraints.base import Charge, Constraint, Statement, exceeds
from planner.optimise.constraints.reservations import kept_terms, load_terms
from planner.optimise.draw import HOURS_PER_DAY, emitted, mean_ratio, stood_load
from planner.optimise.money import KINDS
from planner.optimise.variables import GPUS, at_least, at_most, linear, years

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.optimise.constraints.base import Index, Pyo
    from planner.optimise.data import ModelData

KILOTONNE = 1000.0
"""Tonnes in one unit of the row."""


def caps(data: ModelData) -> dict[str, float]:
    """Return the cap of each calendar year [t]; empty where the policy has none."""
    cap = data.portfolio.spec.policy.carbon_cap
    if cap is None:
        return {}
    made: dict[str, float] = {}
    for period in data.portfolio.periods:
        year = period.start.year
        length = (dt.date(year + 1, 1, 1) - dt.date(year, 1, 1)).days
        made[str(year)] = made.get(str(year), 0.0) + cap.likely * period.days / length
    return made


def add(model: Pyo, data: ModelData) -> None:
    """Add ``burnt_load``, ``burnt_power`` and ``carbon[year]``; none without a cap."""
    limit = caps(data)
    by_name = {t.full_name: i for i, t in enumerate(data.feed.tranches)}
    zones, labels = list(data.feed.zones), list(data.labels)
    dirtiest = max((t.carbon for t in data.feed.tranches), default=0.0)

    def load(m: Pyo, zone: str, label: str) -> Pyo:
        burnt = [
            (1.0, m.burnt[name, zone, label]) for name in by_name if (name, zone, label) in m.burnt
        ]
        if not burnt:
            return pyo.Constraint.Skip
        stood = stood_load(data, zone, labels.index(label))
        return linear([*burnt, *load_terms(m, data, zone, label, -1.0)]) == stood

    def power(m: Pyo, name: str, label: str) -> Pyo:
        i, t = by_name[name], labels.index(label)
        burnt = [(1.0, m.burnt[name, z, label]) for z in zones if (name, z, label) in m.burnt]
        firm = float(data.feed.firm_mw[i, t])
        kept = kept_terms(m, data, i, float(data.timeline.start_day[t]), -firm)
        return at_most(m, [*burnt, *kept], 0.0 if kept else firm) if burnt else pyo.Constraint.Skip

    def idle(m: Pyo, zone: str, label: str) -> Pyo:
        t = labels.index(label)
        came = [
            (-mean_ratio(pool) * float(data.gpu_mw[j]) * GPUS
             * float(data.deliveries.present[j, p, u, t]), m.orders[sku, pool.name, at])
            for p, pool in enumerate(data.pools)
            if pool.zone_name == zone
            for j, sku in enumerate(data.skus)
            for u, at in enumerate(labels)
            if (sku, pool.name, at) in m.orders and data.deliveries.present[j, p, u, t] > 0
        ]  # fmt: skip
        placed = load_terms(m, data, zone, label, 1.0)
        return at_least([(1.0, m.idle[zone, label]), *came, *placed], 0.0)

    def carbon(m: Pyo, year: str) -> Pyo:
        mine = [t for t, at in enumerate(years(data)) if at == year]
        terms = [
            (-data.feed.tranches[i].carbon * float(data.timeline.days[t]) * HOURS_PER_DAY
             / KILOTONNE, m.burnt[name, z, labels[t]])
            for name, i in by_name.items()
            for z in zones
            for t in mine
            if (name, z, labels[t]) in m.burnt
        ]  # fmt: skip
        terms += [
            (-dirtiest * float(data.timeline.days[t]) * HOURS_PER_DAY / KILOTONNE,
             m.idle[z, labels[t]])
            for z in zones
            for t in mine
        ]  # fmt: skip
        return at_least([*terms, (1.0, m.over_carbon[year])], -limit[year] / KILOTONNE)

    if limit:
        model.burnt_load = pyo.Constraint(zones, labels, rule=load)
        model.burnt_power = pyo.Constraint(list(by_name), labels, rule=power)
    else:
        model.burnt_load, model.burnt_power = pyo.Constraint([]), pyo.Constraint([])
    model.idle_load = pyo.Constraint(list(model.idle), rule=idle)
    model.carbon = pyo.Constraint(list(limit), rule=carbon)


def violations(plan: Plan, data: ModelData) -> list[str]:
    """Name years whose energy has more carbon than the cap, drawn as clean as can be."""
    limit = caps(data)
    if not limit:
        return []
    carbon, at = emitted(plan, data), np.array(years(data))
    return [
        f"carbon: {carbon[at == year].sum():.0f} t in {year}, the cap is {most:.0f}"
        for year, most in limit.items()
        if exceeds(float(carbon[at == year].sum()), most)
    ]


def statement(data: ModelData, component: str, _index: Index) -> Statement | None:
    """Return the cap; what defines the account of energy is no statement."""
    if component != "carbon":
        return None
    cap = data.portfolio.spec.policy.carbon_cap
    where = data.portfolio.where("portfolio.policy.carbon_cap")
    return Statement(f"energy of all sites has at most {cap} of carbon", where, "t", KILOTONNE)


def settled(_plan: Plan, data: ModelData) -> dict[tuple[str, ...], float]:
    """Return what is idle once lots are fixed: nothing."""
    zones = data.feed.zones if caps(data) else ()
    return {("idle", zone, label): 0.0 for zone in zones for label in data.labels}


CHARGE = Charge(
    lambda _model, _data, _period: [],
    lambda _plan, data: np.zeros((len(KINDS), data.n_periods)),
    settled,
)
"""It costs nothing; its account follows from the lots of a plan."""
CONSTRAINT = Constraint(
    "carbon", ("burnt_load", "burnt_power", "idle_load", "carbon"), add, violations, statement
)

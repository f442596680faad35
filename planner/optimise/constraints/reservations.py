"""Tranches that are there only if they are reserved, and what their contracts oblige to.

Variables: ``reserved[l]`` and ``exits[l, t]``, whole. With kept[l, t] = reserved[l] - sum of
exits[l, u] over u <= t (in `power`: flows of l are at most firm_mw[l, k] x kept[l, k]):

- ``exit_once``: sum over t of exits[l, t] <= reserved[l]
- ``take``: unused[l, t] + sum over zones of used[l, z, t] >= take_mw[l, t] x kept[l, t]
- ``used_load``: sum over tranches of used[l, z, t] <= mean facility load of zone z

A tranche is reserved no later than its last date; its deposit is paid then, and its capital once
energised. Of its firm power a share is paid for whether drawn or not, until the contract is left at
a fee at the beginning of a period.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyomo.environ as pyo

from planner.domain.plan import Reservation
from planner.optimise.constraints.base import Charge, Constraint, structural
from planner.optimise.draw import mean_ratio, stood_load, unused_take
from planner.optimise.existing import date_of
from planner.optimise.money import KINDS
from planner.optimise.variables import GPUS, MUSD, at_least, at_most

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.capacity.timeline import FloatArray
    from planner.domain.plan import Plan
    from planner.optimise.constraints.base import Pyo
    from planner.optimise.data import ModelData

CHOSEN = 0.5


def kept_terms(
    model: Pyo, data: ModelData, tranche: int, day: float, factor: float
) -> list[tuple[float, Pyo]]:
    """Return factor x (whether a tranche is reserved and not left by a day); [] if it is given."""
    found = data.feed.tranches[tranche]
    if not found.is_optional:
        return []
    terms = [(factor, model.reserved[found.full_name])]
    return terms + [
        (-factor, model.exits[found.full_name, data.labels[t]])
        for t in data.money.contracts.exits(tranche)
        if data.timeline.start_day[t] <= day
    ]


def load_terms(
    model: Pyo, data: ModelData, zone: str, label: str, factor: float
) -> list[tuple[float, Pyo]]:
    """Return factor x the mean facility MW that GPUs bought draw in a zone."""
    return [
        (factor * mean_ratio(pool) * float(data.gpu_mw[j]) * GPUS,
         model.placed[sku, pool.name, label])
        for pool in data.pools
        if pool.zone_name == zone
        for j, sku in enumerate(data.skus)
        if (sku, pool.name, label) in model.placed
    ]  # fmt: skip


def add(model: Pyo, data: ModelData) -> None:
    """Add ``exit_once[tranche]``, ``take[tranche, period]`` and ``used_load[zone, period]``."""
    money = data.money.contracts
    by_name = {t.full_name: i for i, t in enumerate(data.feed.tranches)}

    def once(m: Pyo, name: str) -> Pyo:
        left = [(1.0, m.exits[name, data.labels[t]]) for t in money.exits(by_name[name])]
        return at_most(m, [*left, (-1.0, m.reserved[name])], 0.0)

    def take(m: Pyo, name: str, label: str) -> Pyo:
        i, t = by_name[name], data.labels.index(label)
        owed = float(money.take_mw[i, t])
        used = [
            (1.0, m.used[name, z, label])
            for z in data.feed.tranches[i].zones
            if (name, z, label) in m.used
        ]
        kept = kept_terms(m, data, i, float(data.timeline.start_day[t]), -owed)
        return at_least([(1.0, m.unused[name, label]), *used, *kept], 0.0)

    def used_load(m: Pyo, zone: str, label: str) -> Pyo:
        used = [
            (1.0, m.used[name, zone, label]) for name in by_name if (name, zone, label) in m.used
        ]
        if not used:
            return pyo.Constraint.Skip
        stood = stood_load(data, zone, data.labels.index(label))
        return at_most(m, [*used, *load_terms(m, data, zone, label, -1.0)], stood)

    optional = [data.feed.tranches[i].full_name for i in data.feed.optional()]
    model.exit_once = pyo.Constraint(optional, rule=once)
    model.take = pyo.Constraint(list(model.unused), rule=take)
    model.used_load = pyo.Constraint(list(data.feed.zones), list(data.labels), rule=used_load)


def reservations(
    values: Mapping[tuple[str, ...], float], data: ModelData
) -> tuple[Reservation, ...]:
    """Return the reservations of a point: values of ``reserved`` and ``exits`` by index."""
    made = []
    for i in data.feed.optional():
        tranche = data.feed.tranches[i]
        if values.get((tranche.full_name,), 0.0) < CHOSEN:
            continue
        left = [
            data.portfolio.periods[t].start
            for t in data.money.contracts.exits(i)
            if values.get((tranche.full_name, data.labels[t]), 0.0) > CHOSEN
        ]
        day = date_of(data.timeline, tranche.reserve_day)
        made.append(Reservation(tranche.site, tranche.name, day, min(left, default=None)))
    return tuple(sorted(made, key=lambda r: (r.reserve, r.name)))


def violations(plan: Plan, data: ModelData) -> list[str]:
    """Name reservations that come too late, of tranches that take none, or left without terms."""
    found = []
    by_name = {data.feed.tranches[i].full_name: i for i in data.feed.optional()}
    for r in plan.reservations:
        i = by_name.get(r.name)
        if i is None:
            found.append(f"reservations: {r.name} cannot be reserved")
            continue
        last = date_of(data.timeline, data.feed.tranches[i].reserve_day)
        if not plan.data_date <= r.reserve <= last:
            found.append(f"reservations: {r.name} is reserved on {r.reserve}, its last date is "
                         f"{last}")  # fmt: skip
        if r.exit is not None and not _may_leave(r, i, data):
            found.append(f"reservations: {r.name} cannot be left on {r.exit}")
    return found


def _may_leave(reservation: Reservation, tranche: int, data: ModelData) -> bool:
    starts = [data.portfolio.periods[t].start for t in data.money.contracts.exits(tranche)]
    return reservation.exit in starts


def spend_terms(model: Pyo, data: ModelData, period: int) -> list[tuple[float, Pyo]]:
    """Return what contracts cost in a period, in billions of USD."""
    money, label = data.money.contracts, data.labels[period]
    terms = []
    for i in data.feed.optional():
        tranche = data.feed.tranches[i]
        paid = money.reserved(i, tranche.reserve_day)[period]
        terms.append((float(paid) / MUSD, model.reserved[tranche.full_name]))
        if (tranche.full_name, label) in model.exits:
            fee = float(money.exit[i, period])
            terms.append((fee / MUSD, model.exits[tranche.full_name, label]))
    for i, tranche in enumerate(data.feed.tranches):
        if (tranche.full_name, label) in model.unused:
            price = float(money.unused[i, period])
            terms.append((price / MUSD, model.unused[tranche.full_name, label]))
    return terms


def spend(plan: Plan, data: ModelData) -> FloatArray:
    """Return what contracts of a plan cost by kind and period, shape (kinds, T) [MUSD]."""
    money = data.money.contracts
    cash = np.zeros((len(KINDS), data.n_periods))
    power = cash[KINDS.index("power")]
    by_name = {data.feed.tranches[i].full_name: i for i in data.feed.optional()}
    for r in plan.reservations:
        if r.name not in by_name:
            continue
        i = by_name[r.name]
        power += money.reserved(i, data.timeline.day(r.reserve))
        if r.exit is not None and _may_leave(r, i, data):
            t = data.timeline.period_of(data.timeline.day(r.exit))
            power[t] += money.exit[i, t]
    power += (money.unused * unused_take(plan, data)).sum(axis=0)
    return cash


def settled(plan: Plan, data: ModelData) -> dict[tuple[str, ...], float]:
    """Return the columns that follow from the lots of a plan, with their values."""
    unused = unused_take(plan, data)
    return {
        ("unused", tranche.full_name, label): float(unused[i, t])
        for i, tranche in enumerate(data.feed.tranches)
        for t, label in enumerate(data.labels)
        if data.money.contracts.take_mw[i, t] > 0
    }


CHARGE = Charge(spend_terms, spend, settled)
CONSTRAINT = Constraint(
    "reservations", ("exit_once", "take", "used_load"), add, violations, structural
)

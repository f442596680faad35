"""Equipment is ordered in time within what makers deliver, and what is in stock is not bought.

Sets: site and class e of equipment. Variables ``gear[e, t]``, units ordered, of classes with a
limit; ``stocked[o, e]``, units that halls of an option take from stock, one variable for classes of
which the same units are left and the same used.

- ``equipment``: sum over u <= t of gear[e, u] >= owed[e, t] + sum of units[o, e, t] x starts[o] -
  stock[e], units[o, e, t] being what a hall must have ordered by t
- ``equipment_supply``: sum over sites of gear[e, t] <= supply[class]
- ``stock_use``: stocked[o, e] <= units[o, e] x starts[o]
- ``stock``: sum over options of the site of stocked[o, e] <= stock[e]

Stock goes to site works and halls under way first. A unit from stock is paid, but for what its
entry says is unpaid, and so takes its price off a hall.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pyomo.environ as pyo

from planner.optimise.constraints.base import Charge, Constraint, Statement
from planner.optimise.constraints.cancel_halls import beside
from planner.optimise.gear import latest_orders, limited
from planner.optimise.money import KINDS
from planner.optimise.tally import option_of, period_of
from planner.optimise.variables import MUSD, at_least, at_most

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.domain.plan import Plan, Start
    from planner.optimise.constraints.base import Index, Pyo
    from planner.optimise.data import ModelData


def _owed(data: ModelData) -> dict[tuple[str, str], FloatArray]:
    """Return units that site works and halls under way must have ordered by each period, (T,)."""
    made: dict[tuple[str, str], FloatArray] = {}
    for order in data.money.stock.owed:
        units = made.setdefault((order.site, order.equipment), np.zeros(data.n_periods))
        units[max(0, min(period_of(order.order, data), data.n_periods - 1)) :] += order.units
    return made


def add(model: Pyo, data: ModelData) -> None:
    """Add ``equipment``, ``equipment_supply``, ``stock_use`` and ``stock``."""
    supply, left = limited(data.portfolio), data.money.stock.left
    needs, owed, labels = latest_orders(data) if supply else {}, _owed(data), list(data.labels)

    def equipment(m: Pyo, site: str, item: str, label: str) -> Pyo:
        t = labels.index(label)
        ordered = [(1.0, m.gear[site, item, at]) for at in labels[: t + 1]]
        wanted = [
            (-float(units[t]), m.starts[data.option_name(o)])
            for (o, name), units in needs.items()
            if name == item and data.options[o].candidate.site == site
        ]
        of_halted = [
            (-float(units[min(t, (data.reveal_period or 1) - 1)]), o)
            for (o, name), units in needs.items()
            if name == item and data.options[o].candidate.site == site
        ]
        wanted += beside(m, data, of_halted)
        base = float(owed[site, item][t]) if (site, item) in owed else 0.0
        return at_least([*ordered, *wanted], base - left.get((site, item), 0))

    def rate(m: Pyo, item: str, label: str) -> Pyo:
        terms = [(1.0, m.gear[site, item, label]) for site in data.portfolio.sites]
        return at_most(m, terms, float(supply[item]))

    def use(m: Pyo, candidate: str, label: str, item: str) -> Pyo:
        units = data.money.equipment[options[candidate, label]][item].units
        start = m.starts[candidate, label]
        return at_most(m, [(1.0, m.stocked[candidate, label, item]), (-float(units), start)], 0.0)

    def stock(m: Pyo, site: str, item: str) -> Pyo:
        terms = [
            (1.0, m.stocked[index])
            for index in m.stocked
            if index[2] == item and data.options[options[index[:2]]].candidate.site == site
        ]
        return at_most(m, terms, float(left[site, item]))

    options = {data.option_name(o): o for o in range(len(data.options))}
    model.equipment = pyo.Constraint(list(data.portfolio.sites), list(supply), labels,
                                     rule=equipment)  # fmt: skip
    model.equipment_supply = pyo.Constraint(list(supply), labels, rule=rate)
    model.stock_use = pyo.Constraint(list(model.stocked), rule=use)
    model.stock = pyo.Constraint(list(data.money.bundles), rule=stock)


def violations(plan: Plan, data: ModelData) -> list[str]:
    """Name periods in which more is ordered than there is, and classes of which too little is."""
    supply, found = limited(data.portfolio), []
    ordered: Counter[tuple[str, int]] = Counter()
    bought: Counter[tuple[str, str]] = Counter()
    for order in plan.orders:
        ordered[order.equipment, period_of(order.order, data)] += order.units
        bought[order.site, order.equipment] += order.units
    for (item, t), units in sorted(ordered.items()):
        if item in supply and units > supply[item] and t < data.n_periods:
            found.append(f"equipment: {units} {item} ordered in {data.labels[t]}, at most "
                         f"{supply[item]} can be")  # fmt: skip
    for (site, item), units in sorted(_needed(plan, data).items()):
        have = bought[site, item] + data.money.stock.left.get((site, item), 0)
        if units > have:
            found.append(f"equipment: halls started at {site} need {units} {item}, {have} are "
                         "ordered or in stock")  # fmt: skip
    return found


def _kept_option(start: Start, data: ModelData) -> int | None:
    """Return the option of a start that needs equipment: a new one that is not cancelled."""
    return None if start.is_under_way or start.cancelled is not None else option_of(start, data)


def _needed(plan: Plan, data: ModelData) -> Counter[tuple[str, str]]:
    """Return units that the halls started in a plan need, by site and class."""
    needed: Counter[tuple[str, str]] = Counter()
    for start in plan.starts:
        option = _kept_option(start, data)
        if option is not None:
            for item, bought in data.money.equipment[option].items():
                needed[start.candidate.site, item] += bought.units
    return needed


def _taken(plan: Plan, data: ModelData) -> dict[tuple[int, str], int]:
    """Return units from stock by option and class: the first released take first."""
    left, taken = dict(data.money.stock.left), Counter[tuple[int, str]]()
    for start in sorted(plan.starts, key=lambda s: (s.release, s.hall)):
        option = _kept_option(start, data)
        if option is None:
            continue
        for item, bought in data.money.equipment[option].items():
            key = (start.candidate.site, item)
            units = min(bought.units, left.get(key, 0))
            if units:
                left[key] -= units
                taken[option, item] += units
    return dict(taken)


def spend_terms(model: Pyo, data: ModelData, period: int) -> list[tuple[float, Pyo]]:
    """Return what stock takes off the spend of a period [BUSD]."""
    terms: list[tuple[float, Pyo]] = []
    if not data.money.bundles:
        return terms
    for o, bought in enumerate(data.money.equipment):
        site = data.options[o].candidate.site
        for (at, first), items in data.money.bundles.items():
            if at != site or first not in bought:
                continue
            saved = sum(float(bought[i].cash[period]) / bought[i].units for i in items)
            if saved:
                index = (*data.option_name(o), first)
                terms.append((-saved / MUSD, model.stocked[index]))
    return terms


def spend(plan: Plan, data: ModelData) -> FloatArray:
    """Return what stock takes off the spend of a plan, shape (kinds, T) [MUSD]."""
    cash = np.zeros((len(KINDS), data.n_periods))
    for (o, item), units in _taken(plan, data).items():
        bought = data.money.equipment[o][item]
        cash[KINDS.index("equipment")] -= bought.cash * units / bought.units
    return cash


def settled(plan: Plan, data: ModelData) -> dict[tuple[str, ...], float]:
    """Return what each option takes from stock: it follows from the starts."""
    taken = _taken(plan, data)
    return {
        ("stocked", *data.option_name(o), item): float(taken.get((o, item), 0))
        for o, items in enumerate(data.money.equipment)
        for site, item in data.money.bundles
        if site == data.options[o].candidate.site and item in items
    }


def statement(data: ModelData, component: str, index: Index) -> Statement | None:
    """Return the supply of a class; the other rows only define."""
    if component != "equipment_supply":
        return None
    most = data.portfolio.catalog.equipment[index[0]].supply_per_period
    where = data.portfolio.where(f"catalog.equipment.{index[0]}.supply_per_period")
    return Statement(f"at most {most} {index[0]} can be ordered in a period", where, "units")


CHARGE = Charge(spend_terms, spend, settled)
CONSTRAINT = Constraint(
    "equipment", ("equipment", "equipment_supply", "stock_use", "stock"),
    add, violations, statement,
)  # fmt: skip

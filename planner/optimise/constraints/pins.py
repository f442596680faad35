"""Pinned decisions are kept.

For every pin n, with the options or orders that it counts, {=, >=, <=} as its rule says:

- ``pinned_halls``: sum over options of starts[o] {=, >=, <=} halls[n]
- ``pinned_purchase``: sum over pools and periods of orders[j, p, t] {=, >=, <=} gpus[n], rounded
  up to whole racks but for a most
- ``pinned_reservation``: reserved[l] = 1 or 0

Somebody has decided already that halls are or are not started, GPUs bought, a tranche reserved.
A span of time counts the periods that it touches.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pyomo.environ as pyo

from planner.optimise.constraints.base import TOLERANCE, Constraint, Statement
from planner.optimise.tally import period_of
from planner.optimise.variables import GPUS, linear

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    from planner.domain.pin import PinnedHalls, PinnedPurchase, Rule
    from planner.domain.plan import Candidate, Plan, Purchase
    from planner.optimise.constraints.base import Index, Pyo
    from planner.optimise.data import ModelData


def spanned(data: ModelData, since: dt.date | None, until: dt.date | None) -> range:
    """Return the periods that a span of dates touches."""
    first = 0 if since is None else max(0, period_of(since, data))
    last = data.n_periods - 1 if until is None else min(period_of(until, data), data.n_periods - 1)
    return range(first, last + 1)


def counts(pin: PinnedHalls, candidate: Candidate) -> bool:
    """Return whether a pin speaks of halls of a candidate."""
    return (
        (pin.site, pin.group) == (candidate.site, candidate.group)
        and pin.mode in (None, candidate.mode)
        and pin.calendar in (None, candidate.calendar)
    )


def pinned_orders(data: ModelData, sku: str, site: str) -> NDArray[np.bool_]:
    """Return in which periods a pin may want GPUs of a SKU ordered for a site, shape (T,)."""
    made = np.zeros(data.n_periods, dtype=bool)
    for pin in data.portfolio.spec.policy.pinned.purchases.values():
        if pin.rule != "at_most" and pin.sku == sku and pin.site in (None, site):
            made[spanned(data, pin.since, pin.until)] = True
    return made


def add(model: Pyo, data: ModelData) -> None:
    """Add ``pinned_halls``, ``pinned_purchase`` and ``pinned_reservation``, each ``[name]``."""
    pins = data.portfolio.spec.policy.pinned

    def halls(m: Pyo, name: str) -> Pyo:
        pin = pins.halls[name]
        span = spanned(data, pin.since, pin.until)
        terms = [
            (1.0, m.starts[data.option_name(o)])
            for o, option in enumerate(data.options)
            if option.period in span and counts(pin, option.candidate)
        ]
        return _ruled(m, terms, pin.rule, pin.halls)

    def purchase(m: Pyo, name: str) -> Pyo:
        pin = pins.purchases[name]
        terms = [
            (1.0, m.orders[pin.sku, pool.name, data.labels[t]])
            for pool in data.pools
            for t in spanned(data, pin.since, pin.until)
            if pin.site in (None, pool.site) and (pin.sku, pool.name, data.labels[t]) in m.orders
        ]
        gpus = pin.gpus if pin.rule == "at_most" else whole_racks(data, pin)
        return _ruled(m, terms, pin.rule, gpus / GPUS)

    def reservation(m: Pyo, name: str) -> Pyo:
        pin = pins.reservations[name]
        tranche = f"{pin.site}/{pin.tranche}"
        if tranche not in m.reserved:
            return pyo.Constraint.Skip  # given, whoever pins it
        return _ruled(m, [(1.0, m.reserved[tranche])], "exactly", float(pin.reserved))

    model.pinned_halls = pyo.Constraint(list(pins.halls), rule=halls)
    model.pinned_purchase = pyo.Constraint(list(pins.purchases), rule=purchase)
    model.pinned_reservation = pyo.Constraint(list(pins.reservations), rule=reservation)


def _ruled(model: Pyo, terms: list[tuple[float, Pyo]], rule: Rule, number: float) -> Pyo:
    """Return the row of a pin; one that nothing can meet is a row that nothing meets."""
    if not terms and (number == 0 or rule == "at_most"):
        return pyo.Constraint.Skip
    left = linear(terms or [(1.0, model.nothing)])
    if rule == "at_most":
        return left <= number
    return left == number if rule == "exactly" else left >= number


def whole_racks(data: ModelData, pin: PinnedPurchase) -> int:
    """Return the GPUs of a pin in whole racks."""
    each = data.deliveries.racks[data.skus.index(pin.sku)].gpus
    return math.ceil(pin.gpus / each - TOLERANCE) * each


def violations(plan: Plan, data: ModelData) -> list[str]:
    """Name pins that a plan does not keep."""
    pins = data.portfolio.spec.policy.pinned
    found = []
    for name, pin in pins.halls.items():
        span = spanned(data, pin.since, pin.until)
        number = sum(
            not start.is_under_way
            and counts(pin, start.candidate)
            and period_of(start.release, data) in span
            for start in plan.starts
        )
        if not _kept(number, pin.rule, pin.halls, pin.halls):
            found.append(f"pins: {name} pins {_said(pin.rule)} {pin.halls} halls of "
                         f"{pin.site}/{pin.group}, {number} are started")  # fmt: skip
    for name, order in pins.purchases.items():
        bought = sum(p.gpus for p in plan.purchases if is_of(p, order, data) and not p.is_under_way)
        if not _kept(bought, order.rule, order.gpus, whole_racks(data, order)):
            found.append(f"pins: {name} pins {_said(order.rule)} {order.gpus} {order.sku}, "
                         f"{bought} are bought")  # fmt: skip
    held = {r.name for r in plan.reservations}
    found += [
        f"pins: {pin.site}/{pin.tranche} is {'not ' * pin.reserved}reserved, {name} pins otherwise"
        for name, pin in pins.reservations.items()
        if (f"{pin.site}/{pin.tranche}" in held) != pin.reserved
        and data.portfolio.sites[pin.site].tranches[pin.tranche].is_optional
    ]
    return found


def is_of(purchase: Purchase, pin: PinnedPurchase, data: ModelData) -> bool:
    """Return whether a pin counts a purchase."""
    return (
        purchase.sku == pin.sku
        and pin.site in (None, purchase.site)
        and period_of(purchase.order, data) in spanned(data, pin.since, pin.until)
    )


def _kept(number: int, rule: Rule, least: int, most: int) -> bool:
    """Return whether a number keeps a rule; what is pinned may be no whole racks."""
    return {
        "exactly": least <= number <= most, "at_least": number >= least, "at_most": number <= least,
    }[rule]  # fmt: skip


def _said(rule: Rule) -> str:
    return rule.replace("_", " ")


def statement(data: ModelData, component: str, index: Index) -> Statement:
    """Return the pin."""
    pins, where, name = data.portfolio.spec.policy.pinned, data.portfolio.where, index[0]
    if component == "pinned_halls":
        pin = pins.halls[name]
        text = f"{_said(pin.rule)} {pin.halls} halls of {pin.site}/{pin.group} pinned"
        text += f" in {pin.mode}" if pin.mode else ""
        text += f" from {pin.since}" if pin.since else ""
        text += f" to {pin.until}" if pin.until else ""
        return Statement(text, where(f"portfolio.policy.pinned.halls.{name}"), "hall")
    if component == "pinned_purchase":
        order = pins.purchases[name]
        text = f"{_said(order.rule)} {order.gpus} {order.sku} pinned"
        text += f" for {order.site}" if order.site else ""
        text += f" from {order.since}" if order.since else ""
        return Statement(text, where(f"portfolio.policy.pinned.purchases.{name}"), "gpu", GPUS)
    held = pins.reservations[name]
    word = "reserved" if held.reserved else "not reserved"
    return Statement(
        f"tranche {held.site}/{held.tranche} pinned as {word}",
        where(f"portfolio.policy.pinned.reservations.{name}"),
    )


CONSTRAINT = Constraint(
    "pins",
    ("pinned_halls", "pinned_purchase", "pinned_reservation"),
    add,
    violations,
    statement,
)

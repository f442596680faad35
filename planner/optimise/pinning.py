"""What pins make of commitments: their dates, their last racks, and the mark of a pin."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.domain.plan import Purchase
from planner.optimise.constraints.pins import counts, is_of, spanned, whole_racks
from planner.optimise.existing import date_of
from planner.optimise.tally import period_of

if TYPE_CHECKING:
    import datetime as dt

    from planner.capacity.timeline import FloatArray
    from planner.domain.pin import PinnedPurchase
    from planner.domain.plan import Plan, Reservation, Start
    from planner.optimise.data import ModelData


def closed(data: ModelData, spare: FloatArray) -> FloatArray:
    """Return what orders may take over from earlier ones (J, T): nothing where a most is pinned."""
    left = spare.copy()
    for pin in data.portfolio.spec.policy.pinned.purchases.values():
        if pin.rule != "at_least":
            left[data.skus.index(pin.sku), list(spanned(data, pin.since, pin.until))] = 0.0
    return left


def dated(data: ModelData, starts: tuple[Start, ...]) -> tuple[Start, ...]:
    """Return starts on the dates that pins give them, marked as pinned."""
    made = list(starts)
    for pin in data.portfolio.spec.policy.pinned.halls.values():
        if pin.rule == "at_most" or not pin.halls:
            continue
        span = spanned(data, pin.since, pin.until)
        mine = [
            i for i, start in enumerate(made)
            if not start.is_under_way
            and not start.is_pinned
            and counts(pin, start.candidate)
            and period_of(start.release, data) in span
        ][: pin.halls]  # fmt: skip
        wanted = Counter(period_of(date, data) for date in pin.releases)
        for i in mine:
            period = period_of(made[i].release, data)
            release = made[i].release
            if wanted[period] > 0:
                dates = sorted(d for d in pin.releases if period_of(d, data) == period)
                release = dates[len(dates) - wanted[period]]
                wanted[period] -= 1
            made[i] = replace(made[i], release=release, is_pinned=True)
    return tuple(made)


def reserved(data: ModelData, found: tuple[Reservation, ...]) -> tuple[Reservation, ...]:
    """Return reservations, marked where they are pinned."""
    held = {
        f"{pin.site}/{pin.tranche}"
        for pin in data.portfolio.spec.policy.pinned.reservations.values()
        if pin.reserved
    }
    return tuple(replace(r, is_pinned=True) if r.name in held else r for r in found)


def bought(data: ModelData, found: tuple[Purchase, ...]) -> tuple[Purchase, ...]:
    """Return purchases with the racks that pins want beyond those that have a place, marked."""
    made = {purchase.name: purchase for purchase in found}
    for pin in data.portfolio.spec.policy.pinned.purchases.values():
        if pin.rule == "at_most":
            continue
        mine = [name for name, purchase in made.items() if is_of(purchase, pin, data)]
        lacking = whole_racks(data, pin) - sum(made[name].gpus for name in mine)
        if lacking > 0:
            first = made[mine[0]] if mine else _unplaced(data, pin)
            if first is None:
                continue
            made[first.name] = replace(first, gpus=first.gpus + lacking)
            mine = [first.name, *mine]
        for name in mine if pin.gpus else ():
            made[name] = replace(made[name], is_pinned=True)
    return tuple(sorted(made.values(), key=lambda p: (p.order, p.name)))


def _unplaced(data: ModelData, pin: PinnedPurchase) -> Purchase | None:
    """Return an empty purchase that a pin counts; None where nothing can be ordered."""
    j = data.skus.index(pin.sku)
    for p, t in np.ndindex(len(data.pools), data.n_periods):
        site = data.pools[p].site
        if pin.site in (None, site) and t in spanned(data, pin.since, pin.until):
            if not data.deliveries.may_order(j, p, t):
                continue
            name = f"{site}/{pin.sku}/{data.labels[t]}"
            return Purchase(name, site, pin.sku, 0, _on(data, data.deliveries.order_day[j, t]),
                            _on(data, data.deliveries.dock_day[j, t]))  # fmt: skip
    return None


def _on(data: ModelData, day: float) -> dt.date:
    return date_of(data.timeline, float(day))


def in_store(data: ModelData, plan: Plan) -> dict[tuple[int, str, int], int]:
    """Return GPUs bought that no lot holds, by SKU, site and period of the order."""
    placed: Counter[str] = Counter()
    for lot in plan.lots:
        placed[lot.purchase] += lot.gpus * lot.is_new
    return {
        (data.skus.index(p.sku), p.site, period_of(p.order, data)): p.gpus - placed[p.name]
        for p in plan.purchases
        if p.gpus > placed[p.name] and not p.is_under_way
    }

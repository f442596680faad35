"""First decisions as pins, so that the plan that is simulated and reported keeps them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from math import ceil, floor
from typing import TYPE_CHECKING

from planner.domain.pin import PinnedHalls, PinnedPurchase, PinnedReservation, Pins
from planner.optimise.scenarios.shared import GPUS_OF, HALLS, SLACK, TRANCHE
from planner.optimise.variables import GPUS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.domain.portfolio import Portfolio
    from planner.optimise.scenarios.shared import Key

DAY = dt.timedelta(days=1)


def pins_for(portfolio: Portfolio, stage: Mapping[Key, float]) -> Pins:
    """Return pins for the first decisions: halls exactly, GPUs within a rack, tranches.

    Decisions that come to nothing are pinned at nothing.
    """
    halls: dict[str, PinnedHalls] = {}
    purchases: dict[str, PinnedPurchase] = {}
    reservations: dict[str, PinnedReservation] = {}
    for (kind, site, item, t), at in stage.items():
        period = portfolio.periods[t]
        last, name = period.end - DAY, f"bet {site}/{item}/{period.label}"
        if kind == HALLS:
            group, mode, calendar = item.split("/")
            halls[name] = PinnedHalls(
                site=site, group=group, mode=mode, calendar=calendar, halls=round(at),
                since=period.start, until=last,
            )  # fmt: skip
        elif kind == GPUS_OF:
            rack = portfolio.catalog.accelerators[item].gpus_per_rack
            racks = at * GPUS / rack
            low, high = floor(racks + SLACK) * rack, ceil(racks - SLACK) * rack
            for rule, gpus in (("at_least", low), ("at_most", high)):
                if gpus or rule == "at_most":
                    purchases[f"{name} {rule}"] = PinnedPurchase(
                        sku=item, site=site, gpus=gpus, rule=rule, since=period.start, until=last
                    )
        elif kind == TRANCHE:
            reservations[name] = PinnedReservation(site=site, tranche=item, reserved=at > SLACK)
    return Pins(halls=halls, purchases=purchases, reservations=reservations)


def weaker(pins: Pins) -> Pins:
    """Return pins that say nothing of GPUs; of those without any, halls whatever their dates.

    How many halls of a candidate are started before the reveal stays, and tranches; pins that say
    no more than that are returned as they are.
    """
    if pins.purchases:
        return Pins(halls=pins.halls, reservations=pins.reservations)
    of: dict[tuple[str | None, ...], list[PinnedHalls]] = defaultdict(list)
    for pin in pins.halls.values():
        of[pin.site, pin.group, pin.mode, pin.calendar].append(pin)
    halls = {
        f"bet {first.site}/{first.group}/{first.mode}/{first.calendar}": first.model_copy(update={
            "halls": sum(p.halls for p in several),
            "since": min((p.since for p in several), key=lambda day: day or dt.date.min),
            "until": max((p.until for p in several), key=lambda day: day or dt.date.max),
        })
        for several in of.values() for first in several[:1]
    }  # fmt: skip
    if len(halls) == len(pins.halls):
        return pins
    return Pins(halls=halls, reservations=pins.reservations)

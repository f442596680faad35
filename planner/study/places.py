"""Lots that take the place of others: nobody serves in a place before it is empty."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.capacity.power import lot_mw
from planner.domain.result import NEVER
from planner.network.calendars import DAY_MIN
from planner.network.power import hand_out
from planner.network.roster import roster

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from planner.domain.plan import Lot, Plan
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import IntArray, Outcome
    from planner.network import Network

SLACK_MW = 1e-6


def settled_in(portfolio: Portfolio, plan: Plan, network: Network, outcome: Outcome) -> Outcome:
    """Return the outcome of the plan's own lots, none in service before its place is empty.

    A lot may be delivered and tested earlier than the plan counts on it; where it takes the power
    of one that retires, it serves from the day that one leaves. Racks that are moved come no
    earlier than they could have come to where they are taken from.
    """
    index = {name: i for i, name in enumerate(outcome.lot)}
    kept = [index[lot.name] for lot in plan.lots]
    room = dict(zip(network.block, network.block_mw.tolist(), strict=True))
    leaves = vacated(portfolio, plan.lots, room)
    for name, day in freed(portfolio, plan).items():
        leaves[name] = max(day, leaves.get(name, day))
    earliest = np.array([
        (leaves[lot.name] - outcome.epoch).days * DAY_MIN if lot.name in leaves else 0
        for lot in plan.lots
    ])  # fmt: skip
    sent = sent_min(plan, outcome, index)
    return replace(
        outcome,
        lot=tuple(lot.name for lot in plan.lots),
        service_min=np.maximum(np.maximum(outcome.service_min[:, kept], earliest), sent),
        dock_min=outcome.dock_min[:, kept],
        rack_start_min=outcome.rack_start_min[:, kept],
        deterministic_service_min=np.maximum(outcome.deterministic_service_min[kept], earliest),
    )


def sent_min(plan: Plan, outcome: Outcome, index: Mapping[str, int]) -> IntArray:
    """Return the minute before which a moved lot cannot serve, shape (S, L).

    Its GPUs have to be where they are taken from, and then at the other hall.
    """
    found = np.zeros((outcome.samples, len(plan.lots)), dtype=np.int64)
    for move in plan.moves:
        sources = [index[lot.name] for lot in plan.lots if lot.leaves == move.name]
        there = outcome.service_min[:, sources].max(axis=1, initial=0)
        road = (move.dock - move.sent).days * DAY_MIN
        for i, lot in enumerate(plan.lots):
            if lot.purchase == move.name:
                late = np.where(there > 0, np.minimum(there, NEVER - road) + road, 0)
                found[:, i] = np.maximum(late, outcome.dock_min[:, index[lot.name]])
    return found


def freed(portfolio: Portfolio, plan: Plan) -> dict[str, dt.date]:
    """Return the day on which all power of a lot is there, for lots that take what others leave."""
    if not any(lot.leaves for lot in plan.lots):
        return {}
    halls = roster(portfolio, plan)
    found: dict[str, dt.date] = {}
    for name, site in portfolio.sites.items():
        here = [hall for hall in halls if hall.site == name]
        taken = hand_out(portfolio, site, here, plan.reservations)
        found |= {lot: day for (_, _, lot), day in taken.freed.items() if lot}
    return found


def vacated(
    portfolio: Portfolio, lots: tuple[Lot, ...], room_mw: dict[str, float]
) -> dict[str, dt.date]:
    """Return the day on which the place of a lot is empty, for lots that take another's.

    Parameters
    ----------
    room_mw
        IT MW of each block, by its name.
    """
    blocks: defaultdict[str, list[Lot]] = defaultdict(list)
    for lot in lots:
        blocks[f"{lot.hall}/{lot.block}"].append(lot)
    found = {}
    for name, there in blocks.items():
        for lot in there:
            day = _empty_from(portfolio, lot, there, room_mw[name])
            if lot.purchase and day is not None:
                found[lot.name] = day
    return found


def _empty_from(portfolio: Portfolio, lot: Lot, there: list[Lot], room_mw: float) -> dt.date | None:
    """Return when enough of the lots that the plan replaces have left; None if all could stay."""
    beside = [o for o in there if o.service <= lot.service < o.until]
    free = room_mw - sum(lot_mw(portfolio.catalog.accelerators, other) for other in beside)
    gone = [o for o in there if o.until <= lot.service]
    for other in sorted(gone, key=lambda o: (o.until, o.name), reverse=True):
        free -= lot_mw(portfolio.catalog.accelerators, other)
        if free < -SLACK_MW:
            return other.until
    return None

"""Where GPUs go: lots in blocks, in whole racks, few to a block.

Orders of a pool are put into its blocks in order of arrival, each into the block that has room
first. What is left in a block below `LEAST_SHARE` of its positions stays empty, and what is left of
an order below it joins the next order of the SKU, or is not bought.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import floor
from typing import TYPE_CHECKING

import numpy as np

from planner.optimise.constraints.placement import COMPONENTS, offers, takes
from planner.optimise.variables import GPUS

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.capacity.timeline import FloatArray
    from planner.domain.plan import Start
    from planner.optimise.data import ModelData

LEAST_SHARE = 0.02
"""Share of a block's rack positions below which no lot is made: about a row of racks."""
SNAP = 1e-6


@dataclass
class Content:
    """GPUs in a block, from when until when.

    Parameters
    ----------
    period
        Of their order, -1 if they stand or are moved.
    lot
        Name of the lot, if they stand.
    move
        Name of the move that brings them, if one does.
    leaves
        Why they leave early, as of a lot.
    """

    sku: int
    gpus: int
    begin_day: float
    until_day: float
    period: int
    lot: str = ""
    move: str = ""
    leaves: str = ""


@dataclass
class Room:
    """A block of a hall, with what stands in it."""

    hall: str
    number: int
    service_day: float
    mw: float
    contents: list[Content] = field(default_factory=list)


def rooms(
    data: ModelData, starts: tuple[Start, ...], option_of: dict[str, int]
) -> dict[int, list[Room]]:
    """Return the blocks of every pool, in order of service.

    Parameters
    ----------
    starts
        Halls under way and started.
    option_of
        Option of each started hall, by name.
    """
    made: dict[int, list[Room]] = {p: [] for p in range(len(data.pools))}
    index = data.pool_of
    for p, pool in enumerate(data.pools):
        if pool.is_standing:
            made[p] += _rooms(f"{pool.site}/{pool.zone}/01", pool.service_day, pool.block_mw)
    for start in starts:
        c = start.candidate
        p = index[c.site, c.group, c.mode]
        if start.is_under_way:
            pool = data.pools[p]
            at = pool.blocks(start.hall)
            made[p] += _rooms(start.hall, pool.service_day[at], pool.block_mw[at])
        else:
            option = data.options[option_of[start.hall]]
            made[p] += _rooms(start.hall, option.service_day, option.block_mw)
    by_name = {(room.hall, room.number): room for found in made.values() for room in found}
    for lot in data.there.lots:
        room = by_name.get((lot.hall, lot.block))
        if room is not None:
            day = data.timeline.day
            begin, until = day(lot.service), day(lot.until)
            sku = data.skus.index(lot.sku)
            room.contents.append(Content(sku, lot.gpus, begin, until, -1, lot.name))
    return {
        p: sorted(found, key=lambda r: (r.service_day, r.hall, r.number))
        for p, found in made.items()
    }


def _rooms(hall: str, service_day: FloatArray, block_mw: FloatArray) -> list[Room]:
    return [
        Room(hall, b + 1, float(day), float(mw))
        for b, (day, mw) in enumerate(zip(service_day, block_mw, strict=True))
    ]


def fill(
    data: ModelData, pool: int, found: list[Room], orders: FloatArray, spare: FloatArray,
    placed: Callable[[int, int], None] = lambda _sku, _period: None,
) -> None:  # fmt: skip
    """Put a pool's orders into its blocks, in place.

    Parameters
    ----------
    placed
        Called with SKU and period of each order that has been placed, before the next is.
    orders
        Thousands of GPUs by SKU and period, shape (J, T).
    spare
        GPUs that makers could deliver beyond all orders, shape (J, T); what an order takes over
        from an earlier one comes from it, in place.
    """
    arriving = [
        (data.deliveries.dock_day[j, t] + data.pools[pool].rack_tail_day, j, t)
        for j, t in zip(*np.nonzero(orders > 0), strict=True)
    ]
    carried = dict.fromkeys(range(len(data.skus)), 0.0)
    for day, j, t in sorted(arriving):
        per_rack = data.deliveries.racks[j].gpus
        want = orders[j, t] * GPUS / per_rack + carried[j]
        own = orders[j, t] * GPUS
        racks = floor(min(want, (own + spare[j, t]) / per_rack) + SNAP)
        until = float(day + data.deliveries.life_day[j])
        left = place(data, pool, found, Content(int(j), 0, float(day), until, int(t)), racks)
        placed(int(j), int(t))
        spare[j, t] += own - (racks - left) * per_rack
        carried[j] = min(want - racks + left, want)


def place(data: ModelData, pool: int, found: list[Room], what: Content, racks: int) -> int:
    """Place racks that arrive on a day where there is room first; return how many found none.

    Parameters
    ----------
    what
        What they are, from the day on which they could serve; its number does not matter.
    """
    sku, day = what.sku, what.begin_day
    while racks > 0:
        choices = [
            (begin, i, fit)
            for i, room in enumerate(found)
            if (slot := _slot(data, pool, room, sku, day)) is not None
            for begin, fit in (slot,)
            if min(fit, racks) >= least(data, pool, room)
        ]
        if not choices or min(choices)[0] >= data.timeline.end_day[-1]:
            break
        begin, i, fit = min(choices)
        put = min(fit, racks)
        if 0 < racks - put < least(data, pool, found[i]) < put:
            put -= least(data, pool, found[i])  # leaves enough for a lot of its own elsewhere
        gpus = put * data.deliveries.racks[sku].gpus
        found[i].contents.append(replace(what, gpus=gpus, begin_day=begin))
        racks -= put
    return racks


def least(data: ModelData, pool: int, room: Room) -> int:
    """Return the fewest racks that make a lot in a block."""
    return max(1, floor(LEAST_SHARE * data.pools[pool].traits.racks_per_mw * room.mw))


def _slot(data: ModelData, pool: int, room: Room, sku: int, day: float) -> tuple[float, int] | None:
    """Return the first day from which a block has room for a lot of a SKU, and for how many racks.

    Room counts what is there on that day and later, for a lot stays.
    """
    first = max(day, room.service_day)
    days = sorted({first, *(c.until_day for c in room.contents if c.until_day > first)})
    needed = least(data, pool, room)
    for begin in days:
        fit = _fit(data, pool, room, sku, begin)
        if fit >= needed:
            return begin, fit
    return None


def _fit(data: ModelData, pool: int, room: Room, sku: int, begin: float) -> int:
    fits = []
    for component in COMPONENTS:
        one = takes(data, component, sku) * data.deliveries.racks[sku].gpus
        if one <= 0:
            continue
        taken = sum(
            takes(data, component, c.sku) * c.gpus for c in room.contents if c.until_day > begin
        )
        free = offers(data.pools[pool], component) * room.mw - taken
        fits.append(floor(free / one + SNAP))
    return max(0, min(fits, default=0))

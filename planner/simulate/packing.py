"""A network as the compiled engine reads it: relations as a graph of moments, crews as queues.

Activities keep the order of the network, so that those of a hall lie side by side in memory; only
the queues are by rank. What an activity is and what follows from it stands in rows, for a processor
fetches whole lines of memory.

Codes say what can happen at an instant: four to each activity (see `What`), then one to each pool
(a unit arrives), then one to each hall (it is repaired).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from planner.simulate.calendars import type_work_min
from planner.simulate.logic import SOURCE_OF, TARGET_OF, Moment

if TYPE_CHECKING:
    from planner.network.arrays import Csr, IntArray, Network

SmallArray = NDArray[np.uint32]

FURTHEST: Final = 2**30
"""Minutes that a lag or a gate is cut to: beyond any tables, and with another it fits 32 bits."""

# What happens to activity a is code 4a + one of these.
READY: Final = 0
FINISH: Final = 1
WORK_END: Final = 2
START: Final = 3
CODES: Final = 4

# Columns of `Packed.fact`, which is two activities to a line of a processor's cache.
HALL: Final = 0
ZONE: Final = 1
RANK: Final = 2
KIND: Final = 3
THEN: Final = 4
NEED: Final = 7
FACTS: Final = 8

# Bits of a kind.
IS_SERVED: Final = 1
IS_PLAIN: Final = 2

# Columns of a need: its store, and this.
QUEUE: Final = 1
NEEDS: Final = 2

# Columns of what is known of an activity in a sample, two to a line too; see `dispatch.State`.
WORK: Final = 4
STARTED: Final = 5
ENDED: Final = 6
FINISHED: Final = 7
OWN: Final = 8

LINE_BYTES: Final = 64
"""A line of a processor's cache."""


class Queues(NamedTuple):
    """Who may wait for what: a queue for each number of units of a store that anybody needs.

    Stores (R + Q) are resources and pools. Whoever waits, waits in one queue: that of something it
    lacks. Crews of which there are enough for all who ever want them have no queues.

    Parameters
    ----------
    need, units
        Needs, by activity (`NEED` in `Packed.fact`): what, and in which queue to wait for it, side
        by side (`NEEDS`), and how much.
    first
        First queue of each store, by units (R + Q + 1).
    of, least
        The store of which a queue waits for something, and how much (K).
    place
        Where the members of each queue stand (K).
    whole
        What there is at the beginning (R + Q).
    crews
        Number of resources, which are given back (R).
    """

    need: SmallArray
    units: IntArray
    first: SmallArray
    of: SmallArray
    least: IntArray
    place: SmallArray
    whole: IntArray
    crews: int


class Packed(NamedTuple):
    """What does not change from sample to sample.

    Parameters
    ----------
    fact
        Hall (H where none), zone, rank, and its kind: whether the dispatcher starts it (it needs
        crews or equipment), and whether it is plain (its finish waits for nothing but the end of
        work, and is then no event of its own); then where what follows from its start, end of work
        and finish begins in `then`, and where its needs do. The next row says where they end:
        shape (A + 1, FACTS).
    then
        What follows: where the conditions of a start or finish stand in `dispatch.State.own`, and
        after how many minutes.
    open
        Conditions of each start and finish, end of work included, and the earliest minute, which
        is 0: shape (2A, 2).
    by_rank
        Activities in order of rank.
    queues
        Crews and equipment.
    gated, gate_pointer, gate_column
        Activities with gates, and their gates.
    root, gated_root
        Activities whose start has no conditions: without gates, and those of `gated`.
    zone_off
        Row of the days off of each zone (Z), a calendar at a site, indoors or outdoors: twice its
        site, and one more outdoors.
    day_type, day_work
        Day types of each zone by day and their working minutes, shape (Z, D).
    longest
        Working minutes of a zone's longest day, at least 1 (Z).
    type_pointer, type_start, type_end
        Working intervals of each day type.
    hall_pointer, hall_member, hall_site, hall_closes, hall_zone
        Halls: their activities, site, the activity that closes the envelope, the zone of repairs.
    """

    fact: SmallArray
    then: SmallArray
    open: SmallArray
    by_rank: SmallArray
    queues: Queues
    gated: IntArray
    gate_pointer: IntArray
    gate_column: IntArray
    root: IntArray
    gated_root: IntArray
    zone_off: IntArray
    day_type: IntArray
    day_work: IntArray
    longest: IntArray
    type_pointer: IntArray
    type_start: IntArray
    type_end: IntArray
    hall_first: IntArray
    hall_last: IntArray
    hall_site: IntArray
    hall_closes: IntArray
    hall_zone: IntArray


def pack(network: Network) -> Packed:
    """Return a network as the compiled engine reads it."""
    zones, zone, hall_zone = _zones(network)
    day_type = network.day_type[zones[:, 0]]
    day_work = type_work_min(network)[day_type]
    then_pointer, then, conditions = _moments(network)
    need_pointer, queues = _queues(network)
    is_gated = np.diff(network.gate.pointer) > 0
    gated = np.flatnonzero(is_gated)
    is_root = conditions[::2] == 0
    return Packed(
        _facts(network, zone, conditions, then_pointer, need_pointer),
        then, np.stack([conditions, np.zeros_like(conditions)], axis=1).reshape(-1),
        np.argsort(network.rank, kind="stable").astype(np.uint32), queues,
        gated, network.gate.pointer[gated], network.gate.column,
        np.flatnonzero(is_root & ~is_gated), np.flatnonzero(is_root[gated]),
        2 * zones[:, 1] + zones[:, 2],
        day_type, day_work, np.maximum(day_work.max(axis=1, initial=0), 1),
        network.type_pointer, network.type_start_min, network.type_end_min,
        network.hall_first, network.hall_last, network.hall_site, network.hall_closes, hall_zone,
    )  # fmt: skip


def ranked(packed: Packed, rank: IntArray) -> Packed:
    """Return a packed network with other ranks (A)."""
    order = np.argsort(rank, kind="stable")
    fact = aligned(packed.fact.size)
    fact[:] = packed.fact
    fact.reshape(-1, FACTS)[order, RANK] = np.arange(len(order))
    return packed._replace(fact=fact, by_rank=order.astype(np.uint32))


def _facts(
    network: Network,
    zone: IntArray,
    conditions: SmallArray,
    then_pointer: IntArray,
    need_pointer: IntArray,
) -> SmallArray:
    """Return what there is to know of each activity (see `Packed`)."""
    count = len(network.activity)
    hall = np.full(count, len(network.hall))
    for h, (first, last) in enumerate(zip(network.hall_first, network.hall_last, strict=True)):
        hall[first:last] = h
    fact = aligned((count + 1) * FACTS).reshape(count + 1, FACTS)
    fact[:count, HALL] = hall
    fact[:count, ZONE] = zone
    fact[np.argsort(network.rank, kind="stable"), RANK] = np.arange(count)
    is_served = (np.diff(network.need.pointer) + np.diff(network.wait.pointer)) > 0
    fact[:count, KIND] = IS_SERVED * is_served + IS_PLAIN * (conditions[1::2] == 0)
    fact[:, THEN : THEN + 3] = then_pointer
    fact[:, NEED] = need_pointer
    return fact.reshape(-1)


def _moments(network: Network) -> tuple[IntArray, SmallArray, SmallArray]:
    """Return where what follows from each moment begins (A + 1, 3), what it is, and conditions."""
    count = len(network.activity)
    kind, pred, succ = network.relation_kind, network.relation_pred, network.relation_succ
    source, target = SOURCE_OF[kind], TARGET_OF[kind]
    holds_finish = target == Moment.FINISH
    is_plain = np.bincount(succ[holds_finish], minlength=count) == 0
    # A plain finish comes with the end of work, and so does all that follows from it.
    source = np.where((source == Moment.FINISH) & is_plain[pred], Moment.WORK_END, source)
    held = np.flatnonzero(~is_plain)
    node = np.concatenate([3 * pred + source, 3 * held + Moment.WORK_END])
    then = np.concatenate([2 * succ + holds_finish, 2 * held + 1])
    lag = np.concatenate([network.relation_lag_min, np.zeros_like(held)])
    sort = np.argsort(node, kind="stable")
    pointer = np.searchsorted(node[sort], np.arange(3 * count + 3)).reshape(-1, 3)
    row = OWN * (then // 2) + 2 * (then % 2)
    rows = np.stack([row, np.minimum(lag, FURTHEST)], axis=1)[sort]
    conditions = np.bincount(then, minlength=2 * count)
    return pointer, rows.reshape(-1).astype(np.uint32), conditions.astype(np.uint32)


def _queues(network: Network) -> tuple[IntArray, Queues]:
    """Return where the needs of each activity begin (A + 1), and queues."""
    count, crews, pools = len(network.activity), len(network.capacity), len(network.pool)
    need, wait = network.need, network.wait
    wanted = np.bincount(need.column, weights=need.units, minlength=crews)
    is_scarce = np.concatenate([wanted > network.capacity, np.ones(pools, dtype=np.bool_)])
    row = np.concatenate([_row_of(need), _row_of(wait)])
    store = np.concatenate([need.column, wait.column + crews])
    units = np.concatenate([need.units, wait.units])
    kept = np.flatnonzero(is_scarce[store] & (units > 0))
    kept = kept[np.argsort(row[kept], kind="stable")]
    row, store, units = row[kept], store[kept], units[kept]
    kind = np.stack([store, units], axis=1)
    kinds, number, size = np.unique(kind, axis=0, return_inverse=True, return_counts=True)
    first = np.searchsorted(kinds[:, 0], np.arange(crews + pools + 1))
    whole = np.concatenate([network.capacity, np.zeros(pools, dtype=np.int64)])
    pointer = np.searchsorted(row, np.arange(count + 1))
    needs = np.stack([store, number.reshape(-1)], axis=1)
    return pointer, Queues(
        _small(needs.reshape(-1)), units, _small(first), _small(kinds[:, 0]),
        kinds[:, 1].copy(),
        _small(np.cumsum(size) - size), whole, crews,
    )  # fmt: skip


def aligned(size: int) -> SmallArray:
    """Return so many zeros that begin with a line of a processor's cache."""
    room = np.zeros(size + LINE_BYTES // 4, dtype=np.uint32)
    first = -room.ctypes.data % LINE_BYTES // 4
    return room[first : first + size]


def _small(numbers: IntArray) -> SmallArray:
    """Return numbers as unsigned ones, with which compiled code indexes without a check of sign."""
    return numbers.astype(np.uint32)


def _row_of(table: Csr) -> IntArray:
    """Return the row of each entry of a table."""
    return np.repeat(np.arange(len(table.pointer) - 1), np.diff(table.pointer))


def _zones(network: Network) -> tuple[IntArray, IntArray, IntArray]:
    """Return the zones (calendar, site, outdoors), that of each activity, and of each repair."""
    activity = np.stack([network.calendar, network.activity_site, network.is_outdoor], axis=1)
    indoors = np.zeros(len(network.hall), dtype=np.int64)
    repair = np.stack([network.hall_repair_calendar, network.hall_site, indoors], axis=1)
    both = np.concatenate([activity, repair]).astype(np.int64)
    zones, row = np.unique(both, axis=0, return_inverse=True)
    row = row.reshape(-1).astype(np.int64)
    return zones, row[: len(network.activity)].copy(), row[len(network.activity) :].copy()

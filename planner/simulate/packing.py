"""A network as the compiled engine reads it: renumbered by rank, relations as a graph of moments.

Codes: with A activities, Q pools and H halls, a code is something that can happen at an instant:
``a`` activity a has met its conditions, ``A + a`` its work ends, ``2A + a`` it finishes,
``3A + a`` it starts, ``4A + q`` a unit of pool q arrives, ``4A + Q + h`` hall h is repaired.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from planner.simulate.calendars import type_work_min
from planner.simulate.logic import SOURCE_OF, TARGET_OF, Moment

if TYPE_CHECKING:
    from planner.network.arrays import BoolArray, Csr, IntArray, Network


class Packed(NamedTuple):
    """What does not change from sample to sample; activities (A) are numbered by rank.

    Parameters
    ----------
    order
        Index in the network of each activity, shape (A,).
    hall
        Hall of each activity, H where none.
    zone
        Row of the working time of each activity: a calendar at a site, indoors or outdoors.
    conditions
        Conditions of the start (first A) and of the finish (last A), end of work included.
    is_plain
        Whether the finish waits for nothing but the end of work: it is then no event of its own.
    then_pointer, then_target, then_lag
        What follows from a start (first A rows), end of work (next A) and finish (last A): targets
        as in `conditions`, with their lags.
    need_pointer, need_column, need_units, wait_pointer, wait_column, wait_units
        Crews and equipment.
    capacity, pools
        Units of each resource; number of pools.
    gated, gate_pointer, gate_column
        Activities with gates, and their gates.
    root
        Activities whose start has no conditions.
    zone_off
        Row of the days off of each zone (Z): twice its site, and one more outdoors.
    day_type, day_work
        Day types of each zone by day and their working minutes, shape (Z, D).
    fair
        Working minutes before each day of a zone in fair weather, shape (Z, D + 1).
    type_pointer, type_start, type_end
        Working intervals of each day type.
    hall_pointer, hall_member, hall_site, hall_closes, hall_zone
        Halls: their activities, site, the activity that closes the envelope, the zone of repairs.
    """

    order: IntArray
    hall: IntArray
    zone: IntArray
    conditions: IntArray
    is_plain: BoolArray
    then_pointer: IntArray
    then_target: IntArray
    then_lag: IntArray
    need_pointer: IntArray
    need_column: IntArray
    need_units: IntArray
    wait_pointer: IntArray
    wait_column: IntArray
    wait_units: IntArray
    capacity: IntArray
    pools: int
    gated: IntArray
    gate_pointer: IntArray
    gate_column: IntArray
    root: IntArray
    zone_off: IntArray
    day_type: IntArray
    day_work: IntArray
    fair: IntArray
    type_pointer: IntArray
    type_start: IntArray
    type_end: IntArray
    hall_pointer: IntArray
    hall_member: IntArray
    hall_site: IntArray
    hall_closes: IntArray
    hall_zone: IntArray


def pack(network: Network) -> Packed:
    """Return a network as the compiled engine reads it."""
    count, halls = len(network.activity), len(network.hall)
    order = np.argsort(network.rank, kind="stable")
    number = np.empty(count, dtype=np.int64)
    number[order] = np.arange(count)
    hall = np.full(count, halls, dtype=np.int64)
    for h in range(halls):
        hall[network.hall_first[h] : network.hall_last[h]] = h
    hall = hall[order]
    member = np.argsort(hall, kind="stable")
    zones, zone, hall_zone = _zones(network, order)
    conditions, is_plain, then = _moments(network, number)
    need, wait, gate = (_reordered(t, order) for t in (network.need, network.wait, network.gate))
    gated = np.flatnonzero(np.diff(gate.pointer))
    day_type = network.day_type[zones[:, 0]]
    day_work = type_work_min(network)[day_type]
    fair = np.zeros((len(zones), network.days + 1), dtype=np.int64)
    np.cumsum(day_work, axis=1, out=fair[:, 1:])
    closes = np.where(network.hall_closes < 0, -1, number[network.hall_closes]) if count else (
        network.hall_closes)  # fmt: skip
    return Packed(
        order, hall, zone, conditions, is_plain, *then,
        need.pointer, need.column, need.units, wait.pointer, wait.column, wait.units,
        network.capacity, len(network.pool),
        gated, gate.pointer[gated] if gated.size else gated, gate.column,
        np.flatnonzero(conditions[:count] == 0),
        2 * zones[:, 1] + zones[:, 2],
        day_type, day_work, fair,
        network.type_pointer, network.type_start_min, network.type_end_min,
        np.searchsorted(hall[member], np.arange(halls + 1)), member,
        network.hall_site, closes, hall_zone,
    )  # fmt: skip


def _zones(network: Network, order: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return the zones (calendar, site, outdoors), that of each activity, and of each repair."""
    activity = np.stack([network.calendar, network.activity_site, network.is_outdoor], axis=1)
    indoors = np.zeros(len(network.hall), dtype=np.int64)
    repair = np.stack([network.hall_repair_calendar, network.hall_site, indoors], axis=1)
    both = np.concatenate([activity[order], repair]).astype(np.int64)
    zones, row = np.unique(both, axis=0, return_inverse=True)
    row = row.reshape(-1).astype(np.int64)
    return zones, row[: len(order)].copy(), row[len(order) :].copy()


def _moments(
    network: Network, number: IntArray
) -> tuple[IntArray, BoolArray, tuple[IntArray, IntArray, IntArray]]:
    """Return conditions, plain finishes, and what follows from each moment (see `Packed`)."""
    count = len(number)
    kind = network.relation_kind
    pred, succ = number[network.relation_pred], number[network.relation_succ]
    source, target = SOURCE_OF[kind], TARGET_OF[kind]
    holds_finish = target == Moment.FINISH
    is_plain = np.bincount(succ[holds_finish], minlength=count) == 0
    # A plain finish comes with the end of work, and so does all that follows from it.
    source = np.where((source == Moment.FINISH) & is_plain[pred], Moment.WORK_END, source)
    held = np.flatnonzero(~is_plain)
    node = np.concatenate([source * count + pred, Moment.WORK_END * count + held])
    then = np.concatenate([holds_finish * count + succ, count + held])
    lag = np.concatenate([network.relation_lag_min, np.zeros(len(held), dtype=np.int64)])
    sort = np.argsort(node, kind="stable")
    pointer = np.searchsorted(node[sort], np.arange(3 * count + 1)).astype(np.int64)
    conditions = np.bincount(then, minlength=2 * count).astype(np.int64)
    return conditions, is_plain, (pointer, then[sort].astype(np.int64), lag[sort])


def _reordered(table: Csr, order: IntArray) -> Csr:
    """Return a table whose row i is row `order[i]` of another."""
    length = np.diff(table.pointer)[order]
    pointer = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
    entry = np.repeat(table.pointer[order] - pointer[:-1], length) + np.arange(pointer[-1])
    return type(table)(pointer, table.column[entry], table.units[entry])

"""A network as the compiled engine reads it: renumbered by rank, relations as a graph of moments.

Codes: with A activities, Q pools and H halls, a code is something that can happen at an instant:
``a`` activity a has met its conditions, ``A + a`` its work ends, ``2A + a`` it finishes,
``3A + a`` it starts, ``4A + q`` a unit of pool q arrives, ``4A + Q + h`` hall h is repaired.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from planner.simulate.calendars import type_work_min
from planner.simulate.logic import SOURCE_OF, TARGET_OF, Moment

if TYPE_CHECKING:
    from planner.network.arrays import BoolArray, Csr, IntArray, Network


WordArray = NDArray[np.uint64]

WORD_BITS: Final = 64


class Words(NamedTuple):
    """Crews and equipment in words of 64 bits (W), with what each activity needs of them.

    A word holds fields side by side, one a resource or pool, each wide enough for all its units
    and one guard bit above them, which is always set. A need is subtracted from a whole word: where
    a field holds too little, it borrows its guard bit and no other. Crews of which there are enough
    for all who ever want them get no field.

    Parameters
    ----------
    pointer, word, take, give
        CSR of activities: which word, what is taken of it at the start, and what of that is given
        back at the end of work.
    guard, whole
        Guard bits of each word, and what it holds at the beginning (W).
    pool_word, pool_unit
        Word of each pool, and one unit in it.
    """

    pointer: IntArray
    word: IntArray
    take: WordArray
    give: WordArray
    guard: WordArray
    whole: WordArray
    pool_word: IntArray
    pool_unit: WordArray


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
    is_served
        Whether an activity needs crews or equipment: the dispatcher starts it.
    words
        Crews and equipment.
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
    is_served: BoolArray
    words: Words
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
        (np.diff(need.pointer) > 0) | (np.diff(wait.pointer) > 0), _words(network, need, wait),
        gated, gate.pointer[gated] if gated.size else gated, gate.column,
        np.flatnonzero(conditions[:count] == 0),
        2 * zones[:, 1] + zones[:, 2],
        day_type, day_work, fair,
        network.type_pointer, network.type_start_min, network.type_end_min,
        np.searchsorted(hall[member], np.arange(halls + 1)), member,
        network.hall_site, closes, hall_zone,
    )  # fmt: skip


def _words(network: Network, need: Csr, wait: Csr) -> Words:
    """Pack crews and equipment; rows of `need` and `wait` are by rank."""
    crews = len(network.capacity)
    most, is_scarce = _most(network, need)
    scarce = np.flatnonzero(is_scarce).tolist()
    word, shift = np.zeros(len(most), dtype=np.int64), np.zeros(len(most), dtype=np.uint64)
    last = used = 0
    for c in scarce:
        width = int(most[c]).bit_length() + 1
        if used + width > WORD_BITS:
            last, used = last + 1, 0
        word[c], shift[c] = last, used
        used += width
    whole, guard = np.zeros((2, last + 1), dtype=np.uint64)
    for c in scarce:
        bit = 1 << (int(shift[c]) + int(most[c]).bit_length())
        units = int(most[c]) << int(shift[c]) if c < crews else 0
        guard[word[c]] |= np.uint64(bit)
        whole[word[c]] |= np.uint64(bit | units)
    row = np.concatenate([_row_of(need), _row_of(wait)])
    column = np.concatenate([need.column, wait.column + crews])
    units_of = np.concatenate([need.units, wait.units]).astype(np.uint64)
    is_kept = is_scarce[column] & (units_of > 0)
    row, column = row[is_kept], column[is_kept]
    bits = units_of[is_kept] << shift[column]
    key, entry = np.unique(row * (last + 1) + word[column], return_inverse=True)
    take, give = np.zeros((2, len(key)), dtype=np.uint64)
    np.add.at(take, entry, bits)
    np.add.at(give, entry, np.where(column < crews, bits, np.uint64(0)))
    pointer = np.searchsorted(key, np.arange(len(need.pointer)) * (last + 1)).astype(np.int64)
    unit = np.uint64(1) << shift[crews:]
    return Words(pointer, key % (last + 1), take, give, guard, whole, word[crews:].copy(), unit)


def _most(network: Network, need: Csr) -> tuple[IntArray, BoolArray]:
    """Return the units there ever are of each resource and pool, and whether they can run short."""
    pools = len(network.pool)
    arriving = np.bincount(network.unit_pool, minlength=pools)
    wanted = np.bincount(need.column, weights=need.units, minlength=len(network.capacity))
    most = np.concatenate([network.capacity, arriving]).astype(np.int64)
    return most, np.concatenate([wanted > network.capacity, np.ones(pools, dtype=np.bool_)])


def _row_of(table: Csr) -> IntArray:
    """Return the row of each entry of a table."""
    return np.repeat(np.arange(len(table.pointer) - 1), np.diff(table.pointer))


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

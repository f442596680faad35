"""The compiled engine where no crew has to be dispatched: one pass for a block of futures.

Nobody waits for a crew, and no pass over time is needed, if there are always enough: when no
equipment is waited for, and the crews of each resource can be handed on along relations from the
end of one work to the start of another (FS and arcs). Whether they can is a maximum flow: the units
that must come from the pool are what is needed less what is handed on, and they must not exceed
what there is. Then at every start the givers have left, so the dispatcher of `reference` would let
everybody start at once, whatever the rank. The proof is sufficient, not necessary: a network it
does not reach goes to the kernel of `fast`, which gives the same minutes.

Rows hold the samples of a block side by side, and every step is a loop over one row: one for the
index, one for the load, one for the arithmetic, which compilers run several samples at a time.
A future in which a storm damages a hall is passed again, sample by sample, with what it stops.

All compiled functions of the pass are in this module (see `fast`).
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from planner.domain.activity import Kind
from planner.domain.result import NEVER
from planner.simulate.calendars import DAY_MIN
from planner.simulate.logic import ARC, SOURCE_OF, TARGET_OF, Moment
from planner.simulate.packing import FACTS, HALL, ZONE
from planner.simulate.times import Times, unset_times

if TYPE_CHECKING:
    from planner.network.arrays import BoolArray, FloatArray, IntArray, Network
    from planner.simulate.packing import Packed
    from planner.simulate.sampling import Draws

kernel = numba.njit(cache=True, nogil=True)
inlined = numba.njit(cache=True, nogil=True, forceinline=True)

RowArray = NDArray[np.int32]
DayArray = NDArray[np.int16]

LONGEST: Final = DAY_MIN * 30_000
"""Minutes of tables whose days and times fit 16 and 32 bits."""
MOST_UNITS: Final = 4
"""Units of work a day (their greatest common divisor) up to which days are found by a table."""
TILE: Final = 8
"""Times that fill a line of a processor's cache."""
STRIP: Final = 32
"""Samples of a pass: enough to fill a loop, and few enough for their tables to stay in a cache."""
FIRST_REACH: Final = 256
"""Days of working time built at first; half as many more where they do not suffice."""


class Chain(NamedTuple):
    """A network as a pass reads it; activities (A) in the order of the network.

    Parameters
    ----------
    order
        Starts (a) and finishes (A + a), each after what it waits for, shape (2A,); finishes that
        wait for the end of work alone are left out.
    pointer, source, lag
        CSR of nodes (2A): rows of times that a moment waits for, starts (a), ends of work (A + a)
        or finishes (2A + a), and the lag.
    finish_row
        Row of each activity's finish: that of the end of work where nothing else holds it (A).
    zone, hall
        Zone of each activity, and its hall (H where none).
    zone_off
        Row of the days off of each zone (Z): twice its site, and one more outdoors.
    day_type, day_work
        Day types and working minutes of zones, with two days without work at the end (Z, D + 2).
    zone_unit
        Unit of work of each zone, 0 where days are looked for instead (Z).
    kind_pointer, kind
        The day types of the working days of each zone (Z + 1).
    step_start, step_length, step_before
        Intervals of a day type: start, length, and work before each, shape (types, I).
    hall_site, hall_first, hall_last, hall_closes, hall_zone
        Halls (H).
    """

    order: IntArray
    pointer: IntArray
    source: IntArray
    lag: IntArray
    finish_row: IntArray
    zone: IntArray
    hall: IntArray
    zone_off: IntArray
    day_type: IntArray
    day_work: IntArray
    zone_unit: IntArray
    kind_pointer: IntArray
    kind: IntArray
    step_start: IntArray
    step_length: IntArray
    step_before: IntArray
    hall_site: IntArray
    hall_first: IntArray
    hall_last: IntArray
    hall_closes: IntArray
    hall_zone: IntArray


class Room(NamedTuple):
    """Room for a strip of S samples.

    Parameters
    ----------
    before
        Minutes worked in each zone before each day, shape (Z, S, reach + 2).
    day_of
        The day of each unit of work of a zone, shape (Z, S, units).
    times
        Rows of starts, ends of work and finishes, shape (3A, S).
    """

    before: RowArray
    day_of: DayArray
    times: RowArray


# --- is a pass enough?


def needs_no_dispatch(network: Network) -> bool:
    """Return whether crews never run short, whatever the durations, and no equipment is awaited.

    See the module for the proof.
    """
    if len(network.wait.column) or network.days * DAY_MIN > LONGEST:
        return False
    need, count = network.need, len(network.activity)
    row = np.repeat(np.arange(count), np.diff(need.pointer))
    is_handed = (network.relation_kind == Kind.FS) | (network.relation_kind == ARC)
    giver, taker = network.relation_pred[is_handed], network.relation_succ[is_handed]
    for r, capacity in enumerate(network.capacity.tolist()):
        of_this = need.column == r
        units = np.bincount(row[of_this], weights=need.units[of_this], minlength=count)
        short = int(units.sum()) - capacity
        if short > 0 and _handed_on(units.astype(np.int64), giver, taker) < short:
            return False
    return True


def _handed_on(units: IntArray, giver: IntArray, taker: IntArray) -> int:
    """Return the most units that activities can get from others rather than from the pool.

    A flow from a source (0) to the givers, along relations to the takers, to a sink.
    """
    users = np.flatnonzero(units)
    number = np.full(len(units), -1, dtype=np.int64)
    number[users] = np.arange(len(users))
    pairs = np.unique(np.stack([number[giver], number[taker]]), axis=1)
    pairs = pairs[:, (pairs >= 0).all(axis=0)]
    most, sink = len(users), 1 + 2 * len(users)
    give = 1 + np.arange(most)
    begin = np.concatenate([np.zeros(most, dtype=np.int64), 1 + pairs[0], most + give])
    end = np.concatenate([give, 1 + most + pairs[1], np.full(most, sink)])
    room = np.concatenate([units[users], units[users][pairs[0]], units[users]])
    graph = csr_array((room.astype(np.int32), (begin, end)), shape=(sink + 1, sink + 1))
    return int(maximum_flow(graph, 0, sink).flow_value)


# --- the network as a pass reads it


def chain(network: Network, packed: Packed) -> Chain:
    """Return a network as a pass reads it."""
    count = len(network.activity)
    kind = network.relation_kind
    target, source = TARGET_OF[kind], SOURCE_OF[kind]
    holds_finish = target == Moment.FINISH
    is_held = np.bincount(network.relation_succ[holds_finish], minlength=count) > 0
    finish_row = np.where(is_held, 2, 1) * count + np.arange(count)
    rows = source * count + network.relation_pred
    rows = np.where(source == Moment.FINISH, finish_row[network.relation_pred], rows)
    node = holds_finish * count + network.relation_succ
    sort = np.argsort(node, kind="stable")
    pointer = np.searchsorted(node[sort], np.arange(2 * count + 1)).astype(np.int64)
    rows = rows[sort].astype(np.int64)
    order = np.empty(2 * count, dtype=np.int64)
    length = _order(count, pointer, rows, is_held, order)
    fact = packed.fact.reshape(-1, FACTS)[:count].astype(np.int64)
    zone, hall = fact[:, ZONE].copy(), fact[:, HALL].copy()
    idle = np.flatnonzero(np.diff(network.type_pointer) == 0)
    # A type of its own without work, for the days after the tables.
    type_pointer = np.append(network.type_pointer, network.type_pointer[-1])
    last = int(idle[0]) if idle.size else len(type_pointer) - 2
    pad = ((0, 0), (0, 2))
    day_work = np.pad(packed.day_work, pad)
    day_type = np.pad(packed.day_type, pad, constant_values=last)
    return Chain(
        order[:length].copy(), pointer, rows, network.relation_lag_min[sort], finish_row,
        zone, hall, packed.zone_off,
        day_type, day_work, _units(day_work), *_kinds(day_type, day_work),
        *_steps(type_pointer, network.type_start_min, network.type_end_min),
        network.hall_site, network.hall_first, network.hall_last, network.hall_closes,
        packed.hall_zone,
    )  # fmt: skip


@kernel
def _order(
    count: int, pointer: IntArray, source: IntArray, is_held: BoolArray, order: IntArray
) -> int:
    """Fill `order` with nodes, each after what it waits for (depth first); return their number."""
    state = np.zeros(2 * count, np.int8)
    stack = np.empty(2 * len(source) + 4 * count + 2, np.int64)
    length = 0
    for root in range(2 * count):
        if root >= count and not is_held[root - count]:
            continue
        stack[0], top = root, 1
        while top > 0:
            node = stack[top - 1]
            if state[node] != 0:
                top -= 1
                if state[node] == 1:
                    state[node] = 2
                    order[length] = node
                    length += 1
                continue
            state[node] = 1
            if node >= count and state[node - count] == 0:
                stack[top] = node - count
                top += 1
            for i in range(pointer[node], pointer[node + 1]):
                row = source[i]
                # A start and an end of work come with the start; a held finish is a node.
                before = row % count if row < 2 * count else row - count
                if state[before] == 0:
                    stack[top] = before
                    top += 1
    return length


def _units(day_work: IntArray) -> IntArray:
    """Return the greatest common divisor of a zone's working days, 0 where a day has too many."""
    unit = np.gcd.reduce(day_work, axis=1)
    most = day_work.max(axis=1, initial=0)
    return np.where(most <= MOST_UNITS * unit, unit, 0).astype(np.int64)


def _kinds(day_type: IntArray, day_work: IntArray) -> tuple[IntArray, IntArray]:
    """Return the day types of the working days of each zone, as pointers and types."""
    kinds = [np.unique(types[work > 0]) for types, work in zip(day_type, day_work, strict=True)]
    pointer = np.cumsum([0, *map(len, kinds)])
    return pointer.astype(np.int64), np.concatenate([*kinds, day_type[:0, 0]])


def _steps(
    pointer: IntArray, start: IntArray, end: IntArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Return start, length and work before each interval of a day type, shape (types, I).

    Rows are filled up with intervals without length that begin after everything else.
    """
    types, most = len(pointer) - 1, max(1, int(np.diff(pointer).max(initial=0)))
    starts = np.full((types, most), DAY_MIN, dtype=np.int64)
    lengths, before = np.zeros((2, types, most), dtype=np.int64)
    for kind in range(types):
        span = slice(int(pointer[kind]), int(pointer[kind + 1]))
        number = span.stop - span.start
        starts[kind, :number] = start[span]
        lengths[kind, :number] = end[span] - start[span]
        before[kind] = np.cumsum(lengths[kind]) - lengths[kind]
    return starts, lengths, before


# --- the pass


class Flow:
    """A network made ready for passes.

    Parameters
    ----------
    network, packed
        The network, which needs no dispatch, and its packed form.
    """

    def __init__(self, network: Network, packed: Packed) -> None:
        self.chain = chain(network, packed)
        self.count = len(network.activity)
        self.days = network.days
        self.gated = packed.gated
        units = self.chain.day_work // np.maximum(self.chain.zone_unit, 1)[:, None]
        self.most = int(units[self.chain.zone_unit > 0].max(initial=1))
        self.rooms = threading.local()
        # Only a guess of how far the next block reaches; no result depends on it.
        self.reach = min(FIRST_REACH, network.days)

    def simulate(self, draws: Draws, opens_min: IntArray) -> Times:
        """Return when everything happens.

        Parameters
        ----------
        opens_min
            When the last gate of each gated activity opens, shape (S, gated).
        """
        times = unset_times(draws.samples, self.count)
        far = self.days * DAY_MIN + 1
        for first in range(0, draws.samples, STRIP):
            part = slice(first, min(first + STRIP, draws.samples))
            work = _rows(draws.work_min[part], far)
            floor = np.zeros(work.shape, dtype=np.int32)
            floor[self.gated] = _rows(opens_min[part], far)
            self._strip(draws, part, work, floor, times)
        return times

    def _strip(
        self, draws: Draws, part: slice, work: RowArray, floor: RowArray, times: Times
    ) -> None:
        """Fill the times of some samples, with tables as long as they need."""
        storms, repairs = draws.storms, draws.repairs
        while not _pass_block(
            self.chain, self.reach, self.days, self._room(), work, floor,
            draws.is_lost[part], storms.pointer[part.start : part.stop + 1],
            storms.site, storms.begin_min, storms.end_min, repairs.is_hit, repairs.work_min,
            repairs.cost_musd, times.start_min[part], times.work_end_min[part],
            times.finish_min[part], times.storm_cost_musd[part],
        ):  # fmt: skip
            self.reach = min(self.reach + self.reach // 2 + 1, self.days)

    def _room(self) -> Room:
        """Return room for a strip; a thread keeps its own: fresh memory costs as much as a pass."""
        zones, reach = len(self.chain.zone_unit), self.reach
        kept: Room | None = getattr(self.rooms, "kept", None)
        if kept is None or kept.before.shape != (zones, STRIP, reach + 2):
            kept = Room(
                np.zeros((zones, STRIP, reach + 2), dtype=np.int32),
                np.zeros((zones, STRIP, self.most * (reach + 1)), dtype=np.int16),
                np.zeros((3 * self.count, STRIP), dtype=np.int32),
            )
            self.rooms.kept = kept
        return kept


def _rows(minute: IntArray, far: int) -> RowArray:
    """Return times (S, n) as rows of samples (n, S), nothing after `far`."""
    return np.ascontiguousarray(np.minimum(minute, far).T, dtype=np.int32)


@kernel
def _pass_block(
    net: Chain,
    reach: int,
    days: int,
    room: Room,
    work: RowArray,
    floor: RowArray,
    is_lost: BoolArray,
    storm_pointer: IntArray,
    storm_site: IntArray,
    storm_begin: IntArray,
    storm_end: IntArray,
    is_hit: BoolArray,
    repair_work: IntArray,
    repair_cost: FloatArray,
    out_start: IntArray,
    out_work_end: IntArray,
    out_finish: IntArray,
    out_cost: FloatArray,
) -> bool:
    """Fill the times of a block; return False if working time was built for too few days."""
    count, samples = work.shape
    # 1. Working time of each zone in each sample, and the day of each unit of work.
    before, day_of, times = room.before, room.day_of, room.times
    _tables(net, reach, is_lost, storm_pointer, storm_site, storm_begin, storm_end, before, day_of)
    # 2. All samples at once, as if no storm damaged anything.
    if not _pass_rows(net, reach, days, before, day_of, work, floor, times):
        return False
    # 3. Write the block down, some activities at a time to keep what is written close together.
    horizon = days * DAY_MIN
    for first in range(0, count, TILE):
        for s in range(samples):
            for a in range(first, min(first + TILE, count)):
                start, end, finish = times[a, s], times[count + a, s], times[net.finish_row[a], s]
                out_start[s, a] = start if start <= horizon else NEVER
                out_work_end[s, a] = end if end <= horizon else NEVER
                out_finish[s, a] = finish if finish <= horizon else NEVER
    # 4. Samples in which one does, again and one by one.
    for s in range(samples):
        if storm_pointer[s] < storm_pointer[s + 1] and not _pass_damaged(
            net, reach, days, before, s, work, floor, storm_pointer[s],
            storm_pointer[s + 1], storm_site, storm_begin, storm_end, is_hit, repair_work,
            repair_cost, out_start[s], out_work_end[s], out_finish[s], out_cost,
        ):  # fmt: skip
            return False
    return True


@kernel
def _tables(
    net: Chain,
    reach: int,
    is_lost: BoolArray,
    storm_pointer: IntArray,
    storm_site: IntArray,
    storm_begin: IntArray,
    storm_end: IntArray,
    before: RowArray,
    day_of: DayArray,
) -> None:
    """Fill the minutes worked before each day, and the day of each unit of work (see `Room`)."""
    zones, samples = len(net.zone_unit), len(is_lost)
    # Without branches: which days are lost cannot be foreseen by a processor either.
    units_of, most = np.zeros((zones, reach), np.int32), np.zeros(zones, np.int64)
    for z in range(zones):
        if net.zone_unit[z] > 0:
            units_of[z] = net.day_work[z, :reach] // net.zone_unit[z]
            most[z] = units_of[z].max()
    is_on = np.empty((2 * is_lost.shape[1], reach), np.int32)
    for s in range(samples):
        for n in range(is_lost.shape[1]):
            for day in range(reach):
                is_on[2 * n, day] = 1
                is_on[2 * n + 1, day] = not is_lost[s, n, day]
        for k in range(storm_pointer[s], storm_pointer[s + 1]):
            row = 2 * storm_site[k]
            for day in range(storm_begin[k] // DAY_MIN, min(reach, storm_end[k] // DAY_MIN)):
                is_on[row, day] = is_on[row + 1, day] = 0
        for z in range(zones):
            on, row, days_of = is_on[net.zone_off[z]], before[z, s], day_of[z, s]
            total, units, unit = 0, 0, net.zone_unit[z]
            if most[z] == 1:
                # All working days are alike.
                for day in range(np.uint32(reach)):
                    days_of[np.uint32(units)] = day
                    units += units_of[z, day] & on[day]
                    row[day + np.uint32(1)] = units * unit
                total = units * unit
            else:
                for day in range(reach):
                    for j in range(most[z]):
                        days_of[units + j] = day
                    units += units_of[z, day] * on[day]
                    total += net.day_work[z, day] * on[day]
                    row[day + 1] = total
            row[reach + 1] = total


@kernel
def _pass_rows(
    net: Chain,
    reach: int,
    days: int,
    before: RowArray,
    day_of: DayArray,
    work: RowArray,
    floor: RowArray,
    times: RowArray,
) -> bool:
    """Fill the rows of all moments; return False if the tables were too short."""
    count, samples = work.shape
    far = days * DAY_MIN + 1
    day, base, target, is_open, is_kind = np.empty((5, samples), np.int32)
    for node in net.order:
        is_start = node < count
        a = node if is_start else node - count
        time = times[a] if is_start else times[2 * count + a]
        # 1. The latest of what it waits for.
        least = floor[a] if is_start else times[count + a]
        for i in range(samples):
            time[i] = least[i]
        for j in range(net.pointer[node], net.pointer[node + 1]):
            row, lag = times[net.source[j]], np.int32(min(net.lag[j], far))
            for i in range(samples):
                time[i] = max(time[i], row[i] + lag)
        for i in range(samples):
            time[i] = min(time[i], far)
        if not is_start:
            continue
        # 2. What was worked by then, and what will have been at the end.
        z, end, amount = net.zone[a], times[count + a], work[a]
        unit = net.zone_unit[z]
        limit = before[z, :, reach]
        for i in range(samples):
            day[i] = min(time[i] // DAY_MIN, reach)
        for i in range(samples):
            base[i] = before[z, i, day[i]]
            is_open[i] = before[z, i, day[i] + 1] > base[i]
        for i in range(samples):
            target[i] = 0
        first, last = net.kind_pointer[z], net.kind_pointer[z + 1]
        for k in range(first, last):
            kind = net.kind[k]
            _of_kind(net, z, day, kind, last - first == 1, is_kind)
            for j in range(net.step_start.shape[1]):
                start, length = net.step_start[kind, j], net.step_length[kind, j]
                for i in range(samples):
                    done = min(max(time[i] - day[i] * DAY_MIN - start, 0), length)
                    target[i] += is_kind[i] * done
        is_short = False
        for i in range(samples):
            target[i] = base[i] + is_open[i] * target[i] + amount[i]
            is_short |= (amount[i] > 0) & (time[i] < far) & (target[i] > limit[i])
        if is_short and reach < days:
            return False
        # 3. The last day before whose morning less than that was worked.
        for i in range(samples):
            target[i] = min(target[i], limit[i] + 1)
        if unit > 0:
            share = 1.0 / unit
            for i in range(samples):
                # Half a minute is far more than a rounding, and less than a minute.
                day[i] = np.int32((max(min(target[i], limit[i]), 1) - 0.5) * share)
            for i in range(samples):
                day[i] = day_of[z, i, day[i]] if limit[i] > 0 else 0
        else:
            for i in range(samples):
                day[i] = _day_before(before[z, i], reach, target[i])
        # 4. The minute of that day by which the rest is done.
        for i in range(samples):
            base[i] = target[i] - before[z, i, day[i]]
        for k in range(first, last):
            kind = net.kind[k]
            _of_kind(net, z, day, kind, last - first == 1, is_kind)
            for j in range(net.step_start.shape[1]):
                start, before_it = net.step_start[kind, j], net.step_before[kind, j]
                for i in range(samples):
                    if is_kind[i] * base[i] > before_it:
                        end[i] = day[i] * DAY_MIN + start + base[i] - before_it
        for i in range(samples):
            if target[i] > limit[i]:
                end[i] = far
            if amount[i] == 0 or time[i] == far:
                end[i] = time[i]
    return True


@inlined
def _of_kind(
    net: Chain, zone: int, day: RowArray, kind: int, is_only: bool, is_kind: RowArray
) -> None:
    """Fill whether days are of a day type, 0 or 1; all are where working days have no other."""
    for i in range(len(day)):
        is_kind[i] = 1
    if not is_only:
        for i in range(len(day)):
            is_kind[i] = net.day_type[zone, day[i]] == kind


# --- futures in which a storm damages a hall


@kernel
def _pass_damaged(
    net: Chain,
    reach: int,
    days: int,
    before: RowArray,
    s: int,
    work: RowArray,
    floor: RowArray,
    first: int,
    last: int,
    storm_site: IntArray,
    storm_begin: IntArray,
    storm_end: IntArray,
    is_hit: BoolArray,
    repair_work: IntArray,
    repair_cost: FloatArray,
    out_start: IntArray,
    out_work_end: IntArray,
    out_finish: IntArray,
    out_cost: FloatArray,
) -> bool:
    """Let the storms of a sample happen one after another; return False if tables were too short.

    What happened before a storm ended does not depend on what it damaged, so times known so far
    tell what it damages; those after it are then passed again.
    """
    count, halls = len(work), len(net.hall_site)
    horizon = days * DAY_MIN
    if not is_hit[first:last].any():
        return True
    stop_hall, stop_begin, stop_until = np.empty((3, (last - first) * halls), np.int64)
    stops, cost = 0, 0.0
    # The rows of a sample as it was written down, with nothing after the tables told apart.
    own = np.empty(3 * count, np.int64)
    for a in range(count):
        own[a] = min(out_start[a], horizon + 1)
        own[count + a] = min(out_work_end[a], horizon + 1)
        own[2 * count + a] = min(out_finish[a], horizon + 1)
    blocked_until = np.zeros(halls, np.int64)
    for k in range(first, last):
        known = stops
        for h in range(halls):
            if net.hall_site[h] != storm_site[k] or not (is_hit[k, h, 0] or is_hit[k, h, 1]):
                continue
            has_begun, goes_on = False, False
            for a in range(net.hall_first[h], net.hall_last[h]):
                has_begun |= own[a] < storm_end[k]
                goes_on |= own[a] >= storm_end[k] or own[count + a] > storm_end[k]
            closes = net.hall_closes[h]
            is_closed = closes < 0 or own[net.finish_row[closes]] <= storm_begin[k]
            closed = 1 if is_closed else 0
            if not has_begun or not is_hit[k, h, closed]:
                continue
            cost += repair_cost[k, h, closed]
            begin = max(storm_end[k], blocked_until[h])
            if not goes_on or repair_work[k, h, closed] == 0 or begin > horizon:
                continue
            until = _end(net, before[net.hall_zone[h], s], reach, net.hall_zone[h], begin,
                         repair_work[k, h, closed])  # fmt: skip
            if until == NEVER and reach < days:
                return False
            blocked_until[h] = until
            stop_hall[stops], stop_begin[stops], stop_until[stops] = h, begin, until
            stops += 1
        if stops > known and not _pass_one(
            net, reach, days, before, s, work, floor, own,
            stop_hall[:stops], stop_begin[:stops], stop_until[:stops], known, storm_end[k],
        ):  # fmt: skip
            return False
    if stops > 0:
        for a in range(count):
            finish = own[net.finish_row[a]]
            out_start[a] = own[a] if own[a] <= horizon else NEVER
            out_work_end[a] = own[count + a] if own[count + a] <= horizon else NEVER
            out_finish[a] = finish if finish <= horizon else NEVER
    out_cost[s] = cost
    return True


@kernel
def _pass_one(
    net: Chain,
    reach: int,
    days: int,
    before: RowArray,
    s: int,
    work: RowArray,
    floor: RowArray,
    times: IntArray,
    stop_hall: IntArray,
    stop_begin: IntArray,
    stop_until: IntArray,
    known: int,
    now: int,
) -> bool:
    """Pass a single sample with stops of its halls, which are in order of time in each hall.

    The first `known` stops were passed before; the others come at `now`, and change nothing of
    what was over by then.
    """
    count, stops = len(work), len(stop_hall)
    horizon = days * DAY_MIN
    far = horizon + 1
    is_stopped = np.zeros(len(net.hall_site) + 1, np.bool_)
    for k in range(known, stops):
        is_stopped[stop_hall[k]] = True
    for node in net.order:
        is_start = node < count
        a = node if is_start else node - count
        if is_start and times[a] < now and (
            times[count + a] <= now or not is_stopped[net.hall[a]]
        ):  # fmt: skip
            continue
        time: int = floor[a, s] if is_start else times[count + a]
        for j in range(net.pointer[node], net.pointer[node + 1]):
            time = max(time, times[net.source[j]] + net.lag[j])
        if not is_start:
            times[2 * count + a] = min(time, far)
            continue
        # Nothing starts in a hall under repair.
        for k in range(stops):
            if stop_hall[k] == net.hall[a] and stop_begin[k] <= time < stop_until[k]:
                time = stop_until[k]
        if times[a] == min(time, far) and not is_stopped[net.hall[a]]:
            continue
        times[a] = min(time, far)
        # Work in progress stands still meanwhile.
        z, since, end = net.zone[a], time, time
        left: int = work[a, s]
        if left > 0 and time <= horizon:
            row = before[z, s]
            end = _end(net, row, reach, z, since, left)
            for k in range(stops):
                if stop_hall[k] != net.hall[a] or stop_until[k] <= since or end <= stop_begin[k]:
                    continue
                if stop_begin[k] > since:
                    left -= _worked(net, row, reach, z, stop_begin[k])
                    left += _worked(net, row, reach, z, since)
                since = stop_until[k]
                end = NEVER
                if since <= horizon:
                    end = _end(net, row, reach, z, since, left)
            if end == NEVER and reach < days and since <= horizon:
                return False
        times[count + a] = min(end, far)
    return True


@inlined
def _day_before(before: RowArray, reach: int, target: int) -> int:
    """Return the last day before whose morning less than the target was worked, 0 if none."""
    low, high = 0, reach
    while high - low > 1:
        middle = (low + high) // 2
        if before[middle] < target:
            low = middle
        else:
            high = middle
    return low


@inlined
def _worked(net: Chain, before: RowArray, reach: int, zone: int, minute: int) -> int:
    """Return the minutes worked up to a minute; beyond the tables, up to their end."""
    day = min(minute // DAY_MIN, reach)
    total: int = before[day]
    if before[day + 1] > total:
        kind, rest = net.day_type[zone, day], minute - day * DAY_MIN
        for j in range(net.step_start.shape[1]):
            total += min(max(rest - net.step_start[kind, j], 0), net.step_length[kind, j])
    return total


@inlined
def _end(net: Chain, before: RowArray, reach: int, zone: int, minute: int, work: int) -> int:
    """Return the first minute by which work was done since a minute, `NEVER` beyond the tables."""
    target = _worked(net, before, reach, zone, minute) + work
    if target > before[reach]:
        return NEVER
    day = _day_before(before, reach, target)
    kind, rest = net.day_type[zone, day], target - before[day]
    end: int = 0
    for j in range(net.step_start.shape[1]):
        if rest > net.step_before[kind, j]:
            end = day * DAY_MIN + net.step_start[kind, j] + rest - net.step_before[kind, j]
    return end

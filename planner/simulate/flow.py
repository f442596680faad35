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
Where a storm damages a hall in a sample, what it stops is worked out again, and what follows from
that, moment by moment as far as anything changes.

All compiled functions of the pass are in this module (see `fast`).
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from planner.domain.activity import Kind
from planner.domain.result import NEVER
from planner.simulate.calendars import DAY_MIN
from planner.simulate.dispatch import Weather, inlined, inner, kernel
from planner.simulate.logic import ARC, SOURCE_OF, TARGET_OF, Moment
from planner.simulate.packing import FACTS, HALL, ZONE
from planner.simulate.times import Times, unset_times

if TYPE_CHECKING:
    from planner.network.arrays import BoolArray, FloatArray, IntArray, Network
    from planner.simulate.packing import Packed
    from planner.simulate.sampling import Draws

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
"""Days of weather and working time at first; half as many more where they do not suffice."""


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
    place, then_pointer, then
        The place of each node in `order` (2A), and those of the nodes that wait for each row (3A).
    gated
        Activities with gates.
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
    place: IntArray
    then_pointer: IntArray
    then: IntArray
    gated: IntArray
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
    """Room for a strip of samples (S), and for one that is passed again.

    Parameters
    ----------
    before
        Minutes worked in each zone before each day, shape (Z, S, reach + 2).
    day_of
        The day of each unit of work of a zone, shape (Z, S, units).
    is_on, units
        Days with work, 0 or 1, indoors and outdoors by site (2N, reach); units of work of each
        zone's days (Z, reach).
    work, floor
        Rows of work, and of what gates hold starts back to, shape (A, S).
    times
        Rows of starts, ends of work and finishes, shape (3A, S).
    own
        The rows of one sample (3A).
    is_due
        Whether a node of one sample must be worked out, by its place in the order (2A).
    blocked_until, is_stopped
        When each hall is repaired, and whether the storm at hand stops it (H + 1).
    stop_hall, stop_begin, stop_until
        Stops of one sample so far, as many as there is room for.
    """

    before: RowArray
    day_of: DayArray
    is_on: RowArray
    units: RowArray
    work: RowArray
    floor: RowArray
    times: RowArray
    own: IntArray
    is_due: BoolArray
    blocked_until: IntArray
    is_stopped: BoolArray
    stop_hall: IntArray
    stop_begin: IntArray
    stop_until: IntArray


class Futures(NamedTuple):
    """What a strip is made of, and what is made of it: arrays of all samples of a block (S).

    Parameters
    ----------
    work, opens
        Work of each activity (S, A), and when the last gate of each gated one opens (S, gated).
    start, work_end, finish, cost
        As in `Times`.
    """

    weather: Weather
    work: IntArray
    opens: IntArray
    start: IntArray
    work_end: IntArray
    finish: IntArray
    cost: FloatArray


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
    size = (sink + 1, sink + 1)
    graph = scipy.sparse.csr_array((room.astype(np.int32), (begin, end)), shape=size)
    return int(scipy.sparse.csgraph.maximum_flow(graph, 0, sink).flow_value)


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
    order = order[:length].copy()
    place = np.full(2 * count, length)
    place[order] = np.arange(length)
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
        order, pointer, rows, np.minimum(network.relation_lag_min[sort], LONGEST), finish_row,
        place, *_followers(place, node[sort], rows, is_held), packed.gated,
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


def _followers(
    place: IntArray, node: IntArray, source: IntArray, is_held: BoolArray
) -> tuple[IntArray, IntArray]:
    """Return the places of the nodes that wait for each row, as pointers (3A + 1) and places."""
    held, count = np.flatnonzero(is_held), len(is_held)
    # A finish that anything holds waits for the end of its own work too.
    row = np.concatenate([source, count + held])
    then = place[np.concatenate([node, count + held])]
    sort = np.argsort(row, kind="stable")
    pointer = np.searchsorted(row[sort], np.arange(3 * count + 1)).astype(np.int64)
    return pointer, then[sort]


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
        self.sites = len(network.site)
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
        weather = Weather.of(draws, self.reach)
        futures = Futures(
            weather, draws.work_min, opens_min,
            times.start_min, times.work_end_min, times.finish_min, times.storm_cost_musd,
        )  # fmt: skip
        stops = int(np.diff(weather.pointer).max(initial=0)) * len(self.chain.hall_site)
        for first in range(0, draws.samples, STRIP):
            number = min(STRIP, draws.samples - first)
            # With tables as long as the strip needs.
            while not _pass_strip(self.chain, self._room(stops), futures, first, number):
                self.reach = min(self.reach + self.reach // 2 + 1, self.days)
                longer = draws.lost.until(self.reach)
                futures = futures._replace(weather=weather._replace(is_lost=longer))
        return times

    def _room(self, stops: int) -> Room:
        """Return room for a strip; a thread keeps its own: fresh memory costs as much as a pass."""
        reach = self.reach
        kept: Room | None = getattr(self.rooms, "kept", None)
        if kept is None or kept.units.shape[1] != reach or len(kept.stop_hall) < stops:
            kept = self.rooms.kept = self._new_room(reach, stops)
        return kept

    def _new_room(self, reach: int, stops: int) -> Room:
        net, count = self.chain, self.count
        zones, halls = len(net.zone_unit), len(net.hall_site)

        def rows(*shape: int) -> RowArray:
            return np.zeros(shape, dtype=np.int32)

        return Room(
            rows(zones, STRIP, reach + 2),
            np.zeros((zones, STRIP, self.most * (reach + 1)), dtype=np.int16),
            rows(2 * self.sites, reach),
            (net.day_work[:, :reach] // np.maximum(net.zone_unit, 1)[:, None]).astype(np.int32),
            rows(count, STRIP), rows(count, STRIP), rows(3 * count, STRIP),
            np.zeros(3 * count, dtype=np.int64), np.zeros(2 * count, dtype=np.bool_),
            np.zeros(halls + 1, dtype=np.int64), np.zeros(halls + 1, dtype=np.bool_),
            *np.zeros((3, stops), dtype=np.int64),
        )  # fmt: skip


@kernel
def _pass_strip(net: Chain, room: Room, futures: Futures, first: int, number: int) -> bool:
    """Fill the times of some samples; return False if working time reaches too few days."""
    _read(net, room, futures, first, number)
    # 1. Working time of each zone in each sample, and the day of each unit of work.
    for s in range(number):
        _cloud_over(net, room, futures.weather, first + s)
        for z in range(len(net.zone_unit)):
            _work_time(net, room, z, s)
    # 2. All samples at once, as if no storm damaged anything.
    if not _pass_rows(net, room, number):
        return False
    _write(net, room, futures, first, number)
    # 3. Samples in which one does, again and one by one.
    is_long = True
    for s in range(number):
        is_long = is_long and _pass_damaged(net, room, futures, s, first + s)
    return is_long


# --- from samples to rows and back, some activities at a time to keep what lies close together


@inner
def _read(net: Chain, room: Room, futures: Futures, first: int, number: int) -> None:
    """Read work and gates, nothing later than just after the tables."""
    count, far = len(net.zone), (net.day_type.shape[1] - 2) * DAY_MIN + 1
    work, rows = futures.work, room.work
    for begin in range(0, count, TILE):
        for s in range(number):
            for a in range(begin, min(begin + TILE, count)):
                rows[a, s] = min(work[first + s, a], far)
    for i in range(len(net.gated)):
        for s in range(number):
            room.floor[net.gated[i], s] = min(futures.opens[first + s, i], far)


@inner
def _write(net: Chain, room: Room, futures: Futures, first: int, number: int) -> None:
    """Write the times of rows down."""
    count, horizon = len(net.zone), (net.day_type.shape[1] - 2) * DAY_MIN
    times, finish_row = room.times, net.finish_row
    for begin in range(0, count, TILE):
        for s in range(number):
            start, work_end = futures.start[first + s], futures.work_end[first + s]
            finish = futures.finish[first + s]
            for a in range(begin, min(begin + TILE, count)):
                start[a] = _or_never(times[a, s], horizon)
                work_end[a] = _or_never(times[count + a, s], horizon)
                finish[a] = _or_never(times[finish_row[a], s], horizon)


@inlined
def _or_never(minute: int, horizon: int) -> int:
    return minute if minute <= horizon else NEVER


# --- working time


@inner
def _cloud_over(net: Chain, room: Room, weather: Weather, sample: int) -> None:
    """Set the days with work of a sample."""
    is_on = room.is_on
    reach = np.uint32(is_on.shape[1])
    for n in range(len(is_on) // 2):
        is_lost = weather.is_lost[sample, n]
        for day in range(reach):
            is_on[2 * n, day] = 1
            is_on[2 * n + 1, day] = not is_lost[day]
    for k in range(weather.pointer[sample], weather.pointer[sample + 1]):
        row, end = 2 * weather.site[k], min(len(is_on[0]), weather.end[k] // DAY_MIN)
        for day in range(weather.begin[k] // DAY_MIN, end):
            is_on[row, day] = is_on[row + 1, day] = 0


@inner
def _work_time(net: Chain, room: Room, z: int, s: int) -> None:
    """Fill the minutes worked before each day of a zone, and the day of each unit of work."""
    on, row, days_of = room.is_on[net.zone_off[z]], room.before[z, s], room.day_of[z, s]
    units_of, day_work, unit = room.units[z], net.day_work[z], net.zone_unit[z]
    reach, most = len(on), 0
    for day in range(reach):
        most = max(most, units_of[day])
    # Without branches: which days are lost cannot be foreseen by a processor either.
    total, units = 0, 0
    if unit > 0 and most <= 1:
        # All working days are alike.
        for day in range(np.uint32(reach)):
            days_of[np.uint32(units)] = day
            units += units_of[day] & on[day]
            row[day + np.uint32(1)] = units * unit
        total = units * unit
    else:
        if unit == 0:
            most = 0
        for day in range(reach):
            for j in range(most):
                days_of[units + j] = day
            units += units_of[day] * on[day]
            total += day_work[day] * on[day]
            row[day + 1] = total
    row[reach + 1] = total


# --- the pass


@kernel
def _pass_rows(net: Chain, room: Room, number: int) -> bool:
    """Fill the rows of all moments; return False if the tables were too short."""
    count, days = len(net.zone), net.day_type.shape[1] - 2
    far, reach = days * DAY_MIN + 1, room.units.shape[1]
    times, before = room.times, room.before
    # Made here, so that the compiler knows that nothing else lies there.
    day, base, target, is_open, is_kind = np.empty((5, STRIP), np.int32)
    for node in net.order:
        is_start = node < count
        a = node if is_start else node - count
        time = times[a] if is_start else times[2 * count + a]
        # 1. The latest of what it waits for.
        least = room.floor[a] if is_start else times[count + a]
        _latest(net, times, node, least, far, time, number)
        if not is_start:
            continue
        # 2. What was worked by then, and what will have been at the end.
        z, end, amount = net.zone[a], times[count + a], room.work[a]
        limit = before[z, :, reach]
        for i in range(number):
            day[i] = min(time[i] // DAY_MIN, reach)
        for i in range(number):
            base[i] = before[z, i, day[i]]
            is_open[i] = before[z, i, day[i] + 1] > base[i]
        target[:number] = 0
        first, last = net.kind_pointer[z], net.kind_pointer[z + 1]
        for k in range(first, last):
            kind = net.kind[k]
            _of_kind(net, z, day, kind, last - first == 1, is_kind, number)
            for j in range(net.step_start.shape[1]):
                start, length = net.step_start[kind, j], net.step_length[kind, j]
                for i in range(number):
                    done = min(max(time[i] - day[i] * DAY_MIN - start, 0), length)
                    target[i] += is_kind[i] * done
        is_short = False
        for i in range(number):
            target[i] = base[i] + is_open[i] * target[i] + amount[i]
            is_short |= (amount[i] > 0) & (time[i] < far) & (target[i] > limit[i])
        if is_short and reach < days:
            return False
        # 3. The last day before whose morning less than that was worked.
        _last_day(net, room, z, limit, target, day, number)
        # 4. The minute of that day by which the rest is done.
        for i in range(number):
            base[i] = target[i] - before[z, i, day[i]]
        for k in range(first, last):
            kind = net.kind[k]
            _of_kind(net, z, day, kind, last - first == 1, is_kind, number)
            for j in range(net.step_start.shape[1]):
                start, before_it = net.step_start[kind, j], net.step_before[kind, j]
                for i in range(number):
                    if is_kind[i] * base[i] > before_it:
                        end[i] = day[i] * DAY_MIN + start + base[i] - before_it
        for i in range(number):
            if target[i] > limit[i]:
                end[i] = far
            if amount[i] == 0 or time[i] == far:
                end[i] = time[i]
    return True


@inlined
def _latest(
    net: Chain, times: RowArray, node: int, least: RowArray, far: int, time: RowArray, number: int
) -> None:
    """Fill the latest of what a moment waits for, nothing later than just after the tables."""
    for i in range(number):
        time[i] = least[i]
    for j in range(net.pointer[node], net.pointer[node + 1]):
        row, lag = times[net.source[j]], np.int32(min(net.lag[j], far))
        for i in range(number):
            time[i] = max(time[i], row[i] + lag)
    for i in range(number):
        time[i] = min(time[i], far)


@inlined
def _last_day(
    net: Chain, room: Room, z: int, limit: RowArray, target: RowArray, day: RowArray, number: int
) -> None:
    """Fill the last days before whose morning less than the targets was worked, and cut these."""
    unit, reach = net.zone_unit[z], room.units.shape[1]
    for i in range(number):
        target[i] = min(target[i], limit[i] + 1)
    if unit == 0:
        for i in range(number):
            day[i] = _day_before(room.before[z, i], reach, target[i])
        return
    share = 1.0 / unit
    for i in range(number):
        # Half a minute is far more than a rounding, and less than a minute.
        day[i] = np.int32((max(min(target[i], limit[i]), 1) - 0.5) * share)
    for i in range(number):
        day[i] = room.day_of[z, i, day[i]] if limit[i] > 0 else 0


@inlined
def _of_kind(
    net: Chain, zone: int, day: RowArray, kind: int, is_only: bool, is_kind: RowArray, number: int
) -> None:
    """Fill whether days are of a day type, 0 or 1; all are where working days have no other."""
    for i in range(number):
        is_kind[i] = 1
    if not is_only:
        for i in range(number):
            is_kind[i] = net.day_type[zone, day[i]] == kind


# --- futures in which a storm damages a hall


@inner
def _pass_damaged(net: Chain, room: Room, futures: Futures, s: int, sample: int) -> bool:
    """Let the storms of a sample happen one after another; return False if tables were too short.

    What happened before a storm ended does not depend on what it damaged, so times known so far
    tell what it damages; those after it are then worked out again.
    """
    count, horizon = len(net.zone), (net.day_type.shape[1] - 2) * DAY_MIN
    weather, own = futures.weather, room.own
    first, last = weather.pointer[sample], weather.pointer[sample + 1]
    while first < last and not weather.hits[first]:
        first += 1
    if first == last:
        return True
    # 1. The rows of the sample, with nothing after the tables told apart.
    start, work_end = futures.start[sample], futures.work_end[sample]
    finish = futures.finish[sample]
    for a in range(count):
        own[a] = min(start[a], horizon + 1)
        own[count + a] = min(work_end[a], horizon + 1)
        own[2 * count + a] = min(finish[a], horizon + 1)
    for h in range(len(net.hall_site)):
        room.blocked_until[h] = 0
    cost, stops = 0.0, 0
    for storm in range(first, last):
        if not weather.hits[storm]:
            continue
        # 2. Which halls does it stop, and until when?
        known = stops
        cost, stops = _stop(net, room, weather, s, storm, cost, stops)
        if stops < 0:
            return False
        # 3. What follows from that?
        if stops > known and not _pass_again(net, room, s, known, stops, weather.end[storm]):
            return False
    if stops > 0:
        for a in range(count):
            start[a] = _or_never(own[a], horizon)
            work_end[a] = _or_never(own[count + a], horizon)
            finish[a] = _or_never(own[net.finish_row[a]], horizon)
    futures.cost[sample] = cost
    return True


@inner
def _stop(
    net: Chain, room: Room, weather: Weather, s: int, storm: int, cost: float, stops: int
) -> tuple[float, int]:
    """Note the halls that a storm stops; return all costs and stops, -1 if tables are short."""
    count, horizon = len(net.zone), (net.day_type.shape[1] - 2) * DAY_MIN
    own, now = room.own, weather.end[storm]
    for h in range(len(net.hall_site)):
        is_hit = weather.is_hit[storm, h]
        if net.hall_site[h] != weather.site[storm] or not (is_hit[0] or is_hit[1]):
            continue
        closes, closed = net.hall_closes[h], 1
        if closes >= 0 and own[net.finish_row[closes]] > weather.begin[storm]:
            closed = 0
        if not is_hit[closed]:
            continue
        has_begun, goes_on = False, False
        for a in range(net.hall_first[h], net.hall_last[h]):
            has_begun |= own[a] < now
            goes_on |= own[a] >= now or own[count + a] > now
        if not has_begun:
            continue
        cost += weather.repair_cost[storm, h, closed]
        begin, repair = max(now, room.blocked_until[h]), weather.repair_work[storm, h, closed]
        if not goes_on or repair == 0 or begin > horizon:
            continue
        until = _end(net, room, net.hall_zone[h], s, begin, repair)
        if until == NEVER and room.units.shape[1] * DAY_MIN < horizon:
            return cost, -1
        room.blocked_until[h] = until
        room.stop_hall[stops], room.stop_begin[stops] = h, begin
        room.stop_until[stops] = until
        stops += 1
    return cost, stops


@inner
def _pass_again(net: Chain, room: Room, s: int, known: int, stops: int, now: int) -> bool:
    """Work out what the stops of a storm that ends now change; return False if tables are short.

    The first `known` stops were passed before. Nothing of what is over by now changes.
    """
    count, horizon = len(net.zone), (net.day_type.shape[1] - 2) * DAY_MIN
    far, own, is_due = horizon + 1, room.own, room.is_due
    # 1. What is still to be done in the halls stopped must be worked out again.
    place = len(net.order)
    for k in range(known, stops):
        h = room.stop_hall[k]
        room.is_stopped[h] = True
        for a in range(net.hall_first[h], net.hall_last[h]):
            if own[a] >= now or own[count + a] > now:
                is_due[net.place[a]] = True
                place = min(place, net.place[a])
    is_long = True
    for at in range(place, len(net.order)):
        if not is_due[at]:
            continue
        is_due[at] = False
        # 2. The latest of what it waits for.
        node = net.order[at]
        is_start = node < count
        a = node if is_start else node - count
        time: int = room.floor[a, s] if is_start else own[count + a]
        for j in range(net.pointer[node], net.pointer[node + 1]):
            time = max(time, own[net.source[j]] + net.lag[j])
        if not is_start:
            _change(net, room, 2 * count + a, min(time, far))
            continue
        # 3. Nothing starts in a hall under repair, and work in progress stands still meanwhile.
        for k in range(stops):
            if room.stop_hall[k] == net.hall[a] and room.stop_begin[k] <= time < room.stop_until[k]:
                time = room.stop_until[k]
        time = min(time, far)
        if own[a] == time and not room.is_stopped[net.hall[a]]:
            continue
        end = _end_with_stops(net, room, a, s, time, stops)
        if end == NEVER and room.units.shape[1] * DAY_MIN < horizon:
            is_long = False
        _change(net, room, a, time)
        _change(net, room, count + a, min(end, far))
    for k in range(known, stops):
        room.is_stopped[room.stop_hall[k]] = False
    return is_long


@inlined
def _change(net: Chain, room: Room, row: int, time: int) -> None:
    """Set a moment; where it was another, those that wait for it must be worked out again."""
    if room.own[row] != time:
        room.own[row] = time
        for j in range(net.then_pointer[row], net.then_pointer[row + 1]):
            room.is_due[net.then[j]] = True


@inlined
def _end_with_stops(net: Chain, room: Room, a: int, s: int, start: int, stops: int) -> int:
    """Return when the work of an activity ends that stands still while its hall is stopped."""
    horizon = (net.day_type.shape[1] - 2) * DAY_MIN
    z, since = net.zone[a], start
    left: int = room.work[a, s]
    end: int = start
    if left > 0 and start <= horizon:
        end = _end(net, room, z, s, since, left)
        for k in range(stops):
            begin, until = room.stop_begin[k], room.stop_until[k]
            if room.stop_hall[k] != net.hall[a] or until <= since or end <= begin:
                continue
            if begin > since:
                left += _worked(net, room, z, s, since) - _worked(net, room, z, s, begin)
            since = until
            # A stop that never ends is the tables' end, not theirs being too short.
            end = horizon + 1
            if since <= horizon:
                end = _end(net, room, z, s, since, left)
    return end


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
def _worked(net: Chain, room: Room, zone: int, s: int, minute: int) -> int:
    """Return the minutes worked up to a minute; beyond the tables, up to their end."""
    before, reach = room.before[zone, s], room.units.shape[1]
    day = min(minute // DAY_MIN, reach)
    total: int = before[day]
    if before[day + 1] > total:
        kind, rest = net.day_type[zone, day], minute - day * DAY_MIN
        for j in range(net.step_start.shape[1]):
            total += min(max(rest - net.step_start[kind, j], 0), net.step_length[kind, j])
    return total


@inlined
def _end(net: Chain, room: Room, zone: int, s: int, minute: int, work: int) -> int:
    """Return the first minute by which work was done since a minute, `NEVER` beyond the tables."""
    before, reach, unit = room.before[zone, s], room.units.shape[1], net.zone_unit[zone]
    target = _worked(net, room, zone, s, minute) + work
    if target > before[reach]:
        return NEVER
    day = 0
    if unit > 0:
        day = room.day_of[zone, s, (target - 1) // unit]
    else:
        day = _day_before(before, reach, target)
    kind, rest = net.day_type[zone, day], target - before[day]
    end: int = 0
    for j in range(net.step_start.shape[1]):
        if rest > net.step_before[kind, j]:
            end = day * DAY_MIN + net.step_start[kind, j] + rest - net.step_before[kind, j]
    return end

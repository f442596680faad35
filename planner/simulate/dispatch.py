"""The kernel of the compiled engine: futures event by event, crews handed out at every instant.

Its steps bear the numbers of the rules in `reference`. All compiled functions are in this module:
numba's cache does not see an edit of a function that lives in another one.

Who waits, waits in the queue of one thing it lacks (see `packing.Queues`). Crews only become fewer
while the waiting are served, so that what came free since says which queues to look at, and nobody
else could start: serving costs what it starts, however many wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import numba
import numpy as np

from planner.domain.result import NEVER
from planner.simulate.calendars import DAY_MIN
from planner.simulate.packing import (
    CODES,
    FACTS,
    HALL,
    IS_PLAIN,
    IS_SERVED,
    NEED,
    RANK,
    READY,
    START,
    THEN,
    WORK_END,
    ZONE,
    Packed,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.network.arrays import BoolArray, FloatArray, IntArray
    from planner.simulate.packing import SmallArray
    from planner.simulate.sampling import Draws

Function = TypeVar("Function")

kernel = numba.njit(cache=True, nogil=True)
# Called by kernels alone: wrappers for Python would take longer to compile than the functions.
inner: Callable[[Function], Function] = numba.njit(  # type: ignore[call-overload]  # lacks the two
    cache=True, nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False
)
inlined: Callable[[Function], Function] = numba.njit(  # type: ignore[call-overload]  # lacks the two
    cache=True,
    nogil=True,
    forceinline=True,
    no_cpython_wrapper=True,
    no_cfunc_wrapper=True,
    _nrt=False,
)

CODE_BITS: Final = 24
"""An event is a minute and, in its low bits, the code of what happens (see `packing`)."""
CODE_MASK: Final = (1 << CODE_BITS) - 1
STRETCH: Final = 64
"""Days by which a table of working time is extended when work runs beyond it."""
FAR_BITS: Final = 22
"""Bits of the minutes by which events are chained, and of the number of activities."""
UNKNOWN: Final = -1
"""Stands for the day to which working time is known where it is not known at all."""
MANY: Final = 2000
"""Activities from which on events are chained."""
NOBODY: Final = 1 << 30
"""A rank after all others."""


class Weather(NamedTuple):
    """Weather of a block of samples, as in `Draws`; K storms.

    Parameters
    ----------
    hits
        Whether a storm may damage any hall (K).
    """

    is_lost: BoolArray
    pointer: IntArray
    site: IntArray
    begin: IntArray
    end: IntArray
    hits: BoolArray
    is_hit: BoolArray
    repair_work: IntArray
    repair_cost: FloatArray

    @classmethod
    def of(cls, draws: Draws) -> Weather:
        """Return the weather of some draws."""
        storms, repairs = draws.storms, draws.repairs
        return cls(
            draws.is_lost, storms.pointer, storms.site, storms.begin_min, storms.end_min,
            np.asarray(repairs.is_hit.any(axis=(1, 2))),
            repairs.is_hit, repairs.work_min, repairs.cost_musd,
        )  # fmt: skip


class Clock(NamedTuple):
    """Working time of the zones (Z) in a sample.

    Parameters
    ----------
    before
        Minutes worked before each day, known up to day `built` of each zone (Z), shape (Z, D + 1).
        Outdoors no sample is like another: counted from the day on which anybody asks first.
    day_of
        The day in which each multiple of a zone's longest day is worked, and more than that by its
        end, shape (Z, D + 1).
    is_off
        Days without work, shape (2N, D): two rows a site, indoors and outdoors.
    is_even
        Whether all working days of a zone are of one length (Z).
    first_storm
        First day off indoors, D if none (N).
    kept_to
        The same of the sample before (N).
    """

    before: SmallArray
    day_of: SmallArray
    built: IntArray
    is_off: BoolArray
    is_even: BoolArray
    first_storm: IntArray
    kept_to: IntArray
    zone_off: IntArray
    longest: IntArray
    day_type: IntArray
    day_work: IntArray
    type_pointer: IntArray
    type_start: IntArray
    type_end: IntArray

    @classmethod
    def of(cls, net: Packed, sites: int) -> Clock:
        """Return working time of which nothing is known yet."""
        zones, days = net.day_type.shape
        return cls(
            np.zeros((zones, days + 1), np.int32), np.zeros((zones, days + 1), np.int32),
            np.zeros(zones, np.int64), np.zeros((2 * sites, days), np.bool_),
            np.asarray(((net.day_work == 0) | (net.day_work == net.longest[:, None])).all(axis=1)),
            np.full(sites, days), np.zeros(sites, np.int64),
            net.zone_off, net.longest, net.day_type, net.day_work,
            net.type_pointer, net.type_start, net.type_end,
        )  # fmt: skip


class State(NamedTuple):
    """What has happened in a sample so far; activities (A), halls (H) and one that is none.

    Parameters
    ----------
    open
        Open conditions of starts (2a) and finishes (2a + 1), and the latest of their dates with
        lags: two to each, 4A.
    free
        Crews and equipment that are there, by store (R + Q).
    is_freed, freed
        Stores of which something came free that somebody waits for; the first of `freed`.
    waiting_for
        How many wait for something of a store (R + Q).
    waiting, length
        Ranks of those who wait, the first in rank at the end of each queue, and its length (K).
    fresh, fitting, blocked
        Who has come to wait since the last round, ranks of those among them who could start, and
        who waits for the repair of a hall.
    blocked_until
        When a hall is repaired (H + 1).
    stopped_in, since, left
        The last sample in which a storm stopped the work of an activity, when what is left of the
        work was or is taken up, and how much that is (A).
    stack
        Codes of what happens at this instant.
    events
        What happens soon, sorted: minute and code.
    far_event, far_next, far_first, far_count, far_bits
        What happens to activities and halls later, not sorted: the event of each (A + H), and
        chains of those that agree in their minutes but for some low bits, as the number of the
        next (A + H) and of the first (F), one up, 0 for none; how many there are (1).
    is_beyond
        Whether anything happens after the tables (1).
    """

    open: SmallArray
    free: IntArray
    is_freed: BoolArray
    freed: SmallArray
    waiting_for: SmallArray
    waiting: SmallArray
    length: SmallArray
    fresh: SmallArray
    fitting: SmallArray
    blocked: SmallArray
    blocked_until: IntArray
    stopped_in: SmallArray
    since: IntArray
    left: IntArray
    stack: SmallArray
    events: IntArray
    far_event: IntArray
    far_next: SmallArray
    far_first: SmallArray
    far_count: IntArray
    far_bits: int
    is_beyond: BoolArray

    @classmethod
    def of(cls, net: Packed) -> State:
        """Return room for the state of a sample."""
        count, halls, stores = len(net.by_rank), len(net.hall_site), len(net.queues.whole)
        # A sorted few and chains cost more than a sorted many until these are very many.
        far_bits = max(FAR_BITS - count.bit_length(), 5) if count > MANY else CODE_BITS + 8

        def room(size: int) -> SmallArray:
            return np.empty(size, np.uint32)

        return cls(
            net.open.copy(), np.zeros(stores, np.int64), np.zeros(stores, np.bool_), room(stores),
            np.zeros(stores, np.uint32), room(len(net.queues.store)),
            np.zeros(len(net.queues.least), np.uint32),
            room(count), room(count), room(count),
            np.zeros(halls + 1, np.int64),
            np.full(count, -1, np.int32), np.zeros(count, np.int64), np.zeros(count, np.int64),
            room(CODES * count + 1),
            # An activity waits for one event at a time, a hall for the end of its repairs.
            np.empty(2 * (count + halls) + 64, np.int64),
            np.empty(count + halls, np.int64), room(count + halls),
            np.zeros((net.day_type.shape[1] * DAY_MIN >> far_bits) + 2, np.uint32),
            np.zeros(1, np.int64), far_bits,
            np.zeros(1, np.bool_),
        )  # fmt: skip


@kernel
def run_block(
    net: Packed,
    clock: Clock,
    state: State,
    weather: Weather,
    work: IntArray,
    gate_opens: IntArray,
    arrivals: IntArray,
    start: IntArray,
    work_end: IntArray,
    finish: IntArray,
    storm_cost: FloatArray,
) -> int:
    """Fill the times of each sample; return the first sample that was stuck, -1 if none was."""
    stuck = -1
    for s in range(len(work)):
        _reset(net, state, gate_opens[s])
        _cloud_over(clock, weather, s)
        start[s, :] = NEVER
        work_end[s, :] = NEVER
        finish[s, :] = NEVER
        storm_cost[s] = _live(
            net, clock, state, weather, s, work[s], arrivals[s], start[s], work_end[s], finish[s]
        )
        if not state.is_beyond[0] and stuck < 0 and (finish[s] == NEVER).any():
            stuck = s
    return stuck


@inner
def _reset(net: Packed, state: State, gate_opens: IntArray) -> None:
    """Let nothing have happened yet."""
    horizon = net.day_type.shape[1] * DAY_MIN
    for i in range(len(net.open)):
        state.open[i] = net.open[i]
    for i in range(len(net.gated)):
        state.open[4 * net.gated[i] + 1] = min(gate_opens[i], horizon + 1)
    for store in range(len(state.free)):
        state.free[store] = net.queues.whole[store]
        state.waiting_for[store] = 0
    for k in range(len(state.length)):
        state.length[k] = 0
    state.is_beyond[0] = False
    for h in range(len(state.blocked_until)):
        state.blocked_until[h] = 0


@inner
def _live(
    net: Packed,
    clock: Clock,
    state: State,
    weather: Weather,
    s: int,
    work: IntArray,
    arrivals: IntArray,
    start: IntArray,
    work_end: IntArray,
    finish: IntArray,
) -> float:
    """Let a sample happen; return what storms cost."""
    horizon = net.day_type.shape[1] * DAY_MIN
    fact, then, queues = net.fact, net.then, net.queues
    opens, stack, events = state.open, state.stack, state.events
    unit_code = CODES * len(work)
    repaired_code = unit_code + len(queues.whole) - queues.crews
    n_arrivals = len(arrivals)
    storm, last_storm = weather.pointer[s], weather.pointer[s + 1]
    # This is 0, but a literal 0 is a type of its own to numba, and compiled apart.
    head: int = weather.pointer[0]
    tail = head
    near_end = 1 << state.far_bits
    arrival, n_fresh, n_blocked, n_freed = 0, 0, 0, 0
    is_beyond = state.is_beyond
    cost, last_repair = 0.0, 0
    # 0. What waits for nothing is ready at once.
    top = 0
    for i in range(len(net.root)):
        stack[top] = CODES * net.root[i] + READY
        top += 1

    while True:
        # Which instant is next?
        now = 0
        if top == 0:
            now = NEVER
            if head == tail and state.far_count[0] > 0:
                head, tail, near_end = _come_near(state, head, tail, near_end)
            if head < tail:
                now = events[head] >> CODE_BITS
            if arrival < n_arrivals:
                now = min(now, arrivals[arrival] >> CODE_BITS)
            while storm < last_storm and not weather.hits[storm]:
                storm += 1
            if storm < last_storm:
                now = min(now, weather.end[storm])
            if now > horizon:
                if head < tail or arrival < n_arrivals:
                    is_beyond[0] = True
                return cost

        # 1. Storms end, and damaged halls are blocked until they are repaired.
        while storm < last_storm and weather.end[storm] == now:
            if weather.hits[storm]:
                paid, beyond, until, head, tail = _storm_ends(
                    net, clock, state, weather, storm, s, work, start, work_end, finish,
                    repaired_code, head, tail, near_end,
                )  # fmt: skip
                cost += paid
                if beyond:
                    is_beyond[0] = True
                last_repair = max(last_repair, until)
            storm += 1

        while True:
            # 2. What happens by itself, until nothing more does.
            while True:
                if top > 0:
                    top -= 1
                    code: int = stack[top]
                elif head < tail and events[head] >> CODE_BITS == now:
                    code = events[head] & CODE_MASK
                    head += 1
                elif arrival < n_arrivals and arrivals[arrival] >> CODE_BITS == now:
                    code = arrivals[arrival] & CODE_MASK
                    arrival += 1
                else:
                    break

                if code >= unit_code:
                    if code < repaired_code:
                        store = queues.crews + code - unit_code
                        state.free[store] += 1
                        n_freed = _mark(state, store, n_freed)
                    else:
                        h = code - repaired_code
                        until = state.blocked_until[h]
                        if now < until <= horizon:
                            # There was another storm meanwhile.
                            head, tail = _push(
                                state, head, tail, near_end, until, code, len(work) + h
                            )
                        for i in range(n_blocked):
                            state.fresh[n_fresh + i] = state.blocked[i]
                        n_fresh, n_blocked = n_fresh + n_blocked, 0
                    continue
                a, what = np.uint32(code >> 2), code & 3

                if what == READY:
                    # Join the waiting, or start if nothing is needed.
                    if fact[a * FACTS + IS_SERVED]:
                        state.fresh[n_fresh] = a
                        n_fresh += 1
                        continue
                    blocked = 0
                    if last_repair > now:
                        blocked = state.blocked_until[fact[a * FACTS + HALL]]
                    if blocked > now:
                        if blocked <= horizon:
                            head, tail = _push(state, head, tail, near_end, blocked, code, int(a))
                        else:
                            is_beyond[0] = True
                        continue
                    what = START

                if what == START:
                    first, last = fact[a * FACTS + THEN], fact[a * FACTS + THEN + 1]
                    start[a] = now
                    end = now
                    if work[a] > 0:
                        end = _finish(clock, fact[a * FACTS + ZONE], now, work[a])
                    work_end[a] = end
                    code = int(CODES * a + WORK_END)
                    if end == now:
                        stack[top] = code
                        top += 1
                    elif end <= horizon:
                        head, tail = _push(state, head, tail, near_end, end, code, int(a))
                    else:
                        is_beyond[0] = True
                elif what == WORK_END:
                    first, last = fact[a * FACTS + THEN + 1], fact[a * FACTS + THEN + 2]
                    end = work_end[a]
                    if end > now:
                        # The hall was blocked meanwhile: look again when work should end now.
                        if end <= horizon:
                            head, tail = _push(state, head, tail, near_end, end, code, int(a))
                        else:
                            is_beyond[0] = True
                        continue
                    for i in range(fact[a * FACTS + NEED], fact[a * FACTS + FACTS + NEED]):
                        store = queues.store[i]
                        if store < queues.crews:
                            state.free[store] += queues.units[i]
                            n_freed = _mark(state, store, n_freed)
                    if fact[a * FACTS + IS_PLAIN]:
                        finish[a] = now
                else:
                    first, last = fact[a * FACTS + THEN + 2], fact[a * FACTS + FACTS + THEN]
                    finish[a] = now

                # What follows from this moment.
                for i in range(first, last):
                    node = then[2 * i]
                    earliest: int = max(opens[2 * node + 1], now + then[2 * i + 1])
                    opens[2 * node + 1] = earliest
                    opens[2 * node] -= 1
                    if opens[2 * node] > 0:
                        continue
                    # Start 2a is code 4a (ready), finish 2a + 1 is code 4a + 2.
                    if earliest <= now:
                        stack[top] = 2 * node
                        top += 1
                    elif earliest <= horizon:
                        head, tail = _push(
                            state, head, tail, near_end, earliest, 2 * node, node >> 1
                        )
                    else:
                        is_beyond[0] = True

            # 3. Serve the waiting once, in rank order.
            if n_fresh + n_freed == 0:
                break
            top, n_blocked = _serve(net, state, now, n_fresh, n_freed, n_blocked)
            n_fresh, n_freed = 0, 0
            if top == 0:
                break


# --- crews and equipment


@inlined
def _mark(state: State, store: int, n_freed: int) -> int:
    """Note that something of a store came free, if anybody waits for it."""
    if state.waiting_for[store] > 0 and not state.is_freed[store]:
        state.is_freed[store] = True
        state.freed[n_freed] = store
        n_freed += 1
    return n_freed


@inlined
def _serve(
    net: Packed, state: State, now: int, n_fresh: int, n_freed: int, n_blocked: int
) -> tuple[int, int]:
    """Put who can start on the stack, in order of rank; return its height, and who is blocked."""
    queues, waiting, length = net.queues, state.waiting, state.length
    # Newcomers who lack something join its queue at once: in this round nothing more comes free.
    n_fitting = 0
    for i in range(n_fresh):
        a = state.fresh[i]
        if state.blocked_until[net.fact[a * FACTS + HALL]] > now:
            state.blocked[n_blocked] = a
            n_blocked += 1
        elif not _waits(net, state, a):
            n_fitting = _insert(state.fitting, 0, n_fitting, net.fact[a * FACTS + RANK])
    top = 0
    while True:
        # The first in rank of newcomers, and of queues for no more than there is now.
        best, queue, has_waited = NOBODY, np.uint32(0), False
        if n_fitting > 0:
            best = int(state.fitting[n_fitting - 1])
        for i in range(n_freed):
            store = state.freed[i]
            for k in range(queues.first[store], queues.first[store + 1]):
                if queues.least[k] > state.free[store]:
                    break
                if length[k] > 0:
                    rank = int(waiting[queues.place[k] + length[k] - 1])
                    if rank < best:
                        best, queue, has_waited = rank, np.uint32(k), True
        if best == NOBODY:
            break
        if has_waited:
            length[queue] -= 1
            state.waiting_for[queues.of[queue]] -= 1
        else:
            n_fitting -= 1
        a = net.by_rank[np.uint32(best)]
        if state.blocked_until[net.fact[a * FACTS + HALL]] > now:
            state.blocked[n_blocked] = a
            n_blocked += 1
        elif not _waits(net, state, a):
            for i in range(net.fact[a * FACTS + NEED], net.fact[a * FACTS + FACTS + NEED]):
                state.free[queues.store[i]] -= queues.units[i]
            state.stack[top] = CODES * a + START
            top += 1
    for i in range(n_freed):
        state.is_freed[state.freed[i]] = False
    return top, n_blocked


@inlined
def _waits(net: Packed, state: State, a: int) -> bool:
    """Let an activity join the queue of the first thing it lacks; return False if it lacks none."""
    queues = net.queues
    for i in range(net.fact[a * FACTS + NEED], net.fact[a * FACTS + FACTS + NEED]):
        store = queues.store[i]
        if queues.units[i] > state.free[store]:
            k = queues.number[i]
            state.length[k] = _insert(
                state.waiting, queues.place[k], state.length[k], net.fact[a * FACTS + RANK]
            )
            state.waiting_for[store] += 1
            return True
    return False


@inlined
def _insert(ranks: SmallArray, first: int, length: int, rank: int) -> int:
    """Insert a rank into a queue, the first in rank at its end; return its length."""
    i = np.int64(first) + np.int64(length)
    while i > first and ranks[i - 1] < rank:
        ranks[i] = ranks[i - 1]
        i -= 1
    ranks[i] = rank
    return length + 1


# --- storms


@inner
def _storm_ends(
    net: Packed,
    clock: Clock,
    state: State,
    weather: Weather,
    storm: int,
    s: int,
    work: IntArray,
    start: IntArray,
    work_end: IntArray,
    finish: IntArray,
    repaired_code: int,
    head: int,
    tail: int,
    near_end: int,
) -> tuple[float, bool, int, int, int]:
    """Block the halls that a storm damaged.

    Return the cost, whether a repair never ends, the end of the last one, and the events.
    """
    now, horizon = weather.end[storm], net.day_type.shape[1] * DAY_MIN
    cost, is_overflow, latest = 0.0, False, 0
    for h in range(len(net.hall_site)):
        is_hit = weather.is_hit[storm, h]
        if net.hall_site[h] != weather.site[storm] or not (is_hit[0] or is_hit[1]):
            continue
        has_begun = False
        for a in range(net.hall_first[h], net.hall_last[h]):
            has_begun |= start[a] < now
        closes = net.hall_closes[h]
        closed = 1 if closes < 0 or finish[closes] <= weather.begin[storm] else 0
        if not has_begun or not is_hit[closed]:
            continue
        cost += weather.repair_cost[storm, h, closed]
        begin = max(now, state.blocked_until[h])
        repair = weather.repair_work[storm, h, closed]
        if repair == 0 or begin > horizon:
            continue
        until = _finish(clock, net.hall_zone[h], begin, repair)
        state.blocked_until[h] = until
        latest = max(latest, until)
        if until > horizon:
            is_overflow = True
        elif begin == now:
            # A hall that is being repaired already waits for the end of that.
            head, tail = _push(state, head, tail, near_end, until, repaired_code + h, len(work) + h)
        for a in range(net.hall_first[h], net.hall_last[h]):
            if start[a] < now < work_end[a]:
                work_end[a] = _suspend(
                    clock, state, a, net.fact[a * FACTS + ZONE], s, start[a], work[a], now, until
                )
    return cost, is_overflow, latest, head, tail


@inner
def _suspend(
    clock: Clock, state: State, a: int, zone: int, s: int, start: int, work: int, now: int,
    until: int,
) -> int:  # fmt: skip
    """Let work in progress stop now and go on at `until`; return when it ends."""
    if state.stopped_in[a] != s:
        state.stopped_in[a] = s
        state.since[a] = start
        state.left[a] = work
    if now > state.since[a]:
        state.left[a] += _worked(clock, zone, state.since[a]) - _worked(clock, zone, now)
    state.since[a] = until
    return _finish(clock, zone, until, state.left[a]) if until < NEVER else until


# --- events


@inlined
def _push(
    state: State, head: int, tail: int, near_end: int, minute: int, code: int, slot: int
) -> tuple[int, int]:
    """Note an event of an activity or a hall, which wait for one at a time."""
    event = (minute << CODE_BITS) | code
    if minute < near_end:
        head, tail = _insert_event(state.events, head, tail, event)
    else:
        far = np.uint32(minute >> state.far_bits)
        state.far_event[slot] = event
        state.far_next[slot] = state.far_first[far]
        state.far_first[far] = slot + 1
        state.far_count[0] += 1
    return head, tail


@inlined
def _insert_event(events: IntArray, head: int, tail: int, event: int) -> tuple[int, int]:
    """Insert an event into the sorted ones; most come late: look for its place from the end."""
    if tail == len(events):
        # Move what is left to the front.
        for i in range(tail - head):
            events[i] = events[head + i]
        head, tail = 0, tail - head
    i = tail
    while i > head and events[np.uint32(i - 1)] > event:
        events[np.uint32(i)] = events[np.uint32(i - 1)]
        i -= 1
    events[np.uint32(i)] = event
    return head, tail + 1


@inlined
def _come_near(state: State, head: int, tail: int, near_end: int) -> tuple[int, int, int]:
    """Sort the next events that are far; return the sorted ones and the minute they end before."""
    far = near_end >> state.far_bits
    while state.far_first[far] == 0:
        far += 1
    a = state.far_first[far]
    state.far_first[far] = 0
    while a > 0:
        head, tail = _insert_event(state.events, head, tail, state.far_event[a - 1])
        state.far_count[0] -= 1
        a = state.far_next[a - 1]
    return head, tail, (far + 1) << state.far_bits


# --- working time


@inner
def _cloud_over(clock: Clock, weather: Weather, s: int) -> None:
    """Set the days off of a sample, and forget working time that they may change."""
    is_off, days = clock.is_off, clock.is_off.shape[1]
    for n in range(len(clock.first_storm)):
        clock.kept_to[n] = clock.first_storm[n]
        indoors, outdoors, is_lost = is_off[2 * n], is_off[2 * n + 1], weather.is_lost[s, n]
        for day in range(np.uint32(days)):
            outdoors[day] = is_lost[day]
        for day in range(np.uint32(clock.first_storm[n]), np.uint32(days)):
            indoors[day] = False
        clock.first_storm[n] = days
    for k in range(weather.pointer[s], weather.pointer[s + 1]):
        n, first = weather.site[k], weather.begin[k] // DAY_MIN
        for day in range(first, min(days, weather.end[k] // DAY_MIN)):
            is_off[2 * n, day] = is_off[2 * n + 1, day] = True
        clock.first_storm[n] = min(clock.first_storm[n], first)
    for z in range(len(clock.built)):
        n = clock.zone_off[z] // 2
        if clock.zone_off[z] % 2 == 1:
            clock.built[z] = UNKNOWN
        else:
            is_known = min(clock.kept_to[n], clock.first_storm[n])
            clock.built[z] = min(clock.built[z], is_known)


@inner
def _build(clock: Clock, zone: int, last: int) -> None:
    """Extend the working time of a zone to the morning of day `last`."""
    first, last = clock.built[zone], min(last, clock.day_type.shape[1])
    is_off, longest = clock.is_off[clock.zone_off[zone]], clock.longest[zone]
    before, day_of, day_work = clock.before[zone], clock.day_of[zone], clock.day_work[zone]
    clock.built[zone] = max(first, last)
    total: int = before[first]
    multiple = (total + longest - 1) // longest
    # Without branches: which days are off cannot be foreseen by a processor either.
    if clock.is_even[zone]:
        for day in range(np.uint32(first), np.uint32(last)):
            day_of[np.uint32(multiple)] = day
            multiple += (day_work[day] > 0) & ~is_off[day]
            before[day + np.uint32(1)] = multiple * longest
        return
    next_total = multiple * longest
    for day in range(np.uint32(first), np.uint32(last)):
        total += day_work[day] * (1 - is_off[day])
        before[day + 1] = total
        day_of[np.uint32(multiple)] = day
        is_reached = total > next_total
        multiple += is_reached
        next_total += longest * is_reached


@inlined
def _worked(clock: Clock, zone: int, minute: int) -> int:
    """Return the minutes worked in a zone up to a minute (see `calendars`)."""
    day = minute // DAY_MIN
    if clock.built[zone] <= day:
        if clock.built[zone] == UNKNOWN:
            clock.built[zone] = day
            clock.before[zone, day] = 0
        _build(clock, zone, day + STRETCH)
    total: int = clock.before[zone, day]
    if day < clock.day_type.shape[1] and clock.before[zone, day + 1] > total:
        rest = minute - day * DAY_MIN
        kind = clock.day_type[zone, day]
        for i in range(clock.type_pointer[kind], clock.type_pointer[kind + 1]):
            start = clock.type_start[i]
            total += min(max(rest - start, 0), clock.type_end[i] - start)
    return total


@inlined
def _finish(clock: Clock, zone: int, minute: int, work: int) -> int:
    """Return the first minute by which work was done since a minute (see `calendars`)."""
    days = clock.day_type.shape[1]
    end: int = NEVER
    target = work + _worked(clock, zone, minute)
    while clock.built[zone] < days and clock.before[zone, clock.built[zone]] < target:
        _build(clock, zone, clock.built[zone] + STRETCH)
    if clock.before[zone, clock.built[zone]] >= target:
        # The last day before whose morning less than the target was worked.
        day: int = clock.day_of[zone, (target - 1) // clock.longest[zone]]
        while clock.before[zone, day + 1] < target:
            day += 1
        rest = target - clock.before[zone, day]
        kind = clock.day_type[zone, day]
        for i in range(clock.type_pointer[kind], clock.type_pointer[kind + 1]):
            length = clock.type_end[i] - clock.type_start[i]
            if rest <= length:
                end = day * DAY_MIN + clock.type_start[i] + rest
                break
            rest -= length
    return end

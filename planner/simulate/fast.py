"""The compiled engine: the same minutes as `reference`, some hundred times sooner.

One kernel runs a block of samples over flat arrays. Its steps bear the numbers of the rules in
`reference`. All compiled functions are in this module: numba's cache does not see an edit of a
function that lives in another one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import numba
import numpy as np

from planner.domain.result import NEVER
from planner.errors import EngineError
from planner.simulate.calendars import DAY_MIN
from planner.simulate.flow import Flow, needs_no_dispatch
from planner.simulate.logic import check_network, listed
from planner.simulate.packing import Packed, pack
from planner.simulate.times import Times, empty_times

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.network.arrays import BoolArray, FloatArray, IntArray, Network
    from planner.simulate.packing import WordArray, Words
    from planner.simulate.sampling import Draws

Function = TypeVar("Function")

kernel = numba.njit(cache=True, nogil=True)
# Called by kernels alone: wrappers for Python would take longer to compile than the functions.
inner: Callable[[Function], Function] = numba.njit(  # type: ignore[call-overload]  # lacks the two
    cache=True, nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True
)
inlined: Callable[[Function], Function] = numba.njit(  # type: ignore[call-overload]  # lacks the two
    cache=True, nogil=True, forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True
)

CODE_BITS: Final = 24
"""An event is a minute and, in its low bits, the code of what happens (see `packing`)."""
CODE_MASK: Final = (1 << CODE_BITS) - 1
STRETCH: Final = 64
"""Days by which a table of working time is extended when work runs beyond it."""


def simulate(network: Network, draws: Draws) -> Times:
    """Return when everything happens in each sample of a block.

    Raises
    ------
    EngineError
        If the network could not end, or an activity was left waiting for no reason.
    """
    return simulate_packed(network, prepare(network), draws)


class Prepared(NamedTuple):
    """A network made ready for many blocks; `flow` where it needs no dispatcher."""

    packed: Packed
    flow: Flow | None


def prepare(network: Network, *, dispatch: bool = False) -> Prepared:
    """Check a network and make it ready for many blocks of samples.

    Parameters
    ----------
    dispatch
        Run the dispatcher even where a pass over the network would give the same minutes.

    Raises
    ------
    EngineError
        If the network could not end.
    ValueError
        If it has more activities than an event can name.
    """
    check_network(network)
    codes = 4 * len(network.activity) + len(network.pool) + len(network.hall)
    if codes > CODE_MASK:
        raise ValueError(f"{codes} codes of events, {CODE_MASK} can be told apart")
    packed = pack(network)
    if dispatch or not needs_no_dispatch(network):
        return Prepared(packed, None)
    return Prepared(packed, Flow(network, packed))


def simulate_packed(network: Network, made: Prepared, draws: Draws) -> Times:
    """Return when everything happens, for a network that was made ready before."""
    if made.flow is not None:
        return made.flow.simulate(draws, _gates(made.packed, draws))
    packed = made.packed
    times = empty_times(draws.samples, len(network.activity))
    storms, repairs = draws.storms, draws.repairs
    weather = Weather(
        draws.is_lost, storms.pointer, storms.site, storms.begin_min, storms.end_min,
        repairs.is_hit, repairs.work_min, repairs.cost_musd,
    )  # fmt: skip
    stuck = _run(
        packed,
        _clock(packed, len(network.site)),
        _state(packed, draws),
        weather,
        np.ascontiguousarray(draws.work_min[:, packed.order]),
        _gates(packed, draws),
        _arrivals(network, packed, draws),
        times.start_min,
        times.work_end_min,
        times.finish_min,
        times.storm_cost_musd,
    )
    if stuck >= 0:
        late = np.flatnonzero(times.finish_min[stuck] == NEVER)
        names = listed([network.activity[a] for a in late])
        raise EngineError(f"sample {draws.first + stuck}: never finished: {names}")
    return times


def _gates(packed: Packed, draws: Draws) -> IntArray:
    """Return when the last gate of each gated activity opens, shape (S, gated)."""
    if not packed.gated.size:
        return np.zeros((draws.samples, 0), dtype=np.int64)
    opens: IntArray = np.maximum.reduceat(
        draws.gate_min[:, packed.gate_column], packed.gate_pointer, axis=1
    )
    return opens


def _arrivals(network: Network, packed: Packed, draws: Draws) -> IntArray:
    """Return the events that are known beforehand, in order: deliveries, and roots of the logic.

    Shape (S, U + roots); roots wait for their gates only.
    """
    count = len(network.activity)
    opens = np.zeros((draws.samples, count), dtype=np.int64)
    opens[:, packed.gated] = _gates(packed, draws)
    code = np.concatenate([4 * count + network.unit_pool, packed.root])
    minute = np.concatenate([draws.unit_min, opens[:, packed.root]], axis=1)
    # What comes after the tables need not be told apart, and would not fit beside a code.
    minute = np.minimum(minute, network.days * DAY_MIN + 1)
    return np.sort((minute << CODE_BITS) | code, axis=1)


class Weather(NamedTuple):
    """Weather of a block of samples, as in `Draws`; K storms."""

    is_lost: BoolArray
    pointer: IntArray
    site: IntArray
    begin: IntArray
    end: IntArray
    is_hit: BoolArray
    repair_work: IntArray
    repair_cost: FloatArray


class Clock(NamedTuple):
    """Working time of the zones (Z) in a sample.

    Parameters
    ----------
    before
        Minutes worked before each day, shape (Z, D + 1), known up to day `built` of each zone (Z).
    is_clouded
        Whether a zone's table was changed from that of fair weather (Z).
    is_off
        Days without work, shape (2N, D): two rows a site, indoors and outdoors.
    """

    before: IntArray
    built: IntArray
    is_clouded: BoolArray
    is_off: BoolArray
    zone_off: IntArray
    day_type: IntArray
    day_work: IntArray
    type_pointer: IntArray
    type_start: IntArray
    type_end: IntArray


class State(NamedTuple):
    """What has happened in a sample so far; activities (A) by rank, halls (H) and one that is none.

    Parameters
    ----------
    start, work_end, finish
        When it happened, `NEVER` if not yet (A).
    ends
        When work will end, as far as is known (A).
    since, left
        When what is left of the work was or is taken up, and how much that is (A).
    waits_for, earliest
        Open conditions of starts and finishes, and the latest of their dates with lags (2A).
    free
        Crews and equipment that are there, in words (W; see `packing`).
    blocked_until, begun
        When a hall is repaired, and when anything started in it (H + 1).
    waiting, fresh
        Who waits to be served, in order of rank: since an earlier round, and since this one.
    stack
        Codes of what happens at this instant.
    events
        What happens later, sorted: minute and code.
    """

    start: IntArray
    work_end: IntArray
    finish: IntArray
    ends: IntArray
    since: IntArray
    left: IntArray
    waits_for: IntArray
    earliest: IntArray
    free: WordArray
    blocked_until: IntArray
    begun: IntArray
    waiting: IntArray
    fresh: IntArray
    stack: IntArray
    events: IntArray


def _clock(packed: Packed, sites: int) -> Clock:
    """Return working time in fair weather."""
    zones, days = packed.day_type.shape
    return Clock(
        packed.fair.copy(), np.full(zones, days), np.zeros(zones, np.bool_),
        np.zeros((2 * sites, days), np.bool_), packed.zone_off, packed.day_type, packed.day_work,
        packed.type_pointer, packed.type_start, packed.type_end,
    )  # fmt: skip


def _state(packed: Packed, draws: Draws) -> State:
    """Return room for the state of a sample."""
    count, halls = len(packed.order), len(packed.hall_site)
    # An activity waits for one event at a time, a hall at most for the end of each of its repairs.
    most_storms = int(np.diff(draws.storms.pointer).max(initial=0))
    most_events = 2 * (count + halls * most_storms) + 64

    def room(size: int) -> IntArray:
        return np.empty(size, np.int64)

    return State(
        room(count), room(count), room(count), room(count), room(count), room(count),
        room(2 * count), room(2 * count), packed.words.whole.copy(),
        room(halls + 1), room(halls + 1), room(count + 1), room(count + 1),
        stack=room(4 * count + 1), events=room(most_events),
    )  # fmt: skip


@kernel
def _run(
    net: Packed,
    clock: Clock,
    state: State,
    weather: Weather,
    work: IntArray,
    gate_opens: IntArray,
    arrivals: IntArray,
    out_start: IntArray,
    out_work_end: IntArray,
    out_finish: IntArray,
    out_cost: FloatArray,
) -> int:
    """Fill the times of each sample; return the first sample that was stuck, -1 if none was."""
    samples, count = work.shape
    horizon = net.day_type.shape[1] * DAY_MIN
    work_end_code, finish_code, start_code = count, 2 * count, 3 * count
    unit_code, repaired_code = 4 * count, 4 * count + len(net.words.pool_word)
    n_arrivals = arrivals.shape[1]
    hall, zone, is_plain = net.hall, net.zone, net.is_plain
    then_pointer, then_target, then_lag = net.then_pointer, net.then_target, net.then_lag
    need_pointer, need_word, give = net.words.pointer, net.words.word, net.words.give
    start, work_end, finish = state.start, state.work_end, state.finish
    ends, since, left = state.ends, state.since, state.left
    waits_for, earliest = state.waits_for, state.earliest
    free, waiting, fresh = state.free, state.waiting, state.fresh
    blocked_until, begun = state.blocked_until, state.begun
    stack, events = state.stack, state.events
    stuck = -1

    for s in range(samples):
        # 0. Nothing has happened yet.
        _reset(net, state, gate_opens[s])
        storm, last_storm = weather.pointer[s], weather.pointer[s + 1]
        _cloud_over(clock, net.fair, weather, weather.is_lost[s], storm, last_storm)
        # This is 0, but a literal 0 is a type of its own to numba, and compiled apart.
        head: int = weather.pointer[0]
        tail = head
        top, arrival, n_waiting, n_fresh = 0, 0, 0, 0
        is_overflow = False

        while True:
            # Which instant is next?
            now = NEVER
            if head < tail:
                now = events[head] >> CODE_BITS
            if arrival < n_arrivals:
                now = min(now, arrivals[s, arrival] >> CODE_BITS)
            if storm < last_storm:
                now = min(now, weather.end[storm])
            if now > horizon:
                is_overflow = is_overflow or head < tail or arrival < n_arrivals
                break

            # 1. Storms end, and damaged halls are blocked until they are repaired.
            while storm < last_storm and weather.end[storm] == now:
                cost, beyond, head, tail = _storm_ends(
                    net, clock, state, weather, storm, repaired_code, head, tail
                )
                out_cost[s] += cost
                is_overflow |= beyond
                storm += 1

            is_free = False  # whether anything came free that the waiting may want
            while True:
                # 2. What happens by itself, until nothing more does.
                while True:
                    if top > 0:
                        top -= 1
                        code = stack[top]
                    elif head < tail and events[head] >> CODE_BITS == now:
                        code = events[head] & CODE_MASK
                        head += 1
                    elif arrival < n_arrivals and arrivals[s, arrival] >> CODE_BITS == now:
                        code = arrivals[s, arrival] & CODE_MASK
                        arrival += 1
                    else:
                        break

                    if code < work_end_code:
                        # Conditions are met: join the waiting, or start if nothing is needed.
                        a = code
                        blocked = blocked_until[hall[a]]
                        if net.is_served[a]:
                            n_fresh = _insert(fresh, n_fresh, a)
                        elif blocked <= now:
                            stack[top] = start_code + a
                            top += 1
                        elif blocked <= horizon:
                            head, tail = _push(events, head, tail, blocked, a)
                        else:
                            is_overflow = True
                        continue
                    if code >= unit_code:
                        if code < repaired_code:
                            q = code - unit_code
                            free[net.words.pool_word[q]] += net.words.pool_unit[q]
                        is_free = True
                        continue

                    if code >= start_code:
                        a = code - start_code
                        node = a
                        start[a] = now
                        begun[hall[a]] = min(begun[hall[a]], now)
                        since[a] = now
                        left[a] = work[s, a]
                        ends[a] = now
                        if left[a] > 0:
                            ends[a] = _finish(clock, zone[a], now, left[a])
                        if ends[a] == now:
                            stack[top] = work_end_code + a
                            top += 1
                        elif ends[a] <= horizon:
                            head, tail = _push(events, head, tail, ends[a], work_end_code + a)
                        else:
                            is_overflow = True
                    elif code < finish_code:
                        a = code - work_end_code
                        node = count + a
                        if ends[a] > now:
                            # The hall was blocked meanwhile: look again when work should end now.
                            if ends[a] <= horizon:
                                head, tail = _push(events, head, tail, ends[a], code)
                            else:
                                is_overflow = True
                            continue
                        work_end[a] = now
                        for i in range(need_pointer[a], need_pointer[a + 1]):
                            free[need_word[i]] += give[i]
                            is_free = True
                        if is_plain[a]:
                            finish[a] = now
                    else:
                        a = code - finish_code
                        node = 2 * count + a
                        finish[a] = now

                    # What follows from this moment.
                    for i in range(then_pointer[node], then_pointer[node + 1]):
                        target = then_target[i]
                        earliest[target] = max(earliest[target], now + then_lag[i])
                        waits_for[target] -= 1
                        if waits_for[target] > 0:
                            continue
                        then = target if target < count else target + count
                        if earliest[target] <= now:
                            stack[top] = then
                            top += 1
                        elif earliest[target] <= horizon:
                            head, tail = _push(events, head, tail, earliest[target], then)
                        else:
                            is_overflow = True

                # 3. Serve the waiting once, in rank order. Where nothing came free, only the
                #    newcomers can fit.
                if is_free:
                    for i in range(n_fresh):
                        n_waiting = _insert(waiting, n_waiting, fresh[i])
                    kept = 0
                    for i in range(n_waiting):
                        a = waiting[i]
                        if blocked_until[hall[a]] <= now and _takes(net.words, free, a):
                            stack[top] = start_code + a
                            top += 1
                        else:
                            waiting[kept] = a
                            kept += 1
                    n_waiting = kept
                else:
                    for i in range(n_fresh):
                        a = fresh[i]
                        if blocked_until[hall[a]] <= now and _takes(net.words, free, a):
                            stack[top] = start_code + a
                            top += 1
                        else:
                            n_waiting = _insert(waiting, n_waiting, a)
                n_fresh = 0
                is_free = False
                if top == 0:
                    break

        # 4. Write down the sample.
        is_late = _write(net, state, out_start[s], out_work_end[s], out_finish[s])
        if is_late and not is_overflow and stuck < 0:
            stuck = s
    return stuck


@inner
def _reset(net: Packed, state: State, gate_opens: IntArray) -> None:
    """Let nothing have happened yet."""
    count = len(net.order)
    for a in range(count):
        state.start[a] = NEVER
        state.work_end[a] = NEVER
        state.finish[a] = NEVER
    for i in range(2 * count):
        state.waits_for[i] = net.conditions[i]
        state.earliest[i] = 0
    for i in range(len(net.gated)):
        state.earliest[net.gated[i]] = gate_opens[i]
    for w in range(len(net.words.whole)):
        state.free[w] = net.words.whole[w]
    for h in range(len(state.begun)):
        state.blocked_until[h] = 0
        state.begun[h] = NEVER


@inlined
def _takes(words: Words, free: WordArray, a: int) -> bool:
    """Take all that an activity needs, or nothing; return whether it fitted."""
    first, last = words.pointer[a], words.pointer[a + 1]
    fits = True
    for i in range(first, last):
        w = words.word[i]
        fits &= (free[w] - words.take[i]) & words.guard[w] == words.guard[w]
    if fits:
        for i in range(first, last):
            free[words.word[i]] -= words.take[i]
    return fits


@inlined
def _insert(queue: IntArray, length: int, a: int) -> int:
    """Insert an activity in order of rank; return the length of the queue."""
    i = length
    while i > 0 and queue[i - 1] > a:
        queue[i] = queue[i - 1]
        i -= 1
    queue[i] = a
    return length + 1


@inner
def _storm_ends(
    net: Packed,
    clock: Clock,
    state: State,
    weather: Weather,
    storm: int,
    repaired_code: int,
    head: int,
    tail: int,
) -> tuple[float, bool, int, int]:
    """Block the halls that a storm damaged; return the cost, and whether a repair never ends."""
    now, horizon = weather.end[storm], net.day_type.shape[1] * DAY_MIN
    cost, is_overflow = 0.0, False
    for h in range(len(net.hall_site)):
        if net.hall_site[h] != weather.site[storm] or state.begun[h] >= now:
            continue
        closes = net.hall_closes[h]
        closed = 1 if closes < 0 or state.finish[closes] <= weather.begin[storm] else 0
        if not weather.is_hit[storm, h, closed]:
            continue
        cost += weather.repair_cost[storm, h, closed]
        begin = max(now, state.blocked_until[h])
        repair = weather.repair_work[storm, h, closed]
        if repair == 0 or begin > horizon:
            continue
        until = _finish(clock, net.hall_zone[h], begin, repair)
        state.blocked_until[h] = until
        if until > horizon:
            is_overflow = True
        else:
            head, tail = _push(state.events, head, tail, until, repaired_code + h)
        for i in range(net.hall_pointer[h], net.hall_pointer[h + 1]):
            a = net.hall_member[i]
            is_going_on = state.start[a] < now and state.work_end[a] == NEVER
            if is_going_on and state.ends[a] > now:
                _suspend(clock, state, a, net.zone[a], now, until)
    return cost, is_overflow, head, tail


@inner
def _suspend(clock: Clock, state: State, a: int, zone: int, now: int, until: int) -> None:
    """Let work in progress stop now and go on at `until`."""
    if now > state.since[a]:
        state.left[a] += _worked(clock, zone, state.since[a]) - _worked(clock, zone, now)
    state.since[a] = until
    state.ends[a] = NEVER
    if until < NEVER:
        state.ends[a] = _finish(clock, zone, until, state.left[a])


@inner
def _write(
    net: Packed, state: State, start: IntArray, work_end: IntArray, finish: IntArray
) -> bool:
    """Write a sample down in the order of the network; return whether anything is unfinished."""
    is_late = False
    for a in range(len(net.order)):
        original = net.order[a]
        start[original] = state.start[a]
        work_end[original] = state.work_end[a]
        finish[original] = state.finish[a]
        is_late |= state.finish[a] == NEVER
    return is_late


@inner
def _push(events: IntArray, head: int, tail: int, minute: int, code: int) -> tuple[int, int]:
    """Insert an event; most come late, so look for its place from the end."""
    if tail == len(events):
        # Move what is left to the front.
        for i in range(tail - head):
            events[i] = events[head + i]
        head, tail = 0, tail - head
    event = (minute << CODE_BITS) | code
    i = tail
    while i > head and events[i - 1] > event:
        events[i] = events[i - 1]
        i -= 1
    events[i] = event
    return head, tail + 1


@inner
def _cloud_over(
    clock: Clock, fair: IntArray, weather: Weather, is_lost: BoolArray, first: int, last: int
) -> None:
    """Set the days off of a sample, and forget the working time of zones that have any."""
    sites, days = is_lost.shape
    is_stormy = np.zeros(sites, np.bool_)
    for n in range(sites):
        for day in range(days):
            clock.is_off[2 * n, day] = False
            clock.is_off[2 * n + 1, day] = is_lost[n, day]
    for k in range(first, last):
        n = weather.site[k]
        is_stormy[n] = True
        for day in range(weather.begin[k] // DAY_MIN, weather.end[k] // DAY_MIN):
            clock.is_off[2 * n, day] = True
            clock.is_off[2 * n + 1, day] = True
    for z in range(len(fair)):
        if clock.zone_off[z] % 2 == 1 or is_stormy[clock.zone_off[z] // 2]:
            clock.built[z] = 0
            clock.is_clouded[z] = True
        elif clock.is_clouded[z]:
            for day in range(days + 1):
                clock.before[z, day] = fair[z, day]
            clock.built[z] = days
            clock.is_clouded[z] = False


@inner
def _build(clock: Clock, zone: int, last: int) -> None:
    """Extend the working time of a zone to the morning of day `last`."""
    days = clock.day_type.shape[1]
    last = min(last, days)
    off = clock.zone_off[zone]
    total = clock.before[zone, clock.built[zone]]
    for day in range(clock.built[zone], last):
        if not clock.is_off[off, day]:
            total += clock.day_work[zone, day]
        clock.before[zone, day + 1] = total
    clock.built[zone] = max(clock.built[zone], last)


@inlined
def _worked(clock: Clock, zone: int, minute: int) -> int:
    """Return the minutes worked in a zone up to a minute (see `calendars`)."""
    day = minute // DAY_MIN
    if clock.built[zone] <= day:
        _build(clock, zone, day + STRETCH)
    total: int = clock.before[zone, day]
    if day < clock.day_type.shape[1] and clock.before[zone, day + 1] > total:
        rest = minute - day * DAY_MIN
        kind = clock.day_type[zone, day]
        for i in range(clock.type_pointer[kind], clock.type_pointer[kind + 1]):
            if rest > clock.type_start[i]:
                total += min(rest, clock.type_end[i]) - clock.type_start[i]
    return total


@inlined
def _finish(clock: Clock, zone: int, minute: int, work: int) -> int:
    """Return the first minute by which work was done since a minute (see `calendars`)."""
    days = clock.day_type.shape[1]
    end: int = NEVER
    target = work + _worked(clock, zone, minute)
    while clock.built[zone] < days and clock.before[zone, clock.built[zone]] < target:
        _build(clock, zone, clock.built[zone] + STRETCH)
    known = clock.built[zone]
    if clock.before[zone, known] >= target:
        # The last day before whose morning less than the target was worked: widen, then halve.
        low, step = minute // DAY_MIN, 1
        while low + step < known and clock.before[zone, low + step] < target:
            low += step
            step *= 2
        high = min(low + step, known)
        while high - low > 1:
            middle = (low + high) // 2
            if clock.before[zone, middle] < target:
                low = middle
            else:
                high = middle
        rest = target - clock.before[zone, low]
        kind = clock.day_type[zone, low]
        for i in range(clock.type_pointer[kind], clock.type_pointer[kind + 1]):
            length = clock.type_end[i] - clock.type_start[i]
            if rest <= length:
                end = low * DAY_MIN + clock.type_start[i] + rest
                break
            rest -= length
    return end

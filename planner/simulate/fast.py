"""The compiled engine: the same minutes as `reference`, some hundred times sooner.

One kernel runs a block of samples over flat arrays. Its steps bear the numbers of the rules in
`reference`. All compiled functions are in this module: numba's cache does not see an edit of a
function that lives in another one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numba
import numpy as np

from planner.domain.result import NEVER
from planner.errors import EngineError
from planner.simulate.calendars import DAY_MIN
from planner.simulate.logic import check_network, listed
from planner.simulate.packing import Packed, pack
from planner.simulate.times import Times, empty_times

if TYPE_CHECKING:
    from planner.network.arrays import BoolArray, FloatArray, IntArray, Network
    from planner.simulate.sampling import Draws

kernel = numba.njit(cache=True, nogil=True)
inlined = numba.njit(cache=True, nogil=True, inline="always")

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


def prepare(network: Network) -> Packed:
    """Check a network and pack it for many blocks of samples.

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
    return pack(network)


def simulate_packed(network: Network, packed: Packed, draws: Draws) -> Times:
    """Return when everything happens, for a network that was checked and packed before."""
    times = empty_times(draws.samples, len(network.activity))
    stuck = _run(
        packed,
        np.ascontiguousarray(draws.work_min[:, packed.order]),
        _gates(packed, draws),
        _arrivals(network, packed, draws),
        draws.is_lost,
        draws.storms.pointer,
        draws.storms.site,
        draws.storms.begin_min,
        draws.storms.end_min,
        draws.repairs.is_hit,
        draws.repairs.work_min,
        draws.repairs.cost_musd,
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


class Clock(NamedTuple):
    """Working time of the zones (Z) in a sample.

    Parameters
    ----------
    before
        Minutes worked before each day, shape (Z, D + 1), known up to day `built` of each zone (Z).
    is_off
        Days without work, shape (2N, D): two rows a site, indoors and outdoors.
    """

    before: IntArray
    built: IntArray
    is_off: BoolArray
    zone_off: IntArray
    zone_is_elapsed: BoolArray
    day_type: IntArray
    day_work: IntArray
    type_pointer: IntArray
    type_start: IntArray
    type_end: IntArray


@kernel
def _run(
    net: Packed,
    work: IntArray,
    gate_opens: IntArray,
    arrivals: IntArray,
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
) -> int:
    """Fill the times of each sample; return the first sample that was stuck, -1 if none was."""
    samples, count = work.shape
    halls, pools, zones = len(net.hall_site), net.pools, len(net.zone_off)
    days, sites = net.day_type.shape[1], is_lost.shape[1]
    horizon = days * DAY_MIN
    work_end_code, finish_code, start_code = count, 2 * count, 3 * count
    unit_code, repaired_code = 4 * count, 4 * count + pools
    hall, zone, is_plain = net.hall, net.zone, net.is_plain
    then_pointer, then_target, then_lag = net.then_pointer, net.then_target, net.then_lag
    need_pointer, need_column, need_units = net.need_pointer, net.need_column, net.need_units
    wait_pointer, wait_column, wait_units = net.wait_pointer, net.wait_column, net.wait_units

    # State of a sample. The last hall is no hall and never blocked.
    start = np.empty(count, np.int64)
    work_end = np.empty(count, np.int64)
    finish = np.empty(count, np.int64)
    ends = np.empty(count, np.int64)  # when work will end, as far as is known
    since = np.empty(count, np.int64)  # when what is left of the work was or is taken up
    left = np.empty(count, np.int64)
    waits_for = np.empty(2 * count, np.int64)
    earliest = np.empty(2 * count, np.int64)
    free = np.empty(len(net.capacity), np.int64)
    stock = np.empty(pools, np.int64)
    blocked_until = np.empty(halls + 1, np.int64)
    begun = np.empty(halls + 1, np.int64)
    waiting = np.empty(count + 1, np.int64)
    is_new = np.zeros(count, np.bool_)
    stack = np.empty(4 * count + 1, np.int64)
    # An activity waits for one event at a time; a hall for the end of each repair at the most.
    most_storms = 0
    for s in range(samples):
        most_storms = max(most_storms, storm_pointer[s + 1] - storm_pointer[s])
    events = np.empty(2 * (count + halls * most_storms) + 64, np.int64)
    # Working time of a sample, built as far as it was needed: in fair weather, it is known.
    is_off = np.zeros((2 * sites, days), np.bool_)
    before = net.fair.copy()
    built = np.full(zones, days)
    clock = Clock(
        before, built, is_off, net.zone_off, net.zone_is_elapsed, net.day_type, net.day_work,
        net.type_pointer, net.type_start, net.type_end,
    )  # fmt: skip
    is_clouded = np.zeros(zones, np.bool_)
    stuck = -1

    for s in range(samples):
        # 0. Nothing has happened yet.
        start[:] = NEVER
        work_end[:] = NEVER
        finish[:] = NEVER
        waits_for[:] = net.conditions
        earliest[:] = 0
        for i in range(len(net.gated)):
            earliest[net.gated[i]] = gate_opens[s, i]
        free[:] = net.capacity
        stock[:] = 0
        blocked_until[:] = 0
        begun[:] = NEVER
        n_waiting = 0
        is_overflow = False
        head, tail, top, arrival = 0, 0, 0, 0
        n_arrivals = arrivals.shape[1]
        storm, last_storm = storm_pointer[s], storm_pointer[s + 1]
        _cloud_over(
            clock, net.fair, is_lost[s], storm_site, storm_begin, storm_end, storm, last_storm,
            is_clouded,
        )  # fmt: skip

        while True:
            # Which instant is next?
            now = NEVER
            if head < tail:
                now = events[head] >> CODE_BITS
            if arrival < n_arrivals:
                now = min(now, arrivals[s, arrival] >> CODE_BITS)
            if storm < last_storm:
                now = min(now, storm_end[storm])
            if now > horizon:
                is_overflow |= head < tail or arrival < n_arrivals
                break

            # 1. Storms end, and damaged halls are blocked until they are repaired.
            while storm < last_storm and storm_end[storm] == now:
                for h in range(halls):
                    if net.hall_site[h] != storm_site[storm] or begun[h] >= now:
                        continue
                    closes = net.hall_closes[h]
                    closed = 1 if closes < 0 or finish[closes] <= storm_begin[storm] else 0
                    if not is_hit[storm, h, closed]:
                        continue
                    out_cost[s] += repair_cost[storm, h, closed]
                    begin = max(now, blocked_until[h])
                    if repair_work[storm, h, closed] == 0 or begin > horizon:
                        continue
                    until = _finish(clock, net.hall_zone[h], begin, repair_work[storm, h, closed])
                    blocked_until[h] = until
                    if until > horizon:
                        is_overflow = True
                    else:
                        head, tail = _push(events, head, tail, until, repaired_code + h)
                    # Work in progress stops now and goes on after the repair.
                    for i in range(net.hall_pointer[h], net.hall_pointer[h + 1]):
                        a = net.hall_member[i]
                        if start[a] >= now or work_end[a] < NEVER or ends[a] <= now:
                            continue
                        if now > since[a]:
                            left[a] += _worked(clock, zone[a], since[a])
                            left[a] -= _worked(clock, zone[a], now)
                        since[a] = until
                        ends[a] = NEVER
                        if until <= horizon:
                            ends[a] = _finish(clock, zone[a], until, left[a])
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
                        needs = (
                            need_pointer[a] < need_pointer[a + 1]
                            or wait_pointer[a] < wait_pointer[a + 1]
                        )
                        blocked = blocked_until[hall[a]]
                        if needs:
                            i = n_waiting
                            while i > 0 and waiting[i - 1] > a:
                                waiting[i] = waiting[i - 1]
                                i -= 1
                            waiting[i] = a
                            is_new[a] = True
                            n_waiting += 1
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
                            stock[code - unit_code] += 1
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
                            free[need_column[i]] += need_units[i]
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
                kept = 0
                for i in range(n_waiting):
                    a = waiting[i]
                    fits = (is_free or is_new[a]) and blocked_until[hall[a]] <= now
                    is_new[a] = False
                    if fits:
                        for j in range(need_pointer[a], need_pointer[a + 1]):
                            fits &= free[need_column[j]] >= need_units[j]
                        for j in range(wait_pointer[a], wait_pointer[a + 1]):
                            fits &= stock[wait_column[j]] >= wait_units[j]
                    if not fits:
                        waiting[kept] = a
                        kept += 1
                        continue
                    for j in range(need_pointer[a], need_pointer[a + 1]):
                        free[need_column[j]] -= need_units[j]
                    for j in range(wait_pointer[a], wait_pointer[a + 1]):
                        stock[wait_column[j]] -= wait_units[j]
                    stack[top] = start_code + a
                    top += 1
                n_waiting = kept
                is_free = False
                if top == 0:
                    break

        # 4. Write down the sample.
        is_late = False
        for a in range(count):
            original = net.order[a]
            out_start[s, original] = start[a]
            out_work_end[s, original] = work_end[a]
            out_finish[s, original] = finish[a]
            is_late |= finish[a] == NEVER
            is_new[a] = False
        if is_late and not is_overflow and stuck < 0:
            stuck = s
    return stuck


@inlined
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


@kernel
def _cloud_over(
    clock: Clock,
    fair: IntArray,
    is_lost: BoolArray,
    storm_site: IntArray,
    storm_begin: IntArray,
    storm_end: IntArray,
    first: int,
    last: int,
    is_clouded: BoolArray,
) -> None:
    """Set the days off of a sample, and forget the working time of zones that have any."""
    sites = len(is_lost)
    is_stormy = np.zeros(sites, np.bool_)
    for n in range(sites):
        clock.is_off[2 * n] = False
        clock.is_off[2 * n + 1] = is_lost[n]
    for k in range(first, last):
        n = storm_site[k]
        is_stormy[n] = True
        for day in range(storm_begin[k] // DAY_MIN, storm_end[k] // DAY_MIN):
            clock.is_off[2 * n, day] = True
            clock.is_off[2 * n + 1, day] = True
    days = fair.shape[1] - 1
    for z in range(len(fair)):
        if clock.zone_off[z] % 2 == 1 or is_stormy[clock.zone_off[z] // 2]:
            clock.built[z] = 0
            is_clouded[z] = True
        elif is_clouded[z]:
            clock.before[z] = fair[z]
            clock.built[z] = days
            is_clouded[z] = False


@kernel
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

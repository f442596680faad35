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
    ENDED,
    FACTS,
    FINISHED,
    FURTHEST,
    HALL,
    IS_PLAIN,
    IS_SERVED,
    KIND,
    NEED,
    NEEDS,
    OWN,
    QUEUE,
    RANK,
    READY,
    START,
    STARTED,
    THEN,
    WORK,
    WORK_END,
    ZONE,
    Packed,
    aligned,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.network.arrays import BoolArray, FloatArray, IntArray
    from planner.simulate.packing import Queues, SmallArray
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
SKIPPED: Final = 365
"""Days from which on they are skipped rather than counted; fewer may be of use to more samples."""
FAR_BITS: Final = 22
"""Bits of the minutes by which events are chained, and of the number of activities."""
UNKNOWN: Final = -1
"""Stands for the day to which working time is known where nobody has asked in the sample."""
SHORT: Final = -2
"""Returned instead of a sample where lost days are not drawn as far as somebody asked."""
MANY: Final = 2000
"""Activities from which on events are chained."""
NOBODY: Final = 1 << 30
"""A rank after all others."""
LATER: Final = FURTHEST
"""Stands for `NEVER` in 32 bits."""


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
    def of(cls, draws: Draws, days: int) -> Weather:
        """Return the weather of some draws, with lost days up to a day at least."""
        storms, repairs = draws.storms, draws.repairs
        return cls(
            draws.lost.until(days), storms.pointer, storms.site, storms.begin_min, storms.end_min,
            np.asarray(repairs.is_hit.any(axis=(1, 2))),
            repairs.is_hit, repairs.work_min, repairs.cost_musd,
        )  # fmt: skip


class Clock(NamedTuple):
    """Working time of the zones (Z) in a sample.

    Only differences of minutes worked are ever asked for, so they are counted from the day on which
    anybody asks first; up to the first storm, where indoors all samples are alike, from the
    beginning.

    Parameters
    ----------
    before
        Minutes worked from day `origin` of each zone (Z) to each day, known up to day `built` (Z),
        shape (Z, D + 1).
    day_of
        The day in which each multiple of a zone's longest day is worked, and more than that by its
        end, shape (Z, D + 1).
    is_off
        Days without work, shape (2N, D): two rows a site, indoors and outdoors.
    is_even
        Whether all working days of a zone are of one length (Z).
    first_storm
        First day off indoors, D if none (N).
    kept, shared
        Up to which day working time is known from the sample before, and up to which all samples
        are alike (Z).
    reach, is_short
        The day up to which days off are known (Z), and whether somebody asked beyond it (1).
    """

    before: SmallArray
    day_of: SmallArray
    origin: IntArray
    built: IntArray
    is_off: BoolArray
    is_even: BoolArray
    first_storm: IntArray
    kept: IntArray
    shared: IntArray
    reach: IntArray
    is_short: BoolArray
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

        def none() -> IntArray:
            return np.zeros(zones, np.int64)

        return cls(
            np.zeros((zones, days + 1), np.int32), np.zeros((zones, days + 1), np.int32),
            none(), none(), np.zeros((2 * sites, days), np.bool_),
            np.asarray(((net.day_work == 0) | (net.day_work == net.longest[:, None])).all(axis=1)),
            np.full(sites, days), none(), none(), none(), np.zeros(1, np.bool_),
            net.zone_off, net.longest, net.day_type, net.day_work,
            net.type_pointer, net.type_start, net.type_end,
        )  # fmt: skip


class State(NamedTuple):
    """What has happened in a sample so far; activities (A), halls (H) and one that is none.

    Parameters
    ----------
    own
        Of each activity, side by side (`OWN`): the open conditions of its start and the latest of
        their dates with lags, the same of its finish, its work, and when it started, ended its work
        and finished, 8A.
    free
        Crews and equipment that are there, by store (R + Q).
    is_freed, freed
        Stores of which something came free that somebody waits for; the first of `freed`.
    waiting_for
        How many wait for something of a store (R + Q).
    waiting, length, front
        Ranks of those who wait, the first in rank at the end of each queue, its length, and the
        rank of the first, `NOBODY` if it is empty (K).
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

    own: SmallArray
    free: IntArray
    is_freed: BoolArray
    freed: SmallArray
    waiting_for: SmallArray
    waiting: SmallArray
    length: SmallArray
    front: SmallArray
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
            aligned(OWN * count), np.zeros(stores, np.int64), np.zeros(stores, np.bool_),
            room(stores), np.zeros(stores, np.uint32), room(len(net.queues.need) // NEEDS),
            room(len(net.queues.least)), room(len(net.queues.least)),
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


class Line(NamedTuple):
    """How many have come to wait or are blocked, and of how many stores something came free."""

    fresh: int
    freed: int
    blocked: int


class Agenda(NamedTuple):
    """Where the sorted events begin and end, and the minute before which all events are sorted."""

    head: int
    tail: int
    near_end: int


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
    """Fill the times of each sample; return the first sample that was stuck, -1 if none was.

    Return `SHORT` where lost days are not drawn as far as somebody asked.
    """
    stuck = -1
    _begin(clock, state, weather)
    for s in range(len(work)):
        _reset(net, state, work[s], gate_opens[s])
        _cloud_over(clock, weather, s)
        storm_cost[s] = _live(net, clock, state, weather, s, arrivals[s])
        if clock.is_short[0]:
            return SHORT
        is_over = _write_down(state, start[s], work_end[s], finish[s])
        if not is_over and not state.is_beyond[0] and stuck < 0:
            stuck = s
    return stuck


@inner
def _begin(clock: Clock, state: State, weather: Weather) -> None:
    """Forget what samples of another block left behind."""
    for a in range(len(state.stopped_in)):
        state.stopped_in[a] = -1
    clock.is_short[0] = False
    for z in range(len(clock.reach)):
        is_outdoor = clock.zone_off[z] % 2 == 1
        clock.reach[z] = weather.is_lost.shape[2] if is_outdoor else clock.day_type.shape[1]


@inner
def _reset(net: Packed, state: State, work: IntArray, gate_opens: IntArray) -> None:
    """Let nothing have happened yet."""
    horizon = net.day_type.shape[1] * DAY_MIN
    for a in range(len(work)):
        own = np.uint32(a * OWN)
        for i in range(4):
            state.own[own + i] = net.open[4 * a + i]
        state.own[own + WORK] = min(work[a], LATER)
        for i in range(STARTED, OWN):
            state.own[own + i] = LATER
    for i in range(len(net.gated)):
        state.own[OWN * net.gated[i] + 1] = min(gate_opens[i], horizon + 1)
    for store in range(len(state.free)):
        state.free[store] = net.queues.whole[store]
        state.waiting_for[store] = 0
    for k in range(len(state.length)):
        state.length[k] = 0
        state.front[k] = NOBODY
    state.is_beyond[0] = False
    for h in range(len(state.blocked_until)):
        state.blocked_until[h] = 0


@inner
def _write_down(state: State, start: IntArray, work_end: IntArray, finish: IntArray) -> bool:
    """Write the times of a sample down; return whether everything finished."""
    is_over = True
    for a in range(len(finish)):
        start[a] = _or_never(state.own[a * OWN + STARTED])
        work_end[a] = _or_never(state.own[a * OWN + ENDED])
        finish[a] = _or_never(state.own[a * OWN + FINISHED])
        is_over &= finish[a] < NEVER
    return is_over


@inlined
def _or_never(minute: int) -> int:
    return minute if minute < LATER else NEVER


# --- a sample


@inner
def _live(
    net: Packed, clock: Clock, state: State, weather: Weather, s: int, arrivals: IntArray
) -> float:
    """Let a sample happen; return what storms cost."""
    # This is 0, but a literal 0 is a type of its own to numba, and compiled apart.
    storm: int = weather.pointer[s]
    none: int = weather.pointer[0]
    agenda = Agenda(none, none, 1 << state.far_bits)
    line, arrival = Line(0, 0, 0), 0
    cost, last_repair = 0.0, 0
    # 0. What waits for nothing is ready at once.
    top = _begin_roots(net, state)
    while True:
        now = 0
        if top == 0:
            now, storm, arrival, agenda = _next_instant(net, state, weather, s, arrivals, arrival,
                                                        storm, agenda)  # fmt: skip
            if now == NEVER:
                return cost

        # 1. Storms end, and damaged halls are blocked until they are repaired.
        while storm < weather.pointer[s + 1] and weather.end[storm] == now:
            if weather.hits[storm]:
                paid, until, agenda = _storm_ends(net, clock, state, weather, storm, s, agenda)
                cost += paid
                last_repair = max(last_repair, until)
            storm += 1

        while True:
            # 2. What happens by itself, until nothing more does.
            arrival, line, agenda = _happen(
                net, clock, state, now, arrivals, arrival, top, line, last_repair, agenda
            )
            # 3. Serve the waiting once, in rank order.
            top = 0
            if line.fresh + line.freed == 0:
                break
            top, line = _serve(net, state, now, line)
            if top == 0:
                break


@inlined
def _happen(
    net: Packed, clock: Clock, state: State, now: int, arrivals: IntArray, arrival: int, top: int,
    line: Line, last_repair: int, agenda: Agenda,
) -> tuple[int, Line, Agenda]:  # fmt: skip
    """Let everything happen that does so at this instant by itself, and say who comes to wait."""
    unit_code = CODES * len(net.by_rank)
    repaired_code = _repaired_code(net)
    while True:
        code, top, arrival, agenda = _next_code(state, now, arrivals, arrival, top, agenda)
        if code < 0:
            return arrival, line, agenda
        # 1. A hall is repaired, or a unit comes.
        if code >= repaired_code:
            line, agenda = _repaired(net, state, now, code, line, agenda)
            continue
        if code >= unit_code:
            store = net.queues.crews + code - unit_code
            state.free[store] += 1
            line = _mark(state, store, line)
            continue
        # 2. An activity could start: it waits, or does.
        a, what = np.uint32(code >> 2), code & 3
        if what == READY:
            if net.fact[a * FACTS + KIND] & IS_SERVED:
                state.fresh[line.fresh] = a
                line = Line(line.fresh + 1, line.freed, line.blocked)
                continue
            if last_repair > now and state.blocked_until[net.fact[a * FACTS + HALL]] > now:
                agenda = _when_repaired(net, state, a, code, agenda)
                continue
            what = START
        # 3. A moment of it, and what follows.
        if what == START:
            moment = THEN
            top, agenda = _start(net, clock, state, now, a, top, agenda)
        elif what == WORK_END:
            moment = THEN + 1
            end = state.own[a * OWN + ENDED]
            if end > now:
                # The hall was blocked meanwhile: look again when work should end now.
                agenda = _later(net, state, end, code, int(a), agenda)
                continue
            line = _end_work(net, state, now, a, line)
        else:
            moment = THEN + 2
            state.own[a * OWN + FINISHED] = now
        top, agenda = _follow(net, state, now, a, moment, top, agenda)


@inlined
def _repaired_code(net: Packed) -> int:
    """Return the first code of a hall that is repaired."""
    return CODES * len(net.by_rank) + len(net.queues.whole) - net.queues.crews


@inlined
def _begin_roots(net: Packed, state: State) -> int:
    """Put what waits for nothing on the stack; return its height."""
    for i in range(len(net.root)):
        state.stack[i] = CODES * net.root[i] + READY
    return len(net.root)


@inlined
def _next_instant(
    net: Packed, state: State, weather: Weather, s: int, arrivals: IntArray, arrival: int,
    storm: int, agenda: Agenda,
) -> tuple[int, int, int, Agenda]:  # fmt: skip
    """Return the next minute at which anything happens, `NEVER` if none, storm and arrival."""
    now = NEVER
    if agenda.head == agenda.tail and state.far_count[0] > 0:
        agenda = _come_near(state, agenda)
    if agenda.head < agenda.tail:
        now = state.events[np.uint32(agenda.head)] >> CODE_BITS
    while storm < weather.pointer[s + 1] and not weather.hits[storm]:
        storm += 1
    if storm < weather.pointer[s + 1]:
        now = min(now, weather.end[storm])
    horizon = net.day_type.shape[1] * DAY_MIN
    arrival = _take_in(net, state, arrivals, arrival, min(now, horizon))
    if arrival < len(arrivals):
        now = min(now, arrivals[np.uint32(arrival)] >> CODE_BITS)
    if now > horizon:
        if arrival < len(arrivals):
            state.is_beyond[0] = True
        now = NEVER
    return now, storm, arrival, agenda


@inlined
def _take_in(net: Packed, state: State, arrivals: IntArray, arrival: int, until: int) -> int:
    """Take units in that come by a minute and that nobody waits for; return the next arrival."""
    unit_code = CODES * len(net.by_rank)
    while arrival < len(arrivals) and arrivals[np.uint32(arrival)] >> CODE_BITS <= until:
        unit = (arrivals[np.uint32(arrival)] & CODE_MASK) - unit_code
        if unit < 0 or state.waiting_for[np.uint32(net.queues.crews + unit)] > 0:
            break
        state.free[np.uint32(net.queues.crews + unit)] += 1
        arrival += 1
    return arrival


@inlined
def _next_code(
    state: State, now: int, arrivals: IntArray, arrival: int, top: int, agenda: Agenda
) -> tuple[int, int, int, Agenda]:
    """Return the code of what happens next at this instant, -1 if nothing does."""
    code = -1
    if top > 0:
        top -= 1
        code = state.stack[np.uint32(top)]
    elif agenda.head < agenda.tail and state.events[np.uint32(agenda.head)] >> CODE_BITS == now:
        code = state.events[np.uint32(agenda.head)] & CODE_MASK
        agenda = Agenda(agenda.head + 1, agenda.tail, agenda.near_end)
    elif arrival < len(arrivals) and arrivals[np.uint32(arrival)] >> CODE_BITS == now:
        code = arrivals[np.uint32(arrival)] & CODE_MASK
        arrival += 1
    return code, top, arrival, agenda


@inlined
def _repaired(
    net: Packed, state: State, now: int, code: int, line: Line, agenda: Agenda
) -> tuple[Line, Agenda]:
    """Let those look again who waited for a repair, unless there was another storm meanwhile."""
    h = code - _repaired_code(net)
    until = state.blocked_until[h]
    if now < until <= net.day_type.shape[1] * DAY_MIN:
        agenda = _push(state, until, code, len(net.by_rank) + h, agenda)
    for i in range(line.blocked):
        state.fresh[line.fresh + i] = state.blocked[i]
    return Line(line.fresh + line.blocked, line.freed, 0), agenda


@inlined
def _when_repaired(net: Packed, state: State, a: np.uint32, code: int, agenda: Agenda) -> Agenda:
    """Let an activity that needs nothing look again when its hall is repaired."""
    return _later(net, state, state.blocked_until[net.fact[a * FACTS + HALL]], code, int(a), agenda)


@inlined
def _start(
    net: Packed, clock: Clock, state: State, now: int, a: np.uint32, top: int, agenda: Agenda
) -> tuple[int, Agenda]:
    """Let the work of an activity begin, and note its end."""
    state.own[a * OWN + STARTED] = now
    end = now
    if state.own[a * OWN + WORK] > 0:
        end = _finish(clock, net.fact[a * FACTS + ZONE], now, state.own[a * OWN + WORK])
    state.own[a * OWN + ENDED] = end
    code = int(CODES * a + WORK_END)
    if end == now:
        state.stack[np.uint32(top)] = code
        top += 1
    else:
        agenda = _later(net, state, end, code, int(a), agenda)
    return top, agenda


@inlined
def _end_work(net: Packed, state: State, now: int, a: np.uint32, line: Line) -> Line:
    """Give the crews of an activity back, and let it finish where nothing else holds it."""
    queues = net.queues
    for i in range(net.fact[a * FACTS + NEED], net.fact[a * FACTS + FACTS + NEED]):
        store = queues.need[NEEDS * i]
        if store < queues.crews:
            state.free[store] += queues.units[i]
            line = _mark(state, store, line)
    if net.fact[a * FACTS + KIND] & IS_PLAIN:
        state.own[a * OWN + FINISHED] = now
    return line


@inlined
def _follow(
    net: Packed, state: State, now: int, a: np.uint32, moment: int, top: int, agenda: Agenda
) -> tuple[int, Agenda]:
    """Tell those that a moment was a condition of; the last condition makes them happen."""
    first = net.fact[a * FACTS + moment]
    # What follows from the last of the three ends where that of the next activity begins.
    last = net.fact[a * FACTS + moment + 1 if moment < THEN + 2 else a * FACTS + FACTS + THEN]
    for i in range(first, last):
        node = net.then[2 * i]
        earliest: int = max(state.own[node + 1], now + net.then[2 * i + 1])
        state.own[node + 1] = earliest
        state.own[node] -= 1
        if state.own[node] > 0:
            continue
        # Of a start that is 8a, whose code is 4a (ready), of a finish 8a + 2.
        if earliest <= now:
            state.stack[np.uint32(top)] = node >> 1
            top += 1
        else:
            agenda = _later(net, state, earliest, node >> 1, node >> 3, agenda)
    return top, agenda


# --- crews and equipment


@inlined
def _mark(state: State, store: int, line: Line) -> Line:
    """Note that something of a store came free, if anybody waits for it."""
    freed = line.freed
    if state.waiting_for[store] > 0 and not state.is_freed[store]:
        state.is_freed[store] = True
        state.freed[freed] = store
        freed += 1
    return Line(line.fresh, freed, line.blocked)


@inlined
def _serve(net: Packed, state: State, now: int, line: Line) -> tuple[int, Line]:
    """Put who can start on the stack, in order of rank; return its height, and who is blocked."""
    queues, n_blocked = net.queues, line.blocked
    # Newcomers who lack something join its queue at once: in this round nothing more comes free.
    n_fitting = 0
    for i in range(line.fresh):
        a = state.fresh[i]
        if state.blocked_until[net.fact[a * FACTS + HALL]] > now:
            state.blocked[n_blocked] = a
            n_blocked += 1
        elif not _waits(net, state, a):
            n_fitting = _insert(state.fitting, 0, n_fitting, net.fact[a * FACTS + RANK])
    top = 0
    while True:
        # The first in rank of newcomers, and of queues for no more than there is now.
        newest, queue = NOBODY, np.uint32(0)
        if n_fitting > 0:
            newest = int(state.fitting[n_fitting - 1])
        best = newest
        for i in range(line.freed):
            store = state.freed[i]
            for k in range(queues.first[store], queues.first[store + 1]):
                if queues.least[k] > state.free[store]:
                    break
                if state.front[k] < best:
                    best, queue = int(state.front[k]), np.uint32(k)
        if best == NOBODY:
            break
        if best < newest:
            _leave(queues, state, queue)
            state.waiting_for[queues.of[queue]] -= 1
        else:
            n_fitting -= 1
        a = net.by_rank[np.uint32(best)]
        if state.blocked_until[net.fact[a * FACTS + HALL]] > now:
            state.blocked[n_blocked] = a
            n_blocked += 1
        elif not _waits(net, state, a):
            for i in range(net.fact[a * FACTS + NEED], net.fact[a * FACTS + FACTS + NEED]):
                state.free[queues.need[NEEDS * i]] -= queues.units[i]
            state.stack[top] = CODES * a + START
            top += 1
    for i in range(line.freed):
        state.is_freed[state.freed[i]] = False
    return top, Line(0, 0, n_blocked)


@inlined
def _waits(net: Packed, state: State, a: int) -> bool:
    """Let an activity join the queue of the first thing it lacks; return False if it lacks none."""
    queues = net.queues
    for i in range(net.fact[a * FACTS + NEED], net.fact[a * FACTS + FACTS + NEED]):
        store = queues.need[NEEDS * i]
        if queues.units[i] > state.free[store]:
            k = queues.need[NEEDS * i + QUEUE]
            state.length[k] = _insert(
                state.waiting, queues.place[k], state.length[k], net.fact[a * FACTS + RANK]
            )
            state.front[k] = state.waiting[queues.place[k] + state.length[k] - 1]
            state.waiting_for[store] += 1
            return True
    return False


@inlined
def _leave(queues: Queues, state: State, queue: np.uint32) -> None:
    """Let the first in rank leave a queue."""
    state.length[queue] -= 1
    length = state.length[queue]
    state.front[queue] = state.waiting[queues.place[queue] + length - 1] if length > 0 else NOBODY


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
    net: Packed, clock: Clock, state: State, weather: Weather, storm: int, s: int, agenda: Agenda
) -> tuple[float, int, Agenda]:
    """Block the halls that a storm damaged; return the cost, and the end of the last repair."""
    now, horizon = weather.end[storm], net.day_type.shape[1] * DAY_MIN
    cost, latest = 0.0, 0
    for h in range(len(net.hall_site)):
        is_hit = weather.is_hit[storm, h]
        if net.hall_site[h] != weather.site[storm] or not (is_hit[0] or is_hit[1]):
            continue
        has_begun = False
        for a in range(net.hall_first[h], net.hall_last[h]):
            has_begun |= state.own[a * OWN + STARTED] < now
        closes, closed = net.hall_closes[h], 1
        if closes >= 0 and state.own[closes * OWN + FINISHED] > weather.begin[storm]:
            closed = 0
        if not has_begun or not is_hit[closed]:
            continue
        cost += weather.repair_cost[storm, h, closed]
        begin = max(now, state.blocked_until[h])
        repair = weather.repair_work[storm, h, closed]
        if repair == 0 or begin > horizon:
            continue
        _count_on(clock, net.hall_zone[h], now, begin)
        until = _finish(clock, net.hall_zone[h], begin, repair)
        state.blocked_until[h] = until
        latest = max(latest, until)
        if until > horizon:
            state.is_beyond[0] = True
        elif begin == now:
            # A hall that is being repaired already waits for the end of that.
            agenda = _push(state, until, _repaired_code(net) + h, len(net.by_rank) + h, agenda)
        for a in range(net.hall_first[h], net.hall_last[h]):
            if state.own[a * OWN + STARTED] < now < state.own[a * OWN + ENDED]:
                state.own[a * OWN + ENDED] = _suspend(
                    clock, state, a, net.fact[a * FACTS + ZONE], s, now, until
                )
    return cost, latest, agenda


@inner
def _suspend(clock: Clock, state: State, a: int, zone: int, s: int, now: int, until: int) -> int:
    """Let work in progress stop now and go on at `until`; return when it ends."""
    if state.stopped_in[a] != s:
        state.stopped_in[a] = s
        state.since[a] = state.own[a * OWN + STARTED]
        state.left[a] = state.own[a * OWN + WORK]
    if now > state.since[a]:
        _count_on(clock, zone, state.since[a], now)
        state.left[a] += _worked(clock, zone, state.since[a]) - _worked(clock, zone, now)
    state.since[a] = until
    if until >= LATER:
        return until
    _count_on(clock, zone, now, until)
    return _finish(clock, zone, until, state.left[a])


# --- events


@inlined
def _later(net: Packed, state: State, minute: int, code: int, slot: int, agenda: Agenda) -> Agenda:
    """Note an event of an activity or a hall, unless it is after the tables."""
    if minute > net.day_type.shape[1] * DAY_MIN:
        state.is_beyond[0] = True
        return agenda
    return _push(state, minute, code, slot, agenda)


@inlined
def _push(state: State, minute: int, code: int, slot: int, agenda: Agenda) -> Agenda:
    """Note an event of an activity or a hall, which wait for one at a time."""
    event = (minute << CODE_BITS) | code
    if minute < agenda.near_end:
        return _insert_event(state.events, event, agenda)
    far = np.uint32(minute >> state.far_bits)
    state.far_event[slot] = event
    state.far_next[slot] = state.far_first[far]
    state.far_first[far] = slot + 1
    state.far_count[0] += 1
    return agenda


@inlined
def _insert_event(events: IntArray, event: int, agenda: Agenda) -> Agenda:
    """Insert an event into the sorted ones; most come late: look for its place from the end."""
    head, tail = agenda.head, agenda.tail
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
    return Agenda(head, tail + 1, agenda.near_end)


@inlined
def _come_near(state: State, agenda: Agenda) -> Agenda:
    """Sort the next events that are far."""
    far = agenda.near_end >> state.far_bits
    while state.far_first[far] == 0:
        far += 1
    a = state.far_first[far]
    state.far_first[far] = 0
    while a > 0:
        agenda = _insert_event(state.events, state.far_event[a - 1], agenda)
        state.far_count[0] -= 1
        a = state.far_next[a - 1]
    return Agenda(agenda.head, agenda.tail, (far + 1) << state.far_bits)


# --- working time


@inner
def _cloud_over(clock: Clock, weather: Weather, s: int) -> None:
    """Set the days off of a sample, and forget working time that they may change."""
    is_off, days, drawn = clock.is_off, clock.is_off.shape[1], weather.is_lost.shape[2]
    for z in range(len(clock.built)):
        if clock.built[z] != UNKNOWN:
            clock.kept[z] = clock.built[z]
        clock.built[z] = UNKNOWN
        # As far as the sample before had no storm.
        clock.shared[z] = clock.first_storm[clock.zone_off[z] // 2]
    for n in range(len(clock.first_storm)):
        indoors, outdoors, is_lost = is_off[2 * n], is_off[2 * n + 1], weather.is_lost[s, n]
        for day in range(np.uint32(drawn)):
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
        # Nor this one has.
        first = clock.first_storm[clock.zone_off[z] // 2]
        clock.kept[z] = min(clock.kept[z], clock.shared[z], first)
        clock.shared[z] = first
        is_outdoor = clock.zone_off[z] % 2 == 1
        if is_outdoor:
            clock.shared[z] = 0
        if is_outdoor or clock.kept[z] < clock.origin[z]:
            clock.kept[z], clock.origin[z] = 0, days + 1  # nothing is known


@inner
def _look_at(clock: Clock, zone: int, day: int) -> None:
    """Let working time be known beyond a day, which somebody asks for now and nobody before it."""
    if clock.built[zone] == UNKNOWN:
        clock.built[zone] = clock.kept[zone]
    is_far = day > clock.built[zone] + SKIPPED and day >= clock.shared[zone]
    if day < clock.origin[zone] or is_far:
        first = day if day >= clock.shared[zone] else 0
        clock.origin[zone] = clock.built[zone] = first
        clock.before[zone, first] = 0
    if clock.built[zone] <= day:
        _build(clock, zone, day + STRETCH)
        # At the very end of the tables too all days before it count.
        if clock.built[zone] < min(day + 1, clock.day_type.shape[1]):
            clock.is_short[0] = True


@inner
def _count_on(clock: Clock, zone: int, since: int, until: int) -> None:
    """Let working time be known from one minute to another, for what lies between too."""
    day = since // DAY_MIN
    if clock.built[zone] <= day or day < clock.origin[zone]:
        _look_at(clock, zone, day)
    last = until // DAY_MIN + 1
    if clock.built[zone] < last:
        _build(clock, zone, last)


@inner
def _build(clock: Clock, zone: int, last: int) -> None:
    """Extend the working time of a zone to the morning of day `last`, as far as it is known."""
    first, last = clock.built[zone], min(last, clock.reach[zone])
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
    # Unsigned numbers of 32 bits are divided soonest, and index without a check of sign.
    day = np.uint32(np.uint32(minute) // np.uint32(DAY_MIN))
    if clock.built[zone] <= np.int64(day):
        _look_at(clock, zone, np.int64(day))  # type: ignore[arg-type] # of the compiler
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
    """Return the first minute by which work was done since a minute, else `LATER`."""
    end: int = LATER
    target = work + _worked(clock, zone, minute)
    while clock.before[zone, clock.built[zone]] < target:
        if clock.built[zone] >= clock.reach[zone]:
            clock.is_short[0] |= clock.reach[zone] < clock.day_type.shape[1]
            break
        _build(clock, zone, clock.built[zone] + STRETCH)
    if clock.before[zone, clock.built[zone]] >= target:
        # The last day before whose morning less than the target was worked.
        multiple = np.uint32(target - 1) // np.uint32(clock.longest[zone])
        day = np.uint32(clock.day_of[zone, np.uint32(multiple)])
        while clock.before[zone, day + 1] < target:
            day += np.uint32(1)
        rest = target - clock.before[zone, day]
        kind = clock.day_type[zone, day]
        for i in range(clock.type_pointer[kind], clock.type_pointer[kind + 1]):
            length = clock.type_end[i] - clock.type_start[i]
            if rest <= length:
                end = np.int64(day) * DAY_MIN + clock.type_start[i] + rest
                break
            rest -= length
    return end

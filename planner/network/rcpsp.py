"""The plain levelling problem: activities of fixed duration, finish-to-start, under capacities.

The search is a genetic algorithm over two populations (Debels and Vanhoucke, Operations Research
55, 2007): schedules packed to the left, and schedules packed to the right, which are packed to the
left in the mirrored project. A child is made of two schedules of one population and decoded
towards the other side, so that every decoding is at the same time a step of forward-backward
improvement. What it inherits from the father is the stretch of time in which his resources are
used most (the peak crossover of Valls, Ballestin and Quintanilla, EJOR 185, 2008). A population
that stands still is thrown away, all but the best schedule found.

The kernel counts schedules, not seconds: the same seed and count give the same schedule on any
machine. All compiled functions are in this module, for numba's cache does not see an edit of a
function that lives in another one.

This is not what real networks go through: they have calendars, lags and all four kinds of
relation, and their levelling is in `planner.network.level`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numba
import numpy as np

from planner.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from numpy.typing import NDArray

    from planner.network.arrays import IntArray

    Function = TypeVar("Function")

kernel = numba.njit(cache=True, nogil=True)
inner: Callable[[Function], Function] = numba.njit(  # type: ignore[call-overload]  # lacks the two
    cache=True, nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True
)

POPULATION: Final = 120
"""Schedules on either side. The four figures were chosen on the instances of the benchmark."""
STALL: Final = 20
"""Turns without a better schedule of its own after which a population starts afresh."""
MOVED: Final = 3
"""Activities in a thousand that move in the order of a child."""
REACH: Final = 0.3
"""How far they move at most, as a share of the makespan."""
GLANCE: Final = 0.05
"""Seconds between two looks at the clock, where seconds are the budget."""


@dataclass(frozen=True)
class Project:
    """A plain project: A activities, R renewable resources; time in any whole unit.

    Parameters
    ----------
    duration
        Shape (A,), at least 0.
    pred_pointer, pred
        Predecessors as CSR: those of a are ``pred[pred_pointer[a]:pred_pointer[a + 1]]``.
    need
        Units held from start to finish, shape (A, R).
    capacity
        Shape (R,).

    The timetable of the search has a cell a resource and unit of time, as long as all durations
    together: choose no finer unit than the durations ask for.
    """

    duration: IntArray
    pred_pointer: IntArray
    pred: IntArray
    need: IntArray
    capacity: IntArray


@dataclass(frozen=True)
class Solution:
    """The best schedule found.

    Parameters
    ----------
    start
        Shape (A,).
    makespan, bound
        Latest finish, and a lower bound: the longest chain, or the work of a resource.
    schedules
        How many were decoded.
    """

    start: IntArray
    makespan: int
    bound: int
    schedules: int


class Sides(NamedTuple):
    """A project and its mirror: sparse needs, and predecessors of either direction."""

    duration: IntArray
    pred_pointer: IntArray
    pred: IntArray
    succ_pointer: IntArray
    succ: IntArray
    need_pointer: IntArray
    need_resource: IntArray
    need_units: IntArray
    capacity: IntArray
    weight: IntArray
    tail: IntArray


class State(NamedTuple):
    """What the search knows; it goes on from here when the kernel is called again.

    `start` and `span` hold both populations, each in its own direction; `best` the best schedule
    in the direction of time; `number` the numbers listed below.
    """

    start: IntArray
    span: IntArray
    best: IntArray
    free: IntArray
    key: IntArray
    is_placed: IntArray
    stack: IntArray
    load: IntArray
    number: IntArray
    random: NDArray[np.uint64]


BEST, FILLED, STALLED, SIDE, MEMBER, ELITE, TOP, USED, DIRTY = range(9)
"""Places in `State.number`: best makespan; members filled since the last restart; turns without
gain; side whose schedules are the parents; next member; best member of the other side before the
turn; best makespan of this population; schedules decoded; length of the timetable in use."""
UNKNOWN: Final = 1 << 40
"""Makespan of a schedule that is not there yet."""

# ---------------------------------------------------------------- kernel


@inner
def _draw(random: NDArray[np.uint64], below: int) -> int:
    """Return a random whole number below a bound (xorshift64*, the high bits)."""
    x = random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    random[0] = x
    high = (x * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(33)
    return int(np.int64(high) % below)


@inner
def _decode(sides: Sides, mirrored: bool, state: State, start: IntArray) -> int:
    """Place activities in the order of `state.key`, each as early as it goes; return the span."""
    # 1. Empty the timetable.
    free, is_placed, stack = state.free, state.is_placed, state.stack
    dirty = state.number[DIRTY]
    for r in range(len(sides.capacity)):
        for t in range(dirty):
            free[r, t] = sides.capacity[r]
    is_placed[:] = 0
    pointer, pred = sides.pred_pointer, sides.pred
    if mirrored:
        pointer, pred = sides.succ_pointer, sides.succ
    count = len(sides.duration)
    span = 0
    for i in range(count):
        # 2. Whatever must come before goes before.
        stack[0] = state.key[i] & 0xFFFF
        depth = 1
        while depth > 0:
            a = stack[depth - 1]
            if is_placed[a]:
                depth -= 1
                continue
            t = 0
            missing = -1
            for j in range(pointer[a], pointer[a + 1]):
                p = pred[j]
                if not is_placed[p]:
                    missing = p
                    break
                t = max(t, start[p] + sides.duration[p])
            if missing >= 0:
                stack[depth] = missing
                depth += 1
                continue
            # 3. The first instant from which all its resources are free long enough.
            d = sides.duration[a]
            first, last = sides.need_pointer[a], sides.need_pointer[a + 1]
            j = first
            fits = 0
            while fits < last - first:
                r, units = sides.need_resource[j], sides.need_units[j]
                s = t + d - 1
                while s >= t and free[r, s] >= units:
                    s -= 1
                if s >= t:
                    t, fits = s + 1, 0
                else:
                    fits += 1
                    j = j + 1 if j + 1 < last else first
            # 4. Take them.
            for j in range(first, last):
                r, units = sides.need_resource[j], sides.need_units[j]
                for s in range(t, t + d):
                    free[r, s] -= units
            start[a] = t
            is_placed[a] = 1
            span = max(span, t + d)
            depth -= 1
    state.number[DIRTY] = span
    state.number[USED] += 1
    return span


@inner
def _sample(sides: Sides, state: State) -> None:
    """Set the order of a new schedule: the longest tail first, more or less."""
    count = len(sides.duration)
    longest = max(1, sides.tail.max())
    blur = 1 + _draw(state.random, longest)
    for a in range(count):
        place = longest - sides.tail[a] + _draw(state.random, blur)
        state.key[a] = (place << 32) | (_draw(state.random, 0x10000) << 16) | a
    state.key.sort()


@inner
def _parent(state: State, side: int) -> int:
    """Return the shorter of two schedules chosen at random."""
    one = _draw(state.random, state.start.shape[1])
    two = _draw(state.random, state.start.shape[1])
    return one if state.span[side, one] <= state.span[side, two] else two


@inner
def _peak(sides: Sides, state: State, side: int, father: int) -> tuple[int, int]:
    """Return the stretch of a random length in which a schedule uses its resources most."""
    # 1. Use at each instant, then its running sum.
    span, load = state.span[side, father], state.load
    load[: span + 2] = 0
    for a in range(len(sides.duration)):
        begin = state.start[side, father, a]
        load[begin + 1] += sides.weight[a]
        load[begin + sides.duration[a] + 1] -= sides.weight[a]
    for _ in range(2):
        for t in range(1, span + 2):
            load[t] += load[t - 1]
    # 2. The stretch, between a quarter and three quarters of the schedule.
    length = span // 4 + _draw(state.random, span // 2 + 1)
    begin = 0
    most = np.int64(-1)
    for t in range(span - length + 1):
        used = load[t + length] - load[t]
        if used > most:
            most, begin = used, t
    return begin, begin + length


@inner
def _cross(sides: Sides, state: State, side: int, mother: int, father: int) -> None:
    """Set the order of a child, seen from the other side: the last to finish goes first."""
    begin, end = _peak(sides, state, side, father)
    count, key = len(sides.duration), state.key
    far = state.free.shape[1] + 1
    reach = 1 + int(state.span[side, mother] * REACH)
    for a in range(count):
        # 1. The father's peak stays together; the mother orders what goes before and after.
        d = sides.duration[a]
        place = state.start[side, father, a] + d
        if place - d < begin or place > end:
            place = state.start[side, mother, a] + d
            place += far if 2 * place > begin + end else -far
        # 2. Now and then one moves.
        if _draw(state.random, 1000) < MOVED:
            place += _draw(state.random, 2 * reach + 1) - reach
        # 3. Ties fall at random; the low bits say who it is.
        key[a] = ((4 * far - place) << 32) | (_draw(state.random, 0x10000) << 16) | a
    key.sort()


@inner
def _keep(sides: Sides, state: State, side: int, member: int, span: int) -> None:
    """Note a schedule that is better than all before."""
    if span >= state.number[BEST]:
        return
    state.number[BEST] = span
    for a in range(len(sides.duration)):
        begin = state.start[side, member, a]
        state.best[a] = span - begin - sides.duration[a] if side else begin


@kernel
def _search(sides: Sides, state: State, bound: int, schedules: int, child: IntArray) -> None:
    """Decode a number of schedules more, or fewer if the bound is reached."""
    count = state.number
    members = state.start.shape[1]
    last = count[USED] + schedules
    while count[USED] < last and count[BEST] > bound:
        # 1. A fresh population, one schedule at a time.
        if count[FILLED] < members:
            i = count[FILLED]
            _sample(sides, state)
            span = _decode(sides, False, state, state.start[0, i])
            state.span[0, i], state.span[1, i] = span, UNKNOWN
            _keep(sides, state, 0, i, span)
            count[TOP] = span if i == 0 else min(count[TOP], span)
            count[STALLED] = count[SIDE] = count[MEMBER] = 0
            count[FILLED] += 1
            continue
        # 2. A child of the next member, decoded towards the other side.
        side, i = count[SIDE], count[MEMBER]
        other = 1 - side
        if i == 0:
            count[ELITE] = np.argmin(state.span[other])
        _cross(sides, state, side, i, _parent(state, side))
        span = _decode(sides, other == 1, state, child)
        # 3. It takes the place of its like there, unless that was the best and it is worse.
        if span <= state.span[other, i] or i != count[ELITE]:
            state.span[other, i] = span
            state.start[other, i] = child
            _keep(sides, state, other, i, span)
        if span < count[TOP]:
            count[TOP], count[STALLED] = span, 0
        # 4. After the last member the sides change; after too many such turns all starts afresh.
        count[MEMBER] += 1
        if count[MEMBER] == members:
            count[MEMBER], count[SIDE] = 0, other
            count[STALLED] += 1
            if count[STALLED] > STALL:
                count[FILLED] = 0


# ---------------------------------------------------------------- outside


def solve(
    project: Project,
    *,
    seed: int,
    schedules: int | None = None,
    seconds: float | None = None,
) -> Solution:
    """Return the best schedule found within a number of schedules, or within seconds.

    Parameters
    ----------
    seed
        Of the search; the same seed and number of schedules give the same schedule.
    schedules, seconds
        The budget, exactly one of the two. A schedule that meets the bound ends the search.

    Raises
    ------
    EngineError
        If the predecessors form a circle, or an activity needs more than there is.
    ValueError
        If not exactly one budget is given.
    """
    if (schedules is None) == (seconds is None):
        raise ValueError("either a number of schedules or of seconds")
    if not len(project.duration):
        return Solution(project.duration, makespan=0, bound=0, schedules=0)
    begun = time.perf_counter()
    sides = _sides(project)
    state = _state(sides, seed)
    bound = _bound(project, sides)
    child = np.zeros(len(project.duration), dtype=np.int64)
    step = POPULATION
    while state.number[BEST] > bound and step > 0:
        if schedules is not None:
            step = schedules - int(state.number[USED])
        _search(sides, state, bound, step, child)
        if seconds is not None:
            used = time.perf_counter() - begun
            step = int(state.number[USED] * min(GLANCE, seconds - used) / used)
    if not state.number[USED]:
        raise ValueError("a budget of at least one schedule needed")
    return Solution(state.best.copy(), int(state.number[BEST]), bound, int(state.number[USED]))


def _sides(project: Project) -> Sides:
    count = len(project.duration)
    if count > 0xFFFF:
        raise ValueError(f"{count} activities; at most {0xFFFF} can be told apart")
    over = np.argwhere(project.need > project.capacity)
    if over.size:
        a, r = over[0].tolist()
        raise EngineError(f"activity {a} needs more of resource {r} than there is")
    owner = np.repeat(np.arange(count), np.diff(project.pred_pointer))
    by_pred = np.argsort(project.pred, kind="stable")
    succ_pointer = np.searchsorted(project.pred[by_pred], np.arange(count + 1))
    user, resource = np.nonzero(project.need)
    units = project.need[user, resource]
    weight = np.zeros(count, dtype=np.int64)
    np.add.at(weight, user, units * 1000 // project.capacity[resource])
    return Sides(
        duration=project.duration,
        pred_pointer=project.pred_pointer,
        pred=project.pred,
        succ_pointer=succ_pointer.astype(np.int64),
        succ=owner[by_pred].astype(np.int64),
        need_pointer=np.searchsorted(user, np.arange(count + 1)).astype(np.int64),
        need_resource=resource.astype(np.int64),
        need_units=units,
        capacity=project.capacity,
        weight=weight,
        tail=_tails(project),
    )


def _tails(project: Project) -> IntArray:
    """Return the longest chain from the start of each activity to the end (A).

    Raises
    ------
    EngineError
        If the predecessors form a circle.
    """
    count = len(project.duration)
    pointer, duration = project.pred_pointer.tolist(), project.duration.tolist()
    preds = [project.pred[i:j].tolist() for i, j in pairwise(pointer)]
    waiting = np.bincount(project.pred, minlength=count).tolist()
    tail = list(duration)
    last = [a for a in range(count) if not waiting[a]]
    done = 0
    while last:
        a = last.pop()
        done += 1
        for p in preds[a]:
            tail[p] = max(tail[p], duration[p] + tail[a])
            waiting[p] -= 1
            if not waiting[p]:
                last.append(p)
    if done < count:
        raise EngineError(f"the predecessors of {count - done} activities form a circle")
    return np.array(tail, dtype=np.int64)


def _bound(project: Project, sides: Sides) -> int:
    """Return a lower bound of the makespan: the longest chain, or the work of a resource."""
    work = project.duration @ project.need
    used = project.capacity > 0
    by_work = -(-work[used] // project.capacity[used])
    return int(max([0, *sides.tail.tolist(), *by_work.tolist()]))


def _state(sides: Sides, seed: int) -> State:
    count, horizon = len(sides.duration), int(sides.duration.sum()) + 2
    random = np.random.SeedSequence(seed).generate_state(1, np.uint64) | np.uint64(1)
    counts = np.zeros(9, dtype=np.int64)
    counts[BEST] = counts[TOP] = UNKNOWN
    counts[DIRTY] = horizon
    return State(
        start=np.zeros((2, POPULATION, count), dtype=np.int64),
        span=np.zeros((2, POPULATION), dtype=np.int64),
        best=np.zeros(count, dtype=np.int64),
        free=np.zeros((len(sides.capacity), horizon), dtype=np.int64),
        key=np.zeros(count, dtype=np.int64),
        is_placed=np.zeros(count, dtype=np.int64),
        stack=np.zeros(count + 1, dtype=np.int64),
        load=np.zeros(horizon + 2, dtype=np.int64),
        number=counts,
        random=random,
    )

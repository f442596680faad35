"""Sequencing: an improved order of work under the crews, given as arcs or as an order of service.

A serial schedule at likely durations, in rank order, is improved by moving everything as late as
its hall's own finish allows and then as early as it goes (forward-backward improvement), pass
after pass: no hall ever finishes later for it. With iterations, the best schedule so far is shaken
(whole halls, and activities by themselves), built and improved again, and kept where the blocks
are ready earlier, weighted by their megawatts.

Real networks get this and not the population search of `planner.network.rcpsp`: what decodes
them knows calendars, lags, all four kinds of relation and crews that leave before a finish, is
Python, and takes about a second an iteration for 3,000 activities: a few dozen are what fits.

The result enters a network in one of two forms. **Arcs** say who hands which crews to whom; they
keep a schedule to the letter, and pass the delay of one hall on to all that its crews were to
visit next. **An order of service** only says who goes first where several wait. Which of them
serves a plan better is for a simulation to say.

Crews that were never used are taken first, then those of predecessors, then those that came free
the longest ago, so that arcs are few and bind as late as they can. Arcs run from the end of work
to a start, and only work that takes time gives crews away, so they cannot close a circle.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.domain.activity import Kind
from planner.domain.result import NEVER
from planner.errors import EngineError
from planner.network.calendars import DAY_MIN
from planner.network.cpm import Net, as_lists, likely_pass, work_clocks
from planner.network.draft import ARC, NONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.network.arrays import IntArray, Network
    from planner.network.calendars import WorkClock
    from planner.network.cpm import Pass

PASSES: Final = 3
"""Forward-backward passes; most of the gain comes with the first."""
HALL_SHAKE: Final = 30 * DAY_MIN
"""Standard deviation by which an iteration moves a hall in the order of work [min]."""
OWN_SHAKE: Final = 5 * DAY_MIN
"""Standard deviation by which it moves an activity on top of that [min]."""

Edge = tuple[int, int, int]
"""The other activity, kind and lag."""
Chunk = tuple[int, int, int]
"""Minute from which units are free, who gave them away (-1: nobody yet), and how many."""


class Profile:
    """Use of a resource over time: a level from each break to the next."""

    __slots__ = ("capacity", "level", "time")

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.time = [0]
        self.level = [0]

    def add(self, start: int, end: int, units: int) -> None:
        """Use (or give back, where negative) units from start to end."""
        if end <= start:
            return
        first, last = self._break(start), self._break(end)
        for i in range(first, last):
            self.level[i] += units
        self._merge(last)
        self._merge(first)

    def _merge(self, i: int) -> None:
        """Drop a break at which nothing changes."""
        if i and self.level[i] == self.level[i - 1]:
            del self.time[i], self.level[i]

    def _break(self, minute: int) -> int:
        i = bisect_left(self.time, minute)
        if i == len(self.time) or self.time[i] != minute:
            self.time.insert(i, minute)
            self.level.insert(i, self.level[i - 1])
        return i

    def free_from(self, start: int, end: int, units: int) -> int:
        """Return `start` if units are free until `end`, else the next time at which they might."""
        most = self.capacity - units
        i = bisect_right(self.time, start) - 1
        while i < len(self.time) and self.time[i] < end:
            if self.level[i] > most:
                while self.level[i] > most:
                    i += 1
                return self.time[i]
            i += 1
        return start

    def free_until(self, start: int, end: int, units: int) -> int:
        """Return `end` if units are free from `start`, else the latest time by which to be gone."""
        most = self.capacity - units
        first = bisect_right(self.time, start) - 1
        for i in range(bisect_left(self.time, end) - 1, first - 1, -1):
            if self.level[i] > most:
                return self.time[i]
        return end


@dataclass
class Schedule:
    """A schedule under crews; lists over activities.

    Parameters
    ----------
    into_start, into_finish
        Relations that hold a start, and a finish.
    floor
        Minute at which gates and equipment are there.
    needs
        Resource and units of each activity.
    """

    net: Net
    into_start: list[list[Edge]]
    into_finish: list[list[Edge]]
    floor: list[int]
    needs: list[list[tuple[int, int]]]
    profile: list[Profile]
    start: list[int]
    end: list[int]
    finish: list[int]
    order: list[int]

    def place(self, a: int, start: int) -> None:
        """Give an activity its start and its crews."""
        self.start[a] = start
        self.end[a] = NEVER if start >= NEVER else self.net.clock[a].finish(start, self.net.work[a])
        self._use(a, 1)

    def lift(self, a: int) -> None:
        """Take an activity's crews back."""
        self._use(a, -1)

    def _use(self, a: int, sign: int) -> None:
        if self.end[a] < NEVER:
            for r, units in self.needs[a]:
                self.profile[r].add(self.start[a], self.end[a], sign * units)

    def earliest(self, a: int) -> int:
        """Return the first start that predecessors and crews allow."""
        start = self.floor[a]
        for pred, kind, lag in self.into_start[a]:
            since = self.end[pred] if kind == ARC else self._since(pred, kind)
            start = max(start, since + lag)
        clock, work = self.net.clock[a], self.net.work[a]
        while self.needs[a] and start < self.net.limit:
            end = clock.finish(start, work)
            later = max(self.profile[r].free_from(start, end, n) for r, n in self.needs[a])
            if later == start:
                return start
            start = later
        return start if start <= self.net.limit else NEVER

    def _since(self, pred: int, kind: int) -> int:
        return self.finish[pred] if kind in (Kind.FS, Kind.FF) else self.start[pred]

    def close(self, a: int) -> None:
        """Set the finish of an activity: the end of its work, or what holds it longer."""
        held = [self._since(pred, kind) + lag for pred, kind, lag in self.into_finish[a]]
        finish = max([self.end[a], *held])
        self.finish[a] = finish if finish <= self.net.limit else NEVER

    def latest(self, a: int, late_start: int, late_finish: int) -> int:
        """Return the last start that successors and crews allow, at least the present one."""
        clock, work = self.net.clock[a], self.net.work[a]
        start = min(late_start, clock.latest_start(late_finish, work))
        while start > self.start[a] and self.needs[a]:
            end = clock.finish(start, work)
            gone = min(self.profile[r].free_until(start, end, n) for r, n in self.needs[a])
            if gone == end:
                return start
            start = clock.latest_start(gone, work)
        return max(start, self.start[a])


def sequence(
    network: Network,
    *,
    passes: int = PASSES,
    iterations: int = 0,
    seed: int = 0,
    clocks: Sequence[WorkClock] | None = None,
) -> tuple[tuple[int, int], ...]:
    """Return resource-flow arcs of an improved sequence: pairs of activities (giver, taker).

    Parameters
    ----------
    passes
        Forward-backward passes.
    iterations
        Schedules built anew from the best one, shaken; the same number and seed give the same
        arcs.
    seed
        Of the shaking.
    clocks
        Work clock of each calendar row, to spare building them again.
    """
    schedule = levelled(network, passes=passes, iterations=iterations, seed=seed, clocks=clocks)
    return flow_arcs(schedule, network.capacity.tolist())


def order_of_service(
    network: Network,
    *,
    passes: int = PASSES,
    iterations: int = 0,
    seed: int = 0,
    clocks: Sequence[WorkClock] | None = None,
) -> IntArray:
    """Return a rank (A) for `Network.rank`: who finishes first in an improved sequence goes first.

    Parameters as for `sequence`. Site works stay ahead of the halls, as they do in a network.
    """
    schedule = levelled(network, passes=passes, iterations=iterations, seed=seed, clocks=clocks)
    is_hall = (network.activity_hall >= 0).astype(np.int64)
    return _places((network.rank, np.array(schedule.finish, dtype=np.int64), is_hall))


def _places(keys: tuple[IntArray, ...]) -> IntArray:
    """Return the place of each row when sorted by keys, the last key first."""
    order = np.lexsort(keys)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return place


def named_arcs(network: Network, arcs: Sequence[tuple[int, int]]) -> tuple[tuple[str, str], ...]:
    """Return arcs by the names of their activities, as `Plan.arcs` holds them."""
    return tuple((network.activity[giver], network.activity[taker]) for giver, taker in arcs)


def levelled(
    network: Network,
    *,
    passes: int = PASSES,
    iterations: int = 0,
    seed: int = 0,
    clocks: Sequence[WorkClock] | None = None,
) -> Schedule:
    """Return a schedule under crews, improved by passes and iterations; see `sequence`."""
    net = as_lists(network, clocks or work_clocks(network))
    early = likely_pass(network)
    best = _built(network, net, early, network.rank, passes)
    lowest = mean_ready(network, best)
    random = np.random.default_rng(seed)
    for _ in range(iterations):
        trial = _built(network, net, early, _shaken(network, best, random), passes)
        ready = mean_ready(network, trial)
        if ready < lowest:
            best, lowest = trial, ready
    return best


def mean_ready(network: Network, schedule: Schedule) -> tuple[float, int]:
    """Return the mean minute at which blocks are ready, by megawatts, then the last finish."""
    finish = np.array(schedule.finish, dtype=np.int64)
    last = int(finish.max(initial=0))
    if not len(network.block):
        return 0.0, last
    pointer, column = network.block_ready.pointer.tolist(), network.block_ready.column
    ready = [finish[column[i:j]].max(initial=0) for i, j in pairwise(pointer)]
    return float(np.average(ready, weights=network.block_mw)), last


def _built(
    network: Network, net: Net, early: Pass, rank: IntArray, passes: int
) -> Schedule:  # fmt: skip
    """Return the serial schedule of a rank, improved."""
    schedule = _empty(network, net, early.dates.order.tolist())
    schedule.floor = early.floor.tolist()
    _serial(schedule, rank.tolist())
    halls = network.activity_hall.tolist()
    for _ in range(passes):
        _later(schedule, _hall_ends(schedule, halls))
        _earlier(schedule)
    return schedule


def _shaken(network: Network, schedule: Schedule, random: np.random.Generator) -> IntArray:
    """Return the order of starts of a schedule as a rank (A), halls and activities moved."""
    by_hall = random.normal(0, HALL_SHAKE, len(network.hall) + 1)  # the last for the site works
    own = random.normal(0, OWN_SHAKE, len(schedule.start))
    start = np.array(schedule.start) + np.rint(by_hall[network.activity_hall] + own)
    return _places((network.rank, start.astype(np.int64)))


def _empty(network: Network, net: Net, order: list[int]) -> Schedule:
    count = len(net.work)
    into_start: list[list[Edge]] = [[] for _ in range(count)]
    into_finish: list[list[Edge]] = [[] for _ in range(count)]
    for side in (net.from_start, net.from_finish):
        for pred, edges in enumerate(side):
            for succ, kind, lag, _ in edges:
                into = into_finish if kind in (Kind.FF, Kind.SF) else into_start
                into[succ].append((pred, kind, lag))
    pointer = network.need.pointer.tolist()
    pairs = list(zip(network.need.column.tolist(), network.need.units.tolist(), strict=True))
    needs = [pairs[pointer[a] : pointer[a + 1]] if net.work[a] else [] for a in range(count)]
    return Schedule(
        net, into_start, into_finish, [0] * count, needs,
        [Profile(n) for n in network.capacity.tolist()],
        [NEVER] * count, [NEVER] * count, [NEVER] * count, order,
    )  # fmt: skip


def _serial(schedule: Schedule, rank: list[int]) -> None:
    """Place activities one by one, the lowest rank first of those whose predecessors are known."""
    net = schedule.net
    start_open = [len(edges) for edges in schedule.into_start]
    finish_open = [len(edges) + 1 for edges in schedule.into_finish]
    ready = [(rank[a], a) for a, n in enumerate(start_open) if not n]
    heapq.heapify(ready)

    def settle(a: int) -> None:
        finish_open[a] -= 1
        if not finish_open[a]:
            schedule.close(a)
            tell(net.from_finish[a])

    def tell(edges: list[tuple[int, int, int, int]]) -> None:
        for succ, kind, _, _ in edges:
            if kind in (Kind.FF, Kind.SF):
                settle(succ)
                continue
            start_open[succ] -= 1
            if not start_open[succ]:
                heapq.heappush(ready, (rank[succ], succ))

    while ready:
        _, a = heapq.heappop(ready)
        schedule.place(a, schedule.earliest(a))
        tell(net.from_start[a])
        settle(a)


def _hall_ends(schedule: Schedule, halls: list[int]) -> list[int]:
    """Return the minute by which each activity must stay finished: its hall's last finish."""
    last: dict[int, int] = {}
    for a, hall in enumerate(halls):
        if schedule.finish[a] < NEVER:
            last[hall] = max(last.get(hall, 0), schedule.finish[a])
    # Site works have no hall: they keep to where they are, for halls hang on them.
    return [last.get(h, 0) if h >= 0 else schedule.finish[a] for a, h in enumerate(halls)]


def _nodes(schedule: Schedule) -> list[int]:
    """Return nodes (2a start, 2a + 1 finish) in order of time, predecessors first among equals."""
    place = {node: i for i, node in enumerate(schedule.order)}
    when = {
        node: (schedule.finish if node & 1 else schedule.start)[node >> 1]
        for node in schedule.order
    }
    return sorted(schedule.order, key=lambda node: (when[node], place[node]))


def _later(schedule: Schedule, ends: list[int]) -> None:
    """Move everything as late as its successors, its hall's finish and the crews allow."""
    net = schedule.net
    late_finish = list(ends)
    for node in reversed(_nodes(schedule)):
        a = node >> 1
        if schedule.finish[a] >= NEVER:
            continue
        if node & 1:
            for succ, kind, lag, _ in net.from_finish[a]:
                if schedule.finish[succ] < NEVER:
                    bound = schedule.start[succ] if kind == Kind.FS else late_finish[succ]
                    late_finish[a] = min(late_finish[a], bound - lag)
            continue
        late = NEVER
        for succ, kind, lag, _ in net.from_start[a]:
            if schedule.finish[succ] < NEVER:
                bound = late_finish[succ] if kind == Kind.SF else schedule.start[succ]
                if kind == ARC:
                    bound = net.clock[a].latest_start(bound, net.work[a])
                late = min(late, bound - lag)
        schedule.lift(a)
        schedule.place(a, schedule.latest(a, late, late_finish[a]))
    for node in schedule.order:
        if node & 1:
            schedule.close(node >> 1)


def _earlier(schedule: Schedule) -> None:
    """Move everything as early as its predecessors and the crews allow, in order of time."""
    for node in _nodes(schedule):
        a = node >> 1
        if node & 1:
            schedule.close(a)
        else:
            schedule.lift(a)
            schedule.place(a, schedule.earliest(a))


def flow_arcs(schedule: Schedule, capacity: list[int]) -> tuple[tuple[int, int], ...]:
    """Return who hands crews to whom, from the order in which they are taken and come free.

    Crews of whom the taker waits for anyway are taken first: they need no arc of their own.
    """
    free: list[list[Chunk]] = [[(0, NONE, n)] for n in capacity]
    arcs: list[tuple[int, int]] = []
    takers = [a for a, end in enumerate(schedule.end) if end < NEVER and schedule.needs[a]]
    for a in sorted(takers, key=lambda a: (schedule.start[a], schedule.end[a], a)):
        known = {pred for pred, kind, _ in schedule.into_start[a] if kind in (Kind.FS, ARC)}
        known.add(NONE)
        for r, units in schedule.needs[a]:
            givers, free[r] = _taken(free[r], schedule.start[a], units, known)
            free[r].append((schedule.end[a], a, units))
            arcs += [(giver, a) for giver in givers - known]
            known |= givers
    return tuple(sorted(arcs))


def _taken(
    free: list[Chunk], start: int, units: int, known: set[int]
) -> tuple[set[int], list[Chunk]]:
    """Take units that are free at a minute; return their givers, and what is left."""
    left, givers, rest = units, set(), []
    for since, giver, there in sorted(free, key=lambda c: (c[1] not in known, c)):
        used = min(left, there) if since <= start else 0
        left -= used
        if used:
            givers.add(giver)
        if there > used:
            rest.append((since, giver, there - used))
    if left:
        raise EngineError(f"the schedule takes {left} crews that are not free at minute {start}")
    return givers, rest

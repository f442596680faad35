"""The reference engine: the semantics of the timeline as SimPy processes, one an activity.

This is the definition. `docs/semantics.md` says each rule with an example, and `fast` must give the
same minutes. At each instant, in this order:

1. storms end, and damaged halls are blocked until they are repaired;
2. everything that happens by itself happens, until nothing more does: work ends, crews come free,
   lags run out, gates open, equipment arrives, and activities that need neither crew nor equipment
   start;
3. then the dispatcher serves the waiting once, in rank order, each all at once or not at all. What
   its starts set off at the same instant goes through 2 and 3 again.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import simpy
from simpy.events import EventPriority

from planner.domain.result import NEVER
from planner.errors import EngineError
from planner.simulate.calendars import DAY_MIN, WorkTime, work_time
from planner.simulate.logic import SOURCE, TARGET, Moment, check_network, csr_rows, listed
from planner.simulate.times import Times, empty_times

if TYPE_CHECKING:
    from planner.network.arrays import BoolArray, Network
    from planner.simulate.sampling import Draws

Steps = Generator[simpy.Event, None, None]

# SimPy runs events of an instant by priority; its own are 0 (urgent) and 1 (normal).
STORM_FIRST: Final = EventPriority(-1)
DISPATCH_LAST: Final = EventPriority(2)


def simulate(network: Network, draws: Draws) -> Times:
    """Return when everything happens in each sample of a block.

    Raises
    ------
    EngineError
        If the network could not end, or an activity was left waiting for no reason.
    """
    check_network(network)
    plan = _Rules.of(network)
    times = empty_times(draws.samples, len(network.activity))
    for s in range(draws.samples):
        future = _Future(plan, draws, s)
        future.run()
        times.start_min[s] = future.when[Moment.START]
        times.work_end_min[s] = future.when[Moment.WORK_END]
        times.finish_min[s] = future.when[Moment.FINISH]
        times.storm_cost_musd[s] = future.storm_cost_musd
    return times


@dataclass(frozen=True)
class _Condition:
    """A moment of an activity may come once `minutes` have passed since one of another."""

    activity: int
    moment: Moment
    minutes: int


@dataclass(frozen=True)
class _Rules:
    """What does not change from sample to sample, as lists by activity."""

    network: Network
    conditions: dict[Moment, list[list[_Condition]]]
    needs: list[list[tuple[int, int]]]
    units: list[list[tuple[int, int]]]
    gates: list[list[int]]
    hall: list[int]

    @classmethod
    def of(cls, network: Network) -> _Rules:
        count = len(network.activity)
        conditions: dict[Moment, list[list[_Condition]]] = {
            moment: [[] for _ in range(count)] for moment in (Moment.START, Moment.FINISH)
        }
        for pred, succ, kind, lag in network.relations():
            conditions[TARGET[kind]][succ].append(_Condition(pred, SOURCE[kind], lag))
        hall = [-1] * count
        for h, (first, last) in enumerate(
            zip(network.hall_first.tolist(), network.hall_last.tolist(), strict=True)
        ):
            hall[first:last] = [h] * (last - first)
        return cls(
            network,
            conditions,
            needs=csr_rows(network.need),
            units=csr_rows(network.wait),
            gates=[[gate for gate, _ in row] for row in csr_rows(network.gate)],
            hall=hall,
        )


class _Round(simpy.Event):
    """The dispatcher's turn at an instant, after all that happens by itself."""

    def __init__(self, env: simpy.Environment) -> None:
        super().__init__(env)
        self._ok = True
        self._value = None
        env.schedule(self, priority=DISPATCH_LAST)


class _StormEnd(simpy.Event):
    """The end of a storm, before anything else at its instant."""

    def __init__(self, env: simpy.Environment, minute: int) -> None:
        super().__init__(env)
        self._ok = True
        self._value = None
        env.schedule(self, priority=STORM_FIRST, delay=minute - env.now)


@dataclass
class _Hall:
    """What storms did to a hall: when nothing goes on in it."""

    blocked_until: int = 0
    stops: list[tuple[int, int]] = field(default_factory=list)


class _Future:
    """One sample."""

    def __init__(self, rules: _Rules, draws: Draws, sample: int) -> None:
        self.rules = rules
        self.network = rules.network
        self.draws = draws
        self.sample = sample
        self.work = draws.work_min[sample].tolist()
        self.env = simpy.Environment(initial_time=0)
        count = len(self.network.activity)
        self.when = {moment: [NEVER] * count for moment in Moment}
        self.event = {moment: [self.env.event() for _ in range(count)] for moment in Moment}
        self.free = self.network.capacity.tolist()
        self.stock = [0] * len(self.network.pool)
        self.waiting: dict[int, simpy.Event] = {}
        self.is_called = False
        self.halls = [_Hall() for _ in self.network.hall]
        self.storm_cost_musd = 0.0
        self.work_times: dict[tuple[int, int, bool], WorkTime] = {}
        self.is_off = _off_days(self.network, draws, sample)

    def run(self) -> None:
        """Let everything happen until the tables end."""
        for a in range(len(self.network.activity)):
            self.env.process(self._activity(a))
        for unit, minute in enumerate(self.draws.unit_min[self.sample].tolist()):
            self.env.process(self._arrive(int(self.network.unit_pool[unit]), minute))
        storms = self.draws.storms
        for k in range(storms.pointer[self.sample], storms.pointer[self.sample + 1]):
            _StormEnd(self.env, int(storms.end_min[k])).callbacks.append(
                partial(self._storm_ends, k)
            )
        self.env.run(until=self.network.days * DAY_MIN + 1)
        self._check_all_finished()

    def _activity(self, a: int) -> Steps:
        """Live the life of an activity."""
        opens = max(
            (int(self.draws.gate_min[self.sample, g]) for g in self.rules.gates[a]), default=0
        )
        yield from self._conditions(a, Moment.START, opens)
        if self.rules.needs[a] or self.rules.units[a]:
            self.waiting[a] = self.env.event()
            self._call_dispatcher()
            yield self.waiting[a]
        else:
            while self._is_blocked(a):
                yield self._at(self.halls[self.rules.hall[a]].blocked_until)
        self._happens(a, Moment.START)
        # A hall may be blocked while work is going on: look again when it should have ended.
        while (end := self._work_end(a)) > self.env.now:
            yield self._at(end)
        self._give_back(a)
        self._happens(a, Moment.WORK_END)
        yield from self._conditions(a, Moment.FINISH, 0)
        self._happens(a, Moment.FINISH)

    def _conditions(self, a: int, moment: Moment, minute: int) -> Steps:
        """Wait for all predecessors, then for the latest of their dates with lags, and `minute`."""
        for condition in self.rules.conditions[moment][a]:
            yield self.event[condition.moment][condition.activity]
            since = self.when[condition.moment][condition.activity]
            minute = max(minute, since + condition.minutes)
        if minute > self.env.now:
            yield self._at(minute)

    def _at(self, minute: int) -> simpy.Event:
        return self.env.timeout(minute - self.env.now)

    def _happens(self, a: int, moment: Moment) -> None:
        self.when[moment][a] = int(self.env.now)
        self.event[moment][a].succeed()

    def _work_end(self, a: int) -> int:
        """Return when an activity's work ends, as far as its hall's stops are known."""
        minute, work = self.when[Moment.START][a], self.work[a]
        if work == 0:
            return minute
        clock = self._clock(
            int(self.network.calendar[a]),
            int(self.network.activity_site[a]),
            bool(self.network.is_outdoor[a]),
        )
        hall = self.rules.hall[a]
        for begin, until in self.halls[hall].stops if hall >= 0 else ():
            end = clock.finish(minute, work)
            if end <= begin:
                return end
            if until > self.network.days * DAY_MIN:
                return NEVER
            if until > minute:
                work -= clock.worked(max(begin, minute)) - clock.worked(minute)
                minute = until
        return clock.finish(minute, work)

    # --- crews and equipment

    def _call_dispatcher(self) -> None:
        if not self.is_called:
            self.is_called = True
            _Round(self.env).callbacks.append(self._dispatch)

    def _dispatch(self, _: simpy.Event) -> None:
        """Serve the waiting once, in rank order; whoever does not fit waits on."""
        self.is_called = False
        for a in sorted(self.waiting, key=lambda a: int(self.network.rank[a])):
            if not self._is_blocked(a) and self._fits(a):
                self._take(a)
                self.waiting.pop(a).succeed()

    def _fits(self, a: int) -> bool:
        return all(self.free[r] >= n for r, n in self.rules.needs[a]) and all(
            self.stock[q] >= n for q, n in self.rules.units[a]
        )

    def _take(self, a: int) -> None:
        for r, n in self.rules.needs[a]:
            self.free[r] -= n
        for q, n in self.rules.units[a]:
            self.stock[q] -= n

    def _give_back(self, a: int) -> None:
        for r, n in self.rules.needs[a]:
            self.free[r] += n
        if self.rules.needs[a]:
            self._call_dispatcher()

    def _arrive(self, pool: int, minute: int) -> Steps:
        yield self._at(minute)
        self.stock[pool] += 1
        self._call_dispatcher()

    # --- weather

    def _clock(self, calendar: int, site: int, is_outdoor: bool) -> WorkTime:
        key = (calendar, site, is_outdoor)
        if key not in self.work_times:
            self.work_times[key] = work_time(self.network, calendar, self.is_off[is_outdoor][site])
        return self.work_times[key]

    def _is_blocked(self, a: int) -> bool:
        hall = self.rules.hall[a]
        return hall >= 0 and self.halls[hall].blocked_until > self.env.now

    def _storm_ends(self, k: int, _: simpy.Event) -> None:
        """Block the halls that the storm damaged until they are repaired."""
        for h in range(len(self.halls)):
            stands = self._envelope(h, int(self.draws.storms.begin_min[k]))
            if stands is not None and self.draws.repairs.is_hit[k, h, stands]:
                self.storm_cost_musd += float(self.draws.repairs.cost_musd[k, h, stands])
                self._block(h, int(self.draws.repairs.work_min[k, h, stands]))

    def _envelope(self, h: int, minute: int) -> int | None:
        """Return whether a hall's envelope was closed (1) at a minute, None if nothing stands."""
        network = self.network
        begun = self.when[Moment.START][network.hall_first[h] : network.hall_last[h]]
        if not any(start < self.env.now for start in begun):
            return None
        closes = int(network.hall_closes[h])
        return int(closes < 0 or self.when[Moment.FINISH][closes] <= minute)

    def _block(self, h: int, work_min: int) -> None:
        """Repair a hall after what is being repaired already; nothing else goes on meanwhile."""
        hall, now = self.halls[h], int(self.env.now)
        clock = self._clock(
            int(self.network.hall_repair_calendar[h]), int(self.network.hall_site[h]), False
        )
        begin = max(now, hall.blocked_until)
        if work_min == 0 or begin > self.network.days * DAY_MIN:
            return
        hall.blocked_until = clock.finish(begin, work_min)
        hall.stops.append((now, hall.blocked_until))
        self.env.process(self._unblock(hall.blocked_until))

    def _unblock(self, minute: int) -> Steps:
        yield self._at(minute)
        self._call_dispatcher()

    def _check_all_finished(self) -> None:
        """Refuse a silent end: whoever waits must wait for something beyond the tables."""
        late = [a for a, minute in enumerate(self.when[Moment.FINISH]) if minute == NEVER]
        if late and self.env.peek() == float("inf"):
            names = listed([self.network.activity[a] for a in late])
            raise EngineError(f"sample {self.draws.first + self.sample}: never finished: {names}")


def _off_days(network: Network, draws: Draws, sample: int) -> dict[bool, BoolArray]:
    """Return the days without work of each site, indoors (False) and outdoors: shape (N, D)."""
    storms = draws.storms
    indoors = np.zeros((len(network.site), network.days), dtype=np.bool_)
    for k in range(storms.pointer[sample], storms.pointer[sample + 1]):
        begin, end = storms.begin_min[k] // DAY_MIN, storms.end_min[k] // DAY_MIN
        indoors[storms.site[k], begin:end] = True
    return {False: indoors, True: indoors | draws.is_lost[sample]}

"""From a simulated network to a schedule: the deterministic dates, with percentiles beside them."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.domain.activity import Kind
from planner.domain.result import NEVER, quantile_min
from planner.exchange.schedule import Calendar, Link, LinkKind, Schedule, Spans, Task
from planner.network.calendars import DAY_MIN, work_clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.domain.baseline import Baseline
    from planner.domain.result import IntArray, Outcome
    from planner.network import Network

KINDS: Final[Mapping[int, LinkKind]] = {
    int(Kind.FS): "FS", int(Kind.SS): "SS", int(Kind.FF): "FF", int(Kind.SF): "SF",
}  # fmt: skip
"""Resource-flow arcs (kind 4) go out as finish-to-start."""
SITE_WORKS: Final = "Site works"
ACTUAL: Final = "actual/"
"""Begins the gate of an activity that is reported as finished."""


def schedule_of(
    network: Network, outcome: Outcome, *, title: str, data_date: dt.date,
    baseline: Baseline | None = None, planned: Network | None = None,
) -> Schedule:  # fmt: skip
    """Return the schedule of a simulated plan, activities that end within the tables only.

    Dates are those of the deterministic pass; the finish at P50 and P80 stands beside them. What
    had begun by the data date is in progress or done.

    Parameters
    ----------
    baseline
        Dates to hold it against, each from the first to the last working minute of its days; the
        deterministic plan itself where none is given.
    planned
        The network with nothing reported, where something is: in `network` what is finished has
        lost its calendar and what led to it.
    """
    at = dt.datetime.combine(data_date, dt.time())
    index = {name: a for a, name in enumerate(outcome.activity)}
    kept = [
        a for a, name in enumerate(network.activity)
        if name in index and _ends(outcome, index[name])
    ]  # fmt: skip
    logic = planned or network
    makes = _Tasks(network, outcome, index, at, baseline, logic)
    tasks = tuple(_outline(network, kept, makes))
    names = frozenset(network.activity[a] for a in kept)
    return Schedule(
        title=title,
        data_date=at,
        calendars=tuple(_calendars(logic, names, tasks)),
        tasks=tasks,
        links=tuple(_links(logic, names)),
    )


def _ends(outcome: Outcome, a: int) -> bool:
    return bool(outcome.deterministic_finish_min[a] < NEVER)


class _Tasks:
    """Makes the task of an activity: dates of the outcome, calendars of the network as planned."""

    def __init__(
        self, network: Network, outcome: Outcome, index: Mapping[str, int], at: dt.datetime,
        baseline: Baseline | None, planned: Network,
    ) -> None:  # fmt: skip
        self.baseline = baseline
        self.network, self.outcome, self.index, self.at = network, outcome, index, at
        self.planned = planned
        self.place = {name: a for a, name in enumerate(planned.activity)}
        self.finished = frozenset(
            gate.removeprefix(ACTUAL) for gate in network.gate_name if gate.startswith(ACTUAL)
        )
        self.p50 = quantile_min(outcome.finish_min, 0.5)
        self.p80 = quantile_min(outcome.finish_min, 0.8)
        self.spans = spans = _day_spans(planned)
        used = np.unique(planned.calendar).tolist()
        self.clock = {row: work_clock(planned.day_type[row], spans) for row in used}

    def moment(self, minute: int) -> dt.datetime:
        """Return the time of a minute."""
        return dt.datetime.combine(self.network.epoch, dt.time()) + dt.timedelta(minutes=minute)

    def quantile(self, minutes: IntArray, a: int) -> dt.datetime | None:
        """Return a percentile of a finish, or None where it lies beyond the tables."""
        return self.moment(int(minutes[a])) if minutes[a] < NEVER else None

    def of(self, a: int, level: int) -> Task:
        """Return the task of an activity of the network."""
        name = self.network.activity[a]
        o, p = self.index[name], self.place[name]
        row = int(self.planned.calendar[p])
        is_point = not self.planned.work.c[p]
        start, finish = self.dates(name, o, row, is_point=is_point)
        work = self.worked(row, start, finish)
        span = (self.moment(start), self.moment(finish))
        held: tuple[int, int] | None = (start, finish)
        if self.baseline is not None:
            held = self.held(self.baseline, name, row, is_point=is_point)
        return Task(
            code=name,
            name=self.network.title[a] or name.rpartition("/")[2],
            level=level,
            start=span[0],
            finish=span[1],
            work_min=work,
            calendar=self.planned.calendar_name[row],
            is_milestone=work == 0,
            percent=self.percent(row, start, finish, work),
            not_before=span[0] if self.is_held(a) else None,
            baseline=(self.moment(held[0]), self.moment(held[1])) if held else None,
            baseline_min=self.worked(row, *held) if held else 0,
            p50=self.quantile(self.p50, o),
            p80=self.quantile(self.p80, o),
        )

    def dates(self, name: str, o: int, row: int, *, is_point: bool) -> tuple[int, int]:
        """Return first and last minute; of what is reported as finished, of its shifts then."""
        start = int(self.outcome.deterministic_start_min[o])
        finish = int(self.outcome.deterministic_finish_min[o])
        if name not in self.finished:
            return start, finish
        if is_point:
            return finish, finish
        begin, end = (day // DAY_MIN * DAY_MIN for day in (start, finish))
        return (
            begin + self.shift(row, self.moment(begin))[0],
            end + self.shift(row, self.moment(end))[1],
        )

    def held(
        self, baseline: Baseline, name: str, row: int, *, is_point: bool
    ) -> tuple[int, int] | None:
        """Return the dates of a baseline, which are days, as minutes on a calendar."""
        if name not in baseline.start or name not in baseline.finish:
            return None
        first, last = (
            (day - self.network.epoch).days * DAY_MIN
            for day in (baseline.start[name], baseline.finish[name])
        )
        begin = first + self.shift(row, self.moment(first))[0]
        end = last + self.shift(row, self.moment(last))[1]
        return (end if is_point else begin), end

    def shift(self, row: int, day: dt.datetime) -> tuple[int, int]:
        """Return the first and last working minute of a day; a day off is taken whole."""
        number = (day.date() - self.planned.epoch).days
        inside = 0 <= number < self.planned.days
        spans = self.spans[int(self.planned.day_type[row][number])] if inside else ()
        return (spans[0][0], spans[-1][1]) if spans else (0, DAY_MIN)

    def worked(self, row: int, start: int, finish: int) -> int:
        """Return the working minutes of a calendar between two instants."""
        clock = self.clock[row]
        shift = (self.network.epoch - self.planned.epoch).days * DAY_MIN
        return max(0, clock.worked(finish + shift) - clock.worked(start + shift))

    def percent(self, row: int, start: int, finish: int, work: int) -> int:
        """Return the per cent of the work that lies before the data date."""
        epoch = dt.datetime.combine(self.network.epoch, dt.time())
        now = int((self.at - epoch).total_seconds() // 60)
        if start >= now:  # a milestone on the data date itself has not happened by it
            return 0
        if finish <= now:
            return 100
        if work == 0:
            return 0
        return min(99, 100 * self.worked(row, start, now) // work)

    def is_held(self, a: int) -> bool:
        """Return whether a gate or equipment holds the start of an activity."""
        gate, wait = self.network.gate, self.network.wait
        return bool(gate.pointer[a + 1] > gate.pointer[a] or wait.pointer[a + 1] > wait.pointer[a])


def _day_spans(network: Network) -> list[Spans]:
    """Return the working intervals of each day type."""
    return [
        tuple(
            zip(network.type_start_min[i:j].tolist(), network.type_end_min[i:j].tolist(),
                strict=True)
        )
        for i, j in pairwise(network.type_pointer)
    ]  # fmt: skip


def _outline(network: Network, kept: list[int], makes: _Tasks) -> Iterator[Task]:
    """Yield summaries and tasks: site, then site works and hall groups, halls, activities."""
    halls: dict[str, dict[str, dict[str, list[int]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    for a in kept:
        site = network.site[int(network.activity_site[a])]
        h = int(network.activity_hall[a])
        hall = network.hall[h] if h >= 0 else ""
        group = hall.rpartition("/")[0] if hall else f"{site}/{SITE_WORKS}"
        halls[site][group][hall].append(a)
    for site, groups in halls.items():
        inner = [task for group, members in groups.items()
                 for task in _group(group, members, makes)]  # fmt: skip
        yield _summary(site, site, 1, inner)
        yield from inner


def _group(group: str, members: Mapping[str, list[int]], makes: _Tasks) -> list[Task]:
    made: list[Task] = []
    for hall, rows in members.items():
        level = 4 if hall else 3
        tasks = sorted((makes.of(a, level) for a in rows), key=lambda t: (t.start, t.code))
        if hall:
            made.append(_summary(hall, hall.rpartition("/")[2], 3, tasks))
        made += tasks
    return [_summary(group, group.partition("/")[2], 2, made), *made]


def _summary(code: str, name: str, level: int, inner: list[Task]) -> Task:
    start, finish = min(t.start for t in inner), max(t.finish for t in inner)
    leaves = [t for t in inner if not t.is_summary]
    held = [t.baseline for t in leaves if t.baseline]
    whole = sum(t.work_min for t in leaves)
    done = sum(t.work_min * t.percent for t in leaves)
    return Task(
        code=code, name=name, level=level, start=start, finish=finish, is_summary=True,
        percent=done // whole if whole else 0,
        baseline=(min(b[0] for b in held), max(b[1] for b in held)) if held else None,
    )  # fmt: skip


def _links(network: Network, names: frozenset[str]) -> Iterator[Link]:
    """Yield the relations between kept activities, each pair and kind once."""
    seen: set[tuple[str, str, str]] = set()
    for pred, succ, number, lag in network.relations():
        before, after = network.activity[pred], network.activity[succ]
        kind = KINDS.get(number, "FS")
        if before in names and after in names and (before, after, kind) not in seen:
            seen.add((before, after, kind))
            yield Link(before, after, kind, lag)


def _calendars(
    network: Network, names: frozenset[str], tasks: tuple[Task, ...]
) -> Iterator[Calendar]:
    """Yield the calendars in use: the usual week, and the days of the schedule that differ."""
    if not tasks:
        return
    spans = _day_spans(network)
    last = max(task.finish for task in tasks).date()
    first = min(task.start for task in tasks).date()
    used = {int(row) for row, name in zip(network.calendar, network.activity, strict=True)
            if name in names}  # fmt: skip
    for row in sorted(used):
        types = network.day_type[row]
        weekday = (np.arange(network.days) + network.epoch.weekday()) % 7
        usual = [Counter(types[weekday == day].tolist()).most_common(1)[0][0] for day in range(7)]
        begin = max(0, (first - network.epoch).days)
        end = min(network.days - 1, (last - network.epoch).days)
        odd = [d for d in range(begin, end + 1) if types[d] != usual[weekday[d]]]
        yield Calendar(
            network.calendar_name[row],
            tuple(spans[day] for day in usual),
            tuple(_runs(network.epoch, odd, types, spans)),
        )


def _runs(
    epoch: dt.date, odd: list[int], types: IntArray, spans: list[Spans]
) -> Iterator[tuple[dt.date, dt.date, Spans]]:
    begin = 0
    for i, day in enumerate(odd):
        is_last = i + 1 == len(odd) or odd[i + 1] != day + 1 or types[odd[i + 1]] != types[day]
        if is_last:
            yield (
                epoch + dt.timedelta(days=odd[begin]), epoch + dt.timedelta(days=day),
                spans[int(types[day])],
            )  # fmt: skip
            begin = i + 1

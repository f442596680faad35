"""Calendars as tables: a day type for every day, intervals for every day type, and a work clock.

Works in local time without daylight saving: a day has 1,440 minutes. Minutes count from midnight
of the epoch. What is beyond the tables is `NEVER`.

Conventions, shared by every engine: an activity may start at any instant and holds its crews from
then on; its work goes on in the intervals of its calendar and ends at the end of an interval
rather than at the beginning of the next; without work it ends when it starts.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import holidays
import numpy as np

from planner.domain.result import NEVER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.domain.calendar import Calendar
    from planner.network.arrays import IntArray

DAY_MIN: Final = 1440
WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS: Final = "always"
"""Name of the calendar that never rests: milestones run on it, and elapsed time."""

Intervals = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class CalendarTables:
    """All calendars of a catalog over the days of a study.

    Parameters
    ----------
    name
        Calendars (C); the last is `ALWAYS`.
    row
        Row of each name.
    day_type
        Shape (C, D): index into the interval tables.
    type_pointer, type_start_min, type_end_min
        Working intervals of each day type, within a day.
    day_min
        Working minutes of a normal working day (C).
    day_output
        Likely output of a working day over the reference (C).
    crews_behind
        Crews that stand behind one working position (C).
    clock
        Work clock of each calendar (C).
    """

    name: tuple[str, ...]
    row: Mapping[str, int]
    day_type: IntArray
    type_pointer: IntArray
    type_start_min: IntArray
    type_end_min: IntArray
    day_min: tuple[int, ...]
    day_output: tuple[float, ...]
    crews_behind: tuple[float, ...]
    clock: tuple[WorkClock, ...]


class WorkClock:
    """Conversions between clock and work on one calendar.

    Parameters
    ----------
    start, end
        Working intervals from the epoch on, in order and apart, shape (n,) [min].
    """

    __slots__ = ("_after", "_all_after", "_all_end", "_all_start", "_before", "_end", "_start")

    def __init__(self, start: IntArray, end: IntArray) -> None:
        after = np.cumsum(end - start)
        self._all_start, self._all_end, self._all_after = start, end, after
        self._start: list[int] = start.tolist()
        self._end: list[int] = end.tolist()
        self._after: list[int] = after.tolist()
        self._before: list[int] = (after - (end - start)).tolist()

    def worked(self, minute: int) -> int:
        """Return the working minutes from the epoch to a minute."""
        i = bisect_right(self._start, minute) - 1
        if i < 0:
            return 0
        return self._before[i] + min(minute, self._end[i]) - self._start[i]

    def finish(self, start: int, work: int) -> int:
        """Return when work ends that starts at `start`; `NEVER` beyond the tables."""
        if work <= 0:
            return start
        target = self.worked(start) + work
        i = bisect_left(self._after, target)
        if i == len(self._after) or start >= NEVER:
            return NEVER
        return self._start[i] + target - self._before[i]

    def latest_start(self, finish: int, work: int) -> int:
        """Return the latest start from which work ends by `finish`, at least 0."""
        if work <= 0:
            return finish
        target = max(0, self.worked(finish) - work)
        return self._start_at(target)

    def all_worked(self, minute: IntArray) -> IntArray:
        """Return the working minutes from the epoch to each of many minutes."""
        i = np.searchsorted(self._all_start, minute, side="right") - 1
        since = np.maximum(0, self._all_end[i] - minute)
        return np.where(i < 0, 0, self._all_after[i] - since)

    def _start_at(self, target: int) -> int:
        """Return the latest minute by which no more than `target` was worked."""
        i = bisect_right(self._after, target)
        if i == len(self._after):
            return NEVER
        return self._start[i] + target - self._before[i]


def build_calendars(calendars: Mapping[str, Calendar], epoch: dt.date, days: int) -> CalendarTables:
    """Return the tables of a catalog's calendars over `days` days from `epoch`."""
    type_of: dict[Intervals, int] = {(): 0}
    rows = [_day_types(calendar, epoch, days, type_of) for calendar in calendars.values()]
    always: Intervals = ((0, DAY_MIN),)
    rows.append(np.full(days, type_of.setdefault(always, len(type_of)), dtype=np.int64))
    name = (*calendars, ALWAYS)
    listed = list(calendars.values())
    day_type = np.array(rows, dtype=np.int64)
    return CalendarTables(
        name=name,
        row={n: i for i, n in enumerate(name)},
        day_type=day_type,
        type_pointer=np.cumsum([0, *(len(t) for t in type_of)], dtype=np.int64),
        type_start_min=np.array([s for t in type_of for s, _ in t], dtype=np.int64),
        type_end_min=np.array([e for t in type_of for _, e in t], dtype=np.int64),
        day_min=(*(sum(e - s for s, e in intervals(c)) for c in listed), DAY_MIN),
        day_output=(*(c.output_per_week.likely / len(set(c.days)) for c in listed), 1.0),
        crews_behind=(*(c.crews_behind for c in listed), 1.0),
        clock=tuple(work_clock(row, list(type_of)) for row in day_type),
    )


def intervals(calendar: Calendar) -> Intervals:
    """Return the working intervals of a working day, adjacent shifts merged."""
    made: list[tuple[int, int]] = []
    for shift in calendar.shifts:
        start, end = _clock_min(shift.start), _clock_min(shift.end)
        if made and made[-1][1] == start:
            made[-1] = (made[-1][0], end)
        else:
            made.append((start, end))
    return tuple(made)


def _clock_min(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _day_types(
    calendar: Calendar, epoch: dt.date, days: int, type_of: dict[Intervals, int]
) -> IntArray:
    working = type_of.setdefault(intervals(calendar), len(type_of))
    weekdays = {WEEK.index(day) for day in calendar.days}
    week = np.array([working if day in weekdays else 0 for day in range(7)], dtype=np.int64)
    row = week[(np.arange(days) + epoch.weekday()) % 7]
    for date in _days_off(calendar, epoch, days):
        place = (date - epoch).days
        if 0 <= place < days:
            row[place] = 0
    return row


def _days_off(calendar: Calendar, epoch: dt.date, days: int) -> set[dt.date]:
    """Return closures and those public holidays that stop work."""
    off = set(calendar.closures)
    if calendar.holidays is None:
        return off
    last = epoch + dt.timedelta(days=days)
    # A year more on either side: a holiday may be observed in the year before its own.
    public = holidays.country_holidays(
        calendar.holidays, years=range(epoch.year - 1, last.year + 2)
    )
    wanted = set(calendar.holiday_names)
    off |= {d for d in public if not wanted or wanted & set(public.get_list(d))}
    return off


def work_clock(day_type: IntArray, types: list[Intervals]) -> WorkClock:
    """Return the work clock of a row of day types; `types` are the intervals of each type."""
    starts, ends = [], []
    for number, day in enumerate(types):
        midnight = np.flatnonzero(day_type == number) * DAY_MIN
        starts += [midnight + start for start, _ in day]
        ends += [midnight + end for _, end in day]
    if not any(map(len, starts)):
        nothing = np.array([NEVER], dtype=np.int64)
        return WorkClock(nothing, nothing)
    start, end = np.sort(np.concatenate(starts)), np.sort(np.concatenate(ends))
    apart = start[1:] > end[:-1]  # whole days that touch become one interval
    return WorkClock(start[np.r_[True, apart]], end[np.r_[apart, True]])

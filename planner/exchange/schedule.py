"""A schedule as planning tools know it: outline, dates, links, calendars, progress, baseline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import datetime as dt

LinkKind = Literal["FS", "SS", "FF", "SF"]
Spans = tuple[tuple[int, int], ...]
"""Working intervals of a day, in minutes from midnight."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """A working calendar: a week, and the days that differ from it.

    Parameters
    ----------
    week
        Working intervals of each weekday, Monday first.
    exceptions
        Runs of days with other intervals: first day, last day, intervals; in order.
    """

    name: str
    week: tuple[Spans, ...]
    exceptions: tuple[tuple[dt.date, dt.date, Spans], ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """A line of the outline: a summary, a milestone or an activity.

    Parameters
    ----------
    code
        Stable name, unique.
    level
        Depth in the outline, one-based.
    work_min
        Working minutes of its calendar; 0 for milestones.
    percent
        Share of its work that is done at the data date, 0..100.
    not_before
        Date of a "start no earlier than", where something outside the logic holds it.
    baseline, baseline_min
        Start and finish of the baseline, and working minutes between them.
    p50, p80
        Finish at these percentiles, where it was simulated.
    actual_start, actual_finish, remaining_min
        What the file itself reports of its progress; None where it does not.
    """

    code: str
    name: str
    level: int
    start: dt.datetime
    finish: dt.datetime
    work_min: int = 0
    calendar: str = ""
    is_summary: bool = False
    is_milestone: bool = False
    percent: int = 0
    not_before: dt.datetime | None = None
    baseline: tuple[dt.datetime, dt.datetime] | None = None
    baseline_min: int = 0
    p50: dt.datetime | None = None
    p80: dt.datetime | None = None
    notes: str = ""
    actual_start: dt.datetime | None = None
    actual_finish: dt.datetime | None = None
    remaining_min: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A relation between two tasks; the lag is elapsed time."""

    predecessor: str
    successor: str
    kind: LinkKind = "FS"
    lag_min: int = 0


@dataclass(frozen=True)
class Schedule:
    """A whole schedule.

    Parameters
    ----------
    data_date
        Status date: what lies before it is actual; None where the file states none.
    tasks
        In outline order.
    """

    title: str
    data_date: dt.datetime | None
    calendars: tuple[Calendar, ...]
    tasks: tuple[Task, ...]
    links: tuple[Link, ...]

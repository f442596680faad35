"""MS Project XML by the standard library alone: the element order follows Microsoft's schema.

Microsoft's field codes: link types 0 FF, 1 FS, 2 SF, 3 SS; lags in tenths of a minute; constraint 4
"start no earlier than". Our lags are elapsed, so their format is an elapsed one. The finish at P50
and at P80 are the custom dates Finish1 and Finish2.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Final

from planner.network.calendars import DAY_MIN

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from planner.exchange.schedule import Calendar, Link, LinkKind, Schedule, Spans, Task

NAMESPACE: Final = "http://schemas.microsoft.com/project"
TYPES: Final[dict[LinkKind, int]] = {"FF": 0, "FS": 1, "SF": 2, "SS": 3}
ELAPSED_DAYS, ELAPSED_MINUTES, MINUTES, DAYS = 8, 4, 3, 7
START_NO_EARLIER: Final = 4
P50_FIELD, P80_FIELD = "188743733", "188743736"
"""Field codes of the custom dates Finish1 and Finish2: text, start and finish take turns."""
P50_TITLE, P80_TITLE = "Finish P50", "Finish P80"
"""What the columns of these dates are called, in MS Project and in P6."""
LONGEST_NAME: Final = 512
"""Characters that MS Project keeps of a name."""
_NOT_XML: Final = re.compile(r"[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(schedule: Schedule, *, first_uid: int = 1) -> bytes:
    """Return the schedule as MS Project XML; the same schedule, the same bytes.

    Parameters
    ----------
    first_uid
        Number of the first task, where others are to be told apart from those of another file.
    """
    root = ET.Element("Project", xmlns=NAMESPACE)
    _head(root, schedule)
    _fields(root)
    uid = {c.name: n for n, c in enumerate(schedule.calendars, 1)}
    calendars = ET.SubElement(root, "Calendars")
    for calendar in schedule.calendars:
        _calendar(calendars, calendar, uid[calendar.name])
    _tasks(root, schedule, uid, first_uid)
    ET.indent(root, " ")
    body: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return body + b"\n"


def _put(parent: ET.Element, tag: str, value: object) -> ET.Element:
    made = ET.SubElement(parent, tag)
    made.text = _text(str(value))
    return made


def _text(value: str) -> str:
    """Return a text with a mark for each character that XML cannot hold, or only in disguise."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", value)


def _name(value: str) -> str:
    """Return a name on one line, as long as MS Project keeps it."""
    return re.sub(r"[\t\r\n]+", " ", value)[:LONGEST_NAME]


def _head(root: ET.Element, schedule: Schedule) -> None:
    start = min((t.start for t in schedule.tasks), default=schedule.data_date)
    finish = max((t.finish for t in schedule.tasks), default=schedule.data_date)
    for tag, value in (
        ("SaveVersion", 14),
        ("Name", _name(schedule.title)),
        ("Title", _name(schedule.title)),
        ("ScheduleFromStart", 1),
        ("StartDate", _stamp(start)),
        ("FinishDate", _stamp(finish)),
        ("CalendarUID", 1),
        ("MinutesPerDay", 600),
        ("MinutesPerWeek", 3600),
        ("DaysPerMonth", 26),
        ("StatusDate", _stamp(schedule.data_date)),
        ("NewTasksAreManual", 0),
    ):
        if value is not None:
            _put(root, tag, value)


def _fields(root: ET.Element) -> None:
    """Declare the custom dates, so that their columns carry a name."""
    fields = ET.SubElement(root, "ExtendedAttributes")
    for code, name, alias in (
        (P50_FIELD, "Finish1", P50_TITLE), (P80_FIELD, "Finish2", P80_TITLE),
    ):  # fmt: skip
        field = ET.SubElement(fields, "ExtendedAttribute")
        _put(field, "FieldID", code)
        _put(field, "FieldName", name)
        _put(field, "Alias", alias)


def _calendar(parent: ET.Element, calendar: Calendar, uid: int) -> None:
    made = ET.SubElement(parent, "Calendar")
    _put(made, "UID", uid)
    _put(made, "Name", calendar.name or "Calendar")
    _put(made, "IsBaseCalendar", 1)
    _put(made, "BaseCalendarUID", -1)
    days = ET.SubElement(made, "WeekDays")
    for number in range(1, 8):  # Sunday is 1
        day = ET.SubElement(days, "WeekDay")
        spans = calendar.week[(number + 5) % 7]
        _put(day, "DayType", number)
        _put(day, "DayWorking", int(bool(spans)))
        _times(day, spans)
    if calendar.exceptions:
        exceptions = ET.SubElement(made, "Exceptions")
        for first, last, spans in calendar.exceptions:
            _exception(exceptions, first, last, spans)


def _exception(parent: ET.Element, first: dt.date, last: dt.date, spans: Spans) -> None:
    made = ET.SubElement(parent, "Exception")
    _put(made, "EnteredByOccurrences", 0)
    period = ET.SubElement(made, "TimePeriod")
    _put(period, "FromDate", f"{first.isoformat()}T00:00:00")
    _put(period, "ToDate", f"{last.isoformat()}T23:59:00")
    _put(made, "Occurrences", (last - first).days + 1)
    _put(made, "Name", "No work" if not spans else "Other hours")
    _put(made, "Type", 1)
    _put(made, "DayWorking", int(bool(spans)))
    _times(made, spans)


def _times(parent: ET.Element, spans: Spans) -> None:
    if not spans:
        return
    times = ET.SubElement(parent, "WorkingTimes")
    for start, end in spans:
        time = ET.SubElement(times, "WorkingTime")
        _put(time, "FromTime", _clock(start))
        _put(time, "ToTime", _clock(end))


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}:00"


def _tasks(root: ET.Element, schedule: Schedule, calendars: dict[str, int], first_uid: int) -> None:
    uid = {task.code: n for n, task in enumerate(schedule.tasks, first_uid)}
    into: dict[str, list[Link]] = {}
    for link in schedule.links:
        into.setdefault(link.successor, []).append(link)
    made = ET.SubElement(root, "Tasks")
    numbers = _outline_numbers(schedule.tasks)
    for task, number in zip(schedule.tasks, numbers, strict=True):
        element = ET.SubElement(made, "Task")
        _task(element, task, number, uid[task.code], calendars)
        for link in into.get(task.code, ()):
            _link(element, link, uid)
        for field, value in ((P50_FIELD, task.p50), (P80_FIELD, task.p80)):
            if value is not None:
                extended = ET.SubElement(element, "ExtendedAttribute")
                _put(extended, "FieldID", field)
                _put(extended, "Value", _stamp(value))
        _baseline(element, task)


def _outline_numbers(tasks: tuple[Task, ...]) -> Iterator[str]:
    counts: list[int] = []
    for task in tasks:
        counts = [*counts[: task.level], *([0] * (task.level - len(counts)))]
        counts[task.level - 1] += 1
        yield ".".join(map(str, counts))


def _task(
    element: ET.Element, task: Task, number: str, uid: int, calendars: dict[str, int]
) -> None:
    done = task.work_min * task.percent // 100
    finished = task.percent == 100
    began = task.percent > 0
    values: list[tuple[str, object]] = [
        ("UID", uid),
        ("ID", uid),
        ("Name", _name(task.name)),
        ("Active", 1),
        ("Manual", 0),
        ("Type", 1),
        ("IsNull", 0),
        ("WBS", task.code),
        ("OutlineNumber", number),
        ("OutlineLevel", task.level),
        ("Priority", 500),
        ("Start", _stamp(task.start)),
        ("Finish", _stamp(task.finish)),
        ("Duration", _span(task.work_min)),
        ("DurationFormat", DAYS),
        ("Milestone", int(task.is_milestone)),
        ("Summary", int(task.is_summary)),
        ("PercentComplete", task.percent),
        ("ActualStart", _stamp(task.start) if began else None),
        ("ActualFinish", _stamp(task.finish) if finished else None),
        ("ActualDuration", _span(done) if began and not task.is_summary else None),
        ("RemainingDuration", _span(task.work_min - done) if not task.is_summary else None),
        ("ConstraintType", START_NO_EARLIER if task.not_before and not began else 0),
        ("CalendarUID", calendars.get(task.calendar, -1)),
        ("ConstraintDate", _stamp(task.not_before) if not began else None),
        ("IgnoreResourceCalendar", 1),
        ("Notes", task.notes or None),
    ]
    for tag, value in values:
        if value is not None:
            _put(element, tag, value)


def _link(parent: ET.Element, link: Link, uid: dict[str, int]) -> None:
    made = ET.SubElement(parent, "PredecessorLink")
    _put(made, "PredecessorUID", uid[link.predecessor])
    _put(made, "Type", TYPES[link.kind])
    _put(made, "CrossProject", 0)
    _put(made, "LinkLag", link.lag_min * 10)
    whole = link.lag_min % DAY_MIN == 0
    _put(made, "LagFormat", ELAPSED_DAYS if whole else ELAPSED_MINUTES)


def _baseline(parent: ET.Element, task: Task) -> None:
    if task.baseline is None:
        return
    made = ET.SubElement(parent, "Baseline")
    _put(made, "Number", 0)
    _put(made, "Start", _stamp(task.baseline[0]))
    _put(made, "Finish", _stamp(task.baseline[1]))
    _put(made, "Duration", _span(task.baseline_min))
    _put(made, "DurationFormat", DAYS)


def _stamp(moment: dt.datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment is not None else None


def _span(minutes: int) -> str:
    return f"PT{minutes // 60}H{minutes % 60}M0S"

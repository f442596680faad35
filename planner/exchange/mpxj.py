"""P6 and MS Project files through MPXJ (extra ``interop``): XER and PMXML out, every format in.

The Java machine is started once a process, and only where a format needs it.
"""

from __future__ import annotations

import datetime as dt
import importlib
import re
import tempfile
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from planner.domain.characters import visible
from planner.errors import OutputError
from planner.exchange.mspdi import P50_TITLE, P80_TITLE, render
from planner.exchange.schedule import Calendar, Link, LinkKind, Schedule, Spans, Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MPXJ_FORMATS: Final = {"pmxml": "PrimaveraPMFileWriter", "xer": "PrimaveraXERFileWriter"}
"""Formats that MPXJ writes for us, with its writer."""
NAME_TITLE: Final = "Gigaplan name"
"""Title of the custom field that holds our stable name."""
LONGEST_ID: Final = 20
"""Characters of a project's id in P6."""
HELP: Final = 'install the extra: pip install "gigaplan[interop]", and a Java runtime'


@cache
def _java() -> Any:
    """Return the class loader of a started Java machine.

    Raises
    ------
    OutputError
        If MPXJ or a Java runtime is missing.
    """
    try:
        jpype = importlib.import_module("jpype")
        importlib.import_module("mpxj")
    except ImportError as error:
        raise OutputError(f"this format needs MPXJ: {error}\n  help: {HELP}") from None
    try:
        if not jpype.isJVMStarted():
            jpype.startJVM("-Xmx1g", "--enable-native-access=ALL-UNNAMED", convertStrings=True)
    except Exception as error:  # noqa: BLE001 - JPype raises classes of its own, by platform
        raise OutputError(f"Java could not be started: {error}\n  help: {HELP}") from None
    return jpype.JClass


def rewritten(schedule: Schedule, form: str) -> bytes:
    """Return a schedule in one of `MPXJ_FORMATS`.

    Raises
    ------
    OutputError
        If MPXJ is missing.
    """
    name, count = _project_id(schedule.title), len(schedule.tasks)
    ids = {task.code: f"A{n * 10:06d}" for n, task in enumerate(schedule.tasks, 1)}
    if form == "xer":
        schedule = _under_one_root(schedule, name)
    text = render(schedule).decode()
    stand_ins = _stand_ins(text)
    project = _as_p6_has_it(text, name, ids, stand_ins)
    if form == "pmxml" and (held := _baseline(schedule)).tasks:
        kept = render(held, first_uid=count + 1).decode()
        project.setBaseline(_as_p6_has_it(kept, f"{name}-B1", ids, stand_ins))
    with tempfile.TemporaryDirectory(prefix="plan-mpxj-") as folder:
        made = Path(folder) / f"out.{form}"
        _writer(form).write(project, str(made))
        written = made.read_bytes().decode()
    if form == "xer":  # its first line has the day of the export, and nothing reads it
        day = (schedule.data_date or schedule.tasks[0].start).date().isoformat()
        written = re.sub(r"(?<=^ERMHDR\t)([^\t]*)\t[^\t]*", rf"\1\t{day}", written, count=1)
    return written.translate({ord(mark): c for c, mark in stand_ins.items()}).encode()


def _as_p6_has_it(
    mspdi: str, name: str, ids: Mapping[str, str], stand_ins: Mapping[str, str]
) -> Any:
    """Return MPXJ's project of a schedule, with what P6 needs and MS Project has not.

    Parameters
    ----------
    ids
        Of activities, by stable name: by them P6 finds an activity in a baseline.
    """
    with tempfile.TemporaryDirectory(prefix="plan-mpxj-") as folder:
        source = Path(folder) / "in.xml"
        source.write_bytes(
            mspdi.translate({ord(c): mark for c, mark in stand_ins.items()}).encode()
        )
        project = _read(source)
    project.getProjectProperties().setProjectID(name)
    _name_field(project)
    for task in project.getTasks():
        _complete(task, ids)
    return project


def _baseline(schedule: Schedule) -> Schedule:
    """Return the baseline as the schedule that it was: P6 holds one as a project of its own."""
    had = {task.code for task in schedule.tasks if task.baseline and not task.is_summary}
    return replace(
        schedule,
        title=f"{schedule.title} - baseline",
        tasks=tuple(
            replace(
                task, start=task.baseline[0], finish=task.baseline[1], percent=0, baseline=None,
                work_min=task.baseline_min, not_before=None, p50=None, p80=None,
            )
            for task in schedule.tasks
            if task.baseline and had and (task.is_summary or task.code in had)
        ),
        links=tuple(x for x in schedule.links if {x.predecessor, x.successor} <= had),
    )  # fmt: skip


def _project_id(title: str) -> str:
    """Return what P6 tells projects apart by; it joins files of the same id on import."""
    return re.sub(r"[^A-Za-z0-9]+", "-", title).strip("-")[:LONGEST_ID] or "gigaplan"


def _under_one_root(schedule: Schedule, name: str) -> Schedule:
    """Return a schedule under one line that is the project: an XER has no other place for its name.

    P6 does not take in an XER whose project has brackets or a pipe in its name.
    """
    tops = [task for task in schedule.tasks if task.level == 1]
    if not tops:
        return schedule
    start, finish = min(task.start for task in tops), max(task.finish for task in tops)
    title = " ".join(re.sub(r"[\[\]|]", " ", schedule.title).split()) or name
    root = Task(name, title, 1, start, finish, is_summary=True)
    deeper = (replace(task, level=task.level + 1) for task in schedule.tasks)
    return replace(schedule, title=title, tasks=(root, *deeper))


def _stand_ins(text: str) -> dict[str, str]:
    """Return a private character for each that lies beyond U+FFFF.

    MPXJ's writer of PMXML takes each half of such a character for one that XML cannot hold.
    """
    found = sorted({c for c in text if ord(c) > 0xFFFF})
    free = (c for c in map(chr, range(0xE000, 0xF900)) if c not in text)
    return dict(zip(found, free, strict=False))


def _writer(form: str) -> Any:
    jclass = _java()
    writer = jclass(f"org.mpxj.primavera.{MPXJ_FORMATS[form]}")()
    if form == "pmxml":
        writer.setWriteBaselines(True)
    else:  # names in other scripts; the default holds Western ones only
        writer.setCharset(jclass("java.nio.charset.StandardCharsets").UTF_8)
    return writer


def _name_field(project: Any) -> None:
    """Declare the field that carries our stable name, which P6 shows under its title."""
    text = _java()("org.mpxj.TaskField").TEXT1
    project.getCustomFields().add(text).setAlias(NAME_TITLE)


def _complete(task: Any, ids: Mapping[str, str]) -> None:
    """Give a task what P6 cannot do without: an id of at most 40 characters, a type, its dates."""
    kind = _java()("org.mpxj.ActivityType")
    task.setText(1, task.getWBS())
    if not task.getSummary():
        task.setActivityID(ids[str(task.getWBS())])
        # Without a type MPXJ writes a work breakdown element, and a milestone as a plain task.
        is_milestone = task.getMilestone()
        task.setActivityType(kind.FINISH_MILESTONE if is_milestone else kind.TASK_DEPENDENT)
    _date_as_p6_does(task)


def _date_as_p6_does(task: Any) -> None:
    """Fill the dates that P6 keeps apart: planned, early, and those of what remains."""
    start, finish = task.getStart(), task.getFinish()
    for name, value in (
        ("PlannedStart", start), ("PlannedFinish", finish), ("PlannedDuration", task.getDuration()),
        ("EarlyStart", start), ("EarlyFinish", finish),
        ("RemainingEarlyStart", task.getActualStart() or start),
        ("RemainingEarlyFinish", finish),
    ):  # fmt: skip
        getattr(task, f"set{name}")(value)


def read_schedule(path: Path) -> Schedule:
    """Return the schedule of a file that MPXJ reads: P6 XER or PMXML, MS Project XML or MPP.

    Raises
    ------
    OutputError
        If MPXJ is missing, or the file is no schedule that it knows.
    """
    project = _read(path)
    calendars = {str(c.getName()): c for c in project.getCalendars() if c.getName()}
    tasks = tuple(_tasks(project))
    properties = project.getProjectProperties()
    return Schedule(
        title=visible(str(properties.getProjectTitle() or properties.getName() or path.stem)),
        data_date=_moment(properties.getStatusDate()),
        calendars=tuple(_calendar(name, found) for name, found in calendars.items()),
        tasks=tasks,
        links=tuple(_links(project)),
    )


def _read(path: Path) -> Any:
    jclass = _java()
    reader = jclass("org.mpxj.reader.UniversalProjectReader")()
    try:
        if _is_utf8_xer(path):
            reader = jclass("org.mpxj.primavera.PrimaveraXERFileReader")()
            reader.setCharset(jclass("java.nio.charset.StandardCharsets").UTF_8)
        project = reader.read(str(path))
    except Exception as error:  # noqa: BLE001 - a Java exception of any class
        raise OutputError(f"cannot read {path}: {_short(error)}") from None
    if project is None:
        raise OutputError(f"cannot read {path}: not a schedule in a format that MPXJ knows")
    return project


def _is_utf8_xer(path: Path) -> bool:
    """Return whether a file is an XER in UTF-8, which no part of it declares."""
    try:
        raw = path.read_bytes()
        raw.decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return raw.startswith(b"ERMHDR")


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:200]


@dataclass(frozen=True)
class _Own:
    """What the columns of our own hold, by their titles, in whatever field a format keeps them."""

    fields: dict[str, Any]

    @classmethod
    def of(cls, project: Any) -> _Own:
        """Return the columns of a project."""
        return cls({str(f.getAlias()): f.getFieldType() for f in project.getCustomFields()})

    def name(self, task: Any) -> str:
        """Return the stable name of a task: our own, else its id in P6, WBS, or number."""
        own = self._value(task, NAME_TITLE)
        name = task.getWBS() if task.getSummary() else task.getActivityID() or task.getWBS()
        return str(own or name or task.getUniqueID())

    def moment(self, task: Any, title: str) -> dt.datetime | None:
        """Return the date in a column of a task, or None where that is no column of dates."""
        found = self._value(task, title)
        return _moment(found) if hasattr(found, "getMonthValue") else None

    def _value(self, task: Any, title: str) -> Any:
        field = self.fields.get(title)
        return None if field is None else task.get(field)


def _tasks(project: Any) -> Iterator[Task]:
    own = _Own.of(project)
    for task in project.getTasks():
        level = int(task.getOutlineLevel() or 0)
        start, finish = _moment(task.getStart()), _moment(task.getFinish())
        if level == 0 or start is None or finish is None:
            continue  # the project itself, or an empty line
        baseline = (_moment(task.getBaselineStart()), _moment(task.getBaselineFinish()))
        calendar = task.getEffectiveCalendar()
        percent = task.getPercentageComplete()
        yield Task(
            code=own.name(task), name=visible(str(task.getName() or "")), level=level, start=start,
            finish=finish, work_min=_minutes(task.getDuration(), project),
            calendar=str(calendar.getName() or "") if calendar is not None else "",
            is_summary=bool(task.getSummary()), is_milestone=bool(task.getMilestone()),
            percent=round(float(percent)) if percent is not None else 0,
            not_before=_moment(task.getConstraintDate()),
            baseline=(baseline[0], baseline[1]) if baseline[0] and baseline[1] else None,
            baseline_min=_minutes(task.getBaselineDuration(), project),
            p50=own.moment(task, P50_TITLE), p80=own.moment(task, P80_TITLE),
            notes=str(task.getNotes() or ""),
            actual_start=_moment(task.getActualStart()),
            actual_finish=_moment(task.getActualFinish()), remaining_min=_remaining(task, project),
        )  # fmt: skip


def _links(project: Any) -> Iterator[Link]:
    kinds: dict[str, LinkKind] = {
        "FINISH_START": "FS", "START_START": "SS", "FINISH_FINISH": "FF", "START_FINISH": "SF",
    }  # fmt: skip
    own = _Own.of(project)
    for task in project.getTasks():
        for relation in task.getPredecessors():
            yield Link(
                own.name(relation.getPredecessorTask()), own.name(task),
                kinds[str(relation.getType().name())], _minutes(relation.getLag(), project),
            )  # fmt: skip


def _remaining(task: Any, project: Any) -> int | None:
    left = task.getRemainingDuration()
    return None if left is None else _minutes(left, project)


def _minutes(duration: Any, project: Any) -> int:
    if duration is None:
        return 0
    unit = _java()("org.mpxj.TimeUnit")
    kind = duration.getUnits()
    elapsed = str(kind.name()).startswith("ELAPSED")
    wanted = unit.ELAPSED_MINUTES if elapsed else unit.MINUTES
    found = duration.convertUnits(wanted, project.getProjectProperties())
    return round(float(found.getDuration()))


def _moment(value: Any) -> dt.datetime | None:
    if value is None:
        return None
    return dt.datetime(  # noqa: DTZ001 - schedules hold local times without a zone
        int(value.getYear()), int(value.getMonthValue()), int(value.getDayOfMonth()),
        int(value.getHour()), int(value.getMinute()), int(value.getSecond()),
    )  # fmt: skip


def _calendar(name: str, found: Any) -> Calendar:
    days = _java()("java.time.DayOfWeek").values()
    week = tuple(_spans(found.getHours(day)) for day in days)
    exceptions = tuple(
        (_day(e.getFromDate()), _day(e.getToDate()), _spans(e))
        for e in found.getCalendarExceptions()
        if e.getFromDate() is not None
    )
    return Calendar(name, week, exceptions)


def _spans(hours: Any) -> Spans:
    if hours is None:
        return ()
    made = []
    for span in hours:
        start, end = _clock(span.getStart()), _clock(span.getEnd())
        made.append((start, end or 1440))
    return tuple(made)


def _clock(time: Any) -> int:
    return int(time.getHour()) * 60 + int(time.getMinute())


def _day(value: Any) -> dt.date:
    return dt.date(int(value.getYear()), int(value.getMonthValue()), int(value.getDayOfMonth()))

"""P6 and MS Project files through MPXJ (extra ``interop``): XER and PMXML out, every format in.

The Java machine is started once a process, and only where a format needs it.
"""

from __future__ import annotations

import datetime as dt
import importlib
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from planner.errors import OutputError
from planner.exchange.schedule import Calendar, Link, LinkKind, Schedule, Spans, Task

if TYPE_CHECKING:
    from collections.abc import Iterator

MPXJ_FORMATS: Final = {"pmxml": "PrimaveraPMFileWriter", "xer": "PrimaveraXERFileWriter"}
"""Formats that MPXJ writes for us, with its writer."""
NAME_TITLE: Final = "Gigaplan name"
"""Title of the custom field that holds our stable name."""
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


def rewritten(mspdi: bytes, form: str) -> bytes:
    """Return an MS Project XML schedule in one of `MPXJ_FORMATS`.

    Raises
    ------
    OutputError
        If MPXJ is missing.
    """
    with tempfile.TemporaryDirectory(prefix="plan-mpxj-") as folder:
        source, made = Path(folder) / "in.xml", Path(folder) / f"out.{form}"
        source.write_bytes(mspdi)
        project = _read(source)
        _name_field(project)
        for number, task in enumerate(project.getTasks()):
            _as_p6_has_it(task, number)
        _writer(form).write(project, str(made))
        return made.read_bytes()


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


def _as_p6_has_it(task: Any, number: int) -> None:
    """Give a task what P6 cannot do without: an id of at most 40 characters, a type, its dates."""
    kind = _java()("org.mpxj.ActivityType")
    task.setText(1, task.getWBS())
    if not task.getSummary():
        task.setActivityID(f"A{number * 10:06d}")
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
        title=str(properties.getProjectTitle() or properties.getName() or path.stem),
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
class _Names:
    """Stable names of the tasks of a project: our own field, else id in P6, WBS, or number."""

    field: Any

    @classmethod
    def of(cls, project: Any) -> _Names:
        """Return the names of a project, by the field that carries them where there is one."""
        fields = [f.getFieldType() for f in project.getCustomFields()
                  if str(f.getAlias()) == NAME_TITLE]  # fmt: skip
        return cls(fields[0] if fields else None)

    def __call__(self, task: Any) -> str:
        own = task.get(self.field) if self.field is not None else None
        name = task.getWBS() if task.getSummary() else task.getActivityID() or task.getWBS()
        return str(own or name or task.getUniqueID())


def _tasks(project: Any) -> Iterator[Task]:
    named = _Names.of(project)
    for task in project.getTasks():
        level = int(task.getOutlineLevel() or 0)
        start, finish = _moment(task.getStart()), _moment(task.getFinish())
        if level == 0 or start is None or finish is None:
            continue  # the project itself, or an empty line
        baseline = (_moment(task.getBaselineStart()), _moment(task.getBaselineFinish()))
        calendar = task.getEffectiveCalendar()
        percent = task.getPercentageComplete()
        yield Task(
            code=named(task), name=str(task.getName() or ""), level=level, start=start,
            finish=finish, work_min=_minutes(task.getDuration(), project),
            calendar=str(calendar.getName() or "") if calendar is not None else "",
            is_summary=bool(task.getSummary()), is_milestone=bool(task.getMilestone()),
            percent=round(float(percent)) if percent is not None else 0,
            not_before=_moment(task.getConstraintDate()),
            baseline=(baseline[0], baseline[1]) if baseline[0] and baseline[1] else None,
            notes=str(task.getNotes() or ""),
            actual_start=_moment(task.getActualStart()),
            actual_finish=_moment(task.getActualFinish()), remaining_min=_remaining(task, project),
        )  # fmt: skip


def _links(project: Any) -> Iterator[Link]:
    kinds: dict[str, LinkKind] = {
        "FINISH_START": "FS", "START_START": "SS", "FINISH_FINISH": "FF", "START_FINISH": "SF",
    }  # fmt: skip
    named = _Names.of(project)
    for task in project.getTasks():
        for relation in task.getPredecessors():
            yield Link(
                named(relation.getPredecessorTask()), named(task),
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

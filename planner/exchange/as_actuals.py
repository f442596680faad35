"""Progress kept in another tool as actuals: what began, what is done, what is left."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from typing import TYPE_CHECKING

from planner.errors import Finding, SpecError, Where
from planner.exchange.yaml_text import yaml_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.exchange.schedule import Calendar, Schedule, Task

MINUTE = dt.timedelta(minutes=1)


def actuals_yaml(
    schedule: Schedule, *, name: str, file: str, known: Mapping[str, str],
    data_date: dt.date | None = None,
) -> tuple[str, tuple[str, ...]]:  # fmt: skip
    """Return an actuals file of a schedule's progress, and the activities that match none of ours.

    Parameters
    ----------
    name
        Of the report.
    known
        Titles by stable name of the activities of the plan. An activity of the schedule is matched
        by the stable name that our exports carry, or by its title where that is unique on both
        sides.
    data_date
        Where the schedule states no status date, or another is meant.

    Raises
    ------
    SpecError
        If there is no data date, or something is said to have happened on it or later.
    """
    at = data_date or (schedule.data_date.date() if schedule.data_date else None)
    if at is None:
        hint = "give --data-date 2026-11-01"
        raise _refused(file, "no-data-date", "the schedule states no status date", hint)
    leaves = [task for task in schedule.tasks if not task.is_summary]
    begun = [task for task in leaves if _started(task) is not None]
    match = dict(_matches(leaves, known))
    minutes = {c.name: _day_minutes(c) for c in schedule.calendars}
    late = [t for t in begun if max(filter(None, (_started(t), _finished(t)))) >= at]
    if late:
        where = f"on {at.isoformat()} or later"
        raise SpecError(tuple(
            Finding(Where(file), "after-data-date", f"{yaml_text(task.code)} has a date {where}",
                    "mend its dates, or give a later --data-date") for task in late
        ))  # fmt: skip
    unmatched = tuple(task.code for task in begun if task.code not in match)
    rows = [f"  {yaml_text(match[t.code])}: {_progress(t, minutes.get(t.calendar, 0))}"
            for t in begun if t.code in match]  # fmt: skip
    lines = [
        f"# Progress of {len(rows)} activities, imported from {yaml_text(file)}.",
        *(f"# Not in the plan: {yaml_text(code)}" for code in unmatched),
        f"actuals: {yaml_text(name)}",
        f"data_date: {at.isoformat()}",
        "activities:" if rows else "activities: {}",
        *rows,
    ]
    return "\n".join(lines) + "\n", unmatched


def _matches(leaves: list[Task], known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the code of each activity of a schedule and our name for it."""
    titles = Counter(known.values())
    by_title = {title: name for name, title in known.items() if titles[title] == 1}
    theirs = Counter(task.name for task in leaves)
    for task in leaves:
        if task.code in known:
            yield task.code, task.code
        elif task.name in by_title and theirs[task.name] == 1:
            yield task.code, by_title[task.name]


def _started(task: Task) -> dt.date | None:
    """Return the day on which an activity began; midnight is the end of the day before it."""
    moment = task.actual_start or task.actual_finish
    if moment is None:
        moment = task.start if task.percent else None
    if moment is None:
        return None
    return (moment - MINUTE).date() if task.is_milestone else moment.date()


def _finished(task: Task) -> dt.date | None:
    moment = task.actual_finish or (task.finish if task.percent == 100 else None)
    started = _started(task)
    if moment is None or started is None:
        return None
    return max(started, (moment - MINUTE).date())


def _progress(task: Task, day_minutes: float) -> str:
    parts = [f"started: {_started(task)}"]
    if (finished := _finished(task)) is not None:
        parts.append(f"finished: {finished}")
    elif task.remaining_min is not None and day_minutes:
        parts.append(f"remaining: {task.remaining_min / day_minutes:.4g} wd")
    else:
        parts.append(f"percent: {task.percent} %")
    return "{" + ", ".join(parts) + "}"


def _day_minutes(calendar: Calendar) -> float:
    """Return the usual working minutes of a working day."""
    worked = [sum(end - start for start, end in day) for day in calendar.week if day]
    return statistics.median(worked) if worked else 0.0


def _refused(file: str, code: str, message: str, hint: str = "") -> SpecError:
    return SpecError((Finding(Where(file), code, message, hint),))

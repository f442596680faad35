"""A schedule made with another tool as a build mode: YAML as a person would have written it."""

from __future__ import annotations

import re
import statistics
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from planner.domain.amount import OBSERVED, Amount, Form
from planner.domain.base import Model
from planner.domain.characters import visible
from planner.errors import Finding, SpecError, Where
from planner.exchange.yaml_text import WORDS, yaml_text
from planner.network.calendars import DAY_MIN, intervals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.domain.build_mode import BuildMode
    from planner.domain.calendar import Calendar as WorkCalendar
    from planner.exchange.schedule import Calendar, Link, Schedule, Task

_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,11}")
NOT_KEYS: Final = WORDS | {"release"}
LEFT_OUT: Final = frozenset(("title", "activities", "ready_for_it", "rfs", "hooks", "health"))
"""Fields of the mode likened to that the schedule itself decides."""


def mode_yaml(
    schedule: Schedule, *, name: str, like: BuildMode, like_name: str, file: str,
    calendars: Mapping[str, WorkCalendar], spread: tuple[float, float] | None = None,
) -> str:  # fmt: skip
    """Return a catalog file with one build mode whose activities are those of a schedule.

    Parameters
    ----------
    name
        Of the new mode.
    like, like_name
        Mode whose cost, traits and tail it takes until they are replaced.
    calendars
        Of the catalog; each of the schedule's is taken for the one nearest in hours a week.
    spread
        Low and high duration over the scheduled one; those usual in `like` where not given.

    Raises
    ------
    SpecError
        If the schedule has no activities, or a relation with a negative lag.
    """
    work = _Work(schedule, calendars, spread or _usual_spread(like), file)
    relations = sum(len(found) for found in work.links.values())
    lines = [
        f"# Imported from {yaml_text(file)}: {len(work.leaves)} activities, {relations} relations.",
        f"# Cost, traits and tail are as in {yaml_text(like_name)}: replace them. Crews and",
        "# cost shares are not in a schedule: add crews; the shares here follow the work.",
        "modes:",
        f"  {yaml_text(name)}:",
        f"    title: {yaml_text(schedule.title or name)}",
        f"    assumption: {yaml_text(f'imported from {visible(file)}, the rest as {like_name}')}",
        *_traits(like),
        f"    ready_for_it: [{work.last}]",
        f"    rfs: {work.last}",
        *([f"    hooks: {{{', '.join(f'{h}: {work.last}' for h in like.hooks)}}}"
           ] if like.hooks else []),
        "    activities:",
        *work.rows(),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


class _Work:
    """The activities of a schedule under keys of their own, and what leads to what."""

    def __init__(
        self, schedule: Schedule, calendars: Mapping[str, WorkCalendar],
        spread: tuple[float, float], file: str,
    ) -> None:  # fmt: skip
        self.spread, self.calendars = spread, calendars
        self.leaves = sorted(
            (t for t in schedule.tasks if not t.is_summary), key=lambda t: (t.start, t.finish)
        )
        if not self.leaves:
            raise _refused(file, "no-activities", "the schedule has no activities")
        self.key = _keys(self.leaves)
        self.phase = dict(_phases(schedule.tasks))
        ends = _ends_of_summaries(schedule.tasks)
        self.links: dict[str, list[tuple[str, Link]]] = defaultdict(list)
        for link in schedule.links:
            before = self.key.get(ends.get(link.predecessor, ("", link.predecessor))[1])
            after = self.key.get(ends.get(link.successor, (link.successor, ""))[0])
            if link.lag_min < 0:
                message = f"relation {link.predecessor} -> {link.successor} has a negative lag"
                fix = "state the overlap as start-to-start with a positive lag"
                raise _refused(file, "negative-lag", message, fix)
            if before and after and before != after:
                self.links[after].append((before, link))
        self.match = {c.name: _nearest(c, calendars) for c in schedule.calendars}
        self.last = self.key[max(self.leaves, key=lambda t: (t.finish, t.start)).code]
        self.total = sum(t.work_min for t in self.leaves)

    def rows(self) -> Iterator[str]:
        """Yield the lines of every activity, in order of start."""
        for task in self.leaves:
            yield from self._row(task)

    def _row(self, task: Task) -> Iterator[str]:
        key = self.key[task.code]
        calendar = self.match.get(task.calendar) or next(iter(self.calendars))
        after = [_relation(before, link) for before, link in self.links.get(key, ())]
        yield f"      {key}:"
        yield f"        title: {yaml_text(task.name or key)}"
        if (phase := self.phase.get(task.code)) is not None:
            yield f"        phase: {phase}"
        yield f"        duration: {self._duration(task, calendar)}"
        yield f"        calendar: {yaml_text(calendar)}"
        yield f"        after: [{', '.join(after) or 'release'}]"
        if self.total and task.work_min:
            yield f"        cost_share: {task.work_min / self.total:.6f}"

    def _duration(self, task: Task, calendar: str) -> str:
        minutes = _day_minutes(self.calendars[calendar])
        days = task.work_min / minutes if minutes else 0.0
        if not days:
            return "0 wd"
        low, high = self.spread
        return f"{{low: {days * low:.3g} wd, likely: {days:.3g} wd, high: {days * high:.3g} wd}}"


def _relation(before: str, link: Link) -> str:
    lag = f"+{link.lag_min / DAY_MIN:.4g}d" if link.lag_min else ""
    return before if link.kind == "FS" and not lag else f"{before} {link.kind}{lag}"


def _keys(leaves: Sequence[Task]) -> dict[str, str]:
    """Return a short key an activity: the end of its own name where that is one, or a number."""
    ends = {task.code: task.code.rpartition("/")[2] for task in leaves}
    counts: dict[str, int] = defaultdict(int)
    for end in ends.values():
        counts[end] += 1
    made = {}
    for number, (code, end) in enumerate(ends.items(), 1):
        is_fit = bool(_KEY.fullmatch(end)) and counts[end] == 1 and end.lower() not in NOT_KEYS
        made[code] = end if is_fit else f"A{number * 10:04d}"
    return made


def _phases(tasks: Sequence[Task]) -> Iterator[tuple[str, str]]:
    """Yield the phase of each activity: the summary that it lies under, as a short word."""
    above: dict[int, str] = {}
    for task in tasks:
        if task.is_summary:
            above[task.level] = task.name
        elif (name := above.get(task.level - 1)) is not None:
            word = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:24].strip("-")
            if word and word[0].isalpha():
                yield task.code, word


def _ends_of_summaries(tasks: Sequence[Task]) -> dict[str, tuple[str, str]]:
    """Return the first and last activity under each summary, which relations of it are moved to."""
    found: dict[str, tuple[str, str]] = {}
    for i, task in enumerate(tasks):
        if not task.is_summary:
            continue
        inside = []
        for other in tasks[i + 1 :]:
            if other.level <= task.level:
                break
            inside += [] if other.is_summary else [other]
        if inside:
            first = min(inside, key=lambda t: t.start)
            last = max(inside, key=lambda t: t.finish)
            found[task.code] = (first.code, last.code)
    return found


def _nearest(calendar: Calendar, known: Mapping[str, WorkCalendar]) -> str:
    """Return the calendar of the catalog nearest in hours a week, then in days a week."""
    hours = sum(end - start for day in calendar.week for start, end in day)
    days = sum(bool(day) for day in calendar.week)

    def apart(name: str) -> tuple[int, int]:
        other = known[name]
        other_days = len(set(other.days))
        return abs(_day_minutes(other) * other_days - hours), abs(other_days - days)

    return min(known, key=apart)


def _day_minutes(calendar: WorkCalendar) -> int:
    return sum(end - start for start, end in intervals(calendar))


def _usual_spread(like: BuildMode) -> tuple[float, float]:
    """Return the median low and high of a mode's durations over the likely ones."""
    amounts = [a.duration for a in like.activities.values() if a.duration.form is Form.PERT80]
    if not amounts:
        return 1.0, 1.0
    return (
        statistics.median(a.a / a.b for a in amounts if a.b),
        statistics.median(a.c / a.b for a in amounts if a.b),
    )


def _traits(like: BuildMode) -> Iterator[str]:
    for field, value in dict(like).items():
        if field not in LEFT_OUT and value is not None:
            yield f"    {field}: {_flow(value)}"


def _flow(value: Any) -> str:
    """Return a value in YAML's flow style."""
    if isinstance(value, Amount):
        return _amount(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Model):
        value = {k: v for k, v in dict(value).items() if v is not None}
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return yaml_text(value) if isinstance(value, str) else str(value)


def _amount(amount: Amount) -> str:
    parts = amount.text.split(", ")
    if amount.form is Form.EMPIRICAL:
        return f"{{{OBSERVED}: [{', '.join(parts)}]}}"
    keys = amount.keys
    if len(parts) != len(keys):
        return amount.text
    return "{" + ", ".join(f"{k}: {v}" for k, v in zip(keys, parts, strict=True)) + "}"


def _refused(file: str, code: str, message: str, hint: str = "") -> SpecError:
    return SpecError((Finding(Where(file), code, message, hint),))

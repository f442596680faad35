"""The course of work: when each row of a hall or of site works runs, without waiting for anyone.

A forward pass at likely durations in elapsed days, for what the optimiser needs only roughly: which
crews a hall takes in which period, and when its equipment is due. Dates that a plan commits to come
from simulation (`Readiness`); `stretched` scales a course to them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING

from planner.domain.activity import Kind

if TYPE_CHECKING:
    from planner.domain.activity import Activity, Relation
    from planner.domain.plan import Candidate
    from planner.domain.portfolio import CatalogFile, Portfolio
    from planner.domain.site import Site

DAYS_PER_WEEK = 7
Key = tuple[str, int]
"""Row and block; block -1 for rows done once a hall or site."""


@dataclass(frozen=True)
class Row:
    """One activity of a course.

    Parameters
    ----------
    name
        Row of the mode, tail or works.
    start_day, end_day, finish_day
        From the release: start, end of work (the crew leaves), and finish [day].
    crews
        Crews held by trade, those behind the calendar included.
    equipment
        Classes of equipment of which a unit must be there at the start.
    cost_share
        Share of the hall's construction cost.
    """

    name: str
    start_day: float
    end_day: float
    finish_day: float
    crews: dict[str, int]
    equipment: tuple[str, ...]
    cost_share: float


@dataclass(frozen=True)
class Course:
    """Rows in the order of the catalog; days count from the release."""

    rows: tuple[Row, ...]

    @property
    def span_day(self) -> float:
        """Days from the release to the last finish."""
        return max((row.finish_day for row in self.rows), default=0.0)

    def stretched(self, span_day: float) -> Course:
        """Return the course scaled to a span; unchanged where it has none of its own."""
        factor = span_day / self.span_day if self.span_day > 0 and span_day > 0 else 1.0
        return Course(
            tuple(
                replace(
                    row, start_day=row.start_day * factor, end_day=row.end_day * factor,
                    finish_day=row.finish_day * factor,
                )
                for row in self.rows
            )
        )  # fmt: skip

    def finish_of(self, name: str) -> float:
        """Return the day by which all rows of a name are finished; 0 if there is none."""
        return max((row.finish_day for row in self.rows if row.name == name), default=0.0)


@dataclass(frozen=True)
class _Item:
    """A row before the pass: its activity, elapsed work, relations with keys, crews."""

    activity: Activity
    work_day: float
    after: tuple[tuple[Key, Relation], ...]
    crews: dict[str, int]
    cost_share: float


def hall_course(portfolio: Portfolio, candidate: Candidate) -> Course:
    """Return the course of one hall of a candidate, tails of all its blocks included."""
    site = portfolio.sites[candidate.site]
    group, mode = site.groups[candidate.group], portfolio.catalog.modes[candidate.mode]
    local = group.work_factor.likely if group.work_factor else 1.0
    hall_ratio = group.it_power.likely / mode.unit_it_power.likely
    items: dict[Key, _Item] = {}
    hooks: dict[str, str] = {}
    sources = [(mode.activities, hall_ratio)]
    if mode.tail is not None:
        tail = portfolio.catalog.tails[mode.tail]
        hooks = dict(mode.hooks)
        sources.append(
            (tail.activities, group.it_power.likely / group.blocks / tail.unit_it_power.likely)
        )
    rows = {name: activity for activities, _ in sources for name, activity in activities.items()}
    is_tail = {name: i > 0 for i, (activities, _) in enumerate(sources) for name in activities}
    per_block = {n for n, a in rows.items() if is_tail[n] or a.per == "block"}
    for activities, ratio in sources:
        for name, activity in activities.items():
            blocks = range(group.blocks) if name in per_block else (-1,)
            scale = ratio ** (activity.scale.likely if activity.scale else 0.0)
            for block in blocks:
                items[name, block] = _Item(
                    activity,
                    _elapsed(portfolio.catalog, activity, candidate.calendar) * scale * local,
                    _bound(activity, block, rows, per_block, hooks, group.blocks),
                    _crews(portfolio.catalog, activity, candidate.calendar),
                    (activity.cost_share.likely if activity.cost_share else 0.0) / len(blocks),
                )
    return _passed(items)


def works_course(portfolio: Portfolio, site: Site) -> Course:
    """Return the course of a site's works from their start; rows done before take no time."""
    if site.works is None:
        return Course(())
    works = site.works
    activities = portfolio.catalog.works[works.network].activities
    items = {}
    for name, activity in activities.items():
        factor = works.factors[name].likely if name in works.factors else 1.0
        work = 0.0 if name in works.done else _elapsed(portfolio.catalog, activity, "standard")
        items[name, -1] = _Item(
            activity, work * factor, _bound(activity, -1, activities, set(), {}, 1), {}, 0.0
        )
    return _passed(items)


def _calendar(activity: Activity, choice: str) -> str:
    return activity.calendar if choice == "standard" or activity.keeps_calendar else choice


def _elapsed(catalog: CatalogFile, activity: Activity, choice: str) -> float:
    """Return likely work in elapsed days on the calendar that the choice gives."""
    own = catalog.calendars[activity.calendar]
    runs_on = catalog.calendars[_calendar(activity, choice)]
    per_day = own.output_per_week.likely / len(own.days)
    working_days = (
        activity.duration.likely * per_day / (runs_on.output_per_week.likely / len(runs_on.days))
    )
    return working_days * DAYS_PER_WEEK / len(runs_on.days)


def _crews(catalog: CatalogFile, activity: Activity, choice: str) -> dict[str, int]:
    behind = catalog.calendars[_calendar(activity, choice)].crews_behind
    return {trade: ceil(n * behind) for trade, n in activity.crews.items()}


def _bound(
    activity: Activity, block: int, rows: dict[str, Activity], per_block: set[str],
    hooks: dict[str, str], blocks: int,
) -> tuple[tuple[Key, Relation], ...]:  # fmt: skip
    """Return an activity's relations with the keys of their rows; others are satisfied."""
    bound = []
    for relation in activity.after:
        name = relation.predecessor
        is_before = name.startswith("prev.")
        name = hooks.get(name.removeprefix("prev."), name.removeprefix("prev."))
        if name not in rows or (is_before and block <= 0):
            continue
        if name not in per_block:
            keys = [(name, -1)]
        elif block < 0:
            keys = [(name, b) for b in range(blocks)]
        else:
            keys = [(name, block - 1 if is_before else block)]
        bound += [(key, relation) for key in keys]
    return tuple(bound)


def _passed(items: dict[Key, _Item]) -> Course:
    """Return the forward pass over rows, predecessors first."""
    done: dict[Key, Row] = {}
    waiting = list(items)
    while waiting:
        left = [key for key in waiting if not _place(key, items, done)]
        if len(left) == len(waiting):
            raise ValueError(f"rows form a cycle: {', '.join(name for name, _ in left)}")
        waiting = left
    return Course(tuple(done[key] for key in items))


def _place(key: Key, items: dict[Key, _Item], done: dict[Key, Row]) -> bool:
    """Place a row if its predecessors are placed; return whether it was."""
    item = items[key]
    if any(before not in done for before, _ in item.after):
        return False
    start = finish = 0.0
    for before, relation in item.after:
        row, lag = done[before], relation.lag_day
        if relation.kind is Kind.FS:
            start = max(start, row.finish_day + lag)
        elif relation.kind is Kind.SS:
            start = max(start, row.start_day + lag)
        elif relation.kind is Kind.FF:
            finish = max(finish, row.finish_day + lag)
        else:
            finish = max(finish, row.start_day + lag)
    end = start + item.work_day
    done[key] = Row(
        key[0], start, end, max(end, finish), item.crews, item.activity.waits_for, item.cost_share
    )
    return True

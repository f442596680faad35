"""Rows of single activities: of site works, and of a hall by block and lot."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from planner.report import words
from planner.report.document import Bar, GanttRow
from planner.report.gantt.axis import earlier_of

if TYPE_CHECKING:
    from planner.report.facts import Facts, ScheduleRow
    from planner.report.gantt.axis import Axis

Span = tuple[dt.date | None, dt.date | None]
NOWHERE: Final[Span] = (None, None)
"""Start and finish in a baseline that does not have the activity."""
NONE: Final = float("nan")


@dataclass(frozen=True)
class Activities:
    """Makes the rows of activities; `start` to `finish` by name is what they are held against."""

    facts: Facts
    axis: Axis

    def row(self, r: ScheduleRow, parent: str, depth: int) -> GanttRow:
        """Return the row of an activity."""
        logic, axis = self.facts.logic, self.axis
        is_path = self.is_path(r)
        begin, end = axis.cut(r.start_p50), axis.cut(r.finish_p50)
        spare, free = self.spare(r), NONE if self.is_over(r) else r.free_float_day
        bars = [
            *self.thin(self.baseline(r), self.earlier(r)),
            Bar("build", begin, end, f"{r.title}: {words.iso(r.start_p50)} to "
                f"{words.iso(r.finish_p50)} at P50"),
            *self.driving([r]),
            *axis.tail(r.finish_p50, spare),
        ]  # fmt: skip
        cells = axis.cells(r.start_p50, r.finish_p50, r.finish_p80, spare, free,
                           self.baseline(r)[1], r.criticality, self.earlier(r)[1])  # fmt: skip
        name = f"{r.title} · block {r.block}" if r.block else r.title
        return GanttRow(
            r.activity, parent, depth, name, cells, tuple(bars), (), is_path=is_path,
            needs=self.crews(r.activity), driver=logic.driver.get(r.activity, ""),
            done=self.reported(r.activity),
        )  # fmt: skip

    def crews(self, activity: str) -> tuple[tuple[str, int], ...]:
        """Return the crews of an activity, trades by their titles."""
        trades = self.facts.result.portfolio.catalog.trades
        held = self.facts.logic.crews.get(activity, ())
        return tuple((trades[t].title if t in trades else t, n) for t, n in held)

    def is_over(self, r: ScheduleRow) -> bool:
        """Return whether an activity was done by the data date in (almost) every future."""
        return r.finish_p90 is not None and r.finish_p90 <= self.facts.result.plan.data_date

    def spare(self, r: ScheduleRow) -> float:
        """Return the total float of an activity [day], NaN of one that is over."""
        return NONE if self.is_over(r) else r.total_float_day

    def reported(self, activity: str) -> float | None:
        """Return the share of an activity that was reported done, None where none was said."""
        actuals = self.facts.result.portfolio.actuals
        said = actuals.activities.get(activity) if actuals else None
        if said is None or said.finished is not None or said.percent is None:
            return None
        return said.percent.likely

    def baseline(self, r: ScheduleRow) -> Span:
        """Return start and finish of an activity in the baseline, or in the deterministic plan."""
        named = self.facts.result.baseline
        if named is None:
            return r.start, r.finish
        return named.start.get(r.activity), named.finish.get(r.activity)

    def earlier(self, r: ScheduleRow) -> Span:
        """Return start and finish of an activity in the run before, None where it is not there."""
        named = earlier_of(self.facts)
        return (named.start.get(r.activity), named.finish.get(r.activity)) if named else NOWHERE

    def thin(self, baseline: Span, earlier: Span) -> list[Bar]:
        """Return the thin bars of both baselines."""
        return [*self.axis.base(*baseline, "base"), *self.axis.base(*earlier, "earlier")]

    def is_path(self, r: ScheduleRow) -> bool:
        """Return whether an activity drives the key date; its site's last, where none is known."""
        path = self.facts.logic.path
        return r.activity in path if path else r.is_driving

    def driving(self, rows: list[ScheduleRow]) -> list[Bar]:
        """Return the stretches of driving activities, by P50 dates."""
        return [
            Bar("driving", self.axis.cut(r.start_p50), self.axis.cut(r.finish_p50),
                f"driving: {r.title}")
            for r in rows
            if (self.is_path(r) or r.is_driving) and r.finish_p50
        ]  # fmt: skip

    def shows(self, r: ScheduleRow) -> bool:
        """Return whether an activity lies on the axis."""
        return r.finish_p50 is None or r.finish_p50 > self.axis.start

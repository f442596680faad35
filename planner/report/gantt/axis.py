"""The axis of a Gantt, and the numbers and marks that lie on it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.report import words
from planner.report.document import Bar, GanttColumn, Mark, MarkKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from planner.report.facts import Facts
    from planner.report.facts.spread import Dates

COLUMNS: Final = (
    GanttColumn("Start", "date", "Start at P50.", is_first_to_go=True),
    GanttColumn("P50", "date", "Finish that half of the futures keep."),
    GanttColumn("P80", "date", "Finish that four in five futures keep.", is_first_to_go=True),
    GanttColumn("TF d", "day", "Total float: days it can slip before its site's last milestone "
                "moves; deterministic pass.", is_first_to_go=True),
    GanttColumn("FF d", "day", "Free float: days it can slip before a successor moves; "
                "deterministic pass.", is_first_to_go=True),
    GanttColumn("Slip d", "day", "Days of the P50 finish after that of the baseline."),
    GanttColumn("Crit.", "share", "Criticality index: share of futures in which it drives its "
                "milestone.", is_first_to_go=True),
)  # fmt: skip

Cells = tuple[float | None, ...]


@dataclass(frozen=True)
class Axis:
    """Dates to days since the axis begins; what lies beyond its end is cut there."""

    start: dt.date
    end: dt.date

    def day(self, date: dt.date | None) -> float | None:
        """Return the day since the start, None for a date that never comes."""
        return None if date is None else float((date - self.start).days)

    def cut(self, date: dt.date | None) -> float:
        """Return the day on the axis, its end for a date that never comes."""
        last = float((self.end - self.start).days)
        day = self.day(date)
        return last if day is None else min(max(day, 0.0), last)

    def cells(
        self,
        start: dt.date | None = None,
        p50: dt.date | None = None,
        p80: dt.date | None = None,
        total_float: float = np.nan,
        free_float: float = np.nan,
        baseline: dt.date | None = None,
        criticality: float | None = None,
    ) -> Cells:
        """Return the numbers of `COLUMNS`."""
        slip = float((p50 - baseline).days) if p50 and baseline else None
        return (self.day(start), self.day(p50), self.day(p80), _finite(total_float),
                _finite(free_float), slip, criticality)  # fmt: skip

    def mark(self, kind: MarkKind, spread: Dates, label: str) -> Mark:
        """Return a milestone at P50 with its spread."""
        said = (
            f"{label}: P10 {words.iso(spread.p10)}, P50 {words.iso(spread.p50)}, "
            f"P80 {words.iso(spread.p80)}, P90 {words.iso(spread.p90)}"
        )
        return Mark(kind, self.cut(spread.p50), self.day(spread.p10), self.day(spread.p80),
                    self.day(spread.p90), said)  # fmt: skip

    def tail(self, finish: dt.date | None, days: float) -> list[Bar]:
        """Return the float after a finish, nothing below a day."""
        if finish is None or not np.isfinite(days) or days < 1:
            return []
        begin, end = self.cut(finish), self.cut(finish + dt.timedelta(days=round(days)))
        return [Bar("float", begin, end, f"total float {words.days(days)}")] if end > begin else []

    def base(self, start: dt.date | None, finish: dt.date | None) -> list[Bar]:
        """Return the thin bar of a baseline."""
        if start is None or finish is None or finish <= self.start:
            return []
        said = f"baseline {words.iso(start)} to {words.iso(finish)}"
        return [Bar("base", self.cut(start), self.cut(finish), said)]


def _finite(value: float) -> float | None:
    return float(round(value)) if np.isfinite(value) else None


def axis_of(facts: Facts) -> Axis:
    """Return the axis: from the first quarter that shows something to the end of the horizon."""
    begins = [h.hall.start.release for h in facts.halls if h.hall.start]
    works = [r.start for r in facts.schedule if not r.hall and r.start]
    first = min([facts.result.plan.data_date, *begins, *works])
    last = facts.result.portfolio.spec.horizon
    return Axis(dt.date(first.year, (first.month - 1) // 3 * 3 + 1, 1), last)


def span(bars: Iterable[Bar]) -> tuple[Bar, ...]:
    """Return the summary bar over others, with the baseline's under it."""
    bars = tuple(bars)
    made = []
    for kind, of in (("base", {"base"}), ("summary", {"build", "tail", "done"})):
        mine = [b for b in bars if b.kind in of]
        if mine:
            first, last = min(b.start for b in mine), max(b.end for b in mine)
            made.append(Bar("base" if kind == "base" else "summary", first, last, kind))
    return tuple(made)

"""The axis of a Gantt, and the numbers and marks that lie on it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from planner.report import words
from planner.report.document import Bar, GanttColumn, Mark, MarkKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from planner.domain.baseline import Baseline
    from planner.report.document import BarKind
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
SINCE: Final = GanttColumn("Since d", "day", "Days of the P50 finish after that of the run before.",
                           is_first_to_go=True)  # fmt: skip
"""The column of the second baseline, where there is one."""

Cells = tuple[float | None, ...]


@dataclass(frozen=True)
class Axis:
    """Dates to days since the axis begins; what lies beyond its end is cut there.

    Parameters
    ----------
    has_earlier
        Whether there is a second baseline, and a column for it.
    """

    start: dt.date
    end: dt.date
    has_earlier: bool = False

    @property
    def columns(self) -> tuple[GanttColumn, ...]:
        """The columns beside the names."""
        return (*COLUMNS[:-1], SINCE, COLUMNS[-1]) if self.has_earlier else COLUMNS

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
        earlier: dt.date | None = None,
    ) -> Cells:
        """Return the numbers of `columns`; `baseline` and `earlier` are finishes at P50."""
        slip, since = (float((p50 - b).days) if p50 and b else None for b in (baseline, earlier))
        made = (self.day(start), self.day(p50), self.day(p80), _finite(total_float),
                _finite(free_float), slip)  # fmt: skip
        return (*made, since, criticality) if self.has_earlier else (*made, criticality)

    def mark(self, kind: MarkKind, spread: Dates, label: str) -> Mark:
        """Return a milestone at P50 with its spread."""
        said = (
            f"{label}: P10 {words.iso(spread.p10)}, P50 {words.iso(spread.p50)}, "
            f"P80 {words.iso(spread.p80)}, P90 {words.iso(spread.p90)}"
        )
        return Mark(kind, self.cut(spread.p50), self.day(spread.p10), self.day(spread.p80),
                    self.day(spread.p90), said)  # fmt: skip

    def marks(self, kind: MarkKind, spread: Dates, label: str) -> list[Mark]:
        """Return a milestone, none where P50 does not come: a mark at the axis' end would lie."""
        return [self.mark(kind, spread, label)] if spread.p50 else []

    def tail(self, finish: dt.date | None, days: float) -> list[Bar]:
        """Return the float after a finish, nothing below a day."""
        if finish is None or not np.isfinite(days) or days < 1:
            return []
        begin, end = self.cut(finish), self.cut(finish + dt.timedelta(days=round(days)))
        return [Bar("float", begin, end, f"total float {words.days(days)}")] if end > begin else []

    def base(
        self, start: dt.date | None, finish: dt.date | None, kind: Literal["base", "earlier"]
    ) -> list[Bar]:
        """Return the thin bar of a baseline, nothing where it lies before the axis."""
        if start is None or finish is None or finish <= self.start:
            return []
        said = "baseline" if kind == "base" else "run before"
        said = f"{said} {words.iso(start)} to {words.iso(finish)}"
        return [Bar(kind, self.cut(start), self.cut(finish), said)]


def _finite(value: float) -> float | None:
    return float(round(value)) if np.isfinite(value) else None


def axis_of(facts: Facts) -> Axis:
    """Return the axis: from the first quarter that shows something to the end of the horizon."""
    begins = [h.hall.start.release for h in facts.halls if h.hall.start]
    works = [r.start for r in facts.schedule if not r.hall and r.start]
    first = min([facts.result.plan.data_date, *begins, *works])
    last = facts.result.portfolio.spec.horizon
    return Axis(
        dt.date(first.year, (first.month - 1) // 3 * 3 + 1, 1), last, earlier_of(facts) is not None
    )


def earlier_of(facts: Facts) -> Baseline | None:
    """Return the second baseline: the run before, unless it is the first already."""
    parent, first = facts.result.parent, facts.result.baseline
    found = parent.schedule if parent else None
    return None if found and first and found.name == first.name else found


def span(bars: Iterable[Bar]) -> tuple[Bar, ...]:
    """Return the summary bar over others, with the baseline's under it."""
    bars = tuple(bars)
    made = []
    kinds: tuple[tuple[BarKind, set[BarKind]], ...] = (
        ("base", {"base"}), ("earlier", {"earlier"}), ("summary", {"build", "tail", "done"}),
    )  # fmt: skip
    for kind, of in kinds:
        mine = [b for b in bars if b.kind in of]
        if mine:
            first, last = min(b.start for b in mine), max(b.end for b in mine)
            made.append(Bar(kind, first, last, kind))
    return tuple(made)


def joined(bars: Iterable[Bar]) -> tuple[Bar, ...]:
    """Return stretches of one kind as few: those that touch, or lie a day apart, are one."""
    made: list[Bar] = []
    for bar in sorted(bars, key=lambda b: (b.start, b.end)):
        last = made[-1] if made else None
        if last and bar.start <= last.end + 1:
            made[-1] = Bar(bar.kind, last.start, max(last.end, bar.end), "driving path")
        else:
            made.append(bar)
    return tuple(made)

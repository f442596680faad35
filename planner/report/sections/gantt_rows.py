"""The Gantt as data: dates, then site, power, deliveries, works, groups, halls and activities."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.report import words
from planner.report.document import Bar, Gantt, GanttLink, GanttRow, Mark, StripLine, is_shown
from planner.report.gantt.activities import Activities, Span
from planner.report.gantt.axis import Axis, Cells, axis_of, earlier_of, joined, span
from planner.report.gantt.dates import delivery_rows, power_rows, target_rows
from planner.report.gantt.options import rejected_rows

if TYPE_CHECKING:
    from planner.report.facts import Facts, HallDates, ScheduleRow

TITLE_LENGTH: Final = 26
OPEN_ROWS: Final = 40
"""Rows shown at most when the page opens."""
BASELINE: Final = "the deterministic plan"


def gantt(facts: Facts) -> Gantt:
    """Return the Gantt of a run."""
    axis = axis_of(facts)
    makes = _Rows(facts, axis)
    rows = [*target_rows(facts, axis)]
    for site in facts.inventory.site:
        rows += makes.site(site)
    halls = [h for h in facts.halls if h.hall.start]
    named = facts.result.baseline
    baseline = f"the run {named.name} at P50" if named else BASELINE
    before = earlier_of(facts)
    thin = f"{baseline}; dashed: the run before, {before.name}" if before else baseline
    path = "the date the report turns on" if facts.logic.path else "each site's last milestone"
    return Gantt(
        name="gantt",
        title=_title(facts, halls),
        subtitle=(
            "Bars from start to finish at P50, halls to ready for IT (solid) and to service "
            f"(light); thin grey: {thin}; outlined: total float; hatched: what drives {path}; "
            "marks at P50 with P10 to P90 and a tick at P80; targets with the chance of meeting "
            "them; shaded: storm season; below: MW of facility power"
        ),
        start=axis.start,
        end=axis.end,
        data_date=facts.result.plan.data_date,
        columns=axis.columns,
        rows=_folded(tuple(rows)),
        strip=_strip(facts, axis),
        table="halls",
        links=_links(facts, rows),
        baseline=baseline,
        earlier=f"the run {before.name} at P50" if before else "",
        storms=_storms(facts, axis),
        limits=_limits(facts),
    )


def _title(facts: Facts, halls: list[HallDates]) -> str:
    served = [h for h in halls if h.service.p50]
    if not halls:
        return "No hall is started"
    if not served:
        return f"{words.counted(len(halls), 'hall')} started, none with GPUs in service at P50"
    first, last = (f(h.service.p50 for h in served if h.service.p50) for f in (min, max))
    number = words.counted(len(served), "hall")
    if first == last or len(served) == 1:
        return f"{number} comes into service at P50, in {words.month(first)}"
    return f"{number} come into service from {words.month(first)} to {words.month(last)}, at P50"


class _Rows:
    """Makes the rows of a site, outermost first."""

    def __init__(self, facts: Facts, axis: Axis) -> None:
        self.facts, self.axis = facts, axis
        self.activities = Activities(facts, axis)
        self.by_hall: dict[str, list[ScheduleRow]] = {}
        for r in facts.schedule:
            if self.activities.shows(r):
                self.by_hall.setdefault(r.hall, []).append(r)

    def site(self, site: str) -> list[GanttRow]:
        """Return a site and all beneath it; nothing where the plan does nothing there."""
        rows = [
            *power_rows(self.facts, self.axis, site),
            *delivery_rows(self.facts, self.axis, site),
            *self.works(site),
            *self.groups(site),
        ]
        if not any(r.bars for r in rows) and all(r.depth == 1 for r in rows):
            return []
        title = self.facts.result.portfolio.sites[site].title
        halls = [h for h in self.facts.halls if h.hall.site == site and h.hall.start]
        return [GanttRow(site, "", 0, title, self.last(halls), span(_taken(rows)), ()), *rows]

    def works(self, site: str) -> list[GanttRow]:
        """Return the row of site works and beneath it one a row of the catalog."""
        works = [r for r in self.by_hall.get("", ()) if r.site == site]
        if not works:
            return []
        key = f"works/{site}"
        rows = [self.activities.row(r, key, 2) for r in works]
        bars = (*span(_taken(rows)), *joined(self.activities.driving(works)))
        top = GanttRow(key, site, 1, "Site works", self.cells(works), bars, (), fold="closed")
        return [top, *rows]

    def groups(self, site: str) -> list[GanttRow]:
        """Return the groups of a site with their halls, and the options not taken."""
        halls = [h for h in self.facts.halls if h.hall.site == site and self.is_shown(h)]
        made: list[GanttRow] = []
        for group in dict.fromkeys(h.hall.group for h in halls):
            members = [h for h in halls if h.hall.group == group]
            rows = [row for h in members for row in self.hall(h)]
            inner = [r for r in rows if r.depth == 2]
            known = self.facts.result.portfolio.sites[site].groups.get(group)
            title = (known.title if known else "") or group
            name = f"{_short(title)} ({words.counted(len(members), 'hall')})"
            driving = joined(b for r in inner for b in r.bars if b.kind == "driving")
            modes = {h.hall.mode for h in members}
            points = tuple(Mark(m.kind, m.day, None, None, None, m.label)
                           for r in inner for m in r.marks)  # fmt: skip
            bars = (*span(_taken(inner)), *driving)
            made.append(GanttRow(f"{site}/{group}", site, 1, name, self.last(members), bars,
                                 points, fold="closed",
                                 mode=modes.pop() if len(modes) == 1 else ""))  # fmt: skip
            made += [*rows, *rejected_rows(self.facts, self.axis, site, group)]
        return made

    def is_shown(self, made: HallDates) -> bool:
        """Return whether a hall is built, or stands and something is still done in it."""
        if made.hall.start:
            return True
        rows = self.by_hall.get(made.hall.name, ())
        return any(r.start_p50 and r.start_p50 >= self.axis.start for r in rows)

    def hall(self, made: HallDates) -> list[GanttRow]:
        """Return a hall and its activities."""
        hall, axis, rows = made.hall, self.axis, self.by_hall.get(made.hall.name, [])
        until = self.until_service(made)
        before, earlier = self.baseline(until), self.earlier(until)
        bars, marks = self.activities.thin(before, earlier), list[Mark]()
        ready = axis.cut(made.ready.p50)
        if hall.start:
            bars.append(Bar("build", axis.cut(hall.start.release), ready, f"{hall.name}: release "
                            f"{words.iso(hall.start.release)}, ready for IT "
                            f"{words.iso(made.ready.p50)} at P50"))  # fmt: skip
        if made.service.p50 and axis.cut(made.service.p50) > ready:
            said = f"{hall.name}: racks and burn-in to {words.iso(made.service.p50)} at P50"
            bars.append(Bar("tail", ready, axis.cut(made.service.p50), said))
            marks.append(axis.mark("rfs", made.service, f"{hall.name} ready for service"))
        bars += [*axis.tail(made.service.p50 or made.ready.p50, self.spare(rows)),
                 *joined(self.activities.driving(rows))]  # fmt: skip
        cells = axis.cells(
            hall.start.release if hall.start else None, made.service.p50, made.service.p80,
            self.spare(rows), baseline=before[1], earlier=earlier[1],
        )  # fmt: skip
        top = GanttRow(hall.name, f"{hall.site}/{hall.group}", 2,
                       f"{hall.name.rpartition('/')[2]} {hall.mode}", cells, tuple(bars),
                       tuple(marks), fold="closed", mode=hall.mode)  # fmt: skip
        return [top, *(self.activities.row(r, hall.name, 3) for r in rows)]

    def until_service(self, made: HallDates) -> list[ScheduleRow]:
        """Return the activities of a hall up to its service: GPUs that replace others come after.

        What it is held against ends with the same hand-over as its forecast.
        """
        end = made.service.p50 or made.ready.p50
        rows = self.by_hall.get(made.hall.name, [])
        return [r for r in rows if end and r.finish_p50 and r.finish_p50 <= end]

    def spare(self, rows: list[ScheduleRow]) -> float:
        """Return the least total float of activities that end and are not over, NaN where none."""
        floats = [self.activities.spare(r) for r in rows if r.finish_p50]
        return min((f for f in floats if np.isfinite(f)), default=float("nan"))

    def baseline(self, rows: list[ScheduleRow]) -> Span:
        """Return the first start and the last finish of activities in the baseline."""
        return _around([self.activities.baseline(r) for r in rows])

    def earlier(self, rows: list[ScheduleRow]) -> Span:
        """Return the same in the run before."""
        return _around([self.activities.earlier(r) for r in rows])

    def cells(self, rows: list[ScheduleRow]) -> Cells:
        """Return the numbers of a summary of activities."""
        starts = [r.start_p50 for r in rows if r.start_p50]
        p50 = [r.finish_p50 for r in rows if r.finish_p50]
        p80 = [r.finish_p80 for r in rows if r.finish_p80]
        return self.axis.cells(
            min(starts, default=None), max(p50, default=None), max(p80, default=None),
            self.spare(rows), baseline=self.baseline(rows)[1], earlier=self.earlier(rows)[1],
        )  # fmt: skip

    def last(self, halls: list[HallDates]) -> Cells:
        """Return the numbers of a summary of halls: when the last of them serves."""
        rows = [r for h in halls for r in self.by_hall.get(h.hall.name, ())]
        served = [r for h in halls for r in self.until_service(h)]
        begins = [h.hall.start.release for h in halls if h.hall.start]
        p50 = [h.service.p50 for h in halls if h.service.p50]
        p80 = [h.service.p80 for h in halls if h.service.p80]
        return self.axis.cells(
            min(begins, default=None), max(p50, default=None), max(p80, default=None),
            self.spare(rows), baseline=self.baseline(served)[1], earlier=self.earlier(served)[1],
        )  # fmt: skip


def _around(spans: list[Span]) -> Span:
    """Return the first start and the last finish of those that have any."""
    starts, ends = [s[0] for s in spans if s[0]], [s[1] for s in spans if s[1]]
    return min(starts, default=None), max(ends, default=None)


def _limits(facts: Facts) -> dict[str, tuple[tuple[str, int], ...]]:
    """Return the crews that each site has, trades by their titles."""
    portfolio = facts.result.portfolio
    trades = portfolio.catalog.trades
    return {
        name: tuple((trades[t].title if t in trades else t, int(n)) for t, n in site.crews.items())
        for name, site in portfolio.sites.items()
        if site.crews
    }


def _taken(rows: list[GanttRow]) -> list[Bar]:
    return [b for r in rows if not r.is_rejected for b in r.bars]


def _short(title: str) -> str:
    """Return a title that leaves room for the count of halls beside it."""
    return title if len(title) <= TITLE_LENGTH else f"{title[: TITLE_LENGTH - 1].rstrip()}…"


def _folded(rows: tuple[GanttRow, ...]) -> tuple[GanttRow, ...]:
    """Return the rows as the page opens: at hall groups, the driving path shown where it fits."""
    by_key = {r.key: r for r in rows}
    holds: set[str] = set()
    for row in rows:
        above = row
        while row.is_path and above.parent:
            above = by_key[above.parent]
            holds.add(above.key)
    marked = [replace(r, is_path=r.is_path or r.key in holds) for r in rows]
    # From the fullest to the barest; the last leaves sites alone, however many.
    for deepest in (2, 1, 0):
        made = tuple(
            replace(r, fold="path") if r.key in holds and 0 < r.depth <= deepest else r
            for r in marked
        )
        if _count(made) <= OPEN_ROWS:
            return made
    return tuple(replace(r, fold="closed") if r.depth == 0 else r for r in marked)


def _count(rows: tuple[GanttRow, ...]) -> int:
    by_key = {r.key: r for r in rows}
    return sum(is_shown(r, by_key) for r in rows)


def _links(facts: Facts, rows: list[GanttRow]) -> tuple[GanttLink, ...]:
    """Return the relations between rows that there are."""
    known = {r.key for r in rows}
    return tuple(
        GanttLink(x.predecessor, x.successor, x.kind, x.lag_day, x.is_driver)
        for x in facts.logic.links
        if x.predecessor in known and x.successor in known
    )


def _storms(facts: Facts, axis: Axis) -> dict[str, tuple[tuple[float, float], ...]]:
    """Return the storm seasons of each site whose climate has any."""
    portfolio, made = facts.result.portfolio, {}
    for name, site in portfolio.sites.items():
        climate = portfolio.catalog.climates.get(site.climate or "")
        if climate is None or not climate.storm_rate.likely:
            continue
        made[name] = tuple(_seasons(axis, climate.storm_months))
    return {k: v for k, v in made.items() if v}


def _seasons(axis: Axis, months: tuple[int, ...]) -> list[tuple[float, float]]:
    """Return the spans of days of the given months, neighbours joined."""
    spans: list[tuple[float, float]] = []
    for number in range(axis.start.year * 12, axis.end.year * 12 + 12):
        if number % 12 + 1 not in months:
            continue
        begin, end = (axis.cut(dt.date(n // 12, n % 12 + 1, 1)) for n in (number, number + 1))
        if end <= begin:
            continue
        if spans and spans[-1][1] == begin:
            begin = spans.pop()[0]
        spans.append((begin, end))
    return spans


def _strip(facts: Facts, axis: Axis) -> tuple[StripLine, ...]:
    whole = facts.monthly[0]
    days = tuple(axis.cut(d) for d in facts.month_days)
    return tuple(
        StripLine(name, days, tuple(float(v) for v in values))
        for name, values in (
            ("firm power", whole.firm.p50),
            ("halls ready", whole.ready.p50),
            ("GPUs in service", whole.service.p50),
            ("demand planned", whole.demand),
        )
    )

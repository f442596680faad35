"""The Gantt as data: site, power, works, hall group and hall rows, with the MW strip."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.report import words
from planner.report.document import Bar, Gantt, GanttRow, Mark, MarkKind, StripLine
from planner.report.facts.spread import Dates, dates

if TYPE_CHECKING:
    from collections.abc import Iterable

    from planner.report.facts import Facts, HallDates, ScheduleRow

TITLE_LENGTH = 26
OPEN_ROWS = 40
"""Rows up to which halls are shown open."""


@dataclass(frozen=True)
class _Axis:
    """Dates to days since the axis begins; what lies beyond its end is cut there."""

    start: dt.date
    end: dt.date

    def day(self, date: dt.date | None) -> float | None:
        return None if date is None else float((date - self.start).days)

    def cut(self, date: dt.date | None) -> float:
        """Return the day on the axis, its end for a date that never comes."""
        last = float((self.end - self.start).days)
        day = self.day(date)
        return last if day is None else min(max(day, 0.0), last)


def gantt(facts: Facts) -> Gantt:
    """Return the Gantt of a run."""
    axis = _axis(facts)
    rows: list[GanttRow] = []
    for site in facts.inventory.site:
        rows += _site(facts, axis, site)
    shown = len(rows)
    if shown > OPEN_ROWS:
        rows = [_closed(r) for r in rows]
    halls = [h for h in facts.halls if h.hall.start]
    return Gantt(
        name="gantt",
        title=_title(facts, halls),
        subtitle=(
            "Bars: release to ready for IT (solid) and to service (light) at P50; float outlined; "
            "whiskers P10 to P90 with a tick at P80; hatched: driving path of the deterministic "
            "pass; below: MW of facility power at P50"
        ),
        start=axis.start,
        end=axis.end,
        data_date=facts.result.plan.data_date,
        cell_titles=("Service P50", "P80", "Float d"),
        rows=tuple(rows),
        strip=_strip(facts, axis),
        table="halls",
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


def _axis(facts: Facts) -> _Axis:
    """Return the axis: from the first year that shows something to the end of the horizon."""
    begins = [h.hall.start.release for h in facts.halls if h.hall.start]
    first = min([*begins, facts.result.plan.data_date])
    works = [r.start for r in facts.schedule if not r.hall and r.start]
    first = min([first, *works])
    last = facts.result.portfolio.spec.horizon
    return _Axis(dt.date(first.year, (first.month - 1) // 3 * 3 + 1, 1), last)


def _closed(row: GanttRow) -> GanttRow:
    return GanttRow(row.key, row.parent, row.depth, row.name, row.cells, row.bars, row.marks,
                    is_open=row.depth == 0)  # fmt: skip


def _site(facts: Facts, axis: _Axis, site: str) -> list[GanttRow]:
    title = facts.result.portfolio.sites[site].title
    halls = [h for h in facts.halls if h.hall.site == site and h.hall.start]
    works = [r for r in facts.schedule if r.site == site and not r.hall]
    rows = [
        *_power(facts, axis, site),
        *_works(axis, site, works),
        *_groups(facts, axis, site, halls),
    ]
    if not rows:
        return []
    bars = _span(axis, [b for r in rows for b in r.bars])
    return [GanttRow(site, "", 0, title, _cells(_last(halls)), bars, ()), *rows]


def _span(axis: _Axis, bars: Iterable[Bar]) -> tuple[Bar, ...]:
    solid = [b for b in bars if b.kind in {"build", "tail", "done"}]
    if not solid:
        return ()
    return (Bar("summary", min(b.start for b in solid), max(b.end for b in solid), "summary"),)


def _last(halls: list[HallDates]) -> tuple[dt.date | None, dt.date | None] | None:
    p50 = [h.service.p50 for h in halls if h.service.p50]
    p80 = [h.service.p80 for h in halls if h.service.p80]
    return (max(p50), max(p80, default=None)) if p50 else None


def _cells(
    last: tuple[dt.date | None, dt.date | None] | None, total_float: str = ""
) -> tuple[str, ...]:
    if last is None:
        return ("", "", total_float)
    return (words.iso(last[0]), words.iso(last[1]), total_float)


def _power(facts: Facts, axis: _Axis, site: str) -> list[GanttRow]:
    """Return a row for each tranche that is energised after the axis begins."""
    inventory, outcome = facts.inventory, facts.result.outcome
    made = []
    for t, record in enumerate(inventory.tranches):
        if inventory.site[inventory.tranche_site[t]] != site:
            continue
        spread = dates(outcome, outcome.energised_min[:, t])
        if spread.p50 is not None and spread.p50 < axis.start:
            continue
        key = outcome.tranche[t]
        name = f"{record.title}, {words.mw(record.firm.likely)} firm"
        mark = _mark(axis, "power", spread, name)
        cells = (words.iso(spread.p50), words.iso(spread.p80), "")
        made.append(GanttRow(f"power/{key}", site, 1, name, cells, (), (mark,)))
    return made


def _mark(axis: _Axis, kind: MarkKind, spread: Dates, label: str) -> Mark:
    said = (
        f"{label}: P10 {words.iso(spread.p10)}, P50 {words.iso(spread.p50)}, "
        f"P80 {words.iso(spread.p80)}, P90 {words.iso(spread.p90)}"
    )
    return Mark(kind, axis.cut(spread.p50), axis.day(spread.p10), axis.day(spread.p80),
                axis.day(spread.p90), said)  # fmt: skip


def _works(axis: _Axis, site: str, works: list[ScheduleRow]) -> list[GanttRow]:
    """Return the row of site works and beneath it one a row of the catalog."""
    if not works:
        return []
    rows = []
    for r in works:
        bar = Bar("build", axis.cut(r.start_p50), axis.cut(r.finish_p50), f"{r.title}, P50")
        bars = [bar, *_driving(axis, [r]), *_float(axis, r.finish_p50, r.total_float_day)]
        cells = (words.iso(r.finish_p50), words.iso(r.finish_p80), _float_text(r.total_float_day))
        key = f"works/{r.activity}"
        rows.append(GanttRow(key, f"works/{site}", 2, r.title, cells, tuple(bars), ()))
    top = GanttRow(
        f"works/{site}", site, 1, "Site works", ("", "", ""),
        (*_span(axis, [b for r in rows for b in r.bars]),
         *_driving(axis, [r for r in works if r.is_driving])), (), is_open=False,
    )  # fmt: skip
    return [top, *rows]


def _groups(facts: Facts, axis: _Axis, site: str, halls: list[HallDates]) -> list[GanttRow]:
    by_hall: dict[str, list[ScheduleRow]] = {}
    for r in facts.schedule:
        by_hall.setdefault(r.hall, []).append(r)
    made: list[GanttRow] = []
    for group in dict.fromkeys(h.hall.group for h in halls):
        members = [h for h in halls if h.hall.group == group]
        rows = [_hall(axis, site, h, by_hall.get(h.hall.name, [])) for h in members]
        title = facts.result.portfolio.sites[site].groups[group].title or group
        name = f"{_short(title)} ({words.counted(len(members), 'hall')})"
        marks = [m for r in rows for m in r.marks]
        driving = dict.fromkeys(b for r in rows for b in r.bars if b.kind == "driving")
        bars = (*_span(axis, [b for r in rows for b in r.bars]), *driving)
        points = tuple(Mark(m.kind, m.day, None, None, None, m.label) for m in marks)
        made.append(
            GanttRow(f"{site}/{group}", site, 1, name, _cells(_last(members)), bars, points)
        )
        made += rows
    return made


def _short(title: str) -> str:
    """Return a title that leaves room for the count of halls beside it."""
    return title if len(title) <= TITLE_LENGTH else f"{title[: TITLE_LENGTH - 1].rstrip()}…"


def _hall(axis: _Axis, site: str, made: HallDates, rows: list[ScheduleRow]) -> GanttRow:
    hall = made.hall
    if hall.start is None:
        raise ValueError(f"{hall.name} stands and has no row")
    begin, ready = axis.cut(hall.start.release), axis.cut(made.ready.p50)
    bars = [Bar("build", begin, ready, f"{hall.name}: release {words.iso(hall.start.release)}, "
                f"ready for IT {words.iso(made.ready.p50)} at P50")]  # fmt: skip
    marks: list[Mark] = []
    ends = [r for r in rows if r.finish_p50 and np.isfinite(r.total_float_day)]
    spare = min((r.total_float_day for r in ends), default=float("nan"))
    if made.service.p50:
        said = f"{hall.name}: racks and burn-in to {words.iso(made.service.p50)} at P50"
        bars.append(Bar("tail", ready, axis.cut(made.service.p50), said))
        marks.append(_mark(axis, "rfs", made.service, f"{hall.name} ready for service"))
    bars += _float(axis, made.service.p50 or made.ready.p50, spare)
    bars += _driving(axis, rows)
    cells = (words.iso(made.service.p50), words.iso(made.service.p80), _float_text(spare))
    name = f"{hall.name.rpartition('/')[2]} {hall.mode}"
    return GanttRow(hall.name, f"{site}/{hall.group}", 2, name, cells, tuple(bars), tuple(marks))


def _float_text(days: float) -> str:
    return f"{round(days):,}" if np.isfinite(days) else ""


def _float(axis: _Axis, finish: dt.date | None, days: float) -> list[Bar]:
    if finish is None or not np.isfinite(days) or days < 1:
        return []
    end = axis.cut(finish + dt.timedelta(days=round(days)))
    begin = axis.cut(finish)
    return [Bar("float", begin, end, f"total float {words.days(days)}")] if end > begin else []


def _driving(axis: _Axis, rows: Iterable[ScheduleRow]) -> list[Bar]:
    """Return the stretches of driving activities, by P50 dates."""
    return [
        Bar("driving", axis.cut(r.start_p50), axis.cut(r.finish_p50), f"driving: {r.title}")
        for r in rows
        if r.is_driving and r.finish_p50
    ]


def _strip(facts: Facts, axis: _Axis) -> tuple[StripLine, ...]:
    whole = facts.monthly[0]
    days = tuple(axis.cut(d) for d in facts.month_days)
    return tuple(
        StripLine(name, days, tuple(float(v) for v in values))
        for name, values in (
            ("firm power", whole.firm.p50),
            ("halls ready", whole.ready.p50),
            ("GPUs in service", whole.service.p50),
        )
    )

"""When, and what drives it: the Gantt with the MW strip, dates by basis, durations of halls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.report import words
from planner.report.document import Column, Columns, Part, Section, Table
from planner.report.sections.gantt_rows import gantt

if TYPE_CHECKING:
    from planner.report.document import Cell
    from planner.report.facts import DateFact, Facts, KindFact
    from planner.report.facts.spread import Dates


def build(facts: Facts) -> tuple[Part | Columns, ...]:
    """Return the parts of the timeline."""
    tables = (dates_table, targets_table, kinds_table, halls_table, _schedule)
    return (gantt(facts), *(table(facts) for table in tables))


DATE_COLUMNS = (
    Column("subject", "Of"), Column("amount_mw", "Capacity", "mw"), Column("basis", "Power"),
    Column("deterministic", "Deterministic", "date"), Column("planned", "Planned", "date"),
    Column("p10", "P10", "date"), Column("p50", "P50", "date"), Column("p80", "P80", "date"),
    Column("p80_error", "± d", "day"), Column("p90", "P90", "date"),
    Column("reached", "Futures that reach it", "share"),
)  # fmt: skip


def _date_cells(d: DateFact) -> tuple[Cell, ...]:
    s = d.spread
    return (d.subject, d.amount_mw, d.basis, d.deterministic, d.planned, s.p10, s.p50, s.p80,
            error_cell(s), s.p90, s.reached)  # fmt: skip


def error_cell(spread: Dates) -> float | None:
    """Return the standard error of a P80, of one that is a date."""
    return None if spread.p80 is None else spread.error_day


def dates_table(facts: Facts) -> Table:
    """Return the date of each capacity by basis."""
    rows = tuple(_date_cells(d) for d in facts.dates)
    note = (
        "First date at which GPUs of that power are in service. IT power is the provisioned power "
        "of their racks; facility power is that times the peak ratio of their hall. Planned is the "
        "date the plan counts on. ± is the standard error of the P80 in days, by the number of "
        "futures alone. A dash: not within the calendar tables."
    )
    return Table("dates", "Capacity in service, by basis", DATE_COLUMNS, rows, note=note)


def targets_table(facts: Facts) -> Table:
    """Return the same for announced and required dates."""
    columns = (
        Column("target", "Target"), *DATE_COLUMNS[:3], Column("by", "Due", "date"),
        Column("chance", "Met in", "share"), *DATE_COLUMNS[3:],
    )  # fmt: skip
    rows = tuple(
        (d.target_name, *_date_cells(d)[:3], d.target, d.chance, *_date_cells(d)[3:])
        for d in facts.targets
    )
    return Table("targets", "Against announced and required dates", columns, rows)


def kinds_table(facts: Facts) -> Table:
    """Return how long halls take, by kind."""
    columns = (
        Column("site", "Site"), Column("group", "Group"), Column("mode", "Mode"),
        Column("calendar", "Calendar"), Column("halls", "Halls", "count"),
        Column("first_release", "First release", "date"),
        Column("last_release", "Last release", "date"),
        *(Column(f"{key}_{q}", q.upper(), "day", group)
          for key, group in (("to_ready", "All: ready for IT"), ("to_service", "All: service"),
                             ("first_to_service", "First hall: service"),
                             ("last_to_service", "Last hall: service"))
          for q in ("p10", "p50", "p90")),
    )  # fmt: skip
    note = (
        "Days from release to the last block. To service includes the wait for power and racks. "
        "All halls of the kind together, then its first and its last hall alone."
    )
    rows = tuple(_kind_cells(k) for k in facts.kinds)
    return Table("hall_durations", "How long halls take, in days from release", columns, rows,
                 note=note)  # fmt: skip


def _kind_cells(k: KindFact) -> tuple[Cell, ...]:
    spreads = (k.to_ready, k.to_service, k.first_to_service, k.last_to_service)
    days = [value for s in spreads for value in (s.p10, s.p50, s.p90)]
    return (k.site, k.group, k.mode, k.calendar, k.halls, k.first_release, k.last_release, *days)


def halls_table(facts: Facts) -> Table:
    """Return the milestones of every hall."""
    columns = (
        Column("hall", "Hall"), Column("mode", "Mode"), Column("calendar", "Calendar"),
        Column("it_mw", "IT", "mw"), Column("release", "Release", "date"),
        Column("ready_deterministic", "Deterministic", "date", "Ready for IT"),
        Column("ready_p50", "P50", "date", "Ready for IT"),
        Column("ready_p80", "P80", "date", "Ready for IT"),
        Column("ready_p80_error", "± d", "day", "Ready for IT"),
        Column("service_p50", "P50", "date", "In service"),
        Column("service_p80", "P80", "date", "In service"),
        Column("service_p80_error", "± d", "day", "In service"),
        Column("gpus", "GPUs", "count"),
    )  # fmt: skip
    rows = tuple(
        (h.hall.name, h.hall.mode, h.hall.calendar, h.hall.it_mw,
         h.hall.start.release if h.hall.start else None, h.ready_deterministic, h.ready.p50,
         h.ready.p80, error_cell(h.ready), h.service.p50, h.service.p80, error_cell(h.service),
         h.gpus)
        for h in facts.halls
    )  # fmt: skip
    return Table("halls", f"All {words.counted(len(rows), 'hall')}", columns, rows, place="folded")


def _schedule(facts: Facts) -> Table:
    columns = (
        Column("activity", "Activity"), Column("title", "Title"), Column("site", "Site"),
        Column("hall", "Hall"), Column("block", "Block"), Column("phase", "Phase"),
        Column("start_deterministic", "Start, deterministic", "date"),
        Column("finish_deterministic", "Finish, deterministic", "date"),
        Column("start_p50", "Start P50", "date"), Column("finish_p10", "Finish P10", "date"),
        Column("finish_p50", "P50", "date"), Column("finish_p80", "P80", "date"),
        Column("finish_p90", "P90", "date"), Column("total_float_day", "Total float", "day"),
        Column("free_float_day", "Free float", "day"), Column("is_driving", "Driving"),
        Column("criticality", "Criticality", "share"), Column("cruciality", "Cruciality", "factor"),
    )  # fmt: skip
    rows = tuple(
        (r.activity, r.title, r.site, r.hall, r.block, r.phase, r.start, r.finish, r.start_p50,
         r.finish_p10, r.finish_p50, r.finish_p80, r.finish_p90, r.total_float_day,
         r.free_float_day, "yes" if r.is_driving else "no", r.criticality, r.cruciality)
        for r in facts.schedule
    )  # fmt: skip
    return Table("schedule", "Schedule", columns, rows, place="file",
                 note="Float in elapsed days, of the deterministic pass.")  # fmt: skip


SECTION = Section("timeline", "Timeline", "When, and what drives it?", build)

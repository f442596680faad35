"""Progress: what has happened by the data date, and what that earned against the baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.report import words
from planner.report.document import Column, Columns, Part, Prose, Section, Table

if TYPE_CHECKING:
    from planner.report.facts import Facts
    from planner.report.facts.progress import EarnedValue, ProgressFact


def build(facts: Facts) -> tuple[Part | Columns, ...]:
    """Return the sentences and the table; nothing where nothing was reported."""
    found = facts.progress
    if found is None:
        return ()
    return (Prose(" ".join(told(found))), earned_table(found))


def told(found: ProgressFact) -> tuple[str, ...]:
    """Return what has happened, what it earned, and by how much time that is early or late."""
    first = (
        f"By {words.iso(found.data_date)}, {found.finished} of {found.activities} activities are "
        f"finished and {found.started} under way; against {found.baseline}:"
    )
    return (first, *(_said(value) for value in found.values))


def _said(value: EarnedValue) -> str:
    if value.total <= 0:
        return f"{value.name}: nothing planned."
    late = ""
    if value.schedule_day is not None and value.spi_t is not None and value.earned < value.total:
        days = round(value.schedule_day - value.elapsed_day)
        way = "ahead of" if days > 0 else "behind"
        late = f", {words.days(abs(days))} {way} it" if days else ", on it"
    unit = value.unit
    return (
        f"{value.name}: {value.earned:,.0f} of {value.planned:,.0f} {unit} planned by then "
        f"({value.total:,.0f} in all){late}."
    )


def earned_table(found: ProgressFact) -> Table:
    """Return what was planned and earned by the data date, a row a measure."""
    columns = (
        Column("measure", "Measure"), Column("unit", "Unit"),
        Column("pv", "Planned (PV)", "number"), Column("ev", "Earned (EV)", "number"),
        Column("ac", "Actual cost (AC)", "number"), Column("bac", "In all (BAC)", "number"),
        Column("sv", "SV", "number"), Column("cv", "CV", "number"),
        Column("spi", "SPI", "factor"), Column("cpi", "CPI", "factor"),
        Column("eac", "EAC", "number"), Column("tcpi", "TCPI", "factor"),
        Column("spi_t", "SPI(t)", "factor"),
    )  # fmt: skip
    rows = tuple(
        (v.name, v.unit, v.planned, v.earned, v.actual, v.total, v.sv, v.cv, v.spi, v.cpi, v.eac,
         v.tcpi, v.spi_t)
        for v in found.values
    )  # fmt: skip
    return Table(
        "earned_value", f"Earned value on {words.iso(found.data_date)}", columns, rows,
        note="Money is earned evenly over each activity; halls, power and racks when they are "
        "there, power as its contracts date it. SPI(t) is the earned schedule over the time "
        "elapsed.",
    )  # fmt: skip


SECTION = Section(
    "progress",
    "Progress",
    "What has happened, against the plan?",
    build,
    lambda facts: facts.progress is not None,
)

"""Capacity of each site over time, against power and demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.report import charts, sentences
from planner.report.document import Chart, Column, Columns, Part, Section, Table
from planner.report.sections.fan_chart import WIDE, capacity_chart

if TYPE_CHECKING:
    from planner.report.document import Cell
    from planner.report.facts import Facts

LINES = (
    ("firm_mw", "Firm power", "firm"),
    ("halls_ready_mw", "Halls ready", "ready"),
    ("docked_mw", "GPUs delivered", "docked"),
    ("service_mw", "GPUs in service, facility", "service"),
    ("service_it_mw", "GPUs in service, IT", "it"),
    ("gpus", "Number of GPUs in service", "gpus"),
)


def build(facts: Facts) -> tuple[Part | Columns, ...]:
    """Return a figure for the portfolio and for each site, and the table of all."""
    number = len(facts.capacity)
    # With one site the portfolio is that site.
    shown = range(number) if number > 2 else range(1, number)
    return (*(_chart(facts, i) for i in shown), _table(facts))


def _chart(facts: Facts, at: int) -> Chart:
    fact = facts.capacity[at]
    labels = [p.label for p in facts.result.plan.periods]
    site = facts.result.portfolio.sites.get(fact.subject)
    name = site.title if site else "the portfolio"
    is_empty = not (fact.demand.any() or fact.firm.p90.any())
    return Chart(
        name=f"capacity_{fact.subject}",
        title=sentences.limit_title(fact, facts.limits[at], labels, name),
        subtitle="MW of facility power on the design day; P50 lines, P10–P90 bands",
        spec=None
        if is_empty
        else charts.finished(capacity_chart(facts, at, width=WIDE, height=200)),
        table="capacity",
        method="Halls count from ready for IT; demand is what the plan places from its own dates.",
    )


def _table(facts: Facts) -> Table:
    columns = (
        Column("subject", "Of"), Column("period", "Period"), Column("end", "End", "date"),
        *(Column(f"{key}_{q}", q.upper(), "count" if field == "gpus" else "mw", title)
          for key, title, field in LINES for q in ("p10", "p50", "p90")),
        Column("demand_mw", "Facility", "mw", "Demand"),
        Column("demand_it_mw", "IT", "mw", "Demand"),
        Column("limit", "Limit at P50"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for c, limit in zip(facts.capacity, facts.limits, strict=True):
        for t, p in enumerate(facts.result.plan.periods):
            values = [float(getattr(getattr(c, field), q)[t]) for _, _, field in LINES
                      for q in ("p10", "p50", "p90")]  # fmt: skip
            rows.append((c.subject, p.label, p.end, *values, float(c.demand[t]),
                         float(c.demand_it[t]), limit[t]))  # fmt: skip
    return Table("capacity", "Capacity by period", columns, tuple(rows), place="folded", note=(
        "At the end of the period; P10 is the value that a tenth of futures lie below."
    ))  # fmt: skip


SECTION = Section("capacity", "Capacity", "How much is in service, and what limits it?", build)

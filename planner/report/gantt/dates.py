"""Rows of dates: targets with the chance of meeting them, power as it comes, racks as they dock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.report import words
from planner.report.document import GanttRow, Mark
from planner.report.facts.inventory import minute
from planner.report.facts.spread import dates

if TYPE_CHECKING:
    import datetime as dt

    from planner.report.facts import DateFact, Facts
    from planner.report.gantt.axis import Axis


def target_rows(facts: Facts, axis: Axis) -> list[GanttRow]:
    """Return the announced and required capacities, or the key date where there are none."""
    found = list(facts.targets) or ([facts.key.fact] if facts.key else [])
    if not found:
        return []
    rows = [_target(facts, axis, d, i) for i, d in enumerate(found)]
    return [GanttRow("dates", "", 0, "Dates", axis.cells(), (), ()), *rows]


def _target(facts: Facts, axis: Axis, d: DateFact, index: int) -> GanttRow:
    site = facts.result.portfolio.sites.get(d.subject)
    amount = f"{words.mw(d.amount_mw)} {d.basis}"
    name = f"{site.title}, {amount}" if site else amount
    marks = axis.marks("point", d.spread, f"{name} in service")
    if d.target:
        said = f"target {words.iso(d.target)}, met in {words.share(d.chance)} of futures"
        of = f"{d.target_name}, {name}" if d.target_name else name
        marks.insert(0, Mark("target", axis.cut(d.target), None, None, None, f"{of}: {said}"))
        name = f"{name}: met in {words.share(d.chance)}"
    cells = axis.cells(None, d.spread.p50, d.spread.p80, baseline=d.target or d.deterministic,
                       earlier=_before(facts, d))  # fmt: skip
    return GanttRow(f"dates/{index}", "dates", 1, name, cells, (), tuple(marks))


def _before(facts: Facts, d: DateFact) -> dt.date | None:
    """Return the P50 of a capacity in the run before."""
    parent = facts.result.parent
    if parent is None:
        return None
    return parent.dates.get((d.subject, float(f"{d.amount_mw:.7g}"), d.basis), (None, None))[0]


def power_rows(facts: Facts, axis: Axis, site: str) -> list[GanttRow]:
    """Return a row for each tranche that is energised after the axis begins."""
    inventory, outcome = facts.inventory, facts.result.outcome
    made = []
    for t, record in enumerate(inventory.tranches):
        if inventory.site[inventory.tranche_site[t]] != site:
            continue
        spread = dates(outcome, outcome.energised_min[:, t])
        if spread.p50 is not None and spread.p50 < axis.start:
            continue
        name = f"{record.title}, {words.mw(record.firm.likely)} firm"
        cells = axis.cells(None, spread.p50, spread.p80, baseline=record.energised)
        made.append(GanttRow(f"power/{outcome.tranche[t]}", site, 1, name, cells, (),
                             tuple(axis.marks("power", spread, name))))  # fmt: skip
    return made


def delivery_rows(facts: Facts, axis: Axis, site: str) -> list[GanttRow]:
    """Return the purchases of a site: racks docked, with their spread, held against the plan."""
    outcome, rows = facts.result.outcome, []
    lot_of = {lot.purchase: i for i, lot in enumerate(facts.inventory.lots) if lot.purchase}
    for p in facts.result.plan.purchases:
        if p.site != site or p.name not in lot_of:
            continue
        docked = outcome.dock_min[:, lot_of[p.name]]
        if not np.any(docked > minute(outcome.epoch, axis.start)):
            continue
        spread = dates(outcome, docked)
        name = f"{p.gpus:,} {p.sku}"
        cells = axis.cells(p.order, spread.p50, spread.p80, baseline=p.dock)
        said = f"{name}, ordered {words.iso(p.order)}, at the dock"
        rows.append(GanttRow(f"racks/{p.name}", f"racks/{site}", 2, name, cells, (),
                             tuple(axis.marks("racks", spread, said))))  # fmt: skip
    if not rows:
        return []
    marks = tuple(Mark(m.kind, m.day, None, None, None, m.label) for r in rows for m in r.marks)
    top = GanttRow(f"racks/{site}", site, 1, f"GPU deliveries ({len(rows)})",
                   axis.cells(), (), marks, fold="closed")  # fmt: skip
    return [top, *rows]

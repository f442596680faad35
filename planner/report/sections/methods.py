"""Build methods side by side: days, cost, power ratio, and what the plan made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.report import charts, words
from planner.report.document import Chart, Column, Columns, Part, Section, Table

if TYPE_CHECKING:
    from planner.report.facts import Facts, MethodFact


def build(facts: Facts) -> tuple[Part | Columns, ...]:
    """Return days to service by method, and the comparison."""
    return (_chart(facts), _table(facts))


def _name(m: MethodFact) -> str:
    return f"{m.site}, {m.group}: {_way(m)}"


def _chart(facts: Facts) -> Chart:
    rows = [
        {"name": _name(m), "value": m.to_service_day,
         "text": f"{round(m.to_service_day)} d, {words.sig3(m.cost_musd_per_mw)} MUSD/MW",
         "said": f"{_name(m)}: {round(m.to_service_day)} days from {m.period} to service, "
                 f"{words.sig3(m.cost_musd_per_mw)} MUSD a MW"}
        for m in facts.methods
    ]  # fmt: skip
    quantile = f"P{round(100 * facts.result.verification.confidence)}"
    return Chart(
        name="methods",
        title=_title(facts.methods),
        subtitle=(
            f"Days from release to service, last block, {quantile}; power and racks never late"
        ),
        spec=charts.bars(rows, width=560, axis_title="Days") if rows else None,
        table="methods",
        method="Each candidate simulated alone, started in the period that takes it fewest days.",
    )


def _title(found: tuple[MethodFact, ...]) -> str:
    """Say which method is quickest in the group where it matters most."""
    if not found:
        return "No build method was simulated for comparison"
    groups: dict[tuple[str, str], list[MethodFact]] = {}
    for m in found:
        groups.setdefault((m.site, m.group), []).append(m)
    members = max(groups.values(), key=_spread_days)
    fast = min(members, key=lambda m: (m.to_service_day, _name(m)))
    slow = max(members, key=lambda m: (m.to_service_day, _name(m)))
    if round(_spread_days(members)) < 1:
        return f"{_name(fast)} takes {words.days(fast.to_service_day)} to service"
    return (
        f"At {fast.site}, {fast.group}: {_way(fast)} is in service "
        f"{words.days(_spread_days(members))} sooner than {_way(slow)}"
    )


def _spread_days(members: list[MethodFact]) -> float:
    days = [m.to_service_day for m in members]
    return max(days) - min(days)


def _way(m: MethodFact) -> str:
    return m.mode if m.calendar == "standard" else f"{m.mode} on {m.calendar}"


def _table(facts: Facts) -> Table:
    columns = (
        Column("site", "Site"), Column("group", "Group"), Column("mode", "Mode"),
        Column("calendar", "Calendar"), Column("period", "Best started"),
        Column("to_ready_day", "To ready for IT, days", "day"),
        Column("to_service_day", "To service, days", "day"),
        Column("earliest", "First service", "date"),
        Column("cost_musd_per_mw", "MUSD/MW", "number"),
        Column("peak_ratio", "Peak ratio", "factor"), Column("pue", "PUE", "factor"),
        Column("backup", "Backup"), Column("design_wind_mph", "Design wind, mph", "number"),
        Column("halls", "Halls chosen", "count"),
    )  # fmt: skip
    rows = tuple(
        (m.site, m.group, m.mode, m.calendar, m.period, m.to_ready_day, m.to_service_day,
         m.earliest,
         m.cost_musd_per_mw, m.peak_ratio, m.pue, m.backup, m.design_wind_mph, m.halls)
        for m in facts.methods
    )  # fmt: skip
    return Table("methods", "Build methods", columns, rows, note=(
        "Cost with soft cost, local factor and shift premium, base-year money, GPUs, land and site "
        "works apart."
    ))  # fmt: skip


SECTION = Section("methods", "Build methods", "Tent, concrete, retrofit or lease?", build)

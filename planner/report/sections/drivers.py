"""Schedule review: what drives the dates, how surely, under which crews, and at what spend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.report import charts, words
from planner.report.document import Chart, Column, Columns, Part, Prose, Section, Table
from planner.report.sections.fan_chart import frame

if TYPE_CHECKING:
    import datetime as dt

    from planner.domain.review import Removal, Review, Usage
    from planner.report.document import Cell
    from planner.report.facts import Facts

SHOWN = 10
BUSIEST = 4
LEAST_DAY = 0.5
"""A cause that moves P80 by less is no bar."""
METHOD = (
    "Each cause removed alone, the same {count} futures simulated again (common random numbers): "
    "a driver at its likely factor, an event that never happens, a tranche on its contract date, "
    "likely lead times, no storms, no lost days, crews without limit, likely durations. A "
    "percentile is the mean of the five points on either side."
)


def build(facts: Facts) -> tuple[Part | Columns, ...]:
    """Return the tornado by removal, criticality, float paths, crews and the curve of spend."""
    review = facts.result.review
    if review is None:
        return (Prose("This run was not reviewed: its futures were not simulated again.", "note"),)
    return (
        _tornado(review), _removals(review), _critical(facts, review), _paths(review),
        _crews_chart(facts, review.usage), _over(review.usage), _crews(review.usage),
        _curve(facts, review), _spend(review),
    )  # fmt: skip


def _tornado(review: Review) -> Chart:
    shown = [r for r in review.removals if np.isfinite(r.p80_day) and r.p80_day >= LEAST_DAY]
    rows = [
        {"name": r.title, "value": r.p80_day, "text": words.days(r.p80_day),
         "said": f"{r.title}: P80 {words.days(r.p80_day)} earlier without it, "
                 f"P50 {words.days(r.p50_day)}"}
        for r in shown[:SHOWN]
    ]  # fmt: skip
    return Chart(
        name="removal",
        title=_removal_title(shown),
        subtitle=f"Days of P80 gone if the cause were gone: {review.milestone or 'no key date'}",
        spec=charts.bars(rows, width=560, axis_title="Days of P80", colour=charts.VERMILLION)
        if rows
        else None,
        table="removal",
        method=METHOD.format(count=review.removal_samples),
    )


def _removal_title(shown: list[Removal]) -> str:
    if not shown:
        return "No single cause, removed, brings the key date forward by half a day at P80"
    first = shown[0]
    return f"Without “{first.title}” the key date comes {words.days(first.p80_day)} earlier at P80"


def _removals(review: Review) -> Table:
    columns = (
        Column("cause", "Cause"), Column("title", "Title"), Column("kind", "Kind"),
        Column("p50_day", "Days of P50", "day"), Column("p80_day", "Days of P80", "day"),
        Column("mean_day", "Mean", "day"), Column("error_day", "Standard error", "day"),
    )  # fmt: skip
    rows = tuple(
        (r.name, r.title, r.kind, _number(r.p50_day), _number(r.p80_day), r.mean_day, r.error_day)
        for r in review.removals
    )
    return Table("removal", "What would be gained by removal", columns, rows, place="folded",
                 note=METHOD.format(count=review.removal_samples))  # fmt: skip


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _critical(facts: Facts, review: Review) -> Table:
    """Return the rows of the catalog that drive most halls, by mean criticality over halls."""
    index = dict(zip(review.criticality.activity, review.criticality.index.tolist(), strict=True))
    crucial = dict(
        zip(review.criticality.activity, review.criticality.cruciality.tolist(), strict=True)
    )
    groups: dict[tuple[str, str, str], list[tuple[float, float]]] = {}
    for row in facts.schedule:
        key = (row.site, row.activity.rpartition("/")[2], row.title)
        found = (index.get(row.activity, 0.0), crucial.get(row.activity, 0.0))
        groups.setdefault(key, []).append(found)
    made = [
        (*key, len(found), float(np.mean([c for c, _ in found])),
         float(np.mean([c for _, c in found])))
        for key, found in groups.items()
    ]  # fmt: skip
    made.sort(key=lambda r: (-r[4], r[0], r[1]))
    columns = (
        Column("site", "Site"), Column("row", "Row"), Column("title", "Title"),
        Column("activities", "Activities", "count"),
        Column("criticality", "Criticality", "share"),
        Column("cruciality", "Cruciality", "factor"),
    )  # fmt: skip
    return Table("criticality", "What drives the halls", columns, tuple(made), shown=SHOWN, note=(
        "Criticality: share of futures in which an activity lies on the driving path to its hall's "
        "(later lots: its own) ready for service, traced through relations, gates, deliveries and "
        "crews handed over; mean over the activities made from one row. Cruciality: that times the "
        "rank correlation of its work with the date. By activity in schedule.csv."
    ))  # fmt: skip


def _paths(review: Review) -> Table:
    columns = (
        Column("milestone", "To"), Column("path", "Path", "count"),
        Column("float_day", "Float, days", "day"), Column("activities", "Activities"),
    )  # fmt: skip
    rows = tuple(
        (p.milestone, p.number, p.float_day, " > ".join(a.rpartition("/")[2] for a in p.activities))
        for p in review.paths
    )
    return Table("float_paths", "Float paths to the first hall of each site", columns, rows,
                 place="folded", note=(
        "Deterministic, without crews: the driving path, then the next by the float they have "
        "towards the milestone; a further path is listed up to where it joins an earlier one."
    ))  # fmt: skip


def _within(facts: Facts, months: tuple[dt.date, ...]) -> list[int]:
    """Return the months that the time axis of the figures shows."""
    spec = facts.result.portfolio.spec
    return [m for m, day in enumerate(months) if spec.data_date <= day <= spec.horizon]


def _busiest(usage: Usage) -> list[int]:
    """Return the resources that are used nearest to their limit, people apart."""
    load = usage.p90.max(axis=1, initial=0.0) / np.maximum(usage.capacity, 1)
    order = np.lexsort((np.arange(len(load)), -load)).tolist()
    return [r for r in order if not usage.resource[r].endswith("/people")][:BUSIEST]


def _crews_chart(facts: Facts, usage: Usage) -> Chart:
    plots, shown = [], _within(facts, usage.month)
    for r in _busiest(usage) if shown else []:
        name = _resource(facts, usage.resource[r])
        said = tuple(
            f"{name}, {usage.month[m]:%Y-%m}: {usage.p50[r, m]:.1f} at P50, "
            f"{usage.p90[r, m]:.1f} at P90, {usage.early[r, m]:.1f} unlevelled, "
            f"limit {usage.capacity[r]:.0f}"
            for m in shown
        )
        days = [usage.month[m] for m in shown]
        limit = np.full(len(days), usage.capacity[r])
        used, wanted = usage.p50[r, shown], usage.early[r, shown]
        series = [
            charts.Series("", charts.VERMILLION, days, limit, limit, np.maximum(limit, wanted),
                          interpolate="step-after", is_hatched=True),
            charts.Series("P50 to P90", charts.BLUE, days, used, used, usage.p90[r, shown],
                          said=said, interpolate="step-after"),
            charts.Series("unlevelled", charts.VERMILLION, days, wanted, dash=(2, 2),
                          interpolate="step-after"),
            charts.Series("limit", charts.INK, days, limit, dash=(5, 3)),
        ]  # fmt: skip
        plots.append(charts.lines(frame(facts, width=380, height=130), series, title=name))
    return Chart(
        name="crews",
        title=_crews_title(facts, usage),
        subtitle="Mean crews in use by month, of the resources nearest to their limit; dotted: "
        "what the deterministic pass asks for without limits; hatched: over-allocated",
        spec=charts.beside(plots, columns=2) if plots else None,
        table="crews_by_month",
        method="A crew is in use from the start of an activity to the end of its work.",
    )


def _resource(facts: Facts, name: str) -> str:
    """Return what a site's resource is called: "North campus: Electrical"."""
    site, _, trade = name.partition("/")
    portfolio = facts.result.portfolio
    trades, sites = portfolio.catalog.trades, portfolio.sites
    place = sites[site].title if site in sites else site
    return f"{place}: {trades[trade].title if trade in trades else trade}" if trade else place


def _crews_title(facts: Facts, usage: Usage) -> str:
    over = _over_months(usage)
    if not over:
        return "No resource is over-allocated before levelling"
    worst = max(over, key=lambda r: (over[r], -r))
    number = words.counted(over[worst], "month")
    return f"{_resource(facts, usage.resource[worst])}: over-allocated before levelling in {number}"


def _over_months(usage: Usage) -> dict[int, int]:
    """Return resources whose early demand is above their limit, with the number of months."""
    months = (usage.early > usage.capacity[:, None] + 1e-9).sum(axis=1)
    return {r: int(n) for r, n in enumerate(months) if n}


def _over(usage: Usage) -> Table:
    columns = (
        Column("resource", "Resource"), Column("limit", "Limit", "count"),
        Column("peak_p50", "Busiest month, P50", "number"),
        Column("peak_p90", "P90", "number"), Column("peak_early", "Unlevelled", "number"),
        Column("over_months", "Months over", "count"), Column("verdict", "Before levelling"),
    )  # fmt: skip
    over = _over_months(usage)
    rows = tuple(
        (name, round(float(usage.capacity[r])), float(usage.p50[r].max(initial=0.0)),
         float(usage.p90[r].max(initial=0.0)), float(usage.early[r].max(initial=0.0)),
         over.get(r, 0), "over-allocated" if r in over else "within its limit")
        for r, name in enumerate(usage.resource)
    )  # fmt: skip
    return Table("crews", "Crews against their limits", columns, rows, place="folded", note=(
        "Simulated crews never exceed their limit, for work waits. Unlevelled: what the "
        "deterministic pass asks for, as if crews were without limit, by mean of the month."
    ))  # fmt: skip


def _crews(usage: Usage) -> Table:
    columns = (
        Column("month", "Month", "date"), Column("resource", "Resource"),
        Column("limit", "Limit", "count"), Column("p50", "P50", "number"),
        Column("p90", "P90", "number"), Column("unlevelled", "Unlevelled", "number"),
        Column("is_over", "Over"),
    )  # fmt: skip
    rows = tuple(
        (day, name, round(float(usage.capacity[r])), float(usage.p50[r, m]),
         float(usage.p90[r, m]), float(usage.early[r, m]),
         "yes" if usage.early[r, m] > usage.capacity[r] + 1e-9 else "no")
        for r, name in enumerate(usage.resource) for m, day in enumerate(usage.month)
        if usage.p90[r, m] > 0 or usage.early[r, m] > 0
    )  # fmt: skip
    return Table("crews_by_month", "Crews by month", columns, rows, place="file")


def _curve(facts: Facts, review: Review) -> Chart:
    spend = review.spend
    shown = _within(facts, spend.month)
    said = tuple(
        f"{spend.month[m]:%Y-%m}: {words.musd(spend.p50[m])} at P50, early "
        f"{words.musd(spend.early[m])}, late {words.musd(spend.late[m])}"
        for m in shown
    )
    days = [spend.month[m] for m in shown]
    early, late, p10, p50, p90 = (
        curve[shown] / 1000 for curve in (spend.early, spend.late, spend.p10, spend.p50, spend.p90)
    )
    series = [
        charts.Series("early", charts.GREEN, days, early, dash=(5, 3)),
        charts.Series("late", charts.PURPLE, days, late, dash=(2, 3)),
        charts.Series("simulated", charts.BLUE, days, p50, p10, p90, said=said),
    ]
    return Chart(
        name="spend_curve",
        title=_curve_title(review),
        subtitle="Cumulative construction cost, billion USD of the base year: early and late dates "
        "of the deterministic pass (late ones move no hand-over), P50 with P10 to P90 of futures",
        spec=charts.finished(charts.lines(frame(facts, height=200), series,
                                          axis_title="Billion USD"))
        if shown
        else None,
        table="spend_curve",
        method="Cost spread evenly over the work of each activity; GPUs and power apart.",
    )  # fmt: skip


def _curve_title(review: Review) -> str:
    spend = review.spend
    if not spend.month:
        return "Nothing is built"
    total = float(spend.p50[-1])
    half = next(day for m, day in enumerate(spend.month) if spend.p50[m] >= total / 2)
    return f"Half of {words.musd(total)} of construction is spent by {words.month(half)} at P50"


def _spend(review: Review) -> Table:
    spend = review.spend
    columns = (
        Column("month", "Month", "date"), Column("early_musd", "Early", "musd"),
        Column("late_musd", "Late", "musd"), Column("p10_musd", "P10", "musd"),
        Column("p50_musd", "P50", "musd"), Column("p90_musd", "P90", "musd"),
    )  # fmt: skip
    curves = (spend.early, spend.late, spend.p10, spend.p50, spend.p90)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (day, *(float(curve[m]) for curve in curves)) for m, day in enumerate(spend.month)
    )
    return Table("spend_curve", "Construction cost by month, cumulative", columns, rows,
                 place="file")  # fmt: skip


SECTION = Section(
    "drivers", "Schedule review", "What drives the dates, and what would help?", build
)

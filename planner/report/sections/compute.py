"""Compute per researcher: who gets what, when, on which GPUs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.report import charts, sentences, words
from planner.report.document import Chart, Column, Columns, Part, Section, Table
from planner.report.sections.fan_chart import frame, period_middles
from planner.report.sections.orders import order_parts

if TYPE_CHECKING:
    from planner.report.facts import Facts, TeamFact


def build(facts: Facts) -> tuple[Part | Columns, ...]:
    """Return small multiples by team, the table behind them, products, fleet and allocation."""
    return (_chart(facts), _teams(facts), _products(facts), _fleet_chart(facts), _fleet(facts),
            *order_parts(facts), _allocation(facts), *_clusters(facts), *_gave_way(facts),
            *_counts(facts), *_terminal(facts))  # fmt: skip


def _chart(facts: Facts) -> Chart:
    shown = [t for t in facts.teams if np.isfinite(t.per_researcher.p50).any()]
    top = max((float(np.nanmax(t.per_researcher.p90)) for t in shown), default=0.0)
    is_several = len(shown) > 1
    return Chart(
        name="per_researcher",
        title=sentences.team_title(facts.teams, facts.arrival),
        subtitle="H100e per researcher, mean of each period; line P50, band P10–P90",
        spec=charts.beside([_panel(facts, t) for t in shown], columns=3) if shown else None,
        other=charts.beside([_panel(facts, t, top) for t in shown], columns=3)
        if is_several
        else None,
        switch="All on one scale",
        table="teams",
        method=(
            "Effective compute of the team over its mean head count. H100e: achieved FLOP/s on the "
            "team's mix over that of one H100 SXM."
        ),
    )


def _gave_way(facts: Facts) -> tuple[Table, ...]:
    """Return the wishes that give way, where any does."""
    words_of = {"floor": "floor", "guarantee": "guarantee", "required": "required date"}
    columns = (
        Column("order", "Gives way", "count"), Column("wish", "Wish"), Column("of", "Of"),
        Column("first", "First missed"), Column("last", "Last missed"),
        Column("periods", "Periods", "count"), Column("wanted", "Wanted", "number"),
        Column("given", "Given", "number"), Column("unit", ""),
        Column("share", "Missed", "share"),
    )  # fmt: skip
    rows = tuple(
        (f.order, words_of[f.kind], f.title, f.first, f.last, f.periods, f.wanted, f.given, f.unit,
         f.share)
        for f in facts.gave_way
    )  # fmt: skip
    note = (
        "Wishes that the specs call soft and that are too much together. Those of the highest "
        "number are kept as far as any plan keeps them, then the next; figures of the worst period."
    )
    return (Table("gave_way", "What gives way", columns, rows, note=note),) if rows else ()


def _clusters(facts: Facts) -> tuple[Table, ...]:
    """Return where teams with a smallest cluster train, where there are any."""
    columns = (
        Column("team", "Team"), Column("period", "Period"), Column("domain", "Fabric domain"),
        Column("sku", "SKU"), Column("gpus", "GPUs, mean", "count"),
    )  # fmt: skip
    at = facts.result.plan.periods
    rows = tuple((c.consumer, at[c.period].label, c.domain, c.sku, c.gpus)
                 for c in facts.result.plan.clusters)  # fmt: skip
    title = "Training clusters"
    return (Table("clusters", title, columns, rows, place="folded"),) if rows else ()


def _counts(facts: Facts) -> tuple[Table, ...]:
    """Return levels by teams and by heads, where the two differ."""
    columns = (
        Column("measure", "Compute per researcher and weight"),
        Column("by_teams", "Every team counts one", "number"),
        Column("by_heads", "Every researcher counts one", "number"),
    )
    rows = tuple((f.measure, f.by_teams, f.by_heads) for f in facts.counts)
    counts = facts.result.portfolio.spec.policy.fairness.counts
    note = f"As planned, over the horizon [H100e]. The policy counts {counts}."
    title = "Counting teams and counting heads say different things"
    return (Table("counts", title, columns, rows, note=note),) if rows else ()


def _terminal(facts: Facts) -> tuple[Table, ...]:
    """Return what the plan owes to the worth of compute after the horizon, where it was asked."""
    columns = (
        Column("worth", "Compute after the horizon counts"),
        Column("gpus", "GPUs bought", "count"),
        Column("last_year_gpus", "Of them in the last year", "count"),
        Column("spend_musd", "Spend", "musd"),
        Column("team", "Worst team"),
        Column("level_h100e", "H100e per researcher", "number"),
    )
    rows = tuple(
        (t.worth, round(t.gpus), round(t.last_year_gpus), t.spend_musd, *t.worst)
        for t in facts.terminal
    )
    note = (
        "Solved again with the halls of the plan, so fractions of racks are bought; compute per "
        "researcher and weight is that of the horizon alone. What only the worth after the horizon "
        "buys is bought for a future that this plan does not describe."
    )
    title = "What the worth of compute after the horizon buys"
    return (Table("terminal", title, columns, rows, note=note),) if rows else ()


def _panel(facts: Facts, team: TeamFact, top: float | None = None) -> charts.Plot:
    """Return the panel of a team, its value axis up to `top` where that is given."""
    fan, at = team.per_researcher, facts.result.plan.periods
    said = tuple(
        f"{team.title}, {p.label}: {_head(fan.p50[t])} H100e per researcher at P50, "
        f"{_head(fan.p10[t])} to {_head(fan.p90[t])} at P10 to P90; "
        f"{_head(team.gpus_per_researcher[t])} GPUs per researcher as planned"
        for t, p in enumerate(at)
    )
    line = charts.Series(
        "", charts.BLUE, period_middles(facts), fan.p50, fan.p10, fan.p90, said=said,
        interpolate="step",
    )  # fmt: skip
    return charts.lines(frame(facts, width=235, height=130), [line], title=team.title, top=top)


def _head(value: float) -> str:
    return words.count(value) if np.isfinite(value) else "–"


def _teams(facts: Facts) -> Table:
    columns = (
        Column("team", "Team"), Column("period", "Period"),
        Column("researchers", "Researchers", "number"),
        Column("h100e_per_researcher_p10", "H100e per researcher P10", "number"),
        Column("h100e_per_researcher_p50", "P50", "number"),
        Column("h100e_per_researcher_p90", "P90", "number"),
        Column("gpus_per_researcher", "GPUs per researcher, planned", "number"),
        Column("h100e_planned", "H100e, planned", "count"),
        Column("h100e_p50", "H100e P50", "count"), Column("gpus", "GPUs, planned", "count"),
    )  # fmt: skip
    rows = tuple(
        (t.title, p.label, float(t.researchers[i]), float(t.per_researcher.p10[i]),
         float(t.per_researcher.p50[i]), float(t.per_researcher.p90[i]),
         float(t.gpus_per_researcher[i]), float(t.planned[i]), float(t.compute.p50[i]),
         float(t.gpus[i]))
        for t in facts.teams for i, p in enumerate(facts.result.plan.periods)
    )  # fmt: skip
    return Table("teams", "Teams by period", columns, rows, place="folded")


def _products(facts: Facts) -> Table:
    columns = (
        Column("product", "Product"), Column("period", "Period"),
        Column("h100e_planned", "H100e, planned", "count"),
        Column("h100e_p10", "P10", "count"), Column("h100e_p50", "P50", "count"),
        Column("h100e_p90", "P90", "count"), Column("gpus", "GPUs, planned", "count"),
    )  # fmt: skip
    rows = tuple(
        (x.title, p.label, float(x.planned[i]), float(x.compute.p10[i]), float(x.compute.p50[i]),
         float(x.compute.p90[i]), float(x.gpus[i]))
        for x in facts.products for i, p in enumerate(facts.result.plan.periods)
    )  # fmt: skip
    return Table("products", "Products by period", columns, rows, place="folded")


def _fleet_chart(facts: Facts) -> Chart:
    at = facts.result.plan.periods
    skus = list(dict.fromkeys(r.sku for r in facts.fleet))
    days = period_middles(facts)
    parts = []
    for n, sku in enumerate(skus):
        value = np.zeros(len(at))
        for r in facts.fleet:
            if r.sku == sku:
                value[r.period] += r.gpus
        said = tuple(f"{sku}, end of {p.label}: {words.count(value[t])} GPUs as planned"
                     for t, p in enumerate(at))  # fmt: skip
        parts.append(
            charts.Series(sku, charts.SERIES[n % len(charts.SERIES)], days, value / 1000, said=said)
        )
    total = sum(float(p.value[-1]) for p in parts) * 1000
    chart = charts.columns(frame(facts, height=200), parts, axis_title="Thousand GPUs")
    return Chart(
        name="fleet",
        title=f"The fleet holds {words.count(total)} GPUs at the end of {at[-1].label}"
        if parts
        else "The plan has no GPUs",
        subtitle="GPUs by SKU, thousand, at the end of each period, as planned",
        spec=charts.finished(chart) if parts else None,
        table="fleet",
    )


def _fleet(facts: Facts) -> Table:
    columns = (
        Column("sku", "SKU"), Column("title", "Title"), Column("site", "Site"),
        Column("period", "Period"), Column("gpus", "GPUs", "count"), Column("it_mw", "IT", "mw"),
    )  # fmt: skip
    at = facts.result.plan.periods
    rows = tuple((r.sku, r.title, r.site, at[r.period].label, r.gpus, r.it_mw)
                 for r in facts.fleet)  # fmt: skip
    return Table("fleet", "Fleet by SKU and site, end of period", columns, rows, place="folded")


def _allocation(facts: Facts) -> Table:
    columns = (
        Column("consumer", "Team or product"), Column("sku", "SKU"), Column("backup", "Halls"),
        Column("period", "Period"), Column("gpus", "GPUs", "count"),
        Column("h100e", "H100e", "count"),
    )  # fmt: skip
    at = facts.result.plan.periods
    rows = tuple((s.consumer, s.sku, s.backup, at[s.period].label, s.gpus, s.h100e)
                 for s in facts.result.plan.shares)  # fmt: skip
    return Table("allocation", "Allocation", columns, rows, place="file")


SECTION = Section("compute", "Compute per researcher", "Who gets what, and when?", build)

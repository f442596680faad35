"""GPU orders against what makers deliver: a figure by SKU, and its table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from planner.report import charts, sentences, words
from planner.report.document import Chart, Column, Part, Table
from planner.report.sections.fan_chart import frame

if TYPE_CHECKING:
    from planner.report.facts import Facts
    from planner.report.facts.supply import SupplyFact

SHOWN: Final = 6
"""SKUs drawn at most; the table has all."""


def order_parts(facts: Facts) -> tuple[Part, ...]:
    """Return the figure and the table, nothing where no GPU is ordered."""
    return (_chart(facts), _table(facts)) if facts.supply else ()


def _chart(facts: Facts) -> Chart:
    out = sentences.bought_out(facts.supply, len(facts.result.plan.periods))
    plots = [_panel(facts, f) for f in facts.supply[:SHOWN]]
    return Chart(
        name="gpu_orders",
        title=f"{out[0].upper()}{out[1:]}" if out else "No SKU is bought out in any period",
        subtitle="Thousand GPUs ordered a period, by date of order, as planned; dashed: the most "
        "that makers deliver, at the portfolio's confidence; hatched: more than that",
        spec=charts.beside(plots, columns=3),
        table="gpu_orders",
        method="Supply of the specs, by the days of the period from the first price on.",
    )


def _panel(facts: Facts, fact: SupplyFact) -> charts.Plot:
    at = facts.result.plan.periods
    days = [*(p.start for p in at), at[-1].end]
    ordered, most = (np.append(v, v[-1]) / 1000 for v in (fact.ordered, fact.supply))
    nothing = np.zeros(len(days))
    said = tuple(
        f"{fact.sku}, {p.label}: {words.count(fact.ordered[t])} GPUs ordered of "
        f"{words.count(fact.supply[t])}"
        for t, p in enumerate(at)
    )
    step = "step-after"
    series = [
        charts.Series("", charts.VERMILLION, days, most, most, np.maximum(most, ordered),
                      interpolate=step, is_hatched=True),
        charts.Series("", charts.BLUE, days, ordered, nothing, ordered, interpolate=step),
        charts.Series("", charts.INK, days, most, dash=(5, 3), interpolate=step),
    ]  # fmt: skip
    hover = [charts.Series("", charts.BLUE, days[:-1], ordered[:-1], said=said)]
    return charts.lines(frame(facts, width=235, height=110), series, hover=hover, title=fact.sku)


def _table(facts: Facts) -> Table:
    columns = (
        Column("sku", "SKU"), Column("title", "Title"), Column("period", "Period"),
        Column("ordered", "GPUs ordered", "count"), Column("supply", "To be had", "count"),
        Column("share", "Share", "share"),
    )  # fmt: skip
    rows = tuple(
        (f.sku, f.title, p.label, float(f.ordered[t]), float(f.supply[t]),
         float(f.ordered[t] / f.supply[t]) if f.supply[t] else None)
        for f in facts.supply for t, p in enumerate(facts.result.plan.periods)
        if f.ordered[t] or f.supply[t]
    )  # fmt: skip
    name = "GPU orders against supply"
    return Table("gpu_orders", name, columns, rows, place="folded")

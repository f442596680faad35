"""Money: whether it can be paid for, in every period."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from planner.domain.plan import RETIRED
from planner.report import charts, sentences, words
from planner.report.document import Chart, Column, Columns, Part, Section, Table
from planner.report.sections.cash import cash_parts
from planner.report.sections.fan_chart import frame, period_middles

if TYPE_CHECKING:
    from planner.report.document import Cell
    from planner.report.facts import Facts

PARTS = (
    ("gpus", "GPUs", charts.BLUE),
    ("construction", "Construction", charts.VERMILLION),
    ("equipment", "Equipment", charts.GREEN),
    ("site_works", "Site works", charts.PURPLE),
    ("power", "Power", charts.SKY),
    ("energy", "Energy", charts.ORANGE),
    ("operation", "Operation", charts.GREY),
    ("rent", "Rent", charts.BROWN),
)


def build(facts: Facts) -> tuple[Part | Columns, ...]:
    """Return spend against cash, what is committed, paid and left, and the tables behind."""
    return (_chart(facts), _cash(facts), *cash_parts(facts), _commitments(facts),
            _purchases(facts), *_leaving(facts))  # fmt: skip


def _chart(facts: Facts) -> Chart:
    money, at = facts.money, facts.result.plan.periods
    days = period_middles(facts)
    parts = []
    for field, title, colour in PARTS:
        value = np.zeros(len(at))
        for r in money.rows:
            value[r.period] = getattr(r, field)
        said = tuple(f"{title}, {p.label}: {words.musd(value[t])} as planned"
                     for t, p in enumerate(at))  # fmt: skip
        if value.any():
            parts.append(charts.Series(title, colour, days, value / 1000, said=said))
    there = np.zeros(len(at))
    for r in money.rows:
        there[r.period] = (r.opening + r.inflow) / 1000
    cash = charts.Series("cash there", charts.INK, days, there, dash=(5, 3))
    chart = charts.columns(frame(facts, height=240), parts, over=[cash], whiskers=_spend(facts),
                           axis_title="Billion USD a period")  # fmt: skip
    return Chart(
        name="cash",
        title=sentences.money_title(facts),
        subtitle=(
            "Nominal billion USD a period: planned spend by kind, whiskers P10 to P90 of simulated "
            "spend, and cash there (opening and inflow)"
        ),
        spec=charts.finished(chart) if parts else None,
        table="cashflow",
        method=f"The cash floor is {words.musd(money.floor)} at the end of every period.",
    )


def _spend(facts: Facts) -> charts.Series | None:
    """Return the whiskers of simulated spend."""
    spend, at = facts.money.spend, facts.result.plan.periods
    if spend is None:
        return None
    said = tuple(
        f"Spend, {p.label}: {words.musd(spend.p10[t])} to {words.musd(spend.p90[t])} at P10 to P90"
        for t, p in enumerate(at)
    )
    return charts.Series("spend", charts.INK, period_middles(facts), spend.p50 / 1000,
                         spend.p10 / 1000, spend.p90 / 1000, said=said)  # fmt: skip


def _cash(facts: Facts) -> Table:
    money, at = facts.money, facts.result.plan.periods
    columns = (
        Column("period", "Period"), Column("opening_musd", "Opening", "musd"),
        Column("inflow_musd", "Inflow", "musd"),
        *(Column(f"{field}_musd", title, "musd") for field, title, _ in PARTS),
        Column("spend_musd", "Spend", "musd"), Column("closing_musd", "Closing", "musd"),
        Column("spend_p10_musd", "Spend P10", "musd"),
        Column("spend_p50_musd", "Spend P50", "musd"),
        Column("spend_p90_musd", "Spend P90", "musd"),
        Column("floor_risk", "Floor broken in", "share"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for r in money.rows:
        fan = (
            tuple(float(q[r.period]) for q in (money.spend.p10, money.spend.p50, money.spend.p90))
            if money.spend
            else (None, None, None)
        )
        risk = float(money.risk[r.period]) if r.period < len(money.risk) else None
        parts = (getattr(r, field) for field, *_ in PARTS)
        cash = (at[r.period].label, r.opening, r.inflow)
        rows.append((*cash, *parts, r.spend, r.closing, *fan, risk))
    return Table("cashflow", "Cash by period, nominal", columns, tuple(rows), place="folded", note=(
        "As planned; the simulated spend follows the simulated dates. Floor broken in: share of "
        "futures in which closing cash lies below the floor."
    ))  # fmt: skip


def _commitments(facts: Facts) -> Table:
    columns = (
        Column("due", "Due", "date"), Column("kind", "Kind"), Column("site", "Site"),
        Column("item", "Of"), Column("count", "Count", "count"), Column("unit", "Unit"),
        Column("money_musd", "Commits", "musd"), Column("why", "Why"),
    )  # fmt: skip
    rows = tuple((c.due, c.what, c.site, c.item, c.count, c.unit, c.money_musd, c.why)
                 for c in facts.commitments)  # fmt: skip
    return Table("commitments", "Every commitment of the plan", columns, rows, place="folded")


def _purchases(facts: Facts) -> Table:
    columns = (
        Column("purchase", "Purchase"), Column("site", "Site"), Column("sku", "SKU"),
        Column("gpus", "GPUs", "count"), Column("order", "Order", "date"),
        Column("dock", "Dock", "date"), Column("halls", "Halls"),
    )  # fmt: skip
    plan = facts.result.plan
    rows = tuple(
        (p.name, p.site, p.sku, p.gpus, p.order, p.dock,
         " ".join(sorted({x.hall for x in plan.lots if x.purchase == p.name})))
        for p in plan.purchases
    )  # fmt: skip
    return Table("purchases", "GPU purchases", columns, rows, place="folded")


def _leaving(facts: Facts) -> tuple[Table, ...]:
    """Return the table of GPUs that leave their place early; nothing where none do."""
    plan = facts.result.plan
    columns = (
        Column("leaves", "Leaves", "date"), Column("sku", "SKU"), Column("gpus", "GPUs", "count"),
        Column("origin", "From"), Column("to", "To"), Column("dock", "There", "date"),
        Column("halls", "Halls"),
    )  # fmt: skip
    retired = Counter((x.until, x.sku, x.hall) for x in plan.lots if x.leaves == RETIRED)
    rows: list[tuple[Cell, ...]] = [
        (r.date, r.sku, r.gpus, r.site, "retired", None,
         " ".join(sorted(hall for day, sku, hall in retired if (day, sku) == (r.date, r.sku)
                         and hall.startswith(f"{r.site}/"))))
        for r in plan.retirements
    ]  # fmt: skip
    rows += [
        (m.sent, m.sku, m.gpus, m.origin, m.to, m.dock,
         " ".join(sorted({x.hall for x in plan.lots if x.purchase == m.name})))
        for m in plan.moves
    ]  # fmt: skip
    if not rows:
        return ()
    rows.sort(key=lambda row: (str(row[0]), str(row[1]), str(row[3]), str(row[4])))
    return (Table("leaving", "GPUs that leave their place early", columns, tuple(rows)),)


SECTION = Section("money", "Money", "Can we pay for it, in every period?", build)

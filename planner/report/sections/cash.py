"""Commitments against payments, and cash left at the end of each period with its floor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.report import charts, words
from planner.report.document import Chart, Column, Part, Table
from planner.report.sections.fan_chart import frame, period_days

if TYPE_CHECKING:
    from planner.report.facts import CashFact, Facts


def cash_parts(facts: Facts) -> tuple[Part, ...]:
    """Return both figures and their table; nothing where no cash was simulated."""
    cash = facts.cash
    if cash is None:
        return ()
    return (_ahead(facts, cash), _left(facts, cash), _table(facts, cash))


def _ahead(facts: Facts, cash: CashFact) -> Chart:
    """Return commitments against payments, cumulative."""
    days, at = period_days(facts), facts.result.plan.periods
    samples = facts.result.outcome.samples
    low, middle, high = cash.paid_all
    series = [
        charts.Series("committed", charts.PURPLE, days, cash.committed / 1000, dash=(6, 3),
                      interpolate="step-after", said=tuple(
            f"Committed by the end of {p.label}: {words.musd(cash.committed[t])}, base-year money"
            for t, p in enumerate(at))),
        charts.Series("capital paid", charts.INK, days, cash.paid / 1000, dash=(2, 3), said=tuple(
            f"Capital paid by the end of {p.label}: {words.musd(cash.paid[t])} nominal, as planned"
            for t, p in enumerate(at))),
        charts.Series("all paid", charts.BLUE, days, middle / 1000, low / 1000, high / 1000,
                      said=tuple(
            f"All paid by the end of {p.label}: {words.musd(middle[t])} at P50, "
            f"{words.musd(low[t])} at P10, {words.musd(high[t])} at P80, {samples} samples"
            for t, p in enumerate(at))),
    ]  # fmt: skip
    return Chart(
        name="commitments_paid",
        title=_ahead_title(facts, cash),
        subtitle="Cumulative billion USD since the data date: commitments (base-year money) by "
        "their date; capital paid as planned (nominal); all paid, P50 with P10 to P80 (nominal)",
        spec=charts.finished(charts.lines(frame(facts, height=220), series,
                                          axis_title="Billion USD")),
        table="cash_bands",
        method=(
            "A hall is committed when it is started, equipment included; GPUs when they are "
            "ordered. What is paid as planned is held at the confidence, so P50 may lie below it. "
            "Halls under way and site works were committed before: they are paid and do "
            "not count as commitments here."
        ),
    )  # fmt: skip


def _ahead_title(facts: Facts, cash: CashFact) -> str:
    """Say when commitments run farthest ahead of payments."""
    gap = cash.committed - cash.paid
    at = int(np.argmax(gap))
    if gap[at] <= 0:
        return "Payments are ahead of new commitments throughout"
    period = facts.result.plan.periods[at].label
    return f"Commitments run ahead of payments by up to {words.musd(gap[at])}, in {period}"


def _left(facts: Facts, cash: CashFact) -> Chart:
    """Return cash left, with its band, against the floor."""
    days, at, floor = period_days(facts), facts.result.plan.periods, facts.money.floor
    planned = charts.Series("as planned", charts.INK, days, cash.closing / 1000, dash=(2, 3),
                            said=tuple(
        f"Cash at the end of {p.label}: {words.musd(cash.closing[t])} as planned"
        for t, p in enumerate(at)))  # fmt: skip
    line = charts.Series("floor", charts.VERMILLION, days, np.full(len(days), floor / 1000),
                         dash=(6, 3))  # fmt: skip
    band = []
    if cash.left is not None:
        high, middle, low = cash.left
        risk = facts.money.risk
        band = [charts.Series("P50", charts.BLUE, days, middle / 1000, low / 1000, high / 1000,
                              said=tuple(
            f"Cash at the end of {p.label}: {words.musd(middle[t])} in half of futures, at least "
            f"{words.musd(low[t])} in 80 %, at least {words.musd(high[t])} in 10 %; below the "
            f"floor in {words.share(risk[t])} of {facts.result.outcome.samples}"
            for t, p in enumerate(at)))]  # fmt: skip
    return Chart(
        name="cash_left",
        title=_left_title(facts),
        subtitle="Nominal billion USD at the end of each period: P50 with a band from what eight "
        "tenths of futures have at least to what one tenth has; dashed red: the floor",
        spec=charts.finished(charts.lines(frame(facts, height=180), [*band, planned, line],
                                          axis_title="Billion USD")),
        table="cash_bands",
        method="Opening cash and simulated cash flow, less simulated spend.",
    )  # fmt: skip


def _left_title(facts: Facts) -> str:
    risk, at = facts.money.risk, facts.result.plan.periods
    floor = words.musd(facts.money.floor)
    if facts.cash is not None and facts.cash.left is None:
        return f"Cash as planned, against its floor of {floor}"
    if not len(risk) or not risk.any():
        return f"Cash stays above its floor of {floor} in every future"
    worst = int(np.argmax(risk))
    often = words.share(risk[worst])
    return f"Cash ends below its floor of {floor} in up to {often} of futures, in {at[worst].label}"


def _table(facts: Facts, cash: CashFact) -> Table:
    columns = (
        Column("period", "Period"), Column("committed_musd", "Committed", "musd"),
        Column("capital_paid_musd", "Capital paid", "musd"),
        Column("running_paid_musd", "Running cost paid", "musd"),
        Column("paid_p10_musd", "All paid P10", "musd"),
        Column("paid_p50_musd", "P50", "musd"), Column("paid_p80_musd", "P80", "musd"),
        Column("closing_musd", "Cash left, planned", "musd"),
        Column("left_p50_musd", "In half", "musd"), Column("left_p80_musd", "In 80 %", "musd"),
    )  # fmt: skip
    rows = tuple(
        (p.label, float(cash.committed[t]), float(cash.paid[t]), float(cash.running[t]),
         *(float(q[t]) for q in cash.paid_all), float(cash.closing[t]),
         *((float(cash.left[1][t]), float(cash.left[2][t])) if cash.left is not None
           else (None, None)))
        for t, p in enumerate(facts.result.plan.periods)
    )  # fmt: skip
    return Table("cash_bands", "Commitments, payments and cash left, cumulative", columns, rows,
                 place="folded",
                 note="Commitments in base-year money, the rest nominal.")  # fmt: skip

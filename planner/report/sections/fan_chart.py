"""The capacity figure of a subject: firm power, halls, GPUs in service and demand over time."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from planner.report import charts, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.domain.portfolio import Period
    from planner.report.facts import Facts
    from planner.report.facts.spread import Fan

WIDE = 900


def frame(facts: Facts, *, width: int = WIDE, height: int = 220) -> charts.Frame:
    """Return the frame whose time axis all figures share."""
    spec = facts.result.portfolio.spec
    return charts.Frame(spec.data_date, spec.horizon, width, height)


def period_days(facts: Facts) -> list[dt.date]:
    """Return the last day of each period."""
    return [p.end - dt.timedelta(days=1) for p in facts.result.plan.periods]


def period_middles(facts: Facts) -> list[dt.date]:
    """Return the middle day of each period, where its sums are drawn."""
    return [p.start + dt.timedelta(days=p.days // 2) for p in facts.result.plan.periods]


def capacity_chart(facts: Facts, at: int, *, width: int, height: int) -> charts.Plot:
    """Return the four lines of subject `at` of `Facts.capacity`, by month."""
    month, period = facts.monthly[at], facts.capacity[at]
    site = facts.result.portfolio.sites.get(month.subject)
    days, ends = facts.month_days, period_days(facts)
    fans = (
        ("firm power", charts.GREY, month.firm, period.firm),
        ("halls ready", charts.GREEN, month.ready, period.ready),
        ("GPUs in service", charts.BLUE, month.service, period.service),
    )
    drawn = [_series(name, colour, days, fan) for name, colour, fan, _ in fans]
    demand = charts.Series(
        "demand", charts.INK, days, month.demand, dash=(2, 3), interpolate="step-after"
    )
    hover = [
        charts.Series(name, colour, ends, fan.p50, said=_said(facts, name, fan))
        for name, colour, _, fan in fans
    ]
    return charts.lines(
        frame(facts, width=width, height=height), [*drawn, demand], hover=hover,
        title=site.title if site else "Portfolio",
    )  # fmt: skip


def _series(name: str, colour: str, days: Sequence[dt.date], fan: Fan) -> charts.Series:
    return charts.Series(name, colour, days, fan.p50, fan.p10, fan.p90, interpolate="step-after")


def _said(facts: Facts, name: str, fan: Fan) -> tuple[str, ...]:
    """Return what a hover says: value, unit, basis and sample count."""
    at: tuple[Period, ...] = facts.result.plan.periods
    samples = facts.result.outcome.samples
    return tuple(
        f"{name}, end of {p.label}: {words.mw(fan.p50[t])} at P50, "
        f"{words.mw(fan.p10[t])} to {words.mw(fan.p90[t])} at P10 to P90, {samples} samples"
        for t, p in enumerate(at)
    )

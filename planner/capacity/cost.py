"""Money by period: escalation, payment terms, operating cash flow. Nominal MUSD throughout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.capacity.timeline import DAYS_PER_QUARTER, DAYS_PER_YEAR, FloatArray, Timeline

if TYPE_CHECKING:
    from planner.domain.build_mode import PaymentTerms
    from planner.domain.portfolio import Finance

MID_YEAR_DAY = DAYS_PER_YEAR / 2
HOURS_PER_DAY = 24.0
USD_PER_MUSD = 1e6


class Escalation:
    """Price levels of the cost classes over that of the middle of the base year.

    Parameters
    ----------
    finance
        States base year and yearly rates by class; a class not named does not escalate.
    timeline
        Periods; day 0 is the data date.
    """

    def __init__(self, finance: Finance, timeline: Timeline) -> None:
        self._rates = {name: rate.likely for name, rate in finance.escalation.items()}
        new_year = timeline.origin.replace(year=finance.base_year, month=1, day=1)
        self._base_day = timeline.day(new_year) + MID_YEAR_DAY

    def at(self, cost_class: str, day: float | FloatArray) -> FloatArray:
        """Return the price level on a day; 1 before the base."""
        years = np.maximum(0.0, (np.asarray(day, dtype=float) - self._base_day) / DAYS_PER_YEAR)
        level: FloatArray = (1.0 + self._rates.get(cost_class, 0.0)) ** years
        return level


def payments(
    timeline: Timeline,
    terms: PaymentTerms,
    amount: float,
    order_day: float,
    delivery_day: tuple[float, float],
    acceptance_day: float,
) -> FloatArray:
    """Return what an amount costs in each period by its payment terms, shape (T,).

    Parameters
    ----------
    order_day, acceptance_day
        Days of the first and last payment before `terms.delay`.
    delivery_day
        Span over which the middle part is paid: begin and end of work, or the day of delivery
        twice.
    """
    delay = terms.delay.likely
    begin, end = delivery_day
    return (
        timeline.pay_at(order_day + delay, amount * terms.at_order.likely)
        + timeline.pay_over(begin + delay, end + delay, amount * terms.on_delivery.likely)
        + timeline.pay_at(acceptance_day + delay, amount * terms.at_acceptance.likely)
    )


def energy_musd(
    load_mw: float | FloatArray, days: FloatArray, price_usd_mwh: FloatArray
) -> FloatArray:
    """Return the cost of energy by period of a mean facility load, shape (T,) [MUSD]."""
    cost: FloatArray = np.asarray(load_mw) * days * HOURS_PER_DAY * price_usd_mwh / USD_PER_MUSD
    return cost


def available_cash(finance: Finance, timeline: Timeline, flows: tuple[float, ...]) -> FloatArray:
    """Return what operations give in each period, shape (T,) [MUSD], before the share available.

    Parameters
    ----------
    flows
        Cash flow a quarter of each step of `finance.operating_cash_flow` [MUSD].
    """
    steps = [(s.since, f) for s, f in zip(finance.operating_cash_flow, flows, strict=True)]
    return timeline.step_mean(steps) * timeline.days / DAYS_PER_QUARTER

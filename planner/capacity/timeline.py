"""Planning periods as days from the data date, and what share of each a thing is present.

Periods are coarse and dates are not: what is in service inside a period counts for the rest of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from planner.domain.portfolio import Period

FloatArray = NDArray[np.float64]

DAYS_PER_YEAR = 365.25
DAYS_PER_QUARTER = DAYS_PER_YEAR / 4
DAYS_PER_MONTH = DAYS_PER_YEAR / 12


@dataclass(frozen=True)
class Timeline:
    """The periods of a plan.

    Parameters
    ----------
    origin
        Data date: day 0.
    start_day, end_day
        Bounds of each period, shape (T,) [day]; a period ends where the next begins.
    """

    origin: dt.date
    start_day: FloatArray
    end_day: FloatArray

    @classmethod
    def of(cls, periods: Sequence[Period], origin: dt.date) -> Self:
        """Return the timeline of a portfolio's periods."""
        start = np.array([(p.start - origin).days for p in periods], dtype=float)
        end = np.array([(p.end - origin).days for p in periods], dtype=float)
        return cls(origin, start, end)

    @property
    def days(self) -> FloatArray:
        """Length of each period, shape (T,) [day]."""
        return self.end_day - self.start_day

    @property
    def years(self) -> FloatArray:
        """Length of each period, shape (T,) [year]."""
        return self.days / DAYS_PER_YEAR

    @property
    def mid_year(self) -> FloatArray:
        """Time from the data date to the middle of each period, shape (T,) [year]."""
        return (self.start_day + self.end_day) / 2 / DAYS_PER_YEAR

    def day(self, date: dt.date) -> float:
        """Return a date as days from the data date; negative before it."""
        return float((date - self.origin).days)

    def presence(self, begin_day: float, until_day: float = np.inf) -> FloatArray:
        """Return the share of each period during which a thing is there, shape (T,) [0..1]."""
        begin = np.maximum(begin_day, self.start_day)
        end = np.minimum(until_day, self.end_day)
        share: FloatArray = np.clip(end - begin, 0.0, None) / self.days
        return share

    def period_of(self, day: float) -> int:
        """Return the index of the period a day lies in; -1 before the first, T after the last."""
        return int(np.searchsorted(self.end_day, day, side="right")) if day >= 0 else -1

    def pay_at(self, day: float, amount: float) -> FloatArray:
        """Return a payment by period, shape (T,): nothing before day 0, late ones in the last."""
        paid = np.zeros(len(self.days))
        period = self.period_of(day)
        if period >= 0:
            # What falls due after the horizon is charged to its end: nothing is bought for free.
            paid[min(period, len(paid) - 1)] = amount
        return paid

    def pay_over(self, begin_day: float, end_day: float, amount: float) -> FloatArray:
        """Return a payment spread evenly over a span, by period, shape (T,); as `pay_at`."""
        span = end_day - begin_day
        if span <= 0:
            return self.pay_at(begin_day, amount)
        overlap = np.minimum(self.end_day, end_day) - np.maximum(self.start_day, begin_day)
        paid: FloatArray = np.clip(overlap, 0.0, None) * (amount / span)
        paid[-1] += amount * max(0.0, end_day - max(begin_day, self.end_day[-1])) / span
        return paid

    def step_mean(self, steps: Sequence[tuple[dt.date, float]]) -> FloatArray:
        """Return the mean over each period of a value that steps at dates, shape (T,); 0 before."""
        mean = np.zeros(len(self.days))
        ordered = sorted(steps)
        for i, (since, value) in enumerate(ordered):
            until = self.day(ordered[i + 1][0]) if i + 1 < len(ordered) else np.inf
            mean += value * self.presence(self.day(since), until)
        return mean

    def step_at_start(self, steps: Sequence[tuple[dt.date, float]]) -> FloatArray:
        """Return the value of a step function on the first day of each period, 0 before it."""
        value = np.zeros(len(self.days))
        for since, amount in sorted(steps):
            value[self.start_day >= self.day(since)] = amount
        return value


def discount(rate: float, years: FloatArray) -> FloatArray:
    """Return discount factors at a yearly rate, shape of `years` [-]."""
    factors: FloatArray = (1.0 + rate) ** -years
    return factors

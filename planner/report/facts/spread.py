"""Percentiles of samples, as dates and as amounts; each value a sample's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.domain.precision import standard_error_day
from planner.domain.result import NEVER, FloatArray, IntArray, Outcome, quantile_min
from planner.report.facts.inventory import date_of

if TYPE_CHECKING:
    import datetime as dt


@dataclass(frozen=True, slots=True)
class Dates:
    """Percentiles of a date; None where the sample at that share does not reach it.

    Parameters
    ----------
    reached
        Share of samples that reach it within the calendar tables.
    error_day
        Standard error of the P80 in days; infinite where the samples cannot say.
    """

    p10: dt.date | None
    p50: dt.date | None
    p80: dt.date | None
    p90: dt.date | None
    reached: float
    error_day: float


@dataclass(frozen=True, slots=True)
class Days:
    """Percentiles of a duration in days, over the samples that end it; NaN where none does."""

    p10: float
    p50: float
    p80: float
    p90: float


@dataclass(frozen=True)
class Fan:
    """Percentiles of an amount over a grid (G): a tenth, half, nine tenths of futures lie below."""

    p10: FloatArray
    p50: FloatArray
    p90: FloatArray


def dates(outcome: Outcome, minutes: IntArray) -> Dates:
    """Return the percentiles of a date, shape (S,)."""
    p10, p50, p80, p90 = (
        date_of(outcome, float(quantile_min(minutes, q))) for q in (0.1, 0.5, 0.8, 0.9)
    )
    error = float(standard_error_day(minutes[:, None])[0])
    return Dates(p10, p50, p80, p90, float(np.mean(minutes < NEVER)), error)


def days(minutes: IntArray) -> Days:
    """Return the percentiles of durations in minutes, shape (N,), of those that end."""
    ended = minutes[minutes < NEVER // 2]
    if not len(ended):
        return Days(np.nan, np.nan, np.nan, np.nan)
    return Days(*(float(quantile_min(ended, q)) / 1440 for q in (0.1, 0.5, 0.8, 0.9)))


def fan(amounts: FloatArray) -> Fan:
    """Return the percentiles over samples of amounts, shape (S, G)."""
    rows = np.quantile(amounts, (0.1, 0.5, 0.9), axis=0, method="inverted_cdf")
    return Fan(rows[0], rows[1], rows[2])

"""How far a simulated percentile may be off, for the number of samples it rests on.

The standard error of a quantile from order statistics: of n independent samples the number below
the true quantile p is binomial, with standard deviation sqrt(n p (1 - p)), so half the distance of
the samples that many ranks above and below is one standard error. No law of the dates is assumed.
Latin hypercube and Sobol samples err less than independent ones, so for them it is an upper bound.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.domain.result import NEVER

if TYPE_CHECKING:
    from planner.domain.result import FloatArray, IntArray, Outcome

DAY_MIN: Final = 1440

SHARE: Final = 0.8
"""The percentile whose error is stated unless another is asked for."""


def standard_error_day(minute: IntArray, share: float = SHARE) -> FloatArray:
    """Return the standard error of a percentile of dates.

    Parameters
    ----------
    minute
        Simulated dates, shape (S, n).
    share
        The percentile, 0..1.

    Returns
    -------
    FloatArray
        Days, shape (n,); infinite where the percentile may lie beyond the tables, or where there
        are too few samples to say.
    """
    samples = len(minute)
    spread = math.sqrt(samples * share * (1 - share))
    low, high = math.floor(samples * share - spread), math.ceil(samples * share + spread)
    if low < 1 or high > samples:
        return np.full(minute.shape[1], np.inf)
    ordered = np.partition(minute, (low - 1, high - 1), axis=0)
    below, above = ordered[low - 1], ordered[high - 1]
    # Two ranks apart by more than the spread itself, since they are whole.
    error = (above - below) / DAY_MIN * spread / (high - low)
    return np.where((above >= NEVER) & (below < NEVER), np.inf, error)


def largest_error_day(outcome: Outcome, share: float = SHARE) -> float:
    """Return the standard error of the least certain percentile that a run is asked for.

    Of blocks ready for IT, tranches live and lots in service, or of the last finish of all where
    there is none of these. What never comes in any sample has no error.
    """
    asked = np.concatenate([outcome.ready_min, outcome.energised_min, outcome.service_min], axis=1)
    if not asked.shape[1]:
        asked = outcome.finish_min.max(axis=1, initial=0)[:, None]
    return float(standard_error_day(asked, share).max(initial=0.0))

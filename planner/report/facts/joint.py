"""Date and cost together: how sure both are at once, future by future."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.domain.result import NEVER
from planner.report.facts.inventory import minute

if TYPE_CHECKING:
    import datetime as dt

    from planner.domain.result import FloatArray, Result
    from planner.report.facts.risk import KeyDate

STEPS: Final = 40
"""Points of the line of equal probability."""


@dataclass(frozen=True)
class JointFact:
    """The key date and the spend of the horizon in each future.

    Parameters
    ----------
    day, spend_musd
        Of the futures that reach the date, shape (N,): days since the epoch, nominal MUSD.
    date, budget_musd
        As the plan counts on them.
    both, date_only, cost_only, neither
        Share of all futures in each quadrant; a date that is never reached is missed.
    confidence
        Of the line of equal probability.
    line
        Its points: a day, and the least spend within which, by that day, the date is reached in
        `confidence` of all futures; empty where fewer reach it at all.
    """

    day: FloatArray
    spend_musd: FloatArray
    date: dt.date
    budget_musd: float
    both: float
    date_only: float
    cost_only: float
    neither: float
    confidence: float
    line: tuple[tuple[float, float], ...]


def joint_fact(result: Result, key: KeyDate | None) -> JointFact | None:
    """Return date and cost together; None without a key date, a planned one, or money."""
    spend = result.verification.spend_musd
    if key is None or key.fact.planned is None or not spend.size or not result.plan.cash:
        return None
    minutes, total = key.fact.minutes, spend.sum(axis=1)
    if len(minutes) != len(total):
        return None
    budget = sum(row.spend for row in result.plan.cash)
    in_time = minutes < minute(result.outcome.epoch, key.fact.planned) + 1440
    within = total <= budget
    reached = minutes < NEVER
    confidence = result.verification.confidence
    return JointFact(
        day=minutes[reached] / 1440,
        spend_musd=total[reached],
        date=key.fact.planned,
        budget_musd=float(budget),
        both=float(np.mean(in_time & within)),
        date_only=float(np.mean(in_time & ~within)),
        cost_only=float(np.mean(~in_time & within)),
        neither=float(np.mean(~in_time & ~within)),
        confidence=confidence,
        line=equal_line(minutes[reached] / 1440, total[reached], confidence, len(minutes)),
    )


def equal_line(
    day: FloatArray, spend: FloatArray, confidence: float, samples: int
) -> tuple[tuple[float, float], ...]:
    """Return pairs of day and spend at which both are kept in `confidence` of `samples` futures.

    Parameters
    ----------
    day, spend
        Of the futures that reach the date, shape (N,), N <= samples.
    """
    need = int(np.ceil(confidence * samples - 1e-9))
    if need < 1 or len(day) < need:
        return ()
    order = np.argsort(day, kind="stable")
    first = need - 1
    at = sorted({int(i) for i in np.linspace(first, len(day) - 1, STEPS).round()})
    return tuple(
        (float(day[order[i]]), float(np.partition(spend[order[: i + 1]], first)[first])) for i in at
    )

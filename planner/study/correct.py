"""Corrections: where verification found a promise too optimistic, and by how many days."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.domain.result import Result, Verdict

OVERSHOOT = 1.3
"""How much more than the overrun is corrected: plans move under a correction, and each round costs
a solve."""
SMALLEST_DAY = 1.0
"""An overrun below a day is no reason to plan again."""


@dataclass(frozen=True)
class Corrections:
    """Extra days by cause.

    Parameters
    ----------
    days
        ``hall SITE/GROUP/MODE/CALENDAR PERIOD`` (the option of a hall, with the index of its start
        period), ``tranche SITE/NAME`` or ``delivery SITE/SKU`` -> days added to the readiness,
        energisation or delivery that the optimiser sees.
    """

    days: dict[str, float] = field(default_factory=dict)


def corrected(corrections: Corrections, result: Result) -> Corrections:
    """Return the corrections with each broken promise's worst cause moved by its overrun.

    A cause whose promises all hold keeps its correction: the plan may depend on it.
    """
    days = dict(corrections.days)
    grown: dict[str, float] = {}
    for verdict in result.verification.verdicts:
        if verdict.is_kept or not verdict.cause:
            continue
        key = _key(result.plan, verdict)
        grown[key] = max(grown.get(key, SMALLEST_DAY), OVERSHOOT * verdict.overrun_day)
    for key, extra in grown.items():
        days[key] = days.get(key, 0.0) + extra
    return Corrections(days)


def _key(plan: Plan, verdict: Verdict) -> str:
    """Return the key of a verdict's cause: a hall stands for its option and start period."""
    kind, _, name = verdict.cause.partition(" ")
    if kind != "hall":
        return verdict.cause
    start = next((s for s in plan.starts if s.hall == name), None)
    if start is None or start.is_under_way:
        return f"hall {name.rpartition('/')[0]} -1"
    period = max(i for i, p in enumerate(plan.periods) if p.start <= start.release)
    return f"hall {start.candidate} {period}"

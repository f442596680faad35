"""Corrections: where verification found a promise too optimistic, and by how many days."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.domain.plan import Plan
    from planner.domain.result import Readiness, Result

OVERSHOOT = 1.3
"""How much more than the overrun is corrected: plans move under a correction, and each round costs
a solve."""
SHRINK = 0.5
"""Share of an earliness that is given back: a correction that was too large shrinks again."""
LONGEST_DAY = 365.0
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
    """Return the corrections moved by what verification observed.

    Every cause moves by the mean lateness of the lots that it made late at the confidence, and
    shrinks again by half of that where they come early; the worst cause of a broken promise moves
    by the overrun of the promise at least.
    """
    plan, verification = result.plan, result.verification
    days = dict(corrections.days)
    moved: dict[str, float] = {}
    for cause, late in verification.lateness_day.items():
        key = _key(plan, cause)
        moved[key] = max(moved.get(key, -LONGEST_DAY), late if late > 0 else SHRINK * late)
    for verdict in verification.verdicts:
        if not verdict.is_kept and verdict.cause:
            key = _key(plan, verdict.cause)
            moved[key] = max(moved.get(key, SMALLEST_DAY), OVERSHOOT * verdict.overrun_day)
    for key, extra in moved.items():
        days[key] = max(0.0, days.get(key, 0.0) + extra)
    return Corrections({key: extra for key, extra in days.items() if extra > 0})


def rebased(
    corrections: Corrections, before: Sequence[Readiness], after: Sequence[Readiness]
) -> Corrections:
    """Return the corrections of options that were tried again: of their dates, not of their trials.

    What was learned is when halls really serve. Where a new trial says so by itself, no correction
    is left.

    Parameters
    ----------
    before, after
        Readiness of the same options in the same order.
    """
    days = dict(corrections.days)
    for key, later in _later(before, after):
        if key in days:
            days[key] = max(0.0, days[key] - later)
    return Corrections({key: extra for key, extra in days.items() if extra > 0})


def unrebased(
    corrections: Corrections, before: Sequence[Readiness], after: Sequence[Readiness]
) -> Corrections:
    """Return corrections of the first trials that come to the dates of these of later ones.

    Parameters
    ----------
    before, after
        Readiness of the same options in the same order.
    """
    days = dict(corrections.days)
    for key, later in _later(before, after):
        days[key] = days.get(key, 0.0) + later
    return Corrections({key: extra for key, extra in days.items() if extra > 0})


def _later(before: Sequence[Readiness], after: Sequence[Readiness]) -> Iterator[tuple[str, float]]:
    """Yield the causes of options that were tried again, and by how many days they come later."""
    for old, new in zip(before, after, strict=True):
        if new is not old:
            later = float(np.mean(new.service_day) - np.mean(old.service_day))
            yield f"hall {new.candidate} {new.period}", later


def _key(plan: Plan, cause: str) -> str:
    """Return the key of a cause: a hall stands for its option and start period."""
    kind, _, name = cause.partition(" ")
    if kind != "hall":
        return cause
    start = next((s for s in plan.starts if s.hall == name), None)
    if start is None or start.is_under_way:
        return f"hall {name.rpartition('/')[0]} -1"
    period = max(i for i, p in enumerate(plan.periods) if p.start <= start.release)
    return f"hall {start.candidate} {period}"

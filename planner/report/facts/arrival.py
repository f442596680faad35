"""The date at which compute is looked at: when the thing bet on is likeliest to arrive."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.report.facts.compute import period_of
from planner.report.words import month

if TYPE_CHECKING:
    from planner.domain.result import Result


@dataclass(frozen=True, slots=True)
class Arrival:
    """The likeliest arrival of the scenarios, or the end of the horizon.

    Parameters
    ----------
    period
        Index of the period it lies in, the last one where it is beyond the horizon.
    is_end
        Whether it stands for the end of the horizon.
    """

    title: str
    day: dt.date
    period: int
    is_end: bool

    @property
    def in_prose(self) -> str:
        """Say when, in the middle of a sentence."""
        if self.is_end:
            return f"at the end of the horizon, {month(self.day)}"
        return f"in {month(self.day)}"


def arrival(result: Result) -> Arrival:
    """Return the likeliest arrival within the horizon, the earliest of equal ones."""
    spec = result.portfolio.spec
    horizon = spec.horizon
    dated = [
        (s.probability.likely, spec.data_date + dt.timedelta(days=round(s.arrival.likely)), s.title)
        for s in spec.scenarios.values()
    ]
    inside = [d for d in dated if d[1] <= horizon]
    if not inside:
        last = len(result.plan.periods) - 1
        return Arrival("end of the horizon", horizon, last, is_end=True)
    _, day, title = max(inside, key=lambda d: (d[0], -d[1].toordinal()))
    return Arrival(title, day, period_of(result.plan.periods, day), is_end=False)

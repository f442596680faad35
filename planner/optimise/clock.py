"""Times at which the model balances, and the extra days that verification asks for."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray, Timeline
    from planner.domain.plan import Candidate

CorrectionDays = Mapping[str, float]
"""Extra days by cause: ``hall SITE/GROUP/MODE/CALENDAR PERIOD`` (an option, with the index of its
start period), ``hall SITE/GROUP -1`` (halls under way), ``tranche SITE`` or ``tranche SITE/NAME``,
``delivery SKU`` or ``delivery SITE/SKU`` (which holds for all sites)."""

FAR_DAY = 40_000.0
"""Days past which a date stands for "not within the tables" and never serves a plan."""


@dataclass(frozen=True)
class Clock:
    """Periods and instants.

    Parameters
    ----------
    timeline
        Periods T.
    instants
        Days of the required dates; with the periods and their parts they make the times K.
    parts
        Parts of periods that are balanced by themselves: index of the period, first and last day.
        None but where the means of whole periods promised what no lots keep.
    """

    timeline: Timeline
    instants: tuple[float, ...]
    parts: tuple[tuple[int, float, float], ...] = ()

    def presence(self, begin_day: float, until_day: float = np.inf) -> FloatArray:
        """Return the share of each time during which a thing is there, shape (K,) [0..1].

        A period or a part counts its share; an instant counts all that has begun by it and not
        ended.
        """
        at = np.array([float(begin_day <= d <= until_day) for d in self.instants])
        within = np.array(
            [max(0.0, min(until_day, last) - max(begin_day, first)) / (last - first)
             for _, first, last in self.parts]
        )  # fmt: skip
        return np.concatenate([self.timeline.presence(begin_day, until_day), at, within])

    def parted(self, days: Iterable[float]) -> Clock:
        """Return the clock with every period parted at the days that lie inside it."""
        made = []
        for t, (begin, end) in enumerate(
            zip(self.timeline.start_day.tolist(), self.timeline.end_day.tolist(), strict=True)
        ):
            inside = sorted({day for day in days if begin < day < end})
            if inside:
                bounds = [begin, *inside, end]
                made += [(t, a, b) for a, b in itertools.pairwise(bounds)]
        return replace(self, parts=tuple(made))

    def first_day(self, time: int) -> float:
        """Return the first day of a period or a part, or the instant itself."""
        n_periods, n_instants = len(self.timeline.days), len(self.instants)
        if time < n_periods:
            return float(self.timeline.start_day[time])
        if time < n_periods + n_instants:
            return self.instants[time - n_periods]
        return self.parts[time - n_periods - n_instants][1]

    def part(
        self, begin_day: float | FloatArray, until_day: float, first: float, last: float
    ) -> FloatArray:
        """Return the share of each period in which a thing is there within a part of the period.

        Parameters
        ----------
        begin_day
            Of one thing, or of N of them, shape (N, 1), for shares of shape (N, T).
        first, last
            The part, as shares of the period: 0 and 0.5 for its first half.
        """
        days = self.timeline.days
        begin = np.maximum(begin_day, self.timeline.start_day + first * days)
        end = np.minimum(until_day, self.timeline.start_day + last * days)
        share: FloatArray = np.clip(end - begin, 0.0, None) / days
        return share


@dataclass(frozen=True)
class Extra:
    """Extra days by cause."""

    days: CorrectionDays

    def of(self, *causes: str) -> float:
        """Return the days of all given causes together."""
        return sum(self.days.get(cause, 0.0) for cause in causes)

    def hall(self, candidate: Candidate, period: int) -> float:
        """Return the days of an option, or of halls that stand or are under way (period -1)."""
        if period < 0:
            return self.of(f"hall {candidate.site}/{candidate.group} -1")
        return self.of(f"hall {candidate} {period}")

    def delivery(self, sku: str, sites: tuple[str, ...]) -> float:
        """Return the days of a SKU's deliveries; those of the worst site count for all."""
        worst = max((self.of(f"delivery {site}/{sku}") for site in sites), default=0.0)
        return self.of(f"delivery {sku}") + worst

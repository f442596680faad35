"""What a schedule reviewer asks for beside the dates: criticality, crews, spend, removals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import datetime as dt

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Criticality:
    """How often each activity drove its milestone (A).

    Parameters
    ----------
    activity
        Stable names.
    towards
        Milestone it is judged towards: its hall or its lot, for site works the hall that they drive
        most often; empty where there is none.
    index
        Share of samples in which it lies on the driving path to that milestone.
    cruciality
        The index times the size of the rank correlation of its work with the milestone's date.
    """

    activity: tuple[str, ...]
    towards: tuple[str, ...]
    index: FloatArray
    cruciality: FloatArray


@dataclass(frozen=True)
class Usage:
    """Crews in use by month, means over each month, shape (R, M).

    Parameters
    ----------
    resource, capacity
        Names (R) and limits (R).
    month
        First days (M).
    p50, p90
        Percentiles over samples, in which crews are dispatched under their limits.
    early
        Demand of the deterministic pass, which knows no limits: where it is above the limit the
        resource is over-allocated before levelling.
    """

    resource: tuple[str, ...]
    capacity: FloatArray
    month: tuple[dt.date, ...]
    p50: FloatArray
    p90: FloatArray
    early: FloatArray


@dataclass(frozen=True)
class SpendCurve:
    """Cumulative cost of construction by the end of each month (M) [MUSD], base-year money.

    Parameters
    ----------
    early, late
        Every activity at its early dates of the deterministic pass, and at its late ones, which
        move no hand-over of a block, lot or tranche.
    p10, p50, p90
        Percentiles over samples.
    """

    month: tuple[dt.date, ...]
    early: FloatArray
    late: FloatArray
    p10: FloatArray
    p50: FloatArray
    p90: FloatArray


@dataclass(frozen=True)
class Look:
    """What the futures of a run say beside its dates."""

    criticality: Criticality
    usage: Usage
    spend: SpendCurve


CURVE: Final = tuple(x / 100 for x in range(5, 100, 5))
"""Shares of futures at which a curve is kept."""


@dataclass(frozen=True, slots=True)
class Removal:
    """What would be gained if a cause were gone, from the same futures run again without it.

    Parameters
    ----------
    kind
        ``driver``, ``event``, ``tranche``, ``delivery``, ``equipment``, ``storms``, ``weather``,
        ``crews`` or ``spread``.
    p50_day, p80_day
        Days by which the percentile comes earlier, mean over the five points on either side of it;
        negative where it comes later, NaN where it does not come.
    mean_day, error_day
        Mean of the paired differences over samples, and its standard error.
    curve_day
        Days since the epoch at `CURVE` without the cause; empty where one of them does not come.
    """

    name: str
    title: str
    kind: str
    p50_day: float
    p80_day: float
    mean_day: float
    error_day: float
    curve_day: tuple[float, ...] = ()


@dataclass(frozen=True)
class FloatPath:
    """A path to a milestone: its activities first to last, and what it could slip [day]."""

    milestone: str
    number: int
    float_day: float
    activities: tuple[str, ...]


@dataclass(frozen=True)
class Review:
    """All of it for a run.

    Parameters
    ----------
    milestone
        The date that removals and paths speak of, in words.
    removals
        Largest gain of P80 first, with the seed and number of samples behind them.
    """

    criticality: Criticality
    usage: Usage
    spend: SpendCurve
    milestone: str
    removals: tuple[Removal, ...]
    removal_samples: int
    paths: tuple[FloatPath, ...]

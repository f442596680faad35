"""Build methods side by side: what each takes at each site, hall by hall, and as a whole plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from planner.domain.plan import Candidate
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Comparison

Kind = Literal["work", "wait"]


@dataclass(frozen=True, slots=True)
class MethodStep:
    """A stretch of the way from release to service.

    Parameters
    ----------
    key
        Row of the build mode or its tail; name of what is waited for.
    day
        Mean days that the driving path spends on it, over the futures about the median.
    share
        Of those futures, in how many the path leads through it.
    """

    key: str
    title: str
    kind: Kind
    day: float
    share: float


@dataclass(frozen=True)
class MethodTrial:
    """One hall of a candidate built alone, released in each period of a year in turn.

    Power and racks are never late, the ground is prepared, and the site's crews are all its own.

    Parameters
    ----------
    is_offered
        Whether the group lists the mode and the calendar; else it is what would be if it did.
    periods
        Labels of the first and last period of release.
    day
        Days from release to service of the last block: P10, P50 and P80.
    dry_day
        The same without storms, in the same futures.
    stocked_day
        The same with all equipment on the site at the release, storms included.
    storm_day, storm_error_day
        Mean of the paired differences over futures, and its standard error.
    storm_musd, storm_worst_musd
        Repair after storms while it is built: mean, and the mean of the worst twentieth.
    hit_share
        Share of futures in which a storm does damage or costs a day.
    steps
        From release to service along the driving path, in its order; days add up to `path_day`.
    path_day
        Mean days to service of the futures behind the steps.
    """

    candidate: Candidate
    is_offered: bool
    it_mw: float
    periods: tuple[str, str]
    samples: int
    day: tuple[float, float, float]
    dry_day: tuple[float, float, float]
    stocked_day: tuple[float, float, float]
    storm_day: float
    storm_error_day: float
    storm_musd: float
    storm_worst_musd: float
    hit_share: float
    steps: tuple[MethodStep, ...]
    path_day: float


@dataclass(frozen=True)
class MethodsStudy:
    """Trials of every method at every site, and plans made with each alone and with all.

    Parameters
    ----------
    comparison
        Of the plans, in common futures; the base is the free mix.
    """

    portfolio: Portfolio
    trials: tuple[MethodTrial, ...]
    comparison: Comparison
    seed: int

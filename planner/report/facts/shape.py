"""The shape of the key date's distribution: bins, moments, and how surely a single date is met."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.report.facts.inventory import minute

if TYPE_CHECKING:
    import datetime as dt

    from planner.domain.result import FloatArray, Result
    from planner.report.facts.risk import KeyDate

BINS: Final = 24


@dataclass(frozen=True)
class ShapeFact:
    """What a histogram of the key date says, over the futures that reach it; days since the epoch.

    Parameters
    ----------
    edges
        Of the bins, shape (B + 1,).
    share, cumulative
        Of all futures, shape (B,).
    low, mean, median, mode, high
        Days; the mode is the middle of the fullest bin, the earliest of equal ones.
    sd_day, skew
        Standard deviation, and the third standardised moment (0 where nothing varies).
    deterministic_chance
        Share of all futures at or before the deterministic date; None where it has none.
    """

    edges: FloatArray
    share: FloatArray
    cumulative: FloatArray
    low: float
    mean: float
    median: float
    mode: float
    high: float
    sd_day: float
    skew: float
    deterministic_chance: float | None


def shape_fact(result: Result, key: KeyDate | None) -> ShapeFact | None:
    """Return the shape of the key date; None where there is none."""
    if key is None:
        return None
    counts, edges = np.histogram(key.day, bins=BINS)
    share = counts / result.outcome.samples
    fullest = int(np.argmax(counts))
    sd = float(key.day.std())
    centred = key.day - key.day.mean()
    return ShapeFact(
        edges=edges,
        share=share,
        cumulative=np.cumsum(share),
        low=float(key.day.min()),
        mean=float(key.day.mean()),
        median=float(np.quantile(key.day, 0.5, method="inverted_cdf")),
        mode=float(edges[fullest] + edges[fullest + 1]) / 2,
        high=float(key.day.max()),
        sd_day=sd,
        skew=float(np.mean(centred**3)) / sd**3 if sd > 1e-9 else 0.0,
        deterministic_chance=met_by(result, key, key.fact.deterministic),
    )


def met_by(result: Result, key: KeyDate, day: dt.date | None) -> float | None:
    """Return the share of all futures in which the key date comes on a day or before."""
    if day is None:
        return None
    return float(np.mean(key.fact.minutes < minute(result.outcome.epoch, day) + 1440))

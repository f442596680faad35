"""Levels of teams counted by teams and by heads, where the two say different things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.domain.result import FloatArray, Result
    from planner.report.facts.compute import TeamFact

NOTICED: Final = 0.005
"""Relative difference from which the two are both said."""


@dataclass(frozen=True)
class CountFact:
    """A measure of the planned levels: with every team as one, and with every researcher as one.

    Levels are compute per researcher and weight over the horizon [H100e].
    """

    measure: str
    by_teams: float
    by_heads: float


def count_facts(result: Result, teams: Sequence[TeamFact]) -> tuple[CountFact, ...]:
    """Return the measures that differ; none where teams and heads agree."""
    ranked = [t for t in teams if np.isfinite(t.level) and t.researchers.sum() > 0]
    if not ranked:
        return ()
    level = np.array([t.level for t in ranked])
    years = np.array([p.years for p in result.plan.periods])
    heads = np.array([float(t.researchers @ years) for t in ranked])
    one = np.ones(len(ranked))
    made = [
        CountFact(name, measure(level, one), measure(level, heads))
        for name, measure in (("Median", _median), ("Mean", _mean), ("Geometric mean", _geometric))
    ]
    return tuple(
        f for f in made if abs(f.by_teams - f.by_heads) > NOTICED * max(f.by_teams, f.by_heads)
    )


def _median(level: FloatArray, weight: FloatArray) -> float:
    """Return the level that half of the weight does not exceed."""
    order = np.argsort(level)
    below = np.cumsum(weight[order]) / weight.sum()
    return float(level[order][np.searchsorted(below, 0.5 - 1e-12)])


def _mean(level: FloatArray, weight: FloatArray) -> float:
    return float(np.average(level, weights=weight))


def _geometric(level: FloatArray, weight: FloatArray) -> float:
    if (level <= 0).any():
        return 0.0
    return float(np.exp(np.average(np.log(level), weights=weight)))

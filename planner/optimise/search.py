"""A solve in progress, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.capacity.timeline import FloatArray
    from planner.domain.plan import LevelStatus
    from planner.domain.result import Progress
    from planner.optimise.data import ModelData
    from planner.optimise.engine import Engine, Limits, Solution

HALF = 0.5
"""A level is solved to a gap below this share of the tolerance at which it is then held."""
DETAIL = "\t"
"""Parts a stage of progress from what is said of it now."""
NUMERIC_GAP = 1e-6


@dataclass
class Search:
    """A solve in progress: the model, what is known of it, and what it has come to."""

    data: ModelData
    engine: Engine
    limits: Limits
    progress: Progress
    levels: list[LevelStatus] = field(default_factory=list)
    bound: float | None = None
    others: dict[int, tuple[float, float]] = field(default_factory=dict)
    """Whole decisions that are no starts of halls, with their bounds in the model."""
    begin: Mapping[tuple[str, ...], float] = field(default_factory=dict)
    """Halls of the round before, by option."""
    halls: Mapping[tuple[str, ...], float] = field(default_factory=dict)
    """Halls of the first level, by option."""
    stage: str = "model"
    share: float = 0.0

    def tell(self, stage: str, share: float) -> None:
        """Report progress."""
        self.stage, self.share = stage.partition(DETAIL)[0], share
        self.progress(stage, share)

    def finish(self) -> None:
        """Take the time that a known solution needs to become a plan: some linear programs."""
        self.tell("splitting into commitments", 0.9)
        self.engine.deadline = None

    @property
    def is_over(self) -> bool:
        """Whether a clock or a signal has ended the search."""
        return self.engine.was_interrupted or self.engine.hit_clock

    @property
    def gap(self) -> float:
        """Relative gap to which integers are searched."""
        tolerance = self.data.portfolio.spec.policy.tolerance.likely
        return max(
            self.limits.gap if self.limits.gap is not None else HALF * tolerance, NUMERIC_GAP
        )

    @property
    def tolerance(self) -> float:
        """Share of a finished level's value that later ones may use."""
        return self.data.portfolio.spec.policy.tolerance.likely


def value_of(solution: Solution) -> float:
    """Return the objective of a solution; zero where it has none."""
    return 0.0 if solution.objective is None else solution.objective


def gap_of(search: Search, solution: Solution) -> float:
    """Return how far a solution is from the best bound, relative to the solution."""
    if search.bound is None:
        return np.inf
    return abs(search.bound - value_of(solution)) / max(abs(value_of(solution)), NUMERIC_GAP)


def tighten(search: Search, found: Solution, sign: float) -> None:
    """Take the bound of a search of the whole model where it is the better one."""
    if found.bound is not None and search.bound is not None:
        search.bound = sign * min(sign * search.bound, sign * found.bound)


def fix_others(search: Search, values: FloatArray) -> None:
    """Hold the whole decisions that are no starts of halls as they are."""
    for column in search.others:
        at = float(np.round(values[column]))
        search.engine.bound(column, at, at)


def free_others(search: Search) -> None:
    """Let them go again."""
    for column, (low, high) in search.others.items():
        search.engine.bound(column, low, high)

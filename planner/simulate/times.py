"""What an engine gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.domain.result import NEVER

if TYPE_CHECKING:
    from planner.network.arrays import FloatArray, IntArray


@dataclass(frozen=True)
class Times:
    """When everything happens; minutes from the epoch, `NEVER` where not within the tables.

    Parameters
    ----------
    start_min, work_end_min, finish_min
        Shape (S, A). Crews are held from start to the end of work; FF and SF may hold the finish
        for longer.
    storm_cost_musd
        Cost of repairs after storms, shape (S,).
    """

    start_min: IntArray
    work_end_min: IntArray
    finish_min: IntArray
    storm_cost_musd: FloatArray


def empty_times(samples: int, activities: int) -> Times:
    """Return times in which nothing happens."""
    shape = (samples, activities)
    return Times(
        np.full(shape, NEVER, dtype=np.int64),
        np.full(shape, NEVER, dtype=np.int64),
        np.full(shape, NEVER, dtype=np.int64),
        np.zeros(samples),
    )


def unset_times(samples: int, activities: int) -> Times:
    """Return room for times that are all yet to be written."""
    shape = (samples, activities)
    return Times(
        np.empty(shape, dtype=np.int64),
        np.empty(shape, dtype=np.int64),
        np.empty(shape, dtype=np.int64),
        np.zeros(samples),
    )

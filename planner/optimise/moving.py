"""Halls moved one at a time, with all else solved again: the last thousandths of a first level.

With the halls fixed the relaxation's duals say what one more or less of each would be worth. They
promise too much, for halls come whole, but they say what to try first; and a hall moved is two
bounds changed, which the simplex method mends from where it stands in hundredths of a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from planner.optimise.search import gap_of, value_of
from planner.optimise.twins import joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from planner.capacity.timeline import FloatArray
    from planner.optimise.data import ModelData
    from planner.optimise.engine import Solution
    from planner.optimise.fairness import Fairness
    from planner.optimise.search import Search

TRIES: Final = 80
"""Moves that are tried; a count, so that results repeat."""
MOST_NONZEROS: Final = 200_000
"""Coefficients up to which a move is quick to mend; beyond, moves were not measured."""
REACH: Final = 1
"""Periods by which a hall is moved."""
GAINED: Final = 1e-7
"""Relative gain below which a move is none."""


def moved(
    search: Search, fair: Fairness, columns: list[int], halls: FloatArray, found: Solution
) -> Solution:
    """Return the best point that is found by moving halls of a point to be maximised.

    The engine holds `halls` fixed, and `found` is its last solution.
    """
    if search.engine.matrix.nnz > MOST_NONZEROS:
        return found
    engine, best, halls = search.engine, found, halls.copy()
    place = joined(search.data)[1]
    moves = _moves(search.data, place, halls, engine.column_duals()[columns])
    for _ in range(TRIES):
        move = next(moves, None)
        if move is None or gap_of(search, best) <= search.gap or search.is_over:
            break
        _step(search, columns, halls, move)
        tried = fair.relax(engine)
        if tried.values is not None and value_of(tried) > value_of(best) * (1.0 + GAINED):
            best = tried
            moves = _moves(search.data, place, halls, engine.column_duals()[columns])
        else:
            _step(search, columns, halls, move[::-1])
    return best


def _step(search: Search, columns: list[int], halls: FloatArray, move: tuple[int, int]) -> None:
    """Fix one hall less of an option and one more of another."""
    for o, step in zip(move, (-1.0, 1.0), strict=True):
        halls[o] += step
        search.engine.bound(columns[o], halls[o], halls[o])


def _moves(
    data: ModelData, place: NDArray[np.int64], halls: FloatArray, worth: FloatArray
) -> Iterator[tuple[int, int]]:
    """Return moves from an option to another, the most promising first; of alike ones the first.

    A hall is started a little sooner or later first, then in another mode of its group: what that
    promises is further off.
    """
    found: dict[tuple[int, int], tuple[bool, float, int, int]] = {}
    for o in np.flatnonzero(halls > 0).tolist():
        chosen = data.options[o]
        for other in data.options_of_group(chosen.candidate.site, chosen.candidate.group):
            is_near = abs(data.options[other].period - chosen.period) <= REACH
            if is_near and worth[other] > worth[o]:
                is_other = data.options[other].candidate != chosen.candidate
                entry = (is_other, float(worth[o] - worth[other]), o, other)
                found.setdefault((int(place[o]), int(place[other])), entry)
    return ((o, other) for _, _, o, other in sorted(found.values()))

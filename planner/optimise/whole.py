"""Whole halls: those of the round before, a search of all, rounding, or a search nearby."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.domain.plan import Termination
from planner.optimise.conflict import raise_infeasible
from planner.optimise.engine import Engine, Solution
from planner.optimise.rounding import (
    WHOLE,
    fix,
    greedy,
    near,
    neighbourhood,
    start_columns,
    unfix,
)
from planner.optimise.search import Search, gap_of, tighten, value_of

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.optimise.data import ModelData

MANY_PARTS = 100
"""Halls in parts from which rounding comes before a search of them."""
SMALL_INTEGERS = 120
"""Integers up to which the whole model is solved as one."""
SMALL_NONZEROS = 20_000
"""Coefficients up to which that goes for twice as many: each node is quick."""


def whole_halls(search: Search, relaxed: FloatArray, sign: float) -> Solution:
    """Return the best point with whole starts, and keep the best bound."""
    engine = search.engine
    columns = start_columns(engine, search.data)
    if not columns:
        return engine.solve_lp()
    search.tell("whole halls", 0.2)
    found = _as_before(search, columns)
    if found is not None:
        return found
    if is_small(engine, search.data):
        found = _all_whole(search, sign)
        if found.values is not None:
            return found
    parts = np.abs(relaxed[columns] - np.round(relaxed[columns])) > WHOLE
    best = None
    if parts.sum() > MANY_PARTS:  # too many to search, even nearby: rounding comes closer, sooner
        best = greedy(engine, search.data, relaxed)
    if best is None and not search.is_over:
        best = _nearby(search, relaxed, sign)
    if best is None or best.values is None:
        best = _all_whole(search, sign)
    stopped = Termination.GAP if best.termination is Termination.OPTIMAL else best.termination
    return Solution(stopped, best.values, best.objective, None)


def _as_before(search: Search, columns: list[int]) -> Solution | None:
    """Return the best point with the halls of the round before; None where a search may do better.

    Corrections move dates by weeks, and mostly leave the choice of halls as good as it was.
    """
    engine, data = search.engine, search.data
    if not search.begin or search.bound is None:
        return None
    names = [data.option_name(o) for o in range(len(data.options))]
    if not search.begin.keys() <= set(names):
        return None
    halls = np.array([search.begin.get(name, 0.0) for name in names])
    fix(engine, columns, halls, halls)
    found = (
        engine.solve_mip(gap=search.gap / 2, nodes=search.limits.nodes) if search.others
        else engine.solve_lp()
    )  # fmt: skip
    unfix(engine, columns)
    if found.values is None or gap_of(search, found) > search.gap:
        return None
    return Solution(Termination.GAP, found.values, found.objective, None)


def is_small(engine: Engine, data: ModelData) -> bool:
    """Return whether a model is solved as one."""
    is_quick = engine.matrix.nnz <= SMALL_NONZEROS
    return len(data.options) <= SMALL_INTEGERS * (2 if is_quick else 1)


def _all_whole(search: Search, sign: float) -> Solution:
    """Return the best point of a search of all whole decisions at once.

    Raises
    ------
    InfeasibleError
        If there is none.
    """
    found = search.engine.solve_mip(gap=search.gap, nodes=search.limits.nodes)
    tighten(search, found, sign)
    if found.termination is Termination.INFEASIBLE and found.values is None:
        raise_infeasible(search.data, search.engine)
    return found


def _nearby(search: Search, relaxed: FloatArray, sign: float) -> Solution:
    """Return the best point of a search near the relaxation, and of one near what that found."""
    engine, data, nodes = search.engine, search.data, search.limits.nodes
    best = near(engine, data, relaxed, gap=search.gap, nodes=nodes)
    if best.values is None and not engine.was_interrupted:
        best = greedy(engine, data, relaxed) or best
    if best.values is None or gap_of(search, best) <= search.gap or search.is_over:
        return best
    search.tell("better halls nearby", 0.4)
    better = neighbourhood(engine, data, best.values, gap=search.gap / 2, nodes=nodes)
    if better.values is not None and sign * value_of(better) > sign * value_of(best):
        return better
    return best

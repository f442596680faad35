"""What gives way, and the first objective with the halls free."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.domain.plan import LevelStatus, Termination
from planner.errors import LimitError, UnboundedError
from planner.optimise.coarse import coarsened
from planner.optimise.conflict import raise_infeasible
from planner.optimise.engine import Engine, Solution
from planner.optimise.fairness import MaxMin, fairness_of, unit_of
from planner.optimise.moving import moved
from planner.optimise.objectives import OBJECTIVES
from planner.optimise.rounding import (
    fix,
    sought,
    start_columns,
    unfix,
    whole_starts,
)
from planner.optimise.search import Search, value_of
from planner.optimise.twins import dealt, joined
from planner.optimise.whole import SMALL_INTEGERS, is_small, whole_halls
from planner.optimise.wishes import hold, let_give, orders, total, wishes

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.optimise.objectives.base import Objective

COARSE_GAP = 0.9
"""Share of the gap to which a coarse model is searched; its halls lose some of the rest."""
DEAR_SLACK = 1.1
"""What may be bought above the policy's price over what the relaxation needs of it."""


def give_way(search: Search) -> None:
    """Give up as little of soft wishes as any plan with whole halls must, in their order.

    Compute above the policy's price is bought for them, as for hard ones.
    """
    engine, found = search.engine, wishes(search.data)
    if not found:
        return
    search.tell("what gives way", 0.02)
    let_give(engine, found)
    _price_limit(engine, np.inf)
    for order in orders(found):
        engine.seek({engine.column("given_up", total(order)): 1.0}, "min")
        relaxed = engine.solve_lp()
        if relaxed.termination is Termination.INFEASIBLE:
            raise_infeasible(search.data, engine)
        if relaxed.values is None:
            raise LimitError("a limit came before it was known what gives way")
        search.bound = relaxed.bound
        best = whole_halls(search, relaxed.values, -1.0)
        if best.values is None:
            raise LimitError("a limit came before it was known what gives way")
        hold(engine, order, value_of(best))
    _price_limit(engine, 0.0)
    search.bound = None


def _price_limit(engine: Engine, most: float) -> None:
    """Let so much be bought above the policy's price, where it has one."""
    if "max_price[all]" in engine.rows:
        engine.bound(engine.column("dearly"), 0.0, most)


def first_level(search: Search, name: str) -> FloatArray:
    """Return the best point found for the first objective, whole halls and all."""
    objective = OBJECTIVES[name]
    search.tell("relaxation", 0.05)
    sign = 1.0 if objective.sense == "max" else -1.0
    # With halls to begin from, the relaxation of the whole model is all that is needed mostly.
    best = None if search.begin else _through_coarse(search, objective)
    if best is not None and best.values is not None:
        search.levels.append(_first_status(search, objective, best))
        return best.values
    relaxed = _relaxed(search, objective)
    if relaxed.termination is Termination.INFEASIBLE:
        _allow_dear(search)
        relaxed = _relaxed(search, objective)
    if relaxed.values is None:
        raise LimitError("a limit came before the relaxation was solved; raise the time limit")
    search.bound = relaxed.bound
    best = whole_halls(search, relaxed.values, sign)
    if best.values is None:
        raise LimitError("a limit came before any plan with whole halls; raise the limit")
    search.levels.append(_first_status(search, objective, best))
    return best.values


def _through_coarse(search: Search, objective: Objective) -> Solution | None:
    """Return the best point with the halls of the coarse model; None where that does not serve.

    Its relaxation is the bound: it is one of the whole model, and a quarter of its time.
    """
    engine, data = search.engine, search.data
    fair, has_more = fairness_of(data), bool(search.others or wishes(data))
    is_max_min = objective.name == "compute_per_researcher" and isinstance(fair, MaxMin)
    if not is_max_min or has_more or len(data.options) <= SMALL_INTEGERS:
        return None
    few, place = joined(data)
    coarse = coarsened(engine, data, place)
    if coarse is None:
        return None
    try:
        relaxed = fair.relax(coarse)
    except UnboundedError:  # a row that limits it may differ between pools; the whole model tells
        return None
    search.tell("whole halls", 0.2)
    gap, nodes = COARSE_GAP * search.gap, search.limits.nodes
    if is_small(coarse, few):
        best = coarse.solve_mip(gap=gap, nodes=nodes)
        bound = best.bound if best.bound is not None else relaxed.bound
    else:
        best, bound = sought(coarse, few, relaxed, gap=gap, nodes=nodes), relaxed.bound
    engine.was_interrupted |= coarse.was_interrupted
    engine.hit_clock |= coarse.hit_clock
    if best.values is None:
        if search.is_over:
            raise LimitError("a limit came before any plan with whole halls; raise the limit")
        return None
    search.tell("GPUs for the halls", 0.4)
    if search.is_over:
        engine.deadline = None  # one linear program, and what was found is a plan
    columns = start_columns(engine, data)
    halls = dealt(data, place, whole_starts(coarse, few, best.values))
    fix(engine, columns, halls, halls)
    found = fair.relax(engine)
    search.bound = bound
    if found.values is not None:
        found = moved(search, fair, columns, halls, found)
    unfix(engine, columns)
    if found.values is None:
        search.bound = None
        return None
    return Solution(Termination.GAP, found.values, found.objective, None)


def _first_status(search: Search, objective: Objective, best: Solution) -> LevelStatus:
    """Return value and bound of the first level; those of a fairness in the unit of its levels."""
    value, bound, unit = value_of(best), search.bound, objective.unit
    if objective.name == "compute_per_researcher":
        fair, unit = fairness_of(search.data), unit_of(search.data)
        value, bound = fair.shown(value), None if bound is None else fair.shown(bound)
    return LevelStatus(objective.name, value, bound, unit, best.termination)


def _relaxed(search: Search, objective: Objective) -> Solution:
    """Return the relaxation; with it, curves of fairness are followed closely where they matter."""
    if objective.name == "compute_per_researcher":
        return fairness_of(search.data).relax(search.engine)
    search.engine.seek({search.engine.column(objective.variable): 1.0}, objective.sense)
    return search.engine.solve_lp()


def _allow_dear(search: Search) -> None:
    """Let as much be bought above the policy's price as hard rules need, where that is the reason.

    Raises
    ------
    InfeasibleError
        If it is not.
    """
    engine = search.engine
    if "max_price[all]" not in engine.rows:
        raise_infeasible(search.data, engine)
    column = engine.column("dearly")
    engine.bound(column, 0.0, np.inf)
    engine.seek({column: 1.0}, "min")
    found = engine.solve_lp()
    if found.values is None:
        raise_infeasible(search.data, engine)
    engine.bound(column, 0.0, DEAR_SLACK * value_of(found))

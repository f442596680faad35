"""The objectives after the first, with the halls as they are or later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.domain.plan import LevelStatus, Termination
from planner.errors import LimitError
from planner.optimise.alike import spelled, spread
from planner.optimise.fairness import fairness_of, unit_of
from planner.optimise.leximin import Ranking
from planner.optimise.objectives import OBJECTIVES
from planner.optimise.rounding import (
    WHOLE,
    fix,
    greedy,
    near,
    start_columns,
)
from planner.optimise.search import NUMERIC_GAP, Search, fix_others, free_others, value_of
from planner.optimise.whole import MANY_PARTS

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.optimise.engine import Solution

COST_GAP = 0.01
"""Halls are moved later to within this gap of the least cost: the last tenths cost most time."""
COST_NODES = 20


def later_levels(search: Search, values: FloatArray, names: tuple[str, ...]) -> FloatArray:
    """Return the point after all objectives, each finished one held within the tolerance."""
    engine, data = search.engine, search.data
    columns = start_columns(engine, data)
    halls = np.round(values[columns])
    fix(engine, columns, halls, halls)
    values = _others_whole(search, values)
    for i, name in enumerate(names):
        search.tell(name, 0.5 + 0.1 * i)
        if search.is_over:
            break
        if name == "compute_per_researcher":
            values = _fair(search, values, is_first=i == 0)
        elif OBJECTIVES[name].variable == "spend":
            values = _cheap(search, values, columns, is_first=i == 0)
        else:
            values = _single(search, values, name, is_first=i == 0)
    fixed = np.round(values[columns])
    fix(engine, columns, fixed, fixed)
    return values


def _fair(search: Search, values: FloatArray, *, is_first: bool) -> FloatArray:
    fair = fairness_of(search.data)
    settled = fair.settle(search.engine)
    if not settled:
        return values
    first = search.levels.pop() if is_first else None
    held = {team: step.level for step in settled for team in step.teams}
    for number, (name, value) in enumerate(
        fair.steps(spelled(settled, search.data), spread(held, search.data))
    ):
        known = first if number == 0 else None
        search.levels.append(
            LevelStatus(
                f"compute_per_researcher{name}", value,
                known.bound if known else None,
                unit_of(search.data), known.termination if known else Termination.OPTIMAL,
            )
        )  # fmt: skip
    Ranking(search.engine).hold(held, 1.0 - search.tolerance)
    return settled[-1].values


def _single(search: Search, values: FloatArray, name: str, *, is_first: bool) -> FloatArray:
    """Return the best point for one objective with the halls as they are, and hold it."""
    engine, objective = search.engine, OBJECTIVES[name]
    column = engine.column(objective.variable)
    engine.seek({column: 1.0}, objective.sense)
    found = engine.solve_lp()
    if found.values is None:
        return values
    if not is_first:
        value = value_of(found)
        search.levels.append(LevelStatus(name, value, None, objective.unit, found.termination))
    hold_level(search, column, value_of(found), objective.sense)
    return found.values


def hold_level(search: Search, column: int, value: float, sense: str) -> None:
    """Hold a variable within the tolerance of the value that a level has come to."""
    slack = max(search.tolerance, NUMERIC_GAP) * abs(value)
    low, high = (value - slack, np.inf) if sense == "max" else (-np.inf, value + slack)
    search.engine.bound(column, low, high)


def _others_whole(search: Search, values: FloatArray) -> FloatArray:
    """Return the point with halls as they are and all else that is whole made so, and fixed."""
    if not search.others:
        return values
    columns = list(search.others)
    held, search.engine.relaxed = search.engine.relaxed, frozenset()
    if np.abs(values[columns] - np.round(values[columns])).max() > WHOLE:
        found = search.engine.solve_mip(gap=search.gap, nodes=search.limits.nodes)
        if found.values is None:
            raise LimitError("a limit came before whole contracts were found; raise the limit")
        values = found.values
    fix_others(search, values)
    # Clusters stay as they are: what comes later moves halls, and may not break them.
    search.others = {c: limits for c, limits in search.others.items() if c not in held}
    return values


def _cheap(search: Search, values: FloatArray, columns: list[int], *, is_first: bool) -> FloatArray:
    """Return the cheapest point: halls that it does not need are not started, others later."""
    engine = search.engine
    if is_first:
        return _single(search, values, "cost", is_first=True)
    halls = np.round(values[columns])
    fix(engine, columns, halls, halls)
    free_others(search)
    engine.seek({engine.column("spend"): 1.0}, "min")
    best = _started_later(search, columns, halls)
    fix(engine, columns, halls, halls)
    free_others(search)
    as_they_are = (
        engine.solve_mip(gap=COST_GAP, nodes=search.limits.nodes) if search.others
        else engine.solve_lp(start_cold=True)  # the objective is another: simplex would wander
    )  # fmt: skip
    chosen_by = best if best is not None and value_of(best) < value_of(as_they_are) else as_they_are
    fix_others(search, chosen_by.values if chosen_by.values is not None else values)
    if best is None or value_of(best) >= value_of(as_they_are):
        fix(engine, columns, halls, halls)
        return _single(search, values, "cost", is_first=False)
    assert best.values is not None
    chosen = np.round(best.values[columns])
    fix(engine, columns, chosen, chosen)
    return _single(search, best.values, "cost", is_first=False)


def _started_later(search: Search, columns: list[int], halls: FloatArray) -> Solution | None:
    """Return a cheaper point whose halls start no earlier than they do now; None if none is found.

    Of each candidate no more halls are started by any period than now, so the search is small.
    """
    engine, data = search.engine, search.data
    room = _no_earlier(search, halls)
    fix(engine, columns, np.zeros(len(columns)), room)
    relaxed = engine.solve_lp(start_cold=True)  # far from the last point: simplex would wander
    if relaxed.values is None:
        return None
    parts = np.abs(relaxed.values[columns] - np.round(relaxed.values[columns])) > WHOLE
    if parts.sum() > MANY_PARTS and not search.others:
        return greedy(engine, data, relaxed.values)
    nodes = min(search.limits.nodes, COST_NODES)
    best = near(engine, data, relaxed.values, gap=COST_GAP, nodes=nodes, most=room)
    return best if best.values is not None else None


def _no_earlier(search: Search, halls: FloatArray) -> FloatArray:
    """Return the most halls of each option that may start: those begun so far, none before them."""
    options = search.data.options
    begun: dict[object, float] = {}
    most = np.zeros(len(halls))
    for o in sorted(range(len(halls)), key=lambda o: options[o].period):
        candidate = options[o].candidate
        begun[candidate] = begun.get(candidate, 0.0) + halls[o]
        group = search.data.portfolio.sites[candidate.site].groups[candidate.group]
        most[o] = min(begun[candidate], group.starts_per_period)
    return most

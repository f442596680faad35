"""The objectives after the first, with the halls as they are or later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.domain.plan import LevelStatus, Termination
from planner.errors import LimitError
from planner.optimise.alike import spelled, spread
from planner.optimise.carrying import carried
from planner.optimise.fairness import fairness_of, unit_of
from planner.optimise.leximin import Ranking
from planner.optimise.objectives import OBJECTIVES
from planner.optimise.rounding import WHOLE, fix, near, start_columns
from planner.optimise.search import NUMERIC_GAP, Search, fix_others, free_others, value_of
from planner.optimise.whole import is_small

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.optimise.engine import Solution

COST_GAP = 0.01
"""Gap to which the least cost is searched in small models, and contracts for halls as they are."""
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
    objective = OBJECTIVES[name]
    search.engine.seek({search.engine.column(objective.variable): 1.0}, objective.sense)
    return _reached(search, values, name, search.engine.solve_lp(), is_first=is_first)


def _reached(
    search: Search, values: FloatArray, name: str, found: Solution, *, is_first: bool
) -> FloatArray:
    """Return the point that a level has come to, and hold it; the one before where it has none."""
    if found.values is None:
        return values
    objective = OBJECTIVES[name]
    if not is_first:
        status = LevelStatus(name, value_of(found), None, objective.unit, found.termination)
        search.levels.append(status)
    hold_level(search, search.engine.column(objective.variable), value_of(found), objective.sense)
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
    best = (
        engine.solve_mip(gap=COST_GAP, nodes=search.limits.nodes) if search.others
        else engine.solve_lp(start_cold=True)  # the objective is another: simplex would wander
    )  # fmt: skip
    if best.values is not None:
        best = _started_later(search, columns, halls, best)
    chosen = values if best.values is None else best.values
    halls = np.round(chosen[columns])
    fix(engine, columns, halls, halls)
    fix_others(search, chosen)
    return _reached(search, values, "cost", best, is_first=False)


def _started_later(
    search: Search, columns: list[int], halls: FloatArray, best: Solution
) -> Solution:
    """Return a cheaper point whose halls start no earlier than they do now; the best where none is.

    Of each candidate no more halls are started in any period than have been by then now. Where no
    whole halls near the cheapest point with halls in parts serve, they carry what the best point
    does with the halls as they are; and once more what is then best to do with them.
    """
    engine = search.engine
    room = _no_earlier(search, halls)
    fix(engine, columns, np.zeros(len(columns)), room)
    relaxed = engine.solve_lp(start_cold=True)  # far from the last point: simplex would wander
    later = _whole_later(search, relaxed, room)
    if not _is_cheaper(later, best):
        fix(engine, columns, np.zeros(len(columns)), room)
        later = _carried(search, best)
    if later.values is None or not _is_cheaper(later, best):
        return best
    halls = np.round(later.values[columns])
    fix(engine, columns, halls, halls)
    fix_others(search, later.values)
    found = engine.solve_lp(start_cold=True)
    best = found if found.values is not None else later
    fix(engine, columns, np.zeros(len(columns)), _no_earlier(search, halls))
    free_others(search)
    later = _carried(search, best)
    return later if _is_cheaper(later, best) else best


def _is_cheaper(one: Solution, other: Solution) -> bool:
    """Return whether a point is known and cheaper than another by more than rounding."""
    bar = value_of(other) - NUMERIC_GAP * abs(value_of(other))
    return one.values is not None and value_of(one) < bar


def _whole_later(search: Search, relaxed: Solution, room: FloatArray) -> Solution:
    """Return a point with whole halls near the cheapest with halls in parts, if one is found.

    In a small model they are searched; in others they carry what that point does, which comes as
    cheap as a search of 20 nodes, in a tenth of the time.
    """
    if relaxed.values is None or not is_small(search.engine, search.data):
        return _carried(search, relaxed)
    nodes = min(search.limits.nodes, COST_NODES)
    return near(search.engine, search.data, relaxed.values, gap=COST_GAP, nodes=nodes, most=room)


def _carried(search: Search, point: Solution) -> Solution:
    """Return a point with whole halls for what another does, if there are such halls."""
    if point.values is None:
        return point
    return carried(search.engine, point.values, nodes=search.limits.nodes)


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

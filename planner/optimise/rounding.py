"""From the relaxation to whole halls: a small search around it, and a plain one where that fails.

The relaxation starts most options in whole numbers. First those are kept and only the fractional
ones searched, which is a small integer model. Where that is infeasible, starts are rounded one by
one in order of period, under places, land and crews.
"""

from __future__ import annotations

from math import ceil, floor
from typing import TYPE_CHECKING

import numpy as np

from planner.optimise.constraints.crews import left
from planner.optimise.constraints.land import hall_acres
from planner.optimise.engine import INF

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.optimise.data import ModelData
    from planner.optimise.engine import Engine, Solution

WHOLE = 1e-6
ROUNDS = 3
"""Searches within a hall of the best halls so far, each from what the one before found."""
FEW_PARTS = 100
"""Halls in parts up to which a search begins from their rounding."""
THRESHOLDS = (0.5, 0.3, 0.8, 0.999)
"""Parts of a hall from which it is started, tried in turn until one leaves a feasible rest."""


def start_columns(engine: Engine, data: ModelData) -> list[int]:
    """Return the columns of the options' starts, in the order of the options."""
    return [engine.column("starts", *data.option_name(o)) for o in range(len(data.options))]


def other_integers(engine: Engine, data: ModelData) -> list[int]:
    """Return the columns of whole decisions that are no starts of halls, such as reservations."""
    halls = set(start_columns(engine, data))
    return [int(i) for i in engine.integers if int(i) not in halls]


def fix(engine: Engine, columns: list[int], low: FloatArray, high: FloatArray) -> None:
    """Set the bounds of starts."""
    for column, a, b in zip(columns, low, high, strict=True):
        engine.bound(column, float(a), float(b))


def unfix(engine: Engine, columns: list[int]) -> None:
    """Leave starts free again."""
    for column in columns:
        engine.bound(column, 0.0, INF)


def near(
    engine: Engine, data: ModelData, relaxed: FloatArray, *, gap: float, nodes: int,
    most: FloatArray | None = None,
) -> Solution:  # fmt: skip
    """Return the best plan near the relaxation: fractional starts searched, whole ones kept.

    A fractional start may also move to the period before or after, within `most` where given.
    """
    columns = start_columns(engine, data)
    low, high = _window(data, relaxed[columns])
    if most is not None:
        high = np.maximum(np.minimum(high, most), low)
    fix(engine, columns, low, high)
    found = engine.solve_mip(gap=gap, nodes=nodes)
    unfix(engine, columns)
    return found


def _window(data: ModelData, starts: FloatArray) -> tuple[FloatArray, FloatArray]:
    low = np.array([floor(y + WHOLE) for y in starts], dtype=float)
    high = np.array([ceil(y - WHOLE) for y in starts], dtype=float)
    index = {(option.candidate, option.period): o for o, option in enumerate(data.options)}
    for o in np.flatnonzero(high > low):
        option = data.options[o]
        for period in (option.period - 1, option.period + 1):
            other = index.get((option.candidate, period))
            if other is not None:
                high[other] = max(high[other], low[other] + 1)
    return low, high


def neighbourhood(
    engine: Engine, data: ModelData, values: FloatArray, *, gap: float, nodes: int
) -> Solution:
    """Return the best plan within one hall of a known one, option by option, searched from it.

    Options that the plan uses, and those two periods before and after, may change.
    """
    columns = start_columns(engine, data)
    starts = np.round(values[columns])
    index = {(option.candidate, option.period): o for o, option in enumerate(data.options)}
    low, high = np.maximum(starts - 1, 0), starts.copy()
    for o in np.flatnonzero(starts > 0):
        option = data.options[o]
        for period in range(option.period - 2, option.period + 3):
            other = index.get((option.candidate, period))
            if other is not None:
                high[other] = starts[other] + 1
    fix(engine, columns, low, high)
    found = engine.solve_mip(gap=gap, nodes=nodes, start=values)
    unfix(engine, columns)
    return found


def greedy(engine: Engine, data: ModelData, relaxed: FloatArray) -> Solution | None:
    """Return a plain rounding with all else solved; None if none is feasible.

    A start at half a hall errs to neither side. Other thresholds are for hard rules that it breaks.
    """
    columns = start_columns(engine, data)
    best: Solution | None = None
    for threshold in THRESHOLDS:
        starts = rounded(data, relaxed[columns], threshold)
        fix(engine, columns, starts, starts)
        found = engine.solve_lp(start_cold=True)
        if found.objective is not None:
            best = found
            break
    unfix(engine, columns)
    return best


def sought(
    engine: Engine, data: ModelData, relaxed: Solution, *, gap: float, nodes: int
) -> Solution:
    """Return a point with whole starts near a relaxation; its values are None where there is none.

    With few halls in parts it is sought within a hall of a rounding; with many, near the parts
    first, which is the smaller search, and further only where that leaves the gap wide.
    """
    if relaxed.values is None or relaxed.objective is None:
        return relaxed
    starts = relaxed.values[start_columns(engine, data)]
    best: Solution | None = None
    if (np.abs(starts - np.round(starts)) > WHOLE).sum() <= FEW_PARTS:
        best = greedy(engine, data, relaxed.values)
    best = best or near(engine, data, relaxed.values, gap=gap, nodes=nodes)
    if best.values is None:
        best = greedy(engine, data, relaxed.values) or best
    if best.values is None or best.objective is None:
        return best
    for _ in range(ROUNDS):
        is_wide = abs(relaxed.objective - best.objective) > gap * abs(relaxed.objective)
        if not is_wide or engine.was_interrupted or engine.hit_clock:
            break
        better = neighbourhood(engine, data, best.values, gap=gap, nodes=nodes)
        if better.objective is None or better.values is None:
            break
        gained = abs(better.objective - best.objective)
        best = better
        if gained <= gap / 10 * abs(relaxed.objective):
            break
    return best


def whole_starts(engine: Engine, data: ModelData, values: FloatArray) -> FloatArray:
    """Return the whole starts of a point, shape (O,)."""
    starts: FloatArray = np.round(values[start_columns(engine, data)])
    return starts


def rounded(data: ModelData, relaxed: FloatArray, threshold: float) -> FloatArray:
    """Return whole starts, shape (O,): a hall as a running sum of parts passes it, if it has room.

    Parameters
    ----------
    relaxed
        Starts by option, in parts.
    threshold
        Part of a hall from which it is started.
    """
    starts = np.zeros(len(relaxed))
    room, crews = dict(data.group_room), left(data)
    land = {s: site.land.likely for s, site in data.portfolio.sites.items()}
    debt: dict[object, float] = {}
    order = sorted(range(len(relaxed)), key=lambda o: (data.options[o].period, o))
    used: dict[tuple[str, str, int], int] = {}
    for o in order:
        option = data.options[o]
        c = option.candidate
        key, slot = (c.site, c.group), (c.site, c.group, option.period)
        debt[c] = debt.get(c, 0.0) + relaxed[o]
        acres = hall_acres(data, c.site, c.group, c.mode)
        most = data.portfolio.sites[c.site].groups[c.group].starts_per_period
        while (
            debt[c] >= threshold and room[key] > 0 and used.get(slot, 0) < most
            and land[c.site] >= acres and (crews >= data.labour.use[o] - WHOLE).all()
        ):  # fmt: skip
            starts[o] += 1
            debt[c] -= 1.0
            room[key] -= 1
            used[slot] = used.get(slot, 0) + 1
            land[c.site] -= acres
            crews = crews - data.labour.use[o]
    return starts

"""What the worth of compute after the horizon does to a plan: the answer at none and twice of it.

So that the end of the horizon does not stop all buying, the last period's compute counts on for a
while (`policy.terminal_quarters`, `terminal_share`). How much of a plan is owed to that is seen by
solving again, halls and contracts as the plan has them, with that worth left out or doubled: what
is bought, and what researchers get within the horizon.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.domain.result import TerminalAnswer
from planner.optimise.consumers import CLASSES
from planner.optimise.data import ModelData, build, compute_weight
from planner.optimise.engine import INF, Engine, uninterrupted
from planner.optimise.model import formulate
from planner.optimise.objectives.compute_per_researcher import ranked
from planner.optimise.rounding import fix, start_columns
from planner.optimise.tally import tally
from planner.optimise.variables import GPUS, MUSD
from planner.optimise.wishes import keep

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Readiness
    from planner.optimise.clock import CorrectionDays

FACTORS = (0.0, 2.0)
LAST_YEAR_DAY = 365.25


def terminal_answers(
    portfolio: Portfolio,
    readiness: tuple[Readiness, ...],
    plan: Plan,
    *,
    corrections: CorrectionDays | None = None,
    seed: int = 1,
) -> tuple[TerminalAnswer, ...]:
    """Return the plan as it is, and what it would buy at none and twice of its terminal value.

    Nothing is returned where compute after the horizon has no worth anyway, or where no team is
    ranked.
    """
    policy = portfolio.spec.policy
    if not policy.terminal_quarters or not policy.terminal_share.likely:
        return ()
    data = build(portfolio, readiness, corrections)
    if not ranked(data):
        return ()
    counted = tally(plan, data)
    made = [_answer(data, 1.0, counted.orders, counted.compute(data), _nominal(plan))]
    for factor in FACTORS:
        weighed = replace(data, compute_weight=compute_weight(portfolio, data.timeline, factor))
        found = _solved(weighed, plan, seed, policy.tolerance.likely)
        if found is not None:
            made.append(_answer(data, factor, *found))
    return tuple(sorted(made, key=lambda answer: answer.factor))


def _nominal(plan: Plan) -> float:
    return sum(row.spend for row in plan.cash)


def _answer(
    data: ModelData, factor: float, orders: FloatArray, compute: FloatArray, spend: float
) -> TerminalAnswer:
    """Return what a solution buys and gives: orders (J, T), compute (W, T), spend [MUSD]."""
    weight = compute_weight(data.portfolio, data.timeline, 0.0)
    late = data.timeline.start_day >= data.timeline.end_day[-1] - LAST_YEAR_DAY
    index = {c.name: w for w, c in enumerate(data.consumers)}
    level = {
        team.name: float(weight @ compute[index[team.name]])
        / (float(weight @ team.researchers) * team.weight)
        for team in ranked(data)
        if weight @ team.researchers > 0
    }
    return TerminalAnswer(
        factor=factor,
        gpus=float(orders.sum()),
        last_year_gpus=float(orders[:, late].sum()),
        spend_musd=spend,
        level=level,
    )


def _solved(
    data: ModelData, plan: Plan, seed: int, tolerance: float
) -> tuple[FloatArray, FloatArray, float] | None:
    """Return orders, compute and spend of the best point with a plan's halls and contracts."""
    engine = Engine(formulate(data), seed=seed)
    hold_plan(engine, data, plan)
    worst, spend = engine.column("worst"), engine.column("spend")
    engine.seek({worst: 1.0}, "max")
    best = uninterrupted(engine, engine.solve_lp())
    if best.values is None or best.objective is None:
        return None
    engine.bound(worst, best.objective - tolerance * abs(best.objective), INF)
    engine.seek({spend: 1.0}, "min")
    cheapest = uninterrupted(engine, engine.solve_lp())
    values = best.values if cheapest.values is None else cheapest.values
    return (
        _orders(data, engine, values),
        _compute(data, engine, values),
        _paid(data, engine, values),
    )


def hold_plan(engine: Engine, data: ModelData, plan: Plan) -> None:
    """Fix starts and contracts at a plan's, and let dear compute be bought if it must."""
    starts = tally(plan, data).starts
    fix(engine, start_columns(engine, data), starts, starts)
    kept = {r.name: r for r in plan.reservations}
    for (name,), column in engine.columns_of("reserved").items():
        engine.bound(column, float(name in kept), float(name in kept))
    for (name, label), column in engine.columns_of("exits").items():
        left = kept[name].exit if name in kept else None
        at = float(left == data.portfolio.periods[data.labels.index(label)].start)
        engine.bound(column, at, at)
    keep(engine, data, plan)
    if "max_price[all]" in engine.rows:
        bought = sum(p.gpus for p in plan.purchases) / GPUS
        engine.bound(engine.column("dearly"), 0.0, bought)


def _orders(data: ModelData, engine: Engine, values: FloatArray) -> FloatArray:
    orders = np.zeros((len(data.skus), data.n_periods))
    for (sku, _, label), column in engine.columns_of("orders").items():
        orders[data.skus.index(sku), data.labels.index(label)] += values[column] * GPUS
    return orders


def _compute(data: ModelData, engine: Engine, values: FloatArray) -> FloatArray:
    index = {c.name: w for w, c in enumerate(data.consumers)}
    given = np.zeros((len(data.consumers), data.n_periods))
    for (name, sku, backup, label), column in engine.columns_of("shares").items():
        j, c = data.skus.index(sku), [str(k) for k in CLASSES].index(backup)
        rate = float(data.consumers[index[name]].rate[j, c])
        given[index[name], data.labels.index(label)] += values[column] * GPUS * rate
    return given


def _paid(data: ModelData, engine: Engine, values: FloatArray) -> float:
    """Return nominal spend [MUSD]: what cash has lost beside inflow and debt."""
    cash = engine.columns_of("cash")
    debt = engine.columns_of("debt")
    closing = float(values[cash[(data.labels[-1],)]]) * MUSD
    owed = float(values[debt[(data.labels[-1],)]]) * MUSD if debt else 0.0
    return data.money.opening + float(data.money.inflow.sum()) - closing + owed

"""Why a plan lies below the base that changes are taken from, stage by stage.

The base is a linear program with the plan's halls. From it to the plan three things are given up,
each measured: what later objectives may take of finished ones, what whole racks and the dates of
lots take, and what is taken to give compute out steadily.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.domain.explanation import Stage
from planner.optimise.objectives import OBJECTIVES
from planner.optimise.split import balance_rows, fix_lots

if TYPE_CHECKING:
    from planner.optimise.explain.session import Session

FIRST = "compute_per_researcher"


def distance(session: Session) -> tuple[Stage, ...]:
    """Return what is left of the worst team's level after each stage, from the base to the plan.

    Empty where the first objective is another.
    """
    base, plan = session.base.worth.level, session.worth_of_plan.level
    if session.data.portfolio.spec.policy.objectives[0] != FIRST or base is None or plan is None:
        return ()
    column = session.engine.column(OBJECTIVES[FIRST].variable)
    made = [
        Stage("the plan's halls, all else solved", base),
        Stage(
            "later objectives take their share of it (policy.tolerance)",
            float(session.base.values[column]),
        ),
    ]
    with_lots = _with_lots(session)
    if with_lots is not None:
        made.append(Stage("racks are whole, and each lot has its date", with_lots))
    made.append(Stage("compute is given out steadily, within the tolerance again: the plan", plan))
    return tuple(made)


def _with_lots(session: Session) -> float | None:
    """Return the best level with the plan's own lots; None where its model has no such point."""
    engine = session.engine
    lower, upper = engine.lower.copy(), engine.upper.copy()
    fix_lots(session.data, engine, session.plan)
    session.seek_first()
    found = engine.solve_lp(start_cold=True).objective
    for column in range(len(lower)):
        if (engine.lower[column], engine.upper[column]) != (lower[column], upper[column]):
            engine.bound(column, float(lower[column]), float(upper[column]))
    for row in balance_rows(engine):
        engine.restore(row)
    return found

"""What is owed stays under its ceiling, where the portfolio may borrow.

Variables ``debt[t]``, owed at the end of t; in `cash`: cash[t] = cash[t-1] + inflow - spend +
debt[t] - (1 + rate)^years[t] x debt[t-1]. Row ``debt_ceiling``: debt[t] <= ceiling.

Debt is a line that is drawn to keep cash at its floor and paid back from what comes in. What is
owed at the horizon stays owed: the ceiling limits it. The cost of a plan is what it pays for, so
interest is no part of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyomo.environ as pyo

from planner.capacity.laws import conservative
from planner.optimise.constraints.base import Constraint, Statement, exceeds
from planner.optimise.variables import MUSD, at_most

if TYPE_CHECKING:
    from planner.capacity.timeline import FloatArray
    from planner.domain.plan import Plan
    from planner.optimise.constraints.base import Index, Pyo
    from planner.optimise.data import ModelData


def ceiling(data: ModelData) -> float:
    """Return the most that may be owed [MUSD]; 0 where the portfolio may not borrow."""
    finance = data.portfolio.spec.finance
    allowed = finance.debt_ceiling.likely if finance.debt and finance.debt_ceiling else 0.0
    return max(allowed, 0.0)


def growth(data: ModelData) -> FloatArray:
    """Return by what debt of the period before grows in each, shape (T,)."""
    finance = data.portfolio.spec.finance
    confidence = data.portfolio.spec.confidence.likely
    rate = conservative(finance.debt_rate, confidence) if finance.debt_rate else 0.0
    grown: FloatArray = (1.0 + rate) ** data.timeline.years
    return grown


def cash_terms(model: Pyo, data: ModelData, period: int) -> list[tuple[float, Pyo]]:
    """Return what borrowing takes from cash in a period [BUSD]; none where nothing may be owed."""
    if data.labels[period] not in model.debt:
        return []
    terms = [(-1.0, model.debt[data.labels[period]])]
    if period:
        terms.append((float(growth(data)[period]), model.debt[data.labels[period - 1]]))
    return terms


def add(model: Pyo, data: ModelData) -> None:
    """Add ``debt_ceiling[period]``."""
    most = ceiling(data) / MUSD
    model.debt_ceiling = pyo.Constraint(
        list(model.debt), rule=lambda m, label: at_most(m, [(1.0, m.debt[label])], most)
    )


def borrowed(data: ModelData, opening: float, flow: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the least that is owed at the end of each period, and interest paid, shape (T,) each.

    Parameters
    ----------
    opening
        Cash at the data date [MUSD].
    flow
        Inflow less spend, shape (T,) [MUSD].
    """
    floor, grown = data.money.floor, growth(data)
    owed, interest = np.zeros(len(flow)), np.zeros(len(flow))
    if not data.portfolio.spec.finance.debt:
        return owed, interest
    cash, before = opening, 0.0
    for t in range(len(flow)):
        interest[t] = before * (grown[t] - 1.0)
        cash += flow[t] - interest[t] - before
        owed[t] = max(0.0, floor - cash)
        cash += owed[t]
        before = owed[t]
    return owed, interest


def violations(plan: Plan, data: ModelData) -> list[str]:
    """Name periods at whose end more is owed than may be, or in which debt is drawn without leave.

    What is owed is what a plan says it borrows.
    """
    owed = np.cumsum([row.borrowed for row in plan.cash])
    most = ceiling(data)
    return [
        f"debt: {debt:.1f} MUSD are owed at the end of {data.labels[row.period]}, "
        f"at most {most:g} may be"
        for row, debt in zip(plan.cash, owed, strict=True)
        if exceeds(float(debt), most)
    ]


def statement(data: ModelData, _component: str, _index: Index) -> Statement:
    """Return the ceiling."""
    finance = data.portfolio.spec.finance
    where = data.portfolio.where("portfolio.finance.debt_ceiling")
    return Statement(f"at most {finance.debt_ceiling} are owed", where, "MUSD", MUSD)


CONSTRAINT = Constraint("debt", ("debt_ceiling",), add, violations, statement)

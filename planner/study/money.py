"""Spend and cash in each simulated future: prices and cash flow drawn, storms repaired.

Payments keep the dates of the plan; only their amounts are drawn, each cost class and the cash
flow with one draw a future. So the figures say how sure the money is, not when a delay moves it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.capacity.cost import available_cash
from planner.capacity.laws import amount_quantile, conservative
from planner.capacity.timeline import Timeline
from planner.simulate import stream_keys, uniforms

if TYPE_CHECKING:
    from planner.domain.amount import Amount
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import FloatArray, Outcome


def simulated_spend(portfolio: Portfolio, plan: Plan, outcome: Outcome) -> FloatArray:
    """Return nominal spend by future and period, shape (S, T) [MUSD].

    Construction is drawn by build mode around the quantile that the plan pays; storm repairs are
    spread over the horizon, for their date does not matter to their size.
    """
    factor = _construction_factor(portfolio, plan, outcome)
    construction = np.array([row.construction + row.equipment for row in plan.cash])
    rest = np.array([row.spend for row in plan.cash]) - construction
    storms = outcome.storm_cost_musd / max(1, len(plan.cash))
    if not plan.cash:
        return np.zeros((outcome.samples, len(plan.periods)))
    spend: FloatArray = factor[:, None] * construction + rest + storms[:, None]
    return spend


def cash_risk(portfolio: Portfolio, plan: Plan, spend: FloatArray, seed: int) -> FloatArray:
    """Return the chance by period that cash ends below its floor, shape (T,).

    Where the portfolio may borrow, it is the chance that more would be owed than may be.
    """
    if not plan.cash:
        return np.zeros(len(plan.periods))
    finance = portfolio.spec.finance
    inflow = simulated_inflow(portfolio, plan, spend.shape[0], seed)
    if finance.debt and finance.debt_ceiling:
        owed = _owed(portfolio, plan, inflow - spend)
        return np.asarray((owed > finance.debt_ceiling.likely).mean(axis=0))
    closing = plan.cash[0].opening + np.cumsum(inflow - spend, axis=1)
    risk: FloatArray = (closing < finance.cash_floor.likely).mean(axis=0)
    return risk


def _owed(portfolio: Portfolio, plan: Plan, flow: FloatArray) -> FloatArray:
    """Return what is owed at the end of each period to keep cash at its floor, shape (S, T)."""
    finance = portfolio.spec.finance
    timeline = Timeline.of(plan.periods, plan.data_date)
    rate = (
        conservative(finance.debt_rate, portfolio.spec.confidence.likely)
        if (finance.debt_rate)
        else 0.0
    )
    cash = np.full(flow.shape[0], plan.cash[0].opening)
    owed = np.zeros_like(flow)
    for t, years in enumerate(timeline.years):
        before = owed[:, t - 1] * (1.0 + rate) ** years if t else 0.0
        cash = cash + flow[:, t] - before
        owed[:, t] = np.maximum(0.0, finance.cash_floor.likely - cash)
        cash = cash + owed[:, t]
    return owed


def simulated_inflow(portfolio: Portfolio, plan: Plan, samples: int, seed: int) -> FloatArray:
    """Return the cash that operations leave the portfolio, shape (S, T) [MUSD].

    Good and bad years go together: one draw a future serves every step of the cash flow, another
    the share available.
    """
    finance = portfolio.spec.finance
    timeline = Timeline.of(plan.periods, plan.data_date)
    luck, share_luck = _luck(seed, ("finance/cash-flow", "finance/share-available"), samples)
    steps = np.stack([amount_quantile(s.cash_flow, luck) for s in finance.operating_cash_flow])
    share = amount_quantile(finance.share_available, share_luck)
    flows = np.stack([available_cash(finance, timeline, tuple(row)) for row in steps.T])
    inflow: FloatArray = flows * share[:, None]
    return inflow


def _construction_factor(portfolio: Portfolio, plan: Plan, outcome: Outcome) -> FloatArray:
    """Return simulated over planned cost of construction, shape (S,), weighted by IT MW.

    Modes that the plan pays nothing for have no price to vary and no weight.
    """
    confidence = portfolio.spec.confidence.likely
    costs = {name: mode.hall_cost for name, mode in portfolio.catalog.modes.items()}
    weights: dict[str, float] = {}
    for start in plan.starts:
        mode = start.candidate.mode
        if conservative(costs[mode], confidence) > 0:
            group = portfolio.sites[start.candidate.site].groups[start.candidate.group]
            weights[mode] = weights.get(mode, 0.0) + group.it_power.likely
    if not weights:
        return np.ones(outcome.samples)
    total = sum(weights.values())
    factor = np.zeros(outcome.samples)
    for mode, weight in weights.items():
        (luck,) = _luck(outcome.seed, (f"cost/{mode}",), outcome.samples)
        factor += weight / total * _relative(costs[mode], luck, confidence)
    return factor


def _relative(cost: Amount, luck: FloatArray, confidence: float) -> FloatArray:
    value: FloatArray = amount_quantile(cost, luck) / conservative(cost, confidence)
    return value


def _luck(seed: int, names: tuple[str, ...], samples: int) -> FloatArray:
    return uniforms(stream_keys(seed, names), 0, samples, samples).T

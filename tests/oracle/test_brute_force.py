"""All ways to start halls on 200 tiny portfolios, each with a linear program of another author.

The model here is written from design section 6 for the smallest case and shares nothing with the
optimiser but the portfolio: one site, halls and GPUs of one kind, no lead times, cash, power and
supply. Halls are enumerated; scipy solves what is left. Both find the same optimum to 1e-6.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pytest

from planner import optimise
from planner.errors import InfeasibleError
from tests.depth import depth
from tests.portfolios import ready, tiny
from tests.quarterly_program import DAYS, PERIODS, QUARTERS, YEARS, Program

COUNT = depth(100, 200)
BATCH = 20
HALL_GPUS, HALL_COST = 8.0, 0.1
"""Thousands of GPUs of a hall of 10 MW, and billions that it costs."""
GPU_MW = 1.25
"""IT MW of a thousand GPUs."""
OBJECTIVES = ("compute_per_researcher", "total_compute", "cost", "cost_for", "time_to")
COSTS = ("cost", "cost_for")
SMALLEST = (*COSTS, "time_to")
TIE = 0.01
"""Weight of the share of a capacity that is missing, against whether any is."""


@dataclass(frozen=True)
class Case:
    """Draws of one portfolio; quarters of 2026, in thousands of GPUs and billions of USD."""

    count: int
    opening: float
    flow: float
    price: float
    supply: float
    firm_mw: float
    heads: tuple[int, int]
    floor: float
    goal_mw: float


def case(seed: int) -> Case:
    r = np.random.default_rng(seed)
    return Case(
        count=int(r.integers(1, 4)), opening=float(r.integers(50, 700)) / 1000,
        flow=float(r.integers(0, 150)) / 1000, price=float(r.integers(20, 60)) / 1000,
        supply=float(r.integers(1, 12)), firm_mw=float(r.integers(6, 45)),
        heads=(int(r.integers(5, 60)), int(r.integers(5, 60))),
        floor=float(r.choice([0.0, 0.0, 0.4, 1.6])), goal_mw=float(r.integers(2, 16)) - 0.5,
    )  # fmt: skip


def portfolio_of(drawn: Case, objective: str):
    products = {"chat": {
        "title": "C", "users": f"{drawn.floor * 1e6:.0f} user", "growth": 0,
        "requests": "86400 request/user/day", "flop": "0.4 TFLOP/request", "peak": 1,
        "workload": "work", "launch": "2026-10-01",
    }}  # fmt: skip
    goal = {"it_power": f"{drawn.goal_mw} MW"}
    goals = {"time_to": {"time_to": goal},
             "cost_for": {"cost_for": {**goal, "by": "2026-12-31"}}}  # fmt: skip
    spec = {
        "horizon": "2026-12-31",
        "teams": {"a": {"researchers": [{"since": "2026-01-01", "researchers": drawn.heads[0]}]},
                  "b": {"researchers": [{"since": "2026-01-01", "researchers": drawn.heads[1]}]}},
        "products": products if drawn.floor else {},
        "finance": {"operating_cash_flow": [
            {"since": "2026-01-01", "cash_flow": f"{drawn.flow * 1000} MUSD"}],
            "opening_cash": f"{drawn.opening * 1000} MUSD"},
        "policy": {"objectives": [objective], **goals.get(objective, {})},
    }  # fmt: skip
    site = {"crews": {"EL": 100}, "tranches": {"grid": {
        "firm": f"{drawn.firm_mw} MW", "price": "0 USD/MWh"}},
        "groups": {"sheds": {"count": drawn.count, "starts_per_period": 3}}}  # fmt: skip
    sku = {
        "prices": [{"since": "2025-01-01", "price": f"{drawn.price} MUSD/gpu"}],
        "supply": [{"since": "2025-01-01", "gpus": f"{drawn.supply * 1000} gpu/quarter"}],
    }
    return tiny(spec, site, {"accelerators": {"H100": sku}})


def brute(drawn: Case, objective: str) -> float | None:
    """Return the best value over all ways to start halls; None if no way is feasible."""
    best = None
    for starts in itertools.product(range(drawn.count + 1), repeat=PERIODS):
        if sum(starts) > drawn.count:
            continue
        # What a hall holds and what is ordered stays, so a capacity is missing first and then not.
        for missing in range(PERIODS + 1) if objective == "time_to" else (0,):
            value = _program(drawn, objective, np.array(starts), missing)
            if value is not None and (best is None or (value < best) == (objective in SMALLEST)):
                best = value
    return best


def _program(drawn: Case, objective: str, starts: np.ndarray, missing: int) -> float | None:
    """Solve a linear program in orders o, in place g, shares a, b, c by quarter, and a level z.

    With `time_to`, shares l lack of a capacity that is missing in the first quarters.
    """
    made = Program("ogabcl")
    n, col, at_most = made.size, made.col, made.at_most
    for t in range(PERIODS):
        ordered = {col("o", u): -1.0 for u in range(t + 1)}
        at_most({col("g", t): 1.0, **ordered}, 0.0)
        at_most({col("g", t): 1.0}, HALL_GPUS * starts[: t + 1].sum())
        at_most({col("g", t): 1.0}, drawn.firm_mw / 1.25 / 1.25)
        at_most({col(k, t): 1.0 for k in "abc"} | {col("g", t): -1.0}, 0.0)
        if t:
            before = {col("o", u): 1.0 for u in range(t)}
            at_most({**before, col("g", t): -1.0}, 0.0)
        # The cash floor is zero at the end of every quarter.
        paid = {col("o", u): drawn.price for u in range(t + 1)}
        funds = (
            drawn.opening + drawn.flow * QUARTERS[: t + 1].sum() - HALL_COST * starts[: t + 1].sum()
        )
        at_most(paid, funds)
    if drawn.floor:
        at_most({col("c", 3): -1.0}, -drawn.floor)
    if objective == "cost_for":
        at_most({col("g", 3): -GPU_MW}, -drawn.goal_mw)
    if objective == "time_to":
        for t in range(PERIODS):
            at_most({col("g", t): -GPU_MW / drawn.goal_mw, col("l", t): -1.0}, -1.0)
    cost = np.zeros(n)
    if objective == "compute_per_researcher":
        for k, heads in zip("ab", drawn.heads, strict=True):
            at_most({made.level: YEARS.sum() * heads} | {
                col(k, t): -1000.0 * YEARS[t] for t in range(PERIODS)}, 0.0)  # fmt: skip
        cost[made.level] = -1.0
    elif objective == "total_compute":
        for k in "ab":
            cost[[col(k, t) for t in range(PERIODS)]] = -1.0 * YEARS
    elif objective == "time_to":
        cost[[col("l", t) for t in range(PERIODS)]] = TIE * DAYS
    else:
        cost[[col("o", t) for t in range(PERIODS)]] = drawn.price
    bounds = [(0.0, drawn.supply * q) for q in QUARTERS] + [(0.0, None)] * (5 * PERIODS + 1)
    for t in range(missing, PERIODS):
        bounds[col("l", t)] = (0.0, 0.0)
    for t in range(PERIODS if not drawn.floor else PERIODS - 1):
        bounds[col("c", t)] = (0.0, 0.0)  # nobody uses the product yet
    found = made.least(cost, bounds)
    if found.status != 0:
        return None
    if objective == "time_to":
        return float(found.fun) + float(DAYS[:missing].sum())
    if objective in COSTS:
        return float(found.fun) + HALL_COST * float(starts.sum())
    return -float(found.fun)


def found_by_us(drawn: Case, objective: str) -> float | None:
    portfolio = portfolio_of(drawn, objective)
    try:
        plan = optimise.solve(
            portfolio, ready(portfolio, 0.0), limits=optimise.Limits(gap=1e-9), explain=False
        )
    except InfeasibleError:
        return None
    assert plan.status is not None
    return plan.status.levels[0].value


@pytest.mark.slow
@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("first", range(0, COUNT, BATCH))
def test_the_optimum_is_that_of_trying_everything(objective: str, first: int) -> None:
    """The first level to 1e-6, or infeasible on both sides."""
    for seed in range(first, first + BATCH):
        drawn = case(seed)
        ours, theirs = found_by_us(drawn, objective), brute(drawn, objective)
        assert (ours is None) == (theirs is None), seed
        if theirs is not None:
            assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-6), seed

"""Cash in simulated futures: the floor, and what would be owed."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from planner.domain.plan import Candidate, CashRow, Plan, Start
from planner.study.money import cash_risk, simulated_spend
from tests.portfolios import MODE, tiny


def risk(spend: list[float], **finance: Any) -> list[float]:
    """The chance by period that money does not do, of one future of 100 MUSD and no inflow."""
    flow = [{"since": "2026-01-01", "cash_flow": "0 MUSD"}]
    portfolio = tiny({"finance": {"opening_cash": "100 MUSD", "operating_cash_flow": flow,
                                  **finance}})  # fmt: skip
    n = len(portfolio.periods)
    row = CashRow(0, 100.0, *[0.0] * 10)
    plan = Plan("tiny", portfolio.spec.data_date, portfolio.periods,
                cash=tuple(dataclasses.replace(row, period=t) for t in range(n)))  # fmt: skip
    paid = np.zeros((1, n))
    paid[0, : len(spend)] = spend
    return cash_risk(portfolio, plan, paid, seed=1).tolist()


def test_cash_below_its_floor_is_counted() -> None:
    """60 and 60 of 100: the floor is broken from the second period on."""
    assert risk([60.0, 60.0])[:3] == [0.0, 1.0, 1.0]


def test_a_line_of_credit_takes_the_blow_up_to_its_ceiling() -> None:
    """20 are owed after the second period, at 10 % a year: under 25, above 20.3 in the third."""
    credit = {"debt": True, "debt_rate": 0.1}
    assert sum(risk([60.0, 60.0], debt_ceiling="25 MUSD", **credit)) == pytest.approx(0.0)
    assert risk([60.0, 60.0], debt_ceiling="20.3 MUSD", **credit)[:3] == [0.0, 0.0, 1.0]


def spent(**price: object) -> list[list[float]]:
    """Spend in four futures of 200 MUSD of construction, on a hall of each of two modes."""
    modes = {name: {**MODE, "title": name, "hall_cost": cost} for name, cost in price.items()}
    portfolio = tiny(
        site={"groups": {"sheds": {"modes": list(price)}}}, catalog={"modes": modes},
    )  # fmt: skip
    starts = tuple(
        Start(Candidate("north", "sheds", mode, "standard"), n + 1, portfolio.spec.data_date)
        for n, mode in enumerate(price)
    )
    row = CashRow(0, *[0.0] * 11)
    plan = Plan(
        "tiny", portfolio.spec.data_date, portfolio.periods, starts=starts,
        cash=(dataclasses.replace(row, construction=200.0),),
    )  # fmt: skip
    outcome: Any = SimpleNamespace(samples=4, seed=1, storm_cost_musd=np.zeros(4))
    found: list[list[float]] = simulated_spend(portfolio, plan, outcome).tolist()
    return found


def test_what_costs_nothing_is_as_sure_as_its_plan() -> None:
    """Nothing over nothing is no number (and a warning): what is paid then stays as planned."""
    assert spent(shed="0 MUSD/MW") == [[200.0]] * 4


def test_a_mode_that_costs_nothing_damps_no_other() -> None:
    """All 200 MUSD are of the other mode, so that a hall for nothing beside it changes nothing."""
    drawn = {"low": "8 MUSD/MW", "likely": "10 MUSD/MW", "high": "16 MUSD/MW"}
    alone = spent(shed=drawn)
    assert len({row[0] for row in alone}) == 4
    assert spent(shed=drawn, free="0 MUSD/MW") == alone

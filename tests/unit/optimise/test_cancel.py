"""Orders that are not firm yet: what cancelling costs, and what the right to it is worth."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from planner import optimise
from planner.optimise.constraints import cancel
from planner.optimise.constraints.cash import cash_rows
from planner.optimise.data import build
from planner.optimise.engine import Engine
from planner.optimise.model import formulate
from planner.optimise.scenarios import levels, members, pins_for, place_bet
from planner.optimise.scenarios.joint import Worth
from planner.optimise.scenarios.shared import decisions
from planner.optimise.scenarios.single import Single
from planner.study.bet import Placed, checked
from tests.portfolios import TWO_ARRIVALS, ready, tiny
from tests.results import result

if TYPE_CHECKING:
    from planner.domain.portfolio import Portfolio
    from planner.optimise.data import ModelData
    from planner.optimise.scenarios import Found

REVEAL = 2
"""Period that begins with the reveal: July 2026."""
TERMS = {"at_order": 0.3, "on_delivery": 0.7, "at_acceptance": 0, "delay": "0 day"}


def two_skus(**rights: Any) -> dict[str, Any]:
    """A SKU that comes in five months, and one three times as good from 2027 on."""
    slow = {"lead_time": "150 day", "terms": TERMS, **rights}
    better = {
        "title": "Next", "family": "next", "gpus_per_rack": 32, "rack_power": "40 kW/rack",
        "liquid": 0, "flops": {"bf16": "3000 TFLOP/s"}, "lead_time": "0 day", "terms": TERMS,
        "prices": [{"since": "2027-01-01", "price": "0.03 MUSD/gpu"}],
        "supply": [{"since": "2027-01-01", "gpus": "100000 gpu/quarter"}],
        "service_life": "20 year", "failure_rate": "0 1/year", "repair_time": "0 day", "spares": 0,
    }  # fmt: skip
    work = {"mfu": {"H100": 0.4, "Next": 0.4}}
    return {"accelerators": {"H100": slow, "Next": better}, "workloads": {"work": work}}


def portfolio_of(**rights: Any) -> Portfolio:
    """Scarce cash: what is bought now is lacking when the better SKU comes."""
    return tiny(
        {
            **TWO_ARRIVALS,
            "finance": {"opening_cash": "300 MUSD",
                        "operating_cash_flow": [{"since": "2026-01-01", "cash_flow": "5 MUSD"}]},
        },
        catalog=two_skus(**rights),
    )  # fmt: skip


RIGHTS = {"firm_after": "180 day", "cancel_cost": 0.1}


def found_for(portfolio: Portfolio, **more: Any) -> Found:
    readiness = {level: ready(portfolio, 60.0) for level in levels(portfolio)}
    return place_bet(portfolio, readiness, ready(portfolio, 60.0), **more)


def data_of(**rights: Any) -> ModelData:
    portfolio = portfolio_of(**rights)
    return replace(build(portfolio, ready(portfolio, 60.0)), reveal_period=REVEAL)


def test_an_order_can_be_cancelled_until_it_is_firm() -> None:
    """180 days from January end on 30 June, a day before the reveal; from April they do not."""
    data = data_of(**RIGHTS)
    assert cancel.cancelled_indices(data) == [("H100", "north", "2026Q2")]
    assert cancel.cancelled_indices(data_of()) == []


def test_an_order_that_is_there_cannot_be_cancelled() -> None:
    """Docked on 30 June, whatever the terms say."""
    data = data_of(**RIGHTS, lead_time="90 day")
    assert cancel.cancelled_indices(data) == []


def test_cancelling_gives_back_what_was_paid_less_its_cost() -> None:
    """30 % of 30,000 USD in April, given back in July less a tenth of the price."""
    data = data_of(**RIGHTS)
    cash = cancel.cancel_cash(data, data.skus.index("H100"), 1, REVEAL)
    assert cash == pytest.approx([0, 0.009, 0.003 - 0.009, 0, 0, 0, 0, 0])


def test_a_plan_pays_for_what_it_cancels_and_no_more() -> None:
    """320 GPUs of April cancelled in July: 2.88 MUSD out, 1.92 back, none of the rest."""
    portfolio = portfolio_of(**RIGHTS)
    readiness = ready(portfolio, 60.0)
    data, plan = build(portfolio, readiness), optimise.solve(portfolio, readiness)
    bare = plan.replace(purchases=(), lots=(), shares=())
    order = replace(
        plan.purchases[0], name="x", sku="H100", gpus=320, order=dt.date(2026, 4, 1),
        dock=dt.date(2026, 8, 29), cancelled=dt.date(2026, 7, 1),
    )  # fmt: skip
    without, more = (cash_rows(p, data) for p in (bare, bare.replace(purchases=(order,))))
    assert [b.gpus - a.gpus for a, b in zip(without, more, strict=True)] == pytest.approx(
        [0, 2.88, -1.92, 0, 0, 0, 0, 0]
    )
    assert cancel.violations(bare.replace(purchases=(order,)), data) == []
    for day, word in ((dt.date(2026, 9, 29), "firm since"), (dt.date(2026, 3, 1), "ordered on")):
        broken = bare.replace(purchases=(replace(order, cancelled=day),))
        assert word in cancel.violations(broken, data)[0]


def test_a_plan_that_places_what_it_cancels_is_named() -> None:
    """GPUs of a cancelled order stand nowhere."""
    portfolio = portfolio_of(**RIGHTS)
    readiness = ready(portfolio, 60.0)
    plan = optimise.solve(portfolio, readiness)
    name = next(lot.purchase for lot in plan.lots if lot.purchase)
    broken = plan.replace(purchases=tuple(
        replace(p, cancelled=p.order) if p.name == name else p for p in plan.purchases
    ))  # fmt: skip
    found = cancel.violations(broken, build(portfolio, readiness))
    assert any("its GPUs are placed" in text for text in found)


@pytest.mark.slow
@pytest.mark.parametrize("rows", [40_000, 0], ids=["equivalent", "candidates"])
def test_a_right_to_cancel_is_used_where_it_pays(rows: int) -> None:
    """Racks are ordered in case it comes soon, and cancelled where it does not."""
    bet = found_for(portfolio_of(**RIGHTS), rows=rows).bet
    (right,) = bet.rights
    assert right.amount > 100
    assert right.most_in is not None
    assert right.most_in.startswith("late")
    assert right.cancelled == pytest.approx(right.most / 2, rel=1e-3)
    assert right.cost_musd == pytest.approx(0.003 * right.cancelled)
    assert bet.rigid is not None
    assert bet.recourse > bet.rigid * 1.01
    assert bet.wait_and_see >= bet.recourse * (1 - 1e-6)


@pytest.mark.slow
def test_a_dearer_right_is_worth_less_and_none_is_worth_nothing() -> None:
    """Mean worth falls with the cost of cancelling, to that of orders that are firm at once."""
    worth = [found_for(portfolio_of(firm_after="180 day", cancel_cost=share)).bet.recourse
             for share in (0.0, 0.3, 1.0)]  # fmt: skip
    firm = found_for(portfolio_of()).bet
    assert firm.rigid is None
    assert firm.rights == ()
    slack = 3e-3 * worth[0]
    assert worth[0] > worth[1] + slack
    assert worth[1] >= worth[2] - slack
    assert worth[2] == pytest.approx(firm.recourse, abs=2 * slack)


def test_what_is_cancelled_is_the_least_that_the_worth_needs() -> None:
    """With cash for both, nothing is given back."""
    sku = two_skus(**RIGHTS)["accelerators"]["H100"]
    portfolio = tiny(catalog={"accelerators": {"H100": sku}})
    data = replace(build(portfolio, ready(portfolio, 60.0)), reveal_period=REVEAL)
    single = Single.of(data, Worth.of(data), REVEAL, whole=True, gap=1e-4, nodes=50, seed=1)
    key = ("gpus", "north", "H100", 1)
    stage = {("halls", "north", "sheds/shed/standard", 0): 2.0, key: 1.6}
    assert single.least_cancelled(stage)[key] == pytest.approx(0.0, abs=1e-6)


@pytest.fixture(scope="module")
def flexible() -> Found:
    """A bet whose orders before the reveal can be cancelled."""
    return found_for(portfolio_of(**RIGHTS))


@pytest.mark.slow
def test_a_hedge_is_worth_what_each_scenario_loses_without_it(flexible: Found) -> None:
    """Solved again on other models, halls held by bounds: gains of soon less losses of late."""
    (hedge,) = [i for i in flexible.bet.items if i.kind == "gpus" and i.hedge_worth is not None]
    assert hedge.in_all == pytest.approx(0.0, abs=1.0)
    gains = []
    for scenario in members(portfolio_of(**RIGHTS), {0.5: ready(portfolio_of(**RIGHTS), 60.0)}):
        data = replace(scenario.data, reveal_period=REVEAL)
        worth = []
        for low, high in ((hedge.amount / 1000 * (1 - 1e-7), 1e9), (0.0, 0.0)):
            engine = Engine(formulate(data), seed=1)
            columns = decisions(engine, data)
            for key, at in flexible.stage.items():
                if key[0] == "halls":
                    (column,) = columns[key]
                    engine.bound(column, at, at)
            ordered = [c for key, cs in columns.items() for c in cs
                       if key[:3] == ("gpus", "north", "H100") and key[3] < REVEAL]  # fmt: skip
            engine.add_row(dict.fromkeys(ordered, 1.0), low, high)
            engine.seek({engine.column("worst"): 1.0}, "max")
            worth.append(engine.solve_lp().objective)
        assert None not in worth
        gains.append(worth[0] - worth[1])  # type: ignore[operator]
    soon, late = gains
    assert soon > 10.0
    assert late < -1.0
    assert hedge.hedge_worth == pytest.approx((soon + late) / 2, rel=1e-4)
    assert hedge.hedge_cost == pytest.approx(-late, rel=1e-4)
    assert hedge.costs_most_in == "late P50"


@pytest.mark.slow
def test_what_a_bet_promises_is_held_against_other_futures(flexible: Found) -> None:
    """Promised: the plan as written, by the weights of an arrival; obtained: what futures give."""
    portfolio = portfolio_of(**RIGHTS)
    readiness = ready(portfolio, 60.0)
    plan = optimise.solve(portfolio, readiness)
    n = len(portfolio.periods)
    planned = {w: np.zeros(n) for w in ("a", "b")}
    for share in plan.shares:
        planned[share.consumer][share.period] += share.h100e
    found = replace(result(), portfolio=portfolio, plan=plan)
    less = np.array([[1.0], [0.9], [0.8], [0.7], [1.1]])
    compute = {w: row[None, :] * less for w, row in planned.items()}
    found = replace(found, verification=replace(found.verification, compute=compute))
    bet = Placed(flexible.bet, pins_for(portfolio, flexible.stage))
    checks = {c.arrival: c for c in checked(found, bet).bet.checks}  # type: ignore[union-attr]
    assert set(checks) == {"soon", "late"}
    for check in checks.values():
        assert check.held == pytest.approx(0.4)
        assert check.p50 == pytest.approx(0.9 * check.promised)
        assert check.p20 == pytest.approx(0.7 * check.promised)
    assert checks["soon"].promised < checks["late"].promised

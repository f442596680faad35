"""Equipment: stock is not bought again, and makers deliver only so much in a period."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from planner import optimise
from planner.optimise.data import build
from tests.portfolios import merged, ready, tiny

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio

NO_FLOW = [{"since": "2026-01-01", "cash_flow": "0 MUSD"}]


def geared(site: dict[str, Any] | None = None, **gear: Any) -> Portfolio:
    """The tiny portfolio whose halls wait for a unit of gear, 75 % of their cost."""
    catalog = {
        "equipment": {"gear": merged({"title": "Gear", "lead_time": "10 day"}, gear)},
        "modes": {"shed": {"activities": {"A1": {"waits_for": ["gear"]}}}},
    }
    return tiny(site=merged({"crews": {"EL": 40}}, site or {}), catalog=catalog)


def solved(portfolio: Portfolio) -> Plan:
    plan = optimise.solve(portfolio, ready(portfolio))
    assert optimise.violations(portfolio, ready(portfolio), plan) == ()
    return plan


def paid(plan: Plan) -> float:
    return sum(row.equipment for row in plan.cash)


def test_what_is_in_stock_is_not_bought() -> None:
    """Of two halls with 75 MUSD of gear each, one takes the unit in stock."""
    stock = {"stock": {"gear": [{"units": 1, "arrives": "2025-12-01"}]}}
    assert paid(solved(geared())) == pytest.approx(150)
    plan = solved(geared(stock))
    assert paid(plan) == pytest.approx(75)
    assert sum(order.units for order in plan.orders) == 1


def test_what_of_stock_is_unpaid_is_paid_on_arrival() -> None:
    """A unit on order with 20 MUSD to pay, arriving in the second quarter."""
    stock = {"stock": {"gear": [{"units": 1, "arrives": "2026-05-01", "unpaid": "20 MUSD"}]}}
    plan = solved(geared(stock))
    assert paid(plan) == pytest.approx(95)
    assert plan.cash[1].equipment >= 20


def test_stock_goes_to_halls_under_way_first() -> None:
    """A hall begun before the data date takes the unit, and so its gear costs nothing."""
    site = {
        "under_way": {"one": {"group": "sheds", "mode": "shed", "count": 1,
                              "released": "2025-12-20", "stagger": "0 day"}},
        "stock": {"gear": [{"units": 1, "arrives": "2025-12-01"}]},
    }  # fmt: skip
    data = build(portfolio := geared(site), ready(portfolio))
    assert data.money.stock.left == {("north", "gear"): 0}
    assert {h: dict(c) for h, c in data.money.stock.by_hall.items()} == {
        "north/sheds/01": {"gear": 1}
    }


@pytest.mark.parametrize(("lead", "second"), [("0 day", "2026-04-01"), ("10 day", "2026-07-01")])
def test_supply_of_equipment_keeps_halls_apart(lead: str, second: str) -> None:
    """One unit a quarter: the second hall's is ordered in the quarter after the first one's.

    A unit for 1 April is ordered in March where it takes ten days, and so competes with the first.
    """
    both = solved(geared())
    assert {s.release.isoformat()[:7] for s in both.starts} == {"2026-01", "2026-02"}
    plan = solved(geared(supply_per_period=1, lead_time=lead))
    assert [s.release for s in plan.starts] == [dt.date(2026, 1, 1), dt.date.fromisoformat(second)]
    assert {order.units for order in plan.orders} == {1}


def test_orders_are_placed_earlier_where_a_period_is_full() -> None:
    """Two halls with two units each of a class of which three come in a quarter."""
    catalog_row = {"supply_per_period": 3}
    portfolio = geared(**catalog_row)
    mode = portfolio.catalog.modes["shed"]
    one = mode.activities["A1"]
    two = {"A1": one, "A2": one.model_copy(update={"after": (), "cost_share": None})}
    modes = {"shed": mode.model_copy(update={"activities": two})}
    portfolio = portfolio.replace(catalog=portfolio.catalog.model_copy(update={"modes": modes}))
    plan = solved(portfolio)
    by_quarter: dict[int, int] = {}
    for order in plan.orders:
        quarter = (order.order.month - 1) // 3 + 4 * (order.order.year - 2026)
        by_quarter[quarter] = by_quarter.get(quarter, 0) + order.units
    assert max(by_quarter.values()) <= 3
    assert sum(by_quarter.values()) == 2 * len(plan.starts)

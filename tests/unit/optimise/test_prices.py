"""The policy's price of compute, price curves, supply steps, and debt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from planner import optimise
from planner.optimise.constraints.debt import borrowed
from planner.optimise.data import build
from planner.optimise.prices import order_prices
from tests.portfolios import ready, tiny

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio

CHAT = {
    "title": "Chat", "users": "1e6 user", "growth": 0, "requests": "86400 request/user/day",
    "flop": "0.4 TFLOP/request", "peak": 1, "workload": "work",
}  # fmt: skip
"""A floor of 1,000 H100e."""


def solved(portfolio: Portfolio) -> Plan:
    plan = optimise.solve(portfolio, ready(portfolio))
    assert optimise.violations(portfolio, ready(portfolio), plan) == ()
    return plan


def capped(price: float, **spec: Any) -> Portfolio:
    """The tiny portfolio whose policy pays so many USD for a month of an H100e."""
    policy = {"max_price": f"{price} USD/h100e/month"}
    falling = [{"since": "2025-01-01", "price": "0.03 MUSD/gpu"},
               {"since": "2027-01-01", "price": "0.012 MUSD/gpu"}]  # fmt: skip
    return tiny({"policy": policy, **spec}, catalog={"accelerators": {"H100": {"prices": falling}}})


def test_the_price_of_compute_is_gpu_hall_and_energy() -> None:
    """30 kUSD over 240 months, 1.25 kW at 10 MUSD/MW over 240, and 1.1 x 50 USD/MWh."""
    portfolio = capped(1000.0)
    price = order_prices(build(portfolio, ready(portfolio)))[0, 0, 0]
    energy = 1.25e-3 * 1.1 * 50 * 24 * 365.25 / 12
    assert price * 1e6 == pytest.approx(30_000 / 240 + 1.25e-3 * 10e6 / 240 + energy, rel=1e-6)


def test_compute_dearer_than_the_price_is_not_bought() -> None:
    """At 227 USD a month nothing is bought before the price falls, and everything then."""
    assert {p.order.year for p in solved(capped(200.0)).purchases} == {2027}
    assert {p.order.year for p in solved(capped(300.0)).purchases} == {2026}
    assert solved(capped(100.0)).purchases == ()


def test_a_floor_is_served_at_any_price() -> None:
    """1,000 H100e for the product are bought, in the first quarter that can, and no more."""
    spec = {"products": {"chat": {**CHAT, "launch": "2026-04-01"}}}
    plan = solved(capped(100.0, **spec))
    assert 1000 <= sum(p.gpus for p in plan.purchases) <= 1101


def test_a_date_is_kept_at_any_price() -> None:
    """Required capacity comes though its compute is dear."""
    policy = {"max_price": "100 USD/h100e/month",
              "required": {"five": {"it_power": "5 MW", "by": "2026-12-31"}}}  # fmt: skip
    plan = solved(capped(100.0, policy=policy))
    assert 4000 <= sum(p.gpus for p in plan.purchases) <= 4400


def test_orders_wait_for_a_lower_price_where_cash_binds() -> None:
    """A price curve: of 200 MUSD more GPUs are had a year later, if the horizon makes it worth."""
    falling = [{"since": "2025-01-01", "price": "0.03 MUSD/gpu"},
               {"since": "2026-04-01", "price": "0.003 MUSD/gpu"}]  # fmt: skip
    finance = {"opening_cash": "200 MUSD",
               "operating_cash_flow": [{"since": "2026-01-01", "cash_flow": "0 MUSD"}]}  # fmt: skip
    catalog = {"accelerators": {"H100": {"prices": falling}}}
    plan = solved(tiny({"finance": finance}, catalog=catalog))
    assert {p.order.isoformat()[:7] for p in plan.purchases} == {"2026-04"}


def indebted(ceiling: int) -> Portfolio:
    flow = [{"since": "2026-01-01", "cash_flow": "20 MUSD"}]
    finance = {"opening_cash": "200 MUSD", "debt": True, "debt_ceiling": f"{ceiling} MUSD",
               "debt_rate": 0.1, "operating_cash_flow": flow}  # fmt: skip
    return tiny({"finance": finance})


def test_debt_pays_for_what_cash_does_not() -> None:
    """With 100 MUSD of debt more GPUs are bought at once, and it is paid back with interest."""
    poor, rich = solved(indebted(0)), solved(indebted(100))
    first = [sum(p.gpus for p in plan.purchases if p.order.year == 2026) for plan in (poor, rich)]
    assert first[1] > first[0] * 1.3
    owed = np.cumsum([row.borrowed for row in rich.cash])
    assert owed.max() == pytest.approx(100, rel=0.05)
    assert rich.cash[1].interest == pytest.approx(owed[0] * (1.1 ** (91 / 365.25) - 1))
    for row in rich.cash:
        moved = row.inflow - row.spend + row.borrowed - row.interest
        assert row.closing - row.opening == pytest.approx(moved)


def test_nothing_is_borrowed_without_leave() -> None:
    """The switch is off by default."""
    assert all(row.borrowed == row.interest == 0 for row in solved(tiny()).cash)


def test_the_line_is_drawn_to_the_floor_and_paid_back_first() -> None:
    """Cash of 10, then -30 and +50: 20 are owed, then nothing, at 10 % a year."""
    portfolio = indebted(100)
    data = build(portfolio, ready(portfolio))
    owed, interest = borrowed(data, 10.0, np.array([-30.0, 50.0] + [0.0] * 6))
    assert owed[:3].tolist() == pytest.approx([20.0, 0.0, 0.0])
    assert interest[1] == pytest.approx(20 * (1.1 ** (91 / 365.25) - 1))


def test_docks_take_so_many_racks_a_day() -> None:
    """Two racks of 32 a day are 5,760 GPUs in a first quarter of 90 days; the rest comes later."""
    plan = solved(tiny(catalog={"accelerators": {"H100": {"racks_per_day": 2}}}))
    by_quarter = [sum(p.gpus for p in plan.purchases if p.dock.month == m and p.dock.year == 2026)
                  for m in (1, 4, 7)]  # fmt: skip
    assert max(by_quarter) <= 2 * 32 * 92
    assert sum(p.gpus for p in plan.purchases) == pytest.approx(16_000, rel=0.02)
    assert len({p.dock for p in plan.purchases}) >= 3


def test_gpus_bring_money_when_they_retire() -> None:
    """GPUs of a year's life bring a fifth of their price back, within the horizon only."""
    sku = {"service_life": "1 year", "resale": 0.2}
    data = build(p := tiny(catalog={"accelerators": {"H100": sku}}), ready(p))
    assert data.money.order[0, 0].tolist() == pytest.approx([0.03, 0, 0, 0, -0.006, 0, 0, 0])
    assert data.money.order[0, 6].sum() == pytest.approx(0.03)

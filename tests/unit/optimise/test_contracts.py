"""Tranches that are there only if they are reserved: power, deposit, minimum take, exit, carbon."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from planner import optimise
from planner.domain.plan import Reservation
from planner.errors import InfeasibleError
from planner.network.power import assign_power
from planner.network.roster import roster
from planner.optimise.constraints.cash import cash_rows
from planner.optimise.data import build
from planner.optimise.draw import drawn, emitted
from tests.portfolios import merged, ready, tiny

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio

GAS = {
    "title": "Gas", "kind": "gas", "nameplate": "12.5 MW", "firm": "12.5 MW",
    "energised": "2026-07-01", "price": "50 USD/MWh", "reserve_by": "2026-03-31",
    "deposit": "50 MUSD",
}  # fmt: skip


def two_tranches(**gas: Any) -> dict[str, Any]:
    """A grid for one hall, and gas for another that can be reserved."""
    return {"tranches": {"grid": {"firm": "12.5 MW"}, "gas": merged(GAS, gas)}}


def solved(portfolio: Portfolio) -> Plan:
    plan = optimise.solve(portfolio, ready(portfolio))
    assert optimise.violations(portfolio, ready(portfolio), plan) == ()
    return plan


def test_power_is_reserved_where_it_is_worth_its_deposit() -> None:
    """The second hall serves on gas, from its energisation, and the deposit is paid in Q1."""
    plan = solved(tiny(site=two_tranches()))
    assert plan.reservations == (Reservation("north", "gas", dt.date(2026, 3, 31)),)
    assert sum(lot.gpus for lot in plan.lots) == pytest.approx(16_000, rel=0.02)
    assert [row.power for row in plan.cash][:2] == [50.0, 0.0]
    assert max(lot.service for lot in plan.lots) == dt.date(2026, 7, 1)


def test_power_is_not_reserved_where_its_deposit_is_too_dear() -> None:
    """A deposit above all cash there is leaves the second hall unbuilt."""
    plan = solved(tiny(site=two_tranches(deposit="90000 MUSD")))
    assert plan.reservations == ()
    assert sum(lot.gpus for lot in plan.lots) == 8000
    assert sum(row.power for row in plan.cash) == 0


def test_a_last_date_that_is_over_takes_the_tranche_away() -> None:
    """Nothing can be reserved before the data date."""
    plan = solved(tiny(site=two_tranches(reserve_by="2025-12-31")))
    assert plan.reservations == ()
    assert len(plan.starts) == 1


def test_the_cheapest_plan_reserves_nothing() -> None:
    """The cost level gives a reservation back that no compute needs."""
    plan = solved(tiny({"policy": {"objectives": ["cost"]}}, two_tranches()))
    assert plan.reservations == ()


def test_minimum_take_is_paid_for_what_is_not_drawn() -> None:
    """Of 12.5 MW 80 % are owed; a hall of 10 MW draws 11: nothing is lost beside its energy."""
    site = two_tranches(minimum_take=0.8)
    portfolio = tiny(site=site)
    plan = solved(portfolio)
    assert [row.power for row in plan.cash][2:] == pytest.approx([0.0] * 6, abs=1e-6)
    data = build(portfolio, ready(portfolio))
    idle = plan.replace(lots=(), purchases=(), starts=(), shares=())
    hours = (dt.date(2026, 10, 1) - dt.date(2026, 7, 1)).days * 24
    assert cash_rows(idle, data)[2].power == pytest.approx(10 * hours * 50 / 1e6)


def test_a_contract_is_left_where_the_fee_is_less_than_the_take() -> None:
    """GPUs that retire after a year leave the tranche idle; the plan pays the fee once."""
    site = two_tranches(minimum_take=1, price="2000 USD/MWh", exit_fee="1 MUSD")
    site["tranches"]["grid"]["firm"] = "0.1 MW"
    supply = [{"since": "2025-01-01", "gpus": "100000 gpu/quarter"},
              {"since": "2026-07-02", "gpus": "0 gpu/quarter"}]  # fmt: skip
    sku = {"service_life": "1 year", "supply": supply}
    plan = solved(tiny(site=site, catalog={"accelerators": {"H100": sku}}))
    (reservation,) = plan.reservations
    assert reservation.exit is not None
    assert dt.date(2027, 4, 1) <= reservation.exit <= dt.date(2027, 10, 1)
    at = next(i for i, p in enumerate(plan.periods) if p.start == reservation.exit)
    assert plan.cash[at].power == pytest.approx(1.0, abs=1e-6)
    assert sum(row.power for row in plan.cash[at + 1 :]) == pytest.approx(0.0, abs=1e-6)


def test_lots_take_no_power_of_what_is_not_reserved() -> None:
    """In simulation a lot waits for ever where its plan gave the reservation up."""
    portfolio = tiny(site=two_tranches())
    plan = solved(portfolio)
    site, halls = portfolio.sites["north"], roster(portfolio, plan)
    with_gas = assign_power(portfolio, site, halls, plan.reservations)
    without = assign_power(portfolio, site, halls)
    assert {name for names in with_gas.values() for name in names} == {"grid", "gas"}
    assert {name for names in without.values() for name in names} == {"grid", "-"}
    found = optimise.violations(portfolio, ready(portfolio), plan.replace(reservations=()))
    assert any(text.startswith("power: ") for text in found)


def test_a_contract_left_carries_no_lot_that_stays() -> None:
    """Power of a contract goes to lots that are gone before it is."""
    portfolio = tiny(site=two_tranches(exit_fee="0 MUSD"))
    plan = solved(portfolio)
    left = tuple(Reservation(r.site, r.tranche, r.reserve, dt.date(2027, 1, 1))
                 for r in plan.reservations)  # fmt: skip
    halls = roster(portfolio, plan)
    taken = assign_power(portfolio, portfolio.sites["north"], halls, left)
    assert "-" in {name for names in taken.values() for name in names}
    found = optimise.violations(portfolio, ready(portfolio), plan.replace(reservations=left))
    assert any(text.startswith("power: ") for text in found)


def test_dearest_takes_are_drawn_first() -> None:
    """10 MW of load serve the take of the dearer of two tranches, then of the cheaper."""
    amount = drawn([[0], [0]], np.array([10.0]), np.array([8.0, 8.0]), np.array([1.0, 2.0]))
    assert amount.tolist() == pytest.approx([2.0, 8.0])


def test_a_carbon_cap_keeps_halls_off() -> None:
    """A hall of 10 MW at 0.4 t/MWh makes 38.5 kt a year: under a cap of 40 kt only one is built."""
    site = {"tranches": {"grid": {"carbon": "0.4 t/MWh"}}}
    portfolio = tiny({"policy": {"carbon_cap": "40000 t/year"}}, site)
    plan = solved(portfolio)
    assert 8000 <= sum(lot.gpus for lot in plan.lots) <= 8320
    data = build(portfolio, ready(portfolio))
    year = emitted(plan, data)[4:].sum()
    assert 38_000 <= year <= 40_000


def test_a_carbon_cap_below_a_floor_is_named() -> None:
    """The cap conflicts with a required date, and its least relaxation is said."""
    site = {"tranches": {"grid": {"carbon": "0.4 t/MWh"}}}
    policy = {"carbon_cap": "0 t/year",
              "required": {"ten": {"it_power": "10 MW", "by": "2026-12-31"}}}  # fmt: skip
    portfolio = tiny({"policy": policy}, site)
    with pytest.raises(InfeasibleError) as caught:
        optimise.solve(portfolio, ready(portfolio))
    texts = " / ".join(text for text, _ in caught.value.conflict)
    assert "at most 0 t/year of carbon" in texts


def test_the_cleaner_tranche_is_drawn_under_a_cap() -> None:
    """Of a clean and a dirty tranche the account is drawn from the clean one first."""
    nuclear = {**{k: v for k, v in GAS.items() if k not in ("reserve_by", "deposit")},
               "kind": "nuclear", "energised": "2025-01-01", "carbon": "0 t/MWh"}  # fmt: skip
    site = {"tranches": {"grid": {"carbon": "0.4 t/MWh"}, "nuclear": nuclear}}
    plan = solved(tiny({"policy": {"carbon_cap": "40000 t/year"}}, site))
    assert sum(lot.gpus for lot in plan.lots) == pytest.approx(16_000, rel=0.02)

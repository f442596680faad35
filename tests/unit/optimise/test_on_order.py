"""What an earlier plan began is continued: halls, GPUs on order, reserved tranches."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from planner import optimise
from planner.domain.actuals import Actuals
from planner.domain.plan import Candidate
from planner.domain.result import Readiness
from planner.domain.under_way import as_filed, committed, under_way
from planner.optimise.data import build
from planner.optimise.deliveries import dock_day
from planner.optimise.money import KINDS
from tests.portfolios import ready, tiny

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio

TERMS = {"at_order": 0.3, "on_delivery": 0.7, "at_acceptance": 0, "delay": "0 day"}
LEAD = {"accelerators": {"H100": {"lead_time": "90 day", "terms": TERMS}}}
NAME = "north/H100/2026Q1"
HALL = {"released": "2025-12-01", "mode": "shed"}
ORDER = {"ordered": "2025-12-01", "sku": "H100", "into": {"north/sheds/01/1": 8000}}


def continued(actuals: dict[str, Any], **changes: Any) -> Portfolio:
    """Return the tiny portfolio with what actuals report by its data date."""
    made = tiny(changes.pop("spec", None), changes.pop("site", None), {**LEAD, **changes})
    body = {"actuals": "new year", "data_date": "2026-01-01", **actuals}
    known = Actuals.model_validate(body)
    return made.replace(sites=committed(made.sites, known), actuals=known)


def there(portfolio: Portfolio, day: float = 45.0) -> tuple[Readiness, ...]:
    """Return readiness in which every hall under way serves on a day, and options after 90."""
    halls: dict[Candidate, int] = {}
    for start in under_way(portfolio):
        halls[start.candidate] = halls.get(start.candidate, 0) + 1
    begun = tuple(
        Readiness(c, -1, np.full(n, day), np.full(n, day), np.full(n, 10.0), 0.0, 0.0)
        for c, n in halls.items()
    )
    return (*begun, *ready(portfolio))


def solved(portfolio: Portfolio) -> Plan:
    plan = optimise.solve(portfolio, there(portfolio))
    assert optimise.violations(portfolio, there(portfolio), plan) == ()
    return plan


def test_gpus_on_order_are_not_ordered_twice() -> None:
    """8,000 come on day 59 to the hall under way; the second hall is filled by the plan.

    They serve 671 of 730 days; those of the second hall from day 90.
    """
    plan = solved(continued({"halls": {"north/sheds/01": HALL}, "deliveries": {NAME: ORDER}}))
    assert [(s.hall, s.is_under_way) for s in plan.starts] == [
        ("north/sheds/01", True), ("north/sheds/02", False),
    ]  # fmt: skip
    (first,) = (lot for lot in plan.lots if lot.hall == "north/sheds/01")
    assert (first.gpus, first.purchase, first.is_under_way) == (8000, NAME, True)
    assert first.service.isoformat() == "2026-03-01"
    bought = {p.name: (p.gpus, p.is_under_way) for p in plan.purchases}
    assert bought[NAME] == (8000, True)
    assert sum(gpus for gpus, old in bought.values() if not old) == 8000
    assert min(plan.level.values()) == pytest.approx(8000 * (671 + 640) / 730 / 40, rel=1e-6)


def test_another_order_of_the_same_period_has_a_name_of_its_own() -> None:
    """Half a hall is on order as 2026Q1: what the plan adds in that period is told apart."""
    half = {**ORDER, "into": {"north/sheds/01/1": 4000}}
    plan = solved(continued({"halls": {"north/sheds/01": HALL}, "deliveries": {NAME: half}}))
    assert {p.name for p in plan.purchases} == {NAME, f"{NAME}+"}
    assert sum(lot.gpus for lot in plan.lots) == 16_000


@pytest.mark.parametrize(("more", "owed"), [({}, 168.0), ({"unpaid": "10 MUSD"}, 10.0)])
def test_what_is_left_to_pay_is_paid_on_delivery(more: dict[str, Any], owed: float) -> None:
    """Of 240 MUSD, 30 % were paid with the order, before the data date; or what is stated is."""
    portfolio = continued(
        {"halls": {"north/sheds/01": HALL}, "deliveries": {NAME: {**ORDER, **more}}}
    )
    money = build(portfolio, there(portfolio)).money
    (cash,) = (c.cash for c in money.commitments if c.name == f"on order {NAME}")
    assert cash[KINDS.index("gpus"), 0] == pytest.approx(owed)
    assert cash.sum() == pytest.approx(owed)


def test_racks_that_have_come_serve_from_the_day_their_block_does() -> None:
    """Docked before the data date: the hall is ready on day 45, and nothing is left to pay."""
    docked = {**ORDER, "ordered": "2025-06-01", "docked": "2025-12-20"}
    portfolio = continued({"halls": {"north/sheds/01": HALL}, "deliveries": {NAME: docked}})
    plan = solved(portfolio)
    (lot,) = (lot for lot in plan.lots if lot.purchase == NAME)
    assert lot.service == dt.date(2026, 1, 1) + dt.timedelta(days=45)
    data = build(portfolio, there(portfolio))
    (cash,) = (c.cash for c in data.money.commitments if c.name == f"on order {NAME}")
    assert cash.sum() == 0


def test_a_late_delivery_is_a_forecast_from_the_data_date_on() -> None:
    """Ordered 200 days ago for 90: an exhausted lead time ends on the data date or later."""
    late = {"ordered": "2025-06-15", "sku": "H100", "into": {"north/sheds/01/1": 8000}}
    spread = {"H100": {"lead_time": {"low": "60 day", "likely": "90 day", "high": "150 day"}}}
    portfolio = continued(
        {"halls": {"north/sheds/01": HALL}, "deliveries": {NAME: late}}, accelerators=spread
    )
    data = build(portfolio, there(portfolio))
    (bought,) = data.there.purchases
    assert bought.dock >= portfolio.spec.data_date
    expected = Actuals.model_validate({
        "actuals": "told", "data_date": "2026-01-01",
        "deliveries": {NAME: {**late, "expected": "2026-06-01"}},
    })  # fmt: skip
    told = dock_day(portfolio.replace(actuals=expected), bought, data.timeline)
    assert told > data.timeline.day(dt.date(2026, 6, 1))


def test_a_new_hall_takes_the_number_that_is_free() -> None:
    """The second of two was started first: the plan starts the first, and no third."""
    plan = solved(continued({"halls": {"north/sheds/02": HALL}}))
    assert sorted(s.hall for s in plan.starts) == ["north/sheds/01", "north/sheds/02"]


def test_halls_of_two_calendars_keep_their_own_dates() -> None:
    """One pool, two candidates: each hall's block is found by its name."""
    group = {"groups": {"sheds": {"calendars": ["standard", "always"]}}}
    halls = {"north/sheds/01": {**HALL, "calendar": "always", "released": "2025-12-15"},
             "north/sheds/02": HALL}  # fmt: skip
    portfolio = continued({"halls": halls}, site=group)
    shed = Candidate("north", "sheds", "shed", "standard")
    early, late = (
        Readiness(c, -1, np.array([d]), np.array([d]), np.array([10.0]), 0.0, 0.0)
        for c, d in ((shed, 20.0), (Candidate("north", "sheds", "shed", "always"), 70.0))
    )
    (pool,) = build(portfolio, (early, late)).pools
    assert pool.service_day[pool.blocks("north/sheds/01")].tolist() == [70.0]
    assert pool.service_day[pool.blocks("north/sheds/02")].tolist() == [20.0]
    assert pool.block_mw[pool.blocks("north/sheds/03")].size == 0


def test_a_reserved_tranche_is_kept_and_its_deposit_is_not_paid_again() -> None:
    """Power that nobody needs would not be reserved; once it is, it stays."""
    spare = {"title": "Spare", "kind": "gas", "nameplate": "9 MW", "firm": "9 MW",
             "energised": "2026-06-01", "price": "60 USD/MWh", "deposit": "5 MUSD",
             "reserve_by": "2025-12-31"}  # fmt: skip
    site = {"tranches": {"spare": spare}}
    assert solved(continued({}, site=site)).reservations == ()
    portfolio = continued({"tranches": {"north/spare": {"reserved": "2025-11-01"}}}, site=site)
    plan = solved(portfolio)
    assert [r.name for r in plan.reservations] == ["north/spare"]
    assert sum(row.power for row in plan.cash) == 0


def test_racks_that_no_power_is_left_for_are_paid_and_idle() -> None:
    """A tranche of 12.5 MW carries one of two halls: the racks of the second do not serve."""
    second = {**ORDER, "into": {"north/sheds/02/1": 8000}}
    portfolio = continued(
        {"halls": {"north/sheds/01": HALL, "north/sheds/02": HALL},
         "deliveries": {NAME: ORDER, "north/H100/more": second}},
        site={"tranches": {"grid": {"firm": "12.5 MW"}}},
    )  # fmt: skip
    plan = solved(portfolio)
    assert [lot.hall for lot in plan.lots] == ["north/sheds/01"]
    assert {p.name for p in plan.purchases if p.is_under_way} == {NAME, "north/H100/more"}


def test_site_files_are_told_apart_from_what_is_reported() -> None:
    """A comparison of inputs sees the site files as they are."""
    portfolio = continued({
        "halls": {"north/sheds/01": HALL},
        "equipment": {"north/gear": [
            {"units": 1, "ordered": "2025-10-01", "arrives": "2026-03-01"}]},
    })  # fmt: skip
    assert portfolio.sites["north"].stock["gear"][0].units == 1
    assert as_filed(portfolio)["north"] == tiny().sites["north"]

"""Pinned decisions hold, and pinned lines of a plan survive the next one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from planner import optimise
from planner.domain.pin import PinnedHalls, PinnedPurchase, PinnedReservation, Pins, pinned, pins_of
from planner.errors import InfeasibleError
from planner.optimise.constraints import pins as rule
from planner.optimise.data import build
from tests.portfolios import ready, tiny

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio

GAS = {
    "title": "Gas", "kind": "gas", "nameplate": "9 MW", "firm": "9 MW", "energised": "2026-07-01",
    "price": "90 USD/MWh", "reserve_by": "2026-03-31", "deposit": "5 MUSD",
}  # fmt: skip
JULY = dt.date(2026, 7, 1)


def solved(pins: Pins, portfolio: Portfolio | None = None) -> Plan:
    portfolio = portfolio or tiny()
    readiness = ready(portfolio)
    plan = optimise.solve(portfolio, readiness, pins=pins)
    assert optimise.violations(pinned(portfolio, pins), readiness, plan) == ()
    return plan


def halls(**changes: object) -> Pins:
    pin = {"site": "north", "group": "sheds", **changes}
    return Pins(halls={"pin": PinnedHalls.model_validate(pin)})


def test_fewer_halls_than_pay_are_started() -> None:
    """Both would be; one is pinned."""
    plan = solved(halls(halls=1))
    assert len(plan.starts) == 1
    assert plan.starts[0].is_pinned


def test_a_hall_is_kept_from_being_started() -> None:
    """None at all are pinned, though they would pay."""
    assert solved(halls(halls=0)).starts == ()


def test_a_hall_is_started_later_than_is_best() -> None:
    """Both before July would be best; two in the third quarter are pinned, on their dates."""
    days = (dt.date(2026, 7, 9), dt.date(2026, 8, 20))
    plan = solved(halls(halls=2, since=JULY, until=dt.date(2026, 9, 30), releases=days))
    assert tuple(s.release for s in plan.starts) == days


def test_more_halls_than_there_is_room_for_conflict() -> None:
    """The conflict names the pin."""
    with pytest.raises(InfeasibleError, match="at least 3 halls of north/sheds pinned"):
        solved(halls(halls=3, rule="at_least"))


def test_a_pin_that_nothing_can_meet_is_infeasible() -> None:
    """No hall of the group can be started in a mode that it does not have."""
    with pytest.raises(InfeasibleError, match="pinned"):
        solved(halls(halls=1, mode="tent"))


def test_a_purchase_is_pinned_to_the_rack() -> None:
    """1,000 GPUs are 32 racks; more is bought in other quarters, not in this one."""
    order = PinnedPurchase(sku="H100", gpus=1000, since=JULY, until=JULY)
    plan = solved(Pins(purchases={"july": order}))
    assert {p.order: p.gpus for p in plan.purchases}[JULY] == 1024
    assert sum(p.gpus for p in plan.purchases) == 16_000


def test_pinned_gpus_wait_as_they_must() -> None:
    """8,000 bought in the first quarter, halls from October on: they serve in January."""
    shed = {"earliest": "2026-10-01"}
    pin = PinnedPurchase(sku="H100", site="north", gpus=8000, until=dt.date(2026, 3, 31))
    plan = solved(Pins(purchases={"pin": pin}), tiny(site={"groups": {"sheds": shed}}))
    early = [p for p in plan.purchases if p.order < dt.date(2026, 4, 1)]
    assert sum(p.gpus for p in early) == 8000
    lots = [lot for lot in plan.lots if lot.purchase in {p.name for p in early}]
    assert min(lot.service for lot in lots) == dt.date(2026, 12, 30)


def test_at_most_limits_all_purchases_together() -> None:
    """No more than 5,000 over the horizon, in whole racks."""
    plan = solved(Pins(purchases={"few": PinnedPurchase(sku="H100", gpus=5000, rule="at_most")}))
    assert 4900 < sum(p.gpus for p in plan.purchases) <= 5000


@pytest.mark.parametrize("is_reserved", [True, False])
def test_a_reservation_is_pinned(is_reserved: bool) -> None:
    """A tranche that nobody needs is reserved if it is pinned, and not if that is."""
    portfolio = tiny(site={"tranches": {"gas": GAS}})
    pin = PinnedReservation(site="north", tranche="gas", reserved=is_reserved)
    plan = solved(Pins(reservations={"gas": pin}), portfolio)
    assert [r.is_pinned for r in plan.reservations] == [True] * is_reserved


def test_pins_of_the_policy_hold_as_well() -> None:
    """The specs can pin what a plan can."""
    pin = {"halls": {"one": {"site": "north", "group": "sheds", "halls": 1}}}
    portfolio = tiny({"policy": {"pinned": pin}})
    assert len(optimise.solve(portfolio, ready(portfolio)).starts) == 1


def test_pinned_lines_survive() -> None:
    """A start moved to the third quarter and an order, both pinned, are in the next plan as are."""
    first = solved(Pins())
    moved = replace(first.starts[0], release=dt.date(2026, 8, 3), is_pinned=True)
    order = replace(first.purchases[0], gpus=640, is_pinned=True)
    edited = first.replace(starts=(moved,), purchases=(order,))
    plan = solved(pins_of(edited))
    kept = [(s.candidate, s.release) for s in plan.starts if s.is_pinned]
    assert kept == [(moved.candidate, moved.release)]
    assert [p for p in plan.purchases if p.is_pinned] == [order]
    assert pins_of(plan) == pins_of(edited)


BROKEN = {
    "a hall more": (halls(halls=1), lambda p: p.replace(
        starts=(*p.starts, replace(p.starts[0], number=2)))),
    "a hall less": (halls(halls=1, rule="at_least"), lambda p: p.replace(starts=())),
    "a rack more": (
        Pins(purchases={"p": PinnedPurchase(sku="H100", gpus=1024)}),
        lambda p: p.replace(purchases=tuple(replace(x, gpus=x.gpus + 32) for x in p.purchases)),
    ),
    "a rack less": (
        Pins(purchases={"p": PinnedPurchase(sku="H100", gpus=1024, rule="at_least")}),
        lambda p: p.replace(purchases=()),
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_pin_is_named(how: str) -> None:
    """A plan that does not keep a pin is caught by plain arithmetic."""
    pins, broken = BROKEN[how]
    portfolio = pinned(tiny(), pins)
    data = build(portfolio, ready(portfolio))
    plan = optimise.solve(portfolio, ready(portfolio))
    assert rule.violations(plan, data) == []
    assert rule.violations(broken(plan), data) != []  # type: ignore[no-untyped-call]


def test_a_reservation_against_its_pin_is_named() -> None:
    """Pinned as reserved, and not reserved."""
    pins = Pins(reservations={"gas": PinnedReservation(site="north", tranche="gas")})
    portfolio = pinned(tiny(site={"tranches": {"gas": GAS}}), pins)
    data = build(portfolio, ready(portfolio))
    plan = optimise.solve(portfolio, ready(portfolio))
    assert rule.violations(plan, data) == []
    assert rule.violations(plan.replace(reservations=()), data) != []

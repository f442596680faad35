"""What a pin costs: the plan without it, solved again."""

from __future__ import annotations

import pytest

from planner import optimise
from planner.domain.pin import PinnedHalls, PinnedPurchase, PinnedReservation, Pins, pinned
from planner.optimise.explain import session as session_module
from planner.study.pins import costs_of_pins
from tests.portfolios import ready, tiny

ONE = PinnedHalls(site="north", group="sheds", halls=1)
GAS = {
    "title": "Gas", "kind": "gas", "nameplate": "9 MW", "firm": "9 MW", "energised": "2026-07-01",
    "price": "90 USD/MWh", "reserve_by": "2026-03-31", "deposit": "5 MUSD",
}  # fmt: skip


def costs(pins: Pins, **changes: object):  # type: ignore[no-untyped-def]
    portfolio = pinned(tiny(**changes), pins)  # type: ignore[arg-type]
    plan = optimise.solve(portfolio, ready(portfolio))
    return {c.name: c for c in costs_of_pins(portfolio, ready(portfolio), plan, {}, seed=1)}


def test_a_pin_costs_what_the_plan_gains_without_it() -> None:
    """One hall of two pinned costs as much a researcher as the second hall would give."""
    found = costs(Pins(halls={"one": ONE}))["one"]
    free = tiny()
    best, held = (
        optimise.evaluate(p, ready(p), optimise.solve(p, ready(p)))["compute_per_researcher"]
        for p in (free, pinned(free, Pins(halls={"one": ONE})))
    )
    assert best > held * 1.5
    assert found.gain is not None
    assert found.gain.level == pytest.approx(best - held, rel=0.02)
    assert found.text == "exactly 1 halls of north/sheds pinned"


def test_a_pin_of_what_is_best_anyway_costs_nothing() -> None:
    """Two halls are the best number; another pin beside it costs what it costs."""
    both = ONE.model_copy(update={"halls": 2})
    few = PinnedPurchase(sku="H100", gpus=5000, rule="at_most")
    found = costs(Pins(halls={"both": both}, purchases={"few": few}))
    assert found["both"].gain is not None
    assert found["both"].gain.level == pytest.approx(0.0, abs=1e-6)
    assert found["few"].gain is not None
    assert found["few"].gain.level > 10


def test_a_contract_pinned_for_nothing_costs_its_deposit() -> None:
    """Power that nobody needs is let go: spend falls, compute does not."""
    pin = PinnedReservation(site="north", tranche="gas")
    gain = costs(Pins(reservations={"gas": pin}), site={"tranches": {"gas": GAS}})["gas"].gain
    assert gain is not None
    assert gain.level == pytest.approx(0.0, abs=1e-6)
    assert gain.spend is not None
    assert gain.spend < -0.003


def test_a_big_model_answers_with_halls_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same pin, without a search for whole halls; and the model is as it was afterwards."""
    monkeypatch.setattr(session_module, "SMALL_INTEGERS", 0)
    found = costs(Pins(halls={"one": ONE}))["one"]
    assert found.basis == "halls in parts"
    assert found.gain is not None
    assert found.gain.level > 10


def test_nothing_pinned_costs_nothing() -> None:
    """No table where nothing is pinned."""
    assert costs(Pins()) == {}


def test_no_time_leaves_rows_without_figures() -> None:
    """A pin that was not tried is named all the same."""
    portfolio = pinned(tiny(), Pins(halls={"one": ONE}))
    plan = optimise.solve(portfolio, ready(portfolio))
    (cost,) = costs_of_pins(portfolio, ready(portfolio), plan, {}, seed=1, time_s=0.0)
    assert (cost.name, cost.gain) == ("one", None)

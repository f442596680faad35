"""Whole solves with known answers."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest

from planner import optimise
from planner.errors import InfeasibleError, LimitError
from planner.optimise.data import build
from planner.optimise.engine import Engine
from planner.optimise.model import formulate
from tests.portfolios import merged, nothing_to_build, ready, standing, tiny

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Readiness

CHAT = {
    "title": "Chat", "users": "1e6 user", "growth": 0, "requests": "86400 request/user/day",
    "flop": "0.4 TFLOP/request", "peak": 1, "workload": "work",
}  # fmt: skip
"""A floor of 1,000 H100e."""
NO_FLOW = [{"since": "2026-01-01", "cash_flow": "0 MUSD"}]
POOR = {"opening_cash": "0 MUSD", "operating_cash_flow": NO_FLOW}


def solved(portfolio: Portfolio, readiness: tuple[Readiness, ...] | None = None) -> Plan:
    readiness = ready(portfolio) if readiness is None else readiness
    plan = optimise.solve(portfolio, readiness)
    assert optimise.violations(portfolio, readiness, plan) == ()
    return plan


def test_all_halls_are_filled_from_the_first_quarter_they_serve() -> None:
    """Two halls of 8,000 GPUs serve from day 90 of 730, for 40 researchers."""
    plan = solved(tiny())
    assert min(plan.level.values()) == pytest.approx(16_000 * 640 / 730 / 40, rel=1e-6)
    assert {start.hall for start in plan.starts} == {"north/sheds/01", "north/sheds/02"}


def test_the_second_start_of_a_period_is_released_in_its_middle() -> None:
    """The k-th of n starts comes at (k - 1) / n of the period."""
    first, second = solved(tiny()).starts
    assert (first.release.isoformat(), second.release.isoformat()) == ("2026-01-01", "2026-02-15")


def test_power_limits_what_is_placed() -> None:
    """A tranche of 12.5 MW carries 10 MW of IT at 1.25, one hall's worth."""
    plan = solved(tiny(site={"tranches": {"grid": {"firm": "12.5 MW"}}}))
    assert sum(lot.gpus for lot in plan.lots) == 8000
    assert len(plan.starts) == 1


def test_nothing_serves_before_power_and_its_tail() -> None:
    """Energised on 1 July 2026 with 30 days to service: lots serve from 31 July."""
    site = {"tranches": {"grid": {"energised": "2026-07-01"}}}
    portfolio = tiny(site=site)
    plan = solved(portfolio, ready(portfolio, power_tail=30.0))
    assert min(lot.service for lot in plan.lots).isoformat() == "2026-07-31"


def test_nothing_runs_on_what_others_need_until_its_own_power_is_there() -> None:
    """The grid is for sheds or for a barn of 2027, and never for sheds until their plant comes.

    A barn from April 2027 and sheds from their plant's January 2027 on: 275 and 365 days of 730.
    """
    shed = {"count": 1, "it_power": "10 MW", "blocks": 1, "modes": ["shed"], "starts_per_period": 1}
    site = {
        "groups": {"sheds": shed, "barns": {**shed, "earliest": "2027-01-01"}},
        "tranches": {
            "grid": {"nameplate": "12.5 MW", "firm": "12.5 MW"},
            "plant": {"title": "P", "kind": "gas", "nameplate": "12.5 MW", "firm": "12.5 MW",
                      "energised": "2027-01-01", "price": "50 USD/MWh", "serves": ["sheds"]},
        },
    }  # fmt: skip
    plan = solved(tiny(site=site))
    assert plan.status is not None
    reached = min(plan.level.values())
    assert reached == pytest.approx(8000 * (275 + 365) / 730 / 40, rel=1e-3)
    assert plan.status.levels[0].value == pytest.approx(reached, rel=1e-3)


def test_crews_keep_halls_apart() -> None:
    """With crews for one hall at a time the second starts a quarter later."""
    plan = solved(tiny(site={"crews": {"EL": 4}}))
    assert [s.release.isoformat() for s in plan.starts] == ["2026-01-01", "2026-04-01"]


def test_supply_limits_orders_of_a_period() -> None:
    """Of 4,000 GPUs a quarter no more are ordered, whoever wants them."""
    sku = {"supply": [{"since": "2025-01-01", "gpus": "4000 gpu/quarter"}]}
    plan = solved(tiny(catalog={"accelerators": {"H100": sku}}))
    assert max(p.gpus for p in plan.purchases) <= 4000
    assert sum(p.gpus for p in plan.purchases) == pytest.approx(16_000, rel=0.02)


def test_cash_limits_what_is_bought() -> None:
    """One hall costs 100 MUSD and its GPUs 240: of 200 MUSD, 100 buy GPUs, less their energy."""
    finance = {**POOR, "opening_cash": "200 MUSD"}
    plan = solved(tiny({"finance": finance}))
    assert len(plan.starts) == 1
    assert sum(p.gpus for p in plan.purchases) == pytest.approx(100 / 0.03, rel=0.06)
    assert min(row.closing for row in plan.cash) >= -1e-6


def test_a_product_is_served_before_teams() -> None:
    """Of 4,000 standing GPUs the product takes 1,000 and 40 researchers share 3,000."""
    site = {**standing(4000, mw="5 MW"), **nothing_to_build()}
    plan = solved(tiny({"products": {"chat": CHAT}}, site))
    assert min(plan.level.values()) == pytest.approx(3000 / 40, rel=1e-6)
    assert [p.name for p in plan.promises if p.kind == "floor"] == ["floor/chat/2027-12-31"]


def test_backup_keeps_a_product_out_of_halls_without() -> None:
    """Halls without generators cannot serve a product that needs them."""
    spec = {"products": {"chat": CHAT}}
    site = {**standing(4000), **nothing_to_build()}
    with pytest.raises(InfeasibleError):
        solved(tiny(spec, site, {"modes": {"shed": {"backup": "none"}}}))


def test_a_required_date_starts_halls_that_cost_would_not() -> None:
    """The cheapest plan builds nothing, unless a date wants 10 MW."""
    policy = {
        "objectives": ["cost"],
        "required": {"ten": {"it_power": "10 MW", "by": "2026-12-31"}},
    }
    plan = solved(tiny({"policy": policy}))
    assert sum(lot.gpus for lot in plan.lots) == 8000
    assert solved(tiny({"policy": {"objectives": ["cost"]}})).lots == ()


def test_gpus_retire_at_the_end_of_their_life() -> None:
    """GPUs of one year's life are gone after it, and so is the compute."""
    supply = [{"since": "2025-01-01", "gpus": "0 gpu/quarter"}]
    sku = {"service_life": "1 year", "supply": supply}
    site = {**standing(4000, since="2026-01-01"), **nothing_to_build()}
    plan = solved(tiny(site=site, catalog={"accelerators": {"H100": sku}}))
    assert min(plan.level.values()) == pytest.approx(4000 * 365 / 730 / 40, rel=1e-3)


def test_the_terminal_value_weighs_the_last_period() -> None:
    """Counted on for 8 quarters at full worth, the last quarter weighs nine."""
    portfolio = tiny({"policy": {"terminal_share": 1, "terminal_quarters": 8}})
    data = build(portfolio, ready(portfolio))
    assert data.compute_weight[-1] == pytest.approx(92 / 365.25 + 2.0)


def test_a_budget_of_zero_conflicts_with_a_floor() -> None:
    """Both statements are named, and nothing else."""
    site = {"standing": {"old": {"it_power": "10 MW", "mode": "shed", "ready": "2025-01-01"}}}
    with pytest.raises(InfeasibleError) as caught:
        optimise.solve(
            portfolio := tiny({"finance": POOR, "products": {"chat": CHAT}}, site), ready(portfolio)
        )
    texts = " / ".join(text for text, _ in caught.value.conflict)
    assert "cash never falls below 0 MUSD" in texts
    assert "product chat" in texts
    assert len(caught.value.conflict) == 2
    assert [c.settings[0].split("=")[0] for c in caught.value.changes] == [
        "finance.opening_cash", "products.chat.users",
    ]  # fmt: skip


def test_a_required_date_that_readiness_cannot_meet_is_named() -> None:
    """30 MW of two halls of 10 MW: the group's count and the date conflict."""
    policy = {"required": {"thirty": {"it_power": "30 MW", "by": "2026-12-31"}}}
    with pytest.raises(InfeasibleError) as caught:
        solved(tiny({"policy": policy}))
    texts = [text for text, _ in caught.value.conflict]
    assert any("30 MW at all sites required by 2026-12-31" in text for text in texts)
    assert any("room for 2 halls" in text for text in texts)
    settings = [text for change in caught.value.changes for text in change.settings]
    assert settings == [
        "site.north.groups.sheds.count=3", "policy.required.thirty.it_power=20.0 MW",
    ]  # fmt: skip


def test_no_time_at_all_is_a_limit() -> None:
    """A limit before any plan is no infeasibility."""
    portfolio = tiny()
    with pytest.raises(LimitError):
        optimise.solve(portfolio, ready(portfolio), limits=optimise.Limits(time_s=0.0))


def test_the_same_inputs_give_the_same_plan() -> None:
    """A solve repeats to the last figure."""
    portfolio = tiny({"products": {"chat": CHAT}}, standing(4000))
    assert solved(portfolio) == solved(portfolio)


def test_corrections_delay_what_they_name() -> None:
    """Ten days for halls of an option, a tranche or a SKU move service by ten days."""
    portfolio, readiness = tiny(), ready(tiny())
    keys = {f"hall north/sheds/shed/standard {t}": 10.0 for t in range(8)}
    for corrections in (keys, {"tranche north": 100.0}, {"delivery H100": 100.0}):
        data = build(portfolio, readiness, corrections)
        base = build(portfolio, readiness)
        assert (
            data.options[0].service_day[0] - base.options[0].service_day[0] == 10.0
            or data.deliveries.dock_day[0, 0] - base.deliveries.dock_day[0, 0] == 100.0
            or corrections == {"tranche north": 100.0}  # energised before the data date: certain
        )


@pytest.mark.parametrize("seed", range(4))
def test_the_best_of_all_ways_to_start_halls(seed: int) -> None:
    """Brute force over all starts, with operations solved for each, finds nothing better."""
    random = np.random.default_rng(seed)
    firm, cash = int(random.integers(15, 40)), int(random.integers(250, 700))
    site = {
        "crews": {"EL": int(random.integers(4, 9))},
        "tranches": {"grid": {"firm": f"{firm} MW"}},
    }
    finance = {**POOR, "opening_cash": f"{cash} MUSD"}
    portfolio = tiny({"finance": finance, "horizon": "2026-12-31"}, site)
    data = build(portfolio, ready(portfolio))
    engine = Engine(formulate(data), seed=1)
    columns = [engine.column("starts", *data.option_name(o)) for o in range(len(data.options))]
    engine.seek({engine.column("worst"): 1.0}, "max")
    values = []
    for starts in itertools.product(range(3), repeat=len(columns)):
        for column, n in zip(columns, starts, strict=True):
            engine.bound(column, n, n)
        found = engine.solve_lp()
        if found.objective is not None:
            values.append(found.objective)
    plan = optimise.solve(portfolio, ready(portfolio))
    assert plan.status is not None
    assert plan.status.levels[0].value == pytest.approx(max(values), rel=1e-6)


def test_orders_follow_the_starts() -> None:
    """Equipment is ordered after the solve, for what the chosen halls wait for."""
    equipment = {"gear": {"title": "Gear", "lead_time": "10 day"}}
    mode = {"activities": {"A1": {"waits_for": ["gear"]}}}
    plan = solved(tiny(catalog={"equipment": equipment, "modes": {"shed": mode}}))
    assert {order.equipment for order in plan.orders} == {"gear"}
    assert sum(order.units for order in plan.orders) == len(plan.starts)


def test_two_classes_of_halls_are_told_apart() -> None:
    """A team in tents and a product in the old hall: neither takes from the other."""
    tent = {"modes": {"tent": merged(tiny_mode(), {"backup": "none"})}}
    site = merged(standing(1000), {"groups": {"sheds": {"modes": ["tent"]}}})
    plan = solved(tiny({"products": {"chat": CHAT}}, site, tent))
    assert {s.backup for s in plan.shares if s.consumer == "chat"} == {"generators"}
    assert {s.backup for s in plan.shares if s.consumer == "a"} >= {"none"}


def tiny_mode() -> dict[str, object]:
    from tests.portfolios import MODE

    return dict(MODE)

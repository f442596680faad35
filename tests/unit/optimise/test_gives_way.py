"""Soft wishes give way in their order, and only as far as they must."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from planner import optimise
from planner.domain.plan import GaveWay
from planner.errors import InfeasibleError
from planner.optimise.constraints import gives_way
from planner.optimise.data import build
from tests.portfolios import merged, nothing_to_build, ready, standing, tiny

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio

WEAK = {"tranches": {"grid": {"firm": "6.25 MW"}}}
OLD = merged(standing(4000), merged(nothing_to_build(), WEAK))
"""4,000 GPUs stand, and 6.25 MW at 1.25 carry no more than their 5 MW."""


def product(h100e: int, order: int = 1, priority: str = "soft") -> dict[str, Any]:
    return {
        "title": "P", "users": "1e6 user", "growth": 0, "requests": "86400 request/user/day",
        "flop": f"{h100e * 0.4e-3} TFLOP/request", "peak": 1, "workload": "work",
        "priority": priority, "gives_way": order,
    }  # fmt: skip


def solved(portfolio: Portfolio) -> Plan:
    readiness = ready(portfolio)
    plan = optimise.solve(portfolio, readiness)
    assert optimise.violations(portfolio, readiness, plan) == ()
    return plan


def given(plan: Plan, name: str) -> set[float]:
    return {round(g.given, 3) for g in plan.gave_way if g.subject == name}


def test_wishes_that_can_be_kept_are_kept_as_if_they_were_hard() -> None:
    """3,000 of 4,000 are wanted softly: nothing gives way, 1,000 are left to 40 researchers."""
    plan = solved(tiny({"products": {"x": product(2000), "y": product(1000, 2)}}, OLD))
    assert plan.gave_way == ()
    assert min(plan.level.values()) == pytest.approx(1000 / 40, rel=1e-6)


def test_the_first_in_the_order_gives_way_wholly_before_the_second() -> None:
    """5,000 + 3,000 of 4,000: the second is served in full, the first has the 1,000 left."""
    plan = solved(tiny({"products": {"x": product(5000, 1), "y": product(3000, 2)}}, OLD))
    assert (given(plan, "x"), given(plan, "y")) == ({1000.0}, set())
    assert len(plan.gave_way) == 8


def test_the_order_and_not_the_name_decides() -> None:
    """With the order turned round, the other one has all 4,000 and the second none."""
    plan = solved(tiny({"products": {"x": product(5000, 2), "y": product(3000, 1)}}, OLD))
    assert (given(plan, "x"), given(plan, "y")) == ({4000.0}, {0.0})


def test_hard_wishes_come_before_all_soft_ones() -> None:
    """A hard floor of 3,000 leaves 1,000 to a soft one that would give way last of all."""
    spec = {"products": {"x": product(3000, priority="hard"), "y": product(3000, 9)}}
    assert given(solved(tiny(spec, OLD)), "y") == {1000.0}


def test_hard_wishes_that_are_too_much_are_infeasible() -> None:
    """Only soft ones give way."""
    spec = {"products": {"x": product(5000, priority="hard"), "y": product(3000)}}
    portfolio = tiny(spec, OLD)
    with pytest.raises(InfeasibleError, match="product x"):
        optimise.solve(portfolio, ready(portfolio))


def test_a_soft_guarantee_gives_way_to_a_product() -> None:
    """150 H100e for each of 30 are 4,500; 3,000 go to the product, 1,000 are left for the team."""
    spec = {
        "teams": {"b": {"guarantee": "150 h100e/researcher", "priority": "soft"}},
        "products": {"x": product(3000, 2)},
    }
    plan = solved(tiny(spec, OLD))
    assert given(plan, "b") == {1000.0}
    assert {g.kind for g in plan.gave_way} == {"guarantee"}


def test_a_required_date_is_put_off_in_part_and_the_promise_with_it() -> None:
    """Two halls of 10 MW are all there is of 30 MW."""
    late = {"it_power": "30 MW", "by": "2026-12-31", "priority": "soft"}
    plan = solved(tiny({"policy": {"required": {"much": late}}}))
    (wish,) = plan.gave_way
    assert (wish.subject, wish.wanted, wish.given) == ("much", 30.0, pytest.approx(20.0))
    assert next(p.amount for p in plan.promises if p.kind == "required") == pytest.approx(20.0)


def test_a_soft_date_still_has_halls_built_that_money_would_spare() -> None:
    """With cost as the only objective, a soft date of 10 MW is kept: it gives way to no price."""
    date = {"it_power": "10 MW", "by": "2026-12-31", "priority": "soft"}
    plan = solved(tiny({"policy": {"objectives": ["cost"], "required": {"ten": date}}}))
    assert plan.gave_way == ()
    assert len(plan.starts) == 1


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(GaveWay("floor", "y", 0, 3000.0, 2000.0), id="a wish that is hard"),
        pytest.param(GaveWay("floor", "x", 0, 5000.0, 2000.0), id="less given up than is"),
        pytest.param(GaveWay("floor", "x", 0, 9000.0, 1000.0), id="more wanted than is"),
    ],
)
def test_what_a_plan_says_it_gives_up_is_checked(record: GaveWay) -> None:
    """A record must be of a soft wish and of what the plan's shares make."""
    spec = {"products": {"x": product(5000), "y": product(3000, priority="hard")}}
    portfolio = tiny(spec, OLD)
    plan = solved(portfolio)
    data = build(portfolio, ready(portfolio))
    assert gives_way.violations(plan, data) == []
    assert gives_way.violations(replace(plan, gave_way=(record,)), data) != []


def test_a_wish_given_up_in_silence_is_a_floor_that_is_broken() -> None:
    """Without its record, what is missing is a violation of `needs`."""
    portfolio = tiny({"products": {"x": product(5000)}}, OLD)
    plan = solved(portfolio)
    found = optimise.violations(portfolio, ready(portfolio), plan.replace(gave_way=()))
    assert any(text.startswith("needs: x") for text in found)

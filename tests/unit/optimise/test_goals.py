"""`time_to` has a capacity as early as can be; `cost_for` has one by a date for the least money."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from planner import optimise
from planner.optimise.data import build
from planner.optimise.objectives import time_to
from tests.portfolios import ready, tiny

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio

POWER = "10 MW"


def case(objectives: list[str], **policy: Any) -> Portfolio:
    return tiny({"policy": {"objectives": objectives, **policy}})


def solved(portfolio: Portfolio) -> Plan:
    readiness = ready(portfolio)
    plan = optimise.solve(portfolio, readiness)
    assert optimise.violations(portfolio, readiness, plan) == ()
    return plan


def first_of(plan: Plan) -> tuple[float, float]:
    """Return the value of the first objective as the solver had it, and as the plan has it."""
    assert plan.status is not None
    name = plan.status.levels[0].name
    final = next(x.value for x in plan.status.levels if x.name == f"plan: {name}")
    return plan.status.levels[0].value, final


def test_a_capacity_is_had_as_early_as_can_be_and_no_more_is_built() -> None:
    """10 MW from day 90, the first of the second quarter, with cost next: one hall at once."""
    plan = solved(case(["time_to", "cost"], time_to={"it_power": POWER}))
    (start,) = plan.starts
    assert start.release.isoformat() == "2026-01-01"
    assert first_of(plan)[0] == pytest.approx(90 * (1 + time_to.TIE), rel=1e-6)


def test_what_the_solver_has_is_what_the_plan_makes() -> None:
    """The arithmetic on the plan equals the solver's value, to a rack a hall."""
    portfolio = case(["time_to", "cost"], time_to={"it_power": "20 MW"})
    plan = solved(portfolio)
    solver, final = first_of(plan)
    assert final == pytest.approx(solver, abs=0.1)
    assert final == optimise.evaluate(portfolio, ready(portfolio), plan)["time_to"]


def test_a_capacity_that_never_comes_is_waited_for_to_the_end() -> None:
    """Two halls hold 20 of 40 MW: all days are waited, and half of it is missing but at first."""
    portfolio = case(["time_to", "cost"], time_to={"it_power": "40 MW"})
    plan = solved(portfolio)
    lack = time_to.lacking(plan, build(portfolio, ready(portfolio)))
    assert lack[0] == pytest.approx(1.0)
    assert lack[-1] == pytest.approx(0.5, abs=0.002)
    assert first_of(plan)[0] > 730


def test_the_capacity_of_another_site_does_not_count() -> None:
    """Only what is in service at the named site does; here it is the only one."""
    plan = solved(case(["time_to", "cost"], time_to={"it_power": POWER, "site": "north"}))
    assert len(plan.starts) == 1


def test_a_capacity_by_a_date_costs_the_least() -> None:
    """10 MW by the end of 2027: one hall, started as late as will do, and GPUs for it alone."""
    goal = {"it_power": POWER, "by": "2027-12-31"}
    dear = {"discount_rate": 0.1}  # a year later is a tenth cheaper
    spec = {"policy": {"objectives": ["cost_for"], "cost_for": goal}, "finance": dear}
    plan = solved(tiny(spec))
    (start,) = plan.starts
    assert sum(p.gpus for p in plan.purchases) == 8000
    assert [p.amount for p in plan.promises if p.kind == "required"] == [10.0]
    cheaper = solved(case(["cost"]))
    assert first_of(plan)[1] > 0
    assert cheaper.starts == ()
    assert start.release.year == 2027


def test_no_date_is_kept_unless_the_objective_asks_for_it() -> None:
    """A goal under `cost_for` without the objective is no rule."""
    goal = {"it_power": POWER, "by": "2027-12-31"}
    assert solved(case(["cost"], cost_for=goal)).starts == ()


def test_researchers_come_after_the_capacity() -> None:
    """With compute per researcher next, the second hall is built as well."""
    plan = solved(case(["time_to", "compute_per_researcher"], time_to={"it_power": POWER}))
    assert len(plan.starts) == 2

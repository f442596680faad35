"""Teams that differ in size only are one consumer to the model, and apart again in the plan."""

from __future__ import annotations

import pytest

from planner import optimise
from planner.optimise.alike import apart, pooled
from planner.optimise.data import build
from planner.optimise.engine import Engine
from planner.optimise.fairness import fairness_of
from planner.optimise.model import formulate
from tests.oracle.test_allocation_cases import Case, Crowd, portfolio_of
from tests.portfolios import ready

MANY = Case(
    "", {"A": 300, "H": 900},
    {"p": Crowd(10, {"A": 1.0, "H": 2.0}), "q": Crowd(30, {"A": 1.0, "H": 2.0}, weight=2.0),
     "r": Crowd(5, {"A": 1.0, "H": 2.0}, least=200), "s": Crowd(20, {"A": 1.0})},
    {"p": 0.0},
)  # fmt: skip


def test_alike_teams_are_one_consumer() -> None:
    """p and q are pooled; r has a guarantee and s other rates."""
    portfolio = portfolio_of(MANY)
    data = build(portfolio, ready(portfolio))
    small = pooled(data)
    assert [c.name for c in small.consumers] == ["team p", "team r", "team s"]
    assert small.alike == {"team p": pytest.approx({"team p": 1 / 7, "team q": 6 / 7})}
    assert apart(small).consumers == data.consumers


def test_a_pooled_plan_gives_every_member_its_level() -> None:
    """Each team's level in the plan is what leximin over all teams one by one gives it."""
    portfolio = portfolio_of(MANY)
    data = build(portfolio, ready(portfolio))
    settled = fairness_of(data).settle(Engine(formulate(data), seed=1))
    assert settled is not None
    wanted = {team: step.level for step in settled for team in step.teams}
    plan = optimise.solve(portfolio, ready(portfolio))
    assert plan.level == pytest.approx(wanted, rel=1e-6)
    assert plan.status is not None
    assert any("team p, team q" in level.name for level in plan.status.levels)
    assert optimise.violations(portfolio, ready(portfolio), plan) == ()


def test_sums_and_splits_pool_nobody() -> None:
    """Where teams are counted, each stays by itself."""
    portfolio = portfolio_of(MANY)
    for change in ({"objective": "nash"}, {"normalise": "equal_split"}, {"objective": "drf"}):
        policy = portfolio.spec.policy
        fair = policy.fairness.model_copy(update=change)
        spec = portfolio.spec.model_copy(
            update={"policy": policy.model_copy(update={"fairness": fair})}
        )
        data = build(portfolio.replace(spec=spec), ready(portfolio))
        assert pooled(data) is data

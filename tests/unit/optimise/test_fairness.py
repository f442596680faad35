"""Every fairness of the policy, as rows of the model and as arithmetic on a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from planner import optimise
from planner.optimise.data import build
from planner.optimise.fairness import Curve, claims_of, fairness_of, levels_of
from planner.optimise.tally import tally
from tests.oracle.test_allocation_cases import Case, Crowd, portfolio_of
from tests.portfolios import ready, tiny

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio

SPREAD = Case(
    "", {"A": 100, "H": 900},
    {"x": Crowd(10, {"A": 1.0, "H": 0.5}), "y": Crowd(40, {"A": 1.0, "H": 2.0}, weight=2.0)}, {},
)  # fmt: skip
POLICIES: list[dict[str, Any]] = [
    {},
    {"counts": "heads"},
    {"normalise": "equal_split"},
    {"normalise": "equal_split", "counts": "heads"},
    {"objective": "drf"},
    {"objective": "drf", "counts": "heads"},
    {"objective": "nash"},
    {"objective": "nash", "counts": "heads"},
    {"objective": "nash", "period": "each"},
    {"objective": "alpha", "alpha": 2.0},
    {"objective": "alpha", "alpha": 0.5, "counts": "heads"},
    {"period": "each"},
]


def fair(portfolio: Portfolio, policy: dict[str, Any]) -> Portfolio:
    made = portfolio.spec.policy.model_copy(
        update={"fairness": type(portfolio.spec.policy.fairness)(**policy)}
    )
    return portfolio.replace(spec=portfolio.spec.model_copy(update={"policy": made}))


def given(portfolio: Portfolio, plan: Plan) -> dict[str, float]:
    data = build(portfolio, ready(portfolio))
    compute = tally(plan, data).compute(data).sum(axis=1)
    return {c.name: float(x) for c, x in zip(data.consumers, compute, strict=True) if c.is_team}


@pytest.mark.parametrize("policy", POLICIES, ids=str)
def test_the_solver_and_arithmetic_agree(policy: dict[str, Any]) -> None:
    """What the solver says it reached is what the plan comes to by plain arithmetic."""
    portfolio = fair(portfolio_of(SPREAD), policy)
    plan = optimise.solve(portfolio, ready(portfolio))
    value = optimise.evaluate(portfolio, ready(portfolio), plan)["compute_per_researcher"]
    assert plan.status is not None
    said = [s.value for s in plan.status.levels if s.name.startswith("plan: compute_per")]
    assert value == pytest.approx(min(said), rel=1e-5)
    assert optimise.violations(portfolio, ready(portfolio), plan) == ()
    assert plan.status.gap is not None
    assert plan.status.gap < 1e-5


def test_nash_shares_gpus_by_weight() -> None:
    """On one SKU, weights 1 and 2 have 300 and 600 of 900 GPUs, whatever their heads."""
    case = Case(
        "", {"H": 900}, {"x": Crowd(10, {"H": 0.5}), "y": Crowd(40, {"H": 2.0}, weight=2.0)}, {}
    )
    portfolio = fair(portfolio_of(case), {"objective": "nash"})
    plan = optimise.solve(portfolio, ready(portfolio))
    assert given(portfolio, plan) == pytest.approx({"team x": 150, "team y": 1200}, rel=1e-4)


def test_nash_by_heads_shares_gpus_by_heads_and_weight() -> None:
    """Heads 10 and 40 with weights 1 and 2: one ninth and eight ninths."""
    case = Case(
        "", {"H": 900}, {"x": Crowd(10, {"H": 0.5}), "y": Crowd(40, {"H": 2.0}, weight=2.0)}, {}
    )
    portfolio = fair(portfolio_of(case), {"objective": "nash", "counts": "heads"})
    plan = optimise.solve(portfolio, ready(portfolio))
    assert given(portfolio, plan) == pytest.approx({"team x": 50, "team y": 1600}, rel=1e-4)


def test_an_equal_split_makes_units_irrelevant() -> None:
    """A team whose work counts in thousandths has the same GPUs as the other."""
    case = Case("", {"H": 100}, {"x": Crowd(10, {"H": 1.0}), "y": Crowd(10, {"H": 0.001})}, {})
    portfolio = fair(portfolio_of(case), {"normalise": "equal_split"})
    plan = optimise.solve(portfolio, ready(portfolio))
    assert given(portfolio, plan) == pytest.approx({"team x": 50, "team y": 0.05}, rel=1e-4)


def test_an_equal_split_by_heads_gives_by_heads() -> None:
    """Where heads count, a team of 30 has three times the split of a team of 10."""
    case = Case("", {"H": 100}, {"x": Crowd(10, {"H": 1.0}), "y": Crowd(30, {"H": 0.1})}, {})
    portfolio = fair(portfolio_of(case), {"normalise": "equal_split", "counts": "heads"})
    plan = optimise.solve(portfolio, ready(portfolio))
    assert given(portfolio, plan) == pytest.approx({"team x": 25, "team y": 7.5}, rel=1e-4)


def test_dominant_shares_are_shares_of_all() -> None:
    """Two teams that use one SKU each have all of it; each has its dominant share in full."""
    crowds = {"x": Crowd(10, {"A": 1.0}), "y": Crowd(30, {"H": 1.0})}
    case = Case("", {"A": 10, "H": 90}, crowds, {})
    portfolio = fair(portfolio_of(case), {"objective": "drf"})
    data = build(portfolio, ready(portfolio))
    plan = optimise.solve(portfolio, ready(portfolio))
    levels = levels_of(tally(plan, data).compute(data), data)
    assert levels == pytest.approx({"team x": 1.0, "team y": 1.0}, rel=1e-6)


def hiring() -> Portfolio:
    """Two quarters of 1,000 GPUs; team b has nobody in the second."""
    steps = [{"since": "2026-01-01", "researchers": 10}, {"since": "2026-04-01", "researchers": 0}]
    site = {
        "standing": {"old": {"it_power": "10 MW", "mode": "shed", "ready": "2025-01-01"}},
        "installed": {"old": [{"sku": "H100", "gpus": 1000, "since": "2025-06-01"}]},
        "groups": {"sheds": {"count": 0}},
    }
    spec = {
        "horizon": "2026-06-30", "teams": {"b": {"researchers": steps}},
        "policy": {"objectives": ["compute_per_researcher"]},
    }  # fmt: skip
    catalog = {"accelerators": {"H100": {"supply": [
        {"since": "2025-01-01", "gpus": "0 gpu/quarter"}]}}}  # fmt: skip
    return tiny(spec, site, catalog)


def test_each_period_is_ranked_by_itself() -> None:
    """Over the horizon b has more at first and a makes up later; period by period both share."""
    over = hiring()
    each = fair(over, {"period": "each"})
    plan = optimise.solve(each, ready(each))
    data = build(each, ready(each))
    levels = levels_of(tally(plan, data).compute(data), data)
    assert levels == pytest.approx({"a,2026Q1": 50, "a,2026Q2": 100, "b,2026Q1": 50}, rel=1e-5)
    plan = optimise.solve(over, ready(over))
    data = build(over, ready(over))
    levels = levels_of(tally(plan, data).compute(data), data)
    assert levels["a"] == pytest.approx(levels["b"], rel=1e-4)


def test_a_team_without_researchers_makes_no_claim() -> None:
    """Nobody to count: no claim in that period, and none over the horizon without any."""
    each = fair(hiring(), {"period": "each"})
    keys = [c.key for c in claims_of(build(each, ready(each)))]
    assert keys == [("a", "2026Q1"), ("a", "2026Q2"), ("b", "2026Q1")]


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0, 2.0, 4.0])
def test_a_curve_and_its_inverse(alpha: float) -> None:
    """Worth and level undo each other; the curve is 0 with slope 1 at 1, under its tangents."""
    curve = Curve(alpha)
    for x in (0.3, 1.0, 2.5):
        assert curve.level(curve.worth(x)) == pytest.approx(x)
        height, slope = curve.tangent(x)
        for y in (0.1, 1.0, 7.0):
            assert height + slope * y >= curve.worth(y) - 1e-12
    assert curve.worth(1.0) == 0.0
    assert curve.slope(1.0) == 1.0


def test_means_are_the_known_ones() -> None:
    """Arithmetic, geometric and harmonic mean of 1 and 4, and nothing where one has nothing."""
    halves = [(0.5, 1.0), (0.5, 4.0)]
    assert Curve(0.0).mean(halves) == pytest.approx(2.5)
    assert Curve(1.0).mean(halves) == pytest.approx(2.0)
    assert Curve(2.0).mean(halves) == pytest.approx(1.6)
    assert Curve(1.0).mean([(0.5, 0.0), (0.5, 4.0)]) == 0.0


def test_a_fairness_of_nobody_is_nothing() -> None:
    """Without researchers there are no claims and the objective is 0."""
    nobody = [{"since": "2026-01-01", "researchers": 0}]
    spec = {"teams": {n: {"researchers": nobody} for n in "ab"}}
    data = build(portfolio := tiny(spec), ready(portfolio))
    assert fairness_of(data).claims == ()


def test_each_period_is_built_for_though_the_first_has_nothing() -> None:
    """Nothing stands in the first quarter; halls are built as for the horizon all the same."""
    portfolio = fair(tiny({"policy": {"objectives": ["compute_per_researcher"]}}),
                     {"period": "each"})  # fmt: skip
    plan = optimise.solve(portfolio, ready(portfolio))
    assert len(plan.starts) == 2
    levels = levels_of(tally(plan, data := build(portfolio, ready(portfolio))).compute(data), data)
    assert levels["a,2027Q4"] == pytest.approx(16000 / 40, rel=1e-4)
    assert levels["b,2027Q4"] == pytest.approx(16000 / 40, rel=1e-4)

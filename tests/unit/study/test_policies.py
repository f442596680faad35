"""Rules of thumb: plans that keep the hard limits, in the way each says."""

from __future__ import annotations

import pytest

from planner import optimise, specs, study
from planner.network import build_tables
from planner.study.policies import POLICIES, planned
from planner.study.trials import ready

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def played() -> tuple[object, dict[str, object], dict[str, tuple[str, ...]]]:
    """Plans of First Light by every policy, and what they violate."""
    portfolio = specs.load("first-light")
    ask = study.Ask.of(portfolio, samples=20)
    readiness = ready(portfolio, ask, build_tables(portfolio), lambda _s, _x: None).readiness
    plans = {name: planned(portfolio, readiness, policy) for name, policy in POLICIES.items()}
    broken = {n: optimise.violations(portfolio, readiness, plan) for n, plan in plans.items()}
    return portfolio, plans, broken


def test_hard_limits_are_kept(played) -> None:
    """Places, land, crews, power, racks and cash hold in every plan; only needs may be missed."""
    for name, broken in played[2].items():
        others = [text for text in broken if not text.startswith("needs")]
        assert others == [], name


@pytest.mark.parametrize(
    ("policy", "mode"), [("greedy-tent", "tent"), ("greedy-concrete", "concrete")]
)
def test_a_greedy_policy_builds_one_way(played, policy: str, mode: str) -> None:
    """Its halls are all of its mode, and there are some."""
    modes = {s.candidate.mode for s in played[1][policy].starts if not s.is_under_way}
    assert modes == {mode}


def test_oldest_first_keeps_products_on_old_gpus(played) -> None:
    """The product runs on H100 alone as long as those cover its floor."""
    shares = [s for s in played[1]["oldest-first"].shares if s.consumer == "assistant"]
    assert {s.sku for s in shares if s.period == 0} == {"H100"}


def test_what_is_left_goes_by_headcount(played) -> None:
    """New GPUs are split 5 x 20 to 40 heads, and a little more for the guarantee served before."""
    plan = played[1]["rule-mix"]
    last = [s for s in plan.shares if s.sku == "Rubin" and s.period == len(plan.periods) - 1]
    by = {name: sum(s.gpus for s in last if s.consumer == name) for name in ("frontier", "applied")}
    assert 2.5 <= by["frontier"] / by["applied"] < 2.6

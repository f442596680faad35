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


def test_every_gpu_hour_goes_by_headcount(played) -> None:
    """What is left of new GPUs is split by researchers times weight: 60 to 40 at first."""
    plan = played[1]["rule-mix"]
    by = {name: sum(s.gpus for s in plan.shares if s.consumer == name and s.sku == "Rubin"
                    and s.period == len(plan.periods) - 1) for name in ("frontier", "applied")}  # fmt: skip
    assert by["frontier"] / by["applied"] == pytest.approx(20 * 5 / 40, rel=1e-6)

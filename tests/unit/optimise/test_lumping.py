"""Alike halls are one pool to the model, and a plan made so keeps every rule of the whole data."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.thin import SIZES, thin
from planner import optimise
from planner.optimise.alike import pooled
from planner.optimise.data import ModelData, build
from planner.optimise.engine import Engine
from planner.optimise.fairness import fairness_of
from planner.optimise.lumping import lumped
from planner.optimise.model import formulate

TINY = thin(SIZES["tiny"])


@pytest.fixture(scope="module")
def whole() -> ModelData:
    return pooled(build(*TINY))


def first(data: ModelData) -> float:
    found = fairness_of(data).relax(Engine(formulate(data), seed=1))
    assert found.objective is not None
    return found.objective


def test_alike_groups_and_modes_are_one_pool(whole: ModelData) -> None:
    """Two groups of three modes that offer the same come to one pool, and one zone."""
    data = lumped(whole)
    assert (len(whole.pools), len(data.pools), len(data.feed.zones)) == (6, 1, 1)
    assert set(data.pool_of) == set(whole.pool_of)
    assert {option.pool for option in data.options} == {0}
    assert [o.candidate for o in data.options] == [o.candidate for o in whole.options]


def test_the_relaxation_loses_nothing(whole: ModelData) -> None:
    """The first level is no lower, and higher by less than half a per cent."""
    assert 1.0 - 1e-9 <= first(lumped(whole)) / first(whole) <= 1.005


def test_modes_that_offer_less_cooling_stay_apart(whole: ModelData) -> None:
    """A mode with another share of air is a pool of its own, over both groups."""
    pools = tuple(
        replace(pool, traits=replace(pool.traits, air_share=0.5 * pool.traits.air_share))
        if pool.mode == "tent" else pool
        for pool in whole.pools
    )  # fmt: skip
    data = lumped(replace(whole, pools=pools))
    assert [pool.mode == "tent" for pool in data.pools].count(True) == 1
    assert len(data.pools) == 2


def test_a_lumped_plan_keeps_every_rule(whole: ModelData) -> None:
    """Lots stand in halls of both groups, and the whole data finds nothing broken."""
    plan = optimise.solve(*TINY, seed=1)
    assert optimise.violations(*TINY, plan) == ()
    assert plan.lots
    assert min(plan.level.values()) > 0.9 * first(whole)


def test_sums_and_running_totals_are_the_same_model(
    whole: ModelData, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Variables for what has come and what halls offer change no optimum."""
    sums = first(whole)
    monkeypatch.setattr("planner.optimise.variables.LONG_DELIVERIES", 0)
    monkeypatch.setattr("planner.optimise.variables.LONG_STARTS", 0)
    model = formulate(whole)
    assert min(len(model.served), len(model.offered)) > 0
    assert first(whole) == pytest.approx(sums, rel=1e-7)

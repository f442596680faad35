"""The coarse model is a relaxation of the whole one, and its halls keep the rules of halls."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.thin import Size, thin
from planner import optimise
from planner.optimise.coarse import coarsened
from planner.optimise.data import ModelData, build
from planner.optimise.engine import Engine
from planner.optimise.fairness import fairness_of
from planner.optimise.lumping import lumped
from planner.optimise.model import formulate
from planner.optimise.rounding import fix, start_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

CASE = thin(Size("three", 3, 12, 8, 2, 3))


def engine_of(data: ModelData) -> Engine:
    return Engine(formulate(data), seed=1)


def first(engine: Engine, data: ModelData) -> float:
    found = fairness_of(data).relax(engine)
    assert found.objective is not None
    return found.objective


@pytest.fixture(scope="module")
def data() -> ModelData:
    return lumped(build(*CASE))


def test_gpus_of_alike_sites_are_one_decision(data: ModelData) -> None:
    """Orders go by SKU, kind of pool and period; starts go by site as before."""
    engine = engine_of(data)
    coarse = coarsened(engine, data)
    assert coarse is not None
    assert {index[1] for index in coarse.columns_of("orders")} == {"0"}
    assert coarse.columns_of("starts").keys() == engine.columns_of("starts").keys()
    assert {index[0] for index in coarse.columns_of("drawn")} == {p.name for p in data.pools}
    assert coarse.matrix.nnz < engine.matrix.nnz
    assert coarse.matrix.shape[0] < engine.matrix.shape[0]


@pytest.mark.parametrize("halls", [0.0, 1.0])
def test_its_best_is_a_bound(data: ModelData, halls: float) -> None:
    """Free, and with halls fixed, the coarse model is no lower than the whole one, and near it."""
    engine = engine_of(data)
    coarse = coarsened(engine, data)
    assert coarse is not None
    if halls:
        first_of = {o.candidate.site: i for i, o in reversed(list(enumerate(data.options)))}
        starts = np.zeros(len(data.options))
        starts[list(first_of.values())] = halls
        for model in (engine, coarse):
            fix(model, start_columns(model, data), starts, starts)
    whole, bound = first(engine, data), first(coarse, data)
    assert whole > 0
    assert 1.0 - 1e-7 <= bound / whole < 1.05


def test_power_stays_by_site(data: ModelData) -> None:
    """A site whose tranches carry nothing draws nothing, however much the others have to spare."""
    dead = tuple(
        replace(t, firm_mw=0.0) if t.site == "s0" else t for t in data.feed.tranches
    )  # fmt: skip
    firm = data.feed.firm_mw.copy()
    firm[[i for i, t in enumerate(dead) if t.site == "s0"]] = 0.0
    dark = replace(data, feed=replace(data.feed, tranches=dead, firm_mw=firm))
    coarse = coarsened(engine_of(dark), dark)
    assert coarse is not None
    coarse.seek({c: 1.0 for i, c in coarse.columns_of("drawn").items() if i[0][:2] == "s0"}, "max")
    found = coarse.solve_lp()
    assert found.objective == pytest.approx(0.0, abs=1e-6)


def test_few_alike_pools_are_left_as_they_are() -> None:
    """One site has nothing to share GPUs with."""
    alone = lumped(build(*thin(Size("one", 1, 4, 8, 2, 3))))
    assert coarsened(engine_of(alone), alone) is None


@pytest.mark.parametrize("small", [0, 80])
def test_a_plan_of_many_sites_keeps_every_rule(small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Halls found in the coarse model come to a plan without violations, within its bound.

    They are sought near its relaxation, and over all of it where it is small.
    """
    made: list[Engine | None] = []

    def noted(engine: Engine, data: ModelData, place: NDArray[np.int64]) -> Engine | None:
        made.append(coarsened(engine, data, place))
        return made[-1]

    # Their names in the package are the functions'.
    path, whole = (import_module(f"planner.optimise.{name}") for name in ("first_level", "whole"))
    monkeypatch.setattr(path, "SMALL_INTEGERS", small)
    monkeypatch.setattr(whole, "SMALL_INTEGERS", small)
    monkeypatch.setattr(path, "coarsened", noted)
    plan = optimise.solve(*CASE, seed=1)
    assert made[0] is not None
    assert optimise.violations(*CASE, plan) == ()
    assert plan.status is not None
    level = plan.status.levels[0]
    assert level.bound is not None
    assert level.value <= level.bound * (1 + 1e-9)
    assert level.value >= 0.99 * level.bound

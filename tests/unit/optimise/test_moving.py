"""Halls are moved one at a time to where they are worth more, within all rules."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.thin import Size, thin
from planner.optimise.data import ModelData, build
from planner.optimise.engine import Engine, Limits, Solution
from planner.optimise.fairness import fairness_of
from planner.optimise.lumping import lumped
from planner.optimise.model import formulate
from planner.optimise.moving import moved
from planner.optimise.rounding import fix, start_columns
from planner.optimise.search import Search, value_of

CASE = thin(Size("three", 3, 12, 8, 2, 3))
Held = tuple[Search, list[int], np.ndarray[tuple[int, ...], np.dtype[np.float64]], Solution]


@pytest.fixture(scope="module")
def data() -> ModelData:
    return lumped(build(*CASE))


def held(data: ModelData) -> Held:
    """Return a search with a tent at each site from the second period on, far from its bound."""
    engine = Engine(formulate(data), seed=1)
    search = Search(data, engine, Limits(gap=1e-6), lambda _stage, _share: None)
    fair = fairness_of(data)
    search.bound = value_of(fair.relax(engine))
    halls = np.zeros(len(data.options))
    for o, option in enumerate(data.options):
        c = option.candidate
        halls[o] = c.mode == "tent" and c.group == "east" and option.period == 1
    columns = start_columns(engine, data)
    fix(engine, columns, halls, halls)
    return search, columns, halls, fair.relax(engine)


def test_a_hall_moves_to_where_it_is_worth_more(data: ModelData) -> None:
    """Tents that could start sooner do; as many as before, and nothing gets worse."""
    search, columns, halls, found = held(data)
    before = halls.copy()
    best = moved(search, fairness_of(data), columns, halls, found)
    assert best.values is not None
    assert value_of(best) > value_of(found) * 1.001
    made = best.values[columns]
    assert made.sum() == pytest.approx(halls.sum())
    assert {data.options[o].period for o in np.flatnonzero(made > 0.5)} == {0}
    assert halls.tolist() == before.tolist()


def test_nothing_moves_that_is_near_the_bound(data: ModelData) -> None:
    """Within the gap there is nothing to look for."""
    search, columns, halls, found = held(data)
    search.bound = value_of(found)
    assert moved(search, fairness_of(data), columns, halls, found) is found

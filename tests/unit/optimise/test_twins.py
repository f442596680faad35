"""Groups that are alike are one in the search for halls, and their halls are dealt out after."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.thin import Size, thin
from planner.optimise.coarse import coarsened
from planner.optimise.data import ModelData, build
from planner.optimise.engine import Engine
from planner.optimise.fairness import fairness_of
from planner.optimise.lumping import lumped
from planner.optimise.model import formulate
from planner.optimise.rounding import fix, start_columns
from planner.optimise.twins import dealt, joined

CASE = thin(Size("three", 3, 18, 8, 2, 3))
"""Two groups of three halls at each of three sites; two halls may be started in a period."""


@pytest.fixture(scope="module")
def data() -> ModelData:
    return lumped(build(*CASE))


def changed(data: ModelData, **update: object) -> ModelData:
    """Return the case with the group `west` of the first site changed."""
    portfolio, readiness = CASE
    site = portfolio.sites["s0"]
    west = site.groups["west"].model_copy(update=update)
    new = site.model_copy(update={"groups": {**site.groups, "west": west}})
    return lumped(build(portfolio.replace(sites={**portfolio.sites, "s0": new}), readiness))


def test_alike_groups_are_one_with_places_for_all(data: ModelData) -> None:
    """Half the options are left, and the first group of a site has the places of both."""
    few, place = joined(data)
    assert len(few.options) == len(data.options) / 2
    assert {o.candidate.group for o in few.options} == {"east"}
    assert few.group_room["s0", "east"] == 6
    assert few.portfolio.sites["s0"].groups["east"].starts_per_period == 4
    for o, option in enumerate(data.options):
        part = few.options[place[o]]
        assert (part.candidate.site, part.candidate.mode, part.period) == (
            option.candidate.site, option.candidate.mode, option.period
        )  # fmt: skip


@pytest.mark.parametrize("update", [{"count": 2}, {"starts_per_period": 1}, {"modes": ("tent",)}])
def test_groups_that_differ_stay_apart(data: ModelData, update: dict[str, object]) -> None:
    """A group with other places, rates or modes is none of the first."""
    few, _ = joined(changed(data, **update))
    assert ("s0", "west") in {(o.candidate.site, o.candidate.group) for o in few.options}


def test_a_title_makes_no_difference(data: ModelData) -> None:
    """What a group is called is not what it is."""
    few, _ = joined(changed(data, title="The other one"))
    assert ("s0", "west") not in {(o.candidate.site, o.candidate.group) for o in few.options}


def test_halls_dealt_out_keep_places_and_rates(data: ModelData) -> None:
    """Any starts that the group of all may have leave none of its parts with more than it may."""
    few, place = joined(data)
    draw = np.random.default_rng(3)
    for _ in range(50):
        starts = np.zeros(len(few.options))
        for site in ("s0", "s1", "s2"):
            for _hall in range(6):
                o = int(draw.choice(few.options_of_group(site, "east")))
                period = [
                    i for i in few.options_of_group(site, "east")
                    if few.options[i].period == few.options[o].period
                ]  # fmt: skip
                starts[o] += starts[period].sum() < 4
        made = dealt(data, place, starts)
        assert np.bincount(place, weights=made).tolist() == starts.tolist()
        for site, group in data.group_room:
            here = data.options_of_group(site, group)
            periods = [data.options[o].period for o in here]
            assert made[here].sum() <= 3
            assert np.bincount(periods, weights=made[here]).max() <= 2


def test_the_coarse_model_with_alike_groups_is_as_tight(data: ModelData) -> None:
    """Places and rates of alike groups are summed, not dropped; all else says what it said."""
    engine = Engine(formulate(data), seed=1)
    few, place = joined(data)
    fair = fairness_of(data)
    apart, together = coarsened(engine, data), coarsened(engine, data, place)
    assert apart is not None
    assert together is not None
    assert len(together.columns_of("starts")) == len(few.options)
    assert fair.relax(together).objective == pytest.approx(fair.relax(apart).objective, rel=1e-7)
    most = dict.fromkeys(start_columns(together, few), 1.0)
    together.seek(most, "max")
    found = together.solve_lp()
    assert found.objective is not None
    assert found.objective <= 18 + 1e-6


def test_halls_found_together_are_a_plan_of_the_whole(data: ModelData) -> None:
    """Whole halls of the coarse model, dealt out, are feasible in the whole one."""
    engine = Engine(formulate(data), seed=1)
    few, place = joined(data)
    coarse, fair = coarsened(engine, data, place), fairness_of(data)
    assert coarse is not None
    fair.relax(coarse)
    best = coarse.solve_mip(gap=0.01, nodes=100)
    assert best.values is not None
    assert best.bound is not None
    halls = dealt(data, place, np.round(best.values[start_columns(coarse, few)]))
    assert halls.sum() > 0
    fix(engine, start_columns(engine, data), halls, halls)
    found = fair.relax(engine)
    assert found.objective is not None
    assert found.objective <= best.bound * (1 + 1e-7)

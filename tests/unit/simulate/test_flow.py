"""When a pass over the network is enough."""

from __future__ import annotations

import numpy as np
import pytest

from planner.domain.result import NEVER
from planner.simulate import fast, flow
from planner.simulate.flow import Flow, needs_no_dispatch
from planner.simulate.sampling import Sampler
from tests.networks import DAY, Job, certain_draws, network


def test_crews_for_all_need_no_dispatch() -> None:
    """Two who want one of two crews never meet a third."""
    jobs = [Job("a", DAY, needs={"el": 1}), Job("b", DAY, needs={"el": 1})]
    assert needs_no_dispatch(network(jobs, crews={"el": 2}))
    assert not needs_no_dispatch(network(jobs, crews={"el": 1}))


@pytest.mark.parametrize(("kind", "is_enough"), [("FS", True), ("ARC", True), ("SS", False)])
def test_a_crew_is_handed_on_at_the_end_of_work(kind: str, is_enough: bool) -> None:
    """Relations from the end of work hand the only crew on; one from the start does not."""
    jobs = [
        Job("a", DAY, needs={"el": 1}),
        Job("b", DAY, ((("a", kind, 0)),), needs={"el": 1}),
    ]
    assert needs_no_dispatch(network(jobs, crews={"el": 1})) == is_enough


def test_what_one_hands_on_is_not_handed_on_twice() -> None:
    """Two takers of one giver need a crew more than there is; a chain of the three does not."""
    fan = [
        Job("a", DAY, needs={"el": 1}),
        Job("b", DAY, (("a", "FS", 0),), needs={"el": 1}),
        Job("c", DAY, (("a", "FS", 0),), needs={"el": 1}),
    ]
    chained = [*fan[:2], Job("c", DAY, (("b", "ARC", 0),), needs={"el": 1})]
    assert not needs_no_dispatch(network(fan, crews={"el": 1}))
    assert needs_no_dispatch(network(chained, crews={"el": 1}))


def test_equipment_is_dispatched() -> None:
    """Units go to whoever is first in rank when they arrive, which no pass can know."""
    made = network([Job("a", DAY, waits={"tx": 1})], units=[("tx", DAY)])
    assert not needs_no_dispatch(made)


def test_work_beyond_the_days_built_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Working time is built for more days where the work needs them, up to the tables' end."""
    monkeypatch.setattr(flow, "FIRST_REACH", 1)
    jobs = [Job("a", 10 * DAY, calendar="5x8"), Job("b", 60 * DAY, (("a", "FS", 0),), "5x8")]
    made = network(jobs, days=120)
    prepared = fast.prepare(made)
    found = fast.simulate_packed(prepared, certain_draws(made))
    assert isinstance(prepared.engine, Flow)
    assert prepared.engine.reach == 120
    # Thirty days of eight hours: six weeks less the last weekend, from a Monday on.
    assert found.finish_min[0].tolist() == [39 * DAY + 17 * 60, NEVER]


def test_blocks_of_any_size_give_the_same() -> None:
    """What a block reached says nothing about another."""
    made = network([Job(f"a{i}", (DAY, 9 * DAY, 300 * DAY), calendar="5x8") for i in range(5)],
                   days=1200)  # fmt: skip
    sampler, prepared = Sampler(made, seed=3, samples=12), fast.prepare(made)
    whole = fast.simulate_packed(fast.prepare(made), sampler.draw(0, 12))
    parts = [fast.simulate_packed(prepared, sampler.draw(f, 3)) for f in range(0, 12, 3)]
    np.testing.assert_array_equal(np.concatenate([p.finish_min for p in parts]), whole.finish_min)

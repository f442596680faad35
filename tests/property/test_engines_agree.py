"""The compiled engine gives the minutes of the reference on random networks of every feature."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from planner.domain.result import NEVER
from planner.simulate import dispatch, fast, flow, reference
from planner.simulate.sampling import Sampler
from planner.simulate.times import Times
from tests.depth import depth
from tests.networks import DAY, Job, Sky, network
from tests.strategies import networks

if TYPE_CHECKING:
    from planner.network.arrays import Network

SAMPLES = 3


def assert_engines_agree(made: Network) -> None:
    # Small networks often need no dispatcher, but what dispatches must agree on them too.
    assert_agree(made, [fast.prepare(made, dispatch=is_forced) for is_forced in (False, True)])


def assert_agree(made: Network, prepared: list[fast.Prepared]) -> None:
    draws = Sampler(made, seed=7, samples=SAMPLES).draw(0, SAMPLES)
    slow = reference.simulate(made, draws)
    for each in prepared:
        quick = fast.simulate_packed(each, draws)
        for field in dataclasses.fields(Times):
            np.testing.assert_array_equal(
                getattr(quick, field.name), getattr(slow, field.name), field.name
            )


@settings(
    max_examples=depth(500, 5000), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(networks())
def test_both_engines_give_the_same_minutes(made: Network) -> None:
    """Start, end of work, finish and storm cost of every activity in every sample."""
    assert_engines_agree(made)


@pytest.mark.slow
@settings(max_examples=depth(500, 5000), deadline=None, suppress_health_check=list(HealthCheck))
@given(networks(most=25))
def test_both_engines_give_the_same_minutes_on_larger_networks(made: Network) -> None:
    """The same, on more and larger networks."""
    assert_engines_agree(made)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(networks())
def test_events_in_chains_give_the_same_minutes(made: Network) -> None:
    """Large networks keep what is far in chains: small ones whose chains are short do as well."""
    with patch.object(dispatch, "MANY", -1), patch.object(dispatch, "FAR_BITS", 12):
        assert_engines_agree(made)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(networks())
def test_a_network_made_ready_again_gives_the_same_minutes(made: Network) -> None:
    """From one with other ranks and gates."""
    other = dataclasses.replace(
        made, rank=made.rank[::-1].copy(), gate_base_min=made.gate_base_min + DAY
    )
    assert_agree(made, [fast.again(fast.prepare(other, dispatch=d), made) for d in (False, True)])


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(networks())
def test_weather_drawn_piece_by_piece_gives_the_same_minutes(made: Network) -> None:
    """However far it is drawn at first; and so do later blocks, in the room of earlier ones."""
    sampler = Sampler(made, seed=7, samples=3 * SAMPLES)
    with patch.object(fast, "FIRST_REACH", 2), patch.object(flow, "FIRST_REACH", 2):
        prepared = [fast.prepare(made, dispatch=is_forced) for is_forced in (False, True)]
    for first in range(0, 3 * SAMPLES, SAMPLES):
        slow = reference.simulate(made, sampler.draw(first, SAMPLES))
        for each in prepared:
            quick = fast.simulate_packed(each, sampler.draw(first, SAMPLES))
            for field in dataclasses.fields(Times):
                np.testing.assert_array_equal(
                    getattr(quick, field.name), getattr(slow, field.name), field.name
                )


def test_what_starts_as_the_tables_end_is_never_over() -> None:
    """A day of work, then 20 days after the first minute another one, of which nothing is left."""
    late = (("a", "FS", 20 * DAY - 480),)
    jobs = [Job("a", 480, outdoor=True), Job("b", 480, late, outdoor=True)]
    made = network(jobs, skies=(Sky(lost=(0,) * 12),), days=20)
    draws = Sampler(made, seed=7, samples=SAMPLES).draw(0, SAMPLES)
    with patch.object(fast, "FIRST_REACH", 2):
        quick = fast.simulate_packed(fast.prepare(made, dispatch=True), draws)
    np.testing.assert_array_equal(quick.start_min[:, 1], 20 * DAY)
    np.testing.assert_array_equal(quick.finish_min[:, 1], NEVER)


def test_a_shuffled_rank_is_noticed() -> None:
    """Negative control: under another rank the minutes differ, so the comparison can fail."""
    jobs = [Job(f"a{i}", (DAY, 2 * DAY, 5 * DAY), needs={"el": 1}) for i in range(6)]
    made = network(jobs, crews={"el": 2})
    other = network(jobs, crews={"el": 2}, rank=[f"a{i}" for i in (3, 1, 5, 0, 4, 2)])
    draws = Sampler(made, seed=7, samples=SAMPLES).draw(0, SAMPLES)
    slow, quick = reference.simulate(made, draws), fast.simulate(other, draws)
    assert not (slow.start_min == quick.start_min).all(axis=1).any()

"""Where no crew has to be dispatched, the pass over the network gives the reference's minutes."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from planner.network.level import sequence
from planner.simulate import fast, reference
from planner.simulate.flow import needs_no_dispatch
from planner.simulate.logic import ARC
from planner.simulate.sampling import Sampler
from planner.simulate.times import Times
from tests.networks import csr
from tests.strategies import networks

if TYPE_CHECKING:
    from planner.network.arrays import Network

SAMPLES = 3
PLENTY = 1000


def without_equipment(made: Network, *, more_crews: int = 0) -> Network:
    """The network without equipment, and with more crews of each trade."""
    return dataclasses.replace(
        made, wait=csr([[]] * len(made.activity)), capacity=made.capacity + more_crews
    )


def with_arcs(made: Network) -> Network:
    """The network with the resource-flow arcs of an improved sequence."""
    arcs = np.array(sequence(made), dtype=np.int64).reshape(-1, 2)
    none = np.zeros(len(arcs), dtype=np.int64)
    return dataclasses.replace(
        made,
        relation_pred=np.concatenate([made.relation_pred, arcs[:, 0]]),
        relation_succ=np.concatenate([made.relation_succ, arcs[:, 1]]),
        relation_kind=np.concatenate([made.relation_kind, none + ARC]),
        relation_lag_min=np.concatenate([made.relation_lag_min, none]),
    )


def assert_pass_agrees(made: Network) -> None:
    draws = Sampler(made, seed=7, samples=SAMPLES).draw(0, SAMPLES)
    slow = reference.simulate(made, draws)
    for dispatch in (False, True):
        quick = fast.simulate_packed(fast.prepare(made, dispatch=dispatch), draws)
        for field in dataclasses.fields(Times):
            np.testing.assert_array_equal(
                getattr(quick, field.name), getattr(slow, field.name), field.name
            )


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(networks())
def test_a_pass_is_enough_where_there_are_crews_for_all(made: Network) -> None:
    """Calendars, weather, storms, repairs, gates, all relations: the same minutes without crews."""
    plenty = without_equipment(made, more_crews=PLENTY)
    assert needs_no_dispatch(plenty)
    assert_pass_agrees(plenty)


@pytest.mark.slow
@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(networks(most=14))
def test_a_pass_is_enough_where_arcs_hand_crews_on(made: Network) -> None:
    """The same with scarce crews and arcs of a sequence, wherever the proof holds or not."""
    assert_pass_agrees(with_arcs(without_equipment(made)))

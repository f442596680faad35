"""Drivers together: serial or parallel, independent or correlated, with the same spread each."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.stats import spearmanr

from planner.capacity.correlation import lower_root, normal_correlation
from planner.network.arrays import Csr
from planner.simulate.amounts import minutes
from planner.simulate.sampling import Sampler
from tests.networks import Job, network


def test_serial_multiplies_and_parallel_takes_the_largest() -> None:
    """Factors 1.5 and 1.2 on 100 minutes: 180 or 150; one that does not act does not count."""
    both = Csr(np.array([0, 2]), np.array([0, 1]), np.array([1, 1]))
    value = np.full((3, 1), 100.0)
    factor = np.array([[1.5, 1.2], [1.0, 0.9], [1.0, 1.0]])
    assert minutes(value, both, factor)[:, 0].tolist() == [180, 90, 100]
    assert minutes(value, both, factor, is_parallel=True)[:, 0].tolist() == [150, 90, 100]


@pytest.mark.parametrize("rank", [0.0, 0.8, -0.5])
def test_correlated_drivers_keep_their_own_law(rank: float) -> None:
    """The draws of each driver are as before; together they have the rank correlation."""
    law = {"x": ((0.9, 1.1, 1.4), 1.0), "y": ((1, 1.2, 2), 1.0)}
    made = network([Job("a", 10, drivers=("x", "y"))], drivers=law)
    mix = lower_root(normal_correlation(np.array([[1, rank], [rank, 1]])))
    tied = dataclasses.replace(made, driver_mix=mix)
    alone = Sampler(made, seed=3, samples=4000).draw(0, 4000).driver_factor
    drawn = Sampler(tied, seed=3, samples=4000).draw(0, 4000).driver_factor
    assert np.quantile(drawn, [0.1, 0.5, 0.9], axis=0) == pytest.approx(
        np.quantile(alone, [0.1, 0.5, 0.9], axis=0), abs=0.02
    )
    assert spearmanr(drawn).statistic == pytest.approx(rank, abs=0.04)


def test_a_correlated_driver_that_may_not_act_acts_when_the_other_is_strong() -> None:
    """Of a driver that acts in three of ten futures, those are the futures of a strong partner.

    Its chance stays, and a driver tied to nobody keeps its draws.
    """
    law = {"x": ((0.9, 1.1, 1.4), 1.0), "y": ((1, 1.2, 2), 0.3), "z": ((1, 2, 3), 0.5)}
    made = network([Job("a", 10, drivers=("x", "y", "z"))], drivers=law)
    rank = np.array([[1, 0.9, 0], [0.9, 1, 0], [0, 0, 1]])
    tied = dataclasses.replace(made, driver_mix=lower_root(normal_correlation(rank)))
    alone = Sampler(made, seed=3, samples=4000).draw(0, 4000).driver_factor
    x, y, z = Sampler(tied, seed=3, samples=4000).draw(0, 4000).driver_factor.T
    acts = y > 1
    assert acts.mean() == pytest.approx(0.3, abs=0.02)
    assert np.quantile(x[acts], 0.25) > np.quantile(x[~acts], 0.75)
    assert spearmanr(x[acts], y[acts]).statistic > 0.5
    assert np.array_equal(z, alone[:, 2])

"""Order statistics of minutes and amounts, by whichever way is quickest."""

from __future__ import annotations

import math

import numpy as np
import pytest

from planner.domain.result import MANY_SAMPLES, MOST_NARROW, NEVER, order_statistics
from planner.simulate.blocks import BLOCK, LARGEST, block_size
from tests.networks import Job, network

SHARES = (0.1, 0.5, 0.8, 1.0)


@pytest.mark.parametrize("samples", [1, 7, MANY_SAMPLES + 3])
@pytest.mark.parametrize("largest", [3, MOST_NARROW, MOST_NARROW + 1, NEVER])
def test_they_are_values_of_samples_of_any_size(samples: int, largest: int) -> None:
    """The ceil(share x S)-th smallest, and 64 bits as before, whatever the numbers."""
    minute = np.random.default_rng(1).integers(-3, 3, (samples, 2))
    minute[0, 1] = largest
    found = order_statistics(minute, SHARES)
    ordered = [sorted(column) for column in minute.T.tolist()]
    rank = [max(math.ceil(share * samples - 1e-9) - 1, 0) for share in SHARES]
    assert found.tolist() == [[column[r] for column in ordered] for r in rank]
    assert found.dtype == np.int64


def test_amounts_keep_their_fractions() -> None:
    """What is not minutes is not rounded."""
    assert order_statistics(np.array([0.25, 0.75, 0.5]), (0.5, 1.0)).tolist() == [0.5, 0.75]


@pytest.mark.parametrize(("activities", "size"), [(1, LARGEST), (200, 2 * BLOCK), (5000, BLOCK)])
def test_blocks_of_narrow_networks_are_longer(activities: int, size: int) -> None:
    """65,536 dates, in whole times of 128 samples, from 128 to 512 of them."""
    assert block_size(network([Job(f"a{i}", 1) for i in range(activities)])) == size

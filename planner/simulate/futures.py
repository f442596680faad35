"""Futures of a network one block after another, for what looks into samples and keeps a sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.simulate.blocks import block_size
from planner.simulate.fast import prepare, simulate_packed
from planner.simulate.firm import Movable, settled
from planner.simulate.sampling import Sampler

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.domain.result import Method
    from planner.network.arrays import Network
    from planner.simulate.sampling import Draws
    from planner.simulate.times import Times


def futures(
    network: Network, *, seed: int, samples: int, method: Method = "latin"
) -> Iterator[tuple[Draws, Times]]:
    """Yield the draws and times of a run, block by block: the same futures as `run` has.

    Raises
    ------
    EngineError
        If the network could not end, or an activity was left waiting for no reason.
    """
    if samples < 1:
        raise ValueError(f"at least one sample needed (got {samples})")
    sampler = Sampler(network, seed=seed, samples=samples, method=method)
    packed, movable = prepare(network), Movable(network)
    size = block_size(network)
    for first in range(0, samples, size):
        draws = sampler.draw(first, min(size, samples - first))
        yield settled(network, movable, draws, lambda d: simulate_packed(packed, d))

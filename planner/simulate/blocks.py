"""Blocks of samples: drawn, simulated and summed up at once, wherever that is done.

A `Job` is all that a worker has to know; a `Part` is all that comes back of a block. No part
depends on who made it, or on what was made before.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import numpy as np

from planner.simulate import fast, reference
from planner.simulate.criticality import Tally, milestones
from planner.simulate.firm import Movable, settled
from planner.simulate.retention import kept
from planner.simulate.sampling import Sampler
from planner.simulate.summarise import (
    block_ready,
    docked,
    energised,
    in_service,
    rack_rows,
    rack_started,
)
from planner.simulate.usage import crews_in_use, cumulative_spend, month_edges

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.domain.result import Method
    from planner.network.arrays import FloatArray, IntArray, Network
    from planner.simulate.sampling import Draws
    from planner.simulate.times import Times

Engine = Literal["reference", "fast"]

BLOCK: Final = 128
"""Samples drawn and simulated at a time at least; no result depends on it."""
LARGEST: Final = 4 * BLOCK
"""Samples at a time at most."""
CELLS: Final = 2**16
"""Dates of a block, where samples are few enough: so many fit a processor's cache."""


ORDER: Final[dict[str, Literal["C", "F"]]] = dict.fromkeys(
    ("start", "finish", "crews", "spend"), "F"
)
"""What is summed up by percentiles has its samples side by side in memory."""


class Counts(NamedTuple):
    """What a block adds to a `Tally`."""

    own: IntArray
    shared: IntArray
    reached: IntArray


class Part(NamedTuple):
    """What is known of a block of samples.

    Parameters
    ----------
    first
        Number of its first sample.
    rows
        By name: one row a sample, of the first samples that are kept of it.
    counts
        How often activities drove their milestones; None unless it was asked.
    """

    first: int
    rows: dict[str, IntArray | FloatArray]
    counts: Counts | None


def block_size(network: Network) -> int:
    """Return the samples of a block: the narrower a network, the more share what a block costs."""
    fit = CELLS // max(1, len(network.activity)) // BLOCK * BLOCK
    return min(max(fit, BLOCK), LARGEST)


@dataclass(frozen=True)
class Job:
    """A run, as a worker has to know it.

    Parameters
    ----------
    looks
        Whether criticality, crews in use and spend are asked for.
    whole
        Whether the dates of activities are kept of all futures.
    """

    network: Network
    seed: int
    samples: int
    method: Method = "latin"
    engine: Engine = "fast"
    looks: bool = False
    whole: bool = False

    def __getstate__(self) -> dict[str, Any]:
        """Return what is told to another process: the fields, and nothing made from them."""
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}

    @property
    def firsts(self) -> range:
        """First samples of all blocks."""
        return range(0, self.samples, block_size(self.network))

    def prepare(self) -> None:
        """Make ready what all blocks share, which several threads would each make at once.

        Raises
        ------
        EngineError
            If the network could not end.
        """
        _ = self._sampler, self._simulate, self._movable, self._rack_row, self.kept
        if self.looks:
            _ = self.tally, self._edge

    def part(self, first: int) -> Part:
        """Draw, simulate and sum up the block that begins with a sample."""
        drawn = self._sampler.draw(first, min(self.firsts.step, self.samples - first))
        draws, times = settled(self.network, self._movable, drawn, self._simulate)
        rows = self._milestones(draws, times)
        counts = None
        if self.looks:
            tally = self.tally.empty()
            rows["milestone"] = tally.add(draws, times)
            rows |= self._months(first, times)
            rows["work"] = draws.work_min
            counts = Counts(tally.own, tally.shared, tally.reached)
        return Part(first, {name: self._first(name, first, row) for name, row in rows.items()},
                    counts)  # fmt: skip

    def rows_of(self, name: str) -> int:
        """Return the number of first samples of which something is kept."""
        return min(self.samples, self.kept.get(name, self.samples))

    def _first(self, name: str, first: int, row: IntArray | FloatArray) -> IntArray | FloatArray:
        return row[: max(0, self.rows_of(name) - first)]

    def _milestones(self, draws: Draws, times: Times) -> dict[str, IntArray | FloatArray]:
        network, finish, gate = self.network, times.finish_min, draws.gate_min
        service = in_service(network, finish)
        return {
            "start": times.start_min,
            "finish": finish,
            "ready": block_ready(network, finish),
            "energised": energised(network, finish, gate),
            "service": service,
            "dock": docked(network, gate),
            "rack_start": rack_started(self._rack_row, times.start_min, service),
            "storm_cost": times.storm_cost_musd,
            "driver": draws.driver_factor,
        }

    def _months(self, first: int, times: Times) -> dict[str, IntArray | FloatArray]:
        rows: dict[str, IntArray | FloatArray] = {}
        for name, of in (("crews", crews_in_use), ("spend", cumulative_spend)):
            left = max(0, self.rows_of(name) - first)
            start, end = times.start_min[:left], times.work_end_min[:left]
            rows[name] = of(self.network, start, end, self._edge)
        return rows

    @cached_property
    def kept(self) -> dict[str, int]:
        """Number of first samples of which something is kept, where that is not all."""
        return kept(self.network, whole=self.whole)

    @cached_property
    def tally(self) -> Tally:
        """An empty tally of the run."""
        return Tally.of(self.network, milestones(self.network))

    @cached_property
    def _rack_row(self) -> IntArray:
        return rack_rows(self.network)

    @cached_property
    def _edge(self) -> IntArray:
        return month_edges(self.network)[1]

    @cached_property
    def _sampler(self) -> Sampler:
        return Sampler(self.network, seed=self.seed, samples=self.samples, method=self.method)

    @cached_property
    def _movable(self) -> Movable:
        return Movable(self.network)

    @cached_property
    def _simulate(self) -> Callable[[Draws], Times]:
        network = self.network
        if self.engine == "fast":
            packed = fast.prepare(network)
            return lambda draws: fast.simulate_packed(packed, draws)
        return lambda draws: reference.simulate(network, draws)


class Gathered:
    """Parts of a run put together, in the order of their samples."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.rows: dict[str, IntArray | FloatArray] = {}
        self.tally = job.tally.empty() if job.looks else None

    def add(self, part: Part) -> None:
        """Put a part where it belongs."""
        for name, row in part.rows.items():
            if name not in self.rows:
                shape = (self.job.rows_of(name), *row.shape[1:])
                self.rows[name] = np.empty(shape, row.dtype, order=ORDER.get(name, "C"))
            self.rows[name][part.first : part.first + len(row)] = row
        if self.tally is not None and part.counts is not None:
            self.tally.own += part.counts.own
            self.tally.shared += part.counts.shared
            self.tally.reached += part.counts.reached

    def minutes(self, name: str) -> IntArray:
        """Return rows of minutes."""
        found: IntArray = self.rows[name].astype(np.int64, copy=False)
        return found

    def amounts(self, name: str) -> FloatArray:
        """Return rows of amounts."""
        found: FloatArray = self.rows[name].astype(np.float64, copy=False)
        return found

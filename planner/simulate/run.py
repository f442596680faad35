"""Simulate a network: draw, let everything happen, summarise. Block by block of samples."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from planner.domain.result import Outcome
from planner.network import deterministic
from planner.simulate import fast, reference
from planner.simulate.precision import largest_error_day
from planner.simulate.sampling import Draws, Method, Sampler
from planner.simulate.summarise import block_ready, docked, energised, in_service
from planner.simulate.times import Times

if TYPE_CHECKING:
    from planner.domain.result import Progress
    from planner.network.arrays import Network

Engine = Literal["reference", "fast"]
Block = Callable[[Draws], Times]

BLOCK: Final = 128
"""Samples drawn and simulated at a time; no result depends on it."""
FIRST: Final = 512
"""Samples after which a run that stops at a precision looks for the first time."""


def run(
    network: Network,
    *,
    seed: int,
    samples: int,
    progress: Progress | None = None,
    engine: Engine = "fast",
    method: Method = "latin",
    workers: int | None = None,
    until_error_day: float | None = None,
) -> Outcome:
    """Return simulated futures of a network.

    Parameters
    ----------
    seed, samples
        Seed of all draws, and how many futures; a future depends on both (Latin hypercube).
    progress
        Told the stage and its share done.
    engine
        ``reference`` or ``fast``: the same minutes.
    method
        ``latin`` hypercube or ``plain`` Monte Carlo.
    workers
        Threads; as many as there are cores where not given. No result depends on it.
    until_error_day
        Stop at fewer than `samples` once no P80 asked for has a standard error of more days (see
        `precision`). Stratified samples belong to a number of them, so the run begins anew with
        twice as many until then: a run that stops is the run of the number it stopped at.

    Raises
    ------
    EngineError
        If the network could not end, or an activity was left waiting for no reason.
    """
    if samples < 1:
        raise ValueError(f"at least one sample needed (got {samples})")
    number = samples if until_error_day is None else min(FIRST, samples)
    while True:
        outcome = _run(network, seed, number, progress, engine, method, workers)
        enough = until_error_day is None or largest_error_day(outcome) <= until_error_day
        if enough or number == samples:
            return outcome
        number = min(2 * number, samples)


def _run(
    network: Network,
    seed: int,
    samples: int,
    progress: Progress | None,
    engine: Engine,
    method: Method,
    workers: int | None,
) -> Outcome:
    sampler = Sampler(network, seed=seed, samples=samples, method=method)
    simulate = _engine(network, engine)

    def block(first: int) -> tuple[Draws, Times]:
        draws = sampler.draw(first, min(BLOCK, samples - first))
        return draws, simulate(draws)

    starts = range(0, samples, BLOCK)
    blocks = []
    with ThreadPoolExecutor(workers or os.cpu_count()) as pool:
        for done, found in enumerate(pool.map(block, starts)):
            blocks.append(found)
            if progress is not None:
                progress("simulation", (done + 1) / len(starts))
    return _outcome(network, [d for d, _ in blocks], [t for _, t in blocks], seed)


def _engine(network: Network, name: Engine) -> Block:
    """Return an engine made ready for a network."""
    if name == "fast":
        packed = fast.prepare(network)
        return lambda draws: fast.simulate_packed(network, packed, draws)
    return lambda draws: reference.simulate(network, draws)


def _outcome(network: Network, draws: list[Draws], times: list[Times], seed: int) -> Outcome:
    finish = np.concatenate([t.finish_min for t in times])
    gate = np.concatenate([d.gate_min for d in draws])
    sure = deterministic(network)
    sure_finish = sure.finish_min[None]
    return Outcome(
        epoch=network.epoch,
        activity=network.activity,
        block=network.block,
        lot=network.lot,
        tranche=network.tranche,
        start_min=np.concatenate([t.start_min for t in times]),
        finish_min=finish,
        ready_min=block_ready(network, finish),
        energised_min=energised(network, finish, gate),
        service_min=in_service(network, finish),
        dock_min=docked(network, gate),
        storm_cost_musd=np.concatenate([t.storm_cost_musd for t in times]),
        driver=network.driver_name,
        driver_factor=np.concatenate([d.driver_factor for d in draws]),
        deterministic_start_min=sure.start_min,
        deterministic_finish_min=sure.finish_min,
        total_float_min=sure.total_float_min,
        free_float_min=sure.free_float_min,
        is_driving=sure.is_driving,
        deterministic_ready_min=block_ready(network, sure_finish)[0],
        deterministic_service_min=in_service(network, sure_finish)[0],
        seed=seed,
    )

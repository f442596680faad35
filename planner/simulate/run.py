"""Simulate a network: draw, let everything happen, summarise. Block by block of samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from planner.domain.precision import largest_error_day
from planner.domain.result import Outcome
from planner.network import deterministic
from planner.network.cpm import hand_over_float
from planner.network.health import hand_overs
from planner.simulate.blocks import Engine, Gathered, Job
from planner.simulate.review import looked
from planner.simulate.summarise import block_ready, in_service
from planner.simulate.workers import Threads

if TYPE_CHECKING:
    from planner.domain.result import Method, Progress
    from planner.network.arrays import Network
    from planner.simulate.workers import Workers

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
    workers: Workers | int | None = None,
    until_error_day: float | None = None,
    looks: bool = False,
    whole: bool = False,
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
        ``latin`` hypercube, ``plain`` Monte Carlo, or ``sobol`` (see `sampling`).
    workers
        Who simulates; a number of threads, as many as there are cores where not given. No result
        depends on it.
    until_error_day
        Stop at fewer than `samples` once no P80 asked for has a standard error of more days (see
        `domain.precision`). Stratified samples belong to a number of them, so the run begins anew
        with twice as many until then: a run that stops is the run of the number it stopped at.
    looks
        Also find out who drove what, the crews in use and the spend, in the same pass.
    whole
        Keep the dates of activities of every future, however many (see `retention`).

    Raises
    ------
    EngineError
        If the network could not end, or an activity was left waiting for no reason.
    """
    if samples < 1:
        raise ValueError(f"at least one sample needed (got {samples})")
    number = samples if until_error_day is None else min(FIRST, samples)
    threads = Threads(workers) if workers is None or isinstance(workers, int) else workers
    while True:
        job = Job(network, seed, number, method, engine, looks=looks, whole=whole)
        outcome = _outcome(_gathered(job, threads, progress), seed)
        enough = until_error_day is None or largest_error_day(outcome) <= until_error_day
        if enough or number == samples:
            return outcome
        number = min(2 * number, samples)


def _gathered(job: Job, workers: Workers, progress: Progress | None) -> Gathered:
    gathered, blocks = Gathered(job), len(job.firsts)
    stage = f"simulation of {job.samples:,} futures"
    for done, part in enumerate(workers.parts(job)):
        gathered.add(part)
        if progress is not None:
            progress(stage, (done + 1) / blocks)
    return gathered


def _outcome(found: Gathered, seed: int) -> Outcome:
    network = found.job.network
    sure = deterministic(network)
    sure_finish = sure.finish_min[None]
    return Outcome(
        epoch=network.epoch,
        activity=network.activity,
        block=network.block,
        lot=network.lot,
        tranche=network.tranche,
        start_min=found.minutes("start"),
        finish_min=found.minutes("finish"),
        ready_min=found.minutes("ready"),
        energised_min=found.minutes("energised"),
        service_min=found.minutes("service"),
        dock_min=found.minutes("dock"),
        rack_start_min=found.minutes("rack_start"),
        storm_cost_musd=found.amounts("storm_cost"),
        driver=network.driver_name,
        driver_factor=found.amounts("driver"),
        deterministic_start_min=sure.start_min,
        deterministic_finish_min=sure.finish_min,
        total_float_min=hand_over_float(sure, hand_overs(network)),
        free_float_min=sure.free_float_min,
        is_driving=sure.is_driving,
        deterministic_ready_min=block_ready(network, sure_finish)[0],
        deterministic_service_min=in_service(network, sure_finish)[0],
        seed=seed,
        method=found.job.method,
        look=looked(found, sure) if found.job.looks else None,
    )

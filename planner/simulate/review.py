"""What the futures of a run say beside its dates: who drove what, crews in use, money by month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.domain.result import NEVER
from planner.domain.review import Criticality, Look
from planner.network import deterministic
from planner.simulate.blocks import Gathered, Job
from planner.simulate.criticality import cruciality
from planner.simulate.usage import spend, usage
from planner.simulate.workers import Threads

if TYPE_CHECKING:
    from planner.domain.result import IntArray, Method
    from planner.network import Deterministic
    from planner.network.arrays import Network
    from planner.simulate.criticality import Tally
    from planner.simulate.workers import Workers


def look(
    network: Network,
    *,
    seed: int,
    samples: int,
    method: Method = "latin",
    workers: Workers | None = None,
) -> Look:
    """Return what a scheduler asks of the futures that `run` makes of a seed and a number.

    For a run that is over; one that is still to be made gives the same with ``looks=True``.
    """
    job = Job(network, seed, samples, method, looks=True)
    gathered = Gathered(job)
    for part in (workers or Threads()).parts(job):
        gathered.add(part)
    return looked(gathered, deterministic(network))


def looked(gathered: Gathered, sure: Deterministic) -> Look:
    """Return what the parts of a run say."""
    network, tally = gathered.job.network, gathered.tally
    if tally is None:
        raise ValueError("a run that was not looked at")
    work, minute = gathered.minutes("work"), gathered.minutes("milestone")
    return Look(
        _criticality(network, tally, work, minute),
        usage(network, gathered.amounts("crews"), sure),
        spend(network, gathered.amounts("spend"), sure),
    )


def _criticality(network: Network, tally: Tally, work: IntArray, minute: IntArray) -> Criticality:
    """Return criticality with cruciality, milestone by milestone over the samples that reach it."""
    index, towards = tally.criticality(), tally.judged_towards()
    made = np.zeros(len(index))
    for t in np.unique(towards[towards >= 0]).tolist():
        own = np.flatnonzero((towards == t) & (index > 0))
        is_real = minute[:, t] < NEVER
        if own.size and is_real.any():
            made[own] = cruciality(index[own], work[is_real][:, own], minute[is_real, t])
    names = tally.targets.name
    return Criticality(
        activity=network.activity,
        towards=tuple(names[t] if t >= 0 else "" for t in towards.tolist()),
        index=index,
        cruciality=made,
    )

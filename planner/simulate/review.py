"""One more look at the futures of a run: who drove what, crews in use, money by month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.domain.result import NEVER
from planner.domain.review import Criticality
from planner.network import deterministic
from planner.simulate.criticality import Tally, cruciality, milestones
from planner.simulate.futures import futures
from planner.simulate.usage import Months

if TYPE_CHECKING:
    from planner.domain.result import IntArray
    from planner.domain.review import SpendCurve, Usage
    from planner.network.arrays import Network


@dataclass(frozen=True)
class Look:
    """What the look found."""

    criticality: Criticality
    usage: Usage
    spend: SpendCurve


def look(network: Network, *, seed: int, samples: int) -> Look:
    """Return what a scheduler asks of the futures that `run` makes of a seed and a number."""
    tally, months = Tally.of(network, milestones(network)), Months.of(network)
    work, minute = [], []
    for draws, times in futures(network, seed=seed, samples=samples):
        minute.append(tally.add(draws, times))
        months.add(times)
        work.append(draws.work_min)
    sure = deterministic(network)
    found = _criticality(network, tally, np.concatenate(work), np.concatenate(minute))
    return Look(found, months.usage(sure), months.spend(sure))


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

"""Nobody computes on GPUs that are not there.

``sum over consumers of shares[w, j, c, t] <= usable[j] x GPUs of j in halls of class c`` for all
SKUs j, hall classes c and periods t.

Spares and GPUs in repair do not count, and consumers that need backup power have no share of halls
without. GPUs that stand at the data date are there as long as their hall is run, so that a budget
which cannot pay for the hall conflicts with the floors that need it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyomo.environ as pyo

from planner.optimise.constraints.base import TOLERANCE, Constraint, exceeds, structural
from planner.optimise.consumers import CLASSES
from planner.optimise.money import standing_commitment
from planner.optimise.tally import tally
from planner.optimise.variables import GPUS, at_most

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.optimise.constraints.base import Pyo
    from planner.optimise.data import ModelData


def add(model: Pyo, data: ModelData) -> None:
    """Add ``gpu_time[sku, class, period]``."""
    names = [c.name for c in data.consumers]

    def rule(m: Pyo, sku: str, backup: str, label: str) -> Pyo:
        j, t = data.skus.index(sku), data.labels.index(label)
        shares = [
            (1.0, m.shares[name, sku, backup, label])
            for name in names
            if (name, sku, backup, label) in m.shares
        ]
        if not shares:
            return pyo.Constraint.Skip
        usable, stood, there = float(data.deliveries.usable[j]), 0.0, []
        for p, pool in enumerate(data.pools):
            if pool.traits.backup != backup:
                continue
            gpus = usable * float(data.deliveries.stood_gpus[j, p, t]) / GPUS
            if (run := standing_commitment(pool)) in m.commitments:
                there.append((-gpus, m.commitments[run]))
            else:
                stood += gpus
            if (sku, pool.name, label) in m.placed:
                there.append((-usable, m.placed[sku, pool.name, label]))
        return at_most(m, [*shares, *there], stood)

    model.gpu_time = pyo.Constraint(list(data.skus), list(CLASSES), list(data.labels), rule=rule)


def violations(plan: Plan, data: ModelData) -> list[str]:
    """Name GPUs that are given away more than once, and shares that their consumer cannot use."""
    counted, found = tally(plan, data), []
    for c, backup in enumerate(CLASSES):
        here = counted.in_place[:, data.pools_of_class(backup), : data.n_periods].sum(axis=1)
        usable = here * data.deliveries.usable[:, None]
        given = counted.time[:, :, c, :].sum(axis=0)
        found += [
            f"gpu_time: {given[j, t]:.0f} {sku} of class {backup} are given away in {label}, "
            f"{usable[j, t]:.0f} are usable"
            for j, sku in enumerate(data.skus)
            for t, label in enumerate(data.labels)
            if exceeds(given[j, t], usable[j, t])
        ]
    for w, consumer in enumerate(data.consumers):
        idle = (consumer.rate == 0)[:, :, None] & (counted.time[w] > TOLERANCE)
        if idle.any():
            why = "needs backup power" if consumer.needs_backup else "cannot run there"
            found.append(f"gpu_time: {consumer.name} is given GPUs it cannot use ({why})")
    return found


CONSTRAINT = Constraint("gpu_time", ("gpu_time",), add, violations, structural)

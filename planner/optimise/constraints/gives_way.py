"""Soft wishes give way in their order, and the plan says which and by how much.

Variables ``yielded[i, k]`` enter the rows of soft floors, guarantees and required dates; rows:

- ``given_up_is``: given_up[n] = sum over wishes of order n of weight[i, k] x yielded[i, k] /
  wanted[i, k]

`planner.optimise.wishes` makes given_up small, from the order that gives way last to the first,
and holds it before any objective is sought. A hard wish has no such variable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyomo.environ as pyo

from planner.domain.plan import GaveWay
from planner.optimise.constraints.base import TOLERANCE, Constraint, structural
from planner.optimise.tally import tally
from planner.optimise.variables import linear
from planner.optimise.wishes import orders, total, wishes

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.optimise.constraints.base import Pyo
    from planner.optimise.data import ModelData
    from planner.optimise.wishes import Wish


def add(model: Pyo, data: ModelData) -> None:
    """Add ``given_up_is[order]``."""
    found = wishes(data)

    def rule(m: Pyo, name: str) -> Pyo:
        terms = [
            (-wish.weight * wish.unit / wish.wanted, m.yielded[wish.name])
            for wish in found
            if total(wish.order) == name
        ]
        return linear([(1.0, m.given_up[name]), *terms]) == 0

    model.given_up_is = pyo.Constraint([total(n) for n in orders(found)], rule=rule)


def given_up(plan: Plan, data: ModelData) -> tuple[GaveWay, ...]:
    """Return what of its soft wishes a plan misses, by its shares and lots."""
    return tuple(
        GaveWay(wish.kind, wish.subject, wish.period, wish.wanted, given)
        for wish, given in _given(plan, data)
        if given < wish.wanted - TOLERANCE * max(1.0, wish.wanted)
    )


def _given(plan: Plan, data: ModelData) -> list[tuple[Wish, float]]:
    counted = tally(plan, data)
    compute = counted.compute(data)
    index = {consumer.name: w for w, consumer in enumerate(data.consumers)}
    instants = {rule.name: data.n_periods + i for i, rule in enumerate(data.required)}
    sites = {rule.name: rule.site for rule in data.required}
    made = []
    for wish in wishes(data):
        if wish.period is None:
            here = [p for p, pool in enumerate(data.pools)
                    if sites[wish.subject] in (None, pool.site)]  # fmt: skip
            gpus = counted.in_place[:, here, instants[wish.subject]].sum(axis=1)
            made.append((wish, float(np.dot(data.gpu_mw, gpus))))
        else:
            made.append((wish, float(compute[index[wish.subject], wish.period])))
    return made


def lost(plan: Plan, kind: str, subject: str, period: int | None = None) -> float:
    """Return what a plan says it gives up of a wish at a time; 0 where it says nothing."""
    return sum(
        g.lost for g in plan.gave_way if (g.kind, g.subject, g.period) == (kind, subject, period)
    )


def violations(plan: Plan, data: ModelData) -> list[str]:
    """Name what a plan says it gives up and must not, or does not give up by what it says."""
    soft = {(w.kind, w.subject, w.period): (w, given) for w, given in _given(plan, data)}
    found = []
    for record in plan.gave_way:
        named = f"{record.kind} {record.subject}"
        entry = soft.get((record.kind, record.subject, record.period))
        if entry is None:
            found.append(f"gives_way: {named} is hard, or no wish of that time, and given up")
            continue
        wish, given = entry
        slack = TOLERANCE * max(1.0, wish.wanted)
        if abs(record.wanted - wish.wanted) > slack or record.given > given + slack:
            found.append(
                f"gives_way: {named} gets {given:.1f} of {wish.wanted:.1f} at {wish.time}, the "
                f"plan says {record.given:.1f} of {record.wanted:.1f}"
            )
    return found


CONSTRAINT = Constraint("gives_way", ("given_up_is",), add, violations, structural)

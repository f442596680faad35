"""Floors and guarantees hold.

``sum of rate[w, j, c] x shares[w, j, c, t] >= need[w, t]`` for all products and teams w with a
floor or guarantee, and all periods t.

Products serve their users first, and every team has what it was guaranteed. A soft one may miss
what the plan says it gives up (`gives_way`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyomo.environ as pyo

from planner.optimise.constraints.base import TOLERANCE, Constraint, Statement
from planner.optimise.constraints.gives_way import lost
from planner.optimise.consumers import CLASSES
from planner.optimise.tally import tally
from planner.optimise.variables import GPUS, at_least

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.optimise.constraints.base import Index, Pyo
    from planner.optimise.data import ModelData


def add(model: Pyo, data: ModelData) -> None:
    """Add ``floor[product, period]`` and ``guarantee[team, period]`` in thousands of H100e."""
    consumers = {c.name: c for c in data.consumers}

    def rule(m: Pyo, name: str, label: str) -> Pyo:
        consumer = consumers[name]
        need = float(consumer.need[data.labels.index(label)])
        if need <= 0:
            return pyo.Constraint.Skip
        terms = [
            (float(consumer.rate[j, c]), m.shares[name, sku, backup, label])
            for j, sku in enumerate(data.skus)
            for c, backup in enumerate(CLASSES)
            if (name, sku, backup, label) in m.shares
        ]
        gives = [(1.0, m.yielded[name, label])] if (name, label) in m.yielded else []
        return at_least([*terms, *gives, (1.0, m.short[name, label])], need / GPUS)

    labels = list(data.labels)
    model.floor = pyo.Constraint(
        [c.name for c in data.consumers if not c.is_team], labels, rule=rule
    )
    model.guarantee = pyo.Constraint(
        [c.name for c in data.consumers if c.is_team], labels, rule=rule
    )


def violations(plan: Plan, data: ModelData) -> list[str]:
    """Name products below their floor and teams below their guarantee."""
    given = tally(plan, data).compute(data)
    found = []
    for w, consumer in enumerate(data.consumers):
        word = "guarantee" if consumer.is_team else "floor"
        gives = [lost(plan, word, consumer.name, t) for t in range(data.n_periods)]
        short = consumer.need - given[w] - gives
        found += [
            f"needs: {consumer.name} gets {given[w, t]:.0f} H100e in {data.labels[t]}, "
            f"its {word} is {consumer.need[t]:.0f}"
            for t in np.flatnonzero(short > TOLERANCE * np.maximum(1.0, consumer.need))
        ]
    return found


def statement(data: ModelData, component: str, index: Index) -> Statement:
    """Return the product's floor or the team's guarantee."""
    name, where = index[0], data.portfolio.where
    if component == "floor":
        product = data.portfolio.spec.products[name]
        text = f"product {name} serves {product.users} at first, growing {product.growth} a year"
        return Statement(text, where(f"portfolio.products.{name}"), "h100e", GPUS)
    text = f"team {name} is guaranteed {data.portfolio.spec.teams[name].guarantee}"
    return Statement(text, where(f"portfolio.teams.{name}.guarantee"), "h100e", GPUS)


CONSTRAINT = Constraint("needs", ("floor", "guarantee"), add, violations, statement)

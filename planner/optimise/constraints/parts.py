"""A period that is parted holds what its parts do.

``parts_are``: placed[j, p, t] = sum over parts of t of (its share of the period) x placed[j, p,
part], for all SKUs j, pools p and periods t that have parts.

The mean of what halls hold and the mean of what tranches carry do not say what both allow: power
that comes in the middle of a period finds a hall that cannot take twice as much for the rest of it.
In its parts each rule of `placement`, `power` and `deliveries` holds by itself. A model has parts
only where it was solved without them and no lots keep what it promised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyomo.environ as pyo

from planner.optimise.constraints.base import Constraint, structural
from planner.optimise.variables import linear

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.optimise.constraints.base import Pyo
    from planner.optimise.data import ModelData


def add(model: Pyo, data: ModelData) -> None:
    """Add ``parts_are[sku, pool, period]``."""
    days, names = data.timeline.days, data.times[len(data.times) - len(data.clock.parts) :]
    parts: dict[str, list[tuple[float, str]]] = {}
    for name, (t, first, last) in zip(names, data.clock.parts, strict=True):
        parts.setdefault(data.labels[t], []).append(((last - first) / float(days[t]), name))

    def rule(m: Pyo, sku: str, pool: str, label: str) -> Pyo:
        terms = [
            (-share, m.placed[sku, pool, name])
            for share, name in parts[label]
            if (sku, pool, name) in m.placed
        ]
        return linear([(1.0, m.placed[sku, pool, label]), *terms]) == 0.0

    model.parts_are = pyo.Constraint(
        [index for index in model.placed if index[2] in parts], rule=rule
    )


def violations(_plan: Plan, _data: ModelData) -> list[str]:
    """Name nothing: the rules that hold in parts name what breaks them by the day."""
    return []


CONSTRAINT = Constraint("parts", ("parts_are",), add, violations, structural)

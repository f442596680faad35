"""``sum of crews[r, o, t] x starts[o] + crews under way[r, t] <= limit[r]`` for all r, t.

Halls that are cancelled hold theirs until then.

Halls under construction share the crews of each trade, those behind the calendar included, and the
ceiling of people on the site; as a mean over the period, for sequencing moves peaks inside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyomo.environ as pyo

from planner.optimise.constraints.base import Constraint, Statement, exceeds
from planner.optimise.constraints.cancel_halls import beside, crew_use
from planner.optimise.labour import PEOPLE
from planner.optimise.tally import tally
from planner.optimise.variables import at_most

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.optimise.constraints.base import Index, Pyo
    from planner.optimise.data import ModelData

TINY = 1e-6


def left(data: ModelData) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return the crews that halls under way leave, shape (R, T); none where they take too many."""
    free: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = np.maximum(
        data.labour.limit[:, None] - data.labour.under_way, 0.0
    )
    return free


def add(model: Pyo, data: ModelData) -> None:
    """Add ``crews[site, trade, period]``."""
    free = left(data)
    names = [f"{site}/{trade}" for site, trade in data.labour.names]

    def rule(m: Pyo, name: str, label: str) -> Pyo:
        r, t = names.index(name), data.labels.index(label)
        use = data.labour.use[:, r, t]
        use_of = [(float(use[o]), o) for o in np.flatnonzero(use > TINY).tolist()]
        terms = [(at, m.starts[data.option_name(o)]) for at, o in use_of]
        return at_most(m, [*terms, *beside(m, data, use_of, t)], float(free[r, t]))

    model.crews = pyo.Constraint(names, list(data.labels), rule=rule)


def violations(plan: Plan, data: ModelData) -> list[str]:
    """Name trades that started halls need more of than the site has, on average of a period."""
    starts = tally(plan, data).starts
    use = np.einsum("o,ort->rt", starts, data.labour.use) + crew_use(plan, data)
    free = left(data)
    found = []
    for r, t in zip(*np.nonzero(use > 0), strict=True):
        if exceeds(use[r, t], free[r, t]):
            site, trade = data.labour.names[r]
            what = PEOPLE if trade == PEOPLE else f"{trade} crews"
            need = use[r, t] + data.labour.under_way[r, t]
            found.append(
                f"crews: {site} needs {need:.1f} {what} in {data.labels[t]}, "
                f"has {data.labour.limit[r]:g}"
            )
    return found


def statement(data: ModelData, _component: str, index: Index) -> Statement:
    """Return the site's crews of the trade, or its ceiling of people."""
    site, trade = index[0].split("/")
    spec = data.portfolio.sites[site]
    if trade == PEOPLE:
        where = data.portfolio.where(f"site.{site}.people")
        return Statement(f"at most {spec.people} people on {site}", where, "people")
    where = data.portfolio.where(f"site.{site}.crews.{trade}")
    return Statement(f"site {site} has {spec.crews[trade]} crews of {trade}", where, "crew")


CONSTRAINT = Constraint("crews", ("crews",), add, violations, statement)

"""``sum of footprint[o] x starts[o] + footprint under way <= land[s]`` for all sites s.

Halls and their yards take land in proportion to their IT power; standing halls have theirs, and
cancelled ones keep it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyomo.environ as pyo

from planner.optimise.constraints.base import Constraint, Statement, exceeds
from planner.optimise.constraints.cancel_halls import beside, halted
from planner.optimise.tally import tally
from planner.optimise.variables import at_most

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.optimise.constraints.base import Index, Pyo
    from planner.optimise.data import ModelData


def hall_acres(data: ModelData, site: str, group: str, mode: str) -> float:
    """Return the land of one hall of a group in a mode [acre]."""
    spec = data.portfolio.catalog.modes[mode]
    ratio = data.portfolio.sites[site].groups[group].it_power.likely / spec.unit_it_power.likely
    return spec.footprint.likely * ratio


def _taken(data: ModelData, site: str) -> float:
    under_way = data.portfolio.sites[site].under_way.values()
    return sum(u.count * hall_acres(data, site, u.group, u.mode) for u in under_way)


def _options(data: ModelData, site: str) -> list[tuple[int, float]]:
    return [
        (o, hall_acres(data, site, option.candidate.group, option.candidate.mode))
        for o, option in enumerate(data.options)
        if option.candidate.site == site
    ]


def add(model: Pyo, data: ModelData) -> None:
    """Add ``land[site]``."""

    def rule(m: Pyo, site: str) -> Pyo:
        here = [(acres, o) for o, acres in _options(data, site)]
        terms = [(acres, m.starts[data.option_name(o)]) for acres, o in here]
        terms += beside(m, data, here)
        limit = data.portfolio.sites[site].land.likely - _taken(data, site)
        return at_most(m, terms, max(limit, 0.0))

    model.land = pyo.Constraint(list(data.portfolio.sites), rule=rule)


def violations(plan: Plan, data: ModelData) -> list[str]:
    """Name sites whose started halls do not fit on their land."""
    starts, found = tally(plan, data).starts, []
    for _, option, _ in halted(plan, data):
        starts[option] += 1
    for name, site in data.portfolio.sites.items():
        new = sum(acres * starts[o] for o, acres in _options(data, name))
        need = new + _taken(data, name)
        if new and exceeds(need, site.land.likely):
            found.append(f"land: {name} needs {need:.0f} acres and has {site.land}")
    return found


def statement(data: ModelData, _component: str, index: Index) -> Statement:
    """Return the land of the site."""
    site = data.portfolio.sites[index[0]]
    return Statement(f"site {index[0]} has {site.land} of land",
                     data.portfolio.where(f"site.{index[0]}.land"), "acre")  # fmt: skip


CONSTRAINT = Constraint("land", ("land",), add, violations, statement)

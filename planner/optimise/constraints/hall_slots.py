"""A group has so many places for halls.

``sum over candidates and periods of starts[g, c, t] <= count[g]`` for all groups g; and in each
period ``sum over candidates of starts[g, c, t] <= starts_per_period[g]``; cancelled halls count.

So many halls can stand on a group's ground, and so many of them can be started in a period.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pyomo.environ as pyo

from planner.optimise.constraints.base import Constraint, Statement
from planner.optimise.constraints.cancel_halls import beside
from planner.optimise.tally import period_of
from planner.optimise.variables import at_most

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.optimise.constraints.base import Index, Pyo
    from planner.optimise.data import ModelData


def add(model: Pyo, data: ModelData) -> None:
    """Add ``hall_slots[group]`` and ``start_rate[group, period]``."""
    groups = {f"{s}/{g}": (s, g) for s, g in data.group_room}

    def slots(m: Pyo, name: str) -> Pyo:
        options = data.options_of_group(*groups[name])
        terms = [(1.0, m.starts[data.option_name(o)]) for o in options]
        terms += beside(m, data, [(1.0, o) for o in options])
        return at_most(m, terms, data.group_room[groups[name]])

    def rate(m: Pyo, name: str, label: str) -> Pyo:
        site, group = groups[name]
        options = [
            o for o in data.options_of_group(site, group)
            if data.labels[data.options[o].period] == label
        ]  # fmt: skip
        terms = [(1.0, m.starts[data.option_name(o)]) for o in options]
        terms += beside(m, data, [(1.0, o) for o in options])
        return at_most(m, terms, data.portfolio.sites[site].groups[group].starts_per_period)

    model.hall_slots = pyo.Constraint(list(groups), rule=slots)
    model.start_rate = pyo.Constraint(list(groups), list(data.labels), rule=rate)


def violations(plan: Plan, data: ModelData) -> list[str]:
    """Name groups with more halls than places, or more starts in a period than allowed."""
    found = []
    total: Counter[tuple[str, str]] = Counter()
    by_period: Counter[tuple[str, str, int]] = Counter()
    for start in plan.starts:
        group = (start.candidate.site, start.candidate.group)
        if not start.is_under_way:
            total[group] += 1
            by_period[(*group, period_of(start.release, data))] += 1
    for group, halls in total.items():
        room = data.group_room.get(group, 0)
        if halls > room:
            found.append(f"hall_slots: {halls} halls started at {'/'.join(group)}, room for {room}")
    for (site, group_name, period), halls in by_period.items():
        most = data.portfolio.sites[site].groups[group_name].starts_per_period
        if halls > most:
            found.append(
                f"hall_slots: {halls} starts at {site}/{group_name} in "
                f"{data.labels[period]}, at most {most}"
            )
    numbers = Counter(s.hall for s in plan.starts)
    found += [f"hall_slots: hall {hall} is started twice" for hall, n in numbers.items() if n > 1]
    return found


def statement(data: ModelData, component: str, index: Index) -> Statement:
    """Return the group's count or its limit of starts."""
    site, group = index[0].split("/")
    spec = data.portfolio.sites[site].groups[group]
    key = "count" if component == "hall_slots" else "starts_per_period"
    text = (
        f"group {index[0]} has room for {spec.count} halls" if key == "count"
        else f"at most {spec.starts_per_period} halls of {index[0]} start in a period"
    )  # fmt: skip
    return Statement(text, data.portfolio.where(f"site.{site}.groups.{group}.{key}"), "hall")


CONSTRAINT = Constraint("hall_slots", ("hall_slots", "start_rate"), add, violations, statement)

"""Objectives that need a figure of their own, and have none.

``time_to`` seeks a capacity, stated under `policy.time_to`; ``cost_for`` one with a date, under
`policy.cost_for`; ``compute_per_researcher`` ranks teams that have researchers by the horizon.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.specs.checks.base import Check, at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.domain.portfolio import Portfolio
    from planner.errors import Finding

EXAMPLES = {
    "time_to": "time_to: {it_power: 1 GW}",
    "cost_for": "cost_for: {it_power: 1 GW, by: 2028-12-31}",
}


def find(portfolio: Portfolio) -> Iterator[Finding]:
    """Yield objectives without what they seek."""
    policy = portfolio.spec.policy
    stated = {"time_to": policy.time_to, "cost_for": policy.cost_for}
    for index, name in enumerate(policy.objectives):
        goal = stated.get(name, policy)
        if goal is None or getattr(getattr(goal, "it_power", None), "likely", 1.0) <= 0:
            yield at(
                portfolio, f"portfolio.policy.objectives.{index}", "objective-without-goal",
                f"objective {name} says of no capacity above 0 that it is for",
                f"add to policy: {EXAMPLES[name]}",
            )  # fmt: skip
    yield from _ranked(portfolio)


def _ranked(portfolio: Portfolio) -> Iterator[Finding]:
    """Yield the finding of a ranking in which no team stands."""
    spec, name = portfolio.spec, "compute_per_researcher"
    if name not in spec.policy.objectives or spec.horizon <= spec.data_date:
        return
    steps = [step for team in spec.teams.values() for step in team.researchers]
    if not any(s.researchers > 0 and s.since <= spec.horizon for s in steps):
        place = (
            "portfolio.policy.objectives" if "objectives" in spec.policy.model_fields_set else ""
        )
        message = f"no team has researchers by the horizon {spec.horizon}, and {name} ranks teams"
        hint = "add to policy: objectives: [total_compute, cost]"
        yield at(portfolio, place or "portfolio.teams", "objective-without-goal", message, hint)


CHECK = Check("objectives", find, ("objective-without-goal",))

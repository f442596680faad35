"""Objectives that need a figure of their own, and have none.

``time_to`` seeks a capacity, stated under `policy.time_to`; ``cost_for`` one with a date, under
`policy.cost_for`.
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


CHECK = Check("objectives", find, ("objective-without-goal",))

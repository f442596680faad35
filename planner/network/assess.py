"""The health of a portfolio's networks: both lists of checks in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.network.compile import compile_network
from planner.network.cpm import deterministic
from planner.network.dcma import dcma
from planner.network.gao import gao
from planner.network.health import review_network, schedule

if TYPE_CHECKING:
    from planner.domain.baseline import Baseline
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Portfolio
    from planner.network.arrays import Network
    from planner.network.health import Check


def assess(portfolio: Portfolio) -> tuple[tuple[Check, ...], tuple[Check, ...]]:
    """Return the DCMA points and GAO practices of the network in which every mode occurs."""
    return assess_network(portfolio, *review_network(portfolio))


def assess_plan(
    portfolio: Portfolio, plan: Plan, baseline: Baseline | None = None
) -> tuple[tuple[Check, ...], tuple[Check, ...]]:
    """Return the DCMA points and GAO practices of a plan, held against a baseline where given."""
    return assess_network(portfolio, plan, compile_network(portfolio, plan), baseline)


def assess_network(
    portfolio: Portfolio, plan: Plan, network: Network, baseline: Baseline | None = None
) -> tuple[tuple[Check, ...], tuple[Check, ...]]:
    """Return the same of a network that is compiled."""
    made = schedule(portfolio, plan, network, deterministic(network), baseline=baseline)
    points = dcma(made)
    return points, gao(made, points)

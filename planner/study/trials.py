"""Readiness of every option: what simulation says a hall of each candidate would take."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from planner.network import (
    Tables,
    candidates,
    compile_network,
    existing_plan,
    trial_network,
    trial_portfolio,
)
from planner.simulate import existing_readiness, readiness
from planner.simulate import run as simulate

if TYPE_CHECKING:
    from planner.domain.plan import Candidate
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Progress, Readiness
    from planner.study.ask import Ask


def ready(
    portfolio: Portfolio,
    ask: Ask,
    tables: Tables,
    progress: Progress,
) -> tuple[Readiness, ...]:
    """Return the readiness of what stands, what is under way, and every option.

    Half of the halls that a group may start in a period are tried together.
    """
    stage = "readiness of the options"
    found = list(_existing(portfolio, ask, tables))
    options = [
        (candidate, period)
        for candidate in candidates(portfolio)
        for period in range(len(portfolio.periods))
    ]
    alone = {site: trial_portfolio(portfolio, site, tables) for site in portfolio.sites}
    for done, (candidate, period) in enumerate(options):
        progress(stage, done / len(options))
        halls = _half_the_limit(portfolio, candidate)
        network = trial_network(portfolio, candidate, period, halls, tables, alone[candidate.site])
        outcome = simulate(network, seed=ask.seed, samples=ask.trial_samples)
        found.append(readiness(portfolio, candidate, period, network, outcome))
    progress(stage, 1.0)
    return tuple(found)


def _existing(portfolio: Portfolio, ask: Ask, tables: Tables) -> tuple[Readiness, ...]:
    plan = existing_plan(portfolio, tables)
    network = compile_network(portfolio, plan, with_tranches=False, tables=tables)
    outcome = simulate(network, seed=ask.seed, samples=ask.trial_samples)
    return existing_readiness(portfolio, plan, network, outcome)


def _half_the_limit(portfolio: Portfolio, candidate: Candidate) -> int:
    group = portfolio.sites[candidate.site].groups[candidate.group]
    return max(1, math.ceil(min(group.starts_per_period, group.count) / 2))

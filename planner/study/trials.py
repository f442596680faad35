"""Readiness of every option: what simulation says a hall of each candidate would take."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from planner.network import candidates, compile_network, existing_plan, trial_plan
from planner.simulate import existing_readiness, readiness
from planner.simulate import run as simulate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.domain.plan import Candidate
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Progress, Readiness
    from planner.study.ask import Ask


def ready(
    portfolio: Portfolio,
    ask: Ask,
    progress: Progress,
    concurrency: Mapping[Candidate, int] | None = None,
) -> tuple[Readiness, ...]:
    """Return the readiness of what stands, what is under way, and every option.

    Parameters
    ----------
    concurrency
        Halls of each candidate that are started together in a period; half the limit of its group
        where not given.
    """
    stage = "readiness of the options"
    found = [*_existing(portfolio, ask)]
    options = [
        (candidate, period)
        for candidate in candidates(portfolio)
        for period in range(len(portfolio.periods))
    ]
    for done, (candidate, period) in enumerate(options):
        progress(stage, done / len(options))
        halls = (concurrency or {}).get(candidate) or _half_the_limit(portfolio, candidate)
        plan = trial_plan(portfolio, candidate, period, halls)
        network = compile_network(portfolio, plan, with_tranches=False)
        outcome = simulate(network, seed=ask.seed, samples=ask.trial_samples)
        found.append(readiness(portfolio, candidate, period, network, outcome))
    progress(stage, 1.0)
    return tuple(found)


def _existing(portfolio: Portfolio, ask: Ask) -> tuple[Readiness, ...]:
    plan = existing_plan(portfolio)
    network = compile_network(portfolio, plan, with_tranches=False)
    outcome = simulate(network, seed=ask.seed, samples=ask.trial_samples)
    return existing_readiness(portfolio, plan, network, outcome)


def _half_the_limit(portfolio: Portfolio, candidate: Candidate) -> int:
    group = portfolio.sites[candidate.site].groups[candidate.group]
    return max(1, math.ceil(min(group.starts_per_period, group.count) / 2))

"""Readiness of every option: what simulation says a hall of each candidate would take."""

from __future__ import annotations

import dataclasses
import math
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from planner.network import (
    Trials,
    bare_plan,
    candidates,
    compile_network,
    trial_portfolio,
)
from planner.simulate import Trial, existing_readiness
from planner.simulate import run as simulate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from planner.domain.plan import Candidate, Plan
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import Progress, Readiness
    from planner.network import Tables
    from planner.study.ask import Ask

Option = tuple["Candidate", int]
"""A candidate and the index of the period in which a hall of it is started."""


@dataclass(frozen=True)
class Tried:
    """Readiness of what stands, what is under way, and every option.

    Parameters
    ----------
    readiness
        What stands and is under way, then the options in the order of the files.
    halls
        Halls started together in the trial of each option.
    """

    readiness: tuple[Readiness, ...] = ()
    halls: Mapping[Option, int] = field(default_factory=dict)


def kept(tried: Tried, portfolio: Portfolio) -> Tried:
    """Return what was tried of the candidates that a portfolio, else the same, still allows."""
    allowed = set(candidates(portfolio))
    return Tried(
        tuple(r for r in tried.readiness if r.period < 0 or r.candidate in allowed),
        {option: halls for option, halls in tried.halls.items() if option[0] in allowed},
    )


def ready(
    portfolio: Portfolio, ask: Ask, tables: Tables, progress: Progress, workers: int | None = None
) -> Tried:
    """Return the readiness of all there is to choose from.

    Half of the halls that a group may start in a period are tried together.

    Parameters
    ----------
    workers
        Threads; as many as there are cores where not given. No result depends on it.
    """
    wanted = {
        (candidate, period): _half_the_limit(portfolio, candidate)
        for candidate in candidates(portfolio)
        for period in range(len(portfolio.periods))
    }
    found = try_options(portfolio, wanted, ask, tables, progress, workers)
    existing = _existing(portfolio, ask, tables)
    return Tried((*existing, *(found[option] for option in wanted)), wanted)


def ready_again(
    portfolio: Portfolio,
    tried: Tried,
    plan: Plan,
    ask: Ask,
    tables: Tables,
    progress: Progress,
    workers: int | None = None,
) -> Tried:
    """Return the readiness with options tried at the concurrency of a plan, where that differs.

    Where a plan starts halls on a site in a period, as many as it starts there are tried together,
    if the group may start that many; elsewhere it says nothing of the crews.
    """
    halls = dict(tried.halls) | _concurrency(portfolio, tried.halls, plan)
    wanted = {option: n for option, n in halls.items() if n != tried.halls[option]}
    found = try_options(portfolio, wanted, ask, tables, progress, workers)
    return Tried(tuple(found.get((r.candidate, r.period), r) for r in tried.readiness), halls)


def _concurrency(portfolio: Portfolio, options: Iterable[Option], plan: Plan) -> dict[Option, int]:
    """Return the halls to try together, of options in whose period the plan starts some there."""
    begun: Counter[tuple[str, int]] = Counter()
    for start in plan.starts:
        if not start.is_under_way:
            period = max(i for i, p in enumerate(plan.periods) if p.start <= start.release)
            begun[start.candidate.site, period] += 1
    return {
        (candidate, period): min(begun[candidate.site, period], _limit(portfolio, candidate))
        for candidate, period in options
        if begun[candidate.site, period]
    }


def try_options(
    portfolio: Portfolio,
    wanted: Mapping[Option, int],
    ask: Ask,
    tables: Tables,
    progress: Progress,
    workers: int | None = None,
) -> dict[Option, Readiness]:
    """Return the readiness of options, each tried with so many halls.

    A candidate with a number of halls is compiled and drawn once for all its periods: the same to
    the last bit as each option for itself.
    """
    stage = "readiness of the options"
    alone = {site: trial_portfolio(portfolio, site, tables) for site in portfolio.sites}
    periods: dict[tuple[Candidate, int], list[int]] = {}
    for (candidate, period), halls in wanted.items():
        periods.setdefault((candidate, halls), []).append(period)

    def task(key: tuple[Candidate, int]) -> list[Readiness]:
        candidate, halls = key
        trials = Trials(portfolio, candidate, halls, tables, alone[candidate.site])
        return _of_candidate(portfolio, trials, periods[key], ask)

    found: dict[Option, Readiness] = {}
    pool = ThreadPoolExecutor(workers or os.cpu_count())
    try:
        for made in pool.map(task, periods):
            found |= {(r.candidate, r.period): r for r in made}
            progress(stage, len(found) / len(wanted))
    finally:
        pool.shutdown(cancel_futures=True)
    return found


def _of_candidate(
    portfolio: Portfolio, trials: Trials, periods: list[int], ask: Ask
) -> list[Readiness]:
    """Return the readiness of a candidate started in periods; equal trials are run once."""
    trial: Trial | None = None
    known: dict[object, Readiness] = {}
    made = []
    for period in periods:
        starts = trials.starts(period)
        if starts not in known:
            network = trials.network(starts)
            trial = trial or Trial(
                portfolio, trials.candidate, network, seed=ask.seed, samples=ask.trial_samples
            )
            known[starts] = trial.readiness(period, network)
        made.append(dataclasses.replace(known[starts], period=period))
    return made


def _existing(portfolio: Portfolio, ask: Ask, tables: Tables) -> tuple[Readiness, ...]:
    plan = bare_plan(portfolio, tables)
    network = compile_network(portfolio, plan, with_tranches=False, tables=tables)
    outcome = simulate(network, seed=ask.seed, samples=ask.trial_samples)
    return existing_readiness(portfolio, plan, network, outcome)


def _half_the_limit(portfolio: Portfolio, candidate: Candidate) -> int:
    return math.ceil(_limit(portfolio, candidate) / 2)


def _limit(portfolio: Portfolio, candidate: Candidate) -> int:
    """Return the most halls of a candidate's group that can be started in a period, at least 1."""
    group = portfolio.sites[candidate.site].groups[candidate.group]
    return max(1, min(group.starts_per_period, group.count))

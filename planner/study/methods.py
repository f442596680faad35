"""Build methods as one question: what a hall of each takes where, why, and what a plan makes of it.

A hall is built alone, released in each period of one year, so that every season counts alike. Each
future is lived through twice, with storms and without: the difference is what they cost.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.domain.methods import MethodsStudy, MethodStep, MethodTrial
from planner.domain.plan import Candidate
from planner.domain.result import NEVER
from planner.network import Trials, build_tables, trial_portfolio
from planner.network.calendars import DAY_MIN
from planner.simulate.criticality import links
from planner.simulate.futures import futures
from planner.simulate.summarise import in_service
from planner.study.compare import FREE, compare_methods
from planner.study.removal import all_stocked, without_storms
from planner.study.waterfall import Stretch, stretches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.domain.methods import Kind
    from planner.domain.portfolio import Portfolio
    from planner.domain.result import FloatArray, Progress
    from planner.network import Network, Tables
    from planner.study.ask import Ask

YEAR_DAY: Final = 365
STANDARD: Final = "standard"
SHARES: Final = (0.1, 0.5, 0.8)
ABOUT: Final = 0.05
"""Futures within so much of the median tell where its days come from."""
WORST: Final = 0.05


def methods(portfolio: Portfolio, ask: Ask, progress: Progress) -> MethodsStudy:
    """Return every build method at every site, and plans made with each that is offered alone.

    Raises
    ------
    InfeasibleError, LimitError
        If not even all methods together make a plan.
    """
    found = trials(portfolio, ask, progress)
    names = dict.fromkeys(t.candidate.mode for t in found if t.is_offered)
    wanted = (FREE, *(names if len(names) > 1 else ()))
    return MethodsStudy(
        portfolio, found, compare_methods(portfolio, wanted, ask, progress), ask.seed
    )


def trials(portfolio: Portfolio, ask: Ask, progress: Progress) -> tuple[MethodTrial, ...]:
    """Return a trial of each mode on each calendar at each site with groups of halls."""
    tables = build_tables(portfolio)
    alone = {site: _prepared(portfolio, site, tables) for site in portfolio.sites}
    ways = _ways(portfolio)

    def task(way: Candidate) -> MethodTrial:
        return _trial(alone[way.site], portfolio, way, ask, tables)

    made: list[MethodTrial] = []
    pool = ThreadPoolExecutor(ask.threads or os.cpu_count())
    try:
        for trial in pool.map(task, ways):
            made.append(trial)
            progress("build methods", len(made) / len(ways))
    finally:
        pool.shutdown(cancel_futures=True)
    return tuple(made)


def _prepared(portfolio: Portfolio, site: str, tables: Tables) -> Portfolio:
    """Return a site alone, with nothing on it and its works done."""
    bare = trial_portfolio(portfolio, site, tables)
    ground = bare.sites[site].model_copy(update={"works": None})
    return bare.replace(sites={site: ground})


def _ways(portfolio: Portfolio) -> list[Candidate]:
    """Return the modes on all calendars by site, each in the group that offers it.

    A mode that no group of the site offers is tried in its first group. One in which halls stand
    and that nobody offers any more is of the past.
    """
    catalog = portfolio.catalog
    sites = portfolio.sites.values()
    stand = {entry.mode for site in sites for entry in site.standing.values()}
    offered = {mode for site in sites for group in site.groups.values() for mode in group.modes}
    modes = [mode for mode in catalog.modes if mode in offered or mode not in stand]
    allowed = portfolio.spec.policy.modes or modes
    made = []
    for name, site in portfolio.sites.items():
        for mode in modes:
            if not site.groups or mode not in allowed:
                continue
            offering = [key for key, group in site.groups.items() if mode in group.modes]
            group = (offering or list(site.groups))[0]
            calendars = (STANDARD, *catalog.calendars)
            made += [Candidate(name, group, mode, calendar) for calendar in calendars]
    return made


def _trial(
    alone: Portfolio, portfolio: Portfolio, way: Candidate, ask: Ask, tables: Tables
) -> MethodTrial:
    group = portfolio.sites[way.site].groups[way.group]
    trials = Trials(portfolio, way, 1, tables, alone)
    periods = _year(portfolio, way)
    years = [_lived(trials, period, ask) for period in periods]
    day, dry, stocked, repair = (
        np.concatenate([getattr(year, name) for year in years])
        for name in ("day", "dry", "stocked", "repair")
    )
    is_real = np.isfinite(day) & np.isfinite(dry)
    late = day[is_real] - dry[is_real]
    steps, path_day = _steps([path for year in years for path in year.paths])
    worst = np.sort(repair)[-max(1, round(WORST * len(repair))) :]
    return MethodTrial(
        candidate=way,
        is_offered=way.mode in group.modes and way.calendar in group.calendars,
        it_mw=group.it_power.likely,
        periods=(portfolio.periods[periods[0]].label, portfolio.periods[periods[-1]].label),
        samples=len(day),
        day=_quantiles(day),
        dry_day=_quantiles(dry),
        stocked_day=_quantiles(stocked),
        storm_day=float(late.mean()) if late.size else float("nan"),
        storm_error_day=float(late.std() / np.sqrt(late.size)) if late.size else float("nan"),
        storm_musd=float(repair.mean()),
        storm_worst_musd=float(worst.mean()),
        hit_share=float(((repair > 0) | (day > dry)).mean()),
        steps=steps,
        path_day=path_day,
    )


def _year(portfolio: Portfolio, way: Candidate) -> list[int]:
    """Return the periods of the first year in which the group may start halls."""
    earliest = portfolio.sites[way.site].groups[way.group].earliest
    begin = max(portfolio.periods[0].start, earliest or portfolio.periods[0].start)
    return [
        i for i, p in enumerate(portfolio.periods) if 0 <= (p.start - begin).days < YEAR_DAY
    ] or [len(portfolio.periods) - 1]


@dataclass(frozen=True)
class _Lived:
    """Futures of a hall released in one period: days to service (S), and why they are so many.

    Parameters
    ----------
    dry, stocked
        Without storms; with all equipment there.
    repair
        Cost of repairs [MUSD].
    paths
        Stretches of the futures about the median.
    """

    day: FloatArray
    dry: FloatArray
    stocked: FloatArray
    repair: FloatArray
    paths: list[list[Stretch]]


def _lived(trials: Trials, period: int, ask: Ask) -> _Lived:
    """Return a hall of a period in the same futures as they are, dry, and with all there."""
    starts = trials.starts(period)
    network = trials.network(starts)
    since = trials.tables.minute(starts[0].release)
    day, repair = _days(network, since, ask)
    dry, _ = _days(without_storms(network), since, ask)
    stocked, _ = _days(all_stocked(network, since), since, ask)
    low, high = np.quantile(day, (0.5 - ABOUT, 0.5 + ABOUT), method="inverted_cdf")
    chosen = np.flatnonzero((day >= low) & (day <= high) & np.isfinite(day))
    net, paths = links(network), []
    for draws, times in futures(network, seed=ask.seed, samples=ask.trial_samples):
        here = chosen[(chosen >= draws.first) & (chosen < draws.first + draws.samples)]
        paths += stretches(network, net, draws, times, here - draws.first, since)
    return _Lived(day, dry, stocked, repair, paths)


def _days(network: Network, since: int, ask: Ask) -> tuple[FloatArray, FloatArray]:
    """Return days from a minute to service of the last lot, and the cost of repairs, (S,)."""
    day, cost = [], []
    for _, times in futures(network, seed=ask.seed, samples=ask.trial_samples):
        last = in_service(network, times.finish_min).max(axis=1)
        day.append(np.where(last < NEVER, (last - since) / DAY_MIN, np.inf))
        cost.append(times.storm_cost_musd)
    return np.concatenate(day), np.concatenate(cost)


def _quantiles(day: FloatArray) -> tuple[float, float, float]:
    low, middle, high = np.quantile(day, SHARES, method="inverted_cdf").tolist()
    return low, middle, high


def _steps(paths: Sequence[Sequence[Stretch]]) -> tuple[tuple[MethodStep, ...], float]:
    """Return the mean stretches of paths in their order, and the mean of what they add up to."""
    if not paths:
        return (), float("nan")
    total: dict[tuple[str, str, Kind], list[float]] = {}
    begins: dict[tuple[str, str, Kind], list[float]] = {}
    for path in paths:
        at, whole = 0.0, sum(s.day for s in path)
        here: dict[tuple[str, str, Kind], float] = {}
        for s in path:
            key = (s.key, s.title, s.kind)
            begins.setdefault(key, []).append(at / whole)
            here[key] = here.get(key, 0.0) + s.day
            at += s.day
        for key, day in here.items():
            total.setdefault(key, []).append(day)
    order = sorted(total, key=lambda key: (float(np.mean(begins[key])), key))
    number = len(paths)
    steps = tuple(
        MethodStep(key, title, kind, sum(found) / number, len(found) / number)
        for key, title, kind in order
        if sum(found := total[key, title, kind]) > 0
    )
    return steps, sum(step.day for step in steps)

"""What teams and products need: mixes, researchers, floors and guarantees, by period."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from planner.capacity.compute import reference_tflops
from planner.capacity.timeline import FloatArray, Timeline

if TYPE_CHECKING:
    from planner.domain.demand import Product, Team
    from planner.domain.portfolio import Portfolio

SECONDS_PER_DAY = 86400.0
FLOP_PER_TFLOP = 1e12


def mixes(portfolio: Portfolio) -> dict[str, dict[str, float]]:
    """Return the workload mix of every consumer, teams first: name -> workload -> share."""
    spec = portfolio.spec
    teams = {n: {w: s.likely for w, s in team.mix.items()} for n, team in spec.teams.items()}
    return teams | {n: {product.workload: 1.0} for n, product in spec.products.items()}


def needs_backup(portfolio: Portfolio, consumer: str) -> bool:
    """Return whether a consumer must compute in halls that ride through an outage."""
    product = portfolio.spec.products.get(consumer)
    if product is not None and product.needs_backup:
        return True
    workloads = portfolio.catalog.workloads
    return any(workloads[w].needs_backup for w in mixes(portfolio)[consumer])


def team_researchers(team: Team, timeline: Timeline) -> FloatArray:
    """Return the mean researchers of a team at work in each period, shape (T,)."""
    begin = timeline.day(team.earliest) if team.earliest else -np.inf
    end = timeline.day(team.latest + dt.timedelta(days=1)) if team.latest else np.inf
    steps = [(max(s.since, team.earliest or s.since), s.researchers) for s in team.researchers]
    return timeline.step_mean(steps) * (timeline.presence(begin, end) > 0)


def researchers(portfolio: Portfolio) -> dict[str, FloatArray]:
    """Return mean researchers of every team by period, name -> shape (T,)."""
    timeline = Timeline.of(portfolio.periods, portfolio.spec.data_date)
    return {n: team_researchers(team, timeline) for n, team in portfolio.spec.teams.items()}


def guarantees_h100e(portfolio: Portfolio) -> dict[str, FloatArray]:
    """Return the compute guaranteed to each team that has a guarantee, name -> shape (T,)."""
    timeline = Timeline.of(portfolio.periods, portfolio.spec.data_date)
    return {
        name: team_guarantee(team, timeline)
        for name, team in portfolio.spec.teams.items()
        if team.guarantee is not None
    }


def team_guarantee(team: Team, timeline: Timeline) -> FloatArray:
    """Return a team's guaranteed effective compute by period, shape (T,) [H100e].

    It holds in every period that begins on `guarantee_since` or later.
    """
    if team.guarantee is None:
        return np.zeros(len(timeline.days))
    since = timeline.day(team.guarantee_since) if team.guarantee_since else -np.inf
    holds = timeline.start_day >= since
    return team.guarantee.likely * team_researchers(team, timeline) * holds


def floors_h100e(portfolio: Portfolio) -> dict[str, FloatArray]:
    """Return the inference floor of each product by period, name -> shape (T,) [H100e]."""
    timeline = Timeline.of(portfolio.periods, portfolio.spec.data_date)
    return {
        name: product_floor(portfolio, product, timeline)
        for name, product in portfolio.spec.products.items()
    }


def product_floor(portfolio: Portfolio, product: Product, timeline: Timeline) -> FloatArray:
    """Return a product's floor by period, shape (T,) [H100e].

    users x requests x FLOP x peak / (FLOP/s that one reference GPU achieves), grown to the middle
    of the period; stated values are taken as likely, for a floor is a target and no forecast.
    """
    one_h100e = reference_tflops(portfolio.catalog, product.workload, portfolio.spec.reference)
    growth = 1.0 + product.growth.likely
    for more in (product.request_growth, product.flop_growth):
        growth *= 1.0 + (more.likely if more else 0.0)
    flop_per_day = product.users.likely * product.requests.likely * product.flop.likely
    at_start = flop_per_day * product.peak.likely / SECONDS_PER_DAY / FLOP_PER_TFLOP / one_h100e
    launched = timeline.presence(timeline.day(product.launch)) if product.launch else 1.0
    floor: FloatArray = at_start * growth**timeline.mid_year * launched
    return floor

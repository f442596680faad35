"""Effective compute and physical GPUs of teams and products, and per researcher."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.report.facts.spread import Fan, fan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.domain.demand import HeadcountStep, Product, Team
    from planner.domain.portfolio import Period
    from planner.domain.result import FloatArray, Result


@dataclass(frozen=True)
class TeamFact:
    """A team's compute by period (T).

    Parameters
    ----------
    researchers
        Mean head count of each period (T).
    planned
        Effective compute as planned (T) [H100e].
    gpus
        Physical GPUs as planned (T).
    compute, per_researcher
        Simulated effective compute, and that per researcher [H100e]; NaN without researchers.
    horizon
        P50 of compute per researcher over the horizon, a ratio of discounted sums [H100e].
    level
        The same per weight as the plan has it, NaN for a team outside the ranking.
    """

    name: str
    title: str
    researchers: FloatArray
    planned: FloatArray
    gpus: FloatArray
    compute: Fan
    per_researcher: Fan
    horizon: float
    level: float

    @property
    def gpus_per_researcher(self) -> FloatArray:
        """Physical GPUs per researcher (T), NaN without researchers."""
        made: FloatArray = _per_head(self.gpus[None, :], self.researchers)[0]
        return made


@dataclass(frozen=True)
class ProductFact:
    """A product's compute by period (T) [H100e]."""

    name: str
    title: str
    planned: FloatArray
    gpus: FloatArray
    compute: Fan


def team_facts(result: Result) -> tuple[TeamFact, ...]:
    """Return the compute of every team, in the order of the portfolio."""
    return tuple(_team(result, name, team) for name, team in result.portfolio.spec.teams.items())


def product_facts(result: Result) -> tuple[ProductFact, ...]:
    """Return the compute of every product, in the order of the portfolio."""
    spec = result.portfolio.spec
    return tuple(_product(result, name, product) for name, product in spec.products.items())


def _team(result: Result, name: str, team: Team) -> TeamFact:
    heads = np.array([head_count(team.researchers, p) for p in result.plan.periods])
    planned, gpus = _planned(result, name)
    compute = _simulated(result, name, planned)
    return TeamFact(
        name=name,
        title=team.title,
        researchers=heads,
        planned=planned,
        gpus=gpus,
        compute=fan(compute),
        per_researcher=fan(_per_head(compute, heads)),
        horizon=float(np.quantile(over_horizon(result, compute, heads), 0.5)),
        level=result.plan.level.get(name, float("nan")),
    )


def over_horizon(result: Result, compute: FloatArray, heads: FloatArray) -> FloatArray:
    """Return compute per researcher over the horizon: a ratio of discounted sums.

    Parameters
    ----------
    compute
        Effective compute by period, shape (S, T) [H100e].
    heads
        Researchers, shape (T,).

    Returns
    -------
    FloatArray
        Shape (S,) [H100e], NaN without researchers.
    """
    rate = result.portfolio.spec.policy.compute_discount_rate.likely
    start = result.plan.data_date
    weight = np.array(
        [
            p.years * (1 + rate) ** -((p.start - start).days / 365.25 + p.years / 2)
            for p in result.plan.periods
        ]
    )
    below = float(weight @ heads)
    made: FloatArray = compute @ weight / below if below > 0 else np.full(len(compute), np.nan)
    return made


def _product(result: Result, name: str, product: Product) -> ProductFact:
    planned, gpus = _planned(result, name)
    return ProductFact(name, product.title, planned, gpus, fan(_simulated(result, name, planned)))


def _planned(result: Result, consumer: str) -> tuple[FloatArray, FloatArray]:
    """Return H100e and GPUs that the plan gives a consumer, by period (T)."""
    h100e = np.zeros(len(result.plan.periods))
    gpus = np.zeros(len(result.plan.periods))
    for share in result.plan.shares:
        if share.consumer == consumer:
            h100e[share.period] += share.h100e
            gpus[share.period] += share.gpus
    return h100e, gpus


def _simulated(result: Result, name: str, planned: FloatArray) -> FloatArray:
    found = result.verification.compute.get(name)
    return planned[None, :] if found is None else found


def _per_head(compute: FloatArray, heads: FloatArray) -> FloatArray:
    """Return compute per researcher; NaN in periods without researchers."""
    made: FloatArray = np.where(heads > 0, compute / np.where(heads > 0, heads, 1.0), np.nan)
    return made


def head_count(steps: Sequence[HeadcountStep], period: Period) -> float:
    """Return the mean number of researchers over a period, each step from its date on."""
    ordered = sorted(steps, key=lambda s: s.since)
    total = 0.0
    for step, after in zip(ordered, [*ordered[1:], None], strict=True):
        begin = max(step.since, period.start)
        end = min(after.since, period.end) if after else period.end
        total += step.researchers * max(0, (end - begin).days)
    return total / period.days


def period_of(periods: Sequence[Period], day: dt.date) -> int:
    """Return the index of the period that holds a date, the last one for a later date."""
    return next((i for i, p in enumerate(periods) if day < p.end), len(periods) - 1)


@dataclass(frozen=True)
class FleetRow:
    """GPUs of a SKU that the plan has in service at the end of a period."""

    sku: str
    title: str
    site: str
    period: int
    gpus: int
    it_mw: float


def fleet_rows(result: Result) -> tuple[FleetRow, ...]:
    """Return the planned fleet by SKU, site and period; empty ones are left out."""
    portfolio, periods = result.portfolio, result.plan.periods
    made: list[FleetRow] = []
    for sku, record in portfolio.catalog.accelerators.items():
        rack_mw = record.rack_power.likely / record.gpus_per_rack / 1000
        for site in portfolio.sites:
            lots = [x for x in result.plan.lots if x.sku == sku and _site(x.hall, site)]
            for t, period in enumerate(periods):
                last = period.end - dt.timedelta(days=1)
                gpus = sum(x.gpus for x in lots if x.service <= last < x.until)
                if gpus:
                    made.append(FleetRow(sku, record.title, site, t, gpus, gpus * rack_mw))
    return tuple(made)


def _site(hall: str, site: str) -> bool:
    return hall.startswith(f"{site}/")

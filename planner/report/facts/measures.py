"""Figures of merit over samples, for comparing runs of one portfolio in common futures.

Which measures there are depends on the portfolio alone, so that those of two plans line up.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.domain.result import NEVER, FloatArray, Measure, Result
from planner.report import words
from planner.report.facts.compute import head_count, over_horizon
from planner.report.facts.dates import LADDER_MW
from planner.report.facts.inventory import (
    Inventory,
    first_reaching,
    minute,
    month_starts,
    standing_at,
    take,
    with_gpus_only,
)

if TYPE_CHECKING:
    from planner.domain.portfolio import Portfolio

FIRST_GW_MW: Final = 1000.0
LAST_DAY: Final = dt.date(2030, 12, 31)
"""GW-months are counted to the end of 2030, by which the reference case has announced 2 GW."""


def measures_of(result: Result) -> tuple[Measure, ...]:
    """Return the measures of a run, each with its values under the key ``""``."""
    result = with_gpus_only(result)
    inventory = take(result)
    return (
        *_dates(result, inventory),
        _gw_months(result, inventory),
        *(_compute(result, team) for team in result.portfolio.spec.teams),
        _spend(result),
    )


def compared_mw(portfolio: Portfolio) -> float:
    """Return the capacity whose date is compared: 1 GW, or a step near half of a smaller whole."""
    whole = sum(
        group.count * group.it_power.likely
        for site in portfolio.sites.values()
        for group in site.groups.values()
    )
    fits = [step for step in LADDER_MW if step <= min(FIRST_GW_MW, whole / 2)]
    return fits[-1] if fits else whole / 2


def _dates(result: Result, inventory: Inventory) -> list[Measure]:
    """Return days to each capacity that was announced; to `compared_mw` where none was."""
    targets = result.portfolio.spec.targets.values()
    asked = [(t.it_power.likely, t.site) for t in targets]
    return [
        _date(result, inventory, amount, site)
        for amount, site in asked or [(compared_mw(result.portfolio), None)]
    ]


def _date(result: Result, inventory: Inventory, amount: float, site: str | None) -> Measure:
    lot_site = inventory.hall_site[inventory.lot_hall]
    is_here = np.array([site is None or inventory.site[s] == site for s in lot_site], dtype=bool)
    minutes = first_reaching(
        result.outcome.service_min[:, is_here],
        inventory.lot_until_min[is_here],
        inventory.lot_mw[is_here],
        amount,
    )
    since = minute(result.outcome.epoch, result.plan.data_date)
    days = np.where(minutes < NEVER, (minutes - since) / 1440, np.nan)
    where = f" at {site}" if site else ""
    name = f"days to {words.mw(amount)} IT in service{where}".replace(words.NO_BREAK, " ")
    return Measure(name, "day", False, {"": days})


def _gw_months(result: Result, inventory: Inventory) -> Measure:
    last = min(LAST_DAY, result.portfolio.spec.horizon)
    starts = month_starts(result.plan.data_date, last)
    ends = [*starts[1:], last + dt.timedelta(days=1)]
    begin = np.array([minute(result.outcome.epoch, d) for d in starts], dtype=np.int64)
    end = np.array([minute(result.outcome.epoch, d) for d in ends], dtype=np.int64)
    months = (end - begin) / (1440 * 365.25 / 12)
    level = standing_at(
        result.outcome.service_min, inventory.lot_until_min, inventory.lot_mw, (begin + end) // 2
    )
    values: FloatArray = level @ months / 1000
    return Measure(f"GW-months IT to {last.isoformat()}", "GW-month", True, {"": values})


def _compute(result: Result, name: str) -> Measure:
    """Return effective compute per researcher of a team: a ratio of discounted sums."""
    team = result.portfolio.spec.teams[name]
    periods = result.plan.periods
    heads = np.array([head_count(team.researchers, p) for p in periods])
    found = result.verification.compute.get(name)
    samples = np.zeros((result.outcome.samples, len(periods))) if found is None else found
    values = over_horizon(result, samples, heads)
    return Measure(f"H100e per researcher, {team.title}", "H100e", True, {"": values})


def _spend(result: Result) -> Measure:
    values = result.verification.spend_musd.sum(axis=1)
    return Measure("spend, nominal", "MUSD", False, {"": values})

"""What every network of a portfolio shares, built once: epoch, calendars, climates, drivers."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.capacity.correlation import lower_root, normal_correlation
from planner.capacity.laws import amount_quantile, interned, observed_shape, points_of
from planner.domain.amount import Amount, Form
from planner.network.arrays import FloatArray, Laws
from planner.network.calendars import DAY_MIN, CalendarTables, build_calendars

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from planner.domain.build_mode import Equipment
    from planner.domain.portfolio import Portfolio, Risk
    from planner.network.arrays import BoolArray, IntArray

YEARS_AFTER_HORIZON: Final = 6
"""How long the tables run on, for what is late; nothing later than that is told apart."""

GRID: Final = (np.arange(64) + 0.5) / 64
"""Probabilities at which lead time and drivers are combined."""

Law = tuple[int, float, float, float]
CERTAIN_ZERO: Final[Law] = (int(Form.FIXED), 0.0, 0.0, 0.0)


def law(amount: Amount | None, factor: float = 1.0) -> Law:
    """Return an amount as a row of `Laws`, scaled; zero for certain where there is none."""
    if amount is None:
        return CERTAIN_ZERO
    if amount.form is Form.EMPIRICAL:
        return int(amount.form), float(interned(amount.points)), amount.b * factor, factor
    return int(amount.form), amount.a * factor, amount.b * factor, amount.c * factor


def times(row: Law, factor: float) -> Law:
    """Return a row of `Laws` scaled."""
    form, a, b, c = row
    return form, a if form == Form.EMPIRICAL else a * factor, b * factor, c * factor


def laws(rows: Sequence[Law]) -> Laws:
    """Return rows as arrays; observations become quantiles that the arrays carry themselves."""
    form = np.array([row[0] for row in rows], dtype=np.int64)
    values: FloatArray = np.array([row[1:] for row in rows], dtype=np.float64).reshape(-1, 3)
    a, b, c = (np.ascontiguousarray(values[:, i]) for i in range(3))
    seen = np.flatnonzero(form == Form.EMPIRICAL)
    if not seen.size:
        return Laws(form, a, b, c)
    kept, row = np.unique(a[seen], return_inverse=True)
    a[seen] = row
    return Laws(form, a, b, c, np.array([observed_shape(points_of(int(i))) for i in kept]))


@dataclass(frozen=True)
class Climates:
    """Weather of the regions used, a row a climate; see `Network`."""

    row: Mapping[str, int]
    lost_day: Laws
    storm_rate: Laws
    storm_month: BoolArray
    storm_day: Laws
    storm_gust: Laws
    storm_outage: Laws
    storm_basin: tuple[str, ...]


@dataclass(frozen=True)
class Risks:
    """Drivers, then events, of which each site that is hit has its own.

    Parameters
    ----------
    row
        Row of each driver by its name.
    is_parallel, mix
        As `Network.is_parallel` and `Network.driver_mix`.
    tranche_event, mode_event, site_event
        Rows of the events that hit a tranche ``SITE/NAME``, the halls of a mode at a site
        ``(SITE, MODE)``, or all of a site.
    """

    name: tuple[str, ...]
    row: Mapping[str, int]
    law: Laws
    probability: FloatArray
    is_event: BoolArray
    is_parallel: bool
    mix: FloatArray | None
    tranche_event: Mapping[str, tuple[int, ...]]
    mode_event: Mapping[tuple[str, str], tuple[int, ...]]
    site_event: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Tables:
    """Tables of a portfolio that do not depend on the plan.

    Parameters
    ----------
    data_date
        What happened by then is certain.
    epoch
        Minute 0: 1 January of the year before the earliest date.
    days
        Days in the calendar tables.
    lead_day
        Lead time of each equipment class at the portfolio's confidence [day].
    """

    data_date: dt.date
    epoch: dt.date
    days: int
    calendars: CalendarTables
    climates: Climates
    risks: Risks
    lead_day: Mapping[str, int]

    def minute(self, date: dt.date) -> int:
        """Return the minute of a date's midnight; what lies before the epoch is at it."""
        return max(0, (date - self.epoch).days) * DAY_MIN

    def date(self, minute: int) -> dt.date:
        """Return the date of a minute."""
        return self.epoch + dt.timedelta(days=minute // DAY_MIN)

    def slip(self, date: dt.date, slip: Amount | None) -> Law:
        """Return the law of how late a date is [min]; the past is certain."""
        return CERTAIN_ZERO if date <= self.data_date else law(slip, DAY_MIN)

    def drivers(self, names: Sequence[str]) -> tuple[int, ...]:
        """Return the rows of named drivers; those that a portfolio leaves out do not act."""
        row = self.risks.row
        return tuple(row[name] for name in names if name in row)


def build_tables(portfolio: Portfolio) -> Tables:
    """Return the tables of a portfolio."""
    epoch = dt.date(min(_dates(portfolio)).year - 1, 1, 1)
    horizon = portfolio.spec.horizon
    days = (dt.date(horizon.year + YEARS_AFTER_HORIZON, 12, 31) - epoch).days + 1
    return Tables(
        data_date=portfolio.spec.data_date,
        epoch=epoch,
        days=days,
        calendars=build_calendars(portfolio.catalog.calendars, epoch, days),
        climates=_climates(portfolio),
        risks=_risks(portfolio),
        lead_day={n: _lead_day(portfolio, e) for n, e in portfolio.catalog.equipment.items()},
    )


def _dates(portfolio: Portfolio) -> Iterator[dt.date]:
    """Yield the dates at which something of the timeline begins."""
    yield portfolio.spec.data_date
    for site in portfolio.sites.values():
        yield from (entry.released for entry in site.under_way.values())
        if site.works is not None:
            yield site.works.started
        yield from (e.ordered for rows in site.stock.values() for e in rows if e.ordered)
    if portfolio.actuals is not None:
        yield from (row.ordered for row in portfolio.actuals.on_order().values() if row.ordered)


def _climates(portfolio: Portfolio) -> Climates:
    named = dict.fromkeys(s.climate for s in portfolio.sites.values() if s.climate is not None)
    used = [portfolio.catalog.climates[name] for name in named]
    months = [[month in c.storm_months for month in range(1, 13)] for c in used]
    is_shared = portfolio.spec.policy.storms == "basin"
    return Climates(
        row={name: i for i, name in enumerate(named)},
        lost_day=laws([law(amount) for c in used for amount in c.days_lost]),
        storm_rate=laws([law(c.storm_rate) for c in used]),
        storm_month=np.array(months, dtype=np.bool_).reshape(-1, 12),
        storm_day=laws([law(c.storm_days) for c in used]),
        storm_gust=laws([law(c.storm_gust) for c in used]),
        storm_outage=laws([law(c.outage) for c in used]),
        storm_basin=tuple((c.basin or "") if is_shared else "" for c in used),
    )


def _risks(portfolio: Portfolio) -> Risks:
    risk = portfolio.spec.risk
    name, rows, probability = list(risk.drivers), [], []
    for driver in risk.drivers.values():
        rows.append(law(driver.factor))
        probability.append(1.0 if driver.probability is None else driver.probability.likely)
    tranche: dict[str, tuple[int, ...]] = {}
    mode: dict[tuple[str, str], tuple[int, ...]] = {}
    whole: dict[str, tuple[int, ...]] = {}
    for key, event in risk.events.items():
        for site in portfolio.sites:
            number = len(name)
            if event.hits.startswith(f"{site}/"):
                tranche[event.hits] = (*tranche.get(event.hits, ()), number)
            elif event.hits == site:
                whole[site] = (*whole.get(site, ()), number)
            elif event.hits in portfolio.catalog.modes:
                mode[site, event.hits] = (*mode.get((site, event.hits), ()), number)
            else:
                continue
            name.append(f"{key}/{site}")
            rows.append(law(event.delay, DAY_MIN))
            probability.append(event.probability.likely)
    count = len(risk.drivers)
    return Risks(
        name=tuple(name),
        row={n: i for i, n in enumerate(name[:count])},
        law=laws(rows),
        probability=np.array(probability, dtype=np.float64),
        is_event=np.arange(len(name)) >= count,
        is_parallel=risk.combine == "parallel",
        mix=_mix(risk, name),
        tranche_event=tranche,
        mode_event=mode,
        site_event=whole,
    )


def _mix(risk: Risk, names: Sequence[str]) -> FloatArray | None:
    """Return what correlates the normal draws of drivers; see `planner.capacity.correlation`."""
    if risk.correlation is None:
        return None
    row = {name: i for i, name in enumerate(names)}
    at = [row[name] for name in risk.correlation.drivers]
    whole = np.eye(len(names))
    whole[np.ix_(at, at)] = normal_correlation(np.array(risk.correlation.matrix))
    return lower_root(whole)


def _lead_day(portfolio: Portfolio, equipment: Equipment) -> int:
    """Return the lead time of a class at the portfolio's confidence, drivers in it [day]."""
    lead = amount_quantile(equipment.lead_time, GRID)
    for name in equipment.drivers:
        driver = portfolio.spec.risk.drivers.get(name)
        if driver is not None:
            chance = 1.0 if driver.probability is None else driver.probability.likely
            factor = amount_quantile(driver.factor, GRID)
            acts = np.where(chance >= GRID, factor[_stretched(chance)], 1.0)
            lead = np.quantile(np.outer(lead, acts), GRID)
    return math.ceil(float(np.quantile(lead, portfolio.spec.confidence.likely)))


def _stretched(chance: float) -> IntArray:
    """Return indices that spread the whole law of a factor over its chance to act."""
    spread = GRID / max(chance, GRID[0]) * len(GRID)
    index: IntArray = np.minimum(spread.astype(np.int64), len(GRID) - 1)
    return index

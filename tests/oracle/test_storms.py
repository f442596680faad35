"""Storms and weather against closed forms, and the shipped climates against what they state."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest

from planner.capacity.laws import amount_quantile
from planner.network import build_tables, compile_network, existing_plan
from planner.simulate.weather import Block, LostDays, skies, storms
from planner.specs import load, shipped_folder
from tests.networks import DAY, Job, Sky, network

if TYPE_CHECKING:
    from planner.domain.amount import Amount
    from planner.domain.portfolio import Portfolio
    from planner.network.arrays import Network

SAMPLES = 4000
GRID = (np.arange(20_000) + 0.5) / 20_000


def amount_mean(amount: Amount) -> float:
    """Return the mean of an amount, as that of its quantiles."""
    return float(amount_quantile(amount, GRID).mean())


YEARS = 8


def under(*skies: Sky, years: int = YEARS) -> Network:
    jobs = [Job(f"a{n}", 1, outdoor=True, site=n) for n in range(len(skies))]
    days = (dt.date(2025 + years, 1, 1) - dt.date(2025, 1, 1)).days
    return network(jobs, skies=skies, days=days, epoch=dt.date(2025, 1, 1))


def counts(made: Network, site: int = 0) -> np.ndarray:
    """Return storms at a site by sample."""
    found = storms(made, Block(7, 0, SAMPLES, SAMPLES), skies(made))
    sample = np.repeat(np.arange(SAMPLES), np.diff(found.pointer))
    return np.bincount(sample[found.site == site], minlength=SAMPLES)


def test_numbers_of_storms_are_poisson() -> None:
    """0.3 a year over eight years: 0, 1, 2, ... storms as Poisson of 2.4 says (se 0.008)."""
    share = np.bincount(counts(under(Sky(rate=0.3))), minlength=8)[:8] / SAMPLES
    expected = [math.exp(-2.4) * 2.4**k / math.factorial(k) for k in range(8)]
    np.testing.assert_allclose(share, expected, atol=0.03)


def test_an_uncertain_rate_makes_the_number_a_mixture() -> None:
    """A triangle 0, 0.2, 1.0 a year has mean 0.4, variance 0.0467: over eight years the number has
    mean 3.2 and variance 3.2 + 64 x 0.0467 = 6.19."""
    found = counts(under(Sky(rate=(0, 0.2, 1.0))))
    assert found.mean() == pytest.approx(3.2, abs=4 * (6.19 / SAMPLES) ** 0.5)
    assert found.var() == pytest.approx(6.19, rel=0.1)


def test_storms_fall_on_all_days_of_their_season_alike() -> None:
    """June to October has 153 days: each month its share of them."""
    made = under(Sky(rate=3, months=(6, 7, 8, 9, 10)))
    found = storms(made, Block(7, 0, SAMPLES, SAMPLES), skies(made))
    months = Counter((made.epoch + dt.timedelta(days=int(m) // DAY)).month for m in found.begin_min)
    for month, days in zip((6, 7, 8, 9, 10), (30, 31, 31, 30, 31), strict=True):
        assert months[month] / months.total() == pytest.approx(days / 153, abs=0.006)


def test_a_basin_hits_both_sites_as_often_as_the_calmer_alone() -> None:
    """At 0.1 and 0.3 a year, from one number u a year: both are hit in a year with chance
    1 - e^-0.1, where independent sites would be with (1 - e^-0.1)(1 - e^-0.3)."""
    shared = under(Sky(rate=0.1, basin="b"), Sky(rate=0.3, basin="b"), years=1)
    apart = under(Sky(rate=0.1), Sky(rate=0.3), years=1)
    calm, rough = 1 - math.exp(-0.1), 1 - math.exp(-0.3)
    for made, expected in ((shared, calm), (apart, calm * rough)):
        both = ((counts(made, 0) > 0) & (counts(made, 1) > 0)).mean()
        assert both == pytest.approx(expected, abs=4 * (expected / SAMPLES) ** 0.5)


# --- what is shipped


@pytest.fixture(scope="module")
def shipped() -> tuple[Portfolio, Network]:
    portfolio = load(shipped_folder() / "scenarios/meta-2025.yaml")
    tables = build_tables(portfolio)
    return portfolio, compile_network(portfolio, existing_plan(portfolio, tables), tables=tables)


@pytest.mark.slow
def test_annual_rates_of_the_shipped_sites_come_back(shipped: tuple[Portfolio, Network]) -> None:
    """Storms a year of each site are the mean of the rate that its climate states, and so are their
    days with the outage after them, and the median gust; each within four standard errors."""
    portfolio, made = shipped
    found = storms(made, Block(7, 0, SAMPLES, SAMPLES), skies(made))
    years = made.days / 365.25
    for number, (name, site) in enumerate(portfolio.sites.items()):
        if site.climate is None:
            continue
        climate = portfolio.catalog.climates[site.climate]
        own = found.site == number
        rate = amount_mean(climate.storm_rate)
        error = (rate / years / SAMPLES) ** 0.5
        assert own.sum() / years / SAMPLES == pytest.approx(rate, abs=4 * error), name
        stands = (found.end_min - found.begin_min)[own] / DAY
        expected = sum(amount_mean(d) for d in (climate.storm_days, climate.outage) if d)
        spread = 4 * stands.std() / own.sum() ** 0.5
        # Whole days, at least one: rounding moves the mean by less than a tenth.
        assert stands.mean() == pytest.approx(expected, abs=spread + 0.1), name
        half = float(amount_quantile(climate.storm_gust, 0.5))
        above = (found.gust_mph[own] > half).mean()
        assert above == pytest.approx(0.5, abs=2 / own.sum() ** 0.5), name


@pytest.mark.slow
def test_days_lost_by_month_of_the_shipped_sites_come_back(
    shipped: tuple[Portfolio, Network],
) -> None:
    """Monday to Saturday of each month lose the mean of its law, in the second year of the
    tables."""
    portfolio, made = shipped
    samples = 1000
    lost = LostDays.of(made, Block(7, 0, samples, samples), skies(made)).until(made.days)
    dates = [made.epoch + dt.timedelta(days=d) for d in range(366, 366 + 364)]
    for number, (name, site) in enumerate(portfolio.sites.items()):
        if site.climate is None or not (made.is_outdoor & (made.activity_site == number)).any():
            continue
        climate = portfolio.catalog.climates[site.climate]
        for month in range(1, 12):
            first = dates[0].replace(day=1, month=month)
            days = [
                (first - made.epoch).days + i
                for i in range(31)
                if (d := first + dt.timedelta(days=i)).month == month and d.weekday() < 6
            ]
            count = lost[:, number, days].sum(axis=1)
            law = climate.days_lost[month - 1]
            # Stratified: the rounding to whole days is what is left, of at most half a day.
            assert count.mean() == pytest.approx(amount_mean(law), abs=0.08), (name, month)

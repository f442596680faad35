"""Lost days and storms against their laws, and the damage rule by hand."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from planner.simulate.damage import damaged_share, repairs
from planner.simulate.weather import Block, lost_days, poisson, storms
from tests.networks import DAY, Job, Law, Shed, Sky, ints, network

if TYPE_CHECKING:
    from planner.network.arrays import Network

YEAR = 365
SAMPLES = 600


def under(sky: Sky | None, days: int = 2 * YEAR) -> Network:
    epoch = dt.date(2025, 1, 1)
    return network([Job("a", 1, outdoor=True)], skies=(sky,), days=days, epoch=epoch)


def block(samples: int = SAMPLES) -> Block:
    return Block(3, 0, samples, samples)


def test_a_month_loses_as_many_of_monday_to_saturday_as_drawn() -> None:
    """Five days certain in January 2025, two in February, none else; Sundays come on top."""
    made = under(Sky(lost=(5, 2, *(0,) * 10)))
    lost = lost_days(made, block())[:, 0]
    dates = [made.epoch + dt.timedelta(days=d) for d in range(made.days)]
    for month, expected in ((1, 5), (2, 2), (3, 0)):
        days = [
            d for d, date in enumerate(dates)
            if (date.year, date.month) == (2025, month) and date.weekday() < 6
        ]  # fmt: skip
        np.testing.assert_array_equal(lost[:, days].sum(axis=1), expected)


def test_a_fraction_of_a_day_is_rounded_at_random() -> None:
    """A law of 2.3 days loses two or three, 2.3 on average (se 0.46 / sqrt(600) = 0.019)."""
    made = under(Sky(lost=(2.3, *(0,) * 11)), days=31)
    days = [d for d in range(31) if (made.epoch + dt.timedelta(days=d)).weekday() < 6]
    count = lost_days(made, block())[:, 0][:, days].sum(axis=1)
    assert set(count) == {2, 3}
    assert count.mean() == pytest.approx(2.3, abs=0.075)


def test_every_day_of_a_month_is_as_likely() -> None:
    """Nine of 27 working days lost: each in a third of samples, Sundays in nine of 28."""
    made = under(Sky(lost=(9, *(0,) * 11)), days=31)
    share = lost_days(made, block(3000))[:, 0].mean(axis=0)
    is_sunday = np.array([(made.epoch + dt.timedelta(days=d)).weekday() == 6 for d in range(31)])
    # Four standard errors of a third in 3,000.
    np.testing.assert_allclose(share[~is_sunday], 1 / 3, atol=0.035)
    np.testing.assert_allclose(share[is_sunday], 9 / 28, atol=0.035)


def test_a_site_without_climate_or_outdoor_work_loses_nothing() -> None:
    """Neither does one whose activities are all indoors."""
    assert not lost_days(under(None), block()).any()
    indoors = network([Job("a", 1)], skies=(Sky(lost=(9,) * 12),), days=60)
    assert not lost_days(indoors, block()).any()


def test_storms_come_at_their_rate_in_their_months() -> None:
    """1.5 a year over ten years in June to October: 15 a sample, se sqrt(15 / 600) = 0.16."""
    made = under(Sky(rate=1.5, months=(6, 7, 8, 9, 10), days=3, gust=70), days=10 * YEAR)
    found = storms(made, block())
    assert len(found.site) / SAMPLES == pytest.approx(15, abs=0.64)
    dates = [made.epoch + dt.timedelta(minutes=int(m)) for m in found.begin_min]
    assert {date.month for date in dates} == {6, 7, 8, 9, 10}
    np.testing.assert_array_equal(found.end_min - found.begin_min, 3 * DAY)
    np.testing.assert_array_equal(found.gust_mph, 70)


def test_an_uncertain_rate_spreads_the_number_of_storms() -> None:
    """With rate 0, 0.2 or up to 3 a year, counts of a sample vary more than Poisson's."""
    sure: Law = 16 / 15
    unsure: Law = (0, 0.2, 3)
    spread = {}
    for rate in (sure, unsure):
        made = under(Sky(rate=rate, days=1), days=10 * YEAR)
        counts = np.diff(storms(made, block()).pointer)
        assert counts.mean() == pytest.approx(10.67, abs=0.6)
        spread[rate] = counts.var() / counts.mean()
    assert spread[sure] == pytest.approx(1, abs=0.25)
    assert spread[unsure] > 3


def test_storms_are_sorted_by_sample_and_end() -> None:
    """The pointer cuts them into samples, ends ascending within each."""
    found = storms(under(Sky(rate=12, days=(1, 2, 9))), block(50))
    for first, last in zip(found.pointer[:-1], found.pointer[1:], strict=True):
        assert (np.diff(found.end_min[first:last]) >= 0).all()
    assert found.pointer[-1] == len(found.site)


def test_sites_do_not_share_their_storms() -> None:
    """Two sites of one climate have storms of their own."""
    sky = Sky(rate=2, days=1)
    made = network([Job("a", 1), Job("b", 1, site=1)], skies=(sky, sky), days=YEAR)
    found = storms(made, block(50))
    first, second = (set(found.begin_min[found.site == n]) for n in (0, 1))
    assert first != second


def test_poisson_quantile_is_the_inverse_of_its_distribution() -> None:
    """Against the sum of e^-m m^k / k! at rates 0 to 9."""
    u = (np.arange(500) + 0.5) / 500
    for rate in (0.0, 0.1, 2.0, 9.0):
        below = np.cumsum([math.exp(-rate) * rate**k / math.factorial(k) for k in range(60)])
        expected = np.searchsorted(below, u)
        np.testing.assert_array_equal(poisson(np.full(500, rate), u), expected)


def test_damage_by_hand() -> None:
    """At the design wind r = 1 and D = (1/3)^1.5 = 0.19; at 1.15 times it D = 0.575; at most 1."""
    is_hit, share = damaged_share(np.array([0.83, 0.84, 1.0, 1.15, 3.0]) * 115, np.full(5, 115.0))
    assert is_hit.tolist() == [False, True, True, True, True]
    np.testing.assert_allclose(share[2:], [0.1925, 0.5752, 1.0], atol=5e-4)


def test_repairs_know_site_and_envelope() -> None:
    """Design 100 closed and 50 open, gust 100: 600 + D x 6,000 minutes and D x 10 MUSD, D = 1 open;
    the other site is not hit."""
    jobs = [Job("a", 1), Job("b", 1, site=1)]
    sheds = [Shed("h", "a", "a", design=100, design_open=50), Shed("k", "b", "b", site=1)]
    made = network(jobs, sheds=sheds, skies=(None, None))
    found = repairs(made, ints([0]), np.array([100.0]))
    share = (1 / 3) ** 1.5
    np.testing.assert_array_equal(found.is_hit[0], [[True, True], [False, False]])
    np.testing.assert_array_equal(found.work_min[0], [[6600, round(600 + 6000 * share)], [0, 0]])
    np.testing.assert_allclose(found.cost_musd[0], [[10, 10 * share], [0, 0]])

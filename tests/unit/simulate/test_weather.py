"""Lost days and storms against their laws, and the damage rule by hand."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from planner.simulate.damage import damaged_share, repairs
from planner.simulate.weather import Block, LostDays, poisson, skies, storms
from tests.networks import DAY, Job, Law, Shed, Sky, ints, network

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.network.arrays import Network

YEAR = 365
SAMPLES = 600


def under(sky: Sky | None, days: int = 2 * YEAR) -> Network:
    epoch = dt.date(2025, 1, 1)
    return network([Job("a", 1, outdoor=True)], skies=(sky,), days=days, epoch=epoch)


def lost_days(made: Network, asked: Block) -> NDArray[np.bool_]:
    return LostDays.of(made, asked, skies(made)).until(made.days)


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
    found = storms(made, block(), skies(made))
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
        counts = np.diff(storms(made, block(), skies(made)).pointer)
        assert counts.mean() == pytest.approx(10.67, abs=0.6)
        spread[rate] = counts.var() / counts.mean()
    assert spread[sure] == pytest.approx(1, abs=0.25)
    assert spread[unsure] > 3


def test_storms_are_sorted_by_sample_and_end() -> None:
    """The pointer cuts them into samples, ends ascending within each."""
    made = under(Sky(rate=12, days=(1, 2, 9)))
    found = storms(made, block(50), skies(made))
    for first, last in zip(found.pointer[:-1], found.pointer[1:], strict=True):
        assert (np.diff(found.end_min[first:last]) >= 0).all()
    assert found.pointer[-1] == len(found.site)


def test_sites_do_not_share_their_storms() -> None:
    """Two sites of one climate have storms of their own."""
    sky = Sky(rate=2, days=1)
    made = network([Job("a", 1), Job("b", 1, site=1)], skies=(sky, sky), days=YEAR)
    found = storms(made, block(50), skies(made))
    first, second = (set(found.begin_min[found.site == n]) for n in (0, 1))
    assert first != second


def test_a_site_stands_still_for_the_storm_and_the_outage_after_it() -> None:
    """Two days of storm and three and a half without power: six whole days, the half rounded."""
    made = under(Sky(rate=2, days=2, outage=3.6, gust=50))
    found = storms(made, block(50), skies(made))
    np.testing.assert_array_equal(found.end_min - found.begin_min, 6 * DAY)


def two_sites(first: Sky, second: Sky) -> Network:
    jobs = [Job("a", 1), Job("b", 1, site=1)]
    return network(jobs, skies=(first, second), days=10 * YEAR, epoch=dt.date(2025, 1, 1))


def hits(made: Network, site: int, samples: int = SAMPLES) -> list[list[tuple[int, float]]]:
    """Return day and gust of each storm at a site, sample by sample."""
    found = storms(made, block(samples), skies(made))
    cuts = zip(found.pointer[:-1], found.pointer[1:], strict=True)
    return [
        sorted(
            (int(found.begin_min[k]), float(found.gust_mph[k]))
            for k in range(a, b) if found.site[k] == site
        )
        for a, b in cuts
    ]  # fmt: skip


def test_sites_of_a_basin_share_its_storms() -> None:
    """Of two sites at 0.5 and 1 a year the calmer is hit when the other is, as hard by its law."""
    calm = Sky(rate=0.5, gust=(30, 40, 50), basin="gulf")
    rough = Sky(rate=1.0, gust=(60, 80, 100), basin="gulf")
    made = two_sites(calm, rough)
    one, other = hits(made, 0), hits(made, 1)
    for seldom, often in zip(one, other, strict=True):
        # The second law is the first one times two.
        assert {(day, round(2 * gust, 6)) for day, gust in seldom} <= {
            (day, round(gust, 6)) for day, gust in often
        }
    assert sum(map(len, one)) / SAMPLES == pytest.approx(5, abs=0.37)  # se sqrt(5 / 600) = 0.09
    assert sum(map(len, other)) / SAMPLES == pytest.approx(10, abs=0.52)


def test_a_basin_changes_no_storm_of_a_site_that_is_there_alone() -> None:
    """The storms of a site of the basin are the same whatever other site of it there is."""
    mine = Sky(rate=0.5, gust=(30, 40, 50), basin="gulf")
    beside = [Sky(rate=2.0, basin="gulf"), Sky(rate=0.1, basin="gulf"), Sky(rate=0.5)]
    first, *others = (hits(two_sites(mine, sky), 0, 50) for sky in beside)
    assert all(other == first for other in others)
    assert any(first)


def test_sites_without_a_basin_are_hit_apart() -> None:
    """At one storm a year each, two sites share hardly a day over ten years in fifty samples."""
    made = two_sites(Sky(rate=1.0), Sky(rate=1.0))
    shared = [
        {day for day, _ in a} & {day for day, _ in b}
        for a, b in zip(hits(made, 0, 50), hits(made, 1, 50), strict=True)
    ]
    assert sum(map(len, shared)) < 10


def test_tables_may_begin_and_end_within_a_month() -> None:
    """From 20 January to 10 March, all days lost: every day, and nothing beyond."""
    made = network(
        [Job("a", 1, outdoor=True)], skies=(Sky(lost=(31,) * 12),), days=50,
        epoch=dt.date(2025, 1, 20),
    )  # fmt: skip
    lost = lost_days(made, block(20))[:, 0]
    workday = [(made.epoch + dt.timedelta(days=d)).weekday() < 6 for d in range(50)]
    assert lost[:, workday].all()


def test_a_longer_horizon_changes_no_day_before_it() -> None:
    """Lost days of February are the same in tables that end within it and long after."""
    short, long = (
        lost_days(under(Sky(lost=((2, 6, 12),) * 12), days=days), block(30))[:, 0]
        for days in (45, 200)
    )
    np.testing.assert_array_equal(short, long[:, :45])


def test_poisson_quantile_is_the_inverse_of_its_distribution() -> None:
    """Against the sum of e^-m m^k / k! at rates 0 to 9."""
    u = (np.arange(500) + 0.5) / 500
    for rate in (0.0, 0.1, 2.0, 9.0):
        below = np.cumsum([math.exp(-rate) * rate**k / math.factorial(k) for k in range(60)])
        expected = np.searchsorted(below, u)
        np.testing.assert_array_equal(poisson(np.full(500, rate), u[:, None])[:, 0], expected)


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


def test_contents_are_lost_where_more_than_a_quarter_of_the_envelope_is() -> None:
    """Design 100; gust 115: D = 0.575, so 10 x D of the envelope and 200 x (D - 0.25) of what is
    in it; at the design wind D = 0.19, and nothing of it; nor of an open hall."""
    made = network(
        [Job("a", 1)], sheds=[Shed("h", "a", "a", design=100, design_open=100)],
        hall_contents_musd=np.array([200.0]),
    )  # fmt: skip
    found = repairs(made, ints([0, 0]), np.array([115.0, 100.0])).cost_musd[:, 0]
    share = ((1.15**2 - 0.7) / 0.9) ** 1.5
    least = (1 / 3) ** 1.5
    np.testing.assert_allclose(found[0], [10 * share, 10 * share + 200 * (share - 0.25)])
    np.testing.assert_allclose(found[1], [10 * least, 10 * least])

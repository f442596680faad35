"""Weather of each sample: working days lost outdoors, and storms that stop a whole site.

Lost days: the number in a month comes from the climate's law for a six-day week, rounded up or down
at random so that its mean stays. Every day has a random number; of Monday to Saturday as many are
lost as the month loses, those with the smallest numbers, and a Sunday where its number is among
them, which matters to calendars that work on Sundays.

Storms: a Poisson number a year, at a rate drawn once a sample, on uniform days of the months in
which they come. They stop the site for whole days, at least one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numba
import numpy as np

from planner.capacity.laws import LawTable, prepare
from planner.simulate.calendars import DAY_MIN
from planner.simulate.streams import KeyArray, stream_keys, uniforms

if TYPE_CHECKING:
    from planner.network.arrays import BoolArray, FloatArray, IntArray, Laws, Network

SUNDAY: Final = 6
MONTHS: Final = 12
KEPT: Final = 48
"""Blocks of weather kept for the next network at the same sites: trials of one study share them."""

LONGEST_MONTH: Final = 31

kernel = numba.njit(cache=True, nogil=True)

Law = tuple[int, float, float, float]
"""Form and parameters."""


@dataclass(frozen=True)
class Storms:
    """Storms of a block of samples, by sample, then by end, then by site; axis K storms.

    Parameters
    ----------
    pointer
        Storms of sample s are `pointer[s]:pointer[s + 1]`, shape (S + 1,).
    site, begin_min, end_min, gust_mph
        Site index, the midnights between which nothing is worked there, and the peak gust.
    """

    pointer: IntArray
    site: IntArray
    begin_min: IntArray
    end_min: IntArray
    gust_mph: FloatArray


@dataclass(frozen=True)
class Sky:
    """The weather of a site by its laws, over the days of the tables.

    Parameters
    ----------
    site
        Stable name, which keys the draws.
    lost
        Days lost of each month, January first.
    rate, length, gust
        Storms a year, days that each stops the site, and its peak gust in mph.
    months
        Whether storms come in each month.
    """

    site: str
    epoch: dt.date
    days: int
    lost: tuple[Law, ...]
    rate: Law
    length: Law
    gust: Law
    months: tuple[bool, ...]


@dataclass(frozen=True)
class Block:
    """Samples `first` to `first + count` of streams under a seed, stratified over `total`."""

    seed: int
    first: int
    count: int
    total: int

    def plain(self, *names: str) -> FloatArray:
        """Return uniform numbers of streams, shape (S, n)."""
        return uniforms(stream_keys(self.seed, names), self.first, self.count)

    def stratified(self, *names: str) -> FloatArray:
        """Return uniform numbers of streams stratified over all samples, shape (S, n)."""
        return uniforms(stream_keys(self.seed, names), self.first, self.count, self.total)


def skies(network: Network) -> dict[int, Sky]:
    """Return the sky of each site that has a climate."""
    return {n: _sky(network, n, int(c)) for n, c in enumerate(network.climate) if c >= 0}


def _sky(network: Network, site: int, climate: int) -> Sky:
    months = range(climate * MONTHS, (climate + 1) * MONTHS)
    return Sky(
        network.site[site],
        network.epoch,
        network.days,
        tuple(_law(network.lost_day, row) for row in months),
        _law(network.storm_rate, climate),
        _law(network.storm_day, climate),
        _law(network.storm_gust, climate),
        tuple(network.storm_month[climate].tolist()),
    )


def _law(laws: Laws, row: int) -> Law:
    return (int(laws.form[row]), float(laws.a[row]), float(laws.b[row]), float(laws.c[row]))


def _prepared(laws: tuple[Law, ...]) -> LawTable:
    form, a, b, c = (np.array(part) for part in zip(*laws, strict=True))
    return prepare(form.astype(np.int64), a, b, c)


# --- lost days


def lost_days(network: Network, block: Block) -> BoolArray:
    """Return the days on which outdoor work stops, shape (S, N, D)."""
    lost = np.zeros((block.count, len(network.site), network.days), dtype=np.bool_)
    for site, sky in skies(network).items():
        if (network.is_outdoor & (network.activity_site == site)).any():
            lost[:, site] = _lost_days(sky, block)
    return lost


@lru_cache(maxsize=KEPT)
def _lost_days(sky: Sky, block: Block) -> BoolArray:
    months = _months(sky)
    law = _prepared(tuple(sky.lost[month - 1] for _, month, _, _ in months))
    names = [name for name, _, _, _ in months]
    wanted = law.quantile(block.stratified(*names))
    wanted = np.floor(wanted + block.plain(*(f"{name}/round" for name in names)))
    share = uniforms(_day_keys(sky, block.seed), block.first, block.count)
    is_sunday = (np.arange(sky.days) + sky.epoch.weekday()) % 7 == SUNDAY
    lost = np.zeros(share.shape, dtype=np.bool_)
    begins = np.array([first for _, _, first, _ in months] + [sky.days], dtype=np.int64)
    _lose_smallest(share, is_sunday, begins, wanted.astype(np.int64), lost)
    lost.flags.writeable = False
    return lost


@lru_cache(maxsize=KEPT)
def _day_keys(sky: Sky, seed: int) -> KeyArray:
    days = (sky.epoch + dt.timedelta(days=d) for d in range(sky.days))
    return stream_keys(seed, [f"weather/{sky.site}/{day.isoformat()}" for day in days])


def _months(sky: Sky) -> list[tuple[str, int, int, int]]:
    """Return the name, number, first day and last day + 1 of each month of the tables."""
    found = []
    day = 0
    while day < sky.days:
        date = sky.epoch + dt.timedelta(days=day)
        after = (date.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        last = min(sky.days, (after - sky.epoch).days)
        found.append((f"weather/{sky.site}/{date:%Y-%m}", date.month, day, last))
        day = last
    return found


@kernel
def _lose_smallest(
    share: FloatArray, is_sunday: BoolArray, begins: IntArray, wanted: IntArray, lost: BoolArray
) -> None:
    """Mark the days lost, samples x days: `wanted` of the six-day weeks of each month.

    A day is lost where fewer working days than are wanted have smaller numbers. Comparing all with
    all has no branches, and so is quicker than sorting.
    """
    working = np.empty(LONGEST_MONTH)
    for s in range(share.shape[0]):
        for month in range(len(begins) - 1):
            first, length = begins[month], begins[month + 1] - begins[month]
            days = 0
            for i in range(length):
                working[i] = np.inf if is_sunday[first + i] else share[s, first + i]
                days += not is_sunday[first + i]
            most = min(wanted[s, month], days)
            for day in range(first, first + length):
                smaller = 0
                for i in range(length):
                    smaller += working[i] < share[s, day]
                lost[s, day] = smaller < most


# --- storms


def storms(network: Network, block: Block) -> Storms:
    """Return the storms of a block of samples."""
    blown = [(site, _storms(sky, block)) for site, sky in skies(network).items()]
    day = np.concatenate([np.zeros((3, 0), dtype=np.int64), *(days for _, (days, _) in blown)], 1)
    gust = np.concatenate([np.zeros(0), *(gusts for _, (_, gusts) in blown)])
    place = np.repeat([site for site, _ in blown], [len(gusts) for _, (_, gusts) in blown])
    sample, end, begin = day
    order = np.lexsort((gust, begin, place, end, sample))
    return Storms(
        pointer=np.searchsorted(sample[order], np.arange(block.count + 1)).astype(np.int64),
        site=place[order].astype(np.int64),
        begin_min=begin[order] * DAY_MIN,
        end_min=end[order] * DAY_MIN,
        gust_mph=gust[order],
    )


@lru_cache(maxsize=KEPT)
def _storms(sky: Sky, block: Block) -> tuple[IntArray, FloatArray]:
    """Return sample, day after the last, first day, shape (3, K), and the gust of each."""
    name = f"storm/{sky.site}"
    season = _seasons(sky)
    rate = _prepared((sky.rate,)).quantile(block.stratified(f"{name}/rate"))
    number = poisson(
        np.repeat(rate, len(season), axis=1), block.stratified(*(f"{name}/{y}" for y in season))
    )
    found, gusts = [np.zeros((3, 0), dtype=np.int64)], [np.zeros(0)]
    for k in range(int(number.max(initial=0))):
        # Shape (S, years): the k-th storm of each year, if there is one.
        length, gust, share = (
            uniforms(_storm_keys(sky, block.seed, k, part), block.first, block.count)
            for part in ("length", "gust", "day")
        )
        length = _of_all(sky.length, length)
        gust = _of_all(sky.gust, gust)
        for i, days in enumerate(season.values()):
            if not days.size:
                continue
            begin = days[(share[:, i] * days.size).astype(np.int64)]
            end = begin + np.maximum(1, np.rint(length[:, i])).astype(np.int64)
            # The year may stick out of the tables at either end.
            is_real = (number[:, i] > k) & (begin >= 0) & (end <= sky.days)
            sample = np.flatnonzero(is_real)
            found.append(np.stack([sample, end[sample], begin[sample]]))
            gusts.append(gust[sample, i])
    return np.concatenate(found, axis=1), np.concatenate(gusts)


def _of_all(law: Law, u: FloatArray) -> FloatArray:
    """Return quantiles of one law, in the shape of `u`."""
    return _prepared((law,)).quantile(u.reshape(-1, 1)).reshape(u.shape)


@lru_cache(maxsize=KEPT)
def _storm_keys(sky: Sky, seed: int, number: int, part: str) -> KeyArray:
    years = _seasons(sky)
    return stream_keys(seed, [f"storm/{sky.site}/{year}/{number}/{part}" for year in years])


@lru_cache(maxsize=KEPT)
def _seasons(sky: Sky) -> dict[int, IntArray]:
    """Return the days of each year on which storms can begin, counted from the epoch."""
    last = sky.epoch + dt.timedelta(days=sky.days - 1)
    return {year: _season(sky, year) for year in range(sky.epoch.year, last.year + 1)}


def poisson(rate: FloatArray, u: FloatArray) -> IntArray:
    """Return the quantile of a Poisson law, elementwise: the smallest k with P(X <= k) >= u."""
    number = np.zeros(rate.shape, dtype=np.int64)
    term = np.exp(-rate)
    below = term.copy()
    while (is_above := (u > below) & (term > 0)).any():
        number[is_above] += 1
        term = np.where(is_above, term * rate / np.maximum(number, 1), term)
        below = np.where(is_above, below + term, below)
    return number


def _season(sky: Sky, year: int) -> IntArray:
    """Return the days of a year on which storms can begin, counted from the epoch."""
    start = dt.date(year, 1, 1)
    length = (dt.date(year + 1, 1, 1) - start).days
    dates = [start + dt.timedelta(days=i) for i in range(length)]
    days = [(date - sky.epoch).days for date in dates if sky.months[date.month - 1]]
    return np.array(days, dtype=np.int64)

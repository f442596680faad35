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
    for i, (_, _, first, last) in enumerate(months):
        span = slice(first, last)
        lost[:, span] = _smallest(share[:, span], is_sunday[span], wanted[:, i].astype(np.int64))
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


def _smallest(share: FloatArray, is_sunday: BoolArray, wanted: IntArray) -> BoolArray:
    """Return the days lost of a month: samples x days, `wanted` of the six-day week by sample."""
    working = np.sort(share[:, ~is_sunday], axis=1)
    if not working.shape[1]:
        return np.zeros(share.shape, dtype=np.bool_)
    wanted = np.minimum(wanted, working.shape[1])
    last = np.take_along_axis(working, np.maximum(wanted - 1, 0)[:, None], axis=1)
    lost: BoolArray = (share <= last) & (wanted > 0)[:, None]
    return lost


# --- storms


def storms(network: Network, block: Block) -> Storms:
    """Return the storms of a block of samples."""
    found = sorted(
        (sample, end, site, begin, gust)
        for site, sky in skies(network).items()
        for sample, end, begin, gust in _storms(sky, block)
    )
    table = np.array(found, dtype=np.float64).reshape(-1, 5)
    minutes = table[:, :4].astype(np.int64)
    return Storms(
        pointer=np.searchsorted(minutes[:, 0], np.arange(block.count + 1)).astype(np.int64),
        site=minutes[:, 2].copy(),
        begin_min=minutes[:, 3] * DAY_MIN,
        end_min=minutes[:, 1] * DAY_MIN,
        gust_mph=table[:, 4].copy(),
    )


@lru_cache(maxsize=KEPT)
def _storms(sky: Sky, block: Block) -> tuple[tuple[int, int, int, float], ...]:
    """Return (sample, day after the last, first day, gust) of the storms at a site."""
    name = f"storm/{sky.site}"
    rate = _prepared((sky.rate,)).quantile(block.stratified(f"{name}/rate"))[:, 0]
    last = sky.epoch + dt.timedelta(days=sky.days - 1)
    return tuple(
        storm
        for year in range(sky.epoch.year, last.year + 1)
        for storm in _storms_of_year(sky, block, year, rate)
    )


def _storms_of_year(
    sky: Sky, block: Block, year: int, rate: FloatArray
) -> list[tuple[int, int, int, float]]:
    season = _season(sky, year)
    name = f"storm/{sky.site}/{year}"
    number = poisson(rate, block.stratified(name)[:, 0])
    found: list[tuple[int, int, int, float]] = []
    for k in range(int(number.max(initial=0)) if season.size else 0):
        share = block.plain(f"{name}/{k}/day")[:, 0]
        length = _prepared((sky.length,)).quantile(block.plain(f"{name}/{k}/length"))[:, 0]
        gust = _prepared((sky.gust,)).quantile(block.plain(f"{name}/{k}/gust"))[:, 0]
        begin = season[(share * season.size).astype(np.int64)]
        end = begin + np.maximum(1, np.rint(length)).astype(np.int64)
        # The year may stick out of the tables at either end.
        is_real = (number > k) & (begin >= 0) & (end <= sky.days)
        found += [
            (int(s), int(end[s]), int(begin[s]), float(gust[s])) for s in np.flatnonzero(is_real)
        ]
    return found


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

"""Weather of each sample: working days lost outdoors, and storms that stop a whole site."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.capacity.laws import LawTable, prepare
from planner.simulate.calendars import DAY_MIN
from planner.simulate.streams import KeyArray, stream_keys, uniforms

if TYPE_CHECKING:
    from planner.network.arrays import BoolArray, FloatArray, IntArray, Laws, Network

SUNDAY: Final = 6
MONTHS: Final = 12


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
class Month:
    """A month of the tables at a site: its days [first, last) and the law of days lost."""

    name: str
    site: int
    law: int
    first: int
    last: int


class Weather:
    """Draws the weather of a network block by block.

    Lost days: the number in a month comes from the climate's law for a six-day week, rounded up or
    down at random so that its mean stays; every day has a random number, and as many of Monday to
    Saturday as are lost are those with the smallest. A Sunday is lost where its number is among
    them, which matters to calendars that work on Sundays.

    Storms: a Poisson number a year at the rate drawn for the sample, on uniform days of the months
    in which they come; whole days, at least one.
    """

    def __init__(self, network: Network, seed: int, total: int) -> None:
        self.network = network
        self.seed = seed
        self.total = total
        self.sites = [n for n, climate in enumerate(network.climate) if climate >= 0]
        self.months = [m for n in self.sites for m in _months(network, n)]
        day_names = [f"{m.name}/{d - m.first + 1}" for m in self.months for d in range(m.first, m.last)]
        self.lost_law = law_rows(network.lost_day, [m.law for m in self.months])
        self.day_key = stream_keys(seed, day_names)
        self.count_key = stream_keys(seed, [m.name for m in self.months])
        self.round_key = stream_keys(seed, [f"{m.name}/round" for m in self.months])
        epoch = network.epoch
        self.is_sunday = np.array(
            [(epoch + dt.timedelta(days=d)).weekday() == SUNDAY for d in range(network.days)]
        )

    def lost_days(self, first: int, count: int) -> BoolArray:
        """Return the days on which outdoor work stops, shape (S, N, D)."""
        network = self.network
        lost = np.zeros((count, len(network.site), network.days), dtype=np.bool_)
        if not self.months or not network.is_outdoor.any():
            return lost
        wanted = self.lost_law.quantile(uniforms(self.count_key, first, count, self.total))
        wanted = np.floor(wanted + uniforms(self.round_key, first, count)).astype(np.int64)
        position = 0
        for i, month in enumerate(self.months):
            length = month.last - month.first
            keys = self.day_key[position : position + length]
            position += length
            span = slice(month.first, month.last)
            lost[:, month.site, span] = _smallest(
                uniforms(keys, first, count), self.is_sunday[span], wanted[:, i]
            )
        return lost

    def storms(self, first: int, count: int) -> Storms:
        """Return the storms of a block of samples."""
        found = [
            storm
            for site in self.sites
            for year in range(self.network.epoch.year, _last_day(self.network).year + 1)
            for storm in self._storms_of(site, year, first, count)
        ]
        table = np.array(sorted(found), dtype=np.float64).reshape(-1, 5)
        sample = table[:, 0].astype(np.int64)
        return Storms(
            pointer=np.searchsorted(sample, np.arange(count + 1)).astype(np.int64),
            site=table[:, 2].astype(np.int64),
            begin_min=table[:, 3].astype(np.int64),
            end_min=table[:, 1].astype(np.int64),
            gust_mph=np.ascontiguousarray(table[:, 4]),
        )

    def _storms_of(
        self, site: int, year: int, first: int, count: int
    ) -> list[tuple[int, int, int, int, float]]:
        """Return (sample, end, site, begin, gust) of the storms at a site in a year."""
        network, name = self.network, f"storm/{self.network.site[site]}"
        climate = int(network.climate[site])
        days = _season(network, climate, year)
        if not days.size:
            return []
        rate = law_rows(network.storm_rate, [climate]).quantile(
            self._draw(f"{name}/rate", first, count, self.total)
        )
        number = poisson(rate, self._draw(f"{name}/{year}", first, count, self.total))[:, 0]
        found = []
        for k in range(int(number.max(initial=0))):
            stem = f"{name}/{year}/{k}"
            share = self._draw(f"{stem}/day", first, count)[:, 0]
            day = days[(share * days.size).astype(np.int64)]
            length = self._of_storm(network.storm_day, climate, f"{stem}/length", first, count)
            gust = self._of_storm(network.storm_gust, climate, f"{stem}/gust", first, count)
            end = day + np.maximum(1, np.rint(length)).astype(np.int64)
            is_real = (number > k) & (day >= 0) & (end <= network.days)
            found += [
                (int(s), int(end[s]) * DAY_MIN, site, int(day[s]) * DAY_MIN, float(gust[s]))
                for s in np.flatnonzero(is_real)
            ]
        return found

    def _of_storm(
        self, laws: Laws, climate: int, name: str, first: int, count: int
    ) -> FloatArray:
        return law_rows(laws, [climate]).quantile(self._draw(name, first, count))[:, 0]

    def _draw(self, name: str, first: int, count: int, total: int = 0) -> FloatArray:
        key: KeyArray = stream_keys(self.seed, [name])
        return uniforms(key, first, count, total)


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


def law_rows(laws: Laws, rows: IntArray | list[int]) -> LawTable:
    """Return some of a network's laws, prepared for many quantiles."""
    return prepare(laws.form[rows], laws.a[rows], laws.b[rows], laws.c[rows])


def _smallest(share: FloatArray, is_sunday: BoolArray, wanted: IntArray) -> BoolArray:
    """Return the days lost of a month: samples x days, `wanted` of the six-day week by sample."""
    working = np.sort(share[:, ~is_sunday], axis=1)
    if not working.shape[1]:
        return np.zeros(share.shape, dtype=np.bool_)
    wanted = np.minimum(wanted, working.shape[1])
    last = np.take_along_axis(working, np.maximum(wanted - 1, 0)[:, None], axis=1)
    lost: BoolArray = (share <= last) & (wanted > 0)[:, None]
    return lost


def _months(network: Network, site: int) -> list[Month]:
    """Return the months of the tables at a site, the first and last perhaps in part."""
    climate = int(network.climate[site])
    found: list[Month] = []
    day = 0
    while day < network.days:
        date = network.epoch + dt.timedelta(days=day)
        after = (date.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        last = min(network.days, (after - network.epoch).days)
        name = f"weather/{network.site[site]}/{date:%Y-%m}"
        found.append(Month(name, site, climate * MONTHS + date.month - 1, day, last))
        day = last
    return found


def _season(network: Network, climate: int, year: int) -> IntArray:
    """Return the days of a year on which storms can begin, counted from the epoch."""
    start = dt.date(year, 1, 1)
    length = (dt.date(year + 1, 1, 1) - start).days
    dates = [start + dt.timedelta(days=i) for i in range(length)]
    return np.array(
        [(d - network.epoch).days for d in dates if network.storm_month[climate, d.month - 1]],
        dtype=np.int64,
    )


def _last_day(network: Network) -> dt.date:
    return network.epoch + dt.timedelta(days=network.days - 1)

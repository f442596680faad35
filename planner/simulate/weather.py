"""Weather of each sample: working days lost outdoors, and storms that stop a whole site.

Lost days: the number in a month comes from the climate's law for a six-day week, rounded up or down
at random so that its mean stays. As many of Monday to Saturday are lost, any set of them as likely,
and each Sunday with about the same chance, which matters to calendars that work on Sundays.

Storms: a Poisson number a year, at a rate drawn once a sample, on uniform days of the months in
which they come. They stop the site for whole days, at least one, and for the days without grid
power after that. Sites of a basin share its storms: their draws are keyed by the basin and not by
the site, each site takes the quantiles of its own laws at them, and so the site that is hit less
often is hit only when the other is. No site's storms depend on which others there are.
"""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numba
import numpy as np

from planner.capacity.laws import interned, points_of
from planner.domain.amount import Form
from planner.network.arrays import Laws
from planner.simulate.amounts import Streams, law_table
from planner.simulate.calendars import DAY_MIN
from planner.simulate.streams import (
    WIDEST_SET,
    KeyArray,
    choices,
    stream_keys,
    uniforms,
    uniforms_at,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.capacity.laws import LawTable
    from planner.network.arrays import BoolArray, FloatArray, IntArray, Network

SUNDAY: Final = 6
MONTHS: Final = 12
KEPT: Final = 48
"""Blocks of weather kept for the next network at the same sites: trials of one study share them."""

CERTAIN: Final = (int(Form.FIXED), 0.0, 0.0, 0.0)
PARTS: Final = ("day", "length", "outage", "gust")
"""What is drawn of each storm."""

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
        Stable name, which keys the draws of lost days.
    source
        Stable name that keys the draws of storms: of the site, or of its basin.
    lost
        Days lost of each month, January first.
    rate, length, outage, gust
        Storms a year, days that each stops the site, days without grid power after that, and its
        peak gust in mph.
    months
        Whether storms come in each month.
    """

    site: str
    source: str
    epoch: dt.date
    days: int
    lost: tuple[Law, ...]
    rate: Law
    length: Law
    outage: Law
    gust: Law
    months: tuple[bool, ...]


@dataclass(frozen=True)
class Block:
    """Samples `first` to `first + count` of streams under a seed, stratified over `total`."""

    seed: int
    first: int
    count: int
    total: int

    def stratified(self, names: tuple[str, ...]) -> FloatArray:
        """Return uniform numbers of streams stratified over all samples, shape (S, n)."""
        return uniforms(_keys(self.seed, names), self.first, self.count, self.total)


@lru_cache(maxsize=KEPT)
def _keys(seed: int, names: tuple[str, ...]) -> KeyArray:
    return stream_keys(seed, names)


def skies(network: Network) -> dict[int, Sky]:
    """Return the sky of each site that has a climate."""
    return {n: _sky(network, n, int(c)) for n, c in enumerate(network.climate) if c >= 0}


def _sky(network: Network, site: int, climate: int) -> Sky:
    months = range(climate * MONTHS, (climate + 1) * MONTHS)
    basin = network.storm_basin[climate] if network.storm_basin else ""
    outage = network.storm_outage
    return Sky(
        network.site[site],
        f"basin:{basin}" if basin else network.site[site],
        network.epoch,
        network.days,
        tuple(_law(network.lost_day, row) for row in months),
        _law(network.storm_rate, climate),
        _law(network.storm_day, climate),
        CERTAIN if outage is None else _law(outage, climate),
        _law(network.storm_gust, climate),
        tuple(network.storm_month[climate].tolist()),
    )


def _law(laws: Laws, row: int) -> Law:
    a = float(laws.a[row])
    if laws.form[row] == Form.EMPIRICAL:  # its own table, so that equal climates share a cache
        a = float(interned(tuple(laws.shapes[int(a)].tolist())))
    return (int(laws.form[row]), a, float(laws.b[row]), float(laws.c[row]))


@lru_cache(maxsize=KEPT)
def _prepared(laws: tuple[Law, ...]) -> LawTable:
    return law_table(_laws(laws))


def _laws(laws: tuple[Law, ...]) -> Laws:
    form, a, b, c = (np.array(part) for part in zip(*laws, strict=True))
    seen = np.flatnonzero(form == Form.EMPIRICAL)
    if not seen.size:
        return Laws(form.astype(np.int64), a, b, c)
    shapes = np.array([points_of(int(i)) for i in a[seen]])
    a[seen] = np.arange(len(seen))
    return Laws(form.astype(np.int64), a, b, c, shapes)


# --- lost days


class LostDays:
    """Days on which outdoor work stops in a block of samples, drawn as far as anybody asks.

    Halls are built in a part of the horizon. Months have streams of their own, so how far is asked
    changes no draw.
    """

    def __init__(
        self, block: Block, days: int, sites: int, outdoors: dict[int, Sky], known: BoolArray
    ) -> None:
        self.days = days
        self._block, self._sites, self._outdoors, self._known = block, sites, outdoors, known

    @classmethod
    def of(cls, network: Network, block: Block, sky: Mapping[int, Sky]) -> LostDays:
        """Return the days lost under skies of a network, of which none is drawn yet."""
        busy = np.bincount(network.activity_site[network.is_outdoor], minlength=len(network.site))
        outdoors = {site: of for site, of in sky.items() if busy[site]}
        sites = len(network.site)
        known = np.zeros((block.count, sites, 0), dtype=np.bool_)
        return cls(block, network.days, sites, outdoors, known)

    @classmethod
    def given(cls, is_lost: BoolArray) -> LostDays:
        """Return days that are known, shape (S, N, D)."""
        samples, sites, days = is_lost.shape
        return cls(Block(0, 0, samples, 0), days, sites, {}, is_lost)

    def until(self, days: int) -> BoolArray:
        """Return whether days are lost, shape (S, N, at least so many), which nobody may write to.

        Not marked so: to compiled functions that would be another type of array.
        """
        if self._known.shape[2] < min(days, self.days):
            self._known = self._drawn(min(days, self.days))
        return self._known

    def _drawn(self, days: int) -> BoolArray:
        if self._outdoors and self._sites == 1:  # trials have one, and many share its weather
            return _site_days(self._outdoors[0], self._block).until(days)[:, None]
        lost = np.zeros((self._block.count, self._sites, days), dtype=np.bool_)
        for site, sky in self._outdoors.items():
            lost[:, site] = _site_days(sky, self._block).until(days)[:, :days]
        return lost


class SiteDays:
    """Days lost of a site in a block of samples, of which more are known the longer it is used."""

    def __init__(self, sky: Sky, block: Block) -> None:
        self._sky, self._block = sky, block
        self._known = np.zeros((block.count, 0), dtype=np.bool_)

    def until(self, days: int) -> BoolArray:
        """Return whether days are lost, shape (S, at least so many)."""
        known = self._known
        if known.shape[1] < days:
            # Two threads that both draw draw the same.
            known = self._known = _lost_days(replace(self._sky, days=days), self._block)
        return known


_site_days = lru_cache(maxsize=KEPT)(SiteDays)


def _lost_days(sky: Sky, block: Block) -> BoolArray:
    """Return the days lost of a site, shape (S, D)."""
    months = _months(sky)
    laws = _month_streams(sky, block.seed)
    wanted = np.maximum(laws.draw(block.first, block.count, block.total), 0.0)
    keys = _keys(block.seed, tuple(f"{name}/days" for name in months.name))
    mask = choices(keys, block.first, wanted, months.workdays, months.place)
    lost = np.empty((block.count, sky.days), dtype=np.bool_)
    _mark(mask, months.first, months.length, lost)
    return lost


@dataclass(frozen=True)
class Months:
    """The months of the tables; axis M.

    Parameters
    ----------
    name
        Name of the stream of each month.
    first, length
        Day on which it begins, counted from the epoch, and its days (M,); the tables may begin or
        end within a month, which loses days on both sides of the cut.
    workdays
        Days from Monday to Saturday (M,).
    place
        Days of the month from Monday to Saturday, then Sundays, -1 where there are no more (M, 31).
    month
        Number of the month in its year (M,).
    """

    name: tuple[str, ...]
    first: IntArray
    length: IntArray
    workdays: IntArray
    place: IntArray
    month: tuple[int, ...]


@lru_cache(maxsize=KEPT)
def _months(sky: Sky) -> Months:
    """Return the months that the tables touch."""
    begins, month = [], sky.epoch.replace(day=1)
    while (month - sky.epoch).days < sky.days:
        begins.append(month)
        month = (month + dt.timedelta(days=32)).replace(day=1)
    length = [(b - a).days for a, b in itertools.pairwise([*begins, month])]
    place = np.full((len(begins), WIDEST_SET), -1, dtype=np.int64)
    workdays = []
    for i, begin in enumerate(begins):
        is_sunday = [(begin.weekday() + day) % 7 == SUNDAY for day in range(length[i])]
        place[i, : length[i]] = np.argsort(is_sunday, kind="stable")
        workdays.append(length[i] - sum(is_sunday))
    return Months(
        tuple(f"weather/{sky.site}/{begin:%Y-%m}" for begin in begins),
        np.array([(begin - sky.epoch).days for begin in begins], dtype=np.int64),
        np.array(length, dtype=np.int64),
        np.array(workdays, dtype=np.int64),
        place,
        tuple(begin.month for begin in begins),
    )


@lru_cache(maxsize=KEPT)
def _month_streams(sky: Sky, seed: int) -> Streams:
    """Return the days lost of each month of the tables."""
    months = _months(sky)
    return Streams(_laws(tuple(sky.lost[month - 1] for month in months.month)), seed, months.name)


@kernel
def _mark(mask: IntArray, first: IntArray, length: IntArray, lost: BoolArray) -> None:
    """Mark the days lost, samples x days, of those that each month loses."""
    for month in range(mask.shape[1]):
        begin = first[month]
        # Tables may begin or end within a month.
        low, high = max(0, -begin), min(length[month], lost.shape[1] - begin)
        for s in range(mask.shape[0]):
            bits = mask[s, month] >> low
            for day in range(begin + low, begin + high):
                lost[s, day] = bits & 1
                bits >>= 1


# --- storms


def storms(network: Network, block: Block, sky: Mapping[int, Sky]) -> Storms:
    """Return the storms of a block of samples.

    Parameters
    ----------
    sky
        As `skies` gives.
    """
    blown = [(site, _storms(of, block)) for site, of in sky.items()]
    day = np.concatenate([np.zeros((3, 0), dtype=np.int64), *(days for _, (days, _) in blown)], 1)
    gust = np.concatenate([np.zeros(0), *(gusts for _, (_, gusts) in blown)])
    place = np.repeat([site for site, _ in blown], [len(gusts) for _, (_, gusts) in blown])
    is_ahead = day[2] * DAY_MIN >= network.known_min  # what passed by then is in the actuals
    if not is_ahead.all():
        day, gust, place = day[:, is_ahead], gust[is_ahead], place[is_ahead]
    sample, end, begin = day
    # Each site has them by sample; of a sample, by end, site, first day (in one number) and gust.
    order = np.argsort(sample, kind="stable")
    moment = ((end * len(network.site)) + place) * network.days + begin
    pointer = np.searchsorted(sample[order], np.arange(block.count + 1)).astype(np.int64)
    _order(pointer, moment, gust, order)
    return Storms(
        pointer=pointer,
        site=place[order].astype(np.int64),
        begin_min=begin[order] * DAY_MIN,
        end_min=end[order] * DAY_MIN,
        gust_mph=gust[order],
    )


@kernel
def _order(pointer: IntArray, moment: IntArray, gust: FloatArray, order: IntArray) -> None:
    """Order the few storms of each sample by moment and gust."""
    for s in range(len(pointer) - 1):
        for i in range(pointer[s] + 1, pointer[s + 1]):
            k, at = order[i], i
            while at > pointer[s]:
                before = order[at - 1]
                if moment[before] < moment[k]:
                    break
                if moment[before] == moment[k] and gust[before] <= gust[k]:
                    break
                order[at] = before
                at -= 1
            order[at] = k


@lru_cache(maxsize=KEPT)
def _storms(sky: Sky, block: Block) -> tuple[IntArray, FloatArray]:
    """Return sample, day after the last, first day, shape (3, K), and the gust of each."""
    name, season = f"storm/{sky.source}", _season(sky)
    rate = _prepared((sky.rate,)).quantile(block.stratified((f"{name}/rate",)))[:, 0]
    years = block.stratified(tuple(f"{name}/{year}" for year in season.year))
    number = poisson(rate, years)
    # The k-th storm of its year, axis K storms.
    sample, year, k = np.empty((3, int(number.sum())), dtype=np.int64)
    _each(number, sample, year, k)
    key = _storm_keys(sky.source, season.year, block.seed, int(number.max(initial=0)))
    share, *others = uniforms_at(key[:, k, year], block.first + sample)
    length, outage, gust = (
        _prepared((law,)).quantile(u[:, None])[:, 0]
        for law, u in zip((sky.length, sky.outage, sky.gust), others, strict=True)
    )
    begin = season.day[season.first[year] + (share * season.days[year]).astype(np.int64)]
    end = begin + np.maximum(1, np.rint(length + outage)).astype(np.int64)
    # The year may stick out of the tables at either end.
    is_real = (begin >= 0) & (end <= sky.days)
    return np.stack([sample, end, begin])[:, is_real], gust[is_real]


@kernel
def _each(number: IntArray, sample: IntArray, year: IntArray, k: IntArray) -> None:
    """Write down sample, year and place in its year of each storm."""
    at = 0
    for s in range(number.shape[0]):
        for y in range(number.shape[1]):
            for i in range(number[s, y]):
                sample[at], year[at], k[at] = s, y, i
                at += 1


@lru_cache(maxsize=KEPT)
def _storm_keys(source: str, years: tuple[int, ...], seed: int, most: int) -> KeyArray:
    """Return the keys of what is drawn of each storm, shape (`PARTS`, most, years)."""
    names = [
        f"storm/{source}/{year}/{k}/{part}" for part in PARTS for k in range(most) for year in years
    ]
    return stream_keys(seed, names).reshape(len(PARTS), most, len(years))


@dataclass(frozen=True)
class Season:
    """The days on which storms can begin; axis Y years with any.

    Parameters
    ----------
    year
        Years of the tables in which storms come.
    first, days
        Where the days of each year stand in `day`, and how many there are (Y,).
    day
        Days counted from the epoch, which may lie beyond the tables.
    """

    year: tuple[int, ...]
    first: IntArray
    days: IntArray
    day: IntArray


@lru_cache(maxsize=KEPT)
def _season(sky: Sky) -> Season:
    """Return the storm season of each year of the tables."""
    last = sky.epoch + dt.timedelta(days=sky.days - 1)
    years = tuple(range(sky.epoch.year, last.year + 1)) if any(sky.months) else ()
    found = [
        [
            (date - sky.epoch).days
            for date in (dt.date(year, 1, 1) + dt.timedelta(days=i) for i in range(366))
            if date.year == year and sky.months[date.month - 1]
        ]
        for year in years
    ]
    days = np.array([len(days) for days in found], dtype=np.int64)
    return Season(
        years, np.cumsum(days) - days, days, np.array([*itertools.chain(*found)], dtype=np.int64)
    )


def poisson(rate: FloatArray, u: FloatArray) -> IntArray:
    """Return quantiles of Poisson laws: the smallest k with P(X <= k) >= u.

    Parameters
    ----------
    rate, u
        Rates (S,) and probabilities (S, n).
    """
    number = np.zeros(u.shape, dtype=np.int64)
    _count(rate, np.exp(-rate), u, number)
    return number


@kernel
def _count(rate: FloatArray, none: FloatArray, u: FloatArray, number: IntArray) -> None:
    for s in range(u.shape[0]):
        for i in range(u.shape[1]):
            term = below = none[s]
            k = 0
            while u[s, i] > below and term > 0:
                k += 1
                term = term * rate[s] / k
                below += term
            number[s, i] = k

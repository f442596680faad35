"""Crews in use and money spent by month, in samples and in the deterministic pass.

A crew is in use from the start of an activity to the end of its work, nights and weekends between
included: nobody else can have it. The cost of an activity is spread evenly over the same time.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numba
import numpy as np

from planner.domain.result import NEVER
from planner.domain.review import SpendCurve, Usage
from planner.network.cpm import hand_over_late
from planner.network.health import hand_overs
from planner.simulate.calendars import DAY_MIN

if TYPE_CHECKING:
    from planner.network import Deterministic
    from planner.network.arrays import FloatArray, IntArray, Network
    from planner.simulate.times import Times

kernel = numba.njit(cache=True, nogil=True)

HISTOGRAM_SAMPLES: Final = 512
"""Samples behind the percentiles of a month; more would cost memory and change no figure."""
SHARES: Final = (0.1, 0.5, 0.9)


def month_edges(network: Network) -> tuple[tuple[dt.date, ...], IntArray]:
    """Return the first days of the months of the tables (M), and their first minutes (M + 1)."""
    last = network.epoch + dt.timedelta(days=network.days)
    days, at = [], network.epoch
    while at < last:
        days.append(at)
        at = (at.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    edges = [(day - network.epoch).days for day in days] + [network.days]
    return tuple(days), np.array(edges, dtype=np.int64) * DAY_MIN


@dataclass
class Months:
    """Use of crews and spend of a run, gathered block by block."""

    network: Network
    month: tuple[dt.date, ...]
    edge: IntArray
    used: list[FloatArray] = field(default_factory=list)
    spent: list[FloatArray] = field(default_factory=list)
    samples: int = 0

    @classmethod
    def of(cls, network: Network) -> Months:
        """Return months of which nothing is known yet."""
        return cls(network, *month_edges(network))

    def add(self, times: Times) -> None:
        """Count a block of samples; beyond `HISTOGRAM_SAMPLES` nothing more is kept."""
        left = HISTOGRAM_SAMPLES - self.samples
        if left <= 0:
            return
        start, end = times.start_min[:left], times.work_end_min[:left]
        self.used.append(crews_in_use(self.network, start, end, self.edge))
        self.spent.append(cumulative_spend(self.network, start, end, self.edge))
        self.samples += len(start)

    def usage(self, sure: Deterministic) -> Usage:
        """Return the use of crews, of months in which any is used."""
        network = self.network
        used = np.concatenate(self.used)
        early = crews_in_use(network, sure.start_min[None], sure.work_end_min[None], self.edge)[0]
        p50, p90 = np.quantile(used, (0.5, 0.9), axis=0, method="inverted_cdf")
        months = _span(np.concatenate([used, early[None]]).sum(axis=(0, 1)))
        return Usage(
            network.resource,
            network.capacity.astype(np.float64),
            self.month[months],
            p50[:, months],
            p90[:, months],
            early[:, months],
        )

    def spend(self, sure: Deterministic) -> SpendCurve:
        """Return the curves of spend, of the months in which they rise."""
        spent = np.concatenate(self.spent)
        early = self._curve(sure.start_min, sure.work_end_min)
        late = self._curve(*hand_over_late(sure, hand_overs(self.network)))
        p10, p50, p90 = np.quantile(spent, SHARES, axis=0, method="inverted_cdf")
        rises = np.diff(np.concatenate([spent, early[None], late[None]]), axis=1, prepend=0.0)
        months = _span(np.abs(rises).sum(axis=0))
        curves = (curve[months] for curve in (early, late, p10, p50, p90))
        return SpendCurve(self.month[months], *curves)

    def _curve(self, start: IntArray, end: IntArray) -> FloatArray:
        made: FloatArray = cumulative_spend(self.network, start[None], end[None], self.edge)[0]
        return made


def _span(amount: FloatArray) -> slice:
    """Return the stretch from the first to the last month with any."""
    found = np.flatnonzero(amount)
    return slice(int(found[0]), int(found[-1]) + 1) if found.size else slice(0, 0)


def crews_in_use(network: Network, start: IntArray, end: IntArray, edge: IntArray) -> FloatArray:
    """Return the mean number of each resource in use in each month, shape (S, R, M)."""
    out = np.zeros((start.shape[0], len(network.resource), len(edge) - 1))
    need = network.need
    _fill_crews(need.pointer, need.column, need.units, start, end, edge, out)
    made: FloatArray = out / np.diff(edge)
    return made


def cumulative_spend(
    network: Network, start: IntArray, end: IntArray, edge: IntArray
) -> FloatArray:
    """Return what is spent by the end of each month, shape (S, M) [MUSD]."""
    out = np.zeros((start.shape[0], len(edge) - 1))
    _fill_spend(network.cost_musd, start, end, edge, out)
    made: FloatArray = np.cumsum(out, axis=1)
    return made


@kernel
def _month_of(edge: IntArray, minute: int) -> int:
    low, high = 0, len(edge) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if edge[middle] <= minute:
            low = middle
        else:
            high = middle
    return low


@kernel
def _fill_crews(
    pointer: IntArray, column: IntArray, units: IntArray, start: IntArray, end: IntArray,
    edge: IntArray, out: FloatArray,
) -> None:  # fmt: skip
    """Add crew-minutes by resource and month."""
    last = edge[-1]
    for s in range(start.shape[0]):
        for a in range(start.shape[1]):
            if pointer[a] == pointer[a + 1] or start[s, a] >= last:
                continue
            until = min(end[s, a], last)
            m = _month_of(edge, start[s, a])
            since = start[s, a]
            while since < until:
                stop = min(until, edge[m + 1])
                for i in range(pointer[a], pointer[a + 1]):
                    out[s, column[i], m] += units[i] * (stop - since)
                since = stop
                m += 1


@kernel
def _fill_spend(
    cost: FloatArray, start: IntArray, end: IntArray, edge: IntArray, out: FloatArray
) -> None:
    """Add money by month: evenly over the work, all at once where there is none."""
    last = edge[-1]
    for s in range(start.shape[0]):
        for a in range(start.shape[1]):
            since, until = start[s, a], end[s, a]
            if cost[a] == 0 or since >= last:
                continue
            m = _month_of(edge, since)
            if until <= since or until >= NEVER:
                out[s, m] += cost[a]
                continue
            length = until - since
            while since < min(until, last):
                stop = min(until, edge[m + 1])
                out[s, m] += cost[a] * (stop - since) / length
                since = stop
                m += 1

"""Crews in use and money spent by month, in samples and in the deterministic pass.

A crew is in use from the start of an activity to the end of its work, nights and weekends between
included: nobody else can have it. The cost of an activity is spread evenly over the same time.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import numba
import numpy as np

from planner.domain.result import NEVER, order_statistics
from planner.domain.review import SpendCurve, Usage
from planner.network.cpm import hand_over_late
from planner.network.health import hand_overs
from planner.simulate.calendars import DAY_MIN

if TYPE_CHECKING:
    from planner.network import Deterministic
    from planner.network.arrays import FloatArray, IntArray, Network

kernel = numba.njit(cache=True, nogil=True)

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


def usage(network: Network, used: FloatArray, sure: Deterministic) -> Usage:
    """Return the use of crews, of months in which any is used.

    Parameters
    ----------
    used
        Crews in use in each future, shape (S, R, M).
    """
    months, edge = month_edges(network)
    early = crews_in_use(network, sure.start_min[None], sure.work_end_min[None], edge)[0]
    span = _span(np.maximum(used.max(axis=0), early).max(axis=0, initial=0.0))
    p50, p90 = order_statistics(used[:, :, span], (0.5, 0.9))
    capacity = network.capacity.astype(np.float64)
    return Usage(network.resource, capacity, months[span], p50, p90, early[:, span])


def spend(network: Network, spent: FloatArray, sure: Deterministic) -> SpendCurve:
    """Return the curves of spend, of the months in which they rise.

    Parameters
    ----------
    spent
        What is spent by the end of each month in each future, shape (S, M).
    """
    months, edge = month_edges(network)

    def curve(start: IntArray, end: IntArray) -> FloatArray:
        made: FloatArray = cumulative_spend(network, start[None], end[None], edge)[0]
        return made

    early = curve(sure.start_min, sure.work_end_min)
    late = curve(*hand_over_late(sure, hand_overs(network)))
    around = np.stack([spent.min(axis=0), spent.max(axis=0), early, late])
    span = _span(np.abs(np.diff(around, axis=1, prepend=0.0)).max(axis=0))
    return SpendCurve(
        months[span], early[span], late[span], *order_statistics(spent[:, span], SHARES)
    )


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
def _months_of_days(edge: IntArray) -> IntArray:
    """Return the month of each day of the tables."""
    month = np.empty(edge[-1] // DAY_MIN, np.int64)
    for m in range(len(edge) - 1):
        month[edge[m] // DAY_MIN : edge[m + 1] // DAY_MIN] = m
    return month


@kernel
def _fill_crews(
    pointer: IntArray, column: IntArray, units: IntArray, start: IntArray, end: IntArray,
    edge: IntArray, out: FloatArray,
) -> None:  # fmt: skip
    """Add crew-minutes by resource and month."""
    last, month = edge[-1], _months_of_days(edge)
    for s in range(start.shape[0]):
        for a in range(start.shape[1]):
            if pointer[a] == pointer[a + 1] or start[s, a] >= last:
                continue
            until = min(end[s, a], last)
            since = start[s, a]
            m = month[since // DAY_MIN]
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
    last, month = edge[-1], _months_of_days(edge)
    for s in range(start.shape[0]):
        for a in range(start.shape[1]):
            since, until = start[s, a], end[s, a]
            if cost[a] == 0 or since >= last:
                continue
            m = month[since // DAY_MIN]
            if until <= since or until >= NEVER:
                out[s, m] += cost[a]
                continue
            length = until - since
            while since < min(until, last):
                stop = min(until, edge[m + 1])
                out[s, m] += cost[a] * (stop - since) / length
                since = stop
                m += 1

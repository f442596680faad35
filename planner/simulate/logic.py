"""What an engine may rely on: the logic ends, crews and equipment exist, no lag is negative."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import numba
import numpy as np

from planner.domain.activity import Kind
from planner.errors import EngineError

if TYPE_CHECKING:
    from planner.network.arrays import Csr, IntArray, Network

ARC = 4
"""Kind of a resource-flow arc: the successor starts once the work of the predecessor has ended."""

SHOWN = 5
"""Names listed in a message before it says how many more there are."""


class Moment(enum.IntEnum):
    """What happens to an activity, in this order."""

    START = 0
    WORK_END = 1
    FINISH = 2


# From which moment of the predecessor to which moment of the successor a relation runs.
SOURCE: dict[int, Moment] = {
    Kind.FS: Moment.FINISH,
    Kind.SS: Moment.START,
    Kind.FF: Moment.FINISH,
    Kind.SF: Moment.START,
    ARC: Moment.WORK_END,
}
TARGET: dict[int, Moment] = {
    Kind.FS: Moment.START,
    Kind.SS: Moment.START,
    Kind.FF: Moment.FINISH,
    Kind.SF: Moment.FINISH,
    ARC: Moment.START,
}

# The same as lookup tables.
SOURCE_OF = np.array([SOURCE[kind] for kind in range(len(SOURCE))], dtype=np.int64)
TARGET_OF = np.array([TARGET[kind] for kind in range(len(TARGET))], dtype=np.int64)


def check_network(network: Network) -> None:
    """Refuse a network that could not end.

    Raises
    ------
    EngineError
        If a lag is negative, a need exceeds what there is, or relations run in a circle. The
        specs' own checks find all of these earlier; one that comes this far names the activities.
    """
    _check_lags(network)
    _check_needs(network)
    _check_units(network)
    _check_circles(network)


def _check_lags(network: Network) -> None:
    bad = np.flatnonzero(network.relation_lag_min < 0)
    if bad.size:
        names = [network.activity[network.relation_succ[e]] for e in bad]
        raise EngineError(f"negative lag before {listed(names)}")


def _check_needs(network: Network) -> None:
    need = network.need
    activity = np.repeat(np.arange(len(network.activity)), np.diff(need.pointer))
    bad = np.flatnonzero(need.units > network.capacity[need.column])
    if bad.size:
        names = [
            f"{network.activity[activity[i]]} ({need.units[i]} of {network.resource[r]}, of which "
            f"there are {network.capacity[r]})"
            for i in bad
            for r in [need.column[i]]
        ]
        raise EngineError(f"more crews needed than there are: {listed(names)}")


def _check_units(network: Network) -> None:
    pools = len(network.pool)
    arriving = np.bincount(network.unit_pool, minlength=pools)
    wanted = np.bincount(network.wait.column, weights=network.wait.units, minlength=pools)
    bad = np.flatnonzero(wanted > arriving)
    if bad.size:
        names = [f"{network.pool[q]} ({wanted[q]:.0f} of {arriving[q]})" for q in bad]
        raise EngineError(f"more units of equipment needed than ordered: {listed(names)}")


def _check_circles(network: Network) -> None:
    """Peel off moments that wait for nothing; what stays is in a circle or behind one."""
    count = len(network.activity)
    number = np.arange(count)
    kind = network.relation_kind
    before = [Moment.START * count + number, Moment.WORK_END * count + number]
    then = [Moment.WORK_END * count + number, Moment.FINISH * count + number]
    before.append(SOURCE_OF[kind] * count + network.relation_pred)
    then.append(TARGET_OF[kind] * count + network.relation_succ)
    source, target = np.concatenate(before), np.concatenate(then)
    order = np.argsort(source, kind="stable")
    pointer = np.searchsorted(source[order], np.arange(3 * count + 1))
    waits = np.bincount(target, minlength=3 * count)
    _peel(pointer, target[order], waits)
    left = np.unique(np.flatnonzero(waits) % max(count, 1))
    if len(left):
        names = listed([network.activity[a] for a in left])
        raise EngineError(f"relations run in a circle among, or before, {names}")


@numba.njit(cache=True, nogil=True)
def _peel(pointer: IntArray, target: IntArray, waits: IntArray) -> None:
    """Reduce `waits` by all that can happen."""
    free = np.empty(len(waits), np.int64)
    top = 0
    for node in range(len(waits)):
        if waits[node] == 0:
            free[top] = node
            top += 1
    while top > 0:
        top -= 1
        node = free[top]
        for i in range(pointer[node], pointer[node + 1]):
            waits[target[i]] -= 1
            if waits[target[i]] == 0:
                free[top] = target[i]
                top += 1


def csr_rows(table: Csr) -> list[list[tuple[int, int]]]:
    """Return the rows of a table as lists of (column, units)."""
    entries = list(zip(table.column.tolist(), table.units.tolist(), strict=True))
    ends = table.pointer.tolist()
    return [entries[ends[i] : ends[i + 1]] for i in range(len(ends) - 1)]


def listed(names: list[str]) -> str:
    """Return names in a row, the first few of them if there are many."""
    shown = ", ".join(names[:SHOWN])
    more = len(names) - SHOWN
    return f"{shown} and {more} more" if more > 0 else shown

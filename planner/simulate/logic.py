"""What an engine may rely on: a network's logic ends, its crews exist, its lags are not negative."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import numpy as np

from planner.domain.activity import Kind
from planner.errors import EngineError

if TYPE_CHECKING:
    from planner.network.arrays import Csr, Network

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
SOURCE = {
    Kind.FS: Moment.FINISH,
    Kind.SS: Moment.START,
    Kind.FF: Moment.FINISH,
    Kind.SF: Moment.START,
    ARC: Moment.WORK_END,
}
TARGET = {
    Kind.FS: Moment.START,
    Kind.SS: Moment.START,
    Kind.FF: Moment.FINISH,
    Kind.SF: Moment.FINISH,
    ARC: Moment.START,
}


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
    activities = len(network.activity)
    after: list[list[int]] = [[] for _ in range(3 * activities)]
    waits = np.zeros(3 * activities, dtype=np.int64)

    def link(before: int, then: int) -> None:
        after[before].append(then)
        waits[then] += 1

    for a in range(activities):
        link(3 * a + Moment.START, 3 * a + Moment.WORK_END)
        link(3 * a + Moment.WORK_END, 3 * a + Moment.FINISH)
    for pred, succ, kind in zip(
        network.relation_pred.tolist(),
        network.relation_succ.tolist(),
        network.relation_kind.tolist(),
        strict=True,
    ):
        link(3 * pred + SOURCE[kind], 3 * succ + TARGET[kind])
    free = np.flatnonzero(waits == 0).tolist()
    while free:
        for then in after[free.pop()]:
            waits[then] -= 1
            if waits[then] == 0:
                free.append(then)
    left = sorted({int(node) // 3 for node in np.flatnonzero(waits)})
    if left:
        names = listed([network.activity[a] for a in left])
        raise EngineError(f"relations run in a circle among, or before, {names}")


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

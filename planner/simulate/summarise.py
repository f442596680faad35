"""From times of activities to the milestones that planners ask for, sample by sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np

from planner.domain.result import NEVER

if TYPE_CHECKING:
    from planner.network.arrays import Csr, IntArray, Network

kernel = numba.njit(cache=True, nogil=True)


def block_ready(network: Network, finish_min: IntArray) -> IntArray:
    """Return when each block is ready for IT, shape (S, B): the latest of the finishes it needs."""
    return latest(finish_min, network.block_ready)


def energised(network: Network, finish_min: IntArray, gate_min: IntArray) -> IntArray:
    """Return when each tranche is live, shape (S, T): its gate and the works it waits for."""
    done: IntArray = np.maximum(
        gate_min[:, network.tranche_gate], latest(finish_min, network.tranche_after)
    )
    return done


def in_service(network: Network, finish_min: IntArray) -> IntArray:
    """Return when each lot is ready for service, shape (S, L).

    GPUs without a tail of activities serve as soon as their block is ready.
    """
    stands = network.lot_service < 0
    service: IntArray = finish_min[:, np.where(stands, 0, network.lot_service)].copy()
    if stands.any():
        service[:, stands] = block_ready(network, finish_min)[:, network.lot_block[stands]]
    return service


def docked(network: Network, gate_min: IntArray) -> IntArray:
    """Return when each lot's racks are delivered, shape (S, L); 0 where none is waited for."""
    has_none = network.lot_gate < 0
    dock: IntArray = gate_min[:, np.where(has_none, 0, network.lot_gate)].copy()
    dock[:, has_none] = 0
    return dock


def rack_started(row: IntArray, start_min: IntArray, service_min: IntArray) -> IntArray:
    """Return when the work that waits for racks starts, shape (S, L); service where none does.

    Parameters
    ----------
    row
        Activity of each lot that waits for them, as `rack_rows` gives.
    """
    made: IntArray = service_min.copy()
    has_row = row >= 0
    made[:, has_row] = start_min[:, row[has_row]]
    return made


def rack_rows(network: Network) -> IntArray:
    """Return the activity of each lot's tail that waits for its racks, shape (L,); -1: none.

    Lots bought together wait for one gate, each with the first such row of its own tail.
    """
    owner = np.repeat(np.arange(len(network.activity)), np.diff(network.gate.pointer))
    waiting: dict[int, list[int]] = {}
    for activity, gate in zip(owner.tolist(), network.gate.column.tolist(), strict=True):
        waiting.setdefault(gate, []).append(activity)
    found = np.full(len(network.lot), -1, dtype=np.int64)
    for lot, (name, gate) in enumerate(zip(network.lot, network.lot_gate.tolist(), strict=True)):
        mine = (a for a in waiting.get(gate, ()) if network.activity[a].startswith(f"{name}/"))
        found[lot] = next(mine, -1)
    return found


def latest(minute: IntArray, table: Csr) -> IntArray:
    """Return the latest of some columns of `minute` (S, n) for each row, 0 where there are none."""
    out = np.empty((minute.shape[0], len(table.pointer) - 1), dtype=np.int64)
    _latest(minute, table.pointer, table.column, out)
    return out


@kernel
def _latest(minute: IntArray, pointer: IntArray, column: IntArray, out: IntArray) -> None:
    for s in range(out.shape[0]):
        for row in range(out.shape[1]):
            last = 0
            for i in range(pointer[row], pointer[row + 1]):
                last = max(last, minute[s, column[i]])
            out[s, row] = min(last, NEVER)

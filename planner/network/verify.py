"""Promises of a compiled network, for tests: what every engine may take for granted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.errors import EngineError
from planner.network.cpm import deterministic
from planner.network.draft import ARC

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.network.arrays import Csr, FloatArray, IntArray, Laws, Network


def verify(network: Network) -> tuple[str, ...]:
    """Return which promises a network breaks, in words; none if it is sound."""
    shape = (*_lengths(network), *_tables(network), *_indices(network), *_days(network))
    # What follows walks over the arrays, and needs them sound.
    return shape or (*_order(network), *_supply(network), *_worked(network))


def _lengths(network: Network) -> Iterator[str]:
    """Check that what is said of activities, units, gates, halls and lots is said of each."""
    activities = len(network.activity)
    lengths = {
        "work": (len(network.work.form), activities),
        "rank": (len(network.rank), activities),
        "calendar": (len(network.calendar), activities),
        "cost_musd": (len(network.cost_musd), activities),
        "capacity": (len(network.capacity), len(network.resource)),
        "unit_lead": (len(network.unit_lead.form), len(network.unit_pool)),
        "gate_slip": (len(network.gate_slip.form), len(network.gate_name)),
        "hall_first": (len(network.hall_first), len(network.hall)),
        "block_mw": (len(network.block_mw), len(network.block)),
        "lot_service": (len(network.lot_service), len(network.lot)),
        "tranche_gate": (len(network.tranche_gate), len(network.tranche)),
        "driver_probability": (len(network.driver_probability), len(network.driver_name)),
        "climate": (len(network.climate), len(network.site)),
    }
    for name, (is_long, should_be) in lengths.items():
        if is_long != should_be:
            yield f"{name} has {is_long} rows, {should_be} wanted"
    for name in ("activity", "unit_name", "gate_name", "hall", "block", "lot", "tranche"):
        names = getattr(network, name)
        if len(set(names)) < len(names):
            yield f"{name} has a name twice"


def _tables(network: Network) -> Iterator[str]:
    """Check pointers and columns of the sparse tables."""
    activities, drivers = len(network.activity), len(network.driver_name)
    shapes = {
        "work_driver": (activities, drivers),
        "need": (activities, len(network.resource)),
        "wait": (activities, len(network.pool)),
        "gate": (activities, len(network.gate_name)),
        "unit_driver": (len(network.unit_pool), drivers),
        "gate_driver": (len(network.gate_name), drivers),
        "gate_event": (len(network.gate_name), drivers),
        "block_ready": (len(network.block), activities),
        "tranche_after": (len(network.tranche), activities),
    }
    for name, (rows, columns) in shapes.items():
        table: Csr = getattr(network, name)
        pointer = table.pointer
        if len(pointer) != rows + 1 or pointer[0] or pointer[-1] != len(table.column):
            yield f"{name}: pointers do not span its {rows} rows"
        elif np.any(np.diff(pointer) < 0):
            yield f"{name}: pointers go back"
        if len(table.units) != len(table.column) or np.any(table.units < 1):
            yield f"{name}: units are not whole and positive"
        if not _within(table.column, columns):
            yield f"{name}: a column is out of range"


def _indices(network: Network) -> Iterator[str]:
    activities = len(network.activity)
    indices = {
        "relation_pred": (network.relation_pred, activities, 0),
        "relation_succ": (network.relation_succ, activities, 0),
        "relation_kind": (network.relation_kind, ARC + 1, 0),
        "calendar": (network.calendar, len(network.calendar_name), 0),
        "activity_site": (network.activity_site, len(network.site), 0),
        "activity_hall": (network.activity_hall, len(network.hall), -1),
        "activity_block": (network.activity_block, len(network.block), -1),
        "unit_pool": (network.unit_pool, len(network.pool), 0),
        "block_hall": (network.block_hall, len(network.hall), 0),
        "lot_block": (network.lot_block, len(network.block), 0),
        "lot_service": (network.lot_service, activities, -1),
        "lot_gate": (network.lot_gate, len(network.gate_name), -1),
        "hall_closes": (network.hall_closes, activities, -1),
        "tranche_gate": (network.tranche_gate, len(network.gate_name), 0),
        "day_type": (network.day_type, len(network.type_pointer) - 1, 0),
    }
    for name, (values, size, least) in indices.items():
        if not _within(values, size, least):
            yield f"{name} is out of range"
    if np.any(network.relation_lag_min < 0):
        yield "a lag is negative"
    if np.any(network.gate_base_min < 0) or np.any(network.unit_order_min < 0):
        yield "a date lies before the epoch"
    if not all(np.all(np.isfinite(part)) for part in _parts(network.work)):
        yield "work is not finite"


def _order(network: Network) -> Iterator[str]:
    """Check ranks, the order of halls, and that the logic ends."""
    if not np.array_equal(np.sort(network.rank), np.arange(len(network.activity))):
        yield "rank is no permutation"
    for h, (first, last) in enumerate(zip(network.hall_first, network.hall_last, strict=True)):
        inside = np.flatnonzero(network.activity_hall == h)
        if not np.array_equal(inside, np.arange(first, last)):
            yield f"activities of {network.hall[h]} are not its range"
    try:
        deterministic(network)
    except EngineError as error:
        yield str(error)


def _worked(network: Network) -> Iterator[str]:
    """Check that every calendar in use has some work."""
    has_work = np.diff(network.type_pointer) > 0
    for row in np.unique(network.calendar):
        if not has_work[network.day_type[row]].any():
            yield f"nobody ever works on {network.calendar_name[row]}"


def _supply(network: Network) -> Iterator[str]:
    """Check that every need fits what there is."""
    short = network.need.units > network.capacity[network.need.column]
    for r in np.unique(network.need.column[short]):
        yield f"an activity needs more of {network.resource[r]} than there is"
    pools = len(network.pool)
    wanted = np.bincount(network.wait.column, minlength=pools)
    there = np.bincount(network.unit_pool, minlength=pools)
    for q in np.flatnonzero(wanted > there):
        yield f"{wanted[q]} of {network.pool[q]} wanted, {there[q]} ordered or in stock"


def _days(network: Network) -> Iterator[str]:
    """Check the calendar tables."""
    if network.day_type.shape != (len(network.calendar_name), network.days):
        yield "day_type does not cover all days of all calendars"
    start, end = network.type_start_min, network.type_end_min
    if np.any(start >= end) or np.any(start < 0) or np.any(end > 1440):
        yield "an interval does not lie within a day"


def _within(values: IntArray, size: int, least: int = 0) -> bool:
    return not values.size or (int(values.min()) >= least and int(values.max()) < size)


def _parts(laws: Laws) -> tuple[FloatArray, ...]:
    return laws.a, laws.b, laws.c

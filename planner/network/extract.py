"""A part of a network: the activities of one site, with the gates and equipment that they wait for.

Sites share risk drivers and nothing else, and every draw is keyed by name, so that the futures of
the part are those of the whole.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from planner.network.arrays import Csr, Laws

if TYPE_CHECKING:
    from planner.network.arrays import BoolArray, IntArray, Network

ACTIVITY: Final = (
    "activity", "title", "phase", "activity_site", "activity_hall", "activity_block", "work",
    "work_driver", "calendar", "is_outdoor", "need", "wait", "gate", "cost_musd",
)  # fmt: skip
HALL: Final = (
    "hall", "hall_site", "hall_first", "hall_last", "hall_design_wind", "hall_design_wind_open",
    "hall_closes", "hall_repair_fixed_min", "hall_repair_full_min", "hall_repair_cost_musd",
    "hall_repair_calendar", "hall_contents_musd",
)  # fmt: skip
BLOCK: Final = ("block", "block_hall", "block_mw", "block_ready")
LOT: Final = ("lot", "lot_block", "lot_service", "lot_gate")


def of_site(network: Network, site: str) -> Network:
    """Return the network of one site alone; sites, gates, pools, resources keep their places."""
    number = network.site.index(site)
    activity = network.activity_site == number
    hall = network.hall_site == number
    block = hall[network.block_hall]
    lot = block[network.lot_block] if len(network.lot) else np.zeros(0, dtype=np.bool_)
    unit = np.isin(network.unit_pool, network.wait.column[_rows(network.wait, activity)])
    relation = activity[network.relation_succ]
    new = _renumbered(activity)
    kept = {
        **_fields(network, ACTIVITY, activity), **_fields(network, HALL, hall),
        **_fields(network, BLOCK, block), **_fields(network, LOT, lot),
        **_fields(network, ("unit_name", "unit_pool", "unit_order_min", "unit_lead",
                            "unit_driver"), unit),
        **_fields(network, ("relation_kind", "relation_lag_min"), relation),
    }  # fmt: skip
    kept |= {
        "relation_pred": new[network.relation_pred[relation]],
        "relation_succ": new[network.relation_succ[relation]],
        "rank": np.argsort(np.argsort(network.rank[activity], kind="stable"), kind="stable"),
        "activity_hall": _moved(_renumbered(hall), network.activity_hall[activity]),
        "activity_block": _moved(_renumbered(block), network.activity_block[activity]),
        "hall_first": new[network.hall_first[hall]],
        "hall_last": new[network.hall_last[hall] - 1] + 1,
        "hall_closes": _moved(new, network.hall_closes[hall]),
        "block_hall": _renumbered(hall)[network.block_hall[block]],
        "block_ready": _aimed(_picked(network.block_ready, block), new),
        "lot_block": _renumbered(block)[network.lot_block[lot]],
        "lot_service": _moved(new, network.lot_service[lot]),
        **_tranches(network, site, new),
    }
    return dataclasses.replace(network, **kept)


def _tranches(network: Network, site: str, new: IntArray) -> dict[str, Any]:
    own = np.array([name.startswith(f"{site}/") for name in network.tranche], dtype=np.bool_)
    return {
        "tranche": tuple(n for n, k in zip(network.tranche, own, strict=True) if k),
        "tranche_gate": network.tranche_gate[own],
        "tranche_after": _aimed(_picked(network.tranche_after, own), new),
    }


def _renumbered(mask: BoolArray) -> IntArray:
    """Return the new number of each of what is kept; -1 for what is not."""
    made: IntArray = np.where(mask, np.cumsum(mask) - 1, -1).astype(np.int64)
    return made


def _moved(new: IntArray, old: IntArray) -> IntArray:
    """Return new numbers of old ones, of which -1 stays."""
    if not len(new):
        return old
    return np.where(old < 0, -1, new[old])


def _rows(table: Csr, mask: BoolArray) -> BoolArray:
    """Return which entries of a table belong to kept rows."""
    kept: BoolArray = np.repeat(mask, np.diff(table.pointer))
    return kept


def _picked(table: Csr, mask: BoolArray) -> Csr:
    entries = _rows(table, mask)
    length = np.diff(table.pointer)[mask]
    pointer = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
    return Csr(pointer, table.column[entries], table.units[entries])


def _aimed(table: Csr, new: IntArray) -> Csr:
    return dataclasses.replace(table, column=_moved(new, table.column))


def _fields(network: Network, names: tuple[str, ...], mask: BoolArray) -> dict[str, Any]:
    """Return fields cut down to the rows kept."""
    return {name: _cut(getattr(network, name), mask) for name in names}


def _cut(value: Any, mask: BoolArray) -> Any:
    if value is None:
        return None
    if isinstance(value, Csr):
        return _picked(value, mask)
    if isinstance(value, Laws):
        return Laws(value.form[mask], value.a[mask], value.b[mask], value.c[mask], value.shapes)
    if isinstance(value, tuple):
        return tuple(x for x, kept in zip(value, mask.tolist(), strict=True) if kept)
    return np.asarray(value)[mask]

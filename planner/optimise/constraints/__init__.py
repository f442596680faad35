"""All constraints. To add one: write a file that defines CONSTRAINT, and list it here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from planner.optimise.constraints import (
    cancel,
    cancel_halls,
    carbon,
    cash,
    clusters,
    crews,
    debt,
    deliveries,
    docks,
    equipment,
    gives_way,
    gpu_time,
    hall_slots,
    land,
    lateness,
    leaving,
    max_price,
    needs,
    options,
    overlap,
    parts,
    pins,
    placement,
    power,
    required,
    reservations,
    supply,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.optimise.constraints.base import Constraint

CONSTRAINTS: Final[Mapping[str, Constraint]] = {
    m.CONSTRAINT.name: m.CONSTRAINT
    for m in (
        cancel, cancel_halls, options, hall_slots, land, crews, equipment, placement, overlap,
        leaving, deliveries, parts, docks, supply, power, gpu_time, clusters, needs, required,
        gives_way, lateness, pins, reservations, carbon, debt, max_price, cash,
    )
}  # fmt: skip

"""Actuals: what has happened by a data date, as a user reports it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from planner.domain.base import (
    Count,
    Date,
    Model,
    MoneyMUSD,
    Name,
    Positive,
    Share,
    SlipDay,
    WorkWd,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping


class Progress(Model):
    """What is known of one activity."""

    started: Date | None = None
    """Day on which it was begun."""
    finished: Date | None = None
    """Day on which it was done; on the same day as ``started`` for a milestone."""
    remaining: WorkWd | None = None
    """Work left at the data date, in working days of its own calendar; may be uncertain."""
    percent: Share | None = None
    """Share of its work that is done, where what remains is not stated."""


class HallProgress(Model):
    """A hall that was started, or that was handed over as a whole."""

    released: Date | None = None
    """Day on which its contractor was told to proceed: it is under way and stands as it is."""
    mode: Name | None = None
    """Build mode it was started in; wanted with `released`."""
    calendar: Name = "standard"
    """Calendar it was started on."""
    handed_over: Date | None = None
    """Day by which everything in it was done; rows without dates of their own stand at it."""


class TrancheProgress(Model):
    """What is known of a power tranche: reserved, there, or when it is expected now."""

    reserved: Date | None = None
    """Day on which a tranche that a plan may reserve was reserved: it is kept, its deposit paid."""
    energised: Date | None = None
    expected: Date | None = None
    """New planned date, in place of that of the site file; its slip is drawn from there."""


class Delivery(Model):
    """GPUs that were ordered, and whether their racks have come."""

    ordered: Date | None = None
    """Day of the order: they are on order, or have come, and are not ordered again."""
    sku: Name | None = None
    """What they are; wanted with `ordered`."""
    into: dict[Name, Count] = {}
    """GPUs by the block they go to, such as ``site/group/03/1``; wanted with `ordered`."""
    expected: Date | None = None
    """When they are expected now; a lead time after the order where not given."""
    unpaid: MoneyMUSD | None = None
    """What is still to be paid, on delivery; by the terms of the SKU where not given."""
    docked: Date | None = None
    """Day on which the last of their racks had come."""


class GearOrder(Model):
    """Units of a class of equipment that were ordered for a site."""

    units: Positive
    ordered: Date
    arrives: Date
    """When they came, or are expected now."""
    slip: SlipDay | None = None
    """How much later they may come; spread as the class's lead time where not given."""
    unpaid: MoneyMUSD | None = None
    """What is still to be paid when they come; by the terms of the class where not given."""


class LotService(Model):
    """GPUs that serve."""

    in_service: Date


class Actuals(Model):
    """What has happened by the data date, and by which rule the rest goes on."""

    actuals: Name
    """Name of this report."""
    data_date: Date
    """Everything before it has happened; everything from it on is a forecast."""
    logic: Literal["retained", "override"] = "retained"
    """Whether what is left of a started activity waits for predecessors that are not finished."""
    activities: dict[Name, Progress] = {}
    """By stable name, such as ``site/group/03/T07`` or ``site/S09``."""
    halls: dict[Name, HallProgress] = {}
    """By stable name, such as ``site/group/03``."""
    tranches: dict[Name, TrancheProgress] = {}
    """By ``site/tranche``."""
    deliveries: dict[Name, Delivery] = {}
    """By name of the purchase."""
    equipment: dict[Name, tuple[GearOrder, ...]] = {}
    """Equipment that plans ordered, by ``site/class``; beside what site files have in stock."""
    lots: dict[Name, LotService] = {}
    """By name of the lot, such as ``site/group/03/1/PURCHASE/SKU``."""
    cash: MoneyMUSD | None = None
    """Cash at the data date: what a plan from there opens with, in place of `opening_cash`."""
    spent: MoneyMUSD | None = None
    """Paid for works and halls by the data date, where it is known: the actual cost (AC)."""

    def dates(self) -> dict[str, dt.date]:
        """Return what has happened, by key path."""
        made: dict[str, dt.date] = {}
        for name, row in self.activities.items():
            for key, date in (("started", row.started), ("finished", row.finished)):
                if date is not None:
                    made[f"activities.{name}.{key}"] = date
        rows: dict[str, tuple[Mapping[str, Model], tuple[str, ...]]] = {
            "halls": (self.halls, ("released", "handed_over")),
            "tranches": (self.tranches, ("reserved", "energised")),
            "deliveries": (self.deliveries, ("ordered", "docked")),
        }
        for section, (named, keys) in rows.items():
            for name, each in named.items():
                found = ((key, getattr(each, key)) for key in keys)
                made |= {f"{section}.{name}.{key}": date for key, date in found if date is not None}
        made |= {f"lots.{n}.in_service": lot.in_service for n, lot in self.lots.items()}
        made |= {
            f"equipment.{name}.{i}.ordered": order.ordered
            for name, orders in self.equipment.items()
            for i, order in enumerate(orders)
        }
        return made

    def on_order(self) -> dict[str, Delivery]:
        """Return the purchases that stand as commitments, by name."""
        return {name: row for name, row in self.deliveries.items() if row.ordered is not None}

"""Actuals: what has happened by a data date, as a user reports it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from planner.domain.base import Date, Model, MoneyMUSD, Name, Share, WorkWd

if TYPE_CHECKING:
    import datetime as dt


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
    """A hall handed over as a whole."""

    handed_over: Date
    """Day by which everything in it was done; rows without dates of their own stand at it."""


class TrancheProgress(Model):
    """What is known of a power tranche: that it is there, or when it is expected now."""

    energised: Date | None = None
    expected: Date | None = None
    """New planned date, in place of that of the site file; its slip is drawn from there."""


class Delivery(Model):
    """A purchase whose racks have come."""

    docked: Date


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
    lots: dict[Name, LotService] = {}
    """By name of the lot, such as ``site/group/03/1/PURCHASE/SKU``."""
    spent: MoneyMUSD | None = None
    """Paid for works and halls by the data date, where it is known: the actual cost (AC)."""

    def dates(self) -> dict[str, dt.date]:
        """Return what has happened, by key path."""
        made: dict[str, dt.date] = {}
        for name, row in self.activities.items():
            for key, date in (("started", row.started), ("finished", row.finished)):
                if date is not None:
                    made[f"activities.{name}.{key}"] = date
        made |= {f"halls.{n}.handed_over": row.handed_over for n, row in self.halls.items()}
        made |= {
            f"tranches.{n}.energised": row.energised
            for n, row in self.tranches.items()
            if row.energised is not None
        }
        made |= {f"deliveries.{n}.docked": row.docked for n, row in self.deliveries.items()}
        made |= {f"lots.{n}.in_service": row.in_service for n, row in self.lots.items()}
        return made

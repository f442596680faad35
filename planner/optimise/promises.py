"""What a plan is held to: required dates, floors, guarantees, and capacity by the end of years."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from planner.domain.plan import Promise, PromiseKind
from planner.optimise.constraints.gives_way import lost
from planner.optimise.tally import halls_of

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.optimise.data import ModelData

ALL = "portfolio"


def promises(plan: Plan, data: ModelData) -> tuple[Promise, ...]:
    """Return the named promises of a plan, by kind, subject and date."""
    horizon = data.portfolio.periods[-1].end - dt.timedelta(days=1)
    made = [
        Promise("required", r.site or ALL, mw, r.by) for r in data.required
        if (mw := r.it_mw - lost(plan, "required", r.name)) > 0
    ]  # fmt: skip
    for consumer in data.consumers:
        if np.any(consumer.need > 0):
            kind: PromiseKind = "guarantee" if consumer.is_team else "floor"
            made.append(Promise(kind, consumer.name, 0.0, horizon))
    return (*made, *_capacity(plan, data))


def _capacity(plan: Plan, data: ModelData) -> list[Promise]:
    """Return IT MW in service by the end of each year, of all sites and of each that builds."""
    ends = [p.end for p in data.portfolio.periods if (p.end.month, p.end.day) == (1, 1)]
    growing = {data.pools[p].site for hall, p in halls_of(plan, data).items()
               if any(lot.hall == hall and lot.purchase for lot in plan.lots)}  # fmt: skip
    subjects = [ALL, *(site for site in data.portfolio.sites if site in growing)]
    made = []
    for end in ends:
        for subject in subjects:
            mw = in_service_mw(plan, data, subject, end)
            if mw > 0:
                made.append(Promise("capacity", subject, mw, end - dt.timedelta(days=1)))
    return made


def in_service_mw(plan: Plan, data: ModelData, subject: str, day: dt.date) -> float:
    """Return IT MW of a site's GPUs (of all where ``portfolio``) in service on a day."""
    return sum(
        lot.gpus * data.mw(data.skus.index(lot.sku))
        for lot in plan.lots
        if lot.service <= day <= lot.until
        and (subject == ALL or lot.hall.startswith(f"{subject}/"))
    )

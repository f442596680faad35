"""When each capacity is in service: by simulation, by the deterministic pass, and as planned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from planner.report.facts.inventory import Inventory, date_of, first_reaching, minute
from planner.report.facts.spread import Dates, dates

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from planner.domain.portfolio import RequiredDate
    from planner.domain.result import BoolArray, FloatArray, IntArray, Result

Basis = Literal["IT", "facility"]

LADDER_MW: Final = (5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0, 10000.0)
RUNGS: Final = 4
"""Steps of the ladder that are reported for a subject: the largest that its plan reaches."""


@dataclass(frozen=True)
class DateFact:
    """The date at which a capacity is in service.

    Parameters
    ----------
    subject
        ``portfolio`` or a site.
    basis
        Whether `amount_mw` is IT power, or facility power on the design day.
    minutes
        Sampled minute, shape (S,).
    spread
        Its percentiles.
    deterministic, planned
        By the deterministic pass, and as the plan counts on it; None where it is never reached.
    target, target_name
        Announced or required date, where there is one.
    chance
        Share of samples at or before the target; NaN without one.
    """

    subject: str
    amount_mw: float
    basis: Basis
    minutes: IntArray
    spread: Dates
    deterministic: dt.date | None
    planned: dt.date | None
    target: dt.date | None = None
    target_name: str = ""
    chance: float = float("nan")


@dataclass(frozen=True)
class _Subject:
    """The lots that count for a subject."""

    name: str
    mask: BoolArray


def date_facts(result: Result, inventory: Inventory) -> tuple[DateFact, ...]:
    """Return the dates of the ladder that are to come: portfolio first, IT before facility."""
    made = []
    for subject in subjects(inventory):
        for basis in ("IT", "facility"):
            weight = _weight(inventory, basis)[subject.mask]
            top = _planned_peak(inventory, subject, weight)
            rungs = [x for x in LADDER_MW if x <= top + 1e-6][-RUNGS:]
            made += [date_fact(result, inventory, subject, x, basis) for x in rungs]
    return tuple(f for f in made if not _has_happened(f, result.plan.data_date))


def _has_happened(fact: DateFact, data_date: dt.date) -> bool:
    return fact.spread.p90 is not None and fact.spread.p90 <= data_date


def target_facts(
    result: Result, inventory: Inventory, targets: Mapping[str, RequiredDate]
) -> tuple[DateFact, ...]:
    """Return the dates of announced or required capacities, in the order they are due."""
    by_name = {s.name: s for s in subjects(inventory)}
    due = sorted(targets.items(), key=lambda item: (item[1].by, item[0]))
    return tuple(
        date_fact(
            result, inventory, by_name[t.site or "portfolio"], t.it_power.likely, "IT", (name, t.by)
        )
        for name, t in due
    )


def subjects(inventory: Inventory) -> tuple[_Subject, ...]:
    """Return the portfolio and then its sites, each with a mask of its lots."""
    whole = _Subject("portfolio", np.ones(len(inventory.lots), dtype=np.bool_))
    sites = [_Subject(s, inventory.lot_site == i) for i, s in enumerate(inventory.site)]
    return (whole, *sites)


def _weight(inventory: Inventory, basis: str) -> FloatArray:
    return inventory.lot_mw * (inventory.lot_ratio if basis == "facility" else 1.0)


def _planned_peak(inventory: Inventory, subject: _Subject, weight: FloatArray) -> float:
    """Return the most that the plan ever has in service."""
    begins = inventory.lot_planned_min[subject.mask]
    ends = inventory.lot_until_min[subject.mask]
    levels = [float(weight[(begins <= at) & (at < ends)].sum()) for at in begins]
    return max(levels, default=0.0)


def date_fact(
    result: Result,
    inventory: Inventory,
    subject: _Subject,
    amount_mw: float,
    basis: Basis,
    target: tuple[str, dt.date] | None = None,
) -> DateFact:
    """Return when `amount_mw` of the subject is first in service."""
    outcome, mask = result.outcome, subject.mask
    weight = _weight(inventory, basis)[mask]
    ends = inventory.lot_until_min[mask]
    minutes = first_reaching(outcome.service_min[:, mask], ends, weight, amount_mw)
    once = outcome.deterministic_service_min[None, mask]
    planned = inventory.lot_planned_min[None, mask]
    chance = float("nan")
    if target:
        # In service by a date: at the latest on that day.
        limit = minute(outcome.epoch, target[1]) + 1440
        chance = float(np.mean(minutes < limit))
    return DateFact(
        subject=subject.name,
        amount_mw=amount_mw,
        basis=basis,
        minutes=minutes,
        spread=dates(outcome, minutes),
        deterministic=date_of(outcome, float(first_reaching(once, ends, weight, amount_mw)[0])),
        planned=date_of(outcome, float(first_reaching(planned, ends, weight, amount_mw)[0])),
        target=target[1] if target else None,
        target_name=target[0] if target else "",
        chance=chance,
    )

"""Pinned decisions: what the plan may no longer choose, by its own words or by lines of a plan."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Literal

from planner.domain.base import Count, Date, Flag, Model, Name

if TYPE_CHECKING:
    from planner.domain.plan import Plan
    from planner.domain.portfolio import Period, Portfolio

Rule = Literal["exactly", "at_least", "at_most"]


class PinnedHalls(Model):
    """How many halls of a group are started, in a mode and a span of time."""

    site: Name
    group: Name
    mode: Name | None = None
    """Build mode counted; all where not given."""
    calendar: Name | None = None
    """Calendar counted; all where not given."""
    halls: Count
    """Halls; 0 for none."""
    rule: Rule = "exactly"
    since: Date | None = None
    until: Date | None = None
    """First and last day counted, by the periods they touch; the whole horizon where not given."""
    releases: tuple[Date, ...] = ()
    """Dates on which the halls are released; spread over their period where not given."""


class PinnedPurchase(Model):
    """How many GPUs of a SKU are ordered."""

    sku: Name
    site: Name | None = None
    """Site they are for; all where not given."""
    gpus: Count
    """GPUs; 0 for none."""
    rule: Rule = "exactly"
    since: Date | None = None
    until: Date | None = None
    """First and last order date counted, by the periods they touch."""


class PinnedReservation(Model):
    """Whether a tranche is reserved."""

    site: Name
    tranche: Name
    reserved: Flag = True


class Pins(Model):
    """Decisions that are made already, each with a name."""

    halls: dict[Name, PinnedHalls] = {}
    purchases: dict[Name, PinnedPurchase] = {}
    reservations: dict[Name, PinnedReservation] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing is pinned."""
        return not (self.halls or self.purchases or self.reservations)

    def joined(self, other: Pins) -> Pins:
        """Return both; the other's where a name is in both."""
        return Pins(
            halls={**self.halls, **other.halls},
            purchases={**self.purchases, **other.purchases},
            reservations={**self.reservations, **other.reservations},
        )


def pinned(portfolio: Portfolio, pins: Pins | None) -> Portfolio:
    """Return a portfolio whose policy pins these decisions too."""
    if pins is None or pins.is_empty:
        return portfolio
    policy = portfolio.spec.policy
    more = policy.model_copy(update={"pinned": policy.pinned.joined(pins)})
    return portfolio.replace(spec=portfolio.spec.model_copy(update={"policy": more}))


def pins_of(plan: Plan) -> Pins:
    """Return the pinned lines of a plan: its halls at least, its purchases to the GPU."""
    halls: dict[str, PinnedHalls] = {}
    for start in plan.starts:
        if not start.is_pinned or start.is_under_way:
            continue
        c, period = start.candidate, _period(plan, start.release)
        name = f"{c}/{period.label}"
        dates = (*(halls[name].releases if name in halls else ()), start.release)
        halls[name] = PinnedHalls(
            site=c.site, group=c.group, mode=c.mode, calendar=c.calendar, halls=len(dates),
            rule="at_least", since=period.start, until=period.end - dt.timedelta(days=1),
            releases=dates,
        )  # fmt: skip
    return Pins(
        halls=halls,
        purchases={
            p.name: PinnedPurchase(
                sku=p.sku, site=p.site, gpus=p.gpus, since=p.order, until=p.order
            )
            for p in plan.purchases
            if p.is_pinned
        },
        reservations={
            r.name: PinnedReservation(site=r.site, tranche=r.tranche)
            for r in plan.reservations
            if r.is_pinned
        },
    )


def _period(plan: Plan, date: dt.date) -> Period:
    return next((p for p in plan.periods if date < p.end), plan.periods[-1])

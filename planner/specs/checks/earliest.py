"""A horizon that ends before anything can be ready.

The longest path of every way to build, with likely work, all crews there and power never late,
gives the earliest date on which a hall can be ready for IT. Where the horizon ends before the first
of them, and nothing stands or is under way, there is nothing to plan; a product that is to be
served before it cannot be, which is a warning.

That date is the least there can be, and no promise. What a warning tells to wait for is another:
all work, lead times and the slip of power at the portfolio's confidence, up to service. All of them
late at once are less likely than that, which stands for some of what no path knows: weather, storms
and crews that are elsewhere. On the shipped first case it is 10 days (concrete) and 63 days (tents)
before the P80 of simulation, which alone says what holds; the likely path is 14 and 22 months
before it.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.capacity.laws import conservative
from planner.domain.activity import Kind
from planner.specs.checks.base import Check, at
from planner.specs.checks.references import STANDARD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from planner.domain.activity import Activity
    from planner.domain.amount import Amount
    from planner.domain.build_mode import BuildMode
    from planner.domain.portfolio import Portfolio
    from planner.domain.site import HallGroup, Site
    from planner.errors import Finding

Way = tuple[dt.date, str, str]
"""A date, with the hall group and the build mode that have it."""
FAR_DAYS = 36500
"""Days past which a date is only far."""
Days = dict[str, float]
"""Finish of each row, in days from the start of its network."""


def find(portfolio: Portfolio) -> Iterator[Finding]:
    """Yield the finding where no hall can be ready within the horizon."""
    if any(site.standing or site.under_way for site in portfolio.sites.values()):
        return
    ways = sorted(_ways(portfolio))
    horizon = portfolio.spec.horizon
    if ways and ways[0][0] > horizon:
        date, hall, mode = ways[0]
        message = (
            f"horizon ends {horizon}; no hall can be ready before {date.isoformat()} "
            f"({hall}, {mode})"
        )
        hint = f"set horizon: {date.isoformat()} or later"
        yield at(portfolio, "portfolio.horizon", "horizon-short", message, hint)
        return
    yield from _unserved(portfolio, ways)


def _unserved(portfolio: Portfolio, ways: list[Way]) -> Iterator[Finding]:
    """Yield hard products that are to be served before any hall of their class can be ready."""
    spec, modes = portfolio.spec, portfolio.catalog.modes
    for name, product in spec.products.items():
        if product.priority == "soft" or product.users.likely <= 0:
            continue
        is_fit = {m: not product.needs_backup or modes[m].backup != "none" for m in modes}
        launch = max(product.launch or spec.data_date, spec.data_date)
        first = next((way for way in ways if is_fit[way[2]]), None)
        if (first is not None and first[0] <= launch) or launch > spec.horizon:
            continue
        noun = "hall with backup power" if product.needs_backup else "hall"
        said = f"product {name} is to be served from {launch} on"
        if first is None:
            message = f"{said}; no {noun} can ever be ready"
            hint = "allow a mode with generators, or needs_backup: false"
        else:
            date, hall, mode = first
            message = (
                f"{said}; no {noun} can be ready before {date} ({hall}, {mode}), with likely work, "
                "all crews there and power in time"
            )
            hint = _launch(portfolio, [way for way in _services(portfolio) if is_fit[way[2]]])
        path = f"portfolio.products.{name}"
        yield at(portfolio, path, "served-late", message, hint, "warning")


def _launch(portfolio: Portfolio, ways: list[Way]) -> str:
    """Return when a product had better be launched, given when halls that suit it serve."""
    spec = portfolio.spec
    date = min(ways)[0] if ways else dt.date.max
    percent = f"P{100 * spec.confidence.likely:g}"
    if date > spec.horizon:
        return f"add priority: soft, for none serves by the horizon {spec.horizon} at {percent}"
    return (
        f"add launch: {date} or later ({percent} of the longest path to service; weather and crews "
        "come on top), or priority: soft"
    )


def _ways(portfolio: Portfolio) -> Iterator[Way]:
    """Yield the earliest ready for IT of each group, mode and calendar, with likely work."""
    for place, begin in _places(portfolio):
        for mode in place.group.modes:
            days = _shortest(place, mode, portfolio.catalog.modes[mode].ready_for_it, begin)
            if math.isfinite(days):
                yield _date(begin, days), place.name, mode


def _services(portfolio: Portfolio) -> Iterator[Way]:
    """Yield when halls of each group and mode serve with all that may be late at confidence."""
    confidence = portfolio.spec.confidence.likely
    for place, begin in _places(portfolio, confidence):
        for mode in place.group.modes:
            days = _shortest(place, mode, (portfolio.catalog.modes[mode].rfs,), begin)
            if math.isfinite(days):
                yield _date(begin, days), place.name, mode


@dataclass(frozen=True)
class _Place:
    """A hall group with what its dates are counted at: likely, or at a confidence."""

    portfolio: Portfolio
    site: Site
    group: HallGroup
    name: str
    confidence: float | None

    def at(self, amount: Amount, drivers: Iterable[str] = ()) -> float:
        """Return a duration times its drivers."""
        if self.confidence is None:
            return amount.likely
        known = self.portfolio.spec.risk.drivers
        made = conservative(amount, self.confidence)
        for driver in drivers:
            if driver in known:
                made *= max(1.0, conservative(known[driver].factor, self.confidence))
        return max(0.0, made)


def _places(
    portfolio: Portfolio, confidence: float | None = None
) -> Iterator[tuple[_Place, dt.date]]:
    """Yield the groups that can be built, each with the date of its first start."""
    start = portfolio.spec.data_date
    for name, site in portfolio.sites.items():
        for group_name, group in site.groups.items():
            place = _Place(portfolio, site, group, f"{name}/{group_name}", confidence)
            if group.count and group.it_power.likely:
                yield place, max(start, _released(place), group.earliest or start)


def _date(begin: dt.date, days: float) -> dt.date:
    return begin + dt.timedelta(days=min(math.floor(days), FAR_DAYS))


def _shortest(place: _Place, mode_name: str, last: tuple[str, ...], begin: dt.date) -> float:
    """Return the days to the last of some rows on the best calendar; infinite if there are none."""
    mode, group = place.portfolio.catalog.modes[mode_name], place.group
    if not mode.unit_it_power.likely:
        return math.inf
    ratio = group.it_power.likely / mode.unit_it_power.likely
    factor = group.work_factor.likely if group.work_factor else 1.0
    return min(
        (_reached(place, mode, calendar, ratio, factor, last, begin)
         for calendar in group.calendars),
        default=math.inf,
    )  # fmt: skip


def _released(place: _Place) -> dt.date:
    """Return the earliest release of a site by its works."""
    portfolio, works = place.portfolio, place.site.works
    start = portfolio.spec.data_date
    if works is None:
        return start
    network = portfolio.catalog.works[works.network]
    rows = {
        name: _scaled(place, activity, STANDARD,
                      works.factors[name].likely if name in works.factors else 1.0)
        for name, activity in network.activities.items()
    }  # fmt: skip
    rows |= dict.fromkeys(works.done, 0.0)
    finish = longest(network.activities, rows, done=works.done)
    return max(start, _date(works.started, finish.get(network.release, 0.0)))


def _reached(
    place: _Place, mode: BuildMode, calendar: str, ratio: float, factor: float,
    last: tuple[str, ...], begin: dt.date,
) -> float:  # fmt: skip
    """Return the days from release to the latest of some rows of the first block of a hall."""
    portfolio, rows = place.portfolio, dict(mode.activities)
    tail = portfolio.catalog.tails.get(mode.tail) if mode.tail else None
    if tail is not None:
        rows = dict(tail.activities) | rows
    work = {
        name: _scaled(
            place, activity, calendar,
            factor * ratio ** (activity.scale.likely if activity.scale else 0.0),
        )
        for name, activity in rows.items()
    }  # fmt: skip
    since = {} if place.confidence is None else _since(place, rows, begin)
    finish = longest(rows, work, hooks=mode.hooks, since=since)
    return max((finish.get(row, math.inf) for row in last), default=math.inf)


def _since(place: _Place, rows: Mapping[str, Activity], begin: dt.date) -> Days:
    """Return from when rows have what comes from outside: equipment, power, racks."""
    made: Days = {}
    ahead = float((place.portfolio.spec.data_date - begin).days)
    gates = {"power": _power(place, begin), "racks": ahead + _racks(place)}
    equipment = place.portfolio.catalog.equipment
    for name, activity in rows.items():
        waits = [
            ahead + place.at(equipment[item].lead_time, equipment[item].drivers)
            for item in activity.waits_for if item not in place.site.stock
        ]  # fmt: skip
        if activity.gate is not None:
            waits.append(gates[activity.gate])
        if waits:
            made[name] = max(waits)
    return made


def _power(place: _Place, begin: dt.date) -> float:
    """Return the days until the first tranche that can serve a group; infinite if none does."""
    group = place.name.partition("/")[2]
    return min(
        (
            (tranche.energised - begin).days + (place.at(tranche.slip) if tranche.slip else 0.0)
            for tranche in place.site.tranches.values()
            if tranche.firm.likely > 0 and (not tranche.serves or group in tranche.serves)
        ),
        default=math.inf if place.site.tranches else 0.0,
    )


def _racks(place: _Place) -> float:
    """Return the days from the data date until the first racks of any SKU can be there."""
    spec, days = place.portfolio.spec, []
    for name, sku in place.portfolio.catalog.accelerators.items():
        sold = [step.since for step in sku.supply if step.gpus.likely > 0]
        if not sold or (spec.skus and name not in spec.skus):
            continue
        order = max(min(sold), min(price.since for price in sku.prices), spec.data_date)
        days.append((order - spec.data_date).days + place.at(sku.lead_time, sku.drivers))
    return min(days, default=math.inf)


def _scaled(place: _Place, activity: Activity, calendar: str, factor: float) -> float:
    """Return the elapsed days of an activity's work on the calendar it runs on."""
    calendars = place.portfolio.catalog.calendars
    own = calendars[activity.calendar]
    is_own = calendar == STANDARD or activity.keeps_calendar
    on = own if is_own else calendars[calendar]
    days, days_on = len(own.days) or 1, len(on.days) or 1
    output = (own.output_per_week.likely or 1.0) / days
    output_on = (on.output_per_week.likely or 1.0) / days_on
    work = place.at(activity.duration, activity.drivers)
    return work * factor * (output / output_on) * 7 / days_on


def longest(
    rows: Mapping[str, Activity], work: Mapping[str, float], *,
    hooks: Mapping[str, str] | None = None, done: tuple[str, ...] = (),
    since: Mapping[str, float] | None = None,
) -> Days:  # fmt: skip
    """Return the earliest finish of each row by its longest path, without crews.

    Rows outside (site works, the block before) hold nothing up. The networks have no cycle:
    another check sees to that first.

    Parameters
    ----------
    since
        Days before which rows cannot start, for what they wait for from outside.
    """
    hooks, since = hooks or {}, since or {}
    start: Days = {}
    finish: Days = dict.fromkeys(done, 0.0)

    def visit(name: str) -> float:
        if name in finish:
            return finish[name]
        begin, end = since.get(name, 0.0), 0.0
        finish[name] = 0.0  # only met again if a cycle was let through
        for relation in rows[name].after:
            before = relation.predecessor
            before = before if before in rows else hooks.get(before, before)
            if before not in rows or before in done:
                continue
            visit(before)
            is_from_start = relation.kind in (Kind.SS, Kind.SF)
            date = (start.get(before, 0.0) if is_from_start else finish[before]) + relation.lag_day
            if relation.kind in (Kind.FS, Kind.SS):
                begin = max(begin, date)
            else:
                end = max(end, date)
        start[name] = begin
        finish[name] = max(begin + work.get(name, 0.0), end)
        return finish[name]

    for each in rows:
        visit(each)
    return finish


CHECK = Check("earliest", find, ("horizon-short", "served-late"))

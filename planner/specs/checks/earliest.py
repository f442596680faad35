"""A horizon that ends before anything can be ready.

The longest path of every way to build, with likely work, all crews there and power never late,
gives the earliest date on which a hall can be ready for IT. Where the horizon ends before the first
of them, and nothing stands or is under way, there is nothing to plan; a product that is to be
served before it cannot be, which is a warning.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

from planner.domain.activity import Kind
from planner.specs.checks.base import Check, at
from planner.specs.checks.references import STANDARD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.domain.activity import Activity
    from planner.domain.build_mode import BuildMode
    from planner.domain.portfolio import Portfolio
    from planner.domain.site import Site
    from planner.errors import Finding

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


def _unserved(portfolio: Portfolio, ways: list[tuple[dt.date, str, str]]) -> Iterator[Finding]:
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
            message = f"{said}; no {noun} can be ready before {date} ({hall}, {mode})"
            hint = f"add launch: {date} or later, or priority: soft"
        path = f"portfolio.products.{name}"
        yield at(portfolio, path, "served-late", message, hint, "warning")


def _ways(portfolio: Portfolio) -> Iterator[tuple[dt.date, str, str]]:
    """Yield the earliest ready for IT of each group, mode and calendar."""
    start = portfolio.spec.data_date
    for name, site in portfolio.sites.items():
        released = _released(portfolio, site)
        for group_name, group in site.groups.items():
            if not group.count or not group.it_power.likely:
                continue
            begin = max(start, released, group.earliest or start)
            for mode_name in group.modes:
                mode = portfolio.catalog.modes[mode_name]
                if not mode.unit_it_power.likely:
                    continue
                ratio = group.it_power.likely / mode.unit_it_power.likely
                factor = group.work_factor.likely if group.work_factor else 1.0
                days = min(
                    _ready(portfolio, mode, calendar, ratio, factor) for calendar in group.calendars
                )
                if math.isfinite(days):
                    date = begin + dt.timedelta(days=min(math.floor(days), 36500))
                    yield date, f"{name}/{group_name}", mode_name


def _released(portfolio: Portfolio, site: Site) -> dt.date:
    """Return the earliest release of a site by its works."""
    start = portfolio.spec.data_date
    works = site.works
    if works is None:
        return start
    network = portfolio.catalog.works[works.network]
    rows = {
        name: _scaled(portfolio, activity, STANDARD, works.factors[name].likely)
        if name in works.factors
        else _scaled(portfolio, activity, STANDARD, 1.0)
        for name, activity in network.activities.items()
    }
    rows |= dict.fromkeys(works.done, 0.0)
    finish = longest(network.activities, rows, done=works.done)
    days = finish.get(network.release, 0.0)
    return max(start, works.started + dt.timedelta(days=min(math.floor(days), 36500)))


def _ready(
    portfolio: Portfolio, mode: BuildMode, calendar: str, ratio: float, factor: float
) -> float:
    """Return the days from release to ready for IT of the first block of a hall."""
    rows = dict(mode.activities)
    tail = portfolio.catalog.tails.get(mode.tail) if mode.tail else None
    if tail is not None:
        rows = dict(tail.activities) | rows
    work = {
        name: _scaled(
            portfolio, activity, calendar,
            factor * ratio ** (activity.scale.likely if activity.scale else 0.0),
        )
        for name, activity in rows.items()
    }  # fmt: skip
    finish = longest(rows, work, hooks=mode.hooks)
    return max((finish.get(row, math.inf) for row in mode.ready_for_it), default=math.inf)


def _scaled(portfolio: Portfolio, activity: Activity, calendar: str, factor: float) -> float:
    """Return the elapsed days of an activity's likely work on the calendar it runs on."""
    calendars = portfolio.catalog.calendars
    own = calendars[activity.calendar]
    is_own = calendar == STANDARD or activity.keeps_calendar
    on = own if is_own else calendars[calendar]
    days, days_on = len(own.days) or 1, len(on.days) or 1
    output = (own.output_per_week.likely or 1.0) / days
    output_on = (on.output_per_week.likely or 1.0) / days_on
    return activity.duration.likely * factor * (output / output_on) * 7 / days_on


def longest(
    rows: Mapping[str, Activity], work: Mapping[str, float], *,
    hooks: Mapping[str, str] | None = None, done: tuple[str, ...] = (),
) -> Days:  # fmt: skip
    """Return the earliest finish of each row by its longest path, without crews.

    Rows outside (site works, the block before) hold nothing up. The networks have no cycle:
    another check sees to that first.
    """
    hooks = hooks or {}
    start: Days = {}
    finish: Days = dict.fromkeys(done, 0.0)

    def visit(name: str) -> float:
        if name in finish:
            return finish[name]
        begin, end = 0.0, 0.0
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
